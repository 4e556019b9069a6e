/*-------------------------------------------------------------------------
 *
 * text_pg.c
 *	  Input and output of klout_signals: JSON and the binary form.
 *
 * The text form is JSON (docs/storage.md).  Both input functions end in
 * klout_signals_check; bytes have no other way in.
 *
 *-------------------------------------------------------------------------
 */
#include "signals/signals_pg.h"

#include <inttypes.h>
#include <math.h>

#include "common/json_pg.h"
#include "common/names_pg.h"
#include "common/values_pg.h"
#include "libpq/pqformat.h"
#include "miscadmin.h"
#include "utils/builtins.h"

/* ---------------------------------------------------------------------------
 * Output
 * ---------------------------------------------------------------------------
 */

static void
append_name(StringInfo buf, KloutName name)
{
	klout_json_append_string(buf, klout_name_to_cstring(name));
}

/* [bucket, count, bucket, count ...] */
static void
append_runs(StringInfo buf, KloutBucketCounts runs)
{
	const char *separator = "[";
	int64		bucket;
	uint64		count;

	while (klout_bucket_counts_next(&runs, &bucket, &count))
	{
		appendStringInfo(buf, "%s" INT64_FORMAT ", " UINT64_FORMAT,
						 separator, bucket, count);
		separator = ", ";
	}
	appendStringInfoChar(buf, ']');
}

/* ["hash", last bucket, weight, ["kind" ...]], unproven ones without weight */
static void
append_reactor(StringInfo buf, bool proven, const KloutReactor *reactor,
			   char **kinds, int nkinds)
{
	const char *separator = "";
	int			i;

	appendStringInfo(buf, "[\"%016" PRIx64 "\", " INT64_FORMAT ", ",
					 reactor->hash, reactor->last);
	if (proven)
	{
		klout_json_append_float8(buf, (double) reactor->weight / KLOUT_WEIGHT_STEPS);
		appendStringInfoString(buf, ", ");
	}
	appendStringInfoChar(buf, '[');
	for (i = 0; i < nkinds; i++)
	{
		if ((reactor->kinds >> i & 1) == 0)
			continue;
		appendStringInfoString(buf, separator);
		klout_json_append_string(buf, kinds[i]);
		separator = ", ";
	}
	appendStringInfoString(buf, "]]");
}

/*
 * , "reactors": [...], "registers": "hex" and the like for unproven ones; a
 * sample without reactors is omitted.
 */
static void
append_sample(StringInfo buf, bool proven, const KloutSample *sample,
			  char **kinds, int nkinds)
{
	KloutReactors cursor = sample->reactors;
	KloutReactor reactor;
	int			i;

	if (sample->count == 0)
		return;
	appendStringInfo(buf, ", \"%s\": [", proven ? "reactors" : "unproven");
	for (i = 0; klout_reactors_next(&cursor, &reactor); i++)
	{
		if (i > 0)
			appendStringInfoString(buf, ", ");
		append_reactor(buf, proven, &reactor, kinds, nkinds);
	}
	appendStringInfoChar(buf, ']');
	if (sample->registers == NULL)
		return;
	appendStringInfo(buf, ", \"%s\": \"",
					 proven ? "registers" : "unproven_registers");
	enlargeStringInfo(buf, 2 * KLOUT_REGISTERS_BYTES);
	buf->len += (int) hex_encode((const char *) sample->registers,
								 KLOUT_REGISTERS_BYTES, buf->data + buf->len);
	appendStringInfoChar(buf, '"');
}

