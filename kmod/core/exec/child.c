// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Children of a parent: sent, cancelled, moved to other terms. */
#include "exec/exec.h"
#include "state.h"

static struct tg_child *free_place(struct tg_parent *p)
{
	u32 i;

	for (i = 0; i < TG_PARENT_CHILDREN; i++)
		if (!p->child[i].order_id)
			return &p->child[i];
	/* The strategies look at the last child of a leg only. */
	for (i = 0; i < TG_PARENT_CHILDREN; i++)
		if (p->child[i].over && p->leg[p->child[i].leg].child != i + 1)
			return &p->child[i];
	return NULL;
}

static struct tg_order_source source_of(const struct tg_parent *p)
{
	return (struct tg_order_source){ .client_id = p->client_id, .parent_id = p->id, .uid = p->uid };
}

enum tg_reason tg_child_send(struct tg_engine *e, struct tg_parent *p, u32 leg,
			     const struct tg_child_terms *t, struct tg_outbox *ob)
{
	struct tg_order_source from = source_of(p);
	struct tg_child *c = free_place(p);
	struct tg_submission s;
	enum tg_reason why;
	u64 id;

	if (!c)
		return TG_REASON_CAPACITY;
	memset(&s, 0, sizeof(s));
	s.type = TG_SUB_NEW;
	s.flags = t->flags;
	s.instrument_id = t->instrument_id;
	s.user_ref = p->user_ref;
	s.px = t->px;
	s.qty = t->qty;
	s.cause_time_ns = p->cause_ns;
	s.account_id = p->account_id;
	s.strategy_id = p->strategy_id;
	s.routing_id = p->routing_id;
	s.side = p->leg[leg].side;
	s.ord_type = t->ord_type;
	s.tif = t->tif;
	why = tg_order_child(e, &from, &s, &id, ob);
	if (why)
		return why;
	p->cause_ns = 0;	/* what comes after the first order has other causes */
	memset(c, 0, sizeof(*c));
	c->order_id = id;
	c->instrument_id = t->instrument_id;
	c->leg = (u8)leg;
	c->status = TG_OS_PENDING_NEW;
	c->hedge = t->hedge;
	p->leg[leg].child = (u8)(c - p->child + 1);
	/* What it has counted may have latched a kill meanwhile. */
	if (!t->hedge && !p->end)
		tg_parent_event(e, p, TG_PE_SENT, TG_REASON_OK);
	return TG_REASON_OK;
}

enum tg_reason tg_child_send_rest(struct tg_engine *e, struct tg_parent *p, u32 leg,
				  struct tg_outbox *ob)
{
	const struct tg_leg *l = &p->leg[leg];
	struct tg_child_terms t = { .instrument_id = l->instrument_id, .px = l->px,
				    .qty = l->qty - l->cum, .flags = p->flags,
				    .ord_type = p->ord_type, .tif = p->tif };

	return tg_child_send(e, p, leg, &t, ob);
}

void tg_child_cancel(struct tg_engine *e, struct tg_child *c, enum tg_reason why,
		     struct tg_outbox *ob)
{
	struct tg_order *o = tg_order_find(e, c->order_id, 0);

	if (!o || c->over || c->stop)
		return;
	c->stop = 1;
	if (o->cancel_due || (o->req_type == TG_SUB_CANCEL && !(o->lost & TG_LOST_REQ)))
		return;
	o->cancel_due = 1;
	if (why)
		o->reason = (u16)why;
	tg_order_cancel_if_due(e, o, ob);
}

bool tg_children_work(const struct tg_parent *p)
{
	u32 i;

	for (i = 0; i < TG_PARENT_CHILDREN; i++)
		if (p->child[i].order_id && !p->child[i].over)
			return true;
	return false;
}

/* ---- other terms ---- */

/* The order stays as it is, and its parent with it. */
static void as_it_was(struct tg_parent *p, struct tg_leg *l, struct tg_child *c,
		      const struct tg_order *o, enum tg_reason why)
{
	c->move = TG_MOVE_NONE;
	l->amended = 0;
	l->px = o->px;
	l->qty = o->qty + (l->cum - o->cum_qty);
	p->why = (u16)why;
	p->tell = 1;
}

/* Where a replace that is under way stands: true = still under way. */
static bool replacing(struct tg_parent *p, struct tg_leg *l, struct tg_child *c,
		      const struct tg_order *o)
{
	if (c->move != TG_MOVE_REPLACE)
		return false;
	if (o->req_qty)
		return true;
	if (o->px == c->move_px && o->qty == c->move_qty)
		c->move = TG_MOVE_NONE;
	else
		as_it_was(p, l, c, o, TG_REASON_CANCEL_REJECT);
	return false;
}

