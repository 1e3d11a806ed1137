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

/*
 * md_deadline_ns is a lower bound: arming only lowers it, and the timer, when it finds that nothing
 * is due yet, works it out anew.
 */
static void arm(struct tg_engine *e, u64 at_ns)
{
	if (at_ns < e->md_deadline_ns)
		e->md_deadline_ns = at_ns;
}

static u64 after(u64 from_ns, u64 delta_ns)
{
	return from_ns + delta_ns < from_ns ? ~0ULL : from_ns + delta_ns;
}

void tg_md_set_state(struct tg_engine *e, struct tg_instrument *i, u8 state, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;
	u8 before = i->state;

	if (i->state == state)
		return;
	ev = tg_pub(e, ob, TG_PUB_BOOK_STATE, i->def.instrument_id, TG_EV_LAST);
	if (ev) {
		ev->u.state.state = state;
		ev->u.state.previous = i->state;
	}
	i->state = state;
	tg_book_state(e, i, before, ob);
	if (state == TG_BOOK_LIVE && stale_ns(i))
		arm(e, after(i->last_news_ns, stale_ns(i)));
}

static bool send_request(struct tg_engine *e, struct tg_session *s, struct tg_instrument *i,
			 u64 req_id, bool unsubscribe, struct tg_outbox *ob)
{
	struct tg_fix_writer w;

	if (!tg_session_begin(e, s, TG_MT1('V'), &w, ob))
		return false;
	tg_venue_put_md_request(&s->cfg, &i->def, req_id, unsubscribe, &w);
	return tg_session_send(e, s, &w, 0, ob);
}

void tg_md_request(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	struct tg_session *s = tg_session(e, i->def.venue_id);

	if (!(i->def.flags & TG_INSTRUMENT_SUBSCRIBE) || i->requested == TG_MD_REQ_OUT)
		return;
	i->requested = TG_MD_REQ_WANTED;
	i->request_ns = e->time_ns;
	if (!s || !tg_session_can_send(s))
		return;		/* tg_md_session_up() asks */
	/* A second subscription beside the first would send every update twice. */
	if (i->subscribed && send_request(e, s, i, i->request_id, true, ob))
		i->subscribed = 0;
	if (!send_request(e, s, i, e->md_request_id + 1, false, ob)) {
		arm(e, after(e->time_ns, 1000000));	/* no room in this step's outbox */
		return;
	}
	i->request_id = ++e->md_request_id;
	i->requested = TG_MD_REQ_OUT;
	i->subscribed = !!(s->cfg.flags & TG_VENUE_MD_TCP);
	tg_cc(e, TG_CC_MD_SNAPSHOT_REQUESTS);
	arm(e, after(e->time_ns, TG_MD_RETRY_NS));
}

void tg_md_config(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	tg_md_request(e, i, ob);
}

void tg_md_gap(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	tg_cc(e, TG_CC_MD_GAPS);
	i->in_set = 0;
	tg_md_set_state(e, i, TG_BOOK_RECOVERING, ob);
	/*
	 * A request that is out was made before this gap: its answer may be too old, and waiting
	 * for the retry would cost 5 s.
	 */
	i->requested = TG_MD_REQ_NONE;
	tg_md_request(e, i, ob);
}

bool tg_md_hold(struct tg_engine *e, struct tg_instrument *i, const struct tg_md_pending *p,
		struct tg_outbox *ob)
{
	struct tg_md_pending *held = (struct tg_md_pending *)((u8 *)e + i->pending_off);

