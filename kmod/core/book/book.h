/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * One instrument's books, as market data changes them: L2 levels (l2.h), an order book behind them
 * where the venue gives one (l3.h), the consolidated book of its product (cons.h) and our own
 * orders in it (own.h). Market data calls nothing else. Included by state.h, at its end.
 *
 * An instrument with none of these but its levels pays one branch an update.
 */
#ifndef TG_BOOK_H
#define TG_BOOK_H

struct tg_engine;
struct tg_instrument;
struct tg_outbox;

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

/* The instrument has been configured: empty books. */
void tg_book_init(struct tg_engine *e, struct tg_instrument *i);

/* One level's new total, 0 = gone. Returns enum tg_l2_result bits, counted here. */
u32 tg_book_set(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty,
		struct tg_outbox *ob);

/* A snapshot: clear, load of each level (or order), load_end; nothing else in between. */
void tg_book_clear(struct tg_engine *e, struct tg_instrument *i);
u32 tg_book_load(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty);
void tg_book_load_end(struct tg_engine *e, struct tg_instrument *i);

/* A trade was told: what stands in the queue at its price has been executed. aggressor: enum tg_side, 0 = not told. */
void tg_book_trade(struct tg_engine *e, struct tg_instrument *i, s64 px, s64 qty, u8 aggressor);

/* A message is complete, the book is consistent. Returns enum tg_book_settled bits. */
u32 tg_book_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);

/* i->state has changed. */
void tg_book_state(struct tg_engine *e, struct tg_instrument *i, u8 previous, struct tg_outbox *ob);

void tg_book_image(const struct tg_engine *e, const struct tg_instrument *i,
		   struct tg_book_image *out);

#endif
