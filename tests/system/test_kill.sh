#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --icount --timeout 600
# The kill switch under full load, by the instruction clock: from the command to its answer, and that no order is accepted after it.
set -u
here=$(dirname "$0")
LAB_DIR=$1
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT

lab_net && lab_module && lab_venue --market seeded --seed 9 --symbols BTCUSDT:0.01:0.00001:60000 --rate 500 || bail "laboratory"
lab_config 's/^rate_per_s.*/rate_per_s = unlimited/; s/^rate_burst.*/rate_burst = unlimited/; s/^max_open_orders.*/max_open_orders = 4000/; s/^max_position.*/max_position = unlimited/'
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 60
"$LAB_BUILD/tests/system/kill_latency" --rounds 20 >"$LAB_DIR/kill.json"
rc=$?
note "$(cat "$LAB_DIR/kill.json")"
check "no order was accepted after the kill was latched" is $rc 0
check "orders were flowing" at_least "$(jq .orders_submitted <"$LAB_DIR/kill.json")" 100
p50=$(jq .command_ns.p50 <"$LAB_DIR/kill.json")
max=$(jq .command_ns.max <"$LAB_DIR/kill.json")
note "kill command to answer: p50 $p50 ns, max $max ns of guest time, 1 ns = 1 instruction"
check "kill command to answer under 1 ms of guest time, every round" test "$max" -lt 1000000
lab_down
check "kernel log clean" lab_dmesg_clean
finish
