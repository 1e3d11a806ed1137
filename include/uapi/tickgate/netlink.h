/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Generic netlink family "tickgate". Commands marked (A) need CAP_NET_ADMIN in the module's user namespace; the others only read.
 * Structs travel as binary attributes of exactly their size. Every command is strictly validated: unknown attributes are refused.
 * Failures carry an extended-ack message for people; when the engine refused a record, the reply error is -EINVAL (or -EEXIST for DUPLICATE_ID,
 * -ENOSPC for CAPACITY) and TG_A_REASON tells enum tg_reason in a reply when there is one.
 */
#ifndef _UAPI_TICKGATE_NETLINK_H
#define _UAPI_TICKGATE_NETLINK_H

#include <tickgate/types.h>
#include <tickgate/counters.h>
#include <tickgate/reasons.h>
#include <tickgate/record.h>

#define TG_GENL_NAME		"tickgate"
#define TG_GENL_VERSION		1
#define TG_GENL_MCGRP		"state"		/* TG_CMD_EVENT with TG_A_PUB_EVENT: sessions, credentials, kill, mode, book states */

enum tg_cmd {
	TG_CMD_UNSPEC = 0,
	TG_CMD_STATUS = 1,	/* -> TG_A_STATUS */
	TG_CMD_START = 2,	/* (A) TG_A_ENGINE (struct tg_in_engine), TG_A_HOST (struct tg_nl_host): starts the engine thread */
	TG_CMD_STOP = 3,	/* (A) stops the thread, sessions closed; refused (EBUSY) while clients are attached unless TG_A_FORCE */
	TG_CMD_INPUT = 4,	/* (A) TG_A_TYPE (u16, >= TG_IN_CONTROL_FIRST), TG_A_PAYLOAD -> TG_A_REASON, TG_A_RECORD_SEQ: waits for the engine's verdict */
	TG_CMD_CONNECT = 5,	/* (A) TG_A_VENUE (u16), TG_A_FD (u32: a connected TCP socket of the caller): hands the transport over */
	TG_CMD_DISCONNECT = 6,	/* (A) TG_A_VENUE */
	TG_CMD_BIND = 7,	/* (A) TG_A_IFINDEX (u32): the engine polls this interface's NAPI instances */
	TG_CMD_UNBIND = 8,	/* (A) TG_A_IFINDEX */
	TG_CMD_COUNTERS = 9,	/* -> TG_A_CORE_COUNTERS, TG_A_HOST_COUNTERS, TG_A_REASON_COUNTERS: arrays of u64 */
	TG_CMD_LATENCY = 10,	/* dump, one message a stage: TG_A_STAGE, TG_A_HIST (struct tg_nl_hist header + u64 buckets) */
	TG_CMD_ORDERS = 11,	/* dump: TG_A_ORDER each; working orders, then as many finished ones as are kept */
	TG_CMD_POSITIONS = 12,	/* dump: TG_A_POSITION each */
	TG_CMD_SESSIONS = 13,	/* dump: TG_A_SESSION each */
	TG_CMD_BOOK = 14,	/* TG_A_INSTRUMENT -> TG_A_BOOK (struct tg_book_image, shm.h) */
	TG_CMD_INSTRUMENTS = 15,/* dump: TG_A_INSTRUMENT_DEF (struct tg_in_instrument) each */
	TG_CMD_EVENT = 16,	/* multicast only */
	TG_CMD_CLIENTS = 17,	/* dump: TG_A_CLIENT each */
	TG_CMD_RESET_LATENCY = 18,	/* (A) zero the histograms */
	TG_CMD_FEEDS = 19,	/* dump: TG_A_FEED each */
	TG_CMD_MD = 20,		/* dump: TG_A_MD each: how each instrument's market data stands */
	TG_CMD_PRODUCTS = 21,	/* dump: TG_A_PRODUCT (struct tg_product_image, shm.h) each */
	TG_CMD_PARENTS = 22,	/* dump: TG_A_PARENT each; those at work, then as many that are over as are kept */
	TG_CMD_RATES = 23,	/* dump: TG_A_RATE each: message budgets */
	TG_CMD_RESTRICTIONS = 24,	/* dump: TG_A_RESTRICTION each: what keeps orders from being sent now; none = nothing does */
	TG_CMD_MAX_PLUS_1
};

