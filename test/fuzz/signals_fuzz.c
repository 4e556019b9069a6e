/*-------------------------------------------------------------------------
 *
 * signals_fuzz.c
 *	  Three values of klout_signals of any bytes: validated, read and merged.
 *
 * Input: two parts and the rest, each the bytes that klout_signals_recv gets.
 * What the validator takes must merge into what it takes, whatever the order.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "score/score.h"
#include "tune/calibrate.h"

/*
 * Reads a value as klout_entries and others do.  Reactors are read by what is
 * computed from them.
 */
static void
read_all(Part value)
{
	KloutSignals signals;
	KloutNetwork network;
	int			networks = 0;

	require(klout_signals_iter_init(&signals, value.data, value.len) == NULL);
	while (klout_signals_next(&signals, &network))
	{
		int64		bucket;
		uint64		count;
		uint64		actions = 0;

		networks++;
		require(network.name.len >= 1 && network.name.len <= KLOUT_NAME_MAX);
		for (int i = 0; i < network.nkinds; i++)
		{
			KloutBucketCounts runs = network.runs[i];

			while (klout_bucket_counts_next(&runs, &bucket, &count))
			{
				require(klout_bucket_valid(bucket, signals.unit));
				require(bucket <= network.newest && count > 0);
				actions += count;
			}
		}
		require(actions <= PG_INT64_MAX);
	}
	require(signals.fault == NULL && networks == signals.networks);
}

/* What can be computed from any value. */
static void
compute(Part value)
{
	KloutModel	model;
	KloutScore	score;
	KloutMix	pairs = {0, 0};
	const char *fault;

	klout_model_default(&model);
	/* at the beginning, in the middle and at the end of time */
	for (int i = 0; i < 3; i++)
	{
		int64		at = i == 0 ? klout_bucket_start(KLOUT_DAY_FIRST, KLOUT_UNIT_DAY) :
			i == 1 ? 0 : klout_bucket_start(KLOUT_DAY_LAST, KLOUT_UNIT_DAY);

		require(klout_score_compute(value.data, value.len, &model, at, &score, NULL) == NULL);
		require(score.score >= 0 && score.score < 100);
		require(score.raw >= 0 && isfinite(score.raw));
	}
	fault = klout_mix_add(&pairs, value.data, value.len);
	require(fault == NULL || fault == klout_mix_too_many);
	require(pairs.proven >= 0 && pairs.unproven >= 0);
}

/* data NULL when they can't be merged. */
static Part
merged(Part left, Part right)
{
	Part		none = {NULL, 0};
	Part		result;
	size_t		size;
	size_t		len;
	uint8	   *out;
	KloutStatus status;
	KloutFolds	folds;

	if (left.data == NULL || right.data == NULL)
		return none;
	size = klout_merge_bound(left.len, right.len, left.data[2], right.data[2]);
	out = malloc(size);
	status = klout_signals_merge(left.data, left.len, right.data, right.len,
								 out, size, &len, &folds);
	if (status != KLOUT_OK)
	{
		free(out);
		/* the bound is enough, and both have been validated */
		require(status != KLOUT_CORRUPT);
		return none;
	}
	result = part_of(out, len);
	free(out);
	require(klout_signals_check(result.data, result.len) == NULL);
	return result;
}

static void
require_same(Part a, Part b)
{
	require((a.data == NULL) == (b.data == NULL));
	if (a.data)
		require(same_part(a, b));
	free(a.data);
	free(b.data);
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	Part		value[3];
	Part		ab;
	Part		bc;
	bool		valid = true;

	value[0] = input_part(&input);
	value[1] = input_part(&input);
	value[2] = input_rest(&input);
	for (int i = 0; i < 3; i++)
	{
		const char *fault = klout_signals_check(value[i].data, value[i].len);

		if (fault == NULL)
		{
			Part		empty = part_of(klout_signals_empty, KLOUT_SIGNALS_EMPTY_LEN);

			read_all(value[i]);
			compute(value[i]);
			/* the empty value is neutral, on either side */
			require_same(merged(value[i], empty), part_of(value[i].data, value[i].len));
			require_same(merged(empty, value[i]), part_of(value[i].data, value[i].len));
			free(empty.data);
		}
		else
		{
			KloutModel	model;
			KloutScore	score;
			KloutMix	pairs = {0, 0};

			/* what is computed from a value on disk does not trust it either */
			klout_model_default(&model);
			(void) klout_score_compute(value[i].data, value[i].len, &model, 0, &score, NULL);
			(void) klout_mix_add(&pairs, value[i].data, value[i].len);
			valid = false;
		}
	}
	if (valid)
	{
		require_same(merged(value[0], value[1]), merged(value[1], value[0]));
		ab = merged(value[0], value[1]);
		bc = merged(value[1], value[2]);
		if (ab.data)
		{
			read_all(ab);
			compute(ab);
		}
		require_same(merged(ab, value[2]), merged(value[0], bc));
		free(ab.data);
		free(bc.data);
	}
	else if (value[0].len >= 3 && value[1].len >= 3)
	{
		/* merging looks at the bytes as it goes: no harm from bad ones */
		size_t		out_size = klout_merge_bound(value[0].len, value[1].len,
												 value[0].data[2], value[1].data[2]);
		uint8	   *out = malloc(out_size);
		size_t		len;
		KloutFolds	folds;

		(void) klout_signals_merge(value[0].data, value[0].len,
								   value[1].data, value[1].len, out, out_size, &len, &folds);
		free(out);
	}
	for (int i = 0; i < 3; i++)
		free(value[i].data);
}
