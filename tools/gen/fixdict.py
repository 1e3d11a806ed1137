# SPDX-License-Identifier: MIT
"""Reads tools/gen/fix.dict, whose head describes the format."""
import os

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SOURCE = os.path.join(TOP, 'tools/gen/fix.dict')

TYPES = ['STRING', 'CHAR', 'BOOLEAN', 'INT', 'UINT', 'DAY', 'DECIMAL', 'TIMESTAMP', 'TIME', 'DATE', 'MONTH', 'MULTIPLE', 'LENGTH', 'DATA']

# the field types of all versions to the forms that can be told apart in the bytes
FORMS = {
    'STRING': 'STRING', 'CHAR': 'CHAR', 'BOOLEAN': 'BOOLEAN', 'INT': 'INT', 'FLOAT': 'DECIMAL', 'PRICE': 'DECIMAL',
    'QTY': 'DECIMAL', 'AMT': 'DECIMAL', 'PRICEOFFSET': 'DECIMAL', 'PERCENTAGE': 'DECIMAL', 'CURRENCY': 'STRING',
    'EXCHANGE': 'STRING', 'COUNTRY': 'STRING', 'LANGUAGE': 'STRING', 'XID': 'STRING', 'XIDREF': 'STRING',
    'LOCALMKTTIME': 'STRING', 'TZTIMEONLY': 'STRING', 'TZTIMESTAMP': 'STRING', 'UTCTIMESTAMP': 'TIMESTAMP',
    'UTCTIMEONLY': 'TIME', 'UTCDATE': 'DATE', 'UTCDATEONLY': 'DATE', 'LOCALMKTDATE': 'DATE', 'MONTHYEAR': 'MONTH',
    'DAYOFMONTH': 'DAY', 'SEQNUM': 'UINT', 'NUMINGROUP': 'UINT', 'TAGNUM': 'UINT', 'LENGTH': 'LENGTH',
    'DATA': 'DATA', 'XMLDATA': 'DATA', 'MULTIPLEVALUESTRING': 'MULTIPLE', 'MULTIPLECHARVALUE': 'MULTIPLE',
    'MULTIPLESTRINGVALUE': 'MULTIPLE',
}

class Wrong(Exception):
    """An error in the source; its text names file, line and what would be right."""

class Field:
    def __init__(self, tag, name, kind, values):
        self.tag, self.name, self.kind, self.values = tag, name, kind, values

class Member:
    """A tag, a component (name set) or a group (members set) in a message."""
    def __init__(self, tag, required, members=None, component=None):
        self.tag, self.required, self.members, self.component = tag, required, members, component

class Message:
    def __init__(self, kind, name, category, members):
        self.type, self.name, self.category, self.members = kind, name, category, members

class Version:
    def __init__(self, number, title):
        self.number, self.title = number, title
        self.fields, self.components, self.messages = {}, {}, {}
        self.header, self.trailer, self.transport = [], [], []

class Venue:
    def __init__(self, name, versions):
        self.name, self.versions = name, versions
        self.fields, self.values, self.messages, self.extend = {}, {}, {}, []

def logical_lines(path):
    line, at = None, 0
    with open(path, encoding='ascii') as f:
        for n, raw in enumerate(f, 1):
            raw = raw.rstrip()
            if raw.startswith('#') or not raw:
                continue
            if raw.startswith('\t'):
                line += ' ' + raw.strip()
                continue
            if line is not None:
                yield at, line
            line, at = raw, n
    if line is not None:
        yield at, line

def parse_members(text):
    words, stack, out = text.split(), [], []
    for w in words:
        opened = w.startswith('(')
        closed = len(w) - len(w.rstrip(')'))
        w = w.strip('()')
        required = w.endswith('!')
        w = w.rstrip('!')
        if w.startswith('@'):
            m = Member(None, required, component=w[1:])
        elif w.isdigit() and 0 < int(w) <= 999999:
            m = Member(int(w), required)
        else:
            raise Wrong(f"'{w}' is neither a tag nor @COMPONENT")
        out.append(m)
        if opened:
            m.members = []
            stack.append(out)
            out = m.members
        for _ in range(closed):
            if not stack:
                raise Wrong("')' without '('")
            out = stack.pop()
    if stack:
        raise Wrong("'(' without ')'")
    return out

def parse_values(words):
    values = {}
    for w in words:
        v, sep, name = w.partition('=')
        if not sep or not v or not name:
            raise Wrong(f"'{w}' is not VALUE=NAME")
        if v in values:
            raise Wrong(f"value '{v}' comes twice")
        values[v] = name
    return values

def load(path=SOURCE):
    """All versions by number, and all venues in their order."""
    versions, venues, here = {}, [], None
    for at, line in logical_lines(path):
        try:
            here = parse_line(line, versions, venues, here)
        except Wrong as e:
            raise Wrong(f'{path}:{at}: {e}') from None
    return versions, venues

