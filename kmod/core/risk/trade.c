// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * A trade of an order at work, in all its books at once, where that is nothing but additions: no
 * sums are kept, and no book holds the other side. Everything else goes the way of exposure.c and
 * position.c; the results are the same.
 */
#include "risk/books.h"

/* No sum of a position within its range and of one of these can overflow. */
#define SMALL	(1LL << 57)

/* By how much each book changes. */
struct step {
	s64 qty, cost;	/* signed */
	s64 fee, open;
};

static __always_inline bool in_range(s64 v)
{
	return (u64)v + (u64)TG_PX_MAX <= 2 * (u64)TG_PX_MAX;
}

static_assert(TG_PX_MAX + SMALL > 0, "sums of both are words");

/* A book that is flat, or held on the trade's side, and stays within range. */
static __always_inline bool grows(const struct tg_position *p, const struct step *d)
{
	return !p || (((p->qty ^ d->qty) >= 0 || !p->qty) && in_range(p->qty + d->qty) &&
		      in_range(p->cost + d->cost) && in_range(p->fees + d->fee));
}

static __always_inline void add(struct tg_position *p, const struct step *d, bool buy)
{
	s64 *sum, *open, all;

	if (!p)
		return;
	sum = buy ? &p->bought_qty : &p->sold_qty;
	open = buy ? &p->open_buy_qty : &p->open_sell_qty;
	all = *sum + (buy ? d->qty : -d->qty);
	*sum = all < TG_PX_MAX ? all : TG_PX_MAX;
	/* Wraps as in tg_risk_reopen(). */
	*open = (s64)((u64)*open + (u64)d->open);
	p->qty += d->qty;
	p->cost += d->cost;
	p->fees += d->fee;
	p->fills++;
}

static __always_inline bool book(const struct tg_books *b, const struct step *d, bool buy)
{
	s64 open;

	if (!grows(b->firm, d) || !grows(b->account, d) || !grows(b->strategy, d) || !grows(b->client, d))
		return false;
	open = buy ? b->account->open_buy_qty : b->account->open_sell_qty;
	/* What tg_position_open() would have to mend. */
	if (unlikely(open < 0 || open + d->open < 0))
		return false;
	add(b->firm, d, buy);
	add(b->account, d, buy);
	add(b->strategy, d, buy);
	add(b->client, d, buy);
	return true;
}

bool tg_risk_trade(struct tg_engine *e, struct tg_order *o, u16 owner, s64 open_qty,
		   const struct tg_risk_trade *t)
{
	const bool buy = o->side == TG_SIDE_BUY;
	struct tg_books b = tg_books_of(e, o, owner);
	struct step d = {
		.qty = buy ? t->qty : -t->qty,
		.cost = buy ? t->value : -t->value,
		.fee = t->fee,
		.open = open_qty - o->open_qty,
	};

	if (likely(!e->risk_valued && b.account && t->qty < SMALL && t->value < SMALL &&
		   t->fee < SMALL && t->fee > -SMALL && d.open <= 0 && d.open > -SMALL) &&
	    (buy ? book(&b, &d, true) : book(&b, &d, false))) {
		o->open_qty = open_qty;
		return true;
	}
	tg_risk_reopen(e, o, open_qty);
	return tg_risk_fill(e, o, t->qty, t->px, t->fee);
}
