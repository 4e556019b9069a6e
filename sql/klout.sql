/* klout.sql: every object of the extension, by concern.  make copies it to klout--<version>.sql, which is installed. */

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
'the facts about the actions one person received: exact counts by network, kind and bucket (UTC day or hour), samples of the proven and of the unproven reactors (all of them up to 256 each a network), the latest audience and the person''s own posts. Mergeable, independent of order, byte for byte the same on every platform. Text form: JSON; ''{}'' is the empty value, which scores 0 and merges with any bucket. One action takes at most 96 bytes with names of up to 32 bytes together; 10,000 reactors on one network over 90 days at most 6 kB, twice that when as many are unproven';
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
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several above 0 in one bucket the largest counts, those of 0 are kept apart. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, bigint, timestamptz, double precision, interval) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several above 0 in one bucket the largest counts, those of 0 are kept apart. bucket: ''1 day'' (of UTC) or ''1 hour'', the same in all rows. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz, double precision) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several above 0 in one bucket the largest counts, those of 0 are kept apart. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz, double precision, interval) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several above 0 in one bucket the largest counts, those of 0 are kept apart. bucket: ''1 day'' (of UTC) or ''1 hour'', the same in all rows. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz, double precision) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several above 0 in one bucket the largest counts, those of 0 are kept apart. Buckets are UTC days. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz, double precision, interval) IS
'the facts about the actions of a group of rows, one row an action: on network, actor did kind at a time. network and kind: names of 1 to 63 bytes of UTF-8, at most 255 networks and 64 kinds a network. at: finite timestamptz. Rows with a NULL network, kind, actor or at are skipped; no rows give NULL. weight: quality of the actor in [0, 1], 1 proven and 0 unproven, kept in steps of 0.005, NULL = 1; of several above 0 in one bucket the largest counts, those of 0 are kept apart. bucket: ''1 day'' (of UTC) or ''1 hour'', the same in all rows. The order of rows does not matter. Cost: O(1) a row amortised while a group has up to 255 pairs of network and kind, beyond that the size of the value every 255 new pairs; memory grows with rows up to about 8 kB a group, then with what the value holds';
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
'distinct reactors ever, added up over networks: exact up to 256 proven and 256 unproven ones on a network, beyond that a HyperLogLog estimate with a standard error of 3.3 %. Cost: O(size)';
COMMENT ON FUNCTION klout_reactors(klout_signals, text) IS
'distinct reactors ever on a network: exact up to 256 proven and 256 unproven ones, beyond that a HyperLogLog estimate with a standard error of 3.3 %; 0 if there are none. Cost: O(size)';
COMMENT ON FUNCTION klout_entries(klout_signals) IS
'the counts as rows: actions of each kind on each network in each bucket (its beginning). Cost: O(size)';
COMMENT ON FUNCTION klout_reactor_sample(klout_signals) IS
'the sampled reactors as rows: hash of the actor on that network (a pseudonym, not a secret: hashes of known ids can be computed), beginning of the bucket of the last proven action, the kinds used and the largest weight in that bucket, and the probability of being in the sample, 1 for all where a network has up to 256 proven and 256 unproven reactors. An unproven action (weight 0) is a row if the reactor has no proven one in the same or a later bucket. The sum of 1 / inclusion over rows of a weight above 0 estimates how many reactors acted proven. Cost: O(size)';

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

CREATE FUNCTION klout_summary(signals klout_signals, model klout_model, as_of timestamptz,
	OUT score double precision, OUT reach double precision,
	OUT consistency double precision, OUT networks jsonb)
	RETURNS record
	AS 'MODULE_PATHNAME', 'klout_summary'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_summary(klout_signals, klout_model, timestamptz) IS
'klout_score, klout_reach, klout_consistency, and the points of the score by network as a JSON object (those with points; they add up to the score), in one pass over the signals; as of a moment: later buckets are left out. Cost: O(size of the signals)';

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

