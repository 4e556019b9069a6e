-- Job memory: the memory that HashAggregate reports for people with four actions each, and whether it
-- still works with less.

SELECT setseed(0.37);
DROP TABLE IF EXISTS sparse;
CREATE TABLE sparse AS
SELECT 'twitter' AS network,
       CASE WHEN k < 0.6 THEN 'like' WHEN k < 0.8 THEN 'share' ELSE 'reply' END AS kind,
       floor(2 * people * a)::bigint * 1000003 % 4294967291 AS actor,
       (i * 7919 % people) * 1000003 % 4294967291 AS target,
       now() - (1 - i::float8 / (4 * people)) * interval '365 days' AS at
FROM (SELECT i, people, random() AS k, random() AS a
      FROM (SELECT bench.scaled(1000000) AS people) AS size,
           generate_series(1, 4 * people) AS i) AS drawn;
VACUUM ANALYZE sparse;
SELECT bench.warm('sparse');

SELECT bench.amount(bench.scaled(1000000)) || ' people of 4 actions' AS job,
       $$SELECT target, klout_signals(network, kind, actor, at) FROM sparse GROUP BY target$$ AS ours
\gset
SET enable_sort = off;

SELECT max((memory #>> '{}')::float8) * 1024 / (SELECT count(DISTINCT target) FROM sparse) AS ours_bytes
FROM jsonb_path_query(bench.explain(:'ours'), '$.**."Peak Memory Usage"') AS memory
\gset
SELECT max((memory #>> '{}')::float8) * 1024 / (SELECT count(DISTINCT target) FROM sparse) AS count_bytes
FROM jsonb_path_query(bench.explain('SELECT target, count(*) FROM sparse GROUP BY target'), '$.**."Peak Memory Usage"') AS memory
\gset
SELECT bench.report('memory of signals, ' || :'job', 'count(*)',
    round(:ours_bytes) || ' bytes a person', round(:count_bytes) || ' bytes a person',
    round((:ours_bytes::float8 / :count_bytes)::numeric, 2) || ' x its memory', 'at most 250 bytes',
    bench.verdict(:ours_bytes <= 250, :ours_bytes, 250));

-- Values are compared by a hash of their bytes, so each must equal the value computed in memory
SELECT $$SELECT count(*) || ' people, hash ' || sum(_klout_signals_hash_extended(s, target)::numeric)
         FROM (SELECT target, klout_signals(network, kind, actor, at) AS s FROM sparse GROUP BY target) AS p$$ AS digest
\gset
SELECT query_result AS in_memory FROM (:digest) AS d (query_result) \gset
SELECT bench.scaled(16384) || 'kB' AS little, pg_size_pretty(bench.scaled(16384) * 1024) AS little_pretty \gset
SET work_mem = :'little';
SELECT query_result AS on_disk FROM (:digest) AS d (query_result) \gset
SELECT max((batches #>> '{}')::integer) AS batches
FROM jsonb_path_query(bench.explain(:'ours'), '$.**."HashAgg Batches"') AS batches
\gset
SELECT bench.report('signals in ' || :'little_pretty' || ', ' || :'job', 'all in memory',
    :'batches' || ' batches on disk, ' || CASE WHEN :'in_memory' = :'on_disk' THEN 'same values' ELSE 'other values' END,
    'one batch', '', 'spills, same values',
    CASE WHEN :batches > 1 AND :'in_memory' = :'on_disk' THEN 'yes' ELSE 'no' END);
RESET work_mem;
RESET enable_sort;
