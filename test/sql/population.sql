-- klout_population: text and binary forms, aggregates, questions.  What is
-- compared with is worked out by hand or by plain SQL over the rows.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET extra_float_digits = 1;
-- the random scores below follow from this alone
\set seed 20260823
\echo seed :seed

-- ---------------------------------------------------------------------------
-- Tools of this test
-- ---------------------------------------------------------------------------

\getenv abs_srcdir PG_ABS_SRCDIR
\set tools :abs_srcdir '/include/tools.sql'
\i :tools

-- Scores around 40, some on exact hundredths, some at the ends.
CREATE FUNCTION chance(i bigint, salt bigint) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
	SELECT (hashint8extended(i, salt) & 1073741823) / 1073741824.0::float8
$$;
CREATE TABLE people AS
SELECT i AS id, (i % 7)::int AS small, (i % 1201)::int AS many,
	CASE WHEN i % 11 = 0 THEN round((chance(i, :seed) * 100)::numeric, 2)::float8
		WHEN i % 501 = 0 THEN 0
		WHEN i % 777 = 0 THEN 100
		WHEN i % 13 = 0 THEN NULL
		ELSE 20 + 30 * chance(i, :seed) + 20 * chance(i, :seed + 1)
	END AS score
FROM generate_series(1, 12000) AS i;
ANALYZE people;
-- the oracle: rounded by numeric, not by the code under test
CREATE TABLE rounded AS
SELECT id, small, many, round(score::numeric, 2)::float8 AS score FROM people;

-- ---------------------------------------------------------------------------
-- Text and binary
-- ---------------------------------------------------------------------------

SELECT '{}'::klout_population, '{"bins": []}'::klout_population,
	'{"bins": [[0, 1], [63.25, 5], [63.3, 2], [64, 1], [100, 300]]}'::klout_population;
SELECT ' { "bins" : [ [ 6.325e1 , 5 ] , [64.00,1] ]}'::klout_population;
SELECT '{"bins": [[0.1, 1], [0.29, 1], [0.3000000000001, 1], [99.99, 9223372036854775804]]}'::klout_population;

-- worked out by hand: version, sparse, n, (gap, count) ...; 10000 is 90 4e
SELECT _klout_population_send('{}');
SELECT _klout_population_send('{"bins": [[0, 1], [100, 300]]}');
SELECT _klout_population_send('{"bins": [[0.01, 1], [1.29, 127], [1.3, 128]]}');
SELECT _klout_population_send('{"bins": [[50, 9223372036854775807]]}');

-- a bin costs two bytes when sparse and one when dense: 3 bytes of the header,
-- of which dense has 2; 5000 neighbours are 2 + 2 + 2 * 5000 = 10004 bytes,
-- dense 2 + 10001 = 10003; 4999 are 10002, sparse again
SELECT n, length(bytes), substr(bytes, 1, 5)
FROM (SELECT n, _klout_population_send((SELECT klout_population(b / 100.0::float8)
		FROM generate_series(0, n - 1) AS b)) AS bytes
	FROM (VALUES (4999), (5000), (10001)) AS v (n)) AS s ORDER BY n;

-- what is not a population
-- (what jsonb says beyond the message is its own)
SELECT input, regexp_replace(try(format('SELECT %L::klout_population', input)),
	'(for type json) - .*', '\1') AS try
FROM (VALUES
	(''), ('   '), ('x'), ('null'), ('1'), ('"bins"'), ('[]'), ('{"bins"}'),
	('{"bins": [[1, 1]]'), ('{"bins": [[1, 1]]} {}'), ('{"bins": null}'),
	('{"bins": {}}'), ('{"bins": 1}'), ('{"bins": [1]}'), ('{"bins": [[]]}'),
	('{"bins": [[1]]}'), ('{"bins": [[1, 1, 1]]}'), ('{"bins": [[1, 0]]}'),
	('{"bins": [[1, -1]]}'), ('{"bins": [[1, 1.5]]}'), ('{"bins": [[1, "1"]]}'),
	('{"bins": [[1, 9223372036854775808]]}'), ('{"bins": [["1", 1]]}'),
	('{"bins": [[null, 1]]}'), ('{"bins": [[-0.01, 1]]}'),
	('{"bins": [[100.01, 1]]}'), ('{"bins": [[1e400, 1]]}'),
	('{"bins": [[NaN, 1]]}'), ('{"bins": [[1.005, 1]]}'),
	('{"bins": [[1.000001, 1]]}'), ('{"bins": [[2, 1], [1, 1]]}'),
	('{"bins": [[1, 1], [1, 1]]}'), ('{"bins": [[1, 9223372036854775807], [2, 1]]}'),
	('{"people": 1}'), ('{"bins": [], "Bins": []}')) AS v (input);

