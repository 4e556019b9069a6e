-- ---------------------------------------------------------------------------
-- Boards: accounts of the same person, and people who opt out
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_board_people_of_account(board name, account text, network text) RETURNS text[]
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	people text[];
	id text;
	is_one boolean;
BEGIN
	EXECUTE format($sql$
		SELECT $1::%2$s::text,
			   ARRAY(SELECT DISTINCT a.person::text FROM %1$I.accounts AS a
					 WHERE a.account = $1::%2$s AND ($2 IS NULL OR a.network = $2))
	$sql$, board, person_type) INTO id, people USING account, network;
	IF people = '{}' THEN
		RETURN ARRAY[id];
	ELSIF network IS NULL AND NOT id = ANY (people) THEN
		-- the id may be a person as well, on networks where it is not linked
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.accounts WHERE person = $1::%2$s)', board, person_type)
			INTO is_one USING id;
		IF NOT is_one THEN
			EXECUTE format($sql$
				SELECT EXISTS (SELECT 1 FROM %1$I.signals AS s
							   WHERE s.account = $1::%2$s
								 AND s.network <> ALL (ARRAY(SELECT a.network FROM %1$I.accounts AS a
															 WHERE a.account = $1::%2$s)))
			$sql$, board, person_type) INTO is_one USING id;
		END IF;
		IF is_one THEN
			people := people || id;
		END IF;
	END IF;
	RETURN people;
END
$body$;
COMMENT ON FUNCTION _klout_board_people_of_account(name, text, text) IS
'Returns the people of a board who own an account, on one network or (NULL) on any: those it is linked to, and the person with that id unless all its known accounts are linked. Usually one; several if the id is linked to different people on different networks';

CREATE FUNCTION _klout_board_opted_out(board name, person text) RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	is_out boolean;
BEGIN
	EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.opt_outs WHERE person = $1::%2$s)',
				   board, @extschema@._klout_board_person_type(board))
		INTO is_out USING person;
	RETURN is_out;
END
$body$;
COMMENT ON FUNCTION _klout_board_opted_out(name, text) IS
'Returns whether a person opted out of a board';

