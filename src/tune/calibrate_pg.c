/*-------------------------------------------------------------------------
 *
 * calibrate_pg.c
 *	  The aggregates klout_mix(signals) and klout_calibrate(signals, model
 *	  [, as_of]).
 *
 * Plan.  Both read a person's signals in the transition function and keep
 * integers only (calibrate.h), so that the order of rows does not matter.  The
 * states are bytea, because only the executor sees them: that of klout_mix has
 * two numbers, that of klout_calibrate begins with the model and as_of of its
 * first row, which must be the same in every other row.  States can come from
 * workers and other nodes, and SQL can pass any bytes, so every reader
 * validates the bytes it uses.
 *
 * States are changed in place only inside an aggregate, and only if they are
 * plain.  Otherwise, and when there is no more room, a new one is made in the
 * current memory context; the executor copies it beside the group.  Final
 * functions only read.
 *
 *-------------------------------------------------------------------------
 */
#include "score/score_pg.h"

#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "common/values_pg.h"
#include "score/model_pg.h"
#include "tune/calibrate.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/timestamp.h"

/* minimum number of additional people a new state has room for */
#define ROOM_MIN				16

extern Datum klout_fingerprint(PG_FUNCTION_ARGS);


static const uint8 *
data_of(const struct varlena *value)
{
	return (const uint8 *) VARDATA_ANY(value);
}

/* ----------
 * klout_mix
 * ----------
 */

/* The state in argument argno, not NULL. */
static struct varlena *
mix_argument(FunctionCallInfo fcinfo, int argno, KloutMix *pairs)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(argno);
	const char *fault = klout_mix_read(data_of(value),
									   VARSIZE_ANY_EXHDR(value), pairs);

	if (unlikely(fault != NULL))
		klout_report_bad_state(fcinfo, fault);
	return value;
}

/* Stores the pairs: in place if allowed, otherwise in a new state. */
static Datum
mix_result(FunctionCallInfo fcinfo, struct varlena *value,
		   const KloutMix *pairs)
{
	if (value == NULL || !AggCheckCallContext(fcinfo, NULL))
	{
		value = palloc(VARHDRSZ + KLOUT_MIX_SIZE);
		SET_VARSIZE(value, VARHDRSZ + KLOUT_MIX_SIZE);
	}
	klout_mix_write((uint8 *) VARDATA_ANY(value), pairs);
	PG_RETURN_POINTER(value);
}

static void
report_too_many(FunctionCallInfo fcinfo)
{
	ereport(ERROR,
			(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
			 errmsg("%s: number of pairs is out of range of bigint",
					klout_function_name(fcinfo))));
}

/* (bytea, klout_signals) -> bytea */
PG_FUNCTION_INFO_V1(klout_mix_accum);
Datum
klout_mix_accum(PG_FUNCTION_ARGS)
{
	struct varlena *value = NULL;
	KloutMix	pairs = {0, 0};
	KloutCanonical signals;
	const char *fault;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);
	if (!PG_ARGISNULL(0))
		value = mix_argument(fcinfo, 0, &pairs);
	signals = klout_signals_getarg(fcinfo, 1);
	fault = klout_mix_add(&pairs, signals.data, signals.len);
	if (fault == klout_mix_too_many)
		report_too_many(fcinfo);
	if (fault)
		klout_signals_corrupt(fault);
	return mix_result(fcinfo, value, &pairs);
}

/* (bytea, bytea) -> bytea */
PG_FUNCTION_INFO_V1(klout_mix_combine);
Datum
klout_mix_combine(PG_FUNCTION_ARGS)
{
	struct varlena *value;
	KloutMix	pairs;
	KloutMix	other;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));
	value = mix_argument(fcinfo, 0, &pairs);
	(void) mix_argument(fcinfo, 1, &other);
	if (!klout_mix_merge(&pairs, &other))
		report_too_many(fcinfo);
	return mix_result(fcinfo, value, &pairs);
}

/* (bytea) -> double precision */
PG_FUNCTION_INFO_V1(klout_mix_final);
Datum
klout_mix_final(PG_FUNCTION_ARGS)
{
	KloutMix	pairs;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	(void) mix_argument(fcinfo, 0, &pairs);
	if (pairs.proven == 0)
	{
		if (pairs.unproven == 0)
			PG_RETURN_NULL();
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s: no reactor is proven", klout_function_name(fcinfo)),
				 errdetail("All " INT64_FORMAT " pairs of reactor and person have weight 0.",
						   pairs.unproven / KLOUT_WEIGHT_STEPS),
				 errhint("Keep the current mix until some reactors are proven.")));
	}
	PG_RETURN_FLOAT8(Max(1.0, (double) pairs.unproven / (double) pairs.proven));
}

