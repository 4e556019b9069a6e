/*-------------------------------------------------------------------------
 *
 * seeds.c
 *	  Writes the inputs from which fuzzing begins: valid values of every kind,
 *	  made by the code itself, so that they are never of an old format.
 *
 *	  seeds FOLDER		writes FOLDER/NAME/NUMBER for each harness NAME
 *
 *-------------------------------------------------------------------------
 */
#include "facts.h"

#undef fprintf

#include "calibrate.h"
#include "fit.h"
#include "model.h"
#include "population.h"
#include "quantiles.h"
#include "validate.h"

static const char *folder;

/* An input as it grows. */
typedef struct Seed
{
	uint8		data[1 << 18];
	size_t		len;
} Seed;

static Seed seed;

static void
put(const void *data, size_t len)
{
	if (seed.len + len > sizeof(seed.data))
		abort();
	if (len > 0)
		memcpy(seed.data + seed.len, data, len);
	seed.len += len;
}

static void
put_number(uint64 value, size_t bytes)
{
	for (size_t i = 0; i < bytes; i++)
	{
		uint8		byte = (uint8) (value >> (8 * i));

		put(&byte, 1);
	}
}

static void
put_double(double value)
{
	uint8		bytes[8];

	klout_store_float8(bytes, value);
	put(bytes, 8);
}

static void
put_part(const void *data, size_t len)
{
	if (len > 0xFFFF)
		abort();
	put_number(len, 2);
	put(data, len);
}

static void
finish_seed(const char *harness)
{
	static int	number = 0;
	char		path[1024];
	FILE	   *file;

	snprintf(path, sizeof(path), "%s/%s/seed%03d", folder, harness, ++number);
	file = fopen(path, "wb");
	if (file == NULL || fwrite(seed.data, 1, seed.len, file) != seed.len || fclose(file) != 0)
	{
		perror(path);
		exit(1);
	}
	seed.len = 0;
}

/* ----------
 * Signals, in both forms, and scores
 * ----------
 */

/* A value of random facts: of 1 + size facts on few networks. */
static Value
some_signals(KloutUnit unit, int size, uint64 actors)
{
	static Fact facts[FACTS_MAX];
	Profile		profile;
	KloutStatus status;
	Value		value;

	memset(&profile, 0, sizeof(profile));
	profile.unit = unit;
	profile.facts = 1 + size;
	profile.networks = 1 + size % 3;
	profile.kinds = 1 + size % 4;
	profile.actors = actors;
	profile.from = 20000;
	profile.to = 20000 + 3 * size;
	profile.posts = size % 2 * 20;
	profile.audiences = size % 2 * 10;
	random_facts(&profile, facts);
	value = build_value(facts, profile.facts, unit, &status);
	if (value.data == NULL)
		abort();
	return value;
}

/*
 * A value of one day with an action of each kind on each network, of which the
 * names are numbers.  A network of number 0 has the name that buffer_fuzz adds
 * to.
 */
static Value
many_names(int network_from, int networks, int kind_from, int kinds)
{
	static uint8 bytes[1 << 16];
	KloutBuffer buffer;
	KloutStatus status;
	Value		value;

	klout_buffer_init(&buffer, bytes, sizeof(bytes));
	klout_buffer_set_unit(&buffer, KLOUT_UNIT_DAY);
	for (int i = network_from; i < network_from + networks; i++)
		for (int j = kind_from; j < kind_from + kinds; j++)
		{
			char		network[12];
			char		kind[12];
			KloutTopic	topic;
			int			number;

			snprintf(network, sizeof(network), "%d", i);
			if (i == 0)
				network[0] = '\001';
			snprintf(kind, sizeof(kind), "%d", j);
			memset(&topic, 0, sizeof(topic));
			topic.type = KLOUT_TOPIC_ACTIONS;
			topic.network.data = network;
			topic.network.len = strlen(network);
			topic.kind.data = kind;
			topic.kind.len = strlen(kind);
			number = klout_buffer_topic(&buffer, &topic);
			if (number < 0 ||
				!klout_buffer_append(&buffer, number, 20000, (uint64) j % 5, j % 3 ? KLOUT_WEIGHT_STEPS : 0))
				abort();
		}
	value = buffer_value(&buffer, &status);
	if (value.data == NULL)
		abort();
	return value;
}

