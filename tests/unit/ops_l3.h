/* SPDX-License-Identifier: MIT */
/*
 * One random step of an L3 book and its reference together; choices come from the caller, so that
 * the unit test and the fuzzer take the same steps.
 */
#ifndef OPS_L3_H
#define OPS_L3_H

#include "ref_l3.h"

enum l3_ids { L3_IDS_NUMBER, L3_IDS_UUID, L3_IDS_KRAKEN, L3_IDS_ANY, L3_IDS_TAIL, L3_IDS_KINDS };

struct l3_world {
	struct tg_l3 *b;
	struct ref *r;
	u32 (*pick)(u32 n);	/* 0..n-1 */
	enum l3_ids ids;
	u32 population;		/* ids in use: not many more than orders, so that they come again */
	u32 spread;		/* prices */
	s64 tick, mid;
	u64 clock;
	bool keyed;
	u64 adds, deletes, changes, reduces, loads, fulls, duplicates, unknown, refused, late;
};

static inline u32 l3_id(const struct l3_world *w, u32 k, u8 *id)
{
	char text[64];
	u32 len, i;

	switch (w->ids) {
	case L3_IDS_NUMBER:
		len = (u32)sprintf(text, "%u", 99990 + k);
		break;
	case L3_IDS_UUID:
		len = (u32)sprintf(text, "%08x-7c3e-4b1a-9d2f-%012x", k * 2654435761u, k);
		break;
	case L3_IDS_KRAKEN:
		len = (u32)sprintf(text, "O%05X-%05X-%06X", k & 0xfffff, 0x12345, k * 77 & 0xffffff);
		break;
	case L3_IDS_TAIL:
		/* alike but for one byte or the length */
		len = 28 + k % 9;
		memset(text, 'x', sizeof(text));
		text[len - 1 - k / 9 % 4] = (char)('a' + k / 36 % 26);
		text[k / 36 / 26 % 8] = (char)('a' + k / 36 / 26 / 8);
		break;
	default:
		/* any bytes, zeros too */
		len = 1 + k % 36;
		for (i = 0; i < len; i++)
			text[i] = (char)(k / 36 >> i % 4 * 8);
	}
	memcpy(id, text, len);
	return len;
}

static inline s64 l3_px(struct l3_world *w)
{
	return (w->mid + (s64)w->pick(w->spread) - (s64)w->spread / 2) * w->tick;
}

static inline s64 l3_qty(struct l3_world *w)
{
	return w->pick(4) ? 1 + (s64)w->pick(20) : 1 + (s64)w->pick(1000000) * 1000000;
}

static inline void l3_count(struct l3_world *w, u32 res)
{
	w->adds += !!(res & TG_L3_ADDED);
	w->deletes += !!(res & TG_L3_DELETED);
	w->changes += !!(res & TG_L3_CHANGED);
	w->fulls += !!(res & TG_L3_FULL);
	w->duplicates += !!(res & TG_L3_DUPLICATE);
	w->unknown += !!(res & TG_L3_UNKNOWN);
	w->refused += !!(res & TG_L3_REFUSED);
	w->late += !!(res & TG_L3_LATE);
}

/* A snapshot: in the order of a venue, or in none; with keys, or without. */
static inline void l3_load(struct l3_world *w)
{
	u32 n = w->pick(w->r->order_cap + 2), i, keys = w->pick(3), sorted = w->pick(3);
	s64 px[2] = { w->mid + w->pick(3), w->mid + w->pick(3) };
	struct tg_l3_out y;
	u8 id[64];

	tg_l3_clear(w->b);
	w->r->n = 0;
	for (i = 0; i < n; i++) {
		u32 side = w->pick(2), len = l3_id(w, w->pick(w->population), id), res, want;
		u64 key = keys == 0 ? 0 : keys == 1 ? ++w->clock : w->clock + w->pick(1000);
		s64 qty = l3_qty(w), at = l3_px(w);

		if (sorted == 0 || (sorted == 1 && w->pick(16))) {
			if (!w->pick(3))
				px[side] += side == TG_BID ? -1 : 1;
			at = px[side] * w->tick;
		}
		want = ref_add(w->r, side, at, qty, id, len, key, REF_ARRIVAL, &y);
		res = tg_l3_load(w->b, side, at, qty, id, len, key);
		REF_CHECK(res == (want & ~(u32)TG_L3_TOP));
		l3_count(w, res);
	}
	ref_load_end(w->r);
	tg_l3_load_end(w->b);
	w->loads++;
	ref_same(w->b, w->r);
}

