/*-------------------------------------------------------------------------
 *
 * buffer_fuzz.c
 *	  The open form of klout_signals of any bytes, as a damaged page or a
 *	  hostile call of a transition function could have it: looked at, added to
 *	  and worked in.
 *
 * Input: a part, the bytes of the open value; then what is added to it.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "signals/growing.h"

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	Part		value = input_part(&input);
	Part		larger;
	KloutGrowing buffer;

	if (!klout_is_growing(value.data, value.len) ||
		!klout_growing_view(&buffer, value.data, value.len))
	{
		free(value.data);
		return;
	}
	require(klout_growing_used(&buffer) <= value.len);

	/* to a larger block, as an aggregate does when it grows */
	larger.len = value.len + (size_t) input_below(&input, 256);
	larger.data = malloc(larger.len);
	klout_growing_move(&buffer, larger.data, larger.len);
	free(value.data);
	require(klout_growing_view(&buffer, larger.data, larger.len));

	while (input.left > 0)
	{
		KloutSeries series;
		char		name[2] = {'a', 'b'};
		int			what = input_u8(&input);
		int			number;

		memset(&series, 0, sizeof(series));
		name[0] = (char) (1 + (what >> 4));
		series.network.data = name;
		series.network.len = 1 + (what & 1);
		series.type = (KloutSeriesType) (what >> 1 & 3) % 3;
		series.kind = series.network;
		series.followers = (int64) (input_u8(&input));
		if (buffer.unit == KLOUT_UNIT_NONE && buffer.entries.count == 0)
			klout_growing_set_unit(&buffer, what & 8 ? KLOUT_UNIT_DAY : KLOUT_UNIT_HOUR);
		number = klout_growing_series(&buffer, &series);
		require(number >= KLOUT_SERIES_CORRUPT && number < KLOUT_SERIES_MAX);
		if (number >= 0 && series.type != KLOUT_SERIES_AUDIENCE)
		{
			int64		bucket = 20000 + (what & 128 ? 100000 : 0) + input_below(&input, 100);

			(void) klout_growing_append(&buffer, number, bucket, input_number(&input, 1), 200);
		}
		require(klout_growing_view(&buffer, larger.data, larger.len));
	}

	/*
	 * A canonical value inside, and the buckets of entries, are looked at by
	 * whoever validates what comes out.
	 */
	{
		size_t		room = klout_growing_workspace(&buffer);
		void	   *memory = malloc(room + 1);
		const uint8 *out;
		size_t		out_len;
		KloutFolds	folds;

		if (klout_growing_compact(&buffer, memory, room, &out, &out_len, &folds) == KLOUT_OK)
		{
			Part		result = part_of(out, out_len);

			(void) klout_signals_check(result.data, result.len);
			free(result.data);
		}
		free(memory);
	}
	free(larger.data);
}
