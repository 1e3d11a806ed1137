// SPDX-License-Identifier: MIT
/* The answers of the model; what it keeps is risk_books.c's. */
#include <stdint.h>
#include <stdlib.h>
#include "risk_model.h"

#define NO_LIMIT	0xffffffffu
#define BPS		10000
#define SEC_NS		1000000000ULL
#define BUCKETS		16u	/* of the collar's window; more than that is not promised */
#define REMEMBERED	16u	/* orders, for duplicates */

static u32 id_in(const struct rm_request *r, u16 scope)
{
	switch (scope) {
	case TG_SCOPE_VENUE: return r->venue;
	case TG_SCOPE_ACCOUNT: return r->account;
	case TG_SCOPE_CLIENT: return r->client;
	case TG_SCOPE_INSTRUMENT: return r->instrument;
	case TG_SCOPE_STRATEGY: return r->strategy;
	default: return 0;
	}
}

static struct rm_scope *scope_of(struct rm *m, const struct rm_request *r, u16 scope)
{
	return &m->scope[scope][id_in(r, scope)];
}

/* Is this scope one of the request's? A strategy and a client it may have none of. */
static bool has(const struct rm_request *r, u16 scope)
{
	return scope == TG_SCOPE_FIRM || id_in(r, scope);
}

/* Limits of each scope that has some, the widest scope first. */
#define EACH(m, r, s, c, k) \
	for (k = TG_SCOPE_FIRM; k < RM_SCOPES; k++) \
		if (has(r, k) && (s = scope_of(m, r, k))->l.loaded && (c = &s->l.cfg))

static rm_wide magnitude(rm_wide v)
{
	return v < 0 ? -v : v;
}

static rm_wide value(rm_wide px, rm_wide qty)
{
	return px * qty / TG_SCALE;
}

/* ---- the controls, in the order in which they are asked ---- */

struct ask {
	s64 reference;
	u32 collar;		/* the tightest */
	rm_wide px;		/* what the order is valued at */
	bool unpriced;		/* a market order whose price cannot be had */
	bool overflow;
};

static enum tg_reason kills(struct rm *m, const struct rm_request *r, struct ask *a)
{
	u32 i;

	for (i = 0; i < m->n_kills; i++) {
		const struct rm_kill *k = &m->kill[i];

		if (k->scope != TG_SCOPE_FIRM && k->id != id_in(r, k->scope))
			continue;
		return k->cause == TG_KILL_LOSS ? TG_REASON_DAILY_LOSS :
		       k->cause == TG_KILL_EXECUTIONS ? TG_REASON_EXECUTIONS : TG_REASON_KILLED;
	}
	return TG_REASON_OK;
}

static enum tg_reason loaded(struct rm *m, const struct rm_request *r, struct ask *a)
{
	if (!m->scope[TG_SCOPE_FIRM][0].l.loaded || !m->scope[TG_SCOPE_ACCOUNT][r->account].l.loaded ||
	    !m->scope[TG_SCOPE_INSTRUMENT][r->instrument].l.loaded)
		return TG_REASON_NO_LIMITS;
	return r->strategy && !m->scope[TG_SCOPE_STRATEGY][r->strategy].l.loaded ? TG_REASON_NO_LIMITS : TG_REASON_OK;
}

static enum tg_reason lease(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u16 k;

	EACH(m, r, s, c, k)
		if (s->l.valid_until <= m->now)
			return TG_REASON_STALE_LIMITS;
	return TG_REASON_OK;
}

static u32 states(struct rm *m, const struct rm_request *r, u16 k)
{
	const struct rm_scope *s = scope_of(m, r, k);

	return has(r, k) ? s->state | (s->l.loaded ? s->l.cfg.flags : 0) : 0;
}

static enum tg_reason restricted(struct rm *m, const struct rm_request *r, struct ask *a)
{
	u16 k;

	for (k = TG_SCOPE_FIRM; k < RM_SCOPES; k++)
		if (states(m, r, k) & TG_LIMITS_RESTRICTED)
			return TG_REASON_RESTRICTED;
	return TG_REASON_OK;
}

static enum tg_reason trading_status(struct rm *m, const struct rm_request *r, struct ask *a)
{
	u16 s = m->status[r->instrument];

