# Random typed calls of everything klout has: the server stays up, and nothing ends in an internal
# error.
#
# Functions, operators, aggregates (also as windows, with FILTER, DISTINCT and ORDER BY) and window
# functions are found in the catalog, so a new one needs no line here.  Arguments come from pools:
# NULL, extreme and hostile ones, values that other calls made (states of aggregates among them, which
# go to any function that takes their type), texts and bytes of values with a few places changed
# (bytes go through recv, by binary COPY), and calls inside calls.
#
#   KLOUT_RANDOM_SECONDS=20    how long
#   KLOUT_TEST_SEED=...        which; printed at the start. The same seed makes the same first
#                              statements, until one meets a clock.
#   KLOUT_RANDOM_VERBOSE=1     notes every error

use strict;
use warnings;

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seconds = $ENV{KLOUT_RANDOM_SECONDS} || 20;
my $seed = $ENV{KLOUT_TEST_SEED} || int(rand(1_000_000_000));
diag("KLOUT_TEST_SEED=$seed KLOUT_RANDOM_SECONDS=$seconds");
srand($seed);

my $per_session = 250;

# Internal errors that are the server's own doing
my @argued = (
	# a function made for one call site that is called at another, by hand
	qr/function .* called (?:in|with) .*non-aggregate context/,
);

my $node = klout_node('main', conf => <<'CONF');
max_parallel_workers = 4
statement_timeout = 5s
lock_timeout = 2s
log_statement = 'none'
client_min_messages = error
jit = off
# so that what is found is found where it is
log_min_error_statement = panic
CONF

# ---- pools ---------------------------------------------------------------------------------------

my @types = qw(klout_signals klout_model klout_population bytea jsonb float8[]);
my %pool = (
	'text' => [map { "$_\::text" } q{''}, q{'twitter'}, q{'like'}, q{'t'}, q{'reply'}, q{'person 1'}, q{'default'}, q{'hour'},
		q{repeat('x', 63)}, q{repeat('x', 64)}, q{repeat('é', 32)}, q{repeat(chr(123), 5000)}, q{E'\\x01\\n\\t'}, q{'a"b''c\\'},
		q{'$1; drop table'}, q{'select 1 as actor, 2 as target'}, q{'select a as actor, b as target, w as weight from edges'},
		q{'select 1 as person, 1.0 as weight'}, q{'select 1 as person, 0.5::float8 as authority'}, q{'select klout_model()'},
		q{'garbage'}, q{'NaN'}, q{'gated'}, q{'always'}, q{'{"networks": {"twitter": 2}}'}],
	'name' => [(q{'board_1'}) x 8, q{''}, q{'no such board'}, q{'pg_catalog'}, q{'a"b'}, q{repeat('n', 63)}],
	'bigint' => [0, 1, 2, -1, 7, 255, 256, 1000, '9223372036854775807', '(-9223372036854775808)', 2147483648],
	'integer' => [0, 1, 2, -1, 10, 100, 4096, 2147483647, '(-2147483648)'],
	'double precision' => [0, 1, 0.5, 0.05, 63, 100, -1, 1e-300, 1e300, 99.999, q{'NaN'}, q{'Infinity'}, q{'-Infinity'}, q{'-0'}, 5e-324],
	'timestamp with time zone' => [q{'2026-01-01'}, q{'2026-01-01 23:59:59.999999Z'}, q{'infinity'}, q{'-infinity'}, q{'4713-01-01 BC'},
		q{'294276-12-31 23:59:59.999999Z'}, q{'1969-12-31 23:00Z'}, q{'2025-12-30'}],
	'date' => [q{'2026-01-01'}, q{'infinity'}, q{'-infinity'}, q{'5874897-12-31'}, q{'4713-01-01 BC'}],
	'interval' => [q{'1 day'}, q{'1 hour'}, q{'0'}, q{'-1 day'}, q{'1 month'}, q{'178000000 years'}, q{'1 microsecond'}, q{'24 hours'}],
	'boolean' => [qw(true false)],
	'uuid' => [q{'00000000-0000-0000-0000-000000000000'}, q{'c0ffee00-0000-4000-8000-00000000ffff'}],
	'regclass' => [q{'actions'}, q{'pg_class'}, q{'edges'}, 0, 1],
	'oid' => [q{'bigint'::regtype}, q{'text'::regtype}, q{'json'::regtype}, 0, 1, 4294967295],
	'jsonb' => [q{'{}'}, q{'null'}, q{'1e400'}, q{'[]'}, q{'""'}, q{'{"scale": 2}'}, q{'{"scale": -1}'}, q{'{"scale": 1e500}'},
		q{'{"networks": {"twitter": 0.5, "t": 0}}'}, q{'{"networks": {"": 1}}'}, q{'{"reach_half_life": "1 microsecond"}'},
		q{'{"mix": null}'}, q{'{"kinds": {"like": "NaN"}}'}, q{'{"target": "target", "id": null}'}],
	'bytea' => [q{''}, q{'\x00'}, q{'\x01'}, q{decode(repeat('ff', 100), 'hex')}, q{decode(repeat('00', 2000), 'hex')}, q{'\x0100000000000000ffffffffffffffff'}],
	'double precision[]' => [q{'{}'}, q{'{0.5}'}, q{'{1,2,3,4}'}, q{'{NULL,0.5}'}, q{'{{0,1},{0.25,NULL}}'}, q{'[5:6]={0.1,0.2}'},
		q{'{NaN,1}'}, q{'{Infinity}'}, q{'{1e100,-1e100}'}, q{array_fill(0.5::float8, ARRAY[65])}],
	'bigint[]' => [q{'{}'}, q{'{0,0}'}, q{'{1,2}'}, q{'{9223372036854775807,1}'}, q{'{NULL,1}'}, q{'{1,2,3}'}, q{'{{1,2}}'}, q{'{-1,5}'}, q{'[0:1]={3,4}'}],
	'integer[]' => [q{'{}'}, q{'{1,2}'}, q{'{NULL}'}, q{'{0,-1,2147483647}'}],
	'text[]' => [q{'{}'}, q{'{"person 1"}'}, q{'{NULL}'}, q{'{a,b,c}'}, q{'{"0/0"}'}],
	'cstring' => [map { "$_\::cstring" } q{''}, q{'{}'}, q{'[]'}, q{'garbage'}, q{'{"unit": "day", "networks": {}}'}, q{'default'}, q{'\x01'}, q{'NaN'}],
	'record' => [q{ROW(1, 2)}],
);

