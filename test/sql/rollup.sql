-- klout_rollup: its state keeps several values, and merging them in any order, in parts, over and over
-- gives what || gives one by one.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET max_parallel_workers_per_gather = 0;

\set seed 0.1213
\echo :seed
SELECT setseed(:seed);
-- values of all sizes: of one action, of some, of more reactors than a sample holds, empty ones
CREATE TABLE parts AS
SELECT person, part, CASE WHEN random() < 0.05 THEN '{}' WHEN random() < 0.05 THEN NULL
		ELSE klout_signals('n' || actor % 3, 'k' || actor % 5, actor, timestamptz '2026-06-30' - part * interval '1 day', weight, '1 day') END AS s
FROM (SELECT person, part, (random() * 2000)::bigint AS actor, CASE WHEN random() < 0.2 THEN 0 ELSE 1 END AS weight
	FROM generate_series(1, 20) AS person, generate_series(1, 60) AS part, generate_series(1, (60 ^ random() * CASE person % 4 WHEN 0 THEN 20 ELSE 1 END)::int)) AS a
GROUP BY person, part;

-- one by one, by the operator
CREATE AGGREGATE pg_temp.one_by_one(klout_signals) (SFUNC = klout_merge, STYPE = klout_signals);
SELECT count(*) AS people, count(*) FILTER (WHERE _klout_signals_send(a) IS DISTINCT FROM _klout_signals_send(b)) AS wrong,
	count(*) FILTER (WHERE _klout_signals_send(a) IS DISTINCT FROM _klout_signals_send(c)) AS wrong_in_other_order
FROM (SELECT person, pg_temp.one_by_one(s ORDER BY part) AS a, klout_rollup(s ORDER BY part) AS b, klout_rollup(s ORDER BY md5(part::text)) AS c FROM parts GROUP BY person) AS p;
-- of roll-ups
SELECT _klout_signals_send(klout_rollup(s)) = _klout_signals_send((SELECT klout_rollup(s) FROM (SELECT klout_rollup(s) AS s FROM parts GROUP BY part % 7, person) AS a)) AS same FROM parts;
-- a running one, whose final function is called for every row
SELECT count(*) FILTER (WHERE _klout_signals_send(running) IS DISTINCT FROM _klout_signals_send((SELECT klout_rollup(s) FROM parts AS p WHERE p.person = a.person AND p.part <= a.part))) AS wrong
FROM (SELECT person, part, klout_rollup(s) OVER (PARTITION BY person ORDER BY part) AS running FROM parts WHERE person < 4) AS a;
-- in workers, whose states are combined
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
EXPLAIN (COSTS OFF) SELECT klout_rollup(s) FROM parts;
SELECT _klout_signals_send(klout_rollup(s)) = (SELECT _klout_signals_send(klout_rollup(s ORDER BY part)) FROM parts) AS same FROM parts;
RESET max_parallel_workers_per_gather;
SET max_parallel_workers_per_gather = 0;
-- nothing, only NULLs, only one, only empty ones
SELECT klout_rollup(s) FROM parts WHERE false;
SELECT klout_rollup(NULL::klout_signals) FROM parts;
SELECT klout_rollup('{}'::klout_signals) FROM parts;
-- different buckets
SELECT klout_rollup(s) FROM (SELECT klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, b) AS s FROM unnest('{1 day, 1 hour}'::interval[]) AS b GROUP BY b) AS a;
-- called by hand: nothing is changed in place, and what is no state is refused
SELECT rtrim(_klout_rollup_accum(NULL, '{}')::text, '0'), _klout_rollup_accum(_klout_rollup_accum(NULL, NULL), NULL), _klout_rollup_combine(NULL, NULL), _klout_rollup_final(NULL);
SELECT _klout_rollup_final(_klout_rollup_combine(_klout_rollup_accum(NULL, s), _klout_rollup_accum(NULL, s))) = s || s AS same FROM parts WHERE person = 4 AND part = 7;
SELECT _klout_rollup_final('');
SELECT _klout_rollup_final('\x5200000009000000');
SELECT _klout_rollup_final('\x520000000800000000');
SELECT _klout_rollup_final('\x520000000f00000001ffff03000000');
SELECT _klout_rollup_final('\x520000001600000001000003000000010000ff000000');
SELECT _klout_rollup_accum('\x520000000c000000ffffffff', '{}');

DROP TABLE parts;
