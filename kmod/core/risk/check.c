// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The pre-trade check (RTS 6 art. 15; 15c3-5(c)). Order of checks: limits loaded, lease, restricted, trading status, reduce-only; then that of reasons.h from
 * MAX_QUANTITY to POSITION; window collar, total position, gross, net, capital; open orders, rate, duplicates; OVERFLOW at last. For a plain maximum the tightest
 * of the scopes that apply decides; sums, open orders and rates are counted per scope.
 *
 * max_position of every scope is applied to the (account, instrument) position of the order: a FIRM
 * limit is the largest position that any account may have in any instrument, not a sum over them; that is max_total_position.
 * Both bound the side the order would grow: a sell that brings a long position down is not refused
 * because the position is too long. A replace that does not raise the quantity is not checked
 * against them.
 */
#include "risk/recent.h"

#define UNLIMITED_U32	0xffffffffu
#define BPS		10000u
#define PX_MISSING	(-1)		/* of a market order: there is none to value it at */
#define PX_TOO_LARGE	(-2)

static struct tg_limits *table(const struct tg_engine *e)
{
	return TG_TABLE(e, off_limits, struct tg_limits);
}

static struct tg_limits *limits_of(const struct tg_engine *e, const struct tg_risk_row *w, u32 n)
{
	return (struct tg_limits *)((u8 *)table(e) + w->at[n]);
}

static const struct tg_position *book(const struct tg_engine *e, const struct tg_risk_row *w, enum tg_book_of of)
{
	return (const struct tg_position *)((const u8 *)e + w->book_off[of]);
}

static __always_inline const struct tg_risk_row *row_of(struct tg_engine *e, const struct tg_risk_request *r)
{
	u32 at = r->instrument_id + (u32)(tg_load64(&r->client_id) * 0x9fb21c651e98df25ULL >> 40);
	struct tg_risk_row *w = TG_TABLE(e, off_risk_rows, struct tg_risk_row) + at % TG_RISK_ROWS;

	if (likely(w->version == e->limits_version && w->who == tg_load64(&r->client_id) && w->instrument_id == r->instrument_id))
		return w;
	return tg_risk_row_make(e, r, w);
}

/*
 * Is px * qty, in money e8 and rounded down, at least this? A value that cannot be had is: it is above any limit there is. Both sides times 10^8: no division.
 */
static __always_inline bool value_reaches(s64 px, s64 qty, unsigned __int128 above)
{
	return (px | qty) < 0 || (unsigned __int128)(u64)px * (u64)qty >= above;
}

static __always_inline bool value_above(s64 px, s64 qty, s64 max)
{
	return value_reaches(px, qty, (unsigned __int128)((u64)max + 1) * TG_SCALE);
}

/* Price of a market order: the reference plus the collar, the worst it should get. */
static __attribute__((__noinline__)) s64 market_px(const struct tg_risk_row *w, s64 reference)
{
	u64 worst;

	if (reference <= 0)
		/* Nothing is asked of the price only when all that needs one is said to be unlimited or is off. */
		return w->on & (TG_ROW_REFERENCE | TG_LIMITS_ROOM) || w->max_notional != TG_PX_MAX ? PX_MISSING : 0;
	if (w->collar_bps == UNLIMITED_U32)
		return reference;
	if (!tg_muldiv_u64((u64)reference, (u64)BPS + w->collar_bps, BPS, &worst) ||
	    worst > (u64)TG_PX_MAX)
		return PX_TOO_LARGE;
	return (s64)worst;
}

s64 tg_risk_market_px(struct tg_engine *e, const struct tg_risk_request *r)
{
	const struct tg_risk_row *w = row_of(e, r);
	s64 px = w ? market_px(w, tg_md_reference_px(e, (const struct tg_instrument *)((const u8 *)e + w->instrument_off))) : 0;

	return px > 0 ? px : 0;
}

