/*-------------------------------------------------------------------------
 *
 * run_pg.h
 *	  One call of klout_authority: its memory, its limit and what it has read.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_RUN_PG_H
#define KLOUT_AUTHORITY_RUN_PG_H

#include "common/collect_pg.h"

#include "authority/edges.h"
#include "authority/ids.h"

#include "lib/ilist.h"

typedef enum KloutIdType
{
	KLOUT_ID_UNKNOWN,
	KLOUT_ID_INTEGER,
	KLOUT_ID_TEXT,
	KLOUT_ID_UUID
} KloutIdType;

/* What all processes of a call have read so far. */
typedef struct KloutProgress
{
	size_t		used;			/* bytes */
	uint64		rows;
	uint64		edges;
	uint32		people;			/* at least */
} KloutProgress;

typedef struct KloutAuthorityRun
{
	KloutMemory memory;			/* private, of the context */
	KloutMemory shared;			/* chunks of edges in the area */
	MemoryContext context;
	MemoryContextCallback callback;
	dlist_head	mappings;		/* large blocks outside of the context */
	KloutCollection *collection;	/* with the area, or NULL */
	bool		together;		/* other processes read, too */
	const char *function;		/* for messages */
	bool text;					/* klout_authority_text */
	KloutIdType id_type;
	KloutIds	ids;
	KloutEdges	edges;
	bool		loading;		/* edges are being read */
	double		planned_rows;	/* the planner's estimate of the edges query */
	KloutProgress mark[2];		/* at about a quarter and half of the rows */
	uint64		rows;			/* read */
	uint64		self_edges;
	uint64		null_rows;		/* without an actor or a target */
} KloutAuthorityRun;

extern KloutAuthorityRun *klout_run_start(bool text);

/* Forgets what was read. */
extern void klout_run_reset(KloutAuthorityRun *run);

/* The progress of all processes that read; publishes that of this one. */
extern void klout_run_progress(KloutAuthorityRun *run, KloutProgress *progress);

/* Refuses a graph that cannot be built within the limits. */
extern void klout_run_check_room(KloutAuthorityRun *run);

extern void klout_run_end(KloutAuthorityRun *run);

/* Defines the settings of klout_authority. */
extern void klout_authority_init(void);

#endif							/* KLOUT_AUTHORITY_RUN_PG_H */
