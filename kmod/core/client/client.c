// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Clients: open and close, permits, the form of submissions. Who a client is (uid) comes from the
 * host, never from the client.
 */
#include "exec/exec.h"
#include "parent/parent.h"
#include "state.h"

static struct tg_client *slot_of(const struct tg_engine *e, u16 client_id)
{
	return TG_TABLE(e, off_clients, struct tg_client) + client_id;
}

static struct tg_in_permit *permit(const struct tg_engine *e, u32 id)
{
	return TG_TABLE(e, off_permits, struct tg_in_permit) + id;
}

/* The range of permits that may concern this client, so that an order does not walk all of them. */
static void find_permits(const struct tg_engine *e, struct tg_client *c)
{
	u32 i;

	c->permit_first = 0;
	c->permit_last = 0;
	c->sees_account = 0;
	for (i = 1; i <= e->params.max_permits; i++) {
		if (!permit(e, i)->permit_id || permit(e, i)->uid != c->info.uid)
			continue;
		if (!c->permit_first)
			c->permit_first = (u16)i;
		c->permit_last = (u16)i;
	}
}

static bool covers(const struct tg_in_permit *p, const struct tg_client *c, u16 account_id,
		   u32 instrument_id, u32 flags)
{
	return p->permit_id && p->uid == c->info.uid && p->account_id == account_id &&
	       (p->flags & flags) == flags &&
	       (!instrument_id || !p->instrument_id || p->instrument_id == instrument_id);
}

bool tg_client_permitted(const struct tg_engine *e, const struct tg_client *c, u16 account_id,
			 u32 instrument_id, u32 flags)
{
	u32 i;

	if (!c->permit_first)
		return false;
	for (i = c->permit_first; i <= c->permit_last; i++)
		if (covers(permit(e, i), c, account_id, instrument_id, flags))
			return true;
	return false;
}

bool tg_client_may_publish(const struct tg_engine *e, u16 client_id, u32 instrument_id)
{
	const struct tg_client *c = tg_client(e, client_id);
	u32 i;

	if (!c || !c->permit_first)
		return false;
	for (i = c->permit_first; i <= c->permit_last; i++) {
		const struct tg_in_permit *p = permit(e, i);

		if (p->permit_id && p->uid == c->info.uid && (p->flags & TG_PERMIT_PUBLISH) &&
		    (!p->instrument_id || p->instrument_id == instrument_id))
			return true;
	}
	return false;
}

/* Permits of a user, whether or not a client of it is attached: all are looked at. */
static struct tg_client user(const struct tg_engine *e, u32 uid)
{
	return (struct tg_client){ .info.uid = uid, .permit_first = 1, .permit_last = e->params.max_permits };
}

u32 tg_client_execs(const struct tg_engine *e, u32 uid, u16 account_id, u32 instrument_id)
{
	u32 i, execs = 0;

	for (i = 1; i <= e->params.max_permits; i++) {
		const struct tg_in_permit *p = permit(e, i);

		if (p->permit_id && p->uid == uid && p->account_id == account_id &&
		    (p->flags & TG_PERMIT_TRADE) && (!p->instrument_id || p->instrument_id == instrument_id))
			execs |= p->exec;
	}
	return execs;
}

/* A strategy that the instrument's venue has not what it takes for would be refused at every intent. */
static bool execs_ok(const struct tg_engine *e, const struct tg_in_permit *p)
{
	const struct tg_instrument *i = p->instrument_id ? tg_instrument(e, p->instrument_id) : NULL;
	const struct tg_session *v = i ? tg_session(e, i->def.venue_id) : NULL;
	u8 n;

	if (p->exec & ~(TG_EXEC_BIT(TG_EXEC_MAX) - 2))
		return false;
	for (n = 1; n < TG_EXEC_MAX && v; n++)
		if ((p->exec & TG_EXEC_BIT(n)) &&
		    (!(v->cfg.flags & TG_VENUE_ORDERS) || !tg_exec_fits(tg_venue_caps(v->cfg.dialect), n)))
			return false;
	return !p->exec || (p->flags & TG_PERMIT_TRADE);
}

enum tg_reason tg_client_permit(struct tg_engine *e, const struct tg_in_permit *p)
{
	u32 i;

	if (!p->permit_id || p->permit_id > e->params.max_permits ||
	    !tg_account(e, p->account_id) ||
	    (p->instrument_id && !tg_instrument(e, p->instrument_id)) ||
	    (p->flags & ~(TG_PERMIT_TRADE | TG_PERMIT_MARKET | TG_PERMIT_PUBLISH)) ||
	    (p->strategy_id && !tg_strategy(e, p->strategy_id)) || p->reserved1 || p->reserved[0] || !execs_ok(e, p))
		return TG_REASON_CONFIG;
	*permit(e, p->permit_id) = *p;
	for (i = 1; i <= e->clients_top; i++)
		if (slot_of(e, (u16)i)->open)
			find_permits(e, slot_of(e, (u16)i));
	return TG_REASON_OK;
}

