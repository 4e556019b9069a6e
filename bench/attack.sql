-- Job attack: what attacks do to a rank, under klout and under other formulas.
--
-- No time is measured.  The attacks, the attacker and the formulas are in test/include/attacks.sql.

\ir lib/mathoverflow.sql
\ir ../test/include/attacks.sql

INSERT INTO attack.action SELECT kind, actor, target, at FROM actions;
SELECT attack.choose('2013-12-31 23:59:59+00');

CREATE TABLE attack.result (id int GENERATED ALWAYS AS IDENTITY, who text, name text, n int, formula attack.formula, value float8, rank bigint);

INSERT INTO attack.result (who, name, n, formula, value, rank)
SELECT 'attacker', name, n, o.*
FROM (VALUES ('none', '{0}'::int[]), ('star', '{1,10,100,1000}'), ('star over 90 days', '{1,10,100,1000}'),
             ('clique', '{1,10,100,1000}'), ('patient clique', '{1,10,100,1000}'), ('loyal fan', '{1,10,100,1000}'),
             ('loyal fan over 90 days', '{1,10,100,1000}'), ('bought followers', '{1,10,100,1000,10000}')) AS v (name, sizes),
     unnest(sizes) AS n, attack.outcome(name, n) AS o;

-- The star on somebody else: the hundredth by the strict profile
SELECT attack.stage('none', 0);
UPDATE attack.setting SET attacker = (SELECT person FROM attack.value WHERE formula = 'klout strict'
                                      ORDER BY value DESC, person LIMIT 1 OFFSET 99);
INSERT INTO attack.result (who, name, n, formula, value, rank)
SELECT 'rival', CASE n WHEN 0 THEN 'none' ELSE 'star' END, n, o.*
FROM unnest('{0,1,10,100,1000,10000}'::int[]) AS n, attack.outcome('star', n) AS o;

SELECT string_agg(formula::text, ' | ' ORDER BY formula) AS formulas, string_agg('---', ' | ') AS rule
FROM unnest(enum_range(NULL::attack.formula)) AS formula \gset

CREATE FUNCTION pg_temp.rows_of(who text) RETURNS SETOF text
LANGUAGE sql AS $$
    SELECT format('| %s | %s | %s |', name, to_char(n, 'FM999,990'), string_agg(to_char(rank, 'FM999,999'), ' | ' ORDER BY formula))
    FROM attack.result WHERE who = rows_of.who GROUP BY name, n ORDER BY min(id)
$$;

INSERT INTO bench.line (line)
VALUES (format('Job attack: the attacker''s rank among %s people.', (SELECT to_char(count(*), 'FM999,999') FROM attack.person WHERE person < 1000000000))),
       (''), ('| attack | fakes | ' || :'formulas' || ' |'), ('| --- | --- | ' || :'rule' || ' |');
INSERT INTO bench.line (line) SELECT pg_temp.rows_of('attacker');
INSERT INTO bench.line (line)
VALUES (''), ('Job attack: the rank of somebody else, at whom the fakes are aimed.'),
       (''), ('| attack | fakes | ' || :'formulas' || ' |'), ('| --- | --- | ' || :'rule' || ' |');
INSERT INTO bench.line (line) SELECT pg_temp.rows_of('rival');

-- Ids chosen by their hashes: 257 of 100,000 tried, all proven, one action each on one day, beside
-- as many that were not chosen.  And the same with 10,000 actions of weight 0, all of one account.
CREATE TABLE attack.tried AS
SELECT ids, n, actor, row_number() OVER (PARTITION BY ids ORDER BY hash >= 0, hash DESC) AS place
FROM (SELECT 'bigint' AS ids, n, n::text AS actor, (klout_reactor_sample(klout_signals('forum', 'like', n, '2013-12-31'))).actor_hash AS hash
      FROM generate_series(1::bigint, 100000) AS n GROUP BY n
      UNION ALL
      SELECT 'text', n, 'user' || n, (klout_reactor_sample(klout_signals('forum', 'like', 'user' || n, '2013-12-31'))).actor_hash
      FROM generate_series(1::bigint, 100000) AS n GROUP BY n) AS hashed;

CREATE TABLE attack.chosen AS
SELECT ids, bucket, cheap, who,
       coalesce(klout_signals('forum', 'like', a.actor::bigint, '2013-12-31', weight, bucket) FILTER (WHERE ids = 'bigint'),
                klout_signals('forum', 'like', a.actor, '2013-12-31', weight, bucket) FILTER (WHERE ids = 'text')) AS s
FROM (SELECT who, ids, actor FROM attack.tried, (VALUES ('not chosen', 'n'), ('chosen', 'place')) AS v (who, by)
      WHERE CASE by WHEN 'n' THEN n ELSE place END <= 257) AS tried,
     unnest('{1 day, 1 hour}'::interval[]) AS bucket, unnest('{0, 10000}'::int[]) AS cheap,
     LATERAL (SELECT actor, 1 AS weight
              -- once, beside the first of the accounts
              UNION ALL SELECT '0', 0 FROM generate_series(1, cheap)
              WHERE actor = (SELECT min(t.actor) FROM attack.tried AS t WHERE t.ids = tried.ids AND CASE tried.who WHEN 'chosen' THEN t.place ELSE t.n END <= 257)) AS a
GROUP BY ids, bucket, cheap, who;

SELECT bench.check('257 proven actions and the cheap ones', (SELECT bool_and(klout_count(s) = 257 + cheap) AND count(*) = 16 FROM attack.chosen));
-- what is claimed: never more than as many actions of accounts of their own would be
SELECT bench.check('chosen ids count as at most the actions', (
    SELECT bool_and(klout_reactors(s) <= klout_count(s) AND klout_reach(s, m::klout_model, '2013-12-31') <= klout_count(s))
    FROM attack.chosen, unnest('{default, strict}'::text[]) AS m));
INSERT INTO bench.line (line)
VALUES (''), ('Job attack: 257 proven accounts, whose ids were chosen of 100,000 by their hashes, or not, one action each.'),
       (''), ('| ids | bucket | actions of weight 0 | accounts | actions | klout_reactors | reach, default | score, default | reach, strict | score, strict |'),
       ('| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |');
INSERT INTO bench.line (line)
SELECT format('| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |', ids, CASE bucket WHEN '1 day' THEN 'day' ELSE 'hour' END, to_char(cheap, 'FM99,990'), who,
              to_char(klout_count(s), 'FM99,990'), to_char(klout_reactors(s), 'FM999,990'),
              to_char(klout_reach(s, 'default', '2013-12-31'), 'FM999,990.0'), round(klout_score(s, 'default', '2013-12-31')::numeric, 2),
              to_char(klout_reach(s, 'strict', '2013-12-31'), 'FM999,990.0'), round(klout_score(s, 'strict', '2013-12-31')::numeric, 2))
FROM attack.chosen ORDER BY ids, bucket, cheap, who DESC;
