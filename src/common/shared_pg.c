/*-------------------------------------------------------------------------
 *
 * shared_pg.c
 *	  Shared memory that may turn out not to be there.
 *
 * Too little shared memory (containers get 64 MB of /dev/shm by default) is an
 * error where it is created.  We can only go on after an error at the end of a
 * subtransaction, which must start before parallel mode.
 *
 *-------------------------------------------------------------------------
 */
#include "common/shared_pg.h"

#include "access/xact.h"
#include "utils/memutils.h"
#include "utils/resowner.h"

/* what a parallel context needs in shared memory, at most */
#define CONTEXT_SIZE		(1024 * 1024)

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

		/* our own memory limit has that category, too */
		if (ERRCODE_TO_CATEGORY(error->sqlerrcode) != ERRCODE_INSUFFICIENT_RESOURCES ||
			error->sqlerrcode == ERRCODE_CONFIGURATION_LIMIT_EXCEEDED)
			ReThrowError(error);
		elog(DEBUG1, "no shared memory for workers: %s",
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
	/* check that InitializeParallelDSM has room, too */
	dsm_detach(dsm_create(CONTEXT_SIZE, 0));
	/* keep it beyond the subtransaction */
	dsm_pin_mapping(task->segment);
}

dsm_segment *
klout_create_segment(size_t size)
{
	SegmentTask task = {size, NULL};

	if (!klout_try_shared(create_segment, &task))
		return NULL;
	/* from here on it belongs to the current resource owner */
	dsm_unpin_mapping(task.segment);
	return task.segment;
}
