// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The facade over an instrument's books: see book.h. */
#include "state.h"

void tg_book_init(struct tg_engine *e, struct tg_instrument *i)
{
	memset(&i->book, 0, sizeof(i->book));
	tg_l2_init(tg_l2_of(e, i), e->params.book_levels);
}

static u32 counted(struct tg_engine *e, u32 res)
{
	if (unlikely(res & (TG_L2_UNKNOWN_DELETE | TG_L2_EVICTED))) {
		if (res & TG_L2_UNKNOWN_DELETE)
			tg_cc(e, TG_CC_BOOK_UNKNOWN_DELETE);
		else
			tg_cc(e, TG_CC_BOOK_EVICTED);
	}
	return res;
}

u32 tg_book_set(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty,
		struct tg_outbox *ob)
{
	(void)ob;
	return counted(e, tg_l2_set(tg_l2_of(e, i), side, px, qty));
}

void tg_book_clear(struct tg_engine *e, struct tg_instrument *i)
{
	tg_l2_clear(tg_l2_of(e, i));
}

u32 tg_book_load(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty)
{
	return counted(e, tg_l2_load(tg_l2_of(e, i), side, px, qty));
}

void tg_book_load_end(struct tg_engine *e, struct tg_instrument *i)
{
	tg_l2_load_end(tg_l2_of(e, i));
}

void tg_book_trade(struct tg_engine *e, struct tg_instrument *i, s64 px, s64 qty, u8 aggressor)
{
	(void)e;
	(void)i;
	(void)px;
	(void)qty;
	(void)aggressor;
}

u32 tg_book_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	struct tg_level bid, ask;

	tg_book_dirty(e, i, ob);
	tg_l2_best(tg_l2_of(e, i), &bid, &ask);
	if (likely(ask.px == TG_PX_NONE || bid.px < ask.px))
		return 0;
	tg_cc(e, TG_CC_BOOK_CROSSED);
	if (bid.px > ask.px)
		return TG_BOOK_CROSSED;
	tg_cc(e, TG_CC_BOOK_LOCKED);
	return TG_BOOK_LOCKED;
}

void tg_book_state(struct tg_engine *e, struct tg_instrument *i, u8 previous, struct tg_outbox *ob)
{
	(void)previous;
	tg_book_dirty(e, i, ob);
}

void tg_book_image(const struct tg_engine *e, const struct tg_instrument *i,
		   struct tg_book_image *out)
{
	const struct tg_l2 *b = tg_l2_of(e, i);
	u32 n;

	memset(out, 0, sizeof(*out));
	out->instrument_id = i->def.instrument_id;
	out->state = i->state;
	out->time_ns = i->changed_ns;
	out->record_seq = i->changed_seq;
	out->update_id = i->update_id;
	out->last_px = i->last_px;
	out->last_qty = i->last_qty;
	for (n = 0; n < TG_IMAGE_LEVELS && tg_l2_level(b, TG_BID, n, &out->bid[n]); n++)
		;
	out->bid_levels = (u16)n;
	for (n = 0; n < TG_IMAGE_LEVELS && tg_l2_level(b, TG_ASK, n, &out->ask[n]); n++)
		;
	out->ask_levels = (u16)n;
}
