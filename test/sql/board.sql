-- Boards: what they say is compared with plain SQL over the table of actions
-- (include/oracle.sql) or with numbers worked out by hand.  Refreshes name
-- their as_of, so that nothing depends on the day the test runs.
SET timezone = 'UTC';
SET datestyle = ISO;
SET client_min_messages = warning; -- notices tell the speed
SET extra_float_digits = 1;
\set SHOW_CONTEXT never
\getenv abs_srcdir PG_ABS_SRCDIR
\set oracle :abs_srcdir '/include/oracle.sql'
\set ECHO none
\i :oracle
\set ECHO all
\set constants '{"Hr": 30, "Hc": 360, "cu": 3, "cd": 2, "mix": 1, "wr": 1, "wd": 1, "wf": 0.1, "ca": 0.1, "wp": 0, "c": 3.4, "W": {}, "k": {}}'

-- people on a board, and how many of them differ from the oracle's in score, reach or consistency
CREATE FUNCTION pg_temp.verdict(board name, as_of timestamptz, only_topic text DEFAULT '', constants jsonb DEFAULT NULL, unit text DEFAULT 'day')
    RETURNS TABLE (people bigint, violations bigint) LANGUAGE plpgsql AS
$$
BEGIN
    RETURN QUERY EXECUTE format($sql$
        SELECT count(*), count(*) FILTER (WHERE NOT (pg_temp.close_to(s.score, o.score) AND pg_temp.close_to(s.reach, o.reach)
                                                     AND pg_temp.close_to(s.consistency, o.consistency)))
        FROM (SELECT * FROM %I.scores WHERE topic = $1) AS s
        FULL JOIN (SELECT * FROM pg_temp.oracle($4, $2, $3) WHERE actions > 0) AS o ON o.target = s.person
        $sql$, board) USING only_topic, as_of, coalesce(constants, '{"Hr": 30, "Hc": 360, "cu": 3, "cd": 2, "mix": 1, "wr": 1, "wd": 1, "wf": 0.1, "ca": 0.1, "wp": 0, "c": 3.4, "W": {}, "k": {}}'), unit;
END
$$;

-- topics whose population is not what a count of all scores would give
CREATE FUNCTION pg_temp.miscounted(board name) RETURNS bigint LANGUAGE plpgsql AS
$$
DECLARE
    result bigint;
BEGIN
    EXECUTE format($sql$
        SELECT count(*) FILTER (WHERE (p.people, p.population, p.people_at_63) IS DISTINCT FROM (s.people, s.population, s.at_63) OR NOT pg_temp.close_to(p.sum_odds, s.sum_odds))
        FROM %1$I.populations AS p
        FULL JOIN (SELECT topic, count(*) AS people, klout_population(score) AS population, count(*) FILTER (WHERE score >= 63) AS at_63, sum(score / (100 - score)) AS sum_odds
                   FROM %1$I.scores GROUP BY topic) AS s USING (topic)
        $sql$, board) INTO result;
    RETURN result;
END
$$;

--
-- By hand
--
CREATE TABLE hand (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network text, kind text, actor bigint, target bigint, at timestamptz);
SELECT klout_board_create('hand_board', 'hand', reactor_weight => 'none');
-- nobody is there yet
CALL klout_board_refresh('hand_board', as_of => '2026-01-30 12:00+00');
SELECT published, reason, people, people_at_63, total_raw, rescored FROM hand_board.publications;
SELECT count(*) FROM hand_board.leaderboard;

INSERT INTO hand (network, kind, actor, target, at) VALUES
    ('n', 'like', 10, 1, '2026-01-31 00:00+00'),                                            -- the first microsecond of today
    ('n', 'like', 10, 1, '2026-01-31 11:00+00'), ('n', 'reply', 11, 1, '2026-01-31 12:00+00'), -- and now
    ('m', 'like', 10, 1, '2026-01-31 11:00+00'),
    ('n', 'like', 12, 2, '2026-01-01 23:59:59.999999+00'),                                  -- 30 days old
    ('n', 'like', 1, 1, '2026-01-31 00:00+00'),                                             -- himself
    (NULL, 'like', 10, 2, '2026-01-31 00:00+00'), ('n', NULL, 10, 2, '2026-01-31 00:00+00'),
    ('n', 'like', NULL, 2, '2026-01-31 00:00+00'), ('n', 'like', 10, NULL, '2026-01-31 00:00+00'),
    ('n', 'like', 10, 2, NULL), ('n', 'like', 10, 2, 'infinity'), ('n', 'like', 10, 2, '-infinity'),
    ('n', 'like', 10, 3, '2026-01-31 12:00:00.000001+00'),                                  -- later today
    ('n', 'like', 10, 2, '2026-02-02 00:00+00');
CALL klout_board_refresh('hand_board', as_of => '2026-01-31 12:00+00');
-- 1: two reactors on n and one on m, today: R = 3, D = 2.  2: one 30 days ago: R = 1/2, D = 2^(-1/12)
SELECT topic, rank, person, round(score::numeric, 10) AS score, percentile, round(reach::numeric, 10) AS reach, round(consistency::numeric, 10) AS consistency,
       change_1, round((networks ->> 'm')::numeric, 10) AS m, fingerprint = klout_fingerprint(klout_model()) AS model, as_of
FROM hand_board.leaderboard ORDER BY rank;
SELECT round(100 * (ln(4.0) + ln(3.0)) / (ln(4.0) + ln(3.0) + 3.4), 10) AS one, round(2 ^ (-1 / 12.0), 10) AS d,
       round(100 * (ln(1.5) + ln(1 + 2 ^ (-1 / 12.0))) / (ln(1.5) + ln(1 + 2 ^ (-1 / 12.0)) + 3.4), 10) AS two,
       -- of the points of reach, ln 4, a third is of m, and of those of days, ln 3, a half
       round(100 * (ln(4.0) / 3 + ln(3.0) / 2) / (ln(4.0) + ln(3.0) + 3.4), 10) AS m;
