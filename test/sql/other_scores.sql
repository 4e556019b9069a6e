-- The recipes of docs/other-scores.md, as they stand there: on its sample rows
-- against test/data/other_scores.csv, which a Python script without SQL made
-- from the document's prose (test/data/other_scores_reference.py), on edge
-- cases, and on a real community against second definitions. Printed are the
-- number of things looked at and the number of those that violate an
-- expectation, which is 0 everywhere.
SET timezone = 'UTC';
SET extra_float_digits = 1;
SET client_min_messages = warning;
SET jit = off;
\getenv abs_srcdir PG_ABS_SRCDIR
\set recipes `awk -f "$PG_ABS_SRCDIR/include/recipes.awk" "$PG_ABS_SRCDIR/../docs/other-scores.md"`
\set formulas `awk -v without="tables sample" -f "$PG_ABS_SRCDIR/include/recipes.awk" "$PG_ABS_SRCDIR/../docs/other-scores.md"`
\set tables `awk -v only=tables -f "$PG_ABS_SRCDIR/include/recipes.awk" "$PG_ABS_SRCDIR/../docs/other-scores.md"`

CREATE FUNCTION pg_temp.close_to(a float8, b float8, tolerance float8 DEFAULT 1e-8) RETURNS boolean
    LANGUAGE sql IMMUTABLE AS 'SELECT coalesce(abs(a - b) <= tolerance * greatest(1, abs(a), abs(b)), a IS NULL AND b IS NULL)';

--
-- The sample, measure by measure
--
CREATE SCHEMA other_scores;
SET search_path = other_scores, public;
:recipes

CREATE TEMPORARY TABLE expected (measure text, community text, person text, value float8);
\set command 'cat ' :abs_srcdir '/data/other_scores.csv'
COPY expected FROM PROGRAM :'command' WITH (FORMAT csv, HEADER, FORCE_NOT_NULL (community));

CREATE VIEW found AS
SELECT 'kred points' AS measure, coalesce(community, '') AS community, person, points::float8 AS value FROM kred_influence
UNION ALL SELECT 'kred influence', coalesce(community, ''), person, influence FROM kred_influence
UNION ALL SELECT 'kred outreach', '', person, points FROM kred_outreach
UNION ALL SELECT 'kred level', '', person, level FROM kred_outreach
UNION ALL SELECT 'peerindex mass', topic, person, authority FROM peerindex_facts
UNION ALL SELECT 'peerindex authority', topic, person, authority FROM peerindex
UNION ALL SELECT 'peerindex audience', topic, person, audience FROM peerindex
UNION ALL SELECT 'peerindex activity', topic, person, activity FROM peerindex
UNION ALL SELECT 'peerindex', topic, person, peerindex FROM peerindex
UNION ALL SELECT 'true reach', '', person, true_reach FROM klout_2011
UNION ALL SELECT 'amplification', '', person, amplification FROM klout_2011 WHERE amplification IS NOT NULL
UNION ALL SELECT 'faded amplification', '', person, faded_amplification FROM klout_2011 WHERE faded_amplification IS NOT NULL
UNION ALL SELECT 'network impact', '', person, network_impact FROM klout_2011 WHERE network_impact IS NOT NULL
UNION ALL SELECT 'style ' || style, '', person, NULL FROM styles
UNION ALL SELECT 'h', '', person, h FROM h_index
UNION ALL SELECT 'h actions', '', person, h_actions FROM h_index
UNION ALL SELECT 'user mass', '', person, mass FROM user_mass
UNION ALL SELECT 'tweepcred mass', '', person, mass FROM tweepcred_mass
UNION ALL SELECT 'usercred restart', '', person, sum(weight) FROM usercred_restart GROUP BY person
UNION ALL SELECT 'usercred mass', '', person, mass FROM usercred_mass
UNION ALL SELECT 'tunkrank', '', person, tunkrank FROM tunkrank;

SELECT CASE WHEN measure LIKE 'style %' THEN 'style' ELSE measure END AS what, count(expected.person) AS values,
       count(*) FILTER (WHERE expected.person IS NULL OR found.person IS NULL
                        OR found.measure NOT LIKE 'style %' AND NOT pg_temp.close_to(expected.value, found.value)) AS violations
FROM expected FULL JOIN found USING (measure, community, person) GROUP BY what ORDER BY what;

