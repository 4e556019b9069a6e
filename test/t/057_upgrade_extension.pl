# ALTER EXTENSION klout UPDATE makes what CREATE EXTENSION makes: the catalogs of both are compared, object
# by object, for every older version in sql/. That the comparison and script/new-version are worth something is
# seen on versions made up here: what an upgrade script leaves out, or does in another way, must be found.

use strict;
use warnings;

use File::Copy qw(copy);
use File::Path qw(make_path);

use Klout;
use PostgreSQL::Test::Utils;
use Test::More;

my $dir = PostgreSQL::Test::Utils::tempdir();
my ($root) = klout_conf() =~ m{'(/.*?/root)[':/]};
plan skip_all => 'klout is installed, not in a folder of its own' if !$root;

my $node = klout_node('main', extension => 0);
my $databases = 0;

# ---- the versions there are ----------------------------------------------------------------------

my ($current) = slurp_file('klout.control') =~ /^default_version *= *'(.*)'/m;
my @older = map { m{klout--([\d.]+)\.sql$} ? $1 : () } sort glob('sql/klout--*.sql');
my $fresh = catalog_of(create());

cmp_ok(scalar(split(/\n/, $fresh)), '>', 500, 'the catalog of a fresh extension is long');
is(differences($fresh, catalog_of(create('', $_))), '', "$_, upgraded to $current, is as a fresh $current") for @older;

# ---- versions made up ----------------------------------------------------------------------------

my $next = '999.0.0';
my $function = "CREATE FUNCTION klout_new(integer) RETURNS integer LANGUAGE sql IMMUTABLE PARALLEL SAFE AS 'SELECT \$1';\n";
my $comment = "COMMENT ON FUNCTION klout_new(integer) IS 'new';\n";

make_versions();
is(differences(attempt('', '')), '', 'nothing new: no difference');
is(differences(attempt($function . $comment, $function . $comment)), '', 'the same in both: no difference');
like(differences(attempt($function . $comment, '')), qr/^fresh only: function public\.klout_new\(integer\)/m, 'left out of the upgrade script: found');
like(differences(attempt('', $function)), qr/^upgraded only: function public\.klout_new\(integer\)/m, 'left out of the full script: found');
like(differences(attempt($function . $comment, $function)), qr/^fresh only: comment .*klout_new/m, 'without its comment: found');
like(differences(attempt($function, $function =~ s/IMMUTABLE/STABLE/r)), qr/^fresh only: function .*"provolatile": "i".*\nupgraded only: function .*"provolatile": "s"/, 'of another volatility: found');
like(differences(attempt($function, $function =~ s/SELECT \$1/SELECT -\$1/r)), qr/^fresh only: function .*\nupgraded only: function .*SELECT -/, 'with another body: found');
like(differences(attempt("ALTER FUNCTION klout_merge(klout_signals, klout_signals) COST 7;\n", '')), qr/^fresh only: function public\.klout_merge/m, 'an old function changed: found');
like(differences(attempt("CREATE OPERATOR !! (RIGHTARG = klout_model, FUNCTION = klout_fingerprint);\n", '')), qr/^fresh only: operator/m, 'an operator: found');
like(differences(attempt("CREATE CAST (klout_model AS integer) WITH INOUT;\n", '')), qr/^fresh only: cast/m, 'a cast: found');
like(differences(attempt("ALTER TYPE klout_model SET (STORAGE = external);\n", '')), qr/^fresh only: type public\.klout_model /m, 'a property of a type: found');
like(differences(attempt("CREATE VIEW klout_view AS SELECT 1;\n", "CREATE VIEW klout_view AS SELECT 2;\n")), qr/^fresh only: view/m, 'a view: found');
like(differences(attempt("REVOKE EXECUTE ON FUNCTION klout_model() FROM public;\n", '')), qr/^fresh only: function public\.klout_model\(\)/m, 'a privilege: found');

# a version without a way to the next, and a released script that was touched
unlink("$dir/installed/klout--$current--$next.sql") or die 'there is no upgrade script';
my $database = create('', $current, 'stay');
my (undef, undef, $err) = $node->psql($database, "ALTER EXTENSION klout UPDATE TO '$next'");
like($err, qr/has no update path from version "\Q$current\E" to version "\Q$next\E"/, 'no upgrade script: found');
is(system("cd '$dir/next' && sha256sum --status -c test/data/released.sha256"), 0, 'a released script is as it was');
append("$dir/next/sql/klout--$current.sql", "-- touched\n");
isnt(system("cd '$dir/next' && sha256sum --status -c test/data/released.sha256"), 0, 'a released script that is touched is found');

