# shellcheck shell=bash
# Shared by script/demo, script/test and others: finds PostgreSQL, builds klout in a scratch copy of the
# checkout, and runs a temporary server that loads it from there. Does not install anything into the
# system and cleans up. To be sourced.
#
# Sets: top        the checkout
#       bindir     PostgreSQL's programs, PG_CONFIG its pg_config, pg_version such as 15.20
#       scratch    a temporary folder under /tmp, removed at exit unless keep_scratch is 1
#       runner     the user that runs the server and the tests: the caller, or, if that is root (which
#                  initdb rejects), postgres or nobody
#       own        $scratch/run, the only folder in which the runner writes: data, socket, logs, results
#
# Root does not trust the runner, which may be an account with other tasks that acts at any time. So root writes, builds
# and executes only where no other user may write. Files written by the runner are read as the runner (as_runner, take),
# never as root, because any name below $own may be a link to one of root's files by the time it is opened.

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

# Use the same locale for everything, independent of the caller: databases in UTF-8, sorted by byte. PostgreSQL's TAP
# framework removes LC_ALL from the environment, so set LANG, too.
fix_locale() {
	local known locale=C

	known=$(locale -a 2>/dev/null || true)
	if grep -qix 'c\.utf-\?8' <<<"$known"; then
		locale=C.UTF-8
	elif grep -qix 'en_us\.utf-\?8' <<<"$known"; then
		locale=en_US.UTF-8
	fi
	unset LANGUAGE "${!LC_@}"
	export LANG=$locale LC_ALL=$locale
}
fix_locale

# elapsed SINCE: prints minutes and seconds since $SECONDS was SINCE
elapsed() {
	printf '%d:%02d' $(((SECONDS - $1) / 60)) $(((SECONDS - $1) % 60))
}

