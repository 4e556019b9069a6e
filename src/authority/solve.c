/*-------------------------------------------------------------------------
 *
 * solve.c
 *	  PageRank over a graph, by power iteration with extrapolation.
 *
 * We want the y with y = (1 - d) v + d A y, where v is the restart vector, d the
 * damping, and column j of A the shares of out-edges of vertex j, with sum 1, or
 * zero.  If the mass of vertices without out-edges teleports to v, y is only
 * scaled: the result is y divided by its sum (Gleich, PageRank beyond the web,
 * SIAM Review 57, 2015, section 2).
 *
 * Upstream mass is known, so inflow from there is part of the constant b, and
 * on the core y = b + d A y.  A pass computes x' = r b + d A x with the teleport
 * scale r that keeps the sum of x: mass that escapes from the core or is damped
 * comes back as b.  That removes the slowest component of the error.  At the
 * fixed point y = x / r.
 *
 *		repeat
 *			for each row: x'[row] = r b[row] + sum of value * flow[column]
 *			stop if the bound of the error is within tolerance
 *			every eight passes, if the change shrinks slowly:
 *				x' = the extrapolation of the last nine x
 *				undo it if the next change is larger
 *
 * Extrapolation costs no further passes, and two to three times fewer of them
 * are needed on real graphs.
 *
 * The change bounds the error: |y - x / r| <= |f| / (r (1 - d)) in L1 with
 * f = x' - x, hence that of the result, (|f| + |sum f|) / (S (1 - d)) with S at
 * most r times the sum of y.
 *
 * Sums over vertices are kept by task and added in order of tasks, so the result
 * does not depend on who computes what.  A pass computes x' and its flow tile by
 * tile, so that each vector is loaded once; it reads one flow vector and writes
 * the other.  Gather instructions were measured and are slower (0.9 against
 * 0.5 ns an edge on Zen 5).
 *
 *-------------------------------------------------------------------------
 */
#include "authority/solve.h"

#include <float.h>
#include <math.h>

#define LANES				KLOUT_SELL_LANES

/* rows whose vectors are worked on at a time, which the nearest cache holds */
#define TILE_ROWS			256

/* slices ahead whose entries are prefetched past the caches: used once a pass */
#define PREFETCH_SLICES		32
#ifdef __GNUC__
#define PREFETCH_ONCE(address)	__builtin_prefetch(address, 0, 0)
#else
#define PREFETCH_ONCE(address)	((void) (address))
#endif

/* the x that are kept, and the passes between two extrapolations */
#define KEPT				KLOUT_EXTRAPOLATE_VECTORS
#define CYCLE				(KEPT - 1)

/* changes that shrink at least by this factor need no extrapolation */
#define SLOW				0.5

/* a change larger by this factor undoes an extrapolation, this often at most */
#define WORSE				2.0
#define UNDONE_MAX			3

/* partial sums of a task in a pass: of |f|, f, x', and mass that escapes */
#define PART_ABS			0
#define PART_F				1
#define PART_X				2
#define PART_ESCAPE			3
#define PASS_PARTS			4
#define PARTS				KLOUT_EXTRAPOLATE_PRODUCTS

typedef enum Phase
{
	PHASE_PASS,					/* the next x */
	PHASE_PRODUCTS,				/* for the coefficients */
	PHASE_EXTRAPOLATE,			/* the combination of the kept x */
	PHASE_DONE
} Phase;

/* Offsets of the arrays from the start of the solve. */
typedef struct Layout
{
	size_t		task_slice;		/* uint32[tasks + 1] first slice */
	size_t		part;			/* double[tasks][PARTS] */
	size_t		row_column;		/* uint32[padded rows] the row's own column */
	size_t		base;			/* double[padded rows] b */
	size_t		scale;			/* double[padded rows] from x to flow */
	size_t		escape;			/* float[padded rows] share of x that leaves
								 * the core; approximate, as it only sets r */
	size_t		flow[2];		/* double[padded rows] by column */
	size_t		x[KEPT];		/* double[padded rows] */
	size_t		size;
} Layout;

struct KloutSolve
{
	KloutSellLayout sell_at;
	Layout		at;
	KloutSolveOptions options;
	KloutWeightKind kind;
	uint32		rows;
	uint32		long_rows;
	uint32		tasks;
	double		settled;
	double		base_sum;

