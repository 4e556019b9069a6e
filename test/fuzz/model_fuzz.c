/*-------------------------------------------------------------------------
 *
 * model_fuzz.c
 *	  Models of any bytes, and models made of any lists of weights.
 *
 * Input: a part, the bytes that klout_model_recv gets; then entries of a
 * list: the length of a name, a weight, the name.
 *
 *-------------------------------------------------------------------------
 */
#include "fuzz.h"

#include <math.h>

#include "score/model.h"

/* What is written is what was read, and what is read is what was written. */
static void
round_trip(const KloutModel *model, Part expected,
		   const KloutModelWeight *networks, int nnetworks,
		   const KloutModelWeight *kinds, int nkinds)
{
	size_t		size = klout_model_size(networks, nnetworks, kinds, nkinds);
	uint8	   *out = malloc(size);
	KloutModel	again;

	require(klout_model_write(out, model, networks, nnetworks, kinds, nkinds) == out + size);
	require(klout_model_read(out, size, &again) == NULL);
	for (int i = 0; i < KLOUT_MODEL_NSCALARS; i++)
	{
		const KloutModelScalar *scalar = &klout_model_scalars[i];

		require(memcmp((const char *) model + scalar->offset,
					   (const char *) &again + scalar->offset, 8) == 0);
	}
	require(again.nnetworks == nnetworks && again.nkinds == nkinds);
	for (int i = 0; i < nnetworks; i++)
		require(klout_model_network_weight(&again, networks[i].name) == networks[i].weight);
	for (int i = 0; i < nkinds; i++)
		require(klout_model_kind_weight(&again, kinds[i].name) == kinds[i].weight);
	if (expected.data)
		require(size == expected.len && memcmp(out, expected.data, size) == 0);
	free(out);
}

#define ENTRIES_MAX		300

void
fuzz_one(const uint8 *data, size_t size)
{
	Input		input = input_of(data, size);
	Part		value = input_part(&input);
	Part		none = {NULL, 0};
	Part		rest;
	KloutModel	model;
	KloutModelWeight entries[ENTRIES_MAX];
	KloutModelWeight given[ENTRIES_MAX];
	int			n = 0;
	int			kept;

	if (klout_model_read(value.data, value.len, &model) == NULL)
	{
		KloutModelWeight *networks = malloc(sizeof(KloutModelWeight) * ((size_t) model.nnetworks + 1));
		KloutModelWeight *kinds = malloc(sizeof(KloutModelWeight) * ((size_t) model.nkinds + 1));

		klout_model_networks(&model, networks);
		klout_model_kinds(&model, kinds);
		/* they are sorted and there is no weight of 1 among them */
		require(klout_model_sort_weights(networks, model.nnetworks) == model.nnetworks);
		require(klout_model_sort_weights(kinds, model.nkinds) == model.nkinds);
		round_trip(&model, value, networks, model.nnetworks, kinds, model.nkinds);
		free(networks);
		free(kinds);
	}
	else
		klout_model_default(&model);

	/* the lists an input function makes of what it was given */
	rest = input_rest(&input);
	input = input_of(rest.data, rest.len);
	while (input.left > 9 && n < KLOUT_MODEL_MAX_NETWORKS)
	{
		size_t		len = 1 + (size_t) input_below(&input, KLOUT_NAME_MAX);

		entries[n].weight = input_double(&input);
		if (!klout_model_weight_valid(entries[n].weight))
			entries[n].weight = input_u8(&input);
		len = Min(len, input.left);
		if (len == 0 || memchr(input.next, '\0', len) != NULL)
			break;
		entries[n].name.data = (const char *) input.next;
		entries[n].name.len = len;
		input.next += len;
		input.left -= len;
		given[n] = entries[n];
		n++;
	}
	kept = klout_model_sort_weights(entries, n);
	if (kept >= 0)
	{
		round_trip(&model, none, entries, kept, entries, kept);
		/* nothing is lost but what weighs 1 */
		for (int i = 0; i < n; i++)
		{
			bool		found = given[i].weight == 1;

			for (int j = 0; j < kept && !found; j++)
				found = klout_name_compare(entries[j].name, given[i].name) == 0 &&
					entries[j].weight == given[i].weight;
			require(found);
		}
	}
	else
	{
		bool		twice = false;

		for (int i = 0; i < n; i++)
			for (int j = 0; j < i; j++)
				twice |= klout_name_compare(given[j].name, given[i].name) == 0;
		require(twice);
	}
	free(value.data);
	free(rest.data);
}
