-- Ready-made sources: what holds for all systems.  Each has a test of its own,
-- sources_SYSTEM.sql.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;

SELECT system, ids, kinds, extra_kinds, topic, releases FROM klout_sources();
SELECT system, tables FROM klout_sources();

-- what is said of an error, with SQLSTATE
CREATE FUNCTION pg_temp.error_of(query text) RETURNS TABLE (state text, message text, detail text, hint text) LANGUAGE plpgsql AS
$$
BEGIN
	EXECUTE query;
	state := '00000';
	RETURN NEXT;
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN NEXT;
END
$$;

--
-- Arguments
--
\x
SELECT * FROM pg_temp.error_of($$SELECT klout_source('myspace')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('people')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source(NULL)$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', NULL)$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', without => NULL)$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', topic => NULL)$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', private => NULL)$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', without => '{mention,poke}')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', kinds => ARRAY['mention', NULL])$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', without => '{mention,reaction}')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', kinds => '{}')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', kinds => '{mention}', without => '{mention}')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'nowhere')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source_people('zulip', 'nowhere')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source_people(NULL)$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source_people('zulip', NULL)$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source_people('myspace')$$);
\x

--
-- Names of schemas, and the tables, are only names
--
CREATE FUNCTION pg_temp.make_zulip(schema text) RETURNS void LANGUAGE plpgsql AS
$$
BEGIN
	EXECUTE format('CREATE SCHEMA %I', schema);
	EXECUTE format('CREATE TABLE %I.zerver_userprofile (id serial, full_name varchar, is_active boolean, is_bot boolean, is_mirror_dummy boolean)', schema);
	EXECUTE format('CREATE TABLE %I.zerver_stream (id serial, name varchar)', schema);
	EXECUTE format('CREATE TABLE %I.zerver_recipient (id serial, type_id integer, type smallint)', schema);
	EXECUTE format('CREATE TABLE %I.zerver_message (id serial, sender_id integer, recipient_id integer, date_sent timestamptz)', schema);
	EXECUTE format('CREATE TABLE %I.zerver_reaction (id serial, user_profile_id integer, message_id integer)', schema);
	EXECUTE format('CREATE TABLE %I.zerver_usermessage (id serial, user_profile_id integer, message_id integer, flags bigint)', schema);
	EXECUTE format($q$INSERT INTO %I.zerver_userprofile SELECT n, 'n' || n, true, false, false FROM generate_series(1, 3) AS n$q$, schema);
	EXECUTE format($q$INSERT INTO %I.zerver_recipient VALUES (1, 1, 2)$q$, schema);
	EXECUTE format($q$INSERT INTO %I.zerver_message VALUES (1, 1, 1, '2026-06-01 12:00+00')$q$, schema);
	EXECUTE format($q$INSERT INTO %I.zerver_reaction (user_profile_id, message_id) VALUES (2, 1), (3, 1)$q$, schema);
END
$$;
CREATE TEMP TABLE names (name text);
INSERT INTO names VALUES ('Zulip'), ('a b'), ('a"; DROP TABLE names; --'), ($$it's$$), ($$%I %L %s %1$s$$), ('{private}'), ('{base_url}'), ('}{'),
	('{zerver_message}'), ('$sql$'), ('\'), (E'\n'), ('select'), ('é'), (repeat('x', 63));
SELECT pg_temp.make_zulip(name) FROM names;
CREATE FUNCTION pg_temp.row_of(query text) RETURNS text LANGUAGE plpgsql AS
$$
DECLARE
	result text;
BEGIN
	EXECUTE query INTO STRICT result;
	RETURN result;
END
$$;
-- 2 reactions to person 1, whatever the schema, the network and the address are called
SELECT name, pg_temp.row_of(format('SELECT a::text FROM (SELECT network, target, count(*) FROM (%s) AS a GROUP BY 1, 2) AS a',
	klout_source('zulip', name, network => left(name, 60) || '!'))) AS found
FROM names ORDER BY name COLLATE "C";
SELECT name, pg_temp.row_of(format('SELECT url FROM (%s) AS p WHERE id = 2', klout_source_people('zulip', name, name || '//'))) AS url
FROM names ORDER BY name COLLATE "C";
SELECT count(*) FROM names, LATERAL klout_scores(klout_source('zulip', name), as_of => '2026-06-02 00:00+00') AS s WHERE s.reactors = 2 AND s.person = 1;
DO $$ DECLARE n text; BEGIN FOR n IN SELECT name FROM names WHERE name <> 'Zulip' LOOP EXECUTE format('DROP SCHEMA %I CASCADE', n); END LOOP; END $$;

--
-- Tables that are missing, changed, or something else
--
\x
ALTER TABLE "Zulip".zerver_usermessage RENAME TO gone;
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip')$$);
-- is of no account to a kind that does not read it
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip', without => '{mention}')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip', kinds => '{reaction}')$$);
SELECT * FROM pg_temp.error_of($$SELECT klout_source_people('zulip', 'Zulip')$$);
-- an index or a sequence of that name is no table, a view is
CREATE SEQUENCE "Zulip".zerver_usermessage;
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip')$$);
DROP SEQUENCE "Zulip".zerver_usermessage;
CREATE VIEW "Zulip".zerver_usermessage AS SELECT * FROM "Zulip".gone;
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip')$$);
ALTER TABLE "Zulip".zerver_message RENAME date_sent TO sent;
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip')$$);
ALTER TABLE "Zulip".zerver_message ADD date_sent integer;
ALTER TABLE "Zulip".zerver_message DROP date_sent;
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip')$$);
-- a time without zone would be read in the zone of the session
ALTER TABLE "Zulip".zerver_message ADD date_sent timestamp(3);
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip')$$);
-- domains are their base types, and integers integers
CREATE DOMAIN "Zulip".moment AS timestamptz NOT NULL DEFAULT '2026-01-01';
ALTER TABLE "Zulip".zerver_message DROP date_sent, ADD date_sent "Zulip".moment, ALTER sender_id TYPE bigint, ALTER recipient_id TYPE smallint;
SELECT * FROM pg_temp.error_of($$SELECT klout_source('zulip', 'Zulip')$$);
\x

