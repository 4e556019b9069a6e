-- Reads a board for script/report. Prints a line for each file of data: NAME<tab>JSON.
--
-- psql variables: board; people (how many of the highest scores are listed and get a page); topics (of
-- how many of the largest topics there are lists); reasons (true: read the actions table, to say why
-- scores changed and how firm they are); chunk (people in a file).
--
-- All is read in one snapshot and nothing is written. Every number on the pages comes from here, those
-- of scores rounded to 0.01. Lists are in the order of the leaderboard: by score, then by person.

\set ON_ERROR_STOP on
\set QUIET on
\set FETCH_COUNT 50
\pset format unaligned
\pset tuples_only on
\pset fieldsep '\t'

BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY;
SET LOCAL timezone = 'UTC';
SET LOCAL jit = off;
SET LOCAL row_security = off;
SET LOCAL work_mem = '64MB';

-- klout may be installed into any schema
SELECT coalesce(min(format('%I', nspname)), '') AS klout, count(*) > 0 AS is_installed,
       coalesce(bool_and(pg_catalog.has_schema_privilege(nspname, 'USAGE')), true) AS may_use
FROM pg_catalog.pg_extension JOIN pg_catalog.pg_namespace ON pg_namespace.oid = extnamespace
WHERE extname = 'klout' \gset
\if :is_installed
\else
    DO $$ BEGIN RAISE EXCEPTION 'the extension klout is not installed in this database'
        USING HINT = format('This is database "%s"; PGDATABASE names another.', current_database()); END $$;
\endif
\if :may_use
\else
    DO $$ BEGIN RAISE EXCEPTION 'permission denied for schema %, where klout is', (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'klout')
        USING HINT = format('GRANT USAGE ON SCHEMA %s TO %I;', (SELECT extnamespace::regnamespace FROM pg_extension WHERE extname = 'klout'), current_user); END $$;
\endif
SELECT set_config('search_path', 'pg_catalog, ' || :'klout', true) AS search_path,
       set_config('klout_report.board', :'board', true) AS board_name \gset
-- An error, if there is no such board, or if to read it would run code of others with the rights of this role
SELECT klout_person_type(:'board') AS person_type, _klout_guard(:'board', false) AS guard \gset

-- The publication that the pages show
SELECT count(*) > 0 AS is_published, min(at) AS as_of, min((at AT TIME ZONE 'UTC')::date) AS day
FROM :"board".last_publication \gset
\if :is_published
\else
    DO $$ BEGIN RAISE EXCEPTION 'board "%" has no publication yet', current_setting('klout_report.board')
        USING HINT = format('CALL klout_refresh(%L);', current_setting('klout_report.board')); END $$;
\endif

-- The earlier one that changes are told against: that of change_30 in scores, else of change_7 or change_1
SELECT coalesce(min(format('%L::timestamptz', at)), 'NULL::timestamptz') AS before_at
FROM (SELECT max(p.at) AS at
      FROM (VALUES (30), (7), (1)) AS d (days)
      JOIN :"board".publications AS p ON p.published
       AND (p.at AT TIME ZONE 'UTC')::date BETWEEN :'day'::date - 2 * days + 1 AND :'day'::date - days
      GROUP BY days
      ORDER BY days DESC
      LIMIT 1) AS b \gset

-- Whoever may read the board need not be allowed to read the actions
SELECT :'reasons' AND has_table_privilege(actions, 'SELECT') AND NOT row_security_active(actions) AS may_read_actions FROM :"board".settings \gset
\if :may_read_actions
    SELECT _klout_guard(:'board') AS guard \gset
    \set actions :"board" '.source'
\else
    \set actions '(SELECT *, NULL::text AS flaw FROM ' :"board" '.pending WHERE false)'
\endif

-- ---------------------------------------------------------------------------
-- What all pages share
-- ---------------------------------------------------------------------------

