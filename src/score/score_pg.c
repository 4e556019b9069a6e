/*-------------------------------------------------------------------------
 *
 * score_pg.c
 *	  SQL functions of the score and its explanations.
 *
 * Every function takes (signals, model, as_of); the last two have defaults in
 * SQL.
 *
 *-------------------------------------------------------------------------
 */
#include "score/score_pg.h"

#include <math.h>

#include "access/htup_details.h"
#include "access/xact.h"
#include "catalog/pg_type_d.h"
#include "common/json_pg.h"
#include "common/names_pg.h"
#include "common/values_pg.h"
#include "funcapi.h"
#include "score/model_pg.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/jsonb.h"
#include "utils/numeric.h"
#include "utils/timestamp.h"

int64
klout_moment_getarg(FunctionCallInfo fcinfo, int argno, const char *argument)
{
	TimestampTz at = PG_GETARG_TIMESTAMPTZ(argno);

	if (TIMESTAMP_NOT_FINITE(at))
		ereport(ERROR,
				(errcode(ERRCODE_DATETIME_VALUE_OUT_OF_RANGE),
				 errmsg("%s: %s must be finite, got %sinfinity",
						klout_function_name(fcinfo), argument,
						TIMESTAMP_IS_NOBEGIN(at) ? "-" : "")));
	return at;
}

void
klout_score_signals(KloutCanonical signals, const KloutModel *model, int64 at,
					KloutScore *score, KloutNetworkScore *networks)
{
	const char *fault = klout_score_compute(signals.data, signals.len, model,
											at, score, networks);

	if (fault)
		klout_signals_corrupt(fault);
}

/* The score of the arguments (signals, model, as_of). */
static void
compute_arguments(FunctionCallInfo fcinfo, KloutModel *model,
				  KloutScore *score, KloutNetworkScore *networks)
{
	(void) klout_model_getarg(fcinfo, 1, model);
	klout_score_signals(klout_signals_getarg(fcinfo, 0), model,
						klout_moment_getarg(fcinfo, 2, "as_of"),
						score, networks);
}

PG_FUNCTION_INFO_V1(klout_score);
Datum
klout_score(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	KloutScore	score;

	compute_arguments(fcinfo, &model, &score, NULL);
	PG_RETURN_FLOAT8(score.score);
}

/* The final function of the aggregate klout_score: (signals) as of now(). */
PG_FUNCTION_INFO_V1(klout_score_final);
Datum
klout_score_final(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	KloutScore	score;

	klout_model_default(&model);
	klout_score_signals(klout_signals_getarg(fcinfo, 0), &model,
						GetCurrentTransactionStartTimestamp(), &score, NULL);
	PG_RETURN_FLOAT8(score.score);
}

PG_FUNCTION_INFO_V1(klout_raw);
Datum
klout_raw(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	KloutScore	score;

	compute_arguments(fcinfo, &model, &score, NULL);
	PG_RETURN_FLOAT8(score.raw);
}

PG_FUNCTION_INFO_V1(klout_reach);
Datum
klout_reach(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	KloutScore	score;

	compute_arguments(fcinfo, &model, &score, NULL);
	PG_RETURN_FLOAT8(score.sum[KLOUT_PART_REACH]);
}

PG_FUNCTION_INFO_V1(klout_consistency);
Datum
klout_consistency(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	KloutScore	score;

	compute_arguments(fcinfo, &model, &score, NULL);
	PG_RETURN_FLOAT8(score.sum[KLOUT_PART_CONSISTENCY]);
}

