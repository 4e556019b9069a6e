-- The extension as an object: what it consists of, where it can live, and that
-- nothing of it stays behind.
\set VERBOSITY terse
\set SHOW_CONTEXT never
\pset format unaligned

-- In a database of its own, where nothing depends on it.
SELECT current_database() AS home \gset
CREATE DATABASE regress_klout_catalog;
\c regress_klout_catalog
SET client_min_messages = warning;
CREATE EXTENSION klout;

CREATE TEMP VIEW members AS
SELECT classid, objid, objsubid, pg_describe_object(classid, objid, 0) AS description
FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e' AND
	refobjid = (SELECT oid FROM pg_extension WHERE extname = 'klout');

--
-- Every function, its volatility, whether it is safe in parallel plans and
-- whether it is strict: the contract of the reference
--
SELECT p.oid::regprocedure AS function,
	CASE p.prokind WHEN 'a' THEN 'aggregate' WHEN 'w' THEN 'window' WHEN 'p' THEN 'procedure' ELSE 'function' END AS kind,
	CASE WHEN p.prokind = 'a' THEN '' WHEN p.provolatile = 'i' THEN 'immutable' WHEN p.provolatile = 's' THEN 'stable' ELSE 'volatile' END AS volatility,
	CASE p.proparallel WHEN 's' THEN 'safe' WHEN 'r' THEN 'restricted' ELSE 'unsafe' END AS parallel,
	CASE WHEN p.proisstrict THEN 'strict' ELSE '' END AS strict
FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
ORDER BY p.oid::regprocedure::text COLLATE "C";

--
-- Rules that hold for all of them
--
-- what is strict without saying so: support functions, merges and aggregates
-- take NULLs, everything else of SQL does not
SELECT p.oid::regprocedure AS takes_nulls FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE NOT p.proisstrict AND p.pronargs > 0 AND p.prokind = 'f' AND p.prorettype <> 'trigger'::regtype AND
	p.oid NOT IN (SELECT unnest(ARRAY[aggtransfn, aggcombinefn, aggfinalfn]) FROM pg_aggregate) AND
	p.proname NOT IN ('klout_merge', 'klout_authority', 'klout_authority_text', 'klout_validate',
		'klout_scores', 'klout_scores_text', 'klout_signals_of', 'klout_signals_of_text', '_klout_hash_row', 'klout_explain_change') AND p.prolang = (SELECT oid FROM pg_language WHERE lanname = 'c')
ORDER BY 1;
-- immutable, as the moment is an argument, whose default makes a call without it stable; the final function of
-- the aggregate klout_score is the only one that asks what time it is
SELECT p.oid::regprocedure AS function, provolatile AS volatility, pronargdefaults AS defaults, pg_get_function_arguments(p.oid) ~ 'as_of timestamp with time zone DEFAULT now\(\)' AS as_of_now
FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE p.prokind = 'f' AND p.proargtypes[0] = 'klout_signals'::regtype AND ('as_of' = ANY (p.proargnames) OR p.provolatile <> 'i')
ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT p.oid::regprocedure AS not_immutable_in_an_operator FROM pg_operator AS o JOIN pg_proc AS p ON o.oprcode = p.oid
	JOIN members ON classid = 'pg_operator'::regclass AND objid = o.oid WHERE p.provolatile <> 'i' OR p.proleakproof;
SELECT p.oid::regprocedure AS parallel_unsafe FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE p.proparallel <> 's' AND p.provolatile <> 'v';
-- an aggregate can be combined in parallel, its state is flat, and no final function changes it;
-- but for _klout_collect_*, whose state is never a value and stays where it was collected
SELECT p.oid::regprocedure AS aggregate, a.aggtranstype::regtype, a.aggcombinefn FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
	JOIN pg_aggregate AS a ON a.aggfnoid = p.oid
WHERE p.proname !~ '^_klout_collect_' AND (a.aggtranstype = 'internal'::regtype OR a.aggtranstype = 'anyelement'::regtype OR a.aggcombinefn = 0 OR a.aggserialfn <> 0 OR
	a.aggfinalmodify <> 'r' OR a.aggmfinalmodify <> 'r' OR a.aggkind <> 'n' OR a.aggtransspace = 0 OR
	NOT (SELECT bool_and(f.proparallel = 's' AND f.provolatile <> 'v') FROM pg_proc AS f WHERE f.oid IN (a.aggtransfn, a.aggcombinefn, a.aggfinalfn)));
SELECT p.oid::regprocedure AS polymorphic FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
	CROSS JOIN unnest(coalesce(proallargtypes, proargtypes::oid[]) || prorettype) AS type
