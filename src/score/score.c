/*-------------------------------------------------------------------------
 *
 * score.c
 *	  The score: a pure function of signals, model and time.
 *
 * The formula is in score.h.  Makes one pass over the value, network by
 * network; does not allocate.
 *
 *-------------------------------------------------------------------------
 */
#include "score/score.h"

#include <float.h>
#include <math.h>

const char *const klout_part_names[KLOUT_PARTS] = {
	"reach", "consistency", "audience", "activity"
};

/* Parameters of decay: the bucket of as_of and the half-lives in buckets. */
typedef struct Clock
{
	int64		now;
	double		reach;			/* Hr */
	double		consistency;	/* Hc */
} Clock;

static Clock
clock_at(int64 at, KloutUnit unit, const KloutModel *model)
{
	Clock		clock;

	clock.now = klout_bucket(at, unit);
	clock.reach = (double) model->reach_half_life /
		(double) klout_unit_usecs(unit);
	clock.consistency = (double) model->consistency_half_life /
		(double) klout_unit_usecs(unit);
	return clock;
}

static inline double
heaviest_kind(uint64 kinds, const double *kind_weight)
{
	double		heaviest = 0;
	int			i;

	for (i = 0; kinds != 0; i++, kinds >>= 1)
		if (kinds & 1)
			heaviest = fmax(heaviest, kind_weight[i]);
	return heaviest;
}

/* Sums over the reactors of a network, decayed with one half-life. */
typedef struct ReactorSums
{
	double		proven;			/* w_a x_a */
	double		rest;			/* (1 - w_a) x_a */
	double		later;			/* max(x_a, z_a) - x_a */
} ReactorSums;

/*
 * cap(P, U) of the sums.
 *
 * Every reactor has an action worth max(x_a, z_a), so neither these nor the
 * x_a alone add up to more than the decayed and weighted actions.  An
 * estimated sum can exceed that by chance, or because an attacker chose
 * reactors by their hashes.  Then the exact sum of the actions replaces it.
 * Exact sums are not changed, because they could exceed it only by rounding.
 */
static double
reactors_worth(const KloutModel *model, const KloutNetwork *network,
			   const ReactorSums *sums, double actions)
{
	double		proven = sums->proven;
	double		rest = sums->rest;
	double		later = fmax(sums->later, 0);
	double		last = proven + rest;	/* sum of x_a */

	if (network->proven.registers && last > actions)
	{
		proven *= actions / last;
		rest *= actions / last;
		last = actions;
	}
	if (network->proven.registers || network->unproven.registers)
		later = fmin(later, fmax(actions - last, 0));
	return klout_capped(model, proven, rest + later);
}

/*
 * Sums over the reactors of a network:  R_n and S_n.  reactions are its
 * actions, decayed with each half-life.
 *
 * The part of unproven actions is summed separately.  Its addends are not
 * negative if both samples are complete; otherwise, those of a reactor with a
 * proven and a later unproven action are divided by two probabilities, and a
 * negative sum counts as 0.
 */
static void
score_reactors(const KloutNetwork *network, KloutUnit unit,
			   const KloutModel *model, const Clock *clock,
			   const double *kind_weight, double reach_reactions,
			   double breadth_reactions, double *reach, double *breadth)
{
	KloutStandings standings;
	KloutStanding standing;
	ReactorSums for_reach = {0, 0, 0};
	ReactorSums for_breadth = {0, 0, 0};

	klout_standings_iter_init(&standings, network, unit);
	while (klout_standings_next(&standings, &standing))
	{
		double		x = 0,
					y = 0;

		if (standing.is_proven && standing.proven.last <= clock->now)
		{
			double		kind = heaviest_kind(standing.proven.kinds, kind_weight);
			double		weight = (double) standing.proven.weight / KLOUT_WEIGHT_STEPS;
			double		p = standing.proven_inclusion;

			x = kind * klout_faded(clock->now - standing.proven.last, clock->reach);
			y = kind * klout_faded(clock->now - standing.proven.last, clock->consistency);
			for_reach.proven += weight * (x / p);
			for_reach.rest += (1 - weight) * (x / p);
			for_breadth.proven += weight * (y / p);
			for_breadth.rest += (1 - weight) * (y / p);
		}
		if (standing.is_unproven && standing.unproven.last <= clock->now)
		{
			double		kind = heaviest_kind(standing.unproven.kinds, kind_weight);
			double		later_x = kind * klout_faded(clock->now - standing.unproven.last,
													 clock->reach);
			double		later_y = kind * klout_faded(clock->now - standing.unproven.last,
													 clock->consistency);
			double		p = standing.unproven_inclusion;

			for_reach.later += later_x / p;
			for_breadth.later += later_y / p;
			if (standing.both_inclusion > 0)
			{
				for_reach.later -= fmin(x, later_x) / standing.both_inclusion;
				for_breadth.later -= fmin(y, later_y) / standing.both_inclusion;
			}
		}
	}

	*reach = reactors_worth(model, network, &for_reach, reach_reactions);
	*breadth = reactors_worth(model, network, &for_breadth, breadth_reactions);
}

