/*-------------------------------------------------------------------------
 *
 * authority.c
 *	  The graph of who reacted to whom: from ids and rows to merged edges.
 *
 * Plan.
 *
 * 1. Ids become numbers in order of arrival, in an open-addressing table.
 *	  Many ids are looked up at once, so that the cache misses overlap.  The
 *	  edges of an id are counted in its slot, which is at hand then.
 * 2. Edges wait in chunks that grow geometrically; weights take no room while
 *	  all are 1, and four bytes while all are floats.  Chunks of somebody else
 *	  come with what their numbers mean here.
 * 3. Vertices are numbered by falling out-degree, ties by id: the columns that
 *	  are read most lie together, and the numbering does not depend on the
 *	  order of rows.
 * 4. Edges are scattered into blocks of rows that fit the cache.  A row
 *	  belongs to the block of its lowest bits, so that the busiest people are
 *	  spread evenly.  Within its block an edge is a key of 32 bits, row above
 *	  column, and a weight.  Each block is sorted with a radix sort and written
 *	  back, merged, over what it was read from.
 * 5. Repeated pairs are added up in order of weight; what leaves a vertex, in
 *	  order of blocks and rows.  Hence every sum has one order whatever the
 *	  input's was.
 * 6. Peeling: vertices whose inflow comes from no cycle (heads) and whose
 *	  outflow reaches none (tails) need no iteration.  A vertex watches one
 *	  unsettled vertex of its row at a time and looks at the next only when
 *	  that is settled, so that it takes linear time without outgoing lists.
 *
 * Memory.  Everything is from the caller's KloutMemory, or somebody else's
 * that counts there.  Both copies of the edges, as they came and by block,
 * exist at the same time; see klout_graph_needs.
 *
 *-------------------------------------------------------------------------
 */
#include "authority.h"

#include <float.h>
#include <math.h>

#include "port/pg_bitutils.h"

/* edges of a chunk are a quarter of those before, within these bounds */
#define LEAST_CHUNK			1024
#define MOST_CHUNK			(256 * 1024)

/* a block of rows has about so many edges; more blocks slow scattering down */
#define BLOCK_EDGES			16384
#define BLOCKS_USUAL_BITS	12

/* radix sorts go by digits of 11 bits */
#define DIGIT_BITS			11
#define DIGITS				(1 << DIGIT_BITS)

/* digits of 32 bits */
#define KEY_DIGITS			3

#define SUM_PIECE			4096

/* elements ahead of the current one that are asked for early */
#define AHEAD				32

/* ----------
 * Memory
 * ----------
 */

void
klout_reserve(KloutMemory *memory, size_t size)
{
	size_t		used = memory->used;

	if (memory->elsewhere != NULL)
		used += memory->elsewhere(memory);
	if (size > memory->limit || used > memory->limit - size)
		memory->refuse(memory, used + size);
	memory->used += size;
	memory->peak = Max(memory->peak, memory->used);
}

void
klout_unreserve(KloutMemory *memory, size_t size)
{
	memory->used -= size;
}

/* 32-bit counts and sizes of structs: only a 32-bit size_t can overflow */
static size_t
bytes_of(KloutMemory *memory, size_t count, size_t size)
{
	if (count > (SIZE_MAX / 2) / size)
		memory->refuse(memory, SIZE_MAX / 2);
	return Max(count, 1) * size;
}

void *
klout_take(KloutMemory *memory, size_t count, size_t size)
{
	size_t		bytes = bytes_of(memory, count, size);

	klout_reserve(memory, bytes);
	return memory->allocate(memory, bytes);
}

void
klout_give(KloutMemory *memory, void *block, size_t count, size_t size)
{
	if (block == NULL)
		return;
	memory->release(memory, block);
	klout_unreserve(memory, Max(count, 1) * size);
}

void *
klout_retake(KloutMemory *memory, void *block, size_t old_count,
			 size_t count, size_t size)
{
	size_t		bytes = bytes_of(memory, count, size);

	/* when growing, the old block may live on while the new one is filled */
	if (count > old_count)
		klout_reserve(memory, bytes);
	block = memory->resize(memory, block, bytes);
	klout_unreserve(memory, Max(old_count, 1) * size);
	if (count <= old_count)
		klout_reserve(memory, bytes);
	return block;
}

#define TAKE(memory, type, count)	((type *) klout_take(memory, count, sizeof(type)))

/* also forgets the pointer */
#define GIVE(memory, pointer, count) \
	do { \
		klout_give(memory, pointer, count, sizeof(*(pointer))); \
		(pointer) = NULL; \
	} while (0)

/* ----------
 * Ids
 * ----------
 */

#define FIRST_SLOTS			4096

/*
 * The finish of splitmix64 over id and seed.  The seed is random in a server,
 * so that nobody can choose ids that collide.
 */
