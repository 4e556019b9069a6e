-- klout_features and klout_fit: against answers worked out by hand and by plain
-- SQL, against scipy.optimize.nnls (test/data/fit_reference.py), and against
-- judgements by weights that are known.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET extra_float_digits = 1;

-- in a schema of its own: other tests have a table of people and a try(), too
CREATE SCHEMA regress_fit;
SET search_path = regress_fit, public;
\getenv abs_srcdir PG_ABS_SRCDIR

\set tools :abs_srcdir '/include/tools.sql'
\i :tools

CREATE FUNCTION dot(a float8[], b float8[]) RETURNS float8 LANGUAGE sql IMMUTABLE AS $$
	SELECT sum(x * y) FROM unnest(a, b) AS u (x, y)
$$;

-- ---------------------------------------------------------------------------
-- Features
-- ---------------------------------------------------------------------------

-- one reactor and 9 followers 30 days ago, a post today: reach 1/2, one day
-- of 2^(-1/12), 9 followers although they count for less in raw, one post
CREATE TEMP VIEW one AS
SELECT s || f || p AS signals
FROM (SELECT klout_signals('n', 'k', 1::bigint, '2026-03-01 12:00') FROM generate_series(1, 1)) AS s (s),
	(SELECT klout_audience('n', 9, '2026-03-01 12:00') FROM generate_series(1, 1)) AS f (f),
	(SELECT klout_posts('n', '2026-03-31 01:00') FROM generate_series(1, 1)) AS p (p);
SELECT bool_and(abs(f - e) < 1e-15) AS by_hand
FROM one, unnest(klout_features(signals, klout_model(), '2026-03-31 12:00'),
	ARRAY[ln(1.5), ln(1 + 2 ^ (-1/12.0)), ln(10), ln(2)]::float8[]) AS u (f, e);
-- networks are weighted inside of the logarithm; weights of the parts do not matter
SELECT bool_and(abs(f - e) < 1e-15) AS by_hand
FROM one, unnest(klout_features(signals, klout_model()
		|| '{"networks": {"n": 4}, "reach_weight": 7, "consistency_weight": 0, "audience_weight": 0, "activity_weight": 3}',
		'2026-03-31 12:00'),
	ARRAY[ln(3), ln(1 + 4 * 2 ^ (-1/12.0)), ln(37), ln(5)]::float8[]) AS u (f, e);
-- nobody, and followers without reactions
SELECT klout_features('{}', klout_model(), '2026-03-31'), klout_features('{}', 'strict'), klout_features('{}');
SELECT klout_features(klout_audience('n', 0, '2026-03-01'), klout_model(), '2026-03-31') FROM generate_series(1, 1);
-- short forms
SELECT klout_features(signals) = klout_features(signals, klout_model(), now()) AS with_model,
	klout_features(signals, 'strict') = klout_features(signals, klout_model('strict'), now()) AS with_now
FROM one;
SELECT klout_features(NULL, klout_model(), now()) IS NULL AND klout_features('{}', NULL, now()) IS NULL
	AND klout_features('{}', klout_model(), NULL) IS NULL AND klout_features(NULL) IS NULL AS null_of_null;
SELECT try($$SELECT klout_features('{}', klout_model(), 'infinity')$$);

-- ---------------------------------------------------------------------------
-- Known problems
-- ---------------------------------------------------------------------------

CREATE TABLE pairs (problem text, better float8[], worse float8[]);
CREATE TABLE expected (problem text, is_unique boolean, smallest float8, weights float8[]);
\set command 'gzip -dc ' :abs_srcdir '/data/fit_pairs.csv.gz'
COPY pairs FROM PROGRAM :'command' WITH (FORMAT csv);
\set file :abs_srcdir '/data/fit_expected.csv'
COPY expected FROM :'file' WITH (FORMAT csv);
SELECT (SELECT count(*) FROM pairs) AS pairs, (SELECT count(*) FROM expected) AS problems;