static inline void l3_mark(struct l3_world *w)
{
	struct ref_order *o;

	if (!w->r->n)
		return;
	o = &w->r->o[w->pick(w->r->n)];
	/* few, as own orders are: a level counts up to 254 */
	o->mark = !o->mark && w->pick(8) < 3;
	tg_l3_mark(w->b, tg_l3_find(w->b, o->id, o->len), o->mark);
}

/* What no venue should send, and some will. */
static inline void l3_spoil(struct l3_world *w, s64 *px, s64 *qty, u32 *len)
{
	static const s64 odd[] = { 0, -1, TG_PX_MAX, TG_PX_MAX + 1, TG_PX_NONE, -TG_PX_MAX,
				   -TG_PX_MAX - 1, 0x7fffffffffffffffLL };

	switch (w->pick(4)) {
	case 0: *px = odd[w->pick(8)]; break;
	case 1: *qty = odd[w->pick(8)]; break;
	case 2: *len = 37 + w->pick(20); break;
	default: *len = 0;
	}
}

static inline void l3_step(struct l3_world *w)
{
	u32 what = w->pick(100), side = w->pick(2), len, res, want, known = 0;
	struct tg_l3_out x = { .handle = 0 }, y = { .handle = 0 };
	enum tg_l3_priority priority = w->pick(3);
	s64 px = l3_px(w), qty = l3_qty(w);
	u8 id[64] = { 0 };

	if (what >= 40 && w->r->n && w->pick(8))
		known = 1 + w->pick(w->r->n);
	if (known) {
		len = w->r->o[known - 1].len;
		memcpy(id, w->r->o[known - 1].id, len);
	} else {
		len = l3_id(w, w->pick(w->population), id);
	}
	if (!w->pick(100))
		l3_spoil(w, &px, &qty, &len);
	if (!w->pick(50))
		w->mid += (s64)w->pick(5) - 2;
	w->clock++;
	if (what < 40) {
		u64 key = w->clock - w->pick(50);

		if (w->keyed && w->pick(4)) {
			want = ref_add(w->r, side, px, qty, id, len, key, REF_KEY, &y);
			res = tg_l3_add_key(w->b, side, px, qty, id, len, key, &x);
		} else {
			want = ref_add(w->r, side, px, qty, id, len, 0, REF_ARRIVAL, &y);
			res = tg_l3_add(w->b, side, px, qty, id, len, &x);
		}
	} else if (what < 70) {
		want = ref_delete(w->r, id, len, &y);
		res = tg_l3_delete(w->b, id, len, &x);
	} else if (what < 82) {
		if (!w->pick(8))
			qty = 0;
		if (!w->pick(3))
			px = TG_PX_NONE;
		else if (known && w->pick(2))
			px = w->r->o[known - 1].px;
		want = ref_change(w->r, px, qty, id, len, priority, &y);
		res = tg_l3_change(w->b, px, qty, id, len, priority, &x);
	} else if (what < 95) {
		if (known && w->pick(4))
			qty = 1 + (s64)w->pick(30) % w->r->o[known - 1].qty;
		want = ref_reduce(w->r, qty, id, len, &y);
		res = tg_l3_reduce(w->b, qty, id, len, &x);
		w->reduces += !(res & TG_L3_FAILED);
	} else {
		l3_mark(w);
		return;
	}
	REF_CHECK(res == want);
	ref_same_out(w->b, res, &x, &y, id, len);
	l3_count(w, res);
}

#endif