/* OK, BAD_ACCOUNT, NOT_PERMITTED or BAD_STRATEGY by the permits of the client's user. */
static enum tg_reason books(const struct tg_engine *e, const struct tg_client *c, u16 account_id,
			    u32 instrument_id, u8 ord_type, u16 *strategy_id)
{
	u32 flags = TG_PERMIT_TRADE | (ord_type == TG_ORD_MARKET ? TG_PERMIT_MARKET : 0), i;
	bool permitted = false;

	if (!tg_account(e, account_id))
		return TG_REASON_BAD_ACCOUNT;
	if ((c->info.flags & TG_CLIENT_READ_ONLY) || !c->permit_first)
		return TG_REASON_NOT_PERMITTED;
	for (i = c->permit_first; i <= c->permit_last; i++) {
		if (!covers(permit(e, i), c, account_id, instrument_id, flags))
			continue;
		permitted = true;
		if (*strategy_id && permit(e, i)->strategy_id != *strategy_id)
			continue;
		*strategy_id = permit(e, i)->strategy_id;
		return TG_REASON_OK;
	}
	return permitted ? TG_REASON_BAD_STRATEGY : TG_REASON_NOT_PERMITTED;
}

enum tg_reason tg_client_books(const struct tg_engine *e, u16 client_id, u16 account_id,
			       u32 instrument_id, u8 ord_type, u16 *strategy_id)
{
	const struct tg_client *c = tg_client(e, client_id);
	enum tg_reason why;

	if (!c)
		return TG_REASON_NOT_PERMITTED;
	why = books(e, c, account_id, instrument_id, ord_type, strategy_id);
	if (why)
		return why;
	return c->phase == TG_DL_NONE ? TG_REASON_OK : TG_REASON_NOT_READY;
}

enum tg_reason tg_client_allowed(const struct tg_engine *e, u16 client_id, u16 account_id,
				 u32 instrument_id, u8 ord_type)
{
	u16 any = 0;

	return tg_client_books(e, client_id, account_id, instrument_id, ord_type, &any);
}

enum tg_reason tg_client_uid_books(const struct tg_engine *e, u32 uid, u16 account_id,
				   u32 instrument_id, u8 ord_type, u16 *strategy_id)
{
	struct tg_client c = user(e, uid);

	return books(e, &c, account_id, instrument_id, ord_type, strategy_id);
}

bool tg_client_sees(const struct tg_engine *e, u16 client_id, u16 account_id)
{
	const struct tg_client *c = tg_client(e, client_id);

	return c && tg_client_permitted(e, c, account_id, 0, 0);
}

void tg_client_tell_position(struct tg_engine *e, u16 account_id, u32 instrument_id,
			     struct tg_outbox *ob)
{
	struct tg_client *c = slot_of(e, 1);
	u32 i;

	for (i = 1; i <= e->clients_top; i++, c++) {
		if (!c->open)
			continue;
		if (unlikely(c->sees_account != account_id)) {
			if (!tg_client_permitted(e, c, account_id, 0, 0))
				continue;
			c->sees_account = account_id;
		}
		tg_position_event(e, (u16)i, account_id, instrument_id, 0, ob);
	}
}

enum tg_reason tg_client_open(struct tg_engine *e, u16 client_id, const struct tg_in_client *info,
			      struct tg_outbox *ob)
{
	struct tg_priv_event *ev;
	struct tg_client *c;

	if (!client_id || client_id > e->params.max_clients ||
	    (info->flags & ~(TG_CLIENT_AUTO_CANCEL | TG_CLIENT_READ_ONLY)) || info->reserved[0] ||
	    info->reserved[1] || info->name[TG_NAME_LEN - 1])
		return TG_REASON_BAD_REQUEST;
	c = slot_of(e, client_id);
	if (c->open)
		return TG_REASON_DUPLICATE_ID;
	memset(c, 0, sizeof(*c));
	c->info = *info;
	c->open = 1;
	if (client_id > e->clients_top)
		e->clients_top = client_id;
	c->opened_seq = e->seq;
	find_permits(e, c);
	tg_risk_forget_client(e, client_id);
	tg_rate_client_open(e, client_id);
	ev = tg_priv(e, ob, client_id, TG_PRIV_ATTACHED, 0, 0);
	if (ev)
		ev->u.download.client_id = client_id;
	tg_download_begin(e, client_id, ob);
	return TG_REASON_OK;
}

enum tg_reason tg_client_close(struct tg_engine *e, u16 client_id, struct tg_outbox *ob)
{
	struct tg_client *c = tg_client(e, client_id);
	bool auto_cancel;

