/*-------------------------------------------------------------------------
 *
 * sell.c
 *	  The core of a graph in the layout that is iterated: SELL-16.
 *
 * Rows of the core are sorted by falling length.  A row of more than 64 entries
 * is a slice of its own, summed in 16 lanes.  Of the shorter ones 16 make a
 * slice: first entries of all, second entries of all, and so on, padded with
 * zeros, so that 16 sums run side by side (Kreutzer et al., SIAM J. Sci.
 * Comput. 36, 2014).  Each sum has one order.
 *
 * Tasks are groups of slices with about 4096 rows or 64 k entries.  They depend
 * on the graph alone, not on the number of processes.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/solve.h"

#define LANES				KLOUT_SELL_LANES
#define LONG_ROW			64
#define TASK_ROWS			4096
#define TASK_ENTRIES		(64 * 1024)

/*
 * If more than this part of the edges leads from upstream to the core, count
 * them out of the lengths of rows.
 */
#define MANY_FROM_UPSTREAM	32

/* rows ahead that are prefetched */
#define PREFETCH_ROWS		16

/* slices that are copied between two looks at interrupts */
#define COPY_SLICES			64

static void
lay_out(KloutSell *sell)
{
	KloutSellLayout *at = &sell->at;
	size_t		end = 0;

	at->slice_start = klout_layout_array(&end, (size_t) sell->slices + 1, sizeof(uint64));
	at->column = klout_layout_array(&end, sell->entries, sizeof(uint32));
	at->value = klout_layout_array(&end, sell->entries,
								   klout_weight_size(sell->graph->kind));
	at->size = end;
}

static inline uint32
slice_rows(const KloutSell *sell, uint32 slice)
{
	return slice < sell->long_rows ? 1 : LANES;
}

/* All rows of a slice take as many entries as its first, the longest. */
static inline uint64
slice_entries(const KloutSell *sell, uint32 slice)
{
	return (uint64) sell->row_length[klout_sell_row(sell->long_rows, slice)] *
		slice_rows(sell, slice);
}

uint32
klout_sell_task_end(const KloutSell *sell, uint32 slice)
{
	uint64		entries = 0;
	uint32		rows = 0;

	do
	{
		entries += slice_entries(sell, slice);
		rows += slice_rows(sell, slice);
		slice++;
	} while (slice < sell->slices &&
			 rows + slice_rows(sell, slice) <= TASK_ROWS &&
			 entries + slice_entries(sell, slice) <= TASK_ENTRIES);
	return slice;
}

/*
 * A bitmap of upstream vertices, which fits the cache.  A column of a core row
 * outside the core is always upstream, as downstream leads only downstream.
 */
static uint64 *
upstream_bits(const KloutGraph *graph)
{
	size_t		words = (size_t) graph->n / 64 + 1;
	uint64	   *bits = (uint64 *) klout_alloc(graph->memory, words, sizeof(uint64));

	memset(bits, 0, words * sizeof(uint64));
	for (uint32 i = 0; i < graph->upstream; i++)
		bits[graph->queue[i] / 64] |= UINT64CONST(1) << (graph->queue[i] % 64);
	return bits;
}

/* The number of entries of a row that come from upstream. */
static uint32
edges_from_upstream(const KloutGraph *graph, const uint64 *upstream, uint32 v)
{
	const uint32 *column = graph->column + graph->start[v];
	uint32		n = 0;

	for (uint32 i = 0; i < graph->length[v]; i++)
		n += (upstream[column[i] / 64] >> (column[i] % 64)) & 1;
	return n;
}

/*
 * Sorts the rows of the core by falling length.  Columns of the core are
 * numbered by vertex, rows by length.
 */