$node->stop;
done_testing();

sub append
{
	my ($file, $text) = @_;
	open(my $out, '>>', $file) or die "$file: $!";
	print $out $text;
	close($out) or die "$file: $!";
	return;
}

# A database with the extension: fresh, or of an old version and upgraded; its name
sub create
{
	my ($version, $from, $stay) = @_;
	my $name = 'upgrade' . ++$databases;

	$node->safe_psql('postgres', "CREATE DATABASE $name");
	$node->safe_psql($name, 'CREATE EXTENSION klout' . ($from ? " VERSION '$from'" : $version ? " VERSION '$version'" : ''));
	$node->safe_psql($name, 'ALTER EXTENSION klout UPDATE' . ($version ? " TO '$version'" : '')) if $from && !$stay;
	return $name;
}

# A tree with one more version, its files where the server looks for them
sub make_versions
{
	my $share = qx(pg_config --sharedir) =~ s/\n//r;
	my $libraries = qx(pg_config --pkglibdir) =~ s/\n//r;

	system("mkdir '$dir/next' && cp -R sql klout.control META.json CHANGELOG.md Makefile script test '$dir/next' && cd '$dir/next' && script/new-version $next >/dev/null && make -s klout--$next.sql") == 0
	  or die 'script/new-version failed';
	make_path("$dir/root$share/extension", "$dir/root$libraries");
	symlink("$dir/root$share/extension", "$dir/installed") or die $!;
	copy("$root$libraries/klout.so", "$dir/root$libraries/klout.so") or die $!;
	$node->append_conf('postgresql.conf', klout_conf() =~ s/\Q$root\E/$dir\/root/gr);
	$node->restart;
	like(slurp_file("$dir/next/META.json"), qr/"version": "\Q$next\E".*"version": "\Q$next\E".*"meta-spec": \{\s*"version": "1\.0\.0"/s, 'META.json names the next version');
	like(slurp_file("$dir/next/CHANGELOG.md"), qr/^## \[\Q$next\E\] - unreleased\n\n## \[\Q$current\E\]/m, 'so does CHANGELOG.md');
	return;
}

# Catalogs of the next version, fresh and upgraded, with something more in its full and in its upgrade script
sub attempt
{
	my ($full, $upgrade) = @_;

	copy($_, "$dir/installed/") or die "$_: $!" for glob("$dir/next/sql/klout--*.sql"), "$dir/next/klout--$next.sql", "$dir/next/klout.control";
	append("$dir/installed/klout--$next.sql", $full);
	append("$dir/installed/klout--$current--$next.sql", $upgrade);
	return map { catalog_of($_) } create($next), create($next, $current);
}

# Lines that one has and the other has not, both ways
sub differences
{
	my ($one, $other) = @_;
	my %in_one = map { $_ => 1 } split(/\n/, $one);
	my %in_other = map { $_ => 1 } split(/\n/, $other);

	return join("\n",
		(map { "fresh only: $_" } grep { !$in_other{$_} } sort keys %in_one),
		(map { "upgraded only: $_" } grep { !$in_one{$_} } sort keys %in_other));
}

# Every object of the extension, a line each: all that the catalogs say of it, but for its number, and its comment
sub catalog_of
{
	my ($database) = @_;

	return $node->safe_psql($database, q{
		SET search_path = pg_catalog;
		CREATE TEMPORARY VIEW members AS
		SELECT classid, objid FROM pg_depend
		WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
		  AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'klout');
		SELECT replace(line, E'\n', '\n') FROM (
			SELECT i.type || ' ' || i.identity || ' ' || (
				CASE m.classid
				WHEN 'pg_proc'::regclass THEN (
					SELECT (to_jsonb(p) - '{oid,proargtypes,prorettype,proallargtypes,prolang,pronamespace,proowner,prosupport,provariadic,proargdefaults,prosqlbody}'::text[])
						|| jsonb_build_object('arguments', pg_get_function_arguments(p.oid), 'result', pg_get_function_result(p.oid),
							'support', p.prosupport::regproc, 'body', pg_get_function_sqlbody(p.oid), 'language', (SELECT lanname FROM pg_language AS l WHERE l.oid = p.prolang))
						|| coalesce((SELECT to_jsonb(a) - '{aggfnoid,aggtranstype,aggmtranstype}'::text[]
							|| jsonb_build_object('state', aggtranstype::regtype, 'moving', aggmtranstype::regtype, 'sort', aggsortop::regoper)
							- 'aggsortop' FROM pg_aggregate AS a WHERE a.aggfnoid = p.oid), '{}')
					FROM pg_proc AS p WHERE p.oid = m.objid)
				WHEN 'pg_type'::regclass THEN (
					SELECT (to_jsonb(t) - '{oid,typnamespace,typowner,typrelid,typelem,typarray,typbasetype}'::text[])
						|| jsonb_build_object('element', t.typelem::regtype, 'array', t.typarray::regtype, 'base', t.typbasetype::regtype)
					FROM pg_type AS t WHERE t.oid = m.objid)
				WHEN 'pg_operator'::regclass THEN (
					SELECT (to_jsonb(o) - '{oid,oprnamespace,oprowner,oprleft,oprright,oprresult,oprcom,oprnegate}'::text[])
						|| jsonb_build_object('result', o.oprresult::regtype, 'commutator', o.oprcom::regoperator, 'negator', o.oprnegate::regoperator)
					FROM pg_operator AS o WHERE o.oid = m.objid)
				WHEN 'pg_cast'::regclass THEN (
					SELECT jsonb_build_object('function', castfunc::regprocedure, 'context', castcontext, 'method', castmethod)
					FROM pg_cast AS c WHERE c.oid = m.objid)
				WHEN 'pg_opclass'::regclass THEN (
					SELECT jsonb_build_object('default', opcdefault, 'input', opcintype::regtype, 'key', opckeytype::regtype,
						'family', (pg_identify_object('pg_opfamily'::regclass, opcfamily, 0)).identity)
					FROM pg_opclass AS c WHERE c.oid = m.objid)
				WHEN 'pg_class'::regclass THEN (
					SELECT jsonb_build_object('kind', relkind, 'options', reloptions, 'persistence', relpersistence, 'security', relrowsecurity, 'acl', relacl,
						'view', pg_get_viewdef(c.oid),
						'columns', (SELECT jsonb_agg(jsonb_build_array(attname, format_type(atttypid, atttypmod), attnotnull) ORDER BY attnum)
									FROM pg_attribute WHERE attrelid = c.oid AND attnum > 0 AND NOT attisdropped))
					FROM pg_class AS c WHERE c.oid = m.objid)
				ELSE '{}' END)::text
			FROM members AS m, pg_identify_object(m.classid, m.objid, 0) AS i
			UNION ALL
			SELECT 'comment on ' || i.type || ' ' || i.identity || ' ' || d.description
			FROM members AS m JOIN pg_description AS d ON d.classoid = m.classid AND d.objoid = m.objid, pg_identify_object(m.classid, m.objid, d.objsubid) AS i
			UNION ALL
			SELECT 'in family ' || (pg_identify_object('pg_opfamily'::regclass, amopfamily, 0)).identity || ' ' || amopstrategy || ' ' || amopopr::regoperator
			FROM pg_amop WHERE amopfamily IN (SELECT objid FROM members WHERE classid = 'pg_opfamily'::regclass)
			UNION ALL
			SELECT 'in family ' || (pg_identify_object('pg_opfamily'::regclass, amprocfamily, 0)).identity || ' ' || amprocnum || ' ' || amproc::regprocedure
			FROM pg_amproc WHERE amprocfamily IN (SELECT objid FROM members WHERE classid = 'pg_opfamily'::regclass)
			UNION ALL
			SELECT 'depends ' || (pg_identify_object(d.classid, d.objid, d.objsubid)).identity || ' on ' || (pg_identify_object(d.refclassid, d.refobjid, d.refobjsubid)).identity || ' ' || d.deptype::text
			FROM members AS m JOIN pg_depend AS d USING (classid, objid)
			UNION ALL
			SELECT 'extension ' || jsonb_build_object('relocatable', extrelocatable, 'tables', extconfig, 'conditions', extcondition)::text
			FROM pg_extension WHERE extname = 'klout') AS lines (line)
		ORDER BY line COLLATE "C"});
}
