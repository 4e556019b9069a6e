/*-------------------------------------------------------------------------
 *
 * quantiles_sql.c
 *	  The one-step aggregates klout_percentile(score, fraction),
 *	  klout_percentiles(score, fractions), klout_cutoff(score, top), and the
 *	  type klout_quantiles of their states.
 *
 * Plan.  The parameter comes with each row; the state carries the one of its
 * first row in front of an open population (quantiles.h).  Each row writes its
 * own parameter in the same bytes, on the stack when it is short, and
 * compares: no caching between rows, which not every executor would keep.
 * Memory and in-place rules are those of population_sql.c.
 *
 * A NULL parameter is one like any other and gives NULL, as that of
 * percentile_disc does; a row whose score is NULL is skipped unseen.
 *
 *-------------------------------------------------------------------------
 */
#include "population_sql.h"

#include "json_sql.h"
#include "quantiles.h"

#include "catalog/pg_type_d.h"
#include "libpq/pqformat.h"
#include "utils/array.h"
#include "values_sql.h"

#define TYPE_NAME			"klout_quantiles"

/* prefixes up to this size (27 fractions) need no allocation */
#define PREFIX_ON_STACK		256

typedef struct QuantileNames
{
	const char *name;			/* of the aggregate */
	const char *argument;		/* of its parameter */
} QuantileNames;

static const QuantileNames quantiles[] = {
	[KLOUT_PERCENTILE] = {"klout_percentile", "fraction"},
	[KLOUT_PERCENTILES] = {"klout_percentiles", "fractions"},
	[KLOUT_CUTOFF] = {"klout_cutoff", "top"},
};

typedef struct Prefix
{
	uint8	   *data;
	size_t		len;
	uint8		space[PREFIX_ON_STACK];
} Prefix;

/* ----------
 * Prefixes
 * ----------
 */

static uint8 *
start_prefix(Prefix *prefix, KloutQuantile quantile, size_t parameter_len)
{
	uint8	   *p;

	prefix->len = KLOUT_QUANTILES_HEADER + parameter_len;
	prefix->data = prefix->len <= sizeof(prefix->space) ?
		prefix->space : palloc(prefix->len);
	p = prefix->data;
	p[0] = KLOUT_QUANTILES_VERSION;
	p[1] = (uint8) quantile;
	klout_store_u32(p + 2, (uint32) parameter_len);
	return p + KLOUT_QUANTILES_HEADER;
}

static void
null_prefix(Prefix *prefix, KloutQuantile quantile)
{
	*start_prefix(prefix, quantile, 1) = 0;
}

static void
scalar_prefix(Prefix *prefix, KloutQuantile quantile, double value)
{
	uint8	   *p = start_prefix(prefix, quantile, 1 + sizeof(float8));

	*p++ = 1;
	klout_store_float8(p, value + 0.0); /* -0 becomes 0 */
}

static void
array_prefix(Prefix *prefix, const ArrayType *array)
{
	int			ndim = ARR_NDIM(array);
	const int  *dims = ARR_DIMS(array); /* then the lower bounds */
	int			n = ArrayGetNItems(ndim, dims);
	const bits8 *present = ARR_HASNULL(array) ?
		(const bits8 *) (dims + 2 * ndim) : NULL;
	const char *values = (const char *) array + (ARR_HASNULL(array) ?
												 (size_t) array->dataoffset :
												 ARR_OVERHEAD_NONULLS((size_t) ndim));
	size_t		bits = ((size_t) n + 7) / 8;
	int			values_n = n;
	uint8	   *p;
	uint8	   *bitmap;

	for (int i = 0; present != NULL && i < n; i++)
		values_n -= (present[i / 8] >> (i % 8) & 1) == 0;

	p = start_prefix(prefix, KLOUT_PERCENTILES,
					 2 + 8 * (size_t) ndim + bits +
					 sizeof(float8) * (size_t) values_n);
	*p++ = 1;
	*p++ = (uint8) ndim;
	for (int i = 0; i < 2 * ndim; i++, p += 4)
		klout_store_u32(p, (uint32) dims[i]);
	bitmap = p;
	memset(bitmap, present == NULL ? 0xFF : 0, bits);
	if (present == NULL && n % 8 != 0)
		bitmap[bits - 1] = (uint8) ((1 << (n % 8)) - 1);
	p += bits;
	for (int i = 0; i < n; i++)
	{
		float8		value;

		if (present != NULL)
		{
			if ((present[i / 8] >> (i % 8) & 1) == 0)
				continue;
			bitmap[i / 8] |= (uint8) (1 << (i % 8));
		}
		memcpy(&value, values, sizeof(value));
		values += sizeof(value);
		klout_store_float8(p, value + 0.0);
		p += sizeof(value);
	}
}

