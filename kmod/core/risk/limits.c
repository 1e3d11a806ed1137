// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Pre-trade limits (RTS 6 art. 15; 15c3-5(c)). Order of checks: that of reasons.h from NO_LIMITS to
 * OVERFLOW. For a plain maximum the tightest of the scopes that apply decides; open orders and
 * rates are counted per scope.
 *
 * max_position of every scope is applied to the (account, instrument) position of the order: a FIRM
 * limit is the largest position that any account may have in any instrument, not a sum over them.
 * It bounds the side the order would grow: a sell that brings a long position down is not refused
 * because the position is too long. A replace that does not raise the quantity is not checked
 * against it.
 */
#include "state.h"

#define UNLIMITED_U32	0xffffffffu
#define NS_PER_S	1000000000ULL
#define BPS		10000u

/* Scopes that apply to one request, FIRM first; and the tightest of their maxima. */
struct scopes {
	struct tg_limits *at[5];
	u32 n;
	u32 collar_bps;
	s64 max_qty, max_notional, max_position;
	u64 window_ns;
};

static struct tg_limits *table(const struct tg_engine *e)
{
	return TG_TABLE(e, off_limits, struct tg_limits);
}

/* Slot of (scope, id), or the empty one where it would go; NULL = neither. Slot 0 is FIRM's own. */
static struct tg_limits *slot_of(const struct tg_engine *e, u16 scope, u32 id)
{
	u32 n = e->params.max_limits - 1, i, at;

	if (scope == TG_SCOPE_FIRM)
		return table(e);
	if (!n)
		return NULL;
	at = (u32)((tg_mix(scope, id) >> 32) * n >> 32);	/* 0..n-1 without a division */
	for (i = 0; i < n; i++) {
		struct tg_limits *l = table(e) + 1 + at;

		if (!l->cfg.scope || (l->cfg.scope == scope && l->cfg.id == id))
			return l;
		if (++at == n)
			at = 0;
	}
	return NULL;
}

struct tg_limits *tg_risk_limits(const struct tg_engine *e, u16 scope, u32 id)
{
	struct tg_limits *l;

	/* Most engines load no VENUE or CLIENT limits: do not probe for what cannot be there. */
	if (!(table(e)->scopes & 1u << scope))
		return NULL;
	l = slot_of(e, scope, id);
	return l && l->cfg.scope ? l : NULL;
}

bool tg_scope_ok(const struct tg_engine *e, u16 scope, u32 id)
{
	switch (scope) {
	case TG_SCOPE_FIRM:
		return id == 0;
	case TG_SCOPE_VENUE:
		return id && id <= e->params.max_venues;
	case TG_SCOPE_ACCOUNT:
		return id && id <= e->params.max_accounts;
	case TG_SCOPE_CLIENT:
		return id && id <= e->params.max_clients;
	case TG_SCOPE_INSTRUMENT:
		return id && id <= e->params.max_instruments;
	default:
		return false;
	}
}

static bool amount_ok(s64 v)
{
	return v >= 0 && v <= TG_PX_MAX;
}

enum tg_reason tg_risk_set_limits(struct tg_engine *e, const struct tg_in_limits *c)
{
	struct tg_limits *l;
	u32 at;

	if (c->flags || (c->reserved[0] | c->reserved[1] | c->reserved[2] | c->reserved[3]) ||
	    !tg_scope_ok(e, c->scope, c->id) || !amount_ok(c->max_order_qty) ||
	    !amount_ok(c->max_order_notional) || !amount_ok(c->max_position))
		return TG_REASON_CONFIG;
	l = slot_of(e, c->scope, c->id);
	if (!l)
		return TG_REASON_CAPACITY;
	if (!l->cfg.scope) {
		/* Orders may be working already: they count against limits that come later. */
		l->open_orders = 0;
		for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next)
			if (tg_order_in_scope(tg_order_slot(e, at - 1), c->scope, c->id))
				l->open_orders++;
	}
	l->cfg = *c;
	table(e)->scopes |= 1u << c->scope;
	return TG_REASON_OK;
}

void tg_risk_open_orders(struct tg_engine *e, const struct tg_order *o, s32 delta)
{
	const u32 id[] = { 0, o->venue_id, o->account_id, o->client_id, o->instrument_id };
	u16 scope;

	for (scope = TG_SCOPE_FIRM; scope <= TG_SCOPE_INSTRUMENT; scope++) {
		struct tg_limits *l = tg_risk_limits(e, scope, id[scope - TG_SCOPE_FIRM]);

		if (l)
			l->open_orders += (u32)delta;
	}
}

static void tighten(s64 *m, s64 v)
{
	if (v < *m)
		*m = v;
}

