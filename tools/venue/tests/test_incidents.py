# SPDX-License-Identifier: MIT
"""What happens at the test venue without a client's doing: fills, races, refusals, busts, ends nobody asked for, late reports, copies, positions,
others. Each test takes the venue's path; its docstring is the TAP name."""
from decimal import Decimal

from rawfix import Client, Venue, best, stamp, trading


def ask_positions(c, account=None, kind=0):
    c.send("AN", [(710, "R"), (724, kind), (60, stamp())] + ([(1, account)] if account else []))
    first = c.wait("AP") if not account and not kind else c.next()
    return [first] + [c.wait("AP") for _ in range(int(first.get(727)) - 1)]


def net(c):
    (p,) = ask_positions(c)
    return Decimal(p.get(704)) - Decimal(p.get(705))


def test_fill_on_command(path, ctx):
    """fill: a working order in part, then whole, at a price told; wrong words refused"""
    with trading(path) as (v, c, bid, _):
        c.placed("A1", 1, "0.5", bid - 50)
        v.cmd("fill A1 0.2")
        m = c.wait("8")
        assert m.has(_150="F", _39="1", _32="0.2", _14="0.2", _151="0.3", _851="1") and Decimal(m.get(31)) == bid - 50, m
        v.cmd("fill A1 all %s" % (bid - 60))
        m = c.wait("8")
        assert m.has(_150="F", _39="2", _32="0.3", _14="0.5", _151="0") and Decimal(m.get(6)) == bid - 56, m
        for wrong in ("fill A1 0.1", "fill ZZ all", "fill A1", "fill A1 x"):
            v.cmd(wrong, ok=False)
        c.placed("A2", 1, "0.5", bid - 50)
        for wrong in ("fill A2 0.6", "fill A2 -1", "fill A2 0.000001"):
            v.cmd(wrong, ok=False)


def test_race(path, ctx):
    """race: the fill is quicker than the cancel or replace, in part or whole; refuse: 9 with the reason ordered"""
    with trading(path) as (v, c, bid, _):
        v.cmd("race 1 0.2")
        c.placed("R1", 1, "0.5", bid - 50)
        c.cancel("R2", "R1", 1)
        assert c.wait("8").has(_150="F", _39="1", _11="R1", _32="0.2")
        assert c.wait("8").has(_150="4", _39="4", _11="R2", _41="R1", _14="0.2", _151="0")
        v.cmd("race 2 all")
        c.placed("R3", 1, "0.5", bid - 50)
        c.cancel("R4", "R3", 1)
        assert c.wait("8").has(_150="F", _39="2", _11="R3")
        assert c.wait("9").has(_434="1", _102="0", _39="2")
        c.placed("R5", 1, "0.5", bid - 50)
        c.replace("R6", "R5", 1, "0.6", bid - 50)
        assert c.wait("8").has(_150="F", _39="2", _11="R5")
        assert c.wait("9").has(_434="2", _102="0", _39="2")
        c.placed("R7", 1, "0.5", bid - 50)
        v.cmd("refuse cancel 1")
        v.cmd("refuse replace 1 3")
        c.replace("R8", "R7", 1, "0.6", bid - 50)
        assert c.wait("9").has(_434="2", _102="3", _39="0")
        c.cancel("R9", "ZZ", 1)
        assert c.wait("9").has(_434="1", _102="1")
        v.cmd("refuse cancel 1 2")
        c.cancel("R10", "R7", 1)
        assert c.wait("9").has(_434="1", _102="2", _39="0")
        c.cancel("R11", "R7", 1)
        assert c.wait("8").has(_150="4", _39="4")


