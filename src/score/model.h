/*-------------------------------------------------------------------------
 *
 * model.h
 *	  The model: all parameters of a score, as a stored value.
 *
 * A model is fourteen numbers and two short lists of weights, one of networks
 * and one of kinds.  docs/mathematics.md explains each number; this file
 * defines its range and storage.
 *
 * Stored form (format version 1), all little-endian:
 *
 *	uint8		version, 1
 *	int64		reach_half_life				microseconds
 *	int64		consistency_half_life		microseconds
 *	float8		unproven_cap, consistency_cap, mix, reach_weight,
 *				consistency_weight, audience_weight, audience_cap,
 *				activity_weight, scale, calibrate_share, calibrate_score,
 *				active_days
 *	varint		number of networks, then for each: name, float8 weight
 *	varint		number of kinds, then for each: name, float8 weight
 *
 * A name is a length byte and that many bytes of UTF-8.  Names ascend
 * strictly, bytewise; a weight of 1 is not stored, because it is the default;
 * zero has no sign.  So each model has one form, and two models are equal if
 * and only if their bytes are.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_MODEL_H
#define KLOUT_MODEL_H

#include "c.h"

#include "common/bytes.h"

#define KLOUT_MODEL_VERSION			1

#define KLOUT_MODEL_MAX_NETWORKS	255
#define KLOUT_MODEL_MAX_KINDS		4096

/* half-lives: from a microsecond to 10,000 Gregorian years */
#define KLOUT_USECS_PER_DAY			INT64CONST(86400000000)
#define KLOUT_MODEL_MAX_DAYS		3652425
#define KLOUT_MODEL_MAX_HALF_LIFE	(KLOUT_MODEL_MAX_DAYS * KLOUT_USECS_PER_DAY)

/* every other number, weights of networks and kinds included */
#define KLOUT_MODEL_MAX_NUMBER		1e9

/* version and numbers, before the lists */
#define KLOUT_MODEL_NSCALARS		14
#define KLOUT_MODEL_FIXED_SIZE		(1 + 8 * KLOUT_MODEL_NSCALARS)

/* A model without entries in its lists. */
#define KLOUT_MODEL_MIN_SIZE		(KLOUT_MODEL_FIXED_SIZE + 2)

typedef struct KloutModel
{
	int64		reach_half_life;	/* Hr, microseconds, > 0 */
	int64		consistency_half_life;	/* Hc, microseconds, > 0 */
	double		unproven_cap;	/* cu, >= 0 */
	double		consistency_cap;	/* cd, >= 0 */
	double		mix;			/* >= 1 */
	double		reach_weight;	/* wr, >= 0 */
	double		consistency_weight; /* wd, >= 0 */
	double		audience_weight;	/* wf, >= 0 */
	double		audience_cap;	/* ca, >= 0 */
	double		activity_weight;	/* wp, >= 0 */
	double		scale;			/* c, > 0 */

	/* how klout_calibrate chooses scale; no part of a score */
	double		calibrate_share;	/* in (0, 1) */
	double		calibrate_score;	/* in (0, 100) */
	double		active_days;	/* > 0, at most KLOUT_MODEL_MAX_DAYS */

	/* private to model.c: the lists, inside the value that was read */
	int			nnetworks;
	int			nkinds;
	const uint8 *networks;
	const uint8 *kinds;
} KloutModel;

/* One entry of a list, to be written or copied out. */
typedef struct KloutModelWeight
{
	KloutName	name;
	double		weight;
} KloutModelWeight;

/*
 * The fourteen numbers in stored order, which is also the order of the text
 * form.  A half-life is an int64 at its offset, the others are doubles.
 */
typedef struct KloutModelScalar
{
	const char *key;
	size_t		offset;			/* in KloutModel */
	bool		is_half_life;
	const char *range;			/* for messages: "must be ..." */
} KloutModelScalar;

extern const KloutModelScalar klout_model_scalars[KLOUT_MODEL_NSCALARS];

/* A model's number by its row in klout_model_scalars. */
static inline int64 *
klout_model_half_life(KloutModel *model, const KloutModelScalar *scalar)
{
	return (int64 *) ((char *) model + scalar->offset);
}

static inline double *
klout_model_number(KloutModel *model, const KloutModelScalar *scalar)
{
	return (double *) ((char *) model + scalar->offset);
}

/*
 * Is a number in the range of this scalar?  NaN and infinities never are.
 * (klout_model_half_life_valid for the half-lives.)
 */
extern bool klout_model_number_valid(const KloutModelScalar *scalar,
									 double value);
extern bool klout_model_half_life_valid(int64 value);

/* Is a weight of a network or kind in [0, KLOUT_MODEL_MAX_NUMBER]? */
extern bool klout_model_weight_valid(double weight);

/* The default model, for daily buckets. */
extern void klout_model_default(KloutModel *model);

/*
 * Finds the model of that name (default, hour, strict); false, with *model
 * unchanged, if there is none.
 */
extern bool klout_model_preset(const char *name, size_t len,
							   KloutModel *model);

/*
 * Reads and validates the data part of a stored model: version, range of every
 * number, order of names, canonical form, no extra bytes.  Returns NULL, or
 * the fault, in which case *model must not be used.  The model points into
 * data, which must stay while it is used.  Does not check that names are UTF-8
 * (names_pg.h can).  O(len), allocates nothing.
 */
extern const char *klout_model_read(const uint8 *data, size_t len,
									KloutModel *model);

/*
 * The weight of a network or kind, 1 when the model does not list it.  Linear
 * in the number of entries, which is small: look up once per name of a value,
 * not once per row.
 */
extern double klout_model_network_weight(const KloutModel *model,
										 KloutName name);
extern double klout_model_kind_weight(const KloutModel *model,
									  KloutName name);

/*
 * Copies a list of a model, ascending by name.  The array must have room for
 * model->nnetworks, model->nkinds entries.  Names point into the value.
 */
extern void klout_model_networks(const KloutModel *model,
								 KloutModelWeight *entries);
extern void klout_model_kinds(const KloutModel *model,
							  KloutModelWeight *entries);

/*
 * Converts a list to its stored form in place: sorts it by name and removes
 * weights of 1.  Returns the number of entries left, or -1 if a name occurs
 * twice, with any weights.  O(n log n).
 */
extern int	klout_model_sort_weights(KloutModelWeight *entries, int n);

/*
 * The encoder: the number of bytes that klout_model_write writes, and the
 * writer.  Numbers come from *model (whose lists are ignored), lists from the
 * arrays, sorted by klout_model_sort_weights; all must be valid.  Returns the
 * end of the bytes written.
 */
extern size_t klout_model_size(const KloutModelWeight *networks, int nnetworks,
							   const KloutModelWeight *kinds, int nkinds);
extern uint8 *klout_model_write(uint8 *p, const KloutModel *model,
								const KloutModelWeight *networks, int nnetworks,
								const KloutModelWeight *kinds, int nkinds);

#endif							/* KLOUT_MODEL_H */
