/*-------------------------------------------------------------------------
 *
 * calibrate.h
 *	  Fits two parameters of a model to a community: mix and scale.
 *
 * Both are computed from sums of integers, so neither depends on the order of
 * the rows, their split over workers or the order of merges.
 *
 * For mix, the proven and the unproven part of every pair of a reactor and a
 * person, in steps of 1/200.
 *
 * For scale, a histogram of the raw scores of active people, in bins of width
 * 1/16,384 of a power of two.  A bin is the exponent of the float8 and the
 * first 14 bits of its fraction, so it needs no logarithm, is the same on
 * every platform, and is as fine for raw scores of 1e-4 as for 1e9.  The
 * middle of a bin is within a relative 2^-15 of each number in it; a score
 * moves by at most 25 times a relative error of raw or scale, which is 0.0008.
 *
 * Nothing here allocates.  Functions that validate return NULL on success,
 * otherwise the fault as a clause without capital and full stop.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_CALIBRATE_H
#define KLOUT_CALIBRATE_H

#include "signals/signals.h"

/* ----------
 * Mix
 * ----------
 */

/* Pairs of a reactor and a person, in steps of 1 / KLOUT_WEIGHT_STEPS. */
typedef struct KloutMix
{
	int64		proven;
	int64		unproven;
} KloutMix;

/*
 * The state of klout_mix in bytes: a version, 1, and the two numbers, 0 or
 * more, little-endian.
 */
#define KLOUT_MIX_VERSION		1
#define KLOUT_MIX_SIZE			17

extern const char *klout_mix_read(const uint8 *data, size_t len,
								  KloutMix *pairs);
extern void klout_mix_write(uint8 *data, const KloutMix *pairs);

/*
 * Adds the pairs of a canonical value of signals: of each reactor on each
 * network, the weight w of its last proven action, 0 without one, and 1 - w.
 * If reactors are sampled, the registers give their number and the sample
 * their mean weight.  O(len).
 */
extern const char *klout_mix_add(KloutMix *pairs, const uint8 *data,
								 size_t len);

/* Adds pairs; false, with *pairs unchanged, if int64 would overflow. */
extern bool klout_mix_merge(KloutMix *pairs, const KloutMix *other);

/* the one fault that is of amount and not of form: for another SQLSTATE */
extern const char klout_mix_too_many[];

/* ----------
 * Raw scores
 * ----------
 */

#define KLOUT_RAW_BITS			14	/* of the fraction */
#define KLOUT_RAW_SHIFT			(52 - KLOUT_RAW_BITS)
#define KLOUT_RAW_BIN_MAX		((UINT32_C(2047) << KLOUT_RAW_BITS) - 1)

/*
 * The bin of a raw score.  Bin 0 is 0 and everything below 2^-1022, where
 * float8 has fewer bits; infinity is in the last bin.
 */
extern uint32 klout_raw_bin(double raw);

/* The middle of a bin; 0 for bin 0. */
extern double klout_raw_of_bin(uint32 bin);

/* People whose raw score is in a bin. */
typedef struct KloutRawCount
{
	uint32		bin;
	uint64		people;
} KloutRawCount;

extern uint64 klout_raw_people(const KloutRawCount *counts, uint32 n);

/*
 * The bin of the ceil(fraction * people)-th lowest raw score: percentile_disc
 * over the bins, which ascend.  fraction is from 0 to 1; there is at least one
 * person.
 */
extern uint32 klout_raw_percentile(const KloutRawCount *counts, uint32 n,
								   double fraction);

/*
 * The scale at which raw, above 0, has this score, between 0 and 100, to six
 * significant digits: raw (100 - score) / score.  May be out of range.
 */
extern double klout_scale_for(double raw, double score);

/* ----------
 * The state of klout_calibrate
 *
 * Bytes, all numbers little-endian and none aligned:
 *
 *		byte 0	version, 1
 *		1 .. 3	zero
 *		4		uint32 bytes of the model
 *		8		int64 as_of, microseconds since 2000-01-01
 *		16		uint32 number of bins that are counted
 *		20		uint32 number of people whose bins are not
 *		24		the model
 *		...		uint32 bin, uint64 people for each that is counted, ascending
 *		...		uint32 bin for each that is not, in the order they came
 *		...		room
 *
 * A person is appended; when the room is used up, all people are counted.  The
 * same people may give different bytes, but never a different model.
 * ----------
 */

#define KLOUT_CALIBRATION_VERSION	1
#define KLOUT_CALIBRATION_HEADER	24
#define KLOUT_CALIBRATION_COUNT		12	/* bytes of a bin that is counted */
#define KLOUT_CALIBRATION_BIN		4	/* and of one that is not */

/* A state in place: pointers are into its bytes. */
typedef struct KloutCalibration
{
	const uint8 *model;
	size_t		model_len;
	int64		as_of;
	const uint8 *counts;
	uint32		ncounts;
	const uint8 *bins;
	uint32		nbins;
	size_t		room;			/* bytes after it all */
} KloutCalibration;

/*
 * Finds the parts of a state of any len bytes and checks that they are inside;
 * klout_calibration_fold validates counts and bins. O(1).
 */
extern const char *klout_calibration_read(const uint8 *data, size_t len,
										  KloutCalibration *state);

/* Appends a person to the state that was read from data, if there is room. */
extern bool klout_calibration_add(uint8 *data, const KloutCalibration *state,
								  uint32 bin);

/*
 * Counts the people of one or two states.  The caller provides room for
 * klout_calibration_fold_max() counts, and as many elements of scratch; *n is
 * set to the number of bins.  O(n log n).
 */
extern size_t klout_calibration_fold_max(const KloutCalibration *a,
										 const KloutCalibration *b);
extern const char *klout_calibration_fold(const KloutCalibration *a,
										  const KloutCalibration *b,
										  KloutRawCount *counts,
										  uint32 *scratch, uint32 *n);

/* Bytes of a state with these, and room for this many people more. */
extern size_t klout_calibration_size(size_t model_len, uint32 ncounts,
									 size_t room);

/*
 * Writes a state into data, which has klout_calibration_size() bytes or more.
 * The model may already be in its place in data.
 */
extern void klout_calibration_write(uint8 *data, const uint8 *model,
									size_t model_len, int64 as_of,
									const KloutRawCount *counts,
									uint32 ncounts);

#endif							/* KLOUT_CALIBRATE_H */
