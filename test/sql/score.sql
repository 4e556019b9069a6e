-- The score worked out by hand.  Each test states its facts, works the formula
-- out in a comment and has the result on the right side of about(), as an
-- expression of ln and powers of 2.  The formula is in src/score/score.h; R is reach,
-- D consistency, S the cap's breadth, E engagement.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned
SET timezone = 'UTC';
SET datestyle = 'ISO';
SET intervalstyle = 'postgres';
SET extra_float_digits = 1;
SET client_encoding = 'UTF8';

-- Equal but for rounding
CREATE FUNCTION pg_temp.about(a float8, b float8) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN abs(a - b) <= 1e-12 * greatest(1, abs(b));
-- The score that raw gives with the scale c
CREATE FUNCTION pg_temp.bent(raw float8, c float8 DEFAULT 3.4) RETURNS float8
    LANGUAGE sql IMMUTABLE
    RETURN 100 * raw / (raw + c);
-- How an expression fails: code, message, detail, hint
CREATE FUNCTION pg_temp.failure(expression text) RETURNS text
    LANGUAGE plpgsql AS
$$
DECLARE
    result text;
    detail text;
    hint text;
BEGIN
    EXECUTE 'SELECT (' || expression || ')::text' INTO result;
    RETURN 'no error, but ' || coalesce(result, 'NULL');
EXCEPTION WHEN OTHERS THEN
    GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL, hint = PG_EXCEPTION_HINT;
    RETURN concat_ws(E'\n', sqlstate || ': ' || sqlerrm,
                     'DETAIL: ' || nullif(detail, ''), 'HINT: ' || nullif(hint, ''));
END
$$;

-- The signals of one action
CREATE FUNCTION pg_temp.one(network text, kind text, actor bigint, at timestamptz,
                            weight float8 DEFAULT NULL, bucket interval DEFAULT '1 day') RETURNS klout_signals
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT klout_signals(network, kind, actor, at, weight, bucket));
-- The signals of one observation of an audience
CREATE FUNCTION pg_temp.followers(network text, followers bigint, at timestamptz) RETURNS klout_signals
    LANGUAGE sql IMMUTABLE
    RETURN (SELECT klout_audience(network, followers, at));

-- All scores are as of this moment, unless something else is said.
\set noon '2020-06-15 12:00:00+00'

--
-- The known answer: one reactor today.  R = 1, D = min(1, 2 S = 2) = 1,
-- raw = ln 2 + ln 2, score = 100 * 1.386294... / (1.386294... + 3.4)
--
SELECT klout_reach(s, klout_model(), :'noon') = 1 AS reach,
       klout_consistency(s, klout_model(), :'noon') = 1 AS consistency,
       pg_temp.about(klout_raw(s, klout_model(), :'noon'), 2 * ln(2)) AS raw,
       pg_temp.about(klout_score(s, klout_model(), :'noon'), 100 * 2 * ln(2) / (2 * ln(2) + 3.4)) AS score,
       round(klout_score(s, klout_model(), :'noon')::numeric, 4) AS rounded
FROM pg_temp.one('twitter', 'like', 1, :'noon') s;

--
-- Time
--
-- 30 days ago: R = 1/2, D = S = 2^(-30/360).  360 days ago: R = 2^-12, D = 1/2.
SELECT pg_temp.about(klout_reach(a, klout_model(), :'noon'), 0.5) AS reach_30,
       pg_temp.about(klout_consistency(a, klout_model(), :'noon'), 2 ^ (-1 / 12.0)) AS consistency_30,
       pg_temp.about(klout_score(a, klout_model(), :'noon'), pg_temp.bent(ln(1.5) + ln(1 + 2 ^ (-1 / 12.0)))) AS score_30,
       pg_temp.about(klout_reach(b, klout_model(), :'noon'), 1 / 4096.0) AS reach_360,
       pg_temp.about(klout_consistency(b, klout_model(), :'noon'), 0.5) AS consistency_360
FROM pg_temp.one('twitter', 'like', 1, '2020-05-16 00:00:00+00') a,
     pg_temp.one('twitter', 'like', 1, '2019-06-21 23:59:59+00') b;
-- One reactor, any number of actions on one day: as one action.
SELECT klout_score(pg_temp.one('twitter', 'like', 1, :'noon'), klout_model(), :'noon')
       = klout_score((SELECT klout_signals('twitter', 'like', 1, :'noon') FROM generate_series(1, 50)), klout_model(), :'noon') AS same;
-- One reactor, today and yesterday: R = 1 (the last day counts),
-- D = min(1 + 2^(-1/360), 2 * 1) = 1 + 2^(-1/360).
-- Three days: 1 + 2^(-1/360) + 2^(-2/360) > 2 S = 2, so D = 2.
WITH days AS (
    SELECT klout_signals('twitter', 'like', 1, timestamptz :'noon' - i * interval '1 day') FILTER (WHERE i <= 1) AS two,
           klout_signals('twitter', 'like', 1, timestamptz :'noon' - i * interval '1 day') AS three
    FROM generate_series(0, 2) i)
SELECT pg_temp.about(klout_score(two, klout_model(), :'noon'), pg_temp.bent(ln(2) + ln(2 + 2 ^ (-1 / 360.0)))) AS two_days,
       pg_temp.about(klout_score(three, klout_model(), :'noon'), pg_temp.bent(ln(2) + ln(3))) AS three_days
FROM days;
-- A bucket is a UTC day: the same day counts wholly, also later than the
-- moment; a microsecond before it the age is 1 day; a microsecond after it is
-- the future.
SELECT at, pg_temp.about(klout_reach(pg_temp.one('twitter', 'like', 1, at), klout_model(), :'noon'), expected) AS reach
FROM (VALUES (timestamptz '2020-06-15 12:00:00+00', 1.0),
             ('2020-06-15 00:00:00+00', 1.0),
             ('2020-06-15 23:59:59.999999+00', 1.0),
             ('2020-06-14 23:59:59.999999+00', 2 ^ (-1 / 30.0)),
             ('2020-06-16 00:00:00+00', 0.0),
             ('2020-06-15 16:59:59-07', 1.0),
             ('2020-06-15 17:00:00-07', 0.0)) v(at, expected);
-- whatever the session's time zone
SET timezone = 'Pacific/Kiritimati';
SELECT pg_temp.about(klout_reach(pg_temp.one('twitter', 'like', 1, '2020-06-15 23:59:59.999999+00'), klout_model(), :'noon'), 1) AS today,
       klout_reach(pg_temp.one('twitter', 'like', 1, '2020-06-16 00:00:00+00'), klout_model(), :'noon') = 0 AS tomorrow;
SET timezone = 'UTC';
-- An action of tomorrow is left out, with its day and its reactor ...
SELECT pg_temp.about(klout_score(s, klout_model(), :'noon'), pg_temp.bent(2 * ln(2))) AS left_out,
       klout_score(future, klout_model(), :'noon') = 0 AS only_future
FROM (SELECT klout_signals('twitter', 'like', a, timestamptz :'noon' + (a - 1) * interval '1 day') AS s FROM generate_series(1, 2) a) x,
     pg_temp.one('twitter', 'like', 2, timestamptz :'noon' + interval '1 day') AS future;
-- ... but only the last bucket of a reactor is known: one who acts today and
-- tomorrow is not there today.  R = S = 0, D = min(1, 2 * 0) = 0.
SELECT klout_reach(s, klout_model(), :'noon') = 0 AS reach,
       klout_consistency(s, klout_model(), :'noon') = 0 AS consistency,
       klout_score(s, klout_model(), :'noon') = 0 AS score,
       klout_count(s, 'twitter', 'like', '-infinity', '2020-06-16') = 1 AS counts_are_exact
FROM (SELECT klout_signals('twitter', 'like', 1, timestamptz :'noon' + i * interval '1 day') AS s FROM generate_series(0, 1) i) x;
-- Any age, before and across 2000, 1970 and year 1.  Days between: 10 years with
-- the leap days of 2012, 2016, 2020: 3653; February of 44 BC has 28 days: 30.
SELECT at, as_of, pg_temp.about(klout_reach(s, klout_model(), as_of) / 2 ^ (-days / 30.0), 1) AS reach,
       pg_temp.about(klout_consistency(s, klout_model(), as_of) / 2 ^ (-days / 360.0), 1) AS consistency
