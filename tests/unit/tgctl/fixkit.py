# SPDX-License-Identifier: MIT
"""FIX messages and captures for the tests of `tgctl fix`, made here byte by byte, and an oracle that knows nothing of tickgate's lexer."""
import re
import struct

SOH = b'\x01'


def message(body, begin='FIX.4.4', length=None, checksum=None):
    """A message of "35=D|49=A|..." with a right length and checksum, or the wrong ones that were asked for."""
    if isinstance(body, str):
        body = body.encode()
    body = body.replace(b'|', SOH)
    head = b'8=%s\x019=%s\x01' % (begin.encode(), str(len(body) if length is None else length).encode())
    total = sum(head + body) % 256 if checksum is None else checksum
    return head + body + b'10=%03d\x01' % total


def order(seq, more='', **how):
    return message('35=D|49=GW|56=VENUE|34=%d|52=20240102-03:04:05.678|11=id%d|55=BTCUSDT|54=1|60=20240102-03:04:05.678|38=1|40=2|44=100|59=1|%s'
                   % (seq, seq, more), **how)


def heartbeat(seq, sender='GW', target='VENUE', time='20240102-03:04:05.678', **how):
    return message('35=0|49=%s|56=%s|34=%d|52=%s|' % (sender, target, seq, time), **how)


# ---- the oracle: BodyLength and CheckSum counted again (FIX 4.4 volume 2, standard trailer) ----

def frame_verdict(text):
    """Verdict and byte of one message whose last field ends `text`: "valid", "BODY_LENGTH", "CHECKSUM"."""
    m = re.match(rb'(?:8=[^\x01]+\x01|1128=[^\x01]+\x01)9=(\d+)\x01', text)
    declared = int(m.group(1))
    trailer = text.rindex(b'\x0110=') + 1
    if trailer - m.end() != declared:
        return 'BODY_LENGTH', min(m.end() + declared, len(text))
    if int(text[trailer + 3:trailer + 6]) != sum(text[:trailer]) % 256:
        return 'CHECKSUM', trailer + 3
    return 'valid', None


# ---- captures ----

def checksum16(data):
    if len(data) % 2:
        data += b'\0'
    s = sum(struct.unpack('>%dH' % (len(data) // 2), data))
    while s >> 16:
        s = (s & 0xffff) + (s >> 16)
    return ~s & 0xffff


def ipv4(payload, proto, src='10.0.0.1', dst='10.0.0.2', total=None, fragment=0):
    a = bytes(int(x) for x in src.split('.'))
    b = bytes(int(x) for x in dst.split('.'))
    head = struct.pack('>BBHHHBBH', 0x45, 0, total or 20 + len(payload), 1, fragment, 64, proto, 0) + a + b
    return head[:10] + struct.pack('>H', checksum16(head)) + head[12:] + payload


def ipv6(payload, proto, extension=b''):
    return struct.pack('>IHBB', 6 << 28, len(extension) + len(payload), 0 if extension else proto, 64) + \
        bytes(15) + b'\1' + bytes(15) + b'\2' + (bytes([proto]) + extension[1:] if extension else b'') + payload


def tcp(payload, seq, sport=40000, dport=9880, flags=0x18):
    return struct.pack('>HHIIBBHHH', sport, dport, seq & 0xffffffff, 0, 0x50, flags, 8192, 0, 0) + payload


def udp(payload, sport=5000, dport=6000, length=None):
    return struct.pack('>HHHH', sport, dport, length or 8 + len(payload), 0) + payload


def ethernet(ip, vlans=(), kind=0x0800):
    return bytes(12) + b''.join(struct.pack('>HH', t, 7) for t in vlans) + struct.pack('>H', kind) + ip


def pcap(path, packets, link=1, snap=None, nano=False, big=False):
    e = '>' if big else '<'
    with open(path, 'wb') as f:
        f.write(struct.pack(e + 'IHHiIII', 0xa1b23c4d if nano else 0xa1b2c3d4, 2, 4, 0, 0, 262144, link))
        for i, p in enumerate(packets):
            cut = p[:snap] if snap else p
            f.write(struct.pack(e + 'IIII', 1700000000 + i, 0, len(cut), len(p)) + cut)
    return path


def pcapng(path, packets, link=1):
    def block(kind, body):
        body += bytes(-len(body) % 4)
        n = len(body) + 12
        return struct.pack('<II', kind, n) + body + struct.pack('<I', n)

    with open(path, 'wb') as f:
        f.write(block(0x0a0d0d0a, struct.pack('<IHHq', 0x1a2b3c4d, 1, 0, -1)))
        f.write(block(1, struct.pack('<HHI', link, 0, 262144)))
        for p in packets:
            f.write(block(6, struct.pack('<IIIII', 0, 0, 0, len(p), len(p)) + p))
    return path