$node->safe_psql('postgres', <<'SQL');
CREATE TABLE actions (id bigserial PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
INSERT INTO actions (network, kind, actor, target, at)
SELECT (ARRAY['twitter', 't', 'linkedin'])[1 + g % 3], (ARRAY['like', 'reply'])[1 + g % 2], g * 7919 % 400, g % 9,
  timestamptz '2025-06-01' + g * interval '7 hours'
FROM generate_series(1, 900) AS g;
CREATE TABLE edges AS SELECT actor AS a, target AS b, 1 + id % 5 AS w FROM actions;

CREATE FUNCTION mutate(value bytea, seed int) RETURNS bytea LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
	h bigint := hashint8extended(seed, 1);
	n int := length(value);
BEGIN
	FOR i IN 1 .. 1 + abs(h) % 4 LOOP
		h := hashint8extended(h, i);
		CONTINUE WHEN n = 0;
		CASE abs(h) % 8
			WHEN 0 THEN value := set_byte(value, (abs(h / 16) % n)::int, 255);
			WHEN 1 THEN value := set_byte(value, (abs(h / 16) % n)::int, 0);
			WHEN 2 THEN value := substr(value, 1, (abs(h / 16) % n)::int);
			WHEN 3 THEN value := value || value;
			WHEN 4 THEN value := set_byte(value, (abs(h / 16) % least(n, 40))::int, (abs(h / 4096) % 256)::int);
			ELSE value := set_byte(value, (abs(h / 16) % n)::int, (abs(h / 4096) % 256)::int);
		END CASE;
		n := length(value);
	END LOOP;
	RETURN value;
END $$;

-- numbers and words of the text become others
CREATE FUNCTION mutate(value text, seed int) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
	h bigint := hashint8extended(seed, 2);
	words text[] := ARRAY['0', '1', '-1', '1e400', 'NaN', '9223372036854775808', '4294967296', '0.5', 'null', '""', '{}', '[]',
		'true', '"like"', '"9999-12-31"', '20000', '257'];
	n int := length(value);
	place int := 1 + abs(h) % greatest(n, 1);
	word text := words[1 + abs(h / 64) % array_length(words, 1)];
BEGIN
	CASE abs(h / 8) % 5
		WHEN 0 THEN RETURN left(value, place);
		WHEN 1 THEN RETURN overlay(value placing word from place for 1);
		WHEN 2 THEN RETURN left(value, place) || regexp_replace(substr(value, place + 1), '[0-9]+', word);
		WHEN 3 THEN RETURN left(value, place) || regexp_replace(substr(value, place + 1), '"[^"]*"', word);
		ELSE RETURN left(value, place) || regexp_replace(substr(value, place + 1), '[0-9]', (abs(h / 4096) % 10)::text);
	END CASE;
END $$;

CREATE FUNCTION size_of(anyelement) RETURNS int LANGUAGE sql AS 'SELECT length($1::text)';
SQL
my %table;
for my $type (@types)
{
	(my $table = "pool_$type") =~ s/\W+/_/g;
	$node->safe_psql('postgres', "CREATE TABLE $table (n serial PRIMARY KEY, v $type)");
	$table{$type} = $table;
}
$table{'double precision[]'} = $table{'float8[]'};
$node->safe_psql('postgres', <<'SQL');
INSERT INTO pool_klout_signals (v)
	VALUES (NULL), (_klout_signals_accum(NULL, 't', 'like', 1::bigint, '2026-01-01'));
INSERT INTO pool_klout_signals (v) SELECT klout_signals(network, kind, actor, at) FROM actions GROUP BY target;
INSERT INTO pool_klout_signals (v) SELECT klout_signals('t', 'k' || g % 3, g, timestamptz '2026-01-01' - g * interval '1 hour', 0.5, '1 hour') FROM generate_series(1, 700) AS g;
INSERT INTO pool_klout_signals (v) SELECT klout_signals('n' || g, 'k' || g % 70, g, timestamptz '2026-01-01' - g * interval '99 days') FROM generate_series(1, 255) AS g;
INSERT INTO pool_klout_signals (v) SELECT klout_audience('t', 9223372036854775807, '2026-01-01');
INSERT INTO pool_klout_signals (v) SELECT klout_posts('t', timestamptz '2026-01-01' - g * interval '1 day') FROM generate_series(1, 30) AS g;
INSERT INTO pool_klout_model (v) VALUES (NULL), (klout_model()), ('hour'), ('strict'), (klout_model() || '{"networks": {"t": 5}, "kinds": {"like": 0}, "scale": 1e-9}');
INSERT INTO pool_klout_population (v) SELECT klout_population(s) FROM (VALUES (1, 0), (1, 50.5), (2, 100), (1, 99.99), (2, 3)) AS p(g, s) GROUP BY g;
INSERT INTO pool_klout_population (v) SELECT klout_population(g % 10001 / 100.0) FROM generate_series(1, 20000) AS g;
INSERT INTO pool_klout_population (v) VALUES (NULL), (_klout_population_accum(NULL, 5));
INSERT INTO pool_bytea (v) VALUES (NULL), (_klout_pairs_accum(_klout_pairs_accum(NULL, 1, 2), 2, 1)), (_klout_ndcg_accum(NULL, 1, 2, 3)), (_klout_sharpness_accum(_klout_sharpness_accum(NULL, 50, 1, klout_model()), 40, 0, klout_model())), (_klout_calibrate_accum(NULL, (SELECT v FROM pool_klout_signals WHERE n = 3), klout_model(), '2026-01-01')), (_klout_fit_accum(_klout_fit_accum(NULL, '{1,2}', '{0,3}'), '{5,2}', '{0,1}')), (_klout_mix_accum(NULL, (SELECT v FROM pool_klout_signals WHERE n = 3)));
INSERT INTO pool_jsonb (v) SELECT v::jsonb FROM pool_klout_model;
INSERT INTO pool_float8_ (v) VALUES ('{1,2,3,4}');
SELECT klout_board_create('board_1', 'actions');
CALL klout_board_refresh('board_1');
SQL

# ---- what there is to call -----------------------------------------------------------------------

sub rows
{
	my ($query) = @_;
	return map { [split(/\|/, $_, -1)] } split(/\n/, $node->safe_psql('postgres', $query));
}

my @routines = map { { oid => $_->[0], kind => $_->[1], set => $_->[2] eq 't', name => $_->[3], result => $_->[4],
	args => [split(/;/, $_->[5])] } } rows(<<'SQL');
SELECT p.oid, prokind, proretset, quote_ident(nspname) || '.' || quote_ident(proname), format_type(prorettype, NULL),
	(SELECT string_agg(format_type(t, NULL), ';' ORDER BY i) FROM unnest(proargtypes) WITH ORDINALITY AS a(t, i))
FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = pronamespace
JOIN pg_depend AS d ON d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid AND extname = 'klout'
WHERE NOT 'internal'::regtype = ANY (proargtypes) AND prorettype <> 'internal'::regtype
ORDER BY proname, proargtypes::text
SQL
my @operators = map { { name => $_->[0] =~ tr/!/|/r, left => $_->[1], right => $_->[2], result => $_->[3] } } rows(<<'SQL');
SELECT translate(oprname, '|', '!'), format_type(oprleft, NULL), format_type(oprright, NULL), format_type(oprresult, NULL)
FROM pg_operator AS o
JOIN pg_depend AS d ON d.objid = o.oid AND d.classid = 'pg_operator'::regclass AND d.deptype = 'e'
JOIN pg_extension AS e ON e.oid = d.refobjid AND extname = 'klout'
ORDER BY 1, 2, 3
SQL
my %returning;
for my $routine (@routines)
{
	push @{ $returning{ $routine->{result} } }, $routine
	  if $routine->{kind} eq 'f' && !$routine->{set};
}
cmp_ok(scalar @routines, '>', 150, 'routines were found');
cmp_ok(scalar @operators, '>', 20, 'operators were found');
my @unknown = grep { !$pool{$_} && !$table{$_} && $_ !~ /^"?any/ } map { @{ $_->{args} } } @routines;
is_deeply(\@unknown, [], 'there is a pool for every type of argument');

# ---- expressions ---------------------------------------------------------------------------------

my %size;    # rows in tables

sub pick { return $_[int(rand(@_))]; }

sub expression
{
	my ($type, $depth) = @_;
	my $dice = rand();
	my $element;

	$type = pick('bigint', 'text', 'uuid') if $type =~ /^"?any/;
	return "NULL::$type" if $dice < 0.05 && $type ne 'cstring';
	# depth 9: for CALL, which takes no subqueries
	return "'{}'::$type" if $depth == 9 && $table{$type} && !$pool{$type};
	if ($dice < 0.25 && $depth < 3 && $returning{$type})
	{
		return call(pick(@{ $returning{$type} }), $depth + 1);
	}
	if ($depth < 9 && $table{$type} && ($dice < 0.85 || !$pool{$type}))
	{
		my $element = "(SELECT v FROM $table{$type} WHERE n = " . (1 + int(rand($size{$type}))) . ')';
		my $how = rand();

		return $element if $how < 0.8;
		return "mutate($element, " . int(rand(1e9)) . ')' if $type eq 'bytea';
		return "mutate($element\::text, " . int(rand(1e9)) . ")::$type";
	}
	my $value = pick(@{ $pool{$type} });
	return $value if $value =~ /::/ || $type eq 'record';
	return "$value\::$type";
}

sub call
{
	my ($routine, $depth) = @_;
	return "$routine->{name}(" . join(', ', map { expression($_, $depth) } @{ $routine->{args} }) . ')';
}

# rows of arguments, most of them alike in what does not change from row to row
sub argument_rows
{
	my ($routine) = @_;
	my @args = @{ $routine->{args} };
	my @columns = map { "a$_" } 0 .. $#args;
	my @first = map { expression($_, 1) } @args;
	my $rows = join(', ', map {
		'(' . join(', ', map { rand() < 0.5 ? $first[$_] : expression($args[$_], 2) } 0 .. $#args) . ', ' . int(rand(4)) . ')'
	} 0 .. int(rand(6)));

	return ("(VALUES $rows) AS v(" . join(', ', @columns, 'g') . ')', join(', ', @columns));
}

my @frames = ('', 'ROWS BETWEEN 1 PRECEDING AND CURRENT ROW', 'ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING',
	'RANGE UNBOUNDED PRECEDING EXCLUDE CURRENT ROW', 'ROWS BETWEEN 2 FOLLOWING AND 1 FOLLOWING', 'GROUPS 1 PRECEDING');

# SQL that gives one column v of type $routine->{result}
sub query_of
{
	my ($routine) = @_;

	if ($routine->{kind} eq 'a')
	{
		return "SELECT $routine->{name}() AS v" if !@{ $routine->{args} };
		my ($rows, $columns) = argument_rows($routine);
		my $dice = rand();

		return "SELECT $routine->{name}($columns) AS v FROM $rows" if $dice < 0.4;
		return "SELECT $routine->{name}($columns ORDER BY g DESC) AS v FROM $rows" if $dice < 0.5;
		return "SELECT $routine->{name}(DISTINCT $columns) AS v FROM $rows" if $dice < 0.55;
		return "SELECT $routine->{name}($columns) FILTER (WHERE g > 1) AS v FROM $rows GROUP BY ROLLUP (g)" if $dice < 0.7;
		return "SELECT $routine->{name}($columns) OVER (PARTITION BY g % 2 ORDER BY g " . pick(@frames) . ") AS v FROM $rows";
	}
	if ($routine->{kind} eq 'w')
	{
		return "SELECT $routine->{name}() OVER (ORDER BY v) AS v FROM $table{klout_population}" if rand() < 0.2;
		return "SELECT v FROM (SELECT $routine->{name}() OVER (ORDER BY g " . pick('', 'DESC') . ' ' . pick(@frames) .
		  ') AS v FROM generate_series(1, 20) AS g) AS s WHERE v <= ' . int(rand(9));
	}
	return 'SELECT ' . call($routine, 0) . ' AS v' if !$routine->{set};
	return 'SELECT r AS v FROM ' . call($routine, 0) . ' AS r';
}

sub statement
{
	my $dice = rand();

	if ($dice < 0.12)
	{
		my $operator = pick(@operators);

		return 'SELECT (' . ($operator->{left} eq '-' ? '' : expression($operator->{left}, 1)) . ") $operator->{name} (" .
		  expression($operator->{right}, 1) . ')';
	}
	if ($dice < 0.16)
	{
		# plans, hashing and sorting of values
		my $type = pick(qw(klout_signals klout_model klout_population));
		return pick("SELECT v, count(*) FROM $table{$type} GROUP BY v",
			"SELECT v FROM $table{$type} ORDER BY v DESC LIMIT 5",
			"SELECT count(*) FROM $table{$type} AS a JOIN $table{$type} AS b ON a.v = b.v",
			"SELECT min(n) FROM $table{$type} WHERE v < (SELECT v FROM $table{$type} LIMIT 1)");
	}
	my $routine = pick(@routines);
	return "CALL " . call($routine, 9) if $routine->{kind} eq 'p';

	my $query = query_of($routine);
	my $type = $routine->{result};

	$type = 'float8[]' if $type eq 'double precision[]';
	return "INSERT INTO $table{$type} (v) $query LIMIT 1" if $table{$type} && !$routine->{set} && $size{$type} < 3000 && rand() < 0.5;
	return "SELECT length(v::text) FROM ($query) AS q" if rand() < 0.7;
	return $query;
}

# Changed bytes of a value in a file that binary COPY reads: what recv gets
my $file = $node->basedir . '/value';
my $received = 0;

sub write_value
{
	my ($bytes) = @_;
	open(my $out, '>:raw', $file . '.' . ++$received) or die "$file: $!";
	print $out "PGCOPY\n\xff\r\n\0", pack('NNnN', 0, 0, 1, length $bytes), $bytes, pack('n', 0xFFFF);
	close($out) or die "$file: $!";
	return "$file.$received";
}

my @settings = (
	q{SET work_mem = '64kB'}, q{SET maintenance_work_mem = '1MB'}, q{SET extra_float_digits = -10}, q{SET timezone = 'Asia/Kathmandu'},
	q{SET datestyle = 'German'}, q{SET intervalstyle = 'iso_8601'}, q{SET bytea_output = 'escape'}, q{SET search_path = ''},
	q{SET debug_discard_caches = 0}, q{SET enable_hashagg = off}, q{SET enable_sort = off}, q{SET max_parallel_workers_per_gather = 0},
	q{SET default_transaction_read_only = on}, q{SET klout.authority_memory = '64kB'},
);

# ---- calls ---------------------------------------------------------------------------------------

my ($statements, $sessions, $errors) = (0, 0, 0);
my (%state, @internal, @lost);
my $end = time() + $seconds;

while (time() < $end && !@lost)
{
	my @batch = ('\set VERBOSITY verbose', '\set SHOW_CONTEXT never');
	my @files;

	%size = map { $_ => $node->safe_psql('postgres', "SELECT max(n) FROM $table{$_}") } @types;
	$size{'double precision[]'} = $size{'float8[]'};
	push @batch, q{DO $$ BEGIN PERFORM klout_board_create('board_1', 'actions'); EXCEPTION WHEN duplicate_schema THEN NULL; END $$;};
	push @batch, pick(@settings) . ';' if rand() < 0.5;

	# a quarter of the time for what recv gets
	for my $row (rand() < 0.25 ? rows(<<~SQL) : ())
		SELECT t, encode(mutate(b, n), 'hex') FROM (
		  @{[ join(' UNION ALL ', map { "(SELECT '$_' AS t, _${_}_send(v) AS b, (random() * 1e9)::int AS n FROM $table{$_}, generate_series(1, 3) ORDER BY random() LIMIT 40)" }
		  grep { /^klout/ } @types) ]}) AS s WHERE length(b) < 20000
		SQL
	{
		my $name = write_value(pack('H*', $row->[1]));
		push @files, $name;
		push @batch, "COPY $table{$row->[0]} (v) FROM '$name' (FORMAT binary);";
	}
	push @batch, map { my $s = statement(); $s =~ s/\n/ /g; "$s;" } 1 .. $per_session;

	my ($out, $err) = ('', '');
	my $result = IPC::Run::run(['psql', '-X', '-A', '-q', '-d', $node->connstr('postgres'), '-f', '-'],
		'<', \join("\n", @batch), '>', '/dev/null', '2>', \$err);
	$sessions++;
	$statements += @batch - 2;
	unlink @files;
	while ($err =~ /^psql:<stdin>:(\d+): ERROR:\s+(\w{5}): (.*)$/mg)
	{
		my ($line, $code, $message) = ($1, $2, $3);

		$errors++;
		note("$code $message: $batch[$line - 1]") if $ENV{KLOUT_RANDOM_VERBOSE};
		$state{$code}++;
		next if $code !~ /^(?:XX000|58000|53200)$/;
		next if grep { $message =~ $_ } @argued;
		push @internal, "$code $message: $batch[$line - 1]";
	}
	push @lost, $1 while $err =~ /((?:FATAL|PANIC|server closed|connection to server).*)/g;
	if (@lost)
	{
		my ($line) = $err =~ /<stdin>:(\d+): (?:server closed|FATAL|PANIC)/;
		push @lost, defined $line ? "at: $batch[$line - 1]" : $err;
	}
}

diag("$statements statements in $sessions sessions, $errors errors: " .
	join(', ', map { "$_ $state{$_}" } sort { $state{$b} <=> $state{$a} } keys %state));
cmp_ok($statements - $errors, '>', $statements / 20, 'a good part of the statements succeed');
is(join("\n", @lost), '', 'no session is lost');
my %once;
is(join("\n", grep { my ($m) = /^(.{60})/s; !$once{ $m // $_ }++ } @internal), '', 'no error is an internal one');
is($node->safe_psql('postgres', 'SELECT 1'), '1', 'the server is up');
unlike(slurp_file($node->logfile), qr/TRAP:|terminated by signal|PANIC/, 'no process has crashed');

$node->stop;
done_testing();
