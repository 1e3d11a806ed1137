// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A book's way back: snapshot requests and their repeats, what is held meanwhile, staleness, and
 * what a session or a feed that goes away means for the books.
 */
#include "state.h"

static u64 stale_ns(const struct tg_instrument *i)
{
	return (u64)i->def.stale_ns_hi << 32 | i->def.stale_ns_lo;
}

/* Event GAP; the state is the caller's. Once an outage. */
static void distrust(struct tg_engine *e, struct tg_instrument *i, enum tg_gap_cause cause,
		     u64 expected, u64 got, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;

	i->gaps++;
	i->gap_ns = e->time_ns;
	if (unlikely(e->health_on) && cause != TG_GAP_SILENCE)
		tg_health_gap(e, i->def.venue_id);
	ev = tg_pub(e, ob, TG_PUB_GAP, i->def.instrument_id, 0);
	if (ev) {
		ev->u.gap.expected = expected;
		ev->u.gap.got = got;
		ev->u.gap.cause = cause;
	}
}

static void recovered(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;

	i->recoveries++;
	tg_cc(e, TG_CC_MD_RECOVERED);
	ev = tg_pub(e, ob, TG_PUB_RECOVERED, i->def.instrument_id, TG_EV_LAST);
	if (ev) {
		ev->u.recovered.update_id = i->update_id;
		ev->u.recovered.outage_ns = e->time_ns - i->gap_ns;
		ev->u.recovered.held = i->replayed;
	}
	i->gap_ns = 0;
}

void tg_md_set_state(struct tg_engine *e, struct tg_instrument *i, u8 state, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;
	u8 before = i->state;

	if (before == state)
		return;
	ev = tg_pub(e, ob, TG_PUB_BOOK_STATE, i->def.instrument_id, TG_EV_LAST);
	if (ev) {
		ev->u.state.state = state;
		ev->u.state.previous = before;
	}
	i->state = state;
	tg_book_state(e, i, before, ob);
	if (state != TG_BOOK_LIVE)
		return;
	i->live_ns = e->time_ns;
	if (i->gap_ns)
		recovered(e, i, ob);
	if (stale_ns(i))
		tg_md_arm(e, tg_md_after(i->last_news_ns, stale_ns(i)));
}

void tg_md_stale(struct tg_engine *e, struct tg_instrument *i, enum tg_gap_cause cause,
		 struct tg_outbox *ob)
{
	if (i->state != TG_BOOK_LIVE)
		return;
	distrust(e, i, cause, 0, 0, ob);
	tg_md_set_state(e, i, TG_BOOK_STALE, ob);
}

void tg_md_config(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	const struct tg_in_venue *v = &tg_session(e, i->def.venue_id)->cfg;

	i->px_digits = i->def.px_digits;
	i->qty_digits = i->def.qty_digits;
	i->digits_known = i->px_digits || i->qty_digits;
	i->depth = tg_venue_kept_depth(v, &i->def);
	tg_md_request(e, i, ob);
}

void tg_md_gap(struct tg_engine *e, struct tg_instrument *i, enum tg_gap_cause cause, u64 expected,
	       u64 got, struct tg_outbox *ob)
{
	tg_cc(e, TG_CC_MD_GAPS);
	i->in_set = 0;
	i->in_snapshot = 0;
	i->replay_due = 0;
	if (i->state == TG_BOOK_LIVE || i->state == TG_BOOK_STALE) {
		/* A book that is right again and again for a moment only has a fault that snapshots do not mend. */
		if (e->time_ns - i->live_ns < TG_MD_CHURN_NS || cause == TG_GAP_CAPACITY)
			i->churn += i->churn < 255;
		else
			i->churn = 0;
		if (i->state == TG_BOOK_LIVE || !i->gap_ns)
			distrust(e, i, cause, expected, got, ob);
	}
	tg_md_set_state(e, i, TG_BOOK_RECOVERING, ob);
	if (i->churn > TG_MD_CHURN) {
		tg_md_request_later(e, i);
		return;
	}
	/*
	 * A request that is out was made before this gap: its answer may be too old, and waiting
	 * for the retry would cost 5 s.
	 */
	i->requested = TG_MD_REQ_NONE;
	tg_md_request(e, i, ob);
}

