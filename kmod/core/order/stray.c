// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Reports that are not of an order of this engine: orders that the venue has and we do not know, and
 * the drop copy, a second session on which the venue tells again what became of another one's orders
 * (RTS 6 art. 17: reconciliation with drop copies).
 *
 * An unknown order is told of, may trip a trigger, and is cancelled where a trigger says so. Late
 * words about orders of ours whose place has been taken over by a younger one are only counted.
 *
 * A copy changes nothing. It may come before or after the report itself, so only a fill of which the
 * order knows nothing after grace_ns is a difference; what a copy leaves out is not missed.
 */
#include "state.h"

#define ID_REQUEST	0xffffULL
#define ID_EPOCH_SHIFT	52

/* Was it once an order of this engine, or our own cancel of a stranger? */
static bool was_ours(const struct tg_engine *e, u64 id)
{
	u64 slot = id >> 16 & ((1u << TG_ORDER_SLOT_BITS) - 1);

	return id >> ID_EPOCH_SHIFT == (e->params.epoch & 0xfffu) && (!(id & ID_REQUEST) || slot < e->orders_used);
}

static bool works(const struct tg_fix_exec *x)
{
	return x->exec_type != 'H' && x->exec_type != 'G' && x->ord_status != '2' && x->ord_status != '4' &&
	       x->ord_status != '8' && x->ord_status != 'C' && x->ord_status != '3';
}

static void tell(struct tg_engine *e, const struct tg_risk_request *about, const struct tg_fix_exec *x, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_UNKNOWN_ORDER, about->instrument_id, TG_EV_LAST);

	if (!ev)
		return;
	ev->u.unknown.venue_id = about->venue_id;
	ev->u.unknown.account_id = about->account_id;
	ev->u.unknown.exec_type = x->exec_type;
	ev->u.unknown.ord_status = x->ord_status;
	ev->u.unknown.side = x->side;
	ev->u.unknown.id_hash = tg_hash_bytes(0, x->order_id.p, x->order_id.len);
}

/* By the venue's rules for ours, but with its own ids. Where reports have the ids the other way round it cannot be named. */
static void cancel(struct tg_engine *e, u16 venue_id, const struct tg_instrument *i, const struct tg_fix_exec *x,
		   struct tg_outbox *ob)
{
	struct tg_session *s = tg_session(e, venue_id);
	const struct tg_venue_caps *caps = tg_venue_caps(s->cfg.dialect);
	struct tg_fix_writer w;
	u64 id;

	if (!i || caps->id_echo_swapped || !tg_session_can_send(s) || !tg_session_begin(e, s, TG_MT1('F'), &w, ob))
		return;
	/* Request 0 is never one of an order's. */
	id = ((u64)(e->params.epoch & 0xfffu) << ID_EPOCH_SHIFT) | (++e->strays & ((1ULL << 36) - 1)) << 16;
	tg_venue_put_stray_cancel(&s->cfg, &i->def, x, id, e->time_ns, &w);
	if (tg_session_send(e, s, &w, 0, ob))
		tg_cc(e, TG_CC_STRAY_CANCELS);
}

/* One of those that have just come due cancels it. */
static bool to_cancel(const struct tg_engine *e)
{
	u32 i;

	for (i = 0; i < TG_TRIGGERS; i++)
		if (e->watch_due & 1u << i && e->triggers[i].cfg.on == TG_TRIGGER_UNKNOWN_ORDER &&
		    e->triggers[i].cfg.action == TG_ACTION_CANCEL)
			return true;
	return false;
}

void tg_order_unknown(struct tg_engine *e, u16 venue_id, const struct tg_fix_exec *x, struct tg_outbox *ob)
{
	const struct tg_venue_caps *caps = tg_venue_caps(tg_session(e, venue_id)->cfg.dialect);
	const struct tg_instrument *i = tg_instrument_by_symbol(e, venue_id, x->symbol.p, x->symbol.len);
	struct tg_risk_request about = { .venue_id = venue_id, .instrument_id = i ? i->def.instrument_id : 0 };
	u32 routing;
	u64 id;

	/* The answer that there is none. */
	if (x->exec_type == 'I' && x->ord_status == '8')
		return;
	if ((tg_venue_cl_ord_id(caps, x->cl_ord_id.p, x->cl_ord_id.len, &id, &routing) && was_ours(e, id)) ||
	    (tg_venue_cl_ord_id(caps, x->orig_cl_ord_id.p, x->orig_cl_ord_id.len, &id, &routing) && was_ours(e, id)))
		return;
	tg_cc(e, TG_CC_ORDERS_UNKNOWN);
	about.account_id = tg_account_by_name(e, &x->account);
	if (tg_trigger(e, TG_TRIGGER_UNKNOWN_ORDER, &about) && works(x) && to_cancel(e))
		cancel(e, venue_id, i, x, ob);
	tell(e, &about, x, ob);
}

