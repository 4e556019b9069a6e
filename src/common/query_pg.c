/*-------------------------------------------------------------------------
 *
 * query_pg.c
 *	  Queries that are arguments (see query_pg.h).
 *
 * A read-only execution refuses commands that write.  Functions called by a
 * query might still write, so the transaction is read-only during it.
 *
 *-------------------------------------------------------------------------
 */
#include "common/query_pg.h"

#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "lib/stringinfo.h"
#include "nodes/parsenodes.h"
#include "utils/builtins.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"

void
klout_query_connect(const char *function)
{
	int			result = SPI_connect();

	if (result != SPI_OK_CONNECT)
		elog(ERROR, "%s: SPI_connect: %s", function,
			 SPI_result_code_string(result));
}

SPIPlanPtr
klout_query_prepare(const char *function, const char *what, const char *sql,
					TupleDesc *desc)
{
	SPIPrepareOptions options;
	SPIPlanPtr	plan;
	List	   *sources;
	CachedPlanSource *source;
	Query	   *query;

	memset(&options, 0, sizeof(options));
	options.cursorOptions = CURSOR_OPT_PARALLEL_OK;
	plan = SPI_prepare_extended(sql, &options);
	if (plan == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: could not prepare the %s: %s", function, what,
						SPI_result_code_string(SPI_result))));

	sources = SPI_plan_get_plan_sources(plan);
	if (list_length(sources) != 1)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: the %s must be one statement, got %d", function,
						what, list_length(sources))));
	source = (CachedPlanSource *) linitial(sources);
	query = list_length(source->query_list) == 1 ?
		linitial_node(Query, source->query_list) : NULL;
	if (source->resultDesc == NULL || query == NULL ||
		query->commandType != CMD_SELECT || query->hasModifyingCTE ||
		query->rowMarks != NIL)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: the %s must be a SELECT that changes and locks nothing",
						function, what)));
	*desc = source->resultDesc;
	return plan;
}

int
klout_query_column(const char *function, const char *what, TupleDesc desc,
				   const char *name, Oid *type)
{
	int			attnum = 0;

	*type = InvalidOid;
	for (int i = 0; i < desc->natts; i++)
	{
		Form_pg_attribute attribute = TupleDescAttr(desc, i);

		if (strcmp(NameStr(attribute->attname), name) != 0)
			continue;
		if (attnum > 0)
			ereport(ERROR,
					(errcode(ERRCODE_AMBIGUOUS_COLUMN),
					 errmsg("%s: the %s returns column \"%s\" more than once",
							function, what, name)));
		attnum = i + 1;
		*type = getBaseType(attribute->atttypid);
	}
	return attnum;
}

char *
klout_query_columns(TupleDesc desc)
{
	StringInfoData names;

	initStringInfo(&names);
	for (int i = 0; i < desc->natts; i++)
		appendStringInfo(&names, "%s%s", i > 0 ? ", " : "",
						 NameStr(TupleDescAttr(desc, i)->attname));
	if (desc->natts == 0)
		appendStringInfoString(&names, "nothing");
	return names.data;
}

void
klout_query_number(const char *function, const char *what, const char *name,
				   Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
		case FLOAT4OID:
		case FLOAT8OID:
		case NUMERICOID:
			return;
		default:
			ereport(ERROR,
					(errcode(ERRCODE_DATATYPE_MISMATCH),
					 errmsg("%s: column \"%s\" of the %s is of type %s",
							function, name, what, format_type_be(type)),
					 errdetail("It must be a number.")));
	}
}

void
klout_query_execute(const char *function, SPIPlanPtr plan, DestReceiver *dest)
{
	SPIExecuteOptions options;
	bool		was_read_only = XactReadOnly;
	int			result;

	memset(&options, 0, sizeof(options));
	options.read_only = true;
	options.dest = dest;
	PG_TRY();
	{
		XactReadOnly = true;
		result = SPI_execute_plan_extended(plan, &options);
	}
	PG_FINALLY();
	{
		XactReadOnly = was_read_only;
	}
	PG_END_TRY();
	if (result != SPI_OK_SELECT)
		elog(ERROR, "%s: SPI_execute_plan_extended: %s", function,
			 SPI_result_code_string(result));
}
