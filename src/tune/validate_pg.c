/*-------------------------------------------------------------------------
 *
 * validate_pg.c
 *	  The aggregates klout_spearman, klout_kendall, klout_auc, klout_ndcg and
 *	  klout_sharpness; klout_outranks; and klout_validate, which computes the
 *	  measures from two queries.
 *
 * Plan of the aggregates.  A state (validate.h) is a bytea to which each row
 * appends its pair, in place; it doubles as it grows.  The first three
 * aggregates share transition function and state, so a query that asks for all
 * of them collects the pairs once.  A final function copies the pairs, sorts
 * the copy and leaves the state as it is.  Memory: 16 bytes per row in the
 * state, up to half of it free, and 32 per row while a final
 * function runs.
 *
 * Plan of klout_validate.  Both queries run read only, each into a tuplestore,
 * which goes to disk beyond work_mem.  One query of ours joins these and
 * aggregates.  All its names are schema-qualified, so it does not depend on
 * the caller's search path, which applies to the caller's queries.
 *
 *-------------------------------------------------------------------------
 */
#include "common/values_pg.h"

#include <float.h>
#include <math.h>

#include "common/query_pg.h"
#include "score/model_pg.h"
#include "tune/outranks.h"

#include "catalog/pg_type_d.h"
#include "executor/tstoreReceiver.h"
#include "lib/stringinfo.h"
#include "miscadmin.h"
#include "nodes/primnodes.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/lsyscache.h"
#include "utils/memutils.h"
#include "utils/queryenvironment.h"
#include "utils/tuplestore.h"

/* with the header of a varlena: 14 pairs */
#define STATE_SIZE_MIN		256

/* a query can have about 1,600 columns */
#define TOP_MAX				1000

/* ----------
 * States
 * ----------
 */

static void
poll(void)
{
	CHECK_FOR_INTERRUPTS();
}

static void
check_finite(FunctionCallInfo fcinfo, const char *argument, double value)
{
	if (unlikely(!isfinite(value)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: %s must be finite, got %s",
						klout_function_name(fcinfo), argument,
						float8out_internal(value))));
}

static uint8 *
view_state(FunctionCallInfo fcinfo, struct varlena *state,
		   KloutPairsView *view)
{
	uint8	   *data = (uint8 *) VARDATA_ANY(state);
	const char *fault = klout_pairs_view(data, VARSIZE_ANY_EXHDR(state), view);

	if (unlikely(fault != NULL))
		klout_report_bad_state(fcinfo, fault);
	return data;
}

/*
 * Creates a state of depth k with the pairs of another (if not NULL) and room
 * for more.  Outside an aggregate, more room is not useful.
 */
static struct varlena *
open_state(FunctionCallInfo fcinfo, bool in_aggregate, uint32 k,
		   const uint8 *data, size_t n, size_t room)
{
	struct varlena *state;
	size_t		size;

	if (room > KLOUT_PAIRS_MAX - n)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s: more than %d rows in a group",
						klout_function_name(fcinfo), KLOUT_PAIRS_MAX)));
	size = VARHDRSZ + KLOUT_PAIRS_HEADER + (n + room) * KLOUT_PAIR_SIZE;
	if (in_aggregate)
	{
		size = Max(size, STATE_SIZE_MIN);
		size = Min((size_t) pg_nextpower2_64(size), MaxAllocSize);
	}

	state = palloc(size);
	SET_VARSIZE(state, size);
	klout_pairs_init((uint8 *) VARDATA(state), k);
	if (n > 0)
		memcpy(VARDATA(state), data,
			   KLOUT_PAIRS_HEADER + n * KLOUT_PAIR_SIZE);

	/* a state may go to another process */
	size -= VARHDRSZ + KLOUT_PAIRS_HEADER + n * KLOUT_PAIR_SIZE;
	memset(VARDATA(state) + KLOUT_PAIRS_HEADER + n * KLOUT_PAIR_SIZE, 0, size);
	return state;
}

/* Can it be changed in place, if the caller owns it? */
static inline bool
has_room(const struct varlena *state, bool in_aggregate,
		 const KloutPairsView *view, size_t room)
{
	return in_aggregate && !VARATT_IS_EXTENDED(state) &&
		room <= view->capacity - view->n;
}

