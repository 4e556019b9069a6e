/*-------------------------------------------------------------------------
 *
 * klout.c
 *	  Entry point of the klout extension: the module's magic block and its
 *	  settings.
 *
 * The code is laid out by concern.  A file X.c is pure arithmetic over bytes
 * and numbers and needs no server; its fmgr glue, where SQL meets it, is
 * X_sql.c.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

#include "authority_run_sql.h"
#include "signals_sql.h"

#include "utils/guc.h"

KLOUT_MODULE_MAGIC;

extern PGDLLEXPORT void _PG_init(void);

void
_PG_init(void)
{
	klout_authority_init();
	klout_signals_init();
	MarkGUCPrefixReserved("klout");
}
