/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * What clients read and write: public events (64 bytes), private events (128 bytes) and submissions (128 bytes).
 * All little endian in the machine's layout; every byte is defined; reserved bytes are zero, and submissions in which they are not
 * are refused with BAD_REQUEST.
 */
#ifndef _UAPI_TICKGATE_EVENT_H
#define _UAPI_TICKGATE_EVENT_H

#include <tickgate/types.h>

/* ---- public ring: market data and states that everybody may know ---- */

enum tg_pub_type {
	TG_PUB_LEVEL = 1,	/* one price level: new total, or gone (qty 0) */
	TG_PUB_TRADE = 2,
	TG_PUB_BOOK_STATE = 3,	/* u.state.state: enum tg_book_state */
	TG_PUB_CLEAR = 4,	/* book emptied: a snapshot follows as LEVEL events */
	TG_PUB_SESSION = 5,	/* u.state.state: enum tg_session_state; id = venue */
	TG_PUB_KILL = 6,	/* trading halted: u.kill */
	TG_PUB_RESUME = 7,
	TG_PUB_MODE = 8,	/* u.state.state: enum tg_mode */
	TG_PUB_INSTRUMENT = 9,	/* a new instrument: ask the ioctl for its definition */
	TG_PUB_SHUTDOWN = 10,	/* the gateway is going down: cancel, stop, detach */
	TG_PUB_CREDENTIALS = 11, /* a session's Logon waits for its credentials: u.logon; id = venue. For the daemon */
	TG_PUB_TOP = 12,	/* best bid or offer changed (price or quantity): u.top; once a message at most */
	TG_PUB_PRODUCT_TOP = 13, /* best bid or offer over venues, fees counted: u.product_top; id = product */
	TG_PUB_ORDER = 14,	/* L3: one order at the venue: u.order */
	TG_PUB_STATUS = 15,	/* trading status: u.status */
	TG_PUB_GAP = 16,	/* a book is no longer trusted: u.gap; a BOOK_STATE event follows */
	TG_PUB_RECOVERED = 17,	/* it is again: u.recovered */
	TG_PUB_ALERT = 18,	/* a soft limit was reached: u.alert; told again when it was left meanwhile */
	TG_PUB_HEALTH = 20,	/* a venue's health: u.health; id = venue */
	TG_PUB_MISMATCH = 21,	/* a position is not the venue's, or is again: u.mismatch; id = instrument. POSITION tells the quantities to those who may see the account */
	TG_PUB_UNKNOWN_ORDER = 22, /* a report of an order that is not ours: u.unknown; id = instrument, 0 = not configured */
	TG_PUB_TRIGGER = 19,	/* a trigger has acted: u.trigger; id = instrument that it was about, 0 = none */
};

#define TG_EV_LAST		1u	/* flags: last event of its message: the book is consistent now */
#define TG_EV_SNAPSHOT		2u	/* flags: part of a snapshot */
#define TG_EV_DOWNLOAD		4u	/* flags: part of a download */
#define TG_EV_BUDGET		8u	/* flags: ORDER_ACK of the gateway: message budgets apply, u.order.budget_left tells what is left of them */

