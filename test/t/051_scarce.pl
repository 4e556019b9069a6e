# Too little of something: disk for what a query spills and for a board's tables, address space, work_mem and
# maintenance_work_mem at their minimum. What cannot be done is an ordinary error of its class, the server
# stays up, and when there is enough again all is as it would have been.

use strict;
use warnings;

use IPC::Open2;

use Klout;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = klout_node('main', conf => "shared_buffers = 16MB\nfsync = off\njit = off\nmax_wal_size = 128MB\n");
my $dir = PostgreSQL::Test::Utils::tempdir();

# Who writes to whom: many people, so that hash aggregation has much to keep; and one value of each kind
$node->safe_psql('postgres', q{
	CREATE TABLE acts AS
	SELECT 'n' || g % 2 AS network, 'k' || g % 3 AS kind, g * 7919 % 1000003 AS actor, g % 100000 AS target,
		timestamptz '2026-03-31 14:00+00' - g % 90 * interval '1 day' AS at
	FROM generate_series(1::bigint, 400000) AS g;
	VACUUM ANALYZE acts});

my $values = q{
	SELECT count(*), md5(string_agg(target || encode(_klout_signals_send(s), 'hex'), ',' ORDER BY target))
	FROM (SELECT target, klout_signals(network, kind, actor, at) AS s FROM acts GROUP BY target) AS a};
my $authority = q{
	SELECT count(*), md5(string_agg(person || encode(float8send(authority), 'hex'), ',' ORDER BY person))
	FROM klout_authority('SELECT actor, target FROM acts WHERE actor < 50000')};
my $enough = $node->safe_psql('postgres', "SET work_mem = '1GB'; $values");
like($enough, qr/^100000\|/, 'with enough of everything: 100,000 people');

minimal_settings();
out_of_memory();
out_of_disk();
done_testing();

# SQLSTATE and message of a statement that fails, and what the same session says next
sub after_failure
{
	my ($settings, $statement, $next) = @_;
	my (undef, $out, $err) = $node->psql('postgres', "\\set VERBOSITY verbose\n$settings;\n$statement;\nRESET ALL;\n$next", on_error_stop => 0);

	return ($err, $out);
}

sub minimal_settings
{
	my $least = q{SET work_mem = '64kB'; SET maintenance_work_mem = '1MB'; SET hash_mem_multiplier = 1; SET temp_buffers = '800kB';};

	for my $plan ('SET enable_sort = off;', 'SET enable_hashagg = off;', 'SET max_parallel_workers_per_gather = 2; SET parallel_setup_cost = 0; SET parallel_tuple_cost = 0; SET min_parallel_table_scan_size = 0;')
	{
		is($node->safe_psql('postgres', "$least $plan $values"), $enough, "64 kB of work_mem, $plan the same");
	}
	is($node->safe_psql('postgres', "$least SET klout.authority_memory = '1GB'; $authority"),
		$node->safe_psql('postgres', "SET klout.authority_memory = '1GB'; SET work_mem = '1GB'; $authority"), '64 kB of work_mem, klout_authority: the same');
	my ($error, $next) = after_failure($least, $authority, 'SELECT count(*) FROM acts');
	like($error, qr/ERROR:  53400: klout_authority: needs about \d+ MB of memory, may use 1 MB/, '1 MB for klout_authority: it says so, before it begins');
	is($next, '400000', 'the session goes on');
	is($node->safe_psql('postgres', "$least SELECT klout_count(klout_population(g % 10001 / 100.0)), klout_cutoff(klout_population(g % 10001 / 100.0), 0.05) FROM generate_series(0, 100009) AS g"),
		'100010|95.01', '64 kB of work_mem: a population');
	board('minimal', $least);
	is(verdict('minimal'), '40000|0|0', '64 kB of work_mem: a board');
}

