/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Input records: everything that can change an engine, and at the same time the journal's format.
 *
 * A record is this 32-byte header followed by `len` payload bytes and zero padding to a multiple of 8. A journal is a sequence of
 * records, first TG_IN_ENGINE. `seq` starts at 1 and has no holes. `time_ns` never falls. `digest` is the engine's running digest
 * AFTER the record was applied: a replay recomputes it. All integers are little endian, in the machine's own layout (x86-64, arm64).
 *
 * Configuration, limits and kill commands are records too, so that a journal replays without any other file.
 */
#ifndef _UAPI_TICKGATE_RECORD_H
#define _UAPI_TICKGATE_RECORD_H

#include <tickgate/types.h>

#define TG_RECORD_MAX_PAYLOAD	65536u	/* longer TCP reads are cut into several records */
#define TG_RECORD_ALIGN		8u
#define TG_RECORD_SIZE(len)	(sizeof(struct tg_record) + (((len) + 7u) & ~7u))

struct tg_record {
	__u64 seq;
	__u64 time_ns;
	__u64 digest;		/* 0 on the way in */
	__u32 len;		/* payload bytes, without padding; <= TG_RECORD_MAX_PAYLOAD */
	__u16 type;		/* enum tg_in */
	__u16 source;		/* what the type says: venue, feed, client; else 0 */
};

/*
 * TG_INPUTS(X): X(NAME, value, "text", payload struct or 0). The struct's size is the exact payload size; 0 means bytes of any length.
 * CONTROL types (>= 32) may come in through netlink; the others are made by the host only.
 */
enum tg_in {
	TG_IN_NONE = 0,
	TG_IN_ENGINE = 1,	/* struct tg_in_engine: the first record of every journal */
	TG_IN_TIMER = 2,	/* no payload: a deadline has come */
	TG_IN_UDP = 3,		/* source = feed id: one datagram, whole FIX messages */
	TG_IN_TCP_UP = 4,	/* source = venue id: transport connected; no payload */
	TG_IN_TCP_RX = 5,	/* source = venue id: bytes of the stream, cut anywhere */
	TG_IN_TCP_DOWN = 6,	/* source = venue id: transport gone; no payload */
	TG_IN_CLIENT_OPEN = 7,	/* source = client id: struct tg_in_client */
	TG_IN_CLIENT_CLOSE = 8,	/* source = client id; no payload: closed, exited or crashed */
	TG_IN_SUBMIT = 9,	/* source = client id: struct tg_submission (event.h) */

	TG_IN_CONTROL_FIRST = 32,
	TG_IN_VENUE = 32,	/* struct tg_in_venue */
	TG_IN_INSTRUMENT = 33,	/* struct tg_in_instrument */
	TG_IN_FEED = 34,	/* struct tg_in_feed */
	TG_IN_ACCOUNT = 35,	/* struct tg_in_account */
	TG_IN_PERMIT = 36,	/* struct tg_in_permit: what a user's clients may do */
	TG_IN_LIMITS = 37,	/* struct tg_in_limits */
	TG_IN_KILL = 38,	/* struct tg_in_kill */
	TG_IN_RESUME = 39,	/* struct tg_in_kill: clears what TG_IN_KILL with the same scope latched */
	TG_IN_MODE = 40,	/* struct tg_in_mode */
	TG_IN_SESSION = 41,	/* struct tg_in_session: logon, logout, sequence numbers */
	TG_IN_CHECKPOINT = 42,	/* no payload: mixes a hash of the whole arena into the digest */
	TG_IN_CREDENTIALS = 43,	/* struct tg_in_credentials: the answer to TG_PUB_CREDENTIALS */
	TG_IN_STORED = 44,	/* struct tg_in_stored, then the message: puts a message sent earlier back into a session's store */
	TG_IN_PRODUCT = 45,	/* struct tg_in_product: what instruments of several venues have in common */
	TG_IN_STRATEGY = 46,	/* struct tg_in_strategy: a name under which orders are booked and limited */
	TG_IN_RATE = 47,	/* struct tg_in_rate: message budgets of a venue's session, a client or a source address */
	TG_IN_TRIGGER = 48,	/* struct tg_in_trigger: what the gateway does by itself when something happens too often */
	TG_IN_WATCH = 49,	/* struct tg_in_watch: a venue's health and positions */
	TG_IN_MAX
};