struct tg_pub_event {
	__u64 ring_seq;		/* the ring's own: position + 1, see shm.h; writers of events leave it 0 */
	__u64 time_ns;		/* of the record that caused it; hand it back in a submission as cause_time_ns */
	__u64 record_seq;
	__u32 id;		/* instrument (or venue for SESSION) */
	__u16 type;		/* enum tg_pub_type */
	__u16 flags;		/* TG_EV_* */
	union {
		struct { __s64 px, qty; __u64 update_id; __u8 side; __u8 pad[7]; } level;	/* side: enum tg_book_side */
		struct { __s64 px, qty; __u64 update_id; __u8 aggressor; __u8 pad[7]; } trade;	/* enum tg_side, 0 = not told */
		struct { __u32 state, previous; __u64 pad[3]; } state;
		struct { __u16 scope, cause; __u32 id; __u64 pad[3]; } kill;
		struct { __u64 msg_seq, sending_time_ns, pad[2]; } logon;
		struct { __s64 bid_px, bid_qty, ask_px, ask_qty; } top;	/* TG_PX_NONE, 0 on an empty side */
		struct { __s64 bid_px, ask_px; __u32 bid_instrument, ask_instrument; __u64 pad; } product_top;	/* raw prices; ranked with taker fees */
		struct { __s64 px, qty; __u64 handle; __u8 side, action; __u16 pad0; __u32 pad1; } order;	/* action: enum tg_md_action; handle: names it until it is deleted */
		struct { __u32 status, previous; __u64 pad[3]; } status;	/* enum tg_trading_status */
		struct { __u64 expected, got; __u32 cause, pad0; __u64 pad1; } gap;	/* cause: enum tg_gap_cause; numbers where it has some */
		struct { __u64 update_id, outage_ns, held, pad; } recovered;	/* held: updates applied on top of the snapshot */
		struct { __u16 scope, percent; __u32 id, controls, pad0; __u64 pad[2]; } alert;	/* controls: TG_LIMITS_*; percent: of the one used most */
		struct { __u16 trigger_id, on, action, act_scope; __u32 act_id, count; __u16 venue_id, account_id, client_id, strategy_id; __u64 pad; } trigger; /* count: in the window; who it was about last */
		struct { __u16 level, previous; __u32 score; __u64 ack_ns; __u32 reject_percent, stale_percent, gaps, pad; } health;	/* enum tg_health_level */
		struct { __u16 venue_id, account_id; __u32 differs; __u64 order_id; __u64 pad[2]; } mismatch;	/* order_id: by its drop copy; else 0 */
		struct { __u16 venue_id, account_id; __u8 exec_type, ord_status, side, pad0; __u64 id_hash; __u64 pad[2]; } unknown;	/* 150, 39, 54; of OrderID (37) */
		__u64 raw[4];
	} u;
};

enum tg_md_action { TG_MD_NEW = 0, TG_MD_CHANGE = 1, TG_MD_DELETE = 2, TG_MD_EXECUTE = 3 };	/* 279, and 3: filled in part or whole */

/* ---- private ring: one client's own ---- */

enum tg_priv_type {
	TG_PRIV_ATTACHED = 1,		/* first event: client id */
	TG_PRIV_DOWNLOAD_BEGIN = 2,
	TG_PRIV_DOWNLOAD_END = 3,	/* u.download.count events came between */
	TG_PRIV_INSTRUMENT = 4,		/* download: u.instrument */
	TG_PRIV_POSITION = 5,		/* download, and after every fill: u.position */
	TG_PRIV_ORDER_ACK = 6,		/* the gateway's verdict on a submission, then (origin VENUE) the venue's */
	TG_PRIV_ORDER_UPDATE = 7,	/* the order as it is now */
	TG_PRIV_FILL = 8,		/* one execution; an ORDER_UPDATE follows */
	TG_PRIV_CANCEL_REJECT = 9,	/* venue refused a cancel or replace */
	TG_PRIV_SLOW = 10,		/* sent by nobody: libtickgate makes it when the reader was lapped */
	TG_PRIV_QUEUE = 11,		/* answer to TG_SUB_QUEUE: u.queue */
	TG_PRIV_BUST = 12,		/* a trade taken back: u.order, last_px and last_qty as they were, exec_hash of its FILL; px, qty
					 * and cum_qty are 0 when the order itself is too old to be known. A corrected trade is a BUST
					 * and then a FILL with what is true. ORDER_UPDATE and POSITION follow */
	TG_PRIV_PARENT = 13,		/* a parent as it is now: u.parent; state DONE comes once, and is the last */
};

enum tg_origin { TG_ORIGIN_GATEWAY = 0, TG_ORIGIN_VENUE = 1 };

