/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * tickgate ABI: scalars, identifiers and the field's own enumerations.
 *
 * Prices and quantities are signed 64-bit integers scaled by 10^8 ("e8"): 61837.63 is 6183763000000. Money (notional, PnL,
 * fees) has the same scale. Times are nanoseconds of CLOCK_REALTIME (suffix _ns); an engine never sees them go backwards.
 * Identifiers are small integers given by configuration; 0 always means "none".
 */
#ifndef _UAPI_TICKGATE_TYPES_H
#define _UAPI_TICKGATE_TYPES_H

#include <linux/types.h>

#define TG_ABI_VERSION		1
#define TG_SCALE		100000000LL	/* 10^8: one unit of price, quantity or money */
#define TG_SCALE_DIGITS		8
#define TG_DIGITS_MAX		12	/* decimals that a venue may write; all after the eighth are zero */
/* No price or quantity beyond this is accepted anywhere: 9.2e10 units; products of two fit in 128 bits with room. */
#define TG_PX_MAX		9000000000000000000LL
#define TG_PX_NONE		((__s64)(-0x7fffffffffffffffLL - 1))	/* "no price": never a valid price */

#define TG_SYMBOL_LEN		24	/* FIX 55, NUL padded */
#define TG_NAME_LEN		24	/* configuration names, NUL padded */
#define TG_COMPID_LEN		32	/* FIX 49/56, NUL padded */
#define TG_VENUE_ORDER_ID_LEN	40	/* FIX 37, NUL padded; longer ids are refused */
#define TG_EXEC_ID_LEN		40	/* FIX 17 */

/* The values are FIX's own characters where FIX has them (FIX 4.4 volume 6, field dictionary). */
enum tg_side { TG_SIDE_BUY = 1, TG_SIDE_SELL = 2 };			/* 54 */
enum tg_book_side { TG_BID = 0, TG_ASK = 1 };				/* 269 */
enum tg_ord_type { TG_ORD_MARKET = 1, TG_ORD_LIMIT = 2 };		/* 40 */
enum tg_tif { TG_TIF_DAY = 0, TG_TIF_GTC = 1, TG_TIF_IOC = 3, TG_TIF_FOK = 4 };	/* 59 */

/* Order states. The engine's own, finer than FIX 39: a request in flight is a state. */
enum tg_ord_status {
	TG_OS_NONE = 0,
	TG_OS_PENDING_NEW = 1,		/* sent, no word from the venue yet */
	TG_OS_NEW = 2,
	TG_OS_PARTIALLY_FILLED = 3,
	TG_OS_FILLED = 4,		/* terminal */
	TG_OS_PENDING_CANCEL = 5,
	TG_OS_PENDING_REPLACE = 6,
	TG_OS_CANCELED = 7,		/* terminal */
	TG_OS_REJECTED = 8,		/* terminal: by the venue, or by the gateway before it was sent */
	TG_OS_EXPIRED = 9,		/* terminal */
	TG_OS_UNKNOWN = 10,		/* the session dropped while a request was in flight; exposure still counts */
	TG_OS_SUSPECT = 11,		/* an impossible report came; a person must look; exposure still counts */
	TG_OS_SUSPENDED = 12,		/* 39=9: the venue holds it, it may work again; exposure still counts */
	TG_OS_DONE_FOR_DAY = 13,	/* 39=3 of a GTC order: works again on another day; exposure still counts. Other orders expire with it */
	TG_OS_MAX
};

/* How a parent is worked (TG_SUB_INTENT); docs/ARCHITECTURE.md. */
enum tg_exec {
	TG_EXEC_DIRECT = 1,		/* one order, as the intent says it */
	TG_EXEC_QUOTE = 2,		/* a bid and an offer, both post-only */
	TG_EXEC_SWEEP = 3,		/* what others offer over all venues of the product, at once, cheapest first */
	TG_EXEC_MULTI_LEG = 4,		/* two orders that are wanted together, and a hedge where only one is had */
	TG_EXEC_MAX
};
#define TG_EXEC_BIT(exec)	(1u << (exec))

enum tg_parent_state {
	TG_PARENT_NONE = 0,
	TG_PARENT_PENDING = 1,		/* taken, no order of it has gone out */
	TG_PARENT_WORKING = 2,
	TG_PARENT_PARTIALLY_FILLED = 3,
	TG_PARENT_HEDGING = 4,		/* it is ending; a hedge is out */
	TG_PARENT_CANCEL_PENDING = 5,	/* it is ending; orders of it work still */
	TG_PARENT_DONE = 6,		/* terminal: why is an enum tg_parent_end */
	TG_PARENT_STATES
};

enum tg_parent_end {
	TG_PARENT_END_NONE = 0,
	TG_PARENT_COMPLETED = 1,	/* all that was wanted is filled */
	TG_PARENT_CANCELED_BY_PARENT = 2, /* by the client, or because it went away */
	TG_PARENT_EXPIRED = 3,		/* its life, its legs' time or its orders' time in force was over */
	TG_PARENT_RISK_REJECTED = 4,	/* the gateway refused an order of it */
	TG_PARENT_HEDGE_FAILED = 5,
	TG_PARENT_KILL_SWITCH = 6,
	TG_PARENT_EXECUTION_ABORTED = 7, /* the venue refused or ended an order of it; session, capacity */
};

