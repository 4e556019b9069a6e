-- ---------------------------------------------------------------------------
-- Boards: refresh, its checks, and what to do when rows or the model change
-- ---------------------------------------------------------------------------

CREATE PROCEDURE klout_refresh(board name, batch bigint DEFAULT 20000000, publish text DEFAULT 'gated', as_of timestamptz DEFAULT NULL)
	LANGUAGE plpgsql
AS $body$
DECLARE
	settled pg_catalog.int8;
	writers pg_catalog.text[];
	taken pg_catalog.int8;
	remaining pg_catalog.int8;
BEGIN
	PERFORM @extschema@.klout_refresh_check(board, batch, publish, as_of);
	COMMIT;
	SELECT t.settled, t.writers INTO settled, writers FROM @extschema@.klout_settle(board) AS t;
	COMMIT;
	-- without a lock, or a writer who goes on to ALTER the table would wait for us
	PERFORM @extschema@.klout_wait_for(writers);
	-- SET TRANSACTION comes right after COMMIT, as even an expression would take a snapshot
	LOOP
		COMMIT;
		SET TRANSACTION ISOLATION LEVEL READ COMMITTED;
		SELECT t.rows, t.remaining INTO taken, remaining
		FROM @extschema@.klout_take_in(board, settled, batch, coalesce(as_of, pg_catalog.now())) AS t;
		-- Published is under the same lock that found nothing left, or a klout_rebuild might come between
		EXIT WHEN remaining OPERATOR(pg_catalog.=) 0 AND (taken OPERATOR(pg_catalog.=) 0 OR publish OPERATOR(pg_catalog.=) 'never');
	END LOOP;
	IF publish OPERATOR(pg_catalog.<>) 'never' THEN
		PERFORM @extschema@.klout_publish(board, as_of, publish OPERATOR(pg_catalog.=) 'always');
	END IF;
	COMMIT;
END
$body$;
COMMENT ON PROCEDURE klout_refresh(name, bigint, text, timestamptz) IS
'Brings a board up to date: takes in what was added to its actions table, by batches of at most that many ids with a commit after each, then publishes scores, ranks and history as of now. Each committed row counts exactly once, whatever crashes or runs at the same time; a second refresh waits for the current batch of the first and goes on from there. Locks out no writer. publish: gated (held back if it moves too much, see klout_publish), always, or never. as_of, by default now(), replays the past: later actions wait. To be called outside of a transaction, as it commits';

CREATE FUNCTION klout_refresh_check(board name, batch bigint, publish text, as_of timestamptz) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'
AS $body$
DECLARE
	settings record;
	newest bigint;		-- id beyond what the sequence has handed out
	handed_out bigint;	-- id, by the sequence
	last_try timestamptz;
	ranges integer;
	late record;
