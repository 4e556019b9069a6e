-- ---------------------------------------------------------------------------
-- Boards: ingesting actions, each exactly once
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_use_maintenance_work_mem() RETURNS void
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
AS $body$
	SELECT pg_catalog.set_config('work_mem', pg_catalog.current_setting('maintenance_work_mem'), true)
	WHERE pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) OPERATOR(pg_catalog.<)
		  pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'))
$body$;
COMMENT ON FUNCTION _klout_use_maintenance_work_mem() IS
'Raises work_mem to maintenance_work_mem for the rest of the transaction: refreshing a board is a maintenance operation';

CREATE FUNCTION _klout_board_safe_watermark(board name, OUT settled bigint, OUT writers text[], OUT settled_at timestamptz)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	relations oid[];	-- the actions table with its partitions and children
BEGIN
	settled_at := clock_timestamp();
	-- in this order: a transaction with an id up to settled holds its lock by then
	EXECUTE format('SELECT coalesce(pg_sequence_last_value(id_sequence), watermark) FROM %I.settings', board) INTO STRICT settled;
	EXECUTE format($sql$
		WITH RECURSIVE below (relation) AS (
			SELECT actions::oid FROM %I.settings
			UNION
			SELECT inhrelid FROM pg_inherits JOIN below ON inhparent = relation
		)
		SELECT array_agg(relation) FROM below
	$sql$, board) INTO STRICT relations;
	writers := ARRAY(SELECT DISTINCT virtualtransaction FROM pg_locks
					 WHERE locktype = 'relation' AND relation = ANY (relations) AND granted
					   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
					   AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
					   AND pid IS DISTINCT FROM pg_backend_pid());
END
$body$;
COMMENT ON FUNCTION _klout_board_safe_watermark(name) IS
'Returns the last value of the sequence of a board''s actions, the transactions that may be writing to the table (pg_locks.virtualtransaction, prepared transactions included), and the time before both were read. After _klout_wait_for_transactions(writers), a statement in a later transaction sees all rows up to that id';

CREATE FUNCTION _klout_wait_for_transactions(transactions text[]) RETURNS void
	AS 'MODULE_PATHNAME', 'klout_wait_for'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION _klout_wait_for_transactions(text[]) IS
'Waits until the transactions with these virtual ids (pg_locks.virtualtransaction), prepared ones included, have committed or rolled back. Blocks no other session; subject to lock_timeout and deadlock detection. An invalid id is an error';

CREATE FUNCTION _klout_describe_writers(transactions text[]) RETURNS text
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'
	SET datestyle = 'ISO'
