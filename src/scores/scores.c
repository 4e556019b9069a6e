/*-------------------------------------------------------------------------
 *
 * scores.c
 *	  Scores straight from actions, without a value of klout_signals between.
 *
 * Every sum here is one of score.c's, in the same order and from the same
 * addends: a probability of 1 changes nothing.
 *
 *-------------------------------------------------------------------------
 */
#include "scores/scores.h"

#include <math.h>

/* up to here insertion sort is the faster one */
#define INSERTION_SORT_MAX		24

/* buckets of hashes, by their leading bits */
#define HASH_BITS_MAX			10

/*
 * While actions are sorted and summed, actor is the hash of the reactor on
 * that network.
 */
#define ST_SORT sort_reactions
#define ST_ELEMENT_TYPE KloutAction
#define ST_COMPARE(a, b) (((a)->actor > (b)->actor) - ((a)->actor < (b)->actor))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_days
#define ST_ELEMENT_TYPE uint64
#define ST_COMPARE(a, b) ((*(a) > *(b)) - (*(a) < *(b)))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

#define ST_SORT sort_series
#define ST_ELEMENT_TYPE uint32
#define ST_COMPARE_ARG_TYPE const KloutSeries
#define ST_COMPARE(a, b, all_series) \
	klout_name_compare((all_series)[*(a)].network, (all_series)[*(b)].network)
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

void
klout_scorer_init(KloutScorer *scorer, const KloutModel *model, int64 at,
				  KloutUnit unit, const KloutSeries *all_series, uint32 nseries,
				  KloutScorerSeries *series_memory,
				  KloutScorerNetwork *network_memory, uint32 *order)
{
	KloutScorerNetwork *network = NULL;
	uint32		i;

	scorer->model = model;
	scorer->unit = unit;
	scorer->now = klout_bucket(at, unit) - klout_bucket_first(unit);
	scorer->reach_half_life = (double) model->reach_half_life /
		(double) klout_unit_usecs(unit);
	scorer->consistency_half_life = (double) model->consistency_half_life /
		(double) klout_unit_usecs(unit);
	scorer->nseries = nseries;
	scorer->nnetworks = 0;
	scorer->all_series = series_memory;
	scorer->networks = network_memory;
	scorer->nfaded = 0;
	for (i = 0; i < KLOUT_FADED_MAX; i++)
		scorer->day_weight[i] = -1;

	for (i = 0; i < nseries; i++)
		order[i] = i;
	sort_series(order, nseries, all_series);
	for (i = 0; i < nseries; i++)
	{
		const KloutSeries *series = &all_series[order[i]];

		Assert(series->type == KLOUT_SERIES_ACTIONS);
		if (i == 0 ||
			klout_name_compare(all_series[order[i - 1]].network, series->network) != 0)
		{
			network = &scorer->networks[scorer->nnetworks++];
			network->seed = klout_hash_bytes(series->network.data,
											 series->network.len);
			network->weight = klout_model_network_weight(model, series->network);
			network->kinds = 0;
			network->actions = 0;
		}
		network->kinds++;
		scorer->all_series[order[i]].network = scorer->nnetworks - 1;
		scorer->all_series[order[i]].kind_weight =
			klout_model_kind_weight(model, series->kind);
	}
}

/* Fills the tables up to an age and some more. */
static void
extend_faded(KloutScorer *scorer, int64 age)
{
	uint32		end = (uint32) Min(KLOUT_FADED_MAX, (age | 63) + 1);

	for (; scorer->nfaded < end; scorer->nfaded++)
	{
		scorer->reach_faded[scorer->nfaded] =
			klout_faded(scorer->nfaded, scorer->reach_half_life);
		scorer->consistency_faded[scorer->nfaded] =
			klout_faded(scorer->nfaded, scorer->consistency_half_life);
	}
}

static inline double
reach_faded(KloutScorer *scorer, int64 age)
{
	if (unlikely(age >= scorer->nfaded))
	{
		if (age >= KLOUT_FADED_MAX)
			return klout_faded(age, scorer->reach_half_life);
		extend_faded(scorer, age);
	}
	return scorer->reach_faded[age];
}

static inline double
consistency_faded(KloutScorer *scorer, int64 age)
{
	if (unlikely(age >= scorer->nfaded))
	{
		if (age >= KLOUT_FADED_MAX)
			return klout_faded(age, scorer->consistency_half_life);
		extend_faded(scorer, age);
	}
	return scorer->consistency_faded[age];
}

static inline void
insertion_sort_reactions(KloutAction *actions, uint32 n)
{
	uint32		i;

	for (i = 1; i < n; i++)
	{
		KloutAction action = actions[i];
		uint32		j = i;

		for (; j > 0 && actions[j - 1].actor > action.actor; j--)
			actions[j] = actions[j - 1];
		actions[j] = action;
	}
}

