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
	TG_OS_MAX
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

/* What a limit or a kill applies to. */
enum tg_scope {
	TG_SCOPE_FIRM = 1, TG_SCOPE_VENUE = 2, TG_SCOPE_ACCOUNT = 3, TG_SCOPE_CLIENT = 4, TG_SCOPE_INSTRUMENT = 5,
};

enum tg_dialect {
	TG_DIALECT_SIM = 1, TG_DIALECT_BINANCE = 2, TG_DIALECT_KRAKEN = 3, TG_DIALECT_COINBASE = 4, TG_DIALECT_DERIBIT = 5,
};

#endif
