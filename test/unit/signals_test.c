/*-------------------------------------------------------------------------
 *
 * signals_test.c
 *	  Unit tests of the bytes of klout_signals and of its open form, as TAP.
 *
 * Random facts are turned into values in many ways, which must all give the
 * same bytes and hold what a naive model says (facts.h); then the bytes are
 * damaged in every way there is, and whatever is still taken must work.
 *
 *-------------------------------------------------------------------------
 */
#include "facts.h"

#include <math.h>

#include "score/score.h"

/* ---------------------------------------------------------------------------
 * The naive model
 * ---------------------------------------------------------------------------
 */

/* A reactor as the facts of a sample have it: everything of the last bucket. */
typedef struct Reactor
{
	uint64		hash;
	int64		key;
	int64		last;
	uint64		kinds[NAMES_MAX / 64 + 1];
	int			weight;
} Reactor;

static bool
runs_match(KloutBucketCounts runs, const Fact *facts, int n, KloutSeriesType type,
		   int network, int kind)
{
	int64		previous = PG_INT64_MIN;
	int64		bucket;
	uint64		count;
	uint64		seen = 0;
	uint64		expected = 0;

	while (klout_bucket_counts_next(&runs, &bucket, &count))
	{
		uint64		here = 0;

		for (int i = 0; i < n; i++)
			here += facts[i].type == type && facts[i].network == network &&
				(type == KLOUT_SERIES_POSTS || facts[i].kind == kind) &&
				facts[i].bucket == bucket;
		if (here != count || bucket <= previous)
			return false;
		previous = bucket;
		seen += count;
	}
	for (int i = 0; i < n; i++)
		expected += facts[i].type == type && facts[i].network == network &&
			(type == KLOUT_SERIES_POSTS || facts[i].kind == kind);
	return seen == expected && klout_reader_left(&runs.reader) == 0;
}

/* The hash of an actor is that of the network it acted on. */
static uint64
fact_hash(const Fact *fact)
{
	KloutName	network = fact_klout_name(fact->folded_from > 0 ?
										  fact->folded_from - 1 : fact->network);

	return klout_reactor_hash(fact->actor,
							  klout_hash_bytes(network.data, network.len));
}

static bool
sample_matches(const KloutNetwork *network, bool proven, const Fact *facts,
			   int n, int number, KloutUnit unit)
{
	const KloutSample *sample = proven ? &network->proven : &network->unproven;
	static Reactor all[FACTS_MAX];
	int			nall = 0;
	uint8		registers[KLOUT_REGISTERS_BYTES] = {0};
	KloutReactors cursor = sample->reactors;
	KloutReactor reactor;
	KloutSampleKey threshold = klout_sample_threshold(sample, unit);
	uint64		previous = 0;
	uint64		hash;
	int64		newest = PG_INT64_MIN;
	int			read = 0;
	const Reactor *largest = NULL;

	for (int i = 0; i < n; i++)
	{
		Reactor    *found = NULL;

		if (facts[i].type != KLOUT_SERIES_ACTIONS || facts[i].network != number)
			continue;
		newest = Max(newest, facts[i].bucket);
		if ((facts[i].weight > 0) != proven)
			continue;
		hash = fact_hash(&facts[i]);
		for (int j = 0; j < nall && !found; j++)
			if (all[j].hash == hash)
				found = &all[j];
		if (!found)
		{
			found = &all[nall++];
			found->hash = hash;
			found->last = PG_INT64_MIN;
			klout_registers_add(registers, hash);
		}
		if (facts[i].bucket > found->last)
		{
			found->last = facts[i].bucket;
			memset(found->kinds, 0, sizeof(found->kinds));
			found->weight = 0;
		}
		if (facts[i].bucket == found->last)
		{
			found->kinds[facts[i].kind / 64] |= UINT64CONST(1) << facts[i].kind % 64;
			found->weight = Max(found->weight, facts[i].weight);
		}
	}
	for (int i = 0; i < nall; i++)
		all[i].key = klout_sample_key(all[i].hash, all[i].last,
									  unit == KLOUT_UNIT_HOUR ? 12 : 60);

	while (klout_reactors_next(&cursor, &reactor))
	{
		const Reactor *found = NULL;

		for (int j = 0; j < nall && !found; j++)
			if (all[j].hash == reactor.hash)
				found = &all[j];
		if (!found || found->last != reactor.last || found->weight != reactor.weight ||
			(read > 0 && reactor.hash <= previous))
			return false;
		for (int k = 0; k < NAMES_MAX; k++)
		{
			bool		used = false;

			for (int bit = 0; bit < network->nkinds; bit++)
				if ((reactor.kinds >> bit & 1) &&
					klout_name_compare(network->kinds[bit], fact_klout_name(k)) == 0)
					used = true;
			if (used != ((found->kinds[k / 64] >> k % 64 & 1) != 0))
				return false;
		}
		if (!largest || found->key > largest->key ||
			(found->key == largest->key && found->hash > largest->hash))
			largest = found;
		previous = reactor.hash;
		read++;
	}

	if (network->newest != newest || read != sample->count ||
		read != Min(nall, 257))
		return false;
	if (nall <= 256)
		return sample->registers == NULL && threshold.key == PG_INT64_MAX;

	/* those read are the smallest: no other is below the largest of them */
	for (int i = 0; i < nall; i++)
		if (all[i].key < largest->key ||
			(all[i].key == largest->key && all[i].hash <= largest->hash))
			read--;
	return read == 0 && sample->registers != NULL &&
		memcmp(sample->registers, registers, sizeof(registers)) == 0 &&
		threshold.key == largest->key && threshold.hash == largest->hash;
}