/* OK, POSITION or OVERFLOW. */
static __always_inline enum tg_reason check_position(const struct tg_position *p, const struct tg_risk_request *r, s64 max)
{
	s64 sell = r->side != TG_SIDE_BUY, open = (&p->open_buy_qty)[sell], would;

	static_assert(offsetof(struct tg_position, open_sell_qty) == offsetof(struct tg_position, open_buy_qty) + sizeof(s64), "a side is an index");
	/*
	 * Open quantities are kept below TG_PX_MAX, unlimited or not: that is what makes the sums
	 * elsewhere safe.
	 */
	if (unlikely(!tg_add_s64(open, r->add_qty, &open) || open > TG_PX_MAX ||
		     !tg_add_s64(open, (p->qty ^ -sell) + sell, &would)))
		return TG_REASON_OVERFLOW;
	if (unlikely(would > max) && !(r->is_replace && r->add_qty == 0))
		return TG_REASON_POSITION;
	return TG_REASON_OK;
}

/* With this order and all others of its side filled, is the position smaller and not turned over? */
static bool reduces(const struct tg_position *p, const struct tg_risk_request *r)
{
	bool buy = r->side == TG_SIDE_BUY;
	s64 held = buy ? -p->qty : p->qty, open;

	return tg_add_s64(buy ? p->open_buy_qty : p->open_sell_qty, r->add_qty, &open) && open <= held && held > 0;
}

/* May anything like this be sent at all? */
static __attribute__((__noinline__)) enum tg_reason gate(const struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r, u16 status)
{
	u32 reduce = w->on & (TG_LIMITS_REDUCE_ONLY | TG_ROW_REDUCE_STRATEGY);

	if (w->on & TG_LIMITS_RESTRICTED)
		return TG_REASON_RESTRICTED;
	switch (status) {
	case TG_TRADING_HALTED:
	case TG_TRADING_CLOSED:
	case TG_TRADING_CANCEL_ONLY:
		return TG_REASON_TRADING_STATUS;
	case TG_TRADING_POST_ONLY:
		if (!(r->flags & TG_SUB_POST_ONLY))
			return TG_REASON_TRADING_STATUS;
		break;
	case TG_TRADING_LIMIT_ONLY:
		if (r->ord_type != TG_ORD_LIMIT)
			return TG_REASON_TRADING_STATUS;
		break;
	case TG_TRADING_REDUCE_ONLY:
		reduce |= TG_LIMITS_REDUCE_ONLY;
		break;
	}
	if ((reduce & TG_LIMITS_REDUCE_ONLY) && !reduces(book(e, w, TG_BOOK_OF_ACCOUNT), r))
		return TG_REASON_REDUCE_ONLY;
	if ((reduce & TG_ROW_REDUCE_STRATEGY) && !reduces(book(e, w, TG_BOOK_OF_STRATEGY), r))
		return TG_REASON_REDUCE_ONLY;
	return TG_REASON_OK;
}

/* Is there less room than this order needs? */
static __always_inline bool no_room(const struct tg_risk_request *r, s64 px, s64 room)
{
	if (r->is_replace)
		return r->add_value > 0 && r->add_value > room;
	return room < 0 || (room < TG_PX_MAX && value_above(px, r->add_qty, room));
}

/*
 * Which of them it is. An order that only makes the position smaller is not refused for gross notional and capital, unless nothing at all is let through: else a
 * full book could not be brought down.
 */
static __attribute__((__noinline__)) enum tg_reason which_room(struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r, s64 px)
{
	static const struct { u32 control; enum tg_reason why; } control[] = {
		{ TG_LIMITS_GROSS, TG_REASON_GROSS_NOTIONAL },
		{ TG_LIMITS_NET, TG_REASON_NET_NOTIONAL },
		{ TG_LIMITS_CAPITAL, TG_REASON_CAPITAL },
	};
	u32 k, n;

	for (k = 0; k < 3; k++)
		for (n = 0; n < w->n; n++) {
			const struct tg_limits *l = limits_of(e, w, n);
			enum tg_book_of of = l->cfg.scope == TG_SCOPE_STRATEGY ? TG_BOOK_OF_STRATEGY : TG_BOOK_OF_ACCOUNT;
			s64 room;

			if (!(l->cfg.flags & control[k].control))
				continue;
			room = tg_risk_room_of(e, l, control[k].control, r->side);
			if (control[k].control != TG_LIMITS_NET && reduces(book(e, w, of), r) &&
			    (control[k].control == TG_LIMITS_GROSS ? l->cfg.max_gross_notional : l->cfg.max_capital))
				continue;
			if (no_room(r, px, room))
				return control[k].why;
		}
	return TG_REASON_OK;
}

