-- klout_source('lemmy_0_19') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/lemmy_0_19.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA lemmy_0_19;
SET search_path = lemmy_0_19, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor bigint, target bigint, at timestamptz, post text, topic text);
INSERT INTO expected VALUES
	('post_upvote', 2, 1, '2026-06-11 00:00+00', 'post 10', 'cats@here.example'), ('post_upvote', 3, 1, '2026-06-11 00:00+00', 'post 10', 'cats@here.example'),
	('post_upvote', 8, 3, '2026-06-11 01:00+00', 'post 13', 'cats@far.example'),
	('comment_upvote', 1, 2, '2026-06-12 00:00+00', 'comment 5', 'cats@here.example'),
	('comment', 2, 1, '2026-06-02 03:30+00', 'post 10', 'cats@here.example'), ('comment', 8, 3, '2026-06-03 08:00+00', 'post 13', 'cats@far.example'),
	('reply', 3, 2, '2026-06-03 03:30+00', 'comment 5', 'cats@here.example'), ('reply', 1, 3, '2026-06-03 01:00+00', 'comment 105', 'cats@here.example'),
	('follow', 2, 1, '2026-05-01 00:00+00', NULL, NULL);
SELECT pg_temp.check_source('lemmy_0_19', 'lemmy_0_19');
SELECT pg_temp.check_source('lemmy_0_19', 'lemmy_0_19', ', topic => true');
SELECT klout_source_people('lemmy_0_19', 'lemmy_0_19') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;
SELECT klout_source('lemmy_0_19', 'lemmy_0_19', private => true);

RESET search_path;
DROP SCHEMA lemmy_0_19 CASCADE;