	/* state that only klout_solve_end_phase changes */
	Phase		phase;
	uint32		iterations;
	bool		converged;
	uint32		newest;			/* index of the newest x */
	uint32		side;			/* index of its flow */
	uint32		passes;			/* since the last extrapolation */
	bool		extrapolated;	/* the newest x is an extrapolation */
	uint32		undone;
	double		sum;			/* that each x has but for rounding */
	double		teleport_scale; /* r */
	double		residual;		/* |f| of the last pass */
	double		before;			/* |f| of the one before */
	double		f_sum;
	double		x_sum;
	double		coefficient[KEPT];	/* by index of x */
};

/* ----------
 * Set up
 * ----------
 */

/* Vectors end with a slice, so that the last one needs no special case. */
static size_t
padded(size_t rows)
{
	return (rows + 2 * LANES) / LANES * LANES;
}

static void
lay_out(const KloutSell *sell, Layout *at)
{
	size_t		rows = padded(sell->rows);
	size_t		end = TYPEALIGN(64, sizeof(KloutSolve));

	at->task_slice = klout_layout_array(&end, (size_t) sell->tasks + 1, sizeof(uint32));
	at->part = klout_layout_array(&end, sell->tasks, PARTS * sizeof(double));
	at->row_column = klout_layout_array(&end, rows, sizeof(uint32));
	at->base = klout_layout_array(&end, rows, sizeof(double));
	at->scale = klout_layout_array(&end, rows, sizeof(double));
	at->escape = klout_layout_array(&end, rows, sizeof(float));
	for (int i = 0; i < 2; i++)
		at->flow[i] = klout_layout_array(&end, rows, sizeof(double));
	for (int i = 0; i < KEPT; i++)
		at->x[i] = klout_layout_array(&end, rows, sizeof(double));
	at->size = end;
}

/* Computes which share of each row's x leaves the core; columns is scratch. */
static void
fill_escape(KloutSolve *solve, const KloutSell *sell, double *columns)
{
	const KloutGraph *graph = sell->graph;
	const uint32 *row_column = KLOUT_CONST_ARRAY(solve, uint32, solve->at.row_column);
	const double *scale = KLOUT_CONST_ARRAY(solve, double, solve->at.scale);
	float	   *escape = KLOUT_ARRAY(solve, float, solve->at.escape);

	memset(columns, 0, sell->rows * sizeof(double));
	for (uint32 i = graph->n - graph->downstream; i < graph->n; i++)
	{
		uint32		v = graph->queue[i];

		for (uint64 e = graph->start[v]; e < graph->start[v] + graph->length[v]; e++)
		{
			uint32		own = sell->core_column[graph->column[e]];

			if (own != KLOUT_INVALID_VERTEX)
				columns[own] += klout_weight_at(graph->value, e, graph->kind);
		}
		if (i % 4096 == 0)
			graph->memory->interrupts();
	}
	for (uint32 row = 0; row < sell->rows; row++)
		escape[row] = (float) (scale[row] * columns[row_column[row]]);
}

/* The teleport scale after an x, from its sum and the mass that escapes. */
static double
teleport_scale_of(const KloutSolve *solve, double x_sum, double escape)
{
	double		teleport_scale = (solve->sum - solve->options.damping * x_sum + escape) /
		solve->base_sum;

	/* the base vector is almost zero: any factor converges, use 1 */
	return teleport_scale > 0 && teleport_scale <= DBL_MAX ? teleport_scale : 1;
}

size_t
klout_solve_size(const KloutSell *sell)
{
	Layout		layout;

	lay_out(sell, &layout);
	return layout.size;
}