-- softly, where there are soft errors
DO $$
DECLARE
	input text;
	valid boolean;
BEGIN
	IF current_setting('server_version_num')::int >= 160000 THEN
		FOREACH input IN ARRAY ARRAY['', 'x', '[]', '{"bin": 1}', '{"bins": 1}', '{"bins": [1]}', '{"bins": [[1, 0]]}',
			'{"bins": [[101, 1]]}', '{"bins": [[2, 1], [1, 1]]}'] LOOP
			EXECUTE 'SELECT pg_input_is_valid($1, ''klout_population'')'
				INTO valid USING input;
			ASSERT NOT valid, input;
		END LOOP;
		EXECUTE 'SELECT pg_input_is_valid(''{}'', ''klout_population'')' INTO valid;
		ASSERT valid, 'the empty population';
	END IF;
END $$;

-- cut short anywhere it is none
WITH good (input) AS (SELECT '{"bins": [[0, 1], [63.25, 5], [100, 300]]}')
SELECT count(*) AS cut, count(*) FILTER (WHERE answer LIKE '22P02 %') AS refused
FROM good, generate_series(0, length(input) - 1) AS n,
	try(format('SELECT %L::klout_population', left(input, n))) AS answer;

-- hostile bytes
SELECT what, try(format('SELECT receive(%L, ''klout_population'')', bytes))
FROM (VALUES
	('empty', '\x'::bytea),
	('version alone', '\x01'),
	('version 0', '\x000000'),
	('version 2', '\x020000'),
	('open buffer of a running aggregate', '\x81000000000000000000'),
	('open buffer that claims 2^32 - 1 entries', '\x81000000ffffffff00000000'),
	('form 2', '\x010200'),
	('sparse without n', '\x0100'),
	('n = 0 and a byte', '\x01000000'),
	('n = 1 and nothing', '\x010001'),
	('n = 1 and a gap', '\x01000105'),
	('n = 2 and one bin', '\x0100020501'),
	('n = 10002', '\x0100924e0501'),
	('n = 2^64 - 1', '\x0100ffffffffffffffffff010501'),
	('n of eleven bytes', '\x0100ffffffffffffffffffff010501'),
	('n in a longer form than needed', '\x010081000501'),
	('count 0', '\x0100010500'),
	('count in a longer form than needed', '\x010001058100'),
	('count 2^63', '\x0100010580808080808080808001'),
	('counts add to 2^63', '\x01000205ffffffffffffffff7f0101'),
	('gap 0: the same bin twice', '\x01000205010001'),
	('bin 10001', '\x010001914e01'),
	('gaps beyond 2^64', '\x010002ffffffffffffffffff0101ffffffffffffffffff0101'),
	('dense and short', '\x0101' || decode(repeat('01', 10000), 'hex')),
	('dense and long', '\x0101' || decode(repeat('01', 10002), 'hex')),
	('dense that is longer than sparse', '\x0101' || decode(repeat('00', 10001), 'hex')),
	('sparse that is longer than dense', '\x01008827' || decode(repeat('0101', 5000), 'hex')),
	('dense with a cut number', '\x0101' || decode(repeat('01', 10000) || '80', 'hex'))
	) AS v (what, bytes);

-- every cut of a good value is refused; every change of a byte is refused or
-- is another good value that stays the same bytes
WITH good (bytes) AS (
	SELECT _klout_population_send('{"bins": [[0, 1], [1.28, 300], [63.25, 5], [100, 128]]}'))
SELECT count(*) AS tried, count(*) FILTER (WHERE answer NOT LIKE '22P03 %') AS accepted
FROM good, generate_series(0, length(bytes) - 1) AS n,
	try(format('SELECT receive(%L, ''klout_population'')', substr(bytes, 1, n))) AS answer;
WITH good (bytes) AS (
	SELECT _klout_population_send('{"bins": [[0, 1], [1.28, 300], [63.25, 5], [100, 128]]}'))
SELECT count(*) AS tried,
	count(*) FILTER (WHERE answer = changed::text) > 0 AS some_good,
	count(*) FILTER (WHERE answer <> changed::text
		AND answer NOT LIKE '22P03 %' AND answer NOT LIKE '22003 %') AS wrong
FROM good, generate_series(0, length(bytes) - 1) AS n,
	unnest(ARRAY[0, 1, 2, 63, 64, 127, 128, 129, 254, 255]) AS value,
	set_byte(bytes, n, value) AS changed,
	try(format('SELECT receive(%L, ''klout_population'')', changed)) AS answer;

