# Boards count each committed row exactly once: eight writers who insert, copy,
# pause, roll back and use savepoints, refreshes back to back, and a server that
# is killed in the middle; then prepared transactions, dump and restore, a standby.
#
# 10 seconds of writing; KLOUT_TEST_LONG=1 makes it 30.

use strict;
use warnings;

use Klout;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(sleep time);

my $seconds = $ENV{KLOUT_TEST_LONG} ? 30 : 10;
my $kills = 3;
my $writers = 8;
my $refreshers = 2;

my $node = klout_node(
	'main',
	init => [ allows_streaming => 1 ],
	conf => "max_prepared_transactions = 10\nmax_connections = 40\nfsync = off\nlog_lock_waits = on\n");
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', q{
	CREATE TABLE actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text,
						  actor bigint, target bigint, at timestamptz);
	SELECT klout_board_create('board', 'actions', reactor_weight => 'none');
	-- what a board must say, straight from the table
	CREATE VIEW direct AS
	SELECT target AS account, network, klout_signals(network, kind, actor, at) AS signals
	FROM actions WHERE actor <> target AND network IS NOT NULL AND kind IS NOT NULL AND at IS NOT NULL
	GROUP BY target, network});

# "rows, of which count, people and networks, of which differ, ranges that differ, pending"
my $verdict = q{
	SELECT (SELECT count(*) FROM actions) AS rows,
		   (SELECT count(*) FROM actions WHERE network IS NOT NULL AND kind IS NOT NULL AND at IS NOT NULL AND actor <> target) =
			(SELECT sum(klout_count(signals)) FROM board.signals) AS counted,
		   (SELECT count(*) FROM direct),
		   (SELECT count(*) FROM direct AS d FULL JOIN board.signals AS b USING (account, network)
			WHERE _klout_signals_send(d.signals) IS DISTINCT FROM _klout_signals_send(b.signals)),
		   (SELECT count(*) FROM klout_board_audit('board')),
		   (SELECT count(*) FROM board.pending)};

