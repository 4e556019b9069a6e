-- ---------------------------------------------------------------------------
-- Ready-made sources: queries over the tables of known applications
--
-- Each file in sql/sources describes one system by a function
-- _klout_source_SYSTEM that returns rows of (item, name, body):
--
--	system	type of ids			releases whose public schema was read
--	table	name				its columns that are read: name type, name type, ...
--	kind	name of the kind	a query of (actor, target, at, post [, topic])
--	extra	the same, for a kind that is not read unless klout_source is told to
--	topic						what a topic is; then each kind has that column
--	people						a query of (id, name, url): the only people who count
--	labels						the same, where the kinds choose the people themselves
--
-- Queries name tables as {table}.  {private} stands for true or false, as the
-- caller of klout_source says, and {base_url} for a literal or NULL.  Types of
-- columns are those of _klout_source_type.  Times have a zone or are converted
-- AT TIME ZONE 'UTC'; the check of types keeps that right.
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_source_items(system text, OUT item text, OUT name text, OUT body text) RETURNS SETOF record
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE ROWS 20
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	described oid;
BEGIN
	-- a member of the extension: what others create under such a name is not called
	SELECT p.oid INTO described
	FROM pg_depend AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
	  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'klout')
	  AND p.proname = '_klout_source_' || system AND p.pronargs = 0;
	IF described IS NULL THEN
		RAISE EXCEPTION 'klout has no source for the system "%"', system
			USING ERRCODE = 'invalid_parameter_value',
				HINT = format('Systems: %s.', (
					SELECT string_agg(format('%s (%s)', s.system, s.releases), ', ' ORDER BY s.system)
					FROM @extschema@.klout_sources() AS s));
	END IF;
	RETURN QUERY EXECUTE format('SELECT s.item, s.name, s.body FROM %s() AS s', described::regproc);
END
$body$;
COMMENT ON FUNCTION _klout_source_items(text) IS
'Returns the description of a system, a row for each table, kind and so on; see the head of sql/parts/sources.sql';

CREATE FUNCTION _klout_source_type(type oid) RETURNS text
	LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN (
		SELECT CASE coalesce(nullif(t.typbasetype, 0), t.oid)
			WHEN 'bigint'::regtype THEN 'integer'
			WHEN 'smallint'::regtype THEN 'integer'
			WHEN 'character varying'::regtype THEN 'text'
			WHEN 'character'::regtype THEN 'text'
			WHEN 'json'::regtype THEN 'jsonb'
			WHEN 'timestamp'::regtype THEN 'timestamp'
			WHEN 'timestamptz'::regtype THEN 'timestamptz'
			ELSE CASE t.typtype WHEN 'e' THEN 'text' ELSE format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL) END
		END
		FROM pg_type AS t WHERE t.oid = type);
END
$body$;
COMMENT ON FUNCTION _klout_source_type(oid) IS
'Returns the type of a column as descriptions of systems name it: integer for any integer, text for any text and enum';

CREATE FUNCTION _klout_source_tables(function text, system text, schema text, queries text[], remedy text) RETURNS void
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	namespace CONSTANT oid := (SELECT oid FROM pg_namespace WHERE nspname = schema);
	releases CONSTANT text := (SELECT body FROM @extschema@._klout_source_items(system) WHERE item = 'system');
	described CONSTANT text := format('The source %s was written for %s.', system, releases);
	elsewhere CONSTANT text := 'The tables may be in another schema or of another release. ' || remedy;
	wanted record;
	relation oid;
	attribute record;
