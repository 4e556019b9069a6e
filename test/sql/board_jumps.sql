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

-- How many scans there were in this transaction, and of how many rows of the table or its indexes
CREATE FUNCTION pg_temp.work(actions regclass, OUT scans bigint, OUT rows bigint) LANGUAGE sql AS $$
	SELECT sum(pg_stat_get_xact_numscans(relation)), sum(pg_stat_get_xact_tuples_returned(relation) + pg_stat_get_xact_tuples_fetched(relation))
	FROM (SELECT $1::oid UNION ALL SELECT indexrelid FROM pg_index WHERE indrelid = $1) AS r (relation)
$$;
CREATE TABLE work (actions text, did text, batch bigint, batches bigint, scans bigint, rows bigint);
CREATE PROCEDURE pg_temp.measure(actions regclass, size bigint) LANGUAGE plpgsql AS $$
DECLARE
	settled bigint;
	taken bigint;
	remaining bigint;
	batches bigint := 0;
BEGIN
	PERFORM klout_create_board('b', actions, reactor_weight => 'none');
	COMMIT;	-- counts begin anew
	SELECT s.settled INTO settled FROM klout_settle('b') AS s;
	LOOP
		SELECT t.rows, t.remaining INTO taken, remaining FROM klout_take_in('b', settled, size, '2030-01-01 00:00+00') AS t;
		batches := batches + 1;
		EXIT WHEN remaining = 0;
	END LOOP;
	INSERT INTO work SELECT actions::text, 'take in', size, batches, w.scans, w.rows FROM pg_temp.work(actions) AS w;
	COMMIT;
	INSERT INTO work SELECT actions::text, 'audit', size, count(a.*), w.scans, w.rows FROM (SELECT count(*) FROM klout_audit('b')) AS a CROSS JOIN LATERAL (SELECT a.*, (pg_temp.work(actions)).*) AS w GROUP BY w.scans, w.rows;
	COMMIT;
	CALL klout_refresh('b', as_of => '2030-01-01 00:00+00', publish => 'never');
	PERFORM klout_drop_board('b');
END
$$;
CALL pg_temp.measure('dense', 20000000);
CALL pg_temp.measure('clock_btree', 20000000);
CALL pg_temp.measure('clock_brin', 20000000);
CALL pg_temp.measure('dense', 9000);
CALL pg_temp.measure('clock_btree', 9000);
CALL pg_temp.measure('clock_brin', 9000);
SELECT * FROM work;
