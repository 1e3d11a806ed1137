// SPDX-License-Identifier: GPL-2.0 OR MIT
/* Consolidated books: see cons.h. */
#include "state.h"

static struct tg_product *slot_of(const struct tg_engine *e, u32 id)
{
	return TG_TABLE(e, off_products, struct tg_product) + id;
}

enum tg_reason tg_product_config(struct tg_engine *e, const struct tg_in_product *p)
{
	struct tg_product *s;
	u32 side, m;

	if (!p->product_id || p->product_id > e->params.max_products || p->flags || p->reserved0 ||
	    p->reserved[0] || p->reserved[1] || !tg_text_ok(p->name, sizeof(p->name), false))
		return TG_REASON_CONFIG;
	s = slot_of(e, p->product_id);
	if (s->cfg.product_id)
		return TG_REASON_DUPLICATE_ID;
	memset(s, 0, sizeof(*s));
	s->cfg = *p;
	for (side = 0; side < 2; side++) {
		s->told[side].px = TG_PX_NONE;
		for (m = 0; m < TG_PRODUCT_MEMBERS; m++)
			s->cost[side][m] = TG_COST_NONE;
	}
	return TG_REASON_OK;
}

bool tg_product_has_room(const struct tg_engine *e, u16 product_id)
{
	const struct tg_product *p = tg_product(e, product_id);

	return p && p->members < TG_PRODUCT_MEMBERS;
}

void tg_product_join(struct tg_engine *e, struct tg_instrument *i)
{
	struct tg_product *p = tg_product(e, i->def.product_id);
	struct tg_product_member *m;

	if (!p || p->members >= TG_PRODUCT_MEMBERS)
		return;		/* tg_product_has_room() was asked before */
	i->book.has |= TG_BOOK_HAS_PRODUCT;
	i->book.member = p->members;
	m = &p->member[p->members++];
	m->instrument_id = i->def.instrument_id;
	m->best[TG_BID].px = TG_PX_NONE;
	m->best[TG_ASK].px = TG_PX_NONE;
}

/* Ranked upwards on both sides: what is sold for more comes first. */
static s64 rank(const struct tg_instrument *i, u32 side, s64 px)
{
	s64 cost;

	if (px == TG_PX_NONE)
		return TG_COST_NONE;
	cost = tg_cost_px(side, px, i->def.taker_fee_e8);
	/* No level, however dear, is none. */
	if (cost == TG_COST_NONE)
		cost--;
	return side == TG_BID ? -cost : cost;
}

/* One member's best is another: the product's, without a branch on which is lower. */
static void best_of(struct tg_product *p, u32 side)
{
	const s64 *cost = p->cost[side];
	u32 n = p->members, m, at = 0;
	s64 low = cost[0];

	for (m = 1; m < n; m++) {
		bool less = cost[m] < low;

		low = less ? cost[m] : low;
		at = less ? m : at;
	}
	p->best[side] = (u8)at;
}

static bool take_best(struct tg_product *p, const struct tg_instrument *i, u32 m, u32 side,
		      const struct tg_level *l)
{
	struct tg_level *was = &p->member[m].best[side];
	bool moved = was->px != l->px;

	*was = *l;
	if (likely(!moved))
		return false;
	p->cost[side][m] = rank(i, side, l->px);
	best_of(p, side);
	return true;
}

static bool told_differs(const struct tg_product *p, u32 side)
{
	const struct tg_product_member *m = &p->member[p->best[side]];
	s64 px = m->best[side].px;

	return p->told[side].px != px ||
	       p->told[side].instrument_id != (px == TG_PX_NONE ? 0 : m->instrument_id);
}

static void tell(struct tg_engine *e, struct tg_product *p, struct tg_outbox *ob)
{
	struct tg_pub_event *ev =
		tg_pub(e, ob, TG_PUB_PRODUCT_TOP, p->cfg.product_id, TG_EV_LAST);
	u32 side;

	for (side = 0; side < 2; side++) {
		const struct tg_product_member *m = &p->member[p->best[side]];

		p->told[side].px = m->best[side].px;
		p->told[side].instrument_id =
			m->best[side].px == TG_PX_NONE ? 0 : m->instrument_id;
	}
	if (!ev)
		return;
	ev->u.product_top.bid_px = p->told[TG_BID].px;
	ev->u.product_top.ask_px = p->told[TG_ASK].px;
	ev->u.product_top.bid_instrument = p->told[TG_BID].instrument_id;
	ev->u.product_top.ask_instrument = p->told[TG_ASK].instrument_id;
}

