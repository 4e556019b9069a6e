# klout_authority with parallel workers and without, reading and solving: the same bits; cancelled,
# killed, short of shared memory, on a standby; and against NetworkX and igraph where they are
# installed.

use strict;
use warnings;

use IPC::Run ();
use Time::HiRes qw(sleep time);

use Klout;
use PostgreSQL::Test::Utils;
use Test::More;

my $people = 150000;
my $edges = graph_of($people);
# No rounding gets it there
my $endless = "SELECT count(*) FROM klout_authority('$edges', tolerance => 1e-300, max_iterations => 2147483647)";
my $any_size = 'SET min_parallel_table_scan_size = 0; SET parallel_setup_cost = 0; ';
# The same graph in a table; a scan of it that takes its time; and what its workers are seen to run
my $table = 'SELECT * FROM acts';
my $slow = "SELECT count(*) FROM klout_authority('$table WHERE pg_sleep(0.001) IS NOT NULL')";

my $node = klout_node('main', init => [ allows_streaming => 1, extra => ['--wal-segsize=1'] ], conf => <<CONF);
max_worker_processes = 8
max_parallel_workers = 8
dynamic_shared_memory_type = mmap    # in a folder of its own, where nobody else's segments are
maintenance_work_mem = 256MB
CONF

$node->safe_psql('postgres', "CREATE TABLE acts AS $edges");
$node->safe_psql('postgres', 'VACUUM FREEZE ANALYZE acts');
same_bits();
planned_workers();
read_together();
refused_together();
stopped('solving', $endless, 'klout_authority');
stopped('reading', $slow, $table);
cut_short();
bereft();
room_for_one();
collector_alone();
no_leak();
short_of_shared_memory();
small_dev_shm();
standby();
networkx();
igraph();
done_testing();

# A graph without a table: everybody acts on the next and on two others, squares are popular
sub graph_of
{
	my ($n) = @_;

	return "SELECT i AS actor, CASE k WHEN 1 THEN i + 1 ELSE i * i + k * 1913 END % $n AS target, k + i % 7 AS weight "
	  . "FROM generate_series(0, $n - 1::bigint) AS i, generate_series(1, 3) AS k";
}

# Result and workers of a run under some settings
sub run_with
{
	my ($on, $settings, $graph) = @_;

	$graph //= $edges;
	return split(/\|/, $on->safe_psql('postgres', "$any_size $settings; "
		  . "SELECT md5(string_agg(person || ':' || float8send(authority)::text, ',' ORDER BY person)), count(*) "
		  . "FROM klout_authority('$graph'); SELECT workers FROM klout_authority_stats()") =~ s/\n/|/gr);
}

sub same_bits
{
	my ($expected, $count, $none) = run_with($node, 'SET max_parallel_workers_per_gather = 0');

	is("$count, $none", "$people, 0", 'everybody is there, no worker is asked for');
	for my $workers (1 .. 4)
	{
		my ($bits, undef, $launched) = run_with($node, "SET max_parallel_workers_per_gather = $workers");
		is("$bits $launched", "$expected $workers", "$workers workers: the same bits");
	}
	for (
		[ 'SET max_parallel_workers_per_gather = 4; SET max_parallel_workers = 0', 0, 'none allowed' ],
		[ 'SET max_parallel_workers_per_gather = 4; SET max_parallel_workers = 2', 2, 'two of four there' ],
		[ 'SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off', 2, 'leader off' ],
		[ 'SET max_parallel_workers_per_gather = 2; SET transaction_isolation = serializable', 2, 'serializable' ])
	{
		my ($settings, $workers, $name) = @$_;
		my ($bits, undef, $launched) = run_with($node, "BEGIN; $settings");
		is("$bits $launched", "$expected $workers", "$name: the same bits");
	}
	my $force = $node->safe_psql('postgres', q{SELECT name FROM pg_settings WHERE name IN ('debug_parallel_query', 'force_parallel_mode')});
	my ($bits) = run_with($node, "SET $force = regress");
	is($bits, $expected, 'in what would be a worker: the same bits');
	is($node->safe_psql('postgres', "$any_size SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; "
			  . 'CREATE TABLE big AS SELECT i FROM generate_series(1, 10000) AS i; ANALYZE big; '
			  . "SELECT count(*) + (SELECT count(*) FROM klout_authority('SELECT i AS actor, i + 1 AS target FROM big')) FROM big"),
		'20001', 'as part of a query that could be parallel');
}

