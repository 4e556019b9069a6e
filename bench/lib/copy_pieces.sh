#!/usr/bin/env bash
# Copies pieces FIRST, FIRST + STEP, ... LAST of the job board's feed into feed_actions, in one session
# and a transaction each, then says so in feed_copied.
#
#   copy_pieces.sh FORMAT FIRST STEP LAST		FORMAT: text or binary

set -eu

{
	for ((piece = $2; piece <= $4; piece += $3)); do
		printf "COPY feed_actions (network, kind, actor, target, at) FROM '%s/%s%s' (FORMAT %s);\n" \
			"$BENCH_FEED" "$1" "$piece" "$1"
	done
	printf 'INSERT INTO feed_copied VALUES (clock_timestamp(), bench.processor());\n'
} | PGAPPNAME=feed "$BENCH_PSQL" -X -q -v ON_ERROR_STOP=1 -d bench
