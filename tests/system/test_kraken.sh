#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --timeout 1200
# A recording of Kraken spot as FIX over TCP through the module: the exchange's own checksum (5041) in every update is compared with the book by the engine.
set -u
here=$(dirname "$0")
LAB_DIR=$1
# two processors of an emulated guest: the engine lets the venue have the time that it does not need
LAB_WAIT=adaptive
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
recording=$TG_DATA/kraken-l2-crc/book.log
[ -f "$recording" ] || { skip "recording as FIX" "no $recording"; finish; exit; }

lab_net && lab_module && lab_venue --dialect kraken --market replay --recording "$recording" --speed max --rate 150 || bail "laboratory"
lab_ctl pause >/dev/null
lab_config 's/^dialect = .*/dialect = kraken\nmd_over_tcp = yes\nmd_depth = 1000/' 's/^reset_on_logon.*/reset_on_logon = yes/' '/^\[feed/,/^$/d' \
	'/^\[xdp/,$d' '/^\[limits instrument/,/^$/d' '/^\[instrument/,/^$/d'
id=0
# the decimals that the exchange counts its checksums with
for line in "WAVES/EUR 6" "ADA/XBT 9" "GRT/ETH 9"; do
	id=$((id + 1))
	printf '[instrument %s]\nid = %d\nvenue = sim\nsymbol = %s\ntick = 0.00000001\nlot = 0.00000001\npx_digits = %s\nqty_digits = 8\n\n' \
		"${line%/*}" $id "${line% *}" "${line#* }" >>"$LAB_DIR/tickgated.conf"
done
lab_daemon || bail "daemon"
live() { tgctl book "$1" --json | grep -q '"state": *"live"'; }
same_book()
{
	lab_ctl book "$2" 10 >"$LAB_DIR/book-venue.json"
	tgctl book "$1" --depth 10 --json >"$LAB_DIR/book-ours.json"
	/usr/bin/python3 -IS "$here/samebook.py" "$LAB_DIR"
}
check "session up" lab_wait 60 lab_session_up
for name in WAVES ADA GRT; do check "book of $name live" lab_wait 20 live $name; done
lab_ctl resume >/dev/null
check "the recording came to its end" lab_wait 600 grep -q 'market done updates=943' "$LAB_DIR/venue.out"
sleep 3
check "book of WAVES equals the venue's" same_book WAVES WAVES/EUR
check "book of ADA equals the venue's" same_book ADA ADA/XBT
check "book of GRT equals the venue's" same_book GRT GRT/ETH
tgctl counters --json >"$LAB_DIR/counters.json"
core() { jq ".core.$1" "$LAB_DIR/counters.json"; }
note "$(core md_checksums) checksums verified by the module, $(core md_checksum_bad) wrong, $(core md_entries) entries"
check "every one of the exchange's 943 checksums was verified in the module" at_least "$(core md_checksums)" 943
check "none was wrong" is "$(core md_checksum_bad)" 0
check "the venue's own sums agree with the exchange's" is "$(lab_ctl stats | jq .checksum_differs)" 0
lab_down
check "kernel log clean" lab_dmesg_clean
finish
