/*-------------------------------------------------------------------------
 *
 * blocks.h
 *	  A KloutMemory for the tests of authority, in unit and fuzz: it knows
 *	  its blocks, so that all can be freed after a refusal.
 *
 * A test adds what it does about refusals and interrupts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "authority/graph.h"

typedef struct Block
{
	struct Block *next;
	struct Block *prev;
	char		pad[48];		/* data is at a multiple of 64 */
	char		data[];
} Block;

static Block blocks = {.next = &blocks,.prev = &blocks};

static inline void *
allocate_block(KloutMemory *memory, size_t size, uint64 *handle)
{
	Block	   *block = aligned_alloc(64, TYPEALIGN(64, sizeof(Block) + size));

	/* nothing may rely on zeros */
	memset(block->data, 0xAB, size);
	block->next = blocks.next;
	block->prev = &blocks;
	block->next->prev = block;
	blocks.next = block;
	*handle = (uint64) (uintptr_t) block;
	return block->data;
}

static inline void
free_block(Block *block)
{
	block->next->prev = block->prev;
	block->prev->next = block->next;
	free(block);
}

static inline void
release_block(KloutMemory *memory, void *data, size_t size, uint64 handle)
{
	free_block((Block *) (uintptr_t) handle);
}

static inline void
release_all(void)
{
	while (blocks.next != &blocks)
		free_block(blocks.next);
}

static inline KloutMemory
memory_of(size_t limit, void (*refuse) (KloutMemory *memory, size_t needed),
		  void (*interrupts) (void))
{
	KloutMemory memory = {
		.allocate = allocate_block,
		.release = release_block,
		.refuse = refuse,
		.interrupts = interrupts,
		.limit = limit
	};

	return memory;
}

/* The server frees graphs and ids with their memory context. */
static inline void
free_graph(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;

	KLOUT_FREE(memory, graph->vertex);
	KLOUT_FREE(memory, graph->by_id);
	KLOUT_FREE(memory, graph->start);
	KLOUT_FREE(memory, graph->length);
	KLOUT_FREE(memory, graph->column);
	KLOUT_FREE(memory, graph->value);
	KLOUT_FREE(memory, graph->scale);
	KLOUT_FREE(memory, graph->role);
	KLOUT_FREE(memory, graph->queue);
}

static inline void
free_ids(KloutIds *ids)
{
	KLOUT_FREE(ids->memory, ids->slot);
	KLOUT_FREE(ids->memory, ids->edges);
	KLOUT_FREE(ids->memory, ids->id);
	KLOUT_FREE(ids->memory, ids->offset);
	KLOUT_FREE(ids->memory, ids->data);
}

#endif							/* BLOCKS_H */