WITH topics AS MATERIALIZED (
    SELECT p.*, row_number() OVER (ORDER BY p.topic <> '', p.people DESC, p.topic) - 1 AS number
    FROM :"board".populations AS p
    ORDER BY number
    LIMIT :topics + 1
), days AS (
    SELECT h.day, count(*) AS people, avg(h.score) AS average, klout_population(h.score) AS population,
           count(*) FILTER (WHERE h.score >= 63) AS at_63
    FROM :"board".history AS h
    WHERE h.topic = '' AND h.day BETWEEN :'day'::date - 90 AND :'day'::date
    GROUP BY h.day
)
SELECT 'board', json_build_object(
    'board', :'board',
    'as_of', l.at,
    'before', :before_at,
    'reasons', :'may_read_actions'::boolean,
    'chunk', :chunk,
    'fingerprint', l.fingerprint,
    'model', c.model::jsonb,
    'bucket', c.bucket::text,
    'reactor_weight', c.reactor_weight,
    'networks', (SELECT coalesce(json_agg(network ORDER BY network), '[]')
                 FROM (SELECT DISTINCT jsonb_object_keys(networks) AS network FROM :"board".scores) AS n),
    'held', (SELECT json_build_object('at', at, 'reason', reason) FROM :"board".publications
             WHERE NOT published AND at > l.at ORDER BY at DESC LIMIT 1),
    'opted_out', (SELECT count(*) FROM :"board".opt_outs),
    'all_topics', (SELECT count(*) FROM :"board".populations WHERE topic <> ''),
    'topics', (
        SELECT json_agg(json_build_object(
                   'topic', t.topic,
                   'people', t.people,
                   'average', round(s.average::numeric, 2),
                   'median', round(klout_percentile(t.population, 0.5)::numeric, 2),
                   'quantiles', (SELECT json_agg(round(q::numeric, 2) ORDER BY n)
                                 FROM unnest(klout_percentiles(t.population, '{0.05,0.25,0.5,0.75,0.95}')) WITH ORDINALITY AS u (q, n)),
                   'cutoff', round(klout_cutoff(t.population, 0.05)::numeric, 2),
                   'at_40', s.at_40,
                   'at_63', s.at_63,
                   'histogram', (SELECT json_agg(h.people ORDER BY h.low) FROM klout_histogram(t.population, 50) AS h)
               ) ORDER BY t.number)
        FROM topics AS t
        CROSS JOIN LATERAL (SELECT avg(score) AS average, count(*) FILTER (WHERE score >= 40) AS at_40, count(*) FILTER (WHERE score >= 63) AS at_63
                            FROM :"board".scores AS s WHERE s.topic = t.topic) AS s),
    'days', (
        SELECT json_agg(json_build_object(
                   'day', day,
                   'people', people,
                   'average', round(average::numeric, 2),
                   'median', round(klout_percentile(population, 0.5)::numeric, 2),
                   'cutoff', round(klout_cutoff(population, 0.05)::numeric, 2),
                   'at_63', at_63
               ) ORDER BY day)
        FROM days),
    'perks', (
        SELECT coalesce(json_agg(json_build_object(
                   'perk', p.perk,
                   'min_score', p.min_score,
                   'top_share', p.top_share,
                   'from_score', round(p.from_score::numeric, 2),
                   'network', p.network,
                   'topic', p.topic,
                   'capacity', p.capacity,
                   'granted', p.granted,
                   'left', p."left",
                   'from_at', nullif(p.from_at, '-infinity'),
                   'until_at', nullif(p.until_at, 'infinity'),
                   'open', now() >= p.from_at AND now() < p.until_at,
                   'qualify', q.people,
                   'next', q.next,
                   'grants', (SELECT coalesce(json_agg(json_build_array(person::text, granted_at, round(score::numeric, 2), rank)
                                                       ORDER BY rank, person), '[]')
                              FROM (SELECT * FROM :"board".grants AS g WHERE g.perk = p.perk ORDER BY rank, person LIMIT 100) AS g)
               ) ORDER BY p.perk), '[]')
        FROM (SELECT * FROM :"board".perks JOIN :"board".perks_left USING (perk, capacity)) AS p
        CROSS JOIN LATERAL (
            SELECT count(*) AS people,
                   coalesce(json_agg(json_build_array(n.person, round(n.score::numeric, 2)) ORDER BY n.place)
                            FILTER (WHERE n.place <= least(p."left", 100)), '[]') AS next
            FROM klout_qualify(:'board', p.perk) WITH ORDINALITY AS n (person, score, rank, place)) AS q))
FROM :"board".settings AS c
CROSS JOIN (SELECT * FROM :"board".publications WHERE at = :'as_of') AS l;

