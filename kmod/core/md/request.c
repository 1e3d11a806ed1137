// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What is asked of the venues: snapshots and subscriptions (35=V), definitions (35=x), trading
 * status (35=e, g), and their refusals (35=Y). Requests of many instruments are spread over time:
 * TG_MD_BURST in TG_MD_BURST_NS, which is below every rate limit in the capabilities.
 */
#include "state.h"

/*
 * md_deadline_ns is a lower bound: arming only lowers it, and the timer, when it finds that nothing
 * is due yet, works it out anew.
 */
void tg_md_arm(struct tg_engine *e, u64 at_ns)
{
	if (at_ns < e->md_deadline_ns)
		e->md_deadline_ns = at_ns;
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

/* false: this window's requests are used up; when there are more. */
static bool in_turn(struct tg_engine *e, u64 *next_ns)
{
	if (e->time_ns - e->md_burst_ns >= TG_MD_BURST_NS) {
		e->md_burst_ns = e->time_ns;
		e->md_burst = 0;
	}
	if (e->md_burst >= TG_MD_BURST) {
		*next_ns = tg_md_after(e->md_burst_ns, TG_MD_BURST_NS);
		return false;
	}
	e->md_burst++;
	return true;
}

/* Once a session and instrument: tick, precision, and whether it may be traded. Nothing waits for the answers. */
static void ask(struct tg_engine *e, struct tg_session *s, struct tg_instrument *i,
		struct tg_outbox *ob)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	struct tg_fix_writer w;

	if (i->asked || !(s->cfg.flags & TG_VENUE_MD_TCP))
		return;
	i->asked = 1;
	if (caps->security_list && tg_session_begin(e, s, TG_MT1('x'), &w, ob)) {
		tg_venue_put_security_list(&s->cfg, &i->def, e->md_request_id, &w);
		tg_session_send(e, s, &w, 0, ob);
	}
	if (caps->trading_status && tg_session_begin(e, s, caps->trading_status, &w, ob)) {
		tg_venue_put_trading_status(&s->cfg, &i->def, e->md_request_id, false, &w);
		tg_session_send(e, s, &w, 0, ob);
	}
}

void tg_md_request(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	struct tg_session *s = tg_session(e, i->def.venue_id);
	u64 next_ns;

	if (!(i->def.flags & TG_INSTRUMENT_SUBSCRIBE) || i->requested == TG_MD_REQ_OUT ||
	    i->unwanted)
		return;
	i->requested = TG_MD_REQ_WANTED;
	i->request_ns = e->time_ns;
	if (!s || !tg_session_can_send(s))
		return;		/* tg_md_session_up() asks */
	if (!in_turn(e, &next_ns)) {
		tg_md_arm(e, next_ns);
		return;
	}
	/* A second subscription beside the first would send every update twice. */
	if (i->subscribed && send_request(e, s, i, i->request_id, true, ob)) {
		i->subscribed = 0;
		tg_cc(e, TG_CC_MD_UNSUBSCRIBED);
	}
	if (!send_request(e, s, i, e->md_request_id + 1, false, ob)) {
		tg_md_arm(e, tg_md_after(e->time_ns, 1000000));	/* no room in this step's outbox */
		return;
	}
	i->request_id = ++e->md_request_id;
	i->requested = TG_MD_REQ_OUT;
	i->subscribed = !!(s->cfg.flags & TG_VENUE_MD_TCP);
	tg_cc(e, TG_CC_MD_SNAPSHOT_REQUESTS);
	tg_md_arm(e, tg_md_after(e->time_ns, TG_MD_RETRY_NS));
	ask(e, s, i, ob);
}

void tg_md_request_later(struct tg_engine *e, struct tg_instrument *i)
{
	if (!(i->def.flags & TG_INSTRUMENT_SUBSCRIBE) || i->unwanted)
		return;
	i->requested = TG_MD_REQ_OUT;	/* as if it had gone unanswered from now on */
	i->request_ns = e->time_ns;
	tg_md_arm(e, tg_md_after(e->time_ns, TG_MD_RETRY_NS));
}

/*
 * FIX 281: 1 = the id is in use; 2 = Binance: there is such a subscription. Either may be one that
 * this side has lost sight of: ended by its id, and asked for again in a while. All else will not
 * change by asking: the venue does not know the symbol, or will not tell.
 */
