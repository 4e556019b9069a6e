-- The tables of actions that several jobs share, in order of time over one year up to now:
--
--   skewed     8 M actions on 500 k people.  Popularity falls with one over a person's place
--              (Zipf's law): the first gets some 600 k actions, half of the people one or two.
--              Actors are unequally active, and three in ten actions come from four faithful
--              reactors of the person.  Three networks of three kinds each.
--   uniform    8 M actions on 500 k people, 16 each on average, of actors drawn evenly; one network,
--              one kind: nearly every (actor, target) pair occurs once.
--   few        8 M actions on 1,000 people, otherwise as uniform.
--
-- Ids are spread over the range of 32 bits, so that none is near its neighbour's.

SELECT to_regclass('public.skewed') IS NULL AS missing \gset

\if :missing

BEGIN;
SELECT setseed(0.37);

CREATE TABLE skewed AS
SELECT CASE WHEN n < 0.6 THEN 'twitter' WHEN n < 0.85 THEN 'facebook' ELSE 'linkedin' END AS network,
       CASE WHEN k < 0.6 THEN 'like' WHEN k < 0.8 THEN 'share' ELSE 'reply' END AS kind,
       CASE WHEN f < 0.3 THEN (place * 4 + floor(a * 4)::bigint) * 7919 % (2 * people)
            ELSE floor(2 * people * a ^ 2)::bigint END * 1000003 % 4294967291 AS actor,
       place * 1000003 % 4294967291 AS target,
       now() - (1 - i::float8 / actions) * interval '365 days' AS at
FROM (SELECT i, people, actions, random() AS n, random() AS k, random() AS f, random() AS a,
             -- each person once, the rest by popularity
             CASE WHEN i % 16 = 0 THEN i / 16 ELSE floor(people ^ random())::bigint END AS place
      FROM (SELECT bench.scaled(8000000) AS actions, bench.scaled(8000000) / 16 AS people) AS size,
           generate_series(1, actions) AS i) AS drawn;

CREATE TABLE uniform AS
SELECT 'twitter' AS network, 'retweet' AS kind,
       floor(2 * people * a)::bigint * 1000003 % 4294967291 AS actor,
       (1 + floor(people * p)::bigint) * 1000003 % 4294967291 AS target,
       now() - (1 - i::float8 / actions) * interval '365 days' AS at
FROM (SELECT i, people, actions, random() AS a, random() AS p
      FROM (SELECT bench.scaled(8000000) AS actions, bench.scaled(8000000) / 16 AS people) AS size,
           generate_series(1, actions) AS i) AS drawn;

CREATE TABLE few AS
SELECT 'twitter' AS network, 'retweet' AS kind,
       floor(1000000 * a)::bigint * 1000003 % 4294967291 AS actor,
       (1 + floor(1000 * p)::bigint) * 1000003 % 4294967291 AS target,
       now() - (1 - i::float8 / actions) * interval '365 days' AS at
FROM (SELECT i, actions, random() AS a, random() AS p
      FROM (SELECT bench.scaled(8000000) AS actions) AS size,
           generate_series(1, actions) AS i) AS drawn;
COMMIT;

VACUUM ANALYZE skewed;
VACUUM ANALYZE uniform;
VACUUM ANALYZE few;

\endif

-- Names of their sizes, for the rows of the results
SELECT bench.amount(bench.scaled(8000000)) || ' actions, ' || bench.amount(bench.scaled(8000000) / 16) || ' people' AS size,
       bench.amount(bench.scaled(8000000)) || ' actions, 1 k people' AS size_few
\gset
