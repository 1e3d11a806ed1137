/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Pre-trade risk: limits by scope, positions, kill switch. Every new and replace passes tg_risk_check() on the engine thread, no exceptions; cancels never do.
 * Fail closed: FIRM, ACCOUNT and INSTRUMENT limits must be loaded; a missing price refuses.
 */
#ifndef TG_RISK_H
#define TG_RISK_H

#include "order/order.h"
#include <tickgate/record.h>

struct tg_limits {
	struct tg_in_limits cfg;	/* cfg.scope 0 = slot empty */
	u64 rate_tat_ns;		/* GCRA: theoretical arrival time */
	u64 rate_interval_ns;		/* from cfg; 0 = nothing is counted */
	u64 rate_slack_ns;		/* from cfg: how far the arrival time may lie ahead */
	u64 ready_ns;			/* before this time nothing more may be sent: from rate and open orders; ~0 = for now never */
	u64 valid_until_ns;		/* end of the lease; ~0 = none */
	s64 room[2];			/* value that buys, sells may still add; below 0 = nothing */
	u32 open_orders;		/* working orders in this scope */
	u32 scope_at;			/* its struct tg_exposure */
	u32 warned;			/* TG_LIMITS_*: soft limits that were told of and not left since */
	u32 pad;
};

/*
 * Generic cell rate algorithm: on time when the theoretical arrival time lies ahead of now by the
 * slack at most. The time before which nothing more may be sent:
 */
static inline u64 tg_gcra_open_ns(u64 tat_ns, u64 slack_ns)
{
	return tat_ns > slack_ns ? tat_ns - slack_ns : 0;
}

/* The theoretical arrival time once one more was sent. */
static inline u64 tg_gcra_count(u64 tat_ns, u64 interval_ns, u64 now_ns)
{
	return (tat_ns < now_ns ? now_ns : tat_ns) + interval_ns;
}

static inline u64 tg_risk_rate_open_ns(const struct tg_limits *l)
{
	return l->cfg.rate_per_s && l->cfg.rate_burst ? tg_gcra_open_ns(l->rate_tat_ns, l->rate_slack_ns) : ~0ULL;
}

/* After any change of rate, open orders or their limits: so that a check asks each scope for one number. Working orders never reach ~0. */
static inline void tg_risk_set_ready(struct tg_limits *l)
{
	l->ready_ns = l->open_orders >= l->cfg.max_open_orders ? ~0ULL : tg_risk_rate_open_ns(l);
}

/* A request is on time when it comes no more than burst - 1 intervals before its theoretical arrival time. */
static inline void tg_risk_rate_count(struct tg_limits *l, u64 now_ns)
{
	if (!l->rate_interval_ns)
		return;
	l->rate_tat_ns = tg_gcra_count(l->rate_tat_ns, l->rate_interval_ns, now_ns);
	if (l->ready_ns != ~0ULL)
		l->ready_ns = tg_gcra_open_ns(l->rate_tat_ns, l->rate_slack_ns);
}

#define TG_LIMITS_VALUED	(TG_LIMITS_GROSS | TG_LIMITS_NET | TG_LIMITS_CAPITAL | TG_LIMITS_DAILY_LOSS)
#define TG_LIMITS_ROOM		(TG_LIMITS_GROSS | TG_LIMITS_NET | TG_LIMITS_CAPITAL)
#define TG_LIMITS_ALL		((TG_LIMITS_DUPLICATE_SCOPE << 1) - 1)
/* In a row only: the strategy's own position must get smaller; a reference price is asked for; rate or open orders have a limit. */
#define TG_ROW_REDUCE_STRATEGY	0x1000000u
#define TG_ROW_REFERENCE	0x2000000u
#define TG_ROW_READY		0x4000000u
#define TG_ROW_GATE		(TG_LIMITS_RESTRICTED | TG_LIMITS_REDUCE_ONLY | TG_ROW_REDUCE_STRATEGY)
#define TG_ROW_MORE		(TG_LIMITS_WINDOW_COLLAR | TG_LIMITS_TOTAL_POSITION | TG_LIMITS_ROOM)

/*
 * Running sums of one scope, so that no check walks over orders or positions. Money is summed in 128 bits, where it cannot overflow. The sums are kept only while
 * some limit needs them (e->risk_valued) and made anew when the first one comes.
 */
