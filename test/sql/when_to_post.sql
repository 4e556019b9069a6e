-- Reactions on two networks at once, by the hour and by the day, from Klout's
-- own open data (test/data/README.md), compared with the formula in plain SQL
-- (include/oracle.sql).
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET extra_float_digits = 1;
\getenv abs_srcdir PG_ABS_SRCDIR

CREATE TEMPORARY TABLE reaction (author bigint, actor bigint, post bigint, posted_ms bigint, at_ms bigint, zone text);
CREATE TEMPORARY TABLE wtp_action (network text, kind text, actor bigint, author bigint, post bigint, posted timestamptz, at timestamptz);
\set file :abs_srcdir '/data/user_timestamp_open_set_fb.tsv'
COPY reaction FROM :'file' WITH (HEADER);
INSERT INTO wtp_action SELECT 'facebook', 'comment', actor, author, post, to_timestamp(posted_ms / 1000.0), to_timestamp(at_ms / 1000.0) FROM reaction;
TRUNCATE reaction;
\set file :abs_srcdir '/data/user_timestamp_open_set_tw.tsv'
COPY reaction FROM :'file' WITH (HEADER);
INSERT INTO wtp_action SELECT 'twitter', 'retweet', actor, author, post, to_timestamp(posted_ms / 1000.0), to_timestamp(at_ms / 1000.0) FROM reaction;

-- as test/data/README.md counts them
SELECT network, count(*) AS actions, count(DISTINCT author) AS authors, count(DISTINCT actor) AS actors,
       count(DISTINCT post) AS posts, count(*) FILTER (WHERE actor = author) AS to_oneself
FROM wtp_action GROUP BY network ORDER BY network;

-- Nobody can be linked between the networks, so we make people up: the n-th
-- author of either network is person n.  55 people have two accounts.
CREATE TEMPORARY TABLE account AS
SELECT network, author, row_number() OVER (PARTITION BY network ORDER BY author) AS person
FROM (SELECT DISTINCT network, author FROM wtp_action) a;
SELECT networks, count(*) AS people
FROM (SELECT person, count(*) AS networks FROM account GROUP BY person) p GROUP BY networks ORDER BY networks;

\set oracle :abs_srcdir '/include/oracle.sql'
\set ECHO none
\i :oracle
\set ECHO all
INSERT INTO oracle_action SELECT person, network, kind, actor, at, NULL FROM wtp_action JOIN account USING (network, author);
INSERT INTO oracle_post SELECT DISTINCT ON (network, post) person, network, posted FROM wtp_action JOIN account USING (network, author);

--
-- One person's account on each network, by the hour and by the day
--
CREATE TEMPORARY TABLE wtp_account AS
SELECT network, author,
       klout_signals(network, kind, actor, at, NULL, '1 hour') AS by_hour,
       klout_signals(network, kind, actor, at) AS by_day
FROM wtp_action GROUP BY network, author;
CREATE TEMPORARY TABLE wtp_post AS
SELECT target AS person, klout_posts(network, at, '1 hour') AS by_hour, klout_posts(network, at) AS by_day
FROM oracle_post GROUP BY target;
-- People are their accounts merged, and their posts
CREATE TEMPORARY TABLE wtp_person AS
SELECT person, klout_rollup(a.by_hour) || p.by_hour AS by_hour, klout_rollup(a.by_day) || p.by_day AS by_day
FROM wtp_account a JOIN account USING (network, author) JOIN wtp_post p USING (person)
GROUP BY person, p.by_hour, p.by_day;

-- The facts by the hour are those of GROUP BY, both ways round.
CREATE TEMPORARY VIEW fact AS
SELECT target AS person, network, kind, date_trunc('hour', at, 'UTC') AS bucket, count(*) AS actions
FROM oracle_action GROUP BY 1, 2, 3, 4;
CREATE TEMPORARY VIEW entry AS
SELECT person, e.* FROM wtp_person, klout_entries(by_hour) e;
SELECT count(*) AS missing FROM (TABLE fact EXCEPT ALL TABLE entry) x;
SELECT count(*) AS too_many FROM (TABLE entry EXCEPT ALL TABLE fact) x;
SELECT sum(actions) AS actions FROM entry;

--
-- Scores with the presets: by the hour in the evening of that day (what came
-- later is left out) and the next noon, by the day a week later.  One person
-- has more than 256 reactors on a network: they are sampled, and the score may
-- be off by a point.
--
CREATE TEMPORARY TABLE wtp_klout AS
SELECT person, unit, as_of, klout_count(signals) AS actions, klout_reactors(signals) AS reactors,
       klout_reach(signals, model, as_of) AS reach, klout_consistency(signals, model, as_of) AS consistency,
       klout_raw(signals, model, as_of) AS raw, klout_score(signals, model, as_of) AS score,
       klout_amplification(signals, model, as_of) AS amplification
