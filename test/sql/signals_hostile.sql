-- klout_signals against its enemies: text and bytes that are no value, values
-- that are but look odd, support functions called by hand, open and toasted
-- values. Nothing may crash; what is accepted must work everywhere.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
SET client_encoding = 'UTF8';
SET timezone = 'UTC';
SET IntervalStyle = postgres;
\set seed 0.1234
\echo :seed

-- Everything that can be done with a value; NULL, or what went wrong.
CREATE FUNCTION pg_temp.exercise(s klout_signals) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	other klout_signals := _klout_signals_accum(NULL, 'n', 'k', 77, '2026-01-01');
	merged klout_signals;
	score float8;
	number float8;
BEGIN
	IF s::text::klout_signals <> s OR s::text::klout_signals::text <> s::text THEN
		RETURN 'text differs';
	END IF;
	IF NOT (s = s AND s <= s AND s >= s) OR s <> s OR s < s OR s > s OR _klout_signals_cmp(s, s) <> 0 OR
		_klout_signals_hash(s) <> _klout_signals_hash(s::text::klout_signals) OR
		_klout_signals_hash_extended(s, 7) <> _klout_signals_hash_extended(s::text::klout_signals, 7) OR
		(s < other) <> (_klout_signals_send(s) < _klout_signals_send(other)) OR
		(s = other) <> (_klout_signals_send(s) = _klout_signals_send(other)) OR
		sign(_klout_signals_cmp(s, other)) <> -sign(_klout_signals_cmp(other, s)) THEN
		RETURN 'comparison differs';
	END IF;
	IF s || '{}' <> s OR '{}' || s <> s OR s || NULL <> s OR NULL || s <> s OR _klout_signals_final(s) <> s OR
		_klout_signals_combine(s, NULL) <> s OR _klout_signals_combine(NULL, s) <> s OR
		(SELECT klout_rollup(v) FROM unnest(ARRAY[NULL, s, '{}']) AS v) <> s THEN
		RETURN 'neutral elements are not';
	END IF;
	score := klout_score(s, klout_model(), '2026-07-01');
	IF NOT (score >= 0 AND score < 100) OR
		abs(score - (SELECT coalesce(sum(points), 0) FROM klout_explain(s, klout_model(), '2026-07-01'))) > 1e-9 THEN
		RETURN 'score ' || score;
	END IF;
	PERFORM klout_score(s), klout_raw(s), klout_reach(s, 'hour'), klout_consistency(s, 'strict', '0001-01-01'),
		klout_amplification(s, klout_model() || '{"activity_weight": 1}', '294000-01-01'),
		(SELECT count(*) FROM klout_explain_change(s, other, klout_model(), '2026-01-01', '2026-07-01')),
		(SELECT count(*) FROM klout_explain_change(other, s, klout_model(), '2026-01-01', '2026-07-01', 'strict'));
	number := klout_reactors(s);
	IF number < (SELECT count(DISTINCT (network, actor_hash)) FROM klout_reactor_sample(s)) OR
		number <> (SELECT coalesce(sum(klout_reactors(s, network)), 0) FROM (SELECT DISTINCT network FROM klout_entries(s)) AS n) OR
		EXISTS (SELECT FROM klout_reactor_sample(s) WHERE NOT (inclusion > 0 AND inclusion <= 1) OR NOT (weight BETWEEN 0 AND 1) OR cardinality(kinds) < 1) THEN
		RETURN 'reactors';
	END IF;
	BEGIN
		IF klout_count(s) <> (SELECT coalesce(sum(actions), 0) FROM klout_entries(s)) OR
			klout_count(s, 'n') <> (SELECT coalesce(sum(actions), 0) FROM klout_entries(s) WHERE network = 'n') OR
			klout_count(s, 'n', 'k') <> (SELECT coalesce(sum(actions), 0) FROM klout_entries(s) WHERE network = 'n' AND kind = 'k') OR
			klout_count(s, 'n', 'k', '-infinity', 'infinity') <> klout_count(s, 'n', 'k') THEN
			RETURN 'counts';
		END IF;
		merged := s || s;
		IF klout_count(merged) <> 2 * klout_count(s) OR merged::text::klout_signals <> merged THEN
			RETURN 'twice';
		END IF;
	EXCEPTION WHEN numeric_value_out_of_range THEN
		-- more actions than a bigint has
		NULL;
	END;
	BEGIN
		merged := s || other;
		IF merged <> other || s OR merged::text::klout_signals <> merged OR
			(SELECT klout_rollup(v) FROM unnest(ARRAY[other, s]) AS v) <> merged OR
			_klout_signals_combine(s, other) <> merged OR _klout_signals_combine(other, s) <> merged THEN
			RETURN 'merging';
		END IF;
		IF _klout_signals_accum(s, 'n', 'k', 77, '2026-01-01') <> merged THEN
			RETURN 'adding';
		END IF;
		PERFORM _klout_posts_accum(s, 'n', '2026-01-01') || _klout_audience_accum(s, 'n', 1, '2026-01-01');
	EXCEPTION WHEN invalid_parameter_value OR numeric_value_out_of_range OR program_limit_exceeded THEN
		-- hours and days, too much of something
		NULL;
	END;
	RETURN NULL;
END
$$;

-- What text makes: what exercise says, or the error.
CREATE FUNCTION pg_temp.try(input text) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	s klout_signals;
	reason text;
	wrong text;
BEGIN
	BEGIN
		s := input::klout_signals;
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS reason = PG_EXCEPTION_DETAIL;
		RETURN sqlstate || ': ' || sqlerrm || CASE sqlstate WHEN '22P02' THEN coalesce(': ' || nullif(regexp_replace(reason, '^(Token|Expected|The input|Escape|Character).*', ''), ''), '') ELSE '' END;
	END;
	wrong := pg_temp.exercise(s);
	RETURN coalesce('taken, but ' || wrong, 'taken');
END
$$;

--
-- Text
--
\set network '{"actions": {"k": [20454, 1]}, "reactors": [["0123456789abcdef", 20454, 1, ["k"]]]}'
SELECT input, pg_temp.try(input) AS result
FROM unnest(ARRAY['', ' ', E'\t\n', '{}', ' {} ', '{}{}', '{} x', '{', '}', '[]', 'null', '1', '"{}"', 'true', 'NaN', '{"a": 1}',
	'{"bucket": "day"}', '{"bucket": "hour", "networks": {}}', '{"networks": {}}', '{"networks": []}', '{"networks": null}',
	'{"bucket": "week"}', '{"bucket": 1}', '{"bucket": null, "networks": {}}', '{"Bucket": "day"}', '{"networks": {"n": {}}}',
	'{"networks": {"n": 1}}', '{"networks": {"n": {"kinds": 1}}}', '{"networks": {"": {"audience": {"day": 0, "microsecond": 0, "followers": 0}}}}'])
	WITH ORDINALITY AS t (input, n) ORDER BY n;
