/*-------------------------------------------------------------------------
 *
 * compat.h
 *	  Differences between PostgreSQL 15, 16, 17 and 18.
 *
 * Tests are for the feature where there is a macro to test, and for the
 * version only where there is none.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_COMPAT_H
#define KLOUT_COMPAT_H

#include "postgres.h"

#include "fmgr.h"
#include "funcapi.h"
#include "nodes/nodes.h"

#if PG_VERSION_NUM < 150000
#error "klout needs PostgreSQL 15 or later"
#endif

/* varatt.h was split off postgres.h in 16 */
#if PG_VERSION_NUM >= 160000
#include "varatt.h"
#endif

/*
 * Soft errors (16): before, input functions could only raise errors.
 */
#if PG_VERSION_NUM >= 160000
#include "nodes/miscnodes.h"
#define klout_escontext(fcinfo)		((fcinfo)->context)
#define klout_soft_error_occurred(escontext) SOFT_ERROR_OCCURRED(escontext)
#else
#define klout_escontext(fcinfo)		((Node *) NULL)
#define klout_soft_error_occurred(escontext) false
#define errsave(escontext, ...) \
	do { (void) (escontext); ereport(ERROR, __VA_ARGS__); } while (0)
#define ereturn(escontext, dummy_value, ...) \
	do { errsave(escontext, __VA_ARGS__); return dummy_value; } while (0)
#endif

/* 18 puts it before the declaration, where the older attribute works, too */
#ifndef pg_noreturn
#define pg_noreturn pg_attribute_noreturn()
#endif

/* called SetSingleFuncCall in the first minor versions of 15 */
#if PG_VERSION_NUM < 160000 && !defined(MAT_SRF_USE_EXPECTED_DESC)
#define InitMaterializedSRF(fcinfo, flags) SetSingleFuncCall(fcinfo, flags)
#endif

/* before 18, callers passed whether a query runs once */
#if PG_VERSION_NUM >= 180000
#define klout_executor_run(query)	ExecutorRun(query, ForwardScanDirection, 0)
#else
#define klout_executor_run(query)	ExecutorRun(query, ForwardScanDirection, 0, true)
#endif

/* 18: a magic block with name and version */
#ifdef PG_MODULE_MAGIC_EXT
#define KLOUT_MODULE_MAGIC \
	PG_MODULE_MAGIC_EXT(.name = "klout", .version = KLOUT_VERSION)
#else
#define KLOUT_MODULE_MAGIC PG_MODULE_MAGIC
#endif

#endif							/* KLOUT_COMPAT_H */
