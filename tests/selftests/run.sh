#!/bin/bash
# SPDX-License-Identifier: MIT
# Runs the selftests on this kernel: loads the module if it is not there, then each program; the kernel's log is part of each verdict. KTAP.
# usage: run.sh [--list | --help | --version | PROGRAM...]
set -u
dir=$(cd "$(dirname "$0")" && pwd -P)
top=$(cd "$dir/../.." && pwd -P)
build=${BUILD:-$top/build}
bin=${SELFTESTS_BIN:-$build/tests/selftests}
module=${MODULE:-${TG_MODULE:-$build/kmod/tickgate.ko}}
programs="load.sh ioctl netlink mmap hostile slow subscribe images journal trade churn conversations.sh mirrored.sh strategies.sh"
# shellcheck source=settings
timeout=60 && . "$dir/settings"
# shellcheck source=tools/vm/oracle.sh
. "$top/tools/vm/oracle.sh"
timeout=$((timeout * ${TG_SLOW:-1}))

case ${1-} in
--list) echo "$programs"; exit 0 ;;
--help) sed -n 's/^# usage/usage/p' "$0"; exit 0 ;;
--version) echo "selftests (tickgate) $(cat "$top/VERSION")"; exit 0 ;;
-*) sed -n 's/^# usage/usage/p' "$0" >&2; exit 2 ;;
esac
[ $# -eq 0 ] || programs=$*

echo "KTAP version 1"
[ "$(id -u)" = 0 ] || { echo "1..0 # SKIP needs root"; exit 4; }
loaded_here=0
if [ ! -d /sys/module/tickgate ]; then
	[ -e "$module" ] || { echo "1..0 # SKIP the module is not loaded and $module is not built"; exit 4; }
	insmod "$module" || { echo "not ok 1 insmod $module"; exit 1; }
	loaded_here=1
fi

n=0 failed=0
for p in $programs; do
	mark="selftest $p $$ $RANDOM"
	echo "$mark" >/dev/kmsg
	echo "# --- $p"
	case $p in
	*.sh) cmd=$dir/$p ;;
	*) cmd=$bin/$p ;;
	esac
	SELFTESTS_BIN=$bin MODULE=$module timeout -k 5 "$timeout" "$cmd" </dev/null | grep -v '^KTAP version'
	rc=${PIPESTATUS[0]}
	n=$((n + 1))
	case $rc in
	0) echo "ok $n $p" ;;
	4) echo "ok $n # SKIP $p" ;;
	124) echo "not ok $n $p: no end after $timeout s"; failed=1 ;;
	*) echo "not ok $n $p: exit status $rc"; failed=1 ;;
	esac
	n=$((n + 1))
	if kernel_log_clean "$mark"; then
		echo "ok $n $p: nothing in the kernel's log"
	else
		echo "not ok $n $p: the kernel complained"
		failed=1
	fi
done
if [ $loaded_here = 1 ]; then
	n=$((n + 1))
	if rmmod tickgate; then echo "ok $n unloaded"; else echo "not ok $n unloaded"; failed=1; fi
fi
n=$((n + 1))
if kernel_no_leaks; then echo "ok $n no memory leaked"; else echo "not ok $n no memory leaked"; failed=1; fi
exit $failed