-- The sum of (d . w - 1)^2, from the rows
CREATE FUNCTION badness(name text, weights float8[]) RETURNS float8 LANGUAGE sql AS $$
	SELECT sum((regress_fit.dot(better, weights) - regress_fit.dot(worse, weights) - 1) ^ 2)
	FROM regress_fit.pairs WHERE problem = name
$$;
CREATE TABLE fitted AS
SELECT problem, klout_fit(better, worse) AS weights FROM pairs GROUP BY problem;

-- weights to 1e-8 of the largest, or of themselves where features differ in
-- size; the smallest sum to 1e-8; where several weights have it, of equals the
-- first feature's (so SciPy's weights are not compared with)
SELECT problem, cardinality(f.weights) = cardinality(e.weights) AS as_many, is_unique,
	CASE WHEN is_unique THEN (
		SELECT max(abs(f - e)) <= 1e-8 * greatest(max(e), 1)
			AND bool_and(abs(f - e) <= 1e-8 * e OR problem NOT LIKE 'twelve%')
		FROM unnest(f.weights, e.weights) AS u (f, e)) END AS weights,
	(SELECT min(w) >= 0 FROM unnest(f.weights) AS w) AS not_negative,
	abs(badness(problem, f.weights) - smallest) <= 1e-8 * greatest(smallest, 1) AS smallest
FROM fitted AS f FULL JOIN expected AS e USING (problem)
ORDER BY problem COLLATE "C";
-- which of several: the numbers of the features without a weight
SELECT f.problem, ARRAY(SELECT i FROM unnest(f.weights) WITH ORDINALITY AS u (w, i) WHERE w = 0) AS without_weight
FROM fitted AS f JOIN expected AS e USING (problem) WHERE NOT is_unique
ORDER BY f.problem COLLATE "C";

-- by hand: 2 a + 2 b = 2 and 2 a + 8 b = 4
SELECT bool_and(abs(w - e) < 1e-15) AS by_hand
FROM (SELECT klout_fit(better, worse) FROM (VALUES ('{5,3}'::float8[], '{4,3}'::float8[]), ('{0,3}', '{0,1}'), ('{0,0}', '{-1,-2}')) AS v (better, worse)) AS f (weights),
	unnest(weights, ARRAY[2/3.0, 1/3.0]::float8[]) AS u (w, e);
-- bounds and numbering of arrays, null bitmaps without nulls
SELECT klout_fit('[0:1]={3,1}', (ARRAY[1, 1, 0, NULL]::float8[])[2:3]) FROM generate_series(1, 2);
-- the largest and the smallest, and 64 features
SELECT klout_fit(better, '{0,0}') FROM (VALUES ('{1e100,1e-100}'::float8[]), ('{-1e100,1e-100}')) AS v (better);
SELECT count(*) AS features, count(*) FILTER (WHERE abs(w - 1.0 / i) > 1e-15) AS differ
FROM (SELECT klout_fit(array_fill(0::float8, ARRAY[i - 1]) || i::float8 || array_fill(0::float8, ARRAY[64 - i]), array_fill(0::float8, ARRAY[64]))
	FROM generate_series(1, 64) AS i) AS f (weights), unnest(weights) WITH ORDINALITY AS u (w, i);

-- ---------------------------------------------------------------------------
-- Rows and groups
-- ---------------------------------------------------------------------------

SELECT klout_fit('{1}', '{0}') IS NULL AS no_rows FROM generate_series(1, 0);
SELECT klout_fit(better, worse) AS null_rows_only FROM (VALUES (NULL::float8[], '{1}'::float8[]), ('{1}', NULL), (NULL, NULL)) AS v (better, worse);
SELECT klout_fit(better, worse) AS nulls_are_skipped FROM (VALUES (NULL::float8[], '{1,2,3}'::float8[]), ('{4}', '{2}'), ('{1}', NULL)) AS v (better, worse);
SELECT klout_fit('{1}', '{0}') FILTER (WHERE false) IS NULL AS filtered FROM generate_series(1, 3);
-- as a window function: every row the same as an aggregate of its frame
SELECT count(*) AS rows, count(*) FILTER (WHERE w IS DISTINCT FROM again) AS differ
FROM (SELECT n, klout_fit(ARRAY[n % 7], ARRAY[-1 - n % 3]) OVER (ORDER BY n ROWS BETWEEN 4 PRECEDING AND CURRENT ROW) AS w FROM generate_series(1, 12) AS n) AS o,
	LATERAL (SELECT klout_fit(ARRAY[m % 7], ARRAY[-1 - m % 3]) FROM generate_series(greatest(1, n - 4), n) AS m) AS a (again);
