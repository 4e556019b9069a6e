/*-------------------------------------------------------------------------
 *
 * workers_pg.c
 *	  Solves with parallel workers.
 *
 * The entries and the solve are segments of shared memory, created before
 * parallel mode.  Without them, one process solves in private memory.
 *
 * Each process takes tasks of the current phase by drawing tickets.  The one
 * that completes the last task ends the phase, which starts the tickets of the
 * next.  A ticket holds phase and task in one number, so a task of a phase
 * that has ended cannot be drawn.  Workers may start late or never; the result does
 * not depend on who computes a task.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/workers_pg.h"

#include "common/shared_pg.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/dsm.h"
#include "storage/shm_toc.h"
#include "tcop/tcopprot.h"
#include "utils/wait_event.h"

#define KEY_TEAM			UINT64CONST(0x6B6C6F7574000001)

/*
 * Looks at the ticket before going to sleep, some 20 microseconds: the last
 * tasks of a phase end at about the same time.
 */
#define SPINS				1000

typedef struct Team
{
	dsm_handle	entries;
	dsm_handle	solve;
	uint32		tasks;
	pg_atomic_uint64 ticket;	/* phase in the upper half, next task in the
								 * lower */
	pg_atomic_uint32 done;		/* computed tasks of the phase */
	ConditionVariable ended;	/* signalled at the end of a phase */
} Team;

extern PGDLLEXPORT void klout_solve_worker(dsm_segment *segment, shm_toc *toc);

static void
check_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

static inline uint32
phase_of(uint64 ticket)
{
	return (uint32) (ticket >> 32);
}

static void
wait_for_end(Team *team, uint32 phase)
{
	for (int spin = 0; spin < SPINS; spin++)
	{
		if (phase_of(pg_atomic_read_u64(&team->ticket)) != phase)
			return;
		SPIN_DELAY();
	}
	ConditionVariablePrepareToSleep(&team->ended);
	while (phase_of(pg_atomic_read_u64(&team->ticket)) == phase)
		ConditionVariableSleep(&team->ended, PG_WAIT_EXTENSION);
	ConditionVariableCancelSleep();
}

/* The loop of each process of the team. */
static void
work(Team *team, KloutSolve *solve, const void *entries)
{
	for (;;)
	{
		/* a full barrier, as is the addition below */
		uint64		ticket = pg_atomic_fetch_add_u64(&team->ticket, 1);
		uint32		task = (uint32) ticket;

		if (klout_solve_done(solve))
			break;
		CHECK_FOR_INTERRUPTS();
		if (task >= team->tasks)
		{
			wait_for_end(team, phase_of(ticket));
			continue;
		}
		klout_solve_task(solve, entries, task);
		if (pg_atomic_add_fetch_u32(&team->done, 1) == team->tasks)
		{
			klout_solve_end_phase(solve);
			pg_atomic_write_u32(&team->done, 0);
			pg_write_barrier();
			pg_atomic_write_u64(&team->ticket,
								((uint64) phase_of(ticket) + 1) << 32);
			ConditionVariableBroadcast(&team->ended);
		}
	}
}

static dsm_segment *
attach_segment(dsm_handle handle)
{
	dsm_segment *segment = dsm_attach(handle);

	if (segment == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("could not map dynamic shared memory segment")));
	return segment;
}

void
klout_solve_worker(dsm_segment *segment, shm_toc *toc)
{
	Team	   *team = (Team *) shm_toc_lookup(toc, KEY_TEAM, false);
	dsm_segment *entries;
	dsm_segment *solve;

	debug_query_string = "klout_authority";
	pgstat_report_activity(STATE_RUNNING, debug_query_string);

	entries = attach_segment(team->entries);
	solve = attach_segment(team->solve);
	work(team, (KloutSolve *) dsm_segment_address(solve),
		 dsm_segment_address(entries));
	dsm_detach(solve);
	dsm_detach(entries);
}

/* Counted memory, shared if it can be. */
typedef struct Space
{
	dsm_segment *segment;		/* or NULL */
	void	   *address;		/* at a multiple of 64 */
	size_t		size;
} Space;

