// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Refresh messages (35=W, 35=X) to books and public events, and the read-only view of a price. A
 * message's entries come as runs: consecutive entries of one instrument with one pair of update ids
 * are an update set, which is applied, held or dropped whole.
 */
#include "state.h"

#define TG_MD_TRADE	2u	/* tg_md_scratch.kind past enum tg_book_side: FIX 269 */
#define TG_MD_OTHER	3u

#define TAG_SYMBOL	55u
#define TAG_COUNT	268u
#define TAG_SIZE	271u
#define TAG_PX		270u
#define TAG_LAST_ID	25044u

enum run_mode { RUN_SKIP, RUN_APPLY, RUN_HOLD };

struct run {			/* the update set at work */
	struct tg_instrument *i;	/* NULL = none open */
	u64 first_id, last_id;
	enum run_mode mode;
	struct tg_pub_event *ev;	/* its last event */
	u32 entries;
};

/* ---- decoding ---- */

/*
 * Symbol lookups by hash cost more than the rest of an entry: entries mostly repeat the symbol
 * slice of the one before.
 */
struct symbol_cache {
	const u8 *p;
	u32 len;
	u32 instrument_id;
};

static u32 instrument_of(const struct tg_engine *e, u16 venue_id, const struct tg_fix_slice *symbol,
			 struct symbol_cache *sc)
{
	const struct tg_instrument *i;

	if (symbol->p == sc->p && symbol->len == sc->len)
		return sc->instrument_id;
	i = tg_instrument_by_symbol(e, venue_id, symbol->p, symbol->len);
	sc->p = symbol->p;
	sc->len = symbol->len;
	sc->instrument_id = i ? i->def.instrument_id : 0;
	return sc->instrument_id;
}

static enum tg_fix_error bad(u32 *bad_tag, u32 tag, enum tg_fix_error err)
{
	*bad_tag = tag;
	return err;
}

/* 278 of a book by price may be the side and the price, which then need not stand in 270 too (Kraken, 35=X). */
static bool side_px_id(const struct tg_fix_md_entry *in)
{
	return in->entry_id.len > 1 &&
	       ((in->type == '0' && in->entry_id.p[0] == 'B') ||
		(in->type == '1' && in->entry_id.p[0] == 'O'));
}

/* One entry as the book needs it. Refuses what FIX lets through but no book can take. */
static enum tg_fix_error convert(const struct tg_fix_md_entry *in, struct tg_md_scratch *out,
				 u32 *bad_tag)
{
	bool has_px = in->has_px;

	out->px = in->px;
	out->qty = in->qty;
	out->first_id = in->first_id ? in->first_id : in->last_id;
	out->last_id = in->last_id;
	if (in->type != '0' && in->type != '1' && in->type != '2') {
		out->kind = TG_MD_OTHER;
		return TG_FIX_OK;
	}
	out->kind = in->type - '0';
	if (unlikely(!in->symbol.len))
		return bad(bad_tag, TAG_SYMBOL, TG_FIX_MISSING);
	if (unlikely(!has_px && side_px_id(in)))
		has_px = tg_fix_e8(in->entry_id.p + 1, in->entry_id.len - 1, &out->px);
	if (unlikely(!has_px))
		return bad(bad_tag, TAG_PX, TG_FIX_MISSING);
	if (in->action == '2') {
		out->qty = 0;
	} else {
		if (unlikely(!in->has_qty))
			return bad(bad_tag, TAG_SIZE, TG_FIX_MISSING);
		if (unlikely(in->qty < 0))
			return bad(bad_tag, TAG_SIZE, TG_FIX_RANGE);
	}
	if (unlikely(out->last_id < out->first_id))
		return bad(bad_tag, TAG_LAST_ID, TG_FIX_RANGE);
	return TG_FIX_OK;
}

/*
 * Walks the whole message. Entries land in the scratch area when they all fit (then *held is their
 * number), else they are checked only (*held = 0) and the caller walks once more, knowing that
 * nothing can fail any more.
 */
static enum tg_fix_error decode(struct tg_engine *e, struct tg_fix_md_iter *it, u16 venue_id,
				u32 *held, u32 *bad_tag)
{
	struct symbol_cache sc = { 0 };
	struct tg_fix_md_entry in;
	bool keep = it->count <= TG_MD_SCRATCH;
	u32 n = 0;

	while (tg_fix_md_next(it, &in)) {
		struct tg_md_scratch *out = &e->md_scratch[n];
		enum tg_fix_error err;

		if (unlikely(keep && n >= it->count))
			return bad(bad_tag, TAG_COUNT, TG_FIX_GROUP_COUNT);
		err = convert(&in, out, bad_tag);
		if (unlikely(err))
			return err;
		if (!keep)
			continue;
		if (it->msg_type == TG_MT1('X'))
			out->instrument_id = instrument_of(e, venue_id, &in.symbol, &sc);
		n++;
	}
	*bad_tag = it->bad_tag;
	*held = n;
	return it->err;
}

/* ---- events and books ---- */