CREATE FUNCTION _klout_board_report_unknown(board name, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	-- relations and columns with ids
	stored CONSTANT text[] := ARRAY['opt_outs person', 'accounts account', 'accounts person', 'signals account',
		'scores person', 'reactors actor', 'pending actor', 'pending target', 'history_rows person', 'authority person'];
	place text;
	known boolean := false;
	alike text[] := '{}';
	more text[];
BEGIN
	FOREACH place IN ARRAY stored LOOP
		EXECUTE format('SELECT EXISTS (SELECT 1 FROM %1$I.%2$I WHERE %3$I = $1::%4$s)',
					   board, split_part(place, ' ', 1), split_part(place, ' ', 2), person_type)
			INTO known USING person;
		IF known THEN
			RETURN;
		END IF;
	END LOOP;
	IF person_type = 'text' THEN
		FOREACH place IN ARRAY '{accounts account,accounts person,signals account,reactors actor}'::text[] LOOP
			EXECUTE format($sql$
				SELECT ARRAY(SELECT DISTINCT %3$I FROM %1$I.%2$I WHERE lower(btrim(%3$I)) = lower(btrim($1)) LIMIT 3)
			$sql$, board, split_part(place, ' ', 1), split_part(place, ' ', 2)) INTO more USING person;
			alike := alike || more;
		END LOOP;
		alike := ARRAY(SELECT DISTINCT quote_ident(a) FROM unnest(alike) AS a ORDER BY 1 LIMIT 3);
	END IF;
	IF alike <> '{}' THEN
		RAISE NOTICE 'board "%": id "%" is unknown', board, person
			USING HINT = format('Similar ids: %s. Case and spaces are significant in ids.',
					array_to_string(alike, ' and '));
	ELSE
		RAISE NOTICE 'board "%": id "%" is unknown', board, person;
	END IF;
END
$body$;
COMMENT ON FUNCTION _klout_board_report_unknown(name, text) IS
'Raises a NOTICE if a board stores nothing about a person, with a hint if similar ids exist that differ only in case or spaces. The search for those is linear in the number of people';

CREATE FUNCTION klout_board_link(board name, network text, account text, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	before text;		-- the person who had the account
BEGIN
	PERFORM @extschema@._klout_board_lock(board);
	-- normalise: the output form of the type
	EXECUTE format('SELECT $1::%1$s::text, $2::%1$s::text', person_type) INTO account, person USING account, person;
	before := (@extschema@._klout_board_people_of_account(board, account, network))[1];
	IF before = person THEN
		RETURN;
	END IF;
	EXECUTE format('INSERT INTO %1$I.changed SELECT $1::%2$s UNION SELECT $2::%2$s ON CONFLICT DO NOTHING',
				   board, person_type) USING before, person;
	IF account = person THEN
		EXECUTE format('DELETE FROM %1$I.accounts WHERE account = $2::%2$s AND network = $1', board, person_type)
			USING network, account;
	ELSE
		EXECUTE format($sql$
			INSERT INTO %1$I.accounts AS a (network, account, person)
			VALUES ($1, $2::%2$s, $3::%2$s)
			ON CONFLICT (account, network) DO UPDATE SET person = excluded.person, linked_at = excluded.linked_at
		$sql$, board, person_type) USING network, account, person;
	END IF;
	-- An opt-out holds in whatever order accounts are linked
	IF @extschema@._klout_board_opted_out(board, person) THEN
		RAISE NOTICE 'board "%": "%" opted out, so account "%" on network "%" is opted out, too',
			board, person, account, network;
		PERFORM @extschema@._klout_board_delete_person(board, person);
	ELSIF @extschema@._klout_board_opted_out(board, before) THEN
		RAISE WARNING 'board "%": "%" is now opted out, because account "%" on network "%" belonged to "%", who opted out',
			board, person, account, network, before
			USING HINT = format('If they are different people, run SELECT klout_board_opt_in(%L, %L).', board, person);
		PERFORM @extschema@._klout_board_delete_person(board, person);
	END IF;
END
$body$;
COMMENT ON FUNCTION klout_board_link(name, text, text, text) IS
'Links an account on a network to a person, who is identified by the id of another account. The next publication adds the account''s facts to the person''s, exactly. An account that is not linked belongs to the person with its own id. Linking again moves the account; links do not chain. If the person opted out, what is stored about the account is deleted; if the account belonged to a person who opted out, the new person is opted out, too, with a WARNING. History does not change';

CREATE FUNCTION klout_board_unlink(board name, network text, account text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@.klout_board_link(board, network, account, account);
END
$body$;
COMMENT ON FUNCTION klout_board_unlink(name, text, text) IS
'Returns an account to the person with its own id, from the next publication on. If it belonged to a person who opted out, that person is opted out, too, until klout_board_opt_in. History does not change';

CREATE FUNCTION klout_board_opt_out(board name, person text, network text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	people text[];
BEGIN
	IF board IS NULL OR person IS NULL THEN
		RETURN;
	END IF;
	PERFORM @extschema@._klout_board_lock(board);
	people := @extschema@._klout_board_people_of_account(board, person, network);
	IF cardinality(people) > 1 THEN
		RAISE EXCEPTION 'board "%": id "%" belongs to several people: %', board, person, array_to_string(people, ', ')
			USING ERRCODE = 'ambiguous_parameter',
				HINT = 'Specify the network: klout_board_opt_out(board, person, network).';
	END IF;
	PERFORM @extschema@._klout_board_report_unknown(board, people[1]);
	PERFORM @extschema@._klout_board_delete_person(board, people[1]);
END
$body$;
COMMENT ON FUNCTION klout_board_opt_out(name, text, text) IS
'Deletes what a board stores about a person (signals, scores, history, grants, and whether they are a proven reactor) and excludes them with all their accounts from now on: actions by them and on them are not ingested. person is the id of any of their accounts; network is needed only if the id belongs to different people on different networks. An unknown id is excluded as well, with a NOTICE. The ids themselves stay, in opt_outs and in account links. Hashes of the person in other people''s samples stay until klout_board_rebuild. Dump and restore preserve the opt-out';

CREATE FUNCTION _klout_board_delete_person(board name, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	relation text;
	ids text[];
BEGIN
	EXECUTE format('INSERT INTO %1$I.opt_outs (person) VALUES ($1::%2$s) ON CONFLICT DO NOTHING', board, person_type)
		USING person;
	-- wait for concurrent grants, which may use the score being deleted
	EXECUTE format('UPDATE %I.perks SET capacity = capacity', board);
	-- links of accounts stay: they tell which accounts to exclude
	FOREACH relation IN ARRAY '{signals,posts}'::text[] LOOP
		EXECUTE format($sql$
			DELETE FROM %1$I.%2$I AS s
			WHERE coalesce((SELECT a.person FROM %1$I.accounts AS a
							WHERE a.account = s.account AND a.network = s.network), s.account) = $1::%3$s
			  AND (s.account = $1::%3$s OR s.account IN (SELECT a.account FROM %1$I.accounts AS a WHERE a.person = $1::%3$s))
		$sql$, board, relation, person_type) USING person;
	END LOOP;
	PERFORM @extschema@._klout_board_purge_pending(board);
	-- and what was stored under the ids of linked accounts before, unless the id is another person on another network
	EXECUTE format($sql$
		SELECT ARRAY(SELECT $1::%2$s
					 UNION
					 SELECT a.account FROM %1$I.accounts AS a
					 WHERE a.person = $1::%2$s
					   AND a.account <> ALL (ARRAY(SELECT s.account FROM %1$I.signals AS s
												   WHERE s.account IN (SELECT l.account FROM %1$I.accounts AS l WHERE l.person = $1::%2$s)))
					   AND NOT EXISTS (SELECT FROM %1$I.accounts AS o WHERE o.person = a.account))::text[]
	$sql$, board, person_type) INTO ids USING person;
	EXECUTE format('DELETE FROM %1$I.reactors WHERE actor = ANY ($1::%2$s[])', board, person_type) USING ids;
	EXECUTE format('UPDATE %1$I.reactors SET first_target = actor WHERE first_target = ANY ($1::%2$s[])',
				   board, person_type) USING ids;
	-- ranks of the others move up
	EXECUTE format('INSERT INTO %1$I.changed SELECT unnest($1::%2$s[]) ON CONFLICT DO NOTHING', board, person_type)
		USING ids;
	PERFORM @extschema@._klout_board_refresh_populations(board, -1);
	FOREACH relation IN ARRAY '{authority,scores,history_rows,grants}'::text[] LOOP
		EXECUTE format('DELETE FROM %1$I.%2$I WHERE person = ANY ($1::%3$s[])', board, relation, person_type) USING ids;
	END LOOP;
	PERFORM @extschema@._klout_board_refresh_populations(board, 1);
	EXECUTE format('DELETE FROM %1$I.changed WHERE person = ANY ($1::%2$s[])', board, person_type) USING ids;
END
$body$;
COMMENT ON FUNCTION _klout_board_delete_person(name, text) IS
'Step of klout_board_opt_out, klout_board_link and klout_board_unlink, under _klout_board_lock: adds a person to opt_outs and deletes what is stored about them';

CREATE FUNCTION klout_board_opt_in(board name, person text, network text DEFAULT NULL) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type text;
	people text[];
BEGIN
	IF board IS NULL OR person IS NULL THEN
		RETURN;
	END IF;
	PERFORM @extschema@._klout_board_lock(board);
	person_type := @extschema@._klout_board_person_type(board);
	people := @extschema@._klout_board_people_of_account(board, person, network);
	EXECUTE format($sql$
		SELECT ARRAY(SELECT o.person::text FROM %1$I.opt_outs AS o
					 WHERE o.person = ANY ($1::%2$s[]) OR $3 IS NULL AND o.person = $2::%2$s)
	$sql$, board, person_type) INTO people USING people, person, network;
	IF people = '{}' THEN
		RAISE NOTICE 'board "%": "%" had not opted out', board, person;
	ELSIF cardinality(people) > 1 THEN
		RAISE EXCEPTION 'board "%": id "%" belongs to several people who opted out: %',
			board, person, array_to_string(people, ', ')
			USING ERRCODE = 'ambiguous_parameter',
				HINT = 'Specify the network: klout_board_opt_in(board, person, network).';
	END IF;
	EXECUTE format('DELETE FROM %1$I.opt_outs WHERE person = ANY ($1::%2$s[])', board, person_type) USING people;
END
$body$;
COMMENT ON FUNCTION klout_board_opt_in(name, text, text) IS
'Ends the opt-out of a person and of the accounts linked to them: actions that arrive from now on count. person and network are as for klout_board_opt_out. Only klout_board_rebuild restores what was deleted';