static void
order_rows(KloutSell *sell)
{
	KloutGraph *graph = sell->graph;
	KloutMemory *memory = graph->memory;
	KloutKeyed *a = (KloutKeyed *) klout_alloc(memory, sell->rows, sizeof(KloutKeyed));
	KloutKeyed *b = (KloutKeyed *) klout_alloc(memory, sell->rows, sizeof(KloutKeyed));
	bool		many = graph->upstream_edges > graph->edges / MANY_FROM_UPSTREAM;
	uint64	   *upstream = many ? upstream_bits(graph) : NULL;
	uint32		row = 0;
	uint64		steps = 0;

	for (uint32 v = 0; v < graph->n; v++)
	{
		uint32		length = graph->length[v];

		/* rows of consecutive vertices are not adjacent */
		if (many && v + PREFETCH_ROWS < graph->n)
			KLOUT_PREFETCH(&graph->column[graph->start[v + PREFETCH_ROWS]]);
		if (graph->role[v] != KLOUT_CORE)
		{
			sell->core_column[v] = KLOUT_INVALID_VERTEX;
			continue;
		}
		sell->core_column[v] = row;
		sell->core_edges += length;
		steps += length + 1;
		if (many)
			length -= edges_from_upstream(graph, upstream, v);
		a[row].key = PG_UINT32_MAX - length;
		a[row].number = v;
		row++;
		if (steps >= KLOUT_INTERRUPT_STEPS)
		{
			steps = 0;
			memory->interrupts();
		}
	}
	sell->core_edges -= graph->upstream_edges;
	klout_free(memory, upstream);
	klout_sort_by_key(&a, &b, sell->rows, memory);
	for (row = 0; row < sell->rows; row++)
	{
		sell->row_vertex[row] = a[row].number;
		sell->row_length[row] = PG_UINT32_MAX - (uint32) a[row].key;
	}
	klout_free(memory, a);
	klout_free(memory, b);
}

/* Computes the mass of upstream vertices and their flow. */
static void
settle_upstream(KloutSell *sell)
{
	KloutGraph *graph = sell->graph;
	double		damping = sell->damping;

	memset(sell->flow, 0, graph->n * sizeof(double));
	for (uint32 i = 0; i < graph->upstream; i++)
	{
		uint32		v = graph->queue[i];

		sell->mass[v] = (1 - damping) * sell->mass[v] +
			klout_graph_inflow(graph, v, sell->flow);
		sell->flow[v] = damping * graph->scale[v] * sell->mass[v];
		sell->settled += sell->mass[v];
		if (i % 4096 == 0)
			graph->memory->interrupts();
	}
	for (uint32 i = graph->n - graph->downstream; i < graph->n; i++)
		sell->settled += (1 - damping) * sell->mass[graph->queue[i]];
}

void
klout_sell_init(KloutSell *sell, KloutGraph *graph, double damping,
				double *mass, double *flow)
{
	KloutMemory *memory = graph->memory;

	Assert(graph->upstream + graph->downstream <= graph->n);
	memset(sell, 0, sizeof(KloutSell));
	sell->graph = graph;
	sell->damping = damping;
	sell->mass = mass;
	sell->flow = flow;
	sell->rows = graph->n - graph->upstream - graph->downstream;
	sell->row_vertex = KLOUT_ALLOC(memory, uint32, sell->rows);
	sell->row_length = KLOUT_ALLOC(memory, uint32, sell->rows);
	sell->core_column = KLOUT_ALLOC(memory, uint32, graph->n);
	order_rows(sell);

	while (sell->long_rows < sell->rows &&
		   sell->row_length[sell->long_rows] > LONG_ROW)
		sell->long_rows++;
	sell->slices = sell->long_rows +
		(sell->rows - sell->long_rows + LANES - 1) / LANES;
	for (uint32 slice = 0; slice < sell->slices; slice++)
		sell->entries += slice_entries(sell, slice);
	for (uint32 slice = 0; slice < sell->slices; slice = klout_sell_task_end(sell, slice))
		sell->tasks++;
	settle_upstream(sell);
	lay_out(sell);
}