static struct tg_pub_event *level_event(struct tg_engine *e, struct tg_instrument *i, u8 side,
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

/*
 * Every entry is published, also one that our own bounded book could not take or did not know: a
 * reader with a deeper book of its own stays right.
 */
struct tg_pub_event *tg_md_level(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px,
				 s64 qty, u64 update_id, u16 flags, struct tg_outbox *ob)
{
	tg_book_set(e, i, side, px, qty, ob);
	tg_cc(e, TG_CC_MD_ENTRIES);
	return level_event(e, i, side, px, qty, update_id, flags, ob);
}

static void touched(struct tg_engine *e, struct tg_instrument *i)
{
	i->changed_seq = e->seq;
	i->changed_ns = e->time_ns;
	i->last_news_ns = e->time_ns;
}

void tg_md_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	touched(e, i);
	tg_book_settled(e, i, ob);
}

static struct tg_pub_event *trade(struct tg_engine *e, struct tg_instrument *i,
				  const struct tg_md_scratch *t, u16 flags, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_TRADE, i->def.instrument_id, flags);

	i->last_px = t->px;
	i->last_qty = t->qty;
	tg_book_trade(e, i, t->px, t->qty, 0);
	tg_cc(e, TG_CC_MD_ENTRIES);
	if (ev) {
		ev->u.trade.px = t->px;
		ev->u.trade.qty = t->qty;
		ev->u.trade.update_id = i->update_id;
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
		return i->state == TG_BOOK_LIVE || (stale && i->requested == TG_MD_REQ_NONE) ?
			       RUN_APPLY : RUN_SKIP;
	if (i->state != TG_BOOK_EMPTY && last_id <= i->update_id)
		return RUN_SKIP;
	if (likely(live)) {
		if (likely(first_id <= i->update_id + 1 && !fragment_lost(e, src, i)))
			return RUN_APPLY;
		tg_md_gap(e, i, ob);
		return RUN_HOLD;
	}
	if (i->state == TG_BOOK_RECOVERING && first_id <= i->update_id + 1 && !src->holes &&
	    tg_md_may_replay(e, src, i))
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
		struct tg_md_pending *p = (struct tg_md_pending *)((u8 *)e + i->pending_off);

		if (i->npending && !fragment)
			p[i->npending - 1].last = 1;
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
		if (likely(r->ev))
			r->ev->flags |= TG_EV_LAST;
		tg_md_settled(e, i, ob);
	}
	if (likely(i->state == TG_BOOK_LIVE))
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

static void apply(struct tg_engine *e, const struct tg_md_source *src, struct run *r,
		  const struct tg_md_scratch *t, struct tg_outbox *ob)
{
	struct tg_instrument *i = tg_instrument(e, t->instrument_id);

	if (unlikely(!i)) {
		tg_cc(e, TG_CC_MD_UNKNOWN_SYMBOL);
		return;
	}
	if (unlikely(t->kind >= TG_MD_TRADE)) {
		if (t->kind == TG_MD_TRADE) {
			bool inside = r->i == i && r->mode == RUN_APPLY;
			struct tg_pub_event *ev = trade(e, i, t, inside ? 0 : TG_EV_LAST, ob);

			if (inside)
				r->ev = ev;
		}
		return;
	}
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
		r->ev = tg_md_level(e, i, t->kind, t->px, t->qty, t->last_id, 0, ob);
	} else if (r->mode == RUN_HOLD) {
		struct tg_md_pending p = { .px = t->px,
					   .qty = t->qty,
					   .first_id = t->first_id,
					   .last_id = t->last_id,
					   .side = t->kind };

		/*
		 * Half a set is worse than none: after an overflow the rest of this one goes too.
		 */
		if (!tg_md_hold(e, i, &p, ob))
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
	struct tg_fix_md_iter it;
	enum tg_fix_error err;
	u32 held = 0, n;

	err = tg_fix_md_begin(&it, TG_MT1('X'), c);
	if (err) {
		*bad_tag = it.bad_tag;
		return err;
	}
	err = decode(e, &it, src->venue_id, &held, bad_tag);
	if (err)
		return err;
	if (likely(held || !it.count)) {
		for (n = 0; n < held; n++) {
			apply(e, &now, &r, &e->md_scratch[n], ob);
			now.after_gap = false;
		}
	} else {
		struct symbol_cache sc = { 0 };
		struct tg_fix_md_entry in;

		err = tg_fix_md_begin(&it, TG_MT1('X'), c);
		while (!err && tg_fix_md_next(&it, &in)) {
			err = convert(&in, &e->md_scratch[0], bad_tag);
			e->md_scratch[0].instrument_id = instrument_of(e, src->venue_id, &in.symbol,
								       &sc);
			apply(e, &now, &r, &e->md_scratch[0], ob);
			now.after_gap = false;
		}
	}
	close_set(e, &r, !it.last_fragment, ob);
	tg_cc(e, TG_CC_MD_MESSAGES);
	return TG_FIX_OK;
}

/* ---- snapshots ---- */

