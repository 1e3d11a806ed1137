#!/bin/bash
# SPDX-License-Identifier: MIT
# An order's round trip against QuickFIX, by ring and by ioctl, with market data by XDP. Guest part: trade, and collect what both sides say.
set -u
here=$(dirname "$0")
LAB_DIR=$1
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
mm=$LAB_BUILD/userspace/strategies/tg-market-maker

lab_net && lab_module && lab_venue --market seeded --seed 3 --symbols BTCUSDT:0.01:0.00001:60000 --rate 100 || bail "laboratory"
lab_config
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 40

for mode in ring ioctl; do
	"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 0 --seconds 6 --mode $mode --json >"$LAB_DIR/mm-$mode.json" 2>"$LAB_DIR/mm-$mode.err"
	check "market maker by $mode ends by itself" is $? 0
done
sleep 1
lab_ctl stats >"$LAB_DIR/venue-stats.json"
lab_ctl orders >"$LAB_DIR/venue-orders.json"
tgctl orders --all --json >"$LAB_DIR/orders.json"
tgctl positions --json >"$LAB_DIR/positions.json"
tgctl counters --json >"$LAB_DIR/counters.json"
bpftool -j map dump pinned /sys/fs/bpf/tickgate/tickgate_stats >"$LAB_DIR/bpf-stats.json"
cat /sys/kernel/debug/tickgate/counters >"$LAB_DIR/debugfs-counters.txt"

lab_stop daemon "$LAB_DAEMON_PID"
check "daemon ends cleanly" is $? 0
LAB_DAEMON_PID=
lab_stop venue "$LAB_VENUE_PID"
LAB_VENUE_PID=
lab_down
check "module unloaded" test ! -e /sys/module/tickgate
check "kernel log clean" lab_dmesg_clean
finish
