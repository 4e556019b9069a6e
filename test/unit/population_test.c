/*-------------------------------------------------------------------------
 *
 * population_test.c
 *	  Populations without a server:
 *	  against plain counting, and against bytes that nobody wrote.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include "score/population.h"

/* A population with its own memory, for any content. */
typedef struct Own
{
	KloutBins	bins;
	uint16		bin[2 * KLOUT_BIN_COUNT];
	uint64		upto[2 * KLOUT_BIN_COUNT];
} Own;

static KloutBins *
own(Own *space)
{
	space->bins.n = 0;
	space->bins.bin = space->bin;
	space->bins.upto = space->upto;
	return &space->bins;
}

static uint64 counts[KLOUT_BIN_COUNT];
static Own	one;
static Own	two;
static Own	three;
static Own	four;
static uint8 bytes[KLOUT_GROWING_COUNTERS_SIZE + 16];
static uint8 other_bytes[KLOUT_GROWING_COUNTERS_SIZE + 16];

static void
from_counts(KloutBins *bins)
{
	for (int b = 0; b < KLOUT_BIN_COUNT; b++)
	{
		if (counts[b] > 0 && klout_bins_append(bins, b, counts[b]) != NULL)
			abort();
	}
}

static bool
same_bins(const KloutBins *a, const KloutBins *b)
{
	return a->n == b->n &&
		memcmp(a->bin, b->bin, sizeof(uint16) * (size_t) a->n) == 0 &&
		memcmp(a->upto, b->upto, sizeof(uint64) * (size_t) a->n) == 0;
}

/* Decodes from a copy of exactly len bytes, so that tools see an overrun. */
static const char *
decode(const uint8 *data, size_t len, Own *result)
{
	uint8	   *exact = malloc(len > 0 ? len : 1);
	KloutBins	bins;
	size_t		capacity;
	const char *fault;

	memcpy(exact, data, len);
	capacity = (size_t) klout_bins_capacity(exact, len);
	bins.bin = malloc(capacity * sizeof(uint16) + 1);
	bins.upto = malloc(capacity * sizeof(uint64) + 1);
	fault = klout_bins_decode(exact, len, &bins);
	own(result)->n = bins.n;
	memcpy(result->bin, bins.bin, sizeof(uint16) * (size_t) bins.n);
	memcpy(result->upto, bins.upto, sizeof(uint64) * (size_t) bins.n);
	free(bins.bin);
	free(bins.upto);
	free(exact);
	return fault;
}

/* Random counts: few or many bins, small or huge counts. */
static void
random_counts(void)
{
	uint64		bins = random_below(2) ? random_below(40) : random_below(20000);
	int			bits = (int) random_below(40);

	memset(counts, 0, sizeof(counts));
	for (uint64 i = 0; i < bins; i++)
		counts[random_below(KLOUT_BIN_COUNT)] = random_u64() >> (63 - bits);
}

static void
test_scores(void)
{
	bool		good = true;

	for (int b = 0; b < KLOUT_BIN_COUNT; b++)
		good &= klout_score_bin(klout_bin_score(b)) == b &&
			klout_score_bin(Min(b / 100.0 + 0.00499, 100.0)) == b &&
			klout_score_bin(Max(b / 100.0 - 0.00499, 0.0)) == b;
	check(good, "a score belongs to the nearest bin");
	check(klout_is_score(0.0) && klout_is_score(-0.0) && klout_is_score(100.0) &&
		  !klout_is_score(nextafter(0.0, -1.0)) &&
		  !klout_is_score(nextafter(100.0, 101.0)) &&
		  !klout_is_score(NAN) && !klout_is_score(INFINITY) &&
		  !klout_is_score(-INFINITY), "scores are 0 to 100");
}

