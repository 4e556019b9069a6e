-- Job hll: the facts about all people, against only the numbers of distinct reactors as estimated by
-- postgresql-hll (https://github.com/citusdata/postgresql-hll), with its default settings.  Its state
-- is 128 kB per group while it aggregates, so hashing all groups at once takes about a hundred times as
-- long as sorted aggregation, which this job uses.

\ir lib/actions.sql

SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'hll') AS available \gset

\if :available

CREATE EXTENSION IF NOT EXISTS hll;

SELECT bench.warm('skewed');
SELECT bench.compare(job => 'signals, ' || :'size' || ', skewed', against => 'hll_add_agg', at_least => 1, processes => processes,
    theirs_settings => '{"enable_hashagg": "off"}',
    ours => 'SELECT target, klout_signals(network, kind, actor, at) FROM skewed GROUP BY target',
    theirs => 'SELECT target, hll_add_agg(hll_hash_bigint(actor)) FROM skewed GROUP BY target')
FROM generate_series(1, 2) AS processes;

SELECT bench.warm('uniform');
SELECT bench.compare(job => 'signals, ' || :'size' || ', uniform', against => 'hll_add_agg', at_least => 1, processes => processes,
    theirs_settings => '{"enable_hashagg": "off"}',
    ours => 'SELECT target, klout_signals(network, kind, actor, at) FROM uniform GROUP BY target',
    theirs => 'SELECT target, hll_add_agg(hll_hash_bigint(actor)) FROM uniform GROUP BY target')
FROM generate_series(1, 2) AS processes;

\else

SELECT bench.not_available('signals', 'hll_add_agg', 'faster');

\endif
