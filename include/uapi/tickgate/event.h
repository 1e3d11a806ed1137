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
};

#define TG_EV_LAST		1u	/* flags: last event of its message: the book is consistent now */
#define TG_EV_SNAPSHOT		2u	/* flags: part of a snapshot */
#define TG_EV_DOWNLOAD		4u	/* flags: part of a download */

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
		__u64 raw[4];
	} u;
};

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
			__u8 pad[5];
			__u64 exec_hash;	/* FILL: fingerprint of the execution id */
			__u64 pad2;
		} order;
		struct {
			__s64 qty;		/* signed: long > 0 */
			__s64 avg_px;
			__s64 realised_pnl;
			__s64 fees;
			__s64 open_buy_qty, open_sell_qty;
			__u16 account_id;
			__u16 pad0[3];
			__s64 unrealised_pnl;	/* at the mid; 0 without a live book */
			__u64 pad[4];
		} position;
		struct {
			char symbol[TG_SYMBOL_LEN];
			__s64 tick, lot, min_qty;
			__u16 venue_id;
			__u16 book_state;
			__u32 pad0;
			__u64 pad[5];
		} instrument;
		struct { __u32 client_id, count; __u64 pad[11]; } download;	/* ATTACHED, DOWNLOAD_* */
		__u64 raw[12];
	} u;
};

/* ---- submissions ---- */

enum tg_sub_type {
	TG_SUB_NEW = 1,
	TG_SUB_CANCEL = 2,		/* order_id */
	TG_SUB_REPLACE = 3,		/* order_id, px, qty (new total) */
	TG_SUB_DOWNLOAD = 4,		/* ask for a fresh download (after SLOW) */
	TG_SUB_CANCEL_ALL = 5,		/* all working orders of this client; instrument_id 0 = everywhere */
};

#define TG_SUB_POST_ONLY	1u	/* flags: never takes liquidity (18) */
#define TG_SUB_REDUCE_ONLY	2u	/* never opens a position at the venue (18), where its dialect can say so */

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
	__u8 pad[3];
	__u32 routing_id;		/* 0 */
	__u32 pad2;
	__u64 reserved[8];
};

#endif
