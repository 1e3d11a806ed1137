#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --mem 3072
# Guest part of the soak of books: a venue of each dialect that needs no TLS, one instrument at each, and everything that can go wrong with market data, at random by SEED, for SECONDS.
# In between, and at the end, all faults stop and every book must be the venue's. Leaves the journals in DIR.
#
#	books.sh DIR SECONDS SEED
set -u
here=$(cd "$(dirname "$0")" && pwd -P)
out=$1 seconds=$2 RANDOM=$3
LAB_DIR=/tmp/tickgate-books
. "$here/../system/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null; cp -r "$LAB_DIR"/. "$out"/' EXIT
# Coinbase's Logon holds its passphrase and goes by TLS only: its books are tests/conform/livebooks.c's
names=(sim orders binance kraken deribit)
declare -A pid
faults=0 restarts=0 drops=0 settled=0

dialect() { case $1 in orders) echo sim ;; *) echo "$1" ;; esac; }
port() { local i; for i in "${!names[@]}"; do [ "${names[i]}" != "$1" ] || echo $((9881 + i)); done; }
ctl() { local n=$1; shift; "${LAB_VENUE}-ctl" "/tmp/venue-$n.sock" "$@"; }
venue_up()	# NAME
{
	local extra=()

	[ "$1" != sim ] || extra=(--udp 239.77.0.1:30001@10.77.0.2 --udp 239.77.0.2:30002@10.77.0.2 --snapshot-udp 239.77.0.3:30003@10.77.0.2
		--snapshot-ms 2000 --udp-heartbeat 500 --fault-seed "$RANDOM")
	: >"$LAB_DIR/venue-$1.out"
	ip netns exec tgex "$LAB_VENUE" --bind 10.77.0.2 --fix-port "$(port "$1")" --comp-id VENUE --client TICKGATE --control "/tmp/venue-$1.sock" \
		--dialect "$(dialect "$1")" --market seeded --seed "$RANDOM" --symbols BTCUSDT:0.01:0.001:60000 --rate 40 "${extra[@]}" \
		>>"$LAB_DIR/venue-$1.out" 2>>"$LAB_DIR/venue-$1.err" &
	pid[$1]=$!
	lab_wait 60 grep -q '^ready' "$LAB_DIR/venue-$1.out"
}
venue_dies()
{
	kill -KILL "${pid[$1]}"
	wait "${pid[$1]}" 2>/dev/null
	restarts=$((restarts + 1))
}

config()
{
	local n i=0

	cat <<END
[engine]
id = 1
cpu = 1
wait = adaptive
max_venues = 8
max_instruments = 8
book_levels = 4096
l3_books = 2
l3_orders = 4096
max_products = 2

[journal]
path = $LAB_DIR/journal

END
	printf '[product btc]\nid = 1\n\n'
	for n in "${names[@]}"; do
		i=$((i + 1))
		cat <<END
[venue $n]
id = $i
dialect = $(dialect "$n")
host = 10.77.0.2
port = $(port "$n")
sender = TICKGATE
target = VENUE
heartbeat_s = 10
reset_on_logon = yes
orders = no
md_over_tcp = $([ "$n" = sim ] && echo no || echo yes)
backoff_min_ms = 100
backoff_max_ms = 1000
connect_limit = 512
connect_window_s = 1
$(case $n in binance | deribit) echo "credentials = file:$LAB_DIR/$n.secret" ;; esac)

[instrument $n]
id = $i
venue = $n
symbol = BTCUSDT
tick = 0.01
lot = 0.001
px_digits = 2
qty_digits = 3
product = btc
$(case $n in orders) echo 'l3 = yes' ;; esac)

END
	done
	for i in 1 2 3; do
		cat <<END
[feed sim-$i]
id = $i
venue = sim
interface = tg0
address = 239.77.0.$i
port = 3000$i
$([ $i != 2 ] || echo 'line = b')
$([ $i != 3 ] || echo 'snapshot = yes')

END
	done
	printf '[xdp]\nobject = %s\nmode = native\ngro_flush_timeout_ns = 50000000\n' "$LAB_BUILD/bpf/tickgate_xdp.bpf.o"
}

