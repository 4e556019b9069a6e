# To a later major version of PostgreSQL: stored values of every type and a board, by pg_upgrade and by dump
# and restore. What PostgreSQL cannot do without klout is skipped.
#
# Runs where there are older servers: script/test builds klout for those it finds and names the folder in
# KLOUT_OLDER; script/root provides 15, 17 and 18 side by side.

use strict;
use warnings;

use IPC::Run ();

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my @older = grep { -e "$ENV{KLOUT_OLDER}/$_/klout.conf" }
  sort { $a <=> $b } map { m{/(\d+)$} ? $1 : () } glob(($ENV{KLOUT_OLDER} // '/nowhere') . '/*');
plan skip_all => 'no older PostgreSQL is installed beside this one' if !@older;

my ($newest) = qx(pg_config --version) =~ /(\d+)/;
my @versions = (@older, $newest);
my $dir = PostgreSQL::Test::Utils::tempdir();
my $as_of = '2026-03-31 14:00+00';

# ---- what is stored ----------------------------------------------------------------------------

# The values of test/data/golden in tables, with what hangs on their types, and a view that says of them
# what the set of this release says
my $values = slurp_file('test/data/golden/readings.sql') . slurp_file('test/data/golden/values.sql') . q{
	CREATE TABLE stored_signals AS TABLE signals;
	CREATE TABLE stored_models AS TABLE models;
	CREATE TABLE stored_populations AS TABLE populations;
	DROP VIEW golden, signals, models, populations;
	CREATE INDEX by_hash ON stored_signals USING hash (value);
	CREATE UNIQUE INDEX by_order ON stored_models (value);
	CREATE TABLE parts (value klout_signals DEFAULT '{}' CHECK (klout_count(value) >= 0), list klout_signals[], model klout_model DEFAULT 'hour')
		PARTITION BY HASH (value);
	CREATE TABLE parts_0 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 0);
	CREATE TABLE parts_1 PARTITION OF parts FOR VALUES WITH (MODULUS 2, REMAINDER 1);
	INSERT INTO parts (value, list) SELECT value, ARRAY[value, NULL, '{}'] FROM stored_signals;
	CREATE MATERIALIZED VIEW scores AS
		SELECT name, klout_score(value, 'default', '2026-03-31 14:00+00') AS score FROM stored_signals;
	CREATE VIEW stored AS
		SELECT 'klout_signals' AS type, name, encode(_klout_signals_send(value), 'hex') AS bytes, value::text AS text, readings(value) FROM stored_signals
		UNION ALL SELECT 'klout_model', name, encode(_klout_model_send(value), 'hex'), value::text, readings(value) FROM stored_models
		UNION ALL SELECT 'klout_population', name, encode(_klout_population_send(value), 'hex'), value::text, readings(value) FROM stored_populations};

my $board = qq{
	CREATE TABLE actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text,
						  actor bigint, target bigint, at timestamptz);
	INSERT INTO actions (network, kind, actor, target, at)
	SELECT 'n' || g % 2, 'k' || g % 3, g * g % 499, g % 37, timestamptz '$as_of' - g % 200 * interval '7 hours'
	FROM generate_series(1, 5000) AS g;
	SELECT klout_board_create('board', 'actions', reactor_weight => 'none');
	CALL klout_board_refresh('board', as_of => timestamptz '$as_of' - interval '1 day');
	SELECT klout_board_opt_out('board', '7'), klout_board_link('board', 'n0', '8', '9');
	INSERT INTO board.perks (perk, capacity) VALUES ('mug', 3);
	CALL klout_board_refresh('board', as_of => '$as_of', publish => 'always');
	SELECT klout_board_grant('board', 'mug');
	CREATE VIEW direct AS
	SELECT target AS account, network, klout_signals(network, kind, actor, at) AS signals
	FROM actions WHERE actor <> target AND target <> 7
	GROUP BY target, network};

