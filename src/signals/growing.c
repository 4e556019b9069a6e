/*-------------------------------------------------------------------------
 *
 * growing.c
 *	  The growing form of klout_signals, which aggregates change in place.
 *
 * The layout is in growing.h.  A series is stored as the network's name, then
 * one byte: the length of the kind's name, which follows; 0 for posts; 255
 * for an audience, whose moment and followers follow in 8 bytes each.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/growing.h"

#define TOPIC_POSTS				0
#define TOPIC_AUDIENCE			255

#define OFFSET_UNIT				1
#define OFFSET_NTOPICS			2
#define OFFSET_ZERO				3
#define OFFSET_TOPICS_LEN		4
#define OFFSET_CANONICAL_LEN	6
#define OFFSET_NENTRIES			10
#define OFFSET_WINDOW			14

#define WIDE_ENTRIES			0x10

/* distance of the first bucket of a window before the first one seen */
#define WINDOW_BEFORE			(KLOUT_WINDOW / 2)

bool
klout_growing_view(KloutGrowing *buffer, uint8 *data, size_t size)
{
	uint8		unit;

	if (unlikely(size < KLOUT_GROWING_HEADER ||
				 data[0] != KLOUT_BUFFER_VERSION || data[OFFSET_ZERO] != 0))
		return false;
	unit = data[OFFSET_UNIT] & (uint8) ~WIDE_ENTRIES;
	buffer->data = data;
	buffer->size = size;
	buffer->unit = (KloutUnit) unit;
	buffer->nseries = data[OFFSET_NTOPICS];
	buffer->series_len = (uint32) data[OFFSET_TOPICS_LEN] |
		(uint32) data[OFFSET_TOPICS_LEN + 1] << 8;
	buffer->canonical_len = klout_load_u32(data + OFFSET_CANONICAL_LEN);
	buffer->entries.wide = (data[OFFSET_UNIT] & WIDE_ENTRIES) != 0;
	buffer->entries.count = klout_load_u32(data + OFFSET_NENTRIES);
	buffer->entries.window = (int64) klout_load_u32(data + OFFSET_WINDOW) +
		klout_bucket_first((KloutUnit) unit);
	if (unlikely(unit > KLOUT_UNIT_HOUR ||
				 buffer->canonical_len > size ||
				 buffer->entries.count > size ||
				 klout_growing_used(buffer) > size))
		return false;
	buffer->entries.data = klout_growing_canonical(buffer) +
		buffer->canonical_len;
	return true;
}

/* Writes the fields of the view back to the header. */
static void
write_header(KloutGrowing *buffer)
{
	uint8	   *data = buffer->data;

	data[0] = KLOUT_BUFFER_VERSION;
	data[OFFSET_UNIT] = (uint8) (buffer->unit |
								 (buffer->entries.wide ? WIDE_ENTRIES : 0));
	data[OFFSET_NTOPICS] = (uint8) buffer->nseries;
	data[OFFSET_ZERO] = 0;
	data[OFFSET_TOPICS_LEN] = (uint8) buffer->series_len;
	data[OFFSET_TOPICS_LEN + 1] = (uint8) (buffer->series_len >> 8);
	klout_store_u32(data + OFFSET_CANONICAL_LEN, buffer->canonical_len);
	klout_store_u32(data + OFFSET_NENTRIES, buffer->entries.count);
	klout_store_u32(data + OFFSET_WINDOW,
					(uint32) (buffer->entries.window -
							  klout_bucket_first(buffer->unit)));
	buffer->entries.data = klout_growing_canonical(buffer) +
		buffer->canonical_len;
}

void
klout_growing_clear(KloutGrowing *buffer)
{
	buffer->nseries = 0;
	buffer->series_len = 0;
	buffer->canonical_len = 0;
	buffer->entries.count = 0;
	buffer->entries.wide = false;
	buffer->entries.window = klout_bucket_first(buffer->unit);
	write_header(buffer);
}

void
klout_growing_init(KloutGrowing *buffer, uint8 *data, size_t size)
{
	buffer->data = data;
	buffer->size = size;
	buffer->unit = KLOUT_UNIT_NONE;
	klout_growing_clear(buffer);
}

void
klout_growing_set_unit(KloutGrowing *buffer, KloutUnit unit)
{
	Assert(buffer->entries.count == 0 || buffer->unit == unit);
	buffer->unit = unit;
	buffer->entries.window = klout_bucket_first(unit);
	write_header(buffer);
}

/* The byte that distinguishes kinds, posts and audiences. */
static inline int
series_tag(const KloutSeries *series)
{
	if (series->type == KLOUT_SERIES_ACTIONS)
		return (int) series->kind.len;
	return series->type == KLOUT_SERIES_POSTS ? TOPIC_POSTS : TOPIC_AUDIENCE;
}

