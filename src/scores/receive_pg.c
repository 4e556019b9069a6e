/*-------------------------------------------------------------------------
 *
 * receive_pg.c
 *	  Actions of a query, grouped by person: rows, names and ids.
 *
 * Rows come through a DestReceiver of our own, one at a time.  Columns are
 * found by name and brought to the types of klout_signals' arguments, as a
 * call of it would; pairs of network and kind get a number, the same for all
 * rows, and what stands in a record is that.
 *
 *-------------------------------------------------------------------------
 */
#include "scores/engine_pg.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "common/names_pg.h"
#include "common/query_pg.h"
#include "utils/builtins.h"
#include "utils/date.h"
#include "utils/fmgrprotos.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/uuid.h"

/* rows whose values may lie in memory before it is freed */
#define ROWS_KEPT				64

typedef struct Column
{
	int			attnum;			/* 0: the query has none */
	Oid			type;
} Column;

typedef struct ActionReceiver
{
	DestReceiver pub;
	KloutEngine *engine;
	Column		network;
	Column		kind;
	Column		actor;
	Column		target;
	Column		at;
	Column		weight;
	int			columns;		/* attributes that rows need */
	bool		actor_is_text;
	MemoryContext row;
	int			kept;			/* rows since it was reset */

	/* the last bucket, which the next row is likely to be in, too */
	TimestampTz bucket_begin;
	TimestampTz bucket_end;
	uint32		bucket;
} ActionReceiver;

/* ----------
 * Names
 * ----------
 */

/* A pair of network and kind, as rows have it in the server's encoding. */
typedef struct NamePair
{
	const char *network;
	const char *kind;
	size_t		network_len;
	size_t		kind_len;
	uint64		hash;
	uint32		series;
} NamePair;

struct KloutNameTable
{
	NamePair   *pairs;
	uint32		npairs;
	uint32		max_pairs;
	uint32		max_series;
	uint32	   *slots;			/* numbers of pairs plus one, or 0 */
	uint32		nslots;
};

static inline uint64
hash_name(uint64 hash, const char *data, size_t len)
{
	const uint64 m = UINT64CONST(0x9E3779B97F4A7C15);
	uint64		word;

	for (; len >= 8; data += 8, len -= 8)
	{
		memcpy(&word, data, 8);
		hash = (hash ^ word) * m;
		hash ^= hash >> 32;
	}
	word = len;
	if (len >= 4)
	{
		uint32		head;
		uint32		tail;

		memcpy(&head, data, 4);
		memcpy(&tail, data + len - 4, 4);
		word ^= ((uint64) head << 32 | tail) * m;
	}
	else
		while (len > 0)
			word = word << 8 | (uint8) data[--len];
	hash = (hash ^ word) * m;
	return hash ^ hash >> 29;
}

static char *
copy_bytes(MemoryContext context, const char *data, size_t len)
{
	char	   *copy = MemoryContextAlloc(context, Max(len, 1));

	memcpy(copy, data, len);
	return copy;
}

/*
 * Two spellings in the server's encoding may be one name in UTF-8.  Only
 * where names are converted is there anything to be looked for.
 */
static uint32
series_of_names(KloutEngine *engine, KloutName network, KloutName kind,
				bool converted)
{
	KloutNameTable *names = engine->names;
	KloutSeries *series;

	if (converted)
		for (uint32 i = 0; i < engine->nseries; i++)
			if (klout_name_compare(engine->all_series[i].network, network) == 0 &&
				klout_name_compare(engine->all_series[i].kind, kind) == 0)
				return i;
	if (engine->nseries == KLOUT_ACTION_SERIES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s: the %s returns more than %d pairs of network and kind",
						engine->function, KLOUT_ACTIONS_QUERY,
						KLOUT_ACTION_SERIES_MAX)));
	if (engine->nseries == names->max_series)
	{
		names->max_series = Max(16, 2 * names->max_series);
		engine->all_series = engine->all_series == NULL ?
			MemoryContextAlloc(engine->context,
							   sizeof(KloutSeries) * names->max_series) :
			repalloc_huge(engine->all_series,
						  sizeof(KloutSeries) * names->max_series);
	}
	series = &engine->all_series[engine->nseries];
	memset(series, 0, sizeof(*series));
	series->type = KLOUT_SERIES_ACTIONS;
	series->network.data = copy_bytes(engine->context, network.data, network.len);
	series->network.len = network.len;
	series->kind.data = copy_bytes(engine->context, kind.data, kind.len);
	series->kind.len = kind.len;
	return engine->nseries++;
}