-- ---------------------------------------------------------------------------
-- Small populations, by hand
-- ---------------------------------------------------------------------------

-- rounding is to the nearest, and every hundredth is its own
SELECT klout_population(score)
FROM (VALUES (0.004::float8), (0.006), (50.0049), (50.0051), (99.994), (99.996), (-0.0)) AS v (score);
SELECT count(*) FILTER (WHERE klout_percentile(p, 1) = b / 100.0::float8
		AND p::text = format('{"bins": [[%s, 1]]}', trim_scale(b / 100.0))) AS right
FROM generate_series(0, 10000) AS b,
	LATERAL (SELECT klout_population(score) AS p
		FROM (VALUES (b / 100.0::float8)) AS v (score)) AS s;

-- 1, 2, 2, 4, 10 and nobody else
CREATE TEMP TABLE five AS
SELECT klout_population(score) AS p
FROM (VALUES (1::float8), (2), (NULL), (2), (4), (10)) AS v (score);
SELECT p, klout_count(p) FROM five;
-- the third lowest of five begins at more than 2/5
SELECT f, klout_percentile(p, f)
FROM five, unnest(ARRAY[0, 0.2, 0.2000001, 0.4, 0.6, 0.61, 0.8, 0.81, 1]::float8[]) AS f;
SELECT klout_percentiles(p, '{0.5, NULL, 1}'), klout_percentiles(p, '{}'),
	klout_percentiles(p, '[3:4][0:1]={{0, 1}, {NULL, 0.8}}'), klout_percentiles(p, NULL)
FROM five;
SELECT s, klout_cume_dist(p, s), klout_rank(p, s)
FROM five, unnest(ARRAY[0, 1, 1.004, 1.99, 2, 4, 9.99, 10, 100]::float8[]) AS s;
-- 4/5 have 2 or more, 2/5 have 4 or more, 1/5 has 10
SELECT t, klout_cutoff(p, t)
FROM five, unnest(ARRAY[1, 0.99, 0.8, 0.79, 0.4, 0.39, 0.2, 0.1]::float8[]) AS t;
-- 1 of 20 is the top 5 %
SELECT klout_cutoff(klout_population(i), 0.05), klout_cutoff(klout_population(i), 0.1)
FROM generate_series(1, 20) AS i;

-- nobody
SELECT klout_count('{}'::klout_population), klout_percentile('{}'::klout_population, 0.5),
	klout_percentiles('{}'::klout_population, '{0.5}'), klout_cume_dist('{}', 5),
	klout_cutoff('{}'::klout_population, 0.5), klout_rank('{}', 5);
SELECT klout_population(score), klout_rollup(NULL::klout_population),
	klout_percentile(klout_population(score), 0.5), klout_cutoff(klout_population(score), 0.5)
FROM people WHERE false;
SELECT klout_population(NULL), klout_rollup(NULL::klout_population),
	klout_percentiles(klout_population(NULL), '{0.5}'), klout_cutoff(klout_population(NULL), 0.5)
FROM generate_series(1, 3);
SELECT klout_count(NULL::klout_population), klout_percentile(NULL::klout_population, 0.5),
	klout_percentile('{}'::klout_population, NULL), klout_cume_dist(NULL, 1),
	klout_cutoff(NULL::klout_population, 0.5), klout_rank(NULL, 5),
	(SELECT count(*) FROM klout_histogram(NULL, 5));

-- NULL is neutral, the empty one too
SELECT klout_merge(NULL::klout_population, NULL), klout_merge('{"bins": [[1, 1]]}'::klout_population, NULL),
	klout_merge(NULL, '{"bins": [[1, 1]]}'::klout_population),
	'{"bins": [[1, 1]]}'::klout_population || '{}',
	'{"bins": [[1, 1], [3, 2]]}'::klout_population || '{"bins": [[1, 5], [2, 7]]}';
-- taking apart: what comes is what was there before; the rest is an error that names the bin
SELECT klout_subtract('{"bins": [[1, 5], [2.5, 1], [3, 2]]}', '{"bins": [[1, 2], [2.5, 1]]}') AS rest,
	klout_subtract('{"bins": [[1, 5]]}', '{"bins": [[1, 5]]}') AS nobody,
	klout_subtract('{"bins": [[1, 5]]}', '{"bins": []}') AS everybody,
	klout_subtract(NULL, '{"bins": []}') AS nothing;
