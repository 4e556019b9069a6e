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

#include "authority/sell.h"

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
