-- The type klout_model: text, binary and jsonb forms, overriding, comparing.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
SET client_encoding = 'UTF8';
SET extra_float_digits = 1;
SET IntervalStyle = postgres;

-- What an expression does: its text, or the error's code and message.  A soft
-- error and a hard one read the same here on every version.
CREATE FUNCTION pg_temp.try(expression text) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	result text;
BEGIN
	EXECUTE 'SELECT (' || expression || ')::text' INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ': ' || sqlerrm;
END
$$;

-- What a model's text makes of one key.
CREATE FUNCTION pg_temp.try_key(key text, given text) RETURNS text
	LANGUAGE plpgsql AS
$$
BEGIN
	RETURN format('{"%s": %s}', key, given)::klout_model::jsonb ->> key;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ': ' || sqlerrm;
END
$$;

--
-- Presets
--
SELECT klout_model();
SELECT klout_model('default') = klout_model() AS same;
SELECT klout_model('hour');
SELECT klout_model('strict');
SELECT klout_model(E' \t\n strict \r\f ') = klout_model('strict') AS trimmed;
SELECT '{}'::klout_model = klout_model() AS same;
SELECT ' { } '::klout_model = klout_model() AS same;
SELECT klout_model('Strict');
SELECT klout_model('hours');
SELECT klout_model('');
SELECT klout_model('   ');
SELECT klout_model('"hour"');
SELECT klout_model('default {}');
SELECT klout_model('{} default');
SELECT klout_model('[]');
SELECT klout_model('null');
SELECT klout_model('1');
SELECT pg_temp.try(format('klout_model(%L)', repeat('x', 100)));
SELECT NULL::jsonb::klout_model IS NULL AS "null", NULL::klout_model IS NULL AS "null";

--
-- Every key is read, in any order, and written in one order
--
SELECT $$
{"kinds": {"reply": 2, "like": 0.5}, "active_days": 30, "calibrate_score": 50.5, "calibrate_share": 0.01,
 "networks": {"twitter": 1, "linkedin": 2, "facebook": 0},
 "scale": 12.5, "activity_weight": 0.25, "audience_cap": 7, "audience_weight": 6,
 "consistency_weight": 5, "reach_weight": 4, "mix": 3, "consistency_cap": 2.5,
 "unproven_cap": 1.5, "consistency_half_life": "2 days", "reach_half_life": "1 day"}
$$::klout_model;
-- of a key given twice the last counts, as in jsonb
SELECT '{"mix": 5, "scale": 1, "mix": 7}'::klout_model::jsonb -> 'mix' AS mix;
-- null is the default model's value
SELECT '{"mix": null, "reach_half_life": null, "networks": null, "kinds": {"a": null}}'::klout_model = klout_model() AS same;

--
-- Unknown keys, wrong JSON
--
\set VERBOSITY default
SELECT '{"half_life": 1}'::jsonb::klout_model;
SELECT klout_model() || '{"reach_half_life": "1 month"}'::jsonb;
SELECT '[1]'::jsonb::klout_model;
\set VERBOSITY terse
SELECT pg_temp.try(format('%L::klout_model', input)) AS result
FROM unnest(ARRAY[
	'{"Mix": 1}', '{"mix ": 1}', '{"": 1}', '{"preset": "hour"}', '{"k\"ey": 1}',
	'{"' || repeat('k', 200) || '": 1}',
	'{"mix": 1, "mix2": 1}',
	'{"mix": 1,}', '{mix: 1}', '{"mix" 1}', '{"mix": 1}}', '{"mix": 01}', '{"mix": NaN}',
	'{"mix": Infinity}', '{"mix": 1e}', '{''mix'': 1}', '{"mix": 1e999999}']) AS input;
