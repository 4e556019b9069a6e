/*-------------------------------------------------------------------------
 *
 * workers_pg.h
 *	  Solves with parallel workers.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_WORKERS_PG_H
#define KLOUT_AUTHORITY_WORKERS_PG_H

#include "common/compat.h"

#include "authority/solve.h"

typedef struct KloutSolver KloutSolver;

/*
 * Copies the core to memory that workers can share if there will be any, and
 * frees the rows of the graph that are not needed any more.
 */
extern KloutSolver *klout_solver_start(KloutSell *sell,
									   const KloutSolveOptions *options,
									   const double *warm);

/*
 * Solves, with parallel workers where that pays, and writes the result to
 * sell->mass.  Returns the number of workers.
 */
extern int	klout_solver_finish(KloutSolver *solver, KloutSolveResult *result);

#endif							/* KLOUT_AUTHORITY_WORKERS_PG_H */
