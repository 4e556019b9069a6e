-- klout_source('mastodon') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/mastodon.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA mastodon;
SET search_path = mastodon, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor bigint, target bigint, at timestamptz, post text);
INSERT INTO expected VALUES
	('favourite', 2, 1, '2026-06-10 20:00+00', '100'), ('favourite', 3, 1, '2026-06-10 21:00+00', '100'),
	('favourite', 7, 1, '2026-06-10 22:00+00', '100'), ('favourite', 6, 1, '2026-06-10 22:30+00', '100'),
	('favourite', 2, 1, '2026-06-11 00:00+00', '102'),
	('boost', 3, 1, '2026-06-04 03:30+00', '100'), ('boost', 2, 3, '2026-06-04 04:10+00', '300'),
	('reply', 2, 1, '2026-06-02 23:30+00', '100'),
	('mention', 2, 3, '2026-06-02 23:30+00', NULL), ('mention', 3, 2, '2026-06-05 05:00+00', NULL),
	('quote', 3, 1, '2026-06-05 05:00+00', '100'),
	('follow', 1, 2, '2026-05-01 00:00+00', NULL), ('follow', 3, 1, '2026-05-31 23:59:59.5+00', NULL);
SELECT pg_temp.check_source('mastodon', 'mastodon');
-- with direct statuses: a favourite and a reply more
INSERT INTO expected VALUES ('favourite', 2, 1, '2026-06-11 05:00+00', '103'), ('reply', 2, 1, '2026-06-03 00:10+00', '100');
SELECT pg_temp.check_source('mastodon', 'mastodon', ', private => true');

-- labels
SELECT klout_source_people('mastodon', 'mastodon', 'https://here.example/') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

-- a release without quotes
DROP TABLE quotes;
SELECT klout_source('mastodon', 'mastodon');
SELECT klout_source('mastodon', 'mastodon', without => '{quote}') IS NOT NULL AS works;

RESET search_path;
DROP SCHEMA mastodon CASCADE;
