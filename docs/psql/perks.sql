-- The perks of a board in psql, and who is next in line for those that are granted now:
--
--   \set board 'board'
--   \i docs/psql/perks.sql
SELECT l.perk, l."left" || ' of ' || l.capacity AS "left",
       rpad(repeat('#', CASE WHEN l.capacity > 0 THEN trunc(greatest(0, 20.0 * l."left" / l.capacity))::integer ELSE 0 END), 20, '.') AS bar,
       concat_ws(', ', p.min_score || ' or more', 'best ' || 100 * p.top_share || ' %', 'points on ' || p.network, 'topic ' || nullif(p.topic, '')) AS "for",
       nullif(p.from_at, '-infinity') AS "from", nullif(p.until_at, 'infinity') AS until
FROM :"board".perks_left AS l JOIN :"board".perks AS p USING (perk)
ORDER BY l.perk;

SELECT l.perk, n.person AS "next in line", round(n.score::numeric, 2) AS score, n.rank
FROM :"board".perks_left AS l JOIN :"board".perks AS p USING (perk)
CROSS JOIN LATERAL klout_board_qualify(:'board', l.perk, greatest(l."left", 0)) AS n
WHERE now() >= p.from_at AND now() < p.until_at
ORDER BY l.perk, n.rank, n.person;
