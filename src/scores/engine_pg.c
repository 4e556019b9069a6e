/*-------------------------------------------------------------------------
 *
 * engine_pg.c
 *	  Actions of a query, grouped by person: partitions, spilling, grouping.
 *
 * Records lie in chunks, a list of them for each partition.  When the memory
 * for chunks is used up, all of it is written to a temporary file, each
 * partition's records in one piece, and filled anew.  A partition that is too
 * large to be grouped in memory is divided again by further bits of the hash,
 * unless it has one hash only: then it is most likely one person, whose
 * actions are handed over slice by slice as they are read.
 *
 * Hashes are seeded, so that nobody can choose ids that share one.
 *
 *-------------------------------------------------------------------------
 */
#include "scores/engine_pg.h"

#include <sys/mman.h>

#include "common/hashfn.h"
#include "executor/nodeHash.h"
#include "miscadmin.h"
#include "storage/buffile.h"
#include "utils/memutils.h"
#include "common/values_pg.h"

/* bits of the hash that choose a partition */
#define BITS_MAX				8
#define BITS_MIN				2
/* memory for each partition at least, so that pieces in files are not tiny */
#define PARTITION_BYTES			16384

/* sizes of chunks; a record with the longest inline id fits the smallest */
#define CHUNK_MIN				1024
#define CHUNK_MAX				32768

/* a huge page, and the smallest piece of memory that is worth one */
#define HUGE_PAGE				((size_t) 2 * 1024 * 1024)
#define SEGMENT_MIN				((size_t) 64 * 1024)
#define SEGMENT_MAX				((size_t) 64 * 1024 * 1024)

/* bytes that are read from a file at once */
#define READ_BYTES				65536

/* the hash has no more bits to divide by */
#define DIVIDED_BITS_MAX		48

/* persons between two looks at whether to go on */
#define PERSONS_UNCHECKED		64

/*
 * A record.  With ids of uuid 16 bytes follow; of text, two bytes of length
 * and the text, or KLOUT_LONG_ID and a pointer to a LongId; then padding.
 */
typedef struct Record
{
	uint64		hash;			/* of the person */
	KloutAction action;
} Record;

#define LONG_ID					0xFFFF

/* An id that is too long for a record: kept once. */
typedef struct LongId
{
	struct LongId *next;
	uint64		hash;
	size_t		len;
	char		data[FLEXIBLE_ARRAY_MEMBER];
} LongId;

typedef struct Chunk
{
	struct Chunk *next;
	size_t		used;			/* bytes of records, which follow */
} Chunk;

/* Records of one partition in the file. */
typedef struct Extent
{
	int			fileno;
	off_t		offset;
	uint64		bytes;
} Extent;

/* What a record that comes in touches of a partition: little, so that all are in the cache. */
typedef struct Tail
{
	char	   *next;			/* where the next record goes */
	char	   *end;			/* of the last chunk */
	uint64		all;			/* bits that all hashes have */
	uint64		any;			/* bits that any hash has */
} Tail;

typedef struct Partition
{
	uint64		records;		/* but for those of the last chunk */
	uint64		bytes;			/* of all chunks there ever were */
	Chunk	   *first;
	Chunk	   *last;
	Extent	   *extents;
	uint32		nextents;
	uint32		max_extents;
} Partition;

/* Memory in large pieces, of which the same ones are used again. */
typedef struct Segment
{
	char	   *base;
	void	   *allocated;
	size_t		size;
} Segment;

typedef struct Arena
{
	size_t		limit;
	size_t		size;			/* of all segments */
	Segment		segments[64];
	int			nsegments;
	int			current;
	size_t		used;			/* of the current one */
} Arena;

struct KloutPartitions
{
	MemoryContext context;
	int			used_bits;		/* of the hash, by those it was divided from */
	int			bits;
	size_t		chunk_max;
	Arena		arena;
	BufFile    *file;
	Partition  *part;
	Tail		tail[FLEXIBLE_ARRAY_MEMBER];
};

/* A person of the partition that is grouped. */
typedef struct Member
{
	uint64		hash;
	const Record *record;		/* with the id, unless that is in the hash */
	uint32		count;
	uint32		end;			/* of the actions placed so far */
} Member;

