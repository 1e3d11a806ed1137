#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --icount --timeout 3600 --smp 1 --isolate none
#
# One processor: under the instruction clock QEMU runs processors in turns of milliseconds, so that with two the clock would count the other one's work.
# The engine blocks when it has nothing to do and runs as a real-time thread, and so does the
# command (below it): each gets the processor at once, as it would have one of its own.
# TG_KILL_ROUNDS: how often (20; `make kill-trials`: 1,000).
# The kill switch under full load, by the instruction clock: from the command to its answer, and that no order is accepted after it.
set -u
here=$(dirname "$0")
LAB_DIR=$1
LAB_CPU=0
LAB_FORCE_CPU=yes
LAB_WAIT=block
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT

lab_net && lab_module && lab_venue --market seeded --seed 9 --symbols BTCUSDT:0.01:0.00001:60000 --rate 500 || bail "laboratory"
lab_config 's/^rate_per_s.*/rate_per_s = unlimited/; s/^rate_burst.*/rate_burst = unlimited/; s/^max_open_orders.*/max_open_orders = 4000/; s/^max_position.*/max_position = unlimited/'
lab_daemon || bail "daemon"
chrt -f -p 50 "$(pgrep -f "^\[tickgate/1\]|tickgate/1")" || bail "real-time priority"
check "session up, book live" lab_ready 60
"$LAB_BUILD/tests/system/kill_latency" --rounds "${TG_KILL_ROUNDS:-20}" >"$LAB_DIR/kill.json"
rc=$?
note "$(cat "$LAB_DIR/kill.json")"
check "no order was accepted after the kill was latched, none was left working" is $rc 0
check "orders were flowing" at_least "$(jq .orders_submitted <"$LAB_DIR/kill.json")" 100
note "kill command to latched, ns of guest time (1 ns = 1 instruction): $(jq -c .latched_ns <"$LAB_DIR/kill.json"); to the answer: $(jq -c .command_ns <"$LAB_DIR/kill.json")"
check "latched under 1 ms after the command, every round" test "$(jq .latched_ns.max <"$LAB_DIR/kill.json")" -lt $((1000000 * ${TG_SLOW:-1}))
lab_down
check "kernel log clean" lab_dmesg_clean
finish
