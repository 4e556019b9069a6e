/*-------------------------------------------------------------------------
 *
 * json_pg.h
 *	  Reading klout's JSON text forms through PostgreSQL's own jsonb parser.
 *
 * All three types (signals, model, population) have JSON as their text form.
 * jsonb does the parsing; these functions iterate over the result and convert
 * scalars to C values without raising errors, so that callers can report soft
 * errors (errsave) with their own messages.
 *
 *-------------------------------------------------------------------------
 */
#ifndef KLOUT_JSON_PG_H
#define KLOUT_JSON_PG_H

#include "common/compat.h"

#include "lib/stringinfo.h"
#include "utils/jsonb.h"

/* Walks the members of one object or the elements of one array. */
typedef struct KloutJsonIter
{
	JsonbIterator *it;
	bool		done;
} KloutJsonIter;

/*
 * Parses str.  An error names type_name in its context line.  Returns NULL
 * after a soft error.
 */
extern Jsonb *klout_json_parse(const char *str, const char *type_name,
							   Node *escontext);

extern void klout_json_iter_init(KloutJsonIter *iter, JsonbContainer *container);

/* The next member of an object; false at its end. */
extern bool klout_json_member(KloutJsonIter *iter, JsonbValue *key,
							  JsonbValue *value);

/* The next element of an array; false at its end. */
extern bool klout_json_element(KloutJsonIter *iter, JsonbValue *value);

/* Is it a nested object, a nested array?  If so, its container. */
extern JsonbContainer *klout_json_object(const JsonbValue *value);
extern JsonbContainer *klout_json_array(const JsonbValue *value);

/*
 * Scalars.  False if the value has another type, does not fit exactly
 * (integers) or is not finite (numbers).
 */
extern bool klout_json_int64(const JsonbValue *value, int64 *result);
extern bool klout_json_float8(const JsonbValue *value, double *result);

/* True when value is a string (not NUL terminated: val.string.val, .len). */
extern bool klout_json_string(const JsonbValue *value);

/* Does the key or string equal this C string? */
extern bool klout_json_equals(const JsonbValue *value, const char *str);

/* A string for messages: the value as JSON text, cut to a readable length. */
extern char *klout_json_text(const JsonbValue *value);

/* Appends str, in the server encoding, as a JSON string with its quotes. */
extern void klout_json_append_string(StringInfo buf, const char *str);

/*
 * Appends a finite float8 in the shortest form that reads back as the same
 * bits, whatever extra_float_digits says.
 */
extern void klout_json_append_float8(StringInfo buf, double value);

#endif							/* KLOUT_JSON_PG_H */
