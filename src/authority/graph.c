/*-------------------------------------------------------------------------
 *
 * graph.c
 *	  The graph of actions between people, as rows of in-edges.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/graph.h"

/* Radix sorts use digits of 11 bits. */
#define DIGIT_BITS			11
#define DIGITS				(1 << DIGIT_BITS)

/* klout_sum adds blocks of this many elements, then the sums of the blocks. */
#define SUM_BLOCK			4096

/* vertices ahead whose rows are prefetched */
#define PREFETCH_DISTANCE	64

void
klout_sort_by_key(KloutKeyed **a, KloutKeyed **b, size_t n,
				  KloutMemory *memory)
{
	uint64		all_or = 0;
	uint64		all_and = ~UINT64CONST(0);

	for (size_t i = 0; i < n; i++)
	{
		all_or |= (*a)[i].key;
		all_and &= (*a)[i].key;
	}
	for (int shift = 0; shift < 64; shift += DIGIT_BITS)
	{
		KloutKeyed *from = *a;
		KloutKeyed *to = *b;
		size_t		offset[DIGITS] = {0};
		size_t		sum = 0;

		/* skip a digit that all keys share */
		if ((((all_or ^ all_and) >> shift) & (DIGITS - 1)) == 0)
			continue;
		memory->interrupts();
		for (size_t i = 0; i < n; i++)
			offset[(from[i].key >> shift) & (DIGITS - 1)]++;
		for (int d = 0; d < DIGITS; d++)
		{
			size_t		count = offset[d];

			offset[d] = sum;
			sum += count;
		}
		for (size_t i = 0; i < n; i++)
			to[offset[(from[i].key >> shift) & (DIGITS - 1)]++] = from[i];
		*a = to;
		*b = from;
	}
}

void
klout_graph_keep_downstream(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;
	uint64		entries = 0;

	for (uint32 i = graph->n - graph->downstream; i < graph->n; i++)
		entries += graph->length[graph->queue[i]];
	if (entries < graph->capacity)
	{
		uint32	   *column = KLOUT_ALLOC(memory, uint32, entries);
		size_t		size = klout_weight_size(graph->kind);
		char	   *value = klout_alloc(memory, entries, size);
		uint64		at = 0;

		for (uint32 v = 0; v < graph->n; v++)
		{
			uint64		from = graph->start[v];
			size_t		n = graph->length[v];

			if (graph->role[v] != KLOUT_DOWNSTREAM)
			{
				graph->length[v] = 0;
				continue;
			}
			graph->start[v] = at;
			memcpy(column + at, graph->column + from, n * sizeof(uint32));
			memcpy(value + at * size, (char *) graph->value + from * size, n * size);
			at += n;
		}
		KLOUT_FREE(memory, graph->column);
		KLOUT_FREE(memory, graph->value);
		graph->column = column;
		graph->value = value;
		graph->capacity = entries;
	}
}

double
klout_graph_inflow(const KloutGraph *graph, uint32 vertex, const double *flow)
{
	uint64		start = graph->start[vertex];
	const uint32 *column = graph->column + start;
	uint32		n = graph->length[vertex];
	double		sum = 0;

	for (uint32 i = 0; i < n; i++)
		sum += klout_weight_at(graph->value, start + i, graph->kind) * flow[column[i]];
	return sum;
}

static int
compare_amounts(const void *a, const void *b)
{
	const KloutAmount *x = (const KloutAmount *) a;
	const KloutAmount *y = (const KloutAmount *) b;

	if (x->number != y->number)
		return x->number < y->number ? -1 : 1;
	return x->amount < y->amount ? -1 : x->amount > y->amount;
}

void
klout_graph_vector(const KloutGraph *graph, KloutAmount *amounts, size_t n,
				   double *vector)
{
	memset(vector, 0, graph->n * sizeof(double));
	pg_qsort(amounts, n, sizeof(KloutAmount), compare_amounts);
	for (size_t i = 0; i < n; i++)
		vector[graph->vertex[amounts[i].number]] += amounts[i].amount;
}

double
klout_sum(const double *vector, size_t n)
{
	double		total = 0;

	for (size_t from = 0; from < n; from += SUM_BLOCK)
	{
		size_t		to = Min(n, from + SUM_BLOCK);
		double		sum = 0;

		for (size_t i = from; i < to; i++)
			sum += vector[i];
		total += sum;
	}
	return total;
}

/* ----------
 * Vertices that need no iteration
 *
 * Upstream vertices are computed once before the iteration, downstream ones
 * once after it.  On real graphs that leaves a fraction of the edges.  Both
 * searches take linear time and need no lists of out-edges.
 * ----------
 */

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