size_t
klout_series_size(const KloutSeries *series)
{
	size_t		size = 1 + series->network.len + 1;

	if (series->type == KLOUT_SERIES_ACTIONS)
		size += series->kind.len;
	else if (series->type == KLOUT_SERIES_AUDIENCE)
		size += 16;
	return size;
}

static void
write_series(uint8 *p, const KloutSeries *series)
{
	p = klout_write_name(p, series->network);
	*p++ = (uint8) series_tag(series);
	if (series->type == KLOUT_SERIES_ACTIONS)
		(void) klout_write_bytes(p, series->kind.data, series->kind.len);
	else if (series->type == KLOUT_SERIES_AUDIENCE)
	{
		klout_store_u64(p, (uint64) series->audience_at);
		klout_store_u64(p + 8, (uint64) series->followers);
	}
}

int
klout_growing_series(KloutGrowing *buffer, const KloutSeries *series)
{
	uint8	   *p = buffer->data + KLOUT_GROWING_HEADER;
	uint8	   *end = p + buffer->series_len;
	size_t		network_len = series->network.len;
	int			tag = series_tag(series);
	size_t		size;
	size_t		used;
	int			i;

	for (i = 0; i < buffer->nseries; i++)
	{
		size_t		left = (size_t) (end - p);
		bool		same;
		size_t		rest;
		int			here;

		if (unlikely(left < 2 || left < 2 + (size_t) p[0]))
			return KLOUT_SERIES_CORRUPT;
		same = p[0] == network_len &&
			memcmp(p + 1, series->network.data, network_len) == 0;
		p += 1 + p[0];
		here = *p++;
		rest = here == TOPIC_AUDIENCE ? 16 : (size_t) here;
		if (unlikely((size_t) (end - p) < rest))
			return KLOUT_SERIES_CORRUPT;
		if (same && here == tag)
		{
			if (here == TOPIC_AUDIENCE)
			{
				int64		at = (int64) klout_load_u64(p);
				int64		followers = (int64) klout_load_u64(p + 8);

				if (series->audience_at > at ||
					(series->audience_at == at && series->followers > followers))
				{
					klout_store_u64(p, (uint64) series->audience_at);
					klout_store_u64(p + 8, (uint64) series->followers);
				}
				return i;
			}
			if (here == TOPIC_POSTS ||
				memcmp(p, series->kind.data, rest) == 0)
				return i;
		}
		p += rest;
	}

	if (buffer->nseries == KLOUT_SERIES_MAX)
		return KLOUT_SERIES_TOO_MANY;
	size = klout_series_size(series);
	used = klout_growing_used(buffer);
	if (buffer->size - used < size)
		return KLOUT_SERIES_NO_ROOM;
	/* move the data after it up to make room */
	memmove(end + size, end, used - (size_t) (end - buffer->data));
	write_series(end, series);
	buffer->series_len += (uint32) size;
	buffer->nseries++;
	write_header(buffer);
	return i;
}

/*
 * Widens all entries in place, from last to first; false if there is no room.
 */
static bool
widen_entries(KloutGrowing *buffer)
{
	KloutEntries narrow = buffer->entries;
	uint8	   *data = unconstify(uint8 *, narrow.data);
	uint32		i;

	buffer->entries.wide = true;
	if (klout_growing_used(buffer) > buffer->size)
	{
		buffer->entries.wide = false;
		return false;
	}
	for (i = narrow.count; i-- > 0;)
	{
		KloutEntry	entry = klout_entry(&narrow, i);

		klout_store_wide(data + (size_t) i * KLOUT_WIDE_ENTRY, &entry);
	}
	write_header(buffer);
	return true;
}

bool
klout_growing_append(KloutGrowing *buffer, int series, int64 bucket,
					 uint64 actor, int weight)
{
	KloutEntries *entries = &buffer->entries;
	KloutEntry	entry;
	size_t		used = klout_growing_used(buffer);

	if (unlikely(buffer->size - used < KLOUT_WIDE_ENTRY))
		return false;

	entry.actor = actor;
	entry.bucket = bucket;
	entry.series = (uint8) series;
	entry.weight = (uint8) weight;

	if (entries->count == 0 && !entries->wide)
	{
		/* the first entry defines the window */
		entries->window = Max(bucket - WINDOW_BEFORE,
							  klout_bucket_first(buffer->unit));
		write_header(buffer);
	}
	if (unlikely(!entries->wide &&
				 (uint64) (bucket - entries->window) >= KLOUT_WINDOW))
	{
		if (!widen_entries(buffer))
			return false;
		used = klout_growing_used(buffer);
		if (buffer->size - used < KLOUT_WIDE_ENTRY)
			return false;
	}

	if (likely(!entries->wide))
		klout_store_narrow(buffer->data + used, &entry, entries->window);
	else
		klout_store_wide(buffer->data + used, &entry);
	entries->count++;
	klout_store_u32(buffer->data + OFFSET_NENTRIES, entries->count);
	return true;
}

