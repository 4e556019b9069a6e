# What a crash leaves: a process killed, or the server stopped at once, in the middle of an aggregate that
# spills, of klout_authority and of a board's refresh; a standby promoted when its primary dies in a refresh.
# Afterwards everything says what it said, and nothing is left behind.

use strict;
use warnings;

use IPC::Run ();

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep);

# A crash restarts the server, as it does by default (but not in test clusters); shared memory lies
# where it can be seen
my $node = klout_node(
	'main',
	init => [ allows_streaming => 1 ],
	conf => "restart_after_crash = on\ndynamic_shared_memory_type = mmap\nfsync = off\nmax_parallel_workers = 8\njit = off\n");
my $parallel = q{SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;
	SET max_parallel_workers_per_gather = 2;};
my $alone = 'SET max_parallel_workers_per_gather = 0;';

$node->safe_psql('postgres', q{
	CREATE TABLE acts AS
	SELECT 'n' || g % 2 AS network, 'k' || g % 3 AS kind, g * 7919 % 100003 AS actor, g % 40000 AS target,
		timestamptz '2026-03-31 14:00+00' - g % 90 * interval '1 day' AS at
	FROM generate_series(1::bigint, 200000) AS g;
	ALTER TABLE acts SET (parallel_workers = 2);
	VACUUM ANALYZE acts});

# What is done, and with how many workers: a query that gives a digest, and the same held up by a scan that
# takes its time
my $digest = 'md5(string_agg(target || encode(_klout_signals_send(s), \'hex\'), \',\' ORDER BY target))';
my %jobs = (
	'an aggregate' => [ 0, "$alone SET work_mem = '64kB'; SET enable_sort = off; SELECT $digest FROM (SELECT target, klout_signals(network, kind, actor, at) AS s FROM acts%s GROUP BY target) AS a" ],
	'an aggregate with workers' => [ 2, "$parallel SELECT $digest FROM (SELECT target %% 10 AS target, klout_signals(network, kind, actor, at) AS s FROM acts%s GROUP BY 1) AS a" ],
	'klout_authority' => [ 0, qq{$alone SELECT md5(string_agg(person || encode(float8send(authority), 'hex'), ',' ORDER BY person)) FROM klout_authority('SELECT actor, target FROM acts%s')} ],
	'klout_authority with workers' => [ 2, qq{$parallel SELECT md5(string_agg(person || encode(float8send(authority), 'hex'), ',' ORDER BY person)) FROM klout_authority('SELECT actor, target FROM acts%s')} ]);
my $segments = segments();    # a server has some always
my %expected = map { $_ => $node->safe_psql('postgres', sprintf($jobs{$_}[1], '')) } keys %jobs;

for my $job (sort keys %jobs)
{
	my ($workers, $query) = @{ $jobs{$job} };

	for my $way ('leader killed', $workers ? 'worker killed' : (), 'server stopped at once')
	{
		crash("$job, $way", sprintf($query, ' WHERE pg_sleep(0.0001) IS NOT NULL'), $workers, $way);
		is($node->safe_psql('postgres', sprintf($query, '')), $expected{$job}, "$job, $way: the same afterwards");
	}
}
refresh();
failover();
done_testing();

