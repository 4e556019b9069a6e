/*-------------------------------------------------------------------------
 *
 * peel.c
 *	  Finds the vertices that need no iteration.
 *
 * Upstream vertices are computed once before the iteration, downstream ones
 * once after it.  On real graphs that leaves a fraction of the edges.  Both
 * searches take linear time and need no lists of out-edges.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/peel.h"

#include "authority/ids.h"

#define PREFETCH_DISTANCE	64

/*
 * Finds upstream vertices: those without in-edges, and those whose in-edges all
 * come from upstream.  Each other vertex is in the list of one vertex it waits
 * for: the first of its row that is not known to be upstream.
 */
static void
peel_upstream(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;
	uint32		n = graph->n;
	uint32	   *waiting = KLOUT_ALLOC(memory, uint32, n);	/* head of the list */
	uint32	   *next = KLOUT_ALLOC(memory, uint32, n);	/* in the list */
	uint32	   *at = KLOUT_ALLOC(memory, uint32, n);	/* entry it waits for */
	uint64		steps = 0;

	for (uint32 v = 0; v < n; v++)
	{
		waiting[v] = KLOUT_INVALID_VERTEX;
		at[v] = 0;
	}
	for (uint32 v = 0; v < n; v++)
	{
		if (v + PREFETCH_DISTANCE < n)
			KLOUT_PREFETCH(&graph->column[graph->start[v + PREFETCH_DISTANCE]]);
		if (graph->length[v] == 0)
		{
			graph->role[v] = KLOUT_UPSTREAM;
			graph->queue[graph->upstream++] = v;
		}
		else
		{
			uint32		first = graph->column[graph->start[v]];

			next[v] = waiting[first];
			waiting[first] = v;
		}
	}
	for (uint32 done = 0; done < graph->upstream; done++)
	{
		uint32		follower = waiting[graph->queue[done]];

		while (follower != KLOUT_INVALID_VERTEX)
		{
			uint32		v = follower;
			const uint32 *row = graph->column + graph->start[v];

			follower = next[v];
			while (at[v] < graph->length[v] &&
				   graph->role[row[at[v]]] == KLOUT_UPSTREAM)
			{
				at[v]++;
				if (++steps % KLOUT_INTERRUPT_STEPS == 0)
					memory->interrupts();
			}
			if (at[v] == graph->length[v])
			{
				graph->role[v] = KLOUT_UPSTREAM;
				graph->queue[graph->upstream++] = v;
			}
			else
			{
				next[v] = waiting[row[at[v]]];
				waiting[row[at[v]]] = v;
			}
		}
	}
	KLOUT_FREE(memory, waiting);
	KLOUT_FREE(memory, next);
	KLOUT_FREE(memory, at);
}

/*
 * Finds downstream vertices, those whose out-edges all go downstream, by
 * counting down the out-edges that do not.
 */
static void
peel_downstream(KloutGraph *graph, uint32 *out_degree)
{
	KloutMemory *memory = graph->memory;
	uint32		n = graph->n;
	uint32		last = n;		/* downstream are queued downwards from the
								 * end */
	uint64		steps = 0;

	for (uint32 v = 0; v < n; v++)
		if (out_degree[v] == 0 && graph->role[v] == KLOUT_CORE)
		{
			graph->role[v] = KLOUT_DOWNSTREAM;
			graph->queue[--last] = v;
		}
	for (uint32 done = n; done > last;)
	{
		uint32		v = graph->queue[--done];
		const uint32 *row = graph->column + graph->start[v];

		for (uint32 i = 0; i < graph->length[v]; i++)
		{
			graph->upstream_edges -= graph->role[row[i]] == KLOUT_UPSTREAM;
			if (--out_degree[row[i]] == 0 && graph->role[row[i]] == KLOUT_CORE)
			{
				graph->role[row[i]] = KLOUT_DOWNSTREAM;
				graph->queue[--last] = row[i];
			}
			if (++steps % KLOUT_INTERRUPT_STEPS == 0)
				memory->interrupts();
		}
	}
	graph->downstream = n - last;
}

void
klout_graph_peel(KloutGraph *graph, uint32 *out_degree)
{
	graph->role = KLOUT_ALLOC(graph->memory, uint8, graph->n);
	memset(graph->role, KLOUT_CORE, graph->n);
	graph->queue = KLOUT_ALLOC(graph->memory, uint32, graph->n);
	peel_upstream(graph);

	/*
	 * In-edges of upstream vertices come from upstream only, so this counts
	 * the edges that leave upstream; peel_downstream subtracts those that
	 * bypass the core.
	 */
	for (uint32 i = 0; i < graph->upstream; i++)
		graph->upstream_edges += (uint64) out_degree[graph->queue[i]] -
			graph->length[graph->queue[i]];
	peel_downstream(graph, out_degree);
	Assert(graph->upstream + graph->downstream <= graph->n);
}
