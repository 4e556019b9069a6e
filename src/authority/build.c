/*-------------------------------------------------------------------------
 *
 * build.c
 *	  Builds the graph from edges as they arrived.
 *
 * 1. Vertices are numbered by falling out-degree, ties by id.  The columns read
 *	  most are then adjacent, and numbers do not depend on the order of edges.
 * 2. Edges are scattered into blocks of rows that fit the cache.  A row belongs
 *	  to the block of its lowest bits, which spreads the largest rows evenly.
 *	  Within its block an edge is a 32-bit key, row above column, and a weight.
 *	  One cache line of keys for each block collects edges on their way:
 *	  written directly, most would miss the TLB.
 * 3. Each block is radix-sorted, and repeated pairs are merged in place.
 *	  Weights of one pair are added in order of size.
 * 4. Out-weights are summed while rows are written, in order of blocks and
 *	  rows.  So each sum has one order, whatever the order of the input.
 *
 * Weights stay float4 as long as all of them and all sums of repeated pairs are
 * exactly float4.  At the first sum that is not, all values become float8.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/graph.h"

#include <math.h>

#include "port/pg_bitutils.h"

/* The usual size of a block; more blocks than the maximum slow scattering. */
#define BLOCK_EDGES			16384
#define BLOCKS_USUAL_BITS	12

/* Radix sorts use digits of 11 bits: three for a key. */
#define DIGIT_BITS			11
#define DIGITS				(1 << DIGIT_BITS)
#define KEY_DIGITS			3

/* keys in a cache line; blocks start at line boundaries */
#define LINE_EDGES			16

/* how far ahead of the current element loops prefetch */
#define PREFETCH_DISTANCE	64

/* edges scattered between two looks at interrupts */
#define SCATTER_EDGES		(64 * 1024)

typedef struct Outflow
{
	double		weight;			/* sum over out-edges */
	uint32		edges;			/* to different vertices */
} Outflow;

typedef struct Build
{
	KloutMemory *memory;
	KloutGraph *graph;
	int			block_bits;
	int			column_bits;
	uint32		blocks;
	uint64		capacity;		/* edges, with blocks rounded up to lines */
	uint64		largest;		/* edges of the largest block */
	KloutWeightKind from;		/* of the scattered weights */
	uint64	   *block_start;	/* [blocks + 1] */
	uint32	   *used;			/* [blocks] scattered edges, later merged ones */
	uint32	   *column;			/* [capacity] keys, later columns */
	void	   *weight;			/* [capacity] scattered weights, later values */
	void	   *value;			/* the same until values are widened */
	Outflow    *outflow;		/* [n] */
	uint64		steps;			/* since the last look at interrupts */
} Build;

static inline void
count_steps(Build *build, uint64 steps)
{
	build->steps += steps;
	if (build->steps >= KLOUT_INTERRUPT_STEPS)
	{
		build->steps = 0;
		build->memory->interrupts();
	}
}

/* ----------
 * Order of vertices
 * ----------
 */

/* The first eight bytes of an id, as an integer that sorts as they do. */
static uint64
prefix_of(const KloutIds *ids, uint32 number)
{
	const uint8 *data = (const uint8 *) ids->data + ids->offset[number];
	uint64		len = ids->offset[number + 1] - ids->offset[number];
	uint64		prefix = 0;

	for (uint64 i = 0; i < 8; i++)
		prefix = prefix << 8 | (i < len ? data[i] : 0);
	return prefix;
}

static int
compare_ids(const void *a, const void *b, void *arg)
{
	const KloutIds *ids = (const KloutIds *) arg;
	uint32		x = ((const KloutKeyed *) a)->number;
	uint32		y = ((const KloutKeyed *) b)->number;
	uint64		x_len = ids->offset[x + 1] - ids->offset[x];
	uint64		y_len = ids->offset[y + 1] - ids->offset[y];
	int			order = memcmp(ids->data + ids->offset[x],
							   ids->data + ids->offset[y],
							   (size_t) Min(x_len, y_len));

	if (order == 0)
		order = x_len < y_len ? -1 : x_len > y_len;
	return order;
}

