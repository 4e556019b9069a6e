/*-------------------------------------------------------------------------
 *
 * fit_sql.c
 *	  SQL's side of the fit: the aggregate klout_fit(better, worse), and the
 *	  type klout_judgements of its states.
 *
 * Plan.  A state has the same size from its first row to its last (fit.h),
 * so an aggregate changes it in place.  Only its frame is checked per row;
 * combining and solving check all of it.
 *
 * A row whose better or worse is NULL is skipped; NULL elements are errors,
 * because skipping those rows would fit something else without a word.
 *
 *-------------------------------------------------------------------------
 */
#include "values_sql.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "fit.h"
#include "json_sql.h"
#include "libpq/pqformat.h"
#include "utils/array.h"

#define TYPE_NAME		"klout_judgements"
#define FUNCTION_NAME	"klout_fit"

/* ----------
 * Reading and making values
 * ----------
 */

static struct varlena *
new_state(int features)
{
	struct varlena *state = palloc(VARHDRSZ + klout_fit_size(features));

	SET_VARSIZE(state, VARHDRSZ + klout_fit_size(features));
	klout_fit_init((uint8 *) VARDATA(state), features);
	return state;
}

static struct varlena *
copy_of(const struct varlena *state)
{
	return klout_new_value(VARDATA_ANY(state), VARSIZE_ANY_EXHDR(state));
}

static uint8 *
bytes_of(struct varlena *state)
{
	return (uint8 *) VARDATA_ANY(state);
}

static void
check_state(const struct varlena *state)
{
	const char *problem = klout_fit_check((const uint8 *) VARDATA_ANY(state),
										  VARSIZE_ANY_EXHDR(state));

	if (problem)
		klout_report_corrupt(TYPE_NAME, problem);
}

static void
report_too_many(void)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s: number of pairs is out of range of bigint", FUNCTION_NAME)));
}

/* ----------
 * Text and binary
 * ----------
 */

/* A number where the low part is 0, else the two. */
static void
append_sum(StringInfo buf, KloutDouble2 sum)
{
	if (sum.low == 0)
	{
		klout_json_append_float8(buf, sum.high);
		return;
	}
	appendStringInfoChar(buf, '[');
	klout_json_append_float8(buf, sum.high);
	appendStringInfoString(buf, ", ");
	klout_json_append_float8(buf, sum.low);
	appendStringInfoChar(buf, ']');
}

static void
append_list(StringInfo buf, const char *key, const uint8 *data, int from, int to)
{
	appendStringInfo(buf, ", \"%s\": [", key);
	for (int i = from; i < to; i++)
	{
		if (i > from)
			appendStringInfoString(buf, ", ");
		append_sum(buf, klout_fit_load(data, i));
	}
	appendStringInfoChar(buf, ']');
}

PG_FUNCTION_INFO_V1(klout_judgements_out);

Datum
klout_judgements_out(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);
	const uint8 *data = bytes_of(state);
	StringInfoData buf;
	int			n;

	check_state(state);
	n = klout_fit_features(data);
	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"features\": %d, \"pairs\": " INT64_FORMAT, n,
					 (int64) klout_fit_pairs(data));
	append_list(&buf, "sums", data, 0, n);
	append_list(&buf, "products", data, n, klout_fit_sums(n));
	appendStringInfoChar(&buf, '}');
	PG_RETURN_CSTRING(buf.data);
}

static bool
sum_from_json(const JsonbValue *value, KloutDouble2 *sum)
{
	JsonbContainer *container = klout_json_array(value);
	KloutJsonIter iter;
	JsonbValue	high;
	JsonbValue	low;

	sum->low = 0;
	if (container == NULL)
		return klout_json_float8(value, &sum->high);
	if (JsonContainerSize(container) != 2)
		return false;
	klout_json_open(&iter, container);
	return klout_json_element(&iter, &high) &&
		klout_json_element(&iter, &low) &&
		klout_json_float8(&high, &sum->high) &&
		klout_json_float8(&low, &sum->low);
}

/* An array of at most max sums; how many, or -1. */
static int
sums_from_json(const JsonbValue *value, KloutDouble2 *sums, int max)
{
	JsonbContainer *container = klout_json_array(value);
	KloutJsonIter iter;
	JsonbValue	element;
	int			n = 0;

	if (container == NULL || JsonContainerSize(container) > (uint32) max)
		return -1;
	klout_json_open(&iter, container);
	while (klout_json_element(&iter, &element))
		if (!sum_from_json(&element, &sums[n++]))
			return -1;
	return n;
}

PG_FUNCTION_INFO_V1(klout_judgements_in);

