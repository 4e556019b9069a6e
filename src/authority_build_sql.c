/*-------------------------------------------------------------------------
 *
 * authority_build_sql.c
 *	  Builds the graph of klout_authority, and what is iterated of it, with
 *	  parallel workers.
 *
 * Plan.  What the processes share lies in segments of shared memory; without it
 * the leader works alone, in memory of its own.  Chunks of edges that workers
 * have read lie in segments already; those that the leader has read itself it
 * scatters itself.
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

/* blocks that a team shares at most */
#define TEAM_BLOCKS			(KLOUT_SOLVE_BLOCKS + 1)

StaticAssertDecl(KLOUT_BUILD_BLOCKS <= TEAM_BLOCKS, "blocks of a build");

typedef enum TeamStage
{
	STAGE_SCATTER = KLOUT_BUILD_SCATTER,
	STAGE_DONE = KLOUT_BUILD_DONE,
	STAGE_COPY					/* edges to what is iterated */
} TeamStage;

typedef struct BuildTeam
{
	Barrier		barrier;		/* odd phases are stages */
	int			stage;			/* of a build, or as above; set in even phases */
	pg_atomic_uint32 next;		/* piece of the stage */
	int			blocks;
	dsm_handle	block[TEAM_BLOCKS];
	KloutSolvePlan plan;		/* to copy, with the leader's pointers */
	KloutGraph	graph;
	uint32		chunks;			/* to scatter */
	dsm_handle	chunk[FLEXIBLE_ARRAY_MEMBER];
} BuildTeam;

/* What a member of the team has of its own. */
typedef struct Member
{
	BuildTeam  *team;
	KloutAuthorityRun *run;
	dsm_segment *segment[TEAM_BLOCKS];
	void	   *block[TEAM_BLOCKS];
	KloutBuilder builder;
	KloutEdgeChunk *chunk;
	dsm_segment **chunk_segment;
	KloutSolvePlan plan;
	KloutGraph	graph;
} Member;

extern PGDLLEXPORT void klout_build_worker(dsm_segment *segment, shm_toc *toc);

/* ----------
 * Stages
 * ----------
 */

static uint32
next_piece(void *team)
{
	return pg_atomic_fetch_add_u32(&((BuildTeam *) team)->next, 1);
}

static void
copy_pieces(BuildTeam *team, const KloutSolvePlan *plan, void *edges)
{
	uint32		pieces = klout_solve_edges_pieces(plan);
	uint32		piece;

	while ((piece = next_piece(team)) < pieces)
	{
		CHECK_FOR_INTERRUPTS();
		klout_solve_edges_piece(plan, edges, piece);
	}
}

static void
attach_blocks(Member *member)
{
	BuildTeam  *team = member->team;

	for (int i = 0; i < team->blocks; i++)
	{
		member->segment[i] = klout_attach_segment(team->block[i]);
		member->block[i] = dsm_segment_address(member->segment[i]);
	}
	if (team->stage == STAGE_COPY)
	{
		member->plan = team->plan;
		member->graph = team->graph;
		klout_solve_join(&member->plan, &member->graph, member->block);
	}
	else
		klout_build_join(&member->builder, &member->run->memory, member->block,
						 member->chunk, team->chunks);
}

/* Only this stage has the chunks. */
static void
scatter_stage(Member *member)
{
	BuildTeam  *team = member->team;

	for (uint32 i = 0; i < team->chunks; i++)
	{
		member->chunk_segment[i] = klout_attach_segment(team->chunk[i]);
		klout_edges_view(&member->chunk[i],
						 dsm_segment_address(member->chunk_segment[i]));
	}
	klout_build_work(&member->builder, KLOUT_BUILD_SCATTER, next_piece, team);
	for (uint32 i = 0; i < team->chunks; i++)
		dsm_detach(member->chunk_segment[i]);
}