FROM (VALUES (timestamptz '2010-06-15 00:00:00+00', timestamptz '2020-06-15 12:00:00+00', 3653),
             ('1999-12-01 00:00:00+00', '1999-12-31 12:00:00+00', 30),
             ('1999-12-31 23:59:59.999999+00', '2000-01-01 00:00:00+00', 1),
             ('1969-12-16 12:00:00+00', '1970-01-15 00:00:00+00', 30),
             ('1969-12-31 23:00:00+00', '1970-01-01 01:00:00+00', 1),
             ('1969-12-31 00:00:00+00', '1969-12-31 23:59:59.999999+00', 0),
             ('1965-01-01 00:00:00.000001+00', '1965-01-31 23:59:59.999999+00', 30),
             ('0001-12-02 12:00:00+00 BC', '0001-01-01 12:00:00+00', 30),
             ('0044-02-13 12:00:00+00 BC', '0044-03-15 09:00:00+00 BC', 30),
             ('4714-11-24 00:00:00+00 BC', '4714-11-24 23:59:59+00 BC', 0),
             ('294276-12-31 00:00:00+00', '294276-12-31 23:59:59.999999+00', 0)) v(at, as_of, days),
     LATERAL pg_temp.one('twitter', 'like', 1, at) s;
-- from one end of the calendar to the other nothing is left
SELECT klout_score(s, klout_model(), '294276-12-31 23:59:59.999999+00') = 0 AS forgotten, klout_count(s) AS actions
FROM pg_temp.one('twitter', 'like', 1, '4714-11-24 00:00:00+00 BC') s;
-- Infinite moments
SELECT pg_temp.failure($$klout_signals('twitter', 'like', 1, 'infinity')$$);
SELECT pg_temp.failure($$klout_signals('twitter', 'like', 'a', '-infinity')$$);
SELECT pg_temp.failure($$klout_audience('twitter', 1, 'infinity')$$);
SELECT pg_temp.failure($$klout_posts('twitter', '-infinity')$$);
SELECT pg_temp.failure(format($$%s('{}', klout_model(), '%sinfinity')$$, f, sign))
FROM unnest('{klout_score, klout_raw, klout_reach, klout_consistency, klout_amplification}'::text[]) f, (VALUES (''), ('-')) v(sign);
SELECT pg_temp.failure($$(SELECT count(*) FROM klout_explain('{}', klout_model(), 'infinity'))$$);
SELECT pg_temp.failure($$(SELECT count(*) FROM klout_explain_change('{}', '{}', klout_model(), 'infinity', now()))$$);
SELECT pg_temp.failure($$(SELECT count(*) FROM klout_explain_change('{}', '{}', klout_model(), now(), '-infinity'))$$);

--
-- Hours
--
-- 3 hours ago (09:59 in the bucket of 09:00), hour preset: R = 1/2,
-- D = S = 2^(-3/36), c = 2.  36 hours ago: R = 2^-12, D = 1/2.
SELECT pg_temp.about(klout_reach(a, 'hour', :'noon'), 0.5) AS reach_3,
       pg_temp.about(klout_consistency(a, 'hour', :'noon'), 2 ^ (-3 / 36.0)) AS consistency_3,
       pg_temp.about(klout_score(a, 'hour', :'noon'), pg_temp.bent(ln(1.5) + ln(1 + 2 ^ (-3 / 36.0)), 2)) AS score_3,
       pg_temp.about(klout_reach(b, 'hour', :'noon'), 1 / 4096.0) AS reach_36,
       pg_temp.about(klout_consistency(b, 'hour', :'noon'), 0.5) AS consistency_36,
       pg_temp.about(klout_score(c, 'hour', :'noon'), pg_temp.bent(2 * ln(2), 2)) AS score_0,
       klout_score(d, 'hour', :'noon') = 0 AS future
FROM pg_temp.one('twitter', 'like', 1, '2020-06-15 09:59:59.999999+00', 1, '1 hour') a,
     pg_temp.one('twitter', 'like', 1, '2020-06-14 00:00:00+00', 1, '1 hour') b,
     pg_temp.one('twitter', 'like', 1, '2020-06-15 12:59:59.999999+00', 1, '1 hour') c,
     pg_temp.one('twitter', 'like', 1, '2020-06-15 13:00:00+00', 1, '1 hour') d;
-- before the epoch of 1970, too
SELECT pg_temp.about(klout_reach(s, 'hour', '1970-01-01 02:30:00+00'), 0.5) AS reach
FROM pg_temp.one('twitter', 'like', 1, '1969-12-31 23:00:00.000001+00', 1, '1 hour') s;
-- Half-lives are times, not numbers of buckets.  The default model on hours:
-- 30 days are 720 of them.  The hour preset on days: 3 hours are 1/8 day.
SELECT pg_temp.about(klout_reach(a, klout_model(), :'noon'), 2 ^ (-3 / 720.0)) AS reach_hours,
       pg_temp.about(klout_consistency(a, klout_model(), :'noon'), 2 ^ (-3 / 8640.0)) AS consistency_hours,
       pg_temp.about(klout_reach(b, 'hour', :'noon'), 2 ^ (-8.0)) AS reach_day,
       pg_temp.about(klout_consistency(b, 'hour', :'noon'), 2 ^ (-24 / 36.0)) AS consistency_day
FROM pg_temp.one('twitter', 'like', 1, '2020-06-15 09:00:00+00', 1, '1 hour') a,
     pg_temp.one('twitter', 'like', 1, '2020-06-14 09:00:00+00') b;

--
-- Networks add up inside the logarithm: one reactor on each of two gives
-- R = D = 2, raw = 2 ln 3; with twitter weighing 3, R = D = 4, raw = 2 ln 5;
-- with weight 0 only the other is left.  A network's weight times 1 reactor on
-- each of three networks, one of a name the model does not know: weight 1.
--
SELECT pg_temp.about(klout_raw(s, klout_model(), :'noon'), 2 * ln(3)) AS two,
       pg_temp.about(klout_raw(s, klout_model() || '{"networks": {"twitter": 3}}', :'noon'), 2 * ln(5)) AS weighted,
       pg_temp.about(klout_reach(s, klout_model() || '{"networks": {"twitter": 3}}', :'noon'), 4) AS reach,
       pg_temp.about(klout_raw(s, klout_model() || '{"networks": {"twitter": 0}}', :'noon'), 2 * ln(2)) AS without,
       klout_score(s, klout_model() || '{"networks": {"twitter": 0, "facebook": 0}}', :'noon') = 0 AS neither,
       pg_temp.about(klout_raw(s || pg_temp.one('other', 'like', 1, :'noon'),
                               klout_model() || '{"networks": {"twitter": 3}}', :'noon'), 2 * ln(6)) AS unknown
FROM (SELECT klout_signals(network, 'like', 1, :'noon') AS s FROM (VALUES ('twitter'), ('facebook')) v(network)) x;

--
-- Kinds.  like weighs 0.5, reply 2, share 0, anything else 1.
--
\set kinds '{"kinds": {"like": 0.5, "reply": 2, "share": 0}}'
-- One reactor who did both on that day: the largest, k = 2.
-- R = S = 2, D = min(2, 2 * 2) = 2, raw = 2 ln 3.
-- A like and a reply by two reactors: R = S = 2.5, the day weighs 2:
-- raw = ln 3.5 + ln 3.
-- A like alone: R = 0.5, D = 0.5, raw = 2 ln 1.5.  A share alone: nothing.
SELECT pg_temp.about(klout_raw(l1 || r1, klout_model() || :'kinds', :'noon'), 2 * ln(3)) AS both_by_one,
       pg_temp.about(klout_raw(l1 || r2, klout_model() || :'kinds', :'noon'), ln(3.5) + ln(3)) AS by_two,
       pg_temp.about(klout_raw(l1, klout_model() || :'kinds', :'noon'), 2 * ln(1.5)) AS a_like,
       klout_score(s1, klout_model() || :'kinds', :'noon') = 0 AS a_share,
       pg_temp.about(klout_raw(o1, klout_model() || :'kinds', :'noon'), 2 * ln(2)) AS another
FROM pg_temp.one('twitter', 'like', 1, :'noon') l1, pg_temp.one('twitter', 'reply', 1, :'noon') r1,
     pg_temp.one('twitter', 'reply', 2, :'noon') r2, pg_temp.one('twitter', 'share', 1, :'noon') s1,
     pg_temp.one('twitter', 'Like', 1, :'noon') o1;
