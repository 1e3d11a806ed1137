#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""report.py OUT CEILINGS [--check]: the two paths side by side, from what guest.sh left in OUT."""
import json
import sys

out, ceilings, check = sys.argv[1], sys.argv[2], sys.argv[3:] == ["--check"]
user = json.load(open(f"{out}/user.json"))
strategy = json.load(open(f"{out}/strategy.json"))
lat = json.load(open(f"{out}/latency.json"))
lat = {s["stage"]: s for s in (lat["stages"] if isinstance(lat, dict) else lat)}
host = json.load(open(f"{out}/counters.json"))["host"]
inline = host["inline_packets"] / max(1, host["inline_packets"] + host["queued_packets"])


def p50(stage):
    return int(lat[stage]["p50"])


parts = [
    ("XDP entry to events visible in the ring (parse, book, publish)", p50("publish")),
    ("strategy: event read to submission written (its own core)", strategy["p50"]),
    ("submission: risk, order, FIX encode (one step)", p50("order_step")),
    ("hand-over to TCP (tcp_sendmsg returned)", p50("send")),
]
kernel = sum(v for _, v in parts)
ratio = kernel / user["p50"]
print("# whole path, packet to order at TCP; medians, guest instructions (1 ns of the instruction clock)")
for name, v in parts:
    print(f"#   {v:8d}  {name}")
print(f"# {kernel:9d}  module, sum of the parts ({strategy['samples']} orders, {inline * 100:.1f} % of packets inline)")
print(f"# {user['p50']:9d}  userspace, busy-polling sockets ({user['samples']} orders)")
print(f"# ratio module / userspace: {ratio:.2f}")
print(json.dumps({"module": kernel, "parts": {n: v for n, v in parts}, "user_busy": user["p50"], "ratio": round(ratio, 3)}))
if not check:
    sys.exit(0)
limit = {}
for line in open(ceilings):
    if line.strip() and not line.startswith("#"):
        k, v = line.split()[:2]
        limit[k] = float(v)
bad = 0
for i, (what, have, most) in enumerate([("module's path, instructions", kernel, limit["module"]), ("ratio to the userspace path", ratio, limit["ratio"])], 1):
    ok = have <= most
    bad |= not ok
    print(f"{'ok' if ok else 'not ok'} {i} - {what}: {have:.2f} <= {most:g}")
print("1..2")
sys.exit(bad)
