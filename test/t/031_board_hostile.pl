# Random rows by somebody who may only insert, into all kinds of columns that a board reads, in databases of four encodings and under
# all weights of reactors: a refresh succeeds and publishes, everybody whom those rows do not concern has the values that their own
# rows give, and every row is counted, waits for its time, or is set aside with a reason. What a row should be is worked out here, by
# its literals, or by plain SQL that may fail and be caught.
#
#   KLOUT_TEST_SEED=...    which rows; printed at the start

use strict;
use warnings;

use Klout;
use List::Util 'shuffle';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $seed = $ENV{KLOUT_TEST_SEED} || int(rand(1_000_000_000));
diag("KLOUT_TEST_SEED=$seed");
srand($seed);

my $node = klout_node('main', conf => "fsync = off\njit = off\nclient_min_messages = error\n", extension => 0);

sub pick { return $_[ int(rand(@_)) ]; }

my @times = map { "'$_'" } '-infinity', 'infinity', '4714-11-24 00:00:00 BC', '4714-12-24 00:00:00.000001 BC', '4713-01-01 BC',
  '4000-01-01 BC', '0001-01-01 BC', '0001-01-01', '1899-12-31 23:59:59.999999', '1969-12-31 23:59:59.999999', '1970-01-01', '2000-01-01',
  '2026-01-01 12:00', '2026-01-03 23:59:59.999999', '2026-01-14', '2026-02-03', '2106-02-07 06:28:16', '9999-12-31',
  '294276-12-31 23:59:59.999999', '294276-11-01';

my %bytes = (UTF8 => [ q{'é'}, q{chr(1114111)}, q{chr(1)} ], SQL_ASCII => [ q{E'\xe9'}, q{E'x\xff\xfe'}, q{E'\xc3\xa9'} ],
	WIN1252 => [ q{chr(129)}, q{chr(141) || 'x'}, q{E'\xe9'} ], EUC_JP => [ q{E'\xfc\xfe'}, q{E'x\xfc\xfe'}, q{E'\xa4\xa2'} ]);

sub texts
{
	my ($encoding, $most) = @_;

	return ('NULL', q{''}, q{' '}, q{'%s %1$I'}, q{'"''\\'}, q{E'\n\t'}, q{'null'}, q{'{"a":1}'}, "repeat('x', $most)", "repeat('x', @{[$most + 1]})",
		"repeat('y', 100000)", @{ $bytes{$encoding} }, map { "repeat($_, $most)" } @{ $bytes{$encoding} });
}

my @numbers = ('NULL', 0, 1, 0.5, 0.0024999, 0.001, 1.0000001, -0.0000001);

