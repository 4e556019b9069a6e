-- The properties that the recipes of docs/business-uses.md and the shortlist of
-- docs/rank-candidates.md promise.  Printed are numbers that follow by hand, and
-- numbers of violations, which are 0 everywhere.
SET timezone = 'UTC';
SET extra_float_digits = 1;
\set as_of '2026-04-01 00:00:00+00'

-- A network's part of somebody: people reactors, one a day backwards over so many days
CREATE FUNCTION pg_temp.received(network text, people int, days int, first int DEFAULT 0) RETURNS klout_signals
    LANGUAGE sql STABLE AS
    $$SELECT klout_signals(network, 'share', first + i, timestamptz '2026-04-01 00:00+00' - i % days * interval '1 day')
      FROM generate_series(1, people) AS i$$;
CREATE FUNCTION pg_temp.score(signals klout_signals, overrides jsonb DEFAULT '{}') RETURNS float8
    LANGUAGE sql STABLE AS
    $$SELECT klout_score(signals, klout_model() || overrides, '2026-04-01 00:00+00')$$;

--
-- Companies: the points of each explain its score, and the changes from one to
-- the other the difference; and more of the same is worth nothing.
--
CREATE TEMPORARY TABLE company AS
SELECT name, pg_temp.received('twitter', a, 80) || pg_temp.received('linkedin', b, 40) AS signals
FROM (VALUES ('acme', 160, 50), ('bolt', 200, 240), ('cog', 35, 0), ('dot', 1, 1)) AS v (name, a, b);
SELECT count(*) AS pairs,
       count(*) FILTER (WHERE abs(change - (pg_temp.score(them.signals) - pg_temp.score(us.signals))) > 1e-9) AS not_explained,
       count(*) FILTER (WHERE abs(points - pg_temp.score(us.signals)) > 1e-9) AS points_missing
FROM company AS us, company AS them,
     LATERAL (SELECT sum(change) AS change FROM klout_explain_change(us.signals, them.signals, klout_model(), :'as_of', :'as_of')) AS c,
     LATERAL (SELECT sum(points) AS points FROM klout_explain(us.signals, klout_model(), :'as_of')) AS e;
SELECT count(*) AS companies, count(*) FILTER (WHERE pg_temp.score(loud) IS DISTINCT FROM pg_temp.score(signals)) AS louder_is_higher
FROM company, LATERAL (SELECT signals || signals || signals || signals AS loud) AS l;

--
-- Tickets: whatever the scores, a ticket is overtaken only by those that came
-- less than the head start later; with equal times to answer, nobody waits
-- longer than the longest wait in order of arrival plus the head start.
--
CREATE TEMPORARY TABLE ticket (load text, ticket int, opened float8, score float8); -- hours
INSERT INTO ticket -- one low score, number 3, among high ones, of which there is always one waiting
SELECT 'one low', n, CASE WHEN n < 3 THEN 0 WHEN n = 3 THEN 1 / 12.0 ELSE (n - 3) / 6.0 END, CASE n WHEN 3 THEN 0 ELSE 99.99 END
FROM generate_series(1, 200) AS n;
INSERT INTO ticket -- rising scores: each newcomer has a better one
SELECT 'rising', n, n / 6.0, n / 2.0 FROM generate_series(1, 199) AS n;
INSERT INTO ticket -- any scores, in crowds of 20 every three hours
SELECT 'crowds', n, n / 20 * 3, n * 7919 % 10007 / 100.1 FROM generate_series(1, 200) AS n;
INSERT INTO ticket -- any scores, more of them than can be answered for 15 hours, then few
SELECT 'overload', n, CASE WHEN n <= 120 THEN n / 8.0 ELSE 15 + (n - 120) / 3.0 END, n * n * 31 % 10007 / 100.1 FROM generate_series(1, 200) AS n;

-- One agent, ten minutes a ticket, never idle while somebody waits
CREATE FUNCTION pg_temp.serve(head_start float8) RETURNS TABLE (load text, ticket int, opened float8, score float8, waited float8, place int)
    LANGUAGE plpgsql AS
$$
DECLARE
    clock float8;
    next record;
BEGIN
    FOR load IN SELECT DISTINCT t.load FROM ticket AS t LOOP
        CREATE TEMPORARY TABLE open ON COMMIT DROP AS SELECT * FROM ticket AS t WHERE t.load = serve.load;
        clock := 0;
        place := 0;
        LOOP
            SELECT * INTO next FROM open AS o
            ORDER BY greatest(o.opened, clock), o.opened - head_start * o.score / 100, o.ticket LIMIT 1;
            EXIT WHEN NOT FOUND;
            DELETE FROM open AS o WHERE o.ticket = next.ticket;
            clock := greatest(clock, next.opened);
            place := place + 1;
            ticket := next.ticket;
            opened := next.opened;
            score := next.score;
            waited := clock - next.opened;
            RETURN NEXT;
            clock := clock + 1 / 6.0;
        END LOOP;
        DROP TABLE open;
    END LOOP;