typedef struct KloutGrouping
{
	KloutTakeActions take;
	void	   *arg;
	uint32	   *slots;			/* numbers of members plus one, or 0 */
	size_t		slots_size;
	uint32		nslots;
	Member	   *members;
	size_t		members_size;
	uint32		nmembers;
	KloutAction *actions;
	size_t		actions_size;
	void	   *loaded;			/* a partition from a file, as one chunk */
	size_t		loaded_size;
	LongId	  **long_ids;		/* of the whole call, a hash table */
	uint32		nlong_ids;
	uint32		long_slots;
} KloutGrouping;

/* ----------
 * Memory
 * ----------
 */

/*
 * Huge pages spare page faults and TLB misses.  Whole ones only: what is at
 * the ends of a piece is shared with others.
 */
static void *
allocate_large(MemoryContext context, size_t size, void **allocated)
{
	char	   *memory;

	if (size < HUGE_PAGE)
	{
		*allocated = MemoryContextAllocHuge(context, size);
		return *allocated;
	}
	*allocated = MemoryContextAllocHuge(context, size + HUGE_PAGE);
	memory = (char *) TYPEALIGN(HUGE_PAGE, *allocated);
#ifdef MADV_HUGEPAGE
	/* advice: where it is not taken, all is as it was */
	(void) madvise(memory, TYPEALIGN_DOWN(HUGE_PAGE, size), MADV_HUGEPAGE);
#endif
	return memory;
}

/* The pointer that was allocated lies right before the memory. */
void
klout_engine_reserve(MemoryContext context, void **memory, size_t *have, size_t size)
{
	void	   *allocated;
	char	   *aligned;

	if (likely(*have >= size))
		return;
	if (*memory != NULL)
	{
		pfree(((void **) *memory)[-1]);
		*memory = NULL;
		*have = 0;
	}
	size = Max(size + size / 4, 1024);
	if (size + MAXIMUM_ALIGNOF > HUGE_PAGE)
		size = TYPEALIGN(HUGE_PAGE, size + MAXIMUM_ALIGNOF) - MAXIMUM_ALIGNOF;
	aligned = allocate_large(context, size + MAXIMUM_ALIGNOF, &allocated);
	*(void **) aligned = allocated;
	StaticAssertStmt(sizeof(void *) <= MAXIMUM_ALIGNOF, "pointer must fit");
	*memory = aligned + MAXIMUM_ALIGNOF;
	((void **) *memory)[-1] = allocated;
	*have = size;
}

void
klout_engine_release(void **memory, size_t *have)
{
	if (*memory != NULL)
		pfree(((void **) *memory)[-1]);
	*memory = NULL;
	*have = 0;
}

/* size bytes, or NULL when that would be more than the limit. */
static void *
arena_take(Arena *arena, MemoryContext context, size_t size)
{
	Segment    *segment;
	void	   *result;
	size_t		wanted;

	for (; arena->current < arena->nsegments; arena->current++, arena->used = 0)
	{
		segment = &arena->segments[arena->current];
		if (segment->size - arena->used >= size)
		{
			result = segment->base + arena->used;
			arena->used += size;
			return result;
		}
	}

	wanted = Min(Max(arena->size, SEGMENT_MIN),
				 Max(SEGMENT_MAX, arena->limit / 16));
	if (arena->size >= arena->limit ||
		arena->nsegments == lengthof(arena->segments))
		return NULL;
	wanted = Max(Min(wanted, arena->limit - arena->size), size);
	if (wanted > HUGE_PAGE)
		wanted = Max(TYPEALIGN_DOWN(HUGE_PAGE, wanted), size);
	segment = &arena->segments[arena->nsegments++];
	segment->base = allocate_large(context, wanted, &segment->allocated);
	segment->size = wanted;
	arena->size += wanted;
	arena->used = size;
	return segment->base;
}

static void
arena_reset(Arena *arena)
{
	arena->current = 0;
	arena->used = 0;
}

static void
arena_free(Arena *arena)
{
	for (int i = 0; i < arena->nsegments; i++)
		pfree(arena->segments[i].allocated);
	arena->nsegments = 0;
	arena->size = 0;
	arena_reset(arena);
}

/* ----------
 * Records
 * ----------
 */

static inline char *
record_data(const Record *record)
{
	return (char *) record + sizeof(Record);
}

static inline size_t
text_record_size(size_t len)
{
	return MAXALIGN(sizeof(Record) + sizeof(uint16) + len);
}