struct tg_priv_event {
	__u64 ring_seq;
	__u64 time_ns;
	__u64 record_seq;
	__u32 instrument_id;
	__u16 type;			/* enum tg_priv_type */
	__u16 flags;			/* TG_EV_* */
	union {
		struct {		/* ORDER_ACK, ORDER_UPDATE, FILL, CANCEL_REJECT */
			__u64 order_id;		/* the gateway's; 0 when a new order was refused */
			__u64 user_ref;		/* as submitted */
			__s64 px, qty;		/* the order's, as the venue has confirmed them (submitted ones before that) */
			__s64 cum_qty, leaves_qty;
			__s64 last_px, last_qty;	/* FILL only, else 0 */
			__u16 reason;		/* enum tg_reason */
			__u16 venue_reason;	/* FIX 103 or 102, else 0 */
			__u16 account_id;
			__u8 status;		/* enum tg_ord_status */
			__u8 side;		/* enum tg_side */
			__u8 origin;		/* enum tg_origin */
			__u8 request;		/* enum tg_sub_type the ACK or CANCEL_REJECT is for, else 0 */
			__u8 liquidity;		/* FIX 851 on FILL: 1 added, 2 removed */
			__u8 pad;
			__u32 routing_id;	/* as submitted */
			__u64 exec_hash;	/* FILL: fingerprint of the execution id */
			__u32 parent_id;	/* of a child order; 0 = none */
			__u32 budget_left;	/* TG_EV_BUDGET: new orders that this client may still send to the instrument's venue at once */
		} order;
		struct {
			__s64 qty;		/* signed: long > 0 */
			__s64 avg_px;
			__s64 realised_pnl;
			__s64 fees;
			__s64 open_buy_qty, open_sell_qty;
			__u16 account_id;
			__u16 venue_differs;	/* 1: longer than fills need */
			__u16 pad0[2];
			__s64 unrealised_pnl;	/* at the mid; 0 without a live book */
			__s64 venue_qty;	/* as the venue told it at */
			__u64 venue_ns;		/* 0 = never */
			__u64 pad[2];
		} position;
		struct {
			char symbol[TG_SYMBOL_LEN];
			__s64 tick, lot, min_qty;
			__u16 venue_id;
			__u16 book_state;
			__u32 pad0;
			__u64 pad[5];
		} instrument;
		struct {		/* where a passive order of this client stands among the others at its price */
			__u64 order_id, user_ref;
			__s64 px, leaves_qty;
			__s64 ahead_qty, behind_qty;	/* others' quantity; estimates never promise less ahead than there is */
			__s64 ahead_adjusted_qty;	/* ahead_qty less what goes while an order needs its measured way to the venue */
			__u32 orders_ahead;		/* L3 only, else 0 */
			__u32 fill_ppm;			/* estimate of the chance to be filled at this price, in millionths */
			__u64 flags;			/* TG_QUEUE_* */
			__u64 latency_ns;		/* order to first report, as measured at the venue */
			__u64 pad[2];
		} queue;
		struct {		/* the second leg's fields are 0 where there is none */
			__u64 parent_id, user_ref;
			__s64 qty, cum_qty, avg_px;	/* first leg; event's instrument_id */
			__s64 qty2, cum_qty2, avg_px2;
			__u32 instrument_id2;
			__u16 account_id;
			__u16 reason;		/* enum tg_reason: what the last refusal, or the end, was about */
			__u16 children;		/* orders of it that work */
			__u8 state;		/* enum tg_parent_state */
			__u8 end;		/* enum tg_parent_end; 0 before DONE */
			__u8 exec;		/* enum tg_exec */
			__u8 side, side2;	/* enum tg_side */
			__u8 pad;
			__u64 pad2[2];
		} parent;
		struct { __u32 client_id, count; __u64 pad[11]; } download;	/* ATTACHED, DOWNLOAD_* */
		__u64 raw[12];
	} u;
};

#define TG_QUEUE_EXACT	1u	/* from an L3 book; else a bound from L2 */
#define TG_QUEUE_KNOWN	2u	/* the order was seen in the book; else all at its price counts as ahead */

/* ---- submissions ---- */

