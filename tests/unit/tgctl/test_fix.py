#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""test_fix.py TGCTL: `tgctl fix` on small files made here: streams, logs, captures; verdicts, bytes, filters, exit statuses."""
import json
import os
import subprocess
import sys
import tempfile

from fixkit import SOH, ethernet, heartbeat, ipv4, ipv6, message, order, pcap, pcapng, tcp, udp

tgctl = sys.argv[1]
work = tempfile.TemporaryDirectory()
number = 0
failures = 0


def check(name, ok, detail=''):
    global number, failures
    number += 1
    if not ok:
        failures += 1
    print('%sok %d - %s' % ('' if ok else 'not ', number, name))
    if not ok and detail != '':
        print('# ' + str(detail).replace('\n', '\n# '))


def save(name, data):
    path = os.path.join(work.name, name)
    with open(path, 'wb') as f:
        f.write(data)
    return path


def fix(*args, data=None):
    r = subprocess.run([tgctl, 'fix', '--json', *args], input=data, capture_output=True, timeout=60)
    out = [json.loads(x) for x in r.stdout.decode().splitlines()]
    return r.returncode, out[:-1], out[-1]['summary'] if out else None, r.stderr.decode()


def verdicts(messages):
    return ['valid' if m['valid'] else m['verdict'] for m in messages]


def expect(name, path, want, status, *args, where=None):
    code, messages, summary, err = fix(*args, path)
    ok = verdicts(messages) == want and code == status and summary['messages'] == len(want)
    if ok and where is not None:
        ok = [m.get('byte') for m in messages] == where
    check(name, ok, '%s, status %d, %s %s' % ([(m.get('verdict', 'valid'), m.get('byte'), m.get('text')) for m in messages], code, summary, err))
    return messages


a, b, c = order(2), heartbeat(3), heartbeat(4, 'VENUE', 'GW')

# ---- streams ----
expect('a stream of three valid messages', save('s1', a + b + c), ['valid'] * 3, 0)
expect('newlines between messages are no fault', save('s2', a + b'\n' + b + b'\r\n' + c + b'\n'), ['valid'] * 3, 0)
expect('bytes before, between and behind are', save('s3', a + b'rubbish' + b + b'more' + c + b'end'),
       ['valid', 'GARBAGE', 'valid', 'GARBAGE', 'valid', 'GARBAGE'], 1)