/* The parameter of percentiles as an array again. */
static ArrayType *
parameter_array(const KloutParameter *parameter)
{
	Datum	   *elements = palloc(sizeof(Datum) * (size_t) parameter->n);
	bool	   *nulls = palloc(sizeof(bool) * (size_t) parameter->n);
	int			length[KLOUT_FRACTION_DIMS];
	int			lower[KLOUT_FRACTION_DIMS];
	const uint8 *value = parameter->values;

	for (int i = 0; i < parameter->n; i++)
	{
		nulls[i] = !klout_fraction_present(parameter, i);
		if (nulls[i])
			continue;
		elements[i] = Float8GetDatum(klout_load_float8(value));
		value += sizeof(float8);
	}
	for (int i = 0; i < parameter->ndim; i++)
	{
		length[i] = parameter->length[i];
		lower[i] = parameter->lower[i];
	}
	return construct_md_array(elements, nulls, parameter->ndim, length, lower,
							  FLOAT8OID, sizeof(float8), FLOAT8PASSBYVAL,
							  TYPALIGN_DOUBLE);
}

/* ----------
 * Reading
 * ----------
 */

static void
read_parameter(const struct varlena *value, KloutParameter *parameter)
{
	const char *fault = klout_parameter_read((const uint8 *) VARDATA_ANY(value),
											 VARSIZE_ANY_EXHDR(value),
											 parameter);

	if (unlikely(fault != NULL))
		klout_report_corrupt(TYPE_NAME, fault);
}

static const uint8 *
population_of(const struct varlena *value, size_t prefix_len, size_t *len)
{
	*len = VARSIZE_ANY_EXHDR(value) - prefix_len;
	return (const uint8 *) VARDATA_ANY(value) + prefix_len;
}

static void
read_population(const struct varlena *value, const KloutParameter *parameter,
				KloutBins *bins)
{
	size_t		len;
	const uint8 *data = population_of(value, parameter->prefix_len, &len);

	klout_population_read(data, len, bins);
}

static struct varlena *
close_value(const struct varlena *value)
{
	KloutParameter parameter;
	KloutBins	bins;

	read_parameter(value, &parameter);
	read_population(value, &parameter, &bins);
	return klout_state_close((const uint8 *) VARDATA_ANY(value),
							 parameter.prefix_len, &bins);
}

/* ----------
 * Text and binary
 * ----------
 */

/* Just the parameter: a number, an array or null. */
static void
append_parameter(StringInfo buf, const KloutParameter *parameter)
{
	const uint8 *value = parameter->values;

	if (parameter->isnull)
		appendStringInfoString(buf, "null");
	else if (parameter->quantile != KLOUT_PERCENTILES)
		klout_json_append_float8(buf, parameter->scalar);
	else
	{
		appendStringInfoChar(buf, '[');
		for (int i = 0; i < parameter->n; i++)
		{
			if (i > 0)
				appendStringInfoString(buf, ", ");
			if (!klout_fraction_present(parameter, i))
				appendStringInfoString(buf, "null");
			else
			{
				klout_json_append_float8(buf, klout_load_float8(value));
				value += sizeof(float8);
			}
		}
		appendStringInfoChar(buf, ']');
	}
}

static void
append_numbers(StringInfo buf, const char *key, const int32 *numbers, int n)
{
	appendStringInfo(buf, ", \"%s\": [", key);
	for (int i = 0; i < n; i++)
		appendStringInfo(buf, i > 0 ? ", %d" : "%d", numbers[i]);
	appendStringInfoChar(buf, ']');
}

static const char *
quantile_key(KloutQuantile quantile)
{
	/* the aggregate's name without klout_ */
	return quantiles[quantile].name + 6;
}

