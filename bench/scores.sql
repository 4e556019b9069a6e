-- Job scores: everybody's score by klout_scores, against the least a GROUP BY with that many groups
-- costs, against the aggregate, against the same score written in SQL, and against DuckDB on a table of
-- its own.  All sides see the same rows, and klout_scores must give the aggregate's bits.

\ir lib/actions.sql
\ir lib/score_by_hand.sql

CREATE OR REPLACE FUNCTION bench.scores_of(relation text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
    SELECT format('SELECT * FROM klout_scores(%L)', 'SELECT network, kind, actor, target, at FROM ' || relation)
$$;

CREATE OR REPLACE FUNCTION bench.check_scores(relation text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    holds boolean;
BEGIN
    EXECUTE format('SELECT bool_and((ours.score = theirs.score) IS TRUE)
                    FROM klout_scores(%L) AS ours
                    FULL JOIN (SELECT target, klout_score(network, kind, actor, at) AS score FROM %s GROUP BY target) AS theirs
                        ON ours.person = theirs.target',
                   'SELECT network, kind, actor, target, at FROM ' || relation, relation) INTO holds;
    PERFORM bench.check('klout_scores and klout_score give the same (' || relation || ')', holds);
END
$$;

SELECT bench.warm('skewed');
SELECT bench.check_scores('skewed');
SELECT bench.compare(job => 'scores, ' || :'size' || ', skewed', against => 'count(*)', at_most => 0.6,
    ours => bench.scores_of('skewed'),
    theirs => 'SELECT target, count(*) FROM skewed GROUP BY target');
SELECT bench.compare(job => 'scores, ' || :'size' || ', skewed', against => 'klout_score, GROUP BY', at_least => 4,
    ours => bench.scores_of('skewed'),
    theirs => 'SELECT target, klout_score(network, kind, actor, at) FROM skewed GROUP BY target');
SELECT bench.compare(job => 'scores, ' || :'size' || ', skewed', against => 'by hand in SQL', at_least => 10,
    ours => bench.scores_of('skewed'),
    theirs => 'SELECT target, score FROM bench.score_by_hand');

-- The same in little memory: to temporary files, with the same bits
CREATE OR REPLACE FUNCTION bench.scores_digest(work_mem text, OUT digest text, OUT spilled bigint)
LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('work_mem', work_mem, true), set_config('hash_mem_multiplier', '1', true);
    SELECT md5(string_agg(s::text, ',')) INTO digest
    FROM (SELECT * FROM klout_scores('SELECT network, kind, actor, target, at FROM skewed', as_of => '2026-01-01')) AS s;
    SELECT spilled_bytes INTO spilled FROM klout_scores_stats();
END
$$;
CREATE TEMP TABLE spilled AS
SELECT little.spilled, little.digest = ample.digest AS same
FROM bench.scores_digest('64MB') AS little, bench.scores_digest(current_setting('work_mem')) AS ample;
SELECT bench.report('scores, ' || :'size' || ', skewed', 'the same in 64 MB', round(spilled / 1048576.0) || ' MB to files', '',
                    CASE WHEN same THEN 'the same bits' ELSE 'other bits' END, 'the same bits', CASE WHEN same THEN 'yes' ELSE 'no' END)
FROM spilled;
SELECT bench.compare(job => 'scores, ' || :'size' || ', skewed, in 64 MB', against => 'itself in ample memory', at_most => 1.5,
    ours => 'SELECT FROM bench.scores_digest(''64MB'')',
    theirs => format('SELECT FROM bench.scores_digest(%L)', current_setting('work_mem')));

-- Page faults, of a call after one that does not count
CREATE OR REPLACE FUNCTION bench.faults(query text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    before bigint;
BEGIN
    PERFORM bench.explain(query);
    before := (bench.usage()).faults;
    PERFORM bench.explain(query);
    RETURN (bench.usage()).faults - before;
END
$$;
SELECT bench.report('scores, ' || :'size' || ', skewed', 'page faults', faults::text, 'at most 2000', '', 'at most 2000',
                    bench.verdict(faults <= 2000, faults, 2000))
FROM bench.faults(bench.scores_of('skewed')) AS faults;

SELECT bench.warm('uniform');
SELECT bench.check_scores('uniform');
SELECT bench.compare(job => 'scores, ' || :'size' || ', uniform', against => 'count(*)', at_most => 0.4,
    ours => bench.scores_of('uniform'),
    theirs => 'SELECT target, count(*) FROM uniform GROUP BY target');
SELECT bench.compare(job => 'scores, ' || :'size' || ', uniform', against => 'klout_score, GROUP BY', at_least => 4,
    ours => bench.scores_of('uniform'),
    theirs => 'SELECT target, klout_score(network, kind, actor, at) FROM uniform GROUP BY target');
SELECT bench.compare(job => 'scores, ' || :'size' || ', uniform', against => 'by hand in SQL', at_least => 10,
    theirs_settings => '{"enable_hashagg": "off"}',
    ours => bench.scores_of('uniform'),
    theirs => 'SELECT target, score FROM bench.score_by_hand_one_network');

-- Growth: a tenth of the people with a tenth of the rows
CREATE TABLE uniform_tenth AS
SELECT * FROM uniform WHERE abs(hashint8(target)::bigint) % 10 = 0;
VACUUM ANALYZE uniform_tenth;
SELECT bench.warm('uniform_tenth');
SELECT bench.compare(job => 'scores, ten times the rows and people, uniform', against => 'a tenth of both', at_most => 11,
    ours => bench.scores_of('uniform'),
    theirs => bench.scores_of('uniform_tenth'));
DROP TABLE uniform_tenth;

-- DuckDB: it has the rows in a table of its own, which took the time in the note; one thread each
SELECT duckdb <> '' AS there, folder || '/tmp/duckdb.csv' AS rows_file FROM bench.setting \gset
\if :there
COPY (SELECT network, kind, actor, target, at FROM skewed) TO :'rows_file' WITH (FORMAT csv);
SELECT line AS duckdb_line FROM bench.setting, bench.output_of(format('node %s %s %s; rm -f %s', duckdb, :'rows_file', runs, :'rows_file')) AS line \gset
CREATE TEMP TABLE duckdb AS SELECT :'duckdb_line'::jsonb AS result;
SELECT bench.report_times('scores, ' || :'size' || ', skewed, serial', 'DuckDB ' || (result ->> 'version') || ', its own table',
                          bench.times(bench.scores_of('skewed')), ARRAY(SELECT jsonb_array_elements_text(result -> 'times')::float8), at_least => 2)
FROM duckdb;
SELECT bench.remark(format('DuckDB''s load of the rows from a file took %s ms more.', bench.rounded((result ->> 'load')::float8))) FROM duckdb;
\else
SELECT bench.not_available('scores, ' || :'size' || ', skewed, serial', 'DuckDB, its own table', 'at least 2');
SELECT bench.remark('DuckDB: run npm install @duckdb/node-api in a folder, and give it with --duckdb.');
\endif
