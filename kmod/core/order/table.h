/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * The child order's state machine as data: state x event -> action and, where a pair cannot be, the
 * reason why the order becomes SUSPECT. Total: every pair has a cell, no cell is reached by default
 * (tests/unit/test_order_table.c sends every pair to a real engine).
 *
 * The state is what the venue is known to have confirmed (prior_status). A request in flight or lost
 * is kept beside it, so that races need no states of their own: a fill that crosses a cancel is the
 * same fill, and the cancel stays in flight.
 */
#ifndef TG_ORDER_TABLE_H
#define TG_ORDER_TABLE_H

#include "fix/decode.h"
#include <tickgate/reasons.h>
#include <tickgate/types.h>

/* ExecType (150) and OrdStatus (39), FIX 4.4 volume 6. */
enum tg_order_event {
	TG_OE_ACK,		/* 150=0 */
	TG_OE_PENDING,		/* A 6 E 7: heard, nothing settled */
	TG_OE_CALCULATED,	/* B: fees and money are settled; says nothing of the order itself */
	TG_OE_PARTIAL,		/* F with something left */
	TG_OE_FILL,		/* F or status: all of it */
	TG_OE_CANCELED,		/* 4 */
	TG_OE_REPLACED,		/* 5 */
	TG_OE_REJECTED,		/* 8 */
	TG_OE_EXPIRED,		/* C */
	TG_OE_DONE,		/* 3 */
	TG_OE_SUSPENDED,	/* 9 */
	TG_OE_WORKING,		/* status (I, D): the venue has it, in 39=0 or 39=1 */
	TG_OE_CORRECT,		/* G */
	TG_OE_BUST,		/* H */
	TG_OE_MAX
};

enum tg_order_action {
	TG_OA_SUSPECT,		/* cannot be: for the reason in the cell */
	TG_OA_KEEP,		/* the state stays; fills count */
	TG_OA_WORK,		/* the venue has it: NEW or PARTIALLY_FILLED by what is filled */
	TG_OA_FILL, TG_OA_CANCEL, TG_OA_REJECT, TG_OA_EXPIRE,
	TG_OA_REPLACE,
	TG_OA_SUSPEND,
	TG_OA_DONE,		/* GTC: DONE_FOR_DAY; others have come to their end: EXPIRED */
	TG_OA_AGAIN,		/* said before: ignored, unless it tells of new fills, which cannot be */
	TG_OA_BUST,		/* bust.c */
};

struct tg_order_rule {
	u8 action;		/* enum tg_order_action */
	u8 reason;		/* of TG_OA_SUSPECT; else OK */
};

/* prior: any enum tg_ord_status; those that are never a prior status have SUSPECT in every cell. */
struct tg_order_rule tg_order_rule(u8 prior, enum tg_order_event ev);

/* false: ExecType (150), or OrdStatus (39) of a status report, is none that FIX 4.4 knows. */
bool tg_order_classify(const struct tg_fix_exec *x, enum tg_order_event *ev);

#endif
