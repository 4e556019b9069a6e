/*-------------------------------------------------------------------------
 *
 * authority.c
 *	  The graph of who reacted to whom: ids, edges as they come,
 *	  and what there is to do with the graph that authority_build.c makes.
 *
 * Plan.
 *
 * 1. Ids become numbers in order of arrival, in an open-addressing table.
 *	  Many ids are looked up at once, so that the cache misses overlap.  The
 *	  edges of an id are counted in its slot, which is at hand then.
 * 2. Edges wait in chunks that grow geometrically; weights take no room while
 *	  all are 1, and four bytes while all are floats.  Chunks of somebody else
 *	  come with what their numbers mean here.
 *
 * Memory.  Everything is from the caller's KloutMemory, or somebody else's
 * that counts there.
 *
 *-------------------------------------------------------------------------
 */
#include "authority.h"

/* edges of a chunk are an eighth of those before, within these bounds */
#define LEAST_CHUNK			1024
#define MOST_CHUNK			(16 * 1024)

/* radix sorts go by digits of 11 bits */
#define DIGIT_BITS			11
#define DIGITS				(1 << DIGIT_BITS)

#define SUM_PIECE			4096

/* slots ahead of the current one whose ids are asked for early */
#define AHEAD				16

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

void *
klout_take_shared(KloutMemory *memory, size_t count, size_t size)
{
	size_t		bytes = bytes_of(memory, count, size);

	klout_reserve(memory, bytes);
	return memory->share != NULL ? memory->share(memory, bytes) :
		memory->allocate(memory, bytes);
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

/* ----------
 * Ids
 * ----------
 */

#define FIRST_SLOTS			4096

/* what so many slots hold: the fewer there are, the more the cache has of them */
#define IDS_OF(slots)		((slots) / 4 * 3)

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
	KloutIdSlot *slot = KLOUT_TAKE(memory, KloutIdSlot, n);

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
	ids->capacity = IDS_OF(FIRST_SLOTS);
	if (bytes)
	{
		ids->offset = KLOUT_TAKE(memory, uint64, (size_t) ids->capacity + 1);
		ids->offset[0] = 0;
		ids->data_capacity = FIRST_SLOTS * 4;
		ids->data = KLOUT_TAKE(memory, char, ids->data_capacity);
	}
	else
		ids->id = KLOUT_TAKE(memory, int64, ids->capacity);
	ids->edges = klout_take(memory, ids->capacity, sizeof(*ids->edges));
}

/* Room for n more ids. */
static void
grow_ids(KloutIds *ids, uint32 n)
{
	KloutMemory *memory = ids->memory;

	if (likely((uint64) ids->n + n <= IDS_OF(ids->slots)))
		return;

	while ((uint64) ids->n + n > IDS_OF(ids->slots))
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
		KLOUT_GIVE(memory, old, old_slots);
	}

	if ((uint64) ids->n + n > ids->capacity)
	{
		uint32		old = ids->capacity;
		uint64		wanted = Min(IDS_OF(ids->slots), KLOUT_NOBODY - 1);

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
			KLOUT_PREFETCH(&ids->edges[slot->number]);
		}
		for (uint32 i = from; i < from + n; i++)
			for (int end = KLOUT_ACTOR; end <= KLOUT_TARGET; end++)
				ids->edges[number[i]][end] += list->edges[i][end];
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

/* Gives back the room for more ids. */
static void
trim_ids(KloutIds *ids)
{
	KloutMemory *memory = ids->memory;
	uint32		old = ids->capacity;

	ids->capacity = ids->n;
	ids->edges = klout_retake(memory, ids->edges, old, ids->n,
							  sizeof(*ids->edges));
	if (!ids->bytes)
	{
		ids->id = klout_retake(memory, ids->id, old, ids->n, sizeof(int64));
		return;
	}
	ids->offset = klout_retake(memory, ids->offset, (size_t) old + 1,
							   (size_t) ids->n + 1, sizeof(uint64));
	ids->data = klout_retake(memory, ids->data, ids->data_capacity,
							 ids->offset[ids->n], 1);
	ids->data_capacity = ids->offset[ids->n];
}

void
klout_ids_close(KloutIds *ids)
{
	for (uint64 i = 0; i < ids->slots; i++)
	{
		if (i % KLOUT_INTERRUPT_STEPS == 0)
			ids->memory->interrupts();
		if (i + AHEAD < ids->slots && ids->slot[i + AHEAD].number != KLOUT_NOBODY)
			KLOUT_PREFETCH(&ids->edges[ids->slot[i + AHEAD].number]);
		if (ids->slot[i].number != KLOUT_NOBODY)
			carry_edges(ids, &ids->slot[i]);
	}
	KLOUT_GIVE(ids->memory, ids->slot, ids->slots);
	trim_ids(ids);
}