def test_bust(path, ctx):
    """bust and correct: H and G name the trade by 19, the order works again or stays ended, positions follow"""
    with trading(path) as (v, c, bid, offer):
        c.placed("B1", 1, "0.5", bid - 50)
        v.cmd("fill B1 0.2")
        first = c.wait("8").get(17)
        v.cmd("fill B1 all")
        second = c.wait("8", _39="2").get(17)
        assert net(c) == Decimal("0.5")
        v.cmd("bust " + first)
        m = c.wait("8")
        assert m.has(_150="H", _39="1", _19=first, _32="0.2", _14="0.3", _151="0.2", _11="B1") and m.get(17) != first, m
        v.cmd("bust " + first, ok=False)
        v.cmd("correct %s 0.4 %s" % (second, bid - 49))
        m = c.wait("8")
        assert m.has(_150="G", _39="1", _19=second, _32="0.4", _14="0.4", _151="0.1") and Decimal(m.get(31)) == bid - 49, m
        assert Decimal(m.get(6)) == bid - 49 and net(c) == Decimal("0.4")
        v.cmd("fill B1 all")        # it works: what was taken back can trade again
        assert c.wait("8").has(_150="F", _39="2", _14="0.5")
        v.cmd("bust last")
        assert c.wait("8").has(_150="H", _39="1")
        c.cancel("B2", "B1", 1)
        assert c.wait("8").has(_150="4", _39="4", _14="0.4")
        v.cmd("bust last")
        assert c.wait("8").has(_150="H", _39="4", _14="0", _151="0", _6="0")
        assert net(c) == 0
        c.placed("B3", 1, "0.001", offer, tif=3)
        c.wait("8", _150="F", _39="2")
        v.cmd("bust last")
        assert c.wait("8").has(_150="H", _39="4", _14="0", _151="0")
        for wrong in ("bust NONE", "bust", "correct last", "correct last 0 1", "bust last"):
            v.cmd(wrong, ok=False)
        stats = v.json("stats")
        assert (stats["busts"], stats["corrections"]) == (4, 1), stats
        assert [t["gone"] for t in v.json("trades 2")] == [True, True]


def test_unasked_ends(path, ctx):
    """expire, done and suspend: 150=C, 3 and 9; a suspended order does not trade until it is reinstated"""
    with trading(path, "--client", "GX") as (v, c, bid, offer):
        x = Client(v.port, comp_id="GX")
        x.wait("A")
        for name, word, kind in (("E1", "expire", "C"), ("E2", "done", "3")):
            c.placed(name, 1, "0.1", bid - 50)
            v.cmd("%s %s" % (word, name))
            assert c.wait("8").has(_150=kind, _39=kind, _151="0", _11=name)
            v.cmd("%s %s" % (word, name), ok=False)
        inside = bid + Decimal("0.5") if offer - bid > 1 else bid
        c.placed("E3", 1, "0.1", inside)
        v.cmd("suspend E3")
        assert c.wait("8").has(_150="9", _39="9", _151="0.1")
        c.replace("E4", "E3", 1, "0.2", inside)
        assert c.wait("9").has(_434="2", _102="99", _39="9")
        v.cmd("fill E3 all", ok=False)
        v.cmd("reinstate E3")
        assert c.wait("8").has(_150="D", _39="0", _151="0.1")
        v.cmd("suspend E3")
        c.wait("8", _150="9")
        c.cancel("E5", "E3", 1)
        assert c.wait("8").has(_150="4", _39="4")


def test_mass_status(path, ctx):
    """AF: a report with 584 for each working order, the last with 912=Y; none: 39=8"""
    with trading(path) as (v, c, bid, _):
        c.send("AF", [(584, "M0"), (585, 7)])
        assert c.wait("8").has(_150="I", _39="8", _584="M0", _911="0", _912="Y")
        for i in range(3):
            c.placed("M%d" % i, 1, "0.1", bid - 50 - i)
        v.cmd("fill M0 0.05")
        c.wait("8", _150="F")
        v.cmd("cancel-unsolicited M1")
        c.wait("8", _150="4")
        c.send("AF", [(584, "Q"), (585, 7)])
        got = [c.wait("8"), c.wait("8")]
        assert [(m.get(11), m.get(39), m.get(584), m.get(911), m.get(912)) for m in got] == \
            [("M0", "1", "Q", "2", "N"), ("M2", "0", "Q", "2", "Y")], got
        c.send("AF", [(584, "Q1"), (585, 1), (55, "NOPE")])
        assert c.wait("8").has(_39="8", _584="Q1")
        c.send("AF", [(584, "Q2"), (585, 5)])
        assert c.wait("3").has(_371="585", _373="5")


def test_positions(path, ctx):
    """AN: an AP for each account and instrument, AO when there is none; `position` makes a difference"""
    with trading(path) as (v, c, bid, offer):
        c.send("AN", [(710, "R0"), (724, 0), (60, stamp())])
        assert c.wait("AO").has(_710="R0", _727="0", _728="2", _729="0")
        c.placed("P1", 1, "0.3", bid - 50, extra=[(1, "ACC")])
        v.cmd("fill P1 all")
        c.wait("8", _150="F")
        c.placed("P2", 2, "0.1", offer + 50)
        v.cmd("fill P2 all")
        c.wait("8", _150="F")
        got = ask_positions(c)
        assert [(m.get(1), m.get(55), m.get(704), m.get(705), m.get(727), m.get(728)) for m in got] == \
            [(None, "BTCUSDT", "0", "0.1", "2", "0"), ("ACC", "BTCUSDT", "0.3", "0", "2", "0")], got
        v.cmd("position GW BTCUSDT -0.4 ACC")
        (m,) = ask_positions(c, "ACC")
        assert m.has(_1="ACC", _704="0", _705="0.1"), m
        assert ask_positions(c, "NOONE")[0].has(_35="AO", _728="2")
        c.send("AN", [(710, "R1"), (724, 0), (55, "NOPE"), (60, stamp())])
        assert c.wait("AO").has(_710="R1", _728="2")
        assert ask_positions(c, kind=1)[0].has(_35="AO", _728="4", _729="2")
        mine = {p["account"]: p["qty"] for p in v.json("positions")}
        assert mine == {"": "-0.1", "ACC": "-0.1"}, mine


