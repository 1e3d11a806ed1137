// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Reading an L3 book, and marking its orders. */
#include "book/l3_places.h"

const struct tg_l3_order *tg_l3_order(const struct tg_l3 *b, u32 handle)
{
	const struct tg_l3_order *o = order_at(b, handle);

	return handle >= b->orders_off && handle < b->fresh_order && IS_ORDER(handle) && o->meta ?
		o : NULL;
}

const struct tg_l3_level *tg_l3_level_of(const struct tg_l3 *b, const struct tg_l3_order *o)
{
	return level_at(b, LEVEL_OF(o->meta));
}

void tg_l3_mark(struct tg_l3 *b, u32 handle, bool mark)
{
	struct tg_l3_order *o = order_at(b, handle);
	struct tg_l3_level *l;

	if (!tg_l3_order(b, handle) || !!(o->meta & TG_L3_MARKED) == mark)
		return;
	l = level_at(b, LEVEL_OF(o->meta));
	o->meta ^= TG_L3_MARKED;
	if (l->marks != TG_L3_MARKS_MAX)
		l->marks = (u16)(l->marks + (mark ? 1 : -1));
}

u32 tg_l3_count(const struct tg_l3 *b, enum tg_book_side side)
{
	return b->n[side];
}

bool tg_l3_crossed(const struct tg_l3 *b)
{
	return b->n[TG_BID] && b->n[TG_ASK] &&
	       level_at(b, b->best[TG_BID])->px >= level_at(b, b->best[TG_ASK])->px;
}

const struct tg_l3_level *tg_l3_level(const struct tg_l3 *b, enum tg_book_side side, u32 depth)
{
	u32 n = b->n[side];

	return depth < n ? level_at(b, sorted_of(b, side)[n - 1 - depth]) : NULL;
}

const struct tg_l3_level *tg_l3_level_at(const struct tg_l3 *b, enum tg_book_side side, s64 px)
{
	u32 at, lv;

	if (px == TG_PX_NONE)
		return NULL;
	lv = *hint_of(b, side, px);
	if (level_at(b, lv)->px != px)
		lv = search(b, side, px, &at);
	return lv ? level_at(b, lv) : NULL;
}

u32 tg_l3_prev(const struct tg_l3 *b, u32 handle)
{
	const struct tg_l3_order *o = tg_l3_order(b, handle);

	return o && IS_ORDER(o->ring_prev) ? o->ring_prev : 0;
}

u32 tg_l3_next(const struct tg_l3 *b, u32 handle)
{
	const struct tg_l3_order *o = tg_l3_order(b, handle);

	return o && IS_ORDER(o->ring_next) ? o->ring_next : 0;
}

bool tg_l3_ahead(const struct tg_l3 *b, u32 handle, struct tg_l3_place *out)
{
	const struct tg_l3_order *o = tg_l3_order(b, handle);
	const struct tg_l3_level *l;
	u32 h;

	memset(out, 0, sizeof(*out));
	if (!o)
		return false;
	for (h = o->ring_prev; IS_ORDER(h); h = order_at(b, h)->ring_prev) {
		out->ahead += order_at(b, h)->qty;
		out->orders_ahead++;
	}
	l = tg_l3_level_of(b, o);
	out->behind = l->qty - out->ahead - o->qty;
	out->orders_behind = l->orders - out->orders_ahead - 1;
	return true;
}
