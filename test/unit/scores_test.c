/*-------------------------------------------------------------------------
 *
 * scores_test.c
 *	  Unit tests of scores straight from actions, as TAP: over random facts
 *	  (facts.h) the score of the value that is made of them, to the last bit,
 *	  or a refusal, exactly where a sample has not all.
 *
 *-------------------------------------------------------------------------
 */
#include "facts.h"

#include <math.h>

#include "scores/scores.h"

/* Actions and their series, in the order in which they come up. */
typedef struct Acts
{
	KloutAction actions[FACTS_MAX];
	uint32		n;
	KloutSeries *all_series;
	uint32		nseries;
} Acts;

static void
acts_of(Acts *acts, const Fact *facts, int n, KloutUnit unit)
{
	acts->n = (uint32) n;
	acts->nseries = 0;
	acts->all_series = realloc(acts->all_series, sizeof(KloutSeries) * (size_t) (n + 1));
	for (int i = 0; i < n; i++)
	{
		KloutSeries series = fact_topic(&facts[i]);
		uint32		number = 0;

		while (number < acts->nseries &&
			   (klout_name_compare(acts->all_series[number].network, series.network) != 0 ||
				klout_name_compare(acts->all_series[number].kind, series.kind) != 0))
			number++;
		if (number == acts->nseries)
			acts->all_series[acts->nseries++] = series;
		acts->actions[i].actor = facts[i].actor;
		acts->actions[i].bucket = (uint32) (facts[i].bucket - klout_bucket_first(unit));
		acts->actions[i].what = number << 8 | (uint32) facts[i].weight;
	}
}

/* Does a network of the value lack reactors in one of its samples? */
static bool
is_sampled(Value value, double *reactors)
{
	KloutSignals signals;
	KloutNetwork network;
	bool		sampled = false;

	*reactors = 0;
	(void) klout_signals_iter_init(&signals, value.data, value.len);
	while (klout_signals_next(&signals, &network))
	{
		sampled |= network.proven.registers != NULL ||
			network.unproven.registers != NULL;
		*reactors += klout_network_reactors(&network);
	}
	return sampled;
}

static bool
same_bits(double a, double b)
{
	return memcmp(&a, &b, sizeof(a)) == 0;
}

static void
random_model(KloutModel *model, uint8 *bytes)
{
	KloutModelWeight networks[3];
	KloutModelWeight kinds[3];
	int			nnetworks = random_below(4);
	int			nkinds = random_below(4);
	uint8	   *end;

	klout_model_default(model);
	if (random_below(2))
		(void) klout_model_preset("strict", 6, model);
	model->reach_half_life = KLOUT_USECS_PER_HOUR * (1 + random_below(2000));
	model->consistency_half_life = KLOUT_USECS_PER_HOUR * (1 + random_below(20000));
	for (int i = 0; i < 3; i++)
	{
		static const double weights[] = {0, 0.3, 1, 2.5, 1e9};

		networks[i].name = kinds[i].name = fact_klout_name(i);
		networks[i].weight = weights[random_below(lengthof(weights))];
		kinds[i].weight = weights[random_below(lengthof(weights))];
	}
	nnetworks = klout_model_sort_weights(networks, nnetworks);
	nkinds = klout_model_sort_weights(kinds, nkinds);
	end = klout_model_write(bytes, model, networks, nnetworks, kinds, nkinds);
	if (klout_model_read(bytes, (size_t) (end - bytes), model))
		abort();
}

