/*-------------------------------------------------------------------------
 *
 * score_test.c
 *	  Unit tests of the score, as TAP: known answers by hand, a naive writing
 *	  of the formula over random facts (facts.h), what a score promises, and
 *	  bytes that are no value.
 *
 *-------------------------------------------------------------------------
 */
#include "facts.h"

#include <math.h>

#include "score.h"

/* 2026-01-01 12:00 UTC, in bucket 20454 of days */
#define TODAY			20454
#define NOW				((INT64CONST(20454) - KLOUT_EPOCH_DAYS) * 24 * KLOUT_USECS_PER_HOUR + \
						 12 * KLOUT_USECS_PER_HOUR)

static double
score_of(const Fact *facts, int n, KloutUnit unit, const KloutModel *model,
		 int64 at, KloutScore *score)
{
	KloutStatus status;
	Value		value = buffered_value(facts, n, unit, &status);

	if (status != KLOUT_OK ||
		klout_score_compute(value.data, value.len, model, at, score, NULL))
		score->score = NAN;
	free(value.data);
	return score->score;
}

static Fact
action(int network, int kind, uint64 actor, int64 bucket, int weight)
{
	Fact		fact;

	memset(&fact, 0, sizeof(fact));
	fact.type = KLOUT_TOPIC_ACTIONS;
	fact.network = network;
	fact.kind = kind;
	fact.actor = actor;
	fact.bucket = bucket;
	fact.weight = weight;
	return fact;
}

static Fact
followers(int network, int64 number, int64 at)
{
	Fact		fact;

	memset(&fact, 0, sizeof(fact));
	fact.type = KLOUT_TOPIC_AUDIENCE;
	fact.network = network;
	fact.followers = number;
	fact.at = at;
	return fact;
}

static bool
near(double a, double b)
{
	return fabs(a - b) <= 1e-12 * fmax(1, fabs(b));
}

static double
scaled(double raw)
{
	return 100 * raw / (raw + 3.4);
}

