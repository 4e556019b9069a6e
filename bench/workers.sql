-- Job workers: the facts about all people in two processes, the leader and one worker, against one process.
-- With 500 k people, transferring the groups costs almost as much as parallelism gains, so the target is
-- only that it is not slower, within the variation of times.

\ir lib/actions.sql

SELECT bench.warm('few');
SELECT bench.compare(job => 'signals, ' || :'size_few' || ', in 2 processes', against => 'in 1 process', at_least => 1.7,
    processes => 2, theirs_processes => 1,
    ours => 'SELECT target, klout_signals(network, kind, actor, at) FROM few GROUP BY target',
    theirs => 'SELECT target, klout_signals(network, kind, actor, at) FROM few GROUP BY target');

SELECT bench.warm('skewed');
SELECT bench.compare(job => 'signals, ' || :'size' || ', skewed, in 2 processes', against => 'in 1 process', at_most => 1.05,
    processes => 2, theirs_processes => 1,
    ours => 'SELECT target, klout_signals(network, kind, actor, at) FROM skewed GROUP BY target',
    theirs => 'SELECT target, klout_signals(network, kind, actor, at) FROM skewed GROUP BY target');

SELECT bench.warm('uniform');
SELECT bench.compare(job => 'signals, ' || :'size' || ', uniform, in 2 processes', against => 'in 1 process', at_most => 1.05,
    processes => 2, theirs_processes => 1,
    ours => 'SELECT target, klout_signals(network, kind, actor, at) FROM uniform GROUP BY target',
    theirs => 'SELECT target, klout_signals(network, kind, actor, at) FROM uniform GROUP BY target');
