/*-------------------------------------------------------------------------
 *
 * fit_test.c
 *	  Fitting weights to judgements without a server.
 *
 * Solutions are known by hand, by construction, or proved: least squares is
 * convex, so weights are optimal exactly if they meet the conditions of
 * Karush, Kuhn and Tucker, and these are computed from the rows, not from the
 * sums that the code under test keeps.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <math.h>

#include "tune/fit.h"

#define ROWS_MAX	400

static uint8 state[KLOUT_FIT_HEADER + KLOUT_FIT_SUM * (KLOUT_FEATURES_MAX + KLOUT_FEATURES_MAX * (KLOUT_FEATURES_MAX + 1) / 2)];
static uint8 other[sizeof(state)];
static KloutFitWork work;
static double weights[KLOUT_FEATURES_MAX];

/* The judgements at hand: differences, against nobody. */
static int	nrows;
static int	n;
static double rows[ROWS_MAX][KLOUT_FEATURES_MAX];
static const double nobody[KLOUT_FEATURES_MAX];

static double
uniform(void)
{
	return (double) (random_u64() >> 11) / 9007199254740992.0;
}

/* near enough to normal */
static double
normal(void)
{
	double		sum = -6;

	for (int i = 0; i < 12; i++)
		sum += uniform();
	return sum;
}

static KloutFitOutcome
fit(void)
{
	klout_fit_init(state, n);
	for (int r = 0; r < nrows; r++)
		if (!klout_fit_add(state, rows[r], nobody))
			abort();
	if (klout_fit_check(state, klout_fit_size(n)) != NULL)
		abort();
	return klout_fit_solve(state, &work, weights);
}

/*
 * Begins judgements of so many features; row() adds one.
 */
static void
begin(int features)
{
	n = features;
	nrows = 0;
}

static void
row(double a, double b, double c)
{
	rows[nrows][0] = a;
	rows[nrows][1] = b;
	rows[nrows++][2] = c;
}

static bool
are(double a, double b, double c)
{
	double		expected[3] = {a, b, c};

	for (int i = 0; i < n; i++)
		if (!(fabs(weights[i] - expected[i]) <= 1e-15 * fabs(expected[i])))
		{
			printf("# weight %d is %.17g, not %.17g\n", i, weights[i], expected[i]);
			return false;
		}
	return true;
}

/*
 * How far the weights are from the conditions of an optimum: gradients are 0
 * where a weight is positive and not negative elsewhere.  Relative to what
 * rounding in doubles is relative to.
 */
static double
distance_from_optimal(void)
{
	double		worst = 0;
	double		rest[ROWS_MAX];
	double		terms[ROWS_MAX];

	for (int r = 0; r < nrows; r++)
	{
		rest[r] = -1;
		terms[r] = 1;
		for (int i = 0; i < n; i++)
		{
			rest[r] += rows[r][i] * weights[i];
			terms[r] += fabs(rows[r][i] * weights[i]);
		}
	}
	for (int i = 0; i < n; i++)
	{
		double		gradient = 0;
		double		magnitude = 1e-300;

		if (!(weights[i] >= 0))
			return INFINITY;
		for (int r = 0; r < nrows; r++)
		{
			gradient += rows[r][i] * rest[r];
			magnitude += fabs(rows[r][i]) * terms[r];
		}
		if (gradient < 0 || weights[i] > 0)
			worst = fmax(worst, fabs(gradient) / magnitude);
	}
	return worst;
}

