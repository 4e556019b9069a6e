/*-------------------------------------------------------------------------
 *
 * bytes.h
 *	  The byte-level vocabulary of klout's stored values: little-endian
 *	  numbers and variable-length integers, read from and written to plain
 *	  memory with every access bounded.
 *
 * Stored values are the same bytes on every platform, so nothing here depends
 * on the machine's byte order, alignment or word size.  A reader that finds
 * invalid bytes enters a failed state and returns zeros from then on; the
 * caller checks once, at the end or before using a count.
 *
 * Variable-length integers are LEB128 (seven bits a byte, low first, the top
 * bit says that more follow), at most ten bytes.  An encoding longer than
 * needed is rejected: one value has one form.  Signed ones are zigzag folded.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_BYTES_H
#define KLOUT_BYTES_H

#include "c.h"

/* names of networks and kinds, in bytes of UTF-8 */
#define KLOUT_NAME_MAX			63

typedef struct KloutReader
{
	const uint8 *next;
	const uint8 *end;
	bool		failed;
} KloutReader;

static inline void
klout_reader_init(KloutReader *reader, const void *data, size_t len)
{
	reader->next = (const uint8 *) data;
	reader->end = reader->next + len;
	reader->failed = false;
}

static inline void
klout_reader_fail(KloutReader *reader)
{
	reader->failed = true;
	reader->next = reader->end;
}

static inline size_t
klout_reader_left(const KloutReader *reader)
{
	return (size_t) (reader->end - reader->next);
}

/* n bytes in place, or NULL */
static inline const uint8 *
klout_read_bytes(KloutReader *reader, size_t n)
{
	const uint8 *result = reader->next;

	if (unlikely(klout_reader_left(reader) < n))
	{
		klout_reader_fail(reader);
		return NULL;
	}
	reader->next += n;
	return result;
}

static inline uint8
klout_read_u8(KloutReader *reader)
{
	if (unlikely(reader->next == reader->end))
	{
		klout_reader_fail(reader);
		return 0;
	}
	return *reader->next++;
}

/* Compilers turn the byte-wise forms into single moves. */
static inline uint32
klout_load_u32(const uint8 *p)
{
	return (uint32) p[0] | (uint32) p[1] << 8 |
		(uint32) p[2] << 16 | (uint32) p[3] << 24;
}

static inline uint64
klout_load_u64(const uint8 *p)
{
	return (uint64) klout_load_u32(p) | (uint64) klout_load_u32(p + 4) << 32;
}

static inline void
klout_store_u32(uint8 *p, uint32 value)
{
	p[0] = (uint8) value;
	p[1] = (uint8) (value >> 8);
	p[2] = (uint8) (value >> 16);
	p[3] = (uint8) (value >> 24);
}

static inline void
klout_store_u64(uint8 *p, uint64 value)
{
	klout_store_u32(p, (uint32) value);
	klout_store_u32(p + 4, (uint32) (value >> 32));
}

static inline uint64
klout_read_u64(KloutReader *reader)
{
	const uint8 *p = klout_read_bytes(reader, 8);

	return p ? klout_load_u64(p) : 0;
}

static inline double
klout_load_float8(const uint8 *p)
{
	uint64		bits = klout_load_u64(p);
	double		value;

	memcpy(&value, &bits, sizeof(value));
	return value;
}

static inline void
klout_store_float8(uint8 *p, double value)
{
	uint64		bits;

	memcpy(&bits, &value, sizeof(bits));
	klout_store_u64(p, bits);
}

static inline uint64
klout_read_varint(KloutReader *reader)
{
	uint64		value;
	uint8		byte;
	int			shift;

	if (likely(reader->next < reader->end && *reader->next < 0x80))
		return *reader->next++;

	value = 0;
	for (shift = 0; shift < 64; shift += 7)
	{
		if (reader->next == reader->end)
			break;
		byte = *reader->next++;
		if (shift == 63 && byte > 1)
			break;
		value |= (uint64) (byte & 0x7F) << shift;
		if (byte < 0x80)
		{
			if (byte == 0)
				break;			/* the same value has a shorter form */
			return value;
		}
	}
	klout_reader_fail(reader);
	return 0;
}

#define KLOUT_VARINT_MAX		10

/* Writes at most KLOUT_VARINT_MAX bytes, returns where the next one goes. */
static inline uint8 *
klout_write_varint(uint8 *p, uint64 value)
{
	while (value >= 0x80)
	{
		*p++ = (uint8) value | 0x80;
		value >>= 7;
	}
	*p++ = (uint8) value;
	return p;
}

static inline uint64
klout_zigzag(int64 value)
{
	return ((uint64) value << 1) ^ (uint64) (value < 0 ? -1 : 0);
}

static inline int64
klout_unzigzag(uint64 value)
{
	return (int64) (value >> 1) ^ -(int64) (value & 1);
}

static inline uint8 *
klout_write_bytes(uint8 *p, const void *data, size_t len)
{
	memcpy(p, data, len);
	return p + len;
}

/* A name inside a stored value: UTF-8, not NUL terminated. */
typedef struct KloutName
{
	const char *data;
	size_t		len;
} KloutName;

static inline uint8 *
klout_write_name(uint8 *p, KloutName name)
{
	*p++ = (uint8) name.len;
	return klout_write_bytes(p, name.data, name.len);
}

/* Bytewise order, shorter names first: the stored order of names. */
static inline int
klout_name_compare(KloutName a, KloutName b)
{
	int			order = memcmp(a.data, b.data, Min(a.len, b.len));

	if (order != 0)
		return order;
	return (a.len > b.len) - (a.len < b.len);
}

/*
 * A length byte and that many bytes, 1 to KLOUT_NAME_MAX, none of them NUL.
 * Input functions check that they are UTF-8 (names_pg.h), with the server.
 */
static inline KloutName
klout_read_name(KloutReader *reader)
{
	KloutName	name = {"", 0};
	size_t		len = klout_read_u8(reader);
	const uint8 *data = klout_read_bytes(reader, len);

	if (data == NULL || len < 1 || len > KLOUT_NAME_MAX ||
		memchr(data, '\0', len) != NULL)
	{
		klout_reader_fail(reader);
		return name;
	}
	name.data = (const char *) data;
	name.len = len;
	return name;
}

#endif							/* KLOUT_BYTES_H */
