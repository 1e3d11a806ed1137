#!/bin/bash
# SPDX-License-Identifier: MIT
# Feeds under traffic: a reload removes one, brings it back for one sender only, adds others and an instrument; what cannot be taken is refused by name;
# the group is in /proc/net while it should be, and joined again after the link was down.
set -u
here=$(dirname "$0")
LAB_DIR=$1
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
conf=$LAB_DIR/tickgated.conf
log=$LAB_DIR/tickgated.log

packets() { tgctl counters --json | jq '.host.inline_packets + .host.queued_packets'; }
more_packets() { [ "$(packets)" -gt "$1" ]; }
joined() { grep -q 01004DEF /proc/net/igmp; }
not_joined() { ! joined; }
from_one_sender() { awk '$3 == "0xef4d0001" && $4 == "0x0a4d0002"' /proc/net/mcfilter | grep -q .; }
said() { grep -q "$1" "$log"; }
# reload WANT: SIGHUP; until the log has one more line with WANT
reload()
{
	local before
	before=$(grep -c "$1" "$log")
	kill -HUP "$LAB_DAEMON_PID"
	lab_wait 10 eval "[ \$(grep -c '$1' '$log') -gt $before ]" || { tail -5 "$log" | sed 's/^/# /'; return 1; }
}

lab_net && lab_module && lab_venue --market seeded --seed 5 --symbols BTCUSDT:0.01:0.00001:60000 --rate 100 || bail "laboratory"
lab_config 's/^max_instruments = 8/&\nmax_products = 2/' 's/^\[account main\]/[product btc]\nid = 1\n\n&/' 's/^\[instrument BTCUSDT\]/&\nproduct = btc/'
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 40
check "the group is joined" joined
prices() { grep -c '[0-9]\.[0-9]'; }
check "the book as a ladder, printed" at_least "$(tgctl book BTCUSDT --once | prices)" 10
check "and the product's" at_least "$(tgctl book --product btc --once | prices)" 10
TERM=linux script -qec "stty rows 40 cols 100; timeout --foreground -s INT $((4 * ${TG_SLOW:-1})) $LAB_BUILD/userspace/tgctl/tgctl book BTCUSDT --watch" /dev/null >"$LAB_DIR/watch.txt" 2>&1
check "and in a terminal, until it is interrupted" at_least "$(tr '\033' '\n' <"$LAB_DIR/watch.txt" | prices)" 10

sed '/^\[feed sim-a\]/,/^$/d' "$conf" >"$conf.none"
cp "$conf" "$conf.one"
cp "$conf.none" "$conf"
check "reload without the feed" reload 'reload: 1 changes, 0 refused'
check "the group is left" lab_wait 5 not_joined
n=$(packets)
sleep 1
check "its datagrams do not come any more" is "$(packets)" "$n"
check "the interface has no program any more" eval "! ip link show tg0 | grep -q xdp"

sed 's/^address = 239.77.0.1/&\nsource = 10.77.0.2/' "$conf.one" >"$conf"
check "reload with the feed, one sender" reload 'reload: 1 changes, 0 refused'
check "the group is joined for that sender" lab_wait 5 from_one_sender
check "its datagrams come again" lab_wait 10 more_packets "$n"
check "the book is live again" lab_wait 20 lab_book_live
check "and equals the venue's" lab_same_book "$here/samebook.py"

cat >>"$conf" <<'END'
[feed sim-b]
id = 2
venue = sim
line = b
interface = tg0
address = 239.77.0.2
port = 30002

[instrument ETHUSDT]
id = 2
venue = sim
subscribe = no
tick = 0.01
lot = 0.001
END
sed -i 's/^heartbeat_s = .*/heartbeat_s = 11/' "$conf"
check "reload with a second line and an instrument" reload 'reload: 2 changes, 0 refused'
check "what cannot be taken is refused by name" said 'reload: \[venue sim\]: refused'
check "the instrument is there" eval "tgctl book ETHUSDT --json | jq -e '.instrument_id == 2' >/dev/null"
check "the second line is in the map" is "$(bpftool -j map dump pinned /sys/fs/bpf/tickgate/tickgate_feeds | jq length)" 2
check "the first one's book is still live" lab_book_live
sed -i 's/^address = 239.77.0.2/address = nonsense/' "$conf"
check "a configuration with an error changes nothing" reload 'nothing was changed'
check "and the second line stays" is "$(bpftool -j map dump pinned /sys/fs/bpf/tickgate/tickgate_feeds | jq length)" 2

ip -n tgex link set ex0 down
check "the link's end is seen" lab_wait 10 said 'interface tg0: link is down'
ip -n tgex link set ex0 up
ip -n tgex route add 224.0.0.0/4 dev ex0
check "and its return: the groups are joined again" lab_wait 10 said 'group joined again'
# not from_one_sender: /proc/net/mcfilter leaves an interface out whose newest group takes any sender
check "the group is there" lab_wait 10 joined
n=$(packets)
check "datagrams come" lab_wait 10 more_packets "$n"
check "the book recovers" lab_wait 20 lab_book_live
check "and equals the venue's after the link was down" lab_same_book "$here/samebook.py"

lab_stop daemon "$LAB_DAEMON_PID"
check "daemon ends cleanly" is $? 0
LAB_DAEMON_PID=
check "no group is left" not_joined
lab_down
check "module unloaded" test ! -e /sys/module/tickgate
check "kernel log clean" lab_dmesg_clean
finish