/* ----------
 * klout_calibrate: states
 * ----------
 */

static void
read_state(FunctionCallInfo fcinfo, const struct varlena *value,
		   KloutCalibration *state)
{
	const char *fault = klout_calibration_read(data_of(value),
											   VARSIZE_ANY_EXHDR(value), state);

	if (unlikely(fault != NULL))
		klout_report_bad_state(fcinfo, fault);
}

/* Counts the people of one or two states. */
static KloutRawCount *
fold_states(FunctionCallInfo fcinfo, const KloutCalibration *a,
			const KloutCalibration *b, uint32 *n)
{
	size_t		max = klout_calibration_fold_max(a, b);
	KloutRawCount *counts = palloc_extended(Max(max, 1) * sizeof(KloutRawCount),
											MCXT_ALLOC_HUGE);
	uint32	   *scratch = palloc_extended(Max(max, 1) * sizeof(uint32),
										  MCXT_ALLOC_HUGE);
	const char *fault = klout_calibration_fold(a, b, counts, scratch, n);

	if (unlikely(fault != NULL))
		klout_report_bad_state(fcinfo, fault);
	pfree(scratch);
	return counts;
}

/*
 * Creates a new state.  Room grows with the state: people are counted again
 * only after as many more people as there are bins.
 */
static struct varlena *
make_state(const uint8 *model, size_t model_len, int64 as_of,
		   const KloutRawCount *counts, uint32 ncounts)
{
	size_t		size = VARHDRSZ +
		klout_calibration_size(model_len, ncounts,
						   Max(ROOM_MIN, 3 * (size_t) ncounts));
	struct varlena *result = palloc0(size);

	SET_VARSIZE(result, size);
	klout_calibration_write((uint8 *) VARDATA(result), model, model_len, as_of,
							counts, ncounts);
	return result;
}

/* Copies a state with one more person. */
static struct varlena *
copy_and_add(FunctionCallInfo fcinfo, const KloutCalibration *state,
			 uint32 bin)
{
	uint32		n;
	KloutRawCount *counts = fold_states(fcinfo, state, NULL, &n);
	struct varlena *result = make_state(state->model, state->model_len,
										state->as_of, counts, n);
	KloutCalibration copy;

	read_state(fcinfo, result, &copy);
	klout_calibration_add((uint8 *) VARDATA(result), &copy, bin);
	pfree(counts);
	return result;
}

/*
 * Makes room in a full state: counts its people, and keeps the state in place
 * if that frees enough room.
 */
static struct varlena *
count_and_add(FunctionCallInfo fcinfo, struct varlena *value,
			  KloutCalibration *state, uint32 bin)
{
	uint32		n;
	KloutRawCount *counts = fold_states(fcinfo, state, NULL, &n);
	size_t		size = klout_calibration_size(state->model_len, n,
											  Max(ROOM_MIN, (size_t) n));

	if (size > VARSIZE(value) - VARHDRSZ)
		value = make_state(state->model, state->model_len, state->as_of,
						   counts, n);
	else
		klout_calibration_write((uint8 *) VARDATA(value), state->model,
								state->model_len, state->as_of, counts, n);
	pfree(counts);
	read_state(fcinfo, value, state);
	klout_calibration_add((uint8 *) VARDATA(value), state, bin);
	return value;
}

/* The fingerprint of a model's bytes, or a description of invalid bytes. */
static char *
fingerprint_of(const uint8 *data, size_t len)
{
	KloutModel	model;

	if (klout_model_read(data, len, &model) != NULL)
		return pstrdup("corrupt");
	return TextDatumGetCString(DirectFunctionCall1(klout_fingerprint,
												   PointerGetDatum(klout_new_value(data, len))));
}

/* Raises an error unless the state has this model and as_of. */
static void
check_parameters(FunctionCallInfo fcinfo, const KloutCalibration *state,
				 const uint8 *model, size_t model_len, int64 as_of)
{
	if (unlikely(state->model_len != model_len ||
				 memcmp(state->model, model, model_len) != 0))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: model must be the same in all rows of a group",
						klout_function_name(fcinfo)),
				 errdetail("The fingerprints of the models are %s and %s.",
						   fingerprint_of(state->model, state->model_len),
						   fingerprint_of(model, model_len))));
	if (unlikely(state->as_of != as_of))
	{
		char	   *first = pstrdup(timestamptz_to_str(state->as_of));

		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: as_of must be the same in all rows of a group",
						klout_function_name(fcinfo)),
				 errdetail("The values are %s and %s.", first,
						   timestamptz_to_str(as_of))));
	}
}

/* ----------
 * klout_calibrate: functions
 * ----------
 */

