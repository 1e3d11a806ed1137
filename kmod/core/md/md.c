// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Refresh messages (35=W, 35=X) to books and public events, and the read-only view of a price. A
 * message's entries come as runs: consecutive entries of one instrument with one pair of update ids
 * are an update set, which is applied, held or dropped whole.
 */
#include "state.h"

enum run_mode { RUN_SKIP, RUN_APPLY, RUN_HOLD };

struct run {			/* the update set at work */
	struct tg_instrument *i;	/* NULL = none open */
	u64 first_id, last_id;
	enum run_mode mode;
	struct tg_pub_event *ev;	/* its last event */
	u32 entries;
};

/* ---- events and books ---- */

struct tg_pub_event *tg_md_level_event(struct tg_engine *e, struct tg_instrument *i, u8 side,
				       s64 px, s64 qty, u64 update_id, u16 flags,
				       struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_LEVEL, i->def.instrument_id, flags);

	if (likely(ev)) {
		ev->u.level.px = px;
		ev->u.level.qty = qty;
		ev->u.level.update_id = update_id;
		ev->u.level.side = side;
	}
	return ev;
}

/* An order that did not fit: the book is the venue's no more. */
static struct tg_pub_event *apply_order(struct tg_engine *e, struct tg_instrument *i,
					const struct tg_md_scratch *t, u16 flags,
					struct tg_outbox *ob)
{
	struct tg_pub_event *ev = NULL;
	u8 action = t->action;
	u32 res;

	/* The same order with nothing left. */
	if (action == TG_MD_CHANGE && !t->qty)
		action = TG_MD_DELETE;
	res = tg_book_order(e, i, action, t->kind, t->px, t->qty, t->id, t->id_len, t->sort_ns,
			    t->last_id, &ev, ob);
	if (ev)
		ev->flags |= flags;
	if (unlikely(res & TG_BOOK_LOST) && !i->wrong)
		tg_md_wrong(e, i, TG_GAP_CAPACITY, 0, 0, ob);
	return ev;
}

/*
 * Every entry is published, also one that our own bounded book could not take or did not know: a
 * reader with a deeper book of its own stays right.
 */
struct tg_pub_event *tg_md_apply(struct tg_engine *e, struct tg_instrument *i,
				 const struct tg_md_scratch *t, u16 flags, struct tg_outbox *ob)
{
	if (unlikely(i->def.flags & TG_INSTRUMENT_L3))
		return apply_order(e, i, t, flags, ob);
	tg_cc(e, TG_CC_MD_ENTRIES);
	tg_book_set(e, i, t->kind, t->px, t->qty, ob);
	return tg_md_level_event(e, i, t->kind, t->px, t->qty, t->last_id, flags, ob);
}

struct tg_pub_event *tg_md_trim(struct tg_engine *e, struct tg_instrument *i,
				struct tg_pub_event *ev, u16 flags, struct tg_outbox *ob)
{
	const struct tg_l2 *b = tg_l2_of(e, i);
	u8 side;

	for (side = TG_BID; side <= TG_ASK; side++) {
		while (tg_l2_count(b, side) > i->depth) {
			struct tg_level l;

			tg_l2_level(b, side, tg_l2_count(b, side) - 1, &l);
			tg_book_set(e, i, side, l.px, 0, ob);
			ev = tg_md_level_event(e, i, side, l.px, 0, i->update_id, flags, ob);
		}
	}
	return ev;
}

static void touched(struct tg_engine *e, struct tg_instrument *i)
{
	i->changed_seq = e->seq;
	i->changed_ns = e->time_ns;
	i->last_news_ns = e->time_ns;
}