/* TG_IN_ENGINE: capacities are part of the journal, so that a replay builds the same arena. */
struct tg_in_engine {
	__u32 abi_version;		/* TG_ABI_VERSION */
	__u16 engine_id;
	__u16 epoch;			/* changes at every start of an engine; part of every order id */
	__u16 max_venues;
	__u16 max_instruments;
	__u16 max_feeds;
	__u16 max_accounts;
	__u16 max_clients;
	__u16 max_permits;
	__u32 max_orders;
	__u32 max_limits;
	__u32 book_levels;		/* per side */
	__u32 md_pending;		/* entries held per instrument while a snapshot is awaited */
	__u32 exec_ids;			/* execution ids remembered */
	__u32 rx_buffer_bytes;		/* longest FIX message over TCP */
	__u32 flags;			/* 0 */
	__u32 session_store_bytes;	/* per session: what was sent, kept to be sent again */
	__u32 session_store_messages;
	__u32 l3_orders;		/* orders in one L3 book */
	__u16 l3_books;			/* instruments that may have an L3 book; 0 = none */
	__u16 max_products;		/* consolidated books; 0 = none */
	__u16 max_strategies;		/* 0 = none */
	__u16 reserved0;
	__u32 day_start_s;		/* seconds after midnight UTC at which daily losses are counted anew */
	__u32 max_parents;		/* parent orders at once */
	__u32 max_timers;		/* of parents: a life and a leg timeout each at most */
};

/* TG_IN_VENUE: one FIX session as initiator. Sent once per venue id; a second one for the same id is refused (DUPLICATE_ID). */
struct tg_in_venue {
	__u16 venue_id;			/* 1..max_venues */
	__u16 dialect;			/* enum tg_dialect */
	__u16 heartbeat_s;		/* 108; 0 = no heartbeats */
	__u16 flags;			/* TG_VENUE_* */
	__u32 sending_time_max_skew_ms;	/* inbound 52 further off than this ends the session; 0 = not checked */
	__u32 logon_timeout_ms;
	__u32 logout_timeout_ms;
	__u32 md_depth;			/* 264 in requests; 0 = full */
	char name[TG_NAME_LEN];
	char sender_comp_id[TG_COMPID_LEN];
	char target_comp_id[TG_COMPID_LEN];
	__u16 fix_version;		/* 42, 44, 50 (5.0SP2 over FIXT.1.1); 0 = the dialect's own */
	__u16 resend_policy;		/* enum tg_resend: what a ResendRequest gets */
	__u16 resend_max;		/* numbers asked for in one ResendRequest at most; 0 = as the dialect says */
	__u16 heartbeat_min_s;		/* a shorter 108 than this in the venue's Logon counts as this; 0 = any */
	__u64 resend_max_age_ns;	/* TG_RESEND_YOUNG: older ones are filled over */
	__u16 crossed_policy;		/* enum tg_crossed_policy */
	__u16 self_trade;		/* enum tg_self_trade of its instruments; DEFAULT = OFF */
	__u32 reserved1;
	__u64 reserved[1];
};
/* What is sent again when the venue asks. Session messages never are, cancels and what is no order always. */
enum tg_resend {
	TG_RESEND_FILL = 0,		/* new orders and replaces are filled over */
	TG_RESEND_REPLAY = 1,		/* all are sent again */
	TG_RESEND_YOUNG = 2,		/* new orders and replaces only if younger than resend_max_age_ns */
};
#define TG_VENUE_RESET_ON_LOGON	1u	/* 141=Y, sequence numbers start at 1 */
#define TG_VENUE_MD_TCP		2u	/* updates over TCP too (263=1); else snapshots only (263=0) and updates by feed */
#define TG_VENUE_ORDERS		4u	/* orders may be sent on this session */
#define TG_VENUE_CREDENTIALS	8u	/* the Logon needs what only the daemon knows: asked for by TG_PUB_CREDENTIALS */
#define TG_VENUE_TLS		16u	/* the transport must be kernel TLS in both directions; the host refuses any other */
#define TG_VENUE_VALIDATE	64u	/* inbound messages are judged whole by the dictionary; a bad one is rejected with 371 and 373 */
#define TG_VENUE_NEXT_EXPECTED	128u	/* NextExpectedMsgSeqNum (789) in the Logon, and obeyed in the venue's */
#define TG_VENUE_CANCEL_ON_DISCONNECT 32u /* ask the venue to cancel our orders when the session drops, where its dialect can say so */

