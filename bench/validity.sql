-- Job validity: does the score foretell anything?  On MathOverflow, 390,441 actions of real people,
-- scores are taken at seven cuts, after 30, 40, ... 90 % of the actions, and compared with what came
-- next: the distinct people who reacted in the 90 days after the cut.  Nothing of the time after a cut
-- enters a score.
--
-- Scored are the people who had received at least one action before the cut; who got no reaction
-- afterwards has outcome 0.  Newcomers, whom nothing before the cut can foretell, are left out.
--
--     V = mean of   Spearman's correlation over all of them
--                   the same over those with at least 5 actions before the cut
--                   NDCG@100
--                   NDCG@1000, both with gain ln(1 + outcome)
--
-- which is then averaged over the cuts.  With gain = outcome NDCG is mostly about the handful of
-- people with hundreds of reactors; V with that is printed as well.

CREATE SCHEMA validity;
SET search_path = validity, public;
SET klout.authority_memory = '256MB';
\ir ../demo/load.sql

CREATE TABLE cut AS
SELECT percent, percentile_disc(percent / 100.0) WITHIN GROUP (ORDER BY at) AS at
FROM actions, generate_series(30, 90, 10) AS percent
GROUP BY percent;

CREATE TABLE past AS
SELECT percent, actions.*, extract(epoch FROM cut.at - actions.at)::float8 / 86400 AS age
FROM cut JOIN actions ON actions.at <= cut.at;
ANALYZE past;

CREATE TABLE outcome AS
SELECT percent, target AS person, count(DISTINCT actor) AS reactors
FROM cut JOIN actions ON actions.at > cut.at AND actions.at <= cut.at + interval '90 days'
GROUP BY percent, target;

CREATE TABLE people AS
SELECT percent, person, actions, coalesce(reactors, 0) AS outcome
FROM (SELECT percent, target AS person, count(*) AS actions FROM past GROUP BY percent, target) AS received
LEFT JOIN outcome USING (percent, person);
ANALYZE people;

-- What each method gives; a person it says nothing about has the least score
CREATE TABLE score (method text, percent integer, person bigint, score float8);

-- The formula, with all reactors equal, and with those who are not proven down-weighted
CREATE TABLE proven AS
SELECT percent, actor, (max(age) >= 30 AND min(target) < max(target))::integer AS weight
FROM past
GROUP BY percent, actor;
ANALYZE proven;

CREATE TABLE signals AS
SELECT percent, target AS person, klout_signals(network, kind, actor, past.at) AS signals,
       klout_signals(network, kind, actor, past.at, weight) AS weighed
FROM past JOIN proven USING (percent, actor)
GROUP BY percent, target;

INSERT INTO score
SELECT method, percent, person, score
FROM signals JOIN cut USING (percent),
     LATERAL (VALUES ('klout_score, default', klout_score(signals, 'default', at)),
                     ('klout_score, strict', klout_score(signals, 'strict', at)),
                     ('klout_score, strict, proven reactors', klout_score(weighed, 'strict', at)))
     AS ours (method, score);

-- Counts: all actions, distinct reactors, and these faded by the age of their last action
INSERT INTO score
SELECT method, percent, person, score
FROM (SELECT percent, target AS person, sum(actions) AS actions, count(*) AS reactors,
             sum(2 ^ (-age / 30)) AS faded_30, sum(2 ^ (-age / 90)) AS faded_90, sum(2 ^ (-age / 180)) AS faded_180
      FROM (SELECT percent, target, actor, count(*) AS actions, min(age) AS age
            FROM past
            GROUP BY percent, target, actor) AS pair
      GROUP BY percent, target) AS counts,
     LATERAL (VALUES ('raw volume', actions), ('distinct reactors', reactors),
                     ('distinct reactors, half-life 30 days', faded_30),
                     ('distinct reactors, half-life 90 days', faded_90),
                     ('distinct reactors, half-life 180 days', faded_180)) AS theirs (method, score);

