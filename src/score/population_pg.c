/*-------------------------------------------------------------------------
 *
 * population_pg.c
 *	  The type klout_population in SQL: input and output,
 *	  comparison, aggregates and queries.
 *
 * Plan.  Two aggregates (of scores, of populations) have the type itself as
 * their state.  While they run, it is in its growing form: a buffer of bins in
 * 64 bytes at first, doubled when full, then 10,001 counters (population.h).
 * A row is stored into it in place; the executor sees the same pointer and
 * copies nothing.  A larger state is allocated where the transition function
 * is called, the executor copies it beside the group and frees the one before.
 *
 * Only inside an aggregate, and only a plain open value, is anything changed
 * in place: every other first argument (none, canonical, with a short header,
 * of a caller who has no aggregate running) leads to a new value.  Final
 * functions close a copy, so they may run for each row of a window.
 *
 * Every reader accepts open values, so a user-defined aggregate over these
 * support functions works without a final function.
 *
 *-------------------------------------------------------------------------
 */
#include "common/compat.h"

#include "common/compare_pg.h"
#include "common/json_pg.h"
#include "score/population.h"

#include "catalog/pg_type_d.h"
#include "common/values_pg.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "port/pg_bitutils.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/float.h"
#include "utils/tuplestore.h"

#define TYPE_NAME			"klout_population"

/* VARSIZE of a new state: 26 people, or 10,000 groups in a megabyte */
#define STATE_SIZE_MIN		64

/* the longest bar of a histogram, and the resolution of a block character */
#define BAR_LENGTH			40
#define BAR_EIGHTHS			8

/* ----------
 * Arguments
 * ----------
 */

/* The bin of the score in argument argno, which is between 0 and 100. */
static inline int
score_argument(FunctionCallInfo fcinfo, int argno)
{
	double		score = PG_GETARG_FLOAT8(argno);

	if (unlikely(!klout_is_score(score)))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: score must be between 0 and 100, got %s",
						klout_function_name(fcinfo),
						float8out_internal(score))));
	return klout_score_bin(score);
}

/* Checks a fraction: NaN fails. */
static double
checked_fraction(FunctionCallInfo fcinfo, double fraction)
{
	if (!(fraction >= 0.0 && fraction <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: fraction must be between 0 and 1, got %s",
						klout_function_name(fcinfo),
						float8out_internal(fraction))));
	return fraction;
}

/* ----------
 * Reading and closing
 * ----------
 */

/* An empty population with room for this many bins. */
static void
alloc_bins(KloutBins *bins, int capacity)
{
	bins->n = 0;
	bins->bin = palloc(sizeof(bins->bin[0]) * (size_t) capacity);
	bins->upto = palloc(sizeof(bins->upto[0]) * (size_t) capacity);
}

static void
report_corrupt(const char *fault)
{
	if (fault == klout_population_too_many)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s out of range", TYPE_NAME),
				 errdetail("The number of people would exceed %lld.",
						   (long long) PG_INT64_MAX)));
	klout_report_corrupt(TYPE_NAME, fault);
}

static const uint8 *
data_of(const struct varlena *value)
{
	return (const uint8 *) VARDATA_ANY(value);
}

static void
read_population(const struct varlena *value, KloutBins *bins)
{
	const uint8 *data = data_of(value);
	size_t		len = VARSIZE_ANY_EXHDR(value);
	const char *fault;

	alloc_bins(bins, klout_bins_capacity(data, len));
	fault = klout_bins_decode(data, len, bins);
	if (unlikely(fault != NULL))
		report_corrupt(fault);
}

static struct varlena *
alloc_value(size_t len)
{
	struct varlena *result = palloc(VARHDRSZ + len);

	SET_VARSIZE(result, VARHDRSZ + len);
	return result;
}

/* A value in the canonical form. */
static struct varlena *
form_value(const KloutBins *bins)
{
	struct varlena *result = alloc_value(klout_bins_size(bins));

	klout_bins_encode(bins, (uint8 *) VARDATA(result));
	return result;
}