Datum
klout_judgements_in(PG_FUNCTION_ARGS)
{
	Node	   *escontext = klout_escontext(fcinfo);
	Jsonb	   *json = klout_json_parse(PG_GETARG_CSTRING(0), TYPE_NAME,
										escontext);
	int			max = klout_fit_sums(KLOUT_FEATURES_MAX);
	KloutDouble2 *sums;
	KloutDouble2 *products;
	int64		features = 0;
	int64		pairs = 0;
	int			nsums = -1;
	int			nproducts = -1;
	const char *problem = NULL;
	struct varlena *state;
	KloutJsonIter iter;
	JsonbValue	key;
	JsonbValue	value;

	if (json == NULL)
		PG_RETURN_NULL();
	if (!JB_ROOT_IS_OBJECT(json))
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: it is not a JSON object",
						TYPE_NAME)));
	sums = palloc(sizeof(*sums) * (size_t) max);
	products = palloc(sizeof(*products) * (size_t) max);
	klout_json_open(&iter, &json->root);
	while (klout_json_member(&iter, &key, &value))
	{
		bool		good = false;

		if (klout_json_equals(&key, "features"))
			good = klout_json_int64(&value, &features);
		else if (klout_json_equals(&key, "pairs"))
			good = klout_json_int64(&value, &pairs);
		else if (klout_json_equals(&key, "sums"))
			good = (nsums = sums_from_json(&value, sums, max)) >= 0;
		else if (klout_json_equals(&key, "products"))
			good = (nproducts = sums_from_json(&value, products, max)) >= 0;
		if (!good)
			ereturn(escontext, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input for type %s: key %s is unknown or has a wrong value",
							TYPE_NAME, klout_json_text(&key)),
					 errdetail("The value is %s.", klout_json_text(&value)),
					 errhint("Known keys: features, pairs, sums, products.")));
	}

	/* the shape here, all else where bytes are checked */
	if (features < 1 || features > KLOUT_FEATURES_MAX)
		problem = "number of features is not between 1 and 64";
	else if (nsums != features)
		problem = "there must be a sum for each feature";
	else if (nproducts != features * (features + 1) / 2)
		problem = "there must be a product for each two features";
	else if (pairs < 1)
		problem = "number of pairs is out of range";
	else
	{
		uint8	   *data;

		state = new_state((int) features);
		data = bytes_of(state);
		klout_store_u64(data + 2, (uint64) pairs);
		for (int i = 0; i < nsums; i++)
			klout_fit_store(data, i, sums[i]);
		for (int i = 0; i < nproducts; i++)
			klout_fit_store(data, nsums + i, products[i]);
		problem = klout_fit_check(data, VARSIZE_ANY_EXHDR(state));
		if (problem == NULL)
			PG_RETURN_POINTER(state);
	}
	ereturn(escontext, (Datum) 0,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input for type %s: %s", TYPE_NAME, problem)));
}

PG_FUNCTION_INFO_V1(klout_judgements_recv);

Datum
klout_judgements_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	size_t		len = (size_t) (buf->len - buf->cursor);
	const char *data = pq_getmsgbytes(buf, (int) len);
	const char *problem = klout_fit_check((const uint8 *) data, len);

	if (problem)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value of type %s: %s",
						TYPE_NAME, problem)));
	PG_RETURN_POINTER(klout_new_value(data, len));
}

PG_FUNCTION_INFO_V1(klout_judgements_send);

Datum
klout_judgements_send(PG_FUNCTION_ARGS)
{
	struct varlena *state = PG_GETARG_VARLENA_PP(0);
	StringInfoData buf;

	check_state(state);
	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(state), (int) VARSIZE_ANY_EXHDR(state));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* ----------
 * Aggregation
 * ----------
 */

/* The features in an argument; how many. */
static int
features_argument(FunctionCallInfo fcinfo, int argno, const char *argument,
				  double *features)
{
	ArrayType  *array = PG_GETARG_ARRAYTYPE_P(argno);
	int			n = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));

	if (ARR_NDIM(array) > 1)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s: %s must have one dimension, got %d",
						FUNCTION_NAME, argument, ARR_NDIM(array))));
	if (n < 1 || n > KLOUT_FEATURES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: %s must have 1 to %d features, got %d",
						FUNCTION_NAME, argument, KLOUT_FEATURES_MAX, n)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s: %s must not have null elements",
						FUNCTION_NAME, argument),
				 errhint("Leave such rows out, or put a number where nothing is known.")));

	/* a bitmap may be there all the same */
	memcpy(features,
		   (const char *) array + (ARR_HASNULL(array) ?
								   (size_t) array->dataoffset :
								   ARR_OVERHEAD_NONULLS((size_t) ARR_NDIM(array))),
		   sizeof(double) * (size_t) n);
	for (int i = 0; i < n; i++)
	{
		/* written so that NaN fails */
		if (!(fabs(features[i]) <= KLOUT_FEATURE_LIMIT))
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("%s: features in %s must be numbers between -1e100 and 1e100, got %g",
							FUNCTION_NAME, argument, features[i]),
					 errdetail("It is feature %d.", i + 1),
					 errhint("Leave such rows out, or scale the feature.")));
	}
	PG_FREE_IF_COPY(array, argno);
	return n;
}