--
-- Kred by hand. Ada's points of 90 days: dot 20 + 20 (over 10,000), ben 10 + 10,
-- cem 10 + 10, eva 10 + 10 (unknown), fay 10 + 10, hal 10, and fay's gift of 70.
--
SELECT 20 + 20 + 10 + 10 + 10 + 10 + 10 + 10 + 10 + 10 + 10 + 70 = points AS ada, round(1000 * ln(201.0) / ln(341.0)) = influence AS influence
FROM kred_influence WHERE person = 'ada' AND community IS NULL;
-- Published are 100, 270; the others are 100 (1.7^n - 1) / 0.7. Level 12 is far, 8,309 actions.
SELECT array_agg(points::numeric(9, 1) ORDER BY level) = '{100, 270, 559, 1050.3}' AS levels FROM kred_level WHERE level <= 4;
SELECT count(*) AS levels, count(*) FILTER (WHERE NOT pg_temp.close_to(points::float8, 100 * (1.7 ^ level - 1) / 0.7, 1e-12)) AS violations
FROM kred_level;
-- A bracket begins above its limit.
BEGIN;
DELETE FROM actions;
INSERT INTO actions SELECT 'n', 'reply', 'a', 'p' || followers, '2026-03-01', NULL, NULL, followers
FROM unnest(ARRAY[0, 10000, 10001, 100000, 100001, 1000000, 1000001]) AS followers;
INSERT INTO actions VALUES ('n', 'reply', 'a', 'unknown', '2026-03-01', NULL, NULL, NULL), ('n', 'gift', 'a', 'given', '2026-03-01', NULL, NULL, 9999999);
SELECT string_agg(person || ' ' || points, ', ' ORDER BY points, person) FROM kred_influence WHERE points > 0;
SELECT points, level FROM kred_outreach WHERE person = 'a';
ROLLBACK;

--
-- Edges: nothing known yet
--
BEGIN;
UPDATE today SET as_of = '2020-01-01';
SELECT count(*) AS people FROM found WHERE measure <> 'user mass';
ROLLBACK;
-- One action, of which neither the post nor the topic is known
BEGIN;
DELETE FROM posts;
DELETE FROM actions;
INSERT INTO actions VALUES ('n', 'reply', 'a', 'b', '2026-03-31', NULL, NULL, NULL);
SELECT measure, person, round(value::numeric, 4) AS value FROM found
WHERE measure NOT LIKE 'tweepcred%' AND measure NOT LIKE 'user%' ORDER BY measure, person;
ROLLBACK;
-- What is later, what one did to oneself, and what is as old as the window do not count.
BEGIN;
CREATE TEMPORARY TABLE before AS SELECT * FROM found;
INSERT INTO posts VALUES (20, 'forum', 'eva', 'wine', '2026-04-02');
INSERT INTO actions
SELECT 'forum', 'share', 'ada', 'eva', '2026-04-01 00:00:01+00', 7, 'code', 12000 FROM generate_series(1, 100)
UNION ALL SELECT 'forum', 'share', 'eva', 'eva', '2026-03-01', 7, 'code', 12000 FROM generate_series(1, 100);
SELECT count(*) AS values, count(*) FILTER (WHERE NOT pg_temp.close_to(before.value, found.value)) AS violations
FROM before FULL JOIN found USING (measure, community, person);
INSERT INTO actions VALUES ('forum', 'reply', 'dot', 'hal', '2026-01-01 00:00+00', 10, 'wine', 25000),
                           ('forum', 'reply', 'dot', 'fay', '2026-01-01 00:00:01+00', 10, 'wine', 25000);
SELECT person, points FROM kred_influence WHERE community IS NULL AND person IN ('hal', 'fay') ORDER BY person;
ROLLBACK;
-- Ties share, at the top, too; of nobody with points, nobody is first.
BEGIN;
DELETE FROM actions;
INSERT INTO actions SELECT 'n', 'reply', 'a', 'p' || n, '2026-03-01', n, 'tea', 5 FROM generate_series(1, 3) AS n;
SELECT person, points, influence FROM kred_influence WHERE community = 'tea' ORDER BY person;
SELECT person, authority, audience FROM peerindex WHERE topic = 'tea' ORDER BY person;
UPDATE kred_bracket SET points = 0;
SELECT count(*) AS people, max(influence) FROM kred_influence;
ROLLBACK;
-- A topic of posts only, a topic of one person
BEGIN;
INSERT INTO posts VALUES (20, 'forum', 'ada', 'tea', '2026-03-02'), (21, 'forum', 'ben', 'tea', '2026-03-02'),
                         (22, 'forum', 'ben', 'tea', '2026-03-02'), (23, 'forum', 'ada', 'rum', '2026-03-02');