-- Only the kinds of a reactor's last bucket count.  A reply yesterday, a like
-- today: k = 0.5, R = S = 0.5; the days are 2 * 2^(-1/360) + 0.5 > 2 S = 1, so
-- D = 1; raw = ln 1.5 + ln 2.
-- A like yesterday, a reply today: k = 2, R = S = 2, D = 0.5 * 2^(-1/360) + 2.
SELECT pg_temp.about(klout_raw(reply_then || like_now, klout_model() || :'kinds', :'noon'), ln(1.5) + ln(2)) AS down,
       pg_temp.about(klout_raw(like_then || reply_now, klout_model() || :'kinds', :'noon'), ln(3) + ln(3 + 0.5 * 2 ^ (-1 / 360.0))) AS up
FROM pg_temp.one('twitter', 'like', 1, '2020-06-14') like_then, pg_temp.one('twitter', 'reply', 1, '2020-06-14') reply_then,
     pg_temp.one('twitter', 'like', 1, '2020-06-15') like_now, pg_temp.one('twitter', 'reply', 1, '2020-06-15') reply_now;
-- A kind is one kind on all networks: R = 2 + 2, D = 2 + 2.
SELECT pg_temp.about(klout_raw(a || b, klout_model() || :'kinds', :'noon'), 2 * ln(5)) AS networks
FROM pg_temp.one('twitter', 'reply', 1, :'noon') a, pg_temp.one('facebook', 'reply', 1, :'noon') b;

--
-- Weights of reactors and the caps.  The default model has cu = 3, cd = 2, mix = 1.
--
-- p proven and u unproven reactors today: P = p, U = u,
-- R = S = p + min(u, cu mix (1 + p)), D = min(1, cd S) = 1, as S >= 1; the
-- strict model has cu = cd = 1.
WITH crowd AS (
    SELECT p, u, (SELECT klout_signals('twitter', 'like', a, :'noon', (a <= p)::integer, '1 day') FROM generate_series(1, p + u) a) AS s
    FROM (VALUES (0, 3), (0, 10), (2, 8), (2, 9), (2, 10), (2, 100)) v(p, u))
SELECT p, u,
       pg_temp.about(klout_raw(s, klout_model(), :'noon'), ln(1 + p + least(u, 3 * (1 + p))) + ln(2)) AS "default",
       pg_temp.about(klout_raw(s, 'strict', :'noon'), ln(1 + p + least(u, 1 + p)) + ln(2)) AS strict,
       pg_temp.about(klout_raw(s, klout_model() || '{"mix": 2}', :'noon'), ln(1 + p + least(u, 6 * (1 + p))) + ln(2)) AS mix_2,
       pg_temp.about(klout_raw(s, 'strict'::klout_model || '{"mix": 2.5}', :'noon'), ln(1 + p + least(u, 2.5 * (1 + p))) + ln(2)) AS strict_mix,
       -- no unproven ones at all: R = S = p, D = min(1, 2 p)
       pg_temp.about(klout_raw(s, klout_model() || '{"unproven_cap": 0}', :'noon'), ln(1 + p) + ln(1 + least(1, 2 * p))) AS cu_0
FROM crowd;
-- the last three by number: 2 + min(9, 9), 2 + min(10, 9), 2 + min(100, 9) are all 11
SELECT pg_temp.about(klout_reach(s, klout_model(), :'noon'), 11) AS eleven
FROM unnest('{9, 10, 100}'::integer[]) u,
     LATERAL (SELECT klout_signals('twitter', 'like', a, :'noon', (a <= 2)::integer, '1 day') AS s FROM generate_series(1, 2 + u) a) x;
-- cd: one reactor and one day, cd = 0.25: D = min(1, 0.25 * 1).  Strict, one
-- reactor on three days: D = min(2.99..., 1 * 1) = 1.
SELECT pg_temp.about(klout_consistency(s, klout_model() || '{"consistency_cap": 0.25}', :'noon'), 0.25) AS cd,
       pg_temp.about(klout_consistency(s, 'strict', :'noon'), 1) AS strict,
       klout_consistency(s, klout_model() || '{"consistency_cap": 0}', :'noon') = 0 AS none
FROM (SELECT klout_signals('twitter', 'like', 1, timestamptz :'noon' - i * interval '1 day') AS s FROM generate_series(0, 2) i) x;
-- A weight in between is partly proven: w = 0.3, P = 0.3, U = 0.7,
-- R = 0.3 + min(0.7, cu (1 + 0.3)): 1 with cu = 3, 0.3 with cu = 0, 0.43 with
-- cu = 0.1.  Kind weights multiply both: reply (2): P = 0.6, U = 1.4,
-- with cu = 0.5: R = 0.6 + min(1.4, 0.5 * 1.6) = 1.4.
SELECT pg_temp.about(klout_reach(s, klout_model(), :'noon'), 1) AS cu_3,
       pg_temp.about(klout_reach(s, klout_model() || '{"unproven_cap": 0}', :'noon'), 0.3) AS cu_0,
       pg_temp.about(klout_reach(s, klout_model() || '{"unproven_cap": 0.1}', :'noon'), 0.43) AS "cu_0.1",
       pg_temp.about(klout_reach(s, klout_model() || '{"unproven_cap": 0.5, "kinds": {"reply": 2}}', :'noon'), 1.4) AS kind,
       -- D = min(1, 2 * 0.3)
       pg_temp.about(klout_consistency(s, klout_model() || '{"unproven_cap": 0}', :'noon'), 0.6) AS consistency
FROM pg_temp.one('twitter', 'reply', 1, :'noon', 0.3) s;
-- Weights are kept in steps of 0.005, the nearest: 0.3333 is 0.335, 0.332 is 0.33.
SELECT given, pg_temp.about(klout_reach(pg_temp.one('twitter', 'reply', 1, :'noon', given), klout_model() || '{"unproven_cap": 0}', :'noon'), kept) AS kept
FROM (VALUES (0.3333::float8, 0.335::float8), (0.332, 0.33), (0.002, 0), (0.003, 0.005), (0.998, 1), (0.997, 0.995), (0, 0), (1, 1)) v(given, kept);
-- Of one bucket the largest weight counts, of several buckets the last:
-- 0.2, 0.9, 0.5 today is 0.9; 1 yesterday and 0.5 today is 0.5, with
-- D = min(1 + 2^(-1/360), 2 * 0.5) = 1; 0.5 yesterday and 1 today is 1.
SELECT pg_temp.about(klout_reach(largest, m, :'noon'), 0.9) AS largest,
       pg_temp.about(klout_reach(down, m, :'noon'), 0.5) AS down,
       pg_temp.about(klout_consistency(down, m, :'noon'), 1) AS down_days,
       pg_temp.about(klout_reach(up, m, :'noon'), 1) AS up
FROM (SELECT klout_model() || '{"unproven_cap": 0}' AS m,
             (SELECT klout_signals('twitter', 'like', 1, :'noon', w, '1 day') FROM unnest('{0.2, 0.9, 0.5}'::float8[]) w) AS largest,
             (SELECT klout_signals('twitter', 'like', 1, at, w, '1 day')
              FROM (VALUES (timestamptz '2020-06-15', 0.5), ('2020-06-14', 1)) v(at, w)) AS down,
             (SELECT klout_signals('twitter', 'like', 1, at, w, '1 day')
              FROM (VALUES (timestamptz '2020-06-15', 1), ('2020-06-14', 0.5)) v(at, w)) AS up) x;
-- The caps hold network by network: 10 unproven on each of two are 3 + 3.
SELECT pg_temp.about(klout_reach(s, klout_model(), :'noon'), 6) AS networks
FROM (SELECT klout_signals(n, 'like', a, :'noon', 0, '1 day') AS s FROM generate_series(1, 10) a, unnest('{x, y}'::text[]) n) x;

--
-- Audience.  With one reactor today E = 2 ln 2 = 1.386..., its cap 0.1 E = 0.138...
--
-- 10,000 followers alone are worth nothing; with a reactor they are capped:
-- 0.1 ln 10001 = 0.921... > 0.1 E, raw = 1.1 E.  One follower is below the
-- cap: raw = E + 0.1 ln 2.
SELECT klout_score(many, klout_model(), :'noon') = 0 AS no_reaction,
       klout_raw(many, klout_model(), :'noon') = 0 AS no_raw,
       pg_temp.about(klout_raw(reactor || many, klout_model(), :'noon'), 1.1 * 2 * ln(2)) AS capped,
       pg_temp.about(klout_raw(reactor || one, klout_model(), :'noon'), 2.1 * ln(2)) AS below,
       -- audience_cap = 1: min(0.1 ln 10001, E) = 0.921...
       pg_temp.about(klout_raw(reactor || many, klout_model() || '{"audience_cap": 1}', :'noon'), 2 * ln(2) + 0.1 * ln(10001)) AS more,
       -- no followers are no audience
       pg_temp.about(klout_raw(reactor || none, klout_model(), :'noon'), 2 * ln(2)) AS none