	if (s == TG_TRADING_HALTED || s == TG_TRADING_CLOSED || s == TG_TRADING_CANCEL_ONLY)
		return TG_REASON_TRADING_STATUS;
	if (s == TG_TRADING_POST_ONLY && !(r->flags & TG_SUB_POST_ONLY))
		return TG_REASON_TRADING_STATUS;
	if (s == TG_TRADING_LIMIT_ONLY && r->type != TG_ORD_LIMIT)
		return TG_REASON_TRADING_STATUS;
	return TG_REASON_OK;
}

enum whose { FIRMS, ACCOUNTS, STRATEGYS, CLIENTS };

static enum whose whose(u16 scope)
{
	return scope == TG_SCOPE_ACCOUNT ? ACCOUNTS : scope == TG_SCOPE_STRATEGY ? STRATEGYS : scope == TG_SCOPE_CLIENT ? CLIENTS : FIRMS;
}

/* Quantity held and open on a side, of the firm, the account and so on. */
static void holding(const struct rm *m, const struct rm_request *r, enum whose of, u8 side, rm_wide *held, rm_wide *open)
{
	u32 i;

	*held = of == FIRMS ? m->firm[r->instrument].qty : of == ACCOUNTS ? m->account[r->account][r->instrument].qty :
		of == STRATEGYS ? m->strategy[r->strategy][r->instrument].qty : m->client[r->client][r->instrument].qty;
	*open = 0;
	for (i = 0; i < m->n_working; i++) {
		const struct rm_order *o = &m->orders[m->working[i]];
		s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;

		if (o->instrument == r->instrument && o->side == side && most > o->cum &&
		    (of == FIRMS || (of == ACCOUNTS && o->account == r->account) || (of == STRATEGYS && o->strategy == r->strategy) ||
		     (of == CLIENTS && o->client == r->client)))
			*open += most - o->cum;
	}
}

/* Does it only make the position smaller, with all others of its side filled? */
static bool reduces(const struct rm *m, const struct rm_request *r, enum whose of)
{
	rm_wide held, open;

	holding(m, r, of, r->side, &held, &open);
	if (r->side == TG_SIDE_BUY)
		held = -held;
	return held > 0 && open + r->add_qty <= held;
}

static enum tg_reason reduce_only(struct rm *m, const struct rm_request *r, struct ask *a)
{
	bool account = m->status[r->instrument] == TG_TRADING_REDUCE_ONLY;
	u16 k;

	for (k = TG_SCOPE_FIRM; k < TG_SCOPE_STRATEGY; k++)
		account |= !!(states(m, r, k) & TG_LIMITS_REDUCE_ONLY);
	if (account && !reduces(m, r, ACCOUNTS))
		return TG_REASON_REDUCE_ONLY;
	return states(m, r, TG_SCOPE_STRATEGY) & TG_LIMITS_REDUCE_ONLY && !reduces(m, r, STRATEGYS) ? TG_REASON_REDUCE_ONLY : TG_REASON_OK;
}

static enum tg_reason order_quantity(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u16 k;

	EACH(m, r, s, c, k)
		if (!c->max_order_qty || r->qty > c->max_order_qty)
			return TG_REASON_MAX_QUANTITY;
	return TG_REASON_OK;
}

/* A market order: at the reference plus the tightest collar. Without a reference only if nobody asks what it is worth. */
static bool price_it(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	bool asked = false;
	u16 k;

	a->px = r->px;
	if (r->type != TG_ORD_MARKET)
		return true;
	EACH(m, r, s, c, k)
		asked |= c->collar_bps != NO_LIMIT || c->max_order_notional != TG_PX_MAX ||
			 c->flags & (TG_LIMITS_WINDOW_COLLAR | TG_LIMITS_GROSS | TG_LIMITS_NET | TG_LIMITS_CAPITAL);
	a->px = a->reference > 0 ? a->reference : 0;
	if (a->reference <= 0)
		return !asked;
	if (a->collar != NO_LIMIT) {
		rm_wide worst = a->px * (BPS + (rm_wide)a->collar) / BPS;

		a->unpriced = worst > TG_PX_MAX;
		if (!a->unpriced)
			a->px = worst;
	}
	return true;
}

static enum tg_reason order_value(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	rm_wide v;
	u16 k;

	if (!price_it(m, r, a))
		return TG_REASON_NO_REFERENCE_PRICE;
	v = value(a->px, r->qty);
	if (a->unpriced || v > TG_PX_MAX)
		a->overflow = true;
	EACH(m, r, s, c, k)
		if (!c->max_order_notional || (c->max_order_notional != TG_PX_MAX && (a->overflow || v > c->max_order_notional)))
			return TG_REASON_MAX_NOTIONAL;
	return TG_REASON_OK;
}

