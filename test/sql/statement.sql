-- What actions bring by kind, and that estimates do not contradict what is exact.
\pset format unaligned
\set SHOW_CONTEXT never
SET timezone = 'UTC';

-- The seed is printed so that a failure can be repeated.
SELECT 20261202 AS seed \gset
\echo seed :seed
SELECT setseed(0.20261202);

--
-- _klout_activity: actions of all of time, any half-life: it never fails, and the points add up to the score
--
CREATE TABLE moment AS SELECT * FROM unnest('{4714-11-24 00:00 BC, 4714-11-25 BC, 0001-01-01, 1900-01-01, 1969-12-31 23:59, 2025-07-19, 2025-12-01, 2026-01-01 12:00, 2026-01-02, 294276-12-31}'::timestamptz[]) AS at;
CREATE TABLE model AS
SELECT 'default'::klout_model AS model UNION ALL SELECT 'hour' UNION ALL SELECT 'strict'
UNION ALL SELECT klout_model() || '{"reach_half_life": "1 microsecond", "consistency_half_life": "3652425 days"}'
UNION ALL SELECT klout_model() || '{"kinds": {"k1": 0, "k2": 1e9, "k3": 1e-300}, "networks": {"n1": 0, "n2": 1e9}, "scale": 1e-300, "activity_weight": 1}'
UNION ALL SELECT klout_model() || jsonb_build_object('reach_half_life', (1 + random() * 10 ^ (random() * 8))::numeric(20, 3) || ' seconds', 'consistency_half_life', (1 + random() * 10 ^ (random() * 8))::numeric(20, 3) || ' seconds', 'kinds', jsonb_build_object('k1', random() * 3))
FROM generate_series(1, 6);
CREATE TABLE value AS
WITH fact AS (
    SELECT person, 'n' || (random() * 2)::int AS network, 'k' || (random() * 4)::int AS kind, (random() * 10 ^ (person % 4))::bigint AS actor,
           CASE WHEN random() < 0.7 THEN timestamptz '2026-01-01' - interval '1 hour' * (random() * 10 ^ (random() * 6))::int
                ELSE (SELECT array_agg(m.at) FROM moment AS m)[1 + floor(random() * 10 + n * 0)] END AS at,
           (random() * 2)::int / 2.0 AS weight
    FROM generate_series(1, 24) AS person, generate_series(1, 1200) AS n
    WHERE n <= (ARRAY[1, 3, 30, 1200])[1 + person % 4])
SELECT person, CASE WHEN person % 2 = 0 THEN klout_signals(network, kind, actor, at, weight, '1 day') ELSE klout_signals(network, kind, actor, at, weight, '1 hour') END AS s FROM fact GROUP BY person;
UPDATE value SET s = s || audience || CASE WHEN person % 2 = 0 THEN by_day ELSE by_hour END
FROM (SELECT klout_audience('n1', 1000, '2026-01-01') AS audience, klout_posts('n2', '1900-01-01') AS by_day, klout_posts('n2', '1900-01-01', '1 hour') AS by_hour) AS more
WHERE person % 3 = 0;
SELECT count(*) AS statements, count(*) FILTER (WHERE score > 0) > 500 AS many_scores,
       count(*) FILTER (WHERE abs(score - points) > 1e-9) AS do_not_add_up, count(*) FILTER (WHERE actions IS DISTINCT FROM counted) AS miscounted,
       count(*) FILTER (WHERE least_points < 0 OR least_points = 'NaN') AS wrong
FROM (SELECT klout_score(v.s, m.model, t.at) AS score,
             (SELECT sum(e.actions) FROM klout_entries(v.s) AS e WHERE e.bucket <= t.at) AS counted, st.*
      FROM value AS v CROSS JOIN model AS m CROSS JOIN moment AS t
           CROSS JOIN LATERAL (SELECT coalesce(sum(points), 0) AS points, sum(actions) AS actions, min(points) AS least_points FROM _klout_activity(v.s, m.model, t.at)) AS st) AS x;
