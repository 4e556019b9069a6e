-- klout_source('stackexchange') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/stackexchange.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA se;
SET search_path = se, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor bigint, target bigint, at timestamptz, post text);
INSERT INTO expected VALUES
	('answer', 2, 1, '2026-06-01 23:30:00.123+00', '10'), ('comment', 3, 1, '2026-06-03 03:30+00', '10'), ('comment', 1, 2, '2026-06-03 20:00+00', '11'),
	('accept', 1, 2, '2026-06-05 00:00+00', '11'), ('upvote', -1001, 2, '2026-06-05 00:00+00', '11'), ('upvote', -1002, 1, '2026-06-06 00:00+00', '10');
SELECT pg_temp.check_source('stackexchange', 'se');
SELECT klout_source('stackexchange', 'se', topic => true);
SELECT klout_source('stackexchange', 'se', network => 'math', kinds => '{answer}') AS query \gset
SELECT DISTINCT network, kind FROM (:query) AS actions;
SELECT klout_source_people('stackexchange', 'se', 'https://math.stackexchange.com') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA se CASCADE;
