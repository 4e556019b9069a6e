/*-------------------------------------------------------------------------
 *
 * edges.h
 *	  What is read: ids of people, numbered 0, 1, 2, ... in order of arrival,
 *	  and edges, pairs of these numbers with a weight, in chunks.
 *
 * An id is a 64-bit integer or a string of bytes.  Its table also counts the
 * edges of each person.  A chunk is one block without pointers into itself, so
 * another process can fill it in shared memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_EDGES_H
#define KLOUT_AUTHORITY_EDGES_H

#include "authority/memory.h"

#include <float.h>

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

/* Adds the ids of a closed table and their edge counts; number[i] is that of its id i. */
extern void klout_ids_merge(KloutIds *ids, const KloutIds *other,
							uint32 *number);

/*
 * Completes ids->edges, frees what only lookups need, and moves the rest to a
 * memory, which may be another one.
 */
extern void klout_ids_close(KloutIds *ids, KloutMemory *memory);

/* Edges are counted in 32 bits. */
#define KLOUT_EDGES_MAX		(PG_UINT32_MAX - 1)

typedef enum KloutWeightKind
{
	KLOUT_WEIGHT_FLOAT4,		/* every weight is exactly a float4 */
	KLOUT_WEIGHT_FLOAT8
} KloutWeightKind;

/* Arrays of weights; kind is a constant where loops are to be fast. */
static inline size_t
klout_weight_size(KloutWeightKind kind)
{
	return kind == KLOUT_WEIGHT_FLOAT4 ? sizeof(float) : sizeof(double);
}

static inline double
klout_weight_at(const void *weights, uint64 i, KloutWeightKind kind)
{
	return kind == KLOUT_WEIGHT_FLOAT4 ? (double) ((const float *) weights)[i] :
		((const double *) weights)[i];
}

static inline void
klout_weight_set(void *weights, uint64 i, double weight, KloutWeightKind kind)
{
	if (kind == KLOUT_WEIGHT_FLOAT4)
		((float *) weights)[i] = (float) weight;
	else
		((double *) weights)[i] = weight;
}

static inline void *
klout_weights_from(const void *weights, uint64 i, KloutWeightKind kind)
{
	return unconstify(char *, (const char *) weights) + i * klout_weight_size(kind);
}

/* Followed by actors, targets and weights, capacity of each. */
typedef struct KloutEdgeChunk
{
	struct KloutEdgeChunk *next;
	KloutMemory *memory;		/* that the chunk is freed to */
	uint64		next_handle;	/* for the process that takes the chunk over */
	uint32		n;
	uint32		capacity;
	KloutWeightKind kind;
} KloutEdgeChunk;

#define KLOUT_CHUNK_HEADER	TYPEALIGN(64, sizeof(KloutEdgeChunk))

static inline uint32 *
klout_chunk_actors(const KloutEdgeChunk *chunk)
{
	return (uint32 *) (unconstify(char *, (const char *) chunk) + KLOUT_CHUNK_HEADER);
}

static inline uint32 *
klout_chunk_targets(const KloutEdgeChunk *chunk)
{
	return klout_chunk_actors(chunk) + chunk->capacity;
}

/* float4 or float8, by kind; aligned, as two uint32 arrays precede */
static inline void *
klout_chunk_weights(const KloutEdgeChunk *chunk)
{
	return klout_chunk_targets(chunk) + chunk->capacity;
}

typedef struct KloutEdges
{
	KloutMemory *memory;		/* for chunks of this process */
	KloutEdgeChunk *first;
	KloutEdgeChunk *last;
	uint64		n;				/* edges, counting repeated ones */
	KloutWeightKind kind;		/* the widest of the chunks' */
} KloutEdges;

extern void klout_edges_init(KloutEdges *edges, KloutMemory *memory);

/*
 * Adds n edges between different people, laid out as in klout_ids_of_edges.
 * Weights are finite and positive.  The caller keeps to KLOUT_EDGES_MAX.
 */
extern void klout_edges_add(KloutEdges *edges, const uint32 *number,
							const double *weight, int n);

/*
 * Appends a chunk that another process filled: number[i] is our number of its
 * person i.  The chunk will be freed to memory, which counts it already.
 */
extern void klout_edges_adopt(KloutEdges *edges, KloutEdgeChunk *chunk,
							  KloutMemory *memory, const uint32 *number);

/* Frees the first chunk. */
extern void klout_edges_drop(KloutEdges *edges);

/* Frees all chunks. */
extern void klout_edges_free(KloutEdges *edges);

static inline bool
klout_is_float4(double value)
{
	return value <= (double) FLT_MAX && (double) (float) value == value;
}

#endif							/* KLOUT_AUTHORITY_EDGES_H */