static Value
some_model(int number)
{
	KloutModel	model;
	KloutModelWeight weights[3] = {{{"linkedin", 8}, 2}, {{"t", 1}, 0}, {{"twitter", 7}, 0.5}};
	static const char *const names[] = {"default", "hour", "strict"};
	int			n = number / 3 % 4;
	Value		value;

	klout_model_preset(names[number % 3], strlen(names[number % 3]), &model);
	value.len = klout_model_size(weights, n, weights, n);
	value.data = malloc(value.len);
	klout_model_write(value.data, &model, weights, n, weights, n);
	return value;
}

/*
 * Names that are folded: networks and kinds, at their limits when merged, one
 * beyond, and far beyond.
 */
static void
folding_seeds(void)
{
	static const int networks[] = {255, 256, 300};
	static const int kinds[] = {64, 65, 100};

	for (int i = 0; i < 6; i++)
	{
		int			n = i < 3 ? networks[i] : kinds[i - 3];
		int			most = i < 3 ? 255 : 64;
		Value		value[3];
		Value		merged;
		KloutStatus status;

		/* some have the same names, and none has too many by itself */
		for (int j = 0; j < 3; j++)
		{
			int			from = j * n / 4;
			int			count = Min(j == 2 ? n - from : n / 2, most);

			value[j] = i < 3 ? many_names(from, count, 0, 1) : many_names(0, 1, from, count);
		}
		for (int j = 0; j < 3; j++)
			j < 2 ? put_part(value[j].data, value[j].len) : put(value[j].data, value[j].len);
		finish_seed("signals");

		merged = merged_value(value[0], value[2], &status);
		if (merged.data == NULL)
			abort();
		put_number((uint64) klout_bucket_start(20010, KLOUT_UNIT_DAY), 8);
		put_number(0, 2);
		put(merged.data, merged.len);
		finish_seed("score");

		/*
		 * an open value that has it inside, to which buffer_fuzz adds names
		 * of its own
		 */
		{
			static uint8 bytes[1 << 15];
			KloutBuffer buffer;

			klout_buffer_init(&buffer, bytes, sizeof(bytes));
			klout_buffer_set_unit(&buffer, KLOUT_UNIT_DAY);
			if (!klout_buffer_set_canonical(&buffer, merged.data, merged.len))
				abort();
			put_part(bytes, klout_buffer_used(&buffer) + 200);
			for (int j = 0; j < 8; j++)
			{
				put_number((uint64) (j << 4), 1);
				put_number(0, 1);
				put_number((uint64) j, 1);
				put_number((uint64) j, 1);
			}
			finish_seed("buffer");
		}

		/*
		 * and the same as facts: type, network, kind, day, weight, actor,
		 * followers
		 */
		put_number(0, 1);
		put_number(i < 3 ? 259 : 0, 2);
		put_number(i < 3 ? 0 : 69, 1);
		put_number(0, 1);
		put_number((uint64) i, 2);
		for (int j = 0; j < Min(n, i < 3 ? 260 : 70); j++)
		{
			put_number(2, 1);
			if (i < 3)
				put_number((uint64) j, 2);
			else
				put_number((uint64) j, 1);
			put_number(4, 1);
			put_number((uint64) j % 3, 1);
			put_number((uint64) j % 201, 1);
			put_number((uint64) j % 11, 1);
			put_number(1, 1);
		}
		finish_seed("facts");
		for (int j = 0; j < 3; j++)
			free(value[j].data);
		free(merged.data);
	}
}

