/* SPDX-License-Identifier: MIT */
/*
 * A venue in this process: takes the gateway's order messages, keeps its own books, and answers with
 * FIX messages through a queue in which they may overtake each other, come twice, come late, and be
 * lost with the connection and sent again. All by one seeded generator.
 */
#ifndef TG_TESTS_RANDOM_VENUE_H
#define TG_TESTS_RANDOM_VENUE_H

#include "fixture.h"

#define UNIT	TG_SCALE

enum life { GONE, WORKING, SUSPENDED, DONE, DEAD };

struct v_order {
	u64 id;			/* the gateway's, without the request number */
	u32 request;		/* its number: the ClOrdID that the order is under */
	u8 state, status;	/* enum life; 39 once it is DEAD */
	u8 side, tif;
	u8 instrument, account;
	bool market;
	s64 qty, cum, px;	/* units */
	s64 value;		/* sum of its trades */
};

struct v_trade { u32 order; u32 exec; s64 qty, px, fee; bool live; };

struct v_position { s64 qty, cash, fees; };	/* cash: bought less sold */

struct v_stats {
	u64 events, requests, reports, trades, busts, corrections, swaps, duplicates, drops, resent, unsolicited, replaced, refused, held, mass;
};

struct venue {
	struct fx *f;
	u64 random;
	struct v_order *orders;
	u32 n_orders, cap_orders;
	struct v_trade *trades;
	u32 n_trades, cap_trades;
	struct v_position position[3][3];	/* by account and instrument */
	struct v_stats stats;
	u32 exec_id;
	bool connected;
};

u64 v_random(struct venue *v);
bool v_one_in(struct venue *v, u32 n);
void v_init(struct venue *v, struct fx *f, u64 seed);
void v_free(struct venue *v);

void v_collect(struct venue *v);	/* what the last step sent */
void v_fault(struct venue *v);		/* one thing happens at the venue or in the market */
bool v_process(struct venue *v);	/* takes the request that came first; false = there is none */
bool v_deliver(struct venue *v, bool orderly);	/* one report; false = there is none */
void v_drop(struct venue *v);
void v_connect(struct venue *v);
void v_print_heard(const struct venue *v, const struct v_order *o);	/* the last reports about it */
struct v_order *v_find(struct venue *v, u64 id);
u8 v_status_at_gateway(const struct v_order *o);	/* enum tg_ord_status that the gateway should show */

#endif
