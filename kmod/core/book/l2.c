// SPDX-License-Identifier: GPL-2.0 OR MIT
#include "book/keys.h"
#include "book/l2.h"

static_assert(sizeof(struct tg_l2) == 64, "levels start on a cache line");

static u32 stride_of(u32 levels)
{
	return (levels + 7u) & ~7u;
}

/* Four hints a level keep collisions rare; more than 2^12 would leave the first-level cache. */
static u32 hint_bits_of(u32 levels)
{
	u32 bits = 5;

	while (bits < 12 && 1u << bits < levels * 4)
		bits++;
	return bits;
}

static u16 *hint_of(const struct tg_l2 *b, u32 side, s64 key)
{
	u16 *hints = (u16 *)(b->data + (u64)b->stride * 4);
	u64 slot = (u64)key * 0x9e3779b97f4a7c15ULL >> b->hint_shift;

	return hints + (((u64)side << b->hint_bits) | slot);
}

u64 tg_l2_bytes(u32 levels)
{
	return sizeof(struct tg_l2) + (u64)stride_of(levels) * 4 * sizeof(s64) +
	       (2 * sizeof(u16) << hint_bits_of(levels));
}

void tg_l2_init(struct tg_l2 *b, u32 levels)
{
	memset(b, 0, tg_l2_bytes(levels));
	b->cap = levels;
	b->stride = stride_of(levels);
	b->hint_bits = hint_bits_of(levels);
	b->hint_shift = 64 - b->hint_bits;
}

void tg_l2_clear(struct tg_l2 *b)
{
	b->n[TG_BID] = 0;
	b->n[TG_ASK] = 0;
	b->loading[TG_BID] = 0;
	b->loading[TG_ASK] = 0;
}

/*
 * Moves n keys and their quantities by one place; dst and src overlap. Few as a rule: a call to
 * memmove costs more than the loop.
 */
static void move_up(s64 *k, u32 stride, u32 from, u32 n)
{
	u32 i;

	if (n > 16) {
		memmove(k + from + 1, k + from, (u64)n * sizeof(*k));
		memmove(k + stride + from + 1, k + stride + from, (u64)n * sizeof(*k));
		return;
	}
	for (i = from + n; i > from; i--) {
		k[i] = k[i - 1];
		k[stride + i] = k[stride + i - 1];
	}
}

static void move_down(s64 *k, u32 stride, u32 from, u32 n)
{
	u32 i;

	if (n > 16) {
		memmove(k + from - 1, k + from, (u64)n * sizeof(*k));
		memmove(k + stride + from - 1, k + stride + from, (u64)n * sizeof(*k));
		return;
	}
	for (i = from; i < from + n; i++) {
		k[i - 1] = k[i];
		k[stride + i - 1] = k[stride + i];
	}
}

static u32 insert(struct tg_l2 *b, u32 side, s64 *k, u32 at, s64 key, s64 qty)
{
	u32 n = b->n[side], res = TG_L2_ADDED;

	if (unlikely(n >= b->cap)) {
		/* The furthest level is the first of the array. */
		if (at == 0)
			return TG_L2_EVICTED;
		move_down(k, b->stride, 1, at - 1);
		at--;
		res |= TG_L2_EVICTED;
	} else {
		move_up(k, b->stride, at, n - at);
		b->n[side] = ++n;
	}
	k[at] = key;
	k[b->stride + at] = qty;
	*hint_of(b, side, key) = (u16)at;
	if (at == n - 1)
		res |= TG_L2_TOP;
	return res;
}

static u32 delete(struct tg_l2 *b, u32 side, s64 *k, u32 at)
{
	u32 n = b->n[side];

	move_down(k, b->stride, at + 1, n - at - 1);
	b->n[side] = n - 1;
	return at == n - 1 ? TG_L2_DELETED | TG_L2_TOP : TG_L2_DELETED;
}

/*
 * Not where the hint says: a new level, one that goes, or one that has moved. Apart, so that the
 * common case saves no registers.
 */
