-- ---------------------------------------------------------------------------
-- Calibrate: two numbers of a model, fitted to a community
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_mix_accum(state bytea, signals klout_signals) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_mix_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_mix_accum(bytea, klout_signals) IS
'Transition function of klout_mix: the pairs of one person more; bytes that are no state are an error.';

CREATE FUNCTION _klout_mix_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_mix_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_mix_combine(bytea, bytea) IS
'Combine function of klout_mix: both together, NULL is neutral.';

CREATE FUNCTION _klout_mix_final(bytea) RETURNS double precision
	AS 'MODULE_PATHNAME', 'klout_mix_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_mix_final(bytea) IS
'Final function of klout_mix.';

CREATE AGGREGATE klout_mix(signals klout_signals) (
	SFUNC = _klout_mix_accum,
	STYPE = bytea,
	SSPACE = 64,
	FINALFUNC = _klout_mix_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_mix_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_mix(klout_signals) IS
'What mix in a model should be for a community: unproven by proven pairs of a reactor and a person, at least 1. One row is one person. Each reactor on each network counts w as proven and 1 - w as unproven, w the largest weight in the bucket of his last proven action, 0 without one; beyond 256 proven or 256 unproven reactors on a network their number and mean weight are estimated. The sums are integers: the result is the same in any order and on any number of workers. NULL signals are skipped; no rows and nobody with reactors give NULL; only reactors of weight 0 are an error. Use it as klout_model() || jsonb_build_object(''mix'', klout_mix(signals)). Costs the size of each value.';

CREATE FUNCTION _klout_calibrate_accum(state bytea, signals klout_signals, model klout_model) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_accum'
	LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_calibrate_accum(bytea, klout_signals, klout_model) IS
'Transition function of klout_calibrate(signals, model): one person more, as of now(). Another model than before is an error, and so is a state of something else.';

CREATE FUNCTION _klout_calibrate_accum(state bytea, signals klout_signals, model klout_model, as_of timestamptz) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_calibrate_accum(bytea, klout_signals, klout_model, timestamptz) IS
'Transition function of klout_calibrate(signals, model, as_of): one person more. Another model or as_of than before is an error, and so is a state of something else.';

CREATE FUNCTION _klout_calibrate_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_calibrate_combine(bytea, bytea) IS
'Combine function of klout_calibrate: both together, NULL is neutral; states of other models or moments are an error.';

CREATE FUNCTION _klout_calibrate_final(bytea) RETURNS klout_model
	AS 'MODULE_PATHNAME', 'klout_calibrate_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_calibrate_final(bytea) IS
'Final function of klout_calibrate.';

CREATE AGGREGATE klout_calibrate(signals klout_signals, model klout_model) (
	SFUNC = _klout_calibrate_accum,
	STYPE = bytea,
	SSPACE = 65536,
	FINALFUNC = _klout_calibrate_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_calibrate_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_calibrate(klout_signals, klout_model) IS
'As klout_calibrate(signals, model, as_of), as of now().';

CREATE AGGREGATE klout_calibrate(signals klout_signals, model klout_model, as_of timestamptz) (
	SFUNC = _klout_calibrate_accum,
	STYPE = bytea,
	SSPACE = 65536,
	FINALFUNC = _klout_calibrate_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_calibrate_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_calibrate(klout_signals, klout_model, timestamptz) IS
'The model with the scale that fits a community: of the people who are active, the one at percentile_disc(1 - calibrate_share) of raw scores gets calibrate_score, within 0.001; with the default model 5 % are above 63. One row is one person. Active is who received an action, of any weight, in the last active_days days (0 to below that many days before the bucket of as_of, which is finite). Nothing else in the model changes; the scale has six digits and is the same in any order and on any number of workers. Rows with a NULL are skipped; no rows give NULL. Errors: nobody active; that raw score is 0; the scale would be above 1e9; model or as_of change within a group. Costs a score for each row; memory is 12 to 24 bytes for each of the bins, 16,384 for each doubling of raw, that somebody is in.';
