/*-------------------------------------------------------------------------
 *
 * authority_solve.c
 *	  PageRank over a graph, by Anderson-accelerated power iteration.
 *
 * Plan.  Wanted is the y with y = (1 - d) v + d A y, where v is the restart
 * vector, d the damping and column j of A what leaves vertex j, shares with
 * sum 1, or nothing.  The mass that vertices without outgoing edges do not
 * pass on, given to v, only stretches y: the result is y divided by its sum.
 * (Gleich, PageRank beyond the web, SIAM Review 57, 2015, section 2.)
 *
 * Heads are computed once before, tails once after; the core is iterated.
 * What flows in from heads is part of the constant b, and one pass computes
 * g = b + d A x and the residual f = g - x.  The next x is the combination of
 * the last five g whose combined f is least (Anderson acceleration of depth
 * 4: Walker and Ni, SIAM J. Numer. Anal. 49, 2011), kept at or above b, where
 * the solution is; since the residual of each x is computed anyway, a step
 * that did worse is undone and the plain g taken instead.
 *
 * The residual bounds the error: |y - x| <= |f| / (1 - d) in L1, hence that of
 * the result, (|f| + |sum f|) / (S (1 - d)) with S at most the sum of y.
 *
 * Layout.  Rows of the core stand by falling length.  Rows of more than 64
 * edges are summed one by one in 16 lanes.  Of the shorter ones 16 make a
 * slice (SELL-16: Kreutzer et al., SIAM J. Sci. Comput. 36, 2014): first edges
 * of all, second edges of all, ..., filled up with zeros, so that 16 sums run
 * side by side.  Each sum has one order, with vector instructions or without.
 *
 * Pieces have about 4096 rows or 64 k edges, by the graph alone.  Sums over
 * vertices are kept by piece and added in order of pieces.  So nothing depends
 * on who computes what.  A dozen vectors take part in the acceleration, which
 * is as much memory as half of the edges: whatever a phase does with them it
 * does tile by tile, so that each comes from memory once.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_solve.h"

#include <math.h>

#if defined(__GNUC__) && defined(__x86_64__)
#include <immintrin.h>
#define HAVE_AVX2_VARIANT
#endif

#define SLICE				16
#define LONG_ROW			64
#define PIECE_ROWS			4096
#define PIECE_SLOTS			(64 * 1024)

/* rows whose vectors are worked on at a time, which the nearest cache holds */
#define TILE_ROWS			256

/* depth of the acceleration, and the iterates it combines */
#define DEPTH				4
#define KEPT				(DEPTH + 1)

/* a residual beyond the last by this factor undoes a step; that often at most */
#define WORSE				2.0
#define UNDONE_MAX			3

/*
 * partial sums of a piece: of |f|, f, g, f times b, and f times itself and each
 * kept f
 */
#define PART_ABS			0
#define PART_F				1
#define PART_G				2
#define PART_BASE			3
#define PART_DOT			4
#define PARTS				(PART_DOT + KEPT)

/* the index of the origin in sums of products and combinations */
#define ORIGIN				KEPT

