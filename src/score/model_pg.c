/*-------------------------------------------------------------------------
 *
 * model_pg.c
 *	  The type klout_model: text, binary and jsonb forms, overriding,
 *	  comparing, fingerprint.
 *
 * form_value creates all models: from JSON text, jsonb, an override or another
 * function's numbers.  The same reader checks that binary input is canonical.
 *
 * Everything here is immutable.  One place needs care: the meaning of an
 * interval can depend on IntervalStyle (see half_life_from_string).
 *
 *-------------------------------------------------------------------------
 */
#include "score/model_pg.h"

#include "common/cryptohash.h"
#include "common/int.h"
#include "common/json_pg.h"
#include "common/names_pg.h"
#include "common/sha2.h"
#include "common/values_pg.h"
#include "libpq/pqformat.h"
#include "mb/pg_wchar.h"
#include "miscadmin.h"
#include "parser/scansup.h"
#include "utils/builtins.h"
#include "utils/datetime.h"

#define TYPE_NAME			"klout_model"

/* maximum length of invalid input shown in a message */
#define INPUT_SHOWN			64

#define FINGERPRINT_BYTES	8

/* A model under construction: numbers, and growing lists. */
typedef struct ModelList
{
	KloutModelWeight *entries;
	int			n;
} ModelList;

typedef struct ModelDraft
{
	KloutModel	numbers;
	ModelList	networks;
	ModelList	kinds;
} ModelDraft;

/* ----------
 * Making values
 * ----------
 */

static void
draft_init(ModelDraft *draft, const KloutModel *model)
{
	draft->numbers = *model;

	draft->networks.n = model->nnetworks;
	draft->networks.entries = palloc(sizeof(KloutModelWeight) *
									 (size_t) model->nnetworks);
	klout_model_networks(model, draft->networks.entries);

	draft->kinds.n = model->nkinds;
	draft->kinds.entries = palloc(sizeof(KloutModelWeight) *
								  (size_t) model->nkinds);
	klout_model_kinds(model, draft->kinds.entries);
}

/*
 * Returns the stored value of a draft with sorted lists.  Reads it back first,
 * so that every value is valid for the reader.
 */
static struct varlena *
form_value(const ModelDraft *draft)
{
	const ModelList *networks = &draft->networks;
	const ModelList *kinds = &draft->kinds;
	size_t		size = klout_model_size(networks->entries, networks->n,
										kinds->entries, kinds->n);
	struct varlena *result = palloc(VARHDRSZ + size);
	KloutModel	ignored;
	const char *fault;

	SET_VARSIZE(result, VARHDRSZ + size);
	klout_model_write((uint8 *) VARDATA(result), &draft->numbers,
					  networks->entries, networks->n,
					  kinds->entries, kinds->n);

	fault = klout_model_read((const uint8 *) VARDATA(result), size, &ignored);
	if (fault != NULL)
		elog(ERROR, "klout_model: cannot form a value: %s", fault);
	return result;
}

struct varlena *
klout_model_form(const KloutModel *model)
{
	ModelDraft	draft;

	draft_init(&draft, model);
	return form_value(&draft);
}

/* ----------
 * Reading values
 * ----------
 */

const KloutModel *
klout_model_read_value(const struct varlena *value, KloutModel *model)
{
	const char *fault = klout_model_read((const uint8 *) VARDATA_ANY(value),
										 VARSIZE_ANY_EXHDR(value), model);

	if (unlikely(fault != NULL))
		klout_report_corrupt(TYPE_NAME, fault);
	return model;
}

const KloutModel *
klout_model_getarg(FunctionCallInfo fcinfo, int argno, KloutModel *model)
{
	return klout_model_read_value(PG_GETARG_VARLENA_PP(argno), model);
}

/* ----------
 * JSON to model
 * ----------
 */

/*
 * Converts a string to a half-life in microseconds: any interval without
 * months and years, which have no fixed length.  On failure *result is 0, and
 * *has_months tells whether months or years were the reason.
 *
 * This is interval_in without its errors.  IntervalStyle determines the scope
 * of a leading minus sign, and an immutable function must not depend on it, so
 * such an interval is rejected.
 */
