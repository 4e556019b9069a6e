/*-------------------------------------------------------------------------
 *
 * authority_build.c
 *	  The graph of who reacted to whom: from edges as they came to rows.
 *
 * Plan.
 *
 * 1. Vertices are numbered by falling out-degree, ties by id: the columns that
 *	  are read most lie together, and the numbering does not depend on the
 *	  order of rows.
 * 2. Edges are scattered into blocks of rows that fit the cache.  A row
 *	  belongs to the block of its lowest bits, so that the busiest people are
 *	  spread evenly.  Within its block an edge is a key of 32 bits, row above
 *	  column, and a weight.  Where they stand in the block does not matter, so
 *	  each process fills cache lines of its own, and takes room for a line at
 *	  a time.
 * 3. Each block is sorted with a radix sort and written back, merged, over
 *	  what it was read from.  Repeated pairs are added up in order of weight.
 *	  Sums of float4 weights that are no float4 leave their block as it is; if
 *	  there are any, all values become float8 in a stage of its own.
 * 4. What leaves a vertex is added up in order of blocks and rows, by ranges
 *	  of columns.  Hence every sum has one order whatever the input's was, and
 *	  whoever computes it.
 * 5. Peeling: vertices whose inflow comes from no cycle (heads) and whose
 *	  outflow reaches none (tails) need no iteration.  A vertex watches one
 *	  unsettled vertex of its row at a time and looks at the next only when
 *	  that is settled, so that it takes linear time without outgoing lists.
 *
 * Memory.  Everything is from the leader's KloutMemory, but for the lines and
 * the space to sort a block of the other processes.  Both copies of the edges,
 * as they came and by block, exist at the same time; see klout_graph_needs.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_build.h"

#include <math.h>

#include "port/pg_bitutils.h"

/* a block of rows has about so many edges; more blocks slow scattering down */
#define BLOCK_EDGES			16384
#define BLOCKS_USUAL_BITS	12

/* radix sorts go by digits of 11 bits */
#define DIGIT_BITS			11
#define DIGITS				(1 << DIGIT_BITS)

/* digits of 32 bits */
#define KEY_DIGITS			3

/* edges of a chunk that are a piece */
#define PIECE_EDGES			(64 * 1024)

/* edges of a cache line of keys; blocks begin at such lines */
#define LINE_EDGES			16

/* elements ahead of the current one that are asked for early */
#define AHEAD				64

/* What leaves a vertex. */
typedef struct KloutOutflow
{
	double		weight;			/* added up */
	uint32		edges;			/* to different vertices */
} KloutOutflow;

/* In front of the arrays that the processes share for the build alone. */
struct KloutBuild
{
	uint32		n;				/* vertices */
	uint64		edges;			/* repeated ones as often as they came */
	int			block_bits;
	int			column_bits;
	uint32		blocks;
	uint64		places;			/* edges and what fills blocks' lines up */
	uint64		largest;		/* edges of the largest block */
	KloutWeightKind from;		/* kind of the weights by block */
	KloutWeightKind kind;		/* of the values of rows */
	uint32		ranges;			/* of columns */

	/* bytes from the start of this */
	size_t		block_start;	/* uint64[blocks + 1] */
	size_t		used;			/* uint32[blocks] places of a block that are
								 * taken: by edges that have come, then by its
								 * rows */
	size_t		unmerged;		/* bool[blocks] sorted alone */
	size_t		range_start;	/* uint32[ranges + 1] */
	size_t		meaning;		/* uint64[] where each table of vertices of
								 * somebody else's numbers begins */
};

#define ARRAY(build, type, offset)	((type *) ((char *) (build) + (offset)))

static inline void
count_steps(KloutBuilder *builder, uint64 steps)
{
	builder->steps += steps;
	if (builder->steps >= KLOUT_INTERRUPT_STEPS)
	{
		builder->steps = 0;
		builder->memory->interrupts();
	}
}

static size_t
size_of_value(KloutWeightKind kind)
{
	return kind == KLOUT_WEIGHT_FLOAT8 ? sizeof(double) : sizeof(float);
}

/* ----------
 * Order of vertices
 * ----------
 */

/* The first eight bytes of an id, as a number in their order. */
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

/*
 * Fills graph->by_id and graph->vertex, and cuts vertices into ranges that
 * about as many edges leave.
 */
