/*-------------------------------------------------------------------------
 *
 * memory.h
 *	  An allocator that counts its memory and enforces a limit.
 *
 * The caller supplies the allocator, as klout runs in a server, in unit tests
 * and in fuzzers.  Blocks are counted as they are allocated and freed, so that
 * a graph that does not fit is refused before the memory is touched.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_MEMORY_H
#define KLOUT_AUTHORITY_MEMORY_H

#include "c.h"

/* Fetches the cache line of an address that is read soon. */
#ifdef __GNUC__
#define KLOUT_PREFETCH(address)	__builtin_prefetch(address)
#else
#define KLOUT_PREFETCH(address)	((void) (address))
#endif

/* Loops call interrupts() after about this many steps. */
#define KLOUT_INTERRUPT_STEPS	(256 * 1024)

typedef struct KloutMemory
{
	/*
	 * Returns a block at a multiple of 64 with undefined contents, never
	 * NULL. *handle is kept for release.
	 */
	void	   *(*allocate) (struct KloutMemory *memory, size_t size, uint64 *handle);
	void		(*release) (struct KloutMemory *memory, void *block, size_t size,
							uint64 handle);
	/* Reports that needed bytes exceed the limit; does not return. */
	void		(*refuse) (struct KloutMemory *memory, size_t needed);
	/* Called every KLOUT_INTERRUPT_STEPS steps or so; may not return. */
	void		(*interrupts) (void);
	/* Bytes that count against the limit but not in used; NULL: none. */
	size_t		(*others) (struct KloutMemory *memory);
	void	   *owner;			/* for the callbacks */
	size_t		huge;			/* blocks of this size or more fill huge
								 * pages; 0: none do */
	size_t		limit;			/* bytes */
	size_t		used;
	size_t		peak;
} KloutMemory;

#define KLOUT_HUGE_PAGE		(2 * 1024 * 1024)

/* Allocates count elements of size bytes, at a multiple of 64. */
extern void *klout_alloc(KloutMemory *memory, size_t count, size_t size);

/* Frees a block that klout_alloc returned, or NULL. */
extern void klout_free(KloutMemory *memory, void *block);

/* Resizes a block, or NULL, keeping its contents as far as they fit. */
extern void *klout_realloc(KloutMemory *memory, void *block, size_t count,
						   size_t size);

/* The same, from one memory to another. */
extern void *klout_move(KloutMemory *from, KloutMemory *to, void *block,
						size_t count, size_t size);

/* The handle of a block, and the block of what allocate returned. */
extern uint64 klout_block_handle(const void *block);
extern void *klout_block_at(void *allocated);

#define KLOUT_ALLOC(memory, type, count) \
	((type *) klout_alloc(memory, count, sizeof(type)))

/* also clears the pointer */
#define KLOUT_FREE(memory, pointer) \
	do { \
		klout_free(memory, pointer); \
		(pointer) = NULL; \
	} while (0)

/*
 * Counts bytes that are allocated elsewhere, such as shared memory, or refuses
 * them; and uncounts them.
 */
extern void klout_reserve(KloutMemory *memory, size_t size);
extern void klout_unreserve(KloutMemory *memory, size_t size);

/*
 * Adds an array to the layout of a block of *end bytes so far.  Returns its
 * offset, a multiple of 64.
 */
static inline size_t
klout_layout_array(size_t *end, size_t count, size_t size)
{
	size_t		offset = *end;

	*end = TYPEALIGN(64, offset + count * size);
	return offset;
}

#define KLOUT_ARRAY(block, type, offset) ((type *) ((char *) (block) + (offset)))
#define KLOUT_CONST_ARRAY(block, type, offset) \
	((const type *) ((const char *) (block) + (offset)))

#endif							/* KLOUT_AUTHORITY_MEMORY_H */
