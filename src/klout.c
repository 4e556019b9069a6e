/*-------------------------------------------------------------------------
 *
 * klout.c
 *	  Entry point of the klout extension: the module's magic block.
 *
 * The code is laid out by concern.  A file X.c is pure arithmetic over bytes
 * and numbers and needs no server; its fmgr glue, where SQL meets it, is
 * X_sql.c.
 *
 *-------------------------------------------------------------------------
 */
#include "compat.h"

KLOUT_MODULE_MAGIC;
