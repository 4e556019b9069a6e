-- Job board: a board that is kept current while rows arrive.
--
-- (a) Rows are copied in by one session, in pieces of 200,000 with a commit after each, while another
--     refreshes back to back and publishes at the end, when all is in: rows a second from the first COPY
--     until the board shows everything.  The feed is that of the other jobs, skewed, with 50 actions a
--     person: 50 M actions on 1 M people of 2 M actors, in order of time over a year.  Then a tenth as many
--     rows in the same way, for people who are all there by now.
-- (b) A refresh of 10,000 new rows within a day, after 1, 4 and 16 M rows have been ingested.
-- (c) Publications, (d) sizes, (f) reading, all on the board of (a).
-- (h) Ids that jump: 10 M rows whose key comes from a clock (milliseconds << 16) against the same rows with dense ids:
--     ingestion, the audit, and a refresh without new rows.
-- (g) COPY alone, which bounds (a): as text and binary, by one and two sessions, with the table's key in a
--     B-tree and in a BRIN index.
--
-- Durable as servers are by default, with autovacuum: fsync, full_page_writes and synchronous_commit are on.

\setenv BENCH_PSQL :psql
SELECT current_setting('data_directory') || '/feed' AS feed, bench.scaled(200000) AS piece, bench.scaled(1000000) AS people,
       bench.amount(bench.scaled(50000000)) || ' rows, ' || bench.amount(bench.scaled(1000000)) || ' people' AS size
\gset
\setenv BENCH_FEED :feed
\! mkdir -p "$BENCH_FEED"

ALTER SYSTEM SET autovacuum = on;
ALTER SYSTEM SET fsync = on;
ALTER SYSTEM SET full_page_writes = on;
ALTER SYSTEM SET synchronous_commit = on;
SELECT pg_reload_conf();
SET client_min_messages = warning;
SELECT setseed(0.37);

-- 250 pieces of text
SELECT format($$COPY (
    SELECT CASE WHEN n < 0.6 THEN 'twitter' WHEN n < 0.85 THEN 'facebook' ELSE 'linkedin' END AS network,
           CASE WHEN k < 0.6 THEN 'like' WHEN k < 0.8 THEN 'share' ELSE 'reply' END AS kind,
           CASE WHEN f < 0.3 THEN (place * 4 + floor(a * 4)::bigint) * 7919 %% (2 * %3$s)
                ELSE floor(2 * %3$s * a ^ 2)::bigint END * 1000003 %% 4294967291 AS actor,
           place * 1000003 %% 4294967291 AS target,
           date_trunc('milliseconds', timestamptz '2026-01-01 00:00+00' - (1 - i::float8 / (250 * %2$s)) * interval '365 days') AS at
    FROM (SELECT i, random() AS n, random() AS k, random() AS f, random() AS a,
                 CASE WHEN i %% 50 = 0 THEN i / 50 ELSE floor(%3$s ^ random())::bigint END AS place
          FROM generate_series(%1$s * %2$s::bigint + 1, (%1$s + 1) * %2$s::bigint) AS i) AS drawn
    ) TO %4$L$$, number, :piece, :people, :'feed' || '/text' || number)
FROM generate_series(0, 249) AS number \gexec

-- A tenth of them in binary
CREATE TABLE piece (network text, kind text, actor bigint, target bigint, at timestamptz);
SELECT format($$TRUNCATE piece; COPY piece FROM %1$L; COPY piece TO %2$L (FORMAT binary)$$,
    :'feed' || '/text' || number, :'feed' || '/binary' || number)
FROM generate_series(0, 24) AS number \gexec
DROP TABLE piece;

CREATE TABLE feed_copied (at timestamptz NOT NULL, processor float8);

-- CPU seconds of this session, on Linux: on a busy machine they are more reliable than elapsed time
CREATE FUNCTION bench.processor() RETURNS float8
LANGUAGE sql VOLATILE AS $$
    SELECT (split_part(rest, ' ', 12)::float8 + split_part(rest, ' ', 13)::float8) / 100
    FROM (SELECT split_part(pg_read_file('/proc/self/stat', 0, 4096, true), ') ', 2)) AS stat (rest) WHERE rest <> ''
$$;

