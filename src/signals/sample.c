/*-------------------------------------------------------------------------
 *
 * sample.c
 *	  Recency-weighted bottom-k sampling of reactors, in integer arithmetic.
 *
 * The plan and its sources are in sample.h.  The difficult part is the
 * logarithm of a logarithm: it must be the same integer on all platforms, and
 * have a small relative error near both ends of (0, 1), where u or -log2 u is
 * tiny.
 *
 * All of it rests on one primitive, log2_fraction: the binary logarithm of a
 * normalised 64-bit mantissa, by a table of 128 reciprocals and a polynomial
 * of degree 7 in what remains.  Fractions are written Qn: n bits behind the
 * binary point.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/sample.h"

#include <math.h>

#include "port/pg_bitutils.h"

/* ---------------------------------------------------------------------------
 * Hashing
 * ---------------------------------------------------------------------------
 */

/*
 * A bijective mixer: variant 13 of David Stafford's search for finalizers of
 * MurmurHash3, the one SplitMix64 uses.
 */
static inline uint64
hash_finish(uint64 x)
{
	x ^= x >> 30;
	x *= UINT64CONST(0xBF58476D1CE4E5B9);
	x ^= x >> 27;
	x *= UINT64CONST(0x94D049BB133111EB);
	x ^= x >> 31;
	return x;
}

uint64
klout_reactor_hash(uint64 actor, uint64 seed)
{
	return hash_finish(actor ^ seed);
}

/* MurmurHash64A by Austin Appleby (public domain), with little-endian loads. */
uint64
klout_hash_bytes(const void *data, size_t len)
{
	const uint64 m = UINT64CONST(0xC6A4A7935BD1E995);
	const int	r = 47;
	const uint8 *p = (const uint8 *) data;
	uint64		h = (uint64) len * m;

	for (; len >= 8; p += 8, len -= 8)
	{
		uint64		k = klout_load_u64(p);

		k *= m;
		k ^= k >> r;
		k *= m;
		h ^= k;
		h *= m;
	}
	if (len > 0)
	{
		uint64		tail = 0;

		while (len > 0)
		{
			len--;
			tail |= (uint64) p[len] << (8 * len);
		}
		h ^= tail;
		h *= m;
	}
	h ^= h >> r;
	h *= m;
	h ^= h >> r;
	return h;
}

/* ---------------------------------------------------------------------------
 * Keys
 * ---------------------------------------------------------------------------
 */

/*
 * With c_i = 1 + i/128: 2^63 / c_i rounded up, so that a mantissa times its
 * reciprocal is never below one, and log2(c_i) in Q62.
 */