/* The canonical form of a value, which may be the value itself. */
static struct varlena *
canonical(struct varlena *value)
{
	KloutBins	bins;

	if (likely(!klout_population_is_growing(data_of(value),
											VARSIZE_ANY_EXHDR(value))))
		return value;
	read_population(value, &bins);
	return form_value(&bins);
}

/* ----------
 * Open states
 * ----------
 */

/* Can this state be changed in place, if the caller owns it? */
static inline bool
state_is_open(const struct varlena *state)
{
	const uint8 *data;
	size_t		len;

	if (VARATT_IS_EXTENDED(state))
		return false;
	data = (const uint8 *) VARDATA(state);
	len = VARSIZE(state) - VARHDRSZ;
	return klout_population_is_growing(data, len) &&
		(data[1] == KLOUT_GROWING_BUFFER ||
		 (data[1] == KLOUT_GROWING_COUNTERS && len == KLOUT_GROWING_COUNTERS_SIZE));
}

/*
 * An open copy of the population in len bytes (an empty one if data is NULL)
 * with room for at least this many people more.
 */
static struct varlena *
open_state(const uint8 *data, size_t len, uint64 room)
{
	struct varlena *state;
	uint64		people = 0;
	size_t		region_len;
	int			form;
	const char *fault = NULL;

	if (data != NULL)
		people = klout_population_people(data, len, KLOUT_GROWING_BUFFER_MAX);
	if (people > KLOUT_GROWING_BUFFER_MAX ||
		room > KLOUT_GROWING_BUFFER_MAX - people)
	{
		form = KLOUT_GROWING_COUNTERS;
		region_len = KLOUT_GROWING_COUNTERS_SIZE;
	}
	else
	{
		/* the whole in a power of two, as the allocator would round it */
		size_t		header = VARHDRSZ + KLOUT_GROWING_BUFFER_HEADER;
		size_t		size = header + (people + room) * sizeof(uint16);

		form = KLOUT_GROWING_BUFFER;
		size = (size_t) pg_nextpower2_64(Max(size, STATE_SIZE_MIN));
		region_len = Min(size - header,
						 KLOUT_GROWING_BUFFER_MAX * sizeof(uint16)) +
			KLOUT_GROWING_BUFFER_HEADER;
	}

	state = alloc_value(region_len);
	klout_growing_bins_init((uint8 *) VARDATA(state), region_len, form);
	if (data != NULL)
		fault = klout_growing_bins_merge((uint8 *) VARDATA(state), region_len, data, len);
	if (unlikely(fault != NULL))
		report_corrupt(fault);
	Assert(state_is_open(state));
	return state;
}

/* Adds one person to an open state: in place, or in a larger copy. */
static inline struct varlena *
add_person(struct varlena *state, int bin)
{
	struct varlena *larger;

	Assert(bin >= 0 && bin <= KLOUT_BIN_MAX);
	if (likely(klout_growing_bins_add((uint8 *) VARDATA(state),
									  VARSIZE(state) - VARHDRSZ, bin)))
		return state;
	larger = open_state((const uint8 *) VARDATA(state),
						VARSIZE(state) - VARHDRSZ, 1);
	if (!klout_growing_bins_add((uint8 *) VARDATA(larger),
								VARSIZE(larger) - VARHDRSZ, bin))
		report_corrupt(klout_population_too_many);
	return larger;
}

/* Adds a population to an open state: in place, or in a larger copy. */
static struct varlena *
add_population(struct varlena *state, const uint8 *other, size_t other_len)
{
	uint8	   *data = (uint8 *) VARDATA(state);
	size_t		len = VARSIZE(state) - VARHDRSZ;
	const char *fault;

	Assert(state_is_open(state));
	if (data[1] == KLOUT_GROWING_BUFFER)
	{
		uint64		people = klout_population_people(other, other_len,
													 KLOUT_GROWING_BUFFER_MAX);

		if (!klout_growing_bins_has_room(data, len, people))
		{
			state = open_state(data, len, people);
			data = (uint8 *) VARDATA(state);
			len = VARSIZE(state) - VARHDRSZ;
		}
	}
	fault = klout_growing_bins_merge(data, len, other, other_len);
	if (unlikely(fault != NULL))
		report_corrupt(fault);
	return state;
}