-- one network's facts, well-formed and not
SELECT input, pg_temp.try('{"bucket": "day", "networks": {"n": ' || input || '}}') AS result
FROM unnest(ARRAY[:'network',
	-- actions without reactors and the other way round, nothing of either
	'{"actions": {"k": [20454, 1]}}', '{"reactors": []}', '{"actions": {}, "reactors": []}', '{"actions": {}, "reactors": "x", "registers": 1}',
	'{"actions": {"k": [20454, 1]}, "reactors": []}', '{"actions": {"k": []}, "reactors": []}', '{"actions": [], "reactors": []}',
	-- runs
	'{"posts": [1, 1]}', '{"posts": []}', '{"posts": [1]}', '{"posts": [1, 0]}', '{"posts": [1, -1]}', '{"posts": [1, 1, 1, 1]}', '{"posts": [2, 1, 1, 1]}',
	'{"posts": [1, 1, 2]}', '{"posts": [1.5, 1]}', '{"posts": [1, 1.5]}', '{"posts": [1.0, 1]}', '{"posts": [1e3, 1e3]}', '{"posts": ["1", 1]}', '{"posts": [null, 1]}', '{"posts": [[1, 1]]}',
	'{"posts": {"1": 1}}', '{"posts": 1}', '{"posts": [-2440588, 1]}', '{"posts": [-2440589, 1]}', '{"posts": [106762939, 1]}', '{"posts": [106762940, 1]}',
	'{"posts": [9223372036854775807, 1]}', '{"posts": [9223372036854775808, 1]}', '{"posts": [-9223372036854775809, 1]}', '{"posts": [1e400, 1]}', '{"posts": [1, 1e400]}',
	'{"posts": [1, 9223372036854775807]}', '{"posts": [1, 9223372036854775808]}', '{"posts": [1, 9223372036854775807, 2, 1]}', '{"posts": [1, 18446744073709551615]}',
	'{"posts": [1, 1e1000000]}', '{"posts": [NaN, 1]}', '{"posts": [1, Infinity]}', '{"posts": [01, 1]}', '{"posts": [+1, 1]}',
	-- an audience
	'{"audience": {"day": 0, "microsecond": 0, "followers": 0}}', '{"audience": {"day": 0, "microsecond": 0}}', '{"audience": {}}', '{"audience": null}',
	'{"audience": {"day": 0, "microsecond": 0, "followers": -1}}', '{"audience": {"day": 0, "microsecond": 86400000000, "followers": 1}}',
	'{"audience": {"day": 0, "microsecond": -1, "followers": 1}}', '{"audience": {"day": 106762939, "microsecond": 86399999999, "followers": 9223372036854775807}}',
	'{"audience": {"day": -2440588, "microsecond": 0, "followers": 9223372036854775808}}', '{"audience": {"day": 106762940, "microsecond": 0, "followers": 1}}',
	'{"audience": {"day": 0, "microsecond": 0, "followers": 0, "x": 1}}', '{"audience": {"day": 0.5, "microsecond": 0, "followers": 0}}'])
	WITH ORDINALITY AS t (input, n) ORDER BY n;
-- reactors
SELECT input, pg_temp.try('{"bucket": "day", "networks": {"n": {"actions": {"k": [20454, 2], "l": [20000, 1]}, "reactors": ' || input || '}}}') AS result
FROM unnest(ARRAY['[["0123456789abcdef", 20454, 1, ["k"]]]', '[["0123456789abcdef", 20454, 1, ["k", "l"]]]', '[["0123456789abcdef", 20454, 1, ["k", "k"]]]',
	'[["0123456789ABCDEF", 20454, 1, ["k"]]]', '[["123456789abcdef", 20454, 1, ["k"]]]', '[["00123456789abcdef", 20454, 1, ["k"]]]', '[["0123456789abcdeg", 20454, 1, ["k"]]]',
	'[["0x23456789abcdef", 20454, 1, ["k"]]]', '[["               1", 20454, 1, ["k"]]]', '[[1, 20454, 1, ["k"]]]', '[["ffffffffffffffff", 20454, 1, ["k"]]]',
	'[["0123456789abcdef", 20455, 1, ["k"]]]', '[["0123456789abcdef", -2440588, 1, ["k"]]]', '[["0123456789abcdef", -2440589, 1, ["k"]]]', '[["0123456789abcdef", -9223372036854775808, 1, ["k"]]]',
	'[["0123456789abcdef", "20454", 1, ["k"]]]', '[["0123456789abcdef", 20454, 0, ["k"]]]', '[["0123456789abcdef", 20454, 0.005, ["k"]]]', '[["0123456789abcdef", 20454, 0.0050000000000000001, ["k"]]]',
	'[["0123456789abcdef", 20454, 0.001, ["k"]]]', '[["0123456789abcdef", 20454, 1.005, ["k"]]]', '[["0123456789abcdef", 20454, -0.005, ["k"]]]', '[["0123456789abcdef", 20454, 1e-400, ["k"]]]',
	'[["0123456789abcdef", 20454, 1e400, ["k"]]]', '[["0123456789abcdef", 20454, "1", ["k"]]]', '[["0123456789abcdef", 20454, 1, []]]', '[["0123456789abcdef", 20454, 1, ["m"]]]',
	'[["0123456789abcdef", 20454, 1, [1]]]', '[["0123456789abcdef", 20454, 1, "k"]]', '[["0123456789abcdef", 20454, 1]]', '[["0123456789abcdef", 20454, 1, ["k"], 1]]', '[[]]', '[1]', '{}', '1', '[]',
	'[["0123456789abcdef", 20454, 1, ["k"]], ["0123456789abcdef", 20454, 1, ["k"]]]', '[["0123456789abcdef", 20454, 1, ["k"]], ["0123456789abcdee", 20454, 1, ["k"]]]',
	'[["0000000000000000", 20454, 1, ["k"]], ["0000000000000001", 20454, 1, ["k"]], ["0000000000000002", 20454, 1, ["k"]]]',
	'[["0000000000000000", 20454, 1, ["k"]], ["0000000000000001", 20454, 1, ["k"]], ["0000000000000002", 20454, 1, ["k"]], ["0000000000000003", 20454, 1, ["k"]]]'])
	WITH ORDINALITY AS t (input, n) ORDER BY n;
-- unproven ones, with three actions in all and one proven reactor
SELECT input, pg_temp.try('{"bucket": "day", "networks": {"n": {"actions": {"k": [20454, 3]}, "reactors": [["0123456789abcdef", 20454, 1, ["k"]]], "unproven": ' || input || '}}}') AS result
FROM unnest(ARRAY['[["0123456789abcdef", 20454, ["k"]]]', '[["0123456789abcdef", -2440588, ["k"]]]', '[["0123456789abcdef", -2440589, ["k"]]]', '[["0123456789abcdef", 20455, ["k"]]]',
	'[["0123456789abcdef", 20454, 0, ["k"]]]', '[["0123456789abcdef", 20454, ["l"]]]', '[["0123456789abcdef", 20454, []]]', '[["0123456789abcdef", 20454]]', '[["0123456789abcdeg", 20454, ["k"]]]',
	'[["0123456789abcdef", 20454.5, ["k"]]]', '[["0123456789abcdef", 20454, "k"]]', '[]', '{}', '1', 'null', '[[]]', '[["0123456789abcdef", 20454, ["k"]]], "unproven_registers": "00"',
	'[["0123456789abcdef", 20454, ["k"]], ["0123456789abcdef", 20454, ["k"]]]', '[["0123456789abcdef", 20454, ["k"]], ["f123456789abcdef", 20454, ["k"]]]', '[["f123456789abcdef", 20454, ["k"]], ["0123456789abcdef", 20454, ["k"]]]',
	'[["0000000000000000", 20454, ["k"]], ["0000000000000001", 20454, ["k"]], ["0000000000000002", 20454, ["k"]]]'])
	WITH ORDINALITY AS t (input, n) ORDER BY n;