static void
by_hand(void)
{
	begin(1);
	row(2, 0, 0);
	check(fit() == KLOUT_FIT_DONE && are(0.5, 0, 0), "one pair, one feature: 2 w = 1");
	row(1, 0, 0);
	/* (2 + 1) / (4 + 1) */
	check(fit() == KLOUT_FIT_DONE && are(0.6, 0, 0), "a compromise");
	row(-3, 0, 0);
	check(fit() == KLOUT_FIT_DONE && are(0, 0, 0), "sums that cancel: 0");
	row(-1, 0, 0);
	check(fit() == KLOUT_FIT_DONE && are(0, 0, 0), "it would be negative: 0");

	begin(2);
	row(1, 0, 0);
	row(0, 2, 0);
	check(fit() == KLOUT_FIT_DONE && are(1, 0.5, 0), "features apart");
	row(1, 2, 0);
	/* 2 a + 2 b = 2 and 2 a + 8 b = 4 */
	check(fit() == KLOUT_FIT_DONE && are(2.0 / 3, 1.0 / 3, 0), "features together");
	/* unconstrained 1 and -1; without b: a = (1 + 2) / (1 + 4) */
	begin(2);
	row(1, 0, 0);
	row(2, 1, 0);
	check(fit() == KLOUT_FIT_DONE && are(0.6, 0, 0), "one of two would be negative");

	begin(3);
	row(1, 1, 5);
	row(2, 2, 5);
	row(4, 4, -9);
	/* c: (5 + 5 - 9) / (25 + 25 + 81); a and b: columns 7, 21, product -21 */
	check(fit() == KLOUT_FIT_DONE && weights[1] == 0 && weights[0] > 0 &&
		  weights[2] > 0 && distance_from_optimal() < 1e-15,
		  "of two that are the same, the first");
	begin(3);
	row(1, 3, 0);
	row(2, 6, 0);
	row(3, 9, 0);
	check(fit() == KLOUT_FIT_DONE && are(6.0 / 14, 0, 0),
		  "of two in proportion, the first; zeros get 0");
	begin(2);
	row(3, 1, 0);
	row(6, 2, 0);
	row(9, 3, 0);
	check(fit() == KLOUT_FIT_DONE && are(1.0 / 7, 0, 0), "in proportion, the larger first: the first");

	/* opposites but for 2^-40: 2 a - 2 b = 1 and a - (1 - 2^-40) b = 1 */
	begin(2);
	row(2, -2, 0);
	row(1, -1 + ldexp(1, -40), 0);
	check(fit() == KLOUT_FIT_DONE && fabs(weights[0] / (ldexp(1, 39) + 0.5) - 1) < 1e-6 &&
		  fabs(weights[1] / ldexp(1, 39) - 1) < 1e-6, "a distance of 1e-12 is used");
	rows[1][1] = -1 + ldexp(1, -30);
	check(fit() == KLOUT_FIT_DONE && fabs(weights[0] / (ldexp(1, 29) + 0.5) - 1) < 1e-12 &&
		  fabs(weights[1] / ldexp(1, 29) - 1) < 1e-12, "one of 1e-9 exactly");
	rows[1][1] = -1 + ldexp(1, -46);
	check(fit() == KLOUT_FIT_DONE && are(0.6, 0, 0), "a distance of 1e-14 is none");
	begin(2);
	row(-1, -1, 0);
	row(-2, -5, 0);
	check(fit() == KLOUT_FIT_DONE && are(0, 0, 0), "everything speaks against: all 0");
}

static void
refusals(void)
{
	begin(3);
	row(1, 0, 0);
	row(0, 1, 0);
	check(fit() == KLOUT_FIT_FEW_PAIRS, "fewer pairs than features");
	row(0, 0, 0);
	check(fit() == KLOUT_FIT_DONE && are(1, 1, 0), "as many, a tie among them");
	begin(2);
	row(0, 0, 0);
	row(0, 0, 0);
	check(fit() == KLOUT_FIT_TIES, "ties only");
	row(1e-101, -1e-101, 0);
	check(fit() == KLOUT_FIT_TIES, "differences that are nothing");
	begin(2);
	row(1e100, 1e-100, 0);
	row(-1e100, 1e-100, 0);
	check(fit() == KLOUT_FIT_DONE && are(0, 1e100, 0), "the largest and the smallest");

	begin(1);
	row(1, 0, 0);
	(void) fit();
	klout_store_u64(state + 2, PG_INT64_MAX);
	memcpy(other, state, sizeof(state));
	check(klout_fit_check(state, klout_fit_size(1)) == NULL &&
		  !klout_fit_add(state, rows[0], nobody) &&
		  !klout_fit_merge(state, other) &&
		  memcmp(state, other, klout_fit_size(1)) == 0, "pairs beyond bigint are refused");
}

