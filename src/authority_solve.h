/*-------------------------------------------------------------------------
 *
 * authority_solve.h
 *	  The iteration over the core of a graph, cut into pieces that any number
 *	  of processes may compute in any order with the same result to the bit.
 *
 * A solve lies in two blocks of memory without pointers, so that they can be
 * shared memory mapped at different addresses: the edges, which do not change,
 * and the solve proper.  They are apart because the graph's own edges can go
 * before the second is taken.  A solve goes through phases; a
 * phase has klout_solve_pieces() pieces, each to be computed once, and is
 * ended by one caller after all pieces are done and before any piece of the
 * next begins.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_SOLVE_H
#define KLOUT_AUTHORITY_SOLVE_H

#include "authority.h"

typedef struct KloutSolve KloutSolve;

typedef struct KloutSolveOptions
{
	double		damping;		/* [0, 1) */
	double		tolerance;		/* > 0: bound of the L1 error of the result */
	uint32		max_iterations; /* >= 1 */
	bool		plain;			/* without combinations, for tests */
} KloutSolveOptions;

typedef struct KloutSolveResult
{
	uint32		iterations;
	bool		converged;
	double		error_bound;	/* of the L1 error of the result */
	uint64		core_vertices;
	uint64		core_edges;
} KloutSolveResult;

/*
 * What lies before the iteration: where each vertex of the core stands, and
 * the mass of the heads.
 */
typedef struct KloutSolvePlan
{
	KloutGraph *graph;
	KloutSolveOptions options;
	double	   *mass;			/* [graph->n] restart vector in, authority out */
	double	   *flow;			/* [graph->n] what flows on of it; of a vertex
								 * of the core, until its end, what flows in
								 * from heads */
	uint32	   *row_vertex;		/* [rows] the vertex of a row of the core */
	uint32	   *row_length;		/* [rows] and its edges, without those from
								 * heads where these are many */
	uint32	   *core_column;	/* [graph->n] its column, KLOUT_NOBODY outside */
	uint32		rows;
	uint64		core_edges;
	uint64		slots;			/* edges with what fills slices up */
	uint32		units;			/* long rows and slices */
	uint32		long_rows;
	uint32		pieces;
	double		settled;		/* least mass outside the core */
	size_t		edges_size;		/* bytes of its edges */
	size_t		size;			/* bytes of the solve */
} KloutSolvePlan;

/*
 * Makes the plan.  mass, of graph->n elements, holds the restart vector, whose
 * sum is 1, and keeps it until klout_solve_finish; flow is space for as many.
 */
extern void klout_solve_plan(KloutSolvePlan *plan, KloutGraph *graph,
							 const KloutSolveOptions *options,
							 double *mass, double *flow);

/*
 * Copies the edges of the core to plan->edges_size bytes at a multiple of 64.
 * After that the graph needs the rows of tails alone.
 */
extern void klout_solve_edges(const KloutSolvePlan *plan, void *edges);

/* The same by pieces, which any process may copy after the start. */
extern void klout_solve_edges_start(const KloutSolvePlan *plan, void *edges);
extern uint32 klout_solve_edges_pieces(const KloutSolvePlan *plan);
extern void klout_solve_edges_piece(const KloutSolvePlan *plan, void *edges,
									uint32 piece);

/*
 * The blocks that others have to be shown for that, and what a copy of the
 * plan and its graph are made of where they see them.
 */
#define KLOUT_SOLVE_BLOCKS	8

extern void klout_solve_blocks(const KloutSolvePlan *plan,
							   void *block[KLOUT_SOLVE_BLOCKS]);
extern void klout_solve_join(KloutSolvePlan *plan, KloutGraph *graph,
							 void *const block[KLOUT_SOLVE_BLOCKS]);

/*
 * Lays the solve out in plan->size bytes at a multiple of 64.  warm is a
 * vector by vertex to start from, or NULL.
 */
extern KloutSolve *klout_solve_init(const KloutSolvePlan *plan, void *memory,
									const double *warm);

/*
 * Pieces of a phase; 0 when there is nothing to iterate.
 */
extern uint32 klout_solve_pieces(const KloutSolve *solve);

/* Is the iteration over?  Changes only in klout_solve_end_phase. */
extern bool klout_solve_done(const KloutSolve *solve);

/* Computes a piece of the current phase. */
extern void klout_solve_piece(KloutSolve *solve, const void *edges,
							  uint32 piece);

/* Ends the phase. */
extern void klout_solve_end_phase(KloutSolve *solve);

/* All of it, in one process. */
extern void klout_solve_alone(KloutSolve *solve, const void *edges,
							  void (*interrupts) (void));

/*
 * The result, in plan->mass by vertex, with sum 1; gives the plan's memory
 * back.
 */
extern void klout_solve_finish(KloutSolvePlan *plan, const KloutSolve *solve,
							   KloutSolveResult *result);

#endif							/* KLOUT_AUTHORITY_SOLVE_H */