# Runs psql with a script in a process of its own; returns its id
sub in_background
{
	my ($sql, $file, $db) = @_;
	my $pid = fork() // die "cannot fork: $!";
	return $pid if $pid;
	open(STDOUT, '>>', $file) && open(STDERR, '>&', \*STDOUT) or POSIX::_exit(3);
	exec('psql', '-X', '-q', '-A', '-t', '-v', 'VERBOSITY=verbose', '-d', $node->connstr($db // 'postgres'), '-c', $sql)
	  or POSIX::_exit(3);
}

# Does something again and again in a process of its own until a time has come
sub again_and_again
{
	my ($until, $seed, $what) = @_;
	my $pid = fork() // die "cannot fork: $!";
	return $pid if $pid;
	srand($seed);
	while (time() < $until)
	{
		# a server that is down refuses at once
		sleep(0.05) unless $what->();
	}
	POSIX::_exit(0);
}

# ---- writers -----------------------------------------------------------------------------------

# Now and then a row that must not count, and one that counts two seconds later only
sub values_of_a_row
{
	my @row = (
		"'n" . int(rand(2)) . "'",
		"'k" . int(rand(3)) . "'",
		int(rand(2000)),
		int(rand(30)),
		"timestamptz '2020-01-01 00:00+00' + " . int(rand(31_000_000)) . " * interval '1 second'");
	$row[ int(rand(5)) ] = 'NULL' if rand() < 0.01;
	$row[2] = $row[3] if rand() < 0.01;
	$row[4] = "clock_timestamp() + interval '2 seconds'" if rand() < 0.01;
	return join(', ', @row);
}

sub insert_rows
{
	my ($rows) = @_;
	return 'INSERT INTO actions (network, kind, actor, target, at) VALUES '
	  . join(', ', map { '(' . values_of_a_row() . ')' } 1 .. $rows) . ";\n";
}

sub copy_rows
{
	my ($rows) = @_;
	return "COPY actions (network, kind, actor, target, at) FROM STDIN;\n"
	  . join('', map { join("\t", 'n' . int(rand(2)), 'k' . int(rand(3)), int(rand(2000)), int(rand(30)), '2020-06-' . (1 + int(rand(30))) . ' 12:00+00') . "\n" } 1 .. $rows)
	  . "\\.\n";
}

sub some_rows
{
	my $rows = 1 + int(rand(20));
	return rand() < 0.5 ? insert_rows($rows) : copy_rows($rows);
}

sub transaction
{
	return insert_rows(1) if rand() < 0.3;
	my $sql = "BEGIN;\n";
	for my $part (1 .. 1 + int(rand(4)))
	{
		my $dice = rand();
		if ($dice < 0.5) { $sql .= some_rows(); }
		elsif ($dice < 0.65) { $sql .= "SAVEPOINT s;\n" . some_rows() . (rand() < 0.5 ? "ROLLBACK TO s;\n" : "RELEASE s;\n"); }
		elsif ($dice < 0.75) { $sql .= "SAVEPOINT s;\n" . some_rows() . "SELECT 1 / 0;\nROLLBACK TO s;\n" . some_rows(); }
		# now and then for longer than most refreshes wait
		else { $sql .= sprintf("SELECT pg_sleep(%.3f);\n", rand() < 0.05 ? 1.5 : rand(0.1)); }
	}
	return $sql . (rand() < 0.2 ? "ROLLBACK;\n" : "COMMIT;\n");
}

sub write_for_a_while
{
	local $SIG{PIPE} = 'IGNORE';
	open(my $psql, '|-', 'psql -X -q -o /dev/null -d "' . $node->connstr('postgres') . '" 2>/dev/null') or return 0;
	print $psql transaction() for 1 .. 10;
	return close($psql);
}

my $deadline = time() + $seconds;
my @children = map { again_and_again($deadline, $_, \&write_for_a_while) } 1 .. $writers;

for my $n (1 .. $refreshers)
{
	push @children, again_and_again($deadline, 100 + $n, sub {
		my $publish = rand() < 0.5 ? 'always' : 'never';
		my $batch = (1, 7, 500, 5_000_000)[ int(rand(4)) ];
		my $wait = ('NULL', "'0'", "'0'", "'30 ms'", "'1 s'")[ int(rand(5)) ];
		# by default repeatable read, as refreshes must not rest on what a session happens to have
		my $level = $n == 1 ? 'read committed' : 'repeatable read';
		local $ENV{PGOPTIONS} = "-c client_min_messages=warning -c default_transaction_isolation='$level'" =~ s/'read committed'/read\\ committed/r =~ s/'repeatable read'/repeatable\\ read/r;
		my $pid = in_background("CALL klout_board_refresh('board', batch => $batch, publish => '$publish', wait => $wait)", "$dir/refresh.log");
		waitpid($pid, 0);
		return $? == 0;
	});
}

# ---- the killer --------------------------------------------------------------------------------

sub kill_server
{
	my $postmaster = (slurp_file($node->data_dir . '/postmaster.pid') =~ /^(\d+)/)[0];
	my @backends = map { /^\s*(\d+)\s+$postmaster\s*$/ ? $1 : () } split(/\n/, `ps -A -o pid=,ppid=`);
	$node->kill9;
	# nor may they finish what they are at
	kill 'KILL', @backends;
	# as long as one is there, the next start would be refused
	for my $attempt (1 .. 600)
	{
		last if !grep { kill 0, $_ } $postmaster, @backends;
		sleep(0.1);
	}
	return $node->start(fail_ok => 1);
}

for my $n (1 .. $kills)
{
	sleep($seconds / ($kills + 1));
	ok(kill_server(), "the server is killed and comes back ($n of $kills)");
}
waitpid($_, 0) for @children;

sleep(2.1); # until rows with a time in the future are due
$node->safe_psql('postgres', "CALL klout_board_refresh('board', publish => 'always')");
my $result = $node->safe_psql('postgres', $verdict);
note "after $seconds s: rows|counted|signals|that differ|ranges that differ|pending: $result";
my ($rows, @rest) = split(/\|/, $result);
cmp_ok($rows, '>', 1000, 'thousands of rows were written');
is($rest[0], 't', 'each row counts once');
cmp_ok($rest[1], '>=', 60, 'for people on two networks');
is($rest[2], '0', 'every signal is what the table says, byte for byte');
is($rest[3], '0', 'klout_board_audit agrees');
is($rest[4], '0', 'nothing waits');
cmp_ok($node->safe_psql('postgres', 'SELECT max(id) - count(*) FROM actions'), '>', 100, 'many ids were rolled back');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FROM board.batches'), '>', 10, 'in many batches');
cmp_ok($node->safe_psql('postgres', 'SELECT count(*) FILTER (WHERE published) FROM board.publications'), '>', 2, 'with publications in between');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM (SELECT first_id - 1 - lag(last_id) OVER (ORDER BY last_id) AS gap FROM board.batches) AS b WHERE gap <> 0}),
	'0', 'batches leave no gap and do not overlap');