KloutSolve *
klout_solve_init(const KloutSell *sell, const KloutSolveOptions *options,
				 void *memory, const double *warm)
{
	KloutSolve *solve = (KloutSolve *) memory;
	KloutGraph *graph = sell->graph;
	double		damping = options->damping;
	double		warm_sum = 0;
	double		leaving = 0;
	uint32	   *task_slice;
	uint32	   *row_column;
	double	   *base;
	double	   *x;
	double	   *scale;
	float	   *escape;
	double	   *flow;

	memset(solve, 0, sizeof(KloutSolve));
	solve->sell_at = sell->at;
	lay_out(sell, &solve->at);
	solve->options = *options;
	solve->kind = graph->kind;
	solve->rows = sell->rows;
	solve->long_rows = sell->long_rows;
	solve->tasks = sell->tasks;
	solve->settled = sell->settled;
	solve->phase = sell->rows > 0 ? PHASE_PASS : PHASE_DONE;
	solve->converged = sell->rows == 0;
	solve->teleport_scale = 1;

	task_slice = KLOUT_ARRAY(solve, uint32, solve->at.task_slice);
	task_slice[0] = 0;
	for (uint32 task = 0; task < sell->tasks; task++)
		task_slice[task + 1] = klout_sell_task_end(sell, task_slice[task]);

	row_column = KLOUT_ARRAY(solve, uint32, solve->at.row_column);
	base = KLOUT_ARRAY(solve, double, solve->at.base);
	x = KLOUT_ARRAY(solve, double, solve->at.x[0]);
	scale = KLOUT_ARRAY(solve, double, solve->at.scale);
	escape = KLOUT_ARRAY(solve, float, solve->at.escape);
	flow = KLOUT_ARRAY(solve, double, solve->at.flow[0]);
	for (uint32 row = 0; row < sell->rows; row++)
	{
		uint32		v = sell->row_vertex[row];

		row_column[row] = sell->core_column[v];
		scale[row] = damping * graph->scale[v];
		base[row] = sell->flow[v] + (1 - damping) * sell->mass[v];
		x[row] = warm != NULL ? warm[v] : 0;
		if (row % 4096 == 0)
			graph->memory->interrupts();
	}
	fill_escape(solve, sell, KLOUT_ARRAY(solve, double, solve->at.flow[1]));
	/* the padding computes with zeros */
	for (uint32 row = sell->rows; row < padded(sell->rows); row++)
	{
		row_column[row] = row;
		scale[row] = 0;
		base[row] = 0;
		escape[row] = 0;
		x[row] = 0;
		flow[row] = 0;
	}

	solve->base_sum = klout_sum(base, sell->rows);
	warm_sum = klout_sum(x, sell->rows);
	if (!(warm_sum > 0 && warm_sum <= DBL_MAX))
		for (uint32 row = 0; row < sell->rows; row++)
			x[row] = base[row] / (1 - damping);
	solve->sum = klout_sum(x, sell->rows);
	for (uint32 row = 0; row < sell->rows; row++)
	{
		flow[row_column[row]] = scale[row] * x[row];
		leaving += (double) escape[row] * x[row];
	}
	solve->teleport_scale = teleport_scale_of(solve, solve->sum, leaving);
	return solve;
}

/* ----------
 * Sums of rows
 * ----------
 */

