/*-------------------------------------------------------------------------
 *
 * compare_pg.h
 *	  Comparison operators and hashing for types that have a growing form.
 *
 * Values compare as their canonical bytes do.  A type that is always canonical
 * can use core's functions for bytea (byteaeq and so on).
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_COMPARE_PG_H
#define KLOUT_COMPARE_PG_H

#include "common/compat.h"

#include "common/hashfn.h"

/*
 * The value in canonical form: itself, or a palloc'd copy.
 */
typedef struct varlena *(*KloutCanonicalForm) (struct varlena *value);

static inline int
klout_compare_arguments(FunctionCallInfo fcinfo, KloutCanonicalForm canonical)
{
	struct varlena *a = PG_GETARG_VARLENA_PP(0);
	struct varlena *b = PG_GETARG_VARLENA_PP(1);
	struct varlena *left = canonical(a);
	struct varlena *right = canonical(b);
	size_t		left_len = VARSIZE_ANY_EXHDR(left);
	size_t		right_len = VARSIZE_ANY_EXHDR(right);
	int			order = memcmp(VARDATA_ANY(left), VARDATA_ANY(right),
							   Min(left_len, right_len));

	if (order == 0)
		order = (left_len > right_len) - (left_len < right_len);

	/* a sort calls this many times in one memory context */
	if (left != a)
		pfree(left);
	if (right != b)
		pfree(right);
	PG_FREE_IF_COPY(a, 0);
	PG_FREE_IF_COPY(b, 1);
	return order;
}

static inline uint64
klout_hash_argument(FunctionCallInfo fcinfo, KloutCanonicalForm canonical,
					uint64 seed)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	struct varlena *form = canonical(value);
	uint64		hash = DatumGetUInt64(hash_any_extended((const unsigned char *) VARDATA_ANY(form),
														(int) VARSIZE_ANY_EXHDR(form),
														seed));

	if (form != value)
		pfree(form);
	PG_FREE_IF_COPY(value, 0);
	return hash;
}

#define KLOUT_COMPARISON(function, canonical, operator) \
	PG_FUNCTION_INFO_V1(function); \
	Datum \
	function(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_BOOL(klout_compare_arguments(fcinfo, canonical) operator 0); \
	}

/* Defines type_eq, _ne, _lt, _le, _gt, _ge, _cmp, _hash and _hash_extended. */
#define KLOUT_COMPARISONS(type, canonical) \
	KLOUT_COMPARISON(type##_eq, canonical, ==) \
	KLOUT_COMPARISON(type##_ne, canonical, !=) \
	KLOUT_COMPARISON(type##_lt, canonical, <) \
	KLOUT_COMPARISON(type##_le, canonical, <=) \
	KLOUT_COMPARISON(type##_gt, canonical, >) \
	KLOUT_COMPARISON(type##_ge, canonical, >=) \
	PG_FUNCTION_INFO_V1(type##_cmp); \
	Datum \
	type##_cmp(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_INT32(klout_compare_arguments(fcinfo, canonical)); \
	} \
	PG_FUNCTION_INFO_V1(type##_hash); \
	Datum \
	type##_hash(PG_FUNCTION_ARGS) \
	{ \
		/* seed 0 gives the same lower half as the unseeded hash */ \
		PG_RETURN_INT32((int32) klout_hash_argument(fcinfo, canonical, 0)); \
	} \
	PG_FUNCTION_INFO_V1(type##_hash_extended); \
	Datum \
	type##_hash_extended(PG_FUNCTION_ARGS) \
	{ \
		PG_RETURN_INT64((int64) klout_hash_argument(fcinfo, canonical, \
													(uint64) PG_GETARG_INT64(1))); \
	}

#endif							/* KLOUT_COMPARE_PG_H */
