/*-------------------------------------------------------------------------
 *
 * authority.h
 *	  The graph of who reacted to whom, in memory: ids become numbers, rows
 *	  become merged edges, and what needs no iteration is set aside.
 *
 * Everything is taken from a KloutMemory, which counts bytes and asks its
 * owner before it goes beyond the limit.  No function returns after its owner
 * refused: refuse() and interrupts() may jump out, so the owner must be able
 * to give back everything taken (a memory context, an arena).
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_H
#define KLOUT_AUTHORITY_H

#include "c.h"

#include <float.h>

/* no vertex, no number, no id */
#define KLOUT_NOBODY		PG_UINT32_MAX

/* rows and distinct edges of one graph: edges are counted in 32 bits */
#define KLOUT_EDGES_MAX		(PG_UINT32_MAX - 1)

/* people when they are looked at: two lists of so many can be numbered */
#define KLOUT_PEOPLE_MAX	((uint32) PG_INT32_MAX - 1024 * 1024)

/* asks for a cache line early */
#ifdef __GNUC__
#define KLOUT_PREFETCH(address)	__builtin_prefetch(address)
#else
#define KLOUT_PREFETCH(address)	((void) (address))
#endif

/* ----------
 * Memory
 * ----------
 */
#define KLOUT_INTERRUPT_STEPS	(256 * 1024)

typedef struct KloutMemory
{
	/* size may be above 1 GB; neither returns NULL; contents are undefined */
	void	   *(*allocate) (struct KloutMemory *memory, size_t size);
	void	   *(*resize) (struct KloutMemory *memory, void *block, size_t size);
	void		(*release) (struct KloutMemory *memory, void *block);
	/* needed bytes would go beyond limit; does not return */
	void		(*refuse) (struct KloutMemory *memory, size_t needed);
	/* called every KLOUT_INTERRUPT_STEPS steps or so; may not return */
	void		(*interrupts) (void);
	/* bytes that count against the limit and not in used; or NULL: none */
	size_t		(*elsewhere) (struct KloutMemory *memory);
	/* as allocate, where other processes can see it if there is such memory */
	void	   *(*share) (struct KloutMemory *memory, size_t size);
	size_t		limit;			/* bytes */
	size_t		used;			/* bytes, now */
	size_t		peak;			/* the most that was used */
} KloutMemory;

/* count * size bytes, at least one; refuses what is beyond the limit. */
extern void *klout_take(KloutMemory *memory, size_t count, size_t size);

/* The same, from share if there is one. */
extern void *klout_take_shared(KloutMemory *memory, size_t count, size_t size);

/* Gives back what these gave for the same count and size, or NULL. */
extern void klout_give(KloutMemory *memory, void *block, size_t count,
					   size_t size);

/* A block that klout_take gave, with another count and its old contents. */
extern void *klout_retake(KloutMemory *memory, void *block, size_t old_count,
						  size_t count, size_t size);

#define KLOUT_TAKE(memory, type, count) \
	((type *) klout_take(memory, count, sizeof(type)))

/* also forgets the pointer */
#define KLOUT_GIVE(memory, pointer, count) \
	do { \
		klout_give(memory, pointer, count, sizeof(*(pointer))); \
		(pointer) = NULL; \
	} while (0)

/*
 * Lays an array out in a block without pointers: where it begins, at a cache
 * line, in bytes from the start of the block; *end is where the block ends so
 * far.
 */
static inline size_t
klout_place_array(size_t *end, size_t count, size_t size)
{
	size_t		at = *end;

	*end = TYPEALIGN(64, at + count * size);
	return at;
}

/* Counts bytes that somebody else allocates (shared memory), and forgets them. */
extern void klout_reserve(KloutMemory *memory, size_t size);
extern void klout_unreserve(KloutMemory *memory, size_t size);

/* ----------
 * Ids: any 64-bit numbers, or any strings of bytes, to 0, 1, 2, ...
 * ----------
 */
typedef enum KloutEnd
{
	KLOUT_ACTOR,				/* an edge leaves from here */
	KLOUT_TARGET				/* an edge arrives here */
} KloutEnd;

typedef struct KloutIdSlot
{
	uint64		key;			/* the id, or the hash of its bytes */
	uint32		number;			/* KLOUT_NOBODY: empty */
	uint16		edges[2];		/* by KloutEnd, beyond those of ids->edges */
} KloutIdSlot;

