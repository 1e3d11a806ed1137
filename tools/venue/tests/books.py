#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Market data of each dialect of tg-venue, read here by the venues' own rules: the book that comes of it must be the venue's. Prints TAP."""
import argparse
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
import zlib
from decimal import Decimal

SOH = "\x01"


def stamp():
    t = time.time()
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(t)) + ".%03d" % (int(t * 1000) % 1000)


def parse(raw):
    """Fields of one message as (tag, value); length and checksum recomputed."""
    start = raw.index(b"\x01", raw.index(b"\x019=") + 1) + 1
    end = raw.rindex(b"\x0110=") + 1
    assert int(raw[raw.index(b"\x019=") + 3:start - 1]) == end - start, raw[:200]
    assert raw[end:] == b"10=%03d\x01" % (sum(raw[:end]) % 256), raw[-30:]
    return [(int(t), v) for t, v in (f.split("=", 1) for f in raw.decode().rstrip(SOH).split(SOH))]


def split(buffer):
    """Whole messages at the front of a buffer, and the rest."""
    out = []
    while True:
        end = buffer.find(b"\x0110=")
        if end < 0 or len(buffer) < end + 8:
            return out, buffer
        out.append(parse(buffer[:end + 8]))
        buffer = buffer[end + 8:]


class M:
    def __init__(self, fields):
        self.kind = dict(fields)[35]
        self.head, self.entries, self.tail = {}, [], {}
        first = None
        for t, v in fields:
            if t == 268:
                first, self.head[t] = 0, v
            elif first is None:
                self.head[t] = v
            elif t in (5041, 10):
                self.tail[t] = v
            else:
                if first == 0:
                    first = t
                if t == first:
                    self.entries.append({})
                self.entries[-1][t] = v
        if 268 in self.head:
            assert len(self.entries) == int(self.head[268]), fields


class Venue:
    def __init__(self, path, *args):
        self.dir = tempfile.TemporaryDirectory()
        self.ctl = os.path.join(self.dir.name, "ctl")
        self.proc = subprocess.Popen([path, "--client", "GW", "--control", self.ctl] + list(args), stdout=subprocess.PIPE, text=True)
        line = self.proc.stdout.readline()
        assert line.startswith("ready fix="), line
        self.port = int(line.split("=")[1])
        self.control = socket.socket(socket.AF_UNIX)
        self.control.connect(self.ctl)
        self.reader = self.control.makefile()

    def cmd(self, text):
        self.control.sendall(text.encode() + b"\n")
        answer = self.reader.readline().rstrip("\n")
        assert answer.startswith("ok"), (text, answer)
        return answer[3:]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proc.terminate()
        self.proc.wait(10)
        self.proc.stdout.close()
        self.reader.close()
        self.control.close()
        self.dir.cleanup()


LOGON = {"sim": [], "binance": [(95, 1), (96, "x"), (553, "u"), (25035, 2)], "kraken": [], "deribit": [(96, "1.x"), (553, "u"), (554, "p")],
         "coinbase": [(95, 1), (96, "x"), (553, "u"), (554, "p"), (1137, 9)]}


class Peer:
    def __init__(self, port, dialect):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.begin, self.seq, self.buffer, self.queue = "FIXT.1.1" if dialect == "coinbase" else "FIX.4.4", 1, b"", []
        self.send("A", [(98, 0), (108, 30), (141, "Y")] + LOGON[dialect])
        assert self.next().kind == "A"

    def send(self, kind, fields):
        body = "".join("%s=%s\x01" % f for f in [(35, kind), (49, "GW"), (56, "VENUE"), (34, self.seq), (52, stamp())] + fields)
        raw = ("8=%s\x019=%d\x01" % (self.begin, len(body))).encode() + body.encode()
        self.sock.sendall(raw + b"10=%03d\x01" % (sum(raw) % 256))
        self.seq += 1

    def next(self, timeout=5):
        self.sock.settimeout(timeout)
        while not self.queue:
            try:
                data = self.sock.recv(1 << 20)
            except socket.timeout:
                return None
            assert data, "closed"
            out, self.buffer = split(self.buffer + data)
            self.queue += [M(f) for f in out]
        return self.queue.pop(0)

    def wait(self, kind):
        m = self.next()
        while m and m.kind != kind:
            m = self.next()
        assert m, "no 35=" + kind
        return m

    def rest(self):
        """All that comes until it is quiet."""
        out = []
        m = self.next(0.5)
        while m:
            out.append(m)
            m = self.next(0.5)
        return out