/* Adds 16 lanes in one order. */
static inline double
add_lanes(const double *lane)
{
	double		sum[8];

	for (int i = 0; i < 8; i++)
		sum[i] = lane[i] + lane[i + 8];
	return ((sum[0] + sum[4]) + (sum[2] + sum[6])) +
		((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/* Unrolled by hand, as compilers keep an array of sums in memory. */
#define EACH_LANE(x) \
	x(0) x(1) x(2) x(3) x(4) x(5) x(6) x(7) x(8) x(9) x(10) x(11) x(12) x(13) x(14) x(15)
#define DECLARE_SUM(i)	double s##i = 0;
#define ADD_ENTRY(i)	s##i += klout_weight_at(value, k + i, kind) * flow[column[k + i]];
#define STORE_SUM(i)	sum[i] = s##i;

/* sum[lane] = sum of value times flow of column over length times 16 entries. */
static pg_attribute_always_inline void
sum_lanes(const uint32 *column, const void *value, uint64 length,
		  const double *flow, double *sum, KloutWeightKind kind)
{
	EACH_LANE(DECLARE_SUM)

		for (uint64 k = 0; k < length * LANES; k += LANES)
	{
		EACH_LANE(ADD_ENTRY)
			PREFETCH_ONCE(column + k + PREFETCH_SLICES * LANES);
		PREFETCH_ONCE(klout_weights_from(value, k + PREFETCH_SLICES * LANES, kind));
		if (kind == KLOUT_WEIGHT_FLOAT8)
			PREFETCH_ONCE(klout_weights_from(value, k + PREFETCH_SLICES * LANES + LANES / 2, kind));
	}
	EACH_LANE(STORE_SUM)
}

/* The sums of the one or 16 rows of a slice; sum has room for 16. */
static inline void
slice_sums(const KloutSolve *solve, const void *entries, const double *flow,
		   uint32 slice, double *sum)
{
	const uint64 *slice_start = KLOUT_CONST_ARRAY(entries, uint64, solve->sell_at.slice_start);
	uint64		start = slice_start[slice];
	uint64		n = slice_start[slice + 1] - start;
	const uint32 *column = KLOUT_CONST_ARRAY(entries, uint32, solve->sell_at.column) + start;
	const void *value = klout_weights_from(KLOUT_CONST_ARRAY(entries, char, solve->sell_at.value),
										   start, solve->kind);

	if (solve->kind == KLOUT_WEIGHT_FLOAT4)
		sum_lanes(column, value, n / LANES, flow, sum, KLOUT_WEIGHT_FLOAT4);
	else
		sum_lanes(column, value, n / LANES, flow, sum, KLOUT_WEIGHT_FLOAT8);
	if (slice < solve->long_rows)
	{
		for (uint64 i = n / LANES * LANES; i < n; i++)
			sum[i % LANES] += klout_weight_at(value, i, solve->kind) * flow[column[i]];
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

/* The next x replaces the oldest. */
static inline uint32
next(const KloutSolve *solve)
{
	return (solve->newest + 1) % KEPT;
}

/* The vectors of a pass. */
typedef struct PassRows
{
	const uint32 *row_column;
	const double *base;
	const double *scale;
	const float *escape;
	const double *old;			/* x */
	double	   *new;			/* x' */
	double	   *flow;			/* by column */
	double		teleport_scale;
} PassRows;

/* two sums of each kind for alternate rows: independent additions overlap */
typedef struct PassSums
{
	double		part[PASS_PARTS][2];
} PassSums;

static pg_attribute_always_inline void
pass_row(const PassRows *rows, uint32 row, double inflow, PassSums *sums,
		 int which)
{
	double		x = rows->teleport_scale * rows->base[row] + inflow;
	double		f = x - rows->old[row];

	sums->part[PART_ABS][which] += fabs(f);
	sums->part[PART_F][which] += f;
	sums->part[PART_X][which] += x;
	sums->part[PART_ESCAPE][which] += (double) rows->escape[row] * x;
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

/* The next x of the rows of a task, its flow, and the partial sums. */
static void
pass_task(KloutSolve *solve, const void *entries, uint32 task, double *part)
{
	const uint32 *task_slice = KLOUT_CONST_ARRAY(solve, uint32, solve->at.task_slice);
	const double *flow = KLOUT_CONST_ARRAY(solve, double, solve->at.flow[solve->side]);
	PassRows	rows = {
		.row_column = KLOUT_CONST_ARRAY(solve, uint32, solve->at.row_column),
		.base = KLOUT_CONST_ARRAY(solve, double, solve->at.base),
		.scale = KLOUT_CONST_ARRAY(solve, double, solve->at.scale),
		.escape = KLOUT_CONST_ARRAY(solve, float, solve->at.escape),
		.old = KLOUT_CONST_ARRAY(solve, double, solve->at.x[solve->newest]),
		.new = KLOUT_ARRAY(solve, double, solve->at.x[next(solve)]),
		.flow = KLOUT_ARRAY(solve, double, solve->at.flow[1 - solve->side]),
		.teleport_scale = solve->teleport_scale
	};
	PassSums	sums = {0};
	uint32		slice = task_slice[task];
	uint32		first = klout_sell_row(solve->long_rows, slice);

	while (slice < task_slice[task + 1])
	{
		double		inflow[TILE_ROWS + LANES];
		uint32		n = 0;

		while (n < TILE_ROWS && slice < task_slice[task + 1])
		{
			slice_sums(solve, entries, flow, slice, inflow + n);
			n += slice < solve->long_rows ? 1 : LANES;
			slice++;
		}
		pass_tile(&rows, first, n, inflow, &sums);
		first += n;
	}
	for (int i = 0; i < PASS_PARTS; i++)
		part[i] = sums.part[i][0] + sums.part[i][1];
}

/* The first row of a task. */
static inline uint32
task_row(const KloutSolve *solve, uint32 task)
{
	const uint32 *task_slice = KLOUT_CONST_ARRAY(solve, uint32, solve->at.task_slice);

	return Min(klout_sell_row(solve->long_rows, task_slice[task]), solve->rows);
}

static void
products_task(KloutSolve *solve, uint32 task, double *part)
{
	const double *x[KEPT];

	for (uint32 back = 0; back < KEPT; back++)
		x[back] = KLOUT_CONST_ARRAY(solve, double, solve->at.x[older(solve, back)]);
	klout_extrapolate_products(x, task_row(solve, task), task_row(solve, task + 1), part);
}

/* The combination of the kept x for the rows of a task, and its flow. */
static void
extrapolate_task(KloutSolve *solve, uint32 task, double *part)
{
	const uint32 *row_column = KLOUT_CONST_ARRAY(solve, uint32, solve->at.row_column);
	const double *scale = KLOUT_CONST_ARRAY(solve, double, solve->at.scale);
	const float *escape = KLOUT_CONST_ARRAY(solve, float, solve->at.escape);
	double	   *extrapolated = KLOUT_ARRAY(solve, double, solve->at.x[next(solve)]);
	double	   *flow = KLOUT_ARRAY(solve, double, solve->at.flow[solve->side]);
	uint32		last = task_row(solve, task + 1);

	for (uint32 from = task_row(solve, task); from < last; from += TILE_ROWS)
	{
		uint32		n = Min(TILE_ROWS, last - from);
		double		sum[TILE_ROWS] = {0};

		for (int i = 0; i < KEPT; i++)
		{
			const double *x = KLOUT_CONST_ARRAY(solve, double, solve->at.x[i]) + from;
			double		weight = solve->coefficient[i];

			if (weight != 0)
				for (uint32 row = 0; row < n; row++)
					sum[row] += weight * x[row];
		}
		for (uint32 row = from; row < from + n; row++)
		{
			/* clamp negative mass; the next pass restores the sum */
			double		x = Max(sum[row - from], 0);

			part[PART_X] += x;
			part[PART_ESCAPE] += (double) escape[row] * x;
			extrapolated[row] = x;
			flow[row_column[row]] = scale[row] * x;
		}
	}
}

/* The bound of the error of the newest x; the total mass is sum. */
static double
bound_of_error(const KloutSolve *solve, double sum)
{
	return (solve->residual + fabs(solve->f_sum)) /
		(sum * (1 - solve->options.damping));
}

static void
end_pass(KloutSolve *solve, const double *total)
{
	bool		extrapolated = solve->extrapolated;
	double		bound;

	solve->extrapolated = false;
	solve->iterations++;
	solve->before = solve->residual;
	solve->residual = total[PART_ABS];
	solve->f_sum = total[PART_F];
	solve->x_sum = total[PART_X];
	solve->newest = next(solve);
	solve->side = 1 - solve->side;
	solve->passes++;

	bound = bound_of_error(solve, solve->teleport_scale * solve->settled + solve->x_sum);
	solve->converged = bound <= solve->options.tolerance;
	if (solve->converged || solve->iterations >= solve->options.max_iterations)
	{
		solve->phase = PHASE_DONE;
		return;
	}
	solve->teleport_scale = teleport_scale_of(solve, solve->x_sum, total[PART_ESCAPE]);
	if (extrapolated && !(solve->residual <= WORSE * solve->before))
	{
		/* restore the x before the extrapolation */
		memset(solve->coefficient, 0, sizeof(solve->coefficient));
		solve->coefficient[older(solve, 2)] = 1;
		if (++solve->undone >= UNDONE_MAX)
			solve->options.plain = true;
		solve->phase = PHASE_EXTRAPOLATE;
	}
	else if (solve->passes >= CYCLE && !solve->options.plain &&
			 solve->residual > SLOW * solve->before)
		solve->phase = PHASE_PRODUCTS;
}

static void
end_products(KloutSolve *solve, const double *total)
{
	double		newest_first[KEPT];

	solve->extrapolated = klout_extrapolate_coefficients(total, newest_first);
	for (uint32 back = 0; back < KEPT; back++)
		solve->coefficient[older(solve, back)] = newest_first[back];
	solve->phase = solve->extrapolated ? PHASE_EXTRAPOLATE : PHASE_PASS;
	solve->passes = 0;
}

static void
end_extrapolate(KloutSolve *solve, const double *total)
{
	solve->teleport_scale = teleport_scale_of(solve, total[PART_X], total[PART_ESCAPE]);
	solve->newest = next(solve);
	solve->passes = 0;
	solve->phase = PHASE_PASS;
}

uint32
klout_solve_tasks(const KloutSolve *solve)
{
	return solve->phase == PHASE_DONE ? 0 : solve->tasks;
}

bool
klout_solve_done(const KloutSolve *solve)
{
	return solve->phase == PHASE_DONE;
}

void
klout_solve_task(KloutSolve *solve, const void *entries, uint32 task)
{
	double	   *part = KLOUT_ARRAY(solve, double, solve->at.part) + (size_t) task * PARTS;

	Assert(task < solve->tasks && solve->phase != PHASE_DONE);
	memset(part, 0, PARTS * sizeof(double));
	switch (solve->phase)
	{
		case PHASE_PASS:
			pass_task(solve, entries, task, part);
			break;
		case PHASE_PRODUCTS:
			products_task(solve, task, part);
			break;
		case PHASE_EXTRAPOLATE:
			extrapolate_task(solve, task, part);
			break;
		case PHASE_DONE:
			break;
	}
}

void
klout_solve_end_phase(KloutSolve *solve)
{
	const double *part = KLOUT_CONST_ARRAY(solve, double, solve->at.part);
	double		total[PARTS] = {0};

	for (uint32 task = 0; task < solve->tasks; task++)
		for (size_t i = 0; i < PARTS; i++)
			total[i] += part[task * PARTS + i];
	switch (solve->phase)
	{
		case PHASE_PASS:
			end_pass(solve, total);
			break;
		case PHASE_PRODUCTS:
			end_products(solve, total);
			break;
		case PHASE_EXTRAPOLATE:
			end_extrapolate(solve, total);
			break;
		case PHASE_DONE:
			break;
	}
}

void
klout_solve_alone(KloutSolve *solve, const void *entries,
				  void (*interrupts) (void))
{
	while (!klout_solve_done(solve))
	{
		for (uint32 task = 0; task < solve->tasks; task++)
		{
			interrupts();
			klout_solve_task(solve, entries, task);
		}
		klout_solve_end_phase(solve);
	}
}

/* ----------
 * Result
 * ----------
 */

void
klout_solve_finish(const KloutSell *sell, const KloutSolve *solve,
				   KloutSolveResult *result)
{
	KloutGraph *graph = sell->graph;
	KloutMemory *memory = graph->memory;
	double		damping = solve->options.damping;
	const double *x = KLOUT_CONST_ARRAY(solve, double, solve->at.x[solve->newest]);
	double		sum;

	for (uint32 row = 0; row < sell->rows; row++)
	{
		uint32		v = sell->row_vertex[row];

		/* one pass ahead of the x whose residual is known */
		sell->mass[v] = x[row] / solve->teleport_scale;
		sell->flow[v] = damping * graph->scale[v] * sell->mass[v];
	}
	/* reverse peeling order: sources of a vertex come before it */
	for (uint32 i = graph->n - graph->downstream; i < graph->n; i++)
	{
		uint32		v = graph->queue[i];

		sell->mass[v] = (1 - damping) * sell->mass[v] +
			klout_graph_inflow(graph, v, sell->flow);
		sell->flow[v] = damping * graph->scale[v] * sell->mass[v];
		if (i % 4096 == 0)
			memory->interrupts();
	}
	sum = klout_sum(sell->mass, graph->n);
	for (uint32 v = 0; v < graph->n; v++)
		sell->mass[v] /= sum;

	result->iterations = solve->iterations;
	result->converged = solve->converged;
	result->error_bound = sell->rows == 0 ? 0 : bound_of_error(solve, solve->teleport_scale * sum);
	result->core_vertices = sell->rows;
	result->core_edges = sell->core_edges;
}
