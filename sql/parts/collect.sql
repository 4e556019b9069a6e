-- ---------------------------------------------------------------------------
-- Parallel reading: what the aggregates _klout_collect_* share
-- ---------------------------------------------------------------------------

CREATE FUNCTION _klout_collect_combine(internal, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'klout_collect_combine' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_combine(internal, internal) IS
'Combine function of the aggregates _klout_collect_*.';

CREATE FUNCTION _klout_collect_serial(internal) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_collect_serial' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_serial(internal) IS
'Serialization function of the aggregates _klout_collect_*.';

CREATE FUNCTION _klout_collect_deserial(bytea, internal) RETURNS internal
	AS 'MODULE_PATHNAME', 'klout_collect_deserial' LANGUAGE C VOLATILE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_deserial(bytea, internal) IS
'Deserialization function of the aggregates _klout_collect_*.';

CREATE FUNCTION _klout_collect_final(internal) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_collect_final' LANGUAGE C VOLATILE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_collect_final(internal) IS
'Final function of the aggregates _klout_collect_*.';
