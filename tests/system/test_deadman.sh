#!/bin/bash
# SPDX-License-Identifier: MIT
# The dead-man timer: the engine thread is stopped on purpose while orders work. The venue's connection must go while it still stands still, and with
# it the orders; when it moves again nothing is traded until a person says so.
set -u
here=$(dirname "$0")
LAB_DIR=$1
# an emulated processor needs a second for the hash of an arena at a checkpoint
LAB_DEADMAN_MS=3000
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
mm=$LAB_BUILD/userspace/strategies/tg-market-maker
stall=/sys/kernel/debug/tickgate/stall_ms

host() { tgctl counters --json | jq ".host.$1"; }
status() { tgctl status --json | jq ".$1"; }
working_at_least() { [ "$(status working_orders)" -ge "$1" ]; }
venue_idle() { lab_ctl orders | jq -e 'all(.status | IN("0", "1") | not)' >/dev/null; }
halted() { [ "$(status killed)" -eq 1 ]; }

lab_net && lab_module test_hooks=1 &&
	lab_venue --cancel-on-disconnect --market seeded --seed 5 --symbols BTCUSDT:0.01:0.00001:60000 --rate 100 || bail "laboratory"
lab_config
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 40
check "a thread that turns is left alone" is "$(sleep 2; host deadman)" 0
check "no stall is too long, none too short" eval "! { echo 0 >$stall; } 2>/dev/null && ! { echo 15001 >$stall; } 2>/dev/null"

"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 500 --seconds 120 >"$LAB_DIR/mm.out" 2>&1 &
pid=$!
check "strategy has orders working" lab_wait 15 working_at_least 2
echo 15000 >"$stall" &
stalled=$!
check "the venue has none of them left" lab_wait 14 venue_idle
if [ "${TG_SLOW:-1}" -eq 1 ]; then
	check "while the engine thread still stands still" kill -0 $stalled
else
	skip "while the engine thread still stands still" "on a slow kernel the look takes longer than the stall"
fi
wait $stalled
check "it moves again, and trading is halted" lab_wait 10 halted
check "once" is "$(host deadman)" 1
check "the kernel log says so" eval "dmesg | grep -q 'has not moved for 3000 ms: 1 venue connections closed'"
check "the strategy has seen it and ended" lab_wait 20 eval "! kill -0 $pid 2>/dev/null"
check "the session comes back" lab_wait 30 lab_session_up
check "no order of ours works, here or there" eval "lab_wait 20 eval '! working_at_least 1' && venue_idle"
check "still halted" halted
tgctl resume --who tester --reason "stopped on purpose" >/dev/null
check "resumed by a person" is "$(status killed)" 0
"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 20 --seconds 3 --json >"$LAB_DIR/mm2.json" 2>&1
check "trading goes on" at_least "$(jq .venue_acks <"$LAB_DIR/mm2.json")" 2
lab_stop daemon "$LAB_DAEMON_PID"
LAB_DAEMON_PID=
lab_down
check "the module unloads" test ! -e /sys/module/tickgate
check "kernel log clean" lab_dmesg_clean
finish
