-- The score written in SQL, which the jobs score and scores compare with, over the tables of
-- lib/actions.sql.  The session's time zone is UTC, so that a cast to date, the fastest way to a day,
-- gives klout's days.

-- With several networks, each is a sum of its own and its days are capped by its own reactors
CREATE OR REPLACE VIEW bench.score_by_hand AS
WITH reactors AS (
    SELECT target, network,
           sum(exp(age * (-ln(2::float8) / 30))) AS reach,
           sum(exp(age * (-ln(2::float8) / 360))) AS slow_reach
    FROM (SELECT target, network,
                 now()::date - max(at)::date AS age
          FROM skewed
          GROUP BY target, network, actor) AS last_action
    GROUP BY target, network
), days AS (
    SELECT target, network,
           sum(exp((now()::date - day) * (-ln(2::float8) / 360))) AS days
    FROM (SELECT DISTINCT target, network, at::date AS day
          FROM skewed) AS day_with_action
    GROUP BY target, network
)
SELECT target, 100 * raw / (raw + 3.4::float8) AS score
FROM (SELECT target, ln(1 + sum(reach)) + ln(1 + sum(least(days, 2 * slow_reach))) AS raw
      FROM reactors
      JOIN days USING (target, network)
      GROUP BY target) AS engagement;

-- Who has only one network need not group by it
CREATE OR REPLACE VIEW bench.score_by_hand_one_network AS
WITH reactors AS (
    SELECT target,
           sum(exp(age * (-ln(2::float8) / 30))) AS reach,
           sum(exp(age * (-ln(2::float8) / 360))) AS slow_reach
    FROM (SELECT target,
                 now()::date - max(at)::date AS age
          FROM uniform
          GROUP BY target, actor) AS last_action
    GROUP BY target
), days AS (
    SELECT target,
           sum(exp((now()::date - day) * (-ln(2::float8) / 360))) AS days
    FROM (SELECT DISTINCT target, at::date AS day
          FROM uniform) AS day_with_action
    GROUP BY target
)
SELECT target, 100 * raw / (raw + 3.4::float8) AS score
FROM (SELECT target, ln(1 + reach) + ln(1 + least(days, 2 * slow_reach)) AS raw
      FROM reactors
      JOIN days USING (target)) AS engagement;
