/*-------------------------------------------------------------------------
 *
 * collect_pg.c
 *	  Reads a query with PostgreSQL's parallel aggregation, into memory that
 *	  the processes share.
 *
 * We run SELECT aggregate(handle, key, columns...) FROM (query).  If the planner
 * can aggregate that in parallel, each process collects rows in its partial
 * state.  So any query that has a parallel plan is read in parallel, joins and
 * views included.
 *
 * A state may be larger than a value (1 GB), and copying it through a tuple
 * queue costs page faults.  So workers collect in a DSA area and hand over
 * pointers: the serial function publishes one in the slot of its process in a
 * control segment, the value it returns is empty.  The leader attaches to the
 * area before, so that it outlives the workers.
 *
 * The aggregates are visible to users.  Outside of our query they only raise an
 * error: the key, a random number, must match the control segment.
 *
 *-------------------------------------------------------------------------
 */
#include "common/collect_pg.h"

#include "common/shared_pg.h"

#include "access/parallel.h"
#include "access/xact.h"
#include "executor/executor.h"
#include "miscadmin.h"
#include "nodes/makefuncs.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "parser/parser.h"
#include "port/atomics.h"
#include "storage/lwlock.h"
#include "tcop/tcopprot.h"
#include "utils/snapmgr.h"

/* larger than the size classes of DSA, so that blocks are page-aligned */
#define LEAST_BLOCK			(16 * 1024)

/* One process. */
typedef struct KloutCollectSlot
{
	pg_atomic_uint64 count[KLOUT_COLLECT_COUNTS];
	dsa_pointer result;			/* of a worker that has finished */
} KloutCollectSlot;

/* The segment: this, what the leader tells the workers, the area. */
typedef struct KloutCollectControl
{
	uint64		key;
	size_t		told;			/* offset */
	size_t		area;			/* offset */
	uint32		slots;
	pg_atomic_uint32 next_slot;
	KloutCollectSlot slot[FLEXIBLE_ARRAY_MEMBER];
} KloutCollectControl;

/* of the leader, while its query runs */
static KloutCollection *leader = NULL;

/* ----------
 * Members
 * ----------
 */

static KloutCollection *
member_of(const KloutCollector *collector, dsm_segment *segment)
{
	KloutCollection *collection = palloc0(sizeof(KloutCollection));

	collection->collector = collector;
	collection->segment = segment;
	collection->control = (KloutCollectControl *) dsm_segment_address(segment);
	return collection;
}

uint32
klout_collect_slots(const KloutCollection *collection)
{
	return collection->control->slots;
}

dsa_pointer
klout_collect_result(const KloutCollection *collection, uint32 slot)
{
	Assert(slot < collection->control->slots);
	return collection->control->slot[slot].result;
}

void
klout_collect_publish(KloutCollection *collection, int which, uint64 count)
{
	Assert(which < KLOUT_COLLECT_COUNTS);
	pg_atomic_write_u64(&collection->own->count[which], count);
}

uint64
klout_collect_count(const KloutCollection *collection, uint32 slot, int which)
{
	Assert(slot < collection->control->slots && which < KLOUT_COLLECT_COUNTS);
	return pg_atomic_read_u64(&collection->control->slot[slot].count[which]);
}

uint64
klout_collect_sum(const KloutCollection *collection, int which)
{
	uint64		sum = 0;

	for (uint32 i = 0; i < collection->control->slots; i++)
		sum += klout_collect_count(collection, i, which);
	return sum;
}

void *
klout_collect_allocate(KloutCollection *collection, size_t size,
					   dsa_pointer *pointer)
{
	*pointer = dsa_allocate_extended(collection->area, Max(size, LEAST_BLOCK),
									 DSA_ALLOC_HUGE);
	return dsa_get_address(collection->area, *pointer);
}

void
klout_collect_leave(KloutCollection *collection)
{
	dsa_detach(collection->area);
	dsm_detach(collection->segment);
	collection->area = NULL;
	collection->segment = NULL;
	collection->control = NULL;
}

/* ----------
 * The aggregate
 * ----------
 */

