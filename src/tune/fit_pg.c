/*-------------------------------------------------------------------------
 *
 * fit_pg.c
 *	  The aggregate klout_fit(better, worse).
 *
 * Plan.  A state is a bytea of constant size (fit.h), so an aggregate changes
 * it in place.  Only its frame is checked per row; combining and solving check
 * all of it.
 *
 * A row whose better or worse is NULL is skipped; NULL elements are errors,
 * because ignoring those rows would silently fit different data.
 *
 *-------------------------------------------------------------------------
 */
#include "common/values_pg.h"

#include <math.h>

#include "catalog/pg_type_d.h"
#include "tune/fit.h"
#include "utils/array.h"
#include "utils/float.h"

/* ----------
 * States
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
check_state(FunctionCallInfo fcinfo, const struct varlena *state)
{
	const char *fault = klout_fit_check((const uint8 *) VARDATA_ANY(state),
										VARSIZE_ANY_EXHDR(state));

	if (fault)
		klout_report_bad_state(fcinfo, fault);
}

static void
report_too_many(FunctionCallInfo fcinfo)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s: number of pairs is out of range of bigint", klout_function_name(fcinfo))));
}

/* ----------
 * Aggregation
 * ----------
 */

/* Reads the features in an argument; returns their number. */
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
						klout_function_name(fcinfo), argument, ARR_NDIM(array))));
	if (n < 1 || n > KLOUT_FEATURES_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: %s must have 1 to %d features, got %d",
						klout_function_name(fcinfo), argument, KLOUT_FEATURES_MAX, n)));
	if (array_contains_nulls(array))
		ereport(ERROR,
				(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
				 errmsg("%s: %s must not have null elements",
						klout_function_name(fcinfo), argument),
				 errhint("Exclude such rows, or replace null elements with numbers.")));

	/* an array without NULLs can have a bitmap */
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
					 errmsg("%s: features in %s must be numbers between -1e100 and 1e100, got %s",
							klout_function_name(fcinfo), argument,
							float8out_internal(features[i])),
					 errdetail("The number is feature %d.", i + 1),
					 errhint("Exclude such rows, or scale the feature.")));
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
						klout_function_name(fcinfo), n, nworse)));

	if (PG_ARGISNULL(0))
		state = new_state(n);
	else
	{
		state = PG_GETARG_VARLENA_PP(0);
		if (AggCheckCallContext(fcinfo, NULL) == 0)
		{
			check_state(fcinfo, state);
			state = copy_of(state);
		}
		else if (unlikely(!klout_fit_fits(bytes_of(state),
										  VARSIZE_ANY_EXHDR(state))))
			check_state(fcinfo, state);
		if (klout_fit_features(bytes_of(state)) != n)
			ereport(ERROR,
					(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
					 errmsg("%s: all rows of a group must have the same number of features, got %d and %d",
							klout_function_name(fcinfo),
							klout_fit_features(bytes_of(state)), n)));
	}
	if (!klout_fit_add(bytes_of(state), better, worse))
		report_too_many(fcinfo);
	PG_RETURN_POINTER(state);
}

PG_FUNCTION_INFO_V1(klout_fit_combine);
Datum
klout_fit_combine(PG_FUNCTION_ARGS)
{
	struct varlena *state;
	struct varlena *other;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, PG_ARGISNULL(0) ? 1 : 0);

	state = PG_GETARG_VARLENA_PP(0);
	other = PG_GETARG_VARLENA_PP(1);
	check_state(fcinfo, state);
	check_state(fcinfo, other);
	if (klout_fit_features(bytes_of(state)) !=
		klout_fit_features(bytes_of(other)))
		ereport(ERROR,
				(errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR),
				 errmsg("%s: all rows of a group must have the same number of features, got %d and %d",
						klout_function_name(fcinfo), klout_fit_features(bytes_of(state)),
						klout_fit_features(bytes_of(other)))));
	if (AggCheckCallContext(fcinfo, NULL) == 0)
		state = copy_of(state);
	if (!klout_fit_merge(bytes_of(state), bytes_of(other)))
		report_too_many(fcinfo);
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
	check_state(fcinfo, state);
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
							klout_function_name(fcinfo), (int64) klout_fit_pairs(data), n),
					 errhint("Collect more judgements, or omit features.")));
			break;
		case KLOUT_FIT_TIES:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s: better and worse must differ in a feature in at least one pair, got " INT64_FORMAT " pairs of equal features",
							klout_function_name(fcinfo), (int64) klout_fit_pairs(data)),
					 errhint("Collect judgements of people with different features.")));
			break;
		case KLOUT_FIT_UNSOLVED:
			ereport(ERROR,
					(errcode(ERRCODE_DATA_EXCEPTION),
					 errmsg("%s: found no solution for these sums", klout_function_name(fcinfo)),
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
