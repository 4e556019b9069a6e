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

CREATE FUNCTION _klout_statement(signals klout_signals, model klout_model, as_of timestamptz,
	OUT network text, OUT kind text, OUT actions bigint, OUT first_at timestamptz, OUT last_at timestamptz, OUT points double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_statement_rows'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION _klout_statement(klout_signals, klout_model, timestamptz) IS
'internal: the points of klout_explain by network and kind, as of a moment, with the number of actions, the first and the last bucket; a reactor or a bucket is shared evenly by the kinds seen. kind is NULL for points of the audience and of own posts. The points add up to the score. Cost: O(size)';

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
