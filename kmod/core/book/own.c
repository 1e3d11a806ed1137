// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Our own resting orders in an instrument's book.
 *
 * Where the venue tells order by order, our order is found by the venue's id for it, marked, and
 * its place is read from the queue. Where only totals by price are told, the place is a bound,
 * never less than what is ahead, for a queue that is first in, first out:
 *
 *  - Until the book is taken to hold the order, all at its price counts as ahead. It is taken to
 *    after the time that an order needs to the venue and back (the measured mean of first reports,
 *    1 ms at least): market data that is older than the acknowledgement has come by then. Then what
 *    is not ours is ahead at most.
 *  - From then on nobody new gets ahead: what is ahead is never more than the least that has ever
 *    been at the price beside our own.
 *  - Trades at the price eat what is ahead. Each is also a fall of the level, told in the same
 *    message, before or after it; so trades count only as far as the level has fallen, and are
 *    taken off what was ahead in the beginning, not off a bound that the fall has lowered already.
 *  - Anything else that leaves the level (a cancel) is taken to have stood behind us.
 *  - A level that falls below our own quantity is none that holds the order (the venue shows less
 *    depth than where it stands): back to the beginning.
 *
 * While a replace is on its way the smaller of both quantities counts as ours: either may be in
 * the book. Other orders of ours at the same price count as others' in a bound; in an L3 book not.
 *
 * The chance to be filled is what was traded at the price while the order stood there, in relation
 * to the same and what has to be traded still: traded / (traded + ahead + left of the order). It
 * takes the volume that was for the volume that will be, and knows nothing of where the price goes.
 */
#include "state.h"

#define SETTLE_MIN_NS	1000000ULL
#define LATENCY_SHIFT	3		/* weight of the newest: an eighth */

static u64 price_bit(s64 px)
{
	return 1ULL << ((u64)px * 0x9e3779b97f4a7c15ULL >> 58);
}

static bool better(u32 side, s64 a, s64 b)
{
	return side == TG_BID ? a > b : a < b;
}

static u32 side_of(const struct tg_order *o)
{
	return o->side == TG_SIDE_BUY ? TG_BID : TG_ASK;
}

static u32 slot_of(const struct tg_order *o)
{
	return (u32)(o->order_id >> 16) & ((1u << TG_ORDER_SLOT_BITS) - 1);
}

static struct tg_order *at(const struct tg_engine *e, u32 slot1)
{
	return tg_order_slot(e, slot1 - 1);
}

static u32 venue_id_len(const struct tg_order *o)
{
	u32 n = 0;

	while (n < sizeof(o->venue_order_id) && o->venue_order_id[n])
		n++;
	return n;
}

static void add_sat(u64 *sum, s64 qty)
{
	if (__builtin_add_overflow(*sum, (u64)qty, sum))
		*sum = ~0ULL;
}

/* ---- L2: the bound ---- */

/* What of the order the level holds at least, whatever has become of a replace. */
static s64 least_qty(const struct tg_order *o)
{
	s64 want = o->req_qty ? o->req_qty - o->cum_qty : o->own.qty;

	return want < 0 ? 0 : want < o->own.qty ? want : o->own.qty;
}

static bool settled(const struct tg_engine *e, const struct tg_order *o)
{
	u64 wait = e->ack_latency_ns[o->venue_id];

	if (wait < SETTLE_MIN_NS)
		wait = SETTLE_MIN_NS;
	return e->time_ns - o->own.since_ns >= wait && o->own.level >= o->own.qty;
}

/* The level's total is about to change; what it was until now tells where the order stands. */
static void learn(const struct tg_engine *e, struct tg_order *o)
{
	struct tg_own *w = &o->own;

	if (w->known || !settled(e, o))
		return;
	w->known = 1;
	w->base = w->level - least_qty(o);
	w->ahead = w->base;
	w->traded = 0;
	w->fallen = 0;
	w->since_ns = e->time_ns;
}

static void total_now(const struct tg_engine *e, struct tg_order *o, s64 total)
{
	struct tg_own *w = &o->own;
	s64 least = least_qty(o);

	learn(e, o);
	if (w->known && total < least) {
		w->known = 0;
		w->since_ns = e->time_ns;
	}
	if (w->known) {
		if (total < w->level)
			add_sat(&w->fallen, w->level - total);
		if (total - least < w->ahead)
			w->ahead = total - least;
	}
	w->level = total;
}