static const uint64 reciprocal[128] = {
	UINT64CONST(0x8000000000000000), UINT64CONST(0x7F01FC07F01FC080), UINT64CONST(0x7E07E07E07E07E08),
	UINT64CONST(0x7D1196792909C560), UINT64CONST(0x7C1F07C1F07C1F08), UINT64CONST(0x7B301ECC07B301ED),
	UINT64CONST(0x7A44C6AFC2DD9CA9), UINT64CONST(0x795CEB240795CEB3), UINT64CONST(0x7878787878787879),
	UINT64CONST(0x77975B8FE21A291D), UINT64CONST(0x76B981DAE6076B99), UINT64CONST(0x75DED952E0B0CE46),
	UINT64CONST(0x7507507507507508), UINT64CONST(0x7432D63DBB01D0CC), UINT64CONST(0x73615A240E6C2B45),
	UINT64CONST(0x7292CC157B864408), UINT64CONST(0x71C71C71C71C71C8), UINT64CONST(0x70FE3C070FE3C071),
	UINT64CONST(0x70381C0E070381C1), UINT64CONST(0x6F74AE26501BDD2C), UINT64CONST(0x6EB3E45306EB3E46),
	UINT64CONST(0x6DF5B0F768CE2CAC), UINT64CONST(0x6D3A06D3A06D3A07), UINT64CONST(0x6C80D901B2036407),
	UINT64CONST(0x6BCA1AF286BCA1B0), UINT64CONST(0x6B15C06B15C06B16), UINT64CONST(0x6A63BD81A98EF607),
	UINT64CONST(0x69B4069B4069B407), UINT64CONST(0x6906906906906907), UINT64CONST(0x685B4FE5E92C0686),
	UINT64CONST(0x67B23A5440CF6475), UINT64CONST(0x670B453B92840671), UINT64CONST(0x6666666666666667),
	UINT64CONST(0x65C393E032E1C9F1), UINT64CONST(0x6522C3F35BA78195), UINT64CONST(0x6483ED274388A357),
	UINT64CONST(0x63E7063E7063E707), UINT64CONST(0x634C0634C0634C07), UINT64CONST(0x62B2E43DAFCEA68E),
	UINT64CONST(0x621B97C2AEC12653), UINT64CONST(0x6186186186186187), UINT64CONST(0x60F25DEACAFB74A4),
	UINT64CONST(0x6060606060606061), UINT64CONST(0x5FD017F405FD0180), UINT64CONST(0x5F417D05F417D060),
	UINT64CONST(0x5EB4882383B30D52), UINT64CONST(0x5E293205E293205F), UINT64CONST(0x5D9F7390D2A6C406),
	UINT64CONST(0x5D1745D1745D1746), UINT64CONST(0x5C90A1FD1B7AF018), UINT64CONST(0x5C0B81702E05C0B9),
	UINT64CONST(0x5B87DDAD0CDF1B2D), UINT64CONST(0x5B05B05B05B05B06), UINT64CONST(0x5A84F3454DCA4110),
	UINT64CONST(0x5A05A05A05A05A06), UINT64CONST(0x5987B1A9448BE406), UINT64CONST(0x590B21642C8590B3),
	UINT64CONST(0x588FE9DC0588FE9E), UINT64CONST(0x5816058160581606), UINT64CONST(0x579D6EE340579D6F),
	UINT64CONST(0x572620AE4C415C99), UINT64CONST(0x56B015AC056B015B), UINT64CONST(0x563B48C20563B48D),
	UINT64CONST(0x55C7B4F141ACE689), UINT64CONST(0x5555555555555556), UINT64CONST(0x54E42523D03FAB1C),
	UINT64CONST(0x54741FAB8BE05475), UINT64CONST(0x5405405405405406), UINT64CONST(0x5397829CBC14E5E1),
	UINT64CONST(0x532AE21C96BDB9D4), UINT64CONST(0x52BF5A814AFD6A06), UINT64CONST(0x5254E78ECB419BA9),
	UINT64CONST(0x51EB851EB851EB86), UINT64CONST(0x51832F1FD73E6871), UINT64CONST(0x511BE1958B67EBBA),
	UINT64CONST(0x50B59897547E1BBF), UINT64CONST(0x5050505050505051), UINT64CONST(0x4FEC04FEC04FEC05),
	UINT64CONST(0x4F88B2F392A409F2), UINT64CONST(0x4F265691EEAF9D11), UINT64CONST(0x4EC4EC4EC4EC4EC5),
	UINT64CONST(0x4E6470B061FD8CDD), UINT64CONST(0x4E04E04E04E04E05), UINT64CONST(0x4DA637CF781D1E55),
	UINT64CONST(0x4D4873ECADE304D5), UINT64CONST(0x4CEB916D5EF2C784), UINT64CONST(0x4C8F8D28AC42FD9C),
	UINT64CONST(0x4C346404C346404D), UINT64CONST(0x4BDA12F684BDA130), UINT64CONST(0x4B8097012E025C05),
	UINT64CONST(0x4B27ED3604B27ED4), UINT64CONST(0x4AD012B404AD012C), UINT64CONST(0x4A7904A7904A7905),
	UINT64CONST(0x4A22C04A22C04A23), UINT64CONST(0x49CD42E2049CD42F), UINT64CONST(0x497889C2024BC44F),
	UINT64CONST(0x4924924924924925), UINT64CONST(0x48D159E26AF37C05), UINT64CONST(0x487EDE0487EDE049),
	UINT64CONST(0x482D1C319F03621E), UINT64CONST(0x47DC11F7047DC120), UINT64CONST(0x478BBCECFEE1D10D),
	UINT64CONST(0x473C1AB68A0473C2), UINT64CONST(0x46ED29011BB4A405), UINT64CONST(0x469EE58469EE5847),
	UINT64CONST(0x46514E02328A7012), UINT64CONST(0x4604604604604605), UINT64CONST(0x45B81A2509CDE3AE),
	UINT64CONST(0x456C797DD49C3412), UINT64CONST(0x45217C382B34EDA4), UINT64CONST(0x44D72044D72044D8),
	UINT64CONST(0x448D639D74C0CDA9), UINT64CONST(0x4444444444444445), UINT64CONST(0x43FBC043FBC043FC),
	UINT64CONST(0x43B3D5AF9A723F79), UINT64CONST(0x436C82A23D1A5664), UINT64CONST(0x4325C53EF368EB05),
	UINT64CONST(0x42DF9BB096771E4E), UINT64CONST(0x429A0429A0429A05), UINT64CONST(0x4254FCE404254FCF),
	UINT64CONST(0x4210842108421085), UINT64CONST(0x41CC98291FDF19B4), UINT64CONST(0x4189374BC6A7EF9E),
	UINT64CONST(0x41465FDF5CD01052), UINT64CONST(0x4104104104104105), UINT64CONST(0x40C246D47D78693C),
	UINT64CONST(0x4081020408102041), UINT64CONST(0x4040404040404041)
};