# All of it as one text; ordered by bytes, the same everywhere
sub state_of
{
	my ($node, $db) = @_;

	return $node->safe_psql($db, q{
		SET timezone = 'UTC';
		SELECT 'values ' || count(*) || ' ' || md5(string_agg(s::text, E'\n' ORDER BY s::text COLLATE "C")) FROM stored AS s;
		SELECT 'scores ' || count(*) || ' ' || md5(string_agg(name || encode(float8send(score), 'hex'), E'\n' ORDER BY name COLLATE "C")) FROM scores;
		SELECT 'parts ' || count(*) || ' ' || md5(string_agg(p::text, E'\n' ORDER BY p::text COLLATE "C")) FROM parts AS p;
		SELECT 'board ' || count(*) || ' ' || md5(string_agg(t, E'\n' ORDER BY t COLLATE "C")) FROM (
			SELECT 'leaderboard' || l::text FROM board.leaderboard AS l
			UNION ALL SELECT 'history' || h::text FROM board.history AS h
			UNION ALL SELECT 'signals' || s::text FROM board.signals AS s) AS b (t);
		-- (these hold the moment when they were written)
		SELECT 'kept ' || count(*) || ' ' || md5(string_agg(t, E'\n' ORDER BY t COLLATE "C")) FROM (
			SELECT 'settings' || s::text FROM board.settings AS s
			UNION ALL SELECT 'opt_outs' || o::text FROM board.opt_outs AS o
			UNION ALL SELECT 'grants' || g::text FROM board.grants AS g
			UNION ALL SELECT 'accounts' || a::text FROM board.accounts AS a) AS b (t)});
}

# ---- servers -----------------------------------------------------------------------------------

my $count = 0;

# A node of some version that finds the klout built for it, stopped
sub node_of
{
	my ($version) = @_;
	my $older = $version != $newest;
	my $node = PostgreSQL::Test::Cluster->new("v$version" . '_' . ++$count, $older ? (install_path => "/usr/lib/postgresql/$version") : ());

	# pg_upgrade wants both with checksums or both without; only from 18 on are they the default
	$node->init(extra => [ '--encoding=UTF8', '--no-locale', $version >= 18 ? '--no-data-checksums' : () ]);
	$node->append_conf('postgresql.conf', ($older ? slurp_file("$ENV{KLOUT_OLDER}/$version/klout.conf") : klout_conf()) . "fsync = off\n");
	return $node;
}

sub fill
{
	my ($node, $db) = @_;

	$node->safe_psql('postgres', "CREATE DATABASE $db");
	$node->safe_psql($db, 'CREATE EXTENSION klout');
	$node->safe_psql($db, $values);
	# a refresh commits: one statement at a time
	$node->safe_psql($db, $board);
	return state_of($node, $db);
}

# It is not just the same as before: it works on
sub goes_on
{
	my ($node, $db, $from) = @_;

	is($node->safe_psql($db, q{SET enable_seqscan = off; SELECT count(*), count(DISTINCT s.name) FROM stored_signals AS s JOIN stored_signals AS t ON s.value = t.value}),
		$node->safe_psql($db, 'SELECT count(*), count(*) FROM stored_signals'), "$from: the index on signals finds them");
	like($node->safe_psql($db, q{SET enable_seqscan = off; EXPLAIN SELECT name FROM stored_signals WHERE value = '{}'}), qr/by_hash/, "$from: it is used");
	is($node->safe_psql($db, q{SELECT count(*) FROM parts AS p JOIN stored_signals AS s USING (value)}),
		$node->safe_psql($db, 'SELECT count(*) FROM parts'), "$from: rows are in the partitions where they are looked for");
	$node->safe_psql($db, "INSERT INTO actions (network, kind, actor, target, at) SELECT 'n0', 'k0', 1000 + g, g % 37, '$as_of' FROM generate_series(1, 100) AS g");
	$node->safe_psql($db, "CALL klout_board_refresh('board', as_of => timestamptz '$as_of' + interval '1 day', publish => 'always')");
	is($node->safe_psql($db, q{
		SELECT count(*), count(*) FILTER (WHERE _klout_signals_send(d.signals) IS DISTINCT FROM _klout_signals_send(b.signals))
		FROM direct AS d FULL JOIN board.signals AS b USING (account, network)}),
		$node->safe_psql($db, 'SELECT count(*), 0 FROM direct'), "$from: the board takes in new rows, and says what the table says");
	is($node->safe_psql($db, q{SELECT count(*) FROM klout_board_audit('board')}), '0', "$from: klout_board_audit agrees");
	$node->safe_psql($db, q{SELECT klout_board_drop('board'); DROP EXTENSION klout CASCADE});
}

# A dump made by a version, its own or an earlier one's, into a new database. The later pg_dump is what the
# manual advises; that of the older version must do as well, for those who kept a dump.
sub restored
{
	my ($from, $from_db, $to, $to_db, $dumper) = @_;
	my $file = "$dir/$to_db.dump";

	return IPC::Run::run([ $dumper->config_data('--bindir') . '/pg_dump', '-Fc', '-f', $file, '-d', $from->connstr($from_db) ])
	  && $to->safe_psql('postgres', "CREATE DATABASE $to_db TEMPLATE template0") eq ''
	  && IPC::Run::run([ $to->config_data('--bindir') . '/pg_restore', '--exit-on-error', '-d', $to->connstr($to_db), $file ]);
}

