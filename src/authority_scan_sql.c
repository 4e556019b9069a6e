/*-------------------------------------------------------------------------
 *
 * authority_scan_sql.c
 *	  Reads the edges of klout_authority with parallel workers.
 *
 * Plan.  The executor's own parallel query sends every row of a worker through
 * a queue to the leader, which costs more than the scan.  So the query is
 * planned as if that were for free.  If it comes to just a Gather of a parallel
 * scan of one table, with whatever conditions and expressions, the scan is run
 * here without the Gather: leader and workers run the same executor on the same
 * plan, share the scan's state, and keep what they read.  That it is safe and
 * worth it is for the planner to say.
 *
 * Each process numbers ids for itself and writes edges to chunks of its own;
 * a worker's lie in segments of shared memory.  When its part of the scan is
 * at an end a worker hands over the list of its ids; then all meet at a
 * barrier, the leader attaches to the segments, all meet again, and workers
 * go.  The leader numbers workers' ids in its own table and keeps, for each
 * worker, what the worker's numbers mean there.
 *
 * The memory limit is one for all processes: each tells in shared memory what
 * it uses, and looks at what others do before it takes more.
 *
 * Too little shared memory is an error wherever it is met.  All of it happens
 * in a subtransaction, after whose end one process can do it alone.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_receive_sql.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "executor/nodeSeqscan.h"
#include "miscadmin.h"
#include "nodes/nodes.h"
#include "optimizer/optimizer.h"
#include "pgstat.h"
#include "port/atomics.h"
#include "storage/barrier.h"
#include "storage/dsm.h"
#include "storage/shm_toc.h"
#include "tcop/tcopprot.h"
#include "utils/plancache.h"
#include "utils/snapmgr.h"
#include "utils/wait_event.h"

/* a scan has its plan's number for a key: those are small */
#define KEY_TEAM			UINT64CONST(0x6B6C6F7574000002)
#define KEY_PLAN			UINT64CONST(0x6B6C6F7574000003)
#define KEY_QUERY			UINT64CONST(0x6B6C6F7574000004)

/* edges of a chunk in shared memory, where a small one is not worth it */
#define LEAST_CHUNK			(64 * 1024)
#define MOST_CHUNK			(64 * 1024 * 1024)

/* segments grow, and so are few */
#define SEGMENTS_MAX		128

/* One process of the team. */
typedef struct Reader
{
	/* so far, for all to see */
	pg_atomic_uint64 used;		/* memory */
	pg_atomic_uint64 rows;
	pg_atomic_uint64 edges;
	pg_atomic_uint64 people;

	/* a worker's, for the leader, at the end */
	uint64		self_edges;
	uint64		null_rows;
	dsm_handle	ids;			/* segment with an IdsHeader, if it took part */
	uint32		chunks;
	dsm_handle	chunk[SEGMENTS_MAX];
} Reader;

typedef struct KloutReadingTeam
{
	Barrier		barrier;
	bool text;
	KloutIdType id_type;
	KloutEdgeColumns columns;
	double		planned_rows;
	int			readers;
	Reader		reader[FLEXIBLE_ARRAY_MEMBER];	/* the leader, then workers */
} KloutReadingTeam;

/* In front of a worker's ids: counts, then ids or offsets, then bytes. */
typedef struct IdsHeader
{
	uint32		n;
	uint64		bytes;			/* of strings */
} IdsHeader;

/* Memory of a worker's chunks: each has a segment. */
typedef struct ChunkMemory
{
	KloutMemory memory;			/* first */
	KloutAuthorityRun *run;
	dsm_segment *segment[SEGMENTS_MAX];
} ChunkMemory;

extern PGDLLEXPORT void klout_read_worker(dsm_segment *segment, shm_toc *toc);

/* ----------
 * What is shared while reading
 * ----------
 */

static void
publish(KloutAuthorityRun *run)
{
	Reader	   *own = &run->team->reader[run->reader];
	size_t		used = run->memory.used;

	if (run->edges.memory != &run->memory)
		used += run->edges.memory->used;
	pg_atomic_write_u64(&own->used, used);
	pg_atomic_write_u64(&own->rows, run->rows);
	pg_atomic_write_u64(&own->edges, run->edges.n);
	pg_atomic_write_u64(&own->people, run->ids.n);
}

