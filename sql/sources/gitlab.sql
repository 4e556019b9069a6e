/*
 * GitLab 18, by db/structure.sql (commit 0016ea05).
 *
 * Times are without zone, in UTC.  What is taken back is a deleted row.
 * award		an emoji on an issue, merge request or comment; thumbsdown does not count
 * comment		on an issue or merge request, to its author; not those of the system: changes of labels and so on
 * approval	of a merge request
 * merge		of a merge request by another than its author
 * star		of a project, to its creator
 * Follows of users have no time, so they are not read.  Confidential issues and internal notes count with private.  A
 * user counts unless blocked or banned (states other than active and deactivated, which GitLab sets after 90 days
 * without sign-in) or no human (user_type above 0: bots, service accounts, the ghost).
 */
CREATE FUNCTION _klout_source_gitlab(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'GitLab 18'),
	('table', 'users', 'id integer, username text, name text, state text, user_type integer'),
	('table', 'award_emoji', 'user_id integer, name text, awardable_type text, awardable_id integer, '
		'created_at timestamp'),
	('table', 'issues', 'id integer, author_id integer, project_id integer, confidential boolean'),
	('table', 'merge_requests', 'id integer, author_id integer, target_project_id integer'),
	('table', 'merge_request_metrics', 'merge_request_id integer, merged_by_id integer, merged_at timestamp'),
	('table', 'notes', 'id integer, author_id integer, noteable_type text, noteable_id integer, '
		'project_id integer, system boolean, internal boolean, created_at timestamp'),
	('table', 'approvals', 'merge_request_id integer, user_id integer, created_at timestamp'),
	('table', 'users_star_projects', 'user_id integer, project_id integer, created_at timestamp'),
	('table', 'projects', 'id integer, creator_id integer'),
	('table', 'routes', 'source_id integer, source_type text, path text'),
	('topic', NULL, 'path of the project'),
	('kind', 'award', $sql$
		SELECT a.user_id AS actor, coalesce(i.author_id, m.author_id, n.author_id) AS target,
			   a.created_at AT TIME ZONE 'UTC' AS at,
			   CASE WHEN i.id IS NOT NULL THEN 'issue ' || i.id WHEN m.id IS NOT NULL THEN 'merge request ' || m.id
					ELSE 'note ' || n.id END AS post,
			   r.path AS topic
		FROM {award_emoji} AS a
		LEFT JOIN {issues} AS i ON a.awardable_type = 'Issue' AND i.id = a.awardable_id
		LEFT JOIN {merge_requests} AS m ON a.awardable_type = 'MergeRequest' AND m.id = a.awardable_id
		LEFT JOIN {notes} AS n ON a.awardable_type = 'Note' AND n.id = a.awardable_id
		LEFT JOIN {issues} AS j ON n.noteable_type = 'Issue' AND j.id = n.noteable_id
		LEFT JOIN {routes} AS r ON r.source_type = 'Project'
							   AND r.source_id = coalesce(i.project_id, m.target_project_id, n.project_id)
		WHERE a.name <> 'thumbsdown'
		  AND (i.confidential IS NOT TRUE AND j.confidential IS NOT TRUE AND n.internal IS NOT TRUE OR {private})$sql$),
	('kind', 'comment', $sql$
		SELECT n.author_id, coalesce(i.author_id, m.author_id), n.created_at AT TIME ZONE 'UTC',
			   CASE WHEN i.id IS NOT NULL THEN 'issue ' || i.id ELSE 'merge request ' || m.id END, r.path
		FROM {notes} AS n
		LEFT JOIN {issues} AS i ON n.noteable_type = 'Issue' AND i.id = n.noteable_id
		LEFT JOIN {merge_requests} AS m ON n.noteable_type = 'MergeRequest' AND m.id = n.noteable_id
		LEFT JOIN {routes} AS r ON r.source_type = 'Project'
							   AND r.source_id = coalesce(i.project_id, m.target_project_id)
		WHERE NOT n.system AND (i.confidential IS NOT TRUE AND NOT n.internal OR {private})$sql$),
	('kind', 'approval', $sql$
		SELECT a.user_id, m.author_id, a.created_at AT TIME ZONE 'UTC', 'merge request ' || m.id, r.path
		FROM {approvals} AS a
		JOIN {merge_requests} AS m ON m.id = a.merge_request_id
		LEFT JOIN {routes} AS r ON r.source_type = 'Project' AND r.source_id = m.target_project_id$sql$),
	('kind', 'merge', $sql$
		SELECT x.merged_by_id, m.author_id, x.merged_at AT TIME ZONE 'UTC', 'merge request ' || m.id, r.path
		FROM {merge_request_metrics} AS x
		JOIN {merge_requests} AS m ON m.id = x.merge_request_id
		LEFT JOIN {routes} AS r ON r.source_type = 'Project' AND r.source_id = m.target_project_id
		WHERE x.merged_at IS NOT NULL$sql$),
	('kind', 'star', $sql$
		SELECT s.user_id, p.creator_id, s.created_at AT TIME ZONE 'UTC', 'project ' || p.id, r.path
		FROM {users_star_projects} AS s
		JOIN {projects} AS p ON p.id = s.project_id
		LEFT JOIN {routes} AS r ON r.source_type = 'Project' AND r.source_id = p.id$sql$),
	('people', NULL, $sql$
		SELECT u.id, coalesce(nullif(u.name, ''), u.username) AS name, {base_url} || '/' || u.username AS url
		FROM {users} AS u
		WHERE u.state IN ('active', 'deactivated') AND coalesce(u.user_type, 0) = 0$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_gitlab() IS
'Describes the tables of GitLab for klout_source; see sql/parts/sources.sql';
