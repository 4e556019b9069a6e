-- What must hold for any data: values do not depend on the order of rows, on
-- how they are split, on the plan; scores keep what they promise. The data are
-- random, of this seed:
\set seed 0.42
\echo :seed
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET max_parallel_workers_per_gather = 0;

-- The last plan's facts, so that a test that means to test a plan gets it.
CREATE FUNCTION pg_temp.assert_plan(query text, pattern text) RETURNS void
	LANGUAGE plpgsql AS
$$
DECLARE
	plan json;
BEGIN
	EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) ' || query INTO plan;
	IF plan::text !~ pattern THEN
		RAISE 'plan of % lacks %: %', query, pattern, plan;
	END IF;
END
$$;

-- A value's bytes: operators are under test elsewhere.
CREATE FUNCTION pg_temp.digest(klout_signals) RETURNS text
	LANGUAGE sql AS 'SELECT md5(_klout_signals_send($1))';

SELECT setseed(:seed);

-- Of 40,000 actions 20,000 are received by person 1, from more actors than a
-- sample holds; person 2 has a hundred networks; person 3's actions are spread
-- over all of time; of some the weight is NULL.
CREATE TABLE actions AS
SELECT n AS id, target, 'n' || (random() * CASE target WHEN 2 THEN 99 ELSE 2 END)::int AS network,
	(ARRAY['like', 'reply', 'share', 'mention'])[1 + (random() * 3)::int] AS kind,
	(random() * CASE target WHEN 1 THEN 3000 ELSE 60 END)::bigint AS actor,
	CASE target WHEN 3 THEN timestamptz '4714-11-24 00:00 BC' + random() * interval '290000 years'
		ELSE timestamptz '2026-06-30 23:59:59.999999' - random() * interval '400 days' END AS at,
	CASE (random() * 5)::int WHEN 0 THEN NULL WHEN 1 THEN random() WHEN 2 THEN 0 ELSE 1 END AS weight
FROM (SELECT n, CASE WHEN n % 2 = 0 THEN 1 ELSE (2 + random() * 250)::int END AS target
	FROM generate_series(1, 40000) AS n) AS n;
ANALYZE actions;

CREATE TABLE reference AS
SELECT target, klout_signals(network, kind, actor, at, weight, '1 day') AS s,
	klout_signals(network, kind, actor, at, weight, interval '1 hour') AS by_hour
FROM actions GROUP BY target;
ANALYZE reference;
SELECT count(*) AS people, max(length(_klout_signals_send(s))) > 10000 AS large FROM reference;

--
-- The facts, by plain SQL
--
SELECT count(*) AS wrong_counts
FROM (SELECT target, network, kind, date_trunc('day', at) AS bucket, count(*) AS actions
	FROM actions GROUP BY 1, 2, 3, 4) AS plain
FULL JOIN (SELECT target, e.* FROM reference, klout_entries(s) AS e) AS value
	USING (target, network, kind, bucket, actions)
WHERE plain IS NULL OR value IS NULL;
SELECT count(*) AS wrong_counts
FROM (SELECT target, network, kind, date_trunc('hour', at) AS bucket, count(*) AS actions
	FROM actions GROUP BY 1, 2, 3, 4) AS plain
FULL JOIN (SELECT target, e.* FROM reference, klout_entries(by_hour) AS e) AS value
	USING (target, network, kind, bucket, actions)
WHERE plain IS NULL OR value IS NULL;
-- reactors of everybody who has few: the last day with a weight, kinds and largest
-- weight of that day, and the last day without a weight if that is later
SELECT count(*) AS wrong_reactors
FROM (SELECT target, network, last_at, kinds, weight, count(*) AS reactors
	FROM (SELECT *, first_value(last_at) OVER (PARTITION BY target, network, actor, proven ORDER BY last_at DESC) AS last,
			max(last_at) FILTER (WHERE proven) OVER (PARTITION BY target, network, actor) AS last_proven
		FROM (SELECT target, network, actor, date_trunc('day', at) AS last_at, weight > 0 AS proven,
				array_agg(DISTINCT kind) AS kinds, max(weight) AS weight
			FROM (SELECT target, network, kind, actor, at, round(coalesce(weight, 1)::numeric * 200) / 200 AS weight FROM actions WHERE target <> 1) AS a
			GROUP BY target, network, actor, date_trunc('day', at), weight > 0) AS a) AS a
	WHERE last_at = last AND (proven OR (last_proven >= last_at) IS NOT TRUE)
	GROUP BY 1, 2, 3, 4, 5) AS plain
