#!/bin/bash
# SPDX-License-Identifier: MIT
# Host part: the journal of the burst, replayed, comes to the same digests.
set -u
here=$(dirname "$0")
out=$1
build=${BUILD:-$(cd "$here/../.." && pwd -P)/build}
. "$here/tap.sh"

"$build/tools/replay/tg-replay" "$out"/journal/*.tgj >"$out/replay.txt" 2>&1
rc=$?
note "$(tail -n 2 "$out/replay.txt" | paste -sd' ')"
check "the journal replays to equal digests" is $rc 0
finish plan
