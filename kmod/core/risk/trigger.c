// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Triggers: what the gateway does by itself when something happens too often (RTS 6 art. 12, 15 and
 * 16: kill functionality, automatic controls, alerts). What is counted is noted where it happens and
 * acted on at the end of the record: a kill cancels orders, and the one who noted it may be walking
 * their list. Nothing comes between: the next submission is another record.
 *
 * One that has acted counts anew. A kill or a restriction that is on already is not told again.
 */
#include "state.h"

#define NS_MAX	86400000000000ULL	/* longest window */

/* What scopes an event can be told apart by. */
static u32 scopes_of(u16 on)
{
	const u32 order = 1u << TG_SCOPE_FIRM | 1u << TG_SCOPE_VENUE | 1u << TG_SCOPE_ACCOUNT |
			  1u << TG_SCOPE_CLIENT | 1u << TG_SCOPE_INSTRUMENT |
			  1u << TG_SCOPE_STRATEGY;

	switch (on) {
	case TG_TRIGGER_ORPHAN:
	case TG_TRIGGER_HEDGE:
		return 1u << TG_SCOPE_FIRM;
	case TG_TRIGGER_DEGRADED:
		return 1u << TG_SCOPE_FIRM | 1u << TG_SCOPE_VENUE;
	case TG_TRIGGER_POSITION:
	case TG_TRIGGER_UNKNOWN_ORDER:
		return order & ~(1u << TG_SCOPE_CLIENT | 1u << TG_SCOPE_STRATEGY);
	default:
		return order;
	}
}

static bool form_ok(const struct tg_engine *e, const struct tg_in_trigger *t)
{
	if (t->on >= TG_TRIGGER_ONS || t->action >= TG_ACTIONS || t->reserved0 || t->reserved[0] ||
	    t->reserved[1])
		return false;
	if (!t->on)
		return !(t->scope | t->act_scope | t->id | t->act_id | t->action | t->max | t->window_ns);
	return t->action && tg_scope_ok(e, t->scope, t->id) && tg_scope_ok(e, t->act_scope, t->act_id) &&
	       (scopes_of(t->on) & 1u << t->scope) && t->window_ns <= NS_MAX &&
	       (t->window_ns || !t->max) && tg_text_ok(t->name, TG_NAME_LEN, false);
}

enum tg_reason tg_trigger_config(struct tg_engine *e, const struct tg_in_trigger *t)
{
	struct tg_trigger *at;
	u32 i;

	if (!t->trigger_id || t->trigger_id > TG_TRIGGERS || !form_ok(e, t))
		return TG_REASON_CONFIG;
	at = &e->triggers[t->trigger_id - 1];
	memset(at, 0, sizeof(*at));
	e->watch_due &= ~(1u << (t->trigger_id - 1));
	if (t->on) {
		at->cfg = *t;
		at->width_ns = (t->window_ns + TG_TRIGGER_BUCKETS - 2) / (TG_TRIGGER_BUCKETS - 1);
	}
	e->triggers_on = 0;
	for (i = 0; i < TG_TRIGGERS; i++)
		if (e->triggers[i].cfg.on)
			e->triggers_on |= 1u << e->triggers[i].cfg.on;
	return TG_REASON_OK;
}

/* Lets what has left the window go. */
static void forget(struct tg_trigger *t, u64 now_ns)
{
	u64 at = t->width_ns ? now_ns / t->width_ns : 0;

	if (!t->width_ns || at - t->at >= TG_TRIGGER_BUCKETS) {
		memset(t->bucket, 0, sizeof(t->bucket));
		t->sum = 0;
		t->at = at;
	}
	while (t->at < at) {
		u32 *b = &t->bucket[++t->at % TG_TRIGGER_BUCKETS];

		t->sum -= *b;
		*b = 0;
	}
}

static void count(struct tg_engine *e, struct tg_trigger *t, const struct tg_risk_request *about)
{
	forget(t, e->time_ns);
	if (t->sum == 0xffffffffu)
		return;
	t->bucket[t->at % TG_TRIGGER_BUCKETS]++;
	t->sum++;
	if (t->sum <= t->cfg.max)
		return;
	t->count = t->sum;
	t->about = *about;
	e->watch_due |= 1u << (t - e->triggers);
}

bool tg_trigger(struct tg_engine *e, enum tg_trigger_on on, const struct tg_risk_request *about)
{
	u32 i;

	if (likely(!(e->triggers_on & 1u << on)))
		return false;
	for (i = 0; i < TG_TRIGGERS; i++) {
		struct tg_trigger *t = &e->triggers[i];

		if (t->cfg.on == on && tg_risk_in_scope(about, t->cfg.scope, t->cfg.id))
			count(e, t, about);
	}
	return true;
}

static void ids_of(const struct tg_order *o, struct tg_risk_request *r)
{
	memset(r, 0, sizeof(*r));
	r->client_id = o->client_id;
	r->account_id = o->account_id;
	r->venue_id = o->venue_id;
	r->strategy_id = o->strategy_id;
	r->instrument_id = o->instrument_id;
}

