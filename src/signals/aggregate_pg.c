/*-------------------------------------------------------------------------
 *
 * aggregate_pg.c
 *	  The aggregates of klout_signals.
 *
 * The aggregates' state is klout_signals itself, in its growing form
 * (growing.h), which is changed in place while it has room.  When it is full,
 * either the batch is merged into the canonical value, or a value twice as
 * large replaces it; the executor then copies the new one into the aggregate's
 * memory and frees the old.  Nothing else is allocated there.  Final functions
 * read the state and build a separate canonical value, so they can run any
 * number of times.
 *
 * Sizes of open values are powers of two, VARSIZE included, because that is
 * what the executor's allocator rounds them to anyway.  The first size follows
 * the planner's estimate of rows per group: a value that never moves stays
 * next to its group's entry in the hash table, which is a page table walk less
 * for every row.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/signals_pg.h"

#include <math.h>

#include "common/int.h"
#include "common/names_pg.h"
#include "common/values_pg.h"
#include "nodes/execnodes.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* initial VARSIZE of a growing value: minimum, maximum */
#define OPEN_SIZE_MIN			128
#define OPEN_SIZE_FIRST_MAX		256

/* merge a batch when it is this large, and as large as the value */
#define BATCH_BYTES				8192

/* ---------------------------------------------------------------------------
 * The open value an aggregate works on
 * ---------------------------------------------------------------------------
 */

/*
 * Moves the buffer into a new value with room for at least size bytes of data.
 * The old memory is left to its owner.
 */
static void
enlarge(KloutGrowing *buffer, size_t size)
{
	size_t		varsize = OPEN_SIZE_MIN;
	struct varlena *value;

	size += VARHDRSZ;
	while (varsize < size)
		varsize *= 2;
	if (varsize > MaxAllocSize)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of type klout_signals exceeds 1 GB")));
	value = (struct varlena *) palloc(varsize);
	SET_VARSIZE(value, varsize);
	if (buffer->data)
		klout_growing_move(buffer, (uint8 *) VARDATA(value), varsize - VARHDRSZ);
	else
		klout_growing_init(buffer, (uint8 *) VARDATA(value), varsize - VARHDRSZ);
}

static Datum
buffer_value(const KloutGrowing *buffer)
{
	return PointerGetDatum(buffer->data - VARHDRSZ);
}

/*
 * Initial bytes of a group's value with a first series of that size: the
 * planner's estimate of what the group needs, within limits.
 */
static size_t
first_size(FunctionCallInfo fcinfo, size_t series_size)
{
	double		rows = 1;
	size_t		size;

	if (fcinfo->context && IsA(fcinfo->context, AggState))
	{
		Agg		   *agg = (Agg *) ((AggState *) fcinfo->context)->ss.ps.plan;
		Plan	   *input = outerPlan(agg);

		if (input && agg->numGroups > 0)
			rows = input->plan_rows / (double) agg->numGroups;
	}

	/* a quarter more than the average, and with many rows more all_series */
	rows = Min(rows * 1.25, (double) OPEN_SIZE_FIRST_MAX / KLOUT_NARROW_ENTRY);
	size = VARHDRSZ + KLOUT_GROWING_HEADER + (rows < 8 ? 1 : 3) * series_size +
		(size_t) rows * KLOUT_NARROW_ENTRY;
	return Min(size, OPEN_SIZE_FIRST_MAX) - VARHDRSZ;
}

/*
 * Returns the state in argument 0 as a growing value to change: the argument
 * itself inside an aggregate, otherwise a copy.
 */
static void
open_state(FunctionCallInfo fcinfo, bool in_aggregate, size_t series_size,
		   KloutGrowing *buffer)
{
	struct varlena *value;
	uint8	   *data;
	size_t		len;

	if (PG_ARGISNULL(0))
	{
		buffer->data = NULL;
		enlarge(buffer, first_size(fcinfo, series_size));
		return;
	}

	value = (struct varlena *) PG_GETARG_POINTER(0);
	if (likely(in_aggregate && VARATT_IS_4B_U(value) &&
			   klout_growing_view(buffer, (uint8 *) VARDATA(value),
								  VARSIZE(value) - VARHDRSZ)))
		return;

	data = klout_signals_bytes(PG_DETOAST_DATUM_PACKED(PointerGetDatum(value)), &len);
	if (klout_is_growing(data, len))
	{
		if (!klout_growing_view(buffer, data, len))
			klout_signals_corrupt(NULL);
		enlarge(buffer, len);
	}
	else
	{
		const char *fault = klout_signals_check(data, len);

		if (fault)
			klout_signals_corrupt(fault);
		buffer->data = NULL;
		enlarge(buffer, KLOUT_GROWING_HEADER + len);
		klout_growing_set_unit(buffer, (KloutUnit) data[1]);
		(void) klout_growing_set_canonical(buffer, data, len);
	}
}

