#!/bin/bash
# SPDX-License-Identifier: MIT
# What goes wrong on the way: datagrams lost, doubled and swapped; the session cut in mid-message, a gap in its sequence; the strategy killed; the daemon killed.
set -u
here=$(dirname "$0")
LAB_DIR=$1
LAB_RESET=no
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
mm=$LAB_BUILD/userspace/strategies/tg-market-maker

core() { tgctl counters --json | jq ".core.$1"; }
logons() { tgctl session --json | jq '.sessions[0].logons'; }
working() { tgctl status --json | jq .working_orders; }
more_logons() { [ "$(logons)" -gt "$1" ] && lab_session_up; }
more() { [ "$(core "$1")" -gt "$2" ]; }
working_at_least() { [ "$(working)" -ge "$1" ]; }
none_working() { [ "$(working)" -eq 0 ]; }
venue_idle() { lab_ctl orders | jq -e 'all(.status | IN("0", "1") | not)'; }

lab_net && lab_module && lab_venue --market seeded --seed 5 --symbols BTCUSDT:0.01:0.00001:60000 --rate 100 || bail "laboratory"
lab_config
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 40
check "book equals the venue's" lab_same_book "$here/samebook.py"

gaps=$(core md_gaps)
note "$(lab_ctl drop udp 3)"
sleep 1
check "lost datagrams are noticed" at_least "$(core md_gaps)" $((gaps + 1))
check "book recovers by snapshot" lab_wait 10 lab_book_live
check "book equals the venue's after loss" lab_same_book "$here/samebook.py"
note "$(lab_ctl dup udp 20) $(lab_ctl reorder udp 4)"
sleep 2
check "doubled datagrams are counted and dropped" at_least "$(core md_feed_dups)" 5
check "book live after doubling and swapping" lab_wait 10 lab_book_live
check "book equals the venue's after doubling and swapping" lab_same_book "$here/samebook.py"

n=$(logons)
note "$(lab_ctl disconnect midmessage)"
check "logged on again after a cut in mid-message" lab_wait 20 more_logons "$n"
check "book live again" lab_wait 10 lab_book_live
n=$(core session_gaps)
note "$(lab_ctl gap 3)"
note "$(lab_ctl testrequest)"
check "a gap in the session's sequence is noticed" lab_wait 10 more session_gaps "$n"
check "and recovered: session up" lab_wait 20 lab_session_up
check "one resend request for it" is "$(core session_resend_tx)" "$(core session_gaps)"

"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 500 --seconds 60 >"$LAB_DIR/mm.out" 2>&1 &
pid=$!
check "strategy has orders working" lab_wait 15 working_at_least 2
kill -KILL $pid
wait $pid 2>/dev/null
check "killed strategy's orders are cancelled" lab_wait 10 none_working
check "counted as automatic cancels" at_least "$(core auto_cancels)" 2
check "the venue has none of them left" lab_wait 10 venue_idle

n=$(logons)
kill -KILL "$LAB_DAEMON_PID"
wait "$LAB_DAEMON_PID" 2>/dev/null
sleep 1
check "daemon killed: the session stays up" lab_session_up
lab_daemon || bail "daemon again"
sleep 1
check "a new daemon adopts the engine, session untouched" is "$(logons)" "$n"
tgctl resume --who tester --reason "journal is back" >/dev/null 2>&1
"$mm" --instrument BTCUSDT --account 1 --qty 0.01 --ticks 20 --seconds 3 --json >"$LAB_DIR/mm2.json" 2>&1
check "trading goes on under the new daemon" at_least "$(jq .venue_acks <"$LAB_DIR/mm2.json")" 2

lab_down
check "kernel log clean" lab_dmesg_clean
finish
