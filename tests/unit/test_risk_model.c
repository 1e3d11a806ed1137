// SPDX-License-Identifier: MIT
/*
 * The risk check against a model of it: random limits in every scope, random orders, positions, prices, open orders and times. The model knows nothing of rows,
 * tags or slots: it looks at every scope's record each time, and divides.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

enum { SCOPES = TG_SCOPE_INSTRUMENT + 1, IDS = 4, STEPS = 300000 };
#define NO_LIMIT 0xffffffffu

typedef unsigned __int128 wide;

static struct limit {
	struct tg_in_limits cfg;
	bool loaded;
	u64 tat;
	u32 open;
} model[SCOPES][IDS];

static struct recent { struct tg_risk_request r; u64 at; } recent[IDS][TG_RISK_RECENT];
static u32 recents[IDS];
static struct tg_order open_orders[64];
static u32 n_open;
static u64 rng_state;

static u64 rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 2685821657736338717ULL;
}

static u32 below(u32 n)
{
	return (u32)(rng() >> 33) % n;
}

/* ---- the model ---- */

static u32 id_in(const struct tg_risk_request *r, u16 scope)
{
	switch (scope) {
	case TG_SCOPE_VENUE: return r->venue_id;
	case TG_SCOPE_ACCOUNT: return r->account_id;
	case TG_SCOPE_CLIENT: return r->client_id;
	case TG_SCOPE_INSTRUMENT: return r->instrument_id;
	default: return 0;
	}
}

static struct limit *limit_of(const struct tg_risk_request *r, u16 scope)
{
	struct limit *l = &model[scope][id_in(r, scope)];

	return l->loaded ? l : NULL;
}

static u64 interval(const struct tg_in_limits *c)
{
	return (SEC + c->rate_per_s - 1) / c->rate_per_s;
}

static bool no_rate(const struct tg_in_limits *c)
{
	return c->rate_per_s == NO_LIMIT || c->rate_burst == NO_LIMIT;
}

#define EACH(r, l, scope) for (scope = TG_SCOPE_FIRM; scope < SCOPES; scope++) if ((l = limit_of(r, scope)))

static enum tg_reason expected(const struct tg_engine *e, const struct tg_risk_request *r)
{
	const struct tg_instrument *i = tg_instrument(e, r->instrument_id);
	const struct tg_position *p = tg_position(e, r->account_id, r->instrument_id);
	s64 reference = i->state == TG_BOOK_LIVE ? i->last_px : TG_PX_NONE;
	bool market = r->ord_type == TG_ORD_MARKET, priced = true, fits = true;
	u32 collar = NO_LIMIT, n;
	s64 max_notional = TG_PX_MAX;
	wide value = 0, px = 0;
	struct limit *l;
	__int128 open, would;
	u16 scope;

	for (scope = TG_SCOPE_FIRM; scope < SCOPES; scope++)
		if (!limit_of(r, scope) && scope != TG_SCOPE_VENUE && scope != TG_SCOPE_CLIENT)
			return TG_REASON_NO_LIMITS;
	EACH(r, l, scope) {
		if (!l->cfg.max_order_qty || r->qty > l->cfg.max_order_qty)
			return TG_REASON_MAX_QUANTITY;
		collar = l->cfg.collar_bps < collar ? l->cfg.collar_bps : collar;
		max_notional = l->cfg.max_order_notional < max_notional ? l->cfg.max_order_notional : max_notional;
	}
	if (!market) {
		px = (wide)r->px;
	} else if (reference > 0) {
		px = collar == NO_LIMIT ? (wide)reference : (wide)reference * (10000ULL + collar) / 10000;
		priced = px <= (wide)TG_PX_MAX;
	} else if (collar != NO_LIMIT || max_notional != TG_PX_MAX) {
		return TG_REASON_NO_REFERENCE_PRICE;
	}
	value = px * (wide)r->qty / TG_SCALE;
	if (!priced || value > (wide)TG_PX_MAX)
		fits = false;
	EACH(r, l, scope)
		if (!l->cfg.max_order_notional || (l->cfg.max_order_notional != TG_PX_MAX && (!fits || value > (wide)l->cfg.max_order_notional)))
			return TG_REASON_MAX_NOTIONAL;
	if (collar != NO_LIMIT) {
		__int128 apart = (__int128)reference - r->px;
		wide away = (wide)(apart < 0 ? -apart : apart);

		if (reference <= 0)
			return TG_REASON_NO_REFERENCE_PRICE;
		if (!collar || (!market && away * 10000 > (wide)reference * collar))
			return TG_REASON_PRICE_COLLAR;
	}
	open = (__int128)(r->side == TG_SIDE_BUY ? p->open_buy_qty : p->open_sell_qty) + r->add_qty;
	would = open + (r->side == TG_SIDE_BUY ? (__int128)p->qty : -(__int128)p->qty);
	if (open > TG_PX_MAX || would > INT64_MAX || would < INT64_MIN)
		fits = false;
	else
		EACH(r, l, scope)
			if (!(r->is_replace && !r->add_qty) && (!l->cfg.max_position || would > l->cfg.max_position))
				return TG_REASON_POSITION;
	EACH(r, l, scope)
		if (!r->is_replace && l->cfg.max_open_orders != NO_LIMIT && l->open >= l->cfg.max_open_orders)
			return TG_REASON_OPEN_ORDERS;
	EACH(r, l, scope) {
		if (!l->cfg.rate_per_s || !l->cfg.rate_burst)
			return TG_REASON_ORDER_RATE;
		if (!no_rate(&l->cfg) && l->tat > e->time_ns && l->tat - e->time_ns > (l->cfg.rate_burst - 1) * interval(&l->cfg))
			return TG_REASON_ORDER_RATE;
	}
	EACH(r, l, scope)
		for (n = 0; n < TG_RISK_RECENT && !r->is_replace; n++) {
			const struct recent *x = &recent[r->client_id][n];

			if (x->r.qty && x->r.instrument_id == r->instrument_id && x->r.side == r->side && x->r.px == r->px && x->r.qty == r->qty &&
			    e->time_ns - x->at < l->cfg.duplicate_window_ns)
				return TG_REASON_DUPLICATE_ORDER;
		}
	return fits ? TG_REASON_OK : TG_REASON_OVERFLOW;
}