FROM (SELECT person, 'hour' AS unit, by_hour AS signals, klout_model('hour') AS model,
             unnest('{2014-10-15 21:30:00+00, 2014-10-16 12:30:00+00}'::timestamptz[]) AS as_of FROM wtp_person
      UNION ALL SELECT person, 'day', by_day, klout_model(), '2014-10-22 12:00:00+00' FROM wtp_person
      -- and, at another moment, with weights of networks and kinds and of posts
      UNION ALL SELECT person, 'hour', by_hour, klout_model('hour') ||
          '{"networks": {"twitter": 0.5}, "kinds": {"comment": 3}, "activity_weight": 0.1}',
          '2014-10-16 00:00:00+00' FROM wtp_person) x;

CREATE TEMPORARY TABLE wtp_oracle AS
SELECT m.unit, m.as_of, o.*
FROM (VALUES ('hour', timestamptz '2014-10-15 21:30:00+00', '{"Hr": 3, "Hc": 36, "wp": 0, "c": 2}'),
             ('hour', '2014-10-16 12:30:00+00', '{"Hr": 3, "Hc": 36, "wp": 0, "c": 2}'),
             ('day', '2014-10-22 12:00:00+00', '{"Hr": 30, "Hc": 360, "wp": 0, "c": 3.4}'),
             ('hour', '2014-10-16 00:00:00+00', '{"Hr": 3, "Hc": 36, "wp": 0.1, "c": 2,
                  "W": {"twitter": 0.5}, "k": {"comment": 3}}')) m(unit, as_of, constants),
     pg_temp.oracle(m.unit, m.as_of, '{"cu": 3, "cd": 2, "mix": 1, "wr": 1, "wd": 1, "wf": 0.1, "ca": 0.1}'
                                     || m.constants::jsonb) o;

SELECT unit, as_of, o.most_reactors <= 256 AS exact, count(*) AS people,
       count(*) FILTER (WHERE k.actions IS DISTINCT FROM o.actions) AS actions,
       count(*) FILTER (WHERE k.reactors IS DISTINCT FROM o.reactors) AS reactors,
       count(*) FILTER (WHERE NOT pg_temp.close_to(k.reach, o.reach)) AS reach,
       count(*) FILTER (WHERE NOT pg_temp.close_to(k.consistency, o.consistency)) AS consistency,
       count(*) FILTER (WHERE NOT pg_temp.close_to(k.raw, o.raw)) AS raw,
       count(*) FILTER (WHERE NOT pg_temp.close_to(k.score, o.score)) AS score,
       count(*) FILTER (WHERE NOT pg_temp.close_to(k.amplification, o.amplification)) AS amplification
FROM wtp_klout k FULL JOIN (SELECT target AS person, * FROM wtp_oracle) o USING (person, unit, as_of)
WHERE (o.most_reactors <= 256) IS NOT FALSE
GROUP BY unit, as_of, exact ORDER BY unit, as_of, exact;
SELECT unit, as_of, o.most_reactors > 256 AS sampled, count(*) AS people,
       count(*) FILTER (WHERE k.actions IS DISTINCT FROM o.actions) AS actions,
       count(*) FILTER (WHERE (abs(k.reactors / o.reactors - 1) < 0.1) IS NOT TRUE) AS reactors,
       count(*) FILTER (WHERE NOT pg_temp.close_to(k.consistency, o.consistency)) AS consistency,
       count(*) FILTER (WHERE (abs(k.score - o.score) < 1) IS NOT TRUE) AS score,
       count(*) FILTER (WHERE NOT pg_temp.close_to(k.amplification, o.amplification)) AS amplification
FROM wtp_klout k JOIN (SELECT target AS person, * FROM wtp_oracle) o USING (person, unit, as_of)
WHERE o.most_reactors > 256
GROUP BY unit, as_of, sampled ORDER BY unit, as_of, sampled;
-- None of the four moments is a trivial one.
SELECT unit, as_of, count(DISTINCT score) > 10 AS many_scores, bool_and(score > 0) AS all_scored
FROM wtp_oracle GROUP BY unit, as_of ORDER BY unit, as_of;

--
-- Accounts merged are the value of all their actions, whichever way round.
--
SELECT count(*) AS people, count(*) FILTER (WHERE (a.by_hour || b.by_hour) IS DISTINCT FROM direct.by_hour) AS by_hour,
       count(*) FILTER (WHERE (b.by_day || a.by_day) IS DISTINCT FROM direct.by_day) AS by_day
FROM (SELECT person, by_hour, by_day FROM wtp_account JOIN account USING (network, author) WHERE network = 'facebook') a
FULL JOIN (SELECT person, by_hour, by_day FROM wtp_account JOIN account USING (network, author) WHERE network = 'twitter') b USING (person)
FULL JOIN (SELECT target AS person, klout_signals(network, kind, actor, at, 1, '1 hour') AS by_hour,
                  klout_signals(network, kind, actor, at, 1, '1 day') AS by_day
           FROM oracle_action GROUP BY target) direct USING (person);