wrong = bytearray(a)
wrong[-5:-1] = b'=%03d' % ((int(a[-4:-1]) + 1) % 256)
m = expect('a wrong checksum, and the byte', save('s4', bytes(wrong) + b), ['CHECKSUM', 'valid'], 1, where=[len(a) - 4, None])
check('says both sums', ('10=%03d' % ((int(a[-4:-1]) + 1) % 256)) in m[0]['text'] and a[-4:-1].decode() in m[0]['text'], m[0]['text'])
body = len(a) - 7 - a.index(b'35=')
short = order(2, length=body - 3)
expect('a length too short, and where 10= should have been', save('s5', short + b), ['BODY_LENGTH', 'valid'], 1, where=[len(a) - 10, None])
expect('a length too long', save('s6', order(2, length=body + 3) + b), ['BODY_LENGTH', 'valid'], 1)
expect('a message cut by the end of the file', save('s7', b + a[:-20]), ['valid', 'INCOMPLETE'], 1, where=[None, len(a) - 20])
expect('cut in its first bytes', save('s8', b + b'8=FIX.4'), ['valid', 'INCOMPLETE'], 1, where=[None, 7])
expect('another BeginString', save('s9', order(2, begin='FIX.4.0') + b), ['BEGIN_STRING', 'valid'], 1, where=[2, None])
expect('no MsgType in third place', save('s10', message('49=A|35=0|56=B|34=1|') + b), ['MSG_TYPE', 'valid'], 1)
expect('no BodyLength', save('s11', b'8=FIX.4.4\x01' + b'35=0\x01' + b'34=1\x01' + b'10=000\x01' + b), ['BODY_LENGTH', 'valid'], 1, where=[10, None])
expect('a longer message than is taken', save('s12', b'8=FIX.4.4\x019=9999999\x0135=0\x01' + b), ['RANGE', 'valid'], 1)
expect('length with leading zeros', save('s13', order(2, length='%08d' % body)), ['valid'], 0)
expect('FIX 4.2 and FIXT.1.1', save('s14', order(2, '21=1|', begin='FIX.4.2') + heartbeat(2, begin='FIXT.1.1')), ['valid'] * 2, 0)
expect('a field without a value', save('s15', message('35=0|49=A|56=B|34=1|52=20240102-03:04:05|112=|')), ['VALUE'], 1)
expect('a tag that is no number', save('s16', message('35=0|49=A|56=B|34=1|52=20240102-03:04:05|1x2=1|')), ['TAG'], 1)
expect('framing only does not mind', os.path.join(work.name, 's16'), ['valid'], 0, '--check', 'framing')
raw = message(b'35=A|49=A|56=B|34=1|52=20240102-03:04:05|98=0|108=30|95=9|96=a\x01b\x018=FIX|')
expect('SOH in a data field', save('s17', raw), ['valid'], 0)
expect('a data field shorter than its length', save('s18', message('35=A|49=A|56=B|34=1|52=20240102-03:04:05|98=0|108=30|95=30|96=abc|')), ['DATA_LENGTH'], 1)
big = message('35=B|49=A|56=B|34=1|52=20240102-03:04:05|148=h|33=1|58=%s|' % ('x' * 400000))
expect('a message of 400 KB', save('s19', big + b), ['valid'] * 2, 0)
many = b''.join(heartbeat(i) for i in range(1, 60001))
code, messages, summary, err = fix('--quiet', save('s20', many))
check('more than one window: 60,000 messages', code == 0 and summary['messages'] == 60000 and summary['valid'] == 60000, summary)
code, messages, summary, err = fix('--quiet', save('s21', b''.join(heartbeat(i) if i % 100 else heartbeat(i, checksum=0) for i in range(1, 60001))))
bad = sum(1 for i in range(100, 60001, 100) if heartbeat(i) != heartbeat(i, checksum=0))
check('and each broken one of them', code == 1 and summary['refused'] == bad and summary['valid'] == 60000 - bad, summary)
code, messages, summary, err = fix('-', data=a + b + c)
check('- is standard input', code == 0 and verdicts(messages) == ['valid'] * 3, err)
expect('an empty file is not valid', save('s22', b''), [], 1)
expect('nor is one without FIX', save('s23', b'hello\nworld\n'), [], 1)
expect('a stream that begins in a message', save('s24', a[30:] + b), ['GARBAGE', 'valid'], 1)

# ---- logs ----
for name, sep in (('SOH', b'\x01'), ('|', b'|'), (';', b';'), ('^A', b'^A'), ('<SOH>', b'<SOH>'), ('tab', b'\t'), (' | ', b' | ')):
    text = b''.join(b'2024-01-02 03:04:05 IN FIX.4.4:A->B: ' + x.replace(SOH, sep) + b'\n' for x in (a, b, c))
    expect('a log, %s between the fields' % name, save('log-' + name.strip('<> ').replace('|', 'bar'), text), ['valid'] * 3, 0)
    if name != 'SOH':
        text = b''.join(b'IN ' + x.replace(SOH, sep)[:-len(sep)] + b'\r\n' for x in (a, b, c))
        expect('and without the last %s' % name, save('log2', text), ['valid'] * 3, 0)
        mid = bytes(wrong).replace(SOH, sep)
        expect('the byte of a fault, %s counted as it stands' % name, save('log3', b'x ' + mid + b'\n'), ['CHECKSUM'], 1,
               where=[len(mid) - len(sep) - 3])