void tg_md_wrong(struct tg_engine *e, struct tg_instrument *i, enum tg_gap_cause cause,
		 u64 expected, u64 got, struct tg_outbox *ob)
{
	i->wrong = 1;
	i->crossed = 0;
	if (cause == TG_GAP_CAPACITY && i->state != TG_BOOK_EMPTY)
		i->churn = TG_MD_CHURN + 1;	/* a snapshot at once would hardly fit better */
	if (i->state == TG_BOOK_EMPTY || i->state == TG_BOOK_RECOVERING) {
		/* The snapshot itself: the next one will hardly be better at once. */
		tg_cc(e, TG_CC_MD_GAPS);
		tg_md_set_state(e, i, TG_BOOK_RECOVERING, ob);
		tg_md_request_later(e, i);
		return;
	}
	tg_md_gap(e, i, cause, expected, got, ob);
}

struct tg_md_pending *tg_md_held(const struct tg_engine *e, const struct tg_instrument *i, u32 n)
{
	u64 size = i->def.flags & TG_INSTRUMENT_L3 ? sizeof(struct tg_md_held_order) :
						     sizeof(struct tg_md_pending);

	return (struct tg_md_pending *)((u8 *)e + i->pending_off + size * n);
}

static u32 capacity(const struct tg_engine *e, const struct tg_instrument *i)
{
	return i->def.flags & TG_INSTRUMENT_L3 ? e->params.md_pending / 2 : e->params.md_pending;
}

bool tg_md_hold(struct tg_engine *e, struct tg_instrument *i, const struct tg_md_scratch *t,
		struct tg_outbox *ob)
{
	struct tg_md_pending *p;

	if (unlikely(i->npending >= capacity(e, i))) {
		i->npending = 0;
		tg_cc(e, TG_CC_MD_PENDING_OVERFLOW);
		/*
		 * The snapshot on its way was taken before what was just lost: one more will be
		 * needed.
		 */
		if (i->requested != TG_MD_REQ_REFUSED)
			i->requested = TG_MD_REQ_NONE;
		tg_md_request(e, i, ob);
		return false;
	}
	p = tg_md_held(e, i, i->npending++);
	p->px = t->px;
	p->qty = t->qty;
	p->first_id = t->first_id;
	p->last_id = t->last_id;
	p->kind = t->kind;
	p->last = 0;
	if (i->def.flags & TG_INSTRUMENT_L3) {
		struct tg_md_held_order *h = (struct tg_md_held_order *)p;

		p->action = t->action;
		p->sort_ns = t->sort_ns;
		p->id_len = t->id_len;
		memcpy(h->id, t->id, sizeof(h->id));
	}
	tg_cc(e, TG_CC_MD_PENDING);
	return true;
}

static struct tg_pub_event *replay_entry(struct tg_engine *e, struct tg_instrument *i,
					 const struct tg_md_pending *p, struct tg_outbox *ob)
{
	struct tg_md_scratch t = { .px = p->px,
				   .qty = p->qty,
				   .first_id = p->first_id,
				   .last_id = p->last_id,
				   .kind = p->kind };

	if (p->kind >= TG_MD_TRADE)
		return NULL;
	if (i->def.flags & TG_INSTRUMENT_L3) {
		t.action = p->action;
		t.sort_ns = p->sort_ns;
		t.id_len = p->id_len;
		memcpy(t.id, ((const struct tg_md_held_order *)p)->id, sizeof(t.id));
	}
	return tg_md_apply(e, i, &t, 0, ob);
}

/*
 * Applies the held entries [from, to), one update set; the last entry tells whether all its
 * fragments are there.
 */
static void replay_set(struct tg_engine *e, struct tg_instrument *i, u32 from, u32 to,
		       struct tg_outbox *ob)
{
	u64 last_id = tg_md_held(e, i, from)->last_id;
	struct tg_pub_event *ev = NULL;
	bool whole = false;
	u32 n;

	for (n = from; n < to; n++) {
		const struct tg_md_pending *p = tg_md_held(e, i, n);
		struct tg_pub_event *now = replay_entry(e, i, p, ob);

		ev = now ? now : ev;
		whole |= p->last;
	}
	i->replayed += to - from;
	if (whole) {
		i->update_id = last_id;
		i->in_set = 0;
		if (i->depth)
			ev = tg_md_trim(e, i, ev, 0, ob);
		if (ev)
			ev->flags |= TG_EV_LAST;
	} else {
		if (!i->in_set)
			i->set_gaps = e->counters[TG_CC_MD_FEED_GAPS];
		i->in_set = 1;
	}
}

/*
 * One pass in the order of arrival: sets that connect are applied, old ones dropped, the others
 * stay.
 */
