-- The table of a user who has never heard of klout: who did what to whom, and when.
-- To be run in the folder that holds demo/.
CREATE TABLE actions (
    network text NOT NULL,
    kind text NOT NULL,
    actor bigint NOT NULL,
    target bigint NOT NULL,
    at timestamptz NOT NULL
);

CREATE TEMPORARY TABLE line (actor bigint, target bigint, seconds bigint);

\copy line FROM PROGRAM 'gzip -dc demo/data/sx-mathoverflow-a2q.txt.gz' WITH (DELIMITER ' ')
INSERT INTO actions
SELECT 'mathoverflow', 'answer', actor, target, to_timestamp(seconds)
FROM line WHERE actor <> target;

TRUNCATE line;
\copy line FROM PROGRAM 'gzip -dc demo/data/sx-mathoverflow-c2q.txt.gz' WITH (DELIMITER ' ')
INSERT INTO actions
SELECT 'mathoverflow', 'comment_on_question', actor, target, to_timestamp(seconds)
FROM line WHERE actor <> target;

TRUNCATE line;
\copy line FROM PROGRAM 'gzip -dc demo/data/sx-mathoverflow-c2a.txt.gz' WITH (DELIMITER ' ')
INSERT INTO actions
SELECT 'mathoverflow', 'comment_on_answer', actor, target, to_timestamp(seconds)
FROM line WHERE actor <> target;

ANALYZE actions;
