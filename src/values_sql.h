/*-------------------------------------------------------------------------
 *
 * values_sql.h
 *	  What the SQL sides of all values and states have in common.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_VALUES_SQL_H
#define KLOUT_VALUES_SQL_H

#include "compat.h"

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
 * Argument argno as it came, which may be NULL, as the result: of a transition
 * function that skips a row, or a combine function that has one state only.
 */
static inline Datum
klout_return_argument(FunctionCallInfo fcinfo, int argno)
{
	if (PG_ARGISNULL(argno))
		PG_RETURN_NULL();
	PG_RETURN_DATUM(PG_GETARG_DATUM(argno));
}

/* Raises the error for a value whose bytes read badly: fault says how. */
static inline void
klout_report_corrupt(const char *type_name, const char *fault)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATA_CORRUPTED),
			 errmsg("value of type %s is corrupt", type_name),
			 errdetail("On reading it, %s.", fault)));
}

#endif							/* KLOUT_VALUES_SQL_H */
