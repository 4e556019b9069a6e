-- ---------------------------------------------------------------------------
-- Boards: index lookups of people
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_board_rank(board name, score float8, topic text DEFAULT '') RETURNS bigint
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	rank bigint;
BEGIN
	PERFORM @extschema@._klout_board_person_type(board);
	-- the population counts those in higher bins; the index finds higher scores in the same bin (round() as in klout_population)
	EXECUTE format($sql$
		SELECT %2$s.klout_rank(p.population, $1) +
			   (SELECT count(*) FROM %1$I.scores AS s
				WHERE s.topic = $2 AND s.score > $1 AND s.score < $1 + 0.011 AND round(s.score * 100) = round($1 * 100))
		FROM %1$I.populations AS p WHERE p.topic = $2
	$sql$, board, '@extschema@') INTO rank USING score, topic;
	RETURN rank;
END
$body$;
COMMENT ON FUNCTION klout_board_rank(name, float8, text) IS
'Returns the rank of a score on a board at the last publication: 1 + the number of people with a higher score. Exact; unlike with the view leaderboard, which ranks all people, the cost does not depend on the size of the board. NULL if the topic has no people';

CREATE FUNCTION klout_board_search(board name, query text, topic text DEFAULT '',
	OUT person text, OUT score float8, OUT rank bigint, OUT percentile float8, OUT reach float8, OUT consistency float8,
	OUT networks jsonb, OUT as_of timestamptz, OUT change_1 float8, OUT change_7 float8, OUT change_30 float8, OUT change_90 float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	people float8;
BEGIN
	-- a text that cannot be an id matches no one, and casting it would fail
	IF NOT (CASE person_type
		WHEN 'bigint' THEN CASE WHEN query ~ '^-?[0-9]{1,19}$' THEN query::numeric BETWEEN -9223372036854775808 AND 9223372036854775807 ELSE false END
		WHEN 'uuid' THEN query ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
		ELSE true END)
	THEN
		RETURN;
	END IF;
	EXECUTE format('SELECT l.at, p.people FROM %1$I.last_publication AS l JOIN %1$I.populations AS p ON p.topic = $1', board) INTO as_of, people USING topic;
	FOR person, score, reach, consistency, networks, change_1, change_7, change_30, change_90 IN EXECUTE format($sql$
		WITH found AS (
			SELECT person FROM %1$I.scores WHERE person = $1::%2$s AND topic = $2
			UNION
			SELECT person FROM %1$I.accounts WHERE account = $1::%2$s
			UNION
			SELECT person FROM %1$I.scores
			WHERE $3 AND topic = $2 AND starts_with(lower(person::text COLLATE "default"), lower($1))
		)
		SELECT s.person::text, s.score, s.reach, s.consistency, s.networks, s.change_1, s.change_7, s.change_30, s.change_90
		FROM found JOIN %1$I.scores AS s USING (person)
		WHERE s.topic = $2
		ORDER BY s.person <> $1::%2$s, s.score DESC, s.person
		LIMIT 100
	$sql$, board, person_type) USING query, topic, person_type = 'text'
	LOOP
		rank := @extschema@.klout_board_rank(board, score, topic);
		percentile := (people + 1 - rank) / people;
		RETURN NEXT;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_board_search(name, text, text) IS
'Finds people on a board: the person with that id, people with an account of that id, and, if ids are text, people whose id begins with it (ignoring case); at most 100, the exact match first, then by score, as of the last publication. percentile is the fraction of people with the same or a lower score. The cost of a lookup by id does not depend on the size of the board; a prefix is compared with all ids';

CREATE FUNCTION klout_board_compare(board name, people text[], days integer DEFAULT 90, topic text DEFAULT '',
	OUT day date, OUT person text, OUT score float8, OUT rank bigint, OUT fingerprint text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
BEGIN
	FOR day, person, score, rank, fingerprint IN EXECUTE format($sql$
		SELECT h.day, h.person::text, h.score, h.rank, h.fingerprint
		FROM (SELECT p.day, p.person, p.topic, p.score, p.rank, p.fingerprint FROM %1$I.history_rows AS p
			  UNION ALL
			  SELECT (l.at AT TIME ZONE 'UTC')::date, s.person, s.topic, s.score, NULL, l.fingerprint
			  FROM %1$I.scores AS s CROSS JOIN %1$I.last_publication AS l) AS h
		WHERE h.person = ANY ($1::%2$s[]) AND h.topic = $2
		  -- large values of days must not leave the range of dates
		  AND h.day > (SELECT (at AT TIME ZONE 'UTC')::date FROM %1$I.last_publication) - least(greatest($3, 0), 700000)
		ORDER BY h.day, array_position($1::%2$s[], h.person)
	$sql$, board, person_type) USING people, topic, days
	LOOP
		-- the current day is not in history_rows yet
		rank := coalesce(rank, @extschema@.klout_board_rank(board, score, topic));
		RETURN NEXT;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_board_compare(name, text[], integer, text) IS
'Compares the history of one or more people on a board over the days up to the last publication, by day and in the order of people. Scores are comparable only if their fingerprints are equal. Uses an index: the cost does not depend on the size of the board';

CREATE FUNCTION klout_board_activity(board name, person text, topic text DEFAULT '',
	OUT network text, OUT kind text, OUT actions bigint, OUT first_at timestamptz, OUT last_at timestamptz, OUT points float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@._klout_board_person_type(board);
	facts @extschema@.klout_signals;
	model @extschema@.klout_model;
	as_of timestamptz;
BEGIN
	EXECUTE format($sql$
		SELECT m.model, l.at FROM %1$I.last_publication AS l JOIN %1$I.models AS m USING (fingerprint)
	$sql$, board) INTO model, as_of;
	EXECUTE format($sql$
		SELECT %3$s.klout_rollup(s.signals)
		FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network)
		WHERE coalesce(l.person, s.account) = $1::%2$s AND ($2 = '' OR s.topic = $2)
		  -- by index
		  AND s.account = ANY (ARRAY(SELECT a.account FROM %1$I.accounts AS a WHERE a.person = $1::%2$s UNION SELECT $1::%2$s))
	$sql$, board, person_type, '@extschema@') INTO facts USING person, topic;
	RETURN QUERY
	SELECT s.network, s.kind, s.actions, s.first_at, s.last_at, s.points
	FROM @extschema@._klout_activity(facts, model, as_of) AS s
	ORDER BY 1, 2;
END
$body$;
COMMENT ON FUNCTION klout_board_activity(name, text, text) IS
'Returns the activity statement of a person on a board: for each network and kind, the number of actions received, the first and last day (or hour), and their points of the score, with the model and as of the time of the last publication; actions ingested since then count already. The points add up to the score. The points of a reactor or a day are divided evenly between the kinds seen; if reactors are sampled, these parts are estimates. kind is NULL for points of the audience and of the person''s own posts';
