/*-------------------------------------------------------------------------
 *
 * model_test.c
 *	  Unit tests of the model's stored form (src/score/model.c), as TAP.
 *
 * Stored values are put together here byte by byte, not with the writer that
 * is under test.
 *
 *-------------------------------------------------------------------------
 */
#include "tap.h"

#include "score/model.h"

#include <float.h>
#include <math.h>

/* room for the longest value: every list full, every name of full length */
#define VALUE_MAX	(KLOUT_MODEL_MIN_SIZE + 2 * KLOUT_VARINT_MAX + \
					 (KLOUT_MODEL_MAX_NETWORKS + KLOUT_MODEL_MAX_KINDS + 2) * \
					 (1 + KLOUT_NAME_MAX + 8))

/*
 * The default model.  Numbers as printed by
 * struct.pack('<Bqq12d', 1, 30*86400*10**6, 360*86400*10**6,
 *			   3, 2, 1, 1, 1, 0.1, 0.1, 0, 3.4, 0.05, 63, 90) in Python.
 */
static const uint8 default_bytes[] = {
	0x01,						/* version */
	0x00, 0x40, 0x3d, 0x7f, 0x5b, 0x02, 0x00, 0x00, /* 30 days */
	0x00, 0x00, 0xdf, 0xf6, 0x49, 0x1c, 0x00, 0x00, /* 360 days */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x08, 0x40, /* 3 */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40, /* 2 */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f, /* 1 */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f, /* 1 */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xf0, 0x3f, /* 1 */
	0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f, /* 0.1 */
	0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xb9, 0x3f, /* 0.1 */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, /* 0 */
	0x33, 0x33, 0x33, 0x33, 0x33, 0x33, 0x0b, 0x40, /* 3.4 */
	0x9a, 0x99, 0x99, 0x99, 0x99, 0x99, 0xa9, 0x3f, /* 0.05 */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x4f, 0x40, /* 63 */
	0x00, 0x00, 0x00, 0x00, 0x00, 0x80, 0x56, 0x40, /* 90 */
	0x00,						/* no networks */
	0x00						/* no kinds */
};

/* networks: ab 0, b 2; kinds: reply 0.5 */
static const uint8 lists_bytes[] = {
	0x02,
	0x02, 'a', 'b', 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x01, 'b', 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x40,
	0x01,
	0x05, 'r', 'e', 'p', 'l', 'y', 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xe0, 0x3f
};

static uint8 value[VALUE_MAX];

static KloutName
name_of(const char *string)
{
	KloutName	name = {string, strlen(string)};

	return name;
}

/* Does a copy of exactly these bytes read?  (The copy lets ASan see a byte.) */
static const char *
read_copy(const uint8 *data, size_t len)
{
	uint8	   *copy = malloc(len > 0 ? len : 1);
	KloutModel	model;
	const char *error;

	if (len > 0)
		memcpy(copy, data, len);
	error = klout_model_read(copy, len, &model);
	if (error == NULL)
	{
		/* what reads must also be usable */
		KloutModelWeight *entries = malloc(sizeof(KloutModelWeight) *
										   (size_t) (model.nnetworks + model.nkinds + 1));

		klout_model_networks(&model, entries);
		klout_model_kinds(&model, entries + model.nnetworks);
		(void) klout_model_network_weight(&model, name_of("b"));
		(void) klout_model_kind_weight(&model, name_of("reply"));
		free(entries);
	}
	free(copy);
	return error;
}

static bool
says(const char *error, const char *expected)
{
	return error != NULL && strcmp(error, expected) == 0;
}

static size_t
with_lists(void)
{
	memcpy(value, default_bytes, KLOUT_MODEL_FIXED_SIZE);
	memcpy(value + KLOUT_MODEL_FIXED_SIZE, lists_bytes, sizeof(lists_bytes));
	return KLOUT_MODEL_FIXED_SIZE + sizeof(lists_bytes);
}

/* The default model with one number replaced: does it read? */
static const char *
read_with_bits(int scalar, uint64 bits)
{
	memcpy(value, default_bytes, sizeof(default_bytes));
	klout_store_u64(value + 1 + 8 * scalar, bits);
	return read_copy(value, sizeof(default_bytes));
}

