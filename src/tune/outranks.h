/*-------------------------------------------------------------------------
 *
 * outranks.h
 *	  The probability that of two people the one with the higher score will
 *	  have the greater outcome.
 *
 * For the raw sums x and y of two scores the probability is Phi(g (x - y)),
 * where Phi is the normal distribution and g the sharpness of the community.
 * (Thurstone, "A law of comparative judgment", 1927, Case V.)
 *
 * Does not need a server.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_OUTRANKS_H
#define KLOUT_OUTRANKS_H

#include "tune/validate.h"

/* the largest sharpness: pairs that are all in order fit any */
#define KLOUT_SHARPNESS_MAX		100.0

/*
 * The raw sum of a score in [0, 100] under a model with this scale.  100 gives
 * infinity.
 */
static inline double
klout_raw_of_score(double score, double scale)
{
	return scale * (score / (100 - score));
}

/*
 * Phi(sharpness (raw_a - raw_b)), in [0, 1].  Equal sums, infinite ones too,
 * give 0.5; swapping the sums gives 1 minus the result.
 */
extern double klout_outranks_of(double raw_a, double raw_b, double sharpness);

/*
 * The sharpness in [0, KLOUT_SHARPNESS_MAX] that fits n rows best, whose
 * scores are raw sums: the maximum of the sum of ln Phi(g (x - y)) over pairs
 * of rows with different outcomes, x being the raw sum of the greater one.
 * NaN if all outcomes are equal.  Of more than 262144 pairs it takes that many,
 * the same ones for any order of the rows.  O(n log n); pairs is overwritten,
 * spare is as large.
 */
extern double klout_sharpness_of(KloutPair *pairs, KloutPair *spare, size_t n,
								 KloutPoll poll);

#endif							/* KLOUT_OUTRANKS_H */