static bool
half_life_from_string(const char *string, int64 *result, bool *has_months)
{
	char		work[256];
	char	   *field[MAXDATEFIELDS];
	int			ftype[MAXDATEFIELDS];
	int			nfields;
	int			dtype;
	int			dterr;
	struct pg_itm_in itm;
	int64		days;

	*result = 0;
	*has_months = false;

	memset(&itm, 0, sizeof(itm));
	dterr = ParseDateTime(string, work, sizeof(work), field, ftype,
						  MAXDATEFIELDS, &nfields);
	if (dterr == 0)
	{
		if (nfields > 0 && *field[0] == '-')
			return false;
		dterr = DecodeInterval(field, ftype, nfields, INTERVAL_FULL_RANGE,
							   &dtype, &itm);
	}
	if (dterr == DTERR_BAD_FORMAT)
	{
		memset(&itm, 0, sizeof(itm));
		dterr = DecodeISO8601Interval(unconstify(char *, string), &dtype, &itm);
	}

	/* dtype says "infinity" in versions that have it */
	if (dterr != 0 || dtype != DTK_DELTA)
		return false;
	if (itm.tm_year != 0 || itm.tm_mon != 0)
	{
		*has_months = true;
		return false;
	}
	if (pg_mul_s64_overflow(itm.tm_mday, KLOUT_USECS_PER_DAY, &days) ||
		pg_add_s64_overflow(days, itm.tm_usec, result))
	{
		*result = 0;
		return false;
	}
	return klout_model_half_life_valid(*result);
}

/* Sets one of the numbers from a JSON value; null means the default. */
static bool
apply_scalar(ModelDraft *draft, const KloutModelScalar *scalar,
			 const JsonbValue *value, Node *escontext)
{
	bool		has_months = false;
	bool		valid = false;

	if (value->type == jbvNull)
	{
		KloutModel	model;

		klout_model_default(&model);
		if (scalar->is_half_life)
			*klout_model_half_life(&draft->numbers, scalar) =
				*klout_model_half_life(&model, scalar);
		else
			*klout_model_number(&draft->numbers, scalar) =
				*klout_model_number(&model, scalar);
		return true;
	}

	if (scalar->is_half_life)
	{
		if (klout_json_string(value))
		{
			char	   *string = pnstrdup(value->val.string.val,
										  (Size) value->val.string.len);

			valid = half_life_from_string(string,
										  klout_model_half_life(&draft->numbers, scalar),
										  &has_months);
			pfree(string);
		}
	}
	else
	{
		double	   *number = klout_model_number(&draft->numbers, scalar);

		valid = klout_json_float8(value, number) &&
			klout_model_number_valid(scalar, *number);
	}

	if (!valid)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: %s must be %s, got %s", TYPE_NAME,
						scalar->key, scalar->range, klout_json_text(value)),
				 has_months ?
				 errhint("Months and years have no fixed length; use days.") : 0));
	return true;
}