/* Does a value hold these facts and no others? */
static bool
value_matches(Value value, const Fact *facts, int n, KloutUnit unit)
{
	KloutSignals signals;
	KloutNetwork network;
	bool		buckets = false;
	int			networks = 0;

	for (int i = 0; i < n; i++)
		buckets |= facts[i].type != KLOUT_SERIES_AUDIENCE;
	if (klout_signals_iter_init(&signals, value.data, value.len) ||
		signals.unit != (buckets ? unit : KLOUT_UNIT_NONE))
		return false;
	while (klout_signals_next(&signals, &network))
	{
		const Fact *audience = NULL;
		bool		posts = false;
		int			kinds = 0;
		int			number;

		networks++;
		for (number = 0; number < NAMES_MAX; number++)
			if (klout_name_compare(network.name, fact_klout_name(number)) == 0)
				break;

		for (int i = 0; i < n; i++)
		{
			if (facts[i].network != number)
				continue;
			if (facts[i].type == KLOUT_SERIES_POSTS)
				posts = true;
			if (facts[i].type == KLOUT_SERIES_AUDIENCE &&
				(!audience || facts[i].at > audience->at ||
				 (facts[i].at == audience->at && facts[i].followers > audience->followers)))
				audience = &facts[i];
		}
		if (network.has_audience != (audience != NULL) ||
			(audience && (network.audience_at != audience->at ||
						  network.followers != audience->followers)) ||
			network.has_posts != posts ||
			(posts && !runs_match(network.posts, facts, n, KLOUT_SERIES_POSTS, number, 0)))
			return false;

		for (int k = 0; k < NAMES_MAX; k++)
		{
			bool		used = false;

			for (int i = 0; i < n && !used; i++)
				used = facts[i].type == KLOUT_SERIES_ACTIONS &&
					facts[i].network == number && facts[i].kind == k;
			if (!used)
				continue;
			kinds++;
			for (int j = 0; j < network.nkinds; j++)
				if (klout_name_compare(network.kinds[j], fact_klout_name(k)) == 0)
				{
					used = false;
					if (!runs_match(network.runs[j], facts, n, KLOUT_SERIES_ACTIONS, number, k))
						return false;
				}
			if (used)
				return false;
		}
		if (kinds != network.nkinds ||
			(kinds > 0 && (!sample_matches(&network, true, facts, n, number, unit) ||
						   !sample_matches(&network, false, facts, n, number, unit))))
			return false;
	}
	if (signals.fault || networks != signals.networks)
		return false;
	for (int k = 0; k < NAMES_MAX; k++)
	{
		for (int i = 0; i < n; i++)
			if (facts[i].network == k)
			{
				networks--;
				break;
			}
	}
	return networks == 0;
}

/* ---------------------------------------------------------------------------
 * Building, in every way
 * ---------------------------------------------------------------------------
 */

/* Splits facts into parts and merges their values in any order. */
static Value
split_value(Fact *facts, int n, KloutUnit unit, KloutStatus *status)
{
	Value		parts[12];
	int			nparts = 1 + random_below(12);
	int			first = 0;

	shuffle(facts, n);
	for (int i = 0; i < nparts; i++)
	{
		int			end = i == nparts - 1 ? n : first + random_below(n - first + 1);

		parts[i] = buffered_value(facts + first, end - first, unit, status);
		if (*status != KLOUT_OK)
			return parts[i];
		first = end;
	}
	while (nparts > 1)
	{
		int			i = random_below(nparts);
		int			j = random_below(nparts - 1);
		Value		merged;

		j += j >= i;
		merged = merged_value(parts[i], parts[j], status);
		free(parts[i].data);
		free(parts[j].data);
		if (*status != KLOUT_OK)
			return merged;
		parts[i] = merged;
		parts[j] = parts[nparts - 1];
		if (i == nparts - 1)
			parts[j] = merged;
		nparts--;
	}
	return parts[0];
}

static void
test_building(void)
{
	static Fact facts[FACTS_MAX];
	bool		built = true;
	bool		buffered = true;
	bool		split = true;
	bool		accepted = true;
	bool		matches = true;
	int			large = 0;
	int			wide = 0;

	for (int round = 0; round < 120; round++)
	{
		Profile		profile = random_profile();
		uint64		seed = random_state;
		KloutStatus status;
		Value		value;
		Value		other;

		random_facts(&profile, facts);
		large += profile.facts > 1000 && profile.actors != 1 && profile.networks < 4;
		wide += profile.to - profile.from > KLOUT_WINDOW;
		value = buffered_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK)
		{
			buffered = false;
			printf("# status %d in the round with the seed " UINT64_FORMAT "\n", status, seed);
			continue;
		}
		if (klout_signals_check(value.data, value.len) != NULL)
			accepted = false;
		if (!value_matches(value, facts, profile.facts, profile.unit))
		{
			if (matches)
				printf("# first mismatch in the round with the seed " UINT64_FORMAT "\n", seed);
			matches = false;
		}

		other = build_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK || (other.data && !same_value(value, other)))
			built = false;
		free(other.data);

		shuffle(facts, profile.facts);
		other = buffered_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK || !same_value(value, other))
			buffered = false;
		free(other.data);

		for (int i = 0; i < 3; i++)
		{
			other = split_value(facts, profile.facts, profile.unit, &status);
			if (status != KLOUT_OK || !same_value(value, other))
				split = false;
			free(other.data);
		}
		free(value.data);
	}
	check(matches, "values hold what the facts say");
	check(accepted, "values are accepted");
	check(built, "the same bytes from one batch");
	check(buffered, "the same bytes from an open value, in any order, however it grows");
	check(split, "the same bytes from any parts merged in any order");
	check(large > 5 && wide > 12, "there were large and wide ones among them");
}

