# SPDX-License-Identifier: MIT
# shellcheck shell=bash
#
# A laboratory inside a guest: the gateway here, an exchange in a network namespace of its own, a veth pair between them. Sourced by the demo, the
# system tests and the path benchmark; needs root, and makes and removes everything itself.
#
#	gateway (this namespace)                           exchange (namespace tgex)
#	tg0 10.77.0.1/24  <── UDP 239.77.0.1:30001 ──      ex0 10.77.0.2/24
#	XDP, engine       <── TCP 10.77.0.2:9880 ──>       tg-venue

# the system's own programs: a version manager's wrappers in PATH take half a minute each in an emulated guest
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
LAB_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LAB_BUILD=${BUILD:-$LAB_TOP/build}
LAB_DIR=${LAB_DIR:-/tmp/tickgate-lab}
# sockets do not live on the 9p share
LAB_SOCK=/tmp/tg-venue.sock
LAB_VENUE=$LAB_BUILD/tools/venue/tg-venue
LAB_DAEMON=$LAB_BUILD/userspace/tickgated/tickgated
LAB_KO=${TG_MODULE:-$LAB_BUILD/kmod/tickgate.ko}
. "$LAB_TOP/tools/vm/oracle.sh"
tgctl() { "$LAB_BUILD/userspace/tgctl/tgctl" "$@"; }

lab_die() { echo "lab: $*" >&2; exit 1; }

# lab_net: the namespace and the wire.
lab_net()
{
	mkdir -p "$LAB_DIR"
	modprobe -q veth
	ip netns add tgex || return
	ip link add tg0 type veth peer name ex0 netns tgex || return
	ip addr add 10.77.0.1/24 dev tg0
	ip link set tg0 up
	ip -n tgex addr add 10.77.0.2/24 dev ex0
	ip -n tgex link set lo up
	ip -n tgex link set ex0 up
	ip -n tgex route add 224.0.0.0/4 dev ex0
	# no neighbour discovery noise on the wire: only what the venue sends
	sysctl -qw net.ipv6.conf.tg0.disable_ipv6=1
	ip netns exec tgex sysctl -qw net.ipv6.conf.ex0.disable_ipv6=1
}

lab_module() { [ -e /sys/module/tickgate ] || insmod "$LAB_KO" "$@"; }	# [PARAMETER=VALUE...]

