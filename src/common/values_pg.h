/*-------------------------------------------------------------------------
 *
 * values_pg.h
 *	  Shared by the SQL functions of all values and states: creating
 *	  them, and their errors.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_VALUES_PG_H
#define KLOUT_VALUES_PG_H

#include "common/compat.h"

/* A new value of these bytes, palloc'd.  O(len). */
static inline struct varlena *
klout_new_value(const void *data, size_t len)
{
	struct varlena *value = (struct varlena *) palloc(VARHDRSZ + len);

	SET_VARSIZE(value, VARHDRSZ + len);
	memcpy(VARDATA(value), data, len);
	return value;
}

/*
 * Returns argument argno, which may be NULL, unchanged: for a transition
 * function that ignores a row, or a combine function with only one state.
 */
static inline Datum
klout_return_argument(FunctionCallInfo fcinfo, int argno)
{
	if (PG_ARGISNULL(argno))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(argno));
}

/*
 * The name of the function called, for messages: the aggregate, while its
 * transition, combine or final function runs.  Reads the catalog.
 */
extern const char *klout_function_name(FunctionCallInfo fcinfo);

/*
 * Raise an error for invalid bytes, with fault as a clause ("it is cut
 * short"): of a stored value; of binary input; of a state passed directly to a
 * support function of an aggregate.
 */
pg_noreturn extern void klout_report_corrupt(const char *type_name,
											 const char *fault);
pg_noreturn extern void klout_report_bad_binary(const char *type_name,
												const char *fault);
pg_noreturn extern void klout_report_bad_state(FunctionCallInfo fcinfo,
											   const char *fault);

#endif							/* KLOUT_VALUES_PG_H */
