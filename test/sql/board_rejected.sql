-- Rows that cannot count are set aside and named; once corrected they count, once.
-- What a board holds is compared with a direct aggregate over the rows that can count.
SET timezone = 'UTC';
SET datestyle = ISO;
SET client_min_messages = warning; -- notices tell the speed
\set SHOW_CONTEXT never
CREATE SCHEMA br;
SET search_path = br, public;

-- The reasons, one row each, between good ones
CREATE TABLE acts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor text, target text, at timestamptz, weight float8, topic text, post text);
INSERT INTO acts (network, kind, actor, target, at, weight, topic, post) VALUES
    ('n', 'k', 'a', 'ada', '2026-01-01', 1, 't', 'p'),
    (NULL, 'k', 'a', 'ada', '2026-01-01', 1, 't', 'p'),                -- 2
    ('n', NULL, 'a', 'ada', '2026-01-01', 1, 't', 'p'),
    ('n', 'k', NULL, 'ada', '2026-01-01', 1, 't', 'p'),
    ('n', 'k', 'a', NULL, '2026-01-01', 1, 't', 'p'),
    ('n', 'k', 'a', 'ada', NULL, 1, 't', 'p'),
    ('n', 'k', 'a', 'ada', 'infinity', 1, 't', 'p'),
    ('n', 'k', 'a', 'ada', '-infinity', 1, 't', 'p'),                  -- 8
    ('n', 'k', 'a', 'ada', '2026-01-01', NULL, NULL, NULL),            -- good
    ('', 'k', 'a', 'ada', '2026-01-01', 1, 't', 'p'),                  -- 10
    (repeat('n', 64), 'k', 'a', 'ada', '2026-01-01', 1, 't', 'p'),
    (repeat('n', 63), 'k', 'b', 'ada', '2026-01-01', 1, 't', 'p'),     -- good
    ('n', '', 'a', 'ada', '2026-01-01', 1, 't', 'p'),
    ('n', repeat('é', 32), 'a', 'ada', '2026-01-01', 1, 't', 'p'),     -- 64 bytes
    ('n', repeat('é', 31) || 'k', 'b', 'ada', '2026-01-01', 1, 't', 'p'), -- good: 63
    ('n', 'k', 'a', 'ada', '2026-01-01', 1.0000001, 't', 'p'),         -- 16
    ('n', 'k', 'a', 'ada', '2026-01-01', -1e-300, 't', 'p'),
    ('n', 'k', 'a', 'ada', '2026-01-01', 'NaN', 't', 'p'),
    ('n', 'k', 'a', 'ada', '2026-01-01', 'infinity', 't', 'p'),
    ('n', 'k', 'a', 'ada', '2026-01-01', 0, 't', 'p'),                 -- good
    ('n', 'k', repeat('a', 1001), 'ada', '2026-01-01', 1, 't', 'p'),   -- 21
    ('n', 'k', 'a', repeat('a', 1001), '2026-01-01', 1, 't', 'p'),
    ('n', 'k', 'a', 'ada', '2026-01-01', 1, repeat('a', 1001), 'p'),
    ('n', 'k', 'a', 'ada', '2026-01-01', 1, 't', repeat('a', 1001)),
    ('n', 'k', NULL, NULL, NULL, 'NaN', 't', 'p'),                     -- 25, the first reason counts
    ('n', 'k', 'a', 'ada', '2026-05-01', 7, 't', 'p'),                 -- 26, in the future
    ('n', 'k', 'c', 'ben', '2026-01-02', 0.5, 'u', 'q');               -- good
-- the longest ids there may be, which cannot be compressed
INSERT INTO acts (network, kind, actor, target, at, topic, post)
SELECT 'n', 'k', 'a' || max(s), 'b' || max(s), '2026-01-01', 'c' || max(s), 'd' || max(s) FROM (SELECT substr(string_agg(md5(g::text), ''), 1, 999) AS s FROM generate_series(1, 32) AS g) AS s;

