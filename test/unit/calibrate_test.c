/*-------------------------------------------------------------------------
 *
 * calibrate_test.c
 *	  Unit tests of calibration (src/tune/calibrate.c), as TAP: bins of raw scores,
 *	  pairs by hand, states against a sorted array, bytes that are no state.
 *
 *-------------------------------------------------------------------------
 */
#include "facts.h"

#include <float.h>
#include <math.h>

#include "score/score.h"
#include "tune/calibrate.h"

/* 2026-01-01 12:00 UTC, in bucket 20454 of days */
#define TODAY			20454
#define NOW				((INT64CONST(20454) - KLOUT_EPOCH_DAYS) * 24 * KLOUT_USECS_PER_HOUR + \
						 12 * KLOUT_USECS_PER_HOUR)

#define PEOPLE_MAX		5000

/* ----------
 * Bins
 * ----------
 */

/* Any positive number, of every size alike. */
static double
random_raw(void)
{
	return ldexp(1 + (double) (random_u64() >> 12) / 4503599627370496.0,
				 random_below(2046) - 1022);
}

static void
test_bins(void)
{
	bool		passed = true;
	bool		close = true;
	bool		rises = true;

	/* 1 is 2^0, exponent 1023, and a bin from there on 2^-14 wide */
	check(klout_raw_bin(1) == 1023 << 14 &&
		  klout_raw_bin(nextafter(1, 0)) == (1023 << 14) - 1 &&
		  klout_raw_bin(1 + 1 / 16384.0) == (1023 << 14) + 1 &&
		  klout_raw_bin(nextafter(1 + 1 / 16384.0, 0)) == 1023 << 14 &&
		  klout_raw_bin(2) == 1024 << 14,
		  "bins of 1 and 2");
	check(klout_raw_of_bin(1023 << 14) == 1 + 1 / 32768.0 &&
		  klout_raw_of_bin(1024 << 14) == 2 + 1 / 16384.0,
		  "and their middles");
	check(klout_raw_bin(0) == 0 && klout_raw_bin(-0.0) == 0 &&
		  klout_raw_bin(nextafter(0, 1)) == 0 &&
		  klout_raw_bin(nextafter(DBL_MIN, 0)) == 0 &&
		  klout_raw_bin(DBL_MIN) == 1 << 14 && klout_raw_of_bin(0) == 0,
		  "nothing and next to nothing is bin 0");
	check(klout_raw_bin(DBL_MAX) == KLOUT_RAW_BIN_MAX &&
		  klout_raw_bin((double) INFINITY) == KLOUT_RAW_BIN_MAX &&
		  klout_raw_bin((double) NAN) == 0 && klout_raw_bin(-1) == 0,
		  "bins of what is no raw score");

	for (int i = 0; i < 100000; i++)
	{
		double		raw = random_raw();
		double		other = raw * (1 + (double) random_below(1000) / 1e6);
		uint32		bin = klout_raw_bin(raw);
		double		middle = klout_raw_of_bin(bin);

		passed &= bin <= KLOUT_RAW_BIN_MAX && klout_raw_bin(middle) == bin;
		close &= fabs(middle - raw) <= raw / 32768;
		rises &= klout_raw_bin(other) >= bin;
	}
	check(passed, "the middle of a bin is in it");
	check(close, "the middle is within 2^-15");
	check(rises, "bins rise with raw");
}

static void
test_scale(void)
{
	bool		passed = true;

	/* 37/63 = 0.587301587..., 6.3 * 37/63 = 3.7 */
	check(klout_scale_for(1, 63) == 0.587302 &&
		  klout_scale_for(6.3, 63) == 3.7 &&
		  klout_scale_for(1e-200, 50) == 1e-200 &&
		  klout_scale_for(123456.6, 50) == 123457,
		  "scales have six digits");
	for (int i = 0; i < 100000; i++)
	{
		double		raw = ldexp(1 + random_below(1000000) / 1e6, random_below(1000) - 900);
		double		target = 1e-3 + random_below(99999) / 1e3;
		double		scale = klout_scale_for(klout_raw_of_bin(klout_raw_bin(raw)), target);

		passed &= fabs(100 * raw / (raw + scale) - target) <= 0.001;
	}
	check(passed, "and the score is within 0.001 of what was asked for");
}

