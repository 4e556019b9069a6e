--
-- Boards: rows that change, go or come late under what was taken in
--
\pset null <NULL>
SET timezone = 'UTC';
SET client_min_messages = warning;

--
-- A reload of as many rows or more: the range of ids has all its rows, and none of them is what was taken in
--
CREATE TABLE acts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor text, target text, at timestamptz);
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 'old' || n, 'old', '2026-01-01' FROM generate_series(1, 10) AS n;
SELECT klout_board_create('b', 'acts', reactor_weight => 'none');
CALL klout_board_refresh('b', as_of => '2026-01-02 00:00+00');
BEGIN;
TRUNCATE acts RESTART IDENTITY;
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', 'new' || n, 'new', '2026-01-01' FROM generate_series(1, 15) AS n;
COMMIT;
CALL klout_board_refresh('b', as_of => '2026-01-02 01:00+00');
SELECT at, published, forced, reason, people, rescored FROM b.publications ORDER BY at;
SELECT * FROM klout_board_audit('b');
SELECT person, round(reach::numeric) AS reach FROM b.leaderboard ORDER BY 1;
-- nothing is published until that is settled, but by force
\set VERBOSITY terse
CALL klout_board_refresh('b', as_of => '2026-01-02 02:00+00');
SELECT klout_board_publish('b', '2026-01-02 02:30+00');
CALL klout_board_refresh('b', as_of => '2026-01-02 03:00+00', publish => 'always');
\set VERBOSITY default
SELECT at, published, forced, reason FROM b.publications ORDER BY at DESC LIMIT 3;
SELECT klout_board_rebuild('b');
CALL klout_board_refresh('b', as_of => '2026-01-02 04:00+00');
SELECT person, round(reach::numeric) AS reach FROM b.leaderboard ORDER BY 1;
-- fewer rows: the sequence is behind the watermark
TRUNCATE acts RESTART IDENTITY;
INSERT INTO acts (network, kind, actor, target, at) VALUES ('n', 'k', 'a', 'b', '2026-01-01');
CALL klout_board_refresh('b', as_of => '2026-01-02 05:00+00');
SELECT klout_board_drop('b');
DROP TABLE acts;

--
-- Rows purged on purpose: accepted, they still count and hold nothing back
--
CREATE TABLE acts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
INSERT INTO acts (network, kind, actor, target, at)
SELECT 'n', CASE WHEN g % 50 = 7 THEN NULL ELSE 'k' END, g % 7, 10 + g % 5, timestamptz '2026-01-01' + g * interval '1 minute' FROM generate_series(1, 1000) AS g;
SELECT klout_board_create('b', 'acts', reactor_weight => 'none');
SET client_min_messages = error;
CALL klout_board_refresh('b', as_of => '2026-02-01 00:00+00', batch => 100);
SET client_min_messages = warning;
SELECT count(*) AS ranges, count(*) FILTER (WHERE changed) AS changed, sum(rows) AS rows FROM b.batches;
SELECT sum(klout_count(signals)) AS before FROM b.signals;
DELETE FROM acts WHERE id <= 250;
SELECT * FROM klout_board_audit('b');
SELECT klout_board_accept('b', 201, 220);
SELECT * FROM klout_board_audit('b');
SELECT klout_board_accept('b');
SELECT klout_board_accept('b'), klout_board_accept(NULL);
SET client_min_messages = notice;
SELECT * FROM klout_board_audit('b');
SELECT * FROM klout_board_audit('b', 2);
SELECT * FROM klout_board_audit('b', 0);
SET client_min_messages = warning;
SELECT klout_board_accept('b', 3, 2);
SELECT klout_board_accept('no such board');
CALL klout_board_refresh('b', as_of => '2026-02-01 01:00+00');
SELECT published, reason, (SELECT sum(klout_count(signals)) FROM b.signals) AS counted FROM b.publications ORDER BY at DESC LIMIT 1;
-- what was set aside and deleted is no change, what is corrected is taken in with its range
DELETE FROM acts WHERE id = 257;
UPDATE acts SET kind = 'corrected' WHERE id IN (307, 357);
SELECT * FROM klout_board_audit('b');
SELECT * FROM klout_board_retry_rejected('b');
SELECT * FROM klout_board_audit('b');
UPDATE acts SET kind = 'again' WHERE id = 307;
SELECT * FROM klout_board_audit('b');
SELECT klout_board_drop('b');
DROP TABLE acts;

