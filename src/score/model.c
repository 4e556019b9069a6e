/*-------------------------------------------------------------------------
 *
 * model.c
 *	  The model: reading, checking and writing its stored form.
 *
 * Nothing here allocates: a model points into the bytes it was read from, and
 * the caller provides the buffer of a writer.  All input functions end in
 * klout_model_read.
 *
 *-------------------------------------------------------------------------
 */
#include "score/model.h"

#include <math.h>

#define HALF_LIFE_RANGE \
	"an interval of days and shorter units, greater than 0 and at most 3652425 days"
#define NUMBER_RANGE	"a number between 0 and 1e9"

const KloutModelScalar klout_model_scalars[KLOUT_MODEL_NSCALARS] = {
	{"reach_half_life", offsetof(KloutModel, reach_half_life), true,
	HALF_LIFE_RANGE},
	{"consistency_half_life", offsetof(KloutModel, consistency_half_life), true,
	HALF_LIFE_RANGE},
	{"unproven_cap", offsetof(KloutModel, unproven_cap), false,
	NUMBER_RANGE},
	{"consistency_cap", offsetof(KloutModel, consistency_cap), false,
	NUMBER_RANGE},
	{"mix", offsetof(KloutModel, mix), false,
	"a number between 1 and 1e9"},
	{"reach_weight", offsetof(KloutModel, reach_weight), false,
	NUMBER_RANGE},
	{"consistency_weight", offsetof(KloutModel, consistency_weight), false,
	NUMBER_RANGE},
	{"audience_weight", offsetof(KloutModel, audience_weight), false,
	NUMBER_RANGE},
	{"audience_cap", offsetof(KloutModel, audience_cap), false,
	NUMBER_RANGE},
	{"activity_weight", offsetof(KloutModel, activity_weight), false,
	NUMBER_RANGE},
	{"scale", offsetof(KloutModel, scale), false,
	"a number greater than 0 and at most 1e9"},
	{"calibrate_share", offsetof(KloutModel, calibrate_share), false,
	"a number greater than 0 and less than 1"},
	{"calibrate_score", offsetof(KloutModel, calibrate_score), false,
	"a number greater than 0 and less than 100"},
	{"active_days", offsetof(KloutModel, active_days), false,
	"a number greater than 0 and at most 3652425"},
};

bool
klout_model_weight_valid(double weight)
{
	/* written so that NaN fails */
	return weight >= 0 && weight <= KLOUT_MODEL_MAX_NUMBER;
}

bool
klout_model_number_valid(const KloutModelScalar *scalar, double value)
{
	if (!klout_model_weight_valid(value))
		return false;
	if (scalar->offset == offsetof(KloutModel, mix))
		return value >= 1;
	if (scalar->offset == offsetof(KloutModel, scale))
		return value > 0;
	if (scalar->offset == offsetof(KloutModel, calibrate_share))
		return value > 0 && value < 1;
	if (scalar->offset == offsetof(KloutModel, calibrate_score))
		return value > 0 && value < 100;
	if (scalar->offset == offsetof(KloutModel, active_days))
		return value > 0 && value <= KLOUT_MODEL_MAX_DAYS;
	return true;
}

bool
klout_model_half_life_valid(int64 value)
{
	return value > 0 && value <= KLOUT_MODEL_MAX_HALF_LIFE;
}

/*
 * Presets
 */

void
klout_model_default(KloutModel *model)
{
	memset(model, 0, sizeof(*model));
	model->reach_half_life = 30 * KLOUT_USECS_PER_DAY;
	model->consistency_half_life = 360 * KLOUT_USECS_PER_DAY;
	model->unproven_cap = 3;
	model->consistency_cap = 2;
	model->mix = 1;
	model->reach_weight = 1;
	model->consistency_weight = 1;
	model->audience_weight = 0.1;
	model->audience_cap = 0.1;
	model->activity_weight = 0;
	model->scale = 3.4;
	model->calibrate_share = 0.05;
	model->calibrate_score = 63;
	model->active_days = 90;
}

static bool
name_is(const char *name, size_t len, const char *preset)
{
	return strlen(preset) == len && memcmp(name, preset, len) == 0;
}

bool
klout_model_preset(const char *name, size_t len, KloutModel *model)
{
	if (name_is(name, len, "default"))
		klout_model_default(model);
	else if (name_is(name, len, "hour"))
	{
		klout_model_default(model);
		model->reach_half_life = KLOUT_USECS_PER_DAY / 8;
		model->consistency_half_life = KLOUT_USECS_PER_DAY * 3 / 2;
		model->scale = 2;
	}
	else if (name_is(name, len, "strict"))
	{
		klout_model_default(model);
		model->unproven_cap = 1;
		model->consistency_cap = 1;
	}
	else
		return false;
	return true;
}

/*
 * Reading
 */

/* Reads the next entry of a validated list. */
static const uint8 *
next_entry(const uint8 *p, KloutModelWeight *entry)
{
	entry->name.len = *p++;
	entry->name.data = (const char *) p;
	p += entry->name.len;
	entry->weight = klout_load_float8(p);
	return p + 8;
}

/*
 * Validates a list.  Its count is compared with the limit before it is used,
 * and every entry takes bytes, so the loop ends.
 */
