-- Tables of zulip by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_zulip.sql and docs/sources/zulip.md
CREATE TABLE zerver_userprofile (id serial PRIMARY KEY, full_name varchar(100) NOT NULL, is_active boolean NOT NULL, is_bot boolean NOT NULL,
	is_mirror_dummy boolean NOT NULL, realm_id integer NOT NULL DEFAULT 2);
CREATE TABLE zerver_stream (id serial PRIMARY KEY, name varchar(60) NOT NULL);
CREATE TABLE zerver_recipient (id serial PRIMARY KEY, type_id integer NOT NULL, type smallint NOT NULL);
CREATE TABLE zerver_message (id serial PRIMARY KEY, sender_id integer NOT NULL, recipient_id integer NOT NULL, subject varchar(60), date_sent timestamptz NOT NULL);
CREATE TABLE zerver_reaction (id serial PRIMARY KEY, user_profile_id integer NOT NULL, message_id integer NOT NULL, emoji_name text NOT NULL);
CREATE TABLE zerver_usermessage (id bigserial PRIMARY KEY, user_profile_id integer NOT NULL, message_id integer NOT NULL, flags bigint NOT NULL);

-- 4 is deactivated, 5 a bot, 6 a mirror dummy
INSERT INTO zerver_userprofile VALUES (1, 'Ada', true, false, false), (2, 'Ben', true, false, false), (3, 'Cy', true, false, false), (4, 'Dan', false, false, false),
	(5, 'Notification Bot', true, true, false), (6, 'Mirror', true, false, true);
INSERT INTO zerver_stream VALUES (1, 'general'), (2, 'design');
INSERT INTO zerver_recipient VALUES (10, 1, 2), (11, 2, 2), (12, 1, 1), (13, 1, 3);		-- two channels, a person, a group
INSERT INTO zerver_message VALUES
	(100, 1, 10, 'lunch', '2026-06-01 23:30-04'), (101, 2, 11, 'logo', '2026-06-02 10:00+00'), (102, 1, 12, E'\x07', '2026-06-02 11:00+00'),
	(103, 5, 10, 'signups', '2026-06-02 12:00+00'), (104, 1, 13, E'\x07', '2026-06-02 13:00+00');
INSERT INTO zerver_reaction (user_profile_id, message_id, emoji_name) VALUES
	(2, 100, '+1'), (2, 100, 'tada'), (3, 100, '+1'), (1, 101, '+1'), (1, 100, '+1'), (4, 100, '+1'), (5, 100, '+1'), (6, 100, '+1'), (2, 102, '+1'), (1, 103, '+1'),
	(3, 104, '+1');
-- taken back
DELETE FROM zerver_reaction WHERE user_profile_id = 3 AND message_id = 100;
INSERT INTO zerver_usermessage (user_profile_id, message_id, flags) VALUES
	(2, 100, 9), (3, 100, 1), (3, 101, 8), (1, 101, 16), (1, 100, 8), (2, 102, 8 + 2048), (4, 100, 8), (1, 103, 8), (2, 104, 64);
