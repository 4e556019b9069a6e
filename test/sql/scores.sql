-- klout_scores and klout_signals_of: the scores and signals of everybody in a
-- query.  What they must equal is the aggregates, to the last bit.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET max_parallel_workers_per_gather = 0;
SET work_mem = '64MB';
SET hash_mem_multiplier = 1;

--
-- By hand: ada has two reactors, both today, one of whom acted twice; ben one, 30 days ago, the
-- half-life of reach; both twice the days that count
--
CREATE TABLE acts (network text, kind text, actor bigint, target bigint, at timestamptz, weight float8);
INSERT INTO acts VALUES
	('twitter', 'like', 1, 10, '2026-06-30 12:00', 1),
	('twitter', 'reply', 1, 10, '2026-06-30 13:00', 1),
	('twitter', 'like', 2, 10, '2026-06-30 14:00', NULL),
	('twitter', 'like', 2, 20, '2026-05-31 00:00', 1),
	(NULL, 'like', 3, 10, '2026-06-30 12:00', 1),
	('twitter', NULL, 3, 10, '2026-06-30 12:00', 1),
	('twitter', 'like', NULL, 10, '2026-06-30 12:00', 1),
	('twitter', 'like', 3, NULL, '2026-06-30 12:00', 1),
	('twitter', 'like', 3, 30, NULL, 1);
SELECT person, score = 100 * raw / (raw + 3.4) AS score_is_right, reach, consistency, actions, reactors
FROM klout_scores('SELECT * FROM acts', as_of => '2026-06-30 23:00')
JOIN (VALUES (10, ln(1 + 2::float8) + ln(1 + 1::float8)), (20, ln(1 + 0.5::float8) + ln(1 + 2 ^ (-1 / 12::float8)))) AS by_hand (person, raw) USING (person);
SELECT rows, null_rows, people, direct, spilled_bytes, spill_files, spill_depth FROM klout_scores_stats();
SELECT person, signals FROM klout_signals_of('SELECT * FROM acts');
-- columns by name, in any order, of any type that klout_signals takes, more of them than needed
SELECT count(*) AS same FROM klout_scores('SELECT at::timestamp, 1 AS other, weight::numeric, target::int2, actor::int4, kind::varchar, network::name FROM acts', as_of => '2026-06-30 23:00') AS a
JOIN klout_scores('SELECT * FROM acts;', as_of => '2026-06-30 23:00') AS b USING (person, score, reach, consistency, actions, reactors);
-- who has no action has no row, and nothing has none
SELECT * FROM klout_scores('SELECT * FROM acts WHERE target = 30');
SELECT * FROM klout_scores_text('SELECT network, kind, actor, target::text, at FROM acts WHERE false');
SELECT * FROM klout_signals_of('SELECT * FROM acts WHERE false');

