/*-------------------------------------------------------------------------
 *
 * validate.c
 *	  Measures of how well scores predict an outcome (see validate.h).
 *
 * Plan.  Pairs are sorted by score, those of equal score by outcome.  One walk
 * counts ties of scores and of both, and puts ranks in the place of scores.
 * Then they are sorted by outcome, with a merge sort that counts how many
 * sort_key pairs move past each other: these are the discordant ones (W. R.
 * Knight, A computer method for calculating Kendall's tau with ungrouped data,
 * JASA 61, 1966).  A second walk counts ties of outcomes and multiplies ranks.
 *
 * Average ranks are halves, so doubled they are integers, and so are the sums
 * of their products: exact, and the same in any order.
 *
 * The gains of klout_ndcg are the only numbers that are added up as floats, in
 * the order of the sorted pairs.  Ties as in F. McSherry, M. Najork, Computing
 * information retrieval performance measures efficiently in the presence of
 * tied scores, ECIR 2008.
 *
 * The caller owns the memory: pairs, and a buffer of the same size.
 *
 *-------------------------------------------------------------------------
 */
#include "tune/validate.h"

#include <float.h>
#include <math.h>

/* rows between two calls of the caller's function, a power of two */
#define POLL_ROWS			65536

/* runs of this size are sorted faster by insertion */
#define RUN_ROWS			8

/* ----------
 * States
 * ----------
 */

const char *
klout_pairs_view(const uint8 *data, size_t len, KloutPairsView *view)
{
	uint64		n;

	if (len < KLOUT_PAIRS_HEADER)
		return "it is cut short";
	if (data[0] != KLOUT_PAIRS_VERSION || data[1] != 0 || data[2] != 0 ||
		data[3] != 0)
		return "version is unknown";
	view->k = klout_load_u32(data + 4);
	if (view->k > PG_INT32_MAX)
		return "depth is out of range";
	n = klout_load_u64(data + 8);
	view->capacity = (len - KLOUT_PAIRS_HEADER) / KLOUT_PAIR_SIZE;
	if (n > view->capacity)
		return "it is cut short";
	if (n > KLOUT_PAIRS_MAX)
		return "there are too many pairs";
	view->n = (size_t) n;
	return NULL;
}

void
klout_pairs_init(uint8 *data, uint32 k)
{
	memset(data, 0, KLOUT_PAIRS_HEADER);
	data[0] = KLOUT_PAIRS_VERSION;
	klout_store_u32(data + 4, k);
}

const char *
klout_pairs_read(const uint8 *data, const KloutPairsView *view,
				 KloutPair *pairs, KloutPoll poll)
{
	const uint8 *p = data + KLOUT_PAIRS_HEADER;

	for (size_t i = 0; i < view->n; i++, p += KLOUT_PAIR_SIZE)
	{
		if (i % POLL_ROWS == 0)
			poll();
		pairs[i].score = klout_load_float8(p) + 0.0;
		pairs[i].outcome = klout_load_float8(p + 8) + 0.0;
		if (!isfinite(pairs[i].score) || !isfinite(pairs[i].outcome))
			return "a value is not finite";
		if (view->k > 0 && pairs[i].outcome < 0)
			return "a gain is negative";
	}
	return NULL;
}

/* ----------
 * Sorting
 * ----------
 */

static inline bool
after_by_score(const KloutPair *a, const KloutPair *b)
{
	return a->score > b->score ||
		(a->score == b->score && a->outcome > b->outcome);
}

static inline bool
after_by_outcome(const KloutPair *a, const KloutPair *b)
{
	return a->outcome > b->outcome;
}

static inline bool
after_by_outcome_and_score(const KloutPair *a, const KloutPair *b)
{
	return a->outcome > b->outcome ||
		(a->outcome == b->outcome && a->score > b->score);
}

/*
 * Stable sort; returns the number of pairs of rows in the wrong order.
 * Inlined for each order, so that the comparison is inlined.
 */