/* ----------
 * Text and binary
 * ----------
 */

/* The JSON array of [score, count] pairs. */
static void
append_bins(StringInfo buf, const KloutBins *bins)
{
	appendStringInfoChar(buf, '[');
	for (int i = 0; i < bins->n; i++)
	{
		int			whole = bins->bin[i] / 100;
		int			rest = bins->bin[i] % 100;

		/* the shortest decimal, and no way through a float */
		appendStringInfo(buf, i > 0 ? ", [%d" : "[%d", whole);
		if (rest % 10 != 0)
			appendStringInfo(buf, ".%02d", rest);
		else if (rest != 0)
			appendStringInfo(buf, ".%d", rest / 10);
		appendStringInfo(buf, ", " UINT64_FORMAT "]",
						 klout_bins_people(bins, i));
	}
	appendStringInfoChar(buf, ']');
}

/* One [score, count] pair. */
static bool
pair_from_json(const JsonbValue *value, Node *escontext, KloutBins *bins)
{
	JsonbContainer *container = klout_json_array(value);
	KloutJsonIter iter;
	JsonbValue	element;
	double		score = -1.0;
	int64		count = 0;
	int			n = 0;
	bool		good = container != NULL;
	const char *fault;

	if (good)
	{
		klout_json_iter_init(&iter, container);
		while (klout_json_element(&iter, &element))
		{
			if (n == 0)
				good &= klout_json_float8(&element, &score);
			else if (n == 1)
				good &= klout_json_int64(&element, &count) && count > 0;
			n++;
		}
	}
	if (!good || n != 2)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: a bin is not a score and a positive count",
						TYPE_NAME),
				 errdetail("The bin is %s.", klout_json_text(value))));
	if (!klout_is_score(score) ||
		fabs(klout_bin_score(klout_score_bin(score)) - score) > 1e-9)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: a score is not a multiple of 0.01 between 0 and 100",
						TYPE_NAME),
				 errdetail("The bin is %s.", klout_json_text(value))));
	if (bins->n == KLOUT_BIN_COUNT)
		fault = "too many bins";
	else
		fault = klout_bins_append(bins, klout_score_bin(score),
								  (uint64) count);
	if (fault != NULL)
		ereturn(escontext, false,
				(errcode(fault == klout_population_too_many ?
						 ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE :
						 ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: %s", TYPE_NAME, fault)));
	return true;
}

static bool
bins_from_json(const JsonbValue *value, Node *escontext, KloutBins *bins)
{
	JsonbContainer *container = klout_json_array(value);
	KloutJsonIter iter;
	JsonbValue	element;

	if (container == NULL)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: \"bins\" is not an array",
						TYPE_NAME)));
	alloc_bins(bins, (int) Min(JsonContainerSize(container),
							   KLOUT_BIN_COUNT));
	klout_json_iter_init(&iter, container);
	while (klout_json_element(&iter, &element))
	{
		if (!pair_from_json(&element, escontext, bins))
			return false;
	}
	return true;
}

PG_FUNCTION_INFO_V1(klout_population_in);
Datum
klout_population_in(PG_FUNCTION_ARGS)
{
	Node	   *escontext = klout_escontext(fcinfo);
	Jsonb	   *json = klout_json_parse(PG_GETARG_CSTRING(0), TYPE_NAME,
										escontext);
	KloutJsonIter iter;
	JsonbValue	key;
	JsonbValue	value;
	KloutBins	bins = {0, NULL, NULL};

	if (json == NULL)
		PG_RETURN_NULL();
	if (!JB_ROOT_IS_OBJECT(json))
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: expected a JSON object",
						TYPE_NAME)));
	klout_json_iter_init(&iter, &json->root);
	while (klout_json_member(&iter, &key, &value))
	{
		if (!klout_json_equals(&key, "bins"))
			ereturn(escontext, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("unknown key %s in %s", klout_json_text(&key),
							TYPE_NAME),
					 errhint("The only key is \"bins\".")));
		if (!bins_from_json(&value, escontext, &bins))
			return (Datum) 0;
	}
	PG_RETURN_POINTER(form_value(&bins));
}

