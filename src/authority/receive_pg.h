/*-------------------------------------------------------------------------
 *
 * receive_pg.h
 *	  Receives the rows of the queries given to klout_authority.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_RECEIVE_PG_H
#define KLOUT_AUTHORITY_RECEIVE_PG_H

#include "authority/run_pg.h"

#include "authority/graph.h"

#include "tcop/dest.h"

#define KLOUT_EDGES_QUERY	"edges query"

/* A column of a query. */
typedef struct KloutColumn
{
	int			attnum;			/* 0: the query has no such column */
	Oid			type;			/* base type */
} KloutColumn;

typedef struct KloutEdgeColumns
{
	KloutColumn actor;
	KloutColumn target;
	KloutColumn weight;
} KloutEdgeColumns;

typedef struct KloutReceiver
{
	DestReceiver pub;
	KloutAuthorityRun *run;
	const char *what;			/* the query, for messages */
	const char *amount_name;	/* name of the column */
	KloutColumn first;			/* actor, or person */
	KloutColumn second;			/* target, or none */
	KloutColumn amount;			/* weight, or the amount of the query */
	int			columns;		/* the last attribute needed */

	/* edges */
	int			batched;
	int			unchecked;		/* batches since the last check of the budget */
	int64		id[2 * KLOUT_IDS_BATCH];
	double		weight[KLOUT_IDS_BATCH];

	/* amounts */
	KloutAmount *amounts;
	size_t		n;
	size_t		capacity;
	uint64		unknown;		/* people who are not in the graph */
} KloutReceiver;

/* Checks an id column; the first one decides the type of all ids of the run. */
extern void klout_check_id_column(KloutAuthorityRun *run, const char *what,
								  const KloutColumn *column, const char *name);

/* A receiver of the rows of the edges query. */
extern KloutReceiver *klout_edge_receiver(KloutAuthorityRun *run,
										  const KloutEdgeColumns *columns);

/* Adds one row: actor, target, weight. */
extern void klout_receive_edge(KloutReceiver *receiver, const NullableDatum *row);

/* Adds what is still batched, at the end. */
extern void klout_edge_receiver_flush(KloutReceiver *receiver);

/* A receiver of (person, amount) rows, into amounts. */
extern KloutReceiver *klout_amount_receiver(KloutAuthorityRun *run,
											const char *what,
											const KloutColumn *person,
											const KloutColumn *amount,
											const char *amount_name);

#endif							/* KLOUT_AUTHORITY_RECEIVE_PG_H */