static void
signals_seeds(void)
{
	static const int sizes[] = {0, 1, 2, 5, 12, 30, 400, 900};

	for (int i = 0; i < (int) lengthof(sizes); i++)
	{
		KloutUnit	unit = i % 2 ? KLOUT_UNIT_HOUR : KLOUT_UNIT_DAY;
		Value		value[3];

		for (int j = 0; j < 3; j++)
			value[j] = some_signals(unit, sizes[i], i % 3 ? 0 : 40);
		for (int j = 0; j < 3; j++)
			j < 2 ? put_part(value[j].data, value[j].len) : put(value[j].data, value[j].len);
		finish_seed("signals");
		for (int j = 0; j < 3; j++)
		{
			Value		model = some_model(i + j);

			put_number((uint64) klout_bucket_start(20000 + sizes[i], unit), 8);
			if (j < 2)
				put_part(model.data, model.len);
			else
			{
				put_number(9, 2);
				put_number((uint64) i, 1);
				put_number(UINT64CONST(0x4000000000000000), 8);
			}
			put(value[j].data, value[j].len);
			finish_seed("score");
			free(model.data);
			free(value[j].data);
		}
	}
	put_part(klout_signals_empty, KLOUT_SIGNALS_EMPTY_LEN);
	put_part(klout_signals_empty, KLOUT_SIGNALS_EMPTY_LEN);
	put(klout_signals_empty, KLOUT_SIGNALS_EMPTY_LEN);
	finish_seed("signals");

	folding_seeds();

	/* lists of facts are any bytes, so random ones are as good as others */
	for (int i = 0; i < 12; i++)
	{
		int			n = 8 << i % 6;

		put_number((uint64) i, 1);
		put_number((uint64) (i % 2 ? 2 : 0), 2);
		put_number((uint64) (i % 3 ? 2 : 0), 1);
		put_number((uint64) (i > 6 ? 39 : i), 1);
		while (n-- > 0)
			put_number(random_u64(), 8);
		finish_seed("facts");
	}

	for (int i = 0; i < 4; i++)
	{
		uint8		bytes[2048] = {0};
		KloutBuffer buffer;
		Value		inside = some_signals(KLOUT_UNIT_DAY, 2, 5);

		klout_buffer_init(&buffer, bytes, sizeof(bytes));
		klout_buffer_set_unit(&buffer, KLOUT_UNIT_DAY);
		if (i > 0 && !klout_buffer_set_canonical(&buffer, inside.data, inside.len))
			abort();
		for (int j = 0; j < i * i; j++)
		{
			Fact		fact = {j % 3 ? KLOUT_TOPIC_ACTIONS : KLOUT_TOPIC_POSTS, j % 2, j % 4, (uint64) j,
			20000 + (i == 3 ? j * 20000 : j), 200, 0, 0, 0};
			KloutTopic	topic = fact_topic(&fact);
			int			number = klout_buffer_topic(&buffer, &topic);

			if (!klout_buffer_append(&buffer, number, fact.bucket, fact.actor, fact.weight))
				abort();
		}
		put_part(bytes, klout_buffer_used(&buffer) + 100);
		for (int j = 0; j < 3 * i; j++)
			put_number(random_u64(), 4);
		finish_seed("buffer");
		free(inside.data);
	}
}

static void
model_seeds(void)
{
	for (int i = 0; i < 12; i++)
	{
		Value		model = some_model(i);

		put_part(model.data, model.len);
		for (int j = 0; j < i; j++)
		{
			char		name[2] = {(char) ('z' - j % 7), (char) ('a' + j)};

			put_number(1, 1);
			put_double(j / 2.0);
			put(name, 2);
		}
		finish_seed("model");
		free(model.data);
	}
}

/* ----------
 * Populations and states
 * ----------
 */

static Value
some_population(int people, int form)
{
	static uint16 bin[KLOUT_BIN_COUNT];
	static uint64 upto[KLOUT_BIN_COUNT];
	KloutBins	bins = {0, bin, upto};
	Value		value;

	if (form >= 0)
	{
		value.len = form == KLOUT_OPEN_COUNTERS ? KLOUT_OPEN_COUNTERS_SIZE :
			KLOUT_OPEN_BUFFER_HEADER + 2 * (size_t) people + 6;
		value.data = malloc(value.len);
		klout_open_init(value.data, value.len, form);
		for (int i = 0; i < people; i++)
			if (!klout_open_add(value.data, value.len, random_below(KLOUT_BIN_COUNT)))
				abort();
		return value;
	}
	for (int i = 0; i < people; i++)
		if (klout_bins_append(&bins, i * (KLOUT_BIN_MAX / people), 1 + random_u64() % 1000) != NULL)
			abort();
	value.len = klout_bins_size(&bins);
	value.data = malloc(value.len);
	klout_bins_encode(&bins, value.data);
	return value;
}

