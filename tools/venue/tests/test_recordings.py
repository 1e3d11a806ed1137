# SPDX-License-Identifier: MIT
"""Recorded markets played by the test venue. Each test takes the venue's path;
its docstring is the TAP name."""
import gzip
import os
import shutil
import subprocess
import tempfile

from rawfix import Book, Client, Message, Venue, check_frame, drain_udp, udp_socket


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