PG_FUNCTION_INFO_V1(klout_population_out);
Datum
klout_population_out(PG_FUNCTION_ARGS)
{
	KloutBins	bins;
	StringInfoData buf;

	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	initStringInfo(&buf);
	appendStringInfoString(&buf, "{\"bins\": ");
	append_bins(&buf, &bins);
	appendStringInfoChar(&buf, '}');
	PG_RETURN_CSTRING(buf.data);
}

PG_FUNCTION_INFO_V1(klout_population_recv);
Datum
klout_population_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	size_t		len = (size_t) (buf->len - buf->cursor);
	const uint8 *data = (const uint8 *) pq_getmsgbytes(buf, (int) len);
	KloutBins	bins;
	const char *fault;

	if (klout_population_is_growing(data, len))
		fault = "version is unknown";
	else
	{
		alloc_bins(&bins, klout_bins_capacity(data, len));
		fault = klout_bins_decode(data, len, &bins);
	}
	if (fault == klout_population_too_many)
		report_corrupt(fault);
	if (fault != NULL)
		klout_report_bad_binary(TYPE_NAME, fault);
	PG_RETURN_POINTER(klout_new_value(data, len));
}

PG_FUNCTION_INFO_V1(klout_population_send);
Datum
klout_population_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = canonical(PG_GETARG_VARLENA_PP(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, (char *) VARDATA_ANY(value),
				 (int) VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* ----------
 * Comparison: of the canonical bytes
 * ----------
 */

KLOUT_COMPARISONS(klout_population, canonical)

/* ----------
 * Aggregation
 * ----------
 */

/* Adds two populations to a canonical value, for calls outside aggregates. */
static struct varlena *
merge_values(const struct varlena *a, const KloutBins *b)
{
	KloutBins	bins;
	KloutBins	result;
	const char *fault;

	read_population(a, &bins);
	alloc_bins(&result, bins.n + b->n);
	fault = klout_bins_merge(&bins, b, &result);
	if (fault != NULL)
		report_corrupt(fault);
	return form_value(&result);
}

PG_FUNCTION_INFO_V1(klout_population_accum);
Datum
klout_population_accum(PG_FUNCTION_ARGS)
{
	struct varlena *state;
	int			bin;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);
	bin = score_argument(fcinfo, 1);

	if (!AggCheckCallContext(fcinfo, NULL))
	{
		uint16		one_bin = (uint16) bin;
		uint64		one_upto = 1;
		KloutBins	one = {1, &one_bin, &one_upto};

		if (PG_ARGISNULL(0))
			PG_RETURN_POINTER(form_value(&one));
		PG_RETURN_POINTER(merge_values(PG_GETARG_VARLENA_PP(0), &one));
	}

	if (PG_ARGISNULL(0))
		state = open_state(NULL, 0, 1);
	else
	{
		state = (struct varlena *) PG_GETARG_POINTER(0);
		if (unlikely(!state_is_open(state)))
		{
			state = PG_GETARG_VARLENA_PP(0);
			state = open_state(data_of(state), VARSIZE_ANY_EXHDR(state), 1);
		}
	}
	PG_RETURN_POINTER(add_person(state, bin));
}

/*
 * Of two states and of a state and a value alike: combine function of both
 * aggregates, transition function of the one over populations, and merge.
 */
PG_FUNCTION_INFO_V1(klout_population_combine);
Datum
klout_population_combine(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	struct varlena *state;
	struct varlena *other;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		int			given = PG_ARGISNULL(0) ? 1 : 0;

		if (PG_ARGISNULL(given))
			PG_RETURN_NULL();
		if (in_aggregate && given == 0)
			PG_RETURN_DATUM(PG_GETARG_DATUM(0));
		other = PG_GETARG_VARLENA_PP(given);
		PG_RETURN_POINTER(in_aggregate ? other : canonical(other));
	}
	other = PG_GETARG_VARLENA_PP(1);

	if (!in_aggregate)
	{
		KloutBins	bins;

		read_population(other, &bins);
		PG_RETURN_POINTER(merge_values(PG_GETARG_VARLENA_PP(0), &bins));
	}

	state = (struct varlena *) PG_GETARG_POINTER(0);
	if (!state_is_open(state))
	{
		uint64		room = klout_population_people(data_of(other),
												   VARSIZE_ANY_EXHDR(other),
												   KLOUT_GROWING_BUFFER_MAX);

		state = PG_GETARG_VARLENA_PP(0);
		state = open_state(data_of(state), VARSIZE_ANY_EXHDR(state), room);
	}
	PG_RETURN_POINTER(add_population(state, data_of(other),
									 VARSIZE_ANY_EXHDR(other)));
}