-- deep nesting
SELECT pg_temp.try(format('%L::klout_model', '{"mix": ' || repeat('[', 100) || repeat(']', 100) || '}'));
SELECT pg_temp.try(format('%L::klout_model', repeat('{"networks":', 100) || '1' || repeat('}', 100)));
SELECT pg_temp.try(format('%L::klout_model', repeat('{"networks":', 100000))) LIKE '54001: stack depth%' AS too_deep;

--
-- Numbers: the same cases for every key
--
CREATE TEMP TABLE scalars (key text, low text, high text);
INSERT INTO scalars VALUES
	('unproven_cap', '0', '1e9'), ('consistency_cap', '0', '1e9'), ('mix', '1', '1e9'),
	('reach_weight', '0', '1e9'), ('consistency_weight', '0', '1e9'), ('audience_weight', '0', '1e9'),
	('audience_cap', '0', '1e9'), ('activity_weight', '0', '1e9'), ('scale', '5e-324', '1e9');
SELECT key, pg_temp.try_key(key, low)::float8 = low::float8 AS lowest,
	pg_temp.try_key(key, high) AS highest, pg_temp.try_key(key, '1000000000.0000002') AS above
FROM scalars;
SELECT key, pg_temp.try_key(key, CASE key WHEN 'mix' THEN '0.9999999999999999' WHEN 'scale' THEN '0' ELSE '-5e-324' END) LIKE
	'22023: klout_model: ' || key || ' must be a number %' AS below
FROM scalars;
SELECT pg_temp.try_key('mix', '0.9999999999999999'), pg_temp.try_key('scale', '0'), pg_temp.try_key('unproven_cap', '-1');
-- what is no number in range is refused for each of the nine keys alike
SELECT input, count(*) FILTER (WHERE pg_temp.try_key(key, input) LIKE
	'22023: klout_model: ' || key || ' must be a number %, got %') AS refused
FROM scalars, unnest(ARRAY['-1', '-1e-300', '1e10', '1e308', '1e309', '1e400', '-1e400', '"NaN"', '"nan"', '"Infinity"',
	'"-inf"', '"1"', '""', 'true', 'false', '[]', '[1]', '{}', '{"a": 1}']) AS input
GROUP BY input ORDER BY input COLLATE "C";
-- what JSON has no number for never gets that far
SELECT input, count(*) FILTER (WHERE pg_temp.try_key(key, input) LIKE '22P02: invalid input syntax for type json') AS refused
FROM scalars, unnest(ARRAY['NaN', 'Infinity', '-Infinity', 'inf', '+1', '.5', '1.', '0x10', '1_000', '1 2']) AS input
GROUP BY input ORDER BY input COLLATE "C";
-- the three of calibration have bounds of their own
SELECT key, pg_temp.try_key(key, low)::float8 = low::float8 AS lowest, pg_temp.try_key(key, high)::float8 = high::float8 AS highest,
	pg_temp.try_key(key, above) AS above, pg_temp.try_key(key, '0') AS zero
FROM (VALUES ('calibrate_share', '5e-324', '0.9999999999999999', '1'), ('calibrate_score', '5e-324', '99.99999999999999', '100'),
	('active_days', '5e-324', '3652425', '3652425.0000000005')) AS v (key, low, high, above);
SELECT input, count(*) FILTER (WHERE pg_temp.try_key(key, input) LIKE
	'22023: klout_model: ' || key || ' must be a number greater than 0 and %, got %') AS "3 refused"
FROM unnest(ARRAY['calibrate_share', 'calibrate_score', 'active_days']) AS key,
	unnest(ARRAY['-1', '1e10', '1e400', '1e-400', '-0.0', '"NaN"', '"0.5"', '"90 days"', 'true', '[]', '{}']) AS input
GROUP BY input ORDER BY input COLLATE "C";
-- negative zero, and numbers too small for a float8, are zero
SELECT pg_temp.try_key('unproven_cap', '-0.0'), pg_temp.try_key('unproven_cap', '1e-400'), pg_temp.try_key('unproven_cap', '-0');
SELECT '{"unproven_cap": -0.0}'::klout_model = '{"unproven_cap": 0}'::klout_model AS same;
SELECT '{"unproven_cap": 2.500e0}'::klout_model = '{"unproven_cap": 2.5}'::klout_model AS same;