CREATE PROCEDURE bench.empty_feed(index text DEFAULT 'btree')
LANGUAGE plpgsql AS $$
BEGIN
    IF to_regnamespace('feed_board') IS NOT NULL THEN
        PERFORM klout_board_drop('feed_board');
    END IF;
    DROP TABLE IF EXISTS feed_actions;
    TRUNCATE feed_copied;
    CREATE TABLE feed_actions (
        id bigint GENERATED ALWAYS AS IDENTITY,
        network text NOT NULL,
        kind text NOT NULL,
        actor bigint NOT NULL,
        target bigint NOT NULL,
        at timestamptz NOT NULL
    );
    CASE index
        WHEN 'btree' THEN ALTER TABLE feed_actions ADD PRIMARY KEY (id);
        WHEN 'brin' THEN CREATE INDEX ON feed_actions USING brin (id) WITH (autosummarize = on);
    END CASE;
END
$$;

-- Refreshes until the other session has copied all rows, and once more
CREATE PROCEDURE bench.keep_current()
LANGUAGE plpgsql AS $$
DECLARE
    copied boolean := false;
    late CONSTANT timestamptz := clock_timestamp() + interval '1 hour';
BEGIN
    WHILE NOT copied LOOP
        IF clock_timestamp() > late THEN
            RAISE 'the session that copies is gone or stuck';
        END IF;
        SELECT EXISTS (SELECT FROM feed_copied) INTO copied;
        COMMIT;
        CALL klout_board_refresh('feed_board', publish => 'never');
    END LOOP;
    CALL klout_board_refresh('feed_board', publish => 'always');
END
$$;

-- (g)
CREATE TABLE copy_alone (index text, format text, sessions integer, rate float8, processor float8);
\set index btree \set format text \set sessions 1 \ir lib/copy_alone.sql
\set index btree \set format text \set sessions 2 \ir lib/copy_alone.sql
\set index btree \set format binary \set sessions 1 \ir lib/copy_alone.sql
\set index btree \set format binary \set sessions 2 \ir lib/copy_alone.sql
\set index brin \set format text \set sessions 1 \ir lib/copy_alone.sql
\set index brin \set format text \set sessions 2 \ir lib/copy_alone.sql
\set index brin \set format binary \set sessions 1 \ir lib/copy_alone.sql
\set index brin \set format binary \set sessions 2 \ir lib/copy_alone.sql
SELECT bench.remark(format('COPY alone, rows a second, key in a %s index: %s.', CASE index WHEN 'btree' THEN 'B-tree' ELSE 'BRIN' END,
    string_agg(format('%s %s, %s (%s us of a processor a row)', bench.amount(round(rate)::bigint), format,
                      sessions || CASE sessions WHEN 1 THEN ' session' ELSE ' sessions' END, round((1e6 * processor / (25 * :piece))::numeric, 2)),
               '; ' ORDER BY format DESC, sessions)))
FROM copy_alone GROUP BY copy_alone.index ORDER BY copy_alone.index DESC;
SELECT bench.remark(format('board: fsync %s, synchronous_commit %s, full_page_writes %s, autovacuum %s, wal_level %s, shared_buffers %s, work_mem %s, max_wal_size %s, checkpoint_timeout %s.',
    current_setting('fsync'), current_setting('synchronous_commit'), current_setting('full_page_writes'), current_setting('autovacuum'), current_setting('wal_level'),
    current_setting('shared_buffers'), current_setting('work_mem'), current_setting('max_wal_size'), current_setting('checkpoint_timeout')));

-- (a) as boards are by default, with nothing but the sums, and that with the key in a BRIN index
\set index btree \set weighting proven \ir lib/keep_current.sql
\set index btree \set weighting none \ir lib/keep_current.sql
\set index brin \set weighting none \ir lib/keep_current.sql

-- (c) on the latter board
SELECT clock_timestamp() AS started \gset
SELECT klout_board_publish('feed_board', now() + interval '1 day', true);
SELECT bench.remark(format('board: publishing %s people on a new day takes %s s: %s a second.', bench.amount(count(*)), round(seconds, 1), bench.amount(round(count(*) / seconds)::bigint)))
FROM feed_board.scores, (SELECT extract(epoch FROM clock_timestamp() - :'started')) AS took (seconds) GROUP BY seconds;
SELECT bench.remark(format('board: history takes %s bytes a person and day, with indexes.',
    round((SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits WHERE inhparent = 'feed_board.history_rows'::regclass) / count(*))))
