#!/bin/bash
# SPDX-License-Identifier: MIT
# Host part: the journal of a gateway that was killed again and again under load replays, and every message that it sent is well formed, those cut off by a kill included.
set -u
here=$(dirname "$0")
out=$1
build=${BUILD:-$(cd "$here/../.." && pwd -P)/build}
. "$here/tap.sh"

check "journal replays to equal digests" "$build/tools/replay/tg-replay" "$out"/journal/*.tgj
check "tshark finds no fault in any message we sent" "$here/judge-fix" "$out"
command -v tshark >/dev/null || skip "tshark" "not installed; lengths and sums were counted"
finish plan