/* Replaces the contents of a growing value by one canonical value. */
static void
replace_contents(KloutGrowing *buffer, KloutCanonical canonical)
{
	size_t		batch = Max(BATCH_BYTES, canonical.len);

	klout_growing_clear(buffer);
	if (buffer->size < KLOUT_GROWING_HEADER + canonical.len + batch)
		enlarge(buffer, KLOUT_GROWING_HEADER + canonical.len + batch);
	(void) klout_growing_set_canonical(buffer, canonical.data, canonical.len);
}

/* Makes room, for needed bytes or more, by compaction or growth. */
static void
make_room(KloutGrowing *buffer, size_t needed, bool compact)
{
	size_t		batch = klout_entries_size(&buffer->entries);

	if (compact || batch >= Max(BATCH_BYTES, buffer->canonical_len))
		replace_contents(buffer, klout_signals_compact(buffer));
	else
		enlarge(buffer, buffer->size + Max(needed, buffer->size / 2));
}

/* Adds one fact, making room if needed.  An audience has no entry. */
static void
add_fact(KloutGrowing *buffer, const KloutSeries *series, int64 bucket,
		 uint64 actor, int weight)
{
	size_t		needed = klout_series_size(series) + KLOUT_WIDE_ENTRY;

	for (;;)
	{
		int			number = klout_growing_series(buffer, series);

		if (likely(number >= 0))
		{
			if (series->type == KLOUT_SERIES_AUDIENCE ||
				likely(klout_growing_append(buffer, number, bucket, actor, weight)))
				return;
			make_room(buffer, needed, false);
		}
		else if (number == KLOUT_SERIES_CORRUPT)
			klout_signals_corrupt(NULL);
		else
			make_room(buffer, needed, number == KLOUT_SERIES_TOO_MANY);
	}
}

/* The value a transition function returns. */
static Datum
state_result(const KloutGrowing *buffer, bool in_aggregate)
{
	KloutCanonical canonical;

	if (in_aggregate)
		return buffer_value(buffer);
	canonical = klout_signals_compact(buffer);
	return klout_signals_value(canonical.data, canonical.len);
}

/* ---------------------------------------------------------------------------
 * Transition functions
 * ---------------------------------------------------------------------------
 */

KloutUnit
klout_bucket_unit(FunctionCallInfo fcinfo, const Interval *bucket)
{
	int64		usecs;

	/* a bucket is a UTC day, which always has 24 hours */
	if (bucket->month == 0 &&
		!pg_mul_s64_overflow(bucket->day, USECS_PER_DAY, &usecs) &&
		!pg_add_s64_overflow(usecs, bucket->time, &usecs))
	{
		if (usecs == USECS_PER_DAY)
			return KLOUT_UNIT_DAY;
		if (usecs == USECS_PER_HOUR)
			return KLOUT_UNIT_HOUR;
	}
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s: bucket must be '1 day' or '1 hour', got '%s'",
					klout_function_name(fcinfo),
					DatumGetCString(DirectFunctionCall1(interval_out,
														IntervalPGetDatum(bucket))))));
	return KLOUT_UNIT_NONE;		/* keep the compiler quiet */
}

/* Returns the unit in argument argno, if the function has that argument. */
static KloutUnit
unit_argument(FunctionCallInfo fcinfo, int argno)
{
	if (PG_NARGS() <= argno)
		return KLOUT_UNIT_DAY;
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s: bucket must not be null",
						klout_function_name(fcinfo)),
				 errhint("Use '1 day' or '1 hour'.")));
	return klout_bucket_unit(fcinfo, PG_GETARG_INTERVAL_P(argno));
}

static int
weight_argument(FunctionCallInfo fcinfo, int argno)
{
	double		weight;

	if (PG_NARGS() <= argno || PG_ARGISNULL(argno))
		return KLOUT_WEIGHT_STEPS;
	weight = PG_GETARG_FLOAT8(argno);
	if (unlikely(!(weight >= 0 && weight <= 1)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: weight must be between 0 and 1, got %s",
						klout_function_name(fcinfo),
						float8out_internal(weight))));
	return (int) rint(weight * KLOUT_WEIGHT_STEPS);
}

static int64
at_argument(FunctionCallInfo fcinfo, int argno)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(argno);

	if (unlikely(TIMESTAMP_NOT_FINITE(at)))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s: at must be finite, got %sinfinity",
						klout_function_name(fcinfo),
						TIMESTAMP_IS_NOBEGIN(at) ? "-" : ""),
				 errhint("Exclude such rows with a WHERE or FILTER clause.")));
	return at;
}

