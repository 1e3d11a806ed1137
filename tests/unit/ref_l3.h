/* SPDX-License-Identifier: MIT */
/*
 * Reference of the L3 book, and the comparison: one list of orders, in order of arrival, searched
 * whole for everything. It shares nothing with the core but the result bits. A queue is what the
 * list holds of one price, from the front; levels are not kept but found.
 */
#ifndef REF_L3_H
#define REF_L3_H

#include <stdio.h>
#include <stdlib.h>
#include "book/l3.h"

#define REF_ORDERS	4096u

struct ref_order {
	u8 id[64];
	u32 len, side;
	s64 px, qty;
	u64 key;
	bool mark;
};

struct ref {
	struct ref_order o[REF_ORDERS];
	u32 n, order_cap, level_cap;
};

#define REF_CHECK(cond) \
	do { \
		if (!(cond)) { \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #cond); \
			abort(); \
		} \
	} while (0)

static inline u32 ref_at(const struct ref *r, const u8 *id, u32 len)
{
	u32 i;

	for (i = 0; i < r->n; i++)
		if (r->o[i].len == len && !memcmp(r->o[i].id, id, len))
			break;
	return i;
}

static inline struct tg_l3_touch ref_level(const struct ref *r, u32 side, s64 px)
{
	struct tg_l3_touch t = { .px = px };
	u32 i;

	for (i = 0; i < r->n; i++)
		if (r->o[i].side == side && r->o[i].px == px) {
			t.qty += r->o[i].qty;
			t.orders++;
			t.marks += r->o[i].mark;
		}
	return t;
}

static inline bool ref_better(u32 side, s64 a, s64 b)
{
	return side == TG_BID ? a > b : a < b;
}

/* Is px the best of its side, or better? */
static inline bool ref_is_top(const struct ref *r, u32 side, s64 px)
{
	u32 i;

	for (i = 0; i < r->n; i++)
		if (r->o[i].side == side && ref_better(side, r->o[i].px, px))
			return false;
	return true;
}

static inline u32 ref_levels(const struct ref *r, u32 side)
{
	u32 i, k, n = 0;

	for (i = 0; i < r->n; i++) {
		if (r->o[i].side != side)
			continue;
		for (k = 0; k < i; k++)
			if (r->o[k].side == side && r->o[k].px == r->o[i].px)
				break;
		n += k == i;
	}
	return n;
}

static inline bool ref_qty_ok(s64 qty)
{
	return qty > 0 && qty <= TG_PX_MAX;
}

static inline bool ref_px_ok(s64 px)
{
	return px >= -TG_PX_MAX && px <= TG_PX_MAX;
}

static inline bool ref_sum_ok(s64 a, s64 b)
{
	return a <= TG_PX_MAX - b;
}

static inline void ref_drop(struct ref *r, u32 at)
{
	memmove(&r->o[at], &r->o[at + 1], (r->n - at - 1) * sizeof(r->o[0]));
	r->n--;
}

static inline void ref_put(struct ref *r, u32 at, const struct ref_order *o)
{
	memmove(&r->o[at + 1], &r->o[at], (r->n - at) * sizeof(r->o[0]));
	r->o[at] = *o;
	r->n++;
}

enum ref_manner { REF_ARRIVAL, REF_KEY };

static inline u32 ref_add(struct ref *r, u32 side, s64 px, s64 qty, const u8 *id, u32 len, u64 key,
			  enum ref_manner manner, struct tg_l3_out *out)
{
	struct ref_order o = { .len = len, .side = side, .px = px, .qty = qty, .key = key };
	struct tg_l3_touch was;
	u32 at = r->n, i, passed = 0, last = r->n;

	if (qty <= 0 || px == TG_PX_NONE || !len || len > 36)
		return TG_L3_REFUSED;
	if (ref_at(r, id, len) < r->n)
		return TG_L3_DUPLICATE;
	if (r->n == r->order_cap)
		return TG_L3_FULL;
	was = ref_level(r, side, px);
	if (!ref_qty_ok(qty) || !ref_px_ok(px) || !ref_sum_ok(was.qty, qty))
		return TG_L3_REFUSED;
	if (!was.orders && ref_levels(r, side) == r->level_cap)
		return TG_L3_FULL;
	if (manner == REF_KEY) {
		for (i = r->n; i--;) {
			if (r->o[i].side != side || r->o[i].px != px)
				continue;
			if (r->o[i].key <= key)
				break;
			passed++;
			last = i;
		}
		if (passed > TG_L3_WALK)
			return TG_L3_LATE;
		at = last;
	}
	memcpy(o.id, id, len);
	ref_put(r, at, &o);
	out->side = (u8)side;
	out->touched = 1;
	out->mark = 0;
	out->qty = qty;
	out->was = 0;
	out->level[0] = ref_level(r, side, px);
	return TG_L3_ADDED | (was.orders ? 0 : TG_L3_LEVEL_ADDED) |
	       (ref_is_top(r, side, px) ? TG_L3_TOP : 0);
}

