/*-------------------------------------------------------------------------
 *
 * authority_build_sql.c
 *	  Builds the graph of klout_authority with parallel workers.
 *
 * Plan.  What the processes share of the build lies in segments of shared
 * memory of their own, created before parallel mode, as too little of it is an
 * error that only a subtransaction survives; then the leader builds alone, in
 * memory of its own.  Chunks of edges that workers have read lie in segments
 * already; those that the leader has read itself it scatters itself.
 *
 * All meet at a barrier before and after each stage.  Whoever comes late joins
 * in the stage that is going on, and attaches to a segment only when the
 * leader waits for it; whoever does not come is not waited for.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_sql.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "miscadmin.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/shm_toc.h"
#include "tcop/tcopprot.h"

#define KEY_TEAM			UINT64CONST(0x6B6C6F7574000005)

typedef struct BuildTeam
{
	Barrier		barrier;		/* odd phases are stages */
	KloutBuildStage stage;		/* set in even phases */
	pg_atomic_uint32 next;		/* piece of the stage */
	bool text;
	dsm_handle	block[KLOUT_BUILD_BLOCKS];
	uint32		chunks;
	dsm_handle	chunk[FLEXIBLE_ARRAY_MEMBER];
} BuildTeam;

extern PGDLLEXPORT void klout_build_worker(dsm_segment *segment, shm_toc *toc);

/* ----------
 * Memory that may be shared
 * ----------
 */

/* A segment if there can be one, else memory of the run. */
static void *
share(KloutMemory *memory, size_t size)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory;
	dsm_segment *segment = klout_create_segment(size);

	if (segment == NULL)
	{
		/* nor for the next */
		memory->share = NULL;
		return memory->allocate(memory, size);
	}
	run->shared = lappend(run->shared, segment);
	return dsm_segment_address(segment);
}

/* The segment of a block, or NULL. */
static dsm_segment *
segment_of(const KloutAuthorityRun *run, const void *block)
{
	ListCell   *cell;

	foreach(cell, run->shared)
	{
		dsm_segment *segment = (dsm_segment *) lfirst(cell);

		if (dsm_segment_address(segment) == block)
			return segment;
	}
	return NULL;
}

bool
klout_release_shared(KloutAuthorityRun *run, void *block)
{
	dsm_segment *segment = segment_of(run, block);

	if (segment == NULL)
		return false;
	run->shared = list_delete_ptr(run->shared, segment);
	dsm_detach(segment);
	return true;
}

void
klout_release_all_shared(KloutAuthorityRun *run)
{
	ListCell   *cell;

	foreach(cell, run->shared)
		dsm_detach((dsm_segment *) lfirst(cell));
	list_free(run->shared);
	run->shared = NIL;
}

/* ----------
 * Stages
 * ----------
 */

static uint32
next_piece(void *team)
{
	return pg_atomic_fetch_add_u32(&((BuildTeam *) team)->next, 1);
}

void
klout_build_worker(dsm_segment *segment, shm_toc *toc)
{
	BuildTeam  *team = (BuildTeam *) shm_toc_lookup(toc, KEY_TEAM, false);
	dsm_segment **chunk_segment;
	dsm_segment *block_segment[KLOUT_BUILD_BLOCKS] = {NULL};
	KloutEdgeChunk *chunk;
	KloutAuthorityRun *run;
	KloutBuilder builder;
	int			phase;

	debug_query_string = "klout_authority";
	pgstat_report_activity(STATE_RUNNING, debug_query_string);

	run = klout_start_run(team->text);
	chunk_segment = palloc0(sizeof(*chunk_segment) * Max(team->chunks, 1));
	chunk = palloc0(sizeof(KloutEdgeChunk) * Max(team->chunks, 1));
	phase = BarrierAttach(&team->barrier);
	for (;;)
	{
		/* in a stage all segments that it needs are there until its end */
		if (phase % 2 == 0)
		{
			BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
			phase++;
		}
		if (team->stage == KLOUT_BUILD_DONE)
			break;
		if (block_segment[0] == NULL)
		{
			void	   *block[KLOUT_BUILD_BLOCKS];

			for (int i = 0; i < KLOUT_BUILD_BLOCKS; i++)
			{
				block_segment[i] = klout_attach_segment(team->block[i]);
				block[i] = dsm_segment_address(block_segment[i]);
			}
			klout_build_join(&builder, &run->memory, block, chunk, team->chunks);
		}
		if (team->stage == KLOUT_BUILD_SCATTER)
			for (uint32 i = 0; i < team->chunks; i++)
			{
				chunk_segment[i] = klout_attach_segment(team->chunk[i]);
				klout_edges_view(&chunk[i], dsm_segment_address(chunk_segment[i]));
			}
		klout_build_work(&builder, team->stage, next_piece, team);
		if (team->stage == KLOUT_BUILD_SCATTER)
			for (uint32 i = 0; i < team->chunks; i++)
				dsm_detach(chunk_segment[i]);
		BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
		phase++;
	}
	BarrierDetach(&team->barrier);
	for (int i = 0; i < KLOUT_BUILD_BLOCKS; i++)
		if (block_segment[i] != NULL)
			dsm_detach(block_segment[i]);
	MemoryContextDelete(run->context);
}