is($node->safe_psql('postgres', q{
	SELECT count(*) FROM board.scores AS s JOIN board.publications AS p ON p.at = (SELECT max(at) FROM board.publications)
	WHERE s.score <> (SELECT klout_score(klout_rollup(d.signals), klout_model(), p.at) FROM direct AS d WHERE d.account = s.person)}),
	'0', 'every score is what a query says, bit for bit');

cmp_ok(scalar(() = slurp_file("$dir/refresh.log") =~ /transactions that write to public.actions have not ended/g), '>', 0, 'some refreshes did not wait to the end');

# what refreshes said, but for losing their server
my @complaints = grep { /ERROR|WARNING|PANIC/ && !/rejected \d+ of \d+ rows|transactions that write to public.actions have not ended/ && !/57P0[123]|08006|0800[134]|terminating connection/ } split(/\n/, slurp_file("$dir/refresh.log"));
is(join("\n", @complaints), '', 'no refresh failed');

# ---- what was set aside is corrected --------------------------------------------------------------

is($node->safe_psql('postgres', q{
	SELECT count(*) > 0, count(*) FILTER (WHERE r.id IS NULL OR a.id IS NULL)
	FROM board.rejected AS r FULL JOIN (SELECT id FROM actions WHERE num_nulls(network, kind, actor, target, at) > 0) AS a USING (id)}),
	't|0', 'those that cannot count are set aside, and no others');
$node->safe_psql('postgres', q{
	UPDATE actions SET network = coalesce(network, 'n0'), kind = coalesce(kind, 'k0'), at = coalesce(at, '2020-02-01 00:00+00'),
		actor = coalesce(actor, 3000), target = coalesce(target, 29)
	WHERE id IN (SELECT id FROM board.rejected)});
is($node->safe_psql('postgres', q{SELECT remaining FROM klout_board_retry_rejected('board')}), '0', 'all are corrected');
is($node->safe_psql('postgres', q{SELECT * FROM klout_board_retry_rejected('board')}), '0|0', 'and handed over once');
$node->safe_psql('postgres', "CALL klout_board_refresh('board', publish => 'always')");
(undef, @rest) = split(/\|/, $node->safe_psql('postgres', $verdict));
is("@rest[0, 2, 3, 4]", 't 0 0 0', 'each counts once');

# ---- prepared transactions ---------------------------------------------------------------------

sub refresh_waits
{
	return $node->poll_query_until('postgres', q{
		SELECT count(*) = 1 FROM pg_stat_activity
		WHERE query LIKE 'CALL klout_board_refresh%' AND wait_event_type = 'Lock' AND cardinality(pg_blocking_pids(pid)) > 0});
}

