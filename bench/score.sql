-- Job score: the scores of all people in one step, against the same score written in SQL.
--
-- The SQL needs each reactor's last action on the person, a group per (target, actor), and the days with
-- an action, a group per (target, day); the rest is small.  Before the measurement, both sides must agree
-- for people whose reactors all fit into klout's sample of 256 per network.  The session's time zone is
-- UTC, so that a cast to date, the fastest way to a day, gives klout's days.

\ir lib/actions.sql
\ir lib/score_by_hand.sql

SELECT bench.warm('skewed');
CREATE TEMP TABLE compared AS
SELECT target, ours.score AS ours, by_hand.score AS by_hand, reactors
FROM (SELECT target, klout_score(network, kind, actor, at) AS score FROM skewed GROUP BY target) AS ours
FULL JOIN bench.score_by_hand AS by_hand USING (target)
FULL JOIN (SELECT target, max(reactors) AS reactors
           FROM (SELECT target, network, count(*) AS reactors
                 FROM (SELECT DISTINCT target, network, actor FROM skewed) AS pair
                 GROUP BY target, network) AS n
           GROUP BY target) AS reactors USING (target);
SELECT bench.check('klout_score and the score by hand are within 1e-9 where the sample holds all reactors (skewed)',
    (SELECT bool_and(abs(ours - by_hand) <= 1e-9) FROM compared WHERE reactors <= 256 OR reactors IS NULL));
SELECT bench.remark((SELECT format('score, skewed: of %s people %s agree to 1e-9 with the score by hand; the other %s have more than 256 reactors on a network, so that reach is estimated: at most %s of 100 points off, %s on average.',
                                 count(*), count(*) FILTER (WHERE reactors <= 256), count(*) FILTER (WHERE reactors > 256),
                                 round(max(abs(ours - by_hand)) FILTER (WHERE reactors > 256)::numeric, 2),
                                 round(avg(abs(ours - by_hand)) FILTER (WHERE reactors > 256)::numeric, 2))
                   FROM compared));

SELECT bench.compare(job => 'score, ' || :'size' || ', skewed', against => 'by hand in SQL', at_least => 4, processes => processes,
    ours => 'SELECT target, klout_score(network, kind, actor, at) FROM skewed GROUP BY target',
    theirs => 'SELECT target, score FROM bench.score_by_hand')
FROM generate_series(1, 2) AS processes;

SELECT bench.warm('uniform');
SELECT bench.check('klout_score and the score by hand are within 1e-9 (uniform)',
    (SELECT bool_and(abs(ours.score - by_hand.score) <= 1e-9)
     FROM (SELECT target, klout_score(network, kind, actor, at) AS score FROM uniform GROUP BY target) AS ours
     FULL JOIN bench.score_by_hand_one_network AS by_hand USING (target)));
SELECT bench.compare(job => 'score, ' || :'size' || ', uniform', against => 'by hand in SQL', at_least => 4, processes => processes,
    theirs_settings => '{"enable_hashagg": "off"}', -- sorting is faster for this many groups
    ours => 'SELECT target, klout_score(network, kind, actor, at) FROM uniform GROUP BY target',
    theirs => 'SELECT target, score FROM bench.score_by_hand_one_network')
FROM generate_series(1, 2) AS processes;
