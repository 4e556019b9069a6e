/*-------------------------------------------------------------------------
 *
 * buffer.c
 *	  The open form of klout_signals: what an aggregate changes in place.
 *
 * The layout is in buffer.h.  A topic is stored as the network's name, then
 * one byte: the length of the kind's name, which follows; 0 for posts; 255
 * for an audience, whose moment and followers follow in 8 bytes each.
 *
 *-------------------------------------------------------------------------
 */
#include "buffer.h"

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

/* the first bucket of a window lies this far before the first one seen */
#define WINDOW_BEFORE			(KLOUT_WINDOW / 2)

bool
klout_buffer_view(KloutBuffer *buffer, uint8 *data, size_t size)
{
	uint8		unit;

	if (unlikely(size < KLOUT_BUFFER_HEADER ||
				 data[0] != KLOUT_BUFFER_VERSION || data[OFFSET_ZERO] != 0))
		return false;
	unit = data[OFFSET_UNIT] & (uint8) ~WIDE_ENTRIES;
	buffer->data = data;
	buffer->size = size;
	buffer->unit = (KloutUnit) unit;
	buffer->ntopics = data[OFFSET_NTOPICS];
	buffer->topics_len = (uint32) data[OFFSET_TOPICS_LEN] |
		(uint32) data[OFFSET_TOPICS_LEN + 1] << 8;
	buffer->canonical_len = klout_load_u32(data + OFFSET_CANONICAL_LEN);
	buffer->entries.wide = (data[OFFSET_UNIT] & WIDE_ENTRIES) != 0;
	buffer->entries.count = klout_load_u32(data + OFFSET_NENTRIES);
	buffer->entries.window = (int64) klout_load_u32(data + OFFSET_WINDOW) +
		klout_bucket_first((KloutUnit) unit);
	if (unlikely(unit > KLOUT_UNIT_HOUR ||
				 buffer->canonical_len > size ||
				 buffer->entries.count > size ||
				 klout_buffer_used(buffer) > size))
		return false;
	buffer->entries.data = klout_buffer_canonical(buffer) +
		buffer->canonical_len;
	return true;
}

/* Writes the numbers of the view back into the header. */
static void
write_header(KloutBuffer *buffer)
{
	uint8	   *data = buffer->data;

	data[0] = KLOUT_BUFFER_VERSION;
	data[OFFSET_UNIT] = (uint8) (buffer->unit |
								 (buffer->entries.wide ? WIDE_ENTRIES : 0));
	data[OFFSET_NTOPICS] = (uint8) buffer->ntopics;
	data[OFFSET_ZERO] = 0;
	data[OFFSET_TOPICS_LEN] = (uint8) buffer->topics_len;
	data[OFFSET_TOPICS_LEN + 1] = (uint8) (buffer->topics_len >> 8);
	klout_store_u32(data + OFFSET_CANONICAL_LEN, buffer->canonical_len);
	klout_store_u32(data + OFFSET_NENTRIES, buffer->entries.count);
	klout_store_u32(data + OFFSET_WINDOW,
					(uint32) (buffer->entries.window -
							  klout_bucket_first(buffer->unit)));
	buffer->entries.data = klout_buffer_canonical(buffer) +
		buffer->canonical_len;
}

void
klout_buffer_clear(KloutBuffer *buffer)
{
	buffer->ntopics = 0;
	buffer->topics_len = 0;
	buffer->canonical_len = 0;
	buffer->entries.count = 0;
	buffer->entries.wide = false;
	buffer->entries.window = klout_bucket_first(buffer->unit);
	write_header(buffer);
}

void
klout_buffer_init(KloutBuffer *buffer, uint8 *data, size_t size)
{
	buffer->data = data;
	buffer->size = size;
	buffer->unit = KLOUT_UNIT_NONE;
	klout_buffer_clear(buffer);
}

void
klout_buffer_set_unit(KloutBuffer *buffer, KloutUnit unit)
{
	Assert(buffer->entries.count == 0 || buffer->unit == unit);
	buffer->unit = unit;
	buffer->entries.window = klout_bucket_first(unit);
	write_header(buffer);
}

/* The byte that tells kinds from posts and audiences. */
static inline int
topic_tag(const KloutTopic *topic)
{
	if (topic->type == KLOUT_TOPIC_ACTIONS)
		return (int) topic->kind.len;
	return topic->type == KLOUT_TOPIC_POSTS ? TOPIC_POSTS : TOPIC_AUDIENCE;
}

