\set ECHO none
-- Tools of tests, in the first schema of the search path: \i this file.

-- The error of a statement with detail and hint, or its first value.
CREATE FUNCTION try(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	result text;
	state text;
	message text;
	detail text;
	hint text;
BEGIN
	EXECUTE statement INTO result;
	RETURN coalesce(result, '(null)');
EXCEPTION WHEN OTHERS THEN
	GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE, message = MESSAGE_TEXT,
		detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
	RETURN concat_ws(' ', state, message, nullif('- ' || detail, '- '), nullif('- ' || hint, '- '));
END $$;

-- Hands any bytes to the receive function of a type: a bytea in binary COPY
-- is its bytes.  Gives what the value sends, or raises.
CREATE FUNCTION receive(bytes bytea, type text) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
	file text := format('%s/klout_received_%s', current_setting('data_directory'), pg_backend_pid());
	result bytea;
BEGIN
	EXECUTE format('CREATE TEMP TABLE received (value %s)', type);
	EXECUTE format('COPY (SELECT %L::bytea) TO %L (FORMAT binary)', bytes, file);
	EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
	EXECUTE format('SELECT _%s_send(value) FROM received', type) INTO result;
	DROP TABLE received;
	RETURN result;
END $$;

-- Is this in a statement's plan?  To see that a test runs what it says.
CREATE FUNCTION plan_has(statement text, pattern text, options text = 'COSTS OFF') RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
	line text;
	found boolean := false;
BEGIN
	FOR line IN EXECUTE format('EXPLAIN (%s) %s', options, statement) LOOP
		found := found OR line ~ pattern;
	END LOOP;
	RETURN found;
END $$;

-- Runs statements in parallel and serially, which must give the same; says how
-- many there were.
CREATE FUNCTION same_in_parallel(statements text[]) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
	statement text;
	serial text;
	parallel text;
	checked int := 0;
BEGIN
	FOREACH statement IN ARRAY statements LOOP
		IF NOT plan_has(statement, 'Partial .*Aggregate') THEN
			RAISE 'no partial aggregate in the plan of %', statement;
		END IF;
		EXECUTE format('SELECT string_agg(r::text, ''|'' ORDER BY r::text) FROM (%s) AS r', statement) INTO parallel;
		SET LOCAL max_parallel_workers_per_gather = 0;
		EXECUTE format('SELECT string_agg(r::text, ''|'' ORDER BY r::text) FROM (%s) AS r', statement) INTO serial;
		SET LOCAL max_parallel_workers_per_gather = 2;
		IF parallel IS DISTINCT FROM serial THEN
			RAISE 'parallel and serial differ: %', statement;
		END IF;
		checked := checked + 1;
	END LOOP;
	RETURN checked || ' plans';
END $$;
\set ECHO all
