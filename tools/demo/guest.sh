#!/bin/bash
# SPDX-License-Identifier: MIT
# In the guest: the laboratory, a real FIX venue, market data by UDP multicast, a market maker, the kill switch; then what happened.
set -u
out=$1
LAB_DIR=$out
# shellcheck source=../lab/lab.sh
. "$(dirname "$0")/../lab/lab.sh"
seconds=${TG_DEMO_SECONDS:-20}
strategies=$LAB_BUILD/userspace/strategies
recording=${TG_DATA:-}/binance-btcusdt/spot-btcusdt_20240808.gz

part() { printf '\n── %s\n' "$*"; }
trap 'kill $(jobs -p) 2>/dev/null' EXIT

lab_net || lab_die "network"
lab_module || lab_die "insmod"
if [ -f "$recording" ]; then
	market=(--market replay --recording "$recording" --speed 20)
	part "market: a recording of Binance spot BTCUSDT (2024-08-08), as FIX over UDP multicast, at twenty times its speed"
else
	market=(--market seeded --seed 7 --symbols BTCUSDT:0.01:0.00001:60000 --rate 200)
	part "market: generated (seed 7), as FIX over UDP multicast; no recording at \$TG_DATA"
fi
lab_venue "${market[@]}" || lab_die "venue"
lab_config
lab_daemon || lab_die "daemon"
lab_ready 40 || lab_die "not ready"

part "session: logged on to a QuickFIX venue over kernel TCP"
tgctl session

part "market maker: $seconds s, orders through the submission ring"
"$strategies/tg-market-maker" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 50 --seconds "$seconds" ||
	lab_die "market maker"

part "reader: three events of the public ring"
"$strategies/tg-reader" --count 3

part "book"
tgctl book BTCUSDT --depth 5
part "orders (last ones)"
tgctl orders --all | head -1
tgctl orders --all | tail -n +2 | tail -6
part "position and PnL"
tgctl positions
part "kill switch: new orders are refused from here on"
tgctl kill --reason "end of the demo"
"$strategies/tg-market-maker" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 50 --seconds 1 --max-orders 2 2>&1 | grep -iE 'kill|refused|reject' | head -3
part "latency by stage (guest clock under emulation: shape, not speed)"
tgctl latency
part "counters that are not zero"
tgctl counters --nonzero
part "counters of the XDP program, as bpftool shows them"
bpftool -p map lookup pinned /sys/fs/bpf/tickgate/tickgate_stats key 1 0 0 0 | sed -n '/formatted/,$p' | grep -E '"(cpu|packets|bytes|taken|errors|passed|dropped)"'

lab_stop daemon "$LAB_DAEMON_PID" || lab_die "daemon ended with status $?"
LAB_DAEMON_PID=
lab_stop venue "$LAB_VENUE_PID"
LAB_VENUE_PID=
lab_down
lab_dmesg_clean || lab_die "the kernel complained"
part "module unloaded, kernel log clean"
