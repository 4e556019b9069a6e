-- Tables of mattermost by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_mattermost.sql and docs/sources/mattermost.md
CREATE TYPE channel_type AS ENUM ('P', 'G', 'O', 'D');
CREATE TABLE users (id varchar(26) PRIMARY KEY, createat bigint, updateat bigint, deleteat bigint, username varchar(64), nickname varchar(64));
CREATE TABLE bots (userid varchar(26) PRIMARY KEY, description varchar(1024), createat bigint);
CREATE TABLE teams (id varchar(26) PRIMARY KEY, name varchar(64));
CREATE TABLE channels (id varchar(26) PRIMARY KEY, teamid varchar(26), type channel_type, displayname varchar(64), name varchar(64));
CREATE TABLE posts (id varchar(26) PRIMARY KEY, createat bigint, updateat bigint, deleteat bigint, userid varchar(26), channelid varchar(26), rootid varchar(26),
	originalid varchar(26), message varchar(65535), type varchar(26), props jsonb);
CREATE TABLE reactions (userid varchar(26) NOT NULL, postid varchar(26) NOT NULL, emojiname varchar(64) NOT NULL, createat bigint, updateat bigint, deleteat bigint,
	remoteid varchar(26), channelid varchar(26) NOT NULL DEFAULT '', PRIMARY KEY (postid, userid, emojiname));

INSERT INTO users (id, deleteat, username, nickname) VALUES ('u1', 0, 'ada', 'Ada'), ('u2', 0, 'ben', ''), ('u3', 0, 'cy', NULL), ('u4', 1780000000000, 'dan', ''),
	('u5', 0, 'bot', '');
INSERT INTO bots (userid) VALUES ('u5');
INSERT INTO teams VALUES ('t1', 'core');
INSERT INTO channels (id, teamid, type, name) VALUES ('c1', 't1', 'O', 'town-square'), ('c2', 't1', 'P', 'board'), ('c3', '', 'D', 'u1__u2'), ('c4', '', 'G', 'abc');
-- 1780358400000 is 2026-06-02 00:00 UTC
INSERT INTO posts (id, createat, deleteat, userid, channelid, rootid, originalid, type, props) VALUES
	('p1', 1780358400000, 0, 'u1', 'c1', '', '', '', '{}'),
	('p2', 1780358400123, 0, 'u2', 'c1', 'p1', '', '', '{}'),							-- a reply
	('p3', 1780358401000, 1780358402000, 'u2', 'c1', 'p1', '', '', '{}'),				-- deleted
	('p4', 1780358402000, 1780358403000, 'u2', 'c1', 'p1', 'p2', '', '{}'),				-- as it was before an edit
	('p5', 1780358403000, 0, 'u2', 'c1', 'p1', '', 'system_add_to_channel', '{}'),		-- of the system
	('p6', 1780358404000, 0, 'u2', 'c1', 'p1', '', '', '{"from_webhook": "true"}'),		-- of a webhook
	('p7', 1780358405000, 0, 'u1', 'c1', 'p1', '', '', '{}'),							-- to oneself
	('p8', 1780358406000, 0, 'u5', 'c1', 'p1', '', '', '{"from_bot": "true"}'),
	('p9', 1780358407000, 0, 'u1', 'c3', '', '', '', '{}'), ('p10', 1780358408000, 0, 'u2', 'c3', 'p9', '', '', '{}'),	-- direct
	('p11', 1780358409000, 0, 'u3', 'c2', 'p12', '', 'custom_run_update', NULL), ('p12', 1780358409000, 0, 'u2', 'c2', '', '', '', '{}'),
	('p13', 1780358410000, 0, 'u3', 'c1', 'p6', '', '', '{}');							-- to a webhook's post
INSERT INTO reactions (userid, postid, emojiname, createat, deleteat) VALUES
	('u2', 'p1', '+1', 1780444799999, 0), ('u3', 'p1', 'tada', 1780444800000, NULL), ('u3', 'p1', '+1', 1780444800000, 1780444900000),	-- the last: taken back
	('u1', 'p1', '+1', 1780444801000, 0), ('u4', 'p1', '+1', 1780444802000, 0), ('u5', 'p1', '+1', 1780444803000, 0), ('u1', 'p3', '+1', 1780444804000, 0),
	('u1', 'p5', '+1', 1780444805000, 0), ('u1', 'p6', '+1', 1780444806000, 0), ('u2', 'p9', '+1', 1780444807000, 0), ('u1', 'p12', 'eyes', 1780444808000, 0);