static const uint64 log2_of[128] = {
	UINT64CONST(0x0000000000000000), UINT64CONST(0x00B7F285B778428C), UINT64CONST(0x016E79685C2D2299),
	UINT64CONST(0x02239A3AA266825E), UINT64CONST(0x02D75A6EB1DFB0E6), UINT64CONST(0x0389BF5721556BDF),
	UINT64CONST(0x043ACE27E8A7E6AD), UINT64CONST(0x04EA8BF749FC70B6), UINT64CONST(0x0598FDBEB244C59F),
	UINT64CONST(0x0646285B918CD6AC), UINT64CONST(0x06F210902B6AEE99), UINT64CONST(0x079CBB045FE96C87),
	UINT64CONST(0x08462C466D3CF1CB), UINT64CONST(0x08EE68CBAA95BDAF), UINT64CONST(0x099574F13C570D10),
	UINT64CONST(0x0A3B54FCC1FBA699), UINT64CONST(0x0AE00D1CFDEB43D0), UINT64CONST(0x0B83A16A77813F95),
	UINT64CONST(0x0C2615E81781D97F), UINT64CONST(0x0CC76E83BF386F81), UINT64CONST(0x0D67AF16DA7649F8),
	UINT64CONST(0x0E06DB66ECA6F720), UINT64CONST(0x0EA4F726192CB7E4), UINT64CONST(0x0F4205F3A7352664),
	UINT64CONST(0x0FDE0B5C81340512), UINT64CONST(0x10790ADBB030096F), UINT64CONST(0x111307DAD30B75CB),
	UINT64CONST(0x11AC05B291F07053), UINT64CONST(0x124407AB0E073982), UINT64CONST(0x12DB10FC4D9AAF6F),
	UINT64CONST(0x137124CEA4CDECDA), UINT64CONST(0x1406463B1B044976), UINT64CONST(0x149A784BCD1B8AFE),
	UINT64CONST(0x152DBDFC4C96B37E), UINT64CONST(0x15C01A39FBD687A0), UINT64CONST(0x16518FE4677BA6E5),
	UINT64CONST(0x16E221CD9D0CDE58), UINT64CONST(0x1771D2BA7EFB3BE4), UINT64CONST(0x1800A563161C5433),
	UINT64CONST(0x188E9C72E0B225A5), UINT64CONST(0x191BBA891F1708B5), UINT64CONST(0x19A802391E232F35),
	UINT64CONST(0x1A33760A7F60509D), UINT64CONST(0x1ABE18797F1F48E2), UINT64CONST(0x1B47EBF73882A0A4),
	UINT64CONST(0x1BD0F2E9E79030AB), UINT64CONST(0x1C592FAD295B567E), UINT64CONST(0x1CE0A4923A587CC9),
	UINT64CONST(0x1D6753E032EA0EFE), UINT64CONST(0x1DED3FD442364C4F), UINT64CONST(0x1E726AA1E754D20C),
	UINT64CONST(0x1EF6D67328E2207D), UINT64CONST(0x1F7A8568CB06CECE), UINT64CONST(0x1FFD799A83FF9ABA),
	UINT64CONST(0x207FB5172F32FE67), UINT64CONST(0x210139E4FEE07AA5), UINT64CONST(0x21820A01AC754CB1),
	UINT64CONST(0x22022762A791D4F6), UINT64CONST(0x228193F543CA873C), UINT64CONST(0x2300519EE52ED49D),
	UINT64CONST(0x237E623D2BA01BC7), UINT64CONST(0x23FBC7A61D024C85), UINT64CONST(0x247883A84E4F9010),
	UINT64CONST(0x24F4980B0B97F00B), UINT64CONST(0x2570068E7EF5A1E8), UINT64CONST(0x25EAD0EBD67E4C28),
	UINT64CONST(0x2664F8D569394D91), UINT64CONST(0x26DE7FF6DB22C481), UINT64CONST(0x275767F54042CD9A),
	UINT64CONST(0x27CFB26F3EE02CD6), UINT64CONST(0x284760FD30D552CE), UINT64CONST(0x28BE7531440E714A),
	UINT64CONST(0x2934F0979A3715FD), UINT64CONST(0x29AAD4B6679D8895), UINT64CONST(0x2A20230E1151F1BC),
	UINT64CONST(0x2A94DD194A871B63), UINT64CONST(0x2B09044D313A6787), UINT64CONST(0x2B7C9A196A286956),
	UINT64CONST(0x2BEF9FE83C135D72), UINT64CONST(0x2C62171EAA609081), UINT64CONST(0x2CD4011C8F11979A),
	UINT64CONST(0x2D455F3CB41E1410), UINT64CONST(0x2DB632D4EC3293B3), UINT64CONST(0x2E267D362AD8F7CA),
	UINT64CONST(0x2E963FAC9C0EA78E), UINT64CONST(0x2F057B7FBB4CAEF8), UINT64CONST(0x2F7431F26A05C814),
	UINT64CONST(0x2FE26443059E2BA2), UINT64CONST(0x305013AB7CE0E5B8), UINT64CONST(0x30BD416164F64C21),
	UINT64CONST(0x3129EE960DDF1681), UINT64CONST(0x31961C7696777B67), UINT64CONST(0x3201CC2C000599FD),
	UINT64CONST(0x326CFEDB41565D3A), UINT64CONST(0x32D7B5A5596BEBE0), UINT64CONST(0x3341F1A761C09FBD),
	UINT64CONST(0x33ABB3FAA02166CD), UINT64CONST(0x3414FDB4982259CC), UINT64CONST(0x347DCFE71C303DA1),
	UINT64CONST(0x34E62BA05E418F7B), UINT64CONST(0x354E11EB0029A6FA), UINT64CONST(0x35B583CE239065A3),
	UINT64CONST(0x361C824D7990D7AF), UINT64CONST(0x36830E69520117B3), UINT64CONST(0x36E9291EAA65B497),
	UINT64CONST(0x374ED3673C92C81E), UINT64CONST(0x37B40E398CFCDB6A), UINT64CONST(0x3818DA88F8BBA6C6),
	UINT64CONST(0x387D3945C340AA67), UINT64CONST(0x38E12B5D23C38EC1), UINT64CONST(0x3944B1B952662C6C),
	UINT64CONST(0x39A7CD4195120D85), UINT64CONST(0x3A0A7EDA4C112CE6), UINT64CONST(0x3A6CC764FE63AA53),
	UINT64CONST(0x3ACEA7C065D41DFC), UINT64CONST(0x3B3020C87ACC2988), UINT64CONST(0x3B9133567FEAD8BD),
	UINT64CONST(0x3BF1E0410D5E5898), UINT64CONST(0x3C52285C1C02803F), UINT64CONST(0x3CB20C7910459CAC),
	UINT64CONST(0x3D118D66C4D4E554), UINT64CONST(0x3D70ABF19511F61B), UINT64CONST(0x3DCF68E36752A0FB),
	UINT64CONST(0x3E2DC503B6EC6076), UINT64CONST(0x3E8BC1179E0CAA9D), UINT64CONST(0x3EE95DE1DF5F5BAF),
	UINT64CONST(0x3F469C22EF8466C5), UINT64CONST(0x3FA37C98FE55F285)
};