/* What a crossed or locked book means is the venue's policy. */
static void crossed(struct tg_engine *e, struct tg_instrument *i, u32 res, struct tg_outbox *ob)
{
	const struct tg_session *s = tg_session(e, i->def.venue_id);
	struct tg_level bid, ask;

	if (!res) {
		i->crossed = 0;
		if (i->state == TG_BOOK_STALE)
			tg_md_set_state(e, i, TG_BOOK_LIVE, ob);
		return;
	}
	tg_l2_best(tg_l2_of(e, i), &bid, &ask);
	if (s->cfg.crossed_policy == TG_CROSSED_STALE && i->state == TG_BOOK_LIVE) {
		i->crossed = 1;
		tg_md_stale(e, i, TG_GAP_CROSSED, ob);
	} else if (s->cfg.crossed_policy == TG_CROSSED_RECOVER && (res & TG_BOOK_CROSSED) &&
		   (i->state == TG_BOOK_LIVE || i->state == TG_BOOK_STALE)) {
		tg_md_wrong(e, i, TG_GAP_CROSSED, (u64)ask.px, (u64)bid.px, ob);
	}
}

void tg_md_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	u32 res;

	touched(e, i);
	res = tg_book_settled(e, i, ob);
	if (unlikely(res | i->crossed))
		crossed(e, i, res, ob);
	if (unlikely(i->windowed))
		tg_window_feed(tg_window(e, i->def.instrument_id), e->time_ns, tg_md_reference_px(e, i));
}

struct tg_pub_event *tg_md_trade(struct tg_engine *e, struct tg_instrument *i,
				 const struct tg_md_scratch *t, u16 flags, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_TRADE, i->def.instrument_id, flags);

	i->last_px = t->px;
	i->last_qty = t->qty;
	tg_cc(e, TG_CC_MD_ENTRIES);
	tg_cc(e, TG_CC_MD_TRADES);
	tg_book_trade(e, i, t->px, t->qty, t->aggressor);
	if (unlikely(i->windowed))
		tg_window_feed(tg_window(e, i->def.instrument_id), e->time_ns, t->px);
	if (ev) {
		ev->u.trade.px = t->px;
		ev->u.trade.qty = t->qty;
		ev->u.trade.update_id = i->update_id;
		ev->u.trade.aggressor = t->aggressor;
	}
	/*
	 * The image shows the last trade, so it has to be rewritten; a trade is no news of the
	 * book, so it does not keep it from going STALE.
	 */
	tg_book_dirty(e, i, ob);
	return ev;
}

/* ---- update sets ---- */

/*
 * Messages of a feed can be missing and the chain of update ids still hold: the first or a middle
 * fragment of a set carries the same ids as the last. So a set is not trusted that comes directly
 * after a hole in the feed, nor one during whose fragments a hole was seen.
 */
static bool fragment_lost(const struct tg_engine *e, const struct tg_md_source *src,
			  const struct tg_instrument *i)
{
	return src->udp &&
	       (src->after_gap || (i->in_set && i->set_gaps != e->counters[TG_CC_MD_FEED_GAPS]));
}

static enum run_mode open_set(struct tg_engine *e, const struct tg_md_source *src,
			      struct tg_instrument *i, u64 first_id, u64 last_id,
			      struct tg_outbox *ob)
{
	bool stale = i->state == TG_BOOK_STALE;
	bool live = i->state == TG_BOOK_LIVE || stale;

	/* a venue without update ids: trusted as long as nothing is known to be missing */
	if (!last_id)
		return i->state == TG_BOOK_LIVE ||
				       (stale && i->requested == TG_MD_REQ_NONE && !i->unwanted) ?
			       RUN_APPLY :
			       RUN_SKIP;
	if (i->state != TG_BOOK_EMPTY && last_id <= i->update_id)
		return RUN_SKIP;
	if (likely(live)) {
		if (likely(first_id <= i->update_id + 1 && !fragment_lost(e, src, i)))
			return RUN_APPLY;
		if (unlikely(i->unwanted))
			return RUN_SKIP;
		tg_md_gap(e, i,
			  src->caps->md_gap == TG_MD_GAP_RPT_SEQ ? TG_GAP_RPT_SEQ : TG_GAP_CHAIN,
			  i->update_id + 1, first_id, ob);
		return RUN_HOLD;
	}
	if (i->state == TG_BOOK_RECOVERING && !i->wrong && !i->in_snapshot && !i->replay_due &&
	    first_id <= i->update_id + 1 && !src->holes && tg_md_may_replay(e, src, i))
		return RUN_APPLY;
	return RUN_HOLD;
}