SELECT id, target, at FROM hand_board.pending ORDER BY id;
SELECT last_id, rows FROM hand_board.batches;
SELECT * FROM klout_board_audit('hand_board');
-- the points of the statement add up to the score; a reactor's kinds share its points
SELECT network, kind, actions, first_at, last_at, round(points::numeric, 10) AS points FROM klout_board_activity('hand_board', '1');
SELECT round(sum(points)::numeric, 10) AS sum FROM klout_board_activity('hand_board', '1');
SELECT published, people, people_at_63, round(total_raw::numeric, 10) AS total_raw,
       round(ln(4.0) + ln(3.0) + ln(1.5) + ln(1 + 2 ^ (-1 / 12.0)), 10) AS expected, rescored
FROM hand_board.publications ORDER BY at DESC LIMIT 1;

-- what was still to come is due; the day is the same, so that history has a row a person, of this publication
CALL klout_board_refresh('hand_board', as_of => '2026-01-31 23:59:59+00', publish => 'always');
-- (28.9638: one reactor, one day)
SELECT rank, person, round(score::numeric, 4) AS score, change_1 FROM hand_board.leaderboard ORDER BY rank;
SELECT day, person, round(score::numeric, 4) AS score, rank FROM hand_board.history ORDER BY day, rank;
SELECT id, target FROM hand_board.pending ORDER BY id;
SELECT people, rescored FROM hand_board.publications ORDER BY at DESC LIMIT 1;
SELECT count(*) FROM hand_board.history_rows; -- the day is not over
SELECT pg_temp.miscounted('hand_board');
-- an hour later it is another day: everybody fades; changes are against yesterday
CALL klout_board_refresh('hand_board', as_of => '2026-02-01 01:00+00', publish => 'always');
SELECT l.rank, l.person, l.change_1 = l.score - h.score AS change, l.change_7
FROM hand_board.leaderboard AS l JOIN hand_board.history AS h ON h.person = l.person AND h.day = '2026-01-31' ORDER BY rank;
SELECT days, person, change < 0 AS faded, abs(score_before - h.score) < 1e-9 AS before FROM hand_board.movers AS m
JOIN hand_board.history AS h USING (person) WHERE h.day = '2026-01-31' ORDER BY days, person;
-- within a day ranks move for those to whom nothing happened, too, and history says so
INSERT INTO hand (network, kind, actor, target, at) SELECT 'n', 'like', a, 3, '2026-02-01 02:00+00' FROM generate_series(20, 29) AS a;
CALL klout_board_refresh('hand_board', as_of => '2026-02-01 03:00+00', publish => 'always');
SELECT rescored FROM hand_board.publications ORDER BY at DESC LIMIT 1;
SELECT h.day, h.person, h.rank, s.score = h.score AS current FROM hand_board.history AS h JOIN hand_board.scores AS s USING (person, topic)
WHERE day = '2026-02-01' ORDER BY rank;
-- a publication that leaves out days; movers over 7 days have the next older day
CREATE TEMPORARY TABLE past AS SELECT * FROM hand_board.history;
CALL klout_board_refresh('hand_board', as_of => '2026-02-08 00:00+00', publish => 'always');
CALL klout_board_refresh('hand_board', as_of => '2026-02-10 00:00+00', publish => 'always');
SELECT count(*) FROM (TABLE past EXCEPT TABLE hand_board.history) AS p; -- the past is as it was
SELECT DISTINCT day FROM hand_board.history ORDER BY day;
SELECT DISTINCT day FROM hand_board.history_rows ORDER BY day; -- the last one is to be had from the scores
SELECT day, person, rank FROM klout_board_compare('hand_board', '{3,1}', days => 9);
SELECT days, person, score_before = h.score AS before FROM hand_board.movers JOIN hand_board.history AS h USING (person) WHERE h.day = '2026-02-01' ORDER BY days, person;
SELECT count(*) FROM hand_board.pending;

--
-- A few hundred people, in parts: the same as at once, to the byte
--
CREATE TABLE acts (
    id bigserial PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz, weight float8, topic text, post text);
INSERT INTO acts (network, kind, actor, target, at, weight, topic, post)
SELECT 'n' || g % 2, 'k' || g % 3, g * 7919 % 211, g * g % 97, '2026-01-01 00:00+00'::timestamptz + g * 37 % 5000 * interval '1 hour',
       CASE WHEN g % 5 > 0 THEN g % 5 / 4.0 END, CASE g % 4 WHEN 0 THEN 'art' WHEN 1 THEN 'law' WHEN 2 THEN '' END, 'p' || g * g % 97 % 3
FROM generate_series(1, 4000) AS g;
DELETE FROM acts WHERE id % 10 = 3 OR id BETWEEN 1000 AND 1200; -- gaps
CREATE FUNCTION pg_temp.oracle_takes(weight text, until timestamptz, condition text DEFAULT 'true', person text DEFAULT 'target') RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    DELETE FROM oracle_action;
    EXECUTE format('INSERT INTO oracle_action SELECT %s, network, kind, actor, at, %s FROM acts AS a WHERE actor <> target AND at <= $1 AND %s',
                   person, weight, condition) USING until;
END
$$;

SELECT klout_board_create('none_board', 'acts', reactor_weight => 'none', columns => '{"weight": null}');
CALL klout_board_refresh('none_board', as_of => '2026-03-01 00:00+00', publish => 'always', batch => 333);
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:00+00', publish => 'always', batch => 333);
SELECT count(*) AS batches, sum(rows) = (SELECT count(*) FROM acts) AS rows FROM none_board.batches;
SELECT pg_temp.oracle_takes('1', '2026-06-01 00:00+00');
SELECT * FROM pg_temp.verdict('none_board', '2026-06-01 00:00+00');
-- topics are boards of their own; no topic and '' count for all together only
SELECT topic, count(*) FROM none_board.scores GROUP BY topic ORDER BY topic;
SELECT pg_temp.oracle_takes('1', '2026-06-01 00:00+00', $$topic = 'law'$$);
SELECT * FROM pg_temp.verdict('none_board', '2026-06-01 00:00+00', 'law');
-- byte for byte
SELECT count(*) AS signals, count(*) FILTER (WHERE d.signals IS DISTINCT FROM b.signals) AS differ
FROM (SELECT target AS account, network, coalesce(topic, '') AS topic, klout_signals(network, kind, actor, at) AS signals FROM acts
      WHERE actor <> target AND at <= '2026-06-01 00:00+00' GROUP BY 1, 2, 3) AS d FULL JOIN none_board.signals AS b USING (account, network, topic);