/* Fills graph->by_id and graph->vertex. */
static void
order_vertices(KloutGraph *graph, const KloutIds *ids)
{
	KloutMemory *memory = graph->memory;
	size_t		n = graph->n;
	KloutKeyed *a = KLOUT_ALLOC(memory, KloutKeyed, n);
	KloutKeyed *b = KLOUT_ALLOC(memory, KloutKeyed, n);

	for (uint32 i = 0; i < n; i++)
	{
		/* flip the sign bit, so that negative ids sort first */
		a[i].key = ids->bytes ? prefix_of(ids, i) :
			(uint64) ids->id[i] ^ (UINT64CONST(1) << 63);
		a[i].number = i;
	}
	klout_sort_by_key(&a, &b, n, memory);
	if (ids->bytes)
	{
		for (size_t from = 0, to; from < n; from = to)
		{
			for (to = from + 1; to < n && a[to].key == a[from].key; to++)
				;
			if (to - from > 1)
			{
				memory->interrupts();
				qsort_arg(a + from, to - from, sizeof(KloutKeyed),
						  compare_ids, unconstify(KloutIds *, ids));
			}
		}
	}

	for (size_t i = 0; i < n; i++)
	{
		graph->by_id[i] = a[i].number;
		a[i].key = PG_UINT32_MAX - ids->edges[a[i].number][KLOUT_ACTOR];
	}
	klout_sort_by_key(&a, &b, n, memory);
	for (uint32 v = 0; v < n; v++)
		graph->vertex[a[v].number] = v;

	KLOUT_FREE(memory, a);
	KLOUT_FREE(memory, b);
}

/* ----------
 * Blocks
 * ----------
 */

/* Bits of the numbers below n. */
static int
bits_below(uint64 n)
{
	return n > 1 ? pg_leftmost_one_pos64(n - 1) + 1 : 0;
}

/*
 * Enough blocks that one fits the cache, and that a row of a block and a column
 * together fit 32 bits.
 */
static int
block_bits_for(uint64 vertices, uint64 edges)
{
	int			column_bits = bits_below(vertices);
	int			bits = Min(bits_below(edges / BLOCK_EDGES), BLOCKS_USUAL_BITS);

	return Max(Min(bits, column_bits), 2 * column_bits - 32);
}

/* Computes where each block starts, from the in-degrees of its vertices. */
static void
lay_out_blocks(Build *build, const KloutIds *ids)
{
	uint32		mask = build->blocks - 1;

	memset(build->block_start, 0, ((size_t) build->blocks + 1) * sizeof(uint64));
	memset(build->used, 0, build->blocks * sizeof(uint32));
	for (uint32 i = 0; i < ids->n; i++)
		build->block_start[build->graph->vertex[i] & mask] +=
			ids->edges[i][KLOUT_TARGET];
	for (uint32 block = 0; block <= build->blocks; block++)
	{
		uint64		count = build->block_start[block];

		build->largest = Max(build->largest, count);
		build->block_start[block] = build->capacity;
		build->capacity += TYPEALIGN64(LINE_EDGES, count);
	}
}

/* Allocates the arrays of the build and lays out the blocks. */
static void
build_init(Build *build, KloutGraph *graph, KloutIds *ids, const KloutEdges *edges)
{
	KloutMemory *memory = ids->memory;

	memset(build, 0, sizeof(Build));
	memset(graph, 0, sizeof(KloutGraph));
	build->memory = graph->memory = memory;
	build->graph = graph;
	build->from = graph->kind = edges->kind;
	graph->n = ids->n;
	graph->vertex = KLOUT_ALLOC(memory, uint32, graph->n);
	graph->by_id = KLOUT_ALLOC(memory, uint32, graph->n);
	order_vertices(graph, ids);

	build->column_bits = bits_below(ids->n);
	build->block_bits = block_bits_for(ids->n, edges->n);
	build->blocks = (uint32) 1 << build->block_bits;
	build->block_start = KLOUT_ALLOC(memory, uint64, (size_t) build->blocks + 1);
	build->used = KLOUT_ALLOC(memory, uint32, build->blocks);
	lay_out_blocks(build, ids);
	KLOUT_FREE(memory, ids->edges);

	build->column = KLOUT_ALLOC(memory, uint32, build->capacity);
	build->weight = build->value = klout_alloc(memory, build->capacity,
											   klout_weight_size(build->from));
}