def digits(value, decimals):
    whole, _, part = format(Decimal(value), "f").partition(".")
    return (whole + part.ljust(decimals, "0")[:decimals]).lstrip("0")


class Book:
    """A receiver that keeps the rules of one dialect."""

    def __init__(self, dialect, by_order, px_decimals=2, qty_decimals=3):
        self.dialect, self.by_order = dialect, by_order
        self.decimals = (px_decimals, qty_decimals)
        self.side = {"0": {}, "1": {}}      # px: qty, or px: [[id, qty]...]
        self.last = self.rpt = None
        self.sums = self.fell = self.acks = self.parts = self.updates = 0
        self.loading = False

    def levels(self, side):
        book = self.side[side]
        out = [(px, sum(q for _, q in book[px]) if self.by_order else book[px]) for px in sorted(book, reverse=side == "0")]
        return [(px, q) for px, q in out if q]

    def order(self, e):
        px, q = Decimal(e[270]), self.side[e[269]]
        if e.get(279, "0") == "0":
            q.setdefault(px, []).append([e[278], Decimal(e[271])])
            return
        for i, o in enumerate(q.get(px, [])):
            if o[0] == e[278]:
                if e[279] == "2":
                    del q[px][i]
                else:
                    o[1] = Decimal(e[271])
                return
        assert e[279] == "1" and self.dialect == "coinbase", ("unknown order", e)

    def snapshot(self, m):
        if not self.loading:
            self.side = {"0": {}, "1": {}}
            self.parts = 0
        self.parts += 1
        self.loading = m.head.get(893) == "N"
        for e in m.entries:
            if self.by_order:
                self.order(e)
            else:
                self.side[e[269]][Decimal(e[270])] = Decimal(e[271])
        self.last = int(m.head.get(25044, 0))
        self.rpt = int(m.head.get(83, 0))
        self.check(m)

    def check(self, m):
        if 5041 not in m.tail:
            return
        text = ""
        for side in "10":
            for px, q in self.levels(side)[:10]:
                text += digits(px, self.decimals[0]) + digits(q, self.decimals[1])
        assert zlib.crc32(text.encode()) == int(m.tail[5041]), "checksum"
        self.sums += 1

    def apply(self, m):
        if self.dialect == "coinbase":
            self.rpt += 1
            assert int(m.head[83]) == self.rpt and len(m.entries) == 1, m.head
        first = m.entries[0]
        if first[269] == "2":
            return
        self.updates += 1
        if self.dialect in ("sim", "binance"):
            assert int(first[25043]) == self.last + 1, (first, self.last)
            assert all(25043 not in e and 55 not in e for e in m.entries[1:])
            self.last = int(first[25044])
        for e in m.entries:
            if self.by_order:
                if 278 not in e:
                    self.acks += 1
                    continue
                if self.dialect == "kraken":
                    assert e[5273].endswith("Z") and len(e[5273]) == 30, e
                self.order(e)
                continue
            px, book = Decimal(e[270]), self.side[e[269]]
            if self.dialect == "kraken":
                assert e[278] == ("B" if e[269] == "0" else "O") + e[270], e
            if e[279] == "2":
                assert (271 in e) == (self.dialect not in ("sim", "binance")), e
                self.fell += Decimal(e.get(271, "0")) > 0
                del book[px]
            else:
                assert (e[279] == "0") == (px not in book), e
                book[px] = Decimal(e[271])
        self.check(m)