static const char *
read_with_number(int scalar, double number)
{
	uint64		bits;

	memcpy(&bits, &number, sizeof(bits));
	return read_with_bits(scalar, bits);
}

/* The default model with one network of these name bytes and weight */
static const char *
read_with_network(const void *name, size_t name_len, double weight)
{
	uint8	   *p = value;

	p = klout_write_bytes(p, default_bytes, KLOUT_MODEL_FIXED_SIZE);
	*p++ = 1;
	*p++ = (uint8) name_len;
	p = klout_write_bytes(p, name, name_len);
	klout_store_float8(p, weight);
	p += 8;
	*p++ = 0;
	return read_copy(value, (size_t) (p - value));
}

/* n names "0000", "0001", ... of weight 2 as networks or as kinds */
static const char *
read_with_many(int nnetworks, int nkinds)
{
	uint8	   *p = value;

	p = klout_write_bytes(p, default_bytes, KLOUT_MODEL_FIXED_SIZE);
	for (int list = 0; list < 2; list++)
	{
		int			n = list == 0 ? nnetworks : nkinds;

		p = klout_write_varint(p, (uint64) n);
		for (int i = 0; i < n; i++)
		{
			char		digits[12];

			snprintf(digits, sizeof(digits), "%04d", i);
			p = klout_write_name(p, name_of(digits));
			klout_store_float8(p, 2);
			p += 8;
		}
	}
	return read_copy(value, (size_t) (p - value));
}

static void
test_presets(void)
{
	KloutModel	model;
	KloutModel	read;
	uint8		written[sizeof(default_bytes)];

	klout_model_default(&model);
	check(klout_model_size(NULL, 0, NULL, 0) == sizeof(default_bytes) &&
		  klout_model_write(written, &model, NULL, 0, NULL, 0) ==
		  written + sizeof(written) &&
		  memcmp(written, default_bytes, sizeof(written)) == 0,
		  "the default model is written as these bytes");

	check(klout_model_read(default_bytes, sizeof(default_bytes), &read) == NULL &&
		  read.reach_half_life == INT64CONST(2592000000000) &&
		  read.consistency_half_life == INT64CONST(31104000000000) &&
		  read.unproven_cap == 3 && read.consistency_cap == 2 &&
		  read.mix == 1 && read.reach_weight == 1 &&
		  read.consistency_weight == 1 && read.audience_weight == 0.1 &&
		  read.audience_cap == 0.1 && read.activity_weight == 0 &&
		  read.scale == 3.4 && read.calibrate_share == 0.05 &&
		  read.calibrate_score == 63 && read.active_days == 90 &&
		  read.nnetworks == 0 && read.nkinds == 0,
		  "these bytes are read as the default model");
	check(klout_model_network_weight(&read, name_of("twitter")) == 1 &&
		  klout_model_kind_weight(&read, name_of("reply")) == 1 &&
		  klout_model_network_weight(&model, name_of("twitter")) == 1,
		  "what is not listed weighs 1");

	check(klout_model_preset("hour", 4, &model) &&
		  model.reach_half_life == INT64CONST(10800000000) &&
		  model.consistency_half_life == INT64CONST(129600000000) &&
		  model.scale == 2 && model.unproven_cap == 3 &&
		  model.calibrate_share == 0.05 && model.calibrate_score == 63 &&
		  model.active_days == 90,
		  "preset hour");
	check(klout_model_preset("strict", 6, &model) &&
		  model.reach_half_life == INT64CONST(2592000000000) &&
		  model.unproven_cap == 1 && model.consistency_cap == 1 &&
		  model.scale == 3.4,
		  "preset strict");
	check(klout_model_preset("default", 7, &model) && model.unproven_cap == 3,
		  "preset default");
	check(!klout_model_preset("hours", 5, &model) &&
		  !klout_model_preset("Hour", 4, &model) &&
		  !klout_model_preset("hou", 3, &model) &&
		  !klout_model_preset("", 0, &model) && model.unproven_cap == 3,
		  "no other presets");
}