	if (!c)
		return TG_REASON_BAD_REQUEST;
	auto_cancel = c->info.flags & TG_CLIENT_AUTO_CANCEL;
	/* Dead first: what the cancels have to tell goes to those who are left. */
	memset(c, 0, sizeof(*c));
	while (e->clients_top && !slot_of(e, (u16)e->clients_top)->open)
		e->clients_top--;
	tg_order_client_gone(e, client_id, auto_cancel, ob);
	tg_parent_client_gone(e, client_id, auto_cancel);
	tg_md_client_gone(e, client_id, ob);
	return TG_REASON_OK;
}

static bool intent_ok(const struct tg_intent *n)
{
	u8 pad = 0;
	u32 i;

	for (i = 0; i < sizeof(n->pad); i++)
		pad |= n->pad[i];
	return !pad && !n->reserved[0] && !n->reserved[1];
}

static bool form_ok(const struct tg_submission *s)
{
	u64 reserved = 0;
	u32 i;

	if (unlikely(s->type == TG_SUB_INTENT || s->type == TG_SUB_INTENT_REPLACE)) {
		if (!intent_ok(&s->intent))
			return false;
	} else {
		for (i = 0; i < sizeof(s->reserved) / sizeof(s->reserved[0]); i++)
			reserved |= s->reserved[i];
	}
	if (reserved || (s->action && s->type != TG_SUB_BOOK) || (s->strategy_id && s->type != TG_SUB_NEW && s->type != TG_SUB_INTENT) ||
	    s->pad2 || (s->routing_id && s->type != TG_SUB_NEW && s->type != TG_SUB_INTENT))
		return false;
	switch (s->type) {
	case TG_SUB_NEW:
	case TG_SUB_INTENT:
		return !(s->flags & ~(TG_SUB_POST_ONLY | TG_SUB_REDUCE_ONLY)) && !s->order_id;
	case TG_SUB_BOOK:
		return true;	/* its flags are publish.c's */
	case TG_SUB_CANCEL:
	case TG_SUB_REPLACE:
	case TG_SUB_DOWNLOAD:
	case TG_SUB_CANCEL_ALL:
	case TG_SUB_QUEUE:
	case TG_SUB_INTENT_CANCEL:
		return !s->flags;
	case TG_SUB_INTENT_REPLACE:
		return !s->flags && !s->intent.exec && !s->intent.side2 && !s->intent.instrument_id2 &&
		       !s->intent.life_ns && !s->intent.leg_timeout_ns && !s->intent.hedge_ticks;
	default:
		return false;
	}
}

enum tg_reason tg_client_submit(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
				struct tg_outbox *ob)
{
	struct tg_client *c = tg_client(e, client_id);

	if (!c)
		return TG_REASON_BAD_REQUEST;
	c->submissions++;
	if (!form_ok(s)) {
		tg_order_verdict(e, client_id, s, TG_REASON_BAD_REQUEST, ob);
		return TG_REASON_BAD_REQUEST;
	}
	switch (s->type) {
	case TG_SUB_BOOK: {
		/* Only refusals are told: an answer to each entry would be as much data again. */
		enum tg_reason why = tg_md_publish(e, client_id, s, ob);

		if (why)
			tg_order_verdict(e, client_id, s, why, ob);
		return why;
	}
	case TG_SUB_NEW:
		tg_cc(e, TG_CC_ORDERS_SUBMITTED);
		return tg_order_new(e, client_id, s, ob);
	case TG_SUB_CANCEL:
		tg_cc(e, TG_CC_ORDERS_SUBMITTED);
		return tg_order_cancel(e, client_id, s, ob);
	case TG_SUB_REPLACE:
		tg_cc(e, TG_CC_ORDERS_SUBMITTED);
		return tg_order_replace(e, client_id, s, ob);
	case TG_SUB_CANCEL_ALL:
		return tg_order_cancel_all(e, client_id, s, ob);
	case TG_SUB_QUEUE:
		return tg_own_queue(e, client_id, s, ob);
	case TG_SUB_INTENT:
	case TG_SUB_INTENT_CANCEL:
	case TG_SUB_INTENT_REPLACE:
		return tg_parent_submit(e, client_id, s, ob);
	default:
		tg_order_verdict(e, client_id, s, TG_REASON_OK, ob);
		tg_download_begin(e, client_id, ob);
		return TG_REASON_OK;
	}
}

void tg_client_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	u64 next = ~0ULL;
	u32 i;

	if (e->sweep_due)
		tg_order_sweep(e, ob);
	for (i = 1; i <= e->clients_top; i++) {
		struct tg_client *c = slot_of(e, (u16)i);

		if (!c->open || c->phase == TG_DL_NONE)
			continue;
		if (c->due_ns <= e->time_ns)
			tg_download_step(e, (u16)i, ob);
		if (c->phase != TG_DL_NONE && c->due_ns < next)
			next = c->due_ns;
	}
	e->client_deadline_ns = next;
}

u64 tg_client_deadline_ns(const struct tg_engine *e)
{
	return e->sweep_due ? e->time_ns : e->client_deadline_ns;
}
