-- ---------------------------------------------------------------------------
-- Boards: looking people up, by index
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_rank_on_board(board name, score float8, topic text DEFAULT '') RETURNS bigint
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	rank bigint;
BEGIN
	PERFORM @extschema@.klout_person_type(board);
	-- those in higher bins are counted; of those in the same one (round() as klout_population does it), the index knows who is higher
	EXECUTE format($sql$
		SELECT %2$s.klout_rank(p.population, $1) +
			   (SELECT count(*) FROM %1$I.scores AS s
				WHERE s.topic = $2 AND s.score > $1 AND s.score < $1 + 0.011 AND round(s.score * 100) = round($1 * 100))
		FROM %1$I.populations AS p WHERE p.topic = $2
	$sql$, board, '@extschema@') INTO rank USING score, topic;
	RETURN rank;
END
$body$;
COMMENT ON FUNCTION klout_rank_on_board(name, float8, text) IS
'The rank that a score has on a board at the last publication: 1 and the number of people with a higher one. Exact, and costs no more on a large board than on a small one, unlike the leaderboard, which ranks everybody. NULL if nobody is on the board under that topic';

CREATE FUNCTION klout_search(board name, query text, topic text DEFAULT '',
	OUT person text, OUT score float8, OUT rank bigint, OUT percentile float8, OUT reach float8, OUT consistency float8,
	OUT networks jsonb, OUT as_of timestamptz, OUT change_1 float8, OUT change_7 float8, OUT change_30 float8, OUT change_90 float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	people float8;
BEGIN
	-- what cannot be an id is nobody's, and must not be cast to one
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
		rank := @extschema@.klout_rank_on_board(board, score, topic);
		percentile := (people + 1 - rank) / people;
		RETURN NEXT;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_search(name, text, text) IS
'Looks somebody up on a board: the person of that id, those with an account of that id, and where ids are text all whose id begins with it (case ignored), at most 100, the exact one first, then by score; as of the last publication. percentile is the share of people at or below. By id costs no more on a large board than on a small one; the beginning of a text is compared with all ids';

CREATE FUNCTION klout_compare(board name, people text[], days integer DEFAULT 90, topic text DEFAULT '',
	OUT day date, OUT person text, OUT score float8, OUT rank bigint, OUT fingerprint text)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 100
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
BEGIN
	FOR day, person, score, rank, fingerprint IN EXECUTE format($sql$
		SELECT h.day, h.person::text, h.score, h.rank, h.fingerprint
		FROM (SELECT p.day, p.person, p.topic, p.score, p.rank, p.fingerprint FROM %1$I.past AS p
			  UNION ALL
			  SELECT (l.at AT TIME ZONE 'UTC')::date, s.person, s.topic, s.score, NULL, l.fingerprint
			  FROM %1$I.scores AS s CROSS JOIN %1$I.last_publication AS l) AS h
		WHERE h.person = ANY ($1::%2$s[]) AND h.topic = $2
		  AND h.day > (SELECT (at AT TIME ZONE 'UTC')::date FROM %1$I.last_publication) - $3
		ORDER BY h.day, array_position($1::%2$s[], h.person)
	$sql$, board, person_type) USING people, topic, days
	LOOP
		-- of the last day, which is not in the past yet
		rank := coalesce(rank, @extschema@.klout_rank_on_board(board, score, topic));
		RETURN NEXT;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_compare(name, text[], integer, text) IS
'The history of one person or more on a board side by side, over the last days up to the last publication, by day and in the order they were named. A score is comparable with another of the same fingerprint. By index: costs no more on a large board than on a small one';

CREATE FUNCTION klout_statement(board name, person text, topic text DEFAULT '',
	OUT network text, OUT kind text, OUT actions bigint, OUT first_at timestamptz, OUT last_at timestamptz, OUT points float8)
	RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type CONSTANT text := @extschema@.klout_person_type(board);
	facts @extschema@.klout_signals;
	model @extschema@.klout_model;
	recipe jsonb;
	now_bucket timestamptz;
	as_of timestamptz;
BEGIN
	EXECUTE format($sql$
		SELECT m.model, date_bin(c.bucket, l.at, '2000-01-01 00:00+00'), l.at
		FROM %1$I.settings AS c CROSS JOIN %1$I.last_publication AS l JOIN %1$I.models AS m USING (fingerprint)
	$sql$, board) INTO model, now_bucket, as_of;
	EXECUTE format($sql$
		SELECT %3$s.klout_rollup(s.signals)
		FROM %1$I.signals AS s LEFT JOIN %1$I.accounts AS l USING (account, network)
		WHERE coalesce(l.person, s.account) = $1::%2$s AND ($2 = '' OR s.topic = $2)
		  -- by index
		  AND s.account = ANY (ARRAY(SELECT a.account FROM %1$I.accounts AS a WHERE a.person = $1::%2$s UNION SELECT $1::%2$s))
	$sql$, board, person_type, '@extschema@') INTO facts USING person, topic;
	recipe := model::jsonb;

	RETURN QUERY
	WITH points AS (
		SELECT e.part, e.network, e.points FROM @extschema@.klout_explain(facts, model, as_of) AS e
	), entries AS (
		SELECT e.network, e.kind, e.actions, e.bucket, coalesce((recipe #>> ARRAY['kinds', e.kind])::float8, 1) AS kind_weight
		FROM @extschema@.klout_entries(facts) AS e
		WHERE e.bucket <= now_bucket
	), counted AS (
		SELECT e.network, e.kind, sum(e.actions)::bigint AS actions, min(e.bucket) AS first_at, max(e.bucket) AS last_at
		FROM entries AS e GROUP BY 1, 2
	), worth AS (	-- what each kind brought, in any unit: a day or a reactor is shared by its kinds
		SELECT 'consistency' AS part, d.network, d.kind, sum(d.share) AS worth
		FROM (SELECT e.network, e.kind, max(e.kind_weight) OVER day / count(*) OVER day *
				   power(2, -extract(epoch FROM now_bucket - e.bucket)::float8 / extract(epoch FROM (recipe ->> 'consistency_half_life')::interval)::float8) AS share
			  FROM entries AS e WINDOW day AS (PARTITION BY e.network, e.bucket)) AS d
		GROUP BY 2, 3
		UNION ALL
		SELECT 'reach', r.network, k.kind,
			   sum((SELECT max(coalesce((recipe #>> ARRAY['kinds', o.kind])::float8, 1)) FROM unnest(r.kinds) AS o (kind)) / cardinality(r.kinds) / r.inclusion *
				   power(2, -extract(epoch FROM now_bucket - r.last_at)::float8 / extract(epoch FROM (recipe ->> 'reach_half_life')::interval)::float8))
		FROM @extschema@.klout_reactor_sample(facts) AS r CROSS JOIN LATERAL unnest(r.kinds) AS k (kind)
		WHERE r.last_at <= now_bucket
		GROUP BY 2, 3
	), shared AS (
		SELECT w.network, w.kind, sum(p.points * w.worth / w.total) AS points
		FROM (SELECT *, sum(s.worth) OVER (PARTITION BY s.part, s.network) AS total FROM worth AS s) AS w
		JOIN points AS p ON p.part = w.part AND p.network = w.network
		WHERE w.total > 0
		GROUP BY 1, 2
	)
	SELECT c.network, c.kind, c.actions, c.first_at, c.last_at, coalesce(s.points, 0)
	FROM counted AS c LEFT JOIN shared AS s ON s.network = c.network AND s.kind = c.kind
	UNION ALL
	SELECT p.network, NULL, NULL, NULL, NULL, sum(p.points)
	FROM points AS p WHERE p.part NOT IN ('reach', 'consistency')
	GROUP BY p.network
	ORDER BY 1, 2;
END
$body$;
COMMENT ON FUNCTION klout_statement(name, text, text) IS
'The activity statement of a person on a board: for each network and kind how many actions they received, from the first day (or hour) to the last, and how many points of the score that brings, by the model and at the moment of the last publication; what was taken in since counts already. The points add up to the score. A reactor''s or a day''s points are shared evenly among the kinds seen; where reactors are sampled the shares are estimates. kind is NULL for points of the audience and of own posts';
