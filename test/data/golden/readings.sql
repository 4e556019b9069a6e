-- What is read from stored values, to the last bit: one text for each, as script/golden records it and
-- test/t/056_golden.pl compares it. Only functions with a moment and a model, so nothing depends on
-- when it is read.

CREATE FUNCTION bits(number float8) RETURNS text IMMUTABLE LANGUAGE sql
RETURN coalesce(encode(float8send(number), 'hex'), 'null');

CREATE FUNCTION readings(value klout_signals) RETURNS text STABLE LANGUAGE sql
RETURN (
	WITH moments AS (
		SELECT model, klout_model(model) AS m, at
		FROM unnest('{default, hour, strict}'::text[]) AS model,
			 unnest('{2020-06-01 00:00+00, 2026-03-31 14:00+00, 2030-01-01 00:00+00}'::timestamptz[]) AS at)
	SELECT format('actions %s, reactors %s, twice %s', klout_count(value), bits(klout_reactors(value)),
				  md5(_klout_signals_send(value || value)))
		   || (SELECT format(', entries %s', md5(string_agg(format('%s %s %s %s', network, kind, extract(epoch FROM bucket), actions),
															  E'\n' ORDER BY network COLLATE "C", kind COLLATE "C", bucket)))
			   FROM klout_entries(value))
		   || (SELECT format(', sample %s', md5(string_agg(format('%s %s %s %s %s', network, actor_hash, extract(epoch FROM last_at), kinds, bits(weight)),
															 E'\n' ORDER BY network COLLATE "C", actor_hash, last_at)))
			   FROM klout_reactor_sample(value))
		   || string_agg(format('; %s %s: score %s, reach %s, consistency %s, amplification %s, features %s, points %s',
								model, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24'),
								bits(klout_score(value, m, at)), bits(klout_reach(value, m, at)),
								bits(klout_consistency(value, m, at)), bits(klout_amplification(value, m, at)),
								(SELECT string_agg(bits(f), ' ' ORDER BY n) FROM unnest(klout_features(value, m, at)) WITH ORDINALITY AS u (f, n)),
								(SELECT md5(string_agg(format('%s %s %s', part, network, bits(points)), E'\n' ORDER BY part COLLATE "C", network COLLATE "C"))
								 FROM klout_explain(value, m, at))),
						 '' ORDER BY model COLLATE "C", at)
	FROM moments);

CREATE FUNCTION readings(value klout_model) RETURNS text STABLE LANGUAGE sql
RETURN (
	SELECT format('fingerprint %s, json %s, scores %s', klout_fingerprint(value), md5(value::jsonb::text),
				  string_agg(bits(klout_score(s, value, '2026-03-31 14:00+00')), ' ' ORDER BY n))
	FROM (SELECT n, klout_signals('n' || g % 3, 'k' || g % 4, g::bigint, '2026-03-31 12:00+00'::timestamptz - g % 40 * interval '11 hours', g % 201 / 200.0, '1 day')
					|| klout_audience('n1', 1000, '2026-01-01 00:00+00') || klout_posts('n2', '2026-03-30 00:00+00')
		  FROM unnest('{1, 10, 100}'::int[]) AS n, generate_series(1, n) AS g
		  GROUP BY n) AS v (n, s));

CREATE FUNCTION readings(value klout_population) RETURNS text STABLE LANGUAGE sql
RETURN (
	SELECT format('people %s, median %s, top %s, at or below 50 %s, rank of 50 %s, histogram %s, twice %s', klout_count(value),
				  bits(klout_percentile(value, 0.5)), bits(klout_cutoff(value, 0.05)), bits(klout_cume_dist(value, 50)),
				  klout_rank(value, 50), string_agg(people::text, ' ' ORDER BY low), md5(_klout_population_send(value || value)))
	FROM klout_histogram(value, 20));
