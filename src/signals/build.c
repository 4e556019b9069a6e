/*-------------------------------------------------------------------------
 *
 * build.c
 *	  Building the canonical bytes of klout_signals from a batch of entries.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/layout.h"

#define ST_SORT sort_reactors
#define ST_ELEMENT_TYPE KloutReactor
#define ST_COMPARE(a, b) (((a)->hash > (b)->hash) - ((a)->hash < (b)->hash))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/* insertion sort is faster up to this size */
#define INSERTION_SORT_MAX		24

/*
 * Sort keys differ in few bytes: the series, and one or two of the bucket.  So
 * a radix sort, least significant byte first, needs few passes.  spare has
 * room for the same number of keys.
 */
static void
sort_keys(uint64 *sort_key, int n, uint64 *spare)
{
	uint64		varying = 0;
	uint64	   *from = sort_key;
	uint64	   *to = spare;
	int			shift;
	int			i;

	if (n <= INSERTION_SORT_MAX)
	{
		for (i = 1; i < n; i++)
		{
			uint64		place = sort_key[i];
			int			j = i;

			for (; j > 0 && sort_key[j - 1] > place; j--)
				sort_key[j] = sort_key[j - 1];
			sort_key[j] = place;
		}
		return;
	}

	for (i = 1; i < n; i++)
		varying |= sort_key[i] ^ sort_key[0];
	for (shift = 0; shift < 64; shift += 8)
	{
		uint32		start[256] = {0};
		uint32		sum = 0;
		uint64	   *swap;

		if ((varying >> shift & 0xFF) == 0)
			continue;
		for (i = 0; i < n; i++)
			start[from[i] >> shift & 0xFF]++;
		for (i = 0; i < 256; i++)
		{
			uint32		count = start[i];

			start[i] = sum;
			sum += count;
		}
		for (i = 0; i < n; i++)
			to[start[from[i] >> shift & 0xFF]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != sort_key)
		memcpy(sort_key, from, sizeof(uint64) * (size_t) n);
}

static inline void
insertion_sort_reactors(KloutReactor *reactors, int n)
{
	int			i;

	for (i = 1; i < n; i++)
	{
		KloutReactor reactor = reactors[i];
		int			j = i;

		for (; j > 0 && reactors[j - 1].hash > reactor.hash; j--)
			reactors[j] = reactors[j - 1];
		reactors[j] = reactor;
	}
}

/* buckets of hashes, by their leading bits */
#define HASH_BITS_MAX			11

/*
 * Sorts reactors by hash and returns the sorted array: reactors, or spare,
 * which has the same size.  Hashes are evenly distributed, so one pass puts
 * about one reactor into each bucket; buckets that an attacker filled are
 * sorted in O(n log n).
 */
static KloutReactor *
sort_by_hash(KloutReactor *reactors, int n, KloutReactor *spare)
{
	uint32		end[(1 << HASH_BITS_MAX) + 1];
	int			bits = 1;
	int			first = 0;
	int			i;

	if (n <= INSERTION_SORT_MAX)
	{
		insertion_sort_reactors(reactors, n);
		return reactors;
	}

	while (bits < HASH_BITS_MAX && (1 << bits) < n)
		bits++;
	memset(end, 0, sizeof(uint32) * ((size_t) (1 << bits) + 1));
	for (i = 0; i < n; i++)
		end[(reactors[i].hash >> (64 - bits)) + 1]++;
	for (i = 1; i <= 1 << bits; i++)
		end[i] += end[i - 1];
	/* filling moves the start of a bucket to its end */
	for (i = 0; i < n; i++)
		spare[end[reactors[i].hash >> (64 - bits)]++] = reactors[i];
	for (i = 0; i < 1 << bits; i++)
	{
		int			count = (int) end[i] - first;

		if (count > INSERTION_SORT_MAX)
			sort_reactors(spare + first, (size_t) count);
		else
			insertion_sort_reactors(spare + first, count);
		first = (int) end[i];
	}
	return spare;
}

/*
 * Sort key of an action or post in the order of the value: series, then
 * bucket.
 */
#define PLACE_BITS				40

/*
 * Scratch memory: sort_key[n], reactors[n], spare[n].  reactors is the second
 * buffer of the radix sort of sort_key until it is filled (proven reactors
 * from the front, unproven ones from the back).  The array that the sort by
 * hash leaves unused then holds the keys.
 */
typedef struct BuildScratch
{
	uint64	   *sort_key;		/* one an entry */
	KloutReactor *reactors;		/* one an entry */
	KloutReactor *spare;		/* one an entry */
} BuildScratch;

StaticAssertDecl(sizeof(KloutReactor) >= 2 * sizeof(KloutSampleKey),
				 "keys must fit where reactors were");

size_t
klout_build_scratch(uint32 entries)
{
	return (size_t) entries * (sizeof(uint64) + 2 * sizeof(KloutReactor));
}

size_t
klout_build_bound(int all_series, uint32 entries)
{
	size_t		per_series = NETWORK_BYTES + 1 + KLOUT_NAME_MAX + 1 + RUN_BYTES;
	size_t		per_entry = RUN_BYTES + REACTOR_BYTES;
	size_t		sampled = Min(2 * (size_t) all_series, entries / KLOUT_SAMPLE_STORED);

	return KLOUT_SIGNALS_EMPTY_LEN + (size_t) all_series * per_series +
		(size_t) entries * per_entry + sampled * KLOUT_REGISTERS_BYTES;
}

static inline int
series_compare(const KloutSeries *a, const KloutSeries *b)
{
	int			order = klout_name_compare(a->network, b->network);

	if (order != 0)
		return order;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return a->type == KLOUT_SERIES_ACTIONS ?
		klout_name_compare(a->kind, b->kind) : 0;
}

StaticAssertDecl(KLOUT_SERIES_MAX <= KLOUT_NETWORKS_MAX,
				 "a batch must not have networks to fold");

/* Sorts order, an array of indexes into all_series. */
static void
sort_topics(const KloutSeries *all_series, uint8 *order, int n)
{
	int			i;

	for (i = 1; i < n; i++)
	{
		uint8		series = order[i];
		int			j = i;

		for (; j > 0 && series_compare(&all_series[order[j - 1]], &all_series[series]) > 0; j--)
			order[j] = order[j - 1];
		order[j] = series;
	}
}

/* Renames the surplus kinds of a batch; false if there are none. */
static bool
fold_kinds(KloutSeries *all_series, const uint8 *order, int n, KloutFolds *folds)
{
	bool		folded = false;
	int			first;
	int			end;
	int			i;

	for (first = 0; first < n; first = end)
	{
		KloutName	network = all_series[order[first]].network;
		int			nkinds = 0;
		int			kept = 0;

		for (end = first; end < n; end++)
		{
			if (klout_name_compare(all_series[order[end]].network, network) != 0)
				break;
			nkinds += all_series[order[end]].type == KLOUT_SERIES_ACTIONS;
		}
		if (nkinds <= KLOUT_KINDS_MAX)
			continue;
		folded = folds->kinds = true;
		folds->network = network;
		for (i = end - nkinds; i < end; i++)
		{
			KloutSeries *series = &all_series[order[i]];

			if (!is_folded_name(series->kind) && ++kept >= KLOUT_KINDS_MAX)
				series->kind = klout_folded_name;
		}
	}
	return folded;
}

/*
 * After folding, equal series share a sort key: order keeps one of them.
 * Returns the number of sort keys.
 */
static int
share_places(const KloutSeries *all_series, uint8 *order, uint8 *sort_key_of,
			 uint8 *used, int n)
{
	int			nkeys = 0;
	int			i;

	sort_topics(all_series, order, n);
	for (i = 0; i < n; i++)
	{
		if (nkeys > 0 &&
			series_compare(&all_series[order[nkeys - 1]], &all_series[order[i]]) == 0)
			used[order[nkeys - 1]] |= used[order[i]];
		else
			order[nkeys++] = order[i];
		sort_key_of[order[i]] = (uint8) (nkeys - 1);
	}
	return nkeys;
}

/*
 * Merges, samples and writes nreactors reactors of scratch from the given
 * index on: the proven or the unproven ones of one network of a batch.
 */
static void
build_sample(KloutWriter *writer, KloutUnit unit, const BuildScratch *scratch,
			 bool proven, int place, int nreactors, int64 newest)
{
	KloutReactor *unsorted = scratch->reactors + place;
	KloutReactor *spare = scratch->spare + place;
	KloutReactor *reactors = sort_by_hash(unsorted, nreactors, spare);
	KloutReactor *vacant = reactors == spare ? unsorted : spare;
	uint8		registers[KLOUT_REGISTERS_BYTES];
	int			distinct = 0;
	int			i;

	for (i = 0; i < nreactors; i++)
	{
		if (distinct > 0 && reactors[distinct - 1].hash == reactors[i].hash)
			unite_reactor(&reactors[distinct - 1], &reactors[i]);
		else
			reactors[distinct++] = reactors[i];
	}

	if (distinct < KLOUT_SAMPLE_STORED)
	{
		klout_write_reactors(writer, proven, reactors, distinct, newest, NULL);
		return;
	}

	memset(registers, 0, sizeof(registers));
	for (i = 0; i < distinct; i++)
		klout_registers_add(registers, reactors[i].hash);
	distinct = klout_keep_sample(reactors, distinct, unit, (KloutSampleKey *) vacant);
	klout_write_reactors(writer, proven, reactors, distinct, newest, registers);
}

/*
 * Writes the runs of the series of a sort key, whose entries start at
 * sort_key[*next].  Returns the last bucket.
 */
static int64
build_bucket_counts(KloutWriter *writer, const uint64 *sort_key, int nkeys, int *next,
					int place)
{
	KloutBucketCountsWriter runs;
	int64		bucket = PG_INT64_MIN;
	int			i = *next;

	klout_bucket_counts_begin(&runs, writer);
	while (i < nkeys && (int) (sort_key[i] >> PLACE_BITS) == place)
	{
		int			first = i;

		while (++i < nkeys && sort_key[i] == sort_key[first])
			;
		bucket = (int64) (sort_key[first] & ((UINT64CONST(1) << PLACE_BITS) - 1)) -
			KLOUT_BUCKET_BIAS;
		add_bucket_count(&runs, bucket, (uint64) (i - first));
	}
	klout_bucket_counts_end(&runs);
	*next = i;
	return bucket;
}

/* kinds of actions that a series of a batch has */
#define USED_PROVEN				0x01
#define USED_UNPROVEN			0x02

KloutStatus
klout_signals_build(KloutUnit unit, KloutSeries *all_series, int nseries,
					const KloutEntries *entries, void *scratch_memory,
					uint8 *out, size_t out_size, size_t *out_len,
					KloutFolds *folds)
{
	BuildScratch scratch;
	KloutWriter writer;
	uint8		order[KLOUT_SERIES_MAX];	/* all_series by place */
	uint8		sort_key_of[KLOUT_SERIES_MAX];	/* and back */
	uint8		used[KLOUT_SERIES_MAX] = {0};	/* with and without weight */
	int			nkeys = 0;		/* all_series that have a place */
	int			nentries = (int) entries->count;
	int			networks = 0;
	int			next = 0;		/* index into scratch.sort_key */
	int			first;
	int			end;
	int			i;

	scratch.reactors = (KloutReactor *) scratch_memory;
	scratch.spare = scratch.reactors + nentries;
	scratch.sort_key = (uint64 *) (scratch.spare + nentries);

	klout_writer_init(&writer, out, out_size);

	/* a series whose first entry did not fit is not part of the batch */
	for (i = 0; i < nentries; i++)
	{
		KloutEntry	entry = klout_entry(entries, (uint32) i);

		if (entry.series >= nseries ||
			all_series[entry.series].type == KLOUT_SERIES_AUDIENCE)
			return KLOUT_CORRUPT;
		used[entry.series] |= entry.weight > 0 ? USED_PROVEN : USED_UNPROVEN;
	}
	for (i = 0; i < nseries; i++)
	{
		if (all_series[i].type == KLOUT_SERIES_AUDIENCE || used[i] != 0)
			order[nkeys++] = (uint8) i;
	}
	sort_topics(all_series, order, nkeys);
	for (i = 0; i < nkeys; i++)
		sort_key_of[order[i]] = (uint8) i;
	if (unlikely(nkeys > KLOUT_KINDS_MAX) &&
		fold_kinds(all_series, order, nkeys, folds))
		nkeys = share_places(all_series, order, sort_key_of, used, nkeys);

	for (i = 0; i < nentries; i++)
	{
		KloutEntry	entry = klout_entry(entries, (uint32) i);

		scratch.sort_key[i] = (uint64) sort_key_of[entry.series] << PLACE_BITS |
			(uint64) (entry.bucket + KLOUT_BUCKET_BIAS);
	}
	sort_keys(scratch.sort_key, nentries, (uint64 *) scratch.reactors);

	klout_write_header(&writer, nentries > 0 ? unit : KLOUT_UNIT_NONE, 0);

	for (first = 0; first < nkeys; first = end)
	{
		KloutName	network = all_series[order[first]].network;
		uint64		seed = klout_hash_bytes(network.data, network.len);
		const KloutSeries *audience = NULL;
		bool		has_posts = false;
		bool		has_unproven = false;
		int			first_kind;
		int			nproven = 0;
		int			nunproven = 0;
		int64		newest = PG_INT64_MIN;

		networks++;

		/* the all_series of a network: its audience, its posts, its kinds */
		first_kind = first;
		for (end = first; end < nkeys; end++)
		{
			const KloutSeries *series = &all_series[order[end]];

			if (klout_name_compare(series->network, network) != 0)
				break;
			if (series->type == KLOUT_SERIES_ACTIONS)
			{
				has_unproven |= (used[order[end]] & USED_UNPROVEN) != 0;
				continue;
			}
			if (series->type == KLOUT_SERIES_AUDIENCE)
				audience = series;
			else
				has_posts = true;
			first_kind++;
		}
		Assert(end - first_kind <= KLOUT_KINDS_MAX);

		klout_write_network(&writer, network, has_posts, has_unproven,
							audience != NULL, audience ? audience->audience_at : 0,
							audience ? audience->followers : 0);
		if (has_posts)
			(void) build_bucket_counts(&writer, scratch.sort_key, nentries, &next,
									   first_kind - 1);
		klout_write_kinds(&writer, end - first_kind);
		if (end == first_kind)
			continue;
		for (i = first_kind; i < end; i++)
		{
			int64		latest;

			klout_write_kind(&writer, all_series[order[i]].kind);
			latest = build_bucket_counts(&writer, scratch.sort_key, nentries, &next, i);
			newest = Max(newest, latest);
		}

		for (i = 0; i < nentries; i++)
		{
			KloutEntry	entry = klout_entry(entries, (uint32) i);
			int			place = sort_key_of[entry.series];
			KloutReactor *reactor;

			if (place < first_kind || place >= end)
				continue;
			reactor = &scratch.reactors[entry.weight > 0 ? nproven++ :
										nentries - ++nunproven];
			reactor->hash = klout_reactor_hash(entry.actor, seed);
			reactor->last = entry.bucket;
			reactor->kinds = UINT64CONST(1) << (place - first_kind);
			reactor->weight = entry.weight;
		}
		build_sample(&writer, unit, &scratch, true, 0, nproven, newest);
		if (has_unproven)
			build_sample(&writer, unit, &scratch, false, nentries - nunproven,
						 nunproven, newest);
	}

	if (writer.full)
		return KLOUT_CORRUPT;	/* the bound was wrong: cannot happen */
	out[2] = (uint8) networks;
	*out_len = (size_t) (writer.next - out);
	return KLOUT_OK;
}