static void
append_network(StringInfo buf, const KloutNetwork *network)
{
	const char *separator = "";
	int			i;

	append_name(buf, network->name);
	appendStringInfoString(buf, ": {");
	if (network->has_audience)
	{
		int64		day = klout_bucket(network->audience_at, KLOUT_UNIT_DAY);

		appendStringInfo(buf, "\"audience\": {\"day\": " INT64_FORMAT
						 ", \"microsecond\": " INT64_FORMAT
						 ", \"followers\": " INT64_FORMAT "}",
						 day,
						 network->audience_at - klout_bucket_start(day, KLOUT_UNIT_DAY),
						 network->followers);
		separator = ", ";
	}
	if (network->has_posts)
	{
		appendStringInfo(buf, "%s\"posts\": ", separator);
		append_runs(buf, network->posts);
		separator = ", ";
	}
	if (network->nkinds > 0)
	{
		char	   *kinds[KLOUT_KINDS_MAX];

		appendStringInfo(buf, "%s\"actions\": {", separator);
		for (i = 0; i < network->nkinds; i++)
		{
			kinds[i] = klout_name_to_cstring(network->kinds[i]);
			if (i > 0)
				appendStringInfoString(buf, ", ");
			klout_json_append_string(buf, kinds[i]);
			appendStringInfoString(buf, ": ");
			append_runs(buf, network->runs[i]);
		}
		appendStringInfoChar(buf, '}');
		append_sample(buf, true, &network->proven, kinds, network->nkinds);
		append_sample(buf, false, &network->unproven, kinds, network->nkinds);
	}
	appendStringInfoChar(buf, '}');
}

PG_FUNCTION_INFO_V1(klout_signals_out);
Datum
klout_signals_out(PG_FUNCTION_ARGS)
{
	KloutSignals signals;
	KloutNetwork network;
	StringInfoData buf;
	const char *separator = "";

	klout_signals_iter_init_or_error(&signals, klout_signals_getarg(fcinfo, 0));
	initStringInfo(&buf);
	appendStringInfoChar(&buf, '{');
	if (signals.unit != KLOUT_UNIT_NONE)
		appendStringInfo(&buf, "\"bucket\": \"%s\", ",
						 klout_unit_name(signals.unit));
	if (signals.networks > 0)
		appendStringInfoString(&buf, "\"networks\": {");
	while (klout_signals_next_or_error(&signals, &network))
	{
		appendStringInfoString(&buf, separator);
		append_network(&buf, &network);
		separator = ", ";
	}
	if (signals.networks > 0)
		appendStringInfoChar(&buf, '}');
	appendStringInfoChar(&buf, '}');
	PG_RETURN_CSTRING(buf.data);
}

PG_FUNCTION_INFO_V1(klout_signals_send);
Datum
klout_signals_send(PG_FUNCTION_ARGS)
{
	KloutCanonical canonical = klout_signals_getarg(fcinfo, 0);
	StringInfoData buf;

	pq_begintypsend(&buf);
	pq_sendbytes(&buf, (const char *) canonical.data, (int) canonical.len);
	PG_RETURN_BYTEA_P(pq_endtypsend(&buf));
}

/* ---------------------------------------------------------------------------
 * Input
 * ---------------------------------------------------------------------------
 */

/*
 * Validates bytes from outside: returns the fault, or NULL.  Both input
 * functions use it.
 */
static const char *
check_input(const uint8 *data, size_t len)
{
	const char *fault = klout_signals_check(data, len);
	KloutSignals signals;
	KloutNetwork network;
	int			i;

	if (fault)
		return fault;
	(void) klout_signals_iter_init(&signals, data, len);
	while (klout_signals_next(&signals, &network))
	{
		if (!klout_name_is_utf8(network.name))
			return "a network's name is not valid UTF-8";
		for (i = 0; i < network.nkinds; i++)
			if (!klout_name_is_utf8(network.kinds[i]))
				return "a kind's name is not valid UTF-8";
	}
	return NULL;
}

PG_FUNCTION_INFO_V1(klout_signals_recv);
Datum
klout_signals_recv(PG_FUNCTION_ARGS)
{
	StringInfo	buf = (StringInfo) PG_GETARG_POINTER(0);
	int			len = buf->len - buf->cursor;
	const uint8 *data = (const uint8 *) pq_getmsgbytes(buf, len);
	const char *fault = check_input(data, (size_t) len);

	if (fault)
		klout_report_bad_binary("klout_signals", fault);
	return klout_signals_value(data, (size_t) len);
}

