-- Tables of gitlab by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_gitlab.sql and docs/sources/gitlab.md
CREATE TABLE users (id bigserial PRIMARY KEY, username varchar NOT NULL, name varchar, state varchar, user_type smallint DEFAULT 0 NOT NULL);
CREATE TABLE projects (id bigserial PRIMARY KEY, name varchar, path varchar, creator_id bigint, namespace_id bigint NOT NULL);
CREATE TABLE routes (id bigserial PRIMARY KEY, source_id bigint NOT NULL, source_type varchar NOT NULL, path varchar NOT NULL);
CREATE TABLE issues (id bigserial PRIMARY KEY, title varchar, author_id bigint, project_id bigint, confidential boolean DEFAULT false NOT NULL,
	created_at timestamptz);
CREATE TABLE merge_requests (id bigserial PRIMARY KEY, author_id bigint, target_project_id bigint NOT NULL, created_at timestamp);
CREATE TABLE merge_request_metrics (id bigserial PRIMARY KEY, merge_request_id bigint NOT NULL, merged_at timestamp, merged_by_id bigint);
CREATE TABLE notes (id bigserial PRIMARY KEY, note text, noteable_type varchar, author_id bigint, created_at timestamp, project_id bigint, noteable_id bigint,
	system boolean DEFAULT false NOT NULL, confidential boolean, internal boolean DEFAULT false NOT NULL);
CREATE TABLE approvals (id bigserial PRIMARY KEY, merge_request_id bigint NOT NULL, user_id bigint NOT NULL, created_at timestamp);
CREATE TABLE award_emoji (id bigserial PRIMARY KEY, name varchar, user_id bigint, awardable_type varchar, awardable_id bigint, created_at timestamp);
CREATE TABLE users_star_projects (id bigserial PRIMARY KEY, project_id bigint NOT NULL, user_id bigint NOT NULL, created_at timestamp);

-- 4 is blocked, 5 a bot, 6 the ghost, 7 deactivated for want of sign-ins, who still counts
INSERT INTO users VALUES (1, 'ada', 'Ada L.', 'active', 0), (2, 'ben', '', 'active', 0), (3, 'cy', NULL, 'active', 0), (4, 'dan', NULL, 'blocked', 0),
	(5, 'project_1_bot', NULL, 'active', 6), (6, 'ghost', 'Ghost User', 'active', 5), (7, 'gil', NULL, 'deactivated', 0);
INSERT INTO projects VALUES (1, 'Tools', 'tools', 1, 10), (2, 'Old', 'old', NULL, 10);
INSERT INTO routes (source_id, source_type, path) VALUES (1, 'Project', 'acme/tools'), (1, 'Namespace', 'acme'), (2, 'Project', 'acme/old');
INSERT INTO issues (id, author_id, project_id, confidential) VALUES (10, 1, 1, false), (11, 1, 1, true), (12, 4, 1, false), (13, 3, NULL, false);
INSERT INTO merge_requests (id, author_id, target_project_id) VALUES (10, 2, 1), (11, 1, 1), (12, 6, 1);
INSERT INTO merge_request_metrics (merge_request_id, merged_by_id, merged_at) VALUES
	(10, 1, '2026-06-01 23:30'), (11, 1, '2026-06-01 23:40'), (12, 1, '2026-06-01 23:50'), (10, NULL, NULL), (11, 2, NULL);
INSERT INTO notes (id, noteable_type, noteable_id, author_id, project_id, created_at, system, internal) VALUES
	(100, 'Issue', 10, 2, 1, '2026-06-02 03:30', false, false), (101, 'MergeRequest', 10, 3, 1, '2026-06-02 20:00', false, false),
	(102, 'Issue', 10, 3, 1, '2026-06-02 21:00', true, false),		-- of the system
	(103, 'Issue', 10, 3, 1, '2026-06-02 22:00', false, true),		-- internal
	(104, 'Issue', 11, 2, 1, '2026-06-02 23:00', false, false),		-- on a confidential issue
	(105, 'Issue', 10, 1, 1, '2026-06-03 00:00', false, false),		-- on one's own issue
	(106, 'Commit', NULL, 2, 1, '2026-06-03 01:00', false, false), (107, 'Issue', 12, 2, 1, '2026-06-03 02:00', false, false),
	(108, 'Issue', 10, 5, 1, '2026-06-03 03:00', false, false), (109, 'Issue', 13, 7, NULL, '2026-06-03 04:00', false, false);
INSERT INTO approvals (merge_request_id, user_id, created_at) VALUES (10, 1, '2026-06-04 00:00'), (11, 1, '2026-06-04 00:00'), (11, 4, '2026-06-04 00:00'),
	(11, 3, '2026-06-04 00:00');
-- withdrawn
DELETE FROM approvals WHERE user_id = 3;
INSERT INTO award_emoji (name, user_id, awardable_type, awardable_id, created_at) VALUES
	('thumbsup', 2, 'Issue', 10, '2026-06-05 23:59:59.5'), ('rocket', 1, 'MergeRequest', 10, '2026-06-06 00:00'), ('heart', 3, 'Note', 100, '2026-06-06 01:00'),
	('thumbsdown', 3, 'Issue', 10, '2026-06-06 02:00'), ('thumbsup', 2, 'Issue', 11, '2026-06-06 03:00'), ('thumbsup', 1, 'Note', 103, '2026-06-06 04:00'),
	('thumbsup', 1, 'Note', 104, '2026-06-06 05:00'), ('thumbsup', 1, 'Issue', 10, '2026-06-06 06:00'), ('thumbsup', 6, 'Issue', 10, '2026-06-06 07:00'),
	('thumbsup', 1, 'Snippet', 10, '2026-06-06 08:00'), ('thumbsup', 1, 'Note', 999, '2026-06-06 09:00');
INSERT INTO users_star_projects (project_id, user_id, created_at) VALUES (1, 2, '2026-06-07 03:00'), (1, 1, '2026-06-07 03:00'), (2, 3, '2026-06-07 03:00');
