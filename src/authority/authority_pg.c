/*-------------------------------------------------------------------------
 *
 * authority_pg.c
 *	  klout_authority, klout_authority_text and klout_authority_stats.
 *
 * The user's queries run first: edges, restart, warm start.  Then the graph is
 * built and solved, and people are returned by rising id.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/run_pg.h"

#include <math.h>

#include "miscadmin.h"
#include "portability/instr_time.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"

/* people ahead of the current one that are prefetched */
#define PREFETCH_DISTANCE	16

/* what klout_authority_stats reports: the last call that finished */
typedef struct RunStats
{
	bool		known;
	uint64		rows;
	uint64		self_edges;
	uint64		null_rows;
	uint32		vertices;
	uint64		edges;
	uint64		core_edges;
	uint32		iterations;
	bool		converged;
	double		error_bound;
	int			workers;
	uint64		peak;
	double		load_seconds;
	double		build_seconds;
	double		solve_seconds;
} RunStats;

static RunStats last_run;

/* ----------
 * Restart and warm start
 * ----------
 */

/* The amounts of a query, by vertex. */
static double *
vector_of(KloutAuthorityRun *run, const KloutGraph *graph,
		  KloutAmount *amounts, size_t n)
{
	double	   *vector = KLOUT_ALLOC(&run->memory, double, graph->n);

	klout_graph_vector(graph, amounts, n, vector);
	klout_free(&run->memory, amounts);
	return vector;
}

/* The restart vector, with sum 1. */
static double *
restart_vector(KloutAuthorityRun *run, const KloutGraph *graph, bool given,
			   KloutAmount *amounts, size_t n)
{
	double	   *vector;
	double		sum;

	if (!given)
	{
		vector = KLOUT_ALLOC(&run->memory, double, graph->n);
		for (uint32 v = 0; v < graph->n; v++)
			vector[v] = 1.0 / graph->n;
		return vector;
	}

	vector = vector_of(run, graph, amounts, n);
	sum = klout_sum(vector, graph->n);
	if (!(sum > 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: the restart query gives weight to no person in the graph",
						run->function)));
	if (isinf(sum))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: the weights of the restart query add up to more than float8 can hold",
						run->function)));
	for (uint32 v = 0; v < graph->n; v++)
		vector[v] /= sum;
	return vector;
}

/* ----------
 * Output
 * ----------
 */

static char *
text_of_id(const KloutAuthorityRun *run, uint32 number)
{
	const KloutIds *ids = &run->ids;

	if (run->id_type == KLOUT_ID_INTEGER)
		return psprintf(INT64_FORMAT, ids->id[number]);
	if (run->id_type == KLOUT_ID_UUID)
		return DatumGetCString(DirectFunctionCall1(uuid_out,
												   PointerGetDatum(ids->data + ids->offset[number])));
	return pnstrdup(ids->data + ids->offset[number],
					(Size) (ids->offset[number + 1] - ids->offset[number]));
}

