/*-------------------------------------------------------------------------
 *
 * signals.h
 *	  The canonical bytes of klout_signals: reading, building, merging.
 *
 * A value holds, for one person, the facts about the actions received, by
 * network: the number of actions of each kind in each bucket, a bounded sample
 * of the reactors, the latest audience and the person's own posts.  The bytes
 * are specified in docs/storage.md.  Equal facts have equal bytes, whatever
 * the order in which they were added.
 *
 * Nothing here allocates.  Readers walk the bytes in place, validating as they
 * go; writers write into memory of the caller, which computes a bound first.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_SIGNALS_H
#define KLOUT_SIGNALS_H

#include "common/bytes.h"
#include "signals/sample.h"

#define KLOUT_SIGNALS_VERSION	1

/*
 * Maximum numbers of networks of a value and of kinds of a network.  The
 * surplus of a person who has more is folded into one name: with limit L, the
 * first L - 1 names in the order of their bytes stay; all others count as
 * klout_folded_name, and so do facts that already have that name.  See
 * "Folding" in signals.c.
 */
#define KLOUT_NETWORKS_MAX		255
#define KLOUT_KINDS_MAX			64
#define KLOUT_FOLDED_NAME		"(other)"

extern const KloutName klout_folded_name;

/* weights of reactors are kept in steps of 1/200 */
#define KLOUT_WEIGHT_STEPS		200

/* Size of a bucket.  A value without actions and posts has none. */
typedef enum KloutUnit
{
	KLOUT_UNIT_NONE = 0,
	KLOUT_UNIT_DAY = 1,
	KLOUT_UNIT_HOUR = 2
} KloutUnit;

/* Results of building and merging. */
typedef enum KloutStatus
{
	KLOUT_OK = 0,
	KLOUT_CORRUPT,				/* an input is not a canonical value */
	KLOUT_UNITS_DIFFER,			/* one by day, one by hour */
	KLOUT_COUNT_OVERFLOW		/* a count beyond the range of bigint */
} KloutStatus;

/* Half-life in buckets of the sampling weight (Hd). */
static inline int
klout_sample_half_life(KloutUnit unit)
{
	return unit == KLOUT_UNIT_HOUR ? 12 : 60;
}

/*
 * Buckets are whole UTC days or hours since 1970-01-01, rounded down, within
 * the range of timestamptz.  at counts microseconds since 2000-01-01.
 */
#define KLOUT_USECS_PER_HOUR	INT64CONST(3600000000)
#define KLOUT_EPOCH_DAYS		10957	/* 1970-01-01 .. 2000-01-01 */
#define KLOUT_DAY_FIRST			INT64CONST(-2440588)	/* 4714-11-24 BC */
#define KLOUT_DAY_LAST			INT64CONST(106762939)	/* 294276-12-31 */

static inline int64
klout_unit_usecs(KloutUnit unit)
{
	return unit == KLOUT_UNIT_HOUR ? KLOUT_USECS_PER_HOUR :
		24 * KLOUT_USECS_PER_HOUR;
}

static inline int64
klout_unit_epoch(KloutUnit unit)
{
	return unit == KLOUT_UNIT_HOUR ? 24 * KLOUT_EPOCH_DAYS : KLOUT_EPOCH_DAYS;
}

static inline int64
klout_bucket(int64 at, KloutUnit unit)
{
	int64		usecs = klout_unit_usecs(unit);
	int64		bucket = at / usecs;

	if (at < 0 && bucket * usecs != at)
		bucket--;
	return bucket + klout_unit_epoch(unit);
}

/* When a bucket begins. */
static inline int64
klout_bucket_start(int64 bucket, KloutUnit unit)
{
	return (bucket - klout_unit_epoch(unit)) * klout_unit_usecs(unit);
}

/* The first bucket of timestamptz's range. */
static inline int64
klout_bucket_first(KloutUnit unit)
{
	return KLOUT_DAY_FIRST * (unit == KLOUT_UNIT_HOUR ? 24 : 1);
}

static inline bool
klout_bucket_valid(int64 bucket, KloutUnit unit)
{
	return bucket >= klout_bucket_first(unit) &&
		bucket < (KLOUT_DAY_LAST + 1) * (unit == KLOUT_UNIT_HOUR ? 24 : 1);
}

