/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * L2 book of one instrument: price levels with total quantity. Position independent: a header and storage of tg_l2_bytes(levels) bytes in one piece.
 * Bounded: when a side is full, the level furthest from the best goes (TG_L2_EVICTED), or the new one if it is the furthest.
 */
#ifndef TG_L2_H
#define TG_L2_H

#include "port.h"
#include <tickgate/shm.h>

struct tg_l2;

enum tg_l2_result {
	TG_L2_CHANGED = 1,
	TG_L2_ADDED = 2,
	TG_L2_DELETED = 4,
	TG_L2_UNKNOWN_DELETE = 8,	/* nothing there to delete; book unchanged */
	TG_L2_EVICTED = 16,		/* with ADDED: another level went; alone: the new level was not taken */
	TG_L2_TOP = 32,			/* best price or its quantity changed */
};

u64 tg_l2_bytes(u32 levels);				/* multiple of 64 */
void tg_l2_init(struct tg_l2 *b, u32 levels);		/* memory is zeroed by it */
void tg_l2_clear(struct tg_l2 *b);
/* Sets the total at a price; qty 0 deletes. Returns enum tg_l2_result bits. */
u32 tg_l2_set(struct tg_l2 *b, enum tg_book_side side, s64 px, s64 qty);
u32 tg_l2_count(const struct tg_l2 *b, enum tg_book_side side);
/* depth 0 = best; false = not that many. */
bool tg_l2_level(const struct tg_l2 *b, enum tg_book_side side, u32 depth, struct tg_level *out);
/* Best of both sides; px TG_PX_NONE and qty 0 where a side is empty. */
void tg_l2_best(const struct tg_l2 *b, struct tg_level *bid, struct tg_level *ask);
bool tg_l2_crossed(const struct tg_l2 *b);	/* best bid >= best ask */

#endif
