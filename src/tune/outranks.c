/*-------------------------------------------------------------------------
 *
 * outranks.c
 *	  The probability that of two people the one with the higher score will
 *	  have the greater outcome, and the sharpness that fits it.
 *
 * Plan of the fit.  Rows are sorted by outcome, so a row beats exactly the rows
 * before its group of equal outcomes, and a running sum of their numbers
 * numbers all pairs with different outcomes.  We take every pair, or, of very
 * many, pairs whose numbers come from a fixed random sequence: a uniform sample
 * that does not depend on the order of the rows.  The likelihood is concave in
 * the sharpness, so its derivative has at most one zero, which we find by
 * regula falsi with the Illinois modification (Dowell and Jarratt, BIT 11,
 * 1971).
 *
 * The caller owns all memory.  The running sums lie in spare, the sample of
 * pairs is drawn again in each step.
 *
 *-------------------------------------------------------------------------
 */
#include "tune/outranks.h"

#include <math.h>

#define PAIRS_TAKEN_MAX		262144
#define STEPS_MAX			200

/* pairs between two calls of poll */
#define POLL_PAIRS			4096

#define SQRT_HALF			0.70710678118654752440
#define SQRT_2_BY_PI		0.79788456080286535588

double
klout_outranks_of(double raw_a, double raw_b, double sharpness)
{
	if (raw_a == raw_b)
		return 0.5;
	return 0.5 * erfc(sharpness * (raw_b - raw_a) * SQRT_HALF);
}

/* phi(z) / Phi(z), the derivative of ln Phi. */
static double
hazard(double z)
{
	/* here both underflow; their ratio is -z (1 + 1 / z^2 + ...) */
	if (z < -25)
		return -z - 1 / z;
	return SQRT_2_BY_PI * exp(-0.5 * z * z) / erfc(-z * SQRT_HALF);
}

/* The rows by outcome, and their pairs. */
typedef struct Contest
{
	const KloutPair *rows;
	size_t		n;
	int64	   *upto;			/* pairs in which this row or one before wins */
	int64		pairs;			/* with different outcomes */
	KloutPoll	poll;
} Contest;

/* Vigna's splitmix64, https://prng.di.unimi.it/splitmix64.c */
static uint64
next_random(uint64 *state)
{
	uint64		z = (*state += UINT64CONST(0x9E3779B97F4A7C15));

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

/* The row that wins pair number pair: the first with upto above it. */
static size_t
winner_of(const Contest *contest, int64 pair)
{
	size_t		low = 0;
	size_t		high = contest->n - 1;

	while (low < high)
	{
		size_t		middle = low + (high - low) / 2;

		if (contest->upto[middle] > pair)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* What one pair adds to the derivative of the likelihood. */
static inline double
slope_of_pair(double winner, double loser, double sharpness)
{
	double		difference = winner - loser;

	return difference * hazard(sharpness * difference);
}

static double
slope(const Contest *contest, double sharpness)
{
	double		sum = 0;

	if (contest->pairs <= PAIRS_TAKEN_MAX)
	{
		for (size_t i = 1; i < contest->n; i++)
		{
			size_t		beaten = (size_t) (contest->upto[i] - contest->upto[i - 1]);

			contest->poll();
			for (size_t j = 0; j < beaten; j++)
				sum += slope_of_pair(contest->rows[i].score,
									 contest->rows[j].score, sharpness);
		}
	}
	else
	{
		uint64		random = 0;

		for (int taken = 0; taken < PAIRS_TAKEN_MAX; taken++)
		{
			int64		pair = (int64) (next_random(&random) % (uint64) contest->pairs);
			size_t		winner = winner_of(contest, pair);
			int64		loser = pair - contest->upto[winner - 1];

			if (taken % POLL_PAIRS == 0)
				contest->poll();
			Assert(contest->rows[loser].outcome < contest->rows[winner].outcome);
			sum += slope_of_pair(contest->rows[winner].score,
								 contest->rows[loser].score, sharpness);
		}
	}
	return sum;
}

double
klout_sharpness_of(KloutPair *pairs, KloutPair *spare, size_t n, KloutPoll poll)
{
	Contest		contest = {pairs, n, (int64 *) spare, 0, poll};
	size_t		group = 0;		/* start of the rows of equal outcome */
	double		low = 0;
	double		high = KLOUT_SHARPNESS_MAX;
	double		at_low;
	double		at_high;
	int			side = 0;

	StaticAssertStmt(sizeof(int64) <= sizeof(KloutPair),
					 "the running sums fit into spare");

	klout_pairs_sort_by_outcome(pairs, spare, n, poll);
	for (size_t i = 0; i < n; i++)
	{
		if (pairs[i].outcome != pairs[group].outcome)
			group = i;
		contest.pairs += (int64) group;
		contest.upto[i] = contest.pairs;
	}
	if (contest.pairs == 0)
		return NAN;

	/* in no order, or in the wrong one */
	at_low = slope(&contest, low);
	if (at_low <= 0)
		return low;
	at_high = slope(&contest, high);
	if (at_high >= 0)
		return high;

	for (int step = 0; step < STEPS_MAX && high - low > 1e-12 * high; step++)
	{
		double		middle = (low * at_high - high * at_low) / (at_high - at_low);
		double		at_middle;

		if (!(middle > low && middle < high))
			middle = low + (high - low) / 2;
		at_middle = slope(&contest, middle);
		if (at_middle == 0)
			return middle;
		if (at_middle > 0)
		{
			low = middle;
			at_low = at_middle;
			if (side > 0)
				at_high /= 2;
			side = 1;
		}
		else
		{
			high = middle;
			at_high = at_middle;
			if (side < 0)
				at_low /= 2;
			side = -1;
		}
	}
	return low + (high - low) / 2;
}