# start_progress WHAT [COMMAND...]: prints WHAT and the elapsed time every 30 seconds, until stop_progress, one line
# each, for terminals and logs. The last line that COMMAND prints is the detail of the progress
start_progress() {
	local what=$1 since=$SECONDS

	shift
	stop_progress
	(
		trap - EXIT HUP INT TERM
		exec {never}<> <(:) # to wait without a child
		while :; do
			read -r -t "${KLOUT_PROGRESS_SECONDS:-30}" -u "$never" || true
			detail=
			(($# == 0)) || detail=$("$@" 2>/dev/null | tail -n 1 | tr -cd '[:print:]' | cut -c1-70) || true
			say "... $what${detail:+: $detail}, $(elapsed "$since") elapsed"
		done
	) 2>/dev/null &
	progress_pid=$!
}

stop_progress() {
	[[ -n ${progress_pid:-} ]] || return 0
	kill -KILL "$progress_pid" 2>/dev/null || true
	wait "$progress_pid" 2>/dev/null || true
	progress_pid=
}

# Prints the pg_config to use: $PG_CONFIG, or the newest complete server (with headers) in Debian's layout, of
# major version $PG_MAJOR if set, or the one in PATH. Fails if there is none.
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
	# Settings for the caller's servers must not affect the temporary one
	unset PGDATA PGDATABASE PGHOST PGHOSTADDR PGPORT PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGOPTIONS
}

# Runs a command as the runner. For root: passes only the environment variables that tests and servers need, and not
# the terminal, into which a process could type. The command runs in a new session, which ends with this script.
as_runner() {
	local name environment=() input status=0 pid fd

	if [[ $runner == "$(id -un)" ]]; then
		"$@"
		return
	fi
	if [[ -t 1 || -t 2 ]]; then
		as_runner "$@" 2>&1 | cat
		return
	fi
	for name in PATH LANG LC_ALL TZ CI "${!KLOUT_@}" "${!PG@}"; do
		[[ -z ${!name+set} ]] || environment+=("$name=${!name}")
	done
	if [[ -t 0 ]]; then
		exec {input}</dev/null
	else
		exec {input}<&0
	fi
	(
		for fd in /proc/"$BASHPID"/fd/*; do # of root's files no other
			((${fd##*/} <= 2 || ${fd##*/} == 255)) || eval "exec ${fd##*/}>&-"
		done
		exec setpriv --reuid="$runner" --regid="$(id -gn "$runner")" --init-groups --pdeathsig KILL \
			env -i HOME="$own" TMPDIR="$own/tmp" USER="$runner" LOGNAME="$runner" "${environment[@]}" setsid "$@"
	) <&"$input" &
	pid=$!
	: >"$scratch/sessions/$pid"
	exec {input}<&-
	wait "$pid" || status=$?
	rm -f "$scratch/sessions/$pid"
	return "$status"
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

# make_own: creates the folders in the empty folder $scratch, for root and for the runner
make_own() {
	own=$scratch/run
	mkdir "$scratch/tmp" "$scratch/sessions" "$own"
	if [[ $runner != "$(id -un)" ]]; then
		# The runner may traverse this folder, but not list it
		chgrp "$(id -gn "$runner")" "$scratch"
		chmod 710 "$scratch"
		chown "$runner:" "$own"
		chmod 700 "$scratch/tmp" "$scratch/sessions" "$own"
	fi
	as_runner mkdir -m 700 "$own/tmp" "$own/work"
}

make_scratch() {
	local parent=${TMPDIR:-/tmp}

	choose_runner
	umask 022
	# The path of a Unix socket is limited to 107 bytes
	((${#parent} < 60)) || parent=/tmp
	scratch=$(mktemp -d "$parent/klout.XXXXXX")
	trap clean_up EXIT
	trap 'exit 129' HUP
	trap 'exit 130' INT
	trap 'exit 143' TERM
	make_own
	if ! use_kept; then
		mkdir "$scratch/src"
		copy_checkout "$scratch/src"
	fi
	cd "$scratch/src"
	export TMPDIR=$scratch/tmp
}

# Called at every exit
clean_up() {
	local status=$? background session

	trap - EXIT
	trap '' HUP INT TERM
	cd /
	stop_progress
	background=$(jobs -p)
	if [[ -n $background ]]; then
		# shellcheck disable=SC2086
		kill -KILL $background 2>/dev/null || true
		wait 2>/dev/null || true
	fi
	for session in "$scratch"/{,*/}sessions/*; do
		session=${session##*/}
		[[ $session == \* ]] || kill -KILL -- "-$session" 2>/dev/null || true
	done
	((keep_scratch)) || remove_scratch
	exit "$status"
}

remove_scratch() {
	local folder

	mkdir -p "$scratch/sessions"
	stop_servers
	if ((EUID == 0)); then # nobody else gets there any more
		chmod 700 "$scratch"
		for folder in "$scratch"/{,*/}run; do
			[[ ! -d $folder ]] || chown -h 0:0 "$folder"
		done
	fi
	# background processes may still be writing
	rm -rf "$scratch" 2>/dev/null || { sleep 1; rm -rf "$scratch"; }
}

# take FOLDER NAME...: copies files and folders of $own/work into FOLDER, which must not exist. Reads them as the
# runner, so files that the runner may not read are not copied, and keeps only regular files and folders.
take() {
	local folder=$1 name there=()

	shift
	mkdir -m 700 "$folder"
	for name in "$@"; do
		! as_runner test -e "$own/work/$name" || there+=("$name")
	done
	((${#there[@]})) || return 0
	# GNU tar creates links that lead out of the folder after everything else, when no other process writes here
	as_runner tar -C "$own/work" -cf - -- "${there[@]}" 2>/dev/null |
		tar -C "$folder" -xf - --no-same-owner --no-same-permissions --delay-directory-restore 2>/dev/null || true
	find "$folder" -mindepth 1 ! -type d \( ! -type f -o -links +1 \) -delete
	find "$folder" -type d -exec chmod 755 {} +
	find "$folder" -type f -exec chmod 644 {} +
}

# Sets kept_build to a folder with the last build for this server and an empty cluster of its initdb, and updates the
# sources there, so that runs of single tests reuse the last build. Only if keep_build is 1. Fails if there must not or
# cannot be one: in a full run, in a temporary system, or if another run uses it.
use_kept() {
	local place key lock

	kept_build=
	[[ -n ${keep_build:-} && -z ${KLOUT_THROW_AWAY:-} ]] || return 1
	if [[ $runner == "$(id -un)" ]]; then
		place=$top/tmp/kept
	else
		place=${KLOUT_ROOTS:-/var/cache/klout}/kept # the runner must get there, which is not so for root's home
	fi
	key=$(say "$top" "$pg_version" "${CC:-}" "${CPPFLAGS:-}" "${CFLAGS:-}" "${COPT:-}" "${PROFILE:-}" "${LDFLAGS:-}" "$("$PG_CONFIG")" | sha256sum | cut -c1-16)
	mkdir -p "$place" 2>/dev/null && [[ -w $place && -O $place ]] && as_runner test -x "$place" || return 1
	exec {lock}>"$place/$key.lock"
	flock -n "$lock" || return 1
	# folders of checkouts and servers that no longer exist
	find "$place" -mindepth 1 -maxdepth 1 -mtime +14 ! -name "$key*" -exec rm -rf {} +
	kept_build=$place/$key
	if [[ ! -d $kept_build/own ]]; then
		rm -rf "$kept_build"
		mkdir -p "$kept_build/src" "$kept_build/root" "$kept_build/older" "$kept_build/own"
		chown "$runner:" "$kept_build/own"
		chmod 700 "$kept_build/own"
	fi
	touch "$kept_build" "$kept_build.lock"
	ln -s "$kept_build/src" "$kept_build/root" "$kept_build/older" "$scratch"
	refresh_copy "$kept_build/src" "$kept_build/manifest"
}

# refresh_copy FOLDER MANIFEST: updates FOLDER, an earlier copy described by MANIFEST, to the result of copy_checkout.
# Writes only files whose contents or mode changed, with the current time, so that make compiles only what depends
# on them.
refresh_copy() {
	local folder=$1 manifest=$2 work=$scratch/manifests

	rm -rf "$work"
	mkdir "$work"
	list_checkout >"$work/list"
	(cd "$top" && xargs -0r sha256sum -z <"$work/list" && xargs -0r stat --printf '%a %n\0' <"$work/list") | sort -z >"$work/new"
	[[ -f $manifest ]] || rm -rf "${folder:?}"
	mkdir -p "$folder"
	: >"$work/old"
	[[ ! -f $manifest ]] || mv "$manifest" "$work/old" # there again when all is well
	comm -z -13 "$work/old" "$work/new" | cut -z -d' ' -f2- | sed -z 's/^ //' | sort -zu >"$work/changed"
	comm -z -23 "$work/old" "$work/new" | cut -z -d' ' -f2- | sed -z 's/^ //' | sort -zu | comm -z -23 - "$work/list" >"$work/gone"
	if [[ -s $work/gone ]]; then
		(cd "$folder" && xargs -0r rm -f <"$work/gone" && rm -f klout.so klout--*.sql)
	fi
	tar -C "$top" --null --files-from="$work/changed" -cf - | tar -C "$folder" -xmf - --no-same-owner
	open_to_runner "$folder"
	mv "$work/new" "$manifest"
}

# Prints the names of the files of the checkout, sorted and terminated by zero bytes: the files git would commit, or,
# without git, all files except build products
list_checkout() {
	local file

	if [[ $(git -C "$top" rev-parse --show-toplevel 2>/dev/null) == "$top" ]]; then
		git -C "$top" ls-files -z --cached --others --exclude-standard |
			(cd "$top" && while IFS= read -r -d '' file; do
				[[ ! -e $file ]] || printf '%s\0' "$file"
			done) | sort -zu
	else
		(cd "$top" && find . \( -path ./.git -o -path ./tmp -o -path ./tmp_check \) -prune -o \( -type f -o -type l \) \
			! -name '*.o' ! -name '*.bc' ! -name '*.so' ! -name '*.d' ! -path './klout--*.sql' -printf '%P\0') | sort -zu
	fi
}

# copy_checkout FOLDER: the files of the checkout
copy_checkout() {
	list_checkout >"$scratch/files"
	tar -C "$top" --null --files-from="$scratch/files" -cf - | tar -C "$1" -xf - --no-same-owner
	open_to_runner "$1"
}

# The runner may read files tracked by git, whatever the umask of the checkout. Untracked files keep their mode,
# because they may be private.
open_to_runner() {
	chmod -R u+rwX,go-w "$1"
	find "$1" -type d -exec chmod go+rx {} +
	if [[ $(git -C "$top" rev-parse --show-toplevel 2>/dev/null) == "$top" ]]; then
		git -C "$top" ls-files -z --cached |
			(cd "$1" && while IFS= read -r -d '' file; do
				[[ ! -f $file || -L $file ]] || printf '%s\0' "$file"
			done | xargs -0r chmod go+rX)
	fi
}

# The folder of the compiler cache, in tmp/ of the checkout if possible
ccache_dir() {
	if [[ -w $top ]]; then
		say "$top/tmp/ccache"
	else
		say "$scratch/ccache"
	fi
}

# build [VARIABLE=VALUE...]: compiles the scratch copy and installs it into $scratch/root.
# Sets make_klout to the command that makes further targets in the same way.
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
		find_installed_klout
}

# Builds klout for each older server of this machine, too, and installs it into $scratch/older/MAJOR/root; the
# settings to find it are in $scratch/older/MAJOR/klout.conf. For the test of server upgrades. pg_upgrade needs an
# installed klout, so in a temporary root it is installed.
build_for_older() {
	local config major

	export KLOUT_OLDER=$scratch/older
	for config in /usr/lib/postgresql/*/bin/pg_config; do
		major=${config#/usr/lib/postgresql/}
		major=${major%%/*}
		[[ $major =~ ^[0-9]+$ && $major -lt ${pg_version%%.*} && -f $("$config" --pgxs 2>/dev/null) ]] || continue
		mkdir -p "$KLOUT_OLDER/$major/src"
		if [[ -n ${kept_build:-} ]]; then
			refresh_copy "$KLOUT_OLDER/$major/src" "$KLOUT_OLDER/$major/manifest"
		else
			copy_checkout "$KLOUT_OLDER/$major/src"
		fi
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
		say "This PostgreSQL loads extensions only from its own folder; installing klout there."
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

# Sets site to a folder with the built pages of report/, without data. Fails with a message if they cannot
# be built. They are cached in tmp/ of the checkout by a checksum of their sources, so npm and the network
# are needed only after a change.
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

# Sets site_tools to a folder whose node_modules/ has the packages for tests and benchmarks of the pages
install_site_tools() {
	local key

	key=$(checksum .npmrc package.json package-lock.json)
	site_cache
	site_tools=$cache/tools-$key
	[[ ! -f $site_tools/complete ]] || return 0
	npm_install "$site_tools" || return 1
	touch "$site_tools/complete"
}

# Prints the browser for tests, benchmarks and screenshots of the pages. Fails if there is none.
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

# npm_install FOLDER OPTION...: installs the packages of report/package-lock.json, without running their scripts
npm_install() {
	local folder=$1 tool

	shift
	for tool in node npm; do
		type -P "$tool" >/dev/null || { say "$tool is not installed" >&2; return 1; }
	done
	rm -rf "$folder"
	mkdir -p "$folder"
	cp "$top"/report/{.npmrc,package.json,package-lock.json} "$folder"
	say "Installing npm packages to build the pages; the first time takes minutes" >&2
	if ! (cd "$folder" && npm ci "$@" --ignore-scripts --prefer-offline) >"$folder/npm.log" 2>&1; then
		{ grep '^npm err' "$folder/npm.log" || cat "$folder/npm.log"; } | head -n 4 >&2
		rm -rf "$folder"
		return 1
	fi
}

# Starts the temporary server; psql and pg_regress find it by PGHOST, PGPORT and PGUSER
start_server() {
	make_cluster
	# shellcheck disable=SC2016 # the other shell expands it
	as_runner sh -c 'cat >>"$1"' sh "$own/data/postgresql.conf" <<-CONF
		listen_addresses = ''
		unix_socket_directories = '$own'
		unix_socket_permissions = 0700
		port = 5432
		fsync = off
		synchronous_commit = off
		full_page_writes = off
		max_wal_size = 4GB
		include '$KLOUT_CONF'
	CONF
	as_runner "$bindir/pg_ctl" -D "$own/data" -l "$own/server.log" -w -t 60 start >"$scratch/pg_ctl.log" 2>&1 ||
		{ cat "$scratch/pg_ctl.log" >&2; as_runner tail -n 30 "$own/server.log" >&2; die "the temporary server did not start"; }
	export PGHOST=$own PGPORT=5432 PGUSER=postgres
}

# Creates $own/data, by initdb or from a copy of an earlier cluster
make_cluster() {
	local template=${kept_build:+$kept_build/own/template}

	if [[ -n $template ]] && as_runner test -f "$template/complete" && as_runner cp -a "$template" "$own/data" 2>/dev/null; then
		as_runner rm -f "$own/data/complete"
		return
	fi
	as_runner rm -rf "$own/data"
	as_runner "$bindir/initdb" -D "$own/data" -U postgres -A trust --no-sync -E UTF8 --locale="$LC_ALL" \
		>"$scratch/initdb.log" 2>&1 || { cat "$scratch/initdb.log" >&2; die "initdb failed"; }
	# shellcheck disable=SC2016
	[[ -z $template ]] ||
		as_runner sh -c 'rm -rf "$2" && cp -a "$1" "$2" && touch "$2/complete"' sh "$own/data" "$template" || true
}

# That of the scratch folder, those of TAP tests, and any in a folder of its own there
stop_servers() {
	local own file

	for own in "$scratch"/{,*/}run; do
		for file in "$own"/data/postmaster.pid "$own"/work/tmp_check/*/pgdata/postmaster.pid; do
			[[ ! -e $file ]] ||
				as_runner "$bindir/pg_ctl" -D "${file%/*}" -m immediate stop >/dev/null 2>&1 || true
		done
	done
}
