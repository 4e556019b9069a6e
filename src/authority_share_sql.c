/*-------------------------------------------------------------------------
 *
 * authority_share_sql.c
 *	  Shared memory of klout_authority, and how many workers it is for.
 *
 * Plan.  Shared memory that is too small (64 MB is what a container gets) is an
 * error where it is created, and one can go on after an error only at the end
 * of a subtransaction, which parallel mode does not allow.  So a segment is
 * created before parallel mode, in a subtransaction, and handed to the outer
 * resource owner when it is there.
 *
 * A block of a run's memory that is shared is a segment of its own.
 *
 *-------------------------------------------------------------------------
 */
#include "authority_sql.h"

#include "access/xact.h"
#include "miscadmin.h"
#include "optimizer/cost.h"
#include "optimizer/optimizer.h"
#include "optimizer/paths.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/* what the parallel context itself may need in shared memory */
#define CONTEXT_SIZE		(1024 * 1024)

/* ----------
 * Segments
 * ----------
 */

dsm_segment *
klout_attach_segment(dsm_handle handle)
{
	dsm_segment *segment = dsm_attach(handle);

	if (segment == NULL)
		ereport(ERROR,
				(errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
				 errmsg("could not map dynamic shared memory segment")));
	return segment;
}

int
klout_workers_wanted(size_t size)
{
	int			wanted = 0;
	double		threshold = (double) min_parallel_table_scan_size * BLCKSZ;

	if (max_parallel_workers == 0)
		return 0;
	if (min_parallel_table_scan_size == 0)
		return max_parallel_workers_per_gather;
	while ((double) size >= threshold && wanted < max_parallel_workers_per_gather)
	{
		wanted++;
		threshold *= 3;
	}
	return wanted;
}

bool
klout_try_shared(void (*task) (void *), void *argument)
{
	MemoryContext context = CurrentMemoryContext;
	ResourceOwner owner = CurrentResourceOwner;
	volatile bool done = false;

	BeginInternalSubTransaction(NULL);
	MemoryContextSwitchTo(context);
	PG_TRY();
	{
		task(argument);
		ReleaseCurrentSubTransaction();
		done = true;
	}
	PG_CATCH();
	{
		ErrorData  *error;

		MemoryContextSwitchTo(context);
		error = CopyErrorData();
		FlushErrorState();
		RollbackAndReleaseCurrentSubTransaction();
		MemoryContextSwitchTo(context);
		CurrentResourceOwner = owner;

		/* our own limit of memory is of that category, too */
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INSUFFICIENT_RESOURCES ||
			error->sqlerrcode == ERRCODE_CONFIGURATION_LIMIT_EXCEEDED)
			ReThrowError(error);
		elog(DEBUG1, "klout_authority: no shared memory for workers: %s",
			 error->message);
		FreeErrorData(error);
	}
	PG_END_TRY();
	MemoryContextSwitchTo(context);
	CurrentResourceOwner = owner;
	return done;
}

typedef struct SegmentTask
{
	size_t		size;
	dsm_segment *segment;
} SegmentTask;

static void
create_segment(void *argument)
{
	SegmentTask *task = (SegmentTask *) argument;

	task->segment = dsm_create(task->size, 0);
	/* and room for what InitializeParallelDSM will create */
	dsm_detach(dsm_create(CONTEXT_SIZE, 0));
	/* else it ends with the subtransaction */
	dsm_pin_mapping(task->segment);
}

dsm_segment *
klout_create_segment(size_t size)
{
	SegmentTask task = {size, NULL};

	if (!klout_try_shared(create_segment, &task))
		return NULL;
	/* from here on the outer owner releases it if need be */
	dsm_unpin_mapping(task.segment);
	return task.segment;
}

/* ----------
 * Blocks of a run's memory
 * ----------
 */

void *
klout_share(KloutMemory *memory, size_t size)
{
	KloutAuthorityRun *run = (KloutAuthorityRun *) memory;
	dsm_segment *segment = klout_create_segment(size);

	if (segment == NULL)
	{
		/* nor for the next */
		memory->share = NULL;
		return memory->allocate(memory, size);
	}
	run->shared = lappend(run->shared, segment);
	return dsm_segment_address(segment);
}

dsm_segment *
klout_segment_of(const KloutAuthorityRun *run, const void *block)
{
	ListCell   *cell;

	foreach(cell, run->shared)
	{
		dsm_segment *segment = (dsm_segment *) lfirst(cell);

		if (dsm_segment_address(segment) == block)
			return segment;
	}
	return NULL;
}

static size_t
block_size(const KloutAuthorityRun *run, void *block)
{
	dsm_segment *segment = klout_segment_of(run, block);

	return segment != NULL ? dsm_segment_map_length(segment) :
		GetMemoryChunkSpace(block);
}

void
klout_keep_block(KloutAuthorityRun *run, size_t size)
{
	run->keep = size;
}

void *
klout_kept_block(KloutAuthorityRun *run, size_t *size, dsm_segment **segment)
{
	void	   *block = run->kept;

	run->keep = 0;
	run->kept = NULL;
	if (block != NULL)
	{
		*size = block_size(run, block);
		*segment = klout_segment_of(run, block);
	}
	return block;
}

void
klout_release_block(KloutAuthorityRun *run, void *block)
{
	dsm_segment *segment = klout_segment_of(run, block);

	if (run->keep > 0 && run->kept == NULL && block_size(run, block) >= run->keep)
	{
		run->kept = block;
		return;
	}
	if (segment == NULL)
	{
		pfree(block);
		return;
	}
	run->shared = list_delete_ptr(run->shared, segment);
	dsm_detach(segment);
}

void
klout_release_all_shared(KloutAuthorityRun *run)
{
	ListCell   *cell;

	foreach(cell, run->shared)
		dsm_detach((dsm_segment *) lfirst(cell));
	list_free(run->shared);
	run->shared = NIL;
}