enum tg_attr {
	TG_A_UNSPEC = 0,
	TG_A_STATUS = 1,		/* struct tg_nl_status */
	TG_A_ENGINE = 2,		/* struct tg_in_engine */
	TG_A_HOST = 3,			/* struct tg_nl_host */
	TG_A_TYPE = 4,			/* u16 */
	TG_A_PAYLOAD = 5,		/* binary */
	TG_A_REASON = 6,		/* u16 enum tg_reason */
	TG_A_RECORD_SEQ = 7,		/* u64 */
	TG_A_VENUE = 8,			/* u16 */
	TG_A_FD = 9,			/* u32 */
	TG_A_IFINDEX = 10,		/* u32 */
	TG_A_CORE_COUNTERS = 11,	/* u64[TG_CC_MAX] */
	TG_A_HOST_COUNTERS = 12,	/* u64[TG_HC_MAX] */
	TG_A_REASON_COUNTERS = 13,	/* u64[TG_REASON_MAX] */
	TG_A_STAGE = 14,		/* u16 enum tg_stage */
	TG_A_HIST = 15,			/* struct tg_nl_hist, then u64[TG_HIST_BUCKETS] */
	TG_A_ORDER = 16,		/* struct tg_nl_order */
	TG_A_POSITION = 17,		/* struct tg_nl_position */
	TG_A_SESSION = 18,		/* struct tg_nl_session */
	TG_A_INSTRUMENT = 19,		/* u32 */
	TG_A_BOOK = 20,			/* struct tg_book_image */
	TG_A_INSTRUMENT_DEF = 21,	/* struct tg_in_instrument */
	TG_A_PUB_EVENT = 22,		/* struct tg_pub_event */
	TG_A_FORCE = 23,		/* flag */
	TG_A_CLIENT = 24,		/* struct tg_nl_client */
	TG_A_PAD = 25,
	TG_A_FEED = 26,			/* struct tg_nl_feed */
	TG_A_MD = 27,			/* struct tg_nl_md */
	TG_A_PRODUCT = 28,		/* struct tg_product_image */
	TG_A_PARENT = 29,		/* struct tg_nl_parent */
	TG_A_RATE = 30,			/* struct tg_nl_rate */
	TG_A_RESTRICTION = 31,		/* struct tg_nl_restriction */
	TG_A_MAX_PLUS_1
};

enum tg_wait { TG_WAIT_BUSY = 0, TG_WAIT_ADAPTIVE = 1, TG_WAIT_BLOCK = 2 };

struct tg_nl_host {
	__u32 cpu;			/* the engine's core */
	__u16 wait;			/* enum tg_wait */
	__u16 flags;			/* TG_HOST_* */
	__u32 public_slots;		/* 2^k; 0 = default 65536 */
	__u32 journal_bytes;		/* 2^k; 0 = default 16 MiB */
	__u32 spin_ns;			/* adaptive: how long to spin before sleeping; 0 = default 50000 */
	__u32 packet_slots;		/* per-CPU ring; 2^k; 0 = default 1024 */
	__u32 deadman_ms;		/* engine thread without a turn this long: venues' connections are closed, trading is halted; 0 = never */
	__u32 reserved0;		/* 0 */
	__u64 reserved[3];
};
#define TG_HOST_FORCE_CPU	1u	/* accept a CPU that is not isolated */
#define TG_HOST_JOURNAL_REQUIRED 2u	/* refuse new orders while no reader is attached to the journal, kill on overrun */