END
$$;
CREATE TEMPORARY TABLE served AS
SELECT head_start, s.* FROM unnest('{0, 1, 4, 12}'::float8[]) AS head_start, pg_temp.serve(head_start) AS s;
SELECT load, head_start, count(*) AS tickets,
       (SELECT count(*) FROM served AS a JOIN served AS b USING (load, head_start)
        WHERE load = s.load AND head_start = s.head_start AND b.place < a.place AND b.opened >= a.opened + head_start AND b.ticket > a.ticket) AS overtaken_by_later,
       count(*) FILTER (WHERE waited > (SELECT max(waited) FROM served AS f WHERE f.head_start = 0 AND f.load = s.load) + head_start + 1e-9) AS beyond_the_bound
FROM served AS s GROUP BY load, head_start ORDER BY load, head_start;
-- The low score among high ones, opened half a turn of ten minutes after the
-- first two: with h hours of head start it is overtaken by those opened before
-- 1/12 + 0.9999 h, one every turn, so by 6 h of them, and is served as number
-- 3 + 6 h after 2 + 6 h turns, of which it waited all but half a turn.
SELECT head_start, place, round((waited * 6)::numeric, 6) AS turns_waited FROM served WHERE load = 'one low' AND ticket = 3 ORDER BY head_start;
-- It is no use if it changes nothing: higher scores wait less.
SELECT load, avg(waited) FILTER (WHERE score > 66) < avg(waited) FILTER (WHERE score < 33) AS higher_first
FROM served WHERE head_start = 4 AND load IN ('crowds', 'overload') GROUP BY load ORDER BY load;

--
-- Discount: never falls as the score rises, keeps to its cap, is at most one
-- percent below the exact share, and the explanation adds up to it.
--
CREATE FUNCTION pg_temp.discount(score float8) RETURNS int
    LANGUAGE sql IMMUTABLE
    RETURN least(12, floor(score / 5))::int;
SELECT count(*) AS scores, count(*) FILTER (WHERE discount < before) AS falls, min(discount) AS least, max(discount) AS most,
       count(*) FILTER (WHERE discount > score / 5 OR (score < 60 AND discount <= score / 5 - 1)) AS off
FROM (SELECT score, pg_temp.discount(score) AS discount, lag(pg_temp.discount(score)) OVER (ORDER BY score) AS before
      FROM (SELECT n / 100.0::float8 AS score FROM generate_series(0, 10000) AS n) AS s) AS d;
SELECT count(*) AS people,
       count(*) FILTER (WHERE abs(percent + (pg_temp.discount(score) - score / 5) - pg_temp.discount(score)) > 1e-9) AS not_explained
FROM (SELECT pg_temp.score(signals) AS score, (SELECT coalesce(sum(points), 0) / 5 FROM klout_explain(signals, klout_model(), :'as_of')) AS percent
      FROM (SELECT pg_temp.received('twitter', p, 1 + p % 40) AS signals FROM generate_series(0, 250) AS p) AS s
      WHERE signals IS NOT NULL) AS d;
-- One more reactor never costs a discount.
SELECT count(*) AS people, count(*) FILTER (WHERE pg_temp.discount(more) < pg_temp.discount(score)) AS falls
FROM (SELECT pg_temp.score(signals) AS score, pg_temp.score(signals || pg_temp.received('twitter', 1, 1, 100000)) AS more
      FROM (SELECT pg_temp.received('twitter', p, 1 + p % 40) AS signals FROM generate_series(1, 250) AS p) AS s) AS d;

--
-- Niche: what happens on other topics does not touch the score on this one,
-- which is also that of the whole value with all other topics at weight 0.
--
SELECT count(*) AS people,
       count(*) FILTER (WHERE pg_temp.score(trains) IS DISTINCT FROM pg_temp.score(trains || music, '{"networks": {"music": 0}}')) AS touched,
       count(*) FILTER (WHERE pg_temp.score(trains || music) < greatest(pg_temp.score(trains), pg_temp.score(music))) AS lost
FROM (SELECT pg_temp.received('trains', n * 7 % 250 + 1, 60) AS trains, pg_temp.received('music', n * n * 10 + 1, 60) AS music
      FROM generate_series(1, 20) AS n) AS people;

--
-- Fame from outside.  By hand: 200 and 80 reactors today, and 10 and 70 pages
-- of today's dump, so the reaches 200 + 10 w and 80 + 70 w are equal at w = 2.
--
CREATE TEMPORARY TABLE famous AS
SELECT person, pg_temp.received('social', people, 1) AS social,
       pg_temp.received('social', people, 1) || pg_temp.received('wikipedia', pages, 1) AS signals
