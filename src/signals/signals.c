/*-------------------------------------------------------------------------
 *
 * signals.c
 *	  The canonical bytes of klout_signals: reading, building, merging.
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

/* range of timestamptz in microseconds since 2000-01-01 */
#define TIMESTAMP_FIRST			INT64CONST(-211813488000000000)
#define TIMESTAMP_END			INT64CONST(9223371331200000000)

const KloutName klout_folded_name = {
	KLOUT_FOLDED_NAME, sizeof(KLOUT_FOLDED_NAME) - 1
};

const uint8 klout_signals_empty[KLOUT_SIGNALS_EMPTY_LEN] = {
	KLOUT_SIGNALS_VERSION, KLOUT_UNIT_NONE, 0
};

/* ---------------------------------------------------------------------------
 * Reading
 * ---------------------------------------------------------------------------
 */

const char *
klout_signals_iter_init(KloutSignals *signals, const uint8 *data, size_t len)
{
	uint8		version;
	uint8		unit;

	klout_reader_init(&signals->reader, data, len);
	version = klout_read_u8(&signals->reader);
	unit = klout_read_u8(&signals->reader);
	signals->unit = (KloutUnit) unit;
	signals->networks = klout_read_u8(&signals->reader);
	signals->left = signals->networks;
	signals->previous.data = "";
	signals->previous.len = 0;
	signals->fault = NULL;

	if (signals->reader.failed)
		signals->fault = "the value is cut short";
	else if (version != KLOUT_SIGNALS_VERSION)
		signals->fault = "its format version is unknown";
	else if (unit > KLOUT_UNIT_HOUR)
		signals->fault = "its bucket unit is unknown";
	else if (signals->networks == 0 && klout_reader_left(&signals->reader) > 0)
		signals->fault = "bytes follow its end";
	else if (signals->networks == 0 && unit != KLOUT_UNIT_NONE)
		signals->fault = "it has a bucket unit and no buckets";

	if (signals->fault)
		signals->left = 0;
	return signals->fault;
}

bool
klout_bucket_counts_next(KloutBucketCounts *runs, int64 *bucket, uint64 *count)
{
	uint64		step;

	step = klout_read_varint(&runs->reader);
	if (!runs->started)
	{
		runs->bucket = klout_unzigzag(step);
		runs->started = true;
	}
	else if (step == 0)
		return false;
	else
		runs->bucket = (int64) ((uint64) runs->bucket + step);
	*bucket = runs->bucket;
	*count = klout_read_varint(&runs->reader);
	return !runs->reader.failed;
}

/*
 * Skips a list of runs, validates it and returns a cursor to it.  The result
 * is the sum of the counts, or 0 if the list is invalid; *newest is raised to
 * its last bucket.
 */
static uint64
skip_runs(KloutReader *reader, KloutUnit unit, KloutBucketCounts *runs, int64 *newest)
{
	KloutBucketCounts cursor;
	int64		previous = 0;
	int64		bucket;
	uint64		count;
	uint64		sum = 0;
	bool		first = true;

	runs->reader = *reader;
	runs->started = false;
	cursor = *runs;
	while (klout_bucket_counts_next(&cursor, &bucket, &count))
	{
		if (!klout_bucket_valid(bucket, unit) ||
			(!first && bucket <= previous) ||
			count < 1 || count > PG_INT64_MAX - sum)
		{
			klout_reader_fail(reader);
			return 0;
		}
		first = false;
		previous = bucket;
		sum += count;
	}
	*reader = cursor.reader;
	if (reader->failed)
		return 0;
	/* the list ends where reading stopped */
	runs->reader.end = reader->next;
	*newest = Max(*newest, previous);
	return sum;
}

bool
klout_reactors_next(KloutReactors *reactors, KloutReactor *reactor)
{
	const uint8 *hash;

	if (reactors->left == 0)
		return false;
	reactors->left--;
	hash = klout_read_bytes(&reactors->reader, 8);
	if (hash == NULL)
		return false;
	reactor->hash = klout_load_u64(hash);
	reactor->last = (int64) ((uint64) reactors->newest -
							 klout_read_varint(&reactors->reader));
	reactor->kinds = klout_read_varint(&reactors->reader);
	reactor->weight = reactors->proven ? klout_read_u8(&reactors->reader) : 0;
	return !reactors->reader.failed;
}

/* A sample without reactors. */
static void
no_reactors(KloutSample *sample, bool proven)
{
	sample->count = 0;
	sample->registers = NULL;
	sample->reactors.proven = proven;
	sample->reactors.left = 0;	/* an empty cursor */
}

/* Skips and validates a sample of at least least reactors. */
static void
skip_sample(KloutReader *reader, KloutUnit unit, const KloutNetwork *network,
			int least, KloutSample *sample)
{
	uint64		count = klout_read_varint(reader);
	KloutReactors cursor;
	KloutReactor reactor;
	uint64		previous = 0;
	int			i;

	if (count < (uint64) least || count > KLOUT_SAMPLE_STORED)
	{
		klout_reader_fail(reader);
		return;
	}
	sample->count = (int) count;
	sample->reactors.reader = *reader;
	sample->reactors.newest = network->newest;
	sample->reactors.left = sample->count;
	cursor = sample->reactors;
	for (i = 0; klout_reactors_next(&cursor, &reactor); i++)
	{
		if ((i > 0 && reactor.hash <= previous) ||
			reactor.last > network->newest ||
			!klout_bucket_valid(reactor.last, unit) ||
			reactor.kinds == 0 ||
			(network->nkinds < 64 && reactor.kinds >> network->nkinds != 0) ||
			(cursor.proven && reactor.weight == 0) ||
			reactor.weight > KLOUT_WEIGHT_STEPS)
		{
			klout_reader_fail(reader);
			return;
		}
		previous = reactor.hash;
	}
	*reader = cursor.reader;
	if (sample->count == KLOUT_SAMPLE_STORED)
		sample->registers = klout_read_bytes(reader, KLOUT_REGISTERS_BYTES);
}

