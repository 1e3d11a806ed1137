#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drives tg-venue over loopback with raw FIX and prints TAP. Nothing here shares code with the venue:
framing, lengths and checksums of every message it sends are recomputed."""
import argparse
import gzip
import json
import os
import re
import select
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from decimal import Decimal

SOH = b"\x01"


def stamp():
    t = time.time()
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(t)) + ".%03d" % (int(t * 1000) % 1000)


def check_frame(raw):
    """Length, checksum and the order 8, 9, 35 ... 10; returns the fields as (tag, value) pairs."""
    assert raw.startswith(b"8=FIX.4.4\x019="), raw[:40]
    end = raw.index(SOH, 10)
    length = int(raw[12:end])
    body = end + 1
    assert raw[body:body + 3] == b"35=", raw[:60]
    trailer = raw[body + length:]
    assert trailer.startswith(b"10=") and len(trailer) == 7, (length, raw[-30:])
    assert trailer == b"10=%03d\x01" % (sum(raw[:body + length]) % 256), raw[-30:]
    fields = []
    for item in raw[:-1].split(SOH):
        tag, eq, value = item.partition(b"=")
        assert eq and tag.isdigit() and value, item
        fields.append((int(tag), value.decode()))
    return fields


class Message:
    def __init__(self, fields):
        self.fields = fields

    def get(self, tag, default=None):
        for t, v in self.fields:
            if t == tag:
                return v
        return default

    def has(self, **want):
        return all(self.get(int(k[1:])) == v for k, v in want.items())

    def entries(self, first):
        """Group entries behind 268, each starting at tag `first`."""
        out = []
        seen = False
        for t, v in self.fields:
            if t == 268:
                seen = True
            elif t == 10:
                break
            elif seen:
                if t == first:
                    out.append({})
                out[-1][t] = v
        assert len(out) == int(self.get(268)), (len(out), self.get(268))
        return out

    def __repr__(self):
        return "|".join("%d=%s" % f for f in self.fields)[:600]


class Client:
    def __init__(self, port, comp_id="GW", reset=True, seq=1, expect=1, heartbeat=30):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.comp_id = comp_id
        self.buffer = b""
        self.seq = seq
        self.expect = expect
        self.closed = False
        self.send("A", [(98, 0), (108, heartbeat), (141, "Y" if reset else "N")])

    def send(self, kind, fields, seq=None):
        if seq is None:
            seq = self.seq
            self.seq += 1
        body = "".join("%s=%s\x01" % f for f in [
            (35, kind), (49, self.comp_id), (56, "VENUE"), (34, seq), (52, stamp())] + fields)
        raw = b"8=FIX.4.4\x019=%d\x01" % len(body) + body.encode()
        raw += b"10=%03d\x01" % (sum(raw) % 256)
        self.sock.sendall(raw)

    def next(self, timeout=5.0):
        """The next message, or None when nothing comes in time or the venue has closed."""
        end = time.time() + timeout
        while True:
            match = re.match(rb"8=FIX\.4\.4\x019=(\d+)\x01", self.buffer)
            if match:
                total = match.end() + int(match.group(1)) + 7
                if len(self.buffer) >= total:
                    raw, self.buffer = self.buffer[:total], self.buffer[total:]
                    return Message(check_frame(raw))
            left = end - time.time()
            if left <= 0 or not select.select([self.sock], [], [], left)[0]:
                return None
            try:
                data = self.sock.recv(1 << 20)
            except ConnectionError:
                data = b""
            if not data:
                self.closed = True
                return None
            self.buffer += data

    def wait(self, kind, timeout=5.0, **want):
        """The next message of that type with those tags; others are passed over."""
        end = time.time() + timeout
        seen = []
        while time.time() < end and not self.closed:
            m = self.next(max(0.0, end - time.time()))
            if m is None:
                continue
            if m.get(35) == kind and m.has(**want):
                return m
            seen.append(m)
        raise AssertionError("no 35=%s %s; saw %s" % (kind, want, seen[-5:]))

    def quiet(self, seconds):
        m = self.next(seconds)
        while m is not None and m.get(35) in "0":
            m = self.next(seconds)
        assert m is None, m

    def order(self, cl_ord_id, side, qty, px=None, tif=None, extra=()):
        fields = [(11, cl_ord_id), (55, "BTCUSDT"), (54, side), (60, stamp()), (38, qty),
                  (40, 2 if px else 1)]
        if px:
            fields.append((44, px))
        if tif is not None:
            fields.append((59, tif))
        self.send("D", fields + list(extra))

    def cancel(self, cl_ord_id, orig, side):
        self.send("F", [(11, cl_ord_id), (41, orig), (54, side), (55, "BTCUSDT"), (60, stamp())])

    def replace(self, cl_ord_id, orig, side, qty, px):
        self.send("G", [(11, cl_ord_id), (41, orig), (38, qty), (44, px), (40, 2), (54, side),
                        (55, "BTCUSDT"), (60, stamp())])

    def subscribe(self, req, kind=1, symbols=("BTCUSDT",), types="012", depth=0):
        self.send("V", [(262, req), (263, kind), (264, depth), (265, 1), (267, len(types))] +
                  [(269, t) for t in types] + [(146, len(symbols))] + [(55, s) for s in symbols])

    def close(self):
        self.sock.close()


class Venue:
    def __init__(self, path, *args, client="GW"):
        self.dir = tempfile.mkdtemp(prefix="tg-venue-")
        self.path = os.path.join(self.dir, "ctl")
        self.proc = subprocess.Popen([path, "--client", client, "--control", self.path] + list(args),
                                     stdout=subprocess.PIPE, text=True)
        ready = self.proc.stdout.readline()
        assert ready.startswith("ready fix="), ready
        self.port = int(ready.split("=")[1])
        self.ctl = socket.socket(socket.AF_UNIX)
        self.ctl.connect(self.path)
        self.reader = self.ctl.makefile()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        if self.proc.poll() is None:
            self.proc.terminate()
        try:
            self.proc.wait(10)
        except subprocess.TimeoutExpired:
            self.proc.kill()
            self.proc.wait()
        self.proc.stdout.close()
        self.reader.close()
        self.ctl.close()
        shutil.rmtree(self.dir)

    def cmd(self, line, ok=True):
        self.ctl.sendall(line.encode() + b"\n")
        answer = self.reader.readline().rstrip("\n")
        assert answer.startswith("ok" if ok else "err"), (line, answer)
        return answer

    def json(self, line):
        return json.loads(self.cmd(line)[3:])


class Book:
    """What a receiver keeps: W, then X with the chain rule checked on every update."""

    def __init__(self):
        self.levels = {"0": {}, "1": {}}
        self.last_id = None
        self.updates = 0
        self.trades = 0
        self.strict = True
        self.partial = False

    def snapshot(self, m):
        assert m.get(35) == "W"
        self.levels = {"0": {}, "1": {}}
        for e in m.entries(269):
            self.levels[e[269]][Decimal(e[270])] = e[271]
        self.last_id = int(m.get(25044))

    def apply(self, m):
        entries = m.entries(279)
        if entries[0][269] == "2":
            assert len(entries) == 1 and 25043 not in entries[0] and entries[0][279] == "0"
            self.trades += 1
            return None
        first, last = int(entries[0][25043]), int(entries[0][25044])
        assert entries[0][55]
        assert all(55 not in e and 25043 not in e for e in entries[1:])
        assert first == self.last_id + 1 and last >= first, (first, self.last_id)
        for e in entries:
            side, px = self.levels[e[269]], Decimal(e[270])
            if e[279] == "2":
                assert 271 not in e
                if self.strict:
                    assert px in side, e
                side.pop(px, None)
            else:
                if self.strict:
                    assert (px in side) == (e[279] == "1"), e
                side[px] = e[271]
        if m.get(893) == "N":
            return None
        self.last_id = last
        self.updates += 1
        assert max(self.levels["0"]) < min(self.levels["1"]), "crossed"
        return last

    def top(self):
        bid, offer = max(self.levels["0"]), min(self.levels["1"])
        return ["%.8f" % bid, self.levels["0"][bid], "%.8f" % offer, self.levels["1"][offer]]

    def same_as(self, other):
        for side, name in (("0", "bids"), ("1", "offers")):
            mine = sorted(("%.8f" % px, q) for px, q in self.levels[side].items())
            assert mine == sorted(tuple(x) for x in other[name]), name


def drain_udp(sock):
    out = []
    while True:
        try:
            out.append(sock.recv(65536))
        except BlockingIOError:
            return out


def udp_socket(family=socket.AF_INET, host="127.0.0.1"):
    s = socket.socket(family, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
    s.bind((host, 0))
    s.setblocking(False)
    return s


def best(venue):
    book = venue.json("book BTCUSDT 5")
    return Decimal(book["bids"][0][0]), Decimal(book["offers"][0][0]), book


# ---- the tests: each takes the venue's path; docstring is the TAP name -------------------------

STILL = ("--market", "seeded", "--rate", "1")


def test_usage(path, ctx):
    """--help and --version exit 0, wrong arguments exit 2 and name the argument"""
    for args in (["--help"], ["--version"]):
        r = subprocess.run([path] + args, capture_output=True, text=True)
        assert r.returncode == 0 and r.stdout
    for args, word in (([], "--client"), (["--client", "A", "--mtu", "10"], "--mtu"),
                       (["--client", "A", "--nonsense"], "--nonsense"),
                       (["--client", "A", "--udp", "x"], "--udp"),
                       (["--client", "A", "--market", "replay"], "--recording"),
                       (["--client", "A", "--symbols", "X:0:1"], "--symbols"),
                       (["--client", "A", "--rate", "-1"], "--rate")):
        r = subprocess.run([path] + args, capture_output=True, text=True)
        assert r.returncode == 2 and word in r.stderr, (args, r)
    r = subprocess.run([path, "--client", "A", "--market", "replay", "--recording", "/nonexistent"],
                       capture_output=True, text=True)
    assert r.returncode == 1 and "/nonexistent" in r.stderr, r


def test_logon(path, ctx):
    """logon, heartbeat on TestRequest, unknown CompID refused, second connection refused, logout"""
    with Venue(path, *STILL) as v:
        c = Client(v.port)
        a = c.wait("A")
        assert a.has(_49="VENUE", _56="GW", _34="1", _98="0", _108="30", _141="Y"), a
        c.send("1", [(112, "PING")])
        c.wait("0", _112="PING")
        stranger = Client(v.port, comp_id="NOBODY")
        assert stranger.next(3) is None and stranger.closed
        twin = Client(v.port)
        assert twin.next(3) is None and twin.closed
        c.send("1", [(112, "STILL")])
        c.wait("0", _112="STILL")
        v.cmd("testrequest")
        c.wait("1", _112="VENUE-TEST")
        c.send("5", [])
        c.wait("5")
        assert c.next(3) is None and c.closed
        assert v.json("stats")["sessions"][0]["state"] == "logged_off"


def test_snapshot(path, ctx):
    """V gives W with depth and full levels; wrong requests give Y with the right reason"""
    with Venue(path, "--symbols", "BTCUSDT:0.01:0.00001:60000,ETHUSDT:0.01:0.0001:3000", "--rate", "1",
               "--depth", "7") as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        c.subscribe("R1", kind=0, symbols=("BTCUSDT", "ETHUSDT"), depth=3)
        w = c.wait("W")
        assert w.has(_262="R1", _55="BTCUSDT", _268="6"), w
        assert c.wait("W").has(_262="R1", _55="ETHUSDT", _268="6")
        tags = [t for t, _ in w.fields]
        assert tags.index(262) < tags.index(55) < tags.index(25044) < tags.index(268)
        c.subscribe("R2", kind=0)
        w = c.wait("W")
        b = Book()
        b.snapshot(w)
        assert len(b.levels["0"]) == 7 and len(b.levels["1"]) == 7
        b.same_as(v.json("book BTCUSDT"))
        for req, args, reason in (("R3", dict(symbols=("NOPE",)), "0"), ("R4", dict(kind=9), "4"),
                                  ("R5", dict(types="7"), "8"), ("R6", dict(kind=2), "4"),
                                  ("R7", dict(depth="x"), "5")):
            c.subscribe(req, **args)
            c.wait("Y", _262=req, _281=reason)
        c.subscribe("R8")
        c.wait("W", _262="R8")
        c.subscribe("R8")
        c.wait("Y", _262="R8", _281="1")
        c.send("V", [(262, "R9"), (263, 1), (264, 0)])
        m = c.next()
        assert m.has(_35="j", _380="5") or m.has(_35="3", _371="267"), m


def test_orders(path, ctx):
    """D acked, rests, F cancels, G replaces, H tells, q cancels all; every field of the reports"""
    with Venue(path, *STILL) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        bid, offer, _ = best(v)
        low = bid - 100
        c.order("A1", 1, "0.5", low, extra=[(1, "ACC")])
        m = c.wait("8")
        assert m.has(_150="0", _39="0", _11="A1", _55="BTCUSDT", _54="1", _38="0.5", _151="0.5",
                     _14="0", _6="0", _1="ACC", _40="2", _59="0"), m
        assert Decimal(m.get(44)) == low and m.get(60) and m.get(37) and m.get(17)
        order_id = m.get(37)
        c.replace("A2", "A1", 1, "0.3", low)
        m = c.wait("8")
        assert m.has(_150="5", _39="0", _11="A2", _41="A1", _37=order_id, _38="0.3", _151="0.3"), m
        c.send("H", [(11, "A2"), (55, "BTCUSDT"), (54, 1)])
        assert c.wait("8").has(_150="I", _39="0", _11="A2", _151="0.3")
        c.send("H", [(11, "ZZ"), (55, "BTCUSDT"), (54, 1)])
        assert c.wait("8").has(_150="I", _39="8", _11="ZZ", _103="5")
        c.cancel("A3", "A1", 1)
        assert c.wait("9").has(_434="1", _102="1", _11="A3", _41="A1", _37=order_id, _39="0")
        c.cancel("A4", "A2", 1)
        assert c.wait("8").has(_150="4", _39="4", _11="A4", _41="A2", _151="0", _14="0")
        c.cancel("A5", "A4", 1)
        assert c.wait("9").has(_434="1", _102="0", _39="4")
        c.cancel("A6", "NONE", 1)
        assert c.wait("9").has(_434="1", _102="1", _37="NONE", _39="8")
        c.replace("A7", "NONE", 1, 1, low)
        assert c.wait("9").has(_434="2", _102="1", _11="A7")
        for i in range(3):
            c.order("Q%d" % i, 2, "0.1", offer + 50 + i)
            c.wait("8", _150="0")
        c.send("q", [(11, "MC"), (530, 7), (60, stamp())])
        kinds = [c.next() for _ in range(4)]
        assert sorted(m.get(35) for m in kinds) == ["8", "8", "8", "r"], kinds
        assert [m for m in kinds if m.get(35) == "r"][0].has(_531="7", _533="3")
        assert all(m.has(_150="4", _39="4") for m in kinds if m.get(35) == "8")


def test_rejects(path, ctx):
    """unknown symbol, duplicate id, bad tick, bad lot, crossing post-only, garbage and missing tags"""
    with Venue(path, *STILL) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        bid, offer, _ = best(v)
        c.send("D", [(11, "B0"), (55, "NOPE"), (54, 1), (60, stamp()), (38, 1), (40, 2), (44, 1)])
        assert c.wait("8").has(_150="8", _39="8", _103="1", _11="B0", _37="NONE", _151="0")
        c.order("B1", 1, "0.1", bid - 10)
        c.wait("8", _150="0")
        c.order("B1", 1, "0.1", bid - 10)
        assert c.wait("8").has(_150="8", _103="6")
        c.order("B2", 1, "0.1", "59000.001")
        assert c.wait("8").has(_150="8", _103="99")
        c.order("B3", 1, "0.000001", bid)
        assert c.wait("8").has(_150="8", _103="13")
        c.order("B4", 1, "0.1", offer, extra=[(18, 6)])
        assert c.wait("8").has(_150="8", _103="99")
        c.order("B5", 1, "0.1", bid - 9, extra=[(18, 6)])
        assert c.wait("8").has(_150="0", _18="6")
        c.order("B6", 1, "1e3", bid)
        assert c.wait("3").has(_371="38", _373="6")
        c.order("B7", 3, "1", bid)
        assert c.wait("3").has(_371="54", _373="5")
        c.send("D", [(11, "B8")])
        m = c.next()
        assert m.get(35) in "3j", m
        c.send("AE", [])
        assert c.wait("j").has(_380="3")
        v.cmd("reject 1")
        c.order("B9", 1, "0.1", bid - 10)
        assert c.wait("8").has(_150="8", _103="0", _58="rejected on command")
        c.order("B10", 1, "0.1", bid - 10)
        c.wait("8", _150="0", _11="B10")


def test_fills(path, ctx):
    """aggressive orders take the book by price; AvgPx, fee, IOC, FOK and market remainders"""
    with Venue(path, *STILL) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        _, _, book = best(v)
        (p0, q0), (p1, q1) = [(Decimal(p), Decimal(q)) for p, q in book["offers"][:2]]
        qty = q0 + Decimal("0.00001")
        c.order("C1", 1, qty, p1)
        c.wait("8", _150="0")
        m = c.wait("8")
        assert m.has(_150="F", _39="1", _851="2", _13="3") and Decimal(m.get(31)) == p0, m
        assert Decimal(m.get(32)) == q0 and Decimal(m.get(151)) == qty - q0
        assert Decimal(m.get(12)) == (p0 * q0 / 10000).quantize(Decimal("1e-8"), "ROUND_DOWN"), m
        m2 = c.wait("8")
        assert m2.has(_150="F", _39="2", _151="0") and Decimal(m2.get(14)) == qty, m2
        want = (p0 * q0 + p1 * (qty - q0)) / qty
        assert abs(Decimal(m2.get(6)) - want) < Decimal("2e-8"), (m2.get(6), want)
        assert m.get(17) != m2.get(17)
        # What was taken stays taken: the same again finds only the rest of the second level.
        c.order("C2", 1, q0, p0, tif=3)
        c.wait("8", _150="0")
        assert c.wait("8").has(_150="4", _39="4", _14="0")
        c.order("C3", 1, q1 * 2, p1, tif=4)
        c.wait("8", _150="0")
        assert c.wait("8").has(_150="4", _39="4", _14="0")
        c.order("C4", 1, q1, p1, tif=3)
        c.wait("8", _150="0")
        assert Decimal(c.wait("8", _150="F").get(32)) == q1 - Decimal("0.00001")
        assert c.wait("8").has(_150="4", _39="4")
        c.order("C5", 2, "1000")
        c.wait("8", _150="0")
        fills = []
        m = c.wait("8")
        while m.get(150) == "F":
            fills.append(Decimal(m.get(31)))
            m = c.wait("8")
        assert m.has(_150="4", _39="4", _40="1") and m.get(44) is None
        assert len(fills) == 20 and fills == sorted(fills, reverse=True)


def test_priority(path, ctx):
    """clients match each other by price, then time; a smaller size keeps its place, a larger loses it"""
    with Venue(path, *STILL, "--client", "GX", "--depth", "2") as v:
        a, b = Client(v.port), Client(v.port, comp_id="GX")
        a.wait("A")
        b.wait("A")
        v.cmd("pause")
        bid, offer, _ = best(v)
        inside = offer + 20     # behind the external book's two levels
        for name, qty in (("P1", "0.1"), ("P2", "0.1"), ("P3", "0.1")):
            a.order(name, 2, qty, inside)
            a.wait("8", _150="0")
        a.order("P0", 2, "0.1", inside - 1)
        a.wait("8", _150="0")
        a.replace("P2b", "P2", 2, "0.05", inside)
        a.wait("8", _150="5")
        a.replace("P1b", "P1", 2, "0.2", inside)
        a.wait("8", _150="5")
        b.order("T", 1, "1000", inside, tif=3)
        makers = []
        while len(makers) < 4:
            m = a.wait("8", _150="F")
            assert m.get(851) == "1" and m.get(12) == "0"
            makers.append(m.get(11))
        assert makers == ["P0", "P2b", "P3", "P1b"], makers
        b.wait("8", _150="4", _11="T")


def test_resting_fill(path, ctx):
    """a resting order fills when the generated market trades to it"""
    with Venue(path, "--seed", "7", "--rate", "1", "--control-stdin") as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        bid, offer, _ = best(v)
        c.order("R1", 1, "0.001", bid)
        c.wait("8", _150="0")
        c.order("R2", 2, "0.001", offer)
        c.wait("8", _150="0")
        assert Decimal([o for o in v.json("orders") if o["cl_ord_id"] == "R1"][0]["ahead_qty"]) > 0
        v.cmd("step 3000")
        got = {c.wait("8", _150="F").get(11), c.wait("8", _150="F").get(11)}
        assert got == {"R1", "R2"}
        assert v.json("stats")["fills"] >= 2


def test_udp_chain(path, ctx):
    """seeded X over UDP: frames, sequence, update-id chain, fragments, book equal; lines A and B equal"""
    a, b = udp_socket(), udp_socket()
    with Venue(path, "--rate", "1", "--seed", "3", "--mtu", "256",
               "--udp", "127.0.0.1:%d" % a.getsockname()[1],
               "--udp", "127.0.0.1:%d" % b.getsockname()[1]) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        c.subscribe("U", types="01")
        book, tcp = Book(), Book()
        w = c.wait("W")
        book.snapshot(w)
        tcp.snapshot(w)
        seq, fragments = 0, 0
        for _ in range(40):
            v.cmd("step 25")
            line_a, line_b = drain_udp(a), drain_udp(b)
            assert line_a and line_a == line_b
            for raw in line_a:
                assert len(raw) <= 256
                m = Message(check_frame(raw))
                seq += 1
                assert m.has(_35="X", _49="VENUE", _56="MD", _34=str(seq)), m
                fragments += m.get(893) == "N"
                book.apply(m)
        assert book.updates == 1000 and book.trades > 20 and fragments > 10, (book.updates, fragments)
        for _ in range(1000):
            tcp.apply(c.wait("X"))
        now = v.json("book BTCUSDT")
        assert book.last_id == tcp.last_id == now["last_id"]
        book.same_as(now)
        tcp.same_as(now)
        stats = v.json("stats")
        assert stats["updates"] == 1000 and stats["datagrams"] == 2 * seq, stats
    a.close()
    b.close()


def test_udp_ipv6(path, ctx):
    """the feed goes over IPv6, and over an IPv4 multicast group on loopback"""
    if not socket.has_ipv6 or not os.path.exists("/proc/net/if_inet6"):
        return "SKIP no IPv6 here"
    try:
        six = udp_socket(socket.AF_INET6, "::1")
    except OSError as e:
        return "SKIP no ::1 here: %s" % e
    group = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    group.bind(("239.1.2.3", 0))
    group.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                     socket.inet_aton("239.1.2.3") + socket.inet_aton("127.0.0.1"))
    group.setblocking(False)
    with Venue(path, "--rate", "1", "--udp", "[::1]:%d" % six.getsockname()[1],
               "--udp", "239.1.2.3:%d@127.0.0.1" % group.getsockname()[1]) as v:
        v.cmd("step 5")
        time.sleep(0.1)
        one, two = drain_udp(six), drain_udp(group)
        assert len(one) >= 5 and one == two, (len(one), len(two))
    six.close()
    group.close()


def test_udp_faults(path, ctx):
    """drop, dup and reorder hit the next datagrams of the line asked for, and only it"""
    a, b = udp_socket(), udp_socket()

    def seqs(s):
        return [int(Message(check_frame(r)).get(34)) for r in drain_udp(s)]
    with Venue(path, "--rate", "1", "--udp", "127.0.0.1:%d" % a.getsockname()[1],
               "--udp", "127.0.0.1:%d" % b.getsockname()[1]) as v:
        v.cmd("drop udp 2 A")
        v.cmd("step 10")
        got, full = seqs(a), seqs(b)
        assert full == list(range(1, len(full) + 1)) and got == full[2:], (got, full)
        n = full[-1]
        v.cmd("dup udp 1 B")
        v.cmd("step 5")
        got, other = seqs(b), seqs(a)
        assert got == [n + 1] + other, (got, other)
        n = other[-1]
        v.cmd("reorder udp 1")
        v.cmd("step 5")
        got = seqs(a)
        assert got == seqs(b) and got[:3] == [n + 2, n + 1, n + 3], got
        v.cmd("drop udp 1 Z", ok=False)
        v.cmd("drop udp x", ok=False)
        v.cmd("nonsense", ok=False)
    a.close()
    b.close()


def test_midmessage(path, ctx):
    """disconnect in the middle of a message; 141=N afterwards, gap asked for and filled"""
    with Venue(path, *STILL) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        bid, _, _ = best(v)
        v.cmd("disconnect midmessage next")
        c.order("M1", 1, "0.1", bid - 5)
        assert c.next(3) is None and c.closed
        assert c.buffer.startswith(b"8=FIX.4.4\x019=") and b"\x0110=" not in c.buffer, c.buffer
        # The venue counts the cut message as sent: its report comes back by resend.
        d = Client(v.port, reset=False, seq=c.seq)
        a = d.wait("A")
        assert a.get(34) == "3", a
        d.send("2", [(7, 2), (16, 0)])
        m = d.wait("8")
        assert m.has(_43="Y", _34="2", _150="0", _11="M1") and m.get(122), m
        v.cmd("disconnect midmessage")
        assert d.wait("4").has(_123="Y")
        assert d.next(3) is None and d.closed and d.buffer
        e = Client(v.port, reset=False, seq=d.seq)
        e.wait("A")
        v.cmd("disconnect")
        assert e.next(3) is None and e.closed and not e.buffer


def test_gap(path, ctx):
    """gap N skips numbers, the ResendRequest is answered by a gap fill; old market data is not resent"""
    with Venue(path, *STILL) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        c.subscribe("G", kind=0)
        c.wait("W", _34="2")
        v.cmd("gap 5")
        c.send("1", [(112, "T")])
        assert c.wait("0").get(34) == "8"
        c.send("2", [(7, 2), (16, 0)])
        m = c.wait("4")
        assert m.has(_123="Y", _34="2", _36="9", _43="Y"), m


def test_away(path, ctx):
    """--cancel-on-disconnect: reports made while the client is away keep their numbers and are resent"""
    with Venue(path, *STILL, "--cancel-on-disconnect", "--check-latency", "5") as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        bid, _, _ = best(v)
        for name in ("K1", "K2"):
            c.order(name, 1, "0.1", bid - 5)
            c.wait("8", _150="0", _11=name)
        c.cancel("K3", "NONE", 1)
        c.wait("9", _34="4")
        c.close()
        end = time.time() + 5
        while v.json("stats")["cancels"] < 2 and time.time() < end:
            time.sleep(0.02)
        d = Client(v.port, reset=False, seq=c.seq)
        assert d.wait("A").get(34) == "7"
        d.send("2", [(7, 4), (16, 0)])
        assert d.wait("9").has(_43="Y", _34="4", _11="K3", _102="1")
        assert [d.wait("8").has(_43="Y", _34=n, _150="4", _39="4") for n in "56"] == [True, True]
        d.send("D", [(11, "K4")])
        m = d.wait("j")
        assert m.has(_380="5", _372="D"), m


def test_silent_delay(path, ctx):
    """silent on loses orders, silent work only their reports; delay tcp holds messages back in order"""
    with Venue(path, *STILL) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        bid, _, _ = best(v)
        v.cmd("silent on")
        c.order("S1", 1, "0.1", bid - 5)
        c.quiet(0.3)
        v.cmd("silent work")
        c.order("S2", 1, "0.1", bid - 5)
        c.quiet(0.3)
        v.cmd("silent off")
        for name, status in (("S1", "8"), ("S2", "0")):
            c.send("H", [(11, name), (55, "BTCUSDT"), (54, 1)])
            assert c.wait("8", _150="I").has(_39=status, _11=name)
        v.cmd("cancel-unsolicited S2")
        m = c.wait("8")
        assert m.has(_150="4", _39="4", _11="S2") and m.get(41) is None, m
        v.cmd("cancel-unsolicited S2", ok=False)
        v.cmd("delay tcp 400")
        before = time.time()
        c.send("1", [(112, "D")])
        c.wait("0", _112="D")
        assert 0.39 < time.time() - before < 2.0


def test_seed(path, ctx):
    """the same seed gives the same bytes apart from times, another seed does not"""
    def collect(seed):
        s = udp_socket()
        out = []
        with Venue(path, "--seed", seed, "--rate", "1",
                   "--udp", "127.0.0.1:%d" % s.getsockname()[1]) as v:
            for _ in range(10):
                v.cmd("step 20")
                out += [re.sub(rb"\x0152=[^\x01]*|\x0110=\d*", b"", r) for r in drain_udp(s)]
        s.close()
        return out
    first = collect("5")
    assert len(first) >= 200 and first == collect("5") and first != collect("6")


def test_published_orders(path, ctx):
    """--publish-client-orders shows a client's order in the book, its fill and its end; chain intact"""
    with Venue(path, *STILL, "--publish-client-orders") as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        c.subscribe("P", types="01")
        book = Book()
        book.snapshot(c.wait("W"))
        bid, offer, _ = best(v)
        c.order("W1", 1, "0.125", bid - 30)
        book.apply(c.wait("X"))
        assert book.levels["0"][bid - 30] == "0.12500000"
        c.cancel("W2", "W1", 1)
        book.apply(c.wait("X"))
        assert bid - 30 not in book.levels["0"]
        c.order("W3", 1, "0.001", offer, tif=3)
        before = Decimal(book.levels["1"][offer])
        book.apply(c.wait("X"))
        assert Decimal(book.levels["1"].get(offer, "0")) == before - Decimal("0.001")
        v.cmd("step 500")
        while book.last_id < v.json("book BTCUSDT")["last_id"]:
            book.apply(c.wait("X"))
        book.same_as(v.json("book BTCUSDT"))