--
-- Half-lives
--
SELECT key, input, pg_temp.try_key(key, to_jsonb(input)::text) AS half_life
FROM unnest(ARRAY['reach_half_life', 'consistency_half_life']) AS key,
	unnest(ARRAY['1 day', '1 hour', '1 minute', '1 second', '1 millisecond', '1 microsecond', '36 hours', '48 hours',
		'90 minutes', '1.5 s', '0.0005 s', '2 weeks', '1 day 1 us', '3652425 days', '87658200 hours',
		'315569519999999999 us']) WITH ORDINALITY AS i (input, n)
ORDER BY key, n;
-- any form an interval can have
SELECT input, pg_temp.try_key('reach_half_life', to_jsonb(input)::text) AS half_life
FROM unnest(ARRAY['30 days', '30 d', ' 30days ', '@ 30 days', 'P30D', 'P4W2D', 'P30DT0H', 'PT720H', '720:00:00', '30 0:0:0',
	'31 days -24 hours', 'P31DT-24H', '2592000']) WITH ORDINALITY AS i (input, n)
ORDER BY n;
-- what is no half-life; the message is the same for all
SELECT pg_temp.try_key('reach_half_life', '"-1 day"');
CREATE FUNCTION pg_temp.refused(key text, given text) RETURNS boolean
	LANGUAGE sql AS
$$
SELECT pg_temp.try_key(key, given) LIKE '22023: klout_model: ' || key ||
	' must be an interval of days and shorter units, greater than 0 and at most 3652425 days, got %'
$$;
SELECT left(input, 30) AS input, pg_temp.refused('reach_half_life', to_jsonb(input)::text)
FROM unnest(ARRAY['0 days', '0', '-1 day', '-1 us', '1 day ago', '1 day -24 hours', '1 day -25 hours', '-1 day 48 hours',
	'@ -1 hour 3 hours', '3652425 days 1 us', '3652426 days', '2147483647 days', '99999999999 days', '9223372036854775807 us',
	'99999999999999999999 us', '1 month', '1 year', '1 mon -1 day', '1 century', 'P1M', 'P1Y', '1-2', 'infinity', '-infinity',
	'', ' ', 'day', '1 fortnight', 'NaN', '30 dayz', '30 days 30 days', 'tomorrow', '30 days; x', repeat('1 day ', 100)]) WITH ORDINALITY AS i (input, n)
ORDER BY n;
SELECT input, pg_temp.refused('consistency_half_life', input)
FROM unnest(ARRAY['30', '2592000.5', '-1', '1e400', 'true', '[]', '["30 days"]', '{"days": 30}']) WITH ORDINALITY AS i (input, n)
ORDER BY n;
SELECT pg_temp.try_key('reach_half_life', '"30\u0020days"'), pg_temp.try_key('reach_half_life', '"30 days\u0000"');

--
-- Networks and kinds
--
SELECT input, pg_temp.try(format('%L::klout_model::jsonb #>> ''{networks}''', '{"networks": ' || input || '}')) AS networks
FROM unnest(ARRAY['{}', '{"b": 2, "a": 3, "ab": 4, "B": 5, "é": 6, "z": 7}', '{"a": 1}', '{"a": 1.0, "b": 0}', '{"a": null, "b": 2}',
	'{"a": -0.0}', '{"a": 1e9}', '{"a": 5e-324}', '{"a": 1, "a": 2}', '{"a": 2, "a": 1}',
	'{"": 2}', '{"a": -1}', '{"a": 1000000000.0000002}', '{"a": 1e400}', '{"a": "2"}', '{"a": true}', '{"a": []}', '{"a": {}}',
	'[]', '["a"]', '1', '"twitter"', 'true',
	'{"a\u0000b": 2}', '{"\ud800": 2}', '{"a\u0001\"\\\u001f\t\n b": 2}', '{"' || repeat('n', 63) || '": 2}',
	'{"' || repeat('n', 64) || '": 2}', '{"' || repeat('é', 31) || '": 2}', '{"' || repeat('é', 32) || '": 2}'])
	WITH ORDINALITY AS i (input, n)