-- rows that are not at fault, directly
CREATE VIEW good AS SELECT * FROM acts WHERE id IN (1, 9, 12, 15, 20, 27, 28);
SELECT klout_board_create('b', 'acts', reactor_weight => 'none');
CREATE VIEW facts AS
SELECT (SELECT sum(klout_count(signals)) FROM b.signals) AS counted,
       (SELECT count(*) FROM (SELECT target, network, coalesce(topic, ''), klout_signals(network, kind, actor, at, weight, '1 day')::text FROM good WHERE at < '2026-02-01' GROUP BY 1, 2, 3
                              EXCEPT SELECT account, network, topic, signals::text FROM b.signals) AS d) AS missing,
       (SELECT count(*) FROM (SELECT account, network, topic, signals::text FROM b.signals
                              EXCEPT SELECT target, network, coalesce(topic, ''), klout_signals(network, kind, actor, at, weight, '1 day')::text FROM good WHERE at < '2026-02-01' GROUP BY 1, 2, 3) AS d) AS extra;
CALL klout_board_refresh('b', as_of => '2026-01-10 00:00+00');
TABLE facts;
SELECT id, reason FROM b.rejected ORDER BY id;
SELECT first_id, last_id, rows FROM b.batches;
SELECT * FROM klout_board_audit('b');
SELECT length(post) FROM b.moments ORDER BY 1 DESC LIMIT 1;

-- nothing is corrected, and nothing comes in again
SELECT * FROM klout_board_retry_rejected('b');
CALL klout_board_refresh('b', as_of => '2026-01-10 01:00+00');
TABLE facts;
-- corrected: they wait for the next refresh, and count once, whatever is called how often
UPDATE acts SET weight = 1 WHERE id IN (16, 18);
UPDATE acts SET kind = 'corrected' WHERE id IN (3, 13);
UPDATE acts SET actor = 'ada' WHERE id = 4; -- herself
UPDATE acts SET weight = 0.5 WHERE id = 26; -- still in the future
UPDATE acts SET weight = NULL, actor = 'x', target = 'y' WHERE id = 25; -- still without a time
BEGIN;
SELECT * FROM klout_board_retry_rejected('b');
ROLLBACK;
SELECT * FROM klout_board_retry_rejected('b');
SELECT * FROM klout_board_retry_rejected('b');
SELECT id FROM b.pending ORDER BY id;
SELECT * FROM klout_board_audit('b');
CALL klout_board_refresh('b', as_of => '2026-01-10 02:00+00', publish => 'always');
CREATE OR REPLACE VIEW good AS SELECT * FROM acts WHERE id IN (1, 9, 12, 15, 20, 27, 28, 16, 18, 3, 13, 26);
TABLE facts;
SELECT id FROM b.pending;
SELECT id, reason FROM b.rejected ORDER BY id;
CALL klout_board_refresh('b', as_of => '2026-01-10 03:00+00');
TABLE facts;
SELECT * FROM klout_board_audit('b');

-- deleted instead, and inserted anew: the audit has nothing against it, and the new row counts
DELETE FROM acts WHERE id = 2;
INSERT INTO acts (network, kind, actor, target, at, weight, topic, post) VALUES ('n', 'k', 'z', 'ada', '2026-01-01', 1, 't', 'p');
CALL klout_board_refresh('b', as_of => '2026-01-10 04:00+00', publish => 'always');
CREATE OR REPLACE VIEW good AS SELECT * FROM acts WHERE id IN (1, 9, 12, 15, 20, 27, 28, 16, 18, 3, 13, 26, 29);
TABLE facts;
SELECT * FROM klout_board_audit('b');
-- a good row that is deleted is still missed, beside those that were rejected
BEGIN;
DELETE FROM acts WHERE id IN (1, 5);
SELECT * FROM klout_board_audit('b');
ROLLBACK;