/*
 * Sorts by hash and returns where the actions are then: here or in spare.
 * Hashes are spread evenly; buckets that somebody filled on purpose are left
 * to a sort that does not mind.
 */
static KloutAction *
sort_by_hash(KloutAction *actions, uint32 n, KloutAction *spare)
{
	uint32		end[(1 << HASH_BITS_MAX) + 1];
	int			bits = 4;
	uint32		first = 0;
	uint32		i;

	if (n <= INSERTION_SORT_MAX)
	{
		insertion_sort_reactions(actions, n);
		return actions;
	}
	while (bits < HASH_BITS_MAX && ((uint32) 1 << bits) < n)
		bits++;
	memset(end, 0, sizeof(uint32) * ((size_t) (1 << bits) + 1));
	for (i = 0; i < n; i++)
		end[(actions[i].actor >> (64 - bits)) + 1]++;
	for (i = 1; i <= (uint32) 1 << bits; i++)
		end[i] += end[i - 1];
	for (i = 0; i < n; i++)
		spare[end[actions[i].actor >> (64 - bits)]++] = actions[i];
	for (i = 0; i < (uint32) 1 << bits; i++)
	{
		uint32		count = end[i] - first;

		if (count > INSERTION_SORT_MAX)
			sort_reactions(spare + first, count);
		else
			insertion_sort_reactions(spare + first, count);
		first = end[i];
	}
	return spare;
}

/*
 * D_n before its cap: the buckets with an action, each with its largest kind
 * weight, in order of time.
 */
static double
sum_days(KloutScorer *scorer, const KloutAction *actions, uint32 n)
{
	uint64	   *days = scorer->days;
	uint32		oldest = PG_UINT32_MAX;
	uint32		newest = 0;
	uint32		m = 0;
	double		sum = 0;
	uint32		i;

	for (i = 0; i < n; i++)
	{
		if ((int64) actions[i].bucket > scorer->now)
			continue;
		oldest = Min(oldest, actions[i].bucket);
		newest = Max(newest, actions[i].bucket);
		days[m++] = (uint64) actions[i].bucket << 32 |
			klout_action_series(&actions[i]);
	}
	if (m == 0)
		return 0;

	if (m > INSERTION_SORT_MAX && newest - oldest < KLOUT_FADED_MAX &&
		newest - oldest < 16 * m)
	{
		/* a slot a bucket, left at -1 */
		double	   *weight = scorer->day_weight;

		for (i = 0; i < m; i++)
		{
			double	   *day = &weight[(uint32) (days[i] >> 32) - oldest];

			*day = fmax(*day, scorer->all_series[(uint32) days[i]].kind_weight);
		}
		for (i = 0; i <= newest - oldest; i++)
		{
			if (weight[i] < 0)
				continue;
			sum += weight[i] *
				consistency_faded(scorer, scorer->now - (int64) (oldest + i));
			weight[i] = -1;
		}
		return sum;
	}

	if (m <= INSERTION_SORT_MAX)
		for (i = 1; i < m; i++)
		{
			uint64		day = days[i];
			uint32		j = i;

			for (; j > 0 && days[j - 1] > day; j--)
				days[j] = days[j - 1];
			days[j] = day;
		}
	else
		sort_days(days, m);
	for (i = 0; i < m;)
	{
		uint32		bucket = (uint32) (days[i] >> 32);
		double		heaviest = 0;

		for (; i < m && (uint32) (days[i] >> 32) == bucket; i++)
			heaviest = fmax(heaviest,
							scorer->all_series[(uint32) days[i]].kind_weight);
		sum += heaviest * consistency_faded(scorer, scorer->now - (int64) bucket);
	}
	return sum;
}

/* The last bucket of a reactor's actions, proven or not. */
typedef struct Last
{
	int64		bucket;			/* -1: none */
	double		kind;			/* largest kind weight in it */
	uint8		weight;			/* largest weight in it */
} Last;

static inline void
add_to_last(Last *last, int64 bucket, double kind, uint8 weight)
{
	if (bucket > last->bucket)
	{
		last->bucket = bucket;
		last->kind = fmax(0, kind);
		last->weight = weight;
	}
	else if (bucket == last->bucket)
	{
		last->kind = fmax(last->kind, kind);
		last->weight = Max(last->weight, weight);
	}
}

