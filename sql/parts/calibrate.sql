-- ---------------------------------------------------------------------------
-- Calibration: fits two parameters of a model to a community
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_mix_accum(state bytea, signals klout_signals) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_mix_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_mix_accum(bytea, klout_signals) IS
'Transition function of klout_mix: adds the pairs of one person. An invalid state is an error.';

CREATE FUNCTION _klout_mix_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_mix_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_mix_combine(bytea, bytea) IS
'Combine function of klout_mix: adds two states; NULL is neutral.';

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
'Estimates the model parameter mix for a community: the ratio of unproven to proven pairs of reactor and person, at least 1. One row is one person. Each reactor on each network counts w as proven and 1 - w as unproven, where w is the largest weight in the bucket of the reactor''s last proven action, or 0 without one; beyond 256 proven or 256 unproven reactors on a network, their number and mean weight are estimated. Sums are integers, so the result does not depend on the order of rows or the number of workers. NULL signals are ignored; returns NULL for no rows and if there are no reactors; reactors of weight 0 only are an error. Use it as klout_model() || jsonb_build_object(''mix'', klout_mix(signals)). Cost: linear in the size of the signals.';

CREATE FUNCTION _klout_calibrate_accum(state bytea, signals klout_signals, model klout_model) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_accum'
	LANGUAGE C STABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_calibrate_accum(bytea, klout_signals, klout_model) IS
'Transition function of klout_calibrate(signals, model): adds one person, as of now(). A change of the model and an invalid state are errors.';

CREATE FUNCTION _klout_calibrate_accum(state bytea, signals klout_signals, model klout_model, as_of timestamptz)
	RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_calibrate_accum(bytea, klout_signals, klout_model, timestamptz) IS
'Transition function of klout_calibrate(signals, model, as_of): adds one person. A change of model or as_of and an invalid state are errors.';

CREATE FUNCTION _klout_calibrate_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_calibrate_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_calibrate_combine(bytea, bytea) IS
'Combine function of klout_calibrate: adds two states; NULL is neutral. States with different model or as_of are an error.';

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
'Like klout_calibrate(signals, model, as_of), as of now().';

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
'Returns the model with its scale calibrated to a community: among active people, the one at percentile_disc(1 - calibrate_share) of raw scores gets calibrate_score, within 0.001; with the default model, 5 % score above 63. One row is one person. A person is active who received an action, of any weight, in the last active_days days (0 to less than that many days before the bucket of as_of, which must be finite). Nothing else in the model changes; the scale has six digits and does not depend on the order of rows or the number of workers. Rows with a NULL are ignored; no rows give NULL. It is an error if no one is active, if that raw score is 0, if the scale would exceed 1e9, or if model or as_of change within a group. Cost: one score per row; memory: 12 to 24 bytes for each occupied bin, with 16,384 bins for each doubling of the raw score.';
