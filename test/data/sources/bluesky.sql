-- Tables of bluesky by their names, columns and types, as far as klout_source reads them, with rows for
-- test/sql/sources_bluesky.sql and docs/sources/bluesky.md
CREATE TABLE actor (did varchar PRIMARY KEY, handle varchar, "indexedAt" varchar NOT NULL DEFAULT '', "takedownRef" varchar, "upstreamStatus" varchar);
CREATE TABLE record (uri varchar PRIMARY KEY, did varchar NOT NULL, "takedownRef" varchar);
CREATE TABLE post (uri varchar PRIMARY KEY, creator varchar NOT NULL, "replyRoot" varchar, "replyParent" varchar, "invalidReplyRoot" boolean,
	"violatesThreadGate" boolean, "createdAt" varchar NOT NULL, "indexedAt" varchar NOT NULL,
	"sortAt" varchar GENERATED ALWAYS AS (least("createdAt", "indexedAt")) STORED);
CREATE TABLE "like" (uri varchar PRIMARY KEY, creator varchar NOT NULL, subject varchar NOT NULL, "createdAt" varchar NOT NULL, "indexedAt" varchar NOT NULL,
	"sortAt" varchar GENERATED ALWAYS AS (least("createdAt", "indexedAt")) STORED);
CREATE TABLE repost (LIKE "like" INCLUDING ALL);
CREATE TABLE quote (uri varchar, subject varchar NOT NULL, "createdAt" varchar NOT NULL, "indexedAt" varchar NOT NULL,
	"sortAt" varchar GENERATED ALWAYS AS (least("createdAt", "indexedAt")) STORED);
CREATE TABLE follow (uri varchar PRIMARY KEY, creator varchar NOT NULL, "subjectDid" varchar NOT NULL, "createdAt" varchar NOT NULL, "indexedAt" varchar NOT NULL,
	"sortAt" varchar GENERATED ALWAYS AS (least("createdAt", "indexedAt")) STORED);

-- dan is taken down, eva deactivated where she is hosted, fay's handle is not valid
INSERT INTO actor (did, handle, "takedownRef", "upstreamStatus") VALUES
	('did:plc:ada', 'ada.example', NULL, NULL), ('did:plc:ben', 'ben.example', NULL, NULL), ('did:plc:fay', NULL, NULL, NULL),
	('did:plc:dan', 'dan.example', 'x', NULL), ('did:plc:eva', 'eva.example', NULL, 'deactivated');
INSERT INTO post (uri, creator, "replyParent", "invalidReplyRoot", "violatesThreadGate", "createdAt", "indexedAt") VALUES
	('ada/1', 'did:plc:ada', NULL, NULL, NULL, '2026-06-01T10:00:00.000Z', '2026-06-01T10:00:01.000Z'),
	('ada/2', 'did:plc:ada', NULL, NULL, NULL, '2026-06-01T11:00:00.000Z', '2026-06-01T11:00:01.000Z'),		-- taken down
	('ben/1', 'did:plc:ben', 'ada/1', false, false, '2026-06-01T23:30:00.000Z', '2026-06-01T23:30:01.000Z'),	-- a reply
	('ben/2', 'did:plc:ben', 'ada/1', true, NULL, '2026-06-02T00:00:00.000Z', '2026-06-02T00:00:00.000Z'),
	('ben/3', 'did:plc:ben', 'ada/1', NULL, true, '2026-06-02T00:00:00.000Z', '2026-06-02T00:00:00.000Z'),		-- against the rules of the thread
	('ben/4', 'did:plc:ben', 'ada/1', NULL, NULL, '2026-06-02T00:00:00.000Z', '2026-06-02T00:00:00.000Z'),		-- taken down
	('ben/5', 'did:plc:ben', 'ada/9', NULL, NULL, '2026-06-02T00:00:00.000Z', '2026-06-02T00:00:00.000Z'),		-- to a deleted post
	('ada/3', 'did:plc:ada', 'ada/1', NULL, NULL, '2026-06-02T00:00:00.000Z', '2026-06-02T00:00:00.000Z'),		-- to oneself
	('fay/1', 'did:plc:fay', NULL, NULL, NULL, '2026-06-03T10:00:00.000Z', '2026-06-03T10:00:01.000Z');
INSERT INTO record (uri, did, "takedownRef") SELECT uri, creator, CASE WHEN uri IN ('ada/2', 'ben/4') THEN 'y' END FROM post;
-- the second time is the server's: a client of the future is not believed, one of the past is
INSERT INTO "like" (uri, creator, subject, "createdAt", "indexedAt") VALUES
	('l1', 'did:plc:ben', 'ada/1', '2026-06-10T20:00:00.123Z', '2026-06-10T20:00:01.000Z'), ('l2', 'did:plc:fay', 'ada/1', '2999-01-01T00:00:00.000Z', '2026-06-11T03:59:59.999Z'),
	('l3', 'did:plc:ada', 'ada/1', '2026-06-11T00:00:00.000Z', '2026-06-11T00:00:00.000Z'), ('l4', 'did:plc:dan', 'ada/1', '2026-06-11T00:00:00.000Z', '2026-06-11T00:00:00.000Z'),
	('l5', 'did:plc:eva', 'ada/1', '2026-06-11T00:00:00.000Z', '2026-06-11T00:00:00.000Z'), ('l6', 'did:plc:ben', 'ada/2', '2026-06-11T00:00:00.000Z', '2026-06-11T00:00:00.000Z'),
	('l7', 'did:plc:ben', 'ada/9', '2026-06-11T00:00:00.000Z', '2026-06-11T00:00:00.000Z'), ('l8', 'did:plc:fay', 'ben/1', '1970-01-01T00:00:00.000Z', '2026-06-11T00:00:00.000Z'),
	('l9', 'did:plc:fay', 'ben/1', '2026-06-11T00:00:00.000Z', '2026-06-11T00:00:00.000Z');
-- taken back
DELETE FROM "like" WHERE uri = 'l9';
INSERT INTO repost (uri, creator, subject, "createdAt", "indexedAt") VALUES
	('r1', 'did:plc:fay', 'ben/1', '2026-06-12T00:00:00.000Z', '2026-06-12T00:00:00.000Z'), ('r2', 'did:plc:fay', 'ada/2', '2026-06-12T00:00:00.000Z', '2026-06-12T00:00:00.000Z');
INSERT INTO quote (uri, subject, "createdAt", "indexedAt") VALUES
	('fay/1', 'ada/1', '2026-06-03T10:00:00.000Z', '2026-06-03T10:00:01.000Z'), ('ben/4', 'ada/1', '2026-06-02T00:00:00.000Z', '2026-06-02T00:00:00.000Z');
INSERT INTO follow (uri, creator, "subjectDid", "createdAt", "indexedAt") VALUES
	('f1', 'did:plc:fay', 'did:plc:ada', '2026-05-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z'), ('f2', 'did:plc:fay', 'did:plc:eva', '2026-05-01T00:00:00.000Z', '2026-05-01T00:00:00.000Z');
