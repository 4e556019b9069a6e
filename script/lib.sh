# shellcheck shell=bash
# What script/demo and script/test share: find PostgreSQL, build klout from a scratch copy of the
# checkout, run a throw-away server that finds it there. Nothing is installed into the system and
# nothing is left behind. To be sourced.
#
# Sets: top        the checkout
#       bindir     PostgreSQL's programs, PG_CONFIG its pg_config, pg_version such as 15.20
#       scratch    a folder of its own under /tmp, removed at the end unless keep_scratch is 1
#       runner     the user who runs the server and the tests: you, or for root (whom initdb
#                  refuses) postgres or nobody

set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
keep_scratch=0
scratch=

say() {
	printf '%s\n' "$*"
}

# die MESSAGE [REMEDY]
die() {
	printf '%s: %s\n' "${0##*/}" "$1" >&2
	[[ -z ${2:-} ]] || printf '  %s\n' "$2" >&2
	exit 1
}

# Prints the pg_config to use: $PG_CONFIG, else the newest complete server (server and headers)
# that Debian's layout has, of major version $PG_MAJOR if set, else the one in PATH. Fails if none.
find_pg_config() {
	local candidate
	while read -r candidate; do
		if [[ -f $("$candidate" --pgxs 2>/dev/null) && -f $("$candidate" --includedir-server)/postgres.h &&
			-x $("$candidate" --bindir)/postgres ]]; then
			printf '%s\n' "$candidate"
			return
		fi
	done < <(
		if [[ -n ${PG_CONFIG:-} ]]; then
			say "$PG_CONFIG"
		elif [[ -n ${PG_MAJOR:-} ]]; then
			say "/usr/lib/postgresql/$PG_MAJOR/bin/pg_config"
		else
			printf '%s\n' /usr/lib/postgresql/*/bin/pg_config | sort -rV
			type -P pg_config || true
		fi
	)
	return 1
}

use_postgres() {
	PG_CONFIG=$(find_pg_config) ||
		die "no PostgreSQL server with its headers${PG_CONFIG:+ at PG_CONFIG=$PG_CONFIG}${PG_MAJOR:+ of version $PG_MAJOR} was found" \
			"run script/bootstrap, or set PG_CONFIG to the pg_config of your server"
	bindir=$("$PG_CONFIG" --bindir)
	pg_version=$("$PG_CONFIG" --version)
	pg_version=${pg_version#PostgreSQL }
	pg_version=${pg_version%% *}
	export PG_CONFIG
	# Whatever points at a server of yours must not reach the throw-away one
	unset PGDATA PGDATABASE PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGOPTIONS
}

# Runs a command as the runner; exported variables go along
as_runner() {
	if [[ $runner == "$(id -un)" ]]; then
		"$@"
	else
		setpriv --reuid="$runner" --regid="$(id -gn "$runner")" --init-groups \
			env HOME="$scratch" USER="$runner" LOGNAME="$runner" "$@"
	fi
}

choose_runner() {
	runner=$(id -un)
	((EUID == 0)) || return 0
	for runner in postgres nobody; do
		! id "$runner" >/dev/null 2>&1 || return 0
	done
	die "root may not run a PostgreSQL server, and there is no user postgres or nobody" \
		"run ${0##*/} as an ordinary user"
}

