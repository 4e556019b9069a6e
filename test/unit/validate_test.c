/*-------------------------------------------------------------------------
 *
 * validate_test.c
 *	  Measures of validity without a server: against counting every pair of
 *	  rows, ranking by counting, and averaging over every order of ties.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include <math.h>

#include "tune/validate.h"

#define ROWS_MAX			70000

static KloutPair pairs[ROWS_MAX];
static KloutPair given[ROWS_MAX];
static KloutPair spare[ROWS_MAX];
static int	polls;

static void
poll(void)
{
	polls++;
}

typedef struct Measures
{
	double		spearman;
	double		kendall;
	double		auc;
} Measures;

static Measures
measure(const KloutPair *rows, size_t n)
{
	KloutAgreement agreement;
	Measures	result;

	memcpy(pairs, rows, n * sizeof(KloutPair));
	klout_agreement(pairs, spare, n, poll, &agreement);
	result.spearman = klout_spearman_of(&agreement);
	result.kendall = klout_kendall_of(&agreement);
	result.auc = klout_auc_of(&agreement);
	return result;
}

static double
ndcg(const KloutPair *rows, size_t n, uint32 k)
{
	memcpy(pairs, rows, n * sizeof(KloutPair));
	return klout_ndcg_of(pairs, spare, n, k, poll);
}

static bool
near(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= 1e-12;
}

/* The same bits, or both undefined. */
static bool
same(Measures a, Measures b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static int
sign(double x)
{
	return (x > 0) - (x < 0);
}

/* Twice the average rank: one more than twice those below, and the equals. */
static double
rank_by_counting(const KloutPair *rows, size_t n, size_t row, bool outcome)
{
	double		rank = 1;

	for (size_t i = 0; i < n; i++)
	{
		double		a = outcome ? rows[i].outcome : rows[i].score;
		double		b = outcome ? rows[row].outcome : rows[row].score;

		rank += a < b ? 2 : a == b ? 1 : 0;
	}
	return rank;
}

/* Everything from its definition, in O(n^2). */
static Measures
by_definition(const KloutPair *rows, size_t n)
{
	Measures	result;
	double		balance = 0;
	double		scores = 0;
	double		outcomes = 0;
	double		right = 0;
	double		xx = 0;
	double		yy = 0;
	double		xy = 0;

	for (size_t i = 0; i < n; i++)
	{
		double		x = rank_by_counting(rows, n, i, false) - (double) (n + 1);
		double		y = rank_by_counting(rows, n, i, true) - (double) (n + 1);

		xx += x * x;
		yy += y * y;
		xy += x * y;
		for (size_t j = 0; j < i; j++)
		{
			int			s = sign(rows[i].score - rows[j].score);
			int			o = sign(rows[i].outcome - rows[j].outcome);

			balance += s * o;
			scores += abs(s);
			outcomes += abs(o);
			if (o != 0)
				right += s == o ? 1 : s == 0 ? 0.5 : 0;
		}
	}
	result.spearman = xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : NAN;
	result.kendall = scores > 0 && outcomes > 0 ? balance / sqrt(scores * outcomes) : NAN;
	result.auc = outcomes > 0 ? right / outcomes : NAN;
	return result;
}

/* Rows of few or many values, some of them below 0. */
static size_t
random_rows(size_t most, bool gains)
{
	size_t		n = 1 + (size_t) random_below((int) most);
	int			scores = 1 + random_below(random_below(2) ? 5 : 10000);
	int			outcomes = 1 + random_below(random_below(2) ? 3 : 10000);

	for (size_t i = 0; i < n; i++)
	{
		given[i].score = random_below(scores) - scores / 2 + (random_below(2) ? 0.25 : 0);
		given[i].outcome = gains ? random_below(outcomes) :
			random_below(outcomes) - outcomes / 2;
	}
	return n;
}

static void
shuffle(KloutPair *rows, size_t n)
{
	for (size_t i = n; i > 1; i--)
	{
		size_t		j = (size_t) random_below((int) i);
		KloutPair	pair = rows[i - 1];

		rows[i - 1] = rows[j];
		rows[j] = pair;
	}
}

static void
test_known(void)
{
	static const KloutPair rows[] = {{1, 1}, {2, 3}, {3, 2}};
	static const KloutPair tied[] = {{1, 0}, {1, 1}, {2, 1}};
	Measures	result = measure(rows, 3);

	/* ranks 1 2 3 and 1 3 2: 1 - 6 * 2 / (3 * 8); of 3 pairs one is wrong */
	check(result.spearman == 0.5 && near(result.kendall, 1 / 3.0) &&
		  near(result.auc, 2 / 3.0), "three rows, by hand");
	result = measure(tied, 3);
	/* ranks 1.5 1.5 3 and 1 2.5 2.5 */
	check(result.spearman == 0.5 && result.kendall == 0.5 &&
		  result.auc == 0.75, "ties, by hand");
	/* the first place pays 2 of at most 3 */
	check(near(ndcg(rows, 3, 1), 2 / 3.0) &&
		  near(ndcg(rows, 3, 2), (2 + 3 / log2(3)) / (3 + 2 / log2(3))) &&
		  near(ndcg(rows, 3, 3), ndcg(rows, 3, PG_INT32_MAX)),
		  "gain, by hand");
	/* second and third place have a gain of a half each */
	check(near(ndcg(tied, 3, 2), (1 + 0.5 / log2(3)) / (1 + 1 / log2(3))),
		  "gain of ties, by hand");
}

static void
test_undefined(void)
{
	static const KloutPair rows[] = {{1, 0}, {2, 0}, {3, 0}};
	static const KloutPair score[] = {{7, 0}, {7, 1}, {7, 2}};
	Measures	none = measure(rows, 0);
	Measures	one = measure(rows, 1);
	Measures	outcome = measure(rows, 3);
	Measures	level = measure(score, 3);

	check(isnan(none.spearman) && isnan(none.kendall) && isnan(none.auc) &&
		  isnan(one.spearman) && isnan(one.kendall) && isnan(one.auc),
		  "nothing and one row have no correlation");
	check(isnan(outcome.spearman) && isnan(outcome.kendall) &&
		  isnan(outcome.auc) && isnan(ndcg(rows, 3, 2)) && isnan(ndcg(rows, 0, 1)),
		  "equal outcomes have none, and no gain");
	check(isnan(level.spearman) && isnan(level.kendall) && level.auc == 0.5,
		  "equal scores are as good as chance");
	check(ndcg(score + 2, 1, 1) == 1.0, "one row is in the best order");
}

static void
test_definitions(void)
{
	bool		right = true;
	bool		order = true;

	for (int i = 0; i < 2000; i++)
	{
		size_t		n = random_rows(60, false);
		Measures	ours = measure(given, n);
		Measures	theirs = by_definition(given, n);

		right &= near(ours.spearman, theirs.spearman) &&
			near(ours.kendall, theirs.kendall) && near(ours.auc, theirs.auc);
		shuffle(given, n);
		order &= same(ours, measure(given, n));
	}
	check(right, "as defined, on random rows");
	check(order, "the same bits in another order");
}

/* The sum of discounted gains over all orders of n rows with equal scores. */
static void
over_all_orders(double *gain, size_t n, size_t from, size_t rank, size_t k,
				double *sum, double *orders)
{
	if (from == n)
	{
		for (size_t i = 0; i < n; i++)
			*sum += rank + i <= k ? gain[i] / log2((double) (rank + i + 1)) : 0;
		*orders += 1;
		return;
	}
	for (size_t i = from; i < n; i++)
	{
		double		swap = gain[from];

		gain[from] = gain[i];
		gain[i] = swap;
		over_all_orders(gain, n, from + 1, rank, k, sum, orders);
		swap = gain[from];
		gain[from] = gain[i];
		gain[i] = swap;
	}
}

static int
falling_score(const void *a, const void *b)
{
	return sign(((const KloutPair *) b)->score - ((const KloutPair *) a)->score);
}

static int
falling_outcome(const void *a, const void *b)
{
	return sign(((const KloutPair *) b)->outcome - ((const KloutPair *) a)->outcome);
}

static double
ndcg_by_definition(size_t n, size_t k)
{
	double		total = 0;
	double		best = 0;
	size_t		end;

	qsort(given, n, sizeof(KloutPair), falling_score);
	for (size_t start = 0; start < n; start = end)
	{
		double		gain[8];
		double		sum = 0;
		double		orders = 0;

		for (end = start; end < n && given[end].score == given[start].score; end++)
			gain[end - start] = given[end].outcome;
		over_all_orders(gain, end - start, 0, start + 1, k, &sum, &orders);
		total += sum / orders;
	}
	qsort(given, n, sizeof(KloutPair), falling_outcome);
	for (size_t i = 0; i < Min(n, k); i++)
		best += given[i].outcome / log2((double) (i + 2));
	return best > 0 ? total / best : NAN;
}

static void
test_gain(void)
{
	bool		right = true;
	bool		order = true;
	bool		scale = true;

	for (int i = 0; i < 2000; i++)
	{
		size_t		n = random_rows(6, true);
		uint32		k = 1 + (uint32) random_below(8);
		double		ours = ndcg(given, n, k);

		right &= near(ours, ndcg_by_definition(n, k));
	}
	check(right, "gain is the average over all orders of ties");

	for (int i = 0; i < 200; i++)
	{
		size_t		n = random_rows(300, true);
		double		ours;
		double		again;

		for (size_t j = 0; j < n; j++)
			given[j].outcome = given[j].outcome / 7 + 0.1;
		ours = ndcg(given, n, 20);
		shuffle(given, n);
		again = ndcg(given, n, 20);
		order &= memcmp(&ours, &again, sizeof(ours)) == 0;
		/* powers of two, so that not a bit is lost */
		for (size_t j = 0; j < n; j++)
			given[j].outcome = ldexp(given[j].outcome, 1008);
		again = ndcg(given, n, 20);
		scale &= memcmp(&ours, &again, sizeof(ours)) == 0;
	}
	check(order, "gain has the same bits in another order");
	check(scale, "gains whose sum would overflow");
}

static void
test_large(void)
{
	Measures	result;
	double		rising;

	for (size_t i = 0; i < ROWS_MAX; i++)
	{
		given[i].score = (double) i;
		given[i].outcome = sqrt((double) i);
	}
	shuffle(given, ROWS_MAX);
	polls = 0;
	result = measure(given, ROWS_MAX);
	check(result.spearman == 1.0 && result.kendall == 1.0 && result.auc == 1.0,
		  "70,000 rows in the same order: exactly 1");
	check(polls > 10, "the caller is asked now and then");
	rising = ndcg(given, ROWS_MAX, ROWS_MAX);
	check(rising == 1.0, "and the full gain");

	for (size_t i = 0; i < ROWS_MAX; i++)
		given[i].outcome = -given[i].outcome;
	result = measure(given, ROWS_MAX);
	check(result.spearman == -1.0 && result.kendall == -1.0 && result.auc == 0.0,
		  "in the opposite order: exactly -1");

	/* halves swapped: half of the pairs, n^2 / 4, are in the wrong order */
	for (size_t i = 0; i < ROWS_MAX; i++)
	{
		given[i].score = (double) i;
		given[i].outcome = (double) ((i + ROWS_MAX / 2) % ROWS_MAX);
	}
	result = measure(given, ROWS_MAX);
	check(near(result.auc, 1 - ROWS_MAX / 2.0 / (ROWS_MAX - 1)) &&
		  near(result.kendall, 1 - 1.0 * ROWS_MAX / (ROWS_MAX - 1)) &&
		  near(result.spearman, 1 - 6.0 / 4 * ROWS_MAX / (ROWS_MAX - 1.0) * ROWS_MAX / (ROWS_MAX + 1.0)),
		  "two halves the wrong way round");
}

static void
test_states(void)
{
	uint8		state[KLOUT_PAIRS_HEADER + 3 * KLOUT_PAIR_SIZE + 5];
	static const uint8 golden[] = {
		1, 0, 0, 0, 10, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 0, 0, 0, 0, 0xF8, 0x3F, 0, 0, 0, 0, 0, 0, 0, 0x40
	};
	KloutPairsView view;
	bool		safe = true;

	memset(state, 0xEE, sizeof(state));
	klout_pairs_init(state, 10);
	klout_pairs_append(state, 0, 1.5, 2);
	check(memcmp(state, golden, sizeof(golden)) == 0, "bytes of a state");
	check(klout_pairs_view(state, sizeof(state), &view) == NULL &&
		  view.k == 10 && view.n == 1 && view.capacity == 3 &&
		  klout_pairs_read(state, &view, pairs, poll) == NULL &&
		  pairs[0].score == 1.5 && pairs[0].outcome == 2, "and back");
	klout_pairs_append(state, 1, -0.0, -0.0);
	klout_pairs_view(state, sizeof(state), &view);
	check(klout_pairs_read(state, &view, pairs, poll) == NULL &&
		  !signbit(pairs[1].score) && !signbit(pairs[1].outcome), "there is one 0");
	klout_pairs_append(state, 1, 0, -1);
	check(klout_pairs_read(state, &view, pairs, poll) != NULL, "a negative gain is refused");
	klout_pairs_init(state, 0);
	klout_pairs_append(state, 0, 0, -1);
	klout_pairs_view(state, sizeof(state), &view);
	check(klout_pairs_read(state, &view, pairs, poll) == NULL, "a negative outcome is not");
	klout_pairs_append(state, 0, NAN, 1);
	check(klout_pairs_read(state, &view, pairs, poll) != NULL, "NaN is refused");
	klout_pairs_append(state, 0, 1, -INFINITY);
	check(klout_pairs_read(state, &view, pairs, poll) != NULL, "infinity is refused");

	for (int i = 0; i < 100000; i++)
	{
		size_t		len = (size_t) random_below(sizeof(state) + 1);
		uint8	   *exact = malloc(len > 0 ? len : 1);

		klout_pairs_init(state, (uint32) random_below(3));
		klout_pairs_append(state, (size_t) random_below(3), random_below(9), random_below(9));
		memcpy(exact, state, len);
		for (int j = random_below(3); j > 0 && len > 0; j--)
			exact[random_below((int) len)] = (uint8) random_u64();
		/* tools see a read behind the end */
		if (klout_pairs_view(exact, len, &view) == NULL)
		{
			safe &= view.n <= view.capacity && view.capacity <= 3;
			klout_pairs_read(exact, &view, pairs, poll);
		}
		free(exact);
	}
	check(safe, "any bytes are read or refused");
}

int
main(void)
{
	random_begin(20261123);
	test_known();
	test_undefined();
	test_definitions();
	test_gain();
	test_large();
	test_states();
	return finish();
}