void tg_own_level(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty)
{
	struct tg_order *o;
	u32 n;

	if (likely(!(i->book.own_prices[side] & price_bit(px))))
		return;
	for (n = i->book.own_head[side]; n; n = o->own.next) {
		o = at(e, n);
		if (o->own.px == px)
			total_now(e, o, qty > 0 ? qty : 0);
		else if (!better(side, o->own.px, px))
			break;
	}
}

void tg_own_trade(struct tg_engine *e, struct tg_instrument *i, s64 px, s64 qty, u8 aggressor)
{
	struct tg_order *o;
	u32 side, n;

	for (side = 0; side < 2; side++) {
		/* A buyer takes asks. */
		if (aggressor && (aggressor == TG_SIDE_BUY) != (side == TG_ASK))
			continue;
		if (qty <= 0 || !(i->book.own_prices[side] & price_bit(px)))
			continue;
		for (n = i->book.own_head[side]; n; n = o->own.next) {
			o = at(e, n);
			if (o->own.px != px)
				continue;
			learn(e, o);
			if (o->own.known || o->own.handle)
				add_sat(&o->own.traded, qty);
		}
	}
}

/* ---- L3: which one it is ---- */

static void found(struct tg_engine *e, struct tg_instrument *i, struct tg_order *o, u32 handle)
{
	tg_l3_mark(tg_l3_of(e, i), handle, true);
	o->own.handle = handle;
	o->own.traded = 0;
	o->own.since_ns = e->time_ns;
	i->book.own_unseen--;
}

void tg_own_seen(struct tg_engine *e, struct tg_instrument *i, u32 handle, const u8 *id, u32 len)
{
	struct tg_order *o;
	u32 side, n;

	for (side = 0; side < 2 && i->book.own_unseen; side++) {
		for (n = i->book.own_head[side]; n; n = o->own.next) {
			o = at(e, n);
			if (o->own.handle || venue_id_len(o) != len ||
			    memcmp(o->venue_order_id, id, len))
				continue;
			found(e, i, o, handle);
			return;
		}
	}
}

static void look_up(struct tg_engine *e, struct tg_instrument *i, struct tg_order *o)
{
	u32 len = venue_id_len(o), handle;

	handle = len ? tg_l3_find(tg_l3_of(e, i), (const u8 *)o->venue_order_id, len) : 0;
	if (handle)
		found(e, i, o, handle);
}

void tg_own_cleared(struct tg_engine *e, struct tg_instrument *i)
{
	struct tg_order *o;
	u32 side, n;

	for (side = 0; side < 2; side++) {
		for (n = i->book.own_head[side]; n; n = o->own.next) {
			o = at(e, n);
			o->own.handle = 0;
		}
	}
	i->book.own_unseen = i->book.own_orders;
}

void tg_own_reloaded(struct tg_engine *e, struct tg_instrument *i)
{
	struct tg_order *o;
	u32 side, n;

	for (side = 0; side < 2; side++) {
		for (n = i->book.own_head[side]; n; n = o->own.next) {
			o = at(e, n);
			total_now(e, o, tg_l2_at(tg_l2_of(e, i), side, o->own.px));
			if (i->book.has & TG_BOOK_HAS_L3)
				look_up(e, i, o);
		}
	}
}

/* ---- the list ---- */

/* Rests at the venue, as far as the venue has told. */
static bool resting(const struct tg_order *o)
{
	return o->working && o->ord_type == TG_ORD_LIMIT && o->tif != TG_TIF_IOC &&
	       o->tif != TG_TIF_FOK && o->qty > o->cum_qty &&
	       (o->prior_status == TG_OS_NEW || o->prior_status == TG_OS_PARTIALLY_FILLED);
}

static void link(struct tg_engine *e, struct tg_instrument *i, struct tg_order *o, s64 px, s64 qty)
{
	struct tg_book_part *k = &i->book;
	u32 side = side_of(o), self = slot_of(o) + 1, prev = 0, next;
	struct tg_own *w = &o->own;

	memset(w, 0, sizeof(*w));
	w->in = 1;
	w->px = px;
	w->qty = qty;
	w->level = tg_l2_at(tg_l2_of(e, i), side, px);
	w->since_ns = e->time_ns;
	for (next = k->own_head[side]; next && !better(side, w->px, at(e, next)->own.px);
	     next = at(e, next)->own.next)
		prev = next;
	w->prev = prev;
	w->next = next;
	*(prev ? &at(e, prev)->own.next : &k->own_head[side]) = self;
	if (next)
		at(e, next)->own.prev = self;
	k->own_prices[side] |= price_bit(w->px);
	k->own_orders++;
	k->has |= TG_BOOK_HAS_OWN;
	if (k->has & TG_BOOK_HAS_L3) {
		k->own_unseen++;
		look_up(e, i, o);
	}
}