FULL JOIN (SELECT target, network, last_at, kinds, weight::numeric, count(*) AS reactors
	FROM reference, klout_reactor_sample(s) WHERE target <> 1 AND inclusion = 1
	GROUP BY 1, 2, 3, 4, 5) AS value
	USING (target, network, last_at, kinds, weight, reactors)
WHERE plain IS NULL OR value IS NULL;
SELECT count(*) AS wrong_numbers
FROM (SELECT target, network, count(DISTINCT actor) AS reactors FROM actions WHERE target <> 1 GROUP BY 1, 2) AS plain
	JOIN reference USING (target)
WHERE klout_reactors(s, network) <> reactors;
-- beyond a sample: every sampled reactor is a real one, and the estimates are near
SELECT network, count(*) FILTER (WHERE weight > 0) AS sampled, abs(sum(1 / inclusion) FILTER (WHERE weight > 0) / max(proven) - 1) < 0.5 AS estimate,
	abs(sum(1 / inclusion) FILTER (WHERE weight = 0) / max(unproven) - 1) < 0.5 AS unproven,
	abs(klout_reactors(max(s::text)::klout_signals, network) / max(real) - 1) < 0.1 AS registers
FROM reference, klout_reactor_sample(s) AS r
	JOIN (SELECT network, count(*) AS real, count(proven) AS proven, count(*) FILTER (WHERE (proven >= last) IS NOT TRUE) AS unproven
		FROM (SELECT network, actor, max(at::date) FILTER (WHERE coalesce(round(weight * 200), 1) > 0) AS proven, max(at::date) AS last
			FROM actions WHERE target = 1 GROUP BY 1, 2) AS a GROUP BY 1) AS plain USING (network)
WHERE target = 1
GROUP BY network ORDER BY network;

--
-- Any order
--
SELECT count(*) AS differ
FROM (SELECT target, klout_signals(network, kind, actor, at, weight, '1 day' ORDER BY id DESC) AS s FROM actions GROUP BY target) AS a
	JOIN reference AS r USING (target)
WHERE pg_temp.digest(a.s) <> pg_temp.digest(r.s);
SELECT count(*) AS differ
FROM (SELECT target, klout_signals(network, kind, actor, at, weight, '1 day' ORDER BY actor, weight, at) AS s,
		klout_signals(network, kind, actor, at, weight, '24:00:00' ORDER BY md5(id::text)) AS s2,
		klout_signals(network, kind, actor, at, weight, interval '60 minutes' ORDER BY at DESC) AS by_hour
	FROM actions GROUP BY target) AS a
	JOIN reference AS r USING (target)
WHERE pg_temp.digest(a.s) <> pg_temp.digest(r.s) OR pg_temp.digest(a.s2) <> pg_temp.digest(r.s) OR
	pg_temp.digest(a.by_hour) <> pg_temp.digest(r.by_hour);
CREATE TABLE shuffled AS SELECT * FROM actions ORDER BY random();
SELECT count(*) AS differ
FROM (SELECT target, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM shuffled GROUP BY target) AS a
	JOIN reference AS r USING (target)
WHERE pg_temp.digest(a.s) <> pg_temp.digest(r.s);

--
-- Any split, rolled up: by day, by actor, at random, of one and of many rows
--
SELECT split, count(*) AS people, count(*) FILTER (WHERE pg_temp.digest(a.s) <> pg_temp.digest(r.s)) AS differ
FROM (SELECT split, target, klout_rollup(s) AS s
	FROM (SELECT 'day' AS split, target, klout_signals(network, kind, actor, at, weight, '1 day') AS s
			FROM actions GROUP BY target, date_trunc('day', at)
		UNION ALL SELECT 'actor', target, klout_signals(network, kind, actor, at, weight, '1 day')
			FROM actions GROUP BY target, actor
		UNION ALL SELECT 'random', target, klout_signals(network, kind, actor, at, weight, '1 day')
			FROM actions GROUP BY target, (random() * 7)::int
		UNION ALL SELECT 'network', target, klout_signals(network, kind, actor, at, weight, '1 day')
			FROM actions GROUP BY target, network
		UNION ALL SELECT 'row', target, klout_signals(network, kind, actor, at, weight, '1 day')
			FROM actions WHERE target <> 1 GROUP BY target, id) AS parts
	GROUP BY split, target) AS a
	JOIN reference AS r USING (target)