FROM (SELECT pg_temp.one('twitter', 'like', 1, :'noon') AS reactor, klout_audience('twitter', 10000, :'noon') AS many,
             klout_audience('twitter', 1, :'noon') AS one, klout_audience('twitter', 0, :'noon') AS none) x;
-- Networks add up inside the logarithm, also with an audience on a network
-- without reactions: F = 1 + 2 * 3 = 7.
SELECT pg_temp.about(klout_raw(s, klout_model() || '{"audience_cap": 9, "networks": {"facebook": 2}}', :'noon'),
                     2 * ln(2) + 0.1 * ln(8)) AS networks
FROM (SELECT pg_temp.one('twitter', 'like', 1, :'noon') || klout_audience(n, f, :'noon') AS s
      FROM (VALUES ('twitter', 1), ('facebook', 3)) v(n, f)) x;
-- The latest counts, to the microsecond; known at the moment itself, not later,
-- and not "sometime on that day".  Only the latest is kept.
SELECT at, pg_temp.about(klout_raw(pg_temp.one('twitter', 'like', 1, :'noon') || s, klout_model() || '{"audience_cap": 9}', :'noon'),
                         2 * ln(2) + 0.1 * ln(1 + known)) AS known
FROM (VALUES (timestamptz '2020-06-15 12:00:00+00', 5), ('2020-06-15 12:00:00.000001+00', 0), ('2020-06-15 11:59:59.999999+00', 5),
             ('1970-01-01 00:00:00+00', 5), ('1969-01-01 00:00:00+00', 5), ('4714-11-24 00:00:00+00 BC', 5),
             ('2020-06-16 00:00:00+00', 0), ('294276-12-31 23:59:59.999999+00', 0)) v(at, known),
     LATERAL pg_temp.followers('twitter', 5, at) s;
SELECT pg_temp.about(klout_raw(pg_temp.one('twitter', 'like', 1, :'noon') || s, klout_model() || '{"audience_cap": 9}', :'noon'),
                     2 * ln(2) + 0.1 * ln(1 + 3)) AS latest
FROM (SELECT klout_audience('twitter', f, at) AS s
      FROM (VALUES (9, timestamptz '2020-06-15 10:00:00+00'), (3, '2020-06-15 10:00:00.000001+00'), (8, '2020-06-14')) v(f, at)) x;
SELECT pg_temp.about(klout_raw(pg_temp.one('twitter', 'like', 1, :'noon') || s, klout_model() || '{"audience_cap": 9}', :'noon'),
                     2 * ln(2)) AS earlier_is_gone
FROM (SELECT klout_audience('twitter', f, at) AS s
      FROM (VALUES (9, timestamptz '2020-06-15 10:00:00+00'), (3, '2020-06-15 18:00:00+00')) v(f, at)) x;
-- The largest number of followers there is
SELECT pg_temp.about(klout_raw(pg_temp.one('twitter', 'like', 1, :'noon') || s, klout_model() || '{"audience_cap": 9}', :'noon'),
                     2 * ln(2) + 0.1 * 63 * ln(2)) AS "2^63 - 1"
FROM (SELECT klout_audience('twitter', 9223372036854775807, :'noon') AS s) x;
SELECT pg_temp.failure($$klout_audience('twitter', -1, '2020-06-15')$$);

--
-- Posts of one's own.  Two today, one 30 days ago, one tomorrow: posts = 2.5.
--
WITH x AS (
    SELECT pg_temp.one('twitter', 'like', 1, :'noon') AS reactor, klout_posts('twitter', at) AS posts
    FROM (VALUES (timestamptz '2020-06-15 00:00:00+00'), ('2020-06-15 23:00:00+00'), ('2020-05-16 12:00:00+00'), ('2020-06-16 00:00:00+00')) v(at))
SELECT -- by default they count for nothing
       pg_temp.about(klout_raw(reactor || posts, klout_model(), :'noon'), 2 * ln(2)) AS by_default,
       pg_temp.about(klout_raw(reactor || posts, klout_model() || '{"activity_weight": 0.3}', :'noon'), 2 * ln(2) + 0.3 * ln(3.5)) AS weighted,
       -- alone, too
       pg_temp.about(klout_score(posts, klout_model() || '{"activity_weight": 0.3}', :'noon'), pg_temp.bent(0.3 * ln(3.5))) AS alone,
       klout_score(posts, klout_model(), :'noon') = 0 AS nothing,
       klout_count(posts) AS actions, klout_reactors(posts) AS reactors,
       -- networks weigh posts as they weigh reactors
       pg_temp.about(klout_raw(posts, klout_model() || '{"activity_weight": 1, "networks": {"twitter": 2}}', :'noon'), ln(6)) AS network,
       -- amplification: one reaction for 2.5 posts
       pg_temp.about(klout_amplification(reactor || posts, klout_model(), :'noon'), 1 / 2.5) AS amplification,
       klout_amplification(posts, klout_model(), :'noon') = 0 AS no_echo,
       klout_amplification(reactor, klout_model(), :'noon') IS NULL AS no_posts
FROM x;
-- Amplification = faded reactions, kinds weighted, each action counts, over
-- faded posts.  Three likes by one reactor today, a reply by another 30 days
-- ago, a like tomorrow; kinds as above: 3 * 0.5 + 2 * 0.5 = 2.5 for 2 posts.
SELECT pg_temp.about(klout_amplification(s || p, klout_model() || :'kinds', :'noon'), 2.5 / 2) AS amplification,
       -- with weights of networks: (2 * 2.5) / (2 * 1 + 1)
       pg_temp.about(klout_amplification(s || p, klout_model() || :'kinds' || '{"networks": {"twitter": 2}}', :'noon'), 5 / 3.0) AS networks,
       -- posts of the future are none yet
       klout_amplification(s || later, klout_model(), :'noon') IS NULL AS none_yet
FROM (SELECT klout_signals('twitter', k, a, at) AS s
      FROM (VALUES ('like', 1, timestamptz '2020-06-15'), ('like', 1, '2020-06-15'), ('like', 1, '2020-06-15'),
                   ('reply', 2, '2020-05-16'), ('like', 1, '2020-06-16')) v(k, a, at)) x,
     (SELECT klout_posts(n, '2020-06-15 01:00:00+00') AS p FROM unnest('{twitter, facebook}'::text[]) n) y,
     (SELECT klout_posts('twitter', '2020-06-16') AS later) z;
-- Posts by the hour: one 3 hours ago is half a post by the hour preset.
SELECT pg_temp.about(klout_raw(p, klout_model('hour') || '{"activity_weight": 1}', :'noon'), ln(1.5)) AS posts
FROM (SELECT klout_posts('twitter', '2020-06-15 09:30:00+00', '1 hour') AS p) x;

--
-- NULL and nothing
--
-- Rows with a NULL network, kind, actor or at are skipped, whatever the others
-- are; no rows give NULL.
SELECT klout_signals(n, k, a, t) = pg_temp.one('twitter', 'like', 1, '2020-06-15') AS skipped,
       klout_signals(n, k, a, t) FILTER (WHERE n IS NULL) IS NULL AS network,
       klout_signals(n, k, a, t) FILTER (WHERE k IS NULL) IS NULL AS kind,
       klout_signals(n, k, a, t) FILTER (WHERE a IS NULL) IS NULL AS actor,
       klout_signals(n, k, a, t) FILTER (WHERE t IS NULL) IS NULL AS at,
       klout_signals(n, k, a, t) FILTER (WHERE false) IS NULL AS no_rows
FROM (VALUES (NULL, 'like', 1, timestamptz '2020-06-15'), ('twitter', NULL, 1, '2020-06-15'), ('twitter', 'like', NULL, '2020-06-15'),
             ('twitter', 'like', 1, NULL), ('twitter', 'like', 1, '2020-06-15'), (NULL, 'like', 1, 'infinity'), (NULL, NULL, NULL, NULL)) v(n, k, a, t);