/* false: a scope that must be loaded is not. */
static bool gather(const struct tg_engine *e, const struct tg_risk_request *r, struct scopes *s)
{
	const u32 id[] = { 0, r->venue_id, r->account_id, r->client_id, r->instrument_id };
	u16 scope;

	s->n = 0;
	s->collar_bps = UNLIMITED_U32;
	s->max_qty = TG_PX_MAX;
	s->max_notional = TG_PX_MAX;
	s->max_position = TG_PX_MAX;
	s->window_ns = 0;
	for (scope = TG_SCOPE_FIRM; scope <= TG_SCOPE_INSTRUMENT; scope++) {
		struct tg_limits *l = tg_risk_limits(e, scope, id[scope - TG_SCOPE_FIRM]);

		if (!l) {
			if (scope == TG_SCOPE_VENUE || scope == TG_SCOPE_CLIENT)
				continue;
			return false;
		}
		s->at[s->n++] = l;
		tighten(&s->max_qty, l->cfg.max_order_qty);
		tighten(&s->max_notional, l->cfg.max_order_notional);
		tighten(&s->max_position, l->cfg.max_position);
		if (l->cfg.collar_bps < s->collar_bps)
			s->collar_bps = l->cfg.collar_bps;
		if (l->cfg.duplicate_window_ns > s->window_ns)
			s->window_ns = l->cfg.duplicate_window_ns;
	}
	return true;
}

/*
 * The price an order is valued at; a market order at the reference plus the collar, the worst it
 * should get. OK, NO_REFERENCE_PRICE or OVERFLOW.
 */
static enum tg_reason value_px(const struct tg_risk_request *r, const struct scopes *s,
			       s64 reference, s64 *px)
{
	u64 worst;

	*px = r->px;
	if (r->ord_type != TG_ORD_MARKET)
		return TG_REASON_OK;
	if (reference <= 0) {
		*px = 0;
		/*
		 * Nothing is asked of the price only when collar and value are both said to be
		 * unlimited.
		 */
		return s->collar_bps == UNLIMITED_U32 && s->max_notional == TG_PX_MAX
			       ? TG_REASON_OK
			       : TG_REASON_NO_REFERENCE_PRICE;
	}
	*px = reference;
	if (s->collar_bps == UNLIMITED_U32)
		return TG_REASON_OK;
	if (!tg_muldiv_u64((u64)reference, (u64)BPS + s->collar_bps, BPS, &worst) ||
	    worst > (u64)TG_PX_MAX)
		return TG_REASON_OVERFLOW;
	*px = (s64)worst;
	return TG_REASON_OK;
}

static bool outside_collar(s64 px, s64 reference, u32 bps)
{
	u64 away = (u64)(px > reference ? px - reference : reference - px);

	return (unsigned __int128)away * BPS > (unsigned __int128)(u64)reference * bps;
}

/* OK, POSITION or OVERFLOW. */
static enum tg_reason check_position(const struct tg_engine *e, const struct tg_risk_request *r,
				     s64 max)
{
	const struct tg_position *p = tg_position(e, r->account_id, r->instrument_id);
	bool buy = r->side == TG_SIDE_BUY;
	s64 open, would;

	if (!p)
		return TG_REASON_NO_LIMITS;
	open = buy ? p->open_buy_qty : p->open_sell_qty;
	/*
	 * Open quantities are kept below TG_PX_MAX, unlimited or not: that is what makes the sums
	 * elsewhere safe.
	 */
	if (!tg_add_s64(open, r->add_qty, &open) || open > TG_PX_MAX ||
	    !tg_add_s64(open, buy ? p->qty : -p->qty, &would))
		return TG_REASON_OVERFLOW;
	if (r->is_replace && r->add_qty == 0)
		return TG_REASON_OK;
	if (max == 0 || would > max)
		return TG_REASON_POSITION;
	return TG_REASON_OK;
}

/*
 * Generic cell rate algorithm: a request is on time when it comes no more than burst - 1 intervals
 * before its theoretical arrival time.
 */
static u64 rate_interval_ns(const struct tg_limits *l)
{
	return (NS_PER_S + l->cfg.rate_per_s - 1) / l->cfg.rate_per_s;
}

static bool rate_unlimited(const struct tg_limits *l)
{
	return l->cfg.rate_per_s == UNLIMITED_U32 || l->cfg.rate_burst == UNLIMITED_U32;
}

static bool rate_exceeded(const struct tg_limits *l, u64 now_ns)
{
	if (!l->cfg.rate_per_s || !l->cfg.rate_burst)
		return true;
	if (rate_unlimited(l) || l->rate_tat_ns <= now_ns)
		return false;
	return l->rate_tat_ns - now_ns > (u64)(l->cfg.rate_burst - 1) * rate_interval_ns(l);
}