static void
order_vertices(KloutGraph *graph, const KloutIds *ids, uint64 edges,
			   uint32 *range_start, uint32 ranges)
{
	KloutMemory *memory = graph->memory;
	size_t		n = graph->n;
	KloutKeyed *a = KLOUT_TAKE(memory, KloutKeyed, n);
	KloutKeyed *b = KLOUT_TAKE(memory, KloutKeyed, n);
	uint64		leaving = 0;
	uint32		range = 0;

	for (uint32 i = 0; i < n; i++)
	{
		/* the sign bit turned over: negative ids come first */
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
	{
		graph->vertex[a[v].number] = v;
		while (range < ranges && leaving >= edges * range / ranges)
			range_start[range++] = v;
		leaving += PG_UINT32_MAX - a[v].key;
	}
	while (range <= ranges)
		range_start[range++] = (uint32) n;

	KLOUT_GIVE(memory, a, n);
	KLOUT_GIVE(memory, b, n);
}

/* ----------
 * Start
 * ----------
 */

/* Bits of the numbers below n. */
static int
bits_below(uint64 n)
{
	return n > 1 ? pg_leftmost_one_pos64(n - 1) + 1 : 0;
}

/*
 * There are enough blocks that one fits the cache, and that a row of a block
 * and a column together have 32 bits.
 */
static int
block_bits_for(uint64 vertices, uint64 edges)
{
	int			column_bits = bits_below(vertices);
	int			bits = Min(bits_below(edges / BLOCK_EDGES), BLOCKS_USUAL_BITS);

	return Max(Min(bits, column_bits), 2 * column_bits - 32);
}

/* Takes the block that begins with the build itself. */
static KloutBuild *
take_build(KloutBuilder *builder, const KloutIds *ids, int processes)
{
	KloutEdges *edges = builder->edges;
	size_t		end = TYPEALIGN(64, sizeof(KloutBuild));
	KloutBuild	layout;
	KloutBuild *build;

	memset(&layout, 0, sizeof(layout));
	layout.n = ids->n;
	layout.edges = edges->n;
	layout.column_bits = bits_below(ids->n);
	layout.block_bits = block_bits_for(ids->n, edges->n);
	layout.blocks = (uint32) 1 << layout.block_bits;
	layout.from = edges->kind;
	layout.kind = Max(edges->kind, KLOUT_WEIGHT_FLOAT4);
	layout.ranges = (uint32) processes;
	layout.block_start = klout_place_array(&end, (size_t) layout.blocks + 1, sizeof(uint64));
	layout.used = klout_place_array(&end, layout.blocks, sizeof(uint32));
	layout.unmerged = klout_place_array(&end, layout.blocks, sizeof(bool));
	layout.range_start = klout_place_array(&end, (size_t) layout.ranges + 1, sizeof(uint32));
	layout.meaning = klout_place_array(&end, edges->n_meanings, sizeof(uint64));
	for (KloutMeaning *meaning = edges->meanings; meaning != NULL;
		 meaning = meaning->next)
		klout_place_array(&end, meaning->n, sizeof(uint32));

	builder->build_size = end;
	build = (KloutBuild *) klout_take_shared(builder->memory, end, 1);
	*build = layout;
	return build;
}

/* Where each block starts, by the edges that arrive at its vertices. */
static void
lay_out_blocks(KloutBuilder *builder, const KloutIds *ids)
{
	KloutBuild *build = builder->build;
	uint64	   *block_start = ARRAY(build, uint64, build->block_start);
	uint32		mask = build->blocks - 1;

	memset(block_start, 0, ((size_t) build->blocks + 1) * sizeof(uint64));
	memset(ARRAY(build, uint32, build->used), 0, build->blocks * sizeof(uint32));
	for (uint32 i = 0; i < build->n; i++)
		block_start[builder->graph->vertex[i] & mask] += ids->edges[i][KLOUT_TARGET];
	for (uint32 block = 0; block <= build->blocks; block++)
	{
		uint64		count = block_start[block];

		build->largest = Max(build->largest, count);
		block_start[block] = build->places;
		build->places += TYPEALIGN64(LINE_EDGES, count);
	}
}

/* Which vertices the numbers of somebody else's chunks stand for. */
static void
translate_meanings(KloutBuilder *builder)
{
	KloutBuild *build = builder->build;
	uint64	   *table_at = ARRAY(build, uint64, build->meaning);
	size_t		end = build->meaning;

	klout_place_array(&end, builder->edges->n_meanings, sizeof(uint64));
	for (KloutMeaning *meaning = builder->edges->meanings; meaning != NULL;
		 meaning = meaning->next)
	{
		uint32	   *table;

		table_at[meaning->which] = klout_place_array(&end, meaning->n, sizeof(uint32));
		table = ARRAY(build, uint32, table_at[meaning->which]);
		for (uint32 i = 0; i < meaning->n; i++)
		{
			if (i + AHEAD < meaning->n)
				KLOUT_PREFETCH(&builder->graph->vertex[meaning->number[i + AHEAD]]);
			table[i] = builder->graph->vertex[meaning->number[i]];
		}
	}
}

/* What only rows need, which waits until edges as they came are gone. */
static void
take_rows(KloutBuilder *builder)
{
	KloutMemory *memory = builder->memory;
	uint32		n = builder->build->n;

	builder->start = (uint64 *) klout_take_shared(memory, n, sizeof(uint64));
	builder->length = (uint32 *) klout_take_shared(memory, n, sizeof(uint32));
	builder->outflow = (KloutOutflow *) klout_take_shared(memory, n,
														  sizeof(KloutOutflow));
	/* for those without edges; and where sums begin */
	memset(builder->start, 0, n * sizeof(uint64));
	memset(builder->length, 0, n * sizeof(uint32));
	if (builder->build->ranges == 1)
		memset(builder->outflow, 0, n * sizeof(KloutOutflow));
}

/* Those of others' chunks that all processes see, and those of the leader. */
static void
list_chunks(KloutBuilder *builder)
{
	builder->own = builder->edges->first;
	for (KloutEdgeChunk *chunk = builder->own; chunk != NULL; chunk = chunk->next)
		builder->chunks += chunk->release != NULL;
	builder->chunk = KLOUT_TAKE(builder->memory, KloutEdgeChunk, builder->chunks);
	builder->chunks = 0;
	for (KloutEdgeChunk *chunk = builder->own; chunk != NULL; chunk = chunk->next)
		if (chunk->release != NULL)
			builder->chunk[builder->chunks++] = *chunk;
}

void
klout_build_start(KloutBuilder *builder, KloutGraph *graph, KloutIds *ids,
				  KloutEdges *edges, int processes)
{
	KloutMemory *memory = ids->memory;
	KloutBuild *build;

	memset(builder, 0, sizeof(KloutBuilder));
	memset(graph, 0, sizeof(KloutGraph));
	builder->memory = graph->memory = memory;
	builder->graph = graph;
	builder->edges = edges;
	graph->n = ids->n;
	graph->vertex = KLOUT_TAKE(memory, uint32, graph->n);
	graph->by_id = KLOUT_TAKE(memory, uint32, graph->n);
	builder->build = build = take_build(builder, ids, processes);
	order_vertices(graph, ids, build->edges,
				   ARRAY(build, uint32, build->range_start), build->ranges);
	lay_out_blocks(builder, ids);
	KLOUT_GIVE(memory, ids->edges, ids->capacity);
	translate_meanings(builder);
	list_chunks(builder);

	builder->column = (uint32 *) klout_take_shared(memory, build->places,
												   sizeof(uint32));
	builder->value = klout_take_shared(memory, build->places,
									   size_of_value(build->kind));
	/* others must be shown all at once */
	if (processes > 1)
		take_rows(builder);
}

void
klout_build_blocks(const KloutBuilder *builder,
				   void *block[KLOUT_BUILD_BLOCKS])
{
	block[0] = builder->build;
	block[1] = builder->column;
	block[2] = builder->value;
	block[3] = builder->start;
	block[4] = builder->length;
	block[5] = builder->outflow;
}

void
klout_build_join(KloutBuilder *builder, KloutMemory *memory,
				 void *const block[KLOUT_BUILD_BLOCKS],
				 KloutEdgeChunk *chunk, uint32 chunks)
{
	memset(builder, 0, sizeof(KloutBuilder));
	builder->memory = memory;
	builder->build = (KloutBuild *) block[0];
	builder->column = (uint32 *) block[1];
	builder->value = block[2];
	builder->start = (uint64 *) block[3];
	builder->length = (uint32 *) block[4];
	builder->outflow = (KloutOutflow *) block[5];
	builder->chunk = chunk;
	builder->chunks = chunks;
}

/* ----------
 * Scattering
 * ----------
 */

/*
 * What is on its way to the blocks: a cache line of keys for each, and their
 * weights, which move together.  Written straight, edges would miss the TLB
 * nearly each time, as there are more blocks than pages that it holds.
 */
typedef struct Lines
{
	uint8	   *n;				/* [blocks] edges in the line of a block */
	uint32		(*key)[LINE_EDGES]; /* [blocks] */
	float		(*weight4)[LINE_EDGES]; /* by kind */
	double		(*weight8)[LINE_EDGES];
} Lines;

static size_t
line_size(KloutWeightKind kind)
{
	return 1 + LINE_EDGES * (sizeof(uint32) + (kind == KLOUT_WEIGHT_ONE ? 0 :
											   size_of_value(kind)));
}

static void
take_lines(KloutBuilder *builder, Lines *lines)
{
	KloutMemory *memory = builder->memory;
	const KloutBuild *build = builder->build;
	size_t		blocks = build->blocks;

	memset(lines, 0, sizeof(Lines));
	lines->n = KLOUT_TAKE(memory, uint8, blocks);
	memset(lines->n, 0, blocks);
	lines->key = klout_take(memory, blocks, sizeof(*lines->key));
	if (build->from == KLOUT_WEIGHT_FLOAT4)
		lines->weight4 = klout_take(memory, blocks, sizeof(*lines->weight4));
	else if (build->from == KLOUT_WEIGHT_FLOAT8)
		lines->weight8 = klout_take(memory, blocks, sizeof(*lines->weight8));
}

static void
give_lines(KloutBuilder *builder, Lines *lines)
{
	KloutMemory *memory = builder->memory;
	size_t		blocks = builder->build->blocks;

	KLOUT_GIVE(memory, lines->n, blocks);
	KLOUT_GIVE(memory, lines->key, blocks);
	KLOUT_GIVE(memory, lines->weight4, blocks);
	KLOUT_GIVE(memory, lines->weight8, blocks);
}

/* Takes room for n edges in a block: where the first of them goes. */
static inline uint64
room_in_block(KloutBuild *build, uint32 block, uint32 n)
{
	uint32	   *used = ARRAY(build, uint32, build->used) + block;

	return ARRAY(build, uint64, build->block_start)[block] +
		__atomic_fetch_add(used, n, __ATOMIC_RELAXED);
}

/* Moves the n edges in the line of a block to its place. */
static pg_attribute_always_inline void
move_line(KloutBuilder *builder, const Lines *lines, uint32 block, uint32 n,
		  KloutWeightKind kind)
{
	uint64		to = room_in_block(builder->build, block, n);

	memcpy(builder->column + to, lines->key[block], n * sizeof(uint32));
	if (kind == KLOUT_WEIGHT_FLOAT4)
		memcpy((float *) builder->value + to, lines->weight4[block],
			   n * sizeof(float));
	else if (kind == KLOUT_WEIGHT_FLOAT8)
		memcpy((double *) builder->value + to, lines->weight8[block],
			   n * sizeof(double));
}

/* Scatters edges of a chunk; kind is that of the weights by block. */
static pg_attribute_always_inline void
scatter(KloutBuilder *builder, const Lines *lines, const KloutEdgeChunk *chunk,
		const uint32 *vertex, uint32 from, uint32 to, KloutWeightKind kind)
{
	uint32		mask = builder->build->blocks - 1;
	int			block_bits = builder->build->block_bits;
	int			column_bits = builder->build->column_bits;

	for (uint32 i = from; i < to; i++)
	{
		uint32		row = vertex[chunk->target[i]];
		uint32		block = row & mask;
		uint32		at = lines->n[block];

		if (i + AHEAD < to)
		{
			KLOUT_PREFETCH(&vertex[chunk->target[i + AHEAD]]);
			KLOUT_PREFETCH(&vertex[chunk->actor[i + AHEAD]]);
		}
		lines->key[block][at] = (uint32) ((uint64) row >> block_bits << column_bits) |
			vertex[chunk->actor[i]];
		if (kind == KLOUT_WEIGHT_FLOAT4)
			lines->weight4[block][at] = chunk->kind == KLOUT_WEIGHT_ONE ? 1 :
				chunk->weight4[i];
		else if (kind == KLOUT_WEIGHT_FLOAT8)
			lines->weight8[block][at] = chunk->kind == KLOUT_WEIGHT_ONE ? 1 :
				chunk->kind == KLOUT_WEIGHT_FLOAT4 ? chunk->weight4[i] :
				chunk->weight8[i];
		if (++at == LINE_EDGES)
		{
			move_line(builder, lines, block, LINE_EDGES, kind);
			at = 0;
		}
		lines->n[block] = (uint8) at;
	}
}

static void
scatter_edges(KloutBuilder *builder, const Lines *lines,
			  const KloutEdgeChunk *chunk, const uint32 *vertex,
			  uint32 from, uint32 to)
{
	builder->memory->interrupts();
	if (builder->build->from == KLOUT_WEIGHT_ONE)
		scatter(builder, lines, chunk, vertex, from, to, KLOUT_WEIGHT_ONE);
	else if (builder->build->from == KLOUT_WEIGHT_FLOAT4)
		scatter(builder, lines, chunk, vertex, from, to, KLOUT_WEIGHT_FLOAT4);
	else
		scatter(builder, lines, chunk, vertex, from, to, KLOUT_WEIGHT_FLOAT8);
}

static uint32
chunk_pieces(const KloutEdgeChunk *chunk)
{
	return chunk->n / PIECE_EDGES + (chunk->n % PIECE_EDGES > 0);
}

/*
 * The leader's own chunks first, which nobody else can do and which are given
 * back when read, then what is left of those that all see.
 */
static void
scatter_pieces(KloutBuilder *builder, uint32 (*next) (void *argument),
			   void *argument)
{
	KloutBuild *build = builder->build;
	uint32		pieces = klout_build_pieces(builder, KLOUT_BUILD_SCATTER);
	uint32		piece;
	Lines		lines;

	take_lines(builder, &lines);
	while (builder->own != NULL && builder->own->release == NULL)
	{
		scatter_edges(builder, &lines, builder->own, builder->graph->vertex,
					  0, builder->own->n);
		builder->own = builder->own->next;
		klout_edges_drop(builder->edges);
	}
	while ((piece = next(argument)) < pieces)
	{
		const KloutEdgeChunk *chunk = builder->chunk;
		uint32		from;

		for (; piece >= chunk_pieces(chunk); chunk++)
			piece -= chunk_pieces(chunk);
		from = piece * PIECE_EDGES;
		scatter_edges(builder, &lines, chunk,
					  ARRAY(build, uint32, ARRAY(build, uint64, build->meaning)[chunk->meaning]),
					  from, Min(chunk->n - from, PIECE_EDGES) + from);
	}
	for (uint32 block = 0; block < build->blocks; block++)
		if (lines.n[block] > 0)
			move_line(builder, &lines, block, lines.n[block], build->from);
	give_lines(builder, &lines);
}

/* ----------
 * Rows
 * ----------
 */

/* Edges of a block: keys and their weights, by kind. */
typedef struct BlockEdges
{
	uint32	   *key;
	float	   *weight4;
	double	   *weight8;
} BlockEdges;

/* Where the edges of a block are that have come. */
static BlockEdges
edges_from(const KloutBuilder *builder, uint64 start)
{
	KloutWeightKind from = builder->build->from;
	BlockEdges	edges = {builder->column + start,
		from == KLOUT_WEIGHT_FLOAT4 ? (float *) builder->value + start : NULL,
	from == KLOUT_WEIGHT_FLOAT8 ? (double *) builder->value + start : NULL};

	return edges;
}

/* One pass of a radix sort: place[] is where a digit's next edge goes. */
static pg_attribute_always_inline void
sort_pass(const BlockEdges *from, const BlockEdges *to, uint64 n, int shift,
		  uint32 *place, KloutWeightKind kind)
{
	for (uint64 i = 0; i < n; i++)
	{
		uint32		key = from->key[i];
		uint32		at = place[(key >> shift) & (DIGITS - 1)]++;

		to->key[at] = key;
		if (kind == KLOUT_WEIGHT_FLOAT4)
			to->weight4[at] = from->weight4[i];
		else if (kind == KLOUT_WEIGHT_FLOAT8)
			to->weight8[at] = from->weight8[i];
	}
}

/*
 * Sorts n edges of a block by row and column, with space for as many; where
 * they are then is returned.
 */
static BlockEdges
sort_block(KloutBuilder *builder, BlockEdges from, BlockEdges to, uint64 n)
{
	KloutWeightKind kind = builder->build->from;
	uint32		place[KEY_DIGITS][DIGITS] = {0};

	for (uint64 i = 0; i < n; i++)
		for (int digit = 0; digit < KEY_DIGITS; digit++)
			place[digit][(from.key[i] >> (digit * DIGIT_BITS)) & (DIGITS - 1)]++;

	for (int digit = 0; digit < KEY_DIGITS; digit++)
	{
		int			shift = digit * DIGIT_BITS;
		BlockEdges	swap = from;
		uint32		below = 0;

		/* a digit that all share sorts nothing */
		if (n == 0 || place[digit][(from.key[0] >> shift) & (DIGITS - 1)] == n)
			continue;
		for (int d = 0; d < DIGITS; d++)
		{
			uint32		count = place[digit][d];

			place[digit][d] = below;
			below += count;
		}
		if (kind == KLOUT_WEIGHT_ONE)
			sort_pass(&from, &to, n, shift, place[digit], KLOUT_WEIGHT_ONE);
		else if (kind == KLOUT_WEIGHT_FLOAT4)
			sort_pass(&from, &to, n, shift, place[digit], KLOUT_WEIGHT_FLOAT4);
		else
			sort_pass(&from, &to, n, shift, place[digit], KLOUT_WEIGHT_FLOAT8);
		from = to;
		to = swap;
		count_steps(builder, n);
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

/*
 * The sum of the weights of a repeated pair, in their order, into which it
 * brings them.
 */
static double
merged_weight(const BlockEdges *edges, uint64 from, uint64 to)
{
	double		sum = 0;

	if (edges->weight8 != NULL)
	{
		pg_qsort(edges->weight8 + from, to - from, sizeof(double), compare_float8);
		for (uint64 i = from; i < to; i++)
			sum += edges->weight8[i];
	}
	else if (edges->weight4 != NULL)
	{
		pg_qsort(edges->weight4 + from, to - from, sizeof(float), compare_float4);
		for (uint64 i = from; i < to; i++)
			sum += edges->weight4[i];
	}
	else
		sum = (double) (to - from);
	return sum;
}

/* The end of the run of edges that are one pair. */
static inline uint64
pair_end(const BlockEdges *edges, uint64 at, uint64 n)
{
	uint32		key = edges->key[at];

	do
		at++;
	while (at < n && edges->key[at] == key);
	return at;
}

/* Are the sums of repeated pairs of a sorted block float4? */
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
 * Merges the n sorted edges of a block into its rows.  They may be what rows
 * are written over: a merged edge is never ahead of those that are yet to be
 * read.
 */
static pg_attribute_always_inline void
merge_block(KloutBuilder *builder, uint32 block, const BlockEdges *edges,
			uint64 n, KloutWeightKind from, KloutWeightKind kind)
{
	KloutBuild *build = builder->build;
	KloutOutflow *outflow = builder->outflow;
	bool		sums = build->ranges == 1;
	uint64		start = ARRAY(build, uint64, build->block_start)[block];
	int			column_bits = build->column_bits;
	uint32		column_mask = (uint32) ((UINT64CONST(1) << column_bits) - 1);
	uint64		out = start;
	uint64		at = 0;

	while (at < n)
	{
		uint32		v = (uint32) ((uint64) edges->key[at] >> column_bits <<
								  build->block_bits) | block;
		uint64		row_end_key = ((uint64) edges->key[at] | column_mask) + 1;

		builder->start[v] = out;
		while (at < n && edges->key[at] < row_end_key)
		{
			uint32		key = edges->key[at];
			uint64		to = at + 1;
			double		weight = from == KLOUT_WEIGHT_FLOAT4 ? edges->weight4[at] :
				from == KLOUT_WEIGHT_FLOAT8 ? edges->weight8[at] : 1;

			if (sums && at + AHEAD < n)
				KLOUT_PREFETCH(&outflow[edges->key[at + AHEAD] & column_mask]);
			if (unlikely(to < n && edges->key[to] == key))
			{
				to = pair_end(edges, at, n);
				weight = merged_weight(edges, at, to);
			}
			builder->column[out] = key & column_mask;
			if (kind == KLOUT_WEIGHT_FLOAT4)
				((float *) builder->value)[out] = (float) weight;
			else
				((double *) builder->value)[out] = weight;
			if (sums)
			{
				outflow[key & column_mask].weight += weight;
				outflow[key & column_mask].edges++;
			}
			out++;
			at = to;
		}
		builder->length[v] = (uint32) (out - builder->start[v]);
	}
	ARRAY(build, uint32, build->used)[block] = (uint32) (out - start);
	count_steps(builder, n);
}

/* The same, by kinds. */
static void
merge_kinds(KloutBuilder *builder, uint32 block, const BlockEdges *edges,
			uint64 n)
{
	KloutWeightKind from = builder->build->from;

	if (builder->build->kind == KLOUT_WEIGHT_FLOAT8)
	{
		if (from == KLOUT_WEIGHT_ONE)
			merge_block(builder, block, edges, n, KLOUT_WEIGHT_ONE, KLOUT_WEIGHT_FLOAT8);
		else if (from == KLOUT_WEIGHT_FLOAT4)
			merge_block(builder, block, edges, n, KLOUT_WEIGHT_FLOAT4, KLOUT_WEIGHT_FLOAT8);
		else
			merge_block(builder, block, edges, n, KLOUT_WEIGHT_FLOAT8, KLOUT_WEIGHT_FLOAT8);
	}
	else if (from == KLOUT_WEIGHT_ONE)
		merge_block(builder, block, edges, n, KLOUT_WEIGHT_ONE, KLOUT_WEIGHT_FLOAT4);
	else
		merge_block(builder, block, edges, n, KLOUT_WEIGHT_FLOAT4, KLOUT_WEIGHT_FLOAT4);
}

/*
 * Sorts and merges blocks.  One whose sums are no float4 stays as it is,
 * sorted, unless values are float8.
 */
static void
build_rows(KloutBuilder *builder, uint32 (*next) (void *argument),
		   void *argument)
{
	KloutBuild *build = builder->build;
	KloutMemory *memory = builder->memory;
	const uint64 *block_start = ARRAY(build, uint64, build->block_start);
	const uint32 *used = ARRAY(build, uint32, build->used);
	bool	   *unmerged = ARRAY(build, bool, build->unmerged);
	BlockEdges	space = {0};
	uint32		block;

	space.key = KLOUT_TAKE(memory, uint32, build->largest);
	if (build->from == KLOUT_WEIGHT_FLOAT4)
		space.weight4 = KLOUT_TAKE(memory, float, build->largest);
	else if (build->from == KLOUT_WEIGHT_FLOAT8)
		space.weight8 = KLOUT_TAKE(memory, double, build->largest);

	while ((block = next(argument)) < build->blocks)
	{
		uint64		n = used[block];
		BlockEdges	edges = edges_from(builder, block_start[block]);
		BlockEdges	sorted = sort_block(builder, edges, space, n);

		unmerged[block] = build->kind == KLOUT_WEIGHT_FLOAT4 &&
			!sums_are_float4(&sorted, n);
		if (!unmerged[block])
			merge_kinds(builder, block, &sorted, n);
		else if (sorted.key != edges.key)
		{
			memcpy(edges.key, sorted.key, n * sizeof(uint32));
			if (sorted.weight4 != NULL)
				memcpy(edges.weight4, sorted.weight4, n * sizeof(float));
		}
	}
	KLOUT_GIVE(memory, space.key, build->largest);
	KLOUT_GIVE(memory, space.weight4, build->largest);
	KLOUT_GIVE(memory, space.weight8, build->largest);
}

/* Values become float8, and blocks that wait for that are merged. */
static void
widen_values(KloutBuilder *builder, uint32 (*next) (void *argument),
			 void *argument)
{
	KloutBuild *build = builder->build;
	const uint64 *block_start = ARRAY(build, uint64, build->block_start);
	const uint32 *used = ARRAY(build, uint32, build->used);
	const bool *unmerged = ARRAY(build, bool, build->unmerged);
	uint32		block;

	while ((block = next(argument)) < build->blocks)
	{
		uint64		start = block_start[block];

		if (unmerged[block])
		{
			BlockEdges	edges = {builder->column + start,
				build->from == KLOUT_WEIGHT_FLOAT4 ? builder->narrow + start : NULL,
			NULL};

			merge_kinds(builder, block, &edges, used[block]);
		}
		else
			for (uint64 i = start; i < start + used[block]; i++)
				((double *) builder->value)[i] = builder->narrow[i];
		count_steps(builder, used[block]);
	}
}

/* ----------
 * What leaves a vertex
 * ----------
 */

/* Adds up what leaves the columns from first to below last. */
static pg_attribute_always_inline void
add_outflow(KloutBuilder *builder, uint32 first, uint32 last,
			KloutWeightKind kind)
{
	KloutBuild *build = builder->build;
	const uint64 *block_start = ARRAY(build, uint64, build->block_start);
	const uint32 *used = ARRAY(build, uint32, build->used);
	KloutOutflow *outflow = builder->outflow;
	uint32		width = last - first;

	for (uint32 v = first; v < last; v++)
	{
		outflow[v].weight = 0;
		outflow[v].edges = 0;
	}
	for (uint32 block = 0; block < build->blocks; block++)
	{
		const uint32 *column = builder->column + block_start[block];
		const float *value4 = (const float *) builder->value + block_start[block];
		const double *value8 = (const double *) builder->value + block_start[block];

		for (uint32 i = 0; i < used[block]; i++)
		{
			if (column[i] - first >= width)
				continue;
			outflow[column[i]].weight += kind == KLOUT_WEIGHT_FLOAT4 ?
				(double) value4[i] : value8[i];
			outflow[column[i]].edges++;
		}
		count_steps(builder, used[block]);
	}
}

static void
add_outflows(KloutBuilder *builder, uint32 (*next) (void *argument),
			 void *argument)
{
	KloutBuild *build = builder->build;
	const uint32 *range_start = ARRAY(build, uint32, build->range_start);
	uint32		range;

	while ((range = next(argument)) < build->ranges)
	{
		uint32		first = range_start[range];
		uint32		last = range_start[range + 1];

		if (build->kind == KLOUT_WEIGHT_FLOAT4)
			add_outflow(builder, first, last, KLOUT_WEIGHT_FLOAT4);
		else
			add_outflow(builder, first, last, KLOUT_WEIGHT_FLOAT8);
	}
}

/*
 * Values as the iteration wants them.  Weights that are float4 stay, and what
 * leaves a vertex divides its mass; other weights, which may differ beyond
 * what a quotient can hold, become shares.
 */
static void
values_to_shares(KloutBuilder *builder, uint32 (*next) (void *argument),
				 void *argument)
{
	KloutBuild *build = builder->build;
	const uint64 *block_start = ARRAY(build, uint64, build->block_start);
	const uint32 *used = ARRAY(build, uint32, build->used);
	uint32		block;

	while ((block = next(argument)) < build->blocks)
	{
		const uint32 *column = builder->column + block_start[block];
		double	   *value = (double *) builder->value + block_start[block];

		for (uint32 i = 0; i < used[block]; i++)
			value[i] /= builder->outflow[column[i]].weight;
		count_steps(builder, used[block]);
	}
}

/* ----------
 * Stages
 * ----------
 */

size_t
klout_build_help_size(const KloutBuilder *builder)
{
	const KloutBuild *build = builder->build;

	return build->blocks * line_size(build->from) +
		build->largest * (sizeof(uint32) + size_of_value(build->from));
}

uint32
klout_build_pieces(const KloutBuilder *builder, KloutBuildStage stage)
{
	uint32		pieces = 0;

	switch (stage)
	{
		case KLOUT_BUILD_SCATTER:
			for (uint32 i = 0; i < builder->chunks; i++)
				pieces += chunk_pieces(&builder->chunk[i]);
			return pieces;
		case KLOUT_BUILD_SUMS:
			return builder->build->ranges;
		case KLOUT_BUILD_DONE:
			return 0;
		default:
			return builder->build->blocks;
	}
}

void
klout_build_work(KloutBuilder *builder, KloutBuildStage stage,
				 uint32 (*next) (void *argument), void *argument)
{
	switch (stage)
	{
		case KLOUT_BUILD_SCATTER:
			scatter_pieces(builder, next, argument);
			break;
		case KLOUT_BUILD_ROWS:
			build_rows(builder, next, argument);
			break;
		case KLOUT_BUILD_WIDEN:
			widen_values(builder, next, argument);
			break;
		case KLOUT_BUILD_SUMS:
			add_outflows(builder, next, argument);
			break;
		case KLOUT_BUILD_SHARES:
			values_to_shares(builder, next, argument);
			break;
		case KLOUT_BUILD_DONE:
			break;
	}
}

/* From here on values are float8, and the leader's own. */
static void
start_widening(KloutBuilder *builder)
{
	KloutBuild *build = builder->build;

	builder->narrow = (float *) builder->value;
	builder->value = KLOUT_TAKE(builder->memory, double, build->places);
	build->kind = KLOUT_WEIGHT_FLOAT8;
	builder->alone = true;
}

/* The vertex of which more leaves than float8 can hold, or KLOUT_NOBODY. */
static uint32
overflowing_vertex(const KloutBuilder *builder)
{
	/* float4 cannot add up to infinity: there are too few */
	if (builder->build->kind == KLOUT_WEIGHT_FLOAT8)
		for (uint32 v = 0; v < builder->build->n; v++)
			if (!isfinite(builder->outflow[v].weight))
				return v;
	return KLOUT_NOBODY;
}

static KloutBuildStage
after_sums(const KloutBuilder *builder)
{
	if (builder->build->kind == KLOUT_WEIGHT_FLOAT8 &&
		overflowing_vertex(builder) == KLOUT_NOBODY)
		return KLOUT_BUILD_SHARES;
	return KLOUT_BUILD_DONE;
}

KloutBuildStage
klout_build_next(KloutBuilder *builder, KloutBuildStage stage)
{
	KloutBuild *build = builder->build;

	switch (stage)
	{
		case KLOUT_BUILD_SCATTER:
			klout_edges_free(builder->edges);
			KLOUT_GIVE(builder->memory, builder->chunk, builder->chunks);
			builder->chunks = 0;
			if (builder->start == NULL)
				take_rows(builder);
			return KLOUT_BUILD_ROWS;
		case KLOUT_BUILD_ROWS:
			for (uint32 block = 0; block < build->blocks; block++)
				if (ARRAY(build, bool, build->unmerged)[block])
				{
					start_widening(builder);
					return KLOUT_BUILD_WIDEN;
				}
			/* one process has added up what it merged, in the same order */
			return build->ranges == 1 ? after_sums(builder) : KLOUT_BUILD_SUMS;
		case KLOUT_BUILD_WIDEN:
			KLOUT_GIVE(builder->memory, builder->narrow, build->places);
			return KLOUT_BUILD_SUMS;
		case KLOUT_BUILD_SUMS:
			return after_sums(builder);
		default:
			return KLOUT_BUILD_DONE;
	}
}

/* ----------
 * Peeling
 * ----------
 */

/*
 * Settles heads: those without a row, and those whose row has only heads.
 * Each of the others is in the list of the one vertex it waits for.
 */
static void
peel_heads(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;
	uint32		n = graph->n;
	uint32	   *waiting = KLOUT_TAKE(memory, uint32, n);	/* first who waits */
	uint32	   *next = KLOUT_TAKE(memory, uint32, n);	/* the next who does */
	uint32	   *at = KLOUT_TAKE(memory, uint32, n); /* edge of the row waited
													 * for */
	uint64		steps = 0;

	for (uint32 v = 0; v < n; v++)
	{
		waiting[v] = KLOUT_NOBODY;
		at[v] = 0;
	}
	for (uint32 v = 0; v < n; v++)
	{
		if (v + AHEAD < n)
			KLOUT_PREFETCH(&graph->column[graph->start[v + AHEAD]]);
		if (graph->length[v] == 0)
		{
			graph->place[v] = KLOUT_HEAD;
			graph->queue[graph->heads++] = v;
		}
		else
		{
			uint32		first = graph->column[graph->start[v]];

			next[v] = waiting[first];
			waiting[first] = v;
		}
	}
	for (uint32 done = 0; done < graph->heads; done++)
	{
		uint32		follower = waiting[graph->queue[done]];

		while (follower != KLOUT_NOBODY)
		{
			uint32		v = follower;
			const uint32 *row = graph->column + graph->start[v];

			follower = next[v];
			while (at[v] < graph->length[v] &&
				   graph->place[row[at[v]]] == KLOUT_HEAD)
			{
				at[v]++;
				if (++steps % KLOUT_INTERRUPT_STEPS == 0)
					memory->interrupts();
			}
			if (at[v] == graph->length[v])
			{
				graph->place[v] = KLOUT_HEAD;
				graph->queue[graph->heads++] = v;
			}
			else
			{
				next[v] = waiting[row[at[v]]];
				waiting[row[at[v]]] = v;
			}
		}
	}
	KLOUT_GIVE(memory, waiting, n);
	KLOUT_GIVE(memory, next, n);
	KLOUT_GIVE(memory, at, n);
}

/*
 * Settles tails: those none of whose edges leads to another than a tail.  What
 * is open of the edges that leave a vertex is counted down in outflow.
 */
static void
peel_tails(KloutGraph *graph, KloutOutflow *outflow)
{
	KloutMemory *memory = graph->memory;
	uint32		n = graph->n;
	uint32		last = n;		/* tails are queued downwards from the end */
	uint64		steps = 0;

	for (uint32 v = 0; v < n; v++)
		if (outflow[v].edges == 0 && graph->place[v] == KLOUT_CORE)
		{
			graph->place[v] = KLOUT_TAIL;
			graph->queue[--last] = v;
		}
	for (uint32 done = n; done > last;)
	{
		uint32		v = graph->queue[--done];
		const uint32 *row = graph->column + graph->start[v];

		for (uint32 i = 0; i < graph->length[v]; i++)
		{
			graph->head_edges -= graph->place[row[i]] == KLOUT_HEAD;
			if (--outflow[row[i]].edges == 0 && graph->place[row[i]] == KLOUT_CORE)
			{
				graph->place[row[i]] = KLOUT_TAIL;
				graph->queue[--last] = row[i];
			}
			if (++steps % KLOUT_INTERRUPT_STEPS == 0)
				memory->interrupts();
		}
	}
	graph->tails = n - last;
}

/* ----------
 * The end
 * ----------
 */

const char *
klout_build_finish(KloutBuilder *builder, uint32 *culprit)
{
	KloutBuild *build = builder->build;
	KloutMemory *memory = builder->memory;
	KloutGraph *graph = builder->graph;
	bool		is4 = build->kind == KLOUT_WEIGHT_FLOAT4;
	uint32		overflowing = overflowing_vertex(builder);

	for (uint32 block = 0; block < build->blocks; block++)
		graph->edges += ARRAY(build, uint32, build->used)[block];
	graph->start = builder->start;
	graph->length = builder->length;
	graph->column = builder->column;
	graph->kind = build->kind;
	graph->value4 = is4 ? (float *) builder->value : NULL;
	graph->value8 = is4 ? NULL : (double *) builder->value;
	graph->places = build->places;
	klout_give(memory, build, builder->build_size, 1);

	if (overflowing != KLOUT_NOBODY)
	{
		for (uint32 i = 0; i < graph->n; i++)
			if (graph->vertex[i] == overflowing)
				*culprit = i;
		return "the weights of one actor add up to more than float8 can hold";
	}

	graph->scale = KLOUT_TAKE(memory, double, graph->n);
	for (uint32 v = 0; v < graph->n; v++)
		graph->scale[v] = builder->outflow[v].edges == 0 ? 0 :
			is4 ? 1 / builder->outflow[v].weight : 1;
	graph->place = KLOUT_TAKE(memory, uint8, graph->n);
	memset(graph->place, KLOUT_CORE, graph->n);
	graph->queue = KLOUT_TAKE(memory, uint32, graph->n);
	peel_heads(graph);
	/* all that arrives at a head is from heads; tails are seen to below */
	for (uint32 i = 0; i < graph->heads; i++)
		graph->head_edges += (uint64) builder->outflow[graph->queue[i]].edges -
			graph->length[graph->queue[i]];
	peel_tails(graph, builder->outflow);
	KLOUT_GIVE(memory, builder->outflow, graph->n);
	return NULL;
}

static uint32
next_number(void *argument)
{
	return (*(uint32 *) argument)++;
}

const char *
klout_graph_build(KloutGraph *graph, KloutIds *ids, KloutEdges *edges,
				  uint32 *culprit)
{
	KloutBuilder builder;
	KloutBuildStage stage = KLOUT_BUILD_SCATTER;

	klout_build_start(&builder, graph, ids, edges, 1);
	while (stage != KLOUT_BUILD_DONE)
	{
		uint32		number = 0;

		klout_build_work(&builder, stage, next_number, &number);
		stage = klout_build_next(&builder, stage);
	}
	return klout_build_finish(&builder, culprit);
}

size_t
klout_graph_needs(uint64 vertices, uint64 edges, KloutWeightKind kind,
				  int processes)
{
	uint64		value = kind == KLOUT_WEIGHT_FLOAT8 ? 8 : 4;
	uint64		weight = kind == KLOUT_WEIGHT_ONE ? 0 : value;
	uint64		blocks = UINT64CONST(1) << block_bits_for(vertices, edges);
	uint64		others = (uint64) processes - 1;

	/* edges as they came, and by block; rows, and space to sort a block */
	uint64		came = edges * (8 + weight);
	uint64		scatter = came + edges * (4 + value) + vertices * 40;
	uint64		rows = edges * (4 + value + 4 + weight) + vertices * 64;

	/* rows, and the solver's copy of them; that and its vectors */
	uint64		copy = edges * 2 * (4 + value) + vertices * 104;
	uint64		solve = edges * (4 + value) + vertices * 192;
	uint64		most;

	/* what others are shown from the start; their tables, lines and space */
	if (others > 0)
		scatter += vertices * (28 + 4 * others) +
			others * (blocks * 256 + Min(edges, 4 * BLOCK_EDGES) * (4 + value));
	most = Max(Max(scatter, rows), Max(copy, solve)) - came +
		blocks * 512 + KLOUT_GRAPH_SLACK;
	return most > SIZE_MAX / 2 ? SIZE_MAX / 2 : (size_t) most;
}
