/*-------------------------------------------------------------------------
 *
 * load_pg.c
 *	  Runs the queries given to klout_authority and loads their rows.
 *
 * A query is a single SELECT, run with the caller's privileges in a
 * transaction that is read-only during it.  Parallel workers collect edges if
 * the planner chooses a parallel plan.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/load_pg.h"

#include "authority/collect_pg.h"
#include "authority/receive_pg.h"
#include "common/query_pg.h"

#include "nodes/plannodes.h"
#include "utils/plancache.h"

/* queries that return many rows get large chunks */
#define MANY_ROWS			(2 * 1024 * 1024)
#define LARGE_CHUNK			(128 * 1024)

static double
planned_rows(SPIPlanPtr plan)
{
	double		rows = 0;
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);

	if (cached != NULL)
	{
		if (list_length(cached->stmt_list) == 1)
			rows = linitial_node(PlannedStmt, cached->stmt_list)->planTree->plan_rows;
		/* an unsaved plan has no owner */
		ReleaseCachedPlan(cached, NULL);
	}
	return rows;
}

static void
find_column(const KloutAuthorityRun *run, const char *what, TupleDesc desc,
			const char *name, KloutColumn *column)
{
	column->attnum = klout_query_column(run->function, what, desc, name,
										&column->type);
}

void
klout_load_edges(KloutAuthorityRun *run, const char *sql, const char *schema)
{
	const char *what = KLOUT_EDGES_QUERY;
	SPIPlanPtr	plan;
	TupleDesc	desc;
	KloutEdgeColumns columns;

	klout_query_connect(run->function);
	plan = klout_query_prepare(run->function, what, sql, &desc);

	find_column(run, what, desc, "actor", &columns.actor);
	find_column(run, what, desc, "target", &columns.target);
	find_column(run, what, desc, "weight", &columns.weight);
	if (columns.actor.attnum == 0 || columns.target.attnum == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s: the edges query must return columns \"actor\" and \"target\"",
						run->function),
				 errdetail("It returned: %s.", klout_query_columns(desc)),
				 errhint("A column \"weight\" is optional.")));
	klout_check_id_column(run, what, &columns.actor, "actor");
	klout_check_id_column(run, what, &columns.target, "target");
	if (columns.weight.attnum > 0)
		klout_query_number(run->function, what, "weight", columns.weight.type);

	run->loading = true;
	run->planned_rows = planned_rows(plan);
	if (!klout_collect_edges(run, sql, schema, &columns))
	{
		KloutReceiver *receiver = klout_edge_receiver(run, &columns);

		/* many small chunks would cost page faults */
		if (run->planned_rows >= MANY_ROWS && run->memory.limit >= MANY_ROWS * 16)
			run->edges.least = LARGE_CHUNK;

		klout_query_execute(run->function, plan, &receiver->pub);
		klout_edge_receiver_flush(receiver);
	}
	run->loading = false;
	klout_run_check_room(run);
	SPI_finish();

	elog(DEBUG1, "%s: " UINT64_FORMAT " rows, of them " UINT64_FORMAT
		 " self edges and " UINT64_FORMAT " without actor or target left out",
		 run->function, run->rows, run->self_edges, run->null_rows);
}

KloutAmount *
klout_load_amounts(KloutAuthorityRun *run, const char *sql, const char *what,
				   const char *column, bool optional, size_t *n)
{
	KloutReceiver *receiver;
	KloutAmount *amounts;
	KloutColumn person;
	KloutColumn amount;
	SPIPlanPtr	plan;
	TupleDesc	desc;

	klout_query_connect(run->function);
	plan = klout_query_prepare(run->function, what, sql, &desc);

	find_column(run, what, desc, "person", &person);
	find_column(run, what, desc, column, &amount);
	if (person.attnum == 0 || (amount.attnum == 0 && !optional))
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 optional ?
				 errmsg("%s: the %s must return a column \"person\"",
						run->function, what) :
				 errmsg("%s: the %s must return columns \"person\" and \"%s\"",
						run->function, what, column),
				 errdetail("It returned: %s.", klout_query_columns(desc)),
				 optional ? errhint("A column \"%s\" is optional.", column) : 0));
	klout_check_id_column(run, what, &person, "person");
	if (amount.attnum > 0)
		klout_query_number(run->function, what, column, amount.type);

	receiver = klout_amount_receiver(run, what, &person, &amount, column);
	klout_query_execute(run->function, plan, &receiver->pub);
	elog(DEBUG1, "%s: %zu rows of the %s, another " UINT64_FORMAT
		 " of people who are in no edge", run->function, receiver->n, what,
		 receiver->unknown);
	*n = receiver->n;
	amounts = receiver->amounts;
	/* frees the receiver; amounts belong to the run */
	SPI_finish();
	return amounts;
}