AS $body$
BEGIN
	RETURN (
		SELECT string_agg(CASE
				WHEN p.gid IS NOT NULL THEN
					format('prepared transaction %L of %s, prepared at %s', p.gid, p.owner, date_trunc('second', p.prepared))
				ELSE
					format('pid %s, user %s, application "%s"', l.pid, coalesce(a.usename, '?'), a.application_name) ||
					-- visible only to members of the role and of pg_read_all_stats
					coalesce(format(', in a transaction since %s, %s, last query at %s', date_trunc('second', a.xact_start), a.state, date_trunc('second', a.query_start)), '')
			END, '; ' ORDER BY l.pid, p.gid)
		FROM (SELECT virtualtransaction, max(pid) AS pid, max(transactionid::text) FILTER (WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock') AS id
			  FROM pg_locks WHERE virtualtransaction = ANY (transactions) GROUP BY virtualtransaction) AS l
		LEFT JOIN pg_prepared_xacts AS p ON l.pid IS NULL AND p.transaction::text = l.id
		LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid);
END
$body$;
COMMENT ON FUNCTION _klout_describe_writers(text[]) IS
'Describes transactions given by their virtual ids: pid, user, application, start and state, or the name and owner of a prepared one; NULL if all have ended';

CREATE FUNCTION _klout_board_wait_for_writers(board name, writers text[], wait interval) RETURNS text[]
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	started CONSTANT timestamptz := clock_timestamp();
	-- lock_timeout of the caller stays in force
	lock_timeout CONSTANT bigint := (SELECT nullif(setting::bigint, 0) FROM pg_settings WHERE name = 'lock_timeout');
	lasting float8 := 0;	-- milliseconds elapsed
	bound float8 := coalesce(extract(epoch FROM wait) * 1000, 'infinity');
	-- milliseconds until the next NOTICE; a wait shorter than deadlock_timeout would detect no deadlock
	pause float8 := (SELECT greatest(5000, setting::bigint + 1000) FROM pg_settings WHERE name = 'deadlock_timeout');
	word float8 := pause;
	remaining text[] := writers;
	actions text;
BEGIN
	LOOP
		remaining := ARRAY(SELECT unnest(remaining) INTERSECT SELECT virtualtransaction FROM pg_locks);
		lasting := 1000 * extract(epoch FROM clock_timestamp() - started);
		IF cardinality(remaining) = 0 OR lasting >= bound THEN
			RETURN remaining;
		END IF;
		IF lasting >= lock_timeout THEN
			RAISE EXCEPTION 'board "%": canceling statement due to lock timeout, while waiting for writers', board
				USING ERRCODE = 'lock_not_available',
					DETAIL = format('Still running: %s.', @extschema@._klout_describe_writers(remaining)),
					HINT = 'Argument wait of klout_board_refresh() limits the wait and then continues without '
							'the rows of these writers.';
		END IF;
		IF lasting >= word THEN
			EXECUTE format('SELECT actions::text FROM %I.settings', board) INTO actions;
			RAISE NOTICE 'board "%": waited % seconds for transactions that write to %',
				board, round(lasting / 1000), actions
				USING DETAIL = format('The transactions are: %s.', @extschema@._klout_describe_writers(remaining));
			pause := least(2 * pause, 300000);
			word := lasting + pause;
		END IF;
		BEGIN
			PERFORM set_config('lock_timeout', ceil(least(word, bound, lock_timeout) - lasting)::bigint::text, true);
			PERFORM @extschema@._klout_wait_for_transactions(remaining[1:1]);
			PERFORM set_config('lock_timeout', coalesce(lock_timeout, 0)::text, true);
		EXCEPTION WHEN lock_not_available THEN
			NULL;	-- the next NOTICE is due, or one of the two limits is reached
		END;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION _klout_board_wait_for_writers(name, text[], interval) IS
'Step of klout_board_refresh: waits until these transactions have ended, at most for wait (NULL: no limit). Raises a NOTICE that describes them after 5 seconds, then at growing intervals. Returns those that are still running';

CREATE FUNCTION _klout_board_certain_id(board name, settled bigint, writers text[]) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	settings record;
	certain bigint;
	prefix bigint;
BEGIN
	PERFORM @extschema@._klout_board_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;
	/*
	 * Some transactions that were writing when the sequence was at settled
	 * still are.  An id is certain if its row is committed or can never appear.
	 *
	 * 1. A row of stalls records that the sequence was at s, and which writers,
	 * read from pg_locks after that, were left after a wait.  A transaction
	 * that had an id up to s held its lock then and keeps it to the end, so it
	 * either is one of them or had ended.  Once none of them is left, ids up to
	 * s are certain.  A transaction keeps its virtual id, even when it is
	 * prepared, until the server restarts: then prepared transactions get new
	 * ids that begin with -1/, and each might be any of them.  (Others do not
	 * survive a restart.  A virtual id that is reused only makes us wait.)
	 *
	 * 2. The sequence hands out each id once, so no other row can appear with
	 * the id of a committed row.  From the last certain id on, each id that
	 * has a row is certain, up to the first that has none.
	 */
	certain := settings.watermark;
	IF NOT EXISTS (SELECT FROM unnest(writers) AS w WHERE w LIKE '-1/%') THEN
		EXECUTE format('SELECT greatest($3, max(s.settled)) FROM %I.stalls AS s WHERE s.settled <= $1 AND NOT s.writers && $2', board)
			INTO STRICT certain USING settled, writers, certain;
	END IF;
	EXECUTE format($sql$
		SELECT n - 1 FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM %I.source WHERE id > $1 AND id <= $2) AS s
		WHERE id <> $1 + n ORDER BY id LIMIT 1
	$sql$, board) INTO prefix USING certain, settled;
	IF prefix IS NOT NULL THEN
		certain := certain + prefix;
	ELSE
		EXECUTE format('SELECT coalesce(max(id), $1) FROM %I.source WHERE id > $1 AND id <= $2', board) INTO STRICT certain USING certain, settled;
	END IF;
	EXECUTE format('DELETE FROM %1$I.stalls AS s WHERE s.settled <= $1 OR s.settled <= (SELECT t.settled FROM %1$I.stalls AS t ORDER BY t.settled DESC OFFSET 1000 LIMIT 1)', board)
		USING certain;
	IF certain < settled THEN
		-- keep the first row for an id: transactions seen only later have higher ids
		EXECUTE format('INSERT INTO %I.stalls (settled, writers) VALUES ($1, $2) ON CONFLICT DO NOTHING', board) USING settled, writers;
		RAISE WARNING 'board "%": transactions that write to % have not ended; continuing with ids up to % of %',
			board, settings.actions, certain, settled
			USING DETAIL = format('The transactions are: %s.',
					coalesce(@extschema@._klout_describe_writers(writers), 'ended meanwhile')),
				HINT = 'The first refresh after they end ingests the rest.';
	END IF;
	RETURN certain;