/* Reactions per post, both decayed; NULL without posts. */
PG_FUNCTION_INFO_V1(klout_amplification);
Datum
klout_amplification(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	KloutScore	score;

	compute_arguments(fcinfo, &model, &score, NULL);
	if (score.sum[KLOUT_PART_ACTIVITY] == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(score.reactions / score.sum[KLOUT_PART_ACTIVITY]);
}

/* The features to which the weights apply: ln(1 + sum) of each part. */
PG_FUNCTION_INFO_V1(klout_features);
Datum
klout_features(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	KloutScore	score;
	Datum		features[KLOUT_PARTS];

	compute_arguments(fcinfo, &model, &score, NULL);
	for (int part = 0; part < KLOUT_PARTS; part++)
		features[part] = Float8GetDatum(log1p(score.sum[part]));
	PG_RETURN_ARRAYTYPE_P(construct_array(features, KLOUT_PARTS, FLOAT8OID,
										  sizeof(float8), FLOAT8PASSBYVAL,
										  TYPALIGN_DOUBLE));
}

/* -> (part, network, amount, points, share) */
PG_FUNCTION_INFO_V1(klout_explain);
Datum
klout_explain(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	KloutModel	model;
	KloutScore	score;

	InitMaterializedSRF(fcinfo, 0);
	compute_arguments(fcinfo, &model, &score, networks);
	for (int part = 0; part < KLOUT_PARTS; part++)
	{
		for (int i = 0; i < score.nnetworks; i++)
		{
			double		points = klout_score_points(&score, &model,
													&networks[i],
													(KloutPart) part);
			Datum		values[5];
			bool		nulls[5] = {false};

			if (points == 0)
				continue;
			values[0] = CStringGetTextDatum(klout_part_names[part]);
			values[1] = PointerGetDatum(klout_name_to_text(networks[i].name));
			values[2] = Float8GetDatum(networks[i].value[part]);
			values[3] = Float8GetDatum(points);
			values[4] = Float8GetDatum(points / score.score);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc,
								 values, nulls);
		}
	}
	return (Datum) 0;
}

/*
 * (signals, model, as_of) -> (score, reach, consistency, networks): all
 * columns of a scoreboard, in one pass over the signals.  networks has the
 * sums of klout_explain's points by network as jsonb.
 */
PG_FUNCTION_INFO_V1(klout_summary);
Datum
klout_summary(PG_FUNCTION_ARGS)
{
	KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	KloutModel	model;
	KloutScore	score;
	TupleDesc	desc;
	JsonbParseState *state = NULL;
	Datum		values[4];
	bool		nulls[4] = {false};

	if (get_call_result_type(fcinfo, NULL, &desc) != TYPEFUNC_COMPOSITE)
		elog(ERROR, "klout_summary: return type must be a row type");
	compute_arguments(fcinfo, &model, &score, networks);

	pushJsonbValue(&state, WJB_BEGIN_OBJECT, NULL);
	for (int i = 0; i < score.nnetworks; i++)
	{
		double		points = 0;
		text	   *name = klout_name_to_text(networks[i].name);
		StringInfoData number;
		JsonbValue	value;

		for (int part = 0; part < KLOUT_PARTS; part++)
			points += klout_score_points(&score, &model, &networks[i],
										 (KloutPart) part);
		if (points == 0)
			continue;

		value.type = jbvString;
		value.val.string.val = VARDATA(name);
		value.val.string.len = (int) (VARSIZE(name) - VARHDRSZ);
		pushJsonbValue(&state, WJB_KEY, &value);

		/* convert as float8 to jsonb: through its shortest text */
		initStringInfo(&number);
		klout_json_append_float8(&number, points);
		value.type = jbvNumeric;
		value.val.numeric =
			DatumGetNumeric(DirectFunctionCall3(numeric_in,
												CStringGetDatum(number.data),
												ObjectIdGetDatum(InvalidOid),
												Int32GetDatum(-1)));
		pushJsonbValue(&state, WJB_VALUE, &value);
	}

	values[0] = Float8GetDatum(score.score);
	values[1] = Float8GetDatum(score.sum[KLOUT_PART_REACH]);
	values[2] = Float8GetDatum(score.sum[KLOUT_PART_CONSISTENCY]);
	values[3] = JsonbPGetDatum(JsonbValueToJsonb(pushJsonbValue(&state, WJB_END_OBJECT, NULL)));
	PG_RETURN_DATUM(HeapTupleGetDatum(heap_form_tuple(BlessTupleDesc(desc), values, nulls)));
}

/*
 * (signals, model, as_of)
 * -> (network, kind, actions, first_at, last_at, points)
 *
 * The points of klout_explain by kind; those of audience and own posts have a
 * NULL kind.
 */
PG_FUNCTION_INFO_V1(klout_statement_rows);