/* State of the functions that read JSON. */
typedef struct JsonInput
{
	Node	   *escontext;
	KloutWriter writer;
} JsonInput;

/* Reports an unexpected value as a soft error. */
static bool
input_error(JsonInput *input, const JsonbValue *value, const char *expected)
{
	ereturn(input->escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("invalid input for type klout_signals: expected %s, got %s",
					expected, klout_json_text(value))));
}

static bool
unknown_key(JsonInput *input, const JsonbValue *key, const char *known)
{
	ereturn(input->escontext, false,
			(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
			 errmsg("unknown key %s in klout_signals", klout_json_text(key)),
			 errhint("Known keys here: %s.", known)));
}

static bool
input_runs(JsonInput *input, const JsonbValue *value, int64 *newest)
{
	JsonbContainer *array = klout_json_array(value);
	KloutJsonIter iter;
	JsonbValue	element;
	KloutBucketCountsWriter runs;

	if (array == NULL)
		return input_error(input, value, "an array of buckets and counts");
	klout_json_iter_init(&iter, array);
	klout_bucket_counts_begin(&runs, &input->writer);
	while (klout_json_element(&iter, &element))
	{
		int64		bucket;
		int64		count;

		CHECK_FOR_INTERRUPTS();
		if (!klout_json_int64(&element, &bucket))
			return input_error(input, &element, "a bucket");
		if (runs.started && bucket <= runs.bucket)
			return input_error(input, &element, "buckets in ascending order");
		if (!klout_json_element(&iter, &element) ||
			!klout_json_int64(&element, &count) || count < 1)
			return input_error(input, value, "a count of at least 1 after each bucket");
		klout_bucket_counts_add(&runs, bucket, (uint64) count);
		*newest = Max(*newest, bucket);
	}
	if (!runs.started)
		return input_error(input, value, "at least one bucket");
	klout_bucket_counts_end(&runs);
	return true;
}

/* A member of an object, by its name. */
typedef struct NamedValue
{
	KloutName	name;
	JsonbValue	value;
} NamedValue;

static int
compare_named(const void *a, const void *b)
{
	return klout_name_compare(((const NamedValue *) a)->name,
							  ((const NamedValue *) b)->name);
}

/*
 * Returns the sorted members of an object of names; NULL after a soft error.
 */
static NamedValue *
input_names(JsonInput *input, JsonbContainer *object, const char *what,
			int most, int *count)
{
	int			n = JsonContainerSize(object);
	NamedValue *members;
	KloutJsonIter iter;
	JsonbValue	key;

	if (n > most)
		ereturn(input->escontext, NULL,
				(errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
				 errmsg("invalid input for type klout_signals: %d %ss, but the maximum is %d",
						n, what, most)));
	members = palloc(sizeof(NamedValue) * ((size_t) n + 1));
	klout_json_iter_init(&iter, object);
	*count = 0;
	while (klout_json_member(&iter, &key, &members[*count].value))
	{
		if (!klout_name_from_bytes(key.val.string.val, key.val.string.len,
								   "klout_signals", what, input->escontext,
								   &members[*count].name))
			return NULL;
		(*count)++;
	}
	qsort(members, (size_t) *count, sizeof(NamedValue), compare_named);
	return members;
}

