/*-------------------------------------------------------------------------
 *
 * names_pg.h
 *	  Names of networks and kinds between SQL and stored values.
 *
 * Inside values names are UTF-8 and 1 to KLOUT_NAME_MAX bytes long, so that a
 * value means the same in every database.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_NAMES_PG_H
#define KLOUT_NAMES_PG_H

#include "common/compat.h"
#include "common/bytes.h"

/*
 * The bytes of a text in UTF-8; point into value where no conversion was
 * needed.
 */
extern KloutName klout_utf8_from_text(const text *value);

/*
 * The name in a text argument, converted to UTF-8; points into value where no
 * conversion was needed.  An empty or too long name raises an error with the
 * function and argument.
 */
extern KloutName klout_name_from_text(const text *value, FunctionCallInfo fcinfo,
									  const char *argument);

/*
 * A name from len bytes in the server encoding, for input functions: false
 * after a soft error, which names the type and what the name is of.
 */
extern bool klout_name_from_bytes(const char *data, int len,
								  const char *type_name, const char *what,
								  Node *escontext, KloutName *result);

/* Is a name from outside valid UTF-8? */
extern bool klout_name_is_utf8(KloutName name);

/* The name in the server encoding: NUL terminated, and as text. */
extern char *klout_name_to_cstring(KloutName name);
extern text *klout_name_to_text(KloutName name);

#endif							/* KLOUT_NAMES_PG_H */
