/*-------------------------------------------------------------------------
 *
 * names_pg.c
 *	  Names of networks and kinds between SQL and stored values.
 *
 *-------------------------------------------------------------------------
 */
#include "common/names_pg.h"

#include "catalog/namespace.h"
#include "common/values_pg.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "utils/builtins.h"
#include "utils/memutils.h"

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
				 errdetail("\"%s\" has %zu bytes in UTF-8; the maximum is %d.",
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

/* bytes of a text that are converted at a time */
#define CONVERSION_PIECE		1024

/*
 * Converts len bytes piece by piece with a conversion function of the server.
 * Returns the length of the result, or -1 if they cannot be converted.  The
 * reverse function must convert the result back: otherwise a value could be
 * stored, but not printed.
 */
static int64
converted_length(Oid function, Oid back, int encoding, const char *data,
				 int len)
{
	unsigned char utf8[CONVERSION_PIECE * MAX_CONVERSION_GROWTH + 1];
	unsigned char server[sizeof(utf8) * MAX_CONVERSION_GROWTH + 1];
	int64		total = 0;

	while (len > 0)
	{
		unsigned char *src = (unsigned char *) unconstify(char *, data);
		int			done = pg_do_encoding_conversion_buf(function, encoding, PG_UTF8,
														 src, Min(len, CONVERSION_PIECE),
														 utf8, sizeof(utf8), true);
		int			n;

		CHECK_FOR_INTERRUPTS();
		/* a piece that ends within a character ends before it */
		if (done <= 0)
			return -1;
		n = (int) strlen((char *) utf8);
		if (pg_do_encoding_conversion_buf(back, PG_UTF8, encoding, utf8, n,
										  server, sizeof(server), true) != n)
			return -1;
		total += n;
		data += done;
		len -= done;
	}
	return total;
}

/*
 * (text) -> its length in UTF-8; NULL instead of an error if it cannot be
 * converted to UTF-8 and back.
 */
PG_FUNCTION_INFO_V1(klout_utf8_length);

Datum
klout_utf8_length(PG_FUNCTION_ARGS)
{
	text	   *value = PG_GETARG_TEXT_PP(0);
	const char *data = VARDATA_ANY(value);
	int			len = VARSIZE_ANY_EXHDR(value);
	int			encoding = GetDatabaseEncoding();
	int			i;
	Oid			to_utf8;
	Oid			from_utf8;
	int64		total;

	/* ASCII is the same in all server encodings */
	for (i = 0; i < len && !IS_HIGHBIT_SET(data[i]); i++)
		;
	if (i == len || encoding == PG_UTF8)
		PG_RETURN_INT32(len);
	if (encoding == PG_SQL_ASCII)
	{
		/* bytes are used unchanged if they are valid UTF-8 */
		if (!pg_verify_mbstr(PG_UTF8, data, len, true))
			PG_RETURN_NULL();
		PG_RETURN_INT32(len);
	}
	to_utf8 = FindDefaultConversionProc(encoding, PG_UTF8);
	from_utf8 = FindDefaultConversionProc(PG_UTF8, encoding);
	if (!OidIsValid(to_utf8) || !OidIsValid(from_utf8))
		PG_RETURN_NULL();
	total = converted_length(to_utf8, from_utf8, encoding, data, len);
	if (total < 0 || total > (int64) MaxAllocSize)
		PG_RETURN_NULL();
	PG_RETURN_INT32((int32) total);
}
