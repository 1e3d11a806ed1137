// SPDX-License-Identifier: MIT
/*
 * Every field that the workloads' truth wants, by the core's lexer; built with the core's flags.
 * The header is decoded as the engine does it, with the hint that a session or feed keeps.
 */
#include "bench.h"
#include "fix/decode.h"
#include "fix/lexer_inline.h"

#define U32(key, to) \
	do { \
		if (tg_fix_at(&c, key) && !tg_fix_take_u32(&c, &(to))) \
			return false; \
	} while (0)
/* below 1,000 but for exceptions */
#define SMALL(key, to) \
	do { \
		if (tg_fix_at(&c, key) && !tg_fix_take_small(&c, &(to))) \
			return false; \
	} while (0)
#define U64(key, to) \
	do { \
		if (tg_fix_at(&c, key) && !tg_fix_take_u64(&c, &(to))) \
			return false; \
	} while (0)
#define E8(key, to) \
	do { \
		if (tg_fix_at(&c, key) && !tg_fix_take_e8(&c, &(to))) \
			return false; \
	} while (0)
#define PX(key, to) \
	do { \
		if (tg_fix_at(&c, key) && !tg_fix_take_px(&c, &(to))) \
			return false; \
	} while (0)
#define CHAR(key, to) \
	do { \
		if (tg_fix_at(&c, key)) { \
			if (!tg_fix_take_char(&c, &ch)) \
				return false; \
			(to) = (char)ch; \
		} \
	} while (0)
#define ANY(key)	do { if (tg_fix_at(&c, key) && !tg_fix_take(&c)) return false; } while (0)
#define SHORT(key)	do { if (tg_fix_at(&c, key) && !tg_fix_take_short(&c)) return false; } while (0)
#define ELSE_SKIP	do { if (c.p == from && !tg_fix_skip(&c)) return false; } while (0)

static __always_inline bool report(struct tg_fix_cursor c, struct wl_out *o)
{
	u8 ch;

	while (!tg_fix_done(&c)) {
		const u8 *from = c.p;

		U64(TG_K2('3', '7'), o->order_id);
		U64(TG_K2('1', '1'), o->cl_ord_id);
		U64(TG_K2('1', '7'), o->exec_id);
		CHAR(TG_K3('1', '5', '0'), o->exec_type);
		CHAR(TG_K2('3', '9'), o->ord_status);
		ANY(TG_K1('1'));
		ANY(TG_K2('5', '5'));
		CHAR(TG_K2('5', '4'), o->side);
		E8(TG_K2('3', '8'), o->qty);
		SHORT(TG_K2('4', '0'));
		PX(TG_K2('4', '4'), o->px);
		SHORT(TG_K2('5', '9'));
		E8(TG_K2('3', '2'), o->last_qty);
		E8(TG_K2('3', '1'), o->last_px);
		E8(TG_K3('1', '5', '1'), o->leaves);
		E8(TG_K2('1', '4'), o->cum);
		E8(TG_K1('6'), o->avg_px);
		if (tg_fix_at(&c, TG_K2('6', '0')) && !tg_fix_take_long(&c))
			return false;
		ELSE_SKIP;
	}
	return !c.err;
}

/*
 * The entries' cursor has nothing but a place, an end and a value, which stay in registers; *c is for fields out of order.
 */
#define WHERE		{ .p = c->p, .end = c->end }
#define SKIP \
	do { \
		if (k.p == from) { \
			c->p = k.p; \
			if (!tg_fix_skip_cold(c)) \
				return false; \
			k.p = c->p; \
		} \
	} while (0)
#define LETTER(to) \
	do { \
		if (!tg_fix_take_char(&k, &ch)) \
			return false; \
		(to) = (char)ch; \
	} while (0)