/* 1 / (j ln 2) in Q62: the coefficients of log2(1 + r) without their signs */
static const uint64 log2_coefficient[7] = {
	UINT64CONST(0x5C551D94AE0BF85E), UINT64CONST(0x2E2A8ECA5705FC2F),
	UINT64CONST(0x1EC709DC3A03FD75), UINT64CONST(0x171547652B82FE17),
	UINT64CONST(0x12776C50EF9BFE79), UINT64CONST(0x0F6384EE1D01FEBA),
	UINT64CONST(0x0D30BB153D6F6CA0)
};

/* 1 / j for j = 2 .. 7, in Q64 */
static const uint64 reciprocal_of[6] = {
	UINT64CONST(0x8000000000000000), UINT64CONST(0x5555555555555555),
	UINT64CONST(0x4000000000000000), UINT64CONST(0x3333333333333333),
	UINT64CONST(0x2AAAAAAAAAAAAAAA), UINT64CONST(0x2492492492492492)
};

/* log2(log2 e) in Q56 */
#define LOG2_LOG2E		INT64CONST(0x00875D3BA705DB1A)

/* the top 64 of the 128 bits of a product */
static inline uint64
multiply_high(uint64 a, uint64 b)
{
#ifdef HAVE_INT128
	return (uint64) (((uint128) a * b) >> 64);
#else
	uint64		a_low = a & 0xFFFFFFFF,
				a_high = a >> 32;
	uint64		b_low = b & 0xFFFFFFFF,
				b_high = b >> 32;
	uint64		middle = (a_low * b_low >> 32) + a_high * b_low;
	uint64		carry = (middle & 0xFFFFFFFF) + a_low * b_high;

	return a_high * b_high + (middle >> 32) + (carry >> 32);
#endif
}

