-- What an attack can bring at most: bounds worked out from the formula, on
-- made-up people and on real ones; and attacks on a real community, under klout
-- and under other formulas (the whole table: bench/run attack).
-- Printed are numbers that follow from the formula, and numbers of violations,
-- which are 0 everywhere.
SET timezone = 'UTC';
SET extra_float_digits = 1;
SET work_mem = '64MB';
SET jit = off;
\getenv abs_srcdir PG_ABS_SRCDIR
\set as_of '2011-06-30 23:59:59+00'

\set include :abs_srcdir '/include/attacks.sql'
SET client_min_messages = warning; -- DROP SCHEMA says what went with it
\set ECHO none
\i :include
\set ECHO all
CREATE TEMPORARY TABLE line (actor bigint, target bigint, seconds bigint);
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-a2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2a.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO attack.action SELECT 'answer', actor, target, to_timestamp(seconds) FROM line WHERE actor <> target;
SELECT count(*) AS actions FROM attack.action;
SELECT attack.choose(:'as_of');

CREATE FUNCTION pg_temp.close_to(a float8, b float8) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN coalesce(abs(a - b) <= 1e-9 * greatest(abs(a), abs(b)), false);
CREATE FUNCTION pg_temp.followers(n bigint) RETURNS klout_signals
    LANGUAGE sql IMMUTABLE AS
    $$SELECT klout_audience('forum', n, '2011-06-30 00:00+00') FROM (VALUES (1)) AS one$$;
-- n accounts that nobody knows react on one day
CREATE FUNCTION pg_temp.fresh(network text, n int, day timestamptz) RETURNS klout_signals
    LANGUAGE sql IMMUTABLE AS
    $$SELECT klout_signals(network, 'like', 1000000000 + i, day, 0, '1 day') FROM generate_series(1, n) AS i$$;

--
-- Bought followers
--
-- Without a reaction they are worth nothing, however many.
SELECT n, klout_score(pg_temp.followers(n), 'default', :'as_of') AS "default",
       klout_score(pg_temp.followers(n), 'strict', :'as_of') AS strict
FROM unnest('{0, 1, 10000, 1000000000000}'::bigint[]) AS n ORDER BY n;

-- With reactions worth E, 10,000 of them add min(0.1 ln 10001, 0.1 E) to raw.
-- E is below ln 10001 = 9.2 for everybody here, so that is 0.1 E, and the score gains
--   100 (1.1 E / (1.1 E + c) - E / (E + c)) = 10 c E / ((1.1 E + c) (E + c)),
-- and this is largest at E = c / sqrt(1.1): 10 sqrt(1.1) / (1.1 + sqrt(1.1)) / (1 + sqrt(1.1)).
SELECT round((10 * sqrt(1.1) / (1.1 + sqrt(1.1)) / (1 + sqrt(1.1)))::numeric, 4) AS at_most;
SELECT scale, count(*) AS people,
       count(*) FILTER (WHERE NOT pg_temp.close_to(raw_with, raw_without + least(0.1 * ln(10001::float8), 0.1 * raw_without))) AS raw,
       count(*) FILTER (WHERE NOT pg_temp.close_to(score_with, 100 * raw_with / (raw_with + scale))) AS score,
       count(*) FILTER (WHERE (score_with - score_without <= 2.3824) IS NOT TRUE) AS more_than_the_bound,
       count(*) FILTER (WHERE (score_with > score_without) IS NOT TRUE) AS nothing_gained,
       max(score_with - score_without) > 2.38 AS bound_is_tight
FROM (SELECT scale, klout_raw(plain, model, :'as_of') AS raw_without, klout_score(plain, model, :'as_of') AS score_without,
             klout_raw(plain || bought, model, :'as_of') AS raw_with, klout_score(plain || bought, model, :'as_of') AS score_with
      FROM attack.person, unnest('{1, 3.4, 6}'::float8[]) AS scale, pg_temp.followers(10000) AS bought,
           LATERAL (SELECT klout_model() || jsonb_build_object('scale', scale) AS model) AS m) AS gain