static void
team_progress(KloutAuthorityRun *run, KloutProgress *progress)
{
	publish(run);
	memset(progress, 0, sizeof(KloutProgress));
	for (int i = 0; i < run->team->readers; i++)
	{
		Reader	   *reader = &run->team->reader[i];

		progress->used += (size_t) pg_atomic_read_u64(&reader->used);
		progress->rows += pg_atomic_read_u64(&reader->rows);
		progress->edges += pg_atomic_read_u64(&reader->edges);
		/* most people are met by all: nobody knows yet how many there are */
		progress->people = Max(progress->people,
							   (uint32) pg_atomic_read_u64(&reader->people));
	}
}

/* What all processes use but for what is counted in the given memory. */
static size_t
used_elsewhere(KloutAuthorityRun *run, const KloutMemory *memory)
{
	KloutProgress progress;

	team_progress(run, &progress);
	return progress.used - memory->used;
}

static size_t
run_elsewhere(KloutMemory *memory)
{
	return used_elsewhere((KloutAuthorityRun *) memory, memory);
}

static void
join_team(KloutAuthorityRun *run, KloutReadingTeam *team, int reader)
{
	run->team = team;
	run->reader = reader;
	run->progress = team_progress;
	run->memory.elsewhere = run_elsewhere;
}

/* ----------
 * Workers
 * ----------
 */

static size_t
chunks_elsewhere(KloutMemory *memory)
{
	return used_elsewhere(((ChunkMemory *) memory)->run, memory);
}

static void
chunks_refuse(KloutMemory *memory, size_t needed)
{
	KloutAuthorityRun *run = ((ChunkMemory *) memory)->run;

	run->memory.refuse(&run->memory, needed);
}

/* A segment that the leader will attach to. */
static void *
allocate_chunk(KloutMemory *memory, size_t size)
{
	ChunkMemory *chunks = (ChunkMemory *) memory;
	KloutAuthorityRun *run = chunks->run;
	Reader	   *own = &run->team->reader[run->reader];
	dsm_segment *segment;

	if (own->chunks == SEGMENTS_MAX)
		elog(ERROR, "%s: more than %d chunks of edges", run->function,
			 SEGMENTS_MAX);
	segment = dsm_create(size, 0);
	chunks->segment[own->chunks] = segment;
	own->chunk[own->chunks++] = dsm_segment_handle(segment);
	return dsm_segment_address(segment);
}

static size_t
ids_size(uint32 n, uint64 bytes, bool text)
{
	return MAXALIGN(sizeof(IdsHeader)) + sizeof(uint32[2]) * n +
		(text ? sizeof(uint64) * ((size_t) n + 1) + bytes : sizeof(int64) * n);
}

/* What is where after the header. */
static void
lay_out_ids(IdsHeader *header, bool text, KloutIdList *list)
{
	char	   *at = (char *) header + MAXALIGN(sizeof(IdsHeader));

	memset(list, 0, sizeof(KloutIdList));
	list->n = header->n;
	list->edges = (const uint32 (*)[2]) at;
	at += sizeof(uint32[2]) * list->n;
	if (text)
	{
		list->offset = (const uint64 *) at;
		list->data = at + sizeof(uint64) * ((size_t) list->n + 1);
	}
	else
		list->id = (const int64 *) at;
}

/* Copies the ids to a segment for the leader. */
static dsm_segment *
hand_ids_over(KloutAuthorityRun *run)
{
	KloutIds   *ids = &run->ids;
	uint64		bytes = run->text ? ids->offset[ids->n] : 0;
	size_t		size = ids_size(ids->n, bytes, run->text);
	dsm_segment *segment;
	IdsHeader  *header;
	KloutIdList list;

	klout_ids_close(ids);
	klout_reserve(&run->memory, size);
	segment = dsm_create(size, 0);
	run->team->reader[run->reader].ids = dsm_segment_handle(segment);
	header = (IdsHeader *) dsm_segment_address(segment);
	header->n = ids->n;
	header->bytes = bytes;
	lay_out_ids(header, run->text, &list);
	memcpy(unconstify(char *, (const char *) list.edges), ids->edges,
		   sizeof(uint32[2]) * ids->n);
	if (run->text)
	{
		memcpy(unconstify(uint64 *, list.offset), ids->offset,
			   sizeof(uint64) * ((size_t) ids->n + 1));
		memcpy(unconstify(char *, list.data), ids->data, bytes);
	}
	else
		memcpy(unconstify(int64 *, list.id), ids->id, ids->n * sizeof(int64));
	return segment;
}

