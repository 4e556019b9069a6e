/*-------------------------------------------------------------------------
 *
 * authority_run_sql.c
 *	  A call of klout_authority: its memory, its limit, and what it has read.
 *
 * Plan.  Memory is in one context, or in segments of shared memory; both go
 * with the call or with its error, and are counted.  What would go beyond the
 * limit is refused with what it takes.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_sql.h"

#include <math.h>

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"

/* klout.authority_memory in kB, 0: as maintenance_work_mem */
static int	authority_memory = 0;

void
klout_authority_init(void)
{
	DefineCustomIntVariable("klout.authority_memory",
							"Sets the most memory that klout_authority may use.",
							"0 stands for maintenance_work_mem. A graph that needs more is refused.",
							&authority_memory,
							0, 0, MAX_KILOBYTES,
							PGC_USERSET, GUC_UNIT_KB,
							NULL, NULL, NULL);
}

/* ----------
 * Memory
 * ----------
 */

static void *
run_allocate(KloutMemory *memory, size_t size)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory;

	return MemoryContextAllocHuge(run->context, size);
}

static void *
run_resize(KloutMemory *memory, void *block, size_t size)
{
	return repalloc_huge(block, size);
}

static void
run_release(KloutMemory *memory, void *block)
{
	klout_release_block((KloutAuthorityRun *) memory, block);
}

static uint64
megabytes(double bytes)
{
	return (uint64) ceil(bytes / (1024.0 * 1024.0));
}

/*
 * While edges are read, what the planner thinks of the rows to come tells more
 * than those that came.
 */
static void
run_refuse(KloutMemory *memory, size_t needed)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory;
	double		expected = (double) needed;
	KloutProgress progress;
	bool		guess;

	run->progress(run, &progress);
	guess = run->loading && run->planned_rows > (double) progress.rows &&
		progress.rows > 0;
	if (guess && needed > KLOUT_GRAPH_SLACK)
		expected += (double) (needed - KLOUT_GRAPH_SLACK) *
			(run->planned_rows / (double) progress.rows - 1);
	ereport(ERROR,
			(errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED),
			 errmsg("%s: needs %s" UINT64_FORMAT " MB of memory, may use " UINT64_FORMAT " MB",
					run->function,
					guess ? "about " : run->loading ? "more than " : "",
					megabytes(expected), megabytes((double) memory->limit)),
			 run->loading ?
			 errdetail("So far the edges query returned " UINT64_FORMAT " rows with %u people.",
					   progress.rows, progress.people) :
			 errdetail("The graph has " UINT64_FORMAT " edges between %u people.",
					   progress.edges, progress.people),
			 errhint("Raise klout.authority_memory.")));
}

static void
run_interrupts(void)
{
	CHECK_FOR_INTERRUPTS();
}

void
klout_own_progress(KloutAuthorityRun *run, KloutProgress *progress)
{
	progress->used = run->memory.used;
	progress->rows = run->rows;
	progress->edges = run->edges.n;
	progress->people = run->ids.n;
}

KloutAuthorityRun *
klout_start_run(bool text)
{
	KloutAuthorityRun *run = palloc0(sizeof(KloutAuthorityRun));

	run->memory.allocate = run_allocate;
	run->memory.resize = run_resize;
	run->memory.release = run_release;
	run->memory.refuse = run_refuse;
	run->memory.interrupts = run_interrupts;
	run->memory.limit = (size_t) (authority_memory > 0 ? authority_memory :
								  maintenance_work_mem) * 1024;
	run->context = AllocSetContextCreate(CurrentMemoryContext,
										 "klout_authority",
										 ALLOCSET_DEFAULT_SIZES);
	run->function = text ? "klout_authority_text" : "klout_authority";
	run->text = text;

	klout_restart_run(run);
	return run;
}

void
klout_restart_run(KloutAuthorityRun *run)
{
	uint64		seed;

	MemoryContextReset(run->context);
	run->memory.used = 0;
	run->memory.elsewhere = NULL;
	run->team = NULL;
	run->progress = klout_own_progress;
	run->rows = run->self_edges = run->null_rows = 0;
	if (!pg_strong_random(&seed, sizeof(seed)))
		seed = (uint64) MyProcPid;
	klout_ids_init(&run->ids, &run->memory, run->text, seed);
	klout_edges_init(&run->edges, &run->memory);
}