SELECT klout_signals('twitter', 'like', NULL::text, now()) IS NULL AS text, klout_signals('twitter', 'like', NULL::uuid, now()) IS NULL AS uuid,
       klout_signals('twitter', 'like', NULL::bigint, now(), 0.5, '1 day') IS NULL AS weighted,
       klout_signals('twitter', 'like', NULL::text, now(), 7, '3 days') IS NULL AS skipped_unread,
       klout_audience(NULL, 1, now()) IS NULL AND klout_audience('x', NULL, now()) IS NULL AND klout_audience('x', 1, NULL) IS NULL AS audience,
       klout_posts(NULL, now()) IS NULL AND klout_posts('x', NULL) IS NULL AND klout_posts('x', NULL, '1 hour') IS NULL AS posts,
       klout_score(NULL, 'like', 1, now()) IS NULL AS score, klout_rollup(NULL::klout_signals) IS NULL AS rollup;
-- A NULL weight is 1; a bucket must be said.
SELECT klout_signals('twitter', 'like', 1, :'noon', NULL, '1 day') = klout_signals('twitter', 'like', 1, :'noon', 1, '1 day') AS weight,
       klout_signals('twitter', 'like', 1, :'noon', NULL, '1 day') = klout_signals('twitter', 'like', 1, :'noon') AS none;
SELECT pg_temp.failure($$klout_signals('twitter', 'like', 1, now(), 1, NULL)$$);
SELECT pg_temp.failure($$klout_posts('twitter', now(), NULL)$$);
-- Scalars of NULL are NULL
SELECT num_nonnulls(klout_score(NULL::klout_signals), klout_score(NULL, klout_model()), klout_score('{}', NULL),
                    klout_score(NULL, klout_model(), now()), klout_score('{}', NULL, now()), klout_score('{}', klout_model(), NULL),
                    klout_raw(NULL), klout_raw('{}', NULL), klout_raw('{}', klout_model(), NULL),
                    klout_reach(NULL), klout_reach('{}', NULL), klout_reach('{}', klout_model(), NULL),
                    klout_consistency(NULL), klout_consistency('{}', NULL), klout_consistency('{}', klout_model(), NULL),
                    klout_amplification(NULL), klout_amplification('{}', NULL), klout_amplification('{}', klout_model(), NULL),
                    klout_count(NULL::klout_signals), klout_count('{}'::klout_signals, NULL), klout_count('{}'::klout_signals, 'x', NULL),
                    klout_count('{}'::klout_signals, 'x', 'y', NULL, now()), klout_count('{}'::klout_signals, 'x', 'y', now(), NULL),
                    klout_reactors(NULL), klout_reactors('{}', NULL)) AS not_null;
SELECT count(*) AS rows FROM klout_entries(NULL);
SELECT count(*) AS rows FROM klout_reactor_sample(NULL);
-- The neutral elements of merging: NULL and {}
SELECT klout_merge(s, NULL) = s AND klout_merge(NULL, s) = s AND (s || NULL) = s AND (NULL || s) = s AS "null",
       klout_merge(s, '{}') = s AND klout_merge('{}', s) = s AND (s || '{}') = s AND ('{}' || s) = s AS empty,
       klout_merge(NULL::klout_signals, NULL) IS NULL AS both,
       klout_merge('{}', NULL::klout_signals) = '{}' AS empty_and_null
FROM (SELECT pg_temp.one('twitter', 'like', 1, :'noon') || klout_audience('x', 5, :'noon') AS s) x;
SELECT (pg_temp.one('twitter', 'like', 1, :'noon', 1, bucket) || '{}'::klout_signals) = pg_temp.one('twitter', 'like', 1, :'noon', 1, bucket) AS "any bucket"
FROM (VALUES (interval '1 day'), ('1 hour')) v(bucket);
SELECT klout_rollup(s) = pg_temp.one('twitter', 'like', 1, :'noon') AS rollup, klout_rollup(s) FILTER (WHERE s = '{}') = '{}' AS empty
FROM (VALUES ('{}'::klout_signals), (NULL), (pg_temp.one('twitter', 'like', 1, :'noon')), ('{}')) v(s);
-- Somebody of whom nothing is known scores 0.
SELECT klout_score('{}', klout_model(), :'noon') = 0 AND klout_raw('{}', klout_model(), :'noon') = 0
       AND klout_reach('{}', klout_model(), :'noon') = 0 AND klout_consistency('{}', klout_model(), :'noon') = 0 AS zero,
       klout_score('{}'::klout_signals) = 0 AS now, klout_score('{}', klout_model('hour')) = 0 AS hour,
       klout_amplification('{}', klout_model(), :'noon') IS NULL AS no_posts,
       klout_count('{}'::klout_signals) = 0 AS actions, klout_reactors('{}') = 0 AS reactors;

--
-- What is refused
--
SELECT pg_temp.failure($$pg_temp.one('x', 'y', 1, now(), 1, '1 day') || pg_temp.one('x', 'y', 1, now(), 1, '1 hour')$$);
SELECT pg_temp.failure($$klout_merge(pg_temp.one('x', 'y', 1, now(), 1, '1 hour'), pg_temp.one('x', 'y', 1, now(), 1, '1 day'))$$);
SELECT pg_temp.failure($$(SELECT klout_rollup(pg_temp.one('x', 'y', 1, now(), 1, b) ORDER BY b) FROM unnest('{1 hour, 1 day}'::interval[]) b)$$);
SELECT pg_temp.failure($$(SELECT klout_posts('x', now(), '1 hour')) || (SELECT klout_posts('x', now()))$$);
SELECT pg_temp.failure(format('klout_signals(%L, %L, 1, now(), %L, ''1 day'')', 'x', 'y', weight))
FROM unnest('{1.5, -0.1, NaN, Infinity, -Infinity, 1.0000000000000002, -1e-300}'::float8[]) weight;
SELECT klout_signals('x', 'y', 1, :'noon', '-0', '1 day') = klout_signals('x', 'y', 1, :'noon', 0, '1 day') AS negative_zero;
-- Buckets: a day has 24 hours of 60 minutes, everything else is refused (the last
-- of those refused is 2^64 microseconds more than a day).
SELECT bucket, pg_temp.one('x', 'y', 1, :'noon', 1, bucket) = pg_temp.one('x', 'y', 1, :'noon', 1, unit) AS accepted
FROM (VALUES (interval '24 hours', interval '1 day'), ('1440 minutes', '1 day'), ('2 days -24 hours', '1 day'),
             ('60 minutes', '1 hour'), ('1 day -23 hours', '1 hour')) v(bucket, unit);
SELECT pg_temp.failure(format('klout_signals(%L, %L, 1, now(), 1, %L)', 'x', 'y', bucket::interval))
FROM unnest('{2 hours, 1 week, 1 month, 0, -1 day, 30 minutes, 1 day 00:00:00.000001, 1 month -29 days, 213503983 days 08:01:49.551616}'::text[]) bucket;
SELECT pg_temp.failure($$klout_posts('x', now(), '2 hours')$$);
-- the same bucket in all rows of a group, however it is written
SELECT klout_signals('x', 'y', 1, :'noon', 1, b) = pg_temp.one('x', 'y', 1, :'noon') || pg_temp.one('x', 'y', 1, :'noon') AS same
FROM unnest('{1 day, 24 hours}'::interval[]) b;
SELECT pg_temp.failure($$(SELECT klout_signals('x', 'y', 1, now(), 1, b ORDER BY b DESC) FROM unnest('{1 day, 1 hour}'::interval[]) b)$$);
SELECT pg_temp.failure($$(SELECT klout_posts('x', now(), b ORDER BY b) FROM unnest('{1 day, 1 hour}'::interval[]) b)$$);