BEGIN
	IF board IS NULL THEN
		RAISE EXCEPTION 'klout_refresh: board must not be NULL' USING ERRCODE = 'null_value_not_allowed';
	END IF;
	PERFORM @extschema@.klout_person_type(board);
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
	EXECUTE format('SELECT max(at) FROM %I.publications', board) INTO last_try;
	IF as_of <= last_try AND publish <> 'never' THEN
		RAISE EXCEPTION 'klout_refresh: as_of must be later than the last publication, got %', as_of
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('The last one was at %s.', last_try), HINT = 'History is never rewritten.';
	END IF;

	-- What the watermark rests on may have been changed since
	EXECUTE format('SELECT s.actions, s.id_sequence, s.watermark, q.seqcache <> 1 OR q.seqincrement < 1 OR q.seqcycle AS disordered
					FROM %I.settings AS s LEFT JOIN pg_sequence AS q ON q.seqrelid = s.id_sequence', board) INTO STRICT settings;
	IF settings.disordered IS DISTINCT FROM false THEN
		RAISE EXCEPTION 'board "%": sequence % does not hand out ids in order', board, settings.id_sequence
			USING ERRCODE = 'object_not_in_prerequisite_state', DETAIL = 'Later rows must get higher ids, whoever inserts them.',
				HINT = format('ALTER SEQUENCE %s CACHE 1 NO CYCLE, with an INCREMENT of 1.', settings.id_sequence);
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

	-- A row that came after its id was passed is near the watermark, if anywhere: look at the last range, or at more that are small
	EXECUTE format($sql$
		SELECT greatest(count(*), 1)
		FROM (SELECT sum(rows) OVER (ORDER BY last_id DESC) AS upto
			  FROM (SELECT last_id, rows FROM %I.batches ORDER BY last_id DESC LIMIT 100) AS b) AS r
		WHERE upto <= 100000
	$sql$, board) INTO ranges;
	FOR late IN SELECT * FROM @extschema@.klout_audit(board, ranges) LOOP
		RAISE WARNING 'board "%": ids % to % had % rows when they were taken in, now %', board,
			late.first_id, late.last_id, late.rows_taken, late.rows_now
			USING DETAIL = 'Rows that come with an id from before, or are deleted, are not followed.',
				HINT = format('Let the sequence alone give out ids, in the INSERT itself; SELECT klout_rebuild(%L) begins anew.', board);
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_refresh_check(name, bigint, text, timestamptz) IS
'The first step of klout_refresh: checks its arguments and that the sequence of ids still hands them out in order and was not set back, and warns when rows have ids beyond it or the last range of ids that was taken in has another number of rows by now';

CREATE FUNCTION klout_audit(board name, newest integer DEFAULT NULL, OUT first_id bigint, OUT last_id bigint, OUT rows_taken bigint, OUT rows_now bigint, OUT rows_rejected bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 1
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	rejected bigint[];	-- ids, which may be deleted from the table and are no concern of ours
	still bigint;
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	IF newest < 0 THEN
		RAISE EXCEPTION 'klout_audit: newest must not be negative, got %', newest
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'It is a number of ranges; NULL is all.';
	END IF;
	FOR first_id, last_id, rows_taken IN EXECUTE format($sql$
		SELECT b.first_id, b.last_id, b.rows FROM (SELECT * FROM %1$I.batches ORDER BY last_id DESC LIMIT $1) AS b ORDER BY b.last_id
	$sql$, board) USING newest LOOP
		EXECUTE format('SELECT count(*) FROM %I.source WHERE id BETWEEN $1 AND $2', board) INTO rows_now USING first_id, last_id;
		EXECUTE format('SELECT ARRAY(SELECT id FROM %I.rejected WHERE id BETWEEN $1 AND $2)', board) INTO rejected USING first_id, last_id;
		rows_rejected := cardinality(rejected);
		IF rows_rejected > 0 THEN
			EXECUTE format('SELECT count(*) FROM %I.source WHERE id = ANY ($1)', board) INTO still USING rejected;
			rows_taken := rows_taken - rows_rejected;
			rows_now := rows_now - still;
		END IF;
		IF rows_now <> rows_taken THEN
			RETURN NEXT;
		END IF;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_audit(name, integer) IS
'Ranges of ids that had another number of rows when a board took them in than they have now: rows that came late with an id from before, or were deleted. Rows that were set aside count on neither side, but in rows_rejected. No rows: all is well. Counts the rows of the newest ranges, by default of all, hence of the whole table';

CREATE FUNCTION klout_take_rejected(board name, OUT mended bigint, OUT remaining bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	rejected bigint[];
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.rejected)', board) INTO rejected;
	EXECUTE format($sql$
		INSERT INTO %1$I.pending (id, network, kind, actor, target, at, weight, topic, post)
		SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.source WHERE id = ANY ($1) AND flaw IS NULL
	$sql$, board) USING rejected;
	GET DIAGNOSTICS mended = ROW_COUNT;
	EXECUTE format('SELECT ARRAY(SELECT id FROM %I.pending WHERE id = ANY ($1))', board) INTO rejected USING rejected;
	EXECUTE format('DELETE FROM %I.rejected WHERE id = ANY ($1)', board) USING rejected;
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
AS $body$
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('TRUNCATE %1$I.signals, %1$I.posts, %1$I.pending, %1$I.batches, %1$I.rejected', board);
	PERFORM @extschema@._klout_forget_reactors(board);
	EXECUTE format('INSERT INTO %1$I.changed SELECT DISTINCT person FROM %1$I.scores ON CONFLICT DO NOTHING', board);
	-- below every id there is or will be
	EXECUTE format($sql$
		UPDATE %1$I.settings
		SET watermark = greatest(least(0, (SELECT seqmin::numeric - 1 FROM pg_sequence WHERE seqrelid = id_sequence),
									   (SELECT min(id)::numeric - 1 FROM %1$I.source)), -9223372036854775808)
	$sql$, board);
END
$body$;
COMMENT ON FUNCTION klout_rebuild(name) IS
'Forgets the facts of a board, so that the next klout_refresh takes in all actions again: after rows were deleted or changed, with another bucket, or to take a reactor who opted out out of other people''s samples. Scores, history, accounts, opt-outs and perks stay';
