-- Checks every PL/pgSQL function of klout by plpgsql_check.  Prints a line for each finding: function, line of its
-- body, SQLSTATE, message.  (script/deep/analysers runs it and compares with analysers.argued.)
--
-- performance_warnings and security_warnings are off: the former are about casts that run once a call, and the latter
-- take the names of types in format('%s'), which come from the catalog, for input.  test/t/070_security.pl attacks
-- the functions instead.

\set QUIET on
\set ON_ERROR_STOP on
\pset tuples_only
\pset format unaligned
SET client_min_messages = warning;
CREATE EXTENSION klout;
CREATE EXTENSION plpgsql_check;

CREATE TABLE actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text,
	actor bigint, target bigint, at timestamptz, weight float8, topic text, post text);
DO $do$ BEGIN PERFORM klout_board_create('board', 'actions'); END $do$;

-- A record that is filled by dynamic SQL has columns that plpgsql_check cannot know.  It gets those of the view of
-- its name, all that any function reads from a record of that name.
CREATE SCHEMA records;
CREATE VIEW records.settings AS SELECT *, false AS disordered, now() AS as_of FROM board.settings;
CREATE VIEW records.span AS SELECT last_id AS first, last_id AS last FROM board.batches;
CREATE VIEW records.range AS SELECT last_id, rows FROM board.batches;
CREATE VIEW records.before AS SELECT * FROM board.last_publication;
CREATE VIEW records.totals AS SELECT people, people_at_63, sum_odds AS total_raw FROM board.populations;
CREATE VIEW records.wanted AS SELECT perk, topic, network, from_score FROM board.perks JOIN board.perks_left USING (perk);
CREATE VIEW records.granted AS SELECT from_at, until_at FROM board.perks;

-- Functions of triggers are checked for each trigger of a board
CREATE VIEW findings AS
SELECT p.oid, p.proname, c.lineno, c.sqlstate, c.message, c.detail
FROM pg_proc AS p
JOIN pg_depend AS d ON (d.classid, d.objid, d.deptype) = ('pg_proc'::regclass, p.oid, 'e')
JOIN pg_extension AS e ON (d.refclassid, d.refobjid) = ('pg_extension'::regclass, e.oid) AND e.extname = 'klout'
JOIN pg_language AS l ON l.oid = p.prolang AND l.lanname = 'plpgsql'
LEFT JOIN pg_trigger AS t ON t.tgfoid = p.oid
CROSS JOIN LATERAL plpgsql_check_function_tb(p.oid, coalesce(t.tgrelid, 0), fatal_errors => false,
	other_warnings => true, extra_warnings => true, compatibility_warnings => true,
	performance_warnings => false, security_warnings => false) AS c;

DO $do$
DECLARE
	unknown record;
BEGIN
	FOR unknown IN
		SELECT DISTINCT oid, substring(message FROM '^record "(.*)" is not assigned yet$') AS variable
		FROM findings WHERE message LIKE 'record % is not assigned yet'
	LOOP
		IF to_regclass(format('records.%I', unknown.variable)) IS NOT NULL THEN
			EXECUTE regexp_replace(pg_get_functiondef(unknown.oid), format('\m%s record;', unknown.variable),
								   format('%s records.%I;', unknown.variable, unknown.variable));
		END IF;
	END LOOP;
END
$do$;

-- Without what plpgsql_check says it cannot know, arrays that begin as a literal, and a variable that PL/pgSQL makes
-- for CASE
SELECT DISTINCT proname, coalesce(lineno, 0), sqlstate, concat_ws(': ', message, detail)
FROM findings
WHERE coalesce(detail, '') NOT IN ('There is a risk of related false alarms.', 'cannot to determine result of dynamic SQL')
  AND coalesce(detail, '') NOT LIKE 'cast "text" value to "%[]" type'
  AND message NOT LIKE '%"\_\_Case\_\_Variable%'
ORDER BY 1, 2, 3, 4;
