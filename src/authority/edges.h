/*-------------------------------------------------------------------------
 *
 * edges.h
 *	  Edges as they arrive: pairs of person numbers with a weight, in chunks.
 *
 * A chunk is one block without pointers into itself, so another process can
 * fill it in shared memory.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_EDGES_H
#define KLOUT_AUTHORITY_EDGES_H

#include "authority/memory.h"

#include <float.h>

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

/* Translates person numbers of chunks that another process filled. */
typedef struct KloutRemap
{
	struct KloutRemap *next;
	uint32		n;
	uint32		number[FLEXIBLE_ARRAY_MEMBER];
} KloutRemap;

/* Followed by actors, targets and weights, capacity of each. */
typedef struct KloutEdgeChunk
{
	struct KloutEdgeChunk *next;
	KloutMemory *memory;		/* that the chunk is freed to */
	const KloutRemap *remap;	/* NULL: the numbers are ours */
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
	KloutRemap *remaps;
	uint64		n;				/* edges, counting repeated ones */
	KloutWeightKind kind;		/* the widest of the chunks' */
	uint32		least;			/* bounds of the capacity of new chunks */
	uint32		most;
} KloutEdges;

extern void klout_edges_init(KloutEdges *edges, KloutMemory *memory);

/*
 * Adds n edges between different people, laid out as in klout_ids_of_edges.
 * Weights are finite and positive.  The caller keeps to KLOUT_EDGES_MAX.
 */
extern void klout_edges_add(KloutEdges *edges, const uint32 *number,
							const double *weight, int n);

/* Allocates a table for n numbers, which the caller fills. */
extern KloutRemap *klout_edges_remap(KloutEdges *edges, uint32 n);

/*
 * Appends a chunk that another process filled, whose numbers remap translates.
 * It will be freed to memory, which counts it already.
 */
extern void klout_edges_adopt(KloutEdges *edges, KloutEdgeChunk *chunk,
							  KloutMemory *memory, const KloutRemap *remap);

/* Frees the first chunk. */
extern void klout_edges_drop(KloutEdges *edges);

/* Frees all chunks and remap tables. */
extern void klout_edges_free(KloutEdges *edges);

static inline bool
klout_is_float4(double value)
{
	return value <= (double) FLT_MAX && (double) (float) value == value;
}

#endif							/* KLOUT_AUTHORITY_EDGES_H */
