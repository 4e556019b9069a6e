-- The value klout_signals: its text and binary forms, the facts as numbers and
-- rows, the sample of reactors, sizes, comparison.  What is expected is written
-- by hand, or computed in SQL from docs/storage.md and docs/mathematics.md: the
-- hash of a reactor, the sampling key, the probability of being in the sample.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET client_encoding = 'UTF8';
SET extra_float_digits = 1;
\getenv abs_builddir PG_ABS_BUILDDIR
\set noon '2020-06-15 12:00:00+00'

-- Equal but for rounding
CREATE FUNCTION pg_temp.about(a float8, b float8) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN abs(a - b) <= 1e-9 * greatest(abs(a), abs(b));
CREATE FUNCTION pg_temp.one(network text, kind text, actor bigint, at timestamptz,
                            weight float8 DEFAULT NULL, bucket interval DEFAULT '1 day') RETURNS klout_signals
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT klout_signals(network, kind, actor, at, weight, bucket));
CREATE FUNCTION pg_temp.failure(expression text) RETURNS text
    LANGUAGE plpgsql AS
$$
DECLARE
    result text;
BEGIN
    EXECUTE 'SELECT (' || expression || ')::text' INTO result;
    RETURN 'no error, but ' || coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate || ': ' || sqlerrm;
END
$$;

