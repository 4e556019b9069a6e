/*-------------------------------------------------------------------------
 *
 * sample_test.c
 *	  Unit tests of hashing, sampling keys and registers, as TAP.
 *
 * What is right is worked out apart from the code under test: by published
 * verification values, by exact arithmetic on long integers, by the C library
 * where doubles are exact enough, and by golden numbers computed by hand with
 * Python's decimal.
 *
 * The constants under test are static, so sample.c is made part of this file,
 * under other names than those of the object all unit tests are linked with.
 *
 *-------------------------------------------------------------------------
 */
#define klout_reactor_hash		under_test_reactor_hash
#define klout_hash_bytes		under_test_hash_bytes
#define klout_sample_log		under_test_sample_log
#define klout_sample_key		under_test_sample_key
#define klout_sample_inclusion	under_test_sample_inclusion
#define klout_registers_add		under_test_registers_add
#define klout_registers_merge	under_test_registers_merge
#define klout_registers_valid	under_test_registers_valid
#define klout_registers_estimate under_test_registers_estimate

#include <inttypes.h>

#include "signals/sample.c"

#include "tap.h"

/* ---------------------------------------------------------------------------
 * Long numbers: 1 integer limb and LIMBS limbs of fraction, 32 bits each,
 * the most significant first
 * ---------------------------------------------------------------------------
 */
#define LIMBS	10

typedef struct Long
{
	uint32		limb[1 + LIMBS];
} Long;

static Long
long_integer(uint32 value)
{
	Long		result = {{value}};

	return result;
}

static Long
long_divide(Long a, uint32 divisor)
{
	uint64		rest = 0;

	for (int i = 0; i <= LIMBS; i++)
	{
		rest = rest << 32 | a.limb[i];
		a.limb[i] = (uint32) (rest / divisor);
		rest %= divisor;
	}
	return a;
}

static Long
long_add(Long a, Long b)
{
	uint64		carry = 0;

	for (int i = LIMBS; i >= 0; i--)
	{
		carry += (uint64) a.limb[i] + b.limb[i];
		a.limb[i] = (uint32) carry;
		carry >>= 32;
	}
	return a;
}

static Long
long_multiply(Long a, Long b)
{
	uint32		product[2 + 2 * LIMBS] = {0};
	Long		result;

	for (int i = LIMBS; i >= 0; i--)
	{
		uint64		carry = 0;

		for (int j = LIMBS; j >= 0; j--)
		{
			carry += (uint64) a.limb[i] * b.limb[j] + product[i + j + 1];
			product[i + j + 1] = (uint32) carry;
			carry >>= 32;
		}
		product[i] = (uint32) carry;
	}
	/* product[1] is the integer limb: both factors are small */
	memcpy(result.limb, product + 1, sizeof(result.limb));
	return result;
}

/* floor(2^bits a), which fits 64 bits; 32 < bits <= 64 */
static uint64
long_fixed(Long a, int bits)
{
	int			shift = 64 - bits;
	uint64		high = (uint64) a.limb[0] << 32 | a.limb[1];
	uint64		low = a.limb[2];

	/* high has 32 bits of fraction */
	if (shift == 0)
		return high << 32 | low;
	return high << (bits - 32) | low >> (64 - bits);
}

/* log2(x) for 1 <= x < 2, to that many bits, rounded down: by squaring */
static uint64
long_log2(Long x, int bits)
{
	uint64		result = 0;

	for (int i = 0; i < bits; i++)
	{
		x = long_multiply(x, x);
		result <<= 1;
		if (x.limb[0] >= 2)
		{
			result |= 1;
			x = long_divide(x, 2);
		}
	}
	return result;
}

/* ln 2 = sum of 1 / (k 2^k) */
static Long
long_ln2(void)
{
	Long		power = long_integer(1);
	Long		sum = long_integer(0);

	for (uint32 k = 1; k < 32 * LIMBS; k++)
	{
		power = long_divide(power, 2);
		sum = long_add(sum, long_divide(power, k));
	}
	return sum;
}

/* ---------------------------------------------------------------------------
 * Tests
 * ---------------------------------------------------------------------------
 */

