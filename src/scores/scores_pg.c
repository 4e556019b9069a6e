/*-------------------------------------------------------------------------
 *
 * scores_pg.c
 *	  klout_scores, klout_signals_of, their twins for text, and
 *	  klout_scores_stats.
 *
 * The engine (engine_pg.h) runs the query and hands over the actions of each
 * person.  Scores come straight from them (scores.h) or, where that does not
 * do, from the value that klout_signals would make of them; both are the same
 * to the last bit.  Rows of the result are ordered by person: scores of
 * integers are collected and sorted here while they fit into memory, all
 * others go through PostgreSQL's sort.
 *
 *-------------------------------------------------------------------------
 */
#include "scores/engine_pg.h"

#include "catalog/pg_collation_d.h"
#include "catalog/pg_operator_d.h"
#include "executor/tuptable.h"
#include "miscadmin.h"
#include "score/model_pg.h"
#include "port/pg_bitutils.h"
#include "portability/instr_time.h"
#include "score/score_pg.h"
#include "signals/signals_pg.h"
#include "utils/builtins.h"
#include "utils/fmgrprotos.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/timestamp.h"
#include "utils/tuplesort.h"
#include "utils/tuplestore.h"
#include "utils/uuid.h"
#include "common/values_pg.h"

/* up to so many series, a batch has all of them under their own numbers */
#define OWN_NUMBERS_MAX		32

/* scores there is room for at first */
#define RESULTS_FIRST		1024

/* columns of results */
#define SCORE_COLUMNS		6
#define SIGNALS_COLUMNS		2

typedef struct PersonResult
{
	int64		person;
	int64		actions;
	KloutPersonScore score;
} PersonResult;

/* Work on one call. */
typedef struct Scores
{
	KloutEngine *engine;
	ReturnSetInfo *rsinfo;
	bool		signals;		/* are values wanted instead of scores? */
	KloutModel	model;
	int64		at;
	KloutScorer *scorer;

	/* the value of the person at hand, which has VARHDRSZ of room before it */
	MemoryContext merging;
	uint8	   *value;
	size_t		value_size;
	size_t		value_len;		/* 0: none yet */
	uint64		actions;		/* in it, and those to come */
	KloutSeries all_series[KLOUT_SERIES_MAX];
	int			nseries;
	uint16	   *number_of;		/* in all_series, by number of the engine,
								 * plus one */
	uint8	   *entries;
	size_t		entries_size;
	void	   *scratch;
	size_t		scratch_size;
	void	   *memory;			/* of value */
	size_t		memory_size;

	/* results that are not sorted yet */
	PersonResult *results;
	size_t		results_size;
	uint64		nresults;
	uint64		max_results;
	Tuplesortstate *sort;
	TupleTableSlot *in;			/* rows to the sort, and from it */
	TupleTableSlot *out;
	uint64		direct;			/* people scored without a value */
} Scores;

/* what klout_scores_stats tells of the last call that came to its end */
typedef struct ScoresStats
{
	bool		known;
	KloutEngineStats engine;
	uint64		direct;
	double		read_seconds;
	double		score_seconds;
	double		sort_seconds;
} ScoresStats;

static ScoresStats last_call;

/* ----------
 * Values of klout_signals
 * ----------
 */

/* The number in the batch of a series; -1 when there is no room for it. */
static inline int
batch_series(Scores *scores, uint32 series)
{
	int			number;

	if (scores->engine->nseries <= OWN_NUMBERS_MAX)
		return (int) series;
	number = (int) scores->number_of[series] - 1;
	if (likely(number >= 0))
		return number;
	if (scores->nseries == KLOUT_SERIES_MAX)
		return -1;
	scores->all_series[scores->nseries] = scores->engine->all_series[series];
	scores->number_of[series] = (uint16) ++scores->nseries;
	return scores->nseries - 1;
}

/*
 * Works a batch of the first actions into the value; returns how many those
 * were: a slice at most, and of as many series as a batch can have.
 */