struct tg_in_instrument {
	__u32 instrument_id;		/* 1..max_instruments */
	__u16 venue_id;
	__u16 flags;			/* TG_INSTRUMENT_* */
	__s64 tick;			/* e8; prices are multiples; 0 = what the venue says in 35=y or d: no limit orders before that */
	__s64 lot;			/* e8; quantities are multiples */
	__s64 min_qty;			/* e8; 0 = lot */
	__u32 stale_ns_lo;		/* book STALE after this long without news; 0 = never. 64 bits in two halves: lo, hi */
	__u32 stale_ns_hi;
	char symbol[TG_SYMBOL_LEN];	/* 55 */
	__u8 px_digits;			/* decimals that the venue wants to see at least, 0..TG_DIGITS_MAX: prices (44) */
	__u8 qty_digits;		/* and quantities (38); above 8 they count in checksums of books only */
	__u16 product_id;		/* consolidated with the other instruments of this product; 0 = with none */
	__s32 taker_fee_e8;		/* fraction of the notional, e8: 0.0026 is 260000; below 0 = rebate */
	__s32 maker_fee_e8;
	__u32 md_depth;			/* 264 of this instrument's requests; 0 = the venue's */
	__u8 self_trade;		/* enum tg_self_trade; DEFAULT = the venue's */
	__u8 reserved0[7];
	__u64 reserved[1];
};
#define TG_INSTRUMENT_SUBSCRIBE	1u	/* request a snapshot at logon and after a gap */
#define TG_INSTRUMENT_L3	2u	/* order by order, where the dialect can; the L2 book is derived from it */
#define TG_INSTRUMENT_PUBLISHED	4u	/* its book comes from a client with TG_PERMIT_PUBLISH, not from the venue */

/* One thing that is traded at several venues. Levels of all its instruments make one consolidated book. */
struct tg_in_product {
	__u16 product_id;		/* 1..max_products */
	__u16 flags;			/* 0 */
	__u32 reserved0;
	char name[TG_NAME_LEN];
	__u64 reserved[2];
};

struct tg_in_feed {
	__u16 feed_id;			/* 1..max_feeds */
	__u16 venue_id;
	__u16 line;			/* 0 = A, 1 = B */
	__u16 flags;			/* TG_FEED_* */
	char name[TG_NAME_LEN];
	__u32 silence_ms;		/* nothing heard on any line this long: the venue's books fed by it are STALE; 0 = never */
	__u32 reserved0;
	__u64 reserved[1];
};
#define TG_FEED_SNAPSHOT	1u	/* a snapshot channel: 35=W again and again, with numbers of its own */
#define TG_FEED_REMOVE		2u	/* the feed of this id is no more; its id may be given anew */

struct tg_in_account {
	__u16 account_id;		/* 1..max_accounts */
	__u16 flags;			/* 0 */
	__u32 reserved0;
	char name[TG_NAME_LEN];		/* FIX 1 */
	__u64 reserved[2];
};

/*
 * A trading strategy: what permits book orders under, with positions, limits and kills of its own. Sent once per id. It owns no client and no account: several
 * of both may trade for one strategy.
 */
struct tg_in_strategy {
	__u16 strategy_id;		/* 1..max_strategies */
	__u16 flags;			/* 0 */
	__u32 reserved0;
	char name[TG_NAME_LEN];
	__u64 reserved[2];
};