static __attribute__((__noinline__)) u32 set_slow(struct tg_l2 *b, u32 side, s64 key, s64 qty)
{
	s64 *k = tg_l2_keys(b, side);
	u32 n = b->n[side];
	u32 at = tg_lower_bound(k, n, key);

	if (at == n || k[at] != key)
		return qty > 0 ? insert(b, side, k, at, key, qty) : TG_L2_UNKNOWN_DELETE;
	if (qty <= 0)
		return delete(b, side, k, at);
	*hint_of(b, side, key) = (u16)at;
	k[b->stride + at] = qty;
	return at == n - 1 ? TG_L2_CHANGED | TG_L2_TOP : TG_L2_CHANGED;
}

u32 tg_l2_set(struct tg_l2 *b, enum tg_book_side side, s64 px, s64 qty)
{
	s64 *k = tg_l2_keys(b, side);
	s64 key = tg_key_of(side, px);
	u32 n = b->n[side];
	u32 at = *hint_of(b, side, key);

	if (unlikely(qty <= 0 || at >= n || k[at] != key))
		return set_slow(b, side, key, qty);
	k[b->stride + at] = qty;
	return at == n - 1 ? TG_L2_CHANGED | TG_L2_TOP : TG_L2_CHANGED;
}

u32 tg_l2_count(const struct tg_l2 *b, enum tg_book_side side)
{
	return b->n[side];
}

bool tg_l2_level(const struct tg_l2 *b, enum tg_book_side side, u32 depth, struct tg_level *out)
{
	const s64 *k = tg_l2_keys(b, side);
	u32 n = b->n[side];

	if (depth >= n)
		return false;
	out->px = tg_key_of(side, k[n - 1 - depth]);
	out->qty = k[b->stride + n - 1 - depth];
	return true;
}

s64 tg_l2_at(const struct tg_l2 *b, enum tg_book_side side, s64 px)
{
	const s64 *k = tg_l2_keys(b, side);
	s64 key = tg_key_of(side, px);
	u32 at = tg_lower_bound(k, b->n[side], key);

	return at < b->n[side] && k[at] == key ? k[b->stride + at] : 0;
}

bool tg_l2_crossed(const struct tg_l2 *b)
{
	struct tg_level bid, ask;

	tg_l2_best(b, &bid, &ask);
	return bid.px != TG_PX_NONE && ask.px != TG_PX_NONE && bid.px >= ask.px;
}

static void turn(struct tg_l2 *b, u32 side)
{
	s64 *k = tg_l2_keys(b, side);
	u32 lo, hi;

	for (lo = 0, hi = b->n[side]; lo + 1 < hi; lo++) {
		s64 *q = k + b->stride;
		s64 t;

		hi--;
		t = k[lo];
		k[lo] = k[hi];
		k[hi] = t;
		t = q[lo];
		q[lo] = q[hi];
		q[hi] = t;
	}
	b->loading[side] = 0;
}

u32 tg_l2_load(struct tg_l2 *b, enum tg_book_side side, s64 px, s64 qty)
{
	s64 *k = tg_l2_keys(b, side);
	s64 key = tg_key_of(side, px);
	u32 n = b->n[side];

	if (qty > 0 && (n ? b->loading[side] && key < k[n - 1] : 1)) {
		b->loading[side] = 1;
		if (n >= b->cap)
			return TG_L2_EVICTED;
		k[n] = key;
		k[b->stride + n] = qty;
		b->n[side] = n + 1;
		return n ? TG_L2_ADDED : TG_L2_ADDED | TG_L2_TOP;
	}
	/* Not best first (any more): put the side into its real order and go on the general way. */
	if (b->loading[side])
		turn(b, side);
	return tg_l2_set(b, side, px, qty);
}

void tg_l2_load_end(struct tg_l2 *b)
{
	if (b->loading[TG_BID])
		turn(b, TG_BID);
	if (b->loading[TG_ASK])
		turn(b, TG_ASK);
}
