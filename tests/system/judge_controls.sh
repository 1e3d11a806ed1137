#!/bin/bash
# SPDX-License-Identifier: MIT
# Host part: the journal, with every control that refused, busts and parents, has no hole and replays.
set -u
here=$(dirname "$0")
out=$1
build=${BUILD:-$(cd "$here/../.." && pwd -P)/build}
. "$here/tap.sh"

check "the daemon found no record missing" eval "! grep -q 'records are missing' '$out/tickgated.log'"
check "the journal replays to equal digests" "$build/tools/replay/tg-replay" "$out"/journal/*.tgj
finish plan
