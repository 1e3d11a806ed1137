#!/bin/bash
# SPDX-License-Identifier: MIT
# In the guest, under the instruction clock: first the userspace path (no module loaded), then the module's.
set -u
LAB_DIR=$1
. "$(dirname "$0")/../../lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
bin=$LAB_BUILD/tools/bench/path
orders=${TG_PATH_ORDERS:-30}
# Slow on purpose: QEMU gives each processor turns of about 100 ms under the instruction clock, and packets that pile up meanwhile would wait for each other.
market=(--market seeded --seed 11 --symbols BTCUSDT:0.01:0.00001:60000 --rate 10)

lab_net || lab_die "network"
# both paths poll the NIC from their own thread, with interrupts put off alike
ethtool -K tg0 gro on
echo 100 >/sys/class/net/tg0/napi_defer_hard_irqs
echo 1000000000 >/sys/class/net/tg0/gro_flush_timeout
lab_venue "${market[@]}" || lab_die "venue"
"$bin/tg-path-user" --venue 10.77.0.2:9880 --feed 239.77.0.1:30001@10.77.0.1 --orders "$orders" --busy-us 50 --cpu 1 >"$LAB_DIR/user.json" ||
	lab_die "userspace path"
lab_stop venue "$LAB_VENUE_PID"

lab_module || lab_die "insmod"
lab_venue "${market[@]}" || lab_die "venue"
lab_config 's/^gro_flush_timeout_ns.*/gro_flush_timeout_ns = 1000000000/; s/^heartbeat_s.*/heartbeat_s = 0/; s/^rate_per_s.*/rate_per_s = unlimited/; s/^rate_burst.*/rate_burst = unlimited/; s/^max_position.*/max_position = unlimited/'
lab_daemon || lab_die "daemon"
lab_ready 60 || lab_die "not ready"
tgctl latency --reset >/dev/null
"$bin/tg-path-kernel" --orders "$orders" --cpu 0 >"$LAB_DIR/strategy.json" || lab_die "strategy"
tgctl latency --json >"$LAB_DIR/latency.json"
tgctl counters --json >"$LAB_DIR/counters.json"
lab_down
lab_dmesg_clean || lab_die "the kernel complained"
