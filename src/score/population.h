/*-------------------------------------------------------------------------
 *
 * population.h
 *	  An exact, mergeable histogram of scores: bins of 0.01 from 0 to 100.
 *
 * Bin b (0 to 10,000) counts the people whose score, rounded to the nearest
 * hundredth, is b / 100.  Counts are integers, so a population is the same
 * bytes whatever the order of the rows, their split over workers and the shape
 * of the merges.  There are three forms:
 *
 *	canonical	what is stored, sent and compared; one form for one content
 *					byte 0	version, 1
 *					byte 1	form, 0 sparse or 1 dense
 *					sparse	varint n, then n times varint gap to the bin
 *							before (the first: to 0), varint count >= 1
 *					dense	10,001 varint counts
 *				the shorter of the two is used, sparse when they are equal.
 *
 *	open		the state of a running aggregate, changed in place; its free
 *				room lies inside its length
 *					byte 0	0x81
 *					byte 1	form, 0 buffer or 1 counters
 *					2 and 3	zero
 *					buffer		4 bytes number n of entries, then n bins of
 *								two bytes in the order they came, then room
 *					counters	8 bytes number of people, then 10,001 counts
 *								of 8 bytes
 *
 *	KloutBins	decoded: the occupied bins in order, with running totals
 *
 * All numbers are little-endian and nothing need be aligned.  People in a
 * population are at most 2^63 - 1.
 *
 * Nothing here allocates: the caller owns all memory.  Functions that validate
 * return NULL on success, otherwise the fault as a clause without capital and
 * full stop.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_POPULATION_H
#define KLOUT_POPULATION_H

#include "common/bytes.h"

#include <math.h>

#define KLOUT_BIN_MAX			10000
#define KLOUT_BIN_COUNT			(KLOUT_BIN_MAX + 1)

#define KLOUT_POPULATION_VERSION	1
#define KLOUT_POPULATION_GROWING		0x81

/* Is this a valid score: 0 to 100 and not NaN? */
static inline bool
klout_is_score(double score)
{
	return score >= 0.0 && score <= 100.0;
}

/*
 * The bin of a score: round(score * 100) as SQL's round(float8) does it, ties
 * to even.  A call of rint() because a compiler may fuse the product with an
 * addition, and platforms would disagree.
 */
static inline int
klout_score_bin(double score)
{
	return (int) rint(score * 100.0);
}

static inline double
klout_bin_score(int bin)
{
	return bin / 100.0;
}

/* ----------
 * Decoded
 * ----------
 */

typedef struct KloutBins
{
	int			n;				/* occupied bins */
	uint16	   *bin;			/* ascending */
	uint64	   *upto;			/* people in this bin and all below it */
} KloutBins;

static inline uint64
klout_bins_total(const KloutBins *bins)
{
	return bins->n > 0 ? bins->upto[bins->n - 1] : 0;
}

/* People in the i-th occupied bin. */
static inline uint64
klout_bins_people(const KloutBins *bins, int i)
{
	return bins->upto[i] - (i > 0 ? bins->upto[i - 1] : 0);
}

/*
 * How many elements the arrays of a KloutBins need to take what data, a
 * canonical or open population of len bytes, decodes to: at most 10,001 and
 * at most len.  Any bytes may be asked about.  O(1).
 */
extern int	klout_bins_capacity(const uint8 *data, size_t len);

/*
 * Decodes a canonical or open population into result, whose arrays the caller
 * has set.  This is the validator: any bytes may be given, only those that an
 * encoder here would have written pass.  O(10,001) at most.
 */
extern const char *klout_bins_decode(const uint8 *data, size_t len,
									 KloutBins *result);

/*
 * Adds count people in a bin above all existing ones, checking bin, order,
 * count and total.  The arrays must have room.
 */
extern const char *klout_bins_append(KloutBins *bins, int64 bin, uint64 count);

/* Both together; the arrays of result need room for a->n + b->n bins. */
extern const char *klout_bins_merge(const KloutBins *a, const KloutBins *b,
									KloutBins *result);

/*
 * Subtracts b from a.  Returns -1, or the bin in which b has more people than
 * a; the arrays of result need room for a->n bins.
 */
extern int	klout_bins_subtract(const KloutBins *a, const KloutBins *b,
								KloutBins *result);