SELECT topic, person, peerindex, authority, audience, activity FROM peerindex WHERE topic IN ('tea', 'rum') ORDER BY topic, person;
SELECT count(*) FROM kred_influence WHERE community IN ('tea', 'rum');
ROLLBACK;
-- Without posts there is no amplification, without reactions no impact.
BEGIN;
DELETE FROM posts WHERE author = 'cem';
SELECT person, true_reach, amplification IS NULL AS no_amplification, faded_amplification IS NULL AS no_faded, network_impact IS NULL AS no_impact
FROM klout_2011 WHERE person IN ('cem', 'gus') ORDER BY person;
ROLLBACK;
-- User mass: ages of 0, 15, 25, 26 and 1000 days; follow-spam starts above 500 and above a ratio of 0.6
SELECT ln(1 + 25 / 15.0) < 1 AND ln(1 + 26 / 15.0) > 1 AS by_day_26;
BEGIN;
DELETE FROM accounts;
INSERT INTO accounts VALUES
    ('0 days', '2026-04-01', 0, 0), ('15 days', '2026-03-17', 0, 0), ('25 days', '2026-03-07', 0, 0), ('26 days', '2026-03-06', 0, 0),
    ('1000 days', '2023-07-06', 0, 0), ('from the future', '2026-05-01', 0, 0), ('unknown', '2023-07-06', NULL, NULL),
    ('500 of 0', '2023-07-06', 0, 500), ('501 of 1000', '2023-07-06', 1000, 501), ('599 of 999', '2023-07-06', 999, 599),
    ('1199 of 1199', '2023-07-06', 1199, 1199), ('5000 of 0', '2023-07-06', 0, 5000);
SELECT person, round(mass::numeric, 6) AS mass,
       pg_temp.close_to(mass, CASE person WHEN '0 days' THEN 0.01 WHEN 'from the future' THEN 0.01 WHEN '15 days' THEN 0.55 * ln(2.0)
           WHEN '25 days' THEN 0.55 * ln(8 / 3.0) WHEN '1199 of 1199' THEN 0.55 * exp(-2.0) WHEN '5000 of 0' THEN 0 ELSE 0.55 END, 1e-12) AS as_published
FROM user_mass ORDER BY person;
ROLLBACK;
-- Nobody liked or shared in the last seven days: the even half alone, which is plain authority then
BEGIN;
DELETE FROM actions WHERE at > '2026-03-25';
SELECT count(*) AS people, sum(weight) AS restart FROM usercred_restart;
SELECT count(*) AS people, count(*) FILTER (WHERE NOT pg_temp.close_to(mass, authority)) AS violations
FROM usercred_mass FULL JOIN klout_authority_text('SELECT DISTINCT actor, target FROM past', damping => 0.8) USING (person);
ROLLBACK;

--
-- The maps, against the published lines in numeric
--
SELECT count(*) AS masses,
       count(*) FILTER (WHERE tweepcred(mass) <> least(greatest(round(130 + 5.21 * ln(mass::numeric)), 0), 100)) AS tweepcred,
       count(*) FILTER (WHERE NOT pg_temp.close_to(usercred(mass), least(greatest(165.2 + 7.07 * ln(mass::numeric), 0), 100)::float8, 1e-12)) AS usercred,
       count(*) FILTER (WHERE tweepcred(mass) < lower_tweepcred OR usercred(mass) < lower_usercred) AS falling,
       count(*) FILTER (WHERE usercred(mass) > 0 AND usercred(2 * mass) < 100 AND round((usercred(2 * mass) - usercred(mass))::numeric, 1) <> 4.9) AS doubling
FROM (SELECT mass, lag(tweepcred(mass)) OVER (ORDER BY mass) AS lower_tweepcred, lag(usercred(mass)) OVER (ORDER BY mass) AS lower_usercred
      FROM (SELECT 10 ^ (-n / 50.0::float8) AS mass FROM generate_series(0, 950) AS n) AS masses) AS maps;
-- 7.07 ln 2
SELECT round(7.07 * ln(2.0), 4) AS doubling, round((usercred(2e-9) - usercred(1e-9))::numeric, 4) AS usercred, round((usercred(2, 40) - 40)::numeric, 4) AS around_40;
SELECT tweepcred(0), tweepcred(1e-21) AS next_to_nothing, tweepcred(exp((95 - 130) / 5.21)) AS the_largest, tweepcred(exp((15 - 130) / 5.21)) AS the_smallest, tweepcred(1);
SELECT usercred(0), usercred(exp(-165.2 / 7.07)) < 1e-9 AS low, usercred(exp((100 - 165.2) / 7.07)) > 100 - 1e-9 AS high, usercred(1), usercred(1, 40) AS average, usercred(0, 40) AS nothing;

