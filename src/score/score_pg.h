/*-------------------------------------------------------------------------
 *
 * score_pg.h
 *	  Scores and timestamps for other SQL functions.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_SCORE_PG_H
#define KLOUT_SCORE_PG_H

#include "signals/signals_pg.h"

#include "score/score.h"

/*
 * Argument argno, a timestamptz that is not NULL, in microseconds since
 * 2000-01-01.  An infinite one raises ERRCODE_DATETIME_VALUE_OUT_OF_RANGE,
 * naming function and argument.
 */
extern int64 klout_moment_getarg(FunctionCallInfo fcinfo, int argno,
								 const char *argument);

/* klout_score_compute; raises ERRCODE_DATA_CORRUPTED for invalid bytes. */
extern void klout_score_signals(KloutCanonical signals,
								const KloutModel *model, int64 at,
								KloutScore *score,
								KloutNetworkScore *networks);

#endif							/* KLOUT_SCORE_PG_H */
