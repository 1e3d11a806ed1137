/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * One instrument's books, as market data changes them: L2 levels (l2.h), an order book behind them
 * where the venue gives one (l3.h), the consolidated book of its product (cons.h) and our own
 * orders in it (own.h). Market data calls nothing else. Included by state.h, at its end.
 *
 * The L2 levels are always there, also where they are derived from an order book: all readers look
 * at them. An instrument with nothing but its levels pays one branch an update.
 */
#ifndef TG_BOOK_H
#define TG_BOOK_H

#include "book/cons.h"
#include "book/l3.h"
#include "book/own.h"

enum tg_book_settled {		/* what tg_book_settled() found; market data acts on it (crossed_policy) */
	TG_BOOK_CROSSED = 1,	/* best bid above best ask */
	TG_BOOK_LOCKED = 2,	/* equal */
};

/* The image is out of date: one TG_OUT_BOOK a record. */
static inline void tg_book_dirty(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	if (i->book.noted_seq != e->seq) {
		i->book.noted_seq = e->seq;
		tg_out_note(e, ob, TG_OUT_BOOK, 0, i->def.instrument_id);
	}
}

/* An order of ours as the venue confirmed it: resting, changed or gone. */
void tg_book_order_own(struct tg_engine *e, struct tg_order *o, struct tg_outbox *ob);

/* The same of an order that works at the venue, as before, after a fill that has left something of it. */
static __always_inline void tg_book_order_filled(struct tg_engine *e, struct tg_instrument *i, struct tg_order *o, struct tg_outbox *ob)
{
	struct tg_own *w = &o->own;
	s64 left = o->qty - o->cum_qty;

	if (unlikely(!w->in || w->handle || w->px != o->px || left >= w->qty)) {
		tg_book_order_own(e, o, ob);
		return;
	}
	w->qty = left;
	tg_book_dirty(e, i, ob);
}

static inline struct tg_l3 *tg_l3_of(const struct tg_engine *e, const struct tg_instrument *i)
{
	return i->book.l3_off ? (struct tg_l3 *)((u8 *)e + i->book.l3_off) : NULL;
}

/* May it be configured? An order book and a place in the product are free where it asks for them. */
bool tg_book_accepts(const struct tg_engine *e, const struct tg_in_instrument *def);
/* The instrument has been configured: empty books. */
void tg_book_init(struct tg_engine *e, struct tg_instrument *i);

/* The rest of tg_book_set(). */
void tg_book_count(struct tg_engine *e, u32 l2_result);

/* One level's new total, 0 = gone. Returns enum tg_l2_result bits, counted here. */
static inline u32 tg_book_set(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px,
			      s64 qty, struct tg_outbox *ob)
{
	u32 res = tg_l2_set(tg_l2_of(e, i), side, px, qty);

	(void)ob;
	if (unlikely(res & (TG_L2_UNKNOWN_DELETE | TG_L2_EVICTED)))
		tg_book_count(e, res);
	if (unlikely(i->book.has & TG_BOOK_HAS_OWN))
		tg_own_level(e, i, side, px, qty);
	return res;
}

/*
 * L3: what happened to one order; id: the venue's, sort_ns: its place in the queue where the venue
 * tells it (0 = the end). px TG_PX_NONE with CHANGE: as it was; qty with EXECUTE: what was
 * executed, else what is left. Publishes TG_PUB_ORDER and the TG_PUB_LEVEL of each level touched
 * (update_id in them); *last is the last of these, left alone when there was none. Returns enum
 * tg_l3_result bits, counted here. With a bit of TG_BOOK_LOST in it the book no longer is the
 * venue's: the caller has to tg_md_gap() with TG_GAP_CAPACITY. Other failures change nothing.
 */
u32 tg_book_order(struct tg_engine *e, struct tg_instrument *i, u8 action, u8 side, s64 px, s64 qty,
		  const u8 *id, u32 id_len, u64 sort_ns, u64 update_id,
		  struct tg_pub_event **last, struct tg_outbox *ob);
#define TG_BOOK_LOST	(TG_L3_FULL | TG_L3_LATE)

/*
 * A snapshot: clear, load of each level (or order_load of each order, which publishes its
 * TG_PUB_ORDER), load_end; nothing else in between. With orders, load_end publishes the levels;
 * false = an order did not fit: tg_md_gap() with TG_GAP_CAPACITY, and no other snapshot at once,
 * which would not fit either.
 */
void tg_book_clear(struct tg_engine *e, struct tg_instrument *i);
u32 tg_book_load(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty);
u32 tg_book_order_load(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty,
		       const u8 *id, u32 id_len, u64 sort_ns, struct tg_pub_event **last,
		       struct tg_outbox *ob);
bool tg_book_load_end(struct tg_engine *e, struct tg_instrument *i, u64 update_id,
		      struct tg_pub_event **last, struct tg_outbox *ob);

/*
 * A trade was told: what stands first in the queue at its price has been executed. aggressor: enum
 * tg_side, 0 = not told.
 */
static inline void tg_book_trade(struct tg_engine *e, struct tg_instrument *i, s64 px, s64 qty,
				 u8 aggressor)
{
	if (unlikely(i->book.has & TG_BOOK_HAS_OWN))
		tg_own_trade(e, i, px, qty, aggressor);
}

/*
 * A message is complete, the book is consistent: TG_PUB_TOP if its best changed, the product's
 * after it. Returns enum tg_book_settled bits.
 */
u32 tg_book_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);

/* i->state has changed: in or out of the consolidated book. */
void tg_book_state(struct tg_engine *e, struct tg_instrument *i, u8 previous, struct tg_outbox *ob);

/*
 * *out: all zero, or filled by this before (of any instrument): only what is used, or was, is
 * written. Levels past *_levels and own[] past own_orders are zero.
 */
void tg_book_image(const struct tg_engine *e, const struct tg_instrument *i,
		   struct tg_book_image *out);

#endif
