/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Market data: messages to book changes and public events. Owns each instrument's recovery: EMPTY or gap -> snapshot requested, updates held in a bounded
 * area -> snapshot applied, held updates replayed -> LIVE. Chain rule of the sim dialect: an update set (25043..25044) must start at last + 1; after a snapshot with id S, sets
 * that end at or before S are dropped and the first used one may overlap. Fragments (893=N) share one pair of ids; the id advances with the last.
 */
#ifndef TG_MD_H
#define TG_MD_H

#include "fix/decode.h"
#include "outbox.h"
#include <tickgate/event.h>
#include <tickgate/record.h>
#include <tickgate/shm.h>

struct tg_engine;
struct tg_session;

struct tg_md_pending {		/* one held entry */
	s64 px, qty;
	u64 first_id, last_id;
	u8 side;		/* enum tg_book_side */
	u8 last;		/* last entry of its update set */
	u8 pad[6];
};

struct tg_instrument {
	struct tg_in_instrument def;	/* def.instrument_id 0 = slot empty */
	u64 book_off;			/* arena offsets: struct tg_l2, struct tg_md_pending[params.md_pending] */
	u64 pending_off;
	u32 npending;
	u8 state;			/* enum tg_book_state */
	u8 requested;			/* a snapshot request is out */
	u8 in_set;			/* inside a fragmented update set */
	u8 pad;
	u64 update_id;			/* last one complete in the book */
	u64 request_id;			/* 262 of the request that is out */
	u64 request_ns;
	u64 last_news_ns;		/* staleness */
	u64 changed_seq;		/* record that changed the book last */
	u64 changed_ns;
	s64 last_px, last_qty;		/* trade */
};

struct tg_feed {
	struct tg_in_feed cfg;		/* cfg.feed_id 0 = empty */
	u64 next_seq;			/* 34 expected; 0 = none seen */
	u64 messages, gaps;
};

/* One datagram: whole FIX messages back to back. */
void tg_feed_datagram(struct tg_engine *e, struct tg_feed *f, const u8 *bytes, u32 len, struct tg_outbox *ob);
/* One W, X or Y, from a feed or from TCP. */
enum tg_fix_error tg_md_message(struct tg_engine *e, u16 venue_id, const struct tg_fix_header *h, struct tg_fix_cursor *c, u32 *bad_tag, struct tg_outbox *ob);
void tg_md_session_up(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);		/* requests snapshots */
void tg_md_session_down(struct tg_engine *e, struct tg_session *s, struct tg_outbox *ob);	/* books fed by TCP become STALE */
void tg_md_timer(struct tg_engine *e, struct tg_outbox *ob);	/* staleness; snapshot requests that got no answer in 5 s go out again */
u64 tg_md_deadline_ns(const struct tg_engine *e);		/* O(1): kept by the timer and by config */

/* Mid of a LIVE book with both sides (rounded down to e8), else last trade of a LIVE book, else TG_PX_NONE. */
s64 tg_md_reference_px(const struct tg_engine *e, const struct tg_instrument *i);
void tg_md_image(const struct tg_engine *e, const struct tg_instrument *i, struct tg_book_image *out);

#endif
