/*-------------------------------------------------------------------------
 *
 * merge.c
 *	  Merging the canonical bytes of two klout_signals.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/layout.h"

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
	n = klout_keep_sample(united, n, unit, keys);
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
