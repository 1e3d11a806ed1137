// SPDX-License-Identifier: GPL-2.0 OR MIT
#include "book/l3.h"

/*
 * After the header and its level pool (none, bids, asks): orders; buckets of the id index; level
 * hints by price, bids then asks; keys of the levels of a side, sorted, the best last, with their
 * pool indices beside them. Each part starts on a cache line.
 */

static_assert(sizeof(struct tg_l3) == 128, "levels start on a cache line");
static_assert(sizeof(struct tg_l3_order) == 64, "an order is one cache line");
static_assert(sizeof(struct tg_l3_level) == 32, "two levels a cache line");

/* Six orders by one byte of their hash each; bytes of `tags` in memory order. */
#define SLOTS		6u
#define TAG_ONES	0x0000010101010101ULL
#define TAG_USED	0x0000808080808080ULL	/* a tag has this bit, an empty slot is 0 */
#define PASSED_SHIFT	48			/* orders that belong here or before, but stand behind */
#define PASSED_ONE	(1ULL << PASSED_SHIFT)
#define PASSED_MASK	(0xffULL << PASSED_SHIFT)

struct bucket {
	u64 tags;
	u32 order[SLOTS];
};

static_assert(sizeof(struct bucket) == 32, "two buckets a cache line");
static_assert(SLOTS * (TG_L3_PROBES - 1) < 256, "a bucket counts all that can pass it");

/*
 * An id in registers: words of its bytes with zeros behind; in w4 the last four bytes, then the
 * length. That is also how an order holds it, with the level and the mark above.
 */
struct words { u64 w0, w1, w2, w3, w4, hash; };

#define W4_BITS		40
#define MARK		(1ULL << 63)
#define LEVEL_OF(w4)	((u32)((w4) << 1 >> 41))
#define LEVEL_BITS(l)	((u64)(l) << W4_BITS)

struct spot { struct bucket *at; u32 slot, steps, home; };

/* ---- places ---- */

static __always_inline struct tg_l3_order *order_at(const struct tg_l3 *b, u32 handle)
{
	return (struct tg_l3_order *)((u8 *)b + b->orders_off) + handle;
}

static __always_inline struct bucket *bucket_at(const struct tg_l3 *b, u32 i)
{
	return (struct bucket *)((u8 *)b + b->buckets_off) + i;
}

static __always_inline u32 *hint_of(const struct tg_l3 *b, u32 side, s64 px)
{
	u64 slot = (u64)px * 0x9e3779b97f4a7c15ULL >> b->hint_shift;

	return (u32 *)((u8 *)b + b->hints_off) + (((u64)side << b->hint_bits) | slot);
}

static u32 stride_of(u32 levels)
{
	return (levels + 15u) & ~15u;
}

static s64 *keys_of(const struct tg_l3 *b, u32 side)
{
	return (s64 *)((u8 *)b + b->keys_off + (u64)side * stride_of(b->level_cap) * 12);
}

static u32 *ids_of(const struct tg_l3 *b, u32 side)
{
	return (u32 *)(keys_of(b, side) + stride_of(b->level_cap));
}

