-- ---------------------------------------------------------------------------
-- Signals: facts about the actions that a person received
-- ---------------------------------------------------------------------------

CREATE TYPE klout_signals;

CREATE FUNCTION _klout_signals_in(cstring) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_out(klout_signals) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_signals_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_recv(internal) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_send(klout_signals) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_signals_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE TYPE klout_signals (
	INPUT = _klout_signals_in,
	OUTPUT = _klout_signals_out,
	RECEIVE = _klout_signals_recv,
	SEND = _klout_signals_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);

COMMENT ON TYPE klout_signals IS
'facts about the actions that a person received: exact counts by network, kind and bucket (UTC day or hour), samples of proven and of unproven reactors (all of them, up to 256 each per network), the latest audience and the person''s own posts. Mergeable, independent of order, and byte for byte the same on every platform. Text form: JSON; ''{}'' is the empty value, which scores 0 and merges with any bucket. One action takes at most 96 bytes if its names have up to 32 bytes in total; 10,000 reactors on one network over 90 days take at most 6 kB, or twice that if as many are unproven';
COMMENT ON FUNCTION _klout_signals_in(cstring) IS
'text input of klout_signals: the JSON that _klout_signals_out prints, or {}; any other form, order or range is an error (not checked: whether the kinds and day of a reactor have actions)';
COMMENT ON FUNCTION _klout_signals_out(klout_signals) IS
'text output of klout_signals: exact JSON. Does not depend on settings';
COMMENT ON FUNCTION _klout_signals_recv(internal) IS
'binary input of klout_signals: the stored bytes; anything but the canonical form of a valid value is an error';
COMMENT ON FUNCTION _klout_signals_send(klout_signals) IS
'binary output of klout_signals: the stored bytes, the same on every platform';

