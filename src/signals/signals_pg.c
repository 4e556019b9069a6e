/*-------------------------------------------------------------------------
 *
 * signals_pg.c
 *	  SQL's side of klout_signals: comparison, merging, and the facts as
 *	  numbers and rows.  Input and output are in text_pg.c, the aggregates in
 *	  aggregate_pg.c.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/signals_pg.h"

#include "access/detoast.h"
#include "access/xact.h"
#include "catalog/pg_type.h"
#include "common/compare_pg.h"
#include "common/names_pg.h"
#include "common/values_pg.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/timestamp.h"

/* ---------------------------------------------------------------------------
 * Errors
 * ---------------------------------------------------------------------------
 */

void
klout_signals_corrupt(const char *fault)
{
	klout_report_corrupt("klout_signals",
						 fault ? fault : "it is cut short or malformed");
}

const char *
klout_unit_name(KloutUnit unit)
{
	return unit == KLOUT_UNIT_HOUR ? "hour" : "day";
}

void
klout_signals_error(KloutStatus status, KloutUnit left, KloutUnit right)
{
	switch (status)
	{
		case KLOUT_OK:
			break;
		case KLOUT_CORRUPT:
			klout_signals_corrupt(NULL);
			break;
		case KLOUT_UNITS_DIFFER:
			ereport(ERROR,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("cannot merge signals of different buckets"),
					 errdetail("The left value has buckets of 1 %s, the right one of 1 %s.",
							   klout_unit_name(left), klout_unit_name(right)),
					 errhint("Aggregate both from the actions with the same bucket.")));
			break;
		case KLOUT_COUNT_OVERFLOW:
			ereport(ERROR,
					(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
					 errmsg("number of actions in klout_signals is out of range of bigint")));
			break;
	}
}

/* ---------------------------------------------------------------------------
 * Folding
 * ---------------------------------------------------------------------------
 */

/* klout.warn_folded */
static bool warn_folded = true;

void
klout_signals_init(void)
{
	DefineCustomBoolVariable("klout.warn_folded",
							 "Warns when networks or kinds of a klout_signals are folded.",
							 "At most once for each statement of a client. "
							 "Boards turn it off and warn of their own, with the account.",
							 &warn_folded, true, PGC_USERSET, 0,
							 NULL, NULL, NULL);
}

/*
 * The name of a network for a message.  Omitted if the database encoding may
 * lack its characters: a warning must not become an error.
 */
static const char *
name_for_message(KloutName name)
{
	size_t		i;

	if (GetDatabaseEncoding() != PG_UTF8)
		for (i = 0; i < name.len; i++)
			if (IS_HIGHBIT_SET(name.data[i]))
				return "...";
	return pnstrdup(name.data, name.len);
}

void
klout_report_folds(const KloutFolds *folds)
{
	static TimestampTz last = 0;
	TimestampTz statement = GetCurrentStatementStartTimestamp();

	if (likely(!folds->networks && !folds->kinds))
		return;
	if (!warn_folded || statement == last)
		return;
	last = statement;
	if (folds->kinds)
		ereport(WARNING,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d kinds of actions on network \"%s\" for one person",
						KLOUT_KINDS_MAX, name_for_message(folds->network)),
				 errdetail("The first %d by name are kept; the others are counted as \"%s\".",
						   KLOUT_KINDS_MAX - 1, KLOUT_FOLDED_NAME),
				 errhint("Group rare kinds under one name.")));
	else
		ereport(WARNING,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("more than %d networks for one person", KLOUT_NETWORKS_MAX),
				 errdetail("The first %d by name are kept; the others are counted as \"%s\".",
						   KLOUT_NETWORKS_MAX - 1, KLOUT_FOLDED_NAME),
				 errhint("Group rare networks under one name.")));
}

/* ---------------------------------------------------------------------------
 * Values as arguments and results
 * ---------------------------------------------------------------------------
 */

uint8 *
klout_signals_bytes(struct varlena *value, size_t *len)
{
	*len = VARSIZE_ANY_EXHDR(value);
	return (uint8 *) VARDATA_ANY(value);
}

Datum
klout_signals_value(const uint8 *data, size_t len)
{
	return PointerGetDatum(klout_new_value(data, len));
}