def parse_line(line, versions, venues, here):
    head, listed, tail = (line + ' ').partition(' = ')
    words = head.split()
    key = words[0]
    if key == 'version':
        here = versions[int(words[1])] = Version(int(words[1]), ' '.join(words[2:]))
    elif key == 'venue':
        here = Venue(words[1], [int(w) for w in words[2:]])
        venues.append(here)
    elif here is None:
        raise Wrong("'version' must come first")
    elif key == 'field':
        tag, kind = int(words[1]), words[3]
        if kind not in FORMS:
            raise Wrong(f"type '{kind}' is none of: {' '.join(sorted(FORMS))}")
        if tag in here.fields:
            raise Wrong(f'field {tag} comes twice')
        here.fields[tag] = Field(tag, words[2], kind, parse_values(words[4:]))
    elif key == 'values' and isinstance(here, Venue):
        here.values[int(words[1])] = parse_values(words[2:])
    elif key == 'extend' and isinstance(here, Venue):
        here.extend.append((words[1], parse_members(' '.join(words[2:]))))
    elif key == 'message':
        if words[1] in here.messages:
            raise Wrong(f'message {words[1]} comes twice')
        here.messages[words[1]] = Message(words[1], words[2], words[3], parse_members(tail) if listed else None)
    elif key == 'component' and isinstance(here, Version):
        here.components[words[1]] = parse_members(tail)
    elif key in ('header', 'trailer', 'transport') and isinstance(here, Version):
        setattr(here, key, parse_members(line[len(key):]))
    else:
        raise Wrong(f"'{key}' is none of the words that the head of the file explains, or does not belong here")
    return here

def expand(version, members, required=True):
    """Components replaced by what is in them: tag -> Member, in order. In one that is not required nothing is."""
    out = {}
    for m in members:
        if m.component is not None:
            if m.component not in version.components:
                raise Wrong(f"version {version.number}: component '{m.component}' is not defined")
            inner = expand(version, version.components[m.component], required and m.required)
        elif m.members is not None:
            inner = {m.tag: Member(m.tag, required and m.required, expand(version, m.members))}
        else:
            inner = {m.tag: Member(m.tag, required and m.required)}
        for tag, x in inner.items():
            out.setdefault(tag, x)
    return out

def extended(version, have, more):
    """A copy of the expanded members with more of them."""
    out = dict(have)
    for tag, m in expand(version, more).items():
        if m.members is not None and tag in out and out[tag].members is not None:
            m = Member(tag, m.required, merge_groups(out[tag].members, m.members))
        elif tag in out and m.members is None:
            m = Member(tag, m.required, out[tag].members)
        out[tag] = m
    return out

def merge_groups(have, more):
    out = dict(have)
    for tag, m in more.items():
        if m.members is not None and tag in out and out[tag].members is not None:
            m = Member(tag, m.required, merge_groups(out[tag].members, m.members))
        elif m.members is None and tag in out:
            m = Member(tag, m.required, out[tag].members)
        out[tag] = m
    return out

class Dictionary:
    """One version, plain or with one venue's additions, ready to be judged by."""
    def __init__(self, version, venue=None):
        self.version, self.venue = version, venue
        self.fields = dict(version.fields)
        self.header = expand(version, version.header)
        self.trailer = expand(version, version.trailer)
        self.transport = expand(version, version.transport)	# empty: admin messages know all tags
        self.messages = {}	# type -> (Message, expanded members or None)
        for t, m in version.messages.items():
            self.messages[t] = (m, None if m.members is None else expand(version, m.members))
        if venue:
            self.add(venue)
        self.check()

    def add(self, venue):
        self.fields.update(venue.fields)
        if self.transport:
            self.transport.update({t: Member(t, False) for t in venue.fields})
        for tag, values in venue.values.items():
            f = self.fields[tag]
            self.fields[tag] = Field(tag, f.name, f.kind, {**f.values, **values})
        for t, m in venue.messages.items():
            self.messages[t] = (m, None if m.members is None else expand(self.version, m.members))
        for t, more in venue.extend:
            if t == 'header':
                self.header = extended(self.version, self.header, more)
                continue
            if t not in self.messages or self.messages[t][1] is None:
                raise Wrong(f'venue {venue.name}, version {self.version.number}: extend {t}: its members are not known')
            m, have = self.messages[t]
            self.messages[t] = (m, extended(self.version, have, more))

    def check(self):
        who = f'version {self.version.number}' + (f', venue {self.venue.name}' if self.venue else '')
        def walk(where, members):
            for tag, m in members.items():
                if tag not in self.fields:
                    raise Wrong(f'{who}: {where}: tag {tag} has no field line')
                if m.members is not None:
                    if not m.members:
                        raise Wrong(f'{who}: {where}: group {tag} is empty')
                    walk(f'{where}, group {tag}', m.members)
        walk('header', self.header)
        walk('trailer', self.trailer)
        walk('transport', self.transport)
        for t, (_, members) in self.messages.items():
            if members is not None:
                walk(f'message {t}', members)

def pairs(d):
    """Length tag -> its data tag: LENGTH followed at once by DATA in some member list."""
    out = {}
    def walk(members):
        order = list(members.values())
        for a, b in zip(order, order[1:]):
            if FORMS[d.fields[b.tag].kind] == 'DATA' and d.fields[a.tag].kind in ('LENGTH', 'INT'):
                out.setdefault(a.tag, b.tag)
        for m in order:
            if m.members is not None:
                walk(m.members)
    walk(d.header)
    walk(d.trailer)
    for _, members in d.messages.values():
        if members is not None:
            walk(members)
    # those that no member list shows, by their names: EncodedX and EncodedXLen
    names = {f.name: t for t, f in d.fields.items()}
    for t, f in d.fields.items():
        length = names.get(f.name + 'Len') or names.get(f.name + 'Length')
        if FORMS[f.kind] == 'DATA' and t not in out.values() and length:
            out[length] = t
    return out