/* What clients that run as user `uid` may do. A client without a permit may read public data only. */
struct tg_in_permit {
	__u16 permit_id;		/* 1..max_permits; a second one for the same id replaces the first */
	__u16 account_id;
	__u32 uid;
	__u32 instrument_id;		/* 0 = all */
	__u32 flags;			/* TG_PERMIT_* */
	__u16 strategy_id;		/* orders under this permit are booked under it; 0 = under none */
	__u16 exec;			/* TG_EXEC_BIT() of the strategies that intents may be worked by; 0 = no intents */
	__u32 reserved1;
	__u64 reserved[1];
};
#define TG_PERMIT_TRADE		1u
#define TG_PERMIT_MARKET	2u	/* market orders too */
#define TG_PERMIT_PUBLISH	4u	/* may publish the books of instruments with TG_INSTRUMENT_PUBLISHED */

/*
 * Limits of one scope. Every outbound new or replace is checked against the FIRM, ACCOUNT and INSTRUMENT scopes, and STRATEGY where the order has one, which must
 * be loaded (fail closed: NO_LIMITS), and against VENUE and CLIENT scopes where loaded. A limit of 0 lets nothing through; TG_PX_MAX and 0xffffffff mean
 * unlimited, and have to be said. What TG_LIMITS_* in flags does not turn on is off, and its field is 0. docs/RISK.md tells of each.
 */
struct tg_in_limits {
	__u16 scope;			/* enum tg_scope */
	__u16 flags;			/* TG_LIMITS_* */
	__u32 id;			/* of the scope; 0 for FIRM */
	__s64 max_order_qty;		/* e8 */
	__s64 max_order_notional;	/* e8 */
	__s64 max_position;		/* e8 quantity: |position + open orders of that side| of the order's account in its instrument */
	__u32 collar_bps;		/* price away from the reference (mid; else last trade) by more: refused. 1 bps = 0.01 % */
	__u32 max_open_orders;
	__u32 rate_per_s;		/* new and replace requests per second, sustained */
	__u32 rate_burst;		/* and at once */
	__u64 duplicate_window_ns;	/* same client, instrument, side, price, quantity within this: refused; 0 = off */
	__s64 max_total_position;	/* as max_position, of the whole scope's position in the order's instrument: firm, account, strategy or client */
	__s64 max_gross_notional;	/* e8 money: sum of |position| at the last mark, and of open orders at their prices */
	__s64 max_net_notional;		/* |sum of positions, signed, and open orders of that side| */
	__s64 max_capital;		/* money tied up: cost of what is held, and open orders */
	__s64 max_daily_loss;		/* realised and unrealised result less fees since the day began: below minus this, the scope is killed */
	__u64 collar_window_ns;		/* FIRM and INSTRUMENT, the latter counts where both are: how far window_collar_bps looks back */
	__u32 window_collar_bps;	/* price away from any reference price of the window by more: refused */
	__u32 max_executions;		/* new orders until the scope is killed, for a person to RESUME */
	__u64 seq;			/* of an external risk manager: must rise once it is not 0; older ones are refused with STALE_LIMITS */
	__u64 lease_ns;			/* these limits hold for so long, then all is refused with STALE_LIMITS; 0 = for ever */
	__u16 warn_percent;		/* of a limit: reaching it is told with TG_PUB_ALERT; 0 = never */
	__u16 reserved0;
	__u32 reserved1;
	__u64 reserved[4];
};
#define TG_LIMITS_GROSS			1u
#define TG_LIMITS_NET			2u
#define TG_LIMITS_CAPITAL		4u
#define TG_LIMITS_DAILY_LOSS		8u
#define TG_LIMITS_WINDOW_COLLAR		16u
#define TG_LIMITS_EXECUTIONS		32u
#define TG_LIMITS_TOTAL_POSITION	64u
#define TG_LIMITS_REDUCE_ONLY		128u	/* only what makes the position smaller passes, open orders counted */
#define TG_LIMITS_RESTRICTED		256u	/* nothing passes */
#define TG_LIMITS_DUPLICATE_SCOPE	512u	/* duplicate_window_ns looks at all orders of the scope, not only at the client's own */
/* In alerts only. */
#define TG_LIMITS_OPEN_ORDERS		0x10000u
#define TG_LIMITS_POSITION		0x20000u

