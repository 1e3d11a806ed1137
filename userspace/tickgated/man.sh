#!/bin/sh
# SPDX-License-Identifier: MIT
# man.sh TICKGATED PAGE [--write]: compares the keys in tickgated.conf(5) with what the program says; --write puts them there.
set -eu
new=$(mktemp)
trap 'rm -f "$new"' EXIT
{
	sed -n '1,/^\.\\" BEGIN/p' "$2"
	"$1" --help-config --man
	sed -n '/^\.\\" END/,$p' "$2"
} >"$new"
if [ "${3:-}" = --write ]; then
	cat "$new" >"$2"
else
	diff -u "$2" "$new" || { echo "keys in $2 are not those of the program: $0 $1 $2 --write" >&2; exit 1; }
fi
