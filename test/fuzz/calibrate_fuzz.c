/*-------------------------------------------------------------------------
 *
 * calibrate_fuzz.c
 *	  The state of klout_calibrate, of any bytes: read, added to, folded.
 *
 * Input: two parts, states as a support function gets them; then a fraction
 * and a score.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "score/model.h"
#include "tune/calibrate.h"

/* people NULL and *n 0 when the state is at fault */
static KloutRawCount *
fold(const KloutCalibration *a, const KloutCalibration *b, uint32 *n)
{
	size_t		most = klout_calibration_fold_max(a, b);
	KloutRawCount *counts = malloc(most * sizeof(KloutRawCount) + 1);
	uint32	   *scratch = malloc(most * sizeof(uint32) + 1);
	const char *fault = klout_calibration_fold(a, b, counts, scratch, n);

	free(scratch);
	if (fault != NULL)
	{
		free(counts);
		*n = 0;
		return NULL;
	}
	require(*n <= most);
	for (uint32 i = 0; i < *n; i++)
	{
		require(counts[i].people > 0 && counts[i].bin <= KLOUT_RAW_BIN_MAX);
		require(i == 0 || counts[i].bin > counts[i - 1].bin);
		/* a bin is where its middle is */
		require(counts[i].bin == klout_raw_bin(klout_raw_of_bin(counts[i].bin)) ||
				counts[i].bin < UINT32_C(1) << KLOUT_RAW_BITS);
	}
	require(klout_raw_people(counts, *n) <= PG_INT64_MAX);
	return counts;
}

static bool
same_counts(const KloutRawCount *a, uint32 na, const KloutRawCount *b, uint32 nb)
{
	bool		same = na == nb;

	for (uint32 i = 0; same && i < na; i++)
		same = a[i].bin == b[i].bin && a[i].people == b[i].people;
	return same;
}

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	Part		bytes[2];
	KloutCalibration state[2];
	bool		read[2];
	double		fraction;
	double		score;

	for (int i = 0; i < 2; i++)
	{
		bytes[i] = input_part(&input);
		read[i] = klout_calibration_read(bytes[i].data, bytes[i].len, &state[i]) == NULL;
	}
	fraction = input_double(&input);
	if (!(fraction >= 0 && fraction <= 1))
		fraction = (double) input_u8(&input) / 255;
	score = input_double(&input);
	if (!(score > 0 && score < 100))
		score = 1 + input_below(&input, 99);

	for (int i = 0; i < 2; i++)
	{
		KloutRawCount *counts;
		uint32		n;
		KloutModel	model;

		if (!read[i])
			continue;
		(void) klout_model_read(state[i].model, state[i].model_len, &model);
		counts = fold(&state[i], NULL, &n);
		if (counts == NULL)
			continue;
		if (n > 0)
		{
			uint32		bin = klout_raw_percentile(counts, n, fraction);
			double		raw = klout_raw_of_bin(bin);

			require(bin >= counts[0].bin && bin <= counts[n - 1].bin);
			require(raw >= 0 && isfinite(raw));
			require(raw == 0 || klout_scale_for(raw, score) >= 0);
		}

		/* written and read again it is the same, with room for one more */
		{
			Part		again;
			KloutCalibration view;
			KloutRawCount *counts_again;
			uint32		n_again;

			again.len = klout_calibration_size(state[i].model_len, n, 1);
			again.data = malloc(again.len);
			klout_calibration_write(again.data, state[i].model, state[i].model_len,
									state[i].as_of, counts, n);
			require(klout_calibration_read(again.data, again.len, &view) == NULL);
			require(view.as_of == state[i].as_of && view.nbins == 0 && view.ncounts == n &&
					view.room == KLOUT_CALIBRATION_BIN);
			counts_again = fold(&view, NULL, &n_again);
			require(counts_again && same_counts(counts, n, counts_again, n_again));
			free(counts_again);
			require(klout_calibration_add(again.data, &view, n > 0 ? counts[0].bin : 0));
			require(klout_calibration_read(again.data, again.len, &view) == NULL);
			require(!klout_calibration_add(again.data, &view, 0));
			counts_again = fold(&view, NULL, &n_again);
			if (counts_again)
				require(klout_raw_people(counts_again, n_again) == klout_raw_people(counts, n) + 1);
			else
				require(klout_raw_people(counts, n) == PG_INT64_MAX);
			free(counts_again);
			free(again.data);
		}
		free(counts);
	}

	if (read[0] && read[1])
	{
		uint32		n[2];
		KloutRawCount *ab = fold(&state[0], &state[1], &n[0]);
		KloutRawCount *ba = fold(&state[1], &state[0], &n[1]);

		require((ab == NULL) == (ba == NULL));
		require(ab == NULL || same_counts(ab, n[0], ba, n[1]));
		free(ab);
		free(ba);
	}
	if (read[0] && klout_calibration_add(bytes[0].data, &state[0], 5))
		require(klout_calibration_read(bytes[0].data, bytes[0].len, &state[0]) == NULL);
	free(bytes[0].data);
	free(bytes[1].data);
}