-- PageRank: an edge weighs as much as there were actions, or 1
INSERT INTO score
SELECT 'PageRank', percent, person, authority
FROM cut, klout_authority(format('SELECT actor, target FROM past WHERE percent = %s', percent));
INSERT INTO score
SELECT 'PageRank, each pair once', percent, person, authority
FROM cut, klout_authority(format('SELECT DISTINCT actor, target FROM past WHERE percent = %s', percent));

-- h-index.  The data have no posts; the days on which people reacted come nearest.  The second
-- reading: h reactors with at least h actions each.
INSERT INTO score
SELECT 'h-index: h days with h reactors', percent, target, count(*) FILTER (WHERE reactors >= place)
FROM (SELECT percent, target, reactors, row_number() OVER (PARTITION BY percent, target ORDER BY reactors DESC) AS place
      FROM (SELECT percent, target, count(*) AS reactors
            FROM (SELECT DISTINCT percent, target, actor, floor(extract(epoch FROM at) / 86400)::integer AS day
                  FROM past) AS visit
            GROUP BY percent, target, day) AS days) AS placed
GROUP BY percent, target;
INSERT INTO score
SELECT 'h-index: h reactors with h actions', percent, target, count(*) FILTER (WHERE actions >= place)
FROM (SELECT percent, target, actions, row_number() OVER (PARTITION BY percent, target ORDER BY actions DESC) AS place
      FROM (SELECT percent, target, count(*) AS actions FROM past GROUP BY percent, target, actor) AS reactors) AS placed
GROUP BY percent, target;

-- Like Kred: 10 points for each action of the last 90 days, and 10 more for each tenfold of 10,000
-- followers of who acts.  Followers are not in the data, so reactors so far stand in for them, of whom
-- nobody has that many: what is left is the volume of 90 days.  The curve from points to influence
-- changes no order.
INSERT INTO score
SELECT 'like Kred: points of 90 days', percent, target, sum(10)
FROM past
WHERE age < 90
GROUP BY percent, target;

-- Like PeerIndex: over 120 days, half of authority (an edge weighs its weeks), a quarter each of the
-- number of reactors and of one's own actions, each as the share of the others that one is ahead of
INSERT INTO score
SELECT 'like PeerIndex: ranks of 120 days', percent, person, 0.5 * authority + 0.25 * audience + 0.25 * activity
FROM (SELECT percent, person,
             percent_rank() OVER (PARTITION BY percent ORDER BY round((coalesce(authority, 0) * 1e9)::numeric)) AS authority,
             percent_rank() OVER (PARTITION BY percent ORDER BY coalesce(audience, 0)) AS audience,
             percent_rank() OVER (PARTITION BY percent ORDER BY coalesce(activity, 0)) AS activity
      FROM (SELECT percent, person, authority
            FROM cut, klout_authority(format($$
                SELECT actor, target, count(DISTINCT date_trunc('week', at AT TIME ZONE 'UTC')) AS weight
                FROM past
                WHERE percent = %s AND age < 120
                GROUP BY actor, target $$, percent))) AS authority
      FULL JOIN (SELECT percent, target AS person, count(DISTINCT actor) AS audience
                 FROM past WHERE age < 120 GROUP BY percent, target) AS audience USING (percent, person)
      FULL JOIN (SELECT percent, actor AS person, count(*) AS activity
                 FROM past WHERE age < 120 GROUP BY percent, actor) AS activity USING (percent, person)) AS ranks;
ANALYZE score;

CREATE TABLE verdict AS
SELECT method, percent, spearman, spearman_active, ndcg_100, ndcg_1000,
       (spearman + spearman_active + ndcg_100 + ndcg_1000) / 4 AS v,
       (spearman + spearman_active + linear_100 + linear_1000) / 4 AS v_linear, people