static enum tg_work replace(struct tg_engine *e, struct tg_parent *p, struct tg_leg *l,
			    struct tg_child *c, struct tg_order *o, s64 total, struct tg_outbox *ob)
{
	struct tg_order_source from = source_of(p);
	enum tg_reason why;

	if (o->status != TG_OS_NEW && o->status != TG_OS_PARTIALLY_FILLED)
		return TG_WORK_OK;	/* not before it is known where it stands */
	why = tg_order_child_replace(e, &from, o, l->px, total, ob);
	if (why == TG_REASON_NO_OUTBOX)
		return TG_WORK_AGAIN;
	if (why) {
		as_it_was(p, l, c, o, why);
		return TG_WORK_OK;
	}
	c->move = TG_MOVE_REPLACE;
	c->move_px = l->px;
	c->move_qty = total;
	return TG_WORK_OK;
}

enum tg_work tg_child_move(struct tg_engine *e, struct tg_parent *p, u32 leg, struct tg_outbox *ob)
{
	struct tg_leg *l = &p->leg[leg];
	struct tg_child *c = tg_leg_child(p, leg);
	struct tg_order *o = tg_order_find(e, c->order_id, 0);
	const struct tg_session *v = o ? tg_session(e, o->venue_id) : NULL;
	s64 total;

	if (!v || c->over || c->move == TG_MOVE_CANCEL || replacing(p, l, c, o))
		return TG_WORK_OK;
	total = l->qty - (l->cum - o->cum_qty);
	if (o->px == l->px && o->qty == total) {
		l->amended = 0;
		return TG_WORK_OK;
	}
	if (tg_venue_caps(v->cfg.dialect)->replace == TG_REPLACE_G && total > o->cum_qty)
		return replace(e, p, l, c, o, total, ob);
	/* What is left of the leg goes out when this one has ended, and not before. */
	c->move = TG_MOVE_CANCEL;
	tg_child_cancel(e, c, TG_REASON_OK, ob);
	return TG_WORK_OK;
}

/* ---- ends ---- */

enum tg_work tg_exec_fail(struct tg_engine *e, struct tg_parent *p, enum tg_reason why)
{
	switch (why) {
	case TG_REASON_NO_OUTBOX:
		return TG_WORK_AGAIN;
	case TG_REASON_KILLED:
	case TG_REASON_DAILY_LOSS:	/* kills of risk's own */
	case TG_REASON_EXECUTIONS:
		tg_parent_event(e, p, TG_PE_KILL, why);
		break;
	case TG_REASON_NOT_LEADER:
	case TG_REASON_SESSION_DOWN:
	case TG_REASON_CAPACITY:
	case TG_REASON_UNSUPPORTED:
	case TG_REASON_BAD_ORDER:
	case TG_REASON_ORDER_STATE:
	case TG_REASON_VENUE_REJECT:
		tg_parent_event(e, p, TG_PE_ABORT, why);
		break;
	default:
		tg_parent_event(e, p, TG_PE_REFUSED, why);
		break;
	}
	return TG_WORK_OK;
}

enum tg_work tg_exec_short(struct tg_engine *e, struct tg_parent *p, const struct tg_child *c)
{
	bool at_once = p->tif == TG_TIF_IOC || p->tif == TG_TIF_FOK;

	if (c->status == TG_OS_EXPIRED || (c->status == TG_OS_CANCELED && at_once))
		tg_parent_event(e, p, TG_PE_EXPIRE, TG_REASON_OK);
	else
		tg_parent_event(e, p, TG_PE_ABORT, c->reason ? c->reason : TG_REASON_VENUE_REJECT);
	return TG_WORK_OK;
}

/* ---- one leg, one order ---- */

enum tg_work tg_leg_run(struct tg_engine *e, struct tg_parent *p, u32 leg, struct tg_outbox *ob)
{
	struct tg_leg *l = &p->leg[leg];
	struct tg_child *c = tg_leg_child(p, leg);
	enum tg_reason why;

	if (c && !c->over)
		return l->amended ? tg_child_move(e, p, leg, ob) : TG_WORK_OK;
	if (c && l->cum >= l->qty)
		return TG_WORK_OK;
	/* After an end that makes way for a new order, or of an order that was cut. */
	if (c && c->status != TG_OS_FILLED && !(c->move == TG_MOVE_CANCEL && c->status == TG_OS_CANCELED))
		return tg_exec_short(e, p, c);
	why = tg_child_send_rest(e, p, leg, ob);
	if (why)
		return tg_exec_fail(e, p, why);
	l->amended = 0;
	return TG_WORK_OK;
}
