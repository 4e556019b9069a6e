-- ---------------------------------------------------------------------------
-- Model: the parameters of a score
-- ---------------------------------------------------------------------------

CREATE TYPE klout_model;

CREATE FUNCTION _klout_model_in(cstring) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_model_out(klout_model) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_model_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_model_recv(internal) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_model_send(klout_model) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_model_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE klout_model (
	INPUT = _klout_model_in,
	OUTPUT = _klout_model_out,
	RECEIVE = _klout_model_recv,
	SEND = _klout_model_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

COMMENT ON TYPE klout_model IS
'all parameters of a score. Text form: a JSON object, or one of the words default, hour, strict. Keys, all optional: reach_half_life and consistency_half_life (strings like "30 days": an interval without months and years, up to 3652425 days); unproven_cap, consistency_cap, reach_weight, consistency_weight, audience_weight, audience_cap, activity_weight (numbers in [0, 1e9]); mix (in [1, 1e9]); scale (in (0, 1e9]); calibrate_share (in (0, 1)), calibrate_score (in (0, 100)) and active_days (in (0, 3652425]), which only klout_calibrate uses; networks and kinds (objects of weights in [0, 1e9] by name, with at most 255 and 4096 weights other than 1; a name that is not listed has weight 1). A key that is missing or null has the value of the default model; an unknown key is an error. Output is canonical: equal models have the same text and binary form';
COMMENT ON FUNCTION _klout_model_in(cstring) IS
'text input of klout_model: a JSON object of known keys, or default, hour, strict';
COMMENT ON FUNCTION _klout_model_out(klout_model) IS
'text output of klout_model: canonical JSON, every key, numbers in the shortest form that reads back exactly. Does not depend on extra_float_digits or IntervalStyle';
COMMENT ON FUNCTION _klout_model_recv(internal) IS
'binary input of klout_model: the stored form; anything but the canonical form of a valid model is an error';
COMMENT ON FUNCTION _klout_model_send(klout_model) IS
'binary output of klout_model: the stored form, the same bytes on every platform';

CREATE FUNCTION klout_model() RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_make_default'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_model() IS
'the default model, for daily buckets: half-lives of 30 and 360 days, scale 3.4. See also klout_model(''hour'') for hourly buckets (3 and 36 hours, scale 2), klout_model(''strict'') with both caps at 1';

CREATE FUNCTION _klout_model_from_jsonb(jsonb) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_from_jsonb'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_model_to_jsonb(klout_model) RETURNS jsonb
	AS 'MODULE_PATHNAME', 'klout_model_to_jsonb'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION _klout_model_from_jsonb(jsonb) IS
'converts a JSON object to a model: keys as in the text form of klout_model, all optional. Errors name the key, the value and its range';
COMMENT ON FUNCTION _klout_model_to_jsonb(klout_model) IS
'converts a model to a JSON object with every key, without loss: _klout_model_from_jsonb returns the same model';

CREATE CAST (jsonb AS klout_model)
	WITH FUNCTION _klout_model_from_jsonb(jsonb) AS ASSIGNMENT;
CREATE CAST (klout_model AS jsonb)
	WITH FUNCTION _klout_model_to_jsonb(klout_model) AS ASSIGNMENT;

COMMENT ON CAST (jsonb AS klout_model) IS
'converts a JSON object to a model; unknown keys and values out of range are errors';
COMMENT ON CAST (klout_model AS jsonb) IS
'converts a model to a JSON object with every key, without loss';

CREATE FUNCTION _klout_model_override(klout_model, jsonb) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_model_override'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR || (
	LEFTARG = klout_model,
	RIGHTARG = jsonb,
	FUNCTION = _klout_model_override
);

COMMENT ON FUNCTION _klout_model_override(klout_model, jsonb) IS
'replaces some keys of a model: keys as in the text form of klout_model; networks and kinds are merged by name; null resets a key, a network or a kind to the default model. NULL if either argument is NULL';
COMMENT ON OPERATOR || (klout_model, jsonb) IS
'replaces some keys of a model; null resets a key to the default model';