/*
 * People with more networks and kinds than a value can have: the surplus is
 * folded as it would be with all facts at hand, whatever the order, the
 * batches and the tree of merges.
 */
static void
test_folding(void)
{
	static Fact facts[FACTS_MAX];
	static Fact folded[FACTS_MAX];
	bool		matches = true;
	bool		built = true;
	bool		split = true;
	int			kinds = 0;
	int			networks = 0;

	for (int round = 0; round < 60; round++)
	{
		Profile		profile = random_profile();
		uint64		seed = random_state;
		KloutStatus status;
		Value		value;
		Value		other;

		profile.facts = 100 + random_below(1900);
		profile.networks = random_below(2) ? 1 + random_below(3) : 200 + random_below(NAMES_MAX - 200);
		profile.kinds = random_below(2) ? 1 + random_below(3) : 30 + random_below(NAMES_MAX - 30);
		random_facts(&profile, facts);
		/* some are called so to begin with */
		if (random_below(2))
			for (int i = 0; i < profile.facts; i += 1 + random_below(200))
				*(random_below(2) ? &facts[i].network : &facts[i].kind) = FOLDED_NAME;
		memcpy(folded, facts, sizeof(Fact) * (size_t) profile.facts);
		if (fold_facts(folded, profile.facts) > 0)
		{
			networks += profile.networks > 255;
			kinds += profile.kinds > 64 && profile.networks < 4;
		}

		value = buffered_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK ||
			klout_signals_check(value.data, value.len) != NULL ||
			!value_matches(value, folded, profile.facts, profile.unit))
		{
			printf("# first mismatch in the round with the seed " UINT64_FORMAT "\n", seed);
			matches = false;
			break;
		}
		other = build_value(facts, profile.facts, profile.unit, &status);
		if (status != KLOUT_OK || (other.data && !same_value(value, other)))
			built = false;
		free(other.data);
		for (int i = 0; i < 3; i++)
		{
			other = split_value(facts, profile.facts, profile.unit, &status);
			if (status != KLOUT_OK || !same_value(value, other))
				split = false;
			free(other.data);
		}
		free(value.data);
	}
	check(matches, "the surplus of networks and kinds is folded");
	check(built, "by a batch, too");
	check(split, "the same bytes from any parts merged in any order, folded or not");
	check(kinds > 5 && networks > 5, "there were too many of both");
}

/*
 * A series that is new where only its name has room: the open value is worked
 * in or grows before the first entry.
 */
static void
test_last_room(void)
{
	bool		passed = true;

	for (size_t room = 0; room < 200; room++)
	{
		Fact		facts[12];
		KloutGrowing buffer;
		KloutSeries series;
		KloutStatus status;
		Value		value;
		int			number;

		memset(facts, 0, sizeof(facts));
		buffer.data = NULL;
		buffer_resize(&buffer, KLOUT_GROWING_HEADER + room);
		klout_growing_set_unit(&buffer, KLOUT_UNIT_DAY);
		number = 0;
		for (int i = 0; i < 12; i++)
		{
			facts[i].type = i % 4 == 3 ? KLOUT_SERIES_POSTS : KLOUT_SERIES_ACTIONS;
			facts[i].network = i % 3;
			facts[i].kind = i;
			facts[i].bucket = 20454;
			series = fact_topic(&facts[i]);
			number = klout_growing_series(&buffer, &series);
			if (number < 0 ||
				!klout_growing_append(&buffer, number, facts[i].bucket, 0, 0))
			{
				value = buffer_value(&buffer, &status);
				passed = passed && status == KLOUT_OK &&
					klout_signals_check(value.data, value.len) == NULL &&
					value_matches(value, facts, i, KLOUT_UNIT_DAY);
				free(value.data);
				break;
			}
		}
		free(buffer.data);
	}
	check(passed, "a series without entries leaves no trace");
}

/* ---------------------------------------------------------------------------
 * Merging: neutral element, limits, errors
 * ---------------------------------------------------------------------------
 */

/* One network, one kind with one run, one reactor. */
static Value
single_value(KloutUnit unit, int network, int kind, int64 bucket, uint64 count)
{
	uint8		out[256];
	KloutWriter writer;
	KloutBucketCountsWriter runs;
	KloutReactor reactor = {.hash = 42,.last = bucket,.kinds = 1,.weight = 200};

	klout_writer_init(&writer, out, sizeof(out));
	klout_write_header(&writer, unit, 1);
	klout_write_network(&writer, fact_klout_name(network), false, false, false, 0, 0);
	klout_write_kinds(&writer, 1);
	klout_write_kind(&writer, fact_klout_name(kind));
	klout_bucket_counts_begin(&runs, &writer);
	klout_bucket_counts_add(&runs, bucket, count);
	klout_bucket_counts_end(&runs);
	klout_write_reactors(&writer, true, &reactor, 1, bucket, NULL);
	return value_of(out, (size_t) (writer.next - out));
}

static KloutStatus
merge_status(Value left, Value right)
{
	KloutStatus status;
	KloutStatus reverse;

	free(merged_value(left, right, &status).data);
	free(merged_value(right, left, &reverse).data);
	return status == reverse ? status : (KloutStatus) -1;
}

/* The value of actions of these networks and kinds, in some bucket. */
static Value
grid_value(int networks_from, int networks_to, int kinds_from, int kinds_to)
{
	Value		value = value_of(klout_signals_empty, KLOUT_SIGNALS_EMPTY_LEN);

	for (int network = networks_from; network < networks_to; network++)
	{
		for (int kind = kinds_from; kind < kinds_to; kind++)
		{
			Value		single = single_value(KLOUT_UNIT_DAY, network, kind, 7, 1);
			KloutStatus status;
			Value		merged = merged_value(value, single, &status);

			free(single.data);
			free(value.data);
			value = merged;
			if (status != KLOUT_OK)
				return value;
		}
	}
	return value;
}