FROM feed_board.history_rows;
INSERT INTO feed_board.changed SELECT DISTINCT account FROM feed_board.signals WHERE account % 10 = 0;
SELECT clock_timestamp() AS started \gset
SELECT klout_board_publish('feed_board', now() + interval '1 day 1 second', true);
SELECT bench.remark(format('board: publishing %s of them again within a day takes %s s: %s a second.', bench.amount(rescored), round(seconds, 1), bench.amount(round(rescored / seconds)::bigint)))
FROM (SELECT rescored FROM feed_board.publications ORDER BY at DESC LIMIT 1) AS p, (SELECT extract(epoch FROM clock_timestamp() - :'started')) AS took (seconds);

-- (f) reading
VACUUM ANALYZE feed_board.scores;
SELECT person FROM feed_board.scores ORDER BY score DESC OFFSET bench.scaled(500000) - 1 LIMIT 1 \gset
SELECT bench.remark(format('board of %s: %s: %s.', :'size', what, bench.spread(bench.times(query), 'ms')))
FROM (VALUES
    ('the ten best by score (ORDER BY score DESC LIMIT 10)', $$SELECT * FROM feed_board.leaderboard WHERE topic = '' ORDER BY score DESC LIMIT 10$$),
    ('the ten best by rank (ORDER BY rank LIMIT 10)', $$SELECT * FROM feed_board.leaderboard WHERE topic = '' ORDER BY rank LIMIT 10$$),
    ('klout_board_search for a person in the middle', format($$SELECT * FROM klout_board_search('feed_board', '%s')$$, :'person')),
    ('klout_board_compare of two people', format($$SELECT * FROM klout_board_compare('feed_board', '{%s,1000003}')$$, :'person')),
    ('klout_board_activity', format($$SELECT * FROM klout_board_activity('feed_board', '%s')$$, :'person'))) AS q (what, query);

-- (b) each size is four times the one before; what is new is the same; people are the same 100 k
CALL bench.empty_feed();
CREATE FUNCTION bench.add(first bigint, last bigint) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO feed_actions (network, kind, actor, target, at)
    SELECT 'twitter', 'like', floor(2 * people * random() ^ 2)::bigint * 1000003 % 4294967291,
           (1 + CASE WHEN i <= people THEN i ELSE floor(people ^ random())::bigint END) * 1000003 % 4294967291,
           timestamptz '2026-01-01 00:00+00' - (1 - i / (16 * people * 10.0)) * interval '365 days'
    FROM (SELECT bench.scaled(100000)) AS size (people), generate_series(first, last) AS i
$$;
SELECT klout_board_create('feed_board', 'feed_actions');
CREATE TABLE curve (rows bigint, milliseconds float8);
CREATE PROCEDURE bench.draw_curve()
LANGUAGE plpgsql AS $$
DECLARE
    size bigint;
    before bigint := 0;
    minute integer := 0;
    started timestamptz;
BEGIN
    FOREACH size IN ARRAY ARRAY[bench.scaled(1000000), bench.scaled(4000000), bench.scaled(16000000)] LOOP
        PERFORM bench.add(before + 1, size);
        COMMIT;
        CALL klout_board_refresh('feed_board', publish => 'always', as_of => timestamptz '2026-01-02 00:00+00' + minute * interval '1 minute');
        minute := minute + 1;
        ANALYZE feed_actions, feed_board.signals, feed_board.scores, feed_board.reactors, feed_board.changed;
        COMMIT;
        FOR run IN 0 .. (SELECT runs FROM bench.setting) LOOP
            PERFORM bench.add(size + 1 + run * bench.scaled(10000), size + (run + 1) * bench.scaled(10000));
            COMMIT;
            started := clock_timestamp();
            CALL klout_board_refresh('feed_board', publish => 'always', as_of => timestamptz '2026-01-02 00:00+00' + minute * interval '1 minute');
            minute := minute + 1;
            IF run > 0 THEN
                INSERT INTO curve VALUES (size, 1000 * extract(epoch FROM clock_timestamp() - started));
            END IF;
        END LOOP;
        before := size + (1 + (SELECT runs FROM bench.setting)) * bench.scaled(10000);
    END LOOP;
