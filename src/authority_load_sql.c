/*-------------------------------------------------------------------------
 *
 * authority_load_sql.c
 *	  Runs the queries given to klout_authority and takes their rows in.
 *
 * Plan.  A query is one SELECT, run with the caller's rights in a transaction
 * that is read only meanwhile, and may use a parallel plan; a mere scan of a
 * table is left to authority_scan_sql.c if that has workers for it.  Columns
 * are found by name before it starts.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_receive_sql.h"

#include "query_sql.h"

#include "nodes/plannodes.h"
#include "utils/plancache.h"

/* ----------
 * Queries
 * ----------
 */

static double
planned_rows(SPIPlanPtr plan)
{
	double		rows = 0;
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);

	if (cached != NULL)
	{
		if (list_length(cached->stmt_list) == 1)
			rows = linitial_node(PlannedStmt, cached->stmt_list)->planTree->plan_rows;
		/* a plan that is not saved is counted without an owner */
		ReleaseCachedPlan(cached, NULL);
	}
	return rows;
}

void
klout_load_edges(KloutAuthorityRun *run, const char *sql)
{
	const char *what = KLOUT_EDGES_QUERY;
	SPIPlanPtr	plan;
	TupleDesc	desc;
	KloutEdgeColumns columns;

	klout_query_connect(run->function);
	plan = klout_query_prepare(run->function, what, sql, &desc);

	klout_find_column(run, what, desc, "actor", &columns.actor);
	klout_find_column(run, what, desc, "target", &columns.target);
	klout_find_column(run, what, desc, "weight", &columns.weight);
	if (columns.actor.attnum == 0 || columns.target.attnum == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s: the edges query must return columns \"actor\" and \"target\"",
						run->function),
				 errdetail("It returned: %s.", klout_query_columns(desc)),
				 errhint("A column \"weight\" is optional.")));
	klout_check_id_column(run, what, &columns.actor, "actor");
	klout_check_id_column(run, what, &columns.target, "target");
	klout_check_amount_column(run, what, &columns.weight, "weight");

	run->loading = true;
	run->planned_rows = planned_rows(plan);
	if (!klout_read_in_parallel(run, plan, sql, &columns))
	{
		DestReceiver *receiver = klout_edge_receiver(run, &columns);

		klout_query_execute(run->function, plan, receiver);
		klout_edge_receiver_flush(receiver);
	}
	run->loading = false;
	klout_check_room(run);
	SPI_finish();

	elog(DEBUG1, "%s: " UINT64_FORMAT " rows, of them " UINT64_FORMAT
		 " self edges and " UINT64_FORMAT " without actor or target left out",
		 run->function, run->rows, run->self_edges, run->null_rows);
}

KloutAmount *
klout_load_amounts(KloutAuthorityRun *run, const char *sql, const char *what,
				   const char *column, bool optional, size_t *n,
				   size_t *capacity)
{
	KloutReceiver *receiver;
	KloutAmount *amounts;
	KloutColumn person;
	KloutColumn amount;
	SPIPlanPtr	plan;
	TupleDesc	desc;

	klout_query_connect(run->function);
	plan = klout_query_prepare(run->function, what, sql, &desc);

	klout_find_column(run, what, desc, "person", &person);
	klout_find_column(run, what, desc, column, &amount);
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
	klout_check_amount_column(run, what, &amount, column);

	receiver = klout_amount_receiver(run, what, &person, &amount, column);
	klout_query_execute(run->function, plan, &receiver->pub);
	elog(DEBUG1, "%s: %zu rows of the %s, another " UINT64_FORMAT
		 " of people who are in no edge", run->function, receiver->n, what,
		 receiver->unknown);
	*n = receiver->n;
	*capacity = receiver->capacity;
	amounts = receiver->amounts;
	/* the receiver goes with it, amounts are of the run */
	SPI_finish();
	return amounts;
}
