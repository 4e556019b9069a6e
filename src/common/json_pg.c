/*-------------------------------------------------------------------------
 *
 * json_pg.c
 *	  Reading klout's JSON text forms through PostgreSQL's own jsonb parser.
 *
 *-------------------------------------------------------------------------
 */
#include "common/json_pg.h"

#include <math.h>

#include "common/shortest_dec.h"
#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "utils/json.h"
#include "utils/numeric.h"

/* maximum length of an invalid value shown in a message */
#define JSON_TEXT_SHOWN		64

static void
json_error_context(void *arg)
{
	errcontext("input of type %s", (const char *) arg);
}

Jsonb *
klout_json_parse(const char *str, const char *type_name, Node *escontext)
{
	ErrorContextCallback context;
	Datum		result;

	context.callback = json_error_context;
	context.arg = unconstify(char *, type_name);
	context.previous = error_context_stack;
	error_context_stack = &context;

#if PG_VERSION_NUM >= 160000
	if (!DirectInputFunctionCallSafe(jsonb_in, unconstify(char *, str),
									 InvalidOid, -1, escontext, &result))
		result = (Datum) 0;
#else
	(void) escontext;
	result = DirectFunctionCall1(jsonb_in, CStringGetDatum(str));
#endif

	error_context_stack = context.previous;

	return DatumGetPointer(result) ? DatumGetJsonbP(result) : NULL;
}

void
klout_json_iter_init(KloutJsonIter *iter, JsonbContainer *container)
{
	JsonbValue	ignored;

	iter->it = JsonbIteratorInit(container);
	iter->done = false;
	(void) JsonbIteratorNext(&iter->it, &ignored, true);
}

bool
klout_json_member(KloutJsonIter *iter, JsonbValue *key, JsonbValue *value)
{
	if (iter->done || JsonbIteratorNext(&iter->it, key, true) != WJB_KEY)
	{
		iter->done = true;
		return false;
	}
	(void) JsonbIteratorNext(&iter->it, value, true);
	return true;
}

bool
klout_json_element(KloutJsonIter *iter, JsonbValue *value)
{
	if (iter->done || JsonbIteratorNext(&iter->it, value, true) != WJB_ELEM)
	{
		iter->done = true;
		return false;
	}
	return true;
}

JsonbContainer *
klout_json_object(const JsonbValue *value)
{
	if (value->type == jbvBinary &&
		JsonContainerIsObject(value->val.binary.data))
		return value->val.binary.data;
	return NULL;
}

JsonbContainer *
klout_json_array(const JsonbValue *value)
{
	if (value->type == jbvBinary &&
		JsonContainerIsArray(value->val.binary.data) &&
		!JsonContainerIsScalar(value->val.binary.data))
		return value->val.binary.data;
	return NULL;
}

bool
klout_json_int64(const JsonbValue *value, int64 *result)
{
	char	   *digits;
	char	   *end;
	bool		valid;

	if (value->type != jbvNumeric)
		return false;

	/* numeric_int8 would round 1.5 and raise on overflow */
	digits = DatumGetCString(DirectFunctionCall1(numeric_out,
												 NumericGetDatum(value->val.numeric)));
	errno = 0;
	*result = strtoi64(digits, &end, 10);
	valid = errno == 0 && end != digits && *end == '\0';
	pfree(digits);				/* a value may have millions of them */
	return valid;
}

bool
klout_json_float8(const JsonbValue *value, double *result)
{
	if (value->type != jbvNumeric)
		return false;
	*result = DatumGetFloat8(DirectFunctionCall1(numeric_float8_no_overflow,
												 NumericGetDatum(value->val.numeric)));
	return isfinite(*result);
}

bool
klout_json_string(const JsonbValue *value)
{
	return value->type == jbvString;
}

bool
klout_json_equals(const JsonbValue *value, const char *str)
{
	size_t		len = strlen(str);

	return value->type == jbvString &&
		(size_t) value->val.string.len == len &&
		memcmp(value->val.string.val, str, len) == 0;
}

char *
klout_json_text(const JsonbValue *value)
{
	JsonbValue	copy = *value;
	Jsonb	   *jsonb = JsonbValueToJsonb(&copy);
	char	   *text = JsonbToCString(NULL, &jsonb->root, (int) VARSIZE(jsonb));
	int			len = (int) strlen(text);

	if (len > JSON_TEXT_SHOWN)
		text = psprintf("%.*s...",
						pg_mbcliplen(text, len, JSON_TEXT_SHOWN), text);
	return text;
}

void
klout_json_append_string(StringInfo buf, const char *str)
{
	escape_json(buf, str);
}

void
klout_json_append_float8(StringInfo buf, double value)
{
	char		digits[DOUBLE_SHORTEST_DECIMAL_LEN];

	double_to_shortest_decimal_buf(value, digits);
	appendStringInfoString(buf, digits);
}