/* MurmurHash64A, written once more, with its seed. */
static uint64
murmur64a(const uint8 *key, int len, uint64 seed)
{
	uint64		h = seed ^ ((uint64) len * UINT64CONST(0xC6A4A7935BD1E995));
	int			i;

	for (i = 0; i + 8 <= len; i += 8)
	{
		uint64		k = 0;

		for (int b = 7; b >= 0; b--)
			k = k << 8 | key[i + b];
		k *= UINT64CONST(0xC6A4A7935BD1E995);
		k ^= k >> 47;
		h = (h ^ k * UINT64CONST(0xC6A4A7935BD1E995)) * UINT64CONST(0xC6A4A7935BD1E995);
	}
	if (i < len)
	{
		for (int b = i; b < len; b++)
			h ^= (uint64) key[b] << (8 * (b - i));
		h *= UINT64CONST(0xC6A4A7935BD1E995);
	}
	h = (h ^ h >> 47) * UINT64CONST(0xC6A4A7935BD1E995);
	return h ^ h >> 47;
}

static void
test_hash_bytes(void)
{
	uint8		key[256];
	uint8		hashes[8 * 256];
	uint8		input[300];
	bool		passed = true;

	/*
	 * The procedure and the value by which SMHasher verifies implementations:
	 * keys 0, 0 1, 0 1 2 ... with seeds 256 and down, then the hash of
	 * hashes.
	 */
	for (int i = 0; i < 256; i++)
	{
		key[i] = (uint8) i;
		klout_store_u64(hashes + 8 * i, murmur64a(key, i, (uint64) (256 - i)));
	}
	check((uint32) murmur64a(hashes, sizeof(hashes), 0) == 0x1F0D3804,
		  "the second writing of MurmurHash64A is verified by SMHasher's value");

	for (int len = 0; len <= 256; len++)
	{
		for (int offset = 0; offset < 8; offset++)
		{
			for (int i = 0; i < len; i++)
				input[offset + i] = (uint8) random_u64();

			passed = passed && klout_hash_bytes(input + offset, (size_t) len) ==
				murmur64a(input + offset, len, 0);
		}
	}
	check(passed, "klout_hash_bytes is MurmurHash64A, at any length and alignment");
	check(klout_hash_bytes("", 0) == 0, "the empty string hashes to 0");
}

/* x such that (x ^ x >> shift) is given */
static uint64
undo_xorshift(uint64 y, int shift)
{
	uint64		x = y;

	for (int i = shift; i < 64; i += shift)
		x = y ^ (x >> shift);
	return x;
}

/* the inverse of an odd number modulo 2^64, by Newton's iteration */
static uint64
inverse(uint64 a)
{
	uint64		x = a;

	for (int i = 0; i < 6; i++)
		x *= 2 - a * x;
	return x;
}

static uint64
undo_mix64(uint64 y)
{
	y = undo_xorshift(y, 31) * inverse(UINT64CONST(0x94D049BB133111EB));
	y = undo_xorshift(y, 27) * inverse(UINT64CONST(0xBF58476D1CE4E5B9));
	return undo_xorshift(y, 30);
}

static void
test_reactor_hash(void)
{
	bool		bijective = true;
	double		flips = 0;

	for (int i = 0; i < 100000; i++)
	{
		uint64		actor = i < 1000 ? (uint64) i : random_u64();
		uint64		seed = random_u64();
		uint64		hash = klout_reactor_hash(actor, seed);

		bijective = bijective && (undo_mix64(hash) ^ seed) == actor;
		hash ^= klout_reactor_hash(actor ^ (UINT64CONST(1) << (i % 64)), seed);
		for (; hash != 0; hash &= hash - 1)
			flips++;
	}
	check(bijective, "klout_reactor_hash can be inverted: no two actors collide");
	/* 100,000 times 64 fair coins: the mean is within 5 sigma = 0.063 of 32 */
	check(fabs(flips / 100000 - 32) < 0.063,
		  "each bit of an actor flips half of its hash");
	/* SplitMix64's first output from state 0, which is published */
	check(klout_reactor_hash(UINT64CONST(0x9E3779B97F4A7C15), 0) ==
		  UINT64CONST(0xE220A8397B1DCDAF), "the mixer is that of SplitMix64");
}

