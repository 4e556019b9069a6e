/*-------------------------------------------------------------------------
 *
 * rank_sql.c
 *	  The window function klout_rank(): people with equal scores share a rank
 *	  and the next rank skips as many (1, 2, 2, 4), with planner support.
 *
 * Plan.  As rank() of PostgreSQL (utils/adt/windowfuncs.c): the partition's
 * memory holds the rank given last; a row that is no peer of the one before
 * gets its position, counted from 1.  Rows before the current one are given
 * back to the executor by moving the mark, so memory does not grow.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "nodes/parsenodes.h"
#include "nodes/supportnodes.h"
#include "windowapi.h"

PG_FUNCTION_INFO_V1(klout_window_rank);
Datum
klout_window_rank(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	int64		position;
	int64	   *rank;

	/* somebody declared the C function as one that is no window function */
	if (!WindowObjectIsValid(winobj))
		ereport(ERROR,
				(errcode(ERRCODE_WINDOWING_ERROR),
				 errmsg("klout_rank: called without a window")));

	position = WinGetCurrentPosition(winobj);
	rank = WinGetPartitionLocalMemory(winobj, sizeof(int64));

	/* 0 is the first row of a partition; there is none before to compare */
	if (*rank == 0 || !WinRowsArePeers(winobj, position - 1, position))
		*rank = position + 1;
	WinSetMarkPosition(winobj, position);

	PG_RETURN_INT64(*rank);
}

/*
 * What the planner may rely on: along the window a rank never falls, so that
 * WHERE rank <= 10 stops at the first row beyond; and no rank depends on the
 * frame, so that the cheapest one will do.
 */
PG_FUNCTION_INFO_V1(klout_window_rank_support);
Datum
klout_window_rank_support(PG_FUNCTION_ARGS)
{
	Node	   *request = (Node *) PG_GETARG_POINTER(0);

	if (IsA(request, SupportRequestWFuncMonotonic))
	{
		SupportRequestWFuncMonotonic *monotonic = (SupportRequestWFuncMonotonic *) request;

		monotonic->monotonic = MONOTONICFUNC_INCREASING;
		PG_RETURN_POINTER(monotonic);
	}

#if PG_VERSION_NUM >= 160000
	if (IsA(request, SupportRequestOptimizeWindowClause))
	{
		SupportRequestOptimizeWindowClause *optimize = (SupportRequestOptimizeWindowClause *) request;

		optimize->frameOptions = FRAMEOPTION_NONDEFAULT | FRAMEOPTION_ROWS |
			FRAMEOPTION_START_UNBOUNDED_PRECEDING |
			FRAMEOPTION_END_CURRENT_ROW;
		PG_RETURN_POINTER(optimize);
	}
#endif

	PG_RETURN_POINTER(NULL);
}