static void
check_depth(FunctionCallInfo fcinfo, uint32 state_k, uint32 k)
{
	if (unlikely(state_k != k))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 state_k == 0 || k == 0 ?
				 errmsg("cannot combine states of klout_ndcg and another aggregate") :
				 errmsg("%s: k must be the same in all rows of a group",
						klout_function_name(fcinfo)),
				 state_k == 0 || k == 0 ? 0 :
				 errdetail("The values are %u and %u.", state_k, k)));
}

/* Adds a row to the state, which is argument 0 and may be NULL. */
static Datum
accumulate(FunctionCallInfo fcinfo, uint32 k, double score, double outcome)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	struct varlena *state;
	KloutPairsView view = {0};
	uint8	   *data = NULL;

	if (PG_ARGISNULL(0))
		state = open_state(fcinfo, in_aggregate, k, NULL, 0, 1);
	else
	{
		state = PG_GETARG_VARLENA_PP(0);
		data = view_state(fcinfo, state, &view);
		check_depth(fcinfo, view.k, k);
		if (!has_room(state, in_aggregate, &view, 1))
			state = open_state(fcinfo, in_aggregate, k, data, view.n, 1);
	}
	klout_pairs_append((uint8 *) VARDATA(state), view.n, score, outcome);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(klout_pairs_accum);
Datum
klout_pairs_accum(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return klout_return_argument(fcinfo, 0);
	check_finite(fcinfo, "score", PG_GETARG_FLOAT8(1));
	check_finite(fcinfo, "outcome", PG_GETARG_FLOAT8(2));
	return accumulate(fcinfo, 0, PG_GETARG_FLOAT8(1), PG_GETARG_FLOAT8(2));
}

/* An argument that must not be NULL, though other NULLs skip the row. */
static void
check_not_null(FunctionCallInfo fcinfo, int argno, const char *name)
{
	if (PG_ARGISNULL(argno))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s: %s must not be null",
						klout_function_name(fcinfo), name)));
}

/* The scale of the model in argument argno. */
static double
scale_of_model(FunctionCallInfo fcinfo, int argno)
{
	KloutModel	model;

	return klout_model_getarg(fcinfo, argno, &model)->scale;
}

/* Adds a row with the raw sum of its score. */
PG_FUNCTION_INFO_V1(klout_sharpness_accum);
Datum
klout_sharpness_accum(PG_FUNCTION_ARGS)
{
	double		score;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return klout_return_argument(fcinfo, 0);
	check_not_null(fcinfo, 3, "model");
	score = PG_GETARG_FLOAT8(1);
	if (!(score >= 0 && score < 100))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: score must be at least 0 and below 100, got %s",
						klout_function_name(fcinfo), float8out_internal(score))));
	check_finite(fcinfo, "outcome", PG_GETARG_FLOAT8(2));
	return accumulate(fcinfo, 0,
					  klout_raw_of_score(score, scale_of_model(fcinfo, 3)),
					  PG_GETARG_FLOAT8(2));
}

PG_FUNCTION_INFO_V1(klout_ndcg_accum);
Datum
klout_ndcg_accum(PG_FUNCTION_ARGS)
{
	double		gain;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return klout_return_argument(fcinfo, 0);
	check_not_null(fcinfo, 3, "k");
	if (PG_GETARG_INT32(3) < 1)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: k must be at least 1, got %d",
						klout_function_name(fcinfo), PG_GETARG_INT32(3))));
	check_finite(fcinfo, "score", PG_GETARG_FLOAT8(1));
	gain = PG_GETARG_FLOAT8(2);
	if (!isfinite(gain) || gain < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: gain must be at least 0 and finite, got %s",
						klout_function_name(fcinfo), float8out_internal(gain))));
	return accumulate(fcinfo, (uint32) PG_GETARG_INT32(3), PG_GETARG_FLOAT8(1),
					  gain);
}