static uint32
next_number(void *number)
{
	return (*(uint32 *) number)++;
}

static void
work_alone(KloutBuilder *builder, KloutBuildStage stage)
{
	uint32		number = 0;

	klout_build_work(builder, stage, next_number, &number);
}

/* Goes through the stages with a team, or without one. */
static void
go_through_stages(KloutBuilder *builder, BuildTeam *team)
{
	KloutBuildStage stage = KLOUT_BUILD_SCATTER;

	while (stage != KLOUT_BUILD_DONE)
	{
		if (team == NULL || builder->alone)
			work_alone(builder, stage);
		else
		{
			team->stage = stage;
			pg_atomic_write_u32(&team->next, 0);
			BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
			klout_build_work(builder, stage, next_piece, team);
			BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
		}
		stage = klout_build_next(builder, stage);
	}
}

static void
build_in_parallel(KloutAuthorityRun *run, KloutBuilder *builder,
				  dsm_segment *const block[KLOUT_BUILD_BLOCKS])
{
	int			workers = builder->processes - 1;
	size_t		help = (size_t) workers * klout_build_help_size(builder);
	size_t		team_size = offsetof(BuildTeam, chunk) +
		builder->chunks * sizeof(dsm_handle);
	ParallelContext *pcxt;
	BuildTeam  *team;

	klout_reserve(&run->memory, help);
	EnterParallelMode();
	pcxt = CreateParallelContext("klout", "klout_build_worker", workers);
	shm_toc_estimate_chunk(&pcxt->estimator, team_size);
	shm_toc_estimate_keys(&pcxt->estimator, 1);
	InitializeParallelDSM(pcxt);
	if (pcxt->seg != NULL && pcxt->nworkers > 0)
	{
		team = (BuildTeam *) shm_toc_allocate(pcxt->toc, team_size);
		BarrierInit(&team->barrier, 0);
		pg_atomic_init_u32(&team->next, 0);
		team->stage = KLOUT_BUILD_SCATTER;
		team->text = run->text;
		for (int i = 0; i < KLOUT_BUILD_BLOCKS; i++)
			team->block[i] = dsm_segment_handle(block[i]);
		team->chunks = builder->chunks;
		for (uint32 i = 0; i < builder->chunks; i++)
			team->chunk[i] = dsm_segment_handle((dsm_segment *) builder->chunk[i].owner);
		shm_toc_insert(pcxt->toc, KEY_TEAM, team);

		BarrierAttach(&team->barrier);
		LaunchParallelWorkers(pcxt);
		elog(DEBUG1, "%s: %d of %d parallel workers build", run->function,
			 pcxt->nworkers_launched, workers);
		go_through_stages(builder, team);
		team->stage = KLOUT_BUILD_DONE;
		BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
		BarrierDetach(&team->barrier);
		WaitForParallelWorkersToFinish(pcxt);
	}
	else
		go_through_stages(builder, NULL);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
	klout_unreserve(&run->memory, help);
}

const char *
klout_build_graph(KloutAuthorityRun *run, KloutGraph *graph, uint32 *culprit)
{
	int			workers = klout_workers_wanted(run->edges.n * 2 * sizeof(uint32));
	KloutBuilder builder;
	void	   *block[KLOUT_BUILD_BLOCKS];
	dsm_segment *segment[KLOUT_BUILD_BLOCKS];
	bool		shared = workers > 0;

	run->memory.share = workers > 0 ? share : NULL;
	klout_build_start(&builder, graph, &run->ids, &run->edges, workers + 1);
	run->memory.share = NULL;
	klout_build_blocks(&builder, block);
	for (int i = 0; i < KLOUT_BUILD_BLOCKS; i++)
	{
		segment[i] = segment_of(run, block[i]);
		shared &= segment[i] != NULL;
	}
	if (shared)
		build_in_parallel(run, &builder, segment);
	else
		go_through_stages(&builder, NULL);
	return klout_build_finish(&builder, culprit);
}
