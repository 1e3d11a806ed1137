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
# the allocator shows where it failed, which is no fault here; a real one has more than a trace
kernel_trouble=${kernel_trouble/Call Trace:|/}
"$build/tests/debug/failnth" | tee /tmp/failnth.$$ || bad=1
n=$(grep -cE '^(not )?ok ' /tmp/failnth.$$)
grep -q '^not ok' /tmp/failnth.$$ && bad=1
rm -f /tmp/failnth.$$
n=$((n + 1))
if kernel_log_clean ""; then echo "ok $n nothing in the kernel's log"; else echo "not ok $n nothing in the kernel's log"; bad=1; fi
n=$((n + 1))
if kernel_no_leaks; then echo "ok $n no memory leaked"; else echo "not ok $n no memory leaked"; bad=1; fi
exit $bad