static bool
input_reactor(JsonInput *input, bool proven, const JsonbValue *value,
			  const NamedValue *kinds, int nkinds, KloutReactor *reactor)
{
	const char *expected = proven ?
		"a reactor [\"16 hex digits\", bucket, weight, [kinds]]" :
		"an unproven reactor [\"16 hex digits\", bucket, [kinds]]";
	JsonbContainer *array = klout_json_array(value);
	JsonbContainer *names;
	KloutJsonIter iter;
	JsonbValue	element;

	if (array == NULL || JsonContainerSize(array) != (proven ? 4 : 3))
		return input_error(input, value, expected);
	klout_json_iter_init(&iter, array);

	(void) klout_json_element(&iter, &element);
	if (!klout_json_string(&element) || element.val.string.len != 16 ||
		strspn(pnstrdup(element.val.string.val, 16), "0123456789abcdef") != 16)
		return input_error(input, value, expected);
	reactor->hash = strtou64(pnstrdup(element.val.string.val, 16), NULL, 16);

	(void) klout_json_element(&iter, &element);
	if (!klout_json_int64(&element, &reactor->last))
		return input_error(input, value, expected);

	reactor->weight = 0;
	if (proven)
	{
		double		weight;
		double		steps;

		(void) klout_json_element(&iter, &element);
		if (!klout_json_float8(&element, &weight))
			return input_error(input, value, expected);
		steps = rint(weight * KLOUT_WEIGHT_STEPS);
		if (!(weight > 0 && weight <= 1) || steps / KLOUT_WEIGHT_STEPS != weight)
			return input_error(input, value,
							   "a weight from 0.005 to 1 in steps of 0.005");
		reactor->weight = (uint8) steps;
	}

	(void) klout_json_element(&iter, &element);
	names = klout_json_array(&element);
	if (names == NULL)
		return input_error(input, value, expected);
	reactor->kinds = 0;
	klout_json_iter_init(&iter, names);
	while (klout_json_element(&iter, &element))
	{
		KloutName	name;
		int			i;

		if (!klout_json_string(&element))
			return input_error(input, value, expected);
		if (!klout_name_from_bytes(element.val.string.val,
								   element.val.string.len, "klout_signals",
								   "kind", input->escontext, &name))
			return false;
		for (i = 0; i < nkinds; i++)
			if (klout_name_compare(kinds[i].name, name) == 0)
				break;
		if (i == nkinds)
			return input_error(input, value, "kinds that have actions");
		reactor->kinds |= UINT64CONST(1) << i;
	}
	return true;
}

static bool
input_registers(JsonInput *input, const JsonbValue *value, uint8 *registers)
{
	int			i;

	if (!klout_json_string(value) ||
		value->val.string.len != 2 * KLOUT_REGISTERS_BYTES)
		return input_error(input, value, "the registers in hex");
	for (i = 0; i < 2 * KLOUT_REGISTERS_BYTES; i++)
	{
		char		digit = value->val.string.val[i];
		int			nibble;

		if (digit >= '0' && digit <= '9')
			nibble = digit - '0';
		else if (digit >= 'a' && digit <= 'f')
			nibble = digit - 'a' + 10;
		else
			return input_error(input, value, "the registers in hex");
		if (i % 2 == 0)
			registers[i / 2] = (uint8) (nibble << 4);
		else
			registers[i / 2] |= (uint8) nibble;
	}
	return true;
}

/* {"day": d, "microsecond": m, "followers": n} */
static bool
input_audience(JsonInput *input, const JsonbValue *value, int64 *at,
			   int64 *followers)
{
	static const char expected[] =
		"an audience {\"day\": , \"microsecond\": , \"followers\": }";
	JsonbContainer *object = klout_json_object(value);
	KloutJsonIter iter;
	JsonbValue	key;
	JsonbValue	member;
	int64		day = 0;
	int64		microsecond = 0;
	int			found = 0;

	if (object == NULL)
		return input_error(input, value, expected);
	klout_json_iter_init(&iter, object);
	while (klout_json_member(&iter, &key, &member))
	{
		int64	   *result = klout_json_equals(&key, "day") ? &day :
			klout_json_equals(&key, "microsecond") ? &microsecond :
			klout_json_equals(&key, "followers") ? followers : NULL;

		if (result == NULL)
			return unknown_key(input, &key, "day, microsecond, followers");
		if (!klout_json_int64(&member, result))
			return input_error(input, value, expected);
		found++;
	}
	if (found != 3 || *followers < 0 ||
		!klout_bucket_valid(day, KLOUT_UNIT_DAY) ||
		microsecond < 0 || microsecond >= USECS_PER_DAY)
		return input_error(input, value, expected);
	*at = klout_bucket_start(day, KLOUT_UNIT_DAY) + microsecond;
	return true;
}

