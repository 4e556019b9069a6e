/*-------------------------------------------------------------------------
 *
 * scores.h
 *	  Scores straight from actions, without a value of klout_signals between.
 *
 * A person's score needs few facts where the samples of each network hold all
 * reactors: then no probability is in the sums of score.h, and they can be
 * taken from the actions, sorted by network, reactor and bucket.  The sums run
 * in the order that score.h promises, so a score is the one of the value that
 * klout_signals would make of these actions, to the last bit.  Who has more
 * reactors, actions or names than that is refused here, and takes the way by
 * the value.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_SCORES_H
#define KLOUT_SCORES_H

#include "score/score.h"

/* One action on a person. */
typedef struct KloutAction
{
	uint64		actor;			/* see klout_reactor_hash */
	uint32		bucket;			/* counted from klout_bucket_first */
	uint32		what;			/* number of its series, weight in the low
								 * byte */
} KloutAction;

#define KLOUT_ACTION_SERIES_MAX		(1 << 24)

static inline uint32
klout_action_series(const KloutAction *action)
{
	return action->what >> 8;
}

static inline uint8
klout_action_weight(const KloutAction *action)
{
	return (uint8) action->what;
}

/* up to so many actions on a person are scored directly */
#define KLOUT_DIRECT_MAX			4096

/* ages in buckets whose faded weights are kept in tables */
#define KLOUT_FADED_MAX				4096

/* What is the same for all persons: of a series, and of a network. */
typedef struct KloutScorerSeries
{
	uint32		network;
	double		kind_weight;
} KloutScorerSeries;

typedef struct KloutScorerNetwork
{
	uint64		seed;			/* of hashes of reactors */
	double		weight;			/* W_n */
	uint32		kinds;			/* in all actions there are */
	uint32		actions;		/* of the person at hand */
	uint32		end;			/* where they end, sorted by network */
} KloutScorerNetwork;

typedef struct KloutScorer
{
	const KloutModel *model;
	KloutUnit	unit;
	int64		now;			/* bucket of the moment, counted as above */
	double		reach_half_life;	/* in buckets */
	double		consistency_half_life;
	uint32		nseries;
	uint32		nnetworks;
	KloutScorerSeries *all_series;
	KloutScorerNetwork *networks;	/* by name */
	uint32		nfaded;			/* ages that the tables have */
	double		reach_faded[KLOUT_FADED_MAX];
	double		consistency_faded[KLOUT_FADED_MAX];
	/* scratch */
	KloutAction sorted[KLOUT_DIRECT_MAX];
	KloutAction spare[KLOUT_DIRECT_MAX];
	uint64		days[KLOUT_DIRECT_MAX];
	double		day_weight[KLOUT_FADED_MAX];
} KloutScorer;

/* What is put out for a person. */
typedef struct KloutPersonScore
{
	double		score;
	double		reach;
	double		consistency;
	double		reactors;
} KloutPersonScore;

/*
 * Prepares a scorer for a moment and for actions on these series, each of
 * which is there once.  series_memory and network_memory are room for
 * as many series and networks, order for as many numbers.
 */
extern void klout_scorer_init(KloutScorer *scorer, const KloutModel *model,
							  int64 at, KloutUnit unit,
							  const KloutSeries *all_series, uint32 nseries,
							  KloutScorerSeries *series_memory,
							  KloutScorerNetwork *network_memory,
							  uint32 *order);

/*
 * The score of a person with these actions; false when it takes the way by
 * klout_signals_build.
 */
extern bool klout_score_directly(KloutScorer *scorer,
								 const KloutAction *actions, uint32 n,
								 KloutPersonScore *result);

#endif							/* KLOUT_SCORES_H */