bool
klout_signals_next(KloutSignals *signals, KloutNetwork *network)
{
	KloutReader *reader = &signals->reader;
	uint64		actions = 0;
	uint8		flags;
	int			i;

	if (signals->left == 0)
		return false;
	signals->left--;

	network->name = klout_read_name(reader);
	if (reader->failed ||
		klout_name_compare(signals->previous, network->name) >= 0)
		goto bad_name;
	signals->previous = network->name;

	flags = klout_read_u8(reader);
	if ((flags & ~NETWORK_FLAGS) != 0)
		goto bad;

	network->has_audience = (flags & NETWORK_HAS_AUDIENCE) != 0;
	network->audience_at = 0;
	network->followers = 0;
	if (network->has_audience)
	{
		uint64		followers;

		network->audience_at = (int64) klout_read_u64(reader);
		followers = klout_read_varint(reader);
		if (network->audience_at < TIMESTAMP_FIRST ||
			network->audience_at >= TIMESTAMP_END ||
			followers > PG_INT64_MAX)
			goto bad;
		network->followers = (int64) followers;
	}

	network->has_posts = (flags & NETWORK_HAS_POSTS) != 0;
	if (network->has_posts)
	{
		int64		newest = PG_INT64_MIN;

		if (skip_runs(reader, signals->unit, &network->posts, &newest) == 0)
			goto bad;
	}

	network->nkinds = klout_read_u8(reader);
	if (network->nkinds > KLOUT_KINDS_MAX)
		goto bad;
	if ((network->has_posts || network->nkinds > 0) &&
		signals->unit == KLOUT_UNIT_NONE)
		goto bad;
	if (network->nkinds == 0 && (flags == 0 || (flags & NETWORK_HAS_UNPROVEN)))
		goto bad;
	network->newest = PG_INT64_MIN;
	for (i = 0; i < network->nkinds; i++)
	{
		uint64		sum;

		network->kinds[i] = klout_read_name(reader);
		if (reader->failed ||
			(i > 0 && klout_name_compare(network->kinds[i - 1],
										 network->kinds[i]) >= 0))
			goto bad_name;
		sum = skip_runs(reader, signals->unit, &network->runs[i],
						&network->newest);
		if (sum == 0 || sum > PG_INT64_MAX - actions)
			goto bad;
		actions += sum;
	}

	no_reactors(&network->proven, true);
	no_reactors(&network->unproven, false);
	if (network->nkinds > 0)
	{
		bool		has_unproven = (flags & NETWORK_HAS_UNPROVEN) != 0;

		skip_sample(reader, signals->unit, network, has_unproven ? 0 : 1,
					&network->proven);
		if (has_unproven)
			skip_sample(reader, signals->unit, network, 1, &network->unproven);
		/* the two samples share no action */
		if ((uint64) network->proven.count + (uint64) network->unproven.count > actions)
			goto bad;
	}
	network->actions = actions;
	if (reader->failed)
		goto bad;
	if (signals->left == 0 && klout_reader_left(reader) > 0)
	{
		signals->fault = "bytes follow its end";
		return false;
	}
	return true;

bad_name:
	signals->left = 0;
	signals->fault = "its names are out of order or not 1 to 63 bytes long";
	return false;

bad:
	signals->left = 0;
	signals->fault = "the facts of a network are cut short, out of order or out of range";
	return false;
}

const char *
klout_signals_check(const uint8 *data, size_t len)
{
	KloutSignals signals;
	KloutNetwork network;
	bool		buckets = false;

	(void) klout_signals_iter_init(&signals, data, len);
	while (klout_signals_next(&signals, &network))
	{
		buckets |= network.has_posts || network.nkinds > 0;
		if ((network.proven.registers &&
			 !klout_registers_valid(network.proven.registers)) ||
			(network.unproven.registers &&
			 !klout_registers_valid(network.unproven.registers)))
			return "a register is out of range";
	}
	if (signals.fault == NULL && !buckets &&
		signals.unit != KLOUT_UNIT_NONE)
		return "it has a bucket unit and no buckets";
	return signals.fault;
}

static inline KloutSampleKey
reactor_key(const KloutReactor *reactor, int half_life)
{
	KloutSampleKey key;

	key.key = klout_sample_key(reactor->hash, reactor->last, half_life);
	key.hash = reactor->hash;
	return key;
}

KloutSampleKey
klout_sample_threshold(const KloutSample *sample, KloutUnit unit)
{
	KloutReactors cursor = sample->reactors;
	KloutReactor reactor;
	KloutSampleKey largest = {PG_INT64_MIN, 0};

	if (sample->registers == NULL)
	{
		largest.key = PG_INT64_MAX;
		return largest;
	}
	while (klout_reactors_next(&cursor, &reactor))
	{
		KloutSampleKey key = reactor_key(&reactor, klout_sample_half_life(unit));

		if (klout_key_less(largest, key))
			largest = key;
	}
	return largest;
}

static void
open_pairs(KloutStandings *standings, const KloutNetwork *network)
{
	standings->next_proven.hash = standings->next_unproven.hash = 0;
	standings->proven = network->proven.reactors;
	standings->unproven = network->unproven.reactors;
	standings->more_proven = klout_reactors_next(&standings->proven,
												 &standings->next_proven);
	standings->more_unproven = klout_reactors_next(&standings->unproven,
												   &standings->next_unproven);
}

/* Returns the next reactor of either sample or both. */
static bool
next_pair(KloutStandings *standings, KloutStanding *standing)
{
	uint64		proven = standings->next_proven.hash;
	uint64		unproven = standings->next_unproven.hash;

	standing->is_proven = standings->more_proven &&
		(!standings->more_unproven || proven <= unproven);
	standing->is_unproven = standings->more_unproven &&
		(!standings->more_proven || unproven <= proven);
	if (standing->is_proven)
	{
		standing->proven = standings->next_proven;
		standings->more_proven = klout_reactors_next(&standings->proven,
													 &standings->next_proven);
	}
	if (standing->is_unproven)
	{
		standing->unproven = standings->next_unproven;
		standings->more_unproven = klout_reactors_next(&standings->unproven,
													   &standings->next_unproven);
	}
	return standing->is_proven || standing->is_unproven;
}

void
klout_standings_iter_init(KloutStandings *standings, const KloutNetwork *network,
						  KloutUnit unit)
{
	KloutSampleKey unproven_threshold;

	standings->half_life = klout_sample_half_life(unit);
	standings->proven_threshold = klout_sample_threshold(&network->proven, unit);
	unproven_threshold = klout_sample_threshold(&network->unproven, unit);
	standings->threshold =
		klout_key_less(unproven_threshold, standings->proven_threshold) ?
		unproven_threshold : standings->proven_threshold;
	open_pairs(standings, network);
}

/* Are all reactors below this threshold? */
static inline bool
has_everybody(KloutSampleKey threshold)
{
	return threshold.key == PG_INT64_MAX;
}

static inline bool
is_included(KloutSampleKey threshold, const KloutReactor *reactor,
			int half_life)
{
	return has_everybody(threshold) ||
		klout_key_less(reactor_key(reactor, half_life), threshold);
}

static inline double
inclusion(KloutSampleKey threshold, const KloutReactor *reactor, int half_life)
{
	return has_everybody(threshold) ? 1.0 :
		klout_sample_inclusion(threshold.key, reactor->last, half_life);
}

