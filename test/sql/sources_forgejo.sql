-- klout_source('forgejo') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/forgejo.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA forgejo;
SET search_path = forgejo, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor bigint, target bigint, at timestamptz, post text, topic text);
INSERT INTO expected VALUES
	('star', 2, 1, '2026-06-02 00:00+00', 'repository 1', 'Ada/tools'), ('star', 3, 6, '2026-06-02 00:00:01+00', 'repository 2', 'acme/web'),
	('follow', 2, 1, '2026-05-01 00:00+00', NULL, NULL),
	('comment', 2, 1, '2026-06-03 00:00+00', 'issue 10', 'Ada/tools'), ('comment', 3, 2, '2026-06-03 00:00:06+00', 'issue 11', 'Ada/tools'),
	('reaction', 2, 1, '2026-06-04 00:00+00', 'issue 10', 'Ada/tools'), ('reaction', 3, 2, '2026-06-04 00:00:01+00', 'comment 100', 'Ada/tools'),
	('reaction', 3, 2, '2026-06-04 00:00:08+00', 'comment 104', 'Ada/tools'), ('reaction', 3, 1, '2026-06-04 00:00:09+00', 'issue 10', 'Ada/tools'),
	('review', 1, 2, '2026-06-05 00:00:01+00', 'issue 11', 'Ada/tools'), ('review', 3, 2, '2026-06-05 00:00:02+00', 'issue 11', 'Ada/tools'),
	('review', 3, 1, '2026-06-05 00:00:03+00', 'issue 13', 'acme/web'),
	('merge', 1, 2, '2026-06-06 00:00+00', 'issue 11', 'Ada/tools');
SELECT pg_temp.check_source('forgejo', 'forgejo');
SELECT pg_temp.check_source('forgejo', 'forgejo', ', topic => true');
SELECT klout_source_people('forgejo', 'forgejo', 'https://git.example') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA forgejo CASCADE;
