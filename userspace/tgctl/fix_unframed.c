// SPDX-License-Identifier: MIT
/*
 * tgctl fix --unframed: lines of tag=value as exchanges publish their instruments (CME's and ICE's
 * secdef files), without BeginString, and mostly without BodyLength and CheckSum. What is there of
 * the framing is checked; then the fields are put into a frame of our own, so that the core judges
 * them.
 */
#include <stdlib.h>
#include <string.h>
#include "fix.h"

struct field {
	u32 at, len; /* of tag=value, without its separator */
	u32 tag;     /* 0 = not a number */
};

/* The field at p[at]: a data field takes as many bytes as the length field before it said. */
static struct field field_at(const u8 *p, u32 at, u32 n, u32 data, u32 data_len)
{
	struct field x = { .at = at };
	const u8 *q;
	u32 i;

	for (i = at; i < n && i < at + 7 && p[i] >= '0' && p[i] <= '9'; i++)
		x.tag = x.tag * 10 + (p[i] - '0');
	if (i == n || p[i] != '=')
		x.tag = 0;
	if (x.tag && x.tag == data && n - i > data_len + 1 && p[i + 1 + data_len] == TG_SOH) {
		x.len = i + 1 + data_len - at;
		return x;
	}
	q = memchr(p + at, TG_SOH, n - at);
	x.len = q ? (u32)(q - p) - at : n - at;
	return x;
}

static bool number(const u8 *p, const struct field *x, u32 *out)
{
	const u8 *eq = memchr(p + x->at, '=', x->len);

	return eq && tg_fix_u32(eq + 1, (u32)(p + x->at + x->len - eq - 1), out);
}

struct unframed {
	u32 begin; /* first byte that BodyLength counts; 0 = there is no 9= */
	u32 body_len, sum, trailer;
	bool has_len, has_sum;
	struct field type;
};

/* Reads the framing that is there; true = what is there is right, else m is set. */
static bool framing(const u8 *p, u32 n, struct unframed *u, struct fix_found *m)
{
	u32 at, data = 0, data_len = 0;
	struct field x;

	*u = (struct unframed){ 0 };
	for (at = 0; at < n; at = x.at + x.len + 1) {
		x = field_at(p, at, n, data, data_len);
		data = fix_data_tag(x.tag);
		if (data && !number(p, &x, &data_len))
			data = 0;
		if (x.tag == 9 && !u->begin) {
			u->has_len = number(p, &x, &u->body_len);
			u->begin = at + x.len + 1;
			if (!u->has_len) {
				m->code = TG_FIX_BODY_LENGTH;
				return false;
			}
		} else if (x.tag == 10) {
			u->has_sum = number(p, &x, &u->sum) && x.len == 6;
			u->trailer = at;
			if (!u->has_sum) {
				m->code = TG_FIX_CHECKSUM;
				return false;
			}
		} else if (x.tag == 35 && !u->type.tag) {
			u->type = x;
		}
	}
	m->code = TG_FIX_OK;
	if (u->has_len && u->has_sum && u->trailer - u->begin != u->body_len)
		m->code = TG_FIX_BODY_LENGTH;
	else if (u->has_sum && tg_fix_sum(p, u->trailer) != u->sum)
		m->code = TG_FIX_CHECKSUM;
	return m->code == TG_FIX_OK;
}

/*
 * A frame around the fields of p[0, n): 8, 9 and 35 first, then the rest as it comes, then 10. out
 * holds n + 64 bytes, map one number for each. Where an offset of the frame lies in the line is in
 * map.
 */
static u32 reframe(const u8 *p, u32 n, const struct unframed *u, u8 *out, u32 *map)
{
	u32 at, to, body, data = 0, data_len = 0, type_len, i;
	struct field x;
	char head[40];

	/* The body comes to stand at a fixed place; its length is known only when it is there. */
	body = (u32)snprintf(head, sizeof(head), "8=FIXT.1.1\0019=%09u\001", 0u);
	memcpy(out, head, body);
	to = body;
	memcpy(out + to, p + u->type.at, u->type.len);
	type_len = u->type.len;
	for (i = 0; i < type_len; i++)
		map[to + i] = u->type.at + i;
	to += type_len;
	map[to] = u->type.at + type_len;
	out[to++] = TG_SOH;
	for (at = 0; at < n; at = x.at + x.len + 1) {
		x = field_at(p, at, n, data, data_len);
		data = fix_data_tag(x.tag);
		if (data && !number(p, &x, &data_len))
			data = 0;
		if (x.tag == 8 || x.tag == 9 || x.tag == 10 || (x.tag == 35 && x.at == u->type.at))
			continue;
		memcpy(out + to, p + x.at, x.len);
		for (i = 0; i <= x.len; i++)
			map[to + i] = x.at + i;
		to += x.len;
		out[to++] = TG_SOH;
	}
	i = (u32)snprintf(head, sizeof(head), "8=FIXT.1.1\0019=%09u\001", to - body);
	memcpy(out, head, i);
	for (i = 0; i < body; i++)
		map[i] = 0;
	for (i = to; i < to + 7; i++)
		map[i] = n;
	snprintf(head, sizeof(head), "10=%03u\001", tg_fix_sum(out, to));
	memcpy(out + to, head, 7);
	return to + 7;
}