static void
enlarge_names(KloutEngine *engine)
{
	KloutNameTable *names = engine->names;

	names->max_pairs = Max(16, 2 * names->max_pairs);
	names->nslots = 4 * names->max_pairs;
	if (names->pairs == NULL)
		names->pairs = MemoryContextAlloc(engine->context,
										  sizeof(NamePair) * names->max_pairs);
	else
		names->pairs = repalloc_huge(names->pairs,
									 sizeof(NamePair) * names->max_pairs);
	if (names->slots)
		pfree(names->slots);
	names->slots = MemoryContextAllocExtended(engine->context,
											  sizeof(uint32) * names->nslots,
											  MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	for (uint32 i = 0; i < names->npairs; i++)
	{
		uint32		slot = (uint32) names->pairs[i].hash & (names->nslots - 1);

		while (names->slots[slot] != 0)
			slot = (slot + 1) & (names->nslots - 1);
		names->slots[slot] = i + 1;
	}
}

/* A pair that is not in the table yet. */
static pg_noinline uint32
add_pair(KloutEngine *engine, const text *network, const text *kind, uint64 hash)
{
	KloutNameTable *names = engine->names;
	KloutName	network_name = klout_name_from_text(network, engine->fcinfo,
													"network");
	KloutName	kind_name = klout_name_from_text(kind, engine->fcinfo, "kind");
	NamePair   *pair;
	uint32		slot;

	if (names->npairs == names->max_pairs)
		enlarge_names(engine);
	pair = &names->pairs[names->npairs];
	pair->network_len = VARSIZE_ANY_EXHDR(network);
	pair->network = copy_bytes(engine->context, VARDATA_ANY(network),
							   pair->network_len);
	pair->kind_len = VARSIZE_ANY_EXHDR(kind);
	pair->kind = copy_bytes(engine->context, VARDATA_ANY(kind), pair->kind_len);
	pair->hash = hash;
	pair->series = series_of_names(engine, network_name, kind_name,
								   network_name.data != VARDATA_ANY(network) ||
								   kind_name.data != VARDATA_ANY(kind));
	slot = (uint32) hash & (names->nslots - 1);
	while (names->slots[slot] != 0)
		slot = (slot + 1) & (names->nslots - 1);
	names->slots[slot] = ++names->npairs;
	return pair->series;
}

/* memcmp of names, which are short */
static inline bool
same_name(const char *a, const char *b, size_t len)
{
	if (len > 16 || len < 4)
		return memcmp(a, b, len) == 0;
	if (len >= 8)
	{
		uint64		a_word;
		uint64		b_word;
		uint64		a_tail;
		uint64		b_tail;

		memcpy(&a_word, a, 8);
		memcpy(&b_word, b, 8);
		memcpy(&a_tail, a + len - 8, 8);
		memcpy(&b_tail, b + len - 8, 8);
		return ((a_word ^ b_word) | (a_tail ^ b_tail)) == 0;
	}
	else
	{
		uint32		a_head;
		uint32		b_head;
		uint32		a_tail;
		uint32		b_tail;

		memcpy(&a_head, a, 4);
		memcpy(&b_head, b, 4);
		memcpy(&a_tail, a + len - 4, 4);
		memcpy(&b_tail, b + len - 4, 4);
		return ((a_head ^ b_head) | (a_tail ^ b_tail)) == 0;
	}
}

static inline uint32
series_of(KloutEngine *engine, const text *network, const text *kind)
{
	KloutNameTable *names = engine->names;
	const char *network_data = VARDATA_ANY(network);
	const char *kind_data = VARDATA_ANY(kind);
	size_t		network_len = VARSIZE_ANY_EXHDR(network);
	size_t		kind_len = VARSIZE_ANY_EXHDR(kind);
	uint64		hash = hash_name(hash_name(engine->seed, network_data, network_len),
								 kind_data, kind_len);
	uint32		slot = (uint32) hash & (names->nslots - 1);
	uint32		found;

	for (; (found = names->slots[slot]) != 0; slot = (slot + 1) & (names->nslots - 1))
	{
		const NamePair *pair = &names->pairs[found - 1];

		if (pair->hash == hash && pair->network_len == network_len &&
			pair->kind_len == kind_len &&
			same_name(pair->network, network_data, network_len) &&
			same_name(pair->kind, kind_data, kind_len))
			return pair->series;
	}
	return add_pair(engine, network, kind, hash);
}

/* ----------
 * Values of a row
 * ----------
 */

static inline text *
text_of(Datum value, Oid type)
{
	switch (type)
	{
		case NAMEOID:
			return cstring_to_text(NameStr(*DatumGetName(value)));
		case BPCHAROID:
			return DatumGetTextPP(DirectFunctionCall1(rtrim1, value));
		default:
			return DatumGetTextPP(value);
	}
}

static inline int64
integer_of(Datum value, Oid type)
{
	switch (type)
	{
		case INT2OID:
			return DatumGetInt16(value);
		case INT4OID:
			return DatumGetInt32(value);
		default:
			return DatumGetInt64(value);
	}
}

static inline uint64
actor_of(const ActionReceiver *receiver, Datum value)
{
	KloutName	actor;

	if (likely(!receiver->actor_is_text))
	{
		if (receiver->actor.type == UUIDOID)
			return klout_hash_bytes(DatumGetUUIDP(value)->data, UUID_LEN);
		return (uint64) integer_of(value, receiver->actor.type);
	}
	actor = klout_utf8_from_text(text_of(value, receiver->actor.type));
	return klout_hash_bytes(actor.data, actor.len);
}

/* The bucket of a time that is not that of the row before. */
static pg_noinline uint32
new_bucket(ActionReceiver *receiver, TimestampTz at)
{
	KloutEngine *engine = receiver->engine;
	int64		bucket;

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s: at must be finite, got %sinfinity",
						engine->function, TIMESTAMP_IS_NOBEGIN(at) ? "-" : ""),
				 errhint("Leave such rows out with a WHERE clause.")));
	bucket = klout_bucket(at, engine->unit);
	receiver->bucket_begin = klout_bucket_start(bucket, engine->unit);
	receiver->bucket_end = receiver->bucket_begin + klout_unit_usecs(engine->unit);
	receiver->bucket = (uint32) (bucket - klout_bucket_first(engine->unit));
	return receiver->bucket;
}