enum tg_sub_type {
	TG_SUB_NEW = 1,
	TG_SUB_CANCEL = 2,		/* order_id */
	TG_SUB_REPLACE = 3,		/* order_id, px, qty (new total) */
	TG_SUB_DOWNLOAD = 4,		/* ask for a fresh download (after SLOW) */
	TG_SUB_CANCEL_ALL = 5,		/* all working orders of this client; instrument_id 0 = everywhere */
	TG_SUB_QUEUE = 6,		/* order_id: where does it stand? */
	TG_SUB_BOOK = 7,		/* one entry of a book that this client publishes (TG_PERMIT_PUBLISH): side, px, qty, action,
					 * user_ref = update id (the same for all entries of one update), order_id = L3 order, 0 = L2 level */
	TG_SUB_INTENT = 8,		/* a parent order: the fields of a NEW order are its first leg's, and `intent`. The ORDER_ACK has the
					 * parent's id as order_id; PARENT events tell of it, the usual events of its child orders */
	TG_SUB_INTENT_CANCEL = 9,	/* order_id = parent id */
	TG_SUB_INTENT_REPLACE = 10,	/* order_id = parent id (DIRECT, QUOTE): px, qty (new total), and of a quote intent.px2, qty2. Where the
					 * venue refuses, the terms are what they were, and a PARENT event says so */
};

#define TG_SUB_POST_ONLY	1u	/* flags: never takes liquidity (18) */
#define TG_SUB_REDUCE_ONLY	2u	/* never opens a position at the venue (18), where its dialect can say so */
/* flags of TG_SUB_BOOK */
#define TG_SUB_BOOK_CLEAR	4u	/* the book is emptied before this entry, a snapshot follows */
#define TG_SUB_BOOK_LAST	8u	/* last entry of its update: the book is consistent now */
#define TG_SUB_BOOK_NONE	16u	/* no entry in this one: CLEAR or LAST alone */
#define TG_SUB_BOOK_TRADE	32u	/* a trade: px, qty, side = aggressor or 0 */

/*
 * What an intent has beside an order. QUOTE: px, qty are the bid, px2, qty2 the offer; side 0, flags TG_SUB_POST_ONLY. SWEEP: LIMIT and IOC; px bounds every price paid.
 * MULTI_LEG: the second leg; LIMIT orders. Fields that a strategy does not use are 0.
 */
struct tg_intent {
	__s64 px2, qty2;		/* e8 */
	__u64 life_ns;			/* the parent is EXPIRED after so long; 0 = never */
	__u64 leg_timeout_ns;		/* MULTI_LEG: both legs have to be filled by then, or the rest is hedged */
	__u32 instrument_id2;
	__u32 hedge_ticks;		/* MULTI_LEG: how far beyond the leg's limit a hedge may go */
	__u8 exec;			/* enum tg_exec; 0 = the only one that the permit has */
	__u8 side2;			/* enum tg_side */
	__u8 pad[6];
	__u64 reserved[2];
};

struct tg_submission {
	__u16 type;			/* enum tg_sub_type */
	__u16 flags;			/* TG_SUB_* */
	__u32 instrument_id;
	__u64 user_ref;			/* the client's own; comes back in every event of the order */
	__u64 order_id;			/* CANCEL, REPLACE */
	__s64 px;			/* e8 */
	__s64 qty;			/* e8 */
	__u64 cause_time_ns;		/* time_ns of the event this reacts to; 0 = none; used for latency figures only */
	__u16 account_id;
	__u8 side;			/* enum tg_side */
	__u8 ord_type;			/* enum tg_ord_type */
	__u8 tif;			/* enum tg_tif */
	__u8 action;			/* BOOK: enum tg_md_action */
	__u16 strategy_id;		/* NEW, INTENT: one that a permit of this client names; 0 = that of its first permit */
	__u32 routing_id;		/* NEW, INTENT: the client's own mark; part of the order's ClOrdIDs, and in all its events. BAD_ROUTING where the
					 * venue's ids have not the room (Kraken: up to 255) */
	__u32 pad2;
	union {
		__u64 reserved[8];
		struct tg_intent intent;	/* INTENT, INTENT_REPLACE */
	};
};

#endif
