/*-------------------------------------------------------------------------
 *
 * population_fuzz.c
 *	  Two populations of any bytes, stored or open, of any form: decoded,
 *	  asked, merged in both ways and written again.
 *
 * Input: a fraction, a part and the rest, the bytes of two populations.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "score/population.h"

static bool
decode(Part bytes, KloutBins *bins)
{
	size_t		capacity = (size_t) klout_bins_capacity(bytes.data, bytes.len);

	require(capacity <= KLOUT_BIN_COUNT && capacity <= bytes.len);
	bins->bin = malloc(capacity * sizeof(uint16) + 1);
	bins->upto = malloc(capacity * sizeof(uint64) + 1);
	if (klout_bins_decode(bytes.data, bytes.len, bins) == NULL)
	{
		require((size_t) bins->n <= capacity);
		return true;
	}
	bins->n = -1;
	return false;
}

static void
release(KloutBins *bins)
{
	free(bins->bin);
	free(bins->upto);
}

static Part
encode(const KloutBins *bins)
{
	Part		bytes;
	KloutBins	again;

	bytes.len = klout_bins_size(bins);
	bytes.data = malloc(bytes.len);
	klout_bins_encode(bins, bytes.data);

	/* what is written can be read and says the same */
	require(decode(bytes, &again) && again.n == bins->n);
	for (int i = 0; i < bins->n; i++)
		require(again.bin[i] == bins->bin[i] && again.upto[i] == bins->upto[i]);
	release(&again);
	return bytes;
}

/* Every question, and a naive answer to it. */
static void
ask(const KloutBins *bins, double fraction)
{
	uint64		total = klout_bins_total(bins);
	int			bin;

	if (bins->n == 0)
		return;
	bin = klout_bins_percentile(bins, fraction);
	if (total < (UINT64CONST(1) << 50))
	{
		int			i = 0;

		while ((double) bins->upto[i] < fraction * (double) total)
			i++;
		require(bin == bins->bin[i]);
	}
	else
		require(bin >= bins->bin[0] && bin <= bins->bin[bins->n - 1]);

	bin = klout_bins_cutoff(bins, fraction);
	for (int i = 0; i < bins->n; i++)
	{
		uint64		over = total - (i > 0 ? bins->upto[i - 1] : 0);

		require(klout_bins_people(bins, i) > 0);
		if (bins->bin[i] >= bin && bins->bin[i] != bins->bin[bins->n - 1])
			require((double) over / (double) total <= fraction);
		if (bins->bin[i] < bin)
			require((double) over / (double) total > fraction);
	}
	require(klout_bins_upto(bins, bin) >= 1 && klout_bins_upto(bins, KLOUT_BIN_MAX) == total);
}

/* An open population that takes both in, as the aggregate of merges does. */
static void
merge_open(Part a, Part b, const KloutBins *expected, int form)
{
	Part		open;
	KloutBins	bins;
	uint64		people = klout_bins_total(expected);

	require(klout_population_people(a.data, a.len, PG_UINT64_MAX - 1) +
			klout_population_people(b.data, b.len, PG_UINT64_MAX - 1) == people);
	if (form == KLOUT_GROWING_BUFFER && people > KLOUT_GROWING_BUFFER_MAX)
		return;
	open.len = form == KLOUT_GROWING_COUNTERS ? KLOUT_GROWING_COUNTERS_SIZE :
		KLOUT_GROWING_BUFFER_HEADER + (size_t) people * sizeof(uint16);
	open.data = malloc(open.len);
	klout_growing_bins_init(open.data, open.len, form);
	require(klout_growing_bins_has_room(open.data, open.len, people));
	require(klout_growing_bins_merge(open.data, open.len, a.data, a.len) == NULL);
	require(klout_growing_bins_merge(open.data, open.len, b.data, b.len) == NULL);
	require(decode(open, &bins) && bins.n == expected->n);
	for (int i = 0; i < bins.n; i++)
		require(bins.bin[i] == expected->bin[i] && bins.upto[i] == expected->upto[i]);
	release(&bins);
	free(open.data);
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	double		fraction = input_double(&input);
	Part		bytes[2];
	KloutBins	bins[2];
	bool		valid[2];

	if (!(fraction >= 0 && fraction <= 1))
		fraction = (double) input_below(&input, 101) / 100;
	bytes[0] = input_part(&input);
	bytes[1] = input_rest(&input);
	for (int i = 0; i < 2; i++)
	{
		(void) klout_population_people(bytes[i].data, bytes[i].len, 1000000);
		valid[i] = decode(bytes[i], &bins[i]);
		if (valid[i])
		{
			Part		again = encode(&bins[i]);

			/* of what is stored there is one form */
			if (!klout_population_is_growing(bytes[i].data, bytes[i].len))
				require(same_part(again, bytes[i]));
			free(again.data);
			ask(&bins[i], fraction);
		}
		else
		{
			/* what is merged without being validated must do no harm */
			Part		open;

			open.len = KLOUT_GROWING_COUNTERS_SIZE;
			open.data = malloc(open.len);
			klout_growing_bins_init(open.data, open.len, KLOUT_GROWING_COUNTERS);
			(void) klout_growing_bins_merge(open.data, open.len, bytes[i].data, bytes[i].len);
			klout_growing_bins_init(open.data, 100, KLOUT_GROWING_BUFFER);
			(void) klout_growing_bins_merge(open.data, 100, bytes[i].data, bytes[i].len);
			free(open.data);
		}
		if (klout_population_is_growing(bytes[i].data, bytes[i].len))
		{
			Part		open = part_of(bytes[i].data, bytes[i].len);

			/* so must a row that comes to a bad state */
			(void) klout_growing_bins_has_room(open.data, open.len, 7);
			(void) klout_growing_bins_add(open.data, open.len, KLOUT_BIN_MAX);
			free(open.data);
		}
	}
	if (valid[0] && valid[1])
	{
		KloutBins	sum[2];
		const char *fault[2];

		for (int i = 0; i < 2; i++)
		{
			size_t		room = (size_t) (bins[0].n + bins[1].n);

			sum[i].bin = malloc(room * sizeof(uint16) + 1);
			sum[i].upto = malloc(room * sizeof(uint64) + 1);
			fault[i] = klout_bins_merge(&bins[i], &bins[1 - i], &sum[i]);
		}
		require(fault[0] == fault[1]);
		require(fault[0] == NULL || fault[0] == klout_population_too_many);
		if (fault[0] == NULL)
		{
			Part		ab = encode(&sum[0]);
			Part		ba = encode(&sum[1]);

			require(same_part(ab, ba));
			require(klout_bins_total(&sum[0]) == klout_bins_total(&bins[0]) + klout_bins_total(&bins[1]));
			merge_open(bytes[0], bytes[1], &sum[0], KLOUT_GROWING_COUNTERS);
			merge_open(bytes[0], bytes[1], &sum[0], KLOUT_GROWING_BUFFER);
			free(ab.data);
			free(ba.data);
		}
		release(&sum[0]);
		release(&sum[1]);
	}
	for (int i = 0; i < 2; i++)
	{
		release(&bins[i]);
		free(bytes[i].data);
	}
}