static void
test_known_bytes(void)
{
	static const uint8 empty[] = {1, 0, 0};
	static const uint8 some[] = {1, 0, 2, 0, 1, 0x90, 0x4E, 0xAC, 0x02};
	KloutBins  *bins = own(&one);

	klout_bins_encode(bins, bytes);
	check(klout_bins_size(bins) == sizeof(empty) &&
		  memcmp(bytes, empty, sizeof(empty)) == 0, "nobody: 3 bytes");
	klout_bins_append(bins, 0, 1);
	klout_bins_append(bins, 10000, 300);
	klout_bins_encode(bins, bytes);
	check(klout_bins_size(bins) == sizeof(some) &&
		  memcmp(bytes, some, sizeof(some)) == 0, "two bins: 9 bytes");
	check(klout_bins_append(bins, 10000, 1) != NULL &&
		  klout_bins_append(bins, 10001, 1) != NULL &&
		  klout_bins_append(bins, -1, 1) != NULL, "bins ascend from 0 to 10000");
	bins = own(&one);
	check(klout_bins_append(bins, 5, 0) != NULL &&
		  klout_bins_append(bins, 5, (uint64) PG_INT64_MAX) == NULL &&
		  klout_bins_append(bins, 6, 1) == klout_population_too_many &&
		  klout_bins_append(own(&two), 5, UINT64CONST(1) << 63) == klout_population_too_many,
		  "counts are 1 to 2^63 - 1, together too");
}

static void
test_round_trip(void)
{
	bool		same = true;
	bool		shorter = true;
	int			dense = 0;

	for (int i = 0; i < 500; i++)
	{
		size_t		size;
		size_t		sparse = 3;
		size_t		all = 2;

		random_counts();
		from_counts(own(&one));
		size = klout_bins_size(&one.bins);
		memset(bytes, 0xEE, sizeof(bytes));
		klout_bins_encode(&one.bins, bytes);
		same &= bytes[size] == 0xEE && decode(bytes, size, &two) == NULL &&
			same_bins(&one.bins, &two.bins);
		dense += bytes[1];

		/* both sizes again, in another way */
		if (one.bins.n >= 128)
			sparse++;
		for (int b = 0, last = 0; b < KLOUT_BIN_COUNT; b++)
		{
			size_t		count_size = 1;

			for (uint64 c = counts[b]; c >= 128; c /= 128)
				count_size++;
			all += count_size;
			if (counts[b] > 0)
			{
				sparse += count_size + (b - last >= 128 ? 2 : 1);
				last = b;
			}
		}
		shorter &= size == Min(sparse, all) && bytes[1] == (sparse > all);
	}
	check(same, "encoding and decoding are inverse");
	check(shorter && dense > 20 && dense < 480, "the shorter form is taken");
}

static void
test_questions(void)
{
	bool		percentile = true;
	bool		upto = true;
	bool		cutoff = true;

	for (int i = 0; i < 200; i++)
	{
		uint64		total = 0;

		random_counts();
		for (int b = 0; b < KLOUT_BIN_COUNT; b++)
			total += counts[b] %= 1000;
		if (total == 0)
			counts[random_below(KLOUT_BIN_COUNT)] = total = 7;
		from_counts(own(&one));

		for (int j = 0; j < 20; j++)
		{
			double		f = j < 2 ? j : (double) random_below(1001) / 1000.0;
			double		rank = Max(1.0, ceil(f * (double) total));
			uint64		below = 0;
			int			b = 0;

			/* walk up to the rank-th, as percentile_disc does */
			while ((double) (below + counts[b]) < rank)
				below += counts[b++];
			percentile &= klout_bins_percentile(&one.bins, f) == b;

			/* walk down as long as the share allows */
			if (f > 0)
			{
				int			found = -1;
				uint64		above = 0;

				for (b = KLOUT_BIN_MAX; b >= 0; b--)
				{
					above += counts[b];
					if (counts[b] > 0 &&
						(found < 0 || (double) above / (double) total <= f))
						found = b;
				}
				cutoff &= klout_bins_cutoff(&one.bins, f) == found;
			}

			below = 0;
			for (b = 0; b <= j * 526; b++)
				below += counts[b];
			upto &= klout_bins_upto(&one.bins, j * 526) == below;
		}
	}
	check(percentile, "percentiles as counted by hand");
	check(cutoff, "cutoffs as counted by hand");
	check(upto, "people up to a bin as counted by hand");

	own(&one);
	klout_bins_append(&one.bins, 1, (uint64) PG_INT64_MAX - 1);
	klout_bins_append(&one.bins, 2, 1);
	check(klout_bins_percentile(&one.bins, 1.0) == 2 &&
		  klout_bins_percentile(&one.bins, 0.0) == 1, "2^63 - 1 people");
}

