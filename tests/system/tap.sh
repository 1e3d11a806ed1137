# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# TAP for shell tests. check "what" COMMAND...: ok when it succeeds. In the guest `finish`; on the host, which comes last, `finish plan`.
tap_n=${TAP_N:-0} tap_bad=0
check()
{
	local what=$1
	shift
	tap_n=$((tap_n + 1))
	if "$@"; then
		echo "ok $tap_n - $what"
	else
		echo "not ok $tap_n - $what"
		tap_bad=$((tap_bad + 1))
	fi
}
skip() { tap_n=$((tap_n + 1)); echo "ok $tap_n - $1 # SKIP $2"; }
note() { echo "# $*"; }
# bail WHY: nothing after this can work
bail() { tap_n=$((tap_n + 1)); echo "not ok $tap_n - $1"; exit 1; }
finish() { [ "${1:-}" != plan ] || echo "1..$tap_n"; [ $tap_bad -eq 0 ]; }
is() { [ "$1" = "$2" ] || { echo "# got '$1', expected '$2'"; return 1; }; }
at_least() { [ "${1:-0}" -ge "$2" ] || { echo "# got '${1:-}', expected at least $2"; return 1; }; }