static void
test_percentile(void)
{
	static KloutRawCount counts[100];
	KloutRawCount huge[2] = {{5, (uint64) PG_INT64_MAX - 1}, {6, 1}};

	for (uint32 i = 0; i < 100; i++)
	{
		counts[i].bin = 10 * (i + 1);
		counts[i].people = 1;
	}
	/* percentile_disc: the ceil(fraction * n)-th lowest */
	check(klout_raw_percentile(counts, 1, 0.95) == 10 &&
		  klout_raw_percentile(counts, 19, 0.95) == 190 &&
		  klout_raw_percentile(counts, 20, 0.95) == 190 &&
		  klout_raw_percentile(counts, 21, 0.95) == 200 &&
		  klout_raw_percentile(counts, 100, 0.95) == 950 &&
		  klout_raw_percentile(counts, 100, 0.951) == 960 &&
		  klout_raw_percentile(counts, 100, 0) == 10 &&
		  klout_raw_percentile(counts, 100, 1e-300) == 10 &&
		  klout_raw_percentile(counts, 100, 1) == 1000,
		  "percentiles of one in each bin");
	counts[0].people = 94;
	check(klout_raw_percentile(counts, 7, 0.94) == 10 &&
		  klout_raw_percentile(counts, 7, 0.95) == 20 &&
		  klout_raw_people(counts, 7) == 100,
		  "percentiles of many in one bin");
	check(klout_raw_percentile(huge, 2, 1) == 6 &&
		  klout_raw_percentile(huge, 2, 0.95) == 5,
		  "percentiles of 2^63 - 1 people");
}

/* ----------
 * States
 * ----------
 */

static const uint8 model_bytes[] = "any bytes will do";

typedef struct State
{
	uint8	   *data;
	size_t		len;
} State;

static State
make_state(const KloutRawCount *counts, uint32 n, size_t room)
{
	State		state;

	state.len = klout_calibration_size(sizeof(model_bytes), n, room);
	state.data = malloc(state.len);
	klout_calibration_write(state.data, model_bytes, sizeof(model_bytes), NOW, counts, n);
	return state;
}

static const char *
fold(const State *a, const State *b, KloutRawCount **counts, uint32 *n)
{
	KloutCalibration left;
	KloutCalibration right;
	const char *fault = klout_calibration_read(a->data, a->len, &left);
	size_t		max;
	uint32	   *scratch;

	*counts = NULL;
	if (fault == NULL && b)
		fault = klout_calibration_read(b->data, b->len, &right);
	if (fault)
		return fault;
	max = klout_calibration_fold_max(&left, b ? &right : NULL);
	*counts = malloc(Max(max, 1) * sizeof(KloutRawCount));
	scratch = malloc(Max(max, 1) * sizeof(uint32));
	fault = klout_calibration_fold(&left, b ? &right : NULL, *counts, scratch, n);
	free(scratch);
	return fault;
}

/* One more, in place or in a state with more room. */
static void
add(State *state, uint32 bin)
{
	KloutCalibration parts;
	KloutRawCount *counts;
	uint32		n;

	if (klout_calibration_read(state->data, state->len, &parts) != NULL)
		abort();
	if (klout_calibration_add(state->data, &parts, bin))
		return;
	if (fold(state, NULL, &counts, &n) != NULL)
		abort();
	free(state->data);
	*state = make_state(counts, n, 1 + (size_t) random_below(50));
	free(counts);
	add(state, bin);
}

static int
compare_u32(const void *a, const void *b)
{
	uint32		left = *(const uint32 *) a;
	uint32		right = *(const uint32 *) b;

	return (left > right) - (left < right);
}