/*
 * Iterates over the buckets of a network, all kinds merged, in order of time.
 */
typedef struct Buckets
{
	int			left;			/* kinds with remaining buckets, in their
								 * order */
	int			kind[KLOUT_KINDS_MAX];
	KloutBucketCounts runs[KLOUT_KINDS_MAX];
	int64		bucket[KLOUT_KINDS_MAX];
	uint64		count[KLOUT_KINDS_MAX];
} Buckets;

typedef struct Bucket
{
	int64		bucket;
	uint64		kinds;			/* bit set of kinds in the bucket */
	double		heaviest;		/* largest of their weights */
	double		actions;		/* each with the weight of its kind */
} Bucket;

static inline void
buckets_open(Buckets *buckets, const KloutNetwork *network)
{
	int			i;

	buckets->left = 0;
	for (i = 0; i < network->nkinds; i++)
	{
		int			n = buckets->left;

		buckets->runs[n] = network->runs[i];
		buckets->kind[n] = i;
		if (klout_bucket_counts_next(&buckets->runs[n], &buckets->bucket[n], &buckets->count[n]))
			buckets->left++;
	}
}

/* Advances to the next bucket up to now; false if there is none. */
static inline bool
buckets_next(Buckets *buckets, int64 now, const double *kind_weight, Bucket *next)
{
	int64		first = PG_INT64_MAX;
	int			left = buckets->left;
	int			i;

	for (i = 0; i < left; i++)
		first = Min(first, buckets->bucket[i]);
	if (left == 0 || first > now)
		return false;

	next->bucket = first;
	next->kinds = 0;
	next->heaviest = 0;
	next->actions = 0;
	for (i = 0; i < left;)
	{
		int			kind = buckets->kind[i];

		if (buckets->bucket[i] != first)
		{
			i++;
			continue;
		}
		next->kinds |= UINT64CONST(1) << kind;
		next->heaviest = fmax(next->heaviest, kind_weight[kind]);
		next->actions += kind_weight[kind] * (double) buckets->count[i];
		if (klout_bucket_counts_next(&buckets->runs[i], &buckets->bucket[i], &buckets->count[i]))
			i++;
		else
		{
			size_t		rest;

			/* keep the order of kinds: sums must not depend on it */
			left--;
			rest = (size_t) (left - i);
			memmove(&buckets->runs[i], &buckets->runs[i + 1], sizeof(KloutBucketCounts) * rest);
			memmove(&buckets->bucket[i], &buckets->bucket[i + 1], sizeof(int64) * rest);
			memmove(&buckets->count[i], &buckets->count[i + 1], sizeof(uint64) * rest);
			memmove(&buckets->kind[i], &buckets->kind[i + 1], sizeof(int) * rest);
		}
	}
	buckets->left = left;
	return true;
}

/*
 * Sums over the buckets of a network.  *days is the sum of buckets with an
 * action, each with its largest kind weight; *reactions that of all actions,
 * and *breadth_reactions the same with the half-life of consistency; *newest
 * is raised to the newest of these buckets.
 */