void
klout_build_worker(dsm_segment *segment, shm_toc *toc)
{
	BuildTeam  *team = (BuildTeam *) shm_toc_lookup(toc, KEY_TEAM, false);
	Member	   *member = palloc0(sizeof(Member));
	int			phase;

	debug_query_string = "klout_authority";
	pgstat_report_activity(STATE_RUNNING, debug_query_string);

	member->team = team;
	member->run = klout_start_run(false);
	member->chunk = palloc0(sizeof(KloutEdgeChunk) * Max(team->chunks, 1));
	member->chunk_segment = palloc0(sizeof(dsm_segment *) * Max(team->chunks, 1));
	phase = BarrierAttach(&team->barrier);
	for (;;)
	{
		/* in a stage all segments that it needs are there until its end */
		if (phase % 2 == 0)
		{
			BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
			phase++;
		}
		if (team->stage == STAGE_DONE)
			break;
		if (member->segment[0] == NULL)
			attach_blocks(member);
		if (team->stage == STAGE_COPY)
			copy_pieces(team, &member->plan, member->block[KLOUT_SOLVE_BLOCKS]);
		else if (team->stage == STAGE_SCATTER)
			scatter_stage(member);
		else
			klout_build_work(&member->builder, (KloutBuildStage) team->stage,
							 next_piece, team);
		BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
		phase++;
	}
	BarrierDetach(&team->barrier);
	for (int i = 0; i < team->blocks; i++)
		if (member->segment[i] != NULL)
			dsm_detach(member->segment[i]);
	MemoryContextDelete(member->run->context);
}

/* Begins a stage, which the leader then works at, too. */
static void
begin_stage(BuildTeam *team, int stage)
{
	team->stage = stage;
	pg_atomic_write_u32(&team->next, 0);
	BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
}

static void
end_stage(BuildTeam *team)
{
	BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
}

/*
 * A parallel context with a team that shares some blocks, all of which are
 * segments; *team is NULL if it can have no workers.
 */
static ParallelContext *
prepare_team(int workers, dsm_segment *const *block, int blocks,
			 uint32 chunks, BuildTeam **team)
{
	size_t		size = offsetof(BuildTeam, chunk) + chunks * sizeof(dsm_handle);
	ParallelContext *pcxt;

	EnterParallelMode();
	pcxt = CreateParallelContext("klout", "klout_build_worker", workers);
	shm_toc_estimate_chunk(&pcxt->estimator, size);
	shm_toc_estimate_keys(&pcxt->estimator, 1);
	InitializeParallelDSM(pcxt);
	*team = NULL;
	if (pcxt->seg == NULL || pcxt->nworkers == 0)
		return pcxt;

	*team = (BuildTeam *) shm_toc_allocate(pcxt->toc, size);
	memset(*team, 0, size);
	BarrierInit(&(*team)->barrier, 0);
	pg_atomic_init_u32(&(*team)->next, 0);
	(*team)->blocks = blocks;
	for (int i = 0; i < blocks; i++)
		(*team)->block[i] = dsm_segment_handle(block[i]);
	(*team)->chunks = chunks;
	shm_toc_insert(pcxt->toc, KEY_TEAM, *team);
	return pcxt;
}

static void
launch_team(KloutAuthorityRun *run, ParallelContext *pcxt, BuildTeam *team,
			const char *what)
{
	BarrierAttach(&team->barrier);
	LaunchParallelWorkers(pcxt);
	elog(DEBUG1, "%s: %d of %d parallel workers %s", run->function,
		 pcxt->nworkers_launched, pcxt->nworkers_to_launch, what);
}

/*
 * Tells the team, if there is one, that it is done.  Until end_team its workers
 * are on their way out, which takes a while, as they unmap what they shared.
 */
static void
dismiss_team(BuildTeam *team)
{
	if (team == NULL)
		return;
	begin_stage(team, STAGE_DONE);
	BarrierDetach(&team->barrier);
}

static void
end_team(ParallelContext *pcxt, BuildTeam *team)
{
	if (team != NULL)
		WaitForParallelWorkersToFinish(pcxt);
	DestroyParallelContext(pcxt);
	ExitParallelMode();
}

/* The segments of blocks; false if there is one that has none. */
static bool
segments_of(const KloutAuthorityRun *run, void *const *block, int blocks,
			dsm_segment **segment)
{
	for (int i = 0; i < blocks; i++)
	{
		segment[i] = klout_segment_of(run, block[i]);
		if (segment[i] == NULL)
			return false;
	}
	return true;
}

