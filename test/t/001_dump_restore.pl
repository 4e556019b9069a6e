# Stored values survive pg_dump and restore, binary COPY, other settings, other
# schemas and other encodings: byte for byte.

use strict;
use warnings;

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = klout_node('main', extension => 0);
my $dir = PostgreSQL::Test::Utils::tempdir();

# What must be the same everywhere
my $digests = q{
	SELECT n, md5(send(signals)), md5(send(model)), md5(send(population)),
		md5(signals::text), md5(model::text), md5(population::text)
	FROM facts ORDER BY n};
$digests =~ s/send\((\w+)\)/%SCHEMA%._klout_$1_send($1)/g;

sub digests_of
{
	my ($db, $schema) = @_;
	(my $query = $digests) =~ s/%SCHEMA%/$schema/g;
	return $node->safe_psql($db, $query);
}

# settings that change how floats, intervals, bytes and times are written
my @settings = (
	'extra_float_digits = -15',
	'bytea_output = escape',
	'"IntervalStyle" = iso_8601',
	'"DateStyle" = "German, DMY"',
	'"TimeZone" = "Asia/Kathmandu"');

$node->safe_psql('postgres', "CREATE DATABASE source");
$node->safe_psql('source', q{
	CREATE SCHEMA lib;
	CREATE EXTENSION klout SCHEMA lib;
	SET search_path = public, lib;
	CREATE TABLE facts (n int PRIMARY KEY, signals klout_signals, model klout_model, population klout_population);
	-- 1 action to 8000, from 1 reactor to more than a sample holds
	INSERT INTO facts
	SELECT n, klout_signals('n' || g % 3, (ARRAY['like', 'reply', 'é', E'a"\\\\\n\t '])[1 + g % 4], g::bigint * 7,
			timestamptz '2026-06-30 12:34:56.789' - g % 700 * interval '13 hours', g % 201 / 200.0, CASE n % 2 WHEN 0 THEN interval '1 day' ELSE '1 hour' END) ||
			klout_posts('n0', timestamptz '2026-01-01' - g % 5 * interval '1 day', CASE n % 2 WHEN 0 THEN interval '1 day' ELSE '1 hour' END) ||
			klout_audience('n4', g::bigint * 1000000007, timestamptz '2026-01-01 00:00:00.000001' - g * interval '1 hour'),
		klout_model() || jsonb_build_object('scale', 0.1 + 1.0 / n, 'mix', 1 + 1e-15 * n, 'reach_half_life', n || ' days 1 us', 'kinds', jsonb_build_object('é', n / 7.0)),
		klout_population((g * 37 % 10001) / 100.0)
	FROM generate_series(0, 13) AS p, LATERAL (SELECT (2 ^ p)::int AS n) AS n, LATERAL generate_series(1, n) AS g
	GROUP BY n;
	INSERT INTO facts VALUES (-1, '{}', 'hour', '{}'), (-2, NULL, NULL, NULL), (-3, '{}', 'strict', NULL);
	-- all that a dump has to bring back in order: indexes, defaults, constraints, partitions, arrays
	CREATE INDEX ON facts USING hash (signals);
	CREATE TABLE defaults (s klout_signals DEFAULT '{}' CHECK (s <> '{"networks": {"x": {"audience": {"day": 1, "microsecond": 2, "followers": 3}}}}'),
		m klout_model DEFAULT klout_model('strict') || '{"mix": 2}', list klout_signals[]) PARTITION BY HASH (s);
	CREATE TABLE defaults_0 PARTITION OF defaults FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE defaults_1 PARTITION OF defaults FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO defaults SELECT signals, model, ARRAY[signals, NULL, '{}'] FROM facts WHERE n > -2;
	CREATE VIEW scores AS SELECT n, klout_score(signals, klout_model('default'), '2026-07-01 00:00+00') AS score FROM facts;
});
my $before = digests_of('source', 'lib');
my $query = "SET search_path = lib, public; SELECT sum(score), count(*) FROM scores; SELECT count(*), md5(string_agg(list::text, ',' ORDER BY list::text)) FROM defaults";
my $scores = $node->safe_psql('source', "SET extra_float_digits = 1; $query");
is(scalar(split /\n/, $before), 17, 'there are 17 rows');