GROUP BY scale ORDER BY scale;
-- A million million stay within the bound; and a tenth of the weight, a tenth of the term.
SELECT count(*) AS people,
       count(*) FILTER (WHERE klout_score(plain || pg_temp.followers(1000000000000), 'default', :'as_of')
                              > klout_score(plain, 'default', :'as_of') + 2.3824) AS more_than_the_bound,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_raw(plain || pg_temp.followers(10000), tenth, :'as_of'),
                                                   klout_raw(plain, tenth, :'as_of') + least(0.01 * ln(10001::float8), 0.1 * klout_raw(plain, tenth, :'as_of')))) AS a_tenth
FROM attack.person, (SELECT klout_model() || '{"audience_weight": 0.01}' AS tenth) AS m;
-- At weight 0, or cap 0, nothing: not a bit of the result.
SELECT key, count(*) AS people,
       count(*) FILTER (WHERE klout_score(plain || pg_temp.followers(10000), model, :'as_of')
                              IS DISTINCT FROM klout_score(plain, 'default', :'as_of')) AS moved
FROM attack.person, unnest('{audience_weight, audience_cap}'::text[]) AS key,
     LATERAL (SELECT klout_model() || jsonb_build_object(key, 0) AS model) AS m
GROUP BY key ORDER BY key;

--
-- Fresh accounts, weight 0, under the strict profile: reach is at most
-- P + (1 + P), P being that of the proven, and days count at most as often as
-- there are reactors with the slow half-life, so
--   raw <= ln(2 + 2 P) + ln(2 + 2 S)
-- and beyond 1 + P accounts there is nothing to gain at all.
--
-- Victims of 0 to 50 proven reactors, some of them long ago
CREATE TEMPORARY TABLE victim AS
SELECT p, coalesce(klout_signals('forum', 'reply', i, timestamptz :'as_of' - i * 7 * interval '1 day', 1, '1 day'), '{}') AS signals,
       coalesce(sum(2 ^ (-i * 7 / 30.0::float8)), 0) AS proven, coalesce(sum(2 ^ (-i * 7 / 360.0::float8)), 0) AS slow
FROM unnest('{0, 1, 2, 5, 20, 50}'::int[]) AS p LEFT JOIN generate_series(1, 50) AS i ON i <= p
GROUP BY p;
-- Up to 256 fresh ones all are known, and this holds exactly.
SELECT p, round(proven::numeric, 3) AS proven_reach, round((1 + 2 * proven)::numeric, 3) AS at_most,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_reach(attacked, 'strict', :'as_of'), proven + least(n, 1 + proven))) AS reach,
       count(*) FILTER (WHERE klout_raw(attacked, 'strict', :'as_of') > ln(2 + 2 * proven) + ln(2 + 2 * slow) + 1e-9) AS raw,
       count(DISTINCT round(klout_score(attacked, 'strict', :'as_of')::numeric, 9)) FILTER (WHERE n > 1 + slow) AS different_scores_beyond
FROM victim, unnest('{1, 2, 3, 5, 10, 30, 60, 100, 200}'::int[]) AS n,
     LATERAL (SELECT signals || pg_temp.fresh('forum', n, :'as_of') AS attacked) AS a
GROUP BY p, proven ORDER BY p;
-- With the default caps 3 + 3 P
SELECT p, count(*) FILTER (WHERE NOT pg_temp.close_to(klout_reach(attacked, 'default', :'as_of'), proven + least(n, 3 + 3 * proven))) AS reach
FROM victim, unnest('{1, 2, 3, 5, 10, 30, 60, 100, 200}'::int[]) AS n,
     LATERAL (SELECT signals || pg_temp.fresh('forum', n, :'as_of') AS attacked) AS a
GROUP BY p ORDER BY p;
-- Beyond 256 proven and fresh reactors have a sample each, so it holds for any
-- number of fresh ones, today's or others: with 1 + P of them reach is 1 + 2 P.
CREATE FUNCTION pg_temp.proven_only() RETURNS klout_model
    LANGUAGE sql IMMUTABLE RETURN 'strict'::klout_model || '{"unproven_cap": 0}';
