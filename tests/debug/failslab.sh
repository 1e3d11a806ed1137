#!/bin/bash
# SPDX-License-Identifier: MIT
# Memory that runs out at every place, one after the other (failnth.c), in a guest with the debug kernel: refused or done, nothing leaked,
# nothing in the kernel's log, the module gone in the end. KTAP.
# usage: failslab.sh [--help | --version]      environment: MODULE or TG_MODULE, the module's file
set -u
dir=$(cd "$(dirname "$0")" && pwd -P)
top=$(cd "$dir/../.." && pwd -P)
build=${BUILD:-$top/build}
export MODULE=${MODULE:-${TG_MODULE:-$build/debug/kmod/tickgate.ko}}
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
# shellcheck source=tools/vm/oracle.sh
. "$top/tools/vm/oracle.sh"

case ${1-} in
"") ;;
--help) sed -n 's/^# usage/usage/p' "$0"; exit 0 ;;
--version) echo "failslab (tickgate) $(cat "$top/VERSION")"; exit 0 ;;
*) sed -n 's/^# usage/usage/p' "$0" >&2; exit 2 ;;
esac
if [ ! -w /proc/self/fail-nth ] || [ ! -d /sys/kernel/debug/failslab ]; then
	echo "1..0 # SKIP no fault injection in this kernel"
	exit 4
fi

# Which allocations count: all, those too that may wait and single pages. verbose: no trace in the log for each failure.
set_knob() { echo "$2" >"/sys/kernel/debug/$1" || { echo "1..0 # SKIP $1 cannot be set"; exit 4; }; }
for kind in failslab fail_page_alloc fail_usercopy; do
	set_knob $kind/verbose 0
done
set_knob failslab/ignore-gfp-wait N
set_knob fail_page_alloc/ignore-gfp-wait N
set_knob fail_page_alloc/ignore-gfp-highmem N
set_knob fail_page_alloc/min-order 0

bad=0
n=0
# verdict TEXT COMMAND...
verdict()
{
	local text=$1
	shift
	n=$((n + 1))
	if "$@"; then echo "ok $n $text"; else echo "not ok $n $text"; bad=1; fi
}
# ways: the program's results, counted on
ways()
{
	local line status

	while read -r line; do
		case $line in
		"ok "* | "not ok "*)
			n=$((n + 1))
			status=${line%%ok *}ok
			[ "$status" = ok ] || bad=1
			line=${line#*ok }
			echo "$status $n ${line#* }" ;;
		"KTAP version"* | 1..*) ;;
		*) echo "$line" ;;
		esac
	done < <(env "$@" "$build/tests/debug/failnth" || echo "not ok 0 the program ended with status $?")
}

echo "KTAP version 1"
# While a module loads, the kernel's own trace events warn of what they had no memory for (trace_events.c of 6.12): there only
# what says more than that counts.
all_trouble=${kernel_trouble/Call Trace:|/}	# the allocator shows where it failed, which is no fault here
kernel_trouble=${all_trouble/WARNING:|/}
ways ONLY_LOAD=1
verdict "nothing but the kernel's own warnings while it loads" kernel_log_clean ""
dmesg --clear
kernel_trouble=$all_trouble
ways
verdict "nothing in the kernel's log" kernel_log_clean ""
verdict "no memory leaked" kernel_no_leaks
echo "1..$n"
exit $bad