static void
put_people(KloutAuthorityRun *run, const KloutGraph *graph,
		   const double *authority, ReturnSetInfo *rsinfo)
{
	MemoryContext row = AllocSetContextCreate(run->context, "klout_authority row",
											  ALLOCSET_DEFAULT_SIZES);
	MemoryContext old = MemoryContextSwitchTo(row);
	bool		integer = run->id_type == KLOUT_ID_INTEGER;

	for (uint32 i = 0; i < graph->n; i++)
	{
		uint32		number = graph->by_id[i];
		Datum		values[2];
		bool		nulls[2] = {false, false};

		CHECK_FOR_INTERRUPTS();
		/* order by id is random in vertex order */
		if (i + 2 * PREFETCH_DISTANCE < graph->n)
		{
			KLOUT_PREFETCH(&graph->vertex[graph->by_id[i + 2 * PREFETCH_DISTANCE]]);
			if (integer)
				KLOUT_PREFETCH(&run->ids.id[graph->by_id[i + 2 * PREFETCH_DISTANCE]]);
			else
				KLOUT_PREFETCH(&run->ids.offset[graph->by_id[i + 2 * PREFETCH_DISTANCE]]);
			KLOUT_PREFETCH(&authority[graph->vertex[graph->by_id[i + PREFETCH_DISTANCE]]]);
		}
		if (integer)
			values[0] = Int64GetDatum(run->ids.id[number]);
		else if (run->id_type == KLOUT_ID_UUID)
			values[0] = CStringGetTextDatum(text_of_id(run, number));
		else
			values[0] = PointerGetDatum(cstring_to_text_with_len(run->ids.data + run->ids.offset[number],
																 (int) (run->ids.offset[number + 1] -
																		run->ids.offset[number])));
		values[1] = Float8GetDatum(authority[graph->vertex[number]]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
		MemoryContextReset(row);
	}
	MemoryContextSwitchTo(old);
}

/* ----------
 * The functions
 * ----------
 */

static char *
query_argument(FunctionCallInfo fcinfo, int n)
{
	return PG_ARGISNULL(n) ? NULL : text_to_cstring(PG_GETARG_TEXT_PP(n));
}

static void
check_not_null(FunctionCallInfo fcinfo, const char *function)
{
	static const char *const names[] = {"edges_sql", "damping", "tolerance",
	"max_iterations"};

	for (int i = 0; i < (int) lengthof(names); i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s: %s must not be NULL", function, names[i])));
}

static void
read_options(FunctionCallInfo fcinfo, const char *function,
			 KloutSolveOptions *options)
{
	int32		max_iterations = PG_GETARG_INT32(3);

	memset(options, 0, sizeof(KloutSolveOptions));
	options->damping = PG_GETARG_FLOAT8(1);
	options->tolerance = PG_GETARG_FLOAT8(2);
	if (!(options->damping >= 0 && options->damping < 1))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: damping must be at least 0 and below 1, got %s",
						function, float8out_internal(options->damping))));
	if (!(options->tolerance > 0) || isinf(options->tolerance))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: tolerance must be above 0 and finite, got %s",
						function, float8out_internal(options->tolerance))));
	if (max_iterations < 1)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: max_iterations must be at least 1, got %d",
						function, max_iterations)));
	options->max_iterations = (uint32) max_iterations;
}

/* Seconds since *since, which becomes now. */
static double
lap(instr_time *since)
{
	instr_time	now;
	instr_time	elapsed;

	INSTR_TIME_SET_CURRENT(now);
	elapsed = now;
	INSTR_TIME_SUBTRACT(elapsed, *since);
	*since = now;
	return INSTR_TIME_GET_DOUBLE(elapsed);
}

