-- The first two years of MathOverflow, replayed quarter by quarter: a board says what a query
-- over the same rows says, to the bit, and its past stays as it was.
SET timezone = 'UTC';
SET datestyle = ISO;
SET client_min_messages = warning; -- notices tell the speed
SET jit = off;
\getenv abs_srcdir PG_ABS_SRCDIR
CREATE TEMPORARY TABLE line (actor bigint, target bigint, seconds bigint, kind text DEFAULT 'answer');
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-a2q.txt.gz'
COPY line (actor, target, seconds) FROM PROGRAM :'command' WITH (DELIMITER ' ');
ALTER TABLE line ALTER kind SET DEFAULT 'comment_on_answer';
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2a.txt.gz'
COPY line (actor, target, seconds) FROM PROGRAM :'command' WITH (DELIMITER ' ');

CREATE TABLE replay (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network text NOT NULL DEFAULT 'mathoverflow', kind text NOT NULL, actor bigint NOT NULL, target bigint NOT NULL, at timestamptz NOT NULL);
SELECT klout_board_create('replay_board', 'replay', reactor_weight => 'none');

-- Rows arrive in no order, one in ten a quarter late; a few are too early and wait
CREATE TABLE arrivals AS
SELECT quarter, kind, actor, target, at FROM (
    SELECT kind, actor, target, to_timestamp(seconds) AS at,
           date_trunc('quarter', to_timestamp(seconds)) + CASE hashint8(seconds) % 10 WHEN 0 THEN interval '6 months' WHEN 1 THEN interval '0' ELSE interval '3 months' END AS quarter
    FROM line) AS l
WHERE quarter <= '2011-07-01' ORDER BY hashint8(extract(epoch FROM at)::bigint), actor, target, kind;
CREATE TABLE frozen AS SELECT NULL::timestamptz AS at, h.* FROM replay_board.history AS h WHERE false;

CREATE PROCEDURE replay_quarter(quarter timestamptz) LANGUAGE plpgsql AS
$$
BEGIN
    INSERT INTO replay (kind, actor, target, at) SELECT a.kind, a.actor, a.target, a.at FROM arrivals AS a WHERE a.quarter = $1;
    COMMIT;
    CALL klout_board_refresh('replay_board', batch => 7000, publish => 'always', as_of => $1);
    INSERT INTO frozen SELECT $1, h.* FROM replay_board.history AS h WHERE h.day = $1::date;
END
$$;
CREATE VIEW verdict AS
SELECT p.at, (SELECT count(*) FROM replay WHERE at <= p.at) AS actions,
       count(*) AS people, count(*) FILTER (WHERE s.score IS DISTINCT FROM d.score) AS scores,
       count(*) FILTER (WHERE s.reach IS DISTINCT FROM d.reach) AS reach, count(*) FILTER (WHERE s.consistency IS DISTINCT FROM d.consistency) AS consistency,
       count(*) FILTER (WHERE _klout_signals_send(f.signals) IS DISTINCT FROM _klout_signals_send(d.signals)) AS signals,
       count(*) FILTER (WHERE s.rank IS DISTINCT FROM d.rank) AS ranks
FROM (SELECT max(at) AS at FROM replay_board.publications) AS p
CROSS JOIN LATERAL (
    SELECT target, signals, klout_score(signals, klout_model(), p.at) AS score, klout_reach(signals, klout_model(), p.at) AS reach,
           klout_consistency(signals, klout_model(), p.at) AS consistency, rank() OVER (ORDER BY klout_score(signals, klout_model(), p.at) DESC)
    FROM (SELECT target, klout_signals(network, kind, actor, at) AS signals FROM replay WHERE at <= p.at AND actor <> target GROUP BY target) AS q) AS d
FULL JOIN replay_board.leaderboard AS s ON s.person = d.target
FULL JOIN replay_board.signals AS f ON f.account = d.target
GROUP BY p.at;

CALL replay_quarter('2010-01-01');
SELECT * FROM verdict;
CALL replay_quarter('2010-04-01');
SELECT * FROM verdict;
CALL replay_quarter('2010-07-01');
SELECT * FROM verdict;
CALL replay_quarter('2010-10-01');
SELECT * FROM verdict;
CALL replay_quarter('2011-01-01');
SELECT * FROM verdict;
CALL replay_quarter('2011-04-01');
SELECT * FROM verdict;
CALL replay_quarter('2011-07-01');
SELECT * FROM verdict;

-- the past is what it was when it was written
SELECT day, count(*) AS people, count(*) FILTER (WHERE (h.score, h.rank, h.fingerprint) IS DISTINCT FROM (f.score, f.rank, f.fingerprint)) AS violations
FROM frozen AS f FULL JOIN replay_board.history AS h USING (day, person, topic) GROUP BY day ORDER BY day;
-- changes over 90 days are against the quarter before, 91 days ago; nothing is 30 to 59 days old
SELECT count(*) AS people, count(*) FILTER (WHERE l.change_90 IS DISTINCT FROM l.score - h.score) AS violations, count(l.change_30) AS none
FROM replay_board.leaderboard AS l LEFT JOIN replay_board.history AS h ON h.person = l.person AND h.day = '2011-04-01';
SELECT count(*) AS movers, count(*) FILTER (WHERE abs(m.score_before - h.score) > 1e-9) AS violations
FROM replay_board.movers AS m LEFT JOIN replay_board.history AS h ON h.person = m.person AND h.day = '2011-04-01';
SELECT count(*) > 7 AS batches, (SELECT count(*) FROM klout_board_audit('replay_board')) AS violations FROM replay_board.batches;
SELECT count(*) > 0 AS waiting, min(at) > '2011-07-01' AS late FROM replay_board.pending;
-- statements of the fifty best: points of kinds add up, actions are what the table says
SELECT count(*) AS people, count(*) FILTER (WHERE abs(s.points - l.score) > 1e-9) AS points, count(*) FILTER (WHERE s.actions <> t.actions) AS actions
FROM (SELECT * FROM replay_board.leaderboard ORDER BY rank LIMIT 50) AS l,
     LATERAL (SELECT sum(points) AS points, sum(actions) AS actions FROM klout_board_activity('replay_board', l.person::text)) AS s,
     LATERAL (SELECT count(*) AS actions FROM replay WHERE target = l.person AND actor <> target AND at <= '2011-07-01') AS t;

SELECT klout_board_drop('replay_board');
DROP PROCEDURE replay_quarter;
DROP TABLE replay, arrivals, frozen;
