/*-------------------------------------------------------------------------
 *
 * score_fuzz.c
 *	  The score and its explanation, of any value, model and moment.
 *
 * Input: a moment; a part, the bytes of a model, or, when these are none, a
 * list of numbers that are put into the default model where they are allowed;
 * the rest is the value.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "score/score.h"

static void
model_from_numbers(Part part, KloutModel *model)
{
	Input		input = input_of(part.data, part.len);

	klout_model_default(model);
	while (input.left > 0)
	{
		const KloutModelScalar *scalar =
			&klout_model_scalars[input_below(&input, KLOUT_MODEL_NSCALARS)];

		if (scalar->is_half_life)
		{
			int64		value = (int64) input_number(&input, 8);

			if (klout_model_half_life_valid(value))
				*klout_model_half_life(model, scalar) = value;
		}
		else
		{
			double		value = input_double(&input);

			if (klout_model_number_valid(scalar, value))
				*klout_model_number(model, scalar) = value;
		}
	}
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	int64		at = (int64) input_number(&input, 8);
	Part		model_bytes = input_part(&input);
	Part		value = input_rest(&input);
	static KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	KloutModel	model;
	KloutScore	score;
	KloutScore	again;
	const char *fault;
	double		points = 0;

	/* timestamptz has infinities and nothing beyond its range */
	if (at < klout_bucket_start(KLOUT_DAY_FIRST, KLOUT_UNIT_DAY) ||
		at >= klout_bucket_start(KLOUT_DAY_LAST, KLOUT_UNIT_DAY))
		at = (int64) ((uint64) at % UINT64CONST(1000000000000000));
	if (klout_model_read(model_bytes.data, model_bytes.len, &model) != NULL)
		model_from_numbers(model_bytes, &model);

	fault = klout_score_compute(value.data, value.len, &model, at, &score, networks);
	if (klout_signals_check(value.data, value.len) == NULL)
		require(fault == NULL);
	if (fault == NULL)
	{
		require(score.score >= 0 && score.score < 100);
		require(score.raw >= 0 && isfinite(score.raw));
		require(score.reactions >= 0 && isfinite(score.reactions));
		require(!isnan(score.idle));
		require((score.raw > 0) == (score.score > 0) || score.raw < 1e-300);
		for (int i = 0; i < score.nnetworks; i++)
			for (int part = 0; part < KLOUT_PARTS; part++)
			{
				double		here = klout_score_points(&score, &model, &networks[i],
													  (KloutPart) part);

				require(here >= 0 && here <= 100 * (1 + 1e-12));
				require(networks[i].value[part] >= 0 && isfinite(networks[i].value[part]));
				points += here;
			}
		require(fabs(points - score.score) <= 1e-9);

		/* without the networks it is the same to the bit */
		require(klout_score_compute(value.data, value.len, &model, at, &again, NULL) == NULL);
		require(memcmp(&again.score, &score.score, sizeof(double)) == 0 &&
				memcmp(&again.raw, &score.raw, sizeof(double)) == 0);
	}
	free(model_bytes.data);
	free(value.data);
}