/* Prefetches what the rows from first on are copied from. */
static void
prefetch_rows(const KloutSell *sell, uint32 first)
{
	const KloutGraph *graph = sell->graph;

	for (uint32 row = first; row < Min(first + LANES, sell->rows); row++)
	{
		uint64		start = graph->start[sell->row_vertex[row]];

		KLOUT_PREFETCH(&graph->column[start]);
		KLOUT_PREFETCH(klout_weights_from(graph->value, start, graph->kind));
	}
	for (uint32 row = first + LANES; row < Min(first + 2 * LANES, sell->rows); row++)
	{
		KLOUT_PREFETCH(&graph->start[sell->row_vertex[row]]);
		KLOUT_PREFETCH(&graph->length[sell->row_vertex[row]]);
	}
}

/* Writes n zeros to every lanes-th entry from entry on. */
static inline void
pad_row(uint64 entry, uint32 lanes, uint64 n, uint32 *column, void *value,
		KloutWeightKind kind)
{
	for (uint64 i = 0; i < n; i++, entry += lanes)
	{
		column[entry] = 0;
		klout_weight_set(value, entry, 0, kind);
	}
}

/*
 * Copies the row of a vertex to every lanes-th entry from entry on, padded with
 * zeros to the given length.  Returns the inflow from upstream.
 */
static pg_attribute_always_inline double
copy_row(const KloutSell *sell, uint32 v, uint64 entry, uint32 lanes,
		 uint32 length, uint32 *column, void *value, KloutWeightKind kind)
{
	const KloutGraph *graph = sell->graph;
	const uint32 *from_column = graph->column + graph->start[v];
	const void *from_value = klout_weights_from(graph->value, graph->start[v], kind);
	uint64		end = entry + (uint64) length * lanes;
	double		from_upstream = 0;

	for (uint32 i = 0; i < graph->length[v]; i++)
	{
		uint32		own = sell->core_column[from_column[i]];
		double		weight = klout_weight_at(from_value, i, kind);

		if (unlikely(own == KLOUT_INVALID_VERTEX))
		{
			from_upstream += sell->flow[from_column[i]] * weight;
			continue;
		}
		column[entry] = own;
		klout_weight_set(value, entry, weight, kind);
		entry += lanes;
	}
	pad_row(entry, lanes, (end - entry) / lanes, column, value, kind);
	return from_upstream;
}

void
klout_sell_copy(const KloutSell *sell, void *entries)
{
	KloutWeightKind kind = sell->graph->kind;
	uint64	   *slice_start = KLOUT_ARRAY(entries, uint64, sell->at.slice_start);
	uint32	   *column = KLOUT_ARRAY(entries, uint32, sell->at.column);
	void	   *value = KLOUT_ARRAY(entries, char, sell->at.value);
	uint64		entry = 0;

	for (uint32 slice = 0; slice < sell->slices; slice++)
	{
		uint32		lanes = slice_rows(sell, slice);
		uint32		first = klout_sell_row(sell->long_rows, slice);
		uint32		length = sell->row_length[first];

		if (slice % COPY_SLICES == 0)
			sell->graph->memory->interrupts();
		slice_start[slice] = entry;
		prefetch_rows(sell, first + lanes);
		for (uint32 lane = 0; lane < lanes; lane++)
		{
			uint32		row = first + lane;

			uint64		to = entry + lane;
			uint32		v;

			if (row >= sell->rows)
			{
				pad_row(to, lanes, length, column, value, kind);
				continue;
			}
			v = sell->row_vertex[row];
			sell->flow[v] = kind == KLOUT_WEIGHT_FLOAT4 ?
				copy_row(sell, v, to, lanes, length, column, value, KLOUT_WEIGHT_FLOAT4) :
				copy_row(sell, v, to, lanes, length, column, value, KLOUT_WEIGHT_FLOAT8);
		}
		entry += slice_entries(sell, slice);
	}
	slice_start[sell->slices] = entry;
	Assert(entry == sell->entries);
}

void
klout_sell_free(KloutSell *sell)
{
	KloutMemory *memory = sell->graph->memory;

	KLOUT_FREE(memory, sell->row_vertex);
	KLOUT_FREE(memory, sell->row_length);
	KLOUT_FREE(memory, sell->core_column);
}
