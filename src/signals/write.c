/*-------------------------------------------------------------------------
 *
 * write.c
 *	  Writing the canonical bytes of klout_signals.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/layout.h"

void
klout_writer_init(KloutWriter *writer, uint8 *out, size_t size)
{
	writer->next = out;
	writer->end = out + size;
	writer->full = false;
}

static inline void
write_u8(KloutWriter *writer, uint8 value)
{
	if (writer_has(writer, 1))
		*writer->next++ = value;
}

void
klout_write_header(KloutWriter *writer, KloutUnit unit, int networks)
{
	write_u8(writer, KLOUT_SIGNALS_VERSION);
	write_u8(writer, (uint8) unit);
	write_u8(writer, (uint8) networks);
}

void
klout_write_network(KloutWriter *writer, KloutName name, bool has_posts,
					bool has_unproven, bool has_audience, int64 audience_at,
					int64 followers)
{
	write_name(writer, name);
	write_u8(writer, (uint8) ((has_audience ? NETWORK_HAS_AUDIENCE : 0) |
							  (has_posts ? NETWORK_HAS_POSTS : 0) |
							  (has_unproven ? NETWORK_HAS_UNPROVEN : 0)));
	if (has_audience && writer_has(writer, 8 + KLOUT_VARINT_MAX))
	{
		klout_store_u64(writer->next, (uint64) audience_at);
		writer->next = klout_write_varint(writer->next + 8,
										  (uint64) followers);
	}
}

void
klout_write_kinds(KloutWriter *writer, int nkinds)
{
	write_u8(writer, (uint8) nkinds);
}

void
klout_write_kind(KloutWriter *writer, KloutName name)
{
	write_name(writer, name);
}

void
klout_bucket_counts_begin(KloutBucketCountsWriter *runs, KloutWriter *writer)
{
	runs->writer = writer;
	runs->bucket = 0;
	runs->started = false;
}

void
klout_bucket_counts_add(KloutBucketCountsWriter *runs, int64 bucket, uint64 count)
{
	add_bucket_count(runs, bucket, count);
}

void
klout_bucket_counts_end(KloutBucketCountsWriter *runs)
{
	write_u8(runs->writer, 0);
}

void
klout_write_reactors(KloutWriter *writer, bool proven,
					 const KloutReactor *reactors, int nreactors,
					 int64 newest, const uint8 *registers)
{
	int			i;

	if (!writer_has(writer, KLOUT_VARINT_MAX +
					(size_t) nreactors * REACTOR_BYTES +
					(registers ? KLOUT_REGISTERS_BYTES : 0)))
		return;
	writer->next = klout_write_varint(writer->next, (uint64) nreactors);
	for (i = 0; i < nreactors; i++)
	{
		const KloutReactor *reactor = &reactors[i];

		klout_store_u64(writer->next, reactor->hash);
		writer->next = klout_write_varint(writer->next + 8,
										  (uint64) newest - (uint64) reactor->last);
		writer->next = klout_write_varint(writer->next, reactor->kinds);
		if (proven)
			*writer->next++ = reactor->weight;
	}
	if (registers)
		writer->next = klout_write_bytes(writer->next, registers,
										 KLOUT_REGISTERS_BYTES);
}
