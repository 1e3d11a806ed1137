// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Limits by scope, and what a check needs of them. That is put together once for each (client, account, instrument, venue, strategy) that trades: a row with the
 * tightest maxima and the places of the scopes that count. Any change of limits makes all rows stale. A row lives in a direct-mapped cache: who does not find his
 * own makes it again.
 */
#include "state.h"

#define UNLIMITED_U32	0xffffffffu
#define UNLIMITED_U64	(~0ULL)
#define NS_PER_S	1000000000ULL
#define WINDOW_MAX_NS	86400000000000ULL

static struct tg_limits *table(const struct tg_engine *e)
{
	return TG_TABLE(e, off_limits, struct tg_limits);
}

struct tg_limits *tg_risk_limits(const struct tg_engine *e, u16 scope, u32 id)
{
	u32 slot = 0;

	if (!tg_scope_ok(e, scope, id))
		return NULL;
	if (scope != TG_SCOPE_FIRM) {
		slot = tg_risk_exposure(e, scope, id)->slot;
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
	case TG_SCOPE_STRATEGY:
		return id && id <= e->params.max_strategies;
	default:
		return false;
	}
}

static bool amount_ok(s64 v)
{
	return v >= 0 && v <= TG_PX_MAX;
}

/* A limit that is not on says nothing. */
static bool amount_of(u16 flags, u32 flag, s64 v)
{
	return flags & flag ? amount_ok(v) : !v;
}

static bool form_ok(const struct tg_engine *e, const struct tg_in_limits *c)
{
	const u16 on = c->flags;
	bool windowed = c->scope == TG_SCOPE_FIRM || c->scope == TG_SCOPE_INSTRUMENT;

	return !(on & ~TG_LIMITS_ALL) && !(c->reserved0 | c->reserved1 | c->reserved[0] | c->reserved[1] | c->reserved[2] | c->reserved[3]) &&
	       tg_scope_ok(e, c->scope, c->id) && amount_ok(c->max_order_qty) && amount_ok(c->max_order_notional) && amount_ok(c->max_position) &&
	       amount_of(on, TG_LIMITS_TOTAL_POSITION, c->max_total_position) && amount_of(on, TG_LIMITS_GROSS, c->max_gross_notional) &&
	       amount_of(on, TG_LIMITS_NET, c->max_net_notional) && amount_of(on, TG_LIMITS_CAPITAL, c->max_capital) &&
	       amount_of(on, TG_LIMITS_DAILY_LOSS, c->max_daily_loss) && !(on & TG_LIMITS_EXECUTIONS) == !c->max_executions &&
	       (on & TG_LIMITS_WINDOW_COLLAR || !c->window_collar_bps) && c->collar_window_ns <= WINDOW_MAX_NS && (windowed || !c->collar_window_ns) &&
	       (!(on & TG_LIMITS_DUPLICATE_SCOPE) || c->duplicate_window_ns) && c->warn_percent <= 100;
}

/* What the rate check would divide for. Nothing may be sent at a rate or burst of 0; the row sees to that. */
static void derive(struct tg_limits *l, u64 now_ns)
{
	const struct tg_in_limits *c = &l->cfg;
	bool unlimited = c->rate_per_s == UNLIMITED_U32 || c->rate_burst == UNLIMITED_U32;

	l->rate_interval_ns = unlimited || !c->rate_per_s ? 0 : (NS_PER_S + c->rate_per_s - 1) / c->rate_per_s;
	l->rate_slack_ns = unlimited || !c->rate_burst ? UNLIMITED_U64 : (u64)(c->rate_burst - 1) * l->rate_interval_ns;
	tg_risk_set_ready(l);
	l->valid_until_ns = c->lease_ns && now_ns + c->lease_ns > now_ns ? now_ns + c->lease_ns : UNLIMITED_U64;
}

/* How far the window collar looks back: the instrument's own word, else the firm's. */
static u64 range_of(const struct tg_engine *e, u32 instrument_id)
{
	const struct tg_limits *l = tg_risk_limits(e, TG_SCOPE_INSTRUMENT, instrument_id);

	if (!l || !l->cfg.collar_window_ns)
		l = tg_risk_limits(e, TG_SCOPE_FIRM, 0);
	return l ? l->cfg.collar_window_ns : 0;
}

/* A new place, for a scope that had no limits. NULL = the table is full. */
static struct tg_limits *take_slot(struct tg_engine *e, u16 scope, u32 id)
{
	struct tg_limits *l = table(e);	/* slot 0 is FIRM's own */
	u32 at;

