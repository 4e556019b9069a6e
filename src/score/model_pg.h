/*-------------------------------------------------------------------------
 *
 * model_pg.h
 *	  Arguments of type klout_model.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_MODEL_PG_H
#define KLOUT_MODEL_PG_H

#include "common/compat.h"

#include "score/model.h"

/*
 * Reads argument argno, which must be a klout_model and not NULL, into *model,
 * and returns it.  The model points into the (detoasted) argument and lives as
 * long as that.  An invalid value raises ERRCODE_DATA_CORRUPTED with the
 * reason as detail.  O(size of the value).
 */
extern const KloutModel *klout_model_getarg(FunctionCallInfo fcinfo,
											int argno, KloutModel *model);

/* The same for a detoasted value. */
extern const KloutModel *klout_model_read_value(const struct varlena *value,
												KloutModel *model);

/*
 * A new value of the model's numbers and lists, palloc'd: for functions that
 * return a changed copy of a model, such as one with another scale.  Every
 * number must be valid.  -0 becomes 0.
 */
extern struct varlena *klout_model_form(const KloutModel *model);

#endif							/* KLOUT_MODEL_PG_H */