-- several groups: 1, 1/2, 1/3 and, of all, (1 + 2 + 3) / (1 + 4 + 9) = 3/7
SELECT n % 3 AS judge, klout_fit(ARRAY[n, n % 3 + 1], ARRAY[n, 0]) AS weights FROM generate_series(1, 9) AS n GROUP BY GROUPING SETS ((n % 3), ()) ORDER BY 1;

-- the order of rows, parts, workers: to 1e-8; here to 1e-12
CREATE TABLE many AS
SELECT i, array_agg(x ORDER BY f) AS better, array_agg(y ORDER BY f) AS worse
FROM (SELECT i, f, (hashint8extended(i, f) & 1048575) / (1000.0::float8 * f * f) AS x, (hashint8extended(i, -f) & 1048575) / (1100.0::float8 * f * f) AS y
	FROM generate_series(1, 5000) AS i, generate_series(1, 6) AS f) AS drawn
GROUP BY i;
ANALYZE many;
CREATE TABLE whole AS SELECT klout_fit(better, worse) AS weights FROM many;
CREATE FUNCTION as_whole(other float8[]) RETURNS boolean LANGUAGE sql AS $$
	SELECT max(abs(w - o)) <= 1e-12 * max(w) FROM regress_fit.whole, unnest(weights, other) AS u (w, o)
