/*-------------------------------------------------------------------------
 *
 * authority_parallel_sql.c
 *	  Solving with parallel workers.
 *
 * Plan.  The solve lies in a segment of shared memory of its own, the team
 * that works on it in that of the parallel context.  All processes take pieces
 * of the current phase from a counter until there are none; who completes the
 * last one ends the phase; then all meet at a barrier.  Whoever comes late
 * joins in the phase that is going on, whoever does not come is not waited
 * for, and who computes which piece makes no difference to the result.
 *
 * Shared memory that is too small (64 MB is what a container gets) is an error
 * where it is created, and one can go on after an error only at the end of a
 * subtransaction, which parallel mode does not allow.  So the segment is
 * created before parallel mode, in a subtransaction; it is handed to the outer
 * resource owner when it is there, and without it one process does it all in
 * memory of its own.
 *
 * Two counters take turns: while a phase uses one, the other is reset, which
 * nobody can be looking at, as all have left the phase before.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_sql.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/dsm.h"
#include "storage/shm_toc.h"
#include "tcop/tcopprot.h"
#include "utils/memutils.h"
#include "utils/resowner.h"
#include "utils/wait_event.h"

#define KEY_TEAM			UINT64CONST(0x6B6C6F7574000001)

/* what the parallel context itself may need in shared memory */
#define CONTEXT_SIZE		(1024 * 1024)

typedef struct TeamCounter
{
	pg_atomic_uint32 next;		/* the next piece to take */
	pg_atomic_uint32 done;		/* pieces that are computed */
} TeamCounter;

typedef struct Team
{
	dsm_handle	handle;			/* of the solve */
	uint32		pieces;
	Barrier		barrier;
	TeamCounter counter[2];		/* by the lowest bit of the barrier's phase */
} Team;

extern PGDLLEXPORT void klout_solve_worker(dsm_segment *segment, shm_toc *toc);

static void
check_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

/* What each of the team does. */
static void
work(Team *team, KloutSolve *solve)
{
	uint32		phase = (uint32) BarrierAttach(&team->barrier);

	while (!klout_solve_done(solve))
	{
		TeamCounter *counter = &team->counter[phase & 1];
		uint32		piece;

		while ((piece = pg_atomic_fetch_add_u32(&counter->next, 1)) < team->pieces)
		{
			CHECK_FOR_INTERRUPTS();
			klout_solve_piece(solve, piece);
			if (pg_atomic_add_fetch_u32(&counter->done, 1) == team->pieces)
			{
				TeamCounter *other = &team->counter[(phase + 1) & 1];

				pg_atomic_write_u32(&other->next, 0);
				pg_atomic_write_u32(&other->done, 0);
				klout_solve_end_phase(solve);
			}
		}
		BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
		phase++;
	}
	BarrierDetach(&team->barrier);
}

void
klout_solve_worker(dsm_segment *segment, shm_toc *toc)
{
	Team	   *team = (Team *) shm_toc_lookup(toc, KEY_TEAM, false);
	dsm_segment *data;

	debug_query_string = "klout_authority";
	pgstat_report_activity(STATE_RUNNING, debug_query_string);

	data = dsm_attach(team->handle);
	if (data == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("could not map dynamic shared memory segment")));
	work(team, (KloutSolve *) dsm_segment_address(data));
	dsm_detach(data);
}

/*
 * How many workers to ask for: as many as the planner would for a table of
 * that size.
 */
static int
workers_wanted(size_t size)
{
	int			wanted = 0;
	double		threshold = (double) min_parallel_table_scan_size * BLCKSZ;

	if (max_parallel_workers == 0)
		return 0;
	if (min_parallel_table_scan_size == 0)
		return max_parallel_workers_per_gather;
	while ((double) size >= threshold && wanted < max_parallel_workers_per_gather)
	{
		wanted++;
		threshold *= 3;
	}
	return wanted;
}

/* A segment of shared memory, or NULL if there is not enough. */
static dsm_segment *
create_segment(size_t size)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	dsm_segment *volatile segment = NULL;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		dsm_segment *created = dsm_create(size, 0);

		/* and room for what InitializeParallelDSM will create */
		dsm_detach(dsm_create(CONTEXT_SIZE, 0));
		dsm_pin_mapping(created);
		ReleaseCurrentSubTransaction();
		segment = created;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;

		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INSUFFICIENT_RESOURCES)
			ReThrowError(error);
		elog(DEBUG1, "klout_authority: no shared memory for workers: %s",
			 error->message);
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;

	/* from here on the outer owner releases it if need be */
	if (segment != NULL)
		dsm_unpin_mapping(segment);
	return segment;
}

/* Returns the number of workers that took part. */
static int
solve_in_parallel(KloutSolve *solve, dsm_handle handle, int wanted)
{
	ParallelContext *pcxt;
	Team	   *team;
	int			launched = 0;

	EnterParallelMode();
	pcxt = CreateParallelContext("klout", "klout_solve_worker", wanted);
	shm_toc_estimate_chunk(&pcxt->estimator, sizeof(Team));
	shm_toc_estimate_keys(&pcxt->estimator, 1);
	InitializeParallelDSM(pcxt);
	if (pcxt->seg != NULL && pcxt->nworkers > 0)
	{
		team = (Team *) shm_toc_allocate(pcxt->toc, sizeof(Team));
		team->handle = handle;
		team->pieces = klout_solve_pieces(solve);
		BarrierInit(&team->barrier, 0);
		for (int i = 0; i < 2; i++)
		{
			pg_atomic_init_u32(&team->counter[i].next, 0);
			pg_atomic_init_u32(&team->counter[i].done, 0);
		}
		shm_toc_insert(pcxt->toc, KEY_TEAM, team);

		LaunchParallelWorkers(pcxt);
		launched = pcxt->nworkers_launched;
		work(team, solve);
		WaitForParallelWorkersToFinish(pcxt);
	}
	else
		klout_solve_alone(solve, check_interrupts);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	return launched;
}

int
klout_solve_with_workers(KloutSolvePlan *plan, const double *warm,
						 KloutSolveResult *result)
{
	KloutMemory *memory = plan->graph->memory;
	int			wanted = plan->rows > 0 ? workers_wanted(plan->size) : 0;
	int			launched = 0;
	dsm_segment *segment = NULL;
	KloutSolve *solve;

	klout_reserve(memory, plan->size);
	if (wanted > 0)
		segment = create_segment(plan->size);
	if (segment != NULL)
	{
		solve = klout_solve_init(plan, dsm_segment_address(segment), warm);
		launched = solve_in_parallel(solve, dsm_segment_handle(segment), wanted);
		klout_solve_finish(plan, solve, result);
		dsm_detach(segment);
	}
	else
	{
		char	   *space = memory->allocate(memory, plan->size + 64);

		solve = klout_solve_init(plan, (void *) TYPEALIGN(64, space), warm);
		klout_solve_alone(solve, check_interrupts);
		klout_solve_finish(plan, solve, result);
		memory->release(memory, space);
	}
	klout_unreserve(memory, plan->size);
	elog(DEBUG1, "klout_authority: %d of %d parallel workers", launched, wanted);
	return launched;
}