my $add = "INSERT INTO actions (network, kind, actor, target, at) VALUES ('n0', 'k0', 1, 2, '2020-03-01 00:00+00')";
$node->safe_psql('postgres', "BEGIN; $add; PREPARE TRANSACTION 'early'");
$node->safe_psql('postgres', $add);
my $waiting = in_background("CALL klout_board_refresh('board', publish => 'never')", "$dir/prepared.log");
ok(refresh_waits(), 'a refresh waits for a prepared transaction');
my ($status, $stdout, $stderr) = $node->psql('postgres', "SET lock_timeout = '100ms'; CALL klout_board_refresh('board')");
like($stderr, qr/canceling statement due to lock timeout/, 'which lock_timeout limits');
kill_server();
waitpid($waiting, 0);
$waiting = in_background("CALL klout_board_refresh('board', publish => 'never')", "$dir/prepared.log");
ok(refresh_waits(), 'also after a restart');
$node->safe_psql('postgres', "COMMIT PREPARED 'early'");
waitpid($waiting, 0);
is($?, 0, 'and goes on when it is committed');
like($node->safe_psql('postgres', $verdict), qr/^\d+\|t\|\d+\|0\|0\|0$/, 'all count once');

# prepared while the refresh is waiting already
my $preparing = in_background("BEGIN; $add; SELECT pg_sleep(1); PREPARE TRANSACTION 'late'", "$dir/prepared.log");
ok($node->poll_query_until('postgres', "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'actions'::regclass AND mode = 'RowExclusiveLock'"), 'somebody writes');
$node->safe_psql('postgres', $add);
$waiting = in_background("CALL klout_board_refresh('board', publish => 'never')", "$dir/prepared.log");
waitpid($preparing, 0);
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM pg_prepared_xacts WHERE gid = 'late'"), 'and prepares');
is($node->safe_psql('postgres', "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'CALL klout_board_refresh%'"), '1', 'the refresh still waits');
$node->safe_psql('postgres', "COMMIT PREPARED 'late'");
waitpid($waiting, 0);
like($node->safe_psql('postgres', $verdict), qr/^\d+\|t\|\d+\|0\|0\|0$/, 'all count once');

# ---- waits that are said and bounded -----------------------------------------------------------

my $takes = sub { $node->safe_psql('postgres', 'SELECT sum(klout_count(signals)) FROM board.signals') };
my $before_waits = $takes->();
$node->safe_psql('postgres', "BEGIN; $add; PREPARE TRANSACTION 'forgotten'");
$node->safe_psql('postgres', $add);
my $sleeper = in_background("SET application_name = 'sleeper'; BEGIN; $add; SELECT pg_sleep(600)", "$dir/sleeper.log");
my $sleeping = q{SELECT pid FROM pg_stat_activity WHERE application_name = 'sleeper' AND wait_event = 'PgSleep'};
ok($node->poll_query_until('postgres', "SELECT count(*) = 1 FROM ($sleeping) AS s"), 'one writer is idle, one prepared');
my $sleeping_pid = $node->safe_psql('postgres', $sleeping);
my $began = time();
($status, $stdout, $stderr) = $node->psql('postgres', "CALL klout_board_refresh('board', publish => 'always', wait => '6.5 s')");
my $lasted = time() - $began;
is($status, 0, 'a refresh waits as long as it is told, and goes on');
ok($lasted >= 6.5 && $lasted < 60, "after $lasted s");
my $who = qr/pid $sleeping_pid, user \w+, application "sleeper", in a transaction since 20\S+ \S+, active, last query at 20\S+ \S+/;
my $prepared = qr/prepared transaction 'forgotten' of \w+, prepared at 20\S+ /;
like($stderr, qr/NOTICE:  board "board": waited 5 seconds for transactions that write to public.actions\nDETAIL:  The transactions are: $who; $prepared/, 'it says after 5 seconds for whom it waits');
like($stderr, qr/WARNING:  board "board": transactions that write to public.actions have not ended; continuing with ids up to \d+ of \d+\nDETAIL:  The transactions are: $who; $prepared/, 'and in the end who is still there');
is($takes->(), $before_waits, 'it took in nothing that is not certain');
is($node->safe_psql('postgres', 'SELECT published FROM board.publications ORDER BY at DESC LIMIT 1'), 't', 'and published');
($status, $stdout, $stderr) = $node->psql('postgres', "SET lock_timeout = '200ms'; CALL klout_board_refresh('board')");
like($stderr, qr/lock timeout.*\nDETAIL:  Still running: $who; $prepared/, 'lock_timeout holds as before, and the error says who is there');

