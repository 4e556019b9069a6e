/*-------------------------------------------------------------------------
 *
 * edges.c
 *	  Edges as they arrive: pairs of person numbers with a weight, in chunks.
 *
 * Chunks grow geometrically, so that there are few and, of large graphs, at most
 * an eighth of their memory is unused.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/edges.h"

/*
 * Bounds of the edges in a chunk.  Chunks grow fast up to the first that fills a
 * huge page: many small ones would cost page faults.
 */
#define LEAST_CHUNK			1024
#define HUGE_CHUNK			(64 * 1024)
#define MOST_CHUNK			(16 * 1024 * 1024)

/* what klout_alloc adds to a block */
#define BLOCK_OVERHEAD		64

void
klout_edges_init(KloutEdges *edges, KloutMemory *memory)
{
	memset(edges, 0, sizeof(KloutEdges));
	edges->memory = memory;
}

static void
link_chunk(KloutEdges *edges, KloutEdgeChunk *chunk)
{
	chunk->next = NULL;
	if (edges->last == NULL)
		edges->first = chunk;
	else
		edges->last->next = chunk;
	edges->last = chunk;
	edges->kind = Max(edges->kind, chunk->kind);
}

static void
add_chunk(KloutEdges *edges, KloutWeightKind kind)
{
	KloutMemory *memory = edges->memory;
	size_t		width = 2 * sizeof(uint32) + klout_weight_size(kind);
	size_t		size = KLOUT_CHUNK_HEADER +
		Min(Max(edges->n / 8, Min(Max(4 * edges->n, LEAST_CHUNK), HUGE_CHUNK)), MOST_CHUNK) * width;
	KloutEdgeChunk *chunk;

	/* fill the huge pages that the block takes */
	if (memory->huge > 0 && size >= memory->huge)
		size = TYPEALIGN(KLOUT_HUGE_PAGE, size) - BLOCK_OVERHEAD;
	chunk = (KloutEdgeChunk *) klout_alloc(memory, size, 1);
	memset(chunk, 0, sizeof(KloutEdgeChunk));
	chunk->memory = memory;
	/* an even capacity aligns float8 weights at any place */
	chunk->capacity = (uint32) ((size - KLOUT_CHUNK_HEADER) / width) & ~(uint32) 1;
	chunk->kind = kind;
	link_chunk(edges, chunk);
}

/* The kind that holds all of the weights, at least the given one. */
static KloutWeightKind
kind_for(const double *weight, int n, KloutWeightKind kind)
{
	bool		floats = true;

	for (int i = 0; i < n; i++)
		floats &= klout_is_float4(weight[i]);
	return floats ? kind : KLOUT_WEIGHT_FLOAT8;
}

void
klout_edges_add(KloutEdges *edges, const uint32 *number, const double *weight,
				int n)
{
	/* once a weight is no float4, all later chunks are float8 */
	KloutWeightKind kind = kind_for(weight, n, edges->kind);
	uint32		left = (uint32) n;

	while (left > 0)
	{
		KloutEdgeChunk *chunk = edges->last;
		uint32		fits;
		uint32	   *actor;
		uint32	   *target;

		if (chunk == NULL || chunk->n == chunk->capacity || chunk->kind < kind)
		{
			add_chunk(edges, kind);
			chunk = edges->last;
		}
		fits = Min(left, chunk->capacity - chunk->n);
		actor = klout_chunk_actors(chunk) + chunk->n;
		target = klout_chunk_targets(chunk) + chunk->n;
		for (uint32 i = 0; i < fits; i++)
		{
			Assert(number[2 * i] != number[2 * i + 1]);
			Assert(weight[i] > 0 && weight[i] <= DBL_MAX);
			actor[i] = number[2 * i];
			target[i] = number[2 * i + 1];
		}
		for (uint32 i = 0; i < fits; i++)
			klout_weight_set(klout_chunk_weights(chunk), chunk->n + i, weight[i],
							 chunk->kind);
		chunk->n += fits;
		edges->n += fits;
		number += 2 * fits;
		weight += fits;
		left -= fits;
	}
}

void
klout_edges_adopt(KloutEdges *edges, KloutEdgeChunk *chunk,
				  KloutMemory *memory, const uint32 *number)
{
	uint32	   *arrays[2] = {klout_chunk_actors(chunk), klout_chunk_targets(chunk)};

	for (int end = 0; end < 2; end++)
		for (uint32 i = 0; i < chunk->n; i++)
		{
			if (i % KLOUT_INTERRUPT_STEPS == 0)
				edges->memory->interrupts();
			arrays[end][i] = number[arrays[end][i]];
		}
	chunk->memory = memory;
	edges->n += chunk->n;
	link_chunk(edges, chunk);
}

void
klout_edges_drop(KloutEdges *edges)
{
	KloutEdgeChunk *chunk = edges->first;

	edges->first = chunk->next;
	if (edges->first == NULL)
		edges->last = NULL;
	klout_free(chunk->memory, chunk);
}

void
klout_edges_free(KloutEdges *edges)
{
	while (edges->first != NULL)
		klout_edges_drop(edges);
}