--
-- Rights are the caller's: the query needs SELECT, writing it needs nothing
--
CREATE ROLE regress_klout_source;
SET ROLE regress_klout_source;
SELECT klout_source('zulip', 'Zulip') AS query \gset
SELECT count(*) FROM klout_scores(:'query');
RESET ROLE;
GRANT USAGE ON SCHEMA "Zulip" TO regress_klout_source;
GRANT SELECT ON ALL TABLES IN SCHEMA "Zulip" TO regress_klout_source;
SET ROLE regress_klout_source;
SELECT count(*) FROM klout_scores(:'query');
RESET ROLE;

--
-- A function that others made under the name of a source is not called
--
CREATE FUNCTION public._klout_source_evil(OUT item text, OUT name text, OUT body text) RETURNS SETOF record LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
SELECT count(*) FROM klout_sources() WHERE system = 'evil';
SELECT * FROM pg_temp.error_of($$SELECT klout_source('evil')$$) WHERE message <> 'klout has no source for the system "evil"';
DROP FUNCTION public._klout_source_evil();

--
-- Descriptions are whole: each table is read and has columns of known types, each kind reads tables that are
-- described
--
CREATE TEMP TABLE items AS SELECT s.system, i.* FROM klout_sources() AS s, _klout_source_items(s.system) AS i;
SELECT system, item, name FROM items WHERE item NOT IN ('system', 'table', 'kind', 'extra', 'topic', 'people', 'labels');
SELECT system, name AS not_read FROM items AS t WHERE item = 'table' AND NOT EXISTS (SELECT FROM items AS i WHERE i.system = t.system AND i.body LIKE '%{' || t.name || '}%');
SELECT system, name, word AS not_described FROM items, regexp_matches(body, '{([^}]*)}', 'g') AS m (word)
WHERE word[1] NOT IN ('private', 'base_url') AND NOT EXISTS (SELECT FROM items AS t WHERE t.system = items.system AND t.item = 'table' AND t.name = word[1]);
SELECT system, name, word AS no_column FROM items, string_to_table(body, ', ') AS word
WHERE item = 'table' AND word !~ '^[a-zA-Z_]+ (integer|text|boolean|jsonb|timestamp|timestamptz|any)$';
SELECT system, item, count(*) FROM items WHERE item IN ('system', 'topic', 'people', 'labels') GROUP BY 1, 2 HAVING count(*) > 1;
SELECT system FROM items GROUP BY 1 HAVING count(*) FILTER (WHERE item = 'system') <> 1 OR count(*) FILTER (WHERE item IN ('people', 'labels')) <> 1;

--
-- Each system has a file, a test with its data, and a page
--
\set files `cd "$PG_ABS_SRCDIR" && ls -d sql/sources_*.sql data/sources/*.sql ../sql/sources/*.sql ../docs/sources/*.md`
CREATE TEMP TABLE files AS
SELECT m[1] AS folder, m[2] AS system
FROM string_to_table(:'files', E'\n') AS file, regexp_match(file, '^(.*/)(?:sources_)?([^/]*)[.](?:sql|md)$') AS m WHERE m[2] <> 'README';
SELECT coalesce(s.system, f.system) AS system, string_agg(f.folder, ' ' ORDER BY f.folder) AS found_only_in
FROM klout_sources() AS s FULL JOIN files AS f USING (system)
GROUP BY 1 HAVING count(DISTINCT f.folder) <> 4 OR count(s.system) = 0;

DROP SCHEMA "Zulip" CASCADE;
DROP ROLE regress_klout_source;
