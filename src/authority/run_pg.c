/*-------------------------------------------------------------------------
 *
 * run_pg.c
 *	  One call of klout_authority: its memory, its limit and what it has read.
 *
 * Memory belongs to one context, which ends with the call or with its error.
 * Large blocks fill huge pages, so that a call takes few page faults.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/run_pg.h"

#include <math.h>
#ifndef WIN32
#include <sys/mman.h>
#endif

#include "miscadmin.h"
#include "utils/guc.h"
#include "utils/memutils.h"

/* blocks from this size on fill huge pages */
#define HUGE_BLOCK			(512 * 1024)

/* of a person in the table of ids, at most */
#define ID_BYTES			64

/* what processes that read together publish */
enum
{
	COUNT_USED,					/* memory */
	COUNT_ROWS,
	COUNT_EDGES,
	COUNT_PEOPLE
};

/* klout.authority_memory in kB; 0 stands for maintenance_work_mem */
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

/*
 * Large blocks are mapped at huge pages of their own.  From malloc, a block may
 * start in a huge page that already has small pages, and then has only those.
 */
#ifdef MADV_HUGEPAGE
typedef struct Mapping
{
	dlist_node	node;			/* in run->mappings */
	void	   *address;
	size_t		size;
} Mapping;

static uint64
map_block(KloutAuthorityRun *run, size_t size, void **block)
{
	Mapping    *mapping = MemoryContextAlloc(run->context, sizeof(Mapping));
	size_t		padded = size + KLOUT_HUGE_PAGE;
	char	   *start = mmap(NULL, padded, PROT_READ | PROT_WRITE,
							 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char	   *aligned = (char *) TYPEALIGN(KLOUT_HUGE_PAGE, start);

	if (start == MAP_FAILED)
		ereport(ERROR,
				(errcode(ERRCODE_OUT_OF_MEMORY),
				 errmsg("out of memory"),
				 errdetail("Failed on request of size %zu in memory context \"%s\".",
						   size, run->context->name)));
	if (aligned > start)
		(void) munmap(start, (size_t) (aligned - start));
	if (aligned + size < start + padded)
		(void) munmap(aligned + size, (size_t) (start + padded - (aligned + size)));
	/* only a hint */
	(void) madvise(aligned, size, MADV_HUGEPAGE);
	mapping->address = *block = aligned;
	mapping->size = size;
	dlist_push_tail(&run->mappings, &mapping->node);
	return (uint64) (uintptr_t) mapping;
}

static void
unmap_block(uint64 handle)
{
	Mapping    *mapping = (Mapping *) (uintptr_t) handle;

	dlist_delete(&mapping->node);
	(void) munmap(mapping->address, mapping->size);
	pfree(mapping);
}

/* Called when the context is reset or deleted, also after an error. */
static void
unmap_all(void *argument)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) argument;

	while (!dlist_is_empty(&run->mappings))
		unmap_block((uint64) (uintptr_t) dlist_container(Mapping, node,
														 dlist_head_node(&run->mappings)));
}
#endif

static void *
run_allocate(KloutMemory *memory, size_t size, uint64 *handle)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory->owner;
	void	   *block;

#ifdef MADV_HUGEPAGE
	if (size >= HUGE_BLOCK)
		*handle = map_block(run, size, &block);
	else
#endif
	{
		block = MemoryContextAllocHuge(run->context, size + 64);
		*handle = (uint64) (uintptr_t) block;
		block = (void *) TYPEALIGN(64, block);
	}
	return block;
}

static void
run_release(KloutMemory *memory, void *block, size_t size, uint64 handle)
{
#ifdef MADV_HUGEPAGE
	if (size >= HUGE_BLOCK)
	{
		unmap_block(handle);
		return;
	}
#endif
	pfree((void *) (uintptr_t) handle);
}

static uint64
megabytes(double bytes)
{
	return (uint64) ceil(bytes / (1024.0 * 1024.0));
}

/*
 * The bytes that the graph will need if the planner's estimate of the rows is
 * right.  People grow as a power of the rows, by the growth since a quarter of
 * them: most rows of a dense graph name people that are known.
 */
static double
expected_bytes(const KloutAuthorityRun *run, const KloutProgress *progress)
{
	const KloutProgress *before = &run->mark[0];
	double		factor = run->planned_rows / (double) progress->rows;
	double		edges = Min((double) progress->edges * factor, KLOUT_EDGES_MAX);
	double		exponent = before->people == 0 || progress->rows <= before->rows ? 1 :
		log((double) progress->people / before->people) /
		log((double) progress->rows / (double) before->rows);
	double		people = Min(progress->people * pow(factor, Max(Min(exponent, 1), 0)),
							 KLOUT_PEOPLE_MAX);
	double		id = run->text &&run->ids.n > 0 ?
		(double) run->ids.offset[run->ids.n] / run->ids.n : 0;

	return (double) klout_graph_needs((uint64) people, (uint64) edges,
									  run->edges.kind, HUGE_BLOCK) +
		edges * (double) (8 + klout_weight_size(run->edges.kind)) +
		people * (ID_BYTES + 2 * id);
}