PG_FUNCTION_INFO_V1(klout_population_final);
Datum
klout_population_final(PG_FUNCTION_ARGS)
{
	if (PG_ARGISNULL(0))
		PG_RETURN_NULL();
	PG_RETURN_POINTER(canonical(PG_GETARG_VARLENA_PP(0)));
}

PG_FUNCTION_INFO_V1(klout_population_subtract);
Datum
klout_population_subtract(PG_FUNCTION_ARGS)
{
	KloutBins	whole;
	KloutBins	part;
	KloutBins	rest;
	int			missing;

	read_population(PG_GETARG_VARLENA_PP(0), &whole);
	read_population(PG_GETARG_VARLENA_PP(1), &part);
	alloc_bins(&rest, whole.n);
	missing = klout_bins_subtract(&whole, &part, &rest);
	if (missing >= 0)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: the second population is not contained in the first",
						klout_function_name(fcinfo)),
				 errdetail("The second population has more people at %d.%02d.", missing / 100, missing % 100)));
	PG_RETURN_POINTER(form_value(&rest));
}

/* ----------
 * Questions
 * ----------
 */

PG_FUNCTION_INFO_V1(klout_population_count);
Datum
klout_population_count(PG_FUNCTION_ARGS)
{
	KloutBins	bins;

	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	PG_RETURN_INT64((int64) klout_bins_total(&bins));
}

PG_FUNCTION_INFO_V1(klout_population_percentile);
Datum
klout_population_percentile(PG_FUNCTION_ARGS)
{
	double		fraction = checked_fraction(fcinfo, PG_GETARG_FLOAT8(1));
	KloutBins	bins;

	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	if (bins.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(klout_bin_score(klout_bins_percentile(&bins, fraction)));
}

PG_FUNCTION_INFO_V1(klout_population_percentiles);
Datum
klout_population_percentiles(PG_FUNCTION_ARGS)
{
	ArrayType  *fractions = PG_GETARG_ARRAYTYPE_P(1);
	KloutBins	bins;
	Datum	   *elements;
	bool	   *nulls;
	int			n;

	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	deconstruct_array(fractions, FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
					  TYPALIGN_DOUBLE, &elements, &nulls, &n);
	for (int i = 0; i < n; i++)
	{
		double		fraction;

		CHECK_FOR_INTERRUPTS();
		if (nulls[i])
			continue;
		fraction = checked_fraction(fcinfo, DatumGetFloat8(elements[i]));
		if (bins.n > 0)
			elements[i] = Float8GetDatum(klout_bin_score(klout_bins_percentile(&bins, fraction)));
	}
	if (bins.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(construct_md_array(elements, nulls,
											 ARR_NDIM(fractions),
											 ARR_DIMS(fractions),
											 ARR_LBOUND(fractions),
											 FLOAT8OID, sizeof(float8),
											 FLOAT8PASSBYVAL,
											 TYPALIGN_DOUBLE));
}

PG_FUNCTION_INFO_V1(klout_population_cume_dist);
Datum
klout_population_cume_dist(PG_FUNCTION_ARGS)
{
	int			bin = score_argument(fcinfo, 1);
	KloutBins	bins;

	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	if (bins.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8((double) klout_bins_upto(&bins, bin) /
					 (double) klout_bins_total(&bins));
}

PG_FUNCTION_INFO_V1(klout_population_cutoff);
Datum
klout_population_cutoff(PG_FUNCTION_ARGS)
{
	double		top = PG_GETARG_FLOAT8(1);
	KloutBins	bins;

	if (!(top > 0.0 && top <= 1.0))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: top must be greater than 0 and at most 1, got %s",
						klout_function_name(fcinfo), float8out_internal(top))));
	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	if (bins.n == 0)
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(klout_bin_score(klout_bins_cutoff(&bins, top)));
}

