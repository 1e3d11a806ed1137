// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The registry of parents: places, what marks them, and what their owners are told. See parent.h. */
#include "parent/parent.h"
#include "exec/exec.h"
#include "state.h"
#include "timer.h"

struct tg_parent *tg_parent_slot(const struct tg_engine *e, u32 slot)
{
	return TG_TABLE(e, off_parents, struct tg_parent) + slot;
}

u64 tg_parent_bytes(const struct tg_in_engine *p)
{
	return sizeof(struct tg_parent) * (u64)p->max_parents;
}

void tg_parent_init(struct tg_engine *e)
{
	u32 i;

	for (i = 0; i < e->params.max_parents; i++)
		tg_parent_slot(e, i)->next = i + 1 < e->params.max_parents ? i + 2 : 0;
	e->parent_free = 1;
	e->parent_free_tail = e->params.max_parents;
}

static u32 slot1_of(const struct tg_parent *p)
{
	return p->id & 0xffffu;
}

struct tg_parent *tg_parent_find(const struct tg_engine *e, u32 id)
{
	u32 slot1 = id & 0xffffu;
	struct tg_parent *p;

	if (!slot1 || slot1 > e->params.max_parents)
		return NULL;
	p = tg_parent_slot(e, slot1 - 1);
	return p->id == id && p->state != TG_PARENT_DONE ? p : NULL;
}

bool tg_parent_is_over(const struct tg_parent *p)
{
	return !p->id || p->state == TG_PARENT_DONE;
}

u16 tg_parent_owner(const struct tg_engine *e, const struct tg_parent *p)
{
	const struct tg_client *c = tg_client(e, p->client_id);

	return c && p->created_seq > c->opened_seq ? p->client_id : 0;
}

/* ---- the list of those to run ---- */

void tg_parent_mark(struct tg_engine *e, struct tg_parent *p)
{
	if (p->due || tg_parent_is_over(p))
		return;
	p->due = 1;
	p->next = 0;
	if (e->parent_due_tail)
		tg_parent_slot(e, e->parent_due_tail - 1)->next = slot1_of(p);
	else
		e->parent_due = slot1_of(p);
	e->parent_due_tail = slot1_of(p);
}

static void unmark_first(struct tg_engine *e)
{
	struct tg_parent *p = tg_parent_slot(e, e->parent_due - 1);

	e->parent_due = p->next;
	if (!p->next)
		e->parent_due_tail = 0;
	p->next = 0;
	p->due = 0;
}

/* ---- places ---- */

static struct tg_parent *take(struct tg_engine *e)
{
	u32 slot1 = e->parent_free, generation;
	struct tg_parent *p;

	if (!slot1)
		return NULL;
	p = tg_parent_slot(e, slot1 - 1);
	e->parent_free = p->next;
	if (!p->next)
		e->parent_free_tail = 0;
	generation = ((p->id >> 16) + 1) & 0xffffu;
	memset(p, 0, sizeof(*p));
	p->id = (generation ? generation : 1) << 16 | slot1;
	p->created_seq = e->seq;
	p->created_ns = e->time_ns;
	p->state = TG_PARENT_PENDING;
	e->parents++;
	return p;
}

/* Its timers go with it; its id stays until the place is taken again, and finds nobody. */
static void release(struct tg_engine *e, struct tg_parent *p)
{
	u32 t;

	for (t = 0; t < TG_PARENT_TIMERS; t++) {
		tg_timer_disarm(e, p->timer[t], TG_TIMER_PARENT, p->id);
		p->timer[t] = 0;
	}
	p->state = TG_PARENT_DONE;
	p->next = 0;
	if (e->parent_free_tail)
		tg_parent_slot(e, e->parent_free_tail - 1)->next = slot1_of(p);
	else
		e->parent_free = slot1_of(p);
	e->parent_free_tail = slot1_of(p);
	e->parents--;
}

/* ---- what owners are told ---- */

static s64 avg_px(const struct tg_leg *l)
{
	u64 v;

	if (l->cum <= 0 || !tg_muldiv_u64((u64)l->value, TG_SCALE, (u64)l->cum, &v) ||
	    v > (u64)TG_PX_MAX)
		return 0;
	return (s64)v;
}

static u16 working_children(const struct tg_parent *p)
{
	u16 n = 0;
	u32 i;

	for (i = 0; i < TG_PARENT_CHILDREN; i++)
		n += p->child[i].order_id && !p->child[i].over;
	return n;
}