# the dumping and the restoring session write everything differently
sub create
{
	my ($db, $options) = @_;
	$node->safe_psql('postgres', "CREATE DATABASE $db " . ($options // ''));
	$node->safe_psql('postgres', "ALTER DATABASE $db SET $_") for @settings;
}
$node->safe_psql('postgres', "ALTER DATABASE source SET $_") for @settings;
is(digests_of('source', 'lib'), $before, 'text and bytes do not depend on settings');

create('plain');
$node->command_ok([ 'pg_dump', '-f', "$dir/plain.sql", 'source' ], 'pg_dump');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'plain', '-f', "$dir/plain.sql" ], 'psql reads the dump');
is(digests_of('plain', 'lib'), $before, 'psql restores every byte');
is($node->safe_psql('plain', "SET extra_float_digits = 1; $query"), $scores, 'and everything made of it');
unlike(slurp_file("$dir/plain.sql"), qr/CREATE (FUNCTION|TYPE|AGGREGATE) lib\.klout/, 'the dump has the extension, not its members');

create('custom');
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/custom.dump", 'source' ], 'pg_dump -Fc');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'custom', "$dir/custom.dump" ], 'pg_restore');
is(digests_of('custom', 'lib'), $before, 'pg_restore restores every byte');

create('inserts');
$node->command_ok([ 'pg_dump', '--inserts', '-f', "$dir/inserts.sql", 'source' ], 'pg_dump --inserts');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'inserts', '-f', "$dir/inserts.sql" ], 'psql reads the inserts');
is(digests_of('inserts', 'lib'), $before, 'inserts restore every byte');

# where the extension lives in another schema, the data alone
create('elsewhere');
$node->safe_psql('elsewhere', q{
	CREATE SCHEMA "other place";
	CREATE EXTENSION klout SCHEMA "other place";
	CREATE TABLE facts (n int PRIMARY KEY, signals "other place".klout_signals, model "other place".klout_model, population "other place".klout_population)});
$node->command_ok([ 'pg_dump', '--data-only', '-t', 'facts', '-f', "$dir/data.sql", 'source' ], 'pg_dump --data-only');
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'elsewhere', '-f', "$dir/data.sql" ], 'psql reads the data');
is(digests_of('elsewhere', '"other place"'), $before, 'another schema has every byte');

# binary COPY
$node->safe_psql('source', "COPY facts TO '$dir/facts.bin' WITH (FORMAT binary)");
$node->safe_psql('elsewhere', "TRUNCATE facts; COPY facts FROM '$dir/facts.bin' WITH (FORMAT binary)");
is(digests_of('elsewhere', '"other place"'), $before, 'binary COPY keeps every byte');