expect('a prefix, two messages and more on a line', save('l1', b'p ' + a + b' and ' + b + b' z\nplain\n\n' + b'q ' + c + b'\n'), ['valid'] * 3, 0)
m = expect('line numbers', save('l2', b'x\ny ' + a + b'\nz\n\nw ' + short + b'\n'), ['valid', 'BODY_LENGTH'], 1)
check('are the lines', [x['line'] for x in m] == [2, 5], m)
expect('a length beyond the line, last in the log', save('l3', b'x ' + a + b'\ny ' + order(2, length=body + 500)), ['valid', 'BODY_LENGTH'], 1)
expect('a line cut short', save('l4', b'x ' + a[:-30] + b'\ny ' + a + b'\n'), ['BODY_LENGTH', 'valid'], 1)
expect('the last line cut short', save('l5', b'x ' + a + b'\ny ' + a[:-30] + b'\n'), ['valid', 'INCOMPLETE'], 1)
multi = message(b'35=B|49=A|56=B|34=1|52=20240102-03:04:05|148=h|33=1|58=line|354=9|355=two\nlines|')
expect('a newline inside a message', save('l6', b'x ' + multi + b'\ny ' + a + b'\n'), ['valid'] * 2, 0)
expect('the same with bars', save('l7', b'x ' + multi.replace(SOH, b'|') + b'\ny ' + a.replace(SOH, b'|') + b'\n'), ['valid'] * 2, 0)
semi = message(b'35=5|49=A|56=B|34=1|52=20240102-03:04:05|58=one; two;|').replace(SOH, b';')
expect('the separator inside a value', save('l8', b'x ' + semi + b'\n'), ['valid'], 0)
expect('a separator that was named', save('l9', b'x ' + a.replace(SOH, b'~') + b'\n'), ['valid'], 0, '--separator', '~')
expect('or in hexadecimal', os.path.join(work.name, 'l9'), ['valid'], 0, '--separator', r'\x7e')
expect('prefix digits do not make a tag 8', save('l10', b'128=FIX.4.4 ' + a + b'\n'), ['valid'], 0)

# ---- unframed ----
d = b'35=d|49=X|48=1|55=ES|864=2|865=5|866=20240101|865=7|866=20240102|15=USD|'.replace(b'|', SOH)
expect('lines without framing', save('u1', d + b'\n' + d + b'\n'), ['valid'] * 2, 0)
expect('with bars', save('u2', d.replace(SOH, b'|') + b'\n'), ['valid'], 0)
expect('asked for', os.path.join(work.name, 'u2'), ['valid'], 0, '--unframed')
expect('an empty value, and its byte', save('u3', d.replace(b'48=1', b'48=') + b'\n'), ['VALUE'], 1, where=[d.index(b'48=')])
expect('a tag that is no number', save('u4', d.replace(b'48=1', b'4x8=1') + b'\n'), ['TAG'], 1, where=[d.index(b'48=')])
expect('no 35=', save('u5', d[5:] + b'\n'), ['MSG_TYPE'], 1)
framed = b'1128=9\x019=%d\x01' % len(d) + d
good = framed + b'10=%03d\x01\n' % (sum(framed) % 256)
expect('BodyLength and CheckSum that are there are checked', save('u6', good + good.replace(b'55=ES', b'55=ET') + good.replace(b'55=ES', b'55=ESX')),
       ['valid', 'CHECKSUM', 'BODY_LENGTH'], 1)

expect('a group with more entries than its count', save('u7', d.replace(b'864=2', b'864=1') + b'\n'), ['GROUP_COUNT'], 1)
m = expect('a tag twice outside a group', save('u8', d + b'48=2\x01\n'), ['DUPLICATE'], 1, where=[len(d)])
check('is named', m[0]['tag'] == 48 and 'SecurityID' in m[0]['text'], m)
expect('of values and what is required nothing is asked', save('u9', b'35=d\x01779=20240101000000000001\x01\n'), ['valid'], 0)
expect('nor of a type that is not known', save('u10', b'35=U77\x0155=x\x01\n'), ['valid'], 0)

# ---- dictionary ----
base = '35=8|49=V|56=G|34=7|52=20240102-03:04:05|37=o|17=e|150=0|39=0|55=X|54=1|151=1|14=0|6=0|%s'


def judged(name, text, verdict, tag=None, *args, begin='FIX.4.4'):
    raw_message = message(text, begin=begin)
    at = None
    if verdict not in ('valid', 'GROUP_COUNT') and tag and b'\x01%d=' % tag in raw_message:
        at = raw_message.rindex(b'\x01%d=' % tag) + 1
    code, messages, summary, err = fix(*args, save('dict', raw_message))
    v = messages[0]
    ok = verdicts(messages) == [verdict] and v.get('tag') == tag and (at is None or v['byte'] == at) and (verdict == 'valid' or 'reject_reason' in v)
    check('dictionary: ' + name, ok, messages)


