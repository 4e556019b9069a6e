/*-------------------------------------------------------------------------
 *
 * receive_pg.c
 *	  Receives the rows of the queries given to klout_authority.
 *
 * Rows arrive one at a time and are not kept: no cursor, no table of tuples.
 * Integer ids are collected into batches before they are looked up.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/receive_pg.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/uuid.h"

/* batches between two checks of the memory budget, which others may share */
#define UNCHECKED_BATCHES	16

/* An id that is not an integer. */
typedef struct RowId
{
	const char *data;			/* len bytes */
	size_t		len;
	text	   *copy;			/* to be freed, or NULL */
} RowId;

/* ----------
 * Values of a row
 * ----------
 */

static KloutIdType
id_type_of(Oid type)
{
	switch (type)
	{
		case INT2OID:
		case INT4OID:
		case INT8OID:
			return KLOUT_ID_INTEGER;
		case TEXTOID:
		case VARCHAROID:
			return KLOUT_ID_TEXT;
		case UUIDOID:
			return KLOUT_ID_UUID;
		default:
			return KLOUT_ID_UNKNOWN;
	}
}

static int64
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

static double
float8_of(Datum value, Oid type)
{
	switch (type)
	{
		case FLOAT4OID:
			return (double) DatumGetFloat4(value);
		case FLOAT8OID:
			return DatumGetFloat8(value);
		case NUMERICOID:
			/* beyond float8: infinity, which is refused as such */
			return DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
													  value));
		default:
			return (double) integer_of(value, type);
	}
}

static void
read_bytes_id(RowId *id, Datum value, KloutIdType type)
{
	id->copy = NULL;
	if (type == KLOUT_ID_UUID)
	{
		id->data = (const char *) DatumGetUUIDP(value)->data;
		id->len = UUID_LEN;
	}
	else
	{
		text	   *detoasted = DatumGetTextPP(value);

		if ((Pointer) detoasted != DatumGetPointer(value))
			id->copy = detoasted;
		id->data = VARDATA_ANY(detoasted);
		id->len = VARSIZE_ANY_EXHDR(detoasted);
	}
}

static inline void
free_bytes_id(RowId *id)
{
	if (id->copy != NULL)
		pfree(id->copy);
}

/* An id for messages. */
static char *
id_text(Datum value, Oid type)
{
	switch (id_type_of(type))
	{
		case KLOUT_ID_INTEGER:
			return psprintf(INT64_FORMAT, integer_of(value, type));
		case KLOUT_ID_UUID:
			return DatumGetCString(DirectFunctionCall1(uuid_out, value));
		default:
			return psprintf("\"%s\"", TextDatumGetCString(value));
	}
}

/* ----------
 * Rows
 * ----------
 */

static void
wrong_amount(const KloutReceiver *receiver, const NullableDatum *row,
			 const char *rule, const char *got)
{

	if (receiver->second.attnum > 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: %s must be %s, got %s", receiver->run->function,
						receiver->amount_name, rule, got),
				 errdetail("The row of the %s has actor %s and target %s.",
						   receiver->what,
						   id_text(row[0].value, receiver->first.type),
						   id_text(row[1].value,
								   receiver->second.type))));
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s: %s must be %s, got %s", receiver->run->function,
					receiver->amount_name, rule, got),
			 errdetail("The row of the %s has person %s.", receiver->what,
					   id_text(row[0].value, receiver->first.type))));
}

/* The amount of a row whose ids are known not to be NULL. */
static inline double
read_amount(const KloutReceiver *receiver, const NullableDatum *row)
{
	const KloutColumn *column = &receiver->amount;
	bool		zero_is_fine = receiver->second.attnum == 0;
	const char *rule = zero_is_fine ? "at least 0 and finite" :
		"above 0 and finite";
	double		amount;

	if (column->attnum == 0)
		return 1;
	if (row[2].isnull)
		wrong_amount(receiver, row, rule, "NULL");
	amount = float8_of(row[2].value, column->type);
	if (unlikely(!isfinite(amount) || amount < 0 ||
				 (amount == 0 && !zero_is_fine)))
	{
		Oid			output;
		bool		varlena;

		getTypeOutputInfo(column->type, &output, &varlena);
		wrong_amount(receiver, row, rule, OidOutputFunctionCall(output, row[2].value));
	}
	return amount;
}

