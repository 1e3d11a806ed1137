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
	u64 rate_open_ns;		/* from both: before this time nothing more may be sent */
	u32 open_orders;		/* working orders in this scope */
	u32 pad;
};

/* What one client's orders on one account in one instrument are checked against. */
#define TG_RISK_SCOPES		5u
#define TG_RISK_ROWS_LOG2	8u
#define TG_RISK_ROWS		(1u << TG_RISK_ROWS_LOG2)
struct tg_risk_row {
	u64 version;			/* e->limits_version it was made from */
	u64 who;			/* client, account and venue as in the request */
	u32 instrument_id;
	u16 n;				/* scopes with limits */
	u16 rate_never;			/* a scope lets nothing be sent */
	u32 at[TG_RISK_SCOPES];		/* bytes from the first struct tg_limits; behind the first n, FIRM's again */
	u32 collar_bps;			/* the tightest of the scopes, and so on */
	s64 max_qty, max_notional, max_position;
	u64 window_ns;
	u64 position_off;		/* arena offsets: struct tg_position, struct tg_instrument */
	u64 instrument_off;
};

struct tg_position {
	s64 qty;			/* signed */
	s64 cost;			/* money e8 paid for what is held now, sign of qty */
	s64 realised_pnl, fees;
	s64 bought_qty, sold_qty;
	s64 open_buy_qty, open_sell_qty;	/* leaves of working orders, requests in flight at their larger quantity */
	u64 fills;
};

#define TG_RISK_RECENT	16u	/* orders remembered per client for duplicate detection; a full window falls back to the oldest */
struct tg_recent_order { u64 time_ns; s64 px, qty; u32 instrument_id; u8 side; u8 pad[3]; };
struct tg_recent { u16 tag[TG_RISK_RECENT]; struct tg_recent_order order[TG_RISK_RECENT]; };	/* tag: 16 bits that equal orders have in common */

struct tg_risk_request {
	u16 client_id, account_id, venue_id;
	u16 pad;		/* 0: the four are compared as one word */
	u32 instrument_id;
	u8 side, ord_type;
	s64 px, qty;		/* market order: px 0, valued at the reference price plus the collar */
	s64 add_qty;		/* by how much the open quantity of that side grows: new: qty; replace: max(0, new leaves - old leaves) */
	bool is_replace;
};

/*
 * limits.c: the check changes nothing but its own rows; tg_risk_count() takes rate and duplicates into account once the message is in the outbox, so that only
 * what was sent counts.
 */
enum tg_reason tg_risk_check(struct tg_engine *e, const struct tg_risk_request *r);
void tg_risk_count(struct tg_engine *e, const struct tg_risk_request *r);
struct tg_limits *tg_risk_limits(const struct tg_engine *e, u16 scope, u32 id);	/* NULL = not loaded */
void tg_risk_forget_client(struct tg_engine *e, u16 client_id);			/* a new client starts without recent orders */
enum tg_reason tg_risk_set_limits(struct tg_engine *e, const struct tg_in_limits *l);
u64 tg_risk_index_bytes(const struct tg_in_engine *p);	/* of the table that finds limits by scope and id */
bool tg_scope_ok(const struct tg_engine *e, u16 scope, u32 id);	/* is this a scope, and the id within its capacity? */
void tg_risk_open_orders(struct tg_engine *e, const struct tg_order *o, s32 delta);	/* counters of all scopes of an order */

/* position.c */
struct tg_position *tg_position(const struct tg_engine *e, u16 account_id, u32 instrument_id);	/* NULL only for bad ids */
void tg_position_open(struct tg_position *p, u8 side, s64 delta);
/* false: overflow; the position is left as it was and the order becomes SUSPECT. */
bool tg_position_fill(struct tg_position *p, u8 side, s64 qty, s64 px, s64 fee);
/* qty of what was booked at from_px was traded at to_px in truth; fee: what was not booked yet. false: overflow, nothing changed. */
bool tg_position_reprice(struct tg_position *p, u8 side, s64 qty, s64 from_px, s64 to_px, s64 fee);
/* Takes back a fill that was booked so. false: overflow, nothing changed. */
bool tg_position_bust(struct tg_position *p, u8 side, s64 qty, s64 px, s64 fee);
s64 tg_position_avg_px(const struct tg_position *p);
s64 tg_position_unrealised(const struct tg_engine *e, const struct tg_position *p, u32 instrument_id);
bool tg_position_query(const struct tg_engine *e, u16 account_id, u32 instrument_id, struct tg_nl_position *out);
void tg_position_event(struct tg_engine *e, u16 client_id, u16 account_id, u32 instrument_id, u16 flags, struct tg_outbox *ob);

/* kill.c: up to TG_KILLS latched at once, one place kept for FIRM: a kill that finds no other place latches FIRM. */
#define TG_KILLS 32u
struct tg_kills { struct tg_in_kill k[TG_KILLS]; u32 n; u32 pad; };
enum tg_reason tg_kill_latch(struct tg_engine *e, const struct tg_in_kill *k, struct tg_outbox *ob);
enum tg_reason tg_kill_clear(struct tg_engine *e, const struct tg_in_kill *k, struct tg_outbox *ob);
bool tg_killed(const struct tg_engine *e, const struct tg_risk_request *r);

#endif
