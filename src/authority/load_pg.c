/*-------------------------------------------------------------------------
 *
 * load_pg.c
 *	  Runs the queries given to klout_authority and loads their rows.
 *
 * A query is a single SELECT, run with the caller's privileges in a
 * transaction that is read-only during it.  Its rows are edges (actor, target,
 * weight) or amounts of people (person, amount).  Rows arrive one at a time and
 * are not kept: no cursor, no table of tuples.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/run_pg.h"

#include <math.h>

#include "common/query_pg.h"

#include "catalog/pg_type_d.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "nodes/plannodes.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/lsyscache.h"
#include "utils/plancache.h"
#include "utils/uuid.h"

/* batches between two checks of the memory budget, which others may share */
#define UNCHECKED_BATCHES	16

/* A kind of query, for messages and to find its columns. */
typedef struct AuthorityQuery
{
	const char *what;
	const char *column[3];		/* id, second id of an edge or NULL, amount */
	const char *required;		/* those columns that must be there */
	bool		amount_is_optional;
	const char *rule;			/* for the amount */
} AuthorityQuery;

static const AuthorityQuery edges_query = {
	"edges query", {"actor", "target", "weight"},
	"columns \"actor\" and \"target\"", true, "above 0 and finite"
};
static const AuthorityQuery restart_query = {
	"restart query", {"person", NULL, "weight"},
	"a column \"person\"", true, "at least 0 and finite"
};
static const AuthorityQuery warm_query = {
	"warm query", {"person", NULL, "authority"},
	"columns \"person\" and \"authority\"", false, "at least 0 and finite"
};

struct KloutReceiver
{
	DestReceiver pub;
	KloutAuthorityRun *run;
	const AuthorityQuery *query;
	KloutColumns columns;
	int			last;			/* attribute that is needed */

	/* edges, which are looked up in batches */
	int			batched;
	int			unchecked;		/* batches since the last check of the budget */
	int64		id[2 * KLOUT_IDS_BATCH];	/* of integers */
	uint32		number[2 * KLOUT_IDS_BATCH];	/* of text and uuid */
	double		weight[KLOUT_IDS_BATCH];

	/* amounts */
	KloutAmount *amounts;
	size_t		n;
	size_t		capacity;
	uint64		unknown;		/* people who are not in the graph */
};

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

/* The bytes of an id of type text or uuid; a copy, if needed, is in *copy. */
static const char *
bytes_of(Datum value, KloutIdType type, size_t *len, text **copy)
{
	text	   *detoasted;

	*copy = NULL;
	if (type == KLOUT_ID_UUID)
	{
		*len = UUID_LEN;
		return (const char *) DatumGetUUIDP(value)->data;
	}
	detoasted = DatumGetTextPP(value);
	if ((Pointer) detoasted != DatumGetPointer(value))
		*copy = detoasted;
	*len = VARSIZE_ANY_EXHDR(detoasted);
	return VARDATA_ANY(detoasted);
}

static inline void
free_copy(text *copy)
{
	if (copy != NULL)
		pfree(copy);
}

/* The id of a row in a column, for messages. */
static char *
id_text(const KloutReceiver *receiver, const NullableDatum *row, int column)
{
	Datum		value = row[column].value;

	switch (receiver->run->id_type)
	{
		case KLOUT_ID_INTEGER:
			return psprintf(INT64_FORMAT,
							integer_of(value, receiver->columns.type[column]));
		case KLOUT_ID_UUID:
			return DatumGetCString(DirectFunctionCall1(uuid_out, value));
		default:
			return psprintf("\"%s\"", TextDatumGetCString(value));
	}
}

static void
wrong_amount(const KloutReceiver *receiver, const NullableDatum *row,
			 const char *got)
{
	const AuthorityQuery *query = receiver->query;

	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s: %s must be %s, got %s", receiver->run->function,
					query->column[KLOUT_AMOUNT], query->rule, got),
			 query == &edges_query ?
			 errdetail("The row of the %s has actor %s and target %s.",
					   query->what, id_text(receiver, row, 0),
					   id_text(receiver, row, 1)) :
			 errdetail("The row of the %s has person %s.", query->what,
					   id_text(receiver, row, 0))));
}

/* The amount of a row whose ids are known not to be NULL. */
static inline double
read_amount(const KloutReceiver *receiver, const NullableDatum *row)
{
	Oid			type = receiver->columns.type[KLOUT_AMOUNT];
	double		amount;

	if (receiver->columns.attnum[KLOUT_AMOUNT] == 0)
		return 1;
	if (row[KLOUT_AMOUNT].isnull)
		wrong_amount(receiver, row, "NULL");
	amount = float8_of(row[KLOUT_AMOUNT].value, type);
	if (unlikely(!isfinite(amount) || amount < 0 ||
				 (amount == 0 && receiver->query == &edges_query)))
	{
		Oid			output;
		bool		varlena;

		getTypeOutputInfo(type, &output, &varlena);
		wrong_amount(receiver, row,
					 OidOutputFunctionCall(output, row[KLOUT_AMOUNT].value));
	}
	return amount;
}