static void load(struct tg_engine *e, struct tg_instrument *i, const struct tg_md_scratch *t,
		 u64 update_id, struct tg_pub_event **last, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;

	if (unlikely(t->kind > TG_MD_TRADE))
		return;
	if (unlikely(t->kind == TG_MD_TRADE)) {
		ev = trade(e, i, t, TG_EV_SNAPSHOT, ob);
	} else {
		if (unlikely(!t->qty))
			return;
		tg_book_load(e, i, t->kind, t->px, t->qty);
		tg_cc(e, TG_CC_MD_ENTRIES);
		ev = level_event(e, i, t->kind, t->px, t->qty, update_id, TG_EV_SNAPSHOT, ob);
	}
	if (ev)
		*last = ev;
}

/*
 * A snapshot older than the book is of no use, unless the book is known to be wrong or its venue
 * may have started its ids again (STALE after the session went, EMPTY after the feed restarted).
 */
static bool snapshot_wanted(struct tg_instrument *i, u64 id)
{
	if (i->state == TG_BOOK_LIVE && id < i->update_id) {
		if (i->requested == TG_MD_REQ_OUT)
			i->requested = TG_MD_REQ_NONE;
		return !id;
	}
	return !(i->state == TG_BOOK_RECOVERING && id && id < i->update_id);
}

static enum tg_fix_error snapshot(struct tg_engine *e, const struct tg_md_source *src,
				  const struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	struct tg_fix_md_iter it;
	struct tg_instrument *i;
	struct tg_pub_event *last;
	enum tg_fix_error err;
	u32 held = 0, n;

	err = tg_fix_md_begin(&it, TG_MT1('W'), c);
	if (err) {
		*bad_tag = it.bad_tag;
		return err;
	}
	err = decode(e, &it, src->venue_id, &held, bad_tag);
	if (err)
		return err;
	i = tg_instrument_by_symbol(e, src->venue_id, it.symbol.p, it.symbol.len);
	if (!i) {
		tg_cc(e, TG_CC_MD_UNKNOWN_SYMBOL);
		return TG_FIX_OK;
	}
	if (!snapshot_wanted(i, it.update_id) || !tg_md_may_replay(e, src, i)) {
		tg_cc_add(e, TG_CC_MD_STALE_DROPPED, it.count);
		return TG_FIX_OK;
	}
	tg_book_clear(e, i);
	last = tg_pub(e, ob, TG_PUB_CLEAR, i->def.instrument_id, TG_EV_SNAPSHOT);
	i->update_id = it.update_id;
	i->in_set = 0;
	i->requested = TG_MD_REQ_NONE;
	if (likely(held || !it.count)) {
		for (n = 0; n < held; n++)
			load(e, i, &e->md_scratch[n], i->update_id, &last, ob);
	} else {
		struct tg_fix_md_entry in;

		err = tg_fix_md_begin(&it, TG_MT1('W'), c);
		while (!err && tg_fix_md_next(&it, &in)) {
			err = convert(&in, &e->md_scratch[0], bad_tag);
			load(e, i, &e->md_scratch[0], i->update_id, &last, ob);
		}
	}
	tg_book_load_end(e, i, i->update_id, &last, ob);
	if (last)
		last->flags |= TG_EV_LAST;
	tg_md_settled(e, i, ob);
	tg_cc(e, TG_CC_MD_MESSAGES);
	if (tg_md_replay(e, i, ob)) {
		if (i->state != TG_BOOK_LIVE)
			tg_md_set_state(e, i, TG_BOOK_LIVE, ob);
	} else {
		/*
		 * What is held begins after the snapshot ends: too old a snapshot, or another hole.
		 */
		tg_md_gap(e, i, ob);
	}
	return TG_FIX_OK;
}

enum tg_fix_error tg_md_refresh(struct tg_engine *e, const struct tg_md_source *src, u32 msg_type,
				const struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	if (likely(msg_type == TG_MT1('X')))
		return incremental(e, src, c, bad_tag, ob);
	return snapshot(e, src, c, bad_tag, ob);
}

enum tg_fix_error tg_md_message(struct tg_engine *e, u16 venue_id, const struct tg_fix_header *h,
				struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	const struct tg_md_source src = { .venue_id = venue_id };

	if (h->msg_type == TG_MT1('Y'))
		return tg_md_reject(e, venue_id, c, ob);
	return tg_md_refresh(e, &src, h->msg_type, c, bad_tag, ob);
}

/* ---- views ---- */

s64 tg_md_reference_px(const struct tg_engine *e, const struct tg_instrument *i)
{
	struct tg_level bid, ask;

	if (i->state != TG_BOOK_LIVE)
		return TG_PX_NONE;
	tg_l2_best(tg_l2_of(e, i), &bid, &ask);
	if (bid.px == TG_PX_NONE || ask.px == TG_PX_NONE)
		return i->last_px;
	/*
	 * The sum of two prices can overflow: they go up to 9e18. Halved one by one, with the carry
	 * of the two odd halves.
	 */
	return (bid.px >> 1) + (ask.px >> 1) + (bid.px & ask.px & 1);
}