/* Runs this process's part of the scan. */
static void
run_scan(KloutAuthorityRun *run, QueryDesc *query)
{
	klout_executor_run(query);
	klout_edge_receiver_flush(query->dest);
	publish(run);
}

void
klout_read_worker(dsm_segment *segment, shm_toc *toc)
{
	KloutReadingTeam *team = (KloutReadingTeam *) shm_toc_lookup(toc, KEY_TEAM, false);
	KloutAuthorityRun *run = klout_start_run(team->text);
	Reader	   *own = &team->reader[ParallelWorkerNumber + 1];
	ParallelWorkerContext context = {segment, toc};
	ChunkMemory chunks;
	QueryDesc  *query;
	dsm_segment *ids;

	debug_query_string = (const char *) shm_toc_lookup(toc, KEY_QUERY, false);
	pgstat_report_activity(STATE_RUNNING, debug_query_string);

	/* too late: the scan is over, and was complete */
	if (BarrierAttach(&team->barrier) > 0)
	{
		BarrierDetach(&team->barrier);
		return;
	}

	run->id_type = team->id_type;
	run->planned_rows = team->planned_rows;
	run->loading = true;
	chunks.memory = run->memory;
	chunks.memory.allocate = allocate_chunk;
	chunks.memory.refuse = chunks_refuse;
	chunks.memory.elsewhere = chunks_elsewhere;
	chunks.memory.used = 0;
	chunks.run = run;
	run->edges.memory = &chunks.memory;
	run->edges.least = LEAST_CHUNK;
	run->edges.most = MOST_CHUNK;
	join_team(run, team, ParallelWorkerNumber + 1);

	query = CreateQueryDesc((PlannedStmt *) stringToNode((char *) shm_toc_lookup(toc, KEY_PLAN, false)),
							debug_query_string, GetActiveSnapshot(),
							InvalidSnapshot,
							klout_edge_receiver(run, &team->columns), NULL,
							NULL, 0);
	ExecutorStart(query, 0);
	ExecSeqScanInitializeWorker(castNode(SeqScanState, query->planstate), &context);
	run_scan(run, query);
	ExecutorFinish(query);
	ExecutorEnd(query);
	FreeQueryDesc(query);

	ids = hand_ids_over(run);
	own->self_edges = run->self_edges;
	own->null_rows = run->null_rows;
	publish(run);

	/* segments stay until the leader has them */
	BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
	BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
	BarrierDetach(&team->barrier);
	for (uint32 i = 0; i < own->chunks; i++)
		dsm_detach(chunks.segment[i]);
	dsm_detach(ids);
}

/* ----------
 * Leader
 * ----------
 */

/*
 * The scan of a plan that does nothing but gather a parallel scan of one
 * table, or NULL.
 */
static SeqScan *
gathered_scan(const PlannedStmt *statement)
{
	Gather	   *gather = (Gather *) statement->planTree;
	SeqScan    *scan;
	ListCell   *ours;
	ListCell   *theirs;

	if (!IsA(gather, Gather) || gather->single_copy || gather->invisible ||
		gather->plan.initPlan != NIL || gather->plan.qual != NIL ||
		statement->subplans != NIL)
		return NULL;
	scan = (SeqScan *) outerPlan(&gather->plan);
	if (!IsA(scan, SeqScan) || !scan->scan.plan.parallel_aware ||
		scan->scan.plan.initPlan != NIL)
		return NULL;

	/* the Gather returns what the scan does, column by column */
	if (list_length(gather->plan.targetlist) !=
		list_length(scan->scan.plan.targetlist))
		return NULL;
	forboth(ours, gather->plan.targetlist, theirs, scan->scan.plan.targetlist)
	{
		TargetEntry *entry = lfirst_node(TargetEntry, ours);
		Var		   *var = (Var *) entry->expr;

		/* but for constants, which the planner copies */
		if (IsA(var, Const) &&
			equal(var, lfirst_node(TargetEntry, theirs)->expr))
			continue;
		if (!IsA(var, Var) || var->varno != OUTER_VAR ||
			var->varattno != entry->resno)
			return NULL;
	}
	return scan;
}