void
klout_ids_free(KloutIds *ids)
{
	KLOUT_GIVE(ids->memory, ids->slot, ids->slots);
	KLOUT_GIVE(ids->memory, ids->edges, ids->capacity);
	KLOUT_GIVE(ids->memory, ids->id, ids->capacity);
	KLOUT_GIVE(ids->memory, ids->offset, (size_t) ids->capacity + 1);
	KLOUT_GIVE(ids->memory, ids->data, ids->data_capacity);
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

/* Where the arrays of a chunk's block are; doubles at a multiple of 8. */
static void
point_into_block(KloutEdgeChunk *chunk, char *block)
{
	char	   *at = block + MAXALIGN(sizeof(KloutEdgeChunk));

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
	uint64		wanted = Min(Max(edges->n / 8, edges->least), edges->most);
	KloutEdgeChunk *chunk = klout_take(edges->memory,
									   chunk_size((uint32) wanted, kind), 1);

	memset(chunk, 0, sizeof(KloutEdgeChunk));
	chunk->capacity = (uint32) wanted;
	chunk->kind = kind;
	point_into_block(chunk, (char *) chunk);
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

/* The kind that holds all of the weights, and is at least the given one. */
static KloutWeightKind
kind_for(const double *weight, int n, KloutWeightKind kind)
{
	bool		ones = true;
	bool		floats = true;

	for (int i = 0; i < n; i++)
	{
		ones &= weight[i] == 1;
		floats &= klout_is_float4(weight[i]);
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
	uint32		left = (uint32) n;

	while (left > 0)
	{
		KloutEdgeChunk *chunk = edges->last;
		uint32		fits;

		if (chunk == NULL || chunk->n == chunk->capacity || chunk->kind < kind)
			chunk = add_chunk(edges, kind);
		fits = Min(left, chunk->capacity - chunk->n);
		for (uint32 i = 0; i < fits; i++)
		{
			Assert(number[2 * i] != number[2 * i + 1]);
			chunk->actor[chunk->n + i] = number[2 * i];
			chunk->target[chunk->n + i] = number[2 * i + 1];
		}
		if (kind == KLOUT_WEIGHT_FLOAT4)
			for (uint32 i = 0; i < fits; i++)
				chunk->weight4[chunk->n + i] = (float) weight[i];
		else if (kind == KLOUT_WEIGHT_FLOAT8)
			memcpy(chunk->weight8 + chunk->n, weight, fits * sizeof(double));
		chunk->n += fits;
		edges->n += fits;
		number += 2 * fits;
		weight += fits;
		left -= fits;
	}
}

KloutMeaning *
klout_edges_meaning(KloutEdges *edges, uint32 n)
{
	KloutMeaning *meaning = klout_take(edges->memory,
									   offsetof(KloutMeaning, number) +
									   n * sizeof(uint32), 1);

	meaning->n = n;
	meaning->which = edges->n_meanings++;
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
	edges->n_meanings = 0;
}

void
klout_edges_adopt(KloutEdges *edges, KloutEdgeChunk *chunk,
				  const KloutMeaning *meaning,
				  void (*release) (KloutEdgeChunk *chunk), void *owner)
{
	klout_reserve(edges->memory, chunk_size(chunk->capacity, chunk->kind));
	point_into_block(chunk, (char *) chunk);
	chunk->meaning = meaning->which;
	chunk->release = release;
	chunk->owner = owner;
	link_chunk(edges, chunk);
	edges->n += chunk->n;
}

void
klout_edges_view(KloutEdgeChunk *view, const void *block)
{
	*view = *(const KloutEdgeChunk *) block;
	point_into_block(view, unconstify(char *, (const char *) block));
}

void
klout_edges_drop(KloutEdges *edges)
{
	KloutEdgeChunk *chunk = edges->first;

	edges->first = chunk->next;
	if (edges->first == NULL)
		edges->last = NULL;
	free_chunk(edges->memory, chunk);
}

void
klout_edges_free(KloutEdges *edges)
{
	while (edges->first != NULL)
		klout_edges_drop(edges);
	free_meanings(edges);
}

/* ----------
 * Sorting
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

/* ----------
 * The graph
 * ----------
 */

void
klout_graph_keep_tails(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;
	uint64		places = 0;

	for (uint32 i = graph->n - graph->tails; i < graph->n; i++)
		places += graph->length[graph->queue[i]];
	if (places < graph->places)
	{
		uint32	   *column = KLOUT_TAKE(memory, uint32, places);
		float	   *value4 = NULL;
		double	   *value8 = NULL;
		uint64		at = 0;

		if (graph->kind == KLOUT_WEIGHT_FLOAT4)
			value4 = KLOUT_TAKE(memory, float, places);
		else
			value8 = KLOUT_TAKE(memory, double, places);
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
		KLOUT_GIVE(memory, graph->column, graph->places);
		KLOUT_GIVE(memory, graph->value4, graph->places);
		KLOUT_GIVE(memory, graph->value8, graph->places);
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

	KLOUT_GIVE(memory, graph->vertex, graph->n);
	KLOUT_GIVE(memory, graph->by_id, graph->n);
	KLOUT_GIVE(memory, graph->start, graph->n);
	KLOUT_GIVE(memory, graph->length, graph->n);
	KLOUT_GIVE(memory, graph->column, graph->places);
	KLOUT_GIVE(memory, graph->value4, graph->places);
	KLOUT_GIVE(memory, graph->value8, graph->places);
	KLOUT_GIVE(memory, graph->scale, graph->n);
	KLOUT_GIVE(memory, graph->place, graph->n);
	KLOUT_GIVE(memory, graph->queue, graph->n);
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
