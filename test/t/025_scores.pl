# klout_scores and klout_signals_of: cancelled at any time, short of disk, within their memory, with
# the rights and the row security of the caller, in other encodings, on a standby.

use strict;
use warnings;

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $columns = 'network, kind, actor, target, at';
my $node = klout_node('main', init => [ allows_streaming => 1, extra => ['--wal-segsize=1'] ],
	conf => "max_parallel_workers_per_gather = 0\nhash_mem_multiplier = 1\njit = off\n");

$node->safe_psql('postgres', q{
	CREATE TABLE acts AS
	SELECT 'n' || g % 3 AS network, 'k' || g % 2 AS kind, g::bigint * 7919 % 1000003 AS actor,
		CASE WHEN g % 3 = 0 THEN 1 ELSE g * 13 % 50000 END AS target, timestamptz '2026-06-30' - g % 90 * interval '1 day' AS at
	FROM generate_series(1, 600000) AS g;
	VACUUM ANALYZE acts});
# What every way must come to: of all columns, in order
my $sum = sub {
	my ($query) = @_;
	return "SELECT md5(string_agg(s::text, ',' ORDER BY n)) FROM klout_scores('$query', as_of => '2026-06-30') WITH ORDINALITY AS s (person, score, reach, consistency, actions, reactors, n)";
};
my $expected = $node->safe_psql('postgres', "SET work_mem = '256MB'; " . $sum->("SELECT $columns FROM acts"));

stopped();
spilled();
bounded();
rights();
encodings();
standby();
done_testing();

# Each would run for longer than a minute
sub stopped
{
	my $timeout = 0.5;
	my $endless = "FROM (SELECT generate_series(1, 1000000000) AS g) AS s";
	my %query = (
		'one person' => "SELECT ''n'' AS network, ''k'' AS kind, g AS actor, 1 AS target, timestamptz ''2026-01-01'' AS at $endless",
		'one row a person' => "SELECT ''n'' AS network, ''k'' AS kind, 1 AS actor, g AS target, timestamptz ''2026-01-01'' AS at $endless",
		'many names' => "SELECT ''n'' || g % 1000 AS network, ''k'' || g % 999 AS kind, g AS actor, g % 1000 AS target, timestamptz ''2026-01-01'' AS at $endless",
	);

	for my $what (sort keys %query)
	{
		for my $function ('klout_scores', 'klout_signals_of')
		{
			my $start = time;
			my (undef, undef, $stderr) = $node->psql('postgres',
				"SET work_mem = '1MB'; SET statement_timeout = '${timeout}s'; SELECT count(*) FROM $function('$query{$what}')");
			my $elapsed = time - $start - $timeout;

			like($stderr, qr/canceling statement due to statement timeout/, "$function, $what: cancelled");
			cmp_ok($elapsed, '<', 1.5, "$function, $what: within a second or so");
		}
	}

	# at any time of a run, while reading, dividing, scoring and putting out
	my %seen = (done => 0, 'cut short' => 0);
	for my $milliseconds (1, map { 50 * $_ * $_ } 1 .. 10)
	{
		my ($code, $out, $err) = $node->psql('postgres',
			"SET work_mem = '256kB'; SET statement_timeout = $milliseconds; " . $sum->("SELECT $columns FROM acts"));

		$seen{ $code == 0 ? 'done' : 'cut short' }++;
		$code == 0 ? is($out, $expected, "after $milliseconds ms: done")
		  : like($err, qr/statement timeout/, "after $milliseconds ms: cut short");
	}
	cmp_ok($seen{'cut short'}, '>', 0, "cut short $seen{'cut short'} times");
	is(temporary_files(), 0, 'no temporary file is left');
}

sub temporary_files
{
	return $node->safe_psql('postgres', "SELECT count(*) FROM pg_ls_tmpdir()");
}

# Whatever the memory, the same; and temp_file_limit holds
sub spilled
{
	for my $memory ('64kB', '1MB', '8MB')
	{
		my $out = $node->safe_psql('postgres', "SET work_mem = '$memory'; " . $sum->("SELECT $columns FROM acts")
			  . '; SELECT spilled_bytes > 0 AND spill_files > 0 FROM klout_scores_stats()');
		is($out, "$expected\nt", "the same with $memory, which spills");
	}
	my (undef, undef, $err) = $node->psql('postgres',
		"SET work_mem = '1MB'; SET temp_file_limit = '2MB'; " . $sum->("SELECT $columns FROM acts"));
	like($err, qr/temporary file size exceeds "?temp_file_limit"?/, 'temp_file_limit holds');
	is(temporary_files(), 0, 'and leaves no file');
	is($node->safe_psql('postgres', "SET work_mem = '1MB'; " . $sum->("SELECT $columns FROM acts")), $expected, 'the session after that is well');
}

