-- ---------------------------------------------------------------------------
-- Score: a pure function of signals, model and time
-- ---------------------------------------------------------------------------

-- A default is put into the call, so that these functions are IMMUTABLE in
-- their arguments, and a call without as_of is as STABLE as now() is.

CREATE FUNCTION klout_score(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_score'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_score(klout_signals, klout_model, timestamptz) IS
'the score: 100 raw / (raw + scale), 0 <= score < 100; 0 without reactions. Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_raw(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_raw'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_raw(klout_signals, klout_model, timestamptz) IS
'the unnormalised score: a sum of logarithms, 0 or more (docs/mathematics.md). Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_reach(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_reach'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_reach(klout_signals, klout_model, timestamptz) IS
'reach: distinct reactors, each counted once and faded by the age of the last action with the reach half-life, networks weighted and added up; caps applied. Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_consistency(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_consistency'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_consistency(klout_signals, klout_model, timestamptz) IS
'consistency: buckets with at least one reaction, faded with the consistency half-life, networks weighted and added up; caps applied. Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_amplification(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_amplification'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_amplification(klout_signals, klout_model, timestamptz) IS
'faded reactions per faded post of the person''s own; NULL without posts. Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_features(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_features'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_features(klout_signals, klout_model, timestamptz) IS
'the four numbers, 0 or more, that the weights of a model multiply: ln(1 + reach), ln(1 + consistency), ln(1 + audience), ln(1 + faded posts), each summed over networks with their weights first. With reach_weight, consistency_weight and activity_weight they add up to raw, the audience only as far as its cap lets it; for klout_fit. Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_explain(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now(),
	OUT part text, OUT network text, OUT amount double precision,
	OUT points double precision, OUT share double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION klout_explain(klout_signals, klout_model, timestamptz) IS
'why the score is what it is: one row a part (reach, consistency, audience, activity) and network with the amount (faded reactors, faded buckets, followers, faded posts), the points of the score it brings and its share of the score. The points add up to the score; a score of 0 has no rows. Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION klout_summary(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now(),
	OUT score double precision, OUT reach double precision,
	OUT consistency double precision, OUT networks jsonb)
	RETURNS record
	AS 'MODULE_PATHNAME', 'klout_summary'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_summary(klout_signals, klout_model, timestamptz) IS
'klout_score, klout_reach, klout_consistency, and the points of the score by network as a JSON object (those with points; they add up to the score), in one pass over the signals. Left out, model is the default one and as_of is now(), which makes the call STABLE; buckets after as_of are left out. Cost: O(size of the signals)';

CREATE FUNCTION _klout_activity(signals klout_signals, model klout_model, as_of timestamptz,
	OUT network text, OUT kind text, OUT actions bigint, OUT first_at timestamptz, OUT last_at timestamptz, OUT points double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_statement_rows'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION _klout_activity(klout_signals, klout_model, timestamptz) IS
'internal: the points of klout_explain by network and kind, as of a moment, with the number of actions, the first and the last bucket; a reactor or a bucket is shared evenly by the kinds seen. kind is NULL for points of the audience and of own posts. The points add up to the score. Cost: O(size)';

CREATE FUNCTION klout_explain_change(before klout_signals, after klout_signals,
	model klout_model, before_at timestamptz, after_at timestamptz,
	after_model klout_model DEFAULT NULL,
	OUT part text, OUT network text, OUT points_before double precision,
	OUT points_after double precision, OUT change double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain_change'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION klout_explain_change(klout_signals, klout_signals, klout_model, timestamptz, timestamptz, klout_model) IS
'why a score changed between two moments: the points of each part and network before and after, and the difference. The columns add up to the scores before and after and their difference. If the model changed too, model is the earlier and after_model the later one: parts and networks are computed with the earlier model, and the row of part model, without a network, is what the later model changes about the later facts. NULL as after_model, or leaving it out, means the same model; another NULL gives no rows';

CREATE FUNCTION _klout_score_final(klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_score_final'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_score_final(klout_signals) IS
'final function of the aggregate klout_score: the score with the default model, as of now()';

CREATE AGGREGATE klout_score(network text, kind text, actor bigint, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_score_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_score(text, text, bigint, timestamptz) IS
'the score of a group of actions in one step: with the default model, daily buckets, as of now(). The same as klout_score(klout_signals(network, kind, actor, at)), with its conditions on the arguments';

CREATE AGGREGATE klout_score(network text, kind text, actor text, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_score_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_score(text, text, text, timestamptz) IS
'the score of a group of actions in one step: with the default model, daily buckets, as of now(). The same as klout_score(klout_signals(network, kind, actor, at)), with its conditions on the arguments';

CREATE AGGREGATE klout_score(network text, kind text, actor uuid, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_score_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_score(text, text, uuid, timestamptz) IS
'the score of a group of actions in one step: with the default model, daily buckets, as of now(). The same as klout_score(klout_signals(network, kind, actor, at)), with its conditions on the arguments';
