-- Job signals: the facts about all people, against count(*), the cheapest aggregation with one group per
-- person.

\ir lib/actions.sql

SELECT bench.warm('skewed');
SELECT bench.check('klout_signals counts what count(*) counts',
    (SELECT bool_and(klout_count(s) = n)
     FROM (SELECT klout_signals(network, kind, actor, at) AS s, count(*) AS n FROM skewed GROUP BY target) AS p));
SELECT bench.compare(job => 'signals, ' || :'size' || ', skewed', against => 'count(*)', at_most => 1.8, processes => processes,
    ours => 'SELECT target, klout_signals(network, kind, actor, at) FROM skewed GROUP BY target',
    theirs => 'SELECT target, count(*) FROM skewed GROUP BY target')
FROM generate_series(1, 2) AS processes;

SELECT bench.warm('uniform');
SELECT bench.compare(job => 'signals, ' || :'size' || ', uniform', against => 'count(*)', at_most => 1.8, processes => processes,
    ours => 'SELECT target, klout_signals(network, kind, actor, at) FROM uniform GROUP BY target',
    theirs => 'SELECT target, count(*) FROM uniform GROUP BY target')
FROM generate_series(1, 2) AS processes;
