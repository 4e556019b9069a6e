/*-------------------------------------------------------------------------
 *
 * score.c
 *	  The score: a pure function of signals, model and time.
 *
 * The formula is in score.h.  One pass over the value, network by network;
 * nothing is allocated.
 *
 *-------------------------------------------------------------------------
 */
#include "score.h"

#include <math.h>

const char *const klout_part_names[KLOUT_PARTS] = {
	"reach", "consistency", "audience", "activity"
};

/* How old facts count: the moment's bucket and the half-lives in buckets. */
typedef struct Clock
{
	int64		now;
	double		reach;			/* Hr */
	double		consistency;	/* Hc */
} Clock;

static inline double
faded(int64 age, double half_life)
{
	return exp2(-(double) age / half_life);
}

/* cap(P, U): what unproven reactors may add to proven ones */
static inline double
capped(const KloutModel *model, double proven, double unproven)
{
	return proven +
		fmin(unproven, model->unproven_cap * model->mix * (1 + proven));
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

/*
 * Sums over the reactors of a network: R_n and S_n.
 *
 * What unproven actions add is summed on its own.  Where both samples have
 * everybody, its addends are not negative; where not, those of a reactor who
 * acted proven and later unproven are divided by two probabilities, and a sum
 * below nothing is nothing.
 */
static void
score_reactors(const KloutNetwork *network, KloutUnit unit,
			   const KloutModel *model, const Clock *clock,
			   const double *kind_weight, double *reach, double *breadth)
{
	KloutStandings standings;
	KloutStanding standing;
	double		proven_reach = 0,
				unproven_reach = 0,
				later_reach = 0,
				proven_breadth = 0,
				unproven_breadth = 0,
				later_breadth = 0;

	klout_standings_open(&standings, network, unit);
	while (klout_standings_next(&standings, &standing))
	{
		double		x = 0,
					y = 0;

		if (standing.is_proven && standing.proven.last <= clock->now)
		{
			double		kind = heaviest_kind(standing.proven.kinds, kind_weight);
			double		weight = (double) standing.proven.weight / KLOUT_WEIGHT_STEPS;
			double		p = standing.proven_inclusion;

			x = kind * faded(clock->now - standing.proven.last, clock->reach);
			y = kind * faded(clock->now - standing.proven.last, clock->consistency);
			proven_reach += weight * (x / p);
			unproven_reach += (1 - weight) * (x / p);
			proven_breadth += weight * (y / p);
			unproven_breadth += (1 - weight) * (y / p);
		}
		if (standing.is_unproven && standing.unproven.last <= clock->now)
		{
			double		kind = heaviest_kind(standing.unproven.kinds, kind_weight);
			double		later_x = kind * faded(clock->now - standing.unproven.last,
											   clock->reach);
			double		later_y = kind * faded(clock->now - standing.unproven.last,
											   clock->consistency);
			double		p = standing.unproven_inclusion;

			later_reach += later_x / p;
			later_breadth += later_y / p;
			if (standing.both_inclusion > 0)
			{
				later_reach -= fmin(x, later_x) / standing.both_inclusion;
				later_breadth -= fmin(y, later_y) / standing.both_inclusion;
			}
		}
	}
	unproven_reach += fmax(later_reach, 0);
	unproven_breadth += fmax(later_breadth, 0);

	*reach = capped(model, proven_reach, unproven_reach);
	*breadth = capped(model, proven_breadth, unproven_breadth);
}

/*
 * Sums over the buckets of a network: all kinds together, in order of time.
 * *days gets the buckets with an action, each with its largest kind weight;
 * *reactions every action; *newest the newest of these buckets and itself.
 */
static void
score_buckets(const KloutNetwork *network, const Clock *clock,
			  const double *kind_weight, double *days, double *reactions,
			  int64 *newest)
{
	KloutRuns	runs[KLOUT_KINDS_MAX];
	int64		bucket[KLOUT_KINDS_MAX];
	uint64		count[KLOUT_KINDS_MAX];
	int			left = 0;
	int			kind[KLOUT_KINDS_MAX];
	int			i;

	*days = 0;
	*reactions = 0;
	for (i = 0; i < network->nkinds; i++)
	{
		runs[left] = network->runs[i];
		kind[left] = i;
		if (klout_runs_next(&runs[left], &bucket[left], &count[left]))
			left++;
	}

	for (;;)
	{
		int64		first = PG_INT64_MAX;
		double		heaviest = 0;
		double		actions = 0;
		int64		age;

		for (i = 0; i < left; i++)
			first = Min(first, bucket[i]);
		if (left == 0 || first > clock->now)
			return;

		for (i = 0; i < left;)
		{
			if (bucket[i] != first)
			{
				i++;
				continue;
			}
			heaviest = fmax(heaviest, kind_weight[kind[i]]);
			actions += kind_weight[kind[i]] * (double) count[i];
			if (klout_runs_next(&runs[i], &bucket[i], &count[i]))
				i++;
			else
			{
				/* keep the order of kinds: sums must not depend on it */
				left--;
				memmove(&runs[i], &runs[i + 1], sizeof(runs[0]) * (size_t) (left - i));
				memmove(&bucket[i], &bucket[i + 1], sizeof(bucket[0]) * (size_t) (left - i));
				memmove(&count[i], &count[i + 1], sizeof(count[0]) * (size_t) (left - i));
				memmove(&kind[i], &kind[i + 1], sizeof(kind[0]) * (size_t) (left - i));
			}
		}

		*newest = Max(*newest, first);
		age = clock->now - first;
		*days += heaviest * faded(age, clock->consistency);
		*reactions += actions * faded(age, clock->reach);
	}
}

static double
score_posts(const KloutNetwork *network, const Clock *clock)
{
	KloutRuns	runs = network->posts;
	int64		bucket;
	uint64		count;
	double		posts = 0;

	while (klout_runs_next(&runs, &bucket, &count) && bucket <= clock->now)
		posts += (double) count * faded(clock->now - bucket, clock->reach);
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
		double		days;
		int			i;

		for (i = 0; i < network->nkinds; i++)
			kind_weight[i] = klout_model_kind_weight(model, network->kinds[i]);
		score_reactors(network, unit, model, clock, kind_weight,
					   &result->value[KLOUT_PART_REACH], &breadth);
		score_buckets(network, clock, kind_weight, &days, &result->reactions,
					  newest);
		result->value[KLOUT_PART_CONSISTENCY] =
			fmin(days, model->consistency_cap * breadth);
	}
}

const char *
klout_score_compute(const uint8 *data, size_t len, const KloutModel *model,
					int64 at, KloutScore *score, KloutNetworkScore *networks)
{
	KloutSignals signals;
	KloutNetwork network;
	Clock		clock;
	double		engagement;
	int64		newest = PG_INT64_MIN;
	int			i;

	memset(score, 0, sizeof(*score));
	if (klout_signals_open(&signals, data, len))
		return signals.problem;

	clock.now = klout_bucket(at, signals.unit);
	clock.reach = (double) model->reach_half_life /
		(double) klout_unit_usecs(signals.unit);
	clock.consistency = (double) model->consistency_half_life /
		(double) klout_unit_usecs(signals.unit);

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
	if (signals.problem)
		return signals.problem;
	score->idle = newest == PG_INT64_MIN ? -1 :
		(double) (clock.now - newest) /
		(double) (klout_unit_usecs(KLOUT_UNIT_DAY) / klout_unit_usecs(signals.unit));

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