CREATE FUNCTION _klout_signals_eq(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_ne(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_lt(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_le(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_ge(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_gt(klout_signals, klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_signals_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_cmp(klout_signals, klout_signals) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_signals_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_hash(klout_signals) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_signals_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION _klout_signals_hash_extended(klout_signals, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_signals_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR = (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = _klout_signals_eq,
	COMMUTATOR = =, NEGATOR = <>,
	RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES
);

CREATE OPERATOR <> (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = _klout_signals_ne,
	COMMUTATOR = <>, NEGATOR = =,
	RESTRICT = neqsel, JOIN = neqjoinsel
);

CREATE OPERATOR < (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = _klout_signals_lt,
	COMMUTATOR = >, NEGATOR = >=,
	RESTRICT = scalarltsel, JOIN = scalarltjoinsel
);

CREATE OPERATOR <= (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = _klout_signals_le,
	COMMUTATOR = >=, NEGATOR = >,
	RESTRICT = scalarlesel, JOIN = scalarlejoinsel
);

CREATE OPERATOR >= (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = _klout_signals_ge,
	COMMUTATOR = <=, NEGATOR = <,
	RESTRICT = scalargesel, JOIN = scalargejoinsel
);

CREATE OPERATOR > (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = _klout_signals_gt,
	COMMUTATOR = <, NEGATOR = <=,
	RESTRICT = scalargtsel, JOIN = scalargtjoinsel
);

CREATE OPERATOR CLASS klout_signals_ops DEFAULT FOR TYPE klout_signals USING btree AS
	OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >,
	FUNCTION 1 _klout_signals_cmp(klout_signals, klout_signals);

CREATE OPERATOR CLASS klout_signals_ops DEFAULT FOR TYPE klout_signals USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 _klout_signals_hash(klout_signals),
	FUNCTION 2 _klout_signals_hash_extended(klout_signals, bigint);

COMMENT ON FUNCTION _klout_signals_eq(klout_signals, klout_signals) IS
'implementation of operator =';
COMMENT ON FUNCTION _klout_signals_ne(klout_signals, klout_signals) IS
'implementation of operator <>';
COMMENT ON FUNCTION _klout_signals_lt(klout_signals, klout_signals) IS
'implementation of operator <';
COMMENT ON FUNCTION _klout_signals_le(klout_signals, klout_signals) IS
'implementation of operator <=';
COMMENT ON FUNCTION _klout_signals_ge(klout_signals, klout_signals) IS
'implementation of operator >=';
COMMENT ON FUNCTION _klout_signals_gt(klout_signals, klout_signals) IS
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
COMMENT ON FUNCTION _klout_signals_cmp(klout_signals, klout_signals) IS
'order of two values by their canonical bytes: negative, zero or positive';
COMMENT ON FUNCTION _klout_signals_hash(klout_signals) IS
'hash of the canonical bytes';
COMMENT ON FUNCTION _klout_signals_hash_extended(klout_signals, bigint) IS
'seeded hash of the canonical bytes';
COMMENT ON OPERATOR CLASS klout_signals_ops USING btree IS
'order by canonical bytes';
COMMENT ON OPERATOR CLASS klout_signals_ops USING hash IS
'equality of canonical bytes';
COMMENT ON OPERATOR FAMILY klout_signals_ops USING btree IS
'order by canonical bytes';
COMMENT ON OPERATOR FAMILY klout_signals_ops USING hash IS
'equality of canonical bytes';

CREATE FUNCTION _klout_signals_accum(state klout_signals, network text, kind text, actor bigint, at timestamptz)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_bigint'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_signals_accum(state klout_signals, network text, kind text, actor bigint, at timestamptz,
	weight double precision, bucket interval)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_bigint'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_signals_accum(state klout_signals, network text, kind text, actor text, at timestamptz)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_text'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_signals_accum(state klout_signals, network text, kind text, actor text, at timestamptz,
	weight double precision, bucket interval)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_text'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_signals_accum(state klout_signals, network text, kind text, actor uuid, at timestamptz)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_uuid'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_signals_accum(state klout_signals, network text, kind text, actor uuid, at timestamptz,
	weight double precision, bucket interval)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_add_uuid'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_posts_accum(state klout_signals, network text, at timestamptz) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_posts_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_posts_accum(state klout_signals, network text, at timestamptz, bucket interval)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_posts_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_audience_accum(state klout_signals, network text, followers bigint, at timestamptz)
	RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_audience_add'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_signals_combine(klout_signals, klout_signals) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_signals_final(klout_signals) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION _klout_signals_accum(klout_signals, text, text, bigint, timestamptz) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate, it returns a new value';
COMMENT ON FUNCTION _klout_signals_accum(klout_signals, text, text, bigint, timestamptz, double precision, interval) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate, it returns a new value';
COMMENT ON FUNCTION _klout_signals_accum(klout_signals, text, text, text, timestamptz) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate, it returns a new value';
COMMENT ON FUNCTION _klout_signals_accum(klout_signals, text, text, text, timestamptz, double precision, interval) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate, it returns a new value';
COMMENT ON FUNCTION _klout_signals_accum(klout_signals, text, text, uuid, timestamptz) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate, it returns a new value';
COMMENT ON FUNCTION _klout_signals_accum(klout_signals, text, text, uuid, timestamptz, double precision, interval) IS
'adds one action: the transition function of the aggregate klout_signals with these arguments. Called outside an aggregate, it returns a new value';
COMMENT ON FUNCTION _klout_posts_accum(klout_signals, text, timestamptz) IS
'adds one post of the person: the transition function of the aggregate klout_posts';
COMMENT ON FUNCTION _klout_posts_accum(klout_signals, text, timestamptz, interval) IS
'adds one post of the person: the transition function of the aggregate klout_posts with a bucket';
COMMENT ON FUNCTION _klout_audience_accum(klout_signals, text, bigint, timestamptz) IS
'adds one observation of an audience: the transition function of the aggregate klout_audience';
COMMENT ON FUNCTION _klout_signals_combine(klout_signals, klout_signals) IS
'merges two states; NULL is neutral: the combine function of the aggregates of signals';
COMMENT ON FUNCTION _klout_signals_final(klout_signals) IS
'converts a state to its compact form; does not change the state';

CREATE FUNCTION _klout_rollup_accum(bytea, klout_signals) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_rollup_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_rollup_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_rollup_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE FUNCTION _klout_rollup_final(bytea) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_rollup_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

COMMENT ON FUNCTION _klout_rollup_accum(bytea, klout_signals) IS
'adds one value: the transition function of the aggregate klout_rollup. The state keeps a few values and merges those of about one size';
COMMENT ON FUNCTION _klout_rollup_combine(bytea, bytea) IS
'both states as one; NULL is neutral: the combine function of the aggregate klout_rollup';
COMMENT ON FUNCTION _klout_rollup_final(bytea) IS
'a state as a finished value: all values in it merged; the state stays as it is';

CREATE AGGREGATE klout_signals(network text, kind text, actor bigint, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor bigint, at timestamptz,
	weight double precision, bucket interval) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor text, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor text, at timestamptz,
	weight double precision, bucket interval) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor uuid, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_signals(network text, kind text, actor uuid, at timestamptz,
	weight double precision, bucket interval) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_audience(network text, followers bigint, at timestamptz) (
	SFUNC = _klout_audience_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_posts(network text, at timestamptz) (
	SFUNC = _klout_posts_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_posts(network text, at timestamptz, bucket interval) (
	SFUNC = _klout_posts_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_signals_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);

CREATE AGGREGATE klout_rollup(klout_signals) (
	SFUNC = _klout_rollup_accum,
	STYPE = bytea,
	SSPACE = 2048,
	FINALFUNC = _klout_rollup_final,
	COMBINEFUNC = _klout_rollup_combine,
	PARALLEL = SAFE
);

COMMENT ON AGGREGATE klout_signals(text, text, bigint, timestamptz) IS
'facts about the actions of a group of rows, one row per action: on network, actor did kind at a time. network and kind are names of 1 to 63 bytes in UTF-8, with at most 255 networks and 64 kinds per network. at is a finite timestamptz. Rows with a NULL network, kind, actor or at are ignored; no rows give NULL. Buckets are UTC days. The result does not depend on the order of rows. Cost: amortised O(1) per row while a group has up to 255 pairs of network and kind, then O(size) for every 255 new pairs; memory grows with rows up to about 8 kB per group, then with the size of the value';
COMMENT ON AGGREGATE klout_signals(text, text, bigint, timestamptz, double precision, interval) IS
'facts about the actions of a group of rows, one row per action: on network, actor did kind at a time. network and kind are names of 1 to 63 bytes in UTF-8, with at most 255 networks and 64 kinds per network. at is a finite timestamptz. Rows with a NULL network, kind, actor or at are ignored; no rows give NULL. weight is the quality of the actor in [0, 1], 1 for proven and 0 for unproven, with a resolution of 0.005; NULL means 1. Of several weights above 0 in one bucket, the largest counts; actions of weight 0 are kept separately. bucket is ''1 day'' (UTC) or ''1 hour'', the same in all rows. The result does not depend on the order of rows. Cost: amortised O(1) per row while a group has up to 255 pairs of network and kind, then O(size) for every 255 new pairs; memory grows with rows up to about 8 kB per group, then with the size of the value';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz) IS
'facts about the actions of a group of rows, one row per action: on network, actor did kind at a time. network and kind are names of 1 to 63 bytes in UTF-8, with at most 255 networks and 64 kinds per network. at is a finite timestamptz. Rows with a NULL network, kind, actor or at are ignored; no rows give NULL. Buckets are UTC days. The result does not depend on the order of rows. Cost: amortised O(1) per row while a group has up to 255 pairs of network and kind, then O(size) for every 255 new pairs; memory grows with rows up to about 8 kB per group, then with the size of the value';
COMMENT ON AGGREGATE klout_signals(text, text, text, timestamptz, double precision, interval) IS
'facts about the actions of a group of rows, one row per action: on network, actor did kind at a time. network and kind are names of 1 to 63 bytes in UTF-8, with at most 255 networks and 64 kinds per network. at is a finite timestamptz. Rows with a NULL network, kind, actor or at are ignored; no rows give NULL. weight is the quality of the actor in [0, 1], 1 for proven and 0 for unproven, with a resolution of 0.005; NULL means 1. Of several weights above 0 in one bucket, the largest counts; actions of weight 0 are kept separately. bucket is ''1 day'' (UTC) or ''1 hour'', the same in all rows. The result does not depend on the order of rows. Cost: amortised O(1) per row while a group has up to 255 pairs of network and kind, then O(size) for every 255 new pairs; memory grows with rows up to about 8 kB per group, then with the size of the value';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz) IS
'facts about the actions of a group of rows, one row per action: on network, actor did kind at a time. network and kind are names of 1 to 63 bytes in UTF-8, with at most 255 networks and 64 kinds per network. at is a finite timestamptz. Rows with a NULL network, kind, actor or at are ignored; no rows give NULL. Buckets are UTC days. The result does not depend on the order of rows. Cost: amortised O(1) per row while a group has up to 255 pairs of network and kind, then O(size) for every 255 new pairs; memory grows with rows up to about 8 kB per group, then with the size of the value';
COMMENT ON AGGREGATE klout_signals(text, text, uuid, timestamptz, double precision, interval) IS
'facts about the actions of a group of rows, one row per action: on network, actor did kind at a time. network and kind are names of 1 to 63 bytes in UTF-8, with at most 255 networks and 64 kinds per network. at is a finite timestamptz. Rows with a NULL network, kind, actor or at are ignored; no rows give NULL. weight is the quality of the actor in [0, 1], 1 for proven and 0 for unproven, with a resolution of 0.005; NULL means 1. Of several weights above 0 in one bucket, the largest counts; actions of weight 0 are kept separately. bucket is ''1 day'' (UTC) or ''1 hour'', the same in all rows. The result does not depend on the order of rows. Cost: amortised O(1) per row while a group has up to 255 pairs of network and kind, then O(size) for every 255 new pairs; memory grows with rows up to about 8 kB per group, then with the size of the value';
COMMENT ON AGGREGATE klout_audience(text, bigint, timestamptz) IS
'the latest audience on each network, as signals: followers (0 or more) observed at a time, to the microsecond; the larger of two at the same time. Rows with a NULL are ignored; no rows give NULL. Merge it with the signals of actions by || or klout_rollup. Cost: O(1) per row';
COMMENT ON AGGREGATE klout_posts(text, timestamptz) IS
'the person''s own posts as signals, counted by network and UTC day. Rows with a NULL are ignored; no rows give NULL. Merge it with the signals of actions by || or klout_rollup. Cost: amortised O(1) per row';
COMMENT ON AGGREGATE klout_posts(text, timestamptz, interval) IS
'the person''s own posts as signals, counted by network and bucket: ''1 day'' or ''1 hour'', the same in all rows and in the signals to merge it with';
COMMENT ON AGGREGATE klout_rollup(klout_signals) IS
'merges values: byte for byte the result of aggregating all their actions at once. NULLs are ignored; no values give NULL; values with different buckets are an error. Cost: O(size of value) per row, times the logarithm of the number of values';

CREATE FUNCTION klout_merge(klout_signals, klout_signals) RETURNS klout_signals
	AS 'MODULE_PATHNAME', 'klout_signals_merge_values'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;

CREATE OPERATOR || (
	LEFTARG = klout_signals, RIGHTARG = klout_signals,
	FUNCTION = klout_merge,
	COMMUTATOR = ||
);

COMMENT ON FUNCTION klout_merge(klout_signals, klout_signals) IS
'merges two values: commutative and associative; NULL and {} are neutral. Counts add up: merging a value with itself counts its actions twice, but its reactors once. Values with different buckets are an error. Cost: O(size)';
COMMENT ON OPERATOR || (klout_signals, klout_signals) IS
'merges two values (klout_merge)';

CREATE FUNCTION klout_count(signals klout_signals,
	network text DEFAULT '', kind text DEFAULT '',
	from_at timestamptz DEFAULT '-infinity', to_at timestamptz DEFAULT 'infinity')
	RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_count_actions'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;

CREATE FUNCTION klout_reactors(signals klout_signals, network text DEFAULT '')
	RETURNS double precision
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

COMMENT ON FUNCTION klout_count(klout_signals, text, text, timestamptz, timestamptz) IS
'exact number of actions, optionally of one network, of one kind, and of the buckets that begin at or after from_at and before to_at. An empty network or kind (the default) means all; infinite times (the default) mean no bound. {} has 0. Cost: O(size)';
COMMENT ON FUNCTION klout_reactors(klout_signals, text) IS
'number of distinct reactors ever on a network, or, if network is empty (the default), its sum over all networks. Exact up to 256 proven and 256 unproven reactors on a network, otherwise a HyperLogLog estimate with a standard error of 3.3 %. Cost: O(size)';
COMMENT ON FUNCTION klout_entries(klout_signals) IS
'the counts as rows: the number of actions of each kind on each network in each bucket (given by its start). Cost: O(size)';
COMMENT ON FUNCTION klout_reactor_sample(klout_signals) IS
'the sampled reactors as rows: the hash of the actor on that network (a pseudonym, not a secret: hashes of known ids can be computed), the start of the bucket of the last proven action, the kinds used and the largest weight in that bucket, and the inclusion probability, which is 1 for all if a network has up to 256 proven and 256 unproven reactors. An unproven action (weight 0) has a row if the reactor has no proven one in the same or a later bucket. The sum of 1 / inclusion over rows with a weight above 0 estimates the number of proven reactors. Cost: O(size)';

CREATE FUNCTION _klout_has_surplus(signals klout_signals) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_has_folded'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_has_surplus(klout_signals) IS
'returns whether surplus networks, or kinds of a network, are folded into "(other)". Also true for exactly 255 networks, or 64 kinds on a network, if one has that name. Cost: O(1) for values below 300 bytes, which cannot have a surplus, otherwise O(size)';

CREATE FUNCTION _klout_surplus(signals klout_signals) RETURNS SETOF text
	AS 'MODULE_PATHNAME', 'klout_folded'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 1;
COMMENT ON FUNCTION _klout_surplus(klout_signals) IS
'returns the networks whose kinds are folded into "(other)", and a row with a NULL network if networks are folded; no rows if nothing is folded. Cost: O(size)';

CREATE FUNCTION _klout_utf8_length(value text) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_utf8_length'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_utf8_length(text) IS
'returns the length in bytes of a text in UTF-8, the encoding of names in klout_signals. Returns NULL, not an error, for a text that cannot be converted to UTF-8 and back, on which klout_signals would fail. Cost: O(length)';
