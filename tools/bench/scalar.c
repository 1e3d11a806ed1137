// SPDX-License-Identifier: MIT
/*
 * The yardstick of the parse jobs: one pass over the message, a byte at a time, as one would write it at first. It does the same work as parse.c (BodyLength and
 * CheckSum checked, all fields looked at, those of the truth converted) and must refuse the same probes; it is not a session's decoder: no CompIDs, no times, no
 * duplicate tags. Built with -O3 for this processor, as the public peers were. What it is for: its time beside ours in one run is a ratio that hosts can compare.
 */
#include "bench.h"

#include <string.h>

struct at { const u8 *p, *end; u32 sum; };

static inline bool number(struct at *a, u64 *v)
{
	u64 n = 0;
	u8 c;

	while ((c = *a->p++) != 1) {
		a->sum += c;
		c -= '0';
		if (c > 9)
			return false;
		n = n * 10 + c;
	}
	a->sum += 1;
	*v = n;
	return true;
}

static inline bool decimal(struct at *a, s64 *v)
{
	static const s64 scale[] = { 1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000 };
	s64 n = 0;
	u32 places = 0, point = 0;
	u8 c;

	while ((c = *a->p++) != 1) {
		a->sum += c;
		c -= '0';
		if (c > 9) {
			if (c != (u8)('.' - '0') || point)
				return false;
			point = 1;
			continue;
		}
		n = n * 10 + c;
		places += point;
	}
	a->sum += 1;
	if (places > 8)
		return false;
	*v = n * scale[8 - places];
	return true;
}

static inline void skip(struct at *a)
{
	u8 c;

	while ((c = *a->p++) != 1)
		a->sum += c;
	a->sum += 1;
}

static inline bool letter(struct at *a, char *v)
{
	if (a->p[0] == 1 || a->p[1] != 1)
		return false;
	*v = (char)a->p[0];
	a->sum += a->p[0] + 1u;
	a->p += 2;
	return true;
}

#define NUMBER(to)	do { if (!number(&a, &v)) return false; (to) = (__typeof__(to))v; } while (0)
#define DECIMAL(to)	do { if (!decimal(&a, &(to))) return false; } while (0)
#define LETTER(to)	do { if (!letter(&a, &(to))) return false; } while (0)

bool scalar_message(const u8 *msg, u32 len, struct wl_out *o)
{
	struct at a = { .p = msg, .end = msg + len };
	struct wl_entry *e = NULL, none;
	const u8 *body = NULL;
	u64 v, body_len = 0;
	u32 before, first = 0;

	/* the last byte ends every loop below */
	if (!len || msg[len - 1] != 1)
		return false;
	o->n = 0;
	o->secid = 0;
	o->msg_type = 0;
	while (a.p < a.end) {
		const u8 *from = a.p;
		u32 tag = 0;
		u8 c;

		before = a.sum;
		while ((c = *a.p++) != '=') {
			a.sum += c;
			c -= '0';
			if (c > 9)
				return false;
			tag = tag * 10 + c;
		}
		a.sum += '=';
		if (tag == first) {
			e = e ? e + 1 : o->e;
			if (e == o->e + o->n)
				return false;
		}
		switch (tag) {
		case 9:
			NUMBER(body_len);
			body = a.p;
			break;
		case 10:
			NUMBER(v);
			return a.p == a.end && (before & 255) == v && body && (u64)(from - body) == body_len && (!first || (e ? e + 1 : o->e) == o->e + o->n);
		case 35:
			LETTER(o->msg_type);
			first = o->msg_type == 'X' ? 279 : o->msg_type == 'W' ? 269 : 0;
			break;
		case 34: NUMBER(o->seq); break;
		case 268:
			NUMBER(o->n);
			if (o->n > WL_ENTRIES)
				return false;
			break;
		case 48: NUMBER(*(e ? &e->secid : &o->secid)); break;
		case 279: LETTER(e->act); break;
		case 269: LETTER((e ? e : &none)->type); break;
		case 278: NUMBER((e ? e : &none)->id); break;
		case 270: DECIMAL((e ? e : &none)->px); break;
		case 271: DECIMAL((e ? e : &none)->qty); break;
		case 346: NUMBER((e ? e : &none)->nord); break;
		case 290: NUMBER((e ? e : &none)->pos); break;
		case 37: NUMBER(o->order_id); break;
		case 11: NUMBER(o->cl_ord_id); break;
		case 17: NUMBER(o->exec_id); break;
		case 150: LETTER(o->exec_type); break;
		case 39: LETTER(o->ord_status); break;
		case 54: LETTER(o->side); break;
		case 38: DECIMAL(o->qty); break;
		case 44: DECIMAL(o->px); break;
		case 32: DECIMAL(o->last_qty); break;
		case 31: DECIMAL(o->last_px); break;
		case 151: DECIMAL(o->leaves); break;
		case 14: DECIMAL(o->cum); break;
		case 6: DECIMAL(o->avg_px); break;
		default: skip(&a); break;
		}
	}
	return false;
}
