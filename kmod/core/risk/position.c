// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * One position: average cost, realised result, fees, and the open quantity of
 * working orders. Money has scale e8. Rounding is towards zero, once per fill; a position that is
 * closed takes its whole remaining cost with it, so no dust of rounding is left behind.
 */
#include "state.h"

struct tg_position *tg_position(const struct tg_engine *e, u16 account_id, u32 instrument_id)
{
	return tg_risk_book(e, TG_BOOK_OF_ACCOUNT, account_id, instrument_id);
}

void tg_position_open(struct tg_position *p, u8 side, s64 delta)
{
	s64 *open = side == TG_SIDE_BUY ? &p->open_buy_qty : &p->open_sell_qty;

	/*
	 * Never overflows: risk keeps the sum of a side below TG_PX_MAX, and deltas only take back
	 * what was put in.
	 */
	if (!tg_add_s64(*open, delta, open))
		*open = delta > 0 ? TG_PX_MAX : 0;
	else if (*open < 0)
		*open = 0;
}

static u64 magnitude(s64 v)
{
	return v < 0 ? (u64)-v : (u64)v;
}

static s64 saturating_add(s64 a, s64 b)
{
	s64 v;

	return tg_add_s64(a, b, &v) && v < TG_PX_MAX ? v : TG_PX_MAX;
}

static bool in_range(s64 v)
{
	return v >= -TG_PX_MAX && v <= TG_PX_MAX;
}

struct fill {
	s64 qty, value, fee;
	bool buy;
};

/* What a fill changes. */
struct holding {
	s64 qty, cost, realised_pnl, fees;
};

static bool fill_ok(struct fill *f, u8 side, s64 qty, s64 px, s64 fee)
{
	f->buy = side == TG_SIDE_BUY;
	f->qty = qty;
	f->fee = fee;
	return qty > 0 && qty <= TG_PX_MAX && tg_notional(px, qty, &f->value) && in_range(fee);
}

/* What the position will be; nothing is changed yet. */
static bool after(const struct tg_position *p, const struct fill *f, struct holding *h)
{
	const bool buy = f->buy;
	const s64 qty = f->qty, value = f->value;
	s64 held = p->qty, cost = p->cost, realised = p->realised_pnl, fees;
	bool reduces = held && (held > 0) != buy;

	if (!tg_add_s64(p->fees, f->fee, &fees) || !in_range(fees))
		return false;
	if (!reduces) {
		if (!tg_add_s64(cost, buy ? value : -value, &cost))
			return false;
	} else {
		u64 have = magnitude(held), close = have < (u64)qty ? have : (u64)qty, out, got;
		s64 closed_value, result;

		/* What leaves at cost, and what it brought. */
		/* One of the two is whole as a rule, and needs no division. */
		out = magnitude(cost);
		got = (u64)value;
		if ((close != have && !tg_muldiv_u64(out, close, have, &out)) ||
		    (close != (u64)qty && !tg_muldiv_u64(got, close, (u64)qty, &got)))
			return false;
		closed_value = (s64)got;
		result = held > 0 ? closed_value - (s64)out : (s64)out - closed_value;
		if (!tg_add_s64(realised, result, &realised))
			return false;
		if (close < (u64)qty)		/* through zero: the rest opens the other side */
			cost = buy ? value - closed_value : closed_value - value;
		else
			cost = held > 0 ? cost - (s64)out : cost + (s64)out;
	}
	if (!tg_add_s64(held, buy ? qty : -qty, &held) || !in_range(held) || !in_range(cost) ||
	    !in_range(realised))
		return false;
	h->qty = held;
	h->cost = cost;
	h->realised_pnl = realised;
	h->fees = fees;
	return true;
}

static void hold(struct tg_position *p, const struct fill *f, const struct holding *h)
{
	/* Lifetime sums are for people: they stop at the top instead of refusing a fill. */
	s64 *sum = f->buy ? &p->bought_qty : &p->sold_qty;

	p->qty = h->qty;
	p->cost = h->cost;
	p->realised_pnl = h->realised_pnl;
	p->fees = h->fees;
	*sum = saturating_add(*sum, f->qty);
	p->fills++;
}

bool tg_position_fill(struct tg_position *p, u8 side, s64 qty, s64 px, s64 fee)
{
	struct tg_position *const one[] = { p };

	return tg_position_fill_all(one, 1, side, qty, px, fee);
}

bool tg_position_fill_all(struct tg_position *const *p, u32 n, u8 side, s64 qty, s64 px, s64 fee)
{
	struct holding h[TG_BOOKS_OF];
	struct fill f;
	u32 k;

	if (!fill_ok(&f, side, qty, px, fee))
		return false;
	for (k = 0; k < n; k++)
		if (p[k] && !after(p[k], &f, &h[k]))
			return false;
	for (k = 0; k < n; k++)
		if (p[k])
			hold(p[k], &f, &h[k]);
	return true;
}