\set VERBOSITY default
SELECT klout_subtract('{"bins": [[1, 5], [7.05, 2]]}', '{"bins": [[1, 1], [7.05, 3]]}');
SELECT klout_subtract('{"bins": [[1, 5], [3, 1]]}', '{"bins": [[2.5, 1]]}');
SELECT klout_subtract('{"bins": [[1, 5]]}', '{"bins": [[100, 1]]}');
\set VERBOSITY terse
SELECT count(*) AS parts, count(*) FILTER (WHERE rest IS DISTINCT FROM klout_subtract(whole, part)) AS violations
FROM (SELECT klout_population(score) AS whole, klout_population(score) FILTER (WHERE id % 3 = 0) AS part, klout_population(score) FILTER (WHERE id % 3 > 0) AS rest
	FROM people GROUP BY small UNION ALL SELECT klout_population(score), klout_population(score) FILTER (WHERE id % 3 = 0), klout_population(score) FILTER (WHERE id % 3 > 0) FROM people) AS p;

-- what is refused
SELECT statement, try('SELECT ' || statement)
FROM (VALUES
	('klout_population(-0.001)'), ('klout_population(100.0001)'),
	('klout_population(''NaN''::float8)'), ('klout_population(''-inf''::float8)'),
	('klout_population(''inf''::float8)'),
	('klout_population(200) OVER ()'),
	('klout_percentile(''{}''::klout_population, 2)')) AS v (statement);
SELECT statement, try(format('SELECT %s FROM five', statement))
FROM (VALUES
	('klout_percentile(p, -0.1)'), ('klout_percentile(p, 1.1)'),
	('klout_percentile(p, ''NaN'')'),
	('klout_percentiles(p, ''{0.5, 1.5}'')'), ('klout_percentiles(p, ''{NaN}'')'),
	('klout_cume_dist(p, 101)'), ('klout_cume_dist(p, ''NaN'')'),
	('klout_rank(p, -1)'), ('klout_rank(p, ''NaN'')'),
	('klout_cutoff(p, 0)'), ('klout_cutoff(p, 1.01)'), ('klout_cutoff(p, ''NaN'')'),
	('klout_histogram(p, 0)'), ('klout_histogram(p, 10001)')) AS v (statement);

-- 2^63 - 1 people are the most
CREATE TEMP TABLE full_house (p klout_population);
INSERT INTO full_house VALUES ('{"bins": [[50, 9223372036854775806]]}');
SELECT klout_count(p || '{"bins": [[60, 1]]}'), klout_rank(p, 0), klout_cutoff(p, 1),
	klout_percentile(p, 0.999), klout_cume_dist(p, 49), klout_cume_dist(p, 50)
FROM full_house;
SELECT statement, try(format('SELECT %s FROM full_house', statement))
FROM (VALUES
	('p || ''{"bins": [[60, 2]]}'''),
	('klout_rollup(p || ''{"bins": [[60, 1]]}'') FROM (TABLE full_house UNION ALL TABLE full_house) AS f --'),
	('klout_count(_klout_population_accum(p, 1))'),
	('klout_count(_klout_population_accum(_klout_population_accum(p, 1), 1))'),
	('klout_rank(p || ''{"bins": [[60, 1]]}'', 0)')) AS v (statement);
-- and inside an aggregate that goes on from a full one
CREATE AGGREGATE from_full (float8) (SFUNC = _klout_population_accum, STYPE = klout_population,
	INITCOND = '{"bins": [[50, 9223372036854775806]]}');
SELECT klout_count(from_full(1));
SELECT from_full(1) FROM generate_series(1, 2);

-- ---------------------------------------------------------------------------
-- The same as plain SQL over the rows
-- ---------------------------------------------------------------------------

CREATE TABLE whole AS SELECT klout_population(score) AS p FROM people;

-- every bin
SELECT count(*) AS bins, bool_and(bin -> 0 = to_jsonb(r.score) AND bin -> 1 = to_jsonb(r.people)) AS same
FROM (SELECT score, count(*) AS people, row_number() OVER (ORDER BY score) AS i
	FROM rounded WHERE score IS NOT NULL GROUP BY score) AS r
FULL JOIN (SELECT bin, i FROM whole, jsonb_array_elements(p::text::jsonb -> 'bins')
	WITH ORDINALITY AS e (bin, i)) AS e USING (i);
SELECT klout_count(p) = (SELECT count(score) FROM rounded) AS same FROM whole;

