# Citus: on a coordinator with two workers aggregates run on the workers and give
# byte for byte what one server gives, and boards lie beside a distributed table.
#
# Runs where the server has Citus; its files and klout's must be found by all nodes.

use strict;
use warnings;

use Klout;
use POSIX ();
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

# ---- three nodes -------------------------------------------------------------------------------

my $coordinator = PostgreSQL::Test::Cluster->new('coordinator');
my @workers = map { PostgreSQL::Test::Cluster->new("worker$_") } 1, 2;

$coordinator->init;
$coordinator->append_conf('postgresql.conf', klout_conf());
$coordinator->start;
my ($status, $stdout, $stderr) = $coordinator->psql('postgres', 'CREATE EXTENSION citus');

# pg_available_extensions does not look everywhere CREATE EXTENSION looks
if ($stderr =~ /is not available|could not open extension control file/)
{
	plan skip_all => 'Citus is not installed';
}
$coordinator->stop;
$_->init for @workers;
for my $node ($coordinator, @workers)
{
	# nodes reach each other the way we reach them
	my $host = $node->host;
	$node->append_conf('postgresql.conf', klout_conf() . qq{
		shared_preload_libraries = 'citus'
		citus.shard_count = 4
		citus.node_conninfo = 'sslmode=prefer'
		citus.local_hostname = '$host'
		citus.enable_statistics_collection = off
		max_prepared_transactions = 50
		max_connections = 100
		fsync = off
		jit = off
	});
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION citus');
}
$coordinator->safe_psql('postgres', sprintf(q{
	SELECT citus_set_coordinator_host('%s', %d), citus_add_node('%s', %d), citus_add_node('%s', %d)},
	map { ($_->host, $_->port) } $coordinator, @workers));
note($coordinator->safe_psql('postgres', 'SELECT citus_version()'));

# A session's settings: what cannot be pushed down is an error, not slow
my $settings = q{
	SET timezone = 'UTC';
	SET citus.coordinator_aggregation_strategy = 'disabled';
};

sub ask
{
	my ($sql) = @_;
	return $coordinator->safe_psql('postgres', "$settings$sql");
}

# The rows of a query, whatever their order
sub rows_of
{
	my ($query) = @_;
	return join("\n", sort split(/\n/, ask($query)));
}

sub on_workers
{
	my ($sql) = @_;
	return join(' ', map { $_->safe_psql('postgres', $sql) } @workers);
}

# ---- the extension -----------------------------------------------------------------------------

$coordinator->safe_psql('postgres', 'CREATE EXTENSION klout');
my $is_there = q{SELECT count(*) FROM pg_extension WHERE extname = 'klout'};
is(on_workers($is_there), '1 1', 'CREATE EXTENSION reaches the workers');
$coordinator->safe_psql('postgres', 'DROP EXTENSION klout');
is(on_workers($is_there), '0 0', 'and so does DROP EXTENSION');
$coordinator->safe_psql('postgres', 'CREATE EXTENSION klout');

# ---- the data: one table twice -----------------------------------------------------------------

my $columns = 'network, kind, actor, target, at, weight, topic, post';
ask(qq{
	CREATE TABLE actions (id bigint GENERATED ALWAYS AS IDENTITY, network text, kind text, actor bigint, target bigint,
						  at timestamptz, weight float8, topic text, post text, PRIMARY KEY (target, id));
	CREATE INDEX ON actions (id);
	SELECT create_distributed_table('actions', 'target');
	CREATE TABLE local_actions (LIKE actions INCLUDING ALL)});

# From a number to a row: skewed targets, who act on themselves now and then, missing values
sub add_rows
{
	my ($from, $to, $days) = @_;
	ask(qq{
		INSERT INTO actions ($columns)
		SELECT 'n' || n % 2, nullif('k' || n % 5, 'k4'), (n::bigint * 7919) % 611, (n::bigint * n) % 151 % (n % 150 + 1),
			   timestamptz '2026-01-01 00:00+00' + ((n::bigint * 104729) % ($days * 86400)) * interval '1 second',
			   (n % 8) / 8.0, 't' || n % 3, CASE WHEN n % 3 > 0 THEN 'p' || n % 40 END
		FROM generate_series($from, $to) AS n;
		INSERT INTO local_actions OVERRIDING SYSTEM VALUE SELECT * FROM actions WHERE id > (SELECT coalesce(max(id), 0) FROM local_actions);
		SELECT setval(pg_get_serial_sequence('local_actions', 'id'), (SELECT max(id) FROM local_actions))});
	return;
}