static inline size_t
record_size(const Record *record, KloutPersonType type)
{
	uint16		len;

	switch (type)
	{
		case KLOUT_PERSON_BIGINT:
			return sizeof(Record);
		case KLOUT_PERSON_UUID:
			return sizeof(Record) + 16;
		default:
			memcpy(&len, record_data(record), sizeof(len));
			return text_record_size(len == LONG_ID ? sizeof(LongId *) : len);
	}
}

/* The id of a record, which is no number. */
static inline const char *
record_id(const Record *record, KloutPersonType type, size_t *id_len)
{
	const char *data = record_data(record);
	uint16		len;

	if (type == KLOUT_PERSON_UUID)
	{
		*id_len = 16;
		return data;
	}
	memcpy(&len, data, sizeof(len));
	data += sizeof(len);
	if (len == LONG_ID)
	{
		LongId	   *id;

		memcpy(&id, data, sizeof(id));
		*id_len = id->len;
		return id->data;
	}
	*id_len = len;
	return data;
}

static inline bool
same_person(const Record *a, const Record *b, KloutPersonType type)
{
	size_t		a_len;
	size_t		b_len;
	const char *a_id = record_id(a, type, &a_len);
	const char *b_id = record_id(b, type, &b_len);

	return a_len == b_len && memcmp(a_id, b_id, a_len) == 0;
}

/* Bijective, so that the hash of a number stands for it: see sample.c. */
static inline uint64
hash_number(uint64 x)
{
	x ^= x >> 30;
	x *= UINT64CONST(0xBF58476D1CE4E5B9);
	x ^= x >> 27;
	x *= UINT64CONST(0x94D049BB133111EB);
	x ^= x >> 31;
	return x;
}

static inline uint64
number_of_hash(uint64 x)
{
	x ^= x >> 31 ^ x >> 62;
	x *= UINT64CONST(0x319642B2D24D8EC3);
	x ^= x >> 27 ^ x >> 54;
	x *= UINT64CONST(0x96DE1B173F119089);
	x ^= x >> 30 ^ x >> 60;
	return x;
}

/* ----------
 * Partitions
 * ----------
 */

static KloutPartitions *
make_partitions(MemoryContext context, size_t limit, int used_bits)
{
	KloutPartitions *set;
	int			bits = BITS_MIN;

	while (bits < BITS_MAX && limit >> (bits + 1) >= PARTITION_BYTES)
		bits++;
	set = MemoryContextAllocZero(context, offsetof(KloutPartitions, tail) +
								 (sizeof(Tail) << bits));
	set->part = MemoryContextAllocZero(context, sizeof(Partition) << bits);
	for (int i = 0; i < 1 << bits; i++)
		set->tail[i].all = ~UINT64CONST(0);
	set->context = context;
	set->used_bits = used_bits;
	set->bits = bits;
	set->arena.limit = limit;
	set->chunk_max = CHUNK_MIN;
	while (set->chunk_max < CHUNK_MAX &&
		   set->chunk_max << (bits + 3) < limit)
		set->chunk_max *= 2;
	return set;
}

static void
free_partitions(KloutPartitions *set)
{
	if (set->file)
		BufFileClose(set->file);
	arena_free(&set->arena);
	for (int i = 0; i < 1 << set->bits; i++)
		if (set->part[i].extents)
			pfree(set->part[i].extents);
	pfree(set->part);
	pfree(set);
}

/* Says how much is in the last chunk of a partition, which gets no more. */
static void
end_chunk(KloutEngine *engine, KloutPartitions *set, int number)
{
	Partition  *part = &set->part[number];
	Tail	   *tail = &set->tail[number];
	Chunk	   *chunk = part->last;
	char	   *data;

	if (tail->next == NULL)
		return;
	data = (char *) (chunk + 1);
	chunk->used = (size_t) (tail->next - data);
	if (engine->person_type == KLOUT_PERSON_BIGINT)
		part->records += chunk->used / sizeof(Record);
	else
		for (; data < tail->next; part->records++)
			data += record_size((Record *) data, engine->person_type);
	tail->next = tail->end = NULL;
}

