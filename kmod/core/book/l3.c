// SPDX-License-Identifier: GPL-2.0 OR MIT
#include "book/l3_index.h"

/* ---- size ---- */

static u32 bucket_bits_of(u32 orders)
{
	u32 bits = 2;

	while (3ULL << bits < orders)
		bits++;
	return bits;
}

/* Four hints a level keep collisions rare. */
static u32 hint_bits_of(u32 levels)
{
	u32 bits = 5;

	while (bits < 14 && 1u << bits < levels * 4)
		bits++;
	return bits;
}

static u64 line(u64 bytes)
{
	return (bytes + 63) & ~63ULL;
}

static u64 levels_at(u32 orders)
{
	return sizeof(struct tg_l3) + (sizeof(struct bucket) << bucket_bits_of(orders));
}

static u64 orders_at(u32 orders, u32 levels)
{
	return line(levels_at(orders) + levels * 2ULL * sizeof(struct tg_l3_level));
}

static u64 hints_at(u32 orders, u32 levels)
{
	return orders_at(orders, levels) + (u64)orders * sizeof(struct tg_l3_order);
}

static u64 keys_at(u32 orders, u32 levels)
{
	return hints_at(orders, levels) + (2 * sizeof(u32) << hint_bits_of(levels));
}

u64 tg_l3_bytes(u32 orders, u32 levels)
{
	return keys_at(orders, levels) + line(stride_of(levels) * 24ULL);
}

static u32 first_level(const struct tg_l3 *b, u32 side)
{
	return b->levels_off + side * b->level_cap * (u32)sizeof(struct tg_l3_level);
}

static void start(struct tg_l3 *b)
{
	u32 side;

	for (side = 0; side < 2; side++) {
		b->n[side] = 0;
		b->best[side] = 0;
		b->free_level[side] = 0;
		b->fresh_level[side] = first_level(b, side);
		b->loading[side] = 0;
	}
	b->orders = 0;
	b->free_order = 0;
	b->fresh_order = b->orders_off;
	b->unsorted = 0;
}

void tg_l3_init(struct tg_l3 *b, u32 orders, u32 levels, u64 seed)
{
	u32 i;

	memset(b, 0, tg_l3_bytes(orders, levels));
	b->order_cap = orders;
	b->level_cap = levels;
	b->bucket_mask = (((u32)sizeof(struct bucket) << bucket_bits_of(orders)) - 1) &
			 ~((u32)sizeof(struct bucket) - 1);
	b->hint_mask = (((u32)sizeof(u32) << hint_bits_of(levels)) - 1) & ~((u32)sizeof(u32) - 1);
	b->levels_off = (u32)levels_at(orders);
	b->orders_off = (u32)orders_at(orders, levels);
	b->hints_off[TG_BID] = (u32)hints_at(orders, levels);
	b->hints_off[TG_ASK] = b->hints_off[TG_BID] + b->hint_mask + (u32)sizeof(u32);
	b->keys_off[TG_BID] = (u32)keys_at(orders, levels);
	b->keys_off[TG_ASK] = b->keys_off[TG_BID] + stride_of(levels) * 12;
	for (i = 0; i < 5; i++) {
		/* splitmix64 */
		u64 z = seed += 0x9e3779b97f4a7c15ULL;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		b->seed[i] = z ^ z >> 31;
	}
	b->seed[4] |= 1;
	b->none.px = TG_PX_NONE;
	for (i = 0; i < levels * 2; i++)
		level_at(b, b->levels_off)[i].px = TG_PX_NONE;
	start(b);
}

void tg_l3_clear(struct tg_l3 *b)
{
	u32 side, lv;

	/* Else a hint of before would find them. */
	for (side = 0; side < 2; side++)
		for (lv = first_level(b, side); lv < b->fresh_level[side];
		     lv += (u32)sizeof(struct tg_l3_level))
			level_at(b, lv)->px = TG_PX_NONE;
	memset(bucket_at(b, 0), 0, b->bucket_mask + sizeof(struct bucket));
	start(b);
}

