/*-------------------------------------------------------------------------
 *
 * authority_solve.c
 *	  PageRank over a graph, by power iteration with extrapolation.
 *
 * Plan.  Wanted is the y with y = (1 - d) v + d A y, where v is the restart
 * vector, d the damping and column j of A what leaves vertex j, shares with
 * sum 1, or nothing.  The mass that vertices without outgoing edges do not
 * pass on, given to v, only stretches y: the result is y divided by its sum.
 * (Gleich, PageRank beyond the web, SIAM Review 57, 2015, section 2.)
 *
 * Heads are computed once before, tails once after; the core is iterated.
 * What flows in from heads is part of the constant b: y = b + d A y.  A pass
 * goes from x to x' = r b + d A x, with the r that gives x' the sum of x: what
 * leaves the core, or is damped, comes back as b.  That removes the slowest
 * part of the error.  y is x / r when x stays what it is.
 *
 * Where passes alone would take long, the last nine x are combined after every
 * eight passes, so that the combined change is least: reduced rank extrapolation
 * (Sidi, Computers and Mathematics with Applications 56, 2008, for PageRank and
 * others).  The passes in between cost no more than without.  The change of
 * each x is computed anyway: it tells whether to combine, and if it grew, the
 * combination is undone.
 *
 * The change bounds the error: |y - x / r| <= |f| / (r (1 - d)) in L1 with
 * f = x' - x, hence that of the result, (|f| + |sum f|) / (S (1 - d)) with S at
 * most r times the sum of y.
 *
 * Layout.  Rows of the core stand by falling length.  Rows of more than 64
 * edges are summed one by one in 16 lanes.  Of the shorter ones 16 make a
 * slice (SELL-16: Kreutzer et al., SIAM J. Sci. Comput. 36, 2014): first edges
 * of all, second edges of all, ..., filled up with zeros, so that 16 sums run
 * side by side.  Each sum has one order.  Instructions that gather were tried
 * and are slower (0.9 to 0.5 ns an edge on Zen 5): what counts is that many
 * loads are under way, and that edges, used once a pass, do not push what flows
 * out of the caches.
 *
 * Pieces have about 4096 rows or 64 k edges, by the graph alone.  Sums over
 * vertices are kept by piece and added in order of pieces.  So nothing depends
 * on who computes what.  A pass makes x' and what flows of it tile by tile, so
 * that each vector comes from memory once; the flow it reads and the flow it
 * writes are two vectors that take turns.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_solve.h"

#include <float.h>
#include <math.h>

#define SLICE				16
#define LONG_ROW			64
#define PIECE_ROWS			4096
#define PIECE_SLOTS			(64 * 1024)

/*
 * If more than this part of the edges is from heads to the core, it pays to
 * have its rows without them.
 */
#define MANY_FROM_HEADS		32

/* rows ahead that are asked for when the plan reads them */
#define ROWS_AHEAD			16

/* units that are copied to the solve at a time */
#define COPY_UNITS			64

/* rows whose vectors are worked on at a time, which the nearest cache holds */
#define TILE_ROWS			256

/* slices ahead whose edges are asked for; they need not stay in any cache */
#define SLICES_AHEAD		32
#ifdef __GNUC__
#define PREFETCH_ONCE(address)	__builtin_prefetch(address, 0, 0)
#else
#define PREFETCH_ONCE(address)	((void) (address))
#endif

/* passes between two combinations, the changes they make, and x of them */
#define CYCLE				8
#define DIFFERENCES			(CYCLE - 1)
#define KEPT				(CYCLE + 1)

/* a change of at most this part of the last is as good as a combination */
#define SLOW				0.5

/* one beyond the last by this factor undoes a combination; that often at most */
#define WORSE				2.0
#define UNDONE_MAX			3

/* partial sums of a piece in a pass: of |f|, f, x', and what leaves the core */
#define PART_ABS			0
#define PART_F				1
#define PART_X				2
#define PART_LEAK			3
#define PASS_PARTS			4

/* and of products: each difference with the last change and those up to it */
#define PRODUCTS			(DIFFERENCES * (DIFFERENCES + 3) / 2)
#define PARTS				PRODUCTS

typedef enum Phase
{
	PHASE_PASS,					/* the next x */
	PHASE_PRODUCTS,				/* of differences of changes */
	PHASE_MIX,					/* the combination of the kept x */
	PHASE_DONE
} Phase;

/* Where the arrays are, in bytes from the start of the edges. */
typedef struct EdgeLayout
{
	size_t		unit_start;		/* uint64[units + 1] first slot */
	size_t		slot_column;	/* uint32[slots] */
	size_t		slot_value;		/* float or double[slots] */
	size_t		end;
} EdgeLayout;

/* Where the arrays are, in bytes from the start of the solve. */
typedef struct Layout
{
	size_t		piece_unit;		/* uint32[pieces + 1] first unit */
	size_t		part;			/* double[pieces][PARTS] */
	size_t		row_column;		/* uint32[padded rows] the row's own column */
	size_t		base;			/* double[padded rows] b */
	size_t		scale;			/* double[padded rows] from x to flow */
	size_t		leak;			/* float[padded rows] share of x that leaves
								 * the core; only steers, so roughly */
	size_t		flow[2];		/* double[padded rows] by column */
	size_t		x[KEPT];		/* double[padded rows], of the last passes */
	size_t		end;
} Layout;

struct KloutSolve
{
	EdgeLayout	edges_at;
	Layout		at;
	KloutSolveOptions options;
	KloutWeightKind kind;
	uint32		rows;
	uint32		long_rows;
	uint32		units;
	uint32		pieces;
	double		settled;
	double		base_sum;