enum tg_session_state {
	TG_SESSION_DOWN = 0,		/* no transport */
	TG_SESSION_LOGON_SENT = 1,
	TG_SESSION_UP = 2,
	TG_SESSION_RECOVERING = 3,	/* logged on, a gap is being filled; sends are held */
	TG_SESSION_LOGOUT_SENT = 4,
	TG_SESSION_HALTED = 5,		/* stopped by protocol error; needs an operator */
	TG_SESSION_CREDENTIALS = 6,	/* transport is up; the Logon waits for TG_IN_CREDENTIALS */
};

/* Lifecycle of an engine. Only a leader trades. */
enum tg_mode { TG_MODE_BOOTSTRAP = 0, TG_MODE_FOLLOWER = 1, TG_MODE_LEADER = 2, TG_MODE_ABORTED = 3 };

enum tg_book_state {
	TG_BOOK_EMPTY = 0,		/* no snapshot yet */
	TG_BOOK_LIVE = 1,
	TG_BOOK_RECOVERING = 2,		/* a gap was seen; a snapshot is on its way; not to be traded on */
	TG_BOOK_STALE = 3,		/* no news for longer than the feed's threshold */
};

/* May an instrument be traded (FIX 340 and 326, and the venues' own words: docs/VENUES.md). */
enum tg_trading_status {
	TG_TRADING_UNKNOWN = 0,		/* nothing was said */
	TG_TRADING_OPEN = 1,
	TG_TRADING_HALTED = 2,
	TG_TRADING_CLOSED = 3,
	TG_TRADING_AUCTION = 4,		/* pre-open, call */
	TG_TRADING_CANCEL_ONLY = 5,
	TG_TRADING_POST_ONLY = 6,
	TG_TRADING_LIMIT_ONLY = 7,
	TG_TRADING_REDUCE_ONLY = 8,
};

/* Why a book is no longer trusted. */
enum tg_gap_cause {
	TG_GAP_CHAIN = 1,		/* the update ids do not connect */
	TG_GAP_MSG_SEQ = 2,		/* messages are missing (34), and the venue has no better test */
	TG_GAP_RPT_SEQ = 3,		/* RptSeq (83) is not the last one plus 1 */
	TG_GAP_CHECKSUM = 4,		/* the venue's checksum of the best levels differs from ours */
	TG_GAP_CROSSED = 5,		/* crossed, where the venue's policy says that cannot be */
	TG_GAP_CAPACITY = 6,		/* a book or the area for held updates is full */
	TG_GAP_SILENCE = 7,		/* nothing was heard on the feed for too long */
	TG_GAP_SESSION = 8,		/* the session or the publishing client went away */
};

/* What a crossed (bid above ask) or locked (equal) book of one venue means. */
enum tg_crossed_policy {
	TG_CROSSED_COUNT = 0,		/* counted; the book stays as the venue told it */
	TG_CROSSED_STALE = 1,		/* STALE while it lasts: no reference price */
	TG_CROSSED_RECOVER = 2,		/* crossed is a gap: a snapshot is asked for. Locked is counted */
};

/* What a limit or a kill applies to. */
enum tg_scope {
	TG_SCOPE_FIRM = 1, TG_SCOPE_VENUE = 2, TG_SCOPE_ACCOUNT = 3, TG_SCOPE_CLIENT = 4, TG_SCOPE_INSTRUMENT = 5,
	TG_SCOPE_STRATEGY = 6,
};

/*
 * Self-trade prevention: what becomes of a new order or a replace that would cross a working order
 * of the firm, of whatever client and account, at the same venue and instrument. Orders whose state
 * is not known count, and one whose replace is in flight with the worse of both prices. The venue's
 * own prevention (its tag in the order: cancel the newest) is asked for in every order, whatever
 * stands here, where the dialect has one.
 */
enum tg_self_trade {
	TG_SELF_TRADE_DEFAULT = 0,
	TG_SELF_TRADE_OFF = 1,		/* not looked at */
	TG_SELF_TRADE_VENUE = 2,	/* not looked at, left to the venue: refused where its dialect has no tag for it */
	TG_SELF_TRADE_SKIP = 3,		/* refused (SELF_CROSS) */
	TG_SELF_TRADE_REDUCE = 4,	/* cut to what others offer at better prices than our own order's; nothing: refused */
	TG_SELF_TRADE_CANCEL = 5,	/* refused, and what stands in its way is cancelled: try again when that is gone */
};

enum tg_dialect {
	TG_DIALECT_SIM = 1, TG_DIALECT_BINANCE = 2, TG_DIALECT_KRAKEN = 3, TG_DIALECT_COINBASE = 4, TG_DIALECT_DERIBIT = 5,
};

#endif