enum tg_fix_error tg_md_reject(struct tg_engine *e, u16 venue_id, struct tg_fix_cursor *c,
			       struct tg_outbox *ob)
{
	struct tg_fix_md_reject r;
	enum tg_fix_error err = tg_fix_decode_md_reject(c, &r);
	u64 id;
	u32 n;

	if (err)
		return err;
	tg_cc(e, TG_CC_MD_REJECTED);
	if (!tg_fix_u64(r.req_id.p, r.req_id.len, &id))
		return TG_FIX_OK;
	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);
		struct tg_session *s;

		if (!i || i->def.venue_id != venue_id || i->requested != TG_MD_REQ_OUT ||
		    i->request_id != id)
			continue;
		s = tg_session(e, venue_id);
		i->subscribed = 0;
		i->reject_reason = r.reason;
		i->requested = TG_MD_REQ_REFUSED;
		if ((r.reason == '1' || r.reason == '2') && (s->cfg.flags & TG_VENUE_MD_TCP)) {
			if (id > 1 && tg_session_can_send(s) && send_request(e, s, i, id, true, ob))
				tg_cc(e, TG_CC_MD_UNSUBSCRIBED);
			tg_md_request_later(e, i);
		}
	}
	return TG_FIX_OK;
}

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
		i->asked = 0;
		i->in_snapshot = 0;
		if (i->requested != TG_MD_REQ_NONE)
			i->requested = TG_MD_REQ_WANTED;
		if ((s->cfg.flags & TG_VENUE_MD_TCP) &&
		    !(i->def.flags & TG_INSTRUMENT_PUBLISHED))
			tg_md_stale(e, i, TG_GAP_SESSION, ob);
	}
}

/* Where the numbers of messages are the only test, or the best until the next checksum. */
void tg_md_session_gap(struct tg_engine *e, struct tg_session *s, u64 expected, u64 got,
		       struct tg_outbox *ob)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	u32 n;

	if (!(s->cfg.flags & TG_VENUE_MD_TCP) ||
	    (caps->md_gap != TG_MD_GAP_MSG_SEQ && caps->md_gap != TG_MD_GAP_CHECKSUM))
		return;
	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (i && i->def.venue_id == s->cfg.venue_id && i->subscribed &&
		    (i->state == TG_BOOK_LIVE || i->state == TG_BOOK_STALE))
			tg_md_wrong(e, i, TG_GAP_MSG_SEQ, expected, got, ob);
	}
}

static void unsubscribe(struct tg_engine *e, struct tg_session *s, struct tg_instrument *i,
			struct tg_outbox *ob)
{
	if (i->subscribed && tg_session_can_send(s) && send_request(e, s, i, i->request_id, true, ob))
		tg_cc(e, TG_CC_MD_UNSUBSCRIBED);
	i->subscribed = 0;
	i->unwanted = 1;
	i->requested = TG_MD_REQ_NONE;
	i->in_snapshot = 0;
	i->npending = 0;
	tg_md_stale(e, i, TG_GAP_SESSION, ob);
}

enum tg_reason tg_md_command(struct tg_engine *e, struct tg_session *s, bool subscribe,
			     u64 instrument_id, struct tg_outbox *ob)
{
	u32 n;

	if (instrument_id) {
		const struct tg_instrument *i = instrument_id <= e->params.max_instruments ?
							tg_instrument(e, (u32)instrument_id) :
							NULL;

		if (!i || i->def.venue_id != s->cfg.venue_id ||
		    !(i->def.flags & TG_INSTRUMENT_SUBSCRIBE))
			return TG_REASON_BAD_INSTRUMENT;
	}
	for (n = 1; n <= e->params.max_instruments; n++) {
		struct tg_instrument *i = tg_instrument(e, n);

		if (!i || i->def.venue_id != s->cfg.venue_id ||
		    !(i->def.flags & TG_INSTRUMENT_SUBSCRIBE) ||
		    (instrument_id && instrument_id != n))
			continue;
		if (!subscribe) {
			unsubscribe(e, s, i, ob);
		} else {
			i->unwanted = 0;
			if (i->requested == TG_MD_REQ_REFUSED)
				i->requested = TG_MD_REQ_NONE;
			if (i->state != TG_BOOK_LIVE)
				tg_md_request(e, i, ob);
		}
	}
	return TG_REASON_OK;
}
