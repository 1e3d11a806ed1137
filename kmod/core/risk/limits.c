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
 *
 * What the check needs of the limits is put together once for each (client, account, instrument, venue) that trades: a row with the tightest maxima and the
 * places of the scopes that count. Any change of limits makes all rows stale. A row lives in a direct-mapped cache: who does not find his own makes it again.
 */
#include "state.h"

#define UNLIMITED_U32	0xffffffffu
#define UNLIMITED_U64	(~0ULL)
#define NS_PER_S	1000000000ULL
#define BPS		10000u

static struct tg_limits *table(const struct tg_engine *e)
{
	return TG_TABLE(e, off_limits, struct tg_limits);
}

/* Where the number of the slot of (scope, id) is kept; the scope and id are checked. */
static u32 *index_of(const struct tg_engine *e, u16 scope, u32 id)
{
	u32 *at = TG_TABLE(e, off_limit_index, u32);

	switch (scope) {
	case TG_SCOPE_INSTRUMENT:
		at += e->params.max_clients + 1u;
		fallthrough;
	case TG_SCOPE_CLIENT:
		at += e->params.max_accounts + 1u;
		fallthrough;
	case TG_SCOPE_ACCOUNT:
		at += e->params.max_venues + 1u;
	}
	return at + id;
}

u64 tg_risk_index_bytes(const struct tg_in_engine *p)
{
	return sizeof(u32) * (p->max_venues + 1ULL + p->max_accounts + 1ULL + p->max_clients + 1ULL + p->max_instruments + 1ULL);
}

struct tg_limits *tg_risk_limits(const struct tg_engine *e, u16 scope, u32 id)
{
	u32 slot = 0;

	if (!tg_scope_ok(e, scope, id))
		return NULL;
	if (scope != TG_SCOPE_FIRM) {
		slot = *index_of(e, scope, id);
		if (!slot)
			return NULL;
	}
	return table(e)[slot].cfg.scope ? table(e) + slot : NULL;
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

/* On time: the theoretical arrival time lies ahead of now by the slack at most. */
static void set_open(struct tg_limits *l)
{
	l->rate_open_ns = l->rate_tat_ns > l->rate_slack_ns ? l->rate_tat_ns - l->rate_slack_ns : 0;
}

/* What the rate check would divide for. Nothing may be sent at a rate or burst of 0; row_of() sees to that. */
static void derive(struct tg_limits *l)
{
	const struct tg_in_limits *c = &l->cfg;
	bool unlimited = c->rate_per_s == UNLIMITED_U32 || c->rate_burst == UNLIMITED_U32;

	l->rate_interval_ns = unlimited || !c->rate_per_s ? 0 : (NS_PER_S + c->rate_per_s - 1) / c->rate_per_s;
	l->rate_slack_ns = unlimited || !c->rate_burst ? UNLIMITED_U64 : (u64)(c->rate_burst - 1) * l->rate_interval_ns;
	set_open(l);
}

enum tg_reason tg_risk_set_limits(struct tg_engine *e, const struct tg_in_limits *c)
{
	struct tg_limits *l;
	u32 at;

