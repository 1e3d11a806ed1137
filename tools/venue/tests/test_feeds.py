# SPDX-License-Identifier: MIT
"""Market data of the test venue: snapshots, the chain over UDP and its faults, one seed one market. Each test takes the venue's path;
its docstring is the TAP name."""
import os
import re
import socket
import time

from rawfix import Book, Client, Message, Venue, check_frame, drain_udp, udp_socket


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
