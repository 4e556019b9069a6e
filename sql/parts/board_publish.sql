-- ---------------------------------------------------------------------------
-- Boards: publishing scores, populations and history, behind a gate
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_board_changed_predicate(board name, id text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	few boolean := false;
BEGIN
	IF NOT @extschema@._klout_has_citus() THEN
		EXECUTE format('SELECT 20 * (SELECT count(*) FROM %1$I.changed) < (SELECT sum(people) FROM %1$I.populations WHERE topic = '''')', board) INTO few;
	END IF;
	RETURN format(CASE WHEN few THEN '%s = ANY (ARRAY(SELECT person FROM %I.changed))' ELSE '%s IN (SELECT person FROM %I.changed)' END, id, board);
END
$body$;
COMMENT ON FUNCTION _klout_board_changed_predicate(name, text) IS
'Returns an SQL condition: the expression id (such as s.person) is one of the people in changed. For few people the condition uses an index, which the planner would not choose because it has no current statistics of that table';

CREATE FUNCTION _klout_board_refresh_populations(board name, changed integer DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	IF changed IS NULL THEN
		EXECUTE format('DELETE FROM %I.populations', board);
	END IF;
	EXECUTE format($sql$
		INSERT INTO %1$I.populations AS p (topic, people, population, people_at_63, sum_odds)
		SELECT s.topic, count(*), %5$s.klout_population(s.score), count(*) FILTER (WHERE s.score >= 63),
			   -- SQL raises an error on underflow
			   sum(CASE WHEN s.score > 1e-290 THEN s.score / (100 - s.score) ELSE 0 END)
		FROM %1$I.scores AS s %2$s
		GROUP BY s.topic
		ON CONFLICT (topic) DO UPDATE
		SET people = p.people %3$s excluded.people, population = %5$s.%4$I(p.population, excluded.population),
			people_at_63 = p.people_at_63 %3$s excluded.people_at_63, sum_odds = p.sum_odds %3$s excluded.sum_odds
	$sql$, board,
		CASE WHEN changed IS NULL THEN '' ELSE 'WHERE ' || @extschema@._klout_board_changed_predicate(board, 's.person') END,
		CASE WHEN changed < 0 THEN '-' ELSE '+' END,
		CASE WHEN changed < 0 THEN 'klout_subtract' ELSE 'klout_merge' END, '@extschema@');
	IF changed >= 0 THEN
		EXECUTE format('DELETE FROM %I.populations WHERE people = 0', board);
	END IF;
END
$body$;
COMMENT ON FUNCTION _klout_board_refresh_populations(name, integer) IS
'Updates the population of each topic of a board: the histogram of scores and the number of people at 63 or above. With changed NULL, recomputes it, linear in people. Called with -1 before and 1 after the scores of the people in changed are written, subtracts their old scores and adds the new ones: the same result, linear in those people';

CREATE FUNCTION _klout_board_scoring_queries(board name, whole boolean) RETURNS text[]
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	citus CONSTANT boolean := @extschema@._klout_has_citus();
	linked boolean;
	queries text[] := '{}';
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.accounts)', board) INTO linked;
	IF NOT linked OR citus THEN
		-- people without links; Citus workers score them locally
		queries := queries || (format('SELECT s.account AS person, s.network, s.topic, s.signals FROM %1$I.signals AS s WHERE true', board) ||
			CASE WHEN whole THEN '' ELSE ' AND ' || @extschema@._klout_board_changed_predicate(board, 's.account') END ||
			CASE WHEN linked THEN format(' AND NOT EXISTS (SELECT FROM %1$I.accounts AS l WHERE l.account = s.account)'
										 ' AND NOT EXISTS (SELECT FROM %1$I.accounts AS l WHERE l.person = s.account)', board) ELSE '' END);
	END IF;
	IF linked THEN
		-- facts under their own id, and under linked ids
		queries := queries || (format('SELECT s.account AS person, s.network, s.topic, s.signals
				FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network)
				WHERE l.person IS NULL', board) ||
			CASE WHEN citus THEN format(' AND s.account IN (SELECT account FROM %1$I.accounts UNION ALL SELECT person FROM %1$I.accounts)', board) ELSE '' END ||
			CASE WHEN whole THEN '' ELSE ' AND ' || @extschema@._klout_board_changed_predicate(board, 's.account') END ||
			format(' UNION ALL
				SELECT l.person, s.network, s.topic, s.signals
				FROM %1$I.accounts AS l JOIN %1$I.signals AS s USING (account, network)', board) ||
			CASE WHEN whole THEN '' ELSE ' WHERE ' || @extschema@._klout_board_changed_predicate(board, 'l.person') END);
	END IF;
	RETURN queries;
END
$body$;
COMMENT ON FUNCTION _klout_board_scoring_queries(name, boolean) IS
'Step of klout_board_publish: returns the queries (one, or two on Citus) whose rows (person, network, topic, signals) are the facts to score, of all people or of those in changed. No person is in two of them';

CREATE FUNCTION _klout_board_refresh_scores(board name, whole boolean, as_of timestamptz) RETURNS bigint
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- days are of UTC
AS $body$
DECLARE
	citus CONSTANT boolean := @extschema@._klout_has_citus();
	today CONSTANT date := as_of;
	settings record;
	query text;
	folded bigint;		-- people with more networks than a value can hold
	examples text;
	days_ago integer;
	day_before date;	-- the day that changes are relative to
	changes text := '';
	past text := '';
	facts text := '';
	scored bigint;
	rescored bigint := 0;
BEGIN
	EXECUTE format('SELECT model, topics FROM %I.settings', board) INTO STRICT settings;
	FOREACH days_ago IN ARRAY '{1,7,30,90}'::integer[] LOOP
		-- the last publication at least days_ago days ago, but less than twice that
		EXECUTE format('SELECT max(at)::date FROM %I.publications WHERE published AND at >= $1 AND at < $2', board)
			INTO day_before USING (today - 2 * days_ago + 1)::timestamptz, (today - days_ago + 1)::timestamptz;
		IF day_before IS NULL THEN
			changes := changes || ', NULL::float8';
		ELSE
			changes := changes || format(', m.score - h%s.score', days_ago);
			past := past || format(' LEFT JOIN %1$I.history_rows AS h%2$s ON h%2$s.person = m.person AND h%2$s.topic = m.topic AND h%2$s.day = %3$L',
								   board, days_ago, day_before);
		END IF;
	END LOOP;

	FOREACH query IN ARRAY @extschema@._klout_board_scoring_queries(board, whole) LOOP
		EXECUTE format($sql$
			WITH facts AS %4$s (%2$s),
			merged AS (
				SELECT person, ''::text AS topic, %9$s.klout_rollup(signals) AS signals
				FROM facts GROUP BY person
				%3$s
			)
			INSERT INTO %1$I.scores AS s (person, topic, score, reach, consistency, change_1, change_7, change_30, change_90, networks)
			SELECT m.person, m.topic, m.score, m.reach, m.consistency%6$s, m.networks
			FROM (SELECT s.person, s.topic, (s.now).score, (s.now).reach, (s.now).consistency, (s.now).networks
				  FROM (SELECT person, topic, %9$s.klout_summary(signals, $1, $2) AS now FROM merged %5$s) AS s) AS m
			%7$s %8$s
			ON CONFLICT (person, topic) DO UPDATE
			SET score = excluded.score, reach = excluded.reach, consistency = excluded.consistency,
				change_1 = excluded.change_1, change_7 = excluded.change_7,
				change_30 = excluded.change_30, change_90 = excluded.change_90, networks = excluded.networks
		$sql$, board, query,
			CASE WHEN settings.topics THEN 'UNION ALL SELECT person, topic, @extschema@.klout_rollup(signals) FROM facts WHERE topic <> '''' GROUP BY person, topic' ELSE '' END,
			CASE WHEN citus THEN 'NOT MATERIALIZED' ELSE '' END,
			-- evaluate once per person, not once per column; Citus would not push this down
			CASE WHEN citus THEN '' ELSE 'OFFSET 0' END,
			changes, past,
			-- in index order; on Citus the coordinator would sort
			CASE WHEN citus THEN '' ELSE 'ORDER BY m.person, m.topic' END, '@extschema@')
		USING settings.model, as_of;
		GET DIAGNOSTICS scored = ROW_COUNT;
		rescored := rescored + scored;
	END LOOP;

	-- People without facts left: unlinked, opted out.  EXCEPT avoids nested loops that the planner may choose for a join
	FOREACH query IN ARRAY @extschema@._klout_board_scoring_queries(board, false) LOOP
		facts := facts || format(' EXCEPT SELECT person, topic FROM (%s) AS f EXCEPT SELECT person, '''' FROM (%1$s) AS f', query);
	END LOOP;
	EXECUTE format($sql$
		WITH gone AS MATERIALIZED (SELECT s.person, s.topic FROM %1$I.scores AS s WHERE %2$s %3$s)
		DELETE FROM %1$I.scores AS s USING gone AS g WHERE s.person = g.person AND s.topic = g.topic
	$sql$, board, @extschema@._klout_board_changed_predicate(board, 's.person'), facts);

	-- Too many networks show only after values are merged.  The points of a score name those that have any, so count
	EXECUTE format($sql$
		SELECT count(*), string_agg(person, ', ' ORDER BY person) FILTER (WHERE n <= 3)
		FROM (SELECT person::text AS person, row_number() OVER (ORDER BY person::text) AS n
			  FROM (%s) AS facts GROUP BY facts.person HAVING count(DISTINCT network) > 255) AS f
	$sql$, array_to_string(@extschema@._klout_board_scoring_queries(board, false), ' UNION ALL ')) INTO folded, examples;
	IF folded > 0 THEN
		RAISE WARNING 'board "%": % changed people have more networks than klout_signals can hold', board, folded
			USING DETAIL = format('The surplus is counted under the name (other): %s%s.',
					examples, CASE WHEN folded > 3 THEN ', ...' ELSE '' END),
				HINT = 'The maximum is 255. Give rare networks a common name.';
	END IF;
	RETURN rescored;
END
$body$;
COMMENT ON FUNCTION _klout_board_refresh_scores(name, boolean, timestamptz) IS
'Step of klout_board_publish: writes the scores of all people, or of those in changed, as of a time, with their changes relative to history, and removes scores of people who have no facts left. Returns the number of scores written, counting each topic';

CREATE FUNCTION _klout_board_gate_reason(people_before bigint, people bigint, at_63_before bigint, at_63 bigint,
	raw_before float8, raw float8, gate float8, noise float8) RETURNS text
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN (
		SELECT string_agg(format('%s moved from %s to %s, by more than %s', what, round(before::numeric, digits), round(now::numeric, digits),
								 round(allowed::numeric, 2)), '; ')
		FROM (VALUES ('people', people_before::float8, people::float8,
					  greatest(gate * people_before, noise * sqrt(greatest(people_before, 1))), 0),
					 ('people at 63 or over', at_63_before, at_63,
					  greatest(gate * at_63_before, noise * sqrt(greatest(at_63_before, 1))), 0),
					 ('total raw', raw_before, raw,
					  greatest(gate, noise / sqrt(greatest(people_before, 1))) * raw_before, 2)) AS v (what, before, now, allowed, digits)
		WHERE abs(now - before) > allowed);
END
$body$;
COMMENT ON FUNCTION _klout_board_gate_reason(bigint, bigint, bigint, bigint, float8, float8, float8, float8) IS
'Returns a description of what changed too much between two publications, or NULL. The number of people, the number at 63 or above, and the raw total may change by the fraction gate; small counts by up to noise times their square root, because chance alone changes them by about one square root; the raw total by up to the fraction noise / sqrt(people). A previous count of 0 is treated as 1';

CREATE FUNCTION klout_board_publish(board name, as_of timestamptz DEFAULT NULL, force boolean DEFAULT false) RETURNS boolean
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET timezone = 'UTC'	-- days and months are of UTC
AS $body$
DECLARE
	started CONSTANT timestamptz := clock_timestamp();
	settings record;
	before record;		-- the last publication
	last_try timestamptz;
	totals record;
	rescored bigint;
	whole boolean;		-- rescore all people, not only those whose facts changed
	fingerprint text;
	moved text;			-- what changed too much
	held boolean := false;
	changed text;		-- ranges that differ from what was ingested
	reason text;
BEGIN
	PERFORM @extschema@._klout_use_maintenance_work_mem();
	PERFORM @extschema@._klout_board_lock(board);
	EXECUTE format('SELECT * FROM %I.settings', board) INTO STRICT settings;
	fingerprint := @extschema@.klout_fingerprint(settings.model);
	EXECUTE format('SELECT * FROM %I.last_publication', board) INTO before;
	EXECUTE format('SELECT max(at) FROM %I.publications', board) INTO last_try;
	-- a publication that waited for another refresh comes after it, even if the clock was set back
	as_of := coalesce(as_of, greatest(clock_timestamp(), last_try + interval '1 microsecond'));
	IF NOT isfinite(as_of) THEN
		RAISE EXCEPTION 'klout_board_publish: as_of must be finite, got %', as_of
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Scores are computed as of this time.';
	END IF;
	IF as_of <= last_try THEN
		RAISE EXCEPTION 'klout_board_publish: as_of must be later than the last publication, got %', as_of
			USING ERRCODE = 'invalid_parameter_value',
				DETAIL = format('The last publication was at %s.', last_try), HINT = 'History cannot be rewritten.';
	END IF;

	EXECUTE format($sql$
		SELECT format('%%s with %%s to %%s changed since %%s ingested', CASE WHEN count(*) = 1 THEN 'a range' ELSE count(*) || ' ranges' END,
					  'ids ' || min(first_id), max(last_id), CASE WHEN count(*) = 1 THEN 'it was' ELSE 'they were' END)
		FROM %I.batches WHERE changed HAVING count(*) > 0
	$sql$, board) INTO changed;
	IF changed IS NOT NULL AND force IS NOT TRUE THEN
		RAISE WARNING 'board "%": publication held back: %', board, changed
			USING DETAIL = 'Scores would count rows that are gone, or miss others.',
				HINT = format('Run SELECT klout_board_rebuild(%1$L) to ingest all rows again, '
							  'SELECT klout_board_accept(%1$L) to accept the rows as they are now, or '
							  'CALL klout_board_refresh(%1$L, publish => ''always'') to publish anyway. '
							  'SELECT * FROM klout_board_audit(%1$L) lists the changes.', board);
		EXECUTE format($sql$
			INSERT INTO %I.publications (at, published, reason, people, people_at_63, total_raw, rescored, fingerprint, seconds, forced)
			VALUES ($1, false, $2, $3, $4, $5, 0, $6, $7, false)
		$sql$, board) USING as_of, changed, coalesce(before.people, 0), coalesce(before.people_at_63, 0), coalesce(before.total_raw, 0), fingerprint,
			extract(epoch FROM clock_timestamp() - started)::float8;
		RETURN false;
	END IF;

	-- Scores decay from one bucket (day or hour) to the next, not within one
	whole := before.at IS NULL OR before.fingerprint <> fingerprint
		OR date_bin(settings.bucket, as_of, '2000-01-01 00:00+00') <> date_bin(settings.bucket, before.at, '2000-01-01 00:00+00');

	-- created now, because a later refresh may not run as the owner
	PERFORM @extschema@._klout_board_add_history_month(board, as_of::date);

	<<attempt>>
	BEGIN
		IF as_of::date > before.at::date THEN
			EXECUTE format($sql$
				INSERT INTO %1$I.history_rows (day, person, topic, score, rank, fingerprint)
				SELECT $1, person, topic, score, %2$s.klout_rank() OVER (PARTITION BY topic ORDER BY score DESC), $2
				FROM %1$I.scores
				ORDER BY person, topic	-- index order
			$sql$, board, '@extschema@') USING before.at::date, before.fingerprint;
		END IF;
		IF whole THEN
			rescored := @extschema@._klout_board_refresh_scores(board, true, as_of);
			PERFORM @extschema@._klout_board_refresh_populations(board);
		ELSE
			PERFORM @extschema@._klout_board_refresh_populations(board, -1);
			rescored := @extschema@._klout_board_refresh_scores(board, false, as_of);
			PERFORM @extschema@._klout_board_refresh_populations(board, 1);
		END IF;

		EXECUTE format($sql$
			SELECT coalesce(sum(people), 0)::bigint AS people, coalesce(sum(people_at_63), 0)::bigint AS people_at_63,
				   coalesce(CASE WHEN sum(sum_odds) > 1e-290 / ($1 #>> '{scale}')::float8 THEN sum(sum_odds) * ($1 #>> '{scale}')::float8 END, 0) AS total_raw
			FROM %I.populations WHERE topic = ''
		$sql$, board) INTO totals USING settings.model::jsonb;
		IF before.people > 0 AND before.fingerprint = fingerprint THEN
			moved := @extschema@._klout_board_gate_reason(before.people, totals.people, before.people_at_63, totals.people_at_63,
											before.total_raw, totals.total_raw, settings.gate, settings.gate_noise);
			held := moved IS NOT NULL AND force IS NOT TRUE;
			IF held THEN
				-- roll back this block
				RAISE EXCEPTION USING ERRCODE = 'KL001', MESSAGE = 'held back';
			END IF;
		END IF;

		EXECUTE format('INSERT INTO %I.models VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', board) USING fingerprint, settings.model, as_of;
		EXECUTE format('DELETE FROM %I.changed', board);
		IF settings.posts AND whole THEN
			EXECUTE format('DELETE FROM %I.posts WHERE last_at <= $1 - interval ''90 days''', board) USING as_of;
		END IF;
		IF settings.reactor_weight = 'authority' AND as_of::date IS DISTINCT FROM before.at::date THEN
			PERFORM @extschema@._klout_board_refresh_authority(board, as_of);
		END IF;
	EXCEPTION WHEN SQLSTATE 'KL001' THEN
		RAISE WARNING 'board "%": publication held back: %', board, moved
			USING HINT = format('If the change is expected, run CALL klout_board_refresh(%L, publish => '
					'''always'').', board);
	END attempt;
	reason := nullif(concat_ws('; ', changed, moved), '');

	EXECUTE format($sql$
		INSERT INTO %I.publications (at, published, reason, people, people_at_63, total_raw, rescored, fingerprint, seconds, forced)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
	$sql$, board) USING as_of, NOT held, reason, totals.people, totals.people_at_63, totals.total_raw, rescored, fingerprint,
		extract(epoch FROM clock_timestamp() - started)::float8, reason IS NOT NULL AND NOT held;
	RETURN NOT held;
END
$body$;
COMMENT ON FUNCTION klout_board_publish(name, timestamptz, boolean) IS
'Last step of klout_board_refresh: scores the people of a board whose facts changed since the last publication, or all people when a bucket (day or hour) has passed or the model changed. The first publication of a new UTC day first copies the scores of the previous one into history. Within a bucket the cost depends on the number of people who changed, not on the size of the board. If the number of people, the number at 63 or above, or the raw total changed too much since the last publication with the same model (gate and gate_noise in settings), or rows of the actions table changed after they were ingested (changed in batches), publishes nothing unless force is true: returns false, raises a WARNING and adds a row with the reason to publications. The first limit does not apply to an empty board. as_of must be later than the last publication; NULL means now, or just after the last publication if the clock was set back';

CREATE FUNCTION _klout_board_refresh_authority(board name, as_of timestamptz DEFAULT now()) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	watermark bigint;
BEGIN
	PERFORM @extschema@._klout_board_guard(board);
	EXECUTE format('SELECT watermark FROM %I.settings', board) INTO STRICT watermark;
	EXECUTE format('DELETE FROM %I.authority', board);
	EXECUTE format($sql$
		INSERT INTO %1$I.authority (person, authority, weight)
		SELECT person::%3$s, authority, cume_dist() OVER (ORDER BY authority)
		FROM %4$s.%2$I($1)
	$sql$, board, CASE person_type WHEN 'bigint' THEN 'klout_authority' ELSE 'klout_authority_text' END, person_type, '@extschema@')
	USING format($sql$
		SELECT e.actor, e.target
		FROM (SELECT coalesce(al.person, a.actor) AS actor, coalesce(tl.person, a.target) AS target
			  FROM %1$I.source AS a
			  LEFT JOIN %1$I.accounts AS al ON al.account = a.actor AND al.network = a.network
			  LEFT JOIN %1$I.accounts AS tl ON tl.account = a.target AND tl.network = a.network
			  WHERE a.id <= %2$s AND a.at <= %3$L::timestamptz AND a.reason IS NULL) AS e
		WHERE NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = e.actor)
		  AND NOT EXISTS (SELECT FROM %1$I.opt_outs AS o WHERE o.person = e.target)
	$sql$, board, watermark, as_of);
END
$body$;
COMMENT ON FUNCTION _klout_board_refresh_authority(name, timestamptz) IS
'Computes the authority of the people in a board''s actions up to as_of who did not opt out, and stores its cumulative distribution (the fraction of people with the same or lower authority) as the weight of reactors. The first publication of a day calls it if reactor_weight is authority; needs the memory and time of klout_authority';
