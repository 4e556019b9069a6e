-- klout_explain and klout_explain_change: who and what a score is made of, worked
-- out by hand on small facts, and adding up on many.
SET timezone = 'UTC';
\set VERBOSITY terse
SET extra_float_digits = 1;
SET client_encoding = 'UTF8';

-- Equal but for rounding
CREATE FUNCTION pg_temp.about(a float8, b float8) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN abs(a - b) <= 1e-12 * greatest(1, abs(b));
\set noon '2020-06-15 12:00:00+00'

--
-- By hand.  Model: network b weighs 2, activity 0.2, the rest by default.
-- Network a: 1 reactor today, 100 followers, 2 posts today.
-- Network b: 3 reactors today, 50 followers.
--   R_a = 1, R_b = 3, sum W_n R_n = 1 + 2 * 3 = 7      reach       ln 8
--   D_a = 1, D_b = 1, sum W_n D_n = 1 + 2 * 1 = 3      consistency ln 4
--   E = ln 32, sum W_n F_n = 100 + 2 * 50 = 200        audience    0.1 ln 32, as 0.1 ln 201 is more
--   posts = 2                                          activity    0.2 ln 3
--   raw = 1.1 ln 32 + 0.2 ln 3; points = 100 part / (raw + 3.4), split as W_n value_n
--
CREATE TEMPORARY TABLE example AS
SELECT (SELECT klout_signals(n, 'like', i, :'noon') FROM generate_series(1, 4) i, LATERAL (SELECT CASE WHEN i = 1 THEN 'a' ELSE 'b' END AS n) x)
       || (SELECT klout_audience(n, f, :'noon') FROM (VALUES ('a', 100), ('b', 50)) v(n, f))
       || (SELECT klout_posts('a', :'noon') FROM generate_series(1, 2)) AS signals,
       klout_model() || '{"networks": {"b": 2}, "activity_weight": 0.2}' AS model,
       1.1 * ln(32) + 0.2 * ln(3) AS raw;
-- the rows in their order, and their values against those
SELECT e.ordinality, e.part, e.network,
       (e.part, e.network) IS NOT DISTINCT FROM (h.part, h.network) AS expected,
       pg_temp.about(e.amount, h.amount) AS amount, pg_temp.about(e.points, h.points) AS points,
       pg_temp.about(e.share, h.points / (100 * raw / (raw + 3.4))) AS share
FROM example,
     LATERAL ROWS FROM (klout_explain(signals, model, :'noon')) WITH ORDINALITY e
     FULL JOIN LATERAL (VALUES
         (1, 'reach', 'a', 1.0, 100 * ln(8) / (raw + 3.4) * 1 / 7),
         (2, 'reach', 'b', 3.0, 100 * ln(8) / (raw + 3.4) * 6 / 7),
         (3, 'consistency', 'a', 1.0, 100 * ln(4) / (raw + 3.4) * 1 / 3),
         (4, 'consistency', 'b', 1.0, 100 * ln(4) / (raw + 3.4) * 2 / 3),
         (5, 'audience', 'a', 100.0, 100 * 0.1 * ln(32) / (raw + 3.4) * 1 / 2),
         (6, 'audience', 'b', 50.0, 100 * 0.1 * ln(32) / (raw + 3.4) * 1 / 2),
         (7, 'activity', 'a', 2.0, 100 * 0.2 * ln(3) / (raw + 3.4))) h(ordinality, part, network, amount, points) USING (ordinality)
