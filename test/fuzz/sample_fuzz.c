/*-------------------------------------------------------------------------
 *
 * sample_fuzz.c
 *	  HyperLogLog registers of any bytes, and the hashes and keys of reactors.
 *
 * Input: two sets of registers, then numbers that are taken as hashes.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "signals/sample.h"

static int
register_of(const uint8 *registers, int i)
{
	int			bit = 6 * i;

	return (registers[bit / 8] | (bit / 8 + 1 < KLOUT_REGISTERS_BYTES ?
								  registers[bit / 8 + 1] << 8 : 0)) >> bit % 8 & 63;
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	uint8		a[KLOUT_REGISTERS_BYTES];
	uint8		b[KLOUT_REGISTERS_BYTES];
	uint8		ab[KLOUT_REGISTERS_BYTES];
	uint8		ba[KLOUT_REGISTERS_BYTES];
	bool		valid[2] = {true, true};
	double		estimate;

	for (int i = 0; i < KLOUT_REGISTERS_BYTES; i++)
		a[i] = input_u8(&input);
	for (int i = 0; i < KLOUT_REGISTERS_BYTES; i++)
		b[i] = input_u8(&input);
	for (int i = 0; i < KLOUT_REGISTERS; i++)
	{
		valid[0] &= register_of(a, i) <= KLOUT_REGISTER_MAX;
		valid[1] &= register_of(b, i) <= KLOUT_REGISTER_MAX;
	}
	require(klout_registers_valid(a) == valid[0] && klout_registers_valid(b) == valid[1]);

	estimate = klout_registers_estimate(a);
	require(!isnan(estimate) && estimate >= 0);

	/* the larger of each register: commutative and idempotent */
	memcpy(ab, a, sizeof(ab));
	klout_registers_merge(ab, b);
	memcpy(ba, b, sizeof(ba));
	klout_registers_merge(ba, a);
	require(memcmp(ab, ba, sizeof(ab)) == 0);
	for (int i = 0; i < KLOUT_REGISTERS; i++)
		require(register_of(ab, i) == Max(register_of(a, i), register_of(b, i)));
	klout_registers_merge(ab, a);
	require(memcmp(ab, ba, sizeof(ab)) == 0);
	if (valid[0] && valid[1])
	{
		require(klout_registers_valid(ab));
		require(klout_registers_estimate(ab) >= estimate * (1 - 1e-12));
	}

	while (input.left > 0)
	{
		uint64		hash = input_number(&input, 8);
		int64		last = (int64) (input_number(&input, 4)) - 200000;
		int64		later = last + input_below(&input, 256);
		int			half_life = input_u8(&input) & 1 ? 12 : 60;
		int64		log = klout_sample_log(hash);
		int64		key = klout_sample_key(hash, last, half_life);
		double		p = klout_sample_inclusion(key, last, half_life);
		int64		unit = INT64CONST(1) << KLOUT_KEY_FRACTION_BITS;

		require(log >= -65 * unit && log <= 7 * unit);
		/* the logarithm by the mathematics library, where that is precise */
		if (hash > UINT64CONST(1) << 32 && hash < UINT64CONST(0xFFFF) << 48)
		{
			double		u = ldexp((double) hash, -64);

			require(fabs((double) log / (double) unit - log2(-log2(u))) < 1e-6);
		}
		require(klout_sample_key(hash, later, half_life) <= key);
		require(p > 0 && p <= 1);
		require(klout_sample_inclusion(key + 1, last, half_life) >= p);
		/* hashing is one to one, and adding a hash twice is adding it once */
		require(klout_reactor_hash(hash, 1) != klout_reactor_hash(hash ^ 1, 1));
		klout_registers_add(a, hash);
		memcpy(ab, a, sizeof(ab));
		klout_registers_add(a, hash);
		require(memcmp(ab, a, sizeof(ab)) == 0);
		(void) klout_hash_bytes(input.next, Min(input.left, 40));
	}
	if (valid[0])
		require(klout_registers_valid(a));
}