PG_FUNCTION_INFO_V1(klout_pairs_combine);
Datum
klout_pairs_combine(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	struct varlena *state;
	struct varlena *other;
	KloutPairsView view;
	KloutPairsView other_view;
	uint8	   *data;
	const uint8 *other_data;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, PG_ARGISNULL(0) ? 1 : 0);

	state = PG_GETARG_VARLENA_PP(0);
	other = PG_GETARG_VARLENA_PP(1);
	data = view_state(fcinfo, state, &view);
	other_data = view_state(fcinfo, other, &other_view);
	check_depth(fcinfo, view.k, other_view.k);
	if (!has_room(state, in_aggregate, &view, other_view.n))
		state = open_state(fcinfo, in_aggregate, view.k, data, view.n,
						   other_view.n);
	data = (uint8 *) VARDATA(state);
	memcpy(data + KLOUT_PAIRS_HEADER + view.n * KLOUT_PAIR_SIZE,
		   other_data + KLOUT_PAIRS_HEADER, other_view.n * KLOUT_PAIR_SIZE);
	klout_store_u64(data + 8, view.n + other_view.n);
	PG_RETURN_POINTER(state);
}

/* ----------
 * Results
 * ----------
 */

/*
 * Returns a copy of the pairs of a state, followed by a buffer of that size.
 */
static KloutPair *
read_pairs(FunctionCallInfo fcinfo, bool with_depth, KloutPairsView *view)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);
	const uint8 *data = view_state(fcinfo, state, view);
	KloutPair  *pairs;
	const char *fault;

	if ((view->k > 0) != with_depth)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 with_depth ? errmsg("state does not belong to klout_ndcg") :
				 errmsg("state belongs to klout_ndcg")));
	pairs = MemoryContextAllocHuge(CurrentMemoryContext,
								   2 * Max(view->n, 1) * sizeof(KloutPair));
	fault = klout_pairs_read(data, view, pairs, poll);
	if (fault != NULL)
		klout_report_bad_state(fcinfo, fault);
	return pairs;
}

static Datum
agreement_final(FunctionCallInfo fcinfo,
				double (*measure) (const KloutAgreement *))
{
	KloutAgreement agreement;
	KloutPairsView view;
	KloutPair  *pairs;
	double		value;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	pairs = read_pairs(fcinfo, false, &view);
	klout_agreement(pairs, pairs + view.n, view.n, poll, &agreement);
	pfree(pairs);
	value = measure(&agreement);
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

PG_FUNCTION_INFO_V1(klout_spearman_final);
Datum
klout_spearman_final(PG_FUNCTION_ARGS)
{
	return agreement_final(fcinfo, klout_spearman_of);
}

PG_FUNCTION_INFO_V1(klout_kendall_final);
Datum
klout_kendall_final(PG_FUNCTION_ARGS)
{
	return agreement_final(fcinfo, klout_kendall_of);
}

PG_FUNCTION_INFO_V1(klout_auc_final);
Datum
klout_auc_final(PG_FUNCTION_ARGS)
{
	return agreement_final(fcinfo, klout_auc_of);
}

PG_FUNCTION_INFO_V1(klout_ndcg_final);
Datum
klout_ndcg_final(PG_FUNCTION_ARGS)
{
	KloutPairsView view;
	KloutPair  *pairs;
	double		value;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	pairs = read_pairs(fcinfo, true, &view);
	value = klout_ndcg_of(pairs, pairs + view.n, view.n, view.k, poll);
	pfree(pairs);
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

PG_FUNCTION_INFO_V1(klout_sharpness_final);
Datum
klout_sharpness_final(PG_FUNCTION_ARGS)
{
	KloutPairsView view;
	KloutPair  *pairs;
	double		value;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	pairs = read_pairs(fcinfo, false, &view);
	value = klout_sharpness_of(pairs, pairs + view.n, view.n, poll);
	pfree(pairs);
	if (isnan(value))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(value);
}

/* ----------
 * klout_outranks
 * ----------
 */

/* The raw sum of the score in argument argno. */
static double
raw_of_argument(FunctionCallInfo fcinfo, int argno, const char *name,
				double scale)
{
	double		score = PG_GETARG_FLOAT8(argno);

	if (!(score >= 0 && score <= 100))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: %s must be between 0 and 100, got %s",
						klout_function_name(fcinfo), name,
						float8out_internal(score))));
	return klout_raw_of_score(score, scale);
}

