// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Self-trade prevention: see stp.h. */
#include "order/stp.h"

static u32 side_of(u8 side)
{
	return side == TG_SIDE_BUY ? TG_BID : TG_ASK;
}

static u32 slot1_of(const struct tg_order *o)
{
	return ((u32)(o->order_id >> 16) & ((1u << TG_ORDER_SLOT_BITS) - 1)) + 1;
}

void tg_stp_add(struct tg_engine *e, struct tg_order *o)
{
	struct tg_instrument *i = tg_instrument(e, o->instrument_id);
	u32 *head;

	if (likely(!i || !tg_stp_on(i)))
		return;
	head = &i->stp_head[side_of(o->side)];
	o->stp_prev = 0;
	o->stp_next = *head;
	if (*head)
		tg_order_slot(e, *head - 1)->stp_prev = slot1_of(o);
	*head = slot1_of(o);
}

void tg_stp_remove(struct tg_engine *e, struct tg_order *o)
{
	struct tg_instrument *i = tg_instrument(e, o->instrument_id);

	if (likely(!i || !tg_stp_on(i)))
		return;
	if (o->stp_prev)
		tg_order_slot(e, o->stp_prev - 1)->stp_next = o->stp_next;
	else
		i->stp_head[side_of(o->side)] = o->stp_next;
	if (o->stp_next)
		tg_order_slot(e, o->stp_next - 1)->stp_prev = o->stp_prev;
	o->stp_next = 0;
	o->stp_prev = 0;
}

/* How far it may reach: while a replace is in flight or lost, the venue may have either price. */
static s64 reach(const struct tg_order *o)
{
	if (!o->req_qty || !o->req_px)
		return o->px;
	if (o->side == TG_SIDE_BUY)
		return o->req_px > o->px ? o->req_px : o->px;
	return o->req_px < o->px ? o->req_px : o->px;
}

static bool crosses(const struct tg_order *own, u8 side, u8 ord_type, s64 px)
{
	/* A market order takes any price; one of ours that still works may yet take this one's. */
	if (ord_type == TG_ORD_MARKET || own->ord_type == TG_ORD_MARKET)
		return true;
	return side == TG_SIDE_BUY ? px >= reach(own) : px <= reach(own);
}

/*
 * Does anything cross? *edge: the price of ours that would be met first; 0 = any (a market order of
 * ours). cancel: each is to be cancelled.
 */
static bool find(struct tg_engine *e, const struct tg_instrument *i, u8 side, u8 ord_type, s64 px,
		 bool cancel, s64 *edge)
{
	u32 at = i->stp_head[side_of(side) == TG_BID ? TG_ASK : TG_BID];
	bool found = false, any = false;
	struct tg_order *o;
	s64 r;

	for (; at; at = o->stp_next) {
		o = tg_order_slot(e, at - 1);
		if (!crosses(o, side, ord_type, px))
			continue;
		r = reach(o);
		any |= o->ord_type == TG_ORD_MARKET;
		if (!found || (side == TG_SIDE_BUY ? r < *edge : r > *edge))
			*edge = r;
		found = true;
		if (!cancel || o->cancel_due ||
		    (o->req_type == TG_SUB_CANCEL && !(o->lost & TG_LOST_REQ)))
			continue;
		o->cancel_due = 1;
		o->reason = TG_REASON_SELF_CROSS;
		tg_cc(e, TG_CC_SELF_TRADE_CANCELS);
	}
	if (any)
		*edge = 0;
	return found;
}

/*
 * What others offer before the edge, at most `most`: the order is filled by that before it can
 * reach our own. A book that is not LIVE offers nothing that could be relied on.
 */
static s64 before_edge(const struct tg_engine *e, const struct tg_instrument *i, u8 side, s64 edge,
		       s64 most)
{
	u32 other = side_of(side) == TG_BID ? TG_ASK : TG_BID, depth;
	struct tg_level l;
	s64 sum = 0;

	if (!edge || i->state != TG_BOOK_LIVE)
		return 0;
	for (depth = 0; sum < most && tg_l2_level(tg_l2_of(e, i), other, depth, &l); depth++) {
		if (side == TG_SIDE_BUY ? l.px >= edge : l.px <= edge)
			break;
		/* Nothing of ours should stand before the edge; a book older than our cancels says so. */
		l.qty = tg_own_external(e, i, other, l.px, l.qty);
		if (!tg_add_s64(sum, l.qty, &sum))
			return most;
	}
	return sum < most ? sum : most;
}

static enum tg_reason refuse(struct tg_engine *e, const struct tg_instrument *i,
			     struct tg_outbox *ob)
{
	if (i->def.self_trade == TG_SELF_TRADE_CANCEL)
		tg_order_sweep(e, ob);
	return TG_REASON_SELF_CROSS;
}

enum tg_reason tg_stp_new(struct tg_engine *e, struct tg_instrument *i,
			  const struct tg_submission **s, struct tg_submission *cut,
			  struct tg_outbox *ob)
{
	const struct tg_submission *q = *s;
	s64 edge = 0, left;

	if (!find(e, i, q->side, q->ord_type, q->px, i->def.self_trade == TG_SELF_TRADE_CANCEL,
		  &edge))
		return TG_REASON_OK;
	tg_cc(e, TG_CC_SELF_CROSSES);
	/* All or nothing is not to be cut. */
	if (i->def.self_trade != TG_SELF_TRADE_REDUCE || q->tif == TG_TIF_FOK)
		return refuse(e, i, ob);
	left = before_edge(e, i, q->side, edge, q->qty);
	left -= left % i->def.lot;
	if (left < i->def.min_qty || left <= 0)
		return TG_REASON_SELF_CROSS;
	if (left == q->qty)
		return TG_REASON_OK;
	tg_cc(e, TG_CC_SELF_TRADE_REDUCED);
	*cut = *q;
	cut->qty = left;
	*s = cut;
	return TG_REASON_OK;
}

enum tg_reason tg_stp_replace(struct tg_engine *e, struct tg_instrument *i,
			      const struct tg_order *o, s64 px, struct tg_outbox *ob)
{
	s64 edge = 0;

	if (!find(e, i, o->side, o->ord_type, px, i->def.self_trade == TG_SELF_TRADE_CANCEL, &edge))
		return TG_REASON_OK;
	tg_cc(e, TG_CC_SELF_CROSSES);
	return refuse(e, i, ob);
}
