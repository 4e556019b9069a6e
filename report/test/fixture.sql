-- A board whose people have names to break pages with: test/report reads it back from the database and
-- compares. 300 plain people, 3 networks, 2 topics, a linked account, perks, an opt-out and 6 publications.
SET client_min_messages = warning;
SET timezone = 'UTC';

CREATE TABLE actions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    network text NOT NULL,
    kind text NOT NULL,
    actor text NOT NULL,
    target text NOT NULL,
    at timestamptz NOT NULL,
    topic text
);
CREATE TABLE hostile (n integer GENERATED ALWAYS AS IDENTITY, name text);
INSERT INTO hostile (name) VALUES
    ('<script>alert(1)</script>'),
    ('</script><img src=x onerror=alert(2)>'),
    ('"quoted" & ''single'' \ back\\slash `tick` ${x}'),
    (U&'line\2028separator\2029paragraph'),
    (U&'\0645\062D\0645\062F \202Eevil\202C (rtl)'),
    (U&'emoji \+01F469\200D\+01F680 \+01F1E9\+01F1EA e\0301'),
    ('=HYPERLINK("http://example.invalid","x")'),
    ('+1+cmd|''/C calc''!A0'),
    ('-2+3'),
    ('@SUM(1,2)'),
    ('comma, semicolon; tab' || chr(9) || 'and' || chr(10) || 'line'),
    ('a/b?c#d%2Fe%'),
    ('../../etc/passwd'),
    ('__proto__'),
    ('constructor'),
    (' leading and trailing '),
    (repeat(U&'\00E4', 31) || 'x'),		-- 63 bytes
    (repeat('long name ', 30));

INSERT INTO actions (network, kind, actor, target, at, topic)
SELECT (ARRAY['forum', 'blog', 'video'])[1 + (p + n) % 3], (ARRAY['reply', 'like'])[1 + n % 2],
       'reader ' || (n * 7 + p) % 200, 'person ' || p, timestamptz '2026-01-01 09:00+00' + (n * 37 + p) % 80 * interval '1 day',
       (ARRAY['sql', 'c'])[1 + n % 2]
FROM generate_series(1, 300) AS p, generate_series(1, 2 + 900 / (p + 8)) AS n;
INSERT INTO actions (network, kind, actor, target, at, topic)
SELECT (ARRAY['forum', '<b>net</b>'])[1 + i % 2], '<i>kind</i>', 'reader ' || i, h.name,
       timestamptz '2026-01-05 09:00+00' + i % 70 * interval '1 day', '<u>topic</u>'
FROM hostile AS h, generate_series(1, 10 + h.n * 4) AS i;
INSERT INTO actions (network, kind, actor, target, at)		-- a burst
SELECT 'forum', 'reply', 'crowd ' || n, 'person 300', '2026-03-20 09:00+00' FROM generate_series(1, 300) AS n;
INSERT INTO actions (network, kind, actor, target, at)
SELECT 'blog', 'reply', 'reader ' || n, 'second account', '2026-03-01 09:00+00' FROM generate_series(1, 20) AS n;

SELECT klout_board_create('people & <co>', 'actions', reactor_weight => 'none') \g /dev/null
SELECT klout_board_link('people & <co>', 'blog', 'second account', 'person 7') \g /dev/null
SELECT klout_board_opt_out('people & <co>', 'person 13') \g /dev/null
CALL klout_board_refresh('people & <co>', as_of => '2026-01-20 12:00+00', publish => 'always');
CALL klout_board_refresh('people & <co>', as_of => '2026-02-10 12:00+00', publish => 'always');
CALL klout_board_refresh('people & <co>', as_of => '2026-02-20 12:00+00', publish => 'always');
CALL klout_board_refresh('people & <co>', as_of => '2026-03-10 12:00+00', publish => 'always');
CALL klout_board_refresh('people & <co>', as_of => '2026-03-15 12:00+00', publish => 'always');
CALL klout_board_refresh('people & <co>', as_of => '2026-03-22 12:00+00', publish => 'always');
INSERT INTO "people & <co>".perks (perk, min_score, top_share, network, topic, capacity) VALUES
    ('mug <b>', 40, NULL, NULL, '', 15), ('ticket', NULL, 0.05, 'blog', '', 5), ('nothing left', 20, NULL, NULL, '', 3);
SELECT klout_board_grant('people & <co>', 'nothing left') \g /dev/null
SELECT klout_board_grant('people & <co>', 'ticket') \g /dev/null
DELETE FROM "people & <co>".grants WHERE perk = 'ticket' AND rank > 2;
