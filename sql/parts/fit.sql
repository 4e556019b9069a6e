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