static void
test_random(void)
{
	Fact	   *facts = malloc(sizeof(Fact) * FACTS_MAX);
	Acts	   *acts = calloc(1, sizeof(Acts));
	KloutScorer *scorer = malloc(sizeof(KloutScorer));
	uint8		bytes[1024];
	int			different = 0;
	int			wrongly_refused = 0;
	int			direct = 0;
	int			refused = 0;

	for (int round = 0; round < 3000; round++)
	{
		Profile		profile = random_profile();
		KloutModel	model;
		KloutStatus status;
		Value		value;
		int64		at;

		profile.posts = profile.audiences = 0;
		random_facts(&profile, facts);
		value = buffered_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK)
		{
			free(value.data);
			continue;
		}
		acts_of(acts, facts, profile.facts, profile.unit);
		random_model(&model, bytes);
		at = klout_bucket_start(profile.from + (profile.to - profile.from) / 4 * random_below(6),
								profile.unit);
		if (!klout_bucket_valid(klout_bucket(at, profile.unit), profile.unit))
			at = 0;
		{
			size_t		n = acts->nseries + 1;
			KloutScorerSeries *all_series = malloc(sizeof(KloutScorerSeries) * n);
			KloutScorerNetwork *networks = malloc(sizeof(KloutScorerNetwork) * n);
			uint32	   *order = malloc(sizeof(uint32) * n);
			KloutPersonScore score;
			KloutScore	expected;
			double		reactors;
			bool		sampled = is_sampled(value, &reactors);

			klout_scorer_init(scorer, &model, at, profile.unit, acts->all_series,
							  acts->nseries, all_series, networks, order);
			if (klout_score_compute(value.data, value.len, &model, at,
									&expected, NULL))
				abort();
			/* twice: it must leave its tables as it found them */
			for (int again = 0; again < 2; again++)
			{
				if (!klout_score_directly(scorer, acts->actions, acts->n, &score))
				{
					refused++;
					wrongly_refused += !sampled;
					continue;
				}
				direct++;
				different += sampled ||
					!same_bits(score.score, expected.score) ||
					!same_bits(score.reach, expected.sum[KLOUT_PART_REACH]) ||
					!same_bits(score.consistency, expected.sum[KLOUT_PART_CONSISTENCY]) ||
					!same_bits(score.reactors, reactors);
			}
			free(all_series);
			free(networks);
			free(order);
		}
		free(value.data);
	}
	printf("# %d scored directly, %d refused\n", direct, refused);
	check(direct > 1000 && refused > 100, "some are scored directly, some are not");
	check(different == 0, "the score of the value, to the last bit");
	check(wrongly_refused == 0, "refused only where a sample has not all");
	free(facts);
	free(acts->all_series);
	free(acts);
	free(scorer);
}

/* More names than a value can have, and more actions than fit */
static void
test_refused(void)
{
	static KloutAction actions[KLOUT_DIRECT_MAX + 1];
	KloutScorer *scorer = malloc(sizeof(KloutScorer));
	KloutScorerSeries all_series[300];
	KloutScorerNetwork networks[300];
	KloutSeries names[300];
	uint32		order[300];
	KloutModel	model;
	KloutPersonScore score;

	klout_model_default(&model);
	memset(names, 0, sizeof(names));
	memset(actions, 0, sizeof(actions));
	for (int i = 0; i < 300; i++)
	{
		names[i].type = KLOUT_SERIES_ACTIONS;
		names[i].network = fact_klout_name(i);
		names[i].kind = fact_klout_name(0);
		actions[i].what = (uint32) i << 8 | KLOUT_WEIGHT_STEPS;
	}
	klout_scorer_init(scorer, &model, 0, KLOUT_UNIT_DAY, names, 300, all_series,
					  networks, order);
	check(!klout_score_directly(scorer, actions, KLOUT_NETWORKS_MAX + 1, &score) &&
		  klout_score_directly(scorer, actions, KLOUT_NETWORKS_MAX, &score) &&
		  score.reactors == KLOUT_NETWORKS_MAX, "more networks than a value has");

	for (int i = 0; i < 300; i++)
	{
		names[i].kind = names[i].network;
		names[i].network = fact_klout_name(i < 65 ? 0 : 1);
	}
	klout_scorer_init(scorer, &model, 0, KLOUT_UNIT_DAY, names, 65 + 64, all_series,
					  networks, order);
	check(!klout_score_directly(scorer, actions, 1, &score) &&
		  klout_score_directly(scorer, actions + 65, 64, &score) &&
		  score.reactors == 1, "more kinds on a network than a value has");

	memset(actions, 0, sizeof(actions));
	check(!klout_score_directly(scorer, actions, KLOUT_DIRECT_MAX + 1, &score),
		  "more actions than there is room for");
	check(klout_score_directly(scorer, actions, 0, &score) && score.score == 0 &&
		  score.reach == 0 && score.reactors == 0, "no actions");
	free(scorer);
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	random_begin(UINT64CONST(20261201));
	test_random();
	test_refused();
	return finish();
}