void tg_trigger_order(struct tg_engine *e, enum tg_trigger_on on, const struct tg_order *o)
{
	struct tg_risk_request r;

	if (likely(!(e->triggers_on & 1u << on)))
		return;
	ids_of(o, &r);
	tg_trigger(e, on, &r);
}

void tg_watch_reject(struct tg_engine *e, const struct tg_order *o)
{
	if (unlikely(e->health_on))
		tg_health_reject(e, o);
	tg_trigger_order(e, TG_TRIGGER_REJECTS, o);
}

void tg_trigger_working(struct tg_engine *e, enum tg_trigger_on on, u16 venue_id, u16 client_id)
{
	struct tg_risk_request r;
	u32 i, at;

	for (i = 0; i < TG_TRIGGERS && (e->triggers_on & 1u << on); i++) {
		struct tg_trigger *t = &e->triggers[i];

		if (t->cfg.on != on)
			continue;
		for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
			const struct tg_order *o = tg_order_slot(e, at - 1);

			ids_of(o, &r);
			if ((venue_id && o->venue_id != venue_id) || (client_id && o->client_id != client_id) ||
			    !tg_risk_in_scope(&r, t->cfg.scope, t->cfg.id))
				continue;
			count(e, t, &r);
			break;
		}
	}
}

/* ---- what is done ---- */

static u16 cause_of(u16 on)
{
	switch (on) {
	case TG_TRIGGER_REJECTS: return TG_KILL_REJECTS;
	case TG_TRIGGER_RISK_REJECTS: return TG_KILL_RISK_REJECTS;
	case TG_TRIGGER_SUSPECT: return TG_KILL_SUSPECT;
	case TG_TRIGGER_SESSION_LOST: return TG_KILL_SESSION_LOST;
	case TG_TRIGGER_CLIENT_LOST: return TG_KILL_CLIENT;
	case TG_TRIGGER_ORPHAN: return TG_KILL_ORPHAN;
	case TG_TRIGGER_HEDGE: return TG_KILL_HEDGE;
	case TG_TRIGGER_POSITION: return TG_KILL_POSITION;
	case TG_TRIGGER_UNKNOWN_ORDER: return TG_KILL_UNKNOWN_ORDER;
	default: return TG_KILL_DEGRADED;
	}
}

static void latch(struct tg_engine *e, const struct tg_in_trigger *c, struct tg_outbox *ob)
{
	static const char text[] = "trigger";
	struct tg_in_kill k;

	memset(&k, 0, sizeof(k));
	k.scope = c->act_scope;
	k.id = c->act_id;
	k.cause = cause_of(c->on);
	k.flags = c->action == TG_ACTION_KILL_CANCEL ? TG_KILL_CANCEL : 0;
	memcpy(k.who, c->name, sizeof(k.who));
	memcpy(k.text, text, sizeof(text));
	tg_kill_latch(e, &k, ob);
}

static void tell(struct tg_engine *e, const struct tg_trigger *t, u16 trigger_id, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_TRIGGER, t->about.instrument_id, TG_EV_LAST);

	if (!ev)
		return;
	ev->u.trigger.trigger_id = trigger_id;
	ev->u.trigger.on = t->cfg.on;
	ev->u.trigger.action = t->cfg.action;
	ev->u.trigger.act_scope = t->cfg.act_scope;
	ev->u.trigger.act_id = t->cfg.act_id;
	ev->u.trigger.count = t->count;
	ev->u.trigger.venue_id = t->about.venue_id;
	ev->u.trigger.account_id = t->about.account_id;
	ev->u.trigger.client_id = t->about.client_id;
	ev->u.trigger.strategy_id = t->about.strategy_id;
}

static void act(struct tg_engine *e, struct tg_trigger *t, u16 trigger_id, struct tg_outbox *ob)
{
	const struct tg_in_trigger *c = &t->cfg;

	tg_cc(e, TG_CC_TRIGGERS);
	/* Stop first, tell after. */
	switch (c->action) {
	case TG_ACTION_REDUCE_ONLY:
		tg_risk_latch_state(e, c, cause_of(c->on), TG_LIMITS_REDUCE_ONLY);
		break;
	case TG_ACTION_RESTRICT:
		tg_risk_latch_state(e, c, cause_of(c->on), TG_LIMITS_RESTRICTED);
		break;
	case TG_ACTION_KILL:
	case TG_ACTION_KILL_CANCEL:
		latch(e, c, ob);
		break;
	case TG_ACTION_CANCEL:
		if (c->on != TG_TRIGGER_UNKNOWN_ORDER)
			tg_order_cancel_scope(e, c->act_scope, c->act_id, TG_REASON_TRIGGERED, ob);
		break;
	default:
		break;
	}
	tell(e, t, trigger_id, ob);
	memset(t->bucket, 0, sizeof(t->bucket));
	t->sum = 0;
}

void tg_trigger_run(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 i;

	for (i = 0; i < TG_TRIGGERS && e->watch_due; i++) {
		if (!(e->watch_due & 1u << i))
			continue;
		e->watch_due &= ~(1u << i);
		act(e, &e->triggers[i], (u16)(i + 1), ob);
	}
}