/* ----------
 * Scattering
 * ----------
 */

/* For each block a cache line of keys, and their weights. */
typedef struct Lines
{
	uint8	   *n;				/* [blocks] edges in the line */
	uint32	   *key;			/* [blocks * LINE_EDGES] */
	void	   *weight;			/* by kind */
} Lines;

/* Appends the n edges in the line of a block to the block. */
static pg_attribute_always_inline void
flush_line(const Build *build, const Lines *lines, uint32 block, uint32 n,
		   KloutWeightKind kind)
{
	uint64		to = build->block_start[block] + build->used[block];
	size_t		line = (size_t) block * LINE_EDGES;

	Assert(to + n <= build->block_start[block + 1]);
	build->used[block] += n;
	memcpy(build->column + to, lines->key + line, n * sizeof(uint32));
	memcpy(klout_weights_from(build->weight, to, kind),
		   klout_weights_from(lines->weight, line, kind), n * klout_weight_size(kind));
}

/* Scatters some edges of a chunk. */
static pg_attribute_always_inline void
scatter(const Build *build, const Lines *lines, const KloutEdgeChunk *chunk,
		uint32 from, uint32 to, KloutWeightKind chunk_kind, KloutWeightKind kind)
{
	const uint32 *vertex = build->graph->vertex;
	const uint32 *actor = klout_chunk_actors(chunk);
	const uint32 *target = klout_chunk_targets(chunk);
	const void *weight = klout_chunk_weights(chunk);
	uint32		mask = build->blocks - 1;
	int			block_bits = build->block_bits;
	int			column_bits = build->column_bits;

	for (uint32 i = from; i < to; i++)
	{
		uint32		row = vertex[target[i]];
		uint32		block = row & mask;
		uint32		at = lines->n[block];
		size_t		line;

		if (i + PREFETCH_DISTANCE < to)
		{
			KLOUT_PREFETCH(&vertex[target[i + PREFETCH_DISTANCE]]);
			KLOUT_PREFETCH(&vertex[actor[i + PREFETCH_DISTANCE]]);
		}
		line = (size_t) block * LINE_EDGES + at;
		lines->key[line] = (uint32) ((uint64) row >> block_bits << column_bits) |
			vertex[actor[i]];
		klout_weight_set(lines->weight, line, klout_weight_at(weight, i, chunk_kind), kind);
		if (++at == LINE_EDGES)
		{
			flush_line(build, lines, block, LINE_EDGES, kind);
			at = 0;
		}
		lines->n[block] = (uint8) at;
	}
}

/* Scatters all edges, freeing each chunk after it was read. */
static void
scatter_edges(const Build *build, KloutEdges *edges)
{
	KloutMemory *memory = build->memory;
	Lines		lines;

	lines.n = KLOUT_ALLOC(memory, uint8, build->blocks);
	memset(lines.n, 0, build->blocks);
	lines.key = KLOUT_ALLOC(memory, uint32, (size_t) build->blocks * LINE_EDGES);
	lines.weight = klout_alloc(memory, (size_t) build->blocks * LINE_EDGES,
							   klout_weight_size(build->from));
	while (edges->first != NULL)
	{
		const KloutEdgeChunk *chunk = edges->first;

		for (uint32 from = 0, to; from < chunk->n; from = to)
		{
			memory->interrupts();
			to = chunk->n - from > SCATTER_EDGES ? from + SCATTER_EDGES : chunk->n;
			if (build->from == KLOUT_WEIGHT_FLOAT4)
				scatter(build, &lines, chunk, from, to, KLOUT_WEIGHT_FLOAT4, KLOUT_WEIGHT_FLOAT4);
			else
				scatter(build, &lines, chunk, from, to, chunk->kind, KLOUT_WEIGHT_FLOAT8);
		}
		klout_edges_drop(edges);
	}
	for (uint32 block = 0; block < build->blocks; block++)
		flush_line(build, &lines, block, lines.n[block], build->from);
	klout_edges_free(edges);
	KLOUT_FREE(memory, lines.n);
	KLOUT_FREE(memory, lines.key);
	KLOUT_FREE(memory, lines.weight);
}

/* ----------
 * Sorting and merging
 * ----------
 */

