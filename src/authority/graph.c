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

void
klout_graph_free(KloutGraph *graph)
{
	KloutMemory *memory = graph->memory;

	KLOUT_FREE(memory, graph->vertex);
	KLOUT_FREE(memory, graph->by_id);
	KLOUT_FREE(memory, graph->start);
	KLOUT_FREE(memory, graph->length);
	KLOUT_FREE(memory, graph->column);
	KLOUT_FREE(memory, graph->value);
	KLOUT_FREE(memory, graph->scale);
	KLOUT_FREE(memory, graph->role);
	KLOUT_FREE(memory, graph->queue);
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
