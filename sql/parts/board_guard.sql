-- ---------------------------------------------------------------------------
-- Boards: no role's code runs with the privileges of another role
--
-- Reading a table can run code of its owner: the planner evaluates functions
-- with constant arguments in index expressions, predicates, statistics, CHECK
-- constraints and partition keys, and (before PostgreSQL 16) an empty table
-- can be turned into a view.  Writing a table runs its triggers.  Therefore,
-- before a function reads the actions or writes a board, it looks up who owns
-- that code in the catalogs, which run none.
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_board_guard(board name, reads_actions boolean DEFAULT true) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	owner oid;
	other oid;
	source oid;
	roots oid[];		-- tables that source reads
	relations oid[];	-- the same, with partitions and children
	found record;
BEGIN
	PERFORM @extschema@._klout_board_person_type(board);
	SELECT n.nspowner, c.oid INTO owner, source
	FROM pg_namespace AS n LEFT JOIN pg_class AS c ON c.relnamespace = n.oid AND c.relname = 'source'
	WHERE n.nspname = board;
	IF (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
		SELECT o.owner INTO other
		FROM (SELECT owner
			  UNION
			  SELECT c.relowner FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
			  WHERE n.nspname = board) AS o
		JOIN pg_roles AS r ON r.oid = o.owner AND NOT r.rolsuper
		LIMIT 1;
		IF other IS NOT NULL THEN
			RAISE EXCEPTION 'board "%" has objects that are not owned by superusers', board
				USING ERRCODE = 'insufficient_privilege',
					DETAIL = format('Some belong to %s, whose triggers and views would run with superuser '
							'privileges.', other::regrole),
					HINT = format('Connect as %s. A pg_cron job runs as the role that scheduled it.', other::regrole);
		END IF;
	END IF;
	IF NOT reads_actions THEN
		RETURN;
	END IF;

	roots := ARRAY(
		SELECT DISTINCT d.refobjid
		FROM pg_rewrite AS r JOIN pg_depend AS d ON d.classid = 'pg_rewrite'::regclass AND d.objid = r.oid
		WHERE r.ev_class = source AND d.refclassid = 'pg_class'::regclass AND d.refobjid <> source);
	relations := ARRAY(
		WITH RECURSIVE tree (relation) AS (
			SELECT unnest(roots)
			UNION
			SELECT i.inhrelid FROM pg_inherits AS i JOIN tree ON i.inhparent = tree.relation
		)
		SELECT relation FROM tree);
	-- conflicts with ALTER TABLE, CREATE POLICY and CREATE RULE, not with CREATE INDEX; Citus would lock on all workers
	FOR found IN
		SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
		WHERE c.oid = ANY (roots) AND has_table_privilege(c.oid, 'SELECT') AND NOT @extschema@._klout_has_citus()
	LOOP
		EXECUTE format('LOCK TABLE %I.%I IN ACCESS SHARE MODE', found.nspname, found.relname);
	END LOOP;
	FOR found IN SELECT r.root FROM unnest(roots) AS r (root) WHERE row_security_active(r.root) LOOP
		RAISE EXCEPTION 'query would be affected by row-level security policy for table "%"',
			(SELECT relname FROM pg_class WHERE oid = found.root)
			USING ERRCODE = 'insufficient_privilege';
	END LOOP;
	FOR found IN
		SELECT c.oid::regclass AS relation FROM pg_class AS c
		WHERE c.oid = ANY (relations) AND c.relkind NOT IN ('r', 'p', 'f')
	LOOP
		RAISE EXCEPTION 'board "%": % is no longer a table', board, found.relation
			USING ERRCODE = 'wrong_object_type',
				HINT = 'A view could run functions with the privileges of the role that refreshes the board.';
	END LOOP;
	FOR found IN
		SELECT pg_describe_object(o.classid, o.objid, 0) AS place, p.oid::regprocedure AS function, p.proowner::regrole AS of
		FROM (SELECT 'pg_class'::regclass AS classid, r.relation AS objid FROM unnest(relations) AS r (relation)
			  UNION ALL
			  SELECT 'pg_class'::regclass, i.indexrelid FROM pg_index AS i WHERE i.indrelid = ANY (relations)
			  UNION ALL
			  SELECT 'pg_constraint'::regclass, c.oid FROM pg_constraint AS c WHERE c.conrelid = ANY (relations)
			  UNION ALL
			  SELECT 'pg_statistic_ext'::regclass, x.oid FROM pg_statistic_ext AS x WHERE x.stxrelid = ANY (relations)
			  UNION ALL
			  -- casts of its columns
			  SELECT 'pg_rewrite'::regclass, w.oid FROM pg_rewrite AS w WHERE w.ev_class = source) AS o
		JOIN pg_depend AS d ON d.classid = o.classid AND d.objid = o.objid
		LEFT JOIN pg_operator AS q ON d.refclassid = 'pg_operator'::regclass AND q.oid = d.refobjid
		JOIN pg_proc AS p ON p.oid = CASE d.refclassid WHEN 'pg_proc'::regclass THEN d.refobjid
			WHEN 'pg_operator'::regclass THEN q.oprcode::oid END
		WHERE p.proowner <> owner AND p.proowner NOT IN (SELECT r.oid FROM pg_roles AS r WHERE r.rolsuper)
		ORDER BY 1, 2
		LIMIT 1
	LOOP
		RAISE EXCEPTION 'board "%": reading its actions would run function % owned by %',
			board, found.function, found.of
			USING ERRCODE = 'insufficient_privilege',
				DETAIL = format('The function is used by %s.', found.place),
				HINT = format('Change the owner of the function to %s or a superuser, or let the owner of the '
						'actions table create the board.', owner::regrole);
	END LOOP;
END
$body$;
COMMENT ON FUNCTION _klout_board_guard(name, boolean) IS
'First step of every function that writes a board or reads its actions. Raises an error if reading would run functions of roles other than the board''s owner and superusers: through expressions of indexes, statistics, constraints or partition keys of the actions table, casts of its columns, row-level security, or a view in its place. Also raises an error, whether or not actions are read, if a superuser would run triggers of a board that belongs to an ordinary role';