void tg_parent_tell_one(struct tg_engine *e, u16 client_id, const struct tg_parent *p, u16 flags,
			struct tg_outbox *ob)
{
	struct tg_priv_event *ev =
		tg_priv(e, ob, client_id, TG_PRIV_PARENT, p->leg[0].instrument_id, flags);

	if (!ev)
		return;
	ev->u.parent.parent_id = p->id;
	ev->u.parent.user_ref = p->user_ref;
	ev->u.parent.qty = p->leg[0].qty;
	ev->u.parent.cum_qty = p->leg[0].cum;
	ev->u.parent.avg_px = avg_px(&p->leg[0]);
	ev->u.parent.qty2 = p->leg[1].qty;
	ev->u.parent.cum_qty2 = p->leg[1].cum;
	ev->u.parent.avg_px2 = avg_px(&p->leg[1]);
	ev->u.parent.instrument_id2 = p->leg[1].instrument_id;
	ev->u.parent.reason = p->why;
	ev->u.parent.account_id = p->account_id;
	ev->u.parent.children = working_children(p);
	ev->u.parent.state = p->state;
	ev->u.parent.end = p->state == TG_PARENT_DONE ? p->end : TG_PARENT_END_NONE;
	ev->u.parent.exec = p->exec;
	ev->u.parent.side = p->leg[0].side;
	ev->u.parent.side2 = p->leg[1].side;
}

void tg_parent_query(const struct tg_engine *e, const struct tg_parent *p, struct tg_nl_parent *out)
{
	out->user_ref = p->user_ref;
	out->created_ns = p->created_ns;
	out->px = p->leg[0].px;
	out->qty = p->leg[0].qty;
	out->cum_qty = p->leg[0].cum;
	out->avg_px = avg_px(&p->leg[0]);
	out->px2 = p->leg[1].px;
	out->qty2 = p->leg[1].qty;
	out->cum_qty2 = p->leg[1].cum;
	out->avg_px2 = avg_px(&p->leg[1]);
	out->parent_id = p->id;
	out->uid = p->uid;
	out->instrument_id = p->leg[0].instrument_id;
	out->instrument_id2 = p->leg[1].instrument_id;
	out->client_id = tg_parent_owner(e, p);
	out->account_id = p->account_id;
	out->strategy_id = p->strategy_id;
	out->reason = p->why;
	out->children = working_children(p);
	out->state = p->state;
	out->end = p->state == TG_PARENT_DONE ? p->end : TG_PARENT_END_NONE;
	out->exec = p->exec;
	out->side = p->leg[0].side;
	out->side2 = p->leg[1].side;
	out->ord_type = p->ord_type;
	out->tif = p->tif;
	out->hedged = p->hedged;
}

/* To its owner; one without: to all who may see its account, as orders. */
static void tell(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	u16 owner = tg_parent_owner(e, p);
	u32 i;

	p->tell = 0;
	if (owner) {
		tg_parent_tell_one(e, owner, p, 0, ob);
		return;
	}
	for (i = 1; i <= e->clients_top; i++)
		if (tg_client(e, i) && tg_client_sees(e, (u16)i, p->account_id))
			tg_parent_tell_one(e, (u16)i, p, 0, ob);
}

/* Room for what one parent may have to tell: nothing that ends is lost for want of it. */
static bool room_to_tell(const struct tg_engine *e, const struct tg_outbox *ob)
{
	return (u64)ob->len + (e->params.max_clients + 1ULL) * TG_OUT_SIZE(sizeof(struct tg_priv_event)) <= ob->cap;
}

/* ---- submissions ---- */

static enum tg_reason answer(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			     u32 parent_id, enum tg_reason why, struct tg_outbox *ob)
{
	struct tg_priv_event *ev =
		tg_priv(e, ob, client_id, TG_PRIV_ORDER_ACK, s->instrument_id, 0);

	if (!ev)
		return why;
	ev->u.order.order_id = parent_id;
	ev->u.order.parent_id = parent_id;
	ev->u.order.user_ref = s->user_ref;
	ev->u.order.px = s->px;
	ev->u.order.qty = s->qty;
	ev->u.order.reason = (u16)why;
	ev->u.order.account_id = s->account_id;
	ev->u.order.status = s->type == TG_SUB_INTENT && why ? TG_OS_REJECTED : TG_OS_NONE;
	ev->u.order.side = s->side;
	ev->u.order.request = (u8)s->type;
	return why;
}

