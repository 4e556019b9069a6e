-- klout_authority: against results of NetworkX (test/data/authority_reference.py),
-- against plain SQL, and against people who mean it no good.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET extra_float_digits = 1;

-- in a schema of its own: other tests have a table of people and a try(), too
CREATE SCHEMA regress_authority;
GRANT USAGE ON SCHEMA regress_authority TO PUBLIC;
SET search_path = regress_authority, public;

\getenv abs_srcdir PG_ABS_SRCDIR
\set edges_file :abs_srcdir '/data/authority_edges.csv'
\set expected_file :abs_srcdir '/data/authority_expected.csv'

\set tools :abs_srcdir '/include/tools.sql'
\i :tools

-- nothing is known before the first call
SELECT count(*) FROM klout_authority_stats();

-- ---------------------------------------------------------------------------
-- Known graphs
-- ---------------------------------------------------------------------------

CREATE TABLE edges (graph text, actor int, target int, weight float8);
CREATE TABLE expected (graph text, person bigint, authority float8);
COPY edges FROM :'edges_file' WITH (FORMAT csv);
COPY expected FROM :'expected_file' WITH (FORMAT csv);
SELECT (SELECT count(*) FROM edges) AS edges, (SELECT count(*) FROM expected) AS expected;

CREATE TABLE known AS
SELECT graph, person, authority
FROM (SELECT DISTINCT graph,
		CASE graph WHEN 'little damping' THEN 0.3 WHEN 'much damping' THEN 0.99 ELSE 0.85 END AS damping
	FROM edges) AS g,
	klout_authority(format('SELECT actor, target, weight FROM edges WHERE graph = %L', graph), damping,
		tolerance => 1e-12, max_iterations => 1000,
		restart_sql => CASE WHEN graph = 'restart'
			THEN 'SELECT * FROM (VALUES (3, 1.0), (7, 2.5), (12, 0), (99999, 5)) AS v (person, weight)' END);
SELECT graph, count(*) AS people, max(abs(k.authority - e.authority)) < 1e-12 AS as_expected,
	count(k.person) = count(e.person) AS same_people, abs(sum(k.authority) - 1) < 1e-12 AS sum_is_1
FROM known AS k FULL JOIN (SELECT * FROM expected WHERE graph NOT LIKE 'random %') AS e USING (graph, person)
GROUP BY graph ORDER BY graph COLLATE "C";

-- the first edge by hand: 1 has v, 2 has v + 0.85 v, the sum is 1
SELECT person, abs(authority - CASE person WHEN 1 THEN 1 ELSE 1.85 END / 2.85) < 1e-15 AS by_hand
FROM klout_authority('SELECT 1 AS actor, 2 AS target');