static void counted(const struct tg_engine *e, const struct tg_risk_request *r)
{
	struct limit *l;
	u16 scope;

	EACH(r, l, scope) {
		if (no_rate(&l->cfg) || !l->cfg.rate_per_s)
			continue;
		l->tat = (l->tat < e->time_ns ? e->time_ns : l->tat) + interval(&l->cfg);
	}
	if (!r->is_replace) {
		recent[r->client_id][recents[r->client_id]].r = *r;
		recent[r->client_id][recents[r->client_id]].at = e->time_ns;
		recents[r->client_id] = (recents[r->client_id] + 1) % TG_RISK_RECENT;
	}
}

/* ---- what happens ---- */

static s64 some(s64 usual, u32 one_in)
{
	static const s64 odd[] = { 0, 1, TG_PX_MAX, TG_PX_MAX - 1, TG_SCALE, INT64_MAX / 2 };

	return below(one_in) ? (s64)(rng() % (u64)usual) : odd[below(sizeof(odd) / sizeof(odd[0]))];
}

static void set_limits(struct fx *f)
{
	struct tg_engine *e = f->e;
	struct tg_in_limits c = { .scope = (u16)(TG_SCOPE_FIRM + below(5)) };
	struct limit *l;
	u32 n;

	c.id = c.scope == TG_SCOPE_FIRM ? 0 : 1 + below(c.scope == TG_SCOPE_INSTRUMENT ? 3 : 2);
	c.max_order_qty = below(3) ? TG_PX_MAX : some(200 * TG_SCALE, 40);
	c.max_order_notional = below(3) ? TG_PX_MAX : some(40000 * TG_SCALE, 40);
	c.max_position = below(3) ? TG_PX_MAX : some(3000 * TG_SCALE, 40);
	if (c.max_order_qty > TG_PX_MAX || c.max_order_notional > TG_PX_MAX)
		return;
	c.collar_bps = below(3) ? NO_LIMIT : below(40) ? 1 + below(3000) : 0;
	c.max_open_orders = below(3) ? NO_LIMIT : below(60);
	c.rate_per_s = below(3) ? NO_LIMIT : below(40) ? 1 + below(2000) : 0;
	c.rate_burst = below(6) ? 1 + below(20) : below(10) ? NO_LIMIT : 0;
	c.duplicate_window_ns = below(2) ? 0 : below(100) * MS;
	assert_int_equal(tg_risk_set_limits(e, &c, &f->ob), TG_REASON_OK);
	l = &model[c.scope][c.id];
	if (!l->loaded) {
		for (n = 0; n < n_open; n++)
			l->open += tg_order_in_scope(&open_orders[n], c.scope, c.id);
		/* these orders are in no list of the engine's, from which it would count them */
		tg_risk_limits(e, c.scope, c.id)->open_orders = l->open;
	}
	l->loaded = true;
	l->cfg = c;
}

