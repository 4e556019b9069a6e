/*-------------------------------------------------------------------------
 *
 * values_pg.h
 *	  What the SQL sides of all values and states have in common: making them,
 *	  and the errors about them.
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

/*
 * For messages: the function that was called, which is the aggregate where its
 * transition, combine or final function is running.  Reads the catalog.
 */
extern const char *klout_function_name(FunctionCallInfo fcinfo);

/*
 * What is wrong with bytes, fault being a clause ("it is cut short"): of a
 * stored value; of binary input; of a state that an aggregate's support
 * function was called with by hand.
 */
pg_noreturn extern void klout_report_corrupt(const char *type_name,
											 const char *fault);
pg_noreturn extern void klout_report_bad_binary(const char *type_name,
												const char *fault);
pg_noreturn extern void klout_report_bad_state(FunctionCallInfo fcinfo,
											   const char *fault);

#endif							/* KLOUT_VALUES_PG_H */
