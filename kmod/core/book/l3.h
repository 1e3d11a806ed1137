/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * L3 (order by order) book of one instrument: every order with the venue's id, in full FIFO queues
 * by price level. Position independent: a header and storage, tg_l3_bytes(orders, levels) bytes in
 * one piece, linked by indices. Every byte follows from the calls made since tg_l3_init(), so that
 * equal inputs leave equal bytes.
 *
 * Levels are kept too: what a change leaves at each level it touched is in struct tg_l3_out, and
 * that is the L2 book, derived with no work of its own. A level lives at a fixed index of a pool
 * and an order knows its level, so that only a new order has to look for its level, and does so by
 * a hint (as tg_l2 does); beside the pool each side has a sorted array of its levels, touched only
 * when one comes or goes.
 *
 * Ids are byte strings of 1 to TG_L3_ID_MAX bytes, any bytes, held once, in the order. They are
 * found by a fingerprint: buckets of six with one byte of the hash each, compared all at once; then
 * id and length in words. A bucket that overflows is followed by the next, at most TG_L3_PROBES of
 * them: a venue that floods one place of the index (it would have to know the seed) gets
 * TG_L3_FULL, never a long search.
 *
 * Bounded: when orders, levels or the index are full the call changes nothing and says TG_L3_FULL.
 * The book no longer is the venue's then: mark it stale, and ask for a snapshot.
 */
#ifndef TG_L3_H
#define TG_L3_H

#include "port.h"
#include <tickgate/shm.h>

#define TG_L3_ID_MAX		36u	/* a UUID as text, the longest that venues use */
#define TG_L3_ORDERS_MAX	(1u << 24)
#define TG_L3_LEVELS_MAX	(1u << 20)	/* a side */
#define TG_L3_PROBES		16u
#define TG_L3_WALK		1024u	/* tg_l3_add_key(): orders passed in a queue, at most */

/*
 * One cache line. Its handle is where it stands: bytes from the book's start; 0 is none. A queue is
 * a ring through its level, so that no end of it is a special case; walk it by tg_l3_next().
 */
struct tg_l3_order {
	u8 id[TG_L3_ID_MAX];
	u32 meta;		/* 0 = free; TG_L3_ID_LEN, TG_L3_MARKED, above them the level */
	s64 qty;
	u64 key;		/* place in the queue as the venue tells it; 0 = arrival */
	u32 ring_prev, ring_next;
};

#define TG_L3_ID_LEN		0x3fu
#define TG_L3_MARKED		0x80u

struct tg_l3_level {
	s64 px;			/* TG_PX_NONE = free */
	s64 qty;		/* of all its orders */
	u32 last, first;	/* handles, of a level that has orders; the first is executed first */
	u32 orders;
	u16 marks;		/* of them, with a mark: at TG_L3_MARKS_MAX it stays so */
	u8 side;		/* enum tg_book_side */
	u8 unsorted;		/* while loading: keys did not come in order */
};

#define TG_L3_MARKS_MAX		0xffffu

struct tg_l3 {
	struct tg_level none;		/* of an empty side: TG_PX_NONE and 0 */
	u32 order_cap, level_cap;	/* orders; levels a side */
	u32 n[2];			/* levels held; index = enum tg_book_side */
	u32 best[2];			/* levels, in bytes from the book's start; 0 = none */
	u32 orders;			/* held */
	/* free list; and what was never used since the book was cleared, up to the end */
	u32 free_order, fresh_order;
	u32 free_level[2], fresh_level[2];
	u8 loading[2];			/* this side's array stands best first for now */
	u8 unsorted;			/* some level's queue is */
	u8 pad;
	/* of the parts, in bytes: size less one entry; offset from the book's start */
	u32 bucket_mask, hint_mask;
	u32 levels_off, orders_off, hints_off[2], keys_off[2];
	u64 seed[5];
	u64 pad2[6];
};

enum tg_l3_result {
	TG_L3_TOP = 1,			/* best price or its quantity changed */
	/* one of these */
	TG_L3_ADDED = 2,		/* the order came */
	TG_L3_CHANGED = 4,		/* the order stays with other px or qty */
	TG_L3_DELETED = 8,		/* the order went */
	TG_L3_UNKNOWN = 16,		/* no order has this id; nothing changed */
	TG_L3_DUPLICATE = 32,		/* an order has this id already; nothing changed */
	TG_L3_FULL = 64,		/* no room for the order, its level or its id; no change */
	TG_L3_REFUSED = 128,		/* px, qty or id that cannot be; nothing changed */
	TG_L3_LATE = 256,		/* key further back than TG_L3_WALK; nothing changed */
	/* with CHANGED: gone to the end of its queue; with DELETED: reduced by more than it had */
	TG_L3_REQUEUED = 512,
	TG_L3_OVER = 1024,
	/* of any level touched */
	TG_L3_LEVEL_ADDED = 2048,
	TG_L3_LEVEL_DELETED = 4096,
};
#define TG_L3_FAILED	(TG_L3_UNKNOWN | TG_L3_DUPLICATE | TG_L3_FULL | TG_L3_REFUSED | TG_L3_LATE)

/* A level after the change; qty 0 and orders 0 = gone. */
struct tg_l3_touch {
	s64 px;
	s64 qty;
	u32 orders;
	u32 marks;		/* it has orders with a mark (before or after the change) */
};