/* log2(1 + r) in Q62, for r in Q64 below 2^-7 + 2^-60; error below 2^-54 */
static inline uint64
log2_one_plus(uint64 r)
{
	uint64		sum = log2_coefficient[6];
	int			i;

	for (i = 5; i >= 0; i--)
		sum = log2_coefficient[i] - multiply_high(sum, r);
	return multiply_high(sum, r);
}

/* log2(mantissa / 2^63) in Q56, for a mantissa with its top bit set */
static inline int64
log2_fraction(uint64 mantissa)
{
	int			i = (int) (mantissa >> 56) & 127;
	uint64		quotient = multiply_high(mantissa, reciprocal[i]);	/* Q62 */
	uint64		rest = (quotient - (UINT64CONST(1) << 62)) << 2;

	return (int64) ((log2_of[i] + log2_one_plus(rest)) >> 6);
}

/* log2 of a positive integer in Q56 */
static inline int64
log2_integer(uint64 n)
{
	int			exponent = pg_leftmost_one_pos64(n);

	return ((int64) exponent << 56) + log2_fraction(n << (63 - exponent));
}

int64
klout_sample_log(uint64 hash)
{
	const int64 one = INT64CONST(1) << 56;
	int64		result;			/* Q56 */

	if (hash < UINT64CONST(1) << 63)
	{
		/* u = (2 hash + 1) / 2^65 below a half, -log2 u above one */
		uint64		y = (uint64) (65 * one - log2_integer(2 * hash + 1));

		result = log2_integer(y) - 56 * one;
	}
	else
	{
		/* the distance from the upper end: 1 - u = n / 2^65 */
		uint64		n = 2 * ~hash + 1;

		if (n >= UINT64CONST(1) << 57)
		{
			uint64		y = (uint64) (one - log2_fraction(hash));

			result = log2_integer(y) - 56 * one;
		}
		else
		{
			/*
			 * -log2(1 - v) = v (1 + v/2 + v^2/3 + ...) log2 e, so that the
			 * outer logarithm splits into a sum without any cancellation.
			 */
			uint64		v = n >> 1; /* Q64 */
			uint64		series = reciprocal_of[5];
			int			i;

			for (i = 4; i >= 0; i--)
				series = reciprocal_of[i] + multiply_high(series, v);
			series = multiply_high(series, v);
			result = log2_integer(n) - 65 * one + LOG2_LOG2E +
				(int64) (log2_one_plus(series) >> 6);
		}
	}

	/* round down, also below zero: the offset makes it positive */
	return (result + 66 * one) / (INT64CONST(1) << (56 - KLOUT_KEY_FRACTION_BITS)) -
		(INT64CONST(66) << KLOUT_KEY_FRACTION_BITS);
}