	if (scope != TG_SCOPE_FIRM) {
		if (e->limits_used + 1 >= e->params.max_limits)
			return NULL;
		l += ++e->limits_used;
		tg_risk_exposure(e, scope, id)->slot = e->limits_used;
	}
	l->scope_at = tg_risk_scope_at(e, scope, id);
	/* Orders may be working already: they count against limits that come later. */
	l->open_orders = 0;
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next)
		if (tg_order_in_scope(tg_order_slot(e, at - 1), scope, id))
			l->open_orders++;
	return l;
}

enum tg_reason tg_risk_set_limits(struct tg_engine *e, const struct tg_in_limits *c, struct tg_outbox *ob)
{
	struct tg_limits *l;
	u32 i;

	if (!form_ok(e, c))
		return TG_REASON_CONFIG;
	l = tg_risk_limits(e, c->scope, c->id);
	if (l && l->cfg.seq && c->seq <= l->cfg.seq)
		return TG_REASON_STALE_LIMITS;
	if (!l) {
		l = take_slot(e, c->scope, c->id);
		if (!l)
			return TG_REASON_CAPACITY;
	}
	l->cfg = *c;
	derive(l, e->time_ns);
	tg_risk_controls(e, c->flags);
	tg_risk_room(e, l);
	if (c->warn_percent || c->flags & (TG_LIMITS_DAILY_LOSS | TG_LIMITS_EXECUTIONS))
		e->risk_watched = 1;
	e->limits_version++;
	for (i = 1; i <= e->params.max_instruments; i++)
		if (c->scope == TG_SCOPE_FIRM || (c->scope == TG_SCOPE_INSTRUMENT && i == c->id))
			tg_window_set(e, i, range_of(e, i));
	tg_risk_watch(e, l, NULL, ob);
	return TG_REASON_OK;
}

enum tg_reason tg_risk_set_state(struct tg_engine *e, u16 scope, u32 id, u32 set, u32 clear)
{
	struct tg_exposure *x = tg_risk_exposure(e, scope, id);

	if (!x || (set | clear) & ~(TG_LIMITS_REDUCE_ONLY | TG_LIMITS_RESTRICTED))
		return TG_REASON_BAD_REQUEST;
	x->state = (x->state & ~clear) | set;
	e->limits_version++;
	return TG_REASON_OK;
}

/* ---- rows ---- */

static void tighten(s64 *m, s64 v)
{
	if (v < *m)
		*m = v;
}

static u64 offset(const struct tg_engine *e, const void *p)
{
	return p ? (u64)((const u8 *)p - (const u8 *)e) : 0;
}

static enum tg_book_of total_book(u16 scope)
{
	return scope == TG_SCOPE_ACCOUNT ? TG_BOOK_OF_ACCOUNT : scope == TG_SCOPE_STRATEGY ? TG_BOOK_OF_STRATEGY :
	       scope == TG_SCOPE_CLIENT ? TG_BOOK_OF_CLIENT : TG_BOOK_OF_FIRM;
}

/* One scope's limits into the row. */
static void add_scope(const struct tg_engine *e, struct tg_risk_row *w, const struct tg_limits *l)
{
	const struct tg_in_limits *c = &l->cfg;

	w->at[w->n++] = (u32)((const u8 *)l - (const u8 *)table(e));
	w->on |= c->flags;
	if (c->max_open_orders != UNLIMITED_U32 || l->rate_interval_ns || !c->rate_per_s || !c->rate_burst)
		w->on |= TG_ROW_READY;
	tighten(&w->max_qty, c->max_order_qty);
	tighten(&w->max_notional, c->max_order_notional);
	tighten(&w->max_position, c->max_position);
	if (c->collar_bps < w->collar_bps)
		w->collar_bps = c->collar_bps;
	if (c->duplicate_window_ns > w->window_ns)
		w->window_ns = c->duplicate_window_ns;
	if (l->valid_until_ns < w->valid_until_ns)
		w->valid_until_ns = l->valid_until_ns;
	if (c->flags & TG_LIMITS_TOTAL_POSITION)
		tighten(&w->max_total[total_book(c->scope)], c->max_total_position ? c->max_total_position : TG_NOTHING);
	if ((c->flags & TG_LIMITS_WINDOW_COLLAR) && c->window_collar_bps < w->window_bps)
		w->window_bps = c->window_collar_bps;
}

