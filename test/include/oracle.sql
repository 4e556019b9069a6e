-- The whole formula of the score in plain SQL, for tests to compare klout with.
-- It uses nothing of klout and shares no idea with its code: every reactor is
-- known (there is no sample), every number comes from the rows themselves.
--
-- Fill oracle_action, oracle_audience and oracle_post, then
--   SELECT * FROM oracle('day', as_of, constants)
-- constants: a JSON object that has all of Hr, Hc (in buckets), cu, cd, mix,
-- wr, wd, wf, ca, wp, c, and objects W (weights of networks) and k (of kinds);
-- a name that is missing there weighs 1.  most_reactors is the number of those
-- who ever acted with a weight above 0, or of those who ever acted with weight
-- 0, whichever is larger, on the network that has most: klout is exact where it
-- is up to 256.
-- The names are those of the formula:
--   x_a(H) = k_a 2^(-age(last_a)/H)     by the last bucket with a weight above 0
--   z_a(H) = k'_a 2^(-age(last'_a)/H)   by the last bucket with weight 0, if later
--   P_n(H) = sum over reactors a of w_a x_a
--   U_n(H) = sum over reactors a of max(x_a, z_a) - w_a x_a
--   cap(P, U) = P + min(U, cu mix (1 + P))
--   R_n = cap(P_n(Hr), U_n(Hr)),  S_n = cap(P_n(Hc), U_n(Hc))
--   D_n = min(sum over buckets d of k_d 2^(-age(d)/Hc), cd S_n)
--   E   = wr ln(1 + sum W_n R_n) + wd ln(1 + sum W_n D_n)
--   raw = E + min(wf ln(1 + sum W_n F_n), ca E) + wp ln(1 + sum W_n posts_n)
--   score = 100 raw / (raw + c)
CREATE TEMPORARY TABLE oracle_action (
    target bigint, network text, kind text, actor bigint, at timestamptz, weight float8);
CREATE TEMPORARY TABLE oracle_audience (
    target bigint, network text, followers bigint, at timestamptz);
CREATE TEMPORARY TABLE oracle_post (
    target bigint, network text, at timestamptz);

-- ln(1 + x) without losing the digits of a small x: its series, to 1e-12 or better
CREATE FUNCTION pg_temp.ln1p(x float8) RETURNS float8
    LANGUAGE sql IMMUTABLE
    RETURN CASE WHEN x < 1e-4 THEN x - x * x / 2 + x * x * x / 3 ELSE ln(1 + x) END;

CREATE FUNCTION pg_temp.oracle(unit text, as_of timestamptz, constants jsonb)
    RETURNS TABLE (target bigint, actions bigint, reactors bigint, most_reactors bigint,
                   reach float8, consistency float8, audience float8, posts float8,
                   raw float8, score float8, amplification float8)
    LANGUAGE sql STABLE AS