SELECT count(*) AS people, count(*) FILTER (WHERE s.score IS DISTINCT FROM d.score) AS differ
FROM (SELECT target, klout_score(klout_signals(network, kind, actor, at), klout_model(), '2026-06-01 00:00+00') AS score FROM acts
      WHERE actor <> target AND at <= '2026-06-01 00:00+00' GROUP BY target) AS d FULL JOIN none_board.scores AS s ON s.person = d.target
WHERE s.topic = '';
SELECT count(*) FROM none_board.pending AS p FULL JOIN (SELECT * FROM acts WHERE at > '2026-06-01 00:00+00') AS a USING (id) WHERE p.id IS NULL OR a.id IS NULL;
SELECT count(*) FROM klout_board_audit('none_board');
-- rank, percentile and population against plain SQL
SELECT count(*) FILTER (WHERE l.rank <> e.rank OR NOT pg_temp.close_to(l.percentile, e.percentile)) AS violations
FROM none_board.leaderboard AS l JOIN (
    SELECT person, topic, rank() OVER w, count(*) OVER (PARTITION BY topic ORDER BY score) / count(*) OVER (PARTITION BY topic)::float8 AS percentile
    FROM none_board.scores WINDOW w AS (PARTITION BY topic ORDER BY score DESC)) AS e USING (person, topic);
SELECT topic, p.people = count(*) AS people, klout_count(p.population) = count(*) AS population FROM none_board.populations AS p JOIN none_board.scores USING (topic)
GROUP BY topic, p.people, p.population ORDER BY topic;
SELECT pg_temp.miscounted('none_board');
-- the rank of one score, with ties and without, of somebody's or not
SELECT count(*), count(*) FILTER (WHERE klout_board_rank('none_board', score, topic) <> (SELECT 1 + count(*) FROM none_board.scores AS o WHERE o.topic = s.topic AND o.score > s.score)) AS violations
FROM (SELECT topic, score FROM none_board.scores
      UNION ALL SELECT topic, score + d FROM none_board.scores, unnest('{-0.004,-1e-9,1e-9,0.004,0.01}'::float8[]) AS d
      UNION ALL SELECT '', unnest('{0,100}'::float8[])) AS s;
SELECT klout_board_rank('none_board', 50, 'no such topic');
-- moments: the oracle's person is the post.  A refresh takes in what is at most 90 days old by then.
DELETE FROM oracle_action;
INSERT INTO oracle_action
SELECT ('x' || md5(network || post || target))::bit(60)::bigint, network, kind, actor, at, 1 FROM acts
WHERE actor <> target AND (at <= '2026-03-01 00:00+00' OR at > timestamptz '2026-06-01 00:00+00' - interval '90 days' AND at <= '2026-06-01 00:00+00');
SELECT count(*) AS moments, count(*) FILTER (WHERE NOT coalesce(pg_temp.close_to(m.reach, o.reach), false)) AS violations
FROM none_board.moments AS m
LEFT JOIN pg_temp.oracle('day', '2026-06-01 00:00+00', :'constants') AS o ON o.target = ('x' || md5(m.network || m.post || m.person))::bit(60)::bigint;
SELECT count(*) = (SELECT count(*) FROM none_board.moments) AS those_of_90_days FROM (
    SELECT DISTINCT network, post, target FROM acts
    WHERE actor <> target AND at <= '2026-06-01 00:00+00' AND at > timestamptz '2026-06-01 00:00+00' - interval '90 days') AS p;

-- rebuilt while rows wait: the same bytes
CREATE TEMPORARY TABLE facts AS SELECT * FROM none_board.signals;
CREATE TEMPORARY TABLE waiting AS SELECT * FROM none_board.pending;
SELECT klout_board_rebuild('none_board');
SELECT count(*) FROM none_board.signals;
SELECT count(*) > 100 AS scores_stay FROM none_board.scores;
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:00+00', publish => 'never');
SELECT (SELECT count(*) FROM (TABLE facts EXCEPT TABLE none_board.signals) AS d) AS facts,
       (SELECT count(*) FROM (TABLE waiting EXCEPT TABLE none_board.pending) AS d) AS waiting;
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:00:00.000001+00');
SELECT published, rescored = (SELECT count(*) FROM none_board.scores) AS everybody FROM none_board.publications ORDER BY at DESC LIMIT 1;

-- a few people of many changed: they are looked up, and all that is counted again
INSERT INTO acts (network, kind, actor, target, at, topic) VALUES ('n1', 'k1', 500, 96, '2026-05-31 00:00+00', 'new'), ('n1', 'k1', 500, 1000, '2026-05-31 00:00+00', 'art');
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:00:00.000001+00', publish => 'never');
SELECT _klout_board_changed_predicate('none_board', 's.person');
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:00:00.000002+00', publish => 'always');
SELECT rescored, (SELECT count(*) FROM none_board.scores WHERE person IN (96, 1000)) AS expected FROM none_board.publications ORDER BY at DESC LIMIT 1;
SELECT pg_temp.miscounted('none_board');
SELECT pg_temp.oracle_takes('1', '2026-06-01 00:00:00.000002+00');
SELECT * FROM pg_temp.verdict('none_board', '2026-06-01 00:00:00.000002+00');
-- the same among linked accounts: 1000 becomes 96, but for n0
SELECT klout_board_link('none_board', 'n1', '1000', '96');
SELECT _klout_board_changed_predicate('none_board', 's.person');
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:00:00.000003+00', publish => 'always');
SELECT pg_temp.miscounted('none_board'), count(*) FROM none_board.scores WHERE person = 1000;
SELECT pg_temp.oracle_takes('1', '2026-06-01 00:00:00.000003+00', 'true', 'CASE WHEN network = ''n1'' AND target = 1000 THEN 96 ELSE target END');
SELECT * FROM pg_temp.verdict('none_board', '2026-06-01 00:00:00.000003+00');
SELECT klout_board_unlink('none_board', 'n1', '1000');
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:00:00.000004+00', publish => 'always');
SELECT pg_temp.oracle_takes('1', '2026-06-01 00:00:00.000004+00');
SELECT * FROM pg_temp.verdict('none_board', '2026-06-01 00:00:00.000004+00');
-- they opt out: a topic is gone with them
SELECT klout_board_opt_out('none_board', '96'), klout_board_opt_out('none_board', '1000');
SELECT count(*) FROM none_board.populations WHERE topic = 'new';
SELECT pg_temp.miscounted('none_board');

