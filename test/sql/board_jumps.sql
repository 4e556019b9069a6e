--
-- Boards: ids that jump, as those made of a clock do: work goes with rows, not with ids
--
SET timezone = 'UTC';
SET client_min_messages = warning;
SET max_parallel_workers_per_gather = 0;
-- a hundred thousand rows with dense ids, and with ids of milliseconds << 16 in two years, found by a B-tree and by a BRIN index
CREATE TABLE dense (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
CREATE TABLE clock_btree (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
CREATE TABLE clock_brin (id bigint GENERATED ALWAYS AS IDENTITY, network text, kind text, actor bigint, target bigint, at timestamptz);
CREATE INDEX ON clock_brin USING brin (id);
INSERT INTO dense (network, kind, actor, target, at)
SELECT 'n', 'k', g % 97, 100 + g % 89, timestamptz '2026-01-01 00:00+00' + g * interval '1 second' FROM generate_series(1, 100000) AS g;
INSERT INTO clock_btree OVERRIDING SYSTEM VALUE
SELECT (1766000000000 + id * 630720) << 16 | id % 65536, network, kind, actor, target, at FROM dense ORDER BY id;
INSERT INTO clock_brin OVERRIDING SYSTEM VALUE SELECT * FROM clock_btree ORDER BY id;
SELECT setval(pg_get_serial_sequence('clock_btree', 'id'), max(id)) = setval(pg_get_serial_sequence('clock_brin', 'id'), max(id)) AS set,
	   (max(id) - min(id)) / count(*) AS ids_a_row FROM clock_btree;
VACUUM ANALYZE dense, clock_btree, clock_brin;

-- How many scans this session has made, and of how many rows of the table or its indexes
CREATE FUNCTION pg_temp.work(actions regclass, OUT scans bigint, OUT rows bigint) LANGUAGE sql AS $$
	SELECT sum(pg_stat_get_xact_numscans(relation)), sum(pg_stat_get_xact_tuples_returned(relation) + pg_stat_get_xact_tuples_fetched(relation))
	FROM (SELECT $1::oid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = $1) AS r (relation)
$$;
CREATE TABLE work (actions text, did text, batch bigint, batches bigint, scans bigint, rows bigint);
CREATE PROCEDURE pg_temp.measure(actions regclass, size bigint) LANGUAGE plpgsql AS $$
DECLARE
	settled bigint;
	remaining bigint := 1;
	batches bigint := 0;
	before record;
BEGIN
	PERFORM klout_board_create('b', actions, reactor_weight => 'none');
	SELECT s.settled INTO settled FROM _klout_board_safe_watermark('b') AS s;
	SELECT * INTO before FROM pg_temp.work(actions);
	WHILE remaining > 0 LOOP
		SELECT t.remaining INTO remaining FROM _klout_board_ingest('b', settled, size, '2026-03-01 00:00+00') AS t;
		batches := batches + 1;
	END LOOP;
	INSERT INTO work SELECT actions::text, 'take in', size, batches, w.scans - before.scans, w.rows - before.rows FROM pg_temp.work(actions) AS w;
	SELECT * INTO before FROM pg_temp.work(actions);
	IF EXISTS (SELECT FROM klout_board_audit('b')) THEN
		RAISE EXCEPTION 'the audit found something';
	END IF;
	INSERT INTO work SELECT actions::text, 'audit', size, (SELECT count(*) FROM b.batches), w.scans - before.scans, w.rows - before.rows FROM pg_temp.work(actions) AS w;
	COMMIT;
	SELECT * INTO before FROM pg_temp.work(actions);
	CALL klout_board_refresh('b', as_of => '2026-03-01 00:00+00', publish => 'never');
	INSERT INTO work SELECT actions::text, 'nothing new', size, 0, w.scans - before.scans, w.rows - before.rows FROM pg_temp.work(actions) AS w;
	IF (SELECT sum(klout_count(signals)) FROM b.signals) <> 100000 THEN
		RAISE EXCEPTION 'not all rows count';
	END IF;
	PERFORM klout_board_drop('b');
END
$$;
CALL pg_temp.measure('dense', 20000000);
CALL pg_temp.measure('clock_btree', 20000000);
CALL pg_temp.measure('clock_brin', 20000000);
CALL pg_temp.measure('dense', 30000);
CALL pg_temp.measure('clock_btree', 30000);
CALL pg_temp.measure('clock_brin', 30000);
CALL pg_temp.measure('dense', 2000);
CALL pg_temp.measure('clock_btree', 2000);
-- each batch is one NOTICE
SELECT w.actions, w.did, w.batch, w.batches, w.batches = d.batches AS as_many, w.scans <= 3 * d.scans AS few_scans, w.rows <= 2 * d.rows AS few_rows
FROM work AS w JOIN work AS d USING (did, batch)
WHERE w.actions <> 'dense' AND d.actions = 'dense'
ORDER BY w.batch DESC, w.actions, w.did DESC;
SELECT * FROM work WHERE NOT (did = 'take in' AND rows <= 8 * 100000 OR rows <= 2 * 100000);

-- Ranges are of as many rows as with dense ids, also where the first id is far from the watermark, and after gaps
TRUNCATE clock_btree RESTART IDENTITY;
INSERT INTO clock_btree OVERRIDING SYSTEM VALUE
SELECT (1766000000000 + g * 3 + g / 60000 * 86400000) << 16, 'n', 'k', 1, 2, '2026-01-01' FROM generate_series(1::bigint, 250000) AS g;
SELECT setval(pg_get_serial_sequence('clock_btree', 'id'), max(id)) = max(id) AS set FROM clock_btree;
SELECT klout_board_create('b', 'clock_btree', reactor_weight => 'none');
CALL klout_board_refresh('b', as_of => '2026-03-01 00:00+00', publish => 'never');
SELECT count(*) BETWEEN 3 AND 5 AS ranges, sum(rows), min(rows) >= 30000 AS min, max(rows) <= 100000 AS max,
	   count(*) FILTER (WHERE first_id <> follows) AS gaps, max(last_id) = (SELECT max(id) FROM clock_btree) AS whole
FROM (SELECT *, lag(last_id) OVER (ORDER BY last_id) + 1 AS follows FROM b.batches) AS r;
SELECT count(*) AS found FROM klout_board_audit('b');
SELECT klout_board_drop('b');

-- Ids at both ends of what there is, and a batch that ends among equal ids (a BRIN index does not make them unique)
CREATE TABLE ends (id bigint NOT NULL, network text, kind text, actor bigint, target bigint, at timestamptz);
CREATE INDEX ON ends (id);
CREATE SEQUENCE ends_ids AS bigint MINVALUE -9223372036854775808 START -9223372036854775807 OWNED BY ends.id;
INSERT INTO ends SELECT i, 'n', 'k', 1, 2, '2026-01-01' FROM unnest('{-9223372036854775807,-9223372036854775806,-5,-5,-5,0,7,7,9223372036854775800,9223372036854775806}'::bigint[]) AS i;
SELECT setval('ends_ids', 9223372036854775806);
SELECT klout_board_create('b', 'ends', reactor_weight => 'none');
CALL klout_board_refresh('b', as_of => '2026-03-01 00:00+00', batch => 3, publish => 'never');
SELECT first_id, last_id, rows FROM b.batches ORDER BY last_id;
SELECT sum(klout_count(signals)) AS counted, (SELECT count(*) FROM ends) AS rows, (SELECT count(*) FROM klout_board_audit('b')) AS found FROM b.signals;
SELECT klout_board_rebuild('b');
CALL klout_board_refresh('b', as_of => '2026-03-01 00:00+00', publish => 'never');
SELECT first_id, last_id, rows FROM b.batches ORDER BY last_id;
SELECT sum(klout_count(signals)) AS counted, (SELECT count(*) FROM klout_board_audit('b')) AS found FROM b.signals;
SELECT klout_board_drop('b');

-- Steps of more than one leave ids to applications that give them out by blocks, and later
ALTER SEQUENCE ends_ids INCREMENT 50;
SELECT klout_board_create('b', 'ends');
ALTER SEQUENCE ends_ids INCREMENT 1;
SELECT klout_board_create('b', 'ends');
ALTER SEQUENCE ends_ids INCREMENT 50;
CALL klout_board_refresh('b');
ALTER SEQUENCE ends_ids INCREMENT 1;
CALL klout_board_refresh('b', publish => 'never');
SELECT klout_board_drop('b');
DROP TABLE ends, dense, clock_btree, clock_brin, work;
