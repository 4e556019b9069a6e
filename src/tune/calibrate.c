/*-------------------------------------------------------------------------
 *
 * calibrate.c
 *	  Fits two parameters of a model to a community: mix and scale.
 *
 * See calibrate.h.  The pairs of a sampled network are not a Horvitz-Thompson
 * sum, because the sample is designed for decayed sums.  A reactor from long
 * ago is in it with a probability of about 2^(-age / 60 days) and stands for
 * the inverse of that, so an estimate of all reactors ever would be too low
 * almost always and absurd occasionally.  The registers estimate their number
 * within 3 %, and the sample the mean largest of their weights.
 *
 *-------------------------------------------------------------------------
 */
#include "tune/calibrate.h"

#include <float.h>
#include <math.h>

#include "common/int.h"

/*
 * Upper bound of the number of reactors, in case registers from outside claim
 * more.  The product with the weights of a sample fits into int64.
 */
#define REACTORS_MAX			(INT64CONST(1) << 45)

const char	klout_mix_too_many[] = "pairs exceed the range of bigint";

/* ----------
 * Mix
 * ----------
 */

bool
klout_mix_merge(KloutMix *pairs, const KloutMix *other)
{
	KloutMix	sum;

	if (pg_add_s64_overflow(pairs->proven, other->proven, &sum.proven) ||
		pg_add_s64_overflow(pairs->unproven, other->unproven, &sum.unproven))
		return false;
	*pairs = sum;
	return true;
}

/*
 * Converts an estimate to an integer, at least the known number, also for NaN.
 */
static int64
number_of(double estimate, int known)
{
	estimate = rint(estimate);
	return !(estimate > known) ? known :
		estimate > (double) REACTORS_MAX ? REACTORS_MAX : (int64) estimate;
}

const char *
klout_mix_read(const uint8 *data, size_t len, KloutMix *pairs)
{
	if (len != KLOUT_MIX_SIZE)
		return "it has not 17 bytes";
	if (data[0] != KLOUT_MIX_VERSION)
		return "version is unknown";
	pairs->proven = (int64) klout_load_u64(data + 1);
	pairs->unproven = (int64) klout_load_u64(data + 9);
	if (pairs->proven < 0 || pairs->unproven < 0)
		return "a number is negative";
	return NULL;
}

void
klout_mix_write(uint8 *data, const KloutMix *pairs)
{
	Assert(pairs->proven >= 0 && pairs->unproven >= 0);
	data[0] = KLOUT_MIX_VERSION;
	klout_store_u64(data + 1, (uint64) pairs->proven);
	klout_store_u64(data + 9, (uint64) pairs->unproven);
}

const char *
klout_mix_add(KloutMix *pairs, const uint8 *data, size_t len)
{
	KloutSignals signals;
	KloutNetwork network;

	if (klout_signals_iter_init(&signals, data, len))
		return signals.fault;
	while (klout_signals_next(&signals, &network))
	{
		const KloutSample *proven = &network.proven;
		KloutSampleKey threshold = klout_sample_threshold(proven, signals.unit);
		KloutReactors cursor = proven->reactors;
		KloutReactor reactor;
		KloutMix	found = {0, 0};
		int64		reactors;
		int64		sampled = 0;

		if (network.nkinds == 0)
			continue;
		while (klout_reactors_next(&cursor, &reactor))
		{
			/* that one is not part of the sample */
			if (proven->registers && reactor.hash == threshold.hash)
				continue;
			sampled++;
			found.proven += reactor.weight;
		}
		if (proven->registers)
			found.proven = found.proven *
				number_of(Min(klout_registers_estimate(proven->registers),
							  (double) network.actions), proven->count) / sampled;

		reactors = number_of(klout_network_reactors(&network), proven->count);
		found.unproven = Max(reactors * KLOUT_WEIGHT_STEPS - found.proven, 0);
		if (!klout_mix_merge(pairs, &found))
			return klout_mix_too_many;
	}
	return signals.fault;
}