static __attribute__((__noinline__)) bool entries_x(struct tg_fix_cursor *c, struct wl_out *o)
{
	struct tg_fix_cursor k = WHERE;
	struct wl_entry *e, *last = o->e + o->n;
	u8 ch;

	for (e = o->e; e < last; e++) {
		if (!tg_fix_at(&k, TG_K3('2', '7', '9')))
			return false;
		LETTER(e->act);
		while (!tg_fix_done(&k)) {
			const u8 *from = k.p;

			if (tg_fix_at(&k, TG_K3('2', '6', '9')))
				LETTER(e->type);
			if (tg_fix_at(&k, TG_K3('2', '7', '8')) && !tg_fix_take_u64(&k, (u64 *)&e->id))
				return false;
			if (tg_fix_at(&k, TG_K2('5', '5')) && !tg_fix_take(&k))
				return false;
			if (tg_fix_at(&k, TG_K2('4', '8')) && !tg_fix_take_u32(&k, &e->secid))
				return false;
			if (tg_fix_at(&k, TG_K2('2', '2')) && !tg_fix_take_short(&k))
				return false;
			if (tg_fix_at(&k, TG_K3('2', '7', '0')) && !tg_fix_take_px(&k, &e->px))
				return false;
			if (tg_fix_at(&k, TG_K3('2', '7', '1')) && !tg_fix_take_e8(&k, &e->qty))
				return false;
			if (tg_fix_at(&k, TG_K3('3', '4', '6')) && !tg_fix_take_small(&k, &e->nord))
				return false;
			if (tg_fix_at(&k, TG_K3('2', '7', '9')))
				break;
			SKIP;
		}
	}
	c->p = k.p;
	return true;
}

static __attribute__((__noinline__)) bool entries_w(struct tg_fix_cursor *c, struct wl_out *o)
{
	struct tg_fix_cursor k = WHERE;
	struct wl_entry *e, *last = o->e + o->n;
	u8 ch;

	for (e = o->e; e < last; e++) {
		if (!tg_fix_at(&k, TG_K3('2', '6', '9')))
			return false;
		LETTER(e->type);
		while (!tg_fix_done(&k)) {
			const u8 *from = k.p;

			if (tg_fix_at(&k, TG_K3('2', '7', '0')) && !tg_fix_take_px(&k, &e->px))
				return false;
			if (tg_fix_at(&k, TG_K3('2', '7', '1')) && !tg_fix_take_e8(&k, &e->qty))
				return false;
			if (tg_fix_at(&k, TG_K3('3', '4', '6')) && !tg_fix_take_small(&k, &e->nord))
				return false;
			if (tg_fix_at(&k, TG_K3('2', '9', '0')) && !tg_fix_take_small(&k, &e->pos))
				return false;
			if (tg_fix_at(&k, TG_K3('2', '6', '9')))
				break;
			SKIP;
		}
	}
	c->p = k.p;
	return true;
}

static __always_inline bool refresh(struct tg_fix_cursor c, struct wl_out *o)
{
	const bool incremental = o->msg_type == 'X';
	bool counted = false;

	while (!counted && !tg_fix_done(&c)) {
		const u8 *from = c.p;

		ANY(TG_K3('2', '6', '2'));
		ANY(TG_K2('5', '5'));
		U32(TG_K2('4', '8'), o->secid);
		SHORT(TG_K2('2', '2'));
		if (tg_fix_at(&c, TG_K3('2', '6', '8'))) {
			if (!tg_fix_take_small(&c, &o->n))
				return false;
			counted = true;
		}
		ELSE_SKIP;
	}
	if (!counted || o->n > WL_ENTRIES)
		return false;
	return (incremental ? entries_x(&c, o) : entries_w(&c, o)) && !c.err && tg_fix_done(&c);
}

bool parse_message(const u8 *p, u32 len, struct tg_fix_hint *hint, struct wl_out *o)
{
	struct tg_fix_header h;
	struct tg_fix_frame f;
	struct tg_fix_cursor c;
	u32 used;

	if (tg_fix_frame(p, len, 65536, &f, &used) || !used || tg_fix_decode_header_like(&f, hint, &c, &h))
		return false;
	o->msg_type = (char)f.msg_type;
	o->secid = 0;
	o->seq = (u32)h.seq;
	return f.msg_type == '8' ? report(c, o) : refresh(c, o);
}
