// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Kill switch. Latch first, cancel second, tell third: nothing after the first line can keep a kill
 * from holding. It refuses new orders and replaces; cancels always pass. Only a RESUME that names a
 * person and a reason clears it. A kill of a CLIENT number outlives the client.
 */
#include "parent/parent.h"
#include "state.h"

static s32 find(const struct tg_kills *t, u16 scope, u32 id)
{
	u32 i;

	for (i = 0; i < t->n; i++)
		if (t->k[i].scope == scope && t->k[i].id == id)
			return (s32)i;
	return -1;
}

static void tell(struct tg_engine *e, enum tg_pub_type type, const struct tg_in_kill *k,
		 struct tg_outbox *ob)
{
	struct tg_pub_event *ev =
		tg_pub(e, ob, type, k->scope == TG_SCOPE_INSTRUMENT ? k->id : 0, TG_EV_LAST);

	if (!ev)
		return;
	ev->u.kill.scope = k->scope;
	ev->u.kill.cause = k->cause;
	ev->u.kill.id = k->id;
}

static bool form_ok(const struct tg_engine *e, const struct tg_in_kill *k)
{
	return tg_scope_ok(e, k->scope, k->id) && !(k->flags & ~TG_KILL_CANCEL);
}

enum tg_reason tg_kill_latch(struct tg_engine *e, const struct tg_in_kill *k, struct tg_outbox *ob)
{
	struct tg_kills *t = &e->kills;
	struct tg_in_kill latched = *k;

	if (!form_ok(e, k) || k->cause < TG_KILL_OPERATOR || k->cause >= TG_KILL_CAUSES)
		return TG_REASON_BAD_REQUEST;
	if (find(t, latched.scope, latched.id) < 0) {
		if (latched.scope != TG_SCOPE_FIRM && t->n >= TG_KILLS - 1) {
			/* No place left for one scope: halt everything rather than nothing. */
			latched.scope = TG_SCOPE_FIRM;
			latched.id = 0;
		}
		if (find(t, latched.scope, latched.id) < 0) {
			/* There is room: at most TG_KILLS - 1 others, and FIRM only once. */
			t->since_ns[t->n] = e->time_ns;
			t->k[t->n++] = latched;
			tg_cc(e, TG_CC_KILLS);
		}
		tell(e, TG_PUB_KILL, &latched, ob);
	}
	tg_parent_kill(e, latched.scope, latched.id, k->flags & TG_KILL_CANCEL);
	if (k->flags & TG_KILL_CANCEL)
		tg_order_cancel_scope(e, k->scope, k->id, TG_REASON_KILLED, ob);
	return TG_REASON_OK;
}

enum tg_reason tg_kill_clear(struct tg_engine *e, const struct tg_in_kill *k, struct tg_outbox *ob)
{
	struct tg_kills *t = &e->kills;
	struct tg_exposure *x;
	s32 at;
	u32 i;

	if (!form_ok(e, k) || !k->who[0] || !k->text[0])
		return TG_REASON_BAD_REQUEST;
	at = find(t, k->scope, k->id);
	x = tg_risk_exposure(e, k->scope, k->id);
	if (at < 0 && !x->latched)
		return TG_REASON_BAD_REQUEST;
	/* What a trigger has restricted is lifted with it. */
	if (x->latched)
		e->limits_version++;
	x->latched = 0;
	if (at >= 0) {
		tg_risk_reenable(e, k->scope, k->id, t->k[at].cause);
		t->n--;
		for (i = (u32)at; i < t->n; i++) {
			t->k[i] = t->k[i + 1];
			t->since_ns[i] = t->since_ns[i + 1];
		}
		memset(&t->k[t->n], 0, sizeof(t->k[0]));
	}
	tell(e, TG_PUB_RESUME, k, ob);
	return TG_REASON_OK;
}

bool tg_risk_in_scope(const struct tg_risk_request *r, u16 scope, u32 id)
{
	switch (scope) {
	case TG_SCOPE_FIRM:
		return true;
	case TG_SCOPE_VENUE:
		return id == r->venue_id;
	case TG_SCOPE_ACCOUNT:
		return id == r->account_id;
	case TG_SCOPE_CLIENT:
		return id == r->client_id;
	case TG_SCOPE_INSTRUMENT:
		return id == r->instrument_id;
	case TG_SCOPE_STRATEGY:
		return id == r->strategy_id;
	default:
		return false;
	}
}

/* The oldest one counts. Controls that kill by themselves have reasons of their own. */
enum tg_reason tg_kill_reason(const struct tg_engine *e, const struct tg_risk_request *r)
{
	const struct tg_kills *t = &e->kills;
	u32 i;

	for (i = 0; i < t->n; i++) {
		if (!tg_risk_in_scope(r, t->k[i].scope, t->k[i].id))
			continue;
		switch (t->k[i].cause) {
		case TG_KILL_LOSS:
			return TG_REASON_DAILY_LOSS;
		case TG_KILL_EXECUTIONS:
			return TG_REASON_EXECUTIONS;
		default:
			return TG_REASON_KILLED;
		}
	}
	return TG_REASON_OK;
}
