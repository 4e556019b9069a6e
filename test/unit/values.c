/*-------------------------------------------------------------------------
 *
 * values.c
 *	  Prints what klout makes of fixed facts: bytes and numbers, for comparing
 *	  platforms (script/deep/platforms).  No test by itself.
 *
 * A line is a name, then a hash of bytes, which must be the same everywhere,
 * or a number, which may differ in its last bits where the mathematics library
 * or the processor's rounding does.
 *
 *-------------------------------------------------------------------------
 */
#include "facts.h"

#include "score/model.h"
#include "score/population.h"
#include "score/score.h"
#include "tune/calibrate.h"
#include "tune/fit.h"
#include "tune/validate.h"

static void
no_poll(void)
{
}

static void
print_bytes(const char *name, int number, const uint8 *data, size_t len)
{
	printf("%s%d bytes %zu " UINT64_FORMAT "\n", name, number, len, klout_hash_bytes(data, len));
}

static void
print_number(const char *name, int number, double value)
{
	printf("%s%d number %.17g\n", name, number, value);
}

static void
signals_values(void)
{
	static Fact facts[FACTS_MAX];
	static KloutNetworkScore networks[KLOUT_NETWORKS_MAX];
	static const char *const presets[] = {"default", "hour", "strict"};

	for (int i = 0; i < 60; i++)
	{
		Profile		profile = random_profile();
		KloutStatus status;
		Value		value;

		random_facts(&profile, facts);
		value = buffered_value(facts, profile.facts, profile.unit, &status);
		printf("signals%d status %d\n", i, (int) status);
		if (status != KLOUT_OK)
			continue;
		print_bytes("signals", i, value.data, value.len);
		for (int j = 0; j < 3; j++)
		{
			KloutModel	model;
			KloutScore	score;
			KloutMix	mix = {0, 0};

			klout_model_preset(presets[j], strlen(presets[j]), &model);
			if (klout_score_compute(value.data, value.len, &model,
									klout_bucket_start(profile.to, profile.unit),
									&score, networks) != NULL ||
				klout_mix_add(&mix, value.data, value.len) != NULL)
				abort();
			print_number("score", i, score.score);
			print_number("raw", i, score.raw);
			print_number("reactions", i, score.reactions);
			print_number("idle", i, score.idle);
			for (int k = 0; k < score.nnetworks; k++)
				for (int part = 0; part < KLOUT_PARTS; part++)
					print_number("points", i,
								 klout_score_points(&score, &model, &networks[k], (KloutPart) part));
			/* counted in whole steps, from an estimate that is rounded */
			print_number("proven", i, (double) mix.proven);
			print_number("unproven", i, (double) mix.unproven);
			print_number("raw_bin", i, klout_raw_bin(score.raw));
		}
		free(value.data);
	}
}

static void
sample_values(void)
{
	uint8		registers[KLOUT_REGISTERS_BYTES] = {0};

	for (int i = 0; i < 2000; i++)
	{
		uint64		hash = klout_reactor_hash(random_u64(), klout_hash_bytes(&registers[i % 20], 7));
		int64		last = random_below(60000) - 20000;
		int64		key = klout_sample_key(hash, last, i % 2 ? 12 : 60);

		/* integers, so they are bytes */
		printf("key%d bytes " UINT64_FORMAT " " INT64_FORMAT "\n", i, hash, key);
		print_number("inclusion", i, klout_sample_inclusion(key, last, i % 2 ? 12 : 60));
		klout_registers_add(registers, hash);
		if (i % 100 == 0)
			print_number("estimate", i, klout_registers_estimate(registers));
	}
	print_bytes("registers", 0, registers, sizeof(registers));
}

static void
population_values(void)
{
	static uint16 bin[KLOUT_BIN_COUNT];
	static uint64 upto[KLOUT_BIN_COUNT];
	static uint8 bytes[KLOUT_BIN_COUNT * 10 + 10];

	for (int i = 0; i < 8; i++)
	{
		KloutBins	bins = {0, bin, upto};

		for (int b = random_below(20); b < KLOUT_BIN_COUNT; b += 1 + random_below(1 + 10 * (1 << i)))
			if (klout_bins_append(&bins, b, 1 + random_u64() % 100000) != NULL)
				abort();
		klout_bins_encode(&bins, bytes);
		print_bytes("population", i, bytes, klout_bins_size(&bins));
		for (int f = 0; f <= 100; f++)
			printf("quantile%d bytes %d %d\n", i, klout_bins_percentile(&bins, f / 100.0),
				   klout_bins_cutoff(&bins, f / 100.0));
	}
	for (int i = 0; i < 1000; i++)
		printf("bin%d bytes %d\n", i, klout_score_bin((double) random_below(10000001) / 100000.0));
}

static void
state_values(void)
{
	static uint8 state[KLOUT_FIT_HEADER + KLOUT_FIT_SUM * 65];
	static KloutFitWork work;
	static KloutPair pairs[1000];
	static KloutPair spare[1000];

	for (int features = 1; features <= 10; features++)
	{
		double		weights[KLOUT_FEATURES_MAX];

		klout_fit_init(state, features);
		for (int i = 0; i < 40; i++)
		{
			double		better[10];
			double		worse[10];

			for (int j = 0; j < features; j++)
			{
				better[j] = (double) random_below(1000) / 10;
				worse[j] = (double) random_below(900) / 10;
			}
			klout_fit_add(state, better, worse);
		}
		print_number("fit_sum", features, klout_fit_load(state, features).high);
		if (klout_fit_solve(state, &work, weights) != KLOUT_FIT_DONE)
			abort();
		for (int j = 0; j < features; j++)
			print_number("fit", features, weights[j]);
	}

	for (int i = 0; i < 10; i++)
	{
		KloutAgreement agreement;
		size_t		n = 100 * (size_t) (i + 1);

		for (size_t j = 0; j < n; j++)
		{
			pairs[j].score = random_below(50 + 100 * i);
			pairs[j].outcome = random_below(30) + pairs[j].score / 10;
		}
		klout_agreement(pairs, spare, n, no_poll, &agreement);
		printf("agreement%d bytes " INT64_FORMAT " " INT64_FORMAT "\n", i,
			   agreement.discordant, agreement.tied_both);
		print_number("spearman", i, klout_spearman_of(&agreement));
		print_number("kendall", i, klout_kendall_of(&agreement));
		print_number("auc", i, klout_auc_of(&agreement));
		print_number("ndcg", i, klout_ndcg_of(pairs, spare, n, 10, no_poll));
	}
}

int
main(void)
{
	random_begin(UINT64CONST(20260711));
	signals_values();
	sample_values();
	population_values();
	state_values();
	return 0;
}