typedef struct KloutIds
{
	KloutMemory *memory;
	bool		bytes;			/* strings of bytes, not numbers */
	uint64		seed;			/* of the hash; no result depends on it */
	uint32		n;				/* ids so far */
	uint32		capacity;
	int64	   *id;				/* [capacity], unless bytes */
	uint64	   *offset;			/* [capacity + 1], if bytes: id i is */
	char	   *data;			/* data[offset[i]] up to data[offset[i + 1]] */
	uint64		data_capacity;
	uint32		(*edges)[2];	/* [capacity] by KloutEnd; complete when
								 * closed */
	KloutIdSlot *slot;
	uint64		slots;			/* a power of two, more than n */
} KloutIds;

/* how many edges klout_ids_of_edges takes at once */
#define KLOUT_IDS_BATCH		64

extern void klout_ids_init(KloutIds *ids, KloutMemory *memory, bool bytes,
						   uint64 seed);

/*
 * The numbers of the ends of n <= KLOUT_IDS_BATCH edges, actor and target of
 * the first, then of the second, ...; counts them.  An id not met before gets
 * the next number.  No edge is from an id to itself.
 */
extern void klout_ids_of_edges(KloutIds *ids, const int64 *id, int n,
							   uint32 *number);

/* The same for one end of an edge whose ids are strings of bytes. */
extern uint32 klout_ids_of_end(KloutIds *ids, const char *data, size_t len,
							   KloutEnd end);

/* The number of an id, KLOUT_NOBODY if there is none. */
extern uint32 klout_ids_find(const KloutIds *ids, int64 id);
extern uint32 klout_ids_find_bytes(const KloutIds *ids, const char *data,
								   size_t len);

/* Ids with the edges of each, as in KloutIds, in whatever memory. */
typedef struct KloutIdList
{
	uint32		n;
	const int64 *id;
	const uint64 *offset;
	const char *data;
	const uint32 (*edges)[2];
} KloutIdList;

/* The numbers of n ids of somebody else's, which are added; so are edges. */
extern void klout_ids_merge(KloutIds *ids, const KloutIdList *list,
							uint32 *number);

/* Completes ids->edges and gives back what only looking up needs. */
extern void klout_ids_close(KloutIds *ids);

extern void klout_ids_free(KloutIds *ids);

/* ----------
 * Edges as they come
 * ----------
 */
typedef enum KloutWeightKind
{
	KLOUT_WEIGHT_ONE,			/* every weight is 1: none is stored */
	KLOUT_WEIGHT_FLOAT4,		/* every weight is a float4, exactly */
	KLOUT_WEIGHT_FLOAT8
} KloutWeightKind;

/* One block of memory: this, then the arrays. */
typedef struct KloutEdgeChunk
{
	struct KloutEdgeChunk *next;
	uint32		n;
	uint32		capacity;
	KloutWeightKind kind;
	uint32	   *actor;			/* numbers of ids */
	uint32	   *target;
	float	   *weight4;		/* by kind */
	double	   *weight8;
	/* gives the block back; NULL: it is of the edges' memory */
	void		(*release) (struct KloutEdgeChunk *chunk);
	void	   *owner;			/* for release */
	uint32		meaning;		/* if it has release, which of the meanings
								 * tells what its numbers stand for */
} KloutEdgeChunk;

/* What numbers of chunks stand for. */
typedef struct KloutMeaning
{
	struct KloutMeaning *next;
	uint32		which;			/* 0, 1, 2, ... of the edges' */
	uint32		n;
	uint32		number[FLEXIBLE_ARRAY_MEMBER];
} KloutMeaning;

typedef struct KloutEdges
{
	KloutMemory *memory;
	KloutEdgeChunk *first;
	KloutEdgeChunk *last;
	KloutMeaning *meanings;
	uint32		n_meanings;
	uint64		n;				/* edges, repeated ones as often as they came */
	KloutWeightKind kind;		/* the widest of the chunks' */
	uint32		least;			/* edges of a chunk: at least, at most */
	uint32		most;
} KloutEdges;

extern void klout_edges_init(KloutEdges *edges, KloutMemory *memory);