/* ---------------------------------------------------------------------------
 * Reading
 * ---------------------------------------------------------------------------
 */

/* A list of (bucket, count), buckets ascending. */
typedef struct KloutBucketCounts
{
	KloutReader reader;
	int64		bucket;			/* the last one read */
	bool		started;
} KloutBucketCounts;

/*
 * A reactor in a sample.  Actions of a weight above 0 are proven, those of
 * weight 0 are not, and each sample contains only one of the two.
 */
typedef struct KloutReactor
{
	uint64		hash;
	int64		last;			/* bucket of its last action */
	uint64		kinds;			/* bit set of the kinds used in it */
	uint8		weight;			/* largest weight in it, 0 .. 200 */
	uint8		unused[7];		/* same size if int64 aligns to 4 */
} KloutReactor;

/* The reactors of a sample, hashes ascending. */
typedef struct KloutReactors
{
	KloutReader reader;
	int64		newest;
	int			left;
	bool		proven;
} KloutReactors;

/*
 * The sample of a network's proven or unproven actions, by their reactors.
 */
typedef struct KloutSample
{
	int			count;			/* KLOUT_SAMPLE_STORED: sampled, else all */
	KloutReactors reactors;
	const uint8 *registers;		/* when sampled, else NULL */
} KloutSample;

/* One network of a value.  Everything points into the value's bytes. */
typedef struct KloutNetwork
{
	KloutName	name;
	bool		has_audience;
	int64		audience_at;	/* microseconds since 2000-01-01 */
	int64		followers;
	bool		has_posts;
	KloutBucketCounts posts;
	int			nkinds;
	KloutName	kinds[KLOUT_KINDS_MAX];
	KloutBucketCounts runs[KLOUT_KINDS_MAX];
	uint64		actions;		/* of all kinds together */
	int64		newest;			/* newest bucket with an action */
	KloutSample proven;
	KloutSample unproven;
} KloutNetwork;

typedef struct KloutSignals
{
	KloutUnit	unit;
	int			networks;		/* in all */
	int			left;			/* not yet read */
	KloutReader reader;
	KloutName	previous;
	const char *fault;			/* why the bytes are invalid, or NULL */
} KloutSignals;

/*
 * Starts to read a canonical value of len bytes.  Returns NULL, or why it is
 * invalid (also in signals->fault).
 */
extern const char *klout_signals_iter_init(KloutSignals *signals,
										   const uint8 *data, size_t len);

/*
 * Reads and validates the next network; false at the end and at invalid bytes,
 * for which signals->fault is set.
 */
extern bool klout_signals_next(KloutSignals *signals, KloutNetwork *network);

/*
 * Validates a whole value: returns NULL if it is canonical, or why not.  All
 * input goes through this function; O(len).
 */
extern const char *klout_signals_check(const uint8 *data, size_t len);

extern bool klout_bucket_counts_next(KloutBucketCounts *runs, int64 *bucket, uint64 *count);

extern bool klout_reactors_next(KloutReactors *reactors,
								KloutReactor *reactor);

/* A key and, as the tie breaker, the hash it belongs to. */
typedef struct KloutSampleKey
{
	int64		key;
	uint64		hash;
} KloutSampleKey;

static inline bool
klout_key_less(KloutSampleKey a, KloutSampleKey b)
{
	return a.key < b.key || (a.key == b.key && a.hash < b.hash);
}

/*
 * The threshold of a sample: the largest stored key, or above all keys if no
 * reactor is missing.  The reactor with that key is not part of the sample;
 * those with a smaller one are.
 */
extern KloutSampleKey klout_sample_threshold(const KloutSample *sample,
											 KloutUnit unit);

/*
 * The sampled actions of a reactor: the last proven one, an unproven one in a
 * later bucket, or both.  Sums over reactors divide each addend by its
 * inclusion probability (Horvitz and Thompson); see "The sample of reactors"
 * in docs/mathematics.md.
 */
typedef struct KloutStanding
{
	bool		is_proven;
	bool		is_unproven;
	KloutReactor proven;
	KloutReactor unproven;
	double		proven_inclusion;
	double		unproven_inclusion;

	/*
	 * Probability that the proven action is sampled and below the threshold
	 * for unproven ones, too; 0 if it is not, or if there are not both.
	 */
	double		both_inclusion;
} KloutStanding;

