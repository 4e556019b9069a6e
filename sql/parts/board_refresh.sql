-- ---------------------------------------------------------------------------
-- Boards: refresh, its checks, and what to do when rows or the model change
-- ---------------------------------------------------------------------------

CREATE PROCEDURE klout_refresh(board name, batch bigint DEFAULT 20000000, publish text DEFAULT 'gated', as_of timestamptz DEFAULT NULL, wait interval DEFAULT NULL)
	LANGUAGE plpgsql
AS $body$
DECLARE
	settled pg_catalog.int8;
	settled_at pg_catalog.timestamptz;
	writers pg_catalog.text[];
	taken pg_catalog.int8;
	remaining pg_catalog.int8;
BEGIN
	PERFORM @extschema@.klout_refresh_check(board, batch, publish, as_of, wait);
	-- SET TRANSACTION comes right after COMMIT, as even an expression would take a snapshot
	COMMIT;
	SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
	PERFORM @extschema@._klout_check_ranges(board);
	COMMIT;
	SELECT t.settled, t.writers, t.settled_at INTO settled, writers, settled_at FROM @extschema@.klout_settle(board) AS t;
	COMMIT;
	-- without a lock, or a writer who goes on to ALTER the table would wait for us
	writers := @extschema@._klout_wait_for_writers(board, writers, wait);
	IF pg_catalog.cardinality(writers) OPERATOR(pg_catalog.>) 0 THEN
		COMMIT;
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		settled := @extschema@._klout_certain_id(board, settled, writers);
		settled_at := NULL;	-- not everything up to then is there
	END IF;
	LOOP
		COMMIT;
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		SELECT t.rows, t.remaining INTO taken, remaining
		FROM @extschema@.klout_take_in(board, settled, batch, coalesce(as_of, pg_catalog.now()), settled_at) AS t;
		-- Published is under the same lock that found nothing left, or a klout_rebuild might come between
		EXIT WHEN remaining OPERATOR(pg_catalog.=) 0 AND (taken OPERATOR(pg_catalog.=) 0 OR publish OPERATOR(pg_catalog.=) 'never');
	END LOOP;
	IF publish OPERATOR(pg_catalog.<>) 'never' THEN
		PERFORM @extschema@.klout_publish(board, as_of, publish OPERATOR(pg_catalog.=) 'always');
	END IF;
	COMMIT;
END
$body$;
COMMENT ON PROCEDURE klout_refresh(name, bigint, text, timestamptz, interval) IS
'Brings a board up to date: takes in what was added to its actions table, by batches of at most that many rows with a commit after each, then publishes scores, ranks and history as of now. Each committed row counts exactly once, whatever crashes or runs at the same time; a second refresh waits for the current batch of the first and goes on from there. Locks out no writer. publish: gated (held back if it moves too much or rows taken in were changed, see klout_publish), always, or never. as_of, by default now(), replays the past: later actions wait. wait bounds how long it waits for transactions that write to the table, by default without end; after that it takes in what is certain and warns. To be called outside of a transaction, as it commits';