/* Writes all that is in memory to the file. */
static void
spill(KloutEngine *engine, KloutPartitions *set)
{
	MemoryContext old = MemoryContextSwitchTo(set->context);

	if (set->file == NULL)
	{
		set->file = BufFileCreateTemp(false);
		engine->stats.files++;
	}
	for (int i = 0; i < 1 << set->bits; i++)
	{
		Partition  *part = &set->part[i];
		Extent	   *extent;

		if (part->first == NULL)
			continue;
		CHECK_FOR_INTERRUPTS();
		end_chunk(engine, set, i);
		if (part->nextents == part->max_extents)
		{
			part->max_extents = Max(8, 2 * part->max_extents);
			part->extents = part->extents == NULL ?
				palloc(sizeof(Extent) * part->max_extents) :
				repalloc_huge(part->extents, sizeof(Extent) * part->max_extents);
		}
		extent = &part->extents[part->nextents++];
		BufFileTell(set->file, &extent->fileno, &extent->offset);
		extent->bytes = 0;
		for (Chunk *chunk = part->first; chunk; chunk = chunk->next)
		{
			BufFileWrite(set->file, (char *) (chunk + 1), chunk->used);
			extent->bytes += chunk->used;
		}
		engine->stats.spilled += extent->bytes;
		part->first = part->last = NULL;
	}
	arena_reset(&set->arena);
	MemoryContextSwitchTo(old);
}

/* A new chunk for a partition, larger if it has much already. */
static pg_noinline void
add_chunk(KloutEngine *engine, KloutPartitions *set, int number)
{
	Partition  *part = &set->part[number];
	size_t		size = CHUNK_MIN;
	Chunk	   *chunk;

	while (size < set->chunk_max && size < part->bytes)
		size *= 2;
	chunk = arena_take(&set->arena, set->context, size);
	if (chunk == NULL)
	{
		spill(engine, set);
		chunk = arena_take(&set->arena, set->context, size);
		if (chunk == NULL)
			elog(ERROR, "%s: no room for a chunk", engine->function);
	}
	end_chunk(engine, set, number);
	chunk->next = NULL;
	chunk->used = 0;
	if (part->last)
		part->last->next = chunk;
	else
		part->first = chunk;
	part->last = chunk;
	part->bytes += size;
	set->tail[number].next = (char *) (chunk + 1);
	set->tail[number].end = (char *) chunk + size;
}

/* Room for a record of a hash, which the caller fills. */
static inline Record *
put_record(KloutEngine *engine, KloutPartitions *set, uint64 hash, size_t size)
{
	int			number = (int) ((hash << set->used_bits) >> (64 - set->bits));
	Tail	   *tail = &set->tail[number];
	Record	   *record;

	if (unlikely((size_t) (tail->end - tail->next) < size))
		add_chunk(engine, set, number);
	record = (Record *) tail->next;
	tail->next += size;
#ifdef __GNUC__
	/* the line of the record after next, which comes some 256 rows later */
	__builtin_prefetch(tail->next + 64, 1);
#endif
	tail->all &= hash;
	tail->any |= hash;
	record->hash = hash;
	return record;
}

/*
 * Actions come by their fields: a copy of what was written in smaller pieces
 * just before would wait for them.
 */
void
klout_partitions_put_number(KloutEngine *engine, int64 person, uint64 actor,
							uint32 bucket, uint32 what)
{
	Record	   *record = put_record(engine, engine->partitions,
									hash_number((uint64) person ^ engine->seed),
									sizeof(Record));

	record->action.actor = actor;
	record->action.bucket = bucket;
	record->action.what = what;
}

/* The id that is kept for such bytes. */
static LongId *
keep_long_id(KloutEngine *engine, const char *data, size_t len, uint64 hash)
{
	KloutGrouping *grouping = engine->grouping;
	LongId	   *id;

	if (grouping->nlong_ids >= grouping->long_slots)
	{
		uint32		nslots = Max(64, grouping->long_slots * 2);
		LongId	  **slots = MemoryContextAllocExtended(engine->context,
													   sizeof(LongId *) * nslots,
													   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);

		for (uint32 i = 0; i < grouping->long_slots; i++)
			while ((id = grouping->long_ids[i]) != NULL)
			{
				grouping->long_ids[i] = id->next;
				id->next = slots[id->hash & (nslots - 1)];
				slots[id->hash & (nslots - 1)] = id;
			}
		if (grouping->long_ids)
			pfree(grouping->long_ids);
		grouping->long_ids = slots;
		grouping->long_slots = nslots;
	}
	for (id = grouping->long_ids[hash & (grouping->long_slots - 1)]; id; id = id->next)
		if (id->hash == hash && id->len == len && memcmp(id->data, data, len) == 0)
			return id;
	id = MemoryContextAllocHuge(engine->context, offsetof(LongId, data) + len);
	id->hash = hash;
	id->len = len;
	memcpy(id->data, data, len);
	id->next = grouping->long_ids[hash & (grouping->long_slots - 1)];
	grouping->long_ids[hash & (grouping->long_slots - 1)] = id;
	grouping->nlong_ids++;
	return id;
}

