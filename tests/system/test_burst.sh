#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --timeout 1800 --mem 3072
# A burst over XDP on lines A and B, rendered first and then sent as fast as the venue's sockets take it: TG_BURST book updates (50,000; `make burst`: 1,000,000).
# Nothing may be lost that is not counted, the book must be the venue's, and a reader that slept meanwhile is told SLOW and recovers.
set -u
here=$(dirname "$0")
out=$1
# in the guest's memory: the journal of the long form is large
LAB_DIR=/tmp/tickgate-burst
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null; rm -f "$LAB_DIR/go"; cp -r "$LAB_DIR"/. "$out"/' EXIT
updates=${TG_BURST:-50000}
reader=$LAB_BUILD/tests/system/burst_reader

core() { jq ".core.$1" "$LAB_DIR/counters.json"; }
host() { jq ".host.$1" "$LAB_DIR/counters.json"; }
venue() { jq "$1" "$LAB_DIR/venue.json"; }
quiet()
{
	local a b

	a=$(tgctl counters --json | jq '.host.inline_packets + .host.queued_packets')
	sleep 1
	b=$(tgctl counters --json | jq '.host.inline_packets + .host.queued_packets')
	[ "$a" = "$b" ]
}
same_book()	# DIR, with ours in it
{
	lab_ctl book BTCUSDT 10 >"$1/book-venue.json"
	/usr/bin/python3 -IS "$here/samebook.py" "$1"
}
caught_up() { lab_book_live && tgctl book BTCUSDT --depth 10 --json >"$LAB_DIR/book-ours.json" && same_book "$LAB_DIR"; }

lab_net && lab_module && lab_venue --log '' --market seeded --seed 3 --symbols BTCUSDT:0.01:0.00001:60000 --rate 100 --udp 239.77.0.2:30002@10.77.0.2 \
	--udp-pack 8 || bail "laboratory"
# a short ring, so that a burst of any length goes round it
lab_config 's|^book_levels.*|&\npublic_slots = 4096|'
cat >>"$LAB_DIR/tickgated.conf" <<END

[feed sim-b]
id = 2
venue = sim
interface = tg0
address = 239.77.0.2
port = 30002
line = b
END
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 60
lab_ctl pause >/dev/null
mkfifo "$LAB_DIR/go"
"$reader" 1 <"$LAB_DIR/go" >"$LAB_DIR/reader.out" 2>"$LAB_DIR/reader.err" &
exec 9>"$LAB_DIR/go"
check "a reader is attached" lab_wait 20 grep -q ready "$LAB_DIR/reader.out"
lab_wait 60 quiet
tgctl counters --json >"$LAB_DIR/counters-before.json"
lab_ctl stats >"$LAB_DIR/venue-before.json"

# the pair of interfaces, which holds 256 frames, loses what the emulated processor is too slow for; beside that each line loses, repeats and swaps some of its own
lab_ctl rate drop 2000 >/dev/null
lab_ctl rate dup 2000 >/dev/null
lab_ctl rate reorder 2000 >/dev/null
from=$(date +%s%N)
for ((left = updates; left > 0; left -= 10000)); do
	lab_ctl burst $((left < 10000 ? left : 10000)) >>"$LAB_DIR/burst.out" || bail "the venue's burst"
done
note "$updates updates in $((($(date +%s%N) - from) / 1000000)) ms, rendering and sending"
check "the venue sent them all" is "$(sed 's/.*=//' "$LAB_DIR/burst.out" | paste -sd+ | bc)" "$updates"
lab_ctl rate drop 0 >/dev/null
lab_ctl rate dup 0 >/dev/null
lab_ctl rate reorder 0 >/dev/null
# the last datagram of a line may have been kept back by a reorder: the next one brings it
lab_ctl step 20 >/dev/null
check "the engine is done with what it was given" lab_wait 300 quiet
check "the book is live and the venue's" lab_wait 30 caught_up

echo go >&9
check "the reader reads to the end" lab_wait 60 grep -q '^read' "$LAB_DIR/reader.out"
lab_ctl step 20 >/dev/null
lab_wait 30 quiet
tgctl counters --json >"$LAB_DIR/counters.json"
tgctl session --json >"$LAB_DIR/session.json"
lab_ctl stats >"$LAB_DIR/venue.json"
echo go >&9
exec 9>&-
rm -f "$LAB_DIR/go"
check "and ends" lab_wait 60 grep -q update_id "$LAB_DIR/reader.out"
mkdir -p "$LAB_DIR/reader"
tail -n 1 "$LAB_DIR/reader.out" >"$LAB_DIR/reader/book-ours.json"
ours() { jq "$1" "$LAB_DIR/reader/book-ours.json"; }
note "reader: SLOW $(ours .slow) times, $(ours .lost) events lost, $(ours .downloads) downloads"
check "the reader was told SLOW" at_least "$(ours .slow)" 1
check "and how much it lost" at_least "$(ours .lost)" 1000
check "each time a download was complete" is "$(ours '.downloads - 1')" "$(ours .slow)"
check "it then read on: the last level it saw is of the update that the image shows" is "$(ours .last_update_id)" "$(ours .update_id)"
check "and its image is the venue's book" same_book "$LAB_DIR/reader"

# Datagrams: what left the venue arrived, or a counter has it.
sent=$(venue '[.lines[].datagrams] | add')
arrived=$(($(host inline_packets) + $(host queued_packets)))
refused=$(($(host queue_drops) + $(host queue_oversize) + $(host kfunc_no_engine)))
wire=$(($(ip -j -s link show tg0 | jq '.[0].stats64.rx.dropped + .[0].stats64.rx.errors') +
	$(ip netns exec tgex ip -j -s link show ex0 | jq '.[0].stats64.tx.dropped + .[0].stats64.tx.errors')))
note "datagrams: $sent sent on both lines, $arrived arrived, $refused refused by the module's queue, $wire lost by the pair of interfaces"
# the interfaces' own counters have a few frames of the session in them, too
check "no datagram is missing that is not counted" at_least "$((arrived + refused + wire))" "$sent"
check "and none arrived that was not sent" at_least "$sent" "$arrived"
check "none was lost at the venue" is "$(venue '[.lines[].errors] | add')" 0
# Messages by number: used once each, or missing and counted.
messages=$(($(venue .next_feed_seq) - 1))
used=$(($(core fix_rx) - $(jq '.sessions[0].rx_messages' "$LAB_DIR/session.json")))
note "messages: $messages of the feed, $used used, $(core md_feed_dups) copies dropped, $(core md_feed_gaps) missing when first looked for, $(core md_gaps) book gaps"
check "no message was used twice" at_least "$messages" "$used"
check "no message is missing that is not counted" at_least "$(core md_feed_gaps)" "$((messages - used))"
check "second copies were dropped" at_least "$(core md_feed_dups)" $((updates / 100))
check "the journal lost nothing" is "$(host journal_lost)" 0
lab_down
check "kernel log clean" lab_dmesg_clean
finish