struct tg_nl_status {
	__u32 abi_version;
	__u32 running;
	__u64 abi_hash;
	__u32 cpu;
	__u16 wait;
	__u16 mode;			/* enum tg_mode */
	__u64 record_seq;
	__u64 digest;
	__u64 time_ns;
	__u64 arena_bytes;
	__u32 clients;
	__u32 working_orders;
	__u32 killed;			/* number of latched kills */
	__u32 journal_attached;
	__u64 journal_head;		/* bytes written and read since the start */
	__u64 journal_tail;
	__u64 public_head;		/* events since the start */
	__u64 started_ns;
	__u64 reserved[4];
};

struct tg_nl_hist {
	__u64 count, sum_ns, min_ns, max_ns;
};

struct tg_nl_order {
	__u64 order_id;
	__u64 user_ref;
	__u32 instrument_id;
	__u16 client_id;		/* 0 once the client is gone */
	__u16 account_id;
	__s64 px, qty, cum_qty, leaves_qty, avg_px;
	__u64 created_ns, updated_ns;
	__u16 reason;
	__u8 status, side, ord_type, tif;
	__u8 pad[2];
	char venue_order_id[TG_VENUE_ORDER_ID_LEN];
};

/* A parent order. The second leg's fields are 0 where there is none. */
struct tg_nl_parent {
	__u64 user_ref, created_ns;
	__s64 px, qty, cum_qty, avg_px;		/* e8; px 0 = a market order */
	__s64 px2, qty2, cum_qty2, avg_px2;
	__u32 parent_id;
	__u32 uid;			/* whose permits its orders are sent under */
	__u32 instrument_id, instrument_id2;
	__u16 client_id;		/* 0 once the client is gone */
	__u16 account_id;
	__u16 strategy_id;		/* its orders are booked under; 0 = none */
	__u16 reason;			/* enum tg_reason: what the last refusal, or the end, was about */
	__u16 children;			/* orders of it that work */
	__u8 state;			/* enum tg_parent_state */
	__u8 end;			/* enum tg_parent_end; 0 before DONE */
	__u8 exec;			/* enum tg_exec */
	__u8 side, side2;		/* enum tg_side */
	__u8 ord_type, tif;
	__u8 hedged;			/* a hedge went out */
	__u8 pad[6];
};

struct tg_nl_position {
	__u32 instrument_id;
	__u16 account_id;		/* 0: of a strategy, or with that 0 too, of the firm */
	__u16 strategy_id;
	__s64 qty, avg_px, realised_pnl, unrealised_pnl, fees;
	__s64 open_buy_qty, open_sell_qty;
	__s64 bought_qty, sold_qty;
	__u64 fills;
	__s64 venue_qty;		/* of an account: as the venue told it at */
	__u64 venue_ns;			/* 0 = never */
	__s64 venue_base;		/* of it, what was there before us */
	__u32 venue_differs;		/* 1: is not ours, for longer than fills need */
	__u32 reserved0;
};

struct tg_nl_session {
	__u16 venue_id;
	__u16 state;			/* enum tg_session_state */
	__u16 dialect;
	__u16 heartbeat_s;
	__u64 next_tx_seq, next_rx_seq;
	__u64 rx_messages, tx_messages;
	__u64 last_rx_ns, last_tx_ns, up_since_ns;
	__u32 logons, drops;
	char name[TG_NAME_LEN];
	char sender_comp_id[TG_COMPID_LEN];
	char target_comp_id[TG_COMPID_LEN];
	__u64 granted_tx_seq;		/* first number that may not be used yet; 0 = no bound */
	__u32 stored, resending;	/* messages kept; 1 = a ResendRequest is being answered */
	char text[64];			/* last Logout/Reject text or protocol error, NUL terminated, printable */
	__u64 logon_ns;			/* state CREDENTIALS: SendingTime of the Logon that waits, whose MsgSeqNum is next_tx_seq; else 0 */
	__u16 health;			/* enum tg_health_level */
	__u16 health_on;		/* 1: it is scored */
	__u32 health_score;		/* and what it is made of, as in TG_PUB_HEALTH */
	__u64 health_ack_ns;
	__u32 health_reject_percent, health_stale_percent, health_gaps, reserved0;
};

