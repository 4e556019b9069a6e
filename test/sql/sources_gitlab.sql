-- klout_source('gitlab') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/gitlab.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA gitlab;
SET search_path = gitlab, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor bigint, target bigint, at timestamptz, post text, topic text);
INSERT INTO expected VALUES
	('award', 2, 1, '2026-06-05 23:59:59.5+00', 'issue 10', 'acme/tools'), ('award', 1, 2, '2026-06-06 00:00+00', 'merge request 10', 'acme/tools'),
	('award', 3, 2, '2026-06-06 01:00+00', 'note 100', 'acme/tools'),
	('comment', 2, 1, '2026-06-02 03:30+00', 'issue 10', 'acme/tools'), ('comment', 3, 2, '2026-06-02 20:00+00', 'merge request 10', 'acme/tools'),
	('comment', 7, 3, '2026-06-03 04:00+00', 'issue 13', NULL),
	('approval', 1, 2, '2026-06-04 00:00+00', 'merge request 10', 'acme/tools'),
	('merge', 1, 2, '2026-06-01 23:30+00', 'merge request 10', 'acme/tools'),
	('star', 2, 1, '2026-06-07 03:00+00', 'project 1', 'acme/tools');
SELECT pg_temp.check_source('gitlab', 'gitlab');
SELECT pg_temp.check_source('gitlab', 'gitlab', ', topic => true');
-- with confidential issues and internal notes
INSERT INTO expected VALUES
	('award', 2, 1, '2026-06-06 03:00+00', 'issue 11', 'acme/tools'), ('award', 1, 3, '2026-06-06 04:00+00', 'note 103', 'acme/tools'),
	('award', 1, 2, '2026-06-06 05:00+00', 'note 104', 'acme/tools'),
	('comment', 3, 1, '2026-06-02 22:00+00', 'issue 10', 'acme/tools'), ('comment', 2, 1, '2026-06-02 23:00+00', 'issue 11', 'acme/tools');
SELECT pg_temp.check_source('gitlab', 'gitlab', ', topic => true, private => true');
SELECT klout_source_people('gitlab', 'gitlab', 'https://git.example') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA gitlab CASCADE;