ORDER BY e.ordinality;
-- Amounts are capped: 10 unproven reactors reach 3 people, three days of one
-- reactor are 2 days.
SELECT part, amount FROM klout_explain((SELECT klout_signals('a', 'like', i, :'noon', 0, '1 day') FROM generate_series(1, 10) i), klout_model(), :'noon');
SELECT part, amount FROM klout_explain((SELECT klout_signals('a', 'like', 1, timestamptz :'noon' - i * interval '1 day') FROM generate_series(0, 2) i), klout_model(), :'noon');
-- Networks come in order of their names, bytewise.
SELECT part, string_agg(network, ' ' ORDER BY ordinality) AS networks
FROM ROWS FROM (klout_explain((SELECT klout_signals(n, 'like', 1, :'noon') FROM unnest('{b, B, Zoë, zz, 微博, _, a, aa, é}'::text[]) n), klout_model(), :'noon')) WITH ORDINALITY
GROUP BY part ORDER BY min(ordinality);
-- A network of weight 0 has no part in it, nor has a kind of weight 0; a weight
-- of 0 takes a part away.
SELECT part, network, round(share::numeric, 9) AS share FROM klout_explain((SELECT signals FROM example), klout_model() || '{"networks": {"b": 0}, "audience_weight": 0}', :'noon');
SELECT part, network, round(share::numeric, 9) AS share FROM klout_explain((SELECT signals FROM example), klout_model() || '{"consistency_weight": 0, "audience_cap": 0}', :'noon');
SELECT count(*) AS rows FROM klout_explain((SELECT signals FROM example), klout_model() || '{"kinds": {"like": 0}}', :'noon');
-- Posts alone, where they count
SELECT part, network, amount, round(share::numeric, 9) AS share FROM klout_explain((SELECT klout_posts('a', :'noon') FROM generate_series(1, 3)), klout_model() || '{"activity_weight": 1}', :'noon');

-- No rows for a score of 0: nobody, followers without reactions, what comes later, NULL
SELECT count(*) AS nobody FROM klout_explain('{}', klout_model(), :'noon');
SELECT count(*) AS followers FROM klout_explain((SELECT klout_audience('a', 10000, :'noon')), klout_model(), :'noon');
SELECT count(*) AS posts FROM klout_explain((SELECT klout_posts('a', :'noon')), klout_model(), :'noon');
SELECT count(*) AS future FROM klout_explain((SELECT signals FROM example), klout_model(), '2020-06-14 23:59:59+00');
SELECT count(*) AS "null" FROM klout_explain(NULL, klout_model(), :'noon');
SELECT count(*) AS "null" FROM klout_explain('{}', NULL);
-- The short forms: the default model, as of now()
BEGIN;
SELECT part, network, pg_temp.about(points, 100 * ln(2) / (2 * ln(2) + 3.4)) AS points, round(share::numeric, 9) AS share
FROM klout_explain((SELECT klout_signals('a', 'like', 1, now())));
SELECT part, network, pg_temp.about(points, 100 * ln(2) / (2 * ln(2) + 2)) AS points, round(share::numeric, 9) AS share
FROM klout_explain((SELECT klout_signals('a', 'like', 1, now(), 1, '1 hour')), 'hour');
COMMIT;

--
-- Points add up to the score and shares to 1, for 300 people of all sorts: one
-- to four networks, kinds, weights, a crowd, followers or none, posts or none.
--
CREATE TEMPORARY TABLE person AS
SELECT p,
       (SELECT klout_signals('n' || i % (p % 4 + 1), 'k' || i % 5, i * 7919 % 997, timestamptz :'noon' - (i * 104729 % (p + 1) - 2) * interval '1 day', i % 9 / 8.0, '1 day')
        FROM generate_series(1, p) i)
       || (SELECT klout_audience('n' || i, p * (i + 1), :'noon') FROM generate_series(0, p % 3) i WHERE p % 2 = 0)
       || (SELECT klout_posts('n' || i % 6, timestamptz :'noon' - i * interval '1 day') FROM generate_series(0, p % 10) i WHERE p % 3 = 0) AS signals
