/*-------------------------------------------------------------------------
 *
 * authority_receive_sql.h
 *	  What takes in the rows of the queries given to klout_authority.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_RECEIVE_SQL_H
#define KLOUT_AUTHORITY_RECEIVE_SQL_H

#include "authority_sql.h"

#include "tcop/dest.h"

#define KLOUT_EDGES_QUERY	"edges query"

typedef struct KloutReceiver
{
	DestReceiver pub;
	KloutAuthorityRun *run;
	const char *what;			/* the query, for messages */
	const char *amount_name;	/* name of the column */
	KloutColumn first;			/* actor, or person */
	KloutColumn second;			/* target, or none */
	KloutColumn amount;			/* weight, or what the query is for */
	int			columns;		/* the last attribute that is needed */

	/* edges */
	int			batched;
	int			unchecked;		/* batches since the last look at the room */
	int64		id[2 * KLOUT_IDS_BATCH];
	double		weight[KLOUT_IDS_BATCH];

	/* amounts */
	KloutAmount *amounts;
	size_t		n;
	size_t		capacity;
	uint64		unknown;		/* people who are not in the graph */
} KloutReceiver;

/* Finds a column of the query that messages call what, if it is there. */
extern void klout_find_column(const KloutAuthorityRun *run, const char *what,
							  TupleDesc desc, const char *name,
							  KloutColumn *column);

/* Checks an id column; the first one seen says what all ids of the run are. */
extern void klout_check_id_column(KloutAuthorityRun *run, const char *what,
								  const KloutColumn *column, const char *name);

/* Checks a column of numbers, if there is one. */
extern void klout_check_amount_column(const KloutAuthorityRun *run,
									  const char *what,
									  const KloutColumn *column,
									  const char *name);

/* Refuses a graph that is too large, as soon as that is known. */
extern void klout_check_room(KloutAuthorityRun *run);

/* What takes rows of edges_sql in; and the end of it. */
extern DestReceiver *klout_edge_receiver(KloutAuthorityRun *run,
										 const KloutEdgeColumns *columns);
extern void klout_edge_receiver_flush(DestReceiver *receiver);

/* What takes (person, amount) rows in, to amounts. */
extern KloutReceiver *klout_amount_receiver(KloutAuthorityRun *run,
											const char *what,
											const KloutColumn *person,
											const KloutColumn *amount,
											const char *amount_name);

#endif							/* KLOUT_AUTHORITY_RECEIVE_SQL_H */
