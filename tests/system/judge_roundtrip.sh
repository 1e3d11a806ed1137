#!/bin/bash
# SPDX-License-Identifier: MIT
# Host part: orders, fills and position equal the venue's book-keeping; packets were handled inline; tshark judges every message; the journal replays.
set -u
here=$(dirname "$0")
out=$1
build=${BUILD:-$(cd "$here/../.." && pwd -P)/build}
. "$here/tap.sh"

for mode in ring ioctl; do
	f=$out/mm-$mode.json
	note "$mode: $(jq -c '{orders, replaces, cancels, refused, fills, position, venue_acks}' <"$f")"
	check "by $mode: orders went out" at_least "$(jq .orders <"$f")" 2
	# a cancel or replace may cross the fill that ends its order: the venue or the gateway then says so
	check "by $mode: no order was refused" is "$(jq -r 'if .refused == 0 or (.last_refusal | IN("CANCEL_REJECT", "ORDER_STATE")) then 0 else .last_refusal end' <"$f")" 0
	check "by $mode: the venue answered" at_least "$(jq .venue_acks <"$f")" 2
done
check "no request was refused for any other reason" jq -e '.reasons | del(.OK, .ORDER_STATE) | all(.[]; . == 0)' "$out/counters.json"
check "some orders were filled" at_least "$(jq .core.fills <"$out/counters.json")" 1
check "orders, fills and position equal the venue's" python3 "$here/reconcile.py" "$out"
check "every order of ours is complete" jq -e '(.orders // .) | length > 0 and all(.status | IN("filled", "canceled", "rejected", "expired"))' "$out/orders.json"
inline=$(jq '.host | .inline_packets * 1000 / ([1, .inline_packets + .queued_packets] | max) | floor' <"$out/counters.json")
note "inline share: $inline per mille of $(jq '.host | .inline_packets + .queued_packets' <"$out/counters.json") packets"
check "more than 95 % of the packets were stepped inline" at_least "$inline" 951
check "no packet was dropped" is "$(jq '.host.queue_drops' <"$out/counters.json")" 0
check "bpftool showed the feed's counters" grep -q '[1-9]' "$out/bpf-stats.json"
check "debugfs showed counters" grep -q inline_packets "$out/debugfs-counters.txt"
check "journal replays to equal digests" "$build/tools/replay/tg-replay" "$out"/journal/*.tgj
check "tshark finds no fault in any message we sent" "$here/judge-fix" "$out"
command -v tshark >/dev/null || skip "tshark" "not installed; lengths and sums were counted"
finish plan
