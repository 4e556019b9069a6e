/*-------------------------------------------------------------------------
 *
 * collect_pg.h
 *	  Reads the edges query with PostgreSQL's parallel aggregation.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_COLLECT_PG_H
#define KLOUT_AUTHORITY_COLLECT_PG_H

#include "authority/receive_pg.h"

/*
 * Reads the edges query if the planner aggregates it in parallel, and there is
 * the shared memory.  Returns false if nothing was read.
 */
extern bool klout_collect_edges(KloutAuthorityRun *run, const char *sql,
								const char *schema,
								const KloutEdgeColumns *columns);

#endif							/* KLOUT_AUTHORITY_COLLECT_PG_H */