static void
sums(void)
{
	double		d = 1 + ldexp(1, -52);
	KloutDouble2 sum;

	begin(1);
	row(d, 0, 0);
	(void) fit();
	sum = klout_fit_load(state, 1);
	/* d^2 = 1 + 2^-51 + 2^-104 */
	check(sum.high == 1 + ldexp(1, -51) && sum.low == ldexp(1, -104),
		  "a square keeps all of its bits");
	for (int i = 0; i < 3; i++)
		klout_fit_add(state, rows[0], nobody);
	sum = klout_fit_load(state, 1);
	check(sum.high == 4 + ldexp(1, -49) && sum.low == ldexp(1, -102),
		  "sums keep them");
	rows[0][0] = 1e-17;
	klout_fit_add(state, rows[0], nobody);
	rows[0][0] = -4 * d;
	klout_fit_add(state, rows[0], nobody);
	sum = klout_fit_load(state, 0);
	check(sum.high == 1e-17 && sum.low == 0, "what cancels leaves the rest");

	begin(1);
	row(-0.0, 0, 0);
	klout_fit_init(state, 1);
	klout_fit_init(other, 1);
	klout_fit_add(state, rows[0], nobody);
	klout_store_u64(other + 2, 1);
	check(memcmp(state, other, klout_fit_size(1)) == 0, "zero has no sign");
}

/* Random rows of a kind. */
static void
draw(int kind)
{
	double		mean[KLOUT_FEATURES_MAX];
	double		size[KLOUT_FEATURES_MAX];

	n = random_below(3) == 0 ? 1 + random_below(KLOUT_FEATURES_MAX) : 1 + random_below(8);
	nrows = n + random_below(kind % 2 == 0 ? 2 * n : ROWS_MAX - n);
	if (nrows > ROWS_MAX)
		nrows = ROWS_MAX;
	for (int i = 0; i < n; i++)
	{
		mean[i] = uniform() - 0.3;
		size[i] = pow(10, 12 * uniform() - 6);
	}
	for (int r = 0; r < nrows; r++)
	{
		double		common = normal();

		for (int i = 0; i < n; i++)
			rows[r][i] = normal() + mean[i];
		switch (kind)
		{
			case 2:				/* whole numbers: many ties */
				for (int i = 0; i < n; i++)
					rows[r][i] = rint(rows[r][i]);
				break;
			case 3:				/* all alike */
				for (int i = 0; i < n; i++)
					rows[r][i] = common + rows[r][i] * 1e-3;
				break;
			case 4:				/* each feature many times */
				for (int i = 0; i < n; i++)
					rows[r][i] = rows[r][i % (1 + n / 3)];
				break;
			case 5:				/* sums and differences of others */
				for (int i = n / 2; i < n; i++)
					rows[r][i] = rows[r][i - n / 2] - rows[r][(i * 7) % (1 + n / 2)];
				break;
			case 6:				/* features and rows of zeros */
				for (int i = 0; i < n; i++)
					if (i % 3 == 1 || r % 4 == 1)
						rows[r][i] = 0;
				break;
			case 7:				/* any size */
				for (int i = 0; i < n; i++)
					rows[r][i] *= size[i];
				break;
			case 8:				/* opposites, nearly */
				for (int i = 1; i < n; i += 2)
					rows[r][i] = rows[r][i] * 1e-6 - rows[r][i - 1];
				break;
			case 9:				/* all against */
				for (int i = 0; i < n; i++)
					rows[r][i] = -fabs(rows[r][i]);
				break;
			default:
				break;
		}
	}
}

static const char *const kinds[] = {
	"few rows", "many rows", "whole numbers", "all alike", "copies", "sums and differences",
	"zeros", "any size", "opposites, nearly", "all against"
};

