/*-------------------------------------------------------------------------
 *
 * ids.h
 *	  Numbers people 0, 1, 2, ... in order of arrival.
 *
 * An id is a 64-bit integer or a string of bytes.  The table also counts the
 * edges of each person.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_IDS_H
#define KLOUT_AUTHORITY_IDS_H

#include "authority/memory.h"

#define KLOUT_INVALID_VERTEX	PG_UINT32_MAX

/*
 * The most people that are read.  Two tables of that size together still have
 * numbers below KLOUT_INVALID_VERTEX.
 */
#define KLOUT_PEOPLE_MAX		((uint32) PG_INT32_MAX - 1024 * 1024)

typedef enum KloutEnd
{
	KLOUT_ACTOR,				/* an edge starts here */
	KLOUT_TARGET				/* an edge ends here */
} KloutEnd;

typedef struct KloutIdSlot
{
	uint64		key;			/* the id, or the hash of its bytes */
	uint32		number;			/* KLOUT_INVALID_VERTEX: empty */
	uint16		edges[2];		/* by KloutEnd, not yet in ids->edges */
} KloutIdSlot;

typedef struct KloutIds
{
	KloutMemory *memory;
	bool		bytes;			/* strings of bytes, not integers */
	uint64		seed;			/* of the hash; no result depends on it */
	uint32		n;
	uint32		capacity;
	int64	   *id;				/* [capacity], unless bytes */
	uint64	   *offset;			/* [capacity + 1], if bytes: id i is */
	char	   *data;			/* data[offset[i]] to data[offset[i + 1]] */
	uint64		data_capacity;
	uint32		(*edges)[2];	/* [capacity] by KloutEnd; complete once
								 * closed */
	KloutIdSlot *slot;
	uint64		slots;			/* a power of two, more than n */
} KloutIds;

/* how many edges klout_ids_of_edges takes at once */
#define KLOUT_IDS_BATCH		64

extern void klout_ids_init(KloutIds *ids, KloutMemory *memory, bool bytes,
						   uint64 seed);

/*
 * Looks up or adds the ends of n <= KLOUT_IDS_BATCH edges: actor and target of
 * the first, then of the second, and so on.  Counts the edges.  The two ends of
 * an edge must differ.
 */
extern void klout_ids_of_edges(KloutIds *ids, const int64 *id, int n,
							   uint32 *number);

/* The same for one end of an edge whose ids are strings of bytes. */
extern uint32 klout_ids_of_end(KloutIds *ids, const char *data, size_t len,
							   KloutEnd end);

/* The number of an id, or KLOUT_INVALID_VERTEX. */
extern uint32 klout_ids_find(const KloutIds *ids, int64 id);
extern uint32 klout_ids_find_bytes(const KloutIds *ids, const char *data,
								   size_t len);

/* The ids and edge counts of another table, which is closed. */
typedef struct KloutIdList
{
	uint32		n;
	const int64 *id;
	const uint64 *offset;
	const char *data;
	const uint32 (*edges)[2];
} KloutIdList;

/* Adds the ids of a list and their edge counts; number[i] is that of its id i. */
extern void klout_ids_merge(KloutIds *ids, const KloutIdList *list,
							uint32 *number);

/* Completes ids->edges and frees what only lookups need. */
extern void klout_ids_close(KloutIds *ids);

extern void klout_ids_free(KloutIds *ids);

#endif							/* KLOUT_AUTHORITY_IDS_H */