-- batches of one id; hours
SELECT klout_board_create('one_board', 'acts', klout_model('hour'), bucket => '1 hour', reactor_weight => 'none');
DELETE FROM acts WHERE at NOT BETWEEN '2026-04-20' AND '2026-05-02';
CALL klout_board_refresh('one_board', as_of => '2026-05-01 00:30+00', batch => 1);
SELECT count(*) > 150 AS rows FROM acts;
SELECT count(*) = (SELECT count(*) FROM acts) + 1 AS batches, max(rows) FROM one_board.batches;
SELECT pg_temp.oracle_takes('weight', '2026-05-01 00:30+00');
SELECT * FROM pg_temp.verdict('one_board', '2026-05-01 00:30+00', '', '{"Hr": 3, "Hc": 36, "cu": 3, "cd": 2, "mix": 1, "wr": 1, "wd": 1, "wf": 0.1, "ca": 0.1, "wp": 0, "c": 2, "W": {}, "k": {}}', 'hour');
-- within the hour nobody is rescored, in the next everybody is
CALL klout_board_refresh('one_board', as_of => '2026-05-01 00:59+00', publish => 'always');
CALL klout_board_refresh('one_board', as_of => '2026-05-01 01:00+00', publish => 'always');
SELECT rescored = 0 AS none, rescored = (SELECT count(*) FROM one_board.scores) AS all FROM one_board.publications ORDER BY at;
SELECT * FROM klout_board_audit('one_board');
SELECT count(*) > 0 AS deleted_since FROM klout_board_audit('none_board');
\set VERBOSITY terse
CALL klout_board_refresh('none_board', as_of => '2026-06-01 00:01+00', publish => 'never');
\set VERBOSITY default
SELECT klout_board_drop('one_board'), klout_board_drop('none_board');

--
-- Weights of reactors
--
TRUNCATE acts RESTART IDENTITY;
INSERT INTO acts (network, kind, actor, target, at, weight)
SELECT 'n' || g % 2, 'k', g * 7919 % 211, CASE WHEN g * 7919 % 211 < 30 THEN 1 ELSE g * g % 97 END,
       '2026-01-01 00:00+00'::timestamptz + g * 37 % 3000 * interval '1 hour', CASE WHEN g % 5 > 0 THEN g % 5 / 4.0 END
FROM generate_series(1, 4000) AS g;

-- proven: first seen 30 days (of 24 hours in UTC) before the action, and on two people, by what has arrived
SELECT klout_board_create('proven_board', 'acts');
SET timezone = 'America/Los_Angeles'; -- whose clocks move on March 8
CALL klout_board_refresh('proven_board', as_of => '2026-06-01 00:00+00');
SET timezone = 'UTC';
SELECT pg_temp.oracle_takes($$(SELECT CASE WHEN min(b.at) <= a.at - interval '30 days' AND count(DISTINCT b.target) > 1 THEN coalesce(a.weight, 1) ELSE 0 END
    FROM acts AS b WHERE b.actor = a.actor AND b.actor <> b.target)$$, '2026-06-01 00:00+00');
SELECT count(*) FILTER (WHERE weight > 0) > 1000 AS proven, count(*) FILTER (WHERE weight = 0) > 1000 AS unproven FROM oracle_action;
SELECT * FROM pg_temp.verdict('proven_board', '2026-06-01 00:00+00');
SELECT count(*), count(*) FILTER (WHERE r.first_seen <> a.first_seen OR r.several <> a.several) AS differ
FROM proven_board.reactors AS r FULL JOIN (
    SELECT actor, min(at) AS first_seen, count(DISTINCT target) > 1 AS several FROM acts WHERE actor <> target GROUP BY actor) AS a USING (actor);
SELECT klout_board_drop('proven_board');
-- in two parts, of which the first knows nothing of the second
SELECT klout_board_create('proven_board', 'acts', tenure => '10 days');
CALL klout_board_refresh('proven_board', as_of => '2026-03-01 00:00+00');
CALL klout_board_refresh('proven_board', as_of => '2026-06-01 00:00+00', publish => 'always');
SELECT pg_temp.oracle_takes($$(SELECT CASE WHEN min(b.at) <= a.at - interval '10 days' AND count(DISTINCT b.target) > 1 THEN coalesce(a.weight, 1) ELSE 0 END
    FROM acts AS b WHERE b.actor = a.actor AND b.actor <> b.target AND (b.at <= '2026-03-01' OR a.at > '2026-03-01'))$$, '2026-06-01 00:00+00');
SELECT * FROM pg_temp.verdict('proven_board', '2026-06-01 00:00+00');
SELECT klout_board_drop('proven_board');

-- score: the last published one, of all topics together, / 100; at first there is none
SELECT klout_board_create('score_board', 'acts', reactor_weight => 'score');
CALL klout_board_refresh('score_board', as_of => '2026-03-01 00:00+00');
SELECT pg_temp.oracle_takes('0', '2026-03-01 00:00+00');
SELECT * FROM pg_temp.verdict('score_board', '2026-03-01 00:00+00');
CREATE TEMPORARY TABLE score_before AS SELECT person, score FROM score_board.scores;
CALL klout_board_refresh('score_board', as_of => '2026-06-01 00:00+00', publish => 'always');
-- (weights are kept in steps of 1/200)
SELECT pg_temp.oracle_takes($$CASE WHEN at > '2026-03-01' THEN round(200 * coalesce(weight, 1) * coalesce((SELECT score / 100 FROM score_before WHERE person = actor), 0)) / 200 ELSE 0 END$$, '2026-06-01 00:00+00');
SELECT * FROM pg_temp.verdict('score_board', '2026-06-01 00:00+00');
SELECT klout_board_drop('score_board');

-- authority: the share of people whose authority is not higher, solved with each day's publication
SELECT klout_board_create('authority_board', 'acts', reactor_weight => 'authority');
CALL klout_board_refresh('authority_board', as_of => '2026-03-01 00:00+00');
CREATE TEMPORARY TABLE authority_before AS
SELECT person, authority, (SELECT count(*) FROM klout_authority($$SELECT actor, target FROM acts WHERE at <= '2026-03-01'$$) AS b WHERE b.authority <= a.authority)::float8
    / (SELECT count(DISTINCT p) FROM acts, unnest(ARRAY[actor, target]) AS p WHERE actor <> target AND at <= '2026-03-01') AS weight
