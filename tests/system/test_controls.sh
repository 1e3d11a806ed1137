#!/bin/bash
# SPDX-License-Identifier: MIT
# Each risk control of docs/RISK.md through the daemon's configuration, the module and the ioctl: it refuses once, by its own name, and its counter rises. Then intents and self-trade prevention, and what
# a venue does that nobody asked for.
# reply, plain, bid and the like are of desk.sh
# shellcheck disable=SC2154
set -u
here=$(dirname "$0")
LAB_DIR=$1
# nothing here is about latency: on a busy host the engine sleeps when it has nothing to do
LAB_WAIT=block
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
. "$here/desk.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
# control WHAT REASON SCOPE KEY=VALUE...: the plain order is refused with these limits
control()
{
	local what=$1 why=$2
	shift 2
	limits "$@" || note "reload failed: $*"
	check "$what: $why" refuses "$why" "${plain[@]}"
}
# budget WHAT REASON LINE: the first order is taken, the second is over the budget of one a minute
budget()
{
	printf '[rate tested]\n%s\nwindow_ms = 60000\nnew = 1\nburst_percent = 100\n' "$3" | cat "$conf.base" - >"$conf"
	reload
	ask "${plain[@]}"
	check "$1: $2" refuses "$2" "${plain[@]}"
}

desk_lab
desk_start
check "a plain order is taken" takes "${plain[@]}"
check "quantity: MAX_QUANTITY" refuses MAX_QUANTITY new side=buy tif=ioc qty=10.00001 "px=$low"
check "value: MAX_NOTIONAL" refuses MAX_NOTIONAL new side=buy tif=ioc qty=2 "px=$low"
check "collar: PRICE_COLLAR" refuses PRICE_COLLAR new side=buy tif=ioc qty=0.01 "px=$(price $((bid / 2)))"
check "no book, no price: NO_REFERENCE_PRICE" refuses NO_REFERENCE_PRICE new instrument=3 side=buy qty=1 px=100
check "strategy without limits: NO_LIMITS" refuses NO_LIMITS "${plain[@]}" strategy=2
control "position" POSITION 'account main' max_position=0.005
control "position of the whole firm" TOTAL_POSITION firm max_total_position=0.005
control "gross notional" GROSS_NOTIONAL firm max_gross_notional=100
control "net notional" NET_NOTIONAL 'strategy desk' max_net_notional=100
control "capital" CAPITAL 'strategy desk' max_capital=100
control "window collar" WINDOW_COLLAR firm window_collar_bps=1 collar_window_ms=60000
control "reduce-only" REDUCE_ONLY 'account main' reduce_only=yes
control "restricted" RESTRICTED 'instrument BTCUSDT' restricted=yes
control "open orders" OPEN_ORDERS firm max_open_orders=0
control "rate" ORDER_RATE 'instrument BTCUSDT' rate_per_s=0 rate_burst=0
budget "budget of clients" CLIENT_RATE 'client = all'
budget "budget of the venue" VENUE_RATE 'venue = sim'
# a source counts what goes over connections made after it was named
printf '[rate tested]\nsource = 10.77.0.1\nid = 1\n' | cat "$conf.base" - >"$conf"
reload
lab_ctl disconnect >/dev/null
lab_wait 10 eval '! lab_session_up'
lab_ready 30
budget "budget of a source address" SOURCE_RATE "$(printf 'source = 10.77.0.1\nid = 1')"
limits 'account main' duplicate_window_ms=60000 duplicate_scope=yes
once=("${plain[@]/qty=0.01/qty=0.011}")
check "duplicates: the first is taken" takes "${once[@]}"
check "the second of this client, or of another: DUPLICATE_ORDER" refuses DUPLICATE_ORDER "${once[@]}"
is "$(printf '%s\nquit\n' "${once[*]}" | "$LAB_BUILD/tests/system/desk" --name other | tail -1)" "DUPLICATE_ORDER 0"
check "of another client" test $? -eq 0
limits firm max_executions=1
ask "${plain[@]}"
check "repeated executions: EXECUTIONS" refuses EXECUTIONS "${plain[@]}"
limits firm
check "until a person resumes" refuses EXECUTIONS "${plain[@]}"
resume
check "and then no more" takes "${plain[@]}"
sed '/^\[limits/,/^$/s/= .*/= unlimited/' "$conf.base" >"$conf"
reload
check "what cannot be computed: OVERFLOW" refuses OVERFLOW new side=buy qty=80000000000 px=80000000000
alerts=$(counter .core.risk_alerts)
limits 'account main' max_open_orders=4 warn_percent=25
takes new side=buy qty=0.01 "px=$low"
check "a soft limit warns" at_least "$(counter .core.risk_alerts)" $((alerts + 1))
takes cancel "id=$id"
limits firm
lab_ctl status BTCUSDT halted >/dev/null
halted() { ask "${plain[@]}" && [ "$name" = TRADING_STATUS ]; }
lab_wait 5 halted
check "instrument halted: TRADING_STATUS" refuses TRADING_STATUS "${plain[@]}"
lab_ctl status BTCUSDT open >/dev/null
check "open again" lab_wait 5 takes "${plain[@]}"
tgctl kill --reason test >/dev/null
check "kill switch: KILLED" refuses KILLED "${plain[@]}"
resume

