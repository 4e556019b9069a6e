-- klout_outranks and klout_sharpness: published quantiles of the normal distribution, closed forms, and properties
\set VERBOSITY terse
-- with a scale of 3.4 a score of 50 has a raw sum of 3.4, and 0 of 0: Phi(1), Phi(2) and the upper quartile
SELECT round(klout_outranks(50, 0, klout_model(), 1 / 3.4)::numeric, 12) AS phi_1,
	round(klout_outranks(50, 0, sharpness => 2 / 3.4)::numeric, 12) AS phi_2,
	round(klout_outranks(0, 50, sharpness => 0.67448975019608171 / 3.4)::numeric, 12) AS lower_quartile;
-- the sums, not the scores: 3.4 * (60 / 40 - 50 / 50) = 1.7, and half that with half the scale
SELECT round(klout_outranks(60, 50, sharpness => 1 / 1.7)::numeric, 12) AS phi_1,
	round(klout_outranks(60, 50, '{"scale": 1.7}', 1 / 0.85)::numeric, 12) AS phi_1_by_half;
-- the default is 0.57: 75 % takes 3.6 points at 66, and 90 % 6.2
SELECT round(klout_outranks(69.6, 66)::numeric, 2) AS "3.6 points", round(klout_outranks(72.2, 66)::numeric, 2) AS "6.2 points",
	klout_outranks(66, 66) AS equal, klout_outranks(100, 100) AS both_100, klout_outranks(100, 99.99) AS above;
SELECT count(*), bool_and(abs(klout_outranks(a, b) + klout_outranks(b, a) - 1) < 1e-15) AS antisymmetric,
	bool_and(klout_outranks(a + 1, b) >= klout_outranks(a, b)) AS monotone,
	bool_and(klout_outranks(a, b) >= 0.5) FILTER (WHERE a >= b) AS above_half
FROM generate_series(0, 99, 3) AS a, generate_series(0, 100, 4) AS b;
SELECT klout_outranks(NULL, 1), klout_outranks(1, NULL), klout_outranks(1, 1, NULL), klout_outranks(1, 1, klout_model(), NULL);
SELECT klout_outranks(-0.1, 1);
SELECT klout_outranks(1, 100.1);
SELECT klout_outranks('NaN', 1);
SELECT klout_outranks(1, 1, sharpness => -1);
SELECT klout_outranks(1, 1, sharpness => 'Infinity');
-- 3 of 4 pairs of different outcomes are in order, all 3.4 apart: Phi(3.4 g) = 3 / 4
CREATE TABLE rows AS
SELECT score, outcome FROM (VALUES (50, 1), (50, 1), (50, 1), (0, 0), (0, 1), (50, 0)) AS v (score, outcome);
SELECT round(klout_sharpness(score, outcome, klout_model())::numeric, 9) AS sharpness,
	round((0.67448975019608171 / 3.4)::numeric, 9) AS expected,
	round(klout_sharpness(score, outcome, '{"scale": 1.7}')::numeric, 9) AS half_the_scale,
	round(klout_outranks(50, 0, sharpness => klout_sharpness(score, outcome, klout_model()))::numeric, 9) AS three_of_four
FROM rows;
-- only the order of outcomes counts
SELECT klout_sharpness(score, outcome, klout_model()) = klout_sharpness(score, 7 * outcome - 3, klout_model()) AS by_order FROM rows;
SELECT klout_sharpness(score, -outcome, klout_model()) AS wrong_order, klout_sharpness(score, score, klout_model()) AS right_order,
	klout_sharpness(score, 1, klout_model()) AS one_outcome, klout_sharpness(NULL::float8, outcome, klout_model()) AS no_score,
	klout_sharpness(1, outcome, klout_model()) AS one_score
FROM rows;
-- the transition function, called directly with a constant score, reads the score of each row anew
SELECT count(DISTINCT _klout_sharpness_accum(state, 50, 1, klout_model())) AS states
FROM (SELECT NULL::bytea AS state FROM generate_series(1, 3) OFFSET 0) AS v;
SELECT klout_sharpness(score, outcome, NULL) FROM rows;
SELECT klout_sharpness(100, 1, klout_model());
SELECT klout_sharpness(-1, 1, klout_model());
SELECT klout_sharpness(1, 'NaN', klout_model());
-- of more than 262144 pairs a sample is taken, the same for any order of rows: 90 of 100 pairs are in order
CREATE TABLE many AS
SELECT row_number() OVER () AS i, score, outcome
FROM (VALUES (50, 1, 900), (0, 0, 300), (0, 1, 100), (50, 0, 300)) AS v (score, outcome, n), generate_series(1, n);
SELECT count(DISTINCT s) AS results, bool_and(abs(s - 1.2815515655446 / 3.4) < 0.005) AS as_expected
FROM (SELECT klout_sharpness(score, outcome, klout_model() ORDER BY i) AS s FROM many
	  UNION ALL SELECT klout_sharpness(score, outcome, klout_model() ORDER BY -i) FROM many
	  UNION ALL SELECT klout_sharpness(score, outcome, klout_model() ORDER BY i * 7919 % 2003) FROM many) AS v;
-- in parallel
SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0; SET parallel_leader_participation = off;
SELECT klout_sharpness(score, outcome, klout_model()) = (SELECT klout_sharpness(score, outcome, klout_model()) FROM (SELECT * FROM many OFFSET 0) AS m) AS same FROM many;
DROP TABLE rows, many;
