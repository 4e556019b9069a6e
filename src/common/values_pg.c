/*-------------------------------------------------------------------------
 *
 * values_pg.c
 *	  Errors about values and states, and the name of the function they are
 *	  raised for.
 *
 *-------------------------------------------------------------------------
 */
#include "common/values_pg.h"

#include "access/htup_details.h"
#include "catalog/pg_aggregate.h"
#include "nodes/execnodes.h"
#include "utils/lsyscache.h"
#include "utils/syscache.h"

/*
 * The aggregate that a WindowAgg node runs this support function for.  Of
 * several with the same transition function it is the first.
 */
static Oid
window_aggregate(WindowAggState * node, Oid support)
{
	ListCell   *cell;

	foreach(cell, node->funcs)
	{
		Oid			function = lfirst_node(WindowFuncExprState, cell)->wfunc->winfnoid;
		HeapTuple	tuple = SearchSysCache1(AGGFNOID, ObjectIdGetDatum(function));
		bool		found;

		if (!HeapTupleIsValid(tuple))
			continue;			/* a window function proper */
		found = ((Form_pg_aggregate) GETSTRUCT(tuple))->aggtransfn == support ||
			((Form_pg_aggregate) GETSTRUCT(tuple))->aggfinalfn == support;
		ReleaseSysCache(tuple);
		if (found)
			return function;
	}
	return support;
}

const char *
klout_function_name(FunctionCallInfo fcinfo)
{
	Aggref	   *aggref = AggGetAggref(fcinfo);
	Oid			function = fcinfo->flinfo->fn_oid;
	char	   *name;

	if (aggref != NULL)
		function = aggref->aggfnoid;
	else if (fcinfo->context != NULL && IsA(fcinfo->context, WindowAggState))
		function = window_aggregate((WindowAggState *) fcinfo->context, function);
	name = get_func_name(function);
	return name != NULL ? name : "klout";
}

void
klout_report_corrupt(const char *type_name, const char *fault)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("stored value of type %s is corrupt", type_name),
			 errdetail("Reading it failed: %s.", fault)));
}

void
klout_report_bad_binary(const char *type_name, const char *fault)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
			 errmsg("invalid binary input for type %s", type_name),
			 errdetail("Reading it failed: %s.", fault)));
}

void
klout_report_bad_state(FunctionCallInfo fcinfo, const char *fault)
{
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("invalid state of %s", klout_function_name(fcinfo)),
			 errdetail("Reading it failed: %s.", fault)));
}
