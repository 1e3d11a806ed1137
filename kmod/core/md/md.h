/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Market data: messages to book changes and public events. Owns each instrument's recovery: EMPTY
 * or gap -> snapshot requested, updates held in a bounded area -> snapshot applied, held updates
 * replayed -> LIVE. Chain rule of the sim dialect: an update set (25043..25044) must start at last
 * + 1; after a snapshot with id S, sets that end at or before S are dropped and the first used one
 * may overlap. Fragments (893=N) share one pair of ids; the id advances with the last.
 *
 * A late set that closes the gap (line B, or a reordered datagram) ends a recovery without a
 * snapshot. A message is applied whole or not at all: its entries are decoded into a small area
 * first; one with more entries than fit is walked dry before it is applied.
 */
#ifndef TG_MD_H
#define TG_MD_H

#include "book/part.h"
#include "fix/decode.h"
#include "outbox.h"
#include <tickgate/event.h>
#include <tickgate/netlink.h>
#include <tickgate/reasons.h>
#include <tickgate/record.h>
#include <tickgate/shm.h>

struct tg_engine;
struct tg_session;
struct tg_venue_caps;

#define TG_MD_SCRATCH		64u		/* entries of a message decoded at once */
/* a snapshot request without an answer goes out again */
#define TG_MD_RETRY_NS		5000000000ULL
/*
 * Held entries that one UDP step may replay, all instruments together: the outbox of such a step is
 * sized by the datagram (tg_engine_udp_outbox_bytes), and what is held may be far more. With more
 * held than this, a late set does not end the recovery and the snapshot does.
 */
#define TG_MD_UDP_REPLAY	32u
/* over what is held, to put reordered sets in order; bounds the work */
#define TG_MD_REPLAY_PASSES	4u

/* Requests that may go out in one window, all venues together: many instruments are spread over time. */
#define TG_MD_BURST		16u
#define TG_MD_BURST_NS		250000000ULL
/* A book that does not stay right for this long after its snapshots is asked for less often. */
#define TG_MD_CHURN_NS		1000000000ULL
#define TG_MD_CHURN		3u
#define TG_MD_ID_MAX		36u	/* bytes of an order's id (278) */

/* Kinds of entries past enum tg_book_side. */
#define TG_MD_TRADE	2u	/* FIX 269 */
#define TG_MD_OTHER	3u
#define TG_MD_ACK	4u	/* an order that is not in the book (yet) */

struct tg_md_pending {		/* one held entry */
	s64 px, qty;
	u64 first_id, last_id;
	u64 sort_ns;
	u8 kind;		/* enum tg_book_side, or TG_MD_TRADE and above: an id with nothing for the book */
	u8 action;		/* enum tg_md_action */
	u8 last;		/* last entry of its update set */
	u8 id_len;
	u8 pad[4];
};

/* Of an L3 instrument; half as many fit. */
struct tg_md_held_order {
	struct tg_md_pending p;
	u8 id[TG_MD_ID_MAX];
	u8 pad[12];
};

/* One decoded entry of the message at work; meaningless between messages. */
struct tg_md_scratch {
	s64 px, qty;		/* qty 0: delete */
	u64 first_id, last_id;
	u32 instrument_id;	/* 0 = not configured: skipped */
	u8 kind;		/* enum tg_book_side, or TG_MD_TRADE and above */
	u8 action;		/* enum tg_md_action */
	u8 aggressor;		/* enum tg_side; 0 = not told */
	u8 id_len;		/* order id, below; only of L3 instruments */
	u64 sort_ns;
	u8 id[TG_MD_ID_MAX];
	u8 pad[4];
};

/* The ten best levels of both sides as they were last rendered, and their checksum. */
struct tg_md_check {
	struct tg_level level[20];	/* asks, bids; best first */
	u32 crc;
	u32 valid;
};

enum tg_md_requested {		/* tg_instrument.requested */
	TG_MD_REQ_NONE = 0,
	TG_MD_REQ_OUT = 1,	/* sent, not answered */
	TG_MD_REQ_REFUSED = 2,	/* 35=Y: not asked again before the session or the book changes */
	TG_MD_REQ_WANTED = 3,	/* could not be sent: no session, or no room */
};

