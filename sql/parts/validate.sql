-- ---------------------------------------------------------------------------
-- Validation: how well scores predict outcomes
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_pairs_accum(bytea, score float8, outcome float8) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_pairs_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_pairs_accum(bytea, float8, float8) IS
'Transition function of klout_spearman, klout_kendall and klout_auc: adds one row; a row with a NULL is ignored. NaN and infinity are errors.';

CREATE FUNCTION _klout_ndcg_accum(bytea, score float8, gain float8, k integer) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_ndcg_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_ndcg_accum(bytea, float8, float8, integer) IS
'Transition function of klout_ndcg: adds one row; a row with a NULL score or gain is ignored. A change of k is an error.';

CREATE FUNCTION _klout_pairs_combine(bytea, bytea) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_pairs_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_pairs_combine(bytea, bytea) IS
'Combine function of klout_spearman, klout_kendall, klout_auc and klout_ndcg: adds two states; NULL is neutral. An invalid state and states with different k are errors.';

CREATE FUNCTION _klout_spearman_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_spearman_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_spearman_final(bytea) IS
'Final function of klout_spearman. An invalid state is an error.';

CREATE FUNCTION _klout_kendall_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_kendall_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_kendall_final(bytea) IS
'Final function of klout_kendall. An invalid state is an error.';

CREATE FUNCTION _klout_auc_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_auc_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_auc_final(bytea) IS
'Final function of klout_auc. An invalid state is an error.';

CREATE FUNCTION _klout_ndcg_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_ndcg_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_ndcg_final(bytea) IS
'Final function of klout_ndcg. An invalid state is an error.';

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
'Computes Spearman''s rank correlation of score and outcome (any finite numbers), in [-1, 1]: the correlation of their ranks, where equal values get their average rank. It is 1 if the outcome rises wherever the score does. Rows with a NULL are ignored; fewer than 2 rows, or all scores or all outcomes equal, give NULL. NaN and infinity are errors. The result does not depend on the order of rows, to the last bit. Needs 16 bytes per row (32 while growing) and 32 more at the end, for at most 67108861 rows. Cost: O(rows log rows).';

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
'Computes Kendall''s tau-b of score and outcome (any finite numbers), in [-1, 1]: the number of concordant pairs of rows minus that of discordant pairs, divided by the geometric mean of the number of pairs with different scores and that of pairs with different outcomes. Rows with a NULL are ignored; fewer than 2 rows, or all scores or all outcomes equal, give NULL. NaN and infinity are errors. Memory and cost are those of klout_spearman, and are shared with it in one query.';

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
'Computes the fraction of pairs of rows with different outcomes in which the row with the higher outcome has the higher score, counting equal scores as half, in [0, 1]; 0.5 is chance. For outcomes 0 and 1 it is the area under the ROC curve. score and outcome are any finite numbers. Rows with a NULL are ignored; fewer than 2 rows, or all outcomes equal, give NULL. NaN and infinity are errors. Memory and cost are those of klout_spearman, and are shared with it in one query.';

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
'Computes the normalised discounted cumulative gain of the k rows with the highest scores (k at least 1, the same in all rows), in [0, 1]: the sum of gain / log2(rank + 1), divided by that of the ideal order. Rows of equal score each count with their mean gain. score is any finite number; gain is finite and at least 0. Rows with a NULL score or gain are ignored; no gain above 0 gives NULL. NaN, infinity, a negative gain, and a k that is NULL, below 1 or changes within a group are errors. A k above the number of rows means all rows. The result does not depend on the order of rows, to the last bit. Memory and cost are those of klout_spearman.';

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
'Measures how well scores predict an outcome. Each argument is a single SELECT, run read-only with the caller''s privileges, with columns found by name: person and score in scores_sql, person and outcome (a number, at least 0) in outcome_sql; rows with a NULL are ignored. Returns spearman, kendall and auc of the people with a score, and ndcg@k for each k in top (at least 1), each with the number of people; then, as without outcome, the number of people with a score but no outcome, which counts as 0, and their fraction of the people with a score; then, as without score, the number of people with an outcome but no score, who are left out, and their fraction of the total outcome. Two rows for one person and values that are not finite are errors. Takes seconds for a million people.';

CREATE FUNCTION _klout_sharpness_accum(bytea, score float8, outcome float8, model klout_model) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_sharpness_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_sharpness_accum(bytea, float8, float8, klout_model) IS
'Transition function of klout_sharpness: adds one row; a row with a NULL score or outcome is ignored. A NULL model, a score outside [0, 100), and an outcome that is not finite are errors.';

CREATE FUNCTION _klout_sharpness_final(bytea) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_sharpness_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_sharpness_final(bytea) IS
'Final function of klout_sharpness. An invalid state is an error.';

CREATE AGGREGATE klout_sharpness(score float8, outcome float8, model klout_model) (
	SFUNC = _klout_sharpness_accum,
	STYPE = bytea,
	SSPACE = 1024,
	FINALFUNC = _klout_sharpness_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_pairs_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_sharpness(float8, float8, klout_model) IS
'Fits the sharpness of klout_outranks to a community: score is a person''s score under model at an earlier time (at least 0, below 100), outcome what came later, such as the number of new reactors (any finite number). Returns the maximum-likelihood sharpness over pairs of rows with different outcomes, in [0, 100]: 0 if scores do not predict the order of outcomes, 100 if they predict it without error. Of more than 262144 such pairs it uses a fixed random sample. Rows with a NULL score or outcome are ignored; no two different outcomes give NULL. A NULL model is an error. The result does not depend on the order of rows. Memory is that of klout_spearman. Cost: O(rows log rows), and under a second for the pairs. Source: Thurstone, A law of comparative judgment, 1927';

CREATE FUNCTION klout_outranks(score_a float8, score_b float8, model klout_model DEFAULT klout_model(), sharpness float8 DEFAULT 0.57)
	RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_outranks'
	LANGUAGE C IMMUTABLE PARALLEL SAFE STRICT;
COMMENT ON FUNCTION klout_outranks(float8, float8, klout_model, float8) IS
'Returns the probability, in [0, 1], that the person with score_a will have the greater outcome (distinct new reactors) than the person with score_b, if their outcomes differ: Phi(sharpness * (raw_a - raw_b)), where raw = scale * score / (100 - score) with the scale of model. Both scores, in [0, 100], are of that model and of one time. Equal scores give 0.5, and swapping the scores gives 1 minus the result. sharpness is at least 0; klout_sharpness fits it to a community, and the default is the mean over communities that were not fitted. O(1)';