FROM klout_authority($$SELECT actor, target FROM acts WHERE at <= '2026-03-01'$$) AS a;
SELECT count(*) > 100 AS people, count(*) FILTER (WHERE NOT pg_temp.close_to(a.weight, b.weight) OR a.authority <> b.authority) AS differ
FROM authority_board.authority AS a FULL JOIN authority_before AS b USING (person);
CALL klout_board_refresh('authority_board', as_of => '2026-06-01 00:00+00', publish => 'always');
SELECT pg_temp.oracle_takes($$CASE WHEN at > '2026-03-01' THEN round((200 * coalesce(weight, 1) * coalesce((SELECT b.weight FROM authority_before AS b WHERE person = actor), 0))) / 200 ELSE 0 END$$, '2026-06-01 00:00+00');
SELECT * FROM pg_temp.verdict('authority_board', '2026-06-01 00:00+00');
SELECT klout_board_drop('authority_board');

--
-- The gate
--
TRUNCATE acts RESTART IDENTITY;
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 1000 + g, g % 40, '2026-01-01 00:00+00' FROM generate_series(1, 400) AS g;
SELECT klout_board_create('gate_board', 'acts', reactor_weight => 'none');
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 00:00+00');
-- 2 more people of 40 are 5 %, 3 are more; without an allowance for chance
UPDATE gate_board.settings SET gate_noise = 0;
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 1000, 50 + g, '2026-01-01 00:00+00' FROM generate_series(1, 2) AS g;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 01:00+00');
SELECT published, reason, people, rescored FROM gate_board.publications ORDER BY at;
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 1000, 60 + g, '2026-01-01 00:00+00' FROM generate_series(1, 3) AS g;
CREATE TEMPORARY TABLE held AS SELECT person, score, rank FROM gate_board.leaderboard;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 02:00+00');
SELECT published, reason, people, rescored FROM gate_board.publications ORDER BY at DESC LIMIT 1;
-- nothing that is shown moved, and nothing is lost: the facts are in, and the people still marked
SELECT count(*) FROM (SELECT person, score, rank FROM gate_board.leaderboard EXCEPT TABLE held) AS d;
SELECT DISTINCT as_of FROM gate_board.leaderboard;
SELECT count(*) FROM gate_board.history WHERE person > 60;
SELECT person FROM gate_board.changed ORDER BY 1;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 03:00+00');
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 04:00+00', publish => 'always');
SELECT published, reason, people, rescored, forced, published_by = current_user AS by_me FROM gate_board.publications ORDER BY at;
SELECT count(*) FROM gate_board.changed;
SELECT pg_temp.miscounted('gate_board');
SELECT pg_temp.oracle_takes('1', '2026-01-02 04:00+00');
SELECT * FROM pg_temp.verdict('gate_board', '2026-01-02 04:00+00');
UPDATE gate_board.settings SET gate = 0.5;
-- (always where nothing is held back is not forced)
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 1000, 70 + g, '2026-01-01 00:00+00' FROM generate_series(1, 10) AS g;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 05:00+00');
SELECT published, people FROM gate_board.publications ORDER BY at DESC LIMIT 1;
-- 60 more reactors on 20 days bring one person over 63: raw is more than 3.4 * 63 / 37 = 5.8
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', a, 1, timestamptz '2026-01-01 00:00+00' - a % 20 * interval '1 day' FROM generate_series(1, 60) AS a;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 06:00+00', publish => 'always');
SELECT people_at_63, (SELECT count(*) FROM gate_board.scores WHERE score >= 63) AS same FROM gate_board.publications ORDER BY at DESC LIMIT 1;

-- by default small numbers may move by three times their square root: of 55 people by 22
UPDATE gate_board.settings SET gate = 0.05, gate_noise = DEFAULT;
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 1000, 80 + g, '2026-01-01 00:00+00' FROM generate_series(1, 22) AS g;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 07:00+00');
SELECT published, people FROM gate_board.publications ORDER BY at DESC LIMIT 1;
-- and of 77 by 26
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 1000, 200 + g, '2026-01-01 00:00+00' FROM generate_series(1, 27) AS g;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 08:00+00');
SELECT published, people, reason FROM gate_board.publications ORDER BY at DESC LIMIT 1;
CALL klout_board_refresh('gate_board', as_of => '2026-01-02 09:00+00', publish => 'always');
-- the numbers by hand: 5 % of 10,000 are 500 and of 3,600 are 180, which is three times the root
SELECT people, at_63, raw, _klout_board_gate_reason(n, people, m, at_63, r, raw, 0.05, noise)
FROM (VALUES (10000, 10500, 0, 0, 0, 0, 3), (10000, 10501, 0, 0, 0, 0, 3), (10000, 9499, 0, 0, 0, 0, 3), (3600, 3780, 0, 0, 0, 0, 3), (3600, 3781, 0, 0, 0, 0, 3),
             (100, 130, 0, 0, 0, 0, 3), (100, 131, 0, 0, 0, 0, 3), (100, 70, 0, 0, 0, 0, 3), (100, 69, 0, 0, 0, 0, 3), (100, 105, 0, 0, 0, 0, 0), (100, 106, 0, 0, 0, 0, 0),
             (100, 100, 0, 3, 0, 0, 3), (100, 100, 0, 4, 0, 0, 3), (100, 100, 9, 0, 0, 0, 3), (100, 100, 10, 0, 0, 0, 3), (100, 100, 16, 28, 0, 0, 3), (100, 100, 16, 29, 0, 0, 3),
             (100, 100, 0, 0, 200, 260, 3), (100, 100, 0, 0, 200, 260.01, 3), (10000, 10000, 0, 0, 1000, 1050, 3), (10000, 10000, 0, 0, 1000, 949.99, 3), (1, 1, 0, 0, 1, 4, 3),
             (10000, 8000, 400, 300, 9000, 7000, 3)) AS v (n, people, m, at_63, r, raw, noise);

