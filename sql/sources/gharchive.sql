/*
 * GH Archive: GitHub's public events since 2015, as JSON in gharchive (event jsonb), a row an event.
 *
 * Ids are logins in lower case, as repositories have no other owner; the owner may be an organization.  Times are
 * text, ISO 8601 with Z.  Nothing is ever taken back: GitHub has no events for that.
 * star		WatchEvent, to the owner of the repository
 * fork		ForkEvent, to the owner
 * pull		a pull request opened, to the owner
 * issue		an issue opened, to the owner
 * comment		on an issue or pull request, to its author
 * review		of a pull request, to its author; events since late 2025 may not say who that is, and are left out
 * Bots (logins that end in [bot]) do not count.
 */
CREATE FUNCTION _klout_source_gharchive(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	events CONSTANT text := $sql$(
			SELECT event ->> 'type' AS type, (event ->> 'created_at')::timestamptz AS at,
				   event -> 'actor' ->> 'login' AS login, event -> 'repo' ->> 'name' AS repo,
				   event -> 'payload' AS payload
			FROM {gharchive}
		) AS g$sql$;
BEGIN
	RETURN QUERY VALUES
	('system', 'text', 'events since 2015'),
	('table', 'gharchive', 'event jsonb'),
	('topic', NULL, 'repository'),
	('kind', 'star', $sql$
		SELECT lower(g.login) AS actor, lower(split_part(g.repo, '/', 1)) AS target,
			   g.at, g.repo AS post, g.repo AS topic
		FROM $sql$ || events || $sql$
		WHERE g.type = 'WatchEvent' AND g.login NOT LIKE '%[bot]'$sql$),
	('kind', 'fork', $sql$
		SELECT lower(g.login) AS actor, lower(split_part(g.repo, '/', 1)) AS target,
			   g.at, g.repo AS post, g.repo AS topic
		FROM $sql$ || events || $sql$
		WHERE g.type = 'ForkEvent' AND g.login NOT LIKE '%[bot]'$sql$),
	('kind', 'pull', $sql$
		SELECT lower(g.login) AS actor, lower(split_part(g.repo, '/', 1)) AS target,
			   g.at, g.repo AS post, g.repo AS topic
		FROM $sql$ || events || $sql$
		WHERE g.type = 'PullRequestEvent' AND g.login NOT LIKE '%[bot]' AND g.payload ->> 'action' = 'opened'$sql$),
	('kind', 'issue', $sql$
		SELECT lower(g.login) AS actor, lower(split_part(g.repo, '/', 1)) AS target,
			   g.at, g.repo AS post, g.repo AS topic
		FROM $sql$ || events || $sql$
		WHERE g.type = 'IssuesEvent' AND g.login NOT LIKE '%[bot]' AND g.payload ->> 'action' = 'opened'$sql$),
	('kind', 'comment', $sql$
		SELECT lower(g.login) AS actor, lower(g.payload -> 'issue' -> 'user' ->> 'login') AS target,
			   g.at, g.payload -> 'issue' ->> 'html_url' AS post, g.repo AS topic
		FROM $sql$ || events || $sql$
		WHERE g.type = 'IssueCommentEvent' AND g.login NOT LIKE '%[bot]' AND g.payload ->> 'action' = 'created'
		  AND g.payload -> 'issue' -> 'user' ->> 'login' NOT LIKE '%[bot]'$sql$),
	('kind', 'review', $sql$
		SELECT lower(g.login) AS actor, lower(g.payload -> 'pull_request' -> 'user' ->> 'login') AS target,
			   g.at, g.payload -> 'pull_request' ->> 'html_url' AS post, g.repo AS topic
		FROM $sql$ || events || $sql$
		WHERE g.type = 'PullRequestReviewEvent' AND g.login NOT LIKE '%[bot]'
		  AND g.payload -> 'pull_request' -> 'user' ->> 'login' NOT LIKE '%[bot]'$sql$),
	('labels', NULL, $sql$
		SELECT lower(l.login) AS id, min(l.login) AS name,
			   coalesce({base_url}, 'https://github.com') || '/' || min(l.login) AS url
		FROM {gharchive} AS g
		CROSS JOIN LATERAL (VALUES (g.event -> 'actor' ->> 'login'), (split_part(g.event -> 'repo' ->> 'name', '/', 1)),
			(g.event -> 'payload' -> 'issue' -> 'user' ->> 'login'),
			(g.event -> 'payload' -> 'pull_request' -> 'user' ->> 'login')) AS l (login)
		WHERE l.login NOT LIKE '%[bot]'
		GROUP BY lower(l.login)$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_gharchive() IS
'Describes the tables of GH Archive for klout_source; see sql/parts/sources.sql';