WHERE type::regtype::text LIKE 'any%' AND p.proname !~ '^_klout_collect_';
-- internal only where core asks for it: recv, planner support, the collector of edges
SELECT p.oid::regprocedure AS takes_internal FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE 'internal'::regtype = ANY (proargtypes::oid[]) AND proname !~ '_(recv|support)$|^_klout_collect_';
-- none in SQL; of core's own functions those that compare and hash bytes
SELECT p.oid::regprocedure AS in_sql FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
	JOIN pg_language AS l ON l.oid = p.prolang WHERE l.lanname NOT IN ('c', 'plpgsql', 'internal') OR (l.lanname = 'internal' AND p.prokind <> 'a' AND p.prosrc !~ '^(bytea|hashvarlena)');
SELECT p.oid::regprocedure AS security_definer FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid WHERE p.prosecdef;
SELECT p.oid::regprocedure AS not_our_prefix FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid WHERE p.proname !~ '^_?klout_';
-- PL/pgSQL leaves nothing to the search path
SELECT p.oid::regprocedure AS own_search_path FROM members JOIN pg_proc AS p ON classid = 'pg_proc'::regclass AND objid = p.oid
WHERE p.prokind = 'p' AND p.proconfig IS NOT NULL;

--
-- Comments on all but the array types
--
SELECT description AS without_comment
FROM members WHERE length(coalesce(obj_description(objid, classid::regclass::name), '')) < 10 AND
	NOT (classid = 'pg_type'::regclass AND (SELECT typelem <> 0 AND typcategory = 'A' FROM pg_type WHERE oid = objid)) AND
	classid NOT IN ('pg_amop'::regclass, 'pg_amproc'::regclass)
ORDER BY description COLLATE "C";
SELECT obj_description(oid, 'pg_extension') <> '' AS extension FROM pg_extension WHERE extname = 'klout';
-- types: whole input and output, toastable, aligned, ordered and hashed by default
SELECT t.typname, t.typinput <> 0 AND t.typoutput <> 0 AND t.typreceive <> 0 AND t.typsend <> 0 AS all_forms, t.typlen, t.typalign, t.typstorage, t.typarray <> 0 AS has_array,
	(SELECT string_agg(m.amname, ' ' ORDER BY m.amname) FROM pg_opclass AS c JOIN pg_am AS m ON m.oid = c.opcmethod WHERE c.opcintype = t.oid AND c.opcdefault) AS classes
FROM members JOIN pg_type AS t ON classid = 'pg_type'::regclass AND objid = t.oid WHERE t.typtype = 'b' AND t.typelem = 0 ORDER BY t.typname COLLATE "C";
-- operators know their partners
SELECT o.oid::regoperator AS lacks_partner FROM members JOIN pg_operator AS o ON classid = 'pg_operator'::regclass AND objid = o.oid
WHERE o.oprname IN ('=', '<>', '<', '<=', '>', '>=') AND (o.oprcom = 0 OR o.oprnegate = 0 OR o.oprrest = 0 OR o.oprjoin = 0) OR o.oprcode = 0;
SELECT amvalidate(c.oid) AS valid, c.opcname, m.amname FROM members JOIN pg_opclass AS c ON classid = 'pg_opclass'::regclass AND objid = c.oid
	JOIN pg_am AS m ON m.oid = c.opcmethod ORDER BY c.opcname, m.amname;

--
-- Nothing stays behind: what is there after a drop is what was there before
--
CREATE TEMP TABLE counts AS SELECT 'nothing'::text AS at, 0::bigint AS objects;
CREATE FUNCTION pg_temp.count_objects(label text) RETURNS void
	LANGUAGE sql AS
$$
INSERT INTO counts SELECT label, (SELECT count(*) FROM pg_proc) + (SELECT count(*) FROM pg_type) + (SELECT count(*) FROM pg_operator) + (SELECT count(*) FROM pg_cast) +
	(SELECT count(*) FROM pg_opclass) + (SELECT count(*) FROM pg_opfamily) + (SELECT count(*) FROM pg_amop) + (SELECT count(*) FROM pg_amproc) +
	(SELECT count(*) FROM pg_class) + (SELECT count(*) FROM pg_namespace) + (SELECT count(*) FROM pg_description) + (SELECT count(*) FROM pg_extension)
$$;
DROP EXTENSION klout;
SELECT pg_temp.count_objects('without');
CREATE EXTENSION klout;
SELECT pg_temp.count_objects('with');
DROP EXTENSION klout;
SELECT pg_temp.count_objects('without again');
SELECT count(DISTINCT objects) FROM counts WHERE at LIKE 'without%';
SELECT at FROM counts WHERE at = 'with' AND objects <= (SELECT objects FROM counts WHERE at = 'without');
SELECT proname FROM pg_proc WHERE probin LIKE '%klout%';

