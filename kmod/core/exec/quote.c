// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * `post_only_quote`: a bid and an offer that add liquidity or do nothing. A venue that finds one of
 * them would take refuses it; that side then tries once more, one tick further from the market, and
 * if that is refused too the quote is given up, both sides of it: a market that moves through every
 * price in turn is not to be chased with rejects. A side that is filled is not renewed; the quote is
 * COMPLETED when both are.
 */
#include "exec/exec.h"
#include "state.h"

/* Refused before it worked, untouched. Some venues say so by cancelling it. */
static bool would_take(const struct tg_child *c)
{
	return c && c->over && !c->acked && !c->cum && !c->stop &&
	       (c->status == TG_OS_REJECTED || c->status == TG_OS_CANCELED);
}

/* true: there is a price one tick deeper, and it is the leg's now. */
static bool deeper(const struct tg_engine *e, struct tg_leg *l)
{
	s64 tick = tg_instrument_tick(tg_instrument(e, l->instrument_id));
	s64 px = l->side == TG_SIDE_BUY ? l->px - tick : l->px + tick;

	if (l->tries || !tick || px <= 0 || px > TG_PX_MAX)
		return false;
	l->tries = 1;
	l->px = px;
	l->child = 0;
	return true;
}

enum tg_work tg_quote_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	enum tg_work r;
	u32 n;

	for (n = 0; n < TG_PARENT_LEGS && !p->end; n++) {
		if (would_take(tg_leg_child(p, n)) && deeper(e, &p->leg[n]))
			p->tell = 1;
		r = tg_leg_run(e, p, n, ob);
		if (r != TG_WORK_OK)
			return r;
	}
	if (!p->end && p->leg[0].cum >= p->leg[0].qty && p->leg[1].cum >= p->leg[1].qty &&
	    !tg_children_work(p))
		tg_parent_event(e, p, TG_PE_COMPLETE, TG_REASON_OK);
	return TG_WORK_OK;
}