CREATE TEMP TABLE fractions AS
SELECT i / 200.0::float8 AS f FROM generate_series(0, 200) AS i
UNION SELECT chance(i, :seed + 2) FROM generate_series(1, 200) AS i;
SELECT count(*) AS asked, count(*) FILTER (WHERE klout_percentile(p, f) = truth) AS right
FROM whole, (SELECT array_agg(f) AS fs FROM fractions) AS a,
	unnest(fs, (SELECT percentile_disc(fs) WITHIN GROUP (ORDER BY score) FROM rounded)) AS r (f, truth);
SELECT klout_percentiles(p, fs) = (SELECT percentile_disc(fs) WITHIN GROUP (ORDER BY score) FROM rounded) AS right
FROM whole, (SELECT array_agg(f ORDER BY f) AS fs FROM fractions) AS f;

CREATE TEMP TABLE asked AS
SELECT i / 4.0::float8 AS s FROM generate_series(0, 400) AS i
UNION SELECT round((100 * chance(i, :seed + 3))::numeric, 2) FROM generate_series(1, 100) AS i;
SELECT count(*) AS asked,
	count(*) FILTER (WHERE klout_cume_dist(p, s) = below / everybody::float8) AS share_right,
	count(*) FILTER (WHERE klout_rank(p, s) = above + 1) AS rank_right
FROM whole, asked, LATERAL (SELECT count(*) FILTER (WHERE score <= s),
		count(*) FILTER (WHERE score > s), count(score) FROM rounded) AS r (below, above, everybody);

-- the smallest score of which the share at or above is at most this
WITH shares AS (
	SELECT DISTINCT score, (count(*) OVER (ORDER BY score DESC))::float8 / count(*) OVER () AS share
	FROM rounded WHERE score IS NOT NULL)
SELECT count(*) AS asked, count(*) FILTER (WHERE klout_cutoff(p, f) = truth) AS right
FROM whole, fractions,
	LATERAL (SELECT coalesce(min(score) FILTER (WHERE share <= f), max(score)) FROM shares) AS r (truth)
WHERE f > 0;

-- ranks in the population are those of the rows
SELECT bool_and(klout_rank(p, score) = rank) AS right
FROM whole, (SELECT score, rank() OVER (ORDER BY score DESC) FROM rounded WHERE score IS NOT NULL) AS r;

-- by group
SELECT count(*) AS groups, bool_and(got = truth) AS right
FROM (SELECT small, klout_percentile(klout_population(score), 0.95) AS got FROM people GROUP BY small) AS k
JOIN (SELECT small, percentile_disc(0.95) WITHIN GROUP (ORDER BY score) AS truth
	FROM rounded GROUP BY small) AS r USING (small);

-- histograms: buckets that divide the bins and such that do not
SELECT n, count(*) = n AS complete,
	bool_and(k.low = r.low AND k.high = r.high AND k.people = r.people) AS right
FROM unnest(ARRAY[1, 2, 3, 7, 10, 100, 333]) AS n,
	LATERAL (SELECT low, high, people, row_number() OVER () - 1 AS i
		FROM whole, klout_histogram(p, n)) AS k
JOIN LATERAL (SELECT i, 100.0::float8 * i / n AS low, 100.0::float8 * (i + 1) / n AS high,
		(SELECT count(*) FROM rounded
			WHERE score IS NOT NULL AND least(floor(round(score * 100)::bigint * n / 10000), n - 1) = i) AS people
	FROM generate_series(0, n - 1) AS i) AS r USING (i)
GROUP BY n ORDER BY n;
SELECT count(*), sum(people) = (SELECT count(score) FROM rounded) AS all_people
FROM whole, klout_histogram(p, 10000);
-- bars: 40 characters for the most; 1/8 of one for a single person of 1000 in
-- a UTF8 database, 20 for half as many, nothing for nobody
SELECT low, high, people,
	CASE WHEN getdatabaseencoding() = 'UTF8' THEN convert_to(bar, 'UTF8') = utf8
		ELSE bar = other END AS right
FROM klout_histogram('{"bins": [[10, 1000], [30, 500], [50, 1], [79.99, 16], [100, 7]]}', 5)
JOIN (VALUES (0, decode(repeat('e29688', 40), 'hex'), repeat('#', 40)),
	(20, decode(repeat('e29688', 20), 'hex'), repeat('#', 20)),
	(40, '\xe2968f', '#'),
	(60, '\xe2968b', '#'),			-- 16 / 1000 * 320 = 5.12 eighths
	(80, '\xe2968e', '#')			-- 7 / 1000 * 320 = 2.24 eighths
	) AS v (low, utf8, other) USING (low) ORDER BY low;

-- ---------------------------------------------------------------------------
-- Any order, any split, any tree: the same bytes
-- ---------------------------------------------------------------------------

