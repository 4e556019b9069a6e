-- ---------------------------------------------------------------------------
-- Boards: perks for the best people who qualify
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_board_qualify(board name, perk text, most bigint DEFAULT NULL,
	OUT person text, OUT score float8, OUT rank bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	wanted record;
BEGIN
	IF board IS NULL OR perk IS NULL THEN
		RETURN;
	END IF;
	PERFORM @extschema@._klout_board_person_type(board);
	IF most < 0 THEN
		RAISE EXCEPTION 'klout_board_qualify: most must not be negative, got %', most
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'Specify a number of people, or NULL for all.';
	END IF;
	EXECUTE format($sql$
		SELECT perk, topic, network, from_score FROM %1$I.perks JOIN %1$I.perks_left USING (perk) WHERE perk = $1
	$sql$, board) INTO wanted USING perk;
	IF wanted.perk IS NULL THEN
		RAISE EXCEPTION 'board "%" has no perk "%"', board, perk
			USING ERRCODE = 'undefined_object', HINT = format('Insert it into %I.perks.', board);
	END IF;
	RETURN QUERY EXECUTE format($sql$
		WITH had AS MATERIALIZED (
			SELECT person FROM %1$I.grants WHERE perk = $1
		), best AS MATERIALIZED (
			SELECT s.person, s.score
			FROM %1$I.scores AS s
			WHERE s.topic = $2 AND s.score >= $3
			  AND ($4::text IS NULL OR coalesce((s.networks ->> $4)::float8, 0) > 0)
			  AND NOT EXISTS (SELECT FROM had AS h WHERE h.person = s.person)
			ORDER BY s.score DESC, s.person
			LIMIT $5
		)
		SELECT b.person::text, b.score, r.rank
		FROM best AS b
		JOIN (SELECT o.person, %2$s.klout_rank() OVER (ORDER BY o.score DESC) AS rank
			  FROM %1$I.scores AS o WHERE o.topic = $2 AND o.score >= (SELECT min(score) FROM best)) AS r USING (person)
		ORDER BY b.score DESC, b.person
	$sql$, board, '@extschema@') USING perk, wanted.topic, wanted.from_score, wanted.network, most;
END
$body$;
COMMENT ON FUNCTION klout_board_qualify(name, text, bigint) IS
'Lists the people who qualify for a perk of a board by the last publication (min_score, top_share, topic, points on network) and do not have it, best first, at most most of them (default: all): those klout_board_grant would choose next. Ignores the remaining capacity and the period in which the perk is granted';

CREATE FUNCTION klout_board_grant(board name, perk text, as_of timestamptz DEFAULT now(),
	OUT person text, OUT score float8, OUT rank bigint)
	RETURNS SETOF record
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	granted record;		-- period of the perk
BEGIN
	PERFORM @extschema@._klout_board_guard(board, false);
	-- Concurrent grants of this perk wait here, then see what was granted (see _klout_board_lock)
	EXECUTE format('UPDATE %I.perks SET capacity = capacity WHERE perk = $1 RETURNING from_at, until_at', board)
		INTO granted USING perk;
	-- (klout_board_qualify reports a perk that does not exist)
	IF as_of < granted.from_at OR as_of >= granted.until_at THEN
		RETURN;
	END IF;
	RETURN QUERY EXECUTE format($sql$
		WITH put AS (
			INSERT INTO %1$I.grants (perk, person, granted_at, score, rank)
			SELECT $1, q.person::%2$s, $2, q.score, q.rank
			FROM %3$s.klout_board_qualify($3, $1, (SELECT greatest(l.left, 0) FROM %1$I.perks_left AS l WHERE l.perk = $1)) AS q
			RETURNING person, score, rank
		)
		SELECT p.person::text, p.score, p.rank FROM put AS p ORDER BY p.rank, p.person
	$sql$, board, person_type, '@extschema@') USING perk, as_of, board;
END
$body$;
COMMENT ON FUNCTION klout_board_grant(name, text, timestamptz) IS
'Grants a perk of a board to the best people who qualify by the last publication (klout_board_qualify) and do not have it, up to the remaining capacity, and returns them. Never exceeds the capacity and never grants twice to one person, even when called concurrently. Grants nothing before from_at, or at until_at and later';
