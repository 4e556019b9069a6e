/* klout--0.1.0.sql: every object of the extension, by concern. */

-- complain if script is sourced in psql, rather than via CREATE EXTENSION
\echo Use "CREATE EXTENSION klout" to load this file. \quit

-- ---------------------------------------------------------------------------
-- Model: the recipe of a score
-- ---------------------------------------------------------------------------

CREATE TYPE klout_model;

CREATE FUNCTION klout_model_in(cstring) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_model_out(klout_model) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_model_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_model_recv(internal) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_model_send(klout_model) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_model_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE klout_model (
	INPUT = klout_model_in,
	OUTPUT = klout_model_out,
	RECEIVE = klout_model_recv,
	SEND = klout_model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

COMMENT ON TYPE klout_model IS
'the whole recipe of a score. Text form: a JSON object, or one of the words default, hour, strict. Keys, each optional: reach_half_life and consistency_half_life (strings like "30 days": an interval without months and years, up to 3652425 days); unproven_cap, consistency_cap, reach_weight, consistency_weight, audience_weight, audience_cap, activity_weight (numbers in [0, 1e9]); mix (in [1, 1e9]); scale (in (0, 1e9]); calibrate_share (in (0, 1)), calibrate_score (in (0, 100)) and active_days (in (0, 3652425]), which only klout_calibrate uses; networks and kinds (objects of weights in [0, 1e9] by name, at most 255 and 4096 other than 1; a name that is not listed weighs 1). A missing key, and one that is null, takes the default model''s value; any other key is an error. Output is canonical: one recipe has one text and one binary form';
COMMENT ON FUNCTION klout_model_in(cstring) IS
'text input of klout_model: a JSON object of known keys, or default, hour, strict';
COMMENT ON FUNCTION klout_model_out(klout_model) IS
'text output of klout_model: canonical JSON, every key, numbers in the shortest form that reads back exactly, whatever extra_float_digits and IntervalStyle say';
COMMENT ON FUNCTION klout_model_recv(internal) IS
'binary input of klout_model: the stored form; anything but the one form of a valid recipe is an error';
COMMENT ON FUNCTION klout_model_send(klout_model) IS
'binary output of klout_model: the stored form, the same bytes on every platform';

CREATE FUNCTION klout_model() RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_make_default'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_model() IS
'the default model, fitted for daily buckets: half-lives of 30 and 360 days, scale 3.4. Others by name: klout_model(''hour'') for hourly buckets (3 and 36 hours, scale 2), klout_model(''strict'') with both caps at 1';

CREATE FUNCTION klout_model_from_jsonb(jsonb) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_from_jsonb'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_model_to_jsonb(klout_model) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'klout_model_to_jsonb'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_model_from_jsonb(jsonb) IS
'the model a JSON object describes: keys as in the text form of klout_model, each optional. Errors name the key, the value and its range';
COMMENT ON FUNCTION klout_model_to_jsonb(klout_model) IS
'a model as a JSON object with every key; loses nothing: klout_model_from_jsonb gives the same model back';

CREATE CAST (jsonb AS klout_model)
	WITH FUNCTION klout_model_from_jsonb(jsonb) AS ASSIGNMENT;
CREATE CAST (klout_model AS jsonb)
	WITH FUNCTION klout_model_to_jsonb(klout_model) AS ASSIGNMENT;

COMMENT ON CAST (jsonb AS klout_model) IS
'the model a JSON object describes; an error unless every key and value is known and in range';
COMMENT ON CAST (klout_model AS jsonb) IS
'a model as a JSON object with every key; loses nothing';

CREATE FUNCTION klout_model_override(klout_model, jsonb) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_override'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR || (
	LEFTARG = klout_model,
	RIGHTARG = jsonb,
	FUNCTION = klout_model_override
);

COMMENT ON FUNCTION klout_model_override(klout_model, jsonb) IS
'the model with some keys replaced: keys as in the text form of klout_model; networks and kinds are merged name by name; null takes a key, a network or a kind back to the default model. NULL if either argument is';
COMMENT ON OPERATOR || (klout_model, jsonb) IS
'the model with some keys replaced; null takes a key back to the default model';

CREATE FUNCTION klout_fingerprint(klout_model) RETURNS text
	AS 'MODULE_PATHNAME', 'klout_fingerprint'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_fingerprint(klout_model) IS
'16 hex digits that tell recipes apart: the beginning of the SHA-256 of the model''s text in UTF-8, left(encode(sha256(convert_to(model::text, ''UTF8'')), ''hex''), 16)';

CREATE FUNCTION klout_model_eq(klout_model, klout_model) RETURNS boolean
	AS 'byteaeq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_ne(klout_model, klout_model) RETURNS boolean
	AS 'byteane'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_lt(klout_model, klout_model) RETURNS boolean
	AS 'bytealt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_le(klout_model, klout_model) RETURNS boolean
	AS 'byteale'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_gt(klout_model, klout_model) RETURNS boolean
	AS 'byteagt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_ge(klout_model, klout_model) RETURNS boolean
	AS 'byteage'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_cmp(klout_model, klout_model) RETURNS integer
	AS 'byteacmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_hash(klout_model) RETURNS integer
	AS 'hashvarlena'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION klout_model_hash_extended(klout_model, bigint) RETURNS bigint
	AS 'hashvarlenaextended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_model_eq(klout_model, klout_model) IS
'are the recipes the same? Compares the stored bytes';
COMMENT ON FUNCTION klout_model_ne(klout_model, klout_model) IS
'do the recipes differ? Compares the stored bytes';
COMMENT ON FUNCTION klout_model_lt(klout_model, klout_model) IS
'less in the order of the stored bytes, which means nothing but is total';
COMMENT ON FUNCTION klout_model_le(klout_model, klout_model) IS
'less or equal in the order of the stored bytes';
COMMENT ON FUNCTION klout_model_gt(klout_model, klout_model) IS
'greater in the order of the stored bytes';
COMMENT ON FUNCTION klout_model_ge(klout_model, klout_model) IS
'greater or equal in the order of the stored bytes';
COMMENT ON FUNCTION klout_model_cmp(klout_model, klout_model) IS
'negative, zero or positive by the order of the stored bytes: support of the btree operator class';
COMMENT ON FUNCTION klout_model_hash(klout_model) IS
'hash of the stored bytes: support of the hash operator class';
COMMENT ON FUNCTION klout_model_hash_extended(klout_model, bigint) IS
'hash of the stored bytes with a seed: support of the hash operator class';

