-- Everybody's rank; people of the same score share one.
CREATE TABLE ranks AS
SELECT klout_rank() OVER (ORDER BY score DESC) AS rank, person, score
FROM scores;

ANALYZE ranks;
