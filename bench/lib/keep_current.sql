-- One run of (a) of the job board, with reactor_weight as the variable weighting says

CALL bench.empty_feed();
CHECKPOINT;
SELECT klout_create_board('feed_board', 'feed_actions', reactor_weight => :'weighting');
SELECT clock_timestamp() AS started \gset
\! PGAPPNAME=feed "$BENCH_PSQL" -X -q -v ON_ERROR_STOP=1 -d bench -f "$BENCH_FEED/copy.sql" &
CALL bench.keep_current();
SELECT extract(epoch FROM clock_timestamp() - :'started') AS seconds \gset

SELECT bench.check('the board counts every row of the feed',
    (SELECT count(*) FROM feed_actions) = 250 * bench.scaled(200000)
    AND (SELECT sum(klout_count(signals)) FROM feed_board.signals) = (SELECT count(*) FROM feed_actions WHERE actor <> target));
SELECT bench.report('board, COPY and refresh of ' || :'size' || ', ' || :'weighting', 'COPY alone',
    bench.amount(round(250 * :piece / :seconds)::bigint) || ' rows a second', bench.amount(round(:copy_alone)::bigint) || ' rows a second',
    round(250 * :piece / :seconds / :copy_alone, 2) || ' of its rate', 'at least 521 k a second',
    bench.verdict(250 * :piece / :seconds >= 521000, (250 * :piece / :seconds)::numeric, 521000));
SELECT bench.remark(format('board, %s: %s s in all; COPY took %s s, taking in %s s in %s batches, publishing %s people %s s.', :'weighting',
    round(:seconds, 1), (SELECT round(extract(epoch FROM at - :'started'), 1) FROM feed_copied),
    round((SELECT sum(seconds) FROM feed_board.batches)::numeric, 1), (SELECT count(*) FROM feed_board.batches),
    (SELECT bench.amount(people) FROM feed_board.publications), (SELECT round(seconds::numeric, 1) FROM feed_board.publications)));

-- (d)
VACUUM ANALYZE feed_board.signals, feed_board.scores, feed_board.history, feed_board.reactors;
SELECT bench.remark(format('board, %s: bytes with indexes and room for updates: signals %s a person (%s values of %s bytes), scores %s a person, history %s a person and day%s.',
    :'weighting', round(pg_total_relation_size('feed_board.signals') / people),
    (SELECT bench.amount(count(*)) FROM feed_board.signals), (SELECT round(avg(pg_column_size(signals))) FROM feed_board.signals),
    round(pg_total_relation_size('feed_board.scores') / people),
    round((SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'feed_board.history'::regclass) / people),
    (SELECT ', reactors ' || round(pg_total_relation_size('feed_board.reactors') / nullif(count(*), 0)) || ' an actor' FROM feed_board.reactors)))
FROM (SELECT count(*)::numeric AS people FROM feed_board.scores) AS c;
