-- The values of a release, of every type and shape, as rows (type, name, bytes, text, readings): written
-- by script/golden, after readings.sql. Nothing is drawn at random.

CREATE VIEW signals (name, value) AS
	SELECT 'empty', '{}'::klout_signals
	UNION ALL SELECT 'one like', klout_signals('twitter', 'like', 1::bigint, '2026-03-31 12:00+00')
	UNION ALL SELECT 'one of a text', klout_signals('forum', 'reply', 'ada'::text, '2026-03-31 12:00+00')
	UNION ALL SELECT 'one of a uuid', klout_signals('forum', 'reply', '00112233-4455-6677-8899-aabbccddeeff'::uuid, '2026-03-31 12:00+00')
	UNION ALL SELECT 'one unproven', klout_signals('forum', 'like', 1::bigint, '2026-03-31 12:00+00', 0, '1 day')
	UNION ALL SELECT 'before 1970', klout_signals('forum', 'like', 1::bigint, '1969-12-31 23:59:59+00')
	UNION ALL SELECT 'audience only', klout_audience('forum', 9007199254740993, '2026-03-31 00:00:00.000001+00')
	UNION ALL SELECT 'posts only', klout_posts('forum', at)
		FROM generate_series(timestamptz '2026-03-01 00:00+00', '2026-03-31 00:00+00', interval '36 hours') AS at
	UNION ALL SELECT 'hours', klout_signals('forum', 'k' || g % 3, g, timestamptz '2026-03-31 14:00+00' - g * g * interval '1 minute', g % 5 / 4.0, '1 hour')
		FROM generate_series(1::bigint, 100) AS g
	UNION ALL SELECT 'names', klout_signals(repeat('n', g), repeat('é', g % 31 + 1), g::text, timestamptz '2026-03-31 14:00+00' - g * interval '1 day')
		FROM generate_series(1, 63) AS g
	UNION ALL SELECT 'kinds', klout_signals('forum', 'kind' || g % 64, g, timestamptz '2026-03-31 14:00+00' - g % 7 * interval '1 day')
		FROM generate_series(1::bigint, 256) AS g
	UNION ALL SELECT 'repeats', klout_signals('forum', (ARRAY['like', 'reply', 'share'])[1 + g % 3], g % 20, timestamptz '2026-03-31 14:00+00' - g * interval '5 hours', g % 3 / 2.0, '1 day')
		FROM generate_series(1::bigint, 2000) AS g
	UNION ALL SELECT 'a crowd', klout_signals('forum', 'like', g, timestamptz '2026-03-31 14:00+00' - g % 90 * interval '1 day', (g % 7 = 0)::int, '1 day')
		FROM generate_series(1::bigint, 5000) AS g
	UNION ALL SELECT 'all at once', klout_signals('n' || g % 2, 'k' || g % 5, g * 1000003, timestamptz '2026-03-31 14:00+00' - g % 400 * interval '17 hours', g % 201 / 200.0, '1 day')
			|| klout_posts('n0', timestamptz '2026-03-01 00:00+00' + g % 30 * interval '1 day')
			|| klout_audience('n2', g, timestamptz '2026-01-01 00:00+00' + g * interval '1 minute')
		FROM generate_series(1::bigint, 1500) AS g;

CREATE VIEW models (name, value) AS
	SELECT name, klout_model(name) FROM unnest('{default, hour, strict}'::text[]) AS name
	UNION ALL SELECT 'weights', klout_model() || '{"networks": {"n0": 2, "n1": 0.5, "é": 0}, "kinds": {"k1": 3, "k2": 0}}'
	UNION ALL SELECT 'every key', klout_model() || '{
		"reach_half_life": "7 days 1 us", "consistency_half_life": "100 days", "unproven_cap": 0.3, "consistency_cap": 7, "mix": 1.0000000000000002,
		"reach_weight": 0.1, "consistency_weight": 2, "audience_weight": 0.3, "audience_cap": 0.7, "activity_weight": 0.25, "scale": 12.345678901234567,
		"calibrate_share": 0.1, "calibrate_score": 70, "active_days": 30}';

CREATE VIEW populations (name, value) AS
	SELECT 'empty', '{}'::klout_population
	UNION ALL SELECT 'one', klout_population(50)
	UNION ALL SELECT 'ends', klout_population(score) FROM unnest('{0, 0.005, 99.995, 100}'::float8[]) AS score
	UNION ALL SELECT 'sparse', klout_population(g * g % 997 / 10.0) FROM generate_series(1, 500) AS g
	UNION ALL SELECT 'dense', klout_population(g * 37 % 10001 / 100.0) FROM generate_series(1, 30000) AS g;

CREATE VIEW golden (type, name, bytes, text, readings) AS
	SELECT 'klout_signals', name, encode(_klout_signals_send(value), 'hex'), value::text, readings(value) FROM signals
	UNION ALL SELECT 'klout_model', name, encode(_klout_model_send(value), 'hex'), value::text, readings(value) FROM models
	UNION ALL SELECT 'klout_population', name, encode(_klout_population_send(value), 'hex'), value::text, readings(value) FROM populations;
