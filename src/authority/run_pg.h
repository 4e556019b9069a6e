/*-------------------------------------------------------------------------
 *
 * run_pg.h
 *	  One call of klout_authority, in the files that PostgreSQL calls.
 *
 *		run_pg.c		memory, limit and what was read
 *		load_pg.c		the queries and their rows
 *		collect_pg.c	the edges query, read by several processes
 *		workers_pg.c	the iteration, by several processes
 *		authority_pg.c	the SQL functions
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_RUN_PG_H
#define KLOUT_AUTHORITY_RUN_PG_H

#include "common/collect_pg.h"

#include "authority/graph.h"
#include "authority/solve.h"

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

/* The columns of a query: actor and target, or person and none; amount. */
#define KLOUT_AMOUNT		2

typedef struct KloutColumns
{
	int			attnum[3];		/* 0: the query has no such column */
	Oid			type[3];		/* base type */
} KloutColumns;

typedef struct KloutReceiver KloutReceiver;

/* run_pg.c */

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

/* load_pg.c */

/* Reads edges_sql into the run.  schema is that of the extension. */
extern void klout_load_edges(KloutAuthorityRun *run, const char *sql,
							 const char *schema);

/*
 * Reads the amounts of people who are in run->ids from the query of the warm
 * start or of the restart; *n is their number.
 */
extern KloutAmount *klout_load_amounts(KloutAuthorityRun *run, const char *sql,
									   bool warm, size_t *n);

/*
 * A receiver of the rows of the edges query.  flush adds what is still
 * batched, at the end.
 */
extern KloutReceiver *klout_edge_receiver(KloutAuthorityRun *run,
										  const KloutColumns *columns);
extern void klout_receive_edge(KloutReceiver *receiver, const NullableDatum *row);
extern void klout_receiver_flush(KloutReceiver *receiver);
extern KloutAuthorityRun *klout_receiver_run(const KloutReceiver *receiver);

/* collect_pg.c */

/*
 * Reads the edges query if the planner aggregates it in parallel, and there is
 * the shared memory.  Returns false if nothing was read.
 */
extern bool klout_collect_edges(KloutAuthorityRun *run, const char *sql,
								const char *schema, const KloutColumns *columns);

/* workers_pg.c */

/*
 * Solves, with parallel workers where that pays, and writes the result to
 * sell->mass.  Frees the rows of the graph that are not needed any more.
 * *seconds is the time of the iteration.  Returns the number of workers.
 */
extern int	klout_solve_graph(KloutSell *sell, const KloutSolveOptions *options,
							  const double *warm, KloutSolveResult *result,
							  double *seconds);

#endif							/* KLOUT_AUTHORITY_RUN_PG_H */