static uint32
build_batch(Scores *scores, const KloutAction *actions, uint32 n)
{
	KloutEngine *engine = scores->engine;
	int64		first_bucket = klout_bucket_first(engine->unit);
	uint32		oldest = PG_UINT32_MAX;
	uint32		newest = 0;
	KloutEntries entries;
	KloutFolds	folds = {false, false, {NULL, 0}};
	size_t		size;
	size_t		len;
	uint8	   *out;
	uint32		taken;
	MemoryContext old;

	n = Min(n, KLOUT_ACTIONS_SLICE);
	for (uint32 i = 0; i < n; i++)
	{
		oldest = Min(oldest, actions[i].bucket);
		newest = Max(newest, actions[i].bucket);
	}
	entries.wide = newest - oldest >= KLOUT_WINDOW;
	entries.window = first_bucket + (int64) oldest;
	entries.data = scores->entries;
	if (engine->nseries <= OWN_NUMBERS_MAX)
	{
		scores->nseries = (int) engine->nseries;
		memcpy(scores->all_series, engine->all_series,
			   sizeof(KloutSeries) * engine->nseries);
	}
	else
		scores->nseries = 0;
	for (taken = 0; taken < n; taken++)
	{
		const KloutAction *action = &actions[taken];
		int			series = batch_series(scores, klout_action_series(action));
		KloutEntry	entry;

		if (series < 0)
			break;
		entry.actor = action->actor;
		entry.bucket = first_bucket + (int64) action->bucket;
		entry.series = (uint8) series;
		entry.weight = klout_action_weight(action);
		if (entries.wide)
			klout_store_wide(scores->entries + (size_t) taken * KLOUT_WIDE_ENTRY,
							 &entry);
		else
			klout_store_narrow(scores->entries + (size_t) taken * KLOUT_NARROW_ENTRY,
							   &entry, entries.window);
	}
	entries.count = taken;
	if (engine->nseries > OWN_NUMBERS_MAX)
		for (uint32 i = 0; i < taken; i++)
			scores->number_of[klout_action_series(&actions[i])] = 0;

	klout_engine_reserve(engine->context, &scores->scratch, &scores->scratch_size,
						 klout_build_scratch(taken));
	size = klout_build_bound(scores->nseries, taken);
	if (scores->value_len == 0)
	{
		klout_engine_reserve(engine->context, &scores->memory, &scores->memory_size,
							 VARHDRSZ + size);
		scores->value = (uint8 *) scores->memory + VARHDRSZ;
		klout_signals_error(klout_signals_build(engine->unit, scores->all_series,
												scores->nseries, &entries,
												scores->scratch, scores->value,
												size, &scores->value_len,
												&folds),
							engine->unit, engine->unit);
		klout_report_folds(&folds);
		return taken;
	}

	old = MemoryContextSwitchTo(scores->merging);
	out = palloc_extended(size, MCXT_ALLOC_HUGE);
	klout_signals_error(klout_signals_build(engine->unit, scores->all_series,
											scores->nseries, &entries,
											scores->scratch, out, size, &len,
											&folds),
						engine->unit, engine->unit);
	klout_report_folds(&folds);
	{
		KloutCanonical batch;
		KloutCanonical value;

		batch.data = out;
		batch.len = len;
		value.data = scores->value;
		value.len = scores->value_len;
		value = klout_signals_merged(value, batch);
		klout_engine_reserve(engine->context, &scores->memory, &scores->memory_size,
							 VARHDRSZ + value.len);
		scores->value = (uint8 *) scores->memory + VARHDRSZ;
		memcpy(scores->value, value.data, value.len);
		scores->value_len = value.len;
	}
	MemoryContextSwitchTo(old);
	MemoryContextReset(scores->merging);
	return taken;
}

static void
build_value(Scores *scores, const KloutAction *actions, uint32 n)
{
	for (uint32 i = 0; i < n;)
	{
		i += build_batch(scores, actions + i, n - i);
		if (n > KLOUT_ACTIONS_SLICE)
			CHECK_FOR_INTERRUPTS();
	}
}