/* ----------
 * Rows
 * ----------
 */

static void
flush_batch(KloutReceiver *receiver)
{
	KloutAuthorityRun *run = receiver->run;

	CHECK_FOR_INTERRUPTS();
	if (run->id_type == KLOUT_ID_INTEGER)
		klout_ids_of_edges(&run->ids, receiver->id, receiver->batched,
						   receiver->number);
	klout_edges_add(&run->edges, receiver->number, receiver->weight,
					receiver->batched);
	receiver->batched = 0;
	if (++receiver->unchecked == UNCHECKED_BATCHES)
	{
		receiver->unchecked = 0;
		klout_run_check_room(run);
	}
}

/* Puts the ends of an edge into the batch; false if they are the same. */
static inline bool
read_ends(KloutReceiver *receiver, const NullableDatum *row)
{
	KloutAuthorityRun *run = receiver->run;
	const Oid  *type = receiver->columns.type;
	int			at = 2 * receiver->batched;
	const char *from;
	const char *to;
	size_t		from_len;
	size_t		to_len;
	text	   *from_copy;
	text	   *to_copy;
	bool		different;

	if (run->id_type == KLOUT_ID_INTEGER)
	{
		receiver->id[at] = integer_of(row[0].value, type[0]);
		receiver->id[at + 1] = integer_of(row[1].value, type[1]);
		return receiver->id[at] != receiver->id[at + 1];
	}
	from = bytes_of(row[0].value, run->id_type, &from_len, &from_copy);
	to = bytes_of(row[1].value, run->id_type, &to_len, &to_copy);
	different = from_len != to_len || memcmp(from, to, from_len) != 0;
	if (different)
	{
		receiver->number[at] = klout_ids_of_end(&run->ids, from, from_len, KLOUT_ACTOR);
		receiver->number[at + 1] = klout_ids_of_end(&run->ids, to, to_len, KLOUT_TARGET);
	}
	free_copy(from_copy);
	free_copy(to_copy);
	return different;
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
	if (unlikely(!read_ends(receiver, row)))
	{
		run->self_edges++;
		return;
	}
	receiver->weight[receiver->batched] = weight;
	if (++receiver->batched == KLOUT_IDS_BATCH)
		flush_batch(receiver);
}

void
klout_receiver_flush(KloutReceiver *receiver)
{
	if (receiver->batched > 0)
		flush_batch(receiver);
	klout_run_check_room(receiver->run);
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
								integer_of(row[0].value, receiver->columns.type[0]));
	else
	{
		size_t		len;
		text	   *copy;
		const char *bytes = bytes_of(row[0].value, run->id_type, &len, &copy);

		number = klout_ids_find_bytes(&run->ids, bytes, len);
		free_copy(copy);
	}
	if (number == KLOUT_INVALID_VERTEX)
	{
		receiver->unknown++;
		return;
	}
	if (receiver->n == receiver->capacity)
	{
		receiver->capacity = Max(1024, 2 * receiver->capacity);
		receiver->amounts = klout_realloc(&run->memory, receiver->amounts,
										  receiver->capacity, sizeof(KloutAmount));
	}
	receiver->amounts[receiver->n].number = number;
	receiver->amounts[receiver->n].amount = amount;
	receiver->n++;
}

static bool
receive_slot(TupleTableSlot *slot, DestReceiver *self)
{
	KloutReceiver *receiver = (KloutReceiver *) self;
	NullableDatum row[3];

	slot_getsomeattrs(slot, receiver->last);
	for (int i = 0; i < 3; i++)
	{
		int			attnum = receiver->columns.attnum[i];

		row[i].isnull = attnum == 0 || slot->tts_isnull[attnum - 1];
		row[i].value = row[i].isnull ? (Datum) 0 : slot->tts_values[attnum - 1];
	}
	if (receiver->query == &edges_query)
		klout_receive_edge(receiver, row);
	else
		receive_amount(receiver, row);
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

static KloutReceiver *
make_receiver(KloutAuthorityRun *run, const AuthorityQuery *query,
			  const KloutColumns *columns)
{
	KloutReceiver *receiver = palloc0(sizeof(KloutReceiver));

	receiver->pub.receiveSlot = receive_slot;
	receiver->pub.rStartup = receiver_startup;
	receiver->pub.rShutdown = receiver_nothing;
	receiver->pub.rDestroy = receiver_nothing;
	/* any but DestNone, for which SPI counts no rows */
	receiver->pub.mydest = DestTuplestore;
	receiver->run = run;
	receiver->query = query;
	receiver->columns = *columns;
	for (int i = 0; i < 3; i++)
		receiver->last = Max(receiver->last, columns->attnum[i]);
	return receiver;
}

KloutReceiver *
klout_edge_receiver(KloutAuthorityRun *run, const KloutColumns *columns)
{
	return make_receiver(run, &edges_query, columns);
}

KloutAuthorityRun *
klout_receiver_run(const KloutReceiver *receiver)
{
	return receiver->run;
}

/* ----------
 * Queries
 * ----------
 */

/* Checks an id column; the first one decides the type of all ids of the run. */
static void
check_id_column(KloutAuthorityRun *run, const char *what, const char *name,
				Oid column_type)
{
	KloutIdType type = id_type_of(column_type);
	bool		integer = type == KLOUT_ID_INTEGER;

	if (type == KLOUT_ID_UNKNOWN || integer == run->text)
		ereport(ERROR,
				(errcode(ERRCODE_DATATYPE_MISMATCH),
				 errmsg("%s: column \"%s\" of the %s is of type %s",
						run->function, name, what, format_type_be(column_type)),
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
						   what, format_type_be(column_type)),
				 errhint("Cast one of them in the query.")));
}