# cancelled at once, also in the middle of a piece of the wait
$waiting = in_background("CALL klout_board_refresh('board', publish => 'never')", "$dir/cancelled.log");
ok(refresh_waits(), 'one waits');
$began = time();
$node->safe_psql('postgres', "SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE query LIKE 'CALL klout_board_refresh%'");
waitpid($waiting, 0);
cmp_ok(time() - $began, '<', 5, 'and is cancelled at once');
like(slurp_file("$dir/cancelled.log"), qr/57014: canceling statement due to user request/, 'as the error says');

# the prepared one survives a restart under another virtual id, and still holds its id back
kill_server();
waitpid($sleeper, 0);
$node->safe_psql('postgres', $add);
($status, $stdout, $stderr) = $node->psql('postgres', "CALL klout_board_refresh('board', publish => 'never', wait => '0')");
like($stderr, qr/DETAIL:  The transactions are: $prepared/, 'after a restart the prepared one is still there');
unlike($stderr, qr/sleeper/, 'the other is not');
is($takes->(), $before_waits, 'and holds back what it did');
$node->safe_psql('postgres', "COMMIT PREPARED 'forgotten'");
$node->safe_psql('postgres', "CALL klout_board_refresh('board', publish => 'never', wait => '0')");
like($node->safe_psql('postgres', $verdict), qr/^\d+\|t\|\d+\|0\|0\|0$/, 'then all count once');
is($takes->(), $before_waits + 3, 'three more than before');

# ---- what a refresh cannot do ------------------------------------------------------------------

($status, $stdout, $stderr) = $node->psql('postgres', "\\set VERBOSITY verbose\nBEGIN; CALL klout_board_refresh('board')");
like($stderr, qr/ERROR:  2D000: invalid transaction termination/, 'a refresh in a transaction block fails, as it commits');

# ---- dump, restore, go on ----------------------------------------------------------------------

$node->safe_psql('postgres', q{
	SELECT klout_board_opt_out('board', '7');
	SELECT klout_board_link('board', 'n0', '8', '9');
	INSERT INTO board.perks (perk, capacity) VALUES ('mug', 3);
	SELECT klout_board_grant('board', 'mug')});
$node->safe_psql('postgres', "CALL klout_board_refresh('board', publish => 'always')");
my $state = q{
	SELECT md5(string_agg(s::text, '|' ORDER BY s::text)) FROM (
		SELECT 'leaderboard', l::text FROM board.leaderboard AS l
		UNION ALL SELECT 'history', h::text FROM board.history AS h
		UNION ALL SELECT 'signals', s::text FROM board.signals AS s
		UNION ALL SELECT 'settings', s::text FROM board.settings AS s
		UNION ALL SELECT 'out', o::text FROM board.opt_outs AS o
		UNION ALL SELECT 'grants', g::text FROM board.grants AS g
		UNION ALL SELECT 'accounts', a::text FROM board.accounts AS a) AS s};