CREATE FUNCTION klout_refresh_check(board name, batch bigint, publish text, as_of timestamptz, wait interval DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	settings record;
	newest bigint;		-- id beyond what the sequence has handed out
	handed_out bigint;	-- id, by the sequence
	last_try timestamptz;
BEGIN
	IF board IS NULL THEN
		RAISE EXCEPTION 'klout_refresh: board must not be NULL' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM @extschema@._klout_guard(board);
	IF batch IS NULL OR batch < 1 THEN
		RAISE EXCEPTION 'klout_refresh: batch must be at least 1, got %', coalesce(batch::text, 'NULL')
			USING ERRCODE = 'numeric_value_out_of_range';
	END IF;
	IF publish IS NULL OR publish NOT IN ('gated', 'always', 'never') THEN
		RAISE EXCEPTION 'klout_refresh: publish must be gated, always or never, got %', coalesce(quote_literal(publish), 'NULL')
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF as_of > clock_timestamp() THEN
		RAISE EXCEPTION 'klout_refresh: as_of must not be in the future, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It replays the past.';
	ELSIF NOT isfinite(as_of) THEN
		RAISE EXCEPTION 'klout_refresh: as_of must be finite, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'It is the moment that is scored.';
	END IF;
	IF wait < '0' THEN
		RAISE EXCEPTION 'klout_refresh: wait must not be negative, got %', wait
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'NULL waits as long as it takes.';
	END IF;
	EXECUTE format('SELECT max(at) FROM %I.publications', board) INTO last_try;
	IF as_of <= last_try AND publish <> 'never' THEN
		RAISE EXCEPTION 'klout_refresh: as_of must be later than the last publication, got %', as_of
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('The last one was at %s.', last_try), HINT = 'History is never rewritten.';
	END IF;

	-- What the watermark rests on may have been changed since
	EXECUTE format('SELECT s.actions, s.id_sequence, s.watermark, q.seqcache <> 1 OR q.seqincrement <> 1 OR q.seqcycle AS disordered
					FROM %I.settings AS s LEFT JOIN pg_sequence AS q ON q.seqrelid = s.id_sequence', board) INTO STRICT settings;
	IF settings.disordered IS DISTINCT FROM false THEN
		RAISE EXCEPTION 'board "%": sequence % does not hand out ids in order, one at a time', board, settings.id_sequence
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Later rows must get higher ids, whoever inserts them; a step of more than 1 lets an application give out the ids between by itself, and later.',
				HINT = format('ALTER SEQUENCE %s INCREMENT 1 CACHE 1 NO CYCLE, and let the database give out each id in the INSERT.', settings.id_sequence);
	END IF;
	IF NOT has_sequence_privilege(settings.id_sequence, 'SELECT, USAGE') THEN
		RAISE EXCEPTION 'permission denied for sequence %', settings.id_sequence
			USING ERRCODE = 'insufficient_privilege', HINT = 'A refresh reads how far it has got.';
	END IF;
	handed_out := pg_sequence_last_value(settings.id_sequence);
	IF handed_out < settings.watermark THEN
		RAISE EXCEPTION 'board "%": sequence % was set back', board, settings.id_sequence
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = format('Actions up to id %s are taken in, and new ones would get lower ids.', settings.watermark),
				HINT = format('If the table was emptied, SELECT klout_rebuild(%L) begins anew; else set the sequence to its highest id.', board);
	END IF;
	EXECUTE format('SELECT max(id) FROM %I.source WHERE id > $1', board)
		INTO newest USING coalesce(handed_out, settings.watermark);
	-- Its rows may be newer than that look at the sequence, but not than another one
	handed_out := pg_sequence_last_value(settings.id_sequence);
	IF newest > coalesce(handed_out, settings.watermark) THEN
		RAISE WARNING 'board "%": the highest id, %, did not come from sequence %', board, newest, settings.id_sequence
			USING DETAIL = 'Rows beyond what the sequence has handed out are not taken in.',
				HINT = CASE WHEN newest >> 48 > 0 AND @extschema@.klout_has_citus()
					THEN 'Another node of Citus gave it out: write through the coordinator alone.'
					ELSE format('Set the sequence to the highest id: SELECT setval(%L, %s).', settings.id_sequence, newest) END;
	END IF;

END
$body$;
COMMENT ON FUNCTION klout_refresh_check(name, bigint, text, timestamptz, interval) IS
'The first step of klout_refresh: checks its arguments and that the sequence of ids still hands them out in order and was not set back, and warns when rows have ids beyond it';

CREATE FUNCTION _klout_compare_ranges(board name, first bigint, last bigint,
	OUT first_id bigint, OUT last_id bigint, OUT rows_taken bigint, OUT rows_now bigint, OUT rows_rejected bigint,
	OUT sum_taken numeric, OUT sum_now numeric)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- as when they were taken in
	SET datestyle = 'ISO'
	SET intervalstyle = 'postgres'
	SET extra_float_digits = 1
	SET bytea_output = 'hex'
	SET lc_monetary = 'C'
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	firsts bigint[];
	lowest bigint;		-- id that belongs to the first of them
	rejected bigint[];	-- ids, which may be deleted from the table and are no concern of ours
	shared bigint[];	-- those that good rows have as well
	numbers bigint[];	-- of rows set aside, by id
BEGIN
	EXECUTE format('SELECT array_agg(b.first_id ORDER BY b.first_id), max(b.last_id) FROM %I.batches AS b WHERE b.last_id BETWEEN $1 AND $2', board)
		INTO firsts, last USING first, last;
	IF firsts IS NULL THEN
		RETURN;
	END IF;
	PERFORM @extschema@._klout_guard(board);
	-- what comes below all ranges is late as well
	EXECUTE format('SELECT CASE WHEN EXISTS (SELECT FROM %I.batches WHERE last_id < $1) THEN $2 ELSE -9223372036854775808 END', board)
		INTO STRICT lowest USING first, firsts[1];
	EXECUTE format('SELECT coalesce(array_agg(id ORDER BY id), ''{}''), coalesce(array_agg(rows ORDER BY id), ''{}''), coalesce(array_agg(id) FILTER (WHERE shared), ''{}'')
					FROM %I.rejected WHERE id BETWEEN $1 AND $2', board) INTO rejected, numbers, shared USING firsts[1], last;
	-- The table once for all ranges, which lie side by side
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
	$sql$, board, @extschema@._klout_checksum(), CASE WHEN rejected <> '{}' THEN 'AND (s.id <> ALL ($4) OR s.id = ANY ($6) AND s.flaw IS NULL)' ELSE '' END)
	USING firsts[1], firsts, last, rejected, numbers, shared, lowest;
END
$body$;
COMMENT ON FUNCTION _klout_compare_ranges(name, bigint, bigint) IS
'The ranges of ids that a board took in whose last ids lie between these two, with the number of rows and their checksum then and now. Rows that were set aside count on neither side, but in rows_rejected. Reads their rows once';

CREATE FUNCTION _klout_say_changed(board name, first_id bigint, last_id bigint, rows_taken bigint, rows_now bigint) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RAISE WARNING '%', CASE WHEN rows_taken = rows_now
			THEN format('board "%s": of the %s rows with ids %s to %s some were changed since they were taken in', board, rows_now, first_id, last_id)
			ELSE format('board "%s": ids %s to %s had %s rows when they were taken in, now %s', board, first_id, last_id, rows_taken, rows_now) END
		USING DETAIL = 'Rows that come with an id from before, are changed or deleted are not followed; nothing is published until that is settled.',
			HINT = format('Let the sequence alone give out ids, in the INSERT itself; SELECT klout_rebuild(%L) begins anew. '
						  'If it was on purpose and what counted is to stay, SELECT klout_board_accept(%L, %s, %s).', board, board, first_id, last_id);
END
$body$;
COMMENT ON FUNCTION _klout_say_changed(name, bigint, bigint, bigint, bigint) IS
'Warns that a range of ids does not have the rows any more that were taken in';

CREATE FUNCTION _klout_check_ranges(board name) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	newest_rows CONSTANT bigint := 100000;
	older_rows CONSTANT bigint := 50000;
	settings record;
	span record;		-- of ranges, by their last ids
	changed integer := 0;
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;

	-- A row that came after its id was passed is near the watermark, if anywhere: look at the last range, or at more that are small
	EXECUTE format($sql$
		SELECT min(last_id) AS first, max(last_id) AS last
		FROM (SELECT last_id, row_number() OVER w AS n, sum(rows) OVER w AS upto
			  FROM (SELECT last_id, rows FROM %I.batches ORDER BY last_id DESC LIMIT 100) AS b WINDOW w AS (ORDER BY last_id DESC)) AS r
		WHERE n = 1 OR upto <= $1
	$sql$, board) INTO STRICT span USING newest_rows;
	IF span.last IS NULL THEN
		RETURN 0;
	END IF;
	changed := @extschema@._klout_mark_ranges(board, span.first, span.last);

	-- Older ones in turn
	EXECUTE format($sql$
		SELECT min(last_id) AS first, max(last_id) AS last
		FROM (SELECT last_id, row_number() OVER w AS n, sum(rows) OVER w AS upto
			  FROM (SELECT last_id, rows FROM %I.batches WHERE last_id > $2 AND last_id < $3 ORDER BY last_id LIMIT 1000) AS b WINDOW w AS (ORDER BY last_id)) AS r
		WHERE n = 1 OR upto <= $1
	$sql$, board) INTO STRICT span USING older_rows, coalesce(settings.checked, -9223372036854775808), span.first;
	IF span.last IS NOT NULL THEN
		changed := changed + @extschema@._klout_mark_ranges(board, span.first, span.last);
	END IF;
	EXECUTE format('UPDATE %I.settings SET checked = $1 WHERE checked IS DISTINCT FROM $1', board) USING span.last;
	RETURN changed;
END
$body$;
COMMENT ON FUNCTION _klout_check_ranges(name) IS
'A step of klout_refresh: compares rows that were taken in with what they are now, of the newest ranges of ids, and of older ones in turn, 50,000 rows or one range at a time, so that after a while each was looked at. Marks ranges that have other rows as changed in batches, which holds publications back, warns of them, and returns how many it found';

CREATE FUNCTION _klout_mark_ranges(board name, first bigint, last bigint) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	range record;
	same bigint[] := '{}';
	other bigint[] := '{}';
BEGIN
	FOR range IN SELECT * FROM @extschema@._klout_compare_ranges(board, first, last) LOOP
		IF (range.rows_taken, range.sum_taken) = (range.rows_now, range.sum_now) THEN
			same := same || range.last_id;
		ELSE
			other := other || range.last_id;
			-- all of them are in batches, and in the audit
			IF cardinality(other) <= 10 THEN
				PERFORM @extschema@._klout_say_changed(board, range.first_id, range.last_id, range.rows_taken, range.rows_now);
			END IF;
		END IF;
	END LOOP;
	EXECUTE format('UPDATE %I.batches SET checked_at = clock_timestamp(), changed = false WHERE last_id = ANY ($1)', board) USING same;
	EXECUTE format('UPDATE %I.batches SET changed = true WHERE last_id = ANY ($1) AND NOT changed', board) USING other;
	RETURN cardinality(other);
END
$body$;
COMMENT ON FUNCTION _klout_mark_ranges(name, bigint, bigint) IS
'Compares the ranges of ids whose last ids lie between these two with what they are now, notes in batches which are as they were and which changed, warns of the latter (ten at most), and returns how many those are';

CREATE FUNCTION _klout_range_chunks(board name, first bigint, last bigint, OUT first_id bigint, OUT last_id bigint, OUT ranges bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	range record;
	total bigint := 0;	-- rows
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
COMMENT ON FUNCTION _klout_range_chunks(name, bigint, bigint) IS
'The ranges of ids that a board took in and that share an id with the span from first to last (NULL: without an end), in chunks of about a million rows that are compared at once: the first and last of their last ids, and how many they are';

CREATE FUNCTION klout_audit(board name, newest integer DEFAULT NULL, OUT first_id bigint, OUT last_id bigint, OUT rows_taken bigint, OUT rows_now bigint, OUT rows_rejected bigint, OUT finding text)
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
	PERFORM @extschema@._klout_guard(board);
	IF newest < 0 THEN
		RAISE EXCEPTION 'klout_audit: newest must not be negative, got %', newest
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'It is a number of ranges; NULL is all.';
	END IF;
	IF newest IS NOT NULL THEN
		EXECUTE format('SELECT coalesce(min(b.last_id), 9223372036854775807) FROM (SELECT * FROM %I.batches ORDER BY last_id DESC LIMIT $1) AS b', board)
			INTO STRICT since USING newest;
	END IF;
	FOR chunk IN SELECT * FROM @extschema@._klout_range_chunks(board, since, NULL::bigint) LOOP
		FOR range IN SELECT * FROM @extschema@._klout_compare_ranges(board, chunk.first_id, chunk.last_id) LOOP
			ranges := ranges + 1;
			rows := rows + range.rows_now;
			CONTINUE WHEN (range.rows_taken, range.sum_taken) = (range.rows_now, range.sum_now);
			differ := differ + 1;
			first_id := range.first_id;
			last_id := range.last_id;
			rows_taken := range.rows_taken;
			rows_now := range.rows_now;
			rows_rejected := range.rows_rejected;
			finding := CASE sign(range.rows_now - range.rows_taken) WHEN 0 THEN 'rows were changed' WHEN 1 THEN 'rows came late' ELSE 'rows are gone' END;
			RETURN NEXT;
		END LOOP;
	END LOOP;
	RAISE NOTICE 'board "%": checked % ranges of ids with % rows: %', board, ranges, rows,
		CASE WHEN ranges = 0 THEN 'there was nothing to check' WHEN differ = 0 THEN 'all well' ELSE format('%s differ from what was taken in', differ) END;
END
$body$;
COMMENT ON FUNCTION klout_audit(name, integer) IS
'Ranges of ids that have other rows now than a board took in, by their number and a checksum of what the board reads of them: rows came late with an id from before, are gone, or were changed. Rows that were set aside count on neither side, but in rows_rejected. No rows: all is well; a NOTICE says so, and how many ranges and rows were checked. Reads the rows of the newest ranges, by default of all, hence the whole table';

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
	PERFORM @extschema@.klout_lock(board);
	IF first_id > last_id THEN
		RAISE EXCEPTION 'klout_board_accept: first_id must not be higher than last_id, got % and %', first_id, last_id
			USING ERRCODE = 'invalid_parameter_value', HINT = 'NULL is without an end.';
	END IF;
	FOR chunk IN SELECT * FROM @extschema@._klout_range_chunks(board, first_id, last_id) LOOP
		EXECUTE format($sql$
			UPDATE %1$I.batches AS b
			SET rows = c.rows_now + c.rows_rejected, checksum = c.sum_now, changed = false, checked_at = clock_timestamp()
			FROM %2$s._klout_compare_ranges($1, $2, $3) AS c
			WHERE b.last_id = c.last_id AND (b.changed OR (c.rows_taken, c.sum_taken) <> (c.rows_now, c.sum_now))
		$sql$, board, '@extschema@') USING board, chunk.first_id, chunk.last_id;
		GET DIAGNOSTICS accepted = ROW_COUNT;
		total := total + accepted;
	END LOOP;
	RETURN total;
END
$body$;
COMMENT ON FUNCTION klout_board_accept(name, bigint, bigint) IS
'Takes the rows of a board''s actions table as they are now for what was taken in, in the ranges of ids that share an id with the span from first_id to last_id (by default all), so that refreshes and klout_audit find nothing there: after old rows were deleted on purpose. Changes no facts: what was deleted still counts, what came late does not, until klout_rebuild. Returns the number of ranges that had changed; reads their rows';

CREATE FUNCTION klout_take_rejected(board name, OUT mended bigint, OUT remaining bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- as when others were taken in
	SET datestyle = 'ISO'
	SET intervalstyle = 'postgres'
	SET extra_float_digits = 1
	SET bytea_output = 'hex'
	SET lc_monetary = 'C'
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	rejected bigint[];
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.rejected WHERE NOT shared)', board) INTO rejected;
	EXECUTE format($sql$
		INSERT INTO %1$I.pending (id, network, kind, actor, target, at, weight, topic, post)
		SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.source WHERE id = ANY ($1) AND flaw IS NULL
	$sql$, board) USING rejected;
	GET DIAGNOSTICS mended = ROW_COUNT;
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.pending WHERE id = ANY ($1))', board) INTO rejected USING rejected;
	EXECUTE format('DELETE FROM %I.rejected WHERE id = ANY ($1)', board) USING rejected;
	-- from now on they are rows like others, as they were read here
	EXECUTE format($sql$
		UPDATE %1$I.batches AS b SET checksum = b.checksum + c.checksum
		FROM (SELECT r.last_id, %2$s AS checksum
			  FROM %1$I.pending AS p
			  CROSS JOIN LATERAL (SELECT b.last_id FROM %1$I.batches AS b WHERE b.last_id >= p.id ORDER BY b.last_id LIMIT 1) AS r
			  WHERE p.id = ANY ($1) GROUP BY r.last_id) AS c
		WHERE b.last_id = c.last_id
	$sql$, board, @extschema@._klout_checksum()) USING rejected;
	EXECUTE format('SELECT count(*) FROM %I.rejected', board) INTO remaining;
	PERFORM @extschema@.klout_clear_pending(board);
END
$body$;
COMMENT ON FUNCTION klout_take_rejected(name) IS
'Hands the actions that were set aside and have been mended in the actions table since (by UPDATE: a row that was deleted and inserted again has a new id, and counts as new) to the next refresh of a board, which takes each in once. Returns how many those are, and how many remain set aside, rows that were deleted among them. Linear in the latter';

CREATE FUNCTION klout_clear_pending(board name) RETURNS void
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
COMMENT ON FUNCTION klout_clear_pending(name) IS
'Deletes the pending actions of a board by and on people who opted out';

CREATE FUNCTION klout_set_model(board name, model klout_model) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('UPDATE %I.settings SET model = $1', board) USING model;
	RETURN @extschema@.klout_fingerprint(model);
END
$body$;
COMMENT ON FUNCTION klout_set_model(name, klout_model) IS
'Moves a board to another model: the next publication scores everybody with it and passes the gate. Returns the fingerprint that rows of history have from then on; those before keep theirs, and models has each model by fingerprint';

CREATE FUNCTION klout_calibrate_board(board name, as_of timestamptz DEFAULT NULL) RETURNS klout_model
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
	PERFORM @extschema@.klout_person_type(board);
	PERFORM @extschema@.klout_more_memory();
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
COMMENT ON FUNCTION klout_calibrate_board(name, timestamptz) IS
'The model of a board with the scale that fits its people as of a moment, by default of the last publication: of those who are active, the top calibrate_share get calibrate_score and more (klout_calibrate); and with the mix that fits, rounded to hundredths, where reactor_weight is proven (klout_mix). Changes nothing: SELECT klout_set_model(board, klout_calibrate_board(board)) does. NULL if nobody is on the board; reads all signals twice';

CREATE FUNCTION klout_rebuild(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('TRUNCATE %1$I.signals, %1$I.posts, %1$I.pending, %1$I.batches, %1$I.stalls, %1$I.rejected', board);
	PERFORM @extschema@._klout_forget_reactors(board);
	EXECUTE format('INSERT INTO %1$I.changed SELECT DISTINCT person FROM %1$I.scores ON CONFLICT DO NOTHING', board);
	-- below every id there is or will be
	EXECUTE format($sql$
		UPDATE %1$I.settings
		SET checked = NULL,
			watermark = greatest(least(0, (SELECT seqmin::numeric - 1 FROM pg_sequence WHERE seqrelid = id_sequence),
									   (SELECT min(id)::numeric - 1 FROM %1$I.source)), -9223372036854775808)
	$sql$, board);
END
$body$;
COMMENT ON FUNCTION klout_rebuild(name) IS
'Forgets the facts of a board, so that the next klout_refresh takes in all actions again: after rows were deleted or changed, with another bucket, or to take a reactor who opted out out of other people''s samples. Scores, history, accounts, opt-outs and perks stay';
