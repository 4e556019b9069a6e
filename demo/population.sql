-- All scores in one small value: ranks, percentiles and thresholds come from it.
CREATE TABLE population AS
SELECT klout_population(score) AS population
FROM scores;