/* Sums over the actions on one network; false when the sample has not all. */
static bool
score_network(KloutScorer *scorer, const KloutScorerNetwork *network,
			  const KloutAction *actions, uint32 n, double *reach,
			  double *consistency, double *reactors)
{
	const KloutModel *model = scorer->model;
	double		proven_reach = 0,
				unproven_reach = 0,
				later_reach = 0,
				proven_breadth = 0,
				unproven_breadth = 0,
				later_breadth = 0;
	uint32		nproven = 0;
	uint32		nunproven = 0;
	uint32		nreactors = 0;
	uint32		i = 0;

	while (i < n)
	{
		uint64		hash = actions[i].actor;
		Last		proven = {-1, 0, 0};
		Last		unproven = {-1, 0, 0};
		double		x = 0,
					y = 0;

		for (; i < n && actions[i].actor == hash; i++)
		{
			uint8		weight = klout_action_weight(&actions[i]);

			add_to_last(weight > 0 ? &proven : &unproven, actions[i].bucket,
						scorer->all_series[klout_action_series(&actions[i])].kind_weight,
						weight);
		}
		nreactors++;
		nproven += proven.bucket >= 0;
		nunproven += unproven.bucket >= 0;
		if (nproven > KLOUT_SAMPLE_K || nunproven > KLOUT_SAMPLE_K)
			return false;

		if (proven.bucket >= 0 && proven.bucket <= scorer->now)
		{
			int64		age = scorer->now - proven.bucket;
			double		weight = (double) proven.weight / KLOUT_WEIGHT_STEPS;

			x = proven.kind * reach_faded(scorer, age);
			y = proven.kind * consistency_faded(scorer, age);
			proven_reach += weight * x;
			unproven_reach += (1 - weight) * x;
			proven_breadth += weight * y;
			unproven_breadth += (1 - weight) * y;
		}
		if (unproven.bucket > proven.bucket && unproven.bucket <= scorer->now)
		{
			int64		age = scorer->now - unproven.bucket;
			double		later_x = unproven.kind * reach_faded(scorer, age);
			double		later_y = unproven.kind * consistency_faded(scorer, age);

			later_reach += later_x;
			later_breadth += later_y;
			if (proven.bucket >= 0)
			{
				later_reach -= fmin(x, later_x);
				later_breadth -= fmin(y, later_y);
			}
		}
	}
	unproven_reach += fmax(later_reach, 0);
	unproven_breadth += fmax(later_breadth, 0);

	*reach += network->weight * klout_capped(model, proven_reach, unproven_reach);
	*consistency += network->weight *
		fmin(sum_days(scorer, actions, n),
			 model->consistency_cap *
			 klout_capped(model, proven_breadth, unproven_breadth));
	*reactors += nreactors;
	return true;
}

bool
klout_score_directly(KloutScorer *scorer, const KloutAction *actions,
					 uint32 n, KloutPersonScore *result)
{
	uint32		used[KLOUT_NETWORKS_MAX];
	uint32		nused = 0;
	uint32		first = 0;
	KloutScore	score;
	double		reactors = 0;
	bool		all = true;
	uint32		i;

	if (n > KLOUT_DIRECT_MAX)
		return false;

	/* the networks of this person, by name */
	for (i = 0; i < n; i++)
	{
		uint32		number = scorer->all_series[klout_action_series(&actions[i])].network;
		KloutScorerNetwork *network = &scorer->networks[number];

		if (network->actions++ == 0)
		{
			uint32		j = nused;

			if (nused == KLOUT_NETWORKS_MAX ||
				network->kinds > KLOUT_KINDS_MAX)
			{
				network->actions = 0;
				all = false;
				break;
			}
			for (; j > 0 && used[j - 1] > number; j--)
				used[j] = used[j - 1];
			used[j] = number;
			nused++;
		}
	}
	if (all)
	{
		uint32		end = 0;

		for (i = 0; i < nused; i++)
		{
			scorer->networks[used[i]].end = end;
			end += scorer->networks[used[i]].actions;
		}
		for (i = 0; i < n; i++)
		{
			KloutScorerNetwork *network =
				&scorer->networks[scorer->all_series[klout_action_series(&actions[i])].network];
			KloutAction *action = &scorer->sorted[network->end++];

			action->actor = klout_reactor_hash(actions[i].actor, network->seed);
			action->bucket = actions[i].bucket;
			action->what = actions[i].what;
		}
	}

	memset(&score, 0, sizeof(score));
	for (i = 0; i < nused; i++)
	{
		KloutScorerNetwork *network = &scorer->networks[used[i]];
		uint32		count = network->actions;

		network->actions = 0;
		if (all)
			all = score_network(scorer, network,
								sort_by_hash(scorer->sorted + first, count,
											 scorer->spare),
								count,
								&score.sum[KLOUT_PART_REACH],
								&score.sum[KLOUT_PART_CONSISTENCY],
								&reactors);
		first += count;
	}
	if (!all)
		return false;

	klout_score_finish(&score, scorer->model);
	result->score = score.score;
	result->reach = score.sum[KLOUT_PART_REACH];
	result->consistency = score.sum[KLOUT_PART_CONSISTENCY];
	result->reactors = reactors;
	return true;
}