static bool arm(struct tg_engine *e, struct tg_parent *p, enum tg_parent_timer what, u64 ns)
{
	u64 at;

	if (!ns)
		return true;
	if (__builtin_add_overflow(e->time_ns, ns, &at))
		return true;	/* never */
	p->timer[what] = tg_timer_arm(e, TG_TIMER_PARENT, p->id, what, at);
	return p->timer[what] != 0;
}

static void fill_in(struct tg_parent *p, u16 client_id, u32 uid, u8 exec,
		    const struct tg_submission *s)
{
	p->client_id = client_id;
	p->uid = uid;
	p->account_id = s->account_id;
	p->strategy_id = s->strategy_id;
	p->exec = exec;
	p->user_ref = s->user_ref;
	p->routing_id = s->routing_id;
	p->cause_ns = s->cause_time_ns;
	p->flags = s->flags;
	p->ord_type = s->ord_type;
	p->tif = s->tif;
	p->leg_timeout_ns = s->intent.leg_timeout_ns;
	p->hedge_ticks = s->intent.hedge_ticks;
	p->leg[0] = (struct tg_leg){ .px = s->px, .qty = s->qty, .side = s->side, .instrument_id = s->instrument_id };
	if (exec == TG_EXEC_QUOTE || exec == TG_EXEC_MULTI_LEG)
		p->leg[1] = (struct tg_leg){ .px = s->intent.px2, .qty = s->intent.qty2,
					     .side = s->intent.side2, .instrument_id = s->intent.instrument_id2 };
	if (exec == TG_EXEC_QUOTE) {
		p->leg[0].side = TG_SIDE_BUY;
		p->leg[1].side = TG_SIDE_SELL;
		p->leg[1].instrument_id = s->instrument_id;
	}
}

/* Told at once, and not leg by leg. */
static bool routing_fits(const struct tg_engine *e, u32 instrument_id, u32 routing_id)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);
	const struct tg_session *v = i ? tg_session(e, i->def.venue_id) : NULL;

	return !v || routing_id <= tg_venue_routing_max(tg_venue_caps(v->cfg.dialect));
}

static enum tg_reason try_intent(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
				 u32 *id)
{
	const struct tg_client *c = tg_client(e, client_id);
	struct tg_submission under = *s;
	struct tg_parent *p;
	enum tg_reason why;
	u8 exec = 0;

	if (e->mode != TG_MODE_LEADER)
		return TG_REASON_NOT_LEADER;
	/* All its orders are booked under the strategy of the first. */
	why = tg_client_books(e, client_id, s->account_id, s->instrument_id, s->ord_type, &under.strategy_id);
	if (why)
		return why;
	why = tg_exec_choose(e, c->info.uid, s, &exec);
	if (!why)
		why = tg_exec_check(e, c->info.uid, exec, &under);
	/* Its first order would be refused for them. What the user may not do at all comes first. */
	if (!why && under.strategy_id && !tg_risk_limits(e, TG_SCOPE_STRATEGY, under.strategy_id))
		why = TG_REASON_NO_LIMITS;
	if (why)
		return why;
	if (s->routing_id && (!routing_fits(e, s->instrument_id, s->routing_id) ||
			      !routing_fits(e, s->intent.instrument_id2, s->routing_id)))
		return TG_REASON_BAD_ROUTING;
	p = take(e);
	if (!p) {
		tg_cc(e, TG_CC_PARENTS_FULL);
		return TG_REASON_CAPACITY;
	}
	fill_in(p, client_id, c->info.uid, exec, &under);
	/* The owner is there before its timers; without a timer there is no owner either. */
	if (!arm(e, p, TG_PARENT_LIFE, s->intent.life_ns) ||
	    !arm(e, p, TG_PARENT_LEG, exec == TG_EXEC_MULTI_LEG ? s->intent.leg_timeout_ns : 0)) {
		release(e, p);
		return TG_REASON_CAPACITY;
	}
	tg_cc(e, TG_CC_PARENTS);
	e->last_order_id = p->id;
	p->tell = 1;
	tg_parent_mark(e, p);
	*id = p->id;
	return TG_REASON_OK;
}

static enum tg_reason try_cancel(struct tg_engine *e, struct tg_parent *p)
{
	/* After a kill that left its orders alone, its client may still want them gone. */
	if (p->end && !p->no_cancel)
		return TG_REASON_ORDER_STATE;
	p->no_cancel = 0;
	tg_parent_event(e, p, TG_PE_CANCEL, TG_REASON_OK);
	tg_parent_mark(e, p);
	return TG_REASON_OK;
}