static Datum
authority(FunctionCallInfo fcinfo, const char *function, bool text)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KloutAuthorityRun *run;
	KloutSolveOptions options;
	KloutSolveResult result;
	KloutSell	sell;
	KloutGraph	graph;
	KloutAmount *restart = NULL;
	KloutAmount *warm = NULL;
	size_t		restart_n = 0;
	size_t		warm_n = 0;
	char	   *edges_sql;
	char	   *restart_sql;
	char	   *warm_sql;
	double	   *mass;
	double	   *flow;
	double	   *warm_vector = NULL;
	uint32		culprit = 0;
	const char *problem;
	instr_time	since;
	RunStats	stats;

	check_not_null(fcinfo, function);
	read_options(fcinfo, function, &options);
	edges_sql = query_argument(fcinfo, 0);
	restart_sql = query_argument(fcinfo, 4);
	warm_sql = query_argument(fcinfo, 5);
	InitMaterializedSRF(fcinfo, 0);

	memset(&stats, 0, sizeof(stats));
	INSTR_TIME_SET_CURRENT(since);
	run = klout_run_start(text);
	klout_load_edges(run, edges_sql,
					 get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)));
	if (restart_sql != NULL)
		restart = klout_load_amounts(run, restart_sql, false, &restart_n);
	if (warm_sql != NULL)
		warm = klout_load_amounts(run, warm_sql, true, &warm_n);
	stats.known = true;
	stats.rows = run->rows;
	stats.self_edges = run->self_edges;
	stats.null_rows = run->null_rows;
	stats.load_seconds = lap(&since);
	stats.converged = true;

	if (run->edges.n > 0)
	{
		klout_ids_close(&run->ids, &run->memory);
		problem = klout_graph_build(&graph, &run->ids, &run->edges, &culprit);
		if (problem != NULL)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s: %s", function, problem),
					 errdetail("The actor is %s.", text_of_id(run, culprit))));
		stats.vertices = graph.n;
		stats.edges = graph.edges;

		mass = restart_vector(run, &graph, restart_sql != NULL, restart,
							  restart_n);
		flow = KLOUT_ALLOC(&run->memory, double, graph.n);
		if (warm_sql != NULL)
			warm_vector = vector_of(run, &graph, warm, warm_n);
		klout_sell_init(&sell, &graph, options.damping, mass, flow);
		stats.workers = klout_solve_graph(&sell, &options, warm_vector, &result,
										  &stats.solve_seconds);
		stats.build_seconds = lap(&since) - stats.solve_seconds;
		stats.core_edges = result.core_edges;
		stats.iterations = result.iterations;
		stats.converged = result.converged;
		stats.error_bound = result.error_bound;
		if (!result.converged)
			ereport(WARNING,
					(errmsg("%s: did not converge in %u iterations", function,
							result.iterations),
					 errdetail("The error is at most %g, tolerance is %g.",
							   result.error_bound, options.tolerance),
					 errhint("Raise max_iterations or tolerance.")));
		put_people(run, &graph, mass, rsinfo);
	}
	stats.peak = run->memory.peak;
	last_run = stats;
	elog(DEBUG1, "%s: %u people, " UINT64_FORMAT " edges (" UINT64_FORMAT
		 " iterated), %u iterations, error at most %g; seconds: load %.3f, build %.3f, solve %.3f",
		 function, stats.vertices, stats.edges, stats.core_edges,
		 stats.iterations, stats.error_bound, stats.load_seconds,
		 stats.build_seconds, stats.solve_seconds);
	klout_run_end(run);
	return (Datum) 0;
}

PG_FUNCTION_INFO_V1(klout_authority);
Datum
klout_authority(PG_FUNCTION_ARGS)
{
	return authority(fcinfo, "klout_authority", false);
}

PG_FUNCTION_INFO_V1(klout_authority_text);
Datum
klout_authority_text(PG_FUNCTION_ARGS)
{
	return authority(fcinfo, "klout_authority_text", true);
}

PG_FUNCTION_INFO_V1(klout_authority_stats);
Datum
klout_authority_stats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[15];
	bool		nulls[15] = {false};
	int			i = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!last_run.known)
		return (Datum) 0;

	values[i++] = Int64GetDatum((int64) last_run.rows);
	values[i++] = Int64GetDatum((int64) last_run.self_edges);
	values[i++] = Int64GetDatum((int64) last_run.null_rows);
	values[i++] = Int64GetDatum((int64) last_run.vertices);
	values[i++] = Int64GetDatum((int64) last_run.edges);
	values[i++] = Int64GetDatum((int64) last_run.core_edges);
	values[i++] = Int32GetDatum((int32) last_run.iterations);
	values[i++] = BoolGetDatum(last_run.converged);
	values[i++] = Float8GetDatum(last_run.error_bound);
	values[i++] = Int32GetDatum(last_run.workers);
	values[i++] = Int64GetDatum((int64) last_run.peak);
	values[i++] = Float8GetDatum(last_run.load_seconds);
	values[i++] = Float8GetDatum(last_run.build_seconds);
	values[i++] = Float8GetDatum(last_run.solve_seconds);
	Assert(i <= (int) lengthof(values) && i == rsinfo->setDesc->natts);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