/*
 * A proven action counts if it is in its sample: all stored actions are,
 * except the one that defines the threshold.  An unproven one counts if it is
 * below both thresholds and there is no proven one in the same or a later
 * bucket: that would have a key no larger, and so be in its sample.
 */
bool
klout_standings_next(KloutStandings *standings, KloutStanding *standing)
{
	int			half_life = standings->half_life;

	while (next_pair(standings, standing))
	{
		const KloutReactor *proven = standing->is_proven ? &standing->proven : NULL;
		const KloutReactor *unproven = &standing->unproven;

		standing->both_inclusion = 0;
		if (standing->is_unproven)
		{
			standing->is_unproven =
				(proven == NULL || proven->last < unproven->last) &&
				is_included(standings->threshold, unproven, half_life);
			if (standing->is_unproven)
			{
				standing->unproven_inclusion =
					inclusion(standings->threshold, unproven, half_life);
				if (proven && is_included(standings->threshold, proven, half_life))
					standing->both_inclusion =
						inclusion(standings->threshold, proven, half_life);
			}
		}
		if (proven)
		{
			standing->is_proven = has_everybody(standings->proven_threshold) ||
				proven->hash != standings->proven_threshold.hash;
			standing->proven_inclusion =
				inclusion(standings->proven_threshold, proven, half_life);
		}
		if (standing->is_proven || standing->is_unproven)
			return true;
	}
	return false;
}

/* Adds a sample's reactors to registers. */
static void
add_to_registers(uint8 *registers, const KloutSample *sample)
{
	KloutReactors cursor = sample->reactors;
	KloutReactor reactor;

	if (sample->registers)
		klout_registers_merge(registers, sample->registers);
	else
		while (klout_reactors_next(&cursor, &reactor))
			klout_registers_add(registers, reactor.hash);
}

double
klout_network_reactors(const KloutNetwork *network)
{
	KloutStandings standings;
	KloutStanding standing;
	uint8		registers[KLOUT_REGISTERS_BYTES] = {0};
	int			known = 0;

	open_pairs(&standings, network);
	while (next_pair(&standings, &standing))
		known++;
	if (network->proven.registers == NULL && network->unproven.registers == NULL)
		return known;

	add_to_registers(registers, &network->proven);
	add_to_registers(registers, &network->unproven);
	return Min(Max(klout_registers_estimate(registers), (double) known),
			   (double) network->actions);
}

/* ---------------------------------------------------------------------------
 * Writing
 * ---------------------------------------------------------------------------
 */

void
klout_writer_init(KloutWriter *writer, uint8 *out, size_t size)
{
	writer->next = out;
	writer->end = out + size;
	writer->full = false;
}

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

