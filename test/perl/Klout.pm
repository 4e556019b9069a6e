# What the TAP tests share: a server of their own that has klout.
#
#   use Klout;
#   my $node = klout_node('main', conf => "max_parallel_workers = 2\n");
#   is($node->safe_psql('postgres', 'SELECT 1'), '1');
#
# script/test names in KLOUT_CONF a file with the settings by which a server finds a klout that is
# not installed; without it klout must be installed.

package Klout;

use strict;
use warnings;

use Exporter 'import';
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;

our @EXPORT = qw(klout_node klout_conf);

# The settings by which a server finds klout
sub klout_conf
{
	return $ENV{KLOUT_CONF} ? slurp_file($ENV{KLOUT_CONF}) : '';
}

# A started node on which klout is created in database postgres. Options:
#   conf      => text to append to postgresql.conf
#   init      => reference to a list of arguments for init()
#   extension => 0 leaves CREATE EXTENSION out
sub klout_node
{
	my ($name, %opts) = @_;
	my $node = PostgreSQL::Test::Cluster->new($name);

	$node->init(@{ $opts{init} // [] });
	$node->append_conf('postgresql.conf', klout_conf() . ($opts{conf} // ''));
	$node->start;
	$node->safe_psql('postgres', 'CREATE EXTENSION klout')
	  if $opts{extension} // 1;
	return $node;
}

1;