GROUP BY split ORDER BY split;
-- rolled up twice, and together with everything that is neutral
SELECT count(*) AS people, count(*) FILTER (WHERE pg_temp.digest(a.s) <> pg_temp.digest(r.s)) AS differ
FROM (SELECT target, klout_rollup(s) AS s
	FROM (SELECT target, klout_rollup(s) AS s
		FROM (SELECT target, date_trunc('day', at) AS day, klout_signals(network, kind, actor, at, weight, '1 day') AS s
			FROM actions GROUP BY 1, 2) AS days
		GROUP BY target, date_trunc('month', day)
		UNION ALL SELECT target, NULL FROM reference
		UNION ALL SELECT target, '{}' FROM reference) AS months
	GROUP BY target) AS a
	JOIN reference AS r USING (target);

-- any tree of merges
CREATE FUNCTION pg_temp.merge_tree(parts klout_signals[]) RETURNS klout_signals
	LANGUAGE plpgsql AS
$$
DECLARE
	cut int := 1 + floor(random() * (cardinality(parts) - 1));
BEGIN
	IF cardinality(parts) = 1 THEN
		RETURN parts[1];
	ELSIF random() < 0.5 THEN
		RETURN pg_temp.merge_tree(parts[:cut]) || pg_temp.merge_tree(parts[cut + 1:]);
	ELSE
		RETURN klout_merge(pg_temp.merge_tree(parts[cut + 1:]), pg_temp.merge_tree(parts[:cut]));
	END IF;
END
$$;
SELECT count(*) AS trees, count(*) FILTER (WHERE pg_temp.digest(pg_temp.merge_tree(parts)) <> pg_temp.digest(r.s)) AS differ
FROM generate_series(1, 3), (SELECT target, array_agg(s ORDER BY random()) AS parts
	FROM (SELECT target, klout_signals(network, kind, actor, at, weight, '1 day') AS s
		FROM actions WHERE target < 60 GROUP BY target, id % 12) AS parts
	GROUP BY target) AS a
	JOIN reference AS r USING (target);

--
-- Two aggregates over one state, and over the same value in many ways
--
SELECT count(*) AS people, count(*) FILTER (WHERE score <> klout_score(s) OR score <> alone) AS differ
FROM (SELECT target, klout_signals(network, kind, actor, at) AS s, klout_score(network, kind, actor, at) AS score,
		klout_count(klout_signals(network, kind, actor, at)) AS count, count(*) AS rows
	FROM actions GROUP BY target) AS a
	JOIN (SELECT target, klout_score(network, kind, actor, at) AS alone FROM actions GROUP BY target) AS b USING (target)
WHERE count = rows;
-- DISTINCT, FILTER, HAVING, no rows
SELECT count(*) AS people, count(*) FILTER (WHERE a.once IS DISTINCT FROM b.s OR a.replies IS DISTINCT FROM c.s OR a.none IS NOT NULL) AS differ
FROM (SELECT target, klout_signals(DISTINCT network, kind, actor, date_trunc('day', at)) AS once,
		klout_signals(network, kind, actor, at) FILTER (WHERE kind = 'reply') AS replies,
		klout_signals(network, kind, actor, at) FILTER (WHERE false) AS none
	FROM actions GROUP BY target HAVING klout_count(klout_signals(network, kind, actor, at)) > 0) AS a
	JOIN (SELECT target, klout_signals(network, kind, actor, day) AS s
		FROM (SELECT DISTINCT target, network, kind, actor, date_trunc('day', at) AS day FROM actions) AS d GROUP BY target) AS b USING (target)
	LEFT JOIN (SELECT target, klout_signals(network, kind, actor, at) AS s FROM actions WHERE kind = 'reply' GROUP BY target) AS c USING (target);
SELECT klout_signals(network, kind, actor, at), klout_score(network, kind, actor, at), klout_rollup(NULL::klout_signals)
FROM actions WHERE false;
SELECT klout_signals(NULL, kind, actor, at) IS NULL AS a, klout_signals(network, NULL, actor, at) IS NULL AS b,
	klout_signals(network, kind, NULL::bigint, at) IS NULL AS c, klout_signals(network, kind, actor, NULL) IS NULL AS d,
	klout_posts(NULL, at) IS NULL AS e, klout_posts(network, NULL) IS NULL AS f, klout_audience(network, NULL, at) IS NULL AS g
FROM actions WHERE target = 5;
-- NULLs among other rows leave no trace
SELECT pg_temp.digest(klout_signals(network, kind, actor, at)) =
	pg_temp.digest(klout_signals(network, kind, actor, at) FILTER (WHERE id > 0)) AS same