static void line(struct fix_scan *s, const u8 *p, u32 n, u32 at)
{
	struct fix_found m = { .origin = &s->origin,
			       .sep_len = s->sep.len,
			       .offset = s->offset + at,
			       .line = s->line };
	u32 text_len, framed_len, used, *map = NULL;
	struct tg_fix_frame f;
	struct unframed u;
	u8 *framed = NULL;

	if (!fix_scan_room(s, n + 1)) {
		s->run->failed = true;
		return;
	}
	text_len = fix_translate(&s->sep, p, n, s->text);
	if (text_len && s->text[text_len - 1] != TG_SOH)
		s->text[text_len++] = TG_SOH;
	m.p = s->text;
	m.len = text_len;
	m.unframed = true;
	if (framing(s->text, text_len, &u, &m)) {
		if (!u.type.tag) {
			m.code = TG_FIX_MSG_TYPE;
		} else {
			framed = malloc(text_len + 64);
			map = malloc((text_len + 64) * sizeof(*map));
			if (!framed || !map) {
				s->run->failed = true;
				goto out;
			}
			framed_len = reframe(s->text, text_len, &u, framed, map);
			m.code = (u32)tg_fix_frame(framed, framed_len, framed_len, &f, &used);
			if (!m.code && used) {
				m.frame = &f;
				m.map = map;
			} else if (!m.code) {
				m.code = TG_FIX_MSG_TYPE;
			}
		}
	}
	fix_found(s->run, &m);
out:
	free(framed);
	free(map);
}

u32 fix_scan_unframed(struct fix_scan *s, const u8 *p, u32 n, bool last)
{
	u32 at = 0, end, i;
	const u8 *q;

	if (!s->sep.len)
		s->sep = (struct fix_sep){ .len = 1, .text = { TG_SOH } };
	while (at < n && !s->run->stop) {
		q = memchr(p + at, '\n', n - at);
		if (!q && !last)
			break;
		end = q ? (u32)(q - p) : n;
		for (i = end; i > at && (p[i - 1] == '\r' || p[i - 1] == ' '); i--)
			;
		if (i > at && p[at] != '#')
			line(s, p + at, i - at, at);
		at = q ? end + 1 : end;
		s->line++;
	}
	s->offset += at;
	return at;
}

/* The fault of a line that has some framing, and that wrong; m->p is the line. */
void fix_judge_unframed(const struct fix_found *m, struct fix_verdict *v)
{
	struct fix_found again = *m;
	struct unframed u;

	framing(m->p, m->len, &u, &again);
	switch (m->code) {
	case TG_FIX_BODY_LENGTH:
		v->tag = 9;
		v->byte = u.begin;
		if (u.has_len)
			v->byte = u.body_len < m->len - u.begin ? u.begin + u.body_len : m->len;
		if (u.has_len)
			snprintf(v->text, sizeof(v->text), "9= says %u, but 10= stands after %u",
				 u.body_len, u.trailer - u.begin);
		else
			snprintf(v->text, sizeof(v->text), "9= is not a number");
		break;
	case TG_FIX_CHECKSUM:
		v->tag = 10;
		v->byte = u.trailer + 3;
		if (u.has_sum)
			snprintf(v->text, sizeof(v->text),
				 "10=%03u, but the bytes before it sum to %03u", u.sum,
				 tg_fix_sum(m->p, u.trailer));
		else
			snprintf(v->text, sizeof(v->text), "10= is not three digits");
		break;
	default:
		v->tag = 35;
		v->byte = 0;
		snprintf(v->text, sizeof(v->text),
			 "there is no 35=, or it is not 1 to 4 printable bytes");
	}
}