PG_FUNCTION_INFO_V1(klout_population_rank);
Datum
klout_population_rank(PG_FUNCTION_ARGS)
{
	int			bin = score_argument(fcinfo, 1);
	KloutBins	bins;
	uint64		higher;

	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	higher = klout_bins_total(&bins) - klout_bins_upto(&bins, bin);
	if (unlikely(higher >= (uint64) PG_INT64_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("bigint out of range")));
	PG_RETURN_INT64((int64) higher + 1);
}

/*
 * A bar, of BAR_LENGTH characters for the largest bucket; the bar of a
 * non-empty bucket is visible.  U+2588 is a full block, U+2589 to U+258F are
 * 7/8 to 1/8 of one.
 */
static text *
make_bar(uint64 people, uint64 most)
{
	int			steps = GetDatabaseEncoding() == PG_UTF8 ? BAR_EIGHTHS : 1;
	double		length = people == 0 ? 0.0 :
		rint((double) people / (double) most * (BAR_LENGTH * steps));
	int			filled = people == 0 ? 0 : Max(1, (int) length);
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < filled / steps; i++)
		appendStringInfoString(&buf, steps == 1 ? "#" : "\xE2\x96\x88");
	if (filled % steps != 0)
	{
		appendStringInfoString(&buf, "\xE2\x96");
		appendStringInfoChar(&buf, (char) (0x88 + steps - filled % steps));
	}
	return cstring_to_text_with_len(buf.data, buf.len);
}

PG_FUNCTION_INFO_V1(klout_population_histogram);
Datum
klout_population_histogram(PG_FUNCTION_ARGS)
{
	ReturnSetInfo *rsinfo = (ReturnSetInfo *) fcinfo->resultinfo;
	int			buckets = PG_GETARG_INT32(1);
	KloutBins	bins;
	uint64	   *people;
	uint64		most = 0;

	if (buckets < 1 || buckets > KLOUT_BIN_MAX)
		ereport(ERROR,
				(errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
				 errmsg("%s: buckets must be between 1 and %d, got %d",
						klout_function_name(fcinfo), KLOUT_BIN_MAX, buckets)));
	read_population(PG_GETARG_VARLENA_PP(0), &bins);
	InitMaterializedSRF(fcinfo, 0);

	people = palloc0(sizeof(uint64) * (size_t) buckets);
	for (int i = 0; i < bins.n; i++)
	{
		int			bucket = Min(bins.bin[i] * buckets / KLOUT_BIN_MAX,
								 buckets - 1);

		people[bucket] += klout_bins_people(&bins, i);
		most = Max(most, people[bucket]);
	}
	for (int i = 0; i < buckets; i++)
	{
		Datum		values[4];
		bool		nulls[4] = {false, false, false, false};

		values[0] = Float8GetDatum(100.0 * i / buckets);
		values[1] = Float8GetDatum(100.0 * (i + 1) / buckets);
		values[2] = Int64GetDatum((int64) people[i]);
		values[3] = PointerGetDatum(make_bar(people[i], most));
		tuplestore_putvalues(rsinfo->setResult, rsinfo->setDesc, values,
							 nulls);
	}
	return (Datum) 0;
}
