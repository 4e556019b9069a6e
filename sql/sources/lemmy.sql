/*
 * Lemmy 1.0 (beta 1), by the migrations up to 2026-07-27.  Lemmy 0.19 has other tables: lemmy_0_19.
 *
 * Times have a zone.  A vote is a row per person and post (comment), updated in place: voted_at is NULL once it is
 * taken back, and vote_is_upvote is false for a vote down, which does not count.
 * post_upvote, comment_upvote		by whom; Lemmy's own vote of an author for himself is an action on oneself
 * comment		on a post, if it answers no other comment
 * reply		to a comment; its parent is the last but one of path
 * follow		of a person, once accepted
 * Posts and comments that are deleted, or removed by moderators, count neither as actions nor as targets.  A person
 * counts unless deleted, a bot, or banned by this site or the own one; a ban that has expired is none.
 */
CREATE FUNCTION _klout_source_lemmy(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'Lemmy 1.0 beta 1'),
	('table', 'person', 'id integer, name text, ap_id text, local boolean, deleted boolean, '
		'bot_account boolean, instance_id integer'),
	('table', 'instance', 'id integer, domain text'),
	('table', 'instance_actions', 'person_id integer, instance_id integer, received_ban_at timestamptz, '
		'ban_expires_at timestamptz'),
	('table', 'site', 'id integer, instance_id integer'),
	('table', 'local_site', 'site_id integer'),
	('table', 'community', 'id integer, name text, instance_id integer'),
	('table', 'post', 'id integer, creator_id integer, community_id integer, deleted boolean, removed boolean'),
	('table', 'comment', 'id integer, creator_id integer, post_id integer, path any, '
		'published_at timestamptz, deleted boolean, removed boolean'),
	('table', 'post_actions', 'person_id integer, post_id integer, voted_at timestamptz, '
		'vote_is_upvote boolean'),
	('table', 'comment_actions', 'person_id integer, comment_id integer, voted_at timestamptz, '
		'vote_is_upvote boolean'),
	('table', 'person_actions', 'person_id integer, target_id integer, followed_at timestamptz, '
		'follow_pending boolean'),
	('topic', NULL, 'community'),
	('kind', 'post_upvote', $sql$
		SELECT v.person_id AS actor, p.creator_id AS target, v.voted_at AS at, 'post ' || p.id AS post,
			   c.name || '@' || i.domain AS topic
		FROM {post_actions} AS v
		JOIN {post} AS p ON p.id = v.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE v.voted_at IS NOT NULL AND v.vote_is_upvote AND NOT p.deleted AND NOT p.removed$sql$),
	('kind', 'comment_upvote', $sql$
		SELECT v.person_id, r.creator_id, v.voted_at, 'comment ' || r.id, c.name || '@' || i.domain
		FROM {comment_actions} AS v
		JOIN {comment} AS r ON r.id = v.comment_id
		JOIN {post} AS p ON p.id = r.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE v.voted_at IS NOT NULL AND v.vote_is_upvote AND NOT r.deleted AND NOT r.removed
		  AND NOT p.deleted AND NOT p.removed$sql$),
	('kind', 'comment', $sql$
		SELECT r.creator_id, p.creator_id, r.published_at, 'post ' || p.id, c.name || '@' || i.domain
		FROM {comment} AS r
		JOIN {post} AS p ON p.id = r.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE split_part(r.path::text, '.', -2) = '0' AND NOT r.deleted AND NOT r.removed
		  AND NOT p.deleted AND NOT p.removed$sql$),
	('kind', 'reply', $sql$
		SELECT r.creator_id, q.creator_id, r.published_at, 'comment ' || q.id, c.name || '@' || i.domain
		FROM {comment} AS r
		JOIN {comment} AS q ON q.id = substring(r.path::text FROM '([1-9][0-9]*)[.][0-9]+$')::integer
		JOIN {post} AS p ON p.id = r.post_id
		LEFT JOIN {community} AS c ON c.id = p.community_id LEFT JOIN {instance} AS i ON i.id = c.instance_id
		WHERE NOT r.deleted AND NOT r.removed AND NOT q.deleted AND NOT q.removed AND NOT p.deleted
		  AND NOT p.removed$sql$),
	('kind', 'follow', $sql$
		SELECT f.person_id, f.target_id, f.followed_at, NULL::text, NULL::text
		FROM {person_actions} AS f
		WHERE f.followed_at IS NOT NULL AND f.follow_pending IS NOT TRUE$sql$),
	('people', NULL, $sql$
		SELECT u.id, u.name || CASE WHEN u.local THEN '' ELSE '@' || i.domain END AS name, u.ap_id::text AS url
		FROM {person} AS u JOIN {instance} AS i ON i.id = u.instance_id
		WHERE NOT u.deleted AND NOT u.bot_account
		  AND NOT EXISTS (
			SELECT FROM {instance_actions} AS b
			WHERE b.person_id = u.id AND b.received_ban_at IS NOT NULL
			  AND (b.ban_expires_at IS NULL OR b.ban_expires_at > now())
			  AND (b.instance_id = u.instance_id OR b.instance_id IN (
				SELECT s.instance_id FROM {site} AS s JOIN {local_site} AS l ON l.site_id = s.id)))$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_lemmy() IS
'Describes the tables of Lemmy for klout_source; see sql/parts/sources.sql';