add_rows(1, 12000, 60);
is(ask('SELECT count(*), max(id) FROM actions'), '12000|12000', 'the coordinator gives out ids without gaps');
is(ask('SELECT count(DISTINCT nodename || nodeport) FROM citus_shards WHERE table_name = \'actions\'::regclass'), '2', 'both workers have shards');

# ---- aggregates --------------------------------------------------------------------------------

# Runs a query with {t} for the table on both; asks for equal results and for a plan
sub pushed_down
{
	my ($name, $plan, $query) = @_;
	my ($distributed, $local) = ($query, $query);
	$distributed =~ s/\{t\}/actions/g;
	$local =~ s/\{t\}/local_actions/g;
	$distributed =~ s/\{s\}/states/g;
	$local =~ s/\{s\}/local_states/g;
	is(rows_of($distributed), rows_of($local), "$name: the same bytes");
	my $explained = ask("EXPLAIN (VERBOSE, COSTS OFF) $distributed");
	my ($above, @tasks) = split(/^.*Custom Scan \(Citus Adaptive\)/m, $explained);
	if ($plan eq 'full')
	{
		unlike($explained, qr/worker_partial_agg|coord_combine_agg/, "$name: whole on the workers");
		unlike($above, qr/Aggregate/, "$name: nothing to aggregate on the coordinator");
	}
	else
	{
		like($explained, qr/worker_partial_agg\('[^']*klout_/, "$name: in part on the workers");
		like($above, qr/coord_combine_agg/, "$name: combined on the coordinator");
	}
	return;
}

for my $group ([ 'full', 'target', 'by target' ], [ 'part', 'network', 'by network' ], [ 'part', undef, 'of all' ])
{
	my ($plan, $by, $name) = @$group;
	my $select = $by ? "SELECT $by, " : 'SELECT ';
	my $tail = $by ? " GROUP BY $by" : '';
	pushed_down("klout_signals $name", $plan, "$select klout_signals(network, kind, actor, at) AS s FROM {t}$tail");
	pushed_down("klout_signals of text, weighed, $name", $plan, "$select klout_signals(network, kind, actor::text, at, weight, '1 day') AS s FROM {t}$tail");
	pushed_down("klout_signals by the hour $name", $plan, "$select klout_signals(network, kind, actor, at, weight, interval '1 hour') AS s FROM {t}$tail");
	pushed_down("klout_audience $name", $plan, "$select klout_audience(network, actor, at) AS s FROM {t}$tail");
	pushed_down("klout_posts $name", $plan, "$select klout_posts(network, at) AS s FROM {t}$tail");
	pushed_down("klout_score $name", $plan, "$select klout_score(network, kind, actor, at) AS s FROM {t}$tail");
	pushed_down("klout_population $name", $plan, "$select klout_population(weight * 80) AS p FROM {t}$tail");
	pushed_down("klout_percentile $name", $plan, "$select klout_percentile(klout_population(weight), 0.9::float8) AS p FROM {t}$tail");
	pushed_down("FILTER, $name", $plan, "$select klout_signals(network, kind, actor, at) FILTER (WHERE actor % 100 = 7) AS s FROM {t}$tail");
}

# ---- roll-ups ----------------------------------------------------------------------------------

my $state = q{SELECT target, network, klout_signals(network, kind, actor, at) AS signals FROM {t}};
ask(q{
	CREATE TABLE local_states (target bigint, network text, signals klout_signals, PRIMARY KEY (target, network));
	CREATE TABLE states (LIKE local_states INCLUDING ALL);
	SELECT create_distributed_table('states', 'target', colocate_with => 'actions')});
for my $part ('id % 3 = 0', 'id % 3 = 1', 'id % 3 = 2')
{
	my $upsert = sub {
		my ($states, $actions) = @_;
		return qq{
			INSERT INTO $states AS s SELECT target, network, klout_signals(network, kind, actor, at) FROM $actions
			WHERE $part AND network IS NOT NULL AND kind IS NOT NULL GROUP BY target, network
			ON CONFLICT (target, network) DO UPDATE SET signals = klout_merge(s.signals, excluded.signals)};
	};
	my $plan = ask('EXPLAIN (VERBOSE, COSTS OFF) ' . $upsert->('states', 'actions'));
	unlike($plan, qr/pull to coordinator|repartition/, "a roll-up of $part stays on the workers");
	ask($upsert->('states', 'actions') . ';' . $upsert->('local_states', 'local_actions'));
}
pushed_down('klout_rollup by target', 'full', 'SELECT target, klout_rollup(signals) AS s FROM {s} GROUP BY target');
pushed_down('klout_rollup by network', 'part', 'SELECT network, klout_rollup(signals) AS s FROM {s} GROUP BY network');
pushed_down('klout_rollup of all', 'part', 'SELECT klout_rollup(signals) AS s FROM {s}');
pushed_down('klout_rollup of populations', 'part',
	'SELECT klout_rollup(p) AS p FROM (SELECT target, klout_population(weight * 80) AS p FROM {t} GROUP BY target) AS t');
