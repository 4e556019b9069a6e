/*-------------------------------------------------------------------------
 *
 * validate_fuzz.c
 *	  The state of the measures of scores, of any bytes: against counting all
 *	  pairs of rows one by one.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "tune/validate.h"

#define NAIVE_MAX		200

static uint64 polls;

static void
poll(void)
{
	polls++;
}

static int
compare_double(double a, double b)
{
	return (a > b) - (a < b);
}

static void
count_naively(const KloutPair *pairs, size_t n, const KloutAgreement *agreement)
{
	KloutAgreement naive = {0};

	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < i; j++)
		{
			int			score = compare_double(pairs[i].score, pairs[j].score);
			int			outcome = compare_double(pairs[i].outcome, pairs[j].outcome);

			naive.pairs++;
			naive.tied_scores += score == 0;
			naive.tied_outcomes += outcome == 0;
			naive.tied_both += score == 0 && outcome == 0;
			naive.discordant += score * outcome < 0;
		}
	require(naive.pairs == agreement->pairs);
	require(naive.tied_scores == agreement->tied_scores);
	require(naive.tied_outcomes == agreement->tied_outcomes);
	require(naive.tied_both == agreement->tied_both);
	require(naive.discordant == agreement->discordant);
}

static void
require_within(double value, double low)
{
	require(isnan(value) || (value >= low && value <= 1));
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Part		state = part_of(data, size);
	KloutPairsView view;

	if (klout_pairs_view(state.data, state.len, &view) == NULL)
	{
		size_t		bytes = view.n * sizeof(KloutPair) + 1;
		KloutPair  *pairs = malloc(bytes);
		KloutPair  *given = malloc(bytes);
		KloutPair  *spare = malloc(bytes);

		require(view.n <= view.capacity);
		require(KLOUT_PAIRS_HEADER + view.capacity * KLOUT_PAIR_SIZE <= state.len);
		if (klout_pairs_read(state.data, &view, given, poll) == NULL)
		{
			KloutAgreement agreement;
			KloutAgreement turned;
			double		ndcg;

			memcpy(pairs, given, view.n * sizeof(KloutPair));
			klout_agreement(pairs, spare, view.n, poll, &agreement);
			if (view.n <= NAIVE_MAX)
				count_naively(given, view.n, &agreement);
			require_within(klout_spearman_of(&agreement), -1);
			require_within(klout_kendall_of(&agreement), -1);
			require_within(klout_auc_of(&agreement), 0);

			/* the order of the rows does not matter, to the bit */
			for (size_t i = 0; i < view.n; i++)
				pairs[i] = given[view.n - 1 - i];
			klout_agreement(pairs, spare, view.n, poll, &turned);
			require(memcmp(&agreement, &turned, sizeof(agreement)) == 0);

			if (view.k > 0)
			{
				double		again;

				memcpy(pairs, given, view.n * sizeof(KloutPair));
				ndcg = klout_ndcg_of(pairs, spare, view.n, view.k, poll);
				require_within(ndcg, 0);
				for (size_t i = 0; i < view.n; i++)
					pairs[i] = given[view.n - 1 - i];
				again = klout_ndcg_of(pairs, spare, view.n, view.k, poll);
				require(isnan(ndcg) ? isnan(again) : ndcg == again);
			}
		}
		/* and a row that comes to it */
		if (view.n < view.capacity)
		{
			klout_pairs_append(state.data, view.n, 1, 2);
			require(klout_pairs_view(state.data, state.len, &view) == NULL ||
					view.n == KLOUT_PAIRS_MAX);
		}
		free(pairs);
		free(given);
		free(spare);
	}
	free(state.data);
}