# Tables by name: columns with their types, pools of hostile literals, and literals of good rows by a number
sub tables
{
	my ($encoding) = @_;

	return {
		texts => {
			columns => [
				[ network => 'text', [ texts($encoding, 63) ], sub { q{'n'} } ],
				[ kind => 'varchar', [ texts($encoding, 63) ], sub { "'k" . $_[0] % 3 . q{'} } ],
				[ actor => 'text', [ texts($encoding, 1000) ], sub { "'a" . $_[0] % 41 . q{'} } ],
				[ target => 'varchar', [ texts($encoding, 1000) ], sub { "'t" . $_[0] % 7 . q{'} } ],
				[ at => 'timestamptz', ['NULL', @times], undef ],
				[ weight => 'numeric', [ @numbers, '1e-400', '-1e-400', '1e400', '-1e400', "'NaN'", '1e-16383', "'infinity'" ], sub { ('NULL', 0.5, 1)[ $_[0] % 3 ] } ],
				[ topic => 'text', [ texts($encoding, 1000) ], sub { q{'art'} } ],
				[ post => 'varchar', [ texts($encoding, 1000) ], sub { q{'p'} } ] ],
			mallory => q{'mallory'}, clone => sub { "'z$_[0]'" } },
		numbers => {
			columns => [
				[ network => 'char(200)', [ grep { !/100000/ } texts($encoding, 63) ], sub { q{'n'} } ],
				[ kind => 'feeling', [ 'NULL', q{'like'}, q{'"%s''"'} ], sub { q{'like'} } ],
				[ actor => 'whole', [ 'NULL', '0', '-1', '2147483647', '-2147483648' ], sub { 10 + $_[0] % 41 } ],
				[ target => 'bigint', [ 'NULL', '-1', '9223372036854775807', '-9223372036854775808' ], sub { 1000 + $_[0] % 7 } ],
				[ at => 'timestamp', ['NULL', @times], undef ],
				[ weight => 'float8', [ @numbers, '5e-324', '-5e-324', '1.7e308', "'-0'", "'NaN'", "'infinity'", "'-infinity'" ], sub { ('NULL', 0.5, 1)[ $_[0] % 3 ] } ],
				[ post => 'numeric', [ 'NULL', '1e5000', "'NaN'", '-1e-5000' ], sub { 7 } ] ],
			mallory => '1999', clone => sub { 5000 + $_[0] } },
		uuids => {
			columns => [
				[ network => 'name', [ 'NULL', q{''}, q{' '}, $bytes{$encoding}[0] ], sub { q{'n'} } ],
				[ kind => 'integer', [ 'NULL', '-2147483648', '0' ], sub { $_[0] % 3 } ],
				[ actor => 'uuid', [ 'NULL', q{'00000000-0000-0000-0000-000000000000'}, q{'ffffffff-ffff-ffff-ffff-ffffffffffff'} ], sub { "md5('a" . $_[0] % 41 . q{')::uuid} } ],
				[ target => 'uuid', [ 'NULL', q{'00000000-0000-0000-0000-000000000000'}, q{'ffffffff-ffff-ffff-ffff-ffffffffffff'} ], sub { "md5('t" . $_[0] % 7 . q{')::uuid} } ],
				[ at => 'moment', ['NULL', @times], undef ],
				[ weight => 'real', [ @numbers, '1e-45', '-1e-45', '3e38', "'NaN'", "'infinity'" ], sub { ('NULL', 0.5, 1)[ $_[0] % 3 ] } ],
				[ topic => 'boolean', [ 'NULL', 'true' ], sub { 'false' } ] ],
			mallory => q{md5('mallory')::uuid}, clone => sub { "md5('z$_[0]')::uuid" } } };
}

# Rows that are beyond doubt, of the innocent, in a week before 2026-01-08
sub innocent
{
	my ($columns, $i, $day) = @_;

	return map { $_->[0] eq 'at' ? $day ? sprintf("'2026-01-%02d %02d:00'", $day, $i % 24) : q{'2026-01-01'} : $_->[3]->($i) } @$columns;
}

# A row of somebody who hates the board: some of it is hostile, and the person it is on is none of the innocent
sub hostile
{
	my ($table, $i) = @_;
	my @row = innocent($table->{columns}, $i, 1 + $i % 7);

	foreach my $c (0 .. $#row)
	{
		my $column = $table->{columns}[$c];

		$row[$c] = $table->{mallory} if $column->[0] eq 'target';
		$row[$c] = $table->{clone}->($i % 50) if $column->[0] eq 'actor';
		$row[$c] = pick(@{ $column->[2] }) if rand() < 0.25;
	}
	return @row;
}

sub insert
{
	my ($name, $table, @rows) = @_;

	return "INSERT INTO $name (" . join(', ', map { $_->[0] } @{ $table->{columns} }) . ", innocent) VALUES\n"
	  . join(",\n", map { '(' . join(', ', @$_) . ')' } @rows) . ";\n";
}

foreach my $encoding ('UTF8', 'SQL_ASCII', 'WIN1252', 'EUC_JP')
{
	my $db = lc("hostile_$encoding");
	my $tables = tables($encoding);
	my $sql;

	# the encoding is a matter of texts
	delete @$tables{'numbers', 'uuids'} if $encoding ne 'UTF8';

	$node->safe_psql('postgres', "CREATE DATABASE $db ENCODING '$encoding' LOCALE 'C' TEMPLATE template0");
	# what a text is in UTF-8, or NULL, by trying
	$node->safe_psql($db, q{
		CREATE EXTENSION klout;
		CREATE TYPE feeling AS ENUM ('like', '"%s''"');
		CREATE DOMAIN whole AS integer;
		CREATE DOMAIN moment AS timestamptz;
		CREATE FUNCTION utf8_length(value text) RETURNS int LANGUAGE plpgsql AS $$
		BEGIN
			RETURN greatest(octet_length(convert_to(value, 'UTF8')), octet_length(value));
		EXCEPTION WHEN untranslatable_character OR character_not_in_repertoire THEN
			RETURN NULL;
		END $$;});
	foreach my $name (sort keys %$tables)
	{
		my $columns = $tables->{$name}{columns};

		$node->safe_psql($db, "CREATE TABLE $name (id bigserial PRIMARY KEY, innocent boolean, "
			  . join(', ', map { "$_->[0] $_->[1]" } @$columns) . ');');
		foreach my $weight ('none', 'proven', 'score', 'authority')
		{
			my $bucket = $weight eq 'score' ? '1 hour' : '1 day';

			$node->safe_psql($db, "SELECT klout_board_create('${name}_$weight', '$name', reactor_weight => '$weight', bucket => '$bucket', tenure => '2 days')");
		}
	}

	foreach my $round (0 .. 1)
	{
		# the first load has no hostile rows in one of two databases
		my $attacked = $round > 0 || $seed % 2;
		my $as_of = sprintf('2026-01-%02d 12:00+00', 8 + $round);

		foreach my $name (sort keys %$tables)
		{
			my $table = $tables->{$name};
			my @rows = map { [ innocent($table->{columns}, $_, 1 + ($_ * 5 + $round) % 7), 'true' ] } map { int(rand(100_000)) } 1 .. 300;

			push @rows, map { [ innocent($table->{columns}, $_, 0), 'true' ] } 1 .. 2 * 41 if $round == 0;
			push @rows, map { [ hostile($table, $_), 'false' ] } map { int(rand(100_000)) } 1 .. 400 if $attacked;
			@rows = shuffle(@rows);
			$sql = "SET client_encoding = '$encoding'; SET timezone = 'UTC'; " . insert($name, $table, @rows);
			# beyond what a value has room for
			if ($attacked && $name eq 'texts')
			{
				$sql .= "INSERT INTO texts (network, kind, actor, target, at, innocent)
					SELECT chr(1) || 'inst' || n, 'k', 'z' || n, 'mallory', '2026-01-05'::timestamptz, false FROM generate_series(1, 300) AS n
					UNION ALL
					SELECT 'n', 'kind' || n, 'z' || n, 'mallory', '2026-01-05'::timestamptz, false FROM generate_series(1, 100) AS n;";
			}
			$node->safe_psql($db, $sql);
		}
		foreach my $name (sort keys %$tables)
		{
			my %has = map { $_->[0] => $_ } @{ $tables->{$name}{columns} };
			my $text_ids = $has{actor}[1] eq 'text';
			my $utc = $has{at}[1] eq 'timestamp' ? q{ AT TIME ZONE 'UTC'} : '';
			my $topic = $has{topic} ? q{coalesce(topic::text, '')} : q{''::text};
			# what is right with a row, in words of its own
			my $fine = join ' AND ', q{network IS NOT NULL AND kind IS NOT NULL AND actor IS NOT NULL AND target IS NOT NULL},
			  q{at IS NOT NULL AND at NOT IN ('-infinity', 'infinity')}, q{coalesce(weight >= 0 AND weight <= 1, true)},
			  (map { "coalesce(utf8_length($_\::text), 0) BETWEEN 1 AND 63" } 'network', 'kind'),
			  (map { "coalesce(utf8_length($_), 0) BETWEEN 1 AND 1000" } $text_ids ? ('actor', 'target') : ()),
			  (map { "($_ IS NULL OR coalesce(utf8_length($_\::text), 1001) <= 1000)" } grep { $has{$_} } 'topic', 'post');

			foreach my $weight ('none', 'proven', 'score', 'authority')
			{
				my $board = "${name}_$weight";
				my ($rc, $out, $err) = $node->psql($db, "SET client_encoding = '$encoding'; CALL klout_board_refresh('$board', publish => 'always', as_of => '$as_of')");
				# the innocent were all seen at first on 2026-01-01, on two people
				my $quality = $weight eq 'proven' ? q{CASE WHEN timestamptz '2026-01-01' <= greatest(started_at + interval '2 days', moment - interval '2 days') THEN coalesce(weight, 1) ELSE 0 END::float8} : 'weight::float8';
				my $facts = $weight eq 'score' ? q{'1 hour'} : q{'1 day'};

				is($err, '', "$encoding, $board, round $round: a refresh succeeds");
				is( $node->safe_psql($db, qq{
					SET client_encoding = '$encoding';
					SET timezone = 'UTC';
					SELECT published AND at = '$as_of' FROM $board.last_publication;
					-- each row is one of three things, and the facts have as many actions as rows count
					SELECT count(*) FILTER (WHERE fine AND early AND r.id IS NULL AND p.id IS NULL) > 0,
						   count(*) FILTER (WHERE (fine AND early) <> (r.id IS NULL AND p.id IS NULL)
											OR fine = (r.id IS NOT NULL) OR (fine AND NOT early) <> (p.id IS NOT NULL) OR r.reason = ''),
						   count(*) FILTER (WHERE fine AND early AND a.actor <> a.target) - (SELECT sum(klout_count(signals)) FROM $board.signals)
					FROM (SELECT *, $fine AS fine, at <= '$as_of' AS early FROM $name OFFSET 0) AS a
					LEFT JOIN $board.rejected AS r USING (id) LEFT JOIN $board.pending AS p USING (id);
					-- by scores and authority weights change from day to day and with everybody's actions, so then counts only
					WITH direct AS (
						SELECT target::text, network::text, $topic AS topic, klout_signals(network::text, kind::text, actor, moment, $quality, $facts) AS signals
						FROM (SELECT *, at$utc AS moment FROM $name WHERE innocent AND actor <> target) AS a, $board.settings AS s GROUP BY 1, 2, 3)
					SELECT count(*) > 5,
						   count(*) FILTER (WHERE s.signals IS NULL OR klout_count(s.signals) <> klout_count(d.signals)
											OR '$weight' IN ('none', 'proven') AND _klout_signals_send(s.signals) <> _klout_signals_send(d.signals))
					FROM direct AS d LEFT JOIN $board.signals AS s ON s.account::text = d.target AND s.network = d.network AND s.topic = d.topic;
					-- everybody has a score, by the facts
					SELECT count(*) > 5, count(*) FILTER (WHERE s.score IS DISTINCT FROM klout_score(f.signals, 'default', '$as_of'))
					FROM (SELECT account, klout_rollup(signals) AS signals FROM $board.signals GROUP BY account) AS f
					FULL JOIN (SELECT * FROM $board.scores WHERE topic = '') AS s ON s.person = f.account;}),
					"t\nt|0|0\nt|0\nt|0", "$encoding, $board, round $round: published, all rows accounted for, the innocent as their own rows say");
			}
		}
	}
	# the names beyond are folded, and it is said whose
	my ($rc, $out, $err) = $node->psql($db, q{
		SET client_min_messages = warning;
		INSERT INTO texts (network, kind, actor, target, at, innocent) VALUES ('n', 'one more', 'z1', 'mallory', '2026-01-05', false);
		CALL klout_board_refresh('texts_none', publish => 'always', as_of => '2026-01-12 12:00+00');});
	like($err, qr/WARNING:  board "texts_none": 1 changed accounts have more kinds .*\(other\).* mallory on n\.\n/s, "$encoding: a warning names who has too many kinds");
	like($err, qr/WARNING:  board "texts_none": 1 changed people have more networks .*\(other\).* mallory\.\n/s, "$encoding: and too many networks");
	# their time has come
	is( $node->safe_psql($db, q{
		CALL klout_board_refresh('texts_proven', publish => 'always', as_of => '2026-02-10 12:00+00');
		SELECT count(*) FROM texts_proven.pending WHERE at <= '2026-02-10 12:00+00';}), '0', "$encoding: what waited is taken in");
	$node->safe_psql('postgres', "DROP DATABASE $db");
}

$node->stop;
done_testing();
