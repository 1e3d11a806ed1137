// SPDX-License-Identifier: GPL-2.0 OR MIT
/* See table.h. What FIX 4.4 volume 4, appendix "Order state changes", shows as possible is a cell with an action; all else is SUSPECT. */
#include "order/table.h"

#define S(why)	{ TG_OA_SUSPECT, TG_REASON_##why }
#define K	{ TG_OA_KEEP, TG_REASON_OK }
#define N	{ TG_OA_WORK, TG_REASON_OK }
#define F	{ TG_OA_FILL, TG_REASON_OK }
#define C	{ TG_OA_CANCEL, TG_REASON_OK }
#define J	{ TG_OA_REJECT, TG_REASON_OK }
#define E	{ TG_OA_EXPIRE, TG_REASON_OK }
#define P	{ TG_OA_REPLACE, TG_REASON_OK }
#define H	{ TG_OA_SUSPEND, TG_REASON_OK }
#define D	{ TG_OA_DONE, TG_REASON_OK }
#define A	{ TG_OA_AGAIN, TG_REASON_OK }
#define B	{ TG_OA_BUST, TG_REASON_OK }
#define LATE	S(FILL_AFTER_END)
#define LIFE	S(LIFE_AFTER_END)
#define ENDS	S(TWO_ENDS)
#define NEVER	S(SUSPECT)
#define NO_STATE { NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER, NEVER }

static const struct tg_order_rule table[TG_OS_MAX][TG_OE_MAX] = {
	/*			     ACK   PEND CALC PART  FILL  CANC  REPL  REJ               EXP   DONE SUSP  WORK  CORR BUST */
	[TG_OS_PENDING_NEW]	 = { N,    K,   K,   N,    F,    C,    P,    J,                E,    D,   H,    N,    B,   B },
	[TG_OS_NEW]		 = { K,    K,   K,   N,    F,    C,    P,    J,                E,    D,   H,    N,    B,   B },
	[TG_OS_PARTIALLY_FILLED] = { K,    K,   K,   N,    F,    C,    P,    S(REJECTED_LATE), E,    D,   H,    N,    B,   B },
	[TG_OS_SUSPENDED]	 = { N,    K,   K,   K,    F,    C,    P,    J,                E,    D,   K,    N,    B,   B },
	[TG_OS_DONE_FOR_DAY]	 = { N,    K,   K,   N,    F,    C,    P,    J,                E,    K,   H,    N,    B,   B },
	[TG_OS_SUSPECT]		 = { K,    K,   K,   K,    F,    C,    P,    J,                E,    K,   K,    K,    B,   B },
	[TG_OS_FILLED]		 = { A,    A,   A,   LATE, A,    ENDS, LIFE, ENDS,             ENDS, A,   LIFE, LIFE, B,   B },
	[TG_OS_CANCELED]	 = { A,    A,   A,   LATE, LATE, A,    LIFE, ENDS,             ENDS, A,   LIFE, LIFE, B,   B },
	[TG_OS_REJECTED]	 = { LIFE, A,   A,   LATE, LATE, ENDS, LIFE, A,                ENDS, ENDS, LIFE, LIFE, S(EXEC_REF), S(EXEC_REF) },
	[TG_OS_EXPIRED]		 = { A,    A,   A,   LATE, LATE, ENDS, LIFE, ENDS,             A,    A,   LIFE, LIFE, B,   B },
	/* Never a prior status: a request in flight or lost is kept beside it. */
	[TG_OS_NONE]		 = NO_STATE,
	[TG_OS_PENDING_CANCEL]	 = NO_STATE,
	[TG_OS_PENDING_REPLACE]	 = NO_STATE,
	[TG_OS_UNKNOWN]		 = NO_STATE,
};

static_assert(TG_OS_MAX == 14, "a new state needs its row");

struct tg_order_rule tg_order_rule(u8 prior, enum tg_order_event ev)
{
	return table[prior < TG_OS_MAX ? prior : TG_OS_NONE][ev];
}

bool tg_order_classify(const struct tg_fix_exec *x, enum tg_order_event *ev)
{
	s64 leaves = x->has_leaves ? x->leaves_qty : x->ord_status == '2' ? 0 : 1;
	u8 what = x->exec_type;

	if (what == 'I' || what == 'D') {	/* Order status, restated: what counts is 39 */
		what = x->ord_status;
		if (what == '0' || what == '1' || what == '5') {
			*ev = TG_OE_WORKING;
			return true;
		}
		if (what == '2') {
			*ev = TG_OE_FILL;
			return true;
		}
		if (what == 'F' || what == 'G' || what == 'H')
			return false;		/* of ExecType only */
	}
	switch (what) {
	case 'F':
		*ev = leaves ? TG_OE_PARTIAL : TG_OE_FILL;
		return true;
	case '0':
		*ev = TG_OE_ACK;
		return true;
	case 'A':
	case '6':
	case 'E':
	case '7':
		*ev = TG_OE_PENDING;
		return true;
	case 'B':
		*ev = TG_OE_CALCULATED;
		return true;
	case '4':
		*ev = TG_OE_CANCELED;
		return true;
	case '5':
		*ev = TG_OE_REPLACED;
		return true;
	case '8':
		*ev = TG_OE_REJECTED;
		return true;
	case 'C':
		*ev = TG_OE_EXPIRED;
		return true;
	case '3':
		*ev = TG_OE_DONE;
		return true;
	case '9':
		*ev = TG_OE_SUSPENDED;
		return true;
	case 'G':
		*ev = TG_OE_CORRECT;
		return true;
	case 'H':
		*ev = TG_OE_BUST;
		return true;
	default:
		return false;
	}
}