/* How many kinds a network of a value has, by the network's place. */
static int
count_names(Value value, int place)
{
	KloutSignals signals;
	KloutNetwork network;

	(void) klout_signals_iter_init(&signals, value.data, value.len);
	while (klout_signals_next(&signals, &network))
		if (place-- == 0)
			return network.nkinds;
	return -1;
}

static void
test_merging(void)
{
	Value		empty = value_of(klout_signals_empty, KLOUT_SIGNALS_EMPTY_LEN);
	Value		day = single_value(KLOUT_UNIT_DAY, 0, 0, 100, 1);
	Value		hour = single_value(KLOUT_UNIT_HOUR, 1, 0, 100, 1);
	Value		most = single_value(KLOUT_UNIT_DAY, 0, 0, 100, PG_INT64_MAX);
	Value		elsewhere = single_value(KLOUT_UNIT_DAY, 1, 0, 100, PG_INT64_MAX);
	Value		other_kind = single_value(KLOUT_UNIT_DAY, 0, 1, 100, 1);
	Value		other_day = single_value(KLOUT_UNIT_DAY, 0, 0, 101, 1);
	Value		left;
	Value		right;
	Value		merged;
	KloutStatus status;

	merged = merged_value(empty, empty, &status);
	check(status == KLOUT_OK && same_value(merged, empty) &&
		  klout_signals_check(empty.data, empty.len) == NULL,
		  "empty and empty is empty");
	free(merged.data);
	merged = merged_value(empty, hour, &status);
	check(status == KLOUT_OK && same_value(merged, hour), "empty on the left is neutral");
	free(merged.data);
	merged = merged_value(hour, empty, &status);
	check(status == KLOUT_OK && same_value(merged, hour), "empty on the right is neutral");
	free(merged.data);

	check(merge_status(day, hour) == KLOUT_UNITS_DIFFER, "days and hours do not merge");
	check(klout_signals_check(most.data, most.len) == NULL, "the largest count");
	check(merge_status(most, day) == KLOUT_COUNT_OVERFLOW, "one more in its bucket is too many");
	check(merge_status(most, other_day) == KLOUT_COUNT_OVERFLOW, "one more in another bucket is too many");
	check(merge_status(most, other_kind) == KLOUT_COUNT_OVERFLOW, "one more of another kind is too many");
	check(merge_status(most, most) == KLOUT_COUNT_OVERFLOW, "twice is too many");
	check(merge_status(most, elsewhere) == KLOUT_OK, "each network counts for itself");

	left = grid_value(0, 1, 0, 40);
	right = grid_value(0, 1, 24, 64);
	check(merge_status(left, right) == KLOUT_OK, "64 kinds");
	free(right.data);
	right = grid_value(0, 1, 25, 65);
	merged = merged_value(left, right, &status);
	check(status == KLOUT_OK && merged.data[2] == 1 &&
		  count_names(merged, 0) == 64, "65 kinds are folded");
	free(merged.data);
	free(right.data);
	free(left.data);
	left = grid_value(0, 200, 0, 1);
	right = grid_value(100, 255, 0, 1);
	check(merge_status(left, right) == KLOUT_OK, "255 networks");
	free(right.data);
	right = grid_value(101, 256, 0, 1);
	merged = merged_value(left, right, &status);
	check(status == KLOUT_OK && merged.data[2] == 255 &&
		  klout_signals_check(merged.data, merged.len) == NULL,
		  "256 networks are folded");
	free(merged.data);
	check(merge_status(right, right) == KLOUT_OK, "155 networks, twice");

	/* any prefix of a value is no value, and merging says so */
	{
		bool		passed = true;

		for (size_t len = 0; len < left.len; len += len < 100 ? 1 : 29)
		{
			Value		cut = value_of(left.data, len);

			if (len >= KLOUT_SIGNALS_EMPTY_LEN)
				passed = passed && merge_status(cut, right) == KLOUT_CORRUPT;
			free(cut.data);
		}
		check(passed, "what is cut short does not merge");
	}

	/*
	 * a batch with too many kinds, a batch that names an entry's series
	 * wrongly
	 */
	{
		static Fact facts[300];
		KloutSeries series;
		KloutEntry	entry = {1, 20454, 1, 200};
		KloutEntries entries;
		uint8		data[KLOUT_WIDE_ENTRY];
		uint8		out[1024];
		uint8		scratch[1024];
		size_t		len;
		KloutFolds	folds;

		memset(facts, 0, sizeof(facts));
		for (int i = 0; i < 300; i++)
		{
			facts[i].type = KLOUT_SERIES_ACTIONS;
			facts[i].kind = i;
		}
		merged = build_value(facts, 64, KLOUT_UNIT_DAY, &status);
		check(status == KLOUT_OK && value_matches(merged, facts, 64, KLOUT_UNIT_DAY),
			  "a batch of 64 kinds");
		free(merged.data);
		merged = build_value(facts, 65, KLOUT_UNIT_DAY, &status);
		check(status == KLOUT_OK && count_names(merged, 0) == 64, "a batch of 65 kinds");
		free(merged.data);
		merged = buffered_value(facts, 300, KLOUT_UNIT_DAY, &status);
		check(status == KLOUT_OK && count_names(merged, 0) == 64, "an open value of 300 kinds");
		free(merged.data);

		series = fact_topic(&facts[0]);
		klout_store_wide(data, &entry);
		entries.data = data;
		entries.count = 1;
		entries.wide = true;
		entries.window = 0;
		check(klout_signals_build(KLOUT_UNIT_DAY, &series, 1, &entries, scratch,
								  out, sizeof(out), &len, &folds) == KLOUT_CORRUPT,
			  "an entry of a series that there is not");
		entry.series = 0;
		klout_store_wide(data, &entry);
		facts[0].type = KLOUT_SERIES_AUDIENCE;
		series = fact_topic(&facts[0]);
		check(klout_signals_build(KLOUT_UNIT_DAY, &series, 1, &entries, scratch,
								  out, sizeof(out), &len, &folds) == KLOUT_CORRUPT,
			  "an entry of an audience");
	}

	free(empty.data);
	free(left.data);
	free(right.data);
	free(day.data);
	free(hour.data);
	free(most.data);
	free(elsewhere.data);
	free(other_kind.data);
	free(other_day.data);
}

