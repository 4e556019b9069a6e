/*-------------------------------------------------------------------------
 *
 * facts_fuzz.c
 *	  Values of klout_signals from any list of facts, by any way there is.
 *
 * Input: unit, number of names and actors, a seed, then facts of four bytes
 * or so.  The same facts in one batch, in open values that grow and are worked
 * in at random moments, and merged from two halves must be the same bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

/* the ways to a value are those of the unit tests */
#include "facts.h"

static int64
fact_bucket(Input *input, KloutUnit unit)
{
	int64		first = klout_bucket_first(unit);
	int64		last = (KLOUT_DAY_LAST + 1) * (unit == KLOUT_UNIT_HOUR ? 24 : 1) - 1;

	switch (input_below(input, 8))
	{
		case 0:
			return first + input_below(input, 256);
		case 1:
			return last - input_below(input, 256);
		case 2:
			return first + (int64) (input_number(input, 8) % (uint64) (last - first + 1));
		case 3:
			return -input_below(input, 65536);
		default:
			return 20000 + input_below(input, 256);
	}
}

/* more than a sample holds, few enough to be fast */
#define MOST			800

void
fuzz_one(const uint8 *data, size_t size)
{
	static Fact facts[MOST];
	Input		input = input_of(data, size);
	KloutUnit	unit = input_u8(&input) & 1 ? KLOUT_UNIT_HOUR : KLOUT_UNIT_DAY;
	int			networks = 1 + input_below(&input, 260);
	int			kinds = 1 + input_below(&input, 70);
	int			repeat = 1 + input_below(&input, 40);
	KloutStatus status;
	KloutStatus other_status;
	Value		value;
	Value		other;
	Value		left;
	Value		right;
	int			half;
	int			n = 0;

	random_state = input_number(&input, 2);
	while (input.left > 0 && n + repeat <= MOST)
	{
		Fact		fact;
		int			type = input_below(&input, 16);

		memset(&fact, 0, sizeof(fact));
		fact.type = type == 0 ? KLOUT_SERIES_AUDIENCE :
			type == 1 ? KLOUT_SERIES_POSTS : KLOUT_SERIES_ACTIONS;
		fact.network = networks == 1 ? 0 : input_below(&input, networks);
		fact.kind = kinds == 1 ? 0 : input_below(&input, kinds);
		fact.bucket = fact_bucket(&input, unit);
		fact.weight = input_below(&input, KLOUT_WEIGHT_STEPS + 1);
		fact.actor = type & 4 ? input_number(&input, 8) : input_number(&input, 1);
		fact.at = klout_bucket_start(fact.bucket, unit);
		fact.followers = (int64) (input_number(&input, type & 8 ? 8 : 1) >> 1);
		/* the same by other people: a network must be able to fill up */
		for (int i = 0; i < (type & 2 ? repeat : 1); i++, n++)
		{
			facts[n] = fact;
			facts[n].actor += (uint64) i * UINT64CONST(0x9E3779B97F4A7C15);
		}
	}

	value = build_value(facts, n, unit, &status);
	require(status == KLOUT_OK);
	if (value.data)
		require(klout_signals_check(value.data, value.len) == NULL);
	half = n > 0 ? random_below(n) : 0;
	shuffle(facts, n);
	other = buffered_value(facts, n, unit, &other_status);
	require(other_status == KLOUT_OK);
	require(klout_signals_check(other.data, other.len) == NULL);
	require(!value.data || same_value(value, other));

	left = buffered_value(facts, half, unit, &status);
	right = buffered_value(facts + half, n - half, unit, &other_status);
	{
		Value		whole = merged_value(left, right, &status);

		require(status == KLOUT_OK && same_value(whole, other));
		free(whole.data);
		whole = merged_value(right, left, &status);
		require(status == KLOUT_OK && same_value(whole, other));
		free(whole.data);
	}
	free(value.data);
	free(other.data);
	free(left.data);
	free(right.data);
}