-- As in authority_reference.py
CREATE FUNCTION lcg(n bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS $$
	SELECT (((n * 1103515245 + 12345) % 2147483648 * 1103515245 + 12345) % 2147483648 * 1103515245 + 12345) % 2147483648
$$;
CREATE FUNCTION random_rows(n bigint, people bigint) RETURNS TABLE (actor bigint, target bigint, weight bigint)
LANGUAGE sql IMMUTABLE AS $$
	SELECT lcg(7 * i + 3) / 8 % people, floor(u * u * people)::bigint, 1 + lcg(11 * i + 5) / 1024 % 8
	FROM (SELECT i, lcg(2 * i) / 2147483648::float8 AS u FROM generate_series(1, n) AS i) AS drawn
$$;

CREATE TABLE small AS SELECT * FROM random_rows(20000, 1000);
CREATE TABLE of_small AS
SELECT * FROM klout_authority('SELECT * FROM small', tolerance => 1e-12, max_iterations => 1000);
SELECT count(*), max(abs(s.authority - e.authority)) < 1e-12 AS as_expected, abs(sum(s.authority) - 1) < 1e-12 AS sum_is_1
FROM of_small AS s FULL JOIN (SELECT * FROM expected WHERE graph = 'random 1000') AS e USING (person);

SET klout.authority_memory = '200MB';
CREATE TABLE large AS SELECT * FROM random_rows(1000000, 100000);
CREATE TABLE of_large AS
SELECT * FROM klout_authority('SELECT * FROM large', tolerance => 1e-12, max_iterations => 1000);
RESET klout.authority_memory;
SELECT (SELECT count(*) FROM of_large) = (SELECT authority FROM expected WHERE graph = 'random 100000: people') AS people,
	(SELECT count(*) = 200 AND max(abs(l.authority - e.authority)) < 1e-12
	FROM of_large AS l JOIN expected AS e USING (person) WHERE graph = 'random 100000') AS every_500th,
	(SELECT abs(sum(l.authority ^ 2) - max(e.authority)) < 1e-12
	FROM of_large AS l, expected AS e WHERE graph = 'random 100000: squares') AS squares,
	(SELECT max(abs(l.authority - e.authority)) < 1e-11
	FROM (SELECT person % 10 AS person, sum(authority) AS authority FROM of_large GROUP BY 1) AS l
	JOIN expected AS e USING (person) WHERE graph = 'random 100000: mod 10') AS sums,
	(SELECT abs(sum(authority::numeric) - 1) < 1e-12 FROM of_large) AS sum_is_1;
SELECT rows, vertices, edges, self_edges, null_rows, converged, error_bound <= 1e-12 AS within_tolerance,
	iterations BETWEEN 5 AND 60 AS iterations, core_edges BETWEEN 1 AND edges AS core_edges,
	peak_memory BETWEEN 20000000 AND 200000000 AS memory, load_seconds > 0 AS load, build_seconds > 0 AS build,
	solve_seconds > 0 AS solve
FROM klout_authority_stats();
-- (sorted: a hash of these takes PostgreSQL minutes)
SET enable_hashagg = off;
SELECT (SELECT count(*) FROM (SELECT DISTINCT actor, target FROM large WHERE actor <> target) AS pair) AS edges,
	(SELECT count(*) FROM large WHERE actor = target) AS self_edges;
RESET enable_hashagg;

-- ---------------------------------------------------------------------------
-- What may not matter
-- ---------------------------------------------------------------------------

-- the order of rows: to the bit
SELECT count(*) AS differ
FROM (SELECT * FROM klout_authority('SELECT * FROM small ORDER BY weight, lcg(actor + 17 * target)',
		tolerance => 1e-12, max_iterations => 1000)
	EXCEPT SELECT * FROM of_small) AS d;
-- the order of columns, other columns, the integer type, domains
CREATE DOMAIN person_id AS smallint;
SELECT count(*) AS differ
FROM (SELECT * FROM klout_authority('SELECT weight::numeric, 1 AS other, target::person_id, actor::int FROM small',
		tolerance => 1e-12, max_iterations => 1000)
	EXCEPT SELECT * FROM of_small) AS d;
-- weights of one actor: only their proportions
SELECT max(abs(a.authority - s.authority)) < 1e-12 AS same
FROM klout_authority('SELECT actor, target, weight * (0.001 + actor) AS weight FROM small',
	tolerance => 1e-12, max_iterations => 1000) AS a JOIN of_small AS s USING (person);
-- a row of weight 3 is three rows
SELECT max(abs(a.authority - s.authority)) < 1e-12 AS same
FROM klout_authority('SELECT actor, target FROM small, generate_series(1, weight)',
	tolerance => 1e-12, max_iterations => 1000) AS a JOIN of_small AS s USING (person);
-- ids
SELECT max(abs(a.authority - s.authority)) < 1e-12 AS same
FROM klout_authority('SELECT (actor - 500) * 4611686018427387 AS actor, (target - 500) * 4611686018427387 AS target, weight FROM small',
	tolerance => 1e-12, max_iterations => 1000) AS a
JOIN of_small AS s ON a.person = (s.person - 500) * 4611686018427387;
SELECT count(*), max(abs(a.authority - s.authority)) < 1e-12 AS same
FROM klout_authority_text('SELECT ''p'' || actor AS actor, (''p'' || target)::varchar AS target, weight FROM small',
	tolerance => 1e-12, max_iterations => 1000) AS a
JOIN of_small AS s ON a.person = 'p' || s.person;
SELECT count(*), max(abs(a.authority - s.authority)) < 1e-12 AS same
FROM klout_authority_text('SELECT md5(actor::text)::uuid AS actor, md5(target::text)::uuid AS target, weight FROM small',
	tolerance => 1e-12, max_iterations => 1000) AS a
JOIN of_small AS s ON a.person::uuid = md5(s.person::text)::uuid;
-- where a warm start begins
SELECT max(abs(a.authority - s.authority)) < 1e-12 AS same
FROM klout_authority('SELECT * FROM small', tolerance => 1e-12, max_iterations => 1000,
	warm_sql => 'SELECT person, authority * (1 + person % 3) AS authority FROM of_small WHERE person % 5 > 0') AS a
JOIN of_small AS s USING (person);
SELECT count(*) FROM klout_authority('SELECT * FROM small', warm_sql => 'TABLE of_small');
SELECT iterations < 5 AS few_iterations FROM klout_authority_stats();
-- the number of workers, with any size of graph: to the bit
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
SELECT count(*) AS differ
FROM (SELECT * FROM klout_authority('SELECT * FROM small', tolerance => 1e-12, max_iterations => 1000)
	EXCEPT SELECT * FROM of_small) AS d;
SET max_parallel_workers_per_gather = 0;
SELECT count(*) AS differ
FROM (SELECT * FROM klout_authority('SELECT * FROM small', tolerance => 1e-12, max_iterations => 1000)
	EXCEPT SELECT * FROM of_small) AS d;
SELECT workers FROM klout_authority_stats();
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;

-- the equation itself, in SQL: authority = (1 - d) / n + d (inflow + dangling / n)
SELECT max(abs(authority - (0.15 / n + 0.85 * (coalesce(inflow, 0) + dangling / n)))) < 1e-12 AS holds
FROM of_small
LEFT JOIN (SELECT target AS person, sum(s.authority * weight / leaving) AS inflow
	FROM small JOIN of_small AS s ON person = actor
	JOIN (SELECT actor, sum(weight) AS leaving FROM small WHERE actor <> target GROUP BY actor) AS l USING (actor)
	WHERE actor <> target GROUP BY target) AS i USING (person),
	(SELECT count(*) AS n, coalesce(sum(authority) FILTER (WHERE NOT EXISTS
		(SELECT FROM small WHERE actor = person AND actor <> target)), 0) AS dangling FROM of_small) AS t;

-- ---------------------------------------------------------------------------
-- Edges of what there is
-- ---------------------------------------------------------------------------

SELECT count(*) FROM klout_authority('SELECT 1 AS actor, 2 AS target WHERE false');
SELECT rows, vertices, edges, iterations, converged, error_bound FROM klout_authority_stats();
SELECT count(*) FROM klout_authority('SELECT 1 AS actor, 1 AS target');
SELECT count(*) FROM klout_authority('SELECT NULL::int AS actor, 1 AS target, NULL::int AS weight');
SELECT rows, self_edges, null_rows, vertices FROM klout_authority_stats();
SELECT person FROM klout_authority('SELECT * FROM (VALUES (-9223372036854775808, 9223372036854775807), (0, -1), (-1, 0)) AS v (actor, target)');
SELECT person, authority = 0.25 AS even
FROM klout_authority_text('SELECT * FROM (VALUES ('''', ''b''), (''b'', ''B''), (''B'', ''a b''), (''a b'', '''')) AS v (actor, target)');
-- ids that differ after eight bytes, or in length only
SELECT person
FROM klout_authority_text($$SELECT actor, lead(actor, 1, 'person') OVER () AS target
	FROM unnest('{person 2,person 10,person,person 1,person 10 }'::text[]) AS actor$$);
SELECT count(*), count(DISTINCT person), min(length(person))
FROM klout_authority_text($$SELECT repeat('long', 1000) || i AS actor, repeat('long', 1000) || i % 10 AS target FROM generate_series(10, 99) AS i$$);
-- no damping: the restart vector; the smallest and the largest weights
SELECT person, abs(authority - 1 / 3.0) < 1e-15 AS even
FROM klout_authority('SELECT 1 AS actor, 2 AS target UNION SELECT 2, 3', damping => 0);
SELECT person, abs(authority - 1 / 3.0) < 1e-12 AS even
FROM klout_authority($$SELECT actor, target, weight::numeric FROM (VALUES
	(1, 2, '5e-324'), (2, 3, '1e308'), (3, 1, '1')) AS v (actor, target, weight)$$);
-- restart at one of two components: the other has nothing
SELECT person, round(authority::numeric, 12) AS authority
FROM klout_authority('SELECT * FROM edges WHERE graph = ''two components''', restart_sql => 'SELECT 4 AS person', tolerance => 1e-13);
-- a chain that is peeled from both ends
SELECT count(*) FROM klout_authority('SELECT i AS actor, i + 1 AS target FROM generate_series(1, 100000) AS i');
SELECT vertices, core_edges, iterations FROM klout_authority_stats();

-- so many people that a row and a column fill 32 bits: a permutation leaves all the same
SET klout.authority_memory = '400MB';
SELECT count(*), max(abs(authority - 0.000001)) < 1e-18 AS even
FROM klout_authority('SELECT i AS actor, (i * 7 + 1) % 1000000 AS target FROM generate_series(0, 999999) AS i');
SELECT vertices, edges FROM klout_authority_stats();
RESET klout.authority_memory;

-- not converged: a WARNING, and the bound holds
\set VERBOSITY default
SELECT sum(abs(a.authority - s.authority)) BETWEEN 1e-12 AND (SELECT error_bound FROM klout_authority_stats()) AS within_bound
FROM klout_authority('SELECT * FROM small', tolerance => 0.125, max_iterations => 100) AS a JOIN of_small AS s USING (person);
SELECT try('SELECT count(*) FROM klout_authority(''SELECT 1 AS actor, 2 AS target UNION ALL SELECT 2, 1 UNION ALL SELECT 2, 3 UNION ALL SELECT 3, 1'', tolerance => 1e-15, max_iterations => 1)');
\set VERBOSITY terse
SELECT converged, iterations FROM klout_authority_stats();

-- ---------------------------------------------------------------------------
-- What is refused
-- ---------------------------------------------------------------------------

CREATE FUNCTION try_edges(edges_sql text) RETURNS text LANGUAGE sql
RETURN try(format('SELECT count(*) FROM klout_authority(%L)', edges_sql));

SELECT try('SELECT klout_authority(NULL)');
SELECT try('SELECT klout_authority(''SELECT 1 AS actor, 2 AS target'', damping => ' || value || ')')
FROM unnest('{"NULL",-0.1,1,''NaN'',''Infinity''}'::text[]) AS value;
SELECT try('SELECT klout_authority(''SELECT 1 AS actor, 2 AS target'', tolerance => ' || value || ')')
FROM unnest('{"NULL",0,-1,''NaN'',''Infinity''}'::text[]) AS value;
SELECT try('SELECT klout_authority(''SELECT 1 AS actor, 2 AS target'', max_iterations => ' || value || ')')
FROM unnest('{"NULL",0,-2147483648}'::text[]) AS value;

-- columns
SELECT try_edges('SELECT 1 AS src, 2 AS dst');
SELECT try_edges('SELECT 1 AS actor, 2 AS "Target"');
SELECT try_edges('SELECT');
SELECT try_edges('SELECT 1 AS actor, 2 AS target, 3 AS actor');
SELECT try_edges('SELECT 1 AS actor, 2 AS target, 3 AS weight, 4 AS weight');
SELECT try_edges('SELECT 1.5 AS actor, 2 AS target');
SELECT try_edges('SELECT ''a'' AS actor, ''b'' AS target');
SELECT try_edges('SELECT 1 AS actor, 2 AS target, ''3'' AS weight');
SELECT try_edges('SELECT 1 AS actor, 2 AS target, ''{1}''::int[] AS weight');
SELECT try('SELECT klout_authority_text(''SELECT 1 AS actor, 2 AS target'')');
SELECT try('SELECT klout_authority_text(''SELECT gen_random_uuid() AS actor, ''''a'''' AS target'')');
SELECT try('SELECT klout_authority_text(''SELECT ''''a'''' AS actor, ''''b''''::bytea AS target'')');

-- weights
SELECT regexp_replace(try_edges('SELECT 7 AS actor, 8 AS target, ' || weight || ' AS weight'), '0{200,}', '0...0') AS try_edges
FROM unnest('{NULL::int,0,-1,''NaN''::float8,''Infinity''::float4,''-Infinity''::numeric,''NaN''::numeric,1e400,1e-400,-0.0::float8}'::text[]) AS weight;
SELECT try('SELECT klout_authority_text(''SELECT ''''it''''''''s'''' AS actor, ''''b'''' AS target, 0 AS weight'')');
SELECT try('SELECT klout_authority_text(''SELECT ''''00000000-0000-0000-0000-000000000001''''::uuid AS actor, ''''00000000-0000-0000-0000-000000000002''''::uuid AS target, -3 AS weight'')');
SELECT try_edges('SELECT 7 AS actor, 8 + i AS target, 1e308 AS weight FROM generate_series(1, 2) AS i');
SELECT try_edges('SELECT 7 AS actor, 8 AS target, 1e308 AS weight FROM generate_series(1, 2) AS i');

-- restart and warm start
CREATE FUNCTION try_restart(restart_sql text) RETURNS text LANGUAGE sql
RETURN try(format('SELECT count(*) FROM klout_authority(''SELECT 1 AS actor, 2 AS target'', restart_sql => %L)', restart_sql));
CREATE FUNCTION try_warm(warm_sql text) RETURNS text LANGUAGE sql
RETURN try(format('SELECT count(*) FROM klout_authority(''SELECT 1 AS actor, 2 AS target'', warm_sql => %L)', warm_sql));
SELECT try_restart('SELECT 1 AS people');
SELECT try_restart('SELECT 3 AS person');
SELECT try_restart('SELECT 1 AS person WHERE false');
SELECT try_restart('SELECT 1 AS person, 0 AS weight');
SELECT try_restart('SELECT 1 AS person, -1 AS weight');
SELECT try_restart('SELECT 1 AS person, NULL::int AS weight');
SELECT try_restart('SELECT ''1'' AS person');
SELECT try_restart('SELECT 1 AS person, 1e308 AS weight FROM generate_series(1, 2)');
SELECT try_restart('SELECT NULL::int AS person, NULL::int AS weight UNION ALL SELECT 1, 1');
SELECT try_warm('SELECT 1 AS person');
SELECT try_warm('SELECT 1 AS person, ''NaN''::float8 AS authority');
SELECT try_warm('SELECT 5 AS person, 1 AS authority');
SELECT try('SELECT klout_authority_text(''SELECT ''''a'''' AS actor, ''''b'''' AS target'', restart_sql => ''SELECT gen_random_uuid() AS person'')');

-- memory
SET klout.authority_memory = '1MB';
SELECT regexp_replace(try_edges('SELECT * FROM large'), '\d+', 'N', 'g');
SELECT regexp_replace(try('SELECT * FROM klout_authority_text(''SELECT repeat(actor::text, 100) AS actor, target::text FROM large'')'), '\d+', 'N', 'g');
SELECT substring(try_edges('SELECT * FROM small') FOR 5);
SELECT substring(try_edges('SELECT * FROM small UNION ALL SELECT actor + 1000, target + 2000, weight FROM small') FOR 5);
SET klout.authority_memory = 0;
SET maintenance_work_mem = '1MB';
SELECT regexp_replace(try_edges('SELECT * FROM large'), '\d+', 'N', 'g');
RESET maintenance_work_mem;
SELECT substr(try('SET klout.authority_memory = -1'), 1, 5) AS state;
SET klout.no_such_setting = 1;

-- statements
SELECT try_edges(sql) FROM unnest(ARRAY[
	'', ';', 'SELEC 1', 'SELECT 1 AS actor, 2 AS target;', 'SELECT 1 AS actor, 2 AS target; SELECT 3 AS actor, 4 AS target',
	'SELECT 1 AS actor, 2 AS target; DROP TABLE small', 'SELECT $1 AS actor, 2 AS target', 'SELECT 1 AS actor, 2 AS target FROM nowhere',
	'INSERT INTO small VALUES (1, 2, 3) RETURNING actor, target', 'DELETE FROM small', 'DROP TABLE small', 'CREATE TABLE t (actor int, target int)',
	'WITH w AS (DELETE FROM small RETURNING actor, target) SELECT * FROM w', 'SELECT actor, target FROM small FOR UPDATE',
	'SELECT 1 AS actor, 2 AS target INTO t', 'COPY small TO STDOUT', 'EXPLAIN SELECT 1', 'SHOW work_mem', 'COMMIT', 'VALUES (1, 2)', 'TABLE small',
	'DO $do$BEGIN END$do$', 'SET work_mem = 64', 'SELECT 1 AS actor, 1 / 0 AS target',
	'SELECT actor, target FROM pg_sleep(0), small UNION ALL SELECT 1, 2 LIMIT 3']) AS sql;
SELECT count(*) FROM small;

-- functions cannot write on its behalf
CREATE FUNCTION writes() RETURNS int LANGUAGE plpgsql AS $$ BEGIN INSERT INTO small VALUES (1, 2, 3); RETURN 1; END $$;
CREATE FUNCTION drops() RETURNS int LANGUAGE plpgsql AS $$ BEGIN DROP TABLE small; RETURN 1; END $$;
CREATE FUNCTION raises() RETURNS int LANGUAGE plpgsql AS $$ BEGIN RAISE 'no more edges' USING ERRCODE = 'KL001'; END $$;
CREATE FUNCTION writes_elsewhere() RETURNS int LANGUAGE plpgsql AS $$ BEGIN CREATE TABLE elsewhere (); RETURN 1; END $$;
SELECT try_edges('SELECT writes() AS actor, 2 AS target');
SELECT try_edges('SELECT drops() AS actor, 2 AS target');
SELECT try_edges('SELECT writes_elsewhere() AS actor, 2 AS target');
SELECT try_edges('SELECT raises() AS actor, 2 AS target');
SELECT try_restart('SELECT writes() AS person');
-- afterwards one can write again, within the same transaction too
BEGIN;
SELECT try_edges('SELECT writes() AS actor, 2 AS target');
SELECT count(*) FROM klout_authority('SELECT 1 AS actor, 2 AS target');
SELECT writes();
SHOW transaction_read_only;
ROLLBACK;
SELECT count(*) FROM small;

-- ---------------------------------------------------------------------------
-- Where it is called
-- ---------------------------------------------------------------------------

-- READ ONLY transaction, repeatable, cursor, LIMIT
BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY;
SELECT count(*) FROM klout_authority('SELECT * FROM small');
SHOW transaction_read_only;
DECLARE c SCROLL CURSOR FOR SELECT person FROM klout_authority('SELECT * FROM small');
FETCH 2 FROM c;
FETCH LAST FROM c;
FETCH FIRST FROM c;
COMMIT;
SELECT person FROM klout_authority('SELECT * FROM small') LIMIT 1;
-- in its own edges query, restart query and LATERAL
SELECT count(*) FROM klout_authority($$SELECT person AS actor, person / 2 AS target, authority AS weight
	FROM klout_authority('SELECT * FROM small', restart_sql => 'SELECT actor AS person FROM small WHERE actor < 10') WHERE authority > 0$$);
SELECT round(sum(authority)::numeric, 12) FROM generate_series(1, 3) AS i, LATERAL klout_authority(format('SELECT %s AS actor, 2 AS target', i + 4));
SELECT person FROM (SELECT (klout_authority('SELECT 1 AS actor, 2 AS target')).*) AS s;
-- the snapshot of the caller: rows of the same statement are not there yet
CREATE TABLE sees (actor int, target int);
WITH w AS (INSERT INTO sees VALUES (1, 2) RETURNING 1)
SELECT (SELECT count(*) FROM w) AS written, (SELECT count(*) FROM klout_authority('SELECT * FROM sees')) AS seen;
SELECT count(*) FROM klout_authority('SELECT * FROM sees');
-- EXCEPTION blocks, many times
DO $$
DECLARE n int := 0;
BEGIN
	FOR i IN 1..200 LOOP
		BEGIN
			PERFORM count(*) FROM klout_authority(CASE WHEN i % 2 = 0 THEN 'SELECT * FROM small' ELSE 'SELECT actor, target, weight - 8 AS weight FROM small' END);
			n := n + 1;
		EXCEPTION WHEN numeric_value_out_of_range THEN NULL;
		END;
	END LOOP;
	RAISE NOTICE '% of 200', n;
END $$;
-- timeout
SET statement_timeout = 200;
SELECT try_edges('SELECT i AS actor, i + pg_sleep(1)::text::int AS target FROM generate_series(1, 1000) AS i');
SET statement_timeout = 100;
SELECT count(*) FROM klout_authority('SELECT i % 1000 AS actor, i / 1000 AS target FROM generate_series(1, 1000000000) AS i');
RESET statement_timeout;
-- temporary tables, views, prepared statements
CREATE TEMP TABLE temporary_edges AS SELECT 1 AS actor, 2 AS target;
CREATE VIEW edges_view AS SELECT * FROM small WHERE weight > 4;
PREPARE of_edges(text) AS SELECT count(*) FROM klout_authority($1);
EXECUTE of_edges('TABLE temporary_edges');
EXECUTE of_edges('SELECT * FROM edges_view');
SELECT (SELECT count(DISTINCT person) FROM (SELECT actor FROM edges_view WHERE actor <> target
	UNION SELECT target FROM edges_view WHERE actor <> target) AS p (person)) AS people;

-- rights are the caller's: no table, no rows by policy
CREATE ROLE regress_klout_reader;
CREATE TABLE secret AS SELECT i AS actor, i + 1 AS target FROM generate_series(1, 10) AS i;
ALTER TABLE secret ENABLE ROW LEVEL SECURITY;
CREATE POLICY few ON secret FOR SELECT TO regress_klout_reader USING (actor > 7);
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO regress_klout_reader;
SET ROLE regress_klout_reader;
SELECT try_edges('TABLE secret');
RESET ROLE;
GRANT SELECT ON secret TO regress_klout_reader;
SET ROLE regress_klout_reader;
SELECT count(*) FROM klout_authority('TABLE secret');
RESET ROLE;
SELECT count(*) FROM klout_authority('TABLE secret');
DROP TABLE secret;
DROP OWNED BY regress_klout_reader;
DROP ROLE regress_klout_reader;
SET client_min_messages = warning;
DROP SCHEMA regress_authority CASCADE;
