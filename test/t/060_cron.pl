# pg_cron: the line of docs/boards.md keeps a board current, in both ways pg_cron runs jobs.
#
# Runs where pg_cron is installed. Jobs are run at the full minute, so this takes one.

use strict;
use warnings;

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my %node;
for my $way ('connections', 'background workers')
{
	my $node = PostgreSQL::Test::Cluster->new($way =~ s/ .*//r);
	$node->init;
	if (!-e $node->config_data('--pkglibdir') . '/pg_cron.so')
	{
		plan skip_all => 'pg_cron is not installed';
	}
	my $host = $node->host;
	my $workers = $way eq 'connections' ? 'off' : 'on';
	$node->append_conf('postgresql.conf', klout_conf() . qq{
		shared_preload_libraries = 'pg_cron'
		cron.database_name = 'postgres'
		cron.host = '$host'
		cron.use_background_workers = $workers
		max_worker_processes = 20
		fsync = off
	});
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION pg_cron; CREATE EXTENSION klout');
	$node->safe_psql('postgres', q{
		CREATE TABLE actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
		INSERT INTO actions (network, kind, actor, target, at) SELECT 'n', 'k', a, a % 7, now() - a * interval '1 hour' FROM generate_series(1, 100) AS a;
		SELECT klout_board_create('board', 'actions', reactor_weight => 'none')});
	$node{$way} = $node;
}

# As the documentation says, but more often
my $docs = slurp_file('docs/boards.md');
my ($line) = $docs =~ /^(SELECT cron\.schedule\('klout board', .*\);)$/m;
ok($line, 'docs/boards.md has a line for pg_cron');
$line =~ s/'7 \* \* \* \*'/'* * * * *'/;
for my $way (sort keys %node)
{
	is($node{$way}->safe_psql('postgres', $line), '1', "$way: a job is scheduled");
}
for my $way (sort keys %node)
{
	my $node = $node{$way};
	ok($node->poll_query_until('postgres', q{SELECT EXISTS (SELECT FROM cron.job_run_details WHERE status IN ('succeeded', 'failed'))}),
		"$way: it ran");
	is($node->safe_psql('postgres', q{SELECT DISTINCT status FROM cron.job_run_details WHERE status NOT IN ('starting', 'running', 'sending')}),
		'succeeded', "$way: and succeeded")
	  or diag($node->safe_psql('postgres', 'SELECT status, return_message FROM cron.job_run_details'));
	is($node->safe_psql('postgres', q{SELECT published, people FROM board.last_publication}), 't|7', "$way: the board is published");
	is($node->safe_psql('postgres', q{SELECT count(*) FROM actions WHERE actor <> target}),
		$node->safe_psql('postgres', q{SELECT sum(klout_count(signals)) FROM board.signals}), "$way: and has everything once");
	is($node->safe_psql('postgres', q{SELECT * FROM klout_board_audit('board')}), '', "$way: the audit agrees");
}
done_testing();