/* ----------
 * Raw scores
 * ----------
 */

uint32
klout_raw_bin(double raw)
{
	uint64		bits;

	/* NaN, which cannot occur, fails, too */
	if (!(raw >= DBL_MIN))
		return 0;
	if (raw > DBL_MAX)
		return KLOUT_RAW_BIN_MAX;
	memcpy(&bits, &raw, sizeof(bits));
	return (uint32) (bits >> KLOUT_RAW_SHIFT);
}

double
klout_raw_of_bin(uint32 bin)
{
	uint64		bits = ((uint64) bin << KLOUT_RAW_SHIFT) +
		(UINT64CONST(1) << (KLOUT_RAW_SHIFT - 1));
	double		raw;

	if (bin == 0)
		return 0;
	memcpy(&raw, &bits, sizeof(raw));
	return raw;
}

uint64
klout_raw_people(const KloutRawCount *counts, uint32 n)
{
	uint64		people = 0;

	for (uint32 i = 0; i < n; i++)
		people += counts[i].people;
	return people;
}

uint32
klout_raw_percentile(const KloutRawCount *counts, uint32 n, double fraction)
{
	uint64		people = klout_raw_people(counts, n);
	double		wanted = ceil(fraction * (double) people);
	uint64		rank;
	uint64		upto = 0;
	uint32		i = 0;

	Assert(n > 0 && fraction >= 0 && fraction <= 1);

	/* beyond 2^53 people, the product may round above the total */
	rank = wanted >= (double) people ? people : (uint64) wanted;
	for (; i < n - 1; i++)
	{
		upto += counts[i].people;
		if (upto >= rank)
			break;
	}
	return counts[i].bin;
}

double
klout_scale_for(double raw, double score)
{
	char		digits[32];

	Assert(raw > 0 && score > 0 && score < 100);

	/* round in decimal, because the text form is decimal */
	snprintf(digits, sizeof(digits), "%.5e", raw * ((100 - score) / score));
	return strtod(digits, NULL);
}

/* ----------
 * The state
 * ----------
 */

const char *
klout_calibration_read(const uint8 *data, size_t len, KloutCalibration *state)
{
	size_t		left;

	if (len < KLOUT_CALIBRATION_HEADER)
		return "it is cut short";
	left = len - KLOUT_CALIBRATION_HEADER;
	if (klout_load_u32(data) != KLOUT_CALIBRATION_VERSION)
		return "version is unknown";

	state->model = data + KLOUT_CALIBRATION_HEADER;
	state->model_len = klout_load_u32(data + 4);
	state->as_of = (int64) klout_load_u64(data + 8);
	state->ncounts = klout_load_u32(data + 16);
	state->nbins = klout_load_u32(data + 20);

	/* divided, not multiplied, so that nothing can overflow */
	if (state->model_len > left)
		return "it is cut short";
	left -= state->model_len;
	if (state->ncounts > left / KLOUT_CALIBRATION_COUNT)
		return "it is cut short";
	left -= (size_t) state->ncounts * KLOUT_CALIBRATION_COUNT;
	if (state->nbins > left / KLOUT_CALIBRATION_BIN)
		return "it is cut short";
	state->room = left - (size_t) state->nbins * KLOUT_CALIBRATION_BIN;

	state->counts = state->model + state->model_len;
	state->bins = state->counts +
		(size_t) state->ncounts * KLOUT_CALIBRATION_COUNT;
	return NULL;
}

bool
klout_calibration_add(uint8 *data, const KloutCalibration *state, uint32 bin)
{
	if (state->room < KLOUT_CALIBRATION_BIN)
		return false;
	klout_store_u32(data + (state->bins - data) +
					(size_t) state->nbins * KLOUT_CALIBRATION_BIN, bin);
	klout_store_u32(data + 20, state->nbins + 1);
	return true;
}

size_t
klout_calibration_fold_max(const KloutCalibration *a,
						   const KloutCalibration *b)
{
	size_t		n = (size_t) a->ncounts + a->nbins;

	if (b)
		n += (size_t) b->ncounts + b->nbins;
	return n;
}