static void
population_seeds(void)
{
	static const int people[] = {0, 1, 2, 20, 60, 9000};

	for (int i = 0; i < (int) lengthof(people); i++)
		for (int form = -1; form < (people[i] > KLOUT_OPEN_BUFFER_MAX ? 0 : 1); form++)
		{
			Value		a = people[i] ? some_population(people[i], form) : some_population(1, KLOUT_OPEN_BUFFER);
			Value		b = some_population(3, form == 0 ? -1 : 0);

			put_double(0.05);
			put_part(a.data, a.len);
			put(b.data, b.len);
			finish_seed("population");
			free(a.data);
			free(b.data);
		}

	for (int quantile = KLOUT_PERCENTILE; quantile <= KLOUT_CUTOFF; quantile++)
		for (int isnull = 0; isnull < 2; isnull++)
		{
			Value		population = some_population(3, isnull - 1);
			uint8	   *start = seed.data + seed.len;

			put_number(KLOUT_QUANTILES_VERSION, 1);
			put_number((uint64) quantile, 1);
			put_number(0, 4);
			put_number((uint64) !isnull, 1);
			if (!isnull && quantile != KLOUT_PERCENTILES)
				put_double(0.25);
			else if (!isnull)
			{
				put_number(2, 1);
				for (int i = 0; i < 4; i++)
					put_number(i < 2 ? 2 : 1, 4);
				put_number(13, 1);
				for (int i = 0; i < 3; i++)
					put_double(i / 2.0);
			}
			klout_store_u32(start + 2, (uint32) (seed.len - KLOUT_QUANTILES_HEADER));
			put(population.data, population.len);
			finish_seed("quantiles");
			free(population.data);
		}
}

static void
state_seeds(void)
{
	/* judgements */
	for (int features = 1; features <= 8; features++)
	{
		static uint8 state[KLOUT_FIT_HEADER + KLOUT_FIT_SUM * (8 + 36)];

		for (int half = 0; half < 2; half++)
		{
			klout_fit_init(state, features);
			for (int i = 0; i < 2 * features; i++)
			{
				double		better[8];
				double		worse[8];

				for (int j = 0; j < features; j++)
				{
					better[j] = (double) random_below(100) / 10;
					worse[j] = (double) random_below(80) / 10;
				}
				klout_fit_add(state, better, worse);
			}
			put_part(state, klout_fit_size(features));
		}
		for (int i = 0; i < 3 * features; i++)
			put_double(random_below(100) / 8.0);
		finish_seed("fit");
	}

	/* calibrations */
	for (int i = 0; i < 6; i++)
	{
		Value		model = some_model(i);

		for (int half = 0; half < 2; half++)
		{
			static KloutRawCount counts[20];
			static uint8 state[4096];
			KloutCalibration view;
			size_t		len = klout_calibration_size(model.len, (uint32) (3 * i), (size_t) i);

			for (int j = 0; j < 3 * i; j++)
			{
				counts[j].bin = klout_raw_bin(1 + half + j);
				counts[j].people = 1 + (uint64) random_below(50);
			}
			memset(state, 0, sizeof(state));
			klout_calibration_write(state, model.data, model.len, 0, counts, (uint32) (3 * i));
			for (int j = 0; j < i; j++)
				if (klout_calibration_read(state, len, &view) != NULL ||
					!klout_calibration_add(state, &view, klout_raw_bin(2 + j / 3.0)))
					abort();
			put_part(state, len);
		}
		put_double(0.05);
		put_double(63);
		finish_seed("calibrate");
		free(model.data);
	}

	/* pairs */
	for (int i = 0; i < 8; i++)
	{
		static uint8 state[KLOUT_PAIRS_HEADER + 40 * KLOUT_PAIR_SIZE];

		klout_pairs_init(state, (uint32) (i % 3));
		for (int j = 0; j < 5 * i; j++)
		{
			double		score = random_below(10);

			klout_pairs_append(state, (size_t) j, score, random_below(5));
		}
		put(state, KLOUT_PAIRS_HEADER + 5 * (size_t) i * KLOUT_PAIR_SIZE);
		finish_seed("validate");
	}
}

/* Sketches, and edges: of these, too, any bytes are some. */
static void
other_seeds(void)
{
	for (int i = 0; i < 6; i++)
	{
		for (int j = 0; j < 2; j++)
		{
			uint8		registers[KLOUT_REGISTERS_BYTES] = {0};

			for (int k = 0; k < 1 << (3 * i); k++)
				klout_registers_add(registers, random_u64());
			put(registers, sizeof(registers));
		}
		for (int j = 0; j < 4; j++)
			put_number(random_u64(), 8);
		finish_seed("sample");
	}
	for (int i = 0; i < 10; i++)
	{
		put_number((uint64) i, 4);
		for (int j = 0; j < 4 << i % 6; j++)
			put_number(random_u64(), 8);
		finish_seed("authority");
	}
}

int
main(int argc, char **argv)
{
	if (argc != 2)
	{
		fprintf(stderr, "usage: seeds FOLDER\n");
		return 2;
	}
	folder = argv[1];
	signals_seeds();
	model_seeds();
	population_seeds();
	state_seeds();
	other_seeds();
	return 0;
}
