# Stored values of every released version are read for ever: each set in test/data/golden, written by
# script/golden when its version was released, comes in by its binary form and by its text, goes out
# as the same bytes and text, and gives the same scores, to the last bit.

use strict;
use warnings;

use File::Basename qw(basename);

use Klout;
use PostgreSQL::Test::Utils;
use Test::More;

my @types = qw(klout_model klout_population klout_signals);
my @sets = map { basename($_, '.csv') } sort glob('test/data/golden/*.csv');
my ($current) = slurp_file('klout.control') =~ /^default_version *= *'(.*)'/m;
my $node = klout_node('main');
my $dir = PostgreSQL::Test::Utils::tempdir();

$node->safe_psql('postgres', slurp_file('test/data/golden/readings.sql'));
ok(scalar(grep { $_ eq $current } @sets), "there is a set of version $current (script/golden writes it)");
check_set($_) for @sets;
can_fail();
$node->stop;
done_testing();

# Loads a set into the table golden
sub load
{
	my ($version) = @_;

	$node->safe_psql('postgres', q{
		DROP TABLE IF EXISTS golden;
		CREATE TABLE golden (type text, name text, bytes text, text text, readings text, PRIMARY KEY (type, name))});
	$node->command_ok([
			'psql', '-X', '-q', '-d', $node->connstr('postgres'),
			'-c', "\\copy golden FROM 'test/data/golden/$version.csv' WITH (FORMAT csv, HEADER)" ], "$version: there to be read");
}

# A file for COPY BINARY of rows (name, value): the way to a type's receive function
sub binary_file
{
	my ($name, @rows) = @_;
	my $file = "$dir/$name.bin";

	open(my $out, '>:raw', $file) or die "$file: $!";
	print $out "PGCOPY\n\xff\r\n\0", pack('N2', 0, 0);
	print $out pack('n N/a* N/a*', 2, $_->[0], pack('H*', $_->[1])) for @rows;
	print $out pack('n', 0xffff);
	close($out) or die "$file: $!";
	chmod(0644, $file);
	return $file;
}

# The table TYPE_read of what came in both ways
sub read_values
{
	my ($type) = @_;
	my @rows = map { [ split(/\|/) ] }
	  split(/\n/, $node->safe_psql('postgres', "SELECT name, bytes FROM golden WHERE type = '$type' ORDER BY name"));
	my $file = binary_file($type, @rows);

	$node->safe_psql('postgres', qq{
		DROP TABLE IF EXISTS ${type}_read;
		CREATE TABLE ${type}_read (name text PRIMARY KEY, by_bytes $type, by_text $type);
		COPY ${type}_read (name, by_bytes) FROM '$file' WITH (FORMAT binary);
		UPDATE ${type}_read AS r SET by_text = text::$type FROM golden AS g WHERE g.type = '$type' AND g.name = r.name});
	return scalar(@rows);
}

# Names of the values for which something does not hold
sub unlike_recorded
{
	my ($type, $condition) = @_;

	return join(', ', split(/\n/, $node->safe_psql('postgres', qq{
		SELECT g.name FROM golden AS g LEFT JOIN ${type}_read AS r USING (name)
		WHERE g.type = '$type' AND ($condition) IS NOT TRUE ORDER BY g.name})));
}

sub check_set
{
	my ($version) = @_;

	load($version);
	is($node->safe_psql('postgres', q{SELECT string_agg(DISTINCT type, ' ' ORDER BY type) FROM golden}), "@types", "$version: has every type");
	for my $type (@types)
	{
		cmp_ok(read_values($type), '>', 0, "$version: $type has values");
		for my $way ('by_bytes', 'by_text')
		{
			is(unlike_recorded($type, "encode(_${type}_send($way), 'hex') = g.bytes"), '', "$version: $type read $way has the same bytes");
			is(unlike_recorded($type, "$way\::text = g.text"), '', "$version: $type read $way has the same text");
			is(unlike_recorded($type, "readings($way) = g.readings"), '', "$version: $type read $way says the same");
		}
	}
}

# A value, a text or a reading that is not the recorded one is found
sub can_fail
{
	load($current);
	$node->safe_psql('postgres', q{
		UPDATE golden SET readings = overlay(readings PLACING 'x' FROM length(readings)) WHERE name = 'one like';
		UPDATE golden SET text = text || ' ' WHERE name = 'a crowd';
		UPDATE golden SET bytes = (SELECT bytes FROM golden WHERE name = 'one unproven') WHERE name = 'one of a text'});
	read_values('klout_signals');
	is(unlike_recorded('klout_signals', 'readings(by_bytes) = g.readings'), 'one like, one of a text', 'other readings would be found');
	is(unlike_recorded('klout_signals', 'by_text::text = g.text'), 'a crowd', 'so would another text');
	is(unlike_recorded('klout_signals', q{encode(_klout_signals_send(by_text), 'hex') = g.bytes}), 'one of a text', 'and other bytes');
}
