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
SELECT 'forum', 'share', 'ada', 'eva', timestamptz '2026-04-01 00:00:01+00', 7, 'code', 12000 FROM generate_series(1, 100)
UNION ALL SELECT 'forum', 'share', 'eva', 'eva', timestamptz '2026-03-01', 7, 'code', 12000 FROM generate_series(1, 100);
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
SELECT count(*) AS people, round(sum(weight)::numeric, 9) AS restart FROM usercred_restart;
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
-- A real community, up to July 2010. Who reacted to whom and when is real; posts
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
DELETE FROM actions WHERE at >= '2010-07-08';
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
SELECT 1000000 + n, 'questions', 'quiet ' || n % 30, 'questions', timestamptz '2010-06-01' + n * interval '5 hours' FROM generate_series(1, 100) AS n;
INSERT INTO accounts
SELECT actor, min(at)::date, max(followers), CASE actor::bigint % 10 WHEN 1 THEN 10000 + actor::bigint % 5000 ELSE actor::bigint * 31 % 4000 END FROM actions WHERE actor::bigint % 11 > 0 GROUP BY actor;
INSERT INTO today VALUES ('2010-07-01');
ANALYZE;
:formulas

SELECT count(*) > 50000 AS many FROM past;

--
-- Kred: what a community's people have by the rules, first of all in points
--
CREATE TEMPORARY TABLE influence AS SELECT * FROM kred_influence;
SELECT count(*) AS people, count(*) FILTER (WHERE points IS DISTINCT FROM rules) AS violations
FROM influence JOIN (
    SELECT target AS person, sum(CASE WHEN kind = 'gift' THEN 70 WHEN followers > 1000000 THEN 40 WHEN followers > 100000 THEN 30
                                      WHEN followers > 10000 THEN 20 ELSE 10 END) AS rules
    FROM actions WHERE at > '2010-04-02' AND at <= '2010-07-01' AND actor <> target GROUP BY target) AS by_rules USING (person)
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
-- The statement: two lines an action, and its points are the total, of each person and part
SELECT (SELECT count(*) FROM kred_statement) = 2 * (SELECT count(*) FROM past) AS two_lines,
       count(*) AS people, count(*) FILTER (WHERE totals.points IS DISTINCT FROM coalesce(lines.points, 0)) AS violations
FROM (SELECT person, points FROM influence WHERE community IS NULL) AS totals
FULL JOIN (SELECT person, sum(points) AS points FROM kred_statement WHERE part = 'influence' AND age < interval '90 days' GROUP BY person) AS lines USING (person)
WHERE totals.person IS NOT NULL OR lines.points > 0;
-- Levels at five times: they never fall, and are the closed form's
CREATE TEMPORARY TABLE level_at (as_of timestamptz, person text, points bigint, level bigint);
UPDATE today SET as_of = '2009-10-15'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2009-12-15'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2010-03-01'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2010-05-01'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
UPDATE today SET as_of = '2010-07-01'; INSERT INTO level_at SELECT as_of, kred_outreach.* FROM kred_outreach, today;
SELECT count(*) > 5000 AS many, count(*) FILTER (WHERE level < level_before OR points < points_before) AS falls,
       count(*) FILTER (WHERE level > level_before) > 500 AS rises, max(level) > 7 AS high,
       count(*) FILTER (WHERE level <> floor(ln(1 + 0.007 * points::numeric) / ln(1.7) + 1e-9)) AS closed_form
FROM (SELECT *, lag(level) OVER by_time AS level_before, lag(points) OVER by_time AS points_before FROM level_at
      WINDOW by_time AS (PARTITION BY person ORDER BY as_of)) AS history;
-- and nobody vanishes
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE times <> possible) AS violations
FROM (SELECT person, count(*) AS times, (SELECT count(DISTINCT a.as_of) FROM level_at AS a WHERE a.as_of >= min(level_at.as_of)) AS possible
      FROM level_at WHERE hashtext(person) % 30 = 0 GROUP BY person) AS histories;
-- given by the rules
SELECT count(*) AS people, count(*) FILTER (WHERE points <> rules) AS violations
FROM kred_outreach JOIN (SELECT actor AS person, sum(CASE kind WHEN 'gift' THEN 30 ELSE 10 END) AS rules
                         FROM actions WHERE at <= '2010-07-01' AND actor <> target GROUP BY actor) AS given USING (person);

--
-- PeerIndex: ranks by counting those behind, facts by counting rows
--
CREATE TEMPORARY TABLE facts AS SELECT * FROM peerindex_facts;
CREATE TEMPORARY TABLE ranks AS SELECT * FROM peerindex;
SELECT topic, count(*) > 500 AS many, pg_temp.close_to(sum(authority), 1) AS sum_of_authority,
       count(*) FILTER (WHERE audience <> coalesce(counted, 0)) AS audience