--
-- Any change of any column the board reads is found, in the range it is in, and no other: by the audit at once, by
-- refreshes in turn.  What is changed back is no change.
--
\set seed 20261201
\echo seed :seed
SELECT setseed((:seed % 1000000) / 1000000.0);
CREATE TABLE acts (id bigint GENERATED ALWAYS AS IDENTITY, network varchar(20), kind text, actor text COLLATE "C", target text COLLATE "C",
				   at timestamptz, weight float8, topic date, post text);
CREATE UNIQUE INDEX ON acts (id);
CREATE FUNCTION pg_temp.rows(first integer, last integer) RETURNS void LANGUAGE sql AS $$
	INSERT INTO acts (network, kind, actor, target, at, weight, topic, post)
	SELECT 'n' || g % 3, CASE WHEN random() < 0.02 THEN NULL ELSE 'k' || g % 4 END, 'a' || floor(random() * 50), 't' || floor(random() * 20),
		   timestamptz '2026-01-01' + g * interval '1 minute', nullif(round(random()::numeric, 1), 0.5), date '2026-01-01' + g % 30, nullif('p' || g % 9, 'p0')
	FROM generate_series(first, last) AS g
$$;
SELECT pg_temp.rows(1, 3000);
SELECT klout_board_create('b', 'acts', reactor_weight => 'none');
SET client_min_messages = error;
CALL klout_board_refresh('b', as_of => '2026-02-01 00:00+00', batch => 97, publish => 'never');
-- other settings are not other rows
SET datestyle = 'German';
SET timezone = 'Asia/Kathmandu';
SET extra_float_digits = 0;
SELECT count(*) AS found FROM klout_board_audit('b');
RESET datestyle;
SET timezone = 'UTC';
RESET extra_float_digits;

CREATE TABLE found (round integer, did text, expected bigint, audited bigint[], marked bigint[]);
CREATE PROCEDURE pg_temp.change(round integer) LANGUAGE plpgsql AS $$
DECLARE
	victim acts;
	other acts;
	did text := (ARRAY['network', 'kind', 'actor', 'target', 'at', 'weight', 'topic', 'post', 'null', 'swap', 'exchange', 'delete', 'replace', 'late',
					   'set aside', 'nothing', 'restored'])[1 + (round - 1) % 17];
	expected boolean := true;
BEGIN
	SELECT * INTO victim FROM acts WHERE acts.id NOT IN (SELECT r.id FROM b.rejected AS r) ORDER BY random() LIMIT 1;
	CASE did
		WHEN 'network' THEN UPDATE acts SET network = network || 'x' WHERE id = victim.id;
		WHEN 'kind' THEN UPDATE acts SET kind = kind || 'x' WHERE id = victim.id;
		WHEN 'actor' THEN UPDATE acts SET actor = actor || ' ' WHERE id = victim.id;
		WHEN 'target' THEN UPDATE acts SET target = 'z' || target WHERE id = victim.id;
		WHEN 'at' THEN UPDATE acts SET at = at + interval '1 microsecond' WHERE id = victim.id;
		WHEN 'weight' THEN UPDATE acts SET weight = CASE WHEN weight > 0.4 THEN weight - 1e-9 ELSE coalesce(weight, 0.5) + 0.01 END WHERE id = victim.id;
		WHEN 'topic' THEN UPDATE acts SET topic = topic + 1 WHERE id = victim.id;
		WHEN 'post' THEN UPDATE acts SET post = CASE WHEN post IS NULL THEN '' END WHERE id = victim.id;
		WHEN 'null' THEN UPDATE acts SET weight = CASE WHEN weight IS NULL THEN 0 END WHERE id = victim.id;
		WHEN 'swap' THEN UPDATE acts SET actor = target, target = actor WHERE id = victim.id;
		WHEN 'exchange' THEN
			-- of values between two rows of a range: sums of single columns stay what they were
			SELECT a.* INTO STRICT other FROM acts AS a JOIN b.batches AS r ON a.id BETWEEN r.first_id AND r.last_id
			WHERE victim.id BETWEEN r.first_id AND r.last_id AND a.target <> victim.target AND a.id NOT IN (SELECT x.id FROM b.rejected AS x) LIMIT 1;
			UPDATE acts SET target = CASE id WHEN victim.id THEN other.target ELSE victim.target END WHERE id IN (victim.id, other.id);
		WHEN 'delete' THEN DELETE FROM acts WHERE id = victim.id;
		WHEN 'replace' THEN
			DELETE FROM acts WHERE id = victim.id;
			victim.actor := victim.actor || 'x';
			INSERT INTO acts OVERRIDING SYSTEM VALUE SELECT victim.*;
		WHEN 'late' THEN
			-- an id that was rolled back, or was deleted and accepted
			SELECT g INTO STRICT victim.id FROM generate_series(1, (SELECT watermark FROM b.settings)) AS g WHERE g NOT IN (SELECT id FROM acts) ORDER BY random() LIMIT 1;
			INSERT INTO acts OVERRIDING SYSTEM VALUE SELECT victim.*;
		WHEN 'set aside' THEN
			SELECT acts.* INTO STRICT victim FROM acts JOIN b.rejected USING (id) ORDER BY random() LIMIT 1;
			UPDATE acts SET actor = actor || 'x' WHERE id = victim.id;
			expected := false;
		WHEN 'nothing' THEN
			UPDATE acts SET network = network, post = post || '' WHERE id = victim.id;
			expected := false;
		WHEN 'restored' THEN
			DELETE FROM acts WHERE id = victim.id;
			INSERT INTO acts OVERRIDING SYSTEM VALUE SELECT victim.*;
			expected := false;
	END CASE;
	INSERT INTO found VALUES (round, did,
		CASE WHEN expected THEN (SELECT r.first_id FROM b.batches AS r WHERE victim.id BETWEEN r.first_id AND r.last_id) END,
		ARRAY(SELECT a.first_id FROM klout_board_audit('b') AS a));