$$
WITH m AS (
    SELECT *, CASE unit WHEN 'day' THEN 86400 WHEN 'hour' THEN 3600 END AS seconds FROM jsonb_to_record(constants) AS x(
        "Hr" float8, "Hc" float8, cu float8, cd float8, mix float8, wr float8, wd float8,
        wf float8, ca float8, wp float8, c float8, "W" jsonb, k jsonb)
), action AS ( -- age in buckets, negative in the future
    SELECT a.target, a.network, a.actor, coalesce(a.weight, 1) AS w,
           coalesce((m.k ->> a.kind)::float8, 1) AS k,
           floor(date_part('epoch', as_of) / m.seconds) - floor(date_part('epoch', a.at) / m.seconds) AS age
    FROM oracle_action a, m
), last AS ( -- of each reactor the last bucket of the proven and of the other actions
    SELECT DISTINCT ON (x.target, x.network, x.actor, x.w > 0) x.*
    FROM (SELECT a.target, a.network, a.actor, a.age, max(a.w) AS w, max(a.k) AS k
          FROM action a GROUP BY a.target, a.network, a.actor, a.age, a.w > 0) x
    ORDER BY x.target, x.network, x.actor, x.w > 0, x.age
), reactor AS ( -- what is later than the moment is worth nothing
    SELECT target, network, actor, p.actor IS NOT NULL AS proven, z.actor IS NOT NULL AS unproven, coalesce(p.w, 0) AS w,
           CASE WHEN p.age >= 0 THEN p.k * 2 ^ (-p.age / m."Hr") ELSE 0 END AS x,
           CASE WHEN p.age >= 0 THEN p.k * 2 ^ (-p.age / m."Hc") ELSE 0 END AS sx,
           CASE WHEN z.age >= 0 AND (p.age <= z.age) IS NOT TRUE THEN z.k * 2 ^ (-z.age / m."Hr") ELSE 0 END AS z,
           CASE WHEN z.age >= 0 AND (p.age <= z.age) IS NOT TRUE THEN z.k * 2 ^ (-z.age / m."Hc") ELSE 0 END AS sz
    FROM (SELECT * FROM last l WHERE l.w > 0) p
    FULL JOIN (SELECT * FROM last l WHERE l.w = 0) z USING (target, network, actor), m
), reached AS (
    SELECT r.target, r.network, count(*) AS reactors,
           greatest(count(*) FILTER (WHERE r.proven), count(*) FILTER (WHERE r.unproven)) AS sampled,
           sum(r.w * r.x) AS p, sum(greatest(r.x, r.z) - r.w * r.x) AS u,
           sum(r.w * r.sx) AS sp, sum(greatest(r.sx, r.sz) - r.w * r.sx) AS su
    FROM reactor r
    GROUP BY r.target, r.network
), bucket AS (
    SELECT a.target, a.network, a.age, max(a.k) AS k, sum(a.k) AS reactions, count(*) AS actions
    FROM action a
    GROUP BY a.target, a.network, a.age
), active AS (
    SELECT b.target, b.network, sum(b.actions)::bigint AS actions,
           sum(b.k * 2 ^ (-b.age / m."Hc")) FILTER (WHERE b.age >= 0) AS d,
           sum(b.reactions * 2 ^ (-b.age / m."Hr")) FILTER (WHERE b.age >= 0) AS reactions
    FROM bucket b, m
    GROUP BY b.target, b.network
), followed AS (
    SELECT DISTINCT ON (f.target, f.network) f.target, f.network, f.followers, f.at
    FROM oracle_audience f
    ORDER BY f.target, f.network, f.at DESC, f.followers DESC
), posted AS (
    SELECT o.target, o.network, sum(2 ^ (-o.age / m."Hr")) FILTER (WHERE o.age >= 0) AS posts
    FROM (SELECT p.target, p.network, floor(date_part('epoch', as_of) / m.seconds) - floor(date_part('epoch', p.at) / m.seconds) AS age
          FROM oracle_post p, m) o, m
    GROUP BY o.target, o.network
), network AS (
    SELECT target, network, coalesce((m."W" ->> network)::float8, 1) AS w,
           coalesce(v.actions, 0) AS actions, coalesce(r.reactors, 0) AS reactors, coalesce(r.sampled, 0) AS sampled,
           coalesce(r.p, 0) AS p, coalesce(r.u, 0) AS u, coalesce(r.sp, 0) AS sp, coalesce(r.su, 0) AS su,
           coalesce(v.d, 0) AS d, coalesce(v.reactions, 0) AS reactions,
           CASE WHEN f.at <= as_of THEN f.followers ELSE 0 END AS followers,
           coalesce(o.posts, 0) AS posts
    FROM reached r
    FULL JOIN active v USING (target, network)
    FULL JOIN followed f USING (target, network)
    FULL JOIN posted o USING (target, network), m
), person AS (
    SELECT n.target, sum(n.actions)::bigint AS actions, sum(n.reactors)::bigint AS reactors,
           max(n.sampled) AS most_reactors,
           sum(n.w * (n.p + least(n.u, m.cu * m.mix * (1 + n.p)))) AS reach,
           sum(n.w * least(n.d, m.cd * (n.sp + least(n.su, m.cu * m.mix * (1 + n.sp))))) AS consistency,
           sum(n.w * n.followers) AS audience,
           sum(n.w * n.posts) AS posts,
           sum(n.w * n.reactions) AS reactions
    FROM network n, m
    GROUP BY n.target
), logarithms AS (
    SELECT p.*, m.c, m.wr * pg_temp.ln1p(p.reach) + m.wd * pg_temp.ln1p(p.consistency) AS e,
           m.wf * pg_temp.ln1p(p.audience) AS f, m.wp * pg_temp.ln1p(p.posts) AS o, m.ca
    FROM person p, m
), total AS (
    SELECT l.*, l.e + least(l.f, l.ca * l.e) + l.o AS raw
    FROM logarithms l
)
SELECT t.target, t.actions, t.reactors, t.most_reactors, t.reach, t.consistency, t.audience, t.posts,
       t.raw, 100 * t.raw / (t.raw + t.c), t.reactions / nullif(t.posts, 0)
FROM total t
$$;

-- Equal but for rounding: NULLs are equal, floating values within 1e-9 of each other.
CREATE FUNCTION pg_temp.close_to(a float8, b float8) RETURNS boolean
    LANGUAGE sql IMMUTABLE
    RETURN (a IS NULL AND b IS NULL)
        OR coalesce(abs(a - b) <= 1e-9 * greatest(abs(a), abs(b)), false);