--
-- Names: 1 to 63 bytes of UTF-8, 64 kinds a network, 255 networks
--
SELECT pg_temp.failure($$klout_signals('', 'y', 1, now())$$);
SELECT pg_temp.failure($$klout_signals('x', '', 'a'::text, now())$$);
SELECT pg_temp.failure($$klout_audience('', 1, now())$$);
SELECT pg_temp.failure($$klout_posts('', now())$$);
-- the empty actor is an actor
SELECT klout_reactors(klout_signals('x', 'y', '', :'noon')) AS reactors;
-- 63 bytes: 63 letters, 31 letters of 2 bytes and one more, 21 of 3, 15 of 4 and 3 more
SELECT klout_count(klout_signals(name, name, 1, :'noon'), name, name) AS actions, max(octet_length(name)) AS bytes, max(length(name)) AS characters
FROM (VALUES (repeat('x', 63)), (repeat('é', 31) || 'x'), (repeat('微', 21)), (repeat('😀', 15) || 'xyz')) v(name)
GROUP BY name ORDER BY characters DESC;
SELECT pg_temp.failure(format('klout_signals(%L, %L, 1, now())', repeat('x', 64), 'y'));
SELECT pg_temp.failure(format('klout_signals(%L, %L, 1, now())', 'x', repeat('é', 32)));
SELECT pg_temp.failure(format('klout_audience(%L, 1, now())', repeat('x', 64)));
SELECT pg_temp.failure(format('klout_posts(%L, now())', repeat('微', 22)));
-- an actor may be of any length
SELECT klout_reactors(klout_signals('x', 'y', repeat('a', n), :'noon')) AS reactors FROM generate_series(100000, 100002) n;
-- Names of any letters; they are what the model names, byte for byte.
SELECT pg_temp.about(klout_raw(s, klout_model() || '{"kinds": {"转发": 2}, "networks": {"微博": 3, "VKontakte": 0}}', :'noon'), 2 * ln(7)) AS weighted,
       pg_temp.about(klout_raw(s, klout_model() || '{"kinds": {"转": 2}, "networks": {"微": 3}}', :'noon'), 2 * ln(2)) AS by_other_names,
       klout_count(s, '微博', '转发') AS actions, klout_count(s, '微博', '转') AS none,
       s = s::text::klout_signals AS text
FROM (SELECT klout_signals('微博', '转发', 'Zoë 😀', :'noon') AS s) x;
-- 64 kinds on each of two networks; with the 65th, the two last by name are folded
SELECT klout_count(s) AS actions, klout_count(s, 'x', 'kind 64') AS last, klout_reactors(s) AS reactors,
       -- the heaviest of one reactor's 64 kinds: R = D = 5 + 5
       pg_temp.about(klout_raw(s, klout_model() || '{"kinds": {"kind 1": 3, "kind 64": 5, "kind 65": 7}}', :'noon'), 2 * ln(11)) AS raw,
       (s || s) = (s || '{}' || s) AS merged
FROM (SELECT klout_signals(n, 'kind ' || k, 1, :'noon') AS s FROM generate_series(1, 64) k, unnest('{x, y}'::text[]) n) x;
SELECT klout_count(s) AS actions, klout_count(s, 'x', 'kind 7') AS kept, klout_count(s, 'x', 'kind 8') AS folded, klout_count(s, 'x', '(other)') AS others
FROM (SELECT klout_signals('x', 'kind ' || k, 1, :'noon') AS s FROM generate_series(1, 65) k) x;
-- 255 networks, each with a reactor; with the 256th, the two last by name are folded, where they are two reactors still
SELECT klout_count(s) AS actions, klout_count(s, 'network 255') AS last, klout_reactors(s) AS reactors,
       pg_temp.about(klout_raw(s, klout_model(), :'noon'), 2 * ln(256)) AS raw, (s || s) = (s || '{}' || s) AS merged
FROM (SELECT klout_signals('network ' || n, 'y', 1, :'noon') AS s FROM generate_series(1, 255) n) x;
SELECT klout_count(s) AS actions, klout_count(s, 'network 97') AS kept, klout_count(s, 'network 98') AS "98", klout_count(s, 'network 99') AS "99",
       klout_reactors(s, '(other)') AS others, pg_temp.about(klout_raw(s, klout_model(), :'noon'), ln(257) + ln(256)) AS raw
FROM (SELECT klout_signals('network ' || n, 'y', 1, :'noon') AS s FROM generate_series(1, 256) n) x;
-- audience, posts and actions of one network are one network
SELECT klout_score(klout_rollup(s), klout_model(), :'noon') > 0 AS fits
FROM (SELECT klout_signals('network ' || n, 'y', 1, :'noon') AS s FROM generate_series(1, 255) n
      UNION ALL SELECT klout_audience('network ' || n, 1, :'noon') FROM generate_series(1, 255) n
      UNION ALL SELECT klout_posts('network ' || n, :'noon') FROM generate_series(1, 255) n) x;

--
-- A further action never lowers the score, if its reactor is new or comes with
-- no lower weight and no lower kind weight than in that reactor's latest bucket.
--
-- 3,000 actions in no order of time, by 200 reactors who each keep to one
-- weight and one kind; some buckets are those of the future, which is allowed
-- only for reactors that are never seen today or before (actors from 201 on).
CREATE TEMPORARY TABLE growth AS
SELECT i, n.network, 'kind ' || actor % 3 AS kind, actor,
       CASE WHEN actor > 200 THEN timestamptz '2020-06-16' + i * interval '1 hour'
            ELSE timestamptz '2020-06-15' - i * 7919 % 500 * interval '1 day' END AS at,
       actor % 5 / 4.0::float8 AS weight
FROM (SELECT i, 1 + i * 104729 % 210 AS actor FROM generate_series(1, 3000) i) x,
     LATERAL (SELECT CASE WHEN actor % 4 = 0 THEN 'twitter' ELSE 'facebook' END AS network) n;
SELECT model, count(*) AS actions, count(*) FILTER (WHERE score < before) AS violations,
       count(*) FILTER (WHERE score > before) > 1000 AS it_grows,
       count(*) FILTER (WHERE (score >= 0 AND score < 100) IS NOT TRUE) AS out_of_range
FROM (SELECT model, i, score, lag(score) OVER (PARTITION BY model ORDER BY i) AS before
      FROM (SELECT model, i, klout_score(klout_signals(network, kind, actor, at, weight, '1 day') OVER (PARTITION BY model ORDER BY i),
                                 model_value, :'noon') AS score
            FROM growth, (VALUES ('default', klout_model()), ('strict', 'strict'),
                                 ('kinds', klout_model() || '{"kinds": {"kind 1": 0.25, "kind 2": 3}, "networks": {"twitter": 5}, "unproven_cap": 0.1}')
                         ) m(model, model_value)) x) y
GROUP BY model ORDER BY model;

-- The documented counter-examples.  A reply (2) yesterday, then a like (0.5)
-- today.  Before: R = 2 * 2^(-1/30), D = 2 * 2^(-1/360).
-- After: k = 0.5: R = S = 0.5, D = min(2 * 2^(-1/360) + 0.5, 2 * 0.5) = 1.
SELECT pg_temp.about(before, pg_temp.bent(ln(1 + 2 * 2 ^ (-1 / 30.0)) + ln(1 + 2 * 2 ^ (-1 / 360.0)))) AS before,
       pg_temp.about(after, pg_temp.bent(ln(1.5) + ln(2))) AS after, after < before AS lower
FROM (SELECT klout_score(reply, klout_model() || :'kinds', :'noon') AS before,
             klout_score(reply || pg_temp.one('twitter', 'like', 1, :'noon'), klout_model() || :'kinds', :'noon') AS after
      FROM pg_temp.one('twitter', 'reply', 1, '2020-06-14') reply) x;
-- A proven reactor of yesterday comes back half proven where the cap on unproven
-- ones binds (strict; three others unproven today).
-- Before: P = 2^(-1/30), R = P + min(3, 1 + P) = 1 + 2 P; S likewise with 360;
-- D = min(1 + 2^(-1/360), S) = 1 + 2^(-1/360).  After: P = 0.5, R = S = 0.5 + min(3.5, 1.5) = 2, D = 1 + 2^(-1/360).
-- Unproven, he changes nothing: P is what it was, U = 3 + 1 - 2^(-1/30), and the cap binds.
SELECT pg_temp.about(before, pg_temp.bent(ln(2 + 2 * 2 ^ (-1 / 30.0)) + ln(2 + 2 ^ (-1 / 360.0)))) AS before,
       pg_temp.about(half, pg_temp.bent(ln(3) + ln(2 + 2 ^ (-1 / 360.0)))) AS half, half < before AS lower, unproven = before AS same
FROM (SELECT klout_score(s, 'strict', :'noon') AS before, klout_score(s || pg_temp.one('twitter', 'like', 1, :'noon', 0.5), 'strict', :'noon') AS half,
             klout_score(s || pg_temp.one('twitter', 'like', 1, :'noon', 0), 'strict', :'noon') AS unproven
      FROM (SELECT klout_signals('twitter', 'like', a, CASE a WHEN 1 THEN timestamptz '2020-06-14' ELSE :'noon' END, (a = 1)::integer, '1 day') AS s
            FROM generate_series(1, 4) a) x) y;