/* The standings of a network, hashes ascending. */
typedef struct KloutStandings
{
	int			half_life;
	KloutReactors proven;
	KloutReactors unproven;
	KloutReactor next_proven;
	KloutReactor next_unproven;
	bool		more_proven;
	bool		more_unproven;
	KloutSampleKey proven_threshold;
	KloutSampleKey threshold;	/* the smaller one of both samples */
} KloutStandings;

extern void klout_standings_iter_init(KloutStandings *standings,
									  const KloutNetwork *network, KloutUnit unit);
extern bool klout_standings_next(KloutStandings *standings,
								 KloutStanding *standing);

/*
 * Number of distinct reactors a network ever had: exact while both samples are
 * complete, otherwise an estimate that never exceeds the number of actions.
 */
extern double klout_network_reactors(const KloutNetwork *network);

/* ---------------------------------------------------------------------------
 * Writing
 * ---------------------------------------------------------------------------
 */

/*
 * Writes a value front to back: the header; for each network its head, the
 * runs of its posts if it has them, the number of its kinds, each kind's name
 * and runs, if there are kinds the proven reactors, which may be none, and the
 * unproven ones if it has them.  The caller must sort names, buckets and
 * hashes.  A writer that runs out of room stops writing and sets a flag.
 */
typedef struct KloutWriter
{
	uint8	   *next;
	uint8	   *end;
	bool		full;
} KloutWriter;

typedef struct KloutBucketCountsWriter
{
	KloutWriter *writer;
	int64		bucket;
	bool		started;
} KloutBucketCountsWriter;

extern void klout_writer_init(KloutWriter *writer, uint8 *out, size_t size);
extern void klout_write_header(KloutWriter *writer, KloutUnit unit,
							   int networks);
extern void klout_write_network(KloutWriter *writer, KloutName name,
								bool has_posts, bool has_unproven,
								bool has_audience, int64 audience_at,
								int64 followers);
extern void klout_write_kinds(KloutWriter *writer, int nkinds);
extern void klout_write_kind(KloutWriter *writer, KloutName name);
extern void klout_bucket_counts_begin(KloutBucketCountsWriter *runs, KloutWriter *writer);
extern void klout_bucket_counts_add(KloutBucketCountsWriter *runs, int64 bucket, uint64 count);
extern void klout_bucket_counts_end(KloutBucketCountsWriter *runs);

/* registers are NULL unless there are KLOUT_SAMPLE_STORED reactors */
extern void klout_write_reactors(KloutWriter *writer, bool proven,
								 const KloutReactor *reactors, int nreactors,
								 int64 newest, const uint8 *registers);

/* ---------------------------------------------------------------------------
 * Building and merging
 * ---------------------------------------------------------------------------
 */

/*
 * The types of series of a batch, in the order of a value: audience, posts,
 * kind of action.
 */
typedef enum KloutSeriesType
{
	KLOUT_SERIES_AUDIENCE,
	KLOUT_SERIES_POSTS,
	KLOUT_SERIES_ACTIONS
} KloutSeriesType;

typedef struct KloutSeries
{
	KloutName	network;
	KloutSeriesType type;
	KloutName	kind;			/* of actions */
	int64		audience_at;	/* of an audience */
	int64		followers;
} KloutSeries;

/* all_series in one batch */
#define KLOUT_SERIES_MAX		255

/* One action or post of a batch. */
typedef struct KloutEntry
{
	uint64		actor;			/* see klout_reactor_hash */
	int64		bucket;
	uint8		series;			/* index of the series */
	uint8		weight;			/* 0 .. KLOUT_WEIGHT_STEPS */
} KloutEntry;

/*
 * The entries of a batch, in the layout of growing.h: narrow ones are the
 * actor, the bucket's place in a window of KLOUT_WINDOW buckets in two bytes,
 * series and weight; wide ones the actor, the bucket with a bias in six bytes,
 * series and weight.
 */
#define KLOUT_WINDOW			65536
#define KLOUT_NARROW_ENTRY		12
#define KLOUT_WIDE_ENTRY		16
#define KLOUT_BUCKET_BIAS		(INT64CONST(1) << 39)

typedef struct KloutEntries
{
	const uint8 *data;
	uint32		count;
	bool		wide;
	int64		window;			/* first bucket of it */
} KloutEntries;

