/*-------------------------------------------------------------------------
 *
 * engine_pg.h
 *	  Actions of a query, grouped by person.
 *
 * HashAggregate looks a group up for each row, wherever it is in memory: a
 * cache and TLB miss for the entry, one for its header and one for the state.
 * Here rows become records of 24 bytes, which are dealt to partitions by a
 * hash of the person; a partition is small enough for the cache, where it is
 * grouped by person and handed over.  What does not fit into the memory that
 * a hash table may have goes to temporary files, partition by partition.
 *
 *		engine_pg.c			partitions, spilling, grouping
 *		receive_pg.c	rows of the query, names and ids
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_ENGINE_PG_H
#define KLOUT_ENGINE_PG_H

#include "common/compat.h"

#include "scores/scores.h"

/* What the query is called in messages. */
#define KLOUT_ACTIONS_QUERY		"actions query"

/* The type of persons' ids. */
typedef enum KloutPersonType
{
	KLOUT_PERSON_BIGINT,
	KLOUT_PERSON_TEXT,
	KLOUT_PERSON_UUID
} KloutPersonType;

/* A person: number, or len bytes of text in the server's encoding or of uuid. */
typedef struct KloutPerson
{
	int64		number;
	const char *id;
	size_t		len;
} KloutPerson;

typedef struct KloutPartitions KloutPartitions;
typedef struct KloutNameTable KloutNameTable;

/* What a call did. */
typedef struct KloutEngineStats
{
	uint64		rows;			/* of the query */
	uint64		null_rows;		/* of them, left out */
	uint64		people;
	uint64		spilled;		/* bytes written to temporary files */
	uint32		files;			/* such files */
	uint32		depth;			/* how often partitions were divided again */
} KloutEngineStats;

typedef struct KloutEngine
{
	FunctionCallInfo fcinfo;
	const char *function;		/* its name, for messages */
	bool text;					/* are ids text or uuid? */
	KloutPersonType person_type;
	KloutUnit	unit;
	size_t		budget;			/* bytes that all this may take */
	MemoryContext context;
	uint64		seed;			/* of hashes of persons and names */

	/* series by number, once the query was read all there are */
	KloutSeries *all_series;
	uint32		nseries;
	KloutNameTable *names;

	KloutPartitions *partitions;
	struct KloutGrouping *grouping;
	KloutEngineStats stats;
} KloutEngine;

/*
 * Takes actions on a person.  Those of somebody with very many come in
 * several calls one after the other, of which the last says so.  The actions
 * and the id are gone after the call.
 */
typedef void (*KloutTakeActions) (void *arg, const KloutPerson *person,
								  const KloutAction *actions, uint32 n,
								  bool last);

/* The most actions that come in several calls. */
#define KLOUT_ACTIONS_SLICE		16384

extern KloutEngine *klout_engine_start(FunctionCallInfo fcinfo, bool text_ids,
									   KloutUnit unit);

/* Runs the query and collects its rows. */
extern void klout_engine_read(KloutEngine *engine, const char *actions_sql);

/* Hands over the actions of each person, once, in any order of persons. */
extern void klout_engine_group(KloutEngine *engine, KloutTakeActions take,
							   void *arg);

extern void klout_engine_end(KloutEngine *engine);

/*
 * At least size bytes of the context, in huge pages where there are some, for
 * *memory of *have bytes, whose contents are lost.
 */
extern void klout_engine_reserve(MemoryContext context, void **memory, size_t *have,
								 size_t size);
extern void klout_engine_release(void **memory, size_t *have);

/* ---------------------------------------------------------------------------
 * Between the files of the engine
 * ---------------------------------------------------------------------------
 */

/* longer ids than this are kept beside the records */
#define KLOUT_INLINE_ID_MAX		256

extern void klout_partitions_put_number(KloutEngine *engine, int64 person,
										uint64 actor, uint32 bucket,
										uint32 what);
extern void klout_partitions_put_id(KloutEngine *engine, const char *id,
									size_t len, uint64 actor, uint32 bucket,
									uint32 what);

#endif							/* KLOUT_ENGINE_PG_H */
