/*-------------------------------------------------------------------------
 *
 * query_pg.h
 *	  Queries passed as arguments: a single SELECT, run read-only with
 *	  the caller's privileges, with columns found by name.
 *
 * For messages, function is the function called, and what is the name of the
 * query ("edges query").
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_QUERY_PG_H
#define KLOUT_QUERY_PG_H

#include "common/compat.h"

#include "access/tupdesc.h"
#include "executor/spi.h"
#include "tcop/dest.h"

extern void klout_query_connect(const char *function);

/*
 * Plans a query, which must be a single SELECT that neither changes nor locks
 * anything.  *desc describes its result and belongs to the plan.
 */
extern SPIPlanPtr klout_query_prepare(const char *function, const char *what,
									  const char *sql, TupleDesc *desc);

/*
 * Finds a column by name: returns its number, or 0, and its base type.  Two
 * columns of that name are an error.
 */
extern int	klout_query_column(const char *function, const char *what,
							   TupleDesc desc, const char *name, Oid *type);

/* The names of all columns, for messages. */
extern char *klout_query_columns(TupleDesc desc);

/* Raises an error unless the type is numeric. */
extern void klout_query_number(const char *function, const char *what,
							   const char *name, Oid type);

/*
 * Runs a plan in a read-only transaction.  Rows go to dest, or to SPI_tuptable
 * if that is NULL.
 */
extern void klout_query_execute(const char *function, SPIPlanPtr plan,
								DestReceiver *dest);

#endif							/* KLOUT_QUERY_PG_H */