-- and none but unproven ones, and their registers alone
SELECT input, pg_temp.try('{"bucket": "day", "networks": {"n": {' || input || '}}}') AS result
FROM unnest(ARRAY['"actions": {"k": [20454, 1]}, "unproven": [["0123456789abcdef", 20454, ["k"]]]', '"unproven": [["0123456789abcdef", 20454, ["k"]]]', '"posts": [1, 1], "unproven": []',
	'"posts": [1, 1], "unproven_registers": "00"', '"actions": {"k": [20454, 1]}, "reactors": [["0123456789abcdef", 20454, 1, ["k"]]], "unproven_registers": "00"',
	'"actions": {"k": [20454, 1]}, "unproven": [["0123456789abcdef", 20454, ["k"]]], "registers": "00"', '"actions": {"k": [20454, 1]}, "reactors": [], "unproven": [["0123456789abcdef", 20454, ["k"]]]'])
	WITH ORDINALITY AS t (input, n) ORDER BY n;
-- keys given twice: the last counts, as in jsonb
SELECT pg_temp.try(format('{"bucket": "hour", "bucket": "day", "networks": {"n": 1, "n": %s}}', :'network'));
SELECT format('{"bucket": "hour", "bucket": "day", "networks": {"n": 1, "n": %s}}', :'network')::klout_signals =
	format('{"bucket": "day", "networks": {"n": %s}}', :'network')::klout_signals AS same;
-- names
SELECT left(input, 20) AS input, pg_temp.try('{"bucket": "day", "networks": {' || input || ': ' || :'network' || '}}') AS result
FROM unnest(ARRAY['"' || repeat('n', 63) || '"', '"' || repeat('n', 64) || '"', '"' || repeat('é', 31) || '"', '"' || repeat('é', 32) || '"',
	'"a\u0000b"', '"\ud800"', '"\ud83d\udc26"', '"\u0001\"\\\u001f\t\n b\u007f"'])
	WITH ORDINALITY AS t (input, n) ORDER BY n;
-- too many of them; networks in any order
CREATE FUNCTION pg_temp.many(networks int, kinds int) RETURNS text
	LANGUAGE sql AS
$$
SELECT jsonb_build_object('bucket', 'day', 'networks', jsonb_object_agg('n' || n, jsonb_build_object(
	'actions', (SELECT jsonb_object_agg('k' || k, jsonb_build_array(20454, 1)) FROM generate_series(1, kinds) AS k),
	'reactors', jsonb_build_array(jsonb_build_array('0123456789abcdef', 20454, 1, (SELECT jsonb_agg('k' || k) FROM generate_series(1, kinds) AS k))))))::text
FROM generate_series(1, networks) AS n
$$;
SELECT pg_temp.try(pg_temp.many(255, 1)), pg_temp.try(pg_temp.many(256, 1)), pg_temp.try(pg_temp.many(2, 64)), pg_temp.try(pg_temp.many(1, 65));
-- more reactors than a sample has, a sample without its registers, registers of the wrong length and digits
CREATE FUNCTION pg_temp.sample(reactors int, registers text) RETURNS text
	LANGUAGE sql AS
$$
SELECT format('{"bucket": "day", "networks": {"n": {"actions": {"k": [20454, 1000]}, "reactors": [%s]%s}}}',
	string_agg(format('["%s", 20454, 1, ["k"]]', lpad(to_hex(r), 16, '0')), ', ' ORDER BY r), ', "registers": "' || registers || '"')
FROM generate_series(1, reactors) AS r
$$;
-- the same of unproven ones
CREATE FUNCTION pg_temp.unproven(sample text) RETURNS text
	LANGUAGE sql AS $$ SELECT replace(replace(replace(sample, ', 1, ["k"]', ', ["k"]'), '"reactors"', '"unproven"'), '"registers"', '"unproven_registers"') $$;
SELECT pg_temp.try(pg_temp.sample(256, NULL)) AS full, pg_temp.try(pg_temp.sample(257, repeat('00', 768))) AS sampled;
SELECT pg_temp.try(pg_temp.sample(257, NULL));
SELECT pg_temp.try(pg_temp.sample(256, repeat('00', 768)));
SELECT pg_temp.try(pg_temp.sample(258, repeat('00', 768)));
SELECT pg_temp.try(pg_temp.sample(257, repeat('00', 767)));
SELECT pg_temp.try(pg_temp.sample(257, repeat('00', 769)));
SELECT pg_temp.try(pg_temp.sample(257, repeat('00', 767) || '0G'));
-- 55 is the largest: 0x37 in the low six bits of the first byte; 56 is 0x38
SELECT pg_temp.try(pg_temp.sample(257, '37' || repeat('00', 767))), pg_temp.try(pg_temp.sample(257, '38' || repeat('00', 767)));
SELECT pg_temp.try(pg_temp.unproven(pg_temp.sample(256, NULL))) AS full, pg_temp.try(pg_temp.unproven(pg_temp.sample(257, repeat('00', 768)))) AS sampled;
SELECT pg_temp.try(pg_temp.unproven(pg_temp.sample(257, NULL)));
SELECT pg_temp.try(pg_temp.unproven(pg_temp.sample(258, repeat('00', 768))));
SELECT pg_temp.try(pg_temp.unproven(pg_temp.sample(257, '38' || repeat('00', 767))));
-- nesting, length
SELECT pg_temp.try(repeat('{"networks":', 100) || '1' || repeat('}', 100));
SELECT pg_temp.try('{"bucket": ' || repeat('[', 200) || repeat(']', 200) || '}');
SELECT left(pg_temp.try(repeat('{"networks":', 100000)), 30), left(pg_temp.try(repeat('[', 100000)), 30);
SELECT pg_temp.try('{"networks": "' || repeat('x', 3000000) || '"}');
SELECT pg_temp.try('{"bucket": "day", "networks": {"n": {"posts": [' || string_agg(n || ', 1', ', ') || ']}}}') FROM generate_series(1, 100000) AS n;

-- a value with everything
CREATE TEMP TABLE rich AS
SELECT klout_signals('n' || g % 2, (ARRAY['k', 'l', 'é'])[1 + g % 3], g::bigint, timestamptz '2026-01-01' - g % 7 * interval '30 days', CASE WHEN g % 4 > 0 THEN g % 201 / 200.0 ELSE 0 END, '1 day') ||
	klout_posts('n0', timestamptz '2026-01-01' - g % 3 * interval '1 day') || klout_audience('n1', g, '2026-01-01 01:02:03.456789') AS s