judged('a valid report', base % '', 'valid')
judged('a required tag that is missing', (base % '').replace('37=o|', ''), 'MISSING', 37)
judged('a value that is not listed', (base % '').replace('54=1', '54=~'), 'ENUM', 54)
judged('a value of the wrong form', (base % '').replace('14=0', '14=x'), 'FORMAT', 14)
judged('a tag of another message', base % '98=0|', 'NOT_FOR_TYPE', 98)
judged('a tag twice', base % '54=1|', 'DUPLICATE', 54)
judged('a header field in the body', base % '50=x|', 'ORDER', 50)
judged('a group with another count', base % '453=1|448=a|447=D|452=1|448=b|447=D|452=1|', 'GROUP_COUNT', 453)
judged('a group that does not begin with its first field', base % '453=1|447=D|448=a|452=1|', 'ORDER', 447)
judged('a right group', base % '453=2|448=a|447=D|452=1|448=b|447=D|452=3|', 'valid')
judged('a type that is not known', (base % '').replace('35=8', '35=?'), 'MSG_TYPE')
judged('a tag that is not known is passed over', base % '39999=x|', 'valid')
judged('unless --strict', base % '39999=x|', 'UNKNOWN_TAG', 39999, '--strict')
judged('a tag of Binance with --strict', base % '25001=1|', 'UNKNOWN_TAG', 25001, '--strict')
judged('and with --venue binance', base % '25001=1|', 'valid', None, '--strict', '--venue', 'binance')
judged('nothing of it with --check fields', base % '98=0|', 'valid', None, '--check', 'fields')
judged('of each version its own: 150=1 is of 4.2', (base % '20=0|').replace('150=0', '150=1').replace('151=1', '38=1|151=1'), 'valid', None, begin='FIX.4.2')
judged('and no longer of 4.4', (base % '').replace('150=0', '150=1'), 'ENUM', 150)
judged('FIXT.1.1', '35=A|49=V|56=G|34=7|52=20240102-03:04:05|98=0|108=30|1137=9|', 'valid', None, begin='FIXT.1.1')
judged('FIXT.1.1 without 1137', '35=A|49=V|56=G|34=7|52=20240102-03:04:05|98=0|108=30|', 'MISSING', 1137, begin='FIXT.1.1')

# ---- captures ----
syn = tcp(b'', 99, flags=2)
stream = a + b + c
first = 100
cuts = [0, 10, len(a) - 20, len(a), len(a) + 5, len(stream)]
segs = [tcp(stream[x:y], first + x) for x, y in zip(cuts, cuts[1:])]


def eth(x):
    return ethernet(ipv4(x, 6))


links = {
    'ethernet': (1, lambda x: ethernet(ipv4(x, 6))),
    'VLAN': (1, lambda x: ethernet(ipv4(x, 6), vlans=(0x8100,))),
    'two VLAN tags': (1, lambda x: ethernet(ipv4(x, 6), vlans=(0x88a8, 0x8100))),
    'IPv6': (1, lambda x: ethernet(ipv6(x, 6), kind=0x86dd)),
    'IPv6 with an extension header': (1, lambda x: ethernet(ipv6(x, 6, bytes(8)), kind=0x86dd)),
    'Linux cooked': (113, lambda x: bytes(14) + b'\x08\x00' + ipv4(x, 6)),
    'Linux cooked 2': (276, lambda x: b'\x08\x00' + bytes(18) + ipv4(x, 6)),
    'raw IP': (101, lambda x: ipv4(x, 6)),
    'BSD loopback': (0, lambda x: b'\x02\0\0\0' + ipv4(x, 6)),
    'OpenBSD loopback': (108, lambda x: b'\0\0\0\x02' + ipv4(x, 6)),
}
cap = os.path.join(work.name, 'cap')
for name, (link, wrap) in links.items():
    expect('capture: ' + name, pcap(cap, [wrap(x) for x in [syn] + segs], link), ['valid'] * 3, 0)
