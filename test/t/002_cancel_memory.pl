# Long statements end soon after a timeout; memory stays where it is promised.

use strict;
use warnings;

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;
use Time::HiRes qw(time);

my $node = klout_node('main', conf => "max_parallel_workers_per_gather = 0\njit = off\n");

# One large value: 300,000 hours of 2 kinds, and the sample
$node->safe_psql('postgres', q{
	CREATE TABLE large AS
	SELECT klout_signals('n', 'k' || g % 2, g, timestamptz '2026-06-30' - g / 2 * interval '1 hour', 1, interval '1 hour') AS s FROM generate_series(1, 600000) AS g;
	-- core's JSON parser cannot be interrupted: a text of a tenth of that
	CREATE TABLE texts AS
	SELECT klout_signals('n', 'k' || g % 2, g, timestamptz '2026-06-30' - g / 2 * interval '1 hour', 1, interval '1 hour')::text AS text FROM generate_series(1, 60000) AS g;
	CREATE TABLE small AS
	SELECT klout_signals('n' || g % 100, 'k' || g % 50, g, timestamptz '2026-06-30' - g % 900 * interval '1 day') AS s FROM generate_series(1, 100000) AS g GROUP BY g % 10;
});
diag('a large value has ' . $node->safe_psql('postgres', 'SELECT length(_klout_signals_send(s)), length(text) FROM large, texts'));

# Cancels: each statement would run for far longer than a minute
my $timeout = 0.3;
my %endless = (
	'one huge group' => q{SELECT klout_count(klout_signals('n', 'k', g, '2026-01-01')) FROM (SELECT generate_series(1, 1000000000) AS g) AS s},
	'one huge group of many topics' => q{SELECT klout_count(klout_signals('n' || g % 200, 'k' || g % 60, g, '2026-01-01')) FROM (SELECT generate_series(1, 1000000000) AS g) AS s},
	'many groups' => q{SELECT count(*) FROM (SELECT klout_signals('n', 'k', g, '2026-01-01') FROM (SELECT generate_series(1, 1000000000) AS g) AS s GROUP BY g % 100000) AS a},
	'rollup of large values' => q{SELECT klout_count(klout_rollup(s)) FROM large, (SELECT generate_series(1, 1000000)) AS g},
	'rollup of many networks' => q{SELECT klout_count(klout_rollup(s)) FROM small, (SELECT generate_series(1, 1000000)) AS g},
	'merging large values' => q{SELECT count(s || s) FROM large, (SELECT generate_series(1, 1000000)) AS g},
	'text input of large values' => q{SELECT count((text || repeat(' ', g))::klout_signals) FROM texts, (SELECT generate_series(1, 1000000) AS g) AS g},
	'text output of large values' => q{SELECT count(s::text) FROM large, (SELECT generate_series(1, 1000000)) AS g},
	'scores of large values' => q{SELECT sum(klout_score(s, klout_model(), timestamptz '2026-01-01' + g * interval '1 s')) FROM large, (SELECT generate_series(1, 1000000) AS g) AS g},
	'rows of large values' => q{SELECT count(*) FROM (SELECT generate_series(1, 1000000)) AS g, large, klout_entries(s)},
	'a window' => q{SELECT count(s) FROM (SELECT klout_signals('n', 'k', g, '2026-01-01') OVER (ORDER BY g ROWS BETWEEN 100000 PRECEDING AND CURRENT ROW) AS s FROM generate_series(1, 1000000) AS g) AS a},
);
for my $what (sort keys %endless)
{
	my $start = time;
	my ($status, $stdout, $stderr) = $node->psql('postgres', "SET statement_timeout = '${timeout}s'; $endless{$what}");
	my $elapsed = time - $start - $timeout;

	like($stderr, qr/canceling statement due to statement timeout/, "$what: canceled");
	ok($elapsed < 1.2, "$what: within a second") or diag("it took $elapsed seconds");
}