/* A sample, or NULL for none, and its registers or NULL. */
static bool
input_sample(JsonInput *input, bool proven, const JsonbValue *value,
			 const JsonbValue *registers_value,
			 const NamedValue *kinds, int nkinds, int64 newest)
{
	KloutReactor reactors[KLOUT_SAMPLE_STORED];
	uint8		registers[KLOUT_REGISTERS_BYTES];
	int			n = 0;

	if (value)
	{
		JsonbContainer *array = klout_json_array(value);
		KloutJsonIter iter;
		JsonbValue	element;

		if (array == NULL || JsonContainerSize(array) < 1 ||
			JsonContainerSize(array) > KLOUT_SAMPLE_STORED)
			return input_error(input, value, "an array of 1 to 257 reactors");
		klout_json_iter_init(&iter, array);
		while (klout_json_element(&iter, &element))
		{
			if (!input_reactor(input, proven, &element, kinds, nkinds, &reactors[n]))
				return false;
			if (n > 0 && reactors[n].hash <= reactors[n - 1].hash)
				return input_error(input, &element, "reactors in order of their hashes");
			n++;
		}
		if (registers_value &&
			!input_registers(input, registers_value, registers))
			return false;
		if ((registers_value != NULL) != (n == KLOUT_SAMPLE_STORED))
			return input_error(input, value,
							   "registers with 257 reactors and none with fewer");
	}
	klout_write_reactors(&input->writer, proven, reactors, n, newest,
						 registers_value ? registers : NULL);
	return true;
}

static bool
input_network(JsonInput *input, const NamedValue *network)
{
	JsonbContainer *object = klout_json_object(&network->value);
	KloutJsonIter iter;
	JsonbValue	key;
	JsonbValue	member;
	JsonbValue	posts,
				actions,
				reactors,
				registers,
				unproven,
				unproven_registers;
	bool		has_audience = false,
				has_posts = false,
				has_actions = false,
				has_reactors = false,
				has_registers = false,
				has_unproven = false,
				has_unproven_registers = false;
	int64		audience_at = 0;
	int64		followers = 0;
	int64		newest = PG_INT64_MIN;
	NamedValue *kinds = NULL;
	int			nkinds = 0;
	int			i;

	if (object == NULL)
		return input_error(input, &network->value, "a network's facts as an object");
	klout_json_iter_init(&iter, object);
	while (klout_json_member(&iter, &key, &member))
	{
		if (klout_json_equals(&key, "audience"))
		{
			has_audience = true;
			if (!input_audience(input, &member, &audience_at, &followers))
				return false;
		}
		else if (klout_json_equals(&key, "posts"))
		{
			has_posts = true;
			posts = member;
		}
		else if (klout_json_equals(&key, "actions"))
		{
			has_actions = true;
			actions = member;
		}
		else if (klout_json_equals(&key, "reactors"))
		{
			has_reactors = true;
			reactors = member;
		}
		else if (klout_json_equals(&key, "registers"))
		{
			has_registers = true;
			registers = member;
		}
		else if (klout_json_equals(&key, "unproven"))
		{
			has_unproven = true;
			unproven = member;
		}
		else if (klout_json_equals(&key, "unproven_registers"))
		{
			has_unproven_registers = true;
			unproven_registers = member;
		}
		else
			return unknown_key(input, &key,
							   "audience, posts, actions, reactors, registers, unproven, unproven_registers");
	}
	if (has_actions != (has_reactors || has_unproven) ||
		(has_registers && !has_reactors) ||
		(has_unproven_registers && !has_unproven))
		return input_error(input, &network->value, "actions together with reactors");

	klout_write_network(&input->writer, network->name, has_posts, has_unproven,
						has_audience, audience_at, followers);
	if (has_posts)
	{
		int64		ignored = PG_INT64_MIN;

		if (!input_runs(input, &posts, &ignored))
			return false;
	}
	if (has_actions)
	{
		JsonbContainer *by_kind = klout_json_object(&actions);

		if (by_kind == NULL)
			return input_error(input, &actions, "actions by kind as an object");
		kinds = input_names(input, by_kind, "kind", KLOUT_KINDS_MAX, &nkinds);
		if (kinds == NULL)
			return false;
		if (nkinds == 0)
			return input_error(input, &actions, "actions of at least one kind");
	}
	klout_write_kinds(&input->writer, nkinds);
	for (i = 0; i < nkinds; i++)
	{
		klout_write_kind(&input->writer, kinds[i].name);
		if (!input_runs(input, &kinds[i].value, &newest))
			return false;
	}
	if (nkinds > 0 &&
		!input_sample(input, true, has_reactors ? &reactors : NULL,
					  has_registers ? &registers : NULL,
					  kinds, nkinds, newest))
		return false;
	if (has_unproven &&
		!input_sample(input, false, &unproven,
					  has_unproven_registers ? &unproven_registers : NULL,
					  kinds, nkinds, newest))
		return false;
	return true;
}

