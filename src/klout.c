/*-------------------------------------------------------------------------
 *
 * klout.c
 *	  Entry point of the klout extension: the module's magic block and its
 *	  settings.
 *
 * The code is laid out by concern.  A file X.c is pure arithmetic over bytes
 * and numbers and needs no server; its fmgr glue, where SQL meets it, is
 * X_pg.c.
 *
 *-------------------------------------------------------------------------
 */
#include "common/compat.h"

#include "authority/run_pg.h"
#include "signals/signals_pg.h"

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
