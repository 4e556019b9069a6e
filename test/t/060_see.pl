# What docs/ offers to look at boards with, beside the pages of report/: the snippets for psql, and the queries
# of the Grafana dashboard. They run against the board of report/test/fixture.sql, whose names are hostile, and their
# results are compared with SQL asked in other ways.

use strict;
use warnings;

use JSON::PP qw(decode_json);
use Klout;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = klout_node('see', init => [ extra => [ '--encoding=UTF8', '--no-locale' ] ]);
my $board = 'people & <co>';
my $q = '"people & <co>"';
my $script = '<script>alert(1)</script>';

$node->safe_psql('postgres', slurp_file('report/test/fixture.sql'));

check_leaderboard();
check_person();
check_population();
check_movers();
check_perks();
check_grafana();
check_days();
check_large_perks();
done_testing();

# The rows that a snippet prints, as references to lists; variables are set before
sub rows_of
{
	my ($snippet, %variables) = @_;
	my $sql = join('', map { "\\set $_ '" . ($variables{$_} =~ s/'/''/gr) . "'\n" } sort keys %variables);
	my ($status, $output, $errors) = $node->psql('postgres', "\\encoding UTF8\n\\pset fieldsep '\\001'\n$sql\\i docs/psql/$snippet.sql\n", on_error_die => 0);

	is($errors, '', "$snippet: no errors");
	is($status, 0, "$snippet: status");
	return map { [ split(/\x01/, $_, -1) ] } split(/\n/, $output);
}

sub sql
{
	my ($query) = @_;
	return join("\n", $node->safe_psql('postgres', $query));
}

sub columns
{
	my ($rows, @numbers) = @_;
	return join("\n", map { my $row = $_; join('|', map { $row->[$_] } @numbers) } @$rows);
}

sub check_leaderboard
{
	my @rows = rows_of('leaderboard', board => $board, rows => 6);

	is(columns(\@rows, 0, 1, 2), sql(qq{
		SELECT 1 + (SELECT count(*) FROM $q.scores AS o WHERE o.topic = '' AND o.score > s.score), person, round(score::numeric, 2)
		FROM $q.scores AS s WHERE topic = '' ORDER BY score DESC, person LIMIT 6}), 'leaderboard: ranks and scores');
	like($rows[0][3], qr/^#{14}\.{6}$/, 'leaderboard: a bar of 71.22 has 14 of 20');
	# a name has a line end in it
	is(scalar(grep { $_->[0] =~ /^\d+$/ } rows_of('leaderboard', board => $board)), 20, 'leaderboard: 20 rows unless told');
	is(scalar(grep { $_->[0] =~ /^\d+$/ } rows_of('leaderboard', board => $board, topic => '<u>topic</u>', rows => 100)), 18, 'leaderboard: one topic');
}

sub check_person
{
	my @rows = rows_of('person', board => $board, person => $script);
	my @statement = grep { @$_ == 7 && $_->[1] eq '<i>kind</i>' } @rows;

	is(join('|', @{ $rows[0] }[ 0, 1 ]), sql(qq{SELECT person, round(score::numeric, 2) FROM $q.scores WHERE topic = '' AND person = '$script'}), 'person: score');
	is(columns([ sort { $a->[0] cmp $b->[0] } @statement ], 0, 2), sql(qq{
		SELECT network, count(*) FROM actions WHERE target = '$script' AND at <= '2026-03-22 12:00+00' GROUP BY 1 ORDER BY network COLLATE "C"}), 'person: statement');
	is(columns([ grep { $_->[0] =~ /^2026-\d\d-\d\d$/ } @rows ], 0, 1, 2), sql(qq{
		SELECT day, round(score::numeric, 2), rank FROM $q.history WHERE topic = '' AND person = '$script' ORDER BY day}), 'person: history');
	@rows = rows_of('person', board => $board, person => 'second account');
	is($rows[0][0], 'person 7', 'person: found by a linked account');
}

sub check_population
{
	my @rows = rows_of('population', board => $board, buckets => 10);

	is(join('|', @{ $rows[0] }), sql(qq{
		SELECT count(*), round(avg(score)::numeric, 2), round(percentile_disc(0.5) WITHIN GROUP (ORDER BY score)::numeric, 2),
			   round(klout_cutoff(klout_population(score), 0.05)::numeric, 2), count(*) FILTER (WHERE score >= 40), count(*) FILTER (WHERE score >= 63)
		FROM $q.scores WHERE topic = ''}), 'population: in one row');
	is(columns([ @rows[ 1 .. 10 ] ], 2), sql(qq{
		SELECT count(s) FROM generate_series(0, 9) AS n LEFT JOIN $q.scores AS s ON topic = '' AND floor(round(score::numeric, 2) / 10) = n GROUP BY n ORDER BY n}), 'population: buckets');
	is($rows[5][4], '40', 'population: the mark at 40');
	is($rows[7][4], '63, top 5 %', 'population: those at 63 and at the cutoff');
	is(length($rows[1 + most(map { $_->[2] } @rows[ 1 .. 10 ])][3] =~ s/[^\x{e2}]//gr), 40, 'population: the largest bucket has a bar of 40');
}

# The place of the largest number
sub most
{
	my @numbers = @_;
	my $best = 0;
	for my $i (1 .. $#numbers) { $best = $i if $numbers[$i] > $numbers[$best]; }
	return $best;
}

sub check_movers
{
	my @rows = rows_of('movers', board => $board, days => 30, rows => 3);

	is(scalar(@rows), 6, 'movers: 3 up, 3 down');
	is(columns(\@rows, 0, 1, 2), sql(qq{
		WITH changes AS (
			SELECT person, h.score AS before, s.score AS now, s.score - h.score AS change
			FROM $q.scores AS s JOIN $q.history AS h USING (person, topic)
			WHERE topic = '' AND day = '2026-02-20'
		), ends AS (
			(SELECT * FROM changes ORDER BY change DESC, person LIMIT 3) UNION ALL (SELECT * FROM changes ORDER BY change, person LIMIT 3)
		)
		SELECT person, round(before::numeric, 2), round(now::numeric, 2) FROM ends ORDER BY change DESC, person}), 'movers: as from scores and history');
	like($rows[0][4], qr/^ {20}\|#+$/, 'movers: bars to the right');
	like($rows[5][4], qr/#\|$/, 'movers: and to the left');
}

sub check_perks
{
	my @rows = rows_of('perks', board => $board);

	is(columns([ @rows[ 0 .. 2 ] ], 0, 1, 2), "mug <b>|15 of 15|####################\nnothing left|0 of 3|....................\nticket|3 of 5|############........", 'perks: what is left');
	is(columns([ @rows[ 3 .. $#rows ] ], 0, 1), sql(qq{
		(SELECT 'mug <b>', person FROM $q.scores WHERE topic = '' ORDER BY score DESC, person LIMIT 15)
		UNION ALL
		(SELECT 'ticket', person FROM $q.scores AS s
		 WHERE topic = '' AND networks ? 'blog' AND NOT EXISTS (SELECT FROM $q.grants AS g WHERE perk = 'ticket' AND g.person = s.person)
		 ORDER BY score DESC, person LIMIT 3)}), 'perks: who is next');
	is(sql("SELECT count(*) FROM $q.grants"), '5', 'perks: nothing was granted');
}

# Every query of the Grafana dashboard, with its variables filled in as Grafana does
sub check_grafana
{
	my $dashboard = decode_json(slurp_file('docs/dashboards/grafana.json'));
	my @panels = grep { $_->{targets} } @{ $dashboard->{panels} };
	my %variables = map { $_->{name} => 1 } @{ $dashboard->{templating}{list} };

	is($dashboard->{uid}, 'klout-board', 'Grafana: a dashboard');
	is(join(' ', sort keys %variables), 'board datasource person topic', 'Grafana: variables');
	cmp_ok(scalar(@panels), '>=', 8, 'Grafana: panels');
	for my $panel (@panels)
	{
		is($panel->{datasource}{uid}, '${datasource}', "Grafana: $panel->{title}: data source");
		for my $target (@{ $panel->{targets} })
		{
			is($target->{format}, $panel->{type} eq 'timeseries' ? 'time_series' : 'table', "Grafana: $panel->{title}: format");
			cmp_ok(answer("Grafana: $panel->{title}", filled($target->{rawSql})), '>', 0, "Grafana: $panel->{title}: rows");
		}
	}
	for my $variable (grep { $_->{type} eq 'query' } @{ $dashboard->{templating}{list} })
	{
		cmp_ok(answer("Grafana: variable $variable->{name}", filled($variable->{query})), '>', 0, "Grafana: values of $variable->{name}");
	}
	my ($leaderboard) = grep { $_->{title} eq 'Leaderboard' } @panels;
	my ($first) = split(/\n/, sql(filled($leaderboard->{targets}[0]{rawSql})));
	is($first, sql("SELECT rank, person, round(score::numeric, 2), round(100 * percentile::numeric, 1), round(change_7::numeric, 2), round(change_30::numeric, 2) FROM $q.leaderboard WHERE topic = '' AND rank = 1"), 'Grafana: the first of the leaderboard');
}

# Grafana: ${board:doublequote} and the like, $__timeFilter(column)
sub filled
{
	my ($sql) = @_;
	my %value = (board => $board, topic => '', person => 'person 1');

	$sql =~ s/\$\{(\w+):doublequote\}/'"' . ($value{$1} =~ s{"}{""}gr) . '"'/ge;
	$sql =~ s/\$\{(\w+):sqlstring\}/"'" . ($value{$1} =~ s{'}{''}gr) . "'"/ge;
	$sql =~ s/\$__timeFilter\(([^()]+)\)/$1 BETWEEN '2026-01-01T00:00:00Z' AND '2026-04-01T00:00:00Z'/g;
	unlike($sql, qr/\$/, 'Grafana: no variable is left over');
	return $sql;
}

# Days are of UTC, wherever one looks from
sub check_days
{
	my ($panel) = grep { $_->{title} =~ /statement/i } @{ decode_json(slurp_file('docs/dashboards/grafana.json'))->{panels} };
	my %shown;

	ok($panel, 'Grafana: a statement');
	for my $zone ('Pacific/Honolulu', 'UTC', 'Pacific/Kiritimati')
	{
		local $ENV{PGTZ} = $zone;
		my @rows = rows_of('person', board => $board, person => 'person 1');

		$shown{$zone} = join("\n", map { join('|', @$_) } @rows[ 1 .. $#rows ]) . "\n" . sql(filled($panel->{targets}[0]{rawSql})) . "\n" .
		  sql(qq{SELECT day FROM $q.history WHERE person = 'person 1' AND topic = '' ORDER BY day}) . "\n" .
		  sql(qq{SELECT day, rank FROM klout_board_compare('$board', '{person 1}')});
	}
	my ($first, $last) = split(/\|/, sql(q{SELECT min(at AT TIME ZONE 'UTC')::date, max(at AT TIME ZONE 'UTC')::date FROM actions
		WHERE target = 'person 1' AND network = 'forum' AND kind = 'reply' AND at <= '2026-03-22 12:00+00'}));
	like($shown{UTC}, qr/^forum\|reply\|\d+\|\Q$first\E\|\Q$last\E\|/m, 'days of a statement');
	is($shown{'Pacific/Honolulu'}, $shown{UTC}, 'the same ten hours west of UTC');
	is($shown{'Pacific/Kiritimati'}, $shown{UTC}, 'and fourteen hours east of it');
}

# No number of a perk stops what shows the others
sub check_large_perks
{
	$node->safe_psql('postgres', qq{INSERT INTO $q.perks (perk, capacity) VALUES ('endless', 9223372036854775807), ('more given than there are', 5);
		INSERT INTO $q.grants SELECT 'more given than there are', person, now(), score, 1 FROM $q.scores WHERE topic = '' LIMIT 100;
		UPDATE $q.perks SET capacity = 1 WHERE perk = 'more given than there are';});
	my @rows = rows_of('perks', board => $board);
	is(join('|', @{ $rows[0] }[ 0, 1, 2 ]), 'endless|9223372036854775807 of 9223372036854775807|####################', 'perks: without end');
	is(join('|', @{ (grep { $_->[0] =~ /^more/ } @rows)[0] }[ 1, 2 ]), '-99 of 1|....................', 'perks: more given than there are');
	$node->safe_psql('postgres', qq{DELETE FROM $q.grants WHERE perk LIKE 'more%'; DELETE FROM $q.perks WHERE perk IN ('endless', 'more given than there are')});
}

# The number of rows of a query
sub answer
{
	my ($name, $sql) = @_;
	my ($status, $output, $errors) = $node->psql('postgres', $sql);

	is($errors, '', "$name: no errors");
	return scalar(() = $output =~ /^/mg);
}