static pg_attribute_always_inline int64
sort_pairs(KloutPair *pairs, KloutPair *spare, size_t n,
		   bool (*after) (const KloutPair *, const KloutPair *),
		   KloutPoll poll)
{
	KloutPair  *from = pairs;
	KloutPair  *to = spare;
	int64		moves = 0;

	for (size_t start = 0; start < n; start += RUN_ROWS)
	{
		size_t		end = Min(start + RUN_ROWS, n);

		if (start % POLL_ROWS == 0)
			poll();
		for (size_t i = start + 1; i < end; i++)
		{
			KloutPair	pair = pairs[i];
			size_t		j = i;

			for (; j > start && after(&pairs[j - 1], &pair); j--)
				pairs[j] = pairs[j - 1];
			pairs[j] = pair;
			moves += (int64) (i - j);
		}
	}

	for (size_t width = RUN_ROWS; width < n; width *= 2)
	{
		KloutPair  *swap = from;

		for (size_t start = 0; start < n; start += 2 * width)
		{
			size_t		middle = Min(start + width, n);
			size_t		end = Min(middle + width, n);
			size_t		left = start;
			size_t		right = middle;

			for (size_t i = start; i < end; i++)
			{
				if (i % POLL_ROWS == 0)
					poll();
				if (right == end ||
					(left < middle && !after(&from[left], &from[right])))
					to[i] = from[left++];
				else
				{
					/* it moves past all remaining rows of the first run */
					moves += (int64) (middle - left);
					to[i] = from[right++];
				}
			}
		}
		from = to;
		to = swap;
	}
	if (from != pairs)
		memcpy(pairs, from, n * sizeof(KloutPair));
	return moves;
}

/* ----------
 * Agreement
 * ----------
 */

/*
 * A sum of up to 2^26 products below 2^52, in two halves: exact without
 * 128-bit integers, which some compilers lack.
 */
typedef struct WideSum
{
	int64		high;			/* in units of 2^32 */
	int64		low;
} WideSum;

#define WIDE_UNIT			(INT64CONST(1) << 32)

static inline void
wide_add(WideSum *sum, int64 product)
{
	int64		low = product & (WIDE_UNIT - 1);

	sum->low += low;
	sum->high += (product - low) / WIDE_UNIT;
}

/* Both parts are exact as a double, so only the last step rounds. */
static double
wide_value(const WideSum *sum)
{
	return (double) (sum->high + sum->low / WIDE_UNIT) * (double) WIDE_UNIT +
		(double) (sum->low % WIDE_UNIT);
}

static inline int64
pairs_among(size_t n)
{
	return (int64) n * ((int64) n - 1) / 2;
}

/*
 * Twice the average rank of the rows from start to before end, less the mean
 * of all n, which is n + 1.
 */
static inline int64
centred_rank(size_t start, size_t end, size_t n)
{
	return (int64) (start + 1 + end) - (int64) (n + 1);
}

void
klout_agreement(KloutPair *pairs, KloutPair *spare, size_t n, KloutPoll poll,
				KloutAgreement *agreement)
{
	WideSum		score_squares = {0, 0};
	WideSum		outcome_squares = {0, 0};
	WideSum		products = {0, 0};
	size_t		end;

	memset(agreement, 0, sizeof(*agreement));
	agreement->pairs = pairs_among(n);

	sort_pairs(pairs, spare, n, after_by_score, poll);
	for (size_t start = 0; start < n; start = end)
	{
		size_t		same = start;	/* start of equal outcomes */
		int64		rank;

		for (end = start + 1; end < n && pairs[end].score == pairs[start].score; end++)
		{
			if (pairs[end].outcome != pairs[same].outcome)
			{
				agreement->tied_both += pairs_among(end - same);
				same = end;
			}
		}
		agreement->tied_both += pairs_among(end - same);
		agreement->tied_scores += pairs_among(end - start);

		rank = centred_rank(start, end, n);
		for (size_t i = start; i < end; i++)
		{
			wide_add(&score_squares, rank * rank);
			pairs[i].score = (double) rank;
		}
	}

	agreement->discordant = sort_pairs(pairs, spare, n, after_by_outcome, poll);
	for (size_t start = 0; start < n; start = end)
	{
		int64		rank;

		for (end = start + 1; end < n && pairs[end].outcome == pairs[start].outcome;)
			end++;
		agreement->tied_outcomes += pairs_among(end - start);

		rank = centred_rank(start, end, n);
		for (size_t i = start; i < end; i++)
		{
			wide_add(&outcome_squares, rank * rank);
			wide_add(&products, rank * (int64) pairs[i].score);
		}
	}
	agreement->score_squares = wide_value(&score_squares);
	agreement->outcome_squares = wide_value(&outcome_squares);
	agreement->products = wide_value(&products);
}