static void
test_tables(void)
{
	Long		ln2 = long_ln2();
	bool		passed = true;
	uint64		exact;

	/* reciprocal[i] = ceil(2^70 / (128 + i)), by long division bit by bit */
	for (uint64 i = 0; i < 128; i++)
	{
		uint64		quotient = 0;
		uint64		rest = 1;

		for (int bit = 0; bit < 70; bit++)
		{
			rest <<= 1;
			quotient <<= 1;
			if (rest >= 128 + i)
			{
				quotient |= 1;
				rest -= 128 + i;
			}
		}
		passed = passed && reciprocal[i] == quotient + (rest > 0);
	}
	check(passed, "reciprocals are rounded up");

	passed = true;
	for (uint32 i = 0; i < 128; i++)
	{
		/* one bit more, to round to the nearest */
		exact = long_log2(long_divide(long_integer(128 + i), 128), 63);
		passed = passed && log2_of[i] == (exact + 1) / 2;
	}
	check(passed, "logarithms are those of 1 + i/128, to the nearest");

	/* ln 2 to 64 bits: 0xB17217F7D1CF79AB, as in every table of constants */
	check(long_fixed(ln2, 64) == UINT64CONST(0xB17217F7D1CF79AB),
		  "the series of ln 2");

	/* coefficient j ln 2 is 1, give or take half a unit */
	passed = true;
	for (uint32 j = 1; j <= 7; j++)
	{
		Long		coefficient = {{(uint32) (log2_coefficient[j - 1] >> 62)}};
		Long		half = {{0}};
		Long		product;
		Long		width;
		Long		above;

		coefficient.limb[1] = (uint32) (log2_coefficient[j - 1] >> 30);
		coefficient.limb[2] = (uint32) (log2_coefficient[j - 1] << 2);
		product = long_multiply(long_multiply(coefficient, long_integer(j)), ln2);
		half.limb[2] = 2;		/* half of 2^-62 */
		width = long_multiply(long_multiply(half, long_integer(j)), ln2);
		above = long_add(product, width);
		passed = passed && above.limb[0] == 1;	/* not too small */
		if (product.limb[0] == 1)	/* above 1: by no more than width */
		{
			product.limb[0] = 0;
			passed = passed && memcmp(&product, &width, sizeof(product)) != 0;
			for (int i = 0; i <= LIMBS; i++)
			{
				if (product.limb[i] != width.limb[i])
				{
					passed = passed && product.limb[i] < width.limb[i];
					break;
				}
			}
		}
	}
	check(passed, "coefficients are 1 / (j ln 2), to the nearest");

	passed = true;
	for (uint64 j = 2; j <= 7; j++)
		passed = passed && reciprocal_of[j - 2] ==
			PG_UINT64_MAX / j + (j == 2 || j == 4 ? 1 : 0);
	check(passed, "reciprocals of 2 to 7");

	/* log2(log2 e) = -log2(ln 2) = 1 - log2(2 ln 2) */
	exact = (UINT64CONST(1) << 57) -
		long_log2(long_add(ln2, ln2), 57);	/* rounded up, one bit more */
	check((uint64) LOG2_LOG2E == exact / 2 || (uint64) LOG2_LOG2E == (exact + 1) / 2,
		  "log2(log2 e)");

	/* both ways of taking the upper half of a product */
	passed = multiply_high(PG_UINT64_MAX, PG_UINT64_MAX) == PG_UINT64_MAX - 1 &&
		multiply_high(UINT64CONST(1) << 63, 6) == 3 &&
		multiply_high(PG_UINT64_MAX, 1) == 0;
	for (int i = 0; i < 10000; i++)
	{
		uint64		a = random_u64() >> (i % 60);
		uint64		b = random_u64() >> (i / 60 % 60);
		uint64		high = 0;
		uint64		low = 0;

		for (int bit = 63; bit >= 0; bit--)
		{
			high = high << 1 | low >> 63;
			low <<= 1;
			if (b >> bit & 1)
			{
				low += a;
				high += low < a;
			}
		}
		passed = passed && multiply_high(a, b) == high;
	}
	check(passed, "multiply_high");
}

/*
 * floor(2^28 log2(-log2((h + 1/2) / 2^64))), computed with Python's decimal
 * at 80 digits.
 */
