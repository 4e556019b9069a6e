/*-------------------------------------------------------------------------
 *
 * rank_pg.c
 *	  The window function klout_rank(): equal scores share a rank and the next
 *	  rank skips as many (1, 2, 2, 4).
 *
 * Like PostgreSQL's rank(), whose planner support function serves this one,
 * too:  WHERE rank <= 10 stops early.  Moving the mark lets the executor
 * discard earlier rows, so memory does not grow.
 *
 *-------------------------------------------------------------------------
 */
#include "common/compat.h"

#include "windowapi.h"

PG_FUNCTION_INFO_V1(klout_window_rank);
Datum
klout_window_rank(PG_FUNCTION_ARGS)
{
	WindowObject winobj = PG_WINDOW_OBJECT();
	int64		position;
	int64	   *rank;

	/* the C function was declared as an ordinary function */
	if (!WindowObjectIsValid(winobj))
		ereport(ERROR,
				(errcode(ERRCODE_WINDOWING_ERROR),
				 errmsg("klout_rank: called without a window")));

	position = WinGetCurrentPosition(winobj);
	rank = WinGetPartitionLocalMemory(winobj, sizeof(int64));
	Assert(*rank >= 0 && *rank <= position);

	/* 0 is the first row of a partition: there is no row before it */
	if (*rank == 0 || !WinRowsArePeers(winobj, position - 1, position))
		*rank = position + 1;
	WinSetMarkPosition(winobj, position);

	PG_RETURN_INT64(*rank);
}