/* Returns the index of name in the first n entries, which are sorted, or n. */
static int
find_name(const KloutModelWeight *entries, int n, KloutName name)
{
	int			low = 0;
	int			high = n;

	while (low < high)
	{
		int			middle = low + (high - low) / 2;
		int			order = klout_name_compare(entries[middle].name, name);

		if (order == 0)
			return middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return n;
}

/*
 * Merges a JSON object of weights into a sorted list and sorts it again.  A
 * null weight removes its name from the list, a null list all names.
 */
static bool
apply_list(ModelList *list, const char *key, const char *what, int max,
		   const JsonbValue *value, Node *escontext)
{
	JsonbContainer *object;
	KloutJsonIter iter;
	JsonbValue	name_value;
	JsonbValue	weight_value;
	int			sorted = list->n;

	if (value->type == jbvNull)
	{
		list->n = 0;
		return true;
	}

	object = klout_json_object(value);
	if (object == NULL)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: %s must be an object of weights by name, got %s",
						TYPE_NAME, key, klout_json_text(value))));

	list->entries = repalloc(list->entries, sizeof(KloutModelWeight) *
							 ((size_t) list->n + JsonContainerSize(object)));
	klout_json_iter_init(&iter, object);
	while (klout_json_member(&iter, &name_value, &weight_value))
	{
		KloutModelWeight entry;
		int			place;

		CHECK_FOR_INTERRUPTS();

		if (!klout_name_from_bytes(name_value.val.string.val,
								   name_value.val.string.len,
								   TYPE_NAME, what, escontext, &entry.name))
			return false;

		if (weight_value.type == jbvNull)
			entry.weight = 1;	/* dropped when the list is sorted */
		else if (!klout_json_float8(&weight_value, &entry.weight) ||
				 !klout_model_weight_valid(entry.weight))
			ereturn(escontext, false,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("%s: weight of %s %s must be a number between 0 and 1e9, got %s",
							TYPE_NAME, what, klout_json_text(&name_value),
							klout_json_text(&weight_value))));

		place = find_name(list->entries, sorted, entry.name);
		if (place == sorted)
			place = list->n++;
		list->entries[place] = entry;
	}

	list->n = klout_model_sort_weights(list->entries, list->n);

	/*
	 * jsonb keys are unique, but in some server encodings two strings become
	 * equal in UTF-8.
	 */
	if (list->n < 0)
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s: two names in %s are the same in UTF-8",
						TYPE_NAME, key)));
	if (list->n > max)
		ereturn(escontext, false,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("%s: %s must have at most %d weights other than 1, got %d",
						TYPE_NAME, key, max, list->n)));
	return true;
}

static const KloutModelScalar *
find_scalar(const JsonbValue *key)
{
	for (int i = 0; i < KLOUT_MODEL_NSCALARS; i++)
	{
		if (klout_json_equals(key, klout_model_scalars[i].key))
			return &klout_model_scalars[i];
	}
	return NULL;
}

static char *
known_keys(void)
{
	StringInfoData buf;

	initStringInfo(&buf);
	for (int i = 0; i < KLOUT_MODEL_NSCALARS; i++)
		appendStringInfo(&buf, "%s, ", klout_model_scalars[i].key);
	appendStringInfoString(&buf, "networks, kinds");
	return buf.data;
}

/* Sets the keys of the JSON object; false after a soft error. */
static bool
apply_jsonb(ModelDraft *draft, Jsonb *json, Node *escontext)
{
	KloutJsonIter iter;
	JsonbValue	key;
	JsonbValue	value;

	if (!JB_ROOT_IS_OBJECT(json))
		ereturn(escontext, false,
				(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
				 errmsg("%s must be a JSON object", TYPE_NAME),
				 errhint("Known keys: %s.", known_keys())));

	klout_json_iter_init(&iter, &json->root);
	while (klout_json_member(&iter, &key, &value))
	{
		const KloutModelScalar *scalar = find_scalar(&key);
		bool		done;

		if (scalar != NULL)
			done = apply_scalar(draft, scalar, &value, escontext);
		else if (klout_json_equals(&key, "networks"))
			done = apply_list(&draft->networks, "networks", "network",
							  KLOUT_MODEL_MAX_NETWORKS, &value, escontext);
		else if (klout_json_equals(&key, "kinds"))
			done = apply_list(&draft->kinds, "kinds", "kind",
							  KLOUT_MODEL_MAX_KINDS, &value, escontext);
		else
			ereturn(escontext, false,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("unknown key %s in %s",
							klout_json_text(&key), TYPE_NAME),
					 errhint("Known keys: %s.", known_keys())));
		if (!done)
			return false;
	}
	return true;
}

/* Overrides base by the JSON object; NULL after a soft error */
static struct varlena *
override(const KloutModel *base, Jsonb *json, Node *escontext)
{
	ModelDraft	draft;

	draft_init(&draft, base);
	if (!apply_jsonb(&draft, json, escontext))
		return NULL;
	return form_value(&draft);
}

/* ----------
 * Model to JSON
 * ----------
 */