FROM (SELECT method, percent,
             klout_spearman(coalesce(score, 0), outcome) AS spearman,
             klout_spearman(coalesce(score, 0), outcome) FILTER (WHERE actions >= 5) AS spearman_active,
             klout_ndcg(coalesce(score, 0), ln(1 + outcome), 100) AS ndcg_100,
             klout_ndcg(coalesce(score, 0), ln(1 + outcome), 1000) AS ndcg_1000,
             klout_ndcg(coalesce(score, 0), outcome, 100) AS linear_100,
             klout_ndcg(coalesce(score, 0), outcome, 1000) AS linear_1000,
             count(*) AS people
      FROM (SELECT DISTINCT method FROM score) AS methods
      CROSS JOIN people
      LEFT JOIN score USING (method, percent, person)
      GROUP BY method, percent) AS measures;

SELECT bench.check('every method has scored the same people',
    (SELECT count(DISTINCT people) = 7 AND count(*) = 7 * count(DISTINCT method) FROM verdict));

-- one line a method, the best first
CREATE VIEW summary AS
SELECT method, avg(v) AS v, avg(spearman) AS spearman, avg(spearman_active) AS spearman_active, avg(ndcg_100) AS ndcg_100,
       avg(ndcg_1000) AS ndcg_1000, avg(v_linear) AS v_linear
FROM verdict
GROUP BY method;

SELECT bench.report('validity on MathOverflow, V', against, round(ours.v::numeric, 3)::text, round(theirs.v::numeric, 3)::text, '',
                    'higher', CASE WHEN ours.v > theirs.v THEN 'yes' ELSE 'no' END)
FROM summary AS ours, (VALUES ('raw volume', 'raw volume'), ('PageRank', 'PageRank')) AS other (method, against)
JOIN summary AS theirs USING (method)
WHERE ours.method = 'klout_score, default';
SELECT bench.report('validity on MathOverflow, V', 'best of ' || left(theirs.method, 17) || ', faded', round(ours.v::numeric, 3)::text,
                    round(theirs.v::numeric, 3)::text, '', 'higher', CASE WHEN ours.v > theirs.v THEN 'yes' ELSE 'no' END)
FROM summary AS ours, (SELECT * FROM summary WHERE method LIKE 'distinct%' ORDER BY v DESC LIMIT 1) AS theirs
WHERE ours.method = 'klout_score, default';

SELECT bench.print('| score | V | Spearman, all | Spearman, 5 or more actions | NDCG@100 | NDCG@1000 | V with linear gain |');
SELECT bench.print('| --- | --- | --- | --- | --- | --- | --- |');
SELECT bench.print(format('| %s | %s |', method, (
           SELECT string_agg(round(value::numeric, 3)::text, ' | ' ORDER BY place)
           FROM unnest(ARRAY[v, spearman, spearman_active, ndcg_100, ndcg_1000, v_linear]) WITH ORDINALITY AS u (value, place))))
FROM (SELECT * FROM summary ORDER BY v DESC, method) AS sorted;
SELECT bench.print('');
SELECT bench.print(format('- Cuts at %s; %s to %s people, of whom %s to %s %% got a reaction in the 90 days after.',
           (SELECT string_agg((at AT TIME ZONE 'UTC')::date::text, ', ' ORDER BY at) FROM cut),
           min(people), max(people), min(percent_with), max(percent_with)))
FROM (SELECT count(*) AS people, round(100.0 * count(*) FILTER (WHERE outcome > 0) / count(*)) AS percent_with
      FROM people GROUP BY percent) AS p;
SELECT bench.print(format('- The default model is ahead of the best of the others, %s, at %s of 7 cuts.',
           theirs.method, count(*) FILTER (WHERE ours.v > theirs.v)))
FROM (SELECT method FROM summary WHERE method NOT LIKE 'klout%' ORDER BY v DESC LIMIT 1) AS best
JOIN verdict AS theirs USING (method) JOIN verdict AS ours ON ours.method = 'klout_score, default' AND ours.percent = theirs.percent
GROUP BY theirs.method;

-- A community in its first days: nobody has been seen for 30 days, or few have.  Reactors weigh 1, or
-- are proven by the rule "first seen 30 days ago, and on two people", or by that rule with the 30
-- days after the tenth actor was first seen given to all, as docs/attacks.md has it.
CREATE TABLE young AS
SELECT days, first + days * interval '1 day' AS at
FROM (SELECT min(at) AS first FROM actions) AS f, unnest('{7, 30, 90}'::integer[]) AS days;

