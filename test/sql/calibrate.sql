-- klout_mix and klout_calibrate.  What is compared with is worked out by hand,
-- or by plain SQL over the rows: who is active from the actions' own times, and
-- percentile_disc over klout_raw, which has tests of its own.
\set VERBOSITY terse
\set SHOW_CONTEXT never
SET timezone = 'UTC';
SET DateStyle = 'ISO';
SET extra_float_digits = 1;
SET jit = off;
\getenv abs_srcdir PG_ABS_SRCDIR
\set as_of '2026-03-31 12:00+00'
CREATE SCHEMA calibrate;
SET search_path = calibrate, public;

\set tools :abs_srcdir '/include/tools.sql'
\i :tools

CREATE FUNCTION scale_of(model klout_model) RETURNS float8
	LANGUAGE sql IMMUTABLE AS $$ SELECT (model::jsonb ->> 'scale')::float8 $$;

-- between 0 and 1, from the arguments alone
CREATE FUNCTION chance(i bigint, salt bigint) RETURNS float8
	LANGUAGE sql IMMUTABLE AS $$ SELECT ((hashint8extended(i, salt) & 1073741823) + 0.5) / 1073741824.0::float8 $$;

-- ---------------------------------------------------------------------------
-- Populations
-- ---------------------------------------------------------------------------

CREATE TABLE action (population text, target bigint, actor bigint, at timestamptz, kind text DEFAULT 'like');

-- as many reactors as a log-normal and a power law say, over 120 days
INSERT INTO action
SELECT 'log-normal', i, a, :'as_of'::timestamptz - chance(i * 1000 + a, 3) * interval '120 days'
FROM generate_series(1, 3000) AS i,
	generate_series(1, least(300, 1 + floor(exp(1.2 * sqrt(-2 * ln(chance(i, 1))) * cos(2 * pi() * chance(i, 2)))))::int) AS a;
INSERT INTO action
SELECT 'power law', i, a, :'as_of'::timestamptz - chance(i * 1000 + a, 4) * interval '120 days'
FROM generate_series(1, 3000) AS i,
	generate_series(1, least(500, floor(1 / chance(i, 5)))::int) AS a;
-- person i has i reactors, all today
INSERT INTO action SELECT 'twenty', i, a, :'as_of' FROM generate_series(1, 20) AS i, generate_series(1, i) AS a;
INSERT INTO action VALUES ('one', 1, 1, :'as_of');
INSERT INTO action SELECT 'all equal', i, i * i, timestamptz '2026-03-21 06:00+00' FROM generate_series(1, 200) AS i;
-- 2 reactors 89 days ago, 3 reactors 90 days ago, 4 reactors tomorrow, 5 both long ago and tomorrow
INSERT INTO action
SELECT 'edges', i, a, date '2026-03-31' - (CASE i WHEN 2 THEN 89 WHEN 3 THEN 90 WHEN 4 THEN -1 ELSE 500 * (a % 2) - 1 END) + time '23:59'
FROM generate_series(2, 5) AS i, generate_series(1, i) AS a;
INSERT INTO action SELECT 'idle', 1, 1, timestamptz '2025-12-31';
-- 3 of 40 have more than nothing when shares weigh nothing
INSERT INTO action SELECT 'zero', i, 1, :'as_of', CASE WHEN i > 37 THEN 'like' ELSE 'share' END FROM generate_series(1, 40) AS i;

-- idle: days since the last action that is not later
CREATE TABLE people AS
SELECT population, target, klout_signals('n', kind, actor, at) AS signals,
	min(timestamptz :'as_of'::date - at::date) FILTER (WHERE at::date <= timestamptz :'as_of'::date) AS idle
FROM action GROUP BY population, target;
-- a crowd that is followed, posts, and receives nothing
INSERT INTO people
SELECT population, 100000 + i, klout_audience('n', 1000000 * i, :'as_of') || klout_posts('n', :'as_of')
FROM (SELECT DISTINCT population FROM people) AS p, generate_series(1, 50) AS i GROUP BY population, i;
ANALYZE people;

-- The independent way to the scale: who is active from the rows, raw from klout_raw.
CREATE FUNCTION expected_scale(of_population text, model klout_model, as_of timestamptz) RETURNS float8
	LANGUAGE sql STABLE AS