static inline uint32
bucket_of(ActionReceiver *receiver, Datum value)
{
	TimestampTz at;

	switch (receiver->at.type)
	{
		case TIMESTAMPOID:
			at = DatumGetTimestampTz(DirectFunctionCall1(timestamp_timestamptz,
														 value));
			break;
		case DATEOID:
			at = DatumGetTimestampTz(DirectFunctionCall1(date_timestamptz,
														 value));
			break;
		default:
			at = DatumGetTimestampTz(value);
	}
	if (likely(at >= receiver->bucket_begin && at < receiver->bucket_end))
		return receiver->bucket;
	return new_bucket(receiver, at);
}

static uint32
weight_of(const ActionReceiver *receiver, Datum value)
{
	double		weight;

	switch (receiver->weight.type)
	{
		case FLOAT8OID:
			weight = DatumGetFloat8(value);
			break;
		case FLOAT4OID:
			weight = (double) DatumGetFloat4(value);
			break;
		case NUMERICOID:
			weight = DatumGetFloat8(DirectFunctionCall1(numeric_float8, value));
			break;
		default:
			weight = (double) integer_of(value, receiver->weight.type);
	}
	if (unlikely(!(weight >= 0 && weight <= 1)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: weight must be between 0 and 1, got %s",
						receiver->engine->function,
						DatumGetCString(DirectFunctionCall1(float8out,
															Float8GetDatum(weight))))));
	return (uint32) rint(weight * KLOUT_WEIGHT_STEPS);
}

