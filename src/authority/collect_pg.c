/*-------------------------------------------------------------------------
 *
 * collect_pg.c
 *	  Reads the edges query in parallel, with common/collect_pg.h.
 *
 * Each process numbers the people it meets and collects edges: the leader in
 * its own memory, workers in the shared area.  After the query the leader
 * adopts chunks of edges where they are, and translates their numbers.
 *
 *-------------------------------------------------------------------------
 */
#include "authority/run_pg.h"

/* What the leader tells the workers. */
typedef struct Told
{
	bool text;
	KloutIdType id_type;
	KloutColumns columns;
	double		planned_rows;
} Told;

/* The result of a worker, with blocks of the area. */
typedef struct Collected
{
	uint64		rows;
	uint64		self_edges;
	uint64		null_rows;
	size_t		shared_used;	/* what it hands over */
	dsa_pointer chunk;			/* the first one */
	uint32		n;				/* ids */
	dsa_pointer edges;			/* the arrays of its KloutIds */
	dsa_pointer id;
	dsa_pointer offset;
	dsa_pointer data;
} Collected;

/* ----------
 * Shared blocks
 * ----------
 */

static void *
shared_allocate(KloutMemory *memory, size_t size, uint64 *handle)
{
	return klout_collect_allocate(((KloutAuthorityRun *) memory->owner)->collection,
								  size, handle);
}

static void
shared_release(KloutMemory *memory, void *block, size_t size, uint64 handle)
{
	dsa_free(((KloutAuthorityRun *) memory->owner)->collection->area, handle);
}

/* Makes a run take part in a collection. */
static KloutReceiver *
join_collection(KloutAuthorityRun *run, KloutCollection *collection,
				const KloutColumns *columns)
{
	run->collection = collection;
	run->together = true;
	run->shared.allocate = shared_allocate;
	run->shared.release = shared_release;
	return klout_edge_receiver(run, columns);
}

/* ----------
 * Workers
 * ----------
 */

static void *
start_worker(KloutCollection *collection, const void *argument)
{
	const Told *told = (const Told *) argument;
	KloutAuthorityRun *run = klout_run_start(told->text);

	run->id_type = told->id_type;
	run->planned_rows = told->planned_rows;
	run->loading = true;
	run->edges.memory = &run->shared;
	return join_collection(run, collection, &told->columns);
}

static dsa_pointer
handle_of(const void *block)
{
	return block != NULL ? klout_block_handle(block) : InvalidDsaPointer;
}

/* Hands over ids and chunks to the leader. */
static dsa_pointer
hand_over(KloutCollection *collection)
{
	KloutAuthorityRun *run = klout_receiver_run((KloutReceiver *) collection->state);
	Collected  *result;
	KloutProgress progress;
	dsa_pointer handle;

	klout_ids_close(&run->ids, &run->shared);
	for (KloutEdgeChunk *chunk = run->edges.first; chunk != NULL; chunk = chunk->next)
		chunk->next_handle = handle_of(chunk->next);
	result = klout_alloc(&run->shared, sizeof(Collected), 1);
	result->rows = run->rows;
	result->self_edges = run->self_edges;
	result->null_rows = run->null_rows;
	result->shared_used = run->shared.used;
	result->chunk = handle_of(run->edges.first);
	result->n = run->ids.n;
	result->edges = handle_of(run->ids.edges);
	result->id = handle_of(run->ids.id);
	result->offset = handle_of(run->ids.offset);
	result->data = handle_of(run->ids.data);
	/* publishes what this process used */
	klout_run_progress(run, &progress);
	handle = klout_block_handle(result);
	run->collection = NULL;
	klout_run_end(run);
	return handle;
}

/* ----------
 * The aggregate
 * ----------
 */

static void
flush(void *state)
{
	klout_receiver_flush((KloutReceiver *) state);
}

static const KloutCollector collector = {
	.aggregate = "_klout_collect_edges",
	.function = "klout_authority",
	.start = start_worker,
	.flush = flush,
	.hand_over = hand_over
};

