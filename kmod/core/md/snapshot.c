// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Snapshots (35=W): whole, in pieces (893=N), over TCP, on a feed or on a snapshot channel. The
 * first piece empties the book. A snapshot that no book needs is dropped with all its pieces.
 */
#include "state.h"

static struct tg_pub_event *load(struct tg_engine *e, struct tg_instrument *i,
				 struct tg_md_scratch *t, bool more, struct tg_outbox *ob)
{
	if (unlikely(t->kind > TG_MD_TRADE))
		return NULL;
	if (unlikely(t->kind == TG_MD_TRADE))
		return tg_md_trade(e, i, t, TG_EV_SNAPSHOT, ob);
	if (unlikely(!t->qty))
		return NULL;
	t->last_id = i->update_id;
	if (unlikely(more)) {	/* the book has left loading with the piece before */
		t->action = TG_MD_NEW;
		return tg_md_apply(e, i, t, TG_EV_SNAPSHOT, ob);
	}
	if (i->def.flags & TG_INSTRUMENT_L3) {
		struct tg_pub_event *ev = NULL;

		tg_book_order_load(e, i, t->kind, t->px, t->qty, t->id, t->id_len, t->sort_ns, &ev, ob);
		return ev;
	}
	tg_cc(e, TG_CC_MD_ENTRIES);
	tg_book_load(e, i, t->kind, t->px, t->qty);
	return tg_md_level_event(e, i, t->kind, t->px, t->qty, i->update_id, TG_EV_SNAPSHOT, ob);
}

/*
 * A snapshot older than the book is of no use, unless the book is known to be wrong or its venue
 * may have started its ids again (STALE after the session went, EMPTY after the feed restarted).
 */
static bool wanted(const struct tg_md_source *src, struct tg_instrument *i, u64 id)
{
	if (i->in_snapshot && id && id < i->snapshot_id)
		return false;
	if (src->channel && i->state == TG_BOOK_LIVE)
		return false;
	if (i->state == TG_BOOK_LIVE && id < i->update_id) {
		if (i->requested == TG_MD_REQ_OUT)
			i->requested = TG_MD_REQ_NONE;
		return !id;
	}
	return !(i->state == TG_BOOK_RECOVERING && id && id < i->update_id);
}

/* Empties the book for the first piece. */
static struct tg_pub_event *begin(struct tg_engine *e, struct tg_instrument *i, u64 id,
				  struct tg_outbox *ob)
{
	tg_book_clear(e, i);
	i->update_id = id;
	i->in_set = 0;
	i->replayed = 0;
	return tg_pub(e, ob, TG_PUB_CLEAR, i->def.instrument_id, TG_EV_SNAPSHOT);
}

static void end(struct tg_engine *e, const struct tg_md_source *src, struct tg_instrument *i,
		const struct tg_fix_md_iter *it, struct tg_pub_event *last, struct tg_outbox *ob)
{
	i->in_snapshot = 0;
	i->wrong = 0;
	i->reject_reason = 0;
	i->requested = TG_MD_REQ_NONE;
	if (i->depth)
		last = tg_md_trim(e, i, last, TG_EV_SNAPSHOT, ob);
	if (last)
		last->flags |= TG_EV_LAST;
	tg_md_settled(e, i, ob);
	if (unlikely(it->has_checksum) && !i->wrong)
		tg_md_checksum(e, i, (u32)it->checksum, ob);
	if (unlikely(i->wrong))
		return;
	if (unlikely(!tg_md_may_replay(e, src, i))) {
		i->replay_due = 1;
		tg_md_arm(e, e->time_ns);
		return;
	}
	tg_md_finish(e, i, ob);
}

static enum tg_fix_error load_all(struct tg_engine *e, const struct tg_md_source *src,
				  const struct tg_fix_cursor *c, struct tg_fix_md_iter *it,
				  struct tg_instrument *i, u32 held, struct tg_pub_event **last,
				  u32 *bad_tag, struct tg_outbox *ob)
{
	bool more = i->in_snapshot;
	enum tg_fix_error err = TG_FIX_OK;
	struct tg_pub_event *ev;
	u32 n;

	if (likely(held || !it->count)) {
		for (n = 0; n < held; n++) {
			ev = load(e, i, &e->md_scratch[n], more, ob);
			*last = ev ? ev : *last;
		}
	} else {
		tg_fix_md_begin(it, TG_MT1('W'), c);
		while (tg_md_entry(e, src, it, NULL, i->def.instrument_id, &e->md_scratch[0], &err,
				   bad_tag)) {
			ev = load(e, i, &e->md_scratch[0], more, ob);
			*last = ev ? ev : *last;
		}
	}
	return err;
}

enum tg_fix_error tg_md_snapshot(struct tg_engine *e, const struct tg_md_source *src,
				 const struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob)
{
	struct tg_pub_event *last = NULL;
	struct tg_fix_md_iter it;
	struct tg_instrument *i;
	enum tg_fix_error err;
	bool more, full = false;
	u32 held = 0;
	u64 id;

	err = tg_fix_md_begin(&it, TG_MT1('W'), c);
	if (err) {
		*bad_tag = it.bad_tag;
		return err;
	}
	i = tg_md_instrument(e, src, &it.symbol);
	err = tg_md_decode(e, src, &it, i ? i->def.instrument_id : 0, &held, bad_tag);
	if (err)
		return err;
	if (!i) {
		tg_cc(e, TG_CC_MD_UNKNOWN_SYMBOL);
		return TG_FIX_OK;
	}
	id = src->caps->md_gap == TG_MD_GAP_RPT_SEQ ? it.rpt_seq : it.update_id;
	more = i->in_snapshot && id == i->snapshot_id;
	if (!more && ((!it.last_fragment && id && id == i->skip_snapshot_id) || i->unwanted ||
		      !wanted(src, i, id) ||
		      (src->udp && i->npending && !src->channel && !tg_md_may_replay(e, src, i)))) {
		if (!it.last_fragment)
			i->skip_snapshot_id = id;
		if (!src->channel)
			tg_cc_add(e, TG_CC_MD_STALE_DROPPED, it.count);
		return TG_FIX_OK;
	}
	if (!more) {
		i->in_snapshot = 0;
		last = begin(e, i, id, ob);
	}
	load_all(e, src, c, &it, i, held, &last, bad_tag, ob);
	if (!more && !tg_book_load_end(e, i, i->update_id, &last, ob))
		full = true;
	tg_cc(e, TG_CC_MD_MESSAGES);
	if (unlikely(full)) {
		/* Nor would the next one fit: not at once. */
		i->in_snapshot = 0;
		i->requested = TG_MD_REQ_NONE;
		tg_md_settled(e, i, ob);
		tg_md_wrong(e, i, TG_GAP_CAPACITY, 0, 0, ob);
		return TG_FIX_OK;
	}
	if (it.last_fragment) {
		end(e, src, i, &it, last, ob);
		return TG_FIX_OK;
	}
	/* Updates are held until the last piece; it is waited for as long as for an answer. */
	i->in_snapshot = 1;
	i->snapshot_id = id;
	i->request_ns = e->time_ns;
	if (i->state == TG_BOOK_LIVE || i->state == TG_BOOK_STALE)
		tg_md_set_state(e, i, TG_BOOK_RECOVERING, ob);
	tg_book_dirty(e, i, ob);
	return TG_FIX_OK;
}
