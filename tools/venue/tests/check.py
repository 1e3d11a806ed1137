#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Drives tg-venue over loopback with raw FIX and prints TAP."""
import argparse
import os
import sys

import test_feeds
import test_incidents
import test_orders
import test_recordings
import test_session

SUBJECTS = (test_session, test_orders, test_incidents, test_feeds, test_recordings)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--venue", required=True)
    parser.add_argument("--top", required=True)
    parser.add_argument("--only", default="")
    ctx = parser.parse_args()
    ctx.data = os.environ.get("TG_DATA") or os.path.join(ctx.top, "..", "shared", "data")
    tests = [(n, f) for m in SUBJECTS for n, f in vars(m).items() if n.startswith("test_") and ctx.only in n]
    failed = 0
    print("TAP version 13\n1..%d" % len(tests))
    for i, (name, test) in enumerate(tests, 1):
        try:
            note = test(ctx.venue, ctx) or ""
            if note.startswith("SKIP"):
                print("ok %d - %s # %s" % (i, test.__doc__, note))
            else:
                print("ok %d - %s%s" % (i, test.__doc__, " (%s)" % note if note else ""))
        except Exception as e:
            failed += 1
            where = e.__traceback__
            while where.tb_next and where.tb_next.tb_frame.f_code.co_filename == test.__code__.co_filename:
                where = where.tb_next
            print("not ok %d - %s" % (i, test.__doc__))
            print("# %s line %d: %s: %s" % (name, where.tb_lineno, type(e).__name__, str(e)[:1500]))
        sys.stdout.flush()
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