def test_stray(path, ctx):
    """stray: the client is told of an order that its session has not sent; it fills and is cancelled as any other"""
    with trading(path) as (v, c, bid, _):
        for name, qty in (("STRAY1", "0.5"), ("STRAY2", "0.1")):
            assert v.cmd("stray GW BTCUSDT buy %s %s ACC" % (qty, bid - 50)) == "ok " + name
            assert c.wait("8").has(_150="0", _39="0", _11=name, _1="ACC", _38=qty)
        v.cmd("fill STRAY1 0.2")
        assert c.wait("8").has(_150="F", _39="1", _11="STRAY1", _151="0.3")
        c.cancel("S9", "STRAY1", 1)
        assert c.wait("8").has(_150="4", _11="S9", _41="STRAY1", _14="0.2")
        for wrong in ("stray GW BTCUSDT both 1 1", "stray GW BTCUSDT buy 1", "stray GW NOPE buy 1 1", "stray GW BTCUSDT buy 0.000001 1"):
            v.cmd(wrong, ok=False)


def test_late(path, ctx):
    """late: a report is overtaken; hold and release reverse: out of order without a gap; repeat: the same ExecID twice"""
    with trading(path) as (v, c, bid, _):
        seq = int(c.placed("L1", 1, "0.5", bid - 50).get(34))
        v.cmd("late 1 300")
        v.cmd("fill L1 0.1")
        v.cmd("fill L1 0.1")
        got = [c.wait("8"), c.wait("8")]
        assert [(m.get(14), m.get(34)) for m in got] == [("0.2", str(seq + 1)), ("0.1", str(seq + 2))], got
        v.cmd("hold")
        v.cmd("fill L1 0.1")
        c.cancel("L2", "L1", 1)
        c.quiet(0.3)
        assert v.json("stats")["reports"]["held"] == 2
        assert v.cmd("release reverse") == "ok reports=2"
        assert c.wait("8").has(_150="4", _11="L2", _14="0.3")
        assert c.wait("8").has(_150="F", _11="L1", _14="0.3")
        v.cmd("repeat 1")
        c.order("L3", 1, "0.1", bid - 50)
        twice = [c.wait("8", _150="0"), c.wait("8", _150="0")]
        assert twice[0].get(17) == twice[1].get(17) and int(twice[1].get(34)) == int(twice[0].get(34)) + 1


def test_drop_copy(path, ctx):
    """--drop-copy: every report goes there too, with 797=Y and 115, silent or not; nothing is taken from it"""
    with trading(path, "--drop-copy", "DC") as (v, c, bid, _):
        d = Client(v.port, comp_id="DC")
        d.wait("A")
        m = c.placed("D1", 1, "0.5", bid - 50)
        copy = d.wait("8")
        assert copy.has(_797="Y", _115="GW", _56="DC", _150="0") and copy.get(17) == m.get(17), copy
        v.cmd("silent work")
        v.cmd("fill D1 0.1")
        assert d.wait("8").has(_150="F", _32="0.1")
        c.quiet(0.2)
        v.cmd("silent off")
        v.cmd("lose-copies 1")
        v.cmd("fill D1 0.1")
        c.wait("8", _150="F")
        v.cmd("cancel-unsolicited D1")
        assert d.wait("8").has(_150="4", _14="0.2")
        assert v.json("stats")["copies_lost"] == 1
        c.status("D1")
        d.quiet(0.2)
        d.order("D2", 1, "0.1", bid - 50)
        assert d.wait("j").has(_380="3")


