/*-------------------------------------------------------------------------
 *
 * buffer.h
 *	  The open form of klout_signals: what an aggregate changes in place.
 *
 * An open value is a canonical value plus a batch of actions not yet worked
 * into it, with room to spare:
 *
 *		0		KLOUT_BUFFER_VERSION
 *		1		unit of the buckets; WIDE_ENTRIES is added
 *		2		number of topics
 *		3		0
 *		4 .. 5	bytes of topics
 *		6 .. 9	bytes of the canonical value, 0 for none
 *		10 .. 13 number of entries
 *		14 .. 17 first bucket of the entries' window, counted from the first
 *				bucket there is
 *		topics, canonical value, entries, free space
 *
 * Topics translate network and kind to the small number an entry carries.  A
 * row costs a look at the first cache line, a comparison of two names and one
 * append.  What aggregation costs is cache misses, so entries are small: 12
 * bytes, the actor, then the bucket's place in a window of 2^16 buckets, topic
 * and weight.  A batch that needs a wider window than that (179 years of days,
 * seven of hours) has wide entries of 16 bytes instead.
 *
 * The memory belongs to the caller, who gives a function the value's bytes and
 * size and is told when there is no more room.  An open value only exists
 * between the calls of an aggregate, in memory or on its way from a parallel
 * worker; it is never stored and no input function accepts one.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_BUFFER_H
#define KLOUT_BUFFER_H

#include "signals.h"

#define KLOUT_BUFFER_VERSION	(0x80 | KLOUT_SIGNALS_VERSION)
#define KLOUT_BUFFER_HEADER		18

/* A checked view of an open value. */
typedef struct KloutBuffer
{
	uint8	   *data;
	size_t		size;
	KloutUnit	unit;
	int			ntopics;
	uint32		topics_len;
	uint32		canonical_len;
	KloutEntries entries;
} KloutBuffer;

static inline bool
klout_is_open(const uint8 *data, size_t len)
{
	return len > 0 && data[0] == KLOUT_BUFFER_VERSION;
}

/* Views the bytes of an open value: false when they are not one; O(1). */
extern bool klout_buffer_view(KloutBuffer *buffer, uint8 *data, size_t size);

/* Makes an empty open value of size bytes, at least KLOUT_BUFFER_HEADER. */
extern void klout_buffer_init(KloutBuffer *buffer, uint8 *data, size_t size);

static inline const uint8 *
klout_buffer_canonical(const KloutBuffer *buffer)
{
	return buffer->data + KLOUT_BUFFER_HEADER + buffer->topics_len;
}

/* Bytes in use, from the front; what is free follows. */
static inline size_t
klout_buffer_used(const KloutBuffer *buffer)
{
	return KLOUT_BUFFER_HEADER + (size_t) buffer->topics_len +
		buffer->canonical_len + klout_entries_size(&buffer->entries);
}

/* Results of looking a topic up. */
#define KLOUT_TOPIC_NO_ROOM		(-1)	/* needs klout_topic_size more bytes */
#define KLOUT_TOPIC_TOO_MANY	(-2)	/* work the batch in first */
#define KLOUT_TOPIC_CORRUPT		(-3)

/*
 * The number of a topic, which is added when it is new.  Of an audience the
 * latest is kept, of two at the same moment the larger.
 */
extern int	klout_buffer_topic(KloutBuffer *buffer, const KloutTopic *topic);

extern size_t klout_topic_size(const KloutTopic *topic);

/*
 * Adds one action or post; false when there is no room, which may be needed
 * for widening all entries: as much as the entries take now.
 */
extern bool klout_buffer_append(KloutBuffer *buffer, int topic, int64 bucket,
								uint64 actor, int weight);

extern void klout_buffer_set_unit(KloutBuffer *buffer, KloutUnit unit);

/* All topics, at most KLOUT_TOPICS_MAX; false when they are corrupt. */
extern bool klout_buffer_topics(const KloutBuffer *buffer, KloutTopic *topics);

/* Copies the value into a larger space elsewhere and views it there. */
extern void klout_buffer_move(KloutBuffer *buffer, uint8 *data, size_t size);

/* Forgets everything but the unit. */
extern void klout_buffer_clear(KloutBuffer *buffer);

/*
 * Gives a buffer without entries another canonical value, of len bytes from
 * elsewhere; false when there is no room.
 */
extern bool klout_buffer_set_canonical(KloutBuffer *buffer,
									   const uint8 *canonical, size_t len);

/*
 * Works the batch into the canonical value: *out, *out_len, which lie in
 * memory (klout_buffer_workspace bytes, MAXALIGNed) or in the value itself.
 * The open value is not changed.
 */
extern size_t klout_buffer_workspace(const KloutBuffer *buffer);
extern KloutStatus klout_buffer_compact(const KloutBuffer *buffer,
										void *memory, size_t memory_size,
										const uint8 **out, size_t *out_len,
										KloutFolds *folds);

#endif							/* KLOUT_BUFFER_H */