/* Checks the memory budget every UNCHECKED_BATCHES batches. */
static void
check_room_sometimes(KloutReceiver *receiver)
{
	if (++receiver->unchecked < UNCHECKED_BATCHES)
		return;
	receiver->unchecked = 0;
	klout_run_check_room(receiver->run);
}

static void
flush_batch(KloutReceiver *receiver)
{
	KloutAuthorityRun *run = receiver->run;
	uint32		number[2 * KLOUT_IDS_BATCH];
	int			n = receiver->batched;

	CHECK_FOR_INTERRUPTS();
	klout_ids_of_edges(&run->ids, receiver->id, n, number);
	klout_edges_add(&run->edges, number, receiver->weight, n);
	receiver->batched = 0;
	check_room_sometimes(receiver);
}

void
klout_receive_edge(KloutReceiver *receiver, const NullableDatum *row)
{
	KloutAuthorityRun *run = receiver->run;
	double		weight;

	run->rows++;
	if (unlikely(row[0].isnull || row[1].isnull))
	{
		run->null_rows++;
		return;
	}
	weight = read_amount(receiver, row);

	if (run->id_type == KLOUT_ID_INTEGER)
	{
		int64		from = integer_of(row[0].value, receiver->first.type);
		int64		to = integer_of(row[1].value, receiver->second.type);

		if (unlikely(from == to))
		{
			run->self_edges++;
			return;
		}
		receiver->id[2 * receiver->batched] = from;
		receiver->id[2 * receiver->batched + 1] = to;
		receiver->weight[receiver->batched] = weight;
		if (++receiver->batched == KLOUT_IDS_BATCH)
			flush_batch(receiver);
	}
	else
	{
		RowId		from;
		RowId		to;

		read_bytes_id(&from, row[0].value, run->id_type);
		read_bytes_id(&to, row[1].value, run->id_type);
		if (from.len == to.len && memcmp(from.data, to.data, from.len) == 0)
			run->self_edges++;
		else
		{
			uint32		number[2];

			number[0] = klout_ids_of_end(&run->ids, from.data, from.len,
										 KLOUT_ACTOR);
			number[1] = klout_ids_of_end(&run->ids, to.data, to.len,
										 KLOUT_TARGET);
			klout_edges_add(&run->edges, number, &weight, 1);
			if (run->edges.n % KLOUT_IDS_BATCH == 0)
				check_room_sometimes(receiver);
		}
		free_bytes_id(&from);
		free_bytes_id(&to);
	}
}

static void
receive_amount(KloutReceiver *receiver, const NullableDatum *row)
{
	KloutAuthorityRun *run = receiver->run;
	uint32		number;
	double		amount;

	if (row[0].isnull)
		return;
	amount = read_amount(receiver, row);

	if (run->id_type == KLOUT_ID_INTEGER)
		number = klout_ids_find(&run->ids,
								integer_of(row[0].value, receiver->first.type));
	else
	{
		RowId		id;

		read_bytes_id(&id, row[0].value, run->id_type);
		number = klout_ids_find_bytes(&run->ids, id.data, id.len);
		free_bytes_id(&id);
	}
	if (number == KLOUT_INVALID_VERTEX)
	{
		receiver->unknown++;
		return;
	}
	if (receiver->n == receiver->capacity)
	{
		size_t		capacity = receiver->capacity == 0 ? 1024 :
			2 * receiver->capacity;

		receiver->amounts = receiver->capacity == 0 ?
			klout_alloc(&run->memory, capacity, sizeof(KloutAmount)) :
			klout_realloc(&run->memory, receiver->amounts, capacity, sizeof(KloutAmount));
		receiver->capacity = capacity;
	}
	receiver->amounts[receiver->n].number = number;
	receiver->amounts[receiver->n].amount = amount;
	receiver->n++;
}

