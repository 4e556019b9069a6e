-- ---------------------------------------------------------------------------
-- Population: an exact histogram of scores, and ranks
-- ---------------------------------------------------------------------------

CREATE TYPE klout_population;

CREATE FUNCTION _klout_population_in(cstring) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_in(cstring) IS
'Input of klout_population: JSON {"bins": [[score, people], ...]} with scores 0 to 100 in steps of 0.01, strictly ascending, and people at least 1; {} is the empty population. An invalid text is an error.';

CREATE FUNCTION _klout_population_out(klout_population) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_population_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_out(klout_population) IS
'Output of klout_population: JSON that reads back as the same bytes, whatever the settings.';

CREATE FUNCTION _klout_population_recv(internal) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_recv(internal) IS
'Binary input of klout_population: the canonical bytes; any others are an error.';

CREATE FUNCTION _klout_population_send(klout_population) RETURNS bytea
	AS 'MODULE_PATHNAME', 'klout_population_send'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_send(klout_population) IS
'Binary output of klout_population: the canonical bytes, the same on every platform.';

CREATE TYPE klout_population (
	INPUT = _klout_population_in,
	OUTPUT = _klout_population_out,
	RECEIVE = _klout_population_recv,
	SEND = _klout_population_send,
	INTERNALLENGTH = VARIABLE,
	ALIGNMENT = int4,
	STORAGE = extended
);
COMMENT ON TYPE klout_population IS
'An exact histogram of scores in 10,001 bins of 0.01 from 0 to 100, each score rounded to the nearest: mergeable, the same bytes whatever the order of rows and merges. JSON text form, 3 bytes when empty, about 2 bytes per distinct score, at most 10 kB plus what counts above 127 take.';

