#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The dialects of tg-venue: Logons signed here, with nothing but hashlib, hmac and the openssl program, and what each dialect refuses. Prints TAP."""
import argparse
import base64
import hashlib
import hmac
import os
import socket
import subprocess
import sys
import tempfile
import time

SOH = "\x01"
SECRET = base64.b64encode(b"a secret of the test, 32 bytes !").decode()


def stamp():
    t = time.time()
    return time.strftime("%Y%m%d-%H:%M:%S", time.gmtime(t)) + ".%03d" % (int(t * 1000) % 1000)


class Peer:
    def __init__(self, port, begin):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.begin, self.seq, self.buffer = begin, 1, b""

    def send(self, kind, fields, when=None):
        body = "".join("%s=%s\x01" % f for f in [(35, kind), (49, "GW"), (56, "VENUE"), (34, self.seq), (52, when or stamp())] + fields)
        raw = ("8=%s\x019=%d\x01" % (self.begin, len(body))).encode() + body.encode()
        self.sock.sendall(raw + b"10=%03d\x01" % (sum(raw) % 256))
        self.seq += 1

    def next(self):
        """The next message as a dict, its length and checksum recomputed; None when the venue has closed."""
        while True:
            end = self.buffer.find(b"\x0110=")
            if end >= 0 and len(self.buffer) >= end + 8:
                raw, self.buffer = self.buffer[:end + 8], self.buffer[end + 8:]
                start = raw.index(b"\x01", raw.index(b"\x019=") + 1) + 1
                self.length = raw[raw.index(b"\x019=") + 3:start - 1].decode()
                assert int(self.length) == end + 1 - start, raw
                assert raw[end + 1:] == b"10=%03d\x01" % (sum(raw[:end + 1]) % 256), raw
                return dict(f.split("=", 1) for f in raw.decode().rstrip(SOH).split(SOH))
            data = self.sock.recv(65536)
            if not data:
                return None
            self.buffer += data

    def wait(self, kind):
        m = self.next()
        while m and m["35"] != kind:
            m = self.next()
        return m