/* A state that grows as the server's does. */
static size_t
grow(uint8 *data, size_t len, uint64 room)
{
	uint64		people = klout_population_people(data, len,
												 KLOUT_GROWING_BUFFER_MAX);
	size_t		new_len;

	memcpy(other_bytes, data, len);
	if (people + room > KLOUT_GROWING_BUFFER_MAX)
	{
		new_len = KLOUT_GROWING_COUNTERS_SIZE;
		klout_growing_bins_init(data, new_len, KLOUT_GROWING_COUNTERS);
	}
	else
	{
		new_len = KLOUT_GROWING_BUFFER_HEADER + 2 * (people + room);
		klout_growing_bins_init(data, new_len, KLOUT_GROWING_BUFFER);
	}
	if (klout_growing_bins_merge(data, new_len, other_bytes, len) != NULL)
		abort();
	return new_len;
}

static void
test_open(void)
{
	bool		added = true;
	bool		merged = true;
	bool		lists = true;
	bool		parts = true;

	for (int i = 0; i < 100; i++)
	{
		uint64		rows = random_below(i % 2 ? 100 : 9000);
		size_t		len = KLOUT_GROWING_BUFFER_HEADER + 2 * random_below(30);
		size_t		offset = random_below(8);	/* nothing is aligned */
		uint8	   *state = bytes + offset;
		size_t		size;
		uint8	   *closed;
		size_t		merged_len;

		klout_growing_bins_init(state, len, KLOUT_GROWING_BUFFER);
		memset(counts, 0, sizeof(counts));
		for (uint64 row = 0; row < rows; row++)
		{
			int			b = (int) random_below(i % 3 ? KLOUT_BIN_COUNT : 30);

			counts[b]++;
			if (!klout_growing_bins_add(state, len, b))
			{
				len = grow(state, len, Max(rows / 7, 1));
				if (!klout_growing_bins_add(state, len, b))
					abort();
			}
		}
		from_counts(own(&one));
		added &= decode(state, len, &two) == NULL &&
			same_bins(&one.bins, &two.bins) &&
			klout_population_people(state, len, rows) == rows;

		/* open + canonical + itself = three times, by lists too */
		size = klout_bins_size(&one.bins);
		closed = malloc(size);
		klout_bins_encode(&one.bins, closed);
		if (!klout_growing_bins_has_room(state, len, 2 * rows))
			len = grow(state, len, 2 * rows);
		merged &= klout_growing_bins_merge(state, len, closed, size) == NULL;
		merged_len = len;
		memcpy(other_bytes, closed, size);
		merged &= klout_growing_bins_merge(state, merged_len, other_bytes, size) == NULL;
		for (int b = 0; b < KLOUT_BIN_COUNT; b++)
			counts[b] *= 3;
		from_counts(own(&three));
		merged &= decode(state, merged_len, &two) == NULL &&
			same_bins(&three.bins, &two.bins);

		lists &= klout_bins_merge(&one.bins, &one.bins, own(&two)) == NULL;
		decode(closed, size, &one);
		lists &= klout_bins_merge(&two.bins, &one.bins, own(&three)) == NULL &&
			klout_bins_total(&three.bins) == 3 * rows;
		decode(state, merged_len, &one);
		lists &= same_bins(&one.bins, &three.bins);

		/* three times less twice is once, and once less three times is none */
		parts &= klout_bins_subtract(&three.bins, &two.bins, own(&one)) < 0;
		decode(closed, size, &four);
		parts &= same_bins(&one.bins, &four.bins);
		parts &= klout_bins_subtract(&four.bins, &three.bins, own(&one)) ==
			(rows > 0 ? four.bins.bin[0] : -1);
		parts &= klout_bins_subtract(&four.bins, &four.bins, own(&one)) < 0 &&
			one.bins.n == 0;
		free(closed);
	}
	check(added, "rows added one by one");
	check(merged, "populations merged into a state");
	check(lists, "populations merged as lists");
	check(parts, "and taken apart again");

	/* counters at the limit */
	klout_growing_bins_init(bytes, KLOUT_GROWING_COUNTERS_SIZE, KLOUT_GROWING_COUNTERS);
	own(&one);
	klout_bins_append(&one.bins, 77, (uint64) PG_INT64_MAX - 1);
	klout_bins_encode(&one.bins, other_bytes);
	check(klout_growing_bins_merge(bytes, KLOUT_GROWING_COUNTERS_SIZE, other_bytes,
								   klout_bins_size(&one.bins)) == NULL &&
		  klout_growing_bins_add(bytes, KLOUT_GROWING_COUNTERS_SIZE, 78) &&
		  !klout_growing_bins_add(bytes, KLOUT_GROWING_COUNTERS_SIZE, 78) &&
		  klout_growing_bins_merge(bytes, KLOUT_GROWING_COUNTERS_SIZE, other_bytes,
								   klout_bins_size(&one.bins)) == klout_population_too_many,
		  "a state has at most 2^63 - 1 people");
}