# Memory of many groups, by HashAggregate's own figure
sub explained
{
	my ($settings, $query) = @_;
	my $plan = $node->safe_psql('postgres', "$settings EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) $query");
	my ($batches) = $plan =~ /"HashAgg Batches": (\d+)/;
	my ($memory) = $plan =~ /"Peak Memory Usage": (\d+)/;
	return ($batches, $memory * 1024);
}

$node->safe_psql('postgres', q{
	CREATE TABLE actions AS
	SELECT 'twitter'::text AS network, (ARRAY['like', 'reply'])[1 + g % 2] AS kind, g::bigint * 7919 % 1000003 AS actor, g % 400000 AS target,
		timestamptz '2026-06-30' - g % 90 * interval '1 day' AS at
	FROM generate_series(1, 1600000) AS g;
	VACUUM ANALYZE actions});
my $query = 'SELECT target, klout_signals(network, kind, actor, at) AS s FROM actions GROUP BY target';
my ($batches, $memory) = explained("SET work_mem = '1GB'; SET enable_sort = off;", $query);
diag(sprintf('%.1f bytes a person of 4 actions, of 400,000', $memory / 400000));
is($batches, 1, 'enough memory: one batch');
cmp_ok($memory / 400000, '<', 300, 'less than 300 bytes a person of 4 actions');

($batches, $memory) = explained("SET work_mem = '1MB'; SET hash_mem_multiplier = 1; SET enable_sort = off;", $query);
diag("with 1 MB: $batches batches, $memory bytes");
cmp_ok($batches, '>', 1, 'too little memory: it spills');
cmp_ok($memory, '<', 3 * 1024 * 1024, 'and stays within reach of work_mem');
my $sum = "SELECT md5(string_agg(md5(_klout_signals_send(s)), '' ORDER BY target)) FROM ($query) AS a";
$sum =~ s/ GROUP BY/ WHERE target < 50000 GROUP BY/;
is($node->safe_psql('postgres', "SET work_mem = '1MB'; SET enable_sort = off; $sum"),
	$node->safe_psql('postgres', "SET work_mem = '1GB'; SET enable_sort = off; $sum"), 'with the same values');

# Memory of one group: all contexts of the session, while it aggregates
$node->safe_psql('postgres', q{
	CREATE FUNCTION probe(what text) RETURNS bigint LANGUAGE plpgsql AS $$
	DECLARE
		bytes bigint := (SELECT sum(total_bytes) FROM pg_backend_memory_contexts);
	BEGIN
		IF bytes > current_setting('klout_test.peak')::bigint THEN
			PERFORM set_config('klout_test.peak', bytes::text, false);
		END IF;
		RETURN 0;
	END $$});

# The growth of the session's memory over that of a plain count of the same rows
sub growth
{
	my ($rows, $aggregate) = @_;
	my @peaks = split /\n/, $node->safe_psql('postgres', join ';', map { qq{
		SET klout_test.peak = 0;
		SELECT FROM (SELECT $_ FROM (SELECT g, CASE WHEN g % 50000 = 0 OR g < 3 THEN probe('x') ELSE 0 END AS zero FROM (SELECT generate_series(1, $rows) AS g) AS s OFFSET 0) AS r) AS a;
		SELECT current_setting('klout_test.peak')} } ('count(g + zero)', 'count(g + zero)', $aggregate));
	@peaks = grep { /\d/ } @peaks;
	return $peaks[-1] - $peaks[-2];
}

my $growth = growth(2000000, q{klout_signals('n' || g % 3, 'k' || g % 5, (g + zero) * 7919, timestamptz '2026-06-30' - g % 365 * interval '1 day')});
diag("one group of 2 million rows takes $growth bytes");
cmp_ok($growth, '<', 1024 * 1024, 'one group of 2 million rows takes less than 1 MB');
$growth = growth(1000000, q{klout_rollup(_klout_signals_accum(NULL, 'n' || g % 3, 'k', (g + zero) * 7919, timestamptz '2026-06-30' - g % 365 * interval '1 day'))});
diag("a rollup of a million values takes $growth bytes");
cmp_ok($growth, '<', 1024 * 1024, 'a rollup of a million values takes less than 1 MB');

$node->stop;
done_testing();
