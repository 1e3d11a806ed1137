// SPDX-License-Identifier: GPL-2.0 OR MIT
/* The facade over an instrument's books, and their image: see book.h. */
#include "state.h"

bool tg_book_accepts(const struct tg_engine *e, const struct tg_in_instrument *def)
{
	if ((def->flags & TG_INSTRUMENT_L3) && e->l3_used >= e->params.l3_books)
		return false;
	return !def->product_id || tg_product_has_room(e, def->product_id);
}

void tg_book_init(struct tg_engine *e, struct tg_instrument *i)
{
	struct tg_book_part *k = &i->book;

	memset(k, 0, sizeof(*k));
	k->top[TG_BID].px = TG_PX_NONE;
	k->top[TG_ASK].px = TG_PX_NONE;
	tg_l2_init(tg_l2_of(e, i), e->params.book_levels);
	if (i->def.flags & TG_INSTRUMENT_L3) {
		u64 bytes = tg_l3_bytes(e->params.l3_orders, e->params.book_levels);

		k->has |= TG_BOOK_HAS_L3;
		k->l3_off = e->off_l3 + bytes * e->l3_used++;
		/* The digest holds the times of all records so far: no venue can know it. */
		tg_l3_init(tg_l3_of(e, i), e->params.l3_orders, e->params.book_levels,
			   tg_mix(e->digest, i->def.instrument_id));
	}
	if (i->def.product_id)
		tg_product_join(e, i);
}

void tg_book_count(struct tg_engine *e, u32 l2_result)
{
	if (l2_result & TG_L2_UNKNOWN_DELETE)
		tg_cc(e, TG_CC_BOOK_UNKNOWN_DELETE);
	else if (l2_result & TG_L2_EVICTED)
		tg_cc(e, TG_CC_BOOK_EVICTED);
}

/* ---- order books ---- */

static void order_event(struct tg_engine *e, struct tg_instrument *i, u8 action, u8 side, s64 px,
			s64 qty, u32 handle, u16 flags, struct tg_pub_event **last,
			struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_ORDER, i->def.instrument_id, flags);

	if (!ev)
		return;
	ev->u.order.px = px;
	ev->u.order.qty = qty;
	ev->u.order.handle = handle;
	ev->u.order.side = side;
	ev->u.order.action = action;
	*last = ev;
}

static void level_event(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty,
			u64 update_id, u16 flags, struct tg_pub_event **last, struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_LEVEL, i->def.instrument_id, flags);

	if (!ev)
		return;
	ev->u.level.px = px;
	ev->u.level.qty = qty;
	ev->u.level.update_id = update_id;
	ev->u.level.side = side;
	*last = ev;
}

/* The levels that a change of the order book touched: into the L2 book, and out. */
static void derive(struct tg_engine *e, struct tg_instrument *i, const struct tg_l3_out *out,
		   u64 update_id, struct tg_pub_event **last, struct tg_outbox *ob)
{
	u32 n;

	for (n = 0; n < out->touched; n++) {
		const struct tg_l3_touch *t = &out->level[n];

		/* It has as many levels as the order book may have: none is ever pushed out. */
		tg_book_set(e, i, out->side, t->px, t->qty, ob);
		level_event(e, i, out->side, t->px, t->qty, update_id, 0, last, ob);
	}
}

static u32 failed(struct tg_engine *e, u32 res, u32 id_len)
{
	if (res & TG_L3_UNKNOWN) {
		tg_cc(e, TG_CC_L3_UNKNOWN_ORDER);
	} else if ((res & TG_L3_REFUSED) && (!id_len || id_len > TG_L3_ID_MAX)) {
		tg_cc(e, TG_CC_L3_BAD_ID);
	} else {
		/* Also a price or total that no book of ours can hold: the venue has it, we do not. */
		tg_cc(e, TG_CC_L3_FULL);
		res |= TG_L3_FULL;
	}
	return res;
}

static u32 add_order(struct tg_l3 *b, u8 side, s64 px, s64 qty, const u8 *id, u32 id_len,
		     u64 sort_ns, struct tg_l3_out *out)
{
	if (sort_ns)
		return tg_l3_add_key(b, side, px, qty, id, id_len, sort_ns, out);
	return tg_l3_add(b, side, px, qty, id, id_len, out);
}

