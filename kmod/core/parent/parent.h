/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Parents: what clients ask for by TG_SUB_INTENT, worked by an execution strategy (exec/) through
 * child orders. The child has its parent's id as a plain field; there is no map. A parent knows the
 * places of its own children, and its fills are what its children's reports told.
 *
 * An execution report reaches the child order first, then its parent (fills are added up, the
 * parent is marked), then position and risk, then clients. What the parent does about it comes last,
 * at the end of the same record (tg_parent_run()): by then every table has heard of the report, and
 * a child that is sent then is checked against all of it. None of it asks whether the client is
 * still there.
 *
 * A child whose parent is not there any more is unreconciled risk: a fill of it, or a report that
 * brings it back from the dead, latches the kill switch (FIRM, TG_KILL_ORPHAN).
 */
#ifndef TG_PARENT_H
#define TG_PARENT_H

#include "outbox.h"
#include <tickgate/event.h>
#include <tickgate/netlink.h>
#include <tickgate/reasons.h>
#include <tickgate/record.h>

struct tg_engine;
struct tg_order;

#define TG_PARENT_LEGS		2u
#define TG_PARENT_CHILDREN	16u	/* at once; as many as instruments in a product */
#define TG_PARENT_MAX		65535u	/* ids: generation 16 | slot + 1 16 bits */

enum tg_parent_timer { TG_PARENT_LIFE = 0, TG_PARENT_LEG = 1, TG_PARENT_TIMERS };

struct tg_leg {
	s64 px;			/* limit; 0 = none (a market order) */
	s64 qty;		/* wanted */
	s64 cum;		/* filled */
	s64 value;		/* sum of fills, money e8, saturating */
	u32 instrument_id;
	u8 side;
	u8 child;		/* place + 1 of the one that works it; 0 = none yet */
	u8 tries;		/* quote: 1 after the retry; sweep: rounds */
	u8 amended;		/* the terms are newer than the order that works them */
};

enum tg_child_move { TG_MOVE_NONE = 0, TG_MOVE_REPLACE = 1, TG_MOVE_CANCEL = 2 };

struct tg_child {
	u64 order_id;		/* 0 = place free */
	s64 cum, value;		/* the order's, as in the leg */
	s64 move_px, move_qty;	/* a replace asked for these */
	u32 instrument_id;
	u16 reason;		/* the order's, as seen last */
	u8 leg;
	u8 status;		/* likewise */
	u8 over;		/* has ended */
	u8 acked;		/* has been NEW */
	u8 move;		/* enum tg_child_move: new terms are under way */
	u8 hedge;
	u8 stop;		/* its cancel was ours */
	u8 pad[3];
};

struct tg_parent {
	u32 id;			/* 0 = never used */
	u32 next;		/* free list or list of those to run; slot + 1 */
	u64 user_ref;
	u64 created_seq, created_ns;
	u64 cause_ns;
	u64 leg_timeout_ns;
	u32 routing_id;		/* its orders carry it */
	u32 pad_routing;
	u32 uid;
	u32 hedge_ticks;
	u32 timer[TG_PARENT_TIMERS];
	u16 client_id;		/* 0 once the client is gone */
	u16 account_id;
	u16 flags;		/* TG_SUB_* */
	u16 why;		/* enum tg_reason: what the last refusal or end was about */
	u16 refused;		/* sweep: members that refused an order, by bit */
	u8 state;		/* enum tg_parent_state */
	u8 end;			/* enum tg_parent_reason that it will be, 0 = none yet */
	u8 exec;		/* enum tg_exec */
	u8 ord_type, tif;
	u8 due;			/* in the list of those to run */
	u8 tell;		/* something changed that its owner has not been told */
	u8 no_cancel;		/* a kill that leaves working orders alone */
	u8 hedged;		/* a hedge went out */
	u8 pad[3];
	u16 strategy_id;	/* its orders are booked under; 0 = none */
	struct tg_leg leg[TG_PARENT_LEGS];
	struct tg_child child[TG_PARENT_CHILDREN];
};

/* What moves a parent; see table.c. */
enum tg_parent_event_kind {
	TG_PE_SENT,		/* a child went out */
	TG_PE_FILL,
	TG_PE_COMPLETE,		/* all that was wanted is filled */
	TG_PE_HEDGE,		/* a hedge went out */
	TG_PE_BALANCED,		/* the hedge is over and the legs agree */
	TG_PE_HEDGE_FAILED,
	TG_PE_CANCEL,		/* client, or its automatic cancel */
	TG_PE_EXPIRE,		/* life, leg timeout, or an order's own time in force */
	TG_PE_REFUSED,		/* risk refused a child */
	TG_PE_ABORT,		/* it cannot go on: venue, session, capacity */
	TG_PE_KILL,
	TG_PE_SETTLED,		/* no child works any more */
	TG_PE_MAX
};

/* table.c. Applies the event: false = illegal in this state, counted, nothing changed. */
bool tg_parent_event(struct tg_engine *e, struct tg_parent *p, enum tg_parent_event_kind ev,
		     enum tg_reason why);

/* Submissions of a client; each answers with ORDER_ACK. */
enum tg_reason tg_parent_submit(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
				struct tg_outbox *ob);

/* From order/: a fill of a child, and any other change of it. o->parent_id is not 0. */
void tg_parent_fill(struct tg_engine *e, const struct tg_order *o);
void tg_parent_touched(struct tg_engine *e, const struct tg_order *o);

void tg_parent_client_gone(struct tg_engine *e, u16 client_id, bool auto_cancel);
/* A kill of this scope has been latched. cancel: working orders are being cancelled too. */
void tg_parent_kill(struct tg_engine *e, u16 scope, u32 id, bool cancel);
void tg_parent_timer(struct tg_engine *e, u32 parent_id, u16 what);
/* The end of every record: parents that are marked act. */
void tg_parent_run(struct tg_engine *e, struct tg_outbox *ob);

u64 tg_parent_bytes(const struct tg_in_engine *p);
void tg_parent_init(struct tg_engine *e);
struct tg_parent *tg_parent_slot(const struct tg_engine *e, u32 slot);	/* < max_parents */
struct tg_parent *tg_parent_find(const struct tg_engine *e, u32 id);	/* NULL = not there, or DONE */
bool tg_parent_is_over(const struct tg_parent *p);
u16 tg_parent_owner(const struct tg_engine *e, const struct tg_parent *p);
void tg_parent_mark(struct tg_engine *e, struct tg_parent *p);		/* it is to run */
void tg_parent_tell_one(struct tg_engine *e, u16 client_id, const struct tg_parent *p, u16 flags,
			struct tg_outbox *ob);
void tg_parent_query(const struct tg_engine *e, const struct tg_parent *p, struct tg_nl_parent *out);	/* *out is all zero */

#endif