CREATE FUNCTION klout_subtract(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_subtract'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_subtract(klout_population, klout_population) IS
'The first population without the people of the second, bin by bin: what klout_merge of the two was before. An error if the second has more people than the first in any bin. At most some 10 microseconds.';

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
'What mix in a model should be for a community: unproven by proven pairs of a reactor and a person, at least 1. One row is one person. Each reactor on each network counts w as proven and 1 - w as unproven, w the largest weight in the bucket of his last proven action, 0 without one; beyond 256 proven or 256 unproven reactors on a network their number and mean weight are estimated. The sums are integers: the result is the same in any order and on any number of workers. NULL signals are skipped; no rows and nobody with reactors give NULL; only reactors of weight 0 are an error. Use it as klout_model() || jsonb_build_object(''mix'', klout_mix(signals)). Costs the size of each value.';

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

-- ---------------------------------------------------------------------------
-- Boards: scoreboards that stay current
--
-- A board is a schema with tables, views and no code: whoever made it owns
-- them.  What is in them belongs to three layers, each a function of the one
-- before:
--
--	facts		signals (an account's, by network and topic), reactors, posts:
--				what the actions table said up to the watermark
--	scores		of the last publication, with populations
--	history		a row a day and person: of days that are over, stored in past
--				when the first publication of a later day replaces the scores;
--				of the last day, the scores themselves
--
-- Exactly once: the watermark, up to which rows of the actions table count,
-- is moved in the transaction that adds them to the facts.  It never passes a
-- row that is not committed yet: ids come from a sequence without a cache, so
-- after a look at the sequence everybody who may still commit a lower id holds
-- a lock on the actions table; those lock holders are waited for, and only
-- then are the rows read, under a new snapshot.  The row of settings is locked
-- by whoever takes in or publishes, which is all that keeps two refreshes
-- apart.
--
-- Functions pin search_path; klout_refresh commits, which forbids that, and is
-- a bare loop over them.
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_create_board(
	board name,
	actions regclass,
	model klout_model DEFAULT klout_model(),
	columns jsonb DEFAULT NULL,
	bucket interval DEFAULT '1 day',
	reactor_weight text DEFAULT 'proven',
	tenure interval DEFAULT '30 days'
) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	known CONSTANT text[] := '{id,network,kind,actor,target,at,weight,topic,post}';
	required CONSTANT text[] := '{id,network,kind,actor,target,at}';
	word text;				-- of known
	mapped jsonb;
	source text[] := '{}';	-- select list
	flaws text[] := '{}';	-- conditions and what they mean, for CASE
	fit text[] := '{}';		-- the same put positively, quick
	bytes text;
	type_of jsonb := '{}';	-- by word
	id_column name;
	target_column name;
	messages text;
	sequence regclass;
	parameters record;
	person_type text;
	month date;
BEGIN
	IF board IS NULL OR actions IS NULL OR model IS NULL OR bucket IS NULL OR reactor_weight IS NULL OR tenure IS NULL THEN
		RAISE EXCEPTION 'klout_create_board: only columns may be NULL'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	IF (SELECT relkind NOT IN ('r', 'p') OR relpersistence <> 'p' FROM pg_class WHERE oid = actions) THEN
		RAISE EXCEPTION 'klout_create_board: % is not a permanent table', actions
			USING ERRCODE = 'wrong_object_type';
	END IF;
	IF bucket NOT IN ('1 day', '1 hour') THEN
		RAISE EXCEPTION 'klout_create_board: bucket must be 1 day or 1 hour, got %', bucket
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF reactor_weight NOT IN ('proven', 'none', 'score', 'authority') THEN
		RAISE EXCEPTION 'klout_create_board: reactor_weight must be proven, none, score or authority, got "%"', reactor_weight
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF tenure < '0' THEN
		RAISE EXCEPTION 'klout_create_board: tenure must not be negative, got %', tenure
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF jsonb_typeof(coalesce(columns, '{}')) <> 'object' THEN
		RAISE EXCEPTION 'klout_create_board: columns must be a JSON object, got %', columns
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	FOR word IN SELECT jsonb_object_keys(columns) LOOP
		IF NOT word = ANY (known) THEN
			RAISE EXCEPTION 'klout_create_board: unknown key "%" in columns', word
				USING ERRCODE = 'invalid_parameter_value', HINT = format('Known keys: %s.', array_to_string(known, ', '));
		END IF;
	END LOOP;

	-- Lengths are of UTF-8
	bytes := CASE WHEN getdatabaseencoding() IN ('UTF8', 'SQL_ASCII') THEN 'octet_length(%s)' ELSE 'octet_length(convert_to(%s, ''UTF8''))' END;

	-- The columns of the table, under the names that boards use
	FOREACH word IN ARRAY known LOOP
		mapped := coalesce(columns -> word, to_jsonb(word));
		IF word = ANY (required) AND jsonb_typeof(mapped) = 'null' THEN
			RAISE EXCEPTION 'klout_create_board: in columns, "%" must not be null', word
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Only weight, topic and post may be left out.';
		END IF;
		IF word IN ('network', 'kind') AND jsonb_typeof(mapped) = 'object' AND jsonb_typeof(mapped -> 'value') = 'string' THEN
			IF octet_length(mapped ->> 'value') NOT BETWEEN 1 AND 63 THEN
				RAISE EXCEPTION 'klout_create_board: in columns, the value of "%" must be a name of 1 to 63 bytes, got "%"', word, mapped ->> 'value'
					USING ERRCODE = 'invalid_parameter_value';
			END IF;
			source := source || format('%L::text AS %I', mapped ->> 'value', word);
			CONTINUE;
		END IF;
		IF jsonb_typeof(mapped) = 'null' THEN
			mapped := NULL;
		ELSIF jsonb_typeof(mapped) <> 'string' THEN
			RAISE EXCEPTION 'klout_create_board: in columns, "%" must be the name of a column, got %', word, mapped
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Only network and kind may be a value: {"network": {"value": "forum"}}.';
		END IF;
		type_of := type_of || coalesce((SELECT jsonb_build_object(word, atttypid::bigint, word || ' not null', attnotnull)
										FROM pg_attribute
										WHERE attrelid = actions AND attname = mapped #>> '{}' AND attnum > 0 AND NOT attisdropped), '{}');
		IF NOT type_of ? word THEN
			IF word = ANY (required) OR columns ? word AND mapped IS NOT NULL THEN
				RAISE EXCEPTION 'klout_create_board: table % has no column "%" for "%"', actions, mapped #>> '{}', word
					USING ERRCODE = 'undefined_column',
						HINT = format('Name it: columns => ''{"%s": "its name"}''.', word);
			END IF;
			source := source || format('NULL::%s AS %I', CASE word WHEN 'weight' THEN 'float8' ELSE 'text' END, word);
			CONTINUE;
		END IF;
		IF word = ANY (required) AND word <> 'id' THEN
			flaws := flaws || format('WHEN s.%1$I IS NULL THEN ''%1$s is null''', word);
		END IF;
		IF word = 'id' THEN
			id_column := mapped #>> '{}';
			IF (type_of -> word)::bigint::oid NOT IN ('bigint'::regtype, 'integer'::regtype, 'smallint'::regtype) OR NOT (type_of -> 'id not null')::boolean THEN
				RAISE EXCEPTION 'klout_create_board: column "%" of % must be bigint, integer or smallint, and NOT NULL', id_column, actions
					USING ERRCODE = 'datatype_mismatch', DETAIL = 'The board reads rows in order of their id.';
			END IF;
			source := source || format('a.%I AS id', id_column);
		ELSIF word IN ('actor', 'target') THEN
			CASE format_type((type_of -> word)::bigint::oid, NULL)
				WHEN 'bigint', 'integer', 'smallint' THEN
					person_type := 'bigint';
				WHEN 'text', 'character varying' THEN
					person_type := 'text';
				WHEN 'uuid' THEN
					person_type := 'uuid';
				ELSE
					RAISE EXCEPTION 'klout_create_board: column "%" of % is of type %', mapped #>> '{}', actions, format_type((type_of -> word)::bigint::oid, NULL)
						USING ERRCODE = 'datatype_mismatch', HINT = 'Ids are bigint, integer, smallint, text, varchar or uuid.';
			END CASE;
			target_column := mapped #>> '{}';		-- in the end: actor comes before it
			IF word = 'target' AND source[array_upper(source, 1)] NOT LIKE '%::' || person_type || ' AS actor' THEN
				RAISE EXCEPTION 'klout_create_board: actor and target of % are of different types', actions
					USING ERRCODE = 'datatype_mismatch', DETAIL = 'Both are ids of accounts.';
			END IF;
			source := source || format('a.%I::%s AS %I', mapped #>> '{}', person_type, word);
			fit := fit || CASE person_type WHEN 'text' THEN format(bytes, 's.' || word) || ' <= 1000' ELSE format('s.%I IS NOT NULL', word) END;
			IF person_type = 'text' THEN
				flaws := flaws || format('WHEN %s > 1000 THEN ''%s has more than 1000 bytes''', format(bytes, 's.' || word), word);
			END IF;
		ELSIF word = 'at' THEN
			fit := fit || ARRAY['s.at > ''-infinity''', 's.at < ''infinity'''];
			flaws := flaws || 'WHEN NOT isfinite(s.at) THEN ''at is infinite'''::text;
			CASE format_type((type_of -> word)::bigint::oid, NULL)
				WHEN 'timestamp with time zone' THEN
					source := source || format('a.%I AS at', mapped #>> '{}');
				WHEN 'timestamp without time zone' THEN
					source := source || format('a.%I AT TIME ZONE ''UTC'' AS at', mapped #>> '{}');
				ELSE
					RAISE EXCEPTION 'klout_create_board: column "%" of % is of type %', mapped #>> '{}', actions, format_type((type_of -> word)::bigint::oid, NULL)
						USING ERRCODE = 'datatype_mismatch', HINT = 'It must be timestamptz, or timestamp, which is taken as UTC.';
			END CASE;
		ELSE
			IF word = 'weight' AND (SELECT typcategory <> 'N' FROM pg_type WHERE oid = (type_of -> word)::bigint::oid) THEN
				RAISE EXCEPTION 'klout_create_board: column "%" of % is of type %', mapped #>> '{}', actions, format_type((type_of -> word)::bigint::oid, NULL)
					USING ERRCODE = 'datatype_mismatch', HINT = 'A weight is a number from 0 to 1. To leave the column out: columns => ''{"weight": null}''.';
			END IF;
			-- a numeric may be too large for float8
			source := source || format(CASE WHEN (type_of -> word)::bigint::oid = 'numeric'::regtype AND word = 'weight'
											THEN 'CASE WHEN a.%1$I > 1 THEN 2 WHEN a.%1$I < 0 THEN -1 ELSE a.%1$I END::float8 AS %3$I'
											ELSE 'a.%1$I::%2$s AS %3$I' END,
									   mapped #>> '{}', CASE word WHEN 'weight' THEN 'float8' ELSE 'text' END, word);
			CASE word
				WHEN 'weight' THEN	-- NaN is more than 1
					fit := fit || '(s.weight IS NULL OR s.weight BETWEEN 0 AND 1)'::text;
					flaws := flaws || 'WHEN s.weight NOT BETWEEN 0 AND 1 THEN ''weight is not between 0 and 1'''::text;
				WHEN 'network', 'kind' THEN
					fit := fit || (format(bytes, 's.' || word) || ' BETWEEN 1 AND 63');
					flaws := flaws || format('WHEN %s NOT BETWEEN 1 AND 63 THEN ''%s is not a name of 1 to 63 bytes''', format(bytes, 's.' || word), word);
				ELSE
					fit := fit || format('(s.%I IS NULL OR %s <= 1000)', word, format(bytes, 's.' || word));
					flaws := flaws || format('WHEN %s > 1000 THEN ''%s has more than 1000 bytes''', format(bytes, 's.' || word), word);
			END CASE;
		END IF;
	END LOOP;

	-- The watermark needs ids that are handed out in order, one at a time
	sequence := pg_get_serial_sequence(actions::text, id_column);
	IF sequence IS NULL THEN
		RAISE EXCEPTION 'klout_create_board: column "%" of % has no sequence of its own', id_column, actions
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Make it an identity column, or let its sequence be OWNED BY it.';
	END IF;
	SELECT seqcache, seqincrement, seqcycle INTO parameters FROM pg_sequence WHERE seqrelid = sequence;
	IF parameters.seqcache <> 1 OR parameters.seqincrement < 1 OR parameters.seqcycle THEN
		RAISE EXCEPTION 'klout_create_board: sequence % does not hand out ids in order', sequence
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Later rows must get higher ids, whoever inserts them.',
				HINT = format('ALTER SEQUENCE %s CACHE 1 NO CYCLE, with an INCREMENT of 1.', sequence);
	END IF;
	-- A B-tree or BRIN index: what finds a range
	IF NOT EXISTS (SELECT FROM pg_index AS i
				   JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
				   JOIN pg_opclass AS c ON c.oid = i.indclass[0]
				   JOIN pg_amop AS o ON o.amopfamily = c.opcfamily
				   WHERE i.indrelid = actions AND a.attname = id_column AND i.indisvalid AND i.indpred IS NULL
					 AND o.amopopr = 'pg_catalog.<(bigint,bigint)'::regoperator) THEN
		RAISE WARNING 'klout_create_board: no B-tree or BRIN index on % begins with column "%"', actions, id_column
			USING HINT = 'Each refresh would read the whole table.';
	END IF;

	-- Citus warns of views for which there is no table on other nodes
	messages := current_setting('client_min_messages');
	PERFORM set_config('client_min_messages', 'error', true);
	EXECUTE format('CREATE SCHEMA %I', board);
	EXECUTE format($sql$
		CREATE TABLE %1$I.settings (
			one boolean PRIMARY KEY DEFAULT true CHECK (one),
			actions regclass NOT NULL,
			id_sequence regclass NOT NULL,
			model %7$s.klout_model NOT NULL,
			bucket interval NOT NULL,
			reactor_weight text NOT NULL CHECK (reactor_weight IN ('proven', 'none', 'score', 'authority')),
			tenure interval NOT NULL CHECK (tenure >= '0'),
			topics boolean NOT NULL,
			posts boolean NOT NULL,
			gate float8 NOT NULL DEFAULT 0.05 CHECK (gate > 0),
			gate_noise float8 NOT NULL DEFAULT 3 CHECK (gate_noise >= 0),
			watermark bigint NOT NULL DEFAULT 0
		);
		CREATE VIEW %1$I.source WITH (security_invoker = true) AS
		SELECT s.*, CASE WHEN %5$s THEN NULL %6$s END AS flaw
		FROM (SELECT %2$s FROM %3$s AS a) AS s;
		CREATE TABLE %1$I.pending (
			id bigint NOT NULL,
			network text NOT NULL,
			kind text NOT NULL,
			actor %4$s NOT NULL,
			target %4$s NOT NULL,
			at timestamptz NOT NULL,
			weight float8,
			topic text,
			post text,
			PRIMARY KEY (id, target)
		);
		CREATE TABLE %1$I.batches (
			first_id bigint NOT NULL,
			last_id bigint PRIMARY KEY,
			rows bigint NOT NULL,
			taken_at timestamptz NOT NULL DEFAULT now(),
			seconds float8 NOT NULL
		);
		CREATE TABLE %1$I.rejected (
			id bigint PRIMARY KEY,
			flaw text NOT NULL,
			since timestamptz NOT NULL DEFAULT now()
		);
		CREATE TABLE %1$I.accounts (
			network text NOT NULL,
			account %4$s NOT NULL,
			person %4$s NOT NULL,
			linked_at timestamptz NOT NULL DEFAULT now(),
			PRIMARY KEY (account, network)
		);
		CREATE INDEX ON %1$I.accounts (person);
		CREATE TABLE %1$I.opt_outs (
			person %4$s PRIMARY KEY,
			since timestamptz NOT NULL DEFAULT now()
		);
		CREATE TABLE %1$I.reactors (
			actor %4$s PRIMARY KEY,
			first_seen timestamptz NOT NULL,
			first_target %4$s NOT NULL,
			several boolean NOT NULL
		) WITH (fillfactor = 80);
		CREATE TABLE %1$I.authority (
			person %4$s PRIMARY KEY,
			authority float8 NOT NULL,
			weight float8 NOT NULL
		);
		CREATE TABLE %1$I.signals (
			account %4$s NOT NULL,
			network text NOT NULL,
			topic text NOT NULL,
			signals %7$s.klout_signals NOT NULL,
			PRIMARY KEY (account, network, topic)
		) WITH (fillfactor = 70);
		CREATE TABLE %1$I.posts (
			network text NOT NULL,
			post text NOT NULL,
			account %4$s NOT NULL,
			last_at timestamptz NOT NULL,
			signals %7$s.klout_signals NOT NULL,
			PRIMARY KEY (network, post, account)
		) WITH (fillfactor = 70);
		CREATE TABLE %1$I.changed (
			person %4$s PRIMARY KEY
		);
		CREATE TABLE %1$I.scores (
			person %4$s NOT NULL,
			topic text NOT NULL,
			score float8 NOT NULL,
			reach float8 NOT NULL,
			consistency float8 NOT NULL,
			change_1 float8,
			change_7 float8,
			change_30 float8,
			change_90 float8,
			networks jsonb NOT NULL,
			PRIMARY KEY (person, topic)
		) WITH (fillfactor = 70);
		CREATE INDEX scores_by_rank ON %1$I.scores (topic, score DESC, person);
		CREATE TABLE %1$I.publications (
			at timestamptz PRIMARY KEY,
			published boolean NOT NULL,
			reason text,
			people bigint NOT NULL,
			people_at_63 bigint NOT NULL,
			total_raw float8 NOT NULL,
			rescored bigint NOT NULL,
			fingerprint text NOT NULL,
			seconds float8 NOT NULL,
			forced boolean NOT NULL,
			published_by name NOT NULL DEFAULT current_user
		);
		CREATE TABLE %1$I.models (
			fingerprint text PRIMARY KEY,
			model %7$s.klout_model NOT NULL,
			since timestamptz NOT NULL
		);
		CREATE TABLE %1$I.populations (
			topic text PRIMARY KEY,
			people bigint NOT NULL,
			population %7$s.klout_population NOT NULL,
			people_at_63 bigint NOT NULL,
			odds float8 NOT NULL
		);
		CREATE TABLE %1$I.past (
			day date NOT NULL,
			person %4$s NOT NULL,
			topic text NOT NULL,
			score float8 NOT NULL,
			rank bigint NOT NULL,
			fingerprint text NOT NULL,
			PRIMARY KEY (person, topic, day)
		) PARTITION BY RANGE (day);
		CREATE TABLE %1$I.perks (
			perk text PRIMARY KEY,
			min_score float8 CHECK (min_score BETWEEN 0 AND 100),
			top_share float8 CHECK (top_share > 0 AND top_share <= 1),
			network text,
			topic text NOT NULL DEFAULT '',
			capacity bigint NOT NULL CHECK (capacity >= 0),
			from_at timestamptz NOT NULL DEFAULT '-infinity',
			until_at timestamptz NOT NULL DEFAULT 'infinity'
		);
		CREATE TABLE %1$I.grants (
			perk text NOT NULL REFERENCES %1$I.perks ON UPDATE CASCADE,
			person %4$s NOT NULL,
			granted_at timestamptz NOT NULL,
			score float8 NOT NULL,
			rank bigint NOT NULL,
			PRIMARY KEY (perk, person)
		);
	$sql$, board, array_to_string(source, ', '), actions, person_type, array_to_string(fit, ' AND '), array_to_string(flaws, ' '),
		-- never part of what format() reads: a schema may have a % in its name
		'@extschema@');

	EXECUTE format($sql$
		INSERT INTO %I.settings (actions, id_sequence, model, bucket, reactor_weight, tenure, topics, posts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	$sql$, board) USING actions, sequence, model, bucket, reactor_weight, tenure, type_of ? 'topic', type_of ? 'post';

	EXECUTE format($sql$
		CREATE VIEW %1$I.last_publication WITH (security_invoker = true) AS
		SELECT * FROM %1$I.publications WHERE published ORDER BY at DESC LIMIT 1;

		CREATE VIEW %1$I.leaderboard WITH (security_invoker = true) AS
		SELECT s.topic, s.rank, s.person, s.score,
			   (p.people + 1 - s.rank) / p.people::float8 AS percentile, s.reach, s.consistency,
			   s.change_1, s.change_7, s.change_30, s.change_90, s.networks, l.fingerprint, l.at AS as_of
		FROM (SELECT *, %2$s.klout_rank() OVER (PARTITION BY topic ORDER BY score DESC) AS rank FROM %1$I.scores) AS s
		JOIN %1$I.populations AS p USING (topic)
		CROSS JOIN %1$I.last_publication AS l;

		CREATE VIEW %1$I.history WITH (security_invoker = true) AS
		SELECT day, person, topic, score, rank, fingerprint FROM %1$I.past
		UNION ALL
		SELECT (as_of AT TIME ZONE 'UTC')::date, person, topic, score, rank, fingerprint FROM %1$I.leaderboard;

		CREATE VIEW %1$I.movers WITH (security_invoker = true) AS
		SELECT c.days, s.topic, s.person, s.score - c.change AS score_before, s.score, c.change
		FROM %1$I.scores AS s
		CROSS JOIN LATERAL (VALUES (1, s.change_1), (7, s.change_7), (30, s.change_30), (90, s.change_90)) AS c (days, change)
		WHERE c.change IS NOT NULL;

		CREATE VIEW %1$I.moments WITH (security_invoker = true) AS
		SELECT p.network, p.post, coalesce(a.person, p.account) AS person, p.last_at,
			   %2$s.klout_reach(p.signals, m.model, l.at) AS reach,
			   %2$s.klout_count(p.signals) AS actions
		FROM %1$I.posts AS p
		CROSS JOIN %1$I.last_publication AS l
		JOIN %1$I.models AS m USING (fingerprint)
		LEFT JOIN %1$I.accounts AS a ON (a.account, a.network) = (p.account, p.network)
		WHERE p.last_at > l.at - interval '2160 hours';

		CREATE VIEW %1$I.perks_left WITH (security_invoker = true) AS
		SELECT p.perk, p.capacity, count(g.perk) AS granted, p.capacity - count(g.perk) AS left,
			   -- half a bin below the cutoff, which is a score rounded to its bin
			   greatest(p.min_score, %2$s.klout_cutoff(t.population, p.top_share) - 0.005, 0) AS from_score
		FROM %1$I.perks AS p
		LEFT JOIN %1$I.grants AS g USING (perk)
		LEFT JOIN %1$I.populations AS t ON t.topic = p.topic
		GROUP BY p.perk, t.topic;
	$sql$, board, '@extschema@');
	PERFORM set_config('client_min_messages', messages, true);

	EXECUTE format($sql$
		COMMENT ON SCHEMA %1$I IS 'klout board';
		COMMENT ON TABLE %1$I.settings IS 'what the board was made with; reactor_weight, tenure and the gate''s limits may be changed, the model by klout_set_model, watermark (the id up to which actions are taken in) not at all';
		COMMENT ON VIEW %1$I.source IS 'the actions table as the board reads it; flaw says why a row cannot count';
		COMMENT ON TABLE %1$I.pending IS 'actions with a time in the future, waiting for it';
		COMMENT ON TABLE %1$I.batches IS 'ranges of ids that were taken in, with the number of rows there were';
		COMMENT ON TABLE %1$I.rejected IS 'ids of actions that cannot count, and why: klout_take_rejected takes in those that were mended';
		COMMENT ON TABLE %1$I.accounts IS 'accounts that belong to somebody else than the person of the same id: klout_link, klout_unlink';
		COMMENT ON TABLE %1$I.opt_outs IS 'people about whom nothing is kept: klout_opt_out, klout_opt_in';
		COMMENT ON TABLE %1$I.reactors IS 'when an actor was first seen, and whether on several people: what proves reactors';
		COMMENT ON TABLE %1$I.authority IS 'authority of actors at the last daily publication and their share of people at or below, if reactor_weight is authority';
		COMMENT ON TABLE %1$I.signals IS 'facts: the signals of each account, network and topic ('''' if the board has no topics)';
		COMMENT ON TABLE %1$I.posts IS 'the signals of posts with actions in the last 90 days';
		COMMENT ON TABLE %1$I.changed IS 'people whose facts changed since the last publication';
		COMMENT ON TABLE %1$I.scores IS 'scores of the last publication; topic '''' is all topics together; networks: points by network';
		COMMENT ON TABLE %1$I.publications IS 'each publication, and those that were held back, with what moved too much; forced: published all the same';
		COMMENT ON VIEW %1$I.last_publication IS 'the publication that scores, populations and views are of';
		COMMENT ON TABLE %1$I.models IS 'models by fingerprint, each since its first publication';
		COMMENT ON TABLE %1$I.populations IS 'the population of each topic at the last publication; odds: the sum of score / (100 - score), which is raw / scale';
		COMMENT ON TABLE %1$I.past IS 'history of days that are over; partitions by month, to be dropped when no longer wanted';
		COMMENT ON VIEW %1$I.history IS 'a row a day of UTC and person, of the last publication of that day';
		COMMENT ON TABLE %1$I.perks IS 'perks: who qualifies, and how many there are';
		COMMENT ON TABLE %1$I.grants IS 'who got which perk: klout_grant';
		COMMENT ON VIEW %1$I.leaderboard IS 'rank, score, share of people at or below (percentile), changes over 1, 7, 30, 90 days';
		COMMENT ON VIEW %1$I.movers IS 'how much scores changed over 1, 7, 30 and 90 days';
		COMMENT ON VIEW %1$I.moments IS 'posts of the last 90 days with their reach';
		COMMENT ON VIEW %1$I.perks_left IS 'how many of each perk are left, and from which score on people qualify: klout_qualify';
	$sql$, board);

	PERFORM @extschema@.klout_distribute(board, target_column);
	PERFORM @extschema@.klout_extend_history(board);
	PERFORM @extschema@.klout_rebuild(board);
END
$body$;
COMMENT ON FUNCTION klout_create_board(name, regclass, klout_model, jsonb, interval, text, interval) IS
'Makes a board: a schema of that name with tables and views that the caller owns; klout_refresh fills it. actions is a permanent table to which rows are only added, with a NOT NULL integer key from a sequence of its own (CACHE 1, no cycle), best in a B-tree or BRIN index. columns is a JSON object that says which columns hold id, network, kind, actor, target, at (their own names by default) and optionally weight (a number in [0, 1]), topic and post: {"actor": "user_id"}; network and kind may be one value, {"network": {"value": "forum"}}; null leaves an optional one out. Ids of actors and targets are bigint, integer, smallint, text, varchar or uuid; at is timestamptz, or timestamp in UTC. bucket is 1 day or 1 hour. reactor_weight: proven (1 for reactors first seen at least tenure before the action and seen acting on several people, else 0), none (1 for all), score (the reactor''s last published score / 100), authority (the share of people whose authority is not higher); it multiplies the weight column';

CREATE FUNCTION klout_has_citus() RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL;
END
$body$;
COMMENT ON FUNCTION klout_has_citus() IS
'Whether this database has Citus, which wants some queries of boards in another form';

CREATE FUNCTION klout_distribute(board name, target_column name) RETURNS boolean
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	actions regclass;
	by_target boolean;
	relation text;
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	-- Citus is named in strings only, as it need not be there
	IF NOT @extschema@.klout_has_citus() THEN
		RETURN false;
	END IF;
	EXECUTE format('SELECT actions FROM %I.settings', board) INTO STRICT actions;
	-- Tables lie side by side if they are distributed by the same type
	EXECUTE $sql$
		SELECT coalesce((SELECT column_to_column_name(p.logicalrelid, p.partkey) = t.attname
						 FROM pg_dist_partition AS p
						 JOIN pg_attribute AS t ON t.attrelid = p.logicalrelid
						 JOIN pg_attribute AS a ON a.attrelid = $3 AND a.attname = 'account'
						  AND (a.atttypid, a.attcollation) = (t.atttypid, t.attcollation)
						 WHERE p.logicalrelid = $1 AND t.attname = $2 AND p.partmethod = 'h'), false)
	$sql$ INTO by_target USING actions, target_column, to_regclass(format('%I.signals', board));
	IF by_target THEN
		FOREACH relation IN ARRAY '{signals account,posts account,pending target,scores person,past person}'::text[] LOOP
			EXECUTE 'SELECT create_distributed_table($1, $2, colocate_with => $3)'
				USING format('%I.%I', board, split_part(relation, ' ', 1))::regclass, split_part(relation, ' ', 2), actions::text;
		END LOOP;
		-- What actions are joined with by another column than their target
		FOREACH relation IN ARRAY '{accounts,opt_outs,reactors,authority,changed}'::text[] LOOP
			EXECUTE 'SELECT create_reference_table($1)' USING format('%I.%I', board, relation)::regclass;
		END LOOP;
	END IF;
	RETURN by_target;
END
$body$;
COMMENT ON FUNCTION klout_distribute(name, name) IS
'A step of klout_create_board: where the actions table is a distributed table of Citus, by its column of targets (of type bigint, text or uuid), distributes the facts, scores and history of a board beside it and makes reference tables of what those are joined with. Returns whether it did; false, and nothing done, elsewhere';

CREATE FUNCTION klout_person_type(board name) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type text;
BEGIN
	SELECT format_type(a.atttypid, NULL) INTO person_type
	FROM pg_attribute AS a
	WHERE a.attrelid = to_regclass(format('%I.signals', board)) AND a.attname = 'account'
	  AND EXISTS (SELECT FROM pg_attribute AS s
				  WHERE s.attrelid = a.attrelid AND s.attname = 'signals' AND s.atttypid = '@extschema@.klout_signals'::regtype)
	  AND EXISTS (SELECT FROM pg_attribute AS s
				  WHERE s.attrelid = to_regclass(format('%I.settings', board)) AND s.attname = 'watermark');
	IF person_type IS NULL THEN
		RAISE EXCEPTION 'there is no board "%"', board
			USING ERRCODE = 'undefined_object',
				HINT = 'klout_create_board makes one. A board is the schema of that name.';
	END IF;
	RETURN person_type;
END
$body$;
COMMENT ON FUNCTION klout_person_type(name) IS
'The type of the ids of people and accounts on a board: bigint, text or uuid. An error if there is no such board';

CREATE FUNCTION klout_lock(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	-- On Citus, a transaction that writes reference tables sees that on one connection a worker only
	IF @extschema@.klout_has_citus() THEN
		PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
	END IF;
	-- An UPDATE, as FOR UPDATE would let those go on who read under a snapshot from before
	EXECUTE format('UPDATE %I.settings SET watermark = watermark', board);
END
$body$;
COMMENT ON FUNCTION klout_lock(name) IS
'Keeps others from taking in, publishing, linking and opting out on a board until the end of the transaction. Waits for them; where the transaction reads under a snapshot from before (REPEATABLE READ), fails with serialization_failure if they committed since, as the caller would not see what they did';

CREATE FUNCTION klout_drop_board(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning	-- no list of everything in it
AS $body$
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	EXECUTE format('DROP SCHEMA %I CASCADE', board);
END
$body$;
COMMENT ON FUNCTION klout_drop_board(name) IS
'Drops a board: its schema with everything in it, and what depends on that. The actions table stays as it is';

CREATE FUNCTION klout_extend_history(board name, months integer DEFAULT 13) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	month date;
	made integer := 0;
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	IF months NOT BETWEEN 1 AND 1200 THEN
		RAISE EXCEPTION 'klout_extend_history: months must be between 1 and 1200, got %', months
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'Each is a table.';
	END IF;
	FOR month IN
		SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date + n * interval '1 month' FROM generate_series(0, months - 1) AS n
	LOOP
		made := made + @extschema@.klout_history_month(board, month);
	END LOOP;
	RETURN made;
END
$body$;
COMMENT ON FUNCTION klout_extend_history(name, integer) IS
'Makes the partitions of a board''s history for this month and those after it, months in all, and returns how many were missing. A refresh does so by itself when the board''s owner runs it; others cannot make tables there';

CREATE FUNCTION klout_history_month(board name, month date) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	first date := date_trunc('month', month);
	partition name := format('past_%s', to_char(first, 'YYYY_MM'));
BEGIN
	IF to_regclass(format('%I.%I', board, partition)) IS NOT NULL THEN
		RETURN 0;
	END IF;
	IF NOT (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(format('%I.past', board))) THEN
		RAISE EXCEPTION 'board "%": there is no partition of history for %', board, to_char(first, 'YYYY-MM')
			USING ERRCODE = 'insufficient_privilege',
				HINT = format('Its owner can make it: SELECT klout_extend_history(%L).', board);
	END IF;
	-- in two steps, as PARTITION OF would lock out readers
	EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.past)', board, partition);
	EXECUTE format('ALTER TABLE %1$I.past ATTACH PARTITION %1$I.%2$I FOR VALUES FROM (%3$L) TO (%4$L)',
				   board, partition, first, (first + interval '1 month')::date);
	RETURN 1;
END
$body$;
COMMENT ON FUNCTION klout_history_month(name, date) IS
'Makes the partition of a board''s history for the month of a day unless it is there; returns how many were made, 0 or 1';

CREATE FUNCTION klout_more_memory() RETURNS void
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
AS $body$
	SELECT pg_catalog.set_config('work_mem', pg_catalog.current_setting('maintenance_work_mem'), true)
	WHERE pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) OPERATOR(pg_catalog.<)
		  pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'))
$body$;
COMMENT ON FUNCTION klout_more_memory() IS
'Lets the rest of the transaction sort and hash in maintenance_work_mem where work_mem is less: to refresh a board is maintenance';

CREATE FUNCTION klout_settle(board name, OUT settled bigint, OUT writers text[])
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	relations oid[];	-- the actions table and all below it
BEGIN
	-- in this order: whoever got an id up to settled holds a lock by then
	EXECUTE format('SELECT coalesce(pg_sequence_last_value(id_sequence), watermark) FROM %I.settings', board) INTO STRICT settled;
	EXECUTE format($sql$
		WITH RECURSIVE below (relation) AS (
			SELECT actions::oid FROM %I.settings
			UNION
			SELECT inhrelid FROM pg_inherits JOIN below ON inhparent = relation
		)
		SELECT array_agg(relation) FROM below
	$sql$, board) INTO STRICT relations;
	writers := ARRAY(SELECT DISTINCT virtualtransaction FROM pg_locks
					 WHERE locktype = 'relation' AND relation = ANY (relations) AND granted
					   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
					   AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
					   AND pid IS DISTINCT FROM pg_backend_pid());
END
$body$;
COMMENT ON FUNCTION klout_settle(name) IS
'The highest id that the sequence of a board''s actions has handed out, and who may write to the table at this moment: pg_locks.virtualtransaction, prepared transactions included. After klout_wait_for them, rows up to that id are all there for a statement that begins later, in a transaction of its own';

CREATE FUNCTION klout_wait_for(transactions text[]) RETURNS void
	AS 'MODULE_PATHNAME', 'klout_wait_for'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION klout_wait_for(text[]) IS
'Waits until transactions, by their virtual ids as in pg_locks.virtualtransaction, have committed or rolled back, prepared ones included. Blocks nobody; lock_timeout and the detection of deadlocks see it. An error for what is no such id';

CREATE FUNCTION klout_take_in(board name, up_to bigint, batch bigint, as_of timestamptz, OUT rows bigint, OUT remaining bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- days and months are of UTC
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	started CONSTANT timestamptz := clock_timestamp();
	settings record;
	first_id bigint;
	last_id bigint;
	future bigint;		-- rows whose time has not come
	flawed bigint;		-- rows that cannot count
	rejected bigint[];	-- their ids
	flaws text;
	due boolean;		-- rows whose time has come meanwhile
	linked boolean;
	opted boolean;
	actor_person text := 'a.actor';
	target_person text := 'a.target';
	joins text := '';
	people_joins text;
	stays_out text := '';
	conditions text;
	arrived text;		-- the actions of this batch: a FROM clause
	weight text := 'a.weight';
BEGIN
	PERFORM @extschema@.klout_more_memory();
	-- Whoever else takes in or publishes waits here
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;
	EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.pending WHERE at <= $1), EXISTS (SELECT 1 FROM %1$I.accounts), EXISTS (SELECT 1 FROM %1$I.opt_outs)', board)
		INTO due, linked, opted USING as_of;
	-- The next ids; where there is a gap that is longer, those behind it
	last_id := CASE WHEN up_to::numeric - settings.watermark < batch THEN up_to ELSE settings.watermark + batch END;
	LOOP
		EXECUTE format('SELECT count(*), count(*) FILTER (WHERE at > $3 AND flaw IS NULL), count(flaw) FROM %I.source WHERE id > $1 AND id <= $2', board)
			INTO rows, future, flawed USING settings.watermark, last_id, as_of;
		EXIT WHEN rows > 0 OR last_id >= up_to;
		EXECUTE format('SELECT min(id) FROM %I.source WHERE id > $1 AND id <= $2', board)
			INTO first_id USING last_id, up_to;
		last_id := CASE WHEN first_id IS NULL OR up_to::numeric - first_id < batch THEN up_to ELSE first_id + batch - 1 END;
	END LOOP;
	remaining := least(greatest(up_to::numeric - last_id, 0), 9223372036854775807);
	IF last_id <= settings.watermark AND NOT due THEN
		RETURN;
	END IF;

	IF linked THEN
		actor_person := 'coalesce(al.person, a.actor)';
		target_person := 'coalesce(tl.person, a.target)';
		joins := format(' LEFT JOIN %1$I.accounts AS al ON al.account = a.actor AND al.network = a.network'
						' LEFT JOIN %1$I.accounts AS tl ON tl.account = a.target AND tl.network = a.network', board);
	END IF;
	conditions := format(' AND %s <> %s', actor_person, target_person);
	IF opted THEN
		stays_out := format(' AND NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = %2$s)'
										   ' AND NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = %3$s)',
										   board, actor_person, target_person);
		conditions := conditions || stays_out;
	END IF;
	people_joins := joins;
	IF flawed > 0 THEN
		-- before anything else reads them: from here on they are out, also if somebody mends them meanwhile
		EXECUTE format('INSERT INTO %1$I.rejected (id, flaw) SELECT id, flaw FROM %1$I.source WHERE id > $1 AND id <= $2 AND flaw IS NOT NULL', board)
			USING settings.watermark, last_id;
		EXECUTE format($sql$
			SELECT coalesce(array_agg(id), '{}'),
				   (SELECT string_agg(format('%%s (%%s, %%s)', flaw, count, CASE WHEN count = 1 THEN format('id %%s', first) ELSE format('ids %%s to %%s', first, last) END),
									  '; ' ORDER BY count DESC, flaw)
					FROM (SELECT flaw, count(*), min(id) AS first, max(id) AS last FROM %1$I.rejected WHERE id > $1 AND id <= $2 GROUP BY flaw) AS f)
			FROM %1$I.rejected WHERE id > $1 AND id <= $2
		$sql$, board) INTO rejected, flaws USING settings.watermark, last_id;
		flawed := cardinality(rejected);
		IF flawed > 0 THEN
			RAISE WARNING 'board "%": set aside % of % rows', board, flawed, rows
				USING DETAIL = format('Why: %s.', flaws),
					HINT = format('%I.rejected has their ids. Once they are mended, SELECT klout_take_rejected(%L).', board, board);
		END IF;
	END IF;

	arrived := format('(SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.source WHERE id > $1 AND id <= $2 AND at <= $3', board) ||
		CASE WHEN flawed > 0 THEN ' AND id <> ALL ($6)' ELSE '' END ||
		CASE WHEN due THEN format(' UNION ALL SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.pending WHERE at <= $3', board) ELSE '' END ||
		format(') AS a%s', joins);
	conditions := ' WHERE true' || conditions;

	CASE settings.reactor_weight
		WHEN 'none' THEN
			NULL;
		WHEN 'proven' THEN
			EXECUTE format($sql$
				INSERT INTO %1$I.reactors AS r (actor, first_seen, first_target, several)
				SELECT a.actor, min(a.at), min(a.target%6$s)::%7$s, min(a.target%6$s) <> max(a.target%6$s)
				FROM (SELECT %2$s AS actor, %3$s AS target, a.at FROM %4$s %5$s) AS a
				%8$s
				GROUP BY 1
				ORDER BY 1
				ON CONFLICT (actor) DO UPDATE
				SET first_seen = least(r.first_seen, excluded.first_seen),
					several = r.several OR excluded.several OR r.first_target <> excluded.first_target
				WHERE excluded.first_seen < r.first_seen
				   OR NOT r.several AND (excluded.several OR r.first_target <> excluded.first_target)
			$sql$, board, actor_person, target_person, arrived, conditions,
				-- there is no min(uuid) before PostgreSQL 18
				CASE person_type WHEN 'uuid' THEN '::text' ELSE '' END, person_type,
				-- most actions are of reactors about whom they say nothing new; Citus has no such joins
				CASE WHEN NOT @extschema@.klout_has_citus() THEN format(
					'LEFT JOIN %I.reactors AS k USING (actor)
					 WHERE k.actor IS NULL OR a.at < k.first_seen OR NOT k.several AND a.target <> k.first_target', board)
				ELSE '' END)
			USING settings.watermark, last_id, as_of, settings.tenure, settings.bucket, rejected;
			joins := format(' LEFT JOIN %I.reactors AS w ON w.actor = %s', board, actor_person);
			weight := 'CASE WHEN w.several AND w.first_seen <= a.at - $4 THEN coalesce(a.weight, 1) ELSE 0 END';
		WHEN 'score' THEN
			joins := format(' LEFT JOIN %I.scores AS w ON w.person = %s AND w.topic = ''''', board, actor_person);
			weight := 'coalesce(a.weight, 1) * coalesce(w.score / 100, 0)';
		WHEN 'authority' THEN
			joins := format(' LEFT JOIN %I.authority AS w ON w.person = %s', board, actor_person);
			weight := 'coalesce(a.weight, 1) * coalesce(w.weight, 0)';
	END CASE;

	EXECUTE format($sql$
		WITH new AS (
			SELECT a.target AS account, a.network, %5$s AS topic,
				   %8$s.klout_signals(a.network, a.kind, a.actor, a.at, %4$s, $5) AS signals
			FROM %2$s %6$s %3$s
			GROUP BY 1, 2 %7$s
			ORDER BY 1, 2, 3
		), put AS (
			INSERT INTO %1$I.signals AS s (account, network, topic, signals)
			SELECT account, network, topic, signals FROM new
			ON CONFLICT (account, network, topic) DO UPDATE
			SET signals = %8$s.klout_merge(s.signals, excluded.signals)
			RETURNING account, network
		)
		INSERT INTO %1$I.changed (person)
		SELECT DISTINCT coalesce(l.person, put.account)
		FROM put LEFT JOIN %1$I.accounts AS l USING (account, network)
		ORDER BY 1
		ON CONFLICT (person) DO NOTHING
	$sql$, board, arrived, conditions, weight,
		CASE WHEN settings.topics THEN 'coalesce(a.topic, '''')' ELSE '''''::text' END,
		CASE settings.reactor_weight WHEN 'none' THEN '' ELSE joins END,
		CASE WHEN settings.topics THEN ', 3' ELSE '' END, '@extschema@')
	USING settings.watermark, last_id, as_of, settings.tenure, settings.bucket, rejected;

	IF settings.posts THEN
		EXECUTE format($sql$
			INSERT INTO %1$I.posts AS p (network, post, account, last_at, signals)
			SELECT a.network, a.post, a.target, max(a.at),
				   %6$s.klout_signals(a.network, a.kind, a.actor, a.at, %4$s, $5)
			FROM %2$s %5$s %3$s AND a.post IS NOT NULL AND a.at > $3 - interval '90 days'
			GROUP BY 1, 2, 3
			ORDER BY 1, 2, 3
			ON CONFLICT (network, post, account) DO UPDATE
			SET signals = %6$s.klout_merge(p.signals, excluded.signals),
				last_at = greatest(p.last_at, excluded.last_at)
		$sql$, board, arrived, conditions, weight, CASE settings.reactor_weight WHEN 'none' THEN '' ELSE joins END, '@extschema@')
		USING settings.watermark, last_id, as_of, settings.tenure, settings.bucket, rejected;
	END IF;

	IF due THEN
		EXECUTE format('DELETE FROM %I.pending WHERE at <= $1', board) USING as_of;
	END IF;
	IF future > 0 THEN
		EXECUTE format($sql$
			INSERT INTO %1$I.pending
			SELECT a.id, a.network, a.kind, a.actor, a.target, a.at, a.weight, a.topic, a.post
			FROM (SELECT * FROM %1$I.source WHERE id > $1 AND id <= $2 AND at > $3 %4$s) AS a %2$s
			WHERE true %3$s
		$sql$, board, people_joins, stays_out, CASE WHEN flawed > 0 THEN 'AND id <> ALL ($4)' ELSE '' END)
		USING settings.watermark, last_id, as_of, rejected;
	END IF;

	IF last_id > settings.watermark THEN
		EXECUTE format('INSERT INTO %I.batches (first_id, last_id, rows, seconds) VALUES ($1, $2, $3, $4)', board)
			USING settings.watermark + 1, last_id, rows, extract(epoch FROM clock_timestamp() - started)::float8;
		EXECUTE format('UPDATE %I.settings SET watermark = $1', board) USING last_id;
	END IF;
	RAISE NOTICE 'board "%": took in % rows, % a second, ids up to %, % ids to go', board, rows,
		round(rows / greatest(extract(epoch FROM clock_timestamp() - started), 0.001)), last_id, remaining;
END
$body$;
COMMENT ON FUNCTION klout_take_in(name, bigint, bigint, timestamptz) IS
'A step of klout_refresh: adds the next batch ids of the actions table, up to id up_to (from klout_settle, in an earlier transaction), to the facts of a board, and pending ones that are due. Rows later than as_of wait; those that cannot count (a NULL, an infinite time, a weight out of range, a name or an id that is too long) are set aside in rejected, with a WARNING; those with actor and target the same person, and of people who opted out, count for nothing. Returns the number of rows in the table and how many ids remain; both and the speed in a NOTICE. The watermark moves with it: called twice or rolled back, each row counts once';

CREATE FUNCTION klout_is_changed(board name, id text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	few boolean := false;
BEGIN
	IF NOT @extschema@.klout_has_citus() THEN
		EXECUTE format('SELECT 20 * (SELECT count(*) FROM %1$I.changed) < (SELECT sum(people) FROM %1$I.populations WHERE topic = '''')', board) INTO few;
	END IF;
	RETURN format(CASE WHEN few THEN '%s = ANY (ARRAY(SELECT person FROM %I.changed))' ELSE '%s IN (SELECT person FROM %I.changed)' END, id, board);
END
$body$;
COMMENT ON FUNCTION klout_is_changed(name, text) IS
'The condition, as SQL, that an expression (such as s.person) is one of the people in changed. Of a few it looks each up by index, which planners would not choose, as they do not know how full that table was made a moment ago';

CREATE FUNCTION klout_count_people(board name, changed integer DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	IF changed IS NULL THEN
		EXECUTE format('DELETE FROM %I.populations', board);
	END IF;
	EXECUTE format($sql$
		INSERT INTO %1$I.populations AS p (topic, people, population, people_at_63, odds)
		SELECT s.topic, count(*), %5$s.klout_population(s.score), count(*) FILTER (WHERE s.score >= 63), sum(s.score / (100 - s.score))
		FROM %1$I.scores AS s %2$s
		GROUP BY s.topic
		ON CONFLICT (topic) DO UPDATE
		SET people = p.people %3$s excluded.people, population = %5$s.%4$I(p.population, excluded.population),
			people_at_63 = p.people_at_63 %3$s excluded.people_at_63, odds = p.odds %3$s excluded.odds
	$sql$, board,
		CASE WHEN changed IS NULL THEN '' ELSE 'WHERE ' || @extschema@.klout_is_changed(board, 's.person') END,
		CASE WHEN changed < 0 THEN '-' ELSE '+' END,
		CASE WHEN changed < 0 THEN 'klout_subtract' ELSE 'klout_merge' END, '@extschema@');
	IF changed >= 0 THEN
		EXECUTE format('DELETE FROM %I.populations WHERE people = 0', board);
	END IF;
END
$body$;
COMMENT ON FUNCTION klout_count_people(name, integer) IS
'Counts the people of a board by topic: how many have which score, how many 63 and over. By default anew, which is linear in people. With -1 before and 1 after the scores of the people in changed were written: takes them out as they were and puts them in as they are, which is linear in those and gives the same';

CREATE FUNCTION klout_people_to_score(board name, whole boolean) RETURNS text[]
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	citus CONSTANT boolean := @extschema@.klout_has_citus();
	linked boolean;
	queries text[] := '{}';
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.accounts)', board) INTO linked;
	IF NOT linked OR citus THEN
		-- who is their account only, which workers of Citus score by themselves
		queries := queries || (format('SELECT s.account AS person, s.topic, s.signals FROM %1$I.signals AS s WHERE true', board) ||
			CASE WHEN whole THEN '' ELSE ' AND ' || @extschema@.klout_is_changed(board, 's.account') END ||
			CASE WHEN linked THEN format(' AND NOT EXISTS (SELECT FROM %1$I.accounts AS l WHERE l.account = s.account)'
										 ' AND NOT EXISTS (SELECT FROM %1$I.accounts AS l WHERE l.person = s.account)', board) ELSE '' END);
	END IF;
	IF linked THEN
		-- what they have under their own id, and under those of others
		queries := queries || (format('SELECT s.account AS person, s.topic, s.signals
				FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network)
				WHERE l.person IS NULL', board) ||
			CASE WHEN citus THEN format(' AND s.account IN (SELECT account FROM %1$I.accounts UNION ALL SELECT person FROM %1$I.accounts)', board) ELSE '' END ||
			CASE WHEN whole THEN '' ELSE ' AND ' || @extschema@.klout_is_changed(board, 's.account') END ||
			format(' UNION ALL
				SELECT l.person, s.topic, s.signals
				FROM %1$I.accounts AS l JOIN %1$I.signals AS s USING (account, network)', board) ||
			CASE WHEN whole THEN '' ELSE ' WHERE ' || @extschema@.klout_is_changed(board, 'l.person') END);
	END IF;
	RETURN queries;
END
$body$;
COMMENT ON FUNCTION klout_people_to_score(name, boolean) IS
'A step of klout_publish: the queries, one or on Citus two, whose rows (person, topic, signals) are the facts to score: of everybody, or of the people in changed. No person is in two of them';

CREATE FUNCTION klout_score_people(board name, whole boolean, as_of timestamptz) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- days are of UTC
AS $body$
DECLARE
	citus CONSTANT boolean := @extschema@.klout_has_citus();
	today CONSTANT date := as_of;
	settings record;
	query text;
	days_ago integer;
	day_before date;	-- that changes are against
	changes text := '';
	past text := '';
	facts text := '';
	scored bigint;
	rescored bigint := 0;
BEGIN
	EXECUTE format('SELECT model, topics FROM %I.settings', board) INTO STRICT settings;
	FOREACH days_ago IN ARRAY '{1,7,30,90}'::integer[] LOOP
		-- the last day so long ago, or the next older one, but not twice as long ago
		EXECUTE format('SELECT max(at)::date FROM %I.publications WHERE published AND at >= $1 AND at < $2', board)
			INTO day_before USING (today - 2 * days_ago + 1)::timestamptz, (today - days_ago + 1)::timestamptz;
		IF day_before IS NULL THEN
			changes := changes || ', NULL::float8';
		ELSE
			changes := changes || format(', m.score - h%s.score', days_ago);
			past := past || format(' LEFT JOIN %1$I.past AS h%2$s ON h%2$s.person = m.person AND h%2$s.topic = m.topic AND h%2$s.day = %3$L',
								   board, days_ago, day_before);
		END IF;
	END LOOP;

	FOREACH query IN ARRAY @extschema@.klout_people_to_score(board, whole) LOOP
		EXECUTE format($sql$
			WITH facts AS %4$s (%2$s),
			merged AS (
				SELECT person, ''::text AS topic, %9$s.klout_rollup(signals) AS signals
				FROM facts GROUP BY person
				%3$s
			)
			INSERT INTO %1$I.scores AS s (person, topic, score, reach, consistency, change_1, change_7, change_30, change_90, networks)
			SELECT m.person, m.topic, m.score, m.reach, m.consistency%6$s, m.networks
			FROM (SELECT s.person, s.topic, (s.now).score, (s.now).reach, (s.now).consistency, (s.now).networks
				  FROM (SELECT person, topic, %9$s.klout_summary(signals, $1, $2) AS now FROM merged %5$s) AS s) AS m
			%7$s %8$s
			ON CONFLICT (person, topic) DO UPDATE
			SET score = excluded.score, reach = excluded.reach, consistency = excluded.consistency,
				change_1 = excluded.change_1, change_7 = excluded.change_7,
				change_30 = excluded.change_30, change_90 = excluded.change_90, networks = excluded.networks
		$sql$, board, query,
			CASE WHEN settings.topics THEN 'UNION ALL SELECT person, topic, @extschema@.klout_rollup(signals) FROM facts WHERE topic <> '''' GROUP BY person, topic' ELSE '' END,
			CASE WHEN citus THEN 'NOT MATERIALIZED' ELSE '' END,
			-- once a person, not once a column; Citus would not push that down
			CASE WHEN citus THEN '' ELSE 'OFFSET 0' END,
			changes, past,
			-- of the index; what is sorted on Citus is sorted by the coordinator
			CASE WHEN citus THEN '' ELSE 'ORDER BY m.person, m.topic' END, '@extschema@')
		USING settings.model, as_of;
		GET DIAGNOSTICS scored = ROW_COUNT;
		rescored := rescored + scored;
	END LOOP;

	-- People who have no facts left: unlinked, opted out.  EXCEPT, as a join on such conditions tempts planners into loops
	FOREACH query IN ARRAY @extschema@.klout_people_to_score(board, false) LOOP
		facts := facts || format(' EXCEPT SELECT person, topic FROM (%s) AS f EXCEPT SELECT person, '''' FROM (%1$s) AS f', query);
	END LOOP;
	EXECUTE format($sql$
		WITH gone AS MATERIALIZED (SELECT s.person, s.topic FROM %1$I.scores AS s WHERE %2$s %3$s)
		DELETE FROM %1$I.scores AS s USING gone AS g WHERE s.person = g.person AND s.topic = g.topic
	$sql$, board, @extschema@.klout_is_changed(board, 's.person'), facts);
	RETURN rescored;
END
$body$;
COMMENT ON FUNCTION klout_score_people(name, boolean, timestamptz) IS
'A step of klout_publish: writes the scores of everybody, or of the people in changed, as of a moment, with their changes against history, and removes those of people who have no facts any more. Returns how many it wrote, once a topic';

CREATE FUNCTION klout_gate(people_before bigint, people bigint, at_63_before bigint, at_63 bigint,
	raw_before float8, raw float8, gate float8, noise float8) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN (
		SELECT string_agg(format('%s moved from %s to %s, by more than %s', what, round(before::numeric, digits), round(now::numeric, digits),
								 round(allowed::numeric, 2)), '; ')
		FROM (VALUES ('people', people_before::float8, people::float8,
					  greatest(gate * people_before, noise * sqrt(greatest(people_before, 1))), 0),
					 ('people at 63 or over', at_63_before, at_63,
					  greatest(gate * at_63_before, noise * sqrt(greatest(at_63_before, 1))), 0),
					 ('total raw', raw_before, raw,
					  greatest(gate, noise / sqrt(greatest(people_before, 1))) * raw_before, 2)) AS v (what, before, now, allowed, digits)
		WHERE abs(now - before) > allowed);
END
$body$;
COMMENT ON FUNCTION klout_gate(bigint, bigint, bigint, bigint, float8, float8, float8, float8) IS
'What moved too much from one publication to the next, as a sentence; NULL if nothing did. The number of people, of people at 63 or over, and total raw may move by the share gate, but small numbers by noise times their square root, as chance alone moves them by about one; total raw by noise times the share that the square root of people is of people. Before from 0, as from 1';

CREATE FUNCTION klout_publish(board name, as_of timestamptz DEFAULT NULL, force boolean DEFAULT false) RETURNS boolean
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- days and months are of UTC
AS $body$
DECLARE
	started CONSTANT timestamptz := clock_timestamp();
	settings record;
	before record;		-- the last publication
	last_try timestamptz;
	totals record;
	rescored bigint;
	whole boolean;		-- everybody's score, not only of those whose facts changed
	fingerprint text;
	moved text;			-- what moved too much
	held boolean := false;
BEGIN
	PERFORM @extschema@.klout_more_memory();
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;
	fingerprint := @extschema@.klout_fingerprint(settings.model);
	EXECUTE format('SELECT * FROM %I.last_publication', board) INTO before;
	EXECUTE format('SELECT max(at) FROM %I.publications', board) INTO last_try;
	-- who waited for another refresh publishes after it, also where the clock was set back
	as_of := coalesce(as_of, greatest(clock_timestamp(), last_try + interval '1 microsecond'));
	IF NOT isfinite(as_of) THEN
		RAISE EXCEPTION 'klout_publish: as_of must be finite, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is the moment that is scored.';
	END IF;
	IF as_of <= last_try THEN
		RAISE EXCEPTION 'klout_publish: as_of must be later than the last publication, got %', as_of
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('The last one was at %s.', last_try), HINT = 'History is never rewritten.';
	END IF;

	-- Between two days (or hours) all scores fade; within one they do not
	whole := before.at IS NULL OR before.fingerprint <> fingerprint
		OR date_bin(settings.bucket, as_of, '2000-01-01 00:00+00') <> date_bin(settings.bucket, before.at, '2000-01-01 00:00+00');

	-- for this day when it is over: whoever then refreshes may not be the owner
	PERFORM @extschema@.klout_history_month(board, as_of::date);

	<<attempt>>
	BEGIN
		IF as_of::date > before.at::date THEN
			EXECUTE format($sql$
				INSERT INTO %1$I.past (day, person, topic, score, rank, fingerprint)
				SELECT $1, person, topic, score, %2$s.klout_rank() OVER (PARTITION BY topic ORDER BY score DESC), $2
				FROM %1$I.scores
				ORDER BY person, topic	-- of the index
			$sql$, board, '@extschema@') USING before.at::date, before.fingerprint;
		END IF;
		IF whole THEN
			rescored := @extschema@.klout_score_people(board, true, as_of);
			PERFORM @extschema@.klout_count_people(board);
		ELSE
			PERFORM @extschema@.klout_count_people(board, -1);
			rescored := @extschema@.klout_score_people(board, false, as_of);
			PERFORM @extschema@.klout_count_people(board, 1);
		END IF;

		EXECUTE format($sql$
			SELECT coalesce(sum(people), 0)::bigint AS people, coalesce(sum(people_at_63), 0)::bigint AS people_at_63,
				   coalesce(sum(odds), 0) * ($1 #>> '{scale}')::float8 AS total_raw
			FROM %I.populations WHERE topic = ''
		$sql$, board) INTO totals USING settings.model::jsonb;
		IF before.people > 0 AND before.fingerprint = fingerprint THEN
			moved := @extschema@.klout_gate(before.people, totals.people, before.people_at_63, totals.people_at_63,
											before.total_raw, totals.total_raw, settings.gate, settings.gate_noise);
			held := moved IS NOT NULL AND force IS NOT TRUE;
			IF held THEN
				-- undoes what this block did
				RAISE EXCEPTION USING ERRCODE = 'KL001', MESSAGE = 'held back';
			END IF;
		END IF;

		EXECUTE format('INSERT INTO %I.models VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', board) USING fingerprint, settings.model, as_of;
		EXECUTE format('DELETE FROM %I.changed', board);
		IF settings.posts AND whole THEN
			EXECUTE format('DELETE FROM %I.posts WHERE last_at <= $1 - interval ''90 days''', board) USING as_of;
		END IF;
		IF settings.reactor_weight = 'authority' AND as_of::date IS DISTINCT FROM before.at::date THEN
			PERFORM @extschema@.klout_weigh_authority(board, as_of);
		END IF;
	EXCEPTION WHEN SQLSTATE 'KL001' THEN
		RAISE WARNING 'board "%": publication held back: %', board, moved
			USING HINT = format('If that is right: CALL klout_refresh(%L, publish => ''always'').', board);
	END attempt;

	EXECUTE format($sql$
		INSERT INTO %I.publications (at, published, reason, people, people_at_63, total_raw, rescored, fingerprint, seconds, forced)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	$sql$, board) USING as_of, NOT held, moved, totals.people, totals.people_at_63, totals.total_raw, rescored, fingerprint,
		extract(epoch FROM clock_timestamp() - started)::float8, moved IS NOT NULL AND NOT held;
	RETURN NOT held;
END
$body$;
COMMENT ON FUNCTION klout_publish(name, timestamptz, boolean) IS
'The last step of klout_refresh: scores everybody on a board whose facts changed since the last publication, or everybody when a bucket (day or hour) has passed or the model changed; on the first publication of a new UTC day, moves the scores of the day before into history first. Within a bucket the cost is that of the people who changed, whatever the size of the board. If klout_gate finds that people, people at 63 or over, or total raw moved too much (gate and gate_noise in settings) against the last publication of the same model, nothing is published, unless force or nobody was there before: false, a WARNING and a row in publications with the reason. as_of must be later than the last publication; NULL is now, and never too early';

CREATE FUNCTION klout_weigh_authority(board name, as_of timestamptz DEFAULT now()) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	watermark bigint;
BEGIN
	EXECUTE format('SELECT watermark FROM %I.settings', board) INTO STRICT watermark;
	EXECUTE format('DELETE FROM %I.authority', board);
	EXECUTE format($sql$
		INSERT INTO %1$I.authority (person, authority, weight)
		SELECT person::%3$s, authority, cume_dist() OVER (ORDER BY authority)
		FROM %4$s.%2$I($1)
	$sql$, board, CASE person_type WHEN 'bigint' THEN 'klout_authority' ELSE 'klout_authority_text' END, person_type, '@extschema@')
	USING format($sql$
		SELECT e.actor, e.target
		FROM (SELECT coalesce(al.person, a.actor) AS actor, coalesce(tl.person, a.target) AS target
			  FROM %1$I.source AS a
			  LEFT JOIN %1$I.accounts AS al ON al.account = a.actor AND al.network = a.network
			  LEFT JOIN %1$I.accounts AS tl ON tl.account = a.target AND tl.network = a.network
			  WHERE a.id <= %2$s AND a.at <= %3$L::timestamptz AND a.flaw IS NULL) AS e
		WHERE NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = e.actor)
		  AND NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = e.target)
	$sql$, board, watermark, as_of);
END
$body$;
COMMENT ON FUNCTION klout_weigh_authority(name, timestamptz) IS
'Solves the authority of the people in a board''s actions up to as_of who did not opt out, and keeps the share of people whose authority is not higher as the weight of reactors. A daily publication does so if reactor_weight is authority; needs what klout_authority needs';

CREATE PROCEDURE klout_refresh(board name, batch bigint DEFAULT 20000000, publish text DEFAULT 'gated', as_of timestamptz DEFAULT NULL)
	LANGUAGE plpgsql
AS $body$
DECLARE
	settled pg_catalog.int8;
	writers pg_catalog.text[];
	taken pg_catalog.int8;
	remaining pg_catalog.int8;
BEGIN
	PERFORM @extschema@.klout_refresh_check(board, batch, publish, as_of);
	COMMIT;
	SELECT t.settled, t.writers INTO settled, writers FROM @extschema@.klout_settle(board) AS t;
	COMMIT;
	-- without a lock, or a writer who goes on to ALTER the table would wait for us
	PERFORM @extschema@.klout_wait_for(writers);
	-- SET TRANSACTION comes right after COMMIT, as even an expression would take a snapshot
	LOOP
		COMMIT;
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		SELECT t.rows, t.remaining INTO taken, remaining
		FROM @extschema@.klout_take_in(board, settled, batch, coalesce(as_of, pg_catalog.now())) AS t;
		-- Published is under the same lock that found nothing left, or a klout_rebuild might come between
		EXIT WHEN remaining OPERATOR(pg_catalog.=) 0 AND (taken OPERATOR(pg_catalog.=) 0 OR publish OPERATOR(pg_catalog.=) 'never');
	END LOOP;
	IF publish OPERATOR(pg_catalog.<>) 'never' THEN
		PERFORM @extschema@.klout_publish(board, as_of, publish OPERATOR(pg_catalog.=) 'always');
	END IF;
	COMMIT;
END
$body$;
COMMENT ON PROCEDURE klout_refresh(name, bigint, text, timestamptz) IS
'Brings a board up to date: takes in what was added to its actions table, by batches of at most that many ids with a commit after each, then publishes scores, ranks and history as of now. Each committed row counts exactly once, whatever crashes or runs at the same time; a second refresh waits for the current batch of the first and goes on from there. Locks out no writer. publish: gated (held back if it moves too much, see klout_publish), always, or never. as_of, by default now(), replays the past: later actions wait. To be called outside of a transaction, as it commits';

CREATE FUNCTION klout_refresh_check(board name, batch bigint, publish text, as_of timestamptz) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'
AS $body$
DECLARE
	settings record;
	newest bigint;		-- id beyond what the sequence has handed out
	handed_out bigint;	-- id, by the sequence
	last_try timestamptz;
	ranges integer;
	late record;
BEGIN
	IF board IS NULL THEN
		RAISE EXCEPTION 'klout_refresh: board must not be NULL' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM @extschema@.klout_person_type(board);
	IF batch IS NULL OR batch < 1 THEN
		RAISE EXCEPTION 'klout_refresh: batch must be at least 1, got %', coalesce(batch::text, 'NULL')
			USING ERRCODE = 'numeric_value_out_of_range';
	END IF;
	IF publish IS NULL OR publish NOT IN ('gated', 'always', 'never') THEN
		RAISE EXCEPTION 'klout_refresh: publish must be gated, always or never, got %', coalesce(quote_literal(publish), 'NULL')
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF as_of > clock_timestamp() THEN
		RAISE EXCEPTION 'klout_refresh: as_of must not be in the future, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It replays the past.';
	ELSIF NOT isfinite(as_of) THEN
		RAISE EXCEPTION 'klout_refresh: as_of must be finite, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is the moment that is scored.';
	END IF;
	EXECUTE format('SELECT max(at) FROM %I.publications', board) INTO last_try;
	IF as_of <= last_try AND publish <> 'never' THEN
		RAISE EXCEPTION 'klout_refresh: as_of must be later than the last publication, got %', as_of
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('The last one was at %s.', last_try), HINT = 'History is never rewritten.';
	END IF;

	-- What the watermark rests on may have been changed since
	EXECUTE format('SELECT s.actions, s.id_sequence, s.watermark, q.seqcache <> 1 OR q.seqincrement < 1 OR q.seqcycle AS disordered
					FROM %I.settings AS s LEFT JOIN pg_sequence AS q ON q.seqrelid = s.id_sequence', board) INTO STRICT settings;
	IF settings.disordered IS DISTINCT FROM false THEN
		RAISE EXCEPTION 'board "%": sequence % does not hand out ids in order', board, settings.id_sequence
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'Later rows must get higher ids, whoever inserts them.',
				HINT = format('ALTER SEQUENCE %s CACHE 1 NO CYCLE, with an INCREMENT of 1.', settings.id_sequence);
	END IF;
	IF NOT has_sequence_privilege(settings.id_sequence, 'SELECT, USAGE') THEN
		RAISE EXCEPTION 'permission denied for sequence %', settings.id_sequence
			USING ERRCODE = 'insufficient_privilege', HINT = 'A refresh reads how far it has got.';
	END IF;
	handed_out := pg_sequence_last_value(settings.id_sequence);
	IF handed_out < settings.watermark THEN
		RAISE EXCEPTION 'board "%": sequence % was set back', board, settings.id_sequence
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('Actions up to id %s are taken in, and new ones would get lower ids.', settings.watermark),
				HINT = format('If the table was emptied, SELECT klout_rebuild(%L) begins anew; else set the sequence to its highest id.', board);
	END IF;
	EXECUTE format('SELECT max(id) FROM %I.source WHERE id > $1', board)
		INTO newest USING coalesce(handed_out, settings.watermark);
	-- Its rows may be newer than that look at the sequence, but not than another one
	handed_out := pg_sequence_last_value(settings.id_sequence);
	IF newest > coalesce(handed_out, settings.watermark) THEN
		RAISE WARNING 'board "%": the highest id, %, did not come from sequence %', board, newest, settings.id_sequence
			USING DETAIL = 'Rows beyond what the sequence has handed out are not taken in.',
				HINT = CASE WHEN newest >> 48 > 0 AND @extschema@.klout_has_citus()
					THEN 'Another node of Citus gave it out: write through the coordinator alone.'
					ELSE format('Set the sequence to the highest id: SELECT setval(%L, %s).', settings.id_sequence, newest) END;
	END IF;

	-- A row that came after its id was passed is near the watermark, if anywhere: look at the last range, or at more that are small
	EXECUTE format($sql$
		SELECT greatest(count(*), 1)
		FROM (SELECT sum(rows) OVER (ORDER BY last_id DESC) AS upto
			  FROM (SELECT last_id, rows FROM %I.batches ORDER BY last_id DESC LIMIT 100) AS b) AS r
		WHERE upto <= 100000
	$sql$, board) INTO ranges;
	FOR late IN SELECT * FROM @extschema@.klout_audit(board, ranges) LOOP
		RAISE WARNING 'board "%": ids % to % had % rows when they were taken in, now %', board,
			late.first_id, late.last_id, late.rows_taken, late.rows_now
			USING DETAIL = 'Rows that come with an id from before, or are deleted, are not followed.',
				HINT = format('Let the sequence alone give out ids, in the INSERT itself; SELECT klout_rebuild(%L) begins anew.', board);
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_refresh_check(name, bigint, text, timestamptz) IS
'The first step of klout_refresh: checks its arguments and that the sequence of ids still hands them out in order and was not set back, and warns when rows have ids beyond it or the last range of ids that was taken in has another number of rows by now';

CREATE FUNCTION klout_audit(board name, newest integer DEFAULT NULL, OUT first_id bigint, OUT last_id bigint, OUT rows_taken bigint, OUT rows_now bigint, OUT rows_rejected bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	rejected bigint[];	-- ids, which may be deleted from the table and are no concern of ours
	still bigint;
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	IF newest < 0 THEN
		RAISE EXCEPTION 'klout_audit: newest must not be negative, got %', newest
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'It is a number of ranges; NULL is all.';
	END IF;
	FOR first_id, last_id, rows_taken IN EXECUTE format($sql$
		SELECT b.first_id, b.last_id, b.rows FROM (SELECT * FROM %1$I.batches ORDER BY last_id DESC LIMIT $1) AS b ORDER BY b.last_id
	$sql$, board) USING newest LOOP
		EXECUTE format('SELECT count(*) FROM %I.source WHERE id BETWEEN $1 AND $2', board) INTO rows_now USING first_id, last_id;
		EXECUTE format('SELECT ARRAY(SELECT id FROM %I.rejected WHERE id BETWEEN $1 AND $2)', board) INTO rejected USING first_id, last_id;
		rows_rejected := cardinality(rejected);
		IF rows_rejected > 0 THEN
			EXECUTE format('SELECT count(*) FROM %I.source WHERE id = ANY ($1)', board) INTO still USING rejected;
			rows_taken := rows_taken - rows_rejected;
			rows_now := rows_now - still;
		END IF;
		IF rows_now <> rows_taken THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_audit(name, integer) IS
'Ranges of ids that had another number of rows when a board took them in than they have now: rows that came late with an id from before, or were deleted. Rows that were set aside count on neither side, but in rows_rejected. No rows: all is well. Counts the rows of the newest ranges, by default of all, hence of the whole table';

CREATE FUNCTION klout_take_rejected(board name, OUT mended bigint, OUT remaining bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	rejected bigint[];
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.rejected)', board) INTO rejected;
	EXECUTE format($sql$
		INSERT INTO %1$I.pending (id, network, kind, actor, target, at, weight, topic, post)
		SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.source WHERE id = ANY ($1) AND flaw IS NULL
	$sql$, board) USING rejected;
	GET DIAGNOSTICS mended = ROW_COUNT;
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.pending WHERE id = ANY ($1))', board) INTO rejected USING rejected;
	EXECUTE format('DELETE FROM %I.rejected WHERE id = ANY ($1)', board) USING rejected;
	EXECUTE format('SELECT count(*) FROM %I.rejected', board) INTO remaining;
	PERFORM @extschema@.klout_clear_pending(board);
END
$body$;
COMMENT ON FUNCTION klout_take_rejected(name) IS
'Hands the actions that were set aside and have been mended in the actions table since (by UPDATE: a row that was deleted and inserted again has a new id, and counts as new) to the next refresh of a board, which takes each in once. Returns how many those are, and how many remain set aside, rows that were deleted among them. Linear in the latter';

CREATE FUNCTION klout_clear_pending(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	EXECUTE format($sql$
		DELETE FROM %1$I.pending AS p
		WHERE coalesce((SELECT a.person FROM %1$I.accounts AS a WHERE a.account = p.actor AND a.network = p.network), p.actor)
				IN (SELECT o.person FROM %1$I.opt_outs AS o)
		   OR coalesce((SELECT a.person FROM %1$I.accounts AS a WHERE a.account = p.target AND a.network = p.network), p.target)
				IN (SELECT o.person FROM %1$I.opt_outs AS o)
	$sql$, board);
END
$body$;
COMMENT ON FUNCTION klout_clear_pending(name) IS
'Deletes the pending actions of a board by and on people who opted out';

CREATE FUNCTION klout_set_model(board name, model klout_model) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('UPDATE %I.settings SET model = $1', board) USING model;
	RETURN @extschema@.klout_fingerprint(model);
END
$body$;
COMMENT ON FUNCTION klout_set_model(name, klout_model) IS
'Moves a board to another model: the next publication scores everybody with it and passes the gate. Returns the fingerprint that rows of history have from then on; those before keep theirs, and models has each model by fingerprint';

CREATE FUNCTION klout_calibrate_board(board name, as_of timestamptz DEFAULT NULL) RETURNS klout_model
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	settings record;
	mix float8;
	fitted @extschema@.klout_model;
BEGIN
	IF board IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM @extschema@.klout_person_type(board);
	PERFORM @extschema@.klout_more_memory();
	EXECUTE format('SELECT s.model, s.reactor_weight, coalesce($1, l.at, now()) AS as_of FROM %1$I.settings AS s LEFT JOIN %1$I.last_publication AS l ON true', board)
		INTO STRICT settings USING as_of;
	IF settings.reactor_weight = 'proven' THEN
		EXECUTE format($sql$
			SELECT round(%2$s.klout_mix(signals)::numeric, 2)
			FROM (SELECT %2$s.klout_rollup(s.signals) AS signals
				  FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network) GROUP BY coalesce(l.person, s.account)) AS p
		$sql$, board, '@extschema@') INTO mix;
		settings.model := settings.model OPERATOR(@extschema@.||) coalesce(jsonb_build_object('mix', mix), '{}');
	END IF;
	EXECUTE format($sql$
		SELECT %2$s.klout_calibrate(signals, $1, $2)
		FROM (SELECT %2$s.klout_rollup(s.signals) AS signals
			  FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network) GROUP BY coalesce(l.person, s.account)) AS p
	$sql$, board, '@extschema@') INTO fitted USING settings.model, settings.as_of;
	RETURN fitted;
END
$body$;
COMMENT ON FUNCTION klout_calibrate_board(name, timestamptz) IS
'The model of a board with the scale that fits its people as of a moment, by default of the last publication: of those who are active, the top calibrate_share get calibrate_score and more (klout_calibrate); and with the mix that fits, rounded to hundredths, where reactor_weight is proven (klout_mix). Changes nothing: SELECT klout_set_model(board, klout_calibrate_board(board)) does. NULL if nobody is on the board; reads all signals twice';

CREATE FUNCTION klout_rebuild(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('TRUNCATE %1$I.signals, %1$I.posts, %1$I.reactors, %1$I.pending, %1$I.batches, %1$I.rejected', board);
	EXECUTE format('INSERT INTO %1$I.changed SELECT DISTINCT person FROM %1$I.scores ON CONFLICT DO NOTHING', board);
	-- below every id there is or will be
	EXECUTE format($sql$
		UPDATE %1$I.settings
		SET watermark = greatest(least(0, (SELECT seqmin::numeric - 1 FROM pg_sequence WHERE seqrelid = id_sequence),
									   (SELECT min(id)::numeric - 1 FROM %1$I.source)), -9223372036854775808)
	$sql$, board);
END
$body$;
COMMENT ON FUNCTION klout_rebuild(name) IS
'Forgets the facts of a board, so that the next klout_refresh takes in all actions again: after rows were deleted or changed, with another bucket, or to take a reactor who opted out out of other people''s samples. Scores, history, accounts, opt-outs and perks stay';

CREATE FUNCTION klout_link(board name, network text, account text, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	opted boolean;
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format($sql$
		INSERT INTO %1$I.changed
		SELECT coalesce((SELECT person FROM %1$I.accounts WHERE account = $2::%2$s AND network = $1), $2::%2$s)
		UNION SELECT $3::%2$s
		ON CONFLICT DO NOTHING
	$sql$, board, person_type) USING network, account, person;
	EXECUTE format($sql$
		INSERT INTO %1$I.accounts AS a (network, account, person)
		VALUES ($1, $2::%2$s, $3::%2$s)
		ON CONFLICT (account, network) DO UPDATE
		SET person = excluded.person, linked_at = excluded.linked_at
		WHERE a.person <> excluded.person
	$sql$, board, person_type) USING network, account, person;
	EXECUTE format('DELETE FROM %1$I.accounts WHERE account = $2::%2$s AND network = $1 AND person = account', board, person_type) USING network, account;
	EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.opt_outs WHERE person = $1::%2$s)', board, person_type) INTO opted USING person;
	IF opted THEN
		PERFORM @extschema@.klout_opt_out(board, person);
	END IF;
END
$body$;
COMMENT ON FUNCTION klout_link(name, text, text, text) IS
'Says that an account on a network belongs to a person, who is known by the id of another account. The next publication adds the account''s facts to the person''s, exactly. An account that is not linked belongs to the person of its own id. Linking again moves it; links do not chain. If the person opted out, what is stored of the account is deleted. History stays as it was';

CREATE FUNCTION klout_unlink(board name, network text, account text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@.klout_link(board, network, account, account);
END
$body$;
COMMENT ON FUNCTION klout_unlink(name, text, text) IS
'Gives an account back to the person of its own id, from the next publication on. History stays as it was';

CREATE FUNCTION klout_opt_out(board name, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	relation text;
	ids text[];
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('INSERT INTO %1$I.opt_outs (person) VALUES ($1::%2$s) ON CONFLICT DO NOTHING', board, person_type) USING person;
	-- nobody grants them a perk by a score they had
	EXECUTE format('UPDATE %I.perks SET capacity = capacity', board);
	-- accounts stay, because they say who is to be kept out
	FOREACH relation IN ARRAY '{signals,posts}'::text[] LOOP
		EXECUTE format($sql$
			DELETE FROM %1$I.%2$I AS s
			WHERE coalesce((SELECT a.person FROM %1$I.accounts AS a WHERE a.account = s.account AND a.network = s.network), s.account) = $1::%3$s
			  AND (s.account = $1::%3$s OR s.account IN (SELECT a.account FROM %1$I.accounts AS a WHERE a.person = $1::%3$s))
		$sql$, board, relation, person_type) USING person;
	END LOOP;
	PERFORM @extschema@.klout_clear_pending(board);
	-- and what there was under the ids of linked accounts before, unless that is somebody on another network
	EXECUTE format($sql$
		SELECT ARRAY(SELECT $1::%2$s
					 UNION
					 SELECT a.account FROM %1$I.accounts AS a
					 WHERE a.person = $1::%2$s
					   AND a.account <> ALL (ARRAY(SELECT s.account FROM %1$I.signals AS s
												   WHERE s.account IN (SELECT l.account FROM %1$I.accounts AS l WHERE l.person = $1::%2$s)))
					   AND NOT EXISTS (SELECT FROM %1$I.accounts AS o WHERE o.person = a.account))::text[]
	$sql$, board, person_type) INTO ids USING person;
	EXECUTE format('DELETE FROM %1$I.reactors WHERE actor = ANY ($1::%2$s[])', board, person_type) USING ids;
	EXECUTE format('UPDATE %1$I.reactors SET first_target = actor WHERE first_target = ANY ($1::%2$s[])', board, person_type) USING ids;
	-- the others move up
	EXECUTE format('INSERT INTO %1$I.changed SELECT unnest($1::%2$s[]) ON CONFLICT DO NOTHING', board, person_type) USING ids;
	PERFORM @extschema@.klout_count_people(board, -1);
	FOREACH relation IN ARRAY '{authority,scores,past,grants}'::text[] LOOP
		EXECUTE format('DELETE FROM %1$I.%2$I WHERE person = ANY ($1::%3$s[])', board, relation, person_type) USING ids;
	END LOOP;
	PERFORM @extschema@.klout_count_people(board, 1);
	EXECUTE format('DELETE FROM %1$I.changed WHERE person = ANY ($1::%2$s[])', board, person_type) USING ids;
END
$body$;
COMMENT ON FUNCTION klout_opt_out(name, text) IS
'Deletes what a board stores about a person (signals, scores, history, grants, and whether they are a proven reactor) and keeps them out from now on: their actions and those on them are not taken in. The id itself stays, in opt_outs, and links of accounts. Hashes of the person in other people''s samples stay until klout_rebuild. Kept by dump and restore';

CREATE FUNCTION klout_opt_in(board name, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('DELETE FROM %1$I.opt_outs WHERE person = $1::%2$s', board, person_type) USING person;
END
$body$;
COMMENT ON FUNCTION klout_opt_in(name, text) IS
'Lets a person who opted out back in: actions that arrive from now on count. What was deleted comes back by klout_rebuild only';

CREATE FUNCTION klout_qualify(board name, perk text, most bigint DEFAULT NULL, OUT person text, OUT score float8, OUT rank bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	wanted record;
BEGIN
	IF board IS NULL OR perk IS NULL THEN
		RETURN;
	END IF;
	PERFORM @extschema@.klout_person_type(board);
	IF most < 0 THEN
		RAISE EXCEPTION 'klout_qualify: most must not be negative, got %', most
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'It is a number of people; NULL is all.';
	END IF;
	EXECUTE format('SELECT perk, topic, network, from_score FROM %1$I.perks JOIN %1$I.perks_left USING (perk) WHERE perk = $1', board)
		INTO wanted USING perk;
	IF wanted.perk IS NULL THEN
		RAISE EXCEPTION 'board "%" has no perk "%"', board, perk
			USING ERRCODE = 'undefined_object', HINT = format('Insert it into %I.perks.', board);
	END IF;
	RETURN QUERY EXECUTE format($sql$
		WITH had AS MATERIALIZED (
			SELECT person FROM %1$I.grants WHERE perk = $1
		), best AS MATERIALIZED (
			SELECT s.person, s.score
			FROM %1$I.scores AS s
			WHERE s.topic = $2 AND s.score >= $3
			  AND ($4::text IS NULL OR coalesce((s.networks ->> $4)::float8, 0) > 0)
			  AND NOT EXISTS (SELECT FROM had AS h WHERE h.person = s.person)
			ORDER BY s.score DESC, s.person
			LIMIT $5
		)
		SELECT b.person::text, b.score, r.rank
		FROM best AS b
		JOIN (SELECT o.person, %2$s.klout_rank() OVER (ORDER BY o.score DESC) AS rank
			  FROM %1$I.scores AS o WHERE o.topic = $2 AND o.score >= (SELECT min(score) FROM best)) AS r USING (person)
		ORDER BY b.score DESC, b.person
	$sql$, board, '@extschema@') USING perk, wanted.topic, wanted.from_score, wanted.network, most;
END
$body$;
COMMENT ON FUNCTION klout_qualify(name, text, bigint) IS
'Who qualifies for a perk of a board by the last publication (min_score, top_share, topic, points on network) and does not have it, the best first, at most so many, by default all: whom klout_grant would take next. Whether there are any left, and from when until when it is granted, makes no difference';

CREATE FUNCTION klout_grant(board name, perk text, as_of timestamptz DEFAULT now(), OUT person text, OUT score float8, OUT rank bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	granted record;		-- from when until when
BEGIN
	-- Whoever else grants this perk waits, then sees what was granted (see klout_lock)
	EXECUTE format('UPDATE %I.perks SET capacity = capacity WHERE perk = $1 RETURNING from_at, until_at', board) INTO granted USING perk;
	-- (no such perk: klout_qualify says so)
	IF as_of < granted.from_at OR as_of >= granted.until_at THEN
		RETURN;
	END IF;
	RETURN QUERY EXECUTE format($sql$
		WITH put AS (
			INSERT INTO %1$I.grants (perk, person, granted_at, score, rank)
			SELECT $1, q.person::%2$s, $2, q.score, q.rank
			FROM %3$s.klout_qualify($3, $1, (SELECT greatest(l.left, 0) FROM %1$I.perks_left AS l WHERE l.perk = $1)) AS q
			RETURNING person, score, rank
		)
		SELECT p.person::text, p.score, p.rank FROM put AS p ORDER BY p.rank, p.person
	$sql$, board, person_type, '@extschema@') USING perk, as_of, board;
END
$body$;
COMMENT ON FUNCTION klout_grant(name, text, timestamptz) IS
'Grants a perk of a board to the best of those who qualify by the last publication (klout_qualify) and do not have it, as long as there are some left, and returns them. Never more than the capacity and never twice to one person, whoever else grants at the same time. Nothing before from_at and from until_at on';

CREATE FUNCTION klout_rank_on_board(board name, score float8, topic text DEFAULT '') RETURNS bigint
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	rank bigint;
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	-- those in higher bins are counted; of those in the same one (round() as klout_population does it), the index knows who is higher
	EXECUTE format($sql$
		SELECT %2$s.klout_rank(p.population, $1) +
			   (SELECT count(*) FROM %1$I.scores AS s
				WHERE s.topic = $2 AND s.score > $1 AND s.score < $1 + 0.011 AND round(s.score * 100) = round($1 * 100))
		FROM %1$I.populations AS p WHERE p.topic = $2
	$sql$, board, '@extschema@') INTO rank USING score, topic;
	RETURN rank;
END
$body$;
COMMENT ON FUNCTION klout_rank_on_board(name, float8, text) IS
'The rank that a score has on a board at the last publication: 1 and the number of people with a higher one. Exact, and costs no more on a large board than on a small one, unlike the leaderboard, which ranks everybody. NULL if nobody is on the board under that topic';

CREATE FUNCTION klout_search(board name, query text, topic text DEFAULT '',
	OUT person text, OUT score float8, OUT rank bigint, OUT percentile float8, OUT reach float8, OUT consistency float8,
	OUT networks jsonb, OUT as_of timestamptz, OUT change_1 float8, OUT change_7 float8, OUT change_30 float8, OUT change_90 float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	people float8;
BEGIN
	-- what cannot be an id is nobody's, and must not be cast to one
	IF NOT (CASE person_type
		WHEN 'bigint' THEN CASE WHEN query ~ '^-?[0-9]{1,19}$' THEN query::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 ELSE false END
		WHEN 'uuid' THEN query ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
		ELSE true END)
	THEN
		RETURN;
	END IF;
	EXECUTE format('SELECT l.at, p.people FROM %1$I.last_publication AS l JOIN %1$I.populations AS p ON p.topic = $1', board) INTO as_of, people USING topic;
	FOR person, score, reach, consistency, networks, change_1, change_7, change_30, change_90 IN EXECUTE format($sql$
		WITH found AS (
			SELECT person FROM %1$I.scores WHERE person = $1::%2$s AND topic = $2
			UNION
			SELECT person FROM %1$I.accounts WHERE account = $1::%2$s
			UNION
			SELECT person FROM %1$I.scores
			WHERE $3 AND topic = $2 AND starts_with(lower(person::text), lower($1))
		)
		SELECT s.person::text, s.score, s.reach, s.consistency, s.networks, s.change_1, s.change_7, s.change_30, s.change_90
		FROM found JOIN %1$I.scores AS s USING (person)
		WHERE s.topic = $2
		ORDER BY s.person <> $1::%2$s, s.score DESC, s.person
		LIMIT 100
	$sql$, board, person_type) USING query, topic, person_type = 'text'
	LOOP
		rank := @extschema@.klout_rank_on_board(board, score, topic);
		percentile := (people + 1 - rank) / people;
		RETURN NEXT;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_search(name, text, text) IS
'Looks somebody up on a board: the person of that id, those with an account of that id, and where ids are text all whose id begins with it (case ignored), at most 100, the exact one first, then by score; as of the last publication. percentile is the share of people at or below. By id costs no more on a large board than on a small one; the beginning of a text is compared with all ids';

CREATE FUNCTION klout_compare(board name, people text[], days integer DEFAULT 90, topic text DEFAULT '',
	OUT day date, OUT person text, OUT score float8, OUT rank bigint, OUT fingerprint text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
BEGIN
	FOR day, person, score, rank, fingerprint IN EXECUTE format($sql$
		SELECT h.day, h.person::text, h.score, h.rank, h.fingerprint
		FROM (SELECT p.day, p.person, p.topic, p.score, p.rank, p.fingerprint FROM %1$I.past AS p
			  UNION ALL
			  SELECT (l.at AT TIME ZONE 'UTC')::date, s.person, s.topic, s.score, NULL, l.fingerprint
			  FROM %1$I.scores AS s CROSS JOIN %1$I.last_publication AS l) AS h
		WHERE h.person = ANY ($1::%2$s[]) AND h.topic = $2
		  AND h.day > (SELECT (at AT TIME ZONE 'UTC')::date FROM %1$I.last_publication) - $3
		ORDER BY h.day, array_position($1::%2$s[], h.person)
	$sql$, board, person_type) USING people, topic, days
	LOOP
		-- of the last day, which is not in the past yet
		rank := coalesce(rank, @extschema@.klout_rank_on_board(board, score, topic));
		RETURN NEXT;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_compare(name, text[], integer, text) IS
'The history of one person or more on a board side by side, over the last days up to the last publication, by day and in the order they were named. A score is comparable with another of the same fingerprint. By index: costs no more on a large board than on a small one';

CREATE FUNCTION klout_statement(board name, person text, topic text DEFAULT '',
	OUT network text, OUT kind text, OUT actions bigint, OUT first_at timestamptz, OUT last_at timestamptz, OUT points float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	facts @extschema@.klout_signals;
	model @extschema@.klout_model;
	recipe jsonb;
	now_bucket timestamptz;
	as_of timestamptz;
BEGIN
	EXECUTE format($sql$
		SELECT m.model, date_bin(c.bucket, l.at, '2000-01-01 00:00+00'), l.at
		FROM %1$I.settings AS c CROSS JOIN %1$I.last_publication AS l JOIN %1$I.models AS m USING (fingerprint)
	$sql$, board) INTO model, now_bucket, as_of;
	EXECUTE format($sql$
		SELECT %3$s.klout_rollup(s.signals)
		FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network)
		WHERE coalesce(l.person, s.account) = $1::%2$s AND ($2 = '' OR s.topic = $2)
		  -- by index
		  AND s.account = ANY (ARRAY(SELECT a.account FROM %1$I.accounts AS a WHERE a.person = $1::%2$s UNION SELECT $1::%2$s))
	$sql$, board, person_type, '@extschema@') INTO facts USING person, topic;
	recipe := model::jsonb;

	RETURN QUERY
	WITH points AS (
		SELECT e.part, e.network, e.points FROM @extschema@.klout_explain(facts, model, as_of) AS e
	), entries AS (
		SELECT e.network, e.kind, e.actions, e.bucket, coalesce((recipe #>> ARRAY['kinds', e.kind])::float8, 1) AS kind_weight
		FROM @extschema@.klout_entries(facts) AS e
		WHERE e.bucket <= now_bucket
	), counted AS (
		SELECT e.network, e.kind, sum(e.actions)::bigint AS actions, min(e.bucket) AS first_at, max(e.bucket) AS last_at
		FROM entries AS e GROUP BY 1, 2
	), worth AS (	-- what each kind brought, in any unit: a day or a reactor is shared by its kinds
		SELECT 'consistency' AS part, d.network, d.kind, sum(d.share) AS worth
		FROM (SELECT e.network, e.kind, max(e.kind_weight) OVER day / count(*) OVER day *
				   power(2, -extract(epoch FROM now_bucket - e.bucket)::float8 / extract(epoch FROM (recipe ->> 'consistency_half_life')::interval)::float8) AS share
			  FROM entries AS e WINDOW day AS (PARTITION BY e.network, e.bucket)) AS d
		GROUP BY 2, 3
		UNION ALL
		SELECT 'reach', r.network, k.kind,
			   sum((SELECT max(coalesce((recipe #>> ARRAY['kinds', o.kind])::float8, 1)) FROM unnest(r.kinds) AS o (kind)) / cardinality(r.kinds) / r.inclusion *
				   power(2, -extract(epoch FROM now_bucket - r.last_at)::float8 / extract(epoch FROM (recipe ->> 'reach_half_life')::interval)::float8))
		FROM @extschema@.klout_reactor_sample(facts) AS r CROSS JOIN LATERAL unnest(r.kinds) AS k (kind)
		WHERE r.last_at <= now_bucket
		GROUP BY 2, 3
	), shared AS (
		SELECT w.network, w.kind, sum(p.points * w.worth / w.total) AS points
		FROM (SELECT *, sum(s.worth) OVER (PARTITION BY s.part, s.network) AS total FROM worth AS s) AS w
		JOIN points AS p ON p.part = w.part AND p.network = w.network
		WHERE w.total > 0
		GROUP BY 1, 2
	)
	SELECT c.network, c.kind, c.actions, c.first_at, c.last_at, coalesce(s.points, 0)
	FROM counted AS c LEFT JOIN shared AS s ON s.network = c.network AND s.kind = c.kind
	UNION ALL
	SELECT p.network, NULL, NULL, NULL, NULL, sum(p.points)
	FROM points AS p WHERE p.part NOT IN ('reach', 'consistency')
	GROUP BY p.network
	ORDER BY 1, 2;
END
$body$;
COMMENT ON FUNCTION klout_statement(name, text, text) IS
'The activity statement of a person on a board: for each network and kind how many actions they received, from the first day (or hour) to the last, and how many points of the score that brings, by the model and at the moment of the last publication; what was taken in since counts already. The points add up to the score. A reactor''s or a day''s points are shared evenly among the kinds seen; where reactors are sampled the shares are estimates. kind is NULL for points of the audience and of own posts';

-- (end of boards)