/* As the check wants them: compared, not asked for 0 as well. */
static void fold_maxima(struct tg_risk_row *w)
{
	unsigned __int128 above = w->max_notional ? (unsigned __int128)((u64)w->max_notional + 1) * TG_SCALE : 0;

	w->above_notional[0] = (u64)above;
	w->above_notional[1] = (u64)(above >> 64);
	if (!w->max_qty)
		w->max_qty = TG_NOTHING;
	if (!w->max_position)
		w->max_position = TG_NOTHING;
	/* The tighter maximum of the same position is looked at first and refuses first. */
	if (w->max_total[TG_BOOK_OF_ACCOUNT] >= w->max_position)
		w->max_total[TG_BOOK_OF_ACCOUNT] = TG_NO_TOTAL;
}

/* Puts a row together; false: a scope that must be loaded is not, and the row is nobody's. */
static __attribute__((__noinline__)) bool gather(struct tg_engine *e, const struct tg_risk_request *r, struct tg_risk_row *w)
{
	const u32 id[] = { 0, r->venue_id, r->account_id, r->client_id, r->instrument_id, r->strategy_id };
	const u32 book_id[TG_BOOKS_OF] = { 0, r->account_id, r->strategy_id, r->client_id };
	const struct tg_instrument *i = tg_instrument(e, r->instrument_id);
	u32 n, state = 0, of;
	u16 scope;

	memset(w, 0, sizeof(*w));
	if (!i)
		return false;
	w->collar_bps = UNLIMITED_U32;
	w->window_bps = UNLIMITED_U32;
	w->max_qty = TG_PX_MAX;
	w->max_notional = TG_PX_MAX;
	w->max_position = TG_PX_MAX;
	w->valid_until_ns = UNLIMITED_U64;
	for (of = 0; of < TG_BOOKS_OF; of++) {
		w->max_total[of] = TG_NO_TOTAL;
		w->book_off[of] = offset(e, tg_risk_book(e, of, book_id[of], r->instrument_id));
	}
	for (scope = TG_SCOPE_FIRM; scope <= TG_SCOPE_STRATEGY; scope++) {
		const struct tg_exposure *x = tg_risk_exposure(e, scope, id[scope - TG_SCOPE_FIRM]);
		const struct tg_limits *l = tg_risk_limits(e, scope, id[scope - TG_SCOPE_FIRM]);

		if (l)
			add_scope(e, w, l);
		if (x) {
			u32 here = (l ? l->cfg.flags : 0) | x->state | x->latched;

			state |= here & TG_LIMITS_RESTRICTED;
			if (here & TG_LIMITS_REDUCE_ONLY)
				state |= scope == TG_SCOPE_STRATEGY ? TG_ROW_REDUCE_STRATEGY : TG_LIMITS_REDUCE_ONLY;
		}
		if (!l && scope != TG_SCOPE_VENUE && scope != TG_SCOPE_CLIENT && (scope != TG_SCOPE_STRATEGY || r->strategy_id)) {
			memset(w, 0, sizeof(*w));
			return false;
		}
	}
	fold_maxima(w);
	w->on = (w->on & ~TG_LIMITS_REDUCE_ONLY) | state;
	if (w->collar_bps != UNLIMITED_U32 || w->on & TG_LIMITS_WINDOW_COLLAR)
		w->on |= TG_ROW_REFERENCE;
	/* FIRM again where a scope has no limits: six looks without a loop */
	for (n = w->n; n < TG_RISK_SCOPES; n++)
		w->at[n] = w->at[0];
	if (w->on & TG_LIMITS_WINDOW_COLLAR) {
		w->range_ns = range_of(e, r->instrument_id);
		tg_window_set(e, r->instrument_id, w->range_ns);
	}
	w->recent_at = tg_scope_ok(e, TG_SCOPE_CLIENT, r->client_id) ? tg_risk_scope_at(e, TG_SCOPE_CLIENT, r->client_id) : 0;
	w->position_off = w->book_off[TG_BOOK_OF_ACCOUNT];
	w->instrument_off = offset(e, i);
	w->instrument_id = r->instrument_id;
	w->who = tg_load64(&r->client_id);
	w->version = e->limits_version;
	return true;
}

const struct tg_risk_row *tg_risk_row_make(struct tg_engine *e, const struct tg_risk_request *r, struct tg_risk_row *w)
{
	return gather(e, r, w) ? w : NULL;
}