/* ---------------------------------------------------------------------------
 * Damage
 * ---------------------------------------------------------------------------
 */

/* Writes what was read; a canonical value gives the same bytes. */
static bool
rewrites(Value value)
{
	KloutSignals signals;
	KloutNetwork network;
	KloutWriter writer;
	size_t		size = value.len + 12000;
	uint8	   *out = malloc(size);
	bool		same;

	if (klout_signals_iter_init(&signals, value.data, value.len))
	{
		free(out);
		return false;
	}
	klout_writer_init(&writer, out, size);
	klout_write_header(&writer, signals.unit, signals.networks);
	while (klout_signals_next(&signals, &network))
	{
		KloutBucketCountsWriter runs;
		KloutBucketCounts cursor;
		int64		bucket;
		uint64		count;

		klout_write_network(&writer, network.name, network.has_posts,
							network.unproven.count > 0, network.has_audience, network.audience_at, network.followers);
		if (network.has_posts)
		{
			cursor = network.posts;
			klout_bucket_counts_begin(&runs, &writer);
			while (klout_bucket_counts_next(&cursor, &bucket, &count))
				klout_bucket_counts_add(&runs, bucket, count);
			klout_bucket_counts_end(&runs);
		}
		klout_write_kinds(&writer, network.nkinds);
		for (int i = 0; i < network.nkinds; i++)
		{
			klout_write_kind(&writer, network.kinds[i]);
			cursor = network.runs[i];
			klout_bucket_counts_begin(&runs, &writer);
			while (klout_bucket_counts_next(&cursor, &bucket, &count))
				klout_bucket_counts_add(&runs, bucket, count);
			klout_bucket_counts_end(&runs);
		}
		for (int i = 0; i < 2 && network.nkinds > 0; i++)
		{
			const KloutSample *sample = i == 0 ? &network.proven : &network.unproven;
			KloutReactor reactors[KLOUT_SAMPLE_STORED];
			KloutReactors all = sample->reactors;
			int			n = 0;

			while (n < KLOUT_SAMPLE_STORED && klout_reactors_next(&all, &reactors[n]))
				n++;
			if (i == 0 || n > 0)
				klout_write_reactors(&writer, i == 0, reactors, n, network.newest,
									 sample->registers);
		}
	}
	same = !writer.full && (size_t) (writer.next - out) == value.len &&
		memcmp(out, value.data, value.len) == 0;
	free(out);
	return same;
}

/*
 * What has been accepted must go through everything; base is another value,
 * known to be good.  Returns what went wrong, or NULL.
 */
static const char *
exercise(Value value, Value base)
{
	static KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	KloutModel	model;
	KloutScore	score;
	KloutStatus status;
	KloutStatus reverse;
	Value		merged;
	Value		other;

	if (!rewrites(value))
		return "is not what is written of it";

	merged = merged_value(value, value, &status);
	if (status != KLOUT_OK && status != KLOUT_COUNT_OVERFLOW)
		return "does not merge with itself";
	if (status == KLOUT_OK && klout_signals_check(merged.data, merged.len))
		return "merges with itself to something bad";
	free(merged.data);

	merged = merged_value(value, base, &status);
	other = merged_value(base, value, &reverse);
	if (status != reverse || status == KLOUT_CORRUPT)
		return "does not merge with another";
	if (status == KLOUT_OK &&
		(!same_value(merged, other) || klout_signals_check(merged.data, merged.len)))
		return "merges with another to something bad";
	free(merged.data);
	free(other.data);

	klout_model_default(&model);
	for (int i = 0; i < 4; i++)
	{
		static const int64 times[] = {
			INT64CONST(-211813488000000000), 0, INT64CONST(820540800000000),
			INT64CONST(9223371331199999999)
		};

		if (klout_score_compute(value.data, value.len, &model, times[i], &score, networks))
			return "has no score";
		if (!(score.score >= 0 && score.score < 100 && isfinite(score.raw)))
			return "has a score that is none";
	}
	return NULL;
}

static int	accepted_damage;

/* Takes the value or not; passes what is taken on. */
static bool
survives(const uint8 *data, size_t len, Value base)
{
	Value		value = value_of(data, len);
	const char *fault = klout_signals_check(value.data, value.len);
	bool		passed = true;

	if (fault == NULL)
	{
		accepted_damage++;
		fault = exercise(value, base);
		passed = fault == NULL;
		if (fault)
		{
			printf("# an accepted value %s:", fault);
			for (size_t i = 0; i < len && i < 200; i++)
				printf(" %02x", data[i]);
			printf("\n");
		}
	}
	else
	{
		/* other doors meet the same bytes */
		KloutScore	score;
		KloutModel	model;

		klout_model_default(&model);
		(void) klout_score_compute(value.data, value.len, &model, 0, &score, NULL);
		if (len >= KLOUT_SIGNALS_EMPTY_LEN)
			(void) merge_status(value, base);
	}
	free(value.data);
	return passed;
}