static struct tg_recent_order *recent_of(const struct tg_engine *e, u16 client_id)
{
	return TG_TABLE(e, off_recent, struct tg_recent_order) + (u64)client_id * TG_RISK_RECENT;
}

static bool is_duplicate(const struct tg_engine *e, const struct tg_risk_request *r, u64 window_ns)
{
	const struct tg_recent_order *x = recent_of(e, r->client_id);
	u32 i;

	for (i = 0; i < TG_RISK_RECENT; i++, x++)
		if (x->qty && e->time_ns - x->time_ns < window_ns &&
		    x->instrument_id == r->instrument_id && x->side == r->side && x->px == r->px &&
		    x->qty == r->qty)
			return true;
	return false;
}

enum tg_reason tg_risk_check(const struct tg_engine *e, const struct tg_risk_request *r)
{
	const struct tg_instrument *i = tg_instrument(e, r->instrument_id);
	struct scopes s;
	enum tg_reason why;
	s64 reference = TG_PX_NONE, px, notional;
	bool valued = true;
	u32 k;

	if (!i || !gather(e, r, &s))
		return TG_REASON_NO_LIMITS;
	if (s.max_qty == 0 || r->qty > s.max_qty)
		return TG_REASON_MAX_QUANTITY;

	if (s.collar_bps != UNLIMITED_U32 || r->ord_type == TG_ORD_MARKET)
		reference = tg_md_reference_px(e, i);
	why = value_px(r, &s, reference, &px);
	if (why == TG_REASON_NO_REFERENCE_PRICE)
		return why;
	if (why == TG_REASON_OVERFLOW || !tg_notional(px, r->qty, &notional))
		valued = false;
	/*
	 * A value too large to be computed is above any limit there is; without a limit it is
	 * refused as OVERFLOW below.
	 */
	if (s.max_notional == 0 ||
	    (s.max_notional != TG_PX_MAX && (!valued || notional > s.max_notional)))
		return TG_REASON_MAX_NOTIONAL;

	if (s.collar_bps != UNLIMITED_U32) {
		if (reference <= 0)
			return TG_REASON_NO_REFERENCE_PRICE;
		if (s.collar_bps == 0)
			return TG_REASON_PRICE_COLLAR;
		if (r->ord_type != TG_ORD_MARKET && outside_collar(r->px, reference, s.collar_bps))
			return TG_REASON_PRICE_COLLAR;
	}

	why = check_position(e, r, s.max_position);
	if (why != TG_REASON_OK && why != TG_REASON_OVERFLOW)
		return why;
	if (why == TG_REASON_OVERFLOW)
		valued = false;

	for (k = 0; k < s.n && !r->is_replace; k++)
		if (s.at[k]->cfg.max_open_orders != UNLIMITED_U32 &&
		    s.at[k]->open_orders >= s.at[k]->cfg.max_open_orders)
			return TG_REASON_OPEN_ORDERS;
	for (k = 0; k < s.n; k++)
		if (rate_exceeded(s.at[k], e->time_ns))
			return TG_REASON_ORDER_RATE;
	if (s.window_ns && !r->is_replace && is_duplicate(e, r, s.window_ns))
		return TG_REASON_DUPLICATE_ORDER;
	return valued ? TG_REASON_OK : TG_REASON_OVERFLOW;
}

void tg_risk_count(struct tg_engine *e, const struct tg_risk_request *r)
{
	struct tg_client *c = tg_client(e, r->client_id);
	struct scopes s;
	u32 k;

	if (!gather(e, r, &s))
		return;
	for (k = 0; k < s.n; k++) {
		struct tg_limits *l = s.at[k];

		if (rate_unlimited(l) || !l->cfg.rate_per_s)
			continue;
		if (l->rate_tat_ns < e->time_ns)
			l->rate_tat_ns = e->time_ns;
		l->rate_tat_ns += rate_interval_ns(l);
	}
	if (c && !r->is_replace) {
		struct tg_recent_order *x =
			recent_of(e, r->client_id) + c->recent_next % TG_RISK_RECENT;

		x->time_ns = e->time_ns;
		x->px = r->px;
		x->qty = r->qty;
		x->instrument_id = r->instrument_id;
		x->side = r->side;
		c->recent_next++;
	}
}

void tg_risk_forget_client(struct tg_engine *e, u16 client_id)
{
	memset(recent_of(e, client_id), 0, sizeof(struct tg_recent_order) * TG_RISK_RECENT);
}
