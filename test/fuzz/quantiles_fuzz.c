/*-------------------------------------------------------------------------
 *
 * quantiles_fuzz.c
 *	  The state of the one-step percentiles, of any bytes.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include "population.h"
#include "quantiles.h"

void
fuzz_one(const uint8 *data, size_t size)
{
	Part		state = part_of(data, size);
	KloutParameter parameter;
	KloutParameter again;

	if (klout_parameter_read(state.data, state.len, &parameter) == NULL)
	{
		Part		prefix;
		const uint8 *p = parameter.values;

		require(parameter.prefix_len <= state.len);
		require(klout_has_prefix(state.data, state.len, state.data, parameter.prefix_len));
		require(parameter.quantile == KLOUT_PERCENTILES || parameter.isnull ||
				(parameter.scalar >= 0 && parameter.scalar <= 1));
		require(parameter.n >= 0 && parameter.n <= KLOUT_FRACTIONS_MAX);
		require((size_t) parameter.n <= 8 * state.len);
		for (int i = 0; i < parameter.n; i++)
			if (klout_fraction_present(&parameter, i))
			{
				double		fraction = klout_load_float8(p);

				require(fraction >= 0 && fraction <= 1);
				p += 8;
			}
		if (parameter.n > 0)
			require(p == state.data + parameter.prefix_len);

		/* the prefix stands for itself: without what follows it is the same */
		prefix = part_of(state.data, parameter.prefix_len);
		require(klout_parameter_read(prefix.data, prefix.len, &again) == NULL);
		require(again.prefix_len == parameter.prefix_len && again.n == parameter.n);
		free(prefix.data);

		/* what follows it is a population, or is not */
		{
			Part		rest = part_of(state.data + parameter.prefix_len,
									   state.len - parameter.prefix_len);
			size_t		capacity = (size_t) klout_bins_capacity(rest.data, rest.len);
			KloutBins	bins;

			bins.bin = malloc(capacity * sizeof(uint16) + 1);
			bins.upto = malloc(capacity * sizeof(uint64) + 1);
			(void) klout_bins_decode(rest.data, rest.len, &bins);
			free(bins.bin);
			free(bins.upto);
			free(rest.data);
		}
	}
	free(state.data);
}