/* A value that has one of everything. */
static Value
rich_value(int reactors)
{
	static Fact facts[600];
	KloutStatus status;
	int			n = 0;

	memset(facts, 0, sizeof(facts));
	for (int network = 0; network < 2; network++)
	{
		facts[n].network = network;
		facts[n].type = KLOUT_SERIES_AUDIENCE;
		facts[n].at = INT64CONST(820540800000001) * (network ? -1 : 1) / 4;
		facts[n++].followers = 300 + network;
		facts[n].network = network;
		facts[n].type = KLOUT_SERIES_POSTS;
		facts[n++].bucket = 20400 + network;
	}
	for (int i = 0; i < reactors; i++)
	{
		facts[n].network = i % 10 == 0;
		facts[n].type = KLOUT_SERIES_ACTIONS;
		facts[n].kind = i % 3;
		facts[n].bucket = 20300 + i % 7 * 30;
		facts[n].actor = (uint64) i * 1000;
		facts[n++].weight = i % 2 ? 200 : i % 200;
	}
	facts[n].network = 2;
	facts[n].type = KLOUT_SERIES_AUDIENCE;
	facts[n++].followers = 0;
	return build_value(facts, n, KLOUT_UNIT_DAY, &status);
}

static void
test_damage(void)
{
	static const int sizes[] = {0, 1, 12, 290};
	Value		base = rich_value(20);
	bool		mutated = true;
	bool		cut = true;
	bool		longer = true;
	bool		spliced = true;
	uint8		buffer[8192];

	for (size_t s = 0; s < lengthof(sizes); s++)
	{
		Value		value = rich_value(sizes[s]);

		if (klout_signals_check(value.data, value.len) || !rewrites(value))
			mutated = false;
		memcpy(buffer, value.data, value.len);
		accepted_damage = 0;
		for (size_t i = 0; i < value.len; i++)
		{
			/* all values of each byte; of a larger value's bytes, some */
			for (int change = 1; change < 256; change++)
			{
				if (value.len > 80 && change != 1 && change != 128 && change != 255 &&
					random_below(value.len > 1000 ? 500 : 12) != 0)
					continue;
				buffer[i] = value.data[i] ^ (uint8) change;
				mutated = survives(buffer, value.len, base) && mutated;
			}
			buffer[i] = value.data[i];
		}
		printf("# %zu bytes: %d changes of a byte leave a value\n", value.len, accepted_damage);

		for (size_t len = 0; len < value.len; len++)
		{
			accepted_damage = 0;
			cut = survives(buffer, len, base) && accepted_damage == 0 && cut;
		}
		for (int byte = 0; byte < 256; byte++)
		{
			buffer[value.len] = (uint8) byte;
			accepted_damage = 0;
			longer = survives(buffer, value.len + 1, base) && accepted_damage == 0 && longer;
		}

		/* a byte left out, put in, or a piece put elsewhere */
		for (int i = 0; i < 1500; i++)
		{
			size_t		len = value.len;
			size_t		from = (size_t) random_below((int) len);
			size_t		to = (size_t) random_below((int) len);
			size_t		count = (size_t) random_below(9);

			memcpy(buffer, value.data, len);
			switch (random_below(4))
			{
				case 0:
					memmove(buffer + from, buffer + from + 1, len - from - 1);
					len--;
					break;
				case 1:
					memmove(buffer + from + 1, buffer + from, len - from);
					buffer[from] = (uint8) random_u64();
					len++;
					break;
				case 2:
					count = Min(count, len - Max(from, to));
					memmove(buffer + to, buffer + from, count);
					break;
				default:
					/* a varint that goes on and on */
					count = Min(count, len - from);
					memset(buffer + from, random_below(2) ? 0xFF : 0x80, count);
					break;
			}
			spliced = survives(buffer, len, base) && spliced;
		}
		memcpy(buffer, value.data, value.len);
		free(value.data);
	}
	check(mutated, "any byte changed: refused, or a value like any other");
	check(cut, "cut short anywhere: refused");
	check(longer, "a byte too many: refused");
	check(spliced, "pieces moved, lost and repeated: refused, or a value like any other");
	free(base.data);
}

static void
test_random_bytes(void)
{
	Value		base = rich_value(3);
	uint8		bytes[64];
	bool		passed = true;

	accepted_damage = 0;
	for (int i = 0; i < 100000; i++)
	{
		size_t		len = (size_t) random_below((int) sizeof(bytes));

		for (size_t j = 0; j < len; j++)
			bytes[j] = (uint8) (random_u64() >> (random_below(2) ? 0 : 60));
		if (len > 2 && random_below(10) != 0)
		{
			bytes[0] = KLOUT_SIGNALS_VERSION;
			bytes[1] = (uint8) random_below(3);
			bytes[2] = (uint8) random_below(3);
		}
		passed = survives(bytes, len, base) && passed;
	}
	printf("# %d of 100000 random strings are values\n", accepted_damage);
	check(passed, "random bytes");
	free(base.data);
}