static void
release_chunk(KloutEdgeChunk *chunk)
{
	dsm_detach((dsm_segment *) chunk->owner);
}

/* Takes over what a worker has read. */
static void
take_over(KloutAuthorityRun *run, Reader *reader,
		  dsm_segment *ids, dsm_segment *const *chunks)
{
	IdsHeader  *header = (IdsHeader *) dsm_segment_address(ids);
	KloutMeaning *meaning = klout_edges_meaning(&run->edges, header->n);
	KloutIdList list;

	lay_out_ids(header, run->text, &list);
	klout_ids_merge(&run->ids, &list, meaning->number);
	dsm_detach(ids);
	for (uint32 i = 0; i < reader->chunks; i++)
		klout_edges_adopt(&run->edges,
						  (KloutEdgeChunk *) dsm_segment_address(chunks[i]),
						  meaning, release_chunk, chunks[i]);
	run->rows += pg_atomic_read_u64(&reader->rows);
	run->self_edges += reader->self_edges;
	run->null_rows += reader->null_rows;
}

/* As SPI has it, for errors of workers, too. */
static void
tell_query(void *sql)
{
	errcontext("SQL statement \"%s\"", (const char *) sql);
}

/* What read_together is to do. */
typedef struct Task
{
	KloutAuthorityRun *run;
	PlannedStmt *statement;		/* with the scan on top */
	int			workers;
	const char *sql;
	const KloutEdgeColumns *columns;
} Task;

static void
read_together(void *argument)
{
	const Task *task = (const Task *) argument;
	KloutAuthorityRun *run = task->run;
	ParallelContext *pcxt;
	KloutReadingTeam *team;
	SeqScanState *scan;
	QueryDesc  *query;
	size_t		team_size = offsetof(KloutReadingTeam, reader) +
		((size_t) task->workers + 1) * sizeof(Reader);
	char	   *plan = nodeToString(task->statement);
	char	   *space;
	dsm_segment **ids;
	dsm_segment *(*chunks)[SEGMENTS_MAX];
	KloutProgress progress;
	ErrorContextCallback callback;
	uint64		own_rows;
	int			launched;

	callback.callback = tell_query;
	callback.arg = unconstify(char *, task->sql);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	XactReadOnly = true;
	EnterParallelMode();
	query = CreateQueryDesc(task->statement, task->sql, GetActiveSnapshot(),
							InvalidSnapshot,
							klout_edge_receiver(run, task->columns), NULL,
							NULL, 0);
	ExecutorStart(query, 0);
	scan = castNode(SeqScanState, query->planstate);

	pcxt = CreateParallelContext("klout", "klout_read_worker", task->workers);
	ExecSeqScanEstimate(scan, pcxt);
	shm_toc_estimate_chunk(&pcxt->estimator, team_size);
	shm_toc_estimate_chunk(&pcxt->estimator, strlen(plan) + 1);
	shm_toc_estimate_chunk(&pcxt->estimator, strlen(task->sql) + 1);
	shm_toc_estimate_keys(&pcxt->estimator, 3);
	InitializeParallelDSM(pcxt);

	team = (KloutReadingTeam *) shm_toc_allocate(pcxt->toc, team_size);
	memset(team, 0, team_size);
	BarrierInit(&team->barrier, 0);
	team->text = run->text;
	team->id_type = run->id_type;
	team->columns = *task->columns;
	team->planned_rows = run->planned_rows;
	team->readers = task->workers + 1;
	for (int i = 0; i < team->readers; i++)
	{
		pg_atomic_init_u64(&team->reader[i].used, 0);
		pg_atomic_init_u64(&team->reader[i].rows, 0);
		pg_atomic_init_u64(&team->reader[i].edges, 0);
		pg_atomic_init_u64(&team->reader[i].people, 0);
	}
	shm_toc_insert(pcxt->toc, KEY_TEAM, team);
	space = (char *) shm_toc_allocate(pcxt->toc, strlen(plan) + 1);
	strcpy(space, plan);
	shm_toc_insert(pcxt->toc, KEY_PLAN, space);
	space = (char *) shm_toc_allocate(pcxt->toc, strlen(task->sql) + 1);
	strcpy(space, task->sql);
	shm_toc_insert(pcxt->toc, KEY_QUERY, space);
	ExecSeqScanInitializeDSM(scan, pcxt);

	BarrierAttach(&team->barrier);
	join_team(run, team, 0);
	LaunchParallelWorkers(pcxt);
	launched = pcxt->nworkers_launched;
	run_scan(run, query);

	/* the scan is over, and who takes part in it has come by now */
	ids = palloc0(sizeof(*ids) * (size_t) team->readers);
	chunks = palloc0(sizeof(*chunks) * (size_t) team->readers);
	BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
	for (int i = 1; i < team->readers; i++)
	{
		if (team->reader[i].ids == DSM_HANDLE_INVALID)
			continue;
		ids[i] = klout_attach_segment(team->reader[i].ids);
		for (uint32 c = 0; c < team->reader[i].chunks; c++)
			chunks[i][c] = klout_attach_segment(team->reader[i].chunk[c]);
	}
	BarrierArriveAndWait(&team->barrier, PG_WAIT_EXTENSION);
	BarrierDetach(&team->barrier);
	WaitForParallelWorkersToFinish(pcxt);
	ExecutorFinish(query);
	ExecutorEnd(query);
	FreeQueryDesc(query);

	team_progress(run, &progress);
	run->memory.peak = Max(run->memory.peak, progress.used);
	run->team = NULL;
	run->progress = klout_own_progress;
	run->memory.elsewhere = NULL;
	own_rows = run->rows;
	for (int i = 1; i < team->readers; i++)
		if (ids[i] != NULL)
		{
			take_over(run, &team->reader[i], ids[i], chunks[i]);
			/* people whom only one has met add up */
			klout_check_room(run);
		}
	pfree(ids);
	pfree(chunks);

	DestroyParallelContext(pcxt);
	ExitParallelMode();
	error_context_stack = callback.previous;
	elog(DEBUG1, "%s: %d of %d parallel workers read " UINT64_FORMAT " rows",
		 run->function, launched, task->workers, run->rows - own_rows);

	/* else they end with the subtransaction */
	for (KloutEdgeChunk *chunk = run->edges.first; chunk != NULL; chunk = chunk->next)
		if (chunk->owner != NULL)
			dsm_pin_mapping((dsm_segment *) chunk->owner);
}

