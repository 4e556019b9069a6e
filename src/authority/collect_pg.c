/*-------------------------------------------------------------------------
 *
 * collect_pg.c
 *	  Reads the edges query with PostgreSQL's parallel aggregation.
 *
 * We run SELECT _klout_collect_edges(handle, key, actor, target, weight) FROM
 * (edges query).  If the planner can aggregate that in parallel, each process
 * numbers the people it meets and collects edges in its partial state.  So any
 * query that has a parallel plan is read in parallel, joins and views included.
 *
 * A state may be larger than a value (1 GB), and copying it through a tuple
 * queue costs page faults.  So edges are collected in a DSA area, and workers
 * hand over pointers: the serial function publishes them in the slot of its
 * process in a control segment, the value it returns is empty.  The leader
 * attaches to the area before, so that it outlives the workers, and adopts what
 * they collected after the query.
 *
 * All processes share one memory limit: each publishes what it uses, and counts
 * what the others published.
 *
 * The aggregate is visible to users.  Outside of our query it only raises an
 * error: the key, a random number, must match the control segment.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/collect_pg.h"

#include "authority/shared_pg.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/parser.h"
#include "port/atomics.h"
#include "storage/dsm.h"
#include "storage/lwlock.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"

/* bounds of the edges in a chunk: allocations of shared memory should be few */
#define LEAST_CHUNK			(64 * 1024)
#define MOST_CHUNK			(64 * 1024 * 1024)

/* larger than the size classes of DSA, so that blocks are page-aligned */
#define LEAST_BLOCK			(16 * 1024)

/* One process. */
typedef struct Slot
{
	/* so far */
	pg_atomic_uint64 used;		/* memory */
	pg_atomic_uint64 rows;
	pg_atomic_uint64 edges;
	pg_atomic_uint64 people;

	/* at the end, of a worker */
	uint64		self_edges;
	uint64		null_rows;
	size_t		shared_used;	/* what it hands over */
	dsa_pointer ids;			/* block with an IdsHeader, if it took part */
	dsa_pointer chunk;			/* block of the first chunk, if there is one */
} Slot;

/* The control segment; the area follows the slots. */
typedef struct Collection
{
	uint64		key;
	bool text;
	KloutIdType id_type;
	KloutEdgeColumns columns;
	double		planned_rows;
	size_t		area;			/* offset */
	uint32		slots;
	pg_atomic_uint32 next_slot;
	Slot		slot[FLEXIBLE_ARRAY_MEMBER];
} Collection;

/* What a process knows of the collection that it takes part in. */
typedef struct Member
{
	Collection *collection;
	Slot	   *own;
	KloutReceiver *receiver;
	bool		handed_over;
} Member;

/* In front of the ids of a worker: edge counts, ids or offsets, bytes. */
typedef struct IdsHeader
{
	uint32		n;
	uint64		bytes;			/* of strings */
} IdsHeader;

/* of the leader, while its query runs */
static Member *leader = NULL;

/* ----------
 * Progress
 * ----------
 */

static void
publish(KloutAuthorityRun *run)
{
	Slot	   *own = ((Member *) run->collection)->own;

	pg_atomic_write_u64(&own->used, run->memory.used + run->shared.used);
	pg_atomic_write_u64(&own->rows, run->rows);
	pg_atomic_write_u64(&own->edges, run->edges.n);
	pg_atomic_write_u64(&own->people, run->ids.n);
}

static void
collection_progress(KloutAuthorityRun *run, KloutProgress *progress)
{
	Collection *collection = ((Member *) run->collection)->collection;

	publish(run);
	memset(progress, 0, sizeof(KloutProgress));
	for (uint32 i = 0; i < collection->slots; i++)
	{
		Slot	   *slot = &collection->slot[i];

		progress->used += (size_t) pg_atomic_read_u64(&slot->used);
		progress->rows += pg_atomic_read_u64(&slot->rows);
		progress->edges += pg_atomic_read_u64(&slot->edges);
		/* all processes meet most people, so the sum would be too high */
		progress->people = Max(progress->people,
							   (uint32) pg_atomic_read_u64(&slot->people));
	}
}

/* ----------
 * Shared blocks
 * ----------
 */

static void *
shared_allocate(KloutMemory *memory, size_t size, uint64 *handle)
{
	dsa_area   *area = ((KloutAuthorityRun *) memory->owner)->area;

	*handle = dsa_allocate_extended(area, Max(size, LEAST_BLOCK), DSA_ALLOC_HUGE);
	return dsa_get_address(area, *handle);
}

static void
shared_release(KloutMemory *memory, void *block, size_t size, uint64 handle)
{
	dsa_free(((KloutAuthorityRun *) memory->owner)->area, handle);
}