--
-- The hash of a reactor, in SQL: mix(actor xor seed), all numbers modulo 2^64.
-- seed is MurmurHash64A of the network's name, actor a bigint itself, or
-- MurmurHash64A of a text's UTF-8 or a uuid's bytes.
--
CREATE FUNCTION pg_temp.hex(digits text) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN ('x' || digits)::bit(64)::bigint;
CREATE FUNCTION pg_temp.times(a bigint, b bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN (mod(mod(a::numeric * b, 18446744073709551616) + 18446744073709551616 + 9223372036854775808, 18446744073709551616)
            - 9223372036854775808)::bigint;
CREATE FUNCTION pg_temp.shift_right(a bigint, n integer) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN (a >> n) & ((1::bigint << (64 - n)) - 1);
-- the finalizer of SplitMix64
CREATE FUNCTION pg_temp.mix(x bigint) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE AS
$$
BEGIN
    x := pg_temp.times(x # pg_temp.shift_right(x, 30), pg_temp.hex('BF58476D1CE4E5B9'));
    x := pg_temp.times(x # pg_temp.shift_right(x, 27), pg_temp.hex('94D049BB133111EB'));
    RETURN x # pg_temp.shift_right(x, 31);
END
$$;
-- MurmurHash64A by Austin Appleby, seed 0
CREATE FUNCTION pg_temp.murmur(data bytea) RETURNS bigint
    LANGUAGE plpgsql IMMUTABLE AS
$$
DECLARE
    m CONSTANT bigint := pg_temp.hex('C6A4A7935BD1E995');
    h bigint := pg_temp.times(length(data), m);
    k bigint;
BEGIN
    FOR block IN 0 .. (length(data) - 1) / 8 LOOP
        k := 0;
        FOR i IN block * 8 .. least(block * 8 + 8, length(data)) - 1 LOOP
            k := k | (get_byte(data, i)::bigint << (i % 8 * 8));
        END LOOP;
        IF block * 8 + 8 <= length(data) THEN
            k := pg_temp.times(k, m);
            k := pg_temp.times(k # pg_temp.shift_right(k, 47), m);
        END IF;
        h := pg_temp.times(h # k, m);
    END LOOP;
    h := pg_temp.times(h # pg_temp.shift_right(h, 47), m);
    RETURN h # pg_temp.shift_right(h, 47);
END
$$;
CREATE FUNCTION pg_temp.hash_of(network text, actor bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE
    RETURN pg_temp.mix(actor # pg_temp.murmur(convert_to(network, 'UTF8')));
-- docs/storage.md has the hashes of eva and ben on forum.
SELECT to_hex(pg_temp.hash_of('forum', pg_temp.murmur('eva'))) AS eva, to_hex(pg_temp.hash_of('forum', pg_temp.murmur('ben'))) AS ben;
-- bigints of any sign; texts and names of 1 to 40 bytes; uuids
SELECT count(*) AS actors, count(*) FILTER (WHERE r.actor_hash = pg_temp.hash_of(x.network, actor)) AS same
FROM unnest('{0, 1, -1, 2147483648, 9223372036854775807, -9223372036854775808}'::bigint[]) actor,
     (SELECT substr('twitter and its many friends of old', 1, n) AS network FROM generate_series(1, 35, 3) n) x,
     LATERAL klout_reactor_sample(pg_temp.one(x.network, 'like', actor, :'noon')) r;
SELECT count(*) AS actors, count(*) FILTER (WHERE actor_hash = pg_temp.hash_of('twitter', pg_temp.murmur(convert_to(actor, 'UTF8')))) AS same
FROM (SELECT repeat('a', n % 5) || substr('öäüß微博😀ABCDEFGHIJKLMNOPQRSTUVWXYZ', 1, n) AS actor FROM generate_series(0, 40) n) x,
     LATERAL (SELECT (klout_reactor_sample(s)).actor_hash
              FROM (SELECT klout_signals('twitter', 'like', a, :'noon') AS s FROM unnest(ARRAY[actor]) a) y) z;
SELECT bool_and(actor_hash = pg_temp.hash_of('twitter', pg_temp.murmur(uuid_send('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11')))) AS uuid
FROM klout_reactor_sample((SELECT klout_signals('twitter', 'like', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, :'noon')));

--
-- The text form.  2020-06-15 is day 18428 since 1970-01-01, its noon hour 24 * 18428 + 12.
--
SELECT date '2020-06-15' - date '1970-01-01' AS day, 24 * 18428 + 12 AS hour;
-- %s stands for the hash, in 16 hex digits.
SELECT s::text = format(expected, lpad(to_hex(pg_temp.hash_of('twitter', 7)), 16, '0')) AS as_by_hand, s::text = expected AS without_hash
FROM (VALUES
    (klout_signals('{}'), '{}'),
    (pg_temp.one('twitter', 'like', 7, :'noon'),
     '{"bucket": "day", "networks": {"twitter": {"actions": {"like": [18428, 1]}, "reactors": [["%s", 18428, 1, ["like"]]]}}}'),
    (pg_temp.one('twitter', 'like', 7, :'noon', 0.335, '1 hour'),
     '{"bucket": "hour", "networks": {"twitter": {"actions": {"like": [442284, 1]}, "reactors": [["%s", 442284, 0.335, ["like"]]]}}}'),
    -- two likes and a reply: the last bucket has both kinds, the larger weight
    ((SELECT klout_signals('twitter', k, 7, at, w, '1 day')
      FROM (VALUES ('like', '2020-06-13'::timestamptz, 1.0), ('like', '2020-06-15', 0.25), ('reply', '2020-06-15', 0.5)) v(k, at, w)),
     '{"bucket": "day", "networks": {"twitter": {"actions": {"like": [18426, 1, 18428, 1], "reply": [18428, 1]}, "reactors": [["%s", 18428, 0.5, ["like", "reply"]]]}}}'),
    -- what weighs 0, or is rounded to it, is kept apart
    ((SELECT klout_signals('twitter', k, 7, at, w, '1 day')
      FROM (VALUES ('like', '2020-06-13'::timestamptz, 0.003), ('like', '2020-06-15', 0.002), ('reply', '2020-06-14', 0)) v(k, at, w)),
     '{"bucket": "day", "networks": {"twitter": {"actions": {"like": [18426, 1, 18428, 1], "reply": [18427, 1]}, "reactors": [["%1$s", 18426, 0.005, ["like"]]], "unproven": [["%1$s", 18428, ["like"]]]}}}'),
    -- the kinds of the last bucket only
    ((SELECT klout_signals('twitter', k, 7, at) FROM (VALUES ('like', '2020-06-15'::timestamptz), ('reply', '2020-06-13')) v(k, at)),
     '{"bucket": "day", "networks": {"twitter": {"actions": {"like": [18428, 1], "reply": [18426, 1]}, "reactors": [["%s", 18428, 1, ["like"]]]}}}'),
    -- 1969-12-31 is day -1; its last hour is hour -1
    (pg_temp.one('twitter', 'like', 7, '1969-12-31 23:59:59.999999+00'),
     '{"bucket": "day", "networks": {"twitter": {"actions": {"like": [-1, 1]}, "reactors": [["%s", -1, 1, ["like"]]]}}}'),
    (pg_temp.one('twitter', 'like', 7, '1969-12-31 23:00:00+00', 0, '1 hour'),
     '{"bucket": "hour", "networks": {"twitter": {"actions": {"like": [-1, 1]}, "unproven": [["%s", -1, ["like"]]]}}}'),
    -- an audience has no bucket: its day, the microseconds since, the followers
    ((SELECT klout_audience('x', 5, '2020-06-15 12:00:00.000001+00')),
     '{"networks": {"x": {"audience": {"day": 18428, "microsecond": 43200000001, "followers": 5}}}}'),
    ((SELECT klout_audience('x', 0, '1969-12-31 23:59:59.999999+00')),
     '{"networks": {"x": {"audience": {"day": -1, "microsecond": 86399999999, "followers": 0}}}}'),
    ((SELECT klout_posts('x', :'noon') FROM generate_series(1, 2)), '{"bucket": "day", "networks": {"x": {"posts": [18428, 2]}}}'),
    ((SELECT klout_posts('x', :'noon', '1 hour')), '{"bucket": "hour", "networks": {"x": {"posts": [442284, 1]}}}'),
    -- everything of a network in one order, networks by name
    (pg_temp.one('twitter', 'like', 7, :'noon') || (SELECT klout_posts(n, '2020-06-14') FROM unnest('{a, twitter}'::text[]) n)
     || (SELECT klout_audience(n, 9223372036854775807, '2020-06-15') FROM unnest('{twitter, zz}'::text[]) n),
     '{"bucket": "day", "networks": {"a": {"posts": [18427, 1]}, "twitter": {"audience": {"day": 18428, "microsecond": 0, "followers": 9223372036854775807}, '
     '"posts": [18427, 1], "actions": {"like": [18428, 1]}, "reactors": [["%s", 18428, 1, ["like"]]]}, '
     '"zz": {"audience": {"day": 18428, "microsecond": 0, "followers": 9223372036854775807}}}}'),
    -- names are JSON strings
    ((SELECT klout_posts(E'"\\\n\tä', :'noon')), E'{"bucket": "day", "networks": {"\\"\\\\\\n\\tä": {"posts": [18428, 1]}}}')) v(s, expected);
-- Reactors are in the order of their hashes, which are unsigned.
SELECT s::text = format('{"bucket": "day", "networks": {"twitter": {"actions": {"like": [18428, 20]}, "reactors": [%s]}}}', reactors) AS as_by_hand
FROM (SELECT klout_signals('twitter', 'like', a, :'noon') AS s,
             string_agg(format('["%s", 18428, 1, ["like"]]', hash), ', ' ORDER BY hash COLLATE "C") AS reactors
      FROM (SELECT a, lpad(to_hex(pg_temp.hash_of('twitter', a)), 16, '0') AS hash FROM generate_series(1, 20) a) x) y;
-- What is printed does not depend on settings.
SET extra_float_digits = -15;
SET datestyle = 'German';
SET timezone = 'Asia/Kathmandu';
SELECT s::text LIKE '%[18428, 1]%', s::text LIKE '% 18428, 0.335, %' FROM pg_temp.one('twitter', 'like', 7, :'noon', 0.3333) s;
SET extra_float_digits = 1;
SET datestyle = 'ISO';
SET timezone = 'UTC';

-- Reading: any order of keys and any space
SELECT E' {"networks" :\n{"y":{"posts":[1,2]}, "x": {"reactors": [["00000000000000ff", 18428, 0.50, ["b", "a"]]], "actions": {"b": [18428, 1], "a": [18428, 2]}, "unproven": [["00000000000000ff", 18428, ["a"]]],
        "audience": {"followers": 5, "microsecond": 6, "day": 7}}}, "bucket":"day"} '::klout_signals;
-- Nothing inconsistent is let in.
CREATE TEMPORARY TABLE bad (input text);
INSERT INTO bad VALUES (''), ('null'), ('[]'), ('1'), ('"x"'), ('{'), ('{}{}'), ('{"x": 1}'), ('{"bucket": "day"}'), ('{"bucket": "week"}'), ('{"bucket": 1, "networks": {}}'),
    ('{"networks": []}'), ('{"networks": {"x": {}}}'), ('{"networks": {"x": 1}}'), ('{"networks": {"": {"audience": {"day": 1, "microsecond": 1, "followers": 1}}}}'),
    (format('{"networks": {"%s": {"audience": {"day": 1, "microsecond": 1, "followers": 1}}}}', repeat('x', 64))),
    ('{"networks": {"x": {"audience": {"day": 1, "microsecond": 1}}}}'), ('{"networks": {"x": {"audience": {"day": 1, "microsecond": 86400000000, "followers": 1}}}}'),
    ('{"networks": {"x": {"audience": {"day": 1, "microsecond": -1, "followers": 1}}}}'), ('{"networks": {"x": {"audience": {"day": 1, "microsecond": 1, "followers": -1}}}}'),
    ('{"networks": {"x": {"audience": {"day": 1, "microsecond": 1, "followers": 1.5}}}}'), ('{"networks": {"x": {"audience": {"day": 1, "microsecond": 1, "followers": 9223372036854775808}}}}'),
    ('{"networks": {"x": {"audience": {"day": 106762940, "microsecond": 1, "followers": 1}}}}'), ('{"networks": {"x": {"audience": {"day": -2440589, "microsecond": 1, "followers": 1}}}}'),
    ('{"bucket": "day", "networks": {"x": {"audience": {"day": 1, "microsecond": 1, "followers": 1}}}}'), -- a bucket of nothing
    ('{"networks": {"x": {"posts": [1, 1]}}}'), -- and no bucket of something
    ('{"bucket": "day", "networks": {"x": {"posts": []}}}'), ('{"bucket": "day", "networks": {"x": {"posts": [1]}}}'), ('{"bucket": "day", "networks": {"x": {"posts": [1, 0]}}}'),
    ('{"bucket": "day", "networks": {"x": {"posts": [1, -1]}}}'), ('{"bucket": "day", "networks": {"x": {"posts": [2, 1, 1, 1]}}}'), ('{"bucket": "day", "networks": {"x": {"posts": [1, 1, 1, 1]}}}'),
    ('{"bucket": "day", "networks": {"x": {"posts": [1.5, 1]}}}'), ('{"bucket": "day", "networks": {"x": {"posts": [1, 1], "more": 1}}}'), ('{"bucket": "day", "networks": {"x": {"posts": [106762940, 1]}}}'),
    ('{"bucket": "day", "networks": {"x": {"posts": [1, 9223372036854775807, 2, 1]}}}'), ('{"bucket": "day", "networks": {"x": {"posts": [1, 9223372036854775808]}}}');
-- the same of actions, from a good one with one thing changed
\set good '{"bucket": "day", "networks": {"x": {"actions": {"a": [5, 2], "b": [6, 2]}, "reactors": [["0000000000000001", 5, 0.5, ["a"]], ["8000000000000000", 6, 1, ["b"]]], "unproven": [["8000000000000000", 6, ["b"]], ["f000000000000000", 5, ["a"]]]}}}'
SELECT klout_count(:'good'::klout_signals) AS actions, klout_reactors(:'good') AS reactors;
INSERT INTO bad SELECT replace(:'good', a, b)
FROM (VALUES ('"b": [6, 2]', '"b": [6, 0]'), ('"b": [6, 2]', '"b": []'), ('"b": [6, 2]', '"": [6, 1]'), ('5, 0.5', '5, 0.501'), ('5, 0.5', '5, -0.5'), ('5, 0.5', '5, 1.005'), ('5, 0.5', '5, "0.5"'),
             ('5, 0.5', '5, 0'), ('5, 0.5', '5'), ('5, 0.5', '7, 0.5'), ('["a"]', '["c"]'), ('["a"]', '[]'), ('["a"]', '"a"'), ('0000000000000001', '8000000000000001'), ('0000000000000001', '8000000000000000'),
             ('0000000000000001', '1'), ('0000000000000001', '000000000000000g'), ('0000000000000001', '00000000000000001'), ('"reactors"', '"more": 1, "reactors"'), ('"reactors"', '"registers": "00", "reactors"'),
             ('["0000000000000001", 5, 0.5, ["a"]], ["8000000000000000", 6, 1, ["b"]]', ''), ('"8000000000000000", 6, 1, ["b"]', '"8000000000000000", 6, 1, ["b"], 1'),
             ('"actions": {"a": [5, 2], "b": [6, 2]}, ', ''), ('{"a": [5, 2], "b": [6, 2]}', '{}'), ('[5, 2]', '[5, 9223372036854775807]'),
             ('"actions": {"a": [5, 2], "b": [6, 2]}, ', '"actions": {"a": [5, 1], "b": [6, 2]}, '), -- four reactors, three actions
             ('"8000000000000000", 6, ["b"]', '"8000000000000000", 7, ["b"]'), ('"8000000000000000", 6, ["b"]', '"8000000000000000", 6, []'), ('"8000000000000000", 6, ["b"]', '"8000000000000000", 6, ["c"]'),
             ('"8000000000000000", 6, ["b"]', '"8000000000000000", 6, 0, ["b"]'), ('"8000000000000000", 6, ["b"]', '"f000000000000000", 6, ["b"]'), ('"8000000000000000", 6, ["b"]', '"f000000000000001", 6, ["b"]'),
             ('["8000000000000000", 6, ["b"]], ["f000000000000000", 5, ["a"]]', ''), ('"unproven": [', '"unproven": [[], '), ('"unproven"', '"unproven_registers": "00", "unproven"'),
             ('"unproven": [["8000000000000000", 6, ["b"]], ["f000000000000000", 5, ["a"]]]', '"unproven": 1'), ('"unproven": [["8000000000000000", 6, ["b"]], ["f000000000000000", 5, ["a"]]]', '"unproven_registers": "00"')) v(a, b);
SELECT count(*) AS inputs, count(*) FILTER (WHERE pg_temp.failure(format('%L::klout_signals', input)) NOT LIKE '22%') AS let_in_or_odd FROM bad;
SELECT input, pg_temp.failure(format('%L::klout_signals', input)) FROM bad WHERE pg_temp.failure(format('%L::klout_signals', input)) NOT LIKE '22%';

--
-- Facts as rows
--
-- two actors, two networks; hour buckets begin at the hour
SELECT network, kind, bucket, actions
FROM klout_entries((SELECT klout_signals(n, k, a, at, 1, '1 hour')
    FROM (VALUES ('x', 'like', 1, timestamptz '2020-06-15 12:34:56+00'), ('x', 'like', 2, '2020-06-15 12:00:00+00'), ('x', 'like', 1, '2020-06-15 11:59:59.999999+00'),
                 ('x', 'reply', 1, '1969-12-31 23:59:59+00'), ('w', 'reply', 1, '2020-06-15 12:00:00+00')) v(n, k, a, at)))
ORDER BY network, kind, bucket;
SELECT * FROM klout_entries(pg_temp.one('x', 'like', 1, '0044-03-15 12:00:00+00 BC') || pg_temp.one('x', 'like', 1, '294276-12-31 23:59:59+00')) ORDER BY bucket;
-- neither audience nor posts are entries
SELECT count(*) AS entries FROM klout_entries((SELECT klout_audience('x', 1, now())) || (SELECT klout_posts('x', now())));
SELECT count(*) AS reactors FROM klout_reactor_sample((SELECT klout_audience('x', 1, now())) || (SELECT klout_posts('x', now())));
-- All reactors while at most 256 are proven and at most 256 not: the last bucket
-- with a weight, its kinds and its largest weight, and the last bucket without
-- if that is later, all computed from the rows; inclusion 1.
CREATE TEMPORARY TABLE small_crowd AS
SELECT CASE WHEN i % 3 = 0 THEN 'x' ELSE 'y' END AS network, 'kind ' || i * 31 % 4 AS kind, (i * 7919 % 300)::bigint AS actor,
       timestamptz '2020-06-15' - i * 104729 % 40 * interval '1 day' AS at, CASE WHEN i % 4 > 0 THEN i * 17 % 201 / 200.0 ELSE 0 END::float8 AS weight
FROM generate_series(1, 2000) i;
CREATE TEMPORARY VIEW small_crowd_expected AS
SELECT network, pg_temp.hash_of(network, actor) AS actor_hash, at AS last_at, array_agg(DISTINCT kind ORDER BY kind) AS kinds,
       max(weight) AS weight, 1::float8 AS inclusion
FROM (SELECT *, max(at) OVER (PARTITION BY network, actor, weight > 0) AS last, max(at) FILTER (WHERE weight > 0) OVER (PARTITION BY network, actor) AS proven
      FROM small_crowd) x WHERE at = last AND (weight > 0 OR proven >= at IS NOT TRUE)
GROUP BY network, actor, at, weight > 0;
SELECT network, count(*) FILTER (WHERE weight > 0) AS proven, count(*) FILTER (WHERE weight = 0) AS unproven, count(DISTINCT actor_hash) AS reactors
FROM small_crowd_expected GROUP BY network ORDER BY network;
DELETE FROM small_crowd WHERE actor >= 256;
SELECT network, count(*) FILTER (WHERE weight > 0) AS proven, count(*) FILTER (WHERE weight = 0) AS unproven, count(DISTINCT actor_hash) AS reactors
FROM small_crowd_expected GROUP BY network ORDER BY network;
SELECT network, klout_reactors(s, network) AS reactors
FROM (SELECT klout_signals(network, kind, actor, at, weight, '1 day') AS s FROM small_crowd) c, unnest('{x, y}'::text[]) AS network;
SELECT count(*) AS missing FROM (SELECT * FROM small_crowd_expected
    EXCEPT ALL SELECT * FROM klout_reactor_sample((SELECT klout_signals(network, kind, actor, at, weight, '1 day') FROM small_crowd))) x;
SELECT count(*) AS too_many FROM (SELECT * FROM klout_reactor_sample((SELECT klout_signals(network, kind, actor, at, weight, '1 day') FROM small_crowd))
    EXCEPT ALL SELECT * FROM small_crowd_expected) x;

--
-- The sample of more than 256 reactors, computed in SQL from its definition:
--   u = (hash + 1/2) / 2^64,  key = Hd log2(-log2 u) - last, Hd = 60 days or 12 hours
--   of the proven actions the 256 smallest keys; tau is the 257th;  inclusion = 1 - 2^-(2^((tau + last) / Hd))
--   of the others those below that tau and their own, unless the reactor has a proven action in the same or a later bucket
-- 10,000 reactors over 90 days, each seen one to three times, a third of the times with weight 0.
--
CREATE TEMPORARY TABLE big_crowd AS
SELECT actor::bigint, 'kind ' || (actor + i) % 5 AS kind, timestamptz '2020-06-15 23:59:59+00' - (actor * 7919 + i * 104729) % 90 * interval '1 day' AS at,
       CASE WHEN actor % 7 % 3 + i <> 3 THEN (1 + (actor * 31 + i) % 200) / 200.0 ELSE 0 END::float8 AS weight
FROM generate_series(1, 10000) actor, generate_series(1, 3) i WHERE i <= actor % 3 + 1;
CREATE TEMPORARY TABLE big AS SELECT klout_signals('x', kind, actor, at, weight, '1 day') AS s, klout_signals('x', kind, actor, at, weight, '1 hour') AS by_hour FROM big_crowd;
-- keys with the logarithm in float8: here 1 - u is large enough not to lose digits that matter
CREATE FUNCTION pg_temp.unit(hash bigint) RETURNS float8
    LANGUAGE sql IMMUTABLE
    RETURN ((CASE WHEN hash < 0 THEN hash::numeric + 18446744073709551616 ELSE hash END + 0.5) / 18446744073709551616)::float8;
CREATE TEMPORARY TABLE big_expected AS
WITH reactor AS (
    SELECT unit, actor, pg_temp.hash_of('x', actor) AS actor_hash, proven, at AS last_at, array_agg(DISTINCT kind ORDER BY kind) AS kinds, max(weight) AS weight
    FROM (SELECT *, max(at) OVER (PARTITION BY unit, actor, proven) AS last
          FROM (SELECT unit, actor, kind, weight, weight > 0 AS proven, date_trunc(unit, at, 'UTC') AS at FROM big_crowd, unnest('{day, hour}'::text[]) unit) w) x
    WHERE at = last GROUP BY unit, actor, at, proven
), keyed AS (
    SELECT *, extract(epoch FROM last_at)::float8 / CASE unit WHEN 'day' THEN 86400 ELSE 3600 END AS last, CASE unit WHEN 'day' THEN 60 ELSE 12 END AS hd,
           max(last_at) FILTER (WHERE proven) OVER (PARTITION BY unit, actor) AS last_proven
    FROM reactor
), ranked AS (
    SELECT *, hd * ln(-ln(pg_temp.unit(actor_hash)) / ln(2)) / ln(2) - last AS key FROM keyed
), tau AS (
    SELECT unit, max(key) FILTER (WHERE proven) AS proven_tau, min(key) AS tau
    FROM (SELECT unit, proven, key, row_number() OVER (PARTITION BY unit, proven ORDER BY key) AS n FROM ranked) r WHERE n = 257 GROUP BY unit
)
SELECT unit, 'x' AS network, actor_hash, proven, last_at, kinds, weight, last, last_proven, key, proven_tau, tau,
       1 - 2 ^ (-(2 ^ ((CASE WHEN proven THEN proven_tau ELSE tau END + last) / hd))) AS inclusion,
       key < CASE WHEN proven THEN proven_tau WHEN last_proven >= last_at THEN '-infinity' ELSE tau END AS sampled
FROM ranked JOIN tau USING (unit);
SELECT unit, proven, count(*) AS reactors, count(*) FILTER (WHERE sampled) AS sampled, count(*) FILTER (WHERE sampled AND NOT proven AND last_proven < last_at) AS not_any_more
FROM big_expected GROUP BY unit, proven ORDER BY unit, proven;
SELECT unit, weight > 0 AS proven, count(*) AS sampled, count(*) FILTER (WHERE (s.network, s.last_at, s.kinds) = (e.network, e.last_at, e.kinds) AND weight = e_weight) AS as_expected,
       count(*) FILTER (WHERE abs(s.inclusion / e.inclusion - 1) < 1e-6) AS inclusion
FROM (SELECT 'day' AS unit, r.*, weight > 0 AS proven FROM big, klout_reactor_sample(s) r UNION ALL SELECT 'hour', r.*, weight > 0 FROM big, klout_reactor_sample(by_hour) r) s
FULL JOIN (SELECT unit, actor_hash, proven, network, last_at, kinds, weight AS e_weight, inclusion FROM big_expected WHERE sampled) e USING (unit, actor_hash, proven)
GROUP BY unit, weight > 0 ORDER BY unit, proven;
-- Estimates: the number of those who ever were proven, and those of them faded by
-- recency (reach where all are proven), within 3 standard errors of the truth.  The estimate
-- of a sum of x is the sum of x/p, with the standard error sqrt(sum x^2 (1-p) / p^2).
WITH truth AS (
    SELECT count(*) AS reactors, sum(2 ^ ((last - 18428) / 30)) AS faded, sum(weight * 2 ^ ((last - 18428) / 30)) AS proven FROM big_expected WHERE unit = 'day' AND proven
), estimate AS (
    SELECT sum(1 / p) AS reactors, sqrt(sum((1 - p) / p ^ 2)) AS reactors_error, sum(x / p) AS faded, sqrt(sum(x ^ 2 * (1 - p) / p ^ 2)) AS faded_error,
           sum(w * x / p) AS proven, sqrt(sum((w * x) ^ 2 * (1 - p) / p ^ 2)) AS proven_error, max(x) <= 1 AS none_later
    FROM (SELECT r.inclusion AS p, r.weight AS w, 2 ^ (extract(epoch FROM r.last_at - '2020-06-15')::float8 / 86400 / 30) AS x FROM big, klout_reactor_sample(s) r WHERE weight > 0) y
)
SELECT abs(e.reactors - t.reactors) <= 3 * reactors_error AS reactors, abs(e.faded - t.faded) <= 3 * faded_error AS faded,
       abs(e.proven - t.proven) <= 3 * proven_error AS proven, none_later,
       -- the errors mean something: at most 15 %, and 7 % of what counts, the recent ones
       reactors_error < 0.15 * t.reactors AS reactors_error, faded_error < 0.07 * t.faded AS faded_error
FROM truth t, estimate e;
-- Reach is that sum of x/p: R = P + min(U, 0.1 (1 + P)), P and U weighted with w and 1 - w.
SELECT pg_temp.about(klout_reach(s, klout_model() || '{"unproven_cap": 0.1}', :'noon'),
                     (SELECT p + least(u, 0.1 * (1 + p))
                      FROM (SELECT sum(weight * x / inclusion) AS p, sum((1 - weight) * x / inclusion) AS u
                            FROM (SELECT *, 2 ^ (extract(epoch FROM last_at - '2020-06-15')::float8 / 86400 / 30) AS x FROM klout_reactor_sample(s)) y) z)) AS reach
FROM big;
-- Without a cap R = P + U.  Of a reactor who came back unproven U has what is more than
-- the proven action: that is known of those whose two keys are below tau.
SELECT abs(klout_reach(s, klout_model() || '{"unproven_cap": 1e9}', :'noon') / (proven + unproven - twice) - 1) < 1e-6 AS reach, twice > 1 AS some_came_back
FROM big, (SELECT sum(x / inclusion) FILTER (WHERE proven) AS proven, sum(x / inclusion) FILTER (WHERE NOT proven) AS unproven,
                  sum(before / (1 - 2 ^ (-(2 ^ ((tau + last_before) / 60))))) FILTER (WHERE key_before < tau) AS twice
           FROM (SELECT *, 2 ^ ((last - 18428) / 30) AS x FROM big_expected WHERE unit = 'day' AND sampled) e
           LEFT JOIN (SELECT actor_hash, false AS proven, key AS key_before, last AS last_before, 2 ^ ((last - 18428) / 30) AS before
                      FROM big_expected WHERE unit = 'day' AND sampled AND proven) p USING (actor_hash, proven)) sums;
-- Days and actions do not depend on the sample.
SELECT klout_count(s) = (SELECT count(*) FROM big_crowd) AS actions, (SELECT count(DISTINCT bucket) FROM klout_entries(s)) AS days, (SELECT sum(actions) FROM klout_entries(s)) = klout_count(s) AS entries FROM big;
-- Distinct reactors: exact to 256, then within 10 % (3 standard errors of 3.25 %), never fewer than 257
SELECT n, CASE WHEN n <= 256 THEN klout_reactors(s) = n ELSE klout_reactors(s) BETWEEN greatest(257, 0.9 * n) AND 1.1 * n END AS as_expected,
       klout_reactors(s) = klout_reactors(s, 'x') AS network
FROM (SELECT n, klout_signals('x', 'like', a * 104729, :'noon') AS s
      FROM unnest('{1, 255, 256, 257, 1000, 10000, 60000}'::bigint[]) n, generate_series(1, n) a GROUP BY n) y
ORDER BY n;
-- a reactor counts once on a network, once more on another
SELECT klout_reactors(s) AS reactors, klout_reactors(s, 'x') AS x, klout_reactors(s, 'y') AS y, klout_reactors(s, 'z') AS z
FROM (SELECT klout_signals(n, 'like', i % 5, at) AS s FROM generate_series(1, 100) i, (VALUES ('x', timestamptz '2020-06-15'), ('x', '2020-06-14'), ('y', '2020-06-15')) v(n, at) WHERE n = 'x' OR i < 3) x;
-- Any order and any way of merging gives the same bytes, also for those who
-- left the sample and came back.
SELECT count(*) AS ways, count(*) FILTER (WHERE x.s = big.s) AS same
FROM big, (SELECT klout_signals('x', kind, actor, at, weight, '1 day' ORDER BY at) AS s FROM big_crowd
           UNION ALL SELECT klout_signals('x', kind, actor, at, weight, '1 day' ORDER BY at DESC, actor) FROM big_crowd
           UNION ALL SELECT klout_signals('x', kind, actor, at, weight, '1 day' ORDER BY hashint8(actor), kind) FROM big_crowd
           UNION ALL SELECT klout_rollup(s ORDER BY at) FROM (SELECT at, klout_signals('x', kind, actor, at, weight, '1 day') AS s FROM big_crowd GROUP BY at) y
           UNION ALL SELECT klout_rollup(s ORDER BY at DESC) FROM (SELECT at, klout_signals('x', kind, actor, at, weight, '1 day') AS s FROM big_crowd GROUP BY at) y
           UNION ALL SELECT klout_rollup(s) FROM (SELECT klout_signals('x', kind, actor, at, weight, '1 day') AS s FROM big_crowd GROUP BY actor % 700) y
           UNION ALL SELECT a.s || b.s FROM (SELECT klout_signals('x', kind, actor, at, weight, '1 day') AS s FROM big_crowd WHERE kind < 'kind 2') a,
                                            (SELECT klout_signals('x', kind, actor, at, weight, '1 day') AS s FROM big_crowd WHERE kind >= 'kind 2') b) x;

--
-- Counting in windows: half open, by the beginning of a bucket
--
CREATE TEMPORARY TABLE week AS -- 1 like on June 1, 2 on June 2, ... 7 on June 7; a reply every day; on y a like
SELECT klout_signals('x', 'like', a, timestamptz '2020-06-01 18:00+00' + (d - 1) * interval '1 day') || klout_signals('x', 'reply', 1, timestamptz '2020-06-01' + (d - 1) * interval '1 day') FILTER (WHERE a = 1)
       || klout_signals('y', 'like', 1, '2020-06-01') FILTER (WHERE a = 1 AND d = 1) AS s
FROM generate_series(1, 7) d, generate_series(1, d) a;
SELECT klout_count(s) AS "28 + 7 + 1", klout_count(s, 'x') AS "28 + 7", klout_count(s, 'y') AS "1", klout_count(s, 'z') AS "0",
       klout_count(s, 'x', 'like') AS "28", klout_count(s, 'x', 'reply') AS "7", klout_count(s, 'y', 'reply') AS "0", klout_count(s, 'x', 'share') AS "0"
FROM week;
SELECT from_at, to_at, klout_count(s, 'x', 'like', from_at, to_at) = expected AS likes
FROM week, (VALUES (timestamptz '2020-06-02', timestamptz '2020-06-04', 2 + 3), ('2020-06-02', '2020-06-04 00:00:00.000001', 2 + 3 + 4),
                   ('2020-06-02 00:00:00.000001', '2020-06-04', 3), ('2020-06-02', '2020-06-02', 0), ('2020-06-04', '2020-06-02', 0),
                   ('-infinity', '2020-06-03', 1 + 2), ('2020-06-06', 'infinity', 6 + 7), ('-infinity', 'infinity', 28), ('infinity', '-infinity', 0),
                   ('infinity', 'infinity', 0), ('-infinity', '-infinity', 0), ('2020-06-02 00:00+05:45', '2020-06-04 00:00+05:45', 2 + 3)) v(from_at, to_at, expected);
SELECT pg_temp.failure($$klout_count('{}'::klout_signals, '')$$), pg_temp.failure(format($$klout_count('{}'::klout_signals, 'x', '%s')$$, repeat('x', 64)));

--
-- Merging with || and a literal of unknown type, audiences that tie
--
SELECT (s || '{}') = s AS right_literal, ('{}' || s) = s AS left_literal,
       (s || '{"bucket": "day", "networks": {"x": {"posts": [18428, 2]}}}')::text LIKE '%"posts": [18428, 2]%' AS posts
FROM pg_temp.one('x', 'like', 1, :'noon') s;
SELECT pg_temp.failure($$'{}'::klout_signals || '{'$$);
SELECT klout_audience('x', f, at ORDER BY f) = klout_audience('x', f, at ORDER BY f DESC) AS either_order, klout_audience('x', f, at) AS "8, the larger"
FROM (VALUES (7, timestamptz '2020-06-15 10:00:00+00'), (8, '2020-06-15 10:00:00+00'), (9, '2020-06-15 09:59:59.999999+00')) v(f, at);
SELECT (a || b) = b AS larger, (b || a) = b AS larger, (b || c) = c AS later, (c || b) = c AS later, (c || c) = c AS idempotent
FROM (SELECT klout_audience('x', 7, '2020-06-15') AS a, klout_audience('x', 8, '2020-06-15') AS b, klout_audience('x', 1, '2020-06-15 00:00:00.000001+00') AS c) x;
-- Merging a value with itself: twice the actions, each reactor once
SELECT klout_count(s || s) AS actions, klout_reactors(s || s) AS reactors FROM (SELECT klout_signals('x', 'like', a, :'noon') AS s FROM generate_series(1, 3) a) x;
-- Counts end where bigint does.
\set most '{"bucket": "day", "networks": {"x": {"actions": {"a": [18428, 9223372036854775807]}, "reactors": [["0000000000000001", 18428, 1, ["a"]]]}}}'
SELECT klout_count(:'most'::klout_signals) AS actions;
SELECT pg_temp.failure(format($$%L::klout_signals || '{"bucket": "day", "networks": {"x": {"actions": {"b": [1, 1]}, "reactors": [["0000000000000001", 1, 1, ["b"]]]}}}'$$, :'most'));
SELECT pg_temp.failure(format($$klout_count(%L::klout_signals || pg_temp.one('y', 'a', 1, '2020-06-15'))$$, :'most'));

--
-- The binary form, through COPY
--
CREATE TEMPORARY TABLE value (id serial, s klout_signals);
INSERT INTO value (s)
SELECT s FROM big UNION ALL SELECT by_hour FROM big UNION ALL SELECT s FROM week UNION ALL SELECT '{}' UNION ALL SELECT NULL
UNION ALL SELECT klout_audience('x', 9223372036854775807, '4714-11-24 00:00:00+00 BC') UNION ALL SELECT klout_posts('微博', '294276-12-31 23:59:59+00')
UNION ALL SELECT klout_signals(network, kind, actor, at, weight, '1 day') FROM small_crowd GROUP BY actor;
\set file :abs_builddir '/results/klout_signals.bin'
COPY value TO :'file' (FORMAT binary);
CREATE TEMPORARY TABLE value_back (LIKE value);
COPY value_back FROM :'file' (FORMAT binary);
SELECT count(*) > 200 AS many, count(*) FILTER (WHERE v.s IS DISTINCT FROM b.s) AS changed, count(*) FILTER (WHERE v.s::text::klout_signals IS DISTINCT FROM v.s) AS changed_by_text
FROM value v FULL JOIN value_back b USING (id);
-- the byte-by-byte example of docs/storage.md, its pieces put together
SELECT '\x' || '01' || '01' || '01' || '05666f72756d' || '03' || '4002d86a45f10200' || 'ac02' || 'fac002' || '01' || '00' || '02'
       || '046c696b65' || 'fcc002' || '01' || '01' || '01' || '00' || '057265706c79' || 'fec002' || '01' || '00'
       || '02' || '3388c08e865d7f35' || '00' || '02' || 'c8' || '510028e384b5e3ce' || '00' || '01' || '64' AS example \gset
SELECT _klout_signals_send(s) = :'example'::bytea AS bytes
FROM (SELECT klout_signals('forum', k, a, at, w, '1 day') || (SELECT klout_posts('forum', '2026-03-29 18:00+00')) || (SELECT klout_audience('forum', 300, '2026-03-31 00:00:01+00')) AS s
      FROM (VALUES ('like', 'ben', timestamptz '2026-03-30 12:00+00', 1.0), ('like', 'ben', '2026-03-31 12:00+00', 0.5), ('reply', 'eva', '2026-03-31 13:00+00', 1)) v(k, a, at, w)) x;
-- Other bytes: a bytea's binary form is its bytes, so COPY brings any to the
-- receive function.
CREATE TEMPORARY TABLE bytes (b bytea);
CREATE TEMPORARY TABLE received (s klout_signals);
CREATE FUNCTION pg_temp.receive(b bytea, file text) RETURNS text
    LANGUAGE plpgsql AS
$$
DECLARE
    got klout_signals;
BEGIN
    DELETE FROM bytes;
    DELETE FROM received;
    INSERT INTO bytes VALUES (b);
    EXECUTE format('COPY bytes TO %L (FORMAT binary)', file);
    EXECUTE format('COPY received FROM %L (FORMAT binary)', file);
    SELECT s INTO STRICT got FROM received;
    RETURN CASE WHEN _klout_signals_send(got) = b AND got::text::klout_signals = got THEN 'accepted' ELSE 'accepted, but changed' END;
EXCEPTION WHEN OTHERS THEN
    RETURN sqlstate;
END
$$;
SELECT pg_temp.receive(:'example', :'file') AS example, pg_temp.receive('\x010000', :'file') AS empty, pg_temp.receive('', :'file') AS nothing,
       pg_temp.receive('\x020000', :'file') AS other_version, pg_temp.receive(:'example'::bytea || '\x00', :'file') AS longer;
-- cut short anywhere: always refused
SELECT result, count(*) FROM (SELECT pg_temp.receive(substr(:'example'::bytea, 1, n), :'file') AS result FROM generate_series(0, length(:'example'::bytea) - 1) n) x GROUP BY result;
-- one byte changed: refused, or a value that is what it was written as
SELECT count(*) FILTER (WHERE result = 'accepted') > 10 AS some_accepted, count(*) FILTER (WHERE result = '22P03') > 100 AS most_refused,
       count(*) FILTER (WHERE result NOT IN ('22P03', 'accepted')) AS others
FROM (SELECT pg_temp.receive(set_byte(:'example'::bytea, n, (get_byte(:'example'::bytea, n) + change) % 256), :'file') AS result
      FROM generate_series(0, length(:'example'::bytea) - 1) n, unnest('{1, 2, 64, 128, 255}'::integer[]) change) x;

--
-- Sizes
--
-- one action, names of 32 bytes together, the worst moment and weight
SELECT max(pg_column_size(s)) <= 96 AS small
FROM (SELECT pg_temp.one(repeat('n', n), repeat('k', 32 - n), 9223372036854775807, at, 0.005, unit) AS s
      FROM generate_series(1, 31) n, unnest('{294276-12-31 23:59:59+00, 4714-11-24 00:00:00+00 BC, 2020-06-15 00:00:00+00}'::timestamptz[]) at, unnest('{1 day, 1 hour}'::interval[]) unit) x;
-- 10,000 reactors on a network over 90 days, 5 kinds
SELECT count(DISTINCT actor) AS reactors, max(at) - min(at) AS span, pg_column_size(klout_signals('x', kind, actor, at)) <= 6144 AS small FROM big_crowd;
-- with two samples at most twice that
SELECT pg_column_size(s) <= 2 * 6144 AS small, pg_column_size(s) < 2 * pg_column_size(proven) AS less_than_twice
FROM big, (SELECT klout_signals('x', kind, actor, at) AS proven FROM big_crowd) p;

--
-- Comparing: by the bytes of the binary form
--
CREATE TEMPORARY TABLE pick AS
SELECT s, _klout_signals_send(s) AS bytes
FROM (SELECT pg_temp.one('x', 'like', i % 7, timestamptz '2020-06-15' - i % 11 * interval '1 day', i % 2, CASE WHEN i % 3 = 0 THEN interval '1 hour' ELSE '1 day' END) AS s FROM generate_series(1, 200) i
      UNION ALL SELECT '{}' UNION ALL SELECT '{}' UNION ALL SELECT klout_audience('x', i, now()) FROM generate_series(1, 3) i GROUP BY i) x;
SELECT count(*) AS pairs, count(*) FILTER (WHERE (a.s = b.s) IS DISTINCT FROM (a.bytes = b.bytes)) AS eq, count(*) FILTER (WHERE (a.s <> b.s) IS DISTINCT FROM (a.bytes <> b.bytes)) AS ne,
       count(*) FILTER (WHERE (a.s < b.s) IS DISTINCT FROM (a.bytes < b.bytes)) AS lt, count(*) FILTER (WHERE (a.s <= b.s) IS DISTINCT FROM (a.bytes <= b.bytes)) AS le,
       count(*) FILTER (WHERE (a.s > b.s) IS DISTINCT FROM (a.bytes > b.bytes)) AS gt, count(*) FILTER (WHERE (a.s >= b.s) IS DISTINCT FROM (a.bytes >= b.bytes)) AS ge,
       count(*) FILTER (WHERE sign(_klout_signals_cmp(a.s, b.s)) IS DISTINCT FROM CASE WHEN a.bytes < b.bytes THEN -1 WHEN a.bytes > b.bytes THEN 1 ELSE 0 END) AS cmp,
       count(*) FILTER (WHERE a.bytes = b.bytes AND _klout_signals_hash(a.s) <> _klout_signals_hash(b.s)) AS hash,
       count(*) FILTER (WHERE a.bytes = b.bytes AND _klout_signals_hash_extended(a.s, 7) <> _klout_signals_hash_extended(b.s, 7)) AS hash_extended
FROM pick a, pick b;
-- Rows i and i + 154 are the same value if neither is a multiple of 3 (the actor
-- goes by 7, the day by 11, the weight by 2): 16 of i = 1 .. 46.  So 184 values,
-- one more for both {}, three audiences.
SELECT count(*) AS rows, count(DISTINCT s) AS values, count(DISTINCT bytes) AS bytes FROM pick;
-- NULL is a value, too, for IS DISTINCT FROM.
SELECT '{}'::klout_signals IS DISTINCT FROM NULL AS "null", NULL::klout_signals IS DISTINCT FROM NULL AS nulls, '{}'::klout_signals = NULL IS NULL AS unknown;
SET enable_hashagg = on;
SET enable_sort = off;
SELECT count(*) = 188 AS group_by_hash, max(n) FILTER (WHERE s = '{}') AS empties FROM (SELECT s, count(*) AS n FROM pick GROUP BY s) x;
SET enable_hashagg = off;
SET enable_sort = on;
SELECT count(*) = 188 AS group_by_sort, max(n) FILTER (WHERE s = '{}') AS empties FROM (SELECT s, count(*) AS n FROM pick GROUP BY s) x;
RESET enable_hashagg;
RESET enable_sort;
SELECT count(*) AS except_itself FROM (SELECT s FROM pick EXCEPT SELECT s FROM pick) x;
-- joins: as many pairs as by bytes
CREATE FUNCTION pg_temp.joins(node text) RETURNS text
    LANGUAGE plpgsql AS
$$
DECLARE
    plan json;
    same boolean;
BEGIN
    PERFORM set_config('enable_' || lower(replace(n, ' ', '')), (n = node)::text, true)
    FROM unnest('{Hash Join, Merge Join, Nested Loop}'::text[]) n WHERE n <> 'Nested Loop';
    PERFORM set_config('enable_nestloop', (node = 'Nested Loop')::text, true);
    EXECUTE 'EXPLAIN (FORMAT json) SELECT count(*) FROM pick a JOIN pick b USING (s)' INTO plan;
    EXECUTE 'SELECT (SELECT count(*) FROM pick a JOIN pick b USING (s)) = (SELECT count(*) FROM pick a JOIN pick b ON a.bytes = b.bytes)' INTO same;
    RETURN node || ' ' || (plan::text LIKE '%"' || node || '"%') || ' ' || same;
END
$$;
BEGIN;
SELECT pg_temp.joins('Hash Join');
SELECT pg_temp.joins('Merge Join');
SELECT pg_temp.joins('Nested Loop');
ROLLBACK;
-- indexes
CREATE INDEX pick_btree ON pick (s);
CREATE INDEX pick_hash ON pick USING hash (s);
CREATE TEMPORARY TABLE pick_unique AS SELECT DISTINCT s FROM pick;
ALTER TABLE pick_unique ADD UNIQUE (s);
INSERT INTO pick_unique VALUES ('{}');
INSERT INTO pick_unique VALUES ('{}') ON CONFLICT DO NOTHING;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) AS empties FROM pick WHERE s = '{}';
SELECT count(*) = (SELECT count(*) FROM pick b WHERE b.bytes > _klout_signals_send(pg_temp.one('x', 'like', 1, '2020-06-10', 1))) AS range FROM pick WHERE s > pg_temp.one('x', 'like', 1, '2020-06-10', 1);
SELECT array_agg(bytes) = array_agg(bytes ORDER BY bytes) AS in_order FROM (SELECT bytes FROM pick ORDER BY s, bytes) x;
DROP INDEX pick_btree;
SELECT count(*) AS empties_by_hash FROM pick WHERE s = '{}';
RESET enable_seqscan;
RESET enable_bitmapscan;

--
-- Transition functions called by hand leave their argument alone; final
-- functions leave the state alone: running values are those of each prefix.
--
SELECT klout_count(_klout_signals_accum(s, 'x', 'like', 2, '2020-06-15')) AS added, klout_count(_klout_signals_combine(s, s)) AS combined, _klout_signals_final(s) = s AS final, klout_count(s) AS still
FROM pg_temp.one('x', 'like', 1, :'noon') s;
SELECT klout_count(_klout_signals_accum(NULL, 'x', 'like', 'a'::text, '2020-06-15')) AS added, _klout_signals_accum(NULL, NULL, 'like', 'a'::text, '2020-06-15') IS NULL AS skipped,
       _klout_signals_final(NULL) IS NULL AS final, _klout_signals_combine(NULL, NULL) IS NULL AS combined;
SELECT count(*) AS prefixes, count(*) FILTER (WHERE running = (SELECT klout_signals('x', kind, actor, at, weight, '1 day') FROM big_crowd WHERE actor <= r.actor)) AS same
FROM (SELECT actor, klout_signals('x', kind, actor, at, weight, '1 day') OVER (ORDER BY actor) AS running FROM big_crowd WHERE actor <= 400) r
WHERE actor % 20 = 0;