KloutCanonical
klout_signals_compact(const KloutGrowing *buffer)
{
	size_t		size = klout_growing_workspace(buffer);
	void	   *memory = palloc_extended(size, MCXT_ALLOC_HUGE);
	KloutCanonical canonical;
	KloutFolds	folds = {false, false, {NULL, 0}};

	klout_signals_error(klout_growing_compact(buffer, memory, size,
											  &canonical.data, &canonical.len,
											  &folds),
						buffer->unit, KLOUT_UNIT_NONE);
	klout_report_folds(&folds);
	return canonical;
}

/* The canonical form of the bytes of a value in either form. */
KloutCanonical
klout_signals_canonical(uint8 *data, size_t len)
{
	KloutCanonical canonical;
	KloutGrowing buffer;

	if (klout_is_growing(data, len))
	{
		if (!klout_growing_view(&buffer, data, len))
			klout_signals_corrupt(NULL);
		return klout_signals_compact(&buffer);
	}
	if (len < KLOUT_SIGNALS_EMPTY_LEN)
		klout_signals_corrupt(NULL);
	canonical.data = data;
	canonical.len = len;
	return canonical;
}

KloutCanonical
klout_signals_getarg(FunctionCallInfo fcinfo, int argno)
{
	size_t		len;
	uint8	   *data = klout_signals_bytes(PG_DETOAST_DATUM_PACKED(PG_GETARG_DATUM(argno)),
										   &len);

	return klout_signals_canonical(data, len);
}

void
klout_signals_iter_init_or_error(KloutSignals *signals, KloutCanonical canonical)
{
	const char *fault = klout_signals_iter_init(signals, canonical.data,
												canonical.len);

	if (fault)
		klout_signals_corrupt(fault);
}

bool
klout_signals_next_or_error(KloutSignals *signals, KloutNetwork *network)
{
	if (klout_signals_next(signals, network))
		return true;
	if (signals->fault)
		klout_signals_corrupt(signals->fault);
	return false;
}

KloutCanonical
klout_signals_merged(KloutCanonical left, KloutCanonical right)
{
	size_t		size = klout_merge_bound(left.len, right.len,
										 left.data[2], right.data[2]);
	uint8	   *out = palloc_extended(size, MCXT_ALLOC_HUGE);
	KloutCanonical merged;
	KloutFolds	folds = {false, false, {NULL, 0}};

	klout_signals_error(klout_signals_merge(left.data, left.len,
											right.data, right.len,
											out, size, &merged.len, &folds),
						(KloutUnit) left.data[1], (KloutUnit) right.data[1]);
	klout_report_folds(&folds);
	merged.data = out;
	return merged;
}

/* (signals, signals): NULL is neutral */
PG_FUNCTION_INFO_V1(klout_signals_merge_values);
Datum
klout_signals_merge_values(PG_FUNCTION_ARGS)
{
	KloutCanonical merged;

	if (PG_ARGISNULL(0) && PG_ARGISNULL(1))
		PG_RETURN_NULL();
	if (PG_ARGISNULL(0))
		merged = klout_signals_getarg(fcinfo, 1);
	else if (PG_ARGISNULL(1))
		merged = klout_signals_getarg(fcinfo, 0);
	else
		merged = klout_signals_merged(klout_signals_getarg(fcinfo, 0),
									  klout_signals_getarg(fcinfo, 1));
	return klout_signals_value(merged.data, merged.len);
}

/* ---------------------------------------------------------------------------
 * Comparison: the order of the canonical bytes
 * ---------------------------------------------------------------------------
 */

static struct varlena *
canonical_form(struct varlena *value)
{
	size_t		len;
	uint8	   *data = klout_signals_bytes(value, &len);
	KloutCanonical form;

	if (!klout_is_growing(data, len))
		return value;
	form = klout_signals_canonical(data, len);
	return (struct varlena *) DatumGetPointer(klout_signals_value(form.data, form.len));
}

KLOUT_COMPARISONS(klout_signals, canonical_form)

/* ---------------------------------------------------------------------------
 * The facts as numbers
 * ---------------------------------------------------------------------------
 */

/* A name to find; the empty name matches all. */
static KloutName
filter_argument(FunctionCallInfo fcinfo, int argno, const char *argument)
{
	const text *value = PG_GETARG_TEXT_PP(argno);
	KloutName	all = {"", 0};

	if (VARSIZE_ANY_EXHDR(value) == 0)
		return all;
	return klout_name_from_text(value, fcinfo, argument);
}