static void
test_states(void)
{
	static uint32 people[PEOPLE_MAX];
	bool		passed = true;
	bool		kept = true;

	for (int round = 0; round < 200; round++)
	{
		int			n = 1 + random_below(round % 20 == 0 ? PEOPLE_MAX : 200);
		int			distinct = random_below(2) ? 10 : 100000;
		State		parts[4];
		KloutRawCount *counts = NULL;
		KloutCalibration whole;
		uint32		bins = 0;
		double		fraction = random_below(1001) / 1000.0;

		for (int i = 0; i < 4; i++)
			parts[i] = make_state(NULL, 0, (size_t) random_below(20));
		for (int i = 0; i < n; i++)
		{
			people[i] = (uint32) (random_u64() % (uint64) distinct) * 7;
			add(&parts[random_below(4)], people[i]);
		}
		qsort(people, (size_t) n, sizeof(people[0]), compare_u32);

		/* merged in any order: two of them at a time */
		for (int left = 4; left > 1; left--)
		{
			int			i = random_below(left);
			int			j = (i + 1 + random_below(left - 1)) % left;
			State		merged;

			if (fold(&parts[i], &parts[j], &counts, &bins) != NULL)
				abort();
			merged = make_state(counts, bins, (size_t) random_below(3));
			free(counts);
			free(parts[i].data);
			free(parts[j].data);
			parts[i] = merged;
			parts[j] = parts[left - 1];
		}
		if (klout_calibration_read(parts[0].data, parts[0].len, &whole) != NULL ||
			fold(&parts[0], NULL, &counts, &bins) != NULL)
			abort();
		kept &= whole.as_of == NOW && whole.model_len == sizeof(model_bytes) &&
			memcmp(whole.model, model_bytes, sizeof(model_bytes)) == 0 &&
			whole.ncounts == bins && whole.nbins == 0;
		passed &= klout_raw_people(counts, bins) == (uint64) n &&
			klout_raw_percentile(counts, bins, fraction) ==
			people[Max(1, (int) ceil(fraction * n)) - 1];
		for (uint32 i = 0; i < bins; i++)
			passed &= i == 0 || counts[i].bin > counts[i - 1].bin;
		free(counts);
		free(parts[0].data);
	}
	check(passed, "states hold everybody, however they came together");
	check(kept, "and their model and moment");
}

static bool
says(const char *fault, const char *expected)
{
	return fault != NULL && strcmp(fault, expected) == 0;
}

static void
test_hostile(void)
{
	KloutRawCount two[2] = {{100, 3}, {200, 4}};
	State		state = make_state(two, 2, 2);
	State		changed;
	KloutCalibration parts;
	KloutRawCount *counts;
	size_t		used;
	uint32		n;
	bool		passed = true;
	static const size_t fields[] = {0, 4, 16, 20};
	static const uint32 values[] = {0, 1, 2, 3, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF};

	add(&state, 150);
	check(fold(&state, NULL, &counts, &n) == NULL && n == 3 && counts[1].bin == 150 &&
		  klout_raw_people(counts, n) == 8, "a state to be spoilt");
	free(counts);
	used = state.len - 4;

	changed.data = malloc(state.len);
	for (size_t cut = 0; cut < used; cut++)
	{
		uint8	   *copy = malloc(cut > 0 ? cut : 1);

		memcpy(copy, state.data, cut);
		passed &= says(klout_calibration_read(copy, cut, &parts), "it is cut short");
		free(copy);
	}
	check(passed, "no beginning of a state is a state");

	/* numbers that promise more than there is; all that reads can be counted */
	for (size_t i = 0; i < lengthof(fields); i++)
	{
		for (size_t j = 0; j < lengthof(values); j++)
		{
			changed.len = state.len;
			memcpy(changed.data, state.data, state.len);
			klout_store_u32(changed.data + fields[i], values[j]);
			(void) fold(&changed, &state, &counts, &n);
			free(counts);
		}
	}
	for (int i = 0; i < 100000; i++)
	{
		changed.len = state.len;
		memcpy(changed.data, state.data, state.len);
		for (int j = random_below(3); j >= 0; j--)
			changed.data[random_below((int) state.len)] = (uint8) random_below(256);
		if (klout_calibration_read(changed.data, changed.len, &parts) == NULL)
			(void) klout_calibration_add(changed.data, &parts, 1);
		(void) fold(&changed, random_below(2) ? &state : NULL, &counts, &n);
		free(counts);
	}
	check(true, "random bytes: survived");

	changed.len = state.len;
	memcpy(changed.data, state.data, state.len);
	klout_store_u32(changed.data, 2);
	check(says(fold(&changed, NULL, &counts, &n), "version is unknown"), "another version");

	/* the first count is after header and model: its bin, its people */
	used = KLOUT_CALIBRATION_HEADER + sizeof(model_bytes);
	memcpy(changed.data, state.data, state.len);
	klout_store_u32(changed.data + used, 201);
	check(says(fold(&changed, NULL, &counts, &n), "raw scores are not in ascending order"),
		  "bins out of order");
	free(counts);
	memcpy(changed.data, state.data, state.len);
	klout_store_u64(changed.data + used + 4, 0);
	check(says(fold(&changed, NULL, &counts, &n), "a count is zero"), "nobody in a bin");
	free(counts);
	memcpy(changed.data, state.data, state.len);
	klout_store_u32(changed.data + used + KLOUT_CALIBRATION_COUNT, KLOUT_RAW_BIN_MAX + 1);
	check(says(fold(&changed, NULL, &counts, &n), "a raw score is out of range"), "a bin too high");
	free(counts);
	memcpy(changed.data, state.data, state.len);
	klout_store_u64(changed.data + used + 4, (uint64) PG_INT64_MAX - 5);
	check(fold(&changed, NULL, &counts, &n) == NULL, "2^63 - 1 people");
	free(counts);
	check(says(fold(&changed, &state, &counts, &n), "people exceed 9223372036854775807"),
		  "and more");
	free(counts);
	free(changed.data);
	free(state.data);
}