END
$$;
CREATE PROCEDURE pg_temp.changes() LANGUAGE plpgsql AS $$
BEGIN
	FOR n IN 1 .. 10 * 17 LOOP
		CALL pg_temp.change(n);
		COMMIT;
		CALL klout_board_refresh('b', as_of => '2026-02-01 00:00+00', publish => 'never');
		UPDATE found SET marked = ARRAY(SELECT r.first_id FROM b.batches AS r WHERE r.changed) WHERE found.round = n;
		PERFORM klout_board_accept('b');
	END LOOP;
END
$$;
CALL pg_temp.changes();
SELECT count(*) AS changes, count(expected) AS expected, count(DISTINCT expected) > 20 AS in_many_ranges FROM found;
SELECT * FROM found WHERE audited <> array_remove(ARRAY[expected], NULL) OR marked <> array_remove(ARRAY[expected], NULL);

-- all at once; a reload of the same rows in any order is no change, of others it is
BEGIN;
UPDATE acts SET actor = actor || 'y';
SELECT count(*) = (SELECT count(*) FROM b.batches) AS all, count(*) = count(*) FILTER (WHERE finding = 'rows were changed') AS changed FROM klout_board_audit('b');
ROLLBACK;
BEGIN;
CREATE TABLE acts_before AS SELECT * FROM acts;
TRUNCATE acts RESTART IDENTITY;
INSERT INTO acts OVERRIDING SYSTEM VALUE SELECT * FROM acts_before ORDER BY md5(id::text);
SELECT count(*) AS found FROM klout_board_audit('b');
TRUNCATE acts RESTART IDENTITY;
INSERT INTO acts OVERRIDING SYSTEM VALUE SELECT max(id) OVER () + 1 - id, network, kind, actor, target, at, weight, topic, post FROM acts_before;
SELECT count(*) = (SELECT count(*) FROM b.batches) AS all_found FROM klout_board_audit('b');
ROLLBACK;
SELECT klout_board_drop('b');
DROP TABLE acts, found;

