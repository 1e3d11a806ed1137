// SPDX-License-Identifier: MIT
/*
 * Every field that the workloads' truth wants, by the core's lexer; built with the core's flags.
 * The header is decoded as the engine does it, with the hint that a session or feed keeps.
 */
#include "bench.h"
#include "fix/decode.h"
#include "fix/lexer_inline.h"

/*
 * Fields by a cursor `k` that has nothing but a place, an end and a value, which stay in registers; *c, which comes from the header, is for fields out of order.
 */
#define WHERE(at)	{ .p = (at), .end = c->end }
#define TAKE(key, how, ...) \
	do { \
		if (tg_fix_at(&k, key) && !tg_fix_take##how(&k, ##__VA_ARGS__)) \
			return false; \
	} while (0)
#define U64(key, to)	TAKE(key, _u64, &(to))
#define U32(key, to)	TAKE(key, _u32, &(to))
#define SMALL(key, to)	TAKE(key, _small, &(to))	/* below 1,000 but for exceptions */
#define E8(key, to)	TAKE(key, _e8, &(to))
#define PX(key, to)	TAKE(key, _px, &(to))
#define CHAR(key, to)	TAKE(key, _char, (u8 *)&(to))
#define ANY(key)	TAKE(key, )
#define SHORT(key)	TAKE(key, _short)
#define ELSE_SKIP \
	do { \
		if (k.p == from) { \
			c->p = k.p; \
			if (!tg_fix_skip_cold(c)) \
				return false; \
			k.p = c->p; \
		} \
	} while (0)

static __attribute__((__noinline__)) bool report(struct tg_fix_cursor *c, struct wl_out *o)
{
	struct tg_fix_cursor k = WHERE(c->p);

	while (!tg_fix_done(&k)) {
		const u8 *from = k.p;

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
		TAKE(TG_K2('6', '0'), _long);
		ELSE_SKIP;
	}
	return true;
}

/* From p on, where the group's count ended. */
static __attribute__((__noinline__)) bool entries_x(struct tg_fix_cursor *c, const u8 *p, struct wl_out *o)
{
	struct tg_fix_cursor k = WHERE(p);
	struct wl_entry *e, *last = o->e + o->n;

	for (e = o->e; e < last; e++) {
		if (!tg_fix_at(&k, TG_K3('2', '7', '9')) || !tg_fix_take_char(&k, (u8 *)&e->act))
			return false;
		while (!tg_fix_done(&k)) {
			const u8 *from = k.p;

			CHAR(TG_K3('2', '6', '9'), e->type);
			U64(TG_K3('2', '7', '8'), *(u64 *)&e->id);
			ANY(TG_K2('5', '5'));
			U32(TG_K2('4', '8'), e->secid);
			SHORT(TG_K2('2', '2'));
			PX(TG_K3('2', '7', '0'), e->px);
			E8(TG_K3('2', '7', '1'), e->qty);
			SMALL(TG_K3('3', '4', '6'), e->nord);
			if (tg_fix_at(&k, TG_K3('2', '7', '9')))
				break;
			ELSE_SKIP;
		}
	}
	return tg_fix_done(&k);
}

static __attribute__((__noinline__)) bool entries_w(struct tg_fix_cursor *c, const u8 *p, struct wl_out *o)
{
	struct tg_fix_cursor k = WHERE(p);
	struct wl_entry *e, *last = o->e + o->n;

	for (e = o->e; e < last; e++) {
		if (!tg_fix_at(&k, TG_K3('2', '6', '9')) || !tg_fix_take_char(&k, (u8 *)&e->type))
			return false;
		while (!tg_fix_done(&k)) {
			const u8 *from = k.p;

			PX(TG_K3('2', '7', '0'), e->px);
			E8(TG_K3('2', '7', '1'), e->qty);
			SMALL(TG_K3('3', '4', '6'), e->nord);
			SMALL(TG_K3('2', '9', '0'), e->pos);
			if (tg_fix_at(&k, TG_K3('2', '6', '9')))
				break;
			ELSE_SKIP;
		}
	}
	return tg_fix_done(&k);
}

static __always_inline bool refresh(struct tg_fix_cursor *c, struct wl_out *o)
{
	struct tg_fix_cursor k = WHERE(c->p);
	bool counted = false;

	while (!counted && !tg_fix_done(&k)) {
		const u8 *from = k.p;

		ANY(TG_K3('2', '6', '2'));
		ANY(TG_K2('5', '5'));
		U32(TG_K2('4', '8'), o->secid);
		SHORT(TG_K2('2', '2'));
		if (tg_fix_at(&k, TG_K3('2', '6', '8'))) {
			if (!tg_fix_take_small(&k, &o->n))
				return false;
			counted = true;
		}
		ELSE_SKIP;
	}
	if (!counted || o->n > WL_ENTRIES)
		return false;
	return o->msg_type == 'X' ? entries_x(c, k.p, o) : entries_w(c, k.p, o);
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
	return f.msg_type == '8' ? report(&c, o) : refresh(&c, o);
}