-- corrected for somebody who opted out: not even pending
SELECT klout_board_opt_out('b', 'eva');
UPDATE acts SET target = 'eva' WHERE id = 5;
UPDATE acts SET actor = 'eva', at = '2026-05-01' WHERE id = 6;
SELECT * FROM klout_board_retry_rejected('b');
SELECT id FROM b.pending;
SELECT klout_board_opt_in('b', 'eva');

-- in batches of one
INSERT INTO acts (network, kind, actor, target, at, weight) SELECT 'n', 'k', 'a', 'ada', '2026-01-03', g FROM generate_series(0, 3) AS g;
CALL klout_board_refresh('b', batch => 1, publish => 'never', as_of => '2026-01-10 05:00+00');
SELECT id, reason FROM b.rejected WHERE id > 29;
-- rebuilt: set aside is what is at fault now
SELECT klout_board_rebuild('b');
SELECT count(*) FROM b.rejected;
CALL klout_board_refresh('b', publish => 'always', as_of => '2026-01-10 06:00+00');
CREATE OR REPLACE VIEW good AS SELECT * FROM acts WHERE id IN (1, 9, 12, 15, 20, 27, 28, 16, 18, 3, 13, 26, 29, 30, 31, 5);
TABLE facts;
SELECT count(*) FROM b.rejected;
-- the future has come
CALL klout_board_refresh('b', publish => 'always', as_of => '2026-06-01 00:00+00');
SELECT count(*) FROM b.pending;
SELECT account, e.kind, e.bucket, e.actions FROM b.signals AS s, klout_entries(s.signals) AS e WHERE e.bucket > '2026-02-01' ORDER BY 1;

-- constants, numbers and other weights: proven and authority see the good rows only
CREATE TABLE numbers (id bigserial PRIMARY KEY, kind text, actor bigint, target bigint, at timestamp, weight numeric);
SELECT klout_board_create('p', 'numbers', columns => '{"network": {"value": "n"}}', tenure => '1 day'),
       klout_board_create('q', 'numbers', columns => '{"network": {"value": "n"}}', reactor_weight => 'authority');
INSERT INTO numbers (kind, actor, target, at, weight) VALUES
    ('k', 1, 2, '2026-01-01', 1), ('k', 1, 3, '2026-01-02', 1), ('k', 2, 3, '2026-01-02', 1),
    ('k', 4, 2, 'infinity', 1), ('k', 4, 3, '2026-01-01', 'NaN'), ('k', 5, NULL, '2026-01-01', 1), (NULL, 6, 3, '2026-01-01', 1), ('k', 7, 3, '2026-01-01', 1e400), ('k', 8, 3, '2026-01-01', -1e400);
CALL klout_board_refresh('p', as_of => '2026-01-10 00:00+00');
SELECT id, reason FROM p.rejected ORDER BY id;
SELECT actor, first_seen, several FROM p.reactors ORDER BY actor;
\set VERBOSITY terse
CALL klout_board_refresh('q', as_of => '2026-01-10 00:00+00');
SELECT person FROM q.authority ORDER BY person;

-- Ids need not be unique, as where a partitioned table has its time in the key, and whoever may insert may choose them.  Rows of
-- few ids, good, at fault and in the future: each good one counts once, in batches of any size, and every row is accounted for.
CREATE TABLE twins (id bigint GENERATED ALWAYS AS IDENTITY, network text, kind text, actor text, target text, at timestamptz);
CREATE INDEX ON twins (id);
SELECT 20261202 AS seed \gset
\echo seed :seed
SELECT setseed((:seed % 1000000) / 1000000.0);
SELECT klout_board_create('d', 'twins', reactor_weight => 'none'), klout_board_create('e', 'twins');
INSERT INTO twins OVERRIDING SYSTEM VALUE
SELECT 1 + floor(random() * 100), CASE WHEN random() < 0.3 THEN '' ELSE 'n' END, CASE WHEN random() < 0.1 THEN NULL ELSE 'k' END,
       'a' || g % 17, 't' || g % 5, CASE WHEN random() < 0.2 THEN timestamptz '2026-05-01' ELSE '2026-01-01' END + g * interval '1 minute'
