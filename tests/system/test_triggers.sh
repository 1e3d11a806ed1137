#!/bin/bash
# SPDX-License-Identifier: MIT
# vm: --timeout 1500
# What the gateway does by itself (docs/RISK.md: triggers, venue health, reconciliation), through the daemon's configuration, the module and a venue that does what it should not: what was latched and why, what
# is refused then, what becomes of working orders at the venue, what the client is told, and that a person or the venue's recovery lifts it.
# reply, plain, bid and the like are of desk.sh
# shellcheck disable=SC2154
set -u
here=$(dirname "$0")
LAB_DIR=$1
# nothing here is about latency: on a busy host the test is twice as fast when the engine sleeps
LAB_WAIT=block
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
. "$here/desk.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT

# with LINE...: these lines, and the base
with()
{
	printf '%s\n' "$@" | cat "$conf.base" - >"$conf"
	reload || { tail -3 "$log" | sed 's/^/# /'; return 1; }
}
# trigger ON ACTION LINE...: one trigger, named after what it is on
trigger()
{
	local on=$1 action=$2
	shift 2
	with "[trigger on-$on]" "on = $on" "action = $action" "$@" || note "reload failed: $on"
}
# told KIND TEXT: the desk has got such an event, the last one said so
said() { ask told "$1" && [ "${reply#* }" = "$2" ] && [ "$name" -ge 1 ]; }
told() { lab_wait 5 said "$@" || { note "told: $reply"; false; }; }
# latched WHAT TEXT: and nothing else is
latched() { lab_wait 15 holds "$2" || { is "$(held)" "$2"; false; }; }
holding() { check "$1: $2" latched "$1" "$2"; }
# lifted SCOPE...: a person resumes; nothing is latched any more, and orders pass
lifted()
{
	resume "$@" && is "$(held)" "" && takes "${plain[@]}"
}
rest() { takes new side=buy qty=0.01 "px=$low" && lab_wait 10 became "$id" new; }
rest2() { takes new instrument=2 side=buy qty=0.1 "px=$low2" && lab_wait 10 became "$id" new; }
nothing_works() { [ -z "$(venue_ids)" ] && idle; }
alone() { [ "$(working)" -eq 1 ]; }
up_to() { [ "$(counter ".core.$1")" -ge "$2" ]; }	# COUNTER N
# grows COUNTER BY [COMMAND...]: from before the command on
grows()
{
	local name_=$1 n
	n=$(($(counter ".core.$1") + $2))
	shift 2
	[ $# -eq 0 ] || "$@" >/dev/null
	lab_wait 15 up_to "$name_" "$n"
}
differs() { [ "$(tgctl positions --json | jq "[.positions[] | select(.account_id == 1 and .instrument_id == $1) | .venue_differs][0] // false")" = "$2" ]; }	# no row: nobody has any

desk_lab --drop-copy COPY
cat >>"$conf" <<'END'
[venue copy]
id = 2
dialect = sim
host = 10.77.0.2
port = 9880
sender = COPY
target = VENUE
heartbeat_s = 10
reset_on_logon = yes
orders = no
backoff_min_ms = 100
backoff_max_ms = 2000

[watch copy]
drop_copy_of = sim
grace_ms = 500

END
desk_start
check "nothing is latched" is "$(held)" ""
check "a plain order is taken" takes "${plain[@]}"

# ---- triggers ----

trigger rejects kill_cancel 'scope = account main' 'max = 2' 'window_ms = 60000'
rest
lab_ctl reject 3 >/dev/null
ask "${plain[@]}"
ask "${plain[@]}"
check "rejects: so many pass" eval 'lab_wait 10 alone && holds ""'
ask "${plain[@]}"
holding rejects "kill account main killed rejects on-rejects"
check "rejects: KILLED" refuses KILLED "${plain[@]}"
check "rejects: the working order is cancelled at the venue" lab_wait 15 nothing_works
check "rejects: the client was told of the trigger" told trigger "1 6"
check "rejects: and of the kill" told kill "3 11"
check "rejects: tgctl status says it to people" eval "tgctl status | grep -q '^kill  *account main killed since .*, cause rejects, by on-rejects: trigger'"
check "rejects: resumed by a person" lifted --scope account:main
check "rejects: told of that too" told resume "3 1"

trigger risk_rejects restrict 'target = strategy desk' 'max = 1' 'window_ms = 60000'
check "risk rejects: one passes" eval 'refuses MAX_QUANTITY new side=buy qty=11 "px=$low" && holds ""'
ask new side=buy qty=11 "px=$low"
holding "risk rejects" "trigger strategy desk restricted risk rejects on-risk_rejects"
check "risk rejects: RESTRICTED" refuses RESTRICTED "${plain[@]}"
check "risk rejects: resumed" lifted --scope strategy:desk

trigger session_lost kill_cancel 'scope = venue sim'
rest
lab_ctl disconnect TICKGATE >/dev/null
holding "session lost" "kill venue sim killed session lost on-session_lost"
check "session lost: KILLED" refuses KILLED "${plain[@]}"
check "session lost: back again, and the order is cancelled there" eval 'lab_wait 30 sim_up && lab_wait 15 nothing_works'
check "session lost: book live again" lab_wait 30 lab_book_live
check "session lost: resumed" lifted --scope venue:sim

trigger client_lost kill
exec {lost}> >(exec "$LAB_BUILD/tests/system/desk" --name lost >"$LAB_DIR/lost.out")
lost_pid=$!
lab_wait 30 grep -q ready "$LAB_DIR/lost.out"
echo "new side=buy qty=0.01 px=$low" >&"$lost"
lab_wait 10 grep -q ^OK "$LAB_DIR/lost.out"
check "client lost: its order works" eval 'lab_wait 10 alone && holds ""'
kill -KILL "$lost_pid"
holding "client lost" "kill firm killed client on-client_lost"
check "client lost: KILLED" refuses KILLED "${plain[@]}"
check "client lost: its order is cancelled" lab_wait 15 nothing_works
exec {lost}>&-
check "client lost: resumed" lifted

# The second leg does not fill, nor does its hedge, which may go only one tick beyond.
trigger hedge kill 'target = account main'
takes legs side=buy qty=0.01 "px=$(price $((ask + 300)))" instrument2=2 side2=sell qty2=0.1 "px2=$(price $((ask2 + 500)))" leg_ms=500 hedge=1
ask parent "$id" 30000
check "hedge: not filled" is "$name" HEDGE_FAILED
holding hedge "kill account main killed hedge failed on-hedge"
check "hedge: KILLED" refuses KILLED "${plain[@]}"
check "hedge: resumed" lifted --scope account:main
# The venue refuses it.
takes legs side=buy qty=0.01 "px=$(price $((ask + 300)))" instrument2=2 side2=sell qty2=0.1 "px2=$(price $((ask2 + 500)))" leg_ms=4000 hedge=1
parent=$id
check "hedge refused: one leg is filled" lab_wait 10 alone
lab_ctl reject 1 >/dev/null
ask parent "$parent" 30000
check "hedge refused: by the venue" is "$name $id" "HEDGE_FAILED VENUE_REJECT"
holding "hedge refused" "kill account main killed hedge failed on-hedge"
check "hedge refused: nothing works" lab_wait 15 nothing_works
check "hedge refused: resumed" lifted --scope account:main

# Without a trigger an orphan kills and cancels everything: the bust of a trade gives life to a child whose parent is over.
with
rest
takes quote qty=0.02 "px=$low" "px2=$(price $((ask + 1000)))" qty2=0.02
parent=$id
three() { [ "$(venue_ids | wc -l)" -eq 3 ]; }
lab_wait 10 three
for i in $(lab_ctl orders | jq -r '.[] | select(.status == "0" and .qty == "0.02") | .cl_ord_id'); do lab_ctl fill "$i" all >/dev/null; done
ask parent "$parent" 15000
check "orphan: its parent is complete" is "$reply" "COMPLETED OK 0.02 0.02"
lab_ctl bust last >/dev/null
check "orphan: latched" eval 'lab_wait 15 killed && is "$(held)" "kill firm killed orphaned order tickgate"'
check "orphan: KILLED" refuses KILLED "${plain[@]}"
check "orphan: all is cancelled, the orphan too" lab_wait 15 nothing_works
check "orphan: resumed" lifted
check "orphan: positions equal the venue's" eval 'is "$(position 1)" "$(theirs BTCUSDT)" && is "$(position 2)" "$(theirs ETHUSDT)"'

trigger unknown_order cancel 'scope = venue sim'
lab_ctl stray TICKGATE BTCUSDT buy 0.01 "$low" main >/dev/null
gone() { [ -z "$(venue_ids)" ]; }
check "unknown order: it is cancelled at the venue" lab_wait 15 gone
check "unknown order: counted" at_least "$(counter .core.stray_cancels)" 1
check "unknown order: nothing is latched, orders pass" eval 'holds "" && takes "${plain[@]}"'
check "unknown order: the client was told" told unknown "1 1"
trigger unknown_order kill 'scope = instrument BTCUSDT'
check "unknown order: of another instrument" eval 'grows orders_unknown 1 lab_ctl stray TICKGATE ETHUSDT buy 0.1 "$low2" main && holds "" && takes "${plain[@]}"'
lab_ctl stray TICKGATE BTCUSDT buy 0.01 "$low" main >/dev/null
holding "unknown order" "kill instrument BTCUSDT killed unknown order on-unknown_order"
check "unknown order: KILLED" refuses KILLED "${plain[@]}"
for i in $(venue_ids); do lab_ctl cancel-unsolicited "$i" >/dev/null; done
check "unknown order: resumed" lifted --scope instrument:BTCUSDT

# ---- reconciliation ----

trigger position kill 'scope = instrument ETHUSDT' '[watch sim]' 'positions_s = 1' 'grace_ms = 500' 'tolerance = 0.001'
check "positions: asked for, and equal" eval 'grows position_requests 2 && is "$(counter .core.position_differences)" 0'
lab_ctl position TICKGATE ETHUSDT 0.001 main >/dev/null
check "positions: a difference as large as the tolerance is none" eval 'grows position_requests 3 && is "$(counter .core.position_differences)" 0 && differs 2 false'
lab_ctl position TICKGATE ETHUSDT 0.0001 main >/dev/null
holding "positions: over it" "kill instrument ETHUSDT killed position mismatch on-position"
check "positions: tgctl positions says so" differs 2 true
check "positions: the client was told" eval 'told mismatch "1 0" && told position "1 2"'
check "positions: KILLED" refuses KILLED new instrument=2 side=buy tif=ioc qty=0.01 "px=$low2"
check "positions: another instrument trades" takes "${plain[@]}"
lab_ctl position TICKGATE ETHUSDT -0.0011 main >/dev/null
equal() { differs 2 false; }
check "positions: equal again" lab_wait 15 equal
check "positions: told of that too" eval 'told mismatch "0 0" && told position "0 2"'
check "positions: the kill stays until a person resumes" eval 'is "$(held)" "kill instrument ETHUSDT killed position mismatch on-position" && lifted --scope instrument:ETHUSDT'

# A fill that the engine has not seen: the position tells.
rest2
unseen=$id
lab_ctl lose-copies 1 >/dev/null
lab_ctl silent work >/dev/null
fill_all
lab_ctl silent off >/dev/null
holding "a fill that was never told" "kill instrument ETHUSDT killed position mismatch on-position"
takes cancel "id=$unseen"
check "a fill that was never told: asked about, the order has it" lab_wait 15 became "$unseen" filled
check "a fill that was never told: equal again" lab_wait 15 equal
check "a fill that was never told: resumed" lifted --scope instrument:ETHUSDT

# ---- drop copy ----

trigger position kill 'scope = account main'
copies=$(counter .core.copy_mismatches)
rest
lab_ctl fill "$(venue_ids)" all >/dev/null
check "drop copy: a fill that both tell of" lab_wait 10 became "$id" filled
sleep 1
check "drop copy: is no mismatch" eval 'is "$(counter .core.copy_mismatches)" "$copies" && holds ""'
lab_ctl lose-copies 1 >/dev/null
rest
lab_ctl fill "$(venue_ids)" all >/dev/null
check "drop copy: nor is what the copy leaves out" eval 'lab_wait 10 became "$id" filled && sleep 1 && is "$(counter .core.copy_mismatches)" "$copies" && holds ""'
rest
copied=$id
lab_ctl hold >/dev/null
lab_ctl fill "$(venue_ids)" all >/dev/null
holding "drop copy: a fill that only the copy has" "kill account main killed position mismatch on-position"
check "drop copy: counted, and the client was told" eval 'is "$(counter .core.copy_mismatches)" $((copies + 1)) && told mismatch "1 1"'
check "drop copy: KILLED" refuses KILLED "${plain[@]}"
check "drop copy: it changes nothing" became "$copied" new
lab_ctl release >/dev/null
check "drop copy: the report comes" lab_wait 10 became "$copied" filled
check "drop copy: resumed" lifted --scope account:main

# ---- venue health ----

health() { session sim health; }
score_is() { [ "$(session sim health_score)" = "$1" ]; }
good() { [ "$(health)" = good ]; }
worse=$(counter .core.venue_degraded) better=$(counter .core.venue_recovered)
takes sweep qty=0.05 "px=$(price $((ask + 300)))"
ask parent "$id" 15000

# windows are long enough for a busy host
with '[watch sim]' 'window_ms = 20000' 'recover_ms = 500' 'min_answers = 4' 'reject_percent = 40'
ask "${plain[@]}"
ask "${plain[@]}"
lab_ctl reject 2 >/dev/null
ask "${plain[@]}"
ask "${plain[@]}"
holding "health, half of the orders refused" "health venue sim reduce_only venue degraded"
check "health: REDUCE_ONLY" refuses REDUCE_ONLY "${plain[@]}"
check "health: tgctl status has the figures" eval "tgctl status | grep -q '^health  *venue sim reduce_only since .*: score 125, .* rejects 50 %'"
check "health: what reduces the position passes" takes new side=sell tif=ioc qty=0.01 "px=$(price $((bid - 300)))"
check "health: the client was told" told health "1 0"
check "health: the venue is tried again when the window is over" lab_wait 40 good
check "health: told of that too" told health "0 1"
check "health: orders pass" eval 'holds "" && takes "${plain[@]}"'

with '[watch sim]' 'window_ms = 20000' 'recover_ms = 500' 'min_answers = 1' 'ack_us = 500000' 'cancel_at = 300' '[trigger worse]' 'on = degraded' 'action = kill' 'target = venue sim'
rest
lab_ctl hold >/dev/null
takes new side=buy qty=0.02 "px=$low"
cancelled() { [ "$(health)" = cancelled ]; }
check "ack latency: no answer, and it gets worse until orders are cancelled" lab_wait 15 cancelled
both=$(printf 'kill venue sim killed venue degraded worse\nhealth venue sim cancelled venue degraded')
holding "degraded: that trips a trigger" "$both"
check "degraded: KILLED" refuses KILLED "${plain[@]}"
lab_ctl release >/dev/null
check "ack latency: its working orders are gone" lab_wait 15 nothing_works
resume --scope venue:sim
ask "${plain[@]}"
check "ack latency: a person lifts the kill, not the venue's state" is "$name" RESTRICTED
check "ack latency: that goes with the delay" lab_wait 40 good
check "ack latency: orders pass" eval 'holds "" && takes "${plain[@]}"'

with '[watch sim]' 'window_ms = 3000' 'recover_ms = 500' 'stale_percent = 40' 'stale_ms = 200' 'reduce_at = 0' 'stop_at = 100'
lab_ctl delay tcp 12000 >/dev/null
lab_ctl drop udp 1 >/dev/null
lab_ctl step 20 >/dev/null
holding "staleness: a lost update, and no snapshot for long" "health venue sim stopped venue degraded"
check "staleness: RESTRICTED" refuses RESTRICTED "${plain[@]}"
lab_ctl delay tcp 0 >/dev/null
check "staleness: the snapshot comes" lab_wait 40 good
lab_wait 10 lab_book_live

# Four gaps hold orders back. Later the window has one of them less: better, but not by enough.
skip_numbers() { lab_ctl gap 2 TICKGATE && lab_ctl testrequest TICKGATE; }
gap() { skip_numbers >/dev/null; sleep 0.5; }
with '[watch sim]' 'window_ms = 25000' 'recover_ms = 200' 'gaps = 4'
gap
sleep 10
gap
gap
gap
holding "gaps: four" "health venue sim reduce_only venue degraded"
check "gaps: one has left the window" lab_wait 40 score_is 75
sleep 0.5
check "gaps: three are not few enough" eval 'score_is 75 && is "$(health)" reduce_only'
check "gaps: none" lab_wait 40 good
check "gaps: orders pass" eval 'holds "" && takes "${plain[@]}"'
check "every step was counted" eval 'at_least "$(counter .core.venue_degraded)" $((worse + 4)) && at_least "$(counter .core.venue_recovered)" $((better + 4))'

# ---- an order that the venue has lost ----

trigger suspect kill 'target = instrument BTCUSDT'
rest
odd=$id
lab_ctl quit >/dev/null
wait "$LAB_VENUE_PID"
desk_venue --drop-copy COPY
holding "suspect: the venue begins anew and does not know it" "kill instrument BTCUSDT killed suspect order on-suspect"
check "suspect: that order" became "$odd" suspect
check "suspect: KILLED" refuses KILLED "${plain[@]}"
check "suspect: resumed" eval 'resume --scope instrument:BTCUSDT && holds ""'

with
echo quit >&"${DESK[1]}"
lab_stop daemon "$LAB_DAEMON_PID"
LAB_DAEMON_PID=
lab_down
check "the module unloads" test ! -e /sys/module/tickgate
check "kernel log clean" lab_dmesg_clean
finish
