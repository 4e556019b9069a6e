-- ---------------------------------------------------------------------------
-- Boards: taking in actions, each once
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_more_memory() RETURNS void
	LANGUAGE sql VOLATILE PARALLEL UNSAFE
AS $body$
	SELECT pg_catalog.set_config('work_mem', pg_catalog.current_setting('maintenance_work_mem'), true)
	WHERE pg_catalog.pg_size_bytes(pg_catalog.current_setting('work_mem')) OPERATOR(pg_catalog.<)
		  pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem'))
$body$;
COMMENT ON FUNCTION klout_more_memory() IS
'Lets the rest of the transaction sort and hash in maintenance_work_mem where work_mem is less: to refresh a board is maintenance';

CREATE FUNCTION klout_settle(board name, OUT settled bigint, OUT writers text[], OUT settled_at timestamptz)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	relations oid[];	-- the actions table and all below it
BEGIN
	settled_at := clock_timestamp();
	-- in this order: whoever got an id up to settled holds a lock by then
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
COMMENT ON FUNCTION klout_settle(name) IS
'The highest id that the sequence of a board''s actions has handed out, who may write to the table at this moment (pg_locks.virtualtransaction, prepared transactions included), and the time before that look. After klout_wait_for them, rows up to that id are all there for a statement that begins later, in a transaction of its own';

CREATE FUNCTION klout_wait_for(transactions text[]) RETURNS void
	AS 'MODULE_PATHNAME', 'klout_wait_for'
	LANGUAGE C VOLATILE STRICT PARALLEL UNSAFE;
COMMENT ON FUNCTION klout_wait_for(text[]) IS
'Waits until transactions, by their virtual ids as in pg_locks.virtualtransaction, have committed or rolled back, prepared ones included. Blocks nobody; lock_timeout and the detection of deadlocks see it. An error for what is no such id';

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
					-- hidden from others than members of the role, and of pg_read_all_stats
					coalesce(format(', in a transaction since %s, %s, last query at %s', date_trunc('second', a.xact_start), a.state, date_trunc('second', a.query_start)), '')
			END, '; ' ORDER BY l.pid, p.gid)
		FROM (SELECT virtualtransaction, max(pid) AS pid, max(transactionid::text) FILTER (WHERE locktype = 'transactionid' AND mode = 'ExclusiveLock') AS id
			  FROM pg_locks WHERE virtualtransaction = ANY (transactions) GROUP BY virtualtransaction) AS l
		LEFT JOIN pg_prepared_xacts AS p ON l.pid IS NULL AND p.transaction::text = l.id
		LEFT JOIN pg_stat_activity AS a ON a.pid = l.pid);
END
$body$;
COMMENT ON FUNCTION _klout_describe_writers(text[]) IS
'Who these transactions are, by their virtual ids: pid, user, application, since when and state, or the name and owner of a prepared one; NULL if all are over';

CREATE FUNCTION _klout_wait_for_writers(board name, writers text[], wait interval) RETURNS text[]
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	started CONSTANT timestamptz := clock_timestamp();
	-- a caller's own lock_timeout goes on holding
	lock_timeout CONSTANT bigint := (SELECT nullif(setting::bigint, 0) FROM pg_settings WHERE name = 'lock_timeout');
	lasting float8 := 0;	-- milliseconds that have passed
	bound float8 := coalesce(extract(epoch FROM wait) * 1000, 'infinity');
	-- milliseconds to the next word; waits in pieces that are shorter than deadlock_timeout would find no deadlock
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
				USING ERRCODE = 'lock_not_available', DETAIL = format('Still there: %s.', @extschema@._klout_describe_writers(remaining)),
					HINT = 'CALL klout_refresh(..., wait => ...) bounds the wait as well, and then goes on with what is certain.';
		END IF;
		IF lasting >= word THEN
			EXECUTE format('SELECT actions::text FROM %I.settings', board) INTO actions;
			RAISE NOTICE 'board "%": has waited % seconds for writers to % to end', board, round(lasting / 1000), actions
				USING DETAIL = format('They are: %s.', @extschema@._klout_describe_writers(remaining));
			pause := least(2 * pause, 300000);
			word := lasting + pause;
		END IF;
		BEGIN
			PERFORM set_config('lock_timeout', ceil(least(word, bound, lock_timeout) - lasting)::bigint::text, true);
			PERFORM @extschema@.klout_wait_for(remaining[1:1]);
			PERFORM set_config('lock_timeout', coalesce(lock_timeout, 0)::text, true);
		EXCEPTION WHEN lock_not_available THEN
			NULL;	-- one of the three is over
		END;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION _klout_wait_for_writers(name, text[], interval) IS