static bool too_far(rm_wide px, rm_wide from, u32 bps)
{
	return magnitude(px - from) * BPS > from * bps;
}

static enum tg_reason collar(struct rm *m, const struct rm_request *r, struct ask *a)
{
	if (a->collar == NO_LIMIT)
		return TG_REASON_OK;
	if (a->reference <= 0)
		return TG_REASON_NO_REFERENCE_PRICE;
	return !a->collar || (r->type != TG_ORD_MARKET && too_far(r->px, a->reference, a->collar)) ? TG_REASON_PRICE_COLLAR : TG_REASON_OK;
}

/* Would the side that it grows be above max? What 64 bits cannot hold is for the end. */
static bool too_much(const struct rm *m, const struct rm_request *r, enum whose of, s64 max, struct ask *a)
{
	rm_wide held, open, would;

	holding(m, r, of, r->side, &held, &open);
	open += r->add_qty;
	would = open + (r->side == TG_SIDE_BUY ? held : -held);
	if (open > TG_PX_MAX || would > INT64_MAX || would < INT64_MIN) {
		a->overflow = true;
		return false;
	}
	return !(r->replace && !r->add_qty) && (!max || would > max);
}

static enum tg_reason position(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u16 k;

	EACH(m, r, s, c, k)
		if (too_much(m, r, ACCOUNTS, c->max_position, a))
			return TG_REASON_POSITION;
	return TG_REASON_OK;
}

/* The instrument's word, else the firm's. */
static u64 window_ns(const struct rm *m, u32 instrument)
{
	const struct rm_limits *i = &m->scope[TG_SCOPE_INSTRUMENT][instrument].l, *f = &m->scope[TG_SCOPE_FIRM][0].l;

	if (i->loaded && i->cfg.collar_window_ns)
		return i->cfg.collar_window_ns;
	return f->loaded ? f->cfg.collar_window_ns : 0;
}

void rm_price_seen(struct rm *m, u32 instrument, s64 px)
{
	struct rm_price *p = m->price[instrument];
	u32 *n = &m->n_prices[instrument];

	if (px <= 0 || !window_ns(m, instrument))
		return;
	if (*n == RM_PRICES) {
		memmove(p, p + RM_PRICES / 2, sizeof(*p) * RM_PRICES / 2);
		*n = RM_PRICES / 2;
	}
	p[*n].at = m->now;
	p[(*n)++].px = px;
}

static enum tg_reason window_collar(struct rm *m, const struct rm_request *r, struct ask *a)
{
	u64 ns = window_ns(m, r->instrument), width = (ns + BUCKETS - 1) / BUCKETS;
	s64 px = r->type == TG_ORD_MARKET ? a->reference : r->px;
	const struct tg_in_limits *c;
	u32 n = m->n_prices[r->instrument];
	struct rm_scope *s;
	u32 bps = NO_LIMIT;
	bool on = false;
	u16 k;

	EACH(m, r, s, c, k)
		if (c->flags & TG_LIMITS_WINDOW_COLLAR) {
			on = true;
			bps = c->window_collar_bps < bps ? c->window_collar_bps : bps;
		}
	if (!on)
		return TG_REASON_OK;
	if (a->reference <= 0)
		return TG_REASON_NO_REFERENCE_PRICE;
	if (!ns || !bps)
		return TG_REASON_WINDOW_COLLAR;
	rm_price_seen(m, r->instrument, a->reference);
	for (n = m->n_prices[r->instrument]; n--;) {
		const struct rm_price *p = &m->price[r->instrument][n];

		if (p->at / width + BUCKETS < m->now / width)
			break;
		if (too_far(px, p->px, bps))
			return TG_REASON_WINDOW_COLLAR;
	}
	return TG_REASON_OK;
}

static enum tg_reason total_position(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u16 k;

	EACH(m, r, s, c, k)
		if (c->flags & TG_LIMITS_TOTAL_POSITION && too_much(m, r, whose(k), c->max_total_position, a))
			return TG_REASON_TOTAL_POSITION;
	return TG_REASON_OK;
}