/* ----------
 * The graph
 * ----------
 */

static uint32
next_number(void *number)
{
	return (*(uint32 *) number)++;
}

/* Goes through the stages with a team, or without one. */
static void
go_through_stages(KloutBuilder *builder, BuildTeam *team)
{
	KloutBuildStage stage = KLOUT_BUILD_SCATTER;

	while (stage != KLOUT_BUILD_DONE)
	{
		if (team == NULL || builder->alone)
		{
			uint32		number = 0;

			klout_build_work(builder, stage, next_number, &number);
		}
		else
		{
			begin_stage(team, (int) stage);
			klout_build_work(builder, stage, next_piece, team);
			end_stage(team);
		}
		stage = klout_build_next(builder, stage);
	}
}

const char *
klout_build_graph(KloutAuthorityRun *run, KloutGraph *graph, uint32 *culprit)
{
	int			workers = klout_workers_wanted(run->edges.n * 2 * sizeof(uint32));
	size_t		needs = klout_graph_needs(run->ids.n, run->edges.n, run->edges.kind,
										  workers + 1);
	KloutBuilder builder;
	void	   *block[KLOUT_BUILD_BLOCKS];
	dsm_segment *segment[KLOUT_BUILD_BLOCKS];
	const char *problem;

	/* where memory suffices for one process, one does it */
	if (needs > run->memory.limit || run->memory.used > run->memory.limit - needs)
		workers = 0;
	run->memory.share = workers > 0 ? klout_share : NULL;
	klout_build_start(&builder, graph, &run->ids, &run->edges, workers + 1);
	klout_build_blocks(&builder, block);
	if (segments_of(run, block, KLOUT_BUILD_BLOCKS, segment))
	{
		size_t		help = (size_t) workers * klout_build_help_size(&builder);
		ParallelContext *pcxt;
		BuildTeam  *team;

		klout_reserve(&run->memory, help);
		pcxt = prepare_team(workers, segment, KLOUT_BUILD_BLOCKS,
							builder.chunks, &team);
		if (team != NULL)
		{
			for (uint32 i = 0; i < builder.chunks; i++)
				team->chunk[i] = dsm_segment_handle((dsm_segment *) builder.chunk[i].owner);
			launch_team(run, pcxt, team, "build");
		}
		go_through_stages(&builder, team);
		dismiss_team(team);
		klout_unreserve(&run->memory, help);
		problem = klout_build_finish(&builder, culprit);
		end_team(pcxt, team);
	}
	else
	{
		go_through_stages(&builder, NULL);
		problem = klout_build_finish(&builder, culprit);
	}
	return problem;
}

/* ----------
 * What is iterated
 * ----------
 */

/* Of the graph's rows only those of tails are needed now. */
static void
drop_copied(KloutAuthorityRun *run, const KloutSolvePlan *plan)
{
	klout_keep_block(run, plan->size + 2 * 64);
	klout_graph_keep_tails(plan->graph);
}

void
klout_move_edges(KloutAuthorityRun *run, const KloutSolvePlan *plan,
				 void *edges, dsm_segment *edges_segment, int workers)
{
	void	   *block[TEAM_BLOCKS];
	dsm_segment *segment[TEAM_BLOCKS];
	ParallelContext *pcxt;
	BuildTeam  *team;

	klout_solve_blocks(plan, block);
	segment[KLOUT_SOLVE_BLOCKS] = edges_segment;
	if (edges_segment == NULL ||
		!segments_of(run, block, KLOUT_SOLVE_BLOCKS, segment))
	{
		klout_solve_edges(plan, edges);
		drop_copied(run, plan);
		return;
	}

	pcxt = prepare_team(workers, segment, TEAM_BLOCKS, 0, &team);
	if (team == NULL)
		klout_solve_edges(plan, edges);
	else
	{
		team->plan = *plan;
		team->graph = *plan->graph;
		launch_team(run, pcxt, team, "copy");
		klout_solve_edges_start(plan, edges);
		begin_stage(team, STAGE_COPY);
		copy_pieces(team, plan, edges);
		end_stage(team);
	}
	dismiss_team(team);
	drop_copied(run, plan);
	end_team(pcxt, team);
}