def test_lifecycle(path, ctx):
    """--count and --linger end the run, SIGTERM exits 0, the log holds both directions, the store lasts"""
    tmp = tempfile.mkdtemp(prefix="tg-venue-")
    try:
        log = os.path.join(tmp, "log")
        r = subprocess.run([path, "--client", "GW", "--start", "now", "--rate", "0", "--count", "50",
                            "--linger", "0"], capture_output=True, text=True, timeout=20)
        assert r.returncode == 0 and r.stdout.endswith("market done updates=50\n"), r
        args = STILL + ("--log", log, "--store", os.path.join(tmp, "store"))
        with Venue(path, *args) as v:
            c = Client(v.port)
            c.wait("A")
            v.cmd("pause")
            bid, _, _ = best(v)
            c.order("L1", 1, "0.1", bid - 5)
            first = c.wait("8", _150="0")
            v.proc.terminate()
            c.wait("5")
            assert v.proc.wait(10) == 0
        text = open(log, "rb").read()
        assert b" in GW 8=FIX.4.4\x01" in text and b" out GW 8=FIX.4.4\x01" in text
        time.sleep(1)   # identifiers of another run start with another second
        with Venue(path, *args) as v:
            d = Client(v.port, reset=False, seq=c.seq)
            assert int(d.wait("A").get(34)) == 4
            v.cmd("pause")
            d.order("L2", 1, "0.1", bid - 5)
            assert d.wait("8", _150="0").get(17) != first.get(17)
            v.cmd("quit")
            assert v.proc.wait(10) == 0
    finally:
        shutil.rmtree(tmp)


