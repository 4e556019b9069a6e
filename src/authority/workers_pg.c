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
#include "authority/run_pg.h"

#include "common/shared_pg.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "pgstat.h"
#include "portability/instr_time.h"
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
	RelOptInfo *table = makeNode(RelOptInfo);

	if (max_parallel_workers == 0)
		return 0;
	table->reloptkind = RELOPT_BASEREL;
	table->rel_parallel_workers = -1;	/* by size */
	return compute_parallel_worker(table, (double) size / BLCKSZ, -1,
								   max_parallel_workers_per_gather);
}

/* Runs the iteration with workers; the result is computed while they exit. */
static int
solve_in_parallel(const KloutSell *sell, KloutSolve *solve, const Space *entries,
				  const Space *vectors, int wanted, KloutSolveResult *result)
{
	ParallelContext *pcxt;
	int			launched = 0;

	EnterParallelMode();
	pcxt = CreateParallelContext("klout", "klout_solve_worker", wanted);
	shm_toc_estimate_chunk(&pcxt->estimator, sizeof(Team));
	shm_toc_estimate_keys(&pcxt->estimator, 1);
	InitializeParallelDSM(pcxt);
	if (pcxt->seg != NULL && pcxt->nworkers > 0)
	{
		Team	   *team = (Team *) shm_toc_allocate(pcxt->toc, sizeof(Team));

		team->entries = dsm_segment_handle(entries->segment);
		team->solve = dsm_segment_handle(vectors->segment);
		team->tasks = klout_solve_tasks(solve);
		pg_atomic_init_u64(&team->ticket, 0);
		pg_atomic_init_u32(&team->done, 0);
		ConditionVariableInit(&team->ended);
		shm_toc_insert(pcxt->toc, KEY_TEAM, team);

		LaunchParallelWorkers(pcxt);
		launched = pcxt->nworkers_launched;
		work(team, solve, entries->address);
	}
	else
		klout_solve_alone(solve, entries->address, check_interrupts);
	klout_solve_finish(sell, solve, result);
	WaitForParallelWorkersToFinish(pcxt);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	return launched;
}

int
klout_solve_graph(KloutSell *sell, const KloutSolveOptions *options,
				  const double *warm, KloutSolveResult *result, double *seconds)
{
	KloutMemory *memory = sell->graph->memory;
	size_t		solve_size = klout_solve_size(sell);
	int			wanted = sell->rows > 0 ? workers_wanted(sell->at.size + solve_size) : 0;
	int			launched = 0;
	Space		entries;
	Space		vectors;
	KloutSolve *solve;
	instr_time	start;
	instr_time	end;

	space_init(&entries, memory, sell->at.size, wanted > 0);
	klout_sell_copy(sell, entries.address);
	klout_graph_keep_downstream(sell->graph);
	space_init(&vectors, memory, solve_size, entries.segment != NULL);
	solve = klout_solve_init(sell, options, vectors.address, warm);

	INSTR_TIME_SET_CURRENT(start);
	if (vectors.segment != NULL)
		launched = solve_in_parallel(sell, solve, &entries, &vectors, wanted, result);
	else
	{
		klout_solve_alone(solve, entries.address, check_interrupts);
		klout_solve_finish(sell, solve, result);
	}
	INSTR_TIME_SET_CURRENT(end);
	INSTR_TIME_SUBTRACT(end, start);
	*seconds = INSTR_TIME_GET_DOUBLE(end);
	elog(DEBUG1, "klout_authority: %d of %d parallel workers solve", launched,
		 wanted);
	space_free(&vectors, memory);
	space_free(&entries, memory);
	return launched;
}