void
klout_partitions_put_id(KloutEngine *engine, const char *id, size_t len,
						uint64 actor, uint32 bucket,
						uint32 what)
{
	uint64		hash = hash_bytes_extended((const unsigned char *) id,
										   (int) len, engine->seed);
	Record	   *record;
	uint16		short_len = (uint16) len;

	if (engine->person_type == KLOUT_PERSON_UUID)
	{
		record = put_record(engine, engine->partitions, hash,
							sizeof(Record) + 16);
		memcpy(record_data(record), id, 16);
	}
	else if (likely(len <= KLOUT_INLINE_ID_MAX))
	{
		record = put_record(engine, engine->partitions, hash,
							text_record_size(len));
		memcpy(record_data(record), &short_len, sizeof(short_len));
		memcpy(record_data(record) + sizeof(short_len), id, len);
	}
	else
	{
		LongId	   *kept = keep_long_id(engine, id, len, hash);

		record = put_record(engine, engine->partitions, hash,
							text_record_size(sizeof(kept)));
		short_len = LONG_ID;
		memcpy(record_data(record), &short_len, sizeof(short_len));
		memcpy(record_data(record) + sizeof(short_len), &kept, sizeof(kept));
	}
	record->action.actor = actor;
	record->action.bucket = bucket;
	record->action.what = what;
}

/* ----------
 * Reading partitions
 * ----------
 */

/* Whole records of a partition, some at a time. */
typedef struct Blocks
{
	KloutEngine *engine;
	KloutPartitions *set;
	Partition  *part;
	Chunk	   *chunk;			/* the next one in memory */
	uint32		extent;			/* the next one in the file */
	uint64		left;			/* of the current extent */
	char	   *buffer;			/* READ_BYTES */
	size_t		kept;			/* of a record that goes on */
	size_t		kept_at;
} Blocks;

static void
open_blocks(Blocks *blocks, KloutEngine *engine, KloutPartitions *set,
			Partition *part)
{
	memset(blocks, 0, sizeof(*blocks));
	blocks->engine = engine;
	blocks->set = set;
	blocks->part = part;
	blocks->chunk = part->first;
	if (part->nextents > 0)
		blocks->buffer = MemoryContextAlloc(set->context, READ_BYTES);
}

static void
close_blocks(Blocks *blocks)
{
	if (blocks->buffer)
		pfree(blocks->buffer);
}

static void
read_file(KloutEngine *engine, BufFile * file, void *to, size_t bytes)
{
	size_t		got = BufFileRead(file, to, bytes);

	if (got != bytes)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("%s: could not read from a temporary file: read only %zu of %zu bytes",
						engine->function, got, bytes)));
}

static void
seek_extent(KloutEngine *engine, BufFile * file, const Extent *extent)
{
	if (BufFileSeek(file, extent->fileno, extent->offset, SEEK_SET) != 0)
		ereport(ERROR,
				(errcode_for_file_access(),
				 errmsg("%s: could not seek in a temporary file",
						engine->function)));
}

static bool
next_block(Blocks *blocks, char **data, size_t *len)
{
	KloutPersonType type = blocks->engine->person_type;
	size_t		bytes;
	size_t		whole = 0;

	CHECK_FOR_INTERRUPTS();
	if (blocks->chunk)
	{
		*data = (char *) (blocks->chunk + 1);
		*len = blocks->chunk->used;
		blocks->chunk = blocks->chunk->next;
		return true;
	}
	if (blocks->left == 0)
	{
		Assert(blocks->kept == 0);
		if (blocks->extent == blocks->part->nextents)
			return false;
		blocks->left = blocks->part->extents[blocks->extent].bytes;
		seek_extent(blocks->engine, blocks->set->file,
					&blocks->part->extents[blocks->extent]);
		blocks->extent++;
	}

	memmove(blocks->buffer, blocks->buffer + blocks->kept_at, blocks->kept);
	bytes = (size_t) Min((uint64) (READ_BYTES - blocks->kept), blocks->left);
	read_file(blocks->engine, blocks->set->file,
			  blocks->buffer + blocks->kept, bytes);
	blocks->left -= bytes;
	bytes += blocks->kept;
	/* a record's size is known from what is at its beginning */
	while (bytes - whole >= sizeof(Record) + MAXIMUM_ALIGNOF ||
		   (type == KLOUT_PERSON_BIGINT && bytes - whole >= sizeof(Record)))
	{
		size_t		size = record_size((Record *) (blocks->buffer + whole), type);

		if (bytes - whole < size)
			break;
		whole += size;
	}
	blocks->kept = bytes - whole;
	blocks->kept_at = whole;
	*data = blocks->buffer;
	*len = whole;
	return true;
}

