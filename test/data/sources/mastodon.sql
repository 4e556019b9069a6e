-- Tables of mastodon by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_mastodon.sql and docs/sources/mastodon.md
CREATE TABLE accounts (id bigint PRIMARY KEY, username varchar NOT NULL, domain varchar, url varchar, actor_type varchar,
	suspended_at timestamp, silenced_at timestamp);
CREATE TABLE statuses (id bigint PRIMARY KEY, account_id bigint NOT NULL, created_at timestamp NOT NULL, deleted_at timestamp,
	visibility integer NOT NULL DEFAULT 0, reblog_of_id bigint, in_reply_to_id bigint, in_reply_to_account_id bigint);
CREATE TABLE favourites (id bigserial PRIMARY KEY, created_at timestamp NOT NULL, account_id bigint NOT NULL, status_id bigint NOT NULL);
CREATE TABLE mentions (id bigserial PRIMARY KEY, status_id bigint NOT NULL, created_at timestamp NOT NULL, account_id bigint NOT NULL,
	silent boolean NOT NULL DEFAULT false);
CREATE TABLE quotes (id bigserial PRIMARY KEY, account_id bigint NOT NULL, status_id bigint NOT NULL, quoted_status_id bigint,
	quoted_account_id bigint, state integer NOT NULL DEFAULT 0, created_at timestamp NOT NULL);
CREATE TABLE follows (id bigserial PRIMARY KEY, created_at timestamp NOT NULL, account_id bigint NOT NULL, target_account_id bigint NOT NULL);

-- 1 and 2 are local, 3 remote, 4 suspended, 5 a bot, 6 a group, 7 silenced, who still counts
INSERT INTO accounts VALUES
	(1, 'ada', NULL, NULL, 'Person', NULL, NULL), (2, 'ben', NULL, NULL, NULL, NULL, NULL),
	(3, 'cy', 'far.example', 'https://far.example/@cy', 'Person', NULL, NULL), (4, 'dan', NULL, NULL, 'Person', '2026-06-01', NULL),
	(5, 'feed', NULL, NULL, 'Service', NULL, NULL), (6, 'club', NULL, NULL, 'Group', NULL, NULL),
	(7, 'gil', NULL, NULL, 'Person', NULL, '2026-06-01');
INSERT INTO statuses VALUES
	(100, 1, '2026-06-01 10:00', NULL, 0, NULL, NULL, NULL),
	(101, 1, '2026-06-01 11:00', '2026-06-02 00:00', 0, NULL, NULL, NULL),		-- deleted
	(102, 1, '2026-06-01 12:00', NULL, 2, NULL, NULL, NULL),					-- for followers
	(103, 1, '2026-06-01 13:00', NULL, 3, NULL, NULL, NULL),					-- direct
	(104, 4, '2026-06-01 14:00', NULL, 0, NULL, NULL, NULL),							-- by a suspended account
	(200, 2, '2026-06-02 23:30', NULL, 0, NULL, 100, 1),	-- a reply
	(201, 1, '2026-06-02 23:40', NULL, 0, NULL, 100, 1),	-- to oneself
	(202, 2, '2026-06-02 23:50', '2026-06-03 00:00', 0, NULL, 100, 1),	-- deleted
	(203, 2, '2026-06-03 00:10', NULL, 3, NULL, 100, 1),	-- direct
	(204, 5, '2026-06-03 00:20', NULL, 0, NULL, 100, 1),	-- by a bot
	(300, 3, '2026-06-04 03:30', NULL, 0, 100, NULL, NULL),				-- a boost
	(301, 3, '2026-06-04 03:40', NULL, 0, 101, NULL, NULL),				-- of a deleted status
	(302, 3, '2026-06-04 03:50', '2026-06-05 00:00', 0, 102, NULL, NULL),	-- taken back
	(303, 1, '2026-06-04 04:00', NULL, 0, 100, NULL, NULL),				-- of one's own
	(304, 2, '2026-06-04 04:10', NULL, 0, 300, NULL, NULL),				-- of a boost: counts for the booster
	(400, 3, '2026-06-05 05:00', NULL, 0, NULL, NULL, NULL),							-- mentions and quotes
	(401, 3, '2026-06-05 06:00', '2026-06-06 00:00', 0, NULL, NULL, NULL);
INSERT INTO favourites (account_id, status_id, created_at) VALUES
	(2, 100, '2026-06-10 20:00'), (3, 100, '2026-06-10 21:00'), (7, 100, '2026-06-10 22:00'),
	(6, 100, '2026-06-10 22:30'), (2, 102, '2026-06-11 00:00'),
	(1, 100, '2026-06-11 01:00'), (4, 100, '2026-06-11 02:00'), (5, 100, '2026-06-11 03:00'),
	(2, 101, '2026-06-11 04:00'), (2, 103, '2026-06-11 05:00'), (2, 104, '2026-06-11 06:00'),
	(2, 999, '2026-06-11 07:00'), (2, 400, '2026-06-11 08:00');
-- a like taken back
DELETE FROM favourites WHERE account_id = 2 AND status_id = 400;
INSERT INTO mentions (status_id, account_id, silent, created_at) VALUES
	(200, 1, false, '2026-06-02 23:30'),	-- is the reply already
	(200, 3, false, '2026-06-02 23:30'),
	(400, 1, true, '2026-06-05 05:00'), (400, 2, false, '2026-06-05 05:00'), (400, 3, false, '2026-06-05 05:00'),
	(401, 1, false, '2026-06-05 06:00');
INSERT INTO quotes (account_id, status_id, quoted_status_id, quoted_account_id, state, created_at) VALUES
	(3, 400, 100, 1, 1, '2026-06-05 05:00'), (3, 401, 100, 1, 1, '2026-06-05 06:00'), (2, 200, 100, 1, 0, '2026-06-02 23:30'),
	(1, 201, 100, 1, 1, '2026-06-02 23:40'), (2, 304, NULL, NULL, 1, '2026-06-04 04:10');
INSERT INTO follows (account_id, target_account_id, created_at) VALUES
	(1, 2, '2026-05-01 00:00'), (3, 1, '2026-05-31 23:59:59.5'), (4, 1, '2026-05-01'), (1, 5, '2026-05-01'), (2, 1, '2026-05-01');
DELETE FROM follows WHERE account_id = 2;