/* Makes a run take part in a collection. */
static void
join_collection(KloutAuthorityRun *run, Member *member, dsm_segment *segment,
				Slot *own, bool create)
{
	Collection *collection = (Collection *) dsm_segment_address(segment);
	void	   *place = (char *) collection + collection->area;
	MemoryContext old = MemoryContextSwitchTo(run->context);

	member->collection = collection;
	member->own = own;
	run->segment = segment;
	run->area = create ?
		dsa_create_in_place(place, dsa_minimum_size(), LWTRANCHE_PARALLEL_QUERY_DSA, segment) :
		dsa_attach_in_place(place, segment);
	MemoryContextSwitchTo(old);
	run->shared.allocate = shared_allocate;
	run->shared.release = shared_release;
	run->collection = member;
	run->progress = collection_progress;
}

/* ----------
 * Workers
 * ----------
 */

static size_t
ids_size(uint32 n, uint64 bytes, bool text)
{
	return MAXALIGN(sizeof(IdsHeader)) + sizeof(uint32[2]) * n +
		(text ? sizeof(uint64) * ((size_t) n + 1) + bytes : sizeof(int64) * n);
}

/* Sets the pointers to the arrays that follow the header. */
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

/* Publishes ids and chunks for the leader. */
static void
hand_over(KloutAuthorityRun *run, Slot *own)
{
	KloutIds   *ids = &run->ids;
	uint64		bytes = run->text ? ids->offset[ids->n] : 0;
	IdsHeader  *header;
	KloutIdList list;

	klout_ids_close(ids);
	header = klout_alloc(&run->shared, ids_size(ids->n, bytes, run->text), 1);
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

	for (KloutEdgeChunk *chunk = run->edges.first; chunk != NULL; chunk = chunk->next)
		chunk->next_handle = chunk->next == NULL ? InvalidDsaPointer :
			klout_block_handle(chunk->next);
	own->shared_used = run->shared.used;
	own->self_edges = run->self_edges;
	own->null_rows = run->null_rows;
	own->chunk = run->edges.first == NULL ? InvalidDsaPointer :
		klout_block_handle(run->edges.first);
	own->ids = klout_block_handle(header);
	publish(run);
}

/* Joins the collection that a call of the aggregate names. */
static Member *
join_as_worker(uint32 handle, uint64 key)
{
	dsm_segment *segment = IsParallelWorker() ? dsm_attach(handle) : NULL;
	Collection *collection = segment == NULL ? NULL :
		(Collection *) dsm_segment_address(segment);
	Member	   *member;
	KloutAuthorityRun *run;
	uint32		slot;

	if (collection == NULL ||
		dsm_segment_map_length(segment) < sizeof(Collection) ||
		collection->key != key)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("_klout_collect_edges can only be used by klout_authority")));
	slot = pg_atomic_fetch_add_u32(&collection->next_slot, 1);
	if (slot >= collection->slots)
		elog(ERROR, "more than %u processes collect edges", collection->slots);

	member = palloc0(sizeof(Member));
	run = klout_run_start(collection->text);
	run->id_type = collection->id_type;
	run->planned_rows = collection->planned_rows;
	run->loading = true;
	join_collection(run, member, segment, &collection->slot[slot], false);
	run->edges.memory = &run->shared;
	run->edges.least = LEAST_CHUNK;
	run->edges.most = MOST_CHUNK;
	member->receiver = klout_edge_receiver(run, &collection->columns);
	return member;
}

/* ----------
 * The aggregate
 * ----------
 */

PG_FUNCTION_INFO_V1(klout_collect_edges_add);
Datum
klout_collect_edges_add(PG_FUNCTION_ARGS)
{
	Member	   *member = PG_ARGISNULL(0) ? NULL : (Member *) PG_GETARG_POINTER(0);
	NullableDatum row[3];

	if (unlikely(member == NULL))
	{
		MemoryContext context;
		MemoryContext old;
		uint64		key;

		if (!AggCheckCallContext(fcinfo, &context))
			elog(ERROR, "klout_collect_edges_add called outside of an aggregate");
		key = PG_ARGISNULL(2) ? 0 : (uint64) PG_GETARG_INT64(2);
		if (leader != NULL && leader->collection->key == key)
			member = leader;
		else
		{
			old = MemoryContextSwitchTo(context);
			member = join_as_worker(PG_ARGISNULL(1) ? 0 : (uint32) PG_GETARG_INT64(1), key);
			MemoryContextSwitchTo(old);
		}
	}
	for (int i = 0; i < 3; i++)
		row[i] = fcinfo->args[3 + i];
	klout_receive_edge(member->receiver, row);
	PG_RETURN_POINTER(member);
}