/* Whatever passes the validator is what an encoder would write. */
static void
test_hostile(void)
{
	int			accepted = 0;
	bool		canonical = true;
	bool		cut = true;

	for (int i = 0; i < 20000; i++)
	{
		size_t		len;
		uint64		changes = 1 + random_below(3);

		if (i % 50 == 0)
		{
			random_counts();
			from_counts(own(&three));
		}
		len = klout_bins_size(&three.bins);
		klout_bins_encode(&three.bins, bytes);
		if (i % 4 == 0)
		{
			size_t		part = random_below(len);

			cut &= decode(bytes, part, &two) != NULL;
			continue;
		}
		for (uint64 c = 0; c < changes; c++)
			bytes[random_below(random_below(2) ? Min(len, 8) : len)] =
				(uint8) random_u64();
		if (decode(bytes, len, &two) == NULL && bytes[0] == 1)
		{
			accepted++;
			canonical &= klout_bins_size(&two.bins) == len;
			klout_bins_encode(&two.bins, other_bytes);
			canonical &= memcmp(bytes, other_bytes, len) == 0;
		}
		/* the readers that check less must stay within the bytes as well */
		(void) klout_population_people(bytes, len, PG_UINT64_MAX);
		klout_growing_bins_init(other_bytes, KLOUT_GROWING_COUNTERS_SIZE,
								KLOUT_GROWING_COUNTERS);
		(void) klout_growing_bins_merge(other_bytes, KLOUT_GROWING_COUNTERS_SIZE, bytes,
										len);
	}
	check(cut, "what is cut is refused");
	check(canonical && accepted > 1000, "what is accepted is canonical");

	/* nothing but noise, open forms among it */
	for (int i = 0; i < 50000; i++)
	{
		size_t		len = random_below(40);

		for (size_t j = 0; j < len; j++)
			bytes[j] = (uint8) random_u64();
		if (len > 1)
		{
			bytes[0] = random_below(2) ? 0x81 : 1;
			bytes[1] = (uint8) random_below(3);
		}
		(void) decode(bytes, len, &two);
		if (klout_population_is_growing(bytes, len))
			(void) klout_growing_bins_add(bytes, len, 1);
	}
	check(true, "noise does no harm");
}

int
main(void)
{
	random_begin(UINT64CONST(20260823));
	test_scores();
	test_known_bytes();
	test_round_trip();
	test_questions();
	test_open();
	test_hostile();
	return finish();
}