struct tg_instrument {
	struct tg_in_instrument def;	/* def.instrument_id 0 = slot empty */
	/* arena offsets: struct tg_l2, struct tg_md_pending[params.md_pending] */
	u64 book_off;
	u64 pending_off;
	u32 npending;
	u8 state;			/* enum tg_book_state */
	u8 requested;			/* enum tg_md_requested */
	u8 in_set;			/* inside a fragmented update set */
	u8 subscribed;			/* request_id stands for updates over TCP too */
	u8 wrong;			/* only a snapshot can mend it: checksum, crossed, an order that did not fit */
	u8 crossed;			/* STALE by the crossed policy */
	u8 in_snapshot;			/* a snapshot is coming in pieces (893=N, or a client's) */
	u8 replay_due;			/* the timer replays what is held: this step had no room */
	u8 unwanted;			/* unsubscribed by command */
	u8 asked;			/* definition and trading status, in this session */
	u8 reject_reason;		/* 281 of the last 35=Y as it stands there, 0 = none */
	u8 churn;			/* recoveries that did not last, in a row */
	u8 px_digits, qty_digits;	/* of numbers in checksums: configured, or learnt (35=y) */
	u8 digits_known;
	u8 definition_known;		/* a 35=y or d came */
	u8 windowed;			/* risk/ keeps a range of its reference prices */
	u16 trading_status;		/* enum tg_trading_status */
	u16 publisher;			/* client whose book it is; 0 = nobody's now */
	u32 depth;			/* levels a side that the venue keeps for us; 0 = all */
	s64 venue_tick;			/* e8, as the venue told it; 0 = not told */
	u64 gap_ns;			/* since when it is not to be trusted; 0 = it is, or never was */
	u64 live_ns;			/* since when it is LIVE */
	u64 snapshot_id;		/* of in_snapshot, */
	u64 skip_snapshot_id;		/* and of one that is not wanted: its other pieces go too */
	u64 replayed;			/* held updates applied on top of the last snapshot */
	u64 gaps, recoveries;
	struct tg_md_check check;
	u64 update_id;			/* last one complete in the book */
	u64 request_id;			/* 262 of the last request */
	u64 request_ns;
	u64 last_news_ns;		/* staleness */
	u64 changed_seq;		/* record that changed the book last */
	u64 changed_ns;
	s64 last_px, last_qty;		/* trade; TG_PX_NONE before the first */
	u64 set_gaps;			/* feed gaps counted when the fragmented set began */
	struct tg_book_part book;	/* book/: nobody else looks inside */
	u32 stp_head[2];		/* order/stp.c: working orders, slot + 1; index = enum tg_book_side */
};

/* The next message of a snapshot channel is ... */
#define TG_FEED_PIECE_UNKNOWN	0u
#define TG_FEED_PIECE_FIRST	1u	/* ... the first piece of a snapshot */
#define TG_FEED_PIECE_INSIDE	2u	/* ... another piece of the one that has begun */

struct tg_feed {
	struct tg_in_feed cfg;		/* cfg.feed_id 0 = empty */
	/* 34 expected; 0 = none seen; kept by line A for all lines */
	u64 next_seq;
	u64 messages;			/* well formed, on this line */
	u64 first, dups, lost;		/* of them used; seen before; missing on this line */
	u64 gaps;			/* missing on all lines; kept by line A */
	u64 seen;			/* bit n: next_seq - 1 - n was received */
	u64 newest_ns;			/* largest 52 seen */
	u64 line_next, line_seen;	/* as next_seq and seen, of this line alone */
	u64 last_ns;			/* the line's last message */
	u64 heard_ns;			/* the last on any line */
	u64 hole_expected, hole_got;	/* of holes */
	/* the publisher counts anew: the timer will empty the venue's books */
	u8 restarted;
	u8 holes;			/* messages are missing, and the venue has no better test: for the timer */
	u8 silent;
	u8 piece;			/* TG_FEED_PIECE_*: where a snapshot channel stands */
	u8 pad[4];
	struct tg_fix_hint hint;	/* the last header received */
};