-- What was proven remains, and of the later action what is more: with a reply (2) worth
-- x = 2 * 2^(-10/30) of ten days ago, and a like (0.5) or a reply of today, z = 0.5 or 2,
-- P = 0.3 x (weight 0.3), R = max(x, z), and all of it is below the cap.
SELECT kind, pg_temp.about(klout_reach(s, klout_model() || :'kinds', :'noon'), greatest(2 * 2 ^ (-10 / 30.0), z)) AS reach,
       pg_temp.about(klout_reach(s, klout_model() || :'kinds' || '{"unproven_cap": 0}', :'noon'), 0.3 * 2 * 2 ^ (-10 / 30.0)) AS proven,
       pg_temp.about(klout_reach(s, klout_model() || :'kinds', '2020-06-14'), 2 * 2 ^ (-9 / 30.0)) AS yesterday,
       pg_temp.about(klout_reach(s || pg_temp.one('twitter', 'like', 1, '2020-06-15', 0.1), klout_model() || :'kinds', :'noon'), 0.5) AS proven_today
FROM (VALUES ('like', 0.5), ('reply', 2)) v (kind, z),
     LATERAL (SELECT pg_temp.one('twitter', 'reply', 1, '2020-06-05', 0.3) || pg_temp.one('twitter', kind, 1, :'noon', 0) AS s) x;
--
-- The short forms: the default model, as of now()
--
BEGIN;
SELECT pg_temp.about(klout_score(s), pg_temp.bent(2 * ln(2))) AS score, pg_temp.about(klout_raw(s), 2 * ln(2)) AS raw,
       klout_reach(s) = 1 AS reach, klout_consistency(s) = 1 AS consistency, pg_temp.about(klout_amplification(s), 1) AS amplification,
       klout_score(s, 'strict') = klout_score(s, 'strict', now()) AND klout_raw(s, 'strict') = klout_raw(s, 'strict', now())
       AND klout_reach(s, 'strict') = klout_reach(s, 'strict', now()) AND klout_consistency(s, 'strict') = klout_consistency(s, 'strict', now())
       AND klout_amplification(s, 'strict') = klout_amplification(s, 'strict', now()) AS with_model
FROM (SELECT pg_temp.one('twitter', 'like', 1, now()) || klout_posts('twitter', now()) AS s) x;
-- The aggregate from actions to score in one step
SELECT pg_temp.about(klout_score('twitter', 'like', 1, now()), pg_temp.bent(2 * ln(2))) AS one;
SELECT count(*) AS people,
       count(*) FILTER (WHERE by_bigint = klout_score(signals) AND by_text = klout_score(text_signals) AND by_uuid = klout_score(uuid_signals)) AS same
FROM (SELECT klout_score(network, kind, actor, at) AS by_bigint, klout_signals(network, kind, actor, at) AS signals,
             klout_score(network, kind, actor::text, at) AS by_text, klout_signals(network, kind, actor::text, at) AS text_signals,
             klout_score(network, kind, md5(actor::text)::uuid, at) AS by_uuid, klout_signals(network, kind, md5(actor::text)::uuid, at) AS uuid_signals
      FROM (SELECT i % 10 AS target, 'n' || i % 2 AS network, 'k' || i % 3 AS kind, i * 7919 % (i % 10 * 50 + 1) AS actor,
                   now() - i * interval '1 hour' AS at FROM generate_series(1, 5000) i) x
      GROUP BY target) y;
COMMIT;
SELECT klout_score('twitter', 'like', 1, now()) FILTER (WHERE false) IS NULL AS no_rows;
SELECT pg_temp.failure($$klout_score('twitter', 'like', 1, 'infinity'::timestamptz)$$);

--
-- Every constant of the model does what the formula says.
--
-- Today: one proven reactor.  30 days ago: five unproven ones.  60 days ago: a
-- proven one.  All like; 100 followers; one post today and one 30 days ago.
--   P(H) = k (1 + 2^(-60/H)), U(H) = 5 k 2^(-30/H), days(H) = k (1 + 2^(-30/H) + 2^(-60/H))
--   posts = 1 + 2^(-30/Hr), F = 100, all on one network of weight W
-- formula() has this and the definition of the score, in SQL.
CREATE FUNCTION pg_temp.formula(hr float8, hc float8, cu float8, cd float8, mix float8, wr float8, wd float8,
                                wf float8, ca float8, wp float8, c float8, w float8, k float8) RETURNS float8
    LANGUAGE sql IMMUTABLE AS
$$
WITH sums AS (
    SELECT k * (1 + 2 ^ (-60 / hr)) AS p, 5 * k * 2 ^ (-30 / hr) AS u,
           k * (1 + 2 ^ (-60 / hc)) AS sp, 5 * k * 2 ^ (-30 / hc) AS su,
           k * (1 + 2 ^ (-30 / hc) + 2 ^ (-60 / hc)) AS days, 1 + 2 ^ (-30 / hr) AS posts
), capped AS (
    SELECT p + least(u, cu * mix * (1 + p)) AS r,
           least(days, cd * (sp + least(su, cu * mix * (1 + sp)))) AS d, posts FROM sums
), engaged AS (
    SELECT wr * ln(1 + w * r) + wd * ln(1 + w * d) AS e, posts FROM capped
)
SELECT 100 * raw / (raw + c)
FROM (SELECT e + least(wf * ln(1 + w * 100), ca * e) + wp * ln(1 + w * posts) AS raw FROM engaged) x
$$;
-- A base in which each constant matters: the caps bind, or nearly so.
--   cap of unproven ones 0.5 * 1.5 * (1 + P), below U; consistency_cap 0.6:
--   0.6 S < days; audience: 0.1 ln 101 = 0.46 > 0.15 E
WITH base AS (
    SELECT klout_model() || '{"unproven_cap": 0.5, "consistency_cap": 0.6, "mix": 1.5, "audience_cap": 0.15, "activity_weight": 0.2}' AS model,
           (SELECT klout_signals('twitter', 'like', a, timestamptz :'noon' - age * interval '1 day', w, '1 day')
            FROM (VALUES (1, 0, 1), (2, 60, 1), (3, 30, 0), (4, 30, 0), (5, 30, 0), (6, 30, 0), (7, 30, 0)) v(a, age, w))
           || klout_audience('twitter', 100, :'noon')
           || (SELECT klout_posts('twitter', timestamptz :'noon' - age * interval '1 day') FROM unnest('{0, 30}'::integer[]) age) AS s)
SELECT override, pg_temp.about(klout_score(s, model || override::jsonb, :'noon'), expected) AS as_the_formula,
       abs(klout_score(s, model || override::jsonb, :'noon') - klout_score(s, model, :'noon')) > 0.01 AS matters
FROM base, (VALUES
    --                                            Hr   Hc   cu   cd   mix  wr   wd   wf    ca    wp   c    W  k
    ('{}',                      pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"reach_half_life": "7 days"}',
                                pg_temp.formula(   7, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"reach_half_life": "36 hours"}',
                                pg_temp.formula( 1.5, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"consistency_half_life": "100 days 06:00:00"}',
                                pg_temp.formula(  30, 100.25, 0.5, 0.6, 1.5, 1, 1,  0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"unproven_cap": 0.25}',  pg_temp.formula(  30, 360, 0.25, 0.6, 1.5, 1,  1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"unproven_cap": 0}',     pg_temp.formula(  30, 360, 0,   0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"unproven_cap": 100}',   pg_temp.formula(  30, 360, 100, 0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"consistency_cap": 0.3}', pg_temp.formula( 30, 360, 0.5, 0.3, 1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"consistency_cap": 9}',  pg_temp.formula(  30, 360, 0.5, 9,   1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"mix": 1}',              pg_temp.formula(  30, 360, 0.5, 0.6, 1,   1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"mix": 4}',              pg_temp.formula(  30, 360, 0.5, 0.6, 4,   1,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"reach_weight": 2.5}',   pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 2.5, 1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"reach_weight": 0}',     pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 0,   1,   0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"consistency_weight": 0.7}', pg_temp.formula(30, 360, 0.5, 0.6, 1.5, 1, 0.7, 0.1,  0.15, 0.2, 3.4, 1, 1)),
    ('{"audience_weight": 0.02}', pg_temp.formula(30, 360, 0.5, 0.6, 1.5, 1,   1,   0.02, 0.15, 0.2, 3.4, 1, 1)),
    ('{"audience_weight": 0}',  pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0,    0.15, 0.2, 3.4, 1, 1)),
    ('{"audience_cap": 0.05}',  pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.05, 0.2, 3.4, 1, 1)),
    ('{"audience_cap": 5}',     pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  5,    0.2, 3.4, 1, 1)),
    ('{"activity_weight": 1}',  pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 1,   3.4, 1, 1)),
    ('{"activity_weight": 0}',  pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 0,   3.4, 1, 1)),
    ('{"scale": 0.5}',          pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 0.5, 1, 1)),
    ('{"scale": 1000}',         pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 1000, 1, 1)),
    ('{"networks": {"twitter": 7}}', pg_temp.formula(30, 360, 0.5, 0.6, 1.5, 1, 1,  0.1,  0.15, 0.2, 3.4, 7, 1)),
    ('{"kinds": {"like": 3}}',  pg_temp.formula(  30, 360, 0.5, 0.6, 1.5, 1,   1,   0.1,  0.15, 0.2, 3.4, 1, 3))) v(override, expected);
