-- ---------------------------------------------------------------------------
-- Authority: how much the people who react to you matter
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_collect_edges_add(internal, bigint, bigint, "any", "any", "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'klout_collect_edges_add' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_edges_add(internal, bigint, bigint, "any", "any", "any") IS
'Transition function of _klout_collect_edges.';

CREATE FUNCTION _klout_collect_edges_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'klout_collect_edges_combine' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_edges_combine(internal, internal) IS
'Combine function of _klout_collect_edges.';

CREATE FUNCTION _klout_collect_edges_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_collect_edges_serial' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_edges_serial(internal) IS
'Serialization function of _klout_collect_edges: hands over what a process collected.';

CREATE FUNCTION _klout_collect_edges_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'klout_collect_edges_deserial' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_edges_deserial(bytea, internal) IS
'Deserialization function of _klout_collect_edges.';

CREATE FUNCTION _klout_collect_edges_final(internal) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_collect_edges_final' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_edges_final(internal) IS
'Final function of _klout_collect_edges.';

CREATE AGGREGATE _klout_collect_edges(handle bigint, key bigint, actor "any", target "any", weight "any") (
	SFUNC = _klout_collect_edges_add,
	STYPE = internal,
	FINALFUNC = _klout_collect_edges_final,
	COMBINEFUNC = _klout_collect_edges_combine,
	SERIALFUNC = _klout_collect_edges_serial,
	DESERIALFUNC = _klout_collect_edges_deserial,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE _klout_collect_edges(bigint, bigint, "any", "any", "any") IS
'Collects the rows of an edges query in parallel workers, for klout_authority, which alone can use it.';

CREATE FUNCTION klout_authority(
	edges_sql text,
	damping float8 DEFAULT 0.85,
	tolerance float8 DEFAULT 1e-9,
	max_iterations integer DEFAULT 100,
	restart_sql text DEFAULT NULL,
	warm_sql text DEFAULT NULL,
	OUT person bigint,
	OUT authority float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_authority'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_authority(text, float8, float8, integer, text, text) IS
'Weighted PageRank of who acts on whom. edges_sql is one SELECT with columns actor and target (bigint, integer or smallint) and optionally weight (a number above 0, default 1), found by name; it runs read only with the rights of the caller. Weights of repeated pairs are added. Rows with the same actor and target, and rows without one of them, are left out. Returns one row per person in an edge, ordered by person; authority sums to 1. damping, in [0, 1), is the share of authority that flows on by weight. The rest, and the authority of people without outgoing edges, is spread evenly or, with restart_sql, by the weight (at least 0, default 1) of each person. tolerance, above 0, bounds the sum of absolute errors; a WARNING reports that max_iterations (at least 1) did not suffice. warm_sql (person, authority: an earlier result) saves iterations and changes the result by at most tolerance. The result is the same to the bit for any order of rows and number of parallel workers. Needs about 20 bytes a row and 190 a person, and refuses more than klout.authority_memory (0: maintenance_work_mem). Takes a minute for some 100 million rows.';

CREATE FUNCTION klout_authority_text(
	edges_sql text,
	damping float8 DEFAULT 0.85,
	tolerance float8 DEFAULT 1e-9,
	max_iterations integer DEFAULT 100,
	restart_sql text DEFAULT NULL,
	warm_sql text DEFAULT NULL,
	OUT person text,
	OUT authority float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_authority_text'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_authority_text(text, float8, float8, integer, text, text) IS
'As klout_authority, for ids of type text, varchar or uuid, which all columns actor, target and person must share. Ids are compared by their bytes, whatever the collation, and come back as they went in, by rising bytes.';

CREATE FUNCTION klout_authority_stats(
	OUT rows bigint,
	OUT self_edges bigint,
	OUT null_rows bigint,
	OUT vertices bigint,
	OUT edges bigint,
	OUT core_edges bigint,
	OUT iterations integer,
	OUT converged boolean,
	OUT error_bound float8,
	OUT workers integer,
	OUT peak_memory bigint,
	OUT load_seconds float8,
	OUT build_seconds float8,
	OUT solve_seconds float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_authority_stats'
	LANGUAGE C VOLATILE PARALLEL RESTRICTED ROWS 1;
COMMENT ON FUNCTION klout_authority_stats() IS
'What the last call of klout_authority or klout_authority_text in this session did; no row before the first. rows of edges_sql; self_edges and null_rows of them that were left out; vertices: people; edges: distinct pairs; core_edges: those that take part in the iteration, the others are computed once; iterations; converged; error_bound of the sum of absolute errors, to be compared with tolerance; workers: parallel workers that iterated; peak_memory in bytes; seconds to load (the queries included), to build what is iterated, to solve: to iterate.';