static void unlink(struct tg_engine *e, struct tg_instrument *i, struct tg_order *o)
{
	struct tg_book_part *k = &i->book;
	struct tg_own *w = &o->own;
	u32 side = side_of(o), n;

	if (w->handle)
		tg_l3_mark(tg_l3_of(e, i), w->handle, false);
	else if (k->has & TG_BOOK_HAS_L3)
		k->own_unseen--;
	*(w->prev ? &at(e, w->prev)->own.next : &k->own_head[side]) = w->next;
	if (w->next)
		at(e, w->next)->own.prev = w->prev;
	memset(w, 0, sizeof(*w));
	k->own_prices[side] = 0;
	for (n = k->own_head[side]; n; n = at(e, n)->own.next)
		k->own_prices[side] |= price_bit(at(e, n)->own.px);
	if (!--k->own_orders)
		k->has &= ~TG_BOOK_HAS_OWN;
}

/* The one in the list with this handle. */
static struct tg_order *by_handle(const struct tg_engine *e, const struct tg_instrument *i,
				  u32 handle)
{
	struct tg_order *o;
	u32 side, n;

	for (side = 0; side < 2; side++) {
		for (n = i->book.own_head[side]; n; n = o->own.next) {
			o = at(e, n);
			if (o->own.handle == handle)
				return o;
		}
	}
	return NULL;
}

void tg_own_moved(struct tg_engine *e, struct tg_instrument *i, u32 handle, s64 px, s64 qty)
{
	struct tg_order *o = by_handle(e, i, handle);

	if (!o)
		return;
	unlink(e, i, o);
	link(e, i, o, px, qty);
}

void tg_own_unseen(struct tg_engine *e, struct tg_instrument *i, u32 handle)
{
	struct tg_order *o = by_handle(e, i, handle);

	if (!o)
		return;
	o->own.handle = 0;
	i->book.own_unseen++;
}

/* The order in the book is not the one that the venue speaks of now: a replace gave it a new id. */
static bool renamed(const struct tg_engine *e, const struct tg_instrument *i,
		    const struct tg_order *o)
{
	const struct tg_l3_order *l;
	u32 len = venue_id_len(o);

	if (!o->own.handle)
		return false;
	l = tg_l3_order(tg_l3_of(e, i), o->own.handle);
	return !l || tg_l3_id_len(l) != len || memcmp(l->id, o->venue_order_id, len);
}

bool tg_own_order(struct tg_engine *e, struct tg_instrument *i, struct tg_order *o)
{
	struct tg_own *w = &o->own;
	s64 left = o->qty - o->cum_qty;

	/* Nobody knows; what was in the book is taken to be there still, and ours. */
	if (o->working && o->prior_status == TG_OS_SUSPECT)
		return false;
	if (!resting(o)) {
		if (!w->in)
			return false;
		unlink(e, i, o);
		return true;
	}
	/* Another price, or more of it, is a new place in the queue. */
	if (w->in && w->px == o->px && left <= w->qty && !renamed(e, i, o)) {
		if (w->qty == left)
			return false;
		w->qty = left;
		return true;
	}
	if (w->in)
		unlink(e, i, o);
	link(e, i, o, o->px, left);
	return true;
}

void tg_own_gone(struct tg_engine *e, struct tg_order *o)
{
	struct tg_instrument *i = tg_instrument(e, o->instrument_id);

	if (o->own.in && i)
		unlink(e, i, o);
}

void tg_own_latency(struct tg_engine *e, u16 venue_id, u64 ns)
{
	u64 *mean = &e->ack_latency_ns[venue_id];

	if (!*mean)
		*mean = ns;
	else
		*mean = *mean - (*mean >> LATENCY_SHIFT) + (ns >> LATENCY_SHIFT);
}

/* ---- what is asked ---- */