sub planned_workers
{
	my ($out, undef, $err);

	is($node->safe_psql('postgres', q{SELECT count(*) FROM klout_authority('SELECT 1 AS actor, 2 AS target UNION ALL SELECT 2, 1');
		SELECT workers FROM klout_authority_stats()}), "2\n0", 'a small graph asks for no workers');
	(undef, $out, $err) = $node->psql('postgres',
		"SET client_min_messages = debug1; $any_size SET max_parallel_workers_per_gather = 2; SELECT count(*) FROM klout_authority('$edges')");
	like($err, qr/2 of 2 parallel workers solve/, 'DEBUG1 tells of workers that solve');
	like($err, qr/$people people, \d+ edges \(\d+ iterated\), \d+ iterations/, 'DEBUG1 tells of the run');
}

# What DEBUG1 tells of workers that were planned to read, and of those that found rows to read: one that
# comes late finds none
my $found_rows = 0;

sub readers
{
	my ($workers, $query) = @_;
	my (undef, undef, $err) = $node->psql('postgres',
		"SET client_min_messages = debug1; $any_size SET max_parallel_workers_per_gather = $workers; SELECT count(*) FROM klout_authority('$query')");

	$found_rows += $1 if $err =~ /(\d+) of \d+ parallel workers read/;
	return $err =~ /\d+ of (\d+) parallel workers read/ ? $1 : 'none';
}