static void
score_buckets(const KloutNetwork *network, const Clock *clock,
			  const double *kind_weight, double *days, double *reactions,
			  double *breadth_reactions, int64 *newest)
{
	Buckets		buckets;
	Bucket		next;

	*days = 0;
	*reactions = 0;
	*breadth_reactions = 0;
	buckets_open(&buckets, network);
	while (buckets_next(&buckets, clock->now, kind_weight, &next))
	{
		int64		age = clock->now - next.bucket;
		double		remains = klout_faded(age, clock->consistency);

		*newest = Max(*newest, next.bucket);
		*days += next.heaviest * remains;
		*breadth_reactions += next.actions * remains;
		*reactions += next.actions * klout_faded(age, clock->reach);
	}
}

static double
score_posts(const KloutNetwork *network, const Clock *clock)
{
	KloutBucketCounts runs = network->posts;
	int64		bucket;
	uint64		count;
	double		posts = 0;

	while (klout_bucket_counts_next(&runs, &bucket, &count) && bucket <= clock->now)
		posts += (double) count * klout_faded(clock->now - bucket, clock->reach);
	return posts;
}

static void
score_network(const KloutNetwork *network, KloutUnit unit,
			  const KloutModel *model, int64 at, const Clock *clock,
			  KloutNetworkScore *result, int64 *newest)
{
	result->name = network->name;
	result->weight = klout_model_network_weight(model, network->name);
	memset(result->value, 0, sizeof(result->value));
	result->reactions = 0;

	if (network->has_audience && network->audience_at <= at)
		result->value[KLOUT_PART_AUDIENCE] = (double) network->followers;
	if (network->has_posts)
		result->value[KLOUT_PART_ACTIVITY] = score_posts(network, clock);
	if (network->nkinds > 0)
	{
		double		kind_weight[KLOUT_KINDS_MAX];
		double		breadth;
		double		breadth_reactions;
		double		days;
		int			i;

		for (i = 0; i < network->nkinds; i++)
			kind_weight[i] = klout_model_kind_weight(model, network->kinds[i]);
		score_buckets(network, clock, kind_weight, &days, &result->reactions,
					  &breadth_reactions, newest);
		score_reactors(network, unit, model, clock, kind_weight,
					   result->reactions, breadth_reactions,
					   &result->value[KLOUT_PART_REACH], &breadth);
		result->value[KLOUT_PART_CONSISTENCY] =
			fmin(days, model->consistency_cap * breadth);
	}
}

void
klout_score_finish(KloutScore *score, const KloutModel *model)
{
	double		engagement;

	score->part[KLOUT_PART_REACH] =
		model->reach_weight * log1p(score->sum[KLOUT_PART_REACH]);
	score->part[KLOUT_PART_CONSISTENCY] =
		model->consistency_weight * log1p(score->sum[KLOUT_PART_CONSISTENCY]);
	engagement = score->part[KLOUT_PART_REACH] +
		score->part[KLOUT_PART_CONSISTENCY];
	score->part[KLOUT_PART_AUDIENCE] =
		fmin(model->audience_weight * log1p(score->sum[KLOUT_PART_AUDIENCE]),
			 model->audience_cap * engagement);
	score->part[KLOUT_PART_ACTIVITY] =
		model->activity_weight * log1p(score->sum[KLOUT_PART_ACTIVITY]);

	score->raw = engagement + score->part[KLOUT_PART_AUDIENCE] +
		score->part[KLOUT_PART_ACTIVITY];
	score->score = 100 * score->raw / (score->raw + model->scale);
	/* a scale that is lost beside raw must not round up to what nobody has */
	if (score->score >= 100)
		score->score = nextafter(100, 0);
}

const char *
klout_score_compute(const uint8 *data, size_t len, const KloutModel *model,
					int64 at, KloutScore *score, KloutNetworkScore *networks)
{
	KloutSignals signals;
	KloutNetwork network;
	Clock		clock;
	int64		newest = PG_INT64_MIN;
	int			i;

	memset(score, 0, sizeof(*score));
	if (klout_signals_iter_init(&signals, data, len))
		return signals.fault;

	clock = clock_at(at, signals.unit, model);

	while (klout_signals_next(&signals, &network))
	{
		KloutNetworkScore result;

		score_network(&network, signals.unit, model, at, &clock, &result,
					  &newest);
		for (i = 0; i < KLOUT_PARTS; i++)
			score->sum[i] += result.weight * result.value[i];
		score->reactions += result.weight * result.reactions;
		if (networks)
			networks[score->nnetworks] = result;
		score->nnetworks++;
	}
	if (signals.fault)
		return signals.fault;
	score->idle = newest == PG_INT64_MIN ? -1 :
		(double) (clock.now - newest) /
		(double) (klout_unit_usecs(KLOUT_UNIT_DAY) / klout_unit_usecs(signals.unit));

	klout_score_finish(score, model);
	return NULL;
}