/* What of the order the level shows. */
static s64 shown(const struct tg_engine *e, const struct tg_instrument *i, const struct tg_order *o)
{
	if (i->book.has & TG_BOOK_HAS_L3)
		return o->own.handle ? tg_l3_order(tg_l3_of(e, i), o->own.handle)->qty : 0;
	return o->own.qty;
}

s64 tg_own_external(const struct tg_engine *e, const struct tg_instrument *i, u32 side, s64 px,
		    s64 qty)
{
	const struct tg_order *o;
	u32 n;

	if (likely(!(i->book.own_prices[side] & price_bit(px))))
		return qty;
	for (n = i->book.own_head[side]; n; n = o->own.next) {
		o = at(e, n);
		if (o->own.px == px)
			qty -= shown(e, i, o);
		else if (!better(side, o->own.px, px))
			break;
		if (qty <= 0)
			return 0;
	}
	return qty;
}

static void place_l3(const struct tg_engine *e, const struct tg_instrument *i,
		     const struct tg_order *o, u32 *walk, struct tg_own_place *out)
{
	const struct tg_l3 *b = tg_l3_of(e, i);
	const struct tg_l3_order *own = tg_l3_order(b, o->own.handle), *l;
	s64 others = tg_own_external(e, i, side_of(o), o->own.px, tg_l3_level_of(b, own)->qty);
	u32 h;

	out->flags = TG_QUEUE_KNOWN;
	for (h = tg_l3_prev(b, o->own.handle); h && *walk; h = tg_l3_prev(b, h), --*walk) {
		l = tg_l3_order(b, h);
		if (l->meta & TG_L3_MARKED)
			continue;	/* ours too */
		out->ahead += l->qty;
		out->orders_ahead++;
	}
	if (h) {
		/* Too long a queue for this time: all others may be ahead. */
		out->ahead = others;
		out->orders_ahead = 0;
		return;
	}
	out->flags |= TG_QUEUE_EXACT;
	out->behind = others > out->ahead ? others - out->ahead : 0;
}

static void place_l2(const struct tg_engine *e, const struct tg_order *o, struct tg_own_place *out)
{
	const struct tg_own *w = &o->own;
	u64 gone = w->traded < w->fallen ? w->traded : w->fallen;

	if (!w->known) {
		out->ahead = w->level;
		if (!settled(e, o))
			return;
		out->ahead -= least_qty(o);
	} else {
		out->ahead = w->ahead;
		if (gone >= (u64)w->base)
			out->ahead = 0;
		else if (w->base - (s64)gone < out->ahead)
			out->ahead = w->base - (s64)gone;
		if (w->level - w->qty > out->ahead)
			out->behind = w->level - w->qty - out->ahead;
	}
	out->flags = TG_QUEUE_KNOWN;
}

static void estimate(const struct tg_engine *e, const struct tg_order *o, struct tg_own_place *out)
{
	u64 traded = o->own.traded < (u64)TG_PX_MAX ? o->own.traded : (u64)TG_PX_MAX;
	u64 latency = e->ack_latency_ns[o->venue_id], age = e->time_ns - o->own.since_ns;
	u64 need, v;

	out->ahead_adjusted = out->ahead;
	if (!traded)
		return;
	if (__builtin_add_overflow((u64)out->ahead + (u64)o->own.qty, traded, &need))
		need = ~0ULL;
	if (tg_muldiv_u64(traded, 1000000, need, &v))
		out->fill_ppm = (u32)v;
	/* At the pace of before; nothing is known of a pace until some time has gone by. */
	if (!age)
		return;
	if (!tg_muldiv_u64(traded, latency, age, &v) || v >= (u64)out->ahead)
		out->ahead_adjusted = 0;
	else
		out->ahead_adjusted = out->ahead - (s64)v;
}

void tg_own_place(const struct tg_engine *e, const struct tg_instrument *i,
		  const struct tg_order *o, u32 *walk, struct tg_own_place *out)
{
	memset(out, 0, sizeof(*out));
	if (o->own.handle)
		place_l3(e, i, o, walk, out);
	else if (i->book.has & TG_BOOK_HAS_L3)
		out->ahead = o->own.level;
	else
		place_l2(e, o, out);
	estimate(e, o, out);
}

/* ---- image and request ---- */

static void external_best(const struct tg_engine *e, const struct tg_instrument *i, u32 side,
			  struct tg_level *out)
{
	struct tg_level l;
	u32 depth;

