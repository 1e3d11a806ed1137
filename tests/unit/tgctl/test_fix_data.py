#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test_fix_data.py TGCTL: the verdict of `tgctl fix` on every message of the logs and instrument files in $TG_DATA, against lengths and sums counted here, and what
QuickFIX's dictionaries say of values and groups."""
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

from fixkit import SOH, frame_verdict
from xmloracle import Oracle

tgctl = sys.argv[1]
top = os.path.dirname(os.path.abspath(__file__)) + '/../../..'
data = os.environ.get('TG_DATA', top + '/../shared/data')
if not os.path.isdir(data + '/broken-logs') or not os.path.isdir(data + '/secdef'):
    print('1..0 # SKIP no broken-logs and secdef in %s' % data)
    sys.exit(4)
if not os.path.isdir(data + '/fix-dictionaries'):
    print('1..0 # SKIP no fix-dictionaries in %s' % data)
    sys.exit(4)
fix44 = Oracle(data + '/fix-dictionaries/FIX44.xml')
fix50 = Oracle(data + '/fix-dictionaries/FIX50SP2.xml', data + '/fix-dictionaries/FIXT11.xml')
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


def pairs(text):
    return [tuple(x.decode('latin1').split('=', 1)) for x in text.rstrip(SOH).split(SOH)]


# ---- logs: what stands in each line from 8= on ----
for path in sorted(glob.glob(data + '/broken-logs/*.log')):
    want = []
    for i, text in enumerate(lines(path), 1):
        if b'8=FIX' in text:
            want.append((i, *frame_verdict(text[text.index(b'8=FIX.'):])))
    same(os.path.basename(path) + ', framing', path, want, '--check', 'framing')
    same(os.path.basename(path) + ', fields', path, want, '--check', 'fields')
    # the dictionary finds more in those whose frame is right
    judged = []
    for i, verdict, byte in want:
        if verdict == 'valid':
            text = lines(path)[i - 1]
            text = text[text.index(b'8=FIX.'):]
            tag = fix44.wrong_value(pairs(text))
            if tag:
                verdict, byte = 'ENUM', text.index(b'\x01%s=' % tag.encode()) + 1
        judged.append((i, verdict, byte))
    same(os.path.basename(path), path, judged)
    check('%s: most are broken' % os.path.basename(path), sum(1 for w in want if w[1] != 'valid') > len(want) / 2)

# ---- CME: length and sum, though no 8= ----
for name, refused in (('secdef-test.dat', 0), ('secdef-invalid-group-test.dat', 1)):
    path = data + '/secdef/' + name
    want = [(i, *frame_verdict(text)) for i, text in enumerate(lines(path), 1) if text]
    same(name, path, want)
    check('%s: the oracle refuses %d' % (name, refused), sum(1 for w in want if w[1] != 'valid') == refused)

# ---- CME: fields and groups alone ----
path = data + '/secdef/secdef.dat'
want = []
for i, text in enumerate(lines(path), 1):
    if text:
        ok = all(re.fullmatch(rb'[1-9][0-9]*=[^\x01]+', f) for f in text.rstrip(b'\x01').split(b'\x01')) and fix50.shape('d', pairs(text))
        want.append((i, 'valid' if ok else 'refused', None))
same('secdef.dat', path, want)
for text in lines(data + '/secdef/secdef-test.dat'):
    if text and not fix50.shape('d', pairs(text)):
        check('groups of secdef-test.dat by the oracle', False, text)

# ---- the same with each group's count made wrong: the oracle and we must say the same of every line ----
made, want = [], []
groups = {b'864', b'870', b'1141', b'711', b'555', b'1234', b'454'}
for text in lines(path):
    fields = text.rstrip(SOH).split(SOH)
    for k, f in enumerate(fields):
        tag, _, value = f.partition(b'=')
        if tag in groups:
            for other in (int(value) + 1, int(value) - 1):
                if other >= 0:
                    made.append(SOH.join(fields[:k] + [tag + b'=%d' % other] + fields[k + 1:]) + SOH)
want = [fix50.shape('d', pairs(text)) for text in made]
with tempfile.NamedTemporaryFile() as f:
    f.write(b'\n'.join(made) + b'\n')
    f.flush()
    code, got, summary = fix(f.name, '--unframed')
wrong = [(w, m.get('verdict'), m.get('text'), t) for w, m, t in zip(want, got, made) if w != m['valid']]
check('%d lines with a group count that is not so: %d refused, as the oracle does' % (len(made), want.count(False)), len(got) == len(made) and not wrong and want.count(False) > 100,
      wrong[:3])
check('each for its group', all(m['verdict'] in ('GROUP_COUNT', 'DUPLICATE', 'ORDER') for m in got if not m['valid']), {m.get('verdict') for m in got})

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
