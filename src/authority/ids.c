/*-------------------------------------------------------------------------
 *
 * ids.c
 *	  Numbers people 0, 1, 2, ... in order of arrival.
 *
 * The table is open addressing with linear probing.  Integer ids are looked up
 * in batches whose slots are prefetched, so that cache misses overlap: three
 * times faster than simplehash.h, and 16 bytes a slot instead of 24.  Edges are
 * counted in the slot, which is in the cache at that time.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/edges.h"

/* how far ahead of the current slot klout_ids_close prefetches */
#define PREFETCH_DISTANCE	16

#define FIRST_SLOTS			4096

/* load factor 3/4: a smaller table stays in the cache */
#define IDS_OF(slots)		((slots) / 4 * 3)

/*
 * The finaliser of splitmix64 over id and seed.  The server picks the seed at
 * random, so that an attacker cannot choose ids that collide.
 */
static inline uint64
hash_finish(uint64 h)
{
	h = (h ^ (h >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	h = (h ^ (h >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return h ^ (h >> 31);
}

static inline uint64
hash_of(const KloutIds *ids, uint64 id)
{
	return hash_finish(id ^ ids->seed);
}

/* Hashes eight bytes at a time; byte order does not matter. */
static uint64
hash_of_bytes(const KloutIds *ids, const char *data, size_t len)
{
	uint64		h = hash_finish(ids->seed ^ len);
	uint64		word;

	for (; len >= sizeof(word); len -= sizeof(word), data += sizeof(word))
	{
		memcpy(&word, data, sizeof(word));
		h = hash_finish(h ^ word) + ids->seed;
	}
	word = 0;
	memcpy(&word, data, len);
	return hash_finish(h ^ word);
}

static KloutIdSlot *
empty_slots(KloutMemory *memory, uint64 n)
{
	KloutIdSlot *slot = KLOUT_ALLOC(memory, KloutIdSlot, n);

	/* all bits set: KLOUT_INVALID_VERTEX in number */
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
		ids->offset = KLOUT_ALLOC(memory, uint64, (size_t) ids->capacity + 1);
		ids->offset[0] = 0;
		ids->data_capacity = FIRST_SLOTS * 4;
		ids->data = KLOUT_ALLOC(memory, char, ids->data_capacity);
	}
	else
		ids->id = KLOUT_ALLOC(memory, int64, ids->capacity);
	ids->edges = klout_alloc(memory, ids->capacity, sizeof(*ids->edges));
}

/* Makes room for n more ids. */
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
			if (old[i].number == KLOUT_INVALID_VERTEX)
				continue;
			at = (ids->bytes ? old[i].key : hash_of(ids, old[i].key)) & mask;
			while (ids->slot[at].number != KLOUT_INVALID_VERTEX)
				at = (at + 1) & mask;
			ids->slot[at] = old[i];
		}
		KLOUT_FREE(memory, old);
	}

	if ((uint64) ids->n + n > ids->capacity)
	{
		uint64		wanted = Min(IDS_OF(ids->slots), KLOUT_INVALID_VERTEX - 1);

		ids->capacity = (uint32) wanted;
		if (ids->bytes)
			ids->offset = klout_realloc(memory, ids->offset, (size_t) ids->capacity + 1,
										sizeof(uint64));
		else
			ids->id = klout_realloc(memory, ids->id, ids->capacity,
									sizeof(int64));
		ids->edges = klout_realloc(memory, ids->edges, ids->capacity,
								   sizeof(*ids->edges));
	}
}

/* The slot where probing starts. */
static inline uint64
home_of(const KloutIds *ids, uint64 hash)
{
	return hash & (ids->slots - 1);
}

/* The slot of an id, or the empty one where it belongs. */
static inline KloutIdSlot *
slot_of_id(const KloutIds *ids, uint64 key, uint64 at)
{
	while (ids->slot[at].number != KLOUT_INVALID_VERTEX && ids->slot[at].key != key)
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

		if (slot->number == KLOUT_INVALID_VERTEX)
			return slot;
		if (slot->key != key)
			continue;
		from = ids->offset[slot->number];
		if (ids->offset[slot->number + 1] - from == len &&
			memcmp(ids->data + from, data, len) == 0)
			return slot;
	}
}

/* Gives an empty slot the next number. */
static inline void
fill_slot(KloutIds *ids, KloutIdSlot *slot, uint64 key)
{
	Assert(ids->n < ids->capacity);
	slot->key = key;
	slot->number = ids->n;
	slot->edges[KLOUT_ACTOR] = slot->edges[KLOUT_TARGET] = 0;
	ids->edges[ids->n][KLOUT_ACTOR] = ids->edges[ids->n][KLOUT_TARGET] = 0;
	ids->n++;
}

static void
flush_counts(KloutIds *ids, KloutIdSlot *slot)
{
	for (int end = KLOUT_ACTOR; end <= KLOUT_TARGET; end++)
	{
		ids->edges[slot->number][end] += slot->edges[end];
		slot->edges[end] = 0;
	}
}