struct tg_exposure {
	__int128 gross, net;		/* of positions, at their marks */
	__int128 capital;		/* what they cost */
	__int128 result;		/* realised + unrealised - fees */
	__int128 day_result;		/* the result when the day began */
	__int128 open_value[2];		/* of open orders, by side */
	u32 slot;			/* of its limits, 0 = none; FIRM's is 0 too */
	u32 executions;			/* new orders sent since a person last enabled */
	u32 state;			/* TG_LIMITS_REDUCE_ONLY, _RESTRICTED: set by the engine itself, beside the limits */
	u32 latched;			/* likewise, until a person resumes */
};

/* What one client's orders on one account in one instrument are checked against. */
#define TG_RISK_SCOPES		6u
#define TG_RISK_ROWS_LOG2	8u
#define TG_RISK_ROWS		(1u << TG_RISK_ROWS_LOG2)
#define TG_NO_TOTAL		0x7fffffffffffffffLL
#define TG_NOTHING		(-TG_NO_TOTAL - 1)	/* a maximum below all that an order can ask for */
enum tg_book_of { TG_BOOK_OF_FIRM, TG_BOOK_OF_ACCOUNT, TG_BOOK_OF_STRATEGY, TG_BOOK_OF_CLIENT, TG_BOOKS_OF };
struct tg_risk_row {
	u64 version;			/* e->limits_version it was made from */
	u64 who;			/* client, account, venue and strategy as in the request */
	u32 instrument_id;
	u16 n;				/* scopes with limits */
	u16 pad0;
	u32 at[TG_RISK_SCOPES];		/* bytes from the first struct tg_limits; behind the first n, FIRM's again */
	u32 collar_bps;			/* the tightest of the scopes, and so on */
	s64 max_qty, max_position;	/* TG_NOTHING where 0 is the limit */
	s64 max_notional;
	u64 window_ns;
	u64 position_off;		/* arena offsets: struct tg_position, struct tg_instrument */
	u64 instrument_off;
	u64 valid_until_ns;
	u64 range_ns;			/* of the window collar */
	u32 on;				/* TG_LIMITS_* of any scope, TG_ROW_* */
	u32 window_bps;
	u32 recent_at;			/* the client's struct tg_recent; 0 = none */
	u32 pad;
	u64 above_notional[2];		/* the first value that is too large, times 10^8: low and high half; 0 = all are */
	s64 max_total[TG_BOOKS_OF];	/* TG_NO_TOTAL = off */
	u64 book_off[TG_BOOKS_OF];	/* struct tg_position; 0 = no such book */
};

struct tg_position {
	s64 qty;			/* signed */
	s64 cost;			/* money e8 paid for what is held now, sign of qty */
	s64 realised_pnl, fees;
	s64 bought_qty, sold_qty;
	s64 open_buy_qty, open_sell_qty;	/* leaves of working orders, requests in flight at their larger quantity */
	u64 fills;
	s64 value;			/* of qty at the mark, signed; kept while e->risk_valued */
	s64 mark_px;			/* the firm's book only: last reference price seen, or fill; 0 = none */
	u32 warned;			/* soft limits told of: bit scope for max_position, bit 8 + scope for max_total_position */
	u32 pad;
};

#define TG_RISK_RECENT	16u	/* orders remembered per scope for duplicate detection; a full window falls back to the oldest */
struct tg_recent_order { u64 time_ns; s64 px, qty; u32 instrument_id; u8 side; u8 pad[3]; };
/* tag: 16 bits that equal orders have in common */
struct tg_recent { u16 tag[TG_RISK_RECENT]; u32 next, pad; struct tg_recent_order order[TG_RISK_RECENT]; };
/* How many of all orders remembered, whoever's, have a tag that begins so: what nobody remembers need not be looked for. */
#define TG_RECENT_SEEN_BITS	11u

/* Lowest and highest reference price of the last ns, in buckets: what falls out goes a bucket at a time, so that it is never forgotten early. */
#define TG_WINDOW_BUCKETS	16u
struct tg_window {
	u64 ns;				/* looked back; 0 = off */
	u64 width_ns;			/* of one bucket */
	u64 at;				/* number of the newest one: time / width */
	u64 from_ns;			/* its beginning */
	u32 newest;			/* its place */
	u32 pad;
	s64 fed_px;			/* last price into it; 0 = none yet */
	s64 low, high;			/* of all; low 0 = nothing was seen */
	struct { s64 low, high; } bucket[TG_WINDOW_BUCKETS + 1];
};