/* Sets the unit of a growing value, or checks that it is the same. */
static inline void
agree_unit(FunctionCallInfo fcinfo, KloutGrowing *buffer, KloutUnit unit)
{
	if (likely(buffer->unit == unit))
		return;
	if (buffer->unit != KLOUT_UNIT_NONE)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: bucket must be the same in all rows of a group",
						klout_function_name(fcinfo)),
				 errdetail("The buckets are 1 %s and 1 %s.",
						   klout_unit_name(buffer->unit), klout_unit_name(unit))));
	klout_growing_set_unit(buffer, unit);
}

/*
 * (state, network, kind, actor, at [, weight [, bucket]]), the actor already
 * reduced to 64 bits.
 */
static Datum
signals_add(FunctionCallInfo fcinfo, uint64 actor)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	KloutUnit	unit;
	KloutSeries series;
	KloutGrowing buffer;
	int64		at;
	int			weight;

	series.type = KLOUT_SERIES_ACTIONS;
	series.network = klout_name_from_text(PG_GETARG_TEXT_PP(1), fcinfo, "network");
	series.kind = klout_name_from_text(PG_GETARG_TEXT_PP(2), fcinfo, "kind");
	at = at_argument(fcinfo, 4);
	weight = weight_argument(fcinfo, 5);
	unit = unit_argument(fcinfo, 6);

	open_state(fcinfo, in_aggregate, klout_series_size(&series), &buffer);
	agree_unit(fcinfo, &buffer, unit);
	add_fact(&buffer, &series, klout_bucket(at, unit), actor, weight);
	return state_result(&buffer, in_aggregate);
}

/*
 * With many groups, the state of each row is a cache miss, which dominates the
 * cost of a row.  Prefetching it before reading the arguments hides part of
 * it.
 */
static inline void
prefetch_state(FunctionCallInfo fcinfo)
{
#ifdef __GNUC__
	if (!PG_ARGISNULL(0))
	{
		const char *state = PG_GETARG_POINTER(0);

		__builtin_prefetch(state, 1);
		__builtin_prefetch(state + 64, 1);
		__builtin_prefetch(state + 128, 1);
		__builtin_prefetch(state + 192, 1);
	}
#endif
}

static inline bool
action_is_null(FunctionCallInfo fcinfo)
{
	prefetch_state(fcinfo);
	return PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3) ||
		PG_ARGISNULL(4);
}

PG_FUNCTION_INFO_V1(klout_signals_add_bigint);
Datum
klout_signals_add_bigint(PG_FUNCTION_ARGS)
{
	if (action_is_null(fcinfo))
		return klout_return_argument(fcinfo, 0);
	return signals_add(fcinfo, (uint64) PG_GETARG_INT64(3));
}

PG_FUNCTION_INFO_V1(klout_signals_add_text);
Datum
klout_signals_add_text(PG_FUNCTION_ARGS)
{
	KloutName	actor;

	if (action_is_null(fcinfo))
		return klout_return_argument(fcinfo, 0);
	actor = klout_utf8_from_text(PG_GETARG_TEXT_PP(3));
	return signals_add(fcinfo, klout_hash_bytes(actor.data, actor.len));
}

PG_FUNCTION_INFO_V1(klout_signals_add_uuid);
Datum
klout_signals_add_uuid(PG_FUNCTION_ARGS)
{
	if (action_is_null(fcinfo))
		return klout_return_argument(fcinfo, 0);
	return signals_add(fcinfo,
					   klout_hash_bytes(PG_GETARG_UUID_P(3)->data, UUID_LEN));
}

/* (state, network, at [, bucket]) */
PG_FUNCTION_INFO_V1(klout_posts_add);
Datum
klout_posts_add(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	KloutUnit	unit;
	KloutSeries series;
	KloutGrowing buffer;
	int64		at;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return klout_return_argument(fcinfo, 0);
	memset(&series, 0, sizeof(series));
	series.type = KLOUT_SERIES_POSTS;
	series.network = klout_name_from_text(PG_GETARG_TEXT_PP(1), fcinfo, "network");
	at = at_argument(fcinfo, 2);
	unit = unit_argument(fcinfo, 3);

	open_state(fcinfo, in_aggregate, klout_series_size(&series), &buffer);
	agree_unit(fcinfo, &buffer, unit);
	add_fact(&buffer, &series, klout_bucket(at, unit), 0, 0);
	return state_result(&buffer, in_aggregate);
}

/* (state, network, followers, at) */
PG_FUNCTION_INFO_V1(klout_audience_add);
Datum
klout_audience_add(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	KloutSeries series;
	KloutGrowing buffer;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) || PG_ARGISNULL(3))
		return klout_return_argument(fcinfo, 0);
	memset(&series, 0, sizeof(series));
	series.type = KLOUT_SERIES_AUDIENCE;
	series.network = klout_name_from_text(PG_GETARG_TEXT_PP(1), fcinfo, "network");
	series.followers = PG_GETARG_INT64(2);
	if (series.followers < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: followers must not be negative, got " INT64_FORMAT,
						klout_function_name(fcinfo), series.followers)));
	series.audience_at = at_argument(fcinfo, 3);

	open_state(fcinfo, in_aggregate, klout_series_size(&series), &buffer);
	add_fact(&buffer, &series, 0, 0, 0);
	return state_result(&buffer, in_aggregate);
}