	/* state, changed between phases only */
	Phase		phase;
	uint32		iterations;
	bool		converged;
	uint32		newest;			/* of x */
	uint32		side;			/* the flow of the newest x */
	uint32		passes;			/* since there was a combination, or none */
	bool		mixed;			/* the newest x is a combination */
	uint32		undone;
	double		sum;			/* what the sum of x shall be */
	double		refill;			/* r */
	double		residual;		/* |f| of the last pass */
	double		before;			/* |f| of the one before */
	double		f_sum;
	double		x_sum;
	double		mix[KEPT];		/* the combination */
};

#define ARRAY(solve, type, offset) ((type *) ((char *) (solve) + (offset)))
#define CONST_ARRAY(solve, type, offset) \
	((const type *) ((const char *) (solve) + (offset)))

/* ----------
 * Plan and layout
 * ----------
 */

static size_t
padded(size_t rows)
{
	return (rows + 2 * SLICE) / SLICE * SLICE;
}

static void
lay_out_edges(const KloutSolvePlan *plan, EdgeLayout *at)
{
	size_t		end = 0;

	at->unit_start = klout_place_array(&end, (size_t) plan->units + 1, sizeof(uint64));
	at->slot_column = klout_place_array(&end, plan->slots, sizeof(uint32));
	at->slot_value = klout_place_array(&end, plan->slots,
									   plan->graph->kind == KLOUT_WEIGHT_FLOAT4 ?
									   sizeof(float) : sizeof(double));
	at->end = end;
}

static void
lay_out(const KloutSolvePlan *plan, Layout *at)
{
	size_t		rows = padded(plan->rows);
	size_t		end = TYPEALIGN(64, sizeof(KloutSolve));

	at->piece_unit = klout_place_array(&end, (size_t) plan->pieces + 1, sizeof(uint32));
	at->part = klout_place_array(&end, plan->pieces, PARTS * sizeof(double));
	at->row_column = klout_place_array(&end, rows, sizeof(uint32));
	at->base = klout_place_array(&end, rows, sizeof(double));
	at->scale = klout_place_array(&end, rows, sizeof(double));
	at->leak = klout_place_array(&end, rows, sizeof(float));
	for (int i = 0; i < 2; i++)
		at->flow[i] = klout_place_array(&end, rows, sizeof(double));
	for (int i = 0; i < KEPT; i++)
		at->x[i] = klout_place_array(&end, rows, sizeof(double));
	at->end = end;
}

/* Rows of a unit, and its slots when the first row is the longest. */
static inline uint32
unit_rows(const KloutSolvePlan *plan, uint32 unit)
{
	return unit < plan->long_rows ? 1 : SLICE;
}

static inline uint32
unit_row(uint32 long_rows, uint32 unit)
{
	return unit < long_rows ? unit : long_rows + (unit - long_rows) * SLICE;
}

static inline uint64
unit_slots(const KloutSolvePlan *plan, uint32 unit)
{
	return (uint64) plan->row_length[unit_row(plan->long_rows, unit)] *
		unit_rows(plan, unit);
}

/*
 * The first unit after those of the piece that begins with unit.
 */
static uint32
piece_end(const KloutSolvePlan *plan, uint32 unit)
{
	uint64		slots = 0;
	uint32		rows = 0;

	do
	{
		slots += unit_slots(plan, unit);
		rows += unit_rows(plan, unit);
		unit++;
	} while (unit < plan->units &&
			 rows + unit_rows(plan, unit) <= PIECE_ROWS &&
			 slots + unit_slots(plan, unit) <= PIECE_SLOTS);
	return unit;
}

/*
 * Which vertices are heads, a bit each: the cache holds that.  No row of the
 * core has a column outside that is not a head, since all that a tail passes on
 * goes to tails.
 */
static uint64 *
head_bits(const KloutGraph *graph)
{
	size_t		words = (size_t) graph->n / 64 + 1;
	uint64	   *bits = (uint64 *) klout_take(graph->memory, words, sizeof(uint64));

	memset(bits, 0, words * sizeof(uint64));
	for (uint32 i = 0; i < graph->heads; i++)
		bits[graph->queue[i] / 64] |= UINT64CONST(1) << (graph->queue[i] % 64);
	return bits;
}

/* How many edges of a row come from heads. */
static uint32
edges_from_heads(const KloutGraph *graph, const uint64 *heads, uint32 v)
{
	const uint32 *column = graph->column + graph->start[v];
	uint32		n = 0;

	for (uint32 i = 0; i < graph->length[v]; i++)
		n += (heads[column[i] / 64] >> (column[i] % 64)) & 1;
	return n;
}

/*
 * Which vertices are rows of the core, by falling length, and their columns.
 * Only where much of what arrives at the core is from heads, its rows are read
 * for their lengths without that.
 */