'A step of klout_refresh: waits until these transactions are over, at most that long (NULL: as long as it takes), and says after 5 seconds and then ever less often who they are, in a NOTICE. Returns those that are still there';

CREATE FUNCTION _klout_certain_id(board name, settled bigint, writers text[]) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	settings record;
	certain bigint;
	prefix bigint;
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;
	/*
	 * Some of those who wrote when the sequence was at settled still do.  An
	 * id is certain if its row is committed or can never come.
	 *
	 * 1. A row of stalls says: the sequence was at s, and then looked up who
	 * writes; after a wait these were left.  Whoever had an id up to s held a
	 * lock at that look and keeps it to the end, so he is one of them or had
	 * ended.  If none of them is left today either, ids up to s are certain.
	 * A transaction keeps its virtual id, also when it is prepared, but for a
	 * restart of the server: then prepared ones get another, which begins
	 * with -1/, and might be any.  (Others do not survive it.  An id that is
	 * used again by somebody else only makes us wait.)
	 *
	 * 2. The sequence hands out each id once.  So where a committed row has
	 * an id no other can come, and from the last certain id on each id that
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
		-- of two looks at the same id the first is worth more: who wrote at the second alone has higher ids
		EXECUTE format('INSERT INTO %I.stalls (settled, writers) VALUES ($1, $2) ON CONFLICT DO NOTHING', board) USING settled, writers;
		RAISE WARNING 'board "%": writers to % have not ended; goes on with what is certain, ids up to % of %', board, settings.actions, certain, settled
			USING DETAIL = format('They are: %s.', coalesce(@extschema@._klout_describe_writers(writers), 'gone meanwhile')),
				HINT = 'The rest comes with the first refresh that finds them ended.';
	END IF;
	RETURN certain;
END
$body$;
COMMENT ON FUNCTION _klout_certain_id(name, bigint, text[]) IS
'A step of klout_refresh that did not wait for all writers: the id up to which no row is missing that these could still commit. A WARNING names them if that is less than where the sequence was';

CREATE FUNCTION _klout_hash_row(id bigint, network text, kind text, actor bigint, target bigint, at timestamptz, weight float8, topic text, post text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_hash_row'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION _klout_hash_row(bigint, text, text, bigint, bigint, timestamptz, float8, text, text) IS
'A hash of an action, NULLs included, by the bytes of its values: the same whatever settings, collations and platform';

CREATE FUNCTION _klout_hash_row(id bigint, network text, kind text, actor text, target text, at timestamptz, weight float8, topic text, post text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_hash_row'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION _klout_hash_row(bigint, text, text, text, text, timestamptz, float8, text, text) IS
'A hash of an action, NULLs included, by the bytes of its values: the same whatever settings, collations and platform';

CREATE FUNCTION _klout_hash_row(id bigint, network text, kind text, actor uuid, target uuid, at timestamptz, weight float8, topic text, post text) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_hash_row'
	LANGUAGE C IMMUTABLE PARALLEL SAFE COST 2;
COMMENT ON FUNCTION _klout_hash_row(bigint, text, text, uuid, uuid, timestamptz, float8, text, text) IS
'A hash of an action, NULLs included, by the bytes of its values: the same whatever settings, collations and platform';

CREATE FUNCTION _klout_checksum() RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN format('sum(%s._klout_hash_row(id::bigint, network::text, kind::text, actor, target, at::timestamptz, weight::float8, topic::text, post::text))', '@extschema@');
END
$body$;
COMMENT ON FUNCTION _klout_checksum() IS
'The aggregate, as SQL, over rows of a board''s source or pending that changes if any of them does: the sum of their hashes, in any order; NULL of no rows';

CREATE FUNCTION _klout_id_after(board name, after bigint, up_to bigint, rows bigint, OUT first_id bigint, OUT last_id bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	found bigint;
BEGIN
	PERFORM @extschema@._klout_guard(board);
	EXECUTE format('SELECT count(*), coalesce(min(id), $2), coalesce(max(id), $2) FROM (SELECT id FROM %I.source WHERE id > $1 AND id <= $2 ORDER BY id LIMIT $3) AS s', board)
		INTO STRICT found, first_id, last_id USING after, up_to, rows;
	IF found < rows THEN
		last_id := up_to;
	END IF;
END
$body$;
COMMENT ON FUNCTION _klout_id_after(name, bigint, bigint, bigint) IS
'The first id after an id, and the id of so many rows after it, or up_to if there are not that many: costs as much as these rows, however far apart their ids are';

CREATE FUNCTION _klout_began(board name) RETURNS timestamptz
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	began timestamptz;
BEGIN
	-- not the first one, whose time may be anything; and not a share of all, which a crowd of later ones would move
	EXECUTE format('SELECT first_seen FROM %1$I.reactors ORDER BY first_seen OFFSET 9 + (SELECT count(*) FROM %1$I.reactors) / 1000 LIMIT 1', board) INTO began;
	RETURN began;
END
$body$;
COMMENT ON FUNCTION _klout_began(name) IS
'internal: when the community of a board began, by its reactors: the tenth to be first seen, or in a large one the first after a thousandth of them and nine. NULL if there are fewer than ten';

CREATE FUNCTION _klout_read_until(board name, up_to bigint, as_of timestamptz, settled_at timestamptz) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- an error, where rows would be hidden
AS $body$
DECLARE
	settings record;
	rows bigint;
	unread bigint;
BEGIN
	EXECUTE format('SELECT reactor_weight, read_until FROM %I.settings', board) INTO STRICT settings;
	IF settings.reactor_weight <> 'proven' THEN
		RETURN;		-- nobody was seen
	END IF;
	-- The first load is over when nearly all is read: it may have stopped at a writer that does not end
	IF settings.read_until = '-infinity' THEN
		PERFORM @extschema@._klout_guard(board);
		EXECUTE format('SELECT coalesce(sum(rows), 0)::bigint FROM %I.batches', board) INTO rows;
		EXECUTE format('SELECT count(*) FROM (SELECT FROM %I.source WHERE id > $1 LIMIT $2) AS u', board) INTO unread USING up_to, rows / 20 + 1;
		IF unread > rows / 20 AND rows > 0 THEN
			RETURN;
		END IF;
	END IF;
	-- Where writers remain, the end of the first load is now, and later on nothing is known
	settled_at := coalesce(settled_at, CASE WHEN settings.read_until = '-infinity' THEN now() ELSE settings.read_until END);
	EXECUTE format('UPDATE %I.settings SET read_until = greatest(read_until, least($1, $2)), began = coalesce(began, $3)', board)
		USING as_of, settled_at, @extschema@._klout_began(board);
END
$body$;
COMMENT ON FUNCTION _klout_read_until(name, bigint, timestamptz, timestamptz) IS
'internal: keeps in the settings of a board that all there was at settled_at is read (NULL: not all, as writers remain), up to an id: reactors who come later with an earlier time are first seen then. And when its community began, once that is known; neither is ever taken back';

CREATE FUNCTION _klout_forget_reactors(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	-- an account that belongs to another person now proved that person
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
COMMENT ON FUNCTION _klout_forget_reactors(name) IS
'internal: a step of klout_rebuild: forgets on whom reactors of a board acted, which is read again, but not when they were first seen, which the table of actions cannot prove';

CREATE FUNCTION klout_take_in(board name, up_to bigint, batch bigint, as_of timestamptz, settled_at timestamptz DEFAULT NULL, OUT rows bigint, OUT remaining bigint)
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- days and months are of UTC
	SET datestyle = 'ISO'	-- and what else text made of other types depends on
	SET intervalstyle = 'postgres'
	SET extra_float_digits = 1
	SET bytea_output = 'hex'
	SET lc_monetary = 'C'
	SET row_security = off	-- an error, where rows would be hidden
	SET klout.warn_folded = off	-- we do, and know whose
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	started CONSTANT timestamptz := clock_timestamp();
	settings record;
	first_id bigint;
	last_id bigint;
	future bigint;		-- rows whose time has not come
	flawed bigint;		-- rows that cannot count
	rejected bigint[];	-- their ids, but of those that share one
	set_aside bigint;	-- of flawed, those that were when they were written down
	flaws text;
	range_rows CONSTANT bigint := 100000;	-- of a row in batches, about
	spread boolean := false;	-- ids are far apart
	base bigint;		-- the id before them
	span numeric;		-- of ids
	width bigint;		-- of a piece of them
	pieces bigint[];	-- by number, those that have rows
	piece_rows bigint[];
	piece_sums numeric[];
	range_first bigint;	-- id
	range_count bigint := 0;
	range_sum numeric := 0;
	due boolean;		-- rows whose time has come meanwhile
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
	folded bigint;		-- accounts with more kinds than a value has room for
	examples text;
	began timestamptz;	-- when the community did
	until timestamptz;	-- who was first seen by then need not wait for tenure
BEGIN
	PERFORM @extschema@.klout_more_memory();
	-- Whoever else takes in or publishes waits here
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;
	EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.pending WHERE at <= $1), EXISTS (SELECT 1 FROM %1$I.accounts), EXISTS (SELECT 1 FROM %1$I.opt_outs)', board)
		INTO due, linked, opted USING as_of;
	-- The next ids; where they are far apart, those of as many rows
	base := settings.watermark;
	last_id := CASE WHEN up_to::numeric - settings.watermark <= batch THEN up_to ELSE settings.watermark + batch END;
	LOOP
		-- by pieces, of which the ranges of batches are made
		span := greatest(last_id::numeric - base, 0);
		width := greatest(ceil(span / 1000), 20000);
		EXECUTE format($sql$
			SELECT coalesce(sum(p.rows), 0), coalesce(sum(p.future), 0), coalesce(sum(p.flawed), 0),
				   array_agg(p.piece ORDER BY p.piece), array_agg(p.rows ORDER BY p.piece), array_agg(p.checksum ORDER BY p.piece)
			FROM (SELECT %3$s AS piece, count(*) AS rows, count(*) FILTER (WHERE at > $3 AND flaw IS NULL) AS future, count(flaw) AS flawed,
						 coalesce(%2$s FILTER (WHERE flaw IS NULL), 0) AS checksum
				  FROM %1$I.source WHERE id > $1 AND id <= $2 GROUP BY 1) AS p
		$sql$, board, @extschema@._klout_checksum(),
			-- a difference of more is no bigint
			CASE WHEN span <= range_rows OR span > 9223372036854775807 THEN '0::bigint' ELSE '(id - $5 - 1) / $4' END)
			INTO rows, future, flawed, pieces, piece_rows, piece_sums USING settings.watermark, last_id, as_of, width, base;
		EXIT WHEN spread OR last_id >= up_to OR rows >= batch / 2.0;
		spread := true;
		SELECT a.last_id, a.first_id - 1 INTO last_id, base FROM @extschema@._klout_id_after(board, settings.watermark, up_to, batch) AS a;
	END LOOP;
	remaining := least(greatest(up_to::numeric - last_id, 0), 9223372036854775807);
	IF last_id <= settings.watermark AND NOT due THEN
		IF remaining = 0 THEN
			PERFORM @extschema@._klout_read_until(board, up_to, as_of, settled_at);
		END IF;
		RETURN;
	END IF;
	unlogged := @extschema@._klout_unlogged(settings.actions);
	IF unlogged IS NOT NULL THEN
		RAISE WARNING 'board "%": table % is not permanent any more', board, unlogged
			USING DETAIL = 'A crash would take its rows away, and the board would go on counting them.',
				HINT = format('ALTER TABLE %s SET LOGGED.', unlogged);
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
	IF flawed > 0 THEN
		-- again, here and below: what came before may have taken minutes
		PERFORM @extschema@._klout_guard(board);
		-- before anything else reads them: from here on they are out, also if somebody mends them meanwhile
		-- (where ids are not unique, another row may have the same: it is not to suffer for this one)
		EXECUTE format($sql$
			WITH bad AS (SELECT DISTINCT id FROM %1$I.source WHERE id > $1 AND id <= $2 AND flaw IS NOT NULL)
			INSERT INTO %1$I.rejected (id, flaw, rows, shared)
			SELECT id, min(s.flaw), count(s.flaw), count(*) > 1
			FROM bad JOIN %1$I.source AS s USING (id)
			WHERE id > $1 AND id <= $2	-- which an index finds, too
			GROUP BY id
		$sql$, board) USING settings.watermark, last_id;
		EXECUTE format($sql$
			SELECT coalesce(array_agg(id) FILTER (WHERE NOT shared), '{}'), coalesce(sum(rows), 0)::bigint,
				   (SELECT string_agg(format('%%s (%%s, %%s)', flaw, count, CASE WHEN count = 1 THEN format('id %%s', first) ELSE format('ids %%s to %%s', first, last) END),
									  '; ' ORDER BY count DESC, flaw)
					FROM (SELECT flaw, sum(rows) AS count, min(id) AS first, max(id) AS last FROM %1$I.rejected WHERE id > $1 AND id <= $2 GROUP BY flaw) AS f)
			FROM %1$I.rejected WHERE id > $1 AND id <= $2
		$sql$, board) INTO rejected, set_aside, flaws USING settings.watermark, last_id;
		IF flawed <> set_aside THEN
			-- one of them was mended since, and counts: one range for all
			pieces := '{0}';
			piece_rows := ARRAY[rows];
			EXECUTE format('SELECT ARRAY[coalesce(%2$s, 0)] FROM %1$I.source WHERE id > $1 AND id <= $2 AND flaw IS NULL AND id <> ALL ($3)', board, @extschema@._klout_checksum())
				INTO piece_sums USING settings.watermark, last_id, rejected;
		END IF;
		flawed := set_aside;
		IF flawed > 0 THEN
			RAISE WARNING 'board "%": set aside % of % rows', board, flawed, rows
				USING DETAIL = format('Why: %s.', flaws),
					HINT = format('%I.rejected has their ids. Once they are mended, SELECT klout_take_rejected(%L).', board, board);
		END IF;
	END IF;

	arrived := format('(SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.source WHERE id > $1 AND id <= $2 AND at <= $3', board) ||
		CASE WHEN flawed > 0 THEN ' AND flaw IS NULL AND id <> ALL ($6)' ELSE '' END ||
		CASE WHEN due THEN format(' UNION ALL SELECT id, network, kind, actor, target, at, weight, topic, post FROM %1$I.pending WHERE at <= $3', board) ELSE '' END ||
		format(') AS a%s', joins);
	conditions := ' WHERE true' || conditions;

	CASE settings.reactor_weight
		WHEN 'none' THEN
			NULL;
		WHEN 'proven' THEN
			PERFORM @extschema@._klout_guard(board);
			-- Who had acted before read_until was seen by then: what comes with an earlier time
			-- now is first seen now.  In the first load that time is all there is.
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
				-- there is no min(uuid) before PostgreSQL 18
				CASE person_type WHEN 'uuid' THEN '::text' ELSE '' END, person_type,
				-- most actions are of reactors about whom they say nothing new; Citus has no such joins
				CASE WHEN NOT @extschema@.klout_has_citus() THEN format(
					'LEFT JOIN %I.reactors AS k USING (actor)
					 WHERE k.actor IS NULL OR a.at < k.first_seen OR NOT k.several AND a.target IS DISTINCT FROM k.first_target', board)
				ELSE '' END)
			USING settings.watermark, last_id, as_of, settings.tenure, settings.bucket, rejected, settings.read_until;
			began := coalesce(settings.began, @extschema@._klout_began(board));
			until := CASE WHEN began < '200000-01-01' THEN began + settings.tenure ELSE 'infinity' END;
			IF until > as_of AND rows > 0 THEN
				RAISE NOTICE 'board "%": the community is young, so reactors are proven without having waited for %', board, settings.tenure
					USING DETAIL = format('Who is first seen by %s and acts on two people or more is.', CASE WHEN began IS NULL THEN 'the time there are ten' ELSE until::text END);
			END IF;
			joins := format(' LEFT JOIN %I.reactors AS w ON w.actor = %s', board, actor_person);
			weight := 'CASE WHEN w.several AND w.first_seen <= a.at AND (w.first_seen <= $8 OR a.at >= ''4000-01-01 00:00+00 BC'' AND w.first_seen <= a.at - $4) THEN coalesce(a.weight, 1) ELSE 0 END';
		WHEN 'score' THEN
			joins := format(' LEFT JOIN %I.scores AS w ON w.person = %s AND w.topic = ''''', board, actor_person);
			-- below a step of weights it is 0, and must not underflow on the way there
			weight := 'coalesce(a.weight, 1) * CASE WHEN w.score >= 0.1 THEN w.score / 100 ELSE 0 END';
		WHEN 'authority' THEN
			joins := format(' LEFT JOIN %I.authority AS w ON w.person = %s', board, actor_person);
			weight := 'coalesce(a.weight, 1) * coalesce(w.weight, 0)';
	END CASE;

	PERFORM @extschema@._klout_guard(board);
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
			RETURNING account, network, %8$s._klout_has_folded(signals) AS folded
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
		PERFORM @extschema@._klout_guard(board);
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
		PERFORM @extschema@._klout_guard(board);
		EXECUTE format($sql$
			INSERT INTO %1$I.pending
			SELECT a.id, a.network, a.kind, a.actor, a.target, a.at, a.weight, a.topic, a.post
			FROM (SELECT * FROM %1$I.source WHERE id > $1 AND id <= $2 AND at > $3 %4$s) AS a %2$s
			WHERE true %3$s
		$sql$, board, people_joins, stays_out, CASE WHEN flawed > 0 THEN 'AND flaw IS NULL AND id <> ALL ($4)' ELSE '' END)
		USING settings.watermark, last_id, as_of, rejected;
	END IF;

	IF last_id > settings.watermark THEN
		range_first := settings.watermark + 1;
		FOR i IN 1 .. greatest(cardinality(pieces), 1) LOOP
			range_count := range_count + coalesce(piece_rows[i], 0);
			range_sum := range_sum + coalesce(piece_sums[i], 0);
			-- up to where there would be too many; ids that have no rows belong to the range before them
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
			RAISE WARNING 'board "%": % of the accounts that changed have more kinds of actions on a network than klout_signals has room for', board, folded
				USING DETAIL = format('Their surplus counts under the name (other): %s%s.', examples, CASE WHEN folded > 3 THEN ', ...' ELSE '' END),
					HINT = 'The most is 64. Give rare kinds one name.';
		END IF;
		PERFORM @extschema@._klout_read_until(board, up_to, as_of, settled_at);
	END IF;
	RAISE NOTICE 'board "%": took in % rows, % a second, ids up to %, % ids to go', board, rows,
		round(rows / greatest(extract(epoch FROM clock_timestamp() - started), 0.001)), last_id, remaining;
END
$body$;
COMMENT ON FUNCTION klout_take_in(name, bigint, bigint, timestamptz, timestamptz) IS
'A step of klout_refresh: adds the next batch rows of the actions table, up to id up_to (from klout_settle, in an earlier transaction), to the facts of a board, and pending ones that are due. Rows later than as_of wait; those that cannot count (a NULL, an infinite time, a weight out of range, a name or an id that is too long) are set aside in rejected, with a WARNING; those with actor and target the same person, and of people who opted out, count for nothing. Returns the number of rows in the table and how many ids remain; both and the speed in a NOTICE. The watermark moves with it: called twice or rolled back, each row counts once';
