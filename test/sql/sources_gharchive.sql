-- klout_source('gharchive') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/gharchive.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA gh;
SET search_path = gh, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor text, target text, at timestamptz, post text, topic text);
INSERT INTO expected VALUES
	('star', 'ben', 'ada', '2026-06-01 23:30+00', 'Ada/tools', 'Ada/tools'), ('fork', 'cy', 'ada', '2026-06-02 03:30+00', 'Ada/tools', 'Ada/tools'),
	('pull', 'cy', 'ada', '2026-06-02 04:00+00', 'Ada/tools', 'Ada/tools'), ('issue', 'ben', 'acme', '2026-06-02 06:00+00', 'acme/web', 'acme/web'),
	('comment', 'ada', 'ben', '2026-06-02 07:00+00', 'https://github.com/acme/web/issues/1', 'acme/web'),
	('review', 'ada', 'cy', '2026-06-03 00:00+00', 'https://github.com/Ada/tools/pull/1', 'Ada/tools');
SELECT pg_temp.check_source('gharchive', 'gh');
SELECT pg_temp.check_source('gharchive', 'gh', ', topic => true');
SELECT klout_source_people('gharchive', 'gh') AS people \gset
SELECT id, lower(name), lower(url) FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA gh CASCADE;