FROM facts LEFT JOIN (SELECT topic, target AS person, count(DISTINCT actor) AS counted FROM past
                      WHERE at > '2010-03-03' GROUP BY topic, target) AS plain USING (topic, person)
GROUP BY topic ORDER BY topic;
CREATE TEMPORARY TABLE ahead AS -- of a thirtieth of the people
SELECT f.topic, f.person, 100.0 * count(*) FILTER (WHERE o.authority < f.authority - 1e-6 / f.people) / (f.people - 1) AS authority,
       100.0 * count(*) FILTER (WHERE o.audience < f.audience) / (f.people - 1) AS audience,
       100.0 * count(*) FILTER (WHERE o.activity < f.activity) / (f.people - 1) AS activity
FROM (SELECT *, count(*) OVER (PARTITION BY topic) AS people FROM facts) AS f JOIN facts AS o USING (topic)
WHERE hashtext(f.person) % 30 = 0 GROUP BY f.topic, f.person, f.people;
SELECT topic, count(*) > 20 AS many,
       count(*) FILTER (WHERE least(ranks.peerindex, ranks.authority, ranks.audience, ranks.activity) < 0
                           OR greatest(ranks.peerindex, ranks.authority, ranks.audience, ranks.activity) > 100) AS out_of_range,
       count(*) FILTER (WHERE abs(ranks.authority - ahead.authority) > 0.5) AS authority, -- those nearly equal aside
       count(*) FILTER (WHERE NOT pg_temp.close_to(ranks.audience, ahead.audience)) AS audience,
       count(*) FILTER (WHERE NOT pg_temp.close_to(ranks.activity, ahead.activity)) AS activity,
       count(*) FILTER (WHERE NOT pg_temp.close_to(peerindex, (2 * ranks.authority + ranks.audience + ranks.activity) / 4)) AS the_whole
FROM ahead JOIN ranks USING (topic, person) GROUP BY topic ORDER BY topic;
SELECT topic, max(authority) AS best, min(authority) AS worst, max(activity) AS most_active FROM ranks GROUP BY topic ORDER BY topic;
-- 50 more of each action in the same moment change no authority and nobody's audience.
BEGIN;
INSERT INTO actions SELECT * FROM actions WHERE at > '2010-06-01' AND target::bigint % 20 = 0;
INSERT INTO actions SELECT actions.* FROM actions, generate_series(1, 24) WHERE at > '2010-06-01' AND target::bigint % 20 = 0;
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE NOT pg_temp.close_to(facts.authority, more.authority, 1e-12)) AS authority,
       count(*) FILTER (WHERE facts.audience IS DISTINCT FROM more.audience) AS audience,
       count(*) FILTER (WHERE facts.activity < more.activity) > 100 AS activity_rose
FROM facts FULL JOIN peerindex_facts AS more USING (topic, person);
ROLLBACK;
DROP TABLE facts, ranks, ahead, influence;

--
-- Klout 2011: actions by posts, distinct people, and the mean authority of these, from ids that are numbers
--
CREATE TEMPORARY TABLE parts AS SELECT * FROM klout_2011;
CREATE TEMPORARY TABLE pair AS
SELECT target AS person, actor, count(*) AS actions FROM past WHERE at > '2010-04-02' AND post IS NOT NULL GROUP BY target, actor;
CREATE TEMPORARY TABLE mass AS
SELECT person::text, authority FROM klout_authority('SELECT actor::bigint AS actor, person::bigint AS target, actions AS weight FROM pair');
SELECT count(*) > 1000 AS many, count(*) FILTER (WHERE reactors <= 256 AND true_reach <> reactors) AS true_reach,
       count(*) FILTER (WHERE NOT pg_temp.close_to(amplification, coalesce(actions, 0)::float8 / posts, 1e-12)) AS amplification,
       count(*) FILTER (WHERE (amplification IS NULL) <> (posts IS NULL)) AS no_posts,
       count(*) FILTER (WHERE NOT pg_temp.close_to(network_impact, impact, 1e-6)) AS impact
FROM parts
FULL JOIN (SELECT pair.person, count(*) AS reactors, sum(actions) AS actions, avg(authority) * (SELECT count(*) FROM mass) AS impact
           FROM pair JOIN mass ON mass.person = actor GROUP BY pair.person) AS counted (person, reactors, actions, impact) USING (person)
