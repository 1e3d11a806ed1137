// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Order storage: slots, their lists, the exposure an order holds, and what clients are told about
 * it. The slot that has been free longest is taken first, so that a late report has the best chance
 * of still finding its order.
 */
#include "order/stp.h"
#include "parent/parent.h"
#include "state.h"

#define SLOT_MASK	((1u << TG_ORDER_SLOT_BITS) - 1)

u64 tg_order_make_id(const struct tg_engine *e, u16 generation, u32 slot)
{
	return (u64)(e->params.epoch & 0xfffu) << 52 | (u64)generation << 36 |
	       (u64)(slot & SLOT_MASK) << 16;
}

u32 tg_order_next_slot(const struct tg_engine *e)
{
	return e->free_head;
}

static void link_tail(struct tg_engine *e, struct tg_order *o, u32 slot, u32 *head, u32 *tail)
{
	o->next = 0;
	o->prev = *tail;
	if (*tail)
		tg_order_slot(e, *tail - 1)->next = slot + 1;
	else
		*head = slot + 1;
	*tail = slot + 1;
}

static void unlink_from(struct tg_engine *e, struct tg_order *o, u32 *head, u32 *tail)
{
	if (o->prev)
		tg_order_slot(e, o->prev - 1)->next = o->next;
	else
		*head = o->next;
	if (o->next)
		tg_order_slot(e, o->next - 1)->prev = o->prev;
	else
		*tail = o->prev;
	o->next = 0;
	o->prev = 0;
}

static u32 slot_of(const struct tg_order *o)
{
	return (u32)(o->order_id >> 16) & SLOT_MASK;
}

static void working_on(struct tg_engine *e, struct tg_order *o)
{
	struct tg_client *c = tg_client(e, tg_order_owner(e, o));

	o->working = 1;
	link_tail(e, o, slot_of(o), &e->working_head, &e->working_tail);
	e->working++;
	if (c)
		c->working_orders++;
	tg_risk_open_orders(e, o, 1);
	tg_order_recount(e, o);
	tg_stp_add(e, o);
}

struct tg_order *tg_order_take(struct tg_engine *e, const struct tg_order *tmpl, u32 slot)
{
	struct tg_order *o = tg_order_slot(e, slot);

	unlink_from(e, o, &e->free_head, &e->free_tail);
	if (slot >= e->orders_used)
		e->orders_used = slot + 1;
	memcpy(o, tmpl, sizeof(*o));
	o->next = 0;
	o->prev = 0;
	working_on(e, o);
	return o;
}

void tg_order_finish(struct tg_engine *e, struct tg_order *o, u8 status)
{
	struct tg_client *c = tg_client(e, tg_order_owner(e, o));

	tg_own_gone(e, o);
	if (unlikely(o->paced))
		tg_rate_forget(e, o);
	tg_stp_remove(e, o);
	o->status = status;
	o->prior_status = status;
	o->leaves_qty = 0;
	o->req_cl_ord_id = 0;
	o->end_px = o->req_px;
	o->end_qty = o->req_qty;
	o->req_px = 0;
	o->req_qty = 0;
	o->req_type = 0;
	o->lost = 0;
	o->cancel_due = 0;
	o->inquire = 0;
	o->working = 0;
	tg_order_recount(e, o);
	tg_risk_open_orders(e, o, -1);
	if (c && c->working_orders)
		c->working_orders--;
	unlink_from(e, o, &e->working_head, &e->working_tail);
	e->working--;
	link_tail(e, o, slot_of(o), &e->free_head, &e->free_tail);
}

void tg_order_revive(struct tg_engine *e, struct tg_order *o)
{
	unlink_from(e, o, &e->free_head, &e->free_tail);
	/* The number may be somebody else's by now, who must not be charged with the order. */
	o->client_id = tg_order_owner(e, o);
	o->prior_status = TG_OS_SUSPECT;
	o->status = TG_OS_SUSPECT;
	o->leaves_qty = o->qty > o->cum_qty ? o->qty - o->cum_qty : 0;
	working_on(e, o);
	tg_order_asked_still(e, o);
}

void tg_order_recount(struct tg_engine *e, struct tg_order *o)
{
	s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;
	s64 open = o->working && most > o->cum_qty ? most - o->cum_qty : 0;

	tg_risk_reopen(e, o, open);
}

/*
 * The state that clients see, from where the order stands and what is in flight or lost. Not for
 * terminal orders.
 */
void tg_order_derive(struct tg_order *o)
{
	if (o->req_type && !(o->lost & TG_LOST_REQ))
		o->status =
			o->req_type == TG_SUB_CANCEL ? TG_OS_PENDING_CANCEL : TG_OS_PENDING_REPLACE;
	else if (o->prior_status == TG_OS_SUSPECT)
		o->status = TG_OS_SUSPECT;
	else if (o->lost)
		o->status = TG_OS_UNKNOWN;
	else
		o->status = o->prior_status;
}

bool tg_order_in_scope(const struct tg_order *o, enum tg_scope scope, u32 id)
{
	switch (scope) {
	case TG_SCOPE_FIRM:
		return true;
	case TG_SCOPE_VENUE:
		return o->venue_id == id;
	case TG_SCOPE_ACCOUNT:
		return o->account_id == id;
	case TG_SCOPE_CLIENT:
		return o->client_id == id;
	case TG_SCOPE_INSTRUMENT:
		return o->instrument_id == id;
	case TG_SCOPE_STRATEGY:
		return o->strategy_id == id;
	}
	return false;
}