/* Joins the collection that a call of the aggregate names. */
static KloutCollection *
join_as_worker(const KloutCollector *collector, dsm_handle handle, uint64 key)
{
	dsm_segment *segment = IsParallelWorker() ? dsm_attach(handle) : NULL;
	KloutCollectControl *control = segment == NULL ? NULL :
		(KloutCollectControl *) dsm_segment_address(segment);
	KloutCollection *collection;
	uint32		slot;

	if (control == NULL ||
		dsm_segment_map_length(segment) < sizeof(KloutCollectControl) ||
		control->key != key)
		ereport(ERROR,
				(errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
				 errmsg("%s can only be used by %s", collector->aggregate,
						collector->function)));
	slot = pg_atomic_fetch_add_u32(&control->next_slot, 1);
	if (slot >= control->slots)
		elog(ERROR, "%s: more than %u processes", collector->aggregate,
			 control->slots);

	collection = member_of(collector, segment);
	collection->own = &control->slot[slot];
	collection->area = dsa_attach_in_place((char *) control + control->area,
										   segment);
	collection->state = collector->start(collection,
										 (char *) control + control->told);
	return collection;
}

KloutCollection *
klout_collect_first(FunctionCallInfo fcinfo, const KloutCollector *collector)
{
	KloutCollection *collection;
	MemoryContext context;
	MemoryContext old;
	uint64		key;

	if (!AggCheckCallContext(fcinfo, &context))
		elog(ERROR, "%s called outside of an aggregate", collector->aggregate);
	key = PG_ARGISNULL(2) ? 0 : (uint64) PG_GETARG_INT64(2);
	if (leader != NULL && leader->control->key == key &&
		leader->collector == collector)
		return leader;
	old = MemoryContextSwitchTo(context);
	collection = join_as_worker(collector,
								PG_ARGISNULL(1) ? 0 : (dsm_handle) PG_GETARG_INT64(1),
								key);
	MemoryContextSwitchTo(old);
	return collection;
}

/* Ends a partial state.  What a worker collected is in the area, not here. */
PG_FUNCTION_INFO_V1(klout_collect_serial);
Datum
klout_collect_serial(PG_FUNCTION_ARGS)
{
	KloutCollection *collection;
	bytea	   *nothing = (bytea *) palloc(VARHDRSZ);

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "klout_collect_serial called outside of an aggregate");
	collection = (KloutCollection *) PG_GETARG_POINTER(0);
	if (!collection->finished)
	{
		collection->finished = true;
		collection->collector->flush(collection->state);
		if (collection != leader)
		{
			collection->own->result = collection->collector->hand_over(collection);
			klout_collect_leave(collection);
		}
	}
	SET_VARSIZE(nothing, VARHDRSZ);
	PG_RETURN_BYTEA_P(nothing);
}

PG_FUNCTION_INFO_V1(klout_collect_deserial);
Datum
klout_collect_deserial(PG_FUNCTION_ARGS)
{
	static char some_state;

	if (!AggCheckCallContext(fcinfo, NULL))
		elog(ERROR, "klout_collect_deserial called outside of an aggregate");
	PG_RETURN_POINTER(&some_state);
}

PG_FUNCTION_INFO_V1(klout_collect_combine);
Datum
klout_collect_combine(PG_FUNCTION_ARGS)
{
	int			given = PG_ARGISNULL(0) ? 1 : 0;

	if (PG_ARGISNULL(given))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(given));
}

PG_FUNCTION_INFO_V1(klout_collect_final);
Datum
klout_collect_final(PG_FUNCTION_ARGS)
{
	PG_RETURN_BOOL(true);
}

/* ----------
 * Leader
 * ----------
 */

/* A constant of an unknown type, or NULL. */
static Node *
constant(char *value)
{
	A_Const    *node = makeNode(A_Const);

	node->isnull = value == NULL;
	if (value != NULL)
	{
		node->val.sval.type = T_String;
		node->val.sval.sval = value;
	}
	node->location = -1;
	return (Node *) node;
}

static Node *
column(const char *name)
{
	ColumnRef  *node = makeNode(ColumnRef);

	node->fields = list_make1(makeString(pstrdup(name)));
	node->location = -1;
	return (Node *) node;
}

/*
 * Plans the aggregation of the query.  The query becomes a subquery as a parse
 * tree, so nothing depends on how it ends or is quoted.
 */