static void close_set(struct tg_engine *e, struct run *r, bool fragment, struct tg_outbox *ob)
{
	struct tg_instrument *i = r->i;

	r->i = NULL;
	if (!i || !r->entries)
		return;
	if (r->mode == RUN_HOLD) {
		if (i->npending && !fragment)
			tg_md_held(e, i, i->npending - 1)->last = 1;
		return;
	}
	if (r->mode != RUN_APPLY)
		return;
	if (unlikely(fragment)) {
		if (!i->in_set)
			i->set_gaps = e->counters[TG_CC_MD_FEED_GAPS];
		i->in_set = 1;
		touched(e, i);
		tg_book_dirty(e, i, ob);
	} else {
		i->in_set = 0;
		if (r->last_id)
			i->update_id = r->last_id;
		if (unlikely(i->depth))
			r->ev = tg_md_trim(e, i, r->ev, 0, ob);
		if (likely(r->ev))
			r->ev->flags |= TG_EV_LAST;
		tg_md_settled(e, i, ob);
	}
	if (likely(i->state == TG_BOOK_LIVE) || i->wrong || i->crossed)
		return;
	if (i->state == TG_BOOK_STALE) {
		tg_md_set_state(e, i, TG_BOOK_LIVE, ob);
	} else if (tg_md_replay(e, i, ob) && !i->in_set) {
		/*
		 * The late set closed the gap: the snapshot that may be on its way will be older
		 * than the book, and dropped.
		 */
		tg_md_set_state(e, i, TG_BOOK_LIVE, ob);
	}
}

/* Entries that change no book. Those of a venue that numbers every one of them by symbol count in the chain all the same. */
static bool aside(struct tg_engine *e, const struct tg_md_source *src, struct run *r,
		  struct tg_instrument *i, const struct tg_md_scratch *t, struct tg_outbox *ob)
{
	bool numbered = src->caps->md_gap == TG_MD_GAP_RPT_SEQ && t->last_id;

	if (t->kind == TG_MD_ACK)
		tg_cc(e, TG_CC_MD_ACKS);
	if (t->kind == TG_MD_TRADE && t->action != TG_MD_DELETE &&
	    !(numbered && i->state != TG_BOOK_EMPTY && t->last_id <= i->update_id)) {
		bool inside = r->i == i && r->mode == RUN_APPLY && !numbered;
		struct tg_pub_event *ev = tg_md_trade(e, i, t, inside ? 0 : TG_EV_LAST, ob);

		if (inside)
			r->ev = ev;
	}
	return !numbered;
}

static void apply(struct tg_engine *e, const struct tg_md_source *src, struct run *r,
		  const struct tg_md_scratch *t, struct tg_outbox *ob)
{
	struct tg_instrument *i = tg_instrument(e, t->instrument_id);

	if (unlikely(!i)) {
		tg_cc(e, TG_CC_MD_UNKNOWN_SYMBOL);
		return;
	}
	if (unlikely(t->kind >= TG_MD_TRADE) && aside(e, src, r, i, t, ob))
		return;
	if (r->i != i || r->first_id != t->first_id || r->last_id != t->last_id) {
		close_set(e, r, false, ob);
		r->mode = open_set(e, src, i, t->first_id, t->last_id, ob);
		r->i = i;
		r->first_id = t->first_id;
		r->last_id = t->last_id;
		r->ev = NULL;
		r->entries = 0;
	}
	r->entries++;
	if (likely(r->mode == RUN_APPLY)) {
		if (likely(t->kind < TG_MD_TRADE)) {
			struct tg_pub_event *ev = tg_md_apply(e, i, t, 0, ob);

			r->ev = ev ? ev : r->ev;	/* an order that is not known makes none */
		}
	} else if (r->mode == RUN_HOLD) {
		/*
		 * Half a set is worse than none: after an overflow the rest of this one goes too.
		 */
		if (!tg_md_hold(e, i, t, ob))
			r->mode = RUN_SKIP;
	} else {
		tg_cc(e, TG_CC_MD_STALE_DROPPED);
	}
}

