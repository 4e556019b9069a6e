-- People of a board: opting out is complete, whichever id is named and whatever is linked, and what is left of a
-- person is looked for in every table.
SET timezone = 'UTC';
SET datestyle = ISO;
SET client_min_messages = warning;
\set SHOW_CONTEXT never
CREATE SCHEMA bp;
SET search_path = bp, public;

-- The tables of a board with a row that has one of these strings in it
CREATE FUNCTION bp.places(board name, words text[]) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
    relation name;
    places text := '';
    found boolean;
BEGIN
    FOR relation IN SELECT relname FROM pg_class WHERE relnamespace = board::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition ORDER BY relname COLLATE "C" LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %I.%I AS t, unnest($1) AS w WHERE position(w IN t::text) > 0)', board, relation) INTO found USING words;
        IF found THEN
            places := places || ' ' || relation;
        END IF;
    END LOOP;
    RETURN ltrim(places);
END
$$;

-- 40 people of a type of ids who react to each other; number n is known by 7770001000 + n, written in that type
CREATE FUNCTION bp.id(n integer, type text) RETURNS text LANGUAGE sql AS
$$SELECT CASE type WHEN 'bigint' THEN (7770001000 + n)::text WHEN 'text' THEN 'Name ' || 7770001000 + n ELSE (md5((7770001000 + n)::text)::uuid)::text END$$;
CREATE FUNCTION bp.make(type text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
    EXECUTE format('CREATE TABLE bp.%1$s_actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor %1$s, target %1$s, at timestamptz, post text, topic text)', type);
    EXECUTE format('INSERT INTO bp.%1$s_actions (network, kind, actor, target, at, post, topic)
        SELECT ''n'' || g %% 2, ''k'', bp.id(g * 7 %% 40, %1$L)::%1$s, bp.id((g * 11 + g / 40) %% 40, %1$L)::%1$s,
               CASE WHEN g %% 10 = 0 THEN ''2030-01-01'' ELSE ''2026-01-01''::timestamptz + g * interval ''1 hour'' END, ''post '' || g %% 9, ''t'' || g %% 3
        FROM generate_series(1, 1000) AS g', type);
    -- and some that are set aside
    EXECUTE format('INSERT INTO bp.%1$s_actions (network, kind, actor, target, at) VALUES (NULL, ''k'', bp.id(1, %1$L)::%1$s, bp.id(2, %1$L)::%1$s, ''2026-01-01'')', type);
    PERFORM klout_board_create(('b_' || type)::name, ('bp.' || type || '_actions')::regclass, tenure => '1 day');
END
$$;
SELECT bp.make(type) FROM unnest('{bigint,text,uuid}'::text[]) AS type;
SET client_min_messages = error; -- rows that are set aside
CALL klout_board_refresh('b_bigint', as_of => '2026-02-20 00:00+00');
CALL klout_board_refresh('b_text', as_of => '2026-02-20 00:00+00');
CALL klout_board_refresh('b_uuid', as_of => '2026-02-20 00:00+00');
-- number 1 has an account of number 2 on each network, and of number 3 on one; number 3 is also somebody else
SELECT count(klout_board_link(('b_' || type)::name, network, bp.id(account, type), bp.id(1, type))) AS linked
FROM unnest('{bigint,text,uuid}'::text[]) AS type, (VALUES ('n0', 2), ('n1', 2), ('n0', 3)) AS v (network, account);
CALL klout_board_refresh('b_bigint', as_of => '2026-02-21 00:00+00', publish => 'always');
CALL klout_board_refresh('b_text', as_of => '2026-02-21 00:00+00', publish => 'always');
CALL klout_board_refresh('b_uuid', as_of => '2026-02-21 00:00+00', publish => 'always');
INSERT INTO b_bigint.perks (perk, capacity) VALUES ('mug', 100);
INSERT INTO b_text.perks (perk, capacity) VALUES ('mug', 100);
INSERT INTO b_uuid.perks (perk, capacity) VALUES ('mug', 100);
SELECT type, count(*) AS granted FROM unnest('{bigint,text,uuid}'::text[]) AS type, klout_board_grant(('b_' || type)::name, 'mug') GROUP BY type ORDER BY type;
SELECT count(_klout_board_refresh_authority(('b_' || type)::name, '2026-02-21')) AS weighed FROM unnest('{bigint,text,uuid}'::text[]) AS type;

-- Where the person and the account are before, and after the account opted out
SELECT type, bp.places(('b_' || type)::name, ARRAY[bp.id(1, type), bp.id(2, type)]) FROM unnest('{bigint,text,uuid}'::text[]) AS type;
SELECT count(klout_board_opt_out(('b_' || type)::name, bp.id(2, type))) FROM unnest('{bigint,text,uuid}'::text[]) AS type;
SELECT type, bp.places(('b_' || type)::name, ARRAY[bp.id(1, type)]) AS person, bp.places(('b_' || type)::name, ARRAY[bp.id(2, type)]) AS account
FROM unnest('{bigint,text,uuid}'::text[]) AS type;
-- populations are recounted
SELECT topic, people = (SELECT count(*) FROM b_text.scores AS s WHERE s.topic = p.topic) AS people,
       population = (SELECT klout_population(score) FROM b_text.scores AS s WHERE s.topic = p.topic) AS population
FROM b_text.populations AS p ORDER BY topic;
-- on other networks number 3 is somebody else, who stays
SELECT count(*) FILTER (WHERE network = 'n0') AS n0, count(*) FILTER (WHERE network = 'n1') > 0 AS n1 FROM b_text.signals WHERE account = bp.id(3, 'text');
-- new actions of theirs do not come in; hashes of theirs are in samples of others until a rebuild
CREATE TABLE bp.hashes AS
SELECT type, r.actor_hash::text AS hash
FROM (SELECT 'bigint' AS type, klout_signals(network, 'k', bp.id(n, 'bigint')::bigint, '2026-01-01') AS signals
      FROM unnest('{n0,n1}'::text[]) AS network, unnest('{1,2}'::integer[]) AS n
      UNION ALL
      SELECT 'text', klout_signals(network, 'k', bp.id(n, 'text'), '2026-01-01')
      FROM unnest('{n0,n1}'::text[]) AS network, unnest('{1,2}'::integer[]) AS n
      UNION ALL
      SELECT 'uuid', klout_signals(network, 'k', bp.id(n, 'uuid')::uuid, '2026-01-01')
      FROM unnest('{n0,n1}'::text[]) AS network, unnest('{1,2}'::integer[]) AS n) AS s, klout_reactor_sample(s.signals) AS r;
SELECT type, count(DISTINCT hash) FROM bp.hashes GROUP BY type ORDER BY type;
CREATE FUNCTION bp.sampled(board name, type text) RETURNS bigint LANGUAGE plpgsql AS
$$
DECLARE
    sampled bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM (SELECT signals FROM %1$I.signals UNION ALL SELECT signals FROM %1$I.posts) AS s, klout_reactor_sample(s.signals) AS r
                    WHERE r.actor_hash IN (SELECT hash::bigint FROM bp.hashes AS h WHERE h.type = $1)', board) INTO sampled USING type;
    RETURN sampled;
END
$$;
SELECT type, bp.sampled(('b_' || type)::name, type) > 0 AS sampled FROM unnest('{bigint,text,uuid}'::text[]) AS type;
INSERT INTO bp.bigint_actions (network, kind, actor, target, at) SELECT network, kind, actor, target, '2026-02-21 01:00+00' FROM bp.bigint_actions WHERE id <= 500;
INSERT INTO bp.text_actions (network, kind, actor, target, at) SELECT network, kind, actor, target, '2026-02-21 01:00+00' FROM bp.text_actions WHERE id <= 500;
INSERT INTO bp.uuid_actions (network, kind, actor, target, at) SELECT network, kind, actor, target, '2026-02-21 01:00+00' FROM bp.uuid_actions WHERE id <= 500;
CALL klout_board_refresh('b_bigint', as_of => '2026-02-22 00:00+00', publish => 'always');
CALL klout_board_refresh('b_text', as_of => '2026-02-22 00:00+00', publish => 'always');
CALL klout_board_refresh('b_uuid', as_of => '2026-02-22 00:00+00', publish => 'always');
SELECT type, bp.places(('b_' || type)::name, ARRAY[bp.id(1, type)]) AS person, bp.places(('b_' || type)::name, ARRAY[bp.id(2, type)]) AS account
FROM unnest('{bigint,text,uuid}'::text[]) AS type;
SELECT count(klout_board_rebuild(('b_' || type)::name)) AS rebuilt FROM unnest('{bigint,text,uuid}'::text[]) AS type;
CALL klout_board_refresh('b_bigint', as_of => '2026-02-23 00:00+00', publish => 'always');
CALL klout_board_refresh('b_text', as_of => '2026-02-23 00:00+00', publish => 'always');
CALL klout_board_refresh('b_uuid', as_of => '2026-02-23 00:00+00', publish => 'always');
SELECT type, bp.sampled(('b_' || type)::name, type) AS sampled, bp.places(('b_' || type)::name, ARRAY[bp.id(1, type)]) AS person,
       bp.places(('b_' || type)::name, ARRAY[bp.id(2, type)]) AS account,
       bp.places(('b_' || type)::name, ARRAY(SELECT hash FROM bp.hashes AS h WHERE h.type = t.type)) AS hashes
FROM unnest('{bigint,text,uuid}'::text[]) AS t (type);
SELECT klout_board_drop('b_bigint'), klout_board_drop('b_uuid');
SET client_min_messages = notice;

--
-- What is said
--
CREATE TABLE bp.people_actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor text, target text, at timestamptz);
INSERT INTO bp.people_actions (network, kind, actor, target, at)
SELECT network, 'k', a, t, '2026-01-01'
FROM unnest('{forum,blog}'::text[]) AS network, unnest('{Ada,ben,cat,dan,eva}'::text[]) AS a, unnest('{Ada,ben,cat,dan,eva}'::text[]) AS t;
SET client_min_messages = warning;
SELECT klout_board_create('b_people', 'people_actions', reactor_weight => 'none');
CALL klout_board_refresh('b_people', as_of => '2026-01-02 00:00+00');
CREATE FUNCTION bp.out() RETURNS text LANGUAGE sql AS $$SELECT string_agg(person, ', ' ORDER BY person) FROM b_people.opt_outs$$;
SET client_min_messages = notice;
SELECT klout_board_opt_out('b_people', 'nobody');
SELECT klout_board_opt_out('b_people', ' ada');
SELECT klout_board_opt_out('b_people', 'nobody');	-- known by now as out
SELECT bp.out();
SELECT klout_board_opt_in('b_people', 'nobody');
SELECT klout_board_opt_in('b_people', 'ada');
SELECT klout_board_opt_in('b_people', ' ada');
SELECT bp.out();
SELECT klout_board_opt_out(NULL, 'x'), klout_board_opt_out('b_people', NULL), klout_board_opt_in(NULL, 'x'), klout_board_opt_in('b_people', NULL);
-- an id that is of different people
SELECT klout_board_link('b_people', 'forum', 'ben', 'Ada'), klout_board_link('b_people', 'blog', 'ben', 'cat');
SELECT klout_board_opt_out('b_people', 'ben');
SELECT klout_board_opt_out('b_people', 'ben', 'blog');
SELECT bp.out();
SELECT klout_board_opt_in('b_people', 'ben', 'forum');
SELECT klout_board_opt_in('b_people', 'ben');
SELECT bp.out() IS NULL AS nobody;
-- linked on one network, a person of their own on the other
SELECT klout_board_link('b_people', 'blog', 'dan', 'Ada');
SELECT klout_board_opt_out('b_people', 'dan');
SELECT klout_board_opt_out('b_people', 'dan', 'forum');
SELECT bp.out();
SELECT count(*) FILTER (WHERE network = 'forum') AS forum, count(*) FILTER (WHERE network = 'blog') AS blog FROM b_people.signals WHERE account = 'dan';
-- who is out stays out, whatever is linked
SELECT klout_board_link('b_people', 'forum', 'dan', 'eva');
SELECT bp.out();
SELECT klout_board_link('b_people', 'blog', 'cat', 'eva');
SELECT klout_board_unlink('b_people', 'blog', 'cat');
SELECT bp.out();
SELECT klout_board_opt_in('b_people', 'cat');
SELECT bp.out();
SELECT klout_board_drop('b_people');

--
-- The same as a property: after any sequence of links, opt-outs and refreshes, an account that was out once is out, and nothing
-- of it is stored
--
CREATE FUNCTION bp.replay(seed float8, steps integer) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
    names CONSTANT text[] := '{Ada,ben,cat,dan,eva}';
    network text;
    account text;
    person text;
    done text := '';
    left_over text;
BEGIN
    PERFORM setseed(seed);
    CREATE TEMPORARY TABLE out_once (network text, account text, PRIMARY KEY (network, account)) ON COMMIT DROP;
    PERFORM klout_board_create('b_random', 'bp.people_actions', reactor_weight => 'none');
    FOR step IN 1..steps LOOP
        network := (ARRAY['forum', 'blog'])[1 + floor(random() * 2)];
        account := names[1 + floor(random() * 5)];
        person := names[1 + floor(random() * 5)];
        CASE floor(random() * 8)
            WHEN 0 THEN
                PERFORM klout_board_opt_out('b_random', account, network);
                done := done || format(' out(%s,%s)', account, network);
            WHEN 1, 2, 3 THEN
                PERFORM klout_board_link('b_random', network, account, person);
                done := done || format(' link(%s,%s,%s)', network, account, person);
            WHEN 4 THEN
                PERFORM klout_board_unlink('b_random', network, account);
                done := done || format(' unlink(%s,%s)', network, account);
            WHEN 5 THEN
                PERFORM klout_board_rebuild('b_random');
                done := done || ' rebuild';
            ELSE
                PERFORM _klout_board_ingest('b_random', 1000, 1000, '2026-01-02 00:00+00');
                PERFORM klout_board_publish('b_random', '2026-01-02'::timestamptz + step * interval '1 minute', true);
                done := done || ' refresh';
        END CASE;
        INSERT INTO out_once
        SELECT n, a FROM unnest(ARRAY['forum', 'blog']) AS n, unnest(names) AS a
        WHERE coalesce((SELECT l.person FROM b_random.accounts AS l WHERE l.account = a AND l.network = n), a) IN (SELECT o.person FROM b_random.opt_outs AS o)
        ON CONFLICT DO NOTHING;
        SELECT string_agg(format('%s is not out on %s', o.account, o.network), ', ') INTO left_over
        FROM out_once AS o
        WHERE coalesce((SELECT l.person FROM b_random.accounts AS l WHERE l.account = o.account AND l.network = o.network), o.account)
              NOT IN (SELECT p.person FROM b_random.opt_outs AS p);
        left_over := concat_ws(', ', left_over,
            (SELECT 'signals of ' || min(s.account) FROM b_random.signals AS s JOIN out_once USING (network, account)),
            (SELECT 'score of ' || min(s.person) FROM b_random.scores AS s JOIN b_random.opt_outs USING (person)),
            (SELECT 'history of ' || min(s.person) FROM b_random.history_rows AS s JOIN b_random.opt_outs USING (person)));
        IF left_over <> '' THEN
            RETURN format('seed %s, step %s:%s: %s', seed, step, done, left_over);
        END IF;
    END LOOP;
    PERFORM klout_board_drop('b_random');
    DROP TABLE out_once;
    RETURN 'out stays out';
END
$$;
SET client_min_messages = error;
SELECT bp.replay(seed / 100.0, 25), count(*) FROM generate_series(1, 6) AS seed GROUP BY 1;
SELECT bp.replay(random(), 25);
SET client_min_messages = warning;

--
-- Days that no date has
--
SELECT d, count(*) FROM unnest('{-2147483648,-1,0,1,2,2147483647}'::integer[]) AS d, klout_board_compare('b_text', ARRAY[bp.id(5, 'text')], d) GROUP BY d ORDER BY d;
SELECT count(*) FROM b_text.history WHERE person = bp.id(5, 'text') AND topic = '';

--
-- Functions of boards name the schema of the extension: another name breaks them, until it has its own again
--
SELECT nspname AS schema FROM pg_extension JOIN pg_namespace AS n ON n.oid = extnamespace WHERE extname = 'klout' \gset
ALTER SCHEMA :"schema" RENAME TO elsewhere;
SELECT count(*) > 0 AS views_work FROM b_text.leaderboard;
SELECT count(*) FROM elsewhere.klout_board_compare('b_text', ARRAY[bp.id(5, 'text')]);
CALL elsewhere.klout_board_refresh('b_text');
ALTER SCHEMA elsewhere RENAME TO :"schema";
SELECT count(*) FROM klout_board_compare('b_text', ARRAY[bp.id(5, 'text')]);
CALL klout_board_refresh('b_text', publish => 'never');
SELECT klout_board_drop('b_text');
DROP SCHEMA bp CASCADE;
