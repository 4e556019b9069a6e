-- ---------------------------------------------------------------------------
-- Score: a pure function of signals, model and time
-- ---------------------------------------------------------------------------

-- Defaults are inserted into the call, so these functions are IMMUTABLE in their
-- arguments, and a call without as_of is STABLE, like now().

CREATE FUNCTION klout_score(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_score'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_score(klout_signals, klout_model, timestamptz) IS
'the score: 100 raw / (raw + scale), 0 <= score < 100; 0 without reactions. model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION klout_raw(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_raw'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_raw(klout_signals, klout_model, timestamptz) IS
'the unnormalised score: a sum of logarithms, 0 or more (docs/mathematics.md). model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION klout_reach(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_reach'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_reach(klout_signals, klout_model, timestamptz) IS
'reach: the number of distinct reactors, each decayed by the age of the last action with the reach half-life, summed over networks with their weights; caps applied. model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION klout_consistency(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_consistency'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_consistency(klout_signals, klout_model, timestamptz) IS
'consistency: the number of buckets with at least one reaction, decayed with the consistency half-life, summed over networks with their weights; caps applied. model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION klout_amplification(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_amplification'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_amplification(klout_signals, klout_model, timestamptz) IS
'the ratio of decayed reactions to decayed posts of the person; NULL without posts. model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION klout_features(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now())
	RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_features'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_features(klout_signals, klout_model, timestamptz) IS
'the four features, 0 or more, to which a model assigns weights: ln(1 + reach), ln(1 + consistency), ln(1 + audience), ln(1 + decayed posts), each first summed over networks with their weights. Their weighted sum is raw, except that raw caps the part of the audience. For klout_fit. model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION klout_explain(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now(),
	OUT part text, OUT network text, OUT amount double precision,
	OUT points double precision, OUT share double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION klout_explain(klout_signals, klout_model, timestamptz) IS
'explains a score: one row per part (reach, consistency, audience, activity) and network, with the amount (decayed reactors, decayed buckets, followers, decayed posts), its points of the score and its fraction of the score. The points add up to the score; a score of 0 has no rows. model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION klout_summary(signals klout_signals,
	model klout_model DEFAULT klout_model(), as_of timestamptz DEFAULT now(),
	OUT score double precision, OUT reach double precision,
	OUT consistency double precision, OUT networks jsonb)
	RETURNS record
	AS 'MODULE_PATHNAME', 'klout_summary'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_summary(klout_signals, klout_model, timestamptz) IS
'klout_score, klout_reach, klout_consistency, and the points of the score by network as a JSON object (networks with points only; they add up to the score), in one pass over the signals. model defaults to the default model and as_of to now(), which makes the call STABLE; buckets after as_of are ignored. Cost: O(size of the signals)';

CREATE FUNCTION _klout_activity(signals klout_signals, model klout_model, as_of timestamptz,
	OUT network text, OUT kind text, OUT actions bigint,
	OUT first_at timestamptz, OUT last_at timestamptz, OUT points double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_statement_rows'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION _klout_activity(klout_signals, klout_model, timestamptz) IS
'the points of klout_explain by network and kind as of a time, with the number of actions and the first and last bucket; the points of a reactor or a bucket are divided evenly between the kinds seen. kind is NULL for points of the audience and of the person''s own posts. The points add up to the score. Cost: O(size)';

CREATE FUNCTION klout_explain_change(before klout_signals, after klout_signals,
	model klout_model, before_at timestamptz, after_at timestamptz,
	after_model klout_model DEFAULT NULL,
	OUT part text, OUT network text, OUT points_before double precision,
	OUT points_after double precision, OUT change double precision)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_explain_change'
	LANGUAGE C IMMUTABLE PARALLEL SAFE ROWS 10;
COMMENT ON FUNCTION klout_explain_change(klout_signals, klout_signals, klout_model, timestamptz, timestamptz, klout_model) IS
'explains the change of a score between two times: the points of each part and network before and after, and the difference. The columns add up to the two scores and their difference. If the model changed, too, model is the earlier and after_model the later one: parts and networks are computed with the earlier model, and a row with part model and no network has the effect of the later model on the later facts. If after_model is NULL (the default), the model did not change; any other NULL gives no rows';

CREATE FUNCTION _klout_score_final(klout_signals) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_score_final'
	LANGUAGE C STABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_score_final(klout_signals) IS
'final function of the aggregate klout_score: computes the score with the default model, as of now()';

CREATE AGGREGATE klout_score(network text, kind text, actor bigint, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_score_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_score(text, text, bigint, timestamptz) IS
'the score of a group of actions with the default model and daily buckets, as of now(). Equivalent to klout_score(klout_signals(network, kind, actor, at)), with the same conditions on the arguments';

CREATE AGGREGATE klout_score(network text, kind text, actor text, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_score_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_score(text, text, text, timestamptz) IS
'the score of a group of actions with the default model and daily buckets, as of now(). Equivalent to klout_score(klout_signals(network, kind, actor, at)), with the same conditions on the arguments';

CREATE AGGREGATE klout_score(network text, kind text, actor uuid, at timestamptz) (
	SFUNC = _klout_signals_accum,
	STYPE = klout_signals,
	SSPACE = 512,
	FINALFUNC = _klout_score_final,
	COMBINEFUNC = _klout_signals_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_score(text, text, uuid, timestamptz) IS
'the score of a group of actions with the default model and daily buckets, as of now(). Equivalent to klout_score(klout_signals(network, kind, actor, at)), with the same conditions on the arguments';