$$
SELECT percentile_disc(1 - (model::jsonb ->> 'calibrate_share')::float8) WITHIN GROUP (ORDER BY klout_raw(signals, model, as_of))
	* (100 - (model::jsonb ->> 'calibrate_score')::float8) / (model::jsonb ->> 'calibrate_score')::float8
FROM people
WHERE population = of_population AND idle <= (SELECT (model::jsonb ->> 'active_days')::float8 - 1)
$$;

-- ---------------------------------------------------------------------------
-- klout_calibrate
-- ---------------------------------------------------------------------------

-- the scale within what bins and six digits allow, the score at p95 within
-- 0.001 of 63, and nothing else changed
SELECT population, round(scale_of(model)::numeric, 2) AS scale,
	abs(scale_of(model) / expected_scale(population, klout_model(), :'as_of') - 1) < 3.6e-5 AS as_expected,
	abs(100 * raw / (raw + scale_of(model)) - 63) < 0.001 AS p95_is_63,
	model || '{"scale": null}' = klout_model() AS nothing_else
FROM (SELECT population, klout_calibrate(signals, klout_model(), :'as_of') AS model
		FROM people WHERE population NOT IN ('idle', 'zero') GROUP BY population) AS c,
	LATERAL (SELECT expected_scale(population, klout_model(), :'as_of') * 63 / 37 AS raw) AS r
ORDER BY population;

-- scores by the calibrated model, percentile over the active: 63.00
SELECT c.population, count(*) AS active,
	round(percentile_disc(0.95) WITHIN GROUP (ORDER BY klout_score(signals, model, :'as_of'))::numeric, 2) AS p95,
	klout_percentile(klout_population(klout_score(signals, model, :'as_of')), 0.95) AS p95_of_bins,
	(count(*) FILTER (WHERE klout_score(signals, model, :'as_of') > 63.001))::float8 / count(*) <= 0.05 AS "5 % above"
FROM (SELECT population, klout_calibrate(signals, klout_model(), :'as_of') AS model
		FROM people WHERE population NOT IN ('idle', 'zero') GROUP BY population) AS c
	JOIN people AS p USING (population)
WHERE idle < 90
GROUP BY c.population ORDER BY c.population;

-- by hand: one reactor today is 2 ln 2; of twenty the 19th has ln 20 + ln 2, and so he has
-- as the last of 19; of 18 it is the 18th
SELECT abs(scale_of(klout_calibrate(signals, klout_model(), :'as_of')) / (2 * ln(2::float8) * 37 / 63) - 1) < 3.6e-5 AS one
FROM people WHERE population = 'one';
SELECT n, abs(scale_of(klout_calibrate(signals, klout_model(), :'as_of')) / (ln(expected::float8) * 37 / 63) - 1) < 3.6e-5 AS as_expected
FROM people JOIN (VALUES (20, 40), (19, 40), (18, 38), (2, 6)) AS v (n, expected) ON target <= n
WHERE population = 'twenty' GROUP BY n, expected ORDER BY n;
-- all equal: everybody has 63
SELECT DISTINCT round(klout_score(signals, model, :'as_of')::numeric, 2) AS score
FROM people, (SELECT klout_calibrate(signals, klout_model(), :'as_of') AS model FROM people WHERE population = 'all equal') AS c
WHERE population = 'all equal' AND target < 100000;
-- only the one of 89 days ago is active
SELECT abs(scale_of(klout_calibrate(signals, klout_model(), :'as_of'))
	/ (klout_raw((SELECT signals FROM people WHERE population = 'edges' AND target = 2), klout_model(), :'as_of') * 37 / 63) - 1) < 3.6e-5 AS as_expected
FROM people WHERE population = 'edges';

-- other shares, scores and days, other presets
SELECT count(*) AS models, count(*) FILTER (WHERE (abs(scale_of(calibrated)
	/ expected_scale(of_population, model, :'as_of') - 1) < 3.6e-5) IS NOT TRUE) AS off,
	count(*) FILTER (WHERE calibrated || jsonb_build_object('scale', scale_of(model)) <> model) AS otherwise_changed