/* As if it had been sold again at its price: held quantity and cash are what they would be without it, and the result too once the position is closed. */
bool tg_position_bust(struct tg_position *p, u8 side, s64 qty, s64 px, s64 fee)
{
	u8 other = side == TG_SIDE_BUY ? TG_SIDE_SELL : TG_SIDE_BUY;
	struct tg_position now = *p;
	s64 *sum = side == TG_SIDE_BUY ? &p->bought_qty : &p->sold_qty;

	if (!tg_position_fill(&now, other, qty, px, -fee))
		return false;
	p->qty = now.qty;
	p->cost = now.cost;
	p->realised_pnl = now.realised_pnl;
	p->fees = now.fees;
	*sum = *sum > qty ? *sum - qty : 0;
	return true;
}

bool tg_position_reprice(struct tg_position *p, u8 side, s64 qty, s64 from_px, s64 to_px, s64 fee)
{
	u8 other = side == TG_SIDE_BUY ? TG_SIDE_SELL : TG_SIDE_BUY;
	struct tg_position now = *p;

	/* Out at the one and in at the other: the quantity stays, the money becomes right. */
	if (!tg_position_fill(&now, other, qty, from_px, 0) ||
	    !tg_position_fill(&now, side, qty, to_px, fee))
		return false;
	p->cost = now.cost;
	p->realised_pnl = now.realised_pnl;
	p->fees = now.fees;
	return true;
}

s64 tg_position_avg_px(const struct tg_position *p)
{
	u64 v;

	if (!p->qty || !tg_muldiv_u64(magnitude(p->cost), TG_SCALE, magnitude(p->qty), &v) ||
	    v > (u64)TG_PX_MAX)
		return 0;
	return (s64)v;
}

s64 tg_position_unrealised(const struct tg_engine *e, const struct tg_position *p,
			   u32 instrument_id)
{
	const struct tg_instrument *i = tg_instrument(e, instrument_id);
	s64 reference, value, result;

	if (!p->qty || !i)
		return 0;
	reference = tg_reference_px(e, i);
	if (reference <= 0 || !tg_notional(reference, (s64)magnitude(p->qty), &value))
		return 0;
	if (!tg_sub_s64(p->qty > 0 ? value : -value, p->cost, &result))
		return 0;
	return result;
}

static bool touched(const struct tg_position *p)
{
	return p->fills || p->open_buy_qty || p->open_sell_qty;
}

bool tg_position_query(const struct tg_engine *e, enum tg_book_of of, u32 id, u32 instrument_id,
		       struct tg_nl_position *out)
{
	const struct tg_position *p = tg_risk_book(e, of, id, instrument_id);

	/* What only the venue has is worth a row too. */
	if (!p || (!touched(p) && (of != TG_BOOK_OF_ACCOUNT || !tg_venue_position(e, id, instrument_id)->qty)))
		return false;
	memset(out, 0, sizeof(*out));
	out->instrument_id = instrument_id;
	if (of == TG_BOOK_OF_ACCOUNT)
		out->account_id = (u16)id;
	if (of == TG_BOOK_OF_STRATEGY)
		out->strategy_id = (u16)id;
	out->qty = p->qty;
	out->avg_px = tg_position_avg_px(p);
	out->realised_pnl = p->realised_pnl;
	out->unrealised_pnl = tg_position_unrealised(e, p, instrument_id);
	out->fees = p->fees;
	out->open_buy_qty = p->open_buy_qty;
	out->open_sell_qty = p->open_sell_qty;
	out->bought_qty = p->bought_qty;
	out->sold_qty = p->sold_qty;
	out->fills = p->fills;
	if (of == TG_BOOK_OF_ACCOUNT) {
		const struct tg_venue_position *v = tg_venue_position(e, id, instrument_id);

		out->venue_qty = v->qty;
		out->venue_ns = v->time_ns;
		out->venue_base = v->base;
		out->venue_differs = v->told;
	}
	return true;
}

void tg_position_event(struct tg_engine *e, u16 client_id, u16 account_id, u32 instrument_id,
		       u16 flags, struct tg_outbox *ob)
{
	const struct tg_position *p = tg_position(e, account_id, instrument_id);
	const struct tg_venue_position *v;
	struct tg_priv_event *ev;

	if (!p)
		return;
	v = tg_venue_position(e, account_id, instrument_id);
	ev = tg_priv_bare(e, ob, client_id, TG_PRIV_POSITION, instrument_id, flags);
	if (!ev)
		return;
	ev->u.position.qty = p->qty;
	ev->u.position.realised_pnl = p->realised_pnl;
	ev->u.position.fees = p->fees;
	ev->u.position.open_buy_qty = p->open_buy_qty;
	ev->u.position.open_sell_qty = p->open_sell_qty;
	ev->u.position.account_id = account_id;
	ev->u.position.venue_differs = v->told;
	ev->u.position.pad0[0] = 0;
	ev->u.position.pad0[1] = 0;
	ev->u.position.venue_qty = v->qty;
	ev->u.position.venue_ns = v->time_ns;
	ev->u.position.pad[0] = 0;
	ev->u.position.pad[1] = 0;
	ev->u.position.avg_px = tg_position_avg_px(p);
	ev->u.position.unrealised_pnl = tg_position_unrealised(e, p, instrument_id);
}