FROM (SELECT id, network, kind, actor, at FROM actions WHERE target < 20
	UNION ALL SELECT -1, NULL, 'x', 1, now() UNION ALL SELECT -1, 'x', NULL, 1, now()
	UNION ALL SELECT -1, 'x', 'x', NULL, now() UNION ALL SELECT -1, 'x', 'x', 1, NULL) AS a;

--
-- Grouping sets share rows, not states
--
SELECT count(*) AS groups, count(*) FILTER (WHERE g.s IS DISTINCT FROM d.s) AS differ
FROM (SELECT target, network, kind, klout_signals(network, kind, actor, at, weight, '1 day') AS s
	FROM actions WHERE target < 30 GROUP BY CUBE (target, network, kind)) AS g,
	LATERAL (SELECT klout_signals(a.network, a.kind, a.actor, a.at, a.weight, '1 day') AS s FROM actions AS a
		WHERE a.target < 30 AND a.target = coalesce(g.target, a.target) AND
			a.network = coalesce(g.network, a.network) AND a.kind = coalesce(g.kind, a.kind)) AS d
WHERE g.target IS NULL OR g.target > 26;
SELECT count(*) AS groups, count(*) FILTER (WHERE pg_temp.digest(g.s) <> pg_temp.digest(r.s)) AS differ
FROM (SELECT target, klout_signals(network, kind, actor, at, weight, '1 day') AS s
	FROM actions GROUP BY GROUPING SETS ((target), (network), ())) AS g
	JOIN reference AS r USING (target);

--
-- Window frames: many results of one state
--
CREATE TABLE few AS SELECT row_number() OVER (ORDER BY id) AS n, * FROM actions WHERE target IN (4, 5);
SELECT frame, count(*) AS rows, count(*) FILTER (WHERE w.s IS DISTINCT FROM d.s) AS differ,
	count(*) FILTER (WHERE w.score IS DISTINCT FROM klout_score(d.s)) AS scores_differ, count(*) FILTER (WHERE w.s IS NULL) AS empty
FROM (SELECT 'all rows' AS frame, n, klout_signals(network, kind, actor, at, 1, '1 day') OVER () AS s, klout_score(network, kind, actor, at) OVER () AS score FROM few
	UNION ALL SELECT 'so far', n, klout_signals(network, kind, actor, at, 1, '1 day') OVER w, klout_score(network, kind, actor, at) OVER w FROM few WINDOW w AS (ORDER BY n)
	UNION ALL SELECT 'sliding', n, klout_signals(network, kind, actor, at, 1, '1 day') OVER w, klout_score(network, kind, actor, at) OVER w FROM few
		WINDOW w AS (ORDER BY n ROWS BETWEEN 3 PRECEDING AND 2 FOLLOWING)
	UNION ALL SELECT 'empty', n, klout_signals(network, kind, actor, at, 1, '1 day') OVER w, klout_score(network, kind, actor, at) OVER w FROM few
		WINDOW w AS (ORDER BY n ROWS BETWEEN 3 FOLLOWING AND 2 FOLLOWING)
	UNION ALL SELECT 'all but this', n, klout_signals(network, kind, actor, at, 1, '1 day') OVER w, klout_score(network, kind, actor, at) OVER w FROM few
		WINDOW w AS (ORDER BY n ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING EXCLUDE CURRENT ROW)
	UNION ALL SELECT 'so far but this', n, klout_signals(network, kind, actor, at, 1, '1 day') OVER w, klout_score(network, kind, actor, at) OVER w FROM few
		WINDOW w AS (ORDER BY n ROWS UNBOUNDED PRECEDING EXCLUDE GROUP)) AS w,
	LATERAL (SELECT klout_signals(f.network, f.kind, f.actor, f.at) AS s FROM few AS f
		WHERE CASE w.frame WHEN 'all rows' THEN true WHEN 'so far' THEN f.n <= w.n
			WHEN 'sliding' THEN f.n BETWEEN w.n - 3 AND w.n + 2 WHEN 'empty' THEN false
			WHEN 'all but this' THEN f.n <> w.n ELSE f.n < w.n END) AS d
GROUP BY frame ORDER BY frame;
-- a rollup as a window, too
SELECT count(*) AS rows, count(*) FILTER (WHERE w.s IS DISTINCT FROM d.s) AS differ
FROM (SELECT n, klout_rollup(klout_signals(network, kind, actor, at)) OVER (ORDER BY n) AS s
	FROM few GROUP BY n) AS w,
	LATERAL (SELECT klout_signals(network, kind, actor, at) AS s FROM few WHERE n <= w.n) AS d;

