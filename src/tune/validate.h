/*-------------------------------------------------------------------------
 *
 * validate.h
 *	  How well scores predict an outcome: rank correlations,
 *	  concordance, and the gain near the top.
 *
 * A row is a pair: a person's score and outcome.  No result depends on the
 * order of the pairs, to the last bit: pairs are sorted before values are
 * added up, and integers are used where possible.
 *
 * Pairs are collected in a state of these bytes, all numbers little-endian:
 *
 *		0		version, 1
 *		1 .. 3	0
 *		4 .. 7	depth k of klout_ndcg, 0 for the other measures
 *		8 .. 15	number of pairs
 *		...		pairs: two float8s each, score and outcome
 *		...		room for more
 *
 * Does not need a server.  Long sorts call a function of the caller
 * periodically, which may not return.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_VALIDATE_H
#define KLOUT_VALIDATE_H

#include "common/bytes.h"

#define KLOUT_PAIRS_VERSION		1
#define KLOUT_PAIRS_HEADER		16
#define KLOUT_PAIR_SIZE			16

/* fits into a value of 1 GB; its square fits into int64 */
#define KLOUT_PAIRS_MAX			67108861

typedef struct KloutPair
{
	double		score;
	double		outcome;
} KloutPair;

typedef void (*KloutPoll) (void);

/* The header of a state. */
typedef struct KloutPairsView
{
	uint32		k;
	size_t		n;				/* pairs */
	size_t		capacity;		/* with the room for more */
} KloutPairsView;

/*
 * Reads and validates the header of any len bytes.  Returns NULL, or the
 * fault.  O(1).
 */
extern const char *klout_pairs_view(const uint8 *data, size_t len,
									KloutPairsView *view);

/* Creates a state without pairs in at least KLOUT_PAIRS_HEADER bytes. */
extern void klout_pairs_init(uint8 *data, uint32 k);

/* Adds the pair number n, for which there must be room.  -0 becomes 0. */
static inline void
klout_pairs_append(uint8 *data, size_t n, double score, double outcome)
{
	uint8	   *p = data + KLOUT_PAIRS_HEADER + n * KLOUT_PAIR_SIZE;

	klout_store_float8(p, score + 0.0);
	klout_store_float8(p + 8, outcome + 0.0);
	klout_store_u64(data + 8, n + 1);
}

/*
 * Copies the view->n pairs of a state.  Returns NULL, or the fault: a value is
 * not finite or, with a depth, a gain is negative.
 */
extern const char *klout_pairs_read(const uint8 *data,
									const KloutPairsView *view,
									KloutPair *pairs, KloutPoll poll);

/*
 * Sorts by outcome, then by score.  O(n log n); spare is as large.
 */
extern void klout_pairs_sort_by_outcome(KloutPair *pairs, KloutPair *spare,
										size_t n, KloutPoll poll);

/*
 * Knight's counts of agreeing pairs of rows, and the sums of squares and
 * products of doubled average ranks minus their mean.
 */
typedef struct KloutAgreement
{
	int64		pairs;			/* n (n - 1) / 2 */
	int64		tied_scores;
	int64		tied_outcomes;
	int64		tied_both;		/* counted in either as well */
	int64		discordant;		/* higher score with lower outcome */
	double		score_squares;
	double		outcome_squares;
	double		products;
} KloutAgreement;

/*
 * Counts in O(n log n).  pairs is overwritten, spare is as large.
 */
extern void klout_agreement(KloutPair *pairs, KloutPair *spare, size_t n,
							KloutPoll poll, KloutAgreement *agreement);

/*
 * The measures, NaN if undefined.
 *
 * Spearman's rho, in [-1, 1]: Pearson's correlation of average ranks; not
 * defined when all scores or all outcomes are equal.  Kendall's tau-b: the
 * same.  Concordance, in [0, 1]: of the pairs of rows with different outcomes
 * the share in which the greater outcome has the greater score, equal scores
 * counting half; not defined when all outcomes are equal.
 */
extern double klout_spearman_of(const KloutAgreement *agreement);
extern double klout_kendall_of(const KloutAgreement *agreement);
extern double klout_auc_of(const KloutAgreement *agreement);

/*
 * Normalised discounted cumulative gain of the k rows (at least 1) of highest
 * score, in [0, 1]: the sum of gain / log2(rank + 1) over ranks 1 to k, as a
 * share of what the best order would have.  Rows of equal score have the mean
 * gain of them all: the average over all orders of the ties.  Gains must be at
 * least 0; not defined when none is above 0.  O(n log n); pairs is
 * overwritten, spare is as large.
 */
extern double klout_ndcg_of(KloutPair *pairs, KloutPair *spare, size_t n,
							uint32 k, KloutPoll poll);

#endif							/* KLOUT_VALIDATE_H */
