-- Tests of sources: compares what klout_source reads with rows worked out by
-- hand.  Expected rows are in pg_temp.expected; actor and target have the type
-- of the system's ids.

-- Rows that are missing or too many, for each choice of kinds, in three time zones; and people whose scores differ
-- from those of the aggregates over the expected rows, by bits.  Shows nothing but what is wrong, and one line of counts.
CREATE FUNCTION pg_temp.check_source(system text, schema text, options text DEFAULT '') RETURNS SETOF text
LANGUAGE plpgsql AS
$$
DECLARE
	s record := (SELECT s FROM klout_sources() AS s WHERE s.system = check_source.system);
	choice record;
	zone text;
	query text;
	people bigint;
	wrong text;
	columns text := 'network, kind, actor, target, at, post' || CASE WHEN options LIKE '%topic%' THEN ', topic' ELSE '' END;
BEGIN
	FOREACH zone IN ARRAY '{UTC,America/New_York,Asia/Kathmandu}'::text[] LOOP
		PERFORM set_config('timezone', zone, true);
		FOR choice IN
			SELECT 'default' AS name, '' AS options, s.kinds AS kinds
			UNION ALL SELECT 'all', format(', kinds => %L', s.kinds || s.extra_kinds), s.kinds || s.extra_kinds
			UNION ALL SELECT 'only ' || k, format(', kinds => %L', ARRAY[k]), ARRAY[k] FROM unnest(s.kinds || s.extra_kinds) AS k
			UNION ALL SELECT 'without ' || k, format(', without => %L', ARRAY[k]), array_remove(s.kinds, k)
				FROM unnest(s.kinds) AS k WHERE cardinality(s.kinds) > 1
		LOOP
			EXECUTE format('SELECT klout_source(%L, %L%s)', system, schema, choice.options || options) INTO query;
			EXECUTE format($q$CREATE TEMP TABLE got AS SELECT %s FROM (%s) AS q$q$, columns, query);
			EXECUTE format($q$CREATE TEMP VIEW wanted AS SELECT %s FROM (SELECT %L::text AS network, * FROM expected) AS e WHERE kind = ANY (%L)$q$, columns, system, choice.kinds);
			RETURN QUERY
				SELECT format('%s in %s: missing %s', choice.name, zone, r) FROM (TABLE wanted EXCEPT ALL TABLE got) AS r
				UNION ALL SELECT format('%s in %s: surplus %s', choice.name, zone, r) FROM (TABLE got EXCEPT ALL TABLE wanted) AS r;
			EXECUTE format($q$
				WITH a AS (
					SELECT target AS person, klout_signals(network, kind, actor, at) AS signals FROM wanted GROUP BY target
				), scores AS (
					SELECT person, float8send(score) AS score, actions FROM klout_scores%s(%L, as_of => '2026-07-01 12:00+00')
				), sums AS (
					SELECT person, float8send(klout_score(signals, as_of => '2026-07-01 12:00+00')) AS score, klout_count(signals) AS actions FROM a
				)
				SELECT (SELECT count(*) FROM sums), (SELECT string_agg(r::text, ' ') FROM ((TABLE scores EXCEPT ALL TABLE sums) UNION ALL (TABLE sums EXCEPT ALL TABLE scores)) AS r)
				$q$, CASE s.ids WHEN 'text' THEN '_text' ELSE '' END, query) INTO people, wrong;
			IF wrong IS NOT NULL THEN
				RETURN NEXT format('%s in %s: scores %s', choice.name, zone, wrong);
			END IF;
			IF zone = 'UTC' THEN
				RETURN NEXT format('%s: %s actions, %s people', choice.name, (SELECT count(*) FROM wanted), people);
			END IF;
			DROP VIEW wanted;
			DROP TABLE got;
		END LOOP;
	END LOOP;
END
$$;
