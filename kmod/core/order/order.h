/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Child orders. States change on execution reports only (and on what the gateway itself sends or loses). Order ids: epoch 12 | generation 16 | slot 20 | request 16 bits;
 * the order's id has request 0; each request sent (new, cancel, replace) counts it up, and the 64 bits in hex are its ClOrdID: a report finds its order without a search.
 */
#ifndef TG_ORDER_H
#define TG_ORDER_H

#include "book/part.h"
#include "fix/decode.h"
#include "outbox.h"
#include <tickgate/event.h>
#include <tickgate/netlink.h>
#include <tickgate/reasons.h>
#include <tickgate/types.h>

struct tg_engine;
struct tg_instrument;
struct tg_session;

#define TG_ORDER_SLOT_BITS	20
#define TG_ORDER_REQUEST_MAX	65535u
#define TG_ORDER_REPLACE_MAX	65279u	/* replaces stop here: the last 256 request numbers are kept for cancels */

struct tg_order {
	u64 order_id;		/* 0 = slot never used */
	u64 user_ref;
	u64 cl_ord_id;		/* of the last request the venue accepted (or the first one) */
	u64 req_cl_ord_id;	/* of the request in flight, 0 = none */
	u64 repl_cl_ord_id;	/* of the last replace: where to look for an order whose replace was lost */
	u64 cl_ord_ns, req_cl_ord_ns, repl_cl_ord_ns;	/* when each of them was sent: part of some venues' ClOrdIDs */
	u64 created_seq;	/* record that made it */
	u64 created_ns, updated_ns, sent_ns;
	s64 px, qty;		/* as accepted; as submitted before that */
	s64 cum_qty, leaves_qty;
	s64 value;		/* sum of fills, money e8, saturating */
	s64 req_px, req_qty;	/* replace in flight */
	s64 end_px, end_qty;	/* replace that was in flight when the order ended: a bust may bring both back; end_qty 0 = none */
	s64 caught_qty, caught_value;	/* of what is filled: known by CumQty only, and what it was booked for; its reports may come late */
	u32 instrument_id;
	u32 next, prev;		/* free list (FIFO) or working list; slot index + 1, 0 = end */
	u32 parent_id;		/* 0: client order without a parent */
	u32 routing_id;
	u16 client_id;		/* 0 once the client is gone */
	u16 account_id;
	u16 venue_id;
	u16 reason;
	u16 request;		/* last request number used */
	u16 generation;
	u8 status;		/* enum tg_ord_status; derived from the next three by tg_order_derive() until terminal */
	u8 prior_status;	/* what a refused cancel or replace falls back to: PENDING_NEW, NEW, PARTIALLY_FILLED or SUSPECT */
	u8 req_type;		/* TG_SUB_CANCEL, TG_SUB_REPLACE: in flight or lost; 0 = none */
	u8 lost;		/* TG_LOST_*: what the session took with it when it dropped */
	u8 cancel_due;		/* a cancel goes out as soon as session, outbox and the replace in flight let it */
	u8 inquire;		/* a status request goes out likewise: 1 under cl_ord_id, 2 under repl_cl_ord_id */
	u8 asked;		/* TG_ASKED_*: a status request waits for its answer */
	u8 side, ord_type, tif;
	u8 flags;		/* TG_SUB_POST_ONLY, TG_SUB_REDUCE_ONLY */
	u8 acked;		/* the venue has spoken of it */
	u8 working;		/* counted in positions' open quantities and in the working list */
	u8 paced;		/* its cancel waits for a message budget (risk/rate.c) */
	u16 strategy_id;	/* 0 = none */
	s64 open_qty;		/* what the positions' open quantities hold for this order now, */
	s64 open_value;		/* and the scopes' sums */
	s64 value_px;		/* of a market order: what its quantity is valued at */
	s64 busted_qty;		/* taken back of what was once in cum_qty; corrections upwards count against it */
	u64 bust_ns;		/* TransactTime (60) of the last bust or correction; 0 = the venue did not say */
	u64 told_ns;		/* TransactTime (60) of the report that the state is from; 0 = it did not say */
	s64 fewer_cum;		/* CumQty of the status report that told of fewer fills than ours */
	u16 busts;		/* busts and corrections applied; stops at its largest */
	u8 fewer;		/* FEWER_*: such a report came, and the venue is asked once more */
	u8 unanswered;		/* nor has it come in time: no cancel waits for it any longer */
	u8 pad2[2];
	u16 asked_request;	/* request when it was asked for: the answer knows of none after that */
	u64 asked_due_ns;	/* the answer is late then */
	u64 first_exec;		/* e->exec_total when it was made: younger execution ids are still remembered, or all have not fallen out */
	u64 new_seq, req_seq;	/* 34 of the new order and of the request in flight: 35=3 names nothing else */
	char venue_order_id[TG_VENUE_ORDER_ID_LEN];
	struct tg_own own;	/* book/: nobody else looks inside */
	u32 pace_next, pace_prev;	/* risk/rate.c: cancels of the venue that wait; slot + 1 */
	u32 stp_next, stp_prev;	/* stp.c: working orders of the instrument and side; slot + 1 */
};

