# SPDX-License-Identifier: MIT
"""What the tests of tg-venue share: raw FIX over loopback, the venue as a process, a book. Nothing here shares code with the venue:
framing, lengths and checksums of every message are recomputed."""
import json
import os
import re
import select
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager
from decimal import Decimal

SOH = b"\x01"
STILL = ("--market", "seeded", "--rate", "1")


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

    def placed(self, cl_ord_id, side, qty, px=None, tif=None, extra=()):
        """An order that is taken; its acknowledgement."""
        self.order(cl_ord_id, side, qty, px, tif, extra)
        return self.wait("8", _150="0", _11=cl_ord_id)

    def status(self, cl_ord_id, side=1):
        self.send("H", [(11, cl_ord_id), (55, "BTCUSDT"), (54, side)])
        return self.wait("8", _150="I")

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


@contextmanager
def trading(path, *args):
    """A venue whose market stands still, a client that is logged on, and the best prices."""
    with Venue(path, *STILL, *args) as v:
        c = Client(v.port)
        c.wait("A")
        v.cmd("pause")
        bid, offer, _ = best(v)
        yield v, c, bid, offer