SELECT p, count(*) AS attacks,
       count(*) FILTER (WHERE klout_reach(attacked, pg_temp.proven_only(), :'as_of') IS DISTINCT FROM klout_reach(signals, pg_temp.proven_only(), :'as_of')) AS proven_reach,
       count(*) FILTER (WHERE ago < 90 AND NOT pg_temp.close_to(klout_reach(attacked, 'strict', :'as_of'), 1 + 2 * proven)) AS reach,
       count(*) FILTER (WHERE klout_raw(attacked, 'strict', :'as_of') > ln(2 + 2 * proven) + ln(2 + 2 * slow) + 1e-9) AS raw,
       count(*) FILTER (WHERE klout_score(attacked, 'strict', :'as_of') >= klout_score(signals, 'strict', :'as_of') IS NOT TRUE) AS lowered,
       count(DISTINCT round(klout_score(attacked, 'strict', :'as_of')::numeric, 9)) FILTER (WHERE ago = 0) AS different_scores
FROM victim, unnest('{300, 1000, 10000, 100000}'::int[]) AS n, unnest('{0, 1, 30, 365}'::int[]) AS ago,
     LATERAL (SELECT signals || pg_temp.fresh('forum', n, timestamptz :'as_of' - ago * interval '1 day') AS attacked) AS a
GROUP BY p, proven ORDER BY p;
-- The same where the proven are sampled, too: P is what the sample says, before and after.
-- (Each acted twice.  Where the sample says more than there are actions, P is their
-- number, and a flood lets it come back to what the sample says.)
CREATE TEMPORARY TABLE celebrity AS
SELECT p, signals, klout_reach(signals, pg_temp.proven_only(), :'as_of') AS proven, klout_reach(signals, pg_temp.proven_only() || '{"reach_half_life": "360 days"}', :'as_of') AS slow
FROM (SELECT p, klout_signals('forum', 'reply', i, timestamptz :'as_of' - (i * 7 % 500 + ago) * interval '1 day', 1, '1 day') AS signals
      FROM unnest('{256, 257, 1000, 20000}'::int[]) AS p JOIN generate_series(1, 20000) AS i ON i <= p, unnest('{0, 1}'::int[]) AS ago GROUP BY p) AS s;
SELECT p, count(*) AS attacks,
       count(*) FILTER (WHERE klout_reach(attacked, pg_temp.proven_only(), :'as_of') IS DISTINCT FROM proven) AS proven_reach,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_reach(attacked, 'strict', :'as_of'), 1 + 2 * proven)) AS reach,
       count(*) FILTER (WHERE klout_raw(attacked, 'strict', :'as_of') > ln(2 + 2 * proven) + ln(2 + 2 * slow) + 1e-9) AS raw,
       count(*) FILTER (WHERE klout_score(attacked, 'strict', :'as_of') >= klout_score(signals, 'strict', :'as_of') IS NOT TRUE) AS lowered
FROM celebrity, unnest('{10000, 100000}'::int[]) AS n, unnest('{0, 1}'::int[]) AS ago,
     LATERAL (SELECT signals || pg_temp.fresh('forum', n, timestamptz :'as_of' - ago * interval '1 day') AS attacked) AS a
GROUP BY p ORDER BY p;
-- Real people, of whom many have honest unproven reactors: each flooded with 10,000
-- today.  What the proven bring has the same bits, nobody falls, nobody gets beyond the bound.
SELECT count(*) AS people,
       count(*) FILTER (WHERE klout_reach(attacked, pg_temp.proven_only(), :'as_of') IS DISTINCT FROM klout_reach(by_age, pg_temp.proven_only(), :'as_of')) AS proven_reach,
       count(*) FILTER (WHERE klout_score(attacked, 'strict', :'as_of') < klout_score(by_age, 'strict', :'as_of')) AS lowered,
       count(*) FILTER (WHERE klout_raw(attacked, 'strict', :'as_of')
                              > ln(2 + 2 * klout_reach(by_age, pg_temp.proven_only(), :'as_of'))
                                + ln(2 + 2 * klout_reach(by_age, pg_temp.proven_only() || '{"reach_half_life": "360 days"}', :'as_of')) + 1e-9) AS raised_more
FROM attack.person, pg_temp.fresh('forum', 10000, :'as_of') AS crowd,
     LATERAL (SELECT by_age || crowd AS attacked) AS a;
