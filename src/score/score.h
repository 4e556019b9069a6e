/*-------------------------------------------------------------------------
 *
 * score.h
 *	  The score: a pure function of signals, model and time.
 *
 * For a person, a model and a moment t, over networks n with weights W_n:
 *
 *		x_a(H) = k_a 2^(-age(last_a) / H)		the last proven action
 *		z_a(H) = k'_a 2^(-age(last'_a) / H)		a later one that is not, or 0
 *		P_n(H) = sum over reactors a of w_a x_a
 *		U_n(H) = sum over reactors a of max(x_a, z_a) - w_a x_a
 *		cap(P, U) = P + min(U, cu mix (1 + P))
 *		R_n = cap(P_n(Hr), U_n(Hr)),  S_n = cap(P_n(Hc), U_n(Hc))
 *		D_n = min(sum over buckets d of k_d 2^(-age(d) / Hc), cd S_n)
 *		E	= wr ln(1 + sum W_n R_n) + wd ln(1 + sum W_n D_n)
 *		raw = E + min(wf ln(1 + sum W_n F_n), ca E)
 *				+ wp ln(1 + sum W_n posts_n)
 *		score = 100 raw / (raw + c)
 *
 * docs/mathematics.md explains every symbol.  Where a network has more
 * proven or unproven reactors than a sample holds, sums over them are
 * Horvitz-Thompson estimates (sample.h), bounded by the actions: P and U
 * together are at most sum over actions of k 2^(-age / H), which is exact.
 *
 * Sums run over networks by name, reactors by hash and buckets by time, so a
 * score is the same to the last bit wherever exp2 and log1p are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_SCORE_H
#define KLOUT_SCORE_H

#include <math.h>

#include "score/model.h"
#include "signals/signals.h"

/* The addends of raw. */
typedef enum KloutPart
{
	KLOUT_PART_REACH,
	KLOUT_PART_CONSISTENCY,
	KLOUT_PART_AUDIENCE,
	KLOUT_PART_ACTIVITY
} KloutPart;

#define KLOUT_PARTS				4

/* "reach", "consistency", "audience", "activity" */
extern const char *const klout_part_names[KLOUT_PARTS];

/* Values of one network. */
typedef struct KloutNetworkScore
{
	KloutName	name;
	double		weight;			/* W_n */
	double		value[KLOUT_PARTS]; /* R_n, D_n, F_n, posts_n */
	double		reactions;		/* actions, decayed with Hr, kinds weighted */
} KloutNetworkScore;

typedef struct KloutScore
{
	double		sum[KLOUT_PARTS];	/* sums of W_n value_n */
	double		part[KLOUT_PARTS];	/* the addends of raw */
	double		raw;
	double		score;			/* 0 <= score < 100 */
	double		reactions;		/* sum of W_n reactions_n */

	/*
	 * Age of the newest bucket with an action, of any weight, in days;
	 * negative if there is none up to as_of.
	 */
	double		idle;
	int			nnetworks;
} KloutScore;

/*
 * Computes all values as of at (microseconds since 2000-01-01).  Ignores facts
 * of later buckets.  networks, unless NULL, receives one element per network
 * of the value, at most KLOUT_NETWORKS_MAX, in order of their names, which
 * point into data.
 *
 * Returns NULL, or why the bytes of the value are invalid.  O(len).
 */
extern const char *klout_score_compute(const uint8 *data, size_t len,
									   const KloutModel *model, int64 at,
									   KloutScore *score,
									   KloutNetworkScore *networks);

/* What follows from the sums: the parts, raw and the score. */
extern void klout_score_finish(KloutScore *score, const KloutModel *model);

/*
 * The points of the score that a network has in a part: these add up to the
 * score.
 */
extern double klout_score_points(const KloutScore *score,
								 const KloutModel *model,
								 const KloutNetworkScore *network,
								 KloutPart part);

/* the parts whose points come from actions: reach and consistency */
#define KLOUT_SHARED_PARTS		2

/* The points of one kind of action on one network. */
typedef struct KloutKindShare
{
	uint64		actions;		/* up to the moment; 0: the rest is not set */
	int64		first;			/* bucket */
	int64		last;
	double		share[KLOUT_SHARED_PARTS];	/* of the network's points */
} KloutKindShare;

/*
 * Divides the points of a network between its kinds, in their order: the value
 * of a reactor or a bucket is divided evenly between the kinds seen.  If any
 * kind has actions, the shares of each part add up to 1.
 */
extern void klout_score_kinds(const KloutNetwork *network, KloutUnit unit,
							  const KloutModel *model, int64 at,
							  KloutKindShare *shares);

/* The weight left after age buckets; half_life is in buckets. */
static inline double
klout_faded(int64 age, double half_life)
{
	return exp2(-(double) age / half_life);
}

/* cap(P, U): the limit for unproven reactors, given the proven ones */
static inline double
klout_capped(const KloutModel *model, double proven, double unproven)
{
	return proven +
		fmin(unproven, model->unproven_cap * model->mix * (1 + proven));
}

#endif							/* KLOUT_SCORE_H */
