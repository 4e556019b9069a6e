-- One person with more networks or kinds than a value holds: the surplus is
-- folded, whatever the order, and nobody else notices.
\pset format unaligned
\set SHOW_CONTEXT never
SET timezone = 'UTC';

-- The seed is printed so that a failure can be repeated.
SELECT 20261201 AS seed \gset
\echo seed :seed
SELECT setseed(0.20261201);

-- Eight people: few of both, many kinds, many networks, many of both; names before and after "(other)", and "(other)" itself
CREATE TABLE act AS
SELECT n, p.person,
       CASE WHEN random() < 0.01 THEN '(other)' ELSE chr(33 + (x * 7 % 90)::int) || x END AS network,
       CASE WHEN random() < 0.01 THEN '(other)' ELSE chr(33 + (y * 11 % 90)::int) || y END AS kind,
       (random() * 500)::bigint AS actor, timestamptz '2026-01-01' + (random() * 40)::int * interval '1 day' AS at,
       (random() * 2)::int / 2.0 AS weight
FROM (VALUES (1, 3, 3), (2, 2, 200), (3, 400, 3), (4, 300, 150), (5, 255, 64), (6, 256, 65), (7, 1, 65), (8, 256, 1)) AS p (person, networks, kinds)
     CROSS JOIN generate_series(1, 4000) AS n
     CROSS JOIN LATERAL (SELECT floor(random() * p.networks + n * 0)::int AS x, floor(random() * p.kinds + n * 0)::int AS y) AS draw;

-- What has to become of it, from the table with all names at hand
CREATE TABLE named AS
WITH network AS (
    SELECT person, network, count(*) OVER w AS networks, count(*) FILTER (WHERE network <> '(other)') OVER (w ORDER BY network COLLATE "C") AS place
    FROM (SELECT DISTINCT person, network FROM act) AS d WINDOW w AS (PARTITION BY person)
), placed AS (
    SELECT a.*, CASE WHEN networks > 255 AND (network = '(other)' OR place > 254) THEN '(other)' ELSE network END AS network_kept
    FROM act AS a JOIN network USING (person, network)
), kind AS (
    SELECT person, network_kept, kind, count(*) OVER w AS kinds, count(*) FILTER (WHERE kind <> '(other)') OVER (w ORDER BY kind COLLATE "C") AS place
    FROM (SELECT DISTINCT person, network_kept, kind FROM placed) AS d WINDOW w AS (PARTITION BY person, network_kept)
)
SELECT p.*, CASE WHEN kinds > 64 AND (kind = '(other)' OR place > 63) THEN '(other)' ELSE kind END AS kind_kept
FROM placed AS p JOIN kind USING (person, network_kept, kind);
SELECT person, count(DISTINCT network) > 255 AS networks_folded, bool_or(network_kept <> network) AS folded FROM named GROUP BY person ORDER BY person;

-- One warning, however many groups fold
CREATE TABLE value AS SELECT person, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM act GROUP BY person;
SELECT count(*) FILTER (WHERE e.n IS DISTINCT FROM x.n) AS differ, count(*) > 8000 AS many
FROM (SELECT person, network_kept AS network, kind_kept AS kind, at AS bucket, count(*) AS n FROM named GROUP BY 1, 2, 3, 4) AS x
     FULL JOIN (SELECT person, (klout_entries(s)).network, (klout_entries(s)).kind, (klout_entries(s)).bucket, (klout_entries(s)).actions AS n FROM value) AS e
     USING (person, network, kind, bucket);
-- a reactor counts once on each network it was seen on, also where those are folded
SELECT count(*) FILTER (WHERE klout_reactors(s, '(other)') <> x.n) AS differ
FROM value JOIN (SELECT person, count(DISTINCT (network, actor)) AS n FROM named WHERE network_kept = '(other)' GROUP BY person) AS x USING (person)
WHERE x.n <= 256;
SELECT count(*) FILTER (WHERE s::text::klout_signals <> s) AS text_differs, count(*) AS people FROM value;

-- The same bytes in any order, by any parts and trees of merges, over workers
SET klout.warn_folded = off;
CREATE AGGREGATE merge_all(klout_signals) (SFUNC = klout_merge, STYPE = klout_signals);
SELECT count(*) FILTER (WHERE v.s <> o.s) AS order_differs, count(*) FILTER (WHERE v.s <> p.s) AS parts_differ, count(*) FILTER (WHERE v.s <> m.s) AS merges_differ
FROM value AS v
     JOIN (SELECT person, klout_signals(network, kind, actor, at, weight, '1 day' ORDER BY hashint8(n + 17)) AS s FROM act GROUP BY person) AS o USING (person)
     JOIN (SELECT person, klout_rollup(s ORDER BY part) AS s
           FROM (SELECT person, abs(hashint8(n)) % 37 AS part, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM act GROUP BY 1, 2) AS parts GROUP BY 1) AS p USING (person)
     JOIN (SELECT person, merge_all(s ORDER BY hashint4(part)) AS s
           FROM (SELECT person, part % 5 AS part, merge_all(s) AS s
                 FROM (SELECT person, abs(hashint8(n + 5)) % 300 AS part, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM act GROUP BY 1, 2) AS leaves GROUP BY 1, 2) AS branches GROUP BY 1) AS m USING (person);
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT count(*) FILTER (WHERE v.s <> w.s) AS workers_differ
FROM value AS v JOIN (SELECT person, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM act GROUP BY person) AS w USING (person);
RESET max_parallel_workers_per_gather;
RESET klout.warn_folded;

-- What is folded, of a value
SELECT person, _klout_has_surplus(s) AS has, (SELECT count(*) FROM _klout_surplus(s) AS f WHERE f IS NULL) AS networks, (SELECT count(f) FROM _klout_surplus(s) AS f) AS with_kinds
FROM value ORDER BY person;
SELECT _klout_has_surplus('{}') AS empty, _klout_has_surplus(klout_signals('a', 'b', 1, '2026-01-01')) AS small, _klout_has_surplus(NULL) IS NULL AS "null",
       (SELECT count(*) FROM _klout_surplus('{}')) AS rows
FROM generate_series(1, 1);

-- Merging warns as well, and audiences and posts are folded with their networks: the latest, the sum
SELECT v.network, (klout_signals('x', 'y', 1, '2026-01-01') || v.s) IS NOT NULL AS merged
FROM (SELECT 'b' AS network, klout_audience(lpad(n::text, 3, '0'), n, timestamptz '2026-01-01' + n % 300 * interval '1 second') || klout_posts(lpad(n::text, 3, '0'), '2026-01-02')
                             AS s FROM generate_series(1, 255) AS n) AS v GROUP BY v.network, v.s;
WITH folded AS (
    SELECT klout_audience(lpad(n::text, 3, '0'), n, timestamptz '2026-01-01' + n % 299 * interval '1 second') || klout_posts(lpad(n::text, 3, '0'), '2026-01-02') AS s
    FROM generate_series(1, 300) AS n)
SELECT s::text::jsonb #> '{networks,(other)}' AS other FROM folded;
-- a model still says what it cannot hold
SELECT klout_model() || (SELECT jsonb_build_object('networks', jsonb_object_agg('n' || n, 2)) FROM generate_series(1, 256) AS n);
DROP TABLE act, named, value;