# lab_wait SECONDS COMMAND...: until it succeeds; on a slow kernel (TG_SLOW) that many times longer
lab_wait()
{
	local end=$((SECONDS + $1 * ${TG_SLOW:-1}))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

# lab_venue ARGS...: starts the exchange; sets LAB_VENUE_PID.
lab_venue()
{
	ip netns exec tgex "$LAB_VENUE" --bind 10.77.0.2 --fix-port 9880 --comp-id VENUE --client TICKGATE \
		--udp 239.77.0.1:30001@10.77.0.2 --control "$LAB_SOCK" --log "$LAB_DIR/venue.fix" "$@" \
		>"$LAB_DIR/venue.out" 2>"$LAB_DIR/venue.err" &
	LAB_VENUE_PID=$!
	lab_wait 120 grep -q '^ready' "$LAB_DIR/venue.out" || { cat "$LAB_DIR/venue.err" >&2; return 1; }
}

# lab_ctl COMMAND...: one command to the exchange's control socket, its answer on stdout.
lab_ctl() { "${LAB_VENUE}-ctl" "$LAB_SOCK" "$@"; }

# lab_config [SED-EXPRESSION...]: writes the configuration, with changes.
lab_config()
{
	cat >"$LAB_DIR/tickgated.conf" <<END
[engine]
id = 1
cpu = ${LAB_CPU:-1}
force_cpu = ${LAB_FORCE_CPU:-no}
wait = ${LAB_WAIT:-busy}
# emulated CPUs can stand still for long
deadman_ms = ${LAB_DEADMAN_MS:-10000}
max_instruments = 8
book_levels = 4096

[journal]
path = $LAB_DIR/journal

[venue sim]
id = 1
dialect = sim
host = 10.77.0.2
port = 9880
sender = TICKGATE
target = VENUE
heartbeat_s = 10
reset_on_logon = ${LAB_RESET:-yes}
backoff_min_ms = 100
backoff_max_ms = 2000

[instrument BTCUSDT]
id = 1
venue = sim
tick = 0.01
lot = 0.00001

[account main]
id = 1

[permit strategies]
id = 1
user = root
account = main
trade = yes
market_orders = yes

[limits firm]
max_order_qty = 1
max_order_notional = 100000
max_position = 2
collar_bps = 100
max_open_orders = 50
rate_per_s = 5000
rate_burst = 1000

[limits account main]
max_order_qty = 1
max_order_notional = 100000
max_position = 2
collar_bps = 100
max_open_orders = 50
rate_per_s = 5000
rate_burst = 1000

[limits instrument BTCUSDT]
max_order_qty = 1
max_order_notional = 100000
max_position = 2
collar_bps = 100
max_open_orders = 50
rate_per_s = 5000
rate_burst = 1000

[feed sim-a]
id = 1
venue = sim
interface = tg0
address = 239.77.0.1
port = 30001

[xdp]
object = $LAB_BUILD/bpf/tickgate_xdp.bpf.o
mode = native
# emulated CPUs lose the host for milliseconds at a time: the safety timer must not beat the engine to the packet
gro_flush_timeout_ns = 50000000
END
	local e
	for e in "$@"; do sed -i "$e" "$LAB_DIR/tickgated.conf"; done
}

# lab_daemon [ARGS...]: sets LAB_DAEMON_PID; returns when the engine runs.
lab_daemon()
{
	"$LAB_DAEMON" --config "$LAB_DIR/tickgated.conf" "$@" >>"$LAB_DIR/tickgated.log" 2>&1 &
	LAB_DAEMON_PID=$!
	lab_wait 60 lab_running || { tail -20 "$LAB_DIR/tickgated.log" >&2; return 1; }
}

lab_running() { tgctl status --json | grep -q '"running": *true'; }
lab_session_up() { tgctl session --json | grep -q '"state": *"up"'; }
lab_book_live() { tgctl book BTCUSDT --json | grep -q '"state": *"live"'; }

# lab_same_book JUDGE: while the venue pauses, is our book its book? JUDGE compares book-ours.json and book-venue.json in a directory.
lab_same_book()
{
	lab_ctl pause >/dev/null
	sleep 0.5
	lab_ctl book BTCUSDT 10 >"$LAB_DIR/book-venue.json"
	tgctl book BTCUSDT --depth 10 --json >"$LAB_DIR/book-ours.json"
	lab_ctl resume >/dev/null
	/usr/bin/python3 -IS "$1" "$LAB_DIR"
}
lab_ready()
{
	lab_wait "${1:-30}" lab_session_up || { echo "lab: session is not up" >&2; tail -20 "$LAB_DIR/tickgated.log" >&2; return 1; }
	lab_wait "${1:-30}" lab_book_live || { echo "lab: book is not live" >&2; tgctl book BTCUSDT >&2; return 1; }
}

# lab_stop NAME PID: TERM, then wait for it; its exit status
lab_stop()
{
	kill -TERM "$2" 2>/dev/null
	wait "$2"
}

lab_down()
{
	[ -z "${LAB_DAEMON_PID:-}" ] || lab_stop daemon "$LAB_DAEMON_PID"
	[ -z "${LAB_VENUE_PID:-}" ] || lab_stop venue "$LAB_VENUE_PID"
	LAB_DAEMON_PID='' LAB_VENUE_PID=''
	ip link del tg0 2>/dev/null
	ip netns del tgex 2>/dev/null
	[ ! -e /sys/module/tickgate ] || rmmod tickgate
}

# Nothing that the kernel should never have to say; on a debug kernel also no leak, and its checks still at work.
lab_dmesg_clean()
{
	kernel_log_clean "" && kernel_no_leaks
}