sub read_together
{
	my ($expected) = run_with($node, 'SET max_parallel_workers_per_gather = 0');
	my $stats = 'SELECT rows, self_edges, null_rows, vertices, edges FROM klout_authority_stats()';

	for my $workers (1 .. 4)
	{
		my ($bits) = run_with($node, "SET max_parallel_workers_per_gather = $workers", $table);
		is($bits, $expected, "$workers workers read: the same bits");
		is(readers($workers, $table), $workers, 'and they were asked to');
	}
	cmp_ok($found_rows, '>', 0, 'some found rows to read');
	for (
		[ 'SET max_parallel_workers_per_gather = 4; SET max_parallel_workers = 0', 'none allowed' ],
		[ 'SET max_parallel_workers_per_gather = 4; SET max_parallel_workers = 1', 'one of four there' ],
		[ 'SET max_parallel_workers_per_gather = 2; SET parallel_leader_participation = off', 'leader off' ],
		[ 'BEGIN READ ONLY; SET max_parallel_workers_per_gather = 2; SET transaction_isolation = serializable', 'serializable, read only' ],
		[ 'BEGIN; SET max_parallel_workers_per_gather = 2; SAVEPOINT s', 'within a subtransaction' ])
	{
		my ($settings, $name) = @$_;
		my ($bits) = run_with($node, $settings, $table);
		is($bits, $expected, "reading, $name: the same bits");
	}

	$node->safe_psql('postgres', q{CREATE DOMAIN who AS bigint CHECK (value >= 0);
		CREATE TABLE rough AS SELECT CASE WHEN i % 11 > 0 THEN i % 5000 END::who AS actor,
			CASE WHEN i % 13 > 0 THEN i * i % 5000 END AS target, i % 17 + 0.5 AS weight, 'text' AS other
		FROM generate_series(1, 50000::bigint) AS i; ANALYZE rough;
		CREATE VIEW seen AS SELECT target AS actor, actor AS target, weight FROM rough WHERE weight > 2});
	for (
		[ 'SELECT * FROM rough', 'NULLs, self edges, a domain, numeric' ],
		[ 'SELECT 1 AS weight, target * 3 AS target, actor - 7 AS actor FROM rough WHERE other = \'text\' AND weight > 1', 'conditions and expressions' ],
		[ 'SELECT actor, target FROM rough', 'no weights' ],
		[ 'SELECT actor, target, (weight / 3)::float8 AS weight FROM rough', 'weights of float8' ],
		[ 'SELECT actor, target % 50 AS target, (weight / 3)::float4 AS weight FROM rough', 'weights of float4 that add up to none' ],
		[ 'SELECT actor, target, CASE WHEN actor < 4000 THEN 1 ELSE 2.5 END AS weight FROM rough', 'weights of 1 that are not for long' ],
		[ 'SELECT actor::bigint AS actor, target::bigint AS target, weight FROM rough UNION ALL SELECT target::bigint, actor::bigint, weight FROM rough', 'a union' ],
		[ 'SELECT r.actor, s.target, r.weight + s.weight AS weight FROM rough AS r JOIN rough AS s ON r.target = s.actor AND r.weight = s.weight', 'a join' ],
		[ 'SELECT * FROM seen -- with a comment, which ends with the line', 'a view, and a comment' ],
		[ 'WITH few AS MATERIALIZED (SELECT * FROM rough ORDER BY actor, target, weight LIMIT 20000) SELECT * FROM few;', 'a limit', 'none' ])
	{
		my ($query, $name, $readers) = @$_;
		my @runs = map {
			$node->safe_psql('postgres', "$any_size SET max_parallel_workers_per_gather = $_; SELECT md5(string_agg(a::text, ',' ORDER BY person)) "
				  . "FROM klout_authority('" . ($query =~ s/'/''/gr) . "') AS a; $stats")
		} 0, 3;
		is($runs[1], $runs[0], "$name: the same with readers");
		is(readers(3, $query =~ s/'/''/gr), $readers // 3, "$name: who reads");
	}
	my @text = map {
		$node->safe_psql('postgres', "$any_size SET max_parallel_workers_per_gather = $_; SELECT md5(string_agg(a::text, ',' ORDER BY person)) "
			  . "FROM klout_authority_text('SELECT actor::text, target::varchar AS target FROM rough') AS a; $stats")
	} 0, 2;
	is($text[1], $text[0], 'ids of text: the same with readers');
}

# What fails in a worker fails as it does without one
sub refused_together
{
	$node->safe_psql('postgres', 'CREATE ROLE reader; CREATE TABLE hidden AS SELECT actor::int, target::int, weight FROM acts;
		ALTER TABLE hidden ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON hidden TO reader USING (actor % 3 = 0); ANALYZE hidden');
	for my $workers (0, 2)
	{
		my $set = "$any_size SET max_parallel_workers_per_gather = $workers;";
		for (
			[ '', 'SELECT actor, target, weight * 1000000 / (actor % 149999) AS weight FROM acts WHERE actor > 0', qr/division by zero/ ],
			[ '', 'SELECT actor, target, CASE actor WHEN 149999 THEN -7 ELSE 1 END AS weight FROM acts', qr/weight must be above 0 and finite, got -7/ ],
			[ '', 'SELECT actor, target, CASE actor WHEN 149999 THEN 1e308 ELSE 1 END AS weight FROM acts', qr/weights of one actor add up to more/ ],
			[ "SET klout.authority_memory = '4MB';", $table, qr/needs about \d+ MB of memory, may use 4 MB/ ],
			[ "SET klout.authority_memory = '14MB';", $table, qr/needs (about |more than )?\d+ MB of memory, may use 14 MB/ ],
			[ 'SET ROLE reader;', 'SELECT * FROM hidden', qr/permission denied for table hidden/ ])
		{
			my ($settings, $query, $pattern) = @$_;
			my (undef, undef, $err) = $node->psql('postgres', "$set $settings SELECT count(*) FROM klout_authority('$query')");
			like($err, $pattern, "$workers workers: $pattern");
		}
	}
	$node->safe_psql('postgres', 'GRANT SELECT ON hidden TO reader; GRANT USAGE ON SCHEMA public TO reader');
	my @runs = map {
		$node->safe_psql('postgres', "$any_size SET max_parallel_workers_per_gather = $_->[0]; $_->[1] SELECT md5(string_agg(a::text, ',' ORDER BY person)), count(*) FROM klout_authority('SELECT * FROM hidden$_->[2]') AS a")
	} [ 0, '', ' WHERE actor % 3 = 0' ], [ 0, 'SET ROLE reader;', '' ], [ 2, 'SET ROLE reader;', '' ];
	is($runs[1], $runs[0], 'rows by policy, alone');
	is($runs[2], $runs[0], 'rows by policy, read by workers');
}

# Names of segments of shared memory of this server
sub segments
{
	return join(' ', sort glob($node->data_dir . '/pg_dynshmem/*'));
}

# Starts a statement and waits until it has workers that run a query (or, with none, until it runs)
sub start_statement
{
	my ($statement, $workers, $query, $settings, $err) = @_;
	my $sql = "$any_size SET max_parallel_workers_per_gather = $workers; $settings SET application_name = 'endless'; $statement";
	my $handle = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', "SET client_min_messages = warning", '-c', $sql =~ s/; /;\n/gr ],
		'<', \undef, '>', \my $out, '2>', $err);

	$node->poll_query_until('postgres',
		$workers
		? "SELECT count(*) = $workers FROM pg_stat_activity WHERE backend_type = 'parallel worker' AND query LIKE '$query%'"
		: "SELECT count(*) = 1 FROM pg_stat_activity WHERE application_name = 'endless' AND state = 'active'")
	  or die 'the query did not start';
	sleep(0.3);
	return $handle;
}

# It ended with an error soon, and nothing is left of it
sub ended
{
	my ($name, $handle, $err, $before, $pattern) = @_;
	my $from = time();

	$handle->finish;
	cmp_ok(time() - $from, '<', 20, "$name: ends");
	like($$err, $pattern, "$name: with an error");
	ok($node->poll_query_until('postgres',
			"SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker' OR application_name = 'endless'"),
		"$name: no process is left");
	# others' segments may go at any time; none of ours may stay
	my %known = map { $_ => 1 } split(/ /, $before);
	my @left;
	for (1 .. 100)
	{
		@left = grep { !$known{$_} } split(/ /, segments());
		last if !@left;
		sleep(0.1);
	}
	is("@left", '', "$name: no shared memory is left");
}

sub stopped
{
	my ($what, $statement, $query) = @_;

	for my $workers (0, 2)
	{
		my $before = segments();
		my $err = '';
		my $handle = start_statement($statement, $workers, $query, '', \$err);

		$node->safe_psql('postgres', q{SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = 'endless' AND backend_type = 'client backend'});
		ended("$what, cancelled, $workers workers", $handle, \$err, $before, qr/canceling statement due to user request/);

		$err = '';
		$handle = start_statement($statement, $workers, $query, q{SET statement_timeout = '3s';}, \$err);
		ended("$what, timeout, $workers workers", $handle, \$err, $before, qr/canceling statement due to statement timeout/);

		$err = '';
		$handle = start_statement($statement, $workers, $query, '', \$err);
		$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'endless' AND backend_type = 'client backend'});
		ended("$what, leader terminated, $workers workers", $handle, \$err, $before, qr/terminating connection due to administrator command/);
	}
	my $before = segments();
	my $err = '';
	my $handle = start_statement($statement, 2, $query, '', \$err);
	$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker' ORDER BY pid LIMIT 1});
	ended("$what, worker terminated", $handle, \$err, $before, qr/terminating .* due to administrator command/);
	is($node->safe_psql('postgres', q{SELECT count(*) FROM klout_authority('SELECT 1 AS actor, 2 AS target')}),
		2, 'the server is well');
}

# At any time of a run, which is over in less than that or not
sub cut_short
{
	my $before = segments();
	my %seen = (done => 0, 'cut short' => 0);

	for my $timeout (1, map { 40 * $_ } 1 .. 15)
	{
		my ($code, undef, $err) = $node->psql('postgres', "$any_size SET max_parallel_workers_per_gather = 2; "
			  . "SET statement_timeout = $timeout; SELECT count(*) FROM klout_authority('$table')");
		$seen{$code == 0 ? 'done' : $err =~ /canceling statement due to statement timeout/ ? 'cut short' : $err}++;
	}
	is(join(', ', sort keys %seen), 'cut short, done', 'cut short at any time: no other error') or diag(explain(\%seen));
	cmp_ok($seen{'cut short'}, '>', 0, 'it was');
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'"),
		'cut short: no worker is left');
	my %known = map { $_ => 1 } split(/ /, $before);
	is(join(' ', grep { !$known{$_} } split(/ /, segments())), '', 'cut short: no shared memory is left');
}