-- The presets by their constants.  Hours: the half-lives are 1/8 and 3/2 days.
WITH x AS (
    SELECT (SELECT klout_signals('twitter', 'like', a, timestamptz :'noon' - age * interval '1 day', w, '1 day')
            FROM (VALUES (1, 0, 1), (2, 60, 1), (3, 30, 0), (4, 30, 0), (5, 30, 0), (6, 30, 0), (7, 30, 0)) v(a, age, w))
           || klout_audience('twitter', 100, :'noon') AS s)
SELECT pg_temp.about(klout_score(s, klout_model(), :'noon'),         pg_temp.formula(30,  360, 3, 2, 1, 1, 1, 0.1, 0.1, 0, 3.4, 1, 1)) AS "default",
       pg_temp.about(klout_score(s, klout_model('strict'), :'noon'), pg_temp.formula(30,  360, 1, 1, 1, 1, 1, 0.1, 0.1, 0, 3.4, 1, 1)) AS strict,
       pg_temp.about(klout_score(s, klout_model('hour'), :'noon'),   pg_temp.formula(0.125, 1.5, 3, 2, 1, 1, 1, 0.1, 0.1, 0, 2, 1, 1)) AS hour
FROM x;

-- ---------------------------------------------------------------------------
-- One function for each: arguments left out, by place and by name
-- ---------------------------------------------------------------------------

CREATE TABLE score_fact AS
SELECT n, klout_signals('twitter', 'like', a, timestamptz '2020-06-15 12:00+00' - a * interval '9 hours') || (SELECT klout_posts('twitter', at) FROM unnest('{2020-06-10,2020-06-25}'::timestamptz[]) AS at) AS s
FROM generate_series(1, 3) AS n, generate_series(1::bigint, n) AS a GROUP BY n;
DO $$
DECLARE
    function text;
    same boolean;
BEGIN
    FOREACH function IN ARRAY ARRAY['klout_score', 'klout_raw', 'klout_reach', 'klout_consistency', 'klout_amplification', 'klout_features',
        '(SELECT array_agg(e) FROM klout_explain', 'to_jsonb(klout_summary'] LOOP
        EXECUTE format($q$
            SELECT bool_and(%1$s(s) %2$s = %1$s(s, klout_model(), now()) %2$s
                AND %1$s(s, 'strict') %2$s = %1$s(s, klout_model('strict'), now()) %2$s
                AND %1$s(s, as_of => '2020-06-20') %2$s = %1$s(s, klout_model(), '2020-06-20') %2$s
                AND %1$s(s, model => 'strict') %2$s = %1$s(s, 'strict', now()) %2$s
                AND %1$s(as_of => '2020-06-20', model => 'strict', signals => s) %2$s = %1$s(s, 'strict', '2020-06-20') %2$s
                AND %1$s(s, as_of => '2020-06-20') %2$s <> %1$s(s, as_of => '2020-06-27') %2$s)
            FROM score_fact$q$, function, CASE WHEN function LIKE '(%' THEN 'AS e)' WHEN function LIKE 'to_jsonb(%' THEN ')' ELSE '' END) INTO same;
        ASSERT same, function;
    END LOOP;
END $$;
SELECT bool_and(klout_count(s) = klout_count(s, '', '', '-infinity', 'infinity') AND klout_count(s) = n
    AND klout_count(s, 'twitter') = n AND klout_count(s, kind => 'like') = n AND klout_count(s, 'x') = 0 AND klout_count(s, kind => 'x') = 0
    AND klout_count(s, from_at => '2020-06-15') = 1 AND klout_count(s, to_at => '2020-06-15', network => 'twitter') = n - 1
    AND klout_reactors(s) = n AND klout_reactors(s, network => 'twitter') = n AND klout_reactors(s, 'x') = 0) AS by_hand,
    bool_and(klout_count(s, NULL) IS NULL AND klout_count(s, kind => NULL) IS NULL AND klout_reactors(s, NULL) IS NULL) AS null_of_null
FROM score_fact;
-- a moment in an index, and none: the default is the caller's, not the index's
CREATE INDEX score_fact_then ON score_fact (klout_score(s, as_of => '2020-06-20'));
CREATE INDEX ON score_fact (klout_score(s));
ALTER TABLE score_fact ADD score float8 GENERATED ALWAYS AS (klout_score(s, 'strict', '2020-06-20')) STORED;
ALTER TABLE score_fact ADD score_now float8 GENERATED ALWAYS AS (klout_score(s, 'strict')) STORED;
SET enable_seqscan = off;
EXPLAIN (COSTS OFF) SELECT n FROM score_fact WHERE klout_score(s, klout_model(), '2020-06-20') > 50;
RESET enable_seqscan;
-- now() stays in the plan, also in one that is kept
CREATE FUNCTION pg_temp.plan_of(statement text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY EXECUTE 'EXPLAIN (VERBOSE, COSTS OFF) ' || statement;
END $$;
SELECT count(*) AS lines_with_now FROM pg_temp.plan_of($$SELECT klout_score('{}')$$) AS line WHERE line ~ 'klout_score\(.*, now\(\)\)';
PREPARE score_later AS SELECT klout_score(s), klout_score(s, klout_model(), now()) FROM score_fact WHERE n = 1;
SET plan_cache_mode = force_generic_plan;
SELECT count(*) AS lines_with_now FROM pg_temp.plan_of('EXECUTE score_later') AS line WHERE line ~ 'klout_score\(.*, now\(\)\).*now\(\)\)';
RESET plan_cache_mode;
DEALLOCATE score_later;
DROP TABLE score_fact;

-- ---------------------------------------------------------------------------
-- Errors name the function that was called: the aggregate, also in a window
-- ---------------------------------------------------------------------------

SELECT call, split_part(pg_temp.failure('SELECT ' || call || ' FROM generate_series(1, 2) AS n LIMIT 1'), E'\n', 1) AS error
FROM (VALUES
    ($$klout_signals('', 'k', 1::bigint, now())$$), ($$klout_score('', 'k', 1::bigint, now())$$), ($$klout_score('x', '', 'a', now())$$),
    ($$klout_score('x', 'k', 1::bigint, 'infinity') OVER ()$$), ($$klout_signals('x', 'k', 1::bigint, 'infinity') OVER ()$$),
    ($$klout_signals('x', 'k', 'a', now(), 2, '1 day')$$), ($$klout_signals('x', 'k', 'a', now(), 1, '2 days')$$),
    ($$klout_posts('', now())$$), ($$klout_posts('x', now(), NULL)$$), ($$klout_audience('x', -n, now())$$), ($$klout_audience('x', -n, now()) OVER ()$$),
    ($$klout_population(n * 100)$$), ($$klout_population(n * 101) OVER (ORDER BY n)$$), ($$klout_spearman('NaN', n) OVER ()$$),
    ($$klout_ndcg(n, -n, 1)$$), ($$klout_fit('{}', '{}')$$), ($$klout_calibrate('{}', klout_model(), '-infinity')$$),
    ($$klout_raw('{}', as_of => 'infinity')$$), ($$klout_summary('{}', as_of => 'infinity')$$)) AS v (call);
