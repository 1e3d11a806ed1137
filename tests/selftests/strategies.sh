#!/bin/bash
# SPDX-License-Identifier: MIT
# The example strategies against a gateway with a session to the selftests' own venue. KTAP.
set -u
dir=$(cd "$(dirname "$0")" && pwd -P)
top=$(cd "$dir/../.." && pwd -P)
build=${BUILD:-$top/build}
bin=${SELFTESTS_BIN:-$build/tests/selftests}
maker=$build/userspace/strategies/tg-market-maker
reader=$build/userspace/strategies/tg-reader
n=0 failed=0

case ${1-} in
"") ;;
--help) echo "usage: strategies.sh    runs tg-market-maker and tg-reader (KTAP; needs root and the module)"; exit 0 ;;
--version) echo "strategies.sh (tickgate) $(cat "$top/VERSION")"; exit 0 ;;
*) echo "usage: strategies.sh [--help | --version]" >&2; exit 2 ;;
esac
echo "KTAP version 1"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 4; }
[ -c /dev/tickgate0 ] || { echo "1..0 # SKIP the module is not loaded"; exit 4; }
if [ ! -x "$maker" ] || [ ! -x "$reader" ]; then
	echo "1..0 # SKIP $build/userspace/strategies is not built"
	exit 4
fi
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

check()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		sed 's/^/# /' "$tmp/out" "$tmp/err" 2>/dev/null
		failed=1
	fi
}

run()
{
	"$@" >"$tmp/out" 2>"$tmp/err"
}

# value of a key in the one line of JSON
key()
{
	sed -n 's/.*"'"$1"'": "\{0,1\}\([^",}]*\).*/\1/p' "$tmp/out" | tail -n 1
}

gateway()
{
	coproc HOLD { exec "$bin/hold" "$1"; }
	local line=
	read -r -t 30 line <&"${HOLD[0]}"
	[ "$line" = held ]
}

gateway_end()
{
	local pid=$HOLD_PID fd=${HOLD[1]}
	exec {fd}>&-
	wait "$pid"
}

gateway venue
check $? "a gateway with a session and live books"

run "$reader" --top 1 --count 1
check $? "tg-reader --top"
[ "$(head -n 1 "$tmp/out")" = "LIVE 100  5 x 99.99 | 100.01 x 5" ]
check $? "it shows the venue's best levels"
run "$reader" --count 6 --json --seconds 5
check $? "tg-reader --json"
python3 -c 'import json,sys; e=[json.loads(l)["event"] for l in open(sys.argv[1])]
assert e[:2] == ["ATTACHED", "DOWNLOAD_BEGIN"] and "DOWNLOAD_END" in e and e.count("DEFINITION") == 3, e' "$tmp/out" 2>"$tmp/err"
check $? "one JSON object a line: attach and download"

for mode in ring ioctl; do
	run "$maker" --instrument TESTUSD --qty 1 --ticks 3 --mode $mode --seconds 2 --json
	check $? "tg-market-maker by $mode"
	[ "$(key ended)" = seconds ] && [ "$(key orders)" = 2 ] && [ "$(key refused)" = 0 ] && [ "$(key fills)" = 0 ]
	check $? "$mode: one quote on each side, none refused"
	[ "$(key working)" = 0 ] && [ "$(key venue_acks)" = 2 ]
	check $? "$mode: acknowledged by the venue, cancelled at the end"
done
run "$maker" --instrument NOSUCH --seconds 1
[ $? = 1 ] && grep -q NOSUCH "$tmp/err"
check $? "an instrument that is not there is named"
run "$maker" --instrument 1 --qty 0.0005 --seconds 1
[ $? = 1 ] && grep -q 0.001 "$tmp/err"
check $? "a quantity off the lot: the message has the lot"

"$maker" --instrument TESTUSD --qty 1 --json >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1
"$bin/hold" kill
wait $pid
check $? "the kill switch ends tg-market-maker"
[ "$(key ended)" = kill ] && [ "$(key working)" = 0 ]
check $? "it says so, and its orders are cancelled"
run "$maker" --instrument TESTUSD --qty 1 --seconds 1 --json
[ "$(key orders)" != 0 ] || [ "$(key refused)" != 0 ]
[ "$(key last_refusal)" = KILLED ]
check $? "while it is on every order is refused: KILLED"
"$bin/hold" resume
"$maker" --instrument TESTUSD --qty 1 --json >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 1
kill -TERM $pid
wait $pid
[ "$(key ended)" = signal ] && [ "$(key working)" = 0 ]
check $? "SIGTERM: orders cancelled, summary printed"

slow=${TG_SLOW:-1}
"$reader" --lag-ms $((1500 * slow)) --seconds $((4 * slow)) --quiet >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep $((3 * slow / 10)).$((3 * slow % 10))
"$bin/hold" noise
wait $pid
check $? "a reader that sleeps through 2000 events on a ring of 1024"
grep -q '^SLOW public ring' "$tmp/out" && grep -q ' [1-9][0-9]* times slow' "$tmp/out"
check $? "is told SLOW and goes on"

"$reader" --seconds 20 --quiet >"$tmp/out" 2>"$tmp/err" &
pid=$!
sleep 0.5
gateway_end
wait $pid
[ $? = 1 ] && grep -q 'shut down' "$tmp/err"
check $? "the engine stops: the reader ends with 1 and says why"

gateway fill
check $? "a venue that fills everything"
run "$maker" --instrument TESTUSD --qty 1 --ticks 1 --skew-ticks 0 --max-position 3 --max-orders 12 --seconds 10 --json
check $? "tg-market-maker trades"
[ "$(key fills)" -ge 10 ] && [ "$(key ended)" = max-orders ]
check $? "fills, and an end after --max-orders"
[ "$(key bought)" != 0 ] && [ "$(key sold)" != 0 ] && [ "$(key working)" = 0 ]
check $? "on both sides"
gateway_end
echo "1..$n"
exit $failed