static int
compare_bins(const void *a, const void *b)
{
	uint32		left = *(const uint32 *) a;
	uint32		right = *(const uint32 *) b;

	return (left > right) - (left < right);
}

/* One of the ascending lists that are merged. */
typedef struct Counts
{
	const uint8 *next;			/* counts, in bytes */
	const uint32 *bins;			/* or single bins */
	size_t		left;
} Counts;

static uint32
counts_bin(const Counts *list)
{
	return list->bins ? *list->bins : klout_load_u32(list->next);
}

static uint64
counts_take(Counts *list)
{
	uint64		people = 1;

	if (list->bins)
		list->bins++;
	else
	{
		people = klout_load_u64(list->next + 4);
		list->next += KLOUT_CALIBRATION_COUNT;
	}
	list->left--;
	return people;
}

const char *
klout_calibration_fold(const KloutCalibration *a, const KloutCalibration *b,
					   KloutRawCount *counts, uint32 *scratch, uint32 *n)
{
	const KloutCalibration *states[2] = {a, b};
	Counts		lists[3];
	size_t		nscratch = 0;
	uint64		total = 0;
	uint32		last = 0;

	memset(lists, 0, sizeof(lists));
	*n = 0;
	for (int i = 0; i < 2 && states[i]; i++)
	{
		lists[i].next = states[i]->counts;
		lists[i].left = states[i]->ncounts;
		for (uint32 j = 0; j < states[i]->nbins; j++)
			scratch[nscratch++] = klout_load_u32(states[i]->bins +
												 (size_t) j * KLOUT_CALIBRATION_BIN);
	}
	if (nscratch > 1)
		qsort(scratch, nscratch, sizeof(scratch[0]), compare_bins);
	lists[2].bins = scratch;
	lists[2].left = nscratch;

	for (;;)
	{
		Counts	   *lowest = NULL;
		uint64		people;
		uint32		bin;

		for (int i = 0; i < 3; i++)
		{
			if (lists[i].left > 0 &&
				(!lowest || counts_bin(&lists[i]) < counts_bin(lowest)))
				lowest = &lists[i];
		}
		if (!lowest)
			return NULL;

		bin = counts_bin(lowest);
		people = counts_take(lowest);
		if (bin > KLOUT_RAW_BIN_MAX)
			return "a raw score is out of range";
		if (bin < last)
			return "raw scores are not in ascending order";
		if (people == 0)
			return "a count is zero";
		if (people > (uint64) PG_INT64_MAX - total)
			return "people exceed 9223372036854775807";
		total += people;
		if (*n > 0 && bin == last)
			counts[*n - 1].people += people;
		else
		{
			counts[*n].bin = bin;
			counts[*n].people = people;
			(*n)++;
		}
		last = bin;
	}
}

size_t
klout_calibration_size(size_t model_len, uint32 ncounts, size_t room)
{
	return KLOUT_CALIBRATION_HEADER + model_len +
		(size_t) ncounts * KLOUT_CALIBRATION_COUNT +
		room * KLOUT_CALIBRATION_BIN;
}

void
klout_calibration_write(uint8 *data, const uint8 *model, size_t model_len,
						int64 as_of, const KloutRawCount *counts,
						uint32 ncounts)
{
	uint8	   *p = data + KLOUT_CALIBRATION_HEADER;

	klout_store_u32(data, KLOUT_CALIBRATION_VERSION);
	klout_store_u32(data + 4, (uint32) model_len);
	klout_store_u64(data + 8, (uint64) as_of);
	klout_store_u32(data + 16, ncounts);
	klout_store_u32(data + 20, 0);
	if (model != p)
		memcpy(p, model, model_len);
	p += model_len;
	for (uint32 i = 0; i < ncounts; i++)
	{
		klout_store_u32(p, counts[i].bin);
		klout_store_u64(p + 4, counts[i].people);
		p += KLOUT_CALIBRATION_COUNT;
	}
}