CREATE FUNCTION bytes(klout_population) RETURNS bytea LANGUAGE sql IMMUTABLE
AS 'SELECT _klout_population_send($1)';
SELECT bytes(klout_population(score ORDER BY score)) = bytes(p) AS up,
	bytes(klout_population(score ORDER BY score DESC)) = bytes(p) AS down,
	bytes(klout_population(score ORDER BY chance(id, 5))) = bytes(p) AS mixed
FROM people, whole GROUP BY bytes(p);
SELECT n, bytes(klout_rollup(part ORDER BY chance(g, 6))) = (SELECT bytes(p) FROM whole) AS same
FROM unnest(ARRAY[1, 2, 3, 7, 50, 5000, 12000]) AS n,
	LATERAL (SELECT id % n AS g, klout_population(score) AS part FROM people GROUP BY 1) AS s
GROUP BY n ORDER BY n;
-- trees: left-deep with ||, and rollups of rollups
DO $$
DECLARE
	sum klout_population;
	part klout_population;
BEGIN
	FOR part IN SELECT klout_population(score) FROM people GROUP BY id % 40 ORDER BY id % 40 LOOP
		sum := part || sum;
	END LOOP;
	ASSERT sum = (SELECT p FROM whole), 'merged one by one';
	SELECT klout_rollup(p) INTO sum FROM (
		SELECT klout_rollup(p) AS p FROM (
			SELECT id % 60 AS g, klout_population(score) AS p FROM people GROUP BY 1) AS a
		GROUP BY g % 9) AS b;
	ASSERT sum = (SELECT p FROM whole), 'rollup of rollups';
END $$;

-- parallel, with and without the leader's help
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE people SET (parallel_workers = 2);
CREATE FUNCTION check_parallel() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	ungrouped text := 'SELECT klout_population(score) AS p, klout_percentile(klout_population(score), 0.9) AS one,
		klout_population(score) FILTER (WHERE id < 3) AS few,
		klout_population(score) FILTER (WHERE false) AS none FROM people';
	grouped text := 'SELECT many, klout_population(score) AS p FROM people GROUP BY many';
	rolled text := 'SELECT klout_rollup(p) AS p FROM parts';
BEGIN
	RETURN same_in_parallel(ARRAY[ungrouped, grouped, rolled]);
END $$;
CREATE TABLE parts AS SELECT many, klout_population(score) AS p FROM people GROUP BY many;
INSERT INTO parts SELECT -1, p FROM whole;
INSERT INTO parts VALUES (-2, NULL), (-3, '{}');
ANALYZE parts;
ALTER TABLE parts SET (parallel_workers = 2);
SELECT check_parallel();
SET parallel_leader_participation = off;
SELECT check_parallel();
RESET parallel_leader_participation;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET max_parallel_workers_per_gather = 0;

-- hash aggregation that spills
CREATE TEMP TABLE sorted AS
SELECT many, klout_population(score) AS p FROM people GROUP BY many;
SET work_mem = '64kB';
SET hash_mem_multiplier = 1;
SET enable_sort = off;
SELECT plan_has('SELECT many, klout_population(score) FROM people GROUP BY many',
	'Disk Usage', 'ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF') AS spilled;
SELECT count(*) AS groups, bool_and(bytes(s.p) = bytes(h.p)) AS same
FROM sorted AS s JOIN (SELECT many, klout_population(score) AS p
	FROM people GROUP BY many) AS h USING (many);
RESET work_mem;
RESET hash_mem_multiplier;
RESET enable_sort;

-- windows: growing, sliding, sometimes empty, with exclusions; each against a
-- count of the frame's rows
CREATE FUNCTION agrees(p klout_population, scores float8[]) RETURNS boolean
LANGUAGE sql AS $$
	SELECT p IS NOT DISTINCT FROM (SELECT klout_population(s ORDER BY s) FROM unnest(scores) AS s)
$$;
SELECT bool_and(agrees(growing, growing_rows)) AS growing,
	bool_and(agrees(sliding, sliding_rows)) AS sliding,
	bool_and(agrees(ahead, ahead_rows)) AS ahead, count(*) FILTER (WHERE ahead IS NULL) AS ahead_empty,
	bool_and(agrees(except_me, except_me_rows)) AS except_me,
	bool_and(agrees(except_ties, except_ties_rows)) AS except_ties