u32 tg_book_order(struct tg_engine *e, struct tg_instrument *i, u8 action, u8 side, s64 px, s64 qty,
		  const u8 *id, u32 id_len, u64 sort_ns, u64 update_id,
		  struct tg_pub_event **last, struct tg_outbox *ob)
{
	struct tg_l3 *b = tg_l3_of(e, i);
	struct tg_l3_out out;
	u32 res;

	if (unlikely(!b))
		return TG_L3_REFUSED;
	tg_cc(e, TG_CC_MD_ENTRIES);
	switch (action) {
	case TG_MD_NEW:
		res = add_order(b, side, px, qty, id, id_len, sort_ns, &out);
		if (likely(!(res & TG_L3_DUPLICATE)))
			break;
		/* What the venue says last holds: the order of before goes. */
		tg_cc(e, TG_CC_L3_DUPLICATE_ORDER);
		tg_l3_delete(b, id, id_len, &out);
		if (out.mark)
			tg_own_unseen(e, i, out.handle);
		derive(e, i, &out, update_id, last, ob);
		res = add_order(b, side, px, qty, id, id_len, sort_ns, &out);
		break;
	case TG_MD_CHANGE:
		res = tg_l3_change(b, px, qty, id, id_len, TG_L3_PRIORITY_USUAL, &out);
		break;
	case TG_MD_DELETE:
		res = tg_l3_delete(b, id, id_len, &out);
		break;
	case TG_MD_EXECUTE:
		res = tg_l3_reduce(b, qty, id, id_len, &out);
		break;
	default:
		return TG_L3_REFUSED;
	}
	if (unlikely(res & TG_L3_FAILED))
		return failed(e, res, id_len);
	if (unlikely(i->book.has & TG_BOOK_HAS_OWN)) {
		if (res & TG_L3_ADDED)
			tg_own_seen(e, i, out.handle, id, id_len);
		else if ((res & TG_L3_DELETED) && out.mark)
			tg_own_unseen(e, i, out.handle);
		else if (out.touched == 2 && out.mark)
			tg_own_moved(e, i, out.handle, out.level[1].px, out.qty);
	}
	order_event(e, i, action, out.side, out.level[out.touched - 1].px, out.qty, out.handle, 0,
		    last, ob);
	derive(e, i, &out, update_id, last, ob);
	return res;
}

/* ---- snapshots ---- */

void tg_book_clear(struct tg_engine *e, struct tg_instrument *i)
{
	tg_l2_clear(tg_l2_of(e, i));
	i->book.l3_full = 0;
	if (i->book.has & TG_BOOK_HAS_L3) {
		tg_own_cleared(e, i);
		tg_l3_clear(tg_l3_of(e, i));
	}
}

u32 tg_book_load(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty)
{
	u32 res = tg_l2_load(tg_l2_of(e, i), side, px, qty);

	tg_book_count(e, res);
	return res;
}

u32 tg_book_order_load(struct tg_engine *e, struct tg_instrument *i, u8 side, s64 px, s64 qty,
		       const u8 *id, u32 id_len, u64 sort_ns, struct tg_pub_event **last,
		       struct tg_outbox *ob)
{
	struct tg_l3 *b = tg_l3_of(e, i);
	u32 res;

	if (unlikely(!b))
		return TG_L3_REFUSED;
	tg_cc(e, TG_CC_MD_ENTRIES);
	res = tg_l3_load(b, side, px, qty, id, id_len, sort_ns);
	if (unlikely(res & TG_L3_DUPLICATE)) {
		tg_cc(e, TG_CC_L3_DUPLICATE_ORDER);
		return res;
	}
	if (unlikely(res & TG_L3_FAILED)) {
		res = failed(e, res, id_len);
		if (res & TG_BOOK_LOST)
			i->book.l3_full = 1;
		return res;
	}
	order_event(e, i, TG_MD_NEW, side, px, qty, tg_l3_find(b, id, id_len), TG_EV_SNAPSHOT, last,
		    ob);
	return res;
}