ORDER BY n;
-- in the text they are sorted bytewise
SELECT '{"kinds": {"b": 2, "a": 3, "ab": 4, "B": 5, "é": 6, "z": 7}}'::klout_model;
-- names of control characters and quotes come back as they were
SELECT '{"kinds": {"a\u0001\"\\\u001f\t\n\u007f/ b": 2}}'::klout_model::text::klout_model::jsonb -> 'kinds' =
	'{"a\u0001\"\\\u001f\t\n\u007f/ b": 2}' AS same;
SELECT pg_temp.try('''{"kinds": {"reply": -1}}''::klout_model');
-- limits
CREATE FUNCTION pg_temp.many(list text, n int, weight int) RETURNS jsonb
	LANGUAGE sql AS
$$
SELECT jsonb_build_object(list, jsonb_object_agg('name ' || i, weight)) FROM generate_series(1, n) AS i
$$;
SELECT length(pg_temp.many('networks', 255, 2)::klout_model::text) > 255 * 8 AS fits;
SELECT length(pg_temp.many('kinds', 4096, 2)::klout_model::text) > 4096 * 8 AS fits;
SELECT pg_temp.many('networks', 256, 2)::klout_model;
SELECT pg_temp.many('kinds', 4097, 2)::klout_model;
SELECT pg_temp.many('networks', 300, 1)::klout_model = klout_model() AS "weights of 1 do not count";
SELECT pg_temp.many('kinds', 4096, 2)::klout_model || '{"kinds": {"one more": 3}}';
SELECT (pg_temp.many('kinds', 4096, 2)::klout_model || '{"kinds": {"one more": 3, "name 7": null}}')::jsonb #>> '{kinds,one more}' AS replaced;

--
-- Round trips: text, jsonb, binary and storage, whatever the settings
--
CREATE TEMP TABLE models (id int PRIMARY KEY, model klout_model NOT NULL);
INSERT INTO models VALUES
	(1, klout_model()), (2, 'hour'), (3, 'strict'),
	(4, '{"scale": 0.1, "mix": 1.0000000000000002, "reach_weight": 5e-324, "audience_weight": 0.30000000000000004,
		"audience_cap": 2.2250738585072014e-308, "unproven_cap": 123456789.12345679, "consistency_cap": 1e-7}'),
	(5, '{"reach_half_life": "1 us", "consistency_half_life": "315569519999999999 us"}'),
	(6, '{"networks": {"twitter": 0.1, "facebook": 0}, "kinds": {"ü\n": 3.3}}'),
	(7, pg_temp.many('networks', 255, 2)),
	(8, pg_temp.many('kinds', 4096, 3) || pg_temp.many('networks', 200, 0));
SELECT model FROM models WHERE id IN (4, 5, 6) ORDER BY id;
SELECT id, model::text::klout_model = model AS text, model::jsonb::klout_model = model AS jsonb,
	model::text::jsonb = model::jsonb AS same_json, model::jsonb::text::klout_model = model AS jsonb_text,
	klout_fingerprint(model) = left(encode(sha256(convert_to(model::text, 'UTF8')), 'hex'), 16) AS fingerprint
FROM models ORDER BY id;
CREATE TEMP TABLE texts AS SELECT id, model::text AS model, model::jsonb AS json FROM models;
SELECT m.id FROM models m JOIN texts t USING (id) WHERE m.model::text <> t.model;
SET extra_float_digits = -15;
SET IntervalStyle = sql_standard;
SELECT m.id FROM models m JOIN texts t USING (id)
WHERE m.model::text <> t.model OR m.model::jsonb <> t.json OR t.model::klout_model <> m.model OR t.json::klout_model <> m.model;
SELECT pg_temp.try_key('reach_half_life', '"-1 hour 3 hours"');
SELECT pg_temp.try_key('reach_half_life', '"31 days -24 hours"');
SET extra_float_digits = 3;
SET IntervalStyle = iso_8601;
SELECT m.id FROM models m JOIN texts t USING (id)
WHERE m.model::text <> t.model OR m.model::jsonb <> t.json OR t.model::klout_model <> m.model OR t.json::klout_model <> m.model;
SELECT pg_temp.try_key('reach_half_life', '"P1DT12H"');
RESET extra_float_digits;
SET IntervalStyle = postgres_verbose;
SELECT m.id FROM models m JOIN texts t USING (id) WHERE m.model::text <> t.model;
SET IntervalStyle = postgres;

-- the stored form of the default model: Python's
-- struct.pack('<Bqq12d', 1, 30*86400*10**6, 360*86400*10**6, 3, 2, 1, 1, 1, 0.1, 0.1, 0, 3.4, 0.05, 63, 90) and two empty lists
SELECT _klout_model_send(klout_model()) =
	'\x0100403d7f5b0200000000dff6491c000000000000000008400000000000000040000000000000f03f000000000000f03f000000000000f03f9a9999999999b93f9a9999999999b93f00000000000000003333333333330b409a9999999999a93f0000000000804f4000000000008056400000' AS same;
-- two networks (ab 0, b 2) and a kind (reply 0.5) after its numbers
SELECT substr(_klout_model_send('{"networks": {"b": 2, "ab": 0}, "kinds": {"reply": 0.5}}'), 114) AS lists;

-- Binary input: COPY in binary writes a bytea as its bytes, and reads them as
-- what the column is.
CREATE TEMP TABLE received (model klout_model);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	file text := current_setting('data_directory') || '/klout_model_test.bin';
	reason text;
	result klout_model;
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L WITH (FORMAT binary)', bytes, file);
	DELETE FROM received;
	EXECUTE format('COPY received FROM %L WITH (FORMAT binary)', file);
	SELECT model INTO STRICT result FROM received;
	IF _klout_model_send(result) <> bytes OR result::text::klout_model <> result OR
		result::jsonb::klout_model <> result OR _klout_model_send(result || '{}') <> bytes THEN
		RETURN 'taken, but not canonical';
	END IF;
	RETURN 'taken';
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS reason = PG_EXCEPTION_DETAIL;
	RETURN sqlstate || ': ' || sqlerrm || ': ' || reason;
END
$$;
SELECT id, pg_temp.receive(_klout_model_send(model)) FROM models ORDER BY id;
CREATE TEMP TABLE crafted AS
SELECT substr(_klout_model_send(klout_model()), 1, 113) AS numbers;
SELECT why, pg_temp.receive(numbers || lists) AS result
FROM crafted, (VALUES
	-- count, length, name, weight; count
	('one network, "a" 2', '\x01 01 61 0000000000000040 00'::bytea),
	('a weight of 1', '\x01 01 61 000000000000f03f 00'),
	('a weight of -0', '\x01 01 61 0000000000000080 00'),
	('a weight of -2', '\x01 01 61 00000000000000c0 00'),
	('a weight of NaN', '\x01 01 61 000000000000f87f 00'),
	('a weight of Infinity', '\x01 01 61 000000000000f07f 00'),
	('an empty name', '\x01 00 0000000000000040 00'),
	('a name with a NUL', '\x01 02 6100 0000000000000040 00'),
	('a name of Latin 1', '\x01 01 e9 0000000000000040 00'),
	('a kind of Latin 1', '\x00 01 01 e9 0000000000000040'),
	('a name of a surrogate', '\x01 03 eda080 0000000000000040 00'),
	('an overlong slash', '\x01 02 c0af 0000000000000040 00'),
	('"b" before "a"', '\x02 01 62 0000000000000040 01 61 0000000000000040 00'),
	('"a" twice', '\x02 01 61 0000000000000040 01 61 0000000000000040 00'),
	('two names, only one there', '\x02 01 61 0000000000000040 00'),
	('256 networks in no bytes', '\x8002 00'),
	('2^64 - 1 networks', '\xffffffffffffffffff01 00'),
	('a count with a byte too many', '\x8000 00'),
	('a byte left over', '\x00 00 00'),
	('no list of kinds', '\x00')) AS v (why, lists);
SELECT pg_temp.receive(''), pg_temp.receive('\x00'), pg_temp.receive('\x01'),
	pg_temp.receive(set_byte(_klout_model_send(klout_model()), 0, 2));
-- cut at every byte, and every bit flipped: taken only as what it would be
-- written as, else an error of the right class
CREATE TEMP TABLE flipped AS
SELECT _klout_model_send('{"networks": {"b": 2, "ab": 0}, "kinds": {"reply": 0.5}}') AS bytes;
SELECT count(*) AS cuts, count(*) FILTER (WHERE result LIKE '22P03: invalid binary input for type klout_model: %') AS refused
FROM flipped, generate_series(0, length(bytes) - 1) AS cut, pg_temp.receive(substr(bytes, 1, cut)) AS result;
SELECT count(*) AS flips,
	count(*) FILTER (WHERE result <> 'taken' AND result NOT LIKE '22P03: invalid binary input for type klout_model: %') AS surprises,
	count(*) FILTER (WHERE result = 'taken') > 400 AS many_taken
FROM flipped, generate_series(0, 8 * length(bytes) - 1) AS flip,
	pg_temp.receive(set_bit(bytes, flip, 1 - get_bit(bytes, flip))) AS result;
DO $$ BEGIN
	EXECUTE format('COPY (SELECT) TO PROGRAM %L', 'rm -f "' || current_setting('data_directory') || '/klout_model_test.bin"');
END $$;

-- Text cut at every character: never a model.  Text with a character replaced
-- or left out: a model that round-trips or an error of a known class.
CREATE FUNCTION pg_temp.outcome(input text) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	model klout_model;
BEGIN
	model := input::klout_model;
	RETURN CASE WHEN model::text::klout_model = model AND model::jsonb::klout_model = model
		AND model::text::klout_model::text = model::text THEN 'taken' ELSE 'does not round-trip' END;
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate;
END
$$;
CREATE TEMP TABLE whole AS
SELECT '{"networks": {"b": 2, "é": 0.5}, "kinds": {"reply": 3}, "reach_half_life": "36 hours", "scale": 1.25}'::klout_model::text AS input;
SELECT count(*) = length(min(input)) AS cuts, array_agg(DISTINCT outcome ORDER BY outcome) AS outcomes
FROM whole, generate_series(0, length(input) - 1) AS cut, pg_temp.outcome(left(input, cut)) AS outcome;
SELECT array_agg(DISTINCT outcome ORDER BY outcome) AS outcomes
FROM whole, generate_series(1, length(input)) AS place,
	unnest(ARRAY['', '"', '\', '{', '}', ',', ':', '-', '0', '9', 'e', 'x', '.', ' ', E'\x01', '€']) AS replacement,
	pg_temp.outcome(overlay(input PLACING replacement FROM place FOR 1)) AS outcome;

-- soft errors, where there are any: silent when all is as it should be
DO $$
DECLARE
	input text;
BEGIN
	IF current_setting('server_version_num')::int < 160000 THEN
		RETURN;
	END IF;
	FOREACH input IN ARRAY ARRAY['', 'hours', '{', '[]', '{"x": 1}', '{"mix": 0}', '{"mix": "NaN"}', '{"mix": 1e400}',
		'{"mix": 1e999999}', '{"reach_half_life": "1 month"}', '{"reach_half_life": "x"}', '{"networks": 1}',
		'{"networks": {"a": -1}}', '{"kinds": {"": 2}}', pg_temp.many('kinds', 4097, 2)::text] LOOP
		IF pg_input_is_valid(input, 'klout_model') THEN
			RAISE 'taken: %', input;
		END IF;
	END LOOP;
	FOREACH input IN ARRAY ARRAY['default', ' hour ', '{}', '{"mix": 2, "kinds": {"a": 2}}'] LOOP
		IF NOT pg_input_is_valid(input, 'klout_model') THEN
			RAISE 'refused: %', input;
		END IF;
	END LOOP;
END
$$;

--
-- Overriding
--
SELECT klout_model() || '{"reach_half_life": "14 days"}';
SELECT klout_model('hour') || '{"networks": {"twitter": 1, "linkedin": 2}, "kinds": {"reply": 2}}';
SELECT klout_model('hour') || '{}' = klout_model('hour') AS same;
-- name by name
SELECT ('{"networks": {"a": 2, "b": 3, "c": 4}, "kinds": {"like": 0.5, "reply": 2}}'::klout_model
	|| '{"networks": {"b": 5, "d": 6, "a": 1, "0": 7}, "kinds": {"like": null, "none": null}}')::jsonb - '{mix}'::text[]
	@> '{"networks": {"0": 7, "b": 5, "c": 4, "d": 6}, "kinds": {"reply": 2}}' AS merged;
SELECT ('{"networks": {"a": 2, "b": 3}, "kinds": {"like": 0.5}}'::klout_model || '{"networks": {"b": 1, "a": null, "c": 2}}')::jsonb -> 'networks' AS networks;
SELECT ('{"networks": {"a": 2, "b": 3}, "kinds": {"like": 0.5}}'::klout_model || '{"networks": null}')::jsonb @> '{"networks": {}, "kinds": {"like": 0.5}}' AS reset;
-- null takes every key back to the default, whatever the left side was
SELECT '{"reach_half_life": "1 hour", "consistency_half_life": "1 hour", "unproven_cap": 9, "consistency_cap": 9, "mix": 9,
	"reach_weight": 9, "consistency_weight": 9, "audience_weight": 9, "audience_cap": 9, "activity_weight": 9, "scale": 9,
	"calibrate_share": 0.9, "calibrate_score": 9, "active_days": 9, "networks": {"a": 9}, "kinds": {"a": 9}}'::klout_model
	|| '{"reach_half_life": null, "consistency_half_life": null, "unproven_cap": null, "consistency_cap": null, "mix": null,
	"reach_weight": null, "consistency_weight": null, "audience_weight": null, "audience_cap": null, "activity_weight": null,
	"scale": null, "calibrate_share": null, "calibrate_score": null, "active_days": null, "networks": null, "kinds": null}' = klout_model() AS reset;
SELECT klout_model('hour') || '{"scale": null}' || '{"reach_half_life": "3 hours"}' = klout_model('hour') || '{"scale": 3.4}' AS same;
SELECT klout_model() || '{"sclae": 2}';
SELECT klout_model() || '{"scale": 0}';
SELECT klout_model() || '{"networks": {"twitter": "2"}}';
SELECT klout_model() || '{"networks": {"": 2}}';
SELECT klout_model() || '[]';
SELECT klout_model() || 'null';
SELECT klout_model() || NULL IS NULL AS "null", NULL::klout_model || '{}' IS NULL AS "null";

--
-- Casts: both ways by assignment, never behind the back
--
CREATE TEMP TABLE cast_models (model klout_model, json jsonb);
INSERT INTO cast_models SELECT '{"mix": 2}'::jsonb, '{"mix": 2}'::klout_model;
SELECT model::jsonb = json AS same FROM cast_models;
SELECT klout_fingerprint('{}'::jsonb);

--
-- Fingerprint: sha256sum's of the texts above, and different for different recipes
--
SELECT klout_fingerprint(klout_model()), klout_fingerprint('hour'), klout_fingerprint('strict'),
	klout_fingerprint('{"kinds": {"é": 2}}');
SELECT count(DISTINCT klout_fingerprint(model)) = count(*) AS "all different" FROM models;

--
-- Comparing
--
INSERT INTO models SELECT id + 100, model::text::klout_model FROM models;
SELECT count(*), count(DISTINCT model), count(DISTINCT _klout_model_hash(model)) AS hashes,
	count(DISTINCT _klout_model_hash_extended(model, 42)) AS extended_hashes FROM models;
SELECT a.id FROM models a WHERE (_klout_model_hash_extended(model, 0) & 4294967295) <> (_klout_model_hash(model)::bigint & 4294967295);
-- exactly the order of the stored bytes
SELECT a.id, b.id FROM models a, models b
WHERE (a.model = b.model) <> (_klout_model_send(a.model) = _klout_model_send(b.model))
	OR (a.model <> b.model) <> (_klout_model_send(a.model) <> _klout_model_send(b.model))
	OR (a.model < b.model) <> (_klout_model_send(a.model) < _klout_model_send(b.model))
	OR (a.model <= b.model) <> (_klout_model_send(a.model) <= _klout_model_send(b.model))
	OR (a.model > b.model) <> (_klout_model_send(a.model) > _klout_model_send(b.model))
	OR (a.model >= b.model) <> (_klout_model_send(a.model) >= _klout_model_send(b.model))
	OR _klout_model_cmp(a.model, b.model) * _klout_model_cmp(b.model, a.model) > 0
	OR (_klout_model_cmp(a.model, b.model) = 0) <> (a.model = b.model);
-- joins and grouping by each method
SET enable_hashjoin = off;
SET enable_nestloop = off;
SELECT count(*) AS "16 twice" FROM models a JOIN models b ON a.model = b.model;
SET enable_hashjoin = on;
SET enable_mergejoin = off;
SELECT count(*) AS "16 twice" FROM models a JOIN models b ON a.model = b.model;
RESET enable_nestloop;
RESET enable_mergejoin;
SELECT sum(n) AS "16", count(*) AS "8" FROM (SELECT count(*) AS n FROM models GROUP BY model) AS g;
SELECT count(*) AS "0" FROM (SELECT model FROM models EXCEPT SELECT model FROM models) AS e;
SELECT klout_model() IS NOT DISTINCT FROM '{}' AS same;
DELETE FROM models WHERE id > 100;
CREATE UNIQUE INDEX ON models USING btree ((klout_fingerprint(model)));
CREATE INDEX models_hash ON models USING hash (model);
CREATE INDEX models_btree ON models (model) WHERE id < 8;
SET enable_seqscan = off;
SELECT id FROM models WHERE model = 'hour';
SELECT count(*) FROM models WHERE id < 8 AND model >= 'strict' AND model <= 'strict';
RESET enable_seqscan;
CREATE TEMP TABLE parted (model klout_model) PARTITION BY HASH (model);
CREATE TEMP TABLE parted_0 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TEMP TABLE parted_1 PARTITION OF parted FOR VALUES WITH (MODULUS 2, REMAINDER 1);
INSERT INTO parted SELECT model FROM models;
SELECT count(*), count(*) FILTER (WHERE model = 'hour') AS hour FROM parted;

-- kept out of line and uncompressed
ALTER TABLE models ALTER COLUMN model SET STORAGE external;
CREATE TEMP TABLE kept (LIKE models INCLUDING STORAGE);
INSERT INTO kept SELECT id, model || '{}' FROM models;
SELECT count(*), bool_and(k.model = m.model AND k.model::text = m.model::text AND
	_klout_model_hash(k.model) = _klout_model_hash(m.model) AND klout_fingerprint(k.model) = klout_fingerprint(m.model)) AS same
FROM kept k JOIN models m USING (id);