/* Connects to SPI, plans a query and finds its columns. */
static SPIPlanPtr
prepare(KloutAuthorityRun *run, const AuthorityQuery *query, const char *sql,
		KloutColumns *columns)
{
	const char *amount = query->column[KLOUT_AMOUNT];
	bool		missing = false;
	SPIPlanPtr	plan;
	TupleDesc	desc;

	klout_query_connect(run->function);
	plan = klout_query_prepare(run->function, query->what, sql, &desc);
	memset(columns, 0, sizeof(KloutColumns));
	for (int i = 0; i < 3; i++)
		if (query->column[i] != NULL)
		{
			columns->attnum[i] = klout_query_column(run->function, query->what, desc,
													query->column[i], &columns->type[i]);
			missing |= columns->attnum[i] == 0 &&
				!(i == KLOUT_AMOUNT && query->amount_is_optional);
		}
	if (missing)
		ereport(ERROR,
				(errcode(ERRCODE_UNDEFINED_COLUMN),
				 errmsg("%s: the %s must return %s", run->function, query->what,
						query->required),
				 errdetail("It returned: %s.", klout_query_columns(desc)),
				 query->amount_is_optional ?
				 errhint("A column \"%s\" is optional.", amount) : 0));
	for (int i = 0; i < KLOUT_AMOUNT; i++)
		if (query->column[i] != NULL)
			check_id_column(run, query->what, query->column[i], columns->type[i]);
	if (columns->attnum[KLOUT_AMOUNT] > 0)
		klout_query_number(run->function, query->what, amount,
						   columns->type[KLOUT_AMOUNT]);
	return plan;
}

static double
planned_rows(SPIPlanPtr plan)
{
	double		rows = 0;
	CachedPlan *cached = SPI_plan_get_cached_plan(plan);

	if (cached != NULL)
	{
		if (list_length(cached->stmt_list) == 1)
			rows = linitial_node(PlannedStmt, cached->stmt_list)->planTree->plan_rows;
		/* an unsaved plan has no owner */
		ReleaseCachedPlan(cached, NULL);
	}
	return rows;
}

void
klout_load_edges(KloutAuthorityRun *run, const char *sql, const char *schema)
{
	KloutColumns columns;
	SPIPlanPtr	plan = prepare(run, &edges_query, sql, &columns);

	run->loading = true;
	run->planned_rows = planned_rows(plan);
	if (!klout_collect_edges(run, sql, schema, &columns))
	{
		KloutReceiver *receiver = klout_edge_receiver(run, &columns);

		klout_query_execute(run->function, plan, &receiver->pub);
		klout_receiver_flush(receiver);
	}
	run->loading = false;
	klout_run_check_room(run);
	SPI_finish();

	elog(DEBUG1, "%s: " UINT64_FORMAT " rows, of them " UINT64_FORMAT
		 " self edges and " UINT64_FORMAT " without actor or target left out",
		 run->function, run->rows, run->self_edges, run->null_rows);
}

KloutAmount *
klout_load_amounts(KloutAuthorityRun *run, const char *sql, bool warm, size_t *n)
{
	const AuthorityQuery *query = warm ? &warm_query : &restart_query;
	KloutColumns columns;
	SPIPlanPtr	plan = prepare(run, query, sql, &columns);
	KloutReceiver *receiver = make_receiver(run, query, &columns);
	KloutAmount *amounts;

	klout_query_execute(run->function, plan, &receiver->pub);
	elog(DEBUG1, "%s: %zu rows of the %s, another " UINT64_FORMAT
		 " of people who are in no edge", run->function, receiver->n,
		 query->what, receiver->unknown);
	*n = receiver->n;
	amounts = receiver->amounts;
	/* frees the receiver; amounts belong to the run */
	SPI_finish();
	return amounts;
}