/* The largest interval unit that represents the value exactly. */
static void
append_half_life(StringInfo buf, int64 half_life)
{
	static const struct
	{
		const char *unit;
		int64		usecs;
	}			units[] = {
		{"day", KLOUT_USECS_PER_DAY},
		{"hour", KLOUT_USECS_PER_DAY / 24},
		{"minute", INT64CONST(60000000)},
		{"second", INT64CONST(1000000)},
		{"millisecond", INT64CONST(1000)},
		{"microsecond", INT64CONST(1)},
	};
	int			i = 0;
	int64		n;

	while (half_life % units[i].usecs != 0)
		i++;
	n = half_life / units[i].usecs;
	appendStringInfo(buf, "\"" INT64_FORMAT " %s%s\"",
					 n, units[i].unit, n == 1 ? "" : "s");
}

static void
append_list(StringInfo buf, const KloutModelWeight *entries, int n,
			bool in_utf8)
{
	appendStringInfoChar(buf, '{');
	for (int i = 0; i < n; i++)
	{
		KloutName	name = entries[i].name;
		char	   *string = in_utf8 ? pnstrdup(name.data, name.len) :
			klout_name_to_cstring(name);

		if (i > 0)
			appendStringInfoString(buf, ", ");
		klout_json_append_string(buf, string);
		appendStringInfoString(buf, ": ");
		klout_json_append_float8(buf, entries[i].weight);
		pfree(string);
	}
	appendStringInfoChar(buf, '}');
}

/* The canonical text, in the server encoding or in UTF-8. */
static void
append_model(StringInfo buf, const KloutModel *model, bool in_utf8)
{
	ModelDraft	draft;

	draft_init(&draft, model);
	appendStringInfoChar(buf, '{');
	for (int i = 0; i < KLOUT_MODEL_NSCALARS; i++)
	{
		const KloutModelScalar *scalar = &klout_model_scalars[i];

		appendStringInfo(buf, "\"%s\": ", scalar->key);
		if (scalar->is_half_life)
			append_half_life(buf, *klout_model_half_life(&draft.numbers, scalar));
		else
			klout_json_append_float8(buf, *klout_model_number(&draft.numbers, scalar));
		appendStringInfoString(buf, ", ");
	}
	appendStringInfoString(buf, "\"networks\": ");
	append_list(buf, draft.networks.entries, draft.networks.n, in_utf8);
	appendStringInfoString(buf, ", \"kinds\": ");
	append_list(buf, draft.kinds.entries, draft.kinds.n, in_utf8);
	appendStringInfoChar(buf, '}');
}

/* ----------
 * Input and output
 * ----------
 */

/* klout_model_in(cstring) -> klout_model: a preset's name or a JSON object */
PG_FUNCTION_INFO_V1(klout_model_in);
Datum
klout_model_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	Node	   *escontext = klout_escontext(fcinfo);
	size_t		len;
	KloutModel	model;
	Jsonb	   *json;
	struct varlena *result;

	while (scanner_isspace(*str))
		str++;
	len = strlen(str);
	while (len > 0 && scanner_isspace(str[len - 1]))
		len--;

	if (klout_model_preset(str, len, &model))
		PG_RETURN_POINTER(klout_model_form(&model));

	if (*str != '{')
		ereturn(escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type %s: \"%.*s\"", TYPE_NAME,
						pg_mbcliplen(str, (int) len, INPUT_SHOWN), str),
				 errhint("Use a JSON object, or one of the words default, hour, strict.")));

	json = klout_json_parse(str, TYPE_NAME, escontext);
	if (json == NULL)
		PG_RETURN_NULL();
	klout_model_default(&model);
	result = override(&model, json, escontext);
	if (result == NULL)
		PG_RETURN_NULL();
	PG_RETURN_POINTER(result);
}

/* klout_model_out(klout_model) -> cstring */
PG_FUNCTION_INFO_V1(klout_model_out);
Datum
klout_model_out(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	StringInfoData buf;

	initStringInfo(&buf);
	append_model(&buf, klout_model_getarg(fcinfo, 0, &model), false);
	PG_RETURN_CSTRING(buf.data);
}

/*
 * Are all names valid UTF-8?  Raises an error for a name that the server
 * encoding cannot represent: it could be stored, but not printed or dumped.
 */