def same_book(book, venue, depth=0):
    want = json.loads(venue.cmd("book BTCUSDT" + (" %d" % depth if depth else "")))
    for side, name in (("0", "bids"), ("1", "offers")):
        have = book.levels(side)[:depth or None]
        assert have == [(Decimal(p), Decimal(q)) for p, q in want[name]], (name, have[:3], want[name][:3])
    if book.by_order:
        queue = json.loads(venue.cmd("queue BTCUSDT"))
        for side, name in (("0", "bids"), ("1", "offers")):
            have = [[p, o[1], o[0]] for p in sorted(book.side[side], reverse=side == "0") for o in book.side[side][p]]
            assert have == [[Decimal(p), Decimal(q), i] for p, q, i in queue[name]], name


def subscribe(peer, dialect, by_order=False, depth=0, update=1, kind=1, req="1"):
    if dialect == "coinbase":
        return peer.send("V", [(262, req), (263, kind), (146, 1), (55, "BTCUSDT")])
    middle = [(266, "N" if by_order else "Y")] if dialect != "deribit" else []
    peer.send("V", [(262, req), (263, kind), (264, depth), (265, update)] + middle + [(267, 2), (269, 0), (269, 1), (146, 1), (55, "BTCUSDT")])


STREAMS = (("sim", False, 0), ("sim", True, 0), ("binance", False, 5000), ("kraken", False, 0), ("kraken", False, 10), ("kraken", True, 0),
           ("coinbase", True, 0), ("deribit", False, 0))
MARKET = ["--symbols", "BTCUSDT:0.01:0.001:60000", "--rate", "0", "--count", "1000", "--seed", "5"]


def test_streams(path):
    """every dialect over TCP: the book kept by its rules is the venue's, level by level and order by order"""
    for dialect, by_order, depth in STREAMS:
        with Venue(path, "--dialect", dialect, *MARKET) as v:
            v.cmd("pause")
            p = Peer(v.port, dialect)
            subscribe(p, dialect, by_order, depth)
            book = Book(dialect, by_order)
            book.snapshot(p.wait("W"))
            while book.loading:
                book.snapshot(p.wait("W"))
            v.cmd("step 300")
            for m in p.rest():
                assert m.kind == "X", m.head
                book.apply(m)
            assert book.updates >= 250, (dialect, by_order, book.updates)
            same_book(book, v, depth if dialect == "kraken" else 0)
            if dialect == "kraken":
                assert by_order or book.sums == book.updates + 1, book.sums
                assert (book.fell > 0) == (depth == 10), book.fell
            if dialect == "coinbase":
                assert book.acks > 5 and book.parts >= 1, (book.acks, book.parts)
            if dialect == "binance":
                p.send("V", [(262, "2"), (263, 1), (264, 5000), (266, "Y"), (267, 2), (269, 0), (269, 1), (146, 1), (55, "BTCUSDT")])
                assert p.wait("Y").head[281] == "2"
            p.send("V", [(262, "1"), (263, 2)])
            v.cmd("step 20")
            assert not p.rest(), "updates after the end of the subscription"


def test_full_refresh(path):
    """Deribit with 265=0: a whole W of 10 levels at every change"""
    with Venue(path, "--dialect", "deribit", *MARKET) as v:
        v.cmd("pause")
        p = Peer(v.port, "deribit")
        subscribe(p, "deribit", depth=10, update=0)
        v.cmd("step 50")
        got = p.rest()
        assert len(got) == 51 and all(m.kind == "W" and len(m.entries) == 20 for m in got), len(got)
        book = Book("deribit", False)
        book.snapshot(got[-1])
        same_book(book, v, 10)
        subscribe(p, "deribit", depth=7, update=0, req="2")
        assert p.wait("Y").head[281] == "5"