int64
klout_sample_key(uint64 hash, int64 last, int half_life)
{
	return half_life * klout_sample_log(hash) -
		last * (INT64CONST(1) << KLOUT_KEY_FRACTION_BITS);
}

double
klout_sample_inclusion(int64 tau, int64 last, int half_life)
{
	const double one = (double) (INT64CONST(1) << KLOUT_KEY_FRACTION_BITS);
	int64		above = tau + last * (INT64CONST(1) << KLOUT_KEY_FRACTION_BITS);

	/* 1 - 2^-y = -expm1(-y ln 2) */
	return -expm1(-0.69314718055994530942 * exp2((double) above / one / half_life));
}

/* ---------------------------------------------------------------------------
 * Registers
 * ---------------------------------------------------------------------------
 */

static inline int
get_register(const uint8 *registers, int i)
{
	const uint8 *group = registers + i / 4 * 3;
	uint32		bits = (uint32) group[0] | (uint32) group[1] << 8 |
		(uint32) group[2] << 16;

	return (int) (bits >> (i % 4 * 6)) & 63;
}

static inline void
set_register(uint8 *registers, int i, int value)
{
	uint8	   *group = registers + i / 4 * 3;
	uint32		bits = (uint32) group[0] | (uint32) group[1] << 8 |
		(uint32) group[2] << 16;
	int			shift = i % 4 * 6;

	bits = (bits & ~((uint32) 63 << shift)) | (uint32) value << shift;
	group[0] = (uint8) bits;
	group[1] = (uint8) (bits >> 8);
	group[2] = (uint8) (bits >> 16);
}

void
klout_registers_add(uint8 *registers, uint64 hash)
{
	/* not the bits the sample uses, which favours large hashes */
	uint64		bits = hash_finish(hash + UINT64CONST(0x9E3779B97F4A7C15));
	int			i = (int) (bits >> 54);
	uint64		rest = bits << 10;
	int			rank = rest == 0 ? KLOUT_REGISTER_MAX :
		64 - pg_leftmost_one_pos64(rest);

	if (rank > get_register(registers, i))
		set_register(registers, i, rank);
}

void
klout_registers_merge(uint8 *registers, const uint8 *other)
{
	int			i;

	for (i = 0; i < KLOUT_REGISTERS; i++)
	{
		int			value = get_register(other, i);

		if (value > get_register(registers, i))
			set_register(registers, i, value);
	}
}

bool
klout_registers_valid(const uint8 *registers)
{
	int			i;

	for (i = 0; i < KLOUT_REGISTERS; i++)
		if (get_register(registers, i) > KLOUT_REGISTER_MAX)
			return false;
	return true;
}

/*
 * The improved raw estimator of Ertl, "New cardinality estimation algorithms
 * for HyperLogLog sketches", 2017, algorithm 6: no tables of measured bias,
 * no switch between ranges.
 */
double
klout_registers_estimate(const uint8 *registers)
{
	const double m = KLOUT_REGISTERS;
	int			count[KLOUT_REGISTER_MAX + 1] = {0};
	double		z;
	double		x;
	double		y;
	double		before;
	int			i;

	for (i = 0; i < KLOUT_REGISTERS; i++)
		count[Min(get_register(registers, i), KLOUT_REGISTER_MAX)]++;

	if (count[0] == KLOUT_REGISTERS)
		return 0;

	/* m tau(1 - count[max] / m) */
	z = 0;
	x = 1 - count[KLOUT_REGISTER_MAX] / m;
	if (x > 0 && x < 1)
	{
		y = 1;
		z = 1 - x;
		do
		{
			before = z;
			x = sqrt(x);
			y *= 0.5;
			z -= (1 - x) * (1 - x) * y;
		} while (z != before);
		z = m * z / 3;
	}

	for (i = KLOUT_REGISTER_MAX - 1; i >= 1; i--)
		z = 0.5 * (z + count[i]);

	/* m sigma(count[0] / m) */
	x = count[0] / m;
	if (x > 0)
	{
		double		sigma = x;

		y = 1;
		do
		{
			before = sigma;
			x *= x;
			sigma += x * y;
			y += y;
		} while (sigma != before);
		z += m * sigma;
	}

	/* alpha at infinity is 1 / (2 ln 2) */
	return m * m / (2 * 0.69314718055994530942) / z;
}