static inline uint64
mix(uint64 h)
{
	h = (h ^ (h >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	h = (h ^ (h >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return h ^ (h >> 31);
}

static inline uint64
hash_of(const KloutIds *ids, uint64 id)
{
	return mix(id ^ ids->seed);
}

/* Eight bytes at a time, in whatever byte order. */
static uint64
hash_of_bytes(const KloutIds *ids, const char *data, size_t len)
{
	uint64		h = mix(ids->seed ^ len);
	uint64		word;

	for (; len >= sizeof(word); len -= sizeof(word), data += sizeof(word))
	{
		memcpy(&word, data, sizeof(word));
		h = mix(h ^ word) + ids->seed;
	}
	word = 0;
	memcpy(&word, data, len);
	return mix(h ^ word);
}

static KloutIdSlot *
empty_slots(KloutMemory *memory, uint64 n)
{
	KloutIdSlot *slot = TAKE(memory, KloutIdSlot, n);

	/* all ones: KLOUT_NOBODY in number */
	memset(slot, 0xFF, n * sizeof(KloutIdSlot));
	return slot;
}

void
klout_ids_init(KloutIds *ids, KloutMemory *memory, bool bytes, uint64 seed)
{
	memset(ids, 0, sizeof(KloutIds));
	ids->memory = memory;
	ids->bytes = bytes;
	ids->seed = seed;
	ids->slots = FIRST_SLOTS;
	ids->slot = empty_slots(memory, ids->slots);
	ids->capacity = FIRST_SLOTS / 2;
	if (bytes)
	{
		ids->offset = TAKE(memory, uint64, (size_t) ids->capacity + 1);
		ids->offset[0] = 0;
		ids->data_capacity = FIRST_SLOTS * 4;
		ids->data = TAKE(memory, char, ids->data_capacity);
	}
	else
		ids->id = TAKE(memory, int64, ids->capacity);
	ids->edges = klout_take(memory, ids->capacity, sizeof(*ids->edges));
}

/* Room for n more ids. */
static void
grow_ids(KloutIds *ids, uint32 n)
{
	KloutMemory *memory = ids->memory;

	if (likely(((uint64) ids->n + n) * 2 <= ids->slots))
		return;

	while (((uint64) ids->n + n) * 2 > ids->slots)
	{
		uint64		old_slots = ids->slots;
		KloutIdSlot *old = ids->slot;
		uint64		mask = 2 * old_slots - 1;

		ids->slot = empty_slots(memory, 2 * old_slots);
		ids->slots = 2 * old_slots;
		for (uint64 i = 0; i < old_slots; i++)
		{
			uint64		at;

			if (i % KLOUT_INTERRUPT_STEPS == 0)
				memory->interrupts();
			if (old[i].number == KLOUT_NOBODY)
				continue;
			at = (ids->bytes ? old[i].key : hash_of(ids, old[i].key)) & mask;
			while (ids->slot[at].number != KLOUT_NOBODY)
				at = (at + 1) & mask;
			ids->slot[at] = old[i];
		}
		GIVE(memory, old, old_slots);
	}

	if (ids->n + n > ids->capacity)
	{
		uint32		old = ids->capacity;
		uint64		wanted = Min(ids->slots / 2, KLOUT_NOBODY - 1);

		ids->capacity = (uint32) wanted;
		if (ids->bytes)
			ids->offset = klout_retake(memory, ids->offset, (size_t) old + 1,
									   (size_t) ids->capacity + 1,
									   sizeof(uint64));
		else
			ids->id = klout_retake(memory, ids->id, old, ids->capacity,
								   sizeof(int64));
		ids->edges = klout_retake(memory, ids->edges, old, ids->capacity,
								  sizeof(*ids->edges));
	}
}

/* The first slot to look at. */
static inline uint64
home_of(const KloutIds *ids, uint64 hash)
{
	return hash & (ids->slots - 1);
}

/* The slot of a number, or the empty one where it would be. */
static inline KloutIdSlot *
slot_of_id(const KloutIds *ids, uint64 key, uint64 at)
{
	while (ids->slot[at].number != KLOUT_NOBODY && ids->slot[at].key != key)
		at = (at + 1) & (ids->slots - 1);
	return &ids->slot[at];
}

/* The same for a string of bytes with the hash key. */
static KloutIdSlot *
slot_of_bytes(const KloutIds *ids, uint64 key, const char *data, size_t len)
{
	for (uint64 at = home_of(ids, key);; at = (at + 1) & (ids->slots - 1))
	{
		KloutIdSlot *slot = &ids->slot[at];
		uint64		from;

		if (slot->number == KLOUT_NOBODY)
			return slot;
		if (slot->key != key)
			continue;
		from = ids->offset[slot->number];
		if (ids->offset[slot->number + 1] - from == len &&
			memcmp(ids->data + from, data, len) == 0)
			return slot;
	}
}

/* Gives the next number to the id of an empty slot. */
static inline void
number_slot(KloutIds *ids, KloutIdSlot *slot, uint64 key)
{
	slot->key = key;
	slot->number = ids->n;
	slot->edges[KLOUT_ACTOR] = slot->edges[KLOUT_TARGET] = 0;
	ids->edges[ids->n][KLOUT_ACTOR] = ids->edges[ids->n][KLOUT_TARGET] = 0;
	ids->n++;
}

static void
carry_edges(KloutIds *ids, KloutIdSlot *slot)
{
	for (int end = KLOUT_ACTOR; end <= KLOUT_TARGET; end++)
	{
		ids->edges[slot->number][end] += slot->edges[end];
		slot->edges[end] = 0;
	}
}

/* In the slot, which is at hand, rather than in memory of its own. */
static inline void
count_edge(KloutIds *ids, KloutIdSlot *slot, KloutEnd end)
{
	if (unlikely(++slot->edges[end] == PG_UINT16_MAX))
		carry_edges(ids, slot);
}

/* The slot of an id, which has a number from here on. */
static inline KloutIdSlot *
numbered_slot(KloutIds *ids, int64 id, uint64 at)
{
	KloutIdSlot *slot = slot_of_id(ids, (uint64) id, at);

	if (slot->number == KLOUT_NOBODY)
	{
		ids->id[ids->n] = id;
		number_slot(ids, slot, (uint64) id);
	}
	return slot;
}

/* The same for a string of bytes. */
static KloutIdSlot *
numbered_slot_of_bytes(KloutIds *ids, const char *data, size_t len)
{
	uint64		key = hash_of_bytes(ids, data, len);
	KloutIdSlot *slot;

	grow_ids(ids, 1);
	slot = slot_of_bytes(ids, key, data, len);
	if (slot->number == KLOUT_NOBODY)
	{
		uint64		from = ids->offset[ids->n];

		if (from + len > ids->data_capacity)
		{
			uint64		wanted = 2 * ids->data_capacity + len;

			ids->data = klout_retake(ids->memory, ids->data,
									 ids->data_capacity, wanted, 1);
			ids->data_capacity = wanted;
		}
		memcpy(ids->data + from, data, len);
		ids->offset[ids->n + 1] = from + len;
		number_slot(ids, slot, key);
	}
	return slot;
}

/* Room for n ids, and where the search for each begins. */
static inline void
look_ahead(KloutIds *ids, const int64 *id, int n, uint64 *at)
{
	grow_ids(ids, (uint32) n);
	for (int i = 0; i < n; i++)
	{
		at[i] = home_of(ids, hash_of(ids, (uint64) id[i]));
		KLOUT_PREFETCH(&ids->slot[at[i]]);
	}
}

void
klout_ids_of_edges(KloutIds *ids, const int64 *id, int n, uint32 *number)
{
	uint64		at[2 * KLOUT_IDS_BATCH];

	Assert(!ids->bytes && n <= KLOUT_IDS_BATCH);
	look_ahead(ids, id, 2 * n, at);
	for (int i = 0; i < 2 * n; i++)
	{
		KloutIdSlot *slot = numbered_slot(ids, id[i], at[i]);

		count_edge(ids, slot, i % 2 == 0 ? KLOUT_ACTOR : KLOUT_TARGET);
		number[i] = slot->number;
	}
}

uint32
klout_ids_of_end(KloutIds *ids, const char *data, size_t len, KloutEnd end)
{
	KloutIdSlot *slot = numbered_slot_of_bytes(ids, data, len);

	Assert(ids->bytes);
	count_edge(ids, slot, end);
	return slot->number;
}

void
klout_ids_merge(KloutIds *ids, const KloutIdList *list, uint32 *number)
{
	uint64		at[KLOUT_IDS_BATCH];

	for (uint32 from = 0; from < list->n; from += KLOUT_IDS_BATCH)
	{
		uint32		n = Min(list->n - from, KLOUT_IDS_BATCH);

		if (from % KLOUT_INTERRUPT_STEPS == 0)
			ids->memory->interrupts();
		if (!ids->bytes)
			look_ahead(ids, list->id + from, (int) n, at);
		for (uint32 i = from; i < from + n; i++)
		{
			KloutIdSlot *slot = ids->bytes ?
				numbered_slot_of_bytes(ids, list->data + list->offset[i],
								   list->offset[i + 1] - list->offset[i]) :
				numbered_slot(ids, list->id[i], at[i - from]);

			number[i] = slot->number;
			for (int end = KLOUT_ACTOR; end <= KLOUT_TARGET; end++)
				ids->edges[slot->number][end] += list->edges[i][end];
		}
	}
}

uint32
klout_ids_find(const KloutIds *ids, int64 id)
{
	return slot_of_id(ids, (uint64) id,
					  home_of(ids, hash_of(ids, (uint64) id)))->number;
}

uint32
klout_ids_find_bytes(const KloutIds *ids, const char *data, size_t len)
{
	return slot_of_bytes(ids, hash_of_bytes(ids, data, len), data, len)->number;
}

void
klout_ids_close(KloutIds *ids)
{
	for (uint64 i = 0; i < ids->slots; i++)
	{
		if (i % KLOUT_INTERRUPT_STEPS == 0)
			ids->memory->interrupts();
		if (ids->slot[i].number != KLOUT_NOBODY)
			carry_edges(ids, &ids->slot[i]);
	}
	GIVE(ids->memory, ids->slot, ids->slots);
}

void
klout_ids_free(KloutIds *ids)
{
	GIVE(ids->memory, ids->slot, ids->slots);
	GIVE(ids->memory, ids->edges, ids->capacity);
	GIVE(ids->memory, ids->id, ids->capacity);
	GIVE(ids->memory, ids->offset, (size_t) ids->capacity + 1);
	GIVE(ids->memory, ids->data, ids->data_capacity);
}

/* ----------
 * Edges as they come
 * ----------
 */

void
klout_edges_init(KloutEdges *edges, KloutMemory *memory)
{
	memset(edges, 0, sizeof(KloutEdges));
	edges->memory = memory;
	edges->least = LEAST_CHUNK;
	edges->most = MOST_CHUNK;
}

static size_t
chunk_size(uint32 capacity, KloutWeightKind kind)
{
	size_t		weight = kind == KLOUT_WEIGHT_ONE ? 0 :
		kind == KLOUT_WEIGHT_FLOAT4 ? sizeof(float) : sizeof(double);

	return MAXALIGN(sizeof(KloutEdgeChunk)) +
		capacity * (2 * sizeof(uint32) + weight);
}

/* Where the arrays of a chunk are; doubles at a multiple of 8. */
static void
lay_out_chunk(KloutEdgeChunk *chunk)
{
	char	   *at = (char *) chunk + MAXALIGN(sizeof(KloutEdgeChunk));

	chunk->actor = (uint32 *) at;
	chunk->target = chunk->actor + chunk->capacity;
	chunk->weight4 = chunk->kind == KLOUT_WEIGHT_FLOAT4 ?
		(float *) (chunk->target + chunk->capacity) : NULL;
	chunk->weight8 = chunk->kind == KLOUT_WEIGHT_FLOAT8 ?
		(double *) (chunk->target + chunk->capacity) : NULL;
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

static KloutEdgeChunk *
add_chunk(KloutEdges *edges, KloutWeightKind kind)
{
	uint64		wanted = Min(Max(edges->n / 4, edges->least), edges->most);
	KloutEdgeChunk *chunk = klout_take(edges->memory,
									   chunk_size((uint32) wanted, kind), 1);

	memset(chunk, 0, sizeof(KloutEdgeChunk));
	chunk->capacity = (uint32) wanted;
	chunk->kind = kind;
	lay_out_chunk(chunk);
	link_chunk(edges, chunk);
	return chunk;
}

static void
free_chunk(KloutMemory *memory, KloutEdgeChunk *chunk)
{
	size_t		size = chunk_size(chunk->capacity, chunk->kind);

	if (chunk->release == NULL)
		klout_give(memory, chunk, size, 1);
	else
	{
		chunk->release(chunk);
		klout_unreserve(memory, size);
	}
}

/* Is the number a float4, exactly? */
static inline bool
is_float4(double value)
{
	return value <= (double) FLT_MAX && (double) (float) value == value;
}

/* The kind that holds all of the weights, and is at least the given one. */
static KloutWeightKind
kind_for(const double *weight, int n, KloutWeightKind kind)
{
	bool		ones = true;
	bool		floats = true;

	for (int i = 0; i < n; i++)
	{
		ones &= weight[i] == 1;
		floats &= is_float4(weight[i]);
	}
	if (ones)
		return kind;
	return Max(kind, floats ? KLOUT_WEIGHT_FLOAT4 : KLOUT_WEIGHT_FLOAT8);
}

void
klout_edges_add(KloutEdges *edges, const uint32 *number, const double *weight,
				int n)
{
	/* chunks that follow one whose weights were not all 1 are of its kind */
	KloutWeightKind kind = kind_for(weight, n, edges->kind);

	while (n > 0)
	{
		KloutEdgeChunk *chunk = edges->last;
		int			fits;

		if (chunk == NULL || chunk->n == chunk->capacity || chunk->kind < kind)
			chunk = add_chunk(edges, kind);
		fits = (int) Min((uint32) n, chunk->capacity - chunk->n);
		for (int i = 0; i < fits; i++)
		{
			Assert(number[2 * i] != number[2 * i + 1]);
			chunk->actor[chunk->n + i] = number[2 * i];
			chunk->target[chunk->n + i] = number[2 * i + 1];
		}
		if (kind == KLOUT_WEIGHT_FLOAT4)
			for (int i = 0; i < fits; i++)
				chunk->weight4[chunk->n + i] = (float) weight[i];
		else if (kind == KLOUT_WEIGHT_FLOAT8)
			memcpy(chunk->weight8 + chunk->n, weight, fits * sizeof(double));
		chunk->n += fits;
		edges->n += fits;
		number += 2 * fits;
		weight += fits;
		n -= fits;
	}
}

KloutMeaning *
klout_edges_meaning(KloutEdges *edges, uint32 n)
{
	KloutMeaning *meaning = klout_take(edges->memory,
									   offsetof(KloutMeaning, number) +
									   n * sizeof(uint32), 1);

	meaning->n = n;
	meaning->next = edges->meanings;
	edges->meanings = meaning;
	return meaning;
}

static void
free_meanings(KloutEdges *edges)
{
	KloutMeaning *next;

	for (KloutMeaning *meaning = edges->meanings; meaning != NULL; meaning = next)
	{
		next = meaning->next;
		klout_give(edges->memory, meaning,
				   offsetof(KloutMeaning, number) + meaning->n * sizeof(uint32), 1);
	}
	edges->meanings = NULL;
}

void
klout_edges_adopt(KloutEdges *edges, KloutEdgeChunk *chunk,
				  const KloutMeaning *meaning,
				  void (*release) (KloutEdgeChunk *chunk), void *owner)
{
	klout_reserve(edges->memory, chunk_size(chunk->capacity, chunk->kind));
	lay_out_chunk(chunk);
	chunk->meaning = meaning->number;
	chunk->release = release;
	chunk->owner = owner;
	link_chunk(edges, chunk);
	edges->n += chunk->n;
}

void
klout_edges_free(KloutEdges *edges)
{
	KloutEdgeChunk *next;

	for (KloutEdgeChunk *chunk = edges->first; chunk != NULL; chunk = next)
	{
		next = chunk->next;
		free_chunk(edges->memory, chunk);
	}
	edges->first = edges->last = NULL;
	free_meanings(edges);
}

/* ----------
 * Order of vertices
 * ----------
 */

void
klout_sort_by_key(KloutKeyed **a, KloutKeyed **b, size_t n,
				  KloutMemory *memory)
{
	uint64		all_or = 0;
	uint64		all_and = ~UINT64CONST(0);

	for (size_t i = 0; i < n; i++)
	{
		all_or |= (*a)[i].key;
		all_and &= (*a)[i].key;
	}
	for (int shift = 0; shift < 64; shift += DIGIT_BITS)
	{
		KloutKeyed *from = *a;
		KloutKeyed *to = *b;
		size_t		place[DIGITS] = {0};
		size_t		sum = 0;

		/* a digit that all share sorts nothing */
		if ((((all_or ^ all_and) >> shift) & (DIGITS - 1)) == 0)
			continue;
		memory->interrupts();
		for (size_t i = 0; i < n; i++)
			place[(from[i].key >> shift) & (DIGITS - 1)]++;
		for (int d = 0; d < DIGITS; d++)
		{
			size_t		count = place[d];

			place[d] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
			to[place[(from[i].key >> shift) & (DIGITS - 1)]++] = from[i];
		*a = to;
		*b = from;
	}
}

/* The first eight bytes of an id, as a number in their order. */
static uint64
prefix_of(const KloutIds *ids, uint32 number)
{
	const uint8 *data = (const uint8 *) ids->data + ids->offset[number];
	uint64		len = ids->offset[number + 1] - ids->offset[number];
	uint64		prefix = 0;

	for (uint64 i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < len ? data[i] : 0);
	return prefix;
}

static int
compare_ids(const void *a, const void *b, void *arg)
{
	const KloutIds *ids = (const KloutIds *) arg;
	uint32		x = ((const KloutKeyed *) a)->number;
	uint32		y = ((const KloutKeyed *) b)->number;
	uint64		x_len = ids->offset[x + 1] - ids->offset[x];
	uint64		y_len = ids->offset[y + 1] - ids->offset[y];
	int			order = memcmp(ids->data + ids->offset[x],
							   ids->data + ids->offset[y],
							   (size_t) Min(x_len, y_len));

	if (order == 0)
		order = x_len < y_len ? -1 : x_len > y_len;
	return order;
}

/* Fills graph->by_id and graph->vertex. */
static void
order_vertices(KloutGraph *graph, const KloutIds *ids)
{
	KloutMemory *memory = graph->memory;
	size_t		n = graph->n;
	KloutKeyed *a = TAKE(memory, KloutKeyed, n);
	KloutKeyed *b = TAKE(memory, KloutKeyed, n);

	for (uint32 i = 0; i < n; i++)
	{
		/* the sign bit turned over: negative ids come first */
		a[i].key = ids->bytes ? prefix_of(ids, i) :
			(uint64) ids->id[i] ^ (UINT64CONST(1) << 63);
		a[i].number = i;
	}
	klout_sort_by_key(&a, &b, n, memory);
	if (ids->bytes)
	{
		for (size_t from = 0, to; from < n; from = to)
		{
			for (to = from + 1; to < n && a[to].key == a[from].key; to++)
				;
			if (to - from > 1)
			{
				memory->interrupts();
				qsort_arg(a + from, to - from, sizeof(KloutKeyed),
						  compare_ids, unconstify(KloutIds *, ids));
			}
		}
	}

	for (size_t i = 0; i < n; i++)
	{
		graph->by_id[i] = a[i].number;
		a[i].key = PG_UINT32_MAX - ids->edges[a[i].number][KLOUT_ACTOR];
	}
	klout_sort_by_key(&a, &b, n, memory);
	for (uint32 v = 0; v < n; v++)
		graph->vertex[a[v].number] = v;

	GIVE(memory, a, n);
	GIVE(memory, b, n);
}

/* ----------
 * From edges to rows
 * ----------
 */

/* What leaves a vertex. */
typedef struct Outflow
{
	double		weight;			/* added up */
	uint32		edges;			/* to different vertices */
} Outflow;

typedef struct Builder
{
	KloutGraph *graph;
	KloutMemory *memory;
	uint64		n;				/* edges, repeated ones as often */
	int			block_bits;
	int			column_bits;
	uint64		blocks;
	uint64	   *block_start;	/* [blocks + 1] */
	uint64		largest;		/* edges of the largest block */
	uint32	   *key;			/* [n] (row of the block, column) */
	KloutWeightKind from;		/* kind of the weights by block */
	float	   *weight4;		/* [n] */
	double	   *weight8;		/* [n] */
	uint32	   *space_key;		/* [largest] to sort a block */
	float	   *space4;
	double	   *space8;
	Outflow    *outflow;		/* [graph->n] */
	uint64		steps;			/* since the last look at interrupts */
} Builder;

static inline void
count_steps(Builder *builder, uint64 steps)
{
	builder->steps += steps;
	if (builder->steps >= KLOUT_INTERRUPT_STEPS)
	{
		builder->steps = 0;
		builder->memory->interrupts();
	}
}

/* Bits of the numbers below n. */
static int
bits_below(uint64 n)
{
	return n > 1 ? pg_leftmost_one_pos64(n - 1) + 1 : 0;
}

/*
 * There are enough blocks that one fits the cache, and that a row of a block
 * and a column together have 32 bits.
 */
static int
block_bits_for(uint64 vertices, uint64 edges)
{
	int			column_bits = bits_below(vertices);
	int			bits = Min(bits_below(edges / BLOCK_EDGES), BLOCKS_USUAL_BITS);

	return Max(Min(bits, column_bits), 2 * column_bits - 32);
}

/* Where each block starts, by the edges that arrive at its vertices. */
static void
lay_out_blocks(Builder *builder, const KloutIds *ids)
{
	KloutGraph *graph = builder->graph;
	uint32		mask;
	uint64		sum = 0;

	builder->column_bits = bits_below(graph->n);
	builder->block_bits = block_bits_for(graph->n, builder->n);
	builder->blocks = UINT64CONST(1) << builder->block_bits;
	builder->block_start = TAKE(builder->memory, uint64,
								(size_t) builder->blocks + 1);
	memset(builder->block_start, 0,
		   ((size_t) builder->blocks + 1) * sizeof(uint64));

	mask = (uint32) (builder->blocks - 1);
	for (uint32 i = 0; i < graph->n; i++)
		builder->block_start[graph->vertex[i] & mask] += ids->edges[i][KLOUT_TARGET];
	for (uint64 block = 0; block <= builder->blocks; block++)
	{
		uint64		count = builder->block_start[block];

		builder->largest = Max(builder->largest, count);
		builder->block_start[block] = sum;
		sum += count;
	}
}

/*
 * What is on its way to the blocks: a cache line of keys for each, and their
 * weights, which move together.  Written straight, edges would miss the TLB
 * nearly each time, as there are more blocks than pages that it holds.
 */
#define LINE_EDGES			16

typedef struct Lines
{
	uint64	   *next;			/* [blocks] where a block's next edge goes */
	uint32		(*key)[LINE_EDGES]; /* [blocks] */
	float		(*weight4)[LINE_EDGES]; /* by kind */
	double		(*weight8)[LINE_EDGES];
} Lines;

/* Moves what is in the line of a block to its place. */
static inline void
flush_line(Builder *builder, const Lines *lines, uint64 block,
		   KloutWeightKind kind)
{
	uint64		to = lines->next[block];
	uint64		from = Max(builder->block_start[block],
						   (to - 1) / LINE_EDGES * LINE_EDGES);
	uint64		at = from % LINE_EDGES;
	uint64		n = to - from;

	/* nearly always: copies of a size that the compiler knows */
	if (likely(n == LINE_EDGES))
	{
		memcpy(builder->key + from, lines->key[block], sizeof(lines->key[0]));
		if (kind == KLOUT_WEIGHT_FLOAT4)
			memcpy(builder->weight4 + from, lines->weight4[block],
				   sizeof(lines->weight4[0]));
		else if (kind == KLOUT_WEIGHT_FLOAT8)
			memcpy(builder->weight8 + from, lines->weight8[block],
				   sizeof(lines->weight8[0]));
		return;
	}
	memcpy(builder->key + from, lines->key[block] + at, n * sizeof(uint32));
	if (kind == KLOUT_WEIGHT_FLOAT4)
		memcpy(builder->weight4 + from, lines->weight4[block] + at,
			   n * sizeof(float));
	else if (kind == KLOUT_WEIGHT_FLOAT8)
		memcpy(builder->weight8 + from, lines->weight8[block] + at,
			   n * sizeof(double));
}

/* Scatters the edges of a chunk; kind is that of the weights by block. */
static pg_attribute_always_inline void
scatter_chunk(Builder *builder, const Lines *lines,
			  const KloutEdgeChunk *chunk, KloutWeightKind kind)
{
	const uint32 *vertex = chunk->meaning != NULL ? chunk->meaning :
		builder->graph->vertex;
	uint32		mask = (uint32) (builder->blocks - 1);
	int			block_bits = builder->block_bits;
	int			column_bits = builder->column_bits;

	for (uint32 i = 0; i < chunk->n; i++)
	{
		uint32		row = vertex[chunk->target[i]];
		uint32		block = row & mask;
		uint64		to = lines->next[block]++;
		uint64		at = to % LINE_EDGES;

		if (i + AHEAD < chunk->n)
		{
			KLOUT_PREFETCH(&vertex[chunk->target[i + AHEAD]]);
			KLOUT_PREFETCH(&vertex[chunk->actor[i + AHEAD]]);
		}
		lines->key[block][at] = (uint32) ((uint64) row >> block_bits << column_bits) |
			vertex[chunk->actor[i]];
		if (kind == KLOUT_WEIGHT_FLOAT4)
			lines->weight4[block][at] = chunk->kind == KLOUT_WEIGHT_ONE ? 1 :
				chunk->weight4[i];
		else if (kind == KLOUT_WEIGHT_FLOAT8)
			lines->weight8[block][at] = chunk->kind == KLOUT_WEIGHT_ONE ? 1 :
				chunk->kind == KLOUT_WEIGHT_FLOAT4 ? chunk->weight4[i] :
				chunk->weight8[i];
		if (at == LINE_EDGES - 1)
			flush_line(builder, lines, block, kind);
	}
}

/*
 * Scatters the edges into their blocks; each chunk is given back when read.
 */
static void
scatter_edges(Builder *builder, KloutEdges *edges)
{
	KloutMemory *memory = builder->memory;
	size_t		blocks = builder->blocks;
	Lines		lines = {0};

	lines.next = TAKE(memory, uint64, blocks);
	lines.key = klout_take(memory, blocks, sizeof(*lines.key));
	if (builder->from == KLOUT_WEIGHT_FLOAT4)
		lines.weight4 = klout_take(memory, blocks, sizeof(*lines.weight4));
	else if (builder->from == KLOUT_WEIGHT_FLOAT8)
		lines.weight8 = klout_take(memory, blocks, sizeof(*lines.weight8));

	memcpy(lines.next, builder->block_start, blocks * sizeof(uint64));
	while (edges->first != NULL)
	{
		KloutEdgeChunk *chunk = edges->first;

		memory->interrupts();
		if (builder->from == KLOUT_WEIGHT_ONE)
			scatter_chunk(builder, &lines, chunk, KLOUT_WEIGHT_ONE);
		else if (builder->from == KLOUT_WEIGHT_FLOAT4)
			scatter_chunk(builder, &lines, chunk, KLOUT_WEIGHT_FLOAT4);
		else
			scatter_chunk(builder, &lines, chunk, KLOUT_WEIGHT_FLOAT8);
		edges->first = chunk->next;
		free_chunk(memory, chunk);
	}
	edges->last = NULL;
	free_meanings(edges);
	for (size_t block = 0; block < blocks; block++)
		if (lines.next[block] > builder->block_start[block])
			flush_line(builder, &lines, block, builder->from);

	GIVE(memory, lines.next, blocks);
	GIVE(memory, lines.key, blocks);
	GIVE(memory, lines.weight4, blocks);
	GIVE(memory, lines.weight8, blocks);
}

/* Edges of a block: keys and their weights, by kind. */
typedef struct BlockEdges
{
	uint32	   *key;
	float	   *weight4;
	double	   *weight8;
} BlockEdges;

/* One pass of a radix sort: place[] is where a digit's next edge goes. */
static pg_attribute_always_inline void
sort_pass(const BlockEdges *from, const BlockEdges *to, uint64 n, int shift,
		  uint32 *place, KloutWeightKind kind)
{
	for (uint64 i = 0; i < n; i++)
	{
		uint32		key = from->key[i];
		uint32		at = place[(key >> shift) & (DIGITS - 1)]++;

		to->key[at] = key;
		if (kind == KLOUT_WEIGHT_FLOAT4)
			to->weight4[at] = from->weight4[i];
		else if (kind == KLOUT_WEIGHT_FLOAT8)
			to->weight8[at] = from->weight8[i];
	}
}

/*
 * Sorts the edges of a block by row and column; where they are then is
 * returned.
 */
static BlockEdges
sort_block(Builder *builder, uint64 start, uint64 n)
{
	BlockEdges	from = {builder->key + start,
		builder->from == KLOUT_WEIGHT_FLOAT4 ? builder->weight4 + start : NULL,
	builder->from == KLOUT_WEIGHT_FLOAT8 ? builder->weight8 + start : NULL};
	BlockEdges	to = {builder->space_key, builder->space4, builder->space8};
	uint32		place[KEY_DIGITS][DIGITS] = {0};

	for (uint64 i = 0; i < n; i++)
		for (int digit = 0; digit < KEY_DIGITS; digit++)
			place[digit][(from.key[i] >> (digit * DIGIT_BITS)) & (DIGITS - 1)]++;

	for (int digit = 0; digit < KEY_DIGITS; digit++)
	{
		int			shift = digit * DIGIT_BITS;
		BlockEdges	swap = from;
		uint32		below = 0;

		/* a digit that all share sorts nothing */
		if (n == 0 || place[digit][(from.key[0] >> shift) & (DIGITS - 1)] == n)
			continue;
		for (int d = 0; d < DIGITS; d++)
		{
			uint32		count = place[digit][d];

			place[digit][d] = below;
			below += count;
		}
		if (builder->from == KLOUT_WEIGHT_ONE)
			sort_pass(&from, &to, n, shift, place[digit], KLOUT_WEIGHT_ONE);
		else if (builder->from == KLOUT_WEIGHT_FLOAT4)
			sort_pass(&from, &to, n, shift, place[digit], KLOUT_WEIGHT_FLOAT4);
		else
			sort_pass(&from, &to, n, shift, place[digit], KLOUT_WEIGHT_FLOAT8);
		from = to;
		to = swap;
		count_steps(builder, n);
	}
	return from;
}

static int
compare_float4(const void *a, const void *b)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return x < y ? -1 : x > y;
}

static int
compare_float8(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

/* The sum of the weights of a repeated pair, in their order. */
static double
merged_weight(const BlockEdges *edges, uint64 from, uint64 to)
{
	double		sum = 0;

	if (edges->weight8 != NULL)
	{
		pg_qsort(edges->weight8 + from, to - from, sizeof(double), compare_float8);
		for (uint64 i = from; i < to; i++)
			sum += edges->weight8[i];
	}
	else if (edges->weight4 != NULL)
	{
		pg_qsort(edges->weight4 + from, to - from, sizeof(float), compare_float4);
		for (uint64 i = from; i < to; i++)
			sum += edges->weight4[i];
	}
	else
		sum = (double) (to - from);
	return sum;
}

/*
 * The first sum that is no float4: from here on values are float8, and those
 * up to the given one become it.
 */
static void
widen_values(Builder *builder, uint64 upto)
{
	KloutGraph *graph = builder->graph;

	graph->value8 = TAKE(builder->memory, double, builder->n);
	for (uint64 i = 0; i < upto; i++)
		graph->value8[i] = graph->value4[i];
	if (graph->value4 != builder->weight4)
		GIVE(builder->memory, graph->value4, builder->n);
	graph->value4 = NULL;
	graph->kind = KLOUT_WEIGHT_FLOAT8;
}

/*
 * Sorts and merges a block and writes its rows over what they are made of: a
 * merged edge is never ahead of those that are yet to be read.
 */
static void
build_block(Builder *builder, uint32 block)
{
	KloutGraph *graph = builder->graph;
	uint64		start = builder->block_start[block];
	uint64		n = builder->block_start[block + 1] - start;
	BlockEdges	edges = sort_block(builder, start, n);
	int			column_bits = builder->column_bits;
	uint32		column_mask = (uint32) ((UINT64CONST(1) << column_bits) - 1);
	uint64		out = start;
	uint64		at = 0;

	while (at < n)
	{
		uint32		v = (uint32) ((uint64) edges.key[at] >> column_bits <<
								  builder->block_bits) | block;
		uint64		row_end_key = ((uint64) edges.key[at] | column_mask) + 1;

		graph->start[v] = out;
		while (at < n && edges.key[at] < row_end_key)
		{
			uint32		key = edges.key[at];
			uint32		column = key & column_mask;
			uint64		to = at + 1;
			double		weight = edges.weight4 != NULL ? edges.weight4[at] :
				edges.weight8 != NULL ? edges.weight8[at] : 1;

			if (at + AHEAD < n)
				KLOUT_PREFETCH(&builder->outflow[edges.key[at + AHEAD] & column_mask]);
			if (unlikely(to < n && edges.key[to] == key))
			{
				while (to < n && edges.key[to] == key)
					to++;
				weight = merged_weight(&edges, at, to);
				if (graph->kind == KLOUT_WEIGHT_FLOAT4 && !is_float4(weight))
					widen_values(builder, out);
			}
			graph->column[out] = column;
			if (graph->kind == KLOUT_WEIGHT_FLOAT4)
				graph->value4[out] = (float) weight;
			else
				graph->value8[out] = weight;
			out++;
			builder->outflow[column].weight += weight;
			builder->outflow[column].edges++;
			at = to;
		}
		graph->length[v] = (uint32) (out - graph->start[v]);
	}
	graph->edges += out - start;
	count_steps(builder, n);
}

/*
 * Values as the iteration wants them.  Weights that are floats stay, and what
 * leaves a vertex divides its mass; other weights, which may differ beyond
 * what a quotient can hold, become shares.
 */
static void
scale_values(Builder *builder)
{
	KloutGraph *graph = builder->graph;
	const Outflow *outflow = builder->outflow;

	graph->scale = TAKE(builder->memory, double, graph->n);
	for (uint32 v = 0; v < graph->n; v++)
	{
		const uint32 *column = graph->column + graph->start[v];

		if (graph->kind == KLOUT_WEIGHT_FLOAT4)
			graph->scale[v] = outflow[v].edges > 0 ? 1 / outflow[v].weight : 0;
		else
		{
			double	   *value = graph->value8 + graph->start[v];

			graph->scale[v] = outflow[v].edges > 0 ? 1 : 0;
			for (uint32 i = 0; i < graph->length[v]; i++)
				value[i] /= outflow[column[i]].weight;
			count_steps(builder, graph->length[v]);
		}
	}
}

/*
 * Sorts, merges and writes all blocks.  On a sum that overflows, tells what is
 * wrong and with which vertex.
 */
static const char *
build_rows(Builder *builder, uint32 *wrong_vertex)
{
	KloutGraph *graph = builder->graph;
	KloutMemory *memory = builder->memory;

	graph->start = TAKE(memory, uint64, graph->n);
	graph->length = TAKE(memory, uint32, graph->n);
	builder->outflow = TAKE(memory, Outflow, graph->n);
	for (uint32 v = 0; v < graph->n; v++)
	{
		graph->start[v] = 0;
		graph->length[v] = 0;
		builder->outflow[v].weight = 0;
		builder->outflow[v].edges = 0;
	}

	builder->space_key = TAKE(memory, uint32, builder->largest);
	if (builder->from == KLOUT_WEIGHT_FLOAT4)
		builder->space4 = TAKE(memory, float, builder->largest);
	else if (builder->from == KLOUT_WEIGHT_FLOAT8)
		builder->space8 = TAKE(memory, double, builder->largest);

	graph->column = builder->key;
	graph->kind = Max(builder->from, KLOUT_WEIGHT_FLOAT4);
	graph->value8 = builder->weight8;
	graph->value4 = builder->from == KLOUT_WEIGHT_ONE ?
		TAKE(memory, float, builder->n) : builder->weight4;
	graph->places = builder->n;

	for (uint64 block = 0; block < builder->blocks; block++)
		build_block(builder, (uint32) block);

	GIVE(memory, builder->space_key, builder->largest);
	GIVE(memory, builder->space4, builder->largest);
	GIVE(memory, builder->space8, builder->largest);
	if (graph->value4 != builder->weight4)
		GIVE(memory, builder->weight4, builder->n);

	/* floats cannot add up to infinity: there are too few */
	if (graph->kind == KLOUT_WEIGHT_FLOAT8)
		for (uint32 v = 0; v < graph->n; v++)
			if (!isfinite(builder->outflow[v].weight))
			{
				*wrong_vertex = v;
				return "the weights of one actor add up to more than float8 can hold";
			}
	scale_values(builder);
	return NULL;
}

/* ----------
 * Peeling
 * ----------
 */

/*
 * Settles heads: those without a row, and those whose row has only heads.
 * Each of the others is in the list of the one vertex it waits for.
 */
static void
peel_heads(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;
	uint32		n = graph->n;
	uint32	   *waiting = TAKE(memory, uint32, n);	/* first who waits */
	uint32	   *next = TAKE(memory, uint32, n); /* the next who does */
	uint32	   *at = TAKE(memory, uint32, n);	/* edge of the row waited for */
	uint64		steps = 0;

	for (uint32 v = 0; v < n; v++)
	{
		waiting[v] = KLOUT_NOBODY;
		at[v] = 0;
	}
	for (uint32 v = 0; v < n; v++)
	{
		if (graph->length[v] == 0)
		{
			graph->place[v] = KLOUT_HEAD;
			graph->queue[graph->heads++] = v;
		}
		else
		{
			uint32		first = graph->column[graph->start[v]];

			next[v] = waiting[first];
			waiting[first] = v;
		}
	}
	for (uint32 done = 0; done < graph->heads; done++)
	{
		uint32		follower = waiting[graph->queue[done]];

		while (follower != KLOUT_NOBODY)
		{
			uint32		v = follower;
			const uint32 *row = graph->column + graph->start[v];

			follower = next[v];
			while (at[v] < graph->length[v] &&
				   graph->place[row[at[v]]] == KLOUT_HEAD)
			{
				at[v]++;
				if (++steps % KLOUT_INTERRUPT_STEPS == 0)
					memory->interrupts();
			}
			if (at[v] == graph->length[v])
			{
				graph->place[v] = KLOUT_HEAD;
				graph->queue[graph->heads++] = v;
			}
			else
			{
				next[v] = waiting[row[at[v]]];
				waiting[row[at[v]]] = v;
			}
		}
	}
	GIVE(memory, waiting, n);
	GIVE(memory, next, n);
	GIVE(memory, at, n);
}

/*
 * Settles tails: those none of whose edges leads to another than a tail.  What
 * is open of the edges that leave a vertex is counted down in outflow.
 */
static void
peel_tails(KloutGraph *graph, Outflow *outflow)
{
	KloutMemory *memory = graph->memory;
	uint32		n = graph->n;
	uint32		last = n;		/* tails are queued downwards from the end */
	uint64		steps = 0;

	for (uint32 v = 0; v < n; v++)
		if (outflow[v].edges == 0 && graph->place[v] == KLOUT_CORE)
		{
			graph->place[v] = KLOUT_TAIL;
			graph->queue[--last] = v;
		}
	for (uint32 done = n; done > last;)
	{
		uint32		v = graph->queue[--done];
		const uint32 *row = graph->column + graph->start[v];

		for (uint32 i = 0; i < graph->length[v]; i++)
		{
			if (--outflow[row[i]].edges == 0 && graph->place[row[i]] == KLOUT_CORE)
			{
				graph->place[row[i]] = KLOUT_TAIL;
				graph->queue[--last] = row[i];
			}
			if (++steps % KLOUT_INTERRUPT_STEPS == 0)
				memory->interrupts();
		}
	}
	graph->tails = n - last;
}

/* ----------
 * The graph
 * ----------
 */

const char *
klout_graph_build(KloutGraph *graph, KloutIds *ids, KloutEdges *edges,
				  uint32 *culprit)
{
	KloutMemory *memory = ids->memory;
	Builder		builder;
	uint32		wrong_vertex = KLOUT_NOBODY;
	const char *problem;

	memset(graph, 0, sizeof(KloutGraph));
	memset(&builder, 0, sizeof(Builder));
	graph->memory = memory;
	graph->n = ids->n;
	builder.graph = graph;
	builder.memory = memory;
	builder.n = edges->n;
	builder.from = edges->kind;

	graph->vertex = TAKE(memory, uint32, graph->n);
	graph->by_id = TAKE(memory, uint32, graph->n);
	order_vertices(graph, ids);
	for (KloutMeaning *meaning = edges->meanings; meaning != NULL;
		 meaning = meaning->next)
		for (uint32 i = 0; i < meaning->n; i++)
			meaning->number[i] = graph->vertex[meaning->number[i]];
	lay_out_blocks(&builder, ids);
	GIVE(memory, ids->edges, ids->capacity);

	builder.key = TAKE(memory, uint32, builder.n);
	if (builder.from == KLOUT_WEIGHT_FLOAT4)
		builder.weight4 = TAKE(memory, float, builder.n);
	else if (builder.from == KLOUT_WEIGHT_FLOAT8)
		builder.weight8 = TAKE(memory, double, builder.n);
	scatter_edges(&builder, edges);

	problem = build_rows(&builder, &wrong_vertex);
	GIVE(memory, builder.block_start, (size_t) builder.blocks + 1);
	if (problem != NULL)
	{
		for (uint32 i = 0; i < graph->n; i++)
			if (graph->vertex[i] == wrong_vertex)
				*culprit = i;
		return problem;
	}

	graph->place = TAKE(memory, uint8, graph->n);
	memset(graph->place, KLOUT_CORE, graph->n);
	graph->queue = TAKE(memory, uint32, graph->n);
	peel_heads(graph);
	peel_tails(graph, builder.outflow);
	GIVE(memory, builder.outflow, graph->n);
	return NULL;
}

size_t
klout_graph_needs(uint64 vertices, uint64 edges, KloutWeightKind kind)
{
	uint64		value = kind == KLOUT_WEIGHT_FLOAT8 ? 8 : 4;
	uint64		weight = kind == KLOUT_WEIGHT_ONE ? 0 : value;
	uint64		blocks = UINT64CONST(1) << block_bits_for(vertices, edges);

	/* edges as they came, and by block; rows, and space to sort a block */
	uint64		came = edges * (8 + weight);
	uint64		scatter = came + edges * (4 + weight) + vertices * 40;
	uint64		rows = edges * (4 + value + 4 + weight) + vertices * 64;

	/* rows, and the solver's copy of them; that and its vectors */
	uint64		copy = edges * 2 * (4 + value) + vertices * 104;
	uint64		solve = edges * (4 + value) + vertices * 192;
	uint64		most = Max(Max(scatter, rows), Max(copy, solve)) - came +
		blocks * 256 + KLOUT_GRAPH_SLACK;

	return most > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t) most;
}

void
klout_graph_keep_tails(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;
	uint64		places = 0;

	for (uint32 i = graph->n - graph->tails; i < graph->n; i++)
		places += graph->length[graph->queue[i]];
	if (places < graph->places)
	{
		uint32	   *column = TAKE(memory, uint32, places);
		float	   *value4 = NULL;
		double	   *value8 = NULL;
		uint64		at = 0;

		if (graph->kind == KLOUT_WEIGHT_FLOAT4)
			value4 = TAKE(memory, float, places);
		else
			value8 = TAKE(memory, double, places);
		for (uint32 v = 0; v < graph->n; v++)
		{
			uint64		from = graph->start[v];
			size_t		n = graph->length[v];

			if (graph->place[v] != KLOUT_TAIL)
			{
				graph->length[v] = 0;
				continue;
			}
			graph->start[v] = at;
			memcpy(column + at, graph->column + from, n * sizeof(uint32));
			if (value4 != NULL)
				memcpy(value4 + at, graph->value4 + from, n * sizeof(float));
			else
				memcpy(value8 + at, graph->value8 + from, n * sizeof(double));
			at += n;
		}
		GIVE(memory, graph->column, graph->places);
		GIVE(memory, graph->value4, graph->places);
		GIVE(memory, graph->value8, graph->places);
		graph->column = column;
		graph->value4 = value4;
		graph->value8 = value8;
		graph->places = places;
	}
}

void
klout_graph_free(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;

	GIVE(memory, graph->vertex, graph->n);
	GIVE(memory, graph->by_id, graph->n);
	GIVE(memory, graph->start, graph->n);
	GIVE(memory, graph->length, graph->n);
	GIVE(memory, graph->column, graph->places);
	GIVE(memory, graph->value4, graph->places);
	GIVE(memory, graph->value8, graph->places);
	GIVE(memory, graph->scale, graph->n);
	GIVE(memory, graph->place, graph->n);
	GIVE(memory, graph->queue, graph->n);
}

double
klout_graph_inflow(const KloutGraph *graph, uint32 vertex, const double *flow)
{
	uint64		start = graph->start[vertex];
	const uint32 *column = graph->column + start;
	uint32		n = graph->length[vertex];
	double		sum = 0;

	if (graph->kind == KLOUT_WEIGHT_FLOAT4)
	{
		for (uint32 i = 0; i < n; i++)
			sum += graph->value4[start + i] * flow[column[i]];
	}
	else
	{
		for (uint32 i = 0; i < n; i++)
			sum += graph->value8[start + i] * flow[column[i]];
	}
	return sum;
}

static int
compare_amounts(const void *a, const void *b)
{
	const KloutAmount *x = (const KloutAmount *) a;
	const KloutAmount *y = (const KloutAmount *) b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->amount < y->amount ? -1 : x->amount > y->amount;
}

void
klout_graph_vector(const KloutGraph *graph, KloutAmount *amounts, size_t n,
				   double *vector)
{
	memset(vector, 0, graph->n * sizeof(double));
	pg_qsort(amounts, n, sizeof(KloutAmount), compare_amounts);
	for (size_t i = 0; i < n; i++)
		vector[graph->vertex[amounts[i].number]] += amounts[i].amount;
}

double
klout_sum(const double *vector, size_t n)
{
	double		total = 0;

	for (size_t from = 0; from < n; from += SUM_PIECE)
	{
		size_t		to = Min(n, from + SUM_PIECE);
		double		sum = 0;

		for (size_t i = from; i < to; i++)
			sum += vector[i];
		total += sum;
	}
	return total;
}