size_t
klout_topic_size(const KloutTopic *topic)
{
	size_t		size = 1 + topic->network.len + 1;

	if (topic->type == KLOUT_TOPIC_ACTIONS)
		size += topic->kind.len;
	else if (topic->type == KLOUT_TOPIC_AUDIENCE)
		size += 16;
	return size;
}

static void
write_topic(uint8 *p, const KloutTopic *topic)
{
	p = klout_write_name(p, topic->network);
	*p++ = (uint8) topic_tag(topic);
	if (topic->type == KLOUT_TOPIC_ACTIONS)
		(void) klout_write_bytes(p, topic->kind.data, topic->kind.len);
	else if (topic->type == KLOUT_TOPIC_AUDIENCE)
	{
		klout_store_u64(p, (uint64) topic->audience_at);
		klout_store_u64(p + 8, (uint64) topic->followers);
	}
}

int
klout_buffer_topic(KloutBuffer *buffer, const KloutTopic *topic)
{
	uint8	   *p = buffer->data + KLOUT_BUFFER_HEADER;
	uint8	   *end = p + buffer->topics_len;
	size_t		network_len = topic->network.len;
	int			tag = topic_tag(topic);
	size_t		size;
	size_t		used;
	int			i;

	for (i = 0; i < buffer->ntopics; i++)
	{
		size_t		left = (size_t) (end - p);
		bool		same;
		size_t		rest;
		int			here;

		if (unlikely(left < 2 || left < 2 + (size_t) p[0]))
			return KLOUT_TOPIC_CORRUPT;
		same = p[0] == network_len &&
			memcmp(p + 1, topic->network.data, network_len) == 0;
		p += 1 + p[0];
		here = *p++;
		rest = here == TOPIC_AUDIENCE ? 16 : (size_t) here;
		if (unlikely((size_t) (end - p) < rest))
			return KLOUT_TOPIC_CORRUPT;
		if (same && here == tag)
		{
			if (here == TOPIC_AUDIENCE)
			{
				int64		at = (int64) klout_load_u64(p);
				int64		followers = (int64) klout_load_u64(p + 8);

				if (topic->audience_at > at ||
					(topic->audience_at == at && topic->followers > followers))
				{
					klout_store_u64(p, (uint64) topic->audience_at);
					klout_store_u64(p + 8, (uint64) topic->followers);
				}
				return i;
			}
			if (here == TOPIC_POSTS ||
				memcmp(p, topic->kind.data, rest) == 0)
				return i;
		}
		p += rest;
	}

	if (buffer->ntopics == KLOUT_TOPICS_MAX)
		return KLOUT_TOPIC_TOO_MANY;
	size = klout_topic_size(topic);
	used = klout_buffer_used(buffer);
	if (buffer->size - used < size)
		return KLOUT_TOPIC_NO_ROOM;
	/* what follows moves up to make room */
	memmove(end + size, end, used - (size_t) (end - buffer->data));
	write_topic(end, topic);
	buffer->topics_len += (uint32) size;
	buffer->ntopics++;
	write_header(buffer);
	return i;
}

/*
 * Makes all entries wide, from the last to the first, in place; false when
 * there is no room.
 */
