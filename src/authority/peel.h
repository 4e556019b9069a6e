/*-------------------------------------------------------------------------
 *
 * peel.h
 *	  Finds the vertices that need no iteration.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_PEEL_H
#define KLOUT_AUTHORITY_PEEL_H

#include "authority/graph.h"

/*
 * Fills role, queue, upstream, downstream and upstream_edges of a graph.
 * out_degree[n] is scratch afterwards.
 */
extern void klout_graph_peel(KloutGraph *graph, uint32 *out_degree);

#endif							/* KLOUT_AUTHORITY_PEEL_H */