-- ---------------------------------------------------------------------------
-- The list of each topic, column by column
-- ---------------------------------------------------------------------------

WITH topics AS MATERIALIZED (
    SELECT p.topic, p.people, row_number() OVER (ORDER BY p.topic <> '', p.people DESC, p.topic) - 1 AS number
    FROM :"board".populations AS p
    ORDER BY number
    LIMIT :topics + 1
), listed AS MATERIALIZED (
    SELECT *
    FROM (SELECT b.*, t.number, row_number() OVER (PARTITION BY topic ORDER BY b.score DESC, b.person) AS place
          FROM :"board".leaderboard AS b JOIN topics AS t USING (topic)) AS b
    WHERE place <= :people
), signals AS (
    SELECT coalesce(l.person, s.account) AS person, s.topic, s.signals
    FROM :"board".signals AS s LEFT JOIN :"board".accounts AS l USING (account, network)
), facts AS (
    SELECT person, '' AS topic, klout_rollup(signals) AS signals FROM signals GROUP BY person
    UNION ALL
    SELECT person, topic, klout_rollup(signals) FROM signals WHERE topic <> '' GROUP BY person, topic
), evidence AS (
    SELECT b.*, klout_count(f.signals) AS actions, round(klout_reactors(f.signals)) AS reactors, e.days, e.first_day, e.last_day
    FROM listed AS b
    LEFT JOIN facts AS f USING (person, topic)
    LEFT JOIN LATERAL (SELECT count(DISTINCT (bucket AT TIME ZONE 'UTC')::date) AS days, min((bucket AT TIME ZONE 'UTC')::date) AS first_day,
                              max((bucket AT TIME ZONE 'UTC')::date) AS last_day
                       FROM klout_entries(f.signals)) AS e ON true
), cautioned AS (
    -- The rules of docs/rank-candidates.md, one bit each: what a reader should know before relying on a score
    SELECT *, CASE WHEN coalesce(actions, 0) = 0 THEN 1 ELSE 0 END
            + CASE WHEN reactors BETWEEN 1 AND 9 THEN 2 ELSE 0 END
            + CASE WHEN actions >= 10 * reactors AND reactors > 0 THEN 4 ELSE 0 END
            + CASE WHEN days BETWEEN 1 AND 3 AND actions >= 10 THEN 8 ELSE 0 END
            + CASE WHEN last_day < (as_of AT TIME ZONE 'UTC')::date - 30 THEN 16 ELSE 0 END
            + CASE WHEN abs(change_30) >= 10 THEN 32 ELSE 0 END AS caution
    FROM evidence
), by_network AS (
    SELECT number, json_object_agg(network, points ORDER BY network) AS networks
    FROM (SELECT b.number, n.network, json_agg(round((b.networks ->> n.network)::numeric, 2) ORDER BY b.place) AS points
          FROM listed AS b
          JOIN (SELECT DISTINCT s.topic, jsonb_object_keys(s.networks) AS network FROM :"board".scores AS s) AS n USING (topic)
          GROUP BY 1, 2) AS n
    GROUP BY number
)
SELECT 'list-' || number, json_build_object(
    'person', json_agg(person::text ORDER BY place),
    'rank', json_agg(rank ORDER BY place),
    'score', json_agg(round(score::numeric, 2) ORDER BY place),
    'percentile', json_agg(round(100 * percentile::numeric, 2) ORDER BY place),
    'reach', json_agg(round(reach::numeric, 2) ORDER BY place),
    'consistency', json_agg(round(consistency::numeric, 2) ORDER BY place),
    'change_1', json_agg(round(change_1::numeric, 2) ORDER BY place),
    'change_7', json_agg(round(change_7::numeric, 2) ORDER BY place),
    'change_30', json_agg(round(change_30::numeric, 2) ORDER BY place),
    'change_90', json_agg(round(change_90::numeric, 2) ORDER BY place),
    'actions', json_agg(coalesce(actions, 0) ORDER BY place),
    'reactors', json_agg(coalesce(reactors, 0) ORDER BY place),
    'days', json_agg(coalesce(days, 0) ORDER BY place),
    'first_day', json_agg(first_day ORDER BY place),
    'last_day', json_agg(last_day ORDER BY place),
    'caution', json_agg(caution ORDER BY place),
    'networks', (SELECT n.networks FROM by_network AS n WHERE n.number = c.number))
