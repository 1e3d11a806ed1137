#!/bin/bash
# SPDX-License-Identifier: MIT
# test_program.sh TGCTL WRITE_JOURNAL: exit statuses, JSON that parses, journal verify and print. Needs no module.
set -u
tgctl=$1
write=$2
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
n=0
failed=0

check()	# NAME COMMAND...
{
	local name=$1
	shift
	n=$((n + 1))
	cp "$dir/out" "$dir/last" 2>/dev/null	# what the command before said
	if "$@" >"$dir/out" 2>&1; then
		echo "ok $n - $name"
	else
		failed=1
		echo "not ok $n - $name"
		sed 's/^/# /' "$dir/out"
	fi
}
status() { local want=$1; shift; "$@"; [ $? -eq "$want" ]; }
json() { "$@" >"$dir/json"; python3 -c 'import json, sys
for line in open(sys.argv[1]):
    json.loads(line)
sys.exit(not open(sys.argv[1]).read())' "$dir/json"; }

"$write" "$dir/whole.tgj"
"$write" "$dir/a.tgj" 1 5
"$write" "$dir/b.tgj" 4 10
"$write" "$dir/changed.tgj" 1 10 537
commands="status book orders parents positions counters latency session clients kill resume events feed fix journal record play plot checkpoint version"

check "no command exits 2" status 2 "$tgctl"
check "an unknown command exits 2" status 2 "$tgctl" frobnicate
check "--help exits 0" status 0 "$tgctl" --help
check "--version exits 0" status 0 "$tgctl" --version
for c in $commands; do
	check "$c --help exits 0" status 0 "$tgctl" "$c" --help
	check "$c with an unknown option exits 2" status 2 "$tgctl" "$c" --frobnicate
	check "$c is in the manual page" grep -q "^\.It Ic $c" "$(dirname "$0")/../../../docs/man/tgctl.1"
done
check "book without a symbol exits 2" status 2 "$tgctl" book
check "book of a symbol and a product exits 2" status 2 "$tgctl" book X --product Y
check "book --once --watch exits 2" status 2 "$tgctl" book X --once --watch
check "book --product --json exits 2" status 2 "$tgctl" book --product X --json
check "book --depth 17 exits 2" status 2 "$tgctl" book X --depth 17
check "book check --help exits 0" status 0 "$tgctl" book check --help
check "book check without a venue exits 2" status 2 "$tgctl" book check x
check "book check of an unknown venue exits 2" status 2 "$tgctl" book check --venue nasdaq x
check "book check --faults frob exits 2" status 2 "$tgctl" book check --venue binance x --faults drop,frob
check "book check --seed x exits 2" status 2 "$tgctl" book check --venue binance x --seed x
check "book check --udp of kraken exits 2" status 2 "$tgctl" book check --venue kraken --udp x
check "book check of no file exits 1" status 1 "$tgctl" book check --venue kraken "$dir/none"
printf '1.5: [1,{"as":[["2.0","1.0"]],"bs":[["1.0","1.0"]]},"book-10","A/B"]\n1.6: [1,{"a":[["x","1.0"]],"c":"1"},"book-10","A/B"]\n' >"$dir/bad.log"
check "book check of a malformed line exits 1" status 1 "$tgctl" book check --venue kraken "$dir/bad.log"
check "and names file and line" grep -q "bad.log:2: a price" "$dir/last"
printf '1.5: [1,{"as":[["2.0","1.0"]],"bs":[["1.0","1.0"]]},"book-10","A/B"]\n1.6: [1,{"a":[["2.0","3.0"]],"c":"1"},"book-10","A/B"]\n' >"$dir/wrong.log"
check "book check of a checksum that is wrong exits 1" status 1 "$tgctl" book check --venue kraken "$dir/wrong.log"
check "and shows both books" grep -q "^  venue" "$dir/last"
check "book check --journal of two recordings exits 2" status 2 "$tgctl" book check --venue kraken --journal "$dir/j" x y
# Eight updates of a small book, with checksums of their own making.
market() { python3 - "$1" <<'END'
import sys, zlib
book = {"a": {200: 5, 201: 7}, "b": {199: 4, 198: 6}}
def text(v): return "%d.%02d" % (v // 100, v % 100)
def crc():
    out = ""
    for side, way in (("a", 1), ("b", -1)):
        for px in sorted(book[side], key=lambda p: p * way)[:10]:
            out += str(px) + str(book[side][px])
    return zlib.crc32(out.encode())
def levels(side): return ",".join('["%s","%s","1.0"]' % (text(p), text(q)) for p, q in book[side].items())
with open(sys.argv[1], "w") as f:
    f.write('1.0: [1,{"as":[%s],"bs":[%s]},"book-10","A/B"]\n' % (levels("a"), levels("b")))
    for n, (side, px, q) in enumerate([("a", 202, 1), ("b", 197, 2), ("a", 200, 9), ("b", 199, 0), ("a", 203, 3), ("a", 200, 0), ("b", 196, 8), ("b", 198, 1)]):
        if q: book[side][px] = q
        else: del book[side][px]
        f.write('%d.5: [1,{"%s":[["%s","%s","1.0"]],"c":"%d"},"book-10","A/B"]\n' % (n + 2, side, text(px), text(q), crc()))
END
}
market "$dir/market.log"
check "book check compares every checksum" status 0 "$tgctl" book check --venue kraken "$dir/market.log" --journal "$dir/market.tgj"
check "and says so" grep -q "market.log: 8 compared, 8 equal" "$dir/last"
check "book check --json" json "$tgctl" book check --venue kraken "$dir/market.log" --faults bytes,length --json
check "its journal verifies" status 0 "$tgctl" journal verify "$dir/market.tgj"
check "play without an address exits 2" status 2 "$tgctl" play x
check "play --speed 0 exits 2" status 2 "$tgctl" play x --to 127.0.0.1:9 --speed 0
check "play to a name exits 1" status 1 "$tgctl" play "$dir/market.tgj" --to localhost:9
check "play of a journal without datagrams exits 1" status 1 "$tgctl" play "$dir/market.tgj" --to 127.0.0.1:9 --speed max
check "record without an output exits 2" status 2 "$tgctl" record x
check "record of nothing exits 2" status 2 "$tgctl" record -o "$dir/r"
check "record of journals and network exits 2" status 2 "$tgctl" record -o "$dir/r" --udp 127.0.0.1:9 x
check "record of an unknown venue exits 1" status 1 "$tgctl" record -o "$dir/r" "$dir/market.tgj" --venue nasdaq
check "and leaves no file" status 1 test -e "$dir/r"
check "record of a venue" status 0 "$tgctl" record -o "$dir/r.tgj" "$dir/market.tgj" --venue kraken
check "what it wrote verifies" status 0 "$tgctl" journal verify "$dir/r.tgj"
check "record does not overwrite" status 1 "$tgctl" record -o "$dir/r.tgj" "$dir/market.tgj"
# Datagrams: recorded from the network while two are sent, played to a second recorder, equal in the end.
udp() { "$tgctl" record -o "$1" --udp "127.0.0.1:$2" --count "$3" --seconds 20 --symbols A/B 2>"$dir/udp.err" & recorder=$!
	for _ in $(seq 100); do grep -q listening "$dir/udp.err" && break; sleep 0.1; done; }
udp "$dir/u1.tgj" 47811 3
python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for i in range(3): s.sendto(b"8=FIX.4.4\x019=5\x0135=0\x0110=%03d\x01" % (i + 161), ("127.0.0.1", 47811))'
check "record --udp ends after --count" wait "$recorder"
check "what it wrote verifies" status 0 "$tgctl" journal verify "$dir/u1.tgj"
udp "$dir/u2.tgj" 47812 6
check "play sends them twice" status 0 "$tgctl" play "$dir/u1.tgj" --to 127.0.0.1:47812 --speed 100 --loops 2
check "and counts" grep -q "^6 datagrams" "$dir/last"
check "all of them arrive" wait "$recorder"
check "unchanged" bash -c "diff <('$tgctl' journal print --type UDP '$dir/u1.tgj' | sed 's/.*8=FIX/8=FIX/') <('$tgctl' journal print --type UDP '$dir/u2.tgj' | sed 's/.*8=FIX/8=FIX/' | head -3)"
check "plot without a directory exits 2" status 2 "$tgctl" plot x
check "plot of an unknown instrument exits 1" status 1 "$tgctl" plot "$dir/market.tgj" -o "$dir/p0" --instrument X --tables
check "plot --tables" status 0 "$tgctl" plot "$dir/market.tgj" -o "$dir/p1" --every 0 --tables
check "a row for the snapshot and each change" bash -c "[ \$(grep -vc '^#' '$dir/p1/A-B-1.tsv') -eq 9 ]"
check "spread and depth of the last" bash -c "tail -1 '$dir/p1/A-B-1.tsv' | grep -qP '\t1.98\t0.01\t2.01\t0.07\t0.03\t0.11\t0.11\t3\t3\$'"
if type gnuplot >/dev/null 2>&1; then
	check "plot draws" status 0 "$tgctl" plot "$dir/market.tgj" -o "$dir/p2"
	check "1280 by 720" bash -c "file '$dir/p2/A-B-1.spread.png' | grep -q '1280 x 720' && file '$dir/p2/A-B-1.depth.png' | grep -q '1280 x 720'"
else
	n=$((n + 1)); echo "ok $n - plot draws # SKIP no gnuplot"
fi
check "plot without gnuplot exits 1" status 1 env PATH="$dir" "$tgctl" plot "$dir/market.tgj" -o "$dir/p3"
check "and says what is missing" grep -q gnuplot-nox "$dir/last"
check "kill without a reason exits 2" status 2 "$tgctl" kill
check "kill with a reason too long exits 2" status 2 "$tgctl" kill --reason "$(printf 'x%.0s' {1..64})"
check "resume without a name exits 2" status 2 "$tgctl" resume --reason x
check "session set-seq without numbers exits 2" status 2 "$tgctl" session set-seq v
check "session frob exits 2" status 2 "$tgctl" session frob v
check "journal without files exits 2" status 2 "$tgctl" journal verify
check "journal print --type X exits 2" status 2 "$tgctl" journal print --type X "$dir/whole.tgj"

check "journal verify" status 0 "$tgctl" journal verify "$dir/whole.tgj"
check "says how many" grep -q '^10 records replayed, digests equal' "$dir/last"
check "journal verify of two files that overlap" status 0 "$tgctl" journal verify "$dir/a.tgj" "$dir/b.tgj"
check "says how many" grep -q '^10 records replayed, digests equal' "$dir/last"
check "journal verify in the wrong order exits 1" status 1 "$tgctl" journal verify "$dir/b.tgj" "$dir/a.tgj"
check "journal verify of a changed journal exits 1" status 1 "$tgctl" journal verify "$dir/changed.tgj"
check "and says which record" grep -q '^DIFFERENT at record [0-9]*, type [A-Z]*' "$dir/last"
check "journal verify of no journal exits 1" status 1 "$tgctl" journal verify /etc/passwd
check "journal verify --json" json "$tgctl" journal verify --json "$dir/whole.tgj"
check "journal verify --json of a changed one" json "$tgctl" journal verify --json "$dir/changed.tgj"
check "journal verify --json of none" json "$tgctl" journal verify --json "$dir/b.tgj"
check "journal print" status 0 "$tgctl" journal print "$dir/whole.tgj"
check "prints FIX with bars" grep -q 'TCP_RX 1 [0-9]* 8=FIX.4.4|9=5|35=0|10=161|' "$dir/last"
check "journal print --outputs" status 0 "$tgctl" journal print --outputs "$dir/whole.tgj"
check "shows the Logon" grep -q -- '-> venue 1 8=FIX.4.4|9=[0-9]*|35=A|' "$dir/last"
check "journal print --json" json "$tgctl" journal print --json "$dir/whole.tgj"
check "journal print --json --outputs" json "$tgctl" journal print --json --outputs "$dir/whole.tgj"
check "--from and --count" bash -c "'$tgctl' journal print --from 3 --count 2 '$dir/whole.tgj' | wc -l | grep -qx 2"
check "version --json" json "$tgctl" version --json
# sequence numbers on disk; the daemon's lock is looked for in a directory of our own
export TICKGATE_RUNDIR="$dir/run"
mkdir "$dir/run"
lease() { printf 'tickgate session 1\nvenue sim\nsender GW\ntarget VENUE\ntx %s\nrx %s\nbound %s\nperiod 0\nclean %s\nend\n' "$@" >"$dir/session-sim.lease"; }
lease 10 20 65546 0
check "session --offline" status 0 "$tgctl" session --offline "$dir"
check "a session that crashed goes on at its bound" grep -q '^sim .* 65546 .* 20 .*crashed' "$dir/last"
check "session --offline --json" json "$tgctl" session --offline "$dir" --json
check "set-seq --offline below the bound exits 1" status 1 "$tgctl" session set-seq sim --tx 11 --offline "$dir"
check "and says which number is safe" grep -q 'below 65546' "$dir/last"
check "set-seq --offline" status 0 "$tgctl" session set-seq sim --tx 70000 --rx 5 --offline "$dir"
check "is on disk" grep -qx 'tx 70000' "$dir/session-sim.lease"
check "as exact numbers" grep -qx 'clean 1' "$dir/session-sim.lease"
check "and in the audit log" grep -q 'venue sim: tx 65546 to 70000, rx 20 to 5, offline' "$dir/session-audit.log"
check "set-seq --offline --force may go back" status 0 "$tgctl" session set-seq sim --tx 1 --force --offline "$dir"
check "set-seq --offline of no session exits 1" status 1 "$tgctl" session set-seq nobody --tx 1 --offline "$dir"
check "logout --offline exits 2" status 2 "$tgctl" session logout sim --offline "$dir"
check "--force without --offline exits 2" status 2 "$tgctl" session set-seq sim --tx 1 --force
echo damaged >"$dir/session-sim.lease"
check "a damaged file exits 1" status 1 "$tgctl" session --offline "$dir"
check "set-seq of a damaged file exits 1" status 1 "$tgctl" session set-seq sim --tx 5 --rx 6 --offline "$dir"
check "and is written anew when all is given" status 0 "$tgctl" session set-seq sim --tx 5 --rx 6 --sender GW --target VENUE --force --offline "$dir"
check "to be read again" status 0 "$tgctl" session --offline "$dir"
exec 9>"$dir/run/lock"
flock -n 9
check "refused while the daemon has its lock" status 1 "$tgctl" session set-seq sim --tx 9 --offline "$dir"
check "and says so" grep -q 'tickgated runs' "$dir/last"
exec 9>&-

if [ ! -e /sys/module/tickgate ]; then
	for c in status orders parents positions counters latency session clients events checkpoint "book X" "kill --reason x" "resume --who x --reason x"; do
		# shellcheck disable=SC2086
		check "$c without the module exits 1" status 1 "$tgctl" $c
		check "and says so" grep -q 'module is not loaded' "$dir/last"
	done
fi
echo "1..$n"
exit $failed
