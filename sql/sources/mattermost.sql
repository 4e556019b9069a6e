/*
 * Mattermost since 6.0, by the migrations in server/channels/db.
 *
 * Times are Unix milliseconds.  What is taken back or deleted has deleteat other than 0.
 * reaction	an emoji on a post
 * reply		a post in the thread of another, to the author of the first post (rootid)
 * Posts of the system (type other than empty or custom) and of webhooks are no replies and earn nothing.  Posts in
 * direct and group messages (channels of type D and G) count with private.  A user counts unless deactivated or a
 * bot.
 */
CREATE FUNCTION _klout_source_mattermost(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'text', 'Mattermost since 6.0'),
	('table', 'users', 'id text, username text, nickname text, deleteat integer'),
	('table', 'bots', 'userid text'),
	('table', 'reactions', 'userid text, postid text, createat integer, deleteat integer'),
	('table', 'posts', 'id text, userid text, channelid text, rootid text, type text, props jsonb, '
		'createat integer, deleteat integer'),
	('table', 'channels', 'id text, teamid text, type text, name text'),
	('table', 'teams', 'id text, name text'),
	('topic', NULL, 'team and channel'),
	('kind', 'reaction', $sql$
		SELECT x.userid AS actor, p.userid AS target, to_timestamp(x.createat / 1000.0) AS at, p.id AS post,
			   coalesce(t.name || '/', '') || c.name AS topic
		FROM {reactions} AS x
		JOIN {posts} AS p ON p.id = x.postid
		JOIN {channels} AS c ON c.id = p.channelid
		LEFT JOIN {teams} AS t ON t.id = c.teamid
		WHERE coalesce(x.deleteat, 0) = 0 AND p.deleteat = 0 AND p.type NOT LIKE 'system\_%'
		  AND coalesce(p.props ->> 'from_webhook', '') <> 'true'
		  AND (c.type::text NOT IN ('D', 'G') OR {private})$sql$),
	('kind', 'reply', $sql$
		SELECT r.userid, p.userid, to_timestamp(r.createat / 1000.0), p.id, coalesce(t.name || '/', '') || c.name
		FROM {posts} AS r
		JOIN {posts} AS p ON p.id = r.rootid
		JOIN {channels} AS c ON c.id = p.channelid
		LEFT JOIN {teams} AS t ON t.id = c.teamid
		WHERE r.rootid <> '' AND r.deleteat = 0 AND r.type NOT LIKE 'system\_%'
		  AND coalesce(r.props ->> 'from_webhook', '') <> 'true'
		  AND p.deleteat = 0 AND p.type NOT LIKE 'system\_%' AND coalesce(p.props ->> 'from_webhook', '') <> 'true'
		  AND (c.type::text NOT IN ('D', 'G') OR {private})$sql$),
	('people', NULL, $sql$
		SELECT u.id, coalesce(nullif(u.nickname, ''), u.username) AS name, NULL::text AS url
		FROM {users} AS u
		WHERE u.deleteat = 0 AND NOT EXISTS (SELECT FROM {bots} AS b WHERE b.userid = u.id)$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_mattermost() IS
'Describes the tables of Mattermost for klout_source; see sql/parts/sources.sql';