static const struct
{
	uint64		hash;
	int64		log;
}			golden[] = {
	{0, 1616617050},
	{1, 1607056792},
	{2, 1602529847},
	{UINT64CONST(0x0123456789ABCDEF), 796185161},
	{UINT64CONST(0x7FFFFFFFFFFFFFFF), 0},
	{UINT64CONST(0xFEDCBA9876543210), -1954694076},
	{UINT64CONST(0xFEFFFFFFFFFFFFFF), -2004786384},
	{UINT64CONST(0xFF00000000000000), -2004786384},
	{UINT64CONST(0xFFFC000000000000), -3616144923},
	{UINT64CONST(0xFFFFFFFFFFFFFFFE), -16880904866},
	{UINT64CONST(0xFFFFFFFFFFFFFFFF), -17306364998},
};

static void
test_log(void)
{
	const double one = (double) (INT64CONST(1) << KLOUT_KEY_FRACTION_BITS);
	bool		passed = true;
	int64		previous;
	int			exact = 0;

	for (size_t i = 0; i < lengthof(golden); i++)
		if (klout_sample_log(golden[i].hash) != golden[i].log)
		{
			passed = false;
			printf("# log of %016" PRIx64 " is " INT64_FORMAT
				   ", got " INT64_FORMAT "\n", golden[i].hash, golden[i].log,
				   klout_sample_log(golden[i].hash));
		}
	check(passed, "golden numbers near both ends");

	/* -3e-11, so rounded down it is -1; documented is an error of 2^-28 */
	check(klout_sample_log(UINT64CONST(1) << 63) == 0 ||
		  klout_sample_log(UINT64CONST(1) << 63) == -1, "a half gives 0 or -1");

	/*
	 * Where u is between 2^-10 and 1 - 2^-10, doubles lose at most 2^-40 of
	 * log2(-log2 u), so at most one unit after rounding down.
	 */
	passed = true;
	for (int i = 0; i < 300000; i++)
	{
		uint64		hash = random_u64();
		double		u;
		double		reference;
		int64		log;

		if (hash >> 54 == 0 || hash >> 54 == 1023)
			continue;
		u = ldexp((double) (hash >> 11) + 0.5, -53);
		reference = floor(log2(-log2(u)) * one);
		log = klout_sample_log(hash);
		exact += log == (int64) reference;
		passed = passed && llabs(log - (int64) reference) <= 1;
	}
	check(passed, "agrees with the C library in the middle");
	check(exact > 299000 * 1022 / 1024, "nearly always to the last bit");

	/* every power of two from both ends: 1/2 of it, 3/2 of it */
	passed = true;
	for (int bit = 1; bit < 63; bit++)
	{
		uint64		hash = UINT64CONST(1) << bit;

		/* -log2 u = 64 - bit - tiny, where tiny = log2(1 + 2^-(bit + 1)) */
		passed = passed &&
			fabs((double) klout_sample_log(hash) / one -
				 log2(64 - bit - log1p(ldexp(0.5, -bit)) / M_LN2)) < 2 / one;
		/* 1 - u = v: -log2 u = -log1p(-v) / ln 2 */
		passed = passed &&
			fabs((double) klout_sample_log(~hash) / one -
				 log2(-log1p(-ldexp((double) hash + 0.5, -64)) / M_LN2)) < 2 / one;
	}
	check(passed, "powers of two from both ends");

	/* falls as the hash rises, in steps of every size, over every seam */
	passed = true;
	for (int i = 0; i < 200000; i++)
	{
		uint64		hash = random_u64();
		uint64		step = (random_u64() >> (i % 64)) | 1;

		if (hash + step < hash)
			continue;
		passed = passed && klout_sample_log(hash) >= klout_sample_log(hash + step);
	}
	for (int bit = 0; bit < 64; bit++)
	{
		for (int seam = 128; seam < 256; seam++)
		{
			/* where the next of the 128 reciprocals is taken, from both ends */
			uint64		from = (uint64) seam << 56 >> bit;
			uint64		at[2] = {from - 8, ~from - 8};

			for (int side = 0; side < 2; side++)
			{
				previous = PG_INT64_MAX;
				if (at[side] > PG_UINT64_MAX - 16)
					continue;	/* it would wrap around */
				for (uint64 hash = at[side]; hash != at[side] + 16; hash++)
				{
					int64		log = klout_sample_log(hash);

					passed = passed && log <= previous;
					previous = log;
				}
			}
		}
	}
	check(passed, "never rises");
	check(klout_sample_log(0) < INT64CONST(7) << KLOUT_KEY_FRACTION_BITS &&
		  klout_sample_log(PG_UINT64_MAX) > -(INT64CONST(65) << KLOUT_KEY_FRACTION_BITS),
		  "lies between -65 and 7");
}