/*
 * TG_IN_RATE: how many messages one scope may send. One record is all budgets of the scope: a later one takes the place of an earlier one, and buckets begin full.
 * No window of window_ns, wherever it begins, sees more than `messages` of an operation; `burst` of them may go at once, the others evenly. A new order or replace
 * over a budget is refused (VENUE_RATE, CLIENT_RATE, SOURCE_RATE). Cancels and status requests wait for budgets of the venue and the source; a client's never holds
 * a cancel back.
 */
enum tg_rate_scope {
	TG_RATE_VENUE = 1,		/* id: venue */
	TG_RATE_CLIENT = 2,		/* id: client number; 0 = every client that has no record of its own, each with buckets of its own */
	TG_RATE_SOURCE = 3,		/* id: 1..TG_RATE_SOURCES, a local address: sessions that connect from it (TG_SESSION_CMD_SOURCE) share its buckets */
	TG_RATE_SCOPES
};
enum tg_rate_op {
	TG_RATE_ALL = 0,		/* of a venue or source: every message sent, session messages too (those never wait). Of a client: new, replace, cancel */
	TG_RATE_NEW = 1,
	TG_RATE_REPLACE = 2,
	TG_RATE_CANCEL = 3,		/* not of clients */
	TG_RATE_STATUS = 4,		/* order status and mass status requests; not of clients */
	TG_RATE_OPS
};
#define TG_RATE_SOURCES		128u
#define TG_RATE_NONE		0xffffffffu	/* messages: no such budget; its burst is 0 */

struct tg_in_rate {
	__u16 scope;			/* enum tg_rate_scope */
	__u16 flags;			/* 0 */
	__u32 id;
	__u64 window_ns;		/* up to a day */
	__u32 messages[TG_RATE_OPS];	/* in a window; TG_RATE_NONE = no budget; not 0 */
	__u32 burst[TG_RATE_OPS];	/* of them at once: 1..messages */
	__u32 cancel_reserve;		/* of burst[TG_RATE_ALL] only cancels may use so many; below it; 0 for clients */
	__u32 reserved0;
	__u64 reserved[2];
};

struct tg_in_kill {
	__u16 scope;			/* enum tg_scope */
	__u16 cause;			/* enum tg_kill_cause */
	__u32 id;			/* of the scope; 0 for FIRM */
	__u32 flags;			/* TG_KILL_CANCEL: cancel working orders of the scope too */
	__u32 uid;			/* who */
	char who[TG_NAME_LEN];		/* a person's name; must not be empty on RESUME */
	char text[64];			/* the reason given; must not be empty on RESUME */
};
#define TG_KILL_CANCEL		1u

enum tg_kill_cause {
	TG_KILL_OPERATOR = 1, TG_KILL_JOURNAL = 2, TG_KILL_DAEMON_LOST = 3, TG_KILL_SUSPECT = 4, TG_KILL_CLIENT = 5, TG_KILL_DEAD_MAN = 6,
	TG_KILL_ORPHAN = 7,		/* a child order was told of whose parent is not there */
	TG_KILL_HEDGE = 8,		/* a hedge was refused, or not filled */
	TG_KILL_LOSS = 9,		/* max_daily_loss was passed */
	TG_KILL_EXECUTIONS = 10,		/* max_executions new orders were sent */
	TG_KILL_REJECTS = 11,		/* triggers, as enum tg_trigger_on */
	TG_KILL_RISK_REJECTS = 12,
	TG_KILL_SESSION_LOST = 13,
	TG_KILL_POSITION = 14,
	TG_KILL_UNKNOWN_ORDER = 15,
	TG_KILL_DEGRADED = 16,
	TG_KILL_CAUSES
};

/*
 * A trigger: when something happens more than `max` times within window_ns, the gateway acts by itself, at the end of the record in which it happened. What happened
 * counts where it concerns the scope and id of the trigger; what is done is done to act_scope and act_id. A kill has the cause that goes with `on`, and is cleared
 * like any other; so is REDUCE_ONLY and RESTRICT: by RESUME of that scope, with a person and a reason. A second record for the same id replaces the first and counts
 * anew; on = 0 takes it away (all other fields but trigger_id are 0 then).
 */
