/*-------------------------------------------------------------------------
 *
 * layout.h
 *	  The canonical bytes of klout_signals: what reading, writing, building and
 *	  merging share.
 *
 * Everything inside a value is sorted: networks and kinds by name, buckets by
 * time, reactors by hash.  So a merge is a single pass over both inputs, and a
 * batch of new actions is sorted once, written as a separate value and then
 * merged like any other.
 *
 * A network has two independent samples of reactors, one of its proven actions
 * and one of those of weight 0, so unproven accounts cannot crowd out proven
 * reactors.  A sample that has seen more than KLOUT_SAMPLE_K reactors stores
 * the KLOUT_SAMPLE_STORED with the smallest keys (sample.h), ties going to the
 * smaller hash, and HyperLogLog registers for all reactors it ever saw.
 * Registers start when the sample first overflows: until then, it still has
 * every reactor to add to them.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_LAYOUT_H
#define KLOUT_LAYOUT_H

#include "signals/signals.h"

/* flags of a network */
#define NETWORK_HAS_AUDIENCE	0x01
#define NETWORK_HAS_POSTS		0x02
#define NETWORK_HAS_UNPROVEN	0x04
#define NETWORK_FLAGS			(NETWORK_HAS_AUDIENCE | NETWORK_HAS_POSTS | \
								 NETWORK_HAS_UNPROVEN)

/* bytes of the longest encoding of one run element and of one reactor */
#define RUN_BYTES				(2 * KLOUT_VARINT_MAX)
#define REACTOR_BYTES			(8 + 2 * KLOUT_VARINT_MAX + 1)

/* name, flags, audience, end of posts, numbers of kinds and of reactors */
#define NETWORK_BYTES			(1 + KLOUT_NAME_MAX + 1 + 8 + KLOUT_VARINT_MAX + 1 + 1 + \
								 2 * KLOUT_VARINT_MAX)

/* ---------------------------------------------------------------------------
 * Writing
 * ---------------------------------------------------------------------------
 */

static inline bool
writer_has(KloutWriter *writer, size_t bytes)
{
	if (unlikely((size_t) (writer->end - writer->next) < bytes))
	{
		writer->full = true;
		return false;
	}
	return true;
}

static inline void
write_name(KloutWriter *writer, KloutName name)
{
	if (writer_has(writer, 1 + name.len))
		writer->next = klout_write_name(writer->next, name);
}

static inline void
add_bucket_count(KloutBucketCountsWriter *runs, int64 bucket, uint64 count)
{
	KloutWriter *writer = runs->writer;

	if (!writer_has(writer, RUN_BYTES + 1))
		return;
	writer->next = klout_write_varint(writer->next,
									  runs->started ?
									  (uint64) bucket - (uint64) runs->bucket :
									  klout_zigzag(bucket));
	writer->next = klout_write_varint(writer->next, count);
	runs->bucket = bucket;
	runs->started = true;
}

/* ---------------------------------------------------------------------------
 * Sampling
 * ---------------------------------------------------------------------------
 */

static inline KloutSampleKey
reactor_key(const KloutReactor *reactor, int half_life)
{
	KloutSampleKey key;

	key.key = klout_sample_key(reactor->hash, reactor->last, half_life);
	key.hash = reactor->hash;
	return key;
}

extern int	klout_keep_sample(KloutReactor *reactors, int count, KloutUnit unit,
							  KloutSampleKey *keys);

/*
 * Merges two observations of a reactor: the later bucket wins; within one
 * bucket, kinds are OR-ed and the larger weight is kept.
 */
static inline void
unite_reactor(KloutReactor *reactor, const KloutReactor *other)
{
	if (other->last > reactor->last)
	{
		reactor->last = other->last;
		reactor->kinds = other->kinds;
		reactor->weight = other->weight;
	}
	else if (other->last == reactor->last)
	{
		reactor->kinds |= other->kinds;
		reactor->weight = Max(reactor->weight, other->weight);
	}
}

/* ---------------------------------------------------------------------------
 * Folding
 *
 * A set S of names becomes F(S): S itself when it has at most L names, the
 * folded name R among them; otherwise R and the L - 1 names that are smallest
 * of S without R, and every other name of S counts as R.
 *
 * F does not mind in which parts and order the names come: F(F(A) u B) is
 * F(A u B).  That is plain where A is not folded.  Where it is, A u B has more
 * than L names, too, so that F(A u B) has R and the L - 1 smallest of A u B.
 * F(A) has kept the L - 1 smallest of A; what it has folded is larger than
 * each of these, and so not among the L - 1 smallest of any set that contains
 * them, whatever B says.  So the smallest of F(A) u B are those of A u B; and
 * if F(A) u B has no more than L names, these are all it has beside R.  Where
 * a name ends up thus depends on the set of all names only, and what is kept
 * under a name (counts, bits, reactors, registers, the latest audience) is
 * united by operations that do not mind their order either.
 *
 * The hash of a reactor is that of the network it was seen on, also where
 * that network is folded: it is made before anything is.
 * ---------------------------------------------------------------------------
 */

static inline bool
is_folded_name(KloutName name)
{
	return klout_name_compare(name, klout_folded_name) == 0;
}

#endif