static void
test_key(void)
{
	const int64 one = INT64CONST(1) << KLOUT_KEY_FRACTION_BITS;
	const int64 far = INT64CONST(1) << 33;

	check(klout_sample_key(0, 0, 60) == 60 * INT64CONST(1616617050), "key at 0");
	check(klout_sample_key(0, 20454, 60) == 60 * INT64CONST(1616617050) - 20454 * one,
		  "a later action lowers the key by whole buckets");
	check(klout_sample_key(PG_UINT64_MAX, far, 60) ==
		  60 * INT64CONST(-17306364998) - far * one &&
		  klout_sample_key(0, -far, 60) == 60 * INT64CONST(1616617050) + far * one,
		  "no overflow at both ends of time");
}

static void
test_inclusion(void)
{
	const double one = (double) (INT64CONST(1) << KLOUT_KEY_FRACTION_BITS);
	bool		formula = true;
	bool		range = true;
	bool		rising = true;

	for (int i = 0; i < 100000; i++)
	{
		int			half_life = i % 2 ? 60 : 12;
		int64		last = (int64) (random_u64() % 40000) - 20000;
		int64		tau = klout_sample_key(random_u64() >> (i % 64), last, half_life);
		int64		other = last + (int64) (random_u64() % 300) - 150;
		double		p = klout_sample_inclusion(tau, other, half_life);
		double		y = exp2(((double) tau / one + (double) other) / half_life);
		double		reference = y > 1e-6 ? 1 - exp2(-y) :
			y * M_LN2 * (1 - y * M_LN2 / 2);

		formula = formula && fabs(p - reference) <= 1e-9 * reference;
		range = range && p > 0 && p <= 1;
		rising = rising &&
			klout_sample_inclusion(tau + 1, other, half_life) >= p &&
			klout_sample_inclusion(tau, other + 1, half_life) >= p &&
			(p > 0.999 || klout_sample_inclusion(tau, other + 1, half_life) > p);
	}
	check(formula, "inclusion is 1 - 2^(-2^((tau + last) / Hd))");
	check(range, "inclusion lies in (0, 1]");
	check(rising, "inclusion rises with the threshold and with the last action");

	/*
	 * by hand: tau + last = 0 gives 1 - 2^-1, Hd gives 1 - 2^-2, -Hd 1 -
	 * 2^-0.5
	 */
	check(klout_sample_inclusion(-20000 * (int64) one, 20000, 60) == 0.5 &&
		  klout_sample_inclusion(-20000 * (int64) one, 20060, 60) == 0.75 &&
		  fabs(klout_sample_inclusion(-20000 * (int64) one, 19988, 12) -
			   0.29289321881345254) < 1e-15,
		  "inclusion by hand");
	/* the smallest there can be: a lone reactor at the upper end */
	check(klout_sample_inclusion(60 * INT64CONST(-17306364998), 0, 60) > 1e-20,
		  "inclusion is not zero at the upper end");
	check(klout_sample_inclusion(INT64CONST(1) << 60, INT64CONST(1) << 32, 12) == 1,
		  "inclusion is one where everybody would be in");
}

