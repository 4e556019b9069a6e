/*
 * Lemmy 0.19, by its migrations.  Lemmy 1.0 has other tables: lemmy.
 *
 * Times have a zone.  A vote that is taken back is a deleted row; score is 1, or -1 for a vote down, which does not
 * count.
 * post_upvote, comment_upvote		by whom; Lemmy's own vote of an author for himself is an action on oneself
 * comment		on a post, if it answers no other comment
 * reply		to a comment; its parent is the last but one of path
 * follow		of a person, once accepted
 * Posts and comments that are deleted, or removed by moderators, count neither as actions nor as targets.  A person
 * counts unless deleted, a bot, or banned; a ban that has expired is none.
 */
CREATE FUNCTION _klout_source_lemmy_0_19(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'Lemmy 0.19'),
	('table', 'person', 'id integer, name text, actor_id text, local boolean, deleted boolean, '
		'bot_account boolean, banned boolean, ban_expires timestamptz, instance_id integer'),
	('table', 'instance', 'id integer, domain text'),
	('table', 'community', 'id integer, name text, instance_id integer'),
	('table', 'post', 'id integer, creator_id integer, community_id integer, deleted boolean, removed boolean'),
	('table', 'comment', 'id integer, creator_id integer, post_id integer, path any, published timestamptz, '
		'deleted boolean, removed boolean'),
	('table', 'post_like', 'person_id integer, post_id integer, score integer, published timestamptz'),
	('table', 'comment_like', 'person_id integer, comment_id integer, score integer, published timestamptz'),
	('table', 'person_follower', 'person_id integer, follower_id integer, published timestamptz, '
		'pending boolean'),
	('topic', NULL, 'community'),
	('kind', 'post_upvote', $sql$
		SELECT v.person_id AS actor, p.creator_id AS target, v.published AS at, 'post ' || p.id AS post,
			   c.name || '@' || i.domain AS topic
		FROM {post_like} AS v
		JOIN {post} AS p ON p.id = v.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE v.score > 0 AND NOT p.deleted AND NOT p.removed$sql$),
	('kind', 'comment_upvote', $sql$
		SELECT v.person_id, r.creator_id, v.published, 'comment ' || r.id, c.name || '@' || i.domain
		FROM {comment_like} AS v
		JOIN {comment} AS r ON r.id = v.comment_id
		JOIN {post} AS p ON p.id = r.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE v.score > 0 AND NOT r.deleted AND NOT r.removed AND NOT p.deleted AND NOT p.removed$sql$),
	('kind', 'comment', $sql$
		SELECT r.creator_id, p.creator_id, r.published, 'post ' || p.id, c.name || '@' || i.domain
		FROM {comment} AS r
		JOIN {post} AS p ON p.id = r.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE split_part(r.path::text, '.', -2) = '0' AND NOT r.deleted AND NOT r.removed
		  AND NOT p.deleted AND NOT p.removed$sql$),
	('kind', 'reply', $sql$
		SELECT r.creator_id, q.creator_id, r.published, 'comment ' || q.id, c.name || '@' || i.domain
		FROM {comment} AS r
		JOIN {comment} AS q ON q.id = substring(r.path::text FROM '([1-9][0-9]*)[.][0-9]+$')::integer
		JOIN {post} AS p ON p.id = r.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE NOT r.deleted AND NOT r.removed AND NOT q.deleted AND NOT q.removed AND NOT p.deleted
		  AND NOT p.removed$sql$),
	('kind', 'follow', $sql$
		SELECT f.follower_id, f.person_id, f.published, NULL::text, NULL::text
		FROM {person_follower} AS f
		WHERE NOT f.pending$sql$),
	('people', NULL, $sql$
		SELECT u.id, u.name || CASE WHEN u.local THEN '' ELSE '@' || i.domain END AS name, u.actor_id::text AS url
		FROM {person} AS u JOIN {instance} AS i ON i.id = u.instance_id
		WHERE NOT u.deleted AND NOT u.bot_account AND NOT (u.banned
		  AND (u.ban_expires IS NULL OR u.ban_expires > now()))$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_lemmy_0_19() IS
'Describes the tables of Lemmy 0.19 for klout_source; see sql/parts/sources.sql';