CREATE FUNCTION _klout_population_eq(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_eq(klout_population, klout_population) IS
'Behind operator = of populations: the same counts in all bins.';

CREATE OPERATOR = (
	FUNCTION = _klout_population_eq,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = =,
	NEGATOR = <>,
	RESTRICT = eqsel,
	JOIN = eqjoinsel,
	HASHES,
	MERGES
);
COMMENT ON OPERATOR = (klout_population, klout_population) IS
'The same counts in all bins.';

CREATE FUNCTION _klout_population_ne(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_ne'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_ne(klout_population, klout_population) IS
'Behind operator <> of populations: other counts in some bin.';

CREATE OPERATOR <> (
	FUNCTION = _klout_population_ne,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = <>,
	NEGATOR = =,
	RESTRICT = neqsel,
	JOIN = neqjoinsel
);
COMMENT ON OPERATOR <> (klout_population, klout_population) IS
'Other counts in some bin.';

CREATE FUNCTION _klout_population_lt(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_lt(klout_population, klout_population) IS
'Behind operator < of populations: before in the order of the bytes, which has no further meaning.';

CREATE OPERATOR < (
	FUNCTION = _klout_population_lt,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = >,
	NEGATOR = >=,
	RESTRICT = scalarltsel,
	JOIN = scalarltjoinsel
);
COMMENT ON OPERATOR < (klout_population, klout_population) IS
'Before in the order of the bytes, which has no further meaning.';

CREATE FUNCTION _klout_population_le(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_le(klout_population, klout_population) IS
'Behind operator <= of populations: before in the order of the bytes, which has no further meaning, or equal.';

CREATE OPERATOR <= (
	FUNCTION = _klout_population_le,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = >=,
	NEGATOR = >,
	RESTRICT = scalarlesel,
	JOIN = scalarlejoinsel
);
COMMENT ON OPERATOR <= (klout_population, klout_population) IS
'Before in the order of the bytes, which has no further meaning, or equal.';

CREATE FUNCTION _klout_population_gt(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_gt(klout_population, klout_population) IS
'Behind operator > of populations: after in the order of the bytes, which has no further meaning.';

CREATE OPERATOR > (
	FUNCTION = _klout_population_gt,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = <,
	NEGATOR = <=,
	RESTRICT = scalargtsel,
	JOIN = scalargtjoinsel
);
COMMENT ON OPERATOR > (klout_population, klout_population) IS
'After in the order of the bytes, which has no further meaning.';

CREATE FUNCTION _klout_population_ge(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_ge(klout_population, klout_population) IS
'Behind operator >= of populations: after in the order of the bytes, which has no further meaning, or equal.';

CREATE OPERATOR >= (
	FUNCTION = _klout_population_ge,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = <=,
	NEGATOR = <,
	RESTRICT = scalargesel,
	JOIN = scalargejoinsel
);
COMMENT ON OPERATOR >= (klout_population, klout_population) IS
'After in the order of the bytes, which has no further meaning, or equal.';

CREATE FUNCTION _klout_population_cmp(klout_population, klout_population) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_population_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_cmp(klout_population, klout_population) IS
'Order of two populations by their canonical bytes: below 0, 0 or above 0.';

CREATE FUNCTION _klout_population_hash(klout_population) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_population_hash'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_hash(klout_population) IS
'Hash of a population for hash joins, hash indexes and grouping.';

CREATE FUNCTION _klout_population_hash_extended(klout_population, bigint) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_hash_extended'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_hash_extended(klout_population, bigint) IS
'Seeded 64-bit hash of a population for hash partitioning.';

CREATE OPERATOR CLASS klout_population_ops
	DEFAULT FOR TYPE klout_population USING btree AS
	OPERATOR 1 <,
	OPERATOR 2 <=,
	OPERATOR 3 =,
	OPERATOR 4 >=,
	OPERATOR 5 >,
	FUNCTION 1 _klout_population_cmp(klout_population, klout_population);
COMMENT ON OPERATOR CLASS klout_population_ops USING btree IS
'Order of populations by their canonical bytes: for DISTINCT, EXCEPT and sorting, without further meaning.';

COMMENT ON OPERATOR FAMILY klout_population_ops USING btree IS
'Order of populations by their canonical bytes.';

CREATE OPERATOR CLASS klout_population_ops
	DEFAULT FOR TYPE klout_population USING hash AS
	OPERATOR 1 =,
	FUNCTION 1 _klout_population_hash(klout_population),
	FUNCTION 2 _klout_population_hash_extended(klout_population, bigint);
COMMENT ON OPERATOR CLASS klout_population_ops USING hash IS
'Hashing of populations by their canonical bytes.';

COMMENT ON OPERATOR FAMILY klout_population_ops USING hash IS
'Hashing of populations by their canonical bytes.';

CREATE FUNCTION klout_merge(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION klout_merge(klout_population, klout_population) IS
'The people of both populations together, bin by bin; NULL is neutral. More than 9223372036854775807 people are an error. At most some 10 microseconds.';

CREATE OPERATOR || (
	FUNCTION = klout_merge,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = ||
);
COMMENT ON OPERATOR || (klout_population, klout_population) IS
'The people of both populations together (klout_merge); NULL is neutral.';

CREATE FUNCTION klout_subtract(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_subtract'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_subtract(klout_population, klout_population) IS
'The first population without the people of the second, bin by bin: what klout_merge of the two was before. An error if the second has more people than the first in any bin. At most some 10 microseconds.';

CREATE FUNCTION _klout_population_accum(klout_population, score float8) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_accum(klout_population, float8) IS
'Transition function of klout_population(score): one person more; a NULL score is skipped.';

CREATE FUNCTION _klout_population_combine(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_combine(klout_population, klout_population) IS
'Combine function of klout_population(score), transition and combine function of klout_rollup(klout_population): both together, NULL is neutral.';

CREATE FUNCTION _klout_population_final(klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_final(klout_population) IS
'Final function of the aggregates that give a population: its canonical form.';

CREATE AGGREGATE klout_population(score float8) (
	SFUNC = _klout_population_accum,
	STYPE = klout_population,
	SSPACE = 1024,
	FINALFUNC = _klout_population_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_population_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_population(float8) IS
'The population of these scores (0 to 100, rounded to the nearest 0.01, ties to even as round(score * 100) does). NULL scores are skipped; no rows give NULL; a score outside 0 to 100 or NaN is an error. A row costs nanoseconds; memory is 2 bytes a score, at most 80 kB a group.';

CREATE AGGREGATE klout_rollup(population klout_population) (
	SFUNC = _klout_population_combine,
	STYPE = klout_population,
	SSPACE = 1024,
	FINALFUNC = _klout_population_final,
	FINALFUNC_MODIFY = READ_ONLY,
	COMBINEFUNC = _klout_population_combine,
	PARALLEL = SAFE
);
COMMENT ON AGGREGATE klout_rollup(klout_population) IS
'All people of these populations together. NULLs are skipped; no rows give NULL; more than 9223372036854775807 people are an error.';

-- questions to a population

CREATE FUNCTION klout_count(population klout_population) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_count'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_count(klout_population) IS
'People in the population.';

CREATE FUNCTION klout_percentile(population klout_population, fraction float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_percentile'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentile(klout_population, float8) IS
'The score below or at which the fraction (0 to 1) of the people are: percentile_disc over the scores rounded to 0.01. NULL for an empty population; a fraction outside 0 to 1 or NaN is an error.';

CREATE FUNCTION klout_percentiles(population klout_population, fractions float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'klout_population_percentiles'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentiles(klout_population, float8[]) IS
'klout_percentile for each of the fractions (0 to 1), in an array of the same shape; NULL elements stay NULL. NULL for an empty population; a fraction outside 0 to 1 or NaN is an error.';

CREATE FUNCTION klout_cume_dist(population klout_population, score float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_cume_dist'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_cume_dist(klout_population, float8) IS
'The fraction (0 to 1) of the people whose score, rounded to 0.01, is at or below this score (0 to 100), rounded too. NULL for an empty population; a score outside 0 to 100 or NaN is an error.';

CREATE FUNCTION klout_cutoff(population klout_population, top float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_cutoff'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_cutoff(klout_population, float8) IS
'Where the top share (above 0, at most 1) begins: the lowest score somebody has for which the people at or above it are at most this share of all; the highest score there is if even those are more. NULL for an empty population; another share or NaN is an error.';

CREATE FUNCTION klout_rank(population klout_population, score float8) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_rank'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_rank(klout_population, float8) IS
'The rank a score (0 to 100, rounded to 0.01) has or would have in the population: 1 + people with a higher one. A score outside 0 to 100 or NaN is an error.';

CREATE FUNCTION klout_histogram(population klout_population, buckets integer,
	OUT low float8, OUT high float8, OUT people bigint, OUT bar text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_population_histogram'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION klout_histogram(klout_population, integer) IS
'The population in 1 to 10,000 buckets of equal width over 0 to 100, lowest first, empty ones too: people with low <= score < high, in the last one score <= 100. The bar has 40 characters for the largest bucket and at least a sign of anybody there; blocks and parts of blocks in a UTF8 database, else #. Another number of buckets is an error.';

-- ranks of rows

CREATE FUNCTION klout_rank() RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_window_rank'
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT pg_catalog.window_rank_support;
COMMENT ON FUNCTION klout_rank() IS
'Window function: the rank of a row, klout_rank() OVER (ORDER BY score DESC). Equal scores share a rank and the next rank skips as many (1, 2, 2, 4), as rank() of PostgreSQL does; a filter on it such as rank <= 10 stops reading early.';