CREATE OPERATOR = (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = klout_model_eq,
	COMMUTATOR = =,
	NEGATOR = <>,
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
CREATE OPERATOR <> (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = klout_model_ne,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
CREATE OPERATOR < (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = klout_model_lt,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = klout_model_le,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = klout_model_gt,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = klout_model_ge,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);

COMMENT ON OPERATOR = (klout_model, klout_model) IS 'the same recipe';
COMMENT ON OPERATOR <> (klout_model, klout_model) IS 'different recipes';
COMMENT ON OPERATOR < (klout_model, klout_model) IS
'less in the order of the stored bytes';
COMMENT ON OPERATOR <= (klout_model, klout_model) IS
'less or equal in the order of the stored bytes';
COMMENT ON OPERATOR > (klout_model, klout_model) IS
'greater in the order of the stored bytes';
COMMENT ON OPERATOR >= (klout_model, klout_model) IS
'greater or equal in the order of the stored bytes';

CREATE OPERATOR CLASS klout_model_ops
	DEFAULT FOR TYPE klout_model USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 klout_model_cmp(klout_model, klout_model);
CREATE OPERATOR CLASS klout_model_ops
	DEFAULT FOR TYPE klout_model USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 klout_model_hash(klout_model),
	FUNCTION 2 klout_model_hash_extended(klout_model, bigint);

COMMENT ON OPERATOR CLASS klout_model_ops USING btree IS
'orders models by their stored bytes: for DISTINCT, GROUP BY and unique indexes';
COMMENT ON OPERATOR CLASS klout_model_ops USING hash IS
'hashes models by their stored bytes';
COMMENT ON OPERATOR FAMILY klout_model_ops USING btree IS
'orders models by their stored bytes';
COMMENT ON OPERATOR FAMILY klout_model_ops USING hash IS
'hashes models by their stored bytes';

-- (end of model)

-- ---------------------------------------------------------------------------
-- Signals: the facts about the actions one person received
-- ---------------------------------------------------------------------------

CREATE TYPE klout_signals;

CREATE FUNCTION klout_signals_in(cstring) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_out(klout_signals) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_signals_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_recv(internal) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_send(klout_signals) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_signals_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE klout_signals (
	INPUT = klout_signals_in,
	OUTPUT = klout_signals_out,
	RECEIVE = klout_signals_recv,
	SEND = klout_signals_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

COMMENT ON TYPE klout_signals IS
'the facts about the actions one person received: exact counts by network, kind and bucket (UTC day or hour), a sample of the reactors (all of them up to 256 a network), the latest audience and the person''s own posts. Mergeable, independent of order, byte for byte the same on every platform. Text form: JSON; ''{}'' is the empty value, which scores 0 and merges with any bucket. One action takes at most 96 bytes with names of up to 32 bytes together; 10,000 reactors on one network over 90 days at most 6 kB';
COMMENT ON FUNCTION klout_signals_in(cstring) IS
'text input of klout_signals: the JSON that klout_signals_out prints, or {}; anything that is not in that form, in order and in range is an error (that a reactor''s kinds and day have actions is not checked)';
COMMENT ON FUNCTION klout_signals_out(klout_signals) IS
'text output of klout_signals: JSON, exact, whatever the settings of the session';
COMMENT ON FUNCTION klout_signals_recv(internal) IS
'binary input of klout_signals: the stored bytes; anything that is not in their one form, in order and in range is an error';
COMMENT ON FUNCTION klout_signals_send(klout_signals) IS
'binary output of klout_signals: the stored bytes, the same on every platform';

CREATE FUNCTION klout_signals_eq(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_ne(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_lt(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_le(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_ge(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_gt(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_cmp(klout_signals, klout_signals) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_signals_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_hash(klout_signals) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_signals_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_signals_hash_extended(klout_signals, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_signals_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR = (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_signals_eq,
	COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);

CREATE OPERATOR <> (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_signals_ne,
	COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR < (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_signals_lt,
	COMMUTATOR = >, NEGATOR = >=,
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR <= (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_signals_le,
	COMMUTATOR = >=, NEGATOR = >,
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR >= (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_signals_ge,
	COMMUTATOR = <=, NEGATOR = <,
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR > (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_signals_gt,
	COMMUTATOR = <, NEGATOR = <=,
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS klout_signals_ops DEFAULT FOR TYPE klout_signals USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 klout_signals_cmp(klout_signals, klout_signals);

CREATE OPERATOR CLASS klout_signals_ops DEFAULT FOR TYPE klout_signals USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 klout_signals_hash(klout_signals),
	FUNCTION 2 klout_signals_hash_extended(klout_signals, bigint);

COMMENT ON FUNCTION klout_signals_eq(klout_signals, klout_signals) IS
'implementation of operator =';
COMMENT ON FUNCTION klout_signals_ne(klout_signals, klout_signals) IS
'implementation of operator <>';
COMMENT ON FUNCTION klout_signals_lt(klout_signals, klout_signals) IS
'implementation of operator <';
COMMENT ON FUNCTION klout_signals_le(klout_signals, klout_signals) IS
'implementation of operator <=';
COMMENT ON FUNCTION klout_signals_ge(klout_signals, klout_signals) IS
'implementation of operator >=';
COMMENT ON FUNCTION klout_signals_gt(klout_signals, klout_signals) IS
'implementation of operator >';
COMMENT ON OPERATOR = (klout_signals, klout_signals) IS
'left equals right, by canonical bytes';
COMMENT ON OPERATOR <> (klout_signals, klout_signals) IS
'left differs from right, by canonical bytes';
COMMENT ON OPERATOR < (klout_signals, klout_signals) IS
'left sorts before right, by canonical bytes';
COMMENT ON OPERATOR <= (klout_signals, klout_signals) IS
'left sorts before or equals right, by canonical bytes';
COMMENT ON OPERATOR >= (klout_signals, klout_signals) IS
'left sorts after or equals right, by canonical bytes';
COMMENT ON OPERATOR > (klout_signals, klout_signals) IS
'left sorts after right, by canonical bytes';
COMMENT ON FUNCTION klout_signals_cmp(klout_signals, klout_signals) IS
'order of two values by their canonical bytes: negative, zero or positive';
COMMENT ON FUNCTION klout_signals_hash(klout_signals) IS
'hash of the canonical bytes';
COMMENT ON FUNCTION klout_signals_hash_extended(klout_signals, bigint) IS
'seeded hash of the canonical bytes';
COMMENT ON OPERATOR CLASS klout_signals_ops USING btree IS
'order by canonical bytes';
COMMENT ON OPERATOR CLASS klout_signals_ops USING hash IS
'equality of canonical bytes';
COMMENT ON OPERATOR FAMILY klout_signals_ops USING btree IS
'order by canonical bytes';
COMMENT ON OPERATOR FAMILY klout_signals_ops USING hash IS
'equality of canonical bytes';

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor bigint, at timestamptz) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_bigint'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor bigint, at timestamptz, weight double precision) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_bigint'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor bigint, at timestamptz, weight double precision, bucket interval) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_bigint'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor text, at timestamptz) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_text'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor text, at timestamptz, weight double precision) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_text'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor text, at timestamptz, weight double precision, bucket interval) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_text'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor uuid, at timestamptz) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_uuid'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor uuid, at timestamptz, weight double precision) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_uuid'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_add(state klout_signals, network text, kind text, actor uuid, at timestamptz, weight double precision, bucket interval) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_uuid'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_posts_add(state klout_signals, network text, at timestamptz) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_posts_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_posts_add(state klout_signals, network text, at timestamptz, bucket interval) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_posts_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_audience_add(state klout_signals, network text, followers bigint, at timestamptz) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_audience_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_combine(klout_signals, klout_signals) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION klout_signals_final(klout_signals) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, bigint, timestamptz) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, bigint, timestamptz, double precision) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, bigint, timestamptz, double precision, interval) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, text, timestamptz) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, text, timestamptz, double precision) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, text, timestamptz, double precision, interval) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, uuid, timestamptz) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, uuid, timestamptz, double precision) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_signals_add(klout_signals, text, text, uuid, timestamptz, double precision, interval) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate it returns a new value';
COMMENT ON FUNCTION klout_posts_add(klout_signals, text, timestamptz) IS
'adds one post of the person: the transition function of the aggregate klout_posts';
COMMENT ON FUNCTION klout_posts_add(klout_signals, text, timestamptz, interval) IS
'adds one post of the person: the transition function of the aggregate klout_posts with a bucket';
COMMENT ON FUNCTION klout_audience_add(klout_signals, text, bigint, timestamptz) IS
'adds one observation of an audience: the transition function of the aggregate klout_audience';
COMMENT ON FUNCTION klout_signals_combine(klout_signals, klout_signals) IS
'merges two states; NULL is neutral: the combine function of the aggregates of signals and the transition function of klout_rollup';
COMMENT ON FUNCTION klout_signals_final(klout_signals) IS
'a state as a finished, compact value; the state stays as it is';

CREATE AGGREGATE klout_signals(network text, kind text, actor bigint, at timestamptz) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor bigint, at timestamptz, weight double precision) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor bigint, at timestamptz, weight double precision, bucket interval) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor text, at timestamptz) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor text, at timestamptz, weight double precision) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor text, at timestamptz, weight double precision, bucket interval) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor uuid, at timestamptz) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor uuid, at timestamptz, weight double precision) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor uuid, at timestamptz, weight double precision, bucket interval) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_audience(network text, followers bigint, at timestamptz) (
	SFUNC = klout_audience_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_posts(network text, at timestamptz) (
	SFUNC = klout_posts_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_posts(network text, at timestamptz, bucket interval) (
	SFUNC = klout_posts_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_rollup(klout_signals) (
	SFUNC = klout_signals_combine,
	STYPE = klout_signals,
	SSPACE = 2048,
	FINALFUNC = klout_signals_final,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE klout_signals(text, text, bigint, timestamptz) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, bigint, timestamptz, double precision) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several in one bucket the largest counts. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, bigint, timestamptz, double precision, interval) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several in one bucket the largest counts. bucket: ''1 day'' (of UTC) or ''1 hour'', the same in all rows. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz, double precision) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several in one bucket the largest counts. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz, double precision, interval) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several in one bucket the largest counts. bucket: ''1 day'' (of UTC) or ''1 hour'', the same in all rows. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz, double precision) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several in one bucket the largest counts. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz, double precision, interval) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several in one bucket the largest counts. bucket: ''1 day'' (of UTC) or ''1 hour'', the same in all rows. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_audience(text, bigint, timestamptz) IS
'the latest audience on each network, as signals: followers (0 or more) observed at a time, to the microsecond; of two at the same time the larger. Rows with a NULL are skipped; no rows give NULL. Merge it with the signals of actions: || or klout_rollup. Cost: O(1) a row';
COMMENT ON AGGREGATE klout_posts(text, timestamptz) IS
'the person''s own posts as signals, counted by network and UTC day. Rows with a NULL are skipped; no rows give NULL. Merge it with the signals of actions: || or klout_rollup. Cost: O(1) a row amortised';
COMMENT ON AGGREGATE klout_posts(text, timestamptz, interval) IS
'the person''s own posts as signals, counted by network and bucket: ''1 day'' or ''1 hour'', the same in all rows and as in the signals it is to be merged with';
COMMENT ON AGGREGATE klout_rollup(klout_signals) IS
'merges values: what aggregating all their actions at once would give, byte for byte. NULLs are skipped; no values give NULL; values of different buckets are an error. Cost: O(size of value and result) a row';

CREATE FUNCTION klout_merge(klout_signals, klout_signals) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_merge_values'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE OPERATOR || (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_merge,
	COMMUTATOR = ||
);

