-- The leaderboard of a board in psql:
--
--   \set board 'board'
--   \i docs/psql/leaderboard.sql
--
-- More variables: topic ('' for all together, the default), rows (20).
\if :{?topic} \else \set topic '' \endif
\if :{?rows} \else \set rows 20 \endif

SELECT rank,
       person,
       round(score::numeric, 2) AS score,
       rpad(repeat('#', (score / 5)::integer), 20, '.') AS "0 to 100",
       round(100 * percentile::numeric, 1) AS "% at or below",
       to_char(change_7, 'SG990.00') AS "7 days",
       to_char(change_30, 'SG990.00') AS "30 days",
       round(reach::numeric, 1) AS reach,
       round(consistency::numeric, 1) AS consistency
FROM :"board".leaderboard
WHERE topic = :'topic'
ORDER BY leaderboard.score DESC, leaderboard.person
LIMIT :rows;