static void
test_lists(void)
{
	KloutModel	model;
	size_t		len = with_lists();
	KloutModelWeight networks[2];
	KloutModelWeight kinds[1];
	uint8		written[256];

	check(klout_model_read(value, len, &model) == NULL &&
		  model.nnetworks == 2 && model.nkinds == 1,
		  "lists are read");
	check(klout_model_network_weight(&model, name_of("ab")) == 0 &&
		  klout_model_network_weight(&model, name_of("b")) == 2 &&
		  klout_model_kind_weight(&model, name_of("reply")) == 0.5,
		  "listed weights are found");
	check(klout_model_network_weight(&model, name_of("a")) == 1 &&
		  klout_model_network_weight(&model, name_of("abc")) == 1 &&
		  klout_model_network_weight(&model, name_of("c")) == 1 &&
		  klout_model_network_weight(&model, name_of("reply")) == 1 &&
		  klout_model_kind_weight(&model, name_of("b")) == 1 &&
		  klout_model_kind_weight(&model, name_of("repl")) == 1 &&
		  klout_model_kind_weight(&model, name_of("\xff")) == 1,
		  "near misses weigh 1");

	klout_model_networks(&model, networks);
	klout_model_kinds(&model, kinds);
	check(klout_name_compare(networks[0].name, name_of("ab")) == 0 &&
		  networks[0].weight == 0 &&
		  klout_name_compare(networks[1].name, name_of("b")) == 0 &&
		  networks[1].weight == 2 &&
		  klout_name_compare(kinds[0].name, name_of("reply")) == 0 &&
		  kinds[0].weight == 0.5,
		  "lists are copied out");
	check(klout_model_size(networks, 2, kinds, 1) == len &&
		  klout_model_write(written, &model, networks, 2, kinds, 1) == written + len &&
		  memcmp(written, value, len) == 0,
		  "and written back as the same bytes");

	/* -0 in a number and in a weight */
	model.activity_weight = -0.0;
	networks[0].weight = -0.0;
	klout_model_write(written, &model, networks, 2, kinds, 1);
	check(memcmp(written, value, len) == 0, "-0 is written as 0");
}

static void
test_sort(void)
{
	KloutModelWeight entries[5];

	entries[0].name = name_of("b");
	entries[0].weight = 2;
	entries[1].name = name_of("\xc3\xa9");	/* above every ASCII byte */
	entries[1].weight = 3;
	entries[2].name = name_of("ab");
	entries[2].weight = 1;
	entries[3].name = name_of("a");
	entries[3].weight = 0;
	entries[4].name = name_of("B");
	entries[4].weight = 4;
	check(klout_model_sort_weights(entries, 5) == 4 &&
		  entries[0].weight == 4 && entries[1].weight == 0 &&
		  entries[2].weight == 2 && entries[3].weight == 3,
		  "sorting is bytewise and drops weights of 1");

	entries[0].name = entries[1].name = name_of("same");
	entries[0].weight = 2;
	entries[1].weight = 1;
	check(klout_model_sort_weights(entries, 2) == -1,
		  "a name twice is found, also when one of them weighs 1");
	check(klout_model_sort_weights(entries, 0) == 0 &&
		  klout_model_sort_weights(entries, 1) == 1,
		  "empty and single lists");
}