FROM unnest('{log-normal, power law}'::text[]) AS of_population,
	(SELECT preset::klout_model || jsonb_build_object('calibrate_share', share, 'calibrate_score', score, 'active_days', days) AS model
		FROM unnest('{default, strict, hour}'::text[]) AS preset, unnest('{0.001, 0.5, 0.999}'::float8[]) AS share,
			unnest('{0.5, 40, 99.5}'::float8[]) AS score, unnest('{1, 30, 3652425}'::float8[]) AS days) AS m,
	LATERAL (SELECT klout_calibrate(signals, model, :'as_of') AS calibrated FROM people WHERE population = of_population) AS c;

-- weights so small or large that raw is: the same scores
SELECT weight, round(klout_score(signals, model, :'as_of')::numeric, 3) AS p95
FROM (SELECT weight, klout_calibrate(signals, klout_model()
		|| jsonb_build_object('reach_weight', weight, 'consistency_weight', weight), :'as_of') AS model
	FROM people, unnest('{1e8, 1, 1e-4, 1e-100, 1e-300}'::float8[]) AS weight WHERE population = 'twenty' GROUP BY weight) AS m, people
WHERE population = 'twenty' AND target = 19 ORDER BY weight;
-- until the scale or raw leave the range of numbers
SELECT weight, try(format($$SELECT scale_of(klout_calibrate(signals, klout_model()
	|| jsonb_build_object('reach_weight', %s, 'consistency_weight', %1$s), '2026-03-31 12:00+00')) FROM people WHERE population = 'twenty'$$, weight))
FROM unnest('{1e9, 1e-320}'::float8[]) AS weight;
SELECT try($$SELECT klout_calibrate(signals, '{"calibrate_score": 1e-10}', '2026-03-31 12:00+00') FROM people WHERE population = 'one'$$);

-- nothing to calibrate with
SELECT klout_calibrate(signals, klout_model(), :'as_of') FROM people WHERE false;
SELECT klout_calibrate(NULL, klout_model(), :'as_of'), klout_calibrate(signals, NULL, :'as_of'),
	klout_calibrate(signals, klout_model(), NULL), klout_calibrate(signals, NULL) FROM people;
SELECT try($$SELECT klout_calibrate(signals, klout_model(), '2026-03-31 12:00+00') FROM people WHERE population = 'idle'$$);
SELECT try($$SELECT klout_calibrate('{}', '{"active_days": 0.5}', '2026-03-31 12:00+00')$$);
SELECT try($$SELECT klout_calibrate(signals, '{"kinds": {"like": 0, "share": 0}}', '2026-03-31 12:00+00') FROM people WHERE population = 'zero'$$);
-- with 37 of 40 at nothing p95, the 38th, is somebody; with 37 of 38 not, the 37th
SELECT scale_of(klout_calibrate(signals, '{"kinds": {"share": 0}}', :'as_of')) FROM people WHERE population = 'zero';
SELECT try($$SELECT klout_calibrate(signals, '{"kinds": {"share": 0}}', '2026-03-31 12:00+00') FROM people WHERE population = 'zero' AND target < 39$$);
-- NULLs are skipped
SELECT klout_calibrate(CASE WHEN target % 2 = 0 THEN signals END, klout_model(), :'as_of')
	= klout_calibrate(signals, klout_model(), :'as_of') FILTER (WHERE target % 2 = 0) AS same,
	klout_calibrate(signals, CASE WHEN target % 2 = 0 THEN klout_model() END, :'as_of')
	= klout_calibrate(signals, klout_model(), :'as_of') FILTER (WHERE target % 2 = 0) AS same
FROM people WHERE population = 'twenty';