PG_FUNCTION_INFO_V1(klout_quantiles_out);
Datum
klout_quantiles_out(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	KloutParameter parameter;
	KloutBins	bins;
	StringInfoData buf;

	read_parameter(value, &parameter);
	read_population(value, &parameter, &bins);
	initStringInfo(&buf);
	appendStringInfo(&buf, "{\"%s\": ", quantile_key(parameter.quantile));
	append_parameter(&buf, &parameter);
	if (parameter.quantile == KLOUT_PERCENTILES && !parameter.isnull)
	{
		append_numbers(&buf, "lengths", parameter.length, parameter.ndim);
		append_numbers(&buf, "lower_bounds", parameter.lower, parameter.ndim);
	}
	appendStringInfoString(&buf, ", \"bins\": ");
	klout_bins_append_json(&buf, &bins);
	appendStringInfoChar(&buf, '}');
	PG_RETURN_CSTRING(buf.data);
}

/* What the members of the object say, before it is known to fit together. */
typedef struct QuantilesInput
{
	int			quantile;		/* -1: none */
	bool		isnull;
	double		scalar;
	int			n;
	Datum	   *elements;
	bool	   *nulls;
	int			lengths_n;		/* -1: none */
	int			lengths[KLOUT_FRACTION_DIMS];
	int			lowers_n;
	int			lowers[KLOUT_FRACTION_DIMS];
	KloutBins	bins;
} QuantilesInput;

static bool
parameter_from_json(const JsonbValue *value, QuantilesInput *input)
{
	JsonbContainer *container;
	KloutJsonIter iter;
	JsonbValue	element;

	input->isnull = value->type == jbvNull;
	if (input->isnull)
		return true;
	if (input->quantile != KLOUT_PERCENTILES)
		return klout_json_float8(value, &input->scalar);

	container = klout_json_array(value);
	if (container == NULL)
		return false;
	input->elements = palloc(sizeof(Datum) * JsonContainerSize(container));
	input->nulls = palloc(sizeof(bool) * JsonContainerSize(container));
	klout_json_open(&iter, container);
	while (klout_json_element(&iter, &element))
	{
		double		fraction = 0.0;

		input->nulls[input->n] = element.type == jbvNull;
		if (element.type != jbvNull && !klout_json_float8(&element, &fraction))
			return false;
		input->elements[input->n++] = Float8GetDatum(fraction);
	}
	return true;
}

/* At most KLOUT_FRACTION_DIMS integers. */
static bool
numbers_from_json(const JsonbValue *value, int *numbers, int *n)
{
	JsonbContainer *container = klout_json_array(value);
	KloutJsonIter iter;
	JsonbValue	element;
	int64		number;

	if (container == NULL ||
		JsonContainerSize(container) > KLOUT_FRACTION_DIMS)
		return false;
	*n = 0;
	klout_json_open(&iter, container);
	while (klout_json_element(&iter, &element))
	{
		if (!klout_json_int64(&element, &number) ||
			number < PG_INT32_MIN || number > PG_INT32_MAX)
			return false;
		numbers[(*n)++] = (int) number;
	}
	return true;
}

/* Do the lengths multiply to the elements, and may the bounds be? */
static bool
shape_fits(const QuantilesInput *input)
{
	int64		n = 1;

	if (input->lengths_n < 0 || input->lengths_n != input->lowers_n)
		return false;
	for (int i = 0; i < input->lengths_n; i++)
	{
		if (input->lengths[i] < 1 ||
			input->lengths[i] > KLOUT_FRACTIONS_MAX / n ||
			input->lowers[i] > PG_INT32_MAX - input->lengths[i])
			return false;
		n *= input->lengths[i];
	}
	return (input->lengths_n == 0 ? 0 : n) == input->n;
}