--
-- Parallel plans: many small groups, few large ones, workers with nothing to do
--
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
CREATE FUNCTION pg_temp.parallel_differs(OUT leader text, OUT people bigint, OUT differ bigint) RETURNS SETOF record
	LANGUAGE plpgsql AS
$$
DECLARE
	query text := 'SELECT target, klout_signals(network, kind, actor, at, weight, ''1 day'') AS s FROM actions GROUP BY target';
	hourly text := 'SELECT target % 2 AS half, klout_signals(network, kind, actor, at, weight, interval ''1 hour'') AS s,
		klout_score(network, kind, actor, at) AS score FROM actions GROUP BY target % 2';
BEGIN
	FOREACH leader IN ARRAY ARRAY['on', 'off'] LOOP
		PERFORM set_config('parallel_leader_participation', leader, true);
		PERFORM pg_temp.assert_plan(query, '"Partial Mode": "Partial"');
		PERFORM pg_temp.assert_plan(hourly, '"Partial Mode": "Partial"');
		EXECUTE 'SELECT count(*), count(*) FILTER (WHERE md5(_klout_signals_send(a.s)) <> md5(_klout_signals_send(r.s)))
			FROM (' || query || ') AS a FULL JOIN reference AS r USING (target)' INTO people, differ;
		RETURN NEXT;
		EXECUTE 'CREATE TEMP TABLE halves ON COMMIT DROP AS ' || hourly;
		SET LOCAL max_parallel_workers_per_gather = 0;
		SELECT count(*), count(*) FILTER (WHERE _klout_signals_send(h.s) <> _klout_signals_send(d.s) OR h.score <> d.score)
		INTO people, differ
		FROM halves AS h JOIN (SELECT target % 2 AS half,
				klout_signals(network, kind, actor, at, weight, interval '1 hour') AS s,
				klout_score(network, kind, actor, at) AS score
			FROM actions GROUP BY target % 2) AS d USING (half);
		SET LOCAL max_parallel_workers_per_gather = 2;
		RETURN NEXT;
		DROP TABLE halves;
	END LOOP;
END
$$;
SELECT * FROM pg_temp.parallel_differs();
-- rows of one page, and none at all: workers find nothing
SELECT pg_temp.assert_plan('SELECT klout_signals(network, kind, actor, at, weight, ''1 day'') FROM few', '"Partial Mode": "Partial"');
SELECT pg_temp.digest(klout_signals(network, kind, actor, at, weight, '1 day')) =
	(SELECT pg_temp.digest(klout_rollup(s)) FROM reference WHERE target IN (4, 5)) AS same
FROM few;
SELECT pg_temp.assert_plan('SELECT klout_signals(network, kind, actor, at), klout_score(network, kind, actor, at) FROM few WHERE n < 0',
	'"Partial Mode": "Partial"');
SELECT klout_signals(network, kind, actor, at), klout_score(network, kind, actor, at) FROM few WHERE n < 0;
SELECT klout_signals('n', 'like', 7, timestamptz '2026-01-01') AS one_row FROM few WHERE n = 3;
-- one worker meets days, another hours
DO $$
BEGIN
	PERFORM klout_signals(network, kind, actor, at, 1, CASE WHEN id < 20000 THEN interval '1 day' ELSE interval '1 hour' END) FROM actions;
EXCEPTION WHEN invalid_parameter_value THEN
	-- one of two messages, as the rows fall
	RAISE NOTICE 'days and hours do not mix: %', sqlerrm ~ '^(klout_signals: bucket must be the same in all rows of a group|cannot merge signals of different buckets)$';
END
$$;
-- merging in parallel: closed values, and open ones of posts and audiences
SELECT pg_temp.assert_plan('SELECT klout_rollup(s) FROM reference', '"Partial Mode": "Partial"');
SELECT pg_temp.digest(klout_rollup(s)) = (SELECT pg_temp.digest(klout_signals(network, kind, actor, at, weight, '1 day')) FROM shuffled) AS same
FROM reference;
SELECT pg_temp.assert_plan('SELECT klout_posts(network, at), klout_audience(network, actor, at) FROM actions', '"Partial Mode": "Partial"');
CREATE TABLE parallel_posts AS SELECT klout_posts(network, at) AS posts, klout_audience(network, actor, at) AS audience FROM actions WHERE target <> 2;
SET max_parallel_workers_per_gather = 0;
SELECT pg_temp.digest(klout_posts(network, at)) = (SELECT pg_temp.digest(posts) FROM parallel_posts) AS posts,
	pg_temp.digest(klout_audience(network, actor, at ORDER BY id DESC)) = (SELECT pg_temp.digest(audience) FROM parallel_posts) AS audience