struct tg_nl_client {
	__u32 client_id;
	__u32 uid;
	__u32 pid;
	__u32 flags;			/* TG_CLIENT_* */
	__u32 working_orders;
	__u32 broken;			/* submission ring disabled */
	__u64 submissions;
	__u64 private_head;
	char name[TG_NAME_LEN];
};

/* Message budgets of a venue's session, a client or a source address; arrays by enum tg_rate_op. */
struct tg_nl_rate {
	__u16 scope;			/* enum tg_rate_scope */
	__u16 source;			/* of a venue: the source that its session is counted in; 0 = none */
	__u32 id;
	__u64 window_ns;
	__u32 messages[TG_RATE_OPS];	/* TG_RATE_NONE = no budget */
	__u32 burst[TG_RATE_OPS];
	__u32 left[TG_RATE_OPS];	/* of burst, at the time of the last record */
	__u32 cancel_reserve;
	__u64 sent[TG_RATE_OPS];	/* since the first budget of any scope */
	__u64 refused[TG_RATE_OPS];	/* of cancels and status requests: those that waited */
	__u32 waiting;			/* cancels that wait now; of venues */
	__u32 reserved0;
	__u64 reserved[9];
};

/* What was latched and is on, whoever it was by. What limits say of themselves (TG_LIMITS_RESTRICTED and so on) is not among it. */
enum tg_restriction_kind {
	TG_RESTRICTION_KILL = 1,	/* until RESUME of the scope, as are those of a trigger */
	TG_RESTRICTION_TRIGGER = 2,
	TG_RESTRICTION_HEALTH = 3,	/* of a venue, until it does better */
	TG_RESTRICTION_KINDS
};

struct tg_nl_restriction {
	__u16 kind;			/* enum tg_restriction_kind */
	__u16 scope;			/* enum tg_scope */
	__u32 id;			/* of the scope; 0 for FIRM */
	__u16 cause;			/* enum tg_kill_cause */
	__u16 level;			/* of HEALTH: enum tg_health_level */
	__u32 flags;			/* of a TRIGGER and of HEALTH: TG_LIMITS_RESTRICTED, _REDUCE_ONLY; of a KILL 0: nothing new is sent */
	__u64 time_ns;			/* since when */
	char who[TG_NAME_LEN];		/* a person, or the trigger's name; may be empty */
	char text[64];			/* the reason given; may be empty */
	__u64 reserved[2];
};

/* One line of a feed. */
struct tg_nl_feed {
	__u16 feed_id;
	__u16 venue_id;
	__u16 line;			/* 0 = A, 1 = B */
	__u16 flags;			/* TG_FEED_* */
	char name[TG_NAME_LEN];
	__u64 messages;			/* well formed, on this line */
	__u64 first;			/* of them the first copy: used */
	__u64 duplicates;		/* another line had it before, or it was sent twice */
	__u64 lost;			/* numbers missing on this line */
	__u64 gaps;			/* missing on all lines; of line A */
	__u64 next_seq;			/* 34 expected next on this line */
	__u64 last_ns;			/* its last message; 0 = none yet */
	__u32 silence_ms;
	__u32 silent;			/* 1 = nothing was heard on any line for so long; of line A */
	__u64 reserved[2];
};

/* How an instrument's market data stands. */
struct tg_nl_md {
	__u32 instrument_id;
	__u16 state;			/* enum tg_book_state */
	__u16 trading_status;		/* enum tg_trading_status */
	__u64 update_id;
	__u64 since_ns;			/* LIVE since; else not to be trusted since; 0 = never was LIVE */
	__u64 gaps, recoveries;
	__u64 held;			/* updates waiting for a snapshot */
	__s64 venue_tick;		/* e8, as the venue told it; 0 = not told */
	__u8 subscribed;		/* a subscription over TCP stands */
	__u8 request;			/* 0 none, 1 out, 2 refused, 3 waiting for the session or its turn */
	__u8 reject_reason;		/* FIX 281 of the last refusal, as the character; 0 = none */
	__u8 unsubscribed;		/* by command */
	__u8 px_digits, qty_digits;	/* in checksums */
	__u8 pad[2];
	__u64 reserved[2];
};

#endif
