/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * L2 book of one instrument: price levels with total quantity. Position independent: a header and
 * storage of tg_l2_bytes(levels) bytes in one piece. Bounded: when a side is full, the level
 * furthest from the best goes (TG_L2_EVICTED), or the new one if it is the furthest.
 *
 * Each side is a sorted array of keys with the best last, and the quantities beside it. A key is
 * the price, negated on the ask side, so that one search serves both. Levels come and go mostly
 * near the best, where little has to move; most updates change a quantity and move nothing. Where
 * such an update falls is remembered, not searched: a small table of hints by price, each checked
 * against the key before it is used. Counted from the far end, a level keeps its index while the
 * book changes nearer to the best, so hints live long. Any tick and any range of prices will do.
 */
#ifndef TG_L2_H
#define TG_L2_H

#include "port.h"
#include <tickgate/shm.h>

struct tg_l2 {
	u32 cap;		/* levels a side */
	u32 stride;		/* cap rounded up to 8: whole cache lines */
	u32 n[2];		/* levels held; index = enum tg_book_side */
	u8 loading[2];		/* tg_l2_load: this side stands best first for now */
	u8 hint_bits;		/* 2^bits hints a side */
	u8 hint_shift;		/* 64 - bits */
	u8 pad[44];
	/*
	 * bid keys, bid quantities, ask keys, ask quantities; stride each; then u16 hints, bid and
	 * ask
	 */
	s64 data[];
};

enum tg_l2_result {
	TG_L2_CHANGED = 1,
	TG_L2_ADDED = 2,
	TG_L2_DELETED = 4,
	TG_L2_UNKNOWN_DELETE = 8,	/* nothing there to delete; book unchanged */
	/* with ADDED: another level went; alone: the new level was not taken */
	TG_L2_EVICTED = 16,
	TG_L2_TOP = 32,			/* best price or its quantity changed */
};

u64 tg_l2_bytes(u32 levels);				/* multiple of 64 */
void tg_l2_init(struct tg_l2 *b, u32 levels);		/* memory is zeroed by it */
void tg_l2_clear(struct tg_l2 *b);
/*
 * Sets the total at a price; qty 0 deletes. Returns enum tg_l2_result bits. px must not be
 * TG_PX_NONE.
 */
u32 tg_l2_set(struct tg_l2 *b, enum tg_book_side side, s64 px, s64 qty);
u32 tg_l2_count(const struct tg_l2 *b, enum tg_book_side side);
/* depth 0 = best; false = not that many. */
bool tg_l2_level(const struct tg_l2 *b, enum tg_book_side side, u32 depth, struct tg_level *out);
/* Total at a price; 0 = no such level. */
s64 tg_l2_at(const struct tg_l2 *b, enum tg_book_side side, s64 px);
bool tg_l2_crossed(const struct tg_l2 *b);	/* best bid >= best ask */

/*
 * A whole snapshot: tg_l2_clear(), tg_l2_load() for each level, tg_l2_load_end(); nothing else in
 * between. Same result as tg_l2_set() of each, but O(levels) when they come best first, as venues
 * send them: by tg_l2_set() each would move all that came before.
 */
u32 tg_l2_load(struct tg_l2 *b, enum tg_book_side side, s64 px, s64 qty);
void tg_l2_load_end(struct tg_l2 *b);

static inline s64 *tg_l2_keys(const struct tg_l2 *b, u32 side)
{
	return (s64 *)b->data + (u64)b->stride * 2 * side;
}

/* Best of both sides; px TG_PX_NONE and qty 0 where a side is empty. */
static inline void tg_l2_best(const struct tg_l2 *b, struct tg_level *bid, struct tg_level *ask)
{
	const s64 *k = tg_l2_keys(b, TG_BID), *a = tg_l2_keys(b, TG_ASK);
	u64 nb = b->n[TG_BID], na = b->n[TG_ASK];

	bid->px = nb ? k[nb - 1] : TG_PX_NONE;
	bid->qty = nb ? k[b->stride + nb - 1] : 0;
	ask->px = na ? -a[na - 1] : TG_PX_NONE;
	ask->qty = na ? a[b->stride + na - 1] : 0;
}

#endif