FROM generate_series(1, 400) AS g;
SELECT setval(pg_get_serial_sequence('twins', 'id'), 100);
CREATE VIEW fits AS SELECT * FROM twins WHERE network <> '' AND kind IS NOT NULL;
CREATE VIEW twin_facts AS
SELECT (SELECT count(*) FROM fits WHERE at < '2026-02-01') = (SELECT sum(klout_count(signals)) FROM d.signals) AS counted,
       (SELECT count(*) FROM fits) = (SELECT count(*) FROM d.pending) + (SELECT sum(klout_count(signals)) FROM d.signals) AS waiting,
       (SELECT count(*) FROM twins WHERE network = '' OR kind IS NULL) = (SELECT sum(rows) FROM d.rejected) AS aside,
       (SELECT count(*) FROM (SELECT target, klout_signals(network, kind, actor, at)::text FROM fits WHERE at < '2026-02-01' GROUP BY 1
                              EXCEPT SELECT account, signals::text FROM d.signals) AS d) AS missing,
       (SELECT bool_or(shared) AND NOT bool_and(shared) FROM d.rejected) AS both;
CALL klout_board_refresh('d', batch => 7, as_of => '2026-01-10 00:00+00');
CALL klout_board_refresh('e', as_of => '2026-01-10 00:00+00');
TABLE twin_facts;
SELECT * FROM klout_board_audit('d') UNION ALL SELECT * FROM klout_board_audit('e');
-- those that share no id come back once corrected, the others with klout_board_rebuild
SELECT count(*) AS alone FROM d.rejected WHERE NOT shared \gset
UPDATE twins SET network = 'n', kind = 'k' WHERE id IN (SELECT id FROM d.rejected WHERE NOT shared);
SELECT resubmitted = :alone FROM klout_board_retry_rejected('d');
CALL klout_board_refresh('d', batch => 11, as_of => '2026-01-11 00:00+00', publish => 'always');
TABLE twin_facts;
SELECT * FROM klout_board_audit('d');
UPDATE twins SET network = 'n', kind = 'k' WHERE network = '' OR kind IS NULL;
SELECT count(*) > 0 AS told FROM klout_board_audit('d');
SELECT klout_board_rebuild('d');
CALL klout_board_refresh('d', as_of => '2026-01-12 00:00+00', publish => 'always');
SELECT counted, waiting, aside, missing FROM twin_facts;

-- An id below all that were taken in is late as well
INSERT INTO twins OVERRIDING SYSTEM VALUE VALUES (-5, 'n', 'k', 'a', 't1', '2026-01-01'), (-9223372036854775808, 'n', 'k', 'a', 't1', '2026-01-01');
SELECT * FROM klout_board_audit('d');
CALL klout_board_refresh('d', as_of => '2026-01-13 00:00+00');
SELECT published FROM d.publications ORDER BY at DESC LIMIT 1;
SELECT klout_board_accept('d');
SELECT * FROM klout_board_audit('d');

SELECT klout_board_drop('b'), klout_board_drop('p'), klout_board_drop('q'), klout_board_drop('d'), klout_board_drop('e');
DROP SCHEMA br CASCADE;

-- more networks than a value can hold are told whatever their points: n1 has none
CREATE TABLE spread (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
INSERT INTO spread (network, kind, actor, target, at)
SELECT 'n' || i, 'like', 7, person, '2026-01-01' FROM (VALUES (1, 256), (2, 255)) AS p (person, networks), generate_series(1, networks) AS i;
SELECT klout_board_create('e', 'spread', klout_model() || '{"networks": {"n1": 0}}', reactor_weight => 'none');
CALL klout_board_refresh('e', as_of => '2026-01-02');
SELECT person, (SELECT count(*) FROM jsonb_object_keys(networks)) AS with_points, networks ? '(other)' AS folded FROM e.scores ORDER BY person;
SELECT klout_board_drop('e');
DROP TABLE spread;