expect('capture: pcapng', pcapng(cap, [eth(x) for x in [syn] + segs]), ['valid'] * 3, 0)
expect('capture: nanoseconds', pcap(cap, [eth(x) for x in [syn] + segs], nano=True), ['valid'] * 3, 0)
expect('capture: the other byte order', pcap(cap, [eth(x) for x in [syn] + segs], big=True), ['valid'] * 3, 0)
expect('capture: padding behind the IP packet', pcap(cap, [eth(x) + bytes(6) for x in [syn] + segs]), ['valid'] * 3, 0)
m = expect('segments out of order', pcap(cap, [eth(x) for x in [syn, segs[0], segs[2], segs[4], segs[1], segs[3]]]), ['valid'] * 3, 0)
expect('segments that come again', pcap(cap, [eth(x) for x in [syn, segs[0], segs[0], segs[1], segs[0], segs[2], segs[3], segs[4], segs[4]]]), ['valid'] * 3, 0)
over = [tcp(stream[x:y], first + x) for x, y in ((0, 30), (10, 60), (40, 50), (55, len(stream)), (5, 20))]
expect('segments that overlap', pcap(cap, [eth(x) for x in [syn] + over]), ['valid'] * 3, 0)
expect('overlap out of order', pcap(cap, [eth(x) for x in [syn, over[3], over[1], over[2], over[0]]]), ['valid'] * 3, 0)
top = 0xffffffff - 60
expect('sequence numbers that wrap', pcap(cap, [eth(tcp(b'', top - 1, flags=2))] + [eth(tcp(stream[x:y], top + x)) for x, y in zip(cuts, cuts[1:])]), ['valid'] * 3, 0)
one = [tcp(bytes([x]), first + i) for i, x in enumerate(stream)]
expect('byte by byte', pcap(cap, [eth(x) for x in [syn] + one]), ['valid'] * 3, 0)
expect('byte by byte, backwards', pcap(cap, [eth(x) for x in [syn] + one[::-1]]), ['valid'] * 3, 0)
m = expect('a segment that the capture lacks', pcap(cap, [eth(x) for x in [syn, segs[0], segs[1], segs[3], segs[4]]]), ['LOST', 'valid', 'valid'], 1)
code, messages, summary, err = fix(cap)
check('is told', any('lacks' in n for n in summary['notes']), summary)
expect('a capture that begins in a message', pcap(cap, [eth(x) for x in segs[1:]]), ['valid'] * 2, 0)
expect('a capture that ends in a message', pcap(cap, [eth(x) for x in [syn] + segs[:-1]]), ['valid', 'INCOMPLETE'], 1)
expect('packets cut by the capture', pcap(cap, [eth(x) for x in (syn, tcp(a, first), tcp(b + c, first + len(a)), tcp(a, first + len(stream)))],
                                          snap=54 + len(a)), ['valid', 'valid', 'LOST', 'valid'], 1)
both = [eth(syn), ethernet(ipv4(tcp(b'', 4999, 9880, 40000, 0x12), 6, '10.0.0.2', '10.0.0.1')), eth(segs[0]),
        ethernet(ipv4(tcp(c[:20], 5000, 9880, 40000), 6, '10.0.0.2', '10.0.0.1')), eth(tcp(a[10:], first + 10)),
        ethernet(ipv4(tcp(c[20:], 5020, 9880, 40000), 6, '10.0.0.2', '10.0.0.1'))]
m = expect('both directions', pcap(cap, both), ['valid'] * 2, 0)
check('each with its packet and flow', [(x['packet'], x['flow']) for x in m] ==
      [(5, '10.0.0.1:40000 > 10.0.0.2:9880 tcp'), (6, '10.0.0.2:9880 > 10.0.0.1:40000 tcp')], m)
again = [eth(syn)] + [eth(tcp(a[:50], first))] + [eth(tcp(b'', 70000, flags=2)), eth(tcp(b, 70001))]
expect('the same ports used once more', pcap(cap, again), ['INCOMPLETE', 'valid'], 1)
expect('other protocols are passed over', pcap(cap, [eth(syn), eth(tcp(b'GET / HTTP/1.1\r\n', first)), ethernet(ipv4(udp(b'dns'), 17)), bytes(60)] +
                                              [ethernet(ipv4(udp(b), 17))]), ['valid'], 0)
dg = [udp(a), udp(b + c), udp(a[:40]), udp(b)]
expect('datagrams', pcap(cap, [ethernet(ipv4(x, 17)) for x in dg]), ['valid', 'valid', 'valid', 'INCOMPLETE', 'valid'], 1)
part = ipv4(udp(a)[:60], 17, fragment=0x2000), ipv4(udp(a)[60:], 17, fragment=7)
expect('a datagram in fragments', pcap(cap, [ethernet(x) for x in part]), ['LOST'], 1)
code, messages, summary, err = fix(pcap(cap, [eth(syn)], 147))
check('a link type that is not read', code == 1 and 'link type' in err, err)
code, messages, summary, err = fix('-', data=open(pcap(cap, [eth(x) for x in [syn] + segs]), 'rb').read())
check('a capture from standard input', code == 0 and summary['valid'] == 3, err)
whole = open(cap, 'rb').read()
code, messages, summary, err = fix(save('cut', whole[:-9]))
check('a capture file cut short', code == 1 and 'cut' in err and summary['valid'] >= 1, (code, err, summary))

