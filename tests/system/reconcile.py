#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reconcile.py DIR: our orders (orders.json) and position (positions.json) against the venue's own (venue-orders.json), in scaled integers."""
import json
import sys
from decimal import Decimal

d = sys.argv[1]


def load(name, key):
    v = json.load(open(f"{d}/{name}.json"))
    return v[key] if isinstance(v, dict) else v


def e8(v):
    return int(Decimal(str(v)) * 10**8)


ours = {}
for o in load("orders", "orders"):
    ours[(o["order_id"][:12] if isinstance(o["order_id"], str) else f'{o["order_id"]:016X}'[:12]).upper()] = o
bad = 0
net = 0
theirs = load("venue-orders", "orders")
filled = {}
for v in theirs:
    # every request has its own ClOrdID; the first 12 hex digits are the order's
    key = v["cl_ord_id"][:12].upper()
    cum = e8(v["cum_qty"])
    filled[key] = filled.get(key, 0) + cum
    net += cum if v["side"] in ("buy", "1", 1) else -cum
for key, cum in filled.items():
    if key not in ours:
        continue  # its slot has been used again
    if e8(ours[key]["cum_qty"]) != cum:
        print(f"# order {key}: ours filled {ours[key]['cum_qty']}, venue's {cum}")
        bad += 1
pos = sum(e8(p["qty"]) for p in load("positions", "positions") if p["account_id"])
print(f"# {len(theirs)} orders at the venue, {len(ours)} here, position here {pos}, venue's {net} (e8)")
if pos != net or not theirs:
    bad += 1
sys.exit(bad != 0)