static void
plan_rows(KloutSolvePlan *plan)
{
	KloutGraph *graph = plan->graph;
	KloutMemory *memory = graph->memory;
	KloutKeyed *a = (KloutKeyed *) klout_take(memory, plan->rows, sizeof(KloutKeyed));
	KloutKeyed *b = (KloutKeyed *) klout_take(memory, plan->rows, sizeof(KloutKeyed));
	bool		many = graph->head_edges > graph->edges / MANY_FROM_HEADS;
	uint64	   *heads = many ? head_bits(graph) : NULL;
	uint32		row = 0;
	uint64		steps = 0;

	for (uint32 v = 0; v < graph->n; v++)
	{
		uint32		length = graph->length[v];

		/* rows of vertices in turn are anywhere */
		if (many && v + ROWS_AHEAD < graph->n)
			KLOUT_PREFETCH(&graph->column[graph->start[v + ROWS_AHEAD]]);
		if (graph->place[v] != KLOUT_CORE)
		{
			plan->core_column[v] = KLOUT_NOBODY;
			continue;
		}
		plan->core_column[v] = row;
		plan->core_edges += length;
		steps += length + 1;
		if (many)
			length -= edges_from_heads(graph, heads, v);
		a[row].key = PG_UINT32_MAX - length;
		a[row].number = v;
		row++;
		if (steps >= KLOUT_INTERRUPT_STEPS)
		{
			steps = 0;
			memory->interrupts();
		}
	}
	plan->core_edges -= graph->head_edges;
	klout_give(memory, heads, (size_t) graph->n / 64 + 1, sizeof(uint64));
	klout_sort_by_key(&a, &b, plan->rows, memory);
	for (row = 0; row < plan->rows; row++)
	{
		plan->row_vertex[row] = a[row].number;
		plan->row_length[row] = PG_UINT32_MAX - (uint32) a[row].key;
	}
	klout_give(memory, a, plan->rows, sizeof(KloutKeyed));
	klout_give(memory, b, plan->rows, sizeof(KloutKeyed));
}

/* The mass of the heads, and what flows from them. */
static void
settle_heads(KloutSolvePlan *plan)
{
	KloutGraph *graph = plan->graph;
	double		damping = plan->options.damping;

	memset(plan->flow, 0, graph->n * sizeof(double));
	for (uint32 i = 0; i < graph->heads; i++)
	{
		uint32		v = graph->queue[i];

		plan->mass[v] = (1 - damping) * plan->mass[v] +
			klout_graph_inflow(graph, v, plan->flow);
		plan->flow[v] = damping * graph->scale[v] * plan->mass[v];
		plan->settled += plan->mass[v];
		if (i % 4096 == 0)
			graph->memory->interrupts();
	}
	for (uint32 i = graph->n - graph->tails; i < graph->n; i++)
		plan->settled += (1 - damping) * plan->mass[graph->queue[i]];
}

void
klout_solve_plan(KloutSolvePlan *plan, KloutGraph *graph,
				 const KloutSolveOptions *options, double *mass, double *flow)
{
	KloutMemory *memory = graph->memory;
	EdgeLayout	edge_layout;
	Layout		layout;

	memset(plan, 0, sizeof(KloutSolvePlan));
	plan->graph = graph;
	plan->options = *options;
	plan->mass = mass;
	plan->flow = flow;
	plan->rows = graph->n - graph->heads - graph->tails;
	plan->row_vertex = (uint32 *) klout_take_shared(memory, plan->rows, sizeof(uint32));
	plan->row_length = (uint32 *) klout_take_shared(memory, plan->rows, sizeof(uint32));
	plan->core_column = (uint32 *) klout_take_shared(memory, graph->n, sizeof(uint32));
	plan_rows(plan);

	while (plan->long_rows < plan->rows &&
		   plan->row_length[plan->long_rows] > LONG_ROW)
		plan->long_rows++;
	plan->units = plan->long_rows +
		(plan->rows - plan->long_rows + SLICE - 1) / SLICE;
	for (uint32 unit = 0; unit < plan->units; unit++)
		plan->slots += unit_slots(plan, unit);
	for (uint32 unit = 0; unit < plan->units; unit = piece_end(plan, unit))
		plan->pieces++;

	settle_heads(plan);
	lay_out_edges(plan, &edge_layout);
	plan->edges_size = edge_layout.end;
	lay_out(plan, &layout);
	plan->size = layout.end;
}

/* Asks early for what the rows from first on are copied from. */
static void
prefetch_rows(const KloutSolvePlan *plan, uint32 first)
{
	const KloutGraph *graph = plan->graph;

	for (uint32 row = first; row < Min(first + SLICE, plan->rows); row++)
	{
		uint64		start = graph->start[plan->row_vertex[row]];

		KLOUT_PREFETCH(&graph->column[start]);
		if (graph->kind == KLOUT_WEIGHT_FLOAT4)
			KLOUT_PREFETCH(&graph->value4[start]);
		else
			KLOUT_PREFETCH(&graph->value8[start]);
	}
	for (uint32 row = first + SLICE; row < Min(first + 2 * SLICE, plan->rows); row++)
	{
		KLOUT_PREFETCH(&graph->start[plan->row_vertex[row]]);
		KLOUT_PREFETCH(&graph->length[plan->row_vertex[row]]);
	}
}

/*
 * Copies the row of a vertex to every lanes-th slot from slot on, filled up
 * with zeros to the given length.  Returns what flows in from heads.
 */
static pg_attribute_always_inline double
copy_row(const KloutSolvePlan *plan, uint32 v, uint64 slot, uint32 lanes,
		 uint32 length, uint32 *slot_column, float *slot4, double *slot8)
{
	const KloutGraph *graph = plan->graph;
	const uint32 *column = graph->column + graph->start[v];
	const float *value4 = slot4 ? graph->value4 + graph->start[v] : NULL;
	const double *value8 = slot4 ? NULL : graph->value8 + graph->start[v];
	uint32		n = graph->length[v];
	uint64		end = slot + (uint64) length * lanes;
	double		from_heads = 0;

	for (uint32 i = 0; i < n; i++)
	{
		uint32		own = plan->core_column[column[i]];
		double		value = slot4 ? (double) value4[i] : value8[i];

		if (unlikely(own == KLOUT_NOBODY))
		{
			from_heads += plan->flow[column[i]] * value;
			continue;
		}
		slot_column[slot] = own;
		if (slot4)
			slot4[slot] = value4[i];
		else
			slot8[slot] = value;
		slot += lanes;
	}
	for (; slot < end; slot += lanes)
	{
		slot_column[slot] = 0;
		if (slot4)
			slot4[slot] = 0;
		else
			slot8[slot] = 0;
	}
	return from_heads;
}

