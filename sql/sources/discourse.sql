/*
 * Discourse since 2.4, by the schemas in app/models.
 *
 * Times are without zone, in UTC.  Likes that are taken back have deleted_at, as have posts and topics.
 * like		post_actions of type 2
 * reply		a regular post (type 1) after the first of its topic: to the post that it answers, else to the first
 * quote		of a post, whatever its topic
 * mention		user_actions of type 7, which Discourse writes for each user who is mentioned
 * Posts that moderators hid do not count.  Private messages do with private.  Small actions, whispers and posts of
 * moderators as such (other types of posts) are no replies.  A user counts unless suspended, staged (known by an
 * email only) or a shadow account of anonymous mode, whose likes could be one's own; ids up to 0 are the system and
 * bots.
 */
CREATE FUNCTION _klout_source_discourse(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'Discourse since 2.4'),
	('table', 'users', 'id integer, username text, name text, staged boolean, suspended_till timestamp'),
	('table', 'anonymous_users', 'user_id integer'),
	('table', 'post_actions', 'post_id integer, user_id integer, post_action_type_id integer, '
		'created_at timestamp, deleted_at timestamp'),
	('table', 'posts', 'id integer, user_id integer, topic_id integer, post_number integer, '
		'reply_to_post_number integer, post_type integer, hidden boolean, created_at timestamp, '
		'deleted_at timestamp'),
	('table', 'topics', 'id integer, category_id integer, archetype text, deleted_at timestamp'),
	('table', 'categories', 'id integer, name text, parent_category_id integer'),
	('table', 'quoted_posts', 'post_id integer, quoted_post_id integer'),
	('table', 'user_actions', 'action_type integer, user_id integer, acting_user_id integer, '
		'target_post_id integer, created_at timestamp'),
	('topic', NULL, 'category'),
	('kind', 'like', $sql$
		SELECT l.user_id AS actor, p.user_id AS target, l.created_at AT TIME ZONE 'UTC' AS at, p.id::text AS post,
			   coalesce(d.name || ' / ', '') || c.name AS topic
		FROM {post_actions} AS l
		JOIN {posts} AS p ON p.id = l.post_id
		JOIN {topics} AS t ON t.id = p.topic_id
		LEFT JOIN {categories} AS c ON c.id = t.category_id
		LEFT JOIN {categories} AS d ON d.id = c.parent_category_id
		WHERE l.post_action_type_id = 2 AND l.deleted_at IS NULL AND p.deleted_at IS NULL AND NOT p.hidden
		  AND t.deleted_at IS NULL AND (t.archetype <> 'private_message' OR {private})$sql$),
	('kind', 'reply', $sql$
		SELECT r.user_id, p.user_id, r.created_at AT TIME ZONE 'UTC', p.id::text, coalesce(d.name || ' / ',
			'') || c.name
		FROM {posts} AS r
		JOIN {posts} AS p ON p.topic_id = r.topic_id AND p.post_number = coalesce(r.reply_to_post_number, 1)
		JOIN {topics} AS t ON t.id = r.topic_id
		LEFT JOIN {categories} AS c ON c.id = t.category_id
		LEFT JOIN {categories} AS d ON d.id = c.parent_category_id
		WHERE r.post_number > 1 AND r.post_type = 1 AND r.deleted_at IS NULL AND NOT r.hidden
		  AND p.deleted_at IS NULL AND NOT p.hidden
		  AND t.deleted_at IS NULL AND (t.archetype <> 'private_message' OR {private})$sql$),
	('kind', 'quote', $sql$
		SELECT r.user_id, p.user_id, r.created_at AT TIME ZONE 'UTC', p.id::text, coalesce(d.name || ' / ',
			'') || c.name
		FROM {quoted_posts} AS q
		JOIN {posts} AS r ON r.id = q.post_id
		JOIN {posts} AS p ON p.id = q.quoted_post_id
		JOIN {topics} AS s ON s.id = p.topic_id
		JOIN {topics} AS t ON t.id = r.topic_id
		LEFT JOIN {categories} AS c ON c.id = t.category_id
		LEFT JOIN {categories} AS d ON d.id = c.parent_category_id
		WHERE r.post_type = 1 AND r.deleted_at IS NULL AND NOT r.hidden AND p.deleted_at IS NULL AND NOT p.hidden
		  AND s.deleted_at IS NULL AND t.deleted_at IS NULL
		  AND (s.archetype <> 'private_message' AND t.archetype <> 'private_message' OR {private})$sql$),
	('kind', 'mention', $sql$
		SELECT m.acting_user_id, m.user_id, r.created_at AT TIME ZONE 'UTC', NULL::text,
			coalesce(d.name || ' / ', '') || c.name
		FROM {user_actions} AS m
		JOIN {posts} AS r ON r.id = m.target_post_id
		JOIN {topics} AS t ON t.id = r.topic_id
		LEFT JOIN {categories} AS c ON c.id = t.category_id
		LEFT JOIN {categories} AS d ON d.id = c.parent_category_id
		WHERE m.action_type = 7 AND r.post_type = 1 AND r.deleted_at IS NULL AND NOT r.hidden
		  AND t.deleted_at IS NULL AND (t.archetype <> 'private_message' OR {private})$sql$),
	('people', NULL, $sql$
		SELECT u.id, coalesce(nullif(u.name, ''), u.username) AS name, {base_url} || '/u/' || u.username AS url
		FROM {users} AS u
		WHERE u.id > 0 AND NOT u.staged AND (u.suspended_till IS NULL OR u.suspended_till <= now() AT TIME ZONE 'UTC')
		  AND NOT EXISTS (SELECT FROM {anonymous_users} AS a WHERE a.user_id = u.id)$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_discourse() IS
'Describes the tables of Discourse for klout_source; see sql/parts/sources.sql';