/* A partition of the file as one chunk. */
static Chunk *
load(KloutEngine *engine, KloutPartitions *set, Partition *part)
{
	KloutGrouping *grouping = engine->grouping;
	uint64		bytes = 0;
	char	   *to;
	Chunk	   *chunk;

	for (uint32 i = 0; i < part->nextents; i++)
		bytes += part->extents[i].bytes;
	klout_engine_reserve(engine->context, &grouping->loaded, &grouping->loaded_size,
						 sizeof(Chunk) + bytes);
	chunk = grouping->loaded;
	chunk->next = NULL;
	chunk->used = bytes;
	to = (char *) (chunk + 1);
	for (uint32 i = 0; i < part->nextents; i++)
	{
		CHECK_FOR_INTERRUPTS();
		seek_extent(engine, set->file, &part->extents[i]);
		read_file(engine, set->file, to, part->extents[i].bytes);
		to += part->extents[i].bytes;
	}
	return chunk;
}

/* ----------
 * Grouping
 * ----------
 */

static void
take_actions(KloutEngine *engine, uint64 hash, const Record *record,
			 const KloutAction *actions, uint32 n, bool last)
{
	KloutGrouping *grouping = engine->grouping;
	KloutPerson person = {0, NULL, 0};

	if (engine->person_type == KLOUT_PERSON_BIGINT)
		person.number = (int64) (number_of_hash(hash) ^ engine->seed);
	else
		person.id = record_id(record, engine->person_type, &person.len);
	if (last && ++engine->stats.people % PERSONS_UNCHECKED == 0)
		CHECK_FOR_INTERRUPTS();
	grouping->take(grouping->arg, &person, actions, n, last);
}

/* Makes the hash table twice as large, or as large as asked for at first. */
static void
resize_table(KloutEngine *engine, uint32 nslots)
{
	KloutGrouping *grouping = engine->grouping;
	uint32		max_members = nslots / 4 * 3;
	Member	   *old = grouping->members;
	void	   *members = NULL;
	size_t		members_size = 0;

	if (grouping->members_size < sizeof(Member) * max_members)
	{
		klout_engine_reserve(engine->context, &members, &members_size,
							 sizeof(Member) * max_members);
		if (old)
		{
			void	   *memory = old;

			memcpy(members, old, sizeof(Member) * grouping->nmembers);
			klout_engine_release(&memory, &grouping->members_size);
		}
		grouping->members = members;
		grouping->members_size = members_size;
	}
	klout_engine_reserve(engine->context, (void **) &grouping->slots,
						 &grouping->slots_size, sizeof(uint32) * nslots);
	memset(grouping->slots, 0, sizeof(uint32) * nslots);
	grouping->nslots = nslots;
	for (uint32 i = 0; i < grouping->nmembers; i++)
	{
		uint32		slot = (uint32) grouping->members[i].hash & (nslots - 1);

		while (grouping->slots[slot] != 0)
			slot = (slot + 1) & (nslots - 1);
		grouping->slots[slot] = i + 1;
	}
}

/* The member a record belongs to. */
static inline uint32
member_of(KloutEngine *engine, KloutGrouping *grouping, const Record *record,
		  KloutPersonType type)
{
	for (;;)
	{
		uint32		mask = grouping->nslots - 1;
		uint32		slot = (uint32) record->hash & mask;
		uint32		found;
		Member	   *member;

		for (; (found = grouping->slots[slot]) != 0; slot = (slot + 1) & mask)
		{
			member = &grouping->members[found - 1];
			if (member->hash == record->hash &&
				(type == KLOUT_PERSON_BIGINT ||
				 same_person(member->record, record, type)))
				return found - 1;
		}
		if (grouping->nmembers < grouping->nslots / 4 * 3)
		{
			member = &grouping->members[grouping->nmembers];
			member->hash = record->hash;
			member->record = record;
			member->count = 0;
			grouping->slots[slot] = ++grouping->nmembers;
			return grouping->nmembers - 1;
		}
		resize_table(engine, grouping->nslots * 2);
	}
}