static inline u32 ref_remove(struct ref *r, u32 at, struct tg_l3_out *out)
{
	struct ref_order o = r->o[at];
	u32 res = TG_L3_DELETED | (ref_is_top(r, o.side, o.px) ? TG_L3_TOP : 0);

	ref_drop(r, at);
	out->side = (u8)o.side;
	out->touched = 1;
	out->mark = o.mark;
	out->qty = 0;
	out->was = o.qty;
	out->level[0] = ref_level(r, o.side, o.px);
	out->level[0].marks += o.mark;
	return res | (out->level[0].orders ? 0 : TG_L3_LEVEL_DELETED);
}

static inline u32 ref_delete(struct ref *r, const u8 *id, u32 len, struct tg_l3_out *out)
{
	u32 at = ref_at(r, id, len);

	if (!len || len > 36)
		return TG_L3_REFUSED;
	return at == r->n ? TG_L3_UNKNOWN : ref_remove(r, at, out);
}

static inline u32 ref_reduce(struct ref *r, s64 qty, const u8 *id, u32 len, struct tg_l3_out *out)
{
	u32 at = ref_at(r, id, len);
	struct ref_order *o = &r->o[at];

	if (!len || len > 36 || !ref_qty_ok(qty))
		return TG_L3_REFUSED;
	if (at == r->n)
		return TG_L3_UNKNOWN;
	if (qty >= o->qty) {
		u32 over = qty > o->qty ? TG_L3_OVER : 0;

		return ref_remove(r, at, out) | over;
	}
	out->was = o->qty;
	o->qty -= qty;
	out->qty = o->qty;
	out->side = (u8)o->side;
	out->touched = 1;
	out->mark = o->mark;
	out->level[0] = ref_level(r, o->side, o->px);
	return TG_L3_CHANGED | (ref_is_top(r, o->side, o->px) ? TG_L3_TOP : 0);
}

static inline u32 ref_change(struct ref *r, s64 px, s64 qty, const u8 *id, u32 len,
			     enum tg_l3_priority priority, struct tg_l3_out *out)
{
	u32 at = ref_at(r, id, len), res = TG_L3_CHANGED;
	struct tg_l3_touch was;
	struct ref_order o;
	bool moves;

	if (!len || len > 36 || (qty && !ref_qty_ok(qty)) || (px != TG_PX_NONE && !ref_px_ok(px)))
		return TG_L3_REFUSED;
	if (at == r->n)
		return TG_L3_UNKNOWN;
	if (!qty)
		return ref_remove(r, at, out);
	o = r->o[at];
	moves = px != TG_PX_NONE && px != o.px;
	if (!moves)
		px = o.px;
	was = ref_level(r, o.side, px);
	if (!ref_sum_ok(was.qty - (moves ? 0 : o.qty), qty))
		return TG_L3_REFUSED;
	if (moves && !was.orders && ref_levels(r, o.side) == r->level_cap &&
	    ref_level(r, o.side, o.px).orders > 1)
		return TG_L3_FULL;
	if (ref_is_top(r, o.side, o.px))
		res |= TG_L3_TOP;
	out->side = (u8)o.side;
	out->mark = o.mark;
	out->was = o.qty;
	out->qty = qty;
	out->touched = moves ? 2 : 1;
	r->o[at].qty = qty;
	if (moves || priority == TG_L3_PRIORITY_LOSE ||
	    (priority == TG_L3_PRIORITY_USUAL && qty > o.qty)) {
		struct ref_order n = r->o[at];

		res |= TG_L3_REQUEUED;
		ref_drop(r, at);
		n.px = px;
		n.key = 0;
		if (moves) {
			out->level[0] = ref_level(r, o.side, o.px);
			res |= out->level[0].orders ? 0 : TG_L3_LEVEL_DELETED;
			out->level[0].marks += o.mark;
			res |= was.orders ? 0 : TG_L3_LEVEL_ADDED;
		}
		ref_put(r, r->n, &n);
	}
	if (ref_is_top(r, o.side, px))
		res |= TG_L3_TOP;
	out->level[moves] = ref_level(r, o.side, px);
	return res;
}