-- A flood that is worth nothing itself (of long ago, or of a kind that weighs 0) can hide honest
-- unproven reactors, but nobody falls below what the proven bring.
SELECT flood, count(*) AS people,
       count(*) FILTER (WHERE klout_score(by_age || crowd, model, :'as_of') < klout_score(proven, model, :'as_of')) AS below
FROM (SELECT target, coalesce(klout_signals('forum', kind, actor, at) FILTER (WHERE proven), '{}') AS proven
      FROM attack.staged JOIN attack.actor USING (actor) GROUP BY target) AS p JOIN attack.person ON person = target,
     (SELECT klout_model('strict') || '{"kinds": {"like": 0}}' AS model) AS m,
     (SELECT 'of today, weight 0' AS flood, pg_temp.fresh('forum', 10000, :'as_of') AS crowd
      UNION ALL SELECT 'of a year ago', klout_signals('forum', 'answer', 1000000000 + i, timestamptz :'as_of' - interval '365 days', 0, '1 day') FROM generate_series(1, 10000) AS i) AS floods
GROUP BY flood ORDER BY flood;
-- On a network of their own fresh ones have no P to double: they are worth one
-- person together, exactly, however many.
SELECT p,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_reach(attacked, 'strict', :'as_of'), proven + 1)) AS reach,
       count(*) FILTER (WHERE NOT pg_temp.close_to(klout_consistency(attacked, 'strict', :'as_of'),
                                                   klout_consistency(signals, 'strict', :'as_of') + 1)) AS consistency,
       count(*) FILTER (WHERE (klout_score(attacked, 'strict', :'as_of') >= klout_score(signals, 'strict', :'as_of')) IS NOT TRUE) AS lowered
FROM victim, unnest('{1, 10, 200, 1000, 10000, 100000}'::int[]) AS n,
     LATERAL (SELECT signals || pg_temp.fresh('forum, unproven', n, :'as_of') AS attacked) AS a
GROUP BY p ORDER BY p;
-- The same for real people: nobody falls, nobody gains more than one reactor and one day bring
SELECT count(*) AS people,
       count(*) FILTER (WHERE klout_score(attacked, 'strict', :'as_of') < klout_score(by_age_apart, 'strict', :'as_of')) AS lowered,
       count(*) FILTER (WHERE klout_raw(attacked, 'strict', :'as_of')
                              > ln(2 + klout_reach(by_age_apart, 'strict', :'as_of')) + ln(2 + klout_consistency(by_age_apart, 'strict', :'as_of')) + 1e-9) AS raised_more
FROM attack.person, pg_temp.fresh('forum, unproven', 10000, :'as_of') AS crowd,
     LATERAL (SELECT by_age_apart || crowd AS attacked) AS a;

--
-- A loyal fan, n times today, and spread over 90 days with today as the last:
-- reach is 1 person today, days are at most 2 (strict: 1) times that person.
--
SELECT n, klout_reach(today, 'default', :'as_of') AS reach, klout_reach(spread, 'default', :'as_of') AS reach_spread,
       klout_consistency(today, 'default', :'as_of') AS days, klout_consistency(spread, 'default', :'as_of') AS days_spread,
       klout_consistency(spread, 'strict', :'as_of') AS days_strict
FROM unnest('{1, 10, 100, 1000}'::int[]) AS n,
     LATERAL (SELECT klout_signals('forum', 'like', 7::bigint, timestamptz :'as_of') AS today,
                     klout_signals('forum', 'like', 7::bigint, timestamptz :'as_of' - (i - 1) * 90 / n * interval '1 day') AS spread
              FROM generate_series(1, n) AS i) AS fan
ORDER BY n;
-- One reactor each of a tenth of the real people comes once more, or a thousand times.
SELECT count(*) AS people,
       count(*) FILTER (WHERE klout_reach(plain || once, 'default', :'as_of') IS DISTINCT FROM klout_reach(plain || often, 'default', :'as_of')) AS reach,
       count(*) FILTER (WHERE klout_score(plain || once, 'default', :'as_of') IS DISTINCT FROM klout_score(plain || often, 'default', :'as_of')) AS score
