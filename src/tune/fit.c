/*-------------------------------------------------------------------------
 *
 * fit.c
 *	  Weights from pairwise judgements: non-negative least squares.
 *
 * Plan.  Sums are kept and solved in pairs of doubles ("double-double"), by
 * error-free transformations: the rounding error of a sum or product of two
 * doubles is itself a double and is carried along.  That makes up for normal
 * equations having the square of the condition number of the judgements: for
 * a condition of 1e8, where plain normal equations have lost every digit,
 * some 15 are left.  It needs each operation to be rounded on its own, which
 * the Makefile sees to (-ffp-contract=off); where a processor rounds twice
 * (x87), a few bits of the low parts are lost, no more.
 *
 * The solver is the active set method of Lawson and Hanson for the normal
 * equations: features enter one at a time, the one with the steepest descent
 * first; the least squares weights of those inside come from a Cholesky
 * factorisation that grows by a row; features whose weights would be negative
 * leave again.
 *
 * Features are scaled by powers of two, which is exact, so that tolerances do
 * not depend on their units.
 *
 * Nothing is allocated: the caller owns states and workspace.
 *
 * Sources: C. L. Lawson, R. J. Hanson, Solving Least Squares Problems (1974),
 * chapter 23; R. Bro, S. de Jong, A fast non-negativity-constrained least
 * squares algorithm, J. Chemometrics 11 (1997), for the normal equations;
 * T. J. Dekker, A floating-point technique for extending the available
 * precision, Numer. Math. 18 (1971).
 *
 *-------------------------------------------------------------------------
 */
#include "tune/fit.h"

#include <math.h>

/* rounding tolerance of a bound that holds exactly */
#define SLACK			(1 + 1e-9)

/* relative squared distance below which a vector is in a span */
#define DEPENDENT		1e-26

/* a gradient below this, relative to its addends, is a rounding error */
#define GRADIENT_NOISE	4e-30

/* gradients closer than this are equal: the first feature goes first */
#define TIE				1e-9

/* a weight below this, relative to the largest, is 0 */
#define WEIGHT_NOISE	1e-20

/* maximum number of entries per feature */
#define STEPS			3

/* ----------
 * Numbers
 * ----------
 */

/* a + b, exactly */
static inline KloutDouble2
two_sum(double a, double b)
{
	KloutDouble2 sum;
	double		other;

	sum.high = a + b;
	other = sum.high - a;
	sum.low = (a - (sum.high - other)) + (b - other);
	return sum;
}

/* Splits a double into two of 26 bits, whose products are exact. */
static inline KloutDouble2
split(double a)
{
	double		shifted = 134217729.0 * a;	/* 2^27 + 1 */
	KloutDouble2 halves;

	halves.high = shifted - (shifted - a);
	halves.low = a - halves.high;
	return halves;
}

/* a b, exactly, given their halves */
static inline KloutDouble2
two_product(double a, KloutDouble2 a_halves, double b, KloutDouble2 b_halves)
{
	KloutDouble2 product;

	product.high = a * b;
	product.low = a_halves.low * b_halves.low -
		(((product.high - a_halves.high * b_halves.high) -
		  a_halves.low * b_halves.high) - a_halves.high * b_halves.low);
	return product;
}

static inline KloutDouble2
add(KloutDouble2 a, KloutDouble2 b)
{
	KloutDouble2 high = two_sum(a.high, b.high);
	KloutDouble2 low = two_sum(a.low, b.low);

	high = two_sum(high.high, high.low + low.high);
	return two_sum(high.high, high.low + low.low);
}

static inline KloutDouble2
negative(KloutDouble2 a)
{
	a.high = -a.high;
	a.low = -a.low;
	return a;
}

static inline KloutDouble2
subtract(KloutDouble2 a, KloutDouble2 b)
{
	return add(a, negative(b));
}

static inline KloutDouble2
multiply(KloutDouble2 a, KloutDouble2 b)
{
	KloutDouble2 product = two_product(a.high, split(a.high),
									   b.high, split(b.high));

	return two_sum(product.high,
				   product.low + (a.high * b.low + a.low * b.high));
}

static inline KloutDouble2
from_double(double a)
{
	KloutDouble2 result = {a, 0};

	return result;
}