static inline void
write_name(KloutWriter *writer, KloutName name)
{
	if (writer_has(writer, 1 + name.len))
		writer->next = klout_write_name(writer->next, name);
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

/* ---------------------------------------------------------------------------
 * Sampling
 * ---------------------------------------------------------------------------
 */

/*
 * Returns the nth smallest of the keys (n from 0), by Hoare's selection.  The
 * keys belong to distinct hashes, so no two are equal.  They are in random
 * order, because they are functions of hashes; hashes chosen by an attacker
 * only cost time.
 */
static KloutSampleKey
select_key(KloutSampleKey *keys, int count, int n)
{
	int			left = 0;
	int			right = count - 1;

	while (left < right)
	{
		KloutSampleKey pivot = keys[left + (right - left) / 2];
		int			i = left;
		int			j = right;

		while (i <= j)
		{
			while (klout_key_less(keys[i], pivot))
				i++;
			while (klout_key_less(pivot, keys[j]))
				j--;
			if (i <= j)
			{
				KloutSampleKey swap = keys[i];

				keys[i++] = keys[j];
				keys[j--] = swap;
			}
		}
		if (n <= j)
			right = j;
		else if (n >= i)
			left = i;
		else
			break;
	}
	return keys[n];
}

/*
 * Keeps the KLOUT_SAMPLE_STORED reactors with the smallest keys, in their
 * order.  keys is scratch for twice as many keys as reactors.
 */
static int
keep_sample(KloutReactor *reactors, int count, KloutUnit unit, KloutSampleKey *keys)
{
	int			half_life = klout_sample_half_life(unit);
	KloutSampleKey *shuffled = keys + count;
	KloutSampleKey threshold;
	int			kept = 0;
	int			i;

	if (count <= KLOUT_SAMPLE_STORED)
		return count;

	for (i = 0; i < count; i++)
		keys[i] = reactor_key(&reactors[i], half_life);
	memcpy(shuffled, keys, sizeof(KloutSampleKey) * (size_t) count);
	threshold = select_key(shuffled, count, KLOUT_SAMPLE_STORED - 1);

	for (i = 0; i < count; i++)
		if (!klout_key_less(threshold, keys[i]))
			reactors[kept++] = reactors[i];
	Assert(kept == KLOUT_SAMPLE_STORED);
	return kept;
}

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

/* ---------------------------------------------------------------------------
 * Building
 * ---------------------------------------------------------------------------
 */

#define ST_SORT sort_reactors
#define ST_ELEMENT_TYPE KloutReactor
#define ST_COMPARE(a, b) (((a)->hash > (b)->hash) - ((a)->hash < (b)->hash))
#define ST_SCOPE static
#define ST_DECLARE
#define ST_DEFINE
#include "lib/sort_template.h"

/* insertion sort is faster up to this size */
#define INSERTION_SORT_MAX		24

/*
 * Sort keys differ in few bytes: the series, and one or two of the bucket.  So
 * a radix sort, least significant byte first, needs few passes.  spare has
 * room for the same number of keys.
 */
static void
sort_keys(uint64 *sort_key, int n, uint64 *spare)
{
	uint64		varying = 0;
	uint64	   *from = sort_key;
	uint64	   *to = spare;
	int			shift;
	int			i;

	if (n <= INSERTION_SORT_MAX)
	{
		for (i = 1; i < n; i++)
		{
			uint64		place = sort_key[i];
			int			j = i;

			for (; j > 0 && sort_key[j - 1] > place; j--)
				sort_key[j] = sort_key[j - 1];
			sort_key[j] = place;
		}
		return;
	}

	for (i = 1; i < n; i++)
		varying |= sort_key[i] ^ sort_key[0];
	for (shift = 0; shift < 64; shift += 8)
	{
		uint32		start[256] = {0};
		uint32		sum = 0;
		uint64	   *swap;

		if ((varying >> shift & 0xFF) == 0)
			continue;
		for (i = 0; i < n; i++)
			start[from[i] >> shift & 0xFF]++;
		for (i = 0; i < 256; i++)
		{
			uint32		count = start[i];

			start[i] = sum;
			sum += count;
		}
		for (i = 0; i < n; i++)
			to[start[from[i] >> shift & 0xFF]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	if (from != sort_key)
		memcpy(sort_key, from, sizeof(uint64) * (size_t) n);
}

static inline void
insertion_sort_reactors(KloutReactor *reactors, int n)
{
	int			i;

	for (i = 1; i < n; i++)
	{
		KloutReactor reactor = reactors[i];
		int			j = i;

		for (; j > 0 && reactors[j - 1].hash > reactor.hash; j--)
			reactors[j] = reactors[j - 1];
		reactors[j] = reactor;
	}
}

/* buckets of hashes, by their leading bits */
#define HASH_BITS_MAX			11

/*
 * Sorts reactors by hash and returns the sorted array: reactors, or spare,
 * which has the same size.  Hashes are evenly distributed, so one pass puts
 * about one reactor into each bucket; buckets that an attacker filled are
 * sorted in O(n log n).
 */
static KloutReactor *
sort_by_hash(KloutReactor *reactors, int n, KloutReactor *spare)
{
	uint32		end[(1 << HASH_BITS_MAX) + 1];
	int			bits = 1;
	int			first = 0;
	int			i;

	if (n <= INSERTION_SORT_MAX)
	{
		insertion_sort_reactors(reactors, n);
		return reactors;
	}

	while (bits < HASH_BITS_MAX && (1 << bits) < n)
		bits++;
	memset(end, 0, sizeof(uint32) * ((size_t) (1 << bits) + 1));
	for (i = 0; i < n; i++)
		end[(reactors[i].hash >> (64 - bits)) + 1]++;
	for (i = 1; i <= 1 << bits; i++)
		end[i] += end[i - 1];
	/* filling moves the start of a bucket to its end */
	for (i = 0; i < n; i++)
		spare[end[reactors[i].hash >> (64 - bits)]++] = reactors[i];
	for (i = 0; i < 1 << bits; i++)
	{
		int			count = (int) end[i] - first;

		if (count > INSERTION_SORT_MAX)
			sort_reactors(spare + first, (size_t) count);
		else
			insertion_sort_reactors(spare + first, count);
		first = (int) end[i];
	}
	return spare;
}

/*
 * Sort key of an action or post in the order of the value: series, then
 * bucket.
 */
#define PLACE_BITS				40

/*
 * Scratch memory: sort_key[n], reactors[n], spare[n].  reactors is the second
 * buffer of the radix sort of sort_key until it is filled (proven reactors
 * from the front, unproven ones from the back).  The array that the sort by
 * hash leaves unused then holds the keys.
 */
typedef struct BuildScratch
{
	uint64	   *sort_key;		/* one an entry */
	KloutReactor *reactors;		/* one an entry */
	KloutReactor *spare;		/* one an entry */
} BuildScratch;

StaticAssertDecl(sizeof(KloutReactor) >= 2 * sizeof(KloutSampleKey),
				 "keys must fit where reactors were");

size_t
klout_build_scratch(uint32 entries)
{
	return (size_t) entries * (sizeof(uint64) + 2 * sizeof(KloutReactor));
}

size_t
klout_build_bound(int all_series, uint32 entries)
{
	size_t		per_series = NETWORK_BYTES + 1 + KLOUT_NAME_MAX + 1 + RUN_BYTES;
	size_t		per_entry = RUN_BYTES + REACTOR_BYTES;
	size_t		sampled = Min(2 * (size_t) all_series, entries / KLOUT_SAMPLE_STORED);

	return KLOUT_SIGNALS_EMPTY_LEN + (size_t) all_series * per_series +
		(size_t) entries * per_entry + sampled * KLOUT_REGISTERS_BYTES;
}

static inline int
series_compare(const KloutSeries *a, const KloutSeries *b)
{
	int			order = klout_name_compare(a->network, b->network);

	if (order != 0)
		return order;
	if (a->type != b->type)
		return a->type < b->type ? -1 : 1;
	return a->type == KLOUT_SERIES_ACTIONS ?
		klout_name_compare(a->kind, b->kind) : 0;
}

StaticAssertDecl(KLOUT_SERIES_MAX <= KLOUT_NETWORKS_MAX,
				 "a batch must not have networks to fold");

/* Sorts order, an array of indexes into all_series. */
static void
sort_topics(const KloutSeries *all_series, uint8 *order, int n)
{
	int			i;

	for (i = 1; i < n; i++)
	{
		uint8		series = order[i];
		int			j = i;

		for (; j > 0 && series_compare(&all_series[order[j - 1]], &all_series[series]) > 0; j--)
			order[j] = order[j - 1];
		order[j] = series;
	}
}

/* Renames the surplus kinds of a batch; false if there are none. */
static bool
fold_kinds(KloutSeries *all_series, const uint8 *order, int n, KloutFolds *folds)
{
	bool		folded = false;
	int			first;
	int			end;
	int			i;

	for (first = 0; first < n; first = end)
	{
		KloutName	network = all_series[order[first]].network;
		int			nkinds = 0;
		int			kept = 0;

		for (end = first; end < n; end++)
		{
			if (klout_name_compare(all_series[order[end]].network, network) != 0)
				break;
			nkinds += all_series[order[end]].type == KLOUT_SERIES_ACTIONS;
		}
		if (nkinds <= KLOUT_KINDS_MAX)
			continue;
		folded = folds->kinds = true;
		folds->network = network;
		for (i = end - nkinds; i < end; i++)
		{
			KloutSeries *series = &all_series[order[i]];

			if (!is_folded_name(series->kind) && ++kept >= KLOUT_KINDS_MAX)
				series->kind = klout_folded_name;
		}
	}
	return folded;
}

/*
 * After folding, equal series share a sort key: order keeps one of them.
 * Returns the number of sort keys.
 */
static int
share_places(const KloutSeries *all_series, uint8 *order, uint8 *sort_key_of,
			 uint8 *used, int n)
{
	int			nkeys = 0;
	int			i;

	sort_topics(all_series, order, n);
	for (i = 0; i < n; i++)
	{
		if (nkeys > 0 &&
			series_compare(&all_series[order[nkeys - 1]], &all_series[order[i]]) == 0)
			used[order[nkeys - 1]] |= used[order[i]];
		else
			order[nkeys++] = order[i];
		sort_key_of[order[i]] = (uint8) (nkeys - 1);
	}
	return nkeys;
}

/*
 * Merges, samples and writes nreactors reactors of scratch from the given
 * index on: the proven or the unproven ones of one network of a batch.
 */
static void
build_sample(KloutWriter *writer, KloutUnit unit, const BuildScratch *scratch,
			 bool proven, int place, int nreactors, int64 newest)
{
	KloutReactor *unsorted = scratch->reactors + place;
	KloutReactor *spare = scratch->spare + place;
	KloutReactor *reactors = sort_by_hash(unsorted, nreactors, spare);
	KloutReactor *vacant = reactors == spare ? unsorted : spare;
	uint8		registers[KLOUT_REGISTERS_BYTES];
	int			distinct = 0;
	int			i;

	for (i = 0; i < nreactors; i++)
	{
		if (distinct > 0 && reactors[distinct - 1].hash == reactors[i].hash)
			unite_reactor(&reactors[distinct - 1], &reactors[i]);
		else
			reactors[distinct++] = reactors[i];
	}

	if (distinct < KLOUT_SAMPLE_STORED)
	{
		klout_write_reactors(writer, proven, reactors, distinct, newest, NULL);
		return;
	}

	memset(registers, 0, sizeof(registers));
	for (i = 0; i < distinct; i++)
		klout_registers_add(registers, reactors[i].hash);
	distinct = keep_sample(reactors, distinct, unit, (KloutSampleKey *) vacant);
	klout_write_reactors(writer, proven, reactors, distinct, newest, registers);
}

/*
 * Writes the runs of the series of a sort key, whose entries start at
 * sort_key[*next].  Returns the last bucket.
 */
static int64
build_bucket_counts(KloutWriter *writer, const uint64 *sort_key, int nkeys, int *next,
					int place)
{
	KloutBucketCountsWriter runs;
	int64		bucket = PG_INT64_MIN;
	int			i = *next;

	klout_bucket_counts_begin(&runs, writer);
	while (i < nkeys && (int) (sort_key[i] >> PLACE_BITS) == place)
	{
		int			first = i;

		while (++i < nkeys && sort_key[i] == sort_key[first])
			;
		bucket = (int64) (sort_key[first] & ((UINT64CONST(1) << PLACE_BITS) - 1)) -
			KLOUT_BUCKET_BIAS;
		add_bucket_count(&runs, bucket, (uint64) (i - first));
	}
	klout_bucket_counts_end(&runs);
	*next = i;
	return bucket;
}

/* kinds of actions that a series of a batch has */
#define USED_PROVEN				0x01
#define USED_UNPROVEN			0x02

KloutStatus
klout_signals_build(KloutUnit unit, KloutSeries *all_series, int nseries,
					const KloutEntries *entries, void *scratch_memory,
					uint8 *out, size_t out_size, size_t *out_len,
					KloutFolds *folds)
{
	BuildScratch scratch;
	KloutWriter writer;
	uint8		order[KLOUT_SERIES_MAX];	/* all_series by place */
	uint8		sort_key_of[KLOUT_SERIES_MAX];	/* and back */
	uint8		used[KLOUT_SERIES_MAX] = {0};	/* with and without weight */
	int			nkeys = 0;		/* all_series that have a place */
	int			nentries = (int) entries->count;
	int			networks = 0;
	int			next = 0;		/* index into scratch.sort_key */
	int			first;
	int			end;
	int			i;

	scratch.reactors = (KloutReactor *) scratch_memory;
	scratch.spare = scratch.reactors + nentries;
	scratch.sort_key = (uint64 *) (scratch.spare + nentries);

	klout_writer_init(&writer, out, out_size);

	/* a series whose first entry did not fit is not part of the batch */
	for (i = 0; i < nentries; i++)
	{
		KloutEntry	entry = klout_entry(entries, (uint32) i);

		if (entry.series >= nseries ||
			all_series[entry.series].type == KLOUT_SERIES_AUDIENCE)
			return KLOUT_CORRUPT;
		used[entry.series] |= entry.weight > 0 ? USED_PROVEN : USED_UNPROVEN;
	}
	for (i = 0; i < nseries; i++)
	{
		if (all_series[i].type == KLOUT_SERIES_AUDIENCE || used[i] != 0)
			order[nkeys++] = (uint8) i;
	}
	sort_topics(all_series, order, nkeys);
	for (i = 0; i < nkeys; i++)
		sort_key_of[order[i]] = (uint8) i;
	if (unlikely(nkeys > KLOUT_KINDS_MAX) &&
		fold_kinds(all_series, order, nkeys, folds))
		nkeys = share_places(all_series, order, sort_key_of, used, nkeys);

	for (i = 0; i < nentries; i++)
	{
		KloutEntry	entry = klout_entry(entries, (uint32) i);

		scratch.sort_key[i] = (uint64) sort_key_of[entry.series] << PLACE_BITS |
			(uint64) (entry.bucket + KLOUT_BUCKET_BIAS);
	}
	sort_keys(scratch.sort_key, nentries, (uint64 *) scratch.reactors);

	klout_write_header(&writer, nentries > 0 ? unit : KLOUT_UNIT_NONE, 0);

	for (first = 0; first < nkeys; first = end)
	{
		KloutName	network = all_series[order[first]].network;
		uint64		seed = klout_hash_bytes(network.data, network.len);
		const KloutSeries *audience = NULL;
		bool		has_posts = false;
		bool		has_unproven = false;
		int			first_kind;
		int			nproven = 0;
		int			nunproven = 0;
		int64		newest = PG_INT64_MIN;

		networks++;

		/* the all_series of a network: its audience, its posts, its kinds */
		first_kind = first;
		for (end = first; end < nkeys; end++)
		{
			const KloutSeries *series = &all_series[order[end]];

			if (klout_name_compare(series->network, network) != 0)
				break;
			if (series->type == KLOUT_SERIES_ACTIONS)
			{
				has_unproven |= (used[order[end]] & USED_UNPROVEN) != 0;
				continue;
			}
			if (series->type == KLOUT_SERIES_AUDIENCE)
				audience = series;
			else
				has_posts = true;
			first_kind++;
		}
		Assert(end - first_kind <= KLOUT_KINDS_MAX);

		klout_write_network(&writer, network, has_posts, has_unproven,
							audience != NULL, audience ? audience->audience_at : 0,
							audience ? audience->followers : 0);
		if (has_posts)
			(void) build_bucket_counts(&writer, scratch.sort_key, nentries, &next,
									   first_kind - 1);
		klout_write_kinds(&writer, end - first_kind);
		if (end == first_kind)
			continue;
		for (i = first_kind; i < end; i++)
		{
			int64		latest;

			klout_write_kind(&writer, all_series[order[i]].kind);
			latest = build_bucket_counts(&writer, scratch.sort_key, nentries, &next, i);
			newest = Max(newest, latest);
		}

		for (i = 0; i < nentries; i++)
		{
			KloutEntry	entry = klout_entry(entries, (uint32) i);
			int			place = sort_key_of[entry.series];
			KloutReactor *reactor;

			if (place < first_kind || place >= end)
				continue;
			reactor = &scratch.reactors[entry.weight > 0 ? nproven++ :
										nentries - ++nunproven];
			reactor->hash = klout_reactor_hash(entry.actor, seed);
			reactor->last = entry.bucket;
			reactor->kinds = UINT64CONST(1) << (place - first_kind);
			reactor->weight = entry.weight;
		}
		build_sample(&writer, unit, &scratch, true, 0, nproven, newest);
		if (has_unproven)
			build_sample(&writer, unit, &scratch, false, nentries - nunproven,
						 nunproven, newest);
	}

	if (writer.full)
		return KLOUT_CORRUPT;	/* the bound was wrong: cannot happen */
	out[2] = (uint8) networks;
	*out_len = (size_t) (writer.next - out);
	return KLOUT_OK;
}

/* ---------------------------------------------------------------------------
 * Merging
 * ---------------------------------------------------------------------------
 */

/*
 * Bound on the growth of a network that both sides have: a list of runs grows
 * if its base moves, reactors grow because the newest bucket and the numbers
 * of kinds change, and the registers may be new.
 */
#define SAMPLE_BYTES			(KLOUT_REGISTERS_BYTES + KLOUT_VARINT_MAX + \
								 KLOUT_SAMPLE_STORED * REACTOR_BYTES)
#define MERGE_GROWTH			((KLOUT_KINDS_MAX + 2) * RUN_BYTES + 2 * SAMPLE_BYTES)

/*
 * Bound of the network that others are folded into, as a separate value.  A
 * list of runs, of 3 bytes or more, grows by 4 at most where its first bucket,
 * of 5 bytes at most, becomes a step.
 */
static size_t
fold_bound(size_t left, size_t right)
{
	return KLOUT_SIGNALS_EMPTY_LEN + NETWORK_BYTES + 3 * (left + right) +
		MERGE_GROWTH;
}

size_t
klout_merge_bound(size_t left, size_t right, int left_networks,
				  int right_networks)
{
	size_t		size = KLOUT_SIGNALS_EMPTY_LEN + left + right +
		(size_t) Min(left_networks, right_networks) * MERGE_GROWTH;

	/* the result, and two buffers to fold in */
	if (left_networks + right_networks > KLOUT_NETWORKS_MAX)
		size += 3 * fold_bound(left, right);
	return size;
}

/* Adds the counts to *total; false if it exceeds bigint. */
static bool
merge_bucket_counts(KloutWriter *writer, KloutBucketCounts *left, KloutBucketCounts *right,
					uint64 *total)
{
	KloutBucketCountsWriter runs;
	int64		left_bucket = 0;
	int64		right_bucket = 0;
	uint64		left_count = 0;
	uint64		right_count = 0;
	bool		more_left = left && klout_bucket_counts_next(left, &left_bucket, &left_count);
	bool		more_right = right && klout_bucket_counts_next(right, &right_bucket, &right_count);

	klout_bucket_counts_begin(&runs, writer);
	while (more_left || more_right)
	{
		int64		bucket;
		uint64		count = 0;

		if (!more_right || (more_left && left_bucket < right_bucket))
			bucket = left_bucket;
		else
			bucket = right_bucket;
		if (more_right && right_bucket == bucket)
		{
			count += right_count;
			more_right = klout_bucket_counts_next(right, &right_bucket, &right_count);
		}
		if (more_left && left_bucket == bucket)
		{
			count += left_count;
			more_left = klout_bucket_counts_next(left, &left_bucket, &left_count);
		}
		if (count > PG_INT64_MAX - *total)
			return false;
		*total += count;
		add_bucket_count(&runs, bucket, count);
	}
	klout_bucket_counts_end(&runs);
	return true;
}

/*
 * Merges the runs of all kinds of both sides that map to the same kind.
 */
static bool
merge_folded_runs(KloutWriter *writer, const KloutNetwork *left,
				  const uint8 *left_bits, const KloutNetwork *right,
				  const uint8 *right_bits, int bit, uint64 *total)
{
	KloutBucketCounts runs[2 * KLOUT_KINDS_MAX];
	int64		bucket[2 * KLOUT_KINDS_MAX];
	uint64		count[2 * KLOUT_KINDS_MAX];
	KloutBucketCountsWriter merged;
	int			n = 0;
	int			i;

	for (i = 0; i < left->nkinds; i++)
		if (left_bits[i] == bit)
			runs[n++] = left->runs[i];
	for (i = 0; i < right->nkinds; i++)
		if (right_bits[i] == bit)
			runs[n++] = right->runs[i];
	for (i = 0; i < n; i++)
		(void) klout_bucket_counts_next(&runs[i], &bucket[i], &count[i]);

	klout_bucket_counts_begin(&merged, writer);
	while (n > 0)
	{
		int64		first = bucket[0];
		uint64		sum = 0;

		for (i = 1; i < n; i++)
			first = Min(first, bucket[i]);
		for (i = 0; i < n;)
		{
			if (bucket[i] != first)
			{
				i++;
				continue;
			}
			if (count[i] > PG_INT64_MAX - *total)
				return false;
			*total += count[i];
			sum += count[i];
			if (klout_bucket_counts_next(&runs[i], &bucket[i], &count[i]))
				i++;
			else
			{
				n--;
				runs[i] = runs[n];
				bucket[i] = bucket[n];
				count[i] = count[n];
			}
		}
		add_bucket_count(&merged, first, sum);
	}
	klout_bucket_counts_end(&merged);
	return true;
}

/* Renumbers a set of kinds for the merged network. */
static inline uint64
remap_kinds(uint64 kinds, const uint8 *bit_of)
{
	uint64		result = 0;
	int			i;

	for (i = 0; kinds != 0; i++, kinds >>= 1)
		if (kinds & 1)
			result |= UINT64CONST(1) << bit_of[i];
	return result;
}

static void
merge_samples(KloutWriter *writer, KloutUnit unit, bool proven, int64 newest,
			  const KloutSample *left, const uint8 *left_bits,
			  const KloutSample *right, const uint8 *right_bits)
{
	KloutReactor united[2 * KLOUT_SAMPLE_STORED];
	KloutSampleKey keys[2 * 2 * KLOUT_SAMPLE_STORED];
	KloutReactors left_cursor = left->reactors;
	KloutReactors right_cursor = right->reactors;
	KloutReactor l,
				r;
	bool		more_left = klout_reactors_next(&left_cursor, &l);
	bool		more_right = klout_reactors_next(&right_cursor, &r);
	uint8		registers[KLOUT_REGISTERS_BYTES];
	int			n = 0;
	int			i;

	if (more_left)
		l.kinds = remap_kinds(l.kinds, left_bits);
	if (more_right)
		r.kinds = remap_kinds(r.kinds, right_bits);
	while (more_left || more_right)
	{
		bool		take_left = more_left && (!more_right || l.hash <= r.hash);
		bool		take_right = more_right && (!more_left || r.hash <= l.hash);

		united[n] = take_left ? l : r;
		if (take_left && take_right)
			unite_reactor(&united[n], &r);
		n++;
		if (take_left && (more_left = klout_reactors_next(&left_cursor, &l)))
			l.kinds = remap_kinds(l.kinds, left_bits);
		if (take_right && (more_right = klout_reactors_next(&right_cursor, &r)))
			r.kinds = remap_kinds(r.kinds, right_bits);
	}

	if (n < KLOUT_SAMPLE_STORED)
	{
		klout_write_reactors(writer, proven, united, n, newest, NULL);
		return;
	}

	memset(registers, 0, sizeof(registers));
	if (left->registers)
		klout_registers_merge(registers, left->registers);
	if (right->registers)
		klout_registers_merge(registers, right->registers);
	for (i = 0; i < n; i++)
		klout_registers_add(registers, united[i].hash);
	n = keep_sample(united, n, unit, keys);
	klout_write_reactors(writer, proven, united, n, newest, registers);
}

/* Copies a network that exists on one side only. */
static void
copy_network(KloutWriter *writer, const uint8 *start, const uint8 *end)
{
	if (writer_has(writer, (size_t) (end - start)))
		writer->next = klout_write_bytes(writer->next, start,
										 (size_t) (end - start));
}

/*
 * Numbers the kinds of a merged network: sets names to their names, and
 * left_bits and right_bits to the new numbers of each side's kinds.  Returns
 * the number of kinds; *folded is set to the kind that others are folded into,
 * or -1.
 */
static int
number_kinds(const KloutNetwork *left, uint8 *left_bits,
			 const KloutNetwork *right, uint8 *right_bits,
			 KloutName *names, int *folded)
{
	KloutName	all[2 * KLOUT_KINDS_MAX];
	uint8		bit_of[2 * KLOUT_KINDS_MAX];
	int			nall = 0;
	int			nkinds = 0;
	int			place = 0;
	int			kept = 0;
	int			i,
				j;

	for (i = 0, j = 0; i < left->nkinds || j < right->nkinds; nall++)
	{
		int			order = i == left->nkinds ? 1 : j == right->nkinds ? -1 :
			klout_name_compare(left->kinds[i], right->kinds[j]);

		all[nall] = order <= 0 ? left->kinds[i] : right->kinds[j];
		if (order <= 0)
			left_bits[i++] = (uint8) nall;
		if (order >= 0)
			right_bits[j++] = (uint8) nall;
	}
	*folded = -1;
	if (likely(nall <= KLOUT_KINDS_MAX))
	{
		memcpy(names, all, sizeof(KloutName) * (size_t) nall);
		return nall;
	}

	/* the folded name is sorted by its bytes, too */
	while (place < nall && place < KLOUT_KINDS_MAX - 1 &&
		   klout_name_compare(all[place], klout_folded_name) < 0)
		place++;
	*folded = place;
	for (i = 0; i < nall; i++)
	{
		if (nkinds == place)
			names[nkinds++] = klout_folded_name;
		if (is_folded_name(all[i]) || kept == KLOUT_KINDS_MAX - 1)
			bit_of[i] = (uint8) place;
		else
		{
			kept++;
			bit_of[i] = (uint8) nkinds;
			names[nkinds++] = all[i];
		}
	}
	Assert(nkinds == KLOUT_KINDS_MAX);
	for (i = 0; i < left->nkinds; i++)
		left_bits[i] = bit_of[left_bits[i]];
	for (j = 0; j < right->nkinds; j++)
		right_bits[j] = bit_of[right_bits[j]];
	return nkinds;
}

/* Merges the facts of both sides under left's name. */
static KloutStatus
merge_network(KloutWriter *writer, KloutUnit unit,
			  KloutNetwork *left, KloutNetwork *right, KloutFolds *folds)
{
	KloutName	kinds[KLOUT_KINDS_MAX];
	uint8		left_bits[KLOUT_KINDS_MAX];
	uint8		right_bits[KLOUT_KINDS_MAX];
	const KloutNetwork *latest = left;
	uint64		posts = 0;
	uint64		actions = 0;
	bool		has_unproven = left->unproven.count > 0 || right->unproven.count > 0;
	int64		newest = Max(left->newest, right->newest);
	int			folded;
	int			nkinds;
	int			kind;
	int			i,
				j;

	/* the latest audience; of two at the same time, the larger */
	if (!left->has_audience ||
		(right->has_audience &&
		 (right->audience_at > left->audience_at ||
		  (right->audience_at == left->audience_at &&
		   right->followers > left->followers))))
		latest = right;
	klout_write_network(writer, left->name,
						left->has_posts || right->has_posts, has_unproven,
						latest->has_audience, latest->audience_at,
						latest->followers);
	if (left->has_posts || right->has_posts)
	{
		if (!merge_bucket_counts(writer,
								 left->has_posts ? &left->posts : NULL,
								 right->has_posts ? &right->posts : NULL, &posts))
			return KLOUT_COUNT_OVERFLOW;
	}

	nkinds = number_kinds(left, left_bits, right, right_bits, kinds, &folded);
	klout_write_kinds(writer, nkinds);
	if (nkinds == 0)
		return KLOUT_OK;
	if (folded >= 0)
	{
		folds->kinds = true;
		folds->network = left->name;
	}

	for (kind = 0, i = 0, j = 0; kind < nkinds; kind++)
	{
		KloutBucketCounts *left_runs = NULL;
		KloutBucketCounts *right_runs = NULL;

		klout_write_kind(writer, kinds[kind]);
		if (unlikely(kind == folded))
		{
			if (!merge_folded_runs(writer, left, left_bits, right, right_bits,
								   kind, &actions))
				return KLOUT_COUNT_OVERFLOW;
			continue;
		}
		/* the folded network is in between, at the position of its name */
		while (i < left->nkinds && left_bits[i] == folded)
			i++;
		while (j < right->nkinds && right_bits[j] == folded)
			j++;
		if (i < left->nkinds && left_bits[i] == kind)
			left_runs = &left->runs[i++];
		if (j < right->nkinds && right_bits[j] == kind)
			right_runs = &right->runs[j++];
		if (!merge_bucket_counts(writer, left_runs, right_runs, &actions))
			return KLOUT_COUNT_OVERFLOW;
	}

	merge_samples(writer, unit, true, newest, &left->proven, left_bits,
				  &right->proven, right_bits);
	if (has_unproven)
		merge_samples(writer, unit, false, newest, &left->unproven, left_bits,
					  &right->unproven, right_bits);
	return KLOUT_OK;
}

/* Reads one network ahead and remembers the position of its bytes. */
typedef struct MergeSide
{
	KloutSignals signals;
	KloutNetwork network;
	const uint8 *start;
	bool		more;
} MergeSide;

static void
side_next(MergeSide *side)
{
	side->start = side->signals.reader.next;
	side->more = klout_signals_next(&side->signals, &side->network);
}

/* -1, 0 or 1: the side whose network comes first, or both */
static inline int
side_order(const MergeSide *left, const MergeSide *right)
{
	return !left->more ? 1 : !right->more ? -1 :
		klout_name_compare(left->network.name, right->network.name);
}

/*
 * Finds the last network to keep if two values together have too many; false
 * if they do not.  Starts both sides.
 */
static bool
last_kept_network(MergeSide left, MergeSide right, KloutName *last)
{
	int			networks = 0;
	int			kept = 0;

	side_next(&left);
	side_next(&right);
	while (left.more || right.more)
	{
		int			order = side_order(&left, &right);
		KloutName	name = order <= 0 ? left.network.name : right.network.name;

		networks++;
		if (!is_folded_name(name) && ++kept == KLOUT_NETWORKS_MAX - 1)
			*last = name;
		if (order <= 0)
			side_next(&left);
		if (order >= 0)
			side_next(&right);
	}
	return networks > KLOUT_NETWORKS_MAX;
}

static inline bool
is_folded_network(KloutName name, KloutName last)
{
	return is_folded_name(name) || klout_name_compare(name, last) > 0;
}

/* A value that consists of the network others are folded into. */
typedef struct FoldedNetwork
{
	uint8	   *data;			/* NULL if nothing is folded */
	size_t		len;
	uint8	   *room;			/* buffer for the next one */
	size_t		size;
} FoldedNetwork;

/* Folds the networks of one side after the last one to keep. */
static KloutStatus
fold_side(FoldedNetwork *folded, MergeSide side, KloutUnit unit,
		  KloutName last, KloutFolds *folds)
{
	for (side_next(&side); side.more; side_next(&side))
	{
		KloutName	name = side.network.name;
		KloutWriter writer;
		uint8	   *swap = folded->data;

		if (!is_folded_network(name, last))
			continue;
		klout_writer_init(&writer, folded->room, folded->size);
		klout_write_header(&writer, unit, 1);
		if (folded->data == NULL)
		{
			write_name(&writer, klout_folded_name);
			copy_network(&writer, side.start + 1 + name.len,
						 side.signals.reader.next);
			swap = folded->room + folded->size;
		}
		else
		{
			KloutSignals signals;
			KloutNetwork network;
			KloutStatus status;

			(void) klout_signals_iter_init(&signals, folded->data, folded->len);
			if (!klout_signals_next(&signals, &network))
				return KLOUT_CORRUPT;
			status = merge_network(&writer, unit, &network, &side.network, folds);
			if (status != KLOUT_OK)
				return status;
		}
		if (writer.full)
			return KLOUT_CORRUPT;
		folded->data = folded->room;
		folded->len = (size_t) (writer.next - folded->data);
		folded->room = swap;
	}
	return KLOUT_OK;
}

KloutStatus
klout_signals_merge(const uint8 *left_data, size_t left_len,
					const uint8 *right_data, size_t right_len,
					uint8 *out, size_t out_size, size_t *out_len,
					KloutFolds *folds)
{
	MergeSide	left;
	MergeSide	right;
	KloutUnit	unit;
	KloutWriter writer;
	KloutName	last = {"", 0}; /* last to keep, if too many */
	bool		too_many;
	FoldedNetwork folded = {NULL, 0, NULL, 0};
	int			networks = 0;

	if (klout_signals_iter_init(&left.signals, left_data, left_len) ||
		klout_signals_iter_init(&right.signals, right_data, right_len))
		return KLOUT_CORRUPT;
	unit = left.signals.unit != KLOUT_UNIT_NONE ? left.signals.unit :
		right.signals.unit;
	if (right.signals.unit != KLOUT_UNIT_NONE && right.signals.unit != unit)
		return KLOUT_UNITS_DIFFER;

	too_many = left.signals.networks + right.signals.networks > KLOUT_NETWORKS_MAX &&
		last_kept_network(left, right, &last);
	if (unlikely(too_many))
	{
		KloutStatus status;

		folded.size = fold_bound(left_len, right_len);
		if (out_size < 2 * folded.size)
			return KLOUT_CORRUPT;	/* bound exceeded: cannot happen */
		out_size -= 2 * folded.size;
		folded.room = out + out_size;
		folds->networks = true;
		status = fold_side(&folded, left, unit, last, folds);
		if (status == KLOUT_OK)
			status = fold_side(&folded, right, unit, last, folds);
		if (status != KLOUT_OK)
			return status;
	}

	klout_writer_init(&writer, out, out_size);
	klout_write_header(&writer, unit, 0);

	side_next(&left);
	side_next(&right);
	while (left.more || right.more)
	{
		int			order = side_order(&left, &right);
		bool		skip = false;

		if (unlikely(too_many))
		{
			KloutName	name = order <= 0 ? left.network.name : right.network.name;

			skip = is_folded_network(name, last);
			if (folded.data && klout_name_compare(name, klout_folded_name) >= 0)
			{
				copy_network(&writer, folded.data + KLOUT_SIGNALS_EMPTY_LEN,
							 folded.data + folded.len);
				folded.data = NULL;
				networks++;
			}
		}
		if (skip)
			;
		else if (order < 0)
			copy_network(&writer, left.start, left.signals.reader.next);
		else if (order > 0)
			copy_network(&writer, right.start, right.signals.reader.next);
		else
		{
			KloutStatus status = merge_network(&writer, unit, &left.network,
											   &right.network, folds);

			if (status != KLOUT_OK)
				return status;
		}
		networks += !skip;
		if (order <= 0)
			side_next(&left);
		if (order >= 0)
			side_next(&right);
	}
	if (folded.data)
	{
		/* every name is smaller */
		copy_network(&writer, folded.data + KLOUT_SIGNALS_EMPTY_LEN,
					 folded.data + folded.len);
		networks++;
	}
	if (left.signals.fault || right.signals.fault || writer.full)
		return KLOUT_CORRUPT;
	Assert(networks <= KLOUT_NETWORKS_MAX);
	out[2] = (uint8) networks;
	*out_len = (size_t) (writer.next - out);
	return KLOUT_OK;
}
