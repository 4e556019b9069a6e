/*-------------------------------------------------------------------------
 *
 * facts.h
 *	  What the unit tests of signals and scores share: random facts, the value
 *	  they make, and a naive model of what that value has to hold.
 *
 * The model keeps nothing but the list of facts and goes over all of it for
 * every question, so that it has nothing in common with the code under test
 * but the hash and the key of a reactor, which sample_test.c is about.
 *
 *-------------------------------------------------------------------------
 */
#ifndef FACTS_H
#define FACTS_H

#include "tap.h"

#include "signals/growing.h"

/* A value of its own size, so that the sanitizer sees a byte too far. */
typedef struct Value
{
	uint8	   *data;
	size_t		len;
} Value;

static inline Value
value_of(const uint8 *data, size_t len)
{
	Value		value;

	value.data = malloc(len > 0 ? len : 1);
	value.len = len;
	if (len > 0)
		memcpy(value.data, data, len);
	return value;
}

static inline bool
same_value(Value a, Value b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

/* ---------------------------------------------------------------------------
 * Facts
 * ---------------------------------------------------------------------------
 */

typedef struct Fact
{
	KloutSeriesType type;
	int			network;		/* number of its name */
	int			kind;			/* number of its name */
	uint64		actor;
	int64		bucket;
	int			weight;
	int64		at;				/* of an audience */
	int64		followers;
	int			folded_from;	/* 0, or 1 and the network it was on before */
} Fact;

#define FACTS_MAX		4000
#define NAMES_MAX		400

/* this one is what others are folded into */
#define FOLDED_NAME		(NAMES_MAX - 1)

/*
 * Names by number: of all lengths, some beginning like others, not sorted, some
 * before the one others are folded into.
 */
static inline const char *
fact_name(int number)
{
	static char names[NAMES_MAX][KLOUT_NAME_MAX + 1];
	char	   *name = names[number];

	if (name[0] == '\0')
	{
		static const char *const some[] = {
			"twitter", "t", "twitter2", "\xC3\xA9", "T", "twit", "\xF0\x9F\x90\xA6", "z"
		};

		if (number < (int) lengthof(some))
			strcpy(name, some[number]);
		else if (number == FOLDED_NAME)
			strcpy(name, "(other)");
		else
		{
			memset(name, number % 5 == 0 ? '!' : 'a' + number % 26,
				   (size_t) (number * 7 % 60));
			sprintf(name + number * 7 % 60, "%d", number);
		}
	}
	return name;
}

static inline KloutName
fact_klout_name(int number)
{
	KloutName	name;

	name.data = fact_name(number);
	name.len = strlen(name.data);
	return name;
}

static inline KloutSeries
fact_topic(const Fact *fact)
{
	KloutSeries series;

	memset(&series, 0, sizeof(series));
	series.network = fact_klout_name(fact->network);
	series.type = fact->type;
	if (fact->type == KLOUT_SERIES_ACTIONS)
		series.kind = fact_klout_name(fact->kind);
	else if (fact->type == KLOUT_SERIES_AUDIENCE)
	{
		series.audience_at = fact->at;
		series.followers = fact->followers;
	}
	return series;
}

/* How a list of facts is drawn. */
typedef struct Profile
{
	KloutUnit	unit;
	int			facts;
	int			networks;
	int			kinds;
	uint64		actors;			/* 0: any 64 bits */
	int64		from;			/* buckets */
	int64		to;
	int			posts;			/* in 100 */
	int			audiences;		/* in 100 */
} Profile;

static inline Profile
random_profile(void)
{
	Profile		profile;
	int64		first;

	profile.unit = random_below(2) ? KLOUT_UNIT_DAY : KLOUT_UNIT_HOUR;
	switch (random_below(8))
	{
		case 0:
			profile.facts = random_below(3);
			break;
		case 1:
		case 2:
			profile.facts = 200 + random_below(1500);
			break;
		case 3:
			profile.facts = 1000 + random_below(2500);
			break;
		default:
			profile.facts = random_below(100);
			break;
	}
	profile.networks = random_below(6) == 0 ? 1 + random_below(255) : 1 + random_below(3);
	profile.kinds = random_below(6) == 0 ? 1 + random_below(64) : 1 + random_below(3);
	switch (random_below(4))
	{
		case 0:
			profile.actors = 0;
			break;
		case 1:
			profile.actors = 1 + (uint64) random_below(20);
			break;
		case 2:
			/* about as many as a sample holds */
			profile.actors = 250 + (uint64) random_below(20);
			profile.networks = Min(profile.networks, 2);
			break;
		default:
			profile.actors = 5000;
			break;
	}
	first = klout_bucket_first(profile.unit);
	switch (random_below(6))
	{
		case 0:
			/* all of time */
			profile.from = first;
			profile.to = (KLOUT_DAY_LAST + 1) * (profile.unit == KLOUT_UNIT_HOUR ? 24 : 1) - 1;
			break;
		case 1:
			/* about as wide as the window of narrow entries */
			profile.from = 20000 - random_below(40000);
			profile.to = profile.from + KLOUT_WINDOW - 3 + random_below(6);
			break;
		case 2:
			/* at the beginning of time */
			profile.from = first;
			profile.to = first + random_below(100000);
			break;
		case 3:
			profile.from = profile.to = 20454;
			break;
		default:
			profile.from = 20000 - random_below(30000);
			profile.to = profile.from + 1 + random_below(500);
			break;
	}
	profile.posts = random_below(3) == 0 ? random_below(30) : 0;
	profile.audiences = random_below(3) == 0 ? random_below(30) : 0;
	return profile;
}

static inline Fact
random_fact(const Profile *profile)
{
	static const int weights[] = {0, 1, 100, 199, 200};
	Fact		fact;
	int			type = random_below(100);

	memset(&fact, 0, sizeof(fact));
	fact.network = random_below(profile->networks);
	fact.kind = random_below(profile->kinds);
	fact.type = type < profile->posts ? KLOUT_SERIES_POSTS :
		type < profile->posts + profile->audiences ? KLOUT_SERIES_AUDIENCE :
		KLOUT_SERIES_ACTIONS;
	fact.actor = profile->actors == 0 ? random_u64() : random_u64() % profile->actors;
	fact.bucket = profile->from +
		(int64) (random_u64() % (uint64) (profile->to - profile->from + 1));
	fact.weight = random_below(2) ? 200 : weights[random_below(lengthof(weights))];
	fact.at = klout_bucket_start(fact.bucket, profile->unit) + random_below(3);
	fact.followers = random_below(10) == 0 ? PG_INT64_MAX - random_below(3) : random_below(1000);
	return fact;
}

static inline void
random_facts(const Profile *profile, Fact *facts)
{
	for (int i = 0; i < profile->facts; i++)
		facts[i] = random_fact(profile);
}

static inline void
shuffle(Fact *facts, int n)
{
	for (int i = n - 1; i > 0; i--)
	{
		int			j = random_below(i + 1);
		Fact		swap = facts[i];

		facts[i] = facts[j];
		facts[j] = swap;
	}
}

/* ---------------------------------------------------------------------------
 * Folding, naively: with all the facts at hand
 * ---------------------------------------------------------------------------
 */

/*
 * Of the names marked, gives those that count as the folded one, which is
 * everything but the limit - 1 smallest when there are more than limit.
 */
static inline void
mark_folded(const bool *used, int limit, bool *folded)
{
	int			nused = 0;

	for (int i = 0; i < NAMES_MAX; i++)
		nused += used[i];
	for (int i = 0; i < NAMES_MAX; i++)
	{
		int			smaller = 0;

		for (int j = 0; j < NAMES_MAX; j++)
			smaller += used[j] && j != FOLDED_NAME &&
				klout_name_compare(fact_klout_name(j), fact_klout_name(i)) < 0;
		folded[i] = nused > limit && (i == FOLDED_NAME || smaller >= limit - 1);
	}
}

/* Renames what a value of all these facts has to fold; how many facts that is. */
static inline int
fold_facts(Fact *facts, int n)
{
	static bool used[NAMES_MAX];
	static bool folded[NAMES_MAX];
	int			renamed = 0;

	memset(used, 0, sizeof(used));
	for (int i = 0; i < n; i++)
		used[facts[i].network] = true;
	mark_folded(used, 255, folded);
	for (int i = 0; i < n; i++)
		if (folded[facts[i].network] && facts[i].network != FOLDED_NAME)
		{
			facts[i].folded_from = facts[i].network + 1;
			facts[i].network = FOLDED_NAME;
			renamed++;
		}
	for (int network = 0; network < NAMES_MAX; network++)
	{
		int			kinds = 0;

		memset(used, 0, sizeof(used));
		for (int i = 0; i < n; i++)
			if (facts[i].network == network && facts[i].type == KLOUT_SERIES_ACTIONS)
			{
				kinds += !used[facts[i].kind];
				used[facts[i].kind] = true;
			}
		if (kinds <= 64)
			continue;
		mark_folded(used, 64, folded);
		for (int i = 0; i < n; i++)
			if (facts[i].network == network && facts[i].type == KLOUT_SERIES_ACTIONS &&
				folded[facts[i].kind] && facts[i].kind != FOLDED_NAME)
			{
				facts[i].kind = FOLDED_NAME;
				renamed++;
			}
	}
	return renamed;
}

/* ---------------------------------------------------------------------------
 * The value of facts, by the code under test
 * ---------------------------------------------------------------------------
 */

/*
 * By klout_signals_build, when there are few enough all_series; data NULL with
 * *status when that fails, and with KLOUT_OK when there are too many.
 */
static inline Value
build_value(const Fact *facts, int n, KloutUnit unit, KloutStatus *status)
{
	KloutSeries all_series[KLOUT_SERIES_MAX];
	KloutFolds	folds;
	KloutEntries entries;
	Value		result = {NULL, 0};
	uint8	   *data = malloc((size_t) n * KLOUT_WIDE_ENTRY + 1);
	uint8	   *out;
	void	   *scratch;
	size_t		size;
	int			nseries = 0;
	bool		fits = true;

	entries.count = 0;
	entries.window = PG_INT64_MAX;
	for (int i = 0; i < n; i++)
		if (facts[i].type != KLOUT_SERIES_AUDIENCE)
			entries.window = Min(entries.window, facts[i].bucket);
	entries.wide = random_below(2) == 0;
	for (int i = 0; i < n; i++)
		if (facts[i].type != KLOUT_SERIES_AUDIENCE &&
			facts[i].bucket - entries.window >= KLOUT_WINDOW)
			entries.wide = true;

	*status = KLOUT_OK;
	for (int i = 0; i < n && fits; i++)
	{
		KloutSeries series = fact_topic(&facts[i]);
		KloutEntry	entry;
		int			t;

		for (t = 0; t < nseries; t++)
			if (all_series[t].type == series.type &&
				klout_name_compare(all_series[t].network, series.network) == 0 &&
				(series.type != KLOUT_SERIES_ACTIONS ||
				 klout_name_compare(all_series[t].kind, series.kind) == 0))
				break;
		if (t == KLOUT_SERIES_MAX)
			fits = false;
		else if (t == nseries)
			all_series[nseries++] = series;
		else if (series.type == KLOUT_SERIES_AUDIENCE &&
				 (series.audience_at > all_series[t].audience_at ||
				  (series.audience_at == all_series[t].audience_at &&
				   series.followers > all_series[t].followers)))
			all_series[t] = series;
		if (!fits || series.type == KLOUT_SERIES_AUDIENCE)
			continue;
		entry.actor = series.type == KLOUT_SERIES_POSTS ? 0 : facts[i].actor;
		entry.bucket = facts[i].bucket;
		entry.series = (uint8) t;
		entry.weight = (uint8) facts[i].weight;
		if (entries.wide)
			klout_store_wide(data + entries.count++ * KLOUT_WIDE_ENTRY, &entry);
		else
			klout_store_narrow(data + entries.count++ * KLOUT_NARROW_ENTRY, &entry,
							   entries.window);
	}
	if (fits)
	{
		entries.data = data;
		size = klout_build_bound(nseries, entries.count);
		out = malloc(size);
		scratch = malloc(klout_build_scratch(entries.count) + 1);
		*status = klout_signals_build(unit, all_series, nseries, &entries, scratch,
									  out, size, &size, &folds);
		if (*status == KLOUT_OK)
			result = value_of(out, size);
		free(out);
		free(scratch);
	}
	free(data);
	return result;
}

/* Gives a buffer memory of that size; what it holds moves there. */
static inline void
buffer_resize(KloutGrowing *buffer, size_t size)
{
	uint8	   *data = malloc(size);
	uint8	   *old = buffer->data;

	if (old)
		klout_growing_move(buffer, data, size);
	else
		klout_growing_init(buffer, data, size);
	free(old);
	if (!klout_growing_view(buffer, data, size))
		abort();
}

static inline Value
buffer_value(const KloutGrowing *buffer, KloutStatus *status)
{
	Value		result = {NULL, 0};
	size_t		size = klout_growing_workspace(buffer);
	void	   *memory = malloc(size + 1);
	const uint8 *out;
	size_t		len;
	KloutFolds	folds;

	*status = klout_growing_compact(buffer, memory, size, &out, &len, &folds);
	if (*status == KLOUT_OK)
		result = value_of(out, len);
	free(memory);
	return result;
}

/*
 * By an open value that grows by little or is worked in at random moments;
 * data NULL with *status when that fails.
 */
static inline Value
buffered_value(const Fact *facts, int n, KloutUnit unit, KloutStatus *status)
{
	KloutGrowing buffer;
	Value		result;
	int			rarely = 1 + random_below(2000);

	buffer.data = NULL;
	buffer_resize(&buffer, KLOUT_GROWING_HEADER + (size_t) random_below(200));
	for (int i = 0; i < n;)
	{
		KloutSeries series = fact_topic(&facts[i]);
		int			number;
		bool		compact;

		if (series.type != KLOUT_SERIES_AUDIENCE && buffer.unit == KLOUT_UNIT_NONE)
			klout_growing_set_unit(&buffer, unit);
		number = klout_growing_series(&buffer, &series);
		if (number == KLOUT_SERIES_CORRUPT)
			abort();
		if (number >= 0 &&
			(series.type == KLOUT_SERIES_AUDIENCE ||
			 klout_growing_append(&buffer, number, facts[i].bucket,
								  series.type == KLOUT_SERIES_POSTS ? 0 : facts[i].actor,
								  facts[i].weight)))
		{
			i++;
			compact = random_below(rarely) == 0;
		}
		else
		{
			compact = number == KLOUT_SERIES_TOO_MANY || random_below(10) == 0;
			if (!compact)
				buffer_resize(&buffer, buffer.size + KLOUT_WIDE_ENTRY +
							  klout_series_size(&series) + (size_t) random_below((int) buffer.size));
		}
		if (compact)
		{
			result = buffer_value(&buffer, status);
			if (*status != KLOUT_OK)
			{
				free(buffer.data);
				return result;
			}
			klout_growing_clear(&buffer);
			if (!klout_growing_set_canonical(&buffer, result.data, result.len))
			{
				buffer_resize(&buffer, KLOUT_GROWING_HEADER + result.len + (size_t) random_below(100));
				if (!klout_growing_set_canonical(&buffer, result.data, result.len))
					abort();
			}
			free(result.data);
		}
		/* what a parallel worker or the next row sees */
		if (!klout_growing_view(&buffer, buffer.data, buffer.size))
			abort();
	}
	result = buffer_value(&buffer, status);
	free(buffer.data);
	return result;
}

static inline Value
merged_value(Value left, Value right, KloutStatus *status)
{
	Value		result = {NULL, 0};
	size_t		size = klout_merge_bound(left.len, right.len,
										 left.data[2], right.data[2]);
	uint8	   *out = malloc(size);
	size_t		len;
	KloutFolds	folds;

	*status = klout_signals_merge(left.data, left.len, right.data, right.len,
								  out, size, &len, &folds);
	if (*status == KLOUT_OK)
		result = value_of(out, len);
	free(out);
	return result;
}

#endif							/* FACTS_H */