BEGIN
	IF namespace IS NULL THEN
		RAISE EXCEPTION '%: there is no schema "%"', function, schema
			USING ERRCODE = 'invalid_schema_name', DETAIL = described,
				HINT = remedy;
	END IF;
	FOR wanted IN
		SELECT name, body FROM @extschema@._klout_source_items(system)
		WHERE item = 'table'
		  AND EXISTS (SELECT FROM unnest(queries) AS query WHERE strpos(query, format('{%s}', name)) > 0)
		ORDER BY name COLLATE "C"
	LOOP
		relation := (
			SELECT oid FROM pg_class
			WHERE relnamespace = namespace AND relname = wanted.name AND relkind IN ('r', 'p', 'v', 'm', 'f'));
		IF relation IS NULL THEN
			RAISE EXCEPTION '%: the schema "%" has no table "%", which the source % reads',
				function, schema, wanted.name, system
				USING ERRCODE = 'undefined_table', DETAIL = described,
					HINT = elsewhere;
		END IF;
		FOR attribute IN
			SELECT c.name, c.type, a.attnum, @extschema@._klout_source_type(a.atttypid) AS found,
				   format_type(a.atttypid, a.atttypmod) AS shown
			FROM (SELECT split_part(word, ' ', 1) AS name, split_part(word, ' ', 2) AS type, n
				  FROM string_to_table(wanted.body, ', ') WITH ORDINALITY AS words (word, n)) AS c
			LEFT JOIN pg_attribute AS a
				ON a.attrelid = relation AND a.attname = c.name AND NOT a.attisdropped AND a.attnum > 0
			ORDER BY c.n
		LOOP
			IF attribute.attnum IS NULL THEN
				RAISE EXCEPTION '%: the table "%"."%" has no column "%", which the source % reads',
					function, schema, wanted.name, attribute.name, system
					USING ERRCODE = 'undefined_column', DETAIL = described,
						HINT = elsewhere;
			ELSIF attribute.type NOT IN (attribute.found, 'any') THEN
				RAISE EXCEPTION '%: the column "%" of the table "%"."%" is of type %, but the source % reads %',
					function, attribute.name, schema, wanted.name, attribute.shown, system, attribute.type
					USING ERRCODE = 'datatype_mismatch', DETAIL = described,
						HINT = elsewhere;
			END IF;
		END LOOP;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION _klout_source_tables(text, text, text, text[], text) IS
'Raises an error unless a schema has the tables and columns that queries of a source read';

CREATE FUNCTION _klout_source_query(system text, schema text, query text, private boolean, base_url text) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	word text;
	result text := '';
	braced boolean := false;
BEGIN
	-- one pass, so that braces in a name of a schema stay what they are
	FOREACH word IN ARRAY string_to_array(replace(query, '}', '{'), '{') LOOP
		result := result || CASE
			WHEN NOT braced THEN word
			WHEN word = 'private' THEN private::text
			WHEN word = 'base_url' THEN coalesce(format('%L::text', rtrim(base_url, '/')), 'NULL::text')
			ELSE format('%I.%I', schema, word) END;
		braced := NOT braced;
	END LOOP;
	RETURN result;
END
$body$;
COMMENT ON FUNCTION _klout_source_query(text, text, text, boolean, text) IS
'Returns a query of a source with the names of its tables and the values of its options';

CREATE FUNCTION klout_source(
	system text,
	schema text DEFAULT 'public',
	kinds text[] DEFAULT NULL,
	without text[] DEFAULT '{}',
	network text DEFAULT NULL,
	topic boolean DEFAULT false,
	private boolean DEFAULT false
) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	known text[];
	read text[];
	queries text[];
	people text;
	unknown text;
	has_topic boolean;
	selected text := 'a.actor, a.target, a.at, a.post';
BEGIN
	IF num_nulls(system, schema, without, topic, private) > 0 THEN
		RAISE EXCEPTION 'klout_source: % is NULL',
				CASE WHEN system IS NULL THEN 'system' WHEN schema IS NULL THEN 'schema'
				WHEN without IS NULL THEN 'without' WHEN topic IS NULL THEN 'topic' ELSE 'private' END
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	known := ARRAY(SELECT i.name FROM @extschema@._klout_source_items(system) AS i WHERE i.item IN ('kind', 'extra'));
	unknown := (SELECT format('%L', k) FROM unnest(kinds || without) AS k WHERE k IS NULL OR k <> ALL (known) LIMIT 1);
	IF unknown IS NOT NULL THEN
		RAISE EXCEPTION 'klout_source: the source % has no kind %', system, unknown
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Kinds: %s.', array_to_string(known, ', '));
	END IF;
	SELECT array_agg(i.name), array_agg(i.body) INTO read, queries
	FROM @extschema@._klout_source_items(system) AS i
	WHERE i.item IN ('kind', 'extra') AND i.name <> ALL (without)
	  AND CASE WHEN kinds IS NULL THEN i.item = 'kind' ELSE i.name = ANY (kinds) END;
	IF read IS NULL THEN
		RAISE EXCEPTION 'klout_source: no kind of the source % is left to read', system
			USING ERRCODE = 'invalid_parameter_value', HINT = format('Kinds: %s.', array_to_string(known, ', '));
	END IF;
	has_topic := EXISTS (SELECT FROM @extschema@._klout_source_items(system) AS i WHERE i.item = 'topic');
	IF topic THEN
		IF NOT has_topic THEN
			RAISE EXCEPTION 'klout_source: the source % has no topics', system
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave topic out.';
		END IF;
		selected := selected || ', a.topic';
	END IF;
	IF private AND NOT EXISTS (
		SELECT FROM @extschema@._klout_source_items(system) AS i WHERE strpos(i.body, '{private}') > 0)
	THEN
		RAISE EXCEPTION 'klout_source: the source % has no private messages', system
			USING ERRCODE = 'invalid_parameter_value', HINT = 'Leave private out.';
	END IF;
	people := (SELECT i.body FROM @extschema@._klout_source_items(system) AS i WHERE i.item = 'people');
	PERFORM @extschema@._klout_source_tables('klout_source', system, schema, queries || people, format(
		'Name the schema: klout_source(%1$L, schema => ...), or leave kinds out: klout_source(%1$L, without => ...).', system));

	RETURN format(E'SELECT %L::text AS network, a.kind, %s\nFROM (\n\t%s\n) AS a\n%sWHERE a.actor <> a.target',
		coalesce(network, system), selected,
		(SELECT string_agg(
			format('SELECT %L::text AS kind, k.* FROM (%s) AS k (actor, target, at, post%s)', read[n],
				@extschema@._klout_source_query(system, schema, queries[n], private, NULL),
				CASE WHEN has_topic THEN ', topic' ELSE '' END),
			E'\n\tUNION ALL\n\t' ORDER BY n)
		 FROM generate_subscripts(read, 1) AS n),
		CASE WHEN people IS NULL THEN ''
			ELSE format(E'JOIN (%1$s) AS p ON p.id = a.actor\nJOIN (%1$s) AS q ON q.id = a.target\n',
				@extschema@._klout_source_query(system, schema, people, private, NULL)) END);
