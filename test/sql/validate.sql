-- klout_spearman, klout_kendall, klout_auc, klout_ndcg and klout_validate: against
-- SciPy and scikit-learn (test/data/validate_reference.py), against plain SQL, and
-- against people who mean it no good.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET extra_float_digits = 1;

-- in a schema of its own: other tests have a try(), too
CREATE SCHEMA regress_validate;
SET search_path = regress_validate, public;

\getenv abs_srcdir PG_ABS_SRCDIR
\set pairs_file :abs_srcdir '/data/validate_pairs.csv'
\set expected_file :abs_srcdir '/data/validate_expected.csv'

\set tools :abs_srcdir '/include/tools.sql'
\i :tools

--
-- The references
--
CREATE TABLE pairs (name text, score float8, outcome float8);
CREATE TABLE expected (name text, measure text, value float8);
COPY pairs FROM :'pairs_file' WITH (FORMAT csv);
COPY expected FROM :'expected_file' WITH (FORMAT csv);
CREATE FUNCTION draw(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS
	'SELECT (n * n * n % 1000003 * 7919 + n * n) % 1000003';
INSERT INTO pairs
SELECT 'drawn, no ties', draw(i) + i / 16384.0::float8, draw(i) / 2.0::float8 + draw(2 * i + 20001) FROM generate_series(1, 10000) AS i
UNION ALL
SELECT 'drawn, ties', draw(i) % 50, greatest(0, draw(i) % 50 + draw(2 * i + 20001) % 50 - 60) FROM generate_series(1, 10000) AS i
UNION ALL
SELECT 'drawn, unrelated', draw(3 * i) % 1000, draw(3 * i + 30001) % 10 FROM generate_series(1, 10000) AS i;

CREATE VIEW ours AS
SELECT name, measure, value
FROM (SELECT name, klout_spearman(score, outcome) AS spearman, klout_kendall(score, outcome) AS kendall, klout_auc(score, outcome) AS auc
	FROM pairs GROUP BY name) AS measures,
	LATERAL (VALUES ('spearman', spearman), ('kendall', kendall), ('auc', auc)) AS m (measure, value)
UNION ALL
SELECT name, 'ndcg@' || k, klout_ndcg(score, outcome, k)
FROM pairs, unnest('{1,5,100}'::int[]) AS k
WHERE name NOT IN (SELECT name FROM pairs GROUP BY name HAVING min(outcome) < 0 OR count(*) < 2)
GROUP BY name, k;

-- differing by more than 1e-12, or by being NULL
SELECT count(*), count(e.value) AS defined,
	count(*) FILTER (WHERE (abs(o.value - e.value) < 1e-12) IS NOT TRUE AND num_nonnulls(o.value, e.value) > 0) AS differ
FROM expected AS e FULL JOIN ours AS o USING (name, measure)
WHERE e.measure IS NOT NULL OR name <> 'one row';
-- of one row: no correlation
SELECT measure, value FROM ours WHERE name = 'one row' ORDER BY measure;
-- where the reference is not defined
SELECT name, string_agg(measure, ' ' ORDER BY measure) AS undefined FROM ours WHERE value IS NULL GROUP BY name ORDER BY name COLLATE "C";

--
-- Plain SQL
--
-- by hand: three rows of which one pair is in the wrong order
SELECT klout_spearman(score, outcome), round(klout_kendall(score, outcome)::numeric, 12) AS kendall,
	round(klout_auc(score, outcome)::numeric, 12) AS auc, round(klout_ndcg(score, outcome, 1)::numeric, 12) AS ndcg
FROM (VALUES (1, 1), (2, 3), (3, 2)) AS v (score, outcome);
-- Spearman: corr() over average ranks
SELECT name, abs(klout_spearman(score, outcome) - corr(score_rank, outcome_rank)) < 1e-12 AS as_corr
FROM (SELECT name, score, outcome,
		rank() OVER s + (count(*) OVER (PARTITION BY name, score) - 1) / 2.0::float8 AS score_rank,
		rank() OVER o + (count(*) OVER (PARTITION BY name, outcome) - 1) / 2.0::float8 AS outcome_rank
	FROM pairs WINDOW s AS (PARTITION BY name ORDER BY score), o AS (PARTITION BY name ORDER BY outcome)) AS ranked
WHERE name LIKE 'drawn%' OR name LIKE 'f%'
GROUP BY name ORDER BY name COLLATE "C";
-- Kendall and concordance: every pair of rows
WITH numbered AS (SELECT name, row_number() OVER () AS n, score, outcome FROM pairs WHERE name NOT LIKE 'drawn%'),
both_ways AS (
	SELECT name, sign(a.score - b.score) AS s, sign(a.outcome - b.outcome) AS o
	FROM numbered AS a JOIN numbered AS b USING (name) WHERE a.n < b.n),
by_hand AS (
	SELECT name, sum(s * o) / nullif(sqrt(sum(s * s) * sum(o * o)), 0) AS kendall,
		sum(CASE WHEN o <> 0 THEN (1 + s * o) / 2 END) / nullif(sum(o * o), 0) AS auc
	FROM both_ways GROUP BY name)
SELECT count(*), count(h.kendall) AS kendall, count(h.auc) AS auc,
	count(*) FILTER (WHERE num_nonnulls(k.value, h.kendall) > 0 AND (abs(k.value - h.kendall) < 1e-12) IS NOT TRUE) AS kendall_differs,
	count(*) FILTER (WHERE num_nonnulls(a.value, h.auc) > 0 AND (abs(a.value - h.auc) < 1e-12) IS NOT TRUE) AS auc_differs
FROM by_hand AS h JOIN ours AS k USING (name) JOIN ours AS a USING (name) WHERE k.measure = 'kendall' AND a.measure = 'auc';
-- NDCG: the mean gain of equal scores, at their ranks
WITH ranked AS (
	SELECT name, avg(outcome) OVER (PARTITION BY name, score) AS gain, outcome,
		row_number() OVER (PARTITION BY name ORDER BY score DESC) AS rank,
		row_number() OVER (PARTITION BY name ORDER BY outcome DESC) AS best_rank
	FROM pairs WHERE name IN ('drawn, ties', 'drawn, unrelated', 'a tie over the depth', 'few values')),
by_hand AS (
	SELECT name, sum(gain / log(2, rank + 1)::float8) FILTER (WHERE rank <= 100) / sum(outcome / log(2, best_rank + 1)::float8) FILTER (WHERE best_rank <= 100) AS value
	FROM ranked GROUP BY name)
SELECT name, abs(h.value - o.value) < 1e-12 AS same FROM by_hand AS h JOIN ours AS o USING (name) WHERE measure = 'ndcg@100' ORDER BY name COLLATE "C";

--
-- Nothing but the set of rows matters, to the bit
--
CREATE TABLE as_is AS SELECT * FROM ours WHERE name LIKE 'drawn%' OR name = 'fractions';
CREATE TABLE shuffled AS SELECT * FROM pairs ORDER BY md5(score::text || outcome::text || name);
CREATE VIEW ours_shuffled AS
SELECT name, measure, value
FROM (SELECT name, klout_spearman(score, outcome) AS s, klout_kendall(score, outcome) AS k, klout_auc(score, outcome) AS a,
		klout_ndcg(score, greatest(outcome, 0), 1) AS n1, klout_ndcg(score, greatest(outcome, 0), 5) AS n5, klout_ndcg(score, greatest(outcome, 0), 100) AS n100
	FROM shuffled GROUP BY name) AS m,
	LATERAL (VALUES ('spearman', s), ('kendall', k), ('auc', a), ('ndcg@1', n1), ('ndcg@5', n5), ('ndcg@100', n100)) AS v (measure, value);
SELECT count(*), count(*) FILTER (WHERE a.value IS DISTINCT FROM s.value) AS differ FROM as_is AS a LEFT JOIN ours_shuffled AS s USING (name, measure);
-- in parallel
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE shuffled SET (parallel_workers = 2);
CREATE FUNCTION is_parallel(query text) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
	RETURN plan::text LIKE '%"Partial Mode": "Partial"%' AND plan::text LIKE '%"Node Type": "Gather%';
END $$;
SELECT is_parallel('SELECT * FROM ours_shuffled');
SELECT count(*), count(*) FILTER (WHERE a.value IS DISTINCT FROM s.value) AS differ FROM as_is AS a LEFT JOIN ours_shuffled AS s USING (name, measure);
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
-- with little memory: 200,000 rows in one group, 5,000 groups that go to disk
SET work_mem = '64kB';
SELECT klout_spearman(i, sqrt(i)), klout_kendall(i, -i), klout_auc(i, i / 1000), klout_ndcg(i, i, 1000)
FROM generate_series(1, 200000) AS i;
SELECT count(*), count(*) FILTER (WHERE s = 1 AND n = 1) AS right
FROM (SELECT klout_spearman(i, i) AS s, klout_ndcg(i, i, 3) AS n FROM generate_series(1, 200000) AS i GROUP BY i % 5000) AS g;
RESET work_mem;
-- as window functions, on growing and on sliding frames
SELECT i, round((klout_spearman(i, i % 3) OVER w)::numeric, 6) AS spearman, round((klout_auc(i, i % 3) OVER (ORDER BY i ROWS 2 PRECEDING))::numeric, 6) AS auc,
	round((klout_ndcg(i, i % 3, 2) OVER w)::numeric, 6) AS ndcg
FROM generate_series(1, 5) AS i WINDOW w AS (ORDER BY i);
SELECT klout_auc(score, outcome) FILTER (WHERE score > 1), klout_auc(DISTINCT score, outcome), klout_kendall(score, outcome ORDER BY outcome)
FROM (VALUES (1, 2), (2, 1), (3, 5), (3, 5)) AS v (score, outcome);

--
-- Rows that are skipped, and no rows
--
SELECT klout_spearman(score, outcome), klout_kendall(score, outcome), klout_auc(score, outcome), klout_ndcg(score, outcome, 5)
FROM (VALUES (1, 1), (NULL, 9), (2, 2), (9, NULL), (NULL, NULL)) AS v (score, outcome);
SELECT klout_spearman(i, i), klout_kendall(i, i), klout_auc(i, i), klout_ndcg(i, i, 5) FROM generate_series(1, 0) AS i;
SELECT klout_spearman(NULL, i), klout_kendall(NULL, i), klout_auc(NULL, i), klout_ndcg(NULL, i, NULL) FROM generate_series(1, 3) AS i;
-- one 0, the least and the greatest numbers
SELECT klout_spearman(score, outcome), klout_auc(score, outcome), klout_ndcg(score, abs(outcome), 2)
FROM (VALUES (float8 '-0', float8 '0'), ('0', '-0'), ('5e-324', '1.7e308'), ('-1.7e308', '-5e-324')) AS v (score, outcome);
SELECT klout_ndcg(i, 1.7e308, 100) FROM generate_series(1, 1000) AS i;
-- a depth beyond the rows
SELECT klout_ndcg(i, i, 2147483647), klout_ndcg(-i, i, 2147483647) = klout_ndcg(-i, i, 10) AS same FROM generate_series(1, 10) AS i;

--
-- What is refused
--
SELECT try(format('SELECT %s(%s, 1) FROM generate_series(1, 2)', f, value))
FROM unnest('{klout_spearman,klout_kendall,klout_auc}'::text[]) AS f, unnest('{''NaN'',''Infinity'',''-Infinity''}'::text[]) AS value;
SELECT try(format('SELECT %s(1, %s) FROM generate_series(1, 2)', f, value))
FROM unnest('{klout_spearman,klout_kendall,klout_auc}'::text[]) AS f, unnest('{''NaN'',''Infinity'',''-Infinity''}'::text[]) AS value;
SELECT try(format('SELECT klout_ndcg(%s) FROM generate_series(1, 2) AS i', arguments))
FROM unnest('{"''NaN'', 1, 5","1, ''NaN'', 5","1, ''Infinity'', 5","1, -1, 5","1, -5e-324, 5","1, 1, 0","1, 1, -2147483648","1, 1, NULL","1, 1, i"}'::text[]) AS arguments;
SELECT try('SELECT klout_spearman(1, ''NaN'') OVER () FROM generate_series(1, 2)');

-- support functions, called by hand: states of others, and bytes of nobody
SELECT _klout_pairs_accum(NULL, 1, 2), _klout_pairs_accum(NULL, NULL, 2) IS NULL AS skipped, _klout_ndcg_accum(_klout_ndcg_accum(NULL, 1, 2, 3), 4, NULL, NULL);
SELECT _klout_auc_final(_klout_pairs_accum(_klout_pairs_accum(NULL, 1, 2), 2, 3)) AS auc,
	_klout_auc_final(_klout_pairs_combine(_klout_pairs_accum(NULL, 1, 2), _klout_pairs_accum(NULL, 2, 1))) AS combined,
	_klout_pairs_combine(NULL, NULL) IS NULL AS nothing, _klout_pairs_combine(NULL, _klout_pairs_accum(NULL, 1, 2)) = _klout_pairs_accum(NULL, 1, 2) AS neutral,
	_klout_spearman_final(NULL) IS NULL AND _klout_kendall_final(NULL) IS NULL AND _klout_auc_final(NULL) IS NULL AND _klout_ndcg_final(NULL) IS NULL AS of_null;
SELECT try('SELECT _klout_spearman_final(_klout_ndcg_accum(NULL, 1, 2, 3))');
SELECT try('SELECT _klout_ndcg_final(_klout_pairs_accum(NULL, 1, 2))');
SELECT try('SELECT _klout_pairs_accum(_klout_ndcg_accum(NULL, 1, 2, 3), 1, 2)');
SELECT try('SELECT _klout_pairs_combine(_klout_ndcg_accum(NULL, 1, 2, 3), _klout_pairs_accum(NULL, 1, 2))');
SELECT try('SELECT _klout_pairs_combine(_klout_ndcg_accum(NULL, 1, 2, 3), _klout_ndcg_accum(NULL, 1, 2, 4))');
SELECT bytes, try(format('SELECT _klout_kendall_final(%L)', bytes)) AS final, replace(try(format('SELECT _klout_pairs_accum(%L, 1, 2)', bytes)), 'accum', 'combine') = try(format('SELECT _klout_pairs_combine(%1$L, %1$L)', bytes)) AS likewise
FROM unnest(ARRAY['', '\x01', '\x02000000000000000000000000000000', '\x01010000000000000000000000000000', '\x01000000000000800000000000000000',
	'\x01000000000000000100000000000000', '\x0100000000000000ffffffffffffffff', '\x0100000000000000ffffffff00000000'] || ARRAY[]::text[]) AS bytes;
SELECT try('SELECT _klout_kendall_final(''\x01000000000000000100000000000000'' || float8send(1) || ''\x000000000000f07f'')');
SELECT try('SELECT _klout_ndcg_final(''\x01000000050000000100000000000000'' || float8send(1) || ''\x000000000000f0bf'')');
SELECT _klout_kendall_final('\x01000000000000000000000000000000') IS NULL AS empty;
-- each byte of a state changed: an error or a number
SELECT count(*), count(*) FILTER (WHERE result !~ '^(22023 |\(null\)$|-?[0-9.e-]+$)') AS otherwise
FROM (SELECT _klout_pairs_accum(_klout_pairs_accum(_klout_pairs_accum(NULL, 1, 2), 2, 2), 3, 1) AS state) AS s,
	generate_series(0, length(state) - 1) AS at, unnest('{0,1,127,128,255}'::int[]) AS byte,
	LATERAL try(format('SELECT _klout_kendall_final(%L)', set_byte(state, at, byte))) AS result;

--
-- klout_validate
--
CREATE TABLE before (person bigint, score float8);
CREATE TABLE after (person int, outcome int);
INSERT INTO before SELECT i, 100 - i FROM generate_series(1, 50) AS i;
INSERT INTO after SELECT i, 60 - i FROM generate_series(1, 40) AS i UNION ALL SELECT i, 30 FROM generate_series(101, 104) AS i;
-- 10 of 50 have no outcome: pairs of these are ties. 4 have no score, 120 of 1700 of the outcome.
SELECT * FROM klout_validate('SELECT person, score FROM before', 'SELECT person, outcome FROM after');
SELECT measure, value FROM klout_validate('TABLE before', 'TABLE after', '{}') WHERE measure LIKE 'ndcg%';
SELECT measure, people FROM klout_validate('TABLE before', 'TABLE after', '{7,1,7}') WHERE measure LIKE 'ndcg%';
SELECT count(*) FROM klout_validate('TABLE before', 'TABLE after', NULL);
-- it says what the aggregates say
SELECT v.measure, v.value IS NOT DISTINCT FROM m.value AS same
FROM (SELECT klout_spearman(score, coalesce(outcome, 0)), klout_kendall(score, coalesce(outcome, 0)), klout_auc(score, coalesce(outcome, 0)), klout_ndcg(score, coalesce(outcome, 0), 10)
	FROM (SELECT person, score % 17 AS score, outcome FROM (SELECT person, score::int AS score FROM before) AS b LEFT JOIN after USING (person)) AS j) AS a (s, k, c, n),
	LATERAL (VALUES ('spearman', s), ('kendall', k), ('auc', c), ('ndcg@10', n)) AS m (measure, value)
JOIN klout_validate('SELECT person, score::int % 17 AS score FROM before', 'TABLE after', '{10}') AS v USING (measure) ORDER BY v.measure COLLATE "C";
-- ids of any type, numbers of any type, any order of columns and more of them; NULLs are not there
SELECT measure, value, people
FROM klout_validate('SELECT 1 AS more, 1.5 AS score, ''b''::text AS person UNION ALL SELECT 2, 2, ''c'' UNION ALL SELECT 2, 1, NULL UNION ALL SELECT 3, NULL, ''a''',
	'SELECT ''b''::varchar AS person, 1::smallint AS outcome UNION ALL SELECT ''b'', NULL UNION ALL SELECT ''a'', 3 UNION ALL SELECT NULL, 9', '{1}');
SELECT measure, value FROM klout_validate('SELECT md5(person::text)::uuid AS person, score FROM before', 'SELECT md5(person::text)::uuid AS person, outcome FROM after', '{}') WHERE people = 50;
-- nobody
SELECT * FROM klout_validate('SELECT 1 AS person, 1 AS score WHERE false', 'SELECT 1 AS person, 1 AS outcome WHERE false');
SELECT * FROM klout_validate('SELECT 1 AS person, 1 AS score WHERE false', 'SELECT 1 AS person, 1 AS outcome', '{1}');
SELECT * FROM klout_validate('SELECT 1 AS person, 1 AS score', 'SELECT 1 AS person, 1 AS outcome WHERE false', '{1}');
-- tables named as its own relations are
CREATE TABLE scores AS SELECT 7 AS person, 1 AS score, 2 AS outcome UNION ALL SELECT 8, 2, 3;
CREATE TABLE outcomes AS SELECT * FROM scores;
SELECT measure, value FROM klout_validate('TABLE outcomes', 'TABLE scores', '{}') WHERE people = 2;
SELECT measure, value FROM klout_validate('SELECT * FROM scores -- all;', 'SELECT * FROM outcomes ; -- all', '{}') WHERE people = 2;

-- columns, people, values
CREATE FUNCTION try_validate(scores_sql text, outcome_sql text, top text DEFAULT '{100}') RETURNS text LANGUAGE sql
RETURN try(format('SELECT value FROM klout_validate(%L, %L, %L)', scores_sql, outcome_sql, top));
SELECT try_validate('SELECT 1 AS who, 2 AS score', 'TABLE after');
SELECT try_validate('SELECT 1 AS person, 2 AS "Score"', 'TABLE after');
SELECT try_validate('TABLE before', 'TABLE before');
SELECT try_validate('TABLE before', 'SELECT');
SELECT try_validate('SELECT 1 AS person, 2 AS person, 3 AS score', 'TABLE after');
SELECT try_validate('SELECT 1 AS person, ''2'' AS score', 'TABLE after');
SELECT try_validate('TABLE before', 'SELECT 1 AS person, true AS outcome');
SELECT try_validate('SELECT ''a''::text AS person, 1 AS score', 'TABLE after');
SELECT try_validate('SELECT point(1, 2) AS person, 1 AS score', 'SELECT point(1, 2) AS person, 1 AS outcome');
SELECT try_validate('TABLE before UNION ALL SELECT 3, 3', 'TABLE after');
SELECT try_validate('TABLE before', 'TABLE after UNION ALL SELECT 101, 3 UNION ALL SELECT 11, 3');
SELECT try_validate(format('TABLE before UNION ALL SELECT 0, %L::float8', value), 'TABLE after') FROM unnest('{NaN,Infinity,-Infinity}'::text[]) AS value;
SELECT try_validate('TABLE before', format('SELECT person, outcome::float8 FROM after UNION ALL SELECT 0, %L::float8', value)) FROM unnest('{NaN,Infinity,-1,-5e-324}'::text[]) AS value;
SELECT try_validate('TABLE before', 'SELECT 1 AS person, 1e400::numeric AS outcome');
SELECT left(try_validate('TABLE before', 'TABLE after', top), 80) FROM unnest(ARRAY['{0}', '{5,-1}', '{NULL}', array_fill(1, '{1001}')::text, '{{1,2},{3,4}}']) AS top;
SELECT try('SELECT klout_validate(NULL, ''TABLE after'')');
SELECT try('SELECT klout_validate(''TABLE before'', NULL)');

-- statements
SELECT try_validate(sql, 'TABLE after') FROM unnest(ARRAY[
	'', ';', 'SELEC 1', 'TABLE before;', 'TABLE before; TABLE before', 'SELECT 1 AS person, 2 AS score) AS s; DROP TABLE before; --',
	'SELECT $1 AS person, 2 AS score', 'SELECT 1 AS person, 2 AS score FROM nowhere', 'INSERT INTO before VALUES (1, 2) RETURNING person, score', 'DELETE FROM before',
	'DROP TABLE before', 'WITH w AS (DELETE FROM before RETURNING person, score) SELECT * FROM w', 'SELECT person, score FROM before FOR UPDATE',
	'SELECT 1 AS person, 2 AS score INTO t', 'COPY before TO STDOUT', 'EXPLAIN SELECT 1', 'SHOW work_mem', 'COMMIT', 'SET work_mem = 64',
	'SELECT 1 AS person, 1 / 0 AS score', 'VALUES (1, 2)']) AS sql;
SELECT try_validate('TABLE before', sql) FROM unnest(ARRAY['DELETE FROM before', 'SELECT 1 AS person, 2 AS outcome FROM nowhere']) AS sql;
CREATE FUNCTION writes() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO before VALUES (1, 2); RETURN 1; END $$;
SELECT try_validate('SELECT 1 AS person, writes() AS score', 'TABLE after');
SELECT try_validate('TABLE before', 'SELECT 1 AS person, writes() AS outcome');
SELECT writes(), count(*) FROM before;
DELETE FROM before WHERE score = 2;

-- READ ONLY, repeated, in itself; what comes before is seen, what happens at the same time is not
BEGIN READ ONLY;
SELECT count(*) FROM klout_validate('TABLE before', 'TABLE after');
ROLLBACK;
SELECT count(*) FROM generate_series(1, 3) AS i, klout_validate('TABLE before', format('SELECT person, outcome * %s AS outcome FROM after', i));
SELECT count(*) FROM klout_validate('SELECT people AS person, max(value) AS score FROM klout_validate(''TABLE before'', ''TABLE after'') GROUP BY people', 'TABLE after');

-- more than work_mem: no file stays behind, of the call or of those before it
SET work_mem = '64kB';
SELECT n, count(*) FILTER (WHERE value = 1) AS perfect,
	max((SELECT count(*) FROM pg_ls_tmpdir() WHERE name LIKE format('pgsql_tmp%s.%%', pg_backend_pid()) AND n > 0)) AS files
FROM generate_series(1, 3) AS n, klout_validate(format('SELECT i AS person, i + %s AS score FROM generate_series(1, 5000) AS i', n),
	'SELECT i AS person, i AS outcome FROM generate_series(1, 5000) AS i', '{10}')
GROUP BY n ORDER BY n;
RESET work_mem;

-- the rights of the caller, and whatever is in the search path
CREATE ROLE regress_klout_reader;
GRANT USAGE ON SCHEMA regress_validate TO regress_klout_reader;
GRANT SELECT ON after TO regress_klout_reader;
SET ROLE regress_klout_reader;
SELECT try_validate('TABLE before', 'TABLE after');
RESET ROLE;
REVOKE ALL ON SCHEMA regress_validate FROM regress_klout_reader;
REVOKE ALL ON after FROM regress_klout_reader;
DROP ROLE regress_klout_reader;
CREATE FUNCTION evil(float8, float8) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil'; END $$;
CREATE OPERATOR > (LEFTARG = float8, RIGHTARG = float8, FUNCTION = evil);
CREATE OPERATOR < (LEFTARG = float8, RIGHTARG = float8, FUNCTION = evil);
CREATE FUNCTION evil(numeric, numeric) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN RAISE 'evil'; END $$;
CREATE OPERATOR > (LEFTARG = numeric, RIGHTARG = numeric, FUNCTION = evil);
CREATE FUNCTION count(float8) RETURNS bigint LANGUAGE sql AS 'SELECT -1::bigint';
CREATE FUNCTION concat(float8, text, text) RETURNS text LANGUAGE sql AS 'SELECT ''evil''';
CREATE FUNCTION klout_kendall(float8, float8) RETURNS float8 LANGUAGE sql AS 'SELECT 42::float8';
CREATE DOMAIN float8 AS text;
SET search_path = regress_validate, pg_catalog, public;
SELECT * FROM public.klout_validate('SELECT person, score FROM regress_validate.before', 'SELECT person, outcome FROM regress_validate.after');

SET client_min_messages = warning;
DROP SCHEMA regress_validate CASCADE;