-- another model: everybody is rescored, the gate lets it pass, days before keep theirs
UPDATE gate_board.settings SET gate = 0.01, gate_noise = 0;
SELECT klout_board_set_model('gate_board', klout_model() || '{"scale": 5, "reach_half_life": "1 day"}') = klout_fingerprint(klout_model() || '{"scale": 5, "reach_half_life": "1 day"}') AS fingerprint;
CALL klout_board_refresh('gate_board', as_of => '2026-01-03 00:00+00');
SELECT published, rescored = people AS all, fingerprint = klout_fingerprint(klout_model()) AS default FROM gate_board.publications ORDER BY at DESC LIMIT 2;
SELECT pg_temp.oracle_takes('1', '2026-01-03 00:00+00');
SELECT * FROM pg_temp.verdict('gate_board', '2026-01-03 00:00+00', '', (:'constants'::jsonb || '{"c": 5, "Hr": 1}')::jsonb);
SELECT fingerprint = klout_fingerprint(model) AS own, model::jsonb ->> 'scale' AS scale, since FROM gate_board.models ORDER BY since;
SELECT day, count(DISTINCT fingerprint), min(fingerprint) = klout_fingerprint(klout_model()) AS default FROM gate_board.history GROUP BY day ORDER BY day;
-- calibrated, as klout_calibrate says of the same facts: the top 5 % of the active begin at 63
SELECT klout_board_calibrate('gate_board') = klout_calibrate(signals, klout_model() || '{"scale": 5, "reach_half_life": "1 day"}', '2026-01-03 00:00+00') AS same
FROM (SELECT target, klout_signals(network, kind, actor, at) AS signals FROM acts WHERE actor <> target GROUP BY target) AS s;
SELECT klout_board_set_model('gate_board', klout_board_calibrate('gate_board')) = klout_fingerprint(klout_model() || '{"scale": 5, "reach_half_life": "1 day"}') AS unchanged;
CALL klout_board_refresh('gate_board', as_of => '2026-01-03 01:00+00');
SELECT round((percentile_disc(0.95) WITHIN GROUP (ORDER BY score))::numeric, 2) FROM gate_board.scores;
SELECT count(DISTINCT fingerprint) AS models, count(DISTINCT day) AS days FROM gate_board.history;
SELECT klout_board_drop('gate_board');