is(rows_of('TABLE states'), rows_of('TABLE local_states'), 'three upserts merged to the same bytes');

# Those that begin from signals, where this version has them
for my $call ("klout_calibrate(signals, klout_model(), timestamptz '2026-02-01 00:00+00')", 'klout_mix(signals)',
	'klout_kendall(klout_reach(signals), klout_count(signals)::float8)', 'klout_auc(klout_reach(signals), 1.0 * (klout_count(signals) % 2))')
{
	my ($function) = $call =~ /^(\w+)/;
	next if ask("SELECT count(*) FROM pg_proc WHERE proname = '$function' AND prokind = 'a'") eq '0';
	pushed_down("$function of all", 'part', "SELECT $call AS x FROM {s}");
	pushed_down("$function by network", 'part', "SELECT network, $call AS x FROM {s} GROUP BY network");
}

# ---- boards ------------------------------------------------------------------------------------

# Says of two boards what they disagree on: nothing
sub agree
{
	my ($distributed, $local, $name) = @_;
	my @queries = (
		'TABLE {b}.signals', 'TABLE {b}.posts', 'TABLE {b}.pending', 'TABLE {b}.reactors', 'SELECT person FROM {b}.opt_outs',
		'TABLE {b}.authority', 'TABLE {b}.changed', 'TABLE {b}.scores', 'TABLE {b}.history_rows', 'TABLE {b}.history',
		'SELECT topic, people, population, people_at_63, round(sum_odds::numeric, 9) FROM {b}.populations', 'SELECT id, reason FROM {b}.rejected',
		'SELECT network, account, person FROM {b}.accounts', 'SELECT first_id, last_id, rows FROM {b}.batches',
		'SELECT at, published, reason, people, people_at_63, rescored, fingerprint FROM {b}.publications',
		'TABLE {b}.leaderboard', 'TABLE {b}.movers', 'TABLE {b}.moments', 'TABLE {b}.perks_left',
		"SELECT * FROM klout_board_audit('{b}')", "SELECT * FROM klout_board_search('{b}', '7')",
		"SELECT * FROM klout_board_compare('{b}', '{7,12}')", "SELECT * FROM klout_board_activity('{b}', '7')",
		"SELECT * FROM klout_board_activity('{b}', '12', 't1')");
	my @differ;
	my @answers = map {
		my $board = $_;
		[ map { join("\n", sort split(/\n/, $_)) } split(/^--\n/m, ask(join("\\echo --\n", map { s/\{b\}/$board/gr . ";\n" } @queries)), -1) ]
	} $distributed, $local;
	for my $n (0 .. $#queries)
	{
		next if $answers[0][$n] eq $answers[1][$n];
		push @differ, $queries[$n];
		note("$queries[$n]:\n$answers[0][$n]\n-- and:\n$answers[1][$n]") if length($answers[0][$n]) < 10000;
	}
	is(join(', ', @differ), '', $name);
	return;
}

sub refresh
{
	my ($board, $as_of, $more) = @_;
	return ask("SET client_min_messages = warning; CALL klout_board_refresh('$board', as_of => '$as_of'" . ($more // '') . ')');
}

for my $reactor_weight ('proven', 'none', 'score', 'authority')
{
	my ($b, $l) = ("b_$reactor_weight", "l_$reactor_weight");
	my $columns = $reactor_weight =~ /^[pa]/ ? '{}' : '{"topic": null, "post": null}';
	ask(qq{
		SELECT klout_board_create('$b', 'actions', columns => '$columns', reactor_weight => '$reactor_weight');
		SELECT klout_board_create('$l', 'local_actions', columns => '$columns', reactor_weight => '$reactor_weight')});
	my $both = sub { ask(join(';', map { my $sql = $_[0]; $sql =~ s/\{b\}/$_/g; $sql } $b, $l)); };
	my $refresh = sub { refresh($_, @_) for $b, $l; };
	if ($reactor_weight eq 'proven')
	{
		is(ask(q{SELECT count(DISTINCT colocationid), count(*) FROM pg_dist_partition
				 WHERE logicalrelid IN ('actions'::regclass, 'b_proven.signals', 'b_proven.posts', 'b_proven.pending',
										'b_proven.scores', 'b_proven.history_rows')}),
			'1|6', 'facts, scores and history lie beside the actions');
	}

	$refresh->('2026-01-20 12:00+00', ', batch => 5000');
	agree($b, $l, "$reactor_weight: the same after the first refresh");
	if ($reactor_weight eq 'proven')
	{
		# what the workers are told
		my (undef, undef, $sent) = $coordinator->psql('postgres', qq{
			$settings SET client_min_messages = notice; SET citus.log_remote_commands = on;
			CALL klout_board_refresh('$b', as_of => '2026-01-20 13:00+00', publish => 'always')});
		$sent =~ s/\s+/ /g;
		like($sent, qr/issuing INSERT INTO b_proven\.signals_\d+ (?:(?!issuing).)*klout_signals\(/, 'workers take in');
		like($sent, qr/issuing (?:(?!issuing).)*worker_partition_query_result(?:(?!issuing).)*klout_summary\(/, 'workers score');
		unlike($sent, qr/issuing SELECT (?:(?!issuing|worker_partition).)*(?:\bs\.signals\b|klout_rollup)/, 'no signals travel to the coordinator');
		refresh($l, '2026-01-20 13:00+00', ", publish => 'always'");
		agree($b, $l, 'and that is the same');
	}
	isnt(ask("SELECT sum(klout_count(signals)) FROM $b.signals"), '', "$reactor_weight: and that is not nothing");
	$refresh->('2026-01-28 12:00+00', ", publish => 'always'");
	agree($b, $l, "$reactor_weight: eight days later");
	$both->(q{SELECT klout_board_link('{b}', 'n0', '7', '12'), klout_board_link('{b}', 'n1', '600', '12'), klout_board_link('{b}', 'n0', '3', '9999')});
	agree($b, $l, "$reactor_weight: accounts linked");
	$refresh->('2026-01-28 13:00+00', ", publish => 'always'");
	agree($b, $l, "$reactor_weight: those published");
	$both->(q{SELECT klout_board_opt_out('{b}', '9'), klout_board_unlink('{b}', 'n0', '3')});
	agree($b, $l, "$reactor_weight: somebody opted out, an account unlinked");
	$refresh->('2026-01-28 14:00+00', ", publish => 'always'");
	agree($b, $l, "$reactor_weight: that published");
	# the rows without a kind were set aside; those on one target get one
	ask(qq{UPDATE $_ SET kind = 'corrected' WHERE kind IS NULL AND target = 7}) for 'actions', 'local_actions';
	is(ask("SELECT * FROM klout_board_retry_rejected('$b')"), ask("SELECT * FROM klout_board_retry_rejected('$l')"), "$reactor_weight: rows are corrected");
	agree($b, $l, "$reactor_weight: with those pending");
	# (nobody is proven yet)
	is(ask("SELECT klout_board_calibrate('$b')"), ask("SELECT klout_board_calibrate('$l')"), "$reactor_weight: calibrated alike")
		if $reactor_weight ne 'proven';
	add_rows(20001, 21000, 25);
	$refresh->('2026-01-28 15:00+00', ", publish => 'always'");
	agree($b, $l, "$reactor_weight: some rows more");
	$refresh->('2026-02-02 12:00+00', ", publish => 'always'");
	agree($b, $l, "$reactor_weight: and another day");
	$both->(q{INSERT INTO {b}.perks (perk, min_score, capacity) VALUES ('mug', 1, 5)});
	is(ask("SELECT * FROM klout_board_qualify('$b', 'mug')"), ask("SELECT * FROM klout_board_qualify('$l', 'mug')"), "$reactor_weight: the same people qualify for a perk");
	is(ask("SELECT * FROM klout_board_grant('$b', 'mug', '2026-02-02 13:00+00')"), ask("SELECT * FROM klout_board_grant('$l', 'mug', '2026-02-02 13:00+00')"),
		"$reactor_weight: the same people get a perk");
	$both->(q{SELECT klout_board_rebuild('{b}')});
	$refresh->('2026-03-20 12:00+00', ", publish => 'always'");
	agree($b, $l, "$reactor_weight: the same after a rebuild");
	is(ask("SELECT count(*) FROM $b.pending"), '0', "$reactor_weight: nothing left pending");
	ask("SELECT klout_board_drop('$b'), klout_board_drop('$l')");
}

# ---- writers -----------------------------------------------------------------------------------

# A transaction that writes through the coordinator, on both workers, holds a refresh back
ask(q{SELECT klout_board_create('b_last', 'actions', reactor_weight => 'none'); CALL klout_board_refresh('b_last', as_of => '2026-02-27 00:00+00')});
my $pid = fork() // die "cannot fork: $!";
if (!$pid)
{
	open(STDOUT, '>', '/dev/null') && open(STDERR, '>&', \*STDOUT) or POSIX::_exit(3);
	exec('psql', '-X', '-q', '-d', $coordinator->connstr('postgres'), '-c', qq{
		BEGIN; INSERT INTO actions (network, kind, actor, target, at) SELECT 'n0', 'k0', n + 1, n, '2026-01-05 00:00+00' FROM generate_series(5001, 5050) AS n;
		SELECT pg_sleep(4); COMMIT}) or POSIX::_exit(3);
}
$coordinator->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'actions'::regclass AND mode = 'RowExclusiveLock')});
ask(q{INSERT INTO actions (network, kind, actor, target, at) VALUES ('n0', 'k0', 6002, 6001, '2026-01-05 00:00+00')});
refresh('b_last', '2026-03-01 00:00+00', ", publish => 'always'");
is(ask(q{SELECT count(*) FROM b_last.signals WHERE account BETWEEN 5001 AND 5050 OR account = 6001}), '51',
	'a refresh waits for who writes through the coordinator');
waitpid($pid, 0);
is(ask(q{SELECT * FROM klout_board_audit('b_last')}), '', 'and misses nothing');

# Ids that a worker gives out are far beyond those of the coordinator: they do not count, and it is said
$workers[0]->safe_psql('postgres', q{INSERT INTO actions (network, kind, actor, target, at) VALUES ('n0', 'k0', 7002, 7001, '2026-01-05 00:00+00')});
(undef, undef, my $said) = $coordinator->psql('postgres', q{CALL klout_board_refresh('b_last', as_of => '2026-03-02 00:00+00')});
like($said, qr/did not come from sequence.*write through the coordinator alone/s, 'a row that was written through a worker is reported');
is(ask(q{SELECT count(*) FROM b_last.signals WHERE account = 7001}), '0', 'and not taken in');
($status, undef, $said) = $workers[0]->psql('postgres', q{CALL klout_board_refresh('b_last')});
isnt($status, 0, 'boards are refreshed on the coordinator');
ask(q{SELECT klout_board_drop('b_last')});

# ---- other tables ------------------------------------------------------------------------------

# By another column, or of a type that boards widen: the board is local, and the same
for my $other ([ 'actor', 'bigint' ], [ 'target', 'integer' ])
{
	my ($by, $type) = @$other;
	ask(qq{
		CREATE TABLE other (id bigint GENERATED ALWAYS AS IDENTITY, network text, kind text, actor $type, target $type,
							at timestamptz, weight float8, topic text, post text);
		CREATE INDEX ON other (id);
		SELECT create_distributed_table('other', '$by');
		INSERT INTO other ($columns) SELECT $columns FROM local_actions ORDER BY id;
		CREATE TABLE local_other (LIKE other INCLUDING ALL);
		INSERT INTO local_other OVERRIDING SYSTEM VALUE SELECT * FROM other;
		SELECT setval(pg_get_serial_sequence('local_other', 'id'), (SELECT max(id) FROM local_other));
		SELECT klout_board_create('b_other', 'other'), klout_board_create('l_other', 'local_other')});
	refresh($_, '2026-02-01 00:00+00') for 'b_other', 'l_other';
	agree('b_other', 'l_other', "a board over a table distributed by its $type $by");
	ask(q{SELECT klout_board_drop('b_other'), klout_board_drop('l_other')});
	ask(q{DROP TABLE other, local_other});
}

# ---- nothing stays -----------------------------------------------------------------------------

ask('DROP TABLE states, actions');
ask('DROP EXTENSION klout CASCADE');
is(on_workers($is_there), '0 0', 'the extension is gone from the workers');
is(on_workers(q{SELECT count(*) FROM pg_class WHERE relname ~ '_[0-9]{6}$' OR relnamespace::regnamespace::text ~ '^(b|l)_'}), '0 0',
	'no shard and no table stays');
is(on_workers(q{SELECT count(*) FROM pg_namespace WHERE nspname ~ '^(b|l)_'}), '0 0', 'nor a schema');

done_testing();