/* Money that counts against a maximum: of positions, and of open orders. */
static rm_wide used(const struct rm *m, const struct rm_request *r, u16 scope, u32 control)
{
	rm_wide sum = 0;
	u32 n, i;

	for (n = 1; n < RM_IDS; n++)
		for (i = 1; i < RM_IDS; i++) {
			const struct rm_book *b = &m->account[n][i];

			if (scope == TG_SCOPE_STRATEGY)
				b = n == r->strategy ? &m->strategy[n][i] : NULL;
			else if (scope == TG_SCOPE_CLIENT)
				b = n == r->client ? &m->client[n][i] : NULL;
			else if ((scope == TG_SCOPE_ACCOUNT && n != r->account) || (scope == TG_SCOPE_INSTRUMENT && i != r->instrument) ||
				 (scope == TG_SCOPE_VENUE && m->venue_of[i] != r->venue))
				b = NULL;
			if (!b)
				continue;
			if (control == TG_LIMITS_GROSS)
				sum += magnitude(b->value);
			else if (control == TG_LIMITS_CAPITAL)
				sum += magnitude(b->cost);
			else
				sum += r->side == TG_SIDE_BUY ? b->value : -(rm_wide)b->value;
		}
	for (i = 0; i < m->n_working; i++) {
		const struct rm_order *o = &m->orders[m->working[i]];

		if ((control != TG_LIMITS_NET || o->side == r->side) &&
		    (scope == TG_SCOPE_FIRM || (scope == TG_SCOPE_VENUE && o->venue == r->venue) ||
		     (scope == TG_SCOPE_ACCOUNT && o->account == r->account) || (scope == TG_SCOPE_CLIENT && o->client == r->client) ||
		     (scope == TG_SCOPE_INSTRUMENT && o->instrument == r->instrument) ||
		     (scope == TG_SCOPE_STRATEGY && o->strategy == r->strategy)))
			sum += rm_worth(o);
	}
	return sum;
}

static enum tg_reason money(struct rm *m, const struct rm_request *r, const struct ask *a, u32 control, enum tg_reason why)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u16 k;

	EACH(m, r, s, c, k) {
		s64 max = control == TG_LIMITS_GROSS ? c->max_gross_notional : control == TG_LIMITS_NET ? c->max_net_notional : c->max_capital;
		rm_wide left;

		if (!(c->flags & control) || (r->replace && r->add_value <= 0))
			continue;
		/* A full book can be brought down. */
		if (control != TG_LIMITS_NET && max && reduces(m, r, k == TG_SCOPE_STRATEGY ? STRATEGYS : ACCOUNTS))
			continue;
		left = max - used(m, r, k, control);
		if (r->replace ? r->add_value > left || !max : !max || left < 0 || (left < TG_PX_MAX && value(a->px, r->add_qty) > left))
			return why;
	}
	return TG_REASON_OK;
}

static enum tg_reason gross(struct rm *m, const struct rm_request *r, struct ask *a)
{
	return money(m, r, a, TG_LIMITS_GROSS, TG_REASON_GROSS_NOTIONAL);
}

static enum tg_reason net(struct rm *m, const struct rm_request *r, struct ask *a)
{
	return money(m, r, a, TG_LIMITS_NET, TG_REASON_NET_NOTIONAL);
}

static enum tg_reason capital(struct rm *m, const struct rm_request *r, struct ask *a)
{
	return money(m, r, a, TG_LIMITS_CAPITAL, TG_REASON_CAPITAL);
}

static enum tg_reason open_orders(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u32 i, n;
	u16 k;

	EACH(m, r, s, c, k) {
		for (i = 0, n = 0; i < m->n_working; i++) {
			const struct rm_order *o = &m->orders[m->working[i]];

			n += k == TG_SCOPE_FIRM || (k == TG_SCOPE_VENUE && o->venue == r->venue) || (k == TG_SCOPE_ACCOUNT && o->account == r->account) ||
			     (k == TG_SCOPE_CLIENT && o->client == r->client) || (k == TG_SCOPE_INSTRUMENT && o->instrument == r->instrument) ||
			     (k == TG_SCOPE_STRATEGY && o->strategy == r->strategy);
		}
		if (!r->replace && c->max_open_orders != NO_LIMIT && n >= c->max_open_orders)
			return TG_REASON_OPEN_ORDERS;
	}
	return TG_REASON_OK;
}

static u64 interval(const struct tg_in_limits *c)
{
	return (SEC_NS + c->rate_per_s - 1) / c->rate_per_s;
}

static bool no_rate(const struct tg_in_limits *c)
{
	return c->rate_per_s == NO_LIMIT || c->rate_burst == NO_LIMIT;
}