/* Edges of a block: keys and weights. */
typedef struct BlockEdges
{
	uint32	   *key;
	void	   *weight;
	KloutWeightKind kind;
} BlockEdges;

/* One pass of a radix sort: offset[] is where the next edge of a digit goes. */
static pg_attribute_always_inline void
sort_pass(const BlockEdges *from, const BlockEdges *to, uint64 n, int shift,
		  uint32 *offset, KloutWeightKind kind)
{
	for (uint64 i = 0; i < n; i++)
	{
		uint32		key = from->key[i];
		uint32		at = offset[(key >> shift) & (DIGITS - 1)]++;

		to->key[at] = key;
		klout_weight_set(to->weight, at, klout_weight_at(from->weight, i, kind), kind);
	}
}

/* Sorts n edges by row and column, with scratch; returns where they are then. */
static BlockEdges
sort_block(Build *build, BlockEdges from, BlockEdges to, uint64 n)
{
	uint32		offset[KEY_DIGITS][DIGITS] = {0};

	for (uint64 i = 0; i < n; i++)
		for (int digit = 0; digit < KEY_DIGITS; digit++)
			offset[digit][(from.key[i] >> (digit * DIGIT_BITS)) & (DIGITS - 1)]++;

	for (int digit = 0; digit < KEY_DIGITS; digit++)
	{
		int			shift = digit * DIGIT_BITS;
		BlockEdges	swap = from;
		uint32		below = 0;

		/* skip a digit that all keys share */
		if (n == 0 || offset[digit][(from.key[0] >> shift) & (DIGITS - 1)] == n)
			continue;
		for (int d = 0; d < DIGITS; d++)
		{
			uint32		count = offset[digit][d];

			offset[digit][d] = below;
			below += count;
		}
		if (build->from == KLOUT_WEIGHT_FLOAT4)
			sort_pass(&from, &to, n, shift, offset[digit], KLOUT_WEIGHT_FLOAT4);
		else
			sort_pass(&from, &to, n, shift, offset[digit], KLOUT_WEIGHT_FLOAT8);
		from = to;
		to = swap;
		count_steps(build, n);
	}
	return from;
}

static int
compare_float4(const void *a, const void *b)
{
	float		x = *(const float *) a;
	float		y = *(const float *) b;

	return x < y ? -1 : x > y;
}

static int
compare_float8(const void *a, const void *b)
{
	double		x = *(const double *) a;
	double		y = *(const double *) b;

	return x < y ? -1 : x > y;
}

/* Sums the weights of a repeated pair in order of size, sorting them. */
static double
merged_weight(const BlockEdges *edges, uint64 from, uint64 to)
{
	double		sum = 0;

	pg_qsort(klout_weights_from(edges->weight, from, edges->kind), to - from,
			 klout_weight_size(edges->kind),
			 edges->kind == KLOUT_WEIGHT_FLOAT4 ? compare_float4 : compare_float8);
	for (uint64 i = from; i < to; i++)
		sum += klout_weight_at(edges->weight, i, edges->kind);
	return sum;
}

/* The end of the run of one repeated pair. */
static inline uint64
pair_end(const BlockEdges *edges, uint64 at, uint64 n)
{
	uint32		key = edges->key[at];

	do
		at++;
	while (at < n && edges->key[at] == key);
	return at;
}

/* Are all sums of repeated pairs of a sorted block exactly float4? */
static bool
sums_are_float4(const BlockEdges *edges, uint64 n)
{
	for (uint64 at = 0; at + 1 < n; at++)
		if (unlikely(edges->key[at] == edges->key[at + 1]))
		{
			uint64		to = pair_end(edges, at, n);

			if (!klout_is_float4(merged_weight(edges, at, to)))
				return false;
			at = to - 1;
		}
	return true;
}

/*
 * Merges the n sorted edges of a block into its rows and sums out-weights.  The
 * rows may overwrite the edges, as a merged edge never overtakes the read.
 */