static void
random_problems(void)
{
	for (int kind = 0; kind < (int) lengthof(kinds); kind++)
	{
		double		worst = 0;
		int			unsolved = 0;
		char		name[100];

		for (int i = 0; i < 300; i++)
		{
			KloutFitOutcome outcome;

			draw(kind);
			outcome = fit();
			if (outcome == KLOUT_FIT_TIES)
				continue;
			if (outcome != KLOUT_FIT_DONE)
				unsolved++;
			else
				worst = fmax(worst, distance_from_optimal());
		}
		printf("# %s: at most %.1e from optimal\n", kinds[kind], worst);
		snprintf(name, sizeof(name), "300 problems are solved: %s", kinds[kind]);
		check(unsolved == 0 && worst < 1e-12, name);
	}
}

/* Rows that d . w = 1 holds for are fitted by that w. */
static void
planted(void)
{
	double		worst = 0;

	for (int i = 0; i < 300; i++)
	{
		double		truth[KLOUT_FEATURES_MAX];
		double		largest = 0;

		draw(1);
		nrows = Max(nrows, Min(2 * n + 5, ROWS_MAX));
		for (int f = 0; f < n; f++)
		{
			truth[f] = random_below(3) == 0 ? 0 : uniform();
			largest = fmax(largest, truth[f]);
		}
		if (largest == 0)
			truth[0] = largest = 1;
		for (int r = 0; r < nrows; r++)
		{
			double		margin = 0;

			for (int f = 0; f < n; f++)
			{
				rows[r][f] = normal();
				margin += rows[r][f] * truth[f];
			}
			for (int f = 0; f < n; f++)
				rows[r][f] /= margin;
		}
		if (fit() != KLOUT_FIT_DONE)
			worst = INFINITY;
		for (int f = 0; f < n; f++)
			worst = fmax(worst, fabs(weights[f] - truth[f]) / largest);
	}
	printf("# planted weights: %.1e off\n", worst);
	check(worst < 1e-9, "planted weights are found");
}

/* The same rows in other orders and parts. */
static void
orders(void)
{
	double		worst = 0;
	bool		pairs = true;

	for (int i = 0; i < 100; i++)
	{
		double		first[KLOUT_FEATURES_MAX];

		draw(i % 2 == 0 ? 1 : 7);
		if (fit() != KLOUT_FIT_DONE)
			worst = INFINITY;
		memcpy(first, weights, sizeof(first));

		klout_fit_init(state, n);
		klout_fit_init(other, n);
		for (int r = nrows - 1; r >= 0; r--)
			klout_fit_add(random_below(3) == 0 ? state : other, rows[r], nobody);
		klout_fit_merge(state, other);
		pairs = pairs && klout_fit_pairs(state) == (uint64) nrows &&
			klout_fit_check(state, klout_fit_size(n)) == NULL;
		if (klout_fit_solve(state, &work, weights) != KLOUT_FIT_DONE)
			worst = INFINITY;
		for (int f = 0; f < n; f++)
			worst = fmax(worst, fabs(weights[f] - first[f]) / fmax(first[f], 1e-300));
	}
	printf("# orders differ by %.1e\n", worst);
	check(worst < 1e-13 && pairs, "any order, in parts or not, gives the same weights");
}

static const char *
problem_of(int offset, double value)
{
	memcpy(other, state, klout_fit_size(n));
	klout_store_float8(other + KLOUT_FIT_HEADER + offset, value);
	return klout_fit_check(other, klout_fit_size(n));
}