FROM shuffled WHERE target <> 2;
-- of an audience the latest, by plain SQL
SELECT p.audience::text::jsonb #>> ARRAY['networks', network, 'audience', 'followers'] = followers::text AS same
FROM parallel_posts AS p, (SELECT DISTINCT ON (network) network, actor AS followers FROM actions WHERE target <> 2
	ORDER BY network, at DESC, actor DESC) AS a
ORDER BY network;

-- partition by partition
SET enable_partitionwise_aggregate = on;
CREATE TABLE parts (LIKE actions) PARTITION BY HASH (target);
CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 3, REMAINDER 1);
CREATE TABLE parts_2 PARTITION OF parts FOR VALUES WITH (MODULUS 3, REMAINDER 2);
INSERT INTO parts SELECT * FROM actions;
ANALYZE parts;
SELECT pg_temp.assert_plan('SELECT target, klout_signals(network, kind, actor, at, weight, ''1 day'') FROM parts GROUP BY target', '"Append".*"Aggregate"');
SELECT pg_temp.assert_plan('SELECT klout_signals(network, kind, actor, at, weight, ''1 day'') FROM parts', '"Append".*"Partial Mode": "Partial"');
SELECT count(*) AS people, count(*) FILTER (WHERE pg_temp.digest(a.s) <> pg_temp.digest(r.s)) AS differ
FROM (SELECT target, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM parts GROUP BY target) AS a
	JOIN reference AS r USING (target);
SELECT pg_temp.digest(klout_signals(network, kind, actor, at, weight, '1 day')) = (SELECT pg_temp.digest(klout_rollup(s)) FROM reference) AS same
FROM parts;
RESET enable_partitionwise_aggregate;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;

--
-- Groups that do not fit the memory
--
CREATE TABLE pairs AS SELECT target * 100000 + actor AS pair, * FROM actions;
ANALYZE pairs;
SET enable_sort = off;
CREATE TABLE unspilled AS SELECT pair, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM pairs GROUP BY pair;
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SELECT pg_temp.assert_plan('SELECT pair, klout_signals(network, kind, actor, at, weight, ''1 day'') FROM pairs GROUP BY pair', '"HashAgg Batches": ([2-9]|[1-9][0-9])');
CREATE TABLE spilled AS SELECT pair, klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM pairs GROUP BY pair;
RESET work_mem;
RESET hash_mem_multiplier;
RESET enable_sort;
SELECT count(*) > 10000 AS pairs, count(*) FILTER (WHERE pg_temp.digest(a.s) IS DISTINCT FROM pg_temp.digest(b.s)) AS differ
FROM unspilled AS a FULL JOIN spilled AS b USING (pair);

--
-- Actors of every type
--
SELECT count(*) AS people, count(*) FILTER (WHERE klout_reactors(as_text) <> klout_reactors(as_bigint) AND klout_reactors(as_text, 'n1') < 257) AS differ,
	count(*) FILTER (WHERE klout_count(as_uuid) <> klout_count(as_text)) AS counts
FROM (SELECT target, klout_signals(network, kind, actor::text, at) AS as_text,
		klout_signals(network, kind, lpad(actor::text, 32, '0')::uuid, at) AS as_uuid,
		klout_signals(network, kind, actor, at) AS as_bigint
	FROM actions WHERE target <> 1 GROUP BY target) AS a;
-- an actor on two networks has two hashes; on one network always the same
SELECT count(DISTINCT actor_hash) AS hashes
FROM (SELECT klout_signals(network, 'like', 7::bigint, '2026-01-01') AS s FROM (VALUES ('a'), ('b'), ('a')) AS v (network)) AS a, klout_reactor_sample(s);

--
-- Scores: the formula of docs/mathematics.md in plain SQL, where samples are exact
--
CREATE FUNCTION pg_temp.plain_raw(of_target int, as_of timestamptz) RETURNS float8
	LANGUAGE sql AS
