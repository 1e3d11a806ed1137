#!/bin/bash
# SPDX-License-Identifier: MIT
# In the guest: the laboratory, a real FIX venue with participants of its own, market data by UDP multicast, a market maker and a taker of one firm, a risk reject, a self-cross that is avoided, a kill
# and a resume; then what happened, as summary.json too.
set -u
out=$1
LAB_DIR=$out
# shellcheck source=../lab/lab.sh
. "$(dirname "$0")/../lab/lab.sh"
# shellcheck source=summary.sh
. "$(dirname "$0")/summary.sh"
seconds=${TG_DEMO_SECONDS:-20}
strategies=$LAB_BUILD/userspace/strategies
recording=${TG_DATA:-}/binance-btcusdt/spot-btcusdt_20240808.gz

part() { printf '\n── %s\n' "$*"; }
maker() { "$strategies/tg-market-maker" --instrument BTCUSDT --account 1 --strategy 1 --qty 0.01 --ticks 3 --requote-ticks 2 --max-position 0.1 --json "$@"; }
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
lab_venue "${market[@]}" --others 12 || lab_die "venue"
# two strategies, each with a permit and limits of its own; the taker may hold less than it will want to
lab_config 's/^max_instruments = 8/&\nmax_strategies = 2/' 's/^\[instrument BTCUSDT\]/&\nself_trade = skip/' \
	's/^\[account main\]/[strategy maker]\nid = 1\n\n[strategy taker]\nid = 2\n\n&/' 's/^market_orders = yes/&\nstrategy = maker/'
cat >>"$out/tickgated.conf" <<'END'

[permit taker]
id = 2
user = root
account = main
trade = yes
strategy = taker
exec = sweep
END
for limits in "maker 0.5" "taker 0.02"; do
	printf '\n[limits strategy %s]\nmax_order_qty = 1\nmax_order_notional = 100000\nmax_position = %s\ncollar_bps = 100\nmax_open_orders = 50\nrate_per_s = 5000\nrate_burst = 1000\n' \
		"${limits% *}" "${limits#* }" >>"$out/tickgated.conf"
done
lab_daemon || lab_die "daemon"
lab_ready 40 || lab_die "not ready"

part "session: logged on to a QuickFIX venue over kernel TCP"
tgctl session

part "two strategies of one firm, $seconds s: a market maker that quotes, a taker that sweeps where the price goes; 12 others trade at the venue"
maker >"$out/maker.json" 2>"$out/maker.err" &
maker_pid=$!
"$strategies/tg-taker" --instrument BTCUSDT --account 1 --strategy 2 --qty 0.01 --trigger-ticks 2 --slip-ticks 4 --stay --json >"$out/taker.json" 2>"$out/taker.err" &
taker_pid=$!
sleep "$seconds"
part "book"
tgctl book BTCUSDT --depth 5
part "reader: three events of the public ring"
"$strategies/tg-reader" --count 3

part "kill switch: what works is cancelled, new orders are refused, the maker ends and the taker waits"
tgctl kill --cancel --reason "prices look wrong" --who demo
wait $maker_pid
before=$(tgctl counters --json | jq .reasons.KILLED)
maker --seconds 2 --max-orders 2 >"$out/refused.json" 2>&1
refused=$(($(tgctl counters --json | jq .reasons.KILLED) - before))
idle() { [ "$(tgctl status --json | jq .working_orders)" -eq 0 ]; }
lab_wait 10 idle
working=$(tgctl status --json | jq .working_orders)
echo "refused under the kill: $refused   orders still working: $working"

part "resume: a person says who and why; both trade again"
tgctl resume --who "demo operator" --reason "prices checked"
maker --seconds $((seconds / 2 + 2)) >"$out/maker-again.json" 2>>"$out/maker.err"
kill -TERM $taker_pid
wait $taker_pid || lab_die "the taker failed: $(cat "$out/taker.err")"

part "orders (last ones)"
tgctl orders --all | head -1
tgctl orders --all | tail -n +2 | tail -6
part "position and PnL: account, strategies, firm"
tgctl positions
part "latency by stage (guest clock under emulation: shape, not speed)"
tgctl latency
part "counters that are not zero"
tgctl counters --nonzero
part "counters of the XDP program, as bpftool shows them"
bpftool -p map lookup pinned /sys/fs/bpf/tickgate/tickgate_stats key 1 0 0 0 | sed -n '/formatted/,$p' | grep -E '"(cpu|packets|bytes|taken|errors|passed|dropped)"'
tgctl counters --json >"$out/counters.json"
tgctl positions --json >"$out/positions.json"
lab_ctl positions >"$out/venue-positions.json"
lab_ctl stats >"$out/venue-stats.json"
demo_summary "$out" "$refused" "$working" >"$out/summary.json" || lab_die "summary"
part "summary"
demo_text "$out/summary.json"

lab_stop daemon "$LAB_DAEMON_PID" || lab_die "daemon ended with status $?"
LAB_DAEMON_PID=
lab_stop venue "$LAB_VENUE_PID"
LAB_VENUE_PID=
lab_down
lab_dmesg_clean || lab_die "the kernel complained"
part "module unloaded, kernel log clean"
demo_shown "$out/summary.json" || lab_die "not everything was shown"
