/*-------------------------------------------------------------------------
 *
 * query_pg.h
 *	  Queries that are arguments: one SELECT, run read only with the caller's
 *	  rights, its columns found by name.
 *
 * In all of these, function is the function called and what names the query
 * ("edges query"), for messages.  Errors are raised.
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
 * The plan of a query that is one SELECT and neither changes nor locks
 * anything.  *desc is what it returns, and belongs to the plan.
 */
extern SPIPlanPtr klout_query_prepare(const char *function, const char *what,
									  const char *sql, TupleDesc *desc);

/*
 * The number of the column of a name, 0 if there is none, and its type under
 * any domains.  Two of that name are an error.
 */
extern int	klout_query_column(const char *function, const char *what,
							   TupleDesc desc, const char *name, Oid *type);

/* The names of all columns, for messages. */
extern char *klout_query_columns(TupleDesc desc);

/* An error unless it is a type of numbers. */
extern void klout_query_number(const char *function, const char *what,
							   const char *name, Oid type);

/*
 * Runs a plan while the transaction is read only.  Rows go to dest, or to
 * SPI_tuptable if that is NULL.
 */
extern void klout_query_execute(const char *function, SPIPlanPtr plan,
								DestReceiver *dest);

#endif							/* KLOUT_QUERY_PG_H */