PG_FUNCTION_INFO_V1(klout_fit_accum);

Datum
klout_fit_accum(PG_FUNCTION_ARGS)
{
	double		better[KLOUT_FEATURES_MAX];
	double		worse[KLOUT_FEATURES_MAX];
	struct varlena *state;
	int			n;
	int			nworse;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2))
		return klout_return_argument(fcinfo, 0);

	n = features_argument(fcinfo, 1, "better", better);
	nworse = features_argument(fcinfo, 2, "worse", worse);
	if (n != nworse)
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s: better and worse must have the same number of features, got %d and %d",
						FUNCTION_NAME, n, nworse)));

	if (PG_ARGISNULL(0))
		state = new_state(n);
	else
	{
		state = PG_GETARG_VARLENA_PP(0);
		if (AggCheckCallContext(fcinfo, NULL) == 0)
		{
			check_state(state);
			state = copy_of(state);
		}
		else if (unlikely(!klout_fit_fits(bytes_of(state),
										  VARSIZE_ANY_EXHDR(state))))
			check_state(state);
		if (klout_fit_features(bytes_of(state)) != n)
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("%s: all rows of a group must have the same number of features, got %d and %d",
							FUNCTION_NAME,
							klout_fit_features(bytes_of(state)), n)));
	}
	if (!klout_fit_add(bytes_of(state), better, worse))
		report_too_many();
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(klout_judgements_combine);

Datum
klout_judgements_combine(PG_FUNCTION_ARGS)
{
	struct varlena *state;
	struct varlena *other;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, PG_ARGISNULL(0) ? 1 : 0);

	state = PG_GETARG_VARLENA_PP(0);
	other = PG_GETARG_VARLENA_PP(1);
	check_state(state);
	check_state(other);
	if (klout_fit_features(bytes_of(state)) !=
		klout_fit_features(bytes_of(other)))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s: all rows of a group must have the same number of features, got %d and %d",
						FUNCTION_NAME, klout_fit_features(bytes_of(state)),
						klout_fit_features(bytes_of(other)))));
	if (AggCheckCallContext(fcinfo, NULL) == 0)
		state = copy_of(state);
	if (!klout_fit_merge(bytes_of(state), bytes_of(other)))
		report_too_many();
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(klout_fit_final);

Datum
klout_fit_final(PG_FUNCTION_ARGS)
{
	struct varlena *state;
	const uint8 *data;
	double		weights[KLOUT_FEATURES_MAX];
	Datum		elements[KLOUT_FEATURES_MAX];
	KloutFitWork *work;
	int			n;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	state = PG_GETARG_VARLENA_PP(0);
	check_state(state);
	data = bytes_of(state);
	n = klout_fit_features(data);

	work = palloc(sizeof(*work));
	switch (klout_fit_solve(data, work, weights))
	{
		case KLOUT_FIT_DONE:
			break;
		case KLOUT_FIT_FEW_PAIRS:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s: there must be at least as many pairs as features, got " INT64_FORMAT " pairs of %d features",
							FUNCTION_NAME, (int64) klout_fit_pairs(data), n),
					 errhint("Collect more judgements, or leave features out.")));
			break;
		case KLOUT_FIT_TIES:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s: better and worse must differ in a feature in at least one pair, got " INT64_FORMAT " pairs of equals",
							FUNCTION_NAME, (int64) klout_fit_pairs(data)),
					 errhint("Collect judgements on people who differ.")));
			break;
		case KLOUT_FIT_UNSOLVED:
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("%s: found no solution for these sums", FUNCTION_NAME),
					 errdetail("No judgements add up to them.")));
			break;
	}
	pfree(work);

	for (int i = 0; i < n; i++)
		elements[i] = Float8GetDatum(weights[i]);
	PG_RETURN_ARRAYTYPE_P(construct_array(elements, n, FLOAT8OID,
										  sizeof(float8), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}
