/*-------------------------------------------------------------------------
 *
 * population.c
 *	  An exact, mergeable histogram of scores: its bytes and its arithmetic.
 *
 * See population.h for the three forms.  Reading goes through KloutBins: the
 * occupied bins in order with running totals, so that every query is a binary
 * search.  This sorts a growing buffer, by insertion sort if it is short,
 * otherwise by two passes of a radix sort over the bytes of the bins.
 *
 * Memory is the caller's throughout; the radix sort keeps one buffer's worth
 * of entries (8 kB) on the stack.
 *
 *-------------------------------------------------------------------------
 */
#include "score/population.h"

#define SPARSE			0
#define DENSE			1

#define HEADER_SIZE		2

/* insertion sort is faster up to this size */
#define INSERTION_SORT_MAX	48

const char	klout_population_too_many[] = "people exceed 9223372036854775807";

static size_t
varint_size(uint64 value)
{
	size_t		size = 1;

	while (value >= 0x80)
	{
		value >>= 7;
		size++;
	}
	return size;
}

/* The lowest index whose bin is above the given one. */
static int
first_above(const KloutBins *bins, int bin)
{
	int			low = 0;
	int			high = bins->n;

	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (bins->bin[middle] > bin)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Bytes of both canonical forms. */
static void
form_sizes(const KloutBins *bins, size_t *sparse, size_t *dense)
{
	int			last = 0;

	*sparse = HEADER_SIZE + varint_size((uint64) bins->n);
	*dense = HEADER_SIZE + (size_t) (KLOUT_BIN_COUNT - bins->n);
	for (int i = 0; i < bins->n; i++)
	{
		size_t		size = varint_size(klout_bins_people(bins, i));

		*sparse += varint_size((uint64) (bins->bin[i] - last)) + size;
		*dense += size;
		last = bins->bin[i];
	}
}

/* ----------
 * Decoded
 * ----------
 */

const char *
klout_bins_append(KloutBins *bins, int64 bin, uint64 count)
{
	uint64		total = klout_bins_total(bins);

	if (bin < 0 || bin > KLOUT_BIN_MAX)
		return "a score is not between 0 and 100";
	if (bins->n > 0 && bin <= bins->bin[bins->n - 1])
		return "scores are not in ascending order";
	if (count == 0)
		return "a count is zero";
	if (count > (uint64) PG_INT64_MAX - total)
		return klout_population_too_many;

	bins->bin[bins->n] = (uint16) bin;
	bins->upto[bins->n] = total + count;
	bins->n++;
	return NULL;
}

const char *
klout_bins_merge(const KloutBins *a, const KloutBins *b, KloutBins *result)
{
	int			i = 0;
	int			j = 0;
	const char *fault = NULL;

	result->n = 0;
	while (fault == NULL && (i < a->n || j < b->n))
	{
		bool		from_a = j == b->n || (i < a->n && a->bin[i] <= b->bin[j]);
		bool		from_b = i == a->n || (j < b->n && b->bin[j] <= a->bin[i]);
		int			bin = from_a ? a->bin[i] : b->bin[j];
		uint64		count = 0;

		/* two totals of at most 2^63 - 1 cannot overflow here */
		if (from_a)
			count += klout_bins_people(a, i++);
		if (from_b)
			count += klout_bins_people(b, j++);
		fault = klout_bins_append(result, bin, count);
	}
	return fault;
}

int
klout_bins_subtract(const KloutBins *a, const KloutBins *b, KloutBins *result)
{
	int			j = 0;

	result->n = 0;
	for (int i = 0; i < a->n; i++)
	{
		uint64		people = klout_bins_people(a, i);

		if (j < b->n && b->bin[j] == a->bin[i])
		{
			if (klout_bins_people(b, j) > people)
				break;
			people -= klout_bins_people(b, j++);
		}
		/* counts only shrink, so this cannot fail */
		if (people > 0)
			(void) klout_bins_append(result, a->bin[i], people);
	}
	return j < b->n ? b->bin[j] : -1;
}

size_t
klout_bins_size(const KloutBins *bins)
{
	size_t		sparse;
	size_t		dense;

	form_sizes(bins, &sparse, &dense);
	return Min(sparse, dense);
}

void
klout_bins_encode(const KloutBins *bins, uint8 *data)
{
	size_t		sparse;
	size_t		dense;
	int			next = 0;

	form_sizes(bins, &sparse, &dense);
	*data++ = KLOUT_POPULATION_VERSION;
	if (sparse <= dense)
	{
		*data++ = SPARSE;
		data = klout_write_varint(data, (uint64) bins->n);
		for (int i = 0; i < bins->n; i++)
		{
			data = klout_write_varint(data, (uint64) (bins->bin[i] - next));
			data = klout_write_varint(data, klout_bins_people(bins, i));
			next = bins->bin[i];
		}
	}
	else
	{
		*data++ = DENSE;
		for (int i = 0; i < bins->n; i++)
		{
			while (next < bins->bin[i])
			{
				*data++ = 0;
				next++;
			}
			data = klout_write_varint(data, klout_bins_people(bins, i));
			next++;
		}
		while (next++ < KLOUT_BIN_COUNT)
			*data++ = 0;
	}
}

uint64
klout_bins_upto(const KloutBins *bins, int bin)
{
	int			i = first_above(bins, bin);

	return i > 0 ? bins->upto[i - 1] : 0;
}

int
klout_bins_percentile(const KloutBins *bins, double fraction)
{
	uint64		total = klout_bins_total(bins);
	double		wanted = ceil(fraction * (double) total);
	uint64		rank;
	int			low = 0;
	int			high = bins->n - 1;

	Assert(bins->n > 0 && fraction >= 0 && fraction <= 1);

	/* beyond 2^53 people, the product may round above the total */
	rank = wanted >= (double) total ? total : (uint64) wanted;
	while (low < high)
	{
		int			middle = (low + high) / 2;

		if (bins->upto[middle] >= rank)
			high = middle;
		else
			low = middle + 1;
	}
	return bins->bin[low];
}

int
klout_bins_cutoff(const KloutBins *bins, double top)
{
	uint64		total = klout_bins_total(bins);
	int			low = 0;
	int			high = bins->n - 1;

	Assert(bins->n > 0 && top > 0 && top <= 1);

	/*
	 * The share is divided out, not multiplied: a quotient that is equal to
	 * 0.05 is the same double as the literal, a product 0.05 * people need
	 * not be a whole number.
	 */
	while (low < high)
	{
		int			middle = (low + high) / 2;
		uint64		over = total - (middle > 0 ? bins->upto[middle - 1] : 0);

		if ((double) over / (double) total <= top)
			high = middle;
		else
			low = middle + 1;
	}
	return bins->bin[low];
}

/* ----------
 * Decoding
 * ----------
 */

static void
sort_entries(uint16 *entries, int n)
{
	uint16		other[KLOUT_GROWING_BUFFER_MAX];
	int			start[2][256] = {{0}, {0}};
	int			sum[2] = {0, 0};

	if (n <= INSERTION_SORT_MAX)
	{
		for (int i = 1; i < n; i++)
		{
			uint16		entry = entries[i];
			int			j = i;

			for (; j > 0 && entries[j - 1] > entry; j--)
				entries[j] = entries[j - 1];
			entries[j] = entry;
		}
		return;
	}

	for (int i = 0; i < n; i++)
	{
		start[0][entries[i] & 0xFF]++;
		start[1][entries[i] >> 8]++;
	}
	for (int i = 0; i < 256; i++)
	{
		for (int pass = 0; pass < 2; pass++)
		{
			int			count = start[pass][i];

			start[pass][i] = sum[pass];
			sum[pass] += count;
		}
	}
	for (int i = 0; i < n; i++)
		other[start[0][entries[i] & 0xFF]++] = entries[i];
	for (int i = 0; i < n; i++)
		entries[start[1][other[i] >> 8]++] = other[i];
}

static const char *
decode_buffer(const uint8 *data, size_t len, KloutBins *result)
{
	int			entries = (int) klout_growing_bins_entries(data, len);
	int			n = 0;

	for (int i = 0; i < entries; i++)
	{
		const uint8 *entry = data + KLOUT_GROWING_BUFFER_HEADER + 2 * i;

		result->bin[i] = (uint16) (entry[0] | entry[1] << 8);
		if (result->bin[i] > KLOUT_BIN_MAX)
			return "a score is not between 0 and 100";
	}
	sort_entries(result->bin, entries);

	/* fold equal ones, in place: never ahead of what is read */
	for (int i = 0; i < entries; i++)
	{
		if (n == 0 || result->bin[i] != result->bin[n - 1])
			result->bin[n++] = result->bin[i];
		result->upto[n - 1] = (uint64) i + 1;
	}
	result->n = n;
	return NULL;
}

static const char *
decode_counters(const uint8 *data, KloutBins *result)
{
	const char *fault = NULL;

	data += KLOUT_GROWING_COUNTERS_HEADER;
	for (int bin = 0; bin < KLOUT_BIN_COUNT && fault == NULL; bin++)
	{
		uint64		count = klout_load_u64(data + (size_t) bin * 8);

		if (count > 0)
			fault = klout_bins_append(result, bin, count);
	}
	return fault;
}

int
klout_bins_capacity(const uint8 *data, size_t len)
{
	if (klout_population_is_growing(data, len) && data[1] == KLOUT_GROWING_BUFFER)
		return (int) klout_growing_bins_entries(data, len);

	/* sparse: at least two bytes a bin; dense and counters: longer than this */
	return (int) Min(len, (size_t) KLOUT_BIN_COUNT);
}

const char *
klout_bins_decode(const uint8 *data, size_t len, KloutBins *result)
{
	KloutReader reader;
	uint8		version;
	uint8		form;
	size_t		sparse;
	size_t		dense;
	const char *fault = NULL;

	result->n = 0;
	if (klout_population_is_growing(data, len))
	{
		if (data[1] == KLOUT_GROWING_BUFFER)
			return decode_buffer(data, len, result);
		if (data[1] == KLOUT_GROWING_COUNTERS && len == KLOUT_GROWING_COUNTERS_SIZE)
			return decode_counters(data, result);
		return "form is unknown";
	}

	klout_reader_init(&reader, data, len);
	version = klout_read_u8(&reader);
	form = klout_read_u8(&reader);
	if (reader.failed)
		return "it is cut short";
	if (version != KLOUT_POPULATION_VERSION)
		return "version is unknown";

	if (form == SPARSE)
	{
		uint64		n = klout_read_varint(&reader);
		int64		bin = 0;

		if (n > KLOUT_BIN_COUNT || n > klout_reader_left(&reader) / 2)
			return "there are fewer bins than announced";
		for (uint64 i = 0; i < n && fault == NULL; i++)
		{
			uint64		gap = klout_read_varint(&reader);
			uint64		count = klout_read_varint(&reader);

			if (reader.failed)
				return "a number is malformed";
			bin += (int64) Min(gap, (uint64) KLOUT_BIN_COUNT);
			fault = klout_bins_append(result, bin, count);
		}
	}
	else if (form == DENSE)
	{
		if (len < HEADER_SIZE + KLOUT_BIN_COUNT)
			return "it is cut short";
		for (int bin = 0; bin < KLOUT_BIN_COUNT && fault == NULL; bin++)
		{
			uint64		count = klout_read_varint(&reader);

			if (count > 0)
				fault = klout_bins_append(result, bin, count);
		}
	}
	else
		return "form is unknown";

	if (fault != NULL)
		return fault;
	if (reader.failed)
		return "a number is malformed";
	if (klout_reader_left(&reader) > 0)
		return "bytes follow its end";
	form_sizes(result, &sparse, &dense);
	if ((form == SPARSE) != (sparse <= dense))
		return "it is not in its shorter form";
	return NULL;
}

/* ----------
 * Open
 * ----------
 */

void
klout_growing_bins_init(uint8 *data, size_t len, int form)
{
	memset(data, 0, len);
	data[0] = KLOUT_POPULATION_GROWING;
	data[1] = (uint8) form;
}

bool
klout_growing_bins_has_room(const uint8 *data, size_t len, uint64 people)
{
	if (data[1] == KLOUT_GROWING_COUNTERS)
		return true;
	return people <= Min((len - KLOUT_GROWING_BUFFER_HEADER) / sizeof(uint16),
						 KLOUT_GROWING_BUFFER_MAX) -
		klout_growing_bins_entries(data, len);
}

/*
 * Iterates over the (bin, count) pairs of a population, in no particular
 * order, with only the checks that memory safety and arithmetic need: for
 * merging, which need not sort.
 */
typedef struct RunReader
{
	KloutReader reader;
	bool		open;
	uint8		form;
	int			bin;
	uint64		left;			/* runs or bins still to come */
	const char *fault;
} RunReader;

static void
runs_iter_init(RunReader *runs, const uint8 *data, size_t len)
{
	runs->fault = NULL;
	runs->bin = 0;
	runs->open = klout_population_is_growing(data, len);
	klout_reader_init(&runs->reader, data, len);
	if (!runs->open &&
		klout_read_u8(&runs->reader) != KLOUT_POPULATION_VERSION)
		runs->fault = "version is unknown";
	else if (runs->open)
		(void) klout_read_u8(&runs->reader);
	runs->form = klout_read_u8(&runs->reader);

	if (runs->open && runs->form == KLOUT_GROWING_BUFFER)
	{
		runs->left = klout_growing_bins_entries(data, len);
		(void) klout_read_bytes(&runs->reader, KLOUT_GROWING_BUFFER_HEADER - 2);
	}
	else if (runs->open && runs->form == KLOUT_GROWING_COUNTERS)
	{
		runs->left = KLOUT_BIN_COUNT;
		(void) klout_read_bytes(&runs->reader, KLOUT_GROWING_COUNTERS_HEADER - 2);
	}
	else if (!runs->open && runs->form == SPARSE)
		runs->left = klout_read_varint(&runs->reader);
	else if (!runs->open && runs->form == DENSE)
		runs->left = KLOUT_BIN_COUNT;
	else
		runs->fault = "form is unknown";
}

/* False at the end and at a fault. */
static bool
runs_next(RunReader *runs, int *bin, uint64 *count)
{
	KloutReader *reader = &runs->reader;

	while (runs->fault == NULL && runs->left > 0)
	{
		runs->left--;
		if (runs->open && runs->form == KLOUT_GROWING_BUFFER)
		{
			const uint8 *entry = klout_read_bytes(reader, 2);

			*count = 1;
			*bin = entry ? entry[0] | entry[1] << 8 : 0;
		}
		else if (runs->open)
		{
			*count = klout_read_u64(reader);
			*bin = runs->bin++;
		}
		else if (runs->form == DENSE)
		{
			*count = klout_read_varint(reader);
			*bin = runs->bin++;
		}
		else
		{
			uint64		gap = klout_read_varint(reader);

			*count = klout_read_varint(reader);
			runs->bin += (int) Min(gap, (uint64) KLOUT_BIN_COUNT);
			*bin = runs->bin;
		}

		if (reader->failed)
			runs->fault = "a number is malformed";
		else if (*bin > KLOUT_BIN_MAX)
			runs->fault = "a score is not between 0 and 100";
		else if (*count > 0)
			return true;
	}
	return false;
}

uint64
klout_population_people(const uint8 *data, size_t len, uint64 limit)
{
	RunReader	runs;
	uint64		people = 0;
	int			bin;
	uint64		count;

	runs_iter_init(&runs, data, len);
	while (people <= limit && runs_next(&runs, &bin, &count))
		people = count > PG_UINT64_MAX - people ? PG_UINT64_MAX : people + count;
	return runs.fault != NULL ? PG_UINT64_MAX : people;
}

const char *
klout_growing_bins_merge(uint8 *data, size_t len, const uint8 *other, size_t other_len)
{
	RunReader	runs;
	int			bin;
	uint64		count;

	runs_iter_init(&runs, other, other_len);
	if (data[1] == KLOUT_GROWING_COUNTERS && len == KLOUT_GROWING_COUNTERS_SIZE)
	{
		uint64		people = klout_load_u64(data + 4);

		while (runs_next(&runs, &bin, &count))
		{
			uint8	   *counter = data + KLOUT_GROWING_COUNTERS_HEADER +
				(size_t) bin * sizeof(uint64);

			if (count > (uint64) PG_INT64_MAX - people)
				return klout_population_too_many;
			people += count;
			klout_store_u64(counter, klout_load_u64(counter) + count);
		}
		klout_store_u64(data + 4, people);
	}
	else
	{
		while (runs_next(&runs, &bin, &count))
		{
			for (; count > 0; count--)
			{
				if (!klout_growing_bins_add(data, len, bin))
					return "it holds more people than announced";
			}
		}
	}
	return runs.fault;
}