struct KloutSolver
{
	KloutSell  *sell;
	int			wanted;			/* workers */
	Space		entries;
	Space		vectors;
	KloutSolve *solve;			/* in vectors */
};

static void
space_init(Space *space, KloutMemory *memory, size_t size, bool shared)
{
	space->size = size;
	space->segment = shared ? klout_create_segment(size) : NULL;
	if (space->segment == NULL)
		space->address = klout_alloc(memory, size, 1);
	else
	{
		klout_reserve(memory, size);
		space->address = dsm_segment_address(space->segment);
	}
}

static void
space_free(Space *space, KloutMemory *memory)
{
	if (space->segment == NULL)
		klout_free(memory, space->address);
	else
	{
		dsm_detach(space->segment);
		klout_unreserve(memory, space->size);
	}
}

/* As many workers as for a scan of a table of that size. */
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

/* Solves with workers; the result is computed while they exit. */
static int
solve_in_parallel(KloutSolver *solver, KloutSolveResult *result)
{
	ParallelContext *pcxt;
	Team	   *team;
	int			launched = 0;

	EnterParallelMode();
	pcxt = CreateParallelContext("klout", "klout_solve_worker", solver->wanted);
	shm_toc_estimate_chunk(&pcxt->estimator, sizeof(Team));
	shm_toc_estimate_keys(&pcxt->estimator, 1);
	InitializeParallelDSM(pcxt);
	if (pcxt->seg != NULL && pcxt->nworkers > 0)
	{
		team = (Team *) shm_toc_allocate(pcxt->toc, sizeof(Team));
		team->entries = dsm_segment_handle(solver->entries.segment);
		team->solve = dsm_segment_handle(solver->vectors.segment);
		team->tasks = klout_solve_tasks(solver->solve);
		pg_atomic_init_u64(&team->ticket, 0);
		pg_atomic_init_u32(&team->done, 0);
		ConditionVariableInit(&team->ended);
		shm_toc_insert(pcxt->toc, KEY_TEAM, team);

		LaunchParallelWorkers(pcxt);
		launched = pcxt->nworkers_launched;
		work(team, solver->solve, solver->entries.address);
	}
	else
		klout_solve_alone(solver->solve, solver->entries.address, check_interrupts);
	klout_solve_finish(solver->sell, solver->solve, result);
	WaitForParallelWorkersToFinish(pcxt);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	return launched;
}

KloutSolver *
klout_solver_start(KloutSell *sell, const KloutSolveOptions *options,
				   const double *warm)
{
	KloutMemory *memory = sell->graph->memory;
	KloutSolver *solver = palloc0(sizeof(KloutSolver));
	size_t		solve_size = klout_solve_size(sell);

	solver->sell = sell;
	solver->wanted = sell->rows > 0 ?
		workers_wanted(sell->at.size + solve_size) : 0;
	space_init(&solver->entries, memory, sell->at.size, solver->wanted > 0);
	klout_sell_copy(sell, solver->entries.address);
	klout_graph_keep_downstream(sell->graph);
	space_init(&solver->vectors, memory, solve_size,
			   solver->entries.segment != NULL);
	solver->solve = klout_solve_init(sell, options, solver->vectors.address, warm);
	return solver;
}

int
klout_solver_finish(KloutSolver *solver, KloutSolveResult *result)
{
	KloutMemory *memory = solver->sell->graph->memory;
	int			launched = 0;

	if (solver->vectors.segment != NULL)
		launched = solve_in_parallel(solver, result);
	else
	{
		klout_solve_alone(solver->solve, solver->entries.address, check_interrupts);
		klout_solve_finish(solver->sell, solver->solve, result);
	}
	elog(DEBUG1, "klout_authority: %d of %d parallel workers solve", launched,
		 solver->wanted);
	space_free(&solver->vectors, memory);
	space_free(&solver->entries, memory);
	klout_sell_free(solver->sell);
	pfree(solver);
	return launched;
}