class Venue:
    def __init__(self, path, *args, secrets=None):
        self.dir = tempfile.TemporaryDirectory()
        extra = []
        if secrets:
            name = os.path.join(self.dir.name, "secrets")
            with open(name, "w") as f:
                f.writelines("%s %s\n" % kv for kv in secrets.items())
            extra = ["--credentials", name]
        self.proc = subprocess.Popen([path, "--client", "GW"] + list(args) + extra, stdout=subprocess.PIPE, text=True)
        line = self.proc.stdout.readline()
        assert line.startswith("ready fix="), line
        self.port = int(line.split("=")[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.proc.terminate()
        self.proc.wait(10)
        self.proc.stdout.close()
        self.dir.cleanup()


def b64(b):
    return base64.b64encode(b).decode()


def ed25519_key(directory):
    key = os.path.join(directory, "key.pem")
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", key], check=True, capture_output=True)
    der = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    return key, b64(der[-32:])


def ed25519_sign(directory, key, text):
    name = os.path.join(directory, "text")
    with open(name, "w") as f:
        f.write(text)
    return b64(subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", key, "-rawin", "-in", name], check=True, capture_output=True).stdout)


def logons(directory):
    """Dialect, begin string, secrets and a function of (when, nonce, good) to the Logon's fields."""
    key, public = ed25519_key(directory)
    base = [(98, 0), (108, 30), (141, "Y")]

    def binance(when, good):
        sign = ed25519_sign(directory, key, SOH.join(["A", "GW", "VENUE", "1", when if good else "x"]))
        return base + [(95, len(sign)), (96, sign), (553, "user"), (25035, 2), (25036, 1)]

    def kraken(when, good):
        nonce = str(int(time.time() * 1000))
        text = "".join(f + SOH for f in ["35=A", "34=1", "49=GW", "56=VENUE", "553=user"]) + nonce
        sign = hmac.new(base64.b64decode(SECRET), hashlib.sha256(text.encode()).digest(), hashlib.sha512).digest()
        return base + [(553, "user"), (554, b64(sign if good else sign[:-1] + b"x")), (5025, nonce), (8674, 1)]

    def coinbase(when, good):
        text = SOH.join([when, "A", "1", "GW", "VENUE", "phrase"])
        sign = b64(hmac.new(base64.b64decode(SECRET), text.encode(), hashlib.sha256).digest())
        return base + [(553, "user"), (554, "phrase" if good else "phrasf"), (95, len(sign)), (96, sign), (8013, "S"), (1137, 9)]

    def deribit(when, good):
        raw = "%d.%s" % (time.time() * 1000, b64(os.urandom(32)))
        hashed = b64(hashlib.sha256((raw + (SECRET if good else "x")).encode()).digest())
        return base + [(95, len(raw)), (96, raw), (553, "user"), (554, hashed), (9001, "N"), (9015, "Y")]

    return [("binance", "FIX.4.4", {"username": "user", "public_key": public}, binance),
            ("kraken", "FIX.4.4", {"username": "user", "secret": SECRET}, kraken),
            ("coinbase", "FIXT.1.1", {"username": "user", "secret": SECRET, "passphrase": "phrase"}, coinbase),
            ("deribit", "FIX.4.4", {"username": "user", "secret": SECRET}, deribit)]


def test_signatures(path):
    """a Logon's signature is checked, and one that is wrong is refused"""
    with tempfile.TemporaryDirectory() as d:
        for name, begin, secrets, fields in logons(d):
            for good in (False, True):
                with Venue(path, "--dialect", name, secrets=secrets) as v:
                    p = Peer(v.port, begin)
                    when = stamp()
                    p.send("A", fields(when, good), when)
                    m = p.next()
                    assert (m is not None and m["35"] == "A") == good, (name, good, m)
                    assert not good or (len(p.length) == 7) == (name == "binance"), (name, p.length)


def test_logon_form(path):
    """a Logon without a field that the dialect needs is refused"""
    with tempfile.TemporaryDirectory() as d:
        for name, begin, _, fields in logons(d):
            for tag in {"binance": (96, 553, 25035, 141), "kraken": (554, 5025), "coinbase": (554, 96), "deribit": (96, 554)}[name]:
                with Venue(path, "--dialect", name) as v:
                    p = Peer(v.port, begin)
                    p.send("A", [f for f in fields(stamp(), True) if f[0] != tag])
                    m = p.next()
                    assert m is None or m["35"] != "A", (name, tag, m)


def test_refusals(path):
    """what a dialect has no message or value for is refused"""
    order = [(55, "BTCUSDT"), (54, 1), (38, 1), (40, 2), (44, 50000), (59, 1)]
    uuid = "f81d4fae-7dec-41d0-a765-00a0c91e6bf6"
    cases = {"binance": [("D", [(11, "x" * 37)] + order), ("D", [(11, "a"), (60, stamp())] + order), ("G", [(11, "a"), (41, "b")]), ("H", [(11, "a")]),
                         ("D", [(11, "a")] + order[:-1] + [(59, 0)]), ("2", [(7, 1), (16, 0)])],
             "kraken": [("D", [(11, "0000000000010001x"), (60, stamp())] + order), ("D", [(11, uuid), (60, stamp()), (18, 6)] + order)],
             "coinbase": [("D", [(11, uuid.upper()), (60, stamp())] + order), ("D", [(11, uuid.replace("41d0", "11d0")), (60, stamp())] + order)],
             "deribit": [("D", [(11, "a"), (18, 6)] + order), ("H", [(11, "a")]), ("AF", [(584, "a"), (585, 1), (55, "BTCUSDT")])]}
    with tempfile.TemporaryDirectory() as d:
        for name, begin, _, fields in logons(d):
            with Venue(path, "--dialect", name) as v:
                p = Peer(v.port, begin)
                p.send("A", fields(stamp(), True))
                assert p.wait("A"), name
                for kind, body in cases[name]:
                    p.send(kind, body)
                    m = p.next()
                    while m and m["35"] in "01":
                        m = p.next()
                    assert m and m["35"] in "3j", (name, kind, body, m)


def test_versions(path):
    """FIX 4.2 reports trades by their outcome; other versions have 150=F"""
    for version, begin, extra, want in (("42", "FIX.4.2", [(21, 1)], "2"), ("44", "FIX.4.4", [], "F"), ("50", "FIXT.1.1", [], "F")):
        with Venue(path, "--fix-version", version) as v:
            p = Peer(v.port, begin)
            p.send("A", [(98, 0), (108, 30), (141, "Y")] + ([(1137, 9)] if version == "50" else []))
            assert p.wait("A")["8"] == begin
            p.send("D", [(11, "a"), (55, "BTCUSDT"), (54, 1), (60, stamp()), (38, "0.001"), (40, 1)] + extra)
            assert p.wait("8")["150"] == "0"
            m = p.wait("8")
            assert m["150"] == want and m["39"] == "2" and ("20" in m) == (version == "42"), m


def test_usage(path):
    """dialects and versions that do not exist, or not together"""
    for args in (["--dialect", "nasdaq"], ["--fix-version", "43"], ["--dialect", "kraken", "--fix-version", "42"]):
        assert subprocess.run([path, "--client", "GW"] + args, capture_output=True).returncode == 2, args


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venue", required=True)
    args = parser.parse_args()
    tests = [f for n, f in globals().items() if n.startswith("test_")]
    failed = 0
    print("TAP version 13\n1..%d" % len(tests))
    for i, test in enumerate(tests, 1):
        try:
            test(args.venue)
            print("ok %d - %s" % (i, test.__doc__))
        except Exception as e:
            failed += 1
            print("not ok %d - %s\n# line %d: %s: %s" % (i, test.__doc__, e.__traceback__.tb_next.tb_lineno, type(e).__name__, str(e)[:800]))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