static inline void
count_edge(KloutIds *ids, KloutIdSlot *slot, KloutEnd end)
{
	if (unlikely(++slot->edges[end] == PG_UINT16_MAX))
		flush_counts(ids, slot);
}

/* The slot of an id, which is added if it is new. */
static inline KloutIdSlot *
find_or_add(KloutIds *ids, int64 id, uint64 at)
{
	KloutIdSlot *slot = slot_of_id(ids, (uint64) id, at);

	if (slot->number == KLOUT_INVALID_VERTEX)
	{
		ids->id[ids->n] = id;
		fill_slot(ids, slot, (uint64) id);
	}
	return slot;
}

/* The same for a string of bytes. */
static KloutIdSlot *
find_or_add_bytes(KloutIds *ids, const char *data, size_t len)
{
	uint64		key = hash_of_bytes(ids, data, len);
	KloutIdSlot *slot;

	grow_ids(ids, 1);
	slot = slot_of_bytes(ids, key, data, len);
	if (slot->number == KLOUT_INVALID_VERTEX)
	{
		uint64		from = ids->offset[ids->n];

		if (from + len > ids->data_capacity)
		{
			uint64		wanted = 2 * ids->data_capacity + len;

			ids->data = klout_realloc(ids->memory, ids->data, wanted, 1);
			ids->data_capacity = wanted;
		}
		memcpy(ids->data + from, data, len);
		ids->offset[ids->n + 1] = from + len;
		fill_slot(ids, slot, key);
	}
	return slot;
}

/* Makes room for n ids and prefetches the slots where their probing starts. */
static inline void
prefetch_slots(KloutIds *ids, const int64 *id, int n, uint64 *at)
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
	prefetch_slots(ids, id, 2 * n, at);
	for (int i = 0; i < 2 * n; i++)
	{
		KloutIdSlot *slot = find_or_add(ids, id[i], at[i]);

		count_edge(ids, slot, i % 2 == 0 ? KLOUT_ACTOR : KLOUT_TARGET);
		number[i] = slot->number;
	}
}

uint32
klout_ids_of_end(KloutIds *ids, const char *data, size_t len, KloutEnd end)
{
	KloutIdSlot *slot = find_or_add_bytes(ids, data, len);

	Assert(ids->bytes);
	count_edge(ids, slot, end);
	return slot->number;
}

void
klout_ids_merge(KloutIds *ids, const KloutIds *other, uint32 *number)
{
	uint64		at[KLOUT_IDS_BATCH];

	Assert(ids->bytes == other->bytes && other->slot == NULL);
	for (uint32 from = 0; from < other->n; from += KLOUT_IDS_BATCH)
	{
		uint32		n = Min(other->n - from, KLOUT_IDS_BATCH);

		if (from % KLOUT_INTERRUPT_STEPS == 0)
			ids->memory->interrupts();
		if (!ids->bytes)
			prefetch_slots(ids, other->id + from, (int) n, at);
		for (uint32 i = from; i < from + n; i++)
		{
			KloutIdSlot *slot = ids->bytes ?
				find_or_add_bytes(ids, other->data + other->offset[i],
							  other->offset[i + 1] - other->offset[i]) :
				find_or_add(ids, other->id[i], at[i - from]);

			number[i] = slot->number;
			KLOUT_PREFETCH(&ids->edges[slot->number]);
		}
		for (uint32 i = from; i < from + n; i++)
			for (int end = KLOUT_ACTOR; end <= KLOUT_TARGET; end++)
				ids->edges[number[i]][end] += other->edges[i][end];
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

/* Moves the arrays to a memory, without the room for more ids. */
static void
trim_ids(KloutIds *ids, KloutMemory *memory)
{
	KloutMemory *from = ids->memory;

	ids->memory = memory;
	ids->capacity = ids->n;
	ids->edges = klout_move(from, memory, ids->edges, ids->n, sizeof(*ids->edges));
	if (!ids->bytes)
	{
		ids->id = klout_move(from, memory, ids->id, ids->n, sizeof(int64));
		return;
	}
	ids->data_capacity = ids->offset[ids->n];
	ids->offset = klout_move(from, memory, ids->offset, (size_t) ids->n + 1,
							 sizeof(uint64));
	ids->data = klout_move(from, memory, ids->data, ids->data_capacity, 1);
}

void
klout_ids_close(KloutIds *ids, KloutMemory *memory)
{
	for (uint64 i = 0; i < ids->slots; i++)
	{
		if (i % KLOUT_INTERRUPT_STEPS == 0)
			ids->memory->interrupts();
		if (i + PREFETCH_DISTANCE < ids->slots && ids->slot[i + PREFETCH_DISTANCE].number != KLOUT_INVALID_VERTEX)
			KLOUT_PREFETCH(&ids->edges[ids->slot[i + PREFETCH_DISTANCE].number]);
		if (ids->slot[i].number != KLOUT_INVALID_VERTEX)
			flush_counts(ids, &ids->slot[i]);
	}
	KLOUT_FREE(ids->memory, ids->slot);
	trim_ids(ids, memory);
}
