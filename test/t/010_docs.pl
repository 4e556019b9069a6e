# Runs the documentation. Each of README.md, docs/*.md and docs/sources/*.md gets a new database; its ```sql blocks go
# through one psql session from top to bottom, and where a ```text block (or one without a language)
# follows directly, psql must print exactly that. A block that raises an error must show it there.
# "```sql skip" is not run. Whatever the time zone of a reader, the output must be as printed, so the
# session has an unusual one.
#
# A document whose output differs is written, with the new output, to results/docs; script/test
# keeps it. Read the difference, then accept it:
#
#   diff -r tmp/results/docs . | less; cp -R tmp/results/docs/. .

use strict;
use warnings;

use File::Basename qw(dirname);
use File::Path qw(make_path);
use IPC::Run ();

use Klout;
use PostgreSQL::Test::Utils;
use Test::More;

my $fence = qr/^```/;
my $marker = '-=-=- block';
my $results = ($ENV{TESTDIR} // '.') . "/results/docs";

my @documents = ('README.md', sort glob('docs/*.md docs/sources/*.md'));
my $node = klout_node('docs', extension => 0,
	init => [ extra => [ '--encoding=UTF8', '--no-locale' ] ]);
my $databases = 0;

check_document($_) for @documents;
check_links($_) for @documents, grep { -e $_ } qw(CHANGELOG.md CONTRIBUTING.md SECURITY.md bench/README.md);
check_reference();
done_testing();

sub check_document
{
	my ($file) = @_;
	my @blocks = blocks_of($file);
	my @outputs = outputs_of(@blocks);
	my $changed = 0;

	ok(scalar(@blocks), "$file has SQL to run");
	for my $i (0 .. $#blocks)
	{
		my $block = $blocks[$i];
		my $output = trimmed($outputs[$i] // "(psql ended before this block)");
		my $where = "$file line $block->{line}";

		if (defined $block->{expected})
		{
			is($output, trimmed($block->{expected}), $where);
			$changed ||= $output ne trimmed($block->{expected});
			$block->{expected} = $output;
		}
		else
		{
			unlike($output, qr/^(ERROR|FATAL|WARNING|invalid command)\b/m, $where);
		}
	}
	write_renewed($file, @blocks) if $changed;
}

# The blocks to run: line (of the fence), sql, and if output is shown, expected and the range of
# lines (from, to) it takes in the file
sub blocks_of
{
	my ($file) = @_;
	my @lines = split(/\n/, slurp_file($file));
	my @blocks;
	my $before;    # the block that has just ended

	for (my $i = 0; $i < @lines; $i++)
	{
		my $language;
		my $start = $i;
		my @inside;

		die "$file line " . ($i + 1) . ": a block of SQL must not be indented\n"
		  if $lines[$i] =~ /^\s+```sql/;
		if ($lines[$i] !~ $fence)
		{
			undef $before if $lines[$i] =~ /\S/;
			next;
		}
		($language = $lines[$i]) =~ s/^`+\s*|\s+$//g;
		push @inside, $lines[$i] while ++$i < @lines && $lines[$i] !~ $fence;
		die "$file line " . ($start + 1) . ": this block has no end\n" if $i == @lines;

		if ($language eq 'sql')
		{
			my $sql = join("\n", @inside);
			die "$file line " . ($start + 1) . ": the last statement has no end\n"
			  unless $sql =~ /(;|^\\[^\n]*)\s*(--[^\n]*)?\s*\z/m;
			$before = { line => $start + 1, sql => $sql };
			push @blocks, $before;
			next;
		}
		if ($before && ($language eq '' || $language eq 'text'))
		{
			$before->{expected} = join("\n", @inside);
			@{$before}{qw(from to)} = ($start + 1, $i - 1);
		}
		undef $before;
	}
	return @blocks;
}

# What psql says to each block
sub outputs_of
{
	my @blocks = @_;
	my $database = 'docs' . ++$databases;
	my $script = join('', map { "$_->{sql}\n\\echo $marker\n" } @blocks);
	my $output = '';

	local $ENV{PGTZ} = 'Asia/Kolkata';
	local $ENV{PGCLIENTENCODING} = 'UTF8';
	$node->safe_psql('postgres', "CREATE DATABASE $database");
	IPC::Run::run([ 'psql', '-X', '-d', $node->connstr($database) ],
		'<', \$script, '>', \$output, '2>&1');
	return split(/^\Q$marker\E\n/m, $output);
}

sub trimmed
{
	my ($text) = @_;
	$text =~ s/[ \t]+$//mg;
	$text =~ s/\A\n+|\n+\z//g;
	return $text;
}

sub write_renewed
{
	my ($file, @blocks) = @_;
	my @lines = split(/\n/, slurp_file($file));

	for my $block (reverse grep { defined $_->{expected} } @blocks)
	{
		splice(@lines, $block->{from}, $block->{to} - $block->{from} + 1,
			split(/\n/, $block->{expected}));
	}
	make_path(dirname("$results/$file"));
	open(my $out, '>', "$results/$file") or die "$results/$file: $!";
	print $out map { "$_\n" } @lines;
	close($out) or die "$results/$file: $!";
	diag("$file with the new output: tmp/results/docs/$file");
}

# Links within the repository lead somewhere, those to a heading to a heading
sub check_links
{
	my ($file) = @_;
	my $text = slurp_file($file);
	my @broken;

	$text =~ s/^```.*?^```//msg;
	for my $link ($text =~ /\]\(([^)\s]+)\)/g, $text =~ /^\[[^]]+\]:\s+(\S+)/mg)
	{
		next if $link =~ /^[a-z]+:/;
		my ($path, $anchor) = split(/#/, $link, 2);
		my $target = length $path ? dirname($file) . "/$path" : $file;

		push @broken, $link
		  unless -e $target
		  && (!defined $anchor || grep { $_ eq $anchor } anchors_of($target));
	}
	is(join(', ', @broken), '', "links of $file");
}

# Names of headings, as GitHub and others make them
sub anchors_of
{
	my ($file) = @_;
	my @anchors;

	(my $text = slurp_file($file)) =~ s/^```.*?^```//msg;
	for my $heading ($text =~ /^#+ +(.*?) *$/mg)
	{
		$heading = lc $heading;
		$heading =~ s/[^\w\- ]//g;
		$heading =~ tr/ /-/;
		push @anchors, $heading;
	}
	return @anchors;
}

# Every function, aggregate and type of the extension is in the reference, outside of SQL and output
sub check_reference
{
	$node->safe_psql('postgres', 'CREATE EXTENSION klout');
	my @names = split(/\n/, $node->safe_psql('postgres', q{
		SELECT DISTINCT coalesce(proname, typname)
		FROM pg_depend
		LEFT JOIN pg_proc ON classid = 'pg_proc'::regclass AND objid = pg_proc.oid
		LEFT JOIN pg_type ON classid = 'pg_type'::regclass AND objid = pg_type.oid AND typelem = 0
		WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
		  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'klout')
		  AND (proname IS NOT NULL OR typname IS NOT NULL)}));
	(my $text = slurp_file('docs/reference.md')) =~
	  s/^```sql\n.*?^```\n(\n*```(text)?\n.*?^```\n)?//msg;
	my @missing = grep { $text !~ /\b\Q$_\E\b/ } @names;

	cmp_ok(scalar(@names), '>', 50, 'the extension has objects');
	is(join(', ', @missing), '', 'docs/reference.md names every object');
}