static void
test_known(void)
{
	KloutModel	model;
	KloutModel	strict;
	KloutScore	score;
	Fact		facts[40];
	int			n;

	klout_model_default(&model);
	(void) klout_model_preset("strict", 6, &strict);

	check(score_of(facts, 0, KLOUT_UNIT_DAY, &model, NOW, &score) == 0 && score.raw == 0,
		  "nobody has 0");

	facts[0] = action(0, 0, 1, TODAY, 200);
	check(fabs(score_of(facts, 1, KLOUT_UNIT_DAY, &model, NOW, &score) - 28.963834) < 1e-5 &&
		  near(score.score, scaled(2 * log(2))), "one proven reactor today: 28.9638");
	facts[1] = action(0, 1, 1, TODAY, 200);
	facts[2] = action(0, 0, 1, TODAY, 0);
	check(near(score_of(facts, 3, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(2 * log(2))),
		  "the same reactor again today changes nothing");

	/* 30 days are a half-life of reach, and a twelfth of consistency's */
	facts[0] = action(0, 0, 1, TODAY - 30, 200);
	check(near(score_of(facts, 1, KLOUT_UNIT_DAY, &model, NOW, &score),
			   scaled(log(1.5) + log(1 + pow(2, -1.0 / 12)))),
		  "30 days ago");
	facts[0] = action(0, 0, 1, TODAY + 1, 200);
	check(score_of(facts, 1, KLOUT_UNIT_DAY, &model, NOW, &score) == 0, "tomorrow is left out");
	facts[0] = action(0, 0, 1, TODAY, 200);
	check(score_of(facts, 1, KLOUT_UNIT_DAY, &model, NOW - 13 * KLOUT_USECS_PER_HOUR, &score) == 0 &&
		  score_of(facts, 1, KLOUT_UNIT_DAY, &model, NOW - 12 * KLOUT_USECS_PER_HOUR, &score) > 28,
		  "a bucket counts from its beginning on");

	/* ten unproven: U = 10 is cut to cu mix (1 + 0) = 3, and with strict to 1 */
	for (int i = 0; i < 10; i++)
		facts[i] = action(0, 0, (uint64) i, TODAY, 0);
	check(near(score_of(facts, 10, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(log(4) + log(2))) &&
		  near(score.sum[KLOUT_PART_REACH], 3), "ten unproven count as three");
	check(near(score_of(facts, 10, KLOUT_UNIT_DAY, &strict, NOW, &score), scaled(log(2) + log(2))),
		  "with the strict model as one");
	/* two proven and seven unproven: 2 + min(7, 3 (1 + 2)) = 9 */
	facts[0].weight = facts[1].weight = 200;
	check(near((score_of(facts, 9, KLOUT_UNIT_DAY, &model, NOW, &score), score.sum[KLOUT_PART_REACH]), 9) &&
		  near((score_of(facts, 10, KLOUT_UNIT_DAY, &strict, NOW, &score), score.sum[KLOUT_PART_REACH]), 2 + 3),
		  "the cap rises with the proven");
	/* half proven each: P = U = 5 */
	for (int i = 0; i < 10; i++)
		facts[i].weight = 100;
	check(near((score_of(facts, 10, KLOUT_UNIT_DAY, &model, NOW, &score), score.sum[KLOUT_PART_REACH]), 10),
		  "a weight of a half is half proven");

	/* one reactor on each of ten days: D is cut to cd S, S = 1 */
	for (int i = 0; i < 10; i++)
		facts[i] = action(0, 0, 7, TODAY - i, 200);
	check(near((score_of(facts, 10, KLOUT_UNIT_DAY, &model, NOW, &score), score.sum[KLOUT_PART_CONSISTENCY]), 2) &&
		  near((score_of(facts, 10, KLOUT_UNIT_DAY, &strict, NOW, &score), score.sum[KLOUT_PART_CONSISTENCY]), 1),
		  "days are capped by breadth");

	/* two networks add up inside the logarithm */
	facts[0] = action(0, 0, 1, TODAY, 200);
	facts[1] = action(1, 0, 1, TODAY, 200);
	check(near(score_of(facts, 2, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(2 * log(3))),
		  "networks add up inside the logarithm");

	/*
	 * followers: nothing without reactions, at most a tenth of engagement
	 * with
	 */
	facts[0] = followers(0, 10000, NOW);
	check(score_of(facts, 1, KLOUT_UNIT_DAY, &model, NOW, &score) == 0, "10,000 followers alone have 0");
	facts[1] = action(0, 0, 1, TODAY, 200);
	check(near(score_of(facts, 2, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(1.1 * 2 * log(2))),
		  "10,000 followers are capped at a tenth of engagement");
	facts[0] = followers(0, 2, NOW);
	check(near(score_of(facts, 2, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(2 * log(2) + 0.1 * log(3))),
		  "two followers are not");
	facts[0] = followers(0, 2, NOW + 1);
	check(near(score_of(facts, 2, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(2 * log(2))),
		  "an audience known a microsecond later is left out");

	/* hours: 3 hours are the half-life of reach, 36 that of consistency */
	(void) klout_model_preset("hour", 4, &model);
	facts[0] = action(0, 0, 1, TODAY * 24 + 9, 200);
	check(near(score_of(facts, 1, KLOUT_UNIT_HOUR, &model, NOW, &score),
			   100 * (log(1.5) + log(1 + pow(2, -3.0 / 36))) /
			   (log(1.5) + log(1 + pow(2, -3.0 / 36)) + 2.0)),
		  "hours with the hour model");

	/* posts count with their own weight */
	klout_model_default(&model);
	n = 0;
	for (int i = 0; i < 3; i++)
	{
		facts[n] = action(0, 0, 0, TODAY - 30 * i, 0);
		facts[n++].type = KLOUT_TOPIC_POSTS;
	}
	facts[n++] = action(0, 0, 1, TODAY, 200);
	check(near(score_of(facts, n, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(2 * log(2))) &&
		  near(score.sum[KLOUT_PART_ACTIVITY], 1.75) && near(score.reactions, 1),
		  "posts are worth nothing by default, and are counted");
	model.activity_weight = 0.5;
	check(near(score_of(facts, n, KLOUT_UNIT_DAY, &model, NOW, &score), scaled(2 * log(2) + 0.5 * log(2.75))),
		  "unless they are given a weight");
}

/* ---------------------------------------------------------------------------
 * The formula, once more
 * ---------------------------------------------------------------------------
 */

/* A model of its own bytes, with weights for some names. */
static KloutModel
random_model(bool extreme, uint8 *bytes)
{
	KloutModel	model;
	KloutModelWeight networks[4];
	KloutModelWeight kinds[4];
	int			nnetworks = random_below(4);
	int			nkinds = random_below(4);

	klout_model_default(&model);
	for (int i = 0; i < KLOUT_MODEL_NSCALARS; i++)
	{
		const KloutModelScalar *scalar = &klout_model_scalars[i];

		if (scalar->is_half_life)
			*klout_model_half_life(&model, scalar) = extreme && random_below(3) == 0 ?
				1 + (int64) (random_u64() % UINT64CONST(315569519999999999) >> random_below(60)) :
				(1 + random_below(100)) * KLOUT_USECS_PER_HOUR * 24 / (1 + random_below(20));
		else
		{
			double		number = extreme ?
				ldexp(1 + random_below(1000) / 1000.0, random_below(1100) - 1070) :
				1 + random_below(100) / 50.0;

			if (klout_model_number_valid(scalar, number))
				*klout_model_number(&model, scalar) = number;
		}
	}
	for (int i = 0; i < nnetworks; i++)
	{
		networks[i].name = fact_klout_name(i);
		networks[i].weight = extreme ? 1e9 / (1 + random_below(1000000)) : random_below(10) / 4.0;
	}
	for (int i = 0; i < nkinds; i++)
	{
		kinds[i].name = fact_klout_name(i);
		kinds[i].weight = extreme ? 1e9 / (1 + random_below(1000000)) : random_below(10) / 4.0;
	}
	nnetworks = klout_model_sort_weights(networks, nnetworks);
	nkinds = klout_model_sort_weights(kinds, nkinds);
	(void) klout_model_write(bytes, &model, networks, nnetworks, kinds, nkinds);
	if (klout_model_read(bytes, klout_model_size(networks, nnetworks, kinds, nkinds), &model))
		abort();
	return model;
}

static double
fade(int64 age, int64 half_life, KloutUnit unit)
{
	return pow(2, -(double) age / ((double) half_life / (double) klout_unit_usecs(unit)));
}

/*
 * What the actor of fact i adds: the last bucket with a weight, and the last
 * one without if that is later.
 */
static void
naive_reactor(const Fact *facts, int n, int i, KloutUnit unit,
			  const KloutModel *model, int64 now,
			  double *p_reach, double *u_reach, double *p_breadth, double *u_breadth)
{
	int64		last[2] = {PG_INT64_MIN, PG_INT64_MIN};
	double		kind[2] = {0, 0};
	double		quality = 0;
	double		x[2] = {0, 0};
	double		y[2] = {0, 0};

	for (int pass = 0; pass < 2; pass++)
	{
		for (int j = 0; j < n; j++)
		{
			int			side = facts[j].weight == 0;

			if (facts[j].type != KLOUT_TOPIC_ACTIONS || facts[j].network != facts[i].network ||
				facts[j].actor != facts[i].actor)
				continue;
			last[side] = Max(last[side], facts[j].bucket);
			if (pass == 0 || facts[j].bucket != last[side])
				continue;
			kind[side] = fmax(kind[side], klout_model_kind_weight(model, fact_klout_name(facts[j].kind)));
			if (side == 0)
				quality = fmax(quality, facts[j].weight / 200.0);
		}
	}
	for (int side = 0; side < 2; side++)
	{
		if (last[side] > now || last[side] == PG_INT64_MIN ||
			(side == 1 && last[1] <= last[0]))
			continue;
		x[side] = kind[side] * fade(now - last[side], model->reach_half_life, unit);
		y[side] = kind[side] * fade(now - last[side], model->consistency_half_life, unit);
	}
	*p_reach += quality * x[0];
	*p_breadth += quality * y[0];
	*u_reach += fmax(x[0], x[1]) - quality * x[0];
	*u_breadth += fmax(y[0], y[1]) - quality * y[0];
}

/*
 * Raw by the formula of score.h, fact by fact; exact for up to 256 proven and
 * 256 unproven reactors.
 */
static double
naive_raw(const Fact *facts, int n, KloutUnit unit, const KloutModel *model, int64 at)
{
	int64		now = klout_bucket(at, unit);
	double		reach = 0;
	double		days = 0;
	double		audience = 0;
	double		posts = 0;
	double		engagement;

	for (int network = 0; network < NAMES_MAX; network++)
	{
		double		weight = klout_model_network_weight(model, fact_klout_name(network));
		double		p_reach = 0,
					u_reach = 0,
					p_breadth = 0,
					u_breadth = 0,
					d = 0;
		const Fact *latest = NULL;

		for (int i = 0; i < n; i++)
		{
			double		kind = 0;
			bool		first = true;

			if (facts[i].network != network)
				continue;
			if (facts[i].type == KLOUT_TOPIC_AUDIENCE)
			{
				if (!latest || facts[i].at > latest->at ||
					(facts[i].at == latest->at && facts[i].followers > latest->followers))
					latest = &facts[i];
				continue;
			}
			if (facts[i].type == KLOUT_TOPIC_POSTS)
			{
				if (facts[i].bucket <= now)
					posts += weight * fade(now - facts[i].bucket, model->reach_half_life, unit);
				continue;
			}

			/* its bucket, if it is the first fact in it */
			for (int j = 0; j < n; j++)
			{
				if (facts[j].type != KLOUT_TOPIC_ACTIONS || facts[j].network != network ||
					facts[j].bucket != facts[i].bucket)
					continue;
				if (j < i)
					first = false;
				kind = fmax(kind, klout_model_kind_weight(model, fact_klout_name(facts[j].kind)));
			}
			if (first && facts[i].bucket <= now)
				d += kind * fade(now - facts[i].bucket, model->consistency_half_life, unit);

			/* its actor, if it is the actor's first fact */
			first = true;
			for (int j = 0; j < i; j++)
				if (facts[j].type == KLOUT_TOPIC_ACTIONS && facts[j].network == network &&
					facts[j].actor == facts[i].actor)
					first = false;
			if (first)
				naive_reactor(facts, n, i, unit, model, now,
							  &p_reach, &u_reach, &p_breadth, &u_breadth);
		}
		reach += weight * (p_reach + fmin(u_reach, model->unproven_cap * model->mix * (1 + p_reach)));
		p_breadth += fmin(u_breadth, model->unproven_cap * model->mix * (1 + p_breadth));
		days += weight * fmin(d, model->consistency_cap * p_breadth);
		if (latest && latest->at <= at)
			audience += weight * (double) latest->followers;
	}
	engagement = model->reach_weight * log1p(reach) + model->consistency_weight * log1p(days);
	return engagement +
		fmin(model->audience_weight * log1p(audience), model->audience_cap * engagement) +
		model->activity_weight * log1p(posts);
}

static Profile
score_profile(void)
{
	Profile		profile = random_profile();

	profile.facts = Min(profile.facts, 250);
	profile.kinds = Min(profile.kinds, 40);
	return profile;
}

static int64
random_moment(const Profile *profile)
{
	int64		bucket = profile->from +
		(int64) (random_u64() % (uint64) (profile->to - profile->from + 1));

	return klout_bucket_start(bucket, profile->unit) + random_below(1000);
}

static void
test_formula(void)
{
	static Fact facts[FACTS_MAX];
	static KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	bool		formula = true;
	bool		points_add_up = true;

	for (int round = 0; round < 300; round++)
	{
		uint8		bytes[2000];
		KloutModel	model = random_model(false, bytes);
		Profile		profile = score_profile();
		KloutScore	score;
		KloutStatus status;
		Value		value;
		int64		at = random_moment(&profile);
		double		raw;
		double		points = 0;

		random_facts(&profile, facts);
		raw = naive_raw(facts, profile.facts, profile.unit, &model, at);
		value = buffered_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK ||
			klout_score_compute(value.data, value.len, &model, at, &score, networks))
			abort();
		formula = formula && fabs(score.raw - raw) <= 1e-11 * fmax(1, raw) &&
			near(score.score, 100 * score.raw / (score.raw + model.scale));
		for (int part = 0; part < KLOUT_PARTS; part++)
			for (int i = 0; i < score.nnetworks; i++)
				points += klout_score_points(&score, &model, &networks[i], (KloutPart) part);
		points_add_up = points_add_up && fabs(points - score.score) < 1e-9;
		free(value.data);
	}
	check(formula, "the formula, written once more, agrees");
	check(points_add_up, "points add up to the score");
}

/*
 * One more action never lowers the score, if it is of a new reactor, or of no
 * lower kind weight than that reactor's latest, proven and not, and either of
 * no lower weight than the latest proven or of weight 0.
 */
static void
test_monotone(void)
{
	static Fact facts[FACTS_MAX];
	bool		never = true;
	int			rises = 0;
	int			ties = 0;

	for (int round = 0; round < 3000; round++)
	{
		uint8		bytes[2000];
		KloutModel	model = random_model(false, bytes);
		Profile		profile = score_profile();
		KloutScore	before;
		KloutScore	after;
		Fact		more;
		int64		at = random_moment(&profile);
		int			latest[2] = {-1, -1};
		bool		unproven = random_below(3) == 0;

		profile.facts = Min(profile.facts, 60);
		profile.posts = profile.audiences = 0;
		random_facts(&profile, facts);
		more = random_fact(&profile);
		more.bucket = Min(more.bucket, klout_bucket(at, profile.unit));
		if (profile.facts > 0 && random_below(2))
		{
			int			i = random_below(profile.facts);

			more.network = facts[i].network;
			more.actor = facts[i].actor;
		}
		for (int i = 0; i < profile.facts; i++)
		{
			int		   *l = &latest[facts[i].weight == 0];

			if (facts[i].network != more.network || facts[i].actor != more.actor)
				continue;
			if (*l < 0 || facts[i].bucket > facts[*l].bucket)
				*l = i;
		}
		/* of what counts of the reactor, nothing may be more than this */
		for (int i = 0; i < profile.facts; i++)
		{
			int			l = latest[facts[i].weight == 0];

			if (facts[i].network != more.network || facts[i].actor != more.actor ||
				facts[i].bucket != facts[l].bucket)
				continue;
			more.weight = Max(more.weight, facts[i].weight);
			if (klout_model_kind_weight(&model, fact_klout_name(facts[i].kind)) >
				klout_model_kind_weight(&model, fact_klout_name(more.kind)))
				more.kind = facts[i].kind;
		}
		if (unproven)
			more.weight = 0;
		facts[profile.facts] = more;
		(void) score_of(facts, profile.facts, profile.unit, &model, at, &before);
		(void) score_of(facts, profile.facts + 1, profile.unit, &model, at, &after);
		if (!(after.score >= before.score - 1e-12))
		{
			if (never)
				printf("# round %d: %.17g, then %.17g\n", round, before.score, after.score);
			never = false;
		}
		rises += after.score > before.score;
		ties += after.score == before.score;
	}
	printf("# %d rose, %d stayed\n", rises, ties);
	check(never && rises > 500 && ties > 100, "one more action never lowers a score");

	/*
	 * The condition is needed: a proven reactor comes back half proven,
	 * alone, and with a cap on unproven ones of a tenth.  Unproven, he does
	 * no harm.
	 */
	{
		KloutModel	model;
		KloutScore	before;
		KloutScore	after;

		klout_model_default(&model);
		model.unproven_cap = 0.1;
		facts[0] = action(0, 0, 1, TODAY - 1, 200);
		facts[1] = action(0, 0, 1, TODAY, 100);
		(void) score_of(facts, 1, KLOUT_UNIT_DAY, &model, NOW, &before);
		(void) score_of(facts, 2, KLOUT_UNIT_DAY, &model, NOW, &after);
		check(after.score < before.score, "but a lower weight than before may lower it");
		/* of yesterday's 2^(-1/30), today's 1: the difference is unproven */
		facts[1].weight = 0;
		(void) score_of(facts, 2, KLOUT_UNIT_DAY, &model, NOW, &after);
		check(after.score > before.score && near(after.sum[KLOUT_PART_REACH], 1),
			  "unless it is 0: a reactor counts once, and what was proven remains");
	}
}

/* Whatever the model, a score is in [0, 100), and so is every point. */
static void
test_range(void)
{
	static Fact facts[FACTS_MAX];
	static KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	bool		passed = true;

	for (int round = 0; round < 3000; round++)
	{
		uint8		bytes[2000];
		KloutModel	model = random_model(true, bytes);
		Profile		profile = score_profile();
		KloutScore	score;
		KloutStatus status;
		Value		value;
		int64		at = random_moment(&profile);

		if (round % 50 == 0)
			profile.facts = 1500;
		random_facts(&profile, facts);
		value = buffered_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK ||
			klout_score_compute(value.data, value.len, &model, at, &score, networks))
			abort();
		if (!(score.score >= 0 && score.score < 100 && isfinite(score.raw)))
		{
			if (passed)
				printf("# round %d: raw %.17g, scale %.17g, score %.17g\n", round,
					   score.raw, model.scale, score.score);
			passed = false;
		}
		for (int part = 0; part < KLOUT_PARTS; part++)
			for (int i = 0; i < score.nnetworks; i++)
			{
				double		points = klout_score_points(&score, &model, &networks[i], (KloutPart) part);

				/* rounding may add to a hundred */
				if (!(points >= 0 && points < 100 + 1e-9))
				{
					if (passed)
						printf("# round %d: %.17g points\n", round, points);
					passed = false;
				}
			}
		free(value.data);
	}
	check(passed, "a score is at least 0 and below 100, whatever the model");
}

/* With more reactors than a sample holds, reach is an estimate. */
static void
test_sampled(void)
{
	static Fact facts[FACTS_MAX];
	KloutModel	model;
	KloutScore	score;
	double		worst = 0;
	double		sum = 0;

	klout_model_default(&model);
	for (int trial = 0; trial < 40; trial++)
	{
		uint64		base = random_u64();
		double		exact = 0;

		for (int i = 0; i < 1500; i++)
		{
			facts[i] = action(0, 0, base + (uint64) i, TODAY - i % 200, 200);
			exact += pow(2, -(i % 200) / 30.0);
		}
		(void) score_of(facts, 1500, KLOUT_UNIT_DAY, &model, NOW, &score);
		worst = fmax(worst, fabs(score.sum[KLOUT_PART_REACH] / exact - 1));
		sum += score.sum[KLOUT_PART_REACH] / exact - 1;
	}
	printf("# reach of 1500: %+.4f on average, %.3f at worst\n", sum / 40, worst);
	check(worst < 4 * 0.063 && fabs(sum / 40) < 4 * 0.063 / sqrt(40), "reach beyond the sample");
}

/*
 * With more reactors than both samples hold, proven ones, unproven ones, and
 * such as changed from the one to the other, P and U are estimates.
 */
static void
test_both_sampled(void)
{
	static Fact facts[FACTS_MAX];
	KloutModel	model;
	double		sum_p = 0,
				sum_u = 0,
				worst_p = 0,
				worst_u = 0;
	const int	trials = 60;

	klout_model_default(&model);
	for (int trial = 0; trial < trials; trial++)
	{
		uint64		base = random_u64();
		KloutScore	score;
		double		p = 0,
					u = 0,
					estimate;
		int			n = 0;

		for (int i = 0; i < 1800; i++)
		{
			uint64		actor = base + (uint64) i;
			int			age = 20 + i * 7 % 200;
			int			weight = 20 + i % 181;
			double		x = pow(2, -age / 30.0);
			double		w = weight / 200.0;

			facts[n++] = action(0, 0, actor, TODAY - age, i % 4 == 1 ? 0 : weight);
			switch (i % 4)
			{
				case 0:			/* proven */
					p += w * x;
					u += (1 - w) * x;
					break;
				case 1:			/* unproven */
					u += x;
					break;
				case 2:			/* proven, and was not before */
					facts[n++] = action(0, 0, actor, TODAY - age - 10, 0);
					p += w * x;
					u += (1 - w) * x;
					break;
				case 3:			/* proven, and is not any more */
					facts[n++] = action(0, 0, actor, TODAY - age + 20, 0);
					p += w * x;
					u += pow(2, -(age - 20) / 30.0) - w * x;
					break;
			}
		}
		model.unproven_cap = 0;
		(void) score_of(facts, n, KLOUT_UNIT_DAY, &model, NOW, &score);
		estimate = score.sum[KLOUT_PART_REACH];
		sum_p += estimate / p - 1;
		worst_p = fmax(worst_p, fabs(estimate / p - 1));
		model.unproven_cap = 1e9;
		(void) score_of(facts, n, KLOUT_UNIT_DAY, &model, NOW, &score);
		estimate = score.sum[KLOUT_PART_REACH] - estimate;
		sum_u += estimate / u - 1;
		worst_u = fmax(worst_u, fabs(estimate / u - 1));
	}
	printf("# proven reach %+.4f on average, %.3f at worst; unproven %+.4f, %.3f\n",
		   sum_p / trials, worst_p, sum_u / trials, worst_u);

	/*
	 * Each sum has a standard error of some 1 / sqrt(255), of proven ones
	 * with weights from a tenth to 1 sqrt(1 + 0.22) times that: 0.22 is the
	 * square of the coefficient of variation of the weights.
	 */
	check(fabs(sum_p / trials) < 4 * 0.07 / sqrt(trials) && worst_p < 4 * 0.07,
		  "proven reach beyond the sample");
	check(fabs(sum_u / trials) < 4 * 0.08 / sqrt(trials) && worst_u < 4 * 0.08,
		  "unproven reach beyond the sample");
}

/* What the sample of proven actions of a value of one network says, not bound by anything. */
typedef struct Sampled
{
	bool		complete;
	double		proven;			/* w_a x_a */
	double		last;			/* x_a */
} Sampled;

static Sampled
sampled_of(const Fact *facts, int n, KloutUnit unit, const KloutModel *model, int64 at)
{
	KloutStatus status;
	Value		value = buffered_value(facts, n, unit, &status);
	Sampled		sampled = {true, 0, 0};
	KloutSignals signals;
	KloutNetwork network;
	int64		now = klout_bucket(at, unit);

	if (status != KLOUT_OK || klout_signals_open(&signals, value.data, value.len))
		abort();
	while (klout_signals_next(&signals, &network))
	{
		KloutStandings standings;
		KloutStanding standing;

		sampled.complete = network.proven.registers == NULL;
		klout_standings_open(&standings, &network, unit);
		while (klout_standings_next(&standings, &standing))
			if (standing.is_proven && standing.proven.last <= now)
			{
				double		x = 0;

				for (int kind = 0; kind < network.nkinds; kind++)
					if (standing.proven.kinds >> kind & 1)
						x = fmax(x, klout_model_kind_weight(model, network.kinds[kind]));
				x *= exp2(-(double) (now - standing.proven.last) * (double) klout_unit_usecs(unit) /
						  (double) model->reach_half_life) / standing.proven_inclusion;
				sampled.last += x;
				sampled.proven += x * standing.proven.weight / KLOUT_WEIGHT_STEPS;
			}
	}
	free(value.data);
	return sampled;
}

/*
 * Whatever accounts of weight 0 do, in whatever number, on whatever day: what
 * the sample of proven actions says is the same to the last bit.  P is that,
 * or less where it says more than there are actions, which is all that the
 * accounts can mend.  So the score is at least that of the proven actions
 * alone, and reach at most P + cu mix (1 + P).
 */
static void
test_flood(void)
{
	static Fact facts[FACTS_MAX];
	bool		untouched = true;
	bool		mended = true;
	bool		lowest = true;
	bool		highest = true;
	int			capped = 0;
	int			sampled = 0;
	int			bound = 0;

	for (int round = 0; round < 400; round++)
	{
		uint8		bytes[2000];
		KloutModel	model = random_model(false, bytes);
		KloutModel	no_unproven;
		Profile		profile = random_profile();
		KloutScore	alone;
		KloutScore	alone_proven;
		KloutScore	attacked;
		KloutScore	attacked_proven;
		int64		at = random_moment(&profile);
		double		weight = klout_model_network_weight(&model, fact_klout_name(0));
		double		proven;
		double		most;
		Sampled		before;
		Sampled		after;
		bool		exceeds;
		int			flood = random_below(2) ? random_below(300) : 500 + random_below(2000);
		int			n;

		profile.networks = 1;
		profile.actors = 1 + (uint64) random_below(3000);
		profile.kinds = Min(profile.kinds, 5);
		profile.posts = profile.audiences = 0;
		profile.facts = Min(profile.facts, FACTS_MAX - flood);
		model.activity_weight = 0;
		no_unproven = model;
		no_unproven.unproven_cap = 0;

		random_facts(&profile, facts);
		for (int i = 0; i < profile.facts; i++)
			facts[i].weight = random_below(2) ? 200 : 1 + random_below(200);
		(void) score_of(facts, profile.facts, profile.unit, &model, at, &alone);
		(void) score_of(facts, profile.facts, profile.unit, &no_unproven, at, &alone_proven);
		before = sampled_of(facts, profile.facts, profile.unit, &model, at);

		for (n = profile.facts; n < profile.facts + flood; n++)
		{
			facts[n] = random_fact(&profile);
			if (random_below(2))
				facts[n].bucket = klout_bucket(at, profile.unit);
			/* strangers mostly, and some who are proven reactors */
			if (random_below(10))
				facts[n].actor = random_u64();
			facts[n].weight = 0;
		}
		shuffle(facts, n);
		(void) score_of(facts, n, profile.unit, &model, at, &attacked);
		(void) score_of(facts, n, profile.unit, &no_unproven, at, &attacked_proven);

		after = sampled_of(facts, n, profile.unit, &model, at);

		exceeds = !before.complete && weight * before.last > alone.reactions * (1 - 1e-12);
		bound += exceeds;
		untouched = untouched && after.proven == before.proven && after.last == before.last &&
			(exceeds || attacked_proven.sum[KLOUT_PART_REACH] == alone_proven.sum[KLOUT_PART_REACH]);
		proven = attacked_proven.sum[KLOUT_PART_REACH];
		mended = mended && proven >= alone_proven.sum[KLOUT_PART_REACH] &&
			proven <= weight * before.proven * (1 + 1e-12);
		most = proven + model.unproven_cap * model.mix * (weight + proven);
		lowest = lowest && attacked.score >= alone.score &&
			attacked.sum[KLOUT_PART_REACH] >= alone.sum[KLOUT_PART_REACH] &&
			attacked.sum[KLOUT_PART_CONSISTENCY] >= alone.sum[KLOUT_PART_CONSISTENCY];
		highest = highest && attacked.sum[KLOUT_PART_REACH] <= most * (1 + 1e-12);
		capped += proven > 0 && near(attacked.sum[KLOUT_PART_REACH], most);
		sampled += profile.facts > 500 && profile.actors > 500 && flood > 500;
	}
	printf("# %d at the cap, %d sampled, %d whose proven estimate was bound\n", capped, sampled, bound);
	check(untouched, "accounts of weight 0 cannot touch what proven reactors bring");
	check(mended && bound > 5, "but where its estimate exceeds all actions, up to that estimate");
	check(lowest, "nor lower anything of a score below what they bring");
	check(highest && capped > 50 && sampled > 20, "nor raise reach above the cap");
}

static void
test_any_bytes(void)
{
	static KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	static Fact facts[FACTS_MAX];
	bool		passed = true;

	for (int round = 0; round < 60000; round++)
	{
		uint8		bytes[2000];
		KloutModel	model = random_model(round % 2 == 0, bytes);
		Profile		profile = {KLOUT_UNIT_DAY, 8, 2, 2, 5, TODAY - 3, TODAY, 20, 20};
		KloutStatus status;
		KloutScore	score;
		Value		value;

		random_facts(&profile, facts);
		value = buffered_value(facts, random_below(8), KLOUT_UNIT_DAY, &status);
		for (int i = random_below(4); i > 0; i--)
			value.data[random_below((int) value.len)] = (uint8) random_u64();
		if (random_below(4) == 0)
		{
			Value		cut = value_of(value.data, (size_t) random_below((int) value.len));

			free(value.data);
			value = cut;
		}
		if (klout_score_compute(value.data, value.len, &model,
								(int64) (random_u64() % UINT64CONST(9000000000000000000)),
								&score, networks) == NULL)
			passed = passed && score.score >= 0 && score.score < 100;
		free(value.data);
	}
	check(passed, "any bytes have a score or a reason why not");
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	random_begin(UINT64CONST(20260715));
	test_known();
	test_formula();
	test_monotone();
	test_range();
	test_sampled();
	test_both_sampled();
	test_flood();
	test_any_bytes();
	return finish();
}