/* ---- levels ---- */

static void turn(struct tg_l3 *b, u32 side)
{
	s64 *k = keys_of(b, side);
	u32 *sorted = sorted_of(b, side);
	u32 lo, hi;

	for (lo = 0, hi = b->n[side]; lo + 1 < hi; lo++) {
		s64 key;
		u32 lv;

		hi--;
		key = k[lo];
		k[lo] = k[hi];
		k[hi] = key;
		lv = sorted[lo];
		sorted[lo] = sorted[hi];
		sorted[hi] = lv;
	}
	b->loading[side] = 0;
}

static bool level_free(const struct tg_l3 *b, u32 side)
{
	return b->free_level[side] || b->fresh_level[side] < first_level(b, side) +
		b->level_cap * (u32)sizeof(struct tg_l3_level);
}

/* 0 = no room. */
static u32 new_level(struct tg_l3 *b, u32 side, s64 px, u32 at)
{
	s64 *k = keys_of(b, side);
	u32 *sorted = sorted_of(b, side);
	u32 n = b->n[side], lv = b->free_level[side];
	struct tg_l3_level *l;

	if (unlikely(!level_free(b, side)))
		return 0;
	if (lv) {
		b->free_level[side] = level_at(b, lv)->first;
	} else {
		lv = b->fresh_level[side];
		b->fresh_level[side] = lv + (u32)sizeof(struct tg_l3_level);
	}
	l = level_at(b, lv);
	memset(l, 0, sizeof(*l));
	l->px = px;
	l->side = (u8)side;
	l->first = RING(lv);
	l->last = RING(lv);
	if (at < n) {
		memmove(k + at + 1, k + at, (u64)(n - at) * sizeof(*k));
		memmove(sorted + at + 1, sorted + at, (u64)(n - at) * sizeof(*sorted));
	}
	k[at] = tg_key_of(side, px);
	sorted[at] = lv;
	b->n[side] = n + 1;
	b->best[side] = sorted[n];
	*hint_of(b, side, px) = lv;
	return lv;
}

/*
 * Not where the hint says: a new level, or a hint that another price has taken. Apart, so that the
 * common case saves no registers. 0 = no room.
 */
static __attribute__((__noinline__)) u32 level_slow(struct tg_l3 *b, u32 side, s64 px, bool loading)
{
	u32 at, lv, n = b->n[side];

	if (loading) {
		const s64 *k = keys_of(b, side);
		s64 key = tg_key_of(side, px);

		if (!n)
			b->loading[side] = 1;
		if (b->loading[side]) {
			if (!n || key < k[n - 1])
				return new_level(b, side, px, n);
			if (key == k[n - 1])
				return sorted_of(b, side)[n - 1];
			/* Not best first (any more): go on the general way. */
			turn(b, side);
		}
	}
	lv = search(b, side, px, &at);
	if (!lv)
		return new_level(b, side, px, at);
	*hint_of(b, side, px) = lv;
	return lv;
}

static __attribute__((__noinline__)) void level_gone(struct tg_l3 *b, u32 lv)
{
	struct tg_l3_level *l = level_at(b, lv);
	u32 side = l->side, n = b->n[side], at;
	s64 *k = keys_of(b, side);
	u32 *sorted = sorted_of(b, side);

	at = b->best[side] == lv ? n - 1 : tg_lower_bound(k, n, tg_key_of(side, l->px));
	if (at < n - 1) {
		memmove(k + at, k + at + 1, (u64)(n - 1 - at) * sizeof(*k));
		memmove(sorted + at, sorted + at + 1, (u64)(n - 1 - at) * sizeof(*sorted));
	}
	b->n[side] = n - 1;
	b->best[side] = n > 1 ? sorted[n - 2] : 0;
	memset(l, 0, sizeof(*l));
	l->px = TG_PX_NONE;
	l->first = b->free_level[side];
	b->free_level[side] = lv;
}