/* ----------
 * Pairs
 * ----------
 */

static Fact
action(int network, uint64 actor, int64 bucket, int weight)
{
	Fact		fact;

	memset(&fact, 0, sizeof(fact));
	fact.type = KLOUT_SERIES_ACTIONS;
	fact.network = network;
	fact.actor = actor;
	fact.bucket = bucket;
	fact.weight = weight;
	return fact;
}

static KloutMix
pairs_of(const Fact *facts, int n)
{
	KloutStatus status;
	Value		value = buffered_value(facts, n, KLOUT_UNIT_DAY, &status);
	KloutMix	pairs = {0, 0};

	if (status != KLOUT_OK || klout_mix_add(&pairs, value.data, value.len) != NULL)
		abort();
	free(value.data);
	return pairs;
}

static void
test_pairs(void)
{
	static Fact facts[2000];
	KloutMix	pairs;
	KloutMix	more = {PG_INT64_MAX, 5};
	KloutStatus status;
	KloutSignals signals;
	KloutNetwork network;
	Value		value;
	double		estimate;
	bool		passed = true;

	pairs = pairs_of(facts, 0);
	check(pairs.proven == 0 && pairs.unproven == 0, "nobody has no pairs");

	/* weights 1 and 0.25, and 1 again before a later day of 0 */
	facts[0] = action(0, 1, TODAY, 200);
	facts[1] = action(0, 2, TODAY, 50);
	facts[2] = action(0, 3, TODAY, 0);
	facts[3] = action(0, 3, TODAY - 1, 200);
	facts[4] = action(0, 1, TODAY, 0);
	pairs = pairs_of(facts, 5);
	check(pairs.proven == 450 && pairs.unproven == 150,
		  "a pair counts the weight of its last proven day");
	facts[5] = action(1, 1, TODAY, 100);
	pairs = pairs_of(facts, 6);
	check(pairs.proven == 550 && pairs.unproven == 250, "on each network");

	for (int i = 0; i < 256; i++)
		facts[i] = action(0, (uint64) i, TODAY - i, i % 4 == 0 ? 200 : 0);
	pairs = pairs_of(facts, 256);
	check(pairs.proven == 64 * 200 && pairs.unproven == 192 * 200,
		  "256 reactors are counted one by one");
	/* 0 to 255 proven, 156 to 411 not: a hundred are both */
	for (int i = 0; i < 512; i++)
		facts[i] = action(0, (uint64) (i < 256 ? i : i - 100), TODAY - i, i < 256 ? 200 : 0);
	pairs = pairs_of(facts, 512);
	check(pairs.proven == 256 * 200 && pairs.unproven == 156 * 200,
		  "and so are 256 proven and 256 unproven ones");
	/* 1,500 proven, of whom the oldest once were not: nobody is unproven */
	for (int i = 0; i < 1600; i++)
		facts[i] = action(0, (uint64) (i % 1500), TODAY - i / 15, i < 1500 ? 200 : 0);
	pairs = pairs_of(facts, 1600);
	check(pairs.unproven == 0 && fabs((double) pairs.proven / (200 * 1500) - 1) < 5 * 0.0325,
		  "who was unproven once counts as what he became");

	for (int i = 0; i < 2000; i++)
		facts[i] = action(0, (uint64) i, TODAY - i % 50, i % 4 == 0 ? 200 : 0);
	pairs = pairs_of(facts, 2000);
	value = buffered_value(facts, 2000, KLOUT_UNIT_DAY, &status);
	if (klout_signals_iter_init(&signals, value.data, value.len) ||
		!klout_signals_next(&signals, &network) ||
		!network.proven.registers || !network.unproven.registers)
		abort();
	estimate = rint(klout_registers_estimate(network.proven.registers));
	check((double) pairs.proven == 200 * estimate && fabs(estimate / 500 - 1) < 5 * 0.0325,
		  "of more there are as many proven ones as the registers say");
	estimate = rint(klout_network_reactors(&network));
	check((double) (pairs.proven + pairs.unproven) == 200 * estimate &&
		  fabs(estimate / 2000 - 1) < 5 * 0.0325,
		  "and as many of both");

	/* registers as full as they can be */
	for (int i = 0; i < KLOUT_REGISTERS_BYTES; i += 3)
	{
		uint32		group = 55 | 55 << 6 | 55 << 12 | 55 << 18;
		uint8	   *p = value.data + (network.proven.registers - value.data) + i;

		p[0] = (uint8) group;
		p[1] = (uint8) (group >> 8);
		p[2] = (uint8) (group >> 16);
	}
	memset(&pairs, 0, sizeof(pairs));
	check(klout_mix_add(&pairs, value.data, value.len) == NULL &&
		  pairs.proven == 2000 * 200 && pairs.unproven == 0,
		  "registers that lie count no more reactors than there are actions");

	for (size_t cut = 0; cut < value.len; cut++)
		passed &= klout_mix_add(&pairs, value.data, cut) != NULL;
	check(passed, "no beginning of a value has pairs");
	free(value.data);

	pairs.proven = 1;
	pairs.unproven = 1;
	check(!klout_mix_merge(&pairs, &more) && pairs.proven == 1 && pairs.unproven == 1,
		  "too many pairs are refused");
	more.proven--;
	check(klout_mix_merge(&pairs, &more) && pairs.proven == PG_INT64_MAX &&
		  pairs.unproven == 6, "as many as fit are not");
}

