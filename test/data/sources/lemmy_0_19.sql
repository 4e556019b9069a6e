-- Tables of lemmy_0_19 by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_lemmy_0_19.sql and docs/sources/lemmy_0_19.md
-- paths are ltree; the extension may be missing here, and text has the same form
CREATE TABLE instance (id serial PRIMARY KEY, domain varchar(255) NOT NULL);
CREATE TABLE person (id serial PRIMARY KEY, name varchar(255) NOT NULL, actor_id varchar(255) NOT NULL, local boolean NOT NULL,
	deleted boolean NOT NULL, bot_account boolean NOT NULL, banned boolean NOT NULL, ban_expires timestamptz, instance_id integer NOT NULL);
CREATE TABLE community (id serial PRIMARY KEY, name varchar(255) NOT NULL, instance_id integer NOT NULL);
CREATE TABLE post (id serial PRIMARY KEY, creator_id integer NOT NULL, community_id integer NOT NULL, deleted boolean NOT NULL, removed boolean NOT NULL,
	published timestamptz NOT NULL);
CREATE TABLE comment (id serial PRIMARY KEY, creator_id integer NOT NULL, post_id integer NOT NULL, path text NOT NULL, published timestamptz NOT NULL,
	deleted boolean NOT NULL, removed boolean NOT NULL);
CREATE TABLE post_like (post_id integer, person_id integer, score smallint NOT NULL, published timestamptz NOT NULL, PRIMARY KEY (person_id, post_id));
CREATE TABLE comment_like (person_id integer, comment_id integer, post_id integer, score smallint NOT NULL, published timestamptz NOT NULL, PRIMARY KEY (person_id, comment_id));
CREATE TABLE person_follower (person_id integer, follower_id integer, published timestamptz NOT NULL, pending boolean NOT NULL, PRIMARY KEY (follower_id, person_id));

INSERT INTO instance VALUES (1, 'here.example'), (2, 'far.example');
-- 4 is deleted, 5 a bot, 6 and 7 banned; 8 was banned
INSERT INTO person VALUES
	(1, 'ada', 'https://here.example/u/ada', true, false, false, false, NULL, 1),
	(2, 'ben', 'https://here.example/u/ben', true, false, false, false, NULL, 1),
	(3, 'cy', 'https://far.example/u/cy', false, false, false, false, NULL, 2),
	(4, 'dan', 'https://here.example/u/dan', true, true, false, false, NULL, 1),
	(5, 'bot', 'https://here.example/u/bot', true, false, true, false, NULL, 1),
	(6, 'eva', 'https://here.example/u/eva', true, false, false, true, NULL, 1),
	(7, 'fay', 'https://far.example/u/fay', false, false, false, true, '3000-01-01', 2),
	(8, 'gil', 'https://here.example/u/gil', true, false, false, true, '2026-02-01', 1);
INSERT INTO community VALUES (1, 'cats', 1), (2, 'cats', 2);
-- 11 is deleted, 12 removed by a moderator
INSERT INTO post VALUES (10, 1, 1, false, false, '2026-06-01 10:00+00'), (11, 1, 1, true, false, '2026-06-01 11:00+00'), (12, 1, 1, false, true, '2026-06-01 12:00+00'),
	(13, 3, 2, false, false, '2026-06-01 13:00+00');
INSERT INTO comment VALUES
	(5, 2, 10, '0.5', '2026-06-02 03:30+00', false, false),		-- on ada's post
	(105, 3, 10, '0.5.105', '2026-06-02 23:30-04', false, false),	-- replies to ben
	(106, 1, 10, '0.5.105.106', '2026-06-03 01:00+00', false, false),	-- replies to cy
	(107, 1, 10, '0.107', '2026-06-03 02:00+00', false, false),		-- on one's own post
	(108, 2, 10, '0.108', '2026-06-03 03:00+00', true, false),		-- deleted
	(109, 3, 10, '0.108.109', '2026-06-03 04:00+00', false, false),	-- replies to a deleted comment
	(110, 2, 11, '0.110', '2026-06-03 05:00+00', false, false),		-- on a deleted post
	(111, 5, 10, '0.111', '2026-06-03 06:00+00', false, false),		-- by a bot
	(112, 2, 10, '0.5.112', '2026-06-03 07:00+00', false, true),		-- removed, and to oneself
	(113, 8, 13, '0.113', '2026-06-03 08:00+00', false, false);
INSERT INTO post_like (person_id, post_id, published, score) VALUES
	(2, 10, '2026-06-10 20:00-04', 1),
	(3, 10, '2026-06-11 00:00+00', 1),
	(8, 13, '2026-06-11 01:00+00', 1),
	(1, 10, '2026-06-01 10:00+00', 1),
	(2, 13, '2026-06-11 02:00+00', -1),
	(2, 11, '2026-06-11 03:00+00', 1),
	(2, 12, '2026-06-11 04:00+00', 1),
	(4, 10, '2026-06-11 05:00+00', 1),
	(5, 10, '2026-06-11 06:00+00', 1),
	(6, 10, '2026-06-11 07:00+00', 1),
	(7, 10, '2026-06-11 08:00+00', 1),
	(1, 13, '2026-06-11', 1);
-- taken back
DELETE FROM post_like WHERE person_id = 1 AND post_id = 13;
INSERT INTO comment_like (person_id, comment_id, published, score) VALUES
	(1, 5, '2026-06-12 00:00+00', 1),
	(3, 5, '2026-06-12 01:00+00', -1),
	(2, 5, '2026-06-02 03:30+00', 1),
	(1, 108, '2026-06-12 02:00+00', 1),
	(1, 110, '2026-06-12 03:00+00', 1);
INSERT INTO person_follower VALUES (1, 2, '2026-05-01 00:00+00', false), (1, 3, '2026-05-01', true), (1, 6, '2026-05-01', false);
