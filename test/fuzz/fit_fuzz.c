/*-------------------------------------------------------------------------
 *
 * fit_fuzz.c
 *	  The state of klout_fit, of any bytes: checked, merged, added to, solved.
 *
 * Input: two parts, bytes of a state of klout_fit; then features of
 * judgements.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "tune/fit.h"

static KloutFitWork work;

static void
solve(Part state)
{
	double		weights[KLOUT_FEATURES_MAX];
	double		again[KLOUT_FEATURES_MAX];
	size_t		n = (size_t) klout_fit_features(state.data);
	KloutFitOutcome outcome = klout_fit_solve(state.data, &work, weights);

	require(outcome >= KLOUT_FIT_DONE && outcome <= KLOUT_FIT_UNSOLVED);
	if (outcome != KLOUT_FIT_DONE)
		return;
	for (size_t i = 0; i < n; i++)
		require(isfinite(weights[i]) && weights[i] >= 0);
	memset(&work, 0xAB, sizeof(work));
	require(klout_fit_solve(state.data, &work, again) == KLOUT_FIT_DONE);
	require(memcmp(weights, again, n * sizeof(double)) == 0);
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	Part		state[2];
	bool		valid[2];

	for (int i = 0; i < 2; i++)
	{
		state[i] = input_part(&input);
		valid[i] = klout_fit_check(state[i].data, state[i].len) == NULL;
		if (valid[i])
		{
			require(klout_fit_fits(state[i].data, state[i].len));
			solve(state[i]);
		}
	}
	if (valid[0] && valid[1] &&
		klout_fit_features(state[0].data) == klout_fit_features(state[1].data))
	{
		Part		ab = part_of(state[0].data, state[0].len);
		Part		ba = part_of(state[1].data, state[1].len);
		bool		done = klout_fit_merge(ab.data, state[1].data);

		require(klout_fit_merge(ba.data, state[0].data) == done);
		if (done)
		{
			require(same_part(ab, ba));
			require(klout_fit_check(ab.data, ab.len) == NULL);
			solve(ab);
		}
		free(ab.data);
		free(ba.data);
	}

	/* what judgements make is always a state */
	if (valid[0])
	{
		int			n = klout_fit_features(state[0].data);
		double		features[2][KLOUT_FEATURES_MAX];
		Part		fresh;

		fresh.len = klout_fit_size(n);
		fresh.data = malloc(fresh.len);
		klout_fit_init(fresh.data, n);
		while (input.left > 0)
		{
			for (int i = 0; i < 2 * n; i++)
			{
				double	   *feature = &features[i / n][i % n];

				*feature = input_double(&input);
				/* as klout_fit_accum demands */
				if (!(fabs(*feature) <= KLOUT_FEATURE_LIMIT))
					*feature = input_u8(&input);
			}
			require(klout_fit_add(fresh.data, features[0], features[1]));
			(void) klout_fit_add(state[0].data, features[0], features[1]);
		}
		if (klout_fit_pairs(fresh.data) > 0)
		{
			require(klout_fit_check(fresh.data, fresh.len) == NULL);
			solve(fresh);
		}
		require(klout_fit_check(state[0].data, state[0].len) == NULL);
		solve(state[0]);
		free(fresh.data);
	}
	free(state[0].data);
	free(state[1].data);
}