/* ----------
 * Rows
 * ----------
 */

static bool
receive_action(TupleTableSlot *slot, DestReceiver *self)
{
	ActionReceiver *receiver = (ActionReceiver *) self;
	KloutEngine *engine = receiver->engine;
	MemoryContext old;
	const Datum *values;
	const bool *nulls;
	Datum		target;
	uint64		actor;
	uint32		bucket;
	uint32		what;

	slot_getsomeattrs(slot, receiver->columns);
	values = slot->tts_values - 1;
	nulls = slot->tts_isnull - 1;
	engine->stats.rows++;
	if (unlikely(nulls[receiver->network.attnum] ||
				 nulls[receiver->kind.attnum] ||
				 nulls[receiver->actor.attnum] ||
				 nulls[receiver->target.attnum] ||
				 nulls[receiver->at.attnum]))
	{
		engine->stats.null_rows++;
		return true;
	}

	if (++receiver->kept == ROWS_KEPT)
	{
		MemoryContextReset(receiver->row);
		receiver->kept = 0;
	}
	old = MemoryContextSwitchTo(receiver->row);
	what = series_of(engine,
					 text_of(values[receiver->network.attnum],
							 receiver->network.type),
					 text_of(values[receiver->kind.attnum],
							 receiver->kind.type)) << 8;
	actor = actor_of(receiver, values[receiver->actor.attnum]);
	bucket = bucket_of(receiver, values[receiver->at.attnum]);
	if (receiver->weight.attnum == 0 || nulls[receiver->weight.attnum])
		what |= KLOUT_WEIGHT_STEPS;
	else
		what |= weight_of(receiver, values[receiver->weight.attnum]);

	target = values[receiver->target.attnum];
	if (likely(!engine->text))
		klout_partitions_put_number(engine,
									integer_of(target, receiver->target.type),
									actor, bucket, what);
	else if (engine->person_type == KLOUT_PERSON_UUID)
		klout_partitions_put_id(engine, (const char *) DatumGetUUIDP(target)->data,
								UUID_LEN, actor, bucket, what);
	else
	{
		text	   *id = DatumGetTextPP(target);

		klout_partitions_put_id(engine, VARDATA_ANY(id), VARSIZE_ANY_EXHDR(id),
								actor, bucket, what);
	}
	MemoryContextSwitchTo(old);
	return true;
}

static void
receiver_startup(DestReceiver *self, int operation, TupleDesc typeinfo)
{
}

static void
receiver_nothing(DestReceiver *self)
{
}

/* ----------
 * Columns
 * ----------
 */

static void
find_column(const KloutEngine *engine, TupleDesc desc, const char *name,
			Column *column)
{
	column->attnum = klout_query_column(engine->function, KLOUT_ACTIONS_QUERY,
										desc, name, &column->type);
}

static void
need_column(const KloutEngine *engine, TupleDesc desc, const char *name,
			Column *column)
{
	find_column(engine, desc, name, column);
	if (column->attnum == 0)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s: the %s returns no column \"%s\"", engine->function,
						KLOUT_ACTIONS_QUERY, name),
				 errdetail("It returns: %s.", klout_query_columns(desc)),
				 errhint("It must return network, kind, actor, target and at, and may return weight.")));
}

static void
wrong_type(const KloutEngine *engine, const char *name, const Column *column,
		   const char *types, const char *hint)
{
	ereport(ERROR,
			(errcode(ERRCODE_DATATYPE_MISMATCH),
			 errmsg("%s: column \"%s\" of the %s is of type %s",
					engine->function, name, KLOUT_ACTIONS_QUERY,
					format_type_be(column->type)),
			 errdetail("It must be %s.", types),
			 errhint("%s", hint)));
}

static bool
is_integer(Oid type)
{
	return type == INT2OID || type == INT4OID || type == INT8OID;
}