$$
WITH a AS (
	SELECT network, actor, as_of::date - at::date AS age, max(weight)::float8 AS weight
	FROM (SELECT network, actor, at, round(coalesce(weight, 1)::numeric * 200) / 200 AS weight FROM actions WHERE target = of_target) AS a
	GROUP BY network, actor, at::date, weight > 0
), latest AS (
	SELECT DISTINCT ON (network, actor, weight > 0) * FROM a ORDER BY network, actor, weight > 0, age
), reactor AS ( -- x is worth the last proven action, z a later one that is not
	SELECT network, actor, coalesce(max(weight), 0) AS w,
		max(2 ^ (-age / 30.0)) FILTER (WHERE weight > 0 AND age >= 0) AS x, max(2 ^ (-age / 360.0)) FILTER (WHERE weight > 0 AND age >= 0) AS xc,
		max(2 ^ (-age / 30.0)) FILTER (WHERE later AND age >= 0) AS z, max(2 ^ (-age / 360.0)) FILTER (WHERE later AND age >= 0) AS zc
	FROM (SELECT *, weight = 0 AND (min(age) FILTER (WHERE weight > 0) OVER (PARTITION BY network, actor) <= age) IS NOT TRUE AS later FROM latest) AS l
	GROUP BY network, actor
), sums AS (
	SELECT network, coalesce(sum(w * x), 0) AS p, coalesce(sum(greatest(x, z) - w * coalesce(x, 0)), 0) AS u,
		coalesce(sum(w * xc), 0) AS pc, coalesce(sum(greatest(xc, zc) - w * coalesce(xc, 0)), 0) AS uc
	FROM reactor GROUP BY network
), days AS (
	SELECT network, sum(2 ^ (-age / 360.0)) AS d FROM (SELECT DISTINCT network, age FROM a WHERE age >= 0) AS d GROUP BY network
)
SELECT coalesce(ln(1 + sum(p + least(u, 3 * (1 + p)))) + ln(1 + sum(least(d, 2 * (pc + least(uc, 3 * (1 + pc)))))), 0)
FROM days JOIN sums USING (network)
$$;
CREATE INDEX ON actions (target);
SELECT count(*) AS people, count(*) FILTER (WHERE abs(klout_raw(s, klout_model(), as_of) - raw) > 1e-9) AS raw_differs,
	count(*) FILTER (WHERE abs(klout_score(s, klout_model(), as_of) - 100 * raw / (raw + 3.4)) > 1e-9) AS score_differs
FROM reference, unnest(ARRAY[timestamptz '2026-06-30 23:59:59.999999', '2026-07-25 00:00', '2026-01-01 12:00']) AS as_of,
	LATERAL (SELECT pg_temp.plain_raw(target, as_of) AS raw) AS plain
WHERE target NOT IN (1, 2, 3);

-- points add up, shares to one; the score is that of raw, rises with it, and is below 100
CREATE TABLE models AS
SELECT n, klout_model() || jsonb_build_object('reach_half_life', 1 + (random() * 50)::int || ' days',
	'unproven_cap', random() * 5, 'consistency_cap', random() * 5, 'mix', 1 + random(), 'audience_weight', random(),
	'audience_cap', random(), 'activity_weight', random(), 'scale', 0.1 + random() * 5,
	'networks', jsonb_build_object('n0', random() * 3, 'n1', random()), 'kinds', jsonb_build_object('like', random(), 'share', random() * 4)) AS model
FROM generate_series(1, 5) AS n;
CREATE TABLE people AS
SELECT target, r.s || klout_posts(a.network, a.at) || klout_audience(a.network, a.actor, a.at) AS s
FROM reference AS r JOIN actions AS a USING (target) GROUP BY target, r.s;
SELECT count(*) AS cases, count(*) FILTER (WHERE abs(points - score) > 1e-9) AS points, count(*) FILTER (WHERE abs(share - 1) > 1e-9) AS shares,
	count(*) FILTER (WHERE NOT (score >= 0 AND score < 100)) AS range,
	count(*) FILTER (WHERE abs(score - 100 * raw / (raw + (model::jsonb ->> 'scale')::float8)) > 1e-9) AS raws
FROM people, models, LATERAL (SELECT klout_score(s, model, '2026-07-01') AS score, klout_raw(s, model, '2026-07-01') AS raw) AS a,
	LATERAL (SELECT sum(points) AS points, sum(share) AS share FROM klout_explain(s, model, '2026-07-01')) AS b;
SELECT count(*) AS cases, count(*) FILTER (WHERE abs(points_before - score_before) > 1e-9 OR abs(points_after - score_after) > 1e-9 OR
	abs(change - (score_after - score_before)) > 1e-9) AS wrong