static __always_inline enum tg_reason check_totals(const struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r)
{
	enum tg_reason why, found = TG_REASON_OK;

#define TOTAL(of) \
	do { \
		if (w->max_total[of] != TG_NO_TOTAL) { \
			why = check_position(book(e, w, of), r, w->max_total[of]); \
			if (unlikely(why == TG_REASON_POSITION)) \
				return TG_REASON_TOTAL_POSITION; \
			if (unlikely(why)) \
				found = why;	/* OVERFLOW: for the end */ \
		} \
	} while (0)
	TOTAL(0);
	TOTAL(1);
	TOTAL(2);
	TOTAL(3);
#undef TOTAL
	static_assert(TG_BOOKS_OF == 4, "a look for each book");
	return found;
}

/* The least room of any scope. */
static __always_inline s64 least_room(const struct tg_engine *e, const struct tg_risk_row *w, u32 side)
{
	const u8 *first = (const u8 *)table(e)->room + side * sizeof(s64);
	s64 room = *(const s64 *)(first + w->at[0]);

#define LEAST(n) room = *(const s64 *)(first + w->at[n]) < room ? *(const s64 *)(first + w->at[n]) : room
	LEAST(1);
	LEAST(2);
	LEAST(3);
	LEAST(4);
	LEAST(5);
#undef LEAST
	return room;
}

/* Controls that few have on. OVERFLOW: for the end. */
static enum tg_reason check_more(struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r, s64 px, s64 reference)
{
	enum tg_reason why = TG_REASON_OK;
	if (w->on & TG_LIMITS_WINDOW_COLLAR) {
		struct tg_window *v = tg_window(e, w->instrument_id);

		if (unlikely(reference <= 0))
			return TG_REASON_NO_REFERENCE_PRICE;
		if (unlikely(!v->ns || !w->window_bps))
			return TG_REASON_WINDOW_COLLAR;
		tg_window_feed(v, e->time_ns, reference);
		if (unlikely(tg_window_outside(v, r->ord_type == TG_ORD_MARKET ? reference : r->px, w->window_bps)))
			return TG_REASON_WINDOW_COLLAR;
	}
	if (w->on & TG_LIMITS_TOTAL_POSITION) {
		why = check_totals(e, w, r);
		if (unlikely(why && why != TG_REASON_OVERFLOW))
			return why;
	}
	if (w->on & TG_LIMITS_ROOM) {
		if (unlikely(no_room(r, px, least_room(e, w, r->side == TG_SIDE_SELL)))) {
			enum tg_reason which = which_room(e, w, r, px);

			if (which)
				return which;
		}
	}
	return why;
}

/* Which of the two it is: open orders come first. A replace does not add one. */
static __attribute__((__noinline__)) enum tg_reason full(const struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r)
{
	bool early = false;
	u32 n;

	for (n = 0; n < w->n; n++) {
		const struct tg_limits *l = limits_of(e, w, n);

		if (l->open_orders >= l->cfg.max_open_orders && !r->is_replace)
			return TG_REASON_OPEN_ORDERS;
		early |= tg_risk_rate_open_ns(l) > e->time_ns;
	}
	return early ? TG_REASON_ORDER_RATE : TG_REASON_OK;
}

static bool same_in_scope(const struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r)
{
	u32 n;

	for (n = 0; n < w->n; n++) {
		const struct tg_limits *l = limits_of(e, w, n);
		const struct tg_recent *t = tg_recent(e, l->scope_at);

		if ((l->cfg.flags & TG_LIMITS_DUPLICATE_SCOPE) && unlikely(tg_recent_maybe(t, r)) &&
		    tg_recent_same(t, r, e->time_ns, l->cfg.duplicate_window_ns))
			return true;
	}
	return false;
}

static __attribute__((__noinline__)) bool is_duplicate(const struct tg_engine *e, const struct tg_risk_row *w, const struct tg_risk_request *r)
{
	const struct tg_recent *t = tg_recent(e, w->recent_at);

	if (unlikely(tg_recent_maybe(t, r)) && tg_recent_same(t, r, e->time_ns, w->window_ns))
		return true;
	return unlikely(w->on & TG_LIMITS_DUPLICATE_SCOPE) && same_in_scope(e, w, r);
}