/* Filled unless the result has a bit of TG_L3_FAILED; then not written at all. */
struct tg_l3_out {
	u32 handle;		/* the order's, or what was its handle */
	u8 side;		/* enum tg_book_side */
	u8 touched;		/* levels below: 2 when a change moved the order, the old one first */
	u8 mark;		/* not 0: the order has its mark (had, when deleted) */
	u8 pad;
	s64 qty;		/* left of the order */
	s64 was;		/* before */
	struct tg_l3_touch level[2];
};

/* tg_l3_change(): what happens to the place in the queue when the price stays */
enum tg_l3_priority {
	TG_L3_PRIORITY_USUAL,	/* kept unless qty rises */
	TG_L3_PRIORITY_KEEP,	/* kept whatever qty does */
	TG_L3_PRIORITY_LOSE,	/* lost whatever qty does */
};

u64 tg_l3_bytes(u32 orders, u32 levels);	/* multiple of 64; levels are a side */
/*
 * Memory is zeroed by it and must start on a cache line. 1 <= orders <= TG_L3_ORDERS_MAX, 1 <=
 * levels <= TG_L3_LEVELS_MAX. seed: any number that the venue cannot know.
 */
void tg_l3_init(struct tg_l3 *b, u32 orders, u32 levels, u64 seed);
void tg_l3_clear(struct tg_l3 *b);

/*
 * All return enum tg_l3_result bits. 0 < qty <= TG_PX_MAX and |px| <= TG_PX_MAX, else REFUSED, as
 * is an id that is empty or longer than TG_L3_ID_MAX, and a qty that would take the level's total
 * beyond TG_PX_MAX.
 */
u32 tg_l3_add(struct tg_l3 *b, enum tg_book_side side, s64 px, s64 qty, const u8 *id, u32 len,
	      struct tg_l3_out *out);
/*
 * The same, in the place of the queue that key says (Kraken: time of tag 5273): behind all with the
 * same or a lower one.
 */
u32 tg_l3_add_key(struct tg_l3 *b, enum tg_book_side side, s64 px, s64 qty, const u8 *id, u32 len,
		  u64 key, struct tg_l3_out *out);
/* px TG_PX_NONE: as it was. qty 0: deleted. Another px always goes to the end of that queue. */
u32 tg_l3_change(struct tg_l3 *b, s64 px, s64 qty, const u8 *id, u32 len,
		 enum tg_l3_priority priority, struct tg_l3_out *out);
u32 tg_l3_delete(struct tg_l3 *b, const u8 *id, u32 len, struct tg_l3_out *out);
/* Executed or cancelled in part: qty less, priority kept; deleted when nothing is left. */
u32 tg_l3_reduce(struct tg_l3 *b, s64 qty, const u8 *id, u32 len, struct tg_l3_out *out);

/*
 * A whole snapshot: tg_l3_clear(), tg_l3_load() for each order, tg_l3_load_end(); nothing else in
 * between. Orders of a level come in queue order when all keys are equal, else in any order: each
 * queue is sorted by key once, and what has the same key stays in order of arrival. Levels that
 * come best first cost least. Result as of tg_l3_add(), without TG_L3_TOP.
 */
u32 tg_l3_load(struct tg_l3 *b, enum tg_book_side side, s64 px, s64 qty, const u8 *id, u32 len,
	       u64 key);
void tg_l3_load_end(struct tg_l3 *b);

/* ---- reading ---- */

u32 tg_l3_find(const struct tg_l3 *b, const u8 *id, u32 len);	/* handle; 0 = unknown */
/* NULL = no order has this handle now. */
const struct tg_l3_order *tg_l3_order(const struct tg_l3 *b, u32 handle);
static inline u32 tg_l3_id_len(const struct tg_l3_order *o)
{
	return o->meta & TG_L3_ID_LEN;
}

/* Of an order that exists. */
const struct tg_l3_level *tg_l3_level_of(const struct tg_l3 *b, const struct tg_l3_order *o);
/*
 * A mark is the caller's own (say: the order is ours). It goes with the order, stays through
 * changes, and is reported by every change of the order and of its level.
 */
void tg_l3_mark(struct tg_l3 *b, u32 handle, bool mark);

u32 tg_l3_count(const struct tg_l3 *b, enum tg_book_side side);		/* levels */
bool tg_l3_crossed(const struct tg_l3 *b);				/* best bid >= best ask */
/* depth 0 = best; NULL = not that many. */
const struct tg_l3_level *tg_l3_level(const struct tg_l3 *b, enum tg_book_side side, u32 depth);
/* NULL = no level at this price. */
const struct tg_l3_level *tg_l3_level_at(const struct tg_l3 *b, enum tg_book_side side, s64 px);

/*
 * A queue: for (h = level->first; h; h = tg_l3_next(b, h)). A handle is good until its order goes.
 */
u32 tg_l3_next(const struct tg_l3 *b, u32 handle);
u32 tg_l3_prev(const struct tg_l3 *b, u32 handle);	/* from l->last */

struct tg_l3_place { s64 ahead, behind; u32 orders_ahead, orders_behind; };
/* Exact; walks the part of the queue that is ahead. false = no such order. */
bool tg_l3_ahead(const struct tg_l3 *b, u32 handle, struct tg_l3_place *out);

/* Best of both sides; px TG_PX_NONE and qty 0 where a side is empty. */
static inline void tg_l3_best(const struct tg_l3 *b, struct tg_level *bid, struct tg_level *ask)
{
	*bid = *(const struct tg_level *)((const u8 *)b + b->best[TG_BID]);
	*ask = *(const struct tg_level *)((const u8 *)b + b->best[TG_ASK]);
}

#endif
