-- klout_source('mattermost') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/mattermost.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA mattermost;
SET search_path = mattermost, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor text, target text, at timestamptz, post text, topic text);
INSERT INTO expected VALUES
	('reaction', 'u2', 'u1', '2026-06-02 23:59:59.999+00', 'p1', 'core/town-square'), ('reaction', 'u3', 'u1', '2026-06-03 00:00+00', 'p1', 'core/town-square'),
	('reaction', 'u1', 'u2', '2026-06-03 00:00:08+00', 'p12', 'core/board'),
	('reply', 'u2', 'u1', '2026-06-02 00:00:00.123+00', 'p1', 'core/town-square'), ('reply', 'u3', 'u2', '2026-06-02 00:00:09+00', 'p12', 'core/board');
SELECT pg_temp.check_source('mattermost', 'mattermost');
SELECT pg_temp.check_source('mattermost', 'mattermost', ', topic => true');
-- with direct messages
INSERT INTO expected VALUES
	('reaction', 'u2', 'u1', '2026-06-03 00:00:07+00', 'p9', 'u1__u2'), ('reply', 'u2', 'u1', '2026-06-02 00:00:08+00', 'p9', 'u1__u2');
SELECT pg_temp.check_source('mattermost', 'mattermost', ', topic => true, private => true');
SELECT klout_source_people('mattermost', 'mattermost') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA mattermost CASCADE;