FROM attack.person
JOIN (SELECT person, klout_signals('forum', 'answer', fan, :'as_of'::timestamptz) AS often,
             klout_signals('forum', 'answer', fan, :'as_of'::timestamptz) FILTER (WHERE i = 1) AS once
      FROM (SELECT target AS person, min(actor) AS fan FROM attack.staged WHERE target % 10 = 0 GROUP BY target) AS fans,
           generate_series(1, 1000) AS i
      GROUP BY person) AS fans USING (person);

--
-- On the real community: the attacker in the middle of those who are active
--
CREATE TABLE attack.result AS
SELECT name, n, o.*
FROM (VALUES ('none', 0), ('star', 10), ('star', 1000), ('clique', 100), ('patient clique', 100),
             ('loyal fan', 1), ('loyal fan', 1000), ('bought followers', 10000)) AS v (name, n),
     attack.outcome(name, n) AS o;
CREATE VIEW attack.gain AS
SELECT name, n, formula, r.value, r.rank, r.value - b.value AS value_gained, b.rank - r.rank AS ranks_gained
FROM attack.result AS r JOIN (SELECT * FROM attack.result WHERE name = 'none') AS b (none, zero, formula, value, rank) USING (formula);
-- He has eleven reactors and thirteen actions.
SELECT formula, value FROM attack.result WHERE name = 'none' AND formula IN ('raw volume', 'distinct reactors') ORDER BY formula;

-- What is gained by a thousand fresh accounts: less under the strict profile
-- than under any of the formulas that believe everybody
SELECT ours.formula, theirs.formula AS less_than, ours.ranks_gained < theirs.ranks_gained AS so
FROM attack.gain AS ours JOIN attack.gain AS theirs USING (name, n)
WHERE name = 'star' AND n = 1000
  AND ours.formula IN ('klout strict', 'strict, apart', 'strict, trust')
  AND theirs.formula IN ('klout default', 'raw volume', 'distinct reactors', 'PageRank')
ORDER BY 1, 2;
-- Plainly: without weights of reactors klout, too, believes everybody.
SELECT formula, rank <= 10 AS among_the_first_ten
FROM attack.result WHERE name = 'star' AND n = 1000 ORDER BY formula;
-- Under the strict profile 10 are worth what 1,000 are, to the bit; with the fresh on
-- a network of their own, too, and less.
SELECT formula, count(DISTINCT value) AS values, count(DISTINCT rank) AS ranks
FROM attack.result WHERE name IN ('star', 'clique') AND formula IN ('klout strict', 'strict, apart', 'strict, trust')
GROUP BY formula ORDER BY formula;
-- PageRank from the aged only does not notice them at all.
SELECT name, n, abs(value_gained) < 1e-9 AS nothing_gained, ranks_gained
FROM attack.gain WHERE formula = 'PageRank, aged' AND name IN ('star', 'clique', 'patient clique', 'bought followers') ORDER BY name, n;
-- Plainly: who can wait for 60 days passes for proven by age; not for trusted.
SELECT formula, rank <= 10 AS among_the_first_ten FROM attack.result
WHERE name = 'patient clique' AND formula IN ('klout strict', 'strict, apart', 'strict, trust') ORDER BY formula;
SELECT count(DISTINCT value) AS values FROM attack.result
WHERE name IN ('star', 'patient clique') AND formula = 'strict, trust';
-- One more reaction or a thousand of one fan: the same to klout and to who
-- counts reactors, not to who counts actions or walks along them
SELECT formula, count(DISTINCT value) = 1 AS same FROM attack.result
WHERE name = 'loyal fan' GROUP BY formula ORDER BY formula;
SELECT formula, rank_1 - rank_1000 > 1000 AS a_thousand_ranks
FROM (SELECT formula, min(rank) FILTER (WHERE n = 1) AS rank_1, min(rank) FILTER (WHERE n = 1000) AS rank_1000
      FROM attack.result WHERE name = 'loyal fan' GROUP BY formula) AS fan
ORDER BY formula;
-- Bought followers are no reactions, so others take no notice; klout within the bound
SELECT formula, CASE WHEN formula < 'raw volume' THEN value_gained > 0 AND value_gained <= 2.3824 ELSE abs(value_gained) < 1e-12 END AS as_it_must
FROM attack.gain WHERE name = 'bought followers' ORDER BY formula;

DROP SCHEMA attack CASCADE;
