#!/bin/bash
# SPDX-License-Identifier: MIT
# Loading and unloading, a hundred times; unloading is refused while an fd, a client, a mapping or an XDP program holds the module, and
# stops a running engine itself when nothing does. KTAP. MODULE and BPF_OBJECT say what to load.
set -u
dir=$(cd "$(dirname "$0")" && pwd -P)
top=$(cd "$dir/../.." && pwd -P)
build=${BUILD:-$top/build}
bin=${SELFTESTS_BIN:-$build/tests/selftests}
module=${MODULE:-${TG_MODULE:-$build/kmod/tickgate.ko}}
object=${BPF_OBJECT:-$build/bpf/tickgate_xdp.bpf.o}
bpftool=$(command -v bpftool || echo /usr/sbin/bpftool)
n=0 failed=0

case ${1-} in
"") ;;
--help) echo "usage: load.sh    loads and unloads $module (KTAP; needs root)"; exit 0 ;;
--version) echo "load.sh (tickgate) $(cat "$top/VERSION")"; exit 0 ;;
*) echo "usage: load.sh [--help | --version]" >&2; exit 2 ;;
esac

echo "KTAP version 1"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 4; }
[ -e "$module" ] || { echo "1..0 # SKIP $module is not built"; exit 4; }

check()
{
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n $2"
	else
		echo "not ok $n $2"
		failed=1
	fi
}

loaded()
{
	[ -d /sys/module/tickgate ]
}

was_loaded=0
if loaded; then
	was_loaded=1
	rmmod tickgate || { echo "1..0 # SKIP the module is in use"; exit 4; }
fi

good=0
for _ in $(seq 100); do
	insmod "$module" && [ -c /dev/tickgate0 ] && rmmod tickgate && [ ! -e /dev/tickgate0 ] && good=$((good + 1))
done
[ $good = 100 ]
check $? "loaded and unloaded 100 times ($good)"
insmod "$module"
check $? "loaded"
[ "$(stat -c '%a' /dev/tickgate0)" = 660 ]
check $? "the device has mode 0660"

# held WAY TEXT: unloading is refused while bin/hold has the device that way, and the device works after the refusal
held()
{
	local way=$1 text=$2 line=
	coproc HOLD { exec "$bin/hold" "$way"; }
	read -r -t 20 line <&"${HOLD[0]}"
	[ "$line" = held ]
	check $? "$text"
	local pid=$HOLD_PID fd=${HOLD[1]}
	! rmmod tickgate 2>/dev/null && loaded
	check $? "$text: unloading is refused"
	exec {fd}>&-
	wait "$pid"
	check $? "$text: let go"
}

held fd "an open file"
held client "an attached client"
held mmap "a mapping whose file is closed"

# an engine runs now (hold started it), and nothing holds the module
rmmod tickgate
check $? "unloading stops a running engine"
insmod "$module"
check $? "loaded again"

if [ -e "$object" ] && [ -x "$bpftool" ]; then
	mkdir -p /sys/fs/bpf/tg-selftest
	if "$bpftool" prog loadall "$object" /sys/fs/bpf/tg-selftest type xdp 2>/tmp/bpf-log.$$; then
		check 0 "an XDP program that calls tickgate_rx()"
		! rmmod tickgate 2>/dev/null && loaded
		check $? "an XDP program: unloading is refused"
		rm -f /sys/fs/bpf/tg-selftest/*
		for _ in $(seq 50); do
			rmmod tickgate 2>/dev/null && break
			sleep 0.1
		done
		! loaded
		check $? "an XDP program: unloaded when it is gone"
		insmod "$module"
	else
		sed 's/^/# /' /tmp/bpf-log.$$
		check 1 "an XDP program that calls tickgate_rx() loads"
	fi
	rm -f /tmp/bpf-log.$$
	rmdir /sys/fs/bpf/tg-selftest 2>/dev/null
else
	n=$((n + 1))
	echo "ok $n # SKIP $object or bpftool is missing"
fi

[ $was_loaded = 1 ] || rmmod tickgate
echo "1..$n"
exit $failed