FROM generate_series(1, 12) AS g;
SELECT pg_temp.try(s::text) FROM rich;
-- cut short anywhere
SELECT count(*) > 500 AS lengths, string_agg(DISTINCT left(result, 5), ' ') AS results
FROM rich, generate_series(0, length(s::text) - 1) AS n, pg_temp.try(left(s::text, n)) AS result;

-- Random damage: a piece replaced, repeated, lost; always a value that works or
-- an error about the input.
SELECT setseed(:seed);
CREATE FUNCTION pg_temp.damaged(input text) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	at int;
	pieces text[] := ARRAY['', '{', '}', '[', ']', ',', '"', ':', '0', '-1', '1', '1e9', '9223372036854775807', 'null', '1.5', '\u0000', '"k"', '[]', '{}', 'é', ' ',
		'20454', '"reactors"', '"unproven"', '"actions"', '"posts": [1, 1], ', '"bucket": "hour", ', 'true', '99999999999999999999', '"n0": ', '1e-5'];
BEGIN
	FOR i IN 1 .. 1 + (random() * 2)::int LOOP
		at := 1 + (random() * length(input))::int;
		input := CASE (random() * 5)::int
			WHEN 0 THEN overlay(input PLACING pieces[1 + (random() * (cardinality(pieces) - 1))::int] FROM at FOR (random() * 5)::int)
			WHEN 1 THEN overlay(input PLACING substr(input, (random() * length(input))::int, (random() * 20)::int) FROM at FOR 0)
			WHEN 2 THEN overlay(input PLACING chr(1 + (random() * 300)::int) FROM at FOR 1)
			WHEN 3 THEN overlay(input PLACING (random() * 9)::int::text FROM at FOR 1)
			WHEN 4 THEN overlay(input PLACING (random() * 9)::int::text FROM at FOR 1)
			ELSE overlay(input PLACING '' FROM at FOR (random() * 30)::int) END;
	END LOOP;
	RETURN input;
END
$$;
CREATE TEMP TABLE damage AS
SELECT damaged, pg_temp.try(damaged) AS result FROM rich, generate_series(1, 4000) AS n, pg_temp.damaged(s::text || repeat('', n)) AS damaged;
SELECT count(*) AS cases, count(*) FILTER (WHERE result = 'taken') > 50 AS some_taken FROM damage;
-- anything else than these is a bug
SELECT damaged, result FROM damage
WHERE result <> 'taken' AND result !~ '^(22P02|22P05|22003|54000): (invalid input|unknown key|unsupported Unicode|value overflows numeric format)' ORDER BY damaged LIMIT 5;
-- errors of klout's name the type
SELECT result FROM damage WHERE result ~ '^22P02: ' AND result !~ 'klout_signals|for type json$' ORDER BY result LIMIT 5;

--
-- Binary: COPY in binary writes a bytea as its bytes, and reads them as what
-- the column is
--
CREATE TEMP TABLE received (s klout_signals);
CREATE FUNCTION pg_temp.receive(bytes bytea) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	file text := current_setting('data_directory') || '/klout_signals_test.bin';
	reason text;
	wrong text;
	result klout_signals;
BEGIN
	EXECUTE format('COPY (SELECT %L::bytea) TO %L WITH (FORMAT binary)', bytes, file);
	DELETE FROM received;
	BEGIN
		EXECUTE format('COPY received FROM %L WITH (FORMAT binary)', file);
	EXCEPTION WHEN OTHERS THEN
		GET STACKED DIAGNOSTICS reason = PG_EXCEPTION_DETAIL;
		RETURN sqlstate || CASE sqlstate WHEN '22P03' THEN '' ELSE ': ' || sqlerrm END || ': ' || reason;
	END;
	SELECT s INTO STRICT result FROM received;
	IF _klout_signals_send(result) <> bytes THEN
		RETURN 'taken, but bytes differ';
	END IF;
	wrong := pg_temp.exercise(result);
	RETURN coalesce('taken, but ' || wrong, 'taken');
END
$$;
SELECT pg_temp.receive(_klout_signals_send(s)) FROM rich;
-- version 1, by day (1), one network: "n", no flags, one kind: "k", day 20454
-- (zigzag 40908), once, end; one reactor: hash, 0 days before, kinds 1, weight 200
SELECT _klout_signals_send(('{"bucket": "day", "networks": {"n": ' || :'network' || '}}')::klout_signals) =
	'\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8' AS as_by_hand;
