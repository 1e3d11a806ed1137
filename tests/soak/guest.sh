#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --mem 3072
# Guest part of the soak: one session with a QuickFIX peer, a strategy that trades, market data over the same session, and everything that can go wrong,
# at random points, until enough messages and disconnects have passed. Leaves the venue's own log and the journals in DIR for judge.py.
#
#	guest.sh DIR MESSAGES DISCONNECTS VERSION SEED
set -u
here=$(cd "$(dirname "$0")" && pwd -P)
out=$1 messages=$2 disconnects=$3 version=$4 RANDOM=$5
# in the guest's memory: a line of the venue's log written over 9p costs more than the message
LAB_DIR=/tmp/tickgate-soak
LAB_RESET=no
# two processors of an emulated guest: the engine lets the peer and the tools have the time that it does not need
LAB_WAIT=adaptive
. "$here/../system/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null; cp -r "$LAB_DIR"/. "$out"/' EXIT
mm=$LAB_BUILD/userspace/strategies/tg-market-maker
round=0 drops=0 kills=0 reloads=0 gaps=0 total=0 last_rx=0 last_tx=0 MM_PID=

# Messages both ways, summed over the module's lives.
count()
{
	local rx tx

	read -r rx tx < <(tgctl session --json 2>/dev/null |
		jq -r '.sessions[0] | "\(.rx_messages) \(.tx_messages)"' 2>/dev/null)
	[ -n "${tx:-}" ] || return 0
	[ "$rx" -ge "$last_rx" ] || { last_rx=0 last_tx=0; }
	total=$((total + rx - last_rx + tx - last_tx))
	last_rx=$rx last_tx=$tx
}

trade()
{
	[ -n "$MM_PID" ] && kill -0 "$MM_PID" 2>/dev/null && return
	"$mm" --instrument BTCUSDT --account 1 --qty 0.001 --ticks 1 --max-position 0.5 --json >>"$LAB_DIR/mm.json" 2>>"$LAB_DIR/mm.err" &
	MM_PID=$!
}

stop_trading()
{
	[ -n "$MM_PID" ] || return 0
	kill -KILL "$MM_PID" 2>/dev/null
	wait "$MM_PID" 2>/dev/null
	MM_PID=
}

daemon_dies()
{
	kill -KILL "$LAB_DAEMON_PID"
	wait "$LAB_DAEMON_PID" 2>/dev/null
	kills=$((kills + 1))
}

daemon_back()
{
	lab_daemon || bail "the daemon does not come back"
	tgctl resume --who soak --reason "journal is back" >/dev/null 2>&1
}

pause() { sleep "0.$((RANDOM % 9))"; }
up_or_bail() { lab_wait 300 lab_session_up || { tgctl session; tail -20 "$LAB_DIR/tickgated.log"; bail "the session does not come back after $1"; }; }

lab_net && lab_module && lab_venue --market seeded --seed "$5" --symbols BTCUSDT:0.01:0.00001:60000 --rate 1000 --fix-version "$version" \
	--cancel-on-disconnect || bail "laboratory"
lab_config 's/^reset_on_logon.*/reset_on_logon = no\nmd_over_tcp = yes\nfix_version = '"${version:0:1}.${version:1}"'/' 's/^backoff_max_ms.*/backoff_max_ms = 400/'
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 60

while [ $total -lt "$messages" ] || [ $drops -lt "$disconnects" ]; do
	trade
	round=$((round + 1))
	# at random, but a short soak too has the worst in it
	case $round in
	3) fate=0 ;;
	5) fate=1 ;;
	7) fate=2 ;;
	*) fate=$((RANDOM % 40)) ;;
	esac
	case $fate in
	0)
		daemon_dies
		pause
		daemon_back
		what="a killed daemon" ;;
	1)
		# the module goes too: whatever was on its way to the journal is lost
		daemon_dies
		stop_trading
		pause
		# the XDP program, left behind by the daemon, holds the module
		rm -rf /sys/fs/bpf/tickgate
		ip link set dev tg0 xdpdrv off
		lab_wait 10 rmmod tickgate || bail "the module does not unload"
		reloads=$((reloads + 1)) drops=$((drops + 1))
		last_rx=0 last_tx=0
		lab_module || bail "the module does not load again"
		daemon_back
		what="a new module" ;;
	2 | 3 | 4 | 5)
		lab_ctl gap $((1 + RANDOM % 5)) >/dev/null && lab_ctl testrequest >/dev/null
		gaps=$((gaps + 1))
		what="a gap" ;;
	6 | 7 | 8)
		lab_ctl delay tcp $((RANDOM % 40)) >/dev/null
		what="a delay" ;;
	9 | 10)
		lab_ctl delay tcp 0 >/dev/null
		what="no delay" ;;
	11 | 12 | 13 | 14 | 15 | 16 | 17 | 18)
		lab_ctl disconnect midmessage next >/dev/null
		drops=$((drops + 1))
		what="a message cut in half" ;;
	19 | 20 | 21 | 22)
		lab_ctl disconnect midmessage >/dev/null
		drops=$((drops + 1))
		what="a test request cut in half" ;;
	*)
		lab_ctl disconnect >/dev/null
		drops=$((drops + 1))
		what="a disconnect" ;;
	esac
	pause
	up_or_bail "$what"
	# enough messages between two disconnects that both totals are reached together
	count
	while [ $total -lt "$messages" ] && [ $((total * disconnects)) -lt $((drops * messages)) ]; do
		sleep 1
		trade
		count
	done
	[ $((drops % 20)) -ne 0 ] || echo "# $total messages, $drops disconnects, $kills daemons killed, $reloads modules reloaded" >&2
done
lab_ctl delay tcp 0 >/dev/null
stop_trading
sleep 2
up_or_bail "the end"
note "FIX $version: $total messages, $drops disconnects, $gaps gaps, $kills daemons killed, $reloads modules reloaded"
check "messages" at_least "$total" "$messages"
check "disconnects" at_least "$drops" "$disconnects"
lab_wait 30 test "$(tgctl status --json | jq .working_orders)" -eq 0
tgctl counters --json >"$LAB_DIR/counters.json"
tgctl session --json >"$LAB_DIR/session.json"
lab_ctl orders >"$LAB_DIR/venue-orders.json"
lab_stop daemon "$LAB_DAEMON_PID"
check "daemon ends cleanly" is $? 0
LAB_DAEMON_PID=
lab_down
check "kernel log clean" lab_dmesg_clean
finish