def test_reference(path):
    """security lists, definitions and trading status; orders are refused while nothing trades"""
    for dialect, tags in (("sim", {969: "0.01", 562: "0.001"}), ("kraken", {2349: "2", 5010: "3", 5022: "0.01"}), ("deribit", {231: "1", 969: "0.01"})):
        with Venue(path, "--dialect", dialect, *MARKET) as v:
            p = Peer(v.port, dialect)
            p.send("x", [(320, "L1"), (559, 4)])
            m = p.wait("y")
            assert m.head[320] == "L1" and m.head[146] == "1" and m.head[55] == "BTCUSDT", m.head
            for tag, value in tags.items():
                assert m.head[tag] == value, (dialect, tag, m.head)
            kind, ask = ("h", [(335, "S"), (336, "SESSION")]) if dialect == "kraken" else ("f", [(324, "S"), (55, "BTCUSDT")])
            p.send("g" if kind == "h" else "e", ask + [(263, 1)])
            tag, open_, halted = (340, "2", "1") if kind == "h" else (326, "17", "2")
            assert p.wait(kind).head[tag] == open_
            v.cmd("status BTCUSDT halted")
            assert p.wait(kind).head[tag] == halted
            v.cmd("status all open")
            assert p.wait(kind).head[tag] == open_
            if dialect == "sim":
                p.send("c", [(320, "D1"), (321, 0), (55, "BTCUSDT")])
                assert p.wait("d").head[969] == "0.01"
                v.cmd("status BTCUSDT closed")
                p.send("D", [(11, "a"), (55, "BTCUSDT"), (54, 1), (60, stamp()), (38, 1), (40, 2), (44, 50000), (59, 1)])
                assert p.wait("8").head[103] == "2"
    with Venue(path, "--dialect", "coinbase", *MARKET) as v:
        p = Peer(v.port, "coinbase")
        subscribe(p, "coinbase")
        assert p.wait("f").head[1682] == "online"
        v.cmd("status BTCUSDT halted")
        assert p.wait("f").head[1682] == "offline"