static void
test_registers(void)
{
	static const int sizes[] = {1, 10, 100, 257, 1000, 3000, 10000, 30000, 100000, 1000000};
	uint8		all[KLOUT_REGISTERS_BYTES];
	uint8		half[2][KLOUT_REGISTERS_BYTES];
	uint8		other[KLOUT_REGISTERS_BYTES];
	bool		passed = true;

	memset(all, 0, sizeof(all));
	check(klout_registers_estimate(all) == 0 && klout_registers_valid(all),
		  "nobody counts as 0");

	/* one hash by hand: register and rank of known mixed bits */
	for (int i = 0; i < KLOUT_REGISTERS; i++)
	{
		for (int rank = 1; rank <= KLOUT_REGISTER_MAX; rank++)
		{
			uint64		bits = (uint64) i << 54 |
				(rank == KLOUT_REGISTER_MAX ? 0 : UINT64CONST(1) << (54 - rank));
			uint64		hash = undo_mix64(bits) - UINT64CONST(0x9E3779B97F4A7C15);
			uint32		group;

			if (i % 97 != 0 && rank != 7)
				continue;
			memset(all, 0, sizeof(all));
			klout_registers_add(all, hash);
			group = (uint32) all[i / 4 * 3] | (uint32) all[i / 4 * 3 + 1] << 8 |
				(uint32) all[i / 4 * 3 + 2] << 16;
			passed = passed && group == (uint32) rank << (i % 4 * 6) &&
				klout_registers_valid(all);
		}
	}
	check(passed, "the top ten bits choose the register, leading zeros the rank");

	/* out of range: 56 in each of the four sort_key of a group */
	passed = true;
	for (int i = 0; i < 4; i++)
	{
		for (int value = 0; value < 64; value++)
		{
			memset(all, 0, sizeof(all));
			all[765] = (uint8) ((uint32) value << (6 * i));
			all[766] = (uint8) ((uint32) value << (6 * i) >> 8);
			all[767] = (uint8) ((uint32) value << (6 * i) >> 16);
			passed = passed && klout_registers_valid(all) == (value <= 55);
			/* whatever the bytes, an estimate is a number */
			passed = passed && isfinite(klout_registers_estimate(all));
		}
	}
	check(passed, "a register above 55 is not valid");
	memset(all, 0xFF, sizeof(all));
	check(!klout_registers_valid(all) && klout_registers_estimate(all) > 1e18,
		  "all registers full: as many as there are hashes, or more");

	/* estimates: 3 sigma at every size, and no bias over many trials */
	passed = true;
	for (size_t s = 0; s < lengthof(sizes); s++)
	{
		int			trials = sizes[s] > 10000 ? 1 : 1000000 / sizes[s] > 200 ? 200 : 1000000 / sizes[s];
		double		sum = 0;
		double		squares = 0;

		for (int trial = 0; trial < trials; trial++)
		{
			double		estimate;
			uint64		seed = random_u64();

			memset(all, 0, sizeof(all));
			for (int i = 0; i < sizes[s]; i++)
				klout_registers_add(all, klout_reactor_hash((uint64) i, seed));
			estimate = klout_registers_estimate(all) / sizes[s];
			if (trial == 0 && fabs(estimate - 1) > 3 * 1.04 / 32 + 1e-9)
				passed = false;
			sum += estimate - 1;
			squares += (estimate - 1) * (estimate - 1);
		}
		printf("# %d hashes: bias %+.4f, standard error %.4f\n", sizes[s],
			   sum / trials, sqrt(squares / trials));
		/* 0.2 for the scatter of the scatter */
		if (trials > 1 &&
			(sqrt(squares / trials) > 1.2 * 1.04 / 32 ||
			 fabs(sum / trials) > 4 * 1.04 / 32 / sqrt(trials)))
			passed = false;
	}
	check(passed, "estimates are within three standard errors, without bias");

	/* adding again changes nothing; any split merges to the same */
	passed = true;
	for (int trial = 0; trial < 50; trial++)
	{
		uint8		before[KLOUT_REGISTERS_BYTES];
		int			n = (int) (random_u64() % 3000);
		uint64		seed = random_u64();

		memset(all, 0, sizeof(all));
		memset(half, 0, sizeof(half));
		for (int i = 0; i < n; i++)
		{
			uint64		hash = klout_reactor_hash((uint64) i, seed);

			klout_registers_add(all, hash);
			memcpy(before, all, sizeof(all));
			klout_registers_add(all, hash);
			passed = passed && memcmp(before, all, sizeof(all)) == 0;
			klout_registers_add(half[random_u64() % 2], hash);
		}
		memcpy(other, half[0], sizeof(other));
		klout_registers_merge(other, half[1]);
		passed = passed && memcmp(other, all, sizeof(all)) == 0;
		memcpy(other, half[1], sizeof(other));
		klout_registers_merge(other, half[0]);
		passed = passed && memcmp(other, all, sizeof(all)) == 0;
		klout_registers_merge(other, all);
		klout_registers_merge(other, other);
		passed = passed && memcmp(other, all, sizeof(all)) == 0 &&
			klout_registers_valid(other);
	}
	check(passed, "adding is idempotent, merging commutative and idempotent");
}

int
main(void)
{
	test_hash_bytes();
	test_reactor_hash();
	test_tables();
	test_log();
	test_key();
	test_inclusion();
	test_registers();
	return finish();
}