Datum
klout_statement_rows(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	KloutKindShare shares[KLOUT_KINDS_MAX];
	KloutCanonical canonical = klout_signals_getarg(fcinfo, 0);
	int64		at = klout_moment_getarg(fcinfo, 2, "as_of");
	KloutSignals signals;
	KloutNetwork network;
	KloutModel	model;
	KloutScore	score;
	int			n = 0;

	InitMaterializedSRF(fcinfo, 0);
	(void) klout_model_getarg(fcinfo, 1, &model);
	klout_score_signals(canonical, &model, at, &score, networks);
	klout_signals_iter_init_or_error(&signals, canonical);
	for (; klout_signals_next_or_error(&signals, &network); n++)
	{
		double		points[KLOUT_PARTS];
		Datum		values[6];
		bool		nulls[6] = {false};

		for (int part = 0; part < KLOUT_PARTS; part++)
			points[part] = klout_score_points(&score, &model, &networks[n],
											  (KloutPart) part);
		klout_score_kinds(&network, signals.unit, &model, at, shares);
		values[0] = PointerGetDatum(klout_name_to_text(network.name));
		for (int i = 0; i < network.nkinds; i++)
		{
			double		sum = 0;

			if (shares[i].actions == 0)
				continue;
			for (int part = 0; part < KLOUT_SHARED_PARTS; part++)
				sum += points[part] * shares[i].share[part];
			values[1] = PointerGetDatum(klout_name_to_text(network.kinds[i]));
			values[2] = Int64GetDatum((int64) shares[i].actions);
			values[3] = TimestampTzGetDatum(klout_bucket_start(shares[i].first, signals.unit));
			values[4] = TimestampTzGetDatum(klout_bucket_start(shares[i].last, signals.unit));
			values[5] = Float8GetDatum(sum);
			tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc,
								 values, nulls);
		}
		if (points[KLOUT_PART_AUDIENCE] == 0 && points[KLOUT_PART_ACTIVITY] == 0)
			continue;
		nulls[1] = nulls[2] = nulls[3] = nulls[4] = true;
		values[5] = Float8GetDatum(points[KLOUT_PART_AUDIENCE] + points[KLOUT_PART_ACTIVITY]);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
	return (Datum) 0;
}

static void
put_change(ReturnSetInfo *rsinfo, const char *part, const KloutName *network,
		   double before, double after)
{
	Datum		values[5];
	bool		nulls[5] = {false};

	if (before == 0 && after == 0)
		return;
	values[0] = CStringGetTextDatum(part);
	if (network)
		values[1] = PointerGetDatum(klout_name_to_text(*network));
	else
		nulls[1] = true;
	values[2] = Float8GetDatum(before);
	values[3] = Float8GetDatum(after);
	values[4] = Float8GetDatum(after - before);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
}

/*
 * (before, after, model, before_at, after_at, after_model)
 * -> (part, network, points_before, points_after, change)
 *
 * The parts are computed with the earlier model; the effect of the later
 * model, if not NULL, on the later facts is a separate row.
 */
PG_FUNCTION_INFO_V1(klout_explain_change);
Datum
klout_explain_change(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KloutNetworkScore before_networks[KLOUT_NETWORKS_MAX];
	KloutNetworkScore after_networks[KLOUT_NETWORKS_MAX];
	KloutModel	model;
	KloutScore	before;
	KloutScore	after;
	KloutCanonical after_signals;
	int64		before_at;
	int64		after_at;

	InitMaterializedSRF(fcinfo, 0);
	for (int i = 0; i < 5; i++)
		if (PG_ARGISNULL(i))
			return (Datum) 0;
	before_at = klout_moment_getarg(fcinfo, 3, "before_at");
	after_at = klout_moment_getarg(fcinfo, 4, "after_at");
	(void) klout_model_getarg(fcinfo, 2, &model);
	after_signals = klout_signals_getarg(fcinfo, 1);
	klout_score_signals(klout_signals_getarg(fcinfo, 0), &model, before_at,
						&before, before_networks);
	klout_score_signals(after_signals, &model, after_at, &after, after_networks);

	for (int part = 0; part < KLOUT_PARTS; part++)
	{
		int			i = 0;
		int			j = 0;

		while (i < before.nnetworks || j < after.nnetworks)
		{
			int			order = i == before.nnetworks ? 1 :
				j == after.nnetworks ? -1 :
				klout_name_compare(before_networks[i].name,
							   after_networks[j].name);

			put_change(rsinfo, klout_part_names[part],
					   order <= 0 ? &before_networks[i].name : &after_networks[j].name,
					   order <= 0 ? klout_score_points(&before, &model, &before_networks[i], (KloutPart) part) : 0,
					   order >= 0 ? klout_score_points(&after, &model, &after_networks[j], (KloutPart) part) : 0);
			if (order <= 0)
				i++;
			if (order >= 0)
				j++;
		}
	}

	if (!PG_ARGISNULL(5))
	{
		KloutModel	after_model;
		KloutScore	changed;

		(void) klout_model_getarg(fcinfo, 5, &after_model);
		klout_score_signals(after_signals, &after_model, after_at, &changed, NULL);
		put_change(rsinfo, "model", NULL, 0, changed.score - after.score);
	}
	return (Datum) 0;
}