--
-- In a schema of its own, while others' objects of the same names lie in wait
-- before and after it in the search path
--
CREATE SCHEMA evil;
CREATE SCHEMA "Klout's home";
CREATE SCHEMA "Klout %I  é";
CREATE FUNCTION evil.raise() RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE ''evil''; END';
CREATE TYPE evil.klout_signals AS (n int);
CREATE TYPE evil.klout_model AS (n int);
CREATE TYPE evil.klout_population AS (n int);
CREATE FUNCTION evil._klout_signals_eq(evil.klout_signals, evil.klout_signals) RETURNS boolean LANGUAGE sql AS 'SELECT evil.raise()';
CREATE FUNCTION evil._klout_signals_final(evil.klout_signals) RETURNS evil.klout_signals LANGUAGE sql AS 'SELECT $1 WHERE evil.raise()';
CREATE FUNCTION evil.klout_merge(evil.klout_signals, evil.klout_signals) RETURNS evil.klout_signals LANGUAGE sql AS 'SELECT $1 WHERE evil.raise()';
CREATE FUNCTION evil.equal(float8, float8) RETURNS boolean LANGUAGE sql AS 'SELECT evil.raise()';
CREATE OPERATOR evil.= (LEFTARG = float8, RIGHTARG = float8, FUNCTION = evil.equal);
CREATE FUNCTION evil.lower(text) RETURNS text LANGUAGE sql AS 'SELECT $1 WHERE evil.raise()';
CREATE FUNCTION evil.eqsel(internal, oid, internal, integer) RETURNS float8 LANGUAGE internal AS 'eqsel';
-- PostgreSQL puts no name with a quote into a script
CREATE EXTENSION klout SCHEMA "Klout's home";
DROP SCHEMA "Klout's home";
SET search_path = evil, pg_catalog, "Klout %I  é";
CREATE EXTENSION klout SCHEMA "Klout %I  é";
SELECT DISTINCT n.nspname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace WHERE p.proname LIKE 'klout\_%' AND p.probin IS NOT NULL;
SELECT count(*) AS reaches_into_evil
FROM pg_depend AS d JOIN pg_proc AS p ON d.refclassid = 'pg_proc'::regclass AND d.refobjid = p.oid JOIN pg_namespace AS n ON n.oid = p.pronamespace
WHERE n.nspname = 'evil' AND (d.classid, d.objid) IN (SELECT classid, objid FROM pg_depend WHERE deptype = 'e');
SELECT "Klout %I  é".klout_count("Klout %I  é".klout_rollup(s)) AS count, round("Klout %I  é".klout_score("Klout %I  é".klout_rollup(s), 'strict', '2026-01-01')::numeric, 4) AS score
FROM (SELECT "Klout %I  é".klout_signals('n', 'k', g, '2026-01-01') AS s FROM generate_series(1, 10) AS g GROUP BY g) AS a;
SELECT s OPERATOR("Klout %I  é".||) s OPERATOR("Klout %I  é".=) "Klout %I  é".klout_merge(s, s) AS merged, s::text AS text
FROM (SELECT '{"networks": {"n": {"audience": {"day": 0, "microsecond": 0, "followers": 1}}}}'::"Klout %I  é".klout_signals AS s) AS a;
CREATE TABLE evil.kept (s "Klout %I  é".klout_signals PRIMARY KEY, m "Klout %I  é".klout_model);
INSERT INTO evil.kept VALUES ('{}', 'hour');
SELECT count(DISTINCT s) AS one FROM evil.kept GROUP BY m;
-- it stays where it is, and what depends on it is not lost silently
ALTER EXTENSION klout SET SCHEMA evil;
DROP EXTENSION klout;
DROP EXTENSION klout CASCADE;
SELECT count(*) AS columns FROM pg_attribute WHERE attrelid = 'evil.kept'::regclass AND attnum > 0 AND NOT attisdropped;
RESET search_path;

-- what is already there is not taken over
CREATE FUNCTION klout_model() RETURNS int LANGUAGE sql AS 'SELECT 1';
CREATE EXTENSION klout;
DROP FUNCTION klout_model();
SELECT count(*) AS left_over FROM pg_proc WHERE proname LIKE 'klout\_%' AND pronamespace = 'public'::regnamespace;

--
-- By somebody who may create in the database but is no superuser
--
CREATE ROLE regress_klout_owner;
SELECT current_database() AS db \gset
GRANT CREATE ON DATABASE :"db" TO regress_klout_owner;
CREATE SCHEMA owned AUTHORIZATION regress_klout_owner;
SET ROLE regress_klout_owner;
CREATE EXTENSION klout SCHEMA owned;
SELECT extowner::regrole FROM pg_extension WHERE extname = 'klout';
SELECT owned.klout_count(owned.klout_signals('n', 'k', 1::bigint, '2026-01-01')) AS works;
DROP EXTENSION klout;
RESET ROLE;
-- and not by somebody who may not
CREATE ROLE regress_klout_other;
SET ROLE regress_klout_other;
CREATE EXTENSION klout;
RESET ROLE;
-- everybody may call it
CREATE EXTENSION klout;
SET ROLE regress_klout_other;
SELECT klout_count(klout_signals('n', 'k', 1::bigint, '2026-01-01')) AS works;
RESET ROLE;

REVOKE CREATE ON DATABASE :"db" FROM regress_klout_owner;
DROP SCHEMA owned;
\c :home
DROP DATABASE regress_klout_catalog;
DROP ROLE regress_klout_owner, regress_klout_other;
