-- klout_source('bluesky') over tables of the same names, columns and types
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET client_min_messages = warning;
\getenv abs_srcdir PG_ABS_SRCDIR
\set include :abs_srcdir '/include/source.sql'
\set data :abs_srcdir '/data/sources/bluesky.sql'
\set ECHO none
\i :include
\set ECHO all
SET timezone = 'America/New_York';

CREATE SCHEMA bsky;
SET search_path = bsky, public;
\set ECHO none
\i :data
\set ECHO all

CREATE TEMP TABLE expected (kind text, actor text, target text, at timestamptz, post text);
INSERT INTO expected VALUES
	('like', 'did:plc:ben', 'did:plc:ada', '2026-06-10 20:00:00.123+00', 'ada/1'), ('like', 'did:plc:fay', 'did:plc:ada', '2026-06-11 03:59:59.999+00', 'ada/1'),
	('repost', 'did:plc:fay', 'did:plc:ben', '2026-06-12 00:00+00', 'ben/1'), ('reply', 'did:plc:ben', 'did:plc:ada', '2026-06-01 23:30+00', 'ada/1'),
	('quote', 'did:plc:fay', 'did:plc:ada', '2026-06-03 10:00+00', 'ada/1'), ('follow', 'did:plc:fay', 'did:plc:ada', '2026-05-01 00:00+00', NULL);
SELECT pg_temp.check_source('bluesky', 'bsky');
SELECT klout_source_people('bluesky', 'bsky') AS people \gset
SELECT * FROM (:people) AS people ORDER BY id;

RESET search_path;
DROP SCHEMA bsky CASCADE;