static bool replay_pass(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	u64 size = (u64)((u8 *)tg_md_held(e, i, 1) - (u8 *)tg_md_held(e, i, 0));
	u32 from, to, kept = 0, n = i->npending;
	bool progress = false;

	for (from = 0; from < n; from = to) {
		u64 first_id = tg_md_held(e, i, from)->first_id;
		u64 last_id = tg_md_held(e, i, from)->last_id;

		for (to = from + 1; to < n && tg_md_held(e, i, to)->first_id == first_id &&
				    tg_md_held(e, i, to)->last_id == last_id;
		     to++)
			;
		if (last_id <= i->update_id) {
			tg_cc_add(e, TG_CC_MD_STALE_DROPPED, to - from);
		} else if (first_id <= i->update_id + 1) {
			replay_set(e, i, from, to, ob);
			progress = true;
		} else {
			if (kept != from)
				memmove(tg_md_held(e, i, kept), tg_md_held(e, i, from),
					(to - from) * size);
			kept += to - from;
		}
	}
	i->npending = kept;
	return progress;
}

bool tg_md_may_replay(const struct tg_engine *e, const struct tg_md_source *src,
		      const struct tg_instrument *i)
{
	u32 done = e->md_replay_seq == e->seq ? e->md_replayed : 0;

	return !src->udp || done + i->npending <= TG_MD_UDP_REPLAY;
}

bool tg_md_replay(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	bool any = false;
	u32 pass;

	if (e->md_replay_seq != e->seq) {
		e->md_replay_seq = e->seq;
		e->md_replayed = 0;
	}
	e->md_replayed += i->npending;
	for (pass = 0; pass < TG_MD_REPLAY_PASSES && i->npending; pass++) {
		if (!replay_pass(e, i, ob))
			break;
		any = true;
	}
	if (any)
		tg_md_settled(e, i, ob);
	return !i->npending;
}

void tg_md_finish(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	bool whole = tg_md_replay(e, i, ob);

	if (i->wrong)
		return;		/* by the policy for crossed books */
	if (whole) {
		if (i->crossed)
			return;
		tg_md_set_state(e, i, TG_BOOK_LIVE, ob);
	} else {
		/*
		 * What is held begins after the snapshot ends: too old a snapshot, or another hole.
		 */
		tg_md_gap(e, i, TG_GAP_CHAIN, i->update_id + 1, tg_md_held(e, i, 0)->first_id, ob);
	}
}

void tg_md_forget(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	tg_book_clear(e, i);
	tg_pub(e, ob, TG_PUB_CLEAR, i->def.instrument_id, TG_EV_LAST);
	i->npending = 0;
	i->in_set = 0;
	i->in_snapshot = 0;
	i->wrong = 0;
	i->crossed = 0;
	i->replay_due = 0;
	i->update_id = 0;
	i->changed_seq = e->seq;
	i->changed_ns = e->time_ns;
	tg_md_set_state(e, i, TG_BOOK_EMPTY, ob);
	i->requested = TG_MD_REQ_NONE;	/* the answer to an older request is from before */
	tg_md_request(e, i, ob);
}

/* ---- time ---- */

static u64 instrument_timer(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	u64 due = ~0ULL, at;

	if (i->replay_due) {
		i->replay_due = 0;
		tg_md_finish(e, i, ob);
	}
	if (i->state == TG_BOOK_LIVE && stale_ns(i)) {
		at = tg_md_after(i->last_news_ns, stale_ns(i));
		if (at <= e->time_ns)
			tg_md_set_state(e, i, TG_BOOK_STALE, ob);
		else
			due = at;
	}
	if (i->requested == TG_MD_REQ_OUT) {
		at = tg_md_after(i->request_ns, TG_MD_RETRY_NS);
		if (at <= e->time_ns) {
			i->requested = TG_MD_REQ_NONE;
			tg_md_request(e, i, ob);
		} else if (at < due) {
			due = at;
		}
	} else if (i->requested == TG_MD_REQ_WANTED) {
		tg_md_request(e, i, ob);	/* arms itself, or waits for the session */
	}
	return due;
}

void tg_md_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 n;

	if (e->time_ns < e->md_deadline_ns)
		return;
	e->md_deadline_ns = ~0ULL;
	tg_md_arm(e, tg_feed_timer(e, ob));
	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (i)
			tg_md_arm(e, instrument_timer(e, i, ob));
	}
}

u64 tg_md_deadline_ns(const struct tg_engine *e)
{
	return e->md_deadline_ns;
}
