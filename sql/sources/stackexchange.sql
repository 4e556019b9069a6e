/*
 * The data dump of Stack Exchange, by its documentation of 2024; tables and columns are named as in the dump, in
 * lower case.
 *
 * Times are without zone, in UTC; those of votes are days.  The dump has no deleted posts.
 * answer		to a question
 * comment		on a question or an answer
 * accept		of an answer by the author of the question (votes of type 1)
 * upvote		votes of type 2.  The dump does not say whose, so each counts as an actor of its own, with the
 * 				negative id of the vote; a person who votes often for another counts as many.  Only read when it is
 * 				named in kinds
 * Posts and comments of deleted users have no user, ids up to 0 are the Community user.
 */
CREATE FUNCTION _klout_source_stackexchange(OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN QUERY VALUES
	('system', 'bigint', 'the dump of 2024'),
	('table', 'users', 'id integer, displayname text'),
	('table', 'posts', 'id integer, posttypeid integer, parentid integer, owneruserid integer, '
		'creationdate timestamp'),
	('table', 'comments', 'postid integer, userid integer, creationdate timestamp'),
	('table', 'votes', 'id integer, postid integer, votetypeid integer, creationdate timestamp'),
	('kind', 'answer', $sql$
		SELECT a.owneruserid AS actor, q.owneruserid AS target, a.creationdate AT TIME ZONE 'UTC' AS at,
			q.id::text AS post
		FROM {posts} AS a JOIN {posts} AS q ON q.id = a.parentid
		WHERE a.posttypeid = 2 AND a.owneruserid > 0 AND q.owneruserid > 0$sql$),
	('kind', 'comment', $sql$
		SELECT c.userid, p.owneruserid, c.creationdate AT TIME ZONE 'UTC', p.id::text
		FROM {comments} AS c JOIN {posts} AS p ON p.id = c.postid
		WHERE p.posttypeid IN (1, 2) AND c.userid > 0 AND p.owneruserid > 0$sql$),
	('kind', 'accept', $sql$
		SELECT q.owneruserid, a.owneruserid, v.creationdate AT TIME ZONE 'UTC', a.id::text
		FROM {votes} AS v JOIN {posts} AS a ON a.id = v.postid JOIN {posts} AS q ON q.id = a.parentid
		WHERE v.votetypeid = 1 AND q.owneruserid > 0 AND a.owneruserid > 0$sql$),
	('extra', 'upvote', $sql$
		SELECT - v.id::bigint, p.owneruserid, v.creationdate AT TIME ZONE 'UTC', p.id::text
		FROM {votes} AS v JOIN {posts} AS p ON p.id = v.postid
		WHERE v.votetypeid = 2 AND p.posttypeid IN (1, 2) AND p.owneruserid > 0$sql$),
	('labels', NULL, $sql$
		SELECT u.id, u.displayname AS name, {base_url} || '/users/' || u.id AS url
		FROM {users} AS u
		WHERE u.id > 0$sql$);
END
$body$;
COMMENT ON FUNCTION _klout_source_stackexchange() IS
'Describes the tables of the Stack Exchange data dump for klout_source; see sql/parts/sources.sql';