# Highest resident memory of a backend that runs this, above one that runs nothing
sub bounded
{
	if (!-e '/proc/self/status')
	{
		SKIP: { skip 'no /proc', 1 }
		return;
	}
	my $used = sub {
		my ($query) = @_;
		return $node->safe_psql('postgres', "SET work_mem = '4MB'; $query; SELECT substring(pg_read_file('/proc/self/status') FROM 'RssAnon:\\s*(\\d+)')::int, substring(pg_read_file('/proc/self/status') FROM 'VmHWM:\\s*(\\d+)')::int - substring(pg_read_file('/proc/self/status') FROM 'VmRSS:\\s*(\\d+)')::int");
	};
	my $rows = 'generate_series(1, 3000000) AS g';
	my %target = ('one person' => '1', 'one row a person' => 'g', 'some people' => 'g % 1000');
	for my $what (sort keys %target)
	{
		# the query must not need memory itself: a function in FROM is a tuple store, one in SELECT is not
		my $query = "SELECT ''n'' AS network, ''k'' AS kind, g AS actor, ($target{$what})::int AS target, timestamptz ''2026-01-01'' + g % 90 * interval ''1 day'' AS at FROM (SELECT generate_series(1, 3000000) AS g) AS s";
		my $out = $used->("SELECT count(*) FROM klout_scores('$query')");
		my ($count, $anonymous, $freed) = $out =~ /^(\d+)\n(\d+)\|(-?\d+)$/ or die $out;

		cmp_ok($anonymous + $freed, '<', 40 * 1024, "$what: 72 MB of records within 40 MB of memory, with work_mem of 4 MB")
		  or diag("$anonymous kB now, $freed kB more before");
	}
}

# The caller's rights and row security
sub rights
{
	$node->safe_psql('postgres', q{
		CREATE ROLE reader; CREATE ROLE nobody;
		CREATE TABLE owned AS SELECT * FROM acts WHERE target < 100;
		ALTER TABLE owned ENABLE ROW LEVEL SECURITY;
		CREATE POLICY part ON owned TO reader USING (target = 42);
		GRANT SELECT ON owned TO reader});
	is($node->safe_psql('postgres', "SET ROLE reader; SELECT array_agg(person) FROM klout_scores('SELECT * FROM owned')"),
		'{42}', 'row security is that of the caller');
	for my $function ('klout_scores', 'klout_signals_of')
	{
		my (undef, undef, $err) = $node->psql('postgres', "SET ROLE nobody; SELECT count(*) FROM $function('SELECT * FROM owned')");
		like($err, qr/permission denied for table owned/, "$function: rights are those of the caller");
	}
}

# Names and ids in other encodings mean the same as in UTF-8
sub encodings
{
	my $bytes = {};
	for my $encoding ('UTF8', 'LATIN1', 'EUC_JP', 'SQL_ASCII')
	{
		my $database = lc "in_$encoding";
		$node->safe_psql('postgres', "CREATE DATABASE $database ENCODING '$encoding' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0");
		$node->safe_psql($database, 'CREATE EXTENSION klout');
		my $text = $encoding eq 'EUC_JP' ? "convert_from('\\xe697a5e69cac', 'UTF8')" : $encoding eq 'SQL_ASCII' ? "'plain'" : "convert_from('\\x6772c3bc6e', 'UTF8')";
		my $query = "SELECT $text AS network, $text || g % 2 AS kind, $text || g % 7 AS actor, $text || g % 3 AS target, timestamptz '2026-06-30' AS at FROM generate_series(1, 100) AS g";
		my $wrong = $node->safe_psql($database, "SELECT count(*) FILTER (WHERE (person = target AND a.signals = b.signals) IS NOT TRUE) || ' of ' || count(*) FROM klout_signals_of_text(\$q\$$query\$q\$) AS a
			FULL JOIN (SELECT target, klout_signals(network, kind, actor, at) AS signals FROM ($query) AS a GROUP BY target) AS b ON person = target");
		is($wrong, '0 of 3', "$encoding: as the aggregate");
		$bytes->{$encoding} = $node->safe_psql($database, "SELECT string_agg(_klout_signals_send(signals)::text, ',') FROM klout_signals_of_text(\$q\$$query\$q\$)");
	}
	is($bytes->{LATIN1}, $bytes->{UTF8}, 'LATIN1: the same bytes as in UTF8');
}

sub standby
{
	$node->backup('copy');
	my $standby = PostgreSQL::Test::Cluster->new('standby');
	$standby->init_from_backup($node, 'copy', has_streaming => 1);
	$standby->start;
	$node->wait_for_catchup($standby);
	is($standby->safe_psql('postgres', "SET work_mem = '1MB'; " . $sum->("SELECT $columns FROM acts") . '; SELECT spilled_bytes > 0, pg_is_in_recovery() FROM klout_scores_stats()'),
		"$expected\nt|t", 'on a standby: the same, spilled there');
	$standby->stop;
}