/* The score of the person's value. */
static void
score_value(Scores *scores, KloutPersonScore *result)
{
	KloutCanonical value;
	KloutSignals signals;
	KloutNetwork network;
	KloutScore	score;

	value.data = scores->value;
	value.len = scores->value_len;
	klout_score_signals(value, &scores->model, scores->at, &score, NULL);
	result->score = score.score;
	result->reach = score.sum[KLOUT_PART_REACH];
	result->consistency = score.sum[KLOUT_PART_CONSISTENCY];
	result->reactors = 0;
	klout_signals_iter_init_or_error(&signals, value);
	while (klout_signals_next_or_error(&signals, &network))
		result->reactors += klout_network_reactors(&network);
}

/* ----------
 * Results
 * ----------
 */

static Datum
person_datum(const KloutEngine *engine, const KloutPerson *person)
{
	switch (engine->person_type)
	{
		case KLOUT_PERSON_BIGINT:
			return Int64GetDatum(person->number);
		case KLOUT_PERSON_UUID:
			return CStringGetTextDatum(DatumGetCString(DirectFunctionCall1(uuid_out,
																		   PointerGetDatum(person->id))));
		default:
			return PointerGetDatum(cstring_to_text_with_len(person->id,
															(int) person->len));
	}
}

static void
score_datums(const KloutPersonScore *score, int64 actions, Datum *values)
{
	values[1] = Float8GetDatum(score->score);
	values[2] = Float8GetDatum(score->reach);
	values[3] = Float8GetDatum(score->consistency);
	values[4] = Int64GetDatum(actions);
	values[5] = Float8GetDatum(score->reactors);
}

static void
begin_sort(Scores *scores)
{
	KloutEngine *engine = scores->engine;
	AttrNumber	column = 1;
	Oid			less = engine->text ? TextLessOperator : Int8LessOperator;
	Oid			collation = engine->text ? C_COLLATION_OID : InvalidOid;
	bool		nulls_first = false;
	MemoryContext old = MemoryContextSwitchTo(engine->context);

	scores->sort = tuplesort_begin_heap(scores->rsinfo->setDesc, 1, &column,
										&less, &collation, &nulls_first,
										(int) Max(64, Min(engine->budget / 4 / 1024,
														  MAX_KILOBYTES)),
										NULL, 0);
	scores->in = MakeSingleTupleTableSlot(scores->rsinfo->setDesc,
										  &TTSOpsVirtual);
	scores->out = MakeSingleTupleTableSlot(scores->rsinfo->setDesc,
										   &TTSOpsMinimalTuple);
	MemoryContextSwitchTo(old);
}

/* Hands a row to the sort. */
static void
sort_row(Scores *scores, const Datum *values)
{
	TupleTableSlot *slot = scores->in;
	int			n = slot->tts_tupleDescriptor->natts;

	ExecClearTuple(slot);
	memcpy(slot->tts_values, values, sizeof(Datum) * (size_t) n);
	memset(slot->tts_isnull, 0, sizeof(bool) * (size_t) n);
	ExecStoreVirtualTuple(slot);
	tuplesort_puttupleslot(scores->sort, slot);
}

/* All results collected so far go to the sort, as those to come will. */
static void
overflow_results(Scores *scores)
{
	MemoryContext old = MemoryContextSwitchTo(scores->merging);

	begin_sort(scores);
	for (uint64 i = 0; i < scores->nresults; i++)
	{
		PersonResult *result = &scores->results[i];
		Datum		values[SCORE_COLUMNS];

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(result->person);
		score_datums(&result->score, result->actions, values);
		sort_row(scores, values);
		MemoryContextReset(scores->merging);
	}
	klout_engine_release((void **) &scores->results, &scores->results_size);
	scores->nresults = 0;
	MemoryContextSwitchTo(old);
}