# Starts a statement, waits until it and its workers run (and a query says so), and ends it by force
sub crash
{
	my ($name, $sql, $workers, $way, $until) = @_;
	my ($out, $err) = ('', '');
	my $handle = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $node->connstr('postgres'), '-c', "SET application_name = 'doomed'", map { ('-c', $_) } split(/;\s*/, $sql) ],
		'<', \undef, '>', \$out, '2>', \$err);
	my $ours = q{application_name = 'doomed' AND state = 'active' AND query ~ 'pg_sleep|klout_board_refresh'};

	ok($node->poll_query_until('postgres', "SELECT count(*) FILTER (WHERE backend_type = 'client backend') = 1 AND count(*) FILTER (WHERE backend_type = 'parallel worker') = $workers FROM pg_stat_activity WHERE $ours"),
		"$name: it runs, with $workers workers");
	if ($name =~ /an aggregate,/)
	{
		$until = 'SELECT count(*) > 0 FROM pg_ls_tmpdir()';    # it has spilt
	}
	ok($node->poll_query_until('postgres', $until), "$name: it is in the middle") if $until;
	kill_by_force($ours, $way);
	$handle->finish;
	like($err, qr/server closed the connection|terminating connection|connection to server/, "$name: it is lost");
	is($out, '', "$name: with no result");
	if ($way =~ /^server/)
	{
		$node->start;
	}
	ok(is_up(), "$name: the server is up again");
	is(segments(), $segments, "$name: no shared memory is left");
	is($node->safe_psql('postgres', 'SELECT count(*) FROM pg_ls_tmpdir()'), '0', "$name: no file is left");
}

# Waits until the server answers.  Not by poll_query_until: a psql that is refused may end before the query is
# written to it, and that ends the test.
sub is_up
{
	for (1 .. 10 * $PostgreSQL::Test::Utils::timeout_default)
	{
		my $answer = '';

		run_log([ 'psql', '-X', '-A', '-t', '-d', $node->connstr('postgres'), '-c', 'SELECT NOT pg_is_in_recovery()' ], '>', \$answer, '2>', \my $refusal);
		return 1 if $answer eq "t\n";
		sleep(0.1);
	}
	return 0;
}

# Number of segments of shared memory
sub segments
{
	my @files = glob($node->data_dir . '/pg_dynshmem/*');
	return scalar(@files);
}

sub kill_by_force
{
	my ($ours, $way) = @_;

	return $node->stop('immediate') if $way =~ /^server/;
	my $type = $way =~ /worker/ ? 'parallel worker' : 'client backend';
	my $victim = $node->safe_psql('postgres', "SELECT min(pid) FROM pg_stat_activity WHERE $ours AND backend_type = '$type'");
	my $log = -s $node->logfile;

	kill('KILL', $victim) == 1 or die "cannot kill $victim";
	# it takes the server down; until then it still answers
	for (1 .. 1800)
	{
		last if substr(slurp_file($node->logfile), $log) =~ /all server processes terminated; reinitializing/;
		sleep(0.1);
	}
	return;
}

# ---- boards --------------------------------------------------------------------------------------

# What a board says against what the table says: signals, those that differ, ranges that differ
sub verdict
{
	my ($on) = @_;
	return $on->safe_psql('postgres', q{
		SELECT count(*), count(*) FILTER (WHERE _klout_signals_send(d.signals) IS DISTINCT FROM _klout_signals_send(b.signals)),
			   (SELECT count(*) FROM klout_board_audit('board'))
		FROM direct AS d FULL JOIN board.signals AS b USING (account, network)});
}

sub refresh
{
	$node->safe_psql('postgres', q{
		CREATE TABLE actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
		CREATE VIEW direct AS
		SELECT target AS account, network, klout_signals(network, kind, actor, at) AS signals FROM actions WHERE actor <> target GROUP BY target, network;
		SELECT klout_board_create('board', 'actions', reactor_weight => 'none');
		INSERT INTO actions (network, kind, actor, target, at) SELECT network, kind, actor, target % 1000, at FROM acts LIMIT 60000});

	for my $way ('leader killed', 'server stopped at once')
	{
		# in batches, each committed: it has come some way and has some way to go
		my $batches = $node->safe_psql('postgres', 'SELECT count(*) FROM board.batches');
		hold_up(1);
		my $name = "klout_board_refresh, $way";

		crash($name, "CALL klout_board_refresh('board', batch => 1000, publish => 'never')", 0, $way, "SELECT count(*) > $batches + 2 FROM board.batches");
		hold_up(0);
		my $taken = $node->safe_psql('postgres', 'SELECT coalesce(max(last_id), 0) FROM board.batches');
		cmp_ok($taken, '<', 60000, "$name: some rows are to be taken in yet");
		cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM board.batches'), '>', $batches, "$name: some batches were, for good");
		is($node->safe_psql('postgres', 'SELECT coalesce(sum(klout_count(signals)), 0) FROM board.signals'),
			$node->safe_psql('postgres', "SELECT count(*) FROM actions WHERE id <= $taken AND actor <> target"), "$name: each of their rows counts once");
	}
	$node->safe_psql('postgres', "CALL klout_board_refresh('board', as_of => '2026-03-31 14:00+00')");
	like(verdict($node), qr/^\d{4}\|0\|0$/, 'the next refresh takes in the rest, each row once');
}