/* part / sqrt(a b), which is exactly 1 when all three are equal. */
static double
correlation(double part, double a, double b)
{
	if (!(a > 0 && b > 0))
		return NAN;
	return Max(-1.0, Min(1.0, part / sqrt(a * b)));
}

double
klout_spearman_of(const KloutAgreement *agreement)
{
	return correlation(agreement->products, agreement->score_squares,
					   agreement->outcome_squares);
}

/* Pairs of rows whose scores and outcomes are in the same order. */
static int64
concordant(const KloutAgreement *agreement)
{
	return agreement->pairs - agreement->tied_scores -
		agreement->tied_outcomes + agreement->tied_both -
		agreement->discordant;
}

double
klout_kendall_of(const KloutAgreement *agreement)
{
	return correlation((double) (concordant(agreement) - agreement->discordant),
					   (double) (agreement->pairs - agreement->tied_scores),
					   (double) (agreement->pairs - agreement->tied_outcomes));
}

double
klout_auc_of(const KloutAgreement *agreement)
{
	int64		different = agreement->pairs - agreement->tied_outcomes;
	int64		half = agreement->tied_scores - agreement->tied_both;

	if (different == 0)
		return NAN;
	return (double) (2 * concordant(agreement) + half) / (double) (2 * different);
}

/* ----------
 * Gain near the top
 * ----------
 */

/* Neumaier's sum: keeps the rounding errors separately. */
typedef struct Sum
{
	double		sum;
	double		lost;
} Sum;

static inline void
add(Sum *to, double value)
{
	double		sum = to->sum + value;

	if (fabs(to->sum) >= fabs(value))
		to->lost += (to->sum - sum) + value;
	else
		to->lost += (value - sum) + to->sum;
	to->sum = sum;
}

static inline double
sum_of(const Sum *sum)
{
	return sum->sum + sum->lost;
}

/* Discounted cumulative gain of pairs sorted by rising score. */
static double
discounted_gain(const KloutPair *pairs, size_t n, size_t k, KloutPoll poll)
{
	Sum			total = {0, 0};
	size_t		start;

	/* ranks count from the end: the last pair has the first */
	for (size_t end = n; end > 0 && n - end < k; end = start)
	{
		Sum			gains = {0, 0};
		Sum			discounts = {0, 0};

		for (start = end; start > 0 && pairs[start - 1].score == pairs[end - 1].score; start--)
		{
			size_t		rank = n - start + 1;

			if (rank % POLL_ROWS == 0)
				poll();
			add(&gains, pairs[start - 1].outcome);
			if (rank <= k)
				add(&discounts, 1.0 / log2((double) (rank + 1)));
		}
		add(&total, sum_of(&gains) / (double) (end - start) * sum_of(&discounts));
	}
	return sum_of(&total);
}

double
klout_ndcg_of(KloutPair *pairs, KloutPair *spare, size_t n, uint32 k,
			  KloutPoll poll)
{
	double		largest = 0;
	double		gain;
	int			exponent;

	for (size_t i = 0; i < n; i++)
		largest = Max(largest, pairs[i].outcome);
	if (largest == 0)
		return NAN;

	/* gains below 1 cannot overflow when they are added up */
	frexp(largest, &exponent);
	for (size_t i = 0; i < n; i++)
		pairs[i].outcome = ldexp(pairs[i].outcome, -exponent);

	sort_pairs(pairs, spare, n, after_by_score, poll);
	gain = discounted_gain(pairs, n, k, poll);

	/* the best order is that of the gains themselves */
	for (size_t i = 0; i < n; i++)
		pairs[i].score = pairs[i].outcome;
	sort_pairs(pairs, spare, n, after_by_score, poll);
	return Min(1.0, gain / discounted_gain(pairs, n, k, poll));
}

/* ----------
 * For outranks.c
 * ----------
 */

void
klout_pairs_sort_by_outcome(KloutPair *pairs, KloutPair *spare, size_t n,
							KloutPoll poll)
{
	sort_pairs(pairs, spare, n, after_by_outcome_and_score, poll);
}