FROM (SELECT
	klout_population(score) OVER (ORDER BY id) AS growing,
	array_agg(score) OVER (ORDER BY id) AS growing_rows,
	klout_population(score) OVER w AS sliding, array_agg(score) OVER w AS sliding_rows,
	klout_population(score) OVER (ORDER BY id ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING) AS ahead,
	array_agg(score) OVER (ORDER BY id ROWS BETWEEN 2 FOLLOWING AND 4 FOLLOWING) AS ahead_rows,
	klout_population(score) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW) AS except_me,
	array_agg(score) OVER (ORDER BY id ROWS BETWEEN 3 PRECEDING AND 3 FOLLOWING EXCLUDE CURRENT ROW) AS except_me_rows,
	klout_population(score) OVER (ORDER BY small RANGE BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS except_ties,
	array_agg(score) OVER (ORDER BY small RANGE BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS except_ties_rows
	FROM people WHERE id <= 150
	WINDOW w AS (ORDER BY id ROWS BETWEEN 5 PRECEDING AND 2 FOLLOWING)) AS s;
-- the state becomes counters in the middle of a window
SELECT count(*), bool_and(klout_count(p) = n) AS right
FROM (SELECT klout_population(score) OVER (ORDER BY id) AS p, count(score) OVER (ORDER BY id) AS n, id
	FROM people WHERE id <= 5000) AS s WHERE id % 50 = 0;

-- grouping sets, filter, distinct, shared states
SELECT small, klout_count(klout_population(score)) = count(score) AS all,
	klout_count(klout_population(score) FILTER (WHERE score > 40)) = count(*) FILTER (WHERE score > 40) AS filtered,
	klout_count(klout_population(DISTINCT score)) = count(DISTINCT score) AS distinct_ones
FROM people GROUP BY GROUPING SETS ((small), ()) ORDER BY small;

-- ---------------------------------------------------------------------------
-- Comparison, storage, round trips
-- ---------------------------------------------------------------------------

SELECT count(DISTINCT p) = count(DISTINCT p::text) AS distinct_right FROM parts;
SELECT count(*) FROM (TABLE parts EXCEPT TABLE parts) AS s;
SELECT '{"bins": [[1, 1]]}'::klout_population = '{"bins": [[1.00, 1]]}' AS eq,
	'{"bins": [[1, 1]]}'::klout_population <> '{"bins": [[1, 2]]}' AS ne,
	'{}'::klout_population < '{"bins": [[1, 1]]}' AS lt, '{}'::klout_population <= '{}' AS le,
	'{"bins": [[2, 1]]}'::klout_population > '{"bins": [[1, 1]]}' AS gt,
	'{}'::klout_population >= '{"bins": [[1, 1]]}' AS ge,
	_klout_population_cmp('{"bins": [[0, 1]]}', '{"bins": [[0, 2]]}') AS cmp,
	'{}'::klout_population IS DISTINCT FROM NULL AS is_distinct;
SET enable_hashjoin = on;
SET enable_mergejoin = off;
SET enable_nestloop = off;
SELECT count(*) = (SELECT sum(n * n) FROM (SELECT count(*) AS n FROM parts WHERE p IS NOT NULL GROUP BY p::text) AS s) AS joined
FROM parts AS a JOIN parts AS b USING (p);
RESET enable_mergejoin;
SET enable_hashjoin = off;
SELECT count(*) = (SELECT sum(n * n) FROM (SELECT count(*) AS n FROM parts WHERE p IS NOT NULL GROUP BY p::text) AS s) AS joined
FROM parts AS a JOIN parts AS b USING (p);
RESET enable_hashjoin;
RESET enable_nestloop;
CREATE TABLE hashed (p klout_population) PARTITION BY HASH (p);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE hashed_1 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO hashed SELECT p FROM parts;
SELECT count(*) = (SELECT count(*) FROM parts) AS all, count(*) FILTER (WHERE tableoid = 'hashed_0'::regclass) > 0 AS some
FROM hashed;

-- short headers, compressed, external, plain: every reader reads them
CREATE TEMP TABLE stored (how text, p klout_population);
ALTER TABLE stored ALTER p SET STORAGE EXTENDED;
INSERT INTO stored SELECT 'extended', p FROM whole;
INSERT INTO stored SELECT 'dense', klout_population(b / 100.0::float8) FROM generate_series(0, 10000) AS b;
ALTER TABLE stored ALTER p SET STORAGE EXTERNAL;
INSERT INTO stored SELECT 'external', p FROM whole;
ALTER TABLE stored ALTER p SET STORAGE MAIN;
INSERT INTO stored SELECT 'main', p FROM whole;
ALTER TABLE stored ALTER p SET STORAGE PLAIN;
INSERT INTO stored VALUES ('plain', '{"bins": [[5, 5]]}');
ALTER TABLE stored ALTER p SET STORAGE EXTENDED;
INSERT INTO stored VALUES ('short', '{"bins": [[5, 5]]}'), ('short', '{}');
SELECT how, klout_count(p) = klout_count(p::text::klout_population) AS same,
	klout_count(p || p) = 2 * klout_count(p) AS doubled, klout_percentile(p, 1) AS highest
FROM stored ORDER BY how, highest;
SELECT klout_count(klout_rollup(p)) = sum(klout_count(p)) AS right FROM stored;

-- text and binary copies are the same bytes
CREATE TEMP TABLE copy_text (LIKE parts);
CREATE TEMP TABLE copy_binary (LIKE parts);
SET extra_float_digits = -15;
DO $$
DECLARE
	file text := current_setting('data_directory') || '/klout_population_test';
BEGIN
	EXECUTE format('COPY parts TO %L', file);
	EXECUTE format('COPY copy_text FROM %L', file);
	EXECUTE format('COPY parts TO %L (FORMAT binary)', file);
	EXECUTE format('COPY copy_binary FROM %L (FORMAT binary)', file);
END $$;
RESET extra_float_digits;
SELECT count(*) AS rows, bool_and(bytes(a.p) IS NOT DISTINCT FROM bytes(b.p)
	AND bytes(a.p) IS NOT DISTINCT FROM bytes(c.p)) AS same
FROM parts AS a JOIN copy_text AS b USING (many) JOIN copy_binary AS c USING (many);
SELECT bool_and(receive(bytes(p), 'klout_population') = bytes(p)) AS same FROM stored;

-- somebody's aggregate without the final function leaves the open form: all
-- that read it read it right, and what they give is canonical
CREATE AGGREGATE left_open (float8) (SFUNC = _klout_population_accum, STYPE = klout_population,
	COMBINEFUNC = _klout_population_combine, PARALLEL = SAFE);
CREATE TEMP TABLE opened AS
SELECT n, left_open(score) AS open, klout_population(score) AS closed
FROM unnest(ARRAY[3, 26, 27, 4090, 4091, 10000]) AS n
JOIN (SELECT score, row_number() OVER (ORDER BY id) AS i FROM people WHERE score IS NOT NULL) AS p ON i <= n
GROUP BY n;
SELECT n, pg_column_size(open) <> pg_column_size(closed) AS is_open, open = closed AS equal,
	open::text = closed::text AS text, bytes(open) = bytes(closed) AS sent,
	_klout_population_hash(open) = _klout_population_hash(closed) AS hash,
	_klout_population_hash_extended(open, 5) = _klout_population_hash_extended(closed, 5) AS hash_extended,
	klout_percentile(open, 0.9) = klout_percentile(closed, 0.9) AS percentile,
	bytes(open || NULL) = bytes(closed) AS with_null, bytes(open || closed) = bytes(closed || closed) AS merged,
	bytes(_klout_population_accum(open, 5)) = bytes(_klout_population_accum(closed, 5)) AS one_more
FROM opened ORDER BY n;
SELECT bytes(klout_rollup(open)) = bytes(klout_rollup(closed)) AS rolled FROM opened;

-- ---------------------------------------------------------------------------
-- Support functions called by hand, with anything
-- ---------------------------------------------------------------------------

SELECT _klout_population_accum(NULL, NULL), _klout_population_accum(NULL, 5),
	_klout_population_accum('{"bins": [[5, 1]]}', NULL), _klout_population_accum('{"bins": [[5, 1]]}', 5);
SELECT _klout_population_combine(NULL, NULL), _klout_population_combine(NULL, '{}'),
	_klout_population_combine('{}', NULL), _klout_population_combine('{"bins": [[5, 1]]}', '{"bins": [[5, 1]]}');
SELECT _klout_population_final(NULL), _klout_population_final('{"bins": [[5, 1]]}');
-- an argument is never changed
DO $$
DECLARE
	before klout_population := (SELECT open FROM opened WHERE n = 27);
	kept text := before::text;
BEGIN
	PERFORM _klout_population_accum(before, 1);
	PERFORM _klout_population_combine(before, before);
	PERFORM _klout_population_final(before);
	ASSERT before::text = kept, 'an argument was changed';
END $$;

DO $$
BEGIN
	EXECUTE format('COPY (SELECT 1) TO PROGRAM %L',
		format('cat > /dev/null; rm -f ''%s/klout_population_test''', current_setting('data_directory')));
END $$;
DROP TABLE people, rounded, whole, parts, hashed;
DROP AGGREGATE from_full(float8), left_open(float8);
DROP FUNCTION try, receive, plan_has, same_in_parallel, chance, check_parallel, agrees, bytes;
