-- One person of a board in psql, with reasons:
--
--   \set board 'board'
--   \set person 'ada'
--   \i docs/psql/person.sql
--
-- One more variable: topic ('' for all together, the default).
\if :{?topic} \else \set topic '' \endif

-- The person of that id, or who has an account of that id
SELECT person, round(score::numeric, 2) AS score, rank, round(100 * percentile::numeric, 1) AS "% at or below",
       round(reach::numeric, 1) AS reach, round(consistency::numeric, 1) AS consistency, as_of
FROM klout_board_search(:'board', :'person', :'topic')
LIMIT 1;

-- Where the points come from
SELECT network, kind, actions, (first_at AT TIME ZONE 'UTC')::date AS first, (last_at AT TIME ZONE 'UTC')::date AS last, round(points::numeric, 2) AS points,
       repeat('#', greatest(0, points / 2)::integer) AS bar
FROM klout_board_activity(:'board', (SELECT found.person FROM klout_board_search(:'board', :'person', :'topic') AS found LIMIT 1), :'topic')
ORDER BY 6 DESC;

-- The last 90 days
SELECT day, round(score::numeric, 2) AS score, rank, rpad(repeat('#', (score / 2.5)::integer), 40, '.') AS "0 to 100"
FROM klout_board_compare(:'board', ARRAY[(SELECT found.person FROM klout_board_search(:'board', :'person', :'topic') AS found LIMIT 1)], 91, :'topic')
ORDER BY day;