static inline bool
filter_passes(KloutName filter, KloutName name)
{
	return filter.len == 0 || klout_name_compare(filter, name) == 0;
}

/* (signals, network, kind, from_at, to_at) */
PG_FUNCTION_INFO_V1(klout_count_actions);
Datum
klout_count_actions(PG_FUNCTION_ARGS)
{
	KloutName	network_filter = filter_argument(fcinfo, 1, "network");
	KloutName	kind_filter = filter_argument(fcinfo, 2, "kind");
	int64		from_at = PG_GETARG_TIMESTAMPTZ(3);
	int64		to_at = PG_GETARG_TIMESTAMPTZ(4);
	KloutSignals signals;
	KloutNetwork network;
	uint64		sum = 0;
	int			i;

	klout_signals_iter_init_or_error(&signals, klout_signals_getarg(fcinfo, 0));
	while (klout_signals_next_or_error(&signals, &network))
	{
		if (!filter_passes(network_filter, network.name))
			continue;
		for (i = 0; i < network.nkinds; i++)
		{
			KloutBucketCounts runs = network.runs[i];
			int64		bucket;
			uint64		count;

			if (!filter_passes(kind_filter, network.kinds[i]))
				continue;
			while (klout_bucket_counts_next(&runs, &bucket, &count))
			{
				int64		start = klout_bucket_start(bucket, signals.unit);

				if (start < from_at || start >= to_at)
					continue;
				if (count > PG_INT64_MAX - sum)
					klout_signals_error(KLOUT_COUNT_OVERFLOW,
										KLOUT_UNIT_NONE, KLOUT_UNIT_NONE);
				sum += count;
			}
		}
	}
	PG_RETURN_INT64((int64) sum);
}

/* (signals, network) */
PG_FUNCTION_INFO_V1(klout_reactors);
Datum
klout_reactors(PG_FUNCTION_ARGS)
{
	KloutName	filter = filter_argument(fcinfo, 1, "network");
	KloutSignals signals;
	KloutNetwork network;
	double		sum = 0;

	klout_signals_iter_init_or_error(&signals, klout_signals_getarg(fcinfo, 0));
	while (klout_signals_next_or_error(&signals, &network))
	{
		if (filter_passes(filter, network.name))
			sum += klout_network_reactors(&network);
	}
	PG_RETURN_FLOAT8(sum);
}

/* ---------------------------------------------------------------------------
 * The facts as rows
 * ---------------------------------------------------------------------------
 */

/* (signals) -> (network, kind, bucket, actions) */
PG_FUNCTION_INFO_V1(klout_entries);
Datum
klout_entries(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KloutSignals signals;
	KloutNetwork network;
	int			i;

	InitMaterializedSRF(fcinfo, 0);
	klout_signals_iter_init_or_error(&signals, klout_signals_getarg(fcinfo, 0));
	while (klout_signals_next_or_error(&signals, &network))
	{
		Datum		values[4];
		bool		nulls[4] = {false};

		values[0] = PointerGetDatum(klout_name_to_text(network.name));
		for (i = 0; i < network.nkinds; i++)
		{
			KloutBucketCounts runs = network.runs[i];
			int64		bucket;
			uint64		count;

			values[1] = PointerGetDatum(klout_name_to_text(network.kinds[i]));
			while (klout_bucket_counts_next(&runs, &bucket, &count))
			{
				CHECK_FOR_INTERRUPTS();
				values[2] = TimestampTzGetDatum(klout_bucket_start(bucket, signals.unit));
				values[3] = Int64GetDatum((int64) count);
				tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc,
									 values, nulls);
			}
		}
	}
	return (Datum) 0;
}

/* Returns the rows of one network in klout_reactor_sample. */
typedef struct SampleRows
{
	ReturnSetInfo *rsinfo;
	KloutUnit	unit;
	int			nkinds;
	Datum		network;
	Datum		kinds[KLOUT_KINDS_MAX];
} SampleRows;