/* Writes the value described by the JSON; false after a soft error. */
static bool
input_signals(JsonInput *input, JsonbContainer *object)
{
	KloutUnit	unit = KLOUT_UNIT_NONE;
	NamedValue *networks = NULL;
	int			nnetworks = 0;
	KloutJsonIter iter;
	JsonbValue	key;
	JsonbValue	member;
	int			i;

	klout_json_iter_init(&iter, object);
	while (klout_json_member(&iter, &key, &member))
	{
		if (klout_json_equals(&key, "bucket"))
		{
			if (klout_json_equals(&member, "day"))
				unit = KLOUT_UNIT_DAY;
			else if (klout_json_equals(&member, "hour"))
				unit = KLOUT_UNIT_HOUR;
			else
				return input_error(input, &member, "bucket \"day\" or \"hour\"");
		}
		else if (klout_json_equals(&key, "networks"))
		{
			JsonbContainer *by_name = klout_json_object(&member);

			if (by_name == NULL)
				return input_error(input, &member, "networks as an object");
			networks = input_names(input, by_name, "network",
								   KLOUT_NETWORKS_MAX, &nnetworks);
			if (networks == NULL)
				return false;
		}
		else
			return unknown_key(input, &key, "bucket, networks");
	}

	klout_write_header(&input->writer, unit, nnetworks);
	for (i = 0; i < nnetworks; i++)
	{
		CHECK_FOR_INTERRUPTS();
		if (!input_network(input, &networks[i]))
			return false;
	}
	return true;
}

PG_FUNCTION_INFO_V1(klout_signals_in);
Datum
klout_signals_in(PG_FUNCTION_ARGS)
{
	char	   *str = PG_GETARG_CSTRING(0);
	JsonInput	input;
	Jsonb	   *jsonb;
	size_t		size;
	uint8	   *data;
	const char *fault;

	input.escontext = klout_escontext(fcinfo);
	jsonb = klout_json_parse(str, "klout_signals", input.escontext);
	if (jsonb == NULL)
		PG_RETURN_NULL();
	if (!JsonContainerIsObject(&jsonb->root))
		ereturn(input.escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type klout_signals: expected a JSON object")));

	/*
	 * No fact takes more bytes than its text, but a bucket or a weight of one
	 * digit may be written with the room of the largest one asked for.
	 */
	size = 64 + strlen(str) * 8;
	data = palloc_extended(size, MCXT_ALLOC_HUGE);
	klout_writer_init(&input.writer, data, size);
	if (!input_signals(&input, &jsonb->root))
		PG_RETURN_NULL();

	if (input.writer.full)
		elog(ERROR, "klout_signals_in: no room for the value");
	size = (size_t) (input.writer.next - data);
	fault = check_input(data, size);
	if (fault)
		ereturn(input.escontext, (Datum) 0,
				(errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
				 errmsg("invalid input for type klout_signals"),
				 errdetail("The described value is invalid: %s.", fault)));
	return klout_signals_value(data, size);
}
