# SPDX-License-Identifier: MIT
"""The session of the test venue: options, logon, faults on the connection, gaps, its life cycle. Each test takes the venue's path;
its docstring is the TAP name."""
import os
import shutil
import subprocess
import tempfile
import time

from rawfix import Client, STILL, Venue, best, trading


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


def test_midmessage(path, ctx):
    """disconnect in the middle of a message; 141=N afterwards, gap asked for and filled"""
    with trading(path) as (v, c, bid, _):
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
    with trading(path, "--cancel-on-disconnect", "--check-latency", "5") as (v, c, bid, _):
        for name in ("K1", "K2"):
            c.placed(name, 1, "0.1", bid - 5)
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
    with trading(path) as (v, c, bid, _):
        v.cmd("silent on")
        c.order("S1", 1, "0.1", bid - 5)
        c.quiet(0.3)
        v.cmd("silent work")
        c.order("S2", 1, "0.1", bid - 5)
        c.quiet(0.3)
        v.cmd("silent off")
        for name, status in (("S1", "8"), ("S2", "0")):
            assert c.status(name).has(_39=status, _11=name)
        v.cmd("cancel-unsolicited S2")
        m = c.wait("8")
        assert m.has(_150="4", _39="4", _11="S2") and m.get(41) is None, m
        v.cmd("cancel-unsolicited S2", ok=False)
        v.cmd("delay tcp 400")
        before = time.time()
        c.send("1", [(112, "D")])
        c.wait("0", _112="D")
        assert 0.39 < time.time() - before < 2.0


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