CREATE FUNCTION klout_fingerprint(klout_model) RETURNS text
	AS 'MODULE_PATHNAME', 'klout_fingerprint'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION klout_fingerprint(klout_model) IS
'16 hex digits that identify a model: the first 8 bytes of the SHA-256 of its text in UTF-8, left(encode(sha256(convert_to(model::text, ''UTF8'')), ''hex''), 16)';

CREATE FUNCTION _klout_model_eq(klout_model, klout_model) RETURNS boolean
	AS 'byteaeq'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_ne(klout_model, klout_model) RETURNS boolean
	AS 'byteane'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_lt(klout_model, klout_model) RETURNS boolean
	AS 'bytealt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_le(klout_model, klout_model) RETURNS boolean
	AS 'byteale'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_gt(klout_model, klout_model) RETURNS boolean
	AS 'byteagt'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_ge(klout_model, klout_model) RETURNS boolean
	AS 'byteage'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_cmp(klout_model, klout_model) RETURNS integer
	AS 'byteacmp'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_hash(klout_model) RETURNS integer
	AS 'hashvarlena'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION _klout_model_hash_extended(klout_model, bigint) RETURNS bigint
	AS 'hashvarlenaextended'
	LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE;

COMMENT ON FUNCTION _klout_model_eq(klout_model, klout_model) IS
'implementation of operator =: compares the stored bytes';
COMMENT ON FUNCTION _klout_model_ne(klout_model, klout_model) IS
'implementation of operator <>: compares the stored bytes';
COMMENT ON FUNCTION _klout_model_lt(klout_model, klout_model) IS
'less in the order of the stored bytes, a total order without further meaning';
COMMENT ON FUNCTION _klout_model_le(klout_model, klout_model) IS
'less or equal in the order of the stored bytes';
COMMENT ON FUNCTION _klout_model_gt(klout_model, klout_model) IS
'greater in the order of the stored bytes';
COMMENT ON FUNCTION _klout_model_ge(klout_model, klout_model) IS
'greater or equal in the order of the stored bytes';
COMMENT ON FUNCTION _klout_model_cmp(klout_model, klout_model) IS
'compares by the order of the stored bytes: support function of the btree operator class';
COMMENT ON FUNCTION _klout_model_hash(klout_model) IS
'hash of the stored bytes: support function of the hash operator class';
COMMENT ON FUNCTION _klout_model_hash_extended(klout_model, bigint) IS
'seeded hash of the stored bytes: support function of the hash operator class';

CREATE OPERATOR = (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = _klout_model_eq,
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
	FUNCTION = _klout_model_ne,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
CREATE OPERATOR < (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = _klout_model_lt,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
CREATE OPERATOR <= (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = _klout_model_le,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
CREATE OPERATOR > (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = _klout_model_gt,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
CREATE OPERATOR >= (
	LEFTARG = klout_model,
	RIGHTARG = klout_model,
	FUNCTION = _klout_model_ge,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);

COMMENT ON OPERATOR = (klout_model, klout_model) IS 'equal models';
COMMENT ON OPERATOR <> (klout_model, klout_model) IS 'different models';
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
	FUNCTION 1 _klout_model_cmp(klout_model, klout_model);
CREATE OPERATOR CLASS klout_model_ops
	DEFAULT FOR TYPE klout_model USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 _klout_model_hash(klout_model),
	FUNCTION 2 _klout_model_hash_extended(klout_model, bigint);

COMMENT ON OPERATOR CLASS klout_model_ops USING btree IS
'orders models by their stored bytes: for DISTINCT, GROUP BY and unique indexes';
COMMENT ON OPERATOR CLASS klout_model_ops USING hash IS
'hashes models by their stored bytes';
COMMENT ON OPERATOR FAMILY klout_model_ops USING btree IS
'orders models by their stored bytes';
COMMENT ON OPERATOR FAMILY klout_model_ops USING hash IS
'hashes models by their stored bytes';