CREATE TABLE young_past AS
SELECT days, young.at AS cut, actions.* FROM young JOIN actions ON actions.at <= young.at;

CREATE TABLE young_actor AS
WITH actor AS (
    SELECT days, cut, actor, min(at) AS first_seen, min(target) < max(target) AS several FROM young_past GROUP BY days, cut, actor),
began AS (
    SELECT days, (array_agg(first_seen ORDER BY first_seen))[10] AS began FROM actor GROUP BY days)
SELECT days, actor,
       (several AND first_seen <= cut - interval '30 days')::integer AS aged,
       (several AND first_seen <= greatest(cut - interval '30 days', began + interval '30 days'))::integer AS aged_or_early
FROM actor JOIN began USING (days);

CREATE TABLE young_score AS
SELECT model, rule, days, person, actions, coalesce(reactors, 0) AS outcome, score
FROM (SELECT days, cut, target AS person, count(*) AS actions, klout_signals(network, kind, actor, at) AS plain,
             klout_signals(network, kind, actor, at, aged) AS aged,
             klout_signals(network, kind, actor, at, aged_or_early) AS aged_or_early
      FROM young_past JOIN young_actor USING (days, actor)
      GROUP BY days, cut, target) AS signals
LEFT JOIN (SELECT days, target AS person, count(DISTINCT actor) AS reactors
           FROM young JOIN actions ON actions.at > young.at AND actions.at <= young.at + interval '90 days'
           GROUP BY days, target) AS outcome USING (days, person),
     unnest('{default, strict}'::text[]) AS model,
     LATERAL (VALUES ('1', klout_score(plain, model::klout_model, cut)),
                     ('first seen 30 days ago', klout_score(aged, model::klout_model, cut)),
                     ('that, or in the first 30 days', klout_score(aged_or_early, model::klout_model, cut))) AS rules (rule, score);

CREATE TABLE young_verdict AS
SELECT model, rule, days, count(*) AS people,
       -- there is no correlation with a score that all have alike: it says nothing
       (coalesce(klout_spearman(score, outcome), 0) + coalesce(klout_spearman(score, outcome) FILTER (WHERE actions >= 5), 0)
        + klout_ndcg(score, ln(1 + outcome), 100) + klout_ndcg(score, ln(1 + outcome), 1000)) / 4 AS v
FROM young_score
GROUP BY model, rule, days;

SELECT bench.print('');
SELECT bench.print('V of a young community, the first days of MathOverflow:');
SELECT bench.print('');
SELECT bench.print('| model | weight of reactors: 1, or proven as | 7 days | 30 days | 90 days |');
SELECT bench.print('| --- | --- | --- | --- | --- |');
SELECT bench.print(format('| %s | %s | %s |', model, rule, string_agg(round(v::numeric, 3)::text, ' | ' ORDER BY days)))
FROM young_verdict
GROUP BY model, rule
ORDER BY model, min(CASE rule WHEN '1' THEN 1 WHEN 'first seen 30 days ago' THEN 2 ELSE 3 END);
SELECT bench.print('');
SELECT bench.print(format('- Of people who act, %s are proven by the first rule, %s by the second.',
           string_agg(format('%s %%', aged), ', ' ORDER BY days), string_agg(format('%s %%', aged_or_early), ', ' ORDER BY days)))
FROM (SELECT days, round(100 * avg(aged)) AS aged, round(100 * avg(aged_or_early)) AS aged_or_early FROM young_actor GROUP BY days) AS shares;
SELECT bench.print(format('- %s people are scored.', string_agg(people::text, ', ' ORDER BY days)))
FROM (SELECT DISTINCT days, people FROM young_verdict) AS p;

RESET klout.authority_memory;
RESET search_path;
SET client_min_messages = warning;
DROP SCHEMA validity CASCADE;
RESET client_min_messages;