/* (bytea, klout_signals, klout_model [, timestamptz]) -> bytea */
PG_FUNCTION_INFO_V1(klout_calibrate_accum);
Datum
klout_calibrate_accum(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	struct varlena *value = NULL;
	struct varlena *model_value;
	const uint8 *model_data;
	size_t		model_len;
	int64		as_of;
	KloutModel	model;
	KloutScore	score;
	KloutCalibration state;
	uint32		bin;

	if (PG_ARGISNULL(1) || PG_ARGISNULL(2) ||
		(PG_NARGS() > 3 && PG_ARGISNULL(3)))
		return klout_return_argument(fcinfo, 0);

	model_value = PG_GETARG_VARLENA_PP(2);
	model_data = data_of(model_value);
	model_len = VARSIZE_ANY_EXHDR(model_value);
	as_of = PG_NARGS() > 3 ?
		klout_moment_getarg(fcinfo, 3, "as_of") :
		GetCurrentTransactionStartTimestamp();
	(void) klout_model_read_value(model_value, &model);

	if (PG_ARGISNULL(0))
		value = make_state(model_data, model_len, as_of, NULL, 0);
	else
	{
		value = (struct varlena *) PG_GETARG_POINTER(0);
		if (!in_aggregate || VARATT_IS_EXTENDED(value))
		{
			value = PG_GETARG_VARLENA_PP(0);
			in_aggregate = false;
		}
	}
	read_state(fcinfo, value, &state);
	if (!PG_ARGISNULL(0))
		check_parameters(fcinfo, &state, model_data, model_len, as_of);

	klout_score_signals(klout_signals_getarg(fcinfo, 1), &model, as_of,
						&score, NULL);
	if (score.idle < 0 || score.idle >= model.active_days)
		PG_RETURN_POINTER(value);

	bin = klout_raw_bin(score.raw);
	if (!in_aggregate)
		value = copy_and_add(fcinfo, &state, bin);
	else if (!klout_calibration_add((uint8 *) VARDATA(value), &state, bin))
		value = count_and_add(fcinfo, value, &state, bin);
	PG_RETURN_POINTER(value);
}

/* (bytea, bytea) -> bytea */
PG_FUNCTION_INFO_V1(klout_calibrate_combine);
Datum
klout_calibrate_combine(PG_FUNCTION_ARGS)
{
	KloutCalibration state;
	KloutCalibration other;
	KloutRawCount *counts;
	uint32		n;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);
	if (PG_ARGISNULL(0))
		PG_RETURN_DATUM(PG_GETARG_DATUM(1));

	read_state(fcinfo, PG_GETARG_VARLENA_PP(0), &state);
	read_state(fcinfo, PG_GETARG_VARLENA_PP(1), &other);
	check_parameters(fcinfo, &state, other.model, other.model_len, other.as_of);
	counts = fold_states(fcinfo, &state, &other, &n);
	PG_RETURN_POINTER(make_state(state.model, state.model_len, state.as_of,
								 counts, n));
}

/* (bytea) -> klout_model */
PG_FUNCTION_INFO_V1(klout_calibrate_final);
Datum
klout_calibrate_final(PG_FUNCTION_ARGS)
{
	KloutCalibration state;
	KloutModel	model;
	KloutRawCount *counts;
	const char *fault;
	uint32		n;
	double		raw;

	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	read_state(fcinfo, PG_GETARG_VARLENA_PP(0), &state);
	fault = klout_model_read(state.model, state.model_len, &model);
	if (fault)
		klout_report_bad_state(fcinfo, fault);
	counts = fold_states(fcinfo, &state, NULL, &n);

	if (n == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s: no person was active in the last %s days before as_of",
						klout_function_name(fcinfo), float8out_internal(model.active_days)),
				 errhint("Check as_of, or set active_days in the model.")));
	raw = klout_raw_of_bin(klout_raw_percentile(counts, n,
												1 - model.calibrate_share));
	if (raw == 0)
		ereport(ERROR,
				(errcode(ERRCODE_DATA_EXCEPTION),
				 errmsg("%s: the raw score to calibrate with is 0",
						klout_function_name(fcinfo)),
				 errdetail("There are " UINT64_FORMAT " active people; " UINT64_FORMAT " have a raw score of 0.",
						   klout_raw_people(counts, n), counts[0].people),
				 errhint("Check the weights in the model.")));
	model.scale = klout_scale_for(raw, model.calibrate_score);
	if (!(model.scale > 0 && model.scale <= KLOUT_MODEL_MAX_NUMBER))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: scale must be greater than 0 and at most 1e9, got %s",
						klout_function_name(fcinfo), float8out_internal(model.scale)),
				 errdetail("The raw score to calibrate with is %s.",
						   float8out_internal(raw)),
				 errhint("Change the weights or calibrate_score in the model.")));
	PG_RETURN_POINTER(klout_model_form(&model));
}
