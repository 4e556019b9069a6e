-- Tables of stackexchange by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_stackexchange.sql and docs/sources/stackexchange.md
CREATE TABLE users (id integer PRIMARY KEY, displayname text);
CREATE TABLE posts (id integer PRIMARY KEY, posttypeid smallint, parentid integer, acceptedanswerid integer, owneruserid integer, creationdate timestamp);
CREATE TABLE comments (id integer PRIMARY KEY, postid integer, userid integer, creationdate timestamp);
CREATE TABLE votes (id integer PRIMARY KEY, postid integer, votetypeid smallint, userid integer, creationdate timestamp);

INSERT INTO users VALUES (-1, 'Community'), (1, 'ada'), (2, 'ben'), (3, 'cy');
INSERT INTO posts (id, posttypeid, parentid, owneruserid, creationdate) VALUES
	(10, 1, NULL, 1, '2026-06-01 10:00'), (11, 2, 10, 2, '2026-06-01 23:30:00.123'), (12, 2, 10, 1, '2026-06-02 00:00'), (13, 2, 10, NULL, '2026-06-02 01:00'),
	(14, 1, NULL, NULL, '2026-06-02 02:00'), (15, 2, 14, 2, '2026-06-02 03:00'), (16, 5, NULL, -1, '2026-06-02 04:00'), (17, 2, 10, -1, '2026-06-02 05:00');
INSERT INTO comments VALUES (100, 10, 3, '2026-06-03 03:30'), (101, 11, 1, '2026-06-03 20:00'), (102, 11, NULL, '2026-06-03 21:00'), (103, 11, 2, '2026-06-03 22:00'),
	(104, 13, 1, '2026-06-03 23:00'), (105, 16, 1, '2026-06-04 00:00'), (106, 10, -1, '2026-06-04 01:00');
INSERT INTO votes VALUES (1000, 11, 1, NULL, '2026-06-05'), (1001, 11, 2, NULL, '2026-06-05'), (1002, 10, 2, NULL, '2026-06-06'), (1003, 10, 3, NULL, '2026-06-06'),
	(1004, 12, 1, NULL, '2026-06-06'), (1005, 13, 2, NULL, '2026-06-06'), (1006, 15, 1, NULL, '2026-06-06'), (1007, 10, 5, 3, '2026-06-06');