--
-- Errors
--
SELECT * FROM klout_scores(NULL);
SELECT * FROM klout_scores('SELECT * FROM acts', NULL);
SELECT * FROM klout_scores('SELECT * FROM acts', as_of => NULL);
SELECT * FROM klout_scores('SELECT * FROM acts', as_of => 'infinity');
SELECT * FROM klout_scores('SELECT * FROM acts', bucket => NULL);
SELECT * FROM klout_scores('SELECT * FROM acts', bucket => '2 days');
SELECT * FROM klout_signals_of('SELECT * FROM acts', bucket => '1 month');
SELECT * FROM klout_scores('SELECT network, kind, actor, target FROM acts');
SELECT * FROM klout_scores('SELECT *, 1 AS actor FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor, target::text, at FROM acts');
SELECT * FROM klout_scores_text('SELECT * FROM acts');
SELECT * FROM klout_signals_of_text('SELECT network, kind, actor, target::numeric AS target, at FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor::float8, target, at FROM acts');
SELECT * FROM klout_scores('SELECT 1 AS network, kind, actor, target, at FROM acts');
SELECT * FROM klout_scores('SELECT network, 1 AS kind, actor, target, at FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor, target, at::time FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor, target, at, weight::text FROM acts');
SELECT * FROM klout_scores('SELECT '''' AS network, kind, actor, target, at FROM acts');
SELECT * FROM klout_scores('SELECT network, repeat(''k'', 64) AS kind, actor, target, at FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor, target, timestamptz ''-infinity'' AS at FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor, target, timestamp ''infinity'' AS at FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor, target, at, 1.5 AS weight FROM acts');
SELECT * FROM klout_scores('SELECT network, kind, actor, target, at, ''NaN''::float8 AS weight FROM acts');
SELECT * FROM klout_signals_of('SELECT network, kind, actor, target, at, -1 AS weight FROM acts');
SELECT * FROM klout_scores('SELECT * FROM acts WHERE 1 / (target - 20) > 5');
SELECT * FROM klout_scores('DELETE FROM acts RETURNING *');
SELECT * FROM klout_scores('WITH gone AS (DELETE FROM acts RETURNING *) SELECT * FROM gone');
SELECT * FROM klout_scores('SELECT * FROM acts FOR UPDATE');
SELECT * FROM klout_scores('SELECT * FROM acts; SELECT 1');
SELECT * FROM klout_scores('');
SELECT * FROM klout_scores('SELECT * FROM nothing_of_that_name');
-- functions that the query calls cannot write either
CREATE FUNCTION pg_temp.writes() RETURNS integer LANGUAGE sql AS 'INSERT INTO acts VALUES (''n'', ''k'', 1, 1, ''2026-01-01'', 1); SELECT 1';
SELECT * FROM klout_scores('SELECT network, kind, actor, target, at, pg_temp.writes() FROM acts');
SELECT count(*) FROM acts;

--
-- Where it can stand: cursors, functions, LIMIT, inside itself, over temporary tables and views
--
BEGIN;
DECLARE people CURSOR FOR SELECT person, actions FROM klout_scores('SELECT * FROM acts');
FETCH 1 FROM people;
INSERT INTO acts VALUES ('twitter', 'like', 1, 40, '2026-06-30', 1);
-- rows of this transaction count, for the cursor's snapshot they do not
SELECT person FROM klout_scores('SELECT * FROM acts') OFFSET 2;
FETCH ALL FROM people;
SAVEPOINT before;
SELECT * FROM klout_scores('SELECT network, kind, actor / 0 AS actor, target, at FROM acts');
ROLLBACK TO before;
SELECT count(*) FROM klout_scores('SELECT * FROM acts');
ROLLBACK;
CREATE TEMP VIEW mine AS SELECT * FROM acts WHERE network = 'twitter';
CREATE FUNCTION pg_temp.best(n integer) RETURNS SETOF bigint LANGUAGE sql AS
	'SELECT person FROM klout_scores(''SELECT * FROM mine'', as_of => ''2026-06-30'') ORDER BY score DESC LIMIT $1';
SELECT * FROM pg_temp.best(1);
SELECT actions, reactors FROM klout_scores($$SELECT 'people' AS network, 'counts' AS kind, person AS actor, 1 AS target, timestamp '2026-06-30' AS at
	FROM klout_scores('SELECT * FROM acts')$$);
SELECT (klout_scores('SELECT * FROM acts', as_of => '2026-06-30')).actions LIMIT 1;
PREPARE scores(text) AS SELECT count(*) FROM klout_scores('SELECT * FROM acts WHERE network = ' || quote_literal($1));
EXECUTE scores('twitter');
EXECUTE scores('facebook');
DEALLOCATE scores;

--
-- Properties, over random data of this seed
--
\set seed 0.4711
\echo :seed
SELECT setseed(:seed);

-- 40,000 actions: person 1 has 8,000 from more actors than a sample holds, with and without
-- weight, person -3 fewer; person 2 a hundred networks of several kinds, more topics than fit a batch; person 3's
-- are spread over all of time; -4 and the lowest bigint are people, too; half of the people have
-- one action or two.  Some of each column are NULL, of weights many.
CREATE TABLE random_acts AS
SELECT n AS id,
	CASE WHEN random() < 0.001 THEN NULL ELSE 'n' || (random() * CASE target WHEN 2 THEN 99 ELSE 2 END)::int END AS network,
	CASE WHEN random() < 0.001 THEN NULL ELSE (ARRAY['like', 'reply', 'share', 'mention'])[1 + (random() * 3)::int] END AS kind,
	CASE WHEN random() < 0.001 THEN NULL ELSE ((random() * CASE target WHEN 1 THEN 3000 WHEN -3 THEN 2000 ELSE 60 END)::int - 30) END AS actor,
	CASE WHEN random() < 0.001 THEN NULL WHEN target = 0 THEN '-9223372036854775808' ELSE target END AS target,
	CASE WHEN random() < 0.001 THEN NULL WHEN target = 3 THEN timestamptz '4714-11-24 00:00 BC' + random() * interval '290000 years'
		ELSE timestamptz '2026-06-30 23:59:59.999999' - random() * random() * interval '900 days' END AS at,
	CASE (random() * 5)::int WHEN 0 THEN NULL WHEN 1 THEN random() WHEN 2 THEN 0 ELSE 1 END AS weight
FROM (SELECT n, CASE WHEN n % 5 = 0 THEN 1 WHEN n % 20 = 1 THEN 2 WHEN n % 4 = 3 THEN n
		ELSE floor(300 ^ random())::bigint - 4 END AS target
	FROM generate_series(1, 40000) AS n) AS n;
ANALYZE random_acts;

-- How many people a function and the aggregates do not agree on, or which the function has out of
-- order; both by bits.  parts names columns of the table, or what to write for them.
CREATE FUNCTION pg_temp.wrong(parts jsonb DEFAULT '{}', bucket text DEFAULT '1 day', as_of text DEFAULT '2026-06-30 22:00',
	model text DEFAULT 'klout_model()', condition text DEFAULT 'true', work_mem text DEFAULT '64MB') RETURNS TABLE (scores bigint, signals bigint, people_there boolean, spilled boolean)
LANGUAGE plpgsql AS
$$
DECLARE
	names jsonb := '{"network": "network", "kind": "kind", "actor": "actor", "target": "target", "at": "at", "weight": "weight"}' || parts;
	query text := (SELECT 'SELECT ' || string_agg(format('%s AS %I', value, key), ', ' ORDER BY random()) || ' FROM random_acts WHERE ' || condition
		FROM jsonb_each_text(names) WHERE value IS NOT NULL);
	suffix text := CASE WHEN names ->> 'target' ~ '::(text|varchar|uuid)$' THEN '_text' ELSE '' END;
	by_aggregate text := format('SELECT target%s AS person, klout_signals(network, kind, actor, at, %s, %L) AS signals FROM (%s) AS a WHERE target IS NOT NULL GROUP BY target HAVING klout_signals(network, kind, actor, at) IS NOT NULL',
		CASE suffix WHEN '' THEN '' ELSE '::text' END, CASE WHEN names ->> 'weight' IS NULL THEN 'NULL' ELSE 'weight::float8' END, bucket, query);
BEGIN
	EXECUTE format($q$
		CREATE TEMP TABLE by_aggregate AS
		SELECT person, _klout_signals_send(signals) AS bytes,
			ARRAY[float8send(klout_score(signals, %s, %L)), float8send(klout_reach(signals, %s, %L)), float8send(klout_consistency(signals, %s, %L)),
				int8send(klout_count(signals)), float8send(klout_reactors(signals))] AS numbers
		FROM (%s) AS a$q$, model, as_of, model, as_of, model, as_of, by_aggregate);
	PERFORM set_config('work_mem', work_mem, true);
	EXECUTE format($q$
		SELECT count(*) FILTER (WHERE a.person IS NULL OR b.person IS NULL OR numbers IS DISTINCT FROM
			ARRAY[float8send(score), float8send(reach), float8send(consistency), int8send(actions), float8send(reactors)] OR NOT in_order), count(*) > 0
		FROM (SELECT *, coalesce(lag(person) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) < person %s, true) AS in_order FROM klout_scores%s(%L, %s, %L, %L)) AS a
		FULL JOIN by_aggregate AS b ON a.person = b.person$q$, CASE suffix WHEN '' THEN '' ELSE 'COLLATE "C"' END, suffix, query, model, as_of, bucket) INTO scores, people_there;
	EXECUTE format($q$
		SELECT count(*) FILTER (WHERE a.person IS NULL OR b.person IS NULL OR bytes IS DISTINCT FROM _klout_signals_send(signals) OR NOT in_order)
		FROM (SELECT *, coalesce(lag(person) OVER (ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) < person %s, true) AS in_order FROM klout_signals_of%s(%L, %L)) AS a
		FULL JOIN by_aggregate AS b ON a.person = b.person$q$, CASE suffix WHEN '' THEN '' ELSE 'COLLATE "C"' END, suffix, query, bucket) INTO signals;
	PERFORM set_config('work_mem', '64MB', true);
	spilled := (SELECT spilled_bytes > 0 FROM klout_scores_stats());
	DROP TABLE pg_temp.by_aggregate;
	RETURN NEXT;
END
$$;

SELECT * FROM pg_temp.wrong();
SELECT rows, null_rows > 0 AS nulls, spilled_bytes FROM klout_scores_stats();
-- most people take the short way, those with more reactors than a sample or more topics than a batch do not
SELECT count(*) > 8000 AS many FROM klout_scores('SELECT * FROM random_acts');
SELECT people - direct AS by_value FROM klout_scores_stats();
-- without weights, by hour, as of other moments, before everything and in the future, by other models
SELECT w.*, bucket, as_of, model, weight FROM (VALUES
	('1 day', '2026-06-30 22:00', 'klout_model()', NULL),
	('1 hour', '2026-06-30 22:00', 'klout_model(''hour'')', 'weight'),
	('1 hour', '2025-12-31 23:30', 'klout_model(''hour'')', NULL),
	('1 day', '2025-01-15', 'klout_model()', 'weight'),
	('1 day', '4714-11-24 BC', 'klout_model()', 'weight'),
	('1 day', '294276-12-31', 'klout_model()', 'weight'),
	('1 hour', '294276-12-31', 'klout_model()', 'weight'),
	('1 day', '2026-03-01', 'klout_model(''strict'')', 'weight'),
	('1 day', '2026-06-30', $m$'{"networks": {"n0": 0, "n1": 2.5, "n50": 0.1}, "kinds": {"like": 0, "reply": 3, "share": 0.3}, "reach_half_life": "7 days"}'::klout_model$m$, 'weight'),
	('1 day', '2026-06-30', $m$'{"networks": {"n0": 1e9}, "consistency_cap": 0, "unproven_cap": 0}'::klout_model$m$, 'weight')
) AS c (bucket, as_of, model, weight),
	pg_temp.wrong(jsonb_build_object('weight', weight), bucket, as_of, model) AS w;
-- types of columns
SELECT w.*, parts FROM (VALUES
	('{"target": "(target % 30000)::int2", "actor": "actor::int2"}'::jsonb),
	('{"target": "target::int8", "actor": "actor::int8", "network": "network::varchar", "kind": "kind::name"}'),
	('{"target": "(target % 2147483648)::int4", "actor": "''user '' || actor", "network": "network::char(20)"}'),
	('{"target": "target::text", "actor": "(actor || ''a'')::varchar", "at": "at::timestamp"}'),
	('{"target": "repeat(target::text, (target % 97)::int)::varchar", "actor": "md5(actor::text)::uuid"}'),
	('{"target": "repeat(''x'', 250) || repeat(target::text, 4)::text", "weight": "weight::numeric"}'),
	('{"target": "md5(target::text)::uuid", "actor": "md5(actor::text)::uuid", "weight": "weight::float4"}'),
	('{"target": "(''{grün,łódź,日本,a,\"\"}''::text[])[1 + (target % 5 + 5) % 5]::text", "network": "''网络'' || network", "weight": "(weight > 0.5)::int"}'),
	('{"at": "CASE WHEN at < ''2100-01-01'' THEN at END::date"}')
) AS c (parts), pg_temp.wrong(parts) AS w;
-- one person with all the rows, one row a person, every pair of names its own
SELECT w.*, parts FROM (VALUES
	('{"target": "7"}'::jsonb),
	('{"target": "7", "actor": "id"}'),
	('{"target": "7", "actor": "5"}'),
	('{"target": "id"}'),
	('{"target": "md5(id::text)::uuid"}'),
	('{"target": "''all''::text"}'),
	('{"target": "id / 40", "kind": "''kind '' || id"}')
) AS c (parts), pg_temp.wrong(parts, condition => 'target IS NOT NULL') AS w;

-- more kinds and networks than a value has: the surplus is folded as the aggregates fold it
SET klout.warn_folded = off;
SELECT w.*, parts, condition FROM (VALUES
	('{"kind": "''kind '' || id % 100"}'::jsonb, 'true'),
	('{"network": "''network '' || id % 400"}', 'id < 20000'),
	('{"network": "''network '' || id % 300", "kind": "''kind '' || id % 701", "target": "id % 3"}', 'id < 4000'),
	('{"target": "7", "network": "CASE id % 3 WHEN 0 THEN ''(other)'' ELSE ''network '' || id END", "kind": "''kind '' || id % 90"}', 'id < 2000'),
	('{"target": "7", "network": "''one''", "kind": "CASE id % 70 WHEN 0 THEN ''(other)'' ELSE ''kind '' || id % 70 END"}', 'id < 300')
) AS c (parts, condition), pg_temp.wrong(parts, condition => condition || ' AND target IS NOT NULL',
	model => $m$'{"networks": {"(other)": 3}, "kinds": {"(other)": 0.2}}'::klout_model$m$) AS w;
RESET klout.warn_folded;
SELECT person, actions FROM klout_scores($$ SELECT 'n' AS network, 'k' || k AS kind, k AS actor, 1 AS target, timestamptz '2026-06-01' AS at FROM generate_series(1, 65) AS k $$);
SELECT person, klout_count(signals, '(other)') AS folded FROM klout_signals_of($$ SELECT 'n' || k AS network, 'k' AS kind, k AS actor, 1 AS target, timestamptz '2026-06-01' AS at FROM generate_series(1, 300) AS k $$);

-- and with less memory: every partition is divided, some over and over
SELECT w.*, work_mem, parts FROM (VALUES
	('64kB', '{}'::jsonb), ('256kB', '{}'), ('1MB', '{}'), ('64MB', '{}'),
	('64kB', '{"target": "target::text", "actor": "md5(actor::text)::uuid"}'),
	('64kB', '{"target": "md5(target::text)::uuid"}'),
	('64kB', '{"target": "repeat(''x'', 250) || target::text"}'),
	('64kB', '{"target": "7"}'),
	('64kB', '{"target": "''all''::text"}'),
	('64kB', '{"target": "id"}'),
	('256kB', '{"target": "CASE WHEN id % 10 = 0 THEN id::text ELSE ''one'' END::text"}')
) AS c (work_mem, parts), pg_temp.wrong(parts, condition => 'target IS NOT NULL', bucket => '1 hour', work_mem => work_mem) AS w;

-- any order of rows, any plan
SELECT md5(string_agg(s::text, ',' ORDER BY person)) = (SELECT md5(string_agg(s::text, ',' ORDER BY person)) FROM klout_scores('SELECT * FROM random_acts ORDER BY md5(id::text)', as_of => '2026-06-30') AS s) AS same
FROM klout_scores('SELECT * FROM random_acts', as_of => '2026-06-30') AS s;
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT * FROM pg_temp.wrong();
