-- ---------------------------------------------------------------------------
-- Validation: do scores foretell anything?
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_pairs_accum(bytea, score float8, outcome float8) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_pairs_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_pairs_accum(bytea, float8, float8) IS
'Transition function of klout_spearman, klout_kendall and klout_auc: one row more; a row with a NULL is skipped, NaN and infinity are errors.';

CREATE FUNCTION _klout_ndcg_accum(bytea, score float8, gain float8, k integer) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_ndcg_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_ndcg_accum(bytea, float8, float8, integer) IS
'Transition function of klout_ndcg: one row more; a row with a NULL score or gain is skipped, another k than before is an error.';

CREATE FUNCTION _klout_pairs_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_pairs_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_pairs_combine(bytea, bytea) IS
'Combine function of klout_spearman, klout_kendall, klout_auc and klout_ndcg: both together, NULL is neutral; bytes that are no state, and states of different k, are an error.';

CREATE FUNCTION _klout_spearman_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_spearman_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_spearman_final(bytea) IS
'Final function of klout_spearman. Bytes that are no state of it are an error.';

CREATE FUNCTION _klout_kendall_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_kendall_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_kendall_final(bytea) IS
'Final function of klout_kendall. Bytes that are no state of it are an error.';

CREATE FUNCTION _klout_auc_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_auc_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_auc_final(bytea) IS
'Final function of klout_auc. Bytes that are no state of it are an error.';

CREATE FUNCTION _klout_ndcg_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_ndcg_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_ndcg_final(bytea) IS
'Final function of klout_ndcg. Bytes that are no state of it are an error.';

CREATE AGGREGATE klout_spearman(score float8, outcome float8) (
	SFUNC = _klout_pairs_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = _klout_spearman_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_spearman(float8, float8) IS
'Spearman''s rank correlation of score and outcome (any finite numbers), in [-1, 1]: the correlation of their ranks, equal values having the average of theirs. 1 when the outcome rises wherever the score does. Rows with a NULL are skipped; fewer than 2 rows, or all scores or all outcomes equal, give NULL. NaN and infinity are errors. The same to the bit in any order of rows. Keeps 16 bytes a row (32 as it grows) and 32 more at the end, for at most 67108861 rows; time grows with rows times their logarithm.';

CREATE AGGREGATE klout_kendall(score float8, outcome float8) (
	SFUNC = _klout_pairs_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = _klout_kendall_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_kendall(float8, float8) IS
'Kendall''s tau-b of score and outcome (any finite numbers), in [-1, 1]: pairs of rows in the same order less those in the opposite order, over the geometric mean of the pairs with different scores and those with different outcomes. Rows with a NULL are skipped; fewer than 2 rows, or all scores or all outcomes equal, give NULL. NaN and infinity are errors. Memory and time as klout_spearman, with which it shares them in one query.';

CREATE AGGREGATE klout_auc(score float8, outcome float8) (
	SFUNC = _klout_pairs_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = _klout_auc_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_auc(float8, float8) IS
'Of all pairs of rows with different outcomes the share in which the greater outcome has the greater score, equal scores counting half, in [0, 1]; 0.5 is chance. For outcomes 0 and 1 it is the area under the ROC curve. score and outcome are any finite numbers. Rows with a NULL are skipped; fewer than 2 rows, or all outcomes equal, give NULL. NaN and infinity are errors. Memory and time as klout_spearman, with which it shares them in one query.';

CREATE AGGREGATE klout_ndcg(score float8, gain float8, k integer) (
	SFUNC = _klout_ndcg_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = _klout_ndcg_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_ndcg(float8, float8, integer) IS
'Normalised discounted cumulative gain of the k (at least 1, the same in all rows) rows of highest score, in [0, 1]: the sum of gain / log2(rank + 1), as a share of what the best order would have. Rows of equal score count with the mean gain of all of them. score is any finite number, gain a finite one of at least 0. Rows with a NULL score or gain are skipped; no gain above 0 gives NULL. NaN, infinity, a negative gain, k NULL, below 1 or changing within a group are errors. A k beyond the rows is as good as their number. The same to the bit in any order of rows. Memory and time as klout_spearman.';

CREATE FUNCTION klout_validate(
	scores_sql text,
	outcome_sql text,
	top integer[] DEFAULT '{100,1000}',
	OUT measure text,
	OUT value float8,
	OUT people bigint
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_validate'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 7;
COMMENT ON FUNCTION klout_validate(text, text, integer[]) IS
'How well scores foretell an outcome. Both arguments are one SELECT each, run read only with the caller''s rights, with columns found by name: scores_sql person and score, outcome_sql person and outcome (a number of at least 0); a row with a NULL is as if it were not there. Rows: spearman, kendall and auc of the people with a score, ndcg@k for each k of top (at least 1 each), people being those it is about; then without outcome, people with a score and no outcome, which counts as 0, and their share of those with a score; and without score, people with an outcome and no score, who are left out, and their share of all outcome. Two rows of one person, and values that are not finite, are errors. Takes seconds for a million people.';