static inline KloutDouble2
divide(KloutDouble2 a, KloutDouble2 b)
{
	KloutDouble2 first = from_double(a.high / b.high);
	KloutDouble2 rest = subtract(a, multiply(first, b));
	KloutDouble2 second = from_double(rest.high / b.high);

	rest = subtract(rest, multiply(second, b));
	return add(add(first, second), from_double(rest.high / b.high));
}

/* a > 0: one Newton step doubles the number of digits */
static inline KloutDouble2
square_root(KloutDouble2 a)
{
	KloutDouble2 root = from_double(sqrt(a.high));
	KloutDouble2 rest = subtract(a, multiply(root, root));

	return add(root, from_double(rest.high / (2 * root.high)));
}

static inline KloutDouble2
scale(KloutDouble2 a, int exponent)
{
	a.high = ldexp(a.high, exponent);
	a.low = ldexp(a.low, exponent);
	return a;
}

/* ----------
 * States
 * ----------
 */

static bool
sum_is_valid(KloutDouble2 sum)
{
	return isfinite(sum.high) && isfinite(sum.low) &&
		sum.high + sum.low == sum.high &&
		!(sum.high == 0 && signbit(sum.high)) &&
		!(sum.low == 0 && signbit(sum.low));
}

const char *
klout_fit_check(const uint8 *data, size_t len)
{
	double		length[KLOUT_FEATURES_MAX];
	double		pairs;
	int			n;
	int			next;

	if (len < KLOUT_FIT_HEADER)
		return "it is cut short";
	if (data[0] != KLOUT_FIT_VERSION)
		return "version is unknown";
	n = klout_fit_features(data);
	if (n < 1 || n > KLOUT_FEATURES_MAX)
		return "number of features is not between 1 and 64";
	if (len != klout_fit_size(n))
		return "length does not fit the number of features";
	if (klout_fit_pairs(data) < 1 || klout_fit_pairs(data) > PG_INT64_MAX)
		return "number of pairs is out of range";
	pairs = (double) klout_fit_pairs(data);

	for (int i = 0; i < klout_fit_sums(n); i++)
		if (!sum_is_valid(klout_fit_load(data, i)))
			return "a sum is not two finite numbers in their one form";

	/* squares first: they bound everything else */
	next = n;
	for (int i = 0; i < n; next += n - i, i++)
	{
		double		square = klout_fit_load(data, next).high;

		if (square < 0 || square > SLACK * pairs *
			(4 * KLOUT_FEATURE_LIMIT * KLOUT_FEATURE_LIMIT))
			return "a sum of squares is out of range";
		length[i] = sqrt(square) * SLACK;
		if (fabs(klout_fit_load(data, i).high) > length[i] * sqrt(pairs))
			return "a sum is larger than its squares allow";
	}
	next = n;
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++, next++)
			if (fabs(klout_fit_load(data, next).high) > length[i] * length[j])
				return "a sum of products is larger than the squares allow";
	return NULL;
}

void
klout_fit_init(uint8 *data, int features)
{
	memset(data, 0, klout_fit_size(features));
	data[0] = KLOUT_FIT_VERSION;
	data[1] = (uint8) features;
}

bool
klout_fit_add(uint8 *data, const double *better, const double *worse)
{
	int			n = klout_fit_features(data);
	double		d[KLOUT_FEATURES_MAX];
	KloutDouble2 halves[KLOUT_FEATURES_MAX];
	int			next = n;

	if (klout_fit_pairs(data) == PG_INT64_MAX)
		return false;
	klout_store_u64(data + 2, klout_fit_pairs(data) + 1);

	for (int i = 0; i < n; i++)
	{
		d[i] = better[i] - worse[i];
		if (fabs(d[i]) < 1 / KLOUT_FEATURE_LIMIT)
			d[i] = 0;
		halves[i] = split(d[i]);
		klout_fit_store(data, i, add(klout_fit_load(data, i),
									 from_double(d[i])));
	}
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++, next++)
			klout_fit_store(data, next,
							add(klout_fit_load(data, next),
								two_product(d[i], halves[i],
											d[j], halves[j])));
	return true;
}

