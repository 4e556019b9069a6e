-- Job rank: the ranks of all people, against PostgreSQL's rank().  Most of the time of both is sorting, so
-- it is also measured without a sort, over an index in order of score.

SELECT setseed(0.37);
DROP TABLE IF EXISTS ranked;
CREATE TABLE ranked AS
SELECT person, round((100 * raw / (raw + 3.4::float8))::numeric, 3)::float8 AS score
FROM (SELECT person, 12 * random() ^ 3 AS raw FROM generate_series(1, bench.scaled(2500000)) AS person) AS drawn;
CREATE INDEX ON ranked (score DESC);
VACUUM ANALYZE ranked;
SELECT bench.warm('ranked');
SELECT bench.warm('ranked_score_idx');

SELECT 'rank of ' || bench.amount(bench.scaled(2500000)) || ' people' AS job \gset

SELECT bench.check('klout_rank() and rank() agree',
    (SELECT bool_and(ours = theirs)
     FROM (SELECT klout_rank() OVER w AS ours, rank() OVER w AS theirs FROM ranked WINDOW w AS (ORDER BY score DESC)) AS r));

SET enable_indexscan = off;
SET enable_bitmapscan = off;
SET enable_indexonlyscan = off;
SELECT bench.compare(job => :'job' || ', sorted', against => 'rank()', at_most => 1.05,
    ours => 'SELECT person, klout_rank() OVER (ORDER BY score DESC) FROM ranked',
    theirs => 'SELECT person, rank() OVER (ORDER BY score DESC) FROM ranked');

RESET enable_indexonlyscan;
SELECT bench.compare(job => :'job' || ', by index', against => 'rank()', at_most => 1.05,
    ours => 'SELECT score, klout_rank() OVER (ORDER BY score DESC) FROM ranked',
    theirs => 'SELECT score, rank() OVER (ORDER BY score DESC) FROM ranked');
