-- Job population: three percentiles of 10 M scores, against t-digest
-- (https://github.com/tvondra/tdigest, compression 100) and against PostgreSQL's percentile_cont.

SELECT setseed(0.37);
DROP TABLE IF EXISTS scores;
CREATE TABLE scores AS
SELECT 100 * raw / (raw + 3.4::float8) AS score
-- a realistic distribution of raw: many low values, few high ones
FROM (SELECT 12 * random() ^ 3 AS raw FROM generate_series(1, bench.scaled(10000000))) AS drawn;
VACUUM ANALYZE scores;
SELECT bench.warm('scores');

SELECT 'percentiles of ' || bench.amount(bench.scaled(10000000)) || ' scores' AS job \gset

SELECT max(abs(pair.ours - pair.exact)) AS error
FROM (SELECT klout_percentiles(klout_population(score), ARRAY[0.5, 0.95, 0.99]) AS ours,
             percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY score) AS exact
      FROM scores) AS p,
     unnest(ours, exact) AS pair (ours, exact)
\gset
SELECT bench.report(:'job' || ', error', 'percentile_disc', round(:error::numeric, 4)::text, '0', '',
    'at most 0.005', bench.verdict(:error <= 0.005 + 1e-9, :error, 0.005));

SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'tdigest') AS available \gset

\if :available

CREATE EXTENSION IF NOT EXISTS tdigest;

SELECT bench.compare(job => :'job', against => 'tdigest', at_least => 4, processes => processes,
    ours => 'SELECT klout_percentiles(klout_population(score), ARRAY[0.5, 0.95, 0.99]) FROM scores',
    theirs => 'SELECT tdigest_percentile(score, 100, ARRAY[0.5, 0.95, 0.99]) FROM scores')
FROM generate_series(1, 2) AS processes;

\else

SELECT bench.not_available(:'job', 'tdigest', 'at least 4');

\endif

SELECT bench.compare(job => :'job', against => 'percentile_cont', at_least => 10, processes => processes,
    ours => 'SELECT klout_percentiles(klout_population(score), ARRAY[0.5, 0.95, 0.99]) FROM scores',
    theirs => 'SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY score) FROM scores')
FROM generate_series(1, 2) AS processes;

-- With the default work_mem
SELECT bench.compare(job => :'job', against => 'percentile_cont in 4 MB of work_mem', at_least => 10,
    theirs_settings => '{"work_mem": "4MB"}',
    ours => 'SELECT klout_percentiles(klout_population(score), ARRAY[0.5, 0.95, 0.99]) FROM scores',
    theirs => 'SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY score) FROM scores');

SELECT bench.compare(job => :'job' || ' in one step', against => 'percentile_cont', at_least => 10,
    ours => 'SELECT klout_percentiles(score, ARRAY[0.5, 0.95, 0.99]) FROM scores',
    theirs => 'SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY score) FROM scores');