-- by hand: yesterday one reactor replied and liked, today another liked; the halves of yesterday's reactor and day are the reply's
SELECT kind, actions, first_at, last_at, abs(points - expected) < 1e-9 AS as_by_hand
FROM (SELECT klout_signals('forum', kind, actor, at) AS s FROM (VALUES ('reply', 1, timestamptz '2026-03-30 10:00'), ('like', 1, '2026-03-30 11:00'), ('like', 2, '2026-03-31 09:00')) AS a (kind, actor, at)) AS x,
     -- fades of a day: with 30 and with 360 days; raw = ln(1 + reach) + ln(1 + days)
     (SELECT 2 ^ (-1 / 30.0::float8) AS r, 2 ^ (-1 / 360.0::float8) AS d) AS f,
     LATERAL (SELECT ln(2 + r) AS part_r, ln(2 + d) AS part_d) AS p,
     _klout_activity(s, klout_model(), '2026-03-31 12:00+00') AS st
     JOIN LATERAL (SELECT 100 / (part_r + part_d + 3.4) * CASE kind WHEN 'reply' THEN part_r * (r / 2) / (1 + r) + part_d * (d / 2) / (1 + d)
                                                                   ELSE part_r * (1 + r / 2) / (1 + r) + part_d * (1 + d / 2) / (1 + d) END AS expected) AS e ON true
ORDER BY kind;
-- nothing, and what is later than the moment
SELECT count(*) FROM _klout_activity('{}', klout_model(), '2026-01-01');
SELECT count(*) FROM value CROSS JOIN LATERAL _klout_activity(s, klout_model(), '4714-11-24 00:00 BC'::timestamptz) WHERE last_at > '4714-11-24 00:00 BC';
SELECT * FROM _klout_activity('{}', klout_model(), 'infinity');
DROP TABLE value, model, moment;

--
-- Chosen ids: of 60,000 names the best 300 by their hashes, as who can compute these would choose
--
CREATE TABLE chosen AS
SELECT actor, row_number() OVER (ORDER BY hash >= 0, hash DESC) AS n
FROM (SELECT 'u' || n AS actor, (klout_reactor_sample(klout_signals('forum', 'like', 'u' || n, '2026-03-31'))).actor_hash AS hash FROM generate_series(1, 60000) AS n GROUP BY n) AS tried
ORDER BY n LIMIT 300;
CREATE VIEW attack AS
SELECT weight, bucket, reactors, each, CASE bucket WHEN '1 day' THEN klout_signals('forum', 'like', actor, at, weight, '1 day') ELSE klout_signals('forum', 'like', actor, at, weight, '1 hour') END AS s
FROM chosen, unnest('{0, 0.5, 1}'::float8[]) AS w (weight), unnest('{1 day, 1 hour}'::text[]) AS b (bucket), unnest('{256, 257, 300}'::int[]) AS r (reactors), unnest('{1, 3}'::int[]) AS e (each),
     generate_series(1, each) AS again, LATERAL (SELECT timestamptz '2026-03-31 12:00' - (chosen.n % 3 + again - 1) * interval '1 day' AS at) AS a
WHERE chosen.n <= reactors GROUP BY 1, 2, 3, 4;
-- faded actions, from the entries, by hand; strict has a cap of 1, so that unproven ones add little
SELECT count(*) AS attacks, count(*) FILTER (WHERE reactors > 256 AND klout_reach(s, m.model, t) > 0.99 * actions) > 0 AS some_at_the_bound,
       count(*) FILTER (WHERE klout_reach(s, m.model, t) > actions * (1 + 1e-12)) AS reach_above,
       count(*) FILTER (WHERE klout_reach(s, m.model, t) > weight * actions * (1 + 1e-12) + m.cap * (1 + weight * actions)) AS caps_above,
       count(*) FILTER (WHERE klout_reactors(s) > klout_count(s)) AS reactors_above,
       count(*) FILTER (WHERE (klout_summary(s, m.model, t)).reach <> klout_reach(s, m.model, t)) AS summaries_differ
FROM (SELECT *, timestamptz '2026-03-31 23:00' AS t,
             (SELECT sum(e.actions * 2 ^ (-(extract(epoch FROM CASE a.bucket WHEN '1 day' THEN timestamptz '2026-03-31' ELSE '2026-03-31 23:00' END - e.bucket) / 86400)::float8 / 30)) FROM klout_entries(s) AS e) AS actions
      FROM attack AS a) AS a,
     (VALUES (klout_model(), 3), ('strict', 1)) AS m (model, cap);
-- what is left to who chooses ids: one action of each is worth that many honest ones
SELECT round(klout_reach(s, klout_model(), '2026-03-31 23:00')::numeric, 2) AS reach, klout_count(s) AS actions FROM attack WHERE weight = 1 AND bucket = '1 day' AND each = 1 ORDER BY reactors;
DROP VIEW attack;
DROP TABLE chosen;