static void
put_reactor(const SampleRows *rows, const KloutReactor *reactor,
			double inclusion)
{
	Datum		values[6];
	bool		nulls[6] = {false};
	Datum		used[KLOUT_KINDS_MAX];
	int			nused = 0;
	int			i;

	for (i = 0; i < rows->nkinds; i++)
		if (reactor->kinds >> i & 1)
			used[nused++] = rows->kinds[i];
	values[0] = rows->network;
	values[1] = Int64GetDatum((int64) reactor->hash);
	values[2] = TimestampTzGetDatum(klout_bucket_start(reactor->last, rows->unit));
	values[3] = PointerGetDatum(construct_array(used, nused, TEXTOID, -1,
												false, TYPALIGN_INT));
	values[4] = Float8GetDatum((double) reactor->weight / KLOUT_WEIGHT_STEPS);
	values[5] = Float8GetDatum(inclusion);
	tuplestore_putvalues(rows->rsinfo->setResult, rows->rsinfo->setDesc,
						 values, nulls);
}

/* (signals) -> (network, actor_hash, last_at, kinds, weight, inclusion) */
PG_FUNCTION_INFO_V1(klout_reactor_sample);
Datum
klout_reactor_sample(PG_FUNCTION_ARGS)
{
	SampleRows	rows;
	KloutSignals signals;
	KloutNetwork network;

	rows.rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	InitMaterializedSRF(fcinfo, 0);
	klout_signals_iter_init_or_error(&signals, klout_signals_getarg(fcinfo, 0));
	rows.unit = signals.unit;
	while (klout_signals_next_or_error(&signals, &network))
	{
		KloutStandings standings;
		KloutStanding standing;
		int			i;

		rows.network = PointerGetDatum(klout_name_to_text(network.name));
		rows.nkinds = network.nkinds;
		for (i = 0; i < network.nkinds; i++)
			rows.kinds[i] = PointerGetDatum(klout_name_to_text(network.kinds[i]));
		klout_standings_iter_init(&standings, &network, signals.unit);
		while (klout_standings_next(&standings, &standing))
		{
			if (standing.is_proven)
				put_reactor(&rows, &standing.proven, standing.proven_inclusion);
			if (standing.is_unproven)
				put_reactor(&rows, &standing.unproven, standing.unproven_inclusion);
		}
	}
	return (Datum) 0;
}

/* ---------------------------------------------------------------------------
 * What is folded
 * ---------------------------------------------------------------------------
 */

/*
 * Finds the next network that is folded or has folded kinds; false at the end.
 */
static bool
next_folded(KloutSignals *signals, KloutNetwork *network, bool *whole)
{
	while (klout_signals_next_or_error(signals, network))
	{
		*whole = klout_is_folded(network->name, signals->networks,
								 KLOUT_NETWORKS_MAX);
		if (*whole)
			return true;
		for (int i = 0; i < network->nkinds; i++)
			if (klout_is_folded(network->kinds[i], network->nkinds,
								KLOUT_KINDS_MAX))
				return true;
	}
	return false;
}

/*
 * (signals) -> is anything folded?  Most values are too small for that and
 * need not be fetched.
 */
PG_FUNCTION_INFO_V1(klout_has_folded);

Datum
klout_has_folded(PG_FUNCTION_ARGS)
{
	KloutSignals signals;
	KloutNetwork network;
	bool		whole;

	if (toast_raw_datum_size(PG_GETARG_DATUM(0)) < VARHDRSZ + KLOUT_FOLDED_MIN_LEN)
		PG_RETURN_BOOL(false);
	klout_signals_iter_init_or_error(&signals, klout_signals_getarg(fcinfo, 0));
	PG_RETURN_BOOL(next_folded(&signals, &network, &whole));
}

/*
 * (signals) -> network: one row for each whose kinds are folded, and one with
 * NULL when networks are.
 */
PG_FUNCTION_INFO_V1(klout_folded);

Datum
klout_folded(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	KloutSignals signals;
	KloutNetwork network;
	bool		whole;

	InitMaterializedSRF(fcinfo, MAT_SRF_USE_EXPECTED_DESC);
	klout_signals_iter_init_or_error(&signals, klout_signals_getarg(fcinfo, 0));
	while (next_folded(&signals, &network, &whole))
	{
		Datum		value = whole ? (Datum) 0 :
			PointerGetDatum(klout_name_to_text(network.name));

		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, &value, &whole);
	}
	return (Datum) 0;
}