/* All of the event's body. */
static __always_inline void write_event(const struct tg_order *o, const struct tg_order_note *n,
					struct tg_priv_event *ev)
{
	/* A verdict carries its own reason; elsewhere the order's (why it was cancelled, lost,
	 * suspected) stands. */
	bool verdict = n->type == TG_PRIV_ORDER_ACK || n->type == TG_PRIV_CANCEL_REJECT;

	ev->u.order.order_id = o->order_id;
	ev->u.order.user_ref = o->user_ref;
	ev->u.order.px = o->px;
	ev->u.order.qty = o->qty;
	ev->u.order.cum_qty = o->cum_qty;
	ev->u.order.leaves_qty = o->leaves_qty;
	ev->u.order.last_px = n->last_px;
	ev->u.order.last_qty = n->last_qty;
	ev->u.order.reason = verdict ? n->reason : o->reason;
	ev->u.order.venue_reason = n->venue_reason;
	ev->u.order.account_id = o->account_id;
	ev->u.order.status = o->status;
	ev->u.order.side = o->side;
	ev->u.order.origin = n->origin;
	ev->u.order.request = n->request;
	ev->u.order.liquidity = n->liquidity;
	ev->u.order.pad = 0;
	ev->u.order.routing_id = o->routing_id;
	ev->u.order.exec_hash = n->exec_hash;
	ev->u.order.parent_id = o->parent_id;
	ev->u.order.budget_left = 0;
}

void tg_order_event(const struct tg_order *o, enum tg_priv_type type, struct tg_priv_event *ev)
{
	const struct tg_order_note plain = { .type = TG_PRIV_ORDER_UPDATE };

	ev->type = type;
	ev->instrument_id = o->instrument_id;
	write_event(o, &plain, ev);
}

void tg_order_tell_one(struct tg_engine *e, u16 client_id, const struct tg_order *o,
		       const struct tg_order_note *n, struct tg_outbox *ob)
{
	struct tg_priv_event *ev =
		tg_priv_bare(e, ob, client_id, (enum tg_priv_type)n->type, o->instrument_id, 0);

	if (!ev)
		return;
	write_event(o, n, ev);
	if (unlikely(n->budget)) {
		ev->flags |= TG_EV_BUDGET;
		ev->u.order.budget_left = n->budget - 1;
	}
}

void tg_order_tell_trade(struct tg_engine *e, u16 owner, const struct tg_order *o,
			 const struct tg_order_note *fill, struct tg_outbox *ob)
{
	const struct tg_order_note update = { .type = TG_PRIV_ORDER_UPDATE, .origin = TG_ORIGIN_VENUE };
	struct tg_priv_event *ev;

	ev = tg_priv_bare(e, ob, owner, TG_PRIV_FILL, o->instrument_id, 0);
	if (ev)
		write_event(o, fill, ev);
	ev = tg_priv_bare(e, ob, owner, TG_PRIV_ORDER_UPDATE, o->instrument_id, 0);
	if (ev)
		write_event(o, &update, ev);
}

void tg_order_tell(struct tg_engine *e, const struct tg_order *o, const struct tg_order_note *n,
		   struct tg_outbox *ob)
{
	u16 owner = tg_order_owner(e, o);
	u32 i;

	if (owner) {
		tg_order_tell_one(e, owner, o, n, ob);
		return;
	}
	for (i = 1; i <= e->clients_top; i++)
		if (tg_client(e, i) && tg_client_sees(e, (u16)i, o->account_id))
			tg_order_tell_one(e, (u16)i, o, n, ob);
}

void tg_order_update(struct tg_engine *e, const struct tg_order *o, struct tg_outbox *ob)
{
	struct tg_order_note n;

	if (unlikely(o->parent_id))
		tg_parent_touched(e, o);
	memset(&n, 0, sizeof(n));
	n.type = TG_PRIV_ORDER_UPDATE;
	n.origin = TG_ORIGIN_VENUE;
	tg_order_tell(e, o, &n, ob);
}

/* Made when asked for: it takes a division, and reports come more often. */
static s64 avg_px(const struct tg_order *o)
{
	u64 v;

	if (!o->cum_qty || !tg_muldiv_u64((u64)o->value, TG_SCALE, (u64)o->cum_qty, &v))
		return 0;
	return v > (u64)TG_PX_MAX ? 0 : (s64)v;
}

void tg_order_query(const struct tg_engine *e, const struct tg_order *o, struct tg_nl_order *out)
{
	memset(out, 0, sizeof(*out));
	out->order_id = o->order_id;
	out->user_ref = o->user_ref;
	out->instrument_id = o->instrument_id;
	out->client_id = tg_order_owner(e, o);
	out->account_id = o->account_id;
	out->px = o->px;
	out->qty = o->qty;
	out->cum_qty = o->cum_qty;
	out->leaves_qty = o->leaves_qty;
	out->avg_px = avg_px(o);
	out->created_ns = o->created_ns;
	out->updated_ns = o->updated_ns;
	out->reason = o->reason;
	out->status = o->status;
	out->side = o->side;
	out->ord_type = o->ord_type;
	out->tif = o->tif;
	memcpy(out->venue_order_id, o->venue_order_id, sizeof(out->venue_order_id));
}
