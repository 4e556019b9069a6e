-- ---------------------------------------------------------------------------
-- Fit: weights from pairwise judgements
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_fit_accum(bytea, better double precision[], worse double precision[]) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_fit_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_fit_accum(bytea, double precision[], double precision[]) IS
'Transition function of klout_fit: one judgement more; a NULL array is skipped, bytes that are no state are an error.';

CREATE FUNCTION _klout_fit_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_fit_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_fit_combine(bytea, bytea) IS
'Combine function of klout_fit: the judgements of both, NULL is neutral; different numbers of features, and bytes that are no state, are an error.';

CREATE FUNCTION _klout_fit_final(bytea) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_fit_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_fit_final(bytea) IS
'Final function of klout_fit: the weights. Bytes that are no state are an error.';

CREATE AGGREGATE klout_fit(better double precision[], worse double precision[]) (
	SFUNC = _klout_fit_accum,
	STYPE = bytea,
	SSPACE = 512,
	FINALFUNC = _klout_fit_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_fit_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_fit(double precision[], double precision[]) IS
'Weights from pairwise judgements: one row says that somebody with the features better (1 to 64 numbers between -1e100 and 1e100, as klout_features or your own) is more influential than somebody with the features worse. The result has a weight of 0 or more for each feature, in their order: those for which sum(weight * (better - worse)) is closest to 1 in least squares. Where several are, a feature that others make up for (to 1e-13 of its length) gets 0, of equals the later. Rows with a NULL array are skipped, no rows give NULL. NULL elements, NaN, infinities, numbers out of range, arrays of no or several dimensions, different numbers of features, fewer pairs than features, and pairs of equals only are errors. Any order of rows and any parallel plan give the same to 1e-8. Cost: O(features^2) a row, O(features^3) at the end';