#define TG_ASKED_ONE		1u	/* by itself */
#define TG_ASKED_MASS		2u	/* with all others: an answer without 584 is not to that */
#define TG_LOST_NEW		1u	/* the new order: no word of it yet */
#define TG_LOST_REQ		2u	/* the request in req_type */
#define TG_LOST_REPLACE		4u	/* a replace, superseded by a cancel since; req_px, req_qty still count as exposure */

static inline bool tg_ord_terminal(u8 status)
{
	return status == TG_OS_FILLED || status == TG_OS_CANCELED || status == TG_OS_REJECTED || status == TG_OS_EXPIRED;
}

/* Client requests; each answers with a private ORDER_ACK (origin GATEWAY) carrying the verdict, which is also returned. */
enum tg_reason tg_order_new(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);
enum tg_reason tg_order_cancel(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);
enum tg_reason tg_order_replace(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);
enum tg_reason tg_order_cancel_all(struct tg_engine *e, u16 client_id, const struct tg_submission *s, struct tg_outbox *ob);

/*
 * What a parent sends, by the same way as a client's requests but for one thing: whether it is permitted is asked of the user, as the client may be gone. Only
 * what was sent is told (ORDER_ACK); a refusal is the parent's to tell.
 */
struct tg_order_source {
	u32 parent_id, uid;
	u16 client_id;
	u16 pad;
};
enum tg_reason tg_order_child(struct tg_engine *e, const struct tg_order_source *from, const struct tg_submission *s, u64 *order_id, struct tg_outbox *ob);
enum tg_reason tg_order_child_replace(struct tg_engine *e, const struct tg_order_source *from, struct tg_order *o, s64 px, s64 qty, struct tg_outbox *ob);
/* Side, type, time in force, price and quantity of a new order in this instrument. */
enum tg_reason tg_order_terms(const struct tg_instrument *i, const struct tg_submission *s);

/* ORDER_ACK that carries a verdict on a submission without an order. */
void tg_order_verdict(struct tg_engine *e, u16 client_id, const struct tg_submission *s, enum tg_reason why, struct tg_outbox *ob);

/* Cancels every working order in a scope (kill, client gone); returns how many requests went out. */
u32 tg_order_cancel_scope(struct tg_engine *e, enum tg_scope scope, u32 id, enum tg_reason why, struct tg_outbox *ob);
void tg_order_client_gone(struct tg_engine *e, u16 client_id, bool auto_cancel, struct tg_outbox *ob);

