-- Functions to measure, shared by all jobs.
--
-- A job calls bench.compare with both queries.  Their time is the "Execution Time" of EXPLAIN
-- ANALYZE, which computes every result in full and only leaves out sending rows to a client; per
-- node timing is off.  Runs alternate, ours, theirs, ours, theirs, after one of each that does not
-- count, so what else the machine does meets both.

CREATE SCHEMA bench;

-- The size of the jobs' tables, the number of runs, and the paths of alternatives outside the server, '' for
-- missing ones: GAP's program pr, a Python that has igraph, the script
-- that asks DuckDB.  Their input is in files in the folder's tmp/; its
-- src/ is a copy of the checkout.
CREATE TABLE bench.setting AS
SELECT :runs AS runs, :scale::float8 AS scale, :levels AS levels, :'gap' AS gap, :'python' AS python, :'duckdb' AS duckdb,
       :'folder' AS folder;

CREATE TABLE bench.row (
    id integer GENERATED ALWAYS AS IDENTITY,
    job text NOT NULL,
    against text NOT NULL,
    ours text NOT NULL,
    theirs text NOT NULL,
    ratio text NOT NULL,
    target text NOT NULL,
    met text NOT NULL,
    printed boolean NOT NULL DEFAULT false
);

CREATE TABLE bench.note (
    id integer GENERATED ALWAYS AS IDENTITY,
    note text NOT NULL UNIQUE
);

-- Lines of a job with its own table
CREATE TABLE bench.line (
    id integer GENERATED ALWAYS AS IDENTITY,
    line text NOT NULL
);

-- That many at full size, fewer in a quick run
CREATE FUNCTION bench.scaled(amount bigint) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT greatest(1, round(amount * scale))::bigint FROM bench.setting
$$;

-- 8000000 -> '8 M'
CREATE FUNCTION bench.amount(amount bigint) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE
        WHEN amount >= 1000000 THEN round(amount / 1e6, 1)::float8 || ' M'
        WHEN amount >= 1000 THEN round(amount / 1e3, 1)::float8 || ' k'
        ELSE amount::text
    END
$$;

CREATE FUNCTION bench.rounded(amount float8) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT round(amount::numeric, CASE WHEN amount < 10 THEN 2 WHEN amount < 100 THEN 1 ELSE 0 END)::text
$$;

CREATE FUNCTION bench.median(amounts float8[]) RETURNS float8
LANGUAGE sql IMMUTABLE AS $$
    SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) FROM unnest(amounts) AS amount
$$;