void
klout_solve_edges_start(const KloutSolvePlan *plan, void *edges)
{
	EdgeLayout	at;
	uint64	   *unit_start;
	uint64		slot = 0;

	lay_out_edges(plan, &at);
	unit_start = ARRAY(edges, uint64, at.unit_start);
	for (uint32 unit = 0; unit < plan->units; unit++)
	{
		unit_start[unit] = slot;
		slot += unit_slots(plan, unit);
	}
	unit_start[plan->units] = slot;
}

uint32
klout_solve_edges_pieces(const KloutSolvePlan *plan)
{
	return plan->units / COPY_UNITS + (plan->units % COPY_UNITS > 0);
}

void
klout_solve_edges_piece(const KloutSolvePlan *plan, void *edges, uint32 piece)
{
	const KloutGraph *graph = plan->graph;
	bool		is4 = graph->kind == KLOUT_WEIGHT_FLOAT4;
	uint32		end = Min((piece + 1) * COPY_UNITS, plan->units);
	EdgeLayout	at;
	uint32	   *slot_column;
	float	   *slot4;
	double	   *slot8;

	lay_out_edges(plan, &at);
	slot_column = ARRAY(edges, uint32, at.slot_column);
	slot4 = is4 ? ARRAY(edges, float, at.slot_value) : NULL;
	slot8 = is4 ? NULL : ARRAY(edges, double, at.slot_value);

	for (uint32 unit = piece * COPY_UNITS; unit < end; unit++)
	{
		uint64		slot = ARRAY(edges, uint64, at.unit_start)[unit];
		uint32		lanes = unit_rows(plan, unit);
		uint32		first = unit_row(plan->long_rows, unit);
		uint32		length = plan->row_length[first];

		prefetch_rows(plan, first + lanes);
		for (uint32 lane = 0; lane < lanes; lane++)
		{
			uint32		row = first + lane;

			if (row < plan->rows)
			{
				uint32		v = plan->row_vertex[row];

				plan->flow[v] = is4 ?
					copy_row(plan, v, slot + lane, lanes, length, slot_column, slot4, NULL) :
					copy_row(plan, v, slot + lane, lanes, length, slot_column, NULL, slot8);
			}
			else
				for (uint32 k = 0; k < length; k++)
				{
					uint64		to = slot + lane + (uint64) k * lanes;

					slot_column[to] = 0;
					if (is4)
						slot4[to] = 0;
					else
						slot8[to] = 0;
				}
		}
	}
}

void
klout_solve_edges(const KloutSolvePlan *plan, void *edges)
{
	klout_solve_edges_start(plan, edges);
	for (uint32 piece = 0; piece < klout_solve_edges_pieces(plan); piece++)
	{
		plan->graph->memory->interrupts();
		klout_solve_edges_piece(plan, edges, piece);
	}
}

void
klout_solve_blocks(const KloutSolvePlan *plan, void *block[KLOUT_SOLVE_BLOCKS])
{
	const KloutGraph *graph = plan->graph;

	block[0] = graph->start;
	block[1] = graph->length;
	block[2] = graph->column;
	block[3] = graph->kind == KLOUT_WEIGHT_FLOAT4 ? (void *) graph->value4 :
		(void *) graph->value8;
	block[4] = plan->row_vertex;
	block[5] = plan->row_length;
	block[6] = plan->core_column;
	block[7] = plan->flow;
}

void
klout_solve_join(KloutSolvePlan *plan, KloutGraph *graph,
				 void *const block[KLOUT_SOLVE_BLOCKS])
{
	plan->graph = graph;
	graph->start = (uint64 *) block[0];
	graph->length = (uint32 *) block[1];
	graph->column = (uint32 *) block[2];
	graph->value4 = (float *) block[3];
	graph->value8 = (double *) block[3];
	plan->row_vertex = (uint32 *) block[4];
	plan->row_length = (uint32 *) block[5];
	plan->core_column = (uint32 *) block[6];
	plan->flow = (double *) block[7];
}

/* The share of a row's x that leaves the core: flows to tails.  columns is space. */
static void
fill_leak(KloutSolve *solve, const KloutSolvePlan *plan, double *columns)
{
	const KloutGraph *graph = plan->graph;
	const uint32 *row_column = CONST_ARRAY(solve, uint32, solve->at.row_column);
	const double *scale = CONST_ARRAY(solve, double, solve->at.scale);
	float	   *leak = ARRAY(solve, float, solve->at.leak);

	memset(columns, 0, plan->rows * sizeof(double));
	for (uint32 i = graph->n - graph->tails; i < graph->n; i++)
	{
		uint32		v = graph->queue[i];

		for (uint64 e = graph->start[v]; e < graph->start[v] + graph->length[v]; e++)
		{
			uint32		own = plan->core_column[graph->column[e]];

			if (own != KLOUT_NOBODY)
				columns[own] += graph->kind == KLOUT_WEIGHT_FLOAT4 ?
					(double) graph->value4[e] : graph->value8[e];
		}
		if (i % 4096 == 0)
			graph->memory->interrupts();
	}
	for (uint32 row = 0; row < plan->rows; row++)
		leak[row] = (float) (scale[row] * columns[row_column[row]]);
}

/* r of the pass after an x of which the sum and what leaves are known. */
static double
refill_of(const KloutSolve *solve, double x_sum, double leak)
{
	double		refill = (solve->sum - solve->options.damping * x_sum + leak) /
		solve->base_sum;

	/* any r will do; that of y, where there is next to no b */
	return refill > 0 && refill <= DBL_MAX ? refill : 1;
}

