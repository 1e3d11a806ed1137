/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Execution strategies: how a parent is worked. Each is one file and looks at where things stand
 * (legs, children, what has ended and how), not at what has just happened; it is asked again after
 * every change. So a report that comes twice, late or with another one needs no case of its own.
 *
 * Every child goes the way of a client's order: permission, terms, self-trade prevention, risk, kill
 * switch (tg_order_child()). What a leg has working and what it has filled is never more than what
 * is wanted: new quantity goes out when the order before it has ended, or by a replace that the
 * venue makes in one piece.
 *
 * A venue and a strategy must fit (tg_exec_fits()): told when a permit is configured, and at each
 * intent.
 */
#ifndef TG_EXEC_H
#define TG_EXEC_H

#include "outbox.h"
#include "parent/parent.h"
#include "venue/venue.h"

/* What came of looking at a parent. */
enum tg_work {
	TG_WORK_OK,		/* it waits for something */
	TG_WORK_AGAIN,		/* out of room: the same again at the next record */
	TG_WORK_SETTLED,	/* it is ending and nothing is left to do */
	TG_WORK_UNHEDGED,	/* likewise, and its legs do not agree */
};

/* exec.c */
bool tg_exec_fits(const struct tg_venue_caps *c, u8 exec);
/* Which of the user's permits' strategies; the only one, where the intent names none. */
enum tg_reason tg_exec_choose(const struct tg_engine *e, u32 uid, const struct tg_submission *s,
			      u8 *exec);
/* Everything about an intent that can be known before an order is sent. */
enum tg_reason tg_exec_check(const struct tg_engine *e, u32 uid, u8 exec,
			     const struct tg_submission *s);
/* New terms (TG_SUB_INTENT_REPLACE). */
enum tg_reason tg_exec_amend(struct tg_engine *e, struct tg_parent *p,
			     const struct tg_submission *s);
enum tg_work tg_exec_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob);

/* One file each. Asked while no end is in sight. */
enum tg_work tg_direct_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob);
enum tg_work tg_quote_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob);
enum tg_work tg_sweep_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob);
enum tg_work tg_multi_leg_run(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob);
/* What is left to do of a multi_leg that is ending and whose children have ended. */
enum tg_work tg_multi_leg_hedge(struct tg_engine *e, struct tg_parent *p, struct tg_outbox *ob);

/* child.c: what the strategies have in common. */
struct tg_child_terms {
	u32 instrument_id;
	s64 px, qty;
	u16 flags;
	u8 ord_type, tif;
	bool hedge;
};
/* TG_REASON_OK: it is the leg's. NO_OUTBOX: later. All else: it was refused. */
enum tg_reason tg_child_send(struct tg_engine *e, struct tg_parent *p, u32 leg,
			     const struct tg_child_terms *t, struct tg_outbox *ob);
/* The same with the leg's terms and what is left of the leg. */
enum tg_reason tg_child_send_rest(struct tg_engine *e, struct tg_parent *p, u32 leg,
				  struct tg_outbox *ob);
void tg_child_cancel(struct tg_engine *e, struct tg_child *c, enum tg_reason why,
		     struct tg_outbox *ob);
/* A working child towards its leg's terms: a replace, or a cancel with a new order after it. */
enum tg_work tg_child_move(struct tg_engine *e, struct tg_parent *p, u32 leg, struct tg_outbox *ob);
/* The leg's child; NULL = none was sent yet. */
static inline struct tg_child *tg_leg_child(struct tg_parent *p, u32 leg)
{
	return p->leg[leg].child ? &p->child[p->leg[leg].child - 1] : NULL;
}
bool tg_children_work(const struct tg_parent *p);
/* The parent cannot go on for this reason: which event that is. NO_OUTBOX: none, AGAIN. */
enum tg_work tg_exec_fail(struct tg_engine *e, struct tg_parent *p, enum tg_reason why);
/* A leg that is worked by one order at a time: sends it, moves it, or finds that it ended short. */
enum tg_work tg_leg_run(struct tg_engine *e, struct tg_parent *p, u32 leg, struct tg_outbox *ob);
/* A child ended short of what was wanted: how the parent ends. */
enum tg_work tg_exec_short(struct tg_engine *e, struct tg_parent *p, const struct tg_child *c);

#endif