-- '1234 ms (1200 - 1300)'
CREATE FUNCTION bench.spread(times float8[], unit text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('%s %s (%s - %s)', bench.rounded(bench.median(times)), unit, bench.rounded(min(t)), bench.rounded(max(t)))
    FROM unnest(times) AS t
$$;

-- Runs a query with these settings and discards its result
CREATE FUNCTION bench.explain(query text, settings jsonb DEFAULT '{}') RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
    before jsonb;
    plan jsonb;
BEGIN
    SELECT jsonb_object_agg(key, current_setting(key)) INTO before FROM jsonb_object_keys(settings) AS key;
    PERFORM set_config(key, value, true) FROM jsonb_each_text(settings);
    EXECUTE 'EXPLAIN (ANALYZE, TIMING OFF, SUMMARY ON, FORMAT JSON) ' || query INTO plan;
    PERFORM set_config(key, value, true) FROM jsonb_each_text(before);
    RETURN plan -> 0;
END
$$;

-- CPU milliseconds and minor page faults of this process so far; NULL without /proc
CREATE FUNCTION bench.usage(OUT cpu float8, OUT faults bigint)
LANGUAGE plpgsql AS $$
DECLARE
    -- the name of the process, in parentheses, may have blanks
    fields text[] := string_to_array(regexp_replace(pg_read_file('/proc/self/stat', 0, 100000, true), '^.*\) ', ''), ' ');
BEGIN
    cpu := (fields[12]::float8 + fields[13]::float8) * 10;
    faults := fields[8];
END
$$;

-- Milliseconds of each run of a query, after a warm-up run
CREATE FUNCTION bench.times(query text) RETURNS float8[]
LANGUAGE plpgsql AS $$
DECLARE
    times float8[] := '{}';
BEGIN
    FOR run IN 0 .. (SELECT runs FROM bench.setting) LOOP
        times := times || (bench.explain(query) ->> 'Execution Time')::float8;
    END LOOP;
    RETURN times[2:];
END
$$;

CREATE FUNCTION bench.workers(workers integer) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT jsonb_build_object('max_parallel_workers_per_gather', workers)
$$;

-- Whether a run of a query spilled to disk
CREATE FUNCTION bench.spilled(plan jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT plan @? '$.**."HashAgg Batches" ? (@ > 1)'
        OR plan @? '$.**."Hash Batches" ? (@ > 1)'
        OR plan @? '$.**."Sort Space Type" ? (@ == "Disk")'
$$;

-- Number of processes of the last run of a query; null if its plan cannot tell, as for functions that run
-- queries or programs themselves
CREATE FUNCTION bench.processes(plan jsonb) RETURNS integer
LANGUAGE plpgsql AS $$
BEGIN
    IF plan @? '$.**."Function Name" ? (@ starts with "klout_authority")' THEN
        RETURN (SELECT 1 + workers FROM klout_authority_stats());
    ELSIF plan #>> '{Plan,Node Type}' = 'Function Scan' THEN
        RETURN NULL;
    END IF;
    RETURN (SELECT 1 + coalesce(max(launched::integer), 0)
            FROM jsonb_path_query(plan, '$.**."Workers Launched"') AS launched);
END
$$;

CREATE FUNCTION bench.remark(note text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO bench.note (note) VALUES (remark.note) ON CONFLICT DO NOTHING
$$;

-- Whether the target is met, and if not, by how much it is missed
CREATE FUNCTION bench.verdict(met boolean, amount numeric, goal numeric) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN met THEN 'yes' ELSE format('no, by %s %%', round(abs(amount / goal - 1) * 100)) END
$$;

-- A row of measured times; targets as for bench.compare
CREATE FUNCTION bench.report_times(job text, against text, ours_times float8[], theirs_times float8[],
                                   at_most float8 DEFAULT NULL, at_least float8 DEFAULT NULL,
                                   unit text DEFAULT 'ms',
                                   ours_cpu float8[] DEFAULT NULL, theirs_cpu float8[] DEFAULT NULL) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    ours_time numeric := bench.median(ours_times);
    theirs_time numeric := bench.median(theirs_times);
    goal numeric := coalesce(at_most, at_least);
    ratio numeric := CASE WHEN at_least IS NULL THEN ours_time / theirs_time ELSE theirs_time / ours_time END;
BEGIN
    INSERT INTO bench.row (job, against, ours, theirs, ratio, target, met)
    VALUES (job, against, bench.spread(ours_times, unit) || coalesce(', CPU ' || bench.rounded(bench.median(ours_cpu)), ''),
            bench.spread(theirs_times, unit) || coalesce(', CPU ' || bench.rounded(bench.median(theirs_cpu)), ''),
            CASE WHEN at_least IS NULL THEN format('%s x its time', round(ratio, 2))
                 ELSE format('%s x faster', round(ratio, 2)) END,
            CASE WHEN at_least IS NULL THEN format('at most %s', goal)
                 WHEN at_least = 1 THEN 'faster'
                 ELSE format('at least %s', goal) END,
            bench.verdict(CASE WHEN at_least IS NULL THEN ratio <= goal
                               WHEN at_least = 1 THEN ratio > 1
                               ELSE ratio >= goal END, ratio, goal));
END
$$;

-- One row of the table.  Exactly one of the targets is given:
--   at_most     ours takes at most so many times the time of theirs
--   at_least    ours is at least so many times faster than theirs
-- theirs_settings are those of the planner under which theirs is at its best.  A comparison of ours
-- with itself in different numbers of processes gives theirs_processes too.
CREATE FUNCTION bench.compare(job text, against text, ours text, theirs text,
                              at_most float8 DEFAULT NULL, at_least float8 DEFAULT NULL,
                              processes integer DEFAULT 1, theirs_processes integer DEFAULT NULL,
                              theirs_settings jsonb DEFAULT '{}') RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    ours_times float8[] := '{}';
    theirs_times float8[] := '{}';
    ours_cpu float8[] := '{}';
    theirs_cpu float8[] := '{}';
    used float8[];
    ours_plan jsonb;
    theirs_plan jsonb;
    title text := job;
    side text;
BEGIN
    IF num_nonnulls(at_most, at_least) <> 1 THEN
        RAISE 'give either at_most or at_least';
    END IF;

    FOR run IN 0 .. (SELECT runs FROM bench.setting) LOOP
        used := ARRAY[(bench.usage()).cpu];
        ours_plan := bench.explain(ours, bench.workers(processes - 1));
        used := used || (bench.usage()).cpu;
        theirs_plan := bench.explain(theirs,
                                     bench.workers(coalesce(theirs_processes, processes) - 1) || theirs_settings);
        IF run > 0 THEN
            ours_times := ours_times || (ours_plan ->> 'Execution Time')::float8;
            theirs_times := theirs_times || (theirs_plan ->> 'Execution Time')::float8;
            ours_cpu := ours_cpu || (used[2] - used[1]);
            theirs_cpu := theirs_cpu || ((bench.usage()).cpu - used[2]);
        END IF;
        IF bench.spilled(ours_plan) OR bench.spilled(theirs_plan) THEN
            PERFORM bench.remark(format('%s against %s: %s ran out of memory and went to disk.', job, against,
                concat_ws(' and ', CASE WHEN bench.spilled(ours_plan) THEN 'ours' END,
                          CASE WHEN bench.spilled(theirs_plan) THEN 'theirs' END)));
        END IF;
    END LOOP;

    IF theirs_processes IS NULL THEN
        title := job || CASE processes WHEN 1 THEN ', serial' ELSE format(', %s processes', processes) END;
        IF bench.processes(theirs_plan) < processes THEN
            side := 'theirs';
        END IF;
    END IF;
    IF bench.processes(ours_plan) < processes THEN
        side := concat_ws(' and ', 'ours', side);
    END IF;
    IF side IS NOT NULL THEN
        PERFORM bench.remark(format('%s against %s: %s ran in one process.', title, against, side));
    END IF;

    -- workers are other processes
    IF coalesce(theirs_processes, processes) > 1 OR processes > 1 THEN
        ours_cpu := NULL;
        theirs_cpu := NULL;
    END IF;
    PERFORM bench.report_times(title, against, ours_times, theirs_times, at_most, at_least,
                               ours_cpu => ours_cpu, theirs_cpu => theirs_cpu);
END
$$;

-- A row of a quantity other than time
CREATE FUNCTION bench.report(job text, against text, ours text, theirs text, ratio text, target text, met text)
RETURNS void
LANGUAGE sql AS $$
    INSERT INTO bench.row (job, against, ours, theirs, ratio, target, met)
    VALUES (job, against, ours, theirs, ratio, target, met)
$$;

CREATE FUNCTION bench.not_available(job text, against text, target text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO bench.row (job, against, ours, theirs, ratio, target, met)
    VALUES (job, against, '', 'not available', '', target, '')
$$;

-- Runs a program and returns the lines it prints
CREATE FUNCTION bench.output_of(command text) RETURNS SETOF text
LANGUAGE plpgsql AS $$
BEGIN
    CREATE TEMP TABLE IF NOT EXISTS output (line text);
    TRUNCATE pg_temp.output;
    EXECUTE format('COPY pg_temp.output FROM PROGRAM %L WITH (DELIMITER E''\x01'')', command);
    RETURN QUERY SELECT line FROM pg_temp.output;
END
$$;

-- A comparison is meaningful only if both sides are right
CREATE FUNCTION bench.check(what text, holds boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF holds IS NOT TRUE THEN
        RAISE 'this does not hold: %', what;
    END IF;
END
$$;

-- Brings a table or index into shared buffers; without pg_prewarm the runs that do not count must do
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pg_prewarm') AS available \gset
\if :available
CREATE EXTENSION IF NOT EXISTS pg_prewarm;
\endif

CREATE FUNCTION bench.warm(name regclass) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regproc('public.pg_prewarm') IS NOT NULL THEN
        PERFORM pg_prewarm(name);
    END IF;
END
$$;

CREATE FUNCTION bench.print(line text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO bench.line (line) VALUES (print.line)
$$;

-- The lines printed since the last call
CREATE FUNCTION bench.take_lines() RETURNS SETOF text
LANGUAGE sql AS $$
    WITH taken AS (DELETE FROM bench.line RETURNING *)
    SELECT line FROM taken ORDER BY id
$$;

CREATE FUNCTION bench.take_rows() RETURNS SETOF text
LANGUAGE sql AS $$
    WITH taken AS (UPDATE bench.row SET printed = true WHERE NOT printed RETURNING *)
    SELECT format('| %s |', concat_ws(' | ', job, against, ours, theirs, ratio, target, met)) FROM taken ORDER BY id
$$;

CREATE FUNCTION bench.take_notes() RETURNS SETOF text
LANGUAGE sql AS $$
    SELECT line
    FROM (SELECT 0, '' WHERE EXISTS (SELECT FROM bench.note)
          UNION ALL
          SELECT id, '- ' || note FROM bench.note) AS lines (id, line)
    ORDER BY id
$$;

