-- ---------------------------------------------------------------------------
-- Scores of everybody in a query, at the speed of the scan
-- ---------------------------------------------------------------------------

CREATE FUNCTION klout_scores(
	actions_sql text,
	model klout_model DEFAULT klout_model(),
	as_of timestamptz DEFAULT now(),
	bucket interval DEFAULT '1 day',
	OUT person bigint,
	OUT score float8,
	OUT reach float8,
	OUT consistency float8,
	OUT actions bigint,
	OUT reactors float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_scores'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_scores(text, klout_model, timestamptz, interval) IS
'everybody''s score from a query of actions, in order of person: the same to the last bit as klout_score(klout_signals(network, kind, actor, at, weight, bucket), model, as_of) GROUP BY target, with klout_reach, klout_consistency, klout_count and klout_reactors, and several times as fast. actions_sql is one SELECT, run read only with the caller''s rights and snapshot, with columns network, kind, actor, target, at and optionally weight, found by name; target is bigint, integer or smallint, the others are what klout_signals takes. Rows with a NULL network, kind, actor, target or at are left out, and so are people without any other row. Memory: work_mem x hash_mem_multiplier, beyond that temporary files. Cost: O(rows)';

CREATE FUNCTION klout_scores_text(
	actions_sql text,
	model klout_model DEFAULT klout_model(),
	as_of timestamptz DEFAULT now(),
	bucket interval DEFAULT '1 day',
	OUT person text,
	OUT score float8,
	OUT reach float8,
	OUT consistency float8,
	OUT actions bigint,
	OUT reactors float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_scores_text'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_scores_text(text, klout_model, timestamptz, interval) IS
'as klout_scores, with targets of type text, varchar or uuid. Ids are compared by their bytes, whatever the collation, and come back as they went in, by rising bytes';

CREATE FUNCTION klout_signals_of(
	actions_sql text,
	bucket interval DEFAULT '1 day',
	OUT person bigint,
	OUT signals klout_signals
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_signals_of'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_signals_of(text, interval) IS
'everybody''s signals from a query of actions, in order of person: the same bytes as klout_signals(network, kind, actor, at, weight, bucket) GROUP BY target. actions_sql as for klout_scores. Cost: O(rows), and a sort of the values';

CREATE FUNCTION klout_signals_of_text(
	actions_sql text,
	bucket interval DEFAULT '1 day',
	OUT person text,
	OUT signals klout_signals
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_signals_of_text'
	LANGUAGE C VOLATILE PARALLEL UNSAFE
	COST 1000000 ROWS 10000;
COMMENT ON FUNCTION klout_signals_of_text(text, interval) IS
'as klout_signals_of, with targets of type text, varchar or uuid';

CREATE FUNCTION klout_scores_stats(
	OUT rows bigint,
	OUT null_rows bigint,
	OUT people bigint,
	OUT direct bigint,
	OUT spilled_bytes bigint,
	OUT spill_files integer,
	OUT spill_depth integer,
	OUT read_seconds float8,
	OUT score_seconds float8,
	OUT sort_seconds float8
) RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_scores_stats'
	LANGUAGE C VOLATILE PARALLEL RESTRICTED ROWS 1;
COMMENT ON FUNCTION klout_scores_stats() IS
'what the last call of klout_scores, klout_signals_of or their twins in this session did; no row before the first. rows of the query; null_rows of them that were left out; people; direct: those whose score needed no value of klout_signals; spilled_bytes written to spill_files temporary files; spill_depth: how often a part of the rows was divided again; seconds of reading the query, of scoring, and of ordering the result';