static inline size_t
klout_entries_size(const KloutEntries *entries)
{
	return (size_t) entries->count *
		(entries->wide ? KLOUT_WIDE_ENTRY : KLOUT_NARROW_ENTRY);
}

static inline KloutEntry
klout_entry(const KloutEntries *entries, uint32 i)
{
	KloutEntry	entry;

	if (likely(!entries->wide))
	{
		const uint8 *p = entries->data + (size_t) i * KLOUT_NARROW_ENTRY;
		uint32		rest = klout_load_u32(p + 8);

		entry.actor = klout_load_u64(p);
		entry.bucket = entries->window + (rest & 0xFFFF);
		entry.series = (uint8) (rest >> 16);
		entry.weight = (uint8) (rest >> 24);
	}
	else
	{
		const uint8 *p = entries->data + (size_t) i * KLOUT_WIDE_ENTRY;
		uint64		rest = klout_load_u64(p + 8);

		entry.actor = klout_load_u64(p);
		entry.bucket = (int64) (rest & UINT64CONST(0xFFFFFFFFFFFF)) -
			KLOUT_BUCKET_BIAS;
		entry.series = (uint8) (rest >> 48);
		entry.weight = (uint8) (rest >> 56);
	}
	return entry;
}

static inline void
klout_store_narrow(uint8 *p, const KloutEntry *entry, int64 window)
{
	klout_store_u64(p, entry->actor);
	klout_store_u32(p + 8, (uint32) (entry->bucket - window) |
					(uint32) entry->series << 16 | (uint32) entry->weight << 24);
}

static inline void
klout_store_wide(uint8 *p, const KloutEntry *entry)
{
	klout_store_u64(p, entry->actor);
	klout_store_u64(p + 8, (uint64) (entry->bucket + KLOUT_BUCKET_BIAS) |
					(uint64) entry->series << 48 | (uint64) entry->weight << 56);
}

/* Bytes of scratch memory that klout_signals_build needs; MAXALIGNed. */
extern size_t klout_build_scratch(uint32 entries);

/*
 * Names that building or merging folded, beyond those folded before.
 */
typedef struct KloutFolds
{
	bool		networks;
	bool		kinds;
	KloutName	network;		/* the last one whose kinds were folded */
} KloutFolds;

/*
 * Upper bounds of the bytes needed; the result is at their start.  The
 * arguments are the bytes and networks of each side of a merge.
 */
extern size_t klout_build_bound(int all_series, uint32 entries);
extern size_t klout_merge_bound(size_t left, size_t right,
								int left_networks, int right_networks);

/*
 * Builds the canonical value of a batch:  O(n log n).  No two series are
 * equal; a series without entries is ignored.  entries is read-only; series of
 * folded kinds are renamed.
 *
 * Building and merging set in folds only what they fold.
 */
extern KloutStatus klout_signals_build(KloutUnit unit,
									   KloutSeries *all_series, int nseries,
									   const KloutEntries *entries,
									   void *scratch,
									   uint8 *out, size_t out_size,
									   size_t *out_len, KloutFolds *folds);

/*
 * Merges two canonical values: O(len), unless networks are folded, which costs
 * O(len) for each of them.  Commutative, associative, with the empty value as
 * neutral element, byte for byte.
 */
extern KloutStatus klout_signals_merge(const uint8 *left, size_t left_len,
									   const uint8 *right, size_t right_len,
									   uint8 *out, size_t out_size,
									   size_t *out_len, KloutFolds *folds);

/*
 * Is this the network of a value, or the kind of a network, into which others
 * were folded?  Folding leaves the maximum number of names.  (A person with
 * exactly that many, including the folded name, looks the same.)
 */
static inline bool
klout_is_folded(KloutName name, int names, int limit)
{
	return names == limit && klout_name_compare(name, klout_folded_name) == 0;
}

/* a value with so many kinds or networks has at least as many bytes */
#define KLOUT_FOLDED_MIN_LEN	(KLOUT_SIGNALS_EMPTY_LEN + 5 * KLOUT_KINDS_MAX)

/* the value without any facts */
#define KLOUT_SIGNALS_EMPTY_LEN 3
extern const uint8 klout_signals_empty[KLOUT_SIGNALS_EMPTY_LEN];

#endif							/* KLOUT_SIGNALS_H */