FULL JOIN (SELECT author AS person, count(*) AS posts FROM posts WHERE at > '2010-04-02' AND at <= '2010-07-01' GROUP BY author) AS written USING (person);
SELECT count(*) FILTER (WHERE amplification IS NULL) > 0 AS no_posts, count(*) FILTER (WHERE network_impact IS NULL) AS nobody_reacts,
       bool_and(true_reach = 0 AND amplification = 0) FILTER (WHERE person LIKE 'quiet%') AS quiet
FROM parts;

--
-- Style: each in exactly one class, and that by the axes taken one at a time
--
CREATE TEMPORARY TABLE style AS SELECT * FROM styles;
SELECT count(*) = (SELECT count(*) FROM style_facts) AND count(*) = count(DISTINCT person) AS one_each, count(DISTINCT style) AS classes_used
FROM style;
SELECT count(*) FILTER (WHERE participating <> (2 * less_acts >= people)) AS participating,
       count(*) FILTER (WHERE consistent <> (2 * less_weeks >= people)) AS consistent,
       count(*) FILTER (WHERE creating <> (posts > shares)) AS creating,
       count(*) FILTER (WHERE broad <> (most_on_one_topic * 2 <= on_topics)) AS broad
FROM (SELECT *, count(*) OVER () AS people, rank() OVER (ORDER BY acts) - 1 AS less_acts, rank() OVER (ORDER BY weeks) - 1 AS less_weeks FROM style) AS s
JOIN klout_style USING (style)
JOIN (SELECT person, coalesce(max(n), 0) AS most_on_one_topic, coalesce(sum(n), 0) AS on_topics
      FROM (SELECT person, count(topic) AS n
            FROM (SELECT actor AS person, topic FROM past WHERE at > '2010-04-02'
                  UNION ALL SELECT author, topic FROM past_posts WHERE at > '2010-04-02') AS done GROUP BY person, topic) AS by_topic
      GROUP BY person) AS topics USING (person);

--
-- h-index by the definition: the largest h for which h posts have h
--
CREATE TEMPORARY TABLE post_people AS
SELECT author, coalesce(people, 0) AS people, coalesce(actions, 0) AS actions
FROM posts LEFT JOIN (SELECT post, count(DISTINCT actor) AS people, count(*) AS actions FROM past GROUP BY post) AS counted USING (post)
WHERE at <= '2010-07-01' AND (author LIKE 'quiet%' OR author::bigint % 7 = 0);
CREATE TEMPORARY TABLE defined AS
SELECT author AS person, (SELECT max(h) FROM unnest(by_people) WITH ORDINALITY AS posts (n, h) WHERE (SELECT count(*) FROM unnest(by_people) AS n WHERE n >= h) >= h) AS h,
       (SELECT max(h) FROM unnest(by_actions) WITH ORDINALITY AS posts (n, h) WHERE (SELECT count(*) FROM unnest(by_actions) AS n WHERE n >= h) >= h) AS h_actions
FROM (SELECT author, array_agg(people) AS by_people, array_agg(actions) AS by_actions FROM post_people GROUP BY author) AS posts;
SELECT count(*) > 200 AS many, max(h_index.h) > 9 AS high, count(*) FILTER (WHERE h_index.h <> coalesce(defined.h, 0)) AS h,
       count(*) FILTER (WHERE h_index.h_actions <> coalesce(defined.h_actions, 0)) AS h_actions,
       count(*) FILTER (WHERE h_index.h > h_index.h_actions) AS above_h_actions
FROM h_index JOIN defined USING (person);

--
-- The maps over authority: what each result must be the fixed point of
--
CREATE TEMPORARY TABLE edge AS SELECT DISTINCT actor, target FROM past;
CREATE TEMPORARY TABLE node AS
SELECT person, coalesce(targets, 0) AS targets
FROM (SELECT actor AS person FROM edge UNION SELECT target FROM edge) AS everybody
LEFT JOIN (SELECT actor AS person, count(*) AS targets FROM edge GROUP BY actor) AS out USING (person);
ANALYZE edge, node;
-- how far mass is from jump * restart + (1 - jump) * (what flows in + what nobody passes on, by restart)
CREATE FUNCTION pg_temp.residual(jump float8, masses regclass, restarts regclass) RETURNS float8 LANGUAGE plpgsql AS
$$
DECLARE
    residual float8;
BEGIN
    EXECUTE format($q$
    WITH r AS (SELECT person, coalesce(sum(weight), 0) / sum(sum(weight)) OVER () AS share FROM node LEFT JOIN %2$s USING (person) GROUP BY person),
    stuck AS (SELECT sum(mass) AS mass FROM %1$s JOIN node USING (person) WHERE targets = 0),
    inflow AS (SELECT target AS person, sum(mass / targets) AS mass FROM edge JOIN %1$s ON person = actor JOIN node USING (person) GROUP BY target)
    SELECT sum(abs(m.mass - (($1 + (1 - $1) * stuck.mass) * coalesce(share, 0) + (1 - $1) * coalesce(inflow.mass, 0))))
    FROM stuck, %1$s AS m LEFT JOIN r USING (person) LEFT JOIN inflow USING (person) $q$, masses, restarts)
    INTO residual USING jump;
    RETURN residual;