PG_FUNCTION_INFO_V1(klout_outranks);
Datum
klout_outranks(PG_FUNCTION_ARGS)
{
	double		scale = scale_of_model(fcinfo, 2);
	double		raw_a = raw_of_argument(fcinfo, 0, "score_a", scale);
	double		raw_b = raw_of_argument(fcinfo, 1, "score_b", scale);
	double		sharpness = PG_GETARG_FLOAT8(3);

	if (!isfinite(sharpness) || sharpness < 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: sharpness must be at least 0 and finite, got %s",
						klout_function_name(fcinfo),
						float8out_internal(sharpness))));
	PG_RETURN_FLOAT8(klout_outranks_of(raw_a, raw_b, sharpness));
}

/* ----------
 * klout_validate
 * ----------
 */

#define FUNCTION_NAME		"klout_validate"

/* Columns of our query; the columns of the depths follow. */
enum
{
	COLUMN_SECOND_SCORE = 1,
	COLUMN_SECOND_OUTCOME,
	COLUMN_WRONG_SCORE,
	COLUMN_WRONG_OUTCOME,
	COLUMN_PEOPLE,
	COLUMN_WITHOUT_OUTCOME,
	COLUMN_WITHOUT_SCORE,
	COLUMN_SHARE_WITHOUT_SCORE,
	COLUMN_SPEARMAN,
	COLUMN_KENDALL,
	COLUMN_AUC,
	COLUMN_NDCG
};

/*
 * Runs a query with columns person and the named one.  Its rows become a
 * relation with that name plus "s" once it is registered, after the other
 * query, which might use a table of that name.
 */
static EphemeralNamedRelation
collect(const char *sql, const char *what, const char *name)
{
	const char *column[] = {"person", name};
	EphemeralNamedRelation relation;
	Tuplestorestate *rows;
	DestReceiver *receiver;
	SPIPlanPtr	plan;
	TupleDesc	desc;
	Oid			type;

	plan = klout_query_prepare(FUNCTION_NAME, what, sql, &desc);
	for (int i = 0; i < 2; i++)
	{
		if (klout_query_column(FUNCTION_NAME, what, desc, column[i], &type) == 0)
			ereport(ERROR,
					(errcode(ERRCODE_UNDEFINED_COLUMN),
					 errmsg("%s: the %s must return columns \"person\" and \"%s\"",
							FUNCTION_NAME, what, name),
					 errdetail("It returned: %s.", klout_query_columns(desc))));
	}
	klout_query_number(FUNCTION_NAME, what, name, type);

	rows = tuplestore_begin_heap(false, false, work_mem);
	receiver = CreateTuplestoreDestReceiver();
	SetTuplestoreDestReceiverParams(receiver, rows, CurrentMemoryContext, true,
									NULL, NULL);
	klout_query_execute(FUNCTION_NAME, plan, receiver);
	receiver->rDestroy(receiver);

	relation = palloc0(sizeof(*relation));
	relation->md.name = psprintf("%ss", name);
	relation->md.tupdesc = CreateTupleDescCopy(desc);
	relation->md.enrtype = ENR_NAMED_TUPLESTORE;
	relation->md.enrtuples = (double) tuplestore_tuple_count(rows);
	relation->reldata = rows;
	return relation;
}

static void
make_known(EphemeralNamedRelation relation)
{
	int			result = SPI_register_relation(relation);

	if (result != SPI_OK_REL_REGISTER)
		elog(ERROR, "%s: SPI_register_relation: %s", FUNCTION_NAME,
			 SPI_result_code_string(result));
}

/* The elements of an array, each at least 1; NULL is empty. */
static int32 *
read_depths(ArrayType *array, int *n)
{
	Datum	   *elements;
	bool	   *nulls;
	int32	   *depths;

	deconstruct_array(array, INT4OID, sizeof(int32), true, TYPALIGN_INT,
					  &elements, &nulls, n);
	if (*n > TOP_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s: top must have at most %d elements, got %d",
						FUNCTION_NAME, TOP_MAX, *n)));
	depths = palloc(sizeof(int32) * (size_t) Max(*n, 1));
	for (int i = 0; i < *n; i++)
	{
		if (nulls[i])
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s: elements of top must not be null",
							FUNCTION_NAME)));
		depths[i] = DatumGetInt32(elements[i]);
		if (depths[i] < 1)
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s: elements of top must be at least 1, got %d",
							FUNCTION_NAME, depths[i])));
	}
	return depths;
}

