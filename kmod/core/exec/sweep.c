// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * `sweep`: takes what others offer, down to a limit, now. The levels of all instruments of the
 * product (or of the one instrument that has none) are taken in order of what they cost, taker's
 * fee included; what is ours in a level is not counted (gross less own: tg_own_external()). Each
 * instrument gets one immediate-or-cancel order, priced at the worst of its levels.
 *
 * When all have ended and something is still wanted, it looks again, in another round; an instrument
 * that refused an order, or gave nothing for one, is left out from then on. When nothing is left to
 * take the parent is EXPIRED with what it has. Only LIVE books count, and only instruments that the
 * client may trade.
 */
#include "exec/exec.h"
#include "state.h"

#define ROUNDS		8u
#define LEVELS		256u	/* looked at in one round */
#define NO_COST		TG_COST_NONE

struct head { s64 cost, px, qty; u32 instrument_id, depth; };
struct plan {
	struct head head[TG_PRODUCT_MEMBERS];
	s64 qty[TG_PRODUCT_MEMBERS];
	u32 n, levels;
};

static u32 member(const struct tg_engine *e, const struct tg_leg *l, u32 m)
{
	const struct tg_product *q = tg_product(e, tg_instrument(e, l->instrument_id)->def.product_id);

	return q ? q->member[m].instrument_id : l->instrument_id;
}

static u32 members(const struct tg_engine *e, const struct tg_leg *l)
{
	const struct tg_product *q = tg_product(e, tg_instrument(e, l->instrument_id)->def.product_id);

	return q ? q->members : 1;
}

static bool may_take(const struct tg_engine *e, const struct tg_parent *p, const struct tg_instrument *i)
{
	const struct tg_session *v = i ? tg_session(e, i->def.venue_id) : NULL;
	u16 strategy_id = p->strategy_id;

	return v && i->state == TG_BOOK_LIVE && (v->cfg.flags & TG_VENUE_ORDERS) &&
	       tg_session_can_send(v) && tg_exec_fits(tg_venue_caps(v->cfg.dialect), TG_EXEC_SWEEP) &&
	       tg_client_uid_books(e, p->uid, p->account_id, i->def.instrument_id, TG_ORD_LIMIT, &strategy_id) == TG_REASON_OK;
}

/* The next level of others within the limit. */
static void advance(const struct tg_engine *e, const struct tg_leg *l, struct head *h, u32 *levels)
{
	const struct tg_instrument *i = tg_instrument(e, h->instrument_id);
	u32 other = l->side == TG_SIDE_BUY ? TG_ASK : TG_BID;
	struct tg_level at;

	h->cost = NO_COST;
	while (*levels && tg_l2_level(tg_l2_of(e, i), other, h->depth, &at)) {
		if (l->side == TG_SIDE_BUY ? at.px > l->px : at.px < l->px)
			return;
		h->depth++;
		--*levels;
		h->qty = tg_own_external(e, i, other, at.px, at.qty);
		if (h->qty <= 0)
			continue;
		h->px = at.px;
		h->cost = tg_cost_px(other, at.px, i->def.taker_fee_e8);
		if (other == TG_BID)
			h->cost = -h->cost;	/* what brings more comes first */
		if (h->cost == NO_COST)
			h->cost--;
		return;
	}
}

/* How much of each; head[].px is then the worst price of it. false: nothing to take. */
static bool make_plan(const struct tg_engine *e, const struct tg_parent *p, struct plan *q)
{
	const struct tg_leg *l = &p->leg[0];
	s64 left = l->qty - l->cum, take, worst[TG_PRODUCT_MEMBERS];
	bool any = false;
	u32 m, at;

	memset(q, 0, sizeof(*q));
	q->n = members(e, l);
	q->levels = LEVELS;
	for (m = 0; m < q->n; m++) {
		q->head[m].instrument_id = member(e, l, m);
		q->head[m].cost = NO_COST;
		if (!(p->refused & 1u << m) && may_take(e, p, tg_instrument(e, q->head[m].instrument_id)))
			advance(e, l, &q->head[m], &q->levels);
	}
	while (left > 0) {
		for (m = 1, at = 0; m < q->n; m++)
			if (q->head[m].cost < q->head[at].cost)
				at = m;
		if (q->head[at].cost == NO_COST)
			break;
		take = q->head[at].qty < left ? q->head[at].qty : left;
		q->qty[at] += take;
		worst[at] = q->head[at].px;
		left -= take;
		advance(e, l, &q->head[at], &q->levels);
	}
	for (m = 0; m < q->n; m++) {
		const struct tg_instrument *i = tg_instrument(e, q->head[m].instrument_id);

		q->qty[m] -= q->qty[m] % i->def.lot;
		if (q->qty[m] < i->def.min_qty)
			q->qty[m] = 0;
		if (q->qty[m])
			q->head[m].px = worst[m];
		any |= q->qty[m] > 0;
	}
	return any;
}

/* Those that gave nothing are not asked again. */
static void leave_out(const struct tg_engine *e, struct tg_parent *p)
{
	u32 n = members(e, &p->leg[0]), m, i;

	for (i = 0; i < TG_PARENT_CHILDREN; i++) {
		const struct tg_child *c = &p->child[i];

		if (!c->order_id || c->cum)
			continue;
		for (m = 0; m < n; m++)
			if (member(e, &p->leg[0], m) == c->instrument_id)
				p->refused |= (u16)(1u << m);
	}
}

static __attribute__((__noinline__)) enum tg_reason send_one(struct tg_engine *e, struct tg_parent *p,
							     const struct head *h, s64 qty, struct tg_outbox *ob)
{
	struct tg_child_terms t = { .instrument_id = h->instrument_id, .px = h->px, .qty = qty,
				    .ord_type = TG_ORD_LIMIT, .tif = TG_TIF_IOC };

	return tg_child_send(e, p, 0, &t, ob);
}

/* One order for each; *sent: how many went out. */
static enum tg_reason send_all(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob, u32 *sent)
{
	enum tg_reason why = TG_REASON_OK, r;
	struct plan q;
	u32 m;

	*sent = 0;
	if (!make_plan(e, p, &q))
		return TG_REASON_OK;
	for (m = 0; m < q.n; m++) {
		if (!q.qty[m])
			continue;
		r = send_one(e, p, &q.head[m], q.qty[m], ob);
		if (r == TG_REASON_NO_OUTBOX)
			return r;
		if (!r) {
			++*sent;
			continue;
		}
		why = r;
		p->refused |= (u16)(1u << m);
	}
	return why;
}

enum tg_work tg_sweep_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob)
{
	struct tg_leg *l = &p->leg[0];
	enum tg_reason why;
	u32 sent;

	if (tg_children_work(p))
		return TG_WORK_OK;
	if (l->cum >= l->qty) {
		tg_parent_event(e, p, TG_PE_COMPLETE, TG_REASON_OK);
		return TG_WORK_OK;
	}
	leave_out(e, p);
	while (l->tries < ROUNDS) {
		why = send_all(e, p, ob, &sent);
		if (why == TG_REASON_NO_OUTBOX)
			return sent ? TG_WORK_OK : TG_WORK_AGAIN;
		if (sent) {
			l->tries++;
			return TG_WORK_OK;
		}
		/* All were refused: others may have something, but no more often than there are members. */
		if (!why)
			break;
		p->why = (u16)why;
		l->tries++;
	}
	if (p->why && p->state == TG_PARENT_PENDING)
		return tg_exec_fail(e, p, p->why);
	tg_parent_event(e, p, TG_PE_EXPIRE, p->why);
	return TG_WORK_OK;
}
