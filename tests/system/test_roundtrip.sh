#!/bin/bash
# SPDX-License-Identifier: MIT
# An order's round trip against QuickFIX, by ring and by ioctl: our orders, fills and position equal the venue's book-keeping; packets are handled inline;
# every message is judged by tshark; the journal replays to equal digests.
set -u
here=$(dirname "$0")
LAB_DIR=$1
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
mm=$LAB_BUILD/userspace/strategies/tg-market-maker

lab_net && lab_module && lab_venue --market seeded --seed 3 --symbols BTCUSDT:0.01:0.00001:60000 --rate 200 || bail "laboratory"
lab_config
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 40

for mode in ring ioctl; do
	"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 20 --seconds 6 --mode $mode --json >"$LAB_DIR/mm-$mode.json" 2>"$LAB_DIR/mm-$mode.err"
	check "market maker by $mode ends by itself" is $? 0
	note "$(cat "$LAB_DIR/mm-$mode.json")"
	check "by $mode: orders went out" at_least "$(lab_json orders <"$LAB_DIR/mm-$mode.json")" 2
	check "by $mode: none refused" is "$(lab_json refused <"$LAB_DIR/mm-$mode.json")" 0
	check "by $mode: the venue answered" at_least "$(lab_json venue_acks <"$LAB_DIR/mm-$mode.json")" 2
done

sleep 1
lab_ctl stats >"$LAB_DIR/venue-stats.json"
tgctl orders --all --json >"$LAB_DIR/orders.json"
tgctl positions --json >"$LAB_DIR/positions.json"
tgctl counters --json >"$LAB_DIR/counters.json"
lab_ctl orders >"$LAB_DIR/venue-orders.json"
note "venue: $(cat "$LAB_DIR/venue-stats.json")"
check "orders, fills and position equal the venue's" python3 -IS "$here/reconcile.py" "$LAB_DIR"
check "every order of ours is complete" python3 -IS -c '
import json, sys
o = json.load(open(sys.argv[1] + "/orders.json"))
o = o["orders"] if isinstance(o, dict) else o
sys.exit(any(x["status"] not in ("filled", "canceled", "rejected", "expired") for x in o) or not o)' "$LAB_DIR"
inline=$(python3 -IS -c '
import json, sys
c = json.load(open(sys.argv[1] + "/counters.json"))["host"]
i, q = c["inline_packets"], c["queued_packets"]
print(i * 1000 // max(1, i + q))' "$LAB_DIR")
note "inline share: $inline per mille"
check "more than 95 % of the packets were stepped inline" at_least "$inline" 951
bpftool map dump pinned /sys/fs/bpf/tickgate/tickgate_stats >"$LAB_DIR/bpf-stats.txt"
check "bpftool shows the feed's counters" grep -q packets "$LAB_DIR/bpf-stats.txt"
check "debugfs shows counters" grep -q inline_packets /sys/kernel/debug/tickgate/counters

lab_stop daemon "$LAB_DAEMON_PID"
check "daemon ends cleanly" is $? 0
LAB_DAEMON_PID=
lab_stop venue "$LAB_VENUE_PID"
LAB_VENUE_PID=
lab_down
check "module unloaded" test ! -e /sys/module/tickgate
check "journal replays to equal digests" "$LAB_BUILD/tools/replay/tg-replay" "$LAB_DIR"/journal/*.tgj
if command -v tshark >/dev/null; then
	check "tshark finds no fault in any message we sent" "$here/judge-fix" "$LAB_DIR" 
else
	skip "tshark" "not installed"
fi
check "kernel log clean" lab_dmesg_clean
finish
