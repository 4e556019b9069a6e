/*-------------------------------------------------------------------------
 *
 * population_sql.h
 *	  What the glue of populations shares with that of the one-step
 *	  aggregates, whose state has a population at its end.
 *
 * Errors are raised from here; results are in the current memory context.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_POPULATION_SQL_H
#define KLOUT_POPULATION_SQL_H

#include "compat.h"
#include "population.h"

#include "lib/stringinfo.h"
#include "utils/array.h"
#include "utils/jsonb.h"

/* Raises what klout_check_score is about. */
extern void klout_score_error(const char *function, double score);

/*
 * The bin of a score from an argument; outside 0 to 100 or NaN it is an error
 * that names the function and the value.
 */
static inline int
klout_check_score(const char *function, double score)
{
	if (unlikely(!klout_is_score(score)))
	{
		klout_score_error(function, score);
		pg_unreachable();
	}
	return klout_score_bin(score);
}

/* The same for a share between 0 and 1; above 0 if zero is false. */
extern void klout_check_share(const char *function, const char *argument,
							  double share, bool zero);

/*
 * Decodes the population in len bytes.  The arrays are allocated; bytes that
 * are none are an error of corrupt data.
 */
extern void klout_population_read(const uint8 *data, size_t len,
								  KloutBins *bins);

/*
 * The states of running aggregates: a varlena that begins with prefix_len
 * bytes of something else (none for a population), then has a population to
 * its end.  Is state one that may be changed in place, if it is the caller's
 * own: plain, with its population open?
 */
static inline bool
klout_state_is_open(const struct varlena *state, size_t prefix_len)
{
	const uint8 *data;
	size_t		len;

	if (VARATT_IS_EXTENDED(state) || VARSIZE(state) < VARHDRSZ + prefix_len)
		return false;
	data = (const uint8 *) VARDATA(state) + prefix_len;
	len = VARSIZE(state) - VARHDRSZ - prefix_len;
	return klout_population_is_open(data, len) &&
		(data[1] == KLOUT_OPEN_BUFFER ||
		 (data[1] == KLOUT_OPEN_COUNTERS && len == KLOUT_OPEN_COUNTERS_SIZE));
}

/*
 * A state with this prefix and an open copy of the population in len bytes
 * (none if data is NULL) that has room for at least that many people more.
 */
extern struct varlena *klout_state_open(const uint8 *prefix,
										size_t prefix_len,
										const uint8 *data, size_t len,
										uint64 room);

/* The slow path of klout_state_add: no room in the state. */
extern struct varlena *klout_state_grow_and_add(const struct varlena *state,
												size_t prefix_len, int bin);

/*
 * Adds one person to an open state, or a population to it: in place, or in
 * the larger copy that is returned.
 */
static inline struct varlena *
klout_state_add(struct varlena *state, size_t prefix_len, int bin)
{
	uint8	   *data = (uint8 *) VARDATA(state) + prefix_len;
	size_t		len = VARSIZE(state) - VARHDRSZ - prefix_len;

	if (likely(klout_open_add(data, len, bin)))
		return state;
	return klout_state_grow_and_add(state, prefix_len, bin);
}

extern struct varlena *klout_state_merge(struct varlena *state,
										 size_t prefix_len,
										 const uint8 *data, size_t len);

/* A varlena of this prefix and the canonical form of a population. */
extern struct varlena *klout_state_close(const uint8 *prefix,
										 size_t prefix_len,
										 const KloutBins *bins);

/* An empty population with room for this many bins. */
extern void klout_bins_alloc(KloutBins *bins, int capacity);

/* The JSON array of [score, count] pairs, out and in. */
extern void klout_bins_append_json(StringInfo buf, const KloutBins *bins);
extern bool klout_bins_from_json(const JsonbValue *value,
								 const char *type_name, Node *escontext,
								 KloutBins *bins);

/*
 * An array like fractions, a float8[], with each fraction that is not NULL
 * replaced by its percentile; NULL if there is nobody.  A fraction outside 0
 * to 1 is an error.
 */
extern ArrayType *klout_percentiles_of_bins(const KloutBins *bins,
											const ArrayType *fractions);

/* Raises, softly, what is wrong with a value from outside. */
extern void klout_population_input_error(const char *type_name,
										 const char *fault,
										 Node *escontext);

#endif							/* KLOUT_POPULATION_SQL_H */
