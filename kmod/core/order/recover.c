// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Orders and the session under them: what a drop leaves open, what is asked when the venue is back,
 * and messages of ours that the venue refused as messages (35=3, 35=j).
 */
#include "state.h"

void tg_order_session_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	u32 at;

	s->mass_id = 0;
	tg_trigger_working(e, TG_TRIGGER_SESSION_LOST, s->cfg.venue_id, 0);
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);
		u8 before = o->status;

		if (o->venue_id != s->cfg.venue_id)
			continue;
		o->inquire = 0;
		o->asked = 0;
		o->unanswered = 0;
		if (o->prior_status == TG_OS_PENDING_NEW)
			o->lost |= TG_LOST_NEW;
		if (o->req_type)
			o->lost |= TG_LOST_REQ;
		tg_order_derive(o);
		if (o->status == before)
			continue;
		o->reason = TG_REASON_SESSION_LOST;
		o->updated_ns = e->time_ns;
		tg_order_update(e, o, ob);
	}
}

void tg_order_session_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	/*
	 * After a reset of sequence numbers nothing is sent again: what was missed can only be
	 * asked for.
	 */
	bool all = s->cfg.flags & TG_VENUE_RESET_ON_LOGON, mass;
	u32 at, n = 0;

	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next)
		n += tg_order_slot(e, at - 1)->venue_id == s->cfg.venue_id && (tg_order_slot(e, at - 1)->lost || all);
	mass = caps && tg_mass_status_send(e, s, n, ob);

	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);

		if (o->venue_id == s->cfg.venue_id && caps && caps->status_request &&
		    (o->lost || all)) {
			o->inquire = !mass;
			if (mass)
				tg_order_asked(e, o, TG_ASKED_MASS);
		}
	}
	tg_order_sweep(e, ob);	/* cancels that waited for the session go too */
}

/*
 * By our ClOrdID (379) where the message has it, else by the sequence number of ours that it names
 * (45). *request: it is the cancel or replace in flight.
 */
static struct tg_order *find_refused(struct tg_engine *e, struct tg_session *s,
				     const struct tg_fix_admin *a, bool *request)
{
	struct tg_order *o;
	u32 at, routing;
	u64 id;

	if (tg_venue_cl_ord_id(tg_venue_caps(s->cfg.dialect), a->ref_id.p, a->ref_id.len, &id, &routing)) {
		o = tg_order_find(e, id, s->cfg.venue_id);
		if (o && routing == o->routing_id) {
			*request = o->req_type && id == o->req_cl_ord_id;
			return *request || id == (o->order_id | 1) ? o : NULL;
		}
	}
	if (!a->ref_seq)
		return NULL;
	for (at = e->working_head; at; at = o->next) {
		o = tg_order_slot(e, at - 1);
		if (o->venue_id != s->cfg.venue_id)
			continue;
		*request = o->req_type && !(o->lost & TG_LOST_REQ) && o->req_seq == a->ref_seq;
		if (*request || (o->prior_status == TG_OS_PENDING_NEW && !(o->lost & TG_LOST_NEW) &&
				 o->new_seq == a->ref_seq))
			return o;
	}
	return NULL;
}

/*
 * The venue does not answer status requests, whatever its dialect promises: what waits for an
 * answer waits no longer.
 */
static void no_answers(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob)
{
	u32 at;

	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next)
		if (tg_order_slot(e, at - 1)->venue_id == s->cfg.venue_id)
			tg_order_slot(e, at - 1)->asked = 0;
	tg_order_sweep(e, ob);
}

static bool status_request(const struct tg_fix_slice *type)
{
	return (type->len == 1 && type->p[0] == 'H') ||
	       (type->len == 2 && type->p[0] == 'A' && type->p[1] == 'F');
}

/*
 * Venues that refuse a cancel or replace with 35=j in place of 35=9 (Kraken, Business Message Reject): 380=101 is an order that the venue does not know,
 * 102=1 elsewhere.
 */
static bool cancel_refused(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a,
			   struct tg_outbox *ob)
{
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	struct tg_fix_cancel_reject x;
	u32 routing;
	u64 id;

	if (caps->cancel_reject != TG_CANCEL_REJECT_J || a->ref_msg_type.len != 1 ||
	    (a->ref_msg_type.p[0] != 'F' && a->ref_msg_type.p[0] != 'G') ||
	    !tg_venue_cl_ord_id(caps, a->ref_id.p, a->ref_id.len, &id, &routing))
		return false;
	memset(&x, 0, sizeof(x));
	x.cl_ord_id = a->ref_id;
	x.text = a->text;
	x.response_to = a->ref_msg_type.p[0] == 'G' ? '2' : '1';
	x.reason = a->reject_reason == 101 ? 1 : (u16)a->reject_reason;
	tg_order_cancel_reject(e, s, &x, ob);
	return true;
}

void tg_order_business_reject(struct tg_engine *e, struct tg_session *s,
			      const struct tg_fix_admin *a, struct tg_outbox *ob)
{
	struct tg_order_note n;
	bool request = false;
	struct tg_order *o;

	/* A refused status request names the order too, but is no verdict on it. */
	if (s->mass_id && a->ref_msg_type.len == 2 && status_request(&a->ref_msg_type)) {
		tg_mass_status_refused(e, s, ob);
		return;
	}
	if (status_request(&a->ref_msg_type)) {
		no_answers(e, s, ob);
		return;
	}
	if (a->ref_msg_type.len == 2 && !memcmp(a->ref_msg_type.p, "AN", 2)) {
		tg_positions_refused(e, s);
		return;
	}
	if (cancel_refused(e, s, a, ob))
		return;
	o = find_refused(e, s, a, &request);
	if (!o || tg_ord_terminal(o->status))
		return; /* admin messages and status requests are refused too: nothing to undo */
	if (request) {
		tg_order_request_refused(e, o, (u16)a->reject_reason, ob);
		return;
	}
	if (o->prior_status != TG_OS_PENDING_NEW)
		return; /* the new order itself, long since taken: the venue is talking about
			   something else */
	o->reason = TG_REASON_VENUE_REJECT;
	o->updated_ns = e->time_ns;
	tg_watch_reject(e, o);
	tg_order_finish(e, o, TG_OS_REJECTED);
	memset(&n, 0, sizeof(n));
	n.type = TG_PRIV_ORDER_ACK;
	n.origin = TG_ORIGIN_VENUE;
	n.request = TG_SUB_NEW;
	n.reason = TG_REASON_VENUE_REJECT;
	n.venue_reason = (u16)a->reject_reason;
	tg_order_tell(e, o, &n, ob);
	tg_order_update(e, o, ob);
}
