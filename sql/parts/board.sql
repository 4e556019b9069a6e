-- ---------------------------------------------------------------------------
-- Boards: scoreboards that stay current
--
-- A board is a schema with tables and views, without code, which belong to the
-- role that created it.  The tables form three layers, each a function of the
-- layer before:
--
--	facts		signals (an account's, by network and topic), reactors, posts:
--				derived from the actions table up to the watermark
--	scores		of the last publication, with populations
--	history		a row per day and person: for past days in history_rows, copied
--				when the first publication of a later day replaces the scores;
--				for the last day, the scores themselves
--
-- Exactly once: the watermark, up to which rows of the actions table count,
-- moves in the transaction that adds them to the facts.  It never passes a row
-- that is not yet committed: ids come from a sequence without a cache, so when
-- the sequence has been read, each transaction that may still commit a lower
-- id holds a lock on the actions table.  A refresh waits for these
-- transactions, then reads the rows under a new snapshot.  Ingestion and
-- publication lock the row of settings; no other lock separates two refreshes.
--
-- Functions set search_path; klout_board_refresh cannot, because it commits, so
-- it only calls them in a loop.
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_is_valid_tenure(tenure interval) RETURNS boolean
	LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
	-- checks each field: fields of opposite sign are subtracted one after the other
	RETURN tenure OPERATOR(pg_catalog.>=) '0' AND tenure OPERATOR(pg_catalog.<=) '100 years'
		AND pg_catalog.extract('year', tenure) OPERATOR(pg_catalog.>=) 0 AND pg_catalog.extract('year', tenure) OPERATOR(pg_catalog.<=) 100
		AND pg_catalog.abs(pg_catalog.extract('day', tenure)) OPERATOR(pg_catalog.<=) 36525;
COMMENT ON FUNCTION _klout_is_valid_tenure(interval) IS
'Returns whether an interval is a valid tenure of a board: 0 to 100 years, so that it can be subtracted from any time since 4000 BC';

CREATE FUNCTION _klout_unlogged_relation(actions regclass) RETURNS regclass
	LANGUAGE sql STABLE STRICT PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
	WITH RECURSIVE below (relation) AS (
		SELECT actions::oid
		UNION
		SELECT inhrelid FROM pg_inherits JOIN below ON inhparent = relation
	)
	SELECT min(relation)::regclass FROM below JOIN pg_class ON oid = relation WHERE relpersistence <> 'p'
$body$;
COMMENT ON FUNCTION _klout_unlogged_relation(regclass) IS
'Returns an actions table, or one of its partitions and children, that is not permanent; NULL if there is none';

CREATE FUNCTION klout_board_create(
	board text,
	actions regclass,
	model klout_model DEFAULT klout_model(),
	columns jsonb DEFAULT NULL,
	bucket interval DEFAULT '1 day',
	reactor_weight text DEFAULT 'proven',
	tenure interval DEFAULT '30 days'
) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
	SET row_security = off	-- raise an error instead of hiding rows
AS $body$
DECLARE
	known CONSTANT text[] := '{id,network,kind,actor,target,at,weight,topic,post}';
	required CONSTANT text[] := '{id,network,kind,actor,target,at}';
	utf8 CONSTANT boolean := getdatabaseencoding() = 'UTF8';
	word text;				-- of known
	mapped jsonb;
	attribute record;		-- the column of word
	type_of jsonb := '{}';	-- by word, without domains
	read_as text;			-- how the column is read
	source text[] := '{}';	-- select list
	rules text[] := '{}';	-- what every row must fulfil, and what is wrong with one that does not
	fit text;				-- all of them in one condition
	reasons text;				-- the first that is not fulfilled
	id_column name;
	target_column name;
	collations oid[] := '{}';	-- of actor and target
	bytewise text := 'COLLATE pg_catalog."C"';
	unlogged regclass;
	messages text;
	sequence regclass;
	parameters record;
	person_type text;
	id_type text;			-- with its collation
BEGIN
	IF board IS NULL OR actions IS NULL OR model IS NULL OR bucket IS NULL OR reactor_weight IS NULL OR tenure IS NULL THEN
		RAISE EXCEPTION 'klout_board_create: only columns may be NULL'
			USING ERRCODE = 'null_value_not_allowed';
	END IF;
	-- as type name it would be cut to the name of another schema
	IF octet_length(board) NOT BETWEEN 1 AND 63 THEN
		RAISE EXCEPTION 'klout_board_create: the name of a board must have 1 to 63 bytes, got % in "%"', octet_length(board), board
			USING ERRCODE = CASE board WHEN '' THEN 'invalid_name' ELSE 'name_too_long' END,
				HINT = 'It is the name of the schema that is made.';
	END IF;
	IF (SELECT relkind NOT IN ('r', 'p') OR relpersistence <> 'p' FROM pg_class WHERE oid = actions) THEN
		RAISE EXCEPTION 'klout_board_create: % is not a permanent table', actions
			USING ERRCODE = 'wrong_object_type';
	END IF;
	unlogged := @extschema@._klout_unlogged_relation(actions);
	IF unlogged IS NOT NULL THEN
		RAISE EXCEPTION 'klout_board_create: %, a part of %, is not a permanent table', unlogged, actions
			USING ERRCODE = 'wrong_object_type', HINT = format('Run ALTER TABLE %s SET LOGGED.', unlogged);
	END IF;
	IF bucket NOT IN ('1 day', '1 hour') THEN
		RAISE EXCEPTION 'klout_board_create: bucket must be 1 day or 1 hour, got %', bucket
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF reactor_weight NOT IN ('proven', 'none', 'score', 'authority') THEN
		RAISE EXCEPTION 'klout_board_create: reactor_weight must be proven, none, score or authority, got "%"', reactor_weight
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF tenure < '0' THEN
		RAISE EXCEPTION 'klout_board_create: tenure must not be negative, got %', tenure
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	IF NOT @extschema@._klout_is_valid_tenure(tenure) THEN
		RAISE EXCEPTION 'klout_board_create: tenure must not exceed 100 years, got %', tenure
			USING ERRCODE = 'interval_field_overflow', HINT = 'Nobody would ever be proven. Most boards do with 30 days.';
	END IF;
	IF jsonb_typeof(coalesce(columns, '{}')) <> 'object' THEN
		RAISE EXCEPTION 'klout_board_create: columns must be a JSON object, got %', columns
			USING ERRCODE = 'invalid_parameter_value';
	END IF;
	FOR word IN SELECT jsonb_object_keys(columns) LOOP
		IF NOT word = ANY (known) THEN
			RAISE EXCEPTION 'klout_board_create: unknown key "%" in columns', word
				USING ERRCODE = 'invalid_parameter_value', HINT = format('Known keys: %s.', array_to_string(known, ', '));
		END IF;
	END LOOP;

	-- The columns of the table, under the names that boards use.  No value
	-- that they can store may make reading them fail, and no code of the
	-- table's owner may run in it: casts are those of built-in types.
	FOREACH word IN ARRAY known LOOP
		mapped := coalesce(columns -> word, to_jsonb(word));
		IF word = ANY (required) AND jsonb_typeof(mapped) = 'null' THEN
			RAISE EXCEPTION 'klout_board_create: in columns, "%" must not be null', word
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Only weight, topic and post may be left out.';
		END IF;
		IF word IN ('network', 'kind') AND jsonb_typeof(mapped) = 'object' AND jsonb_typeof(mapped -> 'value') = 'string' THEN
			IF coalesce(@extschema@._klout_utf8_length(mapped ->> 'value'), 0) NOT BETWEEN 1 AND 63 THEN
				RAISE EXCEPTION 'klout_board_create: in columns, the value of "%" must be a name of 1 to 63 bytes, got "%"', word, mapped ->> 'value'
					USING ERRCODE = 'invalid_parameter_value';
			END IF;
			source := source || format('%L::text %s AS %I', mapped ->> 'value', bytewise, word);
			CONTINUE;
		END IF;
		IF jsonb_typeof(mapped) = 'null' THEN
			mapped := NULL;
		ELSIF jsonb_typeof(mapped) <> 'string' THEN
			RAISE EXCEPTION 'klout_board_create: in columns, "%" must be the name of a column, got %', word, mapped
				USING ERRCODE = 'invalid_parameter_value', HINT = 'Only network and kind may be a value: {"network": {"value": "forum"}}.';
		END IF;
		-- without domains, which say no more than what values may be stored
		WITH RECURSIVE under (type) AS (
			SELECT atttypid FROM pg_attribute WHERE attrelid = actions AND attname = mapped #>> '{}' AND attnum > 0 AND NOT attisdropped
			UNION ALL
			SELECT typbasetype FROM pg_type JOIN under ON pg_type.oid = type WHERE typtype = 'd'
		)
		SELECT a.attname, a.attnotnull, a.attcollation, format_type(a.atttypid, NULL) AS declared,
			   t.oid AS type, format_type(t.oid, NULL) AS type_name, t.typtype, t.typcategory
		INTO attribute
		FROM under
		JOIN pg_type AS t ON t.oid = type AND t.typtype <> 'd'
		JOIN pg_attribute AS a ON a.attrelid = actions AND a.attname = mapped #>> '{}';
		IF NOT FOUND THEN
			IF word = ANY (required) OR columns ? word AND mapped IS NOT NULL THEN
				RAISE EXCEPTION 'klout_board_create: table % has no column "%" for "%"', actions, mapped #>> '{}', word
					USING ERRCODE = 'undefined_column',
						HINT = format('Name it: columns => ''{"%s": "its name"}''.', word);
			END IF;
			source := source || format('NULL::%s AS %I', CASE word WHEN 'weight' THEN 'float8' ELSE 'text ' || bytewise END, word);
			CONTINUE;
		END IF;
		type_of := type_of || jsonb_build_object(word, attribute.type_name);
		read_as := NULL;
		IF word = ANY (required) AND word <> 'id' THEN
			rules := rules || ARRAY[format('s.%I IS NOT NULL', word), word || ' is null'];
		END IF;

		IF word = 'id' THEN
			id_column := attribute.attname;
			-- Not of a domain, nor cast: an index must find a range of it
			IF attribute.declared NOT IN ('bigint', 'integer', 'smallint') OR NOT attribute.attnotnull THEN
				RAISE EXCEPTION 'klout_board_create: column "%" of % must be bigint, integer or smallint, and NOT NULL', id_column, actions
					USING ERRCODE = 'datatype_mismatch', DETAIL = 'The board reads rows in order of their id.';
			END IF;
			source := source || format('a.%I AS id', id_column);
			CONTINUE;
		ELSIF word IN ('actor', 'target') THEN
			IF attribute.type_name NOT IN ('bigint', 'integer', 'smallint', 'text', 'character varying', 'uuid') THEN
				RAISE EXCEPTION 'klout_board_create: column "%" of % is of type %', attribute.attname, actions, attribute.declared
					USING ERRCODE = 'datatype_mismatch', HINT = 'Ids are bigint, integer, smallint, text, varchar or uuid.';
			END IF;
			target_column := attribute.attname;		-- in the end: actor comes before it
			id_type := CASE WHEN attribute.type_name IN ('integer', 'smallint') THEN 'bigint'
							WHEN attribute.type_name = 'character varying' THEN 'text'
							ELSE attribute.type_name END;
			IF word = 'target' AND id_type <> person_type THEN
				RAISE EXCEPTION 'klout_board_create: actor and target of % are of different types', actions
					USING ERRCODE = 'datatype_mismatch', DETAIL = 'Both are ids of accounts.';
			END IF;
			person_type := id_type;
			collations := collations || attribute.attcollation;
			read_as := format('a.%I::%s', attribute.attname, person_type);
			IF person_type = 'text' THEN
				rules := rules || ARRAY[format('s.%I <> ''''', word), word || ' is empty'];
			END IF;
			source := source || read_as;	-- and a collation, see below
		ELSIF word = 'at' THEN
			CASE attribute.type_name
				WHEN 'timestamp with time zone' THEN
					read_as := format('a.%I::timestamptz', attribute.attname);
				WHEN 'timestamp without time zone' THEN
					-- UTC has no offset, with which it could overflow
					read_as := format('a.%I::timestamp AT TIME ZONE ''UTC''', attribute.attname);
				ELSE
					RAISE EXCEPTION 'klout_board_create: column "%" of % is of type %', attribute.attname, actions, attribute.declared
						USING ERRCODE = 'datatype_mismatch', HINT = 'It must be timestamptz, or timestamp, which is taken as UTC.';
			END CASE;
			source := source || (read_as || ' AS at');
			rules := rules || ARRAY['isfinite(s.at)', 'at is infinite'];
		ELSIF word = 'weight' THEN
			IF attribute.type_name NOT IN ('bigint', 'integer', 'smallint', 'numeric', 'real', 'double precision') THEN
				RAISE EXCEPTION 'klout_board_create: column "%" of % is of type %', attribute.attname, actions, attribute.declared
					USING ERRCODE = 'datatype_mismatch', HINT = 'A weight is a number from 0 to 1. To leave the column out: columns => ''{"weight": null}''.';
			END IF;
			-- A numeric may be too large for float8 or too small.  Weights
			-- count in steps of 1/200, so below 0.001 they are 0, and what
			-- they are multiplied with cannot underflow.  NaN is more than 1.
			source := source || format('CASE WHEN a.%1$I > 1 THEN 2 WHEN a.%1$I < 0 THEN -1 WHEN a.%1$I < 0.001 THEN 0 ELSE a.%1$I END::float8 AS weight', attribute.attname);
			rules := rules || ARRAY['(s.weight IS NULL OR s.weight BETWEEN 0 AND 1)', 'weight is not between 0 and 1'];
		ELSE
			-- Superusers alone make base types, so casts of those are no code of others (Z: "char", which may be half a character)
			IF attribute.typtype = 'e' THEN
				read_as := format('CASE WHEN a.%1$I IS NOT NULL THEN textin(enum_out(a.%1$I)) END', attribute.attname);
			ELSIF attribute.typtype = 'b' AND attribute.typcategory NOT IN ('A', 'Z') THEN
				read_as := format('a.%I::text', attribute.attname);
			ELSE
				RAISE EXCEPTION 'klout_board_create: column "%" of % is of type %', attribute.attname, actions, attribute.declared
					USING ERRCODE = 'datatype_mismatch', HINT = format('"%s" must be text, or of a type that has one text for each value, as numbers and enums have.', word);
			END IF;
			source := source || format('(%s) %s AS %I', read_as, bytewise, word);
		END IF;

		-- Lengths are of UTF-8, which some texts do not have in other encodings
		IF word IN ('network', 'kind', 'topic', 'post') OR word IN ('actor', 'target') AND person_type = 'text' THEN
			IF NOT utf8 THEN
				rules := rules || ARRAY[format(CASE WHEN word = ANY (required) THEN '%2$s IS NOT NULL' ELSE '(s.%1$I IS NULL OR %2$s IS NOT NULL)' END,
											   word, format('%s(s.%I)', '@extschema@._klout_utf8_length', word)), word || ' has characters without a UTF-8 form'];
			END IF;
			-- (an index bounds the bytes that are stored, too)
			read_as := CASE WHEN utf8 THEN format('octet_length(s.%I)', word)
							WHEN word IN ('network', 'kind') THEN '@extschema@._klout_utf8_length(s.' || word || ')'
							ELSE format('greatest(octet_length(s.%1$I), ', word) || '@extschema@._klout_utf8_length(s.' || word || '))' END;
			IF word IN ('network', 'kind') THEN
				rules := rules || ARRAY[read_as || ' BETWEEN 1 AND 63', word || ' is not a name of 1 to 63 bytes'];
			ELSE
				rules := rules || ARRAY[CASE WHEN word = ANY (required) THEN '' ELSE format('s.%I IS NULL OR ', word) END || read_as || ' <= 1000',
										word || ' has more than 1000 bytes'];
			END IF;
		END IF;
	END LOOP;

	-- Who is who goes by bytes, also where the table has another idea of
	-- equality.  Citus keeps tables side by side by the type and collation of
	-- the column itself, so there ids keep one that goes by bytes anyway.
	id_type := person_type;
	IF person_type = 'text' AND @extschema@._klout_has_citus() AND collations[1] = collations[2]
	   AND (SELECT collisdeterministic FROM pg_collation WHERE oid = collations[1]) THEN
		id_type := format('text COLLATE %s', collations[1]::regcollation);
	ELSIF person_type = 'text' THEN
		id_type := 'text ' || bytewise;
		source[4] := format('(%s) %s', source[4], bytewise);
		source[5] := format('(%s) %s', source[5], bytewise);
	END IF;
	source[4] := source[4] || ' AS actor';
	source[5] := source[5] || ' AS target';

	-- From the one list: when a row is fit, and else the first reason why not
	SELECT string_agg(condition, ' AND ' ORDER BY n),
		   string_agg(format('WHEN (%s) IS NOT TRUE THEN %L', condition, reason), ' ' ORDER BY n)
	INTO fit, reasons
	FROM (SELECT n, '(' || rules[n] || ')' AS condition, rules[n + 1] AS reason
		  FROM generate_series(1, cardinality(rules), 2) AS n) AS r;

	-- The watermark needs ids that are handed out in order, one at a time
	sequence := pg_get_serial_sequence(actions::text, id_column);
	IF sequence IS NULL THEN
		RAISE EXCEPTION 'klout_board_create: column "%" of % has no sequence of its own', id_column, actions
			USING ERRCODE = 'object_not_in_prerequisite_state',
				HINT = 'Make it an identity column, or let its sequence be OWNED BY it.';
	END IF;
	SELECT seqcache, seqincrement, seqcycle INTO parameters FROM pg_sequence WHERE seqrelid = sequence;
	IF parameters.seqcache <> 1 OR parameters.seqincrement <> 1 OR parameters.seqcycle THEN
		RAISE EXCEPTION 'klout_board_create: sequence % does not hand out ids in order, one at a time', sequence
			USING ERRCODE = 'object_not_in_prerequisite_state',
				DETAIL = 'Later rows must get higher ids in all sessions; an increment above 1 lets an '
					'application assign the skipped ids later.',
				HINT = format('Run ALTER SEQUENCE %s INCREMENT 1 CACHE 1 NO CYCLE, and let the database assign '
					'each id in the INSERT.', sequence);
	END IF;
	-- A B-tree or BRIN index: what finds a range
	IF NOT EXISTS (SELECT FROM pg_index AS i
				   JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0]
				   JOIN pg_opclass AS c ON c.oid = i.indclass[0]
				   JOIN pg_amop AS o ON o.amopfamily = c.opcfamily
				   WHERE i.indrelid = actions AND a.attname = id_column AND i.indisvalid AND i.indpred IS NULL
					 AND o.amopopr = 'pg_catalog.<(bigint,bigint)'::regoperator) THEN
		RAISE WARNING 'klout_board_create: no B-tree or BRIN index on % begins with column "%"', actions, id_column
			USING HINT = 'Each refresh would read the whole table.';
	END IF;

	-- Citus warns of views for which there is no table on other nodes
	messages := current_setting('client_min_messages');
	PERFORM set_config('client_min_messages', 'error', true);
	EXECUTE format('CREATE SCHEMA %I', board);
	EXECUTE format($sql$
		CREATE TABLE %1$I.settings (
			singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
			actions regclass NOT NULL,
			id_sequence regclass NOT NULL,
			model %7$s.klout_model NOT NULL,
			bucket interval NOT NULL,
			reactor_weight text NOT NULL CHECK (reactor_weight IN ('proven', 'none', 'score', 'authority')),
			tenure interval NOT NULL CHECK (%7$s._klout_is_valid_tenure(tenure)),
			topics boolean NOT NULL,
			posts boolean NOT NULL,
			gate float8 NOT NULL DEFAULT 0.05 CHECK (gate > 0),
			gate_noise float8 NOT NULL DEFAULT 3 CHECK (gate_noise >= 0),
			watermark bigint NOT NULL DEFAULT 0,
			checked bigint,
			read_until timestamptz NOT NULL DEFAULT '-infinity' CHECK (read_until < 'infinity'),
			started_at timestamptz CHECK (isfinite(started_at))
		);
		CREATE VIEW %1$I.source WITH (security_invoker = true) AS
		SELECT s.*, CASE WHEN %5$s THEN NULL %6$s END AS reason
		FROM (SELECT %2$s FROM %3$s AS a) AS s;
		CREATE TABLE %1$I.pending (
			id bigint NOT NULL,
			network text %8$s NOT NULL,
			kind text %8$s NOT NULL,
			actor %4$s NOT NULL,
			target %4$s NOT NULL,
			at timestamptz NOT NULL,
			weight float8,
			topic text %8$s,
			post text %8$s
		);
		-- not unique, as ids need not be
		CREATE INDEX ON %1$I.pending (id);
		CREATE TABLE %1$I.batches (
			first_id bigint NOT NULL,
			last_id bigint PRIMARY KEY,
			rows bigint NOT NULL,
			checksum numeric NOT NULL,
			ingested_at timestamptz NOT NULL DEFAULT now(),
			checked_at timestamptz NOT NULL DEFAULT now(),
			changed boolean NOT NULL DEFAULT false,
			seconds float8 NOT NULL
		);
		CREATE INDEX batches_changed ON %1$I.batches (last_id) WHERE changed;
		CREATE TABLE %1$I.stalls (
			settled bigint PRIMARY KEY,
			writers text[] NOT NULL,
			at timestamptz NOT NULL DEFAULT now()
		);
		CREATE TABLE %1$I.rejected (
			id bigint PRIMARY KEY,
			reason text NOT NULL,
			since timestamptz NOT NULL DEFAULT now(),
			rows bigint NOT NULL DEFAULT 1,
			shared boolean NOT NULL DEFAULT false
		);
		CREATE TABLE %1$I.accounts (
			network text %8$s NOT NULL,
			account %4$s NOT NULL,
			person %4$s NOT NULL,
			linked_at timestamptz NOT NULL DEFAULT now(),
			PRIMARY KEY (account, network)
		);
		CREATE INDEX ON %1$I.accounts (person);
		CREATE TABLE %1$I.opt_outs (
			person %4$s PRIMARY KEY,
			since timestamptz NOT NULL DEFAULT now()
		);
		CREATE TABLE %1$I.reactors (
			actor %4$s PRIMARY KEY,
			first_seen timestamptz NOT NULL,
			first_target %4$s,
			several boolean NOT NULL
		) WITH (fillfactor = 80);
		CREATE TABLE %1$I.authority (
			person %4$s PRIMARY KEY,
			authority float8 NOT NULL,
			weight float8 NOT NULL
		);
		CREATE TABLE %1$I.signals (
			account %4$s NOT NULL,
			network text %8$s NOT NULL,
			topic text %8$s NOT NULL,
			signals %7$s.klout_signals NOT NULL,
			PRIMARY KEY (account, network, topic)
		) WITH (fillfactor = 70);
		CREATE TABLE %1$I.posts (
			network text %8$s NOT NULL,
			post text %8$s NOT NULL,
			account %4$s NOT NULL,
			last_at timestamptz NOT NULL,
			signals %7$s.klout_signals NOT NULL,
			PRIMARY KEY (network, post, account)
		) WITH (fillfactor = 70);
		CREATE TABLE %1$I.changed (
			person %4$s PRIMARY KEY,
			folded text
		);
		CREATE TABLE %1$I.scores (
			person %4$s NOT NULL,
			topic text %8$s NOT NULL,
			score float8 NOT NULL,
			reach float8 NOT NULL,
			consistency float8 NOT NULL,
			change_1 float8,
			change_7 float8,
			change_30 float8,
			change_90 float8,
			networks jsonb NOT NULL,
			PRIMARY KEY (person, topic)
		) WITH (fillfactor = 70);
		CREATE INDEX scores_by_rank ON %1$I.scores (topic, score DESC, person);
		CREATE TABLE %1$I.publications (
			at timestamptz PRIMARY KEY,
			published boolean NOT NULL,
			reason text,
			people bigint NOT NULL,
			people_at_63 bigint NOT NULL,
			total_raw float8 NOT NULL,
			rescored bigint NOT NULL,
			fingerprint text NOT NULL,
			seconds float8 NOT NULL,
			forced boolean NOT NULL,
			published_by name NOT NULL DEFAULT current_user
		);
		CREATE TABLE %1$I.models (
			fingerprint text PRIMARY KEY,
			model %7$s.klout_model NOT NULL,
			since timestamptz NOT NULL
		);
		CREATE TABLE %1$I.populations (
			topic text %8$s PRIMARY KEY,
			people bigint NOT NULL,
			population %7$s.klout_population NOT NULL,
			people_at_63 bigint NOT NULL,
			sum_odds float8 NOT NULL
		);
		CREATE TABLE %1$I.history_rows (
			day date NOT NULL,
			person %4$s NOT NULL,
			topic text %8$s NOT NULL,
			score float8 NOT NULL,
			rank bigint NOT NULL,
			fingerprint text NOT NULL,
			PRIMARY KEY (person, topic, day)
		) PARTITION BY RANGE (day);
		CREATE TABLE %1$I.perks (
			perk text PRIMARY KEY,
			min_score float8 CHECK (min_score BETWEEN 0 AND 100),
			top_share float8 CHECK (top_share > 0 AND top_share <= 1),
			network text %8$s,
			topic text %8$s NOT NULL DEFAULT '',
			capacity bigint NOT NULL CHECK (capacity >= 0),
			from_at timestamptz NOT NULL DEFAULT '-infinity',
			until_at timestamptz NOT NULL DEFAULT 'infinity'
		);
		CREATE TABLE %1$I.grants (
			perk text NOT NULL REFERENCES %1$I.perks ON UPDATE CASCADE,
			person %4$s NOT NULL,
			granted_at timestamptz NOT NULL,
			score float8 NOT NULL,
			rank bigint NOT NULL,
			PRIMARY KEY (perk, person)
		);
	$sql$, board, array_to_string(source, ', '), actions, id_type, fit, reasons,
		-- never part of what format() reads: a schema may have a % in its name
		'@extschema@', bytewise);

	EXECUTE format($sql$
		INSERT INTO %I.settings (actions, id_sequence, model, bucket, reactor_weight, tenure, topics, posts)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
	$sql$, board) USING actions, sequence, model, bucket, reactor_weight, tenure, type_of ? 'topic', type_of ? 'post';

	EXECUTE format($sql$
		CREATE VIEW %1$I.last_publication WITH (security_invoker = true) AS
		SELECT * FROM %1$I.publications WHERE published ORDER BY at DESC LIMIT 1;

		CREATE VIEW %1$I.leaderboard WITH (security_invoker = true) AS
		SELECT s.topic, s.rank, s.person, s.score,
			   (p.people + 1 - s.rank) / p.people::float8 AS percentile, s.reach, s.consistency,
			   s.change_1, s.change_7, s.change_30, s.change_90, s.networks, l.fingerprint, l.at AS as_of
		FROM (SELECT *, %2$s.klout_rank() OVER (PARTITION BY topic ORDER BY score DESC) AS rank FROM %1$I.scores) AS s
		JOIN %1$I.populations AS p USING (topic)
		CROSS JOIN %1$I.last_publication AS l;

		CREATE VIEW %1$I.history WITH (security_invoker = true) AS
		SELECT day, person, topic, score, rank, fingerprint FROM %1$I.history_rows
		UNION ALL
		SELECT (as_of AT TIME ZONE 'UTC')::date, person, topic, score, rank, fingerprint FROM %1$I.leaderboard;

		CREATE VIEW %1$I.movers WITH (security_invoker = true) AS
		SELECT c.days, s.topic, s.person, s.score - c.change AS score_before, s.score, c.change
		FROM %1$I.scores AS s
		CROSS JOIN LATERAL (VALUES (1, s.change_1), (7, s.change_7), (30, s.change_30), (90, s.change_90)) AS c (days, change)
		WHERE c.change IS NOT NULL;

		CREATE VIEW %1$I.moments WITH (security_invoker = true) AS
		SELECT p.network, p.post, coalesce(a.person, p.account) AS person, p.last_at,
			   %2$s.klout_reach(p.signals, m.model, l.at) AS reach,
			   %2$s.klout_count(p.signals) AS actions
		FROM %1$I.posts AS p
		CROSS JOIN %1$I.last_publication AS l
		JOIN %1$I.models AS m USING (fingerprint)
		LEFT JOIN %1$I.accounts AS a ON (a.account, a.network) = (p.account, p.network)
		WHERE p.last_at > l.at - interval '2160 hours';

		CREATE VIEW %1$I.perks_left WITH (security_invoker = true) AS
		SELECT p.perk, p.capacity, count(g.perk) AS granted, p.capacity - count(g.perk) AS left,
			   -- half a bin below the cutoff, which is a score rounded to its bin
			   greatest(p.min_score, %2$s.klout_cutoff(t.population, p.top_share) - 0.005, 0) AS from_score
		FROM %1$I.perks AS p
		LEFT JOIN %1$I.grants AS g USING (perk)
		LEFT JOIN %1$I.populations AS t ON t.topic = p.topic
		GROUP BY p.perk, t.topic;
	$sql$, board, '@extschema@');
	PERFORM set_config('client_min_messages', messages, true);

	EXECUTE format($sql$
		COMMENT ON SCHEMA %1$I IS 'klout board';
		COMMENT ON TABLE %1$I.settings IS 'parameters of the board; reactor_weight, tenure and the limits of the gate may be changed, the model by klout_board_set_model. klout maintains watermark (the id up to which actions are ingested), checked (the id up to which ranges were compared in this round), read_until (the time up to which all reactors are known) and started_at (when the community started, by its tenth reactor)';
		COMMENT ON VIEW %1$I.source IS 'the actions table as the board reads it; reason: why a row is rejected';
		COMMENT ON TABLE %1$I.pending IS 'actions with a time in the future';
		COMMENT ON TABLE %1$I.batches IS 'ingested ranges of ids, with the number of their rows and the sum of their hashes; changed: the rows differ now, which holds publications back; checked_at: when the range was last found unchanged';
		COMMENT ON TABLE %1$I.stalls IS 'refreshes that did not wait for all writers: the position of the sequence of ids, and the writers';
		COMMENT ON TABLE %1$I.rejected IS 'ids of rejected actions with the reason; klout_board_retry_rejected ingests those that were fixed. rows: number of rows of the id; shared: accepted rows have the same id, so only klout_board_rebuild ingests the row once it is fixed';
		COMMENT ON TABLE %1$I.accounts IS 'accounts that belong to a person of another id: klout_board_link, klout_board_unlink';
		COMMENT ON TABLE %1$I.opt_outs IS 'people who opted out: klout_board_opt_out, klout_board_opt_in';
		COMMENT ON TABLE %1$I.reactors IS 'when the board first saw an actor, and whether the actor acted on several people, which decides who is proven; first_target is NULL after klout_board_rebuild until actions are read again';
		COMMENT ON TABLE %1$I.authority IS 'authority of actors at the last daily publication, and the share of people at or below it, if reactor_weight is authority';
		COMMENT ON TABLE %1$I.signals IS 'signals of each account, network and topic ('''' if the board has no topics)';
		COMMENT ON TABLE %1$I.posts IS 'signals of posts with actions in the last 90 days';
		COMMENT ON TABLE %1$I.changed IS 'people whose signals changed since the last publication; folded: one of their accounts, with its network, that exceeds the limits of klout_signals';
		COMMENT ON TABLE %1$I.scores IS 'scores of the last publication; topic '''' is all topics together; networks: points by network';
		COMMENT ON TABLE %1$I.publications IS 'all publications, including those held back, with the reason; forced: published despite it';
		COMMENT ON VIEW %1$I.last_publication IS 'the publication that scores, populations and views show';
		COMMENT ON TABLE %1$I.models IS 'models by fingerprint, with their first publication';
		COMMENT ON TABLE %1$I.populations IS 'the population of each topic at the last publication; sum_odds: the sum of score / (100 - score), which is raw / scale';
		COMMENT ON TABLE %1$I.history_rows IS 'history of past days; partitioned by month, so old months can be dropped';
		COMMENT ON VIEW %1$I.history IS 'one row per person and UTC day, from the last publication of the day';
		COMMENT ON TABLE %1$I.perks IS 'perks, their conditions and capacity';
		COMMENT ON TABLE %1$I.grants IS 'granted perks: klout_board_grant';
		COMMENT ON VIEW %1$I.leaderboard IS 'rank, score, share of people at or below (percentile), changes over 1, 7, 30 and 90 days';
		COMMENT ON VIEW %1$I.movers IS 'changes of scores over 1, 7, 30 and 90 days';
		COMMENT ON VIEW %1$I.moments IS 'posts of the last 90 days with their reach';
		COMMENT ON VIEW %1$I.perks_left IS 'remaining capacity of each perk, and the score from which people qualify: klout_board_qualify';
	$sql$, board);

	PERFORM @extschema@._klout_board_guard(board::name);
	PERFORM @extschema@._klout_board_distribute(board::name, target_column);
	PERFORM @extschema@.klout_board_extend_history(board::name);
	PERFORM @extschema@.klout_board_rebuild(board::name);
END
$body$;
COMMENT ON FUNCTION klout_board_create(text, regclass, klout_model, jsonb, interval, text, interval) IS
'Creates a board: a schema of that name with tables and views owned by the caller; klout_board_refresh fills it. actions is a permanent, append-only table with a NOT NULL integer key from its own sequence (INCREMENT 1, CACHE 1, NO CYCLE), preferably with a B-tree or BRIN index. columns is a JSON object that maps id, network, kind, actor, target, at (default: columns of these names) and optionally weight (a number in [0, 1]), topic and post to columns: {"actor": "user_id"}; network and kind can be constants: {"network": {"value": "forum"}}; null omits an optional column. Ids of actors and targets are bigint, integer, smallint, text, varchar or uuid; at is timestamptz, or timestamp in UTC. bucket is 1 day or 1 hour. reactor_weight is proven (1 for reactors first seen at least tenure before the action and seen acting on several people, otherwise 0), none (1 for all), score (the reactor''s last published score / 100) or authority (the fraction of people with the same or lower authority); it multiplies the weight column';

CREATE FUNCTION _klout_has_citus() RETURNS boolean
	LANGUAGE plpgsql STABLE PARALLEL SAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	RETURN to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL;
END
$body$;
COMMENT ON FUNCTION _klout_has_citus() IS
'Returns whether this database has Citus, which needs a different form of some board queries';

CREATE FUNCTION _klout_board_distribute(board name, target_column name) RETURNS boolean
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	actions regclass;
	by_target boolean;
	relation text;
BEGIN
	PERFORM @extschema@._klout_board_person_type(board);
	-- functions of Citus appear only in strings, because it may not be installed
	IF NOT @extschema@._klout_has_citus() THEN
		RETURN false;
	END IF;
	EXECUTE format('SELECT actions FROM %I.settings', board) INTO STRICT actions;
	-- Tables can be co-located if their distribution columns have the same type
	EXECUTE $sql$
		SELECT coalesce((SELECT column_to_column_name(p.logicalrelid, p.partkey) = t.attname
						 FROM pg_dist_partition AS p
						 JOIN pg_attribute AS t ON t.attrelid = p.logicalrelid
						 JOIN pg_attribute AS a ON a.attrelid = $3 AND a.attname = 'account'
						  AND (a.atttypid, a.attcollation) = (t.atttypid, t.attcollation)
						 WHERE p.logicalrelid = $1 AND t.attname = $2 AND p.partmethod = 'h'), false)
	$sql$ INTO by_target USING actions, target_column, to_regclass(format('%I.signals', board));
	IF by_target THEN
		FOREACH relation IN ARRAY '{signals account,posts account,pending target,scores person,history_rows person}'::text[] LOOP
			EXECUTE 'SELECT create_distributed_table($1, $2, colocate_with => $3)'
				USING format('%I.%I', board, split_part(relation, ' ', 1))::regclass, split_part(relation, ' ', 2), actions::text;
		END LOOP;
		-- Tables that actions join by a column other than the target
		FOREACH relation IN ARRAY '{accounts,opt_outs,reactors,authority,changed}'::text[] LOOP
			EXECUTE 'SELECT create_reference_table($1)' USING format('%I.%I', board, relation)::regclass;
		END LOOP;
	END IF;
	RETURN by_target;
END
$body$;
COMMENT ON FUNCTION _klout_board_distribute(name, name) IS
'Step of klout_board_create: if the actions table is a Citus table distributed by its target column (of type bigint, text or uuid), co-locates the facts, scores and history of the board with it and converts the tables they join to reference tables. Otherwise does nothing and returns false';

CREATE FUNCTION _klout_board_person_type(board name) RETURNS text
	LANGUAGE plpgsql STABLE PARALLEL SAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	person_type text;
BEGIN
	SELECT format_type(a.atttypid, NULL) INTO person_type
	FROM pg_attribute AS a
	WHERE a.attrelid = to_regclass(format('%I.signals', board)) AND a.attname = 'account'
	  AND EXISTS (SELECT FROM pg_attribute AS s
				  WHERE s.attrelid = a.attrelid AND s.attname = 'signals' AND s.atttypid = '@extschema@.klout_signals'::regtype)
	  AND EXISTS (SELECT FROM pg_attribute AS s
				  WHERE s.attrelid = to_regclass(format('%I.settings', board)) AND s.attname = 'watermark');
	IF person_type IS NULL THEN
		RAISE EXCEPTION 'board "%" does not exist', board
			USING ERRCODE = 'undefined_object',
				HINT = 'klout_board_create creates boards. A board is a schema of that name' ||
					CASE WHEN @extschema@._klout_has_citus() THEN ' on the Citus coordinator; workers have none.' ELSE '.' END;
	END IF;
	RETURN person_type;
END
$body$;
COMMENT ON FUNCTION _klout_board_person_type(name) IS
'Returns the type of the ids of people and accounts on a board: bigint, text or uuid. Raises an error if the board does not exist';

CREATE FUNCTION _klout_board_lock(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
BEGIN
	PERFORM @extschema@._klout_board_guard(board, false);
	-- On Citus, a transaction sees its own writes to reference tables only on one connection per worker
	IF @extschema@._klout_has_citus() THEN
		PERFORM set_config('citus.multi_shard_modify_mode', 'sequential', true);
	END IF;
	-- An UPDATE, because FOR UPDATE would not stop transactions with an older snapshot
	EXECUTE format('UPDATE %I.settings SET watermark = watermark', board);
	-- after the wait, in which the owner of the actions could do a lot
	PERFORM @extschema@._klout_board_guard(board);
END
$body$;
COMMENT ON FUNCTION _klout_board_lock(name) IS
'Prevents concurrent ingestion, publication, linking and opt-out on a board until the end of the transaction. Waits for these to finish; in a transaction with an older snapshot (REPEATABLE READ), raises serialization_failure if they committed after it, because the caller would not see their changes';

CREATE FUNCTION klout_board_drop(board name) RETURNS void
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
	SET client_min_messages = warning	-- do not list all dropped objects
AS $body$
BEGIN
	PERFORM @extschema@._klout_board_person_type(board);
	EXECUTE format('DROP SCHEMA %I CASCADE', board);
END
$body$;
COMMENT ON FUNCTION klout_board_drop(name) IS
'Drops a board: its schema with all objects in it, and objects that depend on those. Does not change the actions table';

CREATE FUNCTION klout_board_extend_history(board name, months integer DEFAULT 13) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	month date;
	made integer := 0;
BEGIN
	PERFORM @extschema@._klout_board_person_type(board);
	IF months NOT BETWEEN 1 AND 1200 THEN
		RAISE EXCEPTION 'klout_board_extend_history: months must be between 1 and 1200, got %', months
			USING ERRCODE = 'numeric_value_out_of_range', HINT = 'Each month is a table.';
	END IF;
	FOR month IN
		SELECT date_trunc('month', now() AT TIME ZONE 'UTC')::date + n * interval '1 month' FROM generate_series(0, months - 1) AS n
	LOOP
		made := made + @extschema@._klout_board_add_history_month(board, month);
	END LOOP;
	RETURN made;
END
$body$;
COMMENT ON FUNCTION klout_board_extend_history(name, integer) IS
'Creates the missing partitions of a board''s history for months months, starting with this one, and returns their number. A refresh creates them as needed if the board''s owner runs it; other roles cannot create tables there';

CREATE FUNCTION _klout_board_add_history_month(board name, month date) RETURNS integer
	LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE STRICT
	SET search_path = pg_catalog, pg_temp
AS $body$
DECLARE
	first date := date_trunc('month', month);
	partition name := format('history_rows_%s', to_char(first, 'YYYY_MM'));
BEGIN
	IF to_regclass(format('%I.%I', board, partition)) IS NOT NULL THEN
		RETURN 0;
	END IF;
	PERFORM @extschema@._klout_board_guard(board);
	IF NOT (SELECT pg_has_role(relowner, 'USAGE') FROM pg_class WHERE oid = to_regclass(format('%I.history_rows', board))) THEN
		RAISE EXCEPTION 'board "%": history has no partition for %', board, to_char(first, 'YYYY-MM')
			USING ERRCODE = 'insufficient_privilege',
				HINT = format('The board''s owner can create it: SELECT klout_board_extend_history(%L).', board);
	END IF;
	-- in two steps, because PARTITION OF would block readers
	EXECUTE format('CREATE TABLE %1$I.%2$I (LIKE %1$I.history_rows)', board, partition);
	EXECUTE format('ALTER TABLE %1$I.history_rows ATTACH PARTITION %1$I.%2$I FOR VALUES FROM (%3$L) TO (%4$L)',
				   board, partition, first, (first + interval '1 month')::date);
	RETURN 1;
END
$body$;
COMMENT ON FUNCTION _klout_board_add_history_month(name, date) IS
'Creates the partition of a board''s history for the month of a day if it does not exist; returns the number created, 0 or 1';