static pg_attribute_always_inline void
merge_block(Build *build, uint32 block, const BlockEdges *edges, uint64 n,
			KloutWeightKind from, KloutWeightKind kind)
{
	KloutGraph *graph = build->graph;
	Outflow    *outflow = build->outflow;
	uint64		start = build->block_start[block];
	int			column_bits = build->column_bits;
	uint32		column_mask = (uint32) ((UINT64CONST(1) << column_bits) - 1);
	uint64		out = start;
	uint64		at = 0;

	while (at < n)
	{
		uint32		v = (uint32) ((uint64) edges->key[at] >> column_bits <<
								  build->block_bits) | block;
		uint64		row_end_key = ((uint64) edges->key[at] | column_mask) + 1;

		graph->start[v] = out;
		while (at < n && edges->key[at] < row_end_key)
		{
			uint32		key = edges->key[at];
			uint64		to = at + 1;
			double		weight = klout_weight_at(edges->weight, at, from);

			Assert(out <= start + at);
			if (at + PREFETCH_DISTANCE < n)
				KLOUT_PREFETCH(&outflow[edges->key[at + PREFETCH_DISTANCE] & column_mask]);
			if (unlikely(to < n && edges->key[to] == key))
			{
				to = pair_end(edges, at, n);
				weight = merged_weight(edges, at, to);
			}
			build->column[out] = key & column_mask;
			klout_weight_set(build->value, out, weight, kind);
			outflow[key & column_mask].weight += weight;
			outflow[key & column_mask].edges++;
			out++;
			at = to;
		}
		graph->length[v] = (uint32) (out - graph->start[v]);
	}
	build->used[block] = (uint32) (out - start);
	graph->edges += build->used[block];
	count_steps(build, n);
}

/* From here on values are float8: converts the rows of blocks before this one. */
static void
widen_values(Build *build, uint32 block)
{
	build->graph->kind = KLOUT_WEIGHT_FLOAT8;
	build->value = KLOUT_ALLOC(build->memory, double, build->capacity);
	for (uint32 done = 0; done < block; done++)
	{
		uint64		start = build->block_start[done];

		for (uint64 i = start; i < start + build->used[done]; i++)
			((double *) build->value)[i] = ((float *) build->weight)[i];
		count_steps(build, build->used[done]);
	}
}

static void
build_rows(Build *build)
{
	KloutMemory *memory = build->memory;
	KloutGraph *graph = build->graph;
	BlockEdges	scratch = {0};

	graph->start = KLOUT_ALLOC(memory, uint64, graph->n);
	graph->length = KLOUT_ALLOC(memory, uint32, graph->n);
	build->outflow = KLOUT_ALLOC(memory, Outflow, graph->n);
	memset(graph->start, 0, graph->n * sizeof(uint64));
	memset(graph->length, 0, graph->n * sizeof(uint32));
	memset(build->outflow, 0, graph->n * sizeof(Outflow));
	scratch.kind = build->from;
	scratch.key = KLOUT_ALLOC(memory, uint32, build->largest);
	scratch.weight = klout_alloc(memory, build->largest, klout_weight_size(build->from));

	for (uint32 block = 0; block < build->blocks; block++)
	{
		uint64		n = build->used[block];
		uint64		start = build->block_start[block];
		BlockEdges	edges = {
			build->column + start,
			klout_weights_from(build->weight, start, build->from),
			build->from
		};
		BlockEdges	sorted = sort_block(build, edges, scratch, n);

		if (graph->kind == KLOUT_WEIGHT_FLOAT4 && !sums_are_float4(&sorted, n))
			widen_values(build, block);
		if (graph->kind == KLOUT_WEIGHT_FLOAT4)
			merge_block(build, block, &sorted, n, KLOUT_WEIGHT_FLOAT4, KLOUT_WEIGHT_FLOAT4);
		else if (build->from == KLOUT_WEIGHT_FLOAT4)
			merge_block(build, block, &sorted, n, KLOUT_WEIGHT_FLOAT4, KLOUT_WEIGHT_FLOAT8);
		else
			merge_block(build, block, &sorted, n, KLOUT_WEIGHT_FLOAT8, KLOUT_WEIGHT_FLOAT8);
	}
	KLOUT_FREE(memory, scratch.key);
	KLOUT_FREE(memory, scratch.weight);
	if (graph->kind != build->from)
		KLOUT_FREE(memory, build->weight);
}

/* ----------
 * The end
 * ----------
 */