	if (c->flags || (c->reserved[0] | c->reserved[1] | c->reserved[2] | c->reserved[3]) ||
	    !tg_scope_ok(e, c->scope, c->id) || !amount_ok(c->max_order_qty) ||
	    !amount_ok(c->max_order_notional) || !amount_ok(c->max_position))
		return TG_REASON_CONFIG;
	l = tg_risk_limits(e, c->scope, c->id);
	if (!l) {
		if (c->scope == TG_SCOPE_FIRM) {
			l = table(e);	/* slot 0 is FIRM's own */
		} else {
			if (e->limits_used + 1 >= e->params.max_limits)
				return TG_REASON_CAPACITY;
			l = table(e) + ++e->limits_used;
			*index_of(e, c->scope, c->id) = e->limits_used;
		}
		/* Orders may be working already: they count against limits that come later. */
		l->open_orders = 0;
		for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next)
			if (tg_order_in_scope(tg_order_slot(e, at - 1), c->scope, c->id))
				l->open_orders++;
	}
	l->cfg = *c;
	derive(l);
	e->limits_version++;
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

static __always_inline bool row_is(const struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r)
{
	return w->version == e->limits_version && w->who == tg_load64(&r->client_id) && w->instrument_id == r->instrument_id;
}

/* Puts a row together; false: a scope that must be loaded is not, and the row is nobody's. */
static __attribute__((__noinline__)) bool gather(const struct tg_engine *e, const struct tg_risk_request *r, struct tg_risk_row *w)
{
	const u32 id[] = { 0, r->venue_id, r->account_id, r->client_id, r->instrument_id };
	const struct tg_instrument *i = tg_instrument(e, r->instrument_id);
	u16 scope;
	u32 n;

	memset(w, 0, sizeof(*w));
	if (!i)
		return false;
	w->collar_bps = UNLIMITED_U32;
	w->max_qty = TG_PX_MAX;
	w->max_notional = TG_PX_MAX;
	w->max_position = TG_PX_MAX;
	for (scope = TG_SCOPE_FIRM; scope <= TG_SCOPE_INSTRUMENT; scope++) {
		const struct tg_limits *l = tg_risk_limits(e, scope, id[scope - TG_SCOPE_FIRM]);

		if (!l) {
			if (scope == TG_SCOPE_VENUE || scope == TG_SCOPE_CLIENT)
				continue;
			memset(w, 0, sizeof(*w));
			return false;
		}
		w->at[w->n++] = (u32)((const u8 *)l - (const u8 *)table(e));
		tighten(&w->max_qty, l->cfg.max_order_qty);
		tighten(&w->max_notional, l->cfg.max_order_notional);
		tighten(&w->max_position, l->cfg.max_position);
		if (l->cfg.collar_bps < w->collar_bps)
			w->collar_bps = l->cfg.collar_bps;
		if (l->cfg.duplicate_window_ns > w->window_ns)
			w->window_ns = l->cfg.duplicate_window_ns;
		if (!l->cfg.rate_per_s || !l->cfg.rate_burst)
			w->rate_never = 1;
	}
	/* FIRM again where a scope has no limits: five looks without a loop */
	for (n = w->n; n < TG_RISK_SCOPES; n++)
		w->at[n] = w->at[0];
	w->position_off = (u64)((const u8 *)tg_position(e, r->account_id, r->instrument_id) - (const u8 *)e);
	w->instrument_off = (u64)((const u8 *)i - (const u8 *)e);
	w->instrument_id = r->instrument_id;
	w->who = tg_load64(&r->client_id);
	w->version = e->limits_version;
	return true;
}

static __always_inline const struct tg_risk_row *row_of(struct tg_engine *e, const struct tg_risk_request *r)
{
	u32 at = r->instrument_id + r->account_id * 8u + r->client_id * 32u;
	struct tg_risk_row *w = TG_TABLE(e, off_risk_rows, struct tg_risk_row) + at % TG_RISK_ROWS;

	return likely(row_is(e, w, r)) || gather(e, r, w) ? w : NULL;
}

static bool outside_collar(s64 px, s64 reference, u32 bps)
{
	u64 away = (u64)(px > reference ? px - reference : reference - px);

	return (unsigned __int128)away * BPS > (unsigned __int128)(u64)reference * bps;
}

/*
 * Would px * qty, in money e8 and rounded down, be above max? A value that cannot be had is: it is above any limit there is. max + 1 in place of "above max", and both
 * sides times 10^8: no division.
 */
static __always_inline bool value_above(s64 px, s64 qty, s64 max)
{
	return (px | qty) < 0 || (unsigned __int128)(u64)px * (u64)qty >= (unsigned __int128)((u64)max + 1) * TG_SCALE;
}

/*
 * Price of a market order: the reference plus the collar, the worst it should get. OK, NO_REFERENCE_PRICE or OVERFLOW.
 */
static enum tg_reason market_px(const struct tg_risk_row *w, s64 reference, s64 *px)
{
	u64 worst;