static void
test_ranges(void)
{
	int64		longest = INT64CONST(315569520000000000);	/* 3652425 days */
	bool		passed = true;

	for (int i = 0; i < 2; i++)
	{
		passed &= read_with_bits(i, 1) == NULL &&
			read_with_bits(i, (uint64) longest) == NULL &&
			says(read_with_bits(i, 0), "half-life is out of range") &&
			says(read_with_bits(i, (uint64) longest + 1), "half-life is out of range") &&
			says(read_with_bits(i, (uint64) -1), "half-life is out of range") &&
			says(read_with_bits(i, (uint64) PG_INT64_MIN), "half-life is out of range") &&
			says(read_with_bits(i, (uint64) PG_INT64_MAX), "half-life is out of range");
	}
	check(passed, "ranges of half-lives");

	passed = true;
	for (int i = 2; i <= 10; i++)
	{
		bool		is_mix = i == 4;
		bool		is_scale = i == 10;

		passed &= read_with_number(i, 1) == NULL &&
			read_with_number(i, 1e9) == NULL &&
			(read_with_number(i, 0) == NULL) == !(is_mix || is_scale) &&
			(read_with_number(i, nextafter(0, 1)) == NULL) == !is_mix &&
			(read_with_number(i, nextafter(1, 0)) == NULL) == !is_mix &&
			says(read_with_number(i, nextafter(1e9, 2e9)), "number is out of range") &&
			says(read_with_number(i, -1), "number is out of range") &&
			says(read_with_number(i, -nextafter(0, 1)), "number is out of range") &&
			says(read_with_number(i, DBL_MAX), "number is out of range") &&
			says(read_with_number(i, (double) INFINITY), "number is out of range") &&
			says(read_with_number(i, -(double) INFINITY), "number is out of range") &&
			says(read_with_number(i, (double) NAN), "number is out of range") &&
			says(read_with_bits(i, UINT64CONST(0xFFF8000000000000)), "number is out of range") &&
			says(read_with_bits(i, UINT64CONST(0x7FF0000000000001)), "number is out of range") &&
			says(read_with_number(i, -0.0), is_mix || is_scale ?
				 "number is out of range" : "number is not in canonical form");
	}
	check(passed, "ranges of numbers");

	/* those of calibration: above 0, below or up to a bound of their own */
	passed = true;
	for (int i = 11; i < KLOUT_MODEL_NSCALARS; i++)
	{
		double		bound = i == 11 ? 1 : i == 12 ? 100 : 3652425;
		bool		open = i != 13;

		passed &= read_with_number(i, nextafter(0, 1)) == NULL &&
			read_with_number(i, nextafter(bound, 0)) == NULL &&
			(read_with_number(i, bound) == NULL) == !open &&
			says(read_with_number(i, nextafter(bound, 1e10)), "number is out of range") &&
			says(read_with_number(i, 0), "number is out of range") &&
			says(read_with_number(i, -0.0), "number is out of range") &&
			says(read_with_number(i, -1), "number is out of range") &&
			says(read_with_number(i, (double) INFINITY), "number is out of range") &&
			says(read_with_number(i, (double) NAN), "number is out of range");
	}
	check(passed, "ranges of the numbers of calibration");

	check(read_with_network("x", 1, 0) == NULL &&
		  read_with_network("x", 1, 1e9) == NULL &&
		  says(read_with_network("x", 1, nextafter(1e9, 2e9)), "weight is out of range") &&
		  says(read_with_network("x", 1, -1), "weight is out of range") &&
		  says(read_with_network("x", 1, (double) NAN), "weight is out of range") &&
		  says(read_with_network("x", 1, (double) INFINITY), "weight is out of range") &&
		  says(read_with_network("x", 1, -0.0), "weight is not in canonical form") &&
		  says(read_with_network("x", 1, 1), "weight is not in canonical form"),
		  "ranges of weights");
}

static void
test_names(void)
{
	char		name[KLOUT_NAME_MAX + 1];

	memset(name, 'n', sizeof(name));
	check(read_with_network(name, KLOUT_NAME_MAX, 2) == NULL &&
		  read_with_network(name, KLOUT_NAME_MAX + 1, 2) != NULL &&
		  read_with_network(name, 0, 2) != NULL &&
		  read_with_network("a\0b", 3, 2) != NULL,
		  "names have 1 to 63 bytes and no NUL");
	check(read_with_network("\x01\x1b\"\\ ", 5, 2) == NULL,
		  "control characters, quotes and blanks are names");

	check(read_with_many(KLOUT_MODEL_MAX_NETWORKS, KLOUT_MODEL_MAX_KINDS) == NULL,
		  "255 networks and 4096 kinds");
	check(says(read_with_many(KLOUT_MODEL_MAX_NETWORKS + 1, 0),
			   "list of weights is too long") &&
		  says(read_with_many(0, KLOUT_MODEL_MAX_KINDS + 1),
			   "list of weights is too long"),
		  "and no more");
}

