/*-------------------------------------------------------------------------
 *
 * board_sql.c
 *	  What boards need of the server that SQL cannot reach: waiting for
 *	  writers.
 *
 * A board's refresh waits for transactions that were writing when it began.
 * Sleeping until pg_locks no longer shows them would do, but nobody would
 * see who waits for whom: neither the deadlock detector nor lock_timeout
 * nor pg_blocking_pids().  So it waits as CREATE INDEX CONCURRENTLY does,
 * for the lock that every transaction holds on its own virtual id.
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <ctype.h>

#include "catalog/pg_type.h"
#include "fmgr.h"
#include "miscadmin.h"
#include "storage/lock.h"
#include "utils/array.h"
#include "utils/builtins.h"

#include "compat.h"

PG_FUNCTION_INFO_V1(klout_wait_for);

/*
 * Reads "3/47", as pg_locks writes virtual transaction ids; "-1/47" is the
 * prepared transaction 47 of before a restart.
 */
static bool
parse_virtual_transaction(const char *input, VirtualTransactionId *id)
{
	char	   *slash;
	char	   *end;
	long		holder = strtol(input, &slash, 10);
	unsigned long number;

	if (slash == input || *slash != '/' || !isdigit((unsigned char) slash[1]))
		return false;
	number = strtoul(slash + 1, &end, 10);
	if (*end != '\0' || holder < -1 || holder > PG_INT32_MAX || number > PG_UINT32_MAX)
		return false;
#if PG_VERSION_NUM >= 170000
	id->procNumber = (ProcNumber) holder;
#else
	id->backendId = (BackendId) holder;
#endif
	id->localTransactionId = (LocalTransactionId) number;
	return true;
}

/*
 * klout_wait_for(text[]) -> void: returns once none of these transactions
 * is in progress, prepared ones included.  Those that are over, or never
 * were, are not waited for.
 */
Datum
klout_wait_for(PG_FUNCTION_ARGS)
{
	Datum	   *items;
	bool	   *nulls;
	int			count;

	deconstruct_array(PG_GETARG_ARRAYTYPE_P(0), TEXTOID, -1, false, TYPALIGN_INT, &items, &nulls, &count);
	for (int i = 0; i < count; i++)
	{
		char	   *input = nulls[i] ? pstrdup("") : TextDatumGetCString(items[i]);
		VirtualTransactionId id;

		CHECK_FOR_INTERRUPTS();
		if (!parse_virtual_transaction(input, &id))
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("klout_wait_for: \"%s\" is not a virtual transaction id", input),
					 errhint("pg_locks.virtualtransaction has them, such as 3/47.")));
		/* who still holds locks, but has ended the transaction, shows as 3/0 */
		if (LocalTransactionIdIsValid(id.localTransactionId))
			VirtualXactLock(id, true);
		pfree(input);
	}
	PG_RETURN_VOID();
}