class Receiver:
    def __init__(self):
        self.sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.sock.bind(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.sock.getsockname()[1]

    def read(self, seconds=0.3):
        """What comes within that time."""
        out, end = [], time.time() + seconds
        while True:
            self.sock.settimeout(max(0.001, end - time.time()))
            try:
                data = self.sock.recv(65536)
            except socket.timeout:
                return out
            messages, rest = split(data)
            assert not rest, rest[:100]
            out.append([M(f) for f in messages])


def by_seq(datagrams):
    out = {}
    for d in datagrams:
        for m in d:
            out.setdefault(int(m.head[34]), m)
    return out


def test_feed(path):
    """each dialect over UDP, two lines with faults of their own, seeded: both together make the venue's book"""
    for dialect, by_order in (("sim", False), ("sim", True), ("binance", False), ("kraken", False), ("coinbase", True), ("deribit", False)):
        lost = []
        for _ in range(2):
            a, b, s = Receiver(), Receiver(), Receiver()
            with Venue(path, "--dialect", dialect, *MARKET, "--udp", a.address, "--udp", b.address, "--snapshot-udp", s.address, "--snapshot-ms", "100",
                       "--fault-seed", "9", *(["--udp-orders"] if by_order and dialect == "sim" else [])) as v:
                v.cmd("pause")
                w = s.read(0.35)
                book = Book(dialect, by_order)
                parts = [m for d in w for m in d if m.kind == "W"]
                ends = [i for i, m in enumerate(parts) if m.head.get(893, "Y") == "Y"]
                for m in parts[ends[0] + 1:ends[1] + 1]:
                    book.snapshot(m)
                assert not book.loading
                start = json.loads(v.cmd("stats"))["next_feed_seq"]
                for rate in ("drop 30000", "dup 30000", "reorder 30000"):
                    v.cmd("rate " + rate)
                v.cmd("step 200")
                v.cmd("rate reorder 0")
                v.cmd("rate drop 0")
                v.cmd("step 1")
                got = by_seq(a.read() + b.read())
                stats = json.loads(v.cmd("stats"))
                lost.append([(n["dropped"], n["duplicated"], n["reordered"]) for n in stats["lines"]])
                assert stats["lines"][0] != stats["lines"][1] and stats["lines"][0]["dropped"], stats["lines"]
                missing = [n for n in range(start, stats["next_feed_seq"]) if n not in got]
                assert len(missing) < 8, missing
                if missing:
                    continue
                for n in sorted(got):
                    if n >= start:
                        book.apply(got[n])
                same_book(book, v)
        assert lost[0] == lost[1], lost


def test_feed_small(path):
    """heartbeats of an idle feed, status, several messages a datagram, parts under a small --mtu, a burst, a restart"""
    a = Receiver()
    with Venue(path, *MARKET, "--udp", a.address, "--udp-pack", "8", "--udp-heartbeat", "50", "--mtu", "700", "--depth", "60", "--count", "40000") as v:
        beats = [m for d in a.read(0.6) for m in d]
        assert len(beats) >= 4 and all(m.kind == "0" for m in beats), [m.kind for m in beats]
        assert [int(m.head[34]) for m in beats] == list(range(1, len(beats) + 1))
        v.cmd("pause")
        v.cmd("status BTCUSDT halted")
        assert v.cmd("burst 2000") == "updates=2000"
        stats = json.loads(v.cmd("stats"))
        deadline, got, most, largest = time.time() + 10, {}, 0, 0
        while len(got) < stats["next_feed_seq"] - len(beats) - 1 and time.time() < deadline:
            a.sock.settimeout(2)
            data = a.sock.recv(65536)
            messages = split(data)[0]
            most, largest = max(most, len(messages)), max(largest, len(data))
            got.update({int(dict(f)[34]): M(f) for f in messages})
        assert any(m.kind == "f" and m.head[326] == "2" for m in got.values())
        updates = [m for m in got.values() if m.kind == "X" and m.entries[0][269] != "2"]
        assert sum(m.head.get(893) != "N" for m in updates) == 2000, len(updates)
        assert most > 2 and largest <= 700, (most, largest)
        a.read(0.2)
        v.cmd("restart feed")
        assert a.read(0.5)[-1][0].head[34] in ("1", "2", "3", "4", "5", "6", "7", "8", "9", "10")


def test_recording(path, data):
    """Kraken's recording: every one of the exchange's own checksums is right for the book that the FIX messages make"""
    name = os.path.join(data, "kraken-l2-crc", "book.log")
    if not os.path.exists(name):
        return "SKIP no " + name
    with Venue(path, "--dialect", "kraken", "--market", "replay", "--recording", name, "--speed", "max") as v:
        v.cmd("pause")
        p = Peer(v.port, "kraken")
        p.send("x", [(320, "L1"), (559, 4)])
        symbols = ["WAVES/EUR", "ADA/XBT", "GRT/ETH"]
        decimals = {"WAVES/EUR": (6, 8), "ADA/XBT": (9, 8), "GRT/ETH": (9, 8)}
        assert p.wait("y").head[146] == "3"
        books = {}
        p.send("V", [(262, "1"), (263, 1), (264, 1000), (265, 1), (266, "Y"), (267, 2), (269, 0), (269, 1), (146, 3)] + [(55, s) for s in symbols])
        for _ in symbols:
            m = p.wait("W")
            books[m.head[55]] = Book("kraken", False, *decimals[m.head[55]])
            books[m.head[55]].snapshot(m)
        v.cmd("step 1000")
        for m in p.rest():
            books[m.head[55]].apply(m)
        assert sum(b.sums for b in books.values()) == 943 + 3 and json.loads(v.cmd("stats"))["checksum_differs"] == 0
        assert sum(b.updates for b in books.values()) == 943
    return None


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venue", required=True)
    parser.add_argument("--top", required=True)
    args = parser.parse_args()
    data = os.environ.get("TG_DATA", os.path.join(args.top, "..", "shared", "data"))
    tests = [f for n, f in globals().items() if n.startswith("test_")]
    failed = 0
    print("TAP version 13\n1..%d" % len(tests))
    for i, test in enumerate(tests, 1):
        try:
            skip = test(args.venue, data) if test is test_recording else test(args.venue)
            print("ok %d - %s%s" % (i, test.__doc__, " # " + skip if skip else ""))
        except Exception as e:
            failed += 1
            frame = e.__traceback__
            while frame.tb_next:
                frame = frame.tb_next
            print("not ok %d - %s\n# line %d: %s: %s" % (i, test.__doc__, frame.tb_lineno, type(e).__name__, str(e)[:800]))
            import traceback
            if os.environ.get("V"):
                traceback.print_exc()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
