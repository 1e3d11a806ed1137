#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""mirror.py RUNNER TABLE DATA WORK: acceptance scripts written for an acceptor, run against our initiator.

In the scripts (fix42, fix44, fix50sp2 under DATA/fix-session-scripts/server) I lines are what their initiator sends to the acceptor under test, E lines what that
acceptor must answer. Mirrored, the venue sends the I lines to us and the E lines are what we must send; only the Logon changes direction: ours goes out first, and
the script's is the venue's answer to it. CompIDs are ours and the venue's instead of the script's. A script is turned into a conversation (README.md) and run by
RUNNER.

Their application answers an order with the order; an initiator takes no orders and answers 35=j under the same number. So an expected 35=D or 35=d is an expected
35=j here, and when the script asks for it again, what is sent again is that 35=j, from the store.

What is compared: type, 34, 43, and every field that the script names and whose value is not a time, a length, a sum or words (58). What we name beyond that (371
for a CompID, say) is allowed. TABLE has a line for each script: pass, or n/a with the reason; a script that is not in it, or a result other than it says, fails.
"""
import os
import re
import subprocess
import sys

SOH = "\x01"
VERSIONS = {"fix42": ("42", "FIX.4.2"), "fix44": ("44", "FIX.4.4"), "fix50sp2": ("50", "FIXT.1.1")}
ECHOED = ("D", "d")


def fields(text):
    return [f.partition("=")[::2] for f in text.split(SOH) if f]


def get(fs, tag, default=None):
    return next((v for t, v in fs if t == tag), default)


class Conversation:
    def __init__(self, directory, lines, begin, version):
        self.begin, self.version = begin, version
        self.out = []
        self.heartbeat = "30"
        self.connected = False
        self.logged = False
        self.in_seq_offset = 0
        self.done = False
        self.lines = lines
        for l in lines:
            m = re.search(SOH + "108=([0-9]+)" + SOH, l)
            if m:
                self.heartbeat = m.group(1)
                break

    def inbound(self, text):
        """A message of the venue's: the script's with CompIDs swapped to ours."""
        swap = {"49": {"TW42": "VENUE", "TW44": "VENUE", "TW50SP2": "VENUE"}, "56": {"ISLD": "GW"}}
        body = []
        for tag, value in fields(text):
            value = swap.get(tag, {}).get(value, value)
            value = re.sub(r"^<TIME([+-]\d+)?>$", lambda m: "*" if not m.group(1) else "%+d" % (int(m.group(1)) * 1000), value)
            body.append([tag, value])
        for f in body:
            if f[0] != "52" and re.fullmatch(r"\*|[+-]\d+", f[1]) and f[0] != "35":
                # Ahead or not, whatever the message's own time is by then; the conversations are shorter than an hour.
                f[1] = "{now+3600000}" if f[1].startswith("+") else "{now-10000}"
        tags = [t for t, _ in body]
        if "9" not in tags and tags and tags[0] == "8":
            body.insert(1, ["9", "*"])
        if "10" not in tags:
            body.append(["10", "*"])
        return "|".join("%s=%s" % (t, v) for t, v in body) + "|"

    def outbound(self, text):
        """What must be sent: only what the script can know of us."""
        keep = []
        fs = fields(text)
        kind = get(fs, "35")
        if kind in ECHOED:
            ref = kind
            keep = [("35", "j"), ("34", get(fs, "34")), ("372", ref), ("380", "3")]
            if get(fs, "43"):
                keep.insert(2, ("43", "Y"))
        else:
            for tag, value in fs:
                if tag in ("8", "9", "10", "52", "60", "122", "58", "49", "56", "128", "129", "115", "116", "144", "145"):
                    continue
                if kind == "1" and tag == "112":
                    value = "*"
                keep.append((tag, value))
            if kind == "3":     # what is no tag has no name
                keep = [(t, v) for t, v in keep if t != "371" or int(v) > 0]
        return "<~ " + "|".join("%s=%s" % f for f in keep)

    def convert(self):
        config = "config reset=0 fix_version=%s heartbeat=%s skew_ms=120000 validate=1 resend_policy=1" % (self.version, self.heartbeat)
        self.out.append(config)
        lines = [l for l in self.lines if l and not l.startswith("#")]
        i = 0
        while i < len(lines):
            l = lines[i]
            i += 1
            if l == "iCONNECT":
                if self.done:
                    self.out.append("fresh")
                self.out.append("up")
                self.out.append("<~ 35=A|34=1|108=%s" % self.heartbeat)
                self.connected, self.logged, self.done = True, False, False
            elif l == "iDISCONNECT":
                self.out.append("down")
            elif l == "eDISCONNECT":
                self.out.append("close~")
                self.done = True
            elif l.startswith("I"):
                first = l[1:].startswith("8=")
                self.out.append(">? " + (self.inbound(l[1:]) if first else "raw " + l[1:].replace(SOH, "|").replace("<TIME>", "{now}")))
            elif l.startswith("E"):
                fs = fields(l[1:])
                if get(fs, "35") == "A" and not self.logged:
                    self.logged = True      # ours went out first
                    continue
                kind = get(fs, "35")
                # The script waits here for a heartbeat interval, or longer.
                if kind == "0" and get(fs, "112") is None:
                    self.out.append("wait~ 0")
                elif kind == "1":
                    self.out.append("wait~ 1")
                self.out.append(self.outbound(l[1:]))
            else:
                raise ValueError("not understood: " + l)
        return "\n".join(self.out) + "\n"


def table(path):
    rows = {}
    with open(path) as f:
        for l in f:
            l = l.rstrip("\n")
            if not l or l.startswith("#"):
                continue
            script, versions, verdict, reason = (l.split("\t") + ["", ""])[:4]
            for v in versions.split(","):
                rows[v + "/" + script] = (verdict, reason)
    return rows


def main():
    if len(sys.argv) != 5:
        print(__doc__, file=sys.stderr)
        return 2
    runner, rows, data, work = sys.argv[1], table(sys.argv[2]), sys.argv[3], sys.argv[4]
    root = os.path.join(data, "fix-session-scripts", "server")
    if not os.path.isdir(root):
        print("1..0 # SKIP no acceptance scripts: %s is missing; set TG_DATA" % root)
        return 4
    n = bad = passed = not_ours = skipped = 0
    seen = set()
    for version in VERSIONS:
        number, begin = VERSIONS[version]
        os.makedirs(os.path.join(work, version), exist_ok=True)
        for name in sorted(os.listdir(os.path.join(root, version))):
            script = name[:-4]
            key = version + "/" + script
            seen.add(key)
            n += 1
            verdict, reason = rows.get(key, ("missing", ""))
            if verdict == "n/a":
                not_ours += 1
                print("ok %u - %s # not applicable: %s" % (n, key, reason))
                continue
            with open(os.path.join(root, version, name), newline="") as f:
                lines = [l.strip("\r\n ") for l in f]
            out = os.path.join(work, version, script + ".fix")
            with open(out, "w") as f:
                f.write(Conversation(version, lines, begin, number).convert())
            r = subprocess.run([*runner.split(), out], capture_output=True, text=True, check=False)
            skip = re.search("# SKIP (.*)", r.stdout)
            if r.returncode == 0 and skip:
                skipped += 1
                print("ok %u - %s # SKIP %s" % (n, key, skip.group(1)))
                continue
            good = r.returncode == 0 and verdict == "pass"
            passed += good
            bad += not good
            print("%sok %u - %s" % ("" if good else "not ", n, key))
            if r.returncode:
                print("\n".join("# " + l for l in r.stdout.splitlines() if l.startswith("# "))[:600])
            elif not good:
                print("# passes, but the table says \"%s\"" % verdict)
    for key in sorted(set(rows) - seen):
        n += 1
        bad += 1
        print("not ok %u - %s is in the table and there is no such script" % (n, key))
    print("1..%u" % n)
    print("# %u scripts passed, %u not applicable to an initiator, %u not run here, %u failed" % (passed, not_ours, skipped, bad))
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
