-- klout_source('zulip') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/zulip.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA zulip;
SET search_path = zulip, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor bigint, target bigint, at timestamptz, post text, topic text);
INSERT INTO expected VALUES
	('reaction', 2, 1, '2026-06-02 03:30+00', '100', 'general'), ('reaction', 2, 1, '2026-06-02 03:30+00', '100', 'general'),
	('reaction', 1, 2, '2026-06-02 10:00+00', '101', 'design'),
	('mention', 1, 2, '2026-06-02 03:30+00', NULL, 'general'), ('mention', 2, 3, '2026-06-02 10:00+00', NULL, 'design');
SELECT pg_temp.check_source('zulip', 'zulip');
SELECT pg_temp.check_source('zulip', 'zulip', ', topic => true');
-- with direct messages
INSERT INTO expected VALUES
	('reaction', 2, 1, '2026-06-02 11:00+00', '102', NULL), ('reaction', 3, 1, '2026-06-02 13:00+00', '104', NULL), ('mention', 1, 2, '2026-06-02 11:00+00', NULL, NULL);
SELECT pg_temp.check_source('zulip', 'zulip', ', topic => true, private => true');
SELECT klout_source_people('zulip', 'zulip', 'https://chat.example') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA zulip CASCADE;
