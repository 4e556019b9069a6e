/*-------------------------------------------------------------------------
 *
 * names_sql.c
 *	  Names of networks and kinds between SQL and stored values.
 *
 *-------------------------------------------------------------------------
 */
#include "names_sql.h"

#include "mb/pg_wchar.h"
#include "utils/builtins.h"
#include "values_sql.h"

KloutName
klout_utf8_from_text(const text *value)
{
	KloutName	name;

	name.data = VARDATA_ANY(value);
	name.len = VARSIZE_ANY_EXHDR(value);
	if (GetDatabaseEncoding() != PG_UTF8)
	{
		char	   *utf8 = pg_server_to_any(name.data, (int) name.len, PG_UTF8);

		if (utf8 != name.data)
		{
			name.data = utf8;
			name.len = strlen(utf8);
		}
	}
	return name;
}

KloutName
klout_name_from_text(const text *value, FunctionCallInfo fcinfo,
					 const char *argument)
{
	KloutName	name = klout_utf8_from_text(value);

	if (unlikely(name.len < 1))
		ereport(ERROR,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: %s must not be empty",
						klout_function_name(fcinfo), argument)));
	if (unlikely(name.len > KLOUT_NAME_MAX))
		ereport(ERROR,
				(errcode(ERRCODE_NAME_TOO_LONG),
				 errmsg("%s: %s is too long",
						klout_function_name(fcinfo), argument),
				 errdetail("\"%s\" has %zu bytes of UTF-8, the most is %d.",
						   text_to_cstring(value), name.len, KLOUT_NAME_MAX)));
	return name;
}

bool
klout_name_from_bytes(const char *data, int len, const char *type_name,
					  const char *what, Node *escontext, KloutName *result)
{
	char	   *utf8 = pg_server_to_any(data, len, PG_UTF8);

	result->data = utf8;
	result->len = utf8 == data ? (size_t) len : strlen(utf8);
	if (result->len < 1 || result->len > KLOUT_NAME_MAX)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: name of a %s must have 1 to %d bytes, got %zu",
						type_name, what, KLOUT_NAME_MAX, result->len)));
	return true;
}

bool
klout_name_is_utf8(KloutName name)
{
	return pg_verify_mbstr(PG_UTF8, name.data, (int) name.len, true);
}

char *
klout_name_to_cstring(KloutName name)
{
	char	   *terminated = pnstrdup(name.data, name.len);

	return pg_any_to_server(terminated, (int) name.len, PG_UTF8);
}

text *
klout_name_to_text(KloutName name)
{
	return cstring_to_text(klout_name_to_cstring(name));
}