SELECT why, pg_temp.receive(bytes) AS result
FROM (VALUES
	('empty value: version, no unit, no networks', '\x01 00 00'::bytea),
	('nothing', '\x'), ('version alone', '\x01'), ('version and unit', '\x01 00'),
	('version 0', '\x00 00 00'), ('version 2', '\x02 00 00'), ('version 255', '\xff 00 00'), ('an open value', '\x81 00 00 00 0000 00000000 00000000 00000000'),
	('a unit without networks', '\x01 01 00'), ('unit 3', '\x01 03 00'), ('unit 255', '\x01 ff 00'),
	('a network that is not there', '\x01 01 01'), ('255 networks that are not there', '\x01 01 ff'),
	('a byte after the empty value', '\x01 00 00 00'), ('a byte after a value', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8 00'),
	('a second value after it', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8 01 00 00'),
	('no unit but buckets', '\x01 00 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('the same by hour', '\x01 02 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('an empty name', '\x01 01 01 00 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a name of 64 bytes', ('\x010101 40' || repeat('6e', 64) || '0001016b ccbf020100 01efcdab89674523010001c8')::bytea),
	('a name of 63 bytes', ('\x010101 3f' || repeat('6e', 63) || '0001016b ccbf020100 01efcdab89674523010001c8')::bytea),
	('a name of 255 bytes', ('\x010101 ff' || repeat('6e', 255) || '0001016b ccbf020100 01efcdab89674523010001c8')::bytea),
	('a name longer than the value', '\x01 01 01 3f 6e 00'),
	('NUL in a name', '\x01 01 01 02 6e00 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('NUL in a kind', '\x01 01 01 01 6e 00 01 01 00 ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a name that is not UTF-8: ff', '\x01 01 01 01 ff 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a name cut in a character: c3', '\x01 01 01 01 c3 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('an overlong character: c1a1', '\x01 01 01 02 c1a1 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a surrogate: eda080', '\x01 01 01 03 eda080 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a kind that is not UTF-8', '\x01 01 01 01 6e 00 01 01 80 ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a character of two bytes: c3a9', '\x01 01 01 02 c3a9 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a network twice', '\x01 00 02 01 6e 01 0000000000000000 00 00 01 6e 01 0000000000000000 00 00'),
	('networks b, a', '\x01 00 02 01 62 01 0000000000000000 00 00 01 61 01 0000000000000000 00 00'),
	('networks a, b: audiences at 0 of 0', '\x01 00 02 01 61 01 0000000000000000 00 00 01 62 01 0000000000000000 00 00'),
	('a unit with audiences alone', '\x01 01 01 01 61 01 0000000000000000 00 00'),
	('flags 4', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('flags 255', '\x01 01 01 01 6e ff 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('a network of nothing', '\x01 00 01 01 6e 00 00'),
	('an audience at -infinity', '\x01 00 01 01 6e 01 0000000000000080 00 00'),
	('an audience at infinity', '\x01 00 01 01 6e 01 ffffffffffffff7f 00 00'),
	('an audience at the first microsecond', '\x01 00 01 01 6e 01 00a01f41c17c0ffd 00 00'),
	('an audience a microsecond earlier', '\x01 00 01 01 6e 01 ff9f1f41c17c0ffd 00 00'),
	('an audience at the last microsecond', '\x01 00 01 01 6e 01 ff9fb2b35bffff7f 00 00'),
	('an audience a microsecond later', '\x01 00 01 01 6e 01 00a0b2b35bffff7f 00 00'),
	('2^63 - 1 followers', '\x01 00 01 01 6e 01 0000000000000000 ffffffffffffffff7f 00'),
	('2^63 followers', '\x01 00 01 01 6e 01 0000000000000000 80808080808080808001 00'),
	('2^64 - 1 followers', '\x01 00 01 01 6e 01 0000000000000000 ffffffffffffffffff01 00'),
	('2^64 followers', '\x01 00 01 01 6e 01 0000000000000000 80808080808080808002 00'),
	('0 followers in two bytes', '\x01 00 01 01 6e 01 0000000000000000 8000 00'),
	('an endless number of followers', '\x01 00 01 01 6e 01 0000000000000000 ffffffffffffffffffffffffffffffffff00 00'),
	('posts: day 0 (zigzag 0) once', '\x01 01 01 01 6e 02 00 01 00 00'),
	('posts: none', '\x01 01 01 01 6e 02 00 00'),
	('posts: day 0, no times', '\x01 01 01 01 6e 02 00 00 00 00'),
	('posts: day -1 (zigzag 1) once, day 0 twice', '\x01 01 01 01 6e 02 01 01 01 02 00 00'),
	('posts: not ended', '\x01 01 01 01 6e 02 00 01'),
	('posts: day 0 in two bytes', '\x01 01 01 01 6e 02 8000 01 00 00'),
	('posts: once in two bytes', '\x01 01 01 01 6e 02 00 8100 00 00'),
	('posts: the last day (106762939, zigzag 213525878)', '\x01 01 01 01 6e 02 f6cae865 01 00 00'),
	('posts: a day later', '\x01 01 01 01 6e 02 f8cae865 01 00 00'),
	('posts: the first day (-2440588, zigzag 4881175)', '\x01 01 01 01 6e 02 97f6a902 01 00 00'),
	('posts: a day earlier', '\x01 01 01 01 6e 02 99f6a902 01 00 00'),
	('posts: a step of 2^64 - 1 backwards', '\x01 01 01 01 6e 02 02 01 ffffffffffffffffff01 01 00 00'),
	('posts: 2^63 - 1 times', '\x01 01 01 01 6e 02 00 ffffffffffffffff7f 00 00'),
	('posts: 2^63 times', '\x01 01 01 01 6e 02 00 80808080808080808001 00 00'),
	('posts: 2^63 - 1 times and once more', '\x01 01 01 01 6e 02 00 ffffffffffffffff7f 01 01 00 00'),
	('0 kinds', '\x01 01 01 01 6e 00 00'),
	('65 kinds that are not there', '\x01 01 01 01 6e 00 41 01 6b'),
	('255 kinds that are not there', '\x01 01 01 01 6e 00 ff 01 6b'),
	('a kind twice', '\x01 01 01 01 6e 00 02 01 6b ccbf02 01 00 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('kinds l, k', '\x01 01 01 01 6e 00 02 01 6c ccbf02 01 00 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('kinds k, l', '\x01 01 01 01 6e 00 02 01 6b ccbf02 01 00 01 6c ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('of k 2^63 - 1', '\x01 01 01 01 6e 00 01 01 6b ccbf02 ffffffffffffffff7f 00 01 efcdab8967452301 00 01 c8'),
	('of k 2^63 - 1, of l one', '\x01 01 01 01 6e 00 02 01 6b ccbf02 ffffffffffffffff7f 00 01 6c ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('on n 2^63 - 1, on o one', '\x01 01 02 01 6e 00 01 01 6b ccbf02 ffffffffffffffff7f 00 01 efcdab8967452301 00 01 c8 01 6f 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('0 reactors', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 00'),
	('2 reactors of one action', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 02 efcdab8967452301 00 01 c8 efcdab8967452302 00 01 c8'),
	('2 reactors of two actions', '\x01 01 01 01 6e 00 01 01 6b ccbf02 02 00 02 efcdab8967452301 00 01 c8 efcdab8967452302 00 01 c8'),
	('2 reactors, out of order', '\x01 01 01 01 6e 00 01 01 6b ccbf02 02 00 02 efcdab8967452302 00 01 c8 efcdab8967452301 00 01 c8'),
	('2 reactors, the same', '\x01 01 01 01 6e 00 01 01 6b ccbf02 02 00 02 efcdab8967452301 00 01 c8 efcdab8967452301 00 01 c8'),
	('257 reactors that are not there', '\x01 01 01 01 6e 00 01 01 6b ccbf02 ff7f 00 8102 efcdab8967452301 00 01 c8'),
	('2^64 - 1 reactors', '\x01 01 01 01 6e 00 01 01 6b ccbf02 ff7f 00 ffffffffffffffffff01 efcdab8967452301 00 01 c8'),
	('hash 0', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 0000000000000000 00 01 c8'),
	('hash 2^64 - 1', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 ffffffffffffffff 00 01 c8'),
	('one day before', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 01 01 c8'),
	('2461042 days before: the first day', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 f29a9601 01 c8'),
	('2461043 days before', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 f39a9601 01 c8'),
	('2^64 - 1 days before, which is one later', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 ffffffffffffffffff01 01 c8'),
	('0 days in two bytes', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 8000 01 c8'),
	('kinds 0', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 00 c8'),
	('kinds 2 of one', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 02 c8'),
	('kinds 3 of one', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 03 c8'),
	('kinds 2^63 of one', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 80808080808080808001 c8'),
	('weight 0', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 00'),
	('weight 201', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c9'),
	('weight 255', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 ff'),
	('an unproven reactor', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 00 01'),
	('that without the number of proven ones', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01'),
	('0 proven ones and no flag', '\x01 01 01 01 6e 00 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 00 01'),
	('unproven ones and no kinds', '\x01 01 01 01 6e 04 00'),
	('posts and unproven ones and no kinds', '\x01 01 01 01 6e 06 00 01 00 00'),
	('a reactor proven and unproven in one action', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8 01 efcdab8967452301 00 01'),
	('in two actions', '\x01 01 01 01 6e 04 01 01 6b ccbf02 02 00 01 efcdab8967452301 00 01 c8 01 efcdab8967452301 00 01'),
	('the proven one before', '\x01 01 01 01 6e 04 01 01 6b ccbf02 02 00 01 efcdab8967452301 09 01 c8 01 efcdab8967452301 00 01'),
	('0 unproven reactors', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8 00'),
	('unproven reactors that are not there', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 01 efcdab8967452301 00 01 c8'),
	('257 unproven reactors that are not there', '\x01 01 01 01 6e 04 01 01 6b ccbf02 ff7f 00 00 8102 efcdab8967452301 00 01'),
	('258 unproven reactors', '\x01 01 01 01 6e 04 01 01 6b ccbf02 ff7f 00 00 8202 efcdab8967452301 00 01'),
	('2 unproven reactors, out of order', '\x01 01 01 01 6e 04 01 01 6b ccbf02 02 00 00 02 efcdab8967452302 00 01 efcdab8967452301 00 01'),
	('2 unproven reactors, the same', '\x01 01 01 01 6e 04 01 01 6b ccbf02 02 00 00 02 efcdab8967452301 00 01 efcdab8967452301 00 01'),
	('an unproven reactor with a weight', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 00 01 00'),
	('unproven, 2461042 days before: the first day', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 f29a9601 01'),
	('unproven, 2461043 days before', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 f39a9601 01'),
	('unproven, 2^64 - 1 days before', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 ffffffffffffffffff01 01'),
	('unproven, kinds 0', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 00 00'),
	('unproven, kinds 2 of one', '\x01 01 01 01 6e 04 01 01 6b ccbf02 01 00 00 01 efcdab8967452301 00 02')
) AS crafted (why, bytes);
-- registers: all 0 (which the text above took), 55 and 56 in the last of them, one byte fewer and more
SELECT why, pg_temp.receive(substr(whole, 1, length(whole) - 768 - less) || registers) AS result
FROM (SELECT _klout_signals_send(pg_temp.sample(257, repeat('00', 768))::klout_signals) AS whole) AS w,
	(VALUES ('all 0', 0, decode(repeat('00', 768), 'hex')), ('the last 55', 0, decode(repeat('00', 767) || 'dc', 'hex')),
		('the last 56', 0, decode(repeat('00', 767) || 'e0', 'hex')), ('all 63', 0, decode(repeat('ff', 768), 'hex')),
		('a byte fewer', 0, decode(repeat('00', 767), 'hex')), ('a byte more', 0, decode(repeat('00', 769), 'hex')), ('none', 0, ''),
		('a reactor fewer', 11, decode(repeat('00', 768), 'hex'))) AS r (why, less, registers);
-- the same of unproven ones, behind 0 proven ones
SELECT why, pg_temp.receive(substr(whole, 1, length(whole) - 768 - less) || registers) AS result
FROM (SELECT _klout_signals_send(pg_temp.unproven(pg_temp.sample(257, repeat('00', 768)))::klout_signals) AS whole) AS w,
	(VALUES ('the last 55', 0, decode(repeat('00', 767) || 'dc', 'hex')), ('the last 56', 0, decode(repeat('00', 767) || 'e0', 'hex')),
		('a byte fewer', 0, decode(repeat('00', 767), 'hex')), ('none', 0, ''), ('a reactor fewer', 10, decode(repeat('00', 768), 'hex'))) AS r (why, less, registers);
-- cut short anywhere, a byte appended
SELECT count(*) > 200 AS lengths, string_agg(DISTINCT left(result, 5), ' ') AS results
FROM rich, generate_series(0, length(_klout_signals_send(s)) - 1) AS n, pg_temp.receive(substr(_klout_signals_send(s), 1, n)) AS result;
SELECT count(*) AS bytes, string_agg(DISTINCT left(result, 5), ' ') AS results
FROM rich, generate_series(0, 255) AS byte, pg_temp.receive(set_byte(_klout_signals_send(s) || '\x00', length(_klout_signals_send(s)), byte)) AS result;
-- random damage
CREATE TEMP TABLE byte_damage AS
SELECT bytes, pg_temp.receive(bytes) AS result
FROM (SELECT set_byte(set_byte(b, (random() * (length(b) - 1))::int, (random() * 255)::int), (random() * (length(b) - 1))::int,
		CASE (random() * 3)::int WHEN 0 THEN 0 WHEN 1 THEN 255 WHEN 2 THEN 128 ELSE (random() * 255)::int END) AS bytes
	FROM (SELECT _klout_signals_send(s) AS b FROM rich) AS r, generate_series(1, 3000)) AS d;
SELECT count(*) AS cases, count(*) FILTER (WHERE result = 'taken') > 100 AS some_taken,
	count(*) FILTER (WHERE result <> 'taken' AND result NOT LIKE '22P03: Reading it failed: %.') AS others FROM byte_damage;
SELECT bytes, result FROM byte_damage WHERE result <> 'taken' AND result NOT LIKE '22P03: Reading it failed: %.' LIMIT 5;

-- soft errors, where there are any
SELECT current_setting('server_version_num')::int >= 160000 AS soft \gset
\set differ false
\if :soft
\set differ 'pg_input_is_valid(damaged, ''klout_signals'') <> (result = ''taken'')'
\endif
SELECT count(*) AS cases, count(*) FILTER (WHERE :differ) AS differ FROM damage;

--
-- Arguments of aggregates; 213503983 days 28909.551616 s are 2^64 us and a day
--
CREATE FUNCTION pg_temp.try_call(expression text) RETURNS text
	LANGUAGE plpgsql AS
$$
DECLARE
	result text;
BEGIN
	EXECUTE 'SELECT (' || expression || ')::text' INTO result;
	RETURN coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
	RETURN sqlstate || ': ' || sqlerrm;
END
$$;
SELECT call, pg_temp.try_call(call) AS result
FROM unnest(ARRAY[
	$$klout_signals('', 'k', 1::bigint, '2026-01-01')$$, $$klout_signals('n', '', 1::bigint, '2026-01-01')$$,
	$$klout_count(klout_signals(repeat('n', 63), repeat('k', 63), 1::bigint, '2026-01-01'))$$,
	$$klout_signals(repeat('n', 64), 'k', 1::bigint, '2026-01-01')$$, $$klout_signals('n', repeat('é', 32), 1::bigint, '2026-01-01')$$,
	$$klout_signals('n', 'k', 1::bigint, 'infinity')$$, $$klout_signals('n', 'k', 1::bigint, '-infinity')$$,
	$$klout_count(klout_signals('n', 'k', 1::bigint, '4714-11-24 00:00 BC'))$$, $$klout_count(klout_signals('n', 'k', 1::bigint, '294276-12-31 23:59:59.999999', 1, '1 hour'))$$,
	$$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1.0000001, '1 day')$$, $$klout_signals('n', 'k', 1::bigint, '2026-01-01', -1e-300, '1 day')$$,
	$$klout_signals('n', 'k', 1::bigint, '2026-01-01', 'NaN', '1 day')$$, $$klout_signals('n', 'k', 1::bigint, '2026-01-01', 'infinity', '1 day')$$,
	$$klout_count(klout_signals('n', 'k', 1::bigint, '2026-01-01', NULL, '1 day'))$$, $$klout_count(klout_signals('n', 'k', 1::bigint, '2026-01-01', '-0', '1 day'))$$,
	$$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, NULL)$$, $$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '1 week')$$,
	$$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '1 mon')$$, $$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '30 minutes')$$,
	$$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '-1 day')$$, $$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '0')$$,
	$$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '2147483647 days')$$, $$klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '213503983 days 28909.551616 s')$$, $$klout_count(klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '-1 day 25:00'))$$,
	$$klout_count(klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, '24 hours'))$$,
	$$klout_posts('', '2026-01-01')$$, $$klout_posts('n', 'infinity')$$, $$klout_posts('n', '2026-01-01', '2 days')$$, $$klout_posts('n', '2026-01-01', NULL)$$,
	$$klout_audience('n', -1, '2026-01-01')$$, $$klout_audience('n', 1, '-infinity')$$, $$klout_audience('n', 9223372036854775807, '2026-01-01')$$,
	$$klout_score('{}', klout_model(), 'infinity')$$, $$klout_score('{}', klout_model(), '-infinity')$$, $$klout_score(NULL::klout_signals)$$, $$klout_score('{}', NULL, '2026-01-01')$$,
	$$klout_count('{}', '')$$, $$klout_count('{}', repeat('n', 64))$$, $$klout_count('{}', 'n', NULL)$$, $$klout_reactors('{}')$$, $$klout_amplification('{}', klout_model(), '2026-01-01')$$])
	WITH ORDINALITY AS t (call, n) ORDER BY n;
-- the most kinds and networks, and one more, in one group and over workers' results
SELECT pg_temp.try_call($$SELECT klout_count(klout_signals('n', 'k' || g, 1::bigint, '2026-01-01')) FROM generate_series(1, 64) AS g$$) AS "64 kinds",
	pg_temp.try_call($$SELECT klout_count(klout_signals('n', 'k' || g, 1::bigint, '2026-01-01')) FROM generate_series(1, 65) AS g$$) AS "65 kinds",
	pg_temp.try_call($$SELECT klout_count(klout_signals('n' || g, 'k', 1::bigint, '2026-01-01')) FROM generate_series(1, 255) AS g$$) AS "255 networks",
	pg_temp.try_call($$SELECT klout_count(klout_signals('n' || g, 'k', 1::bigint, '2026-01-01')) FROM generate_series(1, 256) AS g$$) AS "256 networks",
	pg_temp.try_call($$SELECT klout_count(klout_rollup(_klout_signals_accum(NULL, 'n' || g, 'k', 1::bigint, '2026-01-01'))) FROM generate_series(1, 256) AS g$$) AS "256 rolled up",
	pg_temp.try_call($$SELECT klout_count(klout_signals('n' || g % 255, 'k' || g % 64, 1::bigint, '2026-01-01')) FROM generate_series(1, 20000) AS g$$) AS "255 times 64";
-- a topic that is new where the open value is full: its size is swept over the last bytes of 16 kB
SELECT count(*) AS cases, count(*) FILTER (WHERE klout_count(s) <> n + 1 OR s::text::klout_signals <> s OR klout_count(s, 'n', repeat('k', len)) <> 1) AS wrong
FROM generate_series(1355, 1364) AS n, generate_series(1, 60, 2) AS len,
	LATERAL (SELECT klout_signals('n', CASE WHEN g <= n THEN 'like' ELSE repeat('k', len) END, g::bigint, '2026-01-01' ORDER BY g) AS s FROM generate_series(1, n + 1) AS g) AS v;

--
-- Support functions by hand: outside an aggregate they change nothing
--
SELECT _klout_signals_accum(NULL, NULL, 'k', 1::bigint, '2026-01-01') IS NULL AS a, _klout_signals_accum(NULL, 'n', 'k', NULL::text, '2026-01-01', NULL, '1 day') IS NULL AS b,
	_klout_signals_accum(NULL, 'n', 'k', NULL::uuid, NULL, NULL, NULL) IS NULL AS c, _klout_posts_accum(NULL, NULL, NULL) IS NULL AS d,
	_klout_audience_accum(NULL, NULL, NULL, NULL) IS NULL AS e, _klout_signals_combine(NULL, NULL) IS NULL AS f, _klout_signals_final(NULL) IS NULL AS g,
	klout_merge(NULL::klout_signals, NULL) IS NULL AS h;
SELECT count(*) AS rows, bool_and(_klout_signals_accum(s, NULL, 'k', 1::bigint, '2026-01-01') = s AND _klout_posts_accum(s, NULL, NULL) = s AND
	_klout_audience_accum(s, 'n', NULL, NULL) = s) AS skipped FROM rich;
CREATE TEMP TABLE kept AS SELECT s, _klout_signals_send(s) AS bytes FROM rich;
SELECT klout_count(_klout_signals_accum(s, 'n0', 'k', 1::bigint, '2026-01-01')) - klout_count(s) AS one_more,
	klout_count(_klout_signals_accum(_klout_signals_accum(s, 'new', 'k', 'x', '2026-01-01'), 'new', 'k', '00000000-0000-0000-0000-000000000001'::uuid, '2026-01-01', 0.5, '1 day'), 'new') AS two,
	_klout_signals_combine(s, s) = s || s AS twice, klout_count(_klout_signals_combine(s, s)) - 2 * klout_count(s) AS zero,
	_klout_posts_accum(s, 'n0', '2026-01-01') <> s AS posted, _klout_audience_accum(s, 'n1', 5, '2026-01-02') <> s AS watched,
	_klout_audience_accum(s, 'n1', 5, '2025-01-01') = s AS earlier FROM kept;
SELECT _klout_signals_send(s) = bytes AS unchanged FROM kept;
SELECT call, pg_temp.try_call(call) AS result
FROM unnest(ARRAY[$$SELECT _klout_signals_accum(s, 'n', 'k', 1::bigint, '2026-01-01', 1, '1 hour') FROM rich$$, $$SELECT _klout_posts_accum(s, 'n', '2026-01-01', '1 hour') FROM rich$$,
	$$SELECT s || _klout_signals_accum(NULL, 'n', 'k', 1::bigint, '2026-01-01', 1, '1 hour') FROM rich$$,
	$$SELECT _klout_signals_combine(_klout_signals_accum(NULL, 'n', 'k', 1::bigint, '2026-01-01', 1, '1 hour'), s) FROM rich$$,
	$$SELECT klout_rollup(v) FROM rich, unnest(ARRAY[s, _klout_signals_accum(NULL, 'n', 'k', 1::bigint, '2026-01-01', 1, '1 hour')]) AS v$$,
	$$SELECT klout_count(klout_signals('n', 'k', 1::bigint, '2026-01-01', 1, v)) FROM unnest(ARRAY[interval '1 day', '1 hour']) AS v$$,
	$$SELECT _klout_signals_in(NULL) IS NULL$$, $$SELECT _klout_signals_in('{}')$$])
	WITH ORDINALITY AS t (call, n) ORDER BY n;

--
-- Aggregates of others' making: without a final function open values come out
--
CREATE AGGREGATE pg_temp.open_signals(text, text, bigint, timestamptz) (SFUNC = _klout_signals_accum, STYPE = klout_signals);
CREATE AGGREGATE pg_temp.open_posts(text, timestamptz) (SFUNC = _klout_posts_accum, STYPE = klout_signals);
CREATE AGGREGATE pg_temp.open_audience(text, bigint, timestamptz) (SFUNC = _klout_audience_accum, STYPE = klout_signals);
CREATE AGGREGATE pg_temp.open_rollup(klout_signals) (SFUNC = _klout_signals_combine, STYPE = klout_signals, INITCOND = '{}');
CREATE AGGREGATE pg_temp.begun(text, text, bigint, timestamptz) (SFUNC = _klout_signals_accum, STYPE = klout_signals, INITCOND = '{}', FINALFUNC = _klout_signals_final);
CREATE FUNCTION pg_temp.count_of(klout_signals) RETURNS bigint LANGUAGE sql IMMUTABLE RETURN klout_count($1);
CREATE AGGREGATE pg_temp.counted(text, text, bigint, timestamptz) (SFUNC = _klout_signals_accum, STYPE = klout_signals, FINALFUNC = pg_temp.count_of);
CREATE TABLE opened AS
SELECT n, open_signals AS o, closed AS c
FROM (SELECT n, pg_temp.open_signals('n' || g % 2, 'k' || g % 3, g % 400, timestamptz '2026-01-01' - g % 50 * interval '1 day'),
		klout_signals('n' || g % 2, 'k' || g % 3, g % 400, timestamptz '2026-01-01' - g % 50 * interval '1 day') AS closed
	FROM (VALUES (1), (2), (30), (500), (3000), (8000)) AS v (n), LATERAL generate_series(1, n) AS g GROUP BY n) AS a;
INSERT INTO opened SELECT 0, pg_temp.open_posts('n', '2026-01-01'), klout_posts('n', '2026-01-01');
INSERT INTO opened SELECT -1, pg_temp.open_audience('n', 7, '2026-01-01'), klout_audience('n', 7, '2026-01-01');
INSERT INTO opened SELECT -2, pg_temp.open_rollup(c), klout_rollup(c) FROM opened;
INSERT INTO opened SELECT -3, pg_temp.open_rollup(o), klout_rollup(c) FROM opened WHERE n > -2;
SELECT n, pg_column_size(o) <> pg_column_size(c) AS is_open, coalesce(pg_temp.exercise(o), 'works') AS exercise, o::text = c::text AND o = c AND _klout_signals_send(o) = _klout_signals_send(c) AND
	_klout_signals_hash(o) = _klout_signals_hash(c) AND o || '{}' = c AND '{}' || o = c AND _klout_signals_final(o) = c AND klout_score(o) = klout_score(c) AND
	klout_count(o) = klout_count(c) AND klout_reactors(o) = klout_reactors(c) AND
	_klout_signals_accum(o, 'x', 'y', 1::bigint, '2026-01-01') = _klout_signals_accum(c, 'x', 'y', 1::bigint, '2026-01-01') AND
	_klout_signals_combine(o, o) = c || c AND _klout_signals_combine(c, o) = c || c AND _klout_signals_combine(o, c) = c || c AS same
FROM opened ORDER BY n;
SELECT klout_rollup(o) = klout_rollup(c) AND klout_rollup(o) = klout_rollup(o ORDER BY n) AND klout_rollup(o) = klout_rollup(c ORDER BY n DESC) AS same FROM opened;
SELECT count(*) AS rows, count(DISTINCT v) AS distinct FROM (SELECT o AS v FROM opened UNION ALL SELECT c FROM opened) AS a;
SELECT count(*) AS joined FROM opened AS a JOIN opened AS b ON a.o = b.c;
CREATE INDEX ON opened USING hash (o);
CREATE INDEX ON opened (o) WHERE n BETWEEN 0 AND 2;
SELECT pg_temp.begun('n', 'k', g, '2026-01-01') = klout_signals('n', 'k', g, '2026-01-01') AS begun, pg_temp.counted('n', 'k', g, '2026-01-01') AS counted FROM generate_series(1, 700) AS g;
SELECT pg_temp.begun('n', 'k', g, '2026-01-01') AS begun, pg_temp.counted('n', 'k', g, '2026-01-01') AS counted FROM generate_series(1, 0) AS g;
-- as a window each row has its own, and later rows do not reach back
SELECT count(*) AS rows, count(*) FILTER (WHERE klout_count(w) = g) AS right
FROM (SELECT g, pg_temp.open_signals('n', 'k', g, '2026-01-01') OVER (ORDER BY g) AS w FROM generate_series(1, 300) AS g OFFSET 0) AS a;

--
-- Stored short, compressed, outside
--
CREATE TABLE stored (n int, filler "char", s klout_signals);
ALTER TABLE stored ALTER s SET STORAGE external;
INSERT INTO stored SELECT n, 'x', c FROM opened;
INSERT INTO stored SELECT n, 'y', o FROM opened;
ALTER TABLE stored ALTER s SET STORAGE main;
INSERT INTO stored SELECT n, 'z', o FROM opened;
ALTER TABLE stored ALTER s SET STORAGE extended;
INSERT INTO stored SELECT n, 'a', c FROM opened;
INSERT INTO stored SELECT n, 'b', o FROM opened;
SELECT count(*) AS rows, count(*) FILTER (WHERE pg_column_size(s) < 127) > 5 AS short, count(*) FILTER (WHERE pg_column_compression(s) IS NOT NULL) > 5 AS compressed,
	pg_relation_size(reltoastrelid) > 0 AS outside
FROM stored, pg_class WHERE oid = 'stored'::regclass GROUP BY reltoastrelid;
SELECT count(*) AS rows, count(*) FILTER (WHERE s = c) AS same, count(pg_temp.exercise(s)) AS wrong FROM stored JOIN opened USING (n);
SELECT filler, klout_rollup(s) = (SELECT klout_rollup(c) FROM opened) AS same, klout_rollup(s ORDER BY n DESC) = klout_rollup(s) AS order FROM stored GROUP BY filler ORDER BY filler;
SELECT count(*) AS rows, bool_and(_klout_signals_final(s) = s AND _klout_signals_combine(NULL, s) = s AND _klout_signals_combine(s, NULL) = s AND klout_merge(s, s) = _klout_signals_combine(s, s)) AS same FROM stored;
SELECT count(*) AS groups, bool_and(first = last) AS same FROM (SELECT n, min(s::text) AS first, max(s::text) AS last FROM stored GROUP BY n) AS a;
SELECT count(*) AS groups FROM (SELECT s FROM stored GROUP BY s) AS a;
DROP TABLE opened, stored;

-- the server is still there
SELECT 'well' AS server;
