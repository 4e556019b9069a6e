/*-------------------------------------------------------------------------
 *
 * read.c
 *	  Reading the canonical bytes of klout_signals.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/layout.h"

/* range of timestamptz in microseconds since 2000-01-01 */
#define TIMESTAMP_FIRST			INT64CONST(-211813488000000000)
#define TIMESTAMP_END			INT64CONST(9223371331200000000)

const KloutName klout_folded_name = {
	KLOUT_FOLDED_NAME, sizeof(KLOUT_FOLDED_NAME) - 1
};

const uint8 klout_signals_empty[KLOUT_SIGNALS_EMPTY_LEN] = {
	KLOUT_SIGNALS_VERSION, KLOUT_UNIT_NONE, 0
};

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