/* ---- drop copy ---- */

static void differs(struct tg_engine *e, const struct tg_order *o, struct tg_outbox *ob)
{
	struct tg_pub_event *ev;

	tg_cc(e, TG_CC_COPY_MISMATCHES);
	tg_trigger_order(e, TG_TRIGGER_POSITION, o);
	ev = tg_pub(e, ob, TG_PUB_MISMATCH, o->instrument_id, TG_EV_LAST);
	if (!ev)
		return;
	ev->u.mismatch.venue_id = o->venue_id;
	ev->u.mismatch.account_id = o->account_id;
	ev->u.mismatch.differs = 1;
	ev->u.mismatch.order_id = o->order_id;
}

/* The oldest: its order knows of the fill by now, or it does not. */
static void settle(struct tg_engine *e, struct tg_outbox *ob)
{
	struct tg_copy c = e->copies[0];
	const struct tg_order *o = tg_order_find(e, c.order_id, 0);
	u32 i;

	e->copies_used--;
	for (i = 0; i < e->copies_used; i++)
		e->copies[i] = e->copies[i + 1];
	memset(&e->copies[e->copies_used], 0, sizeof(c));
	if (o && o->cum_qty + o->busted_qty < c.cum_qty)
		differs(e, o, ob);
}

void tg_drop_copy_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	while (e->copies_used && e->copies[0].due_ns <= e->time_ns)
		settle(e, ob);
}

void tg_drop_copy(struct tg_engine *e, struct tg_session *s, const struct tg_fix_exec *x, struct tg_outbox *ob)
{
	u16 venue_id = s->health.cfg.copy_of;
	const struct tg_venue_caps *caps = tg_venue_caps(tg_session(e, venue_id)->cfg.dialect);
	const struct tg_exec_id *known;
	struct tg_copy *c;
	struct tg_order *o = NULL;
	u32 routing;
	u64 id;

	tg_cc(e, TG_CC_COPIES);
	if (tg_venue_cl_ord_id(caps, x->cl_ord_id.p, x->cl_ord_id.len, &id, &routing))
		o = tg_order_find(e, id, venue_id);
	if (!o && tg_venue_cl_ord_id(caps, x->orig_cl_ord_id.p, x->orig_cl_ord_id.len, &id, &routing))
		o = tg_order_find(e, id, venue_id);
	if (!o || routing != o->routing_id) {
		tg_order_unknown(e, venue_id, x, ob);
		return;
	}
	if (x->exec_type != 'F' || !x->has_cum)
		return;
	known = tg_exec_id_find(e, venue_id, x->exec_id.p, x->exec_id.len);
	if (known && known->state == TG_EXEC_TRADE && (known->qty != x->last_qty || known->px != x->last_px)) {
		differs(e, o, ob);
		return;
	}
	if (known || x->cum_qty <= o->cum_qty + o->busted_qty)
		return;
	if (e->copies_used == TG_COPIES)
		settle(e, ob);	/* no more room to wait in: it is asked now */
	c = &e->copies[e->copies_used++];
	c->order_id = o->order_id;
	c->cum_qty = x->cum_qty;
	c->due_ns = e->time_ns + s->health.cfg.grace_ns;
	/* In order of time: graces differ between venues. */
	for (; c > e->copies && c[-1].due_ns > c->due_ns; c--) {
		struct tg_copy t = c[-1];

		c[-1] = *c;
		*c = t;
	}
	if (e->copies[0].due_ns < e->reconcile_ns)
		e->reconcile_ns = e->copies[0].due_ns;
}