sub board
{
	my ($name, $settings) = @_;

	$node->safe_psql('postgres', qq{
		CREATE TABLE ${name}_actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
		INSERT INTO ${name}_actions (network, kind, actor, target, at) SELECT network, kind, actor, target % 20000, at FROM acts LIMIT 100000;
		INSERT INTO ${name}_actions (network, kind, actor, target, at) SELECT 'n' || 1 - right(network, 1)::int, kind, actor, target % 20000, at FROM acts LIMIT 100000;
		SELECT klout_board_create('$name', '${name}_actions', reactor_weight => 'none')});
	$node->safe_psql('postgres', "$settings CALL klout_board_refresh('$name', as_of => '2026-03-31 14:00+00')") if defined $settings;
	return;
}

# Values of the board, those that differ from what the table says, and what klout_board_audit finds
sub verdict
{
	my ($name) = @_;

	return $node->safe_psql('postgres', qq{
		SELECT count(*), count(*) FILTER (WHERE _klout_signals_send(d.signals) IS DISTINCT FROM _klout_signals_send(b.signals)),
			   (SELECT count(*) FROM klout_board_audit('$name'))
		FROM (SELECT target AS account, network, klout_signals(network, kind, actor, at) AS signals
			  FROM ${name}_actions WHERE actor <> target GROUP BY target, network) AS d
			 FULL JOIN $name.signals AS b USING (account, network)});
}

# A limit of the address space of each process, below what each of these asks for when told that it may
sub out_of_memory
{
	my $kilobytes = 260 * 1024;

	$node->stop;
  SKIP:
	{
		if (system('sh', '-c', "ulimit -v $kilobytes && exec \"\$@\"", 'sh', 'pg_ctl', '-w', '-s', '-D', $node->data_dir, '-l', $node->logfile, 'start') != 0)
		{
			$node->start;
			skip 'the server does not start with little address space', 9;
		}
		my $lots = q{SET work_mem = '2GB'; SET maintenance_work_mem = '2GB'; SET max_parallel_workers_per_gather = 0};
		for (
			[ 'an aggregate of many groups', q{SET enable_sort = off; SELECT count(*) FROM (SELECT klout_signals('n', 'k', g, '2026-01-01') FROM generate_series(1, 3000000) AS g GROUP BY g) AS a} ],
			[ 'klout_authority', q{SELECT count(*) FROM klout_authority('SELECT g AS actor, g * 7919 % 10000019 AS target FROM generate_series(1, 8000000::bigint) AS g')} ],
			[ 'a rollup', q{SELECT klout_count(klout_rollup(s)) FROM (SELECT klout_signals('n' || n, 'k', g, timestamptz '2026-01-01' - g * interval '1 hour', 1, interval '1 hour') AS s FROM generate_series(1, 255) AS n, generate_series(1::bigint, 60000) AS g GROUP BY n) AS a} ])
		{
			my ($name, $query) = @$_;
			my $postmaster = slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/ ? $1 : 0;
			my ($error, $next) = after_failure($lots, $query, "SELECT klout_count(klout_signals('n', 'k', g, '2026-01-01')) FROM generate_series(1, 1000) AS g");
			like($error, qr/ERROR:  53200: out of memory/, "$name: out of memory");
			is($next, '1000', "$name: the session goes on");
			is(slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/ ? $1 : 0, $postmaster, "$name: so does the server");
		}
		system('pg_ctl', '-w', '-s', '-D', $node->data_dir, '-m', 'fast', 'stop');
		$node->{_pid} = undef;
		$node->start;
	}
	unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'nothing died of it');
	is($node->safe_psql('postgres', $values), $enough, 'with enough memory: the same as before');
	return;
}