/*
 * Groups a partition that is in memory: counts everybody's actions, then
 * places them side by side.  The number of the member takes the place of the
 * hash, which the member has.
 */
static pg_attribute_always_inline void
group_chunks(KloutEngine *engine, Chunk *first, uint64 records,
			 KloutPersonType type)
{
	KloutGrouping *grouping = engine->grouping;
	KloutAction *actions;
	uint32		end = 0;

	klout_engine_reserve(engine->context, (void **) &grouping->actions,
						 &grouping->actions_size, sizeof(KloutAction) * records);
	actions = grouping->actions;

	grouping->nmembers = 0;
	resize_table(engine, Max(64, grouping->nslots));
	for (Chunk *chunk = first; chunk; chunk = chunk->next)
	{
		char	   *next = (char *) (chunk + 1);
		char	   *stop = next + chunk->used;

		while (next < stop)
		{
			Record	   *record = (Record *) next;
			uint32		member = member_of(engine, grouping, record, type);

			next += record_size(record, type);
			grouping->members[member].count++;
			record->hash = member;
		}
	}
	for (uint32 i = 0; i < grouping->nmembers; i++)
	{
		Member	   *member = &grouping->members[i];

		member->end = end;
		end += member->count;
	}
	Assert(end == records);
	for (Chunk *chunk = first; chunk; chunk = chunk->next)
	{
		char	   *next = (char *) (chunk + 1);
		char	   *stop = next + chunk->used;

		while (next < stop)
		{
			Record	   *record = (Record *) next;

			next += record_size(record, type);
			actions[grouping->members[record->hash].end++] = record->action;
		}
	}
	for (uint32 i = 0; i < grouping->nmembers; i++)
	{
		Member	   *member = &grouping->members[i];

		take_actions(engine, member->hash, member->record,
					 actions + (member->end - member->count), member->count,
					 true);
	}
	/* the next partition begins with a table that fitted this one */
	while (grouping->nslots > 64 && grouping->nmembers < grouping->nslots / 4)
		grouping->nslots /= 2;
}

/*
 * Hands over the actions of a partition with a single hash as they are read.
 * Should several persons share it, each has a turn: everybody who had one is
 * skipped, the first other one is next.
 */
static void
stream(KloutEngine *engine, KloutPartitions *set, Partition *part)
{
	KloutGrouping *grouping = engine->grouping;
	KloutPersonType type = engine->person_type;
	Record	  **done = NULL;
	int			ndone = 0;
	Record	   *next = NULL;
	KloutAction *slice;

	klout_engine_reserve(engine->context, (void **) &grouping->actions,
						 &grouping->actions_size,
						 sizeof(KloutAction) * KLOUT_ACTIONS_SLICE);
	slice = grouping->actions;
	do
	{
		Record	   *current = next;
		uint32		n = 0;
		Blocks		blocks;
		char	   *data;
		size_t		len;

		next = NULL;
		open_blocks(&blocks, engine, set, part);
		while (next_block(&blocks, &data, &len))
		{
			char	   *stop = data + len;

			while (data < stop)
			{
				Record	   *record = (Record *) data;
				size_t		size = record_size(record, type);

				data += size;
				if (current == NULL ||
					(type != KLOUT_PERSON_BIGINT && next == NULL &&
					 !same_person(current, record, type)))
				{
					bool		had_turn = false;

					for (int i = 0; i < ndone && !had_turn; i++)
						had_turn = same_person(done[i], record, type);
					if (!had_turn)
					{
						Record	   *copy = MemoryContextAlloc(set->context, size);

						memcpy(copy, record, size);
						if (current == NULL)
							current = copy;
						else
							next = copy;
					}
				}
				if (type != KLOUT_PERSON_BIGINT &&
					!same_person(current, record, type))
					continue;
				if (n == KLOUT_ACTIONS_SLICE)
				{
					take_actions(engine, current->hash, current, slice, n, false);
					n = 0;
				}
				slice[n++] = record->action;
			}
		}
		close_blocks(&blocks);
		take_actions(engine, current->hash, current, slice, n, true);
		if (next)
		{
			done = done == NULL ?
				MemoryContextAlloc(set->context, sizeof(Record *) * 8) :
				ndone % 8 == 0 ?
				repalloc(done, sizeof(Record *) * (size_t) (ndone + 8)) : done;
			done[ndone++] = current;
		}
		else
			pfree(current);
	} while (next);
	for (int i = 0; i < ndone; i++)
		pfree(done[i]);
	if (done)
		pfree(done);
}