my $before = $node->safe_psql('postgres', $state);
$node->command_ok([ 'pg_dump', '-Fc', '-f', "$dir/board.dump", 'postgres' ], 'pg_dump');
$node->safe_psql('postgres', 'CREATE DATABASE restored TEMPLATE template0');
$node->command_ok([ 'pg_restore', '--exit-on-error', '-d', 'restored', "$dir/board.dump" ], 'pg_restore');
is($node->safe_psql('restored', $state), $before, 'a restored board says the same');
$node->safe_psql('restored', "$add; $add");
$node->safe_psql('restored', "INSERT INTO actions (network, kind, actor, target, at) VALUES ('n0', 'k0', 1, 7, '2020-03-01 00:00+00')");
$node->safe_psql('restored', "CALL klout_board_refresh('board', publish => 'always')");
is($node->safe_psql('restored', q{
	SELECT count(*) FROM (SELECT * FROM direct WHERE account <> 7) AS d FULL JOIN board.signals AS b USING (account, network)
	WHERE _klout_signals_send(d.signals) IS DISTINCT FROM _klout_signals_send(b.signals)}),
	'0', 'goes on where it was, and still without who opted out');
is($node->safe_psql('restored', q{SELECT count(*) FROM klout_board_audit('board')}), '0', 'klout_board_audit agrees');

# ---- standby -----------------------------------------------------------------------------------

$node->backup('copy');
my $standby = PostgreSQL::Test::Cluster->new('standby');
$standby->init_from_backup($node, 'copy', has_streaming => 1);
$standby->start;
$node->safe_psql('postgres', $add);
$node->safe_psql('postgres', "CALL klout_board_refresh('board', publish => 'always')");
$node->wait_for_catchup($standby);
is($standby->safe_psql('postgres', $state), $node->safe_psql('postgres', $state), 'a standby shows the same board');
is($standby->safe_psql('postgres', "SELECT count(*) FROM klout_board_search('board', '9'), klout_board_activity('board', '9'), klout_board_audit('board') AS a"), '0',
	'and answers questions');
cmp_ok($standby->safe_psql('postgres', "SELECT sum(points) FROM klout_board_activity('board', '9')"), '>', 0, 'such as for a statement');
($status, $stdout, $stderr) = $standby->psql('postgres', "CALL klout_board_refresh('board')");
like($stderr, qr/read-only transaction|during recovery/, 'but does not refresh');
$standby->promote;
$standby->safe_psql('postgres', $add);
$standby->safe_psql('postgres', "CALL klout_board_refresh('board', publish => 'always')");
is($standby->safe_psql('postgres', q{
	SELECT count(*) FROM (SELECT * FROM direct WHERE account <> 7) AS d FULL JOIN board.signals AS b USING (account, network)
	WHERE _klout_signals_send(d.signals) IS DISTINCT FROM _klout_signals_send(b.signals)}),
	'0', 'until it is promoted');
$standby->stop;

# ---- pg_cron -----------------------------------------------------------------------------------

SKIP:
{
	skip 'pg_cron is not installed', 1
	  if $node->safe_psql('postgres', "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_cron'") eq '0';
	$node->append_conf('postgresql.conf', "shared_preload_libraries = 'pg_cron'\ncron.use_background_workers = on\n");
	$node->restart;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron');
	$node->safe_psql('postgres', $add);
	my $publications = $node->safe_psql('postgres', 'SELECT count(*) FROM board.publications');
	# (before 1.5 pg_cron knows no seconds)
	$node->safe_psql('postgres', q{SELECT cron.schedule('board', '* * * * *', $$CALL klout_board_refresh('board')$$)});
	ok($node->poll_query_until('postgres', "SELECT count(*) > $publications FROM board.publications"), 'pg_cron refreshes');
	$node->safe_psql('postgres', "SELECT cron.unschedule('board')");
}

# ---- klout in a schema of its own, with a name that format() trips over, and a path that leads astray

