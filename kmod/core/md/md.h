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
#include <tickgate/record.h>
#include <tickgate/shm.h>

struct tg_engine;
struct tg_session;

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

struct tg_md_pending {		/* one held entry */
	s64 px, qty;
	u64 first_id, last_id;
	u8 side;		/* enum tg_book_side */
	u8 last;		/* last entry of its update set */
	u8 pad[6];
};

/* One decoded entry of the message at work; meaningless between messages. */
struct tg_md_scratch {
	s64 px, qty;		/* qty 0: delete */
	u64 first_id, last_id;
	u32 instrument_id;	/* 0 = not configured: skipped */
	u8 kind;		/* enum tg_book_side, or TG_MD_TRADE, TG_MD_OTHER */
	u8 pad[3];
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
	u64 update_id;			/* last one complete in the book */
	u64 request_id;			/* 262 of the last request */
	u64 request_ns;
	u64 last_news_ns;		/* staleness */
	u64 changed_seq;		/* record that changed the book last */
	u64 changed_ns;
	s64 last_px, last_qty;		/* trade; TG_PX_NONE before the first */
	u64 set_gaps;			/* feed gaps counted when the fragmented set began */
	struct tg_book_part book;	/* book/: nobody else looks inside */
};

struct tg_feed {
	struct tg_in_feed cfg;		/* cfg.feed_id 0 = empty */
	/* 34 expected; 0 = none seen; kept by line A for all lines */
	u64 next_seq;
	u64 messages, gaps;
	u64 seen;			/* bit n: next_seq - 1 - n was received */
	u64 newest_ns;			/* largest 52 seen */
	/* the publisher counts anew: the timer will empty the venue's books */
	u8 restarted;
	u8 pad[7];
	struct tg_fix_hint hint;	/* the last header received */
};

/*
 * An instrument has been configured (def, book_off and pending_off are set): empty book, no trade;
 * asks for a snapshot when the session is up.
 */
void tg_md_config(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
/* One datagram: whole FIX messages back to back. */
void tg_feed_datagram(struct tg_engine *e, struct tg_feed *f, const u8 *bytes, u32 len,
		      struct tg_outbox *ob);
/* One W, X or Y, from a feed or from TCP. */
enum tg_fix_error tg_md_message(struct tg_engine *e, u16 venue_id, const struct tg_fix_header *h,
				struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob);
/* requests snapshots */
void tg_md_session_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
/* books fed by TCP become STALE */
void tg_md_session_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);
/* staleness; snapshot requests that got no answer in 5 s go out again */
void tg_md_timer(struct tg_engine *e, struct tg_outbox *ob);
/* O(1): kept by the timer and by config */
u64 tg_md_deadline_ns(const struct tg_engine *e);

/*
 * Mid of a LIVE book with both sides (rounded down to e8), else last trade of a LIVE book, else
 * TG_PX_NONE.
 */
s64 tg_md_reference_px(const struct tg_engine *e, const struct tg_instrument *i);

/* ---- between the files of md/ ---- */

/*
 * Where a W or X came from: what may be lost on the way, and how much may be replayed in this step.
 */
struct tg_md_source {
	u16 venue_id;
	bool udp;
	bool after_gap;		/* feed messages are missing directly before this one */
	bool holes;		/* feed messages are missing among the last 64 */
};
enum tg_fix_error tg_md_refresh(struct tg_engine *e, const struct tg_md_source *src, u32 msg_type,
				const struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob);

/* recovery.c */
void tg_md_set_state(struct tg_engine *e, struct tg_instrument *i, u8 state, struct tg_outbox *ob);
void tg_md_request(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
/* A gap was seen: RECOVERING, and a snapshot is asked for. */
void tg_md_gap(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
/* false: overflow; all that was held is gone, and another snapshot asked for. */
bool tg_md_hold(struct tg_engine *e, struct tg_instrument *i, const struct tg_md_pending *p,
		struct tg_outbox *ob);
/* May all that is held be replayed in this step? */
bool tg_md_may_replay(const struct tg_engine *e, const struct tg_md_source *src,
		      const struct tg_instrument *i);
/* Replays what is held and connects. true: nothing is left over that does not connect. */
bool tg_md_replay(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
enum tg_fix_error tg_md_reject(struct tg_engine *e, u16 venue_id, struct tg_fix_cursor *c,
			       struct tg_outbox *ob);

/* md.c: one level into the book and out as an event (returned, NULL = no room). */
struct tg_pub_event *tg_md_level(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px,
				 s64 qty, u64 update_id, u16 flags, struct tg_outbox *ob);
/* The book is consistent again after a change: news, note to the host, crossed or not. */
void tg_md_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);

#endif