/*
 * Adds n edges, each between two different numbers, which stand as in
 * klout_ids_of_edges.  weight is finite and above 0; at most KLOUT_EDGES_MAX
 * edges, which the caller watches.
 */
extern void klout_edges_add(KloutEdges *edges, const uint32 *number,
							const double *weight, int n);

/* Space for the meaning of the numbers of somebody else's chunks. */
extern KloutMeaning *klout_edges_meaning(KloutEdges *edges, uint32 n);

/*
 * Takes over a chunk of somebody else's, at whatever address it is now; it is
 * counted here and ends with release.
 */
extern void klout_edges_adopt(KloutEdges *edges, KloutEdgeChunk *chunk,
							  const KloutMeaning *meaning,
							  void (*release) (KloutEdgeChunk *chunk),
							  void *owner);

/* A chunk of somebody else's as seen at the address of its block. */
extern void klout_edges_view(KloutEdgeChunk *view, const void *block);

/* Gives back the first chunk. */
extern void klout_edges_drop(KloutEdges *edges);

extern void klout_edges_free(KloutEdges *edges);

/* Is the number a float4, exactly? */
static inline bool
klout_is_float4(double value)
{
	return value <= (double) FLT_MAX && (double) (float) value == value;
}

/* ----------
 * Sorting
 * ----------
 */
typedef struct KloutKeyed
{
	uint64		key;
	uint32		number;
} KloutKeyed;

/*
 * Sorts (*a)[n] by key, keeping the order of equal keys, with (*b)[n] as
 * space; they change places when the result is in the other.
 */
extern void klout_sort_by_key(KloutKeyed **a, KloutKeyed **b, size_t n,
							  KloutMemory *memory);

/* ----------
 * The graph
 * ----------
 */
typedef enum KloutVertexPlace
{
	KLOUT_CORE,					/* on a cycle or between two: iterated */
	KLOUT_HEAD,					/* what flows in comes from heads alone */
	KLOUT_TAIL					/* what flows out goes to tails alone */
} KloutVertexPlace;

/*
 * Vertices are numbered by falling number of edges that leave, then by rising
 * id, so that nothing here depends on the order in which edges came.  A row is
 * what flows into a vertex: rising columns, each the vertex it comes from.
 */
typedef struct KloutGraph
{
	KloutMemory *memory;
	uint32		n;
	uint64		edges;			/* distinct pairs */
	uint32	   *vertex;			/* [n] the vertex of an id's number */
	uint32	   *by_id;			/* [n] numbers of ids, by rising id */
	uint64	   *start;			/* [n] where a row starts */
	uint32	   *length;			/* [n] and its edges */
	uint32	   *column;			/* [places] */
	KloutWeightKind kind;		/* of the edges: FLOAT4 or FLOAT8 */
	float	   *value4;			/* [places] added up weights */
	double	   *value8;			/* [places] their share in what leaves the
								 * column */
	uint64		places;			/* room for edges, with gaps between rows */
	double	   *scale;			/* [n] a vertex's mass times this times the
								 * value flows along an edge; 0 if none leaves */
	uint8	   *place;			/* [n] KloutVertexPlace */
	uint32	   *queue;			/* [n] the heads in order of computation from
								 * the front, the tails in reverse from the
								 * end */
	uint32		heads;
	uint32		tails;
	uint64		head_edges;		/* from heads to the core */
} KloutGraph;

/* Gives back the rows of all but tails. */
extern void klout_graph_keep_tails(KloutGraph *graph);

extern void klout_graph_free(KloutGraph *graph);

/* What flows into a vertex when flow[] is scale times mass; *flow by vertex. */
extern double klout_graph_inflow(const KloutGraph *graph, uint32 vertex,
								 const double *flow);

/*
 * A vertex-indexed vector from (id number, amount) pairs: repeated ones are
 * added up in order of amount, so that their order does not matter.  amounts
 * are finite, >= 0.  Sorts the pairs.
 */
typedef struct KloutAmount
{
	uint32		number;
	double		amount;
} KloutAmount;

extern void klout_graph_vector(const KloutGraph *graph, KloutAmount *amounts,
							   size_t n, double *vector);

/*
 * The sum of a vector, in one fixed order: by pieces of 4096, then the pieces.
 */
extern double klout_sum(const double *vector, size_t n);

#endif							/* KLOUT_AUTHORITY_H */
