-- ---------------------------------------------------------------------------
-- Boards: refresh, its checks, and changes of rows or the model
-- ---------------------------------------------------------------------------

CREATE PROCEDURE klout_board_refresh(board name, batch bigint DEFAULT 20000000, publish text DEFAULT 'gated', as_of timestamptz DEFAULT NULL, wait interval DEFAULT NULL)
	LANGUAGE plpgsql
AS $body$
DECLARE
	settled pg_catalog.int8;
	settled_at pg_catalog.timestamptz;
	writers pg_catalog.text[];
	taken pg_catalog.int8;
	remaining pg_catalog.int8;
BEGIN
	PERFORM @extschema@._klout_board_check_refresh(board, batch, publish, as_of, wait);
	-- SET TRANSACTION must directly follow COMMIT: even an expression would take a snapshot
	COMMIT;
	SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
	PERFORM @extschema@._klout_board_check_ranges(board);
	COMMIT;
	SELECT t.settled, t.writers, t.settled_at INTO settled, writers, settled_at FROM @extschema@._klout_board_safe_watermark(board) AS t;
	COMMIT;
	-- without a lock, or a writer that goes on to ALTER the table would wait for us
	writers := @extschema@._klout_board_wait_for_writers(board, writers, wait);
	IF pg_catalog.cardinality(writers) OPERATOR(pg_catalog.>) 0 THEN
		COMMIT;
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		settled := @extschema@._klout_board_certain_id(board, settled, writers);
		settled_at := NULL;	-- rows from before then may be missing
	END IF;
	LOOP
		COMMIT;
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		SELECT t.rows, t.remaining INTO taken, remaining
		FROM @extschema@._klout_board_ingest(board, settled, batch, coalesce(as_of, pg_catalog.now()), settled_at) AS t;
		-- Publish under the lock that found no rows left: klout_board_rebuild must not run in between
		EXIT WHEN remaining OPERATOR(pg_catalog.=) 0 AND (taken OPERATOR(pg_catalog.=) 0 OR publish OPERATOR(pg_catalog.=) 'never');
	END LOOP;
	IF publish OPERATOR(pg_catalog.<>) 'never' THEN
		PERFORM @extschema@.klout_board_publish(board, as_of, publish OPERATOR(pg_catalog.=) 'always');
	END IF;
	COMMIT;
END
$body$;
COMMENT ON PROCEDURE klout_board_refresh(name, bigint, text, timestamptz, interval) IS
'Brings a board up to date: ingests new rows of its actions table in batches of at most batch rows, with a commit after each, then publishes scores, ranks and history. Each committed row counts exactly once, despite crashes and concurrent sessions; a second refresh waits for the current batch of the first and continues from there. Does not block writers. publish is gated (held back if scores change too much or ingested rows were changed, see klout_board_publish), always, or never. as_of (default: now) replays the past: later actions are not counted yet. wait limits how long it waits for transactions that write to the table (default: no limit); after that it ingests the rows that are certain and raises a WARNING. Call it outside a transaction block, because it commits';

