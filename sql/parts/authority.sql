-- ---------------------------------------------------------------------------
-- Authority: weighted PageRank of people
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_collect_edges_add(internal, bigint, bigint, "any", "any", "any") RETURNS internal
	AS 'MODULE_PATHNAME', 'klout_collect_edges_add' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_edges_add(internal, bigint, bigint, "any", "any", "any") IS
'Transition function of _klout_collect_edges.';

CREATE AGGREGATE _klout_collect_edges(handle bigint, key bigint, actor "any", target "any", weight "any") (
	SFUNC = _klout_collect_edges_add,
	STYPE = internal,
	FINALFUNC = _klout_collect_final,
	COMBINEFUNC = _klout_collect_combine,
	SERIALFUNC = _klout_collect_serial,
	DESERIALFUNC = _klout_collect_deserial,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE _klout_collect_edges(bigint, bigint, "any", "any", "any") IS
'Collects the rows of an edges query in parallel workers. Only klout_authority can call it.';

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
'Computes weighted PageRank: people have authority if people with authority act on them. edges_sql is a single SELECT, run read-only with the caller''s privileges, with columns actor and target (bigint, integer or smallint) and optionally weight (a number above 0; default 1), found by name. Weights of repeated pairs are added up; rows with actor equal to target and rows with a NULL actor or target are ignored. Returns one row per person in an edge, ordered by person; the sum of authority is 1. damping, in [0, 1), is the fraction of a person''s authority that passes to the people they act on, by weight. The rest, and all authority of people who act on no one, is distributed evenly to all people or, with restart_sql (person, weight), in proportion to weight (at least 0; default 1). tolerance, above 0, bounds the sum of absolute errors; a WARNING is raised if max_iterations (at least 1) are not enough. warm_sql (person, authority at least 0: an earlier result) saves iterations and changes the result by no more than tolerance. The result does not depend on the order of rows or the number of parallel workers, to the last bit. Needs about 20 bytes per row and 190 per person, and raises an error rather than exceed klout.authority_memory (0: maintenance_work_mem). Takes about a minute for 100 million rows.';

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
'Like klout_authority, for ids of type text, varchar or uuid; all columns actor, target and person must have the same type. Ids are compared bytewise, whatever their collation, and returned unchanged, in bytewise order.';

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
'Returns statistics of the last call of klout_authority or klout_authority_text in this session; no row before the first call. rows: rows of edges_sql; self_edges, null_rows: rows that were ignored; vertices: people; edges: distinct pairs; core_edges: edges that take part in the iteration (the others are computed once); iterations; converged; error_bound: bound on the sum of absolute errors, to compare with tolerance; workers: parallel workers that iterated; peak_memory: bytes; load_seconds: running the queries and reading their rows; build_seconds: building the matrix; solve_seconds: iterating.';