/* The values of the columns that are needed, NULL for others. */
static inline void
read_row(const KloutReceiver *receiver, TupleTableSlot *slot, NullableDatum *row)
{
	const KloutColumn *const columns[3] = {
		&receiver->first, &receiver->second, &receiver->amount
	};

	slot_getsomeattrs(slot, receiver->columns);
	for (int i = 0; i < 3; i++)
	{
		int			attnum = columns[i]->attnum;

		row[i].isnull = attnum == 0 || slot->tts_isnull[attnum - 1];
		row[i].value = row[i].isnull ? (Datum) 0 : slot->tts_values[attnum - 1];
	}
}

static bool
receive_edge_slot(TupleTableSlot *slot, DestReceiver *self)
{
	NullableDatum row[3];

	read_row((KloutReceiver *) self, slot, row);
	klout_receive_edge((KloutReceiver *) self, row);
	return true;
}

static bool
receive_amount_slot(TupleTableSlot *slot, DestReceiver *self)
{
	NullableDatum row[3];

	read_row((KloutReceiver *) self, slot, row);
	receive_amount((KloutReceiver *) self, row);
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

void
klout_check_id_column(KloutAuthorityRun *run, const char *what,
					  const KloutColumn *column, const char *name)
{
	KloutIdType type = id_type_of(column->type);
	bool		integer = type == KLOUT_ID_INTEGER;

	if (type == KLOUT_ID_UNKNOWN || integer == run->text)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s: column \"%s\" of the %s is of type %s",
						run->function, name, what,
						format_type_be(column->type)),
				 run->text ?
				 errdetail("Ids must be of type text, varchar or uuid.") :
				 errdetail("Ids must be of type bigint, integer or smallint."),
				 type == KLOUT_ID_UNKNOWN ? errhint("Cast it in the query.") :
				 integer ? errhint("Use klout_authority for integers.") :
				 errhint("Use klout_authority_text for text and uuid.")));
	if (run->id_type == KLOUT_ID_UNKNOWN)
		run->id_type = type;
	else if (run->id_type != type)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s: ids must be either text or uuid, got both", run->function),
				 errdetail("Column \"%s\" of the %s is of type %s.", name,
						   what, format_type_be(column->type)),
				 errhint("Cast one of them in the query.")));
}

/* ----------
 * Receivers
 * ----------
 */

/* second is NULL for amounts. */
static KloutReceiver *
make_receiver(KloutAuthorityRun *run, const char *what,
			  bool (*receive) (TupleTableSlot *, DestReceiver *),
			  const KloutColumn *first, const KloutColumn *second,
			  const KloutColumn *amount, const char *amount_name)
{
	KloutReceiver *receiver = palloc0(sizeof(KloutReceiver));

	receiver->pub.receiveSlot = receive;
	receiver->pub.rStartup = receiver_startup;
	receiver->pub.rShutdown = receiver_nothing;
	receiver->pub.rDestroy = receiver_nothing;
	/* any but DestNone, for which SPI counts no rows */
	receiver->pub.mydest = DestTuplestore;
	receiver->run = run;
	receiver->what = what;
	receiver->amount_name = amount_name;
	receiver->first = *first;
	if (second != NULL)
		receiver->second = *second;
	receiver->amount = *amount;
	receiver->columns = Max(Max(first->attnum, receiver->second.attnum),
							amount->attnum);
	return receiver;
}

KloutReceiver *
klout_edge_receiver(KloutAuthorityRun *run, const KloutEdgeColumns *columns)
{
	return make_receiver(run, KLOUT_EDGES_QUERY, receive_edge_slot,
						 &columns->actor, &columns->target, &columns->weight,
						 "weight");
}

KloutReceiver *
klout_amount_receiver(KloutAuthorityRun *run, const char *what,
					  const KloutColumn *person, const KloutColumn *amount,
					  const char *amount_name)
{
	return make_receiver(run, what, receive_amount_slot, person, NULL, amount,
						 amount_name);
}

void
klout_edge_receiver_flush(KloutReceiver *receiver)
{
	if (receiver->batched > 0)
		flush_batch(receiver);
	klout_run_check_room(receiver->run);
}
