-- Boards over tables of all sorts, names of all sorts, and what is refused.
SET timezone = 'UTC';
SET datestyle = ISO;
SET client_min_messages = warning; -- notices tell the speed
\set SHOW_CONTEXT never
CREATE SCHEMA bt;
SET search_path = bt, public;

-- people, actions and the score of the best; what a board holds as one line
CREATE FUNCTION bt.summary(board name) RETURNS TABLE (signals bigint, actions numeric, people bigint, best text) LANGUAGE plpgsql AS
$$
BEGIN
    RETURN QUERY EXECUTE format('SELECT (SELECT count(*) FROM %1$I.signals), (SELECT sum(klout_count(signals)) FROM %1$I.signals),
        (SELECT count(*) FROM %1$I.scores), (SELECT string_agg(person::text, '','' ORDER BY rank, person) FROM %1$I.leaderboard WHERE rank <= 2)', board);
END
$$;

--
-- Other names, constants, types of ids
--
CREATE TABLE bt.events (
    seq integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    who smallint, whom integer, happened timestamp, what text DEFAULT 'like');
INSERT INTO bt.events (who, whom, happened) VALUES (1, 2, '2026-01-01 23:30'), (3, 2, '2026-01-01 23:30'), (1, 3, '2026-01-02 00:30');
SET timezone = 'Asia/Tokyo'; -- timestamp is UTC, wherever one is
SELECT klout_board_create('b_events', 'bt.events', reactor_weight => 'none',
    columns => '{"id": "seq", "network": {"value": "forum"}, "kind": {"value": "it''s"}, "actor": "who", "target": "whom", "at": "happened"}');
CALL klout_board_refresh('b_events', as_of => '2026-01-10 00:00+00');
SET timezone = 'UTC';
SELECT account, e.network, e.kind, e.bucket, e.actions FROM b_events.signals AS s, klout_entries(s.signals) AS e ORDER BY account;
SELECT klout_board_drop('b_events');
-- a column of the table and a constant
SELECT klout_board_create('b_events', 'bt.events', reactor_weight => 'none',
    columns => '{"id": "seq", "network": {"value": "forum"}, "kind": "what", "actor": "who", "target": "whom", "at": "happened", "weight": null, "topic": "what", "post": "whom"}');
CALL klout_board_refresh('b_events', as_of => '2026-01-10 00:00+00');
SELECT topic, person FROM b_events.scores ORDER BY 1, 2;
SELECT post, person, actions FROM b_events.moments ORDER BY 1;
SELECT klout_board_drop('b_events');

-- text, varchar and uuid say the same
CREATE TABLE bt.typed (
    id bigserial PRIMARY KEY, network varchar(20), kind char(5), actor text, target varchar, actor_uuid uuid, target_uuid uuid, at timestamptz,
    weight numeric, importance real);
INSERT INTO bt.typed (network, kind, actor, target, at, weight, importance)
SELECT 'n', 'k', 'a' || g % 7, 't' || g % 3, '2026-01-01'::timestamptz + g * interval '1 hour', 1, 0.5 FROM generate_series(1, 100) AS g;
UPDATE bt.typed SET actor_uuid = md5(actor)::uuid, target_uuid = md5(target)::uuid;
SELECT klout_board_create('b_text', 'typed', reactor_weight => 'none');
SELECT klout_board_create('b_uuid', 'typed', reactor_weight => 'none', columns => '{"actor": "actor_uuid", "target": "target_uuid", "weight": "importance"}');
CALL klout_board_refresh('b_text', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b_uuid', as_of => '2026-01-10 00:00+00');
SELECT * FROM bt.summary('b_text');
SELECT people FROM bt.summary('b_uuid');
-- 7 reactors of weight 1; or of 1/2: P = 3.5, U = 3.5
SELECT t.person, round(t.reach::numeric - u.reach::numeric, 10) AS same_reach FROM b_text.scores AS t JOIN b_uuid.scores AS u ON u.person = md5(t.person)::uuid ORDER BY 1;
SELECT DISTINCT s.kinds, s.weight FROM b_text.signals, klout_reactor_sample(signals) AS s;
SELECT DISTINCT s.kinds, s.weight FROM b_uuid.signals, klout_reactor_sample(signals) AS s;
-- the weights that a board finds by itself, too: actors first seen a day before on two people, their scores, their authority
SELECT klout_board_create(format('b_%s_%s', type, weight), 'typed', reactor_weight => weight, tenure => '1 day',
                          columns => CASE type WHEN 'uuid' THEN '{"actor": "actor_uuid", "target": "target_uuid"}'::jsonb END) IS NULL AS made
FROM unnest('{text,uuid}'::text[]) AS type, unnest('{proven,score,authority}'::text[]) AS weight;
CALL klout_board_refresh('b_text_proven', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b_uuid_proven', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b_text_authority', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b_uuid_authority', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b_text_score', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b_uuid_score', as_of => '2026-01-10 00:00+00');
SELECT t.person, abs(t.reach - u.reach) < 1e-9 AS same_reach FROM b_text_proven.scores AS t JOIN b_uuid_proven.scores AS u ON u.person = md5(t.person)::uuid ORDER BY 1;
SELECT count(*), count(*) FILTER (WHERE t.first_seen = u.first_seen AND t.several = u.several) AS same
FROM b_text_proven.reactors AS t JOIN b_uuid_proven.reactors AS u ON u.actor = md5(t.actor)::uuid;
SELECT count(*), count(*) FILTER (WHERE abs(t.authority - u.authority) < 1e-9) AS same
FROM b_text_authority.authority AS t JOIN b_uuid_authority.authority AS u ON u.person = md5(t.person)::uuid;
SELECT count(klout_board_drop(format('b_%s_%s', type, weight)::name)) AS dropped
FROM unnest('{text,uuid}'::text[]) AS type, unnest('{proven,score,authority}'::text[]) AS weight;
-- ids of the right type everywhere
SELECT klout_board_link('b_uuid', 'n', md5('t1')::text, upper(md5('t2')));
CALL klout_board_refresh('b_uuid', as_of => '2026-01-10 01:00+00', publish => 'always');
SELECT people FROM bt.summary('b_uuid');
SELECT count(*) FROM klout_board_search('b_uuid', md5('t1')::uuid::text);
SELECT klout_board_opt_out('b_uuid', md5('t2'));
SELECT people FROM bt.summary('b_uuid');
SELECT klout_board_link('b_uuid', 'n', 'not a uuid', md5('t2'));
SELECT person FROM klout_board_search('b_text', 'T');
SELECT person FROM klout_board_search('b_text', 't2');
SELECT person FROM klout_board_search('b_text', '%');
SELECT person FROM klout_board_search('b_text', '');
SELECT klout_board_drop('b_text'), klout_board_drop('b_uuid');

--
-- Sequences: negative, from anywhere, with gaps, ids at both ends
--
CREATE SEQUENCE bt.below_zero MINVALUE -9223372036854775807 START -9223372036854775807; -- the least that bigint has is the one id that cannot be
CREATE TABLE bt.negative (id bigint PRIMARY KEY DEFAULT nextval('bt.below_zero'), network text, kind text, actor bigint, target bigint, at timestamptz);
ALTER SEQUENCE bt.below_zero OWNED BY bt.negative.id;
SELECT klout_board_create('b_negative', 'negative', reactor_weight => 'none');
CALL klout_board_refresh('b_negative', as_of => '2026-01-10 00:00+00');
INSERT INTO negative (network, kind, actor, target, at) VALUES ('n', 'k', 1, 2, '2026-01-01');
CALL klout_board_refresh('b_negative', as_of => '2026-01-10 01:00+00', batch => 1);
SELECT signals, actions FROM bt.summary('b_negative');
SELECT setval('bt.below_zero', -1);
INSERT INTO negative (network, kind, actor, target, at) SELECT 'n', 'k', 1, 3, '2026-01-01' FROM generate_series(1, 2);
CALL klout_board_refresh('b_negative', as_of => '2026-01-10 02:00+00', batch => 1, publish => 'never');
SELECT signals, actions FROM bt.summary('b_negative');
SELECT setval('bt.below_zero', 9223372036854775806);
INSERT INTO negative (network, kind, actor, target, at) VALUES ('n', 'k', 1, 4, '2026-01-01');
CALL klout_board_refresh('b_negative', as_of => '2026-01-10 03:00+00', batch => 9223372036854775807, publish => 'never');
SELECT signals, actions FROM bt.summary('b_negative');
SELECT klout_board_rebuild('b_negative');
CALL klout_board_refresh('b_negative', as_of => '2026-01-10 04:00+00', batch => 1, publish => 'never');
SELECT signals, actions FROM bt.summary('b_negative');
SELECT first_id, last_id, rows FROM b_negative.batches ORDER BY last_id;
SELECT * FROM klout_board_audit('b_negative');
SELECT klout_board_drop('b_negative');

-- what a refresh says of ids that do not come in order
CREATE TABLE bt.ids (id bigserial PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
INSERT INTO ids SELECT g, 'n', 'k', 1, 2, '2026-01-01' FROM generate_series(1, 5) AS g; -- not from the sequence
SELECT klout_board_create('b_ids', 'ids', reactor_weight => 'none');
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT * FROM bt.summary('b_ids');
SELECT setval('ids_id_seq', 5);
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT signals, actions FROM bt.summary('b_ids');
-- late, with an id from before
INSERT INTO ids VALUES (0, 'n', 'k', 1, 2, '2026-01-01');
DELETE FROM ids WHERE id = 2;
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT nextval('ids_id_seq') FROM generate_series(1, 5);
INSERT INTO ids (network, kind, actor, target, at) VALUES ('n', 'k', 1, 3, '2026-01-01');
INSERT INTO ids VALUES (7, 'n', 'k', 1, 2, '2026-01-01');
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT signals, actions FROM bt.summary('b_ids');
INSERT INTO ids VALUES (8, 'n', 'k', 1, 2, '2026-01-01'); -- the sequence is at 11
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT * FROM klout_board_audit('b_ids');
SELECT * FROM klout_board_audit('b_ids', 1);
SELECT klout_board_rebuild('b_ids');
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT * FROM klout_board_audit('b_ids');
SELECT actions = (SELECT count(*) FROM ids WHERE id > -1) AS all FROM (SELECT sum(actions) AS actions FROM bt.summary('b_ids')) AS s;
-- set back, cached, cycling, descending, gone
TRUNCATE ids RESTART IDENTITY;
INSERT INTO ids (network, kind, actor, target, at) VALUES ('n', 'k', 1, 3, '2026-01-01');
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT klout_board_rebuild('b_ids');
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT signals, actions FROM bt.summary('b_ids');
ALTER SEQUENCE ids_id_seq CACHE 10;
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
ALTER SEQUENCE ids_id_seq CACHE 1 CYCLE;
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
ALTER SEQUENCE ids_id_seq NO CYCLE INCREMENT -1 MINVALUE -100;
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
ALTER SEQUENCE ids_id_seq INCREMENT 10;
CALL klout_board_refresh('b_ids', as_of => '2026-01-10 00:00+00', publish => 'never');
SELECT klout_board_drop('b_ids');

--
-- Partitioned and inherited
--
CREATE TABLE bt.parted (id bigserial, network text, kind text, actor bigint, target bigint, at timestamptz, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE bt.parted_1 PARTITION OF parted FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
CREATE TABLE bt.parted_2 PARTITION OF parted FOR VALUES FROM ('2026-02-01') TO ('2026-03-01') PARTITION BY RANGE (at);
CREATE TABLE bt.parted_21 PARTITION OF parted_2 FOR VALUES FROM ('2026-02-01') TO ('2026-02-15');
SELECT klout_board_create('b_parted', 'parted', reactor_weight => 'none');
INSERT INTO parted (network, kind, actor, target, at) SELECT 'n', 'k', g, g % 3, '2026-01-01'::timestamptz + g * interval '1 day' FROM generate_series(1, 40) AS g;
INSERT INTO parted_21 (network, kind, actor, target, at) VALUES ('n', 'k', 1, 2, '2026-02-03');
CALL klout_board_refresh('b_parted', as_of => '2026-03-01 00:00+00', batch => 7);
CREATE TABLE bt.parted_22 PARTITION OF parted_2 FOR VALUES FROM ('2026-02-15') TO ('2026-03-01');
INSERT INTO parted_22 (network, kind, actor, target, at) VALUES ('n', 'k', 1, 2, '2026-02-20');
CALL klout_board_refresh('b_parted', as_of => '2026-03-01 01:00+00', publish => 'always');
SELECT signals, actions, (SELECT count(*) FROM parted) AS rows FROM bt.summary('b_parted');
SELECT count(*) FROM klout_board_audit('b_parted');
SELECT klout_board_drop('b_parted');
CREATE TABLE bt.parent (id bigserial PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
CREATE TABLE bt.child (more text) INHERITS (parent);
INSERT INTO parent (network, kind, actor, target, at) VALUES ('n', 'k', 1, 2, '2026-01-01');
INSERT INTO child (network, kind, actor, target, at) VALUES ('n', 'k', 3, 2, '2026-01-01');
SELECT klout_board_create('b_parent', 'parent', reactor_weight => 'none');
CALL klout_board_refresh('b_parent', as_of => '2026-01-10 00:00+00');
SELECT signals, actions FROM bt.summary('b_parent');
SELECT klout_board_drop('b_parent');

--
-- Hostile names
--
CREATE SCHEMA "a""b'; DROP TABLE %s; $sql$ -- é";
CREATE TABLE "a""b'; DROP TABLE %s; $sql$ -- é"."t""'%I 63 bytes of a name ................................ the end" (
    "id""'" bigserial PRIMARY KEY, "%1$I" text, "select" text, "$1" text, "a b" text, "at'""" timestamptz, "\x" float8, "ü" text, "post;" text);
INSERT INTO "a""b'; DROP TABLE %s; $sql$ -- é"."t""'%I 63 bytes of a name ................................ the end"
    ("%1$I", "select", "$1", "a b", "at'""", "ü", "post;")
SELECT 'n%s', 'k''"', 'a''; ' || g, E'\\t"%I' || g % 2, '2026-01-01', 'topic '' %L', '$body$' FROM generate_series(1, 6) AS g;
SELECT klout_board_create(b, '"a""b''; DROP TABLE %s; $sql$ -- é"."t""''%I 63 bytes of a name ................................ the end"',
    columns => $${"id": "id\"'", "network": "%1$I", "kind": "select", "actor": "$1", "target": "a b", "at": "at'\"", "weight": "\\x", "topic": "ü", "post": "post;"}$$)
FROM unnest('{select,"a\"b''; DROP SCHEMA public; --",%1$I %s,"63 bytes: .......................................... é the end"}'::name[]) AS b;
CALL klout_board_refresh('select', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('a"b''; DROP SCHEMA public; --', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('%1$I %s', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('63 bytes: .......................................... é the end', as_of => '2026-01-10 00:00+00');
CREATE TEMPORARY TABLE hostile AS SELECT nspname AS board FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = 'klout board' ORDER BY 1;
SELECT board, octet_length(board), s.* FROM hostile, bt.summary(board) AS s ORDER BY board COLLATE "C";
SELECT board, klout_board_link(board, 'n%s', E'\\t"%I1', 'x''y'), klout_board_opt_out(board, E'\\t"%I0') FROM hostile ORDER BY board COLLATE "C";
CALL klout_board_refresh('select', as_of => '2026-01-10 01:00+00', publish => 'always');
CALL klout_board_refresh('a"b''; DROP SCHEMA public; --', as_of => '2026-01-10 01:00+00', publish => 'always');
SELECT person, topic FROM "select".leaderboard ORDER BY topic;
SELECT person, topic FROM "a""b'; DROP SCHEMA public; --".leaderboard ORDER BY topic;
SELECT kind, actions FROM klout_board_activity('select', 'x''y', 'topic '' %L');
SELECT person FROM klout_board_search('select', 'X''');
SELECT post, person FROM "select".moments;
INSERT INTO "select".perks (perk, capacity) VALUES ('a''"%s', 1);
SELECT person FROM klout_board_qualify('select', 'a''"%s');
SELECT person FROM klout_board_grant('select', 'a''"%s');
SELECT count(*) FROM klout_board_audit('select');
SELECT klout_board_rebuild('select'), klout_board_extend_history('select') >= 0;
SELECT klout_board_drop(board) FROM hostile;
SELECT count(*) FROM pg_namespace WHERE nspname IN (SELECT board FROM hostile);
SELECT count(*) FROM pg_class WHERE relname LIKE 'history_rows%' AND relnamespace <> 'bt'::regnamespace;
DROP SCHEMA "a""b'; DROP TABLE %s; $sql$ -- é" CASCADE;

-- operators and functions of the same name in front of the path
CREATE SCHEMA trap;
CREATE FUNCTION trap.bad(bigint, bigint) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
CREATE FUNCTION trap.bad(bigint, integer) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
CREATE FUNCTION trap.bad(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
CREATE FUNCTION trap.bad(timestamptz, timestamptz) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = trap.bad);
CREATE OPERATOR trap.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.bad);
CREATE OPERATOR trap.= (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.bad);
CREATE OPERATOR trap.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = trap.bad);
CREATE OPERATOR trap.<= (LEFTARG = timestamptz, RIGHTARG = timestamptz, FUNCTION = trap.bad);
CREATE OPERATOR trap.> (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = trap.bad);
CREATE FUNCTION trap.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
CREATE FUNCTION trap._klout_board_ingest(name, bigint, bigint, timestamptz, timestamptz) RETURNS record LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
CREATE TABLE trap.pg_locks (locktype text);
CREATE TABLE trap.pg_namespace (nspname text);
CREATE TABLE trap.settings (one int);
SET search_path = trap, pg_catalog, bt, public;
SELECT klout_board_create('b_trap', 'bt.typed');
CALL klout_board_refresh('b_trap', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b_trap', as_of => '2026-01-10 01:00+00', publish => 'always');
SELECT person FROM klout_board_search('b_trap', 't1');
SELECT count(*) FROM klout_board_activity('b_trap', 't1');
SELECT count(*) FROM klout_board_compare('b_trap', '{t1,t2}');
INSERT INTO b_trap.perks (perk, capacity) VALUES ('mug', 1);
SELECT count(*) FROM klout_board_qualify('b_trap', 'mug');
SELECT count(*) FROM klout_board_grant('b_trap', 'mug');
SELECT klout_board_link('b_trap', 'n', 't1', 't2'), klout_board_unlink('b_trap', 'n', 't1'), klout_board_opt_out('b_trap', 't1'), klout_board_opt_in('b_trap', 't1');
SELECT * FROM klout_board_audit('b_trap');
SELECT klout_board_rebuild('b_trap');
SELECT count(*) > 0 FROM b_trap.leaderboard;
SELECT count(*) FROM b_trap.movers;
SELECT count(*) FROM b_trap.moments;
SELECT klout_board_drop('b_trap');
SET search_path = bt, public;
DROP SCHEMA trap CASCADE;

--
-- Rights
--
CREATE ROLE klout_bt_owner;
CREATE ROLE klout_bt_etl;
CREATE ROLE klout_bt_reader;
GRANT USAGE, CREATE ON SCHEMA bt TO klout_bt_owner;
GRANT USAGE ON SCHEMA bt TO klout_bt_etl, klout_bt_reader;
CREATE FUNCTION bt.may_create(boolean) RETURNS void LANGUAGE plpgsql AS
$$BEGIN EXECUTE format('%s CREATE ON DATABASE %I %s klout_bt_owner', CASE WHEN $1 THEN 'GRANT' ELSE 'REVOKE' END, current_database(), CASE WHEN $1 THEN 'TO' ELSE 'FROM' END); END$$;
SELECT bt.may_create(true);
SET ROLE klout_bt_owner;
CREATE TABLE bt.owned (id bigserial PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
INSERT INTO owned (network, kind, actor, target, at) VALUES ('n', 'k', 1, 2, '2026-01-01'), ('n', 'k', 3, 2, '2026-01-01');
SELECT klout_board_create('b_owned', 'owned');
SELECT count(DISTINCT relowner) AS owners FROM pg_class WHERE relnamespace = 'b_owned'::regnamespace;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 00:00+00');
RESET ROLE;
SET ROLE klout_bt_etl;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 01:00+00');
SELECT * FROM klout_board_search('b_owned', '2');
SELECT klout_board_opt_out('b_owned', '2');
SELECT klout_board_drop('b_owned');
SELECT klout_board_create('b_mine', 'owned');
RESET ROLE;
GRANT USAGE ON SCHEMA b_owned TO klout_bt_etl, klout_bt_reader;
SET ROLE klout_bt_etl;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 01:00+00');
RESET ROLE;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA b_owned TO klout_bt_etl;
SET ROLE klout_bt_etl;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 01:00+00');
RESET ROLE;
GRANT SELECT ON owned_id_seq TO klout_bt_etl;
SET ROLE klout_bt_etl;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 01:00+00');
RESET ROLE;
GRANT SELECT ON owned TO klout_bt_etl;
SET ROLE klout_bt_etl;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 01:00+00');
SELECT klout_board_link('b_owned', 'n', '2', '9');
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 02:00+00', publish => 'always');
SELECT person FROM klout_board_search('b_owned', '2');
-- a month for which there is no partition
CALL klout_board_refresh('b_owned', as_of => '2026-02-10 02:00+00', publish => 'always');
SELECT klout_board_rebuild('b_owned');
SELECT klout_board_drop('b_owned');
RESET ROLE;
-- a reader reads the views, but only with rights on what they read
SET ROLE klout_bt_reader;
SELECT count(*) FROM b_owned.leaderboard;
RESET ROLE;
GRANT SELECT ON ALL TABLES IN SCHEMA b_owned TO klout_bt_reader;
SET ROLE klout_bt_reader;
SELECT person FROM b_owned.leaderboard;
SELECT count(*) FROM klout_board_activity('b_owned', '9');
SELECT count(*) FROM b_owned.source; -- the table's rights, not the board's
SELECT klout_board_opt_out('b_owned', '9');
RESET ROLE;
-- row-level security on the actions: never a refresh of a part
ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
CREATE POLICY part ON owned USING (target = 2);
SET ROLE klout_bt_etl;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 03:00+00');
SELECT * FROM klout_board_audit('b_owned');
RESET ROLE;
SET ROLE klout_bt_owner;
CALL klout_board_refresh('b_owned', as_of => '2026-01-10 03:00+00');
SELECT klout_board_drop('b_owned');
RESET ROLE;
DROP TABLE owned;
SELECT bt.may_create(false);
DROP OWNED BY klout_bt_owner, klout_bt_etl, klout_bt_reader;
DROP ROLE klout_bt_owner, klout_bt_etl, klout_bt_reader;

--
-- What is refused
--
SELECT klout_board_create(NULL, 'ids');
SELECT klout_board_create('x', NULL);
SELECT klout_board_create('x', 'ids', NULL);
SELECT klout_board_create('x', 'no such table');
CREATE VIEW bt.ids_view AS SELECT * FROM ids;
SELECT klout_board_create('x', 'ids_view');
CREATE MATERIALIZED VIEW bt.ids_stored AS SELECT * FROM ids;
SELECT klout_board_create('x', 'ids_stored');
CREATE TEMPORARY TABLE ids_temporary (LIKE ids INCLUDING ALL);
SELECT klout_board_create('x', 'ids_temporary');
CREATE UNLOGGED TABLE bt.ids_unlogged (LIKE ids INCLUDING ALL);
SELECT klout_board_create('x', 'ids_unlogged');
SELECT klout_board_create('x', 'ids_id_seq');
SELECT klout_board_create('x', 'typed', bucket => '1 week');
SELECT klout_board_create('x', 'typed', bucket => '24 hours', reactor_weight => 'some');
SELECT klout_board_create('x', 'typed', tenure => '-1 day');
SELECT klout_board_create('x', 'typed', columns => '[]');
SELECT klout_board_create('x', 'typed', columns => '"id"');
SELECT klout_board_create('x', 'typed', columns => 'null');
SELECT klout_board_create('x', 'typed', columns => '{"Network": "network"}');
SELECT klout_board_create('x', 'typed', columns => '{"network": "no such"}');
SELECT klout_board_create('x', 'typed', columns => '{"network": null}');
SELECT klout_board_create('x', 'typed', columns => '{"network": 7}');
SELECT klout_board_create('x', 'typed', columns => '{"network": {"value": 7}}');
SELECT klout_board_create('x', 'typed', columns => '{"network": {"value": ""}}');
SELECT klout_board_create('x', 'typed', columns => format('{"kind": {"value": "%s"}}', repeat('é', 32))::jsonb);
SELECT klout_board_create('x', 'typed', columns => '{"actor": {"value": "7"}}');
SELECT klout_board_create('x', 'typed', columns => '{"topic": "no such"}');
SELECT klout_board_create('x', 'typed', columns => '{"at": "actor"}');
SELECT klout_board_create('x', 'typed', columns => '{"actor": "at"}');
SELECT klout_board_create('x', 'typed', columns => '{"actor": "actor_uuid"}');
SELECT klout_board_create('x', 'typed', columns => '{"id": "actor"}');
SELECT klout_board_create('x', 'typed', columns => '{"id": "importance"}');
SELECT klout_board_create('x', 'typed', columns => '{"id": "ctid"}');
SELECT klout_board_create('x', 'typed', columns => '{"weight": "kind"}');
CREATE TABLE bt.wrong (id bigint, small smallint NOT NULL, number numeric NOT NULL, network text, kind text, actor bigint, target bigint, at timestamptz, day date);
SELECT klout_board_create('x', 'wrong'); -- nullable
SELECT klout_board_create('x', 'wrong', columns => '{"id": "number"}');
SELECT klout_board_create('x', 'wrong', columns => '{"id": "small"}'); -- no sequence
SELECT klout_board_create('x', 'wrong', columns => '{"id": "small", "at": "day"}');
ALTER TABLE wrong ALTER id SET NOT NULL, ALTER id ADD GENERATED ALWAYS AS IDENTITY (CACHE 10);
SELECT klout_board_create('x', 'wrong');
ALTER TABLE wrong ALTER id SET CACHE 1 SET CYCLE;
SELECT klout_board_create('x', 'wrong');
ALTER TABLE wrong ALTER id SET NO CYCLE SET MINVALUE -10 SET INCREMENT -1;
SELECT klout_board_create('x', 'wrong');
ALTER TABLE wrong ALTER id SET INCREMENT 1;
SELECT klout_board_create('x', 'wrong'); -- no index: works, with a warning
SELECT klout_board_create('x', 'wrong');
SELECT klout_board_drop('x');
CREATE INDEX ON wrong USING hash (id); -- finds no ranges
SELECT klout_board_create('x', 'wrong');
SELECT klout_board_drop('x');
SELECT klout_board_create('pg_mine', 'typed');
SELECT count(*) FROM pg_namespace WHERE nspname IN ('x', 'pg_mine');

-- A BRIN index of ids will do
CREATE TABLE bt.long (id bigint GENERATED ALWAYS AS IDENTITY, network text, kind text, actor bigint, target bigint, at timestamptz);
CREATE INDEX long_ids ON bt.long USING brin (id) WITH (pages_per_range = 1);
SELECT klout_board_create('x', 'long', reactor_weight => 'none'); -- no warning
INSERT INTO bt.long (network, kind, actor, target, at)
SELECT 'n', 'k', g % 97, 100 + g % 89, timestamptz '2026-01-01 00:00+00' + g * interval '1 minute' FROM generate_series(1, 3000) AS g;
SELECT brin_summarize_new_values('long_ids') > 0 AS summarized;
CALL klout_board_refresh('x', batch => 700, publish => 'never');
SELECT setval(pg_get_serial_sequence('long', 'id'), 1000000); -- a gap of many batches
INSERT INTO bt.long (network, kind, actor, target, at)
SELECT 'n', 'k', g % 97, 100 + g % 89, timestamptz '2026-02-01 00:00+00' + g * interval '1 minute' FROM generate_series(1, 1500) AS g;
CALL klout_board_refresh('x', batch => 700, publish => 'never');
-- 3000 = 4 * 700 + 200, and 1500 = 2 * 700 + 100 behind the gap
SELECT first_id, last_id, rows FROM x.batches ORDER BY first_id;
SELECT count(*) AS signals, count(*) FILTER (WHERE s.signals IS DISTINCT FROM d.signals) AS differ
FROM x.signals AS s
FULL JOIN (SELECT target, klout_signals(network, kind, actor, at) AS signals FROM bt.long WHERE actor <> target GROUP BY target) AS d ON d.target = s.account;
SELECT * FROM klout_board_audit('x');
SELECT klout_board_drop('x');

CALL klout_board_refresh(NULL);
CALL klout_board_refresh('no such board');
SELECT klout_board_create('b', 'typed');
CALL klout_board_refresh('b', batch => 0);
CALL klout_board_refresh('b', batch => NULL);
CALL klout_board_refresh('b', publish => 'perhaps');
CALL klout_board_refresh('b', publish => NULL);
\set VERBOSITY sqlstate
CALL klout_board_refresh('b', as_of => now() + interval '1 day');
CALL klout_board_refresh('b', as_of => 'infinity');
\set VERBOSITY default
CALL klout_board_refresh('b', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b', as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('b', as_of => '2026-01-09 00:00+00');
BEGIN;
CALL klout_board_refresh('b', as_of => '2026-01-11 00:00+00');
ROLLBACK;
SELECT klout_board_publish('b', '2026-01-10 00:00+00');
SELECT klout_board_publish('b', 'infinity');
CALL klout_board_refresh('b', as_of => '-infinity', publish => 'never');
SELECT klout_board_extend_history('b', 0);
SELECT klout_board_extend_history('b', 2147483647);
SELECT count(*) FROM klout_board_audit('b', -1);
SELECT klout_board_drop('no such board'), klout_board_link('no such board', 'n', '1', '2');
SELECT klout_board_unlink('no such board', 'n', '1');
SELECT klout_board_opt_out('no such board', '1');
SELECT klout_board_opt_in('no such board', '1');
SELECT klout_board_grant('no such board', 'mug');
SELECT klout_board_qualify('no such board', 'mug');
SELECT klout_board_search('no such board', '1');
SELECT klout_board_compare('no such board', '{1}');
SELECT klout_board_activity('no such board', '1');
SELECT klout_board_audit('no such board');
SELECT klout_board_rebuild('no such board');
SELECT klout_board_retry_rejected('no such board');
SELECT klout_board_set_model('no such board', klout_model());
SELECT klout_board_calibrate('no such board');
SELECT klout_board_calibrate('b') IS NOT NULL AS young; -- and so its reactors count
SELECT klout_board_rank('no such board', 1);
SELECT klout_board_extend_history('no such board');
SELECT _klout_board_person_type('no such board'), _klout_board_person_type('b');
SELECT _klout_board_lock('no such board');
SELECT _klout_wait_for_transactions('{3/x}');
SELECT _klout_wait_for_transactions('{NULL}');
SELECT _klout_wait_for_transactions('{}'), _klout_wait_for_transactions('{2/4294967295,9999999/1,-1/3,3/0}');
-- a schema that is no board is never dropped
SELECT klout_board_drop('bt'), klout_board_drop('public');
SELECT klout_board_drop('pg_catalog');
CREATE SCHEMA looks_like_it;
CREATE TABLE looks_like_it.signals (account bigint, signals klout_signals);
SELECT klout_board_drop('looks_like_it');
DROP SCHEMA looks_like_it CASCADE;
-- settings are checked
\set VERBOSITY terse
UPDATE b.settings SET reactor_weight = 'x';
UPDATE b.settings SET gate = 0;
INSERT INTO b.settings SELECT * FROM b.settings;
INSERT INTO b.perks (perk, capacity) VALUES ('x', -1);
INSERT INTO b.perks (perk, capacity, top_share) VALUES ('x', 1, 0);
INSERT INTO b.perks (perk, capacity, min_score) VALUES ('x', 1, 101);
\set VERBOSITY default
-- DROP leaves nothing
SELECT klout_board_drop('b');
SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace);
SELECT count(*) FROM pg_namespace WHERE obj_description(oid, 'pg_namespace') = 'klout board';
DROP SCHEMA bt CASCADE;