PG_FUNCTION_INFO_V1(klout_collect_edges_add);
Datum
klout_collect_edges_add(PG_FUNCTION_ARGS)
{
	KloutCollection *collection = klout_collect_join(fcinfo, &collector);

	klout_receive_edge((KloutReceiver *) collection->state,
					   fcinfo->args + KLOUT_COLLECT_COLUMNS);
	PG_RETURN_POINTER(collection);
}

/* ----------
 * Leader
 * ----------
 */

/* A block of the area, or NULL. */
static void *
block_at(const KloutAuthorityRun *run, dsa_pointer at)
{
	return DsaPointerIsValid(at) ?
		klout_block_at(dsa_get_address(run->collection->area, at)) : NULL;
}

static Collected *
result_of(const KloutAuthorityRun *run, uint32 slot)
{
	return block_at(run, klout_collect_result(run->collection, slot));
}

/* Adopts what a worker collected. */
static void
adopt(KloutAuthorityRun *run, Collected *result)
{
	uint32	   *number = KLOUT_ALLOC(&run->memory, uint32, result->n);
	KloutIds	ids = {
		.bytes = run->text,
		.n = result->n,
		.edges = block_at(run, result->edges),
		.id = block_at(run, result->id),
		.offset = block_at(run, result->offset),
		.data = block_at(run, result->data)
	};
	KloutEdgeChunk *chunk = block_at(run, result->chunk);

	run->rows += result->rows;
	run->self_edges += result->self_edges;
	run->null_rows += result->null_rows;
	klout_ids_merge(&run->ids, &ids, number);
	klout_free(&run->shared, ids.edges);
	klout_free(&run->shared, ids.id);
	klout_free(&run->shared, ids.offset);
	klout_free(&run->shared, ids.data);
	klout_free(&run->shared, result);
	while (chunk != NULL)
	{
		KloutEdgeChunk *next = block_at(run, chunk->next_handle);

		klout_edges_adopt(&run->edges, chunk, &run->shared, number);
		chunk = next;
	}
	klout_free(&run->memory, number);
}

/* Adopts what all workers collected, after the query. */
static int
adopt_all(KloutAuthorityRun *run)
{
	uint32		slots = klout_collect_slots(run->collection);
	KloutProgress progress;
	Collected  *result;
	int			workers = 0;

	klout_run_progress(run, &progress);
	run->memory.peak = Max(run->memory.peak, progress.used);
	run->together = false;
	for (uint32 slot = 1; slot < slots; slot++)
		if ((result = result_of(run, slot)) != NULL)
			run->shared.used += result->shared_used;
	for (uint32 slot = 1; slot < slots; slot++)
		if ((result = result_of(run, slot)) != NULL)
		{
			workers++;
			adopt(run, result);
			/* people that only one process met add up */
			klout_run_check_room(run);
		}
	return workers;
}

bool
klout_collect_edges(KloutAuthorityRun *run, const char *sql, const char *schema,
					const KloutColumns *columns)
{
	const char *const names[] = {
		"actor", "target", columns->attnum[KLOUT_AMOUNT] > 0 ? "weight" : NULL
	};
	Told		told;
	KloutCollection *collection;
	KloutReceiver *receiver;
	MemoryContext old;
	int			workers;

	memset(&told, 0, sizeof(told));
	told.text = run->text;
	told.id_type = run->id_type;
	told.columns = *columns;
	told.planned_rows = run->planned_rows;
	/* chunks are freed to the area later, outside of SPI */
	old = MemoryContextSwitchTo(run->context);
	collection = klout_collect_plan(&collector, sql, schema, names,
									lengthof(names), &told, sizeof(told));
	MemoryContextSwitchTo(old);
	if (collection == NULL)
		return false;
	receiver = join_collection(run, collection, columns);
	if (!klout_collect_run(collection, receiver))
	{
		klout_run_reset(run);
		return false;
	}
	workers = adopt_all(run);
	elog(DEBUG1, "%s: %d of %d parallel workers read", run->function, workers,
		 klout_collect_planned(collection));
	return true;
}