COMMENT ON FUNCTION klout_merge(klout_signals, klout_signals) IS
'both values as one: commutative, associative, NULL and {} are neutral. Counts add up; merging a value with itself counts its actions twice, its reactors once. Values of different buckets are an error. Cost: O(size)';
COMMENT ON OPERATOR || (klout_signals, klout_signals) IS
'both values as one, as klout_merge';

CREATE FUNCTION klout_count(signals klout_signals) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_count_actions'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_count(signals klout_signals, network text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_count_actions'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_count(signals klout_signals, network text, kind text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_count_actions'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_count(signals klout_signals, network text, kind text, from_at timestamptz, to_at timestamptz) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_count_actions'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_reactors(signals klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_reactors'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_reactors(signals klout_signals, network text) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_reactors'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_entries(signals klout_signals,
	OUT network text, OUT kind text, OUT bucket timestamptz, OUT actions bigint)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_entries'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 30;

CREATE FUNCTION klout_reactor_sample(signals klout_signals,
	OUT network text, OUT actor_hash bigint, OUT last_at timestamptz,
	OUT kinds text[], OUT weight double precision,
	OUT inclusion double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_reactor_sample'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 30;

COMMENT ON FUNCTION klout_count(klout_signals) IS
'exact number of actions; {} has 0. Cost: O(size)';
COMMENT ON FUNCTION klout_count(klout_signals, text) IS
'exact number of actions on a network, 0 if there are none. Cost: O(size)';
COMMENT ON FUNCTION klout_count(klout_signals, text, text) IS
'exact number of actions of a kind on a network, 0 if there are none. Cost: O(size)';
COMMENT ON FUNCTION klout_count(klout_signals, text, text, timestamptz, timestamptz) IS
'exact number of actions of a kind on a network in the buckets that begin at or after from_at and before to_at; infinite bounds are open. Cost: O(size)';
COMMENT ON FUNCTION klout_reactors(klout_signals) IS
'distinct reactors ever, added up over networks: exact up to 256 on a network, beyond that a HyperLogLog estimate with a standard error of 3.3 %. Cost: O(size)';
COMMENT ON FUNCTION klout_reactors(klout_signals, text) IS
'distinct reactors ever on a network: exact up to 256, beyond that a HyperLogLog estimate with a standard error of 3.3 %; 0 if there are none. Cost: O(size)';
COMMENT ON FUNCTION klout_entries(klout_signals) IS
'the counts as rows: actions of each kind on each network in each bucket (its beginning). Cost: O(size)';
COMMENT ON FUNCTION klout_reactor_sample(klout_signals) IS
'the sampled reactors as rows: hash of the actor on that network (a pseudonym, not a secret: hashes of known ids can be computed), beginning of the bucket of the last action, the kinds used and the largest weight in that bucket, and the probability of being in the sample, 1 for all where a network has up to 256 reactors. The sum of 1 / inclusion estimates the number of reactors. Cost: O(size)';

-- (end of signals)

-- ---------------------------------------------------------------------------
-- Score: a pure function of signals, model and time
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_score(signals klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_score'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_score(signals klout_signals, model klout_model) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_score'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_score(signals klout_signals, model klout_model, as_of timestamptz) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_score'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_raw(signals klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_raw'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_raw(signals klout_signals, model klout_model) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_raw'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_raw(signals klout_signals, model klout_model, as_of timestamptz) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_raw'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_reach(signals klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_reach'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_reach(signals klout_signals, model klout_model) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_reach'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_reach(signals klout_signals, model klout_model, as_of timestamptz) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_reach'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_consistency(signals klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_consistency'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_consistency(signals klout_signals, model klout_model) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_consistency'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_consistency(signals klout_signals, model klout_model, as_of timestamptz) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_consistency'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_amplification(signals klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_amplification'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_amplification(signals klout_signals, model klout_model) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_amplification'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_amplification(signals klout_signals, model klout_model, as_of timestamptz) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_amplification'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_score(klout_signals) IS
'the score: 100 raw / (raw + scale), 0 <= score < 100; 0 for somebody without reactions; with the default model, as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_score(klout_signals, klout_model) IS
'the score: 100 raw / (raw + scale), 0 <= score < 100; 0 for somebody without reactions; as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_score(klout_signals, klout_model, timestamptz) IS
'the score: 100 raw / (raw + scale), 0 <= score < 100; 0 for somebody without reactions; as of a moment: later buckets are left out. Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_raw(klout_signals) IS
'the score before it is bent to the scale of 100: a sum of logarithms, 0 or more (docs/mathematics.md); with the default model, as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_raw(klout_signals, klout_model) IS
'the score before it is bent to the scale of 100: a sum of logarithms, 0 or more (docs/mathematics.md); as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_raw(klout_signals, klout_model, timestamptz) IS
'the score before it is bent to the scale of 100: a sum of logarithms, 0 or more (docs/mathematics.md); as of a moment: later buckets are left out. Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_reach(klout_signals) IS
'reach: distinct reactors, each counted once and faded by the age of the last action with the reach half-life, networks weighted and added up; caps applied; with the default model, as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_reach(klout_signals, klout_model) IS
'reach: distinct reactors, each counted once and faded by the age of the last action with the reach half-life, networks weighted and added up; caps applied; as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_reach(klout_signals, klout_model, timestamptz) IS
'reach: distinct reactors, each counted once and faded by the age of the last action with the reach half-life, networks weighted and added up; caps applied; as of a moment: later buckets are left out. Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_consistency(klout_signals) IS
'consistency: buckets on which anybody reacted, faded with the consistency half-life, networks weighted and added up; caps applied; with the default model, as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_consistency(klout_signals, klout_model) IS
'consistency: buckets on which anybody reacted, faded with the consistency half-life, networks weighted and added up; caps applied; as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_consistency(klout_signals, klout_model, timestamptz) IS
'consistency: buckets on which anybody reacted, faded with the consistency half-life, networks weighted and added up; caps applied; as of a moment: later buckets are left out. Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_amplification(klout_signals) IS
'faded reactions per faded post of the person''s own; NULL without posts; with the default model, as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_amplification(klout_signals, klout_model) IS
'faded reactions per faded post of the person''s own; NULL without posts; as of now(). Cost: O(size of the signals)';
COMMENT ON FUNCTION klout_amplification(klout_signals, klout_model, timestamptz) IS
'faded reactions per faded post of the person''s own; NULL without posts; as of a moment: later buckets are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_features(signals klout_signals) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_features'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_features(signals klout_signals, model klout_model) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_features'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_features(signals klout_signals, model klout_model, as_of timestamptz) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_features'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_features(klout_signals) IS
'what the weights of a model multiply, four numbers of 0 or more: ln(1 + reach), ln(1 + consistency), ln(1 + audience), ln(1 + faded posts), each summed over networks with their weights first. With reach_weight, consistency_weight and activity_weight they add up to raw, the audience only as far as its cap lets it; for klout_fit. With the default model, as of now(). Cost: O(size)';
COMMENT ON FUNCTION klout_features(klout_signals, klout_model) IS
'what the weights of a model multiply, four numbers of 0 or more: ln(1 + reach), ln(1 + consistency), ln(1 + audience), ln(1 + faded posts), each summed over networks with their weights first. With reach_weight, consistency_weight and activity_weight they add up to raw, the audience only as far as its cap lets it; for klout_fit. As of now(). Cost: O(size)';
COMMENT ON FUNCTION klout_features(klout_signals, klout_model, timestamptz) IS
'what the weights of a model multiply, four numbers of 0 or more: ln(1 + reach), ln(1 + consistency), ln(1 + audience), ln(1 + faded posts), each summed over networks with their weights first. With reach_weight, consistency_weight and activity_weight they add up to raw, the audience only as far as its cap lets it; for klout_fit. As of a moment. Cost: O(size)';

CREATE FUNCTION klout_explain(signals klout_signals,
	OUT part text, OUT network text, OUT amount double precision,
	OUT points double precision, OUT share double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain'
	LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 10;

CREATE FUNCTION klout_explain(signals klout_signals, model klout_model,
	OUT part text, OUT network text, OUT amount double precision,
	OUT points double precision, OUT share double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain'
	LANGUAGE C STABLE STRICT PARALLEL SAFE ROWS 10;

CREATE FUNCTION klout_explain(signals klout_signals, model klout_model, as_of timestamptz,
	OUT part text, OUT network text, OUT amount double precision,
	OUT points double precision, OUT share double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;

CREATE FUNCTION klout_explain_change(before klout_signals, after klout_signals,
	model klout_model,
	before_at timestamptz, after_at timestamptz,
	OUT part text, OUT network text, OUT points_before double precision,
	OUT points_after double precision, OUT change double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain_change'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;

CREATE FUNCTION klout_explain_change(before klout_signals, after klout_signals,
	before_model klout_model, after_model klout_model,
	before_at timestamptz, after_at timestamptz,
	OUT part text, OUT network text, OUT points_before double precision,
	OUT points_after double precision, OUT change double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain_change'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;

COMMENT ON FUNCTION klout_explain(klout_signals) IS
'why the score is what it is: one row a part (reach, consistency, audience, activity) and network with the amount (faded reactors, faded buckets, followers, faded posts), the points of the score it brings and its share of the score. The points add up to the score; a score of 0 has no rows; with the default model, as of now()';
COMMENT ON FUNCTION klout_explain(klout_signals, klout_model) IS
'why the score is what it is: one row a part (reach, consistency, audience, activity) and network with the amount (faded reactors, faded buckets, followers, faded posts), the points of the score it brings and its share of the score. The points add up to the score; a score of 0 has no rows; as of now()';
COMMENT ON FUNCTION klout_explain(klout_signals, klout_model, timestamptz) IS
'why the score is what it is: one row a part (reach, consistency, audience, activity) and network with the amount (faded reactors, faded buckets, followers, faded posts), the points of the score it brings and its share of the score. The points add up to the score; a score of 0 has no rows; as of a moment';
COMMENT ON FUNCTION klout_explain_change(klout_signals, klout_signals, klout_model, timestamptz, timestamptz) IS
'why a score changed between two moments: the points of each part and network before and after, and the difference. The columns add up to the scores before and after and their difference';
COMMENT ON FUNCTION klout_explain_change(klout_signals, klout_signals, klout_model, klout_model, timestamptz, timestamptz) IS
'why a score changed between two moments when the model did too: parts and networks are told with the earlier model; the row of part model, without a network, is what the later model makes of the later facts. The columns add up to the scores before and after and their difference';

CREATE AGGREGATE klout_score(network text, kind text, actor bigint, at timestamptz) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_score,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_score(network text, kind text, actor text, at timestamptz) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_score,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_score(network text, kind text, actor uuid, at timestamptz) (
	SFUNC = klout_signals_add,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = klout_score,
	COMBINEFUNC = klout_signals_combine,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE klout_score(text, text, bigint, timestamptz) IS
'the score of a group of actions in one step: with the default model, daily buckets, as of now(). The same as klout_score(klout_signals(network, kind, actor, at)), with its conditions on the arguments';
COMMENT ON AGGREGATE klout_score(text, text, text, timestamptz) IS
'the score of a group of actions in one step: with the default model, daily buckets, as of now(). The same as klout_score(klout_signals(network, kind, actor, at)), with its conditions on the arguments';
COMMENT ON AGGREGATE klout_score(text, text, uuid, timestamptz) IS
'the score of a group of actions in one step: with the default model, daily buckets, as of now(). The same as klout_score(klout_signals(network, kind, actor, at)), with its conditions on the arguments';

-- (end of score)

-- ---------------------------------------------------------------------------
-- Fit: weights from pairwise judgements
-- ---------------------------------------------------------------------------

CREATE TYPE klout_judgements;

CREATE FUNCTION klout_judgements_in(cstring) RETURNS klout_judgements
	AS 'MODULE_PATHNAME', 'klout_judgements_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_judgements_in(cstring) IS
'Input of klout_judgements: JSON with the keys features, pairs, sums and products, a sum being a number or an array of its high and low part. An invalid text is an error.';

CREATE FUNCTION klout_judgements_out(klout_judgements) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_judgements_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_judgements_out(klout_judgements) IS
'Output of klout_judgements: JSON that reads back as the same state, whatever the settings.';

CREATE FUNCTION klout_judgements_recv(internal) RETURNS klout_judgements
	AS 'MODULE_PATHNAME', 'klout_judgements_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_judgements_recv(internal) IS
'Binary input of klout_judgements: the canonical bytes; any others are an error.';

CREATE FUNCTION klout_judgements_send(klout_judgements) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_judgements_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_judgements_send(klout_judgements) IS
'Binary output of klout_judgements: the canonical bytes, the same on every platform.';

CREATE TYPE klout_judgements (
	INPUT = klout_judgements_in,
	OUTPUT = klout_judgements_out,
	RECEIVE = klout_judgements_recv,
	SEND = klout_judgements_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE klout_judgements IS
'State of the aggregate klout_fit: the normal equations of its pairs, 234 bytes for 4 features, 34 kB for 64, whatever the number of pairs. For the executor; nothing to store.';

CREATE FUNCTION klout_fit_accum(klout_judgements, better double precision[], worse double precision[]) RETURNS klout_judgements
	AS 'MODULE_PATHNAME', 'klout_fit_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_fit_accum(klout_judgements, double precision[], double precision[]) IS
'Transition function of klout_fit: one judgement more; a NULL array is skipped.';

CREATE FUNCTION klout_judgements_combine(klout_judgements, klout_judgements) RETURNS klout_judgements
	AS 'MODULE_PATHNAME', 'klout_judgements_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_judgements_combine(klout_judgements, klout_judgements) IS
'Combine function of klout_fit: the judgements of both, NULL is neutral; different numbers of features are an error.';

CREATE FUNCTION klout_fit_final(klout_judgements) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_fit_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_fit_final(klout_judgements) IS
'Final function of klout_fit: the weights.';

CREATE AGGREGATE klout_fit(better double precision[], worse double precision[]) (
	SFUNC = klout_fit_accum,
	STYPE = klout_judgements,
	SSPACE = 512,
	FINALFUNC = klout_fit_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_judgements_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_fit(double precision[], double precision[]) IS
'Weights from pairwise judgements: one row says that somebody with the features better (1 to 64 numbers between -1e100 and 1e100, as klout_features or your own) is more influential than somebody with the features worse. The result has a weight of 0 or more for each feature, in their order: those for which sum(weight * (better - worse)) is closest to 1 in least squares. Where several are, a feature that others make up for (to 1e-13 of its length) gets 0, of equals the later. Rows with a NULL array are skipped, no rows give NULL. NULL elements, NaN, infinities, numbers out of range, arrays of no or several dimensions, different numbers of features, fewer pairs than features, and pairs of equals only are errors. Any order of rows and any parallel plan give the same to 1e-8. Cost: O(features^2) a row, O(features^3) at the end';

-- (end of fit)

-- ---------------------------------------------------------------------------
-- Population: an exact histogram of scores, and ranks
-- ---------------------------------------------------------------------------

CREATE TYPE klout_population;

CREATE FUNCTION klout_population_in(cstring) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_in(cstring) IS
'Input of klout_population: JSON {"bins": [[score, people], ...]} with scores 0 to 100 in steps of 0.01, strictly ascending, and people at least 1; {} is the empty population. An invalid text is an error.';

CREATE FUNCTION klout_population_out(klout_population) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_population_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_out(klout_population) IS
'Output of klout_population: JSON that reads back as the same bytes, whatever the settings.';

CREATE FUNCTION klout_population_recv(internal) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_recv(internal) IS
'Binary input of klout_population: the canonical bytes; any others are an error.';

CREATE FUNCTION klout_population_send(klout_population) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_population_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_send(klout_population) IS
'Binary output of klout_population: the canonical bytes, the same on every platform.';

CREATE TYPE klout_population (
	INPUT = klout_population_in,
	OUTPUT = klout_population_out,
	RECEIVE = klout_population_recv,
	SEND = klout_population_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE klout_population IS
'An exact histogram of scores in 10,001 bins of 0.01 from 0 to 100, each score rounded to the nearest: mergeable, the same bytes whatever the order of rows and merges. JSON text form, 3 bytes when empty, about 2 bytes per distinct score, at most 10 kB plus what counts above 127 take.';

CREATE FUNCTION klout_population_eq(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_eq(klout_population, klout_population) IS
'Behind operator = of populations: the same counts in all bins.';

CREATE OPERATOR = (
	FUNCTION = klout_population_eq,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = =,
	NEGATOR = <>,
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR = (klout_population, klout_population) IS
'The same counts in all bins.';

CREATE FUNCTION klout_population_ne(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_ne(klout_population, klout_population) IS
'Behind operator <> of populations: other counts in some bin.';

CREATE OPERATOR <> (
	FUNCTION = klout_population_ne,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (klout_population, klout_population) IS
'Other counts in some bin.';

CREATE FUNCTION klout_population_lt(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_lt(klout_population, klout_population) IS
'Behind operator < of populations: before in the order of the bytes, which has no further meaning.';

CREATE OPERATOR < (
	FUNCTION = klout_population_lt,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (klout_population, klout_population) IS
'Before in the order of the bytes, which has no further meaning.';

CREATE FUNCTION klout_population_le(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_le(klout_population, klout_population) IS
'Behind operator <= of populations: before in the order of the bytes, which has no further meaning, or equal.';

CREATE OPERATOR <= (
	FUNCTION = klout_population_le,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (klout_population, klout_population) IS
'Before in the order of the bytes, which has no further meaning, or equal.';

CREATE FUNCTION klout_population_gt(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_gt(klout_population, klout_population) IS
'Behind operator > of populations: after in the order of the bytes, which has no further meaning.';

CREATE OPERATOR > (
	FUNCTION = klout_population_gt,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (klout_population, klout_population) IS
'After in the order of the bytes, which has no further meaning.';

CREATE FUNCTION klout_population_ge(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_ge(klout_population, klout_population) IS
'Behind operator >= of populations: after in the order of the bytes, which has no further meaning, or equal.';

CREATE OPERATOR >= (
	FUNCTION = klout_population_ge,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (klout_population, klout_population) IS
'After in the order of the bytes, which has no further meaning, or equal.';

CREATE FUNCTION klout_population_cmp(klout_population, klout_population) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_population_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_cmp(klout_population, klout_population) IS
'Order of two populations by their canonical bytes: below 0, 0 or above 0.';

CREATE FUNCTION klout_population_hash(klout_population) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_population_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_hash(klout_population) IS
'Hash of a population for hash joins, hash indexes and grouping.';

CREATE FUNCTION klout_population_hash_extended(klout_population, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_hash_extended(klout_population, bigint) IS
'Seeded 64-bit hash of a population for hash partitioning.';

CREATE OPERATOR CLASS klout_population_ops
	DEFAULT FOR TYPE klout_population USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 klout_population_cmp(klout_population, klout_population);
COMMENT ON OPERATOR CLASS klout_population_ops USING btree IS
'Order of populations by their canonical bytes: for DISTINCT, EXCEPT and sorting, without further meaning.';

COMMENT ON OPERATOR FAMILY klout_population_ops USING btree IS
'Order of populations by their canonical bytes.';

CREATE OPERATOR CLASS klout_population_ops
	DEFAULT FOR TYPE klout_population USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 klout_population_hash(klout_population),
	FUNCTION 2 klout_population_hash_extended(klout_population, bigint);
COMMENT ON OPERATOR CLASS klout_population_ops USING hash IS
'Hashing of populations by their canonical bytes.';

COMMENT ON OPERATOR FAMILY klout_population_ops USING hash IS
'Hashing of populations by their canonical bytes.';

CREATE FUNCTION klout_merge(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_merge(klout_population, klout_population) IS
'The people of both populations together, bin by bin; NULL is neutral. More than 9223372036854775807 people are an error. At most some 10 microseconds.';

CREATE OPERATOR || (
	FUNCTION = klout_merge,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = ||
);
COMMENT ON OPERATOR || (klout_population, klout_population) IS
'The people of both populations together (klout_merge); NULL is neutral.';

CREATE FUNCTION klout_population_accum(klout_population, score float8) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_accum(klout_population, float8) IS
'Transition function of klout_population(score): one person more; a NULL score is skipped.';

CREATE FUNCTION klout_population_combine(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_combine(klout_population, klout_population) IS
'Combine function of klout_population(score), transition and combine function of klout_rollup(klout_population): both together, NULL is neutral.';

CREATE FUNCTION klout_population_final(klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_population_final(klout_population) IS
'Final function of the aggregates that give a population: its canonical form.';

CREATE AGGREGATE klout_population(score float8) (
	SFUNC = klout_population_accum,
	STYPE = klout_population,
	SSPACE = 1024,
	FINALFUNC = klout_population_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_population_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_population(float8) IS
'The population of these scores (0 to 100, rounded to the nearest 0.01, ties to even as round(score * 100) does). NULL scores are skipped; no rows give NULL; a score outside 0 to 100 or NaN is an error. A row costs nanoseconds; memory is 2 bytes a score, at most 80 kB a group.';

CREATE AGGREGATE klout_rollup(population klout_population) (
	SFUNC = klout_population_combine,
	STYPE = klout_population,
	SSPACE = 1024,
	FINALFUNC = klout_population_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_population_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_rollup(klout_population) IS
'All people of these populations together. NULLs are skipped; no rows give NULL; more than 9223372036854775807 people are an error.';

-- questions to a population

CREATE FUNCTION klout_count(population klout_population) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_count'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_count(klout_population) IS
'People in the population.';

CREATE FUNCTION klout_percentile(population klout_population, fraction float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_percentile'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentile(klout_population, float8) IS
'The score below or at which the fraction (0 to 1) of the people are: percentile_disc over the scores rounded to 0.01. NULL for an empty population; a fraction outside 0 to 1 or NaN is an error.';

CREATE FUNCTION klout_percentiles(population klout_population, fractions float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'klout_population_percentiles'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentiles(klout_population, float8[]) IS
'klout_percentile for each of the fractions (0 to 1), in an array of the same shape; NULL elements stay NULL. NULL for an empty population; a fraction outside 0 to 1 or NaN is an error.';

CREATE FUNCTION klout_percentile_of(population klout_population, score float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_percentile_of'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentile_of(klout_population, float8) IS
'The fraction (0 to 1) of the people whose score, rounded to 0.01, is at or below this score (0 to 100), rounded too. NULL for an empty population; a score outside 0 to 100 or NaN is an error.';

CREATE FUNCTION klout_cutoff(population klout_population, top float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_cutoff'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_cutoff(klout_population, float8) IS
'Where the top share (above 0, at most 1) begins: the lowest score somebody has for which the people at or above it are at most this share of all; the highest score there is if even those are more. NULL for an empty population; another share or NaN is an error.';

CREATE FUNCTION klout_rank(population klout_population, score float8) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_rank'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_rank(klout_population, float8) IS
'The rank a score (0 to 100, rounded to 0.01) has or would have in the population: 1 + people with a higher one. A score outside 0 to 100 or NaN is an error.';

CREATE FUNCTION klout_histogram(population klout_population, buckets integer,
	OUT low float8, OUT high float8, OUT people bigint, OUT bar text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_population_histogram'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION klout_histogram(klout_population, integer) IS
'The population in 1 to 10,000 buckets of equal width over 0 to 100, lowest first, empty ones too: people with low <= score < high, in the last one score <= 100. The bar has 40 characters for the largest bucket and at least a sign of anybody there; blocks and parts of blocks in a UTF8 database, else #. Another number of buckets is an error.';

-- one-step aggregates

CREATE TYPE klout_quantiles;

CREATE FUNCTION klout_quantiles_in(cstring) RETURNS klout_quantiles
	AS 'MODULE_PATHNAME', 'klout_quantiles_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_quantiles_in(cstring) IS
'Input of klout_quantiles: JSON with the key percentile, percentiles (then with lengths and lower_bounds of the array too) or cutoff for the parameter, and bins as klout_population has them. An invalid text is an error.';

CREATE FUNCTION klout_quantiles_out(klout_quantiles) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_quantiles_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_quantiles_out(klout_quantiles) IS
'Output of klout_quantiles: JSON that reads back as the same state, whatever the settings.';

CREATE FUNCTION klout_quantiles_recv(internal) RETURNS klout_quantiles
	AS 'MODULE_PATHNAME', 'klout_quantiles_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_quantiles_recv(internal) IS
'Binary input of klout_quantiles: the canonical bytes; any others are an error.';

CREATE FUNCTION klout_quantiles_send(klout_quantiles) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_quantiles_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_quantiles_send(klout_quantiles) IS
'Binary output of klout_quantiles: the canonical bytes, the same on every platform.';

CREATE TYPE klout_quantiles (
	INPUT = klout_quantiles_in,
	OUTPUT = klout_quantiles_out,
	RECEIVE = klout_quantiles_recv,
	SEND = klout_quantiles_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE klout_quantiles IS
'State of the one-step aggregates klout_percentile, klout_percentiles and klout_cutoff: their parameter and a population. For the executor; nothing to store.';

CREATE FUNCTION klout_percentile_accum(klout_quantiles, score float8, fraction float8) RETURNS klout_quantiles
	AS 'MODULE_PATHNAME', 'klout_percentile_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentile_accum(klout_quantiles, float8, float8) IS
'Transition function of klout_percentile(score, fraction): one person more; a NULL score is skipped, another fraction than before an error.';

CREATE FUNCTION klout_percentile_final(klout_quantiles) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_percentile_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentile_final(klout_quantiles) IS
'Final function of klout_percentile(score, fraction). A state of another aggregate is an error.';

CREATE FUNCTION klout_percentiles_accum(klout_quantiles, score float8, fractions float8[]) RETURNS klout_quantiles
	AS 'MODULE_PATHNAME', 'klout_percentiles_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentiles_accum(klout_quantiles, float8, float8[]) IS
'Transition function of klout_percentiles(score, fractions): one person more; a NULL score is skipped, another fractions than before an error.';

CREATE FUNCTION klout_percentiles_final(klout_quantiles) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'klout_percentiles_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentiles_final(klout_quantiles) IS
'Final function of klout_percentiles(score, fractions). A state of another aggregate is an error.';

CREATE FUNCTION klout_cutoff_accum(klout_quantiles, score float8, top float8) RETURNS klout_quantiles
	AS 'MODULE_PATHNAME', 'klout_cutoff_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_cutoff_accum(klout_quantiles, float8, float8) IS
'Transition function of klout_cutoff(score, top): one person more; a NULL score is skipped, another top than before an error.';

CREATE FUNCTION klout_cutoff_final(klout_quantiles) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_cutoff_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_cutoff_final(klout_quantiles) IS
'Final function of klout_cutoff(score, top). A state of another aggregate is an error.';

CREATE FUNCTION klout_quantiles_combine(klout_quantiles, klout_quantiles) RETURNS klout_quantiles
	AS 'MODULE_PATHNAME', 'klout_quantiles_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_quantiles_combine(klout_quantiles, klout_quantiles) IS
'Combine function of the one-step aggregates: both together, NULL is neutral; states of other aggregates or parameters are an error.';

CREATE AGGREGATE klout_percentile(score float8, fraction float8) (
	SFUNC = klout_percentile_accum,
	STYPE = klout_quantiles,
	SSPACE = 1024,
	FINALFUNC = klout_percentile_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_quantiles_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_percentile(float8, float8) IS
'The score (0 to 100, rounded to 0.01) below or at which the fraction (0 to 1) of these people are: klout_percentile(klout_population(score), fraction). NULL scores are skipped, whatever their fraction; no rows or a NULL fraction give NULL. A score outside 0 to 100 or NaN, another fraction or NaN, or a fraction that changes within a group is an error.';

CREATE AGGREGATE klout_percentiles(score float8, fractions float8[]) (
	SFUNC = klout_percentiles_accum,
	STYPE = klout_quantiles,
	SSPACE = 1024,
	FINALFUNC = klout_percentiles_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_quantiles_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_percentiles(float8, float8[]) IS
'klout_percentile for each of the fractions (0 to 1) in an array of the same shape, NULL elements stay NULL: klout_percentiles(klout_population(score), fractions). NULL scores are skipped, whatever their array of fractions; no rows or a NULL array of fractions give NULL. A score outside 0 to 100 or NaN, another array of fractions or NaN, or one that changes within a group is an error.';

CREATE AGGREGATE klout_cutoff(score float8, top float8) (
	SFUNC = klout_cutoff_accum,
	STYPE = klout_quantiles,
	SSPACE = 1024,
	FINALFUNC = klout_cutoff_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_quantiles_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_cutoff(float8, float8) IS
'The score (0 to 100, rounded to 0.01) at which the top share (above 0, at most 1) of these people begins: klout_cutoff(klout_population(score), top). NULL scores are skipped, whatever their share; no rows or a NULL share give NULL. A score outside 0 to 100 or NaN, another share or NaN, or one that changes within a group is an error.';

-- ranks of rows

CREATE FUNCTION klout_rank_support(internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'klout_window_rank_support'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_rank_support(internal) IS
'Planner support of klout_rank(): lets WHERE rank <= n stop early and picks the cheapest frame.';

CREATE FUNCTION klout_rank() RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_window_rank'
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT klout_rank_support;
COMMENT ON FUNCTION klout_rank() IS
'Window function: the rank of a row, klout_rank() OVER (ORDER BY score DESC). Equal scores share a rank and the next rank skips as many (1, 2, 2, 4), as rank() of PostgreSQL does; a filter on it such as rank <= 10 stops reading early.';

-- (end of population)

-- ---------------------------------------------------------------------------
-- Calibrate: two numbers of a model, fitted to a community
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_mix_accum(state bigint[], signals klout_signals) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'klout_mix_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_mix_accum(bigint[], klout_signals) IS
'Transition function of klout_mix: the pairs of one person more. The state is {proven, unproven} in steps of 1/200; another array is an error.';

CREATE FUNCTION klout_mix_combine(bigint[], bigint[]) RETURNS bigint[]
	AS 'MODULE_PATHNAME', 'klout_mix_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_mix_combine(bigint[], bigint[]) IS
'Combine function of klout_mix: both together, NULL is neutral.';

CREATE FUNCTION klout_mix_final(bigint[]) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_mix_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_mix_final(bigint[]) IS
'Final function of klout_mix.';

CREATE AGGREGATE klout_mix(signals klout_signals) (
	SFUNC = klout_mix_accum,
	STYPE = bigint[],
	SSPACE = 64,
	FINALFUNC = klout_mix_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_mix_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_mix(klout_signals) IS
'What mix in a model should be for a community: unproven by proven pairs of a reactor and a person, at least 1. One row is one person. Each reactor on each network counts w as proven and 1 - w as unproven, w the largest weight in the bucket of his last action; beyond 256 reactors on a network their number and their proven share are estimated. The sums are integers: the result is the same in any order and on any number of workers. NULL signals are skipped; no rows and nobody with reactors give NULL; only reactors of weight 0 are an error. Use it as klout_model() || jsonb_build_object(''mix'', klout_mix(signals)). Costs the size of each value.';

CREATE FUNCTION klout_calibrate_accum(state bytea, signals klout_signals, model klout_model) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_accum'
	LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_calibrate_accum(bytea, klout_signals, klout_model) IS
'Transition function of klout_calibrate(signals, model): one person more, as of now(). Another model than before is an error, and so is a state of something else.';

CREATE FUNCTION klout_calibrate_accum(state bytea, signals klout_signals, model klout_model, as_of timestamptz) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_calibrate_accum(bytea, klout_signals, klout_model, timestamptz) IS
'Transition function of klout_calibrate(signals, model, as_of): one person more. Another model or as_of than before is an error, and so is a state of something else.';

CREATE FUNCTION klout_calibrate_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_calibrate_combine(bytea, bytea) IS
'Combine function of klout_calibrate: both together, NULL is neutral; states of other models or moments are an error.';

CREATE FUNCTION klout_calibrate_final(bytea) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_calibrate_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_calibrate_final(bytea) IS
'Final function of klout_calibrate.';

CREATE AGGREGATE klout_calibrate(signals klout_signals, model klout_model) (
	SFUNC = klout_calibrate_accum,
	STYPE = bytea,
	SSPACE = 65536,
	FINALFUNC = klout_calibrate_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_calibrate_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_calibrate(klout_signals, klout_model) IS
'As klout_calibrate(signals, model, as_of), as of now().';

CREATE AGGREGATE klout_calibrate(signals klout_signals, model klout_model, as_of timestamptz) (
	SFUNC = klout_calibrate_accum,
	STYPE = bytea,
	SSPACE = 65536,
	FINALFUNC = klout_calibrate_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_calibrate_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_calibrate(klout_signals, klout_model, timestamptz) IS
'The model with the scale that fits a community: of the people who are active, the one at percentile_disc(1 - calibrate_share) of raw scores gets calibrate_score, within 0.001; with the default model 5 % are above 63. One row is one person. Active is who received an action, of any weight, in the last active_days days (0 to below that many days before the bucket of as_of, which is finite). Nothing else in the model changes; the scale has six digits and is the same in any order and on any number of workers. Rows with a NULL are skipped; no rows give NULL. Errors: nobody active; that raw score is 0; the scale would be above 1e9; model or as_of change within a group. Costs a score for each row; memory is 12 to 24 bytes for each of the bins, 16,384 for each doubling of raw, that somebody is in.';

-- (end of calibrate)

-- ---------------------------------------------------------------------------
-- Validation: do scores foretell anything?
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_pairs_accum(bytea, score float8, outcome float8) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_pairs_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_pairs_accum(bytea, float8, float8) IS
'Transition function of klout_spearman, klout_kendall and klout_auc: one row more; a row with a NULL is skipped, NaN and infinity are errors.';

CREATE FUNCTION klout_ndcg_accum(bytea, score float8, gain float8, k integer) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_ndcg_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_ndcg_accum(bytea, float8, float8, integer) IS
'Transition function of klout_ndcg: one row more; a row with a NULL score or gain is skipped, another k than before is an error.';

CREATE FUNCTION klout_pairs_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_pairs_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_pairs_combine(bytea, bytea) IS
'Combine function of klout_spearman, klout_kendall, klout_auc and klout_ndcg: both together, NULL is neutral; bytes that are no state, and states of different k, are an error.';

CREATE FUNCTION klout_spearman_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_spearman_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_spearman_final(bytea) IS
'Final function of klout_spearman. Bytes that are no state of it are an error.';

CREATE FUNCTION klout_kendall_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_kendall_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_kendall_final(bytea) IS
'Final function of klout_kendall. Bytes that are no state of it are an error.';

CREATE FUNCTION klout_auc_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_auc_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_auc_final(bytea) IS
'Final function of klout_auc. Bytes that are no state of it are an error.';

CREATE FUNCTION klout_ndcg_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_ndcg_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_ndcg_final(bytea) IS
'Final function of klout_ndcg. Bytes that are no state of it are an error.';

CREATE AGGREGATE klout_spearman(score float8, outcome float8) (
	SFUNC = klout_pairs_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = klout_spearman_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_spearman(float8, float8) IS
'Spearman''s rank correlation of score and outcome (any finite numbers), in [-1, 1]: the correlation of their ranks, equal values having the average of theirs. 1 when the outcome rises wherever the score does. Rows with a NULL are skipped; fewer than 2 rows, or all scores or all outcomes equal, give NULL. NaN and infinity are errors. The same to the bit in any order of rows. Keeps 16 bytes a row (32 as it grows) and 32 more at the end, for at most 67108861 rows; time grows with rows times their logarithm.';

CREATE AGGREGATE klout_kendall(score float8, outcome float8) (
	SFUNC = klout_pairs_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = klout_kendall_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_kendall(float8, float8) IS
'Kendall''s tau-b of score and outcome (any finite numbers), in [-1, 1]: pairs of rows in the same order less those in the opposite order, over the geometric mean of the pairs with different scores and those with different outcomes. Rows with a NULL are skipped; fewer than 2 rows, or all scores or all outcomes equal, give NULL. NaN and infinity are errors. Memory and time as klout_spearman, with which it shares them in one query.';

CREATE AGGREGATE klout_auc(score float8, outcome float8) (
	SFUNC = klout_pairs_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = klout_auc_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_auc(float8, float8) IS
'Of all pairs of rows with different outcomes the share in which the greater outcome has the greater score, equal scores counting half, in [0, 1]; 0.5 is chance. For outcomes 0 and 1 it is the area under the ROC curve. score and outcome are any finite numbers. Rows with a NULL are skipped; fewer than 2 rows, or all outcomes equal, give NULL. NaN and infinity are errors. Memory and time as klout_spearman, with which it shares them in one query.';

CREATE AGGREGATE klout_ndcg(score float8, gain float8, k integer) (
	SFUNC = klout_ndcg_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = klout_ndcg_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_ndcg(float8, float8, integer) IS
'Normalised discounted cumulative gain of the k (at least 1, the same in all rows) rows of highest score, in [0, 1]: the sum of gain / log2(rank + 1), as a share of what the best order would have. Rows of equal score count with the mean gain of all of them. score is any finite number, gain a finite one of at least 0. Rows with a NULL score or gain are skipped; no gain above 0 gives NULL. NaN, infinity, a negative gain, k NULL, below 1 or changing within a group are errors. A k beyond the rows is as good as their number. The same to the bit in any order of rows. Memory and time as klout_spearman.';

CREATE FUNCTION klout_validate(
	scores_sql text,
	outcome_sql text,
	top integer[] DEFAULT '{100,1000}',
	OUT measure text,
	OUT value float8,
	OUT people bigint
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_validate'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 7;
COMMENT ON FUNCTION klout_validate(text, text, integer[]) IS
'How well scores foretell an outcome. Both arguments are one SELECT each, run read only with the caller''s rights, with columns found by name: scores_sql person and score, outcome_sql person and outcome (a number of at least 0); a row with a NULL is as if it were not there. Rows: spearman, kendall and auc of the people with a score, ndcg@k for each k of top (at least 1 each), people being those it is about; then without outcome, people with a score and no outcome, which counts as 0, and their share of those with a score; and without score, people with an outcome and no score, who are left out, and their share of all outcome. Two rows of one person, and values that are not finite, are errors. Takes seconds for a million people.';

-- (end of validate)

-- ---------------------------------------------------------------------------
-- Authority: how much the people who react to you matter
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_authority(
	edges_sql text,
	damping float8 DEFAULT 0.85,
	tolerance float8 DEFAULT 1e-9,
	max_iterations integer DEFAULT 100,
	restart_sql text DEFAULT NULL,
	warm_sql text DEFAULT NULL,
	OUT person bigint,
	OUT authority float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_authority'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_authority(text, float8, float8, integer, text, text) IS
'Weighted PageRank: how much the people who act on somebody matter, of whom they in turn act on. edges_sql is one SELECT, run read only with the caller''s rights, with columns actor and target (bigint, integer or smallint) and optionally weight (a number above 0; 1 without it), found by name. Repeated pairs are added up; rows of a person with himself and rows without actor or target are left out. One row per person in an edge, by person; the sum of authority is 1. damping in [0, 1) is the share of a person''s authority that flows on, by weight; the rest, and all of those who act on nobody, goes to everybody evenly or, with restart_sql, to its person in proportion to its weight (at least 0; 1 without the column). tolerance above 0 bounds the sum of absolute errors; a WARNING tells when max_iterations (at least 1) did not suffice. warm_sql (person, authority at least 0: an earlier result) saves iterations and changes the result by no more than tolerance. The result is the same to the bit whatever the order of rows and the number of parallel workers. Needs about 20 bytes a row and 190 a person, and refuses more than klout.authority_memory (0: maintenance_work_mem). Takes a minute for some 100 million rows.';

CREATE FUNCTION klout_authority_text(
	edges_sql text,
	damping float8 DEFAULT 0.85,
	tolerance float8 DEFAULT 1e-9,
	max_iterations integer DEFAULT 100,
	restart_sql text DEFAULT NULL,
	warm_sql text DEFAULT NULL,
	OUT person text,
	OUT authority float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_authority_text'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_authority_text(text, float8, float8, integer, text, text) IS
'As klout_authority, for ids of type text, varchar or uuid, which all columns actor, target and person must share. Ids are compared by their bytes, whatever the collation, and come back as they went in, by rising bytes.';

CREATE FUNCTION klout_authority_stats(
	OUT rows bigint,
	OUT self_edges bigint,
	OUT null_rows bigint,
	OUT vertices bigint,
	OUT edges bigint,
	OUT core_edges bigint,
	OUT iterations integer,
	OUT converged boolean,
	OUT error_bound float8,
	OUT workers integer,
	OUT peak_memory bigint,
	OUT load_seconds float8,
	OUT build_seconds float8,
	OUT solve_seconds float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_authority_stats'
	LANGUAGE C VOLATILE PARALLEL RESTRICTED ROWS 1;
COMMENT ON FUNCTION klout_authority_stats() IS
'What the last call of klout_authority or klout_authority_text in this session did; no row before the first. rows of edges_sql; self_edges and null_rows of them that were left out; vertices: people; edges: distinct pairs; core_edges: those that take part in the iteration, the others are computed once; iterations; converged; error_bound of the sum of absolute errors, to be compared with tolerance; workers: parallel workers that iterated; peak_memory in bytes; seconds to load (the queries included), to build what is iterated, to solve: to iterate.';

-- (end of authority)