live() { tgctl book "$1" --json | grep -q '"state": *"live"'; }
same()	# NAME
{
	mkdir -p "$LAB_DIR/$1"
	live "$1" || return
	ctl "$1" book BTCUSDT 10 >"$LAB_DIR/$1/book-venue.json"
	tgctl book "$1" --depth 10 --json >"$LAB_DIR/$1/book-ours.json"
	/usr/bin/python3 -IS "$here/../system/samebook.py" "$LAB_DIR/$1"
}
# The consolidated book has all venues, and the best of them: no fees are configured.
same_product()
{
	local n

	"$LAB_BUILD/userspace/strategies/tg-conflated" --product 1 --all --count 1 --json >"$LAB_DIR/product.json" || return
	for n in "${names[@]}"; do tgctl book "$n" --depth 1 --json; done >"$LAB_DIR/bests.json"
	jq -es --argjson venues ${#names[@]} --slurpfile all "$LAB_DIR/bests.json" '.[0] as $p | $p.live == $venues and
		($p.bid_px | tonumber) == ([$all[].bids[0][0] | tonumber] | max) and ($p.ask_px | tonumber) == ([$all[].asks[0][0] | tonumber] | min)' \
		"$LAB_DIR/product.json" >/dev/null
}
quiet_faults()
{
	local n what

	for n in "${names[@]}"; do
		ctl "$n" delay tcp 0 >/dev/null
		ctl "$n" bad-checksum 0 >/dev/null
		ctl "$n" status all open >/dev/null
	done
	for what in drop dup reorder; do
		ctl sim rate $what 0 >/dev/null
		ctl sim rate $what 0 S >/dev/null
	done
}
# All faults stop: every book comes back and is the venue's.
settle()
{
	local n bad=0

	quiet_faults
	sleep 1
	for n in "${names[@]}"; do
		lab_wait 60 live "$n" || { bad=1; echo "# $n does not come back: $(tgctl book "$n" --json | head -c 300)"; }
	done
	for n in "${names[@]}"; do ctl "$n" pause >/dev/null; done
	sleep 1
	for n in "${names[@]}"; do
		lab_wait 20 same "$n" || { bad=1; echo "# $n: not the venue's book"; same "$n"; }
	done
	lab_wait 20 same_product || { bad=1; echo "# product: $(cat "$LAB_DIR/product.json") of $(paste -sd' ' "$LAB_DIR/bests.json")"; }
	for n in "${names[@]}"; do ctl "$n" resume >/dev/null; done
	[ $bad -eq 0 ] && settled=$((settled + 1))
	return $bad
}
fault()
{
	local n=${names[RANDOM % ${#names[@]}]} line

	faults=$((faults + 1))
	case $((RANDOM % 14)) in
	0 | 1 | 2)
		line=$(printf '%s' ABS | cut -c $((RANDOM % 3 + 1)))
		ctl sim rate drop $((RANDOM % 5 * 20000)) "$line"
		ctl sim rate dup $((RANDOM % 5 * 20000)) "$line"
		ctl sim rate reorder $((RANDOM % 5 * 20000)) "$line" ;;
	3) ctl sim drop udp $((1 + RANDOM % 100)) ;;	# both lines: a gap that only a snapshot fills
	4) ctl sim restart feed ;;
	5) ctl kraken bad-checksum $((1 + RANDOM % 3)) ;;
	6) ctl "$n" status all halted ;;
	7) ctl "$n" status all open ;;
	8) ctl "$n" delay tcp $((RANDOM % 60)) ;;
	9) ctl "$n" gap $((1 + RANDOM % 5)) && ctl "$n" testrequest ;;
	10) ctl "$n" disconnect midmessage next; drops=$((drops + 1)) ;;
	11 | 12) ctl "$n" disconnect; drops=$((drops + 1)) ;;
	13) venue_dies "$n"; sleep "0.$((RANDOM % 9))"; venue_up "$n" || bail "venue $n does not start" ;;
	esac >/dev/null 2>&1
}

lab_net && lab_module || bail "laboratory"
openssl genpkey -algorithm ed25519 -out "$LAB_DIR/key.pem" 2>/dev/null
{ echo "key = KEY"; cat "$LAB_DIR/key.pem"; } >"$LAB_DIR/binance.secret"
printf 'key = KEY\nsecret = c2VjcmV0LWtleS1vZi10aGUtdGVzdA==\npassphrase = phrase\n' >"$LAB_DIR/deribit.secret"
chmod 600 "$LAB_DIR"/*.secret
for n in "${names[@]}"; do venue_up "$n" || bail "venue $n: $(cat "$LAB_DIR/venue-$n.err")"; done
config >"$LAB_DIR/tickgated.conf"
lab_daemon || bail "daemon: $(tail -5 "$LAB_DIR/tickgated.log")"
check "every book is live and the venue's at the start, and the product the best of all" settle
check "one book is kept order by order" eval "tgctl book orders --json | jq -e .l3 >/dev/null"
check "the snapshot channel is heard" eval "tgctl feed list --json | jq -e 'any(.feeds[]; .snapshot and .messages > 0)' >/dev/null"

# a settling takes minutes here when it follows every fault on: five in a long run
every=$((seconds > 150 ? seconds / 5 : 30))
from=$SECONDS next=$((SECONDS + every)) bad=0
while [ $((SECONDS - from)) -lt "$seconds" ]; do
	fault
	sleep "0.$((RANDOM % 9))"
	if [ $SECONDS -ge $next ]; then
		# time without faults does not count
		before=$SECONDS
		settle || { bad=1; break; }
		from=$((from + SECONDS - before)) next=$((SECONDS + every))
		echo "# $((SECONDS - from)) s: $faults faults, $drops connections dropped, $restarts venues restarted, books equal $settled times" >&2
	fi
done
check "every book came back to be the venue's, each time that the faults stopped" is $bad 0
check "every book is live and the venue's at the end" settle
note "$faults faults, $drops connections dropped, $restarts venues restarted, books of ${#names[@]} venues equal $settled times"
check "faults" at_least $faults $((seconds / 10))
tgctl counters --json >"$LAB_DIR/counters.json"
core() { jq ".core.$1" "$LAB_DIR/counters.json"; }
note "md_gaps $(core md_gaps), md_feed_gaps $(core md_feed_gaps), md_feed_dups $(core md_feed_dups), snapshots $(core md_snapshot_requests), md_checksums $(core md_checksums), md_checksum_bad $(core md_checksum_bad), md_status $(core md_status)"
check "gaps were seen" at_least "$(core md_gaps)" 1
check "the journal lost nothing" is "$(jq .host.journal_lost "$LAB_DIR/counters.json")" 0
lab_stop daemon "$LAB_DAEMON_PID"
check "daemon ends cleanly" is $? 0
LAB_DAEMON_PID=
for n in "${names[@]}"; do kill -TERM "${pid[$n]}" 2>/dev/null; wait "${pid[$n]}" 2>/dev/null; done
lab_down
check "kernel log clean" lab_dmesg_clean
finish
