#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""samebook.py DIR: book-ours.json (tgctl book) against book-venue.json (the venue's), level by level."""
import json
import sys
from decimal import Decimal

d = sys.argv[1]
ours, venue = (json.load(open(f"{d}/book-{n}.json")) for n in ("ours", "venue"))


def levels(v, *names):
    for n in names:
        if n in v:
            return [tuple(Decimal(str(x)) for x in ((lv["px"], lv["qty"]) if isinstance(lv, dict) else lv)) for lv in v[n]][:10]
    sys.exit(f"# no {names} in {list(v)}")


ours = ours.get("book", ours)
bad = 0
for side in (("bids", "bid"), ("asks", "ask", "offers")):
    a, b = levels(ours, *side), levels(venue, *side)
    if a != b or not a:
        bad = 1
        print(f"# {side[0]}: ours {a[:3]}, venue's {b[:3]}")
sys.exit(bad)
