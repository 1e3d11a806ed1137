# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What tests of the whole system with a desk (desk.c) share: a laboratory with two live books and prices that stand still, commands to the desk, limits, and questions to the
# gateway and to the venue. Sourced after tap.sh and lab.sh.
conf=$LAB_DIR/tickgated.conf
log=$LAB_DIR/tickgated.log
reply='' name='' id=''
bid=0 ask=0 bid2=0 ask2=0 low='' low2='' plain=()

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
# what is latched now, one a line: kind, scope, its name, state, cause, who
held() { tgctl status --json | jq -r '.restrictions[] | [.kind, .scope, .name, .state, .cause, .who] | map(select(. != "")) | join(" ")'; }
holds() { [ "$(held)" = "$1" ]; }
# session VENUE FIELD
session() { tgctl session --json | jq -r ".sessions[] | select(.venue == \"$1\") | .$2"; }
sim_up() { [ "$(session sim state)" = up ]; }
theirs() { lab_ctl positions | jq -r --arg s "$1" '[.[] | select(.symbol == $s) | .qty][0] // "0"'; }

desk_venue() { lab_venue --market seeded --seed 5 --rate 100 --depth 50 --symbols BTCUSDT:0.01:0.00001:60000,ETHUSDT:0.01:0.0001:3000 "$@"; }
# desk_lab [VENUE-ARGUMENT...]: network, module, exchange, and the daemon's configuration in $conf, to which the test may add
desk_lab()
{
	local scope
	lab_net && lab_module && desk_venue "$@" || bail "laboratory"
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
}

# desk_start: the daemon, the desk, and prices; the configuration as it is now is the base
desk_start()
{
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
}