struct tg_risk_request {
	u16 client_id, account_id, venue_id;
	u16 strategy_id;	/* the four are compared as one word */
	u32 instrument_id;
	u8 side, ord_type;
	u8 flags;		/* TG_SUB_POST_ONLY, TG_SUB_REDUCE_ONLY */
	s64 px, qty;		/* market order: px 0, valued at the reference price plus the collar */
	s64 add_qty;		/* by how much the open quantity of that side grows: new: qty; replace: max(0, new leaves - old leaves) */
	s64 add_value;		/* replace: by how much its value does, at its worst; new: 0, the check knows */
	bool is_replace;
};

/*
 * check.c: the check changes nothing but its own rows and windows; tg_risk_count() takes rate and duplicates into account once the message is in the outbox, so that only
 * what was sent counts.
 */
enum tg_reason tg_risk_check(struct tg_engine *e, const struct tg_risk_request *r);
void tg_risk_count(struct tg_engine *e, const struct tg_risk_request *r, struct tg_outbox *ob);
struct tg_limits *tg_risk_limits(const struct tg_engine *e, u16 scope, u32 id);	/* NULL = not loaded */
void tg_risk_forget_client(struct tg_engine *e, u16 client_id);			/* a new client starts without recent orders */
enum tg_reason tg_risk_set_limits(struct tg_engine *e, const struct tg_in_limits *l, struct tg_outbox *ob);
s64 tg_risk_market_px(struct tg_engine *e, const struct tg_risk_request *r);	/* what a market order is valued at; 0 = nothing asks */
/* limits.c. NULL: a scope that must have limits has none. */
const struct tg_risk_row *tg_risk_row_make(struct tg_engine *e, const struct tg_risk_request *r, struct tg_risk_row *w);
/* Sets or clears TG_LIMITS_REDUCE_ONLY, TG_LIMITS_RESTRICTED of a scope beside its limits: for what the engine decides itself. */
enum tg_reason tg_risk_set_state(struct tg_engine *e, u16 scope, u32 id, u32 set, u32 clear);
/* Sets them until RESUME of the scope. */
void tg_risk_latch_state(struct tg_engine *e, const struct tg_in_trigger *by, u16 cause, u32 set);	/* restriction.c; of its target */
/* By how much the value of an open order grows when it is replaced; TG_PX_MAX where that cannot be told. */
s64 tg_risk_replace_value(const struct tg_order *o, s64 px, s64 qty);
bool tg_scope_ok(const struct tg_engine *e, u16 scope, u32 id);	/* is this a scope, and the id within its capacity? */
void tg_risk_open_orders(struct tg_engine *e, const struct tg_order *o, s32 delta);	/* counters of all scopes of an order */

/*
 * exposure.c: books (firm, account, strategy, client) and sums of scopes. A client's book is that of its session: it begins empty. Its number is taken from the
 * orders that outlive it.
 */
u64 tg_risk_scopes(const struct tg_in_engine *p);	/* how many scopes there can be */
u32 tg_risk_scope_at(const struct tg_engine *e, u16 scope, u32 id);
struct tg_exposure *tg_risk_exposure(const struct tg_engine *e, u16 scope, u32 id);
u64 tg_risk_books(const struct tg_in_engine *p);
struct tg_position *tg_risk_book(const struct tg_engine *e, enum tg_book_of of, u32 id, u32 instrument_id);
void tg_risk_room(struct tg_engine *e, struct tg_limits *l);
s64 tg_risk_room_of(const struct tg_engine *e, const struct tg_limits *l, u32 control, u8 side);	/* of TG_LIMITS_GROSS, _NET or _CAPITAL alone */
void tg_risk_controls(struct tg_engine *e, u32 flags);	/* limits with these flags have come: sums are made where they were not kept */
void tg_risk_reopen(struct tg_engine *e, struct tg_order *o, s64 open_qty);	/* what the order holds open from now on */
void tg_risk_detach(struct tg_engine *e, struct tg_order *o);			/* from its client, who is gone */
/* What was booked and is taken back, what is booked in its place; repriced: new_qty was booked at old_px and traded at new_px in truth. */
struct tg_trade_change { s64 old_qty, old_px, old_fee, new_qty, new_px, new_fee; bool repriced; };
/* All books or none: false is an overflow, nothing changed and the order becomes SUSPECT. */
bool tg_risk_book_trade(struct tg_engine *e, const struct tg_order *o, const struct tg_trade_change *t);
bool tg_risk_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, s64 fee);
/*
 * trade.c: a trade of an order at work, whose open quantity is open_qty after it: tg_risk_reopen() and tg_risk_fill(). owner: tg_order_owner(); value: of
 * qty at px.
 */
