-- Job report: the pages of a board of 20,000 people in a browser. This makes the board, with a publication
-- on every third of 91 days; report.mjs makes the pages and measures.

SET client_min_messages = warning;
SELECT setseed(0.37);

CREATE TABLE report_actions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network text NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    target text NOT NULL,
    at timestamptz NOT NULL,
    topic text
);

-- Each person once, the others skewed: the n-th person has some 1/n of them
INSERT INTO report_actions (network, kind, actor, target, at, topic)
SELECT CASE WHEN n < 0.5 THEN 'forum' WHEN n < 0.8 THEN 'blog' ELSE 'video' END, CASE WHEN k < 0.7 THEN 'like' ELSE 'reply' END,
       'reader ' || floor(people * a ^ 2), 'person ' || place, timestamptz '2026-04-01 00:00+00' - i * interval '365 days' / (30 * people),
       CASE WHEN place % 4 = 0 THEN 'music' ELSE 'science' END
FROM (SELECT i, people, random() AS n, random() AS k, random() AS a,
             CASE WHEN i <= people THEN i ELSE ceil(people ^ random())::bigint END AS place
      FROM bench.scaled(20000) AS people, generate_series(1, 30 * people) AS i) AS drawn
ORDER BY i DESC;

SELECT klout_board_create('report_board', 'report_actions');
SELECT format('CALL klout_board_refresh(''report_board'', as_of => %L, publish => ''always'')', timestamptz '2026-04-01 00:00+00' - age * interval '1 day')
FROM generate_series(90, 0, -3) AS age \gexec
VACUUM ANALYZE;
