// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * `multi_leg`: two orders that are wanted together. Both go out at once. When one is refused, ends
 * short, or the leg timeout comes, the parent ends: what works is cancelled, and what one leg has
 * more of than the other is made up for on the other by one immediate-or-cancel order, hedge_ticks
 * beyond that leg's limit. A hedge that is refused or not filled in full leaves risk that nobody
 * wanted: HEDGE_FAILED, and the kill switch (FIRM, TG_KILL_HEDGE).
 *
 * Legs agree when they are filled in the proportion of their quantities; less than the smallest
 * order of the lagging leg's instrument is not hedged, there is no order for it.
 *
 * Under a kill nothing is sent: the parent ends with KILL_SWITCH, and its last event has both legs.
 */
#include "exec/exec.h"
#include "state.h"

/* What the other leg's fills ask of this one. */
static s64 owed(const struct tg_leg *l, const struct tg_leg *other)
{
	u64 due;

	if (!tg_muldiv_u64((u64)(other->cum > 0 ? other->cum : 0), (u64)l->qty, (u64)other->qty, &due) ||
	    due > (u64)TG_PX_MAX)
		return 0;
	return (s64)due > l->cum ? (s64)due - l->cum : 0;
}

/* The lagging leg, and by how much; 0: they agree. */
static s64 imbalance(const struct tg_engine *e, const struct tg_parent *p, u32 *leg)
{
	const struct tg_instrument *i;
	s64 need;
	u32 n;

	for (n = 0; n < TG_PARENT_LEGS; n++) {
		i = tg_instrument(e, p->leg[n].instrument_id);
		need = owed(&p->leg[n], &p->leg[1 - n]);
		need -= need % i->def.lot;
		if (need <= 0 || need < i->def.min_qty)
			continue;
		*leg = n;
		return need;
	}
	return 0;
}

static s64 hedge_px(const struct tg_engine *e, const struct tg_parent *p, const struct tg_leg *l)
{
	s64 tick = tg_instrument_tick(tg_instrument(e, l->instrument_id)), far, px;

	if (__builtin_mul_overflow(tick, (s64)p->hedge_ticks, &far))
		return 0;
	if (l->side == TG_SIDE_SELL)
		return l->px > far ? l->px - far : tick;
	return tg_add_s64(l->px, far, &px) && px <= TG_PX_MAX ? px : 0;
}

static enum tg_work failed(struct tg_engine *e, struct tg_parent *p, enum tg_reason why)
{
	tg_parent_event(e, p, TG_PE_HEDGE_FAILED, why);
	return TG_WORK_UNHEDGED;
}

enum tg_work tg_multi_leg_hedge(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	struct tg_child_terms t = { .ord_type = TG_ORD_LIMIT, .tif = TG_TIF_IOC, .hedge = true };
	bool full = p->leg[0].cum >= p->leg[0].qty && p->leg[1].cum >= p->leg[1].qty;
	enum tg_reason why;
	u32 leg = 0;

	t.qty = imbalance(e, p, &leg);
	if (!t.qty) {
		if (p->state == TG_PARENT_HEDGING)
			tg_parent_event(e, p, TG_PE_BALANCED, TG_REASON_OK);
		if (full)
			tg_parent_event(e, p, TG_PE_COMPLETE, TG_REASON_OK);
		return TG_WORK_SETTLED;
	}
	if (p->hedged) {
		const struct tg_child *c = tg_leg_child(p, leg);

		return failed(e, p, c && c->reason ? c->reason : TG_REASON_VENUE_REJECT);
	}
	if (p->end == TG_PARENT_KILL_SWITCH)
		return TG_WORK_SETTLED;
	t.instrument_id = p->leg[leg].instrument_id;
	t.px = hedge_px(e, p, &p->leg[leg]);
	why = tg_child_send(e, p, leg, &t, ob);
	if (why == TG_REASON_NO_OUTBOX)
		return TG_WORK_AGAIN;
	if (why)
		return failed(e, p, why);
	p->hedged = 1;
	tg_cc(e, TG_CC_HEDGES);
	tg_parent_event(e, p, TG_PE_HEDGE, TG_REASON_OK);
	return TG_WORK_OK;
}

enum tg_work tg_multi_leg_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	enum tg_work r;
	u32 n;

	for (n = 0; n < TG_PARENT_LEGS && !p->end; n++) {
		r = tg_leg_run(e, p, n, ob);
		if (r != TG_WORK_OK)
			return r;
	}
	if (!p->end && p->leg[0].cum >= p->leg[0].qty && p->leg[1].cum >= p->leg[1].qty &&
	    !tg_children_work(p))
		tg_parent_event(e, p, TG_PE_COMPLETE, TG_REASON_OK);
	return TG_WORK_OK;
}
