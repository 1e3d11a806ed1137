// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Which strategy, whether it fits, and the end that all of them have in common. */
#include "exec/exec.h"
#include "state.h"

bool tg_exec_fits(const struct tg_venue_caps *c, u8 exec)
{
	bool ioc = c && (c->tifs & 1 << TG_TIF_IOC);

	switch (exec) {
	case TG_EXEC_DIRECT:
		return c;
	case TG_EXEC_QUOTE:
		return c && c->post_only[0] && (c->tifs & (1 << TG_TIF_DAY | 1 << TG_TIF_GTC));
	case TG_EXEC_SWEEP:
	case TG_EXEC_MULTI_LEG:		/* the hedge */
		return ioc && (c->ord_types & 1 << TG_ORD_LIMIT);
	default:
		return false;
	}
}

enum tg_reason tg_exec_choose(const struct tg_engine *e, u32 uid, const struct tg_submission *s,
			      u8 *exec)
{
	u32 may = tg_client_execs(e, uid, s->account_id, s->instrument_id), n;

	if (!may)
		return TG_REASON_NOT_PERMITTED;
	if (s->intent.exec) {
		*exec = s->intent.exec;
		return *exec < TG_EXEC_MAX && (may & TG_EXEC_BIT(*exec)) ? TG_REASON_OK : TG_REASON_NOT_PERMITTED;
	}
	if (may & (may - 1))
		return TG_REASON_BAD_REQUEST;	/* several: the intent has to say which */
	for (n = 1; !(may & TG_EXEC_BIT(n)); n++)
		;
	*exec = (u8)n;
	return TG_REASON_OK;
}

/* A leg's order, as it would be sent; the limits of its scopes are there. */
static enum tg_reason leg_ok(const struct tg_engine *e, u32 uid, u8 exec, const struct tg_submission *s)
{
	const struct tg_instrument *i = tg_instrument(e, s->instrument_id);
	const struct tg_venue_caps *caps;
	const struct tg_session *v;
	u16 strategy_id = s->strategy_id;
	enum tg_reason why;

	if (!i)
		return TG_REASON_BAD_INSTRUMENT;
	why = tg_client_uid_books(e, uid, s->account_id, s->instrument_id, s->ord_type, &strategy_id);
	if (!why)
		why = tg_order_terms(i, s);
	if (why)
		return why;
	v = tg_session(e, i->def.venue_id);
	caps = v ? tg_venue_caps(v->cfg.dialect) : NULL;
	if (!v || !(v->cfg.flags & TG_VENUE_ORDERS) || !tg_exec_fits(caps, exec) ||
	    !tg_venue_can_order(caps, s->ord_type, s->tif, s->flags))
		return TG_REASON_UNSUPPORTED;
	if (!tg_session_can_send(v))
		return TG_REASON_SESSION_DOWN;
	if (!tg_risk_limits(e, TG_SCOPE_FIRM, 0) || !tg_risk_limits(e, TG_SCOPE_ACCOUNT, s->account_id) ||
	    !tg_risk_limits(e, TG_SCOPE_INSTRUMENT, s->instrument_id))
		return TG_REASON_NO_LIMITS;
	return TG_REASON_OK;
}

static bool one_leg_only(const struct tg_submission *s)
{
	return !s->intent.px2 && !s->intent.qty2 && !s->intent.instrument_id2 && !s->intent.side2 &&
	       !s->intent.leg_timeout_ns && !s->intent.hedge_ticks;
}

static enum tg_reason quote_ok(const struct tg_engine *e, u32 uid, const struct tg_submission *s)
{
	struct tg_submission side = *s;
	enum tg_reason why;

	if (s->side || s->intent.side2 || s->intent.instrument_id2 || s->intent.leg_timeout_ns ||
	    s->intent.hedge_ticks || s->flags != TG_SUB_POST_ONLY || s->ord_type != TG_ORD_LIMIT)
		return TG_REASON_BAD_REQUEST;
	side.side = TG_SIDE_BUY;
	why = leg_ok(e, uid, TG_EXEC_QUOTE, &side);
	if (why)
		return why;
	side.side = TG_SIDE_SELL;
	side.px = s->intent.px2;
	side.qty = s->intent.qty2;
	why = leg_ok(e, uid, TG_EXEC_QUOTE, &side);
	return why ? why : s->px < s->intent.px2 ? TG_REASON_OK : TG_REASON_BAD_PRICE;
}

static enum tg_reason multi_leg_ok(const struct tg_engine *e, u32 uid, const struct tg_submission *s)
{
	struct tg_submission second = *s;
	enum tg_reason why;

	if (s->ord_type != TG_ORD_LIMIT || !s->intent.leg_timeout_ns ||
	    s->intent.instrument_id2 == s->instrument_id)
		return TG_REASON_BAD_REQUEST;
	why = leg_ok(e, uid, TG_EXEC_MULTI_LEG, s);
	if (why)
		return why;
	second.instrument_id = s->intent.instrument_id2;
	second.side = s->intent.side2;
	second.px = s->intent.px2;
	second.qty = s->intent.qty2;
	why = leg_ok(e, uid, TG_EXEC_MULTI_LEG, &second);
	if (why)
		return why;
	/* The second leg's permit has to allow it too. */
	return tg_client_execs(e, uid, s->account_id, second.instrument_id) & TG_EXEC_BIT(TG_EXEC_MULTI_LEG) ?
		       TG_REASON_OK : TG_REASON_NOT_PERMITTED;
}