PG_FUNCTION_INFO_V1(klout_quantiles_in);
Datum
klout_quantiles_in(PG_FUNCTION_ARGS)
{
	Node	   *escontext = klout_escontext(fcinfo);
	Jsonb	   *json = klout_json_parse(PG_GETARG_CSTRING(0), TYPE_NAME,
										escontext);
	QuantilesInput input = {0};
	KloutParameter parameter;
	KloutJsonIter iter;
	JsonbValue	key;
	JsonbValue	value;
	Prefix		prefix;
	const char *fault;

	if (json == NULL)
		PG_RETURN_NULL();
	if (!JB_ROOT_IS_OBJECT(json))
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: it is not a JSON object",
						TYPE_NAME)));
	input.quantile = input.lengths_n = input.lowers_n = -1;
	klout_json_open(&iter, &json->root);
	while (klout_json_member(&iter, &key, &value))
	{
		bool		good = false;

		if (klout_json_equals(&key, "bins"))
		{
			if (!klout_bins_from_json(&value, TYPE_NAME, escontext,
									  &input.bins))
				return (Datum) 0;
			continue;
		}
		if (klout_json_equals(&key, "lengths"))
			good = numbers_from_json(&value, input.lengths, &input.lengths_n);
		else if (klout_json_equals(&key, "lower_bounds"))
			good = numbers_from_json(&value, input.lowers, &input.lowers_n);
		else
		{
			for (int i = 0; i < (int) lengthof(quantiles); i++)
			{
				/* a second one is no better than an unknown key */
				if (input.quantile < 0 &&
					klout_json_equals(&key, quantile_key((KloutQuantile) i)))
				{
					input.quantile = i;
					good = parameter_from_json(&value, &input);
					break;
				}
			}
		}
		if (!good)
			ereturn(escontext, (Datum) 0,
					(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
					 errmsg("invalid input for type %s: key %s is unknown, one too many or has a wrong value",
							TYPE_NAME, klout_json_text(&key)),
					 errdetail("The value is %s.", klout_json_text(&value)),
					 errhint("Known keys: percentile, percentiles, cutoff (one of these), lengths, lower_bounds, bins.")));
	}

	fault = NULL;
	if (input.quantile < 0)
		fault = "parameter is missing";
	else if (input.quantile == KLOUT_PERCENTILES && !input.isnull ?
			 !shape_fits(&input) : input.lengths_n >= 0 || input.lowers_n >= 0)
		fault = "lengths and lower bounds do not fit the fractions";
	else if (input.isnull)
		null_prefix(&prefix, (KloutQuantile) input.quantile);
	else if (input.quantile != KLOUT_PERCENTILES)
		scalar_prefix(&prefix, (KloutQuantile) input.quantile, input.scalar);
	else
		array_prefix(&prefix,
					 construct_md_array(input.elements, input.nulls,
										input.lengths_n, input.lengths,
										input.lowers, FLOAT8OID,
										sizeof(float8), FLOAT8PASSBYVAL,
										TYPALIGN_DOUBLE));
	if (fault == NULL)
		fault = klout_parameter_read(prefix.data, prefix.len, &parameter);
	if (fault != NULL)
	{
		klout_population_input_error(TYPE_NAME, fault, escontext);
		return (Datum) 0;
	}
	PG_RETURN_POINTER(klout_state_close(prefix.data, prefix.len, &input.bins));
}

PG_FUNCTION_INFO_V1(klout_quantiles_recv);
Datum
klout_quantiles_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	size_t		len = (size_t) (buf->len - buf->cursor);
	const uint8 *data = (const uint8 *) pq_getmsgbytes(buf, (int) len);
	KloutParameter parameter;
	KloutBins	bins;
	const char *fault = klout_parameter_read(data, len, &parameter);

	if (fault == NULL)
	{
		const uint8 *population = data + parameter.prefix_len;
		size_t		population_len = len - parameter.prefix_len;

		if (klout_population_is_open(population, population_len))
			fault = "version is unknown";
		else
		{
			klout_bins_alloc(&bins,
							 klout_bins_capacity(population, population_len));
			fault = klout_bins_decode(population, population_len, &bins);
		}
	}
	if (fault != NULL)
		ereport(ERROR,
				(errcode(fault == klout_population_too_many ?
						 ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE :
						 ERRCODE_INVALID_BINARY_REPRESENTATION),
				 errmsg("invalid binary value of type %s: %s",
						TYPE_NAME, fault)));
	PG_RETURN_POINTER(klout_new_value(data, len));
}

PG_FUNCTION_INFO_V1(klout_quantiles_send);
Datum
klout_quantiles_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = close_value(PG_GETARG_VARLENA_PP(0));
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA(value), (int) (VARSIZE(value) - VARHDRSZ));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* ----------
 * Aggregation
 * ----------
 */

