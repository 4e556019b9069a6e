/*
 * Zulip 11, by zerver/models (commit 0914a0bd).
 *
 * Times have a zone.  What is taken back or deleted is a deleted row (zerver_archived... keep copies, which are not
 * read).
 * reaction	an emoji on a message.  Reactions have no time of their own: that of the message
 * mention		of a user by name (bit 8 of flags in zerver_usermessage), not of groups or everybody
 * Direct messages (recipients of type 1 and 3, not 2) count with private.  A user counts unless deactivated, a bot or
 * a mirror dummy.
 */
CREATE FUNCTION _klout_source_zulip(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'Zulip 11'),
	('table', 'zerver_userprofile', 'id integer, full_name text, is_active boolean, is_bot boolean, '
		'is_mirror_dummy boolean'),
	('table', 'zerver_message', 'id integer, sender_id integer, recipient_id integer, date_sent timestamptz'),
	('table', 'zerver_recipient', 'id integer, type integer, type_id integer'),
	('table', 'zerver_stream', 'id integer, name text'),
	('table', 'zerver_reaction', 'message_id integer, user_profile_id integer'),
	('table', 'zerver_usermessage', 'message_id integer, user_profile_id integer, flags integer'),
	('topic', NULL, 'channel (not the topic of a message)'),
	('kind', 'reaction', $sql$
		SELECT x.user_profile_id AS actor, m.sender_id AS target, m.date_sent AS at, m.id::text AS post, s.name AS topic
		FROM {zerver_reaction} AS x
		JOIN {zerver_message} AS m ON m.id = x.message_id
		JOIN {zerver_recipient} AS r ON r.id = m.recipient_id
		LEFT JOIN {zerver_stream} AS s ON r.type = 2 AND s.id = r.type_id
		WHERE r.type = 2 OR {private}$sql$),
	('kind', 'mention', $sql$
		SELECT m.sender_id, x.user_profile_id, m.date_sent, NULL::text, s.name
		FROM {zerver_usermessage} AS x
		JOIN {zerver_message} AS m ON m.id = x.message_id
		JOIN {zerver_recipient} AS r ON r.id = m.recipient_id
		LEFT JOIN {zerver_stream} AS s ON r.type = 2 AND s.id = r.type_id
		WHERE x.flags & 8 <> 0 AND (r.type = 2 OR {private})$sql$),
	('people', NULL, $sql$
		SELECT u.id, u.full_name AS name, {base_url} || '/#user/' || u.id AS url
		FROM {zerver_userprofile} AS u
		WHERE u.is_active AND NOT u.is_bot AND NOT u.is_mirror_dummy$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_zulip() IS
'Describes the tables of Zulip for klout_source; see sql/parts/sources.sql';