FROM people AS b JOIN people AS a ON a.target = b.target + 1, models AS m,
	LATERAL (SELECT klout_score(b.s, model, '2026-01-01') AS score_before, klout_score(a.s, model, '2026-07-01') AS score_after) AS s,
	LATERAL (SELECT coalesce(sum(points_before), 0) AS points_before, coalesce(sum(points_after), 0) AS points_after, coalesce(sum(change), 0) AS change
		FROM klout_explain_change(b.s, a.s, model, '2026-01-01', '2026-07-01')) AS c;

-- one more action, of a new reactor or as good as that reactor's latest, never lowers a score
SELECT count(*) AS cases, count(*) FILTER (WHERE after < before - 1e-12) AS lower, count(*) FILTER (WHERE after > before) > 1000 AS many_higher
FROM (SELECT klout_score(r.s, m.model, '2026-07-01') AS before,
		klout_score(r.s || _klout_signals_accum(NULL, more.network, more.kind, more.actor, more.at, 1, '1 day'), m.model, '2026-07-01') AS after
	FROM reference AS r, models AS m,
		LATERAL (SELECT DISTINCT ON (n) 'n' || n % 4 AS network, 'share' AS kind, (random() * 90)::bigint AS actor,
				timestamptz '2026-07-01' - random() * interval '400 days' AS at
			FROM generate_series(1, 4) AS n WHERE r.target > 0) AS more
	WHERE target <> 1 AND (m.model::jsonb #>> '{kinds,share}')::float8 >= 1) AS a;
-- of a million followers without a reaction nothing comes
SELECT klout_score(klout_audience('n', 1000000, '2026-01-01'), klout_model(), '2026-07-01');

--
-- Round trips, whatever the settings
--
CREATE TABLE digests AS SELECT target, pg_temp.digest(s) AS digest, s::text AS text FROM people;
CREATE FUNCTION pg_temp.round_trips() RETURNS TABLE (settings text, people bigint, text_differs bigint, value_differs bigint, copied bigint)
	LANGUAGE plpgsql AS
$$
DECLARE
	file text := current_setting('data_directory') || '/klout_signals_test.';
	style text;
BEGIN
	FOREACH style IN ARRAY ARRAY['extra_float_digits=-15', 'extra_float_digits=3', 'bytea_output=escape', 'DateStyle=German, DMY',
		'IntervalStyle=sql_standard', 'TimeZone=Asia/Kathmandu', 'client_encoding=LATIN1', 'standard_conforming_strings=off'] LOOP
		PERFORM set_config(split_part(style, '=', 1), split_part(style, '=', 2), true);
		CREATE TEMP TABLE read (target int, s klout_signals) ON COMMIT DROP;
		EXECUTE format('COPY (SELECT target, s FROM people) TO %L WITH (FORMAT binary)', file || 'bin');
		EXECUTE format('COPY read FROM %L WITH (FORMAT binary)', file || 'bin');
		EXECUTE format('COPY (SELECT target, s FROM people) TO %L', file || 'txt');
		EXECUTE format('COPY read FROM %L', file || 'txt');
		EXECUTE format('COPY (SELECT target, s FROM people) TO %L WITH (FORMAT csv)', file || 'csv');
		EXECUTE format('COPY read FROM %L WITH (FORMAT csv)', file || 'csv');
		SELECT style, count(*), count(*) FILTER (WHERE p.s::text <> d.text),
			count(*) FILTER (WHERE md5(_klout_signals_send(p.s::text::klout_signals)) <> d.digest),
			(SELECT count(*) FROM read AS r JOIN digests AS o USING (target) WHERE md5(_klout_signals_send(r.s)) = o.digest)
		INTO settings, people, text_differs, value_differs, copied
		FROM people AS p JOIN digests AS d USING (target);
		RETURN NEXT;
		DROP TABLE read;
		PERFORM set_config(split_part(style, '=', 1), (SELECT reset_val FROM pg_settings WHERE name ILIKE split_part(style, '=', 1)), true);
	END LOOP;
END
$$;
SELECT settings, people, text_differs, value_differs, copied = 3 * people AS copied FROM pg_temp.round_trips();
-- the text is JSON, which jsonb does not lose anything of either
SELECT count(*) AS people, count(*) FILTER (WHERE s::text::jsonb::text::klout_signals IS DISTINCT FROM s) AS differ FROM people;

DROP TABLE actions, reference, shuffled, few, parallel_posts, parts, pairs, unspilled, spilled, models, people, digests;