static void
enlarge_results(Scores *scores)
{
	void	   *results = NULL;
	size_t		size = 0;

	klout_engine_reserve(scores->engine->context, &results, &size,
						 sizeof(PersonResult) *
						 Max(RESULTS_FIRST, 2 * scores->nresults));
	if (scores->nresults > 0)
		memcpy(results, scores->results,
			   sizeof(PersonResult) * scores->nresults);
	klout_engine_release((void **) &scores->results, &scores->results_size);
	scores->results = results;
	scores->results_size = size;
}

static void
put_score(Scores *scores, const KloutPerson *person,
		  const KloutPersonScore *score)
{
	PersonResult *result;

	if (scores->sort == NULL &&
		(scores->engine->text ||scores->nresults == scores->max_results))
		overflow_results(scores);
	if (scores->sort)
	{
		Datum		values[SCORE_COLUMNS];
		MemoryContext old = MemoryContextSwitchTo(scores->merging);

		values[0] = person_datum(scores->engine, person);
		score_datums(score, (int64) scores->actions, values);
		sort_row(scores, values);
		MemoryContextSwitchTo(old);
		MemoryContextReset(scores->merging);
		return;
	}
	if ((scores->nresults + 1) * sizeof(PersonResult) > scores->results_size)
		enlarge_results(scores);
	result = &scores->results[scores->nresults++];
	result->person = person->number;
	result->actions = (int64) scores->actions;
	result->score = *score;
}

static void
put_value(Scores *scores, const KloutPerson *person)
{
	Datum		values[SIGNALS_COLUMNS];
	MemoryContext old = MemoryContextSwitchTo(scores->merging);

	if (scores->sort == NULL)
		begin_sort(scores);
	if (scores->value_len > MaxAllocSize - VARHDRSZ)
		ereport(ERROR,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("value of type klout_signals exceeds 1 GB")));
	SET_VARSIZE(scores->memory, VARHDRSZ + scores->value_len);
	values[0] = person_datum(scores->engine, person);
	values[1] = PointerGetDatum(scores->memory);
	sort_row(scores, values);
	MemoryContextSwitchTo(old);
	MemoryContextReset(scores->merging);
}

/* Takes the actions of a person (KloutTakeActions). */
static void
take_person(void *arg, const KloutPerson *person, const KloutAction *actions,
			uint32 n, bool last)
{
	Scores	   *scores = (Scores *) arg;
	KloutPersonScore score;

	if (scores->actions == 0 && last && !scores->signals &&
		klout_score_directly(scores->scorer, actions, n, &score))
	{
		scores->actions = n;
		scores->direct++;
		put_score(scores, person, &score);
		scores->actions = 0;
		return;
	}
	build_value(scores, actions, n);
	scores->actions += n;
	if (!last)
		return;
	if (scores->signals)
		put_value(scores, person);
	else
	{
		score_value(scores, &score);
		put_score(scores, person, &score);
	}
	scores->actions = 0;
	scores->value_len = 0;
}

/* A result by its person, in the order of the numbers when they are unsigned. */
typedef struct ResultKey
{
	uint64		person;
	uint64		number;
} ResultKey;

