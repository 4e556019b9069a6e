/*-------------------------------------------------------------------------
 *
 * collect_pg.c
 *	  Reads the edges query in parallel, with common/collect_pg.h.
 *
 * Each process numbers the people it meets and collects edges: the leader in
 * its own memory, workers in the shared area.  After the query the leader
 * adopts chunks of edges where they are, with a table that translates numbers.
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

/* The result of a worker: this, then edge counts, ids or offsets, bytes. */
typedef struct Collected
{
	uint64		rows;
	uint64		self_edges;
	uint64		null_rows;
	size_t		shared_used;	/* what it hands over */
	dsa_pointer chunk;			/* block of the first chunk, if there is one */
	uint32		n;				/* ids */
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

/* Sets the pointers to the arrays that follow a result. */
static void
lay_out_ids(Collected *result, bool text, KloutIdList *list)
{
	char	   *at = (char *) result + MAXALIGN(sizeof(Collected));

	memset(list, 0, sizeof(KloutIdList));
	list->n = result->n;
	list->edges = (const uint32 (*)[2]) at;
	at += sizeof(uint32[2]) * list->n;
	if (text)
	{
		list->offset = (const uint64 *) at;
		list->data = at + sizeof(uint64) * ((size_t) list->n + 1);
	}
	else
		list->id = (const int64 *) at;
}

/* Hands over ids and chunks to the leader. */
static dsa_pointer
hand_over(KloutCollection *collection)
{
	KloutAuthorityRun *run = klout_receiver_run((KloutReceiver *) collection->state);
	KloutIds   *ids = &run->ids;
	size_t		size = MAXALIGN(sizeof(Collected)) + sizeof(uint32[2]) * ids->n;
	KloutProgress progress;
	KloutIdList list;
	Collected  *result;
	uint64		handle;

	klout_ids_close(ids);
	size += run->text ?
		sizeof(uint64) * ((size_t) ids->n + 1) + ids->offset[ids->n] :
		sizeof(int64) * ids->n;
	result = klout_alloc(&run->shared, size, 1);
	result->n = ids->n;
	lay_out_ids(result, run->text, &list);
	memcpy(unconstify(char *, (const char *) list.edges), ids->edges,
		   sizeof(uint32[2]) * ids->n);
	if (run->text)
	{
		memcpy(unconstify(uint64 *, list.offset), ids->offset,
			   sizeof(uint64) * ((size_t) ids->n + 1));
		memcpy(unconstify(char *, list.data), ids->data, ids->offset[ids->n]);
	}
	else
		memcpy(unconstify(int64 *, list.id), ids->id, ids->n * sizeof(int64));

	for (KloutEdgeChunk *chunk = run->edges.first; chunk != NULL; chunk = chunk->next)
		chunk->next_handle = chunk->next == NULL ? InvalidDsaPointer :
			klout_block_handle(chunk->next);
	result->chunk = run->edges.first == NULL ? InvalidDsaPointer :
		klout_block_handle(run->edges.first);
	result->rows = run->rows;
	result->self_edges = run->self_edges;
	result->null_rows = run->null_rows;
	result->shared_used = run->shared.used;
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

static Collected *
result_of(KloutAuthorityRun *run, uint32 slot)
{
	dsa_pointer at = klout_collect_result(run->collection, slot);

	return DsaPointerIsValid(at) ?
		klout_block_at(dsa_get_address(run->collection->area, at)) : NULL;
}

/* Adopts what a worker collected. */
static void
adopt(KloutAuthorityRun *run, Collected *result)
{
	KloutRemap *remap = klout_edges_remap(&run->edges, result->n);
	dsa_pointer at = result->chunk;
	KloutIdList list;

	run->rows += result->rows;
	run->self_edges += result->self_edges;
	run->null_rows += result->null_rows;
	lay_out_ids(result, run->text, &list);
	klout_ids_merge(&run->ids, &list, remap->number);
	klout_free(&run->shared, result);
	while (DsaPointerIsValid(at))
	{
		KloutEdgeChunk *chunk = klout_block_at(dsa_get_address(run->collection->area, at));

		at = chunk->next_handle;
		klout_edges_adopt(&run->edges, chunk, &run->shared, remap);
	}
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