/* The plan of a query whose workers need send no rows. */
static PlannedStmt *
plan_without_queues(SPIPlanPtr plan, const char *sql)
{
	CachedPlanSource *source = linitial(SPI_plan_get_plan_sources(plan));
	PlannedStmt *statement;
	double		tuple_cost = parallel_tuple_cost;

	PG_TRY();
	{
		parallel_tuple_cost = 0;
		statement = pg_plan_query(copyObject(linitial_node(Query, source->query_list)), sql,
								  CURSOR_OPT_PARALLEL_OK, NULL);
	}
	PG_FINALLY();
	{
		parallel_tuple_cost = tuple_cost;
	}
	PG_END_TRY();
	return statement;
}

bool
klout_read_in_parallel(KloutAuthorityRun *run, SPIPlanPtr plan,
					   const char *sql, const KloutEdgeColumns *columns)
{
	PlannedStmt *statement = plan_without_queues(plan, sql);
	SeqScan    *scan = gathered_scan(statement);
	Task		task;

	if (scan == NULL)
		return false;
	task.run = run;
	task.statement = statement;
	task.workers = ((Gather *) statement->planTree)->num_workers;
	task.sql = sql;
	task.columns = columns;

	statement->planTree = (Plan *) scan;
	statement->parallelModeNeeded = false;
	statement->relationOids = NIL;
	statement->invalItems = NIL;
	if (!klout_try_shared(read_together, &task))
	{
		klout_restart_run(run);
		return false;
	}
	/* from here on the outer owner releases them if need be */
	for (KloutEdgeChunk *chunk = run->edges.first; chunk != NULL; chunk = chunk->next)
		if (chunk->owner != NULL)
			dsm_unpin_mapping((dsm_segment *) chunk->owner);
	return true;
}