static bool
is_text(Oid type)
{
	return type == TEXTOID || type == VARCHAROID || type == BPCHAROID ||
		type == NAMEOID;
}

static void
find_columns(ActionReceiver *receiver, TupleDesc desc)
{
	static const char cast[] = "Cast it in the query.";
	KloutEngine *engine = receiver->engine;
	Oid			type;

	need_column(engine, desc, "network", &receiver->network);
	need_column(engine, desc, "kind", &receiver->kind);
	need_column(engine, desc, "actor", &receiver->actor);
	need_column(engine, desc, "target", &receiver->target);
	need_column(engine, desc, "at", &receiver->at);
	find_column(engine, desc, "weight", &receiver->weight);

	if (!is_text(receiver->network.type))
		wrong_type(engine, "network", &receiver->network, "text", cast);
	if (!is_text(receiver->kind.type))
		wrong_type(engine, "kind", &receiver->kind, "text", cast);
	type = receiver->actor.type;
	receiver->actor_is_text = is_text(type);
	if (!is_integer(type) && !is_text(type) && type != UUIDOID)
		wrong_type(engine, "actor", &receiver->actor,
				   "bigint, integer, smallint, text or uuid", cast);
	type = receiver->target.type;
	if (!engine->text &&!is_integer(type))
		wrong_type(engine, "target", &receiver->target,
				   "bigint, integer or smallint",
				   is_text(type) || type == UUIDOID ?
				   psprintf("%s_text takes text and uuid.", engine->function) :
				   cast);
	if (engine->text &&type != TEXTOID && type != VARCHAROID && type != UUIDOID)
		wrong_type(engine, "target", &receiver->target, "text, varchar or uuid",
				   is_integer(type) ?
				   psprintf("%.*s takes integers.",
							(int) (strlen(engine->function) - strlen("_text")),
							engine->function) : cast);
	engine->person_type = !engine->text ? KLOUT_PERSON_BIGINT :
		type == UUIDOID ? KLOUT_PERSON_UUID : KLOUT_PERSON_TEXT;
	type = receiver->at.type;
	if (type != TIMESTAMPTZOID && type != TIMESTAMPOID && type != DATEOID)
		wrong_type(engine, "at", &receiver->at,
				   "timestamptz, timestamp or date", cast);
	if (receiver->weight.attnum > 0)
		klout_query_number(engine->function, KLOUT_ACTIONS_QUERY, "weight",
						   receiver->weight.type);

	receiver->columns = Max(Max(Max(receiver->network.attnum,
									receiver->kind.attnum),
								Max(receiver->actor.attnum,
									receiver->target.attnum)),
							Max(receiver->at.attnum, receiver->weight.attnum));
}

void
klout_engine_read(KloutEngine *engine, const char *actions_sql)
{
	ActionReceiver receiver;
	SPIPlanPtr	plan;
	TupleDesc	desc;

	memset(&receiver, 0, sizeof(receiver));
	receiver.pub.receiveSlot = receive_action;
	receiver.pub.rStartup = receiver_startup;
	receiver.pub.rShutdown = receiver_nothing;
	receiver.pub.rDestroy = receiver_nothing;
	/* which one does not matter, but with DestNone SPI would not count rows */
	receiver.pub.mydest = DestTuplestore;
	receiver.engine = engine;
	receiver.row = AllocSetContextCreate(engine->context, "klout action row",
										 ALLOCSET_SMALL_SIZES);
	engine->names = MemoryContextAllocZero(engine->context,
										   sizeof(KloutNameTable));
	enlarge_names(engine);

	klout_query_connect(engine->function);
	plan = klout_query_prepare(engine->function, KLOUT_ACTIONS_QUERY,
							   actions_sql, &desc);
	find_columns(&receiver, desc);
	klout_query_execute(engine->function, plan, &receiver.pub);
	if (SPI_finish() != SPI_OK_FINISH)
		elog(ERROR, "%s: SPI_finish failed", engine->function);
	MemoryContextDelete(receiver.row);
}