	if (reference <= 0) {
		*px = 0;
		/*
		 * Nothing is asked of the price only when collar and value are both said to be
		 * unlimited.
		 */
		return w->collar_bps == UNLIMITED_U32 && w->max_notional == TG_PX_MAX
			       ? TG_REASON_OK
			       : TG_REASON_NO_REFERENCE_PRICE;
	}
	*px = reference;
	if (w->collar_bps == UNLIMITED_U32)
		return TG_REASON_OK;
	if (!tg_muldiv_u64((u64)reference, (u64)BPS + w->collar_bps, BPS, &worst) ||
	    worst > (u64)TG_PX_MAX)
		return TG_REASON_OVERFLOW;
	*px = (s64)worst;
	return TG_REASON_OK;
}

/* OK, POSITION or OVERFLOW. */
static __always_inline enum tg_reason check_position(const struct tg_position *p, const struct tg_risk_request *r, s64 max)
{
	bool buy = r->side == TG_SIDE_BUY;
	s64 open = buy ? p->open_buy_qty : p->open_sell_qty, would;

	/*
	 * Open quantities are kept below TG_PX_MAX, unlimited or not: that is what makes the sums
	 * elsewhere safe.
	 */
	if (unlikely(!tg_add_s64(open, r->add_qty, &open) || open > TG_PX_MAX ||
		     !tg_add_s64(open, buy ? p->qty : -p->qty, &would)))
		return TG_REASON_OVERFLOW;
	if (unlikely(would > max || !max) && !(r->is_replace && r->add_qty == 0))
		return TG_REASON_POSITION;
	return TG_REASON_OK;
}

static struct tg_recent *recent_of(const struct tg_engine *e, u16 client_id)
{
	return TG_TABLE(e, off_recent, struct tg_recent) + client_id;
}

/* What two equal orders have in common, in 16 bits; never 0. */
static __always_inline u64 tag_of(const struct tg_risk_request *r)
{
	u64 qty = (u64)r->qty << 32 | (u64)r->qty >> 32;

	return (((u64)r->px ^ qty) + r->side) * 0x9fb21c651e98df25ULL >> 48 | 1;
}

static __attribute__((__noinline__)) bool is_duplicate(const struct tg_engine *e, const struct tg_risk_request *r, u64 window_ns)
{
	const struct tg_recent_order *x = recent_of(e, r->client_id)->order;
	u32 i;

	for (i = 0; i < TG_RISK_RECENT; i++, x++)
		if (x->qty && e->time_ns - x->time_ns < window_ns &&
		    x->instrument_id == r->instrument_id && x->side == r->side && x->px == r->px &&
		    x->qty == r->qty)
			return true;
	return false;
}

/* false: none of the orders remembered is the same. Four tags at a time; bit 15 of a lane that is 0 is set. */
static __always_inline bool may_be_duplicate(const struct tg_engine *e, const struct tg_risk_request *r)
{
	const u16 *tags = recent_of(e, r->client_id)->tag;
	const u64 ones = 0x0001000100010001ULL, want = tag_of(r) * ones;
	u64 x, found = 0;

#define LOOK(n) \
	do { \
		x = tg_load64(tags + 4 * (n)) ^ want; \
		found |= (x - ones) & ~x; \
	} while (0)
	LOOK(0);
	LOOK(1);
	LOOK(2);
	LOOK(3);
#undef LOOK
	return found & ones << 15;
}

/* Which of the two it is: open orders come first. A replace does not add one. */
static __attribute__((__noinline__)) enum tg_reason full(const struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r)
{
	bool early = w->rate_never;
	u32 n;

	for (n = 0; n < w->n; n++) {
		const struct tg_limits *l = (const struct tg_limits *)((const u8 *)table(e) + w->at[n]);

		if (l->open_orders >= l->cfg.max_open_orders && !r->is_replace)
			return TG_REASON_OPEN_ORDERS;
		early |= l->rate_open_ns > e->time_ns;
	}
	return early ? TG_REASON_ORDER_RATE : TG_REASON_OK;
}

enum tg_reason tg_risk_check(struct tg_engine *e, const struct tg_risk_request *r)
{
	s64 reference = TG_PX_NONE, px = r->px;
	const struct tg_risk_row *w = row_of(e, r);
	const struct tg_limits *first, *l;
	enum tg_reason why;
	bool valued = true;

