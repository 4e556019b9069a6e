/*-------------------------------------------------------------------------
 *
 * blocks.h
 *	  A KloutMemory for the tests of authority, in unit and fuzz: it knows
 *	  what it gave, so that all can be given back after a refusal.
 *
 * A test adds what it does about refusals and interrupts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef BLOCKS_H
#define BLOCKS_H

#include "authority.h"

typedef struct Block
{
	struct Block *next;
	struct Block *prev;
	char		data[] pg_attribute_aligned(16);
} Block;

static Block blocks = {&blocks, &blocks};

static inline void *
link_block(Block *block)
{
	block->next = blocks.next;
	block->prev = &blocks;
	block->next->prev = block;
	blocks.next = block;
	return block->data;
}

static inline Block *
unlink_block(void *data)
{
	Block	   *block = (Block *) ((char *) data - offsetof(Block, data));

	block->next->prev = block->prev;
	block->prev->next = block->next;
	return block;
}

static inline void *
allocate_block(KloutMemory *memory, size_t size)
{
	Block	   *block = malloc(offsetof(Block, data) + size);

	/* nobody may count on zeros */
	memset(block->data, 0xAB, size);
	return link_block(block);
}

static inline void *
resize_block(KloutMemory *memory, void *data, size_t size)
{
	return link_block(realloc(unlink_block(data), offsetof(Block, data) + size));
}

static inline void
release_block(KloutMemory *memory, void *data)
{
	free(unlink_block(data));
}

static inline void
release_all(void)
{
	while (blocks.next != &blocks)
		free(unlink_block(blocks.next->data));
}

static inline KloutMemory
memory_of(size_t limit, void (*refuse) (KloutMemory *memory, size_t needed),
		  void (*interrupts) (void))
{
	KloutMemory memory = {allocate_block, resize_block, release_block, refuse,
	interrupts, NULL, NULL, limit, 0, 0};

	return memory;
}

#endif							/* BLOCKS_H */