static enum tg_fix_error incremental(struct tg_engine *e, const struct tg_md_source *src,
				     const struct tg_fix_cursor *c, u32 *bad_tag,
				     struct tg_outbox *ob)
{
	struct tg_md_source now = *src;
	struct run r = { .i = NULL };
	struct tg_instrument *i;
	struct tg_fix_md_iter it;
	enum tg_fix_error err;
	u32 held = 0, n;

	err = tg_fix_md_begin(&it, TG_MT1('X'), c);
	if (err) {
		*bad_tag = it.bad_tag;
		return err;
	}
	err = tg_md_decode(e, src, &it, 0, &held, bad_tag);
	if (err)
		return err;
	if (likely(held || !it.count)) {
		for (n = 0; n < held; n++) {
			apply(e, &now, &r, &e->md_scratch[n], ob);
			now.after_gap = false;
		}
	} else {
		struct tg_md_symbols sc = { 0 };

		tg_fix_md_begin(&it, TG_MT1('X'), c);
		while (tg_md_entry(e, src, &it, &sc, 0, &e->md_scratch[0], &err, bad_tag)) {
			apply(e, &now, &r, &e->md_scratch[0], ob);
			now.after_gap = false;
		}
	}
	i = r.i;
	close_set(e, &r, !it.last_fragment, ob);
	if (unlikely(it.has_checksum) && i && i->state == TG_BOOK_LIVE && it.last_fragment)
		tg_md_checksum(e, i, (u32)it.checksum, ob);
	tg_cc(e, TG_CC_MD_MESSAGES);
	return TG_FIX_OK;
}

enum tg_fix_error tg_md_refresh(struct tg_engine *e, const struct tg_md_source *src, u32 msg_type,
				const struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	if (likely(msg_type == TG_MT1('X')))
		return incremental(e, src, c, bad_tag, ob);
	return tg_md_snapshot(e, src, c, bad_tag, ob);
}

enum tg_fix_error tg_md_message(struct tg_engine *e, struct tg_session *s,
				const struct tg_fix_header *h, struct tg_fix_cursor *c,
				u32 *bad_tag, struct tg_outbox *ob)
{
	const struct tg_md_source src = { .caps = tg_venue_caps(s->cfg.dialect),
					  .venue_id = s->cfg.venue_id };

	switch (h->msg_type) {
	case TG_MT1('W'):
	case TG_MT1('X'):
		return tg_md_refresh(e, &src, h->msg_type, c, bad_tag, ob);
	case TG_MT1('Y'):
		return tg_md_reject(e, s->cfg.venue_id, c, ob);
	default:
		return tg_md_status(e, s, h->msg_type, c, bad_tag, ob);
	}
}

/* ---- views ---- */

s64 tg_md_reference_px(const struct tg_engine *e, const struct tg_instrument *i)
{
	return tg_reference_px(e, i);
}

void tg_md_query(const struct tg_instrument *i, struct tg_nl_md *out)
{
	out->instrument_id = i->def.instrument_id;
	out->state = i->state;
	out->trading_status = i->trading_status;
	out->update_id = i->update_id;
	out->since_ns = i->state == TG_BOOK_LIVE ? i->live_ns : i->gap_ns;
	out->gaps = i->gaps;
	out->recoveries = i->recoveries;
	out->held = i->npending;
	out->venue_tick = i->venue_tick;
	out->subscribed = i->subscribed;
	out->request = i->requested;
	out->reject_reason = i->reject_reason;
	out->unsubscribed = i->unwanted;
	out->px_digits = i->px_digits;
	out->qty_digits = i->qty_digits;
}