/* report.c; the first four are shared with recover.c */
void tg_order_suspect(struct tg_engine *e, struct tg_order *o, enum tg_reason why, struct tg_outbox *ob);
void tg_order_request_done(struct tg_order *o);
void tg_order_request_refused(struct tg_engine *e, struct tg_order *o, u16 venue_reason, struct tg_outbox *ob);
void tg_order_cancel_if_due(struct tg_engine *e, struct tg_order *o, struct tg_outbox *ob);
enum tg_fix_error tg_order_exec_report(struct tg_engine *e, struct tg_session *s, const struct tg_fix_exec *x, struct tg_outbox *ob);
enum tg_fix_error tg_order_cancel_reject(struct tg_engine *e, struct tg_session *s, const struct tg_fix_cancel_reject *x, struct tg_outbox *ob);
void tg_order_business_reject(struct tg_engine *e, struct tg_session *s, const struct tg_fix_admin *a, struct tg_outbox *ob);	/* 35=3, 35=j with 379 = our ClOrdID */
void tg_order_session_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);	/* in flight -> UNKNOWN, told to clients */
void tg_order_session_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);	/* UNKNOWN orders are asked about (35=H) where the venue can */

/* asked.c: questions about orders, and what becomes of them without an answer */
#define TG_ANSWER_NS	10000000000ULL	/* by then a venue has answered */
void tg_order_asked(struct tg_engine *e, struct tg_order *o, u8 how);		/* one has gone out: TG_ASKED_* */
void tg_order_answered(struct tg_engine *e, struct tg_order *o);
void tg_order_asked_still(struct tg_engine *e, const struct tg_order *o);	/* works again, and may be waiting */
void tg_order_asked_timer(struct tg_engine *e, struct tg_outbox *ob);

/* stray.c: a report without an order of ours; a report on a drop-copy session. */
void tg_order_unknown(struct tg_engine *e, u16 venue_id, const struct tg_fix_exec *x, struct tg_outbox *ob);
void tg_drop_copy(struct tg_engine *e, struct tg_session *s, const struct tg_fix_exec *x, struct tg_outbox *ob);
void tg_drop_copy_timer(struct tg_engine *e, struct tg_outbox *ob);

/*
 * mass.c: after a logon with many orders to ask about, one 35=AF in place of a 35=H for each. false: it was not sent.
 * What the last report leaves unmentioned is asked for by itself.
 */
bool tg_mass_status_send(struct tg_engine *e, struct tg_session *s, u32 orders, struct tg_outbox *ob);
void tg_mass_status_report(struct tg_engine *e, struct tg_session *s, const struct tg_fix_exec *x, const struct tg_order *o, struct tg_outbox *ob);
void tg_mass_status_refused(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);

void tg_order_query(const struct tg_engine *e, const struct tg_order *o, struct tg_nl_order *out);
void tg_order_event(const struct tg_order *o, enum tg_priv_type type, struct tg_priv_event *ev);	/* fills the order part */

/* What there is to tell about an order beside its fields. */
struct tg_order_note {
	u8 type;		/* enum tg_priv_type */
	u8 origin, request;
	u8 liquidity;
	u16 reason, venue_reason;
	s64 last_px, last_qty;
	u64 exec_hash;
	u32 budget;	/* what is left of the client's message budgets, plus 1; 0 = not told */
	u32 pad;
};