bool tg_book_load_end(struct tg_engine *e, struct tg_instrument *i, u64 update_id,
		      struct tg_pub_event **last, struct tg_outbox *ob)
{
	struct tg_l2 *l2 = tg_l2_of(e, i);

	if (i->book.has & TG_BOOK_HAS_L3) {
		struct tg_l3 *b = tg_l3_of(e, i);
		const struct tg_l3_level *l;
		u32 side, n;

		tg_l3_load_end(b);
		for (side = 0; side < 2; side++) {
			for (n = 0; (l = tg_l3_level(b, side, n)); n++) {
				tg_l2_load(l2, side, l->px, l->qty);
				level_event(e, i, (u8)side, l->px, l->qty, update_id,
					    TG_EV_SNAPSHOT, last, ob);
			}
		}
	}
	tg_l2_load_end(l2);
	if (i->book.has & TG_BOOK_HAS_OWN)
		tg_own_reloaded(e, i);
	return !i->book.l3_full;
}

/* ---- a message is complete ---- */

static __attribute__((__noinline__)) void top_event(struct tg_engine *e, struct tg_instrument *i,
						     const struct tg_level *bid,
						     const struct tg_level *ask,
						     struct tg_outbox *ob)
{
	struct tg_pub_event *ev = tg_pub(e, ob, TG_PUB_TOP, i->def.instrument_id, TG_EV_LAST);

	i->book.top[TG_BID] = *bid;
	i->book.top[TG_ASK] = *ask;
	if (!ev)
		return;
	ev->u.top.bid_px = bid->px;
	ev->u.top.bid_qty = bid->qty;
	ev->u.top.ask_px = ask->px;
	ev->u.top.ask_qty = ask->qty;
}

static bool differs(const struct tg_level *a, const struct tg_level *b)
{
	return ((a->px ^ b->px) | (a->qty ^ b->qty)) != 0;
}

static u32 crossed(const struct tg_level *bid, const struct tg_level *ask)
{
	/* No bid is below every ask; no ask has to be asked for. */
	if (likely(ask->px == TG_PX_NONE || bid->px < ask->px))
		return 0;
	return bid->px > ask->px ? TG_BOOK_CROSSED : TG_BOOK_LOCKED;
}

u32 tg_book_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	struct tg_level bid, ask;
	u32 res;

	tg_book_dirty(e, i, ob);
	tg_l2_best(tg_l2_of(e, i), &bid, &ask);
	if (unlikely(differs(&bid, &i->book.top[TG_BID]) || differs(&ask, &i->book.top[TG_ASK])))
		top_event(e, i, &bid, &ask, ob);
	if (unlikely(i->book.has & TG_BOOK_HAS_PRODUCT))
		tg_product_settled(e, i, ob);
	res = crossed(&bid, &ask);
	if (unlikely(res)) {
		tg_cc(e, TG_CC_BOOK_CROSSED);
		if (res == TG_BOOK_LOCKED)
			tg_cc(e, TG_CC_BOOK_LOCKED);
	}
	return res;
}

void tg_book_state(struct tg_engine *e, struct tg_instrument *i, u8 previous, struct tg_outbox *ob)
{
	(void)previous;
	tg_book_dirty(e, i, ob);
	if (i->book.has & TG_BOOK_HAS_PRODUCT)
		tg_product_settled(e, i, ob);
}

void tg_book_order_own(struct tg_engine *e, struct tg_order *o, struct tg_outbox *ob)
{
	struct tg_instrument *i = tg_instrument(e, o->instrument_id);

	if (i && tg_own_order(e, i, o))
		tg_book_dirty(e, i, ob);
}

/* ---- the image ---- */

/* num / den of part, both halved until the product fits: exact but for what does not matter. */
static u64 share(u64 part, u64 num, u64 den)
{
	u32 bits = 128 - (u32)(part ? __builtin_clzll(part) : 64) -
		   (u32)(den ? __builtin_clzll(den) : 64);

	if (unlikely(bits > 63)) {
		num >>= bits - 63;
		den >>= bits - 63;
	}
	return den ? part * num / den : 0;
}

