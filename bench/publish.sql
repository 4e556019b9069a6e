-- Job publish: the cost of publishing a board.
--
-- Boards of 100 k and of 1 M people, 5 actions per person on average, skewed; the facts are written directly
-- into the board, because the job board measures ingestion.
--
-- (a) A new day: all people are scored, and the scores of the day before move into history.
-- (b) Within a day, after some people changed: the same number on both boards, alternating.
-- (c) The work that a publication within a day avoids: counting and ranking all people.
-- (d) One person's rank, by index and by the leaderboard.
-- (e) How often the gate would have held back a board of MathOverflow that was published each week of its first
--     two and a half years, by what it allows for chance.

SET client_min_messages = warning;
SELECT setseed(0.37);

CREATE FUNCTION bench.make_board(board name, people bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('CREATE TABLE %I (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz)', board || '_actions');
    PERFORM klout_board_create(board, (board || '_actions')::regclass, reactor_weight => 'none');
    EXECUTE format($sql$
        INSERT INTO %I.signals
        SELECT target, 'twitter', '', klout_signals('twitter', 'like', actor, at)
        FROM (SELECT CASE WHEN i <= $1 THEN i ELSE floor($1::float8 ^ random())::bigint END AS target,
                     floor(2 * $1 * random() ^ 2)::bigint AS actor,
                     timestamptz '2026-01-01 00:00+00' - random() * interval '365 days' AS at
              FROM generate_series(1, 5 * $1) AS i) AS feed
        GROUP BY target
        $sql$, board) USING people;
    EXECUTE format('ANALYZE %I.signals', board);
END
$$;

-- Draws changed people, different ones each time, then publishes and returns the time
CREATE FUNCTION bench.publish(board name, people bigint, changed bigint, as_of timestamptz) RETURNS float8
LANGUAGE plpgsql AS $$
DECLARE
    started timestamptz;
BEGIN
    EXECUTE format('INSERT INTO %I.changed SELECT DISTINCT 1 + floor($1 * random())::bigint FROM generate_series(1, $2)', board) USING people, changed;
    started := clock_timestamp();
    PERFORM klout_board_publish(board, as_of, true);
    RETURN 1000 * extract(epoch FROM clock_timestamp() - started);
END
$$;

CREATE TABLE publish_time (board name, people bigint, changed bigint, milliseconds float8);

CREATE PROCEDURE bench.publish_all()
LANGUAGE plpgsql AS $$
DECLARE
    boards name[] := '{small_board,large_board}';
    sizes bigint[] := ARRAY[bench.scaled(100000), bench.scaled(1000000)];
    moment timestamptz := '2026-01-01 00:00+00';
    changed bigint;
    milliseconds float8;
BEGIN
    FOR n IN 1 .. 2 LOOP
        PERFORM bench.make_board(boards[n], sizes[n]);
        PERFORM bench.publish(boards[n], sizes[n], 0, moment);
        COMMIT;
        FOR day IN 1 .. 2 LOOP
            milliseconds := bench.publish(boards[n], sizes[n], 0, moment + day * interval '1 day');
            INSERT INTO publish_time VALUES (boards[n], sizes[n], NULL, milliseconds);
            COMMIT;
        END LOOP;
    END LOOP;
    moment := moment + interval '2 days';
    FOREACH changed IN ARRAY ARRAY[0, bench.scaled(100), bench.scaled(1000), bench.scaled(10000)] LOOP
        FOR run IN 0 .. (SELECT runs FROM bench.setting) LOOP
            FOR n IN 1 .. 2 LOOP
                moment := moment + interval '1 second';
                milliseconds := bench.publish(boards[n], sizes[n], changed, moment);
                COMMIT;
                IF run > 0 THEN
                    INSERT INTO publish_time VALUES (boards[n], sizes[n], changed, milliseconds);
                END IF;
            END LOOP;
        END LOOP;
    END LOOP;
END
$$;
CALL bench.publish_all();

-- (a)
SELECT bench.remark(format('publish: a new day of %s people takes %s s, %s people a second (in the mean of two).',
    bench.amount(people), round((avg(milliseconds) / 1000)::numeric, 1), bench.amount(round(people / avg(milliseconds) * 1000)::bigint)))
FROM publish_time WHERE changed IS NULL GROUP BY people ORDER BY people;

-- (b)
SELECT bench.report_times(format('publish within a day, %s people changed, of %s', l.changed, bench.amount(l.people)), 'of ' || bench.amount(s.people),
                          l.times, s.times, at_most => 1.5)
FROM (SELECT people, changed, array_agg(milliseconds) AS times FROM publish_time WHERE board = 'large_board' AND changed IS NOT NULL GROUP BY 1, 2) AS l
JOIN (SELECT people, changed, array_agg(milliseconds) AS times FROM publish_time WHERE board = 'small_board' GROUP BY 1, 2) AS s USING (changed)
ORDER BY changed;

-- incremental counts must equal a full count
SELECT bench.check('populations are exact', (SELECT p.people = s.people AND p.population = s.population
    FROM large_board.populations AS p, (SELECT count(*) AS people, klout_population(score) AS population FROM large_board.scores) AS s));

-- (c)
VACUUM ANALYZE large_board.scores;
SELECT bench.report_times(format('publish within a day, %s people changed, of %s', bench.scaled(1000), bench.amount(bench.scaled(1000000))), 'count and rank everybody',
    (SELECT array_agg(milliseconds) FROM publish_time WHERE board = 'large_board' AND changed = bench.scaled(1000)),
    bench.times($$SELECT klout_population(score), max(rank) FROM (SELECT score, rank() OVER (ORDER BY score DESC) FROM large_board.scores) AS s$$), at_least => 1);

-- (d)
SELECT person FROM large_board.scores ORDER BY score DESC OFFSET bench.scaled(500000) - 1 LIMIT 1 \gset
SELECT bench.report_times(format('rank of one of %s, klout_board_search', bench.amount(bench.scaled(1000000))), 'FROM leaderboard',
    bench.times(format($$SELECT rank FROM klout_board_search('large_board', '%s')$$, :'person')),
    bench.times(format('SELECT rank FROM large_board.leaderboard WHERE person = %s', :'person')), at_least => 1);
SELECT bench.check('by index the rank is the same', (SELECT rank FROM klout_board_search('large_board', :'person')) = (SELECT rank FROM large_board.leaderboard WHERE person = :person));
SELECT bench.remark(format('publish: klout_board_compare of two of %s people over two days: %s.', bench.amount(bench.scaled(1000000)),
    bench.spread(bench.times(format($$SELECT * FROM klout_board_compare('large_board', '{%s,1}')$$, :'person')), 'ms')));

-- (e)
\ir lib/mathoverflow.sql
CREATE TABLE week_actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
SELECT klout_board_create('week_board', 'week_actions', reactor_weight => 'none');
CREATE PROCEDURE bench.publish_weeks()
LANGUAGE plpgsql AS $$
DECLARE
    week timestamptz := '2009-10-05 00:00+00';
BEGIN
    WHILE week < '2012-04-01 00:00+00' LOOP
        INSERT INTO week_actions (network, kind, actor, target, at)
        SELECT network, kind, actor, target, at FROM actions WHERE at >= week - interval '7 days' AND at < week;
        COMMIT;
        CALL klout_board_refresh('week_board', as_of => week, publish => 'always');
        week := week + interval '7 days';
    END LOOP;
END
$$;
CALL bench.publish_weeks();
SELECT bench.remark(format('publish: of %s weekly publications of MathOverflow the gate at 5 %% and %s times the square root holds back %s, since 2010 %s.',
    count(*), noise, count(moved), count(moved) FILTER (WHERE at >= '2010-01-01')))
FROM unnest('{0,1,2,3,4}'::float8[]) AS noise,
     LATERAL (SELECT at, _klout_board_gate_reason(lag(people) OVER w, people, lag(people_at_63) OVER w, people_at_63, lag(total_raw) OVER w, total_raw, 0.05, noise) AS moved
              FROM week_board.publications WINDOW w AS (ORDER BY at)) AS p
GROUP BY noise ORDER BY noise;

SELECT klout_board_drop('week_board');
DROP TABLE week_actions;
SELECT klout_board_drop('small_board'), klout_board_drop('large_board');
DROP TABLE small_board_actions, large_board_actions, publish_time;
RESET client_min_messages;