/* Open values with any bytes: a view is refused, or the value compacts or not. */
static void
test_open_damage(void)
{
	static Fact facts[40];
	Profile		profile = {KLOUT_UNIT_DAY, 40, 2, 2, 20, 20000, 20100, 10, 10};
	KloutGrowing buffer;
	KloutStatus status;
	Value		part;
	bool		passed = true;
	int			compacted = 0;
	uint8	   *original;
	size_t		size;

	random_facts(&profile, facts);
	part = build_value(facts, 10, KLOUT_UNIT_DAY, &status);
	buffer.data = NULL;
	buffer_resize(&buffer, 1200);
	klout_growing_set_unit(&buffer, KLOUT_UNIT_DAY);
	(void) klout_growing_set_canonical(&buffer, part.data, part.len);
	for (int i = 10; i < 40; i++)
	{
		KloutSeries series = fact_topic(&facts[i]);
		int			number = klout_growing_series(&buffer, &series);

		if (number >= 0 && series.type != KLOUT_SERIES_AUDIENCE)
			(void) klout_growing_append(&buffer, number, facts[i].bucket,
										series.type == KLOUT_SERIES_POSTS ? 0 : facts[i].actor,
										facts[i].weight);
	}
	original = buffer.data;
	size = klout_growing_used(&buffer);

	for (size_t i = 0; i < size; i++)
	{
		for (int change = 0; change < 256; change += i < 200 ? 1 : 17)
		{
			uint8	   *copy = malloc(size);
			Value		result;

			memcpy(copy, original, size);
			copy[i] ^= (uint8) change;
			if (klout_growing_view(&buffer, copy, size))
			{
				KloutSeries series = fact_topic(&facts[0]);

				result = buffer_value(&buffer, &status);
				if (change == 0)
					passed = passed && value_matches(result, facts, 40, KLOUT_UNIT_DAY);
				compacted += status == KLOUT_OK;
				free(result.data);
				(void) klout_growing_series(&buffer, &series);
			}
			free(copy);
		}
	}
	for (size_t len = 0; len < size; len++)
	{
		uint8	   *copy = malloc(len > 0 ? len : 1);

		memcpy(copy, original, len);
		if (klout_is_growing(copy, len) && klout_growing_view(&buffer, copy, len))
			passed = false;
		free(copy);
	}
	printf("# %d damaged open values still compact\n", compacted);
	check(passed && compacted > 0, "open values, damaged or cut short");
	free(part.data);
	free(original);
}

/* ---------------------------------------------------------------------------
 * The sample as an estimate
 * ---------------------------------------------------------------------------
 */

/*
 * Sums of 1 / inclusion over the sample estimate the number of reactors, and
 * sums with any fading the faded number, without bias.
 */
static void
test_estimates(void)
{
	static Fact facts[FACTS_MAX];
	const int	trials = 60;
	const int	n = 2500;
	double		number = 0;
	double		faded = 0;
	double		faded_exact = 0;
	double		worst = 0;

	for (int trial = 0; trial < trials; trial++)
	{
		uint64		base = random_u64();
		KloutStatus status;
		KloutSignals signals;
		KloutNetwork network;
		KloutStandings standings;
		KloutStanding standing;
		Value		value;
		double		here = 0;

		memset(facts, 0, sizeof(facts));
		faded_exact = 0;
		for (int i = 0; i < n; i++)
		{
			facts[i].type = KLOUT_SERIES_ACTIONS;
			facts[i].actor = base + (uint64) i;
			facts[i].bucket = 20454 - i % 365;
			facts[i].weight = 200;
			faded_exact += exp2(-(i % 365) / 30.0);
		}
		value = build_value(facts, n, KLOUT_UNIT_DAY, &status);
		(void) klout_signals_iter_init(&signals, value.data, value.len);
		(void) klout_signals_next(&signals, &network);
		klout_standings_iter_init(&standings, &network, KLOUT_UNIT_DAY);
		while (klout_standings_next(&standings, &standing))
		{
			number += 1 / standing.proven_inclusion;
			here += exp2((double) (standing.proven.last - 20454) / 30) /
				standing.proven_inclusion;
		}
		faded += here;
		worst = fmax(worst, fabs(here / faded_exact - 1));
		free(value.data);
	}
	printf("# mean of the number of reactors %+.4f, of the faded number %+.4f, worst %.3f\n",
		   number / trials / n - 1, faded / trials / faded_exact - 1, worst);

	/*
	 * The faded number has a standard error below 1 / sqrt(255) = 6.3 %, the
	 * unfaded one, which the sample does not favour, of perhaps 15 %.
	 */
	check(fabs(faded / trials / faded_exact - 1) < 4 * 0.063 / sqrt(trials) && worst < 4 * 0.063,
		  "the sample estimates faded reactors without bias");
	check(fabs(number / trials / n - 1) < 4 * 0.15 / sqrt(trials),
		  "the sample estimates the number of reactors without bias");
}

/*
 * The standings of any facts: of each reactor the last proven action, or the
 * last of all if that is not.  All of them, and with probability 1, while both
 * samples have everybody; else just those below the thresholds.
 */