double
klout_score_points(const KloutScore *score, const KloutModel *model,
				   const KloutNetworkScore *network, KloutPart part)
{
	if (score->part[part] == 0 || score->sum[part] == 0)
		return 0;
	return 100 * score->part[part] / (score->raw + model->scale) *
		(network->weight * network->value[part] / score->sum[part]);
}

/* Divides a positive value evenly between the kinds that share it. */
static inline void
share_among(uint64 kinds, double worth, KloutPart part, KloutKindShare *shares)
{
	uint64		left;
	int			n = 0;
	double		each;
	int			i;

	for (left = kinds; left != 0; left &= left - 1)
		n++;
	each = worth / n;
	for (i = 0; kinds != 0; i++, kinds >>= 1)
		if (kinds & 1)
			shares[i].share[part] += each;
}

void
klout_score_kinds(const KloutNetwork *network, KloutUnit unit,
				  const KloutModel *model, int64 at, KloutKindShare *shares)
{
	Clock		clock = clock_at(at, unit, model);
	double		kind_weight[KLOUT_KINDS_MAX];
	KloutStandings standings;
	KloutStanding standing;
	Buckets		buckets;
	Bucket		next;
	int64		newest = PG_INT64_MIN;
	int64		newest_reactor = PG_INT64_MIN;
	int			nkinds = network->nkinds;
	int			counted = 0;
	int			pass;
	int			part;
	int			i;

	for (i = 0; i < nkinds; i++)
	{
		KloutKindShare *share = &shares[i];
		KloutBucketCounts runs = network->runs[i];
		int64		bucket;
		uint64		count;

		kind_weight[i] = klout_model_kind_weight(model, network->kinds[i]);
		memset(share, 0, sizeof(*share));
		while (klout_bucket_counts_next(&runs, &bucket, &count) && bucket <= clock.now)
		{
			if (share->actions == 0)
				share->first = bucket;
			share->last = bucket;
			share->actions += count;
		}
		if (share->actions > 0)
		{
			counted++;
			newest = Max(newest, share->last);
		}
	}

	/*
	 * Only ratios matter, so ages are relative to the newest bucket, which
	 * avoids underflow for old data.
	 */
	buckets_open(&buckets, network);
	while (buckets_next(&buckets, clock.now, kind_weight, &next))
		share_among(next.kinds,
					next.heaviest * klout_faded(newest - next.bucket, clock.consistency),
					KLOUT_PART_CONSISTENCY, shares);
	for (pass = 0; pass < 2; pass++)
	{
		klout_standings_iter_init(&standings, network, unit);
		while (klout_standings_next(&standings, &standing))
		{
			for (int proven = 0; proven < 2; proven++)
			{
				const KloutReactor *reactor = proven ? &standing.proven :
					&standing.unproven;

				if (!(proven ? standing.is_proven : standing.is_unproven) ||
					reactor->last > clock.now)
					continue;
				if (pass == 0)
					newest_reactor = Max(newest_reactor, reactor->last);
				else
					share_among(reactor->kinds,
								heaviest_kind(reactor->kinds, kind_weight) *
								klout_faded(newest_reactor - reactor->last, clock.reach) /
								(proven ? standing.proven_inclusion :
								 standing.unproven_inclusion),
								KLOUT_PART_REACH, shares);
			}
		}
	}

	for (part = 0; part < KLOUT_SHARED_PARTS; part++)
	{
		double		total = 0;

		for (i = 0; i < nkinds; i++)
			total += shares[i].share[part];
		/* weights too small or large for a ratio: divide evenly */
		for (i = 0; i < nkinds; i++)
			shares[i].share[part] = total > 0 && total <= DBL_MAX ?
				shares[i].share[part] / total :
				shares[i].actions > 0 ? 1.0 / counted : 0;
	}
}