/*
 * Adds the batch of a growing value, series by series.  Both have the same
 * unit, or one has none.
 */
static void
absorb_batch(KloutGrowing *buffer, const KloutGrowing *other)
{
	KloutSeries *all_series = palloc(sizeof(KloutSeries) * KLOUT_SERIES_MAX);
	uint32		i;

	if (!klout_growing_all_series(other, all_series))
		klout_signals_corrupt(NULL);
	for (i = 0; i < (uint32) other->nseries; i++)
		if (all_series[i].type == KLOUT_SERIES_AUDIENCE)
			add_fact(buffer, &all_series[i], 0, 0, 0);
	for (i = 0; i < other->entries.count; i++)
	{
		KloutEntry	entry = klout_entry(&other->entries, i);

		if (entry.series >= other->nseries ||
			all_series[entry.series].type == KLOUT_SERIES_AUDIENCE)
			klout_signals_corrupt(NULL);
		add_fact(buffer, &all_series[entry.series], entry.bucket, entry.actor,
				 entry.weight);
	}
	pfree(all_series);
}

/* Merges a canonical value into a growing one. */
static void
absorb_canonical(KloutGrowing *buffer, KloutCanonical other)
{
	if (buffer->nseries > 0)
		replace_contents(buffer, klout_signals_compact(buffer));
	if (buffer->canonical_len > 0)
	{
		KloutCanonical canonical;

		canonical.data = klout_growing_canonical(buffer);
		canonical.len = buffer->canonical_len;
		other = klout_signals_merged(canonical, other);
	}
	if (!klout_growing_set_canonical(buffer, other.data, other.len))
	{
		/* grow by at least half, as elsewhere */
		enlarge(buffer, KLOUT_GROWING_HEADER + other.len + other.len / 2);
		(void) klout_growing_set_canonical(buffer, other.data, other.len);
	}
	if (buffer->unit == KLOUT_UNIT_NONE)
		klout_growing_set_unit(buffer, (KloutUnit) other.data[1]);
}

/*
 * (state, value): combine function of the aggregates of actions, posts and
 * audiences.  NULL on either side is neutral.
 */
PG_FUNCTION_INFO_V1(klout_signals_combine);
Datum
klout_signals_combine(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	KloutGrowing buffer;
	KloutGrowing other;
	KloutUnit	other_unit;
	uint8	   *data;
	size_t		len;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);

	/* the executor copies it; it must not be a TOAST pointer */
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PointerGetDatum(PG_DETOAST_DATUM(PG_GETARG_DATUM(1))));

	data = klout_signals_bytes(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(1)), &len);
	open_state(fcinfo, in_aggregate, 0, &buffer);

	if (klout_is_growing(data, len))
	{
		if (!klout_growing_view(&other, data, len))
			klout_signals_corrupt(NULL);
		other_unit = other.unit;
	}
	else if (len < KLOUT_SIGNALS_EMPTY_LEN)
	{
		klout_signals_corrupt(NULL);
		other_unit = KLOUT_UNIT_NONE;	/* keep the compiler quiet */
	}
	else
		other_unit = (KloutUnit) data[1];

	if (buffer.unit != KLOUT_UNIT_NONE && other_unit != KLOUT_UNIT_NONE &&
		buffer.unit != other_unit)
		klout_signals_error(KLOUT_UNITS_DIFFER, buffer.unit, other_unit);

	if (klout_is_growing(data, len))
	{
		if (other.canonical_len > 0)
		{
			KloutCanonical canonical;

			canonical.data = klout_growing_canonical(&other);
			canonical.len = other.canonical_len;
			absorb_canonical(&buffer, canonical);
		}
		if (buffer.unit == KLOUT_UNIT_NONE)
			klout_growing_set_unit(&buffer, other_unit);
		absorb_batch(&buffer, &other);
	}
	else
	{
		KloutCanonical canonical;

		canonical.data = data;
		canonical.len = len;
		absorb_canonical(&buffer, canonical);
	}
	return state_result(&buffer, in_aggregate);
}

/* (state) -> canonical value; does not change the state */
PG_FUNCTION_INFO_V1(klout_signals_final);
Datum
klout_signals_final(PG_FUNCTION_ARGS)
{
	KloutCanonical canonical;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	canonical = klout_signals_getarg(fcinfo, 0);
	return klout_signals_value(canonical.data, canonical.len);
}