static bool
standings_match(const KloutNetwork *network, const Fact *facts, int n, KloutUnit unit)
{
	static Reactor all[2][FACTS_MAX];
	int			nall = 0;
	uint64		seed = klout_hash_bytes(network->name.data, network->name.len);
	int			half_life = unit == KLOUT_UNIT_HOUR ? 12 : 60;
	int64		proven_threshold = klout_sample_threshold(&network->proven, unit).key;
	int64		threshold = Min(proven_threshold,
								klout_sample_threshold(&network->unproven, unit).key);
	KloutStandings standings;
	KloutStanding standing;
	uint64		previous = 0;
	int			proven = 0;
	int			unproven = 0;

	for (int i = 0; i < n; i++)
	{
		uint64		hash = klout_reactor_hash(facts[i].actor, seed);
		int			side = facts[i].weight == 0;
		int			j = 0;

		while (j < nall && all[0][j].hash != hash)
			j++;
		if (j == nall)
		{
			nall++;
			all[0][j].hash = all[1][j].hash = hash;
			all[0][j].last = all[1][j].last = PG_INT64_MIN / 2;
		}
		all[side][j].last = Max(all[side][j].last, facts[i].bucket);
	}
	if (network->proven.registers == NULL && network->unproven.registers == NULL &&
		klout_network_reactors(network) != nall)
		return false;

	/* who ought to be known */
	for (int j = 0; j < nall; j++)
	{
		if (all[0][j].last > PG_INT64_MIN / 2 &&
			klout_sample_key(all[0][j].hash, all[0][j].last, half_life) < proven_threshold)
			proven++;
		if (all[1][j].last > all[0][j].last &&
			klout_sample_key(all[1][j].hash, all[1][j].last, half_life) < threshold)
			unproven++;
	}
	klout_standings_iter_init(&standings, network, unit);
	while (klout_standings_next(&standings, &standing))
	{
		uint64		hash = standing.is_proven ? standing.proven.hash : standing.unproven.hash;
		bool		both = standing.is_proven && standing.is_unproven;
		int			j = 0;

		while (j < nall && all[0][j].hash != hash)
			j++;
		if (j == nall || (!standing.is_proven && !standing.is_unproven) ||
			(previous > 0 && hash <= previous))
			return false;
		if (standing.is_proven &&
			(standing.proven.last != all[0][j].last || standing.proven.weight == 0 ||
			 standing.proven_inclusion !=
			 (proven_threshold == PG_INT64_MAX ? 1 :
			  klout_sample_inclusion(proven_threshold, all[0][j].last, half_life))))
			return false;
		if (standing.is_unproven &&
			(standing.unproven.last != all[1][j].last || standing.unproven.weight != 0 ||
			 all[1][j].last <= all[0][j].last ||
			 standing.unproven_inclusion !=
			 (threshold == PG_INT64_MAX ? 1 :
			  klout_sample_inclusion(threshold, all[1][j].last, half_life))))
			return false;
		if (standing.both_inclusion !=
			(!both || klout_sample_key(hash, all[0][j].last, half_life) >= threshold ? 0 :
			 threshold == PG_INT64_MAX ? 1 :
			 klout_sample_inclusion(threshold, all[0][j].last, half_life)))
			return false;
		proven -= standing.is_proven;
		unproven -= standing.is_unproven;
		previous = hash;
	}
	return proven == 0 && unproven == 0;
}

static void
test_standings(void)
{
	static Fact facts[FACTS_MAX];
	bool		passed = true;
	int			sampled[2][2] = {{0}};

	for (int round = 0; round < 300; round++)
	{
		Profile		profile = {KLOUT_UNIT_DAY, 1 + random_below(1500), 1, 2,
		1 + (uint64) random_below(900), 20000, 20001 + random_below(400), 0, 0};
		KloutStatus status;
		KloutSignals signals;
		KloutNetwork network;
		Value		value;
		int			unproven = random_below(100);

		random_facts(&profile, facts);
		for (int i = 0; i < profile.facts; i++)
			facts[i].weight = random_below(100) < unproven ? 0 : 1 + random_below(200);
		value = buffered_value(facts, profile.facts, profile.unit, &status);
		(void) klout_signals_iter_init(&signals, value.data, value.len);
		if (!klout_signals_next(&signals, &network))
			abort();
		passed = passed && standings_match(&network, facts, profile.facts, profile.unit);
		sampled[network.proven.registers != NULL][network.unproven.registers != NULL]++;
		free(value.data);
	}
	printf("# sampled: nobody %d, proven %d, unproven %d, both %d\n",
		   sampled[0][0], sampled[1][0], sampled[0][1], sampled[1][1]);
	check(passed && sampled[0][0] > 10 && sampled[1][0] > 10 && sampled[0][1] > 10 && sampled[1][1] > 10,
		  "reactors are known for what they did last, proven and not");
}

static void
test_buckets(void)
{
	/*
	 * 2000-01-01 is day 10957; by PostgreSQL: '1969-12-31 23:59:59.999999' is
	 * one microsecond short
	 */
	const int64 epoch = -10957 * 24 * KLOUT_USECS_PER_HOUR;

	check(klout_bucket(0, KLOUT_UNIT_DAY) == 10957 &&
		  klout_bucket(-1, KLOUT_UNIT_DAY) == 10956 &&
		  klout_bucket(epoch, KLOUT_UNIT_DAY) == 0 &&
		  klout_bucket(epoch - 1, KLOUT_UNIT_DAY) == -1 &&
		  klout_bucket(epoch - 1, KLOUT_UNIT_HOUR) == -1 &&
		  klout_bucket(epoch + KLOUT_USECS_PER_HOUR, KLOUT_UNIT_HOUR) == 1,
		  "buckets are rounded down, also before the epoch");
	check(klout_bucket(INT64CONST(-211813488000000000), KLOUT_UNIT_DAY) == KLOUT_DAY_FIRST &&
		  klout_bucket(INT64CONST(9223371331199999999), KLOUT_UNIT_DAY) == KLOUT_DAY_LAST &&
		  klout_bucket(INT64CONST(-211813488000000000), KLOUT_UNIT_HOUR) == KLOUT_DAY_FIRST * 24 &&
		  klout_bucket(INT64CONST(9223371331199999999), KLOUT_UNIT_HOUR) == KLOUT_DAY_LAST * 24 + 23,
		  "the first and the last bucket of timestamptz");
	check(klout_bucket_start(0, KLOUT_UNIT_DAY) == epoch &&
		  klout_bucket_start(KLOUT_DAY_LAST, KLOUT_UNIT_DAY) < PG_INT64_MAX - 24 * KLOUT_USECS_PER_HOUR,
		  "where buckets begin");
}

int
main(void)
{
	setvbuf(stdout, NULL, _IOLBF, 0);
	random_begin(UINT64CONST(20260714));
	test_buckets();
	test_building();
	test_folding();
	test_last_room();
	test_merging();
	test_damage();
	test_random_bytes();
	test_open_damage();
	test_estimates();
	test_standings();
	return finish();
}