/* The vertex whose out-weight exceeds float8, or KLOUT_INVALID_VERTEX. */
static uint32
overflowing_vertex(const Build *build)
{
	/* float4 weights are too few to add up to infinity */
	if (build->graph->kind == KLOUT_WEIGHT_FLOAT8)
		for (uint32 v = 0; v < build->graph->n; v++)
			if (!isfinite(build->outflow[v].weight))
				return v;
	return KLOUT_INVALID_VERTEX;
}

/*
 * Prepares values for the iteration.  float4 weights stay, and the scale of a
 * vertex divides by its out-weight.  float8 weights, which may differ by more
 * than a quotient can hold, are divided themselves.
 */
static void
normalise(Build *build)
{
	KloutGraph *graph = build->graph;
	bool		is4 = graph->kind == KLOUT_WEIGHT_FLOAT4;

	graph->scale = KLOUT_ALLOC(build->memory, double, graph->n);
	for (uint32 v = 0; v < graph->n; v++)
		graph->scale[v] = build->outflow[v].edges == 0 ? 0 :
			is4 ? 1 / build->outflow[v].weight : 1;
	for (uint32 block = 0; block < build->blocks && !is4; block++)
	{
		uint64		start = build->block_start[block];

		for (uint64 i = start; i < start + build->used[block]; i++)
			((double *) build->value)[i] /= build->outflow[build->column[i]].weight;
		count_steps(build, build->used[block]);
	}
}

const char *
klout_graph_build(KloutGraph *graph, KloutIds *ids, KloutEdges *edges,
				  uint32 *culprit)
{
	KloutMemory *memory = ids->memory;
	Build		build;
	uint32		overflowing;
	uint32	   *out_degree;

	Assert(ids->slot == NULL && ids->n > 1 && edges->n > 0);
	build_init(&build, graph, ids, edges);
	scatter_edges(&build, edges);
	build_rows(&build);
	overflowing = overflowing_vertex(&build);
	if (overflowing != KLOUT_INVALID_VERTEX)
	{
		for (uint32 i = 0; i < graph->n; i++)
			if (graph->vertex[i] == overflowing)
				*culprit = i;
		return "the weights of one actor add up to more than float8 can hold";
	}
	normalise(&build);

	graph->column = build.column;
	graph->value = build.value;
	graph->capacity = build.capacity;
	out_degree = KLOUT_ALLOC(memory, uint32, graph->n);
	for (uint32 v = 0; v < graph->n; v++)
		out_degree[v] = build.outflow[v].edges;
	KLOUT_FREE(memory, build.outflow);
	KLOUT_FREE(memory, build.block_start);
	KLOUT_FREE(memory, build.used);
	klout_graph_peel(graph, out_degree);
	KLOUT_FREE(memory, out_degree);
	return NULL;
}

/* What rounding a block up to huge pages adds. */
static uint64
rounding(uint64 size, size_t huge)
{
	return huge > 0 && size >= huge ? KLOUT_HUGE_PAGE - size % KLOUT_HUGE_PAGE : 0;
}

size_t
klout_graph_needs(uint64 vertices, uint64 edges, KloutWeightKind kind,
				  size_t huge)
{
	uint64		value = kind == KLOUT_WEIGHT_FLOAT8 ? 8 : 4;
	uint64		blocks = UINT64CONST(1) << block_bits_for(vertices, edges);

	/* edges as they arrived, and by block; rows, with scratch for one block */
	uint64		arrived = edges * (8 + value);
	uint64		scatter = arrived + edges * (4 + value) + vertices * 40;
	uint64		rows = edges * 2 * (4 + value) + vertices * 64;

	/* rows, and the solver's copy; that and the solver's vectors */
	uint64		copy = edges * 2 * (4 + value) + vertices * 104;
	uint64		solve = edges * (4 + value) + vertices * 192;
	uint64		most = Max(Max(scatter, rows), Max(copy, solve)) - arrived +
		blocks * 512 + KLOUT_GRAPH_SLACK;

	/* arrays by vertex of 4, 8 and 16 bytes, those of edges, and the vectors */
	most += 8 * rounding(vertices * 4, huge) + 6 * rounding(vertices * 8, huge) +
		rounding(vertices * 16, huge) + 2 * rounding(edges * 4, huge) +
		rounding(edges * (4 + value), huge) + rounding(vertices * 132, huge);
	return most > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t) most;
}
