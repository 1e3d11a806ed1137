#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""judge.py DIR TG-REPLAY: what the venue logged against what the journals hold, after a soak.

From the venue's log (QuickFIX writes it) come the messages it received and sent; from the journals those that the gateway sent (replayed) and those that
came in (records of type TCP_RX). TAP on standard output."""
import os
import re
import struct
import subprocess
import sys
from pathlib import Path

SOH = b"\x01"
IN_ENGINE, IN_TCP_UP, IN_TCP_RX, IN_TCP_DOWN = 1, 4, 5, 6
ADMIN = {b"0", b"1", b"2", b"3", b"4", b"5", b"A"}

checks = int(os.environ.get("TAP_N", "0"))	# goes on counting where the guest stopped
failed = 0


def check(name, good, detail=""):
    global checks, failed
    checks += 1
    print(f"{'ok' if good else 'not ok'} {checks} - {name}")
    if not good:
        failed += 1
    if detail:
        for line in str(detail).splitlines()[:12]:
            print("# " + line)


def fields(msg):
    """First value of each tag: enough for headers and for what identifies a message."""
    out = {}
    for f in msg.split(SOH):
        tag, eq, value = f.partition(b"=")
        if eq:
            out.setdefault(tag, value)
    return out


def frames(stream):
    """Whole messages of a byte stream; a cut one at the end is left out."""
    pos = 0
    head = re.compile(rb"8=FIX[^\x01]{1,8}\x019=(\d+)\x01")
    while True:
        m = head.match(stream, pos)
        if not m:
            nxt = stream.find(b"8=FIX", pos + 1)
            if nxt < 0:
                return
            pos = nxt
            continue
        end = m.end() + int(m.group(1)) + 7
        if end > len(stream):
            nxt = stream.find(b"8=FIX", pos + 1)
            if nxt < 0:
                return
            pos = nxt
            continue
        if not re.fullmatch(rb"10=\d{3}\x01", stream[end - 7:end]):
            pos = stream.find(b"8=FIX", pos + 1)
            if pos < 0:
                return
            continue
        yield stream[pos:end]
        pos = end


def records(path):
    data = path.read_bytes()
    pos = 0
    while pos + 32 <= len(data):
        seq, _, _, length, kind, source = struct.unpack_from("<QQQIHH", data, pos)
        end = pos + 32 + length
        if end > len(data):
            return
        yield seq, kind, source, data[pos + 32:end]
        pos += 32 + (length + 7) // 8 * 8


def venue_log(path):
    received, sent = [], []
    for line in path.read_bytes().split(b"\n"):
        parts = line.split(b" ", 3)
        if len(parts) == 4 and parts[1] == b"in":
            received.append(parts[3])
        elif len(parts) == 4 and parts[1] == b"out":
            sent.append(parts[3])
    return received, sent


def journal_received(paths):
    """Messages per transport, in order. A continuation may repeat records of the file before."""
    out, stream, last = [], bytearray(), 0
    for p in paths:
        for seq, kind, _, payload in records(p):
            if kind == IN_ENGINE:
                last = 0
            elif seq <= last:
                continue
            last = seq
            if kind == IN_TCP_RX:
                stream += payload
            elif kind in (IN_TCP_UP, IN_TCP_DOWN, IN_ENGINE):
                out.extend(frames(bytes(stream)))
                stream = bytearray()
    out.extend(frames(bytes(stream)))
    return out


def journal_sent(replay, paths):
    done = subprocess.run([replay, "--fix", *map(str, paths)], stdout=subprocess.PIPE, check=False)
    out = []
    for line in done.stdout.splitlines():
        m = re.match(rb"\d+ \d+ venue \d+ (8=.*)$", line)
        if m:
            out.append(m.group(1).replace(b"|", SOH))
    return done.returncode, out


def fresh(f):
    return f.get(b"43") != b"Y"


def main():
    if len(sys.argv) != 3 or sys.argv[1].startswith("-"):
        print(__doc__, file=sys.stderr)
        return 0 if "--help" in sys.argv else 2
    d = Path(sys.argv[1])
    paths = sorted((d / "journal").glob("*.tgj"))
    received, sent = venue_log(d / "venue.fix")
    status, ours = journal_sent(sys.argv[2], paths)
    check("every journal replays to equal digests", status == 0)

    # 1. No number of ours twice.
    used, twice = {}, []
    for m in received:
        f = fields(m)
        if b"34" not in f or not fresh(f):
            continue
        n = int(f[b"34"])
        if n in used and used[n] != m:
            twice.append(f"{n}: {used[n][:120]} and {m[:120]}")
        elif n in used:
            twice.append(f"{n}: the same bytes twice")
        used[n] = m
    check(f"the venue saw each of {len(used)} sequence numbers once", used and not twice, "\n".join(twice))
    mine, mine_twice = {}, []
    for m in ours:
        f = fields(m)
        if not fresh(f):
            continue
        n = int(f[b"34"])
        if n in mine:
            mine_twice.append(f"{n}: {mine[n][:120]} and {m[:120]}")
        mine[n] = m
    check(f"the journals give each of {len(mine)} sequence numbers once", mine and not mine_twice, "\n".join(mine_twice))

    # 2. What both know is the same, byte for byte; what only the venue knows was lost with a module's memory.
    other = [n for n in used if n in mine and used[n] != mine[n]]
    check("messages at the venue are those of the journals, byte for byte", not other,
          "\n".join(f"{n}: {used[n]} / {mine[n]}" for n in other[:3]))
    only_venue = [n for n in used if n not in mine]
    print(f"# {len(only_venue)} messages at the venue are in no journal: sent after the last record that a killed daemon wrote")

    # 3. Orders at the venue once.
    ids, doubled = set(), []
    for m in received:
        f = fields(m)
        if f.get(b"35") in (b"D", b"F", b"G"):
            if f[b"11"] in ids and fresh(f):
                doubled.append(f[b"11"])
            ids.add(f[b"11"])
    check(f"each of {len(ids)} order requests reached the venue once", ids and not doubled, doubled[:5])

    # 4. Everything the venue reported has arrived: first time or sent again.
    got = journal_received(paths)
    have = {fields(m).get(b"17") for m in got if b"\x0135=8\x01" in m}
    want = [fields(m)[b"17"] for m in sent if b"\x0135=8\x01" in m]
    lost = [w for w in dict.fromkeys(want) if w not in have]
    check(f"none of {len(set(want))} execution reports was lost", want and not lost, f"lost: {lost[:10]}" if lost else "")

    # 5. In sequence: numbers in the journal, PossDup aside, never go down within one session life, and the venue's numbers are all accounted for.
    seen, rx_twice = set(), []
    for m in got:
        f = fields(m)
        if fresh(f) and f.get(b"35") not in ADMIN:
            key = (f[b"34"], f.get(b"17"), f.get(b"262"))
            if key in seen and f.get(b"35") == b"8":
                rx_twice.append(key)
            seen.add(key)
    check("no report came twice without PossDup", not rx_twice, rx_twice[:5])
    resent = sum(1 for m in got if not fresh(fields(m)))
    print(f"# {len(received)} messages in the venue's log from us, {len(sent)} to us, {len(got)} in the journals, {resent} of them sent again")
    print(f"1..{checks}")
    return 1 if failed else 0


sys.exit(main())
