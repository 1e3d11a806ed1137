# SPDX-License-Identifier: MIT
"""A judge of FIX fields and groups that reads QuickFIX's dictionaries (test data, $TG_DATA/fix-dictionaries) and shares nothing with tickgate's own."""
import xml.etree.ElementTree as ElementTree


class Oracle:
    def __init__(self, application, transport=None):
        self.roots = [ElementTree.parse(p).getroot() for p in ([transport] if transport else []) + [application]]
        self.tag, self.values = {}, {}
        for r in self.roots:
            for f in r.find('fields'):
                self.tag[f.get('name')] = f.get('number')
                listed = {v.get('enum') for v in f}
                if listed and not f.get('type').startswith('MULTIPLE'):
                    self.values[f.get('number')] = listed
        self.components = {c.get('name'): c for r in self.roots for c in (r.find('components') if r.find('components') is not None else [])}
        self.header = self.members(self.roots[0].find('header'))
        self.numbers = set(self.tag.values())
        self.tops = {}
        self.messages = {m.get('msgtype'): m for r in self.roots for m in r.find('messages')}

    def members(self, node, required=True):
        """tag -> (required, members of the group, or None)."""
        out = {}
        for x in node:
            need = required and x.get('required') == 'Y'
            if x.tag == 'component':
                out.update(self.members(self.components[x.get('name')], need))
            else:
                out[self.tag[x.get('name')]] = (need, self.members(x) if x.tag == 'group' else None)
        return out

    def shape(self, kind, fields):
        """Groups with as many entries as they say, no tag twice: fields is a list of (tag, value); header and body may be mixed. True when all is well."""
        if kind not in self.tops:
            self.tops[kind] = {**self.header, **self.members(self.messages[kind])}
        top = self.tops[kind]
        at = [0]
        fields = [f for f in fields if f[0] in self.numbers]

        def group(members, count):
            if not count:
                return at[0] == len(fields) or fields[at[0]][0] not in members
            delim, have, seen = None, 0, set()
            while at[0] < len(fields):
                t, v = fields[at[0]]
                if t not in members:
                    break
                if delim is None:
                    delim = t
                if t == delim:
                    have += 1
                    seen = set()
                elif t in seen:
                    break
                seen.add(t)
                at[0] += 1
                if members[t][1] is not None and not (v.isdigit() and group(members[t][1], int(v))):
                    return False
            return have == count

        seen = set()
        while at[0] < len(fields):
            t, v = fields[at[0]]
            at[0] += 1
            if t not in top:
                continue
            if t in seen:
                return False
            seen.add(t)
            if top[t][1] is not None and not (v.isdigit() and group(top[t][1], int(v))):
                return False
        return True

    def wrong_value(self, fields):
        """The first tag whose value is none of those listed, or None."""
        return next((t for t, v in fields if t in self.values and v not in self.values[t]), None)