# ---- choosing and printing ----
mix = save('mix', a + b + c + bytes(wrong) + heartbeat(9, time='20240203-00:00:00'))
for name, args, want in (
        ('--type', ['--type', 'D'], ['valid', 'CHECKSUM']),
        ('--session A->B', ['--session', 'VENUE->GW'], ['valid']),
        ('--session with one CompID', ['--session', 'GW'], ['valid', 'valid', 'valid', 'CHECKSUM', 'valid']),
        ('--from', ['--from', '20240203'], ['valid']),
        ('--to', ['--to', '20240203-00:00:00'], ['valid', 'valid', 'valid', 'CHECKSUM']),
        ('--max', ['--max', '2'], ['valid', 'valid'])):
    code, messages, summary, err = fix(*args, mix)
    check(name, verdicts(messages) == want, verdicts(messages))
code, messages, summary, err = fix('--only-invalid', mix)
check('--only-invalid prints one and counts all', len(messages) == 1 and summary['messages'] == 5 and code == 1, summary)
code, messages, summary, err = fix(mix)
check('summary by type, session and verdict', {x['type']: (x['valid'], x['refused']) for x in summary['types']} == {'D': (1, 1), '0': (3, 0)} and
      {x['session']: x['valid'] + x['refused'] for x in summary['sessions']} == {'GW->VENUE': 4, 'VENUE->GW': 1} and
      summary['verdicts'] == {'valid': 4, 'CHECKSUM': 1}, summary)
r = subprocess.run([tgctl, 'fix', '--fields', '--max', '1', mix], capture_output=True, text=True)
check('--fields', '        11 = id2\n' in r.stdout and r.returncode == 0, r.stdout)
r = subprocess.run([tgctl, 'fix', '--names', '--max', '1', mix], capture_output=True, text=True)
check('--names', 'D NewOrderSingle' in r.stdout and '        54 Side                   = 1 (BUY)\n' in r.stdout and '        35 MsgType                = D (NewOrderSingle)\n' in r.stdout, r.stdout)
code, messages, summary, err = fix('--names', '--max', '1', mix)
check('--names in JSON', messages[0]['type_name'] == 'NewOrderSingle' and {'tag': 54, 'name': 'Side', 'value': '1', 'meaning': 'BUY'} in messages[0]['fields'], messages)
check('fields are all there, in order', [x['tag'] for x in messages[0]['fields']] == [int(x.split(b'=')[0]) for x in a[:-1].split(SOH)], messages)
r = subprocess.run([tgctl, 'fix', '--quiet', mix], capture_output=True, text=True)
check('--quiet', r.stdout.startswith('type') and r.stdout.endswith('5 messages in 1 file: 4 valid, 1 refused\n') and r.returncode == 1, r.stdout)
r = subprocess.run([tgctl, 'fix', '--quiet', '--progress', mix], capture_output=True, text=True)
check('--progress tells bytes a second', ' bytes in ' in r.stdout and 'MB/s' in r.stdout, r.stdout)
r = subprocess.run([tgctl, 'fix', mix], capture_output=True, text=True)
check('text names file, offset and verdict', '%s+0  D  GW->VENUE  2  valid\n' % mix in r.stdout and 'CHECKSUM at byte %d' % (len(a) - 4) in r.stdout, r.stdout)
code, messages, summary, err = fix(mix, os.path.join(work.name, 's1'))
check('several files are summed', summary['files'] == 2 and summary['messages'] == 8, summary)
for name, args in (('no file', []), ('an unknown venue', ['--venue', 'x', mix]), ('a separator with a digit', ['--separator', '9', mix]),
                   ('an unknown format', ['--format', 'x', mix]), ('a time that is none', ['--from', 'yesterday', mix]), ('--max 0', ['--max', '0', mix]),
                   ('an unknown option', ['--frob', mix]), ('an unknown --check', ['--check', 'x', mix])):
    r = subprocess.run([tgctl, 'fix', *args], capture_output=True, text=True)
    check('%s exits 2' % name, r.returncode == 2, r.stderr)
for name, path in (('a file that is not there', '/nonexistent'), ('a directory', work.name)):
    r = subprocess.run([tgctl, 'fix', path], capture_output=True, text=True)
    check('%s exits 1 and is named' % name, r.returncode == 1 and path in r.stderr, r.stderr)
print('1..%d' % number)
sys.exit(1 if failures else 0)
