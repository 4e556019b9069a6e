/*-------------------------------------------------------------------------
 *
 * collect_pg.h
 *	  Reads a query with PostgreSQL's parallel aggregation, into memory that
 *	  the processes share.
 *
 * SQL defines an aggregate NAME(handle bigint, key bigint, column "any", ...)
 * whose transition function is the caller's; the combine, serialization,
 * deserialization and final functions are _klout_collect_*.  Then the leader
 *
 *		collection = klout_collect_plan(&collector, sql, schema, ...);
 *		if (collection != NULL && klout_collect_run(collection, state))
 *			for (int i = 1; i < klout_collect_slots(collection); i++)
 *				... klout_collect_result(collection, i) ...
 *		else
 *			... read the query alone ...
 *		klout_collect_leave(collection);
 *
 * Each process has a state of the caller's, which rows are added to by
 *
 *		collection = klout_collect_join(fcinfo, &collector);
 *		add(collection->state, fcinfo->args + KLOUT_COLLECT_COLUMNS);
 *		PG_RETURN_POINTER(collection);
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_COLLECT_PG_H
#define KLOUT_COLLECT_PG_H

#include "common/compat.h"

#include "storage/dsm.h"
#include "utils/dsa.h"

/* the first column among the arguments of the transition function */
#define KLOUT_COLLECT_COLUMNS	3

/* what each process counts for all to see; one of them is its memory */
#define KLOUT_COLLECT_COUNTS	4

/* What a process knows of a collection that it takes part in. */
typedef struct KloutCollection
{
	const struct KloutCollector *collector;
	dsm_segment *segment;
	dsa_area   *area;
	struct KloutCollectControl *control;	/* in the segment */
	struct KloutCollectSlot *own;	/* of this process, in the segment */
	struct PlannedStmt *statement;	/* of the leader */
	const char *sql;
	void	   *state;			/* the caller's */
	bool		finished;		/* its rows have ended */
} KloutCollection;

/* One kind of collection: a constant of the caller. */
typedef struct KloutCollector
{
	const char *aggregate;		/* its name */
	const char *function;		/* the only one that may call it */

	/*
	 * Returns the state of a worker, in the memory context of the aggregate,
	 * from what the leader told.
	 */
	void	   *(*start) (KloutCollection *collection, const void *told);

	/* Called after the last row of a process, if it had one. */
	void		(*flush) (void *state);

	/*
	 * Then called in a worker: frees the state but for what it hands over in
	 * the area, and returns what the leader will find as its result.
	 */
	dsa_pointer (*hand_over) (KloutCollection *collection);
} KloutCollector;

/*
 * Plans the aggregation of a query, which is a single SELECT.  columns[] are
 * their names; NULL stands for a NULL in its place.  schema is that of the
 * aggregate.  told_size bytes at told are for the workers.
 *
 * Returns NULL if the planner does not aggregate in parallel or there is no
 * shared memory.  The collection belongs to the current memory context, its
 * segment to the current resource owner.
 */
extern KloutCollection *klout_collect_plan(const KloutCollector *collector,
										   const char *sql, const char *schema,
										   const char *const *columns, int n,
										   const void *told, size_t told_size);

/*
 * Runs the query, read-only, with the state of the leader.  Returns false if
 * there was too little shared memory; then the state is as the error left it.
 */
extern bool klout_collect_run(KloutCollection *collection, void *state);

/* The number of slots, one for each process; that of the leader is 0. */
extern uint32 klout_collect_slots(const KloutCollection *collection);

/* The result of a worker, or InvalidDsaPointer if it added no row. */
extern dsa_pointer klout_collect_result(const KloutCollection *collection,
										uint32 slot);

/* The workers that the planner asked for. */
extern int	klout_collect_planned(const KloutCollection *collection);

/* Detaches from the shared memory, which ends with the last process. */
extern void klout_collect_leave(KloutCollection *collection);

/* Joins, on the first row of a process; see above. */
extern KloutCollection *klout_collect_first(FunctionCallInfo fcinfo,
											const KloutCollector *collector);

static inline KloutCollection *
klout_collect_join(FunctionCallInfo fcinfo, const KloutCollector *collector)
{
	return likely(!PG_ARGISNULL(0)) ? (KloutCollection *) PG_GETARG_POINTER(0) :
		klout_collect_first(fcinfo, collector);
}

/* Publishes a count of this process, and reads that of a slot. */
extern void klout_collect_publish(KloutCollection *collection, int which,
								  uint64 count);
extern uint64 klout_collect_count(const KloutCollection *collection,
								  uint32 slot, int which);

/* The sum of a count over all processes. */
extern uint64 klout_collect_sum(const KloutCollection *collection, int which);

/*
 * Allocates memory in the area, at a multiple of 64, for blocks of 16 kB and
 * more: few large blocks cost fewer page faults.
 */
extern void *klout_collect_allocate(KloutCollection *collection, size_t size,
									dsa_pointer *pointer);

#endif							/* KLOUT_COLLECT_PG_H */