FROM generate_series(1, 300) p;
-- Three models: of the last every constant is another.
CREATE TEMPORARY TABLE recipe AS
SELECT * FROM (VALUES ('default', klout_model()), ('strict', 'strict'),
    ('all', klout_model() || '{"reach_half_life": "10 days", "consistency_half_life": "80 days", "unproven_cap": 0.5, "consistency_cap": 0.8,
        "mix": 2, "reach_weight": 1.5, "consistency_weight": 0.5, "audience_weight": 0.5, "audience_cap": 0.3, "activity_weight": 0.4,
        "scale": 5, "networks": {"n0": 3, "n2": 0, "n3": 0.1}, "kinds": {"k0": 2, "k1": 0, "k3": 0.5}}')) v(name, model);
SELECT name, count(*) AS people, count(*) FILTER (WHERE score > 0) > 250 AS most_have_a_score,
       count(*) FILTER (WHERE (abs(coalesce(points, 0) - score) <= 1e-9) IS NOT TRUE) AS points,
       count(*) FILTER (WHERE (abs(share - 1) <= 1e-9 OR score = 0 AND share IS NULL) IS NOT TRUE) AS share,
       count(*) FILTER (WHERE bad) AS bad_rows,
       max(parts) AS parts, max(networks) AS networks
FROM (SELECT name, p, klout_score(signals, model, :'noon') AS score,
             (SELECT sum(e.points) FROM klout_explain(signals, model, :'noon') e) AS points,
             (SELECT sum(e.share) FROM klout_explain(signals, model, :'noon') e) AS share,
             (SELECT count(DISTINCT e.part) FROM klout_explain(signals, model, :'noon') e) AS parts,
             (SELECT count(DISTINCT e.network) FROM klout_explain(signals, model, :'noon') e) AS networks,
             (SELECT bool_or(coalesce(e.points <= 0 OR e.amount <= 0 OR e.share <= 0 OR e.network IS NULL, true))
              FROM klout_explain(signals, model, :'noon') e) AS bad
      FROM person, recipe) x
GROUP BY name ORDER BY name;

--
-- klout_summary: the same in one row, the points of a network being the sum over its parts
--
SELECT pg_temp.about(s.score, 100 * raw / (raw + 3.4)) AS score, pg_temp.about(s.reach, 7) AS reach,
       pg_temp.about(s.consistency, 3) AS consistency,
       (SELECT array_agg(k ORDER BY k) FROM jsonb_object_keys(s.networks) k) AS networks,
       pg_temp.about((s.networks ->> 'a')::float8, 100 / (raw + 3.4) * (ln(8) / 7 + ln(4) / 3 + 0.1 * ln(32) / 2 + 0.2 * ln(3))) AS a,
       pg_temp.about((s.networks ->> 'b')::float8, 100 / (raw + 3.4) * (ln(8) * 6 / 7 + ln(4) * 2 / 3 + 0.1 * ln(32) / 2)) AS b
FROM example, LATERAL klout_summary(signals, model, :'noon') s;
SELECT name, count(*) AS people,
       count(*) FILTER (WHERE (s.score, s.reach, s.consistency) IS DISTINCT FROM
           (klout_score(signals, model, :'noon'), klout_reach(signals, model, :'noon'), klout_consistency(signals, model, :'noon'))) AS numbers,
       count(*) FILTER (WHERE s.networks IS DISTINCT FROM
           (SELECT coalesce(jsonb_object_agg(network, points), '{}')
            FROM (SELECT network, sum(points) AS points FROM klout_explain(signals, model, :'noon') GROUP BY network) e)) AS networks
FROM person, recipe, LATERAL klout_summary(signals, model, :'noon') s
GROUP BY name ORDER BY name;
-- nobody; a network without points is left out; a name beyond ASCII
SELECT * FROM klout_summary('{}', klout_model(), :'noon');
SELECT networks = '{}' AS none FROM klout_summary((SELECT klout_posts('a', :'noon')), klout_model(), :'noon');
SELECT (SELECT array_agg(k) FROM jsonb_object_keys(networks) k) AS networks
FROM klout_summary((SELECT klout_signals('微博', 'like', 1, :'noon')), klout_model(), :'noon');
SELECT klout_summary(NULL, klout_model(), :'noon') IS NULL AS "null";
SELECT klout_summary('{}', klout_model(), 'infinity');

--
-- A change, by hand, with the default model.
--
-- Before, on June 15: 1 reactor on a, 1 on b: R = D = 2, raw = 2 ln 3.
-- After, on July 15: nobody new on a, b closed, 3 reactors of that day on c:
--   R_a = 1/2, R_c = 3, R = 3.5;  D_a = min(2^(-1/12), 2 * 2^(-1/12)), D_c = 1, D = 1 + 2^(-1/12)
--   raw = ln 4.5 + ln(2 + 2^(-1/12))
CREATE TEMPORARY TABLE change AS
SELECT (SELECT klout_signals(n, 'like', 1, '2020-06-15') FROM unnest('{a, b}'::text[]) n) AS before,
       (SELECT klout_signals('a', 'like', 1, '2020-06-15')) || (SELECT klout_signals('c', 'like', i, '2020-07-15') FROM generate_series(1, 3) i) AS after,
       2 * ln(3) AS raw_before, ln(4.5) + ln(2 + 2 ^ (-1 / 12.0)) AS raw_after;
SELECT e.ordinality, e.part, e.network,
       (e.part, e.network) IS NOT DISTINCT FROM (h.part, h.network) AS expected,
       pg_temp.about(e.points_before, h.before) AS before, pg_temp.about(e.points_after, h.after) AS after,
       pg_temp.about(e.change, h.after - h.before) AS change
FROM change,
     LATERAL ROWS FROM (klout_explain_change(before, after, klout_model(), '2020-06-15', '2020-07-15')) WITH ORDINALITY e
     FULL JOIN LATERAL (VALUES
         (1, 'reach', 'a', 100 * ln(3) / (raw_before + 3.4) / 2, 100 * ln(4.5) / (raw_after + 3.4) * 0.5 / 3.5),
         (2, 'reach', 'b', 100 * ln(3) / (raw_before + 3.4) / 2, 0),
         (3, 'reach', 'c', 0, 100 * ln(4.5) / (raw_after + 3.4) * 3 / 3.5),
         (4, 'consistency', 'a', 100 * ln(3) / (raw_before + 3.4) / 2,
             100 * ln(2 + 2 ^ (-1 / 12.0)) / (raw_after + 3.4) * 2 ^ (-1 / 12.0) / (1 + 2 ^ (-1 / 12.0))),
         (5, 'consistency', 'b', 100 * ln(3) / (raw_before + 3.4) / 2, 0),
         (6, 'consistency', 'c', 0, 100 * ln(2 + 2 ^ (-1 / 12.0)) / (raw_after + 3.4) / (1 + 2 ^ (-1 / 12.0)))
         ) h(ordinality, part, network, before, after) USING (ordinality)
ORDER BY e.ordinality;
-- With two models: the facts' change is told with the earlier one; the row
-- "model" has what the later one adds.  With scale 2 the score after is
-- 100 raw / (raw + 2).
SELECT e.ordinality, e.part, e.network, e.points_before = 0 AS before,
       pg_temp.about(e.points_after, 100 * raw_after / (raw_after + 2) - 100 * raw_after / (raw_after + 3.4)) AS after,
       e.change = e.points_after AS change
FROM change,
     LATERAL ROWS FROM (klout_explain_change(before, after, klout_model(), '2020-06-15', '2020-07-15', after_model => klout_model() || '{"scale": 2}')) WITH ORDINALITY e
WHERE e.part NOT IN ('reach', 'consistency');
-- the other rows are those of one model
SELECT count(*) AS rows
FROM change, LATERAL (
    (SELECT * FROM klout_explain_change(before, after, klout_model(), '2020-06-15', '2020-07-15', after_model => klout_model() || '{"scale": 2}')
     EXCEPT ALL SELECT * FROM klout_explain_change(before, after, klout_model(), '2020-06-15', '2020-07-15'))) x;
-- no row for a model that changes nothing
SELECT count(*) AS rows FROM change, klout_explain_change(before, after, klout_model(), '2020-06-15', '2020-07-15', after_model => klout_model() || '{"kinds": {"none such": 7}}')
WHERE part = 'model';
-- From nobody and to nobody: somebody is '{}' before the first action.
SELECT part, network, points_before, pg_temp.about(points_after, 100 * ln(2) / (2 * ln(2) + 3.4)) AS after, change = points_after AS change
FROM klout_explain_change('{}', (SELECT klout_signals('a', 'like', 1, :'noon')), klout_model(), :'noon', :'noon');
SELECT part, network, pg_temp.about(points_before, 100 * ln(2) / (2 * ln(2) + 3.4)) AS before, points_after, change = -points_before AS change
FROM klout_explain_change((SELECT klout_signals('a', 'like', 1, :'noon')), '{}', klout_model(), :'noon', :'noon');
SELECT count(*) AS rows FROM klout_explain_change('{}', '{}', klout_model(), :'noon', :'noon');
SELECT count(*) AS rows FROM klout_explain_change('{}', '{}', klout_model(), :'noon', :'noon', after_model => 'strict');
SELECT count(*) AS rows FROM klout_explain_change(NULL, '{}', klout_model(), :'noon', :'noon');
-- Time alone changes a score, too.  It falls, and the points of reach with it;
-- consistency fades so slowly that its share of the score, even its points, grow:
-- after 10 days R = 2 * 2^(-1/3) and D = 2 * 2^(-1/36), so its points are
-- 100 ln(1 + D) / (ln(1 + R) + ln(1 + D) + 3.4) = 19.97 instead of 19.63.
SELECT sum(change) < 0 AS down, sum(change) FILTER (WHERE part = 'reach') < 0 AS reach_down,
       round(sum(points_before) FILTER (WHERE part = 'consistency')::numeric, 2) AS before,
       round(sum(points_after) FILTER (WHERE part = 'consistency')::numeric, 2) AS after
FROM change, klout_explain_change(before, before, klout_model(), '2020-06-15', '2020-06-25');
-- Nothing changed: rows, but no change.
SELECT count(*) AS rows, count(*) FILTER (WHERE change <> 0) AS changed
FROM change, klout_explain_change(before, before, klout_model(), '2020-06-15', '2020-06-15 23:59:59');

--
-- The columns add up to both scores and their difference, for those 300 people
-- against 300 others, with one model and with two.
--
CREATE TEMPORARY TABLE pair AS
SELECT a.p, a.signals AS before, b.signals AS after FROM person a JOIN person b ON b.p = (a.p * 7 + 11) % 300 + 1;
SELECT models, count(*) AS pairs,
       count(*) FILTER (WHERE (abs(coalesce(before_sum, 0) - before_score) <= 1e-9) IS NOT TRUE) AS before,
       count(*) FILTER (WHERE (abs(coalesce(after_sum, 0) - after_score) <= 1e-9) IS NOT TRUE) AS after,
       count(*) FILTER (WHERE (abs(coalesce(change_sum, 0) - (after_score - before_score)) <= 1e-9) IS NOT TRUE) AS change,
       count(*) FILTER (WHERE model_rows > 0) > 100 AS model_rows, max(model_rows) AS most_model_rows
FROM (SELECT 'one' AS models, s.*, klout_score(before, model, '2020-06-10') AS before_score, klout_score(after, model, :'noon') AS after_score
      FROM pair, recipe, LATERAL (
          SELECT sum(points_before) AS before_sum, sum(points_after) AS after_sum, sum(change) AS change_sum,
                 count(*) FILTER (WHERE part = 'model') AS model_rows
          FROM klout_explain_change(before, after, model, '2020-06-10', :'noon')) s
      UNION ALL
      SELECT 'two', s.*, klout_score(before, r.model, '2020-06-10'), klout_score(after, q.model, :'noon')
      FROM pair, recipe r, recipe q, LATERAL (
          SELECT sum(points_before), sum(points_after), sum(change), count(*) FILTER (WHERE part = 'model')
          FROM klout_explain_change(before, after, r.model, '2020-06-10', :'noon', q.model)) s
      WHERE r.name <> q.name) x
GROUP BY models ORDER BY models;