/* Bytes of the canonical form, and writing it. */
extern size_t klout_bins_size(const KloutBins *bins);
extern void klout_bins_encode(const KloutBins *bins, uint8 *data);

/* People in this bin and all below it.  O(log n), as are the next two. */
extern uint64 klout_bins_upto(const KloutBins *bins, int bin);

/*
 * The lowest occupied bin that, with those below, holds at least the fraction
 * (0 to 1) of the people, as percentile_disc counts them: the bin of the
 * ceil(fraction * people)-th lowest.  Not for an empty population.
 */
extern int	klout_bins_percentile(const KloutBins *bins, double fraction);

/*
 * The lowest occupied bin for which people in it and above are at most the
 * share top (0 to 1) of all, or the highest one.  Not for an empty population.
 */
extern int	klout_bins_cutoff(const KloutBins *bins, double top);

/* ----------
 * Open
 * ----------
 */

#define KLOUT_GROWING_BUFFER		0
#define KLOUT_GROWING_COUNTERS		1

#define KLOUT_GROWING_BUFFER_HEADER	8
#define KLOUT_GROWING_COUNTERS_HEADER	12
#define KLOUT_GROWING_COUNTERS_SIZE \
	(KLOUT_GROWING_COUNTERS_HEADER + KLOUT_BIN_COUNT * sizeof(uint64))

/*
 * Maximum number of people in a buffer, which fills 8 kB with both headers.
 * Beyond that counters cost less than sorting would.
 */
#define KLOUT_GROWING_BUFFER_MAX	4090

/* the only fault of amount instead of form: has another SQLSTATE */
extern const char klout_population_too_many[];

static inline bool
klout_population_is_growing(const uint8 *data, size_t len)
{
	return len >= KLOUT_GROWING_BUFFER_HEADER && data[0] == KLOUT_POPULATION_GROWING;
}

/* The number of entries in a buffer of len bytes, never more than it takes. */
static inline uint32
klout_growing_bins_entries(const uint8 *data, size_t len)
{
	size_t		room = (len - KLOUT_GROWING_BUFFER_HEADER) / sizeof(uint16);

	room = Min(room, KLOUT_GROWING_BUFFER_MAX);
	return Min(klout_load_u32(data + 4), (uint32) room);
}

/*
 * Adds one person to a valid bin.  False if there is no room: a buffer is
 * full, or counters have 2^63 - 1 people.  Called for every row.
 */
static pg_attribute_always_inline bool
klout_growing_bins_add(uint8 *data, size_t len, int bin)
{
	if (data[1] == KLOUT_GROWING_COUNTERS && len == KLOUT_GROWING_COUNTERS_SIZE)
	{
		uint8	   *counter = data + KLOUT_GROWING_COUNTERS_HEADER +
			(size_t) bin * sizeof(uint64);
		uint64		people = klout_load_u64(data + 4);

		if (unlikely(people >= (uint64) PG_INT64_MAX))
			return false;
		klout_store_u64(data + 4, people + 1);
		klout_store_u64(counter, klout_load_u64(counter) + 1);
	}
	else
	{
		uint32		entries = klout_growing_bins_entries(data, len);
		uint8	   *entry = data + KLOUT_GROWING_BUFFER_HEADER +
			entries * sizeof(uint16);

		if (unlikely((size_t) (data + len - entry) < sizeof(uint16)))
			return false;
		entry[0] = (uint8) bin;
		entry[1] = (uint8) (bin >> 8);
		klout_store_u32(data + 4, entries + 1);
	}
	return true;
}

/*
 * An empty open population over len bytes: counters, for which len must be
 * KLOUT_GROWING_COUNTERS_SIZE, or a buffer, for which it must be at least the
 * header.
 */
extern void klout_growing_bins_init(uint8 *data, size_t len, int form);

/* Is there room for this many more people? */
extern bool klout_growing_bins_has_room(const uint8 *data, size_t len, uint64 people);

/*
 * Returns the number of people in a canonical or growing population, or some
 * number above limit if there are more or the bytes are invalid.
 */
extern uint64 klout_population_people(const uint8 *data, size_t len,
									  uint64 limit);

/*
 * Adds another population, canonical or open, for whose people there is room
 * (by klout_growing_bins_has_room).  After an error the state is undefined.
 */
extern const char *klout_growing_bins_merge(uint8 *data, size_t len,
											const uint8 *other, size_t other_len);

#endif							/* KLOUT_POPULATION_H */