/* ----------
 * Who is active
 * ----------
 */

static double
idle_of(const Fact *facts, int n, KloutUnit unit, int64 at)
{
	KloutModel	model;
	KloutScore	score;
	KloutStatus status;
	Value		value = buffered_value(facts, n, unit, &status);

	klout_model_default(&model);
	if (status != KLOUT_OK ||
		klout_score_compute(value.data, value.len, &model, at, &score, NULL))
		abort();
	free(value.data);
	return score.idle;
}

static void
test_idle(void)
{
	Fact		facts[3] = {0};

	check(idle_of(facts, 0, KLOUT_UNIT_DAY, NOW) < 0, "nobody ever");
	facts[0] = action(0, 1, TODAY, 0);
	check(idle_of(facts, 1, KLOUT_UNIT_DAY, NOW) == 0, "today, of any weight");
	facts[0] = action(0, 1, TODAY + 1, 200);
	check(idle_of(facts, 1, KLOUT_UNIT_DAY, NOW) < 0, "tomorrow is not yet");
	facts[1] = action(1, 1, TODAY - 89, 200);
	facts[2] = action(2, 2, TODAY - 100, 200);
	check(idle_of(facts, 3, KLOUT_UNIT_DAY, NOW) == 89, "the newest of all networks up to now");
	facts[0] = action(0, 1, TODAY * 24 + 12 - 36, 200);
	check(idle_of(facts, 1, KLOUT_UNIT_HOUR, NOW) == 1.5, "36 hours are a day and a half");
	facts[0].type = KLOUT_SERIES_POSTS;
	check(idle_of(facts, 1, KLOUT_UNIT_HOUR, NOW) < 0, "posts of one's own are no actions received");
	facts[0].type = KLOUT_SERIES_AUDIENCE;
	facts[0].followers = 10;
	facts[0].at = NOW;
	check(idle_of(facts, 1, KLOUT_UNIT_DAY, NOW) < 0, "nor are followers");
}

int
main(void)
{
	random_begin(20260404);
	test_bins();
	test_scale();
	test_percentile();
	test_states();
	test_hostile();
	test_pairs();
	test_idle();
	return finish();
}
