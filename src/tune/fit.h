/*-------------------------------------------------------------------------
 *
 * fit.h
 *	  Weights from pairwise judgements: non-negative least squares.
 *
 * A judgement says that one person is more influential than another.  With d
 * the features of the one minus those of the other, the fit is the w >= 0 that
 * minimises the sum over judgements of (d . w - 1)^2.  It needs only the
 * number of judgements and two sums: of d, and of d_i d_j (the normal
 * equations).
 *
 * State, all numbers little-endian:
 *
 *		byte 0	version, 1
 *		byte 1	features n, 1 to 64
 *		8 bytes	pairs, 1 to 2^63 - 1
 *		n of	sums of d_i
 *		...		sums of d_i d_j, i <= j: 11, 12, ..., 1n, 22, ...
 *
 * Normal equations square the condition number, so sums are kept as two
 * float8s, high and low, together some 106 bits (fit.c).  The high one is the
 * sum rounded, so a sum has one form; zero has no sign.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_FIT_H
#define KLOUT_FIT_H

#include "common/bytes.h"

#define KLOUT_FIT_VERSION		1
#define KLOUT_FIT_HEADER		10
#define KLOUT_FIT_SUM			16
#define KLOUT_FEATURES_MAX		64

/*
 * The largest magnitude of a feature.  Differences below the inverse count as
 * 0: between the two, no square or low part of one over- or underflows.
 */
#define KLOUT_FEATURE_LIMIT		1e100

/* A number as the sum of two: the high one is both, rounded. */
typedef struct KloutDouble2
{
	double		high;
	double		low;
} KloutDouble2;

/* Results of klout_fit_solve. */
typedef enum KloutFitOutcome
{
	KLOUT_FIT_DONE,
	KLOUT_FIT_FEW_PAIRS,		/* fewer than features */
	KLOUT_FIT_TIES,				/* every d is 0 */
	KLOUT_FIT_UNSOLVED			/* only for states not made of judgements */
} KloutFitOutcome;

/* Workspace of klout_fit_solve, about 100 kB: too large for the stack. */
typedef struct KloutFitWork
{
	KloutDouble2 product[KLOUT_FEATURES_MAX][KLOUT_FEATURES_MAX];
	KloutDouble2 factor[KLOUT_FEATURES_MAX][KLOUT_FEATURES_MAX];
} KloutFitWork;

/* Numbers in a state of n features: sums, then products. */
static inline int
klout_fit_sums(int features)
{
	return features + features * (features + 1) / 2;
}

/* Bytes of a state. */
static inline size_t
klout_fit_size(int features)
{
	return KLOUT_FIT_HEADER +
		KLOUT_FIT_SUM * (size_t) klout_fit_sums(features);
}

static inline int
klout_fit_features(const uint8 *data)
{
	return data[1];
}

static inline uint64
klout_fit_pairs(const uint8 *data)
{
	return klout_load_u64(data + 2);
}

/* The i-th of the klout_fit_sums numbers. */
static inline KloutDouble2
klout_fit_load(const uint8 *data, int i)
{
	const uint8 *p = data + KLOUT_FIT_HEADER + KLOUT_FIT_SUM * (size_t) i;
	KloutDouble2 sum = {klout_load_float8(p), klout_load_float8(p + 8)};

	return sum;
}

static inline void
klout_fit_store(uint8 *data, int i, KloutDouble2 sum)
{
	uint8	   *p = data + KLOUT_FIT_HEADER + KLOUT_FIT_SUM * (size_t) i;

	/* -0 becomes 0 */
	klout_store_float8(p, sum.high + 0.0);
	klout_store_float8(p + 8, sum.low + 0.0);
}

/*
 * Are version and length valid?  A cheap check, for each row, of a state that
 * has passed klout_fit_check before.
 */
static inline bool
klout_fit_fits(const uint8 *data, size_t len)
{
	return len >= KLOUT_FIT_HEADER && data[0] == KLOUT_FIT_VERSION &&
		data[1] >= 1 && data[1] <= KLOUT_FEATURES_MAX &&
		len == klout_fit_size(data[1]);
}

/*
 * Validates any bytes: returns NULL, or the fault.  Sums are finite,
 * canonical, and within the bound for this number of pairs (Cauchy and
 * Schwarz); this does not prove that such pairs exist.  O(len).
 */
extern const char *klout_fit_check(const uint8 *data, size_t len);

/* Initialises a state of klout_fit_size(features) bytes without pairs. */
extern void klout_fit_init(uint8 *data, int features);

/*
 * Adds the judgement that a person with the features better is more
 * influential than one with the features worse, in place; all are finite and
 * within KLOUT_FEATURE_LIMIT.  Returns false and changes nothing if the number
 * of pairs would overflow.  O(features^2).
 */
extern bool klout_fit_add(uint8 *data, const double *better,
						  const double *worse);

/*
 * Adds a state with the same number of features, in place; false as above.
 * The order of additions changes sums by some 1e-31 of the sum of their
 * magnitudes.
 */
extern bool klout_fit_merge(uint8 *data, const uint8 *other);

/*
 * The weights, in order of the features.  Where several are optimal, these
 * are weights of linearly independent features: a feature that is within
 * 1e-13 of its length a combination of those already chosen is not chosen,
 * and of equally good ones the first is.
 *
 * data must have passed klout_fit_check.  Takes O(features^4) for any sums,
 * and usually O(features^3) for those of judgements.
 */
extern KloutFitOutcome klout_fit_solve(const uint8 *data, KloutFitWork *work,
									   double *weights);

#endif							/* KLOUT_FIT_H */