/*
 * The query over the relations scores and outcomes.  It first finds people
 * with two rows or with values out of range and excludes them from the
 * measures, which would fail with a less specific error.
 */
static char *
measures_query(const char *schema, const int32 *depths, int n)
{
	StringInfoData sql;

	initStringInfo(&sql);
	appendStringInfoString(&sql,
						   "SELECT pg_catalog.min(name) FILTER (WHERE scores OPERATOR(pg_catalog.>) 1),"
						   " pg_catalog.min(name) FILTER (WHERE outcomes OPERATOR(pg_catalog.>) 1),"
						   " pg_catalog.min(pg_catalog.concat(score, ' for person ', name) COLLATE pg_catalog.\"C\") FILTER (WHERE NOT score_fits),"
						   " pg_catalog.min(pg_catalog.concat(outcome, ' for person ', name) COLLATE pg_catalog.\"C\") FILTER (WHERE NOT outcome_fits),"
						   " pg_catalog.count(score),"
						   " pg_catalog.count(score) FILTER (WHERE outcome IS NULL),"
						   " pg_catalog.count(outcome) FILTER (WHERE score IS NULL),"
						   " CASE WHEN pg_catalog.sum(CAST(outcome AS pg_catalog.numeric)) OPERATOR(pg_catalog.>) 0"
						   " THEN CAST(COALESCE(pg_catalog.sum(CAST(outcome AS pg_catalog.numeric)) FILTER (WHERE score IS NULL), 0)"
						   " OPERATOR(pg_catalog./) pg_catalog.sum(CAST(outcome AS pg_catalog.numeric)) AS pg_catalog.float8) END");
	appendStringInfo(&sql,
					 ", %s.klout_spearman(score, COALESCE(outcome, 0)) FILTER (WHERE score_fits AND outcome_fits)"
					 ", %s.klout_kendall(score, COALESCE(outcome, 0)) FILTER (WHERE score_fits AND outcome_fits)"
					 ", %s.klout_auc(score, COALESCE(outcome, 0)) FILTER (WHERE score_fits AND outcome_fits)",
					 schema, schema, schema);
	for (int i = 0; i < n; i++)
		appendStringInfo(&sql, ", %s.klout_ndcg(score, COALESCE(outcome, 0), %d) FILTER (WHERE score_fits AND outcome_fits)",
						 schema, depths[i]);
	appendStringInfoString(&sql,
						   " FROM (SELECT CAST(person AS pg_catalog.text) COLLATE pg_catalog.\"C\" AS name,"
						   " pg_catalog.max(score) AS score,"
						   " pg_catalog.max(outcome) AS outcome,"
						   " pg_catalog.count(score) AS scores,"
						   " pg_catalog.count(outcome) AS outcomes,"
						   " COALESCE(pg_catalog.max(score) OPERATOR(pg_catalog.<) 'Infinity'"
						   " AND pg_catalog.min(score) OPERATOR(pg_catalog.>) '-Infinity', true) AS score_fits,"
						   " COALESCE(pg_catalog.max(outcome) OPERATOR(pg_catalog.<) 'Infinity'"
						   " AND pg_catalog.min(outcome) OPERATOR(pg_catalog.>=) 0, true) AS outcome_fits"
						   " FROM (SELECT person, CAST(score AS pg_catalog.float8) AS score, CAST(NULL AS pg_catalog.float8) AS outcome"
						   " FROM scores WHERE person IS NOT NULL"
						   " UNION ALL SELECT person, NULL, CAST(outcome AS pg_catalog.float8)"
						   " FROM outcomes WHERE person IS NOT NULL) AS facts"
						   " GROUP BY person) AS people");
	return sql.data;
}

/* A column of our query's only row. */
static Datum
result_of(int column, bool *isnull)
{
	return SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column,
						 isnull);
}

static int64
count_of(int column)
{
	bool		isnull;

	return DatumGetInt64(result_of(column, &isnull));
}