static bool
widen_entries(KloutBuffer *buffer)
{
	KloutEntries narrow = buffer->entries;
	uint8	   *data = unconstify(uint8 *, narrow.data);
	uint32		i;

	buffer->entries.wide = true;
	if (klout_buffer_used(buffer) > buffer->size)
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
klout_buffer_append(KloutBuffer *buffer, int topic, int64 bucket,
					uint64 actor, int weight)
{
	KloutEntries *entries = &buffer->entries;
	KloutEntry	entry;
	size_t		used = klout_buffer_used(buffer);

	if (unlikely(buffer->size - used < KLOUT_WIDE_ENTRY))
		return false;

	entry.actor = actor;
	entry.bucket = bucket;
	entry.topic = (uint8) topic;
	entry.weight = (uint8) weight;

	if (entries->count == 0 && !entries->wide)
	{
		/* the window's place is only known now */
		entries->window = Max(bucket - WINDOW_BEFORE,
							  klout_bucket_first(buffer->unit));
		write_header(buffer);
	}
	if (unlikely(!entries->wide &&
				 (uint64) (bucket - entries->window) >= KLOUT_WINDOW))
	{
		if (!widen_entries(buffer))
			return false;
		used = klout_buffer_used(buffer);
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
klout_buffer_topics(const KloutBuffer *buffer, KloutTopic *topics)
{
	KloutReader reader;
	int			i;

	klout_reader_init(&reader, buffer->data + KLOUT_BUFFER_HEADER,
					  buffer->topics_len);
	for (i = 0; i < buffer->ntopics; i++)
	{
		KloutTopic *topic = &topics[i];
		uint8		tag;

		topic->network = klout_read_name(&reader);
		tag = klout_read_u8(&reader);
		topic->audience_at = 0;
		topic->followers = 0;
		topic->kind.data = "";
		topic->kind.len = 0;
		if (tag == TOPIC_AUDIENCE)
		{
			topic->type = KLOUT_TOPIC_AUDIENCE;
			topic->audience_at = (int64) klout_read_u64(&reader);
			topic->followers = (int64) klout_read_u64(&reader);
		}
		else if (tag == TOPIC_POSTS)
			topic->type = KLOUT_TOPIC_POSTS;
		else
		{
			topic->type = KLOUT_TOPIC_ACTIONS;
			topic->kind.data = (const char *) klout_read_bytes(&reader, tag);
			topic->kind.len = tag;
			if (tag > KLOUT_NAME_MAX)
				klout_reader_fail(&reader);
		}
		if (reader.failed)
			return false;
	}
	return true;
}

void
klout_buffer_move(KloutBuffer *buffer, uint8 *data, size_t size)
{
	size_t		used = klout_buffer_used(buffer);

	Assert(used <= size);
	memcpy(data, buffer->data, used);
	buffer->data = data;
	buffer->size = size;
	buffer->entries.data = klout_buffer_canonical(buffer) +
		buffer->canonical_len;
}

bool
klout_buffer_set_canonical(KloutBuffer *buffer, const uint8 *canonical,
						   size_t len)
{
	size_t		front = KLOUT_BUFFER_HEADER + (size_t) buffer->topics_len;

	Assert(buffer->entries.count == 0);
	if (buffer->size - front < len)
		return false;
	memcpy(buffer->data + front, canonical, len);
	buffer->canonical_len = (uint32) len;
	write_header(buffer);
	return true;
}

/*
 * The workspace: room for the topics, scratch and the value of the batch, and
 * for the merged value when there is something to merge it with.
 */
static size_t
workspace_batch(const KloutBuffer *buffer)
{
	return MAXALIGN(klout_build_bound(buffer->ntopics, buffer->entries.count));
}

size_t
klout_buffer_workspace(const KloutBuffer *buffer)
{
	size_t		batch = workspace_batch(buffer);
	size_t		size = MAXALIGN((size_t) buffer->ntopics * sizeof(KloutTopic)) +
		klout_build_scratch(buffer->entries.count) + batch;

	if (buffer->canonical_len > 0)
		size += klout_merge_bound(buffer->canonical_len, batch,
								  klout_buffer_canonical(buffer)[2],
								  buffer->ntopics);
	return size;
}

KloutStatus
klout_buffer_compact(const KloutBuffer *buffer, void *memory,
					 size_t memory_size, const uint8 **out, size_t *out_len,
					 KloutFolds *folds)
{
	uint8	   *next = (uint8 *) memory;
	KloutTopic *topics;
	void	   *scratch;
	uint8	   *batch;
	size_t		batch_size = workspace_batch(buffer);
	size_t		batch_len;
	KloutStatus status;

	if (buffer->ntopics == 0)
	{
		*out = buffer->canonical_len > 0 ? klout_buffer_canonical(buffer) :
			klout_signals_empty;
		*out_len = buffer->canonical_len > 0 ? buffer->canonical_len :
			KLOUT_SIGNALS_EMPTY_LEN;
		return KLOUT_OK;
	}

	topics = (KloutTopic *) next;
	next += MAXALIGN((size_t) buffer->ntopics * sizeof(KloutTopic));
	scratch = next;
	next += klout_build_scratch(buffer->entries.count);
	batch = next;
	next += batch_size;

	if (!klout_buffer_topics(buffer, topics))
		return KLOUT_CORRUPT;
	status = klout_signals_build(buffer->unit, topics, buffer->ntopics,
								 &buffer->entries, scratch,
								 batch, batch_size, &batch_len, folds);
	if (status != KLOUT_OK || buffer->canonical_len == 0)
	{
		*out = batch;
		*out_len = batch_len;
		return status;
	}

	*out = next;
	return klout_signals_merge(klout_buffer_canonical(buffer),
							   buffer->canonical_len, batch, batch_len,
							   next, memory_size - (size_t) (next - (uint8 *) memory),
							   out_len, folds);
}