/* Selling at the best bid brings more than buying at the best ask costs. */
static bool crossed(const struct tg_product *p)
{
	s64 bid = p->cost[TG_BID][p->best[TG_BID]], ask = p->cost[TG_ASK][p->best[TG_ASK]];

	return bid != TG_COST_NONE && ask != TG_COST_NONE && -bid > ask;
}

void tg_product_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	struct tg_product *p = tg_product(e, i->def.product_id);
	struct tg_product_member *m = &p->member[i->book.member];
	struct tg_level bid = { .px = TG_PX_NONE }, ask = { .px = TG_PX_NONE };
	bool live = i->state == TG_BOOK_LIVE, moved, now;

	if (!live && !m->live)
		return;
	if (likely(live))
		tg_l2_best(tg_l2_of(e, i), &bid, &ask);
	if (unlikely(live != m->live)) {
		m->live = live;
		p->live += live ? 1 : -1;
	}
	moved = take_best(p, i, i->book.member, TG_BID, &bid);
	moved |= take_best(p, i, i->book.member, TG_ASK, &ask);
	p->changed_seq = e->seq;
	p->changed_ns = e->time_ns;
	if (p->noted_seq != e->seq) {
		p->noted_seq = e->seq;
		tg_out_note(e, ob, TG_OUT_PRODUCT, 0, p->cfg.product_id);
	}
	if (likely(!moved))
		return;
	now = crossed(p);
	if (now && !p->crossed)
		tg_cc(e, TG_CC_PRODUCT_CROSSED);
	p->crossed = now;
	if (told_differs(p, TG_BID) || told_differs(p, TG_ASK))
		tell(e, p, ob);
}

/* ---- the image ---- */

struct head { s64 rank; struct tg_level l; u32 depth; };

static void next_head(const struct tg_engine *e, const struct tg_instrument *i, u32 side,
		      struct head *h)
{
	h->rank = TG_COST_NONE;
	if (tg_l2_level(tg_l2_of(e, i), side, h->depth, &h->l))
		h->rank = rank(i, side, h->l.px);
}

/* The best levels of all members' books, in order of what they cost. */
static u32 merge(const struct tg_engine *e, const struct tg_product *p, u32 side,
		 struct tg_product_level *out)
{
	struct head head[TG_PRODUCT_MEMBERS];
	u32 n, m;

	for (m = 0; m < p->members; m++) {
		head[m].rank = TG_COST_NONE;
		head[m].depth = 0;
		if (p->member[m].live)
			next_head(e, tg_instrument(e, p->member[m].instrument_id), side, &head[m]);
	}
	for (n = 0; n < TG_PRODUCT_LEVELS; n++) {
		const struct tg_instrument *i;
		u32 at = 0;

		for (m = 1; m < p->members; m++)
			if (head[m].rank < head[at].rank)
				at = m;
		if (!p->members || head[at].rank == TG_COST_NONE)
			break;
		i = tg_instrument(e, p->member[at].instrument_id);
		out[n].px = head[at].l.px;
		out[n].qty = head[at].l.qty;
		out[n].cost_px = side == TG_BID ? -head[at].rank : head[at].rank;
		out[n].instrument_id = i->def.instrument_id;
		out[n].pad = 0;
		head[at].depth++;
		next_head(e, i, side, &head[at]);
	}
	return n;
}

void tg_product_image(const struct tg_engine *e, const struct tg_product *p,
		      struct tg_product_image *out)
{
	memset(out, 0, sizeof(*out));
	out->product_id = p->cfg.product_id;
	out->instruments = p->members;
	out->live = p->live;
	out->crossed = p->crossed;
	out->time_ns = p->changed_ns;
	out->record_seq = p->changed_seq;
	out->bid_levels = (u16)merge(e, p, TG_BID, out->bid);
	out->ask_levels = (u16)merge(e, p, TG_ASK, out->ask);
}
