/*-------------------------------------------------------------------------
 *
 * fuzz.h
 *	  What every fuzzing harness has: a way to cut its input into parts, and
 *	  a way to say that something that must hold does not.
 *
 * A harness defines fuzz_one(), which is given any bytes and must come back.
 * libFuzzer calls it (test/fuzz/README.md), and so does replay.c, which feeds
 * it the corpus without libFuzzer.
 *
 * Each part is copied to a block of just its size, so that the sanitizers see
 * a byte read too far.
 *
 *-------------------------------------------------------------------------
 */
#ifndef FUZZ_H
#define FUZZ_H

#include "c.h"

#include <stdio.h>
#include <stdlib.h>

/* the server's printf is in a library that need not be linked here */
#undef printf
#undef fprintf

extern void fuzz_one(const uint8 *data, size_t size);

/* Something that must hold.  Unlike Assert it is in every build. */
#define require(condition) \
	do { \
		if (!(condition)) \
			fuzz_fail(__FILE__, __LINE__, #condition); \
	} while (0)

static inline void
fuzz_fail(const char *file, int line, const char *condition)
{
	fflush(stdout);
	fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
	abort();
}

/* ----------
 * Input
 * ----------
 */

typedef struct Input
{
	const uint8 *next;
	size_t		left;
} Input;

static inline Input
input_of(const uint8 *data, size_t size)
{
	Input		input = {data, size};

	return input;
}

/* Zeros when there is nothing left. */
static inline uint64
input_number(Input *input, size_t bytes)
{
	uint64		value = 0;

	for (size_t i = 0; i < bytes && input->left > 0; i++, input->left--)
		value |= (uint64) *input->next++ << (8 * i);
	return value;
}

static inline uint8
input_u8(Input *input)
{
	return (uint8) input_number(input, 1);
}

/* from 0 to n - 1, n at most 2^16 */
static inline int
input_below(Input *input, int n)
{
	return (int) (input_number(input, n > 256 ? 2 : 1) % (uint64) n);
}

/* Any double: NaN and infinities, too. */
static inline double
input_double(Input *input)
{
	uint64		bits = input_number(input, 8);
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

/* Bytes in a block of their own, to be freed. */
typedef struct Part
{
	uint8	   *data;
	size_t		len;
} Part;

static inline Part
part_of(const uint8 *data, size_t len)
{
	Part		part;

	part.data = malloc(len > 0 ? len : 1);
	part.len = len;
	if (part.data == NULL)
		abort();
	if (len > 0)
		memcpy(part.data, data, len);
	return part;
}

/* As many bytes as the next two say, or what there is. */
static inline Part
input_part(Input *input)
{
	size_t		len = (size_t) input_number(input, 2);
	Part		part;

	len = Min(len, input->left);
	part = part_of(input->next, len);
	input->next += len;
	input->left -= len;
	return part;
}

/* All that is left. */
static inline Part
input_rest(Input *input)
{
	Part		part = part_of(input->next, input->left);

	input->left = 0;
	return part;
}

static inline bool
same_part(Part a, Part b)
{
	return a.len == b.len && memcmp(a.data, b.data, a.len) == 0;
}

#endif							/* FUZZ_H */