/*
 * The parent this client may cancel: its own, or one without an owner on an account and instrument
 * it may trade, as with orders.
 */
static struct tg_parent *may_cancel(struct tg_engine *e, u16 client_id, u64 id)
{
	const struct tg_client *c = tg_client(e, client_id);
	struct tg_parent *p = id <= 0xffffffffu ? tg_parent_find(e, (u32)id) : NULL;
	u16 owner;

	if (!c || !p)
		return NULL;
	owner = tg_parent_owner(e, p);
	if (owner == client_id)
		return p;
	return !owner && !(c->info.flags & TG_CLIENT_READ_ONLY) &&
	       tg_client_permitted(e, c, p->account_id, p->leg[0].instrument_id, TG_PERMIT_TRADE) ? p : NULL;
}

enum tg_reason tg_parent_submit(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
				struct tg_outbox *ob)
{
	struct tg_parent *p;
	enum tg_reason why;
	u32 id = 0;

	if (s->type == TG_SUB_INTENT) {
		why = try_intent(e, client_id, s, &id);
		return answer(e, client_id, s, id, why, ob);
	}
	p = may_cancel(e, client_id, s->order_id);
	if (!p || (s->type == TG_SUB_INTENT_REPLACE && tg_parent_owner(e, p) != client_id))
		return answer(e, client_id, s, 0, TG_REASON_BAD_ORDER, ob);
	why = s->type == TG_SUB_INTENT_CANCEL ? try_cancel(e, p) : tg_exec_amend(e, p, s);
	return answer(e, client_id, s, p->id, why, ob);
}

/* ---- what happens to them ---- */

static struct tg_child *child_of(struct tg_parent *p, const struct tg_order *o)
{
	u32 i;

	for (i = 0; i < TG_PARENT_CHILDREN; i++)
		if (p->child[i].order_id == o->order_id)
			return &p->child[i];
	return NULL;
}

/*
 * The leg has what its children have, whatever became known of them: fills, a price that was put
 * right, a trade taken back.
 */
static void follow(struct tg_engine *e, struct tg_parent *p, struct tg_child *c, const struct tg_order *o)
{
	struct tg_leg *l = &p->leg[c->leg];

	if (c->cum == o->cum_qty && c->value == o->value)
		return;
	l->cum += o->cum_qty - c->cum;
	if (!tg_add_s64(l->value, o->value - c->value, &l->value) || l->value > TG_PX_MAX)
		l->value = TG_PX_MAX;
	if (l->value < 0)
		l->value = 0;
	c->cum = o->cum_qty;
	c->value = o->value;
	p->tell = 1;
	tg_parent_mark(e, p);
}

void tg_parent_fill(struct tg_engine *e, const struct tg_order *o)
{
	struct tg_parent *p = tg_parent_find(e, o->parent_id);
	struct tg_child *c = p ? child_of(p, o) : NULL;

	if (!c) {
		e->parent_orphans++;
		return;
	}
	follow(e, p, c, o);
	tg_parent_event(e, p, TG_PE_FILL, TG_REASON_OK);
}

void tg_parent_touched(struct tg_engine *e, const struct tg_order *o)
{
	struct tg_parent *p = tg_parent_find(e, o->parent_id);
	struct tg_child *c = p ? child_of(p, o) : NULL;

	if (!c) {
		/* An end that is told again is nothing new; an order that works for nobody is. */
		if (o->working && !(p && o->created_seq == e->seq))	/* it may be on its way to the parent's table */
			e->parent_orphans++;
		return;
	}
	follow(e, p, c, o);
	c->status = o->status;
	c->reason = o->reason;
	c->over = !o->working;
	c->acked |= o->prior_status == TG_OS_NEW || o->prior_status == TG_OS_PARTIALLY_FILLED;
	tg_parent_mark(e, p);
}

void tg_parent_client_gone(struct tg_engine *e, u16 client_id, bool auto_cancel)
{
	u32 i;

	for (i = 0; i < e->params.max_parents && e->parents; i++) {
		struct tg_parent *p = tg_parent_slot(e, i);

		if (tg_parent_is_over(p) || p->client_id != client_id)
			continue;
		p->client_id = 0;
		if (!auto_cancel)
			continue;
		tg_parent_event(e, p, TG_PE_CANCEL, TG_REASON_CLIENT_GONE);
		tg_parent_mark(e, p);
	}
}