# Whether PostgreSQL alone can do it, with a table of its own: a minor version may write what an older minor
# version of the next major one does not know
my $attempts = 0;

sub can_restore
{
	my ($from, $to, $dumper) = @_;
	my $plain = 'plain' . ++$attempts;

	$from->safe_psql('postgres', "CREATE DATABASE $plain");
	$from->safe_psql($plain, 'CREATE TABLE t (i int, t text)');
	return restored($from, $plain, $to, "${plain}_restored", $dumper);
}

sub version_of
{
	my ($node) = @_;
	return $node->safe_psql('postgres', 'SHOW server_version') =~ s/ .*//r;
}

# ---- dump and restore, from each version to each later one ---------------------------------------

my %nodes = map { $_ => node_of($_) } @versions;
$_->start for values %nodes;
my %filled = map { $_ => fill($nodes{$_}, "from_$_") } @versions;
(my $first) = $filled{ $older[0] } =~ /(.*)^kept/ms;
like($filled{$_}, qr/^\Q$first\E/, "PostgreSQL $older[0] and $_ store the same") for @versions[ 1 .. $#versions ];
like($filled{$newest}, qr/^values \d\d .*^scores \d\d .*^parts \d\d .*^board \d{3} .*^kept \d\d? /ms, 'and that is not nothing');

for my $to (@versions[ 1 .. $#versions ])
{
	for my $from (grep { $_ < $to } @versions)
	{
		for my $dumper ($from, $to)
		{
			my $way = sprintf('%s dumped by pg_dump of %s and restored by %s', (map { version_of($nodes{$_}) } $from, $dumper, $to));
			my $db = "from_${from}_by_$dumper";
		  SKIP:
			{
				skip "$way: PostgreSQL alone cannot", 2 if !can_restore(@nodes{ $from, $to, $dumper });
				ok(restored($nodes{$from}, "from_$from", $nodes{$to}, $db, $nodes{$dumper}), $way);
				is(state_of($nodes{$to}, $db), $filled{$from}, "$way: the same");
				goes_on($nodes{$to}, $db, $way) if $from == $older[0] && $to == $dumper;
			}
		}
	}
}

# and on from what was restored
SKIP:
{
	my ($from, $via) = @older;
	skip 'there is no version in between', 2 if !$via;
	my ($dumper) = grep { can_restore(@nodes{ $via, $newest, $_ }) } $newest, $via;
	skip "$via to $newest: PostgreSQL alone cannot", 2 if !$dumper;
	ok(restored($nodes{$via}, "from_${from}_by_$from", $nodes{$newest}, 'step_by_step', $nodes{$dumper}), "from $from by way of $via to $newest");
	is(state_of($nodes{$newest}, 'step_by_step'), $filled{$from}, 'the same');
}
$_->stop for values %nodes;

# ---- pg_upgrade from each ------------------------------------------------------------------------

for my $version (@older)
{
	my $old = $nodes{$version};
	my ($alone, $new) = map { node_of($newest) } 1, 2;
	my $way = "pg_upgrade from $version to $newest";
	my @upgrade = ('pg_upgrade', '--no-sync', '-b', "/usr/lib/postgresql/$version/bin", '-B', $new->config_data('--bindir'), '-s', $dir);

	# it writes what it finds amiss below the new data directory, from 15 on; before, where it is run
	chdir($dir) or die "$dir: $!";
  SKIP:
	{
		my $plain = node_of($version);
		$plain->start;
		$plain->safe_psql('postgres', 'CREATE TABLE t (i int, t text)');
		$plain->stop;
		$alone->start;
		my ($cannot) = $alone->psql('postgres', q{LOAD '$libdir/klout'});
		$alone->stop;
		skip "$way: this server looks for klout only where it is not installed", 7 if $cannot;
		skip "$way: PostgreSQL alone cannot", 7
		  if !IPC::Run::run([ @upgrade, '-d', $plain->data_dir, '-D', $alone->data_dir, '-p', $plain->port, '-P', $alone->port ]);
		$old->start;
		$old->safe_psql('postgres', "DROP DATABASE $_") for grep { !/^(postgres|template\d|from_$version)$/ } split(/\n/, $old->safe_psql('postgres', 'SELECT datname FROM pg_database'));
		$old->stop;
		$new->command_ok([ @upgrade, '-d', $old->data_dir, '-D', $new->data_dir, '-p', $old->port, '-P', $new->port ], $way);
		$new->start;
		is(state_of($new, "from_$version"), $filled{$version}, "$way: the same");
		goes_on($new, "from_$version", $way);
		$new->stop;
	}
}
done_testing();
