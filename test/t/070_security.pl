# What others may do to those who use klout, and may see of them: the install
# script read as an attacker would read it, objects that lie in wait before
# and after it, and what each role can read and change of a board.

use strict;
use warnings;

use Klout;
use PostgreSQL::Test::Cluster;
use PostgreSQL::Test::Utils;
use Test::More;

my $node = klout_node('main', extension => 0);

# What a query run by a role answers, or the first line of its error
sub answer
{
	my ($db, $role, $sql) = @_;
	my ($out, $err) = ('', '');

	$node->psql($db, $sql, stdout => \$out, stderr => \$err, extra_params => [ '-U', $role ]);
	return $err =~ /ERROR:  (.*)/ ? "ERROR: $1" : $out;
}

#
# The scripts as they are installed, statement by statement.  What they say runs
# as a superuser, in a schema that may be full of somebody else's objects.
#
my ($root) = klout_conf() =~ m{'(/.*?/root)[':/]};
my $share = qx(pg_config --sharedir) =~ s/\n//r;
my @installed = glob(($root // '') . "$share/extension/klout--*.sql");
cmp_ok(scalar(@installed), '>', 0, 'the scripts are found');
for my $path (@installed)
{
	my $script = slurp_file($path);
	my ($file) = $path =~ m{([^/]*)$};

	like($script, qr/^\\echo Use "[^"\n]+" to load this file\. \\quit$/m, "$file cannot be run by psql by mistake");
	# bodies and string constants out of the way
	my %body;
	(my $outline = $script) =~ s/^\\echo.*$//m;
	$outline =~ s{/\*.*?\*/}{}gs;
	$outline =~ s/--[^\n]*//g;
	$outline =~ s{AS (\$\w*\$)(.*?)\1}{my $key = 'body' . keys %body; $body{$key} = $2; "AS <$key>"}gse;
	$outline =~ s/'(?:[^']|'')*'/''/g;
	my @statements = grep { /\S/ } split /;/, $outline;
	cmp_ok(scalar @statements, '>', 300, "$file has its statements") if $file =~ /klout--[0-9.]+\.sql$/;

	my @other = grep { !/^\s*(?:CREATE (?:FUNCTION|PROCEDURE|AGGREGATE|TYPE|OPERATOR(?: CLASS)?|CAST)|COMMENT ON|ALTER (?:TYPE|FUNCTION|OPERATOR)) / } @statements;
	is_deeply(\@other, [], "$file makes objects and does nothing else");
	unlike($outline, qr/\bOR\s+REPLACE\b|\bIF\s+NOT\s+EXISTS\b/i, "$file takes over nothing that is there");
	unlike($script, qr/\bSECURITY\s+DEFINER\b/i, "$file lends nobody's rights");
	# the name is quoted as one by then, but a % in it would mean something to format()
	my @formats = grep { /\@extschema\@/ } $script =~ /\bformat\((\$\w*\$.*?\$\w*\$|'(?:[^']|'')*')/gs;
	is_deeply(\@formats, [], "$file: format() reads no name of a schema");

	my (@loose, @unpinned);
	for (grep { /CREATE (?:FUNCTION|PROCEDURE)/ && /LANGUAGE (?:plpgsql|sql)/ } @statements)
	{
		my ($name) = /CREATE \w+ (\w+)/;
		my ($key) = /AS <(body\d+)>/;
		if (/SET search_path = pg_catalog, pg_temp\s/)
		{
			next;
		}
		push @unpinned, $name;
		# these, all names and operators of the body must say where they are from
		my $code = $body{$key};
		$code =~ s/--[^\n]*//g;
		$code =~ s/'(?:[^']|'')*'/''/g;
		$code =~ s/OPERATOR\(pg_catalog\.[^)]+\)/ OPERATOR /g;
		$code =~ s/:=/ /g;
		push @loose, "$name: $1" while $code =~ /(?<![.\w@])(?!coalesce\b|OPERATOR\b|AND\b|OR\b|NOT\b)(\w+)\s*\(/gi;
		push @loose, "$name: $1" while $code =~ /(\S*[-+*\/<>=~!@#%^&|`?]+\s)/g;
	}
	@loose = grep { !/\@extschema\@/ } @loose;
	is_deeply(\@loose, [], "$file: functions without a search_path of their own (@unpinned) leave nothing to that of the caller");
}

#
# Functions of the same name and arguments before CREATE EXTENSION: it fails,
# and takes over none
#
$node->safe_psql('postgres', 'CREATE ROLE attacker LOGIN; CREATE ROLE victim LOGIN; CREATE DATABASE early OWNER victim');
$node->safe_psql('early', 'CREATE EXTENSION klout');
my @functions = split /\n/, $node->safe_psql('early', q{
	SELECT format('CREATE FUNCTION %I(%s) RETURNS int LANGUAGE sql AS ''SELECT 1''', proname, pg_get_function_identity_arguments(p.oid))
	FROM pg_proc AS p JOIN pg_depend AS d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid
	JOIN pg_extension AS e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'klout'
	WHERE p.prokind = 'f' AND pg_get_function_arguments(p.oid) !~ 'OUT |klout_|internal|cstring|SETOF'
	ORDER BY p.oid});
cmp_ok(scalar @functions, '>', 25, 'functions whose arguments can be there before klout');
$node->safe_psql('early', 'DROP EXTENSION klout; GRANT CREATE ON SCHEMA public TO attacker');
my @taken;
for my $create (@functions)
{
	my ($name) = $create =~ /FUNCTION (\S+?)\(/;

	$node->safe_psql('early', $create, extra_params => [ '-U', 'attacker' ]);
	my $said = answer('early', 'victim', 'CREATE EXTENSION klout');
	push @taken, "$create: $said" unless $said =~ /^ERROR: function "\Q$name\E" already exists with same argument types$/;
	$node->safe_psql('early', 'SET client_min_messages = warning; DROP EXTENSION IF EXISTS klout; DROP OWNED BY attacker; GRANT CREATE ON SCHEMA public TO attacker');
}
is_deeply(\@taken, [], 'CREATE EXTENSION fails over each of them');
for my $type (qw(klout_signals klout_model klout_population))
{
	$node->safe_psql('early', "CREATE TYPE $type AS (n int)", extra_params => [ '-U', 'attacker' ]);
	like(answer('early', 'victim', 'CREATE EXTENSION klout'), qr/^ERROR: type "$type" already exists$/, "and over a type $type");
	$node->safe_psql('early', "DROP TYPE $type");
}
is(answer('early', 'victim', 'CREATE EXTENSION klout'), '', 'without them, an owner of a database who is no superuser may');
is($node->safe_psql('early', q{SELECT extowner::regrole FROM pg_extension WHERE extname = 'klout'}), 'victim', 'and owns it');

#
# Functions of the same name beside those of klout, with arguments that might
# fit a call better: no body of klout calls one
#
my $overloads = $node->safe_psql('early', q{
	SELECT string_agg(DISTINCT format('CREATE FUNCTION public.%I(%s) RETURNS text LANGUAGE plpgsql AS ''BEGIN RAISE EXCEPTION ''''hijacked by %s''''; END''',
			proname, args, proname), '; ')
	FROM (SELECT p.oid, p.proname,
				 string_agg(CASE format_type(t, NULL) WHEN 'name' THEN 'text' WHEN 'bigint' THEN 'integer' WHEN 'timestamp with time zone' THEN 'timestamp'
					WHEN 'double precision' THEN 'numeric' WHEN 'text' THEN 'varchar' WHEN 'text[]' THEN 'varchar[]' ELSE format_type(t, NULL) END, ', ' ORDER BY n) AS args,
				 string_agg(format_type(t, NULL), ', ' ORDER BY n) AS own
		  FROM pg_proc AS p CROSS JOIN unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (t, n)
		  WHERE p.proname ~ '^_?klout_' AND p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p', 'a')
		  GROUP BY p.oid, p.proname, p.prokind) AS f
	WHERE args <> own AND args !~ 'internal|cstring'
	  AND to_regprocedure(format('public.%I(%s)', proname, args)) IS NULL});
cmp_ok(scalar(() = $overloads =~ /CREATE FUNCTION/g), '>', 40, 'overloads of functions of klout');
$node->safe_psql('early', $overloads, extra_params => [ '-U', 'attacker' ]);
$node->safe_psql('early', q{
	CREATE SCHEMA own AUTHORIZATION victim;
	SET ROLE victim;
	CREATE TABLE own.actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz, post text, topic text);
	INSERT INTO own.actions (network, kind, actor, target, at, post, topic)
	SELECT 'n', 'k', n % 7, n % 5, timestamptz '2026-01-01' + n * interval '1 hour', n % 11, 't' || n % 2 FROM generate_series(1, 500) AS n});
my $work = q{
	SET search_path = public, own;
	SELECT klout_create_board('board'::name, 'own.actions'::regclass, klout_model(), NULL::jsonb, '1 day'::interval, 'proven'::text, '30 days'::interval);
	CALL klout_refresh('board'::name, 5000000::bigint, 'always'::text, '2026-02-01 00:00+00'::timestamptz);
	SELECT klout_link('board'::name, 'n'::text, '1'::text, '2'::text), klout_opt_out('board'::name, '3'::text);
	INSERT INTO board.perks (perk, capacity) VALUES ('mug', 1);
	SELECT count(*) FROM klout_qualify('board'::name, 'mug'::text, 5::bigint);
	SELECT count(*) FROM klout_grant('board'::name, 'mug'::text, now());
	CALL klout_refresh('board'::name, 5000000::bigint, 'always'::text, '2026-02-02 00:00+00'::timestamptz);
	SELECT count(*) FROM klout_search('board'::name, '2'::text, ''::text), klout_statement('board'::name, '2'::text, ''::text),
		klout_compare('board'::name, '{2}'::text[], 90::integer, ''::text), board.leaderboard, board.movers, board.moments;
	SELECT klout_weigh_authority('board'::name, '2026-02-02 00:00+00'::timestamptz), klout_rebuild('board'::name);
	SELECT klout_unlink('board'::name, 'n'::text, '1'::text), klout_opt_in('board'::name, '3'::text);
	SELECT count(*) FROM klout_audit('board'::name, 5::integer);
	SELECT 'done'};
like(answer('early', 'victim', $work), qr/\bdone$/, 'a board is made, refreshed and read without one of them being called');
like(answer('early', 'victim', "SELECT public.klout_search('board'::text, '2'::varchar, ''::varchar)"), qr/hijacked by klout_search/, 'though they are there');

#
# Who can see what of a board
#
$node->safe_psql('postgres', 'CREATE ROLE owner LOGIN; CREATE ROLE loader LOGIN; CREATE ROLE refresher LOGIN; CREATE ROLE reader LOGIN; CREATE ROLE stranger LOGIN;
	CREATE DATABASE boards OWNER owner');
$node->safe_psql('boards', q{
	CREATE EXTENSION klout;
	SET ROLE owner;
	CREATE SCHEMA data;
	CREATE TABLE data.actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, network text, kind text, actor bigint, target bigint, at timestamptz);
	INSERT INTO data.actions (network, kind, actor, target, at)
	SELECT 'n', 'k', 10 + n % 7, n % 5, timestamptz '2026-01-01' + n * interval '1 hour' FROM generate_series(1, 500) AS n;
	SELECT klout_create_board('board', 'data.actions');
	CALL klout_refresh('board', as_of => '2026-02-01 00:00+00');
	GRANT USAGE ON SCHEMA data TO loader, refresher;
	GRANT INSERT (network, kind, actor, target, at) ON data.actions TO loader;
	GRANT SELECT ON data.actions, data.actions_id_seq TO refresher;
	GRANT USAGE ON SCHEMA board TO refresher, reader;
	GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA board TO refresher;
	-- the least that docs/boards.md and SECURITY.md say a reader of the leaderboard needs
	GRANT SELECT ON board.leaderboard, board.scores, board.populations, board.publications, board.last_publication TO reader});

my $denied = qr/^ERROR: permission denied for (?:schema|table|view|sequence) (\S+)/;
my %may = (    # by role, and what it answers: a number of rows, an empty answer, or what is denied
	owner     => { leaderboard => 5, history => 5, signals => 5, reactors => 7, actions => 500, statement => 1, search => 1 },
	refresher => { leaderboard => 5, history => 5, signals => 5, reactors => 7, actions => 500, statement => 1, search => 1 },
	reader    => { leaderboard => 5, history => 'history', signals => 'signals', reactors => 'reactors', actions => 'data', statement => 'models', search => 'accounts' },
	loader    => { leaderboard => 'board', history => 'board', signals => 'board', reactors => 'board', actions => 'actions', statement => undef, search => undef },
	stranger  => { leaderboard => 'board', history => 'board', signals => 'board', reactors => 'board', actions => 'data', statement => undef, search => undef });
my %query = (
	leaderboard => 'SELECT count(*) FROM board.leaderboard',
	history     => 'SELECT count(*) FROM board.history',
	signals     => 'SELECT count(*) FROM board.signals',
	reactors    => 'SELECT count(*) FROM board.reactors',
	actions     => 'SELECT count(*) FROM data.actions',
	statement   => q{SELECT count(*) FROM klout_statement('board', '2')},
	search      => q{SELECT count(*) FROM klout_search('board', '2')});
for my $role (sort keys %may)
{
	for my $what (sort keys %query)
	{
		my $expected = $may{$role}{$what};
		my $got = answer('boards', $role, $query{$what});

		if (!defined $expected)
		{
			like($got, qr/^ERROR: (?:there is no board|permission denied)/, "$role learns nothing by $what");
		}
		elsif ($expected =~ /^\d+$/)
		{
			is($got, $expected, "$role reads $what");
		}
		else
		{
			is($got =~ $denied ? $1 : $got, $expected, "$role is denied $what");
		}
	}
}
# who writes actions can do nothing else, who refreshes cannot drop or remake
is(answer('boards', 'loader', q{INSERT INTO data.actions (network, kind, actor, target, at) VALUES ('n', 'k', 11, 1, '2026-02-01 01:00+00') RETURNING id}),
	'ERROR: permission denied for table actions', 'a loader cannot even read what it inserts back');
is(answer('boards', 'loader', q{INSERT INTO data.actions (network, kind, actor, target, at) VALUES ('n', 'k', 11, 1, '2026-02-01 01:00+00')}), '', 'a loader loads');
is(answer('boards', 'loader', q{INSERT INTO data.actions (id, network, kind, actor, target, at) OVERRIDING SYSTEM VALUE VALUES (-1, 'n', 'k', 11, 1, '2026-02-01 01:00+00')}),
	'ERROR: permission denied for table actions', 'and gives out no ids');
like(answer('boards', 'loader', q{CALL klout_refresh('board')}), qr/^ERROR: (?:there is no board|permission denied)/, 'and does not refresh');
is(answer('boards', 'refresher', q{CALL klout_refresh('board', publish => 'always', as_of => '2026-02-01 02:00+00')}), '', 'a refresher refreshes');
is($node->safe_psql('boards', q{SELECT sum(rows) FROM board.batches}), 501, 'and took in what the loader loaded');
like(answer('boards', 'refresher', q{SELECT klout_drop_board('board')}), qr/^ERROR: must be owner of schema board/, 'and does not drop');
like(answer('boards', 'refresher', q{SELECT klout_rebuild('board')}), qr/^ERROR: permission denied for table/, 'nor rebuild');
for my $call (q{klout_opt_out('board', '1')}, q{klout_link('board', 'n', '1', '2')}, q{klout_rebuild('board')}, q{klout_drop_board('board')})
{
	like(answer('boards', 'reader', "SELECT $call"), qr/^ERROR: (?:permission denied|must be owner)/, "a reader cannot $call");
}
is($node->safe_psql('boards', 'SELECT count(*) FROM board.scores'), 5, 'nothing is gone');

# an edges query runs with the rights of the caller, whoever owns what it reads
like(answer('boards', 'stranger', q{SELECT count(*) FROM klout_authority('SELECT actor, target FROM data.actions')}), $denied, 'authority reads nothing for a stranger');
like(answer('boards', 'owner', q{SELECT count(*) FROM klout_authority('DELETE FROM data.actions RETURNING actor, target')}), qr/^ERROR: /, 'and writes nothing for anybody');
is($node->safe_psql('boards', 'SELECT count(*) FROM data.actions'), 501, 'so all actions are there');

#
# Code of others: whoever owns the actions can put functions where reading the table runs them.  None runs with the rights of who
# owns the board, whichever function of klout reads the table, and whatever is added after the board was made.
#
$node->safe_psql('postgres', q{CREATE ROLE mallory LOGIN; CREATE ROLE vic LOGIN; CREATE DATABASE hostile; GRANT mallory TO CURRENT_USER});
$node->safe_psql('hostile', q{
	CREATE EXTENSION klout;
	GRANT CREATE ON DATABASE hostile TO vic, mallory;
	CREATE SCHEMA m AUTHORIZATION mallory;
	GRANT USAGE ON SCHEMA m TO PUBLIC;
	SET ROLE mallory;
	CREATE TABLE m.log (ran_as name);
	GRANT INSERT ON m.log TO PUBLIC;
	CREATE FUNCTION m.note() RETURNS integer LANGUAGE plpgsql AS $$BEGIN INSERT INTO m.log VALUES (current_user); RETURN 1; END$$;
	-- immutable by its own account
	CREATE FUNCTION m.trap(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN m.note(); END$$;
	CREATE FUNCTION m.trap(bigint, bigint) RETURNS boolean LANGUAGE plpgsql IMMUTABLE AS $$BEGIN RETURN m.note() = 1; END$$;
	CREATE OPERATOR m.=== (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = m.trap);
	CREATE TYPE m.kind AS ENUM ('k');
	CREATE DOMAIN m.network AS text CHECK (m.trap(1) = 1)});
my @columns = ('network text', 'kind text', 'actor bigint', 'target bigint', 'at timestamptz');
my $columns = join(', ', @columns);
my $table = "CREATE TABLE m.actions (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, $columns)";
my $grants = 'GRANT SELECT ON m.actions, m.actions_id_seq TO vic';
my @traps = (    # name, the table if it is another, what is done to it
	[ 'nothing' ],
	[ 'a policy', undef, 'ALTER TABLE m.actions ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON m.actions USING (m.note() = 1)' ],
	[ 'an index expression', undef, 'CREATE INDEX ON m.actions ((m.trap(1)))' ],
	[ 'an index predicate', undef, 'CREATE INDEX ON m.actions (target) WHERE m.trap(1) = 1' ],
	[ 'an operator in a predicate', undef, 'CREATE INDEX ON m.actions (target) WHERE 1::bigint OPERATOR(m.===) 1::bigint' ],
	[ 'statistics', undef, 'CREATE STATISTICS m.s ON (m.trap(1)) FROM m.actions' ],
	[ 'a CHECK', undef, 'ALTER TABLE m.actions ADD CHECK (m.trap(1) = 1)' ],
	[ 'a CHECK of a child', undef, 'CREATE TABLE m.child () INHERITS (m.actions); ALTER TABLE m.child ADD CHECK (m.trap(1) = 1)' ],
	[ 'an index of a child', undef, 'CREATE TABLE m.child () INHERITS (m.actions); CREATE INDEX ON m.child ((m.trap(1)))' ],
	[ 'a partition key', "CREATE TABLE m.actions (id bigserial, $columns) PARTITION BY RANGE ((id + m.trap(1))); CREATE INDEX ON m.actions (id);
		CREATE TABLE m.child PARTITION OF m.actions DEFAULT", '' ],
	[ 'a cast', $table =~ s/kind text/kind m.kind/r, 'CREATE FUNCTION m.cast(m.kind) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$BEGIN PERFORM m.note(); RETURN \'k\'; END$$;
		CREATE CAST (m.kind AS text) WITH FUNCTION m.cast(m.kind) AS IMPLICIT' ],
	[ 'a domain', $table =~ s/network text/network m.network/r, '' ],
	[ 'a generated column', $table =~ s/kind text/kind text GENERATED ALWAYS AS (m.trap(1)::text) STORED/r, '' ],
	[ 'a default', $table =~ s/kind text/kind text DEFAULT m.note()::text/r, '' ],
	[ 'a view', $table =~ s/ PRIMARY KEY/ NOT NULL/r, 'DELETE FROM m.actions; CREATE RULE "_RETURN" AS ON SELECT TO m.actions DO INSTEAD
		SELECT m.note()::bigint AS id, \'n\'::text AS network, \'k\'::text AS kind, 1::bigint AS actor, 2::bigint AS target, now() AS at' ]);
my @readers = ("CALL klout_refresh('b', publish => 'always')", "SELECT klout_refresh_check('b', 10, 'never', NULL)", "SELECT klout_take_in('b', 100, 100, now())",
	"SELECT klout_audit('b')", "SELECT klout_take_rejected('b')", "SELECT klout_rebuild('b')", "SELECT klout_weigh_authority('b')");
my $clear = q{DROP SCHEMA IF EXISTS b CASCADE;
	DO $$BEGIN EXECUTE (SELECT format('DROP %s m.actions CASCADE', CASE relkind WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END) FROM pg_class WHERE oid = to_regclass('m.actions'));
	EXCEPTION WHEN null_value_not_allowed THEN NULL; END$$;
	DROP CAST IF EXISTS (m.kind AS text); DROP FUNCTION IF EXISTS m.cast};
my $insert = q{INSERT INTO m.actions (network, kind, actor, target, at) SELECT 'n', 'k', n, 100 + n % 2, '2026-01-01' FROM generate_series(1, 20) AS n};
# as who functions of the table's owner ran
sub ran_as { return $node->safe_psql('hostile', q{SELECT coalesce(string_agg(DISTINCT ran_as, ' ') FILTER (WHERE ran_as <> 'mallory'), 'nobody else') FROM m.log}); }
my $guarded = 0;
for (@traps)
{
	my ($name, $made, $later) = @$_;

	for my $when ('before', 'after')
	{
		next if $when eq 'after' && ($name eq 'nothing' || !$later);
		$node->safe_psql('hostile', "SET client_min_messages = error; $clear; TRUNCATE m.log");
		$node->safe_psql('hostile', ($made // $table) . "; $grants" . ($name =~ /generated/ ? '' : "; $insert"), extra_params => [ '-U', 'mallory' ]);
		my $said = $when eq 'before' && $later ? answer('hostile', 'mallory', $later) : '';
	  SKIP:
		{
			skip 'a table cannot be made a view any more', 1 if $said =~ /ERROR/ && $name eq 'a view';
			is($said, '', "$name is there before the board") if $when eq 'before';
			$said = answer('hostile', 'vic', q{SET client_min_messages = error; SELECT klout_create_board('b', 'm.actions')});
			if ($when eq 'after')
			{
				is($said, '', "a board is made before $name is there");
				$said = answer('hostile', 'mallory', $later);
				skip 'a table cannot be made a view any more', 1 if $said =~ /ERROR/ && $name eq 'a view';
				is($said, '', "$name is added");
			}
			my $refused = 0;
			for my $reader (@readers)
			{
				$refused++ if answer('hostile', 'vic', "SET client_min_messages = error; $reader") =~ /^ERROR: /;
				# plans of a fresh session, with constraints looked at everywhere
				answer('hostile', 'vic', "SET client_min_messages = error; SET constraint_exclusion = on; $reader");
			}
			is(ran_as(), 'nobody else', "$name ($when): runs as nobody but its owner");
			is($refused, 0, "$name: does not keep a board from its work") if $name =~ /nothing|domain|generated|default/;
			$guarded++ if $refused == @readers;
		}
	}
}
cmp_ok($guarded, '>', 12, 'most traps are refused by every function that reads the actions');

# Nor while a refresh waits for another, or between its steps.  A trigger of the board's owner stands in for the time that takes: as
# it fires, the owner of the actions (whose function this is) adds the trap.
for my $moment ('settings BEFORE UPDATE', 'rejected AFTER INSERT', 'reactors AFTER INSERT', 'signals AFTER INSERT')
{
	my ($relation, $event) = split(/ /, $moment, 2);

	$node->safe_psql('hostile', "SET client_min_messages = error; $clear; TRUNCATE m.log; SET ROLE mallory; $table; $grants; $insert;
		INSERT INTO m.actions (network, kind, actor, target, at) VALUES (NULL, 'k', 1, 2, '2026-01-01'), ('n', 'k', 1, 2, '2027-01-01');
		CREATE OR REPLACE FUNCTION m.sneak() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'CREATE STATISTICS IF NOT EXISTS m.trapped ON ((target + m.trap(1))), kind FROM m.actions'");
	is(answer('hostile', 'vic', qq{SET client_min_messages = error; SELECT klout_create_board('b', 'm.actions');
		CREATE FUNCTION b.meanwhile() RETURNS trigger LANGUAGE plpgsql AS \$\$BEGIN PERFORM m.sneak(); RETURN NULL; END\$\$;
		CREATE TRIGGER t $event ON b.$relation FOR EACH STATEMENT EXECUTE FUNCTION b.meanwhile()}), '', "a board whose refresh takes its time at $relation");
	like(answer('hostile', 'vic', q{SET client_min_messages = error; CALL klout_refresh('b', as_of => '2026-06-01 00:00+00')}),
		qr/^ERROR: .* would run the function m\.trap/, "$relation: what came meanwhile is refused");
	is(ran_as(), 'nobody else', "$relation: and does not run");
}

# The same owned by the owner of the board, or by a superuser, is nobody else's
$node->safe_psql('hostile', "SET client_min_messages = error; $clear; SET ROLE mallory; $table; $grants; $insert; RESET ROLE;
	CREATE FUNCTION public.half(bigint) RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT \$1 / 2';
	SET ROLE mallory; CREATE INDEX ON m.actions ((public.half(target)))");
is(answer('hostile', 'vic', q{SET client_min_messages = error; SELECT klout_create_board('b', 'm.actions'); CALL klout_refresh('b')}), '', 'a function of a superuser is no trap');
$node->safe_psql('hostile', "SET client_min_messages = error; $clear; $table; ALTER TABLE m.actions OWNER TO mallory; SET ROLE mallory;
	CREATE INDEX ON m.actions ((m.trap(1))); GRANT CREATE ON SCHEMA m TO mallory; SELECT klout_create_board('b', 'm.actions'); $insert");
is(answer('hostile', 'mallory', q{SET client_min_messages = error; CALL klout_refresh('b')}), '', 'nor what the owner of the board put there');

# A superuser does not run what the owner of a board put there
$node->safe_psql('hostile', q{
	SET ROLE mallory;
	CREATE FUNCTION m.trigger() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN PERFORM m.note(); RETURN NULL; END$$;
	CREATE TRIGGER t AFTER UPDATE ON b.settings EXECUTE FUNCTION m.trigger();
	CREATE TRIGGER t AFTER INSERT OR UPDATE ON b.signals EXECUTE FUNCTION m.trigger();
	INSERT INTO b.perks (perk, capacity) VALUES ('mug', 1);
	CREATE TRIGGER t AFTER UPDATE ON b.perks EXECUTE FUNCTION m.trigger()});
$node->safe_psql('hostile', 'TRUNCATE m.log');
my $superuser = $node->safe_psql('hostile', 'SELECT current_user');
for my $call (@readers, "SELECT klout_publish('b')", "SELECT klout_opt_out('b', '1')", "SELECT klout_opt_in('b', '1')", "SELECT klout_link('b', 'n', '1', '2')",
	"SELECT klout_set_model('b', klout_model())", "SELECT klout_grant('b', 'mug')")
{
	like(answer('hostile', $superuser, $call), qr/^ERROR: board "b" is not kept by superusers/, "a superuser does not $call");
}
is(ran_as(), 'nobody else', 'no trigger ran as superuser');
is(answer('hostile', 'mallory', q{SET client_min_messages = error; SELECT klout_opt_out('b', '1')}), '', 'its owner keeps the board');
is($node->safe_psql('hostile', 'SELECT count(*) > 0 FROM m.log'), 't', 'and runs the triggers');
is(answer('hostile', $superuser, q{SELECT klout_drop_board('b')}), '', 'a superuser may drop it');

$node->stop;
done_testing();
