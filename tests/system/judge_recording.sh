#!/bin/bash
# SPDX-License-Identifier: MIT
# Host part: the module's journal, replayed with digests compared, against the recording's own ticker.
set -u
here=$(dirname "$0")
out=$1
build=${BUILD:-$(cd "$here/../.." && pwd -P)/build}
. "$here/tap.sh"

check "the venue published 564 tickers' update ids" is "$(wc -l <"$out/truth.txt")" 564
"$build/tests/system/ticker_check" "$out/truth.txt" "$out"/journal/*.tgj >"$out/ticker.txt"
rc=$?
note "$(cat "$out/ticker.txt")"
check "best bid and offer equal the recording's ticker at all of them, in the module" is $rc 0
check "tshark finds no fault in any message we sent" "$here/judge-fix" "$out"
command -v tshark >/dev/null || skip "tshark" "not installed; lengths and sums were counted"
finish plan
