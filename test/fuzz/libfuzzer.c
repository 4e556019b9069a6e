/*-------------------------------------------------------------------------
 *
 * libfuzzer.c
 *	  What libFuzzer (and AFL++ with its driver) calls.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

extern int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	fuzz_one(data, size);
	return 0;
}
