/*-------------------------------------------------------------------------
 *
 * shared_pg.h
 *	  Shared memory that may turn out not to be there.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_SHARED_PG_H
#define KLOUT_SHARED_PG_H

#include "common/compat.h"

#include "storage/dsm.h"

/*
 * Runs a task in a subtransaction.  Returns false, with a DEBUG1 message, if it
 * failed for lack of shared memory or another resource of the system.
 */
extern bool klout_try_shared(void (*task) (void *), void *argument);

/* A segment, or NULL, with a DEBUG1 message, if there is too little memory. */
extern dsm_segment *klout_create_segment(size_t size);

#endif							/* KLOUT_SHARED_PG_H */