$node->safe_psql('postgres', 'CREATE DATABASE elsewhere TEMPLATE template0');
$node->safe_psql('elsewhere', q{
	CREATE SCHEMA "other %s place"; CREATE EXTENSION klout SCHEMA "other %s place";
	CREATE TABLE actions (id bigserial PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
	INSERT INTO actions (network, kind, actor, target, at) SELECT 'n', 'k', 10 + g % 2, g % 3, timestamptz '2020-01-01 00:00+00' - (9 - g) * interval '10 days' FROM generate_series(1, 9) AS g;
	CREATE FUNCTION public.trap(bigint, integer) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
	CREATE FUNCTION public.trap(text, text) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
	CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
	CREATE OPERATOR public.= (LEFTARG = bigint, RIGHTARG = integer, FUNCTION = public.trap);
	CREATE OPERATOR public.<> (LEFTARG = text, RIGHTARG = text, FUNCTION = public.trap);
	CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.trap);
	CREATE FUNCTION public._klout_board_ingest(name, bigint, bigint, timestamptz, timestamptz) RETURNS record LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''trapped''; END';
	ALTER DATABASE elsewhere SET search_path = public, pg_catalog});
for my $weight ('none', 'proven', 'score', 'authority')
{
	$node->safe_psql('elsewhere', qq{SELECT "other %s place".klout_board_create('board', 'actions', reactor_weight => '$weight')});
	$node->safe_psql('elsewhere', q{CALL "other %s place".klout_board_refresh('board', as_of => '2020-01-02 00:00+00')});
	$node->safe_psql('elsewhere', q{CALL "other %s place".klout_board_refresh('board', batch => 2, publish => 'always')});
	is($node->safe_psql('elsewhere', q{
		INSERT INTO board.perks (perk, capacity) VALUES ('mug', 1);
		SELECT (SELECT count(*) FROM board.leaderboard), (SELECT count(*) FROM "other %s place".klout_board_search('board', '1')),
			   (SELECT count(*) FROM "other %s place".klout_board_activity('board', '1')), (SELECT count(*) FROM "other %s place".klout_board_compare('board', '{1}')),
			   (SELECT count(*) FROM "other %s place".klout_board_qualify('board', 'mug')), (SELECT count(*) FROM "other %s place".klout_board_grant('board', 'mug')),
			   (SELECT count(*) FROM "other %s place".klout_board_audit('board'))}),
		'3|1|1|1|3|1|0', "with klout in another schema, reactor_weight $weight");
	$node->safe_psql('elsewhere', q{
		SELECT "other %s place".klout_board_link('board', 'n', '1', '2'), "other %s place".klout_board_unlink('board', 'n', '1');
		SELECT "other %s place".klout_board_opt_out('board', '1'), "other %s place".klout_board_opt_in('board', '1');
		SELECT "other %s place".klout_board_set_model('board', "other %s place".klout_board_calibrate('board', '2020-01-02 00:00+00'));
		SELECT "other %s place".klout_board_rebuild('board');
		SELECT "other %s place".klout_board_drop('board')});
}

# ---- DROP leaves nothing -----------------------------------------------------------------------

$node->safe_psql('postgres', "SELECT klout_board_drop('board')");
is($node->safe_psql('postgres', q{
	SELECT (SELECT count(*) FROM pg_namespace WHERE nspname = 'board')
		 + (SELECT count(*) FROM pg_class WHERE relnamespace NOT IN (SELECT oid FROM pg_namespace))
		 + (SELECT count(*) FROM pg_depend AS d WHERE d.classid = 'pg_class'::regclass AND d.objid NOT IN (SELECT oid FROM pg_class))}),
	'0', 'klout_board_drop leaves nothing');
$node->safe_psql('postgres', 'DROP VIEW direct; DROP EXTENSION klout');
is($node->safe_psql('postgres', 'SELECT count(*) > 1000 FROM actions'), 't', 'but the actions');

$node->stop;
done_testing();