static bool instrument_in(const struct tg_engine *e, u32 instrument_id, u16 scope, u32 id)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);

	if (scope == TG_SCOPE_INSTRUMENT)
		return instrument_id == id;
	return scope == TG_SCOPE_VENUE && i && i->def.venue_id == id;
}

static bool in_scope(const struct tg_engine *e, const struct tg_parent *p, u16 scope, u32 id)
{
	u32 i;

	switch (scope) {
	case TG_SCOPE_FIRM:
		return true;
	case TG_SCOPE_ACCOUNT:
		return p->account_id == id;
	case TG_SCOPE_CLIENT:
		return p->client_id == id;
	case TG_SCOPE_STRATEGY:
		return p->strategy_id == id;
	case TG_SCOPE_VENUE:
	case TG_SCOPE_INSTRUMENT:
		for (i = 0; i < TG_PARENT_LEGS; i++)
			if (p->leg[i].instrument_id && instrument_in(e, p->leg[i].instrument_id, scope, id))
				return true;
		for (i = 0; i < TG_PARENT_CHILDREN; i++)
			if (p->child[i].order_id && !p->child[i].over &&
			    instrument_in(e, p->child[i].instrument_id, scope, id))
				return true;
		return false;
	default:
		return false;
	}
}

void tg_parent_kill(struct tg_engine *e, u16 scope, u32 id, bool cancel)
{
	u32 i;

	for (i = 0; i < e->params.max_parents && e->parents; i++) {
		struct tg_parent *p = tg_parent_slot(e, i);

		if (tg_parent_is_over(p) || !in_scope(e, p, scope, id))
			continue;
		tg_parent_event(e, p, TG_PE_KILL, TG_REASON_KILLED);
		p->no_cancel = !cancel;
		tg_parent_mark(e, p);
	}
}

void tg_parent_timer(struct tg_engine *e, u32 parent_id, u16 what)
{
	struct tg_parent *p = tg_parent_find(e, parent_id);

	if (!p)
		return;
	p->timer[what] = 0;
	tg_parent_event(e, p, TG_PE_EXPIRE, TG_REASON_OK);
	tg_parent_mark(e, p);
}

/* A trigger that is about it decides instead. */
static void latch(struct tg_engine *e, enum tg_trigger_on on, u16 cause, const char *text, u32 len, struct tg_outbox *ob)
{
	static const struct tg_risk_request nobody;
	struct tg_in_kill k;

	if (tg_trigger(e, on, &nobody))
		return;
	memset(&k, 0, sizeof(k));
	k.scope = TG_SCOPE_FIRM;
	k.cause = cause;
	k.flags = TG_KILL_CANCEL;
	memcpy(k.who, "tickgate", 8);
	memcpy(k.text, text, len);
	tg_kill_latch(e, &k, ob);
}
#define LATCH(e, what, text, ob) latch(e, TG_TRIGGER_##what, TG_KILL_##what, text, sizeof(text) - 1, ob)

/* false: out of room; the same again at the next record. */
static bool run_one(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	enum tg_work r;

	if (!room_to_tell(e, ob))
		return false;
	r = tg_exec_run(e, p, ob);
	if (r == TG_WORK_UNHEDGED)
		LATCH(e, HEDGE, "a hedge failed: legs are not balanced", ob);
	if (r == TG_WORK_SETTLED || r == TG_WORK_UNHEDGED)
		tg_parent_event(e, p, TG_PE_SETTLED, TG_REASON_OK);
	if (p->tell && room_to_tell(e, ob))
		tell(e, p, ob);
	return r != TG_WORK_AGAIN && !p->tell;
}

void tg_parent_run(struct tg_engine *e, struct tg_outbox *ob)
{
	if (e->parent_orphans) {
		tg_cc_add(e, TG_CC_PARENT_ORPHANS, e->parent_orphans);
		e->parent_orphans = 0;
		LATCH(e, ORPHAN, "a child order without its parent", ob);
	}
	while (e->parent_due) {
		struct tg_parent *p = tg_parent_slot(e, e->parent_due - 1);

		if (!run_one(e, p, ob))
			return;
		/* What it did itself marked it again or not: it has been looked at after that. */
		unmark_first(e);
		if (p->state == TG_PARENT_DONE) {
			tg_cc(e, TG_CC_PARENTS_DONE);
			release(e, p);
		}
	}
}