static bool
names_are_text(const ModelList *list)
{
	for (int i = 0; i < list->n; i++)
	{
		if (!klout_name_is_utf8(list->entries[i].name))
			return false;
		pfree(klout_name_to_cstring(list->entries[i].name));
	}
	return true;
}

/* klout_model_recv(internal) -> klout_model: the stored form, all checked */
PG_FUNCTION_INFO_V1(klout_model_recv);
Datum
klout_model_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const char *data = pq_getmsgbytes(buf, len);
	KloutModel	model;
	const char *fault;

	fault = klout_model_read((const uint8 *) data, (size_t) len, &model);
	if (fault == NULL)
	{
		ModelDraft	draft;

		draft_init(&draft, &model);
		if (!names_are_text(&draft.networks) || !names_are_text(&draft.kinds))
			fault = "name is not valid UTF-8";
	}
	if (fault != NULL)
		klout_report_bad_binary(TYPE_NAME, fault);

	PG_RETURN_POINTER(klout_new_value(data, (size_t) len));
}

/* klout_model_send(klout_model) -> bytea: the stored form */
PG_FUNCTION_INFO_V1(klout_model_send);
Datum
klout_model_send(PG_FUNCTION_ARGS)
{
	struct varlena *value = PG_GETARG_VARLENA_PP(0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, VARDATA_ANY(value), (int) VARSIZE_ANY_EXHDR(value));
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* ----------
 * Functions
 * ----------
 */

/* klout_model() -> klout_model: the default */
PG_FUNCTION_INFO_V1(klout_model_make_default);
Datum
klout_model_make_default(PG_FUNCTION_ARGS)
{
	KloutModel	model;

	(void) fcinfo;
	klout_model_default(&model);
	PG_RETURN_POINTER(klout_model_form(&model));
}

/* klout_model_from_jsonb(jsonb) -> klout_model */
PG_FUNCTION_INFO_V1(klout_model_from_jsonb);
Datum
klout_model_from_jsonb(PG_FUNCTION_ARGS)
{
	KloutModel	model;

	klout_model_default(&model);
	PG_RETURN_POINTER(override(&model, PG_GETARG_JSONB_P(0), NULL));
}

/* klout_model_to_jsonb(klout_model) -> jsonb */
PG_FUNCTION_INFO_V1(klout_model_to_jsonb);
Datum
klout_model_to_jsonb(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	StringInfoData buf;

	initStringInfo(&buf);
	append_model(&buf, klout_model_getarg(fcinfo, 0, &model), false);
	PG_RETURN_JSONB_P(klout_json_parse(buf.data, TYPE_NAME, NULL));
}

/* klout_model_override(klout_model, jsonb) -> klout_model; operator || */
PG_FUNCTION_INFO_V1(klout_model_override);
Datum
klout_model_override(PG_FUNCTION_ARGS)
{
	KloutModel	model;

	klout_model_getarg(fcinfo, 0, &model);
	PG_RETURN_POINTER(override(&model, PG_GETARG_JSONB_P(1), NULL));
}

/* klout_fingerprint(klout_model) -> text */
PG_FUNCTION_INFO_V1(klout_fingerprint);
Datum
klout_fingerprint(PG_FUNCTION_ARGS)
{
	KloutModel	model;
	StringInfoData buf;
	pg_cryptohash_ctx *context;
	uint8		digest[PG_SHA256_DIGEST_LENGTH];
	char		hex[2 * FINGERPRINT_BYTES];

	initStringInfo(&buf);
	append_model(&buf, klout_model_getarg(fcinfo, 0, &model), true);

	context = pg_cryptohash_create(PG_SHA256);
	if (pg_cryptohash_init(context) < 0 ||
		pg_cryptohash_update(context, (const uint8 *) buf.data,
							 (size_t) buf.len) < 0 ||
		pg_cryptohash_final(context, digest, sizeof(digest)) < 0)
		elog(ERROR, "could not compute SHA-256: %s",
			 pg_cryptohash_error(context));
	pg_cryptohash_free(context);

	hex_encode((const char *) digest, FINGERPRINT_BYTES, hex);
	PG_RETURN_TEXT_P(cstring_to_text_with_len(hex, sizeof(hex)));
}