$$;
SELECT min(w) > 0 AS all_positive FROM whole, unnest(weights) AS w;
SELECT as_whole(klout_fit(better, worse ORDER BY i DESC)) AS backwards, as_whole(klout_fit(better, worse ORDER BY better)) AS sorted FROM many;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE many SET (parallel_workers = 2);
CREATE FUNCTION is_partial(statement text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
BEGIN
	FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || statement LOOP
		IF line ~ 'Partial Aggregate' THEN
			RETURN true;
		END IF;
	END LOOP;
	RETURN false;
END $$;
SELECT is_partial('SELECT klout_fit(better, worse) FROM many');
SELECT as_whole(klout_fit(better, worse)) AS parallel FROM many;
SET parallel_leader_participation = off;
SELECT as_whole(klout_fit(better, worse)) AS parallel FROM many;
RESET parallel_leader_participation;
SET max_parallel_workers_per_gather = 0;
-- merged by hand, each part 50 rows, in any order
CREATE AGGREGATE accumulate(float8[], float8[]) (SFUNC = _klout_fit_accum, STYPE = bytea, COMBINEFUNC = _klout_fit_combine, PARALLEL = SAFE);
CREATE AGGREGATE merge(bytea) (SFUNC = _klout_fit_combine, STYPE = bytea);
CREATE TABLE part AS SELECT i % 100 AS part, accumulate(better, worse) AS state FROM many GROUP BY 1;
SELECT as_whole(_klout_fit_final(merge(state ORDER BY part))) AS merged, as_whole(_klout_fit_final(merge(state ORDER BY part DESC))) AS backwards,
	sum(get_byte(state, 2) + 256 * get_byte(state, 3)) AS pairs FROM part;
-- support functions called as functions change nothing and take NULLs
CREATE TABLE kept AS SELECT state AS a, state AS b FROM part WHERE part = 1;
SELECT _klout_fit_accum(a, '{1,1,1,1,1,1}', '{0,0,0,0,0,0}')::text <> b::text AS added, a::text = b::text AS kept,
	_klout_fit_combine(a, b)::text <> b::text AS merged, a::text = b::text AS kept FROM kept;
SELECT _klout_fit_accum(a, NULL, '{1}')::text = b::text AND _klout_fit_accum(a, '{1}', NULL)::text = b::text AND _klout_fit_combine(a, NULL)::text = b::text
	AND _klout_fit_combine(NULL, a)::text = b::text AND _klout_fit_combine(NULL, NULL) IS NULL AND _klout_fit_accum(NULL, NULL, NULL) IS NULL
	AND _klout_fit_final(NULL) IS NULL AS nulls FROM kept;

-- ---------------------------------------------------------------------------
-- Errors
-- ---------------------------------------------------------------------------

SELECT b, w, try(format('SELECT klout_fit(%L, %L) FROM generate_series(1, 3)', b, w)) AS try
FROM (VALUES ('{NaN}', '{0}'), ('{1,2}', '{1,Infinity}'), ('{-Infinity}', '{0}'), ('{1e101}', '{0}'), ('{0}', '{-1.1e100}'),
	('{1,NULL}', '{1,2}'), ('{1}', '{NULL}'), ('{1,2}', '{1}'), ('{}', '{}'), ('{1}', '{}'), ('{{1,2}}', '{1,2}'), ('{1,2}', '{{1},{2}}'),
	('{1,2,3,4}', '{0,0,0,0}'), ('{1,2,3}', '{1,2,3}')) AS v (b, w);
SELECT try('SELECT klout_fit(array_fill(1::float8, ARRAY[65]), array_fill(0::float8, ARRAY[65]))');
SELECT try('SELECT klout_fit(array_fill(1::float8, ARRAY[n]), array_fill(0::float8, ARRAY[n])) FROM generate_series(1, 2) AS n');
SELECT try('SELECT _klout_fit_combine(_klout_fit_accum(NULL, ''{1}'', ''{0}''), _klout_fit_accum(NULL, ''{1,2}'', ''{0,1}''))');
-- 2^63 - 1 pairs, and twice 2^62: the most is 2^63 - 1
SELECT try($$SELECT _klout_fit_accum('\x0101ffffffffffffff7f000000000000f03f0000000000000000000000000000f03f0000000000000000', '{1}', '{0}')$$);
SELECT try($$SELECT _klout_fit_combine(s, s) FROM (SELECT '\x01010000000000000040000000000000f03f0000000000000000000000000000f03f0000000000000000'::bytea) AS a (s)$$);
-- the aggregate is named, also in a window
SELECT try('SELECT klout_fit(ARRAY[n], ARRAY[n, 1]) OVER (ORDER BY n) FROM generate_series(1, 2) AS n');

-- ---------------------------------------------------------------------------
-- States: bytes that only the executor passes, unless somebody calls by hand
-- ---------------------------------------------------------------------------

-- by hand: d is (2, -1) and (1, 1): sums 3 and 0, products 5, -1 and 2
CREATE FUNCTION sums(VARIADIC numbers float8[]) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
	SELECT string_agg((SELECT string_agg(substr(float8send(x), i, 1), '' ORDER BY i DESC) FROM generate_series(1, 8) AS i) || '\x0000000000000000', '' ORDER BY n)
	FROM unnest(numbers) WITH ORDINALITY AS u (x, n)
$$;
SELECT accumulate(b, '{0,0}') = '\x01020200000000000000' || sums(3, 0, 5, -1, 2) AS by_hand FROM (VALUES ('{2,-1}'::float8[]), ('{1,1}')) AS v (b);
-- 1 + 2^-52, squared, is that and 2^-52 and 2^-104
SELECT substr(accumulate(ARRAY[1 + 2.0 ^ (-52)], '{0}'), 27) AS square FROM generate_series(1, 1);

-- hostile bytes: 1 feature, 1 pair, sum 1, square 1
SELECT what, try(format('SELECT _klout_fit_final(%L)', bytes)) AS try
FROM (VALUES ('good', '\x01010100000000000000000000000000f03f0000000000000000000000000000f03f0000000000000000'::bytea),
	('empty', '\x'), ('version', '\x02010100000000000000000000000000f03f0000000000000000000000000000f03f0000000000000000'),
	('no features', '\x01000100000000000000'), ('too many features', '\x01410100000000000000'),
	('two features', '\x01020100000000000000000000000000f03f0000000000000000000000000000f03f0000000000000000'),
	('a byte more', '\x01010100000000000000000000000000f03f0000000000000000000000000000f03f000000000000000000'),
	('pairs', '\x01010100000000000080000000000000f03f0000000000000000000000000000f03f0000000000000000'),
	('-0', '\x0101010000000000000000000000000000800000000000000000000000000000f03f0000000000000000'),
	('-0 low', '\x01010100000000000000000000000000f03f0000000000000080000000000000f03f0000000000000000'),
	('NaN', '\x01010100000000000000000000000000f87f0000000000000000000000000000f03f0000000000000000'),
	('two forms', '\x01010100000000000000000000000000f03f000000000000f03f000000000000f03f0000000000000000')) AS v (what, bytes);
-- cut short anywhere it is none; changed anywhere it is none, or one that can be solved
WITH good (bytes) AS (SELECT accumulate(better, worse) FROM pairs WHERE problem = 'random 3 x 3')
SELECT count(*) AS cut, count(*) FILTER (WHERE try(format('SELECT _klout_fit_final(%L)', substr(bytes, 1, n))) LIKE '22023 invalid state of _klout_fit_final %') AS refused
FROM good, generate_series(0, length(bytes) - 1) AS n;
DO $$
DECLARE
	good bytea := (SELECT accumulate(better, worse) FROM pairs WHERE problem = 'random 3 x 3');
	answer text;
BEGIN
	FOR i IN 0 .. length(good) - 1 LOOP
		FOREACH answer IN ARRAY ARRAY['0', '1', '127', '128', '240', '255'] LOOP
			answer := try(format('SELECT _klout_fit_final(%L)', set_byte(good, i, answer::int)));
			ASSERT answer ~ '^({|22000 _klout_fit_final: |22023 _klout_fit_final: |22023 invalid state of _klout_fit_final )', answer;
			answer := try(format('SELECT _klout_fit_combine(%L, %L)', good, set_byte(good, i, 255)));
			ASSERT answer ~ '^(\\x|22023 invalid state of _klout_fit_combine |22003 _klout_fit_combine: |2202E _klout_fit_combine: )', answer;
		END LOOP;
	END LOOP;
END $$;
-- sums that no rows add up to: weights or an error, no crash and no loop
SELECT try($$SELECT _klout_fit_final('\x01030300000000000000' || sums(1, 1, 1, 1, -1, -1, 1, -1, 1))$$) ~ '^({|22000)' AS ends;
SELECT count(*) AS tried, count(*) FILTER (WHERE try(format('SELECT _klout_fit_final(''\x01040900000000000000'' || sums(%s, 1, 2, 2.5, 1, %s, %s, -1, 1, %s, %s, 1, %s, 1))', a, b, c, a, b, -c)) ~ '^({|22000)') AS ended
FROM generate_series(-1, 1, 0.25) AS a, generate_series(-1, 1, 0.25) AS b, generate_series(-1, 1, 0.25) AS c;

-- ---------------------------------------------------------------------------
-- On a real community
-- ---------------------------------------------------------------------------

-- Answers and comments received and given; followers are not known there: the
-- number of people one ever reacted to stands in for them.
CREATE TABLE action (kind text, actor bigint, target bigint, at timestamptz);
CREATE TEMP TABLE line (actor bigint, target bigint, seconds bigint);
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-a2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO action SELECT 'answer', actor, target, to_timestamp(seconds) FROM line WHERE actor <> target;
TRUNCATE line;
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2a.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO action SELECT 'comment', actor, target, to_timestamp(seconds) FROM line WHERE actor <> target;
DELETE FROM action WHERE at > '2013-12-31 12:00';

CREATE TABLE person AS
SELECT person, klout_rollup(signals) AS signals
FROM (SELECT target AS person, klout_signals('mathoverflow', kind, actor, at) AS signals FROM action GROUP BY target
	UNION ALL
	SELECT actor, klout_posts('mathoverflow', at) FROM action GROUP BY actor
	UNION ALL
	SELECT actor, klout_audience('mathoverflow', followers, at)
	FROM (SELECT actor, count(DISTINCT target) AS followers, max(at) AS at FROM action GROUP BY actor) AS f GROUP BY actor) AS parts
GROUP BY person;
SELECT count(*) > 10000 AS people, count(*) FILTER (WHERE f[1] > 1 AND f[2] > 1 AND f[3] > 1 AND f[4] > 1) > 100 AS have_all
FROM person, klout_features(signals, klout_model(), '2013-12-31 12:00') AS f;

-- raw from the features, for three models
SELECT m AS model, count(*) FILTER (WHERE abs(m.reach_weight * f[1] + m.consistency_weight * f[2]
		+ least(m.audience_weight * f[3], m.audience_cap * (m.reach_weight * f[1] + m.consistency_weight * f[2]))
		+ m.activity_weight * f[4] - klout_raw(signals, model, '2013-12-31 12:00')) > 1e-12) AS differ
FROM (VALUES (1, 1, 0.1, 0.1, 0), (0.5, 2, 0.25, 1, 0.75), (0, 3, 1e9, 0.2, 1)) AS m (reach_weight, consistency_weight, audience_weight, audience_cap, activity_weight),
	LATERAL (SELECT klout_model('strict') || to_jsonb(m) || '{"networks": {"mathoverflow": 3}, "kinds": {"answer": 2.5}}') AS n (model),
	person, klout_features(signals, model, '2013-12-31 12:00') AS f
GROUP BY m ORDER BY m;

-- Judges who weigh consistency twice as much as reach, activity half, the
-- audience a tenth.  They are asked about people the default model holds for
-- about equal; every other answer is kept for the check.
CREATE TABLE active AS
SELECT row_number() OVER (ORDER BY f[1] + f[2] + 0.1 * f[3], person) AS n, f AS features, dot(f, '{1, 2, 0.1, 0.5}') AS hidden
FROM person, klout_features(signals, klout_model(), '2013-12-31 12:00') AS f
WHERE f[1] > 0.02 AND f[2] > 0.5;
CREATE TABLE judgement AS
SELECT a.n, apart, CASE WHEN a.hidden > b.hidden THEN a.features ELSE b.features END AS better,
	CASE WHEN a.hidden > b.hidden THEN b.features ELSE a.features END AS worse, abs(a.hidden - b.hidden) AS margin
FROM active AS a, active AS b, (VALUES (1), (1000)) AS v (apart)
WHERE b.n = a.n + apart;
CREATE TABLE learnt AS SELECT klout_fit(better, worse) AS weights FROM judgement WHERE apart = 1 AND n % 2 = 0;
SELECT weights[2] > weights[1] AND weights[1] > weights[4] AND weights[4] > weights[3] AND weights[3] > 0 AS order_of_weights FROM learnt;
-- on those kept: the share in the right order; the default model guesses
SELECT apart, count(*) > 1000 AS judgements, avg((dot(better, weights) > dot(worse, weights))::int) > CASE apart WHEN 1 THEN 0.85 ELSE 0.99 END AS fit
FROM judgement, learnt WHERE n % 2 = 1 GROUP BY apart ORDER BY apart;
SELECT avg((dot(better, '{1, 1, 0.1, 0}') > dot(worse, '{1, 1, 0.1, 0}'))::int) BETWEEN 0.4 AND 0.6 AS default_model FROM judgement WHERE n % 2 = 1 AND apart = 1;
-- judgements that are all about as clear give the weights themselves
SELECT count(*) > 100 AS judgements, (SELECT max(abs(w - h)) < 0.1 FROM unnest(klout_fit(better, worse), '{1, 2, 0.1, 0.5}'::float8[]) AS u (w, h)) AS weights
FROM judgement WHERE margin BETWEEN 0.8 AND 1.2;

SET client_min_messages = warning;
DROP SCHEMA regress_fit CASCADE;
