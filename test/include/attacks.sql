-- Attacks on a score, and the formulas they are tried on, for bench/attack.sql and test/sql/attacks.sql.
--
-- Everything is in the schema attack.  Fill attack.action with real actions, then:
--   SELECT attack.choose(as_of)                   an attacker
--   SELECT * FROM attack.outcome(name, fakes)     his value and rank under each formula
-- Each outcome is computed from all rows anew, real and fake, as whoever runs the system would; nothing
-- is taken over from a run without the attack.  Ranks are among the people somebody real reacted to;
-- fakes have no rank.
--
-- Fakes have ids from 1,000,000,000.  The attacks, each with a number of fakes n:
--   none                        nothing
--   star                        n accounts react once, all today (a burst)
--   star over 90 days           the same, spread evenly over the last 90 days
--   clique                      n accounts react once to the attacker and to each other, all today
--   patient clique              the same, but they begin 60 days ago with each other, and come to the
--                               attacker evenly spread over the 60 days
--   loyal fan                   the attacker's newest real reactor reacts n times more, all today
--   loyal fan over 90 days      the same, spread evenly over the last 90 days
--   bought followers            n followers who never react
CREATE SCHEMA attack;

CREATE TABLE attack.action (kind text, actor bigint, target bigint, at timestamptz);

-- One row: the moment, who attacks, and the loyal fan
CREATE TABLE attack.setting (as_of timestamptz, attacker bigint, fan bigint);

-- The actions that an attack adds
CREATE FUNCTION attack.fakes(name text, n int) RETURNS SETOF attack.action
LANGUAGE sql STABLE AS $$
    WITH fake AS (
        SELECT i, 1000000000 + i AS id, setting.* FROM attack.setting, generate_series(1, n) AS i)
    SELECT 'answer', id, attacker, as_of FROM fake WHERE name IN ('star', 'clique')
    UNION ALL
    SELECT 'answer', id, attacker, as_of - (i - 1) * 90 / n * interval '1 day' FROM fake WHERE name = 'star over 90 days'
    UNION ALL
    SELECT 'answer', id, attacker, as_of - (i - 1) * 60 / n * interval '1 day' FROM fake WHERE name = 'patient clique'
    UNION ALL
    SELECT 'answer', a.id, b.id, a.as_of - CASE name WHEN 'clique' THEN 0 ELSE 60 END * interval '1 day'
    FROM fake AS a JOIN fake AS b ON a.i <> b.i
    WHERE name IN ('clique', 'patient clique')
    UNION ALL
    SELECT 'answer', fan, attacker, as_of FROM fake WHERE name = 'loyal fan'
    UNION ALL
    SELECT 'answer', fan, attacker, as_of - (i - 1) * 90 / n * interval '1 day' FROM fake
    WHERE name = 'loyal fan over 90 days'
$$;

-- What the formulas read
CREATE TABLE attack.staged (LIKE attack.action);

-- proven: seen first 30 days ago or earlier, and acting on two people or more; aged: seen first a year
-- ago or earlier; trusted: as much authority, spread from the aged, as an aged account has at least
CREATE TABLE attack.actor (actor bigint PRIMARY KEY, proven boolean, aged boolean, trusted boolean);

CREATE TABLE attack.person (
    person bigint PRIMARY KEY, actions bigint, reactors bigint,
    plain klout_signals,            -- everybody equal
    by_age klout_signals,           -- weight 1 for the proven, 0 for others
    by_age_apart klout_signals,     -- and others on a network of their own
    by_trust_apart klout_signals);  -- the same with trusted for proven

CREATE TABLE attack.authority (person bigint PRIMARY KEY, everybody float8, aged float8);