/*
 * An instrument has been configured (def, book_off and pending_off are set): empty book, no trade;
 * asks for a snapshot when the session is up.
 */
void tg_md_config(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
void tg_feed_config(struct tg_engine *e, struct tg_feed *f);
/* One datagram: whole FIX messages back to back. */
void tg_feed_datagram(struct tg_engine *e, struct tg_feed *f, const u8 *bytes, u32 len,
		      struct tg_outbox *ob);
/* Restarts, holes, silence. Returns when to look again. */
u64 tg_feed_timer(struct tg_engine *e, struct tg_outbox *ob);
void tg_feed_query(const struct tg_feed *f, struct tg_nl_feed *out);

/* One W, X, Y, y, d, f or h over TCP. */
enum tg_fix_error tg_md_message(struct tg_engine *e, struct tg_session *s,
				const struct tg_fix_header *h, struct tg_fix_cursor *c,
				u32 *bad_tag, struct tg_outbox *ob);
/* requests snapshots */
void tg_md_session_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
/* books fed by TCP become STALE */
void tg_md_session_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
/* Messages of the session are missing for good: [expected, got). */
void tg_md_session_gap(struct tg_engine *e, struct tg_session *s, u64 expected, u64 got,
		       struct tg_outbox *ob);
/* TG_SESSION_CMD_SUBSCRIBE, _UNSUBSCRIBE; instrument_id 0 = all of the venue. */
enum tg_reason tg_md_command(struct tg_engine *e, struct tg_session *s, bool subscribe,
			     u64 instrument_id, struct tg_outbox *ob);
/* staleness; snapshot requests that got no answer in 5 s go out again */
void tg_md_timer(struct tg_engine *e, struct tg_outbox *ob);
/* O(1): kept by the timer and by config */
u64 tg_md_deadline_ns(const struct tg_engine *e);

/* TG_SUB_BOOK (publish.c). */
enum tg_reason tg_md_publish(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			     struct tg_outbox *ob);
/* The books it published are STALE. */
void tg_md_client_gone(struct tg_engine *e, u16 client_id, struct tg_outbox *ob);

/*
 * Mid of a LIVE book with both sides (rounded down to e8), else last trade of a LIVE book, else
 * TG_PX_NONE.
 */
s64 tg_md_reference_px(const struct tg_engine *e, const struct tg_instrument *i);
void tg_md_query(const struct tg_instrument *i, struct tg_nl_md *out);

/* ---- between the files of md/ ---- */

/*
 * Where a W or X came from: what may be lost on the way, and how much may be replayed in this step.
 */
struct tg_md_source {
	const struct tg_venue_caps *caps;
	u16 venue_id;
	bool udp;
	bool channel;		/* a snapshot channel: used only for books that need one */
	bool after_gap;		/* feed messages are missing directly before this one */
	bool holes;		/* feed messages are missing among the last 64 */
};
enum tg_fix_error tg_md_refresh(struct tg_engine *e, const struct tg_md_source *src, u32 msg_type,
				const struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob);

/*
 * entries.c. Symbol lookups by hash cost more than the rest of an entry: entries mostly repeat the
 * symbol slice of the one before.
 */
struct tg_md_symbols {
	const u8 *p;
	u32 len;
	u32 instrument_id;
};
/* NULL: not configured, or not for what this source brings. */
struct tg_instrument *tg_md_instrument(const struct tg_engine *e, const struct tg_md_source *src,
				       const struct tg_fix_slice *symbol);
/*
 * The next entry as the book needs it; what FIX lets through but no book can take is refused.
 * false: no more, or *err. sc: NULL for W, whose instrument_id is given (0 = not configured).
 */
bool tg_md_entry(const struct tg_engine *e, const struct tg_md_source *src,
		 struct tg_fix_md_iter *it, struct tg_md_symbols *sc, u32 instrument_id,
		 struct tg_md_scratch *out, enum tg_fix_error *err, u32 *bad_tag);
/*
 * Walks the whole message. Entries land in the scratch area when they all fit (then *held is their
 * number), else they are checked only (*held = 0) and the caller walks once more, knowing that
 * nothing can fail any more.
 */
enum tg_fix_error tg_md_decode(struct tg_engine *e, const struct tg_md_source *src,
			       struct tg_fix_md_iter *it, u32 instrument_id, u32 *held,
			       u32 *bad_tag);

/* snapshot.c */
enum tg_fix_error tg_md_snapshot(struct tg_engine *e, const struct tg_md_source *src,
				 const struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob);

/* checksum.c: the venue's word on the book's ten best levels. */
void tg_md_checksum(struct tg_engine *e, struct tg_instrument *i, u32 theirs, struct tg_outbox *ob);
u32 tg_md_crc32(const u8 *p, u32 len);

/* status.c: 35=h f y d */
enum tg_fix_error tg_md_status(struct tg_engine *e, struct tg_session *s, u32 msg_type,
			       struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob);

/* recovery.c */
void tg_md_set_state(struct tg_engine *e, struct tg_instrument *i, u8 state, struct tg_outbox *ob);
/* A gap was seen: RECOVERING, and a snapshot is asked for. */
void tg_md_gap(struct tg_engine *e, struct tg_instrument *i, enum tg_gap_cause cause, u64 expected,
	       u64 got, struct tg_outbox *ob);
/* The same, where what is in the book is wrong and nothing but a snapshot can end it. */
void tg_md_wrong(struct tg_engine *e, struct tg_instrument *i, enum tg_gap_cause cause,
		 u64 expected, u64 got, struct tg_outbox *ob);
/* A LIVE book is STALE. */
void tg_md_stale(struct tg_engine *e, struct tg_instrument *i, enum tg_gap_cause cause,
		 struct tg_outbox *ob);
/* false: overflow; all that was held is gone, and another snapshot asked for. */
bool tg_md_hold(struct tg_engine *e, struct tg_instrument *i, const struct tg_md_scratch *t,
		struct tg_outbox *ob);
/* The held entry n. */
struct tg_md_pending *tg_md_held(const struct tg_engine *e, const struct tg_instrument *i, u32 n);
/* May all that is held be replayed in this step? */
bool tg_md_may_replay(const struct tg_engine *e, const struct tg_md_source *src,
		      const struct tg_instrument *i);
/* Replays what is held and connects. true: nothing is left over that does not connect. */
bool tg_md_replay(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
/* A snapshot is in: LIVE after what is held, or another gap. */
void tg_md_finish(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
/* Nothing that is known connects to what comes: EMPTY, and a snapshot is asked for. */
void tg_md_forget(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);

/* request.c */
void tg_md_request(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
/* Not before the retry time. */
void tg_md_request_later(struct tg_engine *e, struct tg_instrument *i);
void tg_md_arm(struct tg_engine *e, u64 at_ns);
enum tg_fix_error tg_md_reject(struct tg_engine *e, u16 venue_id, struct tg_fix_cursor *c,
			       struct tg_outbox *ob);

/* md.c: one entry into the book and out as an event (returned, NULL = no room). */
struct tg_pub_event *tg_md_apply(struct tg_engine *e, struct tg_instrument *i,
				 const struct tg_md_scratch *t, u16 flags, struct tg_outbox *ob);
struct tg_pub_event *tg_md_level_event(struct tg_engine *e, struct tg_instrument *i, u8 side,
				       s64 px, s64 qty, u64 update_id, u16 flags,
				       struct tg_outbox *ob);
struct tg_pub_event *tg_md_trade(struct tg_engine *e, struct tg_instrument *i,
				 const struct tg_md_scratch *t, u16 flags, struct tg_outbox *ob);
/* The book is consistent again after a change: news, note to the host, crossed or not. */
void tg_md_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
/*
 * Levels beyond the depth that the venue keeps are no longer told of: they go. ev: the event that
 * was last so far; returns the one that is now.
 */
struct tg_pub_event *tg_md_trim(struct tg_engine *e, struct tg_instrument *i,
				struct tg_pub_event *ev, u16 flags, struct tg_outbox *ob);

static inline u64 tg_md_after(u64 from_ns, u64 delta_ns)
{
	return from_ns + delta_ns < from_ns ? ~0ULL : from_ns + delta_ns;
}

#endif