static void group_partitions(KloutEngine *engine, KloutPartitions *set,
							 uint32 depth);

/* Divides a partition by further bits of the hash. */
static void
divide(KloutEngine *engine, KloutPartitions *set, Partition *part, uint32 depth)
{
	KloutPartitions *parts;
	KloutPersonType type = engine->person_type;
	Blocks		blocks;
	char	   *data;
	size_t		len;

	parts = make_partitions(engine->context, engine->budget / 4,
							set->used_bits + set->bits);
	open_blocks(&blocks, engine, set, part);
	while (next_block(&blocks, &data, &len))
	{
		char	   *stop = data + len;

		while (data < stop)
		{
			Record	   *record = (Record *) data;
			size_t		size = record_size(record, type);

			memcpy(put_record(engine, parts, record->hash, size), record, size);
			data += size;
		}
	}
	close_blocks(&blocks);
	spill(engine, parts);
	arena_free(&parts->arena);
	group_partitions(engine, parts, depth + 1);
	free_partitions(parts);
}

static void
group_partition(KloutEngine *engine, KloutPartitions *set, int number,
				uint32 depth)
{
	KloutPersonType type = engine->person_type;
	Partition  *part = &set->part[number];

	/* where there is a file, no records are in memory */
	size_t		limit = engine->budget / (set->file ? 2 : 4);
	uint64		needs;
	Chunk	   *chunk;

	end_chunk(engine, set, number);
	if (part->records == 0)
		return;
	needs = part->records *
		(sizeof(KloutAction) + sizeof(Member) + 2 * sizeof(uint32));
	for (uint32 i = 0; i < part->nextents; i++)
		needs += part->extents[i].bytes;
	if (needs > limit || part->records > PG_INT32_MAX)
	{
		if (set->tail[number].any == set->tail[number].all)
		{
			stream(engine, set, part);
			return;
		}
		if (set->used_bits + set->bits <= DIVIDED_BITS_MAX)
		{
			divide(engine, set, part, depth);
			return;
		}
	}
	chunk = part->nextents > 0 ? load(engine, set, part) : part->first;
	switch (type)
	{
		case KLOUT_PERSON_BIGINT:
			group_chunks(engine, chunk, part->records, KLOUT_PERSON_BIGINT);
			break;
		case KLOUT_PERSON_TEXT:
			group_chunks(engine, chunk, part->records, KLOUT_PERSON_TEXT);
			break;
		case KLOUT_PERSON_UUID:
			group_chunks(engine, chunk, part->records, KLOUT_PERSON_UUID);
			break;
	}
}

static void
group_partitions(KloutEngine *engine, KloutPartitions *set, uint32 depth)
{
	engine->stats.depth = Max(engine->stats.depth, depth);
	for (int i = 0; i < 1 << set->bits; i++)
		group_partition(engine, set, i, depth);
}

void
klout_engine_group(KloutEngine *engine, KloutTakeActions take, void *arg)
{
	KloutPartitions *set = engine->partitions;

	engine->grouping->take = take;
	engine->grouping->arg = arg;
	if (set->file)
	{
		spill(engine, set);
		arena_free(&set->arena);
	}
	group_partitions(engine, set, 0);
}

/* ----------
 * Beginning and end
 * ----------
 */

KloutEngine *
klout_engine_start(FunctionCallInfo fcinfo, bool text_ids, KloutUnit unit)
{
	MemoryContext context = AllocSetContextCreate(CurrentMemoryContext,
												  "klout actions",
												  ALLOCSET_DEFAULT_SIZES);
	KloutEngine *engine = MemoryContextAllocZero(context, sizeof(KloutEngine));

	engine->fcinfo = fcinfo;
	engine->function = klout_function_name(fcinfo);
	engine->text = text_ids;
	engine->unit = unit;
	engine->context = context;
	engine->budget = get_hash_memory_limit();
	if (!pg_strong_random(&engine->seed, sizeof(engine->seed)))
		engine->seed = (uint64) MyProcPid;
	engine->grouping = MemoryContextAllocZero(context, sizeof(KloutGrouping));
	/* the rest is for what grouping needs beside the records */
	engine->partitions = make_partitions(context, engine->budget / 8 * 5, 0);
	return engine;
}

void
klout_engine_end(KloutEngine *engine)
{
	free_partitions(engine->partitions);
	MemoryContextDelete(engine->context);
}