	if (unlikely(i->npending >= e->params.md_pending)) {
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
	held[i->npending++] = *p;
	tg_cc(e, TG_CC_MD_PENDING);
	return true;
}

/*
 * Applies held[from..to), one update set; the last entry tells whether all its fragments are there.
 */
static void replay_set(struct tg_engine *e, struct tg_instrument *i,
		       const struct tg_md_pending *held, u32 from, u32 to, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = NULL;
	bool whole = false;
	u32 n;

	for (n = from; n < to; n++) {
		const struct tg_md_pending *p = &held[n];

		ev = tg_md_level(e, i, p->side, p->px, p->qty, p->last_id, 0, ob);
		whole |= p->last;
	}
	if (whole) {
		i->update_id = held[from].last_id;
		i->in_set = 0;
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
static bool replay_pass(struct tg_engine *e, struct tg_instrument *i, struct tg_md_pending *held,
			struct tg_outbox *ob)
{
	u32 from, to, kept = 0, n = i->npending;
	bool progress = false;

	for (from = 0; from < n; from = to) {
		u64 first_id = held[from].first_id, last_id = held[from].last_id;

		for (to = from + 1;
		     to < n && held[to].first_id == first_id && held[to].last_id == last_id; to++)
			;
		if (last_id <= i->update_id) {
			tg_cc_add(e, TG_CC_MD_STALE_DROPPED, to - from);
		} else if (first_id <= i->update_id + 1) {
			replay_set(e, i, held, from, to, ob);
			progress = true;
		} else {
			if (kept != from)
				memmove(held + kept, held + from, (u64)(to - from) * sizeof(*held));
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
	struct tg_md_pending *held = (struct tg_md_pending *)((u8 *)e + i->pending_off);
	bool any = false;
	u32 pass;

	if (e->md_replay_seq != e->seq) {
		e->md_replay_seq = e->seq;
		e->md_replayed = 0;
	}
	e->md_replayed += i->npending;
	for (pass = 0; pass < TG_MD_REPLAY_PASSES && i->npending; pass++) {
		if (!replay_pass(e, i, held, ob))
			break;
		any = true;
	}
	if (any)
		tg_md_settled(e, i, ob);
	return !i->npending;
}

enum tg_fix_error tg_md_reject(struct tg_engine *e, u16 venue_id, struct tg_fix_cursor *c,
			       struct tg_outbox *ob)
{
	struct tg_fix_md_reject r;
	enum tg_fix_error err = tg_fix_decode_md_reject(c, &r);
	u64 id;
	u32 n;

	(void)ob;
	if (err)
		return err;
	tg_cc(e, TG_CC_MD_REJECTED);
	if (!tg_fix_u64(r.req_id.p, r.req_id.len, &id))
		return TG_FIX_OK;
	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		/*
		 * The venue does not know the symbol or will not tell: asking every 5 s would not
		 * change that.
		 */
		if (i && i->def.venue_id == venue_id && i->requested == TG_MD_REQ_OUT &&
		    i->request_id == id) {
			i->requested = TG_MD_REQ_REFUSED;
			i->subscribed = 0;
		}
	}
	return TG_FIX_OK;
}

/* ---- sessions, feeds, time ---- */

void tg_md_session_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	u32 n;

	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (!i || i->def.venue_id != s->cfg.venue_id)
			continue;
		if (i->state == TG_BOOK_EMPTY || i->state == TG_BOOK_RECOVERING ||
		    i->requested == TG_MD_REQ_WANTED ||
		    ((s->cfg.flags & TG_VENUE_MD_TCP) && !i->subscribed))
			tg_md_request(e, i, ob);
	}
}

void tg_md_session_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	u32 n;

	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (!i || i->def.venue_id != s->cfg.venue_id)
			continue;
		i->subscribed = 0;
		if (i->requested != TG_MD_REQ_NONE)
			i->requested = TG_MD_REQ_WANTED;
		if ((s->cfg.flags & TG_VENUE_MD_TCP) && i->state == TG_BOOK_LIVE)
			tg_md_set_state(e, i, TG_BOOK_STALE, ob);
	}
}

/*
 * The publisher of a venue's feed has started again, and its update ids may have too: nothing that
 * is known connects to what comes.
 */
static void feed_restarted(struct tg_engine *e, u16 venue_id, struct tg_outbox *ob)
{
	u32 n;

	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (!i || i->def.venue_id != venue_id)
			continue;
		tg_book_clear(e, i);
		tg_pub(e, ob, TG_PUB_CLEAR, n, TG_EV_LAST);
		i->npending = 0;
		i->in_set = 0;
		i->update_id = 0;
		i->changed_seq = e->seq;
		i->changed_ns = e->time_ns;
		tg_md_set_state(e, i, TG_BOOK_EMPTY, ob);
		i->requested = TG_MD_REQ_NONE;	/* the answer to an older request is from before */
		tg_md_request(e, i, ob);
	}
}

static u64 instrument_timer(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	u64 due = ~0ULL, at;

	if (i->state == TG_BOOK_LIVE && stale_ns(i)) {
		at = after(i->last_news_ns, stale_ns(i));
		if (at <= e->time_ns)
			tg_md_set_state(e, i, TG_BOOK_STALE, ob);
		else
			due = at;
	}
	if (i->requested == TG_MD_REQ_OUT) {
		at = after(i->request_ns, TG_MD_RETRY_NS);
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
	for (n = 1; n <= e->params.max_feeds; n++) {
		struct tg_feed *f = tg_feed(e, n);

		if (f && f->restarted) {
			f->restarted = 0;
			feed_restarted(e, f->cfg.venue_id, ob);
		}
	}
	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (i)
			arm(e, instrument_timer(e, i, ob));
	}
}

u64 tg_md_deadline_ns(const struct tg_engine *e)
{
	return e->md_deadline_ns;
}
