#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test_fix_data.py TGCTL: the verdict of `tgctl fix` on every message of the logs and instrument files in $TG_DATA, against lengths and sums counted here."""
import glob
import json
import os
import re
import subprocess
import sys

from fixkit import frame_verdict

tgctl = sys.argv[1]
top = os.path.dirname(os.path.abspath(__file__)) + '/../../..'
data = os.environ.get('TG_DATA', top + '/../shared/data')
if not os.path.isdir(data + '/broken-logs') or not os.path.isdir(data + '/secdef'):
    print('1..0 # SKIP no broken-logs and secdef in %s' % data)
    sys.exit(4)
number = 0
failures = 0


def check(name, ok, detail=''):
    global number, failures
    number += 1
    failures += not ok
    print('%sok %d - %s' % ('' if ok else 'not ', number, name))
    if not ok:
        print('# ' + str(detail).replace('\n', '\n# '))


def fix(path, *args):
    r = subprocess.run([tgctl, 'fix', '--json', *args, path], capture_output=True, timeout=120)
    out = [json.loads(x) for x in r.stdout.decode().splitlines()]
    return r.returncode, out[:-1], out[-1]['summary']


def same(name, path, want, *args):
    """want: a list of (line, verdict, byte)."""
    code, got, summary = fix(path, *args)
    have = [(m.get('line'), 'valid' if m['valid'] else m['verdict'], m.get('byte')) for m in got]
    wrong = [x for x in zip(want, have) if x[0] != x[1]]
    check('%s: %d messages, verdict and byte of each' % (name, len(want)), have == want, (len(have), wrong[:5]))
    refused = sum(1 for w in want if w[1] != 'valid')
    check('%s: %d refused, counted' % (name, refused), summary['refused'] == refused and summary['messages'] == len(want) and code == (1 if refused else 0), summary)
    return got


def lines(path):
    return open(path, 'rb').read().split(b'\n')


# ---- logs: what stands in each line from 8= on ----
for path in sorted(glob.glob(data + '/broken-logs/*.log')):
    want = []
    for i, text in enumerate(lines(path), 1):
        if b'8=FIX' in text:
            want.append((i, *frame_verdict(text[text.index(b'8=FIX.'):])))
    same(os.path.basename(path), path, want, '--check', 'fields')
    check('%s: most are broken' % os.path.basename(path), sum(1 for w in want if w[1] != 'valid') > len(want) / 2)

# ---- CME: length and sum, though no 8= ----
for name, refused in (('secdef-test.dat', 0), ('secdef-invalid-group-test.dat', 1)):
    path = data + '/secdef/' + name
    want = [(i, *frame_verdict(text)) for i, text in enumerate(lines(path), 1) if text]
    same(name, path, want)
    check('%s: the oracle refuses %d' % (name, refused), sum(1 for w in want if w[1] != 'valid') == refused)

# ---- CME: fields alone ----
path = data + '/secdef/secdef.dat'
want = []
for i, text in enumerate(lines(path), 1):
    if text:
        ok = all(re.fullmatch(rb'[1-9][0-9]*=[^\x01]+', f) for f in text.rstrip(b'\x01').split(b'\x01'))
        want.append((i, 'valid' if ok else 'refused', None))
same('secdef.dat', path, want)

# ---- ICE: 92,445 bytes declared, not half of them there ----
path = data + '/secdef/ice2.txt'
text = open(path, 'rb').read()
declared = int(re.match(rb'8=FIX\.4\.2\x019=(\d+)\x01', text).group(1))
whole = text.index(b'35=') + declared + 7
got = same('ice2.txt', path, [(None, 'INCOMPLETE', len(text))])
check('ice2.txt: says how much is missing', '%d bytes are missing' % (whole - len(text)) in got[0]['text'], got[0]['text'])

# ---- the whole folder at once ----
paths = sorted(glob.glob(data + '/broken-logs/*.log')) + sorted(glob.glob(data + '/secdef/*.dat')) + [path]
r = subprocess.run([tgctl, 'fix', '--quiet', '--json', *paths], capture_output=True, timeout=120)
summary = json.loads(r.stdout)['summary']
check('all files at once', r.returncode == 1 and summary['files'] == len(paths) and summary['messages'] == summary['valid'] + summary['refused'], summary)
print('1..%d' % number)
sys.exit(1 if failures else 0)
