/*
 * Forgejo and Gitea, by models of Gitea of 2025 (commits 000d87ef and 019823e1), which both share.
 *
 * Times are Unix seconds.  What is taken back is a deleted row.
 * star		of a repository, to its owner
 * follow		of a user
 * reaction	to an issue, pull request or comment; -1 does not count
 * comment		on an issue or pull request, to its author (type 0; other types are changes of labels and so on)
 * review		of a pull request that is published: approved, commented or rejected (types 1 to 3)
 * merge		of a pull request by another than its author
 * Rows imported from elsewhere (original_author_id) name nobody here.  A user counts unless not yet activated,
 * blocked (prohibit_login) or a bot; organizations (type 1) count as owners of repositories.
 */
CREATE FUNCTION _klout_source_forgejo(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'Forgejo and Gitea of 2025'),
	('table', 'user', 'id integer, name text, full_name text, type integer, is_active boolean, '
		'prohibit_login boolean'),
	('table', 'repository', 'id integer, owner_id integer, owner_name text, name text'),
	('table', 'star', 'uid integer, repo_id integer, created_unix integer'),
	('table', 'follow', 'user_id integer, follow_id integer, created_unix integer'),
	('table', 'reaction', 'type text, issue_id integer, comment_id integer, user_id integer, '
		'original_author_id integer, created_unix integer'),
	('table', 'issue', 'id integer, repo_id integer, poster_id integer, original_author_id integer'),
	('table', 'comment', 'id integer, type integer, poster_id integer, issue_id integer, '
		'original_author_id integer, created_unix integer'),
	('table', 'review', 'type integer, reviewer_id integer, issue_id integer, original_author_id integer, '
		'created_unix integer'),
	('table', 'pull_request', 'issue_id integer, has_merged boolean, merger_id integer, merged_unix integer'),
	('topic', NULL, 'repository'),
	('kind', 'star', $sql$
		SELECT s.uid AS actor, r.owner_id AS target, to_timestamp(s.created_unix) AS at, 'repository ' || r.id AS post,
			   r.owner_name || '/' || r.name AS topic
		FROM {star} AS s JOIN {repository} AS r ON r.id = s.repo_id$sql$),
	('kind', 'follow', $sql$
		SELECT f.user_id, f.follow_id, to_timestamp(f.created_unix), NULL::text, NULL::text
		FROM {follow} AS f$sql$),
	('kind', 'reaction', $sql$
		SELECT x.user_id, coalesce(c.poster_id, i.poster_id), to_timestamp(x.created_unix),
			   CASE WHEN c.id IS NULL THEN 'issue ' || i.id ELSE 'comment ' || c.id END, r.owner_name || '/' || r.name
		FROM {reaction} AS x
		JOIN {issue} AS i ON i.id = x.issue_id
		LEFT JOIN {repository} AS r ON r.id = i.repo_id
		LEFT JOIN {comment} AS c ON c.id = x.comment_id AND x.comment_id <> 0
		WHERE x.type <> '-1' AND coalesce(x.original_author_id, 0) = 0
		  AND coalesce(CASE WHEN c.id IS NULL THEN i.original_author_id ELSE c.original_author_id END, 0) = 0
		  AND (c.id IS NOT NULL OR coalesce(x.comment_id, 0) = 0)$sql$),
	('kind', 'comment', $sql$
		SELECT c.poster_id, i.poster_id, to_timestamp(c.created_unix), 'issue ' || i.id, r.owner_name || '/' || r.name
		FROM {comment} AS c JOIN {issue} AS i ON i.id = c.issue_id LEFT JOIN {repository} AS r ON r.id = i.repo_id
		WHERE c.type = 0 AND coalesce(c.original_author_id, 0) = 0 AND coalesce(i.original_author_id, 0) = 0$sql$),
	('kind', 'review', $sql$
		SELECT v.reviewer_id, i.poster_id, to_timestamp(v.created_unix), 'issue ' || i.id, r.owner_name || '/' || r.name
		FROM {review} AS v JOIN {issue} AS i ON i.id = v.issue_id LEFT JOIN {repository} AS r ON r.id = i.repo_id
		WHERE v.type IN (1, 2, 3) AND coalesce(v.original_author_id, 0) = 0
		  AND coalesce(i.original_author_id, 0) = 0$sql$),
	('kind', 'merge', $sql$
		SELECT p.merger_id, i.poster_id, to_timestamp(p.merged_unix), 'issue ' || i.id, r.owner_name || '/' || r.name
		FROM {pull_request} AS p JOIN {issue} AS i ON i.id = p.issue_id LEFT JOIN {repository} AS r ON r.id = i.repo_id
		WHERE p.has_merged AND coalesce(i.original_author_id, 0) = 0$sql$),
	('people', NULL, $sql$
		SELECT u.id, coalesce(nullif(u.full_name, ''), u.name) AS name, {base_url} || '/' || u.name AS url
		FROM {user} AS u
		WHERE u.type = 1 OR u.type = 0 AND u.is_active AND NOT u.prohibit_login$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_forgejo() IS
'Describes the tables of Forgejo and Gitea for klout_source; see sql/parts/sources.sql';