FROM (VALUES ('star', 200, 10), ('president', 80, 70)) AS v (person, people, pages);
SELECT weight, CASE WHEN star > president THEN 'star' WHEN star < president THEN 'president' ELSE 'both' END AS ahead
FROM unnest('{0, 1, 1.999999, 2, 2.000001, 3, 100, 0}'::numeric[]) WITH ORDINALITY AS w (weight, n),
     LATERAL (SELECT max(score) FILTER (WHERE person = 'star') AS star, max(score) FILTER (WHERE person = 'president') AS president
              FROM famous, LATERAL (SELECT pg_temp.score(signals, jsonb_build_object('networks', jsonb_build_object('wikipedia', weight))) AS score) AS s) AS s
ORDER BY n;
-- A network of weight 0 is as if it were not there, to the bit; and adding one costs nobody a point.
SELECT person, pg_temp.score(signals, '{"networks": {"wikipedia": 0}}') = pg_temp.score(social) AS as_if_not_there,
       (SELECT count(*) FROM (SELECT pg_temp.score(signals, jsonb_build_object('networks', jsonb_build_object('wikipedia', w / 10.0))) AS score,
                                     lag(pg_temp.score(signals, jsonb_build_object('networks', jsonb_build_object('wikipedia', w / 10.0)))) OVER (ORDER BY w) AS before
                              FROM generate_series(0, 100) AS w) AS rising WHERE score < before) AS falls
FROM famous ORDER BY person;
-- Thousands, where reach is estimated: the order turns where the estimates say so.
CREATE TEMPORARY TABLE celebrity AS
SELECT person, pg_temp.received('twitter', t, 90) || pg_temp.received('facebook', f, 90) || pg_temp.received('wikipedia', w, 1) AS signals
FROM (VALUES ('star', 48000, 21000, 3100), ('president', 16000, 9000, 24500)) AS v (person, t, f, w);
WITH amount AS (
    SELECT sum(CASE person WHEN 'star' THEN amount ELSE -amount END) FILTER (WHERE network <> 'wikipedia')
           / sum(CASE person WHEN 'president' THEN amount ELSE -amount END) FILTER (WHERE network = 'wikipedia') AS turns
    FROM celebrity, klout_explain(signals, klout_model(), :'as_of') WHERE part = 'reach')
SELECT factor, star > president AS star_ahead, star < president AS president_ahead
FROM amount, unnest('{0, 0.9, 0.999999, 1.000001, 1.1, 10}'::float8[]) AS factor,
     LATERAL (SELECT max(score) FILTER (WHERE person = 'star') AS star, max(score) FILTER (WHERE person = 'president') AS president
              FROM celebrity, LATERAL (SELECT pg_temp.score(signals, jsonb_build_object('networks', jsonb_build_object('wikipedia', turns * factor))) AS score) AS s) AS s
ORDER BY factor;
-- With every reactor counted it is 0.875: 69,000 - 25,000 people times 0.4257, the
-- mean of 2^(-age/30) over 90 days, divided by 24,500 - 3,100 pages.  The estimates may
-- be off by some per cent.
SELECT abs(turns - 0.875) < 0.15 AS near
FROM (SELECT sum(CASE person WHEN 'star' THEN amount ELSE -amount END) FILTER (WHERE network <> 'wikipedia')
             / sum(CASE person WHEN 'president' THEN amount ELSE -amount END) FILTER (WHERE network = 'wikipedia') AS turns
      FROM celebrity, klout_explain(signals, klout_model(), :'as_of') WHERE part = 'reach') AS amount;

--
-- A shortlist: percentiles among applicants and among all, against counting
--
CREATE TEMPORARY TABLE everybody AS
SELECT n AS person, round(pg_temp.score(pg_temp.received('forum', n * 31 % 97, 20))::numeric, 2)::float8 AS score FROM generate_series(1, 400) AS n;
UPDATE everybody SET score = 0 WHERE score IS NULL;
WITH population AS (SELECT klout_population(score) AS all_of_them, klout_population(score) FILTER (WHERE person % 20 = 0) AS applicants FROM everybody)
SELECT count(*) AS people,
       count(*) FILTER (WHERE abs(klout_cume_dist(all_of_them, e.score) - (SELECT count(*) FROM everybody AS o WHERE o.score <= e.score) / 400.0) > 1e-12) AS among_all,
       count(*) FILTER (WHERE abs(klout_cume_dist(applicants, e.score) - among_applicants) > 1e-12) AS among_applicants
FROM population, (SELECT *, cume_dist() OVER (ORDER BY score) AS among_applicants FROM everybody WHERE person % 20 = 0) AS e;