static void
test_order(void)
{
	/* two networks, each way round and the same twice */
	static const struct
	{
		const char *first;
		const char *second;
		bool		good;
	}			pairs[] = {
		{"a", "b", true}, {"b", "a", false}, {"a", "a", false},
		{"a", "ab", true}, {"ab", "a", false}, {"B", "a", true},
		{"z", "\xc3\xa9", true}, {"\xc3\xa9", "z", false},
	};
	bool		passed = true;

	for (size_t i = 0; i < lengthof(pairs); i++)
	{
		uint8	   *p = value;
		const char *error;

		p = klout_write_bytes(p, default_bytes, KLOUT_MODEL_FIXED_SIZE);
		*p++ = 2;
		p = klout_write_name(p, name_of(pairs[i].first));
		klout_store_float8(p, 2);
		p = klout_write_name(p + 8, name_of(pairs[i].second));
		klout_store_float8(p, 2);
		p += 8;
		*p++ = 0;
		error = read_copy(value, (size_t) (p - value));
		passed &= pairs[i].good ? error == NULL :
			says(error, "names of weights are not in ascending order");
	}
	check(passed, "names ascend strictly, bytewise");
}

static void
test_hostile(void)
{
	size_t		len = with_lists();
	bool		passed = true;
	int			accepted = 0;
	KloutModel	model;

	for (size_t cut = 0; cut < len; cut++)
		passed &= read_copy(value, cut) != NULL;
	check(passed, "no beginning of a value is a value");

	value[len] = 0;
	check(says(read_copy(value, len + 1), "bytes are left over"),
		  "nor is a value with a byte more");

	passed = true;
	for (int version = 0; version < 256; version++)
	{
		value[0] = (uint8) version;
		passed &= version == 1 ? read_copy(value, len) == NULL :
			says(read_copy(value, len), "format version is not known");
	}
	check(passed, "no other version");

	/*
	 * Every bit flipped on its own: an error, or a recipe that is written as
	 * just these bytes again.
	 */
	passed = true;
	for (size_t bit = 0; bit < 8 * len; bit++)
	{
		with_lists();
		value[bit / 8] ^= (uint8) (1 << (bit % 8));
		if (read_copy(value, len) == NULL &&
			klout_model_read(value, len, &model) == NULL)
		{
			KloutModelWeight networks[KLOUT_MODEL_MAX_NETWORKS];
			KloutModelWeight kinds[256];
			uint8		written[256];

			accepted++;
			klout_model_networks(&model, networks);
			klout_model_kinds(&model, kinds);
			passed &= klout_model_sort_weights(networks, model.nnetworks) == model.nnetworks &&
				klout_model_sort_weights(kinds, model.nkinds) == model.nkinds &&
				klout_model_size(networks, model.nnetworks, kinds, model.nkinds) == len &&
				klout_model_write(written, &model, networks, model.nnetworks,
								  kinds, model.nkinds) == written + len &&
				memcmp(written, value, len) == 0;
		}
	}
	check(passed && accepted > 400, "every bit flipped: rejected or canonical");

	/* every byte set to every value */
	for (size_t byte = 0; byte < len; byte++)
	{
		for (int set = 0; set < 256; set++)
		{
			with_lists();
			value[byte] = (uint8) set;
			(void) read_copy(value, len);
		}
	}
	check(true, "every byte set to every value: survived");

	/* counts that promise far more than there is, and overlong ones */
	memcpy(value, default_bytes, KLOUT_MODEL_FIXED_SIZE);
	memset(value + KLOUT_MODEL_FIXED_SIZE, 0xff, 9);
	value[KLOUT_MODEL_FIXED_SIZE + 9] = 0x01;
	check(says(read_copy(value, KLOUT_MODEL_FIXED_SIZE + 10),
			   "list of weights is too long"),
		  "2^64 - 1 networks");
	value[KLOUT_MODEL_FIXED_SIZE] = 0x80;
	value[KLOUT_MODEL_FIXED_SIZE + 1] = 0x00;
	value[KLOUT_MODEL_FIXED_SIZE + 2] = 0x00;
	check(read_copy(value, KLOUT_MODEL_FIXED_SIZE + 3) != NULL,
		  "a count in two bytes where one would do");
	value[KLOUT_MODEL_FIXED_SIZE] = 0xff;
	value[KLOUT_MODEL_FIXED_SIZE + 1] = 0x01;
	check(read_copy(value, KLOUT_MODEL_FIXED_SIZE + 2) != NULL,
		  "255 networks in no bytes");
}

int
main(void)
{
	test_presets();
	test_lists();
	test_sort();
	test_ranges();
	test_names();
	test_order();
	test_hostile();
	return finish();
}
