-- How the scores of a board are spread, in psql:
--
--   \set board 'board'
--   \i docs/psql/population.sql
--
-- More variables: topic ('' for all together, the default), buckets (20).
\if :{?topic} \else \set topic '' \endif
\if :{?buckets} \else \set buckets 20 \endif

SELECT p.people,
       round(s.average::numeric, 2) AS average,
       round(klout_percentile(p.population, 0.5)::numeric, 2) AS median,
       round(klout_cutoff(p.population, 0.05)::numeric, 2) AS "top 5 % from",
       s.at_40 AS "40 or more",
       s.at_63 AS "63 or more"
FROM :"board".populations AS p
CROSS JOIN (SELECT avg(score) AS average, count(*) FILTER (WHERE score >= 40) AS at_40, count(*) FILTER (WHERE score >= 63) AS at_63
            FROM :"board".scores WHERE topic = :'topic') AS s
WHERE p.topic = :'topic';

SELECT h.low, h.high, h.people, h.bar,
       concat_ws(', ', CASE WHEN 40 >= h.low AND 40 < h.high THEN '40' END, CASE WHEN 63 >= h.low AND 63 < h.high THEN '63' END,
                 CASE WHEN c.cutoff >= h.low AND c.cutoff < h.high THEN 'top 5 %' END) AS here
FROM :"board".populations AS p,
     klout_cutoff(p.population, 0.05) AS c (cutoff),
     klout_histogram(p.population, :buckets) AS h
WHERE p.topic = :'topic';