make_scratch() {
	local parent=${TMPDIR:-/tmp}

	choose_runner
	# The path of a Unix socket is limited to 107 bytes
	((${#parent} < 60)) || parent=/tmp
	scratch=$(mktemp -d "$parent/klout.XXXXXX")
	trap clean_up EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	mkdir "$scratch/src" "$scratch/tmp"
	chown "$runner" "$scratch" "$scratch/tmp"
	copy_checkout "$scratch/src"
	cd "$scratch/src"
	export TMPDIR=$scratch/tmp
}

# Called at every exit
clean_up() {
	local status=$? background

	trap - EXIT
	trap '' HUP INT TERM
	cd /
	background=$(jobs -p)
	if [[ -n $background ]]; then
		# shellcheck disable=SC2086
		kill -KILL $background 2>/dev/null || true
		wait 2>/dev/null || true
	fi
	if ((!keep_scratch)); then
		stop_servers
		# what ends with the background may be writing still
		rm -rf "$scratch" 2>/dev/null || { sleep 1; rm -rf "$scratch"; }
	fi
	exit "$status"
}

# copy_checkout FOLDER: what git would commit, or everything but what builds leave behind where git does
# not help
copy_checkout() {
	local list=$scratch/files

	if [[ $(git -C "$top" rev-parse --show-toplevel 2>/dev/null) == "$top" ]]; then
		git -C "$top" ls-files -z --cached --others --exclude-standard |
			(cd "$top" && while IFS= read -r -d '' file; do
				[[ ! -e $file ]] || printf '%s\0' "$file"
			done) | sort -zu >"$list"
		tar -C "$top" --null --files-from="$list" -cf - | tar -C "$1" -xf - --no-same-owner
	else
		tar -C "$top" --exclude=./.git --exclude=./tmp --exclude='*.o' --exclude='*.bc' --exclude='*.so' \
			--exclude='*.d' --exclude='./klout--*.sql' -cf - . | tar -C "$1" -xf - --no-same-owner
	fi
	chmod -R u+rwX "$1"
}

# The folder of the compiler cache, where there is one, in tmp/ of the checkout
ccache_dir() {
	if [[ -w $top ]]; then
		say "$top/tmp/ccache"
	else
		say "$scratch/ccache"
	fi
}

# build [VARIABLE=VALUE...]: compiles the scratch copy and installs it into $scratch/root.
# Leaves in make_klout the command that makes further targets in the same way.
build() {
	local cc=${CC:-$("$PG_CONFIG" --cc)}

	if type -P ccache >/dev/null; then
		cc="ccache $cc"
		CCACHE_DIR=$(ccache_dir)
		export CCACHE_DIR CCACHE_NOHASHDIR=1
	fi
	make_klout=(make -s "-j$(getconf _NPROCESSORS_ONLN)" "CC=$cc" with_llvm=no "$@")
	"${make_klout[@]}" -C "$scratch/src" all &&
		"${make_klout[@]}" -C "$scratch/src" install DESTDIR="$scratch/root" &&
		find_installed_klout &&
		chown -R "$runner" "$scratch/src"
}

# Builds klout also for each older server of this machine, and installs it into $scratch/older/MAJOR/root;
# the settings to find it are in $scratch/older/MAJOR/klout.conf. For the test of upgrades from one to the other;
# pg_upgrade looks for klout where it is installed, so in a root that is thrown away it is.
build_for_older() {
	local config major

	export KLOUT_OLDER=$scratch/older
	for config in /usr/lib/postgresql/*/bin/pg_config; do
		major=${config#/usr/lib/postgresql/}
		major=${major%%/*}
		[[ $major =~ ^[0-9]+$ && $major -lt ${pg_version%%.*} && -f $("$config" --pgxs 2>/dev/null) ]] || continue
		mkdir -p "$KLOUT_OLDER/$major/src"
		copy_checkout "$KLOUT_OLDER/$major/src"
		build_with "$config" "$KLOUT_OLDER/$major" WERROR=1
	done
	[[ -z ${KLOUT_THROW_AWAY:-} ]] || "${make_klout[@]}" -C "$scratch/src" install
}

# build_with PG_CONFIG FOLDER [VARIABLE=VALUE...]: the same for another server, in another folder
build_with() {
	local -x PG_CONFIG=$1 KLOUT_CONF=
	local scratch=$2 bindir make_klout

	bindir=$("$PG_CONFIG" --bindir)
	build "${@:3}"
}

# Writes the settings by which a server finds klout in $scratch/root to the file KLOUT_CONF
find_installed_klout() {
	local share libraries known
	share=$scratch/root$("$PG_CONFIG" --sharedir)
	libraries=$scratch/root$("$PG_CONFIG" --pkglibdir)
	known=$("$bindir/postgres" --describe-config | cut -f1)

	export KLOUT_CONF=$scratch/klout.conf
	if grep -qx extension_destdir <<<"$known"; then # Debian and its derivatives
		say "extension_destdir = '$scratch/root'" >"$KLOUT_CONF"
	elif grep -qx extension_control_path <<<"$known"; then # PostgreSQL 18 and later
		say "extension_control_path = '$share:\$system'" >"$KLOUT_CONF"
	elif [[ -w $("$PG_CONFIG" --pkglibdir) && -w $("$PG_CONFIG" --sharedir)/extension ]]; then
		say "This PostgreSQL loads extensions only from its own folder: installing klout there."
		: >"$KLOUT_CONF"
		"${make_klout[@]}" -C "$scratch/src" install
		return
	else
		die "this PostgreSQL ($pg_version) loads extensions only from its own folder, where you may not write" \
			"use Debian's packages or PostgreSQL 18, or run as a user who may run make install"
	fi
	say "dynamic_library_path = '$libraries:\$libdir'" >>"$KLOUT_CONF"
	chmod a+r "$KLOUT_CONF"
}

# Sets site to a folder with the built pages of report/, without data. Fails, and says why, if they cannot
# be built. They are kept in tmp/ of the checkout by a checksum of their sources, so that npm and the
# network are needed only after a change.
build_site() {
	local key

	key=$(checksum .npmrc package.json package-lock.json build.mjs src)
	site_cache
	site=$cache/$key
	[[ ! -f $site/index.html ]] || return 0
	npm_install "$site.new" --omit=dev || return 1
	cp -R "$top"/report/{build.mjs,src} "$site.new"
	if ! (cd "$site.new" && node build.mjs dist) >&2; then
		rm -rf "$site.new"
		return 1
	fi
	rm -rf "$site"
	mv "$site.new/dist" "$site"
	rm -rf "$site.new"
}

# Sets site_tools to a folder whose node_modules/ has what tests and benchmarks of the pages need
install_site_tools() {
	local key

	key=$(checksum .npmrc package.json package-lock.json)
	site_cache
	site_tools=$cache/tools-$key
	[[ ! -f $site_tools/complete ]] || return 0
	npm_install "$site_tools" || return 1
	touch "$site_tools/complete"
}

# Prints the browser that tests, benchmarks and screenshots of the pages run. Fails if there is none.
find_chromium() {
	type -P "${CHROMIUM:-chromium}" || type -P chromium-browser || type -P google-chrome
}

# The checksum of files and folders of report/
checksum() {
	(cd "$top/report" && find "$@" -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

# Sets cache to where built pages are kept
site_cache() {
	cache=$top/tmp/site
	mkdir -p "$cache" 2>/dev/null && [[ -w $cache ]] || cache=$(mktemp -d "${TMPDIR:-/tmp}/klout-site.XXXXXX")
}

# npm_install FOLDER OPTION...: the packages of report/package-lock.json; their scripts are not run
npm_install() {
	local folder=$1 tool

	shift
	for tool in node npm; do
		type -P "$tool" >/dev/null || { say "$tool is not installed" >&2; return 1; }
	done
	rm -rf "$folder"
	mkdir -p "$folder"
	cp "$top"/report/{.npmrc,package.json,package-lock.json} "$folder"
	if ! (cd "$folder" && npm ci "$@" --ignore-scripts --prefer-offline) >"$folder/npm.log" 2>&1; then
		{ grep '^npm err' "$folder/npm.log" || cat "$folder/npm.log"; } | head -n 4 >&2
		rm -rf "$folder"
		return 1
	fi
}

# Starts the throw-away server; psql and pg_regress find it by PGHOST, PGPORT and PGUSER
start_server() {
	local locale=C

	if locale -a 2>/dev/null | grep -qix 'c\.utf-\?8'; then
		locale=C.UTF-8
	fi
	as_runner "$bindir/initdb" -D "$scratch/data" -U postgres -A trust --no-sync -E UTF8 --locale="$locale" \
		>"$scratch/initdb.log" 2>&1 || { cat "$scratch/initdb.log" >&2; die "initdb failed"; }
	as_runner tee -a "$scratch/data/postgresql.conf" >/dev/null <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$scratch'
		unix_socket_permissions = 0700
		port = 5432
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		max_wal_size = 4GB
		include '$KLOUT_CONF'
	CONF
	as_runner "$bindir/pg_ctl" -D "$scratch/data" -l "$scratch/server.log" -w -t 60 start >"$scratch/pg_ctl.log" 2>&1 ||
		{ cat "$scratch/pg_ctl.log" "$scratch/server.log" >&2; die "the throw-away server did not start"; }
	export PGHOST=$scratch PGPORT=5432 PGUSER=postgres
}

# That of the scratch folder, and any in a folder of its own there
stop_servers() {
	local file

	for file in "$scratch"/{,*/}data/postmaster.pid; do
		[[ ! -f $file ]] ||
			as_runner "$bindir/pg_ctl" -D "${file%/*}" -m immediate stop >/dev/null 2>&1 || true
	done
}