CREATE FUNCTION _klout_board_check_refresh(board name, batch bigint, publish text, as_of timestamptz, wait interval DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	settings record;
	newest bigint;		-- highest id after the watermark or the sequence's last value
	handed_out bigint;	-- last value of the sequence
	last_try timestamptz;
BEGIN
	IF board IS NULL THEN
		RAISE EXCEPTION 'klout_board_refresh: board must not be NULL' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM @extschema@._klout_board_guard(board);
	IF batch IS NULL OR batch < 1 THEN
		RAISE EXCEPTION 'klout_board_refresh: batch must be at least 1, got %', coalesce(batch::text, 'NULL')
			USING ERRCODE = 'numeric_value_out_of_range';
	END IF;
	IF publish IS NULL OR publish NOT IN ('gated', 'always', 'never') THEN
		RAISE EXCEPTION 'klout_board_refresh: publish must be gated, always or never, got %',
			coalesce(quote_literal(publish), 'NULL')
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF as_of > clock_timestamp() THEN
		RAISE EXCEPTION 'klout_board_refresh: as_of must not be in the future, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'as_of replays the past.';
	ELSIF NOT isfinite(as_of) THEN
		RAISE EXCEPTION 'klout_board_refresh: as_of must be finite, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Scores are computed as of this time.';
	END IF;
	IF wait < '0' THEN
		RAISE EXCEPTION 'klout_board_refresh: wait must not be negative, got %', wait
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'NULL means no limit.';
	END IF;
	EXECUTE format('SELECT max(at) FROM %I.publications', board) INTO last_try;
	IF as_of <= last_try AND publish <> 'never' THEN
		RAISE EXCEPTION 'klout_board_refresh: as_of must be later than the last publication, got %', as_of
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('The last publication was at %s.', last_try), HINT = 'History cannot be rewritten.';
	END IF;

	-- The properties that the watermark relies on may have changed
	EXECUTE format('SELECT s.actions, s.id_sequence, s.watermark, q.seqcache <> 1 OR q.seqincrement <> 1 OR q.seqcycle AS disordered
					FROM %I.settings AS s LEFT JOIN pg_sequence AS q ON q.seqrelid = s.id_sequence', board) INTO STRICT settings;
	IF settings.disordered IS DISTINCT FROM false THEN
		RAISE EXCEPTION 'board "%": sequence % does not hand out ids in order, one at a time',
			board, settings.id_sequence
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Later rows must get higher ids in all sessions; an increment above 1 lets an '
						'application assign the skipped ids later.',
				HINT = format('Run ALTER SEQUENCE %s INCREMENT 1 CACHE 1 NO CYCLE, and let the database assign '
						'each id in the INSERT.',
							  settings.id_sequence);
	END IF;
	IF NOT has_sequence_privilege(settings.id_sequence, 'SELECT, USAGE') THEN
		RAISE EXCEPTION 'permission denied for sequence %', settings.id_sequence
			USING ERRCODE = 'insufficient_privilege', HINT = 'A refresh reads the last value of the sequence.';
	END IF;
	handed_out := pg_sequence_last_value(settings.id_sequence);
	IF handed_out < settings.watermark THEN
		RAISE EXCEPTION 'board "%": sequence % was set back', board, settings.id_sequence
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('Actions up to id %s have been ingested; new ones would get '
						'lower ids.', settings.watermark),
				HINT = format('If the table was emptied, run SELECT klout_board_rebuild(%L); otherwise, set the '
						'sequence to the highest id.', board);
	END IF;
	EXECUTE format('SELECT max(id) FROM %I.source WHERE id > $1', board)
		INTO newest USING coalesce(handed_out, settings.watermark);
	-- Rows may be newer than the first reading of the sequence, but not newer than a second one
	handed_out := pg_sequence_last_value(settings.id_sequence);
	IF newest > coalesce(handed_out, settings.watermark) THEN
		RAISE WARNING 'board "%": the highest id, %, did not come from sequence %', board, newest, settings.id_sequence
			USING DETAIL = 'Rows with ids above the last value of the sequence are not ingested.',
				HINT = CASE WHEN newest >> 48 > 0 AND @extschema@._klout_has_citus()
					THEN 'Another Citus node assigned it. Write only through the coordinator.'
					ELSE format('Run SELECT setval(%L, %s) to set the sequence to the highest id.', settings.id_sequence, newest) END;
	END IF;

END
$body$;
COMMENT ON FUNCTION _klout_board_check_refresh(name, bigint, text, timestamptz, interval) IS
'First step of klout_board_refresh: checks its arguments, and that the sequence of ids still hands them out in order and was not set back; raises a WARNING if rows have ids above its last value';

CREATE FUNCTION _klout_board_compare_ranges(board name, first bigint, last bigint,
	OUT first_id bigint, OUT last_id bigint, OUT rows_ingested bigint, OUT rows_now bigint, OUT rows_rejected bigint,
	OUT sum_ingested numeric, OUT sum_now numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- as during ingestion
	SET datestyle = 'ISO'
	SET intervalstyle = 'postgres'
	SET extra_float_digits = 1
	SET bytea_output = 'hex'
	SET lc_monetary = 'C'
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	firsts bigint[];
	lowest bigint;		-- lowest id of the first range
	rejected bigint[];	-- ids of rejected rows, which are not compared and may be deleted
	shared bigint[];	-- those that accepted rows have as well
	numbers bigint[];	-- numbers of rejected rows, by id
BEGIN
	EXECUTE format('SELECT array_agg(b.first_id ORDER BY b.first_id), max(b.last_id) FROM %I.batches AS b WHERE b.last_id BETWEEN $1 AND $2', board)
		INTO firsts, last USING first, last;
	IF firsts IS NULL THEN
		RETURN;
	END IF;
	PERFORM @extschema@._klout_board_guard(board);
	-- rows with an id below all ranges are late as well
	EXECUTE format('SELECT CASE WHEN EXISTS (SELECT FROM %I.batches WHERE last_id < $1) THEN $2 ELSE -9223372036854775808 END', board)
		INTO STRICT lowest USING first, firsts[1];
	EXECUTE format('SELECT coalesce(array_agg(id ORDER BY id), ''{}''), coalesce(array_agg(rows ORDER BY id), ''{}''), coalesce(array_agg(id) FILTER (WHERE shared), ''{}'')
					FROM %I.rejected WHERE id BETWEEN $1 AND $2', board) INTO rejected, numbers, shared USING firsts[1], last;
	-- Read the table once for all ranges, which are adjacent
	RETURN QUERY EXECUTE format($sql$
		WITH present AS (
			SELECT greatest(width_bucket(s.id::bigint, $2), 1) AS place, count(*) AS rows, %2$s AS checksum
			FROM %1$I.source AS s WHERE s.id BETWEEN $7 AND $3 %3$s
			GROUP BY 1
		), aside AS (
			SELECT width_bucket(id, $2) AS place, sum(rows)::bigint AS rows FROM unnest($4, $5) AS r (id, rows) GROUP BY 1
		), known AS (
			SELECT b.*, width_bucket(b.first_id, $2) AS place FROM %1$I.batches AS b WHERE b.first_id >= $1 AND b.last_id <= $3
		)
		SELECT k.first_id, k.last_id, k.rows - coalesce(a.rows, 0), coalesce(p.rows, 0), coalesce(a.rows, 0), k.checksum, coalesce(p.checksum, 0)
		FROM known AS k LEFT JOIN present AS p USING (place) LEFT JOIN aside AS a USING (place)
		ORDER BY k.last_id
	$sql$, board, @extschema@._klout_checksum(), CASE WHEN rejected <> '{}' THEN 'AND (s.id <> ALL ($4) OR s.id = ANY ($6) AND s.reason IS NULL)' ELSE '' END)
	USING firsts[1], firsts, last, rejected, numbers, shared, lowest;
END
$body$;
COMMENT ON FUNCTION _klout_board_compare_ranges(name, bigint, bigint) IS
'Returns the ingested ranges of ids of a board whose last ids are between first and last, with the number and the checksum of their rows when ingested and now. Rejected rows are counted only in rows_rejected. Reads the rows once';

CREATE FUNCTION _klout_board_report_changed(board name, first_id bigint, last_id bigint, rows_ingested bigint, rows_now bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RAISE WARNING '%', CASE WHEN rows_ingested = rows_now
			THEN format('board "%s": some of the %s rows with ids %s to %s were changed after they were ingested', board, rows_now, first_id, last_id)
			ELSE format('board "%s": ids %s to %s had %s rows when they were ingested, now %s', board, first_id, last_id, rows_ingested, rows_now) END
		USING DETAIL = 'Late, changed and deleted rows are not tracked. Nothing is published until this is resolved.',
			HINT = format('Let only the sequence assign ids, in the INSERT itself. Run SELECT '
					'klout_board_rebuild(%L) to ingest all rows again, '
						  'or SELECT klout_board_accept(%L, %s, %s) to keep what was counted.', board, board, first_id, last_id);
END
$body$;
COMMENT ON FUNCTION _klout_board_report_changed(name, bigint, bigint, bigint, bigint) IS
'Raises a WARNING that a range of ids no longer has the rows that were ingested';

CREATE FUNCTION _klout_board_check_ranges(board name) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	newest_rows CONSTANT bigint := 100000;
	older_rows CONSTANT bigint := 50000;
	settings record;
	span record;		-- ranges by their last ids
	changed integer := 0;
BEGIN
	PERFORM @extschema@._klout_board_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;

	-- A row that was committed too late most likely is near the watermark: check the last range, or several small ones
	EXECUTE format($sql$
		SELECT min(last_id) AS first, max(last_id) AS last
		FROM (SELECT last_id, row_number() OVER w AS n, sum(rows) OVER w AS upto
			  FROM (SELECT last_id, rows FROM %I.batches ORDER BY last_id DESC LIMIT 100) AS b WINDOW w AS (ORDER BY last_id DESC)) AS r
		WHERE n = 1 OR upto <= $1
	$sql$, board) INTO STRICT span USING newest_rows;
	IF span.last IS NULL THEN
		RETURN 0;
	END IF;
	changed := @extschema@._klout_board_mark_ranges(board, span.first, span.last);

	-- Older ranges in turn
	EXECUTE format($sql$
		SELECT min(last_id) AS first, max(last_id) AS last
		FROM (SELECT last_id, row_number() OVER w AS n, sum(rows) OVER w AS upto
			  FROM (SELECT last_id, rows FROM %I.batches WHERE last_id > $2 AND last_id < $3 ORDER BY last_id LIMIT 1000) AS b WINDOW w AS (ORDER BY last_id)) AS r
		WHERE n = 1 OR upto <= $1
	$sql$, board) INTO STRICT span USING older_rows, coalesce(settings.checked, -9223372036854775808), span.first;
	IF span.last IS NOT NULL THEN
		changed := changed + @extschema@._klout_board_mark_ranges(board, span.first, span.last);
	END IF;
	EXECUTE format('UPDATE %I.settings SET checked = $1 WHERE checked IS DISTINCT FROM $1', board) USING span.last;
	RETURN changed;
END
$body$;
COMMENT ON FUNCTION _klout_board_check_ranges(name) IS
'Step of klout_board_refresh: compares ingested rows with their current state, for the newest ranges of ids and, in turn, for older ones, 50,000 rows or one range per call, so that in time all are checked. Marks ranges that differ as changed in batches, which holds back publications, raises WARNINGs, and returns their number';

CREATE FUNCTION _klout_board_mark_ranges(board name, first bigint, last bigint) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	range record;
	same bigint[] := '{}';
	other bigint[] := '{}';
BEGIN
	FOR range IN SELECT * FROM @extschema@._klout_board_compare_ranges(board, first, last) LOOP
		IF (range.rows_ingested, range.sum_ingested) = (range.rows_now, range.sum_now) THEN
			same := same || range.last_id;
		ELSE
			other := other || range.last_id;
			-- batches and klout_board_audit have all of them
			IF cardinality(other) <= 10 THEN
				PERFORM @extschema@._klout_board_report_changed(board, range.first_id, range.last_id, range.rows_ingested, range.rows_now);
			END IF;
		END IF;
	END LOOP;
	EXECUTE format('UPDATE %I.batches SET checked_at = clock_timestamp(), changed = false WHERE last_id = ANY ($1)', board) USING same;
	EXECUTE format('UPDATE %I.batches SET changed = true WHERE last_id = ANY ($1) AND NOT changed', board) USING other;
	RETURN cardinality(other);
END
$body$;
COMMENT ON FUNCTION _klout_board_mark_ranges(name, bigint, bigint) IS
'Compares the ranges of ids whose last ids are between first and last with their current rows, records the result in batches, raises a WARNING for each range that changed (at most ten), and returns the number of changed ranges';

CREATE FUNCTION _klout_board_range_chunks(board name, first bigint, last bigint, OUT first_id bigint, OUT last_id bigint, OUT ranges bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	range record;
	total bigint := 0;	-- rows in the chunk
BEGIN
	ranges := 0;
	FOR range IN EXECUTE format('SELECT b.last_id, b.rows FROM %I.batches AS b WHERE b.last_id >= $1 AND b.first_id <= $2 ORDER BY b.last_id', board)
		USING coalesce(first, -9223372036854775808), coalesce(last, 9223372036854775807)
	LOOP
		IF ranges > 0 AND (ranges >= 10000 OR total + range.rows > 1000000) THEN
			RETURN NEXT;
			ranges := 0;
			total := 0;
		END IF;
		IF ranges = 0 THEN
			first_id := range.last_id;
		END IF;
		last_id := range.last_id;
		ranges := ranges + 1;
		total := total + range.rows;
	END LOOP;
	IF ranges > 0 THEN
		RETURN NEXT;
	END IF;
END
$body$;
COMMENT ON FUNCTION _klout_board_range_chunks(name, bigint, bigint) IS
'Returns the ingested ranges of ids of a board that overlap first to last (NULL: unbounded), in chunks of about a million rows to compare at once: the first and last of their last ids, and the number of ranges';

CREATE FUNCTION klout_board_audit(board name, newest integer DEFAULT NULL, OUT first_id bigint, OUT last_id bigint, OUT rows_ingested bigint, OUT rows_now bigint, OUT rows_rejected bigint, OUT finding text)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	chunk record;
	range record;
	since bigint;
	ranges bigint := 0;
	rows bigint := 0;
	differ bigint := 0;
BEGIN
	PERFORM @extschema@._klout_board_guard(board);
	IF newest < 0 THEN
		RAISE EXCEPTION 'klout_board_audit: newest must not be negative, got %', newest
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'Specify a number of ranges, or NULL for all.';
	END IF;
	IF newest IS NOT NULL THEN
		EXECUTE format('SELECT coalesce(min(b.last_id), 9223372036854775807) FROM (SELECT * FROM %I.batches ORDER BY last_id DESC LIMIT $1) AS b', board)
			INTO STRICT since USING newest;
	END IF;
	FOR chunk IN SELECT * FROM @extschema@._klout_board_range_chunks(board, since, NULL::bigint) LOOP
		FOR range IN SELECT * FROM @extschema@._klout_board_compare_ranges(board, chunk.first_id, chunk.last_id) LOOP
			ranges := ranges + 1;
			rows := rows + range.rows_now;
			CONTINUE WHEN (range.rows_ingested, range.sum_ingested) = (range.rows_now, range.sum_now);
			differ := differ + 1;
			first_id := range.first_id;
			last_id := range.last_id;
			rows_ingested := range.rows_ingested;
			rows_now := range.rows_now;
			rows_rejected := range.rows_rejected;
			finding := CASE sign(range.rows_now - range.rows_ingested) WHEN 0 THEN 'rows were changed' WHEN 1 THEN 'rows came late' ELSE 'rows are gone' END;
			RETURN NEXT;
		END LOOP;
	END LOOP;
	RAISE NOTICE 'board "%": checked % ranges of ids with % rows: %', board, ranges, rows,
		CASE WHEN ranges = 0 THEN 'nothing to check' WHEN differ = 0 THEN 'no differences' ELSE format('%s differ from what was ingested', differ) END;
END
$body$;
COMMENT ON FUNCTION klout_board_audit(name, integer) IS
'Returns the ranges of ids whose rows differ from those a board ingested, by their number and a checksum of the columns the board reads: rows came late with a lower id, are gone, or were changed. Rejected rows are counted only in rows_rejected. Returns no rows if nothing differs; a NOTICE reports the number of ranges and rows checked. Reads the rows of the newest ranges (default: all, which reads the whole table)';

CREATE FUNCTION klout_board_accept(board name, first_id bigint DEFAULT NULL, last_id bigint DEFAULT NULL) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	chunk record;
	accepted bigint;
	total bigint := 0;
BEGIN
	IF board IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM @extschema@._klout_board_lock(board);
	IF first_id > last_id THEN
		RAISE EXCEPTION 'klout_board_accept: first_id must not be higher than last_id, got % and %', first_id, last_id
			USING ERRCODE = 'invalid_parameter_value', HINT = 'NULL means unbounded.';
	END IF;
	FOR chunk IN SELECT * FROM @extschema@._klout_board_range_chunks(board, first_id, last_id) LOOP
		EXECUTE format($sql$
			UPDATE %1$I.batches AS b
			SET rows = c.rows_now + c.rows_rejected, checksum = c.sum_now, changed = false, checked_at = clock_timestamp()
			FROM %2$s._klout_board_compare_ranges($1, $2, $3) AS c
			WHERE b.last_id = c.last_id AND (b.changed OR (c.rows_ingested, c.sum_ingested) <> (c.rows_now, c.sum_now))
		$sql$, board, '@extschema@') USING board, chunk.first_id, chunk.last_id;
		GET DIAGNOSTICS accepted = ROW_COUNT;
		total := total + accepted;
	END LOOP;
	RETURN total;
END
$body$;
COMMENT ON FUNCTION klout_board_accept(name, bigint, bigint) IS
'Accepts the current rows of a board''s actions table as those that were ingested, in the ranges of ids that overlap first_id to last_id (default: all), so that refreshes and klout_board_audit no longer report them. Use it after deleting old rows on purpose. Does not change facts: deleted rows still count, and late rows do not, until klout_board_rebuild. Reads the rows of these ranges and returns the number of ranges that had changed';

CREATE FUNCTION klout_board_retry_rejected(board name, OUT resubmitted bigint, OUT remaining bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- as during ingestion
	SET datestyle = 'ISO'
	SET intervalstyle = 'postgres'
	SET extra_float_digits = 1
	SET bytea_output = 'hex'
	SET lc_monetary = 'C'
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	rejected bigint[];
BEGIN
	PERFORM @extschema@._klout_board_lock(board);
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.rejected WHERE NOT shared)', board) INTO rejected;
	EXECUTE format($sql$
		INSERT INTO %1$I.pending (id, network, kind, actor, target, at, weight, topic, post)
		SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.source WHERE id = ANY ($1) AND reason IS NULL
	$sql$, board) USING rejected;
	GET DIAGNOSTICS resubmitted = ROW_COUNT;
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.pending WHERE id = ANY ($1))', board) INTO rejected USING rejected;
	EXECUTE format('DELETE FROM %I.rejected WHERE id = ANY ($1)', board) USING rejected;
	-- from now on they belong to their ranges, in the version read here
	EXECUTE format($sql$
		UPDATE %1$I.batches AS b SET checksum = b.checksum + c.checksum
		FROM (SELECT r.last_id, %2$s AS checksum
			  FROM %1$I.pending AS p
			  CROSS JOIN LATERAL (SELECT b.last_id FROM %1$I.batches AS b WHERE b.last_id >= p.id ORDER BY b.last_id LIMIT 1) AS r
			  WHERE p.id = ANY ($1) GROUP BY r.last_id) AS c
		WHERE b.last_id = c.last_id
	$sql$, board, @extschema@._klout_checksum()) USING rejected;
	EXECUTE format('SELECT count(*) FROM %I.rejected', board) INTO remaining;
	PERFORM @extschema@._klout_board_purge_pending(board);
END
$body$;
COMMENT ON FUNCTION klout_board_retry_rejected(name) IS
'Passes rejected actions that have been fixed in the actions table since then to the next refresh of a board, which ingests each once. Rows must be fixed by UPDATE: a row that was deleted and inserted again has a new id and counts as new. Returns the number of fixed rows and of rows that remain rejected, including deleted ones. The cost is linear in the number of rejected rows';

CREATE FUNCTION _klout_board_purge_pending(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	EXECUTE format($sql$
		DELETE FROM %1$I.pending AS p
		WHERE coalesce((SELECT a.person FROM %1$I.accounts AS a WHERE a.account = p.actor AND a.network = p.network), p.actor)
				IN (SELECT o.person FROM %1$I.opt_outs AS o)
		   OR coalesce((SELECT a.person FROM %1$I.accounts AS a WHERE a.account = p.target AND a.network = p.network), p.target)
				IN (SELECT o.person FROM %1$I.opt_outs AS o)
	$sql$, board);
END
$body$;
COMMENT ON FUNCTION _klout_board_purge_pending(name) IS
'Deletes the pending actions of a board whose actor or target opted out';

CREATE FUNCTION klout_board_set_model(board name, model klout_model) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@._klout_board_lock(board);
	EXECUTE format('UPDATE %I.settings SET model = $1', board) USING model;
	RETURN @extschema@.klout_fingerprint(model);
END
$body$;
COMMENT ON FUNCTION klout_board_set_model(name, klout_model) IS
'Changes the model of a board: the next publication scores all people with it, without the gate. Returns the fingerprint of history rows from then on; older rows keep theirs, and table models has each model by fingerprint';

CREATE FUNCTION klout_board_calibrate(board name, as_of timestamptz DEFAULT NULL) RETURNS klout_model
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	settings record;
	mix float8;
	fitted @extschema@.klout_model;
BEGIN
	IF board IS NULL THEN
		RETURN NULL;
	END IF;
	PERFORM @extschema@._klout_board_person_type(board);
	PERFORM @extschema@._klout_use_maintenance_work_mem();
	EXECUTE format('SELECT s.model, s.reactor_weight, coalesce($1, l.at, now()) AS as_of FROM %1$I.settings AS s LEFT JOIN %1$I.last_publication AS l ON true', board)
		INTO STRICT settings USING as_of;
	IF settings.reactor_weight = 'proven' THEN
		EXECUTE format($sql$
			SELECT round(%2$s.klout_mix(signals)::numeric, 2)
			FROM (SELECT %2$s.klout_rollup(s.signals) AS signals
				  FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network) GROUP BY coalesce(l.person, s.account)) AS p
		$sql$, board, '@extschema@') INTO mix;
		settings.model := settings.model OPERATOR(@extschema@.||) coalesce(jsonb_build_object('mix', mix), '{}');
	END IF;
	EXECUTE format($sql$
		SELECT %2$s.klout_calibrate(signals, $1, $2)
		FROM (SELECT %2$s.klout_rollup(s.signals) AS signals
			  FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network) GROUP BY coalesce(l.person, s.account)) AS p
	$sql$, board, '@extschema@') INTO fitted USING settings.model, settings.as_of;
	RETURN fitted;
END
$body$;
COMMENT ON FUNCTION klout_board_calibrate(name, timestamptz) IS
'Returns the model of a board with the scale calibrated to its people as of a time (default: the last publication), so that the top calibrate_share of active people score calibrate_score or more (klout_calibrate), and, if reactor_weight is proven, with the mix estimated by klout_mix, rounded to hundredths. Does not change the board; SELECT klout_board_set_model(board, klout_board_calibrate(board)) does. NULL if the board has no people; reads all signals twice';

CREATE FUNCTION klout_board_rebuild(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
BEGIN
	PERFORM @extschema@._klout_board_person_type(board);
	PERFORM @extschema@._klout_board_lock(board);
	EXECUTE format('TRUNCATE %1$I.signals, %1$I.posts, %1$I.pending, %1$I.batches, %1$I.stalls, %1$I.rejected', board);
	PERFORM @extschema@._klout_board_delete_reactors(board);
	EXECUTE format('INSERT INTO %1$I.changed SELECT DISTINCT person FROM %1$I.scores ON CONFLICT DO NOTHING', board);
	-- below all present and future ids
	EXECUTE format($sql$
		UPDATE %1$I.settings
		SET checked = NULL,
			watermark = greatest(least(0, (SELECT seqmin::numeric - 1 FROM pg_sequence WHERE seqrelid = id_sequence),
									   (SELECT min(id)::numeric - 1 FROM %1$I.source)), -9223372036854775808)
	$sql$, board);
END
$body$;
COMMENT ON FUNCTION klout_board_rebuild(name) IS
'Deletes the facts of a board, so that the next klout_board_refresh ingests all actions again. Use it after rows were deleted or changed, after changing bucket, or to remove a reactor who opted out from other people''s samples. Scores, history, accounts, opt-outs and perks stay';
