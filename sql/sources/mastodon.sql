/*
 * Mastodon 4.5 to 4.8, by db/schema.rb of 2025-12-17 and 2026-08-12.
 *
 * Times are without zone, in UTC.  Actions that are taken back are deleted rows; statuses have deleted_at beside.
 * favourite	a like of a status
 * boost		a status with reblog_of_id
 * reply		a status in reply to one of another account
 * mention		of an account that the status does not answer; silent mentions only say who may see it
 * quote		that the quoted account has accepted (state 1); since 4.4
 * follow		accepted ones; requests are in another table
 * Statuses for followers count, direct and limited ones (visibility 3 and 4) only with private.  An account counts
 * unless it is suspended or a bot: actor_type Service or Application.
 */
CREATE FUNCTION _klout_source_mastodon(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'Mastodon 4.5 to 4.8'),
	('table', 'accounts', 'id integer, username text, domain text, url text, actor_type text, suspended_at timestamp'),
	('table', 'favourites', 'account_id integer, status_id integer, created_at timestamp'),
	('table', 'statuses', 'id integer, account_id integer, created_at timestamp, deleted_at timestamp, '
		'visibility integer, reblog_of_id integer, in_reply_to_id integer, in_reply_to_account_id integer'),
	('table', 'mentions', 'account_id integer, status_id integer, created_at timestamp, silent boolean'),
	('table', 'quotes', 'account_id integer, quoted_account_id integer, status_id integer, quoted_status_id integer, '
		'state integer, created_at timestamp'),
	('table', 'follows', 'account_id integer, target_account_id integer, created_at timestamp'),
	('kind', 'favourite', $sql$
		SELECT f.account_id AS actor, s.account_id AS target, f.created_at AT TIME ZONE 'UTC' AS at, s.id::text AS post
		FROM {favourites} AS f JOIN {statuses} AS s ON s.id = f.status_id
		WHERE s.deleted_at IS NULL AND (s.visibility NOT IN (3, 4) OR {private})$sql$),
	('kind', 'boost', $sql$
		SELECT b.account_id, s.account_id, b.created_at AT TIME ZONE 'UTC', s.id::text
		FROM {statuses} AS b JOIN {statuses} AS s ON s.id = b.reblog_of_id
		WHERE b.deleted_at IS NULL AND s.deleted_at IS NULL AND (s.visibility NOT IN (3, 4) OR {private})$sql$),
	('kind', 'reply', $sql$
		SELECT s.account_id, s.in_reply_to_account_id, s.created_at AT TIME ZONE 'UTC', s.in_reply_to_id::text
		FROM {statuses} AS s
		WHERE s.in_reply_to_account_id IS NOT NULL AND s.reblog_of_id IS NULL
		  AND s.deleted_at IS NULL AND (s.visibility NOT IN (3, 4) OR {private})$sql$),
	('kind', 'mention', $sql$
		SELECT s.account_id, m.account_id, s.created_at AT TIME ZONE 'UTC', NULL::text
		FROM {mentions} AS m JOIN {statuses} AS s ON s.id = m.status_id
		WHERE NOT m.silent AND m.account_id IS DISTINCT FROM s.in_reply_to_account_id
		  AND s.deleted_at IS NULL AND (s.visibility NOT IN (3, 4) OR {private})$sql$),
	('kind', 'quote', $sql$
		SELECT s.account_id, o.account_id, s.created_at AT TIME ZONE 'UTC', o.id::text
		FROM {quotes} AS c JOIN {statuses} AS s ON s.id = c.status_id JOIN {statuses} AS o ON o.id = c.quoted_status_id
		WHERE c.state = 1 AND s.deleted_at IS NULL AND o.deleted_at IS NULL
		  AND (s.visibility NOT IN (3, 4) OR {private})$sql$),
	('kind', 'follow', $sql$
		SELECT f.account_id, f.target_account_id, f.created_at AT TIME ZONE 'UTC', NULL::text
		FROM {follows} AS f$sql$),
	('people', NULL, $sql$
		SELECT a.id, a.username || coalesce('@' || a.domain, '') AS name, coalesce(a.url,
			{base_url} || '/@' || a.username) AS url
		FROM {accounts} AS a
		WHERE a.suspended_at IS NULL AND coalesce(a.actor_type, '') NOT IN ('Service', 'Application')$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_mastodon() IS
'Describes the tables of Mastodon for klout_source; see sql/parts/sources.sql';
