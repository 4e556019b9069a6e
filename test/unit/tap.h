/*-------------------------------------------------------------------------
 *
 * tap.h
 *	  What every unit test has: verdicts as TAP, and random numbers that are
 *	  the same on every platform.
 *
 *-------------------------------------------------------------------------
 */
#ifndef TAP_H
#define TAP_H

#include "c.h"

#include <stdio.h>
#include <stdlib.h>

/* the server's printf is in a library that is not linked here */
#undef printf

static int	ntests = 0;
static int	nfailed = 0;

static inline void
check(bool passed, const char *name)
{
	ntests++;
	if (!passed)
		nfailed++;
	printf("%sok %d - %s\n", passed ? "" : "not ", ntests, name);
}

/* The plan, after all tests, and what main() returns. */
static inline int
finish(void)
{
	printf("1..%d\n", ntests);
	return nfailed == 0 ? 0 : 1;
}

/* SplitMix64; the seed is printed and may be given in KLOUT_TEST_SEED. */
static uint64 random_state = UINT64CONST(20260101);

static inline uint64
random_u64(void)
{
	uint64		z = random_state += UINT64CONST(0x9E3779B97F4A7C15);

	z = (z ^ (z >> 30)) * UINT64CONST(0xBF58476D1CE4E5B9);
	z = (z ^ (z >> 27)) * UINT64CONST(0x94D049BB133111EB);
	return z ^ (z >> 31);
}

static inline int
random_below(int n)
{
	return (int) (random_u64() % (uint64) n);
}

static inline void
random_begin(uint64 seed)
{
	const char *given = getenv("KLOUT_TEST_SEED");

	random_state = given ? strtoull(given, NULL, 10) : seed;
	printf("# KLOUT_TEST_SEED=" UINT64_FORMAT "\n", random_state);
}

#endif							/* TAP_H */