	if (unlikely(!w))
		return TG_REASON_NO_LIMITS;
	if (unlikely(r->qty > w->max_qty || !w->max_qty))
		return TG_REASON_MAX_QUANTITY;

	if (w->collar_bps != UNLIMITED_U32 || r->ord_type == TG_ORD_MARKET)
		reference = tg_md_reference_px(e, (const struct tg_instrument *)((const u8 *)e + w->instrument_off));
	if (unlikely(r->ord_type == TG_ORD_MARKET)) {
		why = market_px(w, reference, &px);
		if (why == TG_REASON_NO_REFERENCE_PRICE)
			return why;
		valued = why == TG_REASON_OK;
	}
	if (unlikely(!valued || !w->max_notional || value_above(px, r->qty, w->max_notional))) {
		/*
		 * A value too large to be computed is above any limit there is; without a limit it is
		 * refused as OVERFLOW below.
		 */
		if (w->max_notional != TG_PX_MAX)
			return TG_REASON_MAX_NOTIONAL;
		valued = false;
	}

	if (w->collar_bps != UNLIMITED_U32) {
		if (unlikely(reference <= 0))
			return TG_REASON_NO_REFERENCE_PRICE;
		if (unlikely(w->collar_bps == 0))
			return TG_REASON_PRICE_COLLAR;
		if (r->ord_type != TG_ORD_MARKET && unlikely(outside_collar(r->px, reference, w->collar_bps)))
			return TG_REASON_PRICE_COLLAR;
	}

	why = check_position((const struct tg_position *)((const u8 *)e + w->position_off), r, w->max_position);
	if (unlikely(why)) {
		if (why != TG_REASON_OVERFLOW)
			return why;
		valued = false;
	}

	/* Working orders never reach UNLIMITED_U32. */
	first = table(e);
#define FULL(n)	(l = (const struct tg_limits *)((const u8 *)first + w->at[n]), l->open_orders >= l->cfg.max_open_orders || l->rate_open_ns > e->time_ns)
	if (unlikely(w->rate_never || FULL(0) || FULL(1) || FULL(2) || FULL(3) || FULL(4))) {
		why = full(e, w, r);
		if (why)
			return why;
	}
#undef FULL
	static_assert(TG_RISK_SCOPES == 5, "a look for each scope");
	if (w->window_ns && !r->is_replace && unlikely(may_be_duplicate(e, r)) && is_duplicate(e, r, w->window_ns))
		return TG_REASON_DUPLICATE_ORDER;
	return likely(valued) ? TG_REASON_OK : TG_REASON_OVERFLOW;
}

/*
 * Generic cell rate algorithm: a request is on time when it comes no more than burst - 1 intervals
 * before its theoretical arrival time.
 */
void tg_risk_count(struct tg_engine *e, const struct tg_risk_request *r)
{
	struct tg_client *c = tg_client(e, r->client_id);
	const struct tg_risk_row *w = row_of(e, r);
	u32 k;

	if (!w)
		return;
	for (k = 0; k < w->n; k++) {
		struct tg_limits *l = (struct tg_limits *)((u8 *)table(e) + w->at[k]);

		if (!l->rate_interval_ns)
			continue;
		if (l->rate_tat_ns < e->time_ns)
			l->rate_tat_ns = e->time_ns;
		l->rate_tat_ns += l->rate_interval_ns;
		set_open(l);
	}
	if (c && !r->is_replace) {
		u32 at = c->recent_next++ % TG_RISK_RECENT;
		struct tg_recent *t = recent_of(e, r->client_id);
		struct tg_recent_order *x = &t->order[at];

		t->tag[at] = (u16)tag_of(r);
		x->time_ns = e->time_ns;
		x->px = r->px;
		x->qty = r->qty;
		x->instrument_id = r->instrument_id;
		x->side = r->side;
	}
}

void tg_risk_forget_client(struct tg_engine *e, u16 client_id)
{
	memset(recent_of(e, client_id), 0, sizeof(struct tg_recent));
}