# another encoding: stored bytes are UTF-8 everywhere, text is of the database
create('latin1', "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
$node->command_ok([ 'psql', '-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', 'latin1', '-f', "$dir/plain.sql" ], 'psql reads the dump into LATIN1');
my $sends = q{SELECT n, md5(lib._klout_signals_send(signals)), md5(lib._klout_model_send(model)) FROM facts ORDER BY n};
is($node->safe_psql('latin1', $sends), $node->safe_psql('source', $sends), 'a LATIN1 database has every byte');
is($node->safe_psql('latin1', "SET client_encoding = 'UTF8'; SELECT count(*) FROM facts WHERE signals OPERATOR(lib.=) signals::text::lib.klout_signals AND model OPERATOR(lib.=) model::text::lib.klout_model"),
	'16', 'and reads its own text');
is($node->safe_psql('latin1', "SELECT count(DISTINCT h) FROM (SELECT (lib.klout_reactor_sample(lib.klout_signals(convert_from('\\xe9', 'LATIN1'), 'k', convert_from('\\xe9', 'LATIN1'), '2026-01-01'))).actor_hash AS h UNION ALL SELECT ("
	  . $node->safe_psql('source', "SELECT (lib.klout_reactor_sample(lib.klout_signals(convert_from('\\xc3a9', 'UTF8'), 'k', convert_from('\\xc3a9', 'UTF8'), '2026-01-01'))).actor_hash") . ")) AS a"),
	'1', 'an actor has the same hash in both');
# what cannot be written there is kept, and says so when it is to be written
$node->safe_psql('source', "COPY (SELECT 1, lib.klout_audience(U&'\\+01F426', 1, '2026-01-01')) TO '$dir/bird.bin' WITH (FORMAT binary)");
$node->safe_psql('latin1', "CREATE TABLE birds (n int, s lib.klout_signals); COPY birds FROM '$dir/bird.bin' WITH (FORMAT binary)");
my ($status, $stdout, $stderr) = $node->psql('latin1', 'SELECT s FROM birds');
like($stderr, qr/has no equivalent in encoding "LATIN1"/, 'a name LATIN1 does not have is an error in text');
is($node->safe_psql('latin1', q{SELECT count(*) FROM birds WHERE lib.klout_score(s) = 0 AND lib.klout_merge(s, s) OPERATOR(lib.=) s}),
	'1', 'and no obstacle otherwise');

# _klout_utf8_length tells, without an error, what klout_signals and the text of a value would fail on: every single byte and every
# pair of high ones, in databases that have characters without a UTF-8 form (or none at all), and in one that has none
for my $encoding ([ 'SQL_ASCII', 1 ], [ 'WIN1252', 1 ], [ 'EUC_JP', 1 ], [ 'LATIN1', 0 ])
{
	my ($name, $some) = @$encoding;
	create("encoding_\L$name\E", "ENCODING '$name' LOCALE 'C' TEMPLATE template0");
	$node->safe_psql("encoding_\L$name\E", 'CREATE SCHEMA lib; CREATE EXTENSION klout SCHEMA lib');
	is($node->safe_psql("encoding_\L$name\E", qq{
		CREATE FUNCTION length_or_null(value text) RETURNS int LANGUAGE plpgsql AS \$\$
		DECLARE
			signals lib.klout_signals;
		BEGIN
			SELECT lib.klout_signals(value, value, value, '2026-01-01') INTO signals;
			PERFORM signals::text;
			-- the bytes of the name that is there twice: version, unit, number, length of the name
			RETURN get_byte(lib._klout_signals_send(signals), 3);
		EXCEPTION WHEN untranslatable_character OR character_not_in_repertoire THEN
			RETURN NULL;
		END \$\$;
		CREATE FUNCTION text_or_null(bytes bytea) RETURNS text LANGUAGE plpgsql AS \$\$
		BEGIN
			RETURN convert_from(bytes, '$name');
		EXCEPTION WHEN character_not_in_repertoire THEN
			RETURN NULL;
		END \$\$;
		SELECT count(*) > 200, count(*) FILTER (WHERE expected IS NULL) > 0,
			   count(*) FILTER (WHERE lib._klout_utf8_length(t) IS DISTINCT FROM expected),
			   count(*) FILTER (WHERE lib._klout_utf8_length('x' || repeat(t, 1500)) IS DISTINCT FROM 1 + 1500 * expected)
		FROM (SELECT t, length_or_null(t) AS expected
			  FROM (SELECT text_or_null(set_byte('\\x00', 0, a)) AS t FROM generate_series(1, 255) AS a
					UNION ALL
					SELECT text_or_null(set_byte(set_byte('\\x0000', 0, a), 1, b))
					FROM generate_series(161, 254, 3) AS a CROSS JOIN generate_series(161, 254) AS b) AS texts
			  WHERE t IS NOT NULL) AS tried}),
		't|' . ($some ? 't' : 'f') . '|0|0', "what has no UTF-8 form is known without an error in $name");
}

$node->stop;
done_testing();