# Workers are terminated at any time, whatever they are at: the result is right or there is none
sub bereft
{
	my $before = segments();
	my $query = "SELECT md5(string_agg(person || encode(float8send(authority), 'hex'), ',' ORDER BY person)) FROM klout_authority('$table')";
	my $right = $node->safe_psql('postgres', $query);
	my %seen = (right => 0, error => 0);
	my $killer = IPC::Run::start([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', <<'SQL' ], '<', \undef, '>', \my $out, '2>', \my $err);
DO $$ BEGIN
	LOOP
		PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE backend_type = 'parallel worker';
		PERFORM pg_sleep(0.3 * random()), pg_stat_clear_snapshot();
	END LOOP;
END $$
SQL

	for (1 .. 40)
	{
		my ($code, $answer, $error) = $node->psql('postgres', "$any_size SET max_parallel_workers_per_gather = 2; $query");
		$seen{$code == 0 ? $answer eq $right ? 'right' : "wrong: $answer"
			: $error =~ /terminating .* due to administrator command|lost connection to parallel worker/ ? 'error' : $error}++;
	}
	$node->safe_psql('postgres', q{SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'DO $$ BEGIN%'});
	$killer->finish;
	is(join(', ', sort keys %seen), 'error, right', 'workers terminated at any time: no other end') or diag(explain(\%seen));
	cmp_ok($seen{error}, '>', 0, 'some were');
	ok($node->poll_query_until('postgres', "SELECT count(*) = 0 FROM pg_stat_activity WHERE backend_type = 'parallel worker'"),
		'workers terminated: no other is left');
	my %known = map { $_ => 1 } split(/ /, $before);
	is(join(' ', grep { !$known{$_} } split(/ /, segments())), '', 'workers terminated: no shared memory is left');
}

# Whatever the limit, the call is refused with what it needs, or the result is right
sub room_for_one
{
	my $graph = 'SELECT i % 1000 AS actor, (i * i + i) % 997 AS target FROM generate_series(1, 300000::bigint) AS i';
	my ($expected) = run_with($node, 'SET max_parallel_workers_per_gather = 0', $graph);
	my %seen = (refused => 0, done => 0);

	$node->safe_psql('postgres', "CREATE TABLE dense AS $graph; ANALYZE dense");
	for my $query ($graph, 'SELECT * FROM dense')
	{
		for my $kilobytes (map { 4096 + 1024 * $_ } 0 .. 20)
		{
			my ($code, $out, $err) = $node->psql('postgres', "$any_size SET max_parallel_workers_per_gather = 2; "
				  . "SET klout.authority_memory = '${kilobytes}kB'; "
				  . "SELECT md5(string_agg(person || ':' || float8send(authority)::text, ',' ORDER BY person)) FROM klout_authority('$query')");
			if ($code != 0 && $err =~ /needs (about |more than )?(\d+) MB of memory, may use/)
			{
				$seen{refused}++;
				next;
			}
			is($out, $expected, "$kilobytes kB: the same bits");
			$seen{done}++;
			last;
		}
	}
	cmp_ok($seen{refused}, '>', 2, 'too little memory is refused');
	is($seen{done}, 2, 'enough is enough');
}

# The aggregate that reads in parallel is klout_authority's alone
sub collector_alone
{
	for my $workers (0, 2)
	{
		my (undef, undef, $err) = $node->psql('postgres', "$any_size SET max_parallel_workers_per_gather = $workers; "
			  . "SELECT _klout_collect_edges(1804289383, 42, actor, target, weight) FROM acts");
		like($err, qr/_klout_collect_edges can only be used by klout_authority/, "$workers workers: the collector is for klout_authority alone");
	}
}

sub no_leak
{
	my $call = "PERFORM count(*) FROM klout_authority('SELECT i AS actor, i / 2 AS target FROM generate_series(1, 10000) AS i');";
	my $wrong = "BEGIN PERFORM count(*) FROM klout_authority('SELECT i AS actor, i / 2 AS target, 100 - i AS weight FROM generate_series(1, 10000) AS i'); EXCEPTION WHEN OTHERS THEN NULL; END;";
	my $memory = 'SELECT sum(total_bytes) FROM pg_backend_memory_contexts;';
	my @bytes = split(/\n/, $node->safe_psql('postgres', $any_size
		  . "DO 'BEGIN " . ($call . $wrong) =~ s/'/''/gr . " END'; $memory DO 'BEGIN FOR i IN 1..50 LOOP "
		  . ($call . $wrong) =~ s/'/''/gr . " END LOOP; END'; $memory"));

	cmp_ok($bytes[1] - $bytes[0], '<', 100000, 'a hundred calls, half of them failing, leave no memory behind');
}

# A limit of the size of files is one of the size of segments
sub short_of_shared_memory
{
	my ($expected) = run_with($node, 'SET max_parallel_workers_per_gather = 0');
	my $blocks = 2 * 2 * 1024;    # of 512 bytes: just enough for a segment of WAL

	# nothing large is written then
	$node->safe_psql('postgres', 'CHECKPOINT');
	my $started = restart_within('sh', '-c', "ulimit -f $blocks && exec \"\$@\"", 'sh');
  SKIP:
	{
		skip 'the server does not start with a limit of the size of files', 4 if !$started;
		for my $query ($edges, $table)
		{
			my (undef, $out, $err) = $node->psql('postgres', "SET client_min_messages = debug1; SET work_mem = '64MB'; $any_size SET max_parallel_workers_per_gather = 2; "
				  . "SELECT md5(string_agg(person || ':' || float8send(authority)::text, ',' ORDER BY person)) FROM klout_authority('$query')");
			is($out, $expected, 'too little shared memory: done alone, the same bits');
		  SKIP:
			{
				skip 'a limit of the size of files does not hold for shared memory here', 1 if $err =~ /[1-9] of \d+ parallel workers/;
				like($err, qr/no shared memory for workers: could not resize shared memory segment/, 'and DEBUG1 says so');
			}
		}
	}
	end_within();
}

# Restarts the server, its shared memory in /dev/shm, by a command that runs the rest of its
# arguments; true if that went well
sub restart_within
{
	my @within = @_;

	$node->stop;
	return system(@within, 'pg_ctl', '-w', '-s', '-o', '-c dynamic_shared_memory_type=posix',
		'-D', $node->data_dir, '-l', $node->logfile, 'start') == 0;
}

# And as it was before
sub end_within
{
	system('pg_ctl', '-s', '-w', '-D', $node->data_dir, '-m', 'fast', 'stop');
	$node->{_pid} = undef;
	$node->start;
}

# 64 MB of /dev/shm, as in a container that was not told otherwise: in a mount namespace of the
# server's own, and in a user namespace, as only root may mount, which again is not root in another,
# as root may not run a server
sub small_dev_shm
{
	my ($uid, $gid) = ($>, $) + 0);
	my @within = ('unshare', '-r', '-m', 'sh', '-c', 'mount -t tmpfs -o size=64m,mode=1777 tmpfs /dev/shm && '
		  . "exec unshare --user --map-user=$uid --map-group=$gid \"\$@\"", 'sh');
	my $large = graph_of(1500000);
	my $settings = q{SET klout.authority_memory = '1GB'; SET max_parallel_workers_per_gather};

  SKIP:
	{
		my ($out, $why) = ('', '');
		my $allowed = eval { IPC::Run::run([ @within, 'id', '-u' ], '<', \undef, '>', \$out, '2>', \$why) } && $out == $uid;
		skip 'a /dev/shm of its own is not allowed here: ' . ($@ || $why || "user $out") =~ s/\n.*//sr, 6 if !$allowed;
		my ($expected_small) = run_with($node, "$settings = 0");
		my ($expected_large, $count) = run_with($node, "$settings = 0", $large);
		ok(restart_within(@within), 'the server starts with 64 MB of /dev/shm');
		my $files = $node->safe_psql('postgres', q{SELECT count(*) FROM pg_ls_dir('/dev/shm')});
		my ($bits, undef, $launched) = run_with($node, "$settings = 2");
		is("$bits $launched", "$expected_small 2", '64 MB of /dev/shm: enough for workers on a small graph');
		($bits, undef, $launched) = run_with($node, "$settings = 2", $large);
		is("$bits $launched", "$expected_large 0", '64 MB of /dev/shm: a large graph is done alone, the same bits');
		is($count, 1500000, 'it is large');
		my (undef, undef, $err) = $node->psql('postgres', "SET client_min_messages = debug1; $settings = 2; SELECT count(*) FROM klout_authority('$large')");
		like($err, qr/no shared memory for workers: could not resize shared memory segment .*: No space left on device/, 'DEBUG1 says why');
		is($node->safe_psql('postgres', q{SELECT count(*) FROM pg_ls_dir('/dev/shm')}), $files, 'nothing is left in /dev/shm');
		end_within();
	}
}

sub standby
{
	my ($expected) = run_with($node, 'SET max_parallel_workers_per_gather = 0');
	$node->backup('copy');
	my $standby = PostgreSQL::Test::Cluster->new('standby');
	$standby->init_from_backup($node, 'copy', has_streaming => 1);
	$standby->start;
	my ($bits, undef, $launched) = run_with($standby, 'SET max_parallel_workers_per_gather = 2');
	is("$bits $launched", "$expected 2", 'on a standby: the same bits');
	($bits) = run_with($standby, 'SET max_parallel_workers_per_gather = 2', $table);
	is($bits, $expected, 'reading on a standby: the same bits');
	is($standby->safe_psql('postgres', 'SELECT pg_is_in_recovery()'), 't', 'it is a standby');
	$standby->stop;
}

# A python3 that can import this, or undef
sub python_with
{
	my ($modules) = @_;

	return (grep { -x $_ && system("$_ -c 'import sys; sys.modules[\"matplotlib\"] = None; import $modules' 2>/dev/null") == 0 }
		  '/usr/bin/python3', '/usr/local/bin/python3')[0];
}

sub networkx
{
	my $python = python_with('networkx, scipy');
  SKIP:
	{
		skip 'python3 with networkx is not installed', 1 if !$python;
		my $seed = int(rand(1000000));
		my $rows = $node->safe_psql('postgres', "CREATE TABLE drawn AS SELECT (hashint8extended(i, $seed) & 511)::int AS actor, "
			  . "((hashint8extended(i, $seed + 1) & 511) * (hashint8extended(i, $seed + 2) & 511) / 512)::int AS target, "
			  . "(1 + (hashint8extended(i, $seed + 3) & 65535)) / 777.0::float8 AS weight FROM generate_series(1, 4000) AS i; "
			  . "SELECT actor || ' ' || target || ' ' || weight FROM drawn");
		my $reference = '';
		IPC::Run::run([ $python, 'test/data/authority_reference.py', '-' ], '<', \"$rows\n", '>', \$reference);
		$reference =~ s/ /,/g;
		$node->safe_psql('postgres', 'CREATE TABLE reference (person bigint, authority float8)');
		IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', 'COPY reference FROM STDIN WITH (FORMAT csv)' ], '<', \$reference);
		is($node->safe_psql('postgres', q{SELECT count(*) > 400, max(abs(r.authority - a.authority)) < 1e-10
			FROM reference AS r FULL JOIN klout_authority('SELECT * FROM drawn', tolerance => 1e-12) AS a USING (person)}),
			't|t', "as NetworkX, seed $seed");
	}
}

# The graphs of test/sql/authority.sql, and one of 100,000 people that is another each time
sub igraph
{
	my $python = python_with('igraph');
  SKIP:
	{
		skip 'python3 with igraph is not installed', 3 if !$python;
		my $seed = int(rand(1000000));
		my $known = slurp_file('test/data/authority_edges.csv');
		$node->safe_psql('postgres', "CREATE TABLE graphs AS SELECT 'random' AS graph, hashint8extended(i, $seed) & 131071 AS actor, "
			  . "((hashint8extended(i, $seed + 1) & 131071) * (hashint8extended(i, $seed + 2) & 131071) / 131072) AS target, "
			  . "(1 + (hashint8extended(i, $seed + 3) & 65535)) / 777.0::float8 AS weight FROM generate_series(1, 400000) AS i");
		IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', 'COPY graphs FROM STDIN WITH (FORMAT csv)' ], '<', \$known);
		my $rows = $node->safe_psql('postgres', 'COPY graphs TO STDOUT WITH (FORMAT csv)');
		IPC::Run::run([ $python, 'test/data/authority_reference.py', 'igraph' ], '<', \"$rows\n", '>', \my $reference);
		$node->safe_psql('postgres', 'CREATE TABLE by_igraph (graph text, person bigint, authority float8)');
		IPC::Run::run([ 'psql', '-X', '-q', '-d', $node->connstr('postgres'), '-c', 'COPY by_igraph FROM STDIN WITH (FORMAT csv)' ], '<', \$reference);
		$node->safe_psql('postgres', q{CREATE TABLE by_klout AS
			SELECT graph, person, authority
			FROM (SELECT DISTINCT graph,
					CASE graph WHEN 'little damping' THEN 0.3 WHEN 'much damping' THEN 0.99 ELSE 0.85 END AS damping
				FROM graphs) AS g,
				klout_authority(format('SELECT actor, target, weight FROM graphs WHERE graph = %L', graph), damping,
					tolerance => 1e-12, max_iterations => 1000,
					restart_sql => CASE WHEN graph = 'restart'
						THEN 'SELECT * FROM (VALUES (3, 1.0), (7, 2.5)) AS v (person, weight)' END)});
		is($node->safe_psql('postgres', 'SELECT count(DISTINCT graph) FROM by_igraph'), 14, 'igraph: 14 graphs');
		cmp_ok($node->safe_psql('postgres', q{SELECT count(*) FROM by_igraph WHERE graph = 'random'}), '>', 100000, 'one of them of 100,000 people');
		is($node->safe_psql('postgres', q{SELECT graph, count(i.person) = count(k.person) AND max(abs(i.authority - k.authority)) < 1e-10
				FROM by_igraph AS i FULL JOIN by_klout AS k USING (graph, person)
				GROUP BY graph HAVING (count(i.person) = count(k.person) AND max(abs(i.authority - k.authority)) < 1e-10) IS NOT TRUE}),
			'', "as igraph, seed $seed");
	}
}