def recording_of(ctx):
    path = os.path.join(ctx.data, "binance-btcusdt", "spot-btcusdt_20240808.gz")
    return path if os.path.exists(path) else None


def test_replay_tcp(path, ctx):
    """recording over TCP at full speed: best bid and offer equal the 564 tickers at equal ids"""
    rec = recording_of(ctx)
    if not rec:
        return "SKIP no recording: set TG_DATA"
    tmp = tempfile.mkdtemp(prefix="tg-venue-")
    try:
        truth_path = os.path.join(tmp, "truth")
        with Venue(path, "--market", "replay", "--recording", rec, "--speed", "max",
                   "--ticker-truth", truth_path) as v:
            truth = {int(x[0]): x[1:] for x in map(str.split, open(truth_path))}
            assert len(truth) == 564, len(truth)
            c = Client(v.port)
            c.wait("A")
            c.subscribe("B", types="01")
            book = Book()
            book.strict = False
            book.snapshot(c.wait("W"))
            equal = 0
            while v.proc.poll() is None and book.updates < 3449:
                m = c.wait("X", timeout=10)
                last = book.apply(m)
                if last in truth:
                    assert book.top() == truth[last], (last, book.top(), truth[last])
                    equal += 1
            assert equal == 564, equal
            done = v.proc.stdout.readline()
            assert done == "market done updates=%d\n" % book.updates, done
            book.same_as(v.json("book BTCUSDT"))
    finally:
        shutil.rmtree(tmp)
    return "%d updates, %d of 564 tickers equal" % (book.updates, equal)


