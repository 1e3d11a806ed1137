/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * Our own resting orders in a book: what of a level is others', and where in the queue an order of
 * ours stands. Exact where the venue's order book is known (L3); else a bound from L2 totals that
 * never promises less ahead than there is. See own.c for what it rests on.
 */
#ifndef TG_OWN_H
#define TG_OWN_H

#include "port.h"
#include <tickgate/event.h>
#include <tickgate/reasons.h>
#include <tickgate/shm.h>

struct tg_engine;
struct tg_instrument;
struct tg_order;
struct tg_outbox;

#define TG_OWN_WALK	4096u	/* orders of a queue looked at for one request */
#define TG_OWN_WALK_IMAGE 256u	/* and for one image; beyond these the place is a bound */

struct tg_own_place {
	s64 ahead, behind;	/* others' */
	u32 orders_ahead;
	u32 flags;		/* TG_QUEUE_* */
	u32 fill_ppm;
	u32 pad;
	s64 ahead_adjusted;
};

/* A level's total is now qty; the book has it already. */
void tg_own_level(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty);
void tg_own_trade(struct tg_engine *e, struct tg_instrument *i, s64 px, s64 qty, u8 aggressor);
/* A snapshot is in the book: every level may have another total, every handle another order. */
void tg_own_reloaded(struct tg_engine *e, struct tg_instrument *i);
/* L3: the order book was emptied. */
void tg_own_cleared(struct tg_engine *e, struct tg_instrument *i);
/* L3: an order came that may be ours; one of ours has another price, or went. */
void tg_own_seen(struct tg_engine *e, struct tg_instrument *i, u32 handle, const u8 *id, u32 len);
void tg_own_moved(struct tg_engine *e, struct tg_instrument *i, u32 handle, s64 px, s64 qty);
void tg_own_unseen(struct tg_engine *e, struct tg_instrument *i, u32 handle);

/* In, changed or out of its instrument's list, as the order now is. true = the list changed. */
bool tg_own_order(struct tg_engine *e, struct tg_instrument *i, struct tg_order *o);
/* The order is finished, its slot free for the next. */
void tg_own_gone(struct tg_engine *e, struct tg_order *o);
/* An order's first report came so long after it was sent. */
void tg_own_latency(struct tg_engine *e, u16 venue_id, u64 ns);

/* What others have at a level of this total. */
s64 tg_own_external(const struct tg_engine *e, const struct tg_instrument *i, u32 side, s64 px,
		    s64 qty);
/* o is listed. walk: orders of the queue that may be looked at. */
void tg_own_place(const struct tg_engine *e, const struct tg_instrument *i,
		  const struct tg_order *o, u32 *walk, struct tg_own_place *out);
/* own[], own_orders and the external levels, of an instrument with orders of ours. */
void tg_own_image(const struct tg_engine *e, const struct tg_instrument *i,
		  struct tg_book_image *out);
/* TG_SUB_QUEUE */
enum tg_reason tg_own_queue(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			    struct tg_outbox *ob);

#endif
