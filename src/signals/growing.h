/*-------------------------------------------------------------------------
 *
 * growing.h
 *	  The growing form of klout_signals, which aggregates change in place.
 *
 * A growing value is a canonical value, a batch of actions not yet merged into
 * it, and free space:
 *
 *		0		KLOUT_BUFFER_VERSION
 *		1		unit of the buckets; WIDE_ENTRIES is added
 *		2		number of series
 *		3		0
 *		4 .. 5	bytes of series
 *		6 .. 9	bytes of the canonical value, 0 for none
 *		10 .. 13 number of entries
 *		14 .. 17 first bucket of the entries' window, counted from the first
 *				bucket there is
 *		series, canonical value, entries, free space
 *
 * Series translate network and kind to a small number in each entry.  A row
 * costs one access to the first cache line, a comparison of two names and one
 * append.  Cache misses dominate aggregation, so entries are small: 12 bytes,
 * the actor, then the bucket's place in a window of 2^16 buckets, series and
 * weight.  A batch that needs a wider window than that (179 years of days,
 * seven of hours) has wide entries of 16 bytes instead.
 *
 * The caller owns the memory and passes the value's bytes and size; functions
 * report when there is no more room.  A growing value exists only between the
 * calls of an aggregate, in memory or in transfer from a parallel worker; it
 * is never stored, and input functions reject it.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_GROWING_H
#define KLOUT_GROWING_H

#include "signals/signals.h"

#define KLOUT_BUFFER_VERSION	(0x80 | KLOUT_SIGNALS_VERSION)
#define KLOUT_GROWING_HEADER		18

/* A validated view of a growing value. */
typedef struct KloutGrowing
{
	uint8	   *data;
	size_t		size;
	KloutUnit	unit;
	int			nseries;
	uint32		series_len;
	uint32		canonical_len;
	KloutEntries entries;
} KloutGrowing;

static inline bool
klout_is_growing(const uint8 *data, size_t len)
{
	return len > 0 && data[0] == KLOUT_BUFFER_VERSION;
}

/* Views the bytes of a growing value: false if they are not one; O(1). */
extern bool klout_growing_view(KloutGrowing *buffer, uint8 *data, size_t size);

/*
 * Creates an empty growing value of size bytes, at least KLOUT_GROWING_HEADER.
 */
extern void klout_growing_init(KloutGrowing *buffer, uint8 *data, size_t size);

static inline const uint8 *
klout_growing_canonical(const KloutGrowing *buffer)
{
	return buffer->data + KLOUT_GROWING_HEADER + buffer->series_len;
}

/* Bytes in use, from the front; free space follows. */
static inline size_t
klout_growing_used(const KloutGrowing *buffer)
{
	return KLOUT_GROWING_HEADER + (size_t) buffer->series_len +
		buffer->canonical_len + klout_entries_size(&buffer->entries);
}

/* Results of looking a series up. */
#define KLOUT_SERIES_NO_ROOM		(-1)	/* needs klout_series_size more
											 * bytes */
#define KLOUT_SERIES_TOO_MANY	(-2)	/* merge the batch first */
#define KLOUT_SERIES_CORRUPT		(-3)

/*
 * Returns the number of a series, adding it if it is new.  Keeps the latest
 * audience; of two at the same time, the larger.
 */
extern int	klout_growing_series(KloutGrowing *buffer, const KloutSeries *series);

extern size_t klout_series_size(const KloutSeries *series);

/*
 * Adds one action or post; false if there is no room.  Widening all entries
 * may need as much room as they take now.
 */
extern bool klout_growing_append(KloutGrowing *buffer, int series, int64 bucket,
								 uint64 actor, int weight);

extern void klout_growing_set_unit(KloutGrowing *buffer, KloutUnit unit);

/* Reads all series, at most KLOUT_SERIES_MAX; false if they are corrupt. */
extern bool klout_growing_all_series(const KloutGrowing *buffer, KloutSeries *all_series);

/* Copies the value into a larger space elsewhere and views it there. */
extern void klout_growing_move(KloutGrowing *buffer, uint8 *data, size_t size);

/* Clears everything but the unit. */
extern void klout_growing_clear(KloutGrowing *buffer);

/*
 * Replaces the canonical value of a growing value without entries by len bytes
 * from elsewhere; false if there is no room.
 */
extern bool klout_growing_set_canonical(KloutGrowing *buffer,
										const uint8 *canonical, size_t len);

/*
 * Merges the batch into the canonical value: *out, *out_len, in memory
 * (klout_growing_workspace bytes, MAXALIGNed) or in the value itself.  Does
 * not change the growing value.
 */
extern size_t klout_growing_workspace(const KloutGrowing *buffer);
extern KloutStatus klout_growing_compact(const KloutGrowing *buffer,
										 void *memory, size_t memory_size,
										 const uint8 **out, size_t *out_len,
										 KloutFolds *folds);

#endif							/* KLOUT_GROWING_H */