static void
run_refuse(KloutMemory *memory, size_t needed)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory->owner;
	double		expected = (double) needed;
	KloutProgress progress;
	bool		guess;

	klout_run_progress(run, &progress);
	guess = run->loading && run->planned_rows > (double) progress.rows &&
		progress.edges > 0;
	if (guess)
		expected = Max(expected, expected_bytes(run, &progress));
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

/* What counts against the limit besides a memory itself. */
static size_t
run_others(KloutMemory *memory)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory->owner;
	KloutProgress progress;

	klout_run_progress(run, &progress);
	return progress.used - memory->used;
}

/* ----------
 * Start and end
 * ----------
 */

void
klout_run_progress(KloutAuthorityRun *run, KloutProgress *progress)
{
	KloutCollection *collection = run->collection;

	progress->used = run->memory.used + run->shared.used;
	progress->rows = run->rows;
	progress->edges = run->edges.n;
	progress->people = run->ids.n;
	if (!run->together)
		return;
	klout_collect_publish(collection, COUNT_USED, progress->used);
	klout_collect_publish(collection, COUNT_ROWS, progress->rows);
	klout_collect_publish(collection, COUNT_EDGES, progress->edges);
	klout_collect_publish(collection, COUNT_PEOPLE, progress->people);
	progress->used = (size_t) klout_collect_sum(collection, COUNT_USED);
	progress->rows = klout_collect_sum(collection, COUNT_ROWS);
	progress->edges = klout_collect_sum(collection, COUNT_EDGES);
	/* all processes meet most people, so their sum would be too high */
	for (uint32 slot = 0; slot < klout_collect_slots(collection); slot++)
		progress->people = Max(progress->people,
							   (uint32) klout_collect_count(collection, slot, COUNT_PEOPLE));
}

KloutAuthorityRun *
klout_run_start(bool text)
{
	KloutAuthorityRun *run = palloc0(sizeof(KloutAuthorityRun));

	run->memory.allocate = run_allocate;
	run->memory.release = run_release;
	run->memory.refuse = run_refuse;
	run->memory.interrupts = run_interrupts;
	run->memory.others = run_others;
	run->memory.owner = run;
	run->memory.limit = (size_t) (authority_memory > 0 ? authority_memory :
								  maintenance_work_mem) * 1024;
	run->shared = run->memory;
	run->memory.huge = HUGE_BLOCK;
	run->context = AllocSetContextCreate(CurrentMemoryContext,
										 "klout_authority",
										 ALLOCSET_DEFAULT_SIZES);
	run->function = text ? "klout_authority_text" : "klout_authority";
	run->text = text;

	klout_run_reset(run);
	return run;
}

static void
leave_collection(KloutAuthorityRun *run)
{
	if (run->collection != NULL)
		klout_collect_leave(run->collection);
	run->collection = NULL;
	run->together = false;
}

void
klout_run_reset(KloutAuthorityRun *run)
{
	uint64		seed;

	leave_collection(run);
	MemoryContextReset(run->context);
#ifdef MADV_HUGEPAGE
	dlist_init(&run->mappings);
	run->callback.func = unmap_all;
	run->callback.arg = run;
	MemoryContextRegisterResetCallback(run->context, &run->callback);
#endif
	run->memory.used = run->shared.used = 0;
	run->rows = run->self_edges = run->null_rows = 0;
	memset(run->mark, 0, sizeof(run->mark));
	if (!pg_strong_random(&seed, sizeof(seed)))
		seed = (uint64) MyProcPid;
	klout_ids_init(&run->ids, &run->memory, run->text, seed);
	klout_edges_init(&run->edges, &run->memory);
}

void
klout_run_check_room(KloutAuthorityRun *run)
{
	KloutProgress progress;
	size_t		needs;

	klout_run_progress(run, &progress);
	if (progress.rows >= 2 * run->mark[1].rows)
	{
		run->mark[0] = run->mark[1];
		run->mark[1] = progress;
	}
	needs = klout_graph_needs(progress.people, progress.edges, run->edges.kind,
							  HUGE_BLOCK);
	if (needs > run->memory.limit ||
		progress.used > run->memory.limit - needs)
		run->memory.refuse(&run->memory, progress.used + needs);
	if (progress.edges > KLOUT_EDGES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s: the edges query returns more than %u rows",
						run->function, KLOUT_EDGES_MAX)));
	if (progress.people > KLOUT_PEOPLE_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s: the edges query returns more than %u people",
						run->function, KLOUT_PEOPLE_MAX)));
}

void
klout_run_end(KloutAuthorityRun *run)
{
	leave_collection(run);
	MemoryContextDelete(run->context);
	pfree(run);
}
