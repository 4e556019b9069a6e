-- Scores of a real community, against two references that share no code with
-- klout: test/data/*.csv.gz, made by test/data/reference_scores.py (plain
-- dictionaries, in Python), and the formula in plain SQL (include/oracle.sql).
-- Printed are the number of people in a class and the number of those who
-- violate an expectation, which is 0 everywhere.
SET timezone = 'UTC';
SET extra_float_digits = 1;
SET work_mem = '64MB'; -- for the plain SQL, as is
SET jit = off;
\getenv abs_srcdir PG_ABS_SRCDIR

--
-- The actions: who answered or commented on whom, without actions on oneself
--
CREATE TABLE mo_action (kind text, actor bigint, target bigint, at timestamptz);
CREATE TEMPORARY TABLE line (actor bigint, target bigint, seconds bigint);
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-a2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO mo_action SELECT 'answer', actor, target, to_timestamp(seconds) FROM line WHERE actor <> target;
TRUNCATE line;
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO mo_action SELECT 'comment_on_question', actor, target, to_timestamp(seconds) FROM line WHERE actor <> target;
TRUNCATE line;
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2a.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO mo_action SELECT 'comment_on_answer', actor, target, to_timestamp(seconds) FROM line WHERE actor <> target;
ANALYZE mo_action;
-- as demo/data/README.md counts them
SELECT count(*) AS actions FROM mo_action;

--
-- The reference in Python
--
CREATE TEMPORARY TABLE reference (
    person bigint PRIMARY KEY, actions bigint, reactors bigint, active_buckets bigint,
    reach float8, consistency float8, raw float8, score float8);
CREATE TEMPORARY TABLE reference_strict (LIKE reference);
\set command 'gzip -dc ' :abs_srcdir '/data/mathoverflow_default.csv.gz'
COPY reference FROM PROGRAM :'command' WITH (FORMAT csv, HEADER);
\set command 'gzip -dc ' :abs_srcdir '/data/mathoverflow_proven_strict.csv.gz'
COPY reference_strict FROM PROGRAM :'command' WITH (FORMAT csv, HEADER);

-- The reference counts actions at or before that second.
\set as_of '2013-12-31 23:59:59+00'

CREATE TABLE mo_2013 AS
SELECT target, klout_signals('mathoverflow', kind, actor, at) AS signals
FROM mo_action WHERE at <= :'as_of' GROUP BY target;

-- How far klout is from the reference, which has 12 digits: within 1e-9 of it
-- where all reactors are known, within 1 point of the score where they are sampled.

CREATE TEMPORARY VIEW verdict AS
SELECT r.reactors <= 256 AS exact,
       klout_count(s.signals) IS DISTINCT FROM r.actions AS actions,
       (SELECT count(DISTINCT bucket) FROM klout_entries(s.signals)) IS DISTINCT FROM r.active_buckets AS buckets,
       klout_reactors(s.signals) IS DISTINCT FROM r.reactors AS reactors,
       abs(klout_reach(s.signals, klout_model(), :'as_of') / r.reach - 1) AS reach,
       abs(klout_consistency(s.signals, klout_model(), :'as_of') / r.consistency - 1) AS consistency,
       abs(klout_raw(s.signals, klout_model(), :'as_of') / r.raw - 1) AS raw,
       abs(klout_score(s.signals, klout_model(), :'as_of') - r.score) AS score,
       r.score AS reference_score
FROM reference r FULL JOIN mo_2013 s ON s.target = r.person;

-- One row a person of the reference, 50 of them with a sample (test/data/README.md)
SELECT exact, count(*) AS people FROM verdict GROUP BY exact ORDER BY exact;
-- Facts: exact for everybody; the number of reactors beyond 256 is an estimate
SELECT count(*) FILTER (WHERE actions) AS actions, count(*) FILTER (WHERE buckets) AS buckets,
       count(*) FILTER (WHERE exact AND reactors) AS reactors
FROM verdict;
-- Violations; a NULL would be one, too
SELECT count(*) FILTER (WHERE (reach <= 1e-9) IS NOT TRUE) AS reach,
       count(*) FILTER (WHERE (consistency <= 1e-9) IS NOT TRUE) AS consistency,
       count(*) FILTER (WHERE (raw <= 1e-9) IS NOT TRUE) AS raw,
       count(*) FILTER (WHERE (score <= 1e-9 * reference_score) IS NOT TRUE) AS score
FROM verdict WHERE exact;
-- The days do not depend on the sample.
SELECT count(*) FILTER (WHERE (score <= 1.0) IS NOT TRUE) AS score,
       count(*) FILTER (WHERE (consistency <= 1e-9) IS NOT TRUE) AS consistency
FROM verdict WHERE NOT exact;

-- Reactors beyond 256 within 5 standard errors of 3.25 %
SELECT count(*) AS people, count(*) FILTER (WHERE abs(klout_reactors(s.signals) / r.reactors - 1) > 5 * 0.0325) AS violations
FROM reference r JOIN mo_2013 s ON s.target = r.person WHERE r.reactors > 256;

--
-- Proven reactors and the strict caps: a reactor is proven when first seen, on
-- anybody, at least 30 days before, and seen acting on at least two people.
--
CREATE TEMPORARY TABLE mo_weight AS
SELECT actor,
       CASE WHEN date '2013-12-31' - min((at AT TIME ZONE 'UTC')::date) >= 30
                 AND count(DISTINCT target) >= 2
            THEN 1 ELSE 0 END AS weight
FROM mo_action WHERE at <= :'as_of' GROUP BY actor;

-- mix: unproven by proven pairs, not less than 1
CREATE TEMPORARY TABLE mo_mix AS
SELECT greatest(1, (count(*) FILTER (WHERE weight = 0))::float8 / count(*) FILTER (WHERE weight = 1)) AS mix
FROM (SELECT DISTINCT actor, target FROM mo_action WHERE at <= :'as_of') pair JOIN mo_weight USING (actor);

CREATE TEMPORARY TABLE mo_2013_proven AS
SELECT target, klout_signals('mathoverflow', kind, actor, at, weight, '1 day') AS signals
FROM mo_action JOIN mo_weight USING (actor) WHERE at <= :'as_of' GROUP BY target;

CREATE TEMPORARY VIEW verdict_strict AS
SELECT r.reactors <= 256 AS exact,
       klout_count(s.signals) IS DISTINCT FROM r.actions AS actions,
       (SELECT count(DISTINCT bucket) FROM klout_entries(s.signals)) IS DISTINCT FROM r.active_buckets AS buckets,
       klout_reactors(s.signals) IS DISTINCT FROM r.reactors AS reactors,
       abs(klout_reach(s.signals, m.model, :'as_of') / r.reach - 1) AS reach,
       abs(klout_consistency(s.signals, m.model, :'as_of') / r.consistency - 1) AS consistency,
       abs(klout_raw(s.signals, m.model, :'as_of') / r.raw - 1) AS raw,
       abs(klout_score(s.signals, m.model, :'as_of') - r.score) AS score,
       r.score AS reference_score
FROM reference_strict r FULL JOIN mo_2013_proven s ON s.target = r.person,
     (SELECT klout_model('strict') || jsonb_build_object('mix', mix) AS model FROM mo_mix) m;

SELECT exact, count(*) AS people FROM verdict_strict GROUP BY exact ORDER BY exact;
SELECT count(*) FILTER (WHERE actions) AS actions, count(*) FILTER (WHERE buckets) AS buckets,
       count(*) FILTER (WHERE exact AND reactors) AS reactors
FROM verdict_strict;
SELECT count(*) FILTER (WHERE (reach <= 1e-9) IS NOT TRUE) AS reach,
       count(*) FILTER (WHERE (consistency <= 1e-9) IS NOT TRUE) AS consistency,
       count(*) FILTER (WHERE (raw <= 1e-9) IS NOT TRUE) AS raw,
       count(*) FILTER (WHERE (score <= 1e-9 * reference_score) IS NOT TRUE) AS score
FROM verdict_strict WHERE exact;
SELECT count(*) FILTER (WHERE (score <= 1.0) IS NOT TRUE) AS score FROM verdict_strict WHERE NOT exact;
-- The weights matter: the two references differ by more than a point for 719 people.
SELECT count(*) FROM reference JOIN reference_strict s USING (person) WHERE abs(reference.score - s.score) > 1;

--
-- The reference in SQL, over all the years
--
\set oracle :abs_srcdir '/include/oracle.sql'
\set ECHO none
\i :oracle
\set ECHO all
INSERT INTO oracle_action SELECT target, 'mathoverflow', kind, actor, at, NULL FROM mo_action;
ANALYZE oracle_action;

CREATE TEMPORARY TABLE mo_oracle AS
SELECT * FROM pg_temp.oracle('day', '2016-03-07 12:00:00+00', $${"Hr": 30, "Hc": 360, "cu": 3, "cd": 2,
    "mix": 1, "wr": 1, "wd": 1, "wf": 0.1, "ca": 0.1, "wp": 0, "c": 3.4}$$);

CREATE TABLE mo_2016 AS
SELECT target, klout_signals('mathoverflow', kind, actor, at) AS signals
FROM mo_action GROUP BY target;

SELECT o.most_reactors <= 256 AS exact, count(*) AS people,
       count(*) FILTER (WHERE klout_count(s.signals) IS DISTINCT FROM o.actions) AS actions,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_reach(s.signals, klout_model(), '2016-03-07 12:00:00+00'), o.reach)
                          AND o.most_reactors <= 256) AS reach,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_consistency(s.signals, klout_model(), '2016-03-07 12:00:00+00'), o.consistency)) AS consistency,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_score(s.signals, klout_model(), '2016-03-07 12:00:00+00'), o.score)
                          AND o.most_reactors <= 256) AS score,
       count(*) FILTER (WHERE (abs(klout_score(s.signals, klout_model(), '2016-03-07 12:00:00+00') - o.score) <= 1) IS NOT TRUE) AS off_by_a_point
FROM mo_oracle o FULL JOIN mo_2016 s USING (target)
GROUP BY exact ORDER BY exact;

-- Counts of any span are exact in the values of all the years, though reach is not.
SELECT count(*) AS people,
       count(*) FILTER (WHERE n.answers IS DISTINCT FROM klout_count(s.signals, 'mathoverflow', 'answer', '2011-01-01', '2012-07-01')) AS answers,
       count(*) FILTER (WHERE n.comments IS DISTINCT FROM klout_count(s.signals, 'mathoverflow', 'comment_on_answer', '2012-07-01', 'infinity')) AS comments
FROM mo_2016 s JOIN (
    SELECT target, count(*) FILTER (WHERE kind = 'answer' AND at >= '2011-01-01' AND at < '2012-07-01') AS answers,
           count(*) FILTER (WHERE kind = 'comment_on_answer' AND at >= '2012-07-01') AS comments
    FROM mo_action GROUP BY target) n USING (target);

--
-- The same with everything the formula has: questions and answers as two
-- networks of unlike weight, weights of kinds, any weight of a reactor, a
-- binding cap, followers, posts (what one did oneself), a half-life that is
-- not a whole number of days, and a moment in the midst of the data.
--
TRUNCATE oracle_action;
INSERT INTO oracle_action
SELECT target, CASE kind WHEN 'comment_on_answer' THEN 'answers' ELSE 'questions' END, kind, actor, at,
       CASE WHEN actor % 7 > 0 THEN (actor % 201) / 200.0 END -- every seventh has none: 1
FROM mo_action;
INSERT INTO oracle_audience
SELECT DISTINCT target, 'questions', target * 7919 % 100000, timestamptz '2012-01-01' + target % 500 * interval '1 day' FROM mo_action;
INSERT INTO oracle_audience -- known later, and at two times
SELECT target, 'answers', followers / 3, at + interval '100 days' FROM oracle_audience WHERE target % 3 = 0
UNION ALL
SELECT target, 'answers', followers / 2, at - interval '1 day' FROM oracle_audience WHERE target % 6 = 0;
INSERT INTO oracle_post SELECT actor, CASE kind WHEN 'answer' THEN 'answers' ELSE 'questions' END, at FROM mo_action;

CREATE TEMPORARY TABLE mo_signals AS
SELECT target, klout_rollup(signals) AS signals FROM (
    SELECT target, klout_signals(network, kind, actor, at, weight, '1 day') AS signals FROM oracle_action GROUP BY target
    UNION ALL SELECT target, klout_audience(network, followers, at) FROM oracle_audience GROUP BY target
    UNION ALL SELECT target, klout_posts(network, at) FROM oracle_post GROUP BY target) part
GROUP BY target;
TRUNCATE mo_oracle;
INSERT INTO mo_oracle
SELECT * FROM pg_temp.oracle('day', '2013-05-05 05:05:05+00', $${"Hr": 45.5, "Hc": 400, "cu": 0.5, "cd": 1.5,
    "mix": 1.25, "wr": 0.9, "wd": 1.2, "wf": 0.15, "ca": 0.2, "wp": 0.05, "c": 3,
    "W": {"answers": 2.5}, "k": {"answer": 2, "comment_on_question": 0.25}}$$);

CREATE TEMPORARY TABLE mo_klout AS
SELECT target, klout_reach(signals, model, at) AS reach, klout_consistency(signals, model, at) AS consistency,
       klout_raw(signals, model, at) AS raw, klout_score(signals, model, at) AS score,
       klout_amplification(signals, model, at) AS amplification
FROM mo_signals, (SELECT timestamptz '2013-05-05 05:05:05+00' AS at,
    klout_model() || $${"reach_half_life": "45 days 12:00:00", "consistency_half_life": "400 days",
    "unproven_cap": 0.5, "consistency_cap": 1.5, "mix": 1.25, "reach_weight": 0.9, "consistency_weight": 1.2,
    "audience_weight": 0.15, "audience_cap": 0.2, "activity_weight": 0.05, "scale": 3,
    "networks": {"answers": 2.5}, "kinds": {"answer": 2, "comment_on_question": 0.25}}$$ AS model) m;

SELECT count(*) AS people,
       count(*) FILTER (WHERE NOT pg_temp.close_to(o.reach, k.reach)) AS reach,
       count(*) FILTER (WHERE NOT pg_temp.close_to(o.consistency, k.consistency)) AS consistency,
       count(*) FILTER (WHERE NOT pg_temp.close_to(o.raw, k.raw)) AS raw,
       count(*) FILTER (WHERE NOT pg_temp.close_to(o.score, k.score)) AS score,
       count(*) FILTER (WHERE NOT pg_temp.close_to(o.amplification, k.amplification)) AS amplification
FROM mo_oracle o FULL JOIN mo_klout k USING (target)
WHERE (o.most_reactors <= 256) IS NOT FALSE;
-- Nothing of it is idle: that many people are touched by each.
SELECT count(*) FILTER (WHERE audience > 0) > 1000 AS audience, count(*) FILTER (WHERE posts > 0) > 1000 AS posts,
       count(*) FILTER (WHERE score = 0) > 1000 AS nobody_yet, count(*) FILTER (WHERE score > 50) > 100 AS high
FROM mo_oracle WHERE most_reactors <= 256;

--
-- Values rolled up from daily or monthly ones are those of one aggregate, byte for byte.
--
CREATE TEMPORARY TABLE mo_daily AS
SELECT target, (at AT TIME ZONE 'UTC')::date AS day, klout_signals('mathoverflow', kind, actor, at) AS signals
FROM mo_action GROUP BY 1, 2;
SELECT count(*) AS people, count(*) FILTER (WHERE rolled.signals IS DISTINCT FROM direct.signals) AS violations
FROM mo_2016 direct FULL JOIN (SELECT target, klout_rollup(signals) AS signals FROM mo_daily GROUP BY target) rolled USING (target);
-- a scoring day of long ago needs the daily values up to then
SELECT count(*) AS people, count(*) FILTER (WHERE rolled.signals IS DISTINCT FROM direct.signals) AS violations
FROM mo_2013 direct FULL JOIN (SELECT target, klout_rollup(signals) AS signals FROM mo_daily
                               WHERE day <= '2013-12-31' GROUP BY target) rolled USING (target);
-- monthly from daily ones, latest first; all from monthly ones, in no order
SELECT count(*) AS people, count(*) FILTER (WHERE rolled.signals IS DISTINCT FROM direct.signals) AS violations
FROM mo_2016 direct FULL JOIN (
    SELECT target, klout_rollup(signals ORDER BY md5(month::text)) AS signals FROM (
        SELECT target, date_trunc('month', day) AS month, klout_rollup(signals ORDER BY day DESC) AS signals
        FROM mo_daily GROUP BY 1, 2) monthly
    GROUP BY target) rolled USING (target);

--
-- Neither the order of rows nor the number of workers matters.
--
SELECT count(*) AS people, count(*) FILTER (WHERE shuffled.signals IS DISTINCT FROM direct.signals) AS violations
FROM mo_2016 direct FULL JOIN (
    SELECT target, klout_signals('mathoverflow', kind, actor, at) AS signals
    FROM (SELECT * FROM mo_action ORDER BY hashint8(actor), at DESC OFFSET 0) a GROUP BY target) shuffled USING (target);

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE FUNCTION pg_temp.is_parallel(query text) RETURNS boolean
    LANGUAGE plpgsql AS
$$
DECLARE
    plan json;
BEGIN
    EXECUTE 'EXPLAIN (FORMAT json) ' || query INTO plan;
    RETURN plan::text LIKE '%"Partial Mode": "Partial"%' AND plan::text LIKE '%"Node Type": "Gather%';
END
$$;
\set query 'SELECT target, klout_signals(''mathoverflow'', kind, actor, at) AS signals FROM mo_action GROUP BY target'
SELECT pg_temp.is_parallel(:'query');
CREATE TEMPORARY TABLE mo_parallel AS :query;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
RESET max_parallel_workers_per_gather;
SELECT count(*) AS people, count(*) FILTER (WHERE p.signals IS DISTINCT FROM direct.signals) AS violations
FROM mo_2016 direct FULL JOIN mo_parallel p USING (target);

--
-- Actors as bigint, text or uuid: other hashes, the same score where all reactors are known
--
CREATE TEMPORARY TABLE mo_types AS
SELECT target, klout_signals('mathoverflow', kind, actor::text, at) AS by_text,
       klout_signals('mathoverflow', kind, md5(actor::text)::uuid, at) AS by_uuid
FROM mo_action GROUP BY target;
SELECT klout_reactors(s.signals) <= 256 AS exact, count(*) AS people,
       count(*) FILTER (WHERE klout_reactors(s.signals) <= 256 AND (
           klout_reactors(t.by_text) IS DISTINCT FROM klout_reactors(s.signals) OR
           klout_reactors(t.by_uuid) IS DISTINCT FROM klout_reactors(s.signals))) AS reactors,
       count(*) FILTER (WHERE NOT pg_temp.close_to(score.by_text, score.by_bigint)
                          AND klout_reactors(s.signals) <= 256) AS text,
       count(*) FILTER (WHERE NOT pg_temp.close_to(score.by_uuid, score.by_bigint)
                          AND klout_reactors(s.signals) <= 256) AS uuid,
       count(*) FILTER (WHERE abs(score.by_uuid - score.by_bigint) > 2 OR abs(score.by_text - score.by_bigint) > 2) AS off_by_two_points
FROM mo_2016 s FULL JOIN mo_types t USING (target),
     LATERAL (SELECT klout_score(s.signals, klout_model(), '2016-03-07') AS by_bigint,
                     klout_score(t.by_text, klout_model(), '2016-03-07') AS by_text,
                     klout_score(t.by_uuid, klout_model(), '2016-03-07') AS by_uuid) score
GROUP BY exact ORDER BY exact;

DROP VIEW verdict;
DROP TABLE mo_action, mo_2013, mo_2016;