enum tg_reason tg_exec_check(const struct tg_engine *e, u32 uid, u8 exec,
			     const struct tg_submission *s)
{
	switch (exec) {
	case TG_EXEC_DIRECT:
		return one_leg_only(s) ? leg_ok(e, uid, exec, s) : TG_REASON_BAD_REQUEST;
	case TG_EXEC_QUOTE:
		return quote_ok(e, uid, s);
	case TG_EXEC_SWEEP:
		if (!one_leg_only(s) || s->ord_type != TG_ORD_LIMIT || s->tif != TG_TIF_IOC || s->flags)
			return TG_REASON_BAD_REQUEST;
		return leg_ok(e, uid, exec, s);
	case TG_EXEC_MULTI_LEG:
		return multi_leg_ok(e, uid, s);
	default:
		return TG_REASON_UNSUPPORTED;
	}
}

/* New terms of one leg: of what an order could be sent with now. */
static enum tg_reason terms_ok(const struct tg_engine *e, const struct tg_parent *p, u32 leg, s64 px, s64 qty)
{
	const struct tg_leg *l = &p->leg[leg];
	struct tg_submission s;

	memset(&s, 0, sizeof(s));
	s.side = l->side;
	s.ord_type = p->ord_type;
	s.tif = p->tif;
	s.flags = p->flags;
	s.px = px;
	s.qty = qty;
	if (qty <= l->cum)
		return TG_REASON_BAD_QUANTITY;
	return tg_order_terms(tg_instrument(e, l->instrument_id), &s);
}

enum tg_reason tg_exec_amend(struct tg_engine *e, struct tg_parent *p, const struct tg_submission *s)
{
	u32 n, legs = p->exec == TG_EXEC_QUOTE ? 2 : 1;
	const s64 px[] = { s->px, s->intent.px2 }, qty[] = { s->qty, s->intent.qty2 };
	enum tg_reason why;

	if (p->exec != TG_EXEC_DIRECT && p->exec != TG_EXEC_QUOTE)
		return TG_REASON_UNSUPPORTED;
	if (p->end)
		return TG_REASON_ORDER_STATE;
	if (p->ord_type != TG_ORD_LIMIT)
		return TG_REASON_BAD_TYPE;
	if (legs == 1 ? s->intent.px2 || s->intent.qty2 : s->px >= s->intent.px2)
		return TG_REASON_BAD_REQUEST;
	for (n = 0; n < legs; n++) {
		/* A side of a quote that is filled stays so. */
		if (legs == 2 && p->leg[n].cum >= p->leg[n].qty && qty[n] == p->leg[n].qty)
			continue;
		why = terms_ok(e, p, n, px[n], qty[n]);
		if (why)
			return why;
	}
	for (n = 0; n < legs; n++) {
		p->leg[n].px = px[n];
		p->leg[n].qty = qty[n];
		p->leg[n].tries = 0;
		p->leg[n].amended = 1;
	}
	p->cause_ns = s->cause_time_ns;
	p->tell = 1;
	tg_parent_mark(e, p);
	return TG_REASON_OK;
}

/* The end is decided: what works is cancelled, what ended is weighed. */
static enum tg_work wind_up(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	u32 i, n, filled = 0;

	for (i = 0; i < TG_PARENT_CHILDREN; i++) {
		struct tg_child *c = &p->child[i];

		if (c->order_id && !c->over && !c->hedge && !p->no_cancel)
			tg_child_cancel(e, c, p->why, ob);
	}
	if (tg_children_work(p))
		return TG_WORK_OK;
	if (p->exec == TG_EXEC_MULTI_LEG)
		return tg_multi_leg_hedge(e, p, ob);
	for (n = 0; n < TG_PARENT_LEGS; n++)
		filled += p->leg[n].cum >= p->leg[n].qty;
	if (filled == TG_PARENT_LEGS)
		tg_parent_event(e, p, TG_PE_COMPLETE, TG_REASON_OK);
	return TG_WORK_SETTLED;
}

static enum tg_work work(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	switch (p->exec) {
	case TG_EXEC_DIRECT:
		return tg_direct_run(e, p, ob);
	case TG_EXEC_QUOTE:
		return tg_quote_run(e, p, ob);
	case TG_EXEC_SWEEP:
		return tg_sweep_run(e, p, ob);
	default:
		return tg_multi_leg_run(e, p, ob);
	}
}

enum tg_work tg_exec_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	enum tg_work r = TG_WORK_OK;

	if (!p->end)
		r = work(e, p, ob);
	return r == TG_WORK_OK && p->end ? wind_up(e, p, ob) : r;
}