static void derived(struct tg_book_image *out)
{
	const struct tg_level *bid = &out->bid[0], *ask = &out->ask[0];
	u64 bids = 0, asks = 0, total;
	u32 n;

	out->mid_px = TG_PX_NONE;
	out->micro_px = TG_PX_NONE;
	out->spread_px = 0;
	out->crossed = 0;
	/* Sixteen quantities of up to 2^63: the lowest bits of each do not show in a millionth. */
	for (n = 0; n < out->bid_levels; n++)
		bids += (u64)out->bid[n].qty >> 5;
	for (n = 0; n < out->ask_levels; n++)
		asks += (u64)out->ask[n].qty >> 5;
	if (unlikely(bids + asks < 1u << 20)) {
		for (n = 0, bids = 0; n < out->bid_levels; n++)
			bids += (u64)out->bid[n].qty;
		for (n = 0, asks = 0; n < out->ask_levels; n++)
			asks += (u64)out->ask[n].qty;
	}
	total = bids + asks;
	out->imbalance_ppm = bids >= asks ? (s32)share(1000000, bids - asks, total) :
					    -(s32)share(1000000, asks - bids, total);
	if (unlikely(!out->bid_levels || !out->ask_levels))
		return;
	/* Halved one by one, with the carry of the two odd halves: the sum can overflow. */
	out->mid_px = (bid->px >> 1) + (ask->px >> 1) + (bid->px & ask->px & 1);
	if (unlikely(bid->px >= ask->px)) {
		out->crossed = bid->px > ask->px ? TG_BOOK_CROSSED : TG_BOOK_LOCKED;
		if (__builtin_sub_overflow(ask->px, bid->px, &out->spread_px))
			out->spread_px = -TG_PX_MAX;
		out->micro_px = out->mid_px;
		return;
	}
	if (unlikely(__builtin_sub_overflow(ask->px, bid->px, &out->spread_px)))
		out->spread_px = TG_PX_MAX;
	/* The more is bid, the nearer to the ask. */
	out->micro_px = bid->px + (s64)share((u64)out->spread_px, (u64)bid->qty,
					     (u64)bid->qty + (u64)ask->qty);
}

/* was: how many out holds from before. */
static u16 levels(const struct tg_l2 *b, u32 side, struct tg_level *out, u32 was)
{
	const s64 *k = tg_l2_keys(b, side);
	u32 have = b->n[side], n, count = have < TG_IMAGE_LEVELS ? have : TG_IMAGE_LEVELS;
	s64 m = -(s64)side;

	k += have;
	for (n = 0; n < count; n++) {
		k--;
		out[n].px = (*k ^ m) - m;	/* ask keys are negated prices */
		out[n].qty = k[b->stride];
	}
	if (unlikely(n < was))
		memset(out + n, 0, (was - n) * sizeof(*out));
	return (u16)count;
}

void tg_book_image(const struct tg_engine *e, const struct tg_instrument *i,
		   struct tg_book_image *out)
{
	const struct tg_l2 *b = tg_l2_of(e, i);

	/* Not cleared first, here or in what is copied from it: this is on the packet's path. */
	out->seqcount = 0;
	out->instrument_id = i->def.instrument_id;
	out->state = i->state;
	out->time_ns = i->changed_ns;
	out->record_seq = i->changed_seq;
	out->update_id = i->update_id;
	out->trading_status = i->trading_status;
	out->last_px = i->last_px;
	out->last_qty = i->last_qty;
	out->flags = i->book.has & TG_BOOK_HAS_L3 ? TG_IMAGE_L3 : 0;
	out->bid_levels = levels(b, TG_BID, out->bid, out->bid_levels);
	out->ask_levels = levels(b, TG_ASK, out->ask, out->ask_levels);
	derived(out);
	if (unlikely(i->book.has & TG_BOOK_HAS_OWN)) {
		tg_own_image(e, i, out);
		return;
	}
	tg_l2_best(b, &out->external_bid, &out->external_ask);
	if (unlikely(out->own_orders)) {
		memset(out->own, 0, out->own_orders * sizeof(out->own[0]));
		out->own_orders = 0;
	}
}
