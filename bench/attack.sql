-- Job attack: the effect of attacks on a rank, for klout and for other formulas.
--
-- Does not measure time.  The attacks, the attacker and the formulas are in test/include/attacks.sql.

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

-- The star on another person: the hundredth by the strict profile
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
VALUES (''), ('Job attack: the rank of another person, at whom the fakes are aimed.'),
       (''), ('| attack | fakes | ' || :'formulas' || ' |'), ('| --- | --- | ' || :'rule' || ' |');
INSERT INTO bench.line (line) SELECT pg_temp.rows_of('rival');