--
-- Accounts and opting out
--
TRUNCATE acts RESTART IDENTITY;
INSERT INTO acts (network, kind, actor, target, at, topic)
SELECT 'n' || n, 'k', 100 * a + n, t, '2026-01-01 00:00+00'::timestamptz + t * interval '1 day', 't' || t % 2
FROM generate_series(1, 9) AS t, generate_series(1, 12 - t) AS a, generate_series(1, 2) AS n;
SELECT klout_board_create('people_board', 'acts', reactor_weight => 'none');
CALL klout_board_refresh('people_board', as_of => '2026-01-20 00:00+00');
CREATE TEMPORARY TABLE linked (network text, account bigint, person bigint);
CREATE FUNCTION pg_temp.people(until timestamptz, only_topic text DEFAULT '') RETURNS TABLE (people bigint, violations bigint) LANGUAGE plpgsql AS
$$
BEGIN
    PERFORM pg_temp.oracle_takes('1', until, format('(%L = '''' OR topic = %1$L) AND coalesce((SELECT person FROM linked AS l WHERE l.network = a.network AND l.account = target), target) NOT IN (SELECT person FROM people_board.opt_outs)', only_topic),
        'coalesce((SELECT person FROM linked AS l WHERE l.network = a.network AND l.account = target), target)');
    RETURN QUERY SELECT * FROM pg_temp.verdict('people_board', until, only_topic);
END
$$;
SELECT * FROM pg_temp.people('2026-01-20');
-- account 2 of n1 and account 3 of both networks belong to 1, and links do not chain: 4 is 5's, 5 is 6's
SELECT klout_board_link('people_board', 'n1', '2', '1'), klout_board_link('people_board', 'n1', '3', '1'), klout_board_link('people_board', 'n2', '3', '1'),
       klout_board_link('people_board', 'n1', '4', '5'), klout_board_link('people_board', 'n1', '5', '6'), klout_board_link('people_board', 'n2', '9', '42');
INSERT INTO linked SELECT network, account, person FROM people_board.accounts;
TABLE linked ORDER BY account, network;
CALL klout_board_refresh('people_board', as_of => '2026-01-20 01:00+00', publish => 'always');
SELECT * FROM pg_temp.people('2026-01-20 01:00+00'), pg_temp.people('2026-01-20 01:00+00', 't1') AS t1;
SELECT person FROM people_board.scores WHERE topic = '' ORDER BY person; -- 3 has nothing left
SELECT person, rank FROM klout_board_search('people_board', '3');
SELECT person, rank FROM klout_board_search('people_board', '9');
SELECT network, actions FROM klout_board_activity('people_board', '1');
SELECT abs(sum(points) - (SELECT score FROM people_board.scores WHERE person = 1 AND topic = '')) < 1e-9 AS adds_up FROM klout_board_activity('people_board', '1');
SELECT abs(sum(points) - (SELECT score FROM people_board.scores WHERE person = 1 AND topic = 't1')) < 1e-9 AS adds_up FROM klout_board_activity('people_board', '1', 't1');
-- between two accounts of one person: himself
INSERT INTO acts (network, kind, actor, target, at) VALUES ('n1', 'k', 2, 3, '2026-01-20 00:00+00'), ('n1', 'k', 1, 2, '2026-01-20 00:00+00');
CALL klout_board_refresh('people_board', as_of => '2026-01-20 02:00+00');
SELECT rescored FROM people_board.publications ORDER BY at DESC LIMIT 1;
DELETE FROM acts WHERE id > (SELECT max(id) - 2 FROM acts);
-- linking again moves, unlinking gives back; an id may be written in any way
SELECT klout_board_link('people_board', 'n1', '2', '7'), klout_board_unlink('people_board', 'n1', '3'), klout_board_unlink('people_board', 'n2', '9'), klout_board_link('people_board', 'n1', '05', ' 5');
UPDATE linked SET person = 7 WHERE network = 'n1' AND account = 2;
DELETE FROM linked WHERE (network, account) IN (('n1', 3), ('n2', 9), ('n1', 5));
SELECT network, account, person FROM people_board.accounts EXCEPT TABLE linked;
\set VERBOSITY terse
CALL klout_board_refresh('people_board', as_of => '2026-01-20 03:00+00', publish => 'always');
\set VERBOSITY default
SELECT * FROM pg_temp.people('2026-01-20 03:00+00'), pg_temp.people('2026-01-20 03:00+00', 't1') AS t1;
-- 42 has nothing left, and no row of a day on which they had nothing in the end
SELECT person FROM people_board.scores WHERE person = 42;
SELECT count(*) FROM people_board.history WHERE person = 42;
SELECT pg_temp.miscounted('people_board');
-- the next day; the one before is as it was
CREATE TEMPORARY TABLE people_past AS SELECT * FROM people_board.history;
CALL klout_board_refresh('people_board', as_of => '2026-01-21 00:00+00', publish => 'always');
SELECT count(*) AS rows, count(*) FILTER (WHERE h.person IS NULL) AS violations FROM people_past AS p LEFT JOIN people_board.history AS h USING (day, person, topic, score, rank, fingerprint);

-- the future: 1 acts and is acted upon tomorrow
INSERT INTO acts (network, kind, actor, target, at) VALUES
    ('n1', 'k', 1, 8, '2026-01-22 00:00+00'), ('n1', 'k', 8, 1, '2026-01-22 00:00+00'), ('n2', 'k', 8, 3, '2026-01-22 00:00+00'), ('n2', 'k', 3, 8, '2026-01-22 00:00+00'),
    ('n1', 'k', 8, 3, '2026-01-22 00:00+00');
\set VERBOSITY terse
CALL klout_board_refresh('people_board', as_of => '2026-01-21 04:00+00');
\set VERBOSITY default
INSERT INTO people_board.perks (perk, capacity) VALUES ('mug', 20);
SELECT count(*) FROM klout_board_grant('people_board', 'mug', '2026-01-21');

-- where an id is found on a board, as text in any column of any table
CREATE FUNCTION pg_temp.traces(board name, id text) RETURNS TABLE (relation text, rows bigint) LANGUAGE plpgsql AS
$$
DECLARE
    c record;
BEGIN
    FOR c IN SELECT t.oid, t.relname, string_agg(format('%I::text = $1', a.attname), ' OR ' ORDER BY attnum) AS condition
             FROM pg_class AS t JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
             WHERE t.relnamespace = board::text::regnamespace AND t.relkind IN ('r', 'p') AND NOT t.relispartition
               AND a.atttypid IN ('bigint'::regtype, 'text'::regtype, 'uuid'::regtype) AND a.attname NOT IN ('rank', 'rows', 'people', 'rescored', 'capacity', 'people_at_63', 'watermark', 'id', 'first_id', 'last_id')
             GROUP BY t.oid, t.relname ORDER BY t.relname
    LOOP
        EXECUTE format('SELECT count(*) FROM %s WHERE %s', c.oid::regclass, c.condition) INTO rows USING id;
        relation := c.relname;
        IF rows > 0 THEN
            RETURN NEXT;
        END IF;
    END LOOP;
END
$$;
SELECT * FROM pg_temp.traces('people_board', '1');
SELECT * FROM pg_temp.traces('people_board', '3');
SELECT klout_board_opt_out('people_board', '1');
SELECT * FROM pg_temp.traces('people_board', '1');
-- 3 of n1 is somebody else now
SELECT * FROM pg_temp.traces('people_board', '3');
SELECT network, actor, target FROM people_board.pending ORDER BY id;
-- the others moved up
SELECT pg_temp.miscounted('people_board');
SELECT count(*) FILTER (WHERE l.rank <> e.rank) AS violations, count(*) FROM people_board.leaderboard AS l JOIN (
    SELECT person, topic, rank() OVER (PARTITION BY topic ORDER BY score DESC) FROM people_board.scores) AS e USING (person, topic);
-- they stay out, whatever comes, today, tomorrow, or after a rebuild
INSERT INTO acts (network, kind, actor, target, at) VALUES
    ('n1', 'k', 1, 8, '2026-01-20 00:00+00'), ('n1', 'k', 8, 1, '2026-01-20 00:00+00'), ('n2', 'k', 8, 3, '2026-01-20 00:00+00'), ('n2', 'k', 3, 8, '2026-01-20 00:00+00'),
    ('n1', 'k', 1, 8, '2026-01-23 00:00+00'), ('n1', 'k', 8, 1, '2026-01-23 00:00+00'), ('n2', 'k', 8, 3, '2026-01-23 00:00+00');
CALL klout_board_refresh('people_board', as_of => '2026-01-21 05:00+00', publish => 'always');
SELECT * FROM pg_temp.traces('people_board', '1');
CALL klout_board_refresh('people_board', as_of => '2026-01-24 00:00+00', publish => 'always');
SELECT * FROM pg_temp.traces('people_board', '1');
SELECT klout_board_rebuild('people_board');
CALL klout_board_refresh('people_board', as_of => '2026-01-24 01:00+00', publish => 'always');
SELECT * FROM pg_temp.traces('people_board', '1');
-- after it also not in the samples of others: neither 1 nor 3 of n2 reacted to 8
SELECT count(*) FILTER (WHERE actor_hash IN (SELECT (klout_reactor_sample(klout_signals(r.network, 'k', a, '2026-01-01'))).actor_hash FROM (VALUES (1), (3)) AS v (a))) AS out,
       count(*) > 0 AS others
FROM people_board.signals AS s, klout_reactor_sample(s.signals) AS r WHERE s.account = 8 AND s.network = 'n2';
-- an account that is linked to them is out as well
SELECT count(*) FROM people_board.signals WHERE account = 7;
SELECT klout_board_link('people_board', 'n1', '7', '1');
SELECT network FROM people_board.signals WHERE account = 7 GROUP BY 1;
CALL klout_board_refresh('people_board', as_of => '2026-01-24 02:00+00', publish => 'always');
SELECT * FROM pg_temp.traces('people_board', '1');
-- back in: from now on
SELECT klout_board_opt_in('people_board', '1');
INSERT INTO acts (network, kind, actor, target, at) VALUES ('n1', 'k', 8, 1, '2026-01-23 00:00+00');
CALL klout_board_refresh('people_board', as_of => '2026-01-24 03:00+00', publish => 'always');
SELECT network, actions FROM klout_board_activity('people_board', '1');
SELECT klout_board_drop('people_board');

-- what proves reactors, and authority, say nothing of them either
SELECT klout_board_create('proven_board', 'acts');
SELECT klout_board_create('authority_board', 'acts', reactor_weight => 'authority');
CALL klout_board_refresh('proven_board', as_of => '2026-01-21 00:00+00');
CALL klout_board_refresh('proven_board', as_of => '2026-01-22 00:00+00');
CALL klout_board_refresh('authority_board', as_of => '2026-01-21 00:00+00');
CALL klout_board_refresh('authority_board', as_of => '2026-01-22 00:00+00');
SELECT * FROM pg_temp.traces('proven_board', '8');
SELECT * FROM pg_temp.traces('authority_board', '8');
SELECT klout_board_opt_out('proven_board', '8'), klout_board_opt_out('authority_board', '8');
SELECT * FROM pg_temp.traces('proven_board', '8');
SELECT * FROM pg_temp.traces('authority_board', '8');
CALL klout_board_refresh('proven_board', as_of => '2026-01-24 00:00+00', publish => 'always');
CALL klout_board_refresh('authority_board', as_of => '2026-01-24 00:00+00', publish => 'always');
SELECT * FROM pg_temp.traces('proven_board', '8');
SELECT * FROM pg_temp.traces('authority_board', '8');
SELECT klout_board_drop('proven_board'), klout_board_drop('authority_board');

--
-- Perks
--
TRUNCATE acts RESTART IDENTITY;
-- 1 has 20 reactors, 2 has 19 ... 20 has 1; the even ones also on n2; topic art for 1 to 5
INSERT INTO acts (network, kind, actor, target, at, topic)
SELECT n, 'k', 100 + a, t, '2026-01-01 00:00+00', CASE WHEN t <= 5 THEN 'art' END
FROM generate_series(1, 20) AS t, generate_series(1, 21 - t) AS a, unnest('{n1,n2}'::text[]) AS n WHERE n = 'n1' OR t % 2 = 0;
SELECT klout_board_create('perk_board', 'acts', reactor_weight => 'none');
CALL klout_board_refresh('perk_board', as_of => '2026-01-02 00:00+00');
INSERT INTO perk_board.perks (perk, min_score, top_share, network, topic, capacity, from_at, until_at) VALUES
    ('any', NULL, NULL, NULL, '', 3, '-infinity', 'infinity'),
    ('top', NULL, 0.1, NULL, '', 100, '-infinity', 'infinity'),
    ('score', 48, NULL, NULL, '', 100, '-infinity', 'infinity'),
    ('both', 48, 0.1, 'n2', '', 100, '-infinity', 'infinity'),
    ('n2', NULL, NULL, 'n2', '', 2, '-infinity', 'infinity'),
    ('art', NULL, 0.4, NULL, 'art', 100, '-infinity', 'infinity'),
    ('none', NULL, NULL, NULL, '', 0, '-infinity', 'infinity'),
    ('soon', NULL, NULL, NULL, '', 1, '2026-02-01 00:00+00', '2026-03-01 00:00+00');
SELECT rank, person, round(score::numeric, 2) AS score FROM perk_board.leaderboard WHERE topic = '' ORDER BY rank;
-- as the leaderboard has it: all 20; the best 10 % of 20 people, 40 % of 5 people in art; from 48 on; those of an even number
SELECT perk, round(from_score::numeric, 2) AS from_score, (SELECT array_agg(person ORDER BY place) FROM klout_board_qualify('perk_board', perk) WITH ORDINALITY AS q (person, score, rank, place)) AS qualify
FROM perk_board.perks_left ORDER BY perk;
SELECT person, round(score::numeric, 2) AS score, rank FROM klout_board_qualify('perk_board', 'any', 4);
SELECT person, rank FROM klout_board_qualify('perk_board', 'n2', 0);
SELECT klout_board_qualify('perk_board', 'n2', -1);
SELECT klout_board_qualify('perk_board', 'no such');
SELECT count(*) FROM klout_board_qualify(NULL, 'any') AS a, klout_board_qualify('perk_board', NULL) AS b;
SELECT * FROM (SELECT person, rank FROM klout_board_grant('perk_board', 'any')) AS g;
SELECT person, rank FROM klout_board_qualify('perk_board', 'any', 2); -- but who has it
SELECT * FROM klout_board_grant('perk_board', 'any');
UPDATE perk_board.perks SET capacity = 5 WHERE perk = 'any';
SELECT * FROM (SELECT person, rank FROM klout_board_grant('perk_board', 'any')) AS g;
UPDATE perk_board.perks SET capacity = 4 WHERE perk = 'any'; -- fewer than there are
SELECT * FROM klout_board_grant('perk_board', 'any');
SELECT * FROM (SELECT person, rank FROM klout_board_grant('perk_board', 'top')) AS g;
SELECT count(*) = (SELECT count(*) FROM perk_board.scores WHERE topic = '' AND score >= 48) AS all FROM klout_board_grant('perk_board', 'score');
SELECT * FROM (SELECT person, rank FROM klout_board_grant('perk_board', 'both')) AS g;
SELECT * FROM (SELECT person, rank FROM klout_board_grant('perk_board', 'n2')) AS g;
SELECT * FROM (SELECT person, rank FROM klout_board_grant('perk_board', 'art')) AS g;
SELECT * FROM klout_board_grant('perk_board', 'none');
SELECT at, (SELECT count(*) FROM klout_board_grant('perk_board', 'soon', at)) FROM (VALUES ('2026-01-31 23:59:59.999999+00'::timestamptz), ('2026-03-01 00:00+00'), ('2026-02-01 00:00+00')) AS v (at);
SELECT perk, capacity, granted, "left" FROM perk_board.perks_left ORDER BY perk;
SELECT klout_board_grant('perk_board', 'no such');
-- who opts out makes room
SELECT klout_board_opt_out('perk_board', '2');
UPDATE perk_board.perks SET capacity = 5 WHERE perk = 'any';
SELECT * FROM (SELECT person, rank FROM klout_board_grant('perk_board', 'any')) AS g;
SELECT klout_board_drop('perk_board');

SELECT klout_board_drop('hand_board');
DROP TABLE hand, acts;
