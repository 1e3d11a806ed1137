// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Books that a permitted client publishes through its submission ring (TG_SUB_BOOK), for venues
 * without FIX. The ring loses nothing, so there is no chain to check but that update ids rise. The
 * first update of a book begins with TG_SUB_BOOK_CLEAR. One client publishes a book at a time; when
 * it goes, the book is STALE, and whoever comes next begins with CLEAR again.
 */
#include "state.h"

#define FLAGS (TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_LAST | TG_SUB_BOOK_NONE | TG_SUB_BOOK_TRADE)

static enum tg_reason check(const struct tg_engine *e, u16 client_id,
			    const struct tg_submission *s, const struct tg_instrument *i)
{
	bool trade = s->flags & TG_SUB_BOOK_TRADE, none = s->flags & TG_SUB_BOOK_NONE;

	if ((s->flags & ~FLAGS) || (trade && none) || s->action > TG_MD_EXECUTE || s->ord_type ||
	    s->tif || s->account_id || !s->user_ref)
		return TG_REASON_BAD_REQUEST;
	if (!i || !(i->def.flags & TG_INSTRUMENT_PUBLISHED))
		return TG_REASON_BAD_INSTRUMENT;
	if (!tg_client_may_publish(e, client_id, i->def.instrument_id))
		return TG_REASON_NOT_PERMITTED;
	if (i->publisher && i->publisher != client_id)
		return TG_REASON_DUPLICATE_ID;
	if (!(s->flags & TG_SUB_BOOK_CLEAR) && !trade && i->publisher != client_id)
		return TG_REASON_NOT_READY;	/* nothing to change yet */
	if (!(s->flags & TG_SUB_BOOK_CLEAR) &&
	    (s->user_ref < i->update_id || (s->user_ref == i->update_id && !i->in_set && !trade)))
		return TG_REASON_BAD_REQUEST;
	if (none)
		return s->flags & (TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_LAST) ? TG_REASON_OK :
									   TG_REASON_BAD_REQUEST;
	if (s->side > TG_SIDE_SELL || (!s->side && !trade))
		return TG_REASON_BAD_SIDE;
	if (s->px == TG_PX_NONE || s->px > TG_PX_MAX || s->px < -TG_PX_MAX)
		return TG_REASON_BAD_PRICE;
	if (s->qty < 0 || s->qty > TG_PX_MAX ||
	    (!s->qty && (trade || s->action == TG_MD_NEW)))
		return TG_REASON_BAD_QUANTITY;
	if (!trade && !s->order_id != !(i->def.flags & TG_INSTRUMENT_L3))
		return TG_REASON_BAD_ORDER;
	return TG_REASON_OK;
}

static void entry(struct tg_engine *e, struct tg_instrument *i, const struct tg_submission *s,
		  struct tg_outbox *ob)
{
	bool last = s->flags & TG_SUB_BOOK_LAST;
	u16 flags = (i->in_snapshot ? TG_EV_SNAPSHOT : 0) | (last ? TG_EV_LAST : 0);
	struct tg_md_scratch t = { .px = s->px, .qty = s->qty, .last_id = s->user_ref,
				   .action = s->action };
	struct tg_pub_event *ev;

	tg_cc(e, TG_CC_MD_PUBLISHED);
	if (s->flags & TG_SUB_BOOK_TRADE) {
		t.kind = TG_MD_TRADE;
		t.aggressor = s->side;
		tg_md_trade(e, i, &t, flags | TG_EV_LAST, ob);
		return;
	}
	t.kind = s->side == TG_SIDE_SELL ? TG_ASK : TG_BID;
	if (s->action == TG_MD_DELETE)
		t.qty = 0;
	if (s->order_id) {
		t.id_len = sizeof(s->order_id);
		memcpy(t.id, &s->order_id, sizeof(s->order_id));
	}
	ev = tg_md_apply(e, i, &t, 0, ob);
	if (ev)
		ev->flags |= flags;
}

enum tg_reason tg_md_publish(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			     struct tg_outbox *ob)
{
	struct tg_instrument *i = tg_instrument(e, s->instrument_id);
	enum tg_reason why = check(e, client_id, s, i);
	bool trade = s->flags & TG_SUB_BOOK_TRADE;
	struct tg_pub_event *ev;

	if (why)
		return why;
	if (s->flags & TG_SUB_BOOK_CLEAR) {
		tg_book_clear(e, i);
		i->publisher = client_id;
		i->in_snapshot = 1;
		i->wrong = 0;
		i->replayed = 0;
		ev = tg_pub(e, ob, TG_PUB_CLEAR, i->def.instrument_id, TG_EV_SNAPSHOT);
		if (ev && (s->flags & TG_SUB_BOOK_NONE) && (s->flags & TG_SUB_BOOK_LAST))
			ev->flags |= TG_EV_LAST;
		if (i->state == TG_BOOK_LIVE)
			tg_md_set_state(e, i, TG_BOOK_RECOVERING, ob);
	}
	if (!(s->flags & TG_SUB_BOOK_NONE))
		entry(e, i, s, ob);
	if (trade && !(s->flags & (TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_LAST)))
		return TG_REASON_OK;
	i->update_id = s->user_ref;
	i->in_set = !(s->flags & TG_SUB_BOOK_LAST);
	if (i->in_set) {
		tg_book_dirty(e, i, ob);
		return TG_REASON_OK;
	}
	i->in_snapshot = 0;
	tg_md_settled(e, i, ob);
	if (i->wrong || i->crossed)
		return TG_REASON_OK;
	if (i->state == TG_BOOK_LIVE && (s->flags & TG_SUB_BOOK_NONE)) {
		/* No event of the update was marked as its last: its state, which has not changed, is. */
		ev = tg_pub(e, ob, TG_PUB_BOOK_STATE, i->def.instrument_id, TG_EV_LAST);
		if (ev) {
			ev->u.state.state = TG_BOOK_LIVE;
			ev->u.state.previous = TG_BOOK_LIVE;
		}
	}
	tg_md_set_state(e, i, TG_BOOK_LIVE, ob);
	return TG_REASON_OK;
}

void tg_md_client_gone(struct tg_engine *e, u16 client_id, struct tg_outbox *ob)
{
	u32 n;

	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (!i || i->publisher != client_id)
			continue;
		i->publisher = 0;
		i->in_set = 0;
		i->in_snapshot = 0;
		tg_md_stale(e, i, TG_GAP_SESSION, ob);
	}
}
