/*-------------------------------------------------------------------------
 *
 * memory.c
 *	  An allocator that counts its memory and enforces a limit.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/memory.h"

/* Precedes each block. */
typedef struct BlockHeader
{
	size_t		size;			/* counted */
	uint64		handle;
} BlockHeader;

#define HEADER_SIZE			64

static BlockHeader *
header_of(const void *block)
{
	return (BlockHeader *) (unconstify(char *, (const char *) block) - HEADER_SIZE);
}

void
klout_reserve(KloutMemory *memory, size_t size)
{
	size_t		used = memory->used;

	if (memory->others != NULL)
		used += memory->others(memory);
	if (size > memory->limit || used > memory->limit - size)
		memory->refuse(memory, used + size);
	memory->used += size;
	memory->peak = Max(memory->peak, used + size);
}

void
klout_unreserve(KloutMemory *memory, size_t size)
{
	Assert(memory->used >= size);
	memory->used -= size;
}

void *
klout_alloc(KloutMemory *memory, size_t count, size_t size)
{
	uint64		handle = 0;
	BlockHeader *header;

	/* Counts have 32 bits, so this can only happen with a 32-bit size_t. */
	if (count > (SIZE_MAX / 2 - KLOUT_HUGE_PAGE) / size)
		memory->refuse(memory, SIZE_MAX / 2);
	size = count * size + HEADER_SIZE;
	if (memory->huge > 0 && size >= memory->huge)
		size = TYPEALIGN(KLOUT_HUGE_PAGE, size);
	klout_reserve(memory, size);
	header = (BlockHeader *) memory->allocate(memory, size, &handle);
	Assert((uintptr_t) header % HEADER_SIZE == 0);
	header->size = size;
	header->handle = handle;
	return (char *) header + HEADER_SIZE;
}

void
klout_free(KloutMemory *memory, void *block)
{
	if (block != NULL)
	{
		BlockHeader *header = header_of(block);
		size_t		size = header->size;

		memory->release(memory, header, size, header->handle);
		klout_unreserve(memory, size);
	}
}

void *
klout_move(KloutMemory *from, KloutMemory *to, void *block, size_t count,
		   size_t size)
{
	void	   *moved = klout_alloc(to, count, size);

	if (block != NULL)
		memcpy(moved, block, Min(count * size, header_of(block)->size - HEADER_SIZE));
	klout_free(from, block);
	return moved;
}

void *
klout_realloc(KloutMemory *memory, void *block, size_t count, size_t size)
{
	return klout_move(memory, memory, block, count, size);
}

uint64
klout_block_handle(const void *block)
{
	return header_of(block)->handle;
}

void *
klout_block_at(void *allocated)
{
	return (char *) allocated + HEADER_SIZE;
}