/* ---- queues: no branch depends on where in one an order stands, it cannot be foreseen ---- */

static __always_inline void append(struct tg_l3 *b, u64 lv, struct tg_l3_order *o, u64 handle)
{
	struct tg_l3_level *l = level_at(b, lv);
	u32 last = l->last;

	*next_of(b, last) = (u32)handle;
	o->ring_prev = last;
	o->ring_next = (u32)RING(lv);
	l->last = (u32)handle;
}

static __always_inline void unlink(struct tg_l3 *b, const struct tg_l3_order *o)
{
	u32 prev = o->ring_prev, next = o->ring_next;

	*next_of(b, prev) = next;
	*prev_of(b, next) = prev;
}

/* Behind all that have the same key or a lower one. false = too far to go. */
static bool insert_by_key(struct tg_l3 *b, u32 lv, struct tg_l3_order *o, u32 handle, u64 key)
{
	u32 at = level_at(b, lv)->last, walked = 0, next;

	while (IS_ORDER(at) && order_at(b, at)->key > key) {
		if (++walked > TG_L3_WALK)
			return false;
		at = order_at(b, at)->ring_prev;
	}
	next = *next_of(b, at);
	o->ring_prev = at;
	o->ring_next = next;
	*next_of(b, at) = handle;
	*prev_of(b, next) = handle;
	return true;
}

/* Merges runs of 1, 2, 4... orders: stable, no more memory, n log n at worst. */
static void sort_queue(struct tg_l3 *b, u32 lv)
{
	struct tg_l3_level *l = level_at(b, lv);
	u32 head = l->first, run, merges, prev;

	*next_of(b, l->last) = 0;
	for (run = 1;; run *= 2) {
		u32 p = head, tail = 0;

		head = 0;
		for (merges = 0; p; merges++) {
			u32 q = p, np = 0, nq = run;

			while (np < run && q) {
				np++;
				q = order_at(b, q)->ring_next;
			}
			while (np || (nq && q)) {
				u32 e;

				if (!np || (nq && q && order_at(b, q)->key < order_at(b, p)->key)) {
					e = q;
					q = order_at(b, q)->ring_next;
					nq--;
				} else {
					e = p;
					p = order_at(b, p)->ring_next;
					np--;
				}
				*(tail ? &order_at(b, tail)->ring_next : &head) = e;
				tail = e;
			}
			p = q;
		}
		order_at(b, tail)->ring_next = 0;
		if (merges <= 1)
			break;
	}
	l->first = head;
	for (prev = RING(lv); head; head = order_at(b, head)->ring_next) {
		order_at(b, head)->ring_prev = prev;
		prev = head;
	}
	order_at(b, prev)->ring_next = RING(lv);
	l->last = prev;
	l->unsorted = 0;
}

/* ---- what a change leaves ---- */

static __always_inline void tell(struct tg_l3_touch *t, s64 px, s64 qty, u32 orders, u32 marks)
{
	t->px = px;
	t->qty = qty;
	t->orders = orders;
	t->marks = marks;
}

static __always_inline void tell_order(struct tg_l3_out *out, u64 handle, u32 side, u32 touched,
				       u32 meta, s64 qty, s64 was)
{
	out->handle = (u32)handle;
	out->side = (u8)side;
	out->touched = (u8)touched;
	out->mark = meta & TG_L3_MARKED;
	out->qty = qty;
	out->was = was;
}

/* ---- changes ---- */

static __always_inline bool qty_fits(s64 qty)
{
	return (u64)qty - 1 < (u64)TG_PX_MAX;
}

static __always_inline bool px_fits(s64 px)
{
	return (u64)px + TG_PX_MAX <= 2 * (u64)TG_PX_MAX;
}

enum manner { ARRIVAL, BY_KEY, LOADING };

