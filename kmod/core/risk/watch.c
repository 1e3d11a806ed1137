// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * What is looked at after something was sent, filled or valued: the two controls that kill their scope by themselves, and soft limits.
 *
 * Daily loss: working orders are cancelled too. Repeated executions (RTS 6 art. 15(3): how often a strategy may be applied before a person re-enables it): new
 * orders are what is counted, at the moment they are sent, filled or not: an algorithm that runs away shows in what it sends. RESUME of the scope starts either
 * count anew.
 *
 * A soft limit is told of once when its percentage is reached, and again only after usage has been below nine tenths of that.
 */
#include "state.h"

#define HUNDRED 100

static void act(struct tg_engine *e, const struct tg_limits *l, enum tg_kill_cause cause, u32 flags, struct tg_outbox *ob)
{
	struct tg_in_kill k;
	u32 i;

	for (i = 0; i < e->kills.n; i++)
		if (e->kills.k[i].scope == l->cfg.scope && e->kills.k[i].id == l->cfg.id)
			return;
	memset(&k, 0, sizeof(k));
	k.scope = l->cfg.scope;
	k.id = l->cfg.id;
	k.cause = (u16)cause;
	k.flags = flags;
	tg_kill_latch(e, &k, ob);
}

struct warning {
	u32 controls;		/* newly reached */
	u64 percent;		/* of the one used most */
	u32 at_percent;
};

/* Is it (still) told of? */
static bool reached(struct warning *w, __int128 used, s64 limit, bool told, u32 control)
{
	u64 percent;

	if (limit <= 0 || used <= 0)
		return false;
	if (told)
		return used * 10 * HUNDRED >= (__int128)limit * w->at_percent * 9;
	if (used * HUNDRED < (__int128)limit * w->at_percent)
		return false;
	if (used > TG_PX_MAX || !tg_muldiv_u64((u64)used, HUNDRED, (u64)limit, &percent) || percent > 0xffff)
		percent = 0xffff;
	if (percent > w->percent)
		w->percent = percent;
	w->controls |= control;
	return true;
}

static void soft(struct warning *w, u32 *told, u32 bit, u32 control, __int128 used, s64 limit)
{
	*told = reached(w, used, limit, *told & bit, control) ? *told | bit : *told & ~bit;
}

/* The larger side of what a position may become. */
static __int128 worst(const struct tg_position *p)
{
	__int128 up = (__int128)p->qty + p->open_buy_qty, down = (__int128)p->open_sell_qty - p->qty;

	return up > down ? up : down;
}

static enum tg_book_of book_of(u16 scope)
{
	switch (scope) {
	case TG_SCOPE_ACCOUNT:
		return TG_BOOK_OF_ACCOUNT;
	case TG_SCOPE_STRATEGY:
		return TG_BOOK_OF_STRATEGY;
	case TG_SCOPE_CLIENT:
		return TG_BOOK_OF_CLIENT;
	default:
		return TG_BOOK_OF_FIRM;
	}
}

static void warn(struct tg_engine *e, struct tg_limits *l, const struct tg_exposure *x, struct tg_position *const books[TG_BOOKS_OF], struct tg_outbox *ob)
{
	const struct tg_in_limits *c = &l->cfg;
	struct warning w = { .at_percent = c->warn_percent };
	__int128 open = x->open_value[0] + x->open_value[1], up = x->net + x->open_value[0], down = x->open_value[1] - x->net;
	struct tg_position *p;
	struct tg_pub_event *ev;

	if (c->max_open_orders != 0xffffffffu)
		soft(&w, &l->warned, TG_LIMITS_OPEN_ORDERS, TG_LIMITS_OPEN_ORDERS, l->open_orders, c->max_open_orders);
	if (c->flags & TG_LIMITS_GROSS)
		soft(&w, &l->warned, TG_LIMITS_GROSS, TG_LIMITS_GROSS, x->gross + open, c->max_gross_notional);
	if (c->flags & TG_LIMITS_NET)
		soft(&w, &l->warned, TG_LIMITS_NET, TG_LIMITS_NET, up > down ? up : down, c->max_net_notional);
	if (c->flags & TG_LIMITS_CAPITAL)
		soft(&w, &l->warned, TG_LIMITS_CAPITAL, TG_LIMITS_CAPITAL, x->capital + open, c->max_capital);
	if (c->flags & TG_LIMITS_DAILY_LOSS)
		soft(&w, &l->warned, TG_LIMITS_DAILY_LOSS, TG_LIMITS_DAILY_LOSS, x->day_result - x->result, c->max_daily_loss);
	if (c->flags & TG_LIMITS_EXECUTIONS)
		soft(&w, &l->warned, TG_LIMITS_EXECUTIONS, TG_LIMITS_EXECUTIONS, x->executions, c->max_executions);
	/* Of positions there are many in a scope: each remembers for itself. */
	p = books ? books[TG_BOOK_OF_ACCOUNT] : NULL;
	if (p && c->max_position != TG_PX_MAX)
		soft(&w, &p->warned, 1u << c->scope, TG_LIMITS_POSITION, worst(p), c->max_position);
	p = books ? books[book_of(c->scope)] : NULL;
	if (p && (c->flags & TG_LIMITS_TOTAL_POSITION))
		soft(&w, &p->warned, 256u << c->scope, TG_LIMITS_TOTAL_POSITION, worst(p), c->max_total_position);
	if (!w.controls)
		return;
	tg_cc(e, TG_CC_RISK_ALERTS);
	ev = tg_pub(e, ob, TG_PUB_ALERT, c->scope == TG_SCOPE_INSTRUMENT ? c->id : 0, TG_EV_LAST);
	if (!ev)
		return;
	ev->u.alert.scope = c->scope;
	ev->u.alert.id = c->id;
	ev->u.alert.percent = (u16)w.percent;
	ev->u.alert.controls = w.controls;
}

void tg_risk_watch(struct tg_engine *e, struct tg_limits *l, struct tg_position *const books[TG_BOOKS_OF], struct tg_outbox *ob)
{
	const struct tg_exposure *x = TG_TABLE(e, off_exposures, struct tg_exposure) + l->scope_at;
	const struct tg_in_limits *c = &l->cfg;

	if ((c->flags & TG_LIMITS_DAILY_LOSS) && x->day_result - x->result > c->max_daily_loss)
		act(e, l, TG_KILL_LOSS, TG_KILL_CANCEL, ob);
	if ((c->flags & TG_LIMITS_EXECUTIONS) && x->executions >= c->max_executions)
		act(e, l, TG_KILL_EXECUTIONS, 0, ob);
	if (c->warn_percent)
		warn(e, l, x, books, ob);
}
