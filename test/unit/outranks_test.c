/*-------------------------------------------------------------------------
 *
 * outranks_test.c
 *	  klout_outranks and klout_sharpness without a server: against published
 *	  quantiles of the normal distribution, closed forms, and the likelihood of
 *	  every pair of rows.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <math.h>

#include "tune/outranks.h"

#define ROWS_MAX			4000

/* quantiles of the normal distribution */
#define Z_75				0.67448975019608171
#define Z_90				1.2815515655446004

static KloutPair given[ROWS_MAX];
static KloutPair pairs[ROWS_MAX];
static KloutPair spare[ROWS_MAX];
static size_t ngiven;

static void
poll(void)
{
}

static bool
near(double a, double b, double tolerance)
{
	return fabs(a - b) <= tolerance;
}

static void
add(int n, double raw, double outcome)
{
	for (int i = 0; i < n; i++)
		given[ngiven++] = (KloutPair)
	{
		raw, outcome
	};
}

static double
sharpness(void)
{
	memcpy(pairs, given, ngiven * sizeof(KloutPair));
	return klout_sharpness_of(pairs, spare, ngiven, poll);
}

static void
shuffle(void)
{
	for (size_t i = ngiven; i > 1; i--)
	{
		size_t		j = (size_t) random_below((int) i);
		KloutPair	swap = given[i - 1];

		given[i - 1] = given[j];
		given[j] = swap;
	}
}

/* From its definition; no pair here is so unlikely that Phi underflows. */
static double
likelihood(double g)
{
	double		sum = 0;

	for (size_t i = 0; i < ngiven; i++)
		for (size_t j = 0; j < ngiven; j++)
			if (given[i].outcome > given[j].outcome)
				sum += log(0.5 * erfc(-g * (given[i].score - given[j].score) / sqrt(2)));
	return sum;
}

static void
test_outranks(void)
{
	bool		antisymmetric = true;
	bool		monotone = true;

	check(near(klout_outranks_of(1, 0, Z_75), 0.75, 1e-15), "the upper quartile");
	check(near(klout_outranks_of(0, 1, Z_75), 0.25, 1e-15), "and the lower");
	check(near(klout_outranks_of(3, 1, Z_90 / 2), 0.9, 1e-15), "the sharpness multiplies the difference");
	check(klout_outranks_of(5, 5, 9) == 0.5, "equal sums give 0.5");
	check(klout_outranks_of(7, 2, 0) == 0.5, "a sharpness of 0 gives 0.5");
	check(klout_outranks_of(INFINITY, INFINITY, 1) == 0.5, "infinite sums are equal");
	check(klout_outranks_of(INFINITY, 1, 1) == 1 && klout_outranks_of(1, INFINITY, 1) == 0,
		  "an infinite sum outranks");
	check(klout_raw_of_score(50, 3.4) == 3.4, "a score of 50 has a raw sum of scale");
	check(isinf(klout_raw_of_score(100, 3.4)) && klout_raw_of_score(0, 3.4) == 0, "and 0 and 100 have 0 and infinity");

	for (int i = 0; i < 100000; i++)
	{
		double		a = random_below(10000) / 1000.0;
		double		b = random_below(10000) / 1000.0;
		double		c = random_below(10000) / 1000.0;
		double		g = random_below(1000) / 500.0;

		antisymmetric &= near(klout_outranks_of(a, b, g) + klout_outranks_of(b, a, g), 1, 1e-15);
		monotone &= klout_outranks_of(Max(a, b), c, g) >= klout_outranks_of(Min(a, b), c, g);
	}
	check(antisymmetric, "swapping gives 1 minus the result");
	check(monotone, "a higher score outranks more");
}

static void
test_sharpness(void)
{
	bool		best = true;
	bool		same = true;
	double		before;

	ngiven = 0;
	check(isnan(sharpness()), "no rows have none");
	add(9, 1, 4);
	add(9, 2, 4);
	check(isnan(sharpness()), "equal outcomes have none");

	/*
	 * 3 pairs of raw sums in order, 1 in the wrong one, 1 apart: Phi(g) = 3 /
	 * 4
	 */
	ngiven = 0;
	add(3, 8, 1);
	add(1, 7, 0);
	add(1, 7, 1);
	add(1, 8, 0);
	check(near(sharpness(), Z_75, 1e-10), "three right and one wrong");

	/* the same, 2 apart: half as sharp */
	for (size_t i = 0; i < ngiven; i++)
		given[i].score *= 2;
	check(near(sharpness(), Z_75 / 2, 1e-10), "twice the difference is half the sharpness");

	ngiven = 0;
	add(3, 8, 0);
	add(1, 7, 1);
	check(sharpness() == 0, "the wrong order gives 0");
	ngiven = 0;
	add(3, 7, 0);
	add(1, 8, 1);
	check(sharpness() == KLOUT_SHARPNESS_MAX, "the right order gives the most");
	ngiven = 0;
	add(3, 7, 0);
	add(1, 7, 1);
	check(sharpness() == 0, "equal scores say nothing");

	/* 9 million pairs, of which a sample is taken; 90 of 100 in order */
	ngiven = 0;
	add(1800, 3, 1);
	add(600, 2, 0);
	add(200, 2, 1);
	add(600, 3, 0);
	check(near(sharpness(), Z_90, 0.02), "a sample of very many pairs");
	before = sharpness();
	for (int i = 0; i < 10; i++)
	{
		shuffle();
		same &= sharpness() == before;
	}
	check(same, "the order of rows does not matter, to the last bit");

	for (int round = 0; round < 200; round++)
	{
		double		g;

		ngiven = 0;
		for (int i = 2 + random_below(30); i > 0; i--)
		{
			double		raw = random_below(60) / 10.0;

			add(1, raw, random_below(4) + (int) (raw * random_below(3) / 2));
		}
		g = sharpness();
		before = g;
		shuffle();
		same &= isnan(g) || sharpness() == before;
		if (isnan(g) || g > 3)
			continue;
		best &= likelihood(g) >= likelihood(g + 1e-3) - 1e-9 &&
			(g == 0 || likelihood(g) >= likelihood(Max(g - 1e-3, 0)) - 1e-9);
	}
	check(best, "no sharpness beside it is more likely");
	check(same, "nor does it for few rows");

	/* differences whose density and distribution underflow */
	ngiven = 0;
	add(1, 0, 1);
	add(1, 1e6, 0);
	add(1, 2e6, 2);
	check(sharpness() >= 0 && sharpness() < 1e-5, "very large differences");
}

int
main(void)
{
	random_begin(20261201);
	test_outranks();
	test_sharpness();
	return finish();
}
