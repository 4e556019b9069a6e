-- A board, kept current for 90 days: what would be a CALL klout_board_refresh every hour is told in nine steps,
-- each as of its moment. Needs load.sql and as_of.
SET client_min_messages = warning;
\pset footer off
\pset tuples_only on

-- A board reads rows in the order of a key
ALTER TABLE actions ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;

SELECT klout_board_create('mathoverflow', 'actions') \g /dev/null
SELECT format('CALL klout_board_refresh(%L, as_of => %L, publish => %L)', 'mathoverflow', :'as_of'::timestamptz - age * interval '1 day', 'always')
FROM unnest('{90, 75, 60, 45, 30, 15, 7, 1, 0}'::integer[]) AS age \gexec

INSERT INTO mathoverflow.perks (perk, min_score, top_share, capacity) VALUES
    ('mug', 63, NULL, 100),
    ('conference ticket', NULL, 0.001, 6);
SELECT klout_board_grant('mathoverflow', 'conference ticket', :'as_of') \g /dev/null
UPDATE mathoverflow.perks SET capacity = 10 WHERE perk = 'conference ticket';
