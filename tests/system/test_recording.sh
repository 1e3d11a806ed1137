#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --timeout 600
# A recording of Binance spot as FIX over UDP through XDP and the module: at every update id for which the recording has a ticker, the book's best bid and offer equal it.
set -u
here=$(dirname "$0")
LAB_DIR=$1
# two processors of an emulated guest: the engine lets the venue have the time that it does not need
LAB_WAIT=adaptive
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
recording=$TG_DATA/binance-btcusdt/spot-btcusdt_20240808.gz
[ -f "$recording" ] || { skip "recording as FIX" "no $recording"; finish; exit; }

lab_net && lab_module && lab_venue --market replay --recording "$recording" --speed max --rate 150 --ticker-truth "$LAB_DIR/truth.txt" || bail "laboratory"
lab_config
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 40
check "the recording came to its end" lab_wait 400 grep -q 'market done' "$LAB_DIR/venue.out"
sleep 2
tgctl counters --nonzero >"$LAB_DIR/counters.txt"
lab_down
check "kernel log clean" lab_dmesg_clean
finish
