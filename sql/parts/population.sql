-- ---------------------------------------------------------------------------
-- Population: exact histogram of scores, and ranks
-- ---------------------------------------------------------------------------

CREATE TYPE klout_population;

CREATE FUNCTION _klout_population_in(cstring) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_in'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_in(cstring) IS
'Text input of klout_population: JSON {"bins": [[score, people], ...]} with scores from 0 to 100 in steps of 0.01, strictly ascending, and people at least 1; {} is the empty population.';

CREATE FUNCTION _klout_population_out(klout_population) RETURNS cstring
	AS 'MODULE_PATHNAME', 'klout_population_out'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_out(klout_population) IS
'Text output of klout_population: JSON that reads back as the same bytes. Does not depend on settings.';

CREATE FUNCTION _klout_population_recv(internal) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_recv'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_recv(internal) IS
'Binary input of klout_population: the canonical bytes; any other bytes are an error.';

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
'Exact histogram of scores in 10,001 bins of 0.01 from 0 to 100, each score rounded to the nearest bin. Mergeable; its bytes do not depend on the order of rows and merges. The text form is JSON. Takes 3 bytes when empty, about 2 bytes per distinct score, and at most 10 kB plus the space for counts above 127.';

CREATE FUNCTION _klout_population_eq(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_eq'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_eq(klout_population, klout_population) IS
'Implementation of operator =: the same counts in all bins.';

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
'Implementation of operator <>: different counts in some bin.';

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
'Different counts in some bin.';

CREATE FUNCTION _klout_population_lt(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_lt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_lt(klout_population, klout_population) IS
'Implementation of operator <: less in the order of the bytes, which has no further meaning.';

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
'Less in the order of the bytes, which has no further meaning.';

CREATE FUNCTION _klout_population_le(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_le'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_le(klout_population, klout_population) IS
'Implementation of operator <=: less or equal in the order of the bytes, which has no further meaning.';

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
'Less or equal in the order of the bytes, which has no further meaning.';

CREATE FUNCTION _klout_population_gt(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_gt'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_gt(klout_population, klout_population) IS
'Implementation of operator >: greater in the order of the bytes, which has no further meaning.';

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
'Greater in the order of the bytes, which has no further meaning.';

CREATE FUNCTION _klout_population_ge(klout_population, klout_population) RETURNS boolean
	AS 'MODULE_PATHNAME', 'klout_population_ge'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_ge(klout_population, klout_population) IS
'Implementation of operator >=: greater or equal in the order of the bytes, which has no further meaning.';

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
'Greater or equal in the order of the bytes, which has no further meaning.';

CREATE FUNCTION _klout_population_cmp(klout_population, klout_population) RETURNS integer
	AS 'MODULE_PATHNAME', 'klout_population_cmp'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_cmp(klout_population, klout_population) IS
'Compares two populations by their canonical bytes: negative, zero or positive.';

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
'Adds two populations, bin by bin; NULL is neutral. More than 9223372036854775807 people are an error. Takes at most about 10 microseconds.';

CREATE OPERATOR || (
	FUNCTION = klout_merge,
	LEFTARG = klout_population,
	RIGHTARG = klout_population,
	COMMUTATOR = ||
);
COMMENT ON OPERATOR || (klout_population, klout_population) IS
'Adds two populations (klout_merge); NULL is neutral.';

CREATE FUNCTION klout_subtract(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_subtract'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_subtract(klout_population, klout_population) IS
'Subtracts the second population from the first, bin by bin: the inverse of klout_merge. It is an error if the second has more people than the first in any bin. Takes at most about 10 microseconds.';

CREATE FUNCTION _klout_population_accum(klout_population, score float8) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_accum'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_accum(klout_population, float8) IS
'Transition function of klout_population(score): adds one person; a NULL score is ignored.';

CREATE FUNCTION _klout_population_combine(klout_population, klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_combine'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_combine(klout_population, klout_population) IS
'Combine function of klout_population(score), transition and combine function of klout_rollup(klout_population): adds two states; NULL is neutral.';

CREATE FUNCTION _klout_population_final(klout_population) RETURNS klout_population
	AS 'MODULE_PATHNAME', 'klout_population_final'
	LANGUAGE C IMMUTABLE PARALLEL SAFE;
COMMENT ON FUNCTION _klout_population_final(klout_population) IS
'Final function of the aggregates that return a population: converts it to its canonical form.';

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
'Builds the population of scores (0 to 100, rounded to the nearest 0.01, ties to even like round(score * 100)). NULL scores are ignored; no rows give NULL; a score outside 0 to 100 or NaN is an error. Takes nanoseconds per row; memory is 2 bytes per score, at most 80 kB per group.';

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
'Adds populations. NULLs are ignored; no rows give NULL; more than 9223372036854775807 people are an error.';

-- queries on a population

CREATE FUNCTION klout_count(population klout_population) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_count'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_count(klout_population) IS
'Number of people in the population.';

CREATE FUNCTION klout_percentile(population klout_population, fraction float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_percentile'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentile(klout_population, float8) IS
'The lowest score such that at least the fraction (0 to 1) of the people have this score or less: percentile_disc over the scores rounded to 0.01. NULL for an empty population; a fraction outside 0 to 1 or NaN is an error.';

CREATE FUNCTION klout_percentiles(population klout_population, fractions float8[]) RETURNS float8[]
	AS 'MODULE_PATHNAME', 'klout_population_percentiles'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_percentiles(klout_population, float8[]) IS
'klout_percentile for each of the fractions (0 to 1), in an array of the same shape; NULL elements stay NULL. NULL for an empty population; a fraction outside 0 to 1 or NaN is an error.';

CREATE FUNCTION klout_cume_dist(population klout_population, score float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_cume_dist'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_cume_dist(klout_population, float8) IS
'The fraction (0 to 1) of people whose score is at or below a score (0 to 100), both rounded to 0.01. NULL for an empty population; a score outside 0 to 100 or NaN is an error.';

CREATE FUNCTION klout_cutoff(population klout_population, top float8) RETURNS float8
	AS 'MODULE_PATHNAME', 'klout_population_cutoff'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_cutoff(klout_population, float8) IS
'The score at which the top share (above 0, at most 1) begins: the lowest score in the population such that the people at or above it are at most this fraction of all; the highest score if even its people are more. NULL for an empty population; another share or NaN is an error.';

CREATE FUNCTION klout_rank(population klout_population, score float8) RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_population_rank'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE;
COMMENT ON FUNCTION klout_rank(klout_population, float8) IS
'The rank that a score (0 to 100, rounded to 0.01) has or would have in the population: 1 + the number of people with a higher score. A score outside 0 to 100 or NaN is an error.';

CREATE FUNCTION klout_histogram(population klout_population, buckets integer,
	OUT low float8, OUT high float8, OUT people bigint, OUT bar text)
	RETURNS SETOF record
	AS 'MODULE_PATHNAME', 'klout_population_histogram'
	LANGUAGE C IMMUTABLE STRICT PARALLEL SAFE ROWS 20;
COMMENT ON FUNCTION klout_histogram(klout_population, integer) IS
'Histogram of the population in 1 to 10,000 buckets of equal width from 0 to 100, lowest first, including empty ones: the people with low <= score < high, or score <= 100 in the last bucket. The bar of the largest bucket has 40 characters, and that of any non-empty bucket is visible; it consists of full and partial blocks in a UTF8 database, otherwise of #. Another number of buckets is an error.';

-- ranks of rows

CREATE FUNCTION klout_rank() RETURNS bigint
	AS 'MODULE_PATHNAME', 'klout_window_rank'
	LANGUAGE C WINDOW IMMUTABLE PARALLEL SAFE
	SUPPORT pg_catalog.window_rank_support;
COMMENT ON FUNCTION klout_rank() IS
'Window function: the rank of a row, as in klout_rank() OVER (ORDER BY score DESC). Equal scores have the same rank, followed by a gap (1, 2, 2, 4), as in PostgreSQL''s rank(); with a filter such as rank <= 10, execution stops early.';