static enum tg_reason rate(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u16 k;

	EACH(m, r, s, c, k) {
		if (!c->rate_per_s || !c->rate_burst)
			return TG_REASON_ORDER_RATE;
		if (!no_rate(c) && s->l.tat > m->now && s->l.tat - m->now > (c->rate_burst - 1) * interval(c))
			return TG_REASON_ORDER_RATE;
	}
	return TG_REASON_OK;
}

static bool same(const struct rm_request *a, const struct rm_request *b)
{
	return a->instrument == b->instrument && a->side == b->side && a->px == b->px && a->qty == b->qty;
}

/* Among the last of the scope, back to ns ago. */
static bool seen(const struct rm *m, const struct rm_request *r, u16 scope, u64 ns)
{
	u32 i, n = 0;

	for (i = m->n_sent; i-- && n < REMEMBERED && m->now - m->sent[i].at < ns;) {
		const struct rm_sent *s = &m->sent[i];

		if (id_in(&s->r, scope) != id_in(r, scope) ||
		    (scope == TG_SCOPE_CLIENT ? s->session != m->session[r->client] : !(s->scopes & 1u << scope)))
			continue;
		if (same(&s->r, r))
			return true;
		n++;
	}
	return false;
}

static enum tg_reason duplicates(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u64 longest = 0;
	u16 k;

	if (r->replace)
		return TG_REASON_OK;
	EACH(m, r, s, c, k) {
		longest = c->duplicate_window_ns > longest ? c->duplicate_window_ns : longest;
		if (c->flags & TG_LIMITS_DUPLICATE_SCOPE && seen(m, r, k, c->duplicate_window_ns))
			return TG_REASON_DUPLICATE_ORDER;
	}
	return r->client && seen(m, r, TG_SCOPE_CLIENT, longest) ? TG_REASON_DUPLICATE_ORDER : TG_REASON_OK;
}

static enum tg_reason overflow(struct rm *m, const struct rm_request *r, struct ask *a)
{
	return a->overflow ? TG_REASON_OVERFLOW : TG_REASON_OK;
}

/* docs/RISK.md, "Order of checks" */
static enum tg_reason (*const controls[])(struct rm *m, const struct rm_request *r, struct ask *a) = {
	kills, loaded, lease, restricted, trading_status, reduce_only, order_quantity, order_value, collar, position,
	window_collar, total_position, gross, net, capital, open_orders, rate, duplicates, overflow,
};

static void asked(struct rm *m, const struct rm_request *r, struct ask *a)
{
	const struct tg_in_limits *c;
	struct rm_scope *s;
	u16 k;

	memset(a, 0, sizeof(*a));
	a->reference = m->reference[r->instrument];
	a->collar = NO_LIMIT;
	EACH(m, r, s, c, k)
		a->collar = c->collar_bps < a->collar ? c->collar_bps : a->collar;
}

enum tg_reason rm_check(struct rm *m, const struct rm_request *r)
{
	enum tg_reason why;
	struct ask a;
	u32 n;

	asked(m, r, &a);
	for (n = 0; n < sizeof(controls) / sizeof(controls[0]); n++) {
		why = controls[n](m, r, &a);
		if (why)
			return why;
	}
	return TG_REASON_OK;
}

s64 rm_market_px(const struct rm *m, const struct rm_request *r)
{
	struct rm *w = (struct rm *)m;	/* not changed */
	struct ask a;

	if (r->type != TG_ORD_MARKET)
		return 0;
	asked(w, r, &a);
	price_it(w, r, &a);
	return (s64)a.px;
}

void rm_sent(struct rm *m, const struct rm_request *r)
{
	const struct tg_in_limits *c;
	struct rm_sent *sent;
	struct rm_scope *s;
	u16 k;

	EACH(m, r, s, c, k)
		if (!no_rate(c) && c->rate_per_s)
			s->l.tat = (s->l.tat < m->now ? m->now : s->l.tat) + interval(c);
	if (r->replace)
		return;
	if (m->n_sent == m->cap_sent) {
		m->cap_sent = m->cap_sent ? 2 * m->cap_sent : 1024;
		m->sent = realloc(m->sent, m->cap_sent * sizeof(*m->sent));
	}
	sent = &m->sent[m->n_sent++];
	memset(sent, 0, sizeof(*sent));
	sent->r = *r;
	sent->at = m->now;
	sent->session = m->session[r->client];
	EACH(m, r, s, c, k) {
		if (c->flags & TG_LIMITS_EXECUTIONS)
			s->executions++;
		if (c->flags & TG_LIMITS_DUPLICATE_SCOPE)
			sent->scopes |= 1u << k;
	}
}
