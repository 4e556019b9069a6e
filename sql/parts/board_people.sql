-- ---------------------------------------------------------------------------
-- Boards: accounts that are one person, and people who opt out
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_link(board name, network text, account text, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	opted boolean;
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format($sql$
		INSERT INTO %1$I.changed
		SELECT coalesce((SELECT person FROM %1$I.accounts WHERE account = $2::%2$s AND network = $1), $2::%2$s)
		UNION SELECT $3::%2$s
		ON CONFLICT DO NOTHING
	$sql$, board, person_type) USING network, account, person;
	EXECUTE format($sql$
		INSERT INTO %1$I.accounts AS a (network, account, person)
		VALUES ($1, $2::%2$s, $3::%2$s)
		ON CONFLICT (account, network) DO UPDATE
		SET person = excluded.person, linked_at = excluded.linked_at
		WHERE a.person <> excluded.person
	$sql$, board, person_type) USING network, account, person;
	EXECUTE format('DELETE FROM %1$I.accounts WHERE account = $2::%2$s AND network = $1 AND person = account', board, person_type) USING network, account;
	EXECUTE format('SELECT EXISTS (SELECT FROM %1$I.opt_outs WHERE person = $1::%2$s)', board, person_type) INTO opted USING person;
	IF opted THEN
		PERFORM @extschema@.klout_opt_out(board, person);
	END IF;
END
$body$;
COMMENT ON FUNCTION klout_link(name, text, text, text) IS
'Says that an account on a network belongs to a person, who is known by the id of another account. The next publication adds the account''s facts to the person''s, exactly. An account that is not linked belongs to the person of its own id. Linking again moves it; links do not chain. If the person opted out, what is stored of the account is deleted. History stays as it was';

CREATE FUNCTION klout_unlink(board name, network text, account text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@.klout_link(board, network, account, account);
END
$body$;
COMMENT ON FUNCTION klout_unlink(name, text, text) IS
'Gives an account back to the person of its own id, from the next publication on. History stays as it was';

CREATE FUNCTION klout_opt_out(board name, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	relation text;
	ids text[];
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('INSERT INTO %1$I.opt_outs (person) VALUES ($1::%2$s) ON CONFLICT DO NOTHING', board, person_type) USING person;
	-- nobody grants them a perk by a score they had
	EXECUTE format('UPDATE %I.perks SET capacity = capacity', board);
	-- accounts stay, because they say who is to be kept out
	FOREACH relation IN ARRAY '{signals,posts}'::text[] LOOP
		EXECUTE format($sql$
			DELETE FROM %1$I.%2$I AS s
			WHERE coalesce((SELECT a.person FROM %1$I.accounts AS a WHERE a.account = s.account AND a.network = s.network), s.account) = $1::%3$s
			  AND (s.account = $1::%3$s OR s.account IN (SELECT a.account FROM %1$I.accounts AS a WHERE a.person = $1::%3$s))
		$sql$, board, relation, person_type) USING person;
	END LOOP;
	PERFORM @extschema@.klout_clear_pending(board);
	-- and what there was under the ids of linked accounts before, unless that is somebody on another network
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
	EXECUTE format('UPDATE %1$I.reactors SET first_target = actor WHERE first_target = ANY ($1::%2$s[])', board, person_type) USING ids;
	-- the others move up
	EXECUTE format('INSERT INTO %1$I.changed SELECT unnest($1::%2$s[]) ON CONFLICT DO NOTHING', board, person_type) USING ids;
	PERFORM @extschema@.klout_count_people(board, -1);
	FOREACH relation IN ARRAY '{authority,scores,past,grants}'::text[] LOOP
		EXECUTE format('DELETE FROM %1$I.%2$I WHERE person = ANY ($1::%3$s[])', board, relation, person_type) USING ids;
	END LOOP;
	PERFORM @extschema@.klout_count_people(board, 1);
	EXECUTE format('DELETE FROM %1$I.changed WHERE person = ANY ($1::%2$s[])', board, person_type) USING ids;
END
$body$;
COMMENT ON FUNCTION klout_opt_out(name, text) IS
'Deletes what a board stores about a person (signals, scores, history, grants, and whether they are a proven reactor) and keeps them out from now on: their actions and those on them are not taken in. The id itself stays, in opt_outs, and links of accounts. Hashes of the person in other people''s samples stay until klout_rebuild. Kept by dump and restore';

CREATE FUNCTION klout_opt_in(board name, person text) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
BEGIN
	PERFORM @extschema@.klout_lock(board);
	EXECUTE format('DELETE FROM %1$I.opt_outs WHERE person = $1::%2$s', board, person_type) USING person;
END
$body$;
COMMENT ON FUNCTION klout_opt_in(name, text) IS
'Lets a person who opted out back in: actions that arrive from now on count. What was deleted comes back by klout_rebuild only';