def test_pending(path, ctx):
    """--pending-acks: 150=A, E and 6 come first, with the request's ClOrdID"""
    with trading(path, "--pending-acks") as (v, c, bid, _):
        c.order("N1", 1, "0.5", bid - 50)
        assert c.wait("8").has(_150="A", _39="A", _11="N1")
        assert c.wait("8").has(_150="0", _39="0")
        c.replace("N2", "N1", 1, "0.4", bid - 50)
        assert c.wait("8").has(_150="E", _39="E", _11="N2", _41="N1")
        assert c.wait("8").has(_150="5", _39="0", _11="N2")
        c.cancel("N3", "N2", 1)
        assert c.wait("8").has(_150="6", _39="6", _11="N3", _41="N2")
        assert c.wait("8").has(_150="4", _39="4", _11="N3")


def storm(path, seed, args=()):
    """Orders under every chance at once; what the client was told, and what the venue has."""
    told, ids, repeats = [], set(), 0
    with trading(path, "--fault-seed", str(seed), *args) as (v, c, bid, offer):
        v.cmd("chance all 150000")
        v.cmd("chance correct 400000")
        v.cmd("chance late 0")      # by the clock, so not the same twice
        for i in range(120):
            buy = i % 2 == 0
            c.order("S%d" % i, 1 if buy else 2, "0.05", bid - 5 - i % 7 if buy else offer + 5 + i % 7)
            if i % 3 == 2:
                c.replace("S%dr" % i, "S%d" % (i - 2), 1 if buy else 2, "0.06", bid - 4 if buy else offer + 4)
            if i % 5 == 4:
                c.cancel("S%dc" % i, "S%d" % (i - 1), 2 if buy else 1)
        c.send("1", [(112, "END")])
        position = Decimal(0)
        trades = {}
        while True:
            m = c.next()
            if m.has(_35="0", _112="END"):
                break
            if m.get(35) != "8":
                told.append((m.get(35), m.get(11), m.get(102)))
                continue
            told.append(tuple(m.get(t) for t in (11, 150, 39, 14, 151, 31, 32, 19)))
            if m.get(17) in ids:
                repeats += 1
                continue
            ids.add(m.get(17))
            sign = 1 if m.get(54) == "1" else -1
            assert m.get(39) == "8" or Decimal(m.get(14)) + Decimal(m.get(151)) <= Decimal(m.get(38)), m
            if m.get(150) in "GH":
                position -= trades.pop(m.get(19))
            if m.get(150) in "FG":
                trades[m.get(17)] = sign * Decimal(m.get(32))
                position += trades[m.get(17)]
        have = {p["symbol"]: Decimal(p["qty"]) for p in v.json("positions")}
        assert have == {"BTCUSDT": position}, (have, position)
        orders = {o["order_id"]: o for o in v.json("orders")}
        for o in orders.values():
            assert o["status"] != "2" or o["qty"] == o["cum_qty"], o
        stats = v.json("stats")
    return told, repeats, stats


def test_chance(path, ctx):
    """chance: every kind at random; what was told adds up to the venue's positions, the same seed does the same again"""
    told, repeats, stats = storm(path, 3)
    kinds = {t[1] for t in told if len(t) == 8}
    assert kinds >= set("04FGH58"), kinds
    assert 0 < repeats <= stats["reports"]["repeated"] and stats["busts"] > 0 and stats["corrections"] > 0
    assert told == storm(path, 3)[0]
    assert told != storm(path, 4)[0]
    with trading(path) as (v, _, _, _):
        v.cmd("chance all 1000001", ok=False)
        v.cmd("chance nonsense 1", ok=False)
    return "%d reports, %d busts, %d corrections" % (len(told), stats["busts"], stats["corrections"])


def test_others(path, ctx):
    """--others: participants trade with clients and each other by the seed; their orders are no one else's"""
    def run(seed):
        with Venue(path, "--market", "seeded", "--rate", "1", "--seed", seed, "--others", "20") as v:
            c = Client(v.port)
            c.wait("A")
            v.cmd("pause")
            bid, offer, _ = best(v)
            c.placed("O1", 1, "0.5", bid + (offer - bid) / 2 // Decimal("0.01") * Decimal("0.01"))
            v.cmd("step 4000")
            s = v.json("stats")
            fills = [c.wait("8", _150="F", _11="O1")]
            while fills[-1].get(39) != "2":
                fills.append(c.wait("8", _150="F", _11="O1"))
            assert [o["cl_ord_id"] for o in v.json("orders")] == ["O1"]
            assert s["other_orders"] > 500 and s["other_fills"] > 100 and s["orders"] == 1, s
            assert len(v.json("orders others")) <= 20 * 9
            return s["other_orders"], s["other_fills"], len(fills)
    first = run("5")
    assert first == run("5") and first != run("6")
    return "%d orders, %d fills of theirs, %d of ours" % first