-- model and as_of are the same in a group
SELECT try(format('SELECT klout_calibrate(signals, CASE WHEN target = 7 THEN klout_model(%L) ELSE %L END, %s ORDER BY target)
	FROM people WHERE population = %L', a, b, as_of, 'twenty'))
FROM (VALUES ('default', 'strict', '''2026-03-31 12:00+00'''), ('{"networks": {"a": 2}}', 'default', 'now()'),
	('default', 'default', '''2026-03-31 12:00+00''::timestamptz + CASE target WHEN 7 THEN 1 ELSE 0 END * interval ''1 us'''),
	('default', 'default', '''infinity'''), ('default', 'default', '''-infinity''')) AS v (a, b, as_of);
SELECT klout_fingerprint('strict'), klout_fingerprint('default');

-- without as_of: as of now()
BEGIN;
CREATE TABLE lately AS SELECT n % 50 AS target, klout_signals('n', 'like', n, now() - n * interval '1 hour') AS signals
FROM generate_series(1, 4000) AS n GROUP BY n % 50;
SELECT pg_sleep(0.01)::text AS waited;
SELECT klout_calibrate(signals, klout_model()) = klout_calibrate(signals, klout_model(), now()) AS same FROM lately;
COMMIT;

-- hour buckets: half a day is this hour and the eleven before
CREATE TABLE hourly AS
SELECT i AS target, klout_signals('n', 'like', a, :'as_of'::timestamptz - ago * interval '1 hour', NULL, '1 hour') AS signals
FROM (VALUES (1, 11), (2, 12), (3, -1)) AS v (i, ago), generate_series(1, i) AS a GROUP BY i;
SELECT abs(scale_of(klout_calibrate(signals, klout_model('hour') || '{"active_days": 0.5}', :'as_of'))
	/ ((SELECT klout_raw(signals, 'hour', :'as_of') FROM hourly WHERE target = 1) * 37 / 63) - 1) < 3.6e-5 AS as_expected
FROM hourly;
-- people by the hour and by the day in one community
SELECT klout_calibrate(signals, klout_model(), :'as_of') IS NOT NULL AS fits
FROM (SELECT signals FROM hourly UNION ALL SELECT signals FROM people) AS both_units;

-- ---------------------------------------------------------------------------
-- Neither order nor workers matter
-- ---------------------------------------------------------------------------

CREATE TABLE calibrated AS
SELECT population, klout_calibrate(signals, klout_model(), :'as_of') AS model, klout_mix(signals) AS mix
FROM people WHERE population NOT IN ('idle', 'zero') GROUP BY population;
SELECT count(*) AS "0" FROM calibrated AS c JOIN (
	SELECT population, klout_calibrate(signals, klout_model(), :'as_of' ORDER BY hashint8(target)) AS model,
		klout_calibrate(signals, klout_model(), :'as_of' ORDER BY target DESC) AS backwards
	FROM people WHERE population NOT IN ('idle', 'zero') GROUP BY population) AS o USING (population)
WHERE c.model <> o.model OR c.model <> o.backwards;

-- the scale a model comes with does not matter; models from a table, one of
-- them too long for its page
CREATE TABLE model AS SELECT population, model, model || (SELECT jsonb_build_object('kinds', jsonb_object_agg(md5(i::text), 1 + i))
	FROM generate_series(1, 3000) AS i) AS long FROM calibrated;
SELECT count(*) AS populations, count(*) FILTER (WHERE again = model) AS same, count(*) FILTER (WHERE long_again = long) AS same_of_long
FROM (SELECT population, model, long, klout_calibrate(signals, model, :'as_of') AS again, klout_calibrate(signals, long, :'as_of') AS long_again
	FROM people JOIN model USING (population) GROUP BY population, model, long) AS a;

-- partial states, kept as bytes and as text, and merged in any shape
CREATE AGGREGATE state_of(klout_signals, klout_model, timestamptz) (SFUNC = _klout_calibrate_accum, STYPE = bytea);
CREATE AGGREGATE merged(bytea) (SFUNC = _klout_calibrate_combine, STYPE = bytea);
CREATE TABLE state AS
SELECT population, target % 7 AS part, state_of(signals, klout_model(), :'as_of') AS state
FROM people WHERE population NOT IN ('idle', 'zero') GROUP BY 1, 2;
SELECT count(*) AS "0" FROM calibrated AS c JOIN (
	SELECT population, _klout_calibrate_final(merged(state ORDER BY part)) AS forwards,
		_klout_calibrate_final(merged(state::text::bytea ORDER BY hashint8(part))) AS hashed
	FROM (SELECT population, part, state FROM state UNION ALL SELECT 'one', 99, NULL) AS s GROUP BY population) AS m USING (population)
WHERE c.model <> m.forwards OR c.model <> m.hashed;
SELECT count(*) AS "0" FROM calibrated AS c JOIN (
	SELECT population, _klout_calibrate_final(merged(half)) AS model
	FROM (SELECT population, merged(state) AS half FROM state GROUP BY population, part % 3) AS h GROUP BY population) AS m USING (population)
WHERE c.model <> m.model;

-- support functions by hand, outside any aggregate, change nothing in place
CREATE TABLE kept AS SELECT population, part, state, md5(state::text) FROM state;
SELECT count(*) AS "0" FROM kept, LATERAL (SELECT _klout_calibrate_accum(state, signals, klout_model(), :'as_of') AS more
	FROM people WHERE population = 'one' AND target = 1) AS a
WHERE more = state OR md5(state::text) <> md5 OR md5(_klout_calibrate_combine(state, more)::text) = md5;
SELECT _klout_calibrate_accum(NULL, NULL, klout_model(), :'as_of') IS NULL, _klout_calibrate_combine(NULL, NULL) IS NULL,
	_klout_calibrate_final(NULL) IS NULL, _klout_calibrate_combine(NULL, state) = state, _klout_calibrate_combine(state, NULL) = state,
	_klout_calibrate_accum(state, NULL, klout_model(), :'as_of') = state
FROM state WHERE population = 'one' AND part = 1;
SELECT try(format('SELECT _klout_calibrate_combine(%L, _klout_calibrate_accum(NULL, ''{}'', %L, %L))', state, model, as_of))
FROM state, (VALUES ('strict', '2026-03-31 12:00+00'), ('default', '2026-03-30 12:00+00')) AS v (model, as_of)
WHERE population = 'one' AND part = 1;

-- as a window aggregate the final function reads a state that goes on; of up
-- to 19 people the last is the one
SELECT count(*) AS people, count(*) FILTER (WHERE abs(scale_of(model) / (ln(2 * (target + 1)::float8) * 37 / 63) - 1) < 3.6e-5) AS as_expected
FROM (SELECT target, klout_calibrate(signals, klout_model(), :'as_of') OVER (ORDER BY target) AS model
	FROM people WHERE population = 'twenty' AND target < 20) AS w;

SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SET max_parallel_workers_per_gather = 2;
ALTER TABLE people SET (parallel_workers = 2);
ALTER TABLE lately SET (parallel_workers = 2);
CREATE FUNCTION check_parallel() RETURNS text LANGUAGE plpgsql AS $$
BEGIN
	RETURN same_in_parallel(ARRAY[
		'SELECT klout_calibrate(signals, klout_model(), ''2026-03-31 12:00+00'') AS model, klout_mix(signals) AS mix,
			klout_calibrate(signals, ''strict'', ''2026-01-31 12:00+00'') AS other,
			klout_calibrate(signals, klout_model(), ''2026-03-31 12:00+00'') FILTER (WHERE false) AS none FROM people',
		'SELECT klout_calibrate(signals, klout_model()) AS model FROM lately',
		'SELECT population, klout_calibrate(signals, klout_model(), ''2026-03-31 12:00+00'') AS model, klout_mix(signals) AS mix
			FROM people WHERE population NOT IN (''idle'', ''zero'') GROUP BY population']);
END $$;
SELECT check_parallel();
SET parallel_leader_participation = off;
SELECT check_parallel();
RESET parallel_leader_participation;
RESET parallel_setup_cost;
RESET parallel_tuple_cost;
RESET min_parallel_table_scan_size;
SET max_parallel_workers_per_gather = 0;

-- hash aggregation that spills
SET work_mem = '64kB';
SET enable_sort = off;
CREATE TEMP TABLE hashed AS
SELECT target % 300 AS part, klout_calibrate(signals, klout_model(), :'as_of') AS model, klout_mix(signals) AS mix
FROM people WHERE population IN ('log-normal', 'power law') GROUP BY 1;
RESET enable_sort;
SET enable_hashagg = off;
SELECT count(*) AS parts, count(*) FILTER (WHERE s.model = h.model AND s.mix = h.mix) AS same
FROM hashed AS h JOIN (SELECT target % 300 AS part, klout_calibrate(signals, klout_model(), :'as_of') AS model, klout_mix(signals) AS mix
	FROM people WHERE population IN ('log-normal', 'power law') GROUP BY 1) AS s USING (part);
RESET enable_hashagg;
RESET work_mem;

-- ---------------------------------------------------------------------------
-- Bytes that are no state
-- ---------------------------------------------------------------------------

-- What becomes of a state in the hands of every function: an error of a known
-- class, or a model.
CREATE FUNCTION outcome(state bytea, signals klout_signals) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	step text := 'final';
	outcomes text := '';
	model klout_model;
BEGIN
	FOREACH step IN ARRAY ARRAY['final', 'accum', 'combine', 'combined'] LOOP
		BEGIN
			model := _klout_calibrate_final(CASE step WHEN 'final' THEN state
				WHEN 'accum' THEN _klout_calibrate_accum(state, signals, klout_model(), '2026-03-31 12:00+00')
				WHEN 'combine' THEN _klout_calibrate_combine(state, _klout_calibrate_accum(NULL, signals, klout_model(), '2026-03-31 12:00+00'))
				ELSE _klout_calibrate_combine(_klout_calibrate_accum(NULL, signals, klout_model(), '2026-03-31 12:00+00'), state) END);
			outcomes := outcomes || ' model';
		EXCEPTION WHEN OTHERS THEN
			outcomes := outcomes || ' ' || sqlstate;
		END;
	END LOOP;
	RETURN ltrim(outcomes);
END $$;
CREATE TABLE whole AS
SELECT state, signals FROM people, (SELECT state_of(signals, klout_model(), :'as_of') AS state FROM people WHERE population = 'twenty') AS s
WHERE population = 'one' AND target = 1;
SELECT outcome(state, signals) FROM whole;
-- header, model and the 20 people, after which there is only room
SELECT length(state) > 24 + 115 + 20 * 4 AS has_room, array_agg(DISTINCT outcome) AS outcomes
FROM whole, generate_series(0, 24 + 115 + 4 * 4 - 1) AS cut, outcome(substr(state, 1, cut), signals) GROUP BY state;
SELECT array_agg(DISTINCT one ORDER BY one) AS outcomes
FROM whole, generate_series(0, 8 * length(state) - 1) AS bit,
	outcome(set_bit(state, bit, 1 - get_bit(state, bit)), signals) AS all_of_it, regexp_split_to_table(all_of_it, ' ') AS one;
SELECT try(format('SELECT _klout_calibrate_final(%L)', bytes)) FROM (VALUES
	(''::bytea), ('\x01'), ('\x02000000' || decode(repeat('00', 40), 'hex')),
	('\x01000000ffffffff' || decode(repeat('00', 40), 'hex')),
	('\x01000000' || decode(repeat('00', 20), 'hex'))) AS v (bytes);
-- nor as the beginning of somebody's own aggregate
CREATE AGGREGATE spoilt(klout_signals, klout_model, timestamptz) (SFUNC = _klout_calibrate_accum, STYPE = bytea, INITCOND = '\x0100000001');
SELECT try($$SELECT spoilt(signals, klout_model(), '2026-03-31 12:00+00') FROM people$$);

-- ---------------------------------------------------------------------------
-- klout_mix
-- ---------------------------------------------------------------------------

-- by hand: weights of the last proven day 1, 0.25, 0.5 and 0.5 on two networks, and one who never was: 2.25 proven, 2.75 unproven
CREATE TABLE rated AS
SELECT target, klout_signals(network, 'like', actor, at, weight, '1 day') AS signals
FROM (VALUES (1, 'a', 1, timestamptz '2026-01-02', 1.0::float8), (1, 'a', 1, '2026-01-01', 0), (1, 'a', 2, '2026-01-02', 0.25),
	(2, 'a', 1, '2026-01-02', 0), (2, 'a', 1, '2026-01-01', 0.5), (2, 'b', 1, '2026-01-02', 0.5), (2, 'b', 2, '2026-01-02', 0)) AS v (target, network, actor, at, weight)
GROUP BY target;
SELECT klout_mix(signals) = 2.75 / 2.25::float8 AS same, klout_mix(signals) FILTER (WHERE target = 1) AS "0.75 / 1.25 is 1",
	klout_mix(signals) FILTER (WHERE target = 2) AS "2 / 1" FROM rated;
SELECT klout_mix(signals) FROM people; -- no weights: all proven
SELECT klout_mix(signals) FROM rated WHERE false;
SELECT klout_mix(NULL), klout_mix('{}'), klout_mix(klout_audience) FROM (SELECT klout_audience('n', 5, :'as_of') FROM generate_series(1, 1)) AS a;
SELECT try($$SELECT klout_mix(signals) FROM (SELECT klout_signals('n', 'like', a, now(), 0, '1 day') AS signals FROM generate_series(1, 12) AS a GROUP BY a % 5) AS p$$);
SELECT klout_model() || jsonb_build_object('mix', klout_mix(signals)) = klout_model() || '{"mix": 1.2222222222222223}' AS recipe FROM rated;
-- order and shape do not matter
CREATE AGGREGATE pairs_of(klout_signals) (SFUNC = _klout_mix_accum, STYPE = bytea);
CREATE AGGREGATE all_pairs(bytea) (SFUNC = _klout_mix_combine, STYPE = bytea);
-- the state by hand: version, proven and unproven, lowest byte first
CREATE FUNCTION pairs(proven bigint, unproven bigint) RETURNS bytea LANGUAGE sql IMMUTABLE AS $$
	SELECT '\x01' || string_agg(substr(int8send(x), i, 1), '' ORDER BY n, i DESC)
	FROM unnest(ARRAY[proven, unproven]) WITH ORDINALITY AS u (x, n), generate_series(1, 8) AS i
$$;
-- 2.25 and 2.75 of 5 pairs, in steps of 1/200
SELECT pairs_of(signals) = pairs(450, 550) AS by_hand, pairs_of(signals) FROM rated;
SELECT all_pairs(pairs), _klout_mix_final(all_pairs(pairs)) = (SELECT klout_mix(signals) FROM rated) AS same
FROM (SELECT pairs_of(signals) AS pairs FROM rated GROUP BY target UNION ALL SELECT NULL) AS p;
-- what is no state
SELECT try(format('SELECT _klout_mix_final(%L)', state)) AS final, try(format('SELECT _klout_mix_accum(%L, ''{}'')', state)) AS accum
FROM (VALUES ('\x'::bytea), ('\x01'), (pairs(1, 2) || '\x00'), (substr(pairs(1, 2), 1, 16)), (set_byte(pairs(1, 2), 0, 2)),
	(pairs(-1, 2)), (pairs(1, -2))) AS v (state);
SELECT try($$SELECT _klout_mix_combine(pairs(9223372036854775807, 0), pairs(1, 0))$$), try($$SELECT _klout_mix_combine(pairs(1, 9223372036854775807), pairs(0, 1))$$),
	try($$SELECT _klout_mix_accum(pairs(9223372036854775807, 0), signals) FROM rated$$);
SELECT _klout_mix_combine(NULL, NULL) IS NULL, _klout_mix_combine(pairs(1, 2), NULL), _klout_mix_combine(NULL, pairs(1, 2)),
	_klout_mix_accum(pairs(1, 2), NULL), _klout_mix_final(NULL) IS NULL, _klout_mix_final(pairs(0, 0)) IS NULL;
CREATE TABLE constant AS SELECT pairs(1, 2) AS pairs;
SELECT _klout_mix_accum(pairs, signals) FROM constant, rated WHERE target = 1;
SELECT pairs FROM constant;

-- ---------------------------------------------------------------------------
-- A real community
-- ---------------------------------------------------------------------------

CREATE TABLE mo_action (kind text, actor bigint, target bigint, at timestamptz);
CREATE TEMPORARY TABLE line (actor bigint, target bigint, seconds bigint);
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-a2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2q.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
\set command 'gzip -dc ' :abs_srcdir '/../demo/data/sx-mathoverflow-c2a.txt.gz'
COPY line FROM PROGRAM :'command' WITH (DELIMITER ' ');
INSERT INTO mo_action SELECT 'any', actor, target, to_timestamp(seconds) FROM line WHERE actor <> target;
ANALYZE mo_action;

-- at the end of four years
CREATE FUNCTION check_mo(as_of timestamptz, until timestamptz, OUT active bigint, OUT scale float8, OUT as_expected boolean,
	OUT p95_is_63 boolean, OUT mean float8) LANGUAGE plpgsql AS $$
DECLARE
	model klout_model;
	expected float8;
	p95 float8;
BEGIN
	CREATE TEMP TABLE mo_now AS
	SELECT target, klout_signals('mathoverflow', kind, actor, at) AS signals,
		bool_or(as_of::date - at::date BETWEEN 0 AND 89) AS active
	FROM mo_action WHERE at <= until GROUP BY target;
	SELECT klout_calibrate(signals, klout_model(), as_of) INTO model FROM mo_now;
	SELECT percentile_disc(0.95) WITHIN GROUP (ORDER BY klout_raw(signals, klout_model(), as_of)) * 37 / 63,
		percentile_disc(0.95) WITHIN GROUP (ORDER BY klout_score(signals, model, as_of)),
		avg(klout_score(signals, model, as_of)), count(*)
	INTO expected, p95, mean, active FROM mo_now WHERE mo_now.active;
	scale := scale_of(model);
	as_expected := abs(scale / expected - 1) < 3.6e-5;
	p95_is_63 := abs(p95 - 63) < 0.001;
	DROP TABLE mo_now;
END $$;
SELECT as_of::date AS day, active, round(scale::numeric, 2) AS scale, as_expected, p95_is_63, round(mean::numeric) AS mean
FROM unnest('{2010-12-31 23:59:59+00, 2012-12-31 23:59:59+00, 2013-12-31 23:59:59+00, 2016-03-06 12:00:00+00}'::timestamptz[]) AS as_of,
	check_mo(as_of, as_of);
-- later actions are not seen, though what they hide is gone
SELECT active, as_expected, p95_is_63 FROM check_mo('2013-12-31 23:59:59+00', 'infinity');

-- mix, with reactors proven as in the test mathoverflow, and the other way
-- round, which gives a mix above 1
CREATE TABLE mo_weight AS
SELECT actor, CASE WHEN date '2013-12-31' - min(at::date) >= 30 AND count(DISTINCT target) >= 2 THEN 1 ELSE 0 END AS weight
FROM mo_action WHERE at <= '2013-12-31 23:59:59+00' GROUP BY actor;
CREATE TABLE mo_pair AS
SELECT target, count(*) AS reactors, sum(weight) AS proven
FROM (SELECT DISTINCT actor, target FROM mo_action WHERE at <= '2013-12-31 23:59:59+00') AS p JOIN mo_weight USING (actor) GROUP BY target;
CREATE TABLE mo_proven AS
SELECT target, klout_signals('mathoverflow', kind, actor, at, weight, '1 day') AS signals,
	klout_signals('mathoverflow', kind, actor, at, 1 - weight, '1 day') AS opposite
FROM mo_action JOIN mo_weight USING (actor) WHERE at <= '2013-12-31 23:59:59+00' GROUP BY target;
-- exact where all reactors are known, within 1 % for everybody
SELECT count(*) AS people, klout_mix(signals) AS mix, klout_mix(opposite) = sum(proven)::float8 / sum(reactors - proven) AS same
FROM mo_proven JOIN mo_pair USING (target) WHERE reactors <= 256;
SELECT count(*) AS people, klout_mix(signals) AS mix, round((sum(proven) / sum(reactors - proven))::numeric, 1) AS expected,
	abs(klout_mix(opposite) / (sum(proven)::float8 / sum(reactors - proven)) - 1) < 0.01 AS near
FROM mo_proven JOIN mo_pair USING (target);
-- the whole recipe: first mix, then scale
SELECT abs(klout_percentile(klout_population(klout_score(signals, model, '2013-12-31 23:59:59+00')), 0.95) - 63) < 0.005 AS p95_is_63
FROM mo_proven, (SELECT klout_calibrate(signals, mixed, '2013-12-31 23:59:59+00') AS model
	FROM mo_proven, (SELECT klout_model('strict') || jsonb_build_object('mix', klout_mix(opposite)) AS mixed FROM mo_proven) AS m) AS c
WHERE target IN (SELECT target FROM mo_action WHERE date '2013-12-31' - at::date BETWEEN 0 AND 89);

RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA calibrate CASCADE;