struct tg_in_trigger {
	__u16 trigger_id;		/* 1..TG_TRIGGERS */
	__u16 on;			/* enum tg_trigger_on */
	__u16 scope;			/* enum tg_scope */
	__u16 act_scope;
	__u32 id;			/* of the scope; 0 for FIRM */
	__u32 act_id;
	__u16 action;			/* enum tg_action */
	__u16 reserved0;
	__u32 max;			/* so many pass, one more acts */
	__u64 window_ns;		/* 0: every single one acts (max 0) */
	char name[TG_NAME_LEN];
	__u64 reserved[2];
};
#define TG_TRIGGERS	32u

enum tg_trigger_on {
	TG_TRIGGER_NONE = 0,
	TG_TRIGGER_REJECTS = 1,		/* the venue refused a new order or a replace */
	TG_TRIGGER_RISK_REJECTS = 2,	/* the gateway's own checks did */
	TG_TRIGGER_SUSPECT = 3,		/* an order has become SUSPECT */
	TG_TRIGGER_SESSION_LOST = 4,	/* a session dropped, and orders of the scope worked there */
	TG_TRIGGER_CLIENT_LOST = 5,	/* a client went away, and orders of it worked */
	TG_TRIGGER_ORPHAN = 6,		/* a child order without its parent; FIRM only. Without a trigger: KILL_CANCEL of the firm */
	TG_TRIGGER_HEDGE = 7,		/* a hedge failed; likewise */
	TG_TRIGGER_POSITION = 8,	/* the venue's position, or its drop copy, is not ours */
	TG_TRIGGER_UNKNOWN_ORDER = 9,	/* a report of an order that is none of ours */
	TG_TRIGGER_DEGRADED = 10,	/* a venue's health has become worse */
	TG_TRIGGER_ONS
};

enum tg_action {
	TG_ACTION_NONE = 0,
	TG_ACTION_ALERT = 1,		/* the event alone */
	TG_ACTION_CANCEL = 2,		/* working orders are cancelled, new ones pass. UNKNOWN_ORDER: that order is */
	TG_ACTION_REDUCE_ONLY = 3,	/* until RESUME */
	TG_ACTION_RESTRICT = 4,		/* likewise: cancels only */
	TG_ACTION_KILL = 5,
	TG_ACTION_KILL_CANCEL = 6,	/* and working orders are cancelled */
	TG_ACTIONS
};

/*
 * What is watched at a venue. A second record for the same venue replaces the first; one with nothing but venue_id ends it.
 *
 * Health: each measure that is not 0 is looked at; its value in percent of what stands here, the worst of them, is the venue's score. What the score reaches is done to
 * the venue until it has been below recover_percent of that threshold for recover_ns. Positions: the venue is asked for them (35=AN) at each logon and every position_ns.
 */
struct tg_in_watch {
	__u16 venue_id;
	__u16 flags;			/* TG_WATCH_* */
	__u16 reduce_percent;		/* score: only what reduces a position; 0 = never */
	__u16 stop_percent;		/* nothing but cancels */
	__u16 cancel_percent;		/* and working orders are cancelled. Each above the one before */
	__u16 recover_percent;		/* 1..100 */
	__u16 reject_percent;		/* of answers to new orders and replaces; 0 = not looked at, as below */
	__u16 stale_percent;		/* of the books subscribed at the venue, not LIVE for stale_ns */
	__u64 window_ns;		/* answers, rejects and gaps are those of so long */
	__u64 ack_ns;			/* mean time to the first report of an order, or the longest that one is owed */
	__u64 stale_ns;
	__u64 recover_ns;
	__u32 gaps;			/* of books and sequence numbers */
	__u32 min_answers;		/* fewer say nothing about ack_ns and reject_percent */
	__u64 position_ns;		/* 0 = never asked */
	__u64 grace_ns;			/* a difference has to last so long */
	__s64 tolerance_qty;		/* e8: a smaller or equal one is none */
	__u16 copy_of;			/* this session is the drop copy of that venue's; 0 = of none */
	__u16 reserved0;
	__u32 reserved1;
	__u64 reserved[2];
};
#define TG_WATCH_BASE_FIRST	1u	/* what the venue's first answer has beyond ours was there before: it is not a difference */