static void
check_people(void)
{
	static const struct
	{
		int			column;
		int			state;
		const char *message;
	}			check[] =
	{
		{COLUMN_SECOND_SCORE, ERRCODE_CARDINALITY_VIOLATION,
		gettext_noop("%s: person %s has more than one score")},
		{COLUMN_SECOND_OUTCOME, ERRCODE_CARDINALITY_VIOLATION,
		gettext_noop("%s: person %s has more than one outcome")},
		{COLUMN_WRONG_SCORE, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
		gettext_noop("%s: score must be finite, got %s")},
		{COLUMN_WRONG_OUTCOME, ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE,
		gettext_noop("%s: outcome must be at least 0 and finite, got %s")},
	};

	for (int i = 0; i < (int) lengthof(check); i++)
	{
		char	   *who = SPI_getvalue(SPI_tuptable->vals[0],
									   SPI_tuptable->tupdesc, check[i].column);

		if (who != NULL)
			ereport(ERROR,
					(errcode(check[i].state),
					 errmsg(check[i].message, FUNCTION_NAME, who)));
	}
}

static void
put_row(ReturnSetInfo *result, const char *measure, Datum value, bool isnull,
		int64 people)
{
	Datum		values[3] = {CStringGetTextDatum(measure), value,
	Int64GetDatum(people)};
	bool		nulls[3] = {false, isnull, false};

	tuplestore_putvalues(result->setResult, result->setDesc, values, nulls);
}

static void
put_measure(ReturnSetInfo *result, const char *measure, int column,
			int64 people)
{
	bool		isnull;
	Datum		value = result_of(column, &isnull);

	put_row(result, measure, value, isnull, people);
}

PG_FUNCTION_INFO_V1(klout_validate);
Datum
klout_validate(PG_FUNCTION_ARGS)
{
	static const char *const argument[] = {"scores_sql", "outcome_sql"};
	ReturnSetInfo *result = (ReturnSetInfo *) fcinfo->resultinfo;
	int32	   *depths = NULL;
	int			ndepths = 0;
	EphemeralNamedRelation scores;
	EphemeralNamedRelation outcomes;
	TupleDesc	desc;
	SPIPlanPtr	plan;
	const char *schema;
	int64		people;
	int64		without;

	for (int i = 0; i < 2; i++)
	{
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s: %s must not be null", FUNCTION_NAME,
							argument[i])));
	}
	if (!PG_ARGISNULL(2))
		depths = read_depths(PG_GETARG_ARRAYTYPE_P(2), &ndepths);
	schema = quote_identifier(get_namespace_name(get_func_namespace(fcinfo->flinfo->fn_oid)));
	InitMaterializedSRF(fcinfo, 0);

	klout_query_connect(FUNCTION_NAME);
	scores = collect(text_to_cstring(PG_GETARG_TEXT_PP(0)), "scores query",
					 "score");
	outcomes = collect(text_to_cstring(PG_GETARG_TEXT_PP(1)), "outcome query",
					   "outcome");
	make_known(scores);
	make_known(outcomes);
	plan = klout_query_prepare(FUNCTION_NAME, "query of the measures",
							   measures_query(schema, depths, ndepths), &desc);
	klout_query_execute(FUNCTION_NAME, plan, NULL);
	check_people();

	people = count_of(COLUMN_PEOPLE);
	put_measure(result, "spearman", COLUMN_SPEARMAN, people);
	put_measure(result, "kendall", COLUMN_KENDALL, people);
	put_measure(result, "auc", COLUMN_AUC, people);
	for (int i = 0; i < ndepths; i++)
		put_measure(result, psprintf("ndcg@%d", depths[i]), COLUMN_NDCG + i,
					Min(people, depths[i]));
	without = count_of(COLUMN_WITHOUT_OUTCOME);
	put_row(result, "without outcome",
			Float8GetDatum((double) without / (double) Max(people, 1)),
			people == 0, without);
	put_measure(result, "without score", COLUMN_SHARE_WITHOUT_SCORE,
				count_of(COLUMN_WITHOUT_SCORE));

	/* SPI frees their memory, but not their files */
	tuplestore_end(scores->reldata);
	tuplestore_end(outcomes->reldata);
	SPI_finish();
	return (Datum) 0;
}