enum tg_reason tg_risk_check(struct tg_engine *e, const struct tg_risk_request *r)
{
	s64 reference = TG_PX_NONE, px = r->px;
	const struct tg_risk_row *w = row_of(e, r);
	const struct tg_limits *first;
	const struct tg_instrument *i;
	enum tg_reason why;
	bool valued = true;

	if (unlikely(!w))
		return TG_REASON_NO_LIMITS;
	if (unlikely(w->valid_until_ns <= e->time_ns))
		return TG_REASON_STALE_LIMITS;
	i = (const struct tg_instrument *)((const u8 *)e + w->instrument_off);
	if (unlikely(w->on & TG_ROW_GATE || i->trading_status > TG_TRADING_OPEN)) {
		why = gate(e, w, r, i->trading_status);
		if (why)
			return why;
	}
	if (unlikely(r->qty > w->max_qty))
		return TG_REASON_MAX_QUANTITY;

	if (w->on & TG_ROW_REFERENCE || r->ord_type == TG_ORD_MARKET)
		reference = tg_reference_px(e, i);
	if (unlikely(r->ord_type == TG_ORD_MARKET)) {
		px = market_px(w, reference);
		if (px == PX_MISSING)
			return TG_REASON_NO_REFERENCE_PRICE;
		if (px == PX_TOO_LARGE) {
			px = reference;
			valued = false;
		}
	}
	if (unlikely(!valued || value_reaches(px, r->qty, (unsigned __int128)w->above_notional[1] << 64 | w->above_notional[0]))) {
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
		if (r->ord_type != TG_ORD_MARKET && unlikely(tg_further(r->px, reference, w->collar_bps)))
			return TG_REASON_PRICE_COLLAR;
	}

	why = check_position((const struct tg_position *)((const u8 *)e + w->position_off), r, w->max_position);
	if (unlikely(why)) {
		if (why != TG_REASON_OVERFLOW)
			return why;
		valued = false;
	}
	if (w->on & TG_ROW_MORE) {
		why = check_more(e, w, r, px, reference);
		if (unlikely(why)) {
			if (why != TG_REASON_OVERFLOW)
				return why;
			valued = false;
		}
	}

	first = table(e);
#define EARLY(n) (((const struct tg_limits *)((const u8 *)first + w->at[n]))->ready_ns > e->time_ns)
	if (w->on & TG_ROW_READY && unlikely(EARLY(0) || EARLY(1) || EARLY(2) || EARLY(3) || EARLY(4) || EARLY(5))) {
		why = full(e, w, r);
		if (why)
			return why;
	}
#undef EARLY
	static_assert(TG_RISK_SCOPES == 6, "a look for each scope");
	if (w->window_ns && !r->is_replace && unlikely(*tg_recent_seen(e, tg_recent_tag(r))) && is_duplicate(e, w, r))
		return TG_REASON_DUPLICATE_ORDER;
	return likely(valued) ? TG_REASON_OK : TG_REASON_OVERFLOW;
}

void tg_risk_count(struct tg_engine *e, const struct tg_risk_request *r, struct tg_outbox *ob)
{
	const struct tg_risk_row *w = row_of(e, r);
	struct tg_position *books[TG_BOOKS_OF];
	u32 k;

	if (!w)
		return;
	for (k = 0; k < w->n; k++) {
		struct tg_limits *l = limits_of(e, w, k);

		tg_risk_rate_count(l, e->time_ns);
		if (r->is_replace)
			continue;
		if (l->cfg.flags & TG_LIMITS_EXECUTIONS)
			TG_TABLE(e, off_exposures, struct tg_exposure)[l->scope_at].executions++;
		/* A client's own are remembered anyway. */
		if (l->cfg.flags & TG_LIMITS_DUPLICATE_SCOPE && l->scope_at != w->recent_at)
			tg_recent_add(e, tg_recent(e, l->scope_at), r, e->time_ns);
	}
	if (!r->is_replace && w->recent_at)
		tg_recent_add(e, tg_recent(e, w->recent_at), r, e->time_ns);
	if (likely(!e->risk_watched))
		return;
	for (k = 0; k < TG_BOOKS_OF; k++)
		books[k] = w->book_off[k] ? (struct tg_position *)((u8 *)e + w->book_off[k]) : NULL;
	for (k = 0; k < w->n; k++)
		tg_risk_watch(e, limits_of(e, w, k), books, ob);
}
