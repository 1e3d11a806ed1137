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
#define CHAR(key, to) \
	do { \
		if (tg_fix_at(&c, key)) { \
			if (!tg_fix_take_char(&c, &ch)) \
				return false; \
			(to) = (char)ch; \
		} \
	} while (0)
#define ANY(key)	do { if (tg_fix_at(&c, key) && !tg_fix_take(&c)) return false; } while (0)
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
		ANY(TG_K2('4', '0'));
		E8(TG_K2('4', '4'), o->px);
		ANY(TG_K2('5', '9'));
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

static __always_inline bool refresh(struct tg_fix_cursor c, struct wl_out *o)
{
	const bool incremental = o->msg_type == 'X';
	bool counted = false;
	struct wl_entry *e;
	u8 ch;

	while (!counted && !tg_fix_done(&c)) {
		const u8 *from = c.p;

		ANY(TG_K3('2', '6', '2'));
		ANY(TG_K2('5', '5'));
		U32(TG_K2('4', '8'), o->secid);
		ANY(TG_K2('2', '2'));
		if (tg_fix_at(&c, TG_K3('2', '6', '8'))) {
			if (!tg_fix_take_small(&c, &o->n))
				return false;
			counted = true;
		}
		ELSE_SKIP;
	}
	if (!counted || o->n > WL_ENTRIES)
		return false;
	for (e = o->e; e < o->e + o->n; e++) {
		if (incremental) {
			if (!tg_fix_at(&c, TG_K3('2', '7', '9')))
				return false;
			CHAR(TG_K3('2', '7', '9'), e->act);
			while (!tg_fix_done(&c)) {
				const u8 *from = c.p;

				CHAR(TG_K3('2', '6', '9'), e->type);
				U64(TG_K3('2', '7', '8'), *(u64 *)&e->id);
				ANY(TG_K2('5', '5'));
				U32(TG_K2('4', '8'), e->secid);
				ANY(TG_K2('2', '2'));
				E8(TG_K3('2', '7', '0'), e->px);
				E8(TG_K3('2', '7', '1'), e->qty);
				SMALL(TG_K3('3', '4', '6'), e->nord);
				if (tg_fix_at(&c, TG_K3('2', '7', '9')))
					break;
				ELSE_SKIP;
			}
		} else {
			if (!tg_fix_at(&c, TG_K3('2', '6', '9')))
				return false;
			CHAR(TG_K3('2', '6', '9'), e->type);
			while (!tg_fix_done(&c)) {
				const u8 *from = c.p;

				E8(TG_K3('2', '7', '0'), e->px);
				E8(TG_K3('2', '7', '1'), e->qty);
				SMALL(TG_K3('3', '4', '6'), e->nord);
				SMALL(TG_K3('2', '9', '0'), e->pos);
				if (tg_fix_at(&c, TG_K3('2', '6', '9')))
					break;
				ELSE_SKIP;
			}
		}
	}
	return !c.err && tg_fix_done(&c);
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