FROM cautioned AS c
GROUP BY number
ORDER BY number;

-- Accounts of listed people that have another name: to be found by either
WITH topics AS MATERIALIZED (
    SELECT p.topic
    FROM :"board".populations AS p
    ORDER BY p.topic <> '', p.people DESC, p.topic
    LIMIT :topics + 1
), listed AS MATERIALIZED (
    SELECT DISTINCT person
    FROM (SELECT s.person, row_number() OVER (PARTITION BY s.topic ORDER BY s.score DESC, s.person) AS place
          FROM :"board".scores AS s JOIN topics USING (topic)) AS s
    WHERE place <= :people
)
SELECT 'accounts', coalesce(json_agg(json_build_array(a.network, a.account::text, a.person::text) ORDER BY a.account, a.network), '[]')
FROM :"board".accounts AS a JOIN listed USING (person)
WHERE NOT EXISTS (SELECT FROM :"board".opt_outs AS o WHERE o.person = a.person OR o.person = a.account);

-- ---------------------------------------------------------------------------
-- A page for each person, so many to a file
-- ---------------------------------------------------------------------------

WITH listed AS MATERIALIZED (
    SELECT *
    FROM (SELECT person, score, row_number() OVER (ORDER BY score DESC, person) - 1 AS place
          FROM :"board".scores
          WHERE topic = '') AS s
    WHERE place < :people
), facts AS MATERIALIZED (
    SELECT coalesce(l.person, s.account) AS person, klout_rollup(s.signals) AS signals,
           json_agg(DISTINCT jsonb_build_array(s.network, s.account))
           FILTER (WHERE l.person IS NOT NULL AND NOT EXISTS (SELECT FROM :"board".opt_outs AS o WHERE o.person = s.account)) AS accounts
    FROM :"board".signals AS s LEFT JOIN :"board".accounts AS l USING (account, network)
    GROUP BY 1
), model AS (
    SELECT c.model, m.model AS before_model
    FROM :"board".settings AS c
    LEFT JOIN :"board".publications AS p ON p.at = :before_at
    LEFT JOIN :"board".models AS m ON m.fingerprint = p.fingerprint
), actions AS (
    -- The actions once more, with the weights that klout_take_in gives them; tenths of the reactors by a hash
    SELECT coalesce(tl.person, a.target) AS person, a.network, a.kind, a.actor, a.at, c.bucket,
           abs(hashtextextended(coalesce(al.person, a.actor)::text, 0) % 10) AS tenth,
           CASE c.reactor_weight
               WHEN 'proven' THEN CASE WHEN r.several
                                         -- of times near the lowest there is, tenure cannot be subtracted
                                         AND r.first_seen <= greatest(a.at, '4714-11-24 00:00+00 BC'::timestamptz + c.tenure) - c.tenure THEN coalesce(a.weight, 1) ELSE 0 END
               WHEN 'score' THEN coalesce(a.weight, 1) * CASE WHEN s.score >= 0.1 THEN s.score / 100 ELSE 0 END
               WHEN 'authority' THEN coalesce(a.weight, 1) * coalesce(u.weight, 0)
               ELSE coalesce(a.weight, 1)
           END AS weight
    FROM :actions AS a
    CROSS JOIN :"board".settings AS c
    LEFT JOIN :"board".accounts AS al ON al.account = a.actor AND al.network = a.network
    LEFT JOIN :"board".accounts AS tl ON tl.account = a.target AND tl.network = a.network
    LEFT JOIN :"board".reactors AS r ON c.reactor_weight = 'proven' AND r.actor = coalesce(al.person, a.actor)
    LEFT JOIN :"board".scores AS s ON c.reactor_weight = 'score' AND s.person = coalesce(al.person, a.actor) AND s.topic = ''
    LEFT JOIN :"board".authority AS u ON c.reactor_weight = 'authority' AND u.person = coalesce(al.person, a.actor)
    WHERE a.id <= c.watermark AND a.at <= :'as_of' AND a.flaw IS NULL
      AND NOT EXISTS (SELECT FROM :"board".rejected AS x WHERE x.id = a.id AND NOT x.shared)
      AND coalesce(al.person, a.actor) <> coalesce(tl.person, a.target)
      AND NOT EXISTS (SELECT FROM :"board".opt_outs AS o WHERE o.person = coalesce(al.person, a.actor))
), replayed AS MATERIALIZED (
    SELECT person, klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE at <= :before_at) AS before,
           ARRAY[klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 0),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 1),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 2),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 3),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 4),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 5),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 6),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 7),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 8),
                 klout_signals(network, kind, actor, at, weight, bucket) FILTER (WHERE tenth <> 9)] AS without_tenths
    FROM actions JOIN listed USING (person)
    GROUP BY person
), past AS (
    SELECT h.person, array_to_json(array_agg(h.day ORDER BY h.day)) AS days,
           array_to_json(array_agg(round(h.score::numeric, 2) ORDER BY h.day)) AS scores,
           array_to_json(array_agg(h.rank ORDER BY h.day)) AS ranks
    FROM :"board".history AS h JOIN listed USING (person)
    WHERE h.topic = '' AND h.day BETWEEN :'day'::date - 90 AND :'day'::date
    GROUP BY h.person
), before AS (
    SELECT h.person, h.score
    FROM :"board".history AS h
    WHERE h.topic = '' AND h.day = (:before_at AT TIME ZONE 'UTC')::date
), people AS (
    SELECT b.person, b.place, b.score, f.signals, f.accounts, p.days, p.scores, p.ranks,
           h.score AS before_score, r.before, r.without_tenths, m.model, m.before_model
    FROM listed AS b
    CROSS JOIN model AS m
    LEFT JOIN facts AS f USING (person)
    LEFT JOIN past AS p USING (person)
    LEFT JOIN before AS h USING (person)
    LEFT JOIN replayed AS r USING (person)
)
SELECT 'people-' || chunk, json_agg(page ORDER BY place)
FROM (
    SELECT p.place, p.place / :chunk AS chunk, json_build_object(
        'person', p.person::text,
        'accounts', p.accounts,
        'days', p.days,
        'scores', p.scores,
        'ranks', p.ranks,
        'before', round(p.before_score::numeric, 2),
        'parts', (SELECT json_agg(json_build_array(e.part, e.network, round(e.amount::numeric, 2), round(e.points::numeric, 2)))
                  FROM klout_explain(p.signals, p.model, :'as_of') AS e),
        'changes', CASE WHEN :'may_read_actions' AND p.before_model IS NOT NULL THEN (
            SELECT json_agg(json_build_array(e.part, e.network, round(e.points_before::numeric, 2), round(e.points_after::numeric, 2), round(e.change::numeric, 2)))
            FROM klout_explain_change(coalesce(p.before, '{}'), p.signals, p.before_model, p.model, :before_at, :'as_of') AS e) END,
        'new', (SELECT json_build_array(coalesce(sum(e.actions), 0), count(DISTINCT (e.bucket AT TIME ZONE 'UTC')::date))
                FROM klout_entries(p.signals) AS e WHERE e.bucket > :before_at),
        'statement', (SELECT json_agg(json_build_array(s.network, s.kind, s.actions, (s.first_at AT TIME ZONE 'UTC')::date,
                                                       (s.last_at AT TIME ZONE 'UTC')::date, round(s.points::numeric, 2)))
                      FROM klout_statement(:'board', p.person::text) AS s),
        'sampled', (SELECT bool_or(inclusion < 1) FROM klout_reactor_sample(p.signals)),
        'firm', CASE WHEN :'may_read_actions' THEN (
            SELECT json_build_array(round(min(f.score)::numeric, 2), round(max(f.score)::numeric, 2))
            FROM (SELECT coalesce(klout_score(without, p.model, :'as_of'), 0) AS score FROM unnest(p.without_tenths) AS without) AS f) END,
        'topics', (SELECT json_agg(json_build_array(t.topic, round(t.score::numeric, 2)) ORDER BY t.score DESC, t.topic)
                   FROM :"board".scores AS t WHERE t.person = p.person AND t.topic <> '')
    ) AS page
    FROM people AS p
    OFFSET 0) AS pages
GROUP BY chunk
ORDER BY chunk;

COMMIT;
\echo end
