/*-------------------------------------------------------------------------
 *
 * board_pg.c
 *	  Server functions that boards cannot reach from SQL: waiting for
 *	  writers, and hashing rows.
 *
 * A board's refresh waits for transactions that were writing when it began.
 * Polling pg_locks would be invisible to the deadlock detector, lock_timeout
 * and pg_blocking_pids().  So it waits as CREATE INDEX CONCURRENTLY does, for
 * the lock that every transaction holds on its own virtual id.
 *
 * The checksum of a range of rows is the sum of their hashes.  Hashes are of
 * bytes: hash_record() would use the hash function of each type, for which 0
 * equals -0, and so do texts that are equal in a nondeterministic collation.
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
#include "utils/lsyscache.h"

#include "common/bytes.h"
#include "common/compat.h"
#include "signals/sample.h"

PG_FUNCTION_INFO_V1(klout_wait_for);
PG_FUNCTION_INFO_V1(klout_hash_row);

/* hash of a NULL; a value that numbers and texts are unlikely to hash to */
#define HASH_OF_NULL	UINT64CONST(0x9e6c63d0876a9a35)

typedef struct HashedType
{
	int16		len;
	bool		byval;
} HashedType;

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
 * klout_wait_for(text[]) -> void: returns when none of these transactions is
 * in progress, prepared ones included.  Does not wait for transactions that
 * have ended or never existed.
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
					 errmsg("_klout_wait_for_transactions: \"%s\" is not a virtual transaction id", input),
					 errhint("Use values of pg_locks.virtualtransaction, such as 3/47.")));

		/*
		 * a backend whose transaction ended shows as 3/0
		 */
		if (LocalTransactionIdIsValid(id.localTransactionId))
			VirtualXactLock(id, true);
		pfree(input);
	}
	PG_RETURN_VOID();
}

/* Types of the arguments, which do not change from row to row. */
static const HashedType *
hashed_types(FunctionCallInfo fcinfo)
{
	HashedType *types = fcinfo->flinfo->fn_extra;

	if (types == NULL)
	{
		types = MemoryContextAlloc(fcinfo->flinfo->fn_mcxt, PG_NARGS() * sizeof(HashedType));
		for (int i = 0; i < PG_NARGS(); i++)
		{
			Oid			type = get_fn_expr_argtype(fcinfo->flinfo, i);

			if (!OidIsValid(type))
				elog(ERROR, "could not determine the type of argument %d", i + 1);
			get_typlenbyval(type, &types[i].len, &types[i].byval);
		}
		fcinfo->flinfo->fn_extra = types;
	}
	return types;
}

/* The hash of the bytes of a value, in the order of little-endian machines. */
static uint64
hash_value(Datum value, HashedType type)
{
	if (type.byval)
	{
		/* a number itself: what follows mixes it */
		switch (type.len)
		{
			case 1:
				return DatumGetUInt8(value);
			case 2:
				return (uint64) (int64) DatumGetInt16(value);
			case 4:
				return (uint64) (int64) DatumGetInt32(value);
			default:
				return (uint64) DatumGetInt64(value);
		}
	}
	else if (type.len == -1)
	{
		struct varlena *bytes = PG_DETOAST_DATUM_PACKED(value);
		uint64		hash = klout_hash_bytes(VARDATA_ANY(bytes), VARSIZE_ANY_EXHDR(bytes));

		if ((Pointer) bytes != DatumGetPointer(value))
			pfree(bytes);
		return hash;
	}
	else if (type.len == -2)
		return klout_hash_bytes(DatumGetCString(value), strlen(DatumGetCString(value)));
	else
		return klout_hash_bytes(DatumGetPointer(value), type.len);
}

/*
 * _klout_hash_row(id, network, kind, actor, target, at, weight, series, post)
 * -> bigint: the three SQL functions declare the types of arguments.  (A user
 * could hide a single polymorphic function by a better match.)
 */
Datum
klout_hash_row(PG_FUNCTION_ARGS)
{
	const HashedType *types = hashed_types(fcinfo);
	uint64		hash = 0;

	for (int i = 0; i < PG_NARGS(); i++)
	{
		/*
		 * each step maps hashes one to one, so a value that differs is lost
		 * nowhere; the constant tells zeros from no values
		 */
		hash += UINT64CONST(0x9e3779b97f4a7c15);
		hash += PG_ARGISNULL(i) ? HASH_OF_NULL : hash_value(PG_GETARG_DATUM(i), types[i]);
		hash = (hash ^ hash >> 30) * UINT64CONST(0xbf58476d1ce4e5b9);
		hash = (hash ^ hash >> 27) * UINT64CONST(0x94d049bb133111eb);
		hash ^= hash >> 31;
	}
	PG_RETURN_INT64((int64) hash);
}
