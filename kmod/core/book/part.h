/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the books keep in an instrument beside its L2 levels, and in an order of ours. Only the
 * files of book/ look inside.
 */
#ifndef TG_BOOK_PART_H
#define TG_BOOK_PART_H

#include "port.h"
#include <tickgate/shm.h>

#define TG_BOOK_HAS_L3		1u
#define TG_BOOK_HAS_PRODUCT	2u
#define TG_BOOK_HAS_OWN		4u

struct tg_book_part {
	u64 noted_seq;		/* record that has its TG_OUT_BOOK in the outbox */
	u64 l3_off;		/* arena offset of struct tg_l3; 0 = none */
	struct tg_level top[2];	/* as published last; index = enum tg_book_side */
	/*
	 * TG_BOOK_HAS_*: what has to be told of a level's change. 0 as a rule: then the book is its
	 * L2 levels and nothing else.
	 */
	u32 has;
	u16 member;		/* of its product: which one */
	u8 crossed;		/* TG_BOOK_CROSSED, TG_BOOK_LOCKED: as settled last */
	u8 l3_full;		/* an order of the snapshot did not fit */
	/* own.c: our orders, best price first, oldest first; slot + 1, 0 = none */
	u32 own_head[2];
	u32 own_orders;
	u32 own_unseen;		/* of them not yet in the L3 book */
	u64 own_prices[2];	/* one bit a price, by hash: no own order where it is 0 */
};

/* A resting order of ours, in its instrument's list; see own.c. */
struct tg_own {
	u32 next, prev;		/* slot + 1 */
	u32 handle;		/* in the L3 book; 0 = not there */
	u8 in;			/* listed */
	u8 known;		/* the book is taken to hold it */
	u8 pad[2];
	s64 px, qty;		/* as listed; qty = what is left of it */
	s64 level;		/* total of its price, as told last */
	s64 ahead;		/* least of all bounds so far but trades; valid once known */
	s64 base;		/* ahead when it became known */
	u64 traded, fallen;	/* at its price since then; saturating */
	u64 since_ns;		/* listed; once known: known */
};

#endif
