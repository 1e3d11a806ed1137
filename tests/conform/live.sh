#!/bin/sh
# SPDX-License-Identifier: MIT
# live.sh LIVE TG-VENUE DIALECT VERSION: starts the test venue in that dialect on a free port of the loopback and runs the engine against it. VERSION 0: its own.
set -eu
live=$1 program=$2 dialect=$3 version=$4
if [ ! -x "$program" ]; then
	echo "1..0 # SKIP no $program; make -C tools/venue builds it"
	exit 4
fi
dir=$(mktemp -d)
pid=
trap '[ -z "$pid" ] || kill "$pid" 2>/dev/null; wait; rm -rf "$dir"' EXIT
set -- --client GW --symbols BTCUSDT:0.01:0.001:60000 --control "$dir/ctl" --dialect "$dialect" --log "$dir/log"
[ "$version" = 0 ] || set -- "$@" --fix-version "$version"
: >"$dir/out"
"$program" "$@" >>"$dir/out" 2>&1 &
pid=$!
for _ in $(seq 100); do
	port=$(sed -n 's/^ready fix=//p' "$dir/out")
	[ -z "$port" ] || break
	sleep 0.1
done
rc=0
"$live" "$dialect" "$version" "${port:-0}" "$dir/ctl" || rc=$?
[ $rc = 0 ] || { tail -n 6 "$dir/log" | cut -c1-400 | tr '\001' '|' | sed 's/^/# /'; sed 's/^/# /' "$dir/out"; }
exit $rc