/* Two parameters that are not the same: say which. */
static void
report_difference(const uint8 *a, size_t a_len, const uint8 *b, size_t b_len)
{
	const uint8 *data[2] = {a, b};
	size_t		len[2] = {a_len, b_len};
	KloutParameter parameter[2];
	char	   *shown[2];

	for (int i = 0; i < 2; i++)
	{
		const char *fault = klout_parameter_read(data[i], len[i],
												 &parameter[i]);
		StringInfoData buf;

		if (fault != NULL)
			elog(ERROR, "%s: %s", TYPE_NAME, fault);
		initStringInfo(&buf);
		append_parameter(&buf, &parameter[i]);
		if (parameter[i].quantile == KLOUT_PERCENTILES && !parameter[i].isnull)
		{
			append_numbers(&buf, "lengths", parameter[i].length,
						   parameter[i].ndim);
			append_numbers(&buf, "lower bounds", parameter[i].lower,
						   parameter[i].ndim);
		}
		shown[i] = buf.data;
	}
	if (parameter[0].quantile != parameter[1].quantile)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("cannot combine states of %s and %s",
						quantiles[parameter[0].quantile].name,
						quantiles[parameter[1].quantile].name)));
	ereport(ERROR,
			(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
			 errmsg("%s: %s must be the same in all rows of a group",
					quantiles[parameter[0].quantile].name,
					quantiles[parameter[0].quantile].argument),
			 errdetail("There are %s and %s.", shown[0], shown[1])));
}

/* Range errors with the aggregate's name, before a state takes it over. */
static void
check_parameter(const Prefix *prefix)
{
	KloutParameter parameter;
	const uint8 *value;
	const uint8 *end = prefix->data + prefix->len;

	/* the bytes themselves are ours: the fault can only be the range */
	if (klout_parameter_read(prefix->data, prefix->len, &parameter) == NULL)
		return;
	value = parameter.quantile == KLOUT_PERCENTILES ?
		parameter.values : prefix->data + KLOUT_QUANTILES_HEADER + 1;
	for (; end - value >= (ptrdiff_t) sizeof(float8); value += sizeof(float8))
		klout_check_share(quantiles[parameter.quantile].name,
						  parameter.quantile == KLOUT_CUTOFF ?
						  "top" : "fraction",
						  klout_load_float8(value),
						  parameter.quantile != KLOUT_CUTOFF);
	elog(ERROR, "%s: malformed parameter", TYPE_NAME);
}

static Datum
accumulate(FunctionCallInfo fcinfo, KloutQuantile quantile)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	struct varlena *state;
	Prefix		prefix;
	const uint8 *data;
	size_t		len;
	int			bin;

	if (PG_ARGISNULL(1))
		return klout_return_argument(fcinfo, 0);
	bin = klout_check_score(quantiles[quantile].name, PG_GETARG_FLOAT8(1));

	if (PG_ARGISNULL(2))
		null_prefix(&prefix, quantile);
	else if (quantile == KLOUT_PERCENTILES)
		array_prefix(&prefix, PG_GETARG_ARRAYTYPE_P(2));
	else
		scalar_prefix(&prefix, quantile, PG_GETARG_FLOAT8(2));

	if (PG_ARGISNULL(0))
	{
		check_parameter(&prefix);
		state = klout_state_open(prefix.data, prefix.len, NULL, 0, 1);
	}
	else
	{
		state = PG_GETARG_VARLENA_PP(0);
		data = (const uint8 *) VARDATA_ANY(state);
		len = VARSIZE_ANY_EXHDR(state);
		if (unlikely(!klout_has_prefix(data, len, prefix.data, prefix.len)))
		{
			check_parameter(&prefix);
			report_difference(data, len, prefix.data, prefix.len);
		}
		if (unlikely(!in_aggregate || !klout_state_is_open(state, prefix.len)))
		{
			data = population_of(state, prefix.len, &len);
			state = klout_state_open(prefix.data, prefix.len, data, len, 1);
		}
	}
	state = klout_state_add(state, prefix.len, bin);
	PG_RETURN_POINTER(in_aggregate ? state : close_value(state));
}

PG_FUNCTION_INFO_V1(klout_percentile_accum);
Datum
klout_percentile_accum(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, KLOUT_PERCENTILE);
}

PG_FUNCTION_INFO_V1(klout_percentiles_accum);
Datum
klout_percentiles_accum(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, KLOUT_PERCENTILES);
}

