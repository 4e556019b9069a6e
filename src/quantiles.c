/*-------------------------------------------------------------------------
 *
 * quantiles.c
 *	  Validation of the state of the one-step aggregates (see quantiles.h).
 *
 *-------------------------------------------------------------------------
 */
#include "quantiles.h"

#include <math.h>

static const char *
check_fraction(KloutQuantile quantile, double fraction)
{
	/* NaN fails the comparisons, and -0 has another form */
	if (!(fraction >= 0.0 && fraction <= 1.0) || signbit(fraction) ||
		(quantile == KLOUT_CUTOFF && fraction == 0.0))
		return "parameter is out of range";
	return NULL;
}

static const char *
read_array(KloutReader *reader, KloutParameter *parameter)
{
	const char *fault = NULL;
	int64		n = 1;
	int			present = 0;
	size_t		bits;

	parameter->ndim = klout_read_u8(reader);
	if (parameter->ndim > KLOUT_FRACTION_DIMS)
		return "array has too many dimensions";
	for (int i = 0; i < 2 * parameter->ndim; i++)
	{
		const uint8 *number = klout_read_bytes(reader, 4);
		int32		value = number ? (int32) klout_load_u32(number) : 0;

		if (i < parameter->ndim)
		{
			if (value < 1 || value > KLOUT_FRACTIONS_MAX / n)
				return "array has an impossible length";
			parameter->length[i] = value;
			n *= value;
		}
		else
		{
			parameter->lower[i - parameter->ndim] = value;
			if (value > PG_INT32_MAX - parameter->length[i - parameter->ndim])
				return "array has an impossible lower bound";
		}
	}
	parameter->n = parameter->ndim == 0 ? 0 : (int) n;

	bits = ((size_t) parameter->n + 7) / 8;
	parameter->present = klout_read_bytes(reader, bits);
	if (parameter->present == NULL)
		return "it is cut short";
	for (int i = 0; i < parameter->n; i++)
		present += klout_fraction_present(parameter, i);
	if (parameter->n % 8 != 0 &&
		parameter->present[bits - 1] >> (parameter->n % 8) != 0)
		return "bits follow those of the array";

	parameter->values = klout_read_bytes(reader, (size_t) present * 8);
	if (parameter->values == NULL)
		return "it is cut short";
	for (int i = 0; i < present && fault == NULL; i++)
		fault = check_fraction(parameter->quantile,
							   klout_load_float8(parameter->values + (size_t) i * 8));
	return fault;
}

const char *
klout_parameter_read(const uint8 *data, size_t len, KloutParameter *parameter)
{
	KloutReader reader;
	const uint8 *number;
	const char *fault = NULL;
	size_t		parameter_len;
	uint8		present;

	if (len < KLOUT_QUANTILES_HEADER)
		return "it is cut short";
	if (data[0] != KLOUT_QUANTILES_VERSION)
		return "version is unknown";
	if (data[1] > KLOUT_CUTOFF)
		return "aggregate is unknown";
	parameter_len = klout_load_u32(data + 2);
	if (parameter_len > len - KLOUT_QUANTILES_HEADER)
		return "it is cut short";

	memset(parameter, 0, sizeof(*parameter));
	parameter->quantile = (KloutQuantile) data[1];
	parameter->prefix_len = KLOUT_QUANTILES_HEADER + parameter_len;
	klout_reader_init(&reader, data + KLOUT_QUANTILES_HEADER, parameter_len);
	present = klout_read_u8(&reader);
	if (present > 1)
		return "parameter is malformed";
	parameter->isnull = present == 0;
	if (parameter->isnull)
		;
	else if (parameter->quantile == KLOUT_PERCENTILES)
		fault = read_array(&reader, parameter);
	else if ((number = klout_read_bytes(&reader, 8)) != NULL)
	{
		parameter->scalar = klout_load_float8(number);
		fault = check_fraction(parameter->quantile, parameter->scalar);
	}

	if (fault != NULL)
		return fault;
	if (reader.failed || klout_reader_left(&reader) > 0)
		return "parameter is malformed";
	return NULL;
}