typedef enum Phase
{
	PHASE_RESIDUAL,				/* g and f from x */
	PHASE_STEP,					/* x from the kept g */
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
	size_t		mass;			/* double[padded rows] x */
	size_t		scale;			/* double[padded rows] from x to flow */
	size_t		flow;			/* double[padded rows] by column */
	size_t		g[KEPT];		/* double[padded rows] */
	size_t		f[KEPT];		/* double[padded rows] */
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
	uint32		newest;			/* of the kept ones, where the pass writes */
	uint32		kept;			/* how many older ones count */
	bool		accelerated;	/* x is a combination */
	uint32		undone;
	double		residual;		/* |f| of the newest */
	double		before;			/* |f| of the one before */
	double		f_sum;
	double		g_sum;
	double		gram[KEPT + 1][KEPT + 1];	/* f times f, at the origin b */
	double		stretch[KEPT];	/* of a kept x, so that its f has sum 0 */
	double		mix[KEPT + 1];	/* x is the sum of mix times g, at the origin
								 * b */
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

static size_t
place_array(size_t *end, size_t count, size_t size)
{
	size_t		at = *end;

	*end = TYPEALIGN(64, at + count * size);
	return at;
}

static void
lay_out_edges(const KloutSolvePlan *plan, EdgeLayout *at)
{
	size_t		end = 0;

	at->unit_start = place_array(&end, (size_t) plan->units + 1, sizeof(uint64));
	at->slot_column = place_array(&end, plan->slots, sizeof(uint32));
	at->slot_value = place_array(&end, plan->slots,
								 plan->graph->kind == KLOUT_WEIGHT_FLOAT4 ?
								 sizeof(float) : sizeof(double));
	at->end = end;
}

static void
lay_out(const KloutSolvePlan *plan, Layout *at)
{
	size_t		rows = padded(plan->rows);
	size_t		end = TYPEALIGN(64, sizeof(KloutSolve));

	at->piece_unit = place_array(&end, (size_t) plan->pieces + 1, sizeof(uint32));
	at->part = place_array(&end, plan->pieces, PARTS * sizeof(double));
	at->row_column = place_array(&end, rows, sizeof(uint32));
	at->base = place_array(&end, rows, sizeof(double));
	at->mass = place_array(&end, rows, sizeof(double));
	at->scale = place_array(&end, rows, sizeof(double));
	at->flow = place_array(&end, rows, sizeof(double));
	for (int i = 0; i < KEPT; i++)
	{
		at->g[i] = place_array(&end, rows, sizeof(double));
		at->f[i] = place_array(&end, rows, sizeof(double));
	}
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

/* Which vertices are rows of the core, by falling length, and their columns. */
static void
plan_rows(KloutSolvePlan *plan)
{
	KloutGraph *graph = plan->graph;
	KloutMemory *memory = graph->memory;
	KloutKeyed *a = (KloutKeyed *) klout_take(memory, plan->rows, sizeof(KloutKeyed));
	KloutKeyed *b = (KloutKeyed *) klout_take(memory, plan->rows, sizeof(KloutKeyed));
	uint64	   *heads = head_bits(graph);
	uint32		row = 0;
	uint64		steps = 0;

	for (uint32 v = 0; v < graph->n; v++)
	{
		const uint32 *column = graph->column + graph->start[v];
		uint32		length = graph->length[v];
		uint32		in_core = length;

		if (graph->place[v] != KLOUT_CORE)
		{
			plan->core_column[v] = KLOUT_NOBODY;
			continue;
		}
		if (graph->heads > 0)
			for (uint32 i = 0; i < length; i++)
				in_core -= (heads[column[i] / 64] >> (column[i] % 64)) & 1;
		plan->core_column[v] = row;
		a[row].key = PG_UINT32_MAX - in_core;
		a[row].number = v;
		row++;
		plan->core_edges += in_core;
		steps += length + 1;
		if (steps >= KLOUT_INTERRUPT_STEPS)
		{
			steps = 0;
			memory->interrupts();
		}
	}
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
	plan->row_vertex = (uint32 *) klout_take(memory, plan->rows, sizeof(uint32));
	plan->row_length = (uint32 *) klout_take(memory, plan->rows, sizeof(uint32));
	plan->core_column = (uint32 *) klout_take(memory, graph->n, sizeof(uint32));
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
klout_solve_edges(const KloutSolvePlan *plan, void *edges)
{
	KloutGraph *graph = plan->graph;
	bool		is4 = graph->kind == KLOUT_WEIGHT_FLOAT4;
	EdgeLayout	at;
	uint32	   *slot_column;
	float	   *slot4;
	double	   *slot8;
	uint64	   *unit_start;
	uint64		slot = 0;
	uint64		steps = 0;

	lay_out_edges(plan, &at);
	slot_column = ARRAY(edges, uint32, at.slot_column);
	slot4 = is4 ? ARRAY(edges, float, at.slot_value) : NULL;
	slot8 = is4 ? NULL : ARRAY(edges, double, at.slot_value);
	unit_start = ARRAY(edges, uint64, at.unit_start);

	for (uint32 unit = 0; unit < plan->units; unit++)
	{
		uint32		lanes = unit_rows(plan, unit);
		uint32		first = unit_row(plan->long_rows, unit);
		uint32		length = plan->row_length[first];

		prefetch_rows(plan, first + lanes);
		unit_start[unit] = slot;
		for (uint32 lane = 0; lane < lanes; lane++)
		{
			uint32		row = first + lane;

			if (row < plan->rows)
			{
				uint32		v = plan->row_vertex[row];

				plan->flow[v] = is4 ?
					copy_row(plan, v, slot + lane, lanes, length, slot_column, slot4, NULL) :
					copy_row(plan, v, slot + lane, lanes, length, slot_column, NULL, slot8);
				steps += graph->length[v];
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
		slot += unit_slots(plan, unit);
		steps += lanes;
		if (steps >= KLOUT_INTERRUPT_STEPS)
		{
			steps = 0;
			graph->memory->interrupts();
		}
	}
	unit_start[plan->units] = slot;
}

KloutSolve *
klout_solve_init(const KloutSolvePlan *plan, void *memory, const double *warm)
{
	KloutSolve *solve = (KloutSolve *) memory;
	KloutGraph *graph = plan->graph;
	double		damping = plan->options.damping;
	uint32	   *piece_unit;
	uint32	   *row_column;
	double	   *base;
	double	   *mass;
	double	   *scale;
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
	solve->phase = plan->rows > 0 ? PHASE_RESIDUAL : PHASE_DONE;
	solve->converged = plan->rows == 0;

	piece_unit = ARRAY(solve, uint32, solve->at.piece_unit);
	piece_unit[0] = 0;
	for (uint32 piece = 0; piece < plan->pieces; piece++)
		piece_unit[piece + 1] = piece_end(plan, piece_unit[piece]);

	row_column = ARRAY(solve, uint32, solve->at.row_column);
	base = ARRAY(solve, double, solve->at.base);
	mass = ARRAY(solve, double, solve->at.mass);
	scale = ARRAY(solve, double, solve->at.scale);
	flow = ARRAY(solve, double, solve->at.flow);
	for (uint32 row = 0; row < plan->rows; row++)
	{
		uint32		v = plan->row_vertex[row];

		row_column[row] = plan->core_column[v];
		scale[row] = damping * graph->scale[v];
		base[row] = plan->flow[v] + (1 - damping) * plan->mass[v];
		mass[row] = warm != NULL ? Max(warm[v], base[row]) :
			base[row] / (1 - damping);
		flow[row_column[row]] = scale[row] * mass[row];
		if (row % 4096 == 0)
			graph->memory->interrupts();
	}
	/* what fills the last slice up computes with zeros */
	for (size_t row = plan->rows; row < padded(plan->rows); row++)
	{
		row_column[row] = 0;
		scale[row] = 0;
		base[row] = 0;
		mass[row] = 0;
		flow[row] = 0;
	}
	solve->base_sum = klout_sum(base, plan->rows);
	for (uint32 row = 0; row < plan->rows; row++)
		solve->gram[ORIGIN][ORIGIN] += base[row] * base[row];
	return solve;
}

/* ----------
 * Sums of rows
 * ----------
 */

typedef void (*RowSums) (const uint32 *column, const void *value,
						 uint64 length, const double *flow, double *sum);

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
 * sum[lane] += the value times the flow of each column, over length times 16
 * slots, then the rest of a long row.  Eight sums at a time fit the registers.
 */
#define DEFINE_PLAIN_SUMS(name, type) \
static void \
name(const uint32 *column, const void *values, uint64 length, \
	 const double *flow, double *sum) \
{ \
	for (int half = 0; half < SLICE; half += 8) \
	{ \
		const type *v = (const type *) values + half; \
		const uint32 *c = column + half; \
		double		s0 = 0, \
					s1 = 0, \
					s2 = 0, \
					s3 = 0, \
					s4 = 0, \
					s5 = 0, \
					s6 = 0, \
					s7 = 0; \
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
		} \
		sum[half] = s0; \
		sum[half + 1] = s1; \
		sum[half + 2] = s2; \
		sum[half + 3] = s3; \
		sum[half + 4] = s4; \
		sum[half + 5] = s5; \
		sum[half + 6] = s6; \
		sum[half + 7] = s7; \
	} \
}

DEFINE_PLAIN_SUMS(plain_sums4, float)
DEFINE_PLAIN_SUMS(plain_sums8, double)

#ifdef HAVE_AVX2_VARIANT

/*
 * The same sums, four to a register.  Products are rounded before they are
 * added, as above: no fused multiplication.
 */
__attribute__((target("avx2")))
static void
avx2_sums4(const uint32 *column, const void *values, uint64 length,
		   const double *flow, double *sum)
{
	const float *v = (const float *) values;
	__m256d		s[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(),
	_mm256_setzero_pd(), _mm256_setzero_pd()};

	for (uint64 k = 0; k < length; k++, v += SLICE, column += SLICE)
	{
		for (int i = 0; i < 4; i++)
		{
			__m128i		c = _mm_loadu_si128((const __m128i *) (column + 4 * i));
			__m256d		x = _mm256_i32gather_pd(flow, c, 8);

			s[i] = _mm256_add_pd(s[i], _mm256_mul_pd(_mm256_cvtps_pd(_mm_loadu_ps(v + 4 * i)), x));
		}
		_mm_prefetch((const char *) (column + 16 * SLICE), _MM_HINT_NTA);
		_mm_prefetch((const char *) (v + 16 * SLICE), _MM_HINT_NTA);
	}
	for (int i = 0; i < 4; i++)
		_mm256_storeu_pd(sum + 4 * i, s[i]);
}

__attribute__((target("avx2")))
static void
avx2_sums8(const uint32 *column, const void *values, uint64 length,
		   const double *flow, double *sum)
{
	const double *v = (const double *) values;
	__m256d		s[4] = {_mm256_setzero_pd(), _mm256_setzero_pd(),
	_mm256_setzero_pd(), _mm256_setzero_pd()};

	for (uint64 k = 0; k < length; k++, v += SLICE, column += SLICE)
	{
		for (int i = 0; i < 4; i++)
		{
			__m128i		c = _mm_loadu_si128((const __m128i *) (column + 4 * i));
			__m256d		x = _mm256_i32gather_pd(flow, c, 8);

			s[i] = _mm256_add_pd(s[i], _mm256_mul_pd(_mm256_loadu_pd(v + 4 * i), x));
		}
		_mm_prefetch((const char *) (column + 16 * SLICE), _MM_HINT_NTA);
		_mm_prefetch((const char *) (v + 16 * SLICE), _MM_HINT_NTA);
		_mm_prefetch((const char *) (v + 16 * SLICE + 8), _MM_HINT_NTA);
	}
	for (int i = 0; i < 4; i++)
		_mm256_storeu_pd(sum + 4 * i, s[i]);
}

#endif							/* HAVE_AVX2_VARIANT */

static RowSums
choose_sums(const KloutSolve *solve)
{
#ifdef HAVE_AVX2_VARIANT
	/* columns are signed there */
	if (!solve->options.plain_sums && solve->rows < PG_INT32_MAX &&
		__builtin_cpu_supports("avx2"))
		return solve->kind == KLOUT_WEIGHT_FLOAT4 ? avx2_sums4 : avx2_sums8;
#endif
	return solve->kind == KLOUT_WEIGHT_FLOAT4 ? plain_sums4 : plain_sums8;
}

/* The sums of the rows of a unit: one, or 16. */
static void
unit_sums(const KloutSolve *solve, const void *edges, RowSums row_sums,
		  uint32 unit, double *sum)
{
	const uint64 *unit_start = CONST_ARRAY(edges, uint64, solve->edges_at.unit_start);
	const uint32 *column = CONST_ARRAY(edges, uint32, solve->edges_at.slot_column) +
		unit_start[unit];
	const double *flow = CONST_ARRAY(solve, double, solve->at.flow);
	uint64		slots = unit_start[unit + 1] - unit_start[unit];
	bool		is4 = solve->kind == KLOUT_WEIGHT_FLOAT4;
	const float *value4 = CONST_ARRAY(edges, float, solve->edges_at.slot_value) +
		unit_start[unit];
	const double *value8 = CONST_ARRAY(edges, double, solve->edges_at.slot_value) +
		unit_start[unit];

	row_sums(column, is4 ? (const void *) value4 : (const void *) value8,
			 slots / SLICE, flow, sum);
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

/* two sums of each kind, of rows in turn: independent additions overlap */
typedef struct PartialSums
{
	double		part[PARTS][2];
} PartialSums;

/* f of a row whose g is known, and its part in a sum of each kind. */
static pg_attribute_always_inline void
residual_row(const double *base, const double *mass, const double *g,
			 double *f, const double *const *kept, int n_kept, uint32 row,
			 PartialSums *sums, int which)
{
	double		r = g[row] - mass[row];

	f[row] = r;
	sums->part[PART_ABS][which] += fabs(r);
	sums->part[PART_F][which] += r;
	sums->part[PART_G][which] += g[row];
	sums->part[PART_BASE][which] += r * base[row];
	sums->part[PART_DOT][which] += r * r;
	for (int k = 0; k < n_kept; k++)
		sums->part[PART_DOT + 1 + k][which] += r * kept[k][row];
}

static pg_attribute_always_inline void
residual_tile(const double *base, const double *mass, const double *g,
			  double *f, const double *const *kept, int n_kept, uint32 n,
			  PartialSums *sums)
{
	PartialSums local = *sums;
	uint32		row;

	for (row = 0; row + 1 < n; row += 2)
	{
		residual_row(base, mass, g, f, kept, n_kept, row, &local, 0);
		residual_row(base, mass, g, f, kept, n_kept, row + 1, &local, 1);
	}
	if (row < n)
		residual_row(base, mass, g, f, kept, n_kept, row, &local, 0);
	*sums = local;
}

/*
 * g and f of a piece's rows, and what sums need of them: by tiles of rows, so
 * that each vector comes from memory once.
 */
static void
residual_piece(KloutSolve *solve, const void *edges, uint32 piece)
{
	const uint32 *piece_unit = CONST_ARRAY(solve, uint32, solve->at.piece_unit);
	const double *base = CONST_ARRAY(solve, double, solve->at.base);
	const double *mass = CONST_ARRAY(solve, double, solve->at.mass);
	double	   *g = ARRAY(solve, double, solve->at.g[solve->newest]);
	double	   *f = ARRAY(solve, double, solve->at.f[solve->newest]);
	double	   *part = ARRAY(solve, double, solve->at.part) + (size_t) piece * PARTS;
	RowSums		row_sums = choose_sums(solve);
	PartialSums sums = {0};
	uint32		unit = piece_unit[piece];

	while (unit < piece_unit[piece + 1])
	{
		uint32		first = unit_row(solve->long_rows, unit);
		const double *kept[DEPTH];
		double		sum[SLICE];
		uint32		n = 0;

		while (n < TILE_ROWS && unit < piece_unit[piece + 1])
		{
			uint32		rows = unit < solve->long_rows ? 1 : SLICE;

			unit_sums(solve, edges, row_sums, unit, sum);
			for (uint32 i = 0; i < rows; i++)
				g[first + n + i] = base[first + n + i] + sum[i];
			n += rows;
			unit++;
		}
		for (uint32 k = 0; k < solve->kept; k++)
			kept[k] = CONST_ARRAY(solve, double, solve->at.f[(solve->newest + DEPTH - k) % KEPT]) + first;

#define TILE(n_kept) \
		residual_tile(base + first, mass + first, g + first, f + first, kept, n_kept, n, &sums)
		switch (solve->kept)
		{
			case 0:
				TILE(0);
				break;
			case 1:
				TILE(1);
				break;
			case 2:
				TILE(2);
				break;
			case 3:
				TILE(3);
				break;
			default:
				TILE(DEPTH);
				break;
		}
#undef TILE
	}
	for (int i = 0; i < PARTS; i++)
		part[i] = sums.part[i][0] + sums.part[i][1];
}

/* The combination of n vectors, at or above base. */
static pg_attribute_always_inline void
mix_rows(const double *const *g, const double *mix, int n, const double *base,
		 double *mass, uint32 first, uint32 last)
{
	for (uint32 row = first; row < last; row++)
	{
		double		x = mix[0] * g[0][row];

		for (int i = 1; i < n; i++)
			x += mix[i] * g[i][row];
		mass[row] = Max(x, base[row]);
	}
}

/* The next x of a piece's rows, and what flows of it. */
static void
step_piece(KloutSolve *solve, uint32 piece)
{
	const uint32 *piece_unit = CONST_ARRAY(solve, uint32, solve->at.piece_unit);
	const uint32 *row_column = CONST_ARRAY(solve, uint32, solve->at.row_column);
	const double *base = CONST_ARRAY(solve, double, solve->at.base);
	const double *scale = CONST_ARRAY(solve, double, solve->at.scale);
	double	   *mass = ARRAY(solve, double, solve->at.mass);
	double	   *flow = ARRAY(solve, double, solve->at.flow);
	uint32		first = unit_row(solve->long_rows, piece_unit[piece]);
	uint32		last = unit_row(solve->long_rows, piece_unit[piece + 1]);
	const double *g[KEPT + 1];
	double		mix[KEPT + 1];
	int			n = 0;

	last = Min(last, solve->rows);
	for (int i = 0; i <= KEPT; i++)
		if (solve->mix[i] != 0)
		{
			g[n] = i == ORIGIN ? base :
				CONST_ARRAY(solve, double, solve->at.g[i]);
			mix[n] = solve->mix[i];
			n++;
		}
	for (uint32 from = first; from < last; from += TILE_ROWS)
	{
		uint32		to = Min(from + TILE_ROWS, last);

		switch (n)
		{
			case 1:
				mix_rows(g, mix, 1, base, mass, from, to);
				break;
			case 2:
				mix_rows(g, mix, 2, base, mass, from, to);
				break;
			case 3:
				mix_rows(g, mix, 3, base, mass, from, to);
				break;
			case 4:
				mix_rows(g, mix, 4, base, mass, from, to);
				break;
			case 5:
				mix_rows(g, mix, 5, base, mass, from, to);
				break;
			default:
				mix_rows(g, mix, KEPT + 1, base, mass, from, to);
				break;
		}
		for (uint32 row = from; row < to; row++)
			flow[row_column[row]] = scale[row] * mass[row];
	}
}

/* The product of two kept f, each of them stretched. */
static double
product_of(const KloutSolve *solve, uint32 i, uint32 j)
{
	double		ci = solve->stretch[i];
	double		cj = solve->stretch[j];

	return ci * cj * solve->gram[i][j] +
		ci * (1 - cj) * solve->gram[i][ORIGIN] +
		cj * (1 - ci) * solve->gram[j][ORIGIN] +
		(1 - ci) * (1 - cj) * solve->gram[ORIGIN][ORIGIN];
}

/*
 * The combination of the newest f and the kept ones that is least: weights
 * with sum 1 into solve->mix.
 *
 * With the differences of the newest from the others this is an ordinary least
 * squares problem; its normal equations are scaled to a unit diagonal and
 * solved by Cholesky's method, which stops where a difference adds nothing.
 * False if the result is none.
 */
static bool
choose_mix(KloutSolve *solve)
{
	uint32		newest = solve->newest;
	double		own = product_of(solve, newest, newest);
	uint32		index[DEPTH];
	double		norm[DEPTH];
	double		factor[DEPTH][DEPTH];
	double		y[DEPTH];
	double		weight[KEPT] = {0};
	uint32		n = 0;

	for (uint32 back = 1; back <= solve->kept; back++)
	{
		uint32		i = (newest + KEPT - back) % KEPT;
		double		with_newest = product_of(solve, newest, i);
		double		pivot;
		double		right;

		norm[n] = sqrt(own - 2 * with_newest + product_of(solve, i, i));
		if (!(norm[n] > 0))
			break;
		right = (own - with_newest) / norm[n];
		for (uint32 j = 0; j < n; j++)
		{
			uint32		other = index[j];
			double		product = (own - with_newest -
								   product_of(solve, newest, other) +
								   product_of(solve, i, other)) / (norm[n] * norm[j]);

			for (uint32 k = 0; k < j; k++)
				product -= factor[n][k] * factor[j][k];
			factor[n][j] = product / factor[j][j];
		}
		pivot = 1;
		for (uint32 k = 0; k < n; k++)
		{
			pivot -= factor[n][k] * factor[n][k];
			right -= factor[n][k] * y[k];
		}
		if (!(pivot > 1e-10))
			break;
		factor[n][n] = sqrt(pivot);
		y[n] = right / factor[n][n];
		index[n++] = i;
	}
	for (uint32 j = n; j-- > 0;)
	{
		for (uint32 k = j + 1; k < n; k++)
			y[j] -= factor[k][j] * y[k];
		y[j] /= factor[j][j];
	}

	weight[newest] = 1;
	for (uint32 j = 0; j < n; j++)
	{
		weight[index[j]] = y[j] / norm[j];
		weight[newest] -= weight[index[j]];
	}
	for (uint32 i = 0; i < KEPT; i++)
	{
		if (weight[i] == 0)
			continue;
		if (!isfinite(weight[i]))
			return false;
		solve->mix[i] = weight[i] * solve->stretch[i];
		solve->mix[ORIGIN] += weight[i] * (1 - solve->stretch[i]);
	}
	return true;
}

static double
bound_of_error(const KloutSolve *solve, double sum)
{
	return (solve->residual + fabs(solve->f_sum)) /
		(sum * (1 - solve->options.damping));
}

static void
end_residual(KloutSolve *solve)
{
	const double *part = CONST_ARRAY(solve, double, solve->at.part);
	uint32		newest = solve->newest;
	double		total[PARTS] = {0};
	uint32		parts = PART_DOT + solve->kept + 1;

	for (uint32 piece = 0; piece < solve->pieces; piece++)
		for (uint32 i = 0; i < parts; i++)
			total[i] += part[(size_t) piece * PARTS + i];

	solve->iterations++;
	solve->residual = total[PART_ABS];
	solve->f_sum = total[PART_F];
	solve->g_sum = total[PART_G];
	solve->gram[newest][ORIGIN] = total[PART_BASE];
	solve->stretch[newest] = solve->base_sum / (solve->base_sum - solve->f_sum);
	for (uint32 back = 0; back + PART_DOT < parts; back++)
	{
		uint32		i = (newest + KEPT - back) % KEPT;

		solve->gram[newest][i] = solve->gram[i][newest] = total[PART_DOT + back];
	}

	solve->converged = bound_of_error(solve, solve->settled + solve->g_sum) <=
		solve->options.tolerance;
	if (solve->converged || solve->iterations >= solve->options.max_iterations)
	{
		solve->phase = PHASE_DONE;
		return;
	}

	solve->phase = PHASE_STEP;
	memset(solve->mix, 0, sizeof(solve->mix));
	if (solve->accelerated && !(solve->residual <= WORSE * solve->before))
	{
		/* back to the g before, which no acceleration made worse */
		newest = (newest + KEPT - 1) % KEPT;
		solve->mix[newest] = 1;
		solve->accelerated = false;
		solve->kept = 0;
		if (++solve->undone >= UNDONE_MAX)
			solve->options.plain = true;
		return;
	}
	solve->before = solve->residual;
	solve->accelerated = !solve->options.plain && choose_mix(solve);
	if (!solve->accelerated)
	{
		memset(solve->mix, 0, sizeof(solve->mix));
		solve->mix[newest] = 1;
	}
	solve->newest = (newest + 1) % KEPT;
	if (!solve->options.plain)
		solve->kept = Min(solve->kept + 1, DEPTH);
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
	if (solve->phase == PHASE_RESIDUAL)
		residual_piece(solve, edges, piece);
	else
		step_piece(solve, piece);
}

void
klout_solve_end_phase(KloutSolve *solve)
{
	if (solve->phase == PHASE_RESIDUAL)
		end_residual(solve);
	else
		solve->phase = PHASE_RESIDUAL;
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
	double		sum;

	for (uint32 row = 0; row < plan->rows; row++)
	{
		uint32		v = plan->row_vertex[row];

		/* one step ahead of the x whose residual is known */
		plan->mass[v] = CONST_ARRAY(solve, double,
									solve->at.g[solve->newest])[row];
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
	result->error_bound = plan->rows == 0 ? 0 : bound_of_error(solve, sum);
	result->core_vertices = plan->rows;
	result->core_edges = plan->core_edges;

	klout_give(memory, plan->row_vertex, plan->rows, sizeof(uint32));
	klout_give(memory, plan->row_length, plan->rows, sizeof(uint32));
	klout_give(memory, plan->core_column, graph->n, sizeof(uint32));
}
