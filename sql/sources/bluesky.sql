/*
 * The AppView of Bluesky (packages/bsky of atproto), by its migrations up to 2026-08-19.
 *
 * Ids are DIDs.  Times are text, ISO 8601 with Z: createdAt as the client says, indexedAt as the server saw it;
 * sortAt is the earlier, so no action is in the future.  Those before 2000 are no times.  What is taken back is a
 * deleted row.
 * like, repost	of a post
 * reply		to a post; not where the thread's rules forbid it
 * quote		of a post
 * follow		of an account
 * Posts that are deleted or taken down earn nothing.  An account counts unless taken down, or deactivated, deleted or
 * suspended where it is hosted (upstreamStatus).
 */
CREATE FUNCTION _klout_source_bluesky(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'text', 'AppView 0.0.275 to 0.0.280'),
	('table', 'actor', 'did text, handle text, takedownRef text, upstreamStatus text'),
	('table', 'record', 'uri text, takedownRef text'),
	('table', 'post', 'uri text, creator text, replyParent text, invalidReplyRoot boolean, '
		'violatesThreadGate boolean, sortAt text'),
	('table', 'like', 'creator text, subject text, sortAt text'),
	('table', 'repost', 'creator text, subject text, sortAt text'),
	('table', 'quote', 'uri text, subject text, sortAt text'),
	('table', 'follow', 'creator text, subjectDid text, sortAt text'),
	('kind', 'like', $sql$
		SELECT l.creator AS actor, p.creator AS target, l."sortAt"::timestamptz AS at, p.uri AS post
		FROM {like} AS l JOIN {post} AS p ON p.uri = l.subject
		WHERE l."sortAt" LIKE '2___-__-__T%Z'
		  AND NOT EXISTS (SELECT FROM {record} AS d WHERE d.uri = p.uri AND d."takedownRef" IS NOT NULL)$sql$),
	('kind', 'repost', $sql$
		SELECT l.creator, p.creator, l."sortAt"::timestamptz, p.uri
		FROM {repost} AS l JOIN {post} AS p ON p.uri = l.subject
		WHERE l."sortAt" LIKE '2___-__-__T%Z'
		  AND NOT EXISTS (SELECT FROM {record} AS d WHERE d.uri = p.uri AND d."takedownRef" IS NOT NULL)$sql$),
	('kind', 'reply', $sql$
		SELECT l.creator, p.creator, l."sortAt"::timestamptz, p.uri
		FROM {post} AS l JOIN {post} AS p ON p.uri = l."replyParent"
		WHERE l."sortAt" LIKE '2___-__-__T%Z' AND l."invalidReplyRoot" IS NOT TRUE
		  AND l."violatesThreadGate" IS NOT TRUE
		  AND NOT EXISTS (SELECT FROM {record} AS d WHERE d.uri IN (p.uri, l.uri)
		  AND d."takedownRef" IS NOT NULL)$sql$),
	('kind', 'quote', $sql$
		SELECT q.creator, p.creator, l."sortAt"::timestamptz, p.uri
		FROM {quote} AS l JOIN {post} AS q ON q.uri = l.uri JOIN {post} AS p ON p.uri = l.subject
		WHERE l."sortAt" LIKE '2___-__-__T%Z'
		  AND NOT EXISTS (SELECT FROM {record} AS d WHERE d.uri IN (p.uri, q.uri)
		  AND d."takedownRef" IS NOT NULL)$sql$),
	('kind', 'follow', $sql$
		SELECT l.creator, l."subjectDid", l."sortAt"::timestamptz, NULL::text
		FROM {follow} AS l
		WHERE l."sortAt" LIKE '2___-__-__T%Z'$sql$),
	('people', NULL, $sql$
		SELECT a.did AS id, coalesce(a.handle, a.did) AS name,
			   coalesce({base_url}, 'https://bsky.app') || '/profile/' || coalesce(a.handle, a.did) AS url
		FROM {actor} AS a
		WHERE a."takedownRef" IS NULL AND a."upstreamStatus" IS NULL$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_bluesky() IS
'Describes the tables of the Bluesky AppView for klout_source; see sql/parts/sources.sql';
