-- What the scores look like. Needs load.sql, score.sql, population.sql and rank.sql, and as_of.
\pset footer off

\echo
\echo The ten most influential people of MathOverflow, as of :as_of
\echo (The data end on 2016-03-06. Scores fade, so by now nearly nothing of them would be left.)
SELECT rank, person,
       round(score::numeric, 2) AS score,
       round(klout_reach(signals, klout_model(), :'as_of')::numeric, 2) AS reach,
       round(klout_consistency(signals, klout_model(), :'as_of')::numeric, 2) AS consistency,
       round(klout_reactors(signals)::numeric) AS reactors,
       klout_count(signals) AS actions
FROM ranks JOIN signals USING (person)
WHERE rank <= 10
ORDER BY rank, person;

\echo Person N is https://mathoverflow.net/users/N. Reach: different people who reacted, the lately
\echo active counting most. Consistency: days with a reaction, faded more slowly.
\echo
\echo Where the top 5 % begins
SELECT klout_count(population) AS people,
       round(klout_cutoff(population, 0.05)::numeric, 2) AS cutoff,
       round(klout_percentile(population, 0.5)::numeric, 2) AS median
FROM population;

\echo All scores
SELECT histogram.*
FROM population, klout_histogram(population, 20) AS histogram;

\echo Why the first has that score: the points add up to it
SELECT part, network,
       round(amount::numeric, 2) AS amount,
       round(points::numeric, 2) AS points,
       round((100 * share)::numeric, 1) AS percent
FROM (SELECT signals FROM ranks JOIN signals USING (person) ORDER BY rank, person LIMIT 1) AS first,
     klout_explain(signals, klout_model(), :'as_of');
