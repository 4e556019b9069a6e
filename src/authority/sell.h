/*-------------------------------------------------------------------------
 *
 * sell.h
 *	  The core of a graph in the layout that is iterated: SELL-16.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_SELL_H
#define KLOUT_AUTHORITY_SELL_H

#include "authority/graph.h"

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

#endif							/* KLOUT_AUTHORITY_SELL_H */
