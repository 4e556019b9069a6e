/*-------------------------------------------------------------------------
 *
 * compare_sql.h
 *	  Comparison operators and hashing for types that have an open form.
 *
 * Values compare as their canonical bytes do.  A type that is always canonical
 * needs nothing from here: core's functions for bytea do (byteaeq and so on).
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_COMPARE_SQL_H
#define KLOUT_COMPARE_SQL_H

#include "compat.h"

#include "common/hashfn.h"

/* The canonical bytes of a value, in memory of the current context. */
typedef struct KloutCanonical
{
	const uint8 *data;
	size_t		len;
} KloutCanonical;

static inline int
klout_canonical_compare(KloutCanonical a, KloutCanonical b)
{
	int			order = memcmp(a.data, b.data, Min(a.len, b.len));

	return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

#define KLOUT_COMPARISON(function, getarg, operator) \
	PG_FUNCTION_INFO_V1(function); \
	Datum \
	function(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_BOOL(klout_canonical_compare(getarg(fcinfo, 0), \
											   getarg(fcinfo, 1)) operator 0); \
	}

/*
 * Defines type_eq, _ne, _lt, _le, _gt, _ge, _cmp, _hash and _hash_extended.
 * getarg(fcinfo, argno) returns a KloutCanonical.
 */
#define KLOUT_COMPARISONS(type, getarg) \
	KLOUT_COMPARISON(type##_eq, getarg, ==) \
	KLOUT_COMPARISON(type##_ne, getarg, !=) \
	KLOUT_COMPARISON(type##_lt, getarg, <) \
	KLOUT_COMPARISON(type##_le, getarg, <=) \
	KLOUT_COMPARISON(type##_gt, getarg, >) \
	KLOUT_COMPARISON(type##_ge, getarg, >=) \
	PG_FUNCTION_INFO_V1(type##_cmp); \
	Datum \
	type##_cmp(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_INT32(klout_canonical_compare(getarg(fcinfo, 0), \
												getarg(fcinfo, 1))); \
	} \
	PG_FUNCTION_INFO_V1(type##_hash); \
	Datum \
	type##_hash(PG_FUNCTION_ARGS) \
	{ \
		KloutCanonical value = getarg(fcinfo, 0); \
		return hash_any(value.data, (int) value.len); \
	} \
	PG_FUNCTION_INFO_V1(type##_hash_extended); \
	Datum \
	type##_hash_extended(PG_FUNCTION_ARGS) \
	{ \
		KloutCanonical value = getarg(fcinfo, 0); \
		return hash_any_extended(value.data, (int) value.len, \
								 (uint64) PG_GETARG_INT64(1)); \
	}

#endif							/* KLOUT_COMPARE_SQL_H */