/* The free list is empty: put what was never used on it. */
static __attribute__((__noinline__)) u32 fresh_order(struct tg_l3 *b)
{
	u32 handle = b->fresh_order;

	if (handle >= b->orders_off + b->order_cap * (u32)sizeof(struct tg_l3_order))
		return 0;
	b->fresh_order = handle + (u32)sizeof(struct tg_l3_order);
	b->free_order = handle;
	memset(order_at(b, handle), 0, sizeof(struct tg_l3_order));
	return handle;
}

/* No free order. */
static __attribute__((__noinline__)) u32 no_order(const struct tg_l3 *b, const u8 *id, u64 len)
{
	if (len - 1 >= TG_L3_ID_MAX)
		return TG_L3_REFUSED;
	return search_far(b, id, (u32)len).handle ? TG_L3_DUPLICATE : TG_L3_FULL;
}

static __always_inline u32 add(struct tg_l3 *b, u64 side, s64 px, s64 qty, const u8 *id, u64 len,
			       u64 key, enum manner manner, struct tg_l3_out *out)
{
	u64 handle = b->free_order, hash, tags, empty, lv;
	u32 orders, res = TG_L3_ADDED;
	struct tg_l3_level *l;
	struct tg_l3_order *o;
	struct spot s;
	s64 total;

	if (unlikely(qty <= 0 || px == TG_PX_NONE))
		return TG_L3_REFUSED;
	if (unlikely(!handle)) {
		handle = fresh_order(b);
		if (!handle)
			return no_order(b, id, len);
	}
	o = order_at(b, handle);
	/* Into the free order at once: it is no order before it has its meta. */
	if (unlikely(!hash_of(b, id, len, true, o->id, &hash)))
		return TG_L3_REFUSED;
	s.at = home_of(b, hash);
	s.steps = 0;
	tags = s.at->tags;
	empty = ~tags & TAG_USED;
	/* No hit and nothing passed: not known. */
	if (unlikely((hits_of(tags, hash) | tags >> PASSED_SHIFT) || !empty)) {
		struct found f = slot_far(b, id, (u32)len);

		if (f.slot >= SLOTS)
			return f.handle ? TG_L3_DUPLICATE : TG_L3_FULL;
		s.slot = f.slot;
		s.steps = f.steps;
		s.at = (struct bucket *)((u8 *)b + f.at);
	} else {
		s.slot = (u64)__builtin_ctzll(empty) >> 3;
	}
	lv = *hint_of(b, side, px);
	if (unlikely(level_at(b, lv)->px != px)) {
		if (!px_fits(px) || !qty_fits(qty))
			return TG_L3_REFUSED;
		lv = level_slow(b, (u32)side, px, manner == LOADING);
		if (!lv)
			return TG_L3_FULL;
		if (!level_at(b, lv)->orders)
			res |= TG_L3_LEVEL_ADDED;
	}
	l = level_at(b, lv);
	total = (s64)((u64)l->qty + (u64)qty);
	if (unlikely((u64)total > TG_PX_MAX))
		return TG_L3_REFUSED;
	/* Nothing can fail from here on, but for the walk of BY_KEY. */
	if (manner == BY_KEY) {
		u32 next = o->ring_next;

		if (unlikely(!insert_by_key(b, (u32)lv, o, (u32)handle, key)))
			return TG_L3_LATE;
		b->free_order = next;
	} else {
		b->free_order = o->ring_next;
		if (manner == LOADING && l->orders && key < order_at(b, l->last)->key) {
			l->unsorted = 1;
			b->unsorted = 1;
		}
		append(b, lv, o, handle);
	}
	o->meta = META(lv, len);
	o->qty = qty;
	o->key = key;
	take_slot(b, &s, hash, handle);
	b->orders++;
	orders = l->orders + 1;
	l->qty = total;
	l->orders = orders;
	if (manner == LOADING)
		return res;
	tell_order(out, handle, (u32)side, 1, 0, qty, 0);
	tell(&out->level[0], px, total, orders, l->marks);
	return res | (lv == b->best[side]);
}

