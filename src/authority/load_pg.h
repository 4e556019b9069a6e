/*-------------------------------------------------------------------------
 *
 * load_pg.h
 *	  Runs the queries given to klout_authority.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_LOAD_PG_H
#define KLOUT_AUTHORITY_LOAD_PG_H

#include "authority/run_pg.h"

#include "authority/graph.h"

/* Reads edges_sql into the run.  schema is that of the extension. */
extern void klout_load_edges(KloutAuthorityRun *run, const char *sql,
							 const char *schema);

/*
 * Reads (person, amount) rows of people who are in run->ids; *n is their
 * number.  what names the query in messages, column is that of the amount.  An
 * optional amount without a column is 1.
 */
extern KloutAmount *klout_load_amounts(KloutAuthorityRun *run,
									   const char *sql, const char *what,
									   const char *column, bool optional,
									   size_t *n);

#endif							/* KLOUT_AUTHORITY_LOAD_PG_H */
