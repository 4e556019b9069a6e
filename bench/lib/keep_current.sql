-- One run of (a) and (d) of the job board, with reactor_weight as the variable weighting says and the
-- table's key in an index as the variable index says

CALL bench.empty_feed(:'index');
CHECKPOINT;
SELECT klout_board_create('feed_board', 'feed_actions', reactor_weight => :'weighting');
SELECT clock_timestamp() AS started, bench.processor() AS before \gset
\! bench/lib/copy_pieces.sh text 0 1 249 &
CALL bench.keep_current();
SELECT extract(epoch FROM clock_timestamp() - :'started') AS seconds, bench.processor() - :before AS processor \gset
SELECT :'weighting' || CASE :'index' WHEN 'brin' THEN ', BRIN' ELSE '' END AS what,
    (SELECT rate FROM copy_alone WHERE copy_alone.index = :'index' AND format = 'text' AND sessions = 1) AS copy_alone \gset

SELECT bench.check('the board counts every row of the feed',
    (SELECT count(*) FROM feed_actions) = 250 * bench.scaled(200000)
    AND (SELECT sum(klout_count(signals)) FROM feed_board.signals) = (SELECT count(*) FROM feed_actions WHERE actor <> target));
SELECT bench.report('board, COPY and refresh of ' || :'size' || ', ' || :'what', 'COPY alone, by one session',
    bench.amount(round(250 * :piece / :seconds)::bigint) || ' rows a second', bench.amount(round(:copy_alone)::bigint) || ' rows a second',
    round(250 * :piece / :seconds / :copy_alone, 2) || ' of its rate', 'at least 521 k a second',
    bench.verdict(250 * :piece / :seconds >= 521000, (250 * :piece / :seconds)::numeric, 521000));
SELECT bench.remark(format('board, %s: %s s in all; COPY took %s s, taking in %s s in %s batches (%s us a row in the first half, %s in the second), publishing %s people %s s. Of a processor, COPY used %s us a row, refreshing and publishing %s.', :'what',
    round(:seconds, 1), (SELECT round(extract(epoch FROM at - :'started'), 1) FROM feed_copied),
    round(sum(b.seconds)::numeric, 1), count(DISTINCT b.ingested_at),
    round((1e6 * sum(b.seconds) FILTER (WHERE b.last_id <= 125 * :piece) / sum(b.rows) FILTER (WHERE b.last_id <= 125 * :piece))::numeric, 2),
    round((1e6 * sum(b.seconds) FILTER (WHERE b.last_id > 125 * :piece) / sum(b.rows) FILTER (WHERE b.last_id > 125 * :piece))::numeric, 2),
    (SELECT bench.amount(people) FROM feed_board.publications), (SELECT round(p.seconds::numeric, 1) FROM feed_board.publications AS p),
    (SELECT round((1e6 * processor / (250 * :piece))::numeric, 2) FROM feed_copied), round((1e6 * :processor / (250 * :piece))::numeric, 2)))
FROM feed_board.batches AS b;

-- (d)
VACUUM ANALYZE feed_board.signals, feed_board.scores, feed_board.reactors;
SELECT bench.remark(format('board, %s: bytes with indexes and room for updates: signals %s a person (%s values of %s bytes), scores %s a person%s.',
    :'what', round(pg_total_relation_size('feed_board.signals') / people),
    (SELECT bench.amount(count(*)) FROM feed_board.signals), (SELECT round(avg(pg_column_size(signals))) FROM feed_board.signals),
    round(pg_total_relation_size('feed_board.scores') / people),
    (SELECT ', reactors ' || round(pg_total_relation_size('feed_board.reactors') / nullif(count(*), 0)) || ' an actor' FROM feed_board.reactors)))
FROM (SELECT count(*)::numeric AS people FROM feed_board.scores) AS c;

-- A tenth again, for people who are there
TRUNCATE feed_copied;
SELECT clock_timestamp() AS started, bench.processor() AS before \gset
\! bench/lib/copy_pieces.sh text 0 1 24 &
CALL bench.keep_current();
SELECT bench.remark(format('board, %s: a tenth as many rows again, for people who are there: %s rows a second in %s s, including %s people published in %s s. Of a processor, refreshing and publishing used %s us a row.', :'what',
    bench.amount(round(25 * :piece / seconds)::bigint), round(seconds, 1), bench.amount(rescored), round(published::numeric, 1),
    round((1e6 * (bench.processor() - :before) / (25 * :piece))::numeric, 2)))
FROM (SELECT extract(epoch FROM clock_timestamp() - :'started') AS seconds) AS t,
     (SELECT rescored, p.seconds AS published FROM feed_board.publications AS p ORDER BY at DESC LIMIT 1) AS p;
