/*-------------------------------------------------------------------------
 *
 * quantiles.h
 *	  The state of the one-step aggregates klout_percentile(score, fraction),
 *	  klout_percentiles(score, fractions) and klout_cutoff(score, top): a
 *	  population and the parameter that came with its scores.
 *
 * Bytes, all numbers little-endian:
 *
 *		byte 0	version, 1
 *		byte 1	aggregate, 0 percentile, 1 percentiles, 2 cutoff
 *		4 bytes	length of the parameter
 *		...		parameter
 *		...		population to the end, canonical or open (population.h)
 *
 * A parameter is a byte 0 when it is NULL.  Else a byte 1 and a float8, or for
 * percentiles a byte 1 and the array: a byte dimensions, 4 bytes length of
 * each, 4 bytes lower bound of each, a bit per element (low first, 1 when not
 * NULL), the float8s that are not NULL.  One parameter has one form: -0 is 0.
 *
 * What comes before the population is called the prefix; states belong
 * together when their prefixes are equal.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_QUANTILES_H
#define KLOUT_QUANTILES_H

#include "bytes.h"

#define KLOUT_QUANTILES_VERSION		1
#define KLOUT_QUANTILES_HEADER		6

/* as many dimensions and elements as an array has at most in PostgreSQL */
#define KLOUT_FRACTION_DIMS			6
#define KLOUT_FRACTIONS_MAX			0x7FFFFFF

typedef enum KloutQuantile
{
	KLOUT_PERCENTILE,
	KLOUT_PERCENTILES,
	KLOUT_CUTOFF,
} KloutQuantile;

/* A parameter in place: pointers are into the bytes that were read. */
typedef struct KloutParameter
{
	KloutQuantile quantile;
	bool		isnull;
	double		scalar;			/* not of percentiles */
	int			ndim;			/* of percentiles, as the rest */
	int32		length[KLOUT_FRACTION_DIMS];
	int32		lower[KLOUT_FRACTION_DIMS];
	int			n;				/* elements */
	const uint8 *present;		/* the bits */
	const uint8 *values;		/* float8s of those that are not NULL */
	size_t		prefix_len;		/* where the population begins */
} KloutParameter;

static inline bool
klout_fraction_present(const KloutParameter *parameter, int i)
{
	return (parameter->present[i / 8] >> (i % 8) & 1) != 0;
}

/*
 * Reads and validates the prefix of len bytes, any bytes.  NULL when well,
 * else a sentence that says what is wrong.  O(elements), which the bytes bound.
 */
extern const char *klout_parameter_read(const uint8 *data, size_t len,
										KloutParameter *parameter);

/*
 * Do these bytes begin with the prefix, and is there a population after it?
 */
static inline bool
klout_has_prefix(const uint8 *data, size_t len, const uint8 *prefix,
				 size_t prefix_len)
{
	/* the prefix has its own length inside */
	return len >= prefix_len && memcmp(data, prefix, prefix_len) == 0;
}

#endif							/* KLOUT_QUANTILES_H */
