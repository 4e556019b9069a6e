/*-------------------------------------------------------------------------
 *
 * standings.c
 *	  The reactors of a network: the proven beside the unproven, and how many
 *	  there are.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/layout.h"

KloutSampleKey
klout_sample_threshold(const KloutSample *sample, KloutUnit unit)
{
	KloutReactors cursor = sample->reactors;
	KloutReactor reactor;
	KloutSampleKey largest = {PG_INT64_MIN, 0};

	if (sample->registers == NULL)
	{
		largest.key = PG_INT64_MAX;
		return largest;
	}
	while (klout_reactors_next(&cursor, &reactor))
	{
		KloutSampleKey key = reactor_key(&reactor, klout_sample_half_life(unit));

		if (klout_key_less(largest, key))
			largest = key;
	}
	return largest;
}

static void
open_pairs(KloutStandings *standings, const KloutNetwork *network)
{
	standings->next_proven.hash = standings->next_unproven.hash = 0;
	standings->proven = network->proven.reactors;
	standings->unproven = network->unproven.reactors;
	standings->more_proven = klout_reactors_next(&standings->proven,
												 &standings->next_proven);
	standings->more_unproven = klout_reactors_next(&standings->unproven,
												   &standings->next_unproven);
}

/* Returns the next reactor of either sample or both. */
static bool
next_pair(KloutStandings *standings, KloutStanding *standing)
{
	uint64		proven = standings->next_proven.hash;
	uint64		unproven = standings->next_unproven.hash;

	standing->is_proven = standings->more_proven &&
		(!standings->more_unproven || proven <= unproven);
	standing->is_unproven = standings->more_unproven &&
		(!standings->more_proven || unproven <= proven);
	if (standing->is_proven)
	{
		standing->proven = standings->next_proven;
		standings->more_proven = klout_reactors_next(&standings->proven,
													 &standings->next_proven);
	}
	if (standing->is_unproven)
	{
		standing->unproven = standings->next_unproven;
		standings->more_unproven = klout_reactors_next(&standings->unproven,
													   &standings->next_unproven);
	}
	return standing->is_proven || standing->is_unproven;
}

void
klout_standings_iter_init(KloutStandings *standings, const KloutNetwork *network,
						  KloutUnit unit)
{
	KloutSampleKey unproven_threshold;

	standings->half_life = klout_sample_half_life(unit);
	standings->proven_threshold = klout_sample_threshold(&network->proven, unit);
	unproven_threshold = klout_sample_threshold(&network->unproven, unit);
	standings->threshold =
		klout_key_less(unproven_threshold, standings->proven_threshold) ?
		unproven_threshold : standings->proven_threshold;
	open_pairs(standings, network);
}

/* Are all reactors below this threshold? */
static inline bool
has_everybody(KloutSampleKey threshold)
{
	return threshold.key == PG_INT64_MAX;
}

static inline bool
is_included(KloutSampleKey threshold, const KloutReactor *reactor,
			int half_life)
{
	return has_everybody(threshold) ||
		klout_key_less(reactor_key(reactor, half_life), threshold);
}

static inline double
inclusion(KloutSampleKey threshold, const KloutReactor *reactor, int half_life)
{
	return has_everybody(threshold) ? 1.0 :
		klout_sample_inclusion(threshold.key, reactor->last, half_life);
}

/*
 * A proven action counts if it is in its sample: all stored actions are,
 * except the one that defines the threshold.  An unproven one counts if it is
 * below both thresholds and there is no proven one in the same or a later
 * bucket: that would have a key no larger, and so be in its sample.
 */
bool
klout_standings_next(KloutStandings *standings, KloutStanding *standing)
{
	int			half_life = standings->half_life;

	while (next_pair(standings, standing))
	{
		const KloutReactor *proven = standing->is_proven ? &standing->proven : NULL;
		const KloutReactor *unproven = &standing->unproven;

		standing->both_inclusion = 0;
		if (standing->is_unproven)
		{
			standing->is_unproven =
				(proven == NULL || proven->last < unproven->last) &&
				is_included(standings->threshold, unproven, half_life);
			if (standing->is_unproven)
			{
				standing->unproven_inclusion =
					inclusion(standings->threshold, unproven, half_life);
				if (proven && is_included(standings->threshold, proven, half_life))
					standing->both_inclusion =
						inclusion(standings->threshold, proven, half_life);
			}
		}
		if (proven)
		{
			standing->is_proven = has_everybody(standings->proven_threshold) ||
				proven->hash != standings->proven_threshold.hash;
			standing->proven_inclusion =
				inclusion(standings->proven_threshold, proven, half_life);
		}
		if (standing->is_proven || standing->is_unproven)
			return true;
	}
	return false;
}

/* Adds a sample's reactors to registers. */
static void
add_to_registers(uint8 *registers, const KloutSample *sample)
{
	KloutReactors cursor = sample->reactors;
	KloutReactor reactor;

	if (sample->registers)
		klout_registers_merge(registers, sample->registers);
	else
		while (klout_reactors_next(&cursor, &reactor))
			klout_registers_add(registers, reactor.hash);
}

double
klout_network_reactors(const KloutNetwork *network)
{
	KloutStandings standings;
	KloutStanding standing;
	uint8		registers[KLOUT_REGISTERS_BYTES] = {0};
	int			known = 0;

	open_pairs(&standings, network);
	while (next_pair(&standings, &standing))
		known++;
	if (network->proven.registers == NULL && network->unproven.registers == NULL)
		return known;

	add_to_registers(registers, &network->proven);
	add_to_registers(registers, &network->unproven);
	return Min(Max(klout_registers_estimate(registers), (double) known),
			   (double) network->actions);
}