/* slots.c: storage, lists, exposure and events; shared by the files here. */
u32 tg_order_next_slot(const struct tg_engine *e);	/* slot + 1 that the next order gets; 0 = all are working */
u64 tg_order_make_id(const struct tg_engine *e, u16 generation, u32 slot);
/* Makes tmpl, complete with its id, the order in this slot: encoded before it is taken, so that one that could not be encoded leaves no trace. */
struct tg_order *tg_order_take(struct tg_engine *e, const struct tg_order *tmpl, u32 slot);
void tg_order_finish(struct tg_engine *e, struct tg_order *o, u8 status);	/* terminal: exposure gone, slot to the free list */
void tg_order_revive(struct tg_engine *e, struct tg_order *o);			/* back out of the free list: SUSPECT after a terminal state */
void tg_order_recount(struct tg_engine *e, struct tg_order *o);			/* open quantity after any change of qty, cum, req_qty, working */
void tg_order_derive(struct tg_order *o);
bool tg_order_in_scope(const struct tg_order *o, enum tg_scope scope, u32 id);
/* A fill and the update after it, to the owner. */
void tg_order_tell_trade(struct tg_engine *e, u16 owner, const struct tg_order *o, const struct tg_order_note *fill, struct tg_outbox *ob);
/* To the owner; an order without one: to all who may see its account. */
void tg_order_tell(struct tg_engine *e, const struct tg_order *o, const struct tg_order_note *n, struct tg_outbox *ob);
void tg_order_tell_one(struct tg_engine *e, u16 client_id, const struct tg_order *o, const struct tg_order_note *n, struct tg_outbox *ob);
void tg_order_update(struct tg_engine *e, const struct tg_order *o, struct tg_outbox *ob);	/* a plain ORDER_UPDATE */

/*
 * Sends a cancel or status request, no questions asked but room, session and message budget. TG_REASON_OK, SESSION_DOWN, NO_OUTBOX, CAPACITY; VENUE_RATE: it
 * waits, and a timer sends it.
 */
enum tg_reason tg_order_send_cancel(struct tg_engine *e, struct tg_order *o, u64 cause_ns, struct tg_outbox *ob);
bool tg_order_can_cancel(const struct tg_order *o);
bool tg_order_cancel_ready(const struct tg_order *o);	/* a cancel is due and may go now */
enum tg_reason tg_order_send_inquiry(struct tg_engine *e, struct tg_order *o, struct tg_outbox *ob);
/* Sends what is due (cancel_due, inquire), as far as the outbox reaches; the rest goes at the next timer. Returns cancels sent. */
u32 tg_order_sweep(struct tg_engine *e, struct tg_outbox *ob);

/*
 * exec_ids.c: the last params.exec_ids execution ids, compared byte by byte, with the trade that each stood for: busts and
 * corrections name it by ExecRefID (19), and may come when the order itself is long gone.
 */
enum tg_exec_state {
	TG_EXEC_PLAIN,		/* no trade, or none that was applied */
	TG_EXEC_TRADE,
	TG_EXEC_BUSTED,		/* taken back; or changed, then successor has what is true now */
};

struct tg_exec_id {
	u64 hash;
	u64 order_id;
	s64 px, qty, fee;
	u32 next;
	u32 successor;		/* index + 1: younger, so it does not fall out before this one */
	u32 instrument_id;
	u32 strategy_id;
	u16 venue_id, account_id;
	u8 len;
	u8 state;		/* enum tg_exec_state */
	u8 side;
	u8 pad;
	u8 bytes[TG_EXEC_ID_LEN];
};

void tg_exec_ids_init(struct tg_engine *e);
/* Its entry: remembered now if e->exec_total has grown by it, else seen before. NULL where nothing is remembered. Until the next call. */
struct tg_exec_id *tg_exec_id_note(struct tg_engine *e, u16 venue_id, const u8 *id, u32 len);
/* true = seen before, else remembered now. *x: its entry, until the next call; NULL where nothing is remembered. */
bool tg_exec_id_seen(struct tg_engine *e, u16 venue_id, const u8 *id, u32 len, struct tg_exec_id **x);
/* NULL = not known, or no longer. */
struct tg_exec_id *tg_exec_id_find(const struct tg_engine *e, u16 venue_id, const u8 *id, u32 len);
/* The one that holds for a trade that was corrected: itself, or the last of its successors. */
struct tg_exec_id *tg_exec_id_last(const struct tg_engine *e, struct tg_exec_id *x);
void tg_exec_id_supersede(const struct tg_engine *e, struct tg_exec_id *old, const struct tg_exec_id *by);
/* Nothing that came since e->exec_total was `since` has fallen out. */
bool tg_exec_ids_complete(const struct tg_engine *e, u64 since);

#endif
