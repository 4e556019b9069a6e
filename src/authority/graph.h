/*-------------------------------------------------------------------------
 *
 * graph.h
 *	  The graph of actions between people, as rows of in-edges.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_GRAPH_H
#define KLOUT_AUTHORITY_GRAPH_H

#include "authority/edges.h"

/* The bow-tie of a directed graph, around what must be iterated. */
typedef enum KloutVertexRole
{
	KLOUT_CORE,					/* on a cycle or between two */
	KLOUT_UPSTREAM,				/* in-edges come from upstream only */
	KLOUT_DOWNSTREAM			/* out-edges go downstream only */
} KloutVertexRole;

/*
 * Vertices are numbered by falling out-degree, then by rising id, so nothing
 * here depends on the order in which edges arrived.  The row of a vertex lists
 * its in-edges: columns in rising order, each the vertex an edge comes from.
 */
typedef struct KloutGraph
{
	KloutMemory *memory;
	uint32		n;
	uint64		edges;			/* distinct pairs */
	uint32	   *vertex;			/* [n] by number of the id */
	uint32	   *by_id;			/* [n] numbers of ids, by rising id */
	uint64	   *start;			/* [n] first entry of a row */
	uint32	   *length;			/* [n] entries of a row */
	uint32	   *column;			/* [capacity] */
	KloutWeightKind kind;
	void	   *value;			/* [capacity] FLOAT4: summed weights; FLOAT8:
								 * those over the out-weight of the column */
	uint64		capacity;		/* entries, with gaps between blocks of rows */
	double	   *scale;			/* [n] mass times scale times value flows
								 * along an edge; 0 without out-edges */
	uint8	   *role;			/* [n] KloutVertexRole */
	uint32	   *queue;			/* [n] upstream vertices in topological order
								 * from the front, downstream ones in reverse
								 * topological order from the end */
	uint32		upstream;
	uint32		downstream;
	uint64		upstream_edges; /* from upstream to the core */
} KloutGraph;

/* build.c */

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

/* graph.c */

/*
 * Fills role, queue, upstream, downstream and upstream_edges of a graph.
 * out_degree[n] is scratch afterwards.
 */
extern void klout_graph_peel(KloutGraph *graph, uint32 *out_degree);

/* Frees the rows of all vertices that are not downstream. */
extern void klout_graph_keep_downstream(KloutGraph *graph);

/* The sum of flow over the in-edges of a vertex; flow is scale times mass. */
extern double klout_graph_inflow(const KloutGraph *graph, uint32 vertex,
								 const double *flow);

typedef struct KloutAmount
{
	uint32		number;			/* of an id */
	double		amount;			/* finite, at least 0 */
} KloutAmount;

/*
 * Adds amounts up by vertex.  Amounts of one vertex are added in order of size,
 * so the result does not depend on theirs.  Sorts amounts.
 */
extern void klout_graph_vector(const KloutGraph *graph, KloutAmount *amounts,
							   size_t n, double *vector);

/* The sum of a vector, in one fixed order. */
extern double klout_sum(const double *vector, size_t n);

typedef struct KloutKeyed
{
	uint64		key;
	uint32		number;
} KloutKeyed;

/*
 * Sorts (*a)[n] by key, stably, with (*b)[n] as scratch.  Swaps the pointers
 * when the result is in the other array.
 */
extern void klout_sort_by_key(KloutKeyed **a, KloutKeyed **b, size_t n,
							  KloutMemory *memory);

#endif							/* KLOUT_AUTHORITY_GRAPH_H */