bool
klout_fit_merge(uint8 *data, const uint8 *other)
{
	if (klout_fit_pairs(data) > PG_INT64_MAX - klout_fit_pairs(other))
		return false;
	klout_store_u64(data + 2, klout_fit_pairs(data) + klout_fit_pairs(other));
	for (int i = 0; i < klout_fit_sums(klout_fit_features(data)); i++)
		klout_fit_store(data, i, add(klout_fit_load(data, i),
									 klout_fit_load(other, i)));
	return true;
}

/* ----------
 * The solver
 * ----------
 */

/*
 * The scaled problem, and the features inside in order of entry, which have
 * the rows of the factor and the transformed sums.
 */
typedef struct Solver
{
	KloutFitWork *work;
	int			n;
	KloutDouble2 sum[KLOUT_FEATURES_MAX];
	KloutDouble2 weight[KLOUT_FEATURES_MAX];	/* 0 outside */
	int			ninside;
	int			inside[KLOUT_FEATURES_MAX];
	bool		is_inside[KLOUT_FEATURES_MAX];
	KloutDouble2 forward[KLOUT_FEATURES_MAX];
} Solver;

/*
 * Adds a row to the factor.  Returns false and changes nothing if the feature
 * is a combination of those inside.
 *
 * For any products, the squares of an accepted row add up to at most the
 * feature's own square.
 */
static bool
enter(Solver *solver, int feature)
{
	int			k = solver->ninside;
	KloutDouble2 *row = solver->work->factor[k];
	KloutDouble2 left = solver->work->product[feature][feature];
	KloutDouble2 forward = solver->sum[feature];

	for (int i = 0; i < k; i++)
	{
		const KloutDouble2 *other = solver->work->factor[i];
		KloutDouble2 value = solver->work->product[feature][solver->inside[i]];

		for (int j = 0; j < i; j++)
			value = subtract(value, multiply(row[j], other[j]));
		row[i] = divide(value, other[i]);
		left = subtract(left, multiply(row[i], row[i]));
		forward = subtract(forward, multiply(row[i], solver->forward[i]));
	}
	/* written so that NaN fails */
	if (!(left.high > DEPENDENT * solver->work->product[feature][feature].high))
		return false;
	row[k] = square_root(left);
	solver->forward[k] = divide(forward, row[k]);
	solver->inside[k] = feature;
	solver->is_inside[feature] = true;
	solver->ninside++;
	return true;
}

/* Removes the last feature. */
static void
leave_again(Solver *solver)
{
	solver->is_inside[solver->inside[--solver->ninside]] = false;
}

/* Unconstrained weights of the features inside, in order of entry. */
static bool
solve_inside(const Solver *solver, KloutDouble2 *result)
{
	for (int i = solver->ninside - 1; i >= 0; i--)
	{
		KloutDouble2 value = solver->forward[i];

		for (int j = i + 1; j < solver->ninside; j++)
			value = subtract(value, multiply(solver->work->factor[j][i],
											 result[j]));
		result[i] = divide(value, solver->work->factor[i][i]);
		if (!isfinite(result[i].high))
			return false;
	}
	return true;
}

/*
 * Moves the weights towards result until one would become negative, and
 * removes features whose weights are 0 then.  Returns true if none was removed
 * and result is reached.
 */
static bool
move(Solver *solver, const KloutDouble2 *result)
{
	KloutDouble2 share = from_double(1);
	int			stopped_by = -1;
	int			was_inside = solver->ninside;
	int			kept[KLOUT_FEATURES_MAX];
	int			nkept = 0;

	for (int i = 0; i < was_inside; i++)
	{
		KloutDouble2 weight = solver->weight[solver->inside[i]];

		if (result[i].high <= 0)
		{
			KloutDouble2 way = divide(weight, subtract(weight, result[i]));

			/* 0 / 0: already reached */
			if (!(way.high >= 0))
				way = from_double(0);
			if (stopped_by < 0 || way.high < share.high)
			{
				share = way;
				stopped_by = i;
			}
		}
	}

	for (int i = 0; i < was_inside; i++)
	{
		int			feature = solver->inside[i];
		KloutDouble2 *weight = &solver->weight[feature];

		*weight = stopped_by < 0 ? result[i] :
			add(*weight, multiply(share, subtract(result[i], *weight)));
		if (i == stopped_by || weight->high <= 0)
		{
			*weight = from_double(0);
			solver->is_inside[feature] = false;
		}
		else
			kept[nkept++] = feature;
	}
	if (stopped_by < 0)
		return true;

	solver->ninside = 0;
	for (int i = 0; i < nkept; i++)
		if (!enter(solver, kept[i]))
		{
			/* fewer features cannot become dependent: invalid products */
			solver->weight[kept[i]] = from_double(0);
			solver->is_inside[kept[i]] = false;
		}
	return false;
}

