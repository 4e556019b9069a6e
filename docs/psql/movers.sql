-- Whose score changed most on a board, in psql:
--
--   \set board 'board'
--   \i docs/psql/movers.sql
--
-- More variables: topic ('' for all together, the default), days (1, 7, 30 or 90; 7), rows (10 up and 10 down).
\if :{?topic} \else \set topic '' \endif
\if :{?days} \else \set days 7 \endif
\if :{?rows} \else \set rows 10 \endif

SELECT person, round(score_before::numeric, 2) AS before, round(score::numeric, 2) AS now, to_char(change, 'SG990.00') AS change,
       lpad(CASE WHEN change < 0 THEN repeat('#', least(20, -change)::integer) ELSE '' END, 20) || '|' ||
       CASE WHEN change > 0 THEN repeat('#', least(20, change)::integer) ELSE '' END AS "down | up"
FROM (SELECT *, row_number() OVER (ORDER BY m.change DESC, m.person) AS from_top,
             row_number() OVER (ORDER BY m.change, m.person) AS from_bottom
      FROM :"board".movers AS m
      WHERE m.topic = :'topic' AND m.days = :days) AS m
WHERE from_top <= :rows AND m.change > 0 OR from_bottom <= :rows AND m.change < 0
ORDER BY m.change DESC, m.person;