/* Radix sort, the least byte first, over the bytes that differ. */
static ResultKey *
sort_results(Scores *scores)
{
	uint64		n = scores->nresults;
	void	   *memory = NULL;
	size_t		size = 0;
	ResultKey  *from;
	ResultKey  *to;
	uint64		differing = 0;

	klout_engine_reserve(scores->engine->context, &memory, &size,
						 2 * sizeof(ResultKey) * n);
	from = memory;
	to = from + n;
	for (uint64 i = 0; i < n; i++)
	{
		from[i].person = (uint64) scores->results[i].person ^
			(UINT64CONST(1) << 63);
		from[i].number = i;
		differing |= from[i].person ^ from[0].person;
	}
	for (int shift = 0; shift < 64; shift += 8)
	{
		uint64		start[256] = {0};
		uint64		sum = 0;
		ResultKey  *swap;

		if ((differing >> shift & 0xFF) == 0)
			continue;
		for (uint64 i = 0; i < n; i++)
			start[from[i].person >> shift & 0xFF]++;
		for (int i = 0; i < 256; i++)
		{
			uint64		count = start[i];

			start[i] = sum;
			sum += count;
		}
		for (uint64 i = 0; i < n; i++)
			to[start[from[i].person >> shift & 0xFF]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	return from;
}

static void
put_out(Scores *scores)
{
	ReturnSetInfo *rsinfo = scores->rsinfo;
	bool		nulls[SCORE_COLUMNS] = {false};
	ResultKey  *keys;

	if (scores->sort)
	{
		tuplesort_performsort(scores->sort);
		while (tuplesort_gettupleslot(scores->sort, true, false, scores->out,
									  NULL))
		{
			CHECK_FOR_INTERRUPTS();
			tuplestore_puttupleslot(rsinfo->setResult, scores->out);
		}
		tuplesort_end(scores->sort);
		ExecDropSingleTupleTableSlot(scores->in);
		ExecDropSingleTupleTableSlot(scores->out);
		return;
	}
	if (scores->nresults == 0)
		return;
	keys = sort_results(scores);
	for (uint64 i = 0; i < scores->nresults; i++)
	{
		const PersonResult *result = &scores->results[keys[i].number];
		Datum		values[SCORE_COLUMNS];

		CHECK_FOR_INTERRUPTS();
		values[0] = Int64GetDatum(result->person);
		score_datums(&result->score, result->actions, values);
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	}
}

/* ----------
 * The functions
 * ----------
 */

static void
check_not_null(FunctionCallInfo fcinfo, const char *const *names)
{
	for (int i = 0; i < PG_NARGS(); i++)
		if (PG_ARGISNULL(i))
			ereport(ERROR,
					(errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED),
					 errmsg("%s: %s must not be null",
							klout_function_name(fcinfo), names[i])));
}

/* Seconds since *since, which becomes now. */
static double
lap(instr_time *since)
{
	instr_time	now;
	instr_time	elapsed;

	INSTR_TIME_SET_CURRENT(now);
	elapsed = now;
	INSTR_TIME_SUBTRACT(elapsed, *since);
	*since = now;
	return INSTR_TIME_GET_DOUBLE(elapsed);
}

static void
run(Scores *scores, FunctionCallInfo fcinfo, bool text_ids, KloutUnit unit,
	const char *actions_sql)
{
	KloutEngine *engine = klout_engine_start(fcinfo, text_ids, unit);
	ScoresStats stats;
	instr_time	since;

	memset(&stats, 0, sizeof(stats));
	INSTR_TIME_SET_CURRENT(since);
	scores->engine = engine;
	klout_engine_read(engine, actions_sql);
	stats.read_seconds = lap(&since);

	scores->merging = AllocSetContextCreate(engine->context, "klout value",
											ALLOCSET_DEFAULT_SIZES);
	scores->entries = MemoryContextAlloc(engine->context,
										 KLOUT_ACTIONS_SLICE * KLOUT_WIDE_ENTRY);
	scores->number_of = MemoryContextAllocExtended(engine->context,
												   sizeof(uint16) * Max(1, engine->nseries),
												   MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO);
	if (!scores->signals)
	{
		void	   *memory = NULL;
		size_t		size = 0;
		size_t		n = Max(1, engine->nseries);

		/*
		 * while they move to more room, there are one and a half times as
		 * many
		 */
		scores->max_results = engine->budget / 12 / sizeof(PersonResult);
		klout_engine_reserve(engine->context, &memory, &size, sizeof(KloutScorer));
		scores->scorer = memory;
		klout_scorer_init(scores->scorer, &scores->model, scores->at, unit,
						  engine->all_series, engine->nseries,
						  MemoryContextAllocHuge(engine->context,
												 sizeof(KloutScorerSeries) * n),
						  MemoryContextAllocHuge(engine->context,
												 sizeof(KloutScorerNetwork) * n),
						  MemoryContextAllocHuge(engine->context,
												 sizeof(uint32) * n));
	}
	klout_engine_group(engine, take_person, scores);
	stats.score_seconds = lap(&since);
	put_out(scores);
	stats.sort_seconds = lap(&since);

	stats.known = true;
	stats.engine = engine->stats;
	stats.direct = scores->direct;
	last_call = stats;
	klout_engine_end(engine);
}

static Datum
scores_of(FunctionCallInfo fcinfo, bool text_ids)
{
	static const char *const names[] = {"actions_sql", "model", "as_of", "bucket"};
	Scores	   *scores = palloc0(sizeof(Scores));

	check_not_null(fcinfo, names);
	(void) klout_model_getarg(fcinfo, 1, &scores->model);
	scores->at = klout_moment_getarg(fcinfo, 2, "as_of");
	InitMaterializedSRF(fcinfo, 0);
	scores->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	run(scores, fcinfo, text_ids,
		klout_bucket_unit(fcinfo, PG_GETARG_INTERVAL_P(3)),
		text_to_cstring(PG_GETARG_TEXT_PP(0)));
	pfree(scores);
	return (Datum) 0;
}

static Datum
signals_of(FunctionCallInfo fcinfo, bool text_ids)
{
	static const char *const names[] = {"actions_sql", "bucket"};
	Scores	   *scores = palloc0(sizeof(Scores));

	check_not_null(fcinfo, names);
	InitMaterializedSRF(fcinfo, 0);
	scores->rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	scores->signals = true;
	run(scores, fcinfo, text_ids,
		klout_bucket_unit(fcinfo, PG_GETARG_INTERVAL_P(1)),
		text_to_cstring(PG_GETARG_TEXT_PP(0)));
	pfree(scores);
	return (Datum) 0;
}

/* (actions_sql, model, as_of, bucket) */
PG_FUNCTION_INFO_V1(klout_scores);

Datum
klout_scores(PG_FUNCTION_ARGS)
{
	return scores_of(fcinfo, false);
}

PG_FUNCTION_INFO_V1(klout_scores_text);

Datum
klout_scores_text(PG_FUNCTION_ARGS)
{
	return scores_of(fcinfo, true);
}

/* (actions_sql, bucket) */
PG_FUNCTION_INFO_V1(klout_signals_of);

Datum
klout_signals_of(PG_FUNCTION_ARGS)
{
	return signals_of(fcinfo, false);
}

PG_FUNCTION_INFO_V1(klout_signals_of_text);

Datum
klout_signals_of_text(PG_FUNCTION_ARGS)
{
	return signals_of(fcinfo, true);
}

PG_FUNCTION_INFO_V1(klout_scores_stats);

Datum
klout_scores_stats(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	Datum		values[10];
	bool		nulls[10] = {false};
	int			i = 0;

	InitMaterializedSRF(fcinfo, 0);
	if (!last_call.known)
		return (Datum) 0;

	values[i++] = Int64GetDatum((int64) last_call.engine.rows);
	values[i++] = Int64GetDatum((int64) last_call.engine.null_rows);
	values[i++] = Int64GetDatum((int64) last_call.engine.people);
	values[i++] = Int64GetDatum((int64) last_call.direct);
	values[i++] = Int64GetDatum((int64) last_call.engine.spilled);
	values[i++] = Int32GetDatum((int32) last_call.engine.files);
	values[i++] = Int32GetDatum((int32) last_call.engine.depth);
	values[i++] = Float8GetDatum(last_call.read_seconds);
	values[i++] = Float8GetDatum(last_call.score_seconds);
	values[i++] = Float8GetDatum(last_call.sort_seconds);
	Assert(i <= (int) lengthof(values) && i == rsinfo->setDesc->natts);
	tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values, nulls);
	return (Datum) 0;
}
