/*-------------------------------------------------------------------------
 *
 * rollup_pg.c
 *	  The aggregate klout_rollup of klout_signals: many values merged.
 *
 * Merging costs the size of both sides.  Were each value merged into all that
 * came before, the result would be written anew for each of them.  So the
 * state keeps a few values, from the largest to the smallest, and merges two
 * only when the earlier one is at most twice as large as the later: of n
 * values of one size each is merged some log2(n) times.  Since merging is
 * commutative and associative, byte for byte, the result is the same.
 *
 * The state is a bytea, so that HashAggregate counts it and workers hand it
 * over as it is:
 *
 *		0		ROLLUP_VERSION
 *		1 .. 3	0
 *		4 .. 7	bytes in use, these included
 *		values, each of which is followed by its length in four bytes; free space
 *
 *-------------------------------------------------------------------------
 */
#include "signals/signals_pg.h"

#include "utils/builtins.h"
#include "common/values_pg.h"

#define ROLLUP_VERSION		0x52
#define ROLLUP_HEADER		8
#define ROLLUP_SIZE_MIN		128

/* A checked view of a state. */
typedef struct Rollup
{
	FunctionCallInfo fcinfo;	/* for messages */
	uint8	   *data;
	size_t		size;
	size_t		used;
} Rollup;

static void
view_state(Rollup *rollup, FunctionCallInfo fcinfo, struct varlena *state)
{
	rollup->fcinfo = fcinfo;
	rollup->data = (uint8 *) VARDATA(state);
	rollup->size = VARSIZE(state) - VARHDRSZ;
	if (rollup->size < ROLLUP_HEADER ||
		klout_load_u32(rollup->data) != ROLLUP_VERSION)
		klout_report_bad_state(fcinfo, "it has no header");
	rollup->used = klout_load_u32(rollup->data + 4);
	if (rollup->used < ROLLUP_HEADER || rollup->used > rollup->size)
		klout_report_bad_state(fcinfo, "it is cut short");
}

/* A state with room for so many bytes of values that has what another has. */
static void
enlarge_state(Rollup *rollup, size_t needed)
{
	size_t		varsize = ROLLUP_SIZE_MIN;
	size_t		used = rollup->data ? rollup->used : ROLLUP_HEADER;
	struct varlena *state;

	while (varsize < VARHDRSZ + used + needed)
		varsize *= 2;
	if (varsize > MaxAllocSize)
		varsize = VARHDRSZ + used + needed;
	if (varsize > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of type klout_signals exceeds 1 GB")));
	state = (struct varlena *) palloc(varsize);
	SET_VARSIZE(state, varsize);
	if (rollup->data)
		memcpy(VARDATA(state), rollup->data, used);
	/* a state can be looked at, so free space holds nothing of other memory */
	memset(VARDATA(state) + used, 0, varsize - VARHDRSZ - used);
	rollup->data = (uint8 *) VARDATA(state);
	rollup->size = varsize - VARHDRSZ;
	rollup->used = used;
	klout_store_u32(rollup->data, ROLLUP_VERSION);
	klout_store_u32(rollup->data + 4, (uint32) used);
}

/* The last value of a state; false when there is none. */
static bool
last_value(const Rollup *rollup, KloutCanonical *value)
{
	if (rollup->used == ROLLUP_HEADER)
		return false;
	if (rollup->used < ROLLUP_HEADER + sizeof(uint32) + KLOUT_SIGNALS_EMPTY_LEN)
		klout_report_bad_state(rollup->fcinfo, "a value in it has no such length");
	value->len = klout_load_u32(rollup->data + rollup->used - sizeof(uint32));
	if (value->len < KLOUT_SIGNALS_EMPTY_LEN ||
		value->len > rollup->used - sizeof(uint32) - ROLLUP_HEADER)
		klout_report_bad_state(rollup->fcinfo, "a value in it has no such length");
	value->data = rollup->data + rollup->used - sizeof(uint32) - value->len;
	return true;
}

static void
drop_value(Rollup *rollup, const KloutCanonical *value)
{
	rollup->used -= value->len + sizeof(uint32);
}

/*
 * Adds a value, which lies elsewhere.  The state may be changed in place, or
 * another takes its place.
 */
static void
add_value(Rollup *rollup, KloutCanonical value)
{
	KloutCanonical last;
	size_t		needed;

	while (last_value(rollup, &last) && last.len / 2 <= value.len)
	{
		value = klout_signals_merged(last, value);
		drop_value(rollup, &last);
	}
	needed = value.len + sizeof(uint32);
	if (rollup->size - rollup->used < needed)
		enlarge_state(rollup, needed);
	memcpy(rollup->data + rollup->used, value.data, value.len);
	klout_store_u32(rollup->data + rollup->used + value.len, (uint32) value.len);
	rollup->used += needed;
	klout_store_u32(rollup->data + 4, (uint32) rollup->used);
}

/*
 * The state in argument 0, which may be changed: the argument itself where an
 * aggregate calls, otherwise a copy.
 */
static void
open_state(FunctionCallInfo fcinfo, Rollup *rollup)
{
	if (PG_ARGISNULL(0))
	{
		rollup->fcinfo = fcinfo;
		rollup->data = NULL;
		enlarge_state(rollup, 0);
	}
	else if (AggCheckCallContext(fcinfo, NULL))
		view_state(rollup, fcinfo, PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));
	else
		view_state(rollup, fcinfo, PG_DETOAST_DATUM_COPY(PG_GETARG_DATUM(0)));
}

/* (state, value) */
PG_FUNCTION_INFO_V1(klout_rollup_accum);

Datum
klout_rollup_accum(PG_FUNCTION_ARGS)
{
	Rollup		rollup;
	KloutCanonical value;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);
	open_state(fcinfo, &rollup);
	value = klout_signals_getarg(fcinfo, 1);
	if (value.len < KLOUT_SIGNALS_EMPTY_LEN)
		klout_signals_corrupt(NULL);
	add_value(&rollup, value);
	return PointerGetDatum(rollup.data - VARHDRSZ);
}

/* (state, state) */
PG_FUNCTION_INFO_V1(klout_rollup_combine);

Datum
klout_rollup_combine(PG_FUNCTION_ARGS)
{
	Rollup		rollup;
	Rollup		other;
	KloutCanonical value;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);
	view_state(&other, fcinfo, PG_DETOAST_DATUM(PG_GETARG_DATUM(1)));
	open_state(fcinfo, &rollup);
	while (last_value(&other, &value))
	{
		add_value(&rollup, value);
		drop_value(&other, &value);
	}
	return PointerGetDatum(rollup.data - VARHDRSZ);
}

/* (state) -> value; the state is left as it is */
PG_FUNCTION_INFO_V1(klout_rollup_final);

Datum
klout_rollup_final(PG_FUNCTION_ARGS)
{
	Rollup		rollup;
	KloutCanonical value;
	KloutCanonical next;
	const char *fault;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	view_state(&rollup, fcinfo, PG_DETOAST_DATUM(PG_GETARG_DATUM(0)));
	if (!last_value(&rollup, &value))
		PG_RETURN_NULL();
	drop_value(&rollup, &value);
	if (rollup.used == ROLLUP_HEADER &&
		(fault = klout_signals_check(value.data, value.len)) != NULL)
		klout_signals_corrupt(fault);
	while (last_value(&rollup, &next))
	{
		drop_value(&rollup, &next);
		value = klout_signals_merged(next, value);
	}
	return klout_signals_value(value.data, value.len);
}