struct tg_risk_trade { s64 qty, px, value, fee; };
bool tg_risk_trade(struct tg_engine *e, struct tg_order *o, u16 owner, s64 open_qty, const struct tg_risk_trade *t);
bool tg_risk_reprice(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 from_px, s64 to_px, s64 fee);
void tg_risk_filled(struct tg_engine *e, const struct tg_order *o, struct tg_outbox *ob);	/* losses and soft limits after it */
void tg_risk_timer(struct tg_engine *e, struct tg_outbox *ob);
u64 tg_risk_deadline_ns(const struct tg_engine *e);

/* watch.c: soft limits and what kills a scope by itself. */
void tg_risk_watch(struct tg_engine *e, struct tg_limits *l, struct tg_position *const books[TG_BOOKS_OF], struct tg_outbox *ob);
/* A person has lifted a kill of this cause. */
void tg_risk_reenable(struct tg_engine *e, u16 scope, u32 id, u16 cause);

/* window.c */
void tg_window_set(struct tg_engine *e, u32 instrument_id, u64 ns);
void tg_window_roll(struct tg_window *w, u64 now);	/* the newest bucket is now that of time / width = now */

static __always_inline void tg_widen(s64 *low, s64 *high, s64 px)
{
	if (!*low || px < *low)
		*low = px;
	if (px > *high)
		*high = px;
}

static __always_inline void tg_window_feed(struct tg_window *w, u64 time_ns, s64 px)
{
	if (px <= 0)
		return;
	/* Time does not go back; as long as a bucket lasts nothing is divided, and a price is put into it once. */
	if (unlikely(time_ns - w->from_ns >= w->width_ns))
		tg_window_roll(w, time_ns / w->width_ns);
	if (px == w->fed_px)
		return;
	w->fed_px = px;
	tg_widen(&w->bucket[w->newest].low, &w->bucket[w->newest].high, px);
	tg_widen(&w->low, &w->high, px);
}

/* Is px further from there than so many 1/10,000? */
static __always_inline bool tg_further(s64 px, s64 from, u32 bps)
{
	u64 away = (u64)(px > from ? px - from : from - px);

	return (unsigned __int128)away * 10000u > (unsigned __int128)(u64)from * bps;
}

/* The same of all prices in the window as fed last: too far above the lowest, or below the highest. */
static __always_inline bool tg_window_outside(const struct tg_window *w, s64 px, u32 bps)
{
	unsigned __int128 at = (unsigned __int128)(u64)px * 10000u;

	return at > (unsigned __int128)(u64)w->low * (10000ULL + bps) ||
	       at < (unsigned __int128)(u64)w->high * (bps < 10000u ? 10000u - bps : 0);
}

/* position.c */
struct tg_position *tg_position(const struct tg_engine *e, u16 account_id, u32 instrument_id);	/* NULL only for bad ids */
void tg_position_open(struct tg_position *p, u8 side, s64 delta);
/* false: overflow; the position is left as it was and the order becomes SUSPECT. */
bool tg_position_fill(struct tg_position *p, u8 side, s64 qty, s64 px, s64 fee);
/* The same in up to TG_BOOKS_OF of them; NULL is left out. */
bool tg_position_fill_all(struct tg_position *const *p, u32 n, u8 side, s64 qty, s64 px, s64 fee);
/* qty of what was booked at from_px was traded at to_px in truth; fee: what was not booked yet. false: overflow, nothing changed. */
bool tg_position_reprice(struct tg_position *p, u8 side, s64 qty, s64 from_px, s64 to_px, s64 fee);
/* Takes back a fill that was booked so. false: overflow, nothing changed. */
bool tg_position_bust(struct tg_position *p, u8 side, s64 qty, s64 px, s64 fee);
s64 tg_position_avg_px(const struct tg_position *p);
s64 tg_position_unrealised(const struct tg_engine *e, const struct tg_position *p, u32 instrument_id);
bool tg_position_query(const struct tg_engine *e, enum tg_book_of of, u32 id, u32 instrument_id, struct tg_nl_position *out);
void tg_position_event(struct tg_engine *e, u16 client_id, u16 account_id, u32 instrument_id, u16 flags, struct tg_outbox *ob);

