-- The graph of the job authority: R-MAT with a = .57, b = c = .19 (the parameters of Graph500), 2^17
-- possible people (unless the setting levels says otherwise) and 16 rows for each at full size.  A row
-- is a function of its number alone, so a part of the graph is its beginning.  Ids are spread over 63
-- bits; weights are 1, 2, 4 or 8.
--
-- rmat_numbered has the same rows but those of people with themselves, and people numbered from 0.
--
-- At each of the graph's levels one of four quadrants is drawn, with one bit for the actor and one
-- for the target.  Four levels are drawn at once, by the place of a random number among the 256 sums
-- of their probabilities; of the 24 levels drawn, only the lowest count.

SELECT to_regclass('public.rmat') IS NULL AS missing, 16::bigint << levels AS rows FROM bench.setting \gset

\if :missing

-- The even bits (0) or the odd ones (1) of the draw of four levels
CREATE FUNCTION bench.bits(draw int, which int) RETURNS int
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (draw >> (6 + which) & 1) * 8 + (draw >> (4 + which) & 1) * 4 + (draw >> (2 + which) & 1) * 2 + (draw >> which & 1)
$$;

SELECT array_agg(upto ORDER BY outcome) AS sums
FROM (SELECT outcome, sum(quadrant[1 + outcome / 64] * quadrant[1 + outcome / 16 % 4] *
                          quadrant[1 + outcome / 4 % 4] * quadrant[1 + outcome % 4]) OVER (ORDER BY outcome) AS upto
      FROM generate_series(0, 255) AS outcome, (SELECT '{.57,.19,.19,.05}'::float8[] AS quadrant) AS q) AS s
WHERE outcome < 255 \gset

CREATE TABLE rmat AS
SELECT hashint8extended((bench.bits(d[6], 1) * 1048576 + bench.bits(d[1], 1) * 65536 + bench.bits(d[2], 1) * 4096 + bench.bits(d[3], 1) * 256 +
                         bench.bits(d[4], 1) * 16 + bench.bits(d[5], 1)) & people - 1, 11) & 9223372036854775807 AS actor,
       hashint8extended((bench.bits(d[6], 0) * 1048576 + bench.bits(d[1], 0) * 65536 + bench.bits(d[2], 0) * 4096 + bench.bits(d[3], 0) * 256 +
                         bench.bits(d[4], 0) * 16 + bench.bits(d[5], 0)) & people - 1, 11) & 9223372036854775807 AS target,
       (1 << (h3 >> 32 & 3)::int)::float4 AS weight
FROM (SELECT h3, ARRAY[width_bucket((h1 & 4294967295) / 4294967296.0::float8, :'sums'::float8[]),
                       width_bucket((h1 >> 32 & 4294967295) / 4294967296.0::float8, :'sums'::float8[]),
                       width_bucket((h2 & 4294967295) / 4294967296.0::float8, :'sums'::float8[]),
                       width_bucket((h2 >> 32 & 4294967295) / 4294967296.0::float8, :'sums'::float8[]),
                       width_bucket((h3 & 4294967295) / 4294967296.0::float8, :'sums'::float8[]),
                       width_bucket((h3 >> 40 & 16777215) / 16777216.0::float8, :'sums'::float8[])] AS d
      FROM (SELECT hashint8extended(i, 1) AS h1, hashint8extended(i, 2) AS h2, hashint8extended(i, 3) AS h3
            FROM generate_series(1, bench.scaled(:rows)) AS i OFFSET 0) AS hashes OFFSET 0) AS draws,
     (SELECT 1 << levels AS people FROM bench.setting) AS size;

CREATE TABLE rmat_numbered AS
WITH number AS MATERIALIZED (
    SELECT id, (row_number() OVER (ORDER BY id))::int - 1 AS number
    FROM (SELECT actor FROM rmat WHERE actor <> target UNION SELECT target FROM rmat WHERE actor <> target) AS people (id))
SELECT a.number AS actor, t.number AS target, r.weight
FROM rmat AS r JOIN number AS a ON a.id = r.actor JOIN number AS t ON t.id = r.target
WHERE r.actor <> r.target;

VACUUM ANALYZE rmat;
VACUUM ANALYZE rmat_numbered;

\endif

SELECT bench.amount(bench.scaled(:rows)) || ' rows' AS size_rmat \gset
