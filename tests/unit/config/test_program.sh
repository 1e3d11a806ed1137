#!/bin/bash
# SPDX-License-Identifier: MIT
# test_program.sh TICKGATED: the program around the configuration: exit statuses, JSON, the example, the manual page.
set -u
tickgated=$1
top=$(cd "$(dirname "$0")/../../.." && pwd -P)
example=$top/tools/deploy/etc/tickgated.conf
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
failed=0

check()	# NAME COMMAND...
{
	local name=$1
	shift
	n=$((n + 1))
	cp "$dir/out" "$dir/last" 2>/dev/null	# what the command before said
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $n - $name"
	else
		failed=1
		echo "not ok $n - $name"
		sed 's/^/# /' "$dir/out"
	fi
}
status() { local want=$1; shift; "$@"; [ $? -eq "$want" ]; }
json_lines() { "$@" | while read -r line; do python3 -m json.tool <<<"$line" >/dev/null || exit 1; done; }

sed 's/^tick = .*/tick = -1/; s/^venue = sim/venue = nowhere/' "$example" >"$dir/bad.conf"

check "the example is good" status 0 "$tickgated" --check-config "$example"
check "and says what is in it" grep -q '^ok: 1 venues, 1 instruments, 1 feeds, 1 accounts, 1 permits, 3 limits' "$dir/last"
check "errors exit 1" status 1 "$tickgated" --check-config "$dir/bad.conf"
check "with file, line and key" grep -q "^$dir/bad.conf:[0-9]*: \[instrument BTCUSDT\] tick: \"-1\" is not allowed" "$dir/last"
"$tickgated" --check-config "$dir/bad.conf" >/dev/null 2>"$dir/errors"
check "all of them" [ "$(grep -c "^$dir/bad.conf:[0-9]*: " "$dir/errors")" -eq 3 ]
sed 's/^dialect = .*/dialect = binance\nmd_over_tcp = yes\ntls = yes/' "$example" >"$dir/bare.conf"
check "TLS to a venue that wants credentials, and none: exits 1" status 1 "$tickgated" --check-config "$dir/bare.conf"
check "and says so" grep -q '\[venue sim\] credentials: missing, and' "$dir/last"
check "a test venue without TLS may want none" status 0 "$tickgated" --check-config <(sed '/^tls = yes/d' "$dir/bare.conf")
check "a file that is not there exits 1" status 1 "$tickgated" --check-config "$dir/none.conf"
check "an unknown option exits 2" status 2 "$tickgated" --nonsense
check "an argument too many exits 2" status 2 "$tickgated" --dry-run x
check "--help exits 0" status 0 "$tickgated" --help
check "--version exits 0" status 0 "$tickgated" --version
check "--help-config tells every section" bash -c "'$tickgated' --help-config | grep -c '^\[' | grep -qx 15"
check "--check-config --json is JSON" json_lines "$tickgated" --check-config --json "$example"
check "--dry-run --json is JSON" json_lines "$tickgated" --dry-run --json --config "$example"
check "--dry-run sends nothing and prints every record" bash -c "'$tickgated' --dry-run --config '$example' | wc -l | grep -qx 10"
check "tickgated.conf(5) has the program's keys" "$top/userspace/tickgated/man.sh" "$tickgated" "$top/docs/man/tickgated.conf.5"
echo "1..$n"
exit $failed