def test_replay_udp(path, ctx):
    """recording over UDP in fragments: book equal to the venue's, delete and change actions consistent"""
    rec = recording_of(ctx)
    if not rec:
        return "SKIP no recording: set TG_DATA"
    s = udp_socket()
    with Venue(path, "--market", "replay", "--recording", rec, "--count", "400",
               "--udp", "127.0.0.1:%d" % s.getsockname()[1]) as v:
        v.cmd("pause")
        c = Client(v.port)
        c.wait("A")
        c.subscribe("B", kind=0)
        book = Book()
        book.strict = False
        book.snapshot(c.wait("W"))
        seq = 0
        while v.json("stats")["market"] != "done" and book.updates < 400:
            v.cmd("step 5")
            for raw in drain_udp(s):
                assert len(raw) <= 1400
                m = Message(check_frame(raw))
                seq += 1
                assert m.get(34) == str(seq)
                book.apply(m)
        assert book.updates == 400 and book.trades > 0
        book.same_as(v.json("book BTCUSDT"))
    s.close()


def test_replay_damaged(path, ctx):
    """a damaged recording is refused with its name and line"""
    tmp = tempfile.mkdtemp(prefix="tg-venue-")
    try:
        name = os.path.join(tmp, "bad.gz")
        snap = '1 {"lastUpdateId":5,"bids":[["1.0","2.0"]],"asks":[["3.0","4.0"]]}\n'
        diff = ('2 {"stream":"x@depth","data":{"e":"depthUpdate","E":1,"s":"X","U":%d,"u":%d,'
                '"b":[["1.0","%s"]],"a":[]}}\n')
        for text, word in ((snap + "nonsense\n", "bad.gz:2:"), (diff % (1, 2, "1"), "no snapshot"),
                           (snap + diff % (9, 10, "1"), "does not follow"),
                           (snap + diff % (6, 7, "1e5"), "bad.gz:2:"), (snap, "no update")):
            with gzip.open(name, "wt") as f:
                f.write(text)
            r = subprocess.run([path, "--client", "A", "--market", "replay", "--recording", name],
                               capture_output=True, text=True, timeout=20)
            assert r.returncode == 1 and word in r.stderr, (text, r)
        with gzip.open(name, "wt") as f:
            f.write(snap + diff % (6, 7, "1") * 2000)
        raw = open(name, "rb").read()
        with open(name, "wb") as f:
            f.write(raw[:len(raw) // 2])
        r = subprocess.run([path, "--client", "A", "--market", "replay", "--recording", name],
                           capture_output=True, text=True, timeout=20)
        assert r.returncode == 1 and r.stderr, r
    finally:
        shutil.rmtree(tmp)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venue", required=True)
    parser.add_argument("--top", required=True)
    parser.add_argument("--only", default="")
    ctx = parser.parse_args()
    ctx.data = os.environ.get("TG_DATA") or os.path.join(ctx.top, "..", "shared", "data")
    tests = [(n, f) for n, f in globals().items() if n.startswith("test_") and ctx.only in n]
    failed = 0
    print("TAP version 13\n1..%d" % len(tests))
    for i, (name, test) in enumerate(tests, 1):
        try:
            note = test(ctx.venue, ctx) or ""
            if note.startswith("SKIP"):
                print("ok %d - %s # %s" % (i, test.__doc__, note))
            else:
                print("ok %d - %s%s" % (i, test.__doc__, " (%s)" % note if note else ""))
        except Exception as e:
            failed += 1
            where = e.__traceback__
            while where.tb_next and where.tb_next.tb_frame.f_code.co_filename == __file__:
                where = where.tb_next
            print("not ok %d - %s" % (i, test.__doc__))
            print("# %s line %d: %s: %s" % (name, where.tb_lineno, type(e).__name__, str(e)[:1500]))
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
