/*-------------------------------------------------------------------------
 *
 * signals_pg.h
 *	  Arguments of type klout_signals.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_SIGNALS_PG_H
#define KLOUT_SIGNALS_PG_H

#include "common/compat.h"

#include "datatype/timestamp.h"
#include "signals/growing.h"

/* The canonical bytes of a value, in memory of the current context. */
typedef struct KloutCanonical
{
	const uint8 *data;
	size_t		len;
} KloutCanonical;

/* Argument argno, which is not NULL, in either form. */
extern KloutCanonical klout_signals_getarg(FunctionCallInfo fcinfo, int argno);

/* The canonical form of the bytes of a value in either form, and of a buffer. */
extern KloutCanonical klout_signals_canonical(uint8 *data, size_t len);
extern KloutCanonical klout_signals_compact(const KloutGrowing *buffer);

extern KloutCanonical klout_signals_merged(KloutCanonical left,
										   KloutCanonical right);

/* The bytes of a detoasted value, and a value of these bytes. */
extern uint8 *klout_signals_bytes(struct varlena *value, size_t *len);
extern Datum klout_signals_value(const uint8 *data, size_t len);

/* Starts to read; raises ERRCODE_DATA_CORRUPTED for invalid bytes. */
extern void klout_signals_iter_init_or_error(KloutSignals *signals,
											 KloutCanonical canonical);

/* Like klout_signals_next, but raises an error for invalid bytes. */
extern bool klout_signals_next_or_error(KloutSignals *signals, KloutNetwork *network);

/* What a bucket of that length is; any other than a day or an hour is an error. */
extern KloutUnit klout_bucket_unit(FunctionCallInfo fcinfo, const Interval *bucket);

/*
 * Tells what was folded, if something was: once for each statement of a
 * client, because a query can fold in any number of its groups.
 */
extern void klout_report_folds(const KloutFolds *folds);

/* "day" or "hour" */
extern const char *klout_unit_name(KloutUnit unit);

/* The settings of klout_signals. */
extern void klout_signals_init(void);

/* Raises the error a status stands for; the units are those merged. */
extern void klout_signals_error(KloutStatus status, KloutUnit left,
								KloutUnit right);
pg_noreturn extern void klout_signals_corrupt(const char *fault);

#endif							/* KLOUT_SIGNALS_PG_H */