/*
 * Returns the next feature to enter: the untried one with the steepest descent
 * relative to its length; -1 if none descends.
 */
static int
steepest(const Solver *solver, const bool *tried)
{
	int			best = -1;
	double		best_slope = 0;

	for (int i = 0; i < solver->n; i++)
	{
		KloutDouble2 gradient = solver->sum[i];
		double		addends = fabs(gradient.high);
		double		slope;

		if (tried[i] || solver->is_inside[i])
			continue;
		for (int j = 0; j < solver->ninside; j++)
		{
			int			other = solver->inside[j];
			KloutDouble2 part = multiply(solver->work->product[i][other],
										 solver->weight[other]);

			gradient = subtract(gradient, part);
			addends += fabs(part.high);
		}
		if (!(gradient.high > GRADIENT_NOISE * addends))
			continue;
		slope = gradient.high / sqrt(solver->work->product[i][i].high);
		if (best < 0 || slope > best_slope * (1 + TIE))
		{
			best = i;
			best_slope = slope;
		}
	}
	return best;
}

static bool
minimise(Solver *solver)
{
	bool		tried[KLOUT_FEATURES_MAX] = {false};
	KloutDouble2 result[KLOUT_FEATURES_MAX];
	int			steps = 0;
	int			feature;

	/* a feature that is always 0 has weight 0 */
	for (int i = 0; i < solver->n; i++)
		tried[i] = solver->work->product[i][i].high == 0;

	while ((feature = steepest(solver, tried)) >= 0)
	{
		tried[feature] = true;
		if (!enter(solver, feature))
			continue;
		if (!solve_inside(solver, result))
			return false;
		if (!(result[solver->ninside - 1].high > 0))
		{
			/* its descent was a rounding error */
			leave_again(solver);
			continue;
		}

		if (++steps > STEPS * solver->n)
			return false;
		while (!move(solver, result))
			if (!solve_inside(solver, result))
				return false;
		for (int i = 0; i < solver->n; i++)
			tried[i] = solver->work->product[i][i].high == 0;
	}
	return true;
}

KloutFitOutcome
klout_fit_solve(const uint8 *data, KloutFitWork *work, double *weights)
{
	Solver		solver = {.work = work,.n = klout_fit_features(data)};
	int			n = solver.n;
	uint64		pairs = klout_fit_pairs(data);
	int			exponent[KLOUT_FEATURES_MAX];
	int			pairs_exponent;
	double		largest = 0;
	bool		ties = true;
	int			next = n;

	if (pairs < (uint64) n)
		return KLOUT_FIT_FEW_PAIRS;

	/* lengths of features, and of the column of ones, become 1/2 to 2 */
	(void) frexp(sqrt((double) pairs), &pairs_exponent);
	for (int i = 0; i < n; next += n - i, i++)
	{
		double		square = klout_fit_load(data, next).high;

		(void) frexp(sqrt(square), &exponent[i]);
		if (square > 0)
			ties = false;
		solver.sum[i] = scale(klout_fit_load(data, i),
							  -exponent[i] - pairs_exponent);
	}
	if (ties)
		return KLOUT_FIT_TIES;
	next = n;
	for (int i = 0; i < n; i++)
		for (int j = i; j < n; j++, next++)
			work->product[i][j] = work->product[j][i] =
				scale(klout_fit_load(data, next), -exponent[i] - exponent[j]);

	if (!minimise(&solver))
		return KLOUT_FIT_UNSOLVED;

	for (int i = 0; i < n; i++)
		largest = Max(largest, solver.weight[i].high);
	for (int i = 0; i < n; i++)
	{
		weights[i] = solver.weight[i].high > largest * WEIGHT_NOISE ?
			ldexp(solver.weight[i].high, pairs_exponent - exponent[i]) : 0;
		if (!isfinite(weights[i]))
			return KLOUT_FIT_UNSOLVED;
	}
	return KLOUT_FIT_DONE;
}
