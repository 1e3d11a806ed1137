// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What keeps orders from being sent at the moment, for a person who asks: kills, what triggers have restricted, what a
 * venue's health has. It is found again from the state that refuses them, so that the answer cannot differ from what is done.
 */
#include "state.h"

static struct tg_latch *latch_of(const struct tg_engine *e, u16 scope, u32 id)
{
	return TG_TABLE(e, off_latches, struct tg_latch) + tg_risk_scope_at(e, scope, id);
}

void tg_risk_latch_state(struct tg_engine *e, const struct tg_in_trigger *by, u16 cause, u32 set)
{
	struct tg_exposure *x = tg_risk_exposure(e, by->act_scope, by->act_id);
	struct tg_latch *l;

	if (!x || (x->latched & set) == set)
		return;
	l = latch_of(e, by->act_scope, by->act_id);
	/* The one that restricts most is told of. */
	if (!(x->latched & TG_LIMITS_RESTRICTED)) {
		l->time_ns = e->time_ns;
		l->cause = cause;
		memcpy(l->who, by->name, sizeof(l->who));
	}
	x->latched |= set;
	e->limits_version++;
}

static u32 ids(const struct tg_engine *e, u16 scope)
{
	switch (scope) {
	case TG_SCOPE_VENUE: return e->params.max_venues;
	case TG_SCOPE_ACCOUNT: return e->params.max_accounts;
	case TG_SCOPE_CLIENT: return e->params.max_clients;
	case TG_SCOPE_INSTRUMENT: return e->params.max_instruments;
	case TG_SCOPE_STRATEGY: return e->params.max_strategies;
	default: return 0;
	}
}

u64 tg_restriction_places(const struct tg_engine *e)
{
	return TG_KILLS + tg_risk_scopes(&e->params) + e->params.max_venues;
}

static bool kill(const struct tg_engine *e, u32 at, struct tg_nl_restriction *out)
{
	const struct tg_in_kill *k = &e->kills.k[at];

	if (at >= e->kills.n)
		return false;
	out->kind = TG_RESTRICTION_KILL;
	out->scope = k->scope;
	out->id = k->id;
	out->cause = k->cause;
	out->time_ns = e->kills.since_ns[at];
	memcpy(out->who, k->who, sizeof(out->who));
	memcpy(out->text, k->text, sizeof(out->text));
	return true;
}

/* FIRM has the first place of the venues, which are numbered from 1. */
static bool trigger(const struct tg_engine *e, u64 at, struct tg_nl_restriction *out)
{
	u16 scope = at ? TG_SCOPE_VENUE : TG_SCOPE_FIRM;
	const struct tg_exposure *x;
	const struct tg_latch *l;

	for (; at > ids(e, scope) && scope < TG_SCOPE_STRATEGY; scope++)
		at -= ids(e, scope) + 1u;
	x = tg_risk_exposure(e, scope, (u32)at);
	if (!x || !x->latched)
		return false;
	l = latch_of(e, scope, (u32)at);
	out->kind = TG_RESTRICTION_TRIGGER;
	out->scope = scope;
	out->id = (u32)at;
	out->cause = l->cause;
	out->flags = x->latched;
	out->time_ns = l->time_ns;
	memcpy(out->who, l->who, sizeof(out->who));
	return true;
}

static bool health(const struct tg_engine *e, u32 venue_id, struct tg_nl_restriction *out)
{
	const struct tg_session *s = tg_session(e, venue_id);

	if (!s || !s->health.level)
		return false;
	out->kind = TG_RESTRICTION_HEALTH;
	out->scope = TG_SCOPE_VENUE;
	out->id = venue_id;
	out->cause = TG_KILL_DEGRADED;
	out->level = (u16)s->health.level;
	out->flags = tg_risk_exposure(e, TG_SCOPE_VENUE, venue_id)->state;
	out->time_ns = s->health.level_ns;
	return true;
}

bool tg_restriction_query(const struct tg_engine *e, u64 at, struct tg_nl_restriction *out)
{
	u64 scopes = tg_risk_scopes(&e->params);

	memset(out, 0, sizeof(*out));
	if (at < TG_KILLS)
		return kill(e, (u32)at, out);
	at -= TG_KILLS;
	if (at < scopes)
		return trigger(e, at, out);
	at -= scopes;
	return at < e->params.max_venues && health(e, (u32)at + 1, out);
}