/* kill.c: up to TG_KILLS latched at once, one place kept for FIRM: a kill that finds no other place latches FIRM. */
#define TG_KILLS 32u
struct tg_kills { struct tg_in_kill k[TG_KILLS]; u32 n; u32 pad; u64 since_ns[TG_KILLS]; };
enum tg_reason tg_kill_latch(struct tg_engine *e, const struct tg_in_kill *k, struct tg_outbox *ob);
enum tg_reason tg_kill_clear(struct tg_engine *e, const struct tg_in_kill *k, struct tg_outbox *ob);
enum tg_reason tg_kill_reason(const struct tg_engine *e, const struct tg_risk_request *r);	/* OK: no kill is on it */
/* restriction.c: what is latched, by place: kills, then scopes, then venues. false = nothing in this place. */
struct tg_latch { u64 time_ns; u16 cause; u8 pad[6]; char who[TG_NAME_LEN]; };	/* of a scope that a trigger restricts */
u64 tg_restriction_places(const struct tg_engine *e);
bool tg_restriction_query(const struct tg_engine *e, u64 at, struct tg_nl_restriction *out);
bool tg_risk_in_scope(const struct tg_risk_request *r, u16 scope, u32 id);

/*
 * trigger.c: what is counted, and acted on at the end of the record (tg_trigger_run): inside it a kill would change lists that are being walked. Times are
 * kept in buckets: nothing is forgotten before the window is over, and a sixteenth of it later at most.
 */
#define TG_TRIGGER_BUCKETS	17u
struct tg_trigger {
	struct tg_in_trigger cfg;	/* cfg.on 0 = empty */
	u64 width_ns;			/* of one bucket */
	u64 at;				/* number of the newest one: time / width */
	struct tg_risk_request about;	/* what it was about last: ids only */
	u32 sum;
	u32 count;			/* sum when it became due */
	u32 bucket[TG_TRIGGER_BUCKETS];
	u32 pad;
};
enum tg_reason tg_trigger_config(struct tg_engine *e, const struct tg_in_trigger *t);
/* about: ids alone count. false = no trigger is about that. */
bool tg_trigger(struct tg_engine *e, enum tg_trigger_on on, const struct tg_risk_request *about);
void tg_trigger_order(struct tg_engine *e, enum tg_trigger_on on, const struct tg_order *o);
/* Once for each trigger that has a working order of this venue, or of this client, in its scope; 0 = any. */
void tg_trigger_working(struct tg_engine *e, enum tg_trigger_on on, u16 venue_id, u16 client_id);
void tg_trigger_run(struct tg_engine *e, struct tg_outbox *ob);
/* The venue has refused a new order or a replace: for health and triggers. */
void tg_watch_reject(struct tg_engine *e, const struct tg_order *o);

/* venue_health.c (health.h). Noting what happens is for when e->health_on. */
enum tg_reason tg_watch_config(struct tg_engine *e, const struct tg_in_watch *w, struct tg_outbox *ob);
void tg_health_ack(struct tg_engine *e, u16 venue_id, u64 ns);
void tg_health_reject(struct tg_engine *e, const struct tg_order *o);
void tg_health_gap(struct tg_engine *e, u16 venue_id);
void tg_health_timer(struct tg_engine *e, struct tg_outbox *ob);
/* reconcile.c (health.h) */
u64 tg_reconcile_bytes(const struct tg_in_engine *p);
struct tg_venue_position *tg_venue_position(const struct tg_engine *e, u32 account_id, u32 instrument_id);
u16 tg_account_by_name(const struct tg_engine *e, const struct tg_fix_slice *name);	/* 0 = nobody's */
void tg_reconcile_start(struct tg_engine *e, struct tg_session *s);	/* its configuration has changed */
void tg_reconcile_session(struct tg_engine *e, struct tg_session *s);	/* it is up, or down */
void tg_reconcile_timer(struct tg_engine *e, struct tg_outbox *ob);
/* 35=AP; ack: 35=AO. */
enum tg_fix_error tg_position_report(struct tg_engine *e, struct tg_session *s, struct tg_fix_cursor *c, bool ack, u32 *bad_tag,
				     struct tg_outbox *ob);
void tg_positions_refused(struct tg_engine *e, struct tg_session *s);
void tg_health_query(const struct tg_session *s, struct tg_nl_session *out);

static inline bool tg_killed(const struct tg_engine *e, const struct tg_risk_request *r)
{
	return tg_kill_reason(e, r) != TG_REASON_OK;
}

#endif