/* Ends a partial state.  What a worker collected is in its slot, not here. */
PG_FUNCTION_INFO_V1(klout_collect_edges_serial);
Datum
klout_collect_edges_serial(PG_FUNCTION_ARGS)
{
	Member	   *member;
	bytea	   *nothing = (bytea *) palloc(VARHDRSZ);

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "klout_collect_edges_serial called outside of an aggregate");
	member = (Member *) PG_GETARG_POINTER(0);
	if (!member->handed_over)
	{
		KloutAuthorityRun *run = member->receiver->run;

		member->handed_over = true;
		klout_edge_receiver_flush(member->receiver);
		if (member != leader)
		{
			hand_over(run, member->own);
			klout_run_end(run);
		}
	}
	SET_VARSIZE(nothing, VARHDRSZ);
	PG_RETURN_BYTEA_P(nothing);
}

PG_FUNCTION_INFO_V1(klout_collect_edges_deserial);
Datum
klout_collect_edges_deserial(PG_FUNCTION_ARGS)
{
	static char some_state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "klout_collect_edges_deserial called outside of an aggregate");
	PG_RETURN_POINTER(&some_state);
}

PG_FUNCTION_INFO_V1(klout_collect_edges_combine);
Datum
klout_collect_edges_combine(PG_FUNCTION_ARGS)
{
	int			given = PG_ARGISNULL(0) ? 1 : 0;

	if (PG_ARGISNULL(given))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(given));
}

PG_FUNCTION_INFO_V1(klout_collect_edges_final);
Datum
klout_collect_edges_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}

/* ----------
 * Leader
 * ----------
 */

static Node *
constant(const char *value)
{
	A_Const    *node = makeNode(A_Const);

	node->val.sval.type = T_String;
	node->val.sval.sval = pstrdup(value);
	node->location = -1;
	return (Node *) node;
}

static Node *
column(char *name)
{
	ColumnRef  *node = makeNode(ColumnRef);

	node->fields = list_make1(makeString(name));
	node->location = -1;
	return (Node *) node;
}

/*
 * Plans the aggregation of the edges query.  The query becomes a subquery as a
 * parse tree, so nothing depends on how it ends or is quoted.
 */
static PlannedStmt *
plan_collection(const char *sql, const char *schema, bool has_weight,
				dsm_handle handle, uint64 key)
{
	RawStmt    *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));
	RangeSubselect *edges = makeNode(RangeSubselect);
	ResTarget  *target = makeNode(ResTarget);
	SelectStmt *select = makeNode(SelectStmt);
	List	   *name = list_make2(makeString(pstrdup(schema)),
								  makeString("_klout_collect_edges"));
	List	   *arguments = list_make2(constant(psprintf("%u", handle)),
									   constant(psprintf(INT64_FORMAT, (int64) key)));

	arguments = lappend(arguments, column("actor"));
	arguments = lappend(arguments, column("target"));
	arguments = lappend(arguments, has_weight ? column("weight") : constant("1"));
	edges->subquery = raw->stmt;
	edges->alias = makeAlias("edges", NIL);
	target->val = (Node *) makeFuncCall(name, arguments, COERCE_EXPLICIT_CALL, -1);
	target->location = -1;
	select->targetList = list_make1(target);
	select->fromClause = list_make1(edges);
	raw->stmt = (Node *) select;
	return pg_plan_query(linitial_node(Query,
									   pg_analyze_and_rewrite_fixedparams(raw, sql, NULL, 0, NULL)),
						 sql, CURSOR_OPT_PARALLEL_OK, NULL);
}

/* Is it an aggregate over a Gather of partial aggregates? */
static bool
is_parallel(const PlannedStmt *statement)
{
	const		Agg *agg = (const Agg *) statement->planTree;

	return IsA(agg, Agg) && DO_AGGSPLIT_COMBINE(agg->aggsplit) &&
		IsA(outerPlan(&agg->plan), Gather);
}

/* As SPI reports it, for errors of workers, too. */
static void
report_query(void *sql)
{
	errcontext("SQL statement \"%s\"", (const char *) sql);
}

typedef struct Task
{
	PlannedStmt *statement;
	const char *sql;
} Task;

