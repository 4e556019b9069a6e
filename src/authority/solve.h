/*-------------------------------------------------------------------------
 *
 * solve.h
 *	  The iteration over the core of a graph, in tasks that any number of
 *	  processes may compute in any order with the same result to the bit.
 *
 * The entries of the core and the solve are two blocks without pointers, so
 * they can be shared memory that is mapped at different addresses.  A solve
 * goes through phases.  Each task of a phase is computed once; after all of
 * them one caller ends the phase, before any task of the next starts.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_SOLVE_H
#define KLOUT_AUTHORITY_SOLVE_H

#include "authority/graph.h"

/* sell.c: the core of a graph in the layout that is iterated, SELL-16 */

#define KLOUT_SELL_LANES	16

/* Offsets of the arrays in the block of entries. */
typedef struct KloutSellLayout
{
	size_t		slice_start;	/* uint64[slices + 1] first entry */
	size_t		column;			/* uint32[entries] */
	size_t		value;			/* float or double[entries] */
	size_t		size;
} KloutSellLayout;

typedef struct KloutSell
{
	KloutGraph *graph;
	KloutSellLayout at;
	double		damping;
	double	   *mass;			/* [graph->n] restart vector; of upstream
								 * vertices their mass */
	double	   *flow;			/* [graph->n] flow of upstream vertices; of
								 * core vertices, once copied, inflow from
								 * upstream */
	uint32	   *row_vertex;		/* [rows] */
	uint32	   *row_length;		/* [rows] entries to the core, at least */
	uint32	   *core_column;	/* [graph->n] KLOUT_INVALID_VERTEX: not core */
	uint32		rows;
	uint32		long_rows;
	uint32		slices;
	uint32		tasks;
	uint64		core_edges;
	uint64		entries;		/* edges and padding */
	double		settled;		/* a lower bound of the mass outside the core */
} KloutSell;

/*
 * Lays out the core and computes the mass of upstream vertices.  mass holds the
 * restart vector, whose sum is 1; flow is scratch.  Both stay in use until the
 * solve has finished.
 */
extern void klout_sell_init(KloutSell *sell, KloutGraph *graph, double damping,
							double *mass, double *flow);

/*
 * Copies the core to sell->at.size bytes at a multiple of 64.  After that only
 * rows of downstream vertices are needed of the graph.
 */
extern void klout_sell_copy(const KloutSell *sell, void *entries);

/* The first slice after the task that starts with slice. */
extern uint32 klout_sell_task_end(const KloutSell *sell, uint32 slice);

extern void klout_sell_free(KloutSell *sell);

/* The first row of a slice. */
static inline uint32
klout_sell_row(uint32 long_rows, uint32 slice)
{
	return slice < long_rows ? slice :
		long_rows + (slice - long_rows) * KLOUT_SELL_LANES;
}

/*
 * extrapolate.c: reduced rank extrapolation of a sequence of vectors.  Given
 * x(0), x(1), ..., the combination of the last vectors, with coefficients of sum
 * 1, whose combined change is least (Sidi, Computers and Mathematics with
 * Applications 56, 2008, for PageRank and others).
 */

/* vectors that are combined; there are as many changes less one */
#define KLOUT_EXTRAPOLATE_VECTORS	9
#define KLOUT_EXTRAPOLATE_DIFFERENCES	(KLOUT_EXTRAPOLATE_VECTORS - 2)

/* products of each difference with the last change and with those up to it */
#define KLOUT_EXTRAPOLATE_PRODUCTS \
	(KLOUT_EXTRAPOLATE_DIFFERENCES * (KLOUT_EXTRAPOLATE_DIFFERENCES + 3) / 2)

/*
 * Adds to product[] the inner products over elements first to last of the
 * vectors x, newest first.
 */
extern void klout_extrapolate_products(const double *const *x, uint32 first,
									   uint32 last, double *product);

/*
 * Computes the coefficients of the vectors, newest first, from the products
 * over all elements.  Returns false if there is no such combination.
 */
extern bool klout_extrapolate_coefficients(const double *product,
										   double *coefficient);

/* solve.c */

typedef struct KloutSolve KloutSolve;

typedef struct KloutSolveOptions
{
	double		damping;		/* [0, 1) */
	double		tolerance;		/* > 0: bounds the L1 error of the result */
	uint32		max_iterations; /* >= 1 */
	bool		plain;			/* do not extrapolate; for tests */
} KloutSolveOptions;

typedef struct KloutSolveResult
{
	uint32		iterations;
	bool		converged;
	double		error_bound;	/* of the L1 error of the result */
	uint64		core_vertices;
	uint64		core_edges;
} KloutSolveResult;

/* The bytes of the solve of a core. */
extern size_t klout_solve_size(const KloutSell *sell);

/*
 * Sets up a solve in klout_solve_size bytes at a multiple of 64, after the core
 * was copied.  The iteration starts from warm, by vertex, unless that is NULL.
 */
extern KloutSolve *klout_solve_init(const KloutSell *sell,
									const KloutSolveOptions *options,
									void *memory, const double *warm);

/* The number of tasks of each phase. */
extern uint32 klout_solve_tasks(const KloutSolve *solve);

/* Is the iteration over?  Changes only in klout_solve_end_phase. */
extern bool klout_solve_done(const KloutSolve *solve);

/* Computes a task of the current phase. */
extern void klout_solve_task(KloutSolve *solve, const void *entries,
							 uint32 task);

extern void klout_solve_end_phase(KloutSolve *solve);

/* Runs the whole iteration in one process. */
extern void klout_solve_alone(KloutSolve *solve, const void *entries,
							  void (*interrupts) (void));

/* Writes the result to sell->mass by vertex, with sum 1. */
extern void klout_solve_finish(const KloutSell *sell, const KloutSolve *solve,
							   KloutSolveResult *result);

#endif							/* KLOUT_AUTHORITY_SOLVE_H */
