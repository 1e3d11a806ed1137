/* SPDX-License-Identifier: MIT */
/*
 * What docs/RISK.md says, done the slow and plain way: lists of orders, trades, prices and kills, all sums made anew at every question, in 128 bits, with division.
 * It has no rows, running sums or caches, and shares nothing with kmod/core/risk but the form of limits. What it is told: limits, kills, orders as they stand,
 * trades, prices, the time.
 */
#ifndef TG_TESTS_RISK_MODEL_H
#define TG_TESTS_RISK_MODEL_H

#include "state.h"

#define RM_IDS		8u	/* of a scope, 0 not used (but FIRM's) */
#define RM_SCOPES	(TG_SCOPE_STRATEGY + 1)
#define RM_KILLS	32u

typedef __int128 rm_wide;

struct rm_order {
	u64 id;
	u16 client, account, venue, strategy;
	u32 session;		/* of the client: a client's number is given again */
	u32 instrument;
	u8 side, type;
	bool working;
	s64 px, qty, cum;
	s64 req_px, req_qty;	/* a replace that the venue has not answered */
	s64 market_px;		/* what a market order was valued at */
};

/* One position: of the firm, an account, a strategy or a client in one instrument. */
struct rm_book {
	s64 qty, cost, realised, fees, bought, sold;
	u64 fills;
	s64 value;		/* at the last mark */
};

struct rm_trade {
	u32 instrument;
	u16 account, strategy, client;
	u8 side;
	struct tg_trade_change t;
};

struct rm_limits {
	struct tg_in_limits cfg;
	bool loaded;
	u64 valid_until, tat;
};

struct rm_scope {
	struct rm_limits l;
	u32 executions;		/* new orders since a person enabled */
	u32 state;		/* reduce-only and restricted beside the limits */
	rm_wide day_began;	/* the result then */
	bool over_loss, over_executions;	/* now */
	bool was_over_loss;			/* at any time since rm_step() */
	bool loss_before, executions_before;	/* at rm_step() */
};

struct rm_request {
	u16 client, account, venue, strategy;
	u32 instrument;
	u8 side, type, flags;
	bool replace;
	s64 px, qty;
	s64 add_qty;		/* what it adds to the open quantity, and a replace to the open value */
	rm_wide add_value;
};

struct rm_sent { struct rm_request r; u64 at; u32 session; u32 scopes; };
struct rm_price { u64 at; s64 px; };
struct rm_kill { u16 scope, cause; u32 id; };
enum { RM_PRICES = 1u << 14 };

struct rm {
	u64 now;
	struct rm_scope scope[RM_SCOPES][RM_IDS];
	struct rm_book firm[RM_IDS];			/* by instrument */
	struct rm_book account[RM_IDS][RM_IDS], strategy[RM_IDS][RM_IDS], client[RM_IDS][RM_IDS];
	u32 session[RM_IDS];				/* of each client */
	bool open[RM_IDS];				/* is it attached? */
	s64 reference[RM_IDS];				/* by instrument: mid, else last trade, of a live book; else <= 0 */
	u16 status[RM_IDS];
	u16 venue_of[RM_IDS];				/* of an instrument; 0 = there is none */
	s64 mark[RM_IDS];
	bool valued;
	u64 next_mark, next_day;			/* ~0 = none */
	u64 day_start_s;
	struct rm_price *price[RM_IDS];			/* what the collar's window has seen */
	u32 n_prices[RM_IDS];
	struct rm_order *orders;
	u32 n_orders, cap_orders;
	u32 *working;					/* places of those that work */
	u32 n_working;
	struct rm_trade *trades;
	u32 n_trades, cap_trades;
	struct rm_sent *sent;
	u32 n_sent, cap_sent;
	struct rm_kill kill[RM_KILLS];			/* the oldest first */
	u32 n_kills;
};

void rm_init(struct rm *m, u64 day_start_s);
void rm_free(struct rm *m);
void rm_time(struct rm *m, u64 now_ns);

enum tg_reason rm_set_limits(struct rm *m, const struct tg_in_limits *c);
void rm_kill(struct rm *m, u16 scope, u32 id, u16 cause);
bool rm_resume(struct rm *m, u16 scope, u32 id);		/* false: there is no such kill */
void rm_client(struct rm *m, u16 client, bool open);

/* The answer of the whole check, kills and self-cross included (self: enum tg_self_trade of the instrument). */
enum tg_reason rm_check(struct rm *m, const struct rm_request *r);
bool rm_crosses(const struct rm *m, const struct rm_request *r);
void rm_sent(struct rm *m, const struct rm_request *r);		/* it has gone out */
s64 rm_market_px(const struct rm *m, const struct rm_request *r);

struct rm_order *rm_order_add(struct rm *m, const struct rm_order *o);
rm_wide rm_worth(const struct rm_order *o);	/* open value */
struct rm_order *rm_order_find(const struct rm *m, u64 id);
void rm_work(struct rm *m, struct rm_order *o, bool on);
void rm_ask_replace(const struct rm *m, const struct rm_order *o, s64 px, s64 qty, struct rm_request *r);

/* false: a book cannot hold it, and nothing was booked. */
bool rm_trade(struct rm *m, const struct rm_order *o, const struct tg_trade_change *t);
bool rm_fold(struct rm_book *b, u8 side, const struct tg_trade_change *t);	/* one trade into one book */
void rm_price_seen(struct rm *m, u32 instrument, s64 px);
void rm_timer(struct rm *m);		/* values positions and begins days when it is time */

/* Losses and executions: looked at by rm_look(), told by the flags of the scope. rm_step() forgets what was. */
void rm_step(struct rm *m);
void rm_look(struct rm *m);

/*
 * risk_agree.c: the engine beside it; NULL = both have the same. Kills: an operator's are told with rm_kill(); those that the engine makes by itself must have a
 * cause, what must kill has killed, and the model takes over their order. Books: quantities, average prices, results, as users see them.
 */
const char *rm_kills_agree(struct rm *m, const struct tg_engine *e);
const char *rm_books_agree(const struct rm *m, const struct tg_engine *e);
const char *rm_reason_missing(const u64 seen[TG_REASON_MAX]);	/* a refusal of risk that was never met; NULL = none */
bool rm_is_risk(enum tg_reason why);

#endif
