-- One pass over the actions gives each person's signals: facts, to be kept, merged and scored
-- again under another model or at another time.
CREATE TABLE signals AS
SELECT target AS person, klout_signals(network, kind, actor, at) AS signals
FROM actions
GROUP BY target;

-- The score is a pure function of signals, model and time.
CREATE TABLE scores AS
SELECT person, klout_score(signals, klout_model(), :'as_of') AS score
FROM signals;

ANALYZE signals, scores;
