/*-------------------------------------------------------------------------
 *
 * build.h
 *	  Builds the graph from edges as they arrived.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_BUILD_H
#define KLOUT_AUTHORITY_BUILD_H

#include "authority/graph.h"
#include "authority/ids.h"

/*
 * Builds the graph of the edges between ids, whose table is closed, and frees
 * the edges.  Takes linear time and memory.  Returns NULL, or what is wrong,
 * with the number of the id in *culprit.
 */
extern const char *klout_graph_build(KloutGraph *graph, KloutIds *ids,
									 KloutEdges *edges, uint32 *culprit);

/*
 * An upper bound of the bytes that build and solver need for so many vertices
 * and edges beyond the edges themselves, which are freed on the way.  The slack
 * in it does not depend on their number.  Not included: that float4 weights of
 * repeated pairs may add up to one that needs float8.
 */
#define KLOUT_GRAPH_SLACK	(256 * 1024)

extern size_t klout_graph_needs(uint64 vertices, uint64 edges,
								KloutWeightKind kind, size_t huge);

#endif							/* KLOUT_AUTHORITY_BUILD_H */
