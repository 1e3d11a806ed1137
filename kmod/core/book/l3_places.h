/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/* Private to l3.c and l3_read.c: where in its piece of memory an L3 book has what. */
#ifndef TG_L3_PLACES_H
#define TG_L3_PLACES_H

#include "book/keys.h"
#include "book/l3.h"

/*
 * After the header: buckets of the id index; levels, bids, then asks; orders; hints of levels by
 * price, bids, then asks; of either side the keys of its levels, sorted, the best last, with the
 * levels beside them. Each part starts on a cache line. Orders and levels are known by their offset
 * from the book's start: no multiplication and no base to load on the way to one.
 */

static_assert(sizeof(struct tg_l3) == 192, "levels start on a cache line");
static_assert(sizeof(struct tg_l3_order) == 64, "an order is one cache line");
static_assert(sizeof(struct tg_l3_level) == 32, "two levels a cache line");
static_assert(offsetof(struct tg_l3, none) == 0 && offsetof(struct tg_l3_level, px) == 0 &&
	      offsetof(struct tg_l3_level, qty) == offsetof(struct tg_level, qty),
	      "no level reads as a level without price and quantity");

/* Six orders by one byte of their hash each; bytes of `tags` in memory order. */
#define SLOTS		6u
#define TAG_ONES	0x0000010101010101ULL
#define TAG_USED	0x0000808080808080ULL	/* a tag has this bit, an empty slot is 0 */
#define PASSED_SHIFT	48	/* above: orders that belong here or before, and stand behind */
#define PASSED_ONE	(1ULL << PASSED_SHIFT)

struct bucket {
	u64 tags;
	u32 order[SLOTS];
};

static_assert(sizeof(struct bucket) == 32, "two buckets a cache line");
static_assert(SLOTS * (TG_L3_PROBES - 1) < 256, "a bucket counts all that can pass it");

/* A level is a multiple of 32 bytes from the book's start: five bits less, and the low byte. */
#define LEVEL_OF(meta)		((u64)(meta) >> 3 & ~31ULL)
#define META(lv, low)		((u32)((lv) * 8 + (low)))

static_assert(sizeof(struct tg_l3) + TG_L3_ORDERS_MAX * (u64)sizeof(struct bucket) / 3 * 2 +
	      TG_L3_LEVELS_MAX * 2ULL * sizeof(struct tg_l3_level) < 1ULL << 29,
	      "a level fits above the low byte");
static_assert(sizeof(struct tg_l3) + TG_L3_LEVELS_MAX * 2ULL * sizeof(struct tg_l3_level) +
	      TG_L3_ORDERS_MAX * (sizeof(struct tg_l3_order) + 2ULL * sizeof(struct bucket)) +
	      TG_L3_LEVELS_MAX * 24ULL + (1u << 20) < 1ULL << 32, "offsets are 32 bits");

/*
 * The level stands in the ring of its orders as an order would whose prev and next were the level's
 * last and first. Orders stand on cache lines, and this does not.
 */
#define RING(lv)	((lv) + (u32)offsetof(struct tg_l3_level, last) - \
			 (u32)offsetof(struct tg_l3_order, ring_prev))
#define IS_ORDER(h)	(!((h) & 63))

static_assert(offsetof(struct tg_l3_level, first) - offsetof(struct tg_l3_level, last) ==
	      offsetof(struct tg_l3_order, ring_next) - offsetof(struct tg_l3_order, ring_prev),
	      "a level stands in the ring of its orders");
static_assert((offsetof(struct tg_l3_order, ring_prev) - offsetof(struct tg_l3_level, last)) %
	      sizeof(struct tg_l3_level), "and is no order there");

static __always_inline struct tg_l3_order *order_at(const struct tg_l3 *b, u64 handle)
{
	return (struct tg_l3_order *)((u8 *)b + handle);
}

static __always_inline struct tg_l3_level *level_at(const struct tg_l3 *b, u64 lv)
{
	return (struct tg_l3_level *)((u8 *)b + lv);
}

/* Of whatever stands at h in a ring, be it an order or the level. */
static __always_inline u32 *prev_of(const struct tg_l3 *b, u64 h)
{
	return (u32 *)((u8 *)b + h + offsetof(struct tg_l3_order, ring_prev));
}

static __always_inline u32 *next_of(const struct tg_l3 *b, u64 h)
{
	return (u32 *)((u8 *)b + h + offsetof(struct tg_l3_order, ring_next));
}

static __always_inline u32 *hint_of(const struct tg_l3 *b, u64 side, s64 px)
{
	u64 off = (u64)px * 0x9e3779b97f4a7c15ULL >> 32 & b->hint_mask;

	return (u32 *)((u8 *)b + b->hints_off[side] + off);
}

static inline u32 stride_of(u32 levels)
{
	return (levels + 15u) & ~15u;
}

static inline s64 *keys_of(const struct tg_l3 *b, u32 side)
{
	return (s64 *)((u8 *)b + b->keys_off[side]);
}

static inline u32 *sorted_of(const struct tg_l3 *b, u32 side)
{
	return (u32 *)(keys_of(b, side) + stride_of(b->level_cap));
}

/* The level at px, 0 = none, and where its key is or would be. No loading goes on. */
static inline u32 search(const struct tg_l3 *b, u32 side, s64 px, u32 *at)
{
	const s64 *k = keys_of(b, side);
	s64 key = tg_key_of(side, px);

	*at = tg_lower_bound(k, b->n[side], key);
	return *at < b->n[side] && k[*at] == key ? sorted_of(b, side)[*at] : 0;
}

#endif