--
-- Older ranges have their turn, also where they are long, and marks go when the rows are back
--
CREATE TABLE acts (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
INSERT INTO acts (network, kind, actor, target, at) SELECT 'n', 'k', g % 7, 10 + g % 3, '2026-01-01' FROM generate_series(1, 260000) AS g;
SELECT klout_board_create('b', 'acts', reactor_weight => 'none');
CALL klout_board_refresh('b', as_of => '2026-01-02 00:00+00');
-- one batch
SELECT first_id, last_id, rows, changed, seconds > 0 AS timed FROM b.batches ORDER BY first_id;
UPDATE acts SET actor = actor + 1 WHERE id = 77;
CREATE PROCEDURE pg_temp.until_found(INOUT refreshes integer, wanted boolean) LANGUAGE plpgsql AS $$
BEGIN
	refreshes := 0;
	WHILE EXISTS (SELECT FROM b.batches WHERE changed) <> wanted AND refreshes < 10 LOOP
		COMMIT;
		CALL klout_board_refresh('b', publish => 'never', as_of => '2026-01-02 00:00+00');
		refreshes := refreshes + 1;
	END LOOP;
END
$$;
SET client_min_messages = error;
CALL pg_temp.until_found(NULL, true);
SELECT first_id, last_id, changed FROM b.batches ORDER BY first_id;
UPDATE acts SET actor = actor - 1 WHERE id = 77;
CALL pg_temp.until_found(NULL, false);
SELECT checked FROM b.settings;
SELECT count(*) AS found FROM klout_board_audit('b');
SELECT count(*) = 3 AS all_checked FROM b.batches WHERE checked_at > ingested_at;
SELECT klout_board_drop('b');
DROP TABLE acts;

--
-- Hashes tell values, their places and NULLs apart, and say the same whatever the type is stored as
--
WITH v (id, network, kind, actor, target, at, weight, topic, post) AS (VALUES
	(0, 'n', 'k', 0, 0, timestamptz '2000-01-01 00:00+00', 0::float8, '', ''), (0, 'n', 'k', 0, 0, '2000-01-01 00:00+00', '-0', '', ''),
	(0, 'n', 'k', 0, 0, '2000-01-01 00:00+00', NULL, '', ''), (0, 'n', 'k', 0, 0, '2000-01-01 00:00+00', 0, NULL, ''), (0, 'n', 'k', 0, 0, '2000-01-01 00:00+00', 0, '', NULL),
	(0, 'n', 'k', 0, 0, NULL, 0, '', ''), (0, 'n', 'k', 0, NULL, '2000-01-01 00:00+00', 0, '', ''), (0, 'n', 'k', NULL, 0, '2000-01-01 00:00+00', 0, '', ''),
	(0, 'n', NULL, 0, 0, '2000-01-01 00:00+00', 0, '', ''), (0, NULL, 'k', 0, 0, '2000-01-01 00:00+00', 0, '', ''), (0, 'k', 'n', 0, 0, '2000-01-01 00:00+00', 0, '', ''),
	(0, 'nk', '', 0, 0, '2000-01-01 00:00+00', 0, '', ''), (0, '', 'nk', 0, 0, '2000-01-01 00:00+00', 0, '', ''), (0, 'n', 'k', 1, 0, '2000-01-01 00:00+00', 0, '', ''),
	(0, 'n', 'k', 0, 1, '2000-01-01 00:00+00', 0, '', ''), (1, 'n', 'k', 0, 0, '2000-01-01 00:00+00', 0, '', ''), (0, 'n', 'k', 0, 0, '2000-01-01 00:00:00.000001+00', 0, '', ''),
	(0, 'n', 'k', 0, 0, '2000-01-01 00:00+00', 5e-324, '', ''), (0, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (-1, 'n', 'k', 0, 0, '2000-01-01 00:00+00', 0, '', ''))
SELECT count(*) AS rows, count(DISTINCT _klout_hash_row(id, network, kind, actor, target, at, weight, topic, post)) AS bigint,
	   count(DISTINCT _klout_hash_row(id, network, kind, actor::text, target::text, at, weight, topic, post)) AS text,
	   count(DISTINCT _klout_hash_row(id, network, kind, lpad(actor::text, 32, '0')::uuid, lpad(target::text, 32, '0')::uuid, at, weight, topic, post)) AS uuid FROM v;
CREATE TABLE texts (t text);
ALTER TABLE texts ALTER t SET STORAGE EXTERNAL;
INSERT INTO texts VALUES (repeat('x', 10000)), (repeat('x', 100));
SELECT _klout_hash_row(1, 'n', 'k', t, 'x'::text, NULL, NULL, NULL, NULL) = _klout_hash_row(1, 'n', 'k', repeat('x', length(t)), 'x'::text, NULL, NULL, NULL, NULL) AS same_toasted FROM texts;
-- written down once: a board checks with them what an earlier version took in
SELECT _klout_hash_row(1::bigint, 'n'::text, 'k'::text, 2::bigint, 3::bigint, timestamptz '2026-01-01 00:00+00', 0.5::float8, NULL::text, 'p'::text);
DROP TABLE texts;