END
$$;
CALL bench.draw_curve();
SELECT bench.report(format('board, refresh of %s new rows within a day, after %s', bench.amount(bench.scaled(10000)), bench.amount(big.rows)),
    'after ' || bench.amount(small.rows), bench.spread(big.times, 'ms'), bench.spread(small.times, 'ms'),
    round((big.median / small.median)::numeric, 2) || ' x its time', 'at most 1.5',
    bench.verdict(big.median <= 1.5 * small.median, (big.median / small.median)::numeric, 1.5))
FROM (SELECT rows, array_agg(milliseconds) AS times, percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds) AS median FROM curve GROUP BY rows) AS big,
     (SELECT rows, array_agg(milliseconds) AS times, percentile_cont(0.5) WITHIN GROUP (ORDER BY milliseconds) AS median FROM curve GROUP BY rows) AS small
WHERE small.rows = bench.scaled(1000000) AND big.rows > small.rows
ORDER BY big.rows;

-- (h)
CALL bench.empty_feed();
CREATE TABLE jumps (ids text, did text, milliseconds float8);
CREATE PROCEDURE bench.jump(shift integer)
LANGUAGE plpgsql AS $$
DECLARE
    ids CONSTANT text := CASE shift WHEN 0 THEN 'dense' ELSE 'clock' END;
    started timestamptz;
BEGIN
    FOR run IN 1 .. (SELECT least(runs, 3) FROM bench.setting) LOOP
        CALL bench.empty_feed();
        INSERT INTO feed_actions OVERRIDING SYSTEM VALUE
        -- a row in each 3 milliseconds, and in none of every second hour
        SELECT CASE shift WHEN 0 THEN i ELSE (1766000000000 + 3 * i + 3 * i / 3600000 * 3600000) << shift END,
               'twitter', 'like', i * 7919 % 1000003, i * 104729 % 100003, timestamptz '2026-01-01 00:00+00' - i * interval '3 milliseconds'
        FROM generate_series(1, bench.scaled(10000000)) AS i;
        PERFORM setval(pg_get_serial_sequence('feed_actions', 'id'), (SELECT max(id) FROM feed_actions));
        PERFORM klout_board_create('feed_board', 'feed_actions', reactor_weight => 'none');
        COMMIT;
        ANALYZE feed_actions;
        COMMIT;
        started := clock_timestamp();
        CALL klout_board_refresh('feed_board', publish => 'never');
        INSERT INTO jumps VALUES (ids, 'taking in', 1000 * extract(epoch FROM clock_timestamp() - started));
        started := clock_timestamp();
        PERFORM bench.check('the audit finds nothing', NOT EXISTS (SELECT FROM klout_board_audit('feed_board')));
        INSERT INTO jumps VALUES (ids, 'the audit', 1000 * extract(epoch FROM clock_timestamp() - started));
        COMMIT;
        started := clock_timestamp();
        CALL klout_board_refresh('feed_board', publish => 'never');
        INSERT INTO jumps VALUES (ids, 'a refresh with nothing new', 1000 * extract(epoch FROM clock_timestamp() - started));
        PERFORM bench.check('each row counts once', (SELECT sum(klout_count(signals)) FROM feed_board.signals) = (SELECT count(*) FROM feed_actions WHERE actor <> target));
    END LOOP;
END
$$;
CALL bench.jump(0);
CALL bench.jump(16);
SELECT bench.report(format('board, %s of %s rows with ids of a clock', did, bench.amount(bench.scaled(10000000))), 'dense ids',
    bench.spread(clock.times, 'ms'), bench.spread(dense.times, 'ms'), round((bench.median(clock.times) / bench.median(dense.times))::numeric, 2) || ' x its time',
    'at most 1.3', bench.verdict(bench.median(clock.times) <= 1.3 * bench.median(dense.times), (bench.median(clock.times) / bench.median(dense.times))::numeric, 1.3))
FROM (SELECT did, array_agg(milliseconds) AS times FROM jumps WHERE ids = 'clock' GROUP BY did) AS clock
JOIN (SELECT did, array_agg(milliseconds) AS times FROM jumps WHERE ids = 'dense' GROUP BY did) AS dense USING (did)
ORDER BY did DESC;

CALL bench.empty_feed();
DROP TABLE feed_actions, feed_copied, copy_alone, curve, jumps;
\! rm -r "$BENCH_FEED"
ALTER SYSTEM RESET ALL;
SELECT pg_reload_conf();
RESET client_min_messages;
