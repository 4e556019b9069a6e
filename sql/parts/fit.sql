-- ---------------------------------------------------------------------------
-- Fitting: weights from pairwise judgements
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_fit_accum(bytea, better double precision[], worse double precision[]) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_fit_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_fit_accum(bytea, double precision[], double precision[]) IS
'Transition function of klout_fit: adds one judgement; a NULL array is ignored. An invalid state is an error.';

CREATE FUNCTION _klout_fit_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_fit_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_fit_combine(bytea, bytea) IS
'Combine function of klout_fit: adds the judgements of two states; NULL is neutral. Different numbers of features and an invalid state are errors.';

CREATE FUNCTION _klout_fit_final(bytea) RETURNS double precision[]
	AS 'MODULE_PATHNAME', 'klout_fit_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_fit_final(bytea) IS
'Final function of klout_fit: computes the weights. An invalid state is an error.';

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
'Fits weights to pairwise judgements. One row states that a person with the features better (1 to 64 numbers between -1e100 and 1e100, from klout_features or your own) is more influential than a person with the features worse. Returns one weight, 0 or more, per feature, in their order: the non-negative least-squares solution of sum(weight * (better - worse)) = 1. If it is not unique, a feature that is a combination of others (to 1e-13 of its length) gets 0; of equal features, the later one. Rows with a NULL array are ignored; no rows give NULL. NULL elements, NaN, infinities, numbers out of range, arrays that are not one-dimensional, different numbers of features, fewer pairs than features, and only pairs of equal features are errors. The result does not depend on the order of rows or the parallel plan, to 1e-8. Cost: O(features^2) per row, O(features^3) at the end';