END
$body$;
COMMENT ON FUNCTION klout_source(text, text, text[], text[], text, boolean, boolean) IS
'Returns a query of the actions in the tables of an application, for klout_scores and boards: network, kind, actor, target, at, post and, with topic, topic. schema has the tables of the application; kinds are read instead of those read by default, without leaves kinds out; network is the name of the network, by default that of the system; private includes what is not public. Actions on oneself, deleted content, and people who are suspended, deleted or no people are left out. An error names a missing table or column. klout_sources() lists systems and kinds';

CREATE FUNCTION klout_source_people(
	system text,
	schema text DEFAULT 'public',
	base_url text DEFAULT NULL
) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	query text;
BEGIN
	IF num_nulls(system, schema) > 0 THEN
		RAISE EXCEPTION 'klout_source_people: % is NULL', CASE WHEN system IS NULL THEN 'system' ELSE 'schema' END
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	query := (
		SELECT i.body FROM @extschema@._klout_source_items(system) AS i WHERE i.item IN ('people', 'labels'));
	PERFORM @extschema@._klout_source_tables('klout_source_people', system, schema, ARRAY[query],
		format('Name the schema: klout_source_people(%L, schema => ...).', system));
	RETURN @extschema@._klout_source_query(system, schema, query, false, base_url);
END
$body$;
COMMENT ON FUNCTION klout_source_people(text, text, text) IS
'Returns a query of the people in the tables of an application: id, name and url, for labels. base_url is the address of the application, such as https://forum.example.org; without it, url is NULL where the tables have no addresses';

CREATE FUNCTION klout_sources(
	OUT system text,
	OUT ids text,
	OUT kinds text[],
	OUT extra_kinds text[],
	OUT tables text[],
	OUT topic text,
	OUT releases text
) RETURNS SETOF record
	LANGUAGE plpgsql STABLE PARALLEL SAFE ROWS 10
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	FOR system IN
		SELECT substr(p.proname, length('_klout_source_') + 1)
		FROM pg_depend AS d JOIN pg_proc AS p ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
		WHERE d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
		  AND d.refobjid = (SELECT oid FROM pg_extension WHERE extname = 'klout')
		  AND p.proname LIKE '\_klout\_source\_%' AND p.pronargs = 0
		ORDER BY p.proname
	LOOP
		SELECT max(i.name) FILTER (WHERE i.item = 'system'),
			array_agg(i.name) FILTER (WHERE i.item = 'kind'),
			coalesce(array_agg(i.name) FILTER (WHERE i.item = 'extra'), '{}'),
			array_agg(i.name) FILTER (WHERE i.item = 'table'), max(i.body) FILTER (WHERE i.item = 'topic'),
			max(i.body) FILTER (WHERE i.item = 'system')
		INTO ids, kinds, extra_kinds, tables, topic, releases
		FROM @extschema@._klout_source_items(system) AS i;
		RETURN NEXT;
	END LOOP;
END
$body$;
COMMENT ON FUNCTION klout_sources() IS
'Returns the systems that klout_source knows: the type of ids (bigint for klout_scores, text for klout_scores_text), the kinds read by default and those that must be asked for, the tables, what a topic is (NULL: the source has none), and the releases whose public schema was read';
