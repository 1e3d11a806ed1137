# SPDX-License-Identifier: MIT
"""Orders at the test venue: states, rejects, fills, priority, what is published of them. Each test takes the venue's path;
its docstring is the TAP name."""
from decimal import Decimal

from rawfix import Book, Client, STILL, Venue, best, stamp, trading


def test_orders(path, ctx):
    """D acked, rests, F cancels, G replaces, H tells, q cancels all; every field of the reports"""
    with trading(path) as (v, c, bid, offer):
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
        assert c.status("A2").has(_150="I", _39="0", _11="A2", _151="0.3")
        assert c.status("ZZ").has(_150="I", _39="8", _11="ZZ", _103="5")
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
    with trading(path) as (v, c, bid, offer):
        c.send("D", [(11, "B0"), (55, "NOPE"), (54, 1), (60, stamp()), (38, 1), (40, 2), (44, 1)])
        assert c.wait("8").has(_150="8", _39="8", _103="1", _11="B0", _37="NONE", _151="0")
        c.placed("B1", 1, "0.1", bid - 10)
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
    with trading(path) as (v, c, _, _):
        book = best(v)[2]
        (p0, q0), (p1, q1) = [(Decimal(p), Decimal(q)) for p, q in book["offers"][:2]]
        qty = q0 + Decimal("0.00001")
        c.placed("C1", 1, qty, p1)
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
        c.placed("C2", 1, q0, p0, tif=3)
        assert c.wait("8").has(_150="4", _39="4", _14="0")
        c.placed("C3", 1, q1 * 2, p1, tif=4)
        assert c.wait("8").has(_150="4", _39="4", _14="0")
        c.placed("C4", 1, q1, p1, tif=3)
        assert Decimal(c.wait("8", _150="F").get(32)) == q1 - Decimal("0.00001")
        assert c.wait("8").has(_150="4", _39="4")
        c.placed("C5", 2, "1000")
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
        c.placed("R1", 1, "0.001", bid)
        c.placed("R2", 2, "0.001", offer)
        assert Decimal([o for o in v.json("orders") if o["cl_ord_id"] == "R1"][0]["ahead_qty"]) > 0
        v.cmd("step 3000")
        got = {c.wait("8", _150="F").get(11), c.wait("8", _150="F").get(11)}
        assert got == {"R1", "R2"}
        assert v.json("stats")["fills"] >= 2


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