END
$body$;
COMMENT ON FUNCTION _klout_board_certain_id(name, bigint, text[]) IS
'Step of a klout_board_refresh that did not wait for all writers: returns the highest id up to which these cannot commit any more rows. Raises a WARNING that describes them if it is lower than settled';

CREATE FUNCTION _klout_hash_row(id bigint, network text, kind text, actor bigint, target bigint, at timestamptz, weight float8, topic text, post text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_hash_row'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION _klout_hash_row(bigint, text, text, bigint, bigint, timestamptz, float8, text, text) IS
'Hashes the bytes of an action''s values, including NULLs. Does not depend on settings, collations or the platform';

CREATE FUNCTION _klout_hash_row(id bigint, network text, kind text, actor text, target text, at timestamptz, weight float8, topic text, post text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_hash_row'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION _klout_hash_row(bigint, text, text, text, text, timestamptz, float8, text, text) IS
'Hashes the bytes of an action''s values, including NULLs. Does not depend on settings, collations or the platform';

CREATE FUNCTION _klout_hash_row(id bigint, network text, kind text, actor uuid, target uuid, at timestamptz, weight float8, topic text, post text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_hash_row'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION _klout_hash_row(bigint, text, text, uuid, uuid, timestamptz, float8, text, text) IS
'Hashes the bytes of an action''s values, including NULLs. Does not depend on settings, collations or the platform';

CREATE FUNCTION _klout_checksum() RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN format('sum(%s._klout_hash_row(id::bigint, network::text, kind::text, actor, target, at::timestamptz, weight::float8, topic::text, post::text))', '@extschema@');
END
$body$;
COMMENT ON FUNCTION _klout_checksum() IS
'Returns an SQL aggregate expression: the checksum of rows of a board''s source or pending, which is the sum of their hashes and does not depend on their order; NULL for no rows';

CREATE FUNCTION _klout_board_id_after(board name, after bigint, up_to bigint, rows bigint, OUT first_id bigint, OUT last_id bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	found bigint;
BEGIN
	PERFORM @extschema@._klout_board_guard(board);
	EXECUTE format('SELECT count(*), coalesce(min(id), $2), coalesce(max(id), $2) FROM (SELECT id FROM %I.source WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3) AS s', board)
		INTO STRICT found, first_id, last_id USING after, up_to, rows;
	IF found < rows THEN
		last_id := up_to;
	END IF;
END
$body$;
COMMENT ON FUNCTION _klout_board_id_after(name, bigint, bigint, bigint) IS
'Returns the first id after after, and the last of the next rows rows, or up_to if there are fewer. The cost depends on the number of rows, not on the gaps between ids';

CREATE FUNCTION _klout_board_started_at(board name) RETURNS timestamptz
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	started_at timestamptz;
BEGIN
	-- the first time may be an outlier; a plain fraction of all reactors would move when many join later
	EXECUTE format('SELECT first_seen FROM %1$I.reactors ORDER BY first_seen OFFSET 9 + (SELECT count(*) FROM %1$I.reactors) / 1000 LIMIT 1', board) INTO started_at;
	RETURN started_at;
END
$body$;
COMMENT ON FUNCTION _klout_board_started_at(name) IS
'Returns when the community of a board started: the tenth-lowest first_seen of its reactors, skipping another thousandth of them on a large board. NULL if there are fewer than ten';

CREATE FUNCTION _klout_board_set_read_until(board name, up_to bigint, as_of timestamptz, settled_at timestamptz) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	settings record;
	rows bigint;
	unread bigint;
BEGIN
	EXECUTE format('SELECT reactor_weight, read_until FROM %I.settings', board) INTO STRICT settings;
	IF settings.reactor_weight <> 'proven' THEN
		RETURN;		-- no reactors are stored
	END IF;
	-- The initial load is over when nearly all rows are read: an open transaction may hold back the rest
	IF settings.read_until = '-infinity' THEN
		PERFORM @extschema@._klout_board_guard(board);
		EXECUTE format('SELECT coalesce(sum(rows), 0)::bigint FROM %I.batches', board) INTO rows;
		EXECUTE format('SELECT count(*) FROM (SELECT FROM %I.source WHERE id > $1 LIMIT $2) AS u', board) INTO unread USING up_to, rows / 20 + 1;
		IF unread > rows / 20 AND rows > 0 THEN
			RETURN;
		END IF;
	END IF;
	-- If writers remain, the initial load ends now; after it, read_until does not advance
	settled_at := coalesce(settled_at, CASE WHEN settings.read_until = '-infinity' THEN now() ELSE settings.read_until END);
	EXECUTE format('UPDATE %I.settings SET read_until = greatest(read_until, least($1, $2)), started_at = coalesce(started_at, $3)', board)
		USING as_of, settled_at, @extschema@._klout_board_started_at(board);
END
$body$;
COMMENT ON FUNCTION _klout_board_set_read_until(name, bigint, timestamptz, timestamptz) IS
'Records in the settings of a board that all rows that existed at settled_at, up to an id, have been read (NULL: not all, because writers remain): reactors that appear later with an earlier time are first seen at that time. Also records when the community started, once known. Neither value ever moves back';

CREATE FUNCTION _klout_board_delete_reactors(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	-- what a linked account proved, it proved for its person
	EXECUTE format($sql$
		INSERT INTO %1$I.reactors AS r (actor, first_seen, several)
		SELECT l.person, min(k.first_seen), false
		FROM %1$I.accounts AS l JOIN %1$I.reactors AS k ON k.actor = l.account
		WHERE NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = l.person)
		GROUP BY l.person
		ON CONFLICT (actor) DO UPDATE
		SET first_seen = least(r.first_seen, excluded.first_seen)
	$sql$, board);
	EXECUTE format('UPDATE %I.reactors SET several = false, first_target = NULL', board);
END
$body$;
COMMENT ON FUNCTION _klout_board_delete_reactors(name) IS
'Step of klout_board_rebuild: clears the targets of a board''s reactors, which will be read again, but keeps when they were first seen, which the actions table cannot prove';

CREATE FUNCTION _klout_board_ingest(board name, up_to bigint, batch bigint, as_of timestamptz, settled_at timestamptz DEFAULT NULL, OUT rows bigint, OUT remaining bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- days and months are of UTC
	SET datestyle = 'ISO'	-- and other settings that casts to text depend on
	SET intervalstyle = 'postgres'
	SET extra_float_digits = 1
	SET bytea_output = 'hex'
	SET lc_monetary = 'C'
	SET row_security = off	-- raise an error instead of hiding rows
	SET klout.warn_folded = off	-- this function warns itself, and knows the accounts
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	started CONSTANT timestamptz := clock_timestamp();
	settings record;
	first_id bigint;
	last_id bigint;
	future bigint;		-- rows with a time in the future
	to_reject bigint;		-- rows to reject
	rejected bigint[];	-- their ids, without those that other rows share
	set_aside bigint;	-- number of rows that were rejected
	reasons text;
	range_rows CONSTANT bigint := 100000;	-- approximate number of rows of a range in batches
	spread boolean := false;	-- ids are far apart
	base bigint;		-- id before the first piece
	span numeric;		-- number of ids
	width bigint;		-- ids per piece
	pieces bigint[];	-- numbers of the pieces that have rows
	piece_rows bigint[];
	piece_sums numeric[];
	range_first bigint;	-- first id of the current range
	range_count bigint := 0;
	range_sum numeric := 0;
	due boolean;		-- pending rows have become due
	linked boolean;
	opted boolean;
	actor_person text := 'a.actor';
	target_person text := 'a.target';
	joins text := '';
	people_joins text;
	stays_out text := '';
	conditions text;
	arrived text;		-- the actions of this batch: a FROM clause
	weight text := 'a.weight';
	unlogged regclass;
	folded bigint;		-- accounts with more kinds than a value can hold
	examples text;
	started_at timestamptz;	-- start of the community
	until timestamptz;	-- reactors first seen by then need no tenure
BEGIN
	PERFORM @extschema@._klout_use_maintenance_work_mem();
	-- Concurrent refreshes and publications wait here
	PERFORM @extschema@._klout_board_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;
	EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.pending WHERE at <= $1), EXISTS (SELECT 1 FROM %1$I.accounts), EXISTS (SELECT 1 FROM %1$I.opt_outs)', board)
		INTO due, linked, opted USING as_of;
	-- The next ids; if they have large gaps, the ids of that many rows
	base := settings.watermark;
	last_id := CASE WHEN up_to::numeric - settings.watermark <= batch THEN up_to ELSE settings.watermark + batch END;
	LOOP
		-- in pieces, which are joined to ranges of batches below
		span := greatest(last_id::numeric - base, 0);
		width := greatest(ceil(span / 1000), 20000);
		EXECUTE format($sql$
			SELECT coalesce(sum(p.rows), 0), coalesce(sum(p.future), 0), coalesce(sum(p.to_reject), 0),
				   array_agg(p.piece ORDER BY p.piece), array_agg(p.rows ORDER BY p.piece), array_agg(p.checksum ORDER BY p.piece)
			FROM (SELECT %3$s AS piece, count(*) AS rows, count(*) FILTER (WHERE at > $3 AND reason IS NULL) AS future, count(reason) AS to_reject,
						 coalesce(%2$s FILTER (WHERE reason IS NULL), 0) AS checksum
				  FROM %1$I.source WHERE id > $1 AND id <= $2 GROUP BY 1) AS p
		$sql$, board, @extschema@._klout_checksum(),
			-- a larger difference would overflow bigint
			CASE WHEN span <= range_rows OR span > 9223372036854775807 THEN '0::bigint' ELSE '(id - $5 - 1) / $4' END)
			INTO rows, future, to_reject, pieces, piece_rows, piece_sums USING settings.watermark, last_id, as_of, width, base;
		EXIT WHEN spread OR last_id >= up_to OR rows >= batch / 2.0;
		spread := true;
		SELECT a.last_id, a.first_id - 1 INTO last_id, base FROM @extschema@._klout_board_id_after(board, settings.watermark, up_to, batch) AS a;
	END LOOP;
	remaining := least(greatest(up_to::numeric - last_id, 0), 9223372036854775807);
	IF last_id <= settings.watermark AND NOT due THEN
		IF remaining = 0 THEN
			PERFORM @extschema@._klout_board_set_read_until(board, up_to, as_of, settled_at);
		END IF;
		RETURN;
	END IF;
	unlogged := @extschema@._klout_unlogged_relation(settings.actions);
	IF unlogged IS NOT NULL THEN
		RAISE WARNING 'board "%": table % is no longer permanent', board, unlogged
			USING DETAIL = 'A crash would delete its rows, but the board would still count them.',
				HINT = format('Run ALTER TABLE %s SET LOGGED.', unlogged);
	END IF;

	IF linked THEN
		actor_person := 'coalesce(al.person, a.actor)';
		target_person := 'coalesce(tl.person, a.target)';
		joins := format(' LEFT JOIN %1$I.accounts AS al ON al.account = a.actor AND al.network = a.network'
						' LEFT JOIN %1$I.accounts AS tl ON tl.account = a.target AND tl.network = a.network', board);
	END IF;
	conditions := format(' AND %s <> %s', actor_person, target_person);
	IF opted THEN
		stays_out := format(' AND NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = %2$s)'
										   ' AND NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = %3$s)',
										   board, actor_person, target_person);
		conditions := conditions || stays_out;
	END IF;
	people_joins := joins;
	IF to_reject > 0 THEN
		-- again, here and below: the steps before may have taken minutes
		PERFORM @extschema@._klout_board_guard(board);
		-- recorded first, so a row fixed by a concurrent UPDATE stays out of this batch
		-- (where ids are not unique, other rows of the same id still count)
		EXECUTE format($sql$
			WITH bad AS (SELECT DISTINCT id FROM %1$I.source WHERE id > $1 AND id <= $2 AND reason IS NOT NULL)
			INSERT INTO %1$I.rejected (id, reason, rows, shared)
			SELECT id, min(s.reason), count(s.reason), count(*) > 1
			FROM bad JOIN %1$I.source AS s USING (id)
			WHERE id > $1 AND id <= $2	-- which an index finds, too
			GROUP BY id
		$sql$, board) USING settings.watermark, last_id;
		EXECUTE format($sql$
			SELECT coalesce(array_agg(id) FILTER (WHERE NOT shared), '{}'), coalesce(sum(rows), 0)::bigint,
				   (SELECT string_agg(format('%%s (%%s, %%s)', reason, count, CASE WHEN count = 1 THEN format('id %%s', first) ELSE format('ids %%s to %%s', first, last) END),
									  '; ' ORDER BY count DESC, reason)
					FROM (SELECT reason, sum(rows) AS count, min(id) AS first, max(id) AS last FROM %1$I.rejected WHERE id > $1 AND id <= $2 GROUP BY reason) AS f)
			FROM %1$I.rejected WHERE id > $1 AND id <= $2
		$sql$, board) INTO rejected, set_aside, reasons USING settings.watermark, last_id;
		IF to_reject <> set_aside THEN
			-- a row was fixed meanwhile and counts: use one range for all rows
			pieces := '{0}';
			piece_rows := ARRAY[rows];
			EXECUTE format('SELECT ARRAY[coalesce(%2$s, 0)] FROM %1$I.source WHERE id > $1 AND id <= $2 AND reason IS NULL AND id <> ALL ($3)', board, @extschema@._klout_checksum())
				INTO piece_sums USING settings.watermark, last_id, rejected;
		END IF;
		to_reject := set_aside;
		IF to_reject > 0 THEN
			RAISE WARNING 'board "%": rejected % of % rows', board, to_reject, rows
				USING DETAIL = format('Reasons: %s.', reasons),
					HINT = format('Their ids are in %I.rejected. After fixing the rows, run SELECT '
							'klout_board_retry_rejected(%L).', board, board);
		END IF;
	END IF;

	arrived := format('(SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.source WHERE id > $1 AND id <= $2 AND at <= $3', board) ||
		CASE WHEN to_reject > 0 THEN ' AND reason IS NULL AND id <> ALL ($6)' ELSE '' END ||
		CASE WHEN due THEN format(' UNION ALL SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.pending WHERE at <= $3', board) ELSE '' END ||
		format(') AS a%s', joins);
	conditions := ' WHERE true' || conditions;

	CASE settings.reactor_weight
		WHEN 'none' THEN
			NULL;
		WHEN 'proven' THEN
			PERFORM @extschema@._klout_board_guard(board);
			-- Reactors that acted before read_until have been read by then: a row that arrives now
			-- with an earlier time is first seen at read_until.  The initial load trusts the time.
			EXECUTE format($sql$
				INSERT INTO %1$I.reactors AS r (actor, first_seen, first_target, several)
				SELECT a.actor, min(a.at), min(a.target%6$s)::%7$s, min(a.target%6$s) <> max(a.target%6$s)
				FROM (SELECT %2$s AS actor, %3$s AS target, greatest(a.at, $7) AS at FROM %4$s %5$s) AS a
				%8$s
				GROUP BY 1
				ORDER BY 1
				ON CONFLICT (actor) DO UPDATE
				SET first_seen = least(r.first_seen, excluded.first_seen),
					first_target = coalesce(r.first_target, excluded.first_target),
					several = r.several OR excluded.several OR coalesce(r.first_target <> excluded.first_target, false)
				WHERE excluded.first_seen < r.first_seen
				   OR NOT r.several AND (excluded.several OR r.first_target IS DISTINCT FROM excluded.first_target)
			$sql$, board, actor_person, target_person, arrived, conditions,
				-- PostgreSQL before 18 has no min(uuid)
				CASE person_type WHEN 'uuid' THEN '::text' ELSE '' END, person_type,
				-- most actions tell nothing new about their reactors; Citus does not support this join
				CASE WHEN NOT @extschema@._klout_has_citus() THEN format(
					'LEFT JOIN %I.reactors AS k USING (actor)
					 WHERE k.actor IS NULL OR a.at < k.first_seen OR NOT k.several AND a.target IS DISTINCT FROM k.first_target', board)
				ELSE '' END)
			USING settings.watermark, last_id, as_of, settings.tenure, settings.bucket, rejected, settings.read_until;
			started_at := coalesce(settings.started_at, @extschema@._klout_board_started_at(board));
			until := CASE WHEN started_at < '200000-01-01' THEN started_at + settings.tenure ELSE 'infinity' END;
			IF until > as_of AND rows > 0 THEN
				RAISE NOTICE 'board "%": the community is young, so reactors do not need a tenure of % to be proven',
					board, settings.tenure
					USING DETAIL = format('A reactor who acts on two or more people is proven if first '
							'seen by %s.', CASE WHEN started_at IS NULL THEN 'the time the board has ten reactors' ELSE until::text END);
			END IF;
			joins := format(' LEFT JOIN %I.reactors AS w ON w.actor = %s', board, actor_person);
			weight := 'CASE WHEN w.several AND w.first_seen <= a.at AND (w.first_seen <= $8 OR a.at >= ''4000-01-01 00:00+00 BC'' AND w.first_seen <= a.at - $4) THEN coalesce(a.weight, 1) ELSE 0 END';
		WHEN 'score' THEN
			joins := format(' LEFT JOIN %I.scores AS w ON w.person = %s AND w.topic = ''''', board, actor_person);
			-- below the resolution of weights it is 0; must not underflow
			weight := 'coalesce(a.weight, 1) * CASE WHEN w.score >= 0.1 THEN w.score / 100 ELSE 0 END';
		WHEN 'authority' THEN
			joins := format(' LEFT JOIN %I.authority AS w ON w.person = %s', board, actor_person);
			weight := 'coalesce(a.weight, 1) * coalesce(w.weight, 0)';
	END CASE;

	PERFORM @extschema@._klout_board_guard(board);
	EXECUTE format($sql$
		WITH new AS (
			SELECT a.target AS account, a.network, %5$s AS topic,
				   %8$s.klout_signals(a.network, a.kind, a.actor, a.at, %4$s, $5) AS signals
			FROM %2$s %6$s %3$s
			GROUP BY 1, 2 %7$s
			ORDER BY 1, 2, 3
		), put AS (
			INSERT INTO %1$I.signals AS s (account, network, topic, signals)
			SELECT account, network, topic, signals FROM new
			ON CONFLICT (account, network, topic) DO UPDATE
			SET signals = %8$s.klout_merge(s.signals, excluded.signals)
			RETURNING account, network, %8$s._klout_has_surplus(signals) AS folded
		)
		INSERT INTO %1$I.changed AS c (person, folded)
		SELECT coalesce(l.person, put.account), max(CASE WHEN folded THEN format('%%s on %%s', account, network) END)
		FROM put LEFT JOIN %1$I.accounts AS l USING (account, network)
		GROUP BY 1
		ORDER BY 1
		ON CONFLICT (person) DO UPDATE
		SET folded = excluded.folded
		WHERE c.folded IS NULL AND excluded.folded IS NOT NULL
	$sql$, board, arrived, conditions, weight,
		CASE WHEN settings.topics THEN 'coalesce(a.topic, '''')' ELSE '''''::text' END,
		CASE settings.reactor_weight WHEN 'none' THEN '' ELSE joins END,
		CASE WHEN settings.topics THEN ', 3' ELSE '' END, '@extschema@')
	USING settings.watermark, last_id, as_of, settings.tenure, settings.bucket, rejected, settings.read_until, until;

	IF settings.posts THEN
		PERFORM @extschema@._klout_board_guard(board);
		EXECUTE format($sql$
			INSERT INTO %1$I.posts AS p (network, post, account, last_at, signals)
			SELECT a.network, a.post, a.target, max(a.at),
				   %6$s.klout_signals(a.network, a.kind, a.actor, a.at, %4$s, $5)
			FROM %2$s %5$s %3$s AND a.post IS NOT NULL AND a.at > $3 - interval '90 days'
			GROUP BY 1, 2, 3
			ORDER BY 1, 2, 3
			ON CONFLICT (network, post, account) DO UPDATE
			SET signals = %6$s.klout_merge(p.signals, excluded.signals),
				last_at = greatest(p.last_at, excluded.last_at)
		$sql$, board, arrived, conditions, weight, CASE settings.reactor_weight WHEN 'none' THEN '' ELSE joins END, '@extschema@')
		USING settings.watermark, last_id, as_of, settings.tenure, settings.bucket, rejected, settings.read_until, until;
	END IF;

	IF due THEN
		EXECUTE format('DELETE FROM %I.pending WHERE at <= $1', board) USING as_of;
	END IF;
	IF future > 0 THEN
		PERFORM @extschema@._klout_board_guard(board);
		EXECUTE format($sql$
			INSERT INTO %1$I.pending
			SELECT a.id, a.network, a.kind, a.actor, a.target, a.at, a.weight, a.topic, a.post
			FROM (SELECT * FROM %1$I.source WHERE id > $1 AND id <= $2 AND at > $3 %4$s) AS a %2$s
			WHERE true %3$s
		$sql$, board, people_joins, stays_out, CASE WHEN to_reject > 0 THEN 'AND reason IS NULL AND id <> ALL ($4)' ELSE '' END)
		USING settings.watermark, last_id, as_of, rejected;
	END IF;

	IF last_id > settings.watermark THEN
		range_first := settings.watermark + 1;
		FOR i IN 1 .. greatest(cardinality(pieces), 1) LOOP
			range_count := range_count + coalesce(piece_rows[i], 0);
			range_sum := range_sum + coalesce(piece_sums[i], 0);
			-- until the range is full; ids without rows belong to the range before them
			CONTINUE WHEN i < cardinality(pieces) AND range_count + piece_rows[i + 1] <= range_rows;
			EXECUTE format('INSERT INTO %I.batches (first_id, last_id, rows, checksum, seconds) VALUES ($1, $2, $3, $4, $5)', board)
				USING range_first, CASE WHEN i < cardinality(pieces) THEN base + pieces[i + 1] * width ELSE last_id END, range_count, range_sum,
					extract(epoch FROM clock_timestamp() - started)::float8 * coalesce(range_count / nullif(rows, 0)::float8, 1);
			range_first := CASE WHEN i < cardinality(pieces) THEN base + pieces[i + 1] * width + 1 END;
			range_count := 0;
			range_sum := 0;
		END LOOP;
		EXECUTE format('UPDATE %I.settings SET watermark = $1', board) USING last_id;
	END IF;
	IF remaining = 0 THEN
		EXECUTE format($sql$
			SELECT count(*), string_agg(folded, ', ' ORDER BY folded) FILTER (WHERE n <= 3)
			FROM (SELECT folded, row_number() OVER (ORDER BY folded) AS n FROM %I.changed WHERE folded IS NOT NULL) AS f
		$sql$, board) INTO folded, examples;
		IF folded > 0 THEN
			RAISE WARNING 'board "%": % changed accounts have more kinds of actions on a network than klout_signals can hold',
				board, folded
				USING DETAIL = format('The surplus is counted under the name (other): %s%s.',
						examples, CASE WHEN folded > 3 THEN ', ...' ELSE '' END),
					HINT = 'The maximum is 64. Give rare kinds a common name.';
		END IF;
		PERFORM @extschema@._klout_board_set_read_until(board, up_to, as_of, settled_at);
	END IF;
	RAISE NOTICE 'board "%": ingested % rows (% per second), up to id %, % ids remaining', board, rows,
		round(rows / greatest(extract(epoch FROM clock_timestamp() - started), 0.001)), last_id, remaining;
END
$body$;
COMMENT ON FUNCTION _klout_board_ingest(name, bigint, bigint, timestamptz, timestamptz) IS
'Step of klout_board_refresh: adds the next batch of rows of the actions table, up to id up_to (from _klout_board_safe_watermark in an earlier transaction), and pending rows that are due, to the facts of a board. Rows later than as_of become pending. Invalid rows (a NULL, an infinite time, a weight out of range, a name or id that is too long) are recorded in rejected, with a WARNING. Rows whose actor and target are the same person, and rows of people who opted out, do not count. Returns the number of rows read and of ids that remain, which a NOTICE reports with the speed. Moves the watermark in the same transaction, so each row counts exactly once, even if the call is repeated or rolled back';
