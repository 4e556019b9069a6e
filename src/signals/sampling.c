/*-------------------------------------------------------------------------
 *
 * sampling.c
 *	  Which reactors a sample keeps.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/layout.h"

/*
 * Returns the nth smallest of the keys (n from 0), by Hoare's selection.  The
 * keys belong to distinct hashes, so no two are equal.  They are in random
 * order, because they are functions of hashes; hashes chosen by an attacker
 * only cost time.
 */
static KloutSampleKey
select_key(KloutSampleKey *keys, int count, int n)
{
	int			left = 0;
	int			right = count - 1;

	while (left < right)
	{
		KloutSampleKey pivot = keys[left + (right - left) / 2];
		int			i = left;
		int			j = right;

		while (i <= j)
		{
			while (klout_key_less(keys[i], pivot))
				i++;
			while (klout_key_less(pivot, keys[j]))
				j--;
			if (i <= j)
			{
				KloutSampleKey swap = keys[i];

				keys[i++] = keys[j];
				keys[j--] = swap;
			}
		}
		if (n <= j)
			right = j;
		else if (n >= i)
			left = i;
		else
			break;
	}
	return keys[n];
}

/*
 * Keeps the KLOUT_SAMPLE_STORED reactors with the smallest keys, in their
 * order.  keys is scratch for twice as many keys as reactors.
 */
int
klout_keep_sample(KloutReactor *reactors, int count, KloutUnit unit, KloutSampleKey *keys)
{
	int			half_life = klout_sample_half_life(unit);
	KloutSampleKey *shuffled = keys + count;
	KloutSampleKey threshold;
	int			kept = 0;
	int			i;

	if (count <= KLOUT_SAMPLE_STORED)
		return count;

	for (i = 0; i < count; i++)
		keys[i] = reactor_key(&reactors[i], half_life);
	memcpy(shuffled, keys, sizeof(KloutSampleKey) * (size_t) count);
	threshold = select_key(shuffled, count, KLOUT_SAMPLE_STORED - 1);

	for (i = 0; i < count; i++)
		if (!klout_key_less(threshold, keys[i]))
			reactors[kept++] = reactors[i];
	Assert(kept == KLOUT_SAMPLE_STORED);
	return kept;
}