KloutSolve *
klout_solve_init(const KloutSolvePlan *plan, void *memory, const double *warm)
{
	KloutSolve *solve = (KloutSolve *) memory;
	KloutGraph *graph = plan->graph;
	double		damping = plan->options.damping;
	double		warm_sum = 0;
	double		leaving = 0;
	uint32	   *piece_unit;
	uint32	   *row_column;
	double	   *base;
	double	   *x;
	double	   *scale;
	float	   *leak;
	double	   *flow;

	memset(solve, 0, sizeof(KloutSolve));
	lay_out_edges(plan, &solve->edges_at);
	lay_out(plan, &solve->at);
	solve->options = plan->options;
	solve->kind = graph->kind;
	solve->rows = plan->rows;
	solve->long_rows = plan->long_rows;
	solve->units = plan->units;
	solve->pieces = plan->pieces;
	solve->settled = plan->settled;
	solve->phase = plan->rows > 0 ? PHASE_PASS : PHASE_DONE;
	solve->converged = plan->rows == 0;
	solve->refill = 1;

	piece_unit = ARRAY(solve, uint32, solve->at.piece_unit);
	piece_unit[0] = 0;
	for (uint32 piece = 0; piece < plan->pieces; piece++)
		piece_unit[piece + 1] = piece_end(plan, piece_unit[piece]);

	row_column = ARRAY(solve, uint32, solve->at.row_column);
	base = ARRAY(solve, double, solve->at.base);
	x = ARRAY(solve, double, solve->at.x[0]);
	scale = ARRAY(solve, double, solve->at.scale);
	leak = ARRAY(solve, float, solve->at.leak);
	flow = ARRAY(solve, double, solve->at.flow[0]);
	for (uint32 row = 0; row < plan->rows; row++)
	{
		uint32		v = plan->row_vertex[row];

		row_column[row] = plan->core_column[v];
		scale[row] = damping * graph->scale[v];
		base[row] = plan->flow[v] + (1 - damping) * plan->mass[v];
		x[row] = warm != NULL ? warm[v] : 0;
		if (row % 4096 == 0)
			graph->memory->interrupts();
	}
	fill_leak(solve, plan, ARRAY(solve, double, solve->at.flow[1]));
	/* what fills the last slice up computes with zeros */
	for (uint32 row = plan->rows; row < padded(plan->rows); row++)
	{
		row_column[row] = row;
		scale[row] = 0;
		base[row] = 0;
		leak[row] = 0;
		x[row] = 0;
		flow[row] = 0;
	}

	solve->base_sum = klout_sum(base, plan->rows);
	warm_sum = klout_sum(x, plan->rows);
	if (!(warm_sum > 0 && warm_sum <= DBL_MAX))
		for (uint32 row = 0; row < plan->rows; row++)
			x[row] = base[row] / (1 - damping);
	solve->sum = klout_sum(x, plan->rows);
	for (uint32 row = 0; row < plan->rows; row++)
	{
		flow[row_column[row]] = scale[row] * x[row];
		leaving += (double) leak[row] * x[row];
	}
	solve->refill = refill_of(solve, solve->sum, leaving);
	return solve;
}

/* ----------
 * Sums of rows
 * ----------
 */