--
-- The style matrix is a whole one.
--
SELECT count(*) AS classes, count(DISTINCT style) AS names, count(DISTINCT (participating, broad, creating, consistent)) AS combinations,
       count(*) FILTER (WHERE participating IS NULL OR broad IS NULL OR creating IS NULL OR consistent IS NULL) AS nulls
FROM klout_style;

--
-- A real community, up to July 2011. Who reacted to whom and when is real; posts
-- (a person's of a week), topics, followers and some of the kinds are made up.
--
CREATE SCHEMA other_scores_mo;
SET search_path = other_scores_mo, public;
:tables
CREATE TEMPORARY TABLE line (actor bigint, target bigint, seconds bigint);
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-a2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO actions (network, kind, actor, target, at, topic) SELECT 'questions', 'reply', actor, target, to_timestamp(seconds), 'questions' FROM line;
TRUNCATE line;
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO actions (network, kind, actor, target, at, topic) SELECT 'questions', 'like', actor, target, to_timestamp(seconds), 'questions' FROM line;
TRUNCATE line;
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2a.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO actions (network, kind, actor, target, at, topic) SELECT 'answers', 'share', actor, target, to_timestamp(seconds), 'answers' FROM line;
DELETE FROM actions WHERE at >= '2011-07-08';
UPDATE actions SET followers = (ARRAY[NULL, 10000, 10001, 100, 2000000])[actor::bigint % 5 + 1],
    kind = CASE WHEN (actor::bigint + target::bigint) % 97 = 0 THEN 'gift' ELSE kind END,
    topic = CASE WHEN actor::bigint % 50 > 0 THEN topic END;
INSERT INTO posts
SELECT row_number() OVER (ORDER BY target, network, week), network, target, max(topic), min(at) - interval '1 hour'
FROM (SELECT *, date_trunc('week', at) AS week FROM actions) AS weekly GROUP BY target, network, week;
UPDATE actions SET post = posts.post FROM posts
WHERE posts.author = target AND posts.network = actions.network AND date_trunc('week', posts.at + interval '1 hour') = date_trunc('week', actions.at)
  AND kind <> 'gift';
INSERT INTO posts -- of some to whom nobody reacts
SELECT 1000000 + n, 'questions', 'quiet ' || n % 30, 'questions', timestamptz '2011-06-01' + n * interval '5 hours' FROM generate_series(1, 100) AS n;
INSERT INTO accounts
SELECT actor, min(at)::date, max(followers), actor::bigint * 31 % 4000 FROM actions WHERE actor::bigint % 11 > 0 GROUP BY actor;
INSERT INTO today VALUES ('2011-07-01');
ANALYZE;
:formulas

SELECT count(*) > 100000 AS many FROM past;

--
-- Kred: what a community's people have by the rules, first of all in points
--
CREATE TEMPORARY TABLE influence AS SELECT * FROM kred_influence;
SELECT count(*) AS people, count(*) FILTER (WHERE points IS DISTINCT FROM rules) AS violations
FROM influence JOIN (
    SELECT target AS person, sum(CASE WHEN kind = 'gift' THEN 70 WHEN followers > 1000000 THEN 40 WHEN followers > 100000 THEN 30
                                      WHEN followers > 10000 THEN 20 ELSE 10 END) AS rules
    FROM actions WHERE at > '2011-04-02' AND at <= '2011-07-01' AND actor <> target GROUP BY target) AS by_rules USING (person)
WHERE community IS NULL;
SELECT community, count(*) AS people, count(*) FILTER (WHERE influence NOT BETWEEN 1 AND 1000) AS out_of_range,
       count(*) FILTER (WHERE (influence = 1000) <> (points >= top)) AS top_is_1000,
       count(*) FILTER (WHERE influence < influence_below OR points = points_below AND influence <> influence_below) AS not_monotone,
       count(*) FILTER (WHERE points = 0 AND influence <> 1) AS nothing_is_1,
       -- the inverse of the curve gives the points back, as far as whole numbers do
       count(*) FILTER (WHERE points > 0 AND abs(1000 * ln(1 + points) / ln(1 + top) - influence) > 0.5 + 1e-9) AS not_the_curve
FROM (SELECT *, max(points) OVER (PARTITION BY community) AS top, lag(points) OVER (PARTITION BY community ORDER BY points, influence) AS points_below,
             lag(influence) OVER (PARTITION BY community ORDER BY points, influence) AS influence_below FROM influence) AS ranked
GROUP BY community ORDER BY community;
-- More points for one more step, the higher one stands
SELECT (1001 ^ 0.11 - 1001 ^ 0.1) < (1001 ^ 0.91 - 1001 ^ 0.9) AS steeper;
-- The statement: two lines an action, and its points are the total, of each person and part
SELECT (SELECT count(*) FROM kred_statement) = 2 * (SELECT count(*) FROM past) AS two_lines,
       count(*) AS people, count(*) FILTER (WHERE totals.points IS DISTINCT FROM coalesce(lines.points, 0)) AS violations
FROM (SELECT person, points FROM influence WHERE community IS NULL) AS totals
FULL JOIN (SELECT person, sum(points) AS points FROM kred_statement WHERE part = 'influence' AND age < interval '90 days' GROUP BY person) AS lines USING (person)
WHERE totals.person IS NOT NULL OR lines.points > 0;
-- Levels at five times: they never fall, and are the closed form's
CREATE TEMPORARY TABLE level_at (as_of timestamptz, person text, points bigint, level bigint);
UPDATE today SET as_of = '2009-10-15'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2010-02-01'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2010-08-01'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2011-01-01'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2011-07-01'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
SELECT count(*) > 10000 AS many, count(*) FILTER (WHERE level < level_before OR points < points_before) AS falls,
       count(*) FILTER (WHERE level > level_before) > 1000 AS rises, max(level) > 7 AS high,
       count(*) FILTER (WHERE level <> floor(ln(1 + 0.007 * points::numeric) / ln(1.7) + 1e-9)) AS closed_form
FROM (SELECT *, lag(level) OVER by_time AS level_before, lag(points) OVER by_time AS points_before FROM level_at
      WINDOW by_time AS (PARTITION BY person ORDER BY as_of)) AS history;
SELECT count(*) AS vanished FROM (SELECT person FROM level_at GROUP BY person HAVING count(*) < 5 - (SELECT count(*) FROM (VALUES
    ('2009-10-15'::timestamptz), ('2010-02-01'), ('2010-08-01'), ('2011-01-01'), ('2011-07-01')) AS t (as_of) WHERE t.as_of < min(level_at.as_of))) AS gone;
-- given by the rules
SELECT count(*) AS people, count(*) FILTER (WHERE points <> rules) AS violations
FROM kred_outreach JOIN (SELECT actor AS person, sum(CASE kind WHEN 'gift' THEN 30 ELSE 10 END) AS rules
                         FROM actions WHERE at <= '2011-07-01' AND actor <> target GROUP BY actor) AS given USING (person);

--
-- PeerIndex: ranks by counting those behind, facts by counting rows
--
CREATE TEMPORARY TABLE facts AS SELECT * FROM peerindex_facts;
CREATE TEMPORARY TABLE ranks AS SELECT * FROM peerindex;
SELECT topic, count(*) > 500 AS many, pg_temp.close_to(sum(authority), 1) AS sum_of_authority,
       count(*) FILTER (WHERE audience <> counted) AS audience
FROM facts, LATERAL (SELECT count(DISTINCT actor) AS counted FROM past
                     WHERE past.topic = facts.topic AND target = person AND at > '2011-03-03') AS plain
GROUP BY topic ORDER BY topic;
SELECT topic, count(*) FILTER (WHERE least(peerindex, authority, audience, activity) < 0 OR greatest(peerindex, authority, audience, activity) > 100) AS out_of_range,
       max(authority) AS best, min(activity) AS least,
       count(*) FILTER (WHERE NOT pg_temp.close_to(activity, (SELECT 100.0 * count(*) FILTER (WHERE o.activity < f.activity) / (count(*) - 1) FROM facts o WHERE o.topic = ranks.topic))) AS activity,
       count(*) FILTER (WHERE NOT pg_temp.close_to(audience, (SELECT 100.0 * count(*) FILTER (WHERE o.audience < f.audience) / (count(*) - 1) FROM facts o WHERE o.topic = ranks.topic))) AS audience,
       count(*) FILTER (WHERE abs(authority - (SELECT 100.0 * count(*) FILTER (WHERE o.authority < f.authority) / (count(*) - 1) FROM facts o WHERE o.topic = ranks.topic)) > 1) AS authority,
       count(*) FILTER (WHERE NOT pg_temp.close_to(peerindex, (2 * authority + audience + activity) / 4)) AS the_whole
FROM (SELECT * FROM ranks WHERE hashtext(person) % 10 = 0) AS ranks
JOIN (SELECT topic, person, authority, audience, activity FROM facts) AS f (topic, person, authority, audience, activity)
    USING (topic, person)
GROUP BY topic ORDER BY topic;
