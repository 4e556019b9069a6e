/*-------------------------------------------------------------------------
 *
 * number_ids.c
 *	  Numbers people from 0, for the job authority: the program a user would
 *	  write to export edges to a program that needs consecutive numbers.
 *
 * Reads the output of COPY (FORMAT binary), which is faster than text, with
 * two bigint columns, and writes "number number" lines.  Numbers are given as ids are met, in a table with
 * linear probing; ids of some lines are hashed and prefetched before they are
 * looked up, so that cache misses overlap.
 *
 *-------------------------------------------------------------------------
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BATCH		64			/* ids */
#define BUFFER		(256 * 1024)
#define NOBODY		UINT32_MAX

typedef struct Slot
{
	uint64_t	id;
	uint32_t	number;
} Slot;

static Slot *slot;
static uint64_t slots = 4096;
static uint32_t people;

static void
fail(const char *what)
{
	fprintf(stderr, "number_ids: %s\n", what);
	exit(1);
}

static uint64_t
home_of(uint64_t id)
{
	id = (id ^ (id >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
	id = (id ^ (id >> 27)) * UINT64_C(0x94D049BB133111EB);
	return (id ^ (id >> 31)) & (slots - 1);
}

static Slot *
empty_slots(void)
{
	Slot	   *made = malloc(slots * sizeof(Slot));

	if (made == NULL)
		fail("out of memory");
	memset(made, 0xFF, slots * sizeof(Slot));
	return made;
}

static Slot *
slot_of(uint64_t id, uint64_t at)
{
	while (slot[at].number != NOBODY && slot[at].id != id)
		at = (at + 1) & (slots - 1);
	return &slot[at];
}

static void
grow(void)
{
	Slot	   *old = slot;
	uint64_t	n = slots;

	slots *= 2;
	slot = empty_slots();
	for (uint64_t i = 0; i < n; i++)
		if (old[i].number != NOBODY)
			*slot_of(old[i].id, home_of(old[i].id)) = old[i];
	free(old);
}

static void
write_all(const char *data, size_t n)
{
	while (n > 0)
	{
		ssize_t		done = write(STDOUT_FILENO, data, n);

		if (done <= 0)
			fail("cannot write");
		data += done;
		n -= (size_t) done;
	}
}

static char *
put_number(char *to, uint32_t number)
{
	char		digit[10];
	int			n = 0;

	do
		digit[n++] = (char) ('0' + number % 10);
	while ((number /= 10) > 0);
	while (n > 0)
		*to++ = digit[--n];
	return to;
}

/* Writes the lines of an even number of ids. */
static void
put_edges(const uint64_t *id, int n)
{
	static char buffer[BUFFER];
	static size_t used;
	uint64_t	at[BATCH];

	while (people + (uint64_t) n > slots / 2)
		grow();
	for (int i = 0; i < n; i++)
	{
		at[i] = home_of(id[i]);
		__builtin_prefetch(&slot[at[i]]);
	}
	for (int i = 0; i < n; i++)
	{
		Slot	   *found = slot_of(id[i], at[i]);
		char	   *end;

		if (found->number == NOBODY)
		{
			found->id = id[i];
			found->number = people++;
		}
		end = put_number(buffer + used, found->number);
		*end++ = i % 2 == 0 ? ' ' : '\n';
		used = (size_t) (end - buffer);
	}
	if (n == 0 || used > BUFFER - BATCH * 12)
	{
		write_all(buffer, used);
		used = 0;
	}
}

/* The header without extensions, and a row: the number of columns, 8, id, 8, id. */
#define HEADER		19
#define ROW			26

static uint64_t
read_big_endian(const unsigned char *from, int n)
{
	uint64_t	value = 0;

	for (int i = 0; i < n; i++)
		value = value << 8 | from[i];
	return value;
}

int
main(void)
{
	static unsigned char buffer[BUFFER];
	uint64_t	id[BATCH];
	int			n = 0;
	size_t		have = 0;
	size_t		at = 0;
	ssize_t		got;
	int			started = 0;
	int			ended = 0;

	slot = empty_slots();
	while ((got = read(STDIN_FILENO, buffer + have, BUFFER - have)) > 0)
	{
		have += (size_t) got;
		at = 0;
		if (!started && have >= HEADER)
		{
			if (memcmp(buffer, "PGCOPY\n\377\r\n\0", 11) != 0)
				fail("this is no COPY (FORMAT binary)");
			at = HEADER;
			started = 1;
		}
		for (; started && have - at >= ROW; at += ROW)
		{
			const unsigned char *row = buffer + at;

			if (read_big_endian(row, 2) != 2 || read_big_endian(row + 2, 4) != 8 ||
				read_big_endian(row + 14, 4) != 8)
				fail("a row is not of two bigint columns");
			id[n++] = read_big_endian(row + 6, 8);
			id[n++] = read_big_endian(row + 18, 8);
			if (n == BATCH)
			{
				put_edges(id, n);
				n = 0;
			}
		}
		ended = have - at == 2 && read_big_endian(buffer + at, 2) == 0xFFFF;
		memmove(buffer, buffer + at, have - at);
		have -= at;
	}
	if (got < 0 || !ended)
		fail("the input breaks off");
	if (n > 0)
		put_edges(id, n);
	put_edges(id, 0);
	return 0;
}
