/*-------------------------------------------------------------------------
 *
 * authority_build.h
 *	  Makes the graph of who reacted to whom, in stages that any number of
 *	  processes may work at with the same result to the bit.
 *
 * One process, the leader, starts a build and goes from stage to stage.  A
 * stage has pieces, each to be worked at once; between stages the leader is
 * alone.  What others need to see lies in a few blocks without pointers, which
 * can be shared memory that is mapped at different addresses.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_AUTHORITY_BUILD_H
#define KLOUT_AUTHORITY_BUILD_H

#include "authority.h"

typedef struct KloutBuild KloutBuild;

typedef enum KloutBuildStage
{
	KLOUT_BUILD_SCATTER,		/* edges to their blocks */
	KLOUT_BUILD_ROWS,			/* blocks to rows */
	KLOUT_BUILD_WIDEN,			/* values to float8 */
	KLOUT_BUILD_SUMS,			/* what leaves each vertex */
	KLOUT_BUILD_SHARES,			/* values to shares of that */
	KLOUT_BUILD_DONE
} KloutBuildStage;

/* What the processes share, in the order of KloutBuilder's pointers. */
#define KLOUT_BUILD_BLOCKS	6

/* A build as a process sees it. */
typedef struct KloutBuilder
{
	KloutMemory *memory;		/* of the process */
	KloutBuild *build;
	uint32	   *column;			/* [places] keys at first */
	void	   *value;			/* [places] by kind */
	uint64	   *start;			/* [n] as in KloutGraph */
	uint32	   *length;			/* [n] */
	struct KloutOutflow *outflow;	/* [n] */
	KloutEdgeChunk *chunk;		/* [chunks] that all processes see */
	uint32		chunks;

	/* the leader's */
	KloutGraph *graph;
	KloutEdges *edges;
	KloutEdgeChunk *own;		/* the first of those that only it sees */
	float	   *narrow;			/* values while they become float8 */
	bool		alone;			/* no other may take part in this stage */
	size_t		build_size;
	uint64		steps;			/* since the last look at interrupts */
} KloutBuilder;

/*
 * Starts the build of the graph of edges between ids, whose counts are closed,
 * for at most so many processes.
 */
extern void klout_build_start(KloutBuilder *builder, KloutGraph *graph,
							  KloutIds *ids, KloutEdges *edges, int processes);

/* The blocks that the others have to be shown, NULL where there is none. */
extern void klout_build_blocks(const KloutBuilder *builder,
							   void *block[KLOUT_BUILD_BLOCKS]);

/* What one more process takes of its own memory. */
extern size_t klout_build_help_size(const KloutBuilder *builder);

/*
 * The builder of another process, from where it sees the blocks and the
 * chunks, with which KLOUT_BUILD_SCATTER can do; only that needs them.
 */
extern void klout_build_join(KloutBuilder *builder, KloutMemory *memory,
							 void *const block[KLOUT_BUILD_BLOCKS],
							 KloutEdgeChunk *chunk, uint32 chunks);

extern uint32 klout_build_pieces(const KloutBuilder *builder,
								 KloutBuildStage stage);

/*
 * Works at pieces of a stage as long as next gives numbers of some; each of
 * the processes does once.
 */
extern void klout_build_work(KloutBuilder *builder, KloutBuildStage stage,
							 uint32 (*next) (void *argument), void *argument);

/* Ends a stage that all have worked at; returns the next. */
extern KloutBuildStage klout_build_next(KloutBuilder *builder,
										KloutBuildStage stage);

/*
 * Ends the build.  NULL when all is well, else what is wrong, with the id's
 * number in *culprit.
 */
extern const char *klout_build_finish(KloutBuilder *builder, uint32 *culprit);

/*
 * All of it, in one process: makes the graph of edges between ids and gives
 * the edges' memory back.  Time and memory are linear in edges and vertices.
 */
extern const char *klout_graph_build(KloutGraph *graph, KloutIds *ids,
									 KloutEdges *edges, uint32 *culprit);

/*
 * Bytes that the build by so many processes and the solver take at most, for
 * so many vertices and edges, on top of the edges themselves, which are given
 * back on the way; the slack included, which does not depend on their number.
 * Not foreseen is that weights of one kind add up to one that takes more room,
 * and that several processes sort blocks that are much larger than most.
 */
#define KLOUT_GRAPH_SLACK	(256 * 1024)

extern size_t klout_graph_needs(uint64 vertices, uint64 edges,
								KloutWeightKind kind, int processes);

#endif							/* KLOUT_AUTHORITY_BUILD_H */
