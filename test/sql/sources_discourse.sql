-- klout_source('discourse') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/discourse.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA discourse;
SET search_path = discourse, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor bigint, target bigint, at timestamptz, post text, topic text);
INSERT INTO expected VALUES
	('like', 2, 1, '2026-06-10 20:00+00', '100', 'Support'), ('like', 3, 1, '2026-06-11 03:59:59.25+00', '100', 'Support'),
	('like', 1, 2, '2026-06-11 00:00+00', '130', 'Support / Linux'),
	('reply', 2, 1, '2026-06-01 23:30+00', '100', 'Support'), ('reply', 3, 2, '2026-06-02 03:30+00', '101', 'Support'),
	('reply', 5, 2, '2026-06-05 11:00+00', '130', 'Support / Linux'),
	('quote', 2, 1, '2026-06-05 10:00+00', '100', 'Support / Linux'),
	('mention', 5, 3, '2026-06-05 11:00+00', NULL, 'Support / Linux');
SELECT pg_temp.check_source('discourse', 'discourse');
SELECT pg_temp.check_source('discourse', 'discourse', ', topic => true');
-- with private messages
INSERT INTO expected VALUES
	('like', 2, 1, '2026-06-11 06:00+00', '110', NULL), ('reply', 2, 1, '2026-06-03 11:00+00', '110', NULL),
	('quote', 2, 1, '2026-06-03 11:00+00', '100', NULL), ('quote', 2, 1, '2026-06-01 23:30+00', '110', 'Support'),
	('mention', 2, 3, '2026-06-03 11:00+00', NULL, NULL);
SELECT pg_temp.check_source('discourse', 'discourse', ', topic => true, private => true');
SELECT klout_source_people('discourse', 'discourse', 'https://forum.example') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA discourse CASCADE;
