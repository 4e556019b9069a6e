-- klout_rank() as a window function: row for row what rank() of PostgreSQL
-- gives, and the planner stops early.
\set VERBOSITY terse
\set seed 20260823
\echo seed :seed

-- by hand
SELECT who, score, klout_rank() OVER (ORDER BY score DESC)
FROM (VALUES ('a', 63.5), ('b', 40), ('c', 40), ('d', 12.5), ('e', NULL)) AS v (who, score)
WHERE score IS NOT NULL ORDER BY 3, 1;
SELECT pg_typeof(klout_rank() OVER ());
SELECT klout_rank() OVER (ORDER BY i) FROM generate_series(1, 0) AS i;

CREATE TABLE scores AS
SELECT i AS id, (hashint8extended(i, :seed) & 15)::int AS topic,
	CASE WHEN i % 17 <> 0 THEN round((hashint8extended(i, :seed + 1) & 1048575) / 10485.76, (i % 3)::int) END AS score
FROM generate_series(1, 20000) AS i;

-- ties, NULLs, partitions, no order at all
SELECT count(*) AS rows, count(*) FILTER (WHERE a IS DISTINCT FROM b) AS all_differ,
	count(*) FILTER (WHERE c IS DISTINCT FROM d) AS topic_differ,
	count(*) FILTER (WHERE e IS DISTINCT FROM f) AS unordered_differ,
	count(DISTINCT a) BETWEEN 100 AND count(*) - 1 AS has_ties
FROM (SELECT klout_rank() OVER (ORDER BY score DESC) AS a, rank() OVER (ORDER BY score DESC) AS b,
	klout_rank() OVER w AS c, rank() OVER w AS d,
	klout_rank() OVER (PARTITION BY topic) AS e, rank() OVER (PARTITION BY topic) AS f
	FROM scores WINDOW w AS (PARTITION BY topic ORDER BY score DESC NULLS LAST)) AS s;

-- the frame has no say
SELECT count(*) FILTER (WHERE a <> r OR b <> r OR c <> r OR d <> r) AS differ
FROM (SELECT rank() OVER (ORDER BY score) AS r,
	klout_rank() OVER (ORDER BY score ROWS BETWEEN 3 PRECEDING AND 1 PRECEDING) AS a,
	klout_rank() OVER (ORDER BY score RANGE BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS b,
	klout_rank() OVER (ORDER BY score GROUPS BETWEEN CURRENT ROW AND 1 FOLLOWING) AS c,
	klout_rank() OVER (ORDER BY score ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS d
	FROM scores) AS s;
-- beside functions that look back
SELECT count(*) FILTER (WHERE a <> b) AS differ
FROM (SELECT klout_rank() OVER w AS a, rank() OVER w AS b, lag(score, 100) OVER w, first_value(id) OVER w,
	sum(score) OVER w FROM scores WINDOW w AS (ORDER BY score)) AS s;

-- filters on the rank: the rows are right ...
SELECT n, count(*) FILTER (WHERE mine) = count(*) FILTER (WHERE core) AND bool_and(mine = core) AS same
FROM unnest(ARRAY[0, 1, 10, 500]) AS n,
	LATERAL (SELECT a <= n AS mine, b <= n AS core FROM (
		SELECT klout_rank() OVER (ORDER BY score DESC NULLS LAST) AS a,
			rank() OVER (ORDER BY score DESC NULLS LAST) AS b FROM scores) AS s) AS r
GROUP BY n ORDER BY n;
SELECT (SELECT array_agg(id ORDER BY id) FROM (
		SELECT id, klout_rank() OVER (PARTITION BY topic ORDER BY score DESC NULLS LAST) AS r FROM scores) AS s
	WHERE r <= 10) = (SELECT array_agg(id ORDER BY id) FROM (
		SELECT id, rank() OVER (PARTITION BY topic ORDER BY score DESC NULLS LAST) AS r FROM scores) AS s
	WHERE r <= 10) AS same;
-- ... and come from a plan that stops
DO $$
DECLARE
	line text;
	condition text;
	used boolean;
BEGIN
	FOREACH condition IN ARRAY ARRAY['r <= 10', 'r < 11', '10 >= r', 'r = 1'] LOOP
		used := false;
		FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) SELECT * FROM (SELECT id,
			klout_rank() OVER (ORDER BY score DESC) AS r FROM scores) AS s WHERE ' || condition LOOP
			used := used OR line LIKE '%Run Condition%';
		END LOOP;
		IF NOT used THEN
			RAISE 'no run condition for %', condition;
		END IF;
	END LOOP;
END $$;
-- a rank that is asked to be large cannot stop early
DO $$
DECLARE
	line text;
BEGIN
	FOR line IN EXPLAIN (COSTS OFF) SELECT * FROM (SELECT id,
		klout_rank() OVER (ORDER BY score DESC) AS r FROM scores) AS s WHERE r >= 10 LOOP
		IF line LIKE '%Run Condition%' THEN
			RAISE 'a run condition for r >= 10';
		END IF;
	END LOOP;
END $$;
-- from 16 on the planner turns the default frame into ROWS, the frame of
-- row_number(): one window serves both
DO $$
DECLARE
	line text;
	windows int := 0;
BEGIN
	FOR line IN EXPLAIN (COSTS OFF) SELECT klout_rank() OVER (ORDER BY score),
		row_number() OVER (ORDER BY score ROWS UNBOUNDED PRECEDING) FROM scores LOOP
		windows := windows + (line LIKE '%WindowAgg%')::int;
	END LOOP;
	IF (windows = 1) <> (current_setting('server_version_num')::int >= 160000) THEN
		RAISE 'the plan has % windows', windows;
	END IF;
END $$;

-- only as a window function
SELECT klout_rank();
DROP TABLE scores;