END
$$;
-- Tweepcred, with the division by follow-spam undone
CREATE TEMPORARY TABLE tweepcred_found AS SELECT * FROM tweepcred_mass;
SELECT count(*) = (SELECT count(*) FROM node) AS everybody, pg_temp.close_to(sum(mass), 1, 1e-12) AS sum,
       count(*) FILTER (WHERE mass < 0) AS negative, bool_and(tweepcred(mass) BETWEEN 0 AND 100) AS in_range,
       count(DISTINCT tweepcred(mass)) > 20 AS many_scores
FROM tweepcred_found;
CREATE TEMPORARY TABLE spam AS -- by numbers of accounts as they are, unknown ones are 0
SELECT person, CASE WHEN following > 2500 THEN greatest(1, least(50, exp(least(300, 3 * ((1.0 + following) / (1.0 + coalesce(followers, 0)) - 1) * ln(ln(following)))))) ELSE 1 END AS divisor
FROM accounts;
CREATE TEMPORARY TABLE tweepcred_undone AS
SELECT person, mass * coalesce(divisor, 1) / sum(mass * coalesce(divisor, 1)) OVER () AS mass FROM tweepcred_found LEFT JOIN spam USING (person);
CREATE TEMPORARY TABLE tweepcred_restart AS SELECT person, mass AS weight FROM user_mass;
SELECT pg_temp.residual(0.1, 'tweepcred_undone', 'tweepcred_restart') < 1e-8 AS fixed_point,
       (SELECT count(*) FROM spam WHERE divisor > 1 AND divisor < 50) > 0 AS some, (SELECT count(*) FROM spam WHERE divisor = 50) > 0 AS fifty;
-- UserCred, today's run and its restart
CREATE TEMPORARY TABLE usercred_found AS SELECT * FROM usercred_mass;
CREATE TEMPORARY TABLE usercred_start AS SELECT * FROM usercred_restart;
SELECT pg_temp.close_to(sum(mass), 1) AS sum, pg_temp.residual(0.2, 'usercred_found', 'usercred_start') < 1e-8 AS fixed_point FROM usercred_found;
SELECT pg_temp.close_to(sum(weight), 1) AS sum, count(*) FILTER (WHERE weight < 0.5 / (SELECT count(*) FROM node) - 1e-15) AS less_than_even_half
FROM (SELECT person, sum(weight) AS weight FROM usercred_start GROUP BY person) AS restart;
SELECT count(*) > 100 AS many, count(*) FILTER (WHERE NOT pg_temp.close_to(weight, 0.5 / (SELECT count(*) FROM node) + coalesce(0.5 * handed / total, 0), 1e-12)) AS violations
FROM (SELECT person, sum(weight) AS weight FROM usercred_start GROUP BY person) AS restart
LEFT JOIN (SELECT a.target AS person, sum(authority / n) AS handed
           FROM actions a JOIN (SELECT actor, count(*) AS n FROM actions WHERE kind IN ('like', 'share') AND actor <> target AND at > '2010-06-24' AND at <= '2010-07-01' GROUP BY actor) AS given USING (actor)
           JOIN yesterday ON yesterday.person = a.actor
           WHERE kind IN ('like', 'share') AND a.actor <> a.target AND at > '2010-06-24' AND at <= '2010-07-01' GROUP BY a.target) AS recent USING (person),
     (SELECT sum(authority) AS total FROM yesterday WHERE person IN (SELECT actor FROM actions WHERE kind IN ('like', 'share') AND actor <> target AND at > '2010-06-24' AND at <= '2010-07-01')) AS sums;
-- TunkRank by its own recursion
CREATE TEMPORARY TABLE tunkrank_found AS SELECT * FROM tunkrank;
SELECT count(*) AS people, count(*) FILTER (WHERE NOT pg_temp.close_to(tunkrank, coalesce(recursion, 0), 1e-6)) AS violations
FROM tunkrank_found LEFT JOIN (SELECT target AS person, sum((1 + 0.05 * tunkrank) / targets) AS recursion
                               FROM edge JOIN node ON node.person = actor JOIN tunkrank_found ON tunkrank_found.person = actor GROUP BY target) AS next USING (person);

DROP SCHEMA other_scores, other_scores_mo CASCADE;
