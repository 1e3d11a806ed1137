/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Message budgets: token buckets of venues' sessions, clients and source addresses, in GCRA form. What has no budget is not looked at: e->rates_on says whether
 * any record came.
 *
 * A new order or replace over a budget is refused. A cancel is kept: its order is put on its venue's list, and goes out by a timer, in the order in which they
 * were asked for, before anything new. The list is the orders' own links, so it cannot be full: an order has one cancel waiting at most.
 */
#ifndef TG_RATE_H
#define TG_RATE_H

#include "order/order.h"
#include <tickgate/netlink.h>
#include <tickgate/record.h>

struct tg_engine;
struct tg_session;

struct tg_bucket {
	u64 tat_ns;		/* theoretical arrival time */
	u64 interval_ns;	/* 0 = no budget */
	u64 slack_ns;		/* how far the arrival time may lie ahead */
	u64 sent;
	u64 refused;		/* new orders and replaces; of cancels and status requests, those that waited */
};

struct tg_rate {
	struct tg_in_rate cfg;	/* cfg.scope 0 = no record; a client's may be that of all clients */
	u64 reserve_ns;		/* of the slack of ALL: for cancels only */
	u32 head, tail;		/* venues: orders whose cancels wait; slot + 1 */
	u32 waiting;
	u32 source;		/* venues: which one its session connects from */
	u32 own;		/* clients: a record of its own came */
	u32 pad;
	struct tg_bucket b[TG_RATE_OPS];
};

u64 tg_rate_places(const struct tg_in_engine *p);
enum tg_reason tg_rate_set(struct tg_engine *e, const struct tg_in_rate *c);
/* TG_SESSION_CMD_SOURCE */
enum tg_reason tg_rate_set_source(struct tg_engine *e, u16 venue_id, u64 source);
/* A client number is given to somebody else: its buckets are full. */
void tg_rate_client_open(struct tg_engine *e, u16 client_id);

/* May a new order or replace go? Refusals are counted in the bucket that refused. */
enum tg_reason tg_rate_check(struct tg_engine *e, u16 venue_id, u16 client_id, enum tg_rate_op op);
/* It went. ALL of the venue and source is counted by tg_rate_message(), with every message. A cancel is the client's when it asked for it. */
void tg_rate_count(struct tg_engine *e, u16 venue_id, enum tg_rate_op op);
void tg_rate_count_client(struct tg_engine *e, u16 client_id, enum tg_rate_op op);
void tg_rate_message(struct tg_engine *e, u16 venue_id);
/* May this order's cancel go now? If not, it waits. */
bool tg_rate_cancel(struct tg_engine *e, struct tg_order *o);
/* Does not wait any more, whatever the reason. */
void tg_rate_forget(struct tg_engine *e, struct tg_order *o);
/* May a status request go now? If not, the timer comes back for it. */
bool tg_rate_status(struct tg_engine *e, u16 venue_id);
/* Sends the cancels that waited, as far as budgets and the outbox reach. Returns how many. */
u32 tg_rate_run(struct tg_engine *e, struct tg_outbox *ob);
void tg_rate_timer(struct tg_engine *e, struct tg_outbox *ob);

/* New orders that the client may send to the venue at once, by all budgets that they count in; TG_RATE_NONE = none counts them. venue_id 0: the client's alone. */
u32 tg_rate_left(const struct tg_engine *e, u16 venue_id, u16 client_id);
/* at: below tg_rate_places(); false = nothing is there. */
bool tg_rate_query(const struct tg_engine *e, u64 at, struct tg_nl_rate *out);

#endif