static void order_opens_or_ends(struct tg_engine *e)
{
	const bool opens = n_open < 40 ? below(2) || !n_open : n_open < 60 && below(2);
	u32 at = opens ? n_open : below(n_open);
	struct tg_order *o = &open_orders[at];
	u16 scope;
	u32 id;

	if (opens) {
		*o = (struct tg_order){ .venue_id = (u16)(1 + below(2)), .account_id = (u16)(1 + below(2)), .client_id = (u16)below(3),
					.instrument_id = 1 + below(3) };
		n_open++;
	}
	tg_risk_open_orders(e, o, opens ? 1 : -1);
	for (scope = TG_SCOPE_FIRM; scope < SCOPES; scope++)
		for (id = 0; id < IDS; id++)
			if (model[scope][id].loaded && tg_order_in_scope(o, scope, id))
				model[scope][id].open += opens ? 1u : ~0u;
	if (!opens)
		*o = open_orders[--n_open];
}

static void same_as_the_model(void **state)
{
	struct fx *f = fx_ready();
	struct tg_engine *e = f->e;
	u32 seen[TG_REASON_MAX] = { 0 }, n, k;
	struct tg_risk_request last = { 0 };

	(void)state;
	rng_state = 42;
	f->check = false;
	/* as fx_ready() has loaded them */
	for (k = TG_SCOPE_FIRM; k < SCOPES; k++)
		for (n = 0; n < IDS; n++) {
			const struct tg_limits *l = tg_risk_limits(e, (u16)k, n);

			if (l) {
				model[k][n].loaded = true;
				model[k][n].cfg = l->cfg;
				model[k][n].tat = l->rate_tat_ns;
				model[k][n].open = l->open_orders;
			}
		}
	for (k = 1; k <= 2; k++)
		(TG_TABLE(e, off_clients, struct tg_client) + k)->open = 1;
	for (n = 0; n < STEPS; n++) {
		struct tg_risk_request r = { .client_id = (u16)(1 + below(2)), .account_id = (u16)(1 + below(2)), .instrument_id = 1 + below(3) };
		struct tg_instrument *i = tg_instrument(e, r.instrument_id);
		struct tg_position *p = tg_position(e, r.account_id, r.instrument_id);
		enum tg_reason want, got;

		e->time_ns += below(3) ? below(2 * MS) : below(20 * MS);
		if (!below(50))
			set_limits(f);
		if (!below(4))
			order_opens_or_ends(e);
		if (!below(20)) {
			i->state = below(10) ? TG_BOOK_LIVE : TG_BOOK_EMPTY;
			i->last_px = below(20) ? 100 * TG_SCALE + (s64)below(1000) * (TG_SCALE / 100) : below(2) ? TG_PX_NONE : TG_PX_MAX;
		}
		if (!below(20)) {
			p->qty = below(50) ? (s64)below(2000) * TG_SCALE - 1000 * TG_SCALE : below(2) ? TG_PX_MAX : -TG_PX_MAX;
			p->open_buy_qty = below(50) ? (s64)below(1000) * TG_SCALE : TG_PX_MAX;
			p->open_sell_qty = below(50) ? (s64)below(1000) * TG_SCALE : TG_PX_MAX;
		}
		r.venue_id = i->def.venue_id;
		r.side = below(2) ? TG_SIDE_BUY : TG_SIDE_SELL;
		r.ord_type = below(8) ? TG_ORD_LIMIT : TG_ORD_MARKET;
		r.px = r.ord_type == TG_ORD_MARKET ? 0 : below(100) ? 90 * TG_SCALE + (s64)below(30) * TG_SCALE : some(TG_PX_MAX, 2);
		r.qty = below(100) ? (s64)(1 + below(4)) * TG_SCALE : some(TG_PX_MAX, 2);
		r.add_qty = r.qty;
		if (!below(5)) {
			r.is_replace = true;
			r.add_qty = below(2) ? 0 : r.qty / 2;
		}
		if (!below(6) && last.instrument_id)
			r = last;
		want = expected(e, &r);
		got = tg_risk_check(e, &r);
		if (got != want)
			fprintf(stderr, "step %u: %s, the model says %s\n", n, tg_reason_name(got), tg_reason_name(want));
		assert_int_equal(got, want);
		seen[got]++;
		if (got)
			continue;
		f->ob.len = 0;
		tg_risk_count(e, &r, &f->ob);
		counted(e, &r);
		last = r;
	}
	/* all of them were met, and most orders are fine or nothing would be remembered */
	for (k = TG_REASON_NO_LIMITS; k <= TG_REASON_OVERFLOW; k++)
		if (k != TG_REASON_KILLED)
			assert_in_range(seen[k], 1, STEPS);
	assert_in_range(seen[TG_REASON_OK], STEPS / 50, STEPS);
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same_as_the_model) };

	return cmocka_run_group_tests_name("risk-model", tests, NULL, NULL);
}