PG_FUNCTION_INFO_V1(klout_cutoff_accum);
Datum
klout_cutoff_accum(PG_FUNCTION_ARGS)
{
	return accumulate(fcinfo, KLOUT_CUTOFF);
}

PG_FUNCTION_INFO_V1(klout_quantiles_combine);
Datum
klout_quantiles_combine(PG_FUNCTION_ARGS)
{
	bool		in_aggregate = AggCheckCallContext(fcinfo, NULL) != 0;
	struct varlena *state;
	struct varlena *other;
	KloutParameter parameter;
	const uint8 *data;
	const uint8 *other_data;
	size_t		len;
	size_t		other_len;
	size_t		prefix_len;

	if (PG_ARGISNULL(0) || PG_ARGISNULL(1))
	{
		int			given = PG_ARGISNULL(0) ? 1 : 0;

		if (PG_ARGISNULL(given))
			PG_RETURN_NULL();
		if (in_aggregate && given == 0)
			PG_RETURN_DATUM(PG_GETARG_DATUM(0));
		other = PG_GETARG_VARLENA_PP(given);
		PG_RETURN_POINTER(in_aggregate ? other : close_value(other));
	}

	state = PG_GETARG_VARLENA_PP(0);
	other = PG_GETARG_VARLENA_PP(1);
	data = (const uint8 *) VARDATA_ANY(state);
	len = VARSIZE_ANY_EXHDR(state);
	read_parameter(other, &parameter);
	prefix_len = parameter.prefix_len;
	other_data = (const uint8 *) VARDATA_ANY(other);
	if (!klout_has_prefix(data, len, other_data, prefix_len))
		report_difference(data, len, other_data, VARSIZE_ANY_EXHDR(other));

	other_data = population_of(other, prefix_len, &other_len);
	if (!in_aggregate || !klout_state_is_open(state, prefix_len))
		state = klout_state_open(data, prefix_len, data + prefix_len,
								 len - prefix_len,
								 klout_population_people(other_data, other_len,
														 KLOUT_OPEN_BUFFER_MAX));
	state = klout_state_merge(state, prefix_len, other_data, other_len);
	PG_RETURN_POINTER(in_aggregate ? state : close_value(state));
}

/*
 * Reads a final function's argument.  False when the result is NULL: no rows,
 * nobody, or a NULL parameter.
 */
static bool
read_final(FunctionCallInfo fcinfo, KloutQuantile quantile,
		   KloutParameter *parameter, KloutBins *bins)
{
	struct varlena *state;

	if (PG_ARGISNULL(0))
		return false;
	state = PG_GETARG_VARLENA_PP(0);
	read_parameter(state, parameter);
	if (parameter->quantile != quantile)
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("state is of %s, not of %s",
						quantiles[parameter->quantile].name,
						quantiles[quantile].name)));
	read_population(state, parameter, bins);
	return bins->n > 0 && !parameter->isnull;
}

PG_FUNCTION_INFO_V1(klout_percentile_final);
Datum
klout_percentile_final(PG_FUNCTION_ARGS)
{
	KloutParameter parameter;
	KloutBins	bins;

	if (!read_final(fcinfo, KLOUT_PERCENTILE, &parameter, &bins))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(klout_bin_score(klout_bins_percentile(&bins,
														   parameter.scalar)));
}

PG_FUNCTION_INFO_V1(klout_percentiles_final);
Datum
klout_percentiles_final(PG_FUNCTION_ARGS)
{
	KloutParameter parameter;
	KloutBins	bins;

	if (!read_final(fcinfo, KLOUT_PERCENTILES, &parameter, &bins))
		PG_RETURN_NULL();
	PG_RETURN_ARRAYTYPE_P(klout_percentiles_of_bins(&bins,
													parameter_array(&parameter)));
}

PG_FUNCTION_INFO_V1(klout_cutoff_final);
Datum
klout_cutoff_final(PG_FUNCTION_ARGS)
{
	KloutParameter parameter;
	KloutBins	bins;

	if (!read_final(fcinfo, KLOUT_CUTOFF, &parameter, &bins))
		PG_RETURN_NULL();
	PG_RETURN_FLOAT8(klout_bin_score(klout_bins_cutoff(&bins,
													   parameter.scalar)));
}
