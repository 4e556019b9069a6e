-- Tables of forgejo by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_forgejo.sql and docs/sources/forgejo.md
CREATE TABLE "user" (id bigserial PRIMARY KEY, lower_name varchar(255) NOT NULL, name varchar(255) NOT NULL, full_name varchar(255), type integer,
	is_active boolean, prohibit_login boolean NOT NULL DEFAULT false);
CREATE TABLE repository (id bigserial PRIMARY KEY, owner_id bigint, owner_name varchar(255), name varchar(255) NOT NULL);
CREATE TABLE star (id bigserial PRIMARY KEY, uid bigint, repo_id bigint, created_unix bigint);
CREATE TABLE follow (id bigserial PRIMARY KEY, user_id bigint, follow_id bigint, created_unix bigint);
CREATE TABLE issue (id bigserial PRIMARY KEY, repo_id bigint, poster_id bigint, original_author varchar(255), original_author_id bigint, is_pull boolean);
CREATE TABLE comment (id bigserial PRIMARY KEY, type integer, poster_id bigint, original_author varchar(255), original_author_id bigint, issue_id bigint,
	created_unix bigint);
CREATE TABLE reaction (id bigserial PRIMARY KEY, type varchar(255) NOT NULL, issue_id bigint NOT NULL, comment_id bigint, user_id bigint NOT NULL,
	original_author_id bigint NOT NULL DEFAULT 0, original_author varchar(255), created_unix bigint);
CREATE TABLE review (id bigserial PRIMARY KEY, type integer, reviewer_id bigint, original_author varchar(255), original_author_id bigint, issue_id bigint,
	created_unix bigint);
CREATE TABLE pull_request (id bigserial PRIMARY KEY, issue_id bigint, has_merged boolean, merger_id bigint, merged_unix bigint);

-- 4 may not sign in, 5 is a bot, 6 an organization, 7 not activated
INSERT INTO "user" VALUES (1, 'ada', 'Ada', 'Ada L.', 0, true, false), (2, 'ben', 'Ben', '', 0, true, false), (3, 'cy', 'cy', NULL, 0, true, false), (4, 'dan', 'dan', NULL, 0, true, true),
	(5, 'bot', 'bot', NULL, 4, true, false), (6, 'acme', 'acme', NULL, 1, false, false), (7, 'new', 'new', NULL, 0, false, false);
INSERT INTO repository VALUES (1, 1, 'Ada', 'tools'), (2, 6, 'acme', 'web');
INSERT INTO star (uid, repo_id, created_unix) VALUES (2, 1, 1780358400), (3, 2, 1780358401), (1, 1, 1780358402), (4, 1, 1780358403), (3, 1, 1780358404);
-- taken back
DELETE FROM star WHERE uid = 3 AND repo_id = 1;
INSERT INTO follow (user_id, follow_id, created_unix) VALUES (2, 1, 1777593600), (7, 1, 1777593600), (1, 5, 1777593600);
INSERT INTO issue VALUES (10, 1, 1, '', 0, false), (11, 1, 2, NULL, NULL, true), (12, 1, 1, 'elsewhere', 77, false), (13, 2, 1, '', 0, true);
INSERT INTO comment (id, type, poster_id, original_author_id, issue_id, created_unix) VALUES
	(100, 0, 2, 0, 10, 1780444800), (101, 7, 2, 0, 10, 1780444801),	-- a change of labels
	(102, 0, 1, 0, 10, 1780444802), (103, 0, 1, 88, 10, 1780444803),	-- imported
	(104, 0, 2, 0, 12, 1780444804),									-- on an imported issue
	(105, 21, 1, 0, 11, 1780444805),								-- on a line of code: part of a review
	(106, 0, 3, NULL, 11, 1780444806), (107, 0, 5, 0, 10, 1780444807);
INSERT INTO reaction (type, issue_id, comment_id, user_id, original_author_id, created_unix) VALUES
	('+1', 10, 0, 2, 0, 1780531200), ('heart', 10, 100, 3, 0, 1780531201), ('-1', 10, 0, 3, 0, 1780531202), ('+1', 10, 0, 1, 0, 1780531203),
	('+1', 10, 0, 1, 99, 1780531204), ('+1', 12, 0, 2, 0, 1780531205), ('+1', 10, 103, 3, 0, 1780531206), ('+1', 10, 999, 3, 0, 1780531207),
	('+1', 12, 104, 3, 0, 1780531208), ('hooray', 10, NULL, 3, 0, 1780531209);
INSERT INTO review (type, reviewer_id, original_author_id, issue_id, created_unix) VALUES
	(0, 3, 0, 11, 1780617600),										-- not published
	(1, 1, 0, 11, 1780617601), (2, 3, NULL, 11, 1780617602), (3, 3, 0, 13, 1780617603), (4, 1, 0, 11, 1780617604),	-- the last: requested
	(1, 2, 0, 11, 1780617605), (1, 1, 66, 11, 1780617606);
INSERT INTO pull_request (issue_id, has_merged, merger_id, merged_unix) VALUES (11, true, 1, 1780704000), (13, false, 0, 0);

-- 1780358400 is 2026-06-02 00:00 UTC, the others are days later
