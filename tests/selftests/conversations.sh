#!/bin/bash
# SPDX-License-Identifier: MIT
# The FIX conversations of tests/conform with the engine in the kernel. KTAP.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd -P)
run=${BUILD:-$top/build}/tests/conform/run_module
[ -x "$run" ] || { echo "1..0 # SKIP $run is not built"; exit 4; }
exec "$run" "$top"/tests/conform/*/*.fix