u32 tg_l3_add(struct tg_l3 *b, enum tg_book_side side, s64 px, s64 qty, const u8 *id, u32 len,
	      struct tg_l3_out *out)
{
	return add(b, side, px, qty, id, len, 0, ARRIVAL, out);
}

u32 tg_l3_add_key(struct tg_l3 *b, enum tg_book_side side, s64 px, s64 qty, const u8 *id, u32 len,
		  u64 key, struct tg_l3_out *out)
{
	return add(b, side, px, qty, id, len, key, BY_KEY, out);
}

u32 tg_l3_load(struct tg_l3 *b, enum tg_book_side side, s64 px, s64 qty, const u8 *id, u32 len,
	       u64 key)
{
	struct tg_l3_out out;	/* not written when loading */

	return add(b, side, px, qty, id, len, key, LOADING, &out);
}

void tg_l3_load_end(struct tg_l3 *b)
{
	u32 side, lv;

	for (side = 0; side < 2; side++) {
		u32 n = b->n[side];

		if (b->loading[side])
			turn(b, side);
		b->best[side] = n ? sorted_of(b, side)[n - 1] : 0;
		for (lv = first_level(b, side); b->unsorted && lv < b->fresh_level[side];
		     lv += (u32)sizeof(struct tg_l3_level))
			if (level_at(b, lv)->unsorted)
				sort_queue(b, lv);
	}
	b->unsorted = 0;
}

/* An order has left the level's ring; the level goes with its last. */
static __always_inline u32 leave_level(struct tg_l3 *b, u32 meta, u32 side, s64 qty,
				       struct tg_l3_touch *t)
{
	u64 lv = LEVEL_OF(meta);
	struct tg_l3_level *l = level_at(b, lv);
	s64 total = l->qty - qty;
	u32 orders = l->orders - 1, marks = l->marks, top = lv == b->best[side];

	l->qty = total;
	l->orders = orders;
	if (unlikely(meta & TG_L3_MARKED) && marks != TG_L3_MARKS_MAX)
		l->marks = (u16)(marks - 1);
	tell(t, l->px, total, orders, marks);
	if (likely(orders))
		return top;
	level_gone(b, (u32)lv);
	return top | TG_L3_LEVEL_DELETED;
}

static __always_inline u32 remove(struct tg_l3 *b, u64 handle, const struct spot *s,
				  struct tg_l3_out *out)
{
	struct tg_l3_order *o = order_at(b, handle);
	u32 meta = o->meta;
	u32 side = level_at(b, LEVEL_OF(meta))->side;
	s64 was = o->qty;

	leave_slot(b, s);
	b->orders--;
	tell_order(out, handle, side, 1, meta, 0, was);
	unlink(b, o);
	o->ring_next = b->free_order;
	b->free_order = (u32)handle;
	o->meta = 0;
	return leave_level(b, meta, side, was, &out->level[0]) | TG_L3_DELETED;
}

u32 tg_l3_delete(struct tg_l3 *b, const u8 *id, u32 len, struct tg_l3_out *out)
{
	struct spot s;
	u64 handle;
	u32 res = lookup(b, id, len, &handle, &s);

	return unlikely(res) ? res : remove(b, handle, &s, out);
}

u32 tg_l3_reduce(struct tg_l3 *b, s64 qty, const u8 *id, u32 len, struct tg_l3_out *out)
{
	struct tg_l3_level *l;
	struct tg_l3_order *o;
	u64 handle, lv;
	struct spot s;
	u32 res;

	if (unlikely(!qty_fits(qty)))
		return TG_L3_REFUSED;
	res = lookup(b, id, len, &handle, &s);
	if (unlikely(res))
		return res;
	o = order_at(b, handle);
	if (qty >= o->qty) {
		u32 over = qty > o->qty ? TG_L3_OVER : 0;

		return remove(b, handle, &s, out) | over;
	}
	lv = LEVEL_OF(o->meta);
	l = level_at(b, lv);
	o->qty -= qty;
	l->qty -= qty;
	tell_order(out, handle, l->side, 1, o->meta, o->qty, o->qty + qty);
	tell(&out->level[0], l->px, l->qty, l->orders, l->marks);
	return lv == b->best[l->side] ? TG_L3_CHANGED | TG_L3_TOP : TG_L3_CHANGED;
}