# A file system of a few megabytes in a mount namespace of the server's own (in a user namespace, as only root
# may mount, and again in another, as root may not run a server). A shell stays in there, to make room.
sub out_of_disk
{
	my ($uid, $gid) = ($>, $) + 0);
	my $small = "$dir/small";
	my ($from, $to);

	mkdir $small or die "$small: $!";
	my $shell = open2($from, $to, 'unshare', '-r', '-m', 'sh');

	# Runs a command in there; its status, and what it prints
	my $inside = sub {
		my ($command) = @_;
		my $said = '';

		local $SIG{PIPE} = 'IGNORE';
		print $to "{ $command; } 2>&1 </dev/null; status=\$?; echo; echo done: \$status\n";
		$to->flush;
		while (my $line = <$from>)
		{
			return ($1, $said) if $line =~ /^done: (\d+)/;
			$said .= $line;
		}
		return (255, 'no shell of its own');
	};
	my $server = sub {
		my ($action) = @_;
		return $inside->("unshare --user --map-user=$uid --map-group=$gid pg_ctl -w -s -D '" . $node->data_dir . "' -l '" . $node->logfile . "' $action >/dev/null");
	};
	my ($failed, $why) = $inside->("mount -t tmpfs -o size=64m,mode=1777 tmpfs '$small' && head -c 56m /dev/zero >'$small/filler' && mkdir '$small/space' && unshare --user --map-user=$uid --map-group=$gid true");
  SKIP:
	{
		skip 'a small file system is not to be had here: ' . $why =~ s/\n.*//sr, 15 if $failed;
		$node->stop;
		($failed, $why) = $server->('start');
		is($failed, 0, 'the server starts where a small file system is mounted') or diag($why);
		$node->safe_psql('postgres', "CREATE TABLESPACE small LOCATION '$small/space'");
		my $files = q{SELECT count(*) FROM pg_ls_tmpdir((SELECT oid FROM pg_tablespace WHERE spcname = 'small'))};

		# what a query spills
		my $spill = q{SET temp_tablespaces = small; SET work_mem = '64kB'; SET hash_mem_multiplier = 1; SET max_parallel_workers_per_gather = 0};
		for (
			[ 'a hash aggregate', 'SET enable_sort = off', $values ],
			[ 'a sort of signals', 'SET enable_hashagg = off', $values ],
			[ 'a window', '', q{SELECT sum(r) FROM (SELECT klout_rank() OVER (ORDER BY actor || kind || network || at) AS r FROM acts) AS a} ])
		{
			my ($name, $more, $query) = @$_;
			my ($error, $next) = after_failure("$spill; $more", $query, "SELECT klout_count(klout_signals(network, kind, actor, at)) FROM acts");
			like($error, qr/ERROR:  53100: could not write .*No space left on device/, "$name: no space left");
			is($next, '400000', "$name: the session goes on");
			is($node->safe_psql('postgres', $files), '0', "$name: nothing is left there");
		}

		# the tables of a board
		board('small');
		$node->safe_psql('postgres', 'ALTER TABLE small.signals SET TABLESPACE small');
		my ($error) = after_failure('', q{CALL klout_board_refresh('small', batch => 10000, as_of => '2026-03-31 14:00+00')}, 'SELECT 1');
		like($error, qr/ERROR:  53100: could not extend file .*No space left on device/, 'a refresh: no space left');
		my $taken = $node->safe_psql('postgres', 'SELECT coalesce(max(last_id), 0) FROM small.batches');
		cmp_ok($taken, '>', 0, 'some batches are in');
		cmp_ok($taken, '<', 200000, 'but not all');
		is($node->safe_psql('postgres', 'SELECT sum(klout_count(signals)) FROM small.signals'),
			$node->safe_psql('postgres', "SELECT count(*) FROM small_actions WHERE id <= $taken AND actor <> target"), 'each of their rows counts once');
		($failed, $why) = $inside->("rm '$small/filler'");
		is($failed, 0, 'somebody makes room') or diag($why);
		$node->safe_psql('postgres', q{CALL klout_board_refresh('small', as_of => '2026-03-31 14:00+00')});
		is(verdict('small'), '40000|0|0', 'the next refresh takes in the rest, each row once');

		$server->('-m fast stop');
		$node->{_pid} = undef;
	}
	close($to);
	waitpid($shell, 0);
	unlike(slurp_file($node->logfile), qr/PANIC|was terminated by signal/, 'nothing died of it');
	return;
}
