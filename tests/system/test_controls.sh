#!/bin/bash
# SPDX-License-Identifier: MIT
# Each risk control of docs/RISK.md through the daemon's configuration, the module and the ioctl: it refuses once, by its own name, and its counter rises. Then intents and self-trade prevention, and what
# a venue does that nobody asked for.
set -u
here=$(dirname "$0")
LAB_DIR=$1
. "$here/tap.sh"
. "$here/../../tools/lab/lab.sh"
trap 'kill $(jobs -p) 2>/dev/null' EXIT
conf=$LAB_DIR/tickgated.conf
log=$LAB_DIR/tickgated.log
reply='' name='' id=''

# ask COMMAND...: one line to the desk; its answer is in reply, the first two words of it in name and id
ask()
{
	echo "$*" >&"${DESK[1]}"
	read -r -t 30 reply <&"${DESK[0]}" || reply='no answer'
	read -r name id _ <<<"$reply"
}
counter() { tgctl counters --json | jq "$1"; }
takes() { ask "$@" && is "$name" OK; }
# refuses REASON COMMAND...: by that reason, and its counter has risen by one
refuses()
{
	local why=$1 before
	shift
	before=$(counter ".reasons.$why")
	ask "$@"
	is "$name" "$why" && is "$(counter ".reasons.$why")" $((before + 1))
}
reload()
{
	local before
	before=$(grep -c 'reload: [0-9]* changes, 0 refused' "$log")
	kill -HUP "$LAB_DAEMON_PID"
	lab_wait 10 eval "[ \$(grep -c 'reload: [0-9]* changes, 0 refused' '$log') -gt $before ]"
}
# limits SCOPE KEY=VALUE...: these differ from the base, and nothing else does
limits()
{
	local scope=$1 kv
	shift
	cp "$conf.base" "$conf"
	for kv; do
		sed -i -e "/^\[limits $scope\]/,/^\$/{/^${kv%%=*} *=/d}" -e "s/^\[limits $scope\]\$/&\n${kv%%=*} = ${kv#*=}/" "$conf"
	done
	reload || { tail -3 "$log" | sed 's/^/# /'; return 1; }
}
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
cents() { local f=${1#*.}; [ "$f" != "$1" ] || f=0; f=${f}00; echo $((${1%%.*} * 100 + 10#${f:0:2})); }
price() { printf '%d.%02d\n' $(($1 / 100)) $(($1 % 100)); }
working() { tgctl status --json | jq .working_orders; }
killed() { [ "$(tgctl status --json | jq .killed)" -ge 1 ]; }
idle() { [ "$(working)" -eq 0 ]; }
position() { tgctl positions --json | jq -r "[.positions[] | select(.account_id == 1 and .instrument_id == $1) | .qty][0] // \"0\""; }
has() { [ "$(position "$1")" = "$2" ]; }
status_of() { tgctl orders --all --json | jq -r --arg h "$(printf '%016X' "$1")" '.orders[] | select((.order_id | ascii_upcase | ltrimstr("0X")) == $h) | .status'; }
became() { [ "$(status_of "$1")" = "$2" ]; }
# ClOrdIDs of what works at the venue
venue_ids() { lab_ctl orders | jq -r '.[] | select(.status | IN("0", "1")) | .cl_ord_id'; }
fill_all() { local i; for i in $(venue_ids); do lab_ctl fill "$i" all >/dev/null; done; }
resume() { tgctl resume --who tester --reason tested "$@" >/dev/null; }

lab_net && lab_module && lab_venue --market seeded --seed 5 --rate 100 --depth 50 --symbols BTCUSDT:0.01:0.00001:60000,ETHUSDT:0.01:0.0001:3000 || bail "laboratory"
lab_config 's/^max_instruments = 8/&\nmax_strategies = 2/' 's/^\[instrument BTCUSDT\]/&\nself_trade = skip/' \
	's/^\[account main\]/[strategy desk]\nid = 1\n\n[strategy unlimited]\nid = 2\n\n&/' \
	's/^market_orders = yes/&\nstrategy = desk\nexec = direct post_only_quote sweep multi_leg/'
cat >>"$conf" <<'END'

[permit second]
id = 2
user = root
account = main
trade = yes
strategy = unlimited

[instrument ETHUSDT]
id = 2
venue = sim
tick = 0.01
lot = 0.0001
self_trade = cancel

[instrument NOBOOK]
id = 3
venue = sim
subscribe = no
tick = 0.01
lot = 0.0001
END
for scope in 'strategy desk' 'instrument ETHUSDT' 'instrument NOBOOK'; do
	printf '\n[limits %s]\nmax_order_qty = 10\nmax_order_notional = 100000\nmax_position = 20\ncollar_bps = 100\nmax_open_orders = 50\nrate_per_s = 5000\nrate_burst = 1000\n' "$scope" >>"$conf"
done
# the end of a section is an empty line
echo >>"$conf"
sed -i 's/^max_order_qty = 1$/max_order_qty = 10/; s/^max_position = 2$/max_position = 20/' "$conf"
cp "$conf" "$conf.base"
lab_daemon || bail "daemon"
check "session up, book live" lab_ready 60
coproc DESK { exec "$LAB_BUILD/tests/system/desk"; }
read -r -t 60 reply <&"${DESK[0]}" && is "$reply" ready || bail "desk"
# prices stand still from here on, and stay live
lab_ctl pause >/dev/null
sleep 0.5
ask touch 1
bid=$(cents "$name") ask=$(cents "$id")
ask touch 2
bid2=$(cents "$name") ask2=$(cents "$id")
low=$(price $((bid - 1000))) low2=$(price $((bid2 - 500)))
plain=(new side=buy tif=ioc qty=0.01 "px=$low")

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
theirs() { lab_ctl positions | jq -r --arg s "$1" '.[] | select(.symbol == $s) | .qty'; }
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