/* To another price. */
static u32 move(struct tg_l3 *b, u64 handle, s64 px, s64 qty, struct tg_l3_out *out)
{
	struct tg_l3_order *o = order_at(b, handle);
	u32 meta = o->meta;
	struct tg_l3_level *l = level_at(b, LEVEL_OF(meta));
	u32 side = l->side, at, lv = search(b, side, px, &at);
	u32 res = TG_L3_CHANGED | TG_L3_REQUEUED;
	s64 was = o->qty;

	if (lv && (u64)level_at(b, lv)->qty + (u64)qty > TG_PX_MAX)
		return TG_L3_REFUSED;
	/* The place of a level that goes is there for the one that comes. */
	if (!lv && !level_free(b, side) && l->orders > 1)
		return TG_L3_FULL;
	unlink(b, o);
	res |= leave_level(b, meta, side, was, &out->level[0]);
	lv = level_slow(b, side, px, false);
	l = level_at(b, lv);
	o->qty = qty;
	o->key = 0;
	append(b, lv, o, handle);
	o->meta = META(lv, meta & 0xff);
	l->qty += qty;
	if (!l->orders++)
		res |= TG_L3_LEVEL_ADDED;
	if ((meta & TG_L3_MARKED) && l->marks != TG_L3_MARKS_MAX)
		l->marks++;
	tell_order(out, handle, side, 2, meta, qty, was);
	tell(&out->level[1], px, l->qty, l->orders, l->marks);
	return lv == b->best[side] ? res | TG_L3_TOP : res;
}

u32 tg_l3_change(struct tg_l3 *b, s64 px, s64 qty, const u8 *id, u32 len,
		 enum tg_l3_priority priority, struct tg_l3_out *out)
{
	u64 handle, lv;
	struct tg_l3_level *l;
	struct tg_l3_order *o;
	struct spot s;
	s64 was;
	u32 res;

	if (unlikely((qty && !qty_fits(qty)) || (px != TG_PX_NONE && !px_fits(px))))
		return TG_L3_REFUSED;
	res = lookup(b, id, len, &handle, &s);
	if (unlikely(res))
		return res;
	res = TG_L3_CHANGED;
	if (!qty)
		return remove(b, handle, &s, out);
	o = order_at(b, handle);
	lv = LEVEL_OF(o->meta);
	l = level_at(b, lv);
	if (px != TG_PX_NONE && px != l->px)
		return move(b, handle, px, qty, out);
	was = o->qty;
	if (unlikely((u64)(l->qty - was) + (u64)qty > TG_PX_MAX))
		return TG_L3_REFUSED;
	l->qty += qty - was;
	o->qty = qty;
	if (priority == TG_L3_PRIORITY_LOSE || (priority == TG_L3_PRIORITY_USUAL && qty > was)) {
		unlink(b, o);
		append(b, lv, o, handle);
		o->key = 0;
		res |= TG_L3_REQUEUED;
	}
	tell_order(out, handle, l->side, 1, o->meta, qty, was);
	tell(&out->level[0], l->px, l->qty, l->orders, l->marks);
	return lv == b->best[l->side] ? res | TG_L3_TOP : res;
}

u32 tg_l3_find(const struct tg_l3 *b, const u8 *id, u32 len)
{
	struct spot s;
	u64 handle;

	return lookup(b, id, len, &handle, &s) ? 0 : (u32)handle;
}