static PlannedStmt *
plan_aggregate(const KloutCollection *collection, const char *schema,
			   const char *const *columns, int n)
{
	const char *sql = collection->sql;
	RawStmt    *raw = linitial_node(RawStmt, raw_parser(sql, RAW_PARSE_DEFAULT));
	RangeSubselect *rows = makeNode(RangeSubselect);
	ResTarget  *target = makeNode(ResTarget);
	SelectStmt *select = makeNode(SelectStmt);
	List	   *name = list_make2(makeString(pstrdup(schema)),
								  makeString(pstrdup(collection->collector->aggregate)));
	List	   *arguments = list_make2(constant(psprintf("%u", dsm_segment_handle(collection->segment))),
									   constant(psprintf(INT64_FORMAT, (int64) collection->control->key)));

	for (int i = 0; i < n; i++)
		arguments = lappend(arguments,
							columns[i] != NULL ? column(columns[i]) : constant(NULL));
	rows->subquery = raw->stmt;
	rows->alias = makeAlias("rows", NIL);
	target->val = (Node *) makeFuncCall(name, arguments, COERCE_EXPLICIT_CALL, -1);
	target->location = -1;
	select->targetList = list_make1(target);
	select->fromClause = list_make1(rows);
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

int
klout_collect_planned(const KloutCollection *collection)
{
	return ((Gather *) outerPlan(collection->statement->planTree))->num_workers;
}

KloutCollection *
klout_collect_plan(const KloutCollector *collector, const char *sql,
				   const char *schema, const char *const *columns, int n,
				   const void *told, size_t told_size)
{
	uint32		slots = (uint32) max_parallel_workers_per_gather + 1;
	size_t		told_at = MAXALIGN(offsetof(KloutCollectControl, slot) +
								   slots * sizeof(KloutCollectSlot));
	size_t		area = TYPEALIGN(64, told_at + told_size);
	dsm_segment *segment;
	KloutCollection *collection;
	KloutCollectControl *control;

	if (slots == 1 || max_parallel_workers == 0)
		return NULL;
	segment = klout_create_segment(area + dsa_minimum_size());
	if (segment == NULL)
		return NULL;
	collection = member_of(collector, segment);
	collection->sql = sql;
	control = collection->control;
	memset(control, 0, area);
	if (!pg_strong_random(&control->key, sizeof(control->key)))
		elog(ERROR, "could not generate a random key");
	collection->statement = plan_aggregate(collection, schema, columns, n);
	if (!is_parallel(collection->statement))
	{
		dsm_detach(segment);
		pfree(collection);
		return NULL;
	}

	control->told = told_at;
	control->area = area;
	control->slots = slots;
	memcpy((char *) control + told_at, told, told_size);
	pg_atomic_init_u32(&control->next_slot, 1);
	for (uint32 i = 0; i < slots; i++)
	{
		for (int which = 0; which < KLOUT_COLLECT_COUNTS; which++)
			pg_atomic_init_u64(&control->slot[i].count[which], 0);
		control->slot[i].result = InvalidDsaPointer;
	}
	collection->own = &control->slot[0];
	collection->area = dsa_create_in_place((char *) control + area,
										   dsa_minimum_size(),
										   LWTRANCHE_PARALLEL_QUERY_DSA, segment);
	return collection;
}

/* As SPI reports it, for errors of workers, too. */
static void
report_query(void *sql)
{
	errcontext("SQL statement \"%s\"", (const char *) sql);
}

static void
run_aggregate(void *argument)
{
	KloutCollection *collection = (KloutCollection *) argument;
	bool		was_read_only = XactReadOnly;
	ErrorContextCallback callback;
	QueryDesc  *query;

	callback.callback = report_query;
	callback.arg = unconstify(char *, collection->sql);
	callback.previous = error_context_stack;
	error_context_stack = &callback;
	/* after an error, the end of the subtransaction restores it */
	XactReadOnly = true;
	query = CreateQueryDesc(collection->statement, collection->sql,
							GetActiveSnapshot(), InvalidSnapshot,
							None_Receiver, NULL, NULL, 0);
	ExecutorStart(query, 0);
	klout_executor_run(query);
	ExecutorFinish(query);
	ExecutorEnd(query);
	FreeQueryDesc(query);
	XactReadOnly = was_read_only;
	error_context_stack = callback.previous;
}

bool
klout_collect_run(KloutCollection *collection, void *state)
{
	KloutCollection *outer = leader;
	bool		done;

	collection->state = state;
	leader = collection;
	PG_TRY();
	{
		done = klout_try_shared(run_aggregate, collection);
	}
	PG_FINALLY();
	{
		leader = outer;
	}
	PG_END_TRY();
	return done;
}