static __always_inline u64 word_at(const void *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static __always_inline u32 half_at(const void *p)
{
	u32 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* The fifth word of an order: tail of the id, length, level, mark. */
static __always_inline u64 w4_of(const struct tg_l3_order *o)
{
	return word_at(o->id + 32);
}

static __always_inline void set_w4(struct tg_l3_order *o, u64 w4)
{
	memcpy((u8 *)o + 32, &w4, sizeof(w4));
}

/* A price is never TG_PX_NONE, so its negation exists. */
static s64 key_of(u32 side, s64 px)
{
	s64 m = -(s64)side;

	return (px ^ m) - m;
}

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

static u64 orders_at(u32 levels)
{
	return line(sizeof(struct tg_l3) + (levels * 2ULL + 1) * sizeof(struct tg_l3_level));
}

static u64 buckets_at(u32 orders, u32 levels)
{
	return orders_at(levels) + (orders + 1ULL) * sizeof(struct tg_l3_order);
}

static u64 hints_at(u32 orders, u32 levels)
{
	return buckets_at(orders, levels) + (sizeof(struct bucket) << bucket_bits_of(orders));
}

static u64 keys_at(u32 orders, u32 levels)
{
	return hints_at(orders, levels) + (2 * sizeof(u32) << hint_bits_of(levels));
}

u64 tg_l3_bytes(u32 orders, u32 levels)
{
	return keys_at(orders, levels) + line(stride_of(levels) * 24ULL);
}

void tg_l3_init(struct tg_l3 *b, u32 orders, u32 levels, u64 seed)
{
	u32 i;

	memset(b, 0, tg_l3_bytes(orders, levels));
	b->order_cap = orders;
	b->level_cap = levels;
	b->bucket_shift = (u8)(64 - bucket_bits_of(orders));
	b->bucket_mask = (1u << bucket_bits_of(orders)) - 1;
	b->hint_bits = (u8)hint_bits_of(levels);
	b->hint_shift = (u8)(64 - b->hint_bits);
	b->orders_off = orders_at(levels);
	b->buckets_off = buckets_at(orders, levels);
	b->hints_off = hints_at(orders, levels);
	b->keys_off = keys_at(orders, levels);
	for (i = 0; i < 4; i++) {
		/* splitmix64 */
		u64 z = seed += 0x9e3779b97f4a7c15ULL;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		b->seed[i] = z ^ z >> 31;
	}
	for (i = 0; i <= levels * 2; i++)
		b->level[i].px = TG_PX_NONE;
}

void tg_l3_clear(struct tg_l3 *b)
{
	u32 side, i;

	for (side = 0; side < 2; side++) {
		struct tg_l3_level *l = &b->level[side * b->level_cap];

		/* Else a hint of before would find them. */
		for (i = 1; i <= b->used_levels[side]; i++)
			l[i].px = TG_PX_NONE;
		b->n[side] = 0;
		b->best[side] = 0;
		b->free_level[side] = 0;
		b->used_levels[side] = 0;
		b->loading[side] = 0;
	}
	b->orders = 0;
	b->free_order = 0;
	b->used_orders = 0;
	b->unsorted = 0;
	memset(bucket_at(b, 0), 0, (b->bucket_mask + 1ULL) * sizeof(struct bucket));
}

/* ---- ids ---- */

static __always_inline u64 mul_fold(u64 x, u64 y)
{
	unsigned __int128 p = (unsigned __int128)x * y;

	return (u64)p ^ (u64)(p >> 64);
}

/*
 * Reads no byte outside the id: the last word ends where the id ends, and is shifted into place. A
 * venue's ids have one length, or few, so that the branches are foreseen. All of the id goes into
 * the hash, under the seed, and so does its length.
 */
static __always_inline bool words_of(const struct tg_l3 *b, const u8 *id, u32 len, struct words *w)
{
	u64 h;

	w->w1 = 0;
	w->w2 = 0;
	w->w3 = 0;
	w->w4 = (u64)len << 32;
	if (likely(len >= 16)) {
		w->w0 = word_at(id);
		w->w1 = word_at(id + 8);
		if (len >= 32) {
			if (unlikely(len > TG_L3_ID_MAX))
				return false;
			w->w2 = word_at(id + 16);
			w->w3 = word_at(id + 24);
			if (len > 32)
				w->w4 |= half_at(id + len - 4) >> 8 * (36 - len);
		} else if (len > 24) {
			w->w2 = word_at(id + 16);
			w->w3 = word_at(id + len - 8) >> 8 * (32 - len);
		} else if (len > 16) {
			w->w2 = word_at(id + len - 8) >> 8 * (24 - len);
		}
	} else if (len >= 8) {
		w->w0 = word_at(id);
		if (len > 8)
			w->w1 = word_at(id + len - 8) >> 8 * (16 - len);
	} else if (len >= 4) {
		w->w0 = half_at(id) | (u64)half_at(id + len - 4) << 8 * (len - 4);
	} else {
		if (unlikely(!len))
			return false;
		w->w0 = id[0] | (u64)id[len >> 1] << 8 * (len >> 1) |
			(u64)id[len - 1] << 8 * (len - 1);
	}
	h = mul_fold(w->w0 ^ b->seed[0], w->w1 ^ b->seed[1]);
	if (len > 16)
		h ^= mul_fold(w->w2 ^ b->seed[2], w->w3 ^ b->seed[3]);
	w->hash = (h ^ w->w4) * 0xff51afd7ed558ccdULL;
	return true;
}

static __always_inline bool same_id(const struct tg_l3_order *o, const struct words *w)
{
	return !((word_at(o->id) ^ w->w0) | (word_at(o->id + 8) ^ w->w1) |
		 (word_at(o->id + 16) ^ w->w2) | (word_at(o->id + 24) ^ w->w3) |
		 (w4_of(o) ^ w->w4) << (64 - W4_BITS));
}

static __always_inline u64 tag_of(u64 hash)
{
	return (hash >> 8 & 0xff) | 0x80;
}

/*
 * The order's handle and where the index holds it; 0 = none, and `s` is where the search began. No
 * branch depends on which slot it is.
 */
static __always_inline u32 lookup(const struct tg_l3 *b, const struct words *w, struct spot *s)
{
	u64 want = tag_of(w->hash) * TAG_ONES;

	s->home = (u32)(w->hash >> b->bucket_shift);
	s->at = bucket_at(b, s->home);
	for (s->steps = 0;;) {
		u64 tags = s->at->tags, x = tags ^ want;
		/* Bytes that are zero in x; now and then one too many, so the id decides. */
		u64 hit = (x - TAG_ONES) & ~x & TAG_USED;

		for (; hit; hit &= hit - 1) {
			u32 handle;

			s->slot = (u32)__builtin_ctzll(hit) >> 3;
			handle = s->at->order[s->slot];
			if (likely(same_id(order_at(b, handle), w)))
				return handle;
		}
		if (likely(!(tags & PASSED_MASK)) || ++s->steps == TG_L3_PROBES)
			return 0;
		s->at = bucket_at(b, (s->home + s->steps) & b->bucket_mask);
	}
}

/* A free slot for what lookup() did not find; false = none within reach. */
static __always_inline bool free_slot(const struct tg_l3 *b, struct spot *s)
{
	u64 empty;

	s->at = bucket_at(b, s->home);
	for (s->steps = 0;;) {
		empty = ~s->at->tags & TAG_USED;
		if (likely(empty))
			break;
		if (++s->steps == TG_L3_PROBES)
			return false;
		s->at = bucket_at(b, (s->home + s->steps) & b->bucket_mask);
	}
	s->slot = (u32)__builtin_ctzll(empty) >> 3;
	return true;
}

static void pass(const struct tg_l3 *b, const struct spot *s, u64 by)
{
	u32 i;

	for (i = 0; i < s->steps; i++)
		bucket_at(b, (s->home + i) & b->bucket_mask)->tags += by;
}

static __always_inline void take_slot(const struct tg_l3 *b, const struct spot *s, u64 hash,
				      u32 handle)
{
	((u8 *)&s->at->tags)[s->slot] = (u8)tag_of(hash);
	s->at->order[s->slot] = handle;
	if (unlikely(s->steps))
		pass(b, s, PASSED_ONE);
}

static __always_inline void leave_slot(const struct tg_l3 *b, const struct spot *s)
{
	((u8 *)&s->at->tags)[s->slot] = 0;
	if (unlikely(s->steps))
		pass(b, s, -PASSED_ONE);
}

/* ---- levels ---- */

/* Index of the first key >= key, n if there is none; no branch depends on the keys (l2.c). */
static u32 lower_bound(const s64 *k, u32 n, s64 key)
{
	const s64 *base = k;

	if (!n)
		return 0;
	while (n > 1) {
		u32 half = n >> 1;
		const s64 *mid = base + half;

		base = mid[-1] < key ? mid : base;
		n -= half;
	}
	return (u32)(base - k) + (*base < key);
}

static void turn(struct tg_l3 *b, u32 side)
{
	s64 *k = keys_of(b, side);
	u32 *ids = ids_of(b, side);
	u32 lo, hi;

	for (lo = 0, hi = b->n[side]; lo + 1 < hi; lo++) {
		s64 key;
		u32 id;

		hi--;
		key = k[lo];
		k[lo] = k[hi];
		k[hi] = key;
		id = ids[lo];
		ids[lo] = ids[hi];
		ids[hi] = id;
	}
	b->loading[side] = 0;
}

static bool level_free(const struct tg_l3 *b, u32 side)
{
	return b->free_level[side] || b->used_levels[side] < b->level_cap;
}

/* The pool index of the level at px; 0 = none. The side's array is in its real order. */
static u32 search(const struct tg_l3 *b, u32 side, s64 px, u32 *at)
{
	const s64 *k = keys_of(b, side);
	s64 key = key_of(side, px);

	*at = lower_bound(k, b->n[side], key);
	return *at < b->n[side] && k[*at] == key ? ids_of(b, side)[*at] : 0;
}

static u32 new_level(struct tg_l3 *b, u32 side, s64 px, u32 at)
{
	s64 *k = keys_of(b, side);
	u32 *ids = ids_of(b, side);
	u32 n = b->n[side], i = b->free_level[side];
	struct tg_l3_level *l;

	if (i) {
		b->free_level[side] = b->level[i].first;
	} else {
		if (unlikely(b->used_levels[side] >= b->level_cap))
			return 0;
		i = ++b->used_levels[side] + side * b->level_cap;
	}
	l = &b->level[i];
	memset(l, 0, sizeof(*l));
	l->px = px;
	l->side = (u8)side;
	if (at < n) {
		memmove(k + at + 1, k + at, (u64)(n - at) * sizeof(*k));
		memmove(ids + at + 1, ids + at, (u64)(n - at) * sizeof(*ids));
	}
	k[at] = key_of(side, px);
	ids[at] = i;
	b->n[side] = n + 1;
	b->best[side] = ids[n];
	*hint_of(b, side, px) = i;
	return i;
}

/*
 * Not where the hint says: a new level, or a hint that another price has taken. Apart, so that the
 * common case saves no registers. 0 = no room.
 */
static __attribute__((__noinline__)) u32 level_slow(struct tg_l3 *b, u32 side, s64 px, bool loading)
{
	u32 at, i, n = b->n[side];

	if (loading) {
		const s64 *k = keys_of(b, side);
		s64 key = key_of(side, px);

		if (!n)
			b->loading[side] = 1;
		if (b->loading[side]) {
			if (!n || key < k[n - 1])
				return new_level(b, side, px, n);
			if (key == k[n - 1])
				return ids_of(b, side)[n - 1];
			/* Not best first (any more): go on the general way. */
			turn(b, side);
		}
	}
	i = search(b, side, px, &at);
	if (!i)
		return new_level(b, side, px, at);
	*hint_of(b, side, px) = i;
	return i;
}

static __always_inline u32 level_get(struct tg_l3 *b, u32 side, s64 px, bool loading)
{
	u32 i = *hint_of(b, side, px);

	if (likely(b->level[i].px == px))
		return i;
	return level_slow(b, side, px, loading);
}

static __attribute__((__noinline__)) void level_gone(struct tg_l3 *b, u32 i)
{
	struct tg_l3_level *l = &b->level[i];
	u32 side = l->side, n = b->n[side], at;
	s64 *k = keys_of(b, side);
	u32 *ids = ids_of(b, side);

	at = b->best[side] == i ? n - 1 : lower_bound(k, n, key_of(side, l->px));
	if (at < n - 1) {
		memmove(k + at, k + at + 1, (u64)(n - 1 - at) * sizeof(*k));
		memmove(ids + at, ids + at + 1, (u64)(n - 1 - at) * sizeof(*ids));
	}
	b->n[side] = n - 1;
	b->best[side] = n > 1 ? ids[n - 2] : 0;
	memset(l, 0, sizeof(*l));
	l->px = TG_PX_NONE;
	l->first = b->free_level[side];
	b->free_level[side] = i;
}

/* ---- queues ---- */

static __always_inline void append(struct tg_l3 *b, struct tg_l3_level *l, struct tg_l3_order *o,
				   u32 handle)
{
	u32 last = l->last;
	u32 *to = last ? &order_at(b, last)->next : &l->first;

	*to = handle;
	o->prev = last;
	o->next = 0;
	l->last = handle;
}

/* Where in the queue an order stands cannot be foreseen: no branch depends on it. */
static __always_inline void unlink(struct tg_l3 *b, struct tg_l3_level *l,
				   const struct tg_l3_order *o)
{
	u32 prev = o->prev, next = o->next;
	u32 *fore = prev ? &order_at(b, prev)->next : &l->first;
	u32 *back = next ? &order_at(b, next)->prev : &l->last;

	*fore = next;
	*back = prev;
}

/* Behind all that have the same key or a lower one. false = too far to go. */
static bool insert_by_key(struct tg_l3 *b, struct tg_l3_level *l, struct tg_l3_order *o, u32 handle)
{
	u32 at = l->last, walked = 0;

	while (at && order_at(b, at)->key > o->key) {
		if (++walked > TG_L3_WALK)
			return false;
		at = order_at(b, at)->prev;
	}
	o->prev = at;
	o->next = at ? order_at(b, at)->next : l->first;
	*(at ? &order_at(b, at)->next : &l->first) = handle;
	*(o->next ? &order_at(b, o->next)->prev : &l->last) = handle;
	return true;
}

/* Merges runs of 1, 2, 4... orders: stable, no more memory, n log n at worst. */
static void sort_queue(struct tg_l3 *b, struct tg_l3_level *l)
{
	u32 head = l->first, run, merges, prev;

	for (run = 1;; run *= 2) {
		u32 p = head, tail = 0;

		head = 0;
		for (merges = 0; p; merges++) {
			u32 q = p, np = 0, nq = run;

			while (np < run && q) {
				np++;
				q = order_at(b, q)->next;
			}
			while (np || (nq && q)) {
				u32 e;

				if (!np || (nq && q && order_at(b, q)->key < order_at(b, p)->key)) {
					e = q;
					q = order_at(b, q)->next;
					nq--;
				} else {
					e = p;
					p = order_at(b, p)->next;
					np--;
				}
				*(tail ? &order_at(b, tail)->next : &head) = e;
				tail = e;
			}
			p = q;
		}
		order_at(b, tail)->next = 0;
		if (merges <= 1)
			break;
	}
	l->first = head;
	for (prev = 0; head; head = order_at(b, head)->next) {
		order_at(b, head)->prev = prev;
		prev = head;
	}
	l->last = prev;
	l->unsorted = 0;
}

/* ---- what a change leaves ---- */

static __always_inline void tell(struct tg_l3_touch *t, const struct tg_l3_level *l, u32 marks)
{
	t->px = l->px;
	t->qty = l->qty;
	t->orders = l->orders;
	t->marks = marks;
}

static __always_inline void tell_order(struct tg_l3_out *out, u32 handle, u32 side, u32 touched,
				       u64 w4, s64 qty, s64 was)
{
	out->handle = handle;
	out->side = (u8)side;
	out->touched = (u8)touched;
	out->mark = (u8)(w4 >> 63);
	out->pad = 0;
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

static __always_inline u32 add(struct tg_l3 *b, u32 side, s64 px, s64 qty, const u8 *id, u32 len,
			       u64 key, enum manner manner, struct tg_l3_out *out)
{
	struct tg_l3_level *l;
	struct tg_l3_order *o;
	u32 res = TG_L3_ADDED, handle, i;
	struct words w;
	struct spot s;

	if (unlikely(!qty_fits(qty) || !px_fits(px) || !words_of(b, id, len, &w)))
		return TG_L3_REFUSED;
	if (unlikely(lookup(b, &w, &s)))
		return TG_L3_DUPLICATE;
	handle = b->free_order;
	if (unlikely(!handle)) {
		if (b->used_orders >= b->order_cap)
			return TG_L3_FULL;
		handle = b->used_orders + 1;
	}
	if (unlikely(!free_slot(b, &s)))
		return TG_L3_FULL;
	i = level_get(b, side, px, manner == LOADING);
	if (unlikely(!i))
		return TG_L3_FULL;
	l = &b->level[i];
	o = order_at(b, handle);
	if (unlikely((u64)l->qty + (u64)qty > TG_PX_MAX))
		return TG_L3_REFUSED;
	if (manner == BY_KEY) {
		u32 next = o->next;

		o->key = key;
		if (unlikely(!insert_by_key(b, l, o, handle)))
			return TG_L3_LATE;
		b->free_order = b->free_order ? next : 0;
		b->used_orders += handle > b->used_orders;
	} else {
		if (likely(b->free_order))
			b->free_order = o->next;
		else
			b->used_orders = handle;
		o->key = key;
		if (manner == LOADING && l->last && key < order_at(b, l->last)->key) {
			l->unsorted = 1;
			b->unsorted = 1;
		}
		append(b, l, o, handle);
	}
	memcpy(o->id, &w.w0, 8);
	memcpy(o->id + 8, &w.w1, 8);
	memcpy(o->id + 16, &w.w2, 8);
	memcpy(o->id + 24, &w.w3, 8);
	set_w4(o, w.w4 | LEVEL_BITS(i));
	o->qty = qty;
	take_slot(b, &s, w.hash, handle);
	b->orders++;
	l->qty += qty;
	if (!l->orders++)
		res |= TG_L3_LEVEL_ADDED;
	if (manner == LOADING)
		return res;
	if (i == b->best[side])
		res |= TG_L3_TOP;
	tell_order(out, handle, side, 1, 0, qty, 0);
	tell(&out->level[0], l, l->marks);
	return res;
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
	return add(b, side, px, qty, id, len, key, LOADING, NULL);
}

void tg_l3_load_end(struct tg_l3 *b)
{
	u32 side, i;

	for (side = 0; side < 2; side++) {
		struct tg_l3_level *l = &b->level[side * b->level_cap];
		u32 n = b->n[side];

		if (b->loading[side])
			turn(b, side);
		b->best[side] = n ? ids_of(b, side)[n - 1] : 0;
		for (i = 1; b->unsorted && i <= b->used_levels[side]; i++)
			if (l[i].unsorted)
				sort_queue(b, &l[i]);
	}
	b->unsorted = 0;
}

/* The order leaves its level; which goes with its last order. */
static __always_inline u32 leave_level(struct tg_l3 *b, const struct tg_l3_order *o, u64 w4,
				       struct tg_l3_touch *t)
{
	u32 i = LEVEL_OF(w4), res = 0;
	struct tg_l3_level *l = &b->level[i];

	unlink(b, l, o);
	l->qty -= o->qty;
	l->orders--;
	tell(t, l, l->marks);
	if (i == b->best[l->side])
		res = TG_L3_TOP;
	if (unlikely(w4 & MARK) && l->marks != 255)
		l->marks--;
	if (unlikely(!l->orders)) {
		level_gone(b, i);
		res |= TG_L3_LEVEL_DELETED;
	}
	return res;
}

static __always_inline u32 remove(struct tg_l3 *b, u32 handle, const struct spot *s,
				  struct tg_l3_out *out)
{
	struct tg_l3_order *o = order_at(b, handle);
	u64 w4 = w4_of(o);
	u32 side = b->level[LEVEL_OF(w4)].side;
	s64 was = o->qty;
	u32 res = leave_level(b, o, w4, &out->level[0]) | TG_L3_DELETED;

	leave_slot(b, s);
	set_w4(o, 0);
	o->next = b->free_order;
	b->free_order = handle;
	b->orders--;
	tell_order(out, handle, side, 1, w4, 0, was);
	return res;
}

u32 tg_l3_delete(struct tg_l3 *b, const u8 *id, u32 len, struct tg_l3_out *out)
{
	struct words w;
	struct spot s;
	u32 handle;

	if (unlikely(!words_of(b, id, len, &w)))
		return TG_L3_REFUSED;
	handle = lookup(b, &w, &s);
	if (unlikely(!handle))
		return TG_L3_UNKNOWN;
	return remove(b, handle, &s, out);
}

u32 tg_l3_reduce(struct tg_l3 *b, s64 qty, const u8 *id, u32 len, struct tg_l3_out *out)
{
	struct tg_l3_level *l;
	struct tg_l3_order *o;
	struct words w;
	struct spot s;
	u32 handle;

	if (unlikely(!qty_fits(qty) || !words_of(b, id, len, &w)))
		return TG_L3_REFUSED;
	handle = lookup(b, &w, &s);
	if (unlikely(!handle))
		return TG_L3_UNKNOWN;
	o = order_at(b, handle);
	if (qty >= o->qty) {
		u32 over = qty > o->qty ? TG_L3_OVER : 0;

		return remove(b, handle, &s, out) | over;
	}
	l = &b->level[LEVEL_OF(w4_of(o))];
	o->qty -= qty;
	l->qty -= qty;
	tell_order(out, handle, l->side, 1, w4_of(o), o->qty, o->qty + qty);
	tell(&out->level[0], l, l->marks);
	return l == &b->level[b->best[l->side]] ? TG_L3_CHANGED | TG_L3_TOP : TG_L3_CHANGED;
}

/* To another price. */
static u32 move(struct tg_l3 *b, u32 handle, s64 px, s64 qty, struct tg_l3_out *out)
{
	struct tg_l3_order *o = order_at(b, handle);
	u64 w4 = w4_of(o);
	struct tg_l3_level *l = &b->level[LEVEL_OF(w4)];
	u32 side = l->side, at, i = search(b, side, px, &at);
	u32 res = TG_L3_CHANGED | TG_L3_REQUEUED;
	s64 was = o->qty;

	if (i ? (u64)b->level[i].qty + (u64)qty > TG_PX_MAX : 0)
		return TG_L3_REFUSED;
	/* The place of a level that goes is there for the one that comes. */
	if (!i && !level_free(b, side) && l->orders > 1)
		return TG_L3_FULL;
	res |= leave_level(b, o, w4, &out->level[0]);
	i = level_get(b, side, px, false);
	l = &b->level[i];
	o->qty = qty;
	o->key = 0;
	append(b, l, o, handle);
	set_w4(o, (w4 & (MARK | (LEVEL_BITS(1) - 1))) | LEVEL_BITS(i));
	l->qty += qty;
	if (!l->orders++)
		res |= TG_L3_LEVEL_ADDED;
	if ((w4 & MARK) && l->marks != 255)
		l->marks++;
	if (i == b->best[side])
		res |= TG_L3_TOP;
	tell_order(out, handle, side, 2, w4, qty, was);
	tell(&out->level[1], l, l->marks);
	return res;
}

u32 tg_l3_change(struct tg_l3 *b, s64 px, s64 qty, const u8 *id, u32 len,
		 enum tg_l3_priority priority, struct tg_l3_out *out)
{
	struct tg_l3_level *l;
	struct tg_l3_order *o;
	u32 handle, res = TG_L3_CHANGED;
	struct words w;
	struct spot s;
	s64 was;

	if (unlikely((qty && !qty_fits(qty)) || (px != TG_PX_NONE && !px_fits(px)) ||
		     !words_of(b, id, len, &w)))
		return TG_L3_REFUSED;
	handle = lookup(b, &w, &s);
	if (unlikely(!handle))
		return TG_L3_UNKNOWN;
	if (!qty)
		return remove(b, handle, &s, out);
	o = order_at(b, handle);
	l = &b->level[LEVEL_OF(w4_of(o))];
	if (px != TG_PX_NONE && px != l->px)
		return move(b, handle, px, qty, out);
	was = o->qty;
	if (unlikely((u64)(l->qty - was) + (u64)qty > TG_PX_MAX))
		return TG_L3_REFUSED;
	l->qty += qty - was;
	o->qty = qty;
	if (priority == TG_L3_PRIORITY_LOSE || (priority == TG_L3_PRIORITY_USUAL && qty > was)) {
		unlink(b, l, o);
		append(b, l, o, handle);
		o->key = 0;
		res |= TG_L3_REQUEUED;
	}
	tell_order(out, handle, l->side, 1, w4_of(o), qty, was);
	tell(&out->level[0], l, l->marks);
	return l == &b->level[b->best[l->side]] ? res | TG_L3_TOP : res;
}

/* ---- reading ---- */

u32 tg_l3_find(const struct tg_l3 *b, const u8 *id, u32 len)
{
	struct words w;
	struct spot s;

	return words_of(b, id, len, &w) ? lookup(b, &w, &s) : 0;
}

const struct tg_l3_order *tg_l3_order(const struct tg_l3 *b, u32 handle)
{
	const struct tg_l3_order *o = order_at(b, handle);

	return handle && handle <= b->used_orders && o->len ? o : NULL;
}

const struct tg_l3_level *tg_l3_level_of(const struct tg_l3 *b, const struct tg_l3_order *o)
{
	return &b->level[LEVEL_OF(w4_of(o))];
}

void tg_l3_mark(struct tg_l3 *b, u32 handle, bool mark)
{
	struct tg_l3_order *o = order_at(b, handle);
	struct tg_l3_level *l;

	if (!tg_l3_order(b, handle) || !!(w4_of(o) & MARK) == mark)
		return;
	l = &b->level[LEVEL_OF(w4_of(o))];
	set_w4(o, w4_of(o) ^ MARK);
	if (l->marks != 255)
		l->marks += mark ? 1 : -1;
}

u32 tg_l3_count(const struct tg_l3 *b, enum tg_book_side side)
{
	return b->n[side];
}

bool tg_l3_crossed(const struct tg_l3 *b)
{
	return b->n[TG_BID] && b->n[TG_ASK] &&
	       b->level[b->best[TG_BID]].px >= b->level[b->best[TG_ASK]].px;
}

const struct tg_l3_level *tg_l3_level(const struct tg_l3 *b, enum tg_book_side side, u32 depth)
{
	u32 n = b->n[side];

	return depth < n ? &b->level[ids_of(b, side)[n - 1 - depth]] : NULL;
}

const struct tg_l3_level *tg_l3_level_at(const struct tg_l3 *b, enum tg_book_side side, s64 px)
{
	u32 at, i;

	if (!px_fits(px))
		return NULL;
	i = *hint_of(b, side, px);
	if (b->level[i].px != px)
		i = search(b, side, px, &at);
	return i ? &b->level[i] : NULL;
}

u32 tg_l3_next(const struct tg_l3 *b, u32 handle)
{
	return tg_l3_order(b, handle) ? order_at(b, handle)->next : 0;
}

bool tg_l3_ahead(const struct tg_l3 *b, u32 handle, struct tg_l3_place *out)
{
	const struct tg_l3_order *o = tg_l3_order(b, handle);
	const struct tg_l3_level *l;
	u32 h;

	memset(out, 0, sizeof(*out));
	if (!o)
		return false;
	for (h = o->prev; h; h = order_at(b, h)->prev) {
		out->ahead += order_at(b, h)->qty;
		out->orders_ahead++;
	}
	l = tg_l3_level_of(b, o);
	out->behind = l->qty - out->ahead - o->qty;
	out->orders_behind = l->orders - out->orders_ahead - 1;
	return true;
}