bool
klout_growing_all_series(const KloutGrowing *buffer, KloutSeries *all_series)
{
	KloutReader reader;
	int			i;

	klout_reader_init(&reader, buffer->data + KLOUT_GROWING_HEADER,
					  buffer->series_len);
	for (i = 0; i < buffer->nseries; i++)
	{
		KloutSeries *series = &all_series[i];
		uint8		tag;

		series->network = klout_read_name(&reader);
		tag = klout_read_u8(&reader);
		series->audience_at = 0;
		series->followers = 0;
		series->kind.data = "";
		series->kind.len = 0;
		if (tag == TOPIC_AUDIENCE)
		{
			series->type = KLOUT_SERIES_AUDIENCE;
			series->audience_at = (int64) klout_read_u64(&reader);
			series->followers = (int64) klout_read_u64(&reader);
		}
		else if (tag == TOPIC_POSTS)
			series->type = KLOUT_SERIES_POSTS;
		else
		{
			series->type = KLOUT_SERIES_ACTIONS;
			series->kind.data = (const char *) klout_read_bytes(&reader, tag);
			series->kind.len = tag;
			if (tag > KLOUT_NAME_MAX)
				klout_reader_fail(&reader);
		}
		if (reader.failed)
			return false;
	}
	return true;
}

void
klout_growing_move(KloutGrowing *buffer, uint8 *data, size_t size)
{
	size_t		used = klout_growing_used(buffer);

	Assert(used <= size);
	memcpy(data, buffer->data, used);
	buffer->data = data;
	buffer->size = size;
	buffer->entries.data = klout_growing_canonical(buffer) +
		buffer->canonical_len;
}

bool
klout_growing_set_canonical(KloutGrowing *buffer, const uint8 *canonical,
							size_t len)
{
	size_t		front = KLOUT_GROWING_HEADER + (size_t) buffer->series_len;

	Assert(buffer->entries.count == 0);
	if (buffer->size - front < len)
		return false;
	memcpy(buffer->data + front, canonical, len);
	buffer->canonical_len = (uint32) len;
	write_header(buffer);
	return true;
}

/*
 * The workspace: room for the all_series, scratch and the value of the batch, and
 * for the merged value when there is something to merge it with.
 */
static size_t
workspace_batch(const KloutGrowing *buffer)
{
	return MAXALIGN(klout_build_bound(buffer->nseries, buffer->entries.count));
}

size_t
klout_growing_workspace(const KloutGrowing *buffer)
{
	size_t		batch = workspace_batch(buffer);
	size_t		size = MAXALIGN((size_t) buffer->nseries * sizeof(KloutSeries)) +
		klout_build_scratch(buffer->entries.count) + batch;

	if (buffer->canonical_len > 0)
		size += klout_merge_bound(buffer->canonical_len, batch,
								  klout_growing_canonical(buffer)[2],
								  buffer->nseries);
	return size;
}

KloutStatus
klout_growing_compact(const KloutGrowing *buffer, void *memory,
					  size_t memory_size, const uint8 **out, size_t *out_len,
					  KloutFolds *folds)
{
	uint8	   *next = (uint8 *) memory;
	KloutSeries *all_series;
	void	   *scratch;
	uint8	   *batch;
	size_t		batch_size = workspace_batch(buffer);
	size_t		batch_len;
	KloutStatus status;

	if (buffer->nseries == 0)
	{
		*out = buffer->canonical_len > 0 ? klout_growing_canonical(buffer) :
			klout_signals_empty;
		*out_len = buffer->canonical_len > 0 ? buffer->canonical_len :
			KLOUT_SIGNALS_EMPTY_LEN;
		return KLOUT_OK;
	}

	all_series = (KloutSeries *) next;
	next += MAXALIGN((size_t) buffer->nseries * sizeof(KloutSeries));
	scratch = next;
	next += klout_build_scratch(buffer->entries.count);
	batch = next;
	next += batch_size;

	if (!klout_growing_all_series(buffer, all_series))
		return KLOUT_CORRUPT;
	status = klout_signals_build(buffer->unit, all_series, buffer->nseries,
								 &buffer->entries, scratch,
								 batch, batch_size, &batch_len, folds);
	if (status != KLOUT_OK || buffer->canonical_len == 0)
	{
		*out = batch;
		*out_len = batch_len;
		return status;
	}

	*out = next;
	return klout_signals_merge(klout_growing_canonical(buffer),
							   buffer->canonical_len, batch, batch_len,
							   next, memory_size - (size_t) (next - (uint8 *) memory),
							   out_len, folds);
}
