-- Tables of discourse by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_discourse.sql and docs/sources/discourse.md
CREATE TABLE users (id serial PRIMARY KEY, username varchar(60) NOT NULL, name varchar, staged boolean NOT NULL DEFAULT false,
	suspended_till timestamp, silenced_till timestamp);
CREATE TABLE anonymous_users (id bigserial PRIMARY KEY, user_id integer NOT NULL, master_user_id integer NOT NULL);
CREATE TABLE categories (id serial PRIMARY KEY, name varchar(50) NOT NULL, parent_category_id integer);
CREATE TABLE topics (id serial PRIMARY KEY, user_id integer, category_id integer, archetype varchar NOT NULL DEFAULT 'regular', deleted_at timestamp);
CREATE TABLE posts (id serial PRIMARY KEY, user_id integer, topic_id integer NOT NULL, post_number integer NOT NULL,
	reply_to_post_number integer, post_type integer NOT NULL DEFAULT 1, hidden boolean NOT NULL DEFAULT false,
	created_at timestamp NOT NULL, deleted_at timestamp);
CREATE TABLE post_actions (id serial PRIMARY KEY, post_id integer NOT NULL, user_id integer NOT NULL, post_action_type_id integer NOT NULL,
	created_at timestamp NOT NULL, deleted_at timestamp);
CREATE TABLE quoted_posts (id serial PRIMARY KEY, post_id integer NOT NULL, quoted_post_id integer NOT NULL, created_at timestamp NOT NULL);
CREATE TABLE user_actions (id serial PRIMARY KEY, action_type integer NOT NULL, user_id integer NOT NULL, target_topic_id integer,
	target_post_id integer, acting_user_id integer, created_at timestamp NOT NULL);

-- the system, a bot, people; 4 is suspended, 5 was, 6 staged, 7 a shadow of 1
INSERT INTO users (id, username, name, staged, suspended_till) VALUES
	(-1, 'system', 'system', false, NULL), (-2, 'discobot', 'Discobot', false, NULL), (1, 'ada', 'Ada L.', false, NULL),
	(2, 'ben', '', false, NULL), (3, 'cy', NULL, false, NULL), (4, 'dan', NULL, false, '3000-01-01'), (5, 'eva', NULL, false, '2020-01-01'),
	(6, 'mail', NULL, true, NULL), (7, 'anonymous1', NULL, false, NULL);
INSERT INTO anonymous_users (user_id, master_user_id) VALUES (7, 1);
INSERT INTO categories VALUES (1, 'Support', NULL), (2, 'Linux', 1);
INSERT INTO topics VALUES
	(10, 1, 1, 'regular', NULL), (11, 1, NULL, 'private_message', NULL), (12, 1, 1, 'regular', '2026-06-20 00:00'), (13, 2, 2, 'regular', NULL);
INSERT INTO posts (id, user_id, topic_id, post_number, reply_to_post_number, post_type, hidden, created_at, deleted_at) VALUES
	(100, 1, 10, 1, NULL, 1, false, '2026-06-01 10:00', NULL),
	(101, 2, 10, 2, NULL, 1, false, '2026-06-01 23:30', NULL),			-- replies to the topic
	(102, 3, 10, 3, 2, 1, false, '2026-06-02 03:30', NULL),				-- replies to ben
	(103, 2, 10, 4, 1, 1, false, '2026-06-02 04:00', '2026-06-03 00:00'),	-- deleted
	(104, 2, 10, 5, 1, 1, true, '2026-06-02 05:00', NULL),				-- hidden by moderators
	(105, -1, 10, 6, NULL, 3, false, '2026-06-02 06:00', NULL),			-- a small action of the system
	(106, 1, 10, 7, NULL, 1, false, '2026-06-02 07:00', NULL),			-- to oneself
	(107, 3, 10, 8, 4, 1, false, '2026-06-02 08:00', NULL),				-- to a deleted post
	(108, 3, 10, 9, NULL, 4, false, '2026-06-02 09:00', NULL),			-- a whisper
	(110, 1, 11, 1, NULL, 1, false, '2026-06-03 10:00', NULL), (111, 2, 11, 2, NULL, 1, false, '2026-06-03 11:00', NULL),	-- private
	(120, 1, 12, 1, NULL, 1, false, '2026-06-04 10:00', NULL), (121, 2, 12, 2, NULL, 1, false, '2026-06-04 11:00', NULL),	-- of a deleted topic
	(130, 2, 13, 1, NULL, 1, false, '2026-06-05 10:00', NULL), (131, 5, 13, 2, NULL, 1, false, '2026-06-05 11:00', NULL),
	(132, NULL, 13, 3, NULL, 1, false, '2026-06-05 12:00', NULL);			-- of a user who is no more
INSERT INTO post_actions (post_id, user_id, post_action_type_id, created_at, deleted_at) VALUES
	(100, 2, 2, '2026-06-10 20:00', NULL), (100, 3, 2, '2026-06-11 03:59:59.25', NULL), (130, 1, 2, '2026-06-11 00:00', NULL),
	(101, 3, 2, '2026-06-11 00:00', '2026-06-12 00:00'),		-- taken back
	(101, 1, 1, '2026-06-11 00:00', NULL),					-- a bookmark
	(101, 1, 8, '2026-06-11 00:00', NULL),					-- a flag
	(100, 1, 2, '2026-06-11 00:00', NULL), (100, 4, 2, '2026-06-11 00:00', NULL), (100, -2, 2, '2026-06-11 00:00', NULL),
	(100, 6, 2, '2026-06-11 00:00', NULL), (100, 7, 2, '2026-06-11 00:00', NULL), (103, 3, 2, '2026-06-11 00:00', NULL),
	(104, 3, 2, '2026-06-11 00:00', NULL), (105, 3, 2, '2026-06-11 00:00', NULL), (110, 2, 2, '2026-06-11 06:00', NULL),
	(120, 2, 2, '2026-06-11 00:00', NULL), (132, 1, 2, '2026-06-11 00:00', NULL);
INSERT INTO quoted_posts (post_id, quoted_post_id, created_at) VALUES
	(130, 100, '2026-06-05 10:01'), (131, 103, '2026-06-05 11:00'), (106, 100, '2026-06-02 07:00'), (111, 100, '2026-06-03 11:00'),
	(101, 110, '2026-06-01 23:30'), (130, 120, '2026-06-05 10:01');
INSERT INTO user_actions (action_type, user_id, acting_user_id, target_topic_id, target_post_id, created_at) VALUES
	(7, 3, 5, 13, 131, '2026-06-05 11:00'), (7, 3, 2, 10, 103, '2026-06-02 04:00'), (7, 2, 2, 13, 130, '2026-06-05 10:00'),
	(7, 4, 2, 13, 130, '2026-06-05 10:00'), (1, 2, 1, 10, 100, '2026-06-10 20:00'), (7, 3, 2, 11, 111, '2026-06-03 11:00');