CREATE FUNCTION attack.stage(name text, n int) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE attack.staged, attack.actor, attack.person, attack.authority;
    INSERT INTO attack.staged
    SELECT * FROM attack.action WHERE at <= (SELECT as_of FROM attack.setting)
    UNION ALL SELECT * FROM attack.fakes(stage.name, n);

    INSERT INTO attack.actor
    SELECT actor, min(at) <= as_of - interval '30 days' AND min(target) <> max(target), min(at) <= as_of - interval '365 days'
    FROM attack.staged, attack.setting GROUP BY actor, as_of;

    INSERT INTO attack.authority
    SELECT person, e.authority, a.authority
    FROM klout_authority('SELECT actor, target FROM attack.staged') AS e
    JOIN klout_authority('SELECT actor, target FROM attack.staged',
                         restart_sql => 'SELECT actor AS person FROM attack.actor WHERE aged') AS a USING (person);
    UPDATE attack.actor SET trusted = authority.aged >= lowest.aged
    FROM attack.authority, (SELECT min(b.aged) FROM attack.authority AS b JOIN attack.actor AS c ON c.actor = b.person
                            WHERE c.aged) AS lowest (aged)
    WHERE authority.person = actor.actor;

    INSERT INTO attack.person
    SELECT target, count(*), count(DISTINCT actor),
           klout_signals('forum', kind, actor, at),
           klout_signals('forum', kind, actor, at, proven::int, '1 day'),
           klout_signals(CASE WHEN proven THEN 'forum' ELSE 'forum, unproven' END, kind, actor, at, proven::int, '1 day'),
           klout_signals(CASE WHEN trusted THEN 'forum' ELSE 'forum, unproven' END, kind, actor, at, trusted::int, '1 day')
    FROM attack.staged JOIN attack.actor USING (actor)
    GROUP BY target;
    IF stage.name = 'bought followers' THEN
        UPDATE attack.person AS p
        SET plain = plain || f, by_age = by_age || f, by_age_apart = by_age_apart || f, by_trust_apart = by_trust_apart || f
        FROM attack.setting, (SELECT klout_audience('forum', n, as_of) FROM attack.setting) AS followers (f)
        WHERE p.person = attacker;
    END IF;
END
$$;

CREATE TYPE attack.formula AS ENUM (
    'klout default', 'klout strict', 'strict, apart', 'strict, trust',
    'raw volume', 'distinct reactors', 'PageRank', 'PageRank, aged');

-- Everybody's value under each formula, as staged
CREATE VIEW attack.value AS
SELECT person, formula::attack.formula, value
FROM attack.setting, attack.person JOIN attack.authority USING (person),
     LATERAL (VALUES ('klout default', klout_score(plain, 'default', as_of)),
                     ('klout strict', klout_score(by_age, 'strict', as_of)),
                     ('strict, apart', klout_score(by_age_apart, 'strict', as_of)),
                     ('strict, trust', klout_score(by_trust_apart, 'strict', as_of)),
                     ('raw volume', actions),
                     ('distinct reactors', reactors),
                     ('PageRank', everybody),
                     ('PageRank, aged', aged)) AS v (formula, value)
WHERE person < 1000000000;

-- One person's value and rank under each formula, 1 being the best
CREATE FUNCTION attack.standing(who bigint) RETURNS TABLE (formula attack.formula, value float8, rank bigint)
LANGUAGE sql STABLE AS $$
    SELECT v.formula, v.value, v.rank
    FROM (SELECT person, formula, value, rank() OVER (PARTITION BY formula ORDER BY value DESC) FROM attack.value) AS v
    WHERE person = who
$$;

CREATE FUNCTION attack.outcome(name text, n int) RETURNS TABLE (formula attack.formula, value float8, rank bigint)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM attack.stage(outcome.name, n);
    RETURN QUERY SELECT * FROM attack.standing((SELECT attacker FROM attack.setting));
END
$$;

-- The attacker is somebody in the middle: of those reacted to within the last 90 days, the one in the
-- middle by the default score, and of equals the one with the smallest number.
CREATE FUNCTION attack.choose(as_of timestamptz) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO attack.setting VALUES (choose.as_of);
    PERFORM attack.stage('none', 0);
    UPDATE attack.setting SET attacker = person
    FROM (SELECT person, row_number() OVER (ORDER BY klout_score(plain, 'default', choose.as_of), person) AS place, count(*) OVER () AS people
          FROM attack.person
          WHERE EXISTS (SELECT FROM klout_entries(plain) WHERE bucket > choose.as_of - interval '90 days')) AS active
    WHERE place = (people + 1) / 2;
    UPDATE attack.setting SET fan = (SELECT actor FROM attack.staged JOIN attack.actor USING (actor)
                                     WHERE target = attacker AND proven ORDER BY at DESC, actor LIMIT 1);
END
$$;
