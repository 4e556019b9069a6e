/*-------------------------------------------------------------------------
 *
 * authority_parallel_sql.c
 *	  Solving with parallel workers.
 *
 * Plan.  The solve and its edges lie in segments of shared memory of their own,
 * the team that works on it in that of the parallel context.  The vectors take
 * the place of rows that are copied: memory costs most when it is new.  All
 * processes take pieces of the current phase by drawing tickets until there are
 * none; who completes the last one ends the phase, which makes the tickets of
 * the next.  Whoever comes late joins in the phase that is going on, whoever does not come is not
 * waited for, and who computes which piece makes no difference to the result.
 *
 * A ticket is the phase and the next piece of it in one number, so that nobody
 * can draw a piece of a phase that has ended.  A phase takes milliseconds and
 * its last pieces end at about the same time, so that whoever finds no ticket
 * looks for new ones for a while before going to sleep.
 *
 * Segments are created before parallel mode, see authority_share_sql.c; without
 * them one process does it all, in memory of its own if need be.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_sql.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/condition_variable.h"
#include "storage/dsm.h"
#include "storage/shm_toc.h"
#include "tcop/tcopprot.h"
#include "utils/wait_event.h"

#define KEY_TEAM			UINT64CONST(0x6B6C6F7574000001)

/* looks for new tickets before going to sleep: some 20 microseconds or more */
#define LOOKS				1000

typedef struct Team
{
	dsm_handle	edges;			/* segments */
	dsm_handle	solve;
	uint32		pieces;
	pg_atomic_uint64 ticket;	/* the phase in the upper half, the next piece
								 * in the lower */
	pg_atomic_uint32 done;		/* pieces that are computed */
	ConditionVariable ended;	/* the phase is another */
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
	for (int look = 0; look < LOOKS; look++)
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

/* What each of the team does. */
static void
work(Team *team, KloutSolve *solve, const void *edges)
{
	for (;;)
	{
		/* a full barrier, as is the addition below */
		uint64		ticket = pg_atomic_fetch_add_u64(&team->ticket, 1);
		uint32		piece = (uint32) ticket;

		if (klout_solve_done(solve))
			break;
		CHECK_FOR_INTERRUPTS();
		if (piece >= team->pieces)
		{
			wait_for_end(team, phase_of(ticket));
			continue;
		}
		klout_solve_piece(solve, edges, piece);
		if (pg_atomic_add_fetch_u32(&team->done, 1) == team->pieces)
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

void
klout_solve_worker(dsm_segment *segment, shm_toc *toc)
{
	Team	   *team = (Team *) shm_toc_lookup(toc, KEY_TEAM, false);
	dsm_segment *edges;
	dsm_segment *solve;

	debug_query_string = "klout_authority";
	pgstat_report_activity(STATE_RUNNING, debug_query_string);

	edges = klout_attach_segment(team->edges);
	solve = klout_attach_segment(team->solve);
	work(team, (KloutSolve *) dsm_segment_address(solve),
		 dsm_segment_address(edges));
	dsm_detach(solve);
	dsm_detach(edges);
}

/* Counted memory that is shared if it can be. */
typedef struct Space
{
	size_t		size;
	dsm_segment *segment;		/* NULL: not shared */
	void	   *block;			/* of the run's memory, or NULL */
	void	   *address;		/* at a multiple of 64 */
} Space;

static void
take_space(Space *space, KloutMemory *memory, size_t size, bool shared)
{
	klout_reserve(memory, size);
	space->size = size;
	space->segment = shared ? klout_create_segment(size) : NULL;
	if (space->segment != NULL)
		space->address = dsm_segment_address(space->segment);
	else
	{
		space->block = memory->allocate(memory, size + 64);
		space->address = (void *) TYPEALIGN(64, space->block);
	}
}

/* The same, in a block that was kept if there is one that will do. */
static void
take_kept_space(Space *space, KloutMemory *memory, size_t size, bool shared)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory;

	space->block = klout_kept_block(run, &space->size, &space->segment);
	if (space->block != NULL && shared == (space->segment != NULL))
	{
		klout_reserve(memory, space->size);
		space->address = (void *) TYPEALIGN(64, space->block);
		return;
	}
	if (space->block != NULL)
		memory->release(memory, space->block);
	space->block = NULL;
	take_space(space, memory, size, shared);
}

static void
give_space(Space *space, KloutMemory *memory)
{
	if (space->block != NULL)
		memory->release(memory, space->block);
	else
		dsm_detach(space->segment);
	klout_unreserve(memory, space->size);
}

struct KloutSolver
{
	KloutSolvePlan *plan;
	int			wanted;			/* workers */
	Space		edges;
	Space		vectors;
	KloutSolve *solve;			/* in vectors */
};

/*
 * Solves and finishes, while workers are on their way out.  Returns the number
 * of those that took part.
 */
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
		team->edges = dsm_segment_handle(solver->edges.segment);
		team->solve = dsm_segment_handle(solver->vectors.segment);
		team->pieces = klout_solve_pieces(solver->solve);
		pg_atomic_init_u64(&team->ticket, 0);
		pg_atomic_init_u32(&team->done, 0);
		ConditionVariableInit(&team->ended);
		shm_toc_insert(pcxt->toc, KEY_TEAM, team);

		LaunchParallelWorkers(pcxt);
		launched = pcxt->nworkers_launched;
		work(team, solver->solve, solver->edges.address);
	}
	else
		klout_solve_alone(solver->solve, solver->edges.address, check_interrupts);
	klout_solve_finish(solver->plan, solver->solve, result);
	WaitForParallelWorkersToFinish(pcxt);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	return launched;
}

KloutSolver *
klout_solver_start(KloutSolvePlan *plan, const double *warm)
{
	KloutMemory *memory = plan->graph->memory;
	KloutSolver *solver = palloc0(sizeof(KloutSolver));

	solver->plan = plan;
	solver->wanted = plan->rows > 0 ?
		klout_workers_wanted(plan->edges_size + plan->size) : 0;
	take_space(&solver->edges, memory, plan->edges_size, solver->wanted > 0);
	klout_move_edges((KloutAuthorityRun *) memory, plan, solver->edges.address,
					 solver->edges.segment, solver->wanted);
	memory->share = NULL;
	take_kept_space(&solver->vectors, memory, plan->size,
					solver->edges.segment != NULL);
	solver->solve = klout_solve_init(plan, solver->vectors.address, warm);
	return solver;
}

int
klout_solver_finish(KloutSolver *solver, KloutSolveResult *result)
{
	KloutMemory *memory = solver->plan->graph->memory;
	int			launched = 0;

	if (solver->vectors.segment != NULL)
		launched = solve_in_parallel(solver, result);
	else
	{
		klout_solve_alone(solver->solve, solver->edges.address, check_interrupts);
		klout_solve_finish(solver->plan, solver->solve, result);
	}
	elog(DEBUG1, "klout_authority: %d of %d parallel workers", launched,
		 solver->wanted);
	give_space(&solver->vectors, memory);
	give_space(&solver->edges, memory);
	pfree(solver);
	return launched;
}
