// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * The parent's states, as one total table: every event in every state is either legal or refused,
 * and a refused one is counted and changes nothing.
 *
 * Ends go through CANCEL_PENDING: the reason is kept, the children are cancelled, and when none
 * works any more and nothing is left to hedge the parent is DONE and says so, once. The first reason
 * stands, with three exceptions: a kill and a failed hedge outweigh all but a failed hedge; and a
 * parent that was filled in full while it was being cancelled is COMPLETED.
 */
#include "parent/parent.h"
#include "state.h"

enum action {
	X,	/* illegal */
	K,	/* legal, nothing to do */
	W,	/* WORKING */
	P,	/* PARTIALLY_FILLED */
	H,	/* HEDGING */
	C,	/* CANCEL_PENDING; the event's reason, unless there is one */
	M,	/* the event's reason, unless there is one; the state stays */
	B,	/* back to CANCEL_PENDING with the reason there is */
	O,	/* the reason becomes COMPLETED if it was a cancel, an expiry or an abort */
	L,	/* the reason becomes the event's, unless a hedge failed; CANCEL_PENDING */
	R,	/* likewise; the state stays */
	D,	/* DONE */
};

static const u8 table[TG_PARENT_STATES][TG_PE_MAX] = {
	/*			  SENT FILL COMP HEDG BAL HFAIL CANC EXP REF ABRT KILL SETTL */
	[TG_PARENT_PENDING]	= { W,  X,   X,   X,   X,  X,   C,   C,  C,  C,   L,   X },
	[TG_PARENT_WORKING]	= { K,  P,   X,   X,   X,  X,   C,   C,  C,  C,   L,   X },
	[TG_PARENT_PARTIALLY_FILLED] = { K, K, C, X,   X,  X,   C,   C,  C,  C,   L,   X },
	[TG_PARENT_HEDGING]	= { X,  K,   O,   X,   B,  L,   M,   M,  X,  X,   R,   X },
	[TG_PARENT_CANCEL_PENDING] = { X, K, O,   H,   X,  L,   K,   K,  K,  K,   R,   D },
	[TG_PARENT_DONE]	= { X,  X,   X,   X,   X,  X,   K,   K,  X,  X,   K,   X },
	/* NONE, of a slot that was never used, is illegal throughout. */
};

static u8 reason_of(enum tg_parent_event_kind ev)
{
	switch (ev) {
	case TG_PE_COMPLETE:
		return TG_PARENT_COMPLETED;
	case TG_PE_HEDGE_FAILED:
		return TG_PARENT_HEDGE_FAILED;
	case TG_PE_CANCEL:
		return TG_PARENT_CANCELED_BY_PARENT;
	case TG_PE_EXPIRE:
		return TG_PARENT_EXPIRED;
	case TG_PE_REFUSED:
		return TG_PARENT_RISK_REJECTED;
	case TG_PE_KILL:
		return TG_PARENT_KILL_SWITCH;
	default:
		return TG_PARENT_EXECUTION_ABORTED;
	}
}

static void end_as(struct tg_parent *p, enum tg_parent_event_kind ev, enum tg_reason why)
{
	p->end = reason_of(ev);
	p->why = (u16)why;
}

bool tg_parent_event(struct tg_engine *e, struct tg_parent *p, enum tg_parent_event_kind ev,
		     enum tg_reason why)
{
	u8 before = p->state, end = p->end;

	switch (table[p->state][ev]) {
	case X:
		tg_cc(e, TG_CC_PARENT_ILLEGAL);
		return false;
	case W:
		p->state = TG_PARENT_WORKING;
		break;
	case P:
		p->state = TG_PARENT_PARTIALLY_FILLED;
		break;
	case H:
		p->state = TG_PARENT_HEDGING;
		break;
	case B:
		p->state = TG_PARENT_CANCEL_PENDING;
		break;
	case C:
		p->state = TG_PARENT_CANCEL_PENDING;
		fallthrough;
	case M:
		if (!p->end)
			end_as(p, ev, why);
		break;
	case O:
		if (p->end == TG_PARENT_CANCELED_BY_PARENT || p->end == TG_PARENT_EXPIRED ||
		    p->end == TG_PARENT_EXECUTION_ABORTED)
			end_as(p, ev, why);
		break;
	case L:
		p->state = TG_PARENT_CANCEL_PENDING;
		fallthrough;
	case R:
		if (p->end != TG_PARENT_HEDGE_FAILED)
			end_as(p, ev, why);
		break;
	case D:
		p->state = TG_PARENT_DONE;
		break;
	default:
		break;
	}
	if (p->state != before || p->end != end)
		p->tell = 1;
	return true;
}