static const char *
read_list(KloutReader *reader, int max, int *count, const uint8 **list)
{
	uint64		n = klout_read_varint(reader);
	KloutName	previous = {"", 0};

	if (n > (uint64) max)
		return "list of weights is too long";
	*count = (int) n;
	*list = reader->next;

	for (uint64 i = 0; i < n; i++)
	{
		KloutName	name = klout_read_name(reader);
		const uint8 *p = klout_read_bytes(reader, 8);
		double		weight;

		if (p == NULL)
			return "list of weights is cut short or has a bad name";
		if (klout_name_compare(previous, name) >= 0)
			return "names of weights are not in ascending order";
		previous = name;

		weight = klout_load_float8(p);
		if (!klout_model_weight_valid(weight))
			return "weight is out of range";
		if (signbit(weight) || weight == 1)
			return "weight is not in canonical form";
	}
	return reader->failed ? "list of weights is cut short" : NULL;
}

const char *
klout_model_read(const uint8 *data, size_t len, KloutModel *model)
{
	KloutReader reader;
	const char *error;

	klout_reader_init(&reader, data, len);
	if (len < KLOUT_MODEL_MIN_SIZE)
		return "value is too short";
	if (klout_read_u8(&reader) != KLOUT_MODEL_VERSION)
		return "format version is not known";

	for (int i = 0; i < KLOUT_MODEL_NSCALARS; i++)
	{
		const KloutModelScalar *scalar = &klout_model_scalars[i];
		const uint8 *p = klout_read_bytes(&reader, 8);

		if (scalar->is_half_life)
		{
			int64		value = (int64) klout_load_u64(p);

			if (!klout_model_half_life_valid(value))
				return "half-life is out of range";
			*klout_model_half_life(model, scalar) = value;
		}
		else
		{
			double		value = klout_load_float8(p);

			if (!klout_model_number_valid(scalar, value))
				return "number is out of range";
			if (signbit(value))
				return "number is not in canonical form";
			*klout_model_number(model, scalar) = value;
		}
	}

	error = read_list(&reader, KLOUT_MODEL_MAX_NETWORKS,
					  &model->nnetworks, &model->networks);
	if (error == NULL)
		error = read_list(&reader, KLOUT_MODEL_MAX_KINDS,
						  &model->nkinds, &model->kinds);
	if (error == NULL && klout_reader_left(&reader) > 0)
		error = "bytes are left over";
	return error;
}

static double
lookup(const uint8 *p, int n, KloutName name)
{
	for (int i = 0; i < n; i++)
	{
		KloutModelWeight entry;
		int			order;

		p = next_entry(p, &entry);
		order = klout_name_compare(name, entry.name);
		if (order == 0)
			return entry.weight;
		if (order < 0)
			break;				/* the rest is even greater */
	}
	return 1;
}

double
klout_model_network_weight(const KloutModel *model, KloutName name)
{
	return lookup(model->networks, model->nnetworks, name);
}

double
klout_model_kind_weight(const KloutModel *model, KloutName name)
{
	return lookup(model->kinds, model->nkinds, name);
}

static void
copy_list(const uint8 *p, int n, KloutModelWeight *entries)
{
	for (int i = 0; i < n; i++)
		p = next_entry(p, &entries[i]);
}

void
klout_model_networks(const KloutModel *model, KloutModelWeight *entries)
{
	copy_list(model->networks, model->nnetworks, entries);
}

void
klout_model_kinds(const KloutModel *model, KloutModelWeight *entries)
{
	copy_list(model->kinds, model->nkinds, entries);
}

/*
 * Writing
 */

static int
compare_entries(const void *a, const void *b)
{
	return klout_name_compare(((const KloutModelWeight *) a)->name,
							  ((const KloutModelWeight *) b)->name);
}

int
klout_model_sort_weights(KloutModelWeight *entries, int n)
{
	int			kept = 0;

	if (n > 1)
		qsort(entries, (size_t) n, sizeof(*entries), compare_entries);
	for (int i = 1; i < n; i++)
	{
		if (compare_entries(&entries[i - 1], &entries[i]) == 0)
			return -1;
	}
	for (int i = 0; i < n; i++)
	{
		if (entries[i].weight != 1)
			entries[kept++] = entries[i];
	}
	return kept;
}

static size_t
list_size(const KloutModelWeight *entries, int n)
{
	uint8		count[KLOUT_VARINT_MAX];
	size_t		size = (size_t) (klout_write_varint(count, (uint64) n) - count);

	for (int i = 0; i < n; i++)
		size += 1 + entries[i].name.len + 8;
	return size;
}

size_t
klout_model_size(const KloutModelWeight *networks, int nnetworks,
				 const KloutModelWeight *kinds, int nkinds)
{
	return KLOUT_MODEL_FIXED_SIZE + list_size(networks, nnetworks) +
		list_size(kinds, nkinds);
}

static uint8 *
write_number(uint8 *p, double value)
{
	/* adding zero turns -0 into 0 */
	klout_store_float8(p, value + 0.0);
	return p + 8;
}

static uint8 *
write_list(uint8 *p, const KloutModelWeight *entries, int n)
{
	p = klout_write_varint(p, (uint64) n);
	for (int i = 0; i < n; i++)
	{
		p = klout_write_name(p, entries[i].name);
		p = write_number(p, entries[i].weight);
	}
	return p;
}

uint8 *
klout_model_write(uint8 *p, const KloutModel *model,
				  const KloutModelWeight *networks, int nnetworks,
				  const KloutModelWeight *kinds, int nkinds)
{
	*p++ = KLOUT_MODEL_VERSION;
	for (int i = 0; i < KLOUT_MODEL_NSCALARS; i++)
	{
		const KloutModelScalar *scalar = &klout_model_scalars[i];
		const char *field = (const char *) model + scalar->offset;

		if (scalar->is_half_life)
		{
			klout_store_u64(p, (uint64) *(const int64 *) field);
			p += 8;
		}
		else
			p = write_number(p, *(const double *) field);
	}
	p = write_list(p, networks, nnetworks);
	return write_list(p, kinds, nkinds);
}