# Lets a refresh take some milliseconds for each batch, so that it is caught in the middle
sub hold_up
{
	my ($on) = @_;
	$node->safe_psql('postgres', $on
		? q{CREATE FUNCTION wait_a_bit() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.1); RETURN NULL; END';
			CREATE TRIGGER wait_a_bit AFTER INSERT ON board.batches FOR EACH STATEMENT EXECUTE FUNCTION wait_a_bit()}
		: 'DROP FUNCTION wait_a_bit CASCADE');
}

# The primary dies in the middle of a refresh; its standby takes over
sub failover
{
	my $standby = PostgreSQL::Test::Cluster->new('standby');
	my $query = sprintf($jobs{'klout_authority'}[1], '');
	my $slow = sprintf($jobs{'klout_authority'}[1], ' WHERE actor % 100 > 0 OR pg_sleep(0.001) IS NOT NULL');
	my ($out, $err) = ('', '');

	$node->backup('copy');
	$standby->init_from_backup($node, 'copy', has_streaming => 1);
	$standby->start;
	$node->safe_psql('postgres', "INSERT INTO actions (network, kind, actor, target, at) SELECT network, kind, actor, target % 1000, at FROM acts OFFSET 60000 LIMIT 60000");
	hold_up(1);
	my $refresh = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', "CALL klout_board_refresh('board', batch => 1000, publish => 'never')" ],
		'<', \undef, '>', \my $nothing, '2>', \my $lost);
	ok($standby->poll_query_until('postgres', q{SELECT count(*) > 3 FROM board.batches WHERE first_id > 60000}), 'a standby sees batches of a refresh');
	$node->stop('immediate');
	$refresh->finish;

	my $reader = IPC::Run::start([ 'psql', '-X', '-q', '-A', '-t', '-d', $standby->connstr('postgres'), '-c', $slow ], '<', \undef, '>', \$out, '2>', \$err);
	ok($standby->poll_query_until('postgres', q{SELECT count(*) = 1 FROM pg_stat_activity WHERE query ~ 'pg_sleep' AND state = 'active' AND pid <> pg_backend_pid()}), 'it is in the middle of klout_authority');
	$standby->promote;
	$reader->finish;
	chomp($out);
	is($out, $expected{'klout_authority'}, 'which its promotion does not disturb');
	is($err, '', 'in any way');

	is($standby->safe_psql('postgres', $query), $expected{'klout_authority'}, 'promoted, it says the same');
	my $taken = $standby->safe_psql('postgres', 'SELECT max(last_id) FROM board.batches');
	cmp_ok($taken, '<', 120000, 'the refresh had not come to its end');
	is($standby->safe_psql('postgres', 'SELECT sum(klout_count(signals)) FROM board.signals'),
		$standby->safe_psql('postgres', "SELECT count(*) FROM actions WHERE id <= $taken AND actor <> target"), 'each row it took in counts once');
	$standby->safe_psql('postgres', 'DROP FUNCTION wait_a_bit CASCADE');
	$standby->safe_psql('postgres', "CALL klout_board_refresh('board', as_of => '2026-04-01 14:00+00', publish => 'always')");
	like(verdict($standby), qr/^\d{4}\|0\|0$/, 'the next refresh takes in the rest');
	$standby->stop;
}