static void
hostile_bytes(void)
{
	size_t		size;
	int			accepted = 0;
	bool		good = true;

	begin(2);
	row(3, 1, 0);
	row(1, -2, 0);
	(void) fit();
	size = klout_fit_size(2);
	for (size_t len = 0; len < size; len++)
		good = good && klout_fit_check(state, len) != NULL;
	check(good && klout_fit_check(state, size + 1) != NULL, "cut anywhere, or with a byte more: refused");

	/* sums 4, -1; squares 10, 5, product 1 */
	check(problem_of(0, 4) == NULL && problem_of(0, 4.5) != NULL && problem_of(0, -4.5) != NULL,
		  "a sum beyond sqrt(2 * 10)");
	check(problem_of(48, 7) == NULL && problem_of(48, 7.1) != NULL && problem_of(48, -7.1) != NULL,
		  "a product beyond sqrt(10 * 5)");
	check(problem_of(32, -10) != NULL && problem_of(32, 1e201) != NULL, "a square below 0 or out of range");
	check(problem_of(0, NAN) != NULL && problem_of(8, INFINITY) != NULL && problem_of(40, -INFINITY) != NULL,
		  "NaN and infinities");
	check(problem_of(8, 1e-17) == NULL && problem_of(8, 1e-15) != NULL && problem_of(8, -0.0) != NULL &&
		  problem_of(0, -0.0) != NULL, "two forms of one sum");
	memcpy(other, state, size);
	klout_store_u64(other + 2, 0);
	good = klout_fit_check(other, size) != NULL;
	klout_store_u64(other + 2, (uint64) PG_INT64_MAX + 1);
	check(good && klout_fit_check(other, size) != NULL, "no pairs, or more than bigint");
	memcpy(other, state, size);
	for (int version = 0; version < 256; version++)
	{
		other[0] = (uint8) version;
		good = good && (klout_fit_check(other, size) == NULL) == (version == 1);
	}
	other[0] = 1;
	for (int features = 0; features < 256; features++)
	{
		other[1] = (uint8) features;
		good = good && (klout_fit_check(other, size) == NULL) == (features == 2);
	}
	check(good, "other versions and numbers of features");

	/*
	 * Sums within the bounds that no rows add up to: the solver ends, and
	 * what it gives is weights.
	 */
	for (int i = 0; i < 2000; i++)
	{
		int			next;
		KloutFitOutcome outcome;

		n = i % 50 == 0 ? KLOUT_FEATURES_MAX : 1 + random_below(12);
		klout_fit_init(state, n);
		klout_store_u64(state + 2, (uint64) n + (random_u64() >> (1 + random_below(60))) / 2);
		next = n;
		for (int f = 0; f < n; f++)
			for (int g = f; g < n; g++, next++)
			{
				double		value = f == g ? 1 : i % 3 == 0 ? 1 - 1e-12 * uniform() :
					i % 3 == 1 ? 2 * uniform() - 1 : uniform() < 0.5 ? -1 : 1;
				KloutDouble2 sum = {value, i % 2 == 0 ? value * 5e-17 * (uniform() - 0.5) : 0};

				klout_fit_store(state, next, sum);
			}
		for (int f = 0; f < n; f++)
		{
			KloutDouble2 sum = {2 * uniform() - 0.5, 0};

			klout_fit_store(state, f, sum);
		}
		if (klout_fit_check(state, klout_fit_size(n)) != NULL)
			continue;
		accepted++;
		outcome = klout_fit_solve(state, &work, weights);
		for (int f = 0; f < n && outcome == KLOUT_FIT_DONE; f++)
			good = good && weights[f] >= 0 && isfinite(weights[f]);
		good = good && (outcome == KLOUT_FIT_DONE || outcome == KLOUT_FIT_UNSOLVED);
	}
	printf("# %d of 2000 accepted\n", accepted);
	check(good && accepted > 1000, "sums of no rows do no harm");

	/* any bytes, behind a header that may be right */
	for (int i = 0; i < 20000; i++)
	{
		n = 1 + random_below(4);
		for (size_t b = 0; b < klout_fit_size(n); b++)
			state[b] = (uint8) random_u64();
		state[0] = KLOUT_FIT_VERSION;
		state[1] = (uint8) n;
		state[9] &= 0x7F;
		if (klout_fit_check(state, klout_fit_size(n)) == NULL)
			(void) klout_fit_solve(state, &work, weights);
	}
	check(true, "random bytes do no harm");
}

int
main(void)
{
	random_begin(UINT64CONST(20110804));
	by_hand();
	refusals();
	sums();
	random_problems();
	planted();
	orders();
	hostile_bytes();
	return finish();
}
