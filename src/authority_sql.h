/*-------------------------------------------------------------------------
 *
 * authority_sql.h
 *	  What the parts of klout_authority that need a server share.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_SQL_H
#define KLOUT_AUTHORITY_SQL_H

#include "compat.h"

#include "executor/spi.h"
#include "storage/dsm.h"

#include "authority.h"
#include "authority_build.h"
#include "authority_solve.h"

/* What the ids of a query are. */
typedef enum KloutIdType
{
	KLOUT_ID_UNKNOWN,
	KLOUT_ID_INTEGER,
	KLOUT_ID_TEXT,
	KLOUT_ID_UUID
} KloutIdType;

/* What all processes have read of the edges so far, and use for that. */
typedef struct KloutProgress
{
	size_t		used;			/* bytes */
	uint64		rows;
	uint64		edges;
	uint32		people;			/* at least */
} KloutProgress;

struct KloutReadingTeam;

/* One call of klout_authority: memory of the server, counted, and what is read. */
typedef struct KloutAuthorityRun
{
	KloutMemory memory;			/* first: callbacks get a pointer to it */
	MemoryContext context;		/* holds all of it */
	const char *function;		/* for messages */
	bool text;					/* klout_authority_text */
	KloutIdType id_type;
	KloutIds	ids;
	KloutEdges	edges;
	bool		loading;		/* edges are still being read */
	double		planned_rows;	/* what the planner thinks of edges_sql */
	uint64		rows;			/* read from it */
	uint64		self_edges;
	uint64		null_rows;		/* rows without an actor or a target */
	void		(*progress) (struct KloutAuthorityRun *run,
							 KloutProgress *progress);	/* of all processes */
	struct KloutReadingTeam *team;	/* while several processes read; or NULL */
	int			reader;			/* which of it */
	List	   *shared;			/* segments that are blocks of memory */
	size_t		keep;			/* the next block of this size or more that is
								 * given back is kept; 0: none */
	void	   *kept;
} KloutAuthorityRun;

/* Starts a run of klout_authority or klout_authority_text. */
extern KloutAuthorityRun *klout_start_run(bool text);

/* Forgets what was read so far. */
extern void klout_restart_run(KloutAuthorityRun *run);

/* What this process alone has read, which run->progress gives without others. */
extern void klout_own_progress(KloutAuthorityRun *run, KloutProgress *progress);

/* A column of a query. */
typedef struct KloutColumn
{
	int			attnum;			/* 0: the query has none of the name */
	Oid			type;			/* under any domains */
} KloutColumn;

typedef struct KloutEdgeColumns
{
	KloutColumn actor;
	KloutColumn target;
	KloutColumn weight;
} KloutEdgeColumns;

/*
 * Reads edges_sql, of which there is a plan, with parallel workers, if all it
 * takes is a parallel scan of a table and there is the shared memory; false:
 * nothing was read.
 */
extern bool klout_read_in_parallel(KloutAuthorityRun *run, SPIPlanPtr plan,
								   const char *sql,
								   const KloutEdgeColumns *columns);

/*
 * Runs a task that needs shared memory in a subtransaction; false, with a
 * DEBUG message, if there was too little.
 */
extern bool klout_try_shared(void (*task) (void *), void *argument);

extern dsm_segment *klout_attach_segment(dsm_handle handle);

/* A segment of shared memory; NULL, with a DEBUG message, if there is too little. */
extern dsm_segment *klout_create_segment(size_t size);

/* How many workers to ask for: as many as for a scan of a table of that size. */
extern int	klout_workers_wanted(size_t size);

/* Reads edges_sql into run->ids and run->edges. */
extern void klout_load_edges(KloutAuthorityRun *run, const char *sql);

/*
 * Reads (person, amount) rows of people who are in run->ids; *n is their
 * number.  What names the query in messages, column is the amount's.  If the
 * amount is optional and there is no such column, it is 1.
 */
extern KloutAmount *klout_load_amounts(KloutAuthorityRun *run,
									   const char *sql, const char *what,
									   const char *column, bool optional,
									   size_t *n, size_t *capacity);

/*
 * Makes the graph of what was read, with parallel workers where that pays and
 * there are any.  NULL, or what is wrong with the edges of an id's number.
 */
extern const char *klout_build_graph(KloutAuthorityRun *run, KloutGraph *graph,
									 uint32 *culprit);

/*
 * klout_solve_edges, with so many parallel workers at most if all is shared
 * that they need.  The graph has the rows of tails alone then, and a block of
 * the others is kept for the solve if one is large enough.
 */
extern void klout_move_edges(KloutAuthorityRun *run, const KloutSolvePlan *plan,
							 void *edges, dsm_segment *edges_segment,
							 int workers);

/* For KloutMemory: a segment if there can be one, else memory of the run. */
extern void *klout_share(KloutMemory *memory, size_t size);

/* The segment of a block, or NULL. */
extern dsm_segment *klout_segment_of(const KloutAuthorityRun *run,
									 const void *block);

/* Gives a block of the run's memory back, shared or not. */
extern void klout_release_block(KloutAuthorityRun *run, void *block);

/*
 * Keeps the next block of at least so many bytes that is given back, and
 * returns the one that was kept, or NULL: the server's memory is never as
 * costly as when it is new.  Nobody counts what is kept.
 */
extern void klout_keep_block(KloutAuthorityRun *run, size_t size);
extern void *klout_kept_block(KloutAuthorityRun *run, size_t *size,
							  dsm_segment **segment);

/* Gives back all that is shared; after an error the resource owner does. */
extern void klout_release_all_shared(KloutAuthorityRun *run);

typedef struct KloutSolver KloutSolver;

/*
 * Copies what is iterated from the graph, which then has the rows of tails
 * alone, to where workers can share it if there will be any.
 */
extern KloutSolver *klout_solver_start(KloutSolvePlan *plan,
									   const double *warm);

/*
 * Solves, with parallel workers where that pays and there are any, and puts
 * the result into plan->mass.  Returns the number of workers.
 */
extern int	klout_solver_finish(KloutSolver *solver, KloutSolveResult *result);

/* Defines the settings of klout_authority. */
extern void klout_authority_init(void);

#endif							/* KLOUT_AUTHORITY_SQL_H */