enum tg_health_level {
	TG_HEALTH_GOOD = 0,
	TG_HEALTH_REDUCE_ONLY = 1,
	TG_HEALTH_STOPPED = 2,
	TG_HEALTH_CANCELLED = 3,
};

struct tg_in_mode {
	__u16 mode;			/* enum tg_mode */
	__u16 reserved0;
	__u32 reserved1;
};

struct tg_in_session {
	__u16 venue_id;
	__u16 command;			/* enum tg_session_command */
	__u32 reserved0;
	__u64 next_tx_seq;		/* SET_SEQ: 0 = leave; refused while connected. GRANT: first number that may not be used yet; 0 = no bound */
	__u64 next_rx_seq;
};
enum tg_session_command {
	TG_SESSION_CMD_LOGOUT = 1,	/* orderly: Logout, then the transport is closed */
	TG_SESSION_CMD_SET_SEQ = 2,
	TG_SESSION_CMD_ENABLE = 3,	/* clears HALTED */
	TG_SESSION_CMD_TEST_REQUEST = 4,
	TG_SESSION_CMD_SUBSCRIBE = 6,	/* market data: next_rx_seq = instrument id, 0 = all of the venue; next_tx_seq 0 */
	TG_SESSION_CMD_UNSUBSCRIBE = 7,	/* likewise; the books are STALE and not asked for again before SUBSCRIBE */
	TG_SESSION_CMD_SOURCE = 8,	/* next_rx_seq = number of the local address that it connects from, 0 = none with budgets; next_tx_seq 0; before connecting */
	TG_SESSION_CMD_GRANT = 5,	/* numbers up to a bound that is on disk: none is used twice, whatever crashes */
};

/*
 * TG_IN_CREDENTIALS: what the venue wants in the Logon with this MsgSeqNum and SendingTime, made by the daemon from secrets that stay with it. What is here is
 * seen by the venue and in the journal: names and signatures, never a key or a passphrase. Where the Logon itself has to hold a secret, the daemon sends its
 * bytes, encoded by the core's own encoder, and tells so with TG_CREDENTIALS_SENT. Fields are NUL padded; empty ones are left out of the Logon.
 */
struct tg_in_credentials {
	__u16 venue_id;
	__u16 flags;			/* TG_CREDENTIALS_* */
	__u32 reserved0;
	__u64 msg_seq;			/* 34, as asked for */
	__u64 sending_time_ns;		/* 52, as asked for */
	char username[128];		/* 553 */
	char password[192];		/* 554: a signature or hash */
	char raw_data[192];		/* 96: a signature, or the text that was hashed */
	char nonce[32];			/* where the dialect has a field for it */
	__u64 reserved[4];
};
#define TG_CREDENTIALS_SENT	1u	/* the daemon writes the Logon itself, under this number; what the venue answers meanwhile is kept */
#define TG_CREDENTIALS_FAILED	2u	/* there are none: the session closes the transport */

/*
 * TG_IN_STORED: one application message of ours, as it was sent; only while the session is disconnected, in ascending order of numbers, all below the next one to be
 * sent. After the struct: `len` bytes.
 */
struct tg_in_stored {
	__u16 venue_id;
	__u16 flags;			/* 0 */
	__u32 len;			/* bytes of the message; record length is this struct and they */
	__u64 seq;			/* 34 */
	__u64 sending_time_ns;		/* 52 */
};

/* TG_IN_CLIENT_OPEN. The host fills uid, gid and pid from the opener's credentials, never from what a client says. */
struct tg_in_client {
	__u32 uid;
	__u32 gid;
	__u32 pid;
	__u32 flags;			/* TG_CLIENT_* asked for at attach */
	char name[TG_NAME_LEN];
	__u64 reserved[2];
};
#define TG_CLIENT_AUTO_CANCEL	1u	/* cancel this client's working orders when it goes away */
#define TG_CLIENT_READ_ONLY	2u	/* never trades: needs no permit */

#endif