/* Orders of one price that a snapshot brought: by key, equal ones as they came. */
static inline void ref_load_end(struct ref *r)
{
	u32 i, k;

	for (i = 1; i < r->n; i++)
		for (k = i; k && r->o[k - 1].key > r->o[k].key; k--) {
			struct ref_order t = r->o[k];

			r->o[k] = r->o[k - 1];
			r->o[k - 1] = t;
		}
}

/* ---- comparison ---- */

static inline void ref_same_out(const struct tg_l3 *b, u32 res, const struct tg_l3_out *x,
				const struct tg_l3_out *y, const u8 *id, u32 len)
{
	u32 i;

	if (res & TG_L3_FAILED)
		return;
	REF_CHECK(x->side == y->side && x->touched == y->touched && !x->mark == !y->mark);
	REF_CHECK(x->qty == y->qty && x->was == y->was && x->handle);
	for (i = 0; i < y->touched; i++) {
		REF_CHECK(x->level[i].px == y->level[i].px && x->level[i].qty == y->level[i].qty);
		REF_CHECK(x->level[i].orders == y->level[i].orders);
		REF_CHECK(!x->level[i].marks == !y->level[i].marks);
	}
	REF_CHECK(tg_l3_find(b, id, len) == (res & TG_L3_DELETED ? 0 : x->handle));
}

static inline void ref_same_best(const struct tg_l3 *b, const struct ref *r)
{
	struct tg_level best[2];
	u32 i, side;

	tg_l3_best(b, &best[TG_BID], &best[TG_ASK]);
	for (side = 0; side < 2; side++) {
		s64 px = TG_PX_NONE;

		for (i = 0; i < r->n; i++)
			if (r->o[i].side == side &&
			    (px == TG_PX_NONE || ref_better(side, r->o[i].px, px)))
				px = r->o[i].px;
		REF_CHECK(best[side].px == px);
		REF_CHECK(best[side].qty == (px == TG_PX_NONE ? 0 : ref_level(r, side, px).qty));
	}
	REF_CHECK(tg_l3_crossed(b) == (best[TG_BID].px != TG_PX_NONE &&
				       best[TG_ASK].px != TG_PX_NONE &&
				       best[TG_BID].px >= best[TG_ASK].px));
}

/* All of the book, order by order. */
static inline void ref_same(const struct tg_l3 *b, const struct ref *r)
{
	u32 side, depth, i, h, seen = 0;

	ref_same_best(b, r);
	REF_CHECK(b->orders == r->n);
	for (side = 0; side < 2; side++) {
		const struct tg_l3_level *l;
		s64 before = 0;

		REF_CHECK(tg_l3_count(b, side) == ref_levels(r, side));
		for (depth = 0; (l = tg_l3_level(b, side, depth)); depth++) {
			struct tg_l3_touch t = ref_level(r, side, l->px);
			struct tg_l3_place sum = { .behind = t.qty, .orders_behind = t.orders }, p;

			REF_CHECK(!depth || ref_better(side, before, l->px));
			before = l->px;
			REF_CHECK(tg_l3_level_at(b, side, l->px) == l && l->side == side);
			REF_CHECK(l->qty == t.qty && l->orders == t.orders);
			REF_CHECK(!l->marks == !t.marks);
			h = l->first;
			for (i = 0; i < r->n; i++) {
				const struct tg_l3_order *o = tg_l3_order(b, h);
				const struct ref_order *x = &r->o[i];

				if (x->side != side || x->px != l->px)
					continue;
				REF_CHECK(o && tg_l3_id_len(o) == x->len && !memcmp(o->id, x->id, x->len));
				REF_CHECK(o->qty == x->qty && o->key == x->key);
				REF_CHECK(!!(o->meta & TG_L3_MARKED) == x->mark);
				REF_CHECK(tg_l3_find(b, x->id, x->len) == h);
				REF_CHECK(tg_l3_level_of(b, o) == l);
				sum.behind -= x->qty;
				sum.orders_behind--;
				/* a long queue is walked here and there only */
				if (sum.orders_ahead < 8 || sum.orders_behind < 8) {
					REF_CHECK(tg_l3_ahead(b, h, &p));
					REF_CHECK(!memcmp(&p, &sum, sizeof(p)));
				}
				sum.ahead += x->qty;
				sum.orders_ahead++;
				h = tg_l3_next(b, h);
				seen++;
			}
			REF_CHECK(!h);
		}
	}
	REF_CHECK(seen == r->n);
}

#endif
