/* SPDX-License-Identifier: MIT */
/*
 * A whole engine for tests and fuzzers: two venues, three instruments, two accounts, permits,
 * limits, a session that is logged on by real FIX bytes. Every record is kept, every step is
 * followed by a check of what must hold between the tables, and fx_free() replays the records in a
 * second engine and compares digests.
 *
 * Venue 1 takes orders (instruments 1 BTCUSDT and 2 ETHUSDT), venue 2 does not (instrument 3
 * NOORDERS). Users: 1000 trades account 1, market orders too; 1001 trades account 1; 1002 trades
 * account 2; 1003 has no permit. User 1000 may name strategies 1 and 2, user 1002 strategy 1.
 */
#ifndef TG_TESTS_FIXTURE_H
#define TG_TESTS_FIXTURE_H

#include <stdio.h>
#include <stdlib.h>
#include "state.h"

#define FX_T0		1700000000000000000ULL	/* 2023-11-14 22:13:20 UTC */
#define PX(n)		((s64)(n) * TG_SCALE)
#define CENT(n)		((s64)(n) * (TG_SCALE / 100))
#define MS		1000000ULL
#define SEC		1000000000ULL

struct fx {
	struct tg_engine *e;
	struct tg_in_engine params;
	struct tg_outbox ob;
	u64 seq, now;
	u64 venue_seq;		/* 34 of the venue's next message */
	u32 exec_id;		/* 17 of the next report */
	u64 update_id;
	u8 *records;		/* all of them: struct tg_record with digest, payload padded */
	u64 records_len, records_cap;
	bool check;		/* look at the tables after every step */
	char msg[8192];
	u32 msg_len;
};

/* What a report says; px, qty, symbol and side are the order's where 0. */
struct fx_report {
	char exec, status;	/* 150, 39 */
	u64 id, orig;		/* 11, 41; id 0 = the order's current one */
	s64 cum, leaves, last_qty, last_px, qty, px, avg_px, fee;
	bool no_leaves;
	char side;
	const char *symbol, *exec_id;
	u32 reject;		/* 103 */
	u8 liquidity;
};

extern u32 fx_book_levels;	/* of engines made from now on; 0 = few */
extern u32 fx_max_orders, fx_exec_ids;	/* likewise */
extern u64 fx_day_start_s;	/* likewise */
extern u8 fx_self_trade[3];	/* of the instruments, likewise */
extern bool fx_own_rx_buffer;	/* the engine's default, and not a small one */
extern bool fx_small_store;	/* a session store just large enough */
extern u16 fx_strategy;		/* of orders submitted from now on; 0 = none */

struct fx *fx_new(void); /* configured, leader; no limits, no client, not connected */
struct fx *fx_ready(void); /* with unlimited limits, client 1 (user 1000, downloaded), logged on */
void fx_free(struct fx *f);			/* replays and compares */
void fx_drop(struct fx *f);			/* without that */
void fx_check(const struct fx *f);		/* aborts with a message when the tables disagree */

enum tg_reason fx_step(struct fx *f, u16 type, u16 source, const void *payload, u32 len);
void fx_advance(struct fx *f,
		u64 ns); /* time passes; due timers are stepped, the session is kept alive */
struct tg_in_limits fx_unlimited(u16 scope, u32 id);
enum tg_reason fx_limits(struct fx *f, struct tg_in_limits l);
enum tg_reason fx_open(struct fx *f, u16 client, u32 uid,
		       u32 flags); /* and waits for the download to end */
enum tg_reason fx_close(struct fx *f, u16 client);
enum tg_reason fx_kill(struct fx *f, u16 type, u16 scope, u32 id,
		       u32 flags); /* TG_IN_KILL, TG_IN_RESUME */

void fx_logon(struct fx *f);
void fx_disconnect(struct fx *f);
void fx_venue(struct fx *f, const char *type,
	      const char *body); /* one message of venue 1; '|' is SOH */
void fx_venue_again(struct fx *f, const char *type, u64 seq, const char *body); /* under an old number: 43=Y, 122 */
void fx_book(struct fx *f, u32 instrument, s64 bid, s64 ask); /* snapshot with one level a side */

/* Submissions of client 1 unless said; the order's id is fx_last(). */
struct tg_submission fx_limit(u8 side, s64 px, s64 qty); /* account 1, instrument 1, DAY */
enum tg_reason fx_submit(struct fx *f, u16 client, struct tg_submission s);
enum tg_reason fx_cancel(struct fx *f, u16 client, u64 order_id);
enum tg_reason fx_replace(struct fx *f, u16 client, u64 order_id, s64 px, s64 qty);
u64 fx_send(struct fx *f, u8 side, s64 px, s64 qty);			/* must be accepted */
u64 fx_working(struct fx *f, u8 side, s64 px, s64 qty); /* and acknowledged by the venue */
struct tg_order *fx_order(const struct fx *f, u64 id);			/* must exist */
s64 fx_avg_px(const struct fx *f, u64 id);				/* as people are told */
struct tg_position *fx_position(const struct fx *f, u16 account, u32 instrument);

void fx_report(struct fx *f, u64 order_id, const struct fx_report *r);
#define REPORT(f, id, ...) fx_report(f, id, &(struct fx_report){ __VA_ARGS__ })
void fx_cancel_reject(struct fx *f, u64 order_id, u64 req_id, char response_to, u32 reason,
		      char status);

/* The last step's outbox. nth from 0; NULL = not that many. client 0, type 0: any. */
const struct tg_priv_event *fx_priv(const struct fx *f, u16 client, u16 type, u32 nth);
u32 fx_count_priv(const struct fx *f, u16 client, u16 type);
const struct tg_pub_event *fx_pub(const struct fx *f, u16 type, u32 nth);
const struct tg_out *fx_tcp(const struct fx *f, char msg_type, u32 nth);
bool fx_tag(const struct tg_out *o, u32 tag, char *out,
	    u32 cap); /* value of a tag in a FIX message */
u64 fx_counter(const struct fx *f, enum tg_core_counter c);

#endif