	/* Ends: at most as many levels as orders of ours are nobody else's. */
	for (depth = 0; tg_l2_level(tg_l2_of(e, i), side, depth, &l); depth++) {
		l.qty = tg_own_external(e, i, side, l.px, l.qty);
		if (l.qty) {
			*out = l;
			return;
		}
	}
	out->px = TG_PX_NONE;
	out->qty = 0;
}

static u64 distance(u32 side, s64 best, s64 px)
{
	return side == TG_BID ? (u64)best - (u64)px : (u64)px - (u64)best;
}

void tg_own_image(const struct tg_engine *e, const struct tg_instrument *i,
		  struct tg_book_image *out)
{
	u32 next[2] = { i->book.own_head[TG_BID], i->book.own_head[TG_ASK] };
	u32 walk = TG_OWN_WALK_IMAGE, n, side, was = out->own_orders;
	struct tg_level best[2];

	external_best(e, i, TG_BID, &out->external_bid);
	external_best(e, i, TG_ASK, &out->external_ask);
	tg_l2_best(tg_l2_of(e, i), &best[TG_BID], &best[TG_ASK]);
	for (n = 0; n < TG_IMAGE_OWN && (next[TG_BID] || next[TG_ASK]); n++) {
		struct tg_image_own *own = &out->own[n];
		const struct tg_order *o;
		struct tg_own_place p;

		/* The nearest to the best of its side first. */
		side = next[TG_BID] ? TG_BID : TG_ASK;
		if (next[TG_BID] && next[TG_ASK] &&
		    distance(TG_ASK, best[TG_ASK].px, at(e, next[TG_ASK])->own.px) <
			    distance(TG_BID, best[TG_BID].px, at(e, next[TG_BID])->own.px))
			side = TG_ASK;
		o = at(e, next[side]);
		next[side] = o->own.next;
		tg_own_place(e, i, o, &walk, &p);
		own->order_id = o->order_id;
		own->px = o->own.px;
		own->leaves_qty = o->own.qty;
		own->ahead_qty = p.ahead;
		own->behind_qty = p.behind;
		own->fill_ppm = p.fill_ppm;
		own->side = (u8)side;
		own->flags = (u8)p.flags;
		own->client_id = tg_order_owner(e, o);
	}
	out->own_orders = (u16)n;
	if (n < was)
		memset(out->own + n, 0, (was - n) * sizeof(out->own[0]));
}

static bool may_ask(const struct tg_engine *e, u16 client_id, const struct tg_order *o)
{
	u16 owner = tg_order_owner(e, o);

	return owner == client_id || (!owner && tg_client_sees(e, client_id, o->account_id));
}

enum tg_reason tg_own_queue(struct tg_engine *e, u16 client_id, const struct tg_submission *s,
			    struct tg_outbox *ob)
{
	struct tg_order *o = tg_order_find(e, s->order_id, 0);
	u32 walk = TG_OWN_WALK;
	struct tg_priv_event *ev;
	struct tg_own_place p;

	tg_cc(e, TG_CC_QUEUE_REQUESTS);
	if (!o || o->order_id != s->order_id || !may_ask(e, client_id, o)) {
		tg_order_verdict(e, client_id, s, TG_REASON_BAD_ORDER, ob);
		return TG_REASON_BAD_ORDER;
	}
	if (!o->own.in) {
		tg_order_verdict(e, client_id, s, TG_REASON_ORDER_STATE, ob);
		return TG_REASON_ORDER_STATE;
	}
	tg_own_place(e, tg_instrument(e, o->instrument_id), o, &walk, &p);
	ev = tg_priv(e, ob, client_id, TG_PRIV_QUEUE, o->instrument_id, 0);
	if (!ev)
		return TG_REASON_NO_OUTBOX;
	ev->u.queue.order_id = o->order_id;
	ev->u.queue.user_ref = s->user_ref;
	ev->u.queue.px = o->own.px;
	ev->u.queue.leaves_qty = o->own.qty;
	ev->u.queue.ahead_qty = p.ahead;
	ev->u.queue.behind_qty = p.behind;
	ev->u.queue.ahead_adjusted_qty = p.ahead_adjusted;
	ev->u.queue.orders_ahead = p.orders_ahead;
	ev->u.queue.fill_ppm = p.fill_ppm;
	ev->u.queue.flags = p.flags;
	ev->u.queue.latency_ns = e->ack_latency_ns[o->venue_id];
	return TG_REASON_OK;
}
