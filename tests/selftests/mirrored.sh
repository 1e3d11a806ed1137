#!/bin/bash
# SPDX-License-Identifier: MIT
# The acceptance scripts for acceptors, mirrored (tests/conform/mirror.py), with the engine in the kernel. KTAP.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd -P)
run=${BUILD:-$top/build}/tests/conform/run_module
data=$(realpath -m "${TG_DATA:-$top/../shared/data}")
[ -x "$run" ] || { echo "1..0 # SKIP $run is not built"; exit 4; }
# the system's own python: a version manager's wrapper takes half a minute in an emulated guest
exec /usr/bin/python3 "$top/tests/conform/mirror.py" "$run --whole" "$top/tests/conform/mirrored.tsv" "$data" "$(mktemp -d)"