takes new side=buy qty=0.01 "px=$low"
resting=$id
check "self-trade, skip: SELF_CROSS" refuses SELF_CROSS new side=sell tif=ioc qty=0.01 "px=$low"
check "what stands in the way stays" is "$(working)" 1
check "a replace passes the controls too" refuses MAX_QUANTITY replace "id=$resting" qty=11 "px=$low"
takes cancel "id=$resting"
takes new instrument=2 side=buy qty=0.1 "px=$low2"
check "self-trade, cancel: SELF_CROSS" refuses SELF_CROSS new instrument=2 side=sell tif=ioc qty=0.1 "px=$low2"
check "what stands in the way is cancelled" lab_wait 10 idle

takes sweep qty=0.3 "px=$(price $((ask + 300)))"
ask parent "$id" 15000
check "sweep takes several levels and is complete" is "$reply" "COMPLETED OK 0.3 0"
check "the position has it" has 1 0.3
takes quote qty=0.01 "px=$low" "px2=$(price $((ask + 1000)))" qty2=0.01
parent=$id
quoted() { [ "$(venue_ids | wc -l)" -eq 2 ]; }
check "a quote has two orders at the venue" lab_wait 10 quoted
fill_all
ask parent "$parent" 15000
check "both sides filled: complete" is "$reply" "COMPLETED OK 0.01 0.01"
takes legs side=buy qty=0.01 "px=$(price $((ask + 300)))" instrument2=2 side2=sell qty2=0.1 "px2=$(price $((bid2 - 300)))" leg_ms=5000
ask parent "$id" 15000
check "two legs, both filled: complete" is "$reply" "COMPLETED OK 0.01 0.1"
takes legs side=buy qty=0.01 "px=$(price $((ask + 300)))" instrument2=2 side2=sell qty2=0.1 "px2=$(price $((ask2 + 500)))" leg_ms=500 hedge=1500
ask parent "$id" 20000
check "one leg not filled in time: hedged, and complete by that" eval 'is "$reply" "COMPLETED OK 0.01 0.1" && is "$(counter .core.hedges)" 1'
takes quote qty=11 "px=$low" "px2=$(price $((ask + 1000)))" qty2=0.01
ask parent "$id" 5000
check "its controls are those of any order: MAX_QUANTITY" is "${reply% * *}" "RISK_REJECTED MAX_QUANTITY"

check "no kill was needed" eval '! killed'
had=$(position 2)
takes new instrument=2 side=buy qty=0.5 "px=$low2"
resting=$id
lab_wait 10 became "$resting" new
fill_all
check "a fill changes the position" lab_wait 10 became "$resting" filled
lab_ctl bust last >/dev/null
check "a bust takes it back" lab_wait 10 has 2 "$had"
check "and the order works again" lab_wait 10 became "$resting" new
ask busts
check "the client was told" is "$reply" 1
check "the counter too" is "$(counter .core.busts)" 1
lab_ctl cancel-unsolicited "$(venue_ids)" >/dev/null
check "a cancel that nobody asked for" lab_wait 10 became "$resting" canceled
takes new instrument=2 side=buy qty=0.5 "px=$low2"
lab_wait 10 became "$id" new
lab_ctl fill "$(venue_ids)" 0.2 >/dev/null
lab_wait 10 became "$id" partially_filled
lab_ctl correct last 0.1 "$low2" >/dev/null
lab_ctl expire "$(venue_ids)" >/dev/null
check "corrected, then expired by the venue" lab_wait 10 became "$id" expired
check "positions equal the venue's" eval 'is "$(position 1)" "$(theirs BTCUSDT)" && is "$(position 2)" "$(theirs ETHUSDT)"'

limits 'account main' max_daily_loss=0.0001
check "fees are a loss: killed" lab_wait 10 killed
check "daily loss: DAILY_LOSS" refuses DAILY_LOSS "${plain[@]}"
limits 'account main'
resume --scope account:main
check "resumed by a person" takes "${plain[@]}"
limits 'instrument NOBOOK' seq=1 lease_ms=50
sleep 0.2
check "limits whose lease is over: STALE_LIMITS" refuses STALE_LIMITS new instrument=3 side=buy qty=1 px=100

echo quit >&"${DESK[1]}"
lab_stop daemon "$LAB_DAEMON_PID"
LAB_DAEMON_PID=
lab_down
check "the module unloads" test ! -e /sys/module/tickgate
check "kernel log clean" lab_dmesg_clean
finish