static void
run_collection(void *argument)
{
	Task	   *task = (Task *) argument;
	bool		was_read_only = XactReadOnly;
	ErrorContextCallback callback;
	QueryDesc  *query;

	callback.callback = report_query;
	callback.arg = unconstify(char *, task->sql);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	XactReadOnly = true;
	query = CreateQueryDesc(task->statement, task->sql, GetActiveSnapshot(),
							InvalidSnapshot, None_Receiver, NULL, NULL, 0);
	ExecutorStart(query, 0);
	klout_executor_run(query);
	ExecutorFinish(query);
	ExecutorEnd(query);
	FreeQueryDesc(query);
	XactReadOnly = was_read_only;
	error_context_stack = callback.previous;
}

/* Runs the query while leader is set; false if there is no shared memory. */
static bool
try_collection(Task *task, Member *member)
{
	Member	   *outer = leader;
	bool		done;

	leader = member;
	PG_TRY();
	{
		done = klout_try_shared(run_collection, task);
	}
	PG_FINALLY();
	{
		leader = outer;
	}
	PG_END_TRY();
	return done;
}

/* Adopts what a worker collected. */
static void
adopt(KloutAuthorityRun *run, Slot *slot)
{
	IdsHeader  *header = klout_block_at(dsa_get_address(run->area, slot->ids));
	KloutRemap *remap = klout_edges_remap(&run->edges, header->n);
	KloutIdList list;

	lay_out_ids(header, run->text, &list);
	klout_ids_merge(&run->ids, &list, remap->number);
	klout_free(&run->shared, header);
	for (dsa_pointer at = slot->chunk; DsaPointerIsValid(at);)
	{
		KloutEdgeChunk *chunk = klout_block_at(dsa_get_address(run->area, at));

		at = chunk->next_handle;
		klout_edges_adopt(&run->edges, chunk, &run->shared, remap);
	}
	run->rows += pg_atomic_read_u64(&slot->rows);
	run->self_edges += slot->self_edges;
	run->null_rows += slot->null_rows;
}

/* Adopts what all workers collected, after the query. */
static int
adopt_all(KloutAuthorityRun *run, Member *member)
{
	Collection *collection = member->collection;
	KloutProgress progress;
	int			workers = 0;

	run->progress(run, &progress);
	run->memory.peak = Max(run->memory.peak, progress.used);
	for (uint32 i = 1; i < collection->slots; i++)
		run->shared.used += collection->slot[i].shared_used;
	run->progress = klout_run_progress;
	run->collection = NULL;
	for (uint32 i = 1; i < collection->slots; i++)
		if (DsaPointerIsValid(collection->slot[i].ids))
		{
			workers++;
			adopt(run, &collection->slot[i]);
			/* people that only one process met add up */
			klout_run_check_room(run);
		}
	return workers;
}

bool
klout_collect_edges(KloutAuthorityRun *run, const char *sql, const char *schema,
					const KloutEdgeColumns *columns)
{
	uint32		slots = (uint32) max_parallel_workers_per_gather + 1;
	size_t		area = TYPEALIGN(64, offsetof(Collection, slot) + slots * sizeof(Slot));
	dsm_segment *segment;
	Collection *collection;
	Member	   *member;
	Task		task = {NULL, sql};
	int			workers;

	if (slots == 1 || max_parallel_workers == 0)
		return false;
	segment = klout_create_segment(area + dsa_minimum_size());
	if (segment == NULL)
		return false;
	collection = (Collection *) dsm_segment_address(segment);
	memset(collection, 0, area);
	if (!pg_strong_random(&collection->key, sizeof(collection->key)))
		elog(ERROR, "could not generate a random key");
	task.statement = plan_collection(sql, schema, columns->weight.attnum > 0,
									 dsm_segment_handle(segment), collection->key);
	if (!is_parallel(task.statement))
	{
		dsm_detach(segment);
		return false;
	}

	collection->text = run->text;
	collection->id_type = run->id_type;
	collection->columns = *columns;
	collection->planned_rows = run->planned_rows;
	collection->area = area;
	collection->slots = slots;
	pg_atomic_init_u32(&collection->next_slot, 1);
	for (uint32 i = 0; i < slots; i++)
	{
		pg_atomic_init_u64(&collection->slot[i].used, 0);
		pg_atomic_init_u64(&collection->slot[i].rows, 0);
		pg_atomic_init_u64(&collection->slot[i].edges, 0);
		pg_atomic_init_u64(&collection->slot[i].people, 0);
	}
	member = palloc0(sizeof(Member));
	join_collection(run, member, segment, &collection->slot[0], true);
	member->receiver = klout_edge_receiver(run, columns);
	if (!try_collection(&task, member))
	{
		klout_run_reset(run);
		return false;
	}
	workers = adopt_all(run, member);
	elog(DEBUG1, "%s: %d of %d parallel workers read", run->function, workers,
		 ((Gather *) outerPlan(task.statement->planTree))->num_workers);
	return true;
}