/* 16 lanes to one number, in the one order. */
static inline double
add_lanes(const double *lane)
{
	double		sum[8];

	for (int i = 0; i < 8; i++)
		sum[i] = lane[i] + lane[i + 8];
	return ((sum[0] + sum[4]) + (sum[2] + sum[6])) +
		((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/*
 * sum[lane] = the sum of value times flow of column over length times 16 slots.
 * The sums are variables, one by one, for all to be in registers.
 */
#define DEFINE_ROW_SUMS(name, type) \
static void \
name(const uint32 *c, const void *values, uint64 length, \
	 const double *flow, double *sum) \
{ \
	const type *v = (const type *) values; \
	double		s0 = 0, s1 = 0, s2 = 0, s3 = 0, s4 = 0, s5 = 0, s6 = 0, s7 = 0; \
	double		s8 = 0, s9 = 0, s10 = 0, s11 = 0, s12 = 0, s13 = 0, s14 = 0, s15 = 0; \
\
	for (uint64 k = 0; k < length; k++, v += SLICE, c += SLICE) \
	{ \
		s0 += (double) v[0] * flow[c[0]]; \
		s1 += (double) v[1] * flow[c[1]]; \
		s2 += (double) v[2] * flow[c[2]]; \
		s3 += (double) v[3] * flow[c[3]]; \
		s4 += (double) v[4] * flow[c[4]]; \
		s5 += (double) v[5] * flow[c[5]]; \
		s6 += (double) v[6] * flow[c[6]]; \
		s7 += (double) v[7] * flow[c[7]]; \
		s8 += (double) v[8] * flow[c[8]]; \
		s9 += (double) v[9] * flow[c[9]]; \
		s10 += (double) v[10] * flow[c[10]]; \
		s11 += (double) v[11] * flow[c[11]]; \
		s12 += (double) v[12] * flow[c[12]]; \
		s13 += (double) v[13] * flow[c[13]]; \
		s14 += (double) v[14] * flow[c[14]]; \
		s15 += (double) v[15] * flow[c[15]]; \
		PREFETCH_ONCE(c + SLICES_AHEAD * SLICE); \
		PREFETCH_ONCE(v + SLICES_AHEAD * SLICE); \
		if (sizeof(type) > sizeof(float)) \
			PREFETCH_ONCE(v + SLICES_AHEAD * SLICE + SLICE / 2); \
	} \
	sum[0] = s0; \
	sum[1] = s1; \
	sum[2] = s2; \
	sum[3] = s3; \
	sum[4] = s4; \
	sum[5] = s5; \
	sum[6] = s6; \
	sum[7] = s7; \
	sum[8] = s8; \
	sum[9] = s9; \
	sum[10] = s10; \
	sum[11] = s11; \
	sum[12] = s12; \
	sum[13] = s13; \
	sum[14] = s14; \
	sum[15] = s15; \
}

DEFINE_ROW_SUMS(row_sums4, float)
DEFINE_ROW_SUMS(row_sums8, double)

/* The sums of the rows of a unit, one or 16; sum has room for 16. */
static inline void
unit_sums(const KloutSolve *solve, const void *edges, const double *flow,
		  uint32 unit, double *sum)
{
	const uint64 *unit_start = CONST_ARRAY(edges, uint64, solve->edges_at.unit_start);
	const uint32 *column = CONST_ARRAY(edges, uint32, solve->edges_at.slot_column) +
		unit_start[unit];
	uint64		slots = unit_start[unit + 1] - unit_start[unit];
	bool		is4 = solve->kind == KLOUT_WEIGHT_FLOAT4;
	const float *value4 = CONST_ARRAY(edges, float, solve->edges_at.slot_value) +
		unit_start[unit];
	const double *value8 = CONST_ARRAY(edges, double, solve->edges_at.slot_value) +
		unit_start[unit];

	if (is4)
		row_sums4(column, value4, slots / SLICE, flow, sum);
	else
		row_sums8(column, value8, slots / SLICE, flow, sum);
	if (unit < solve->long_rows)
	{
		for (uint64 i = slots / SLICE * SLICE; i < slots; i++)
			sum[i % SLICE] += (is4 ? (double) value4[i] : value8[i]) *
				flow[column[i]];
		sum[0] = add_lanes(sum);
	}
}

/* ----------
 * Phases
 * ----------
 */

static inline uint32
older(const KloutSolve *solve, uint32 by)
{
	return (solve->newest + KEPT - by) % KEPT;
}

/* The slot of the next x, which is that of the oldest. */
static inline uint32
next(const KloutSolve *solve)
{
	return (solve->newest + 1) % KEPT;
}

/* The vectors of a pass, from some row on. */
typedef struct PassRows
{
	const uint32 *row_column;
	const double *base;
	const double *scale;
	const float *leak;
	const double *old;			/* x */
	double	   *new;			/* x' */
	double	   *flow;			/* by column */
	double		refill;
} PassRows;

/* two sums of each kind, of rows in turn: independent additions overlap */
typedef struct PassSums
{
	double		part[PASS_PARTS][2];
} PassSums;

static pg_attribute_always_inline void
pass_row(const PassRows *rows, uint32 row, double inflow, PassSums *sums,
		 int which)
{
	double		x = rows->refill * rows->base[row] + inflow;
	double		f = x - rows->old[row];

	sums->part[PART_ABS][which] += fabs(f);
	sums->part[PART_F][which] += f;
	sums->part[PART_X][which] += x;
	sums->part[PART_LEAK][which] += (double) rows->leak[row] * x;
	rows->new[row] = x;
	rows->flow[rows->row_column[row]] = rows->scale[row] * x;
}

static pg_attribute_always_inline void
pass_tile(const PassRows *rows, uint32 first, uint32 n, const double *inflow,
		  PassSums *sums)
{
	PassRows	own = *rows;
	PassSums	local = *sums;
	uint32		i;

	for (i = 0; i + 1 < n; i += 2)
	{
		pass_row(&own, first + i, inflow[i], &local, 0);
		pass_row(&own, first + i + 1, inflow[i + 1], &local, 1);
	}
	if (i < n)
		pass_row(&own, first + i, inflow[i], &local, 0);
	*sums = local;
}

/* The next x of a piece's rows, what flows of it, and what the end needs. */
static void
pass_piece(KloutSolve *solve, const void *edges, uint32 piece, double *part)
{
	const uint32 *piece_unit = CONST_ARRAY(solve, uint32, solve->at.piece_unit);
	const double *flow = CONST_ARRAY(solve, double, solve->at.flow[solve->side]);
	PassRows	rows = {
		.row_column = CONST_ARRAY(solve, uint32, solve->at.row_column),
		.base = CONST_ARRAY(solve, double, solve->at.base),
		.scale = CONST_ARRAY(solve, double, solve->at.scale),
		.leak = CONST_ARRAY(solve, float, solve->at.leak),
		.old = CONST_ARRAY(solve, double, solve->at.x[solve->newest]),
		.new = ARRAY(solve, double, solve->at.x[next(solve)]),
		.flow = ARRAY(solve, double, solve->at.flow[1 - solve->side]),
		.refill = solve->refill
	};
	PassSums	sums = {0};
	uint32		unit = piece_unit[piece];
	uint32		first = unit_row(solve->long_rows, unit);

	while (unit < piece_unit[piece + 1])
	{
		double		inflow[TILE_ROWS + SLICE];
		uint32		n = 0;

		while (n < TILE_ROWS && unit < piece_unit[piece + 1])
		{
			unit_sums(solve, edges, flow, unit, inflow + n);
			n += unit < solve->long_rows ? 1 : SLICE;
			unit++;
		}
		pass_tile(&rows, first, n, inflow, &sums);
		first += n;
	}
	for (int i = 0; i < PASS_PARTS; i++)
		part[i] = sums.part[i][0] + sums.part[i][1];
}

/* The rows of a piece. */
static inline uint32
piece_row(const KloutSolve *solve, uint32 piece)
{
	const uint32 *piece_unit = CONST_ARRAY(solve, uint32, solve->at.piece_unit);

	return Min(unit_row(solve->long_rows, piece_unit[piece]), solve->rows);
}

/* The product of two tiles, in one order; beyond their end are zeros. */
static inline double
dot(const double *a, const double *b, uint32 n)
{
	double		sum[4] = {0};

	for (uint32 i = 0; i < n; i += 4)
		for (uint32 lane = 0; lane < 4; lane++)
			sum[lane] += a[i + lane] * b[i + lane];
	return (sum[0] + sum[2]) + (sum[1] + sum[3]);
}

/*
 * Products over a piece's rows.  The last change is f of the newest x; each
 * difference is that less an older one.
 */
static void
products_piece(KloutSolve *solve, uint32 piece, double *part)
{
	const double *x[KEPT];
	uint32		last = piece_row(solve, piece + 1);

	for (uint32 back = 0; back < KEPT; back++)
		x[back] = CONST_ARRAY(solve, double, solve->at.x[older(solve, back)]);
	for (uint32 from = piece_row(solve, piece); from < last; from += TILE_ROWS)
	{
		uint32		n = Min(TILE_ROWS, last - from);
		double		change[TILE_ROWS + 4];
		double		difference[DIFFERENCES][TILE_ROWS + 4];
		int			at = 0;

		for (uint32 i = 0; i < n; i++)
			change[i] = x[0][from + i] - x[1][from + i];
		memset(change + n, 0, 4 * sizeof(double));
		for (int d = 0; d < DIFFERENCES; d++)
		{
			for (uint32 i = 0; i < n; i++)
				difference[d][i] = change[i] -
					(x[d + 1][from + i] - x[d + 2][from + i]);
			memset(difference[d] + n, 0, 4 * sizeof(double));
		}
		for (int d = 0; d < DIFFERENCES; d++)
		{
			part[at++] += dot(difference[d], change, n);
			for (int e = 0; e <= d; e++)
				part[at++] += dot(difference[d], difference[e], n);
		}
	}
}

/* The combination for a piece's rows, and what flows of it. */
static void
mix_piece(KloutSolve *solve, uint32 piece, double *part)
{
	const uint32 *row_column = CONST_ARRAY(solve, uint32, solve->at.row_column);
	const double *scale = CONST_ARRAY(solve, double, solve->at.scale);
	const float *leak = CONST_ARRAY(solve, float, solve->at.leak);
	double	   *mixed = ARRAY(solve, double, solve->at.x[next(solve)]);
	double	   *flow = ARRAY(solve, double, solve->at.flow[solve->side]);
	uint32		last = piece_row(solve, piece + 1);

	for (uint32 from = piece_row(solve, piece); from < last; from += TILE_ROWS)
	{
		uint32		n = Min(TILE_ROWS, last - from);
		double		sum[TILE_ROWS] = {0};

		for (int i = 0; i < KEPT; i++)
		{
			const double *x = CONST_ARRAY(solve, double, solve->at.x[i]) + from;
			double		weight = solve->mix[i];

			if (weight != 0)
				for (uint32 row = 0; row < n; row++)
					sum[row] += weight * x[row];
		}
		for (uint32 row = from; row < from + n; row++)
		{
			/* nobody's is negative; the sum is mended by the next pass */
			double		x = Max(sum[row - from], 0);

			part[PART_X] += x;
			part[PART_LEAK] += (double) leak[row] * x;
			mixed[row] = x;
			flow[row_column[row]] = scale[row] * x;
		}
	}
}

/*
 * The combination of the kept changes that is least, from the products: weights
 * with sum 1 into solve->mix, each of the x that a change led to.
 *
 * This is an ordinary least squares problem for the last change by differences
 * from it; its normal equations are scaled to a unit diagonal and solved by
 * Cholesky's method, which stops where a difference adds nothing.  False if
 * there is no such combination.
 */
static bool
choose_mix(KloutSolve *solve, const double *product)
{
	double		norm[DIFFERENCES];
	double		factor[DIFFERENCES][DIFFERENCES];
	double		y[DIFFERENCES];
	double		rest = 1;
	int			n = 0;

	while (n < DIFFERENCES)
	{
		double		right = product[0];
		double		pivot = 1;

		norm[n] = sqrt(product[n + 1]);
		if (!(norm[n] > 0))
			break;
		right /= norm[n];
		for (int j = 0; j < n; j++)
		{
			double		p = product[1 + j] / (norm[n] * norm[j]);

			for (int k = 0; k < j; k++)
				p -= factor[n][k] * factor[j][k];
			factor[n][j] = p / factor[j][j];
			pivot -= factor[n][j] * factor[n][j];
			right -= factor[n][j] * y[j];
		}
		if (!(pivot > 1e-12))
			break;
		factor[n][n] = sqrt(pivot);
		y[n] = right / factor[n][n];
		product += n + 2;
		n++;
	}
	for (int j = n; j-- > 0;)
	{
		for (int k = j + 1; k < n; k++)
			y[j] -= factor[k][j] * y[k];
		y[j] /= factor[j][j];
	}

	memset(solve->mix, 0, sizeof(solve->mix));
	for (int j = 0; j < n; j++)
	{
		double		weight = y[j] / norm[j];

		if (!isfinite(weight))
			return false;
		solve->mix[older(solve, (uint32) j + 1)] = weight;
		rest -= weight;
	}
	solve->mix[solve->newest] = rest;
	return n > 0;
}

/* Of the result that has the newest x, when all of it sums up to sum. */
static double
bound_of_error(const KloutSolve *solve, double sum)
{
	return (solve->residual + fabs(solve->f_sum)) /
		(sum * (1 - solve->options.damping));
}

static void
end_pass(KloutSolve *solve, const double *total)
{
	bool		mixed = solve->mixed;
	double		bound;

	solve->mixed = false;
	solve->iterations++;
	solve->before = solve->residual;
	solve->residual = total[PART_ABS];
	solve->f_sum = total[PART_F];
	solve->x_sum = total[PART_X];
	solve->newest = next(solve);
	solve->side = 1 - solve->side;
	solve->passes++;

	bound = bound_of_error(solve, solve->refill * solve->settled + solve->x_sum);
	solve->converged = bound <= solve->options.tolerance;
	if (solve->converged || solve->iterations >= solve->options.max_iterations)
	{
		solve->phase = PHASE_DONE;
		return;
	}
	solve->refill = refill_of(solve, solve->x_sum, total[PART_LEAK]);
	if (mixed && !(solve->residual <= WORSE * solve->before))
	{
		/* back to the x that was the newest before the combination */
		memset(solve->mix, 0, sizeof(solve->mix));
		solve->mix[older(solve, 2)] = 1;
		if (++solve->undone >= UNDONE_MAX)
			solve->options.plain = true;
		solve->phase = PHASE_MIX;
	}
	else if (solve->passes >= CYCLE && !solve->options.plain &&
			 solve->residual > SLOW * solve->before)
		solve->phase = PHASE_PRODUCTS;
}

static void
end_products(KloutSolve *solve, const double *total)
{
	solve->mixed = choose_mix(solve, total);
	solve->phase = solve->mixed ? PHASE_MIX : PHASE_PASS;
	solve->passes = 0;
}

static void
end_mix(KloutSolve *solve, const double *total)
{
	solve->refill = refill_of(solve, total[PART_X], total[PART_LEAK]);
	solve->newest = next(solve);
	solve->passes = 0;
	solve->phase = PHASE_PASS;
}

uint32
klout_solve_pieces(const KloutSolve *solve)
{
	return solve->phase == PHASE_DONE ? 0 : solve->pieces;
}

bool
klout_solve_done(const KloutSolve *solve)
{
	return solve->phase == PHASE_DONE;
}

void
klout_solve_piece(KloutSolve *solve, const void *edges, uint32 piece)
{
	double	   *part = ARRAY(solve, double, solve->at.part) + (size_t) piece * PARTS;

	memset(part, 0, PARTS * sizeof(double));
	switch (solve->phase)
	{
		case PHASE_PASS:
			pass_piece(solve, edges, piece, part);
			break;
		case PHASE_PRODUCTS:
			products_piece(solve, piece, part);
			break;
		case PHASE_MIX:
			mix_piece(solve, piece, part);
			break;
		case PHASE_DONE:
			break;
	}
}

void
klout_solve_end_phase(KloutSolve *solve)
{
	const double *part = CONST_ARRAY(solve, double, solve->at.part);
	double		total[PARTS] = {0};

	for (uint32 piece = 0; piece < solve->pieces; piece++)
		for (size_t i = 0; i < PARTS; i++)
			total[i] += part[piece * PARTS + i];
	switch (solve->phase)
	{
		case PHASE_PASS:
			end_pass(solve, total);
			break;
		case PHASE_PRODUCTS:
			end_products(solve, total);
			break;
		case PHASE_MIX:
			end_mix(solve, total);
			break;
		case PHASE_DONE:
			break;
	}
}

void
klout_solve_alone(KloutSolve *solve, const void *edges,
				  void (*interrupts) (void))
{
	while (!klout_solve_done(solve))
	{
		for (uint32 piece = 0; piece < solve->pieces; piece++)
		{
			interrupts();
			klout_solve_piece(solve, edges, piece);
		}
		klout_solve_end_phase(solve);
	}
}

/* ----------
 * Result
 * ----------
 */

void
klout_solve_finish(KloutSolvePlan *plan, const KloutSolve *solve,
				   KloutSolveResult *result)
{
	KloutGraph *graph = plan->graph;
	KloutMemory *memory = graph->memory;
	double		damping = plan->options.damping;
	const double *x = CONST_ARRAY(solve, double, solve->at.x[solve->newest]);
	double		sum;

	for (uint32 row = 0; row < plan->rows; row++)
	{
		uint32		v = plan->row_vertex[row];

		/* one step ahead of the x whose residual is known */
		plan->mass[v] = x[row] / solve->refill;
		plan->flow[v] = damping * graph->scale[v] * plan->mass[v];
	}
	/* those that others' mass comes from were set aside last */
	for (uint32 i = graph->n - graph->tails; i < graph->n; i++)
	{
		uint32		v = graph->queue[i];

		plan->mass[v] = (1 - damping) * plan->mass[v] +
			klout_graph_inflow(graph, v, plan->flow);
		plan->flow[v] = damping * graph->scale[v] * plan->mass[v];
		if (i % 4096 == 0)
			memory->interrupts();
	}
	sum = klout_sum(plan->mass, graph->n);
	for (uint32 v = 0; v < graph->n; v++)
		plan->mass[v] /= sum;

	result->iterations = solve->iterations;
	result->converged = solve->converged;
	result->error_bound = plan->rows == 0 ? 0 : bound_of_error(solve, solve->refill * sum);
	result->core_vertices = plan->rows;
	result->core_edges = plan->core_edges;

	klout_give(memory, plan->row_vertex, plan->rows, sizeof(uint32));
	klout_give(memory, plan->row_length, plan->rows, sizeof(uint32));
	klout_give(memory, plan->core_column, graph->n, sizeof(uint32));
}
