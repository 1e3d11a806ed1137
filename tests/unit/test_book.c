// SPDX-License-Identifier: MIT
/*
 * The facade over an instrument's books: what an order book makes of the levels, the events that
 * tell of it, the image, and the room that all of it needs in the outbox.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <tickgate/ring.h>
#include "mdkit.h"

#define PRICES	24u
#define ORDERS	200u

static u64 rng_state;

static u32 pick(u32 n)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (u32)((rng_state * 2685821657736338717ULL >> 32) * n >> 32);
}

static struct kit *new_kit(u32 orders, u32 levels)
{
	struct tg_in_engine p = { .max_instruments = 40,
				  .max_venues = 2,
				  .max_feeds = 2,
				  .max_accounts = 2,
				  .max_clients = 2,
				  .max_orders = 16,
				  .max_limits = 16,
				  .exec_ids = 64,
				  .book_levels = levels,
				  .md_pending = 16,
				  .l3_books = 1,
				  .l3_orders = orders,
				  .max_products = 1 };

	return kit_new_params(&p, 0);
}

static enum tg_reason configure(struct kit *k, u32 id, u16 flags, u16 product)
{
	struct tg_in_instrument i = { .instrument_id = id,
				      .venue_id = KIT_VENUE,
				      .flags = flags,
				      .tick = 1,
				      .lot = 1,
				      .product_id = product };

	snprintf(i.symbol, sizeof(i.symbol), "%c%c", 'A' + (int)(id / 20), 'A' + (int)(id % 20));
	return kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i));
}

/* ---- an order book's levels, three ways ---- */

struct ref_order { bool in; u32 side, px; s64 qty; };

static s64 ref_total(const struct ref_order *o, u32 side, u32 px)
{
	s64 sum = 0;
	u32 n;

	for (n = 0; n < ORDERS; n++)
		if (o[n].in && o[n].side == side && o[n].px == px)
			sum += o[n].qty;
	return sum;
}

static void derived_levels(void **state)
{
	static struct ref_order o[ORDERS];
	struct { s64 qty[2][PRICES]; } heard = { 0 };
	struct tg_level top[2] = { { .px = TG_PX_NONE }, { .px = TG_PX_NONE } };
	struct kit *k = new_kit(ORDERS, PRICES);
	struct tg_instrument *i;
	u32 step, side, px;

	(void)state;
	assert_int_equal(configure(k, 1, TG_INSTRUMENT_L3, 0), TG_REASON_OK);
	i = kit_i(k, 1);
	rng_state = 88172645463325252ULL;
	for (step = 0; step < 20000; step++) {
		u32 n = pick(ORDERS), len, nth, res, orders = 0;
		u8 action = (u8)pick(4), s = (u8)pick(2);
		struct tg_pub_event *last = NULL;
		const struct tg_pub_event *ev;
		s64 qty = 1 + pick(50), at = 1 + pick(PRICES - 1);
		struct ref_order was = o[n];
		char id[16];

		len = (u32)snprintf(id, sizeof(id), "id-%u", n);
		k->ob.len = 0;
		res = tg_book_order(k->e, i, action, s, action == TG_MD_CHANGE && pick(2) ?
				    TG_PX_NONE : at, qty, (const u8 *)id, len, 0, step, &last,
				    &k->ob);
		if (!was.in && action != TG_MD_NEW) {
			assert_int_equal(res, TG_L3_UNKNOWN);
			assert_int_equal(k->ob.len, 0);
			continue;
		}
		assert_false(res & TG_L3_FAILED);
		ev = kit_pub(k, TG_PUB_ORDER, 0);
		assert_non_null(ev);
		assert_int_equal(ev->u.order.action, action);
		switch (action) {
		case TG_MD_NEW:	/* also again: what was told last holds */
			o[n] = (struct ref_order){ true, s, (u32)at, qty };
			break;
		case TG_MD_CHANGE:
			o[n].qty = qty;
			o[n].px = (u32)ev->u.order.px;
			assert_true(o[n].px == was.px || o[n].px == at);
			break;
		case TG_MD_DELETE:
			o[n].in = false;
			break;
		case TG_MD_EXECUTE:
			o[n].qty -= qty;
			o[n].in = o[n].qty > 0;
			break;
		}
		assert_int_equal(ev->u.order.side, o[n].side);
		assert_true(ev->u.order.qty == (o[n].in ? o[n].qty : 0));
		assert_true(kit_count(k, TG_PUB_LEVEL) <= 2);
		orders = kit_count(k, 0);
		assert_ptr_equal(last, kit_pub(k, 0, orders - 1));
		for (nth = 0; (ev = kit_pub(k, TG_PUB_LEVEL, nth)); nth++) {
			assert_int_equal(ev->u.level.update_id, step);
			heard.qty[ev->u.level.side][ev->u.level.px] = ev->u.level.qty;
		}
		/* What was heard, what the L2 book has, what the orders sum up to. */
		for (side = 0; side < 2; side++)
			for (px = 1; px < PRICES; px++) {
				s64 sum = ref_total(o, side, px);

				assert_true(heard.qty[side][px] == sum);
				assert_true(tg_l2_at(tg_l2_of(k->e, i), side, px) == sum);
			}
		k->ob.len = 0;
		tg_book_settled(k->e, i, &k->ob);
		ev = kit_pub(k, TG_PUB_TOP, 0);
		if (ev) {
			top[TG_BID] = (struct tg_level){ ev->u.top.bid_px, ev->u.top.bid_qty };
			top[TG_ASK] = (struct tg_level){ ev->u.top.ask_px, ev->u.top.ask_qty };
		}
		for (side = 0; side < 2; side++) {
			struct tg_level best = { .px = TG_PX_NONE };

			tg_l2_level(tg_l2_of(k->e, i), side, 0, &best);
			assert_true(best.px == top[side].px && best.qty == top[side].qty);
		}
	}
	assert_true(kit_cc(k, TG_CC_L3_DUPLICATE_ORDER) > 100);
	assert_true(kit_cc(k, TG_CC_L3_UNKNOWN_ORDER) > 100);
	kit_free(k);
}

static void snapshots_and_capacity(void **state)
{
	struct kit *k = new_kit(4, 4);
	struct tg_pub_event *last = NULL;
	struct tg_instrument *i;
	char id[8];
	u32 n;

	(void)state;
	assert_int_equal(configure(k, 1, TG_INSTRUMENT_L3, 0), TG_REASON_OK);
	/* There is one order book. */
	assert_int_equal(configure(k, 2, TG_INSTRUMENT_L3, 0), TG_REASON_CONFIG);
	assert_int_equal(configure(k, 2, 0, 0), TG_REASON_OK);
	i = kit_i(k, 1);
	assert_int_equal(tg_book_order(k->e, kit_i(k, 2), TG_MD_NEW, TG_BID, 1, 1, (const u8 *)"a",
				       1, 0, 1, &last, &k->ob), TG_L3_REFUSED);
	k->ob.len = 0;
	tg_book_clear(k->e, i);
	for (n = 0; n < 4; n++) {
		snprintf(id, sizeof(id), "%u", n);
		assert_false(tg_book_order_load(k->e, i, n & 1, 10 + n / 2, 5, (const u8 *)id, 1, 0,
						&last, &k->ob) & TG_L3_FAILED);
	}
	assert_true(tg_book_load_end(k->e, i, 9, &last, &k->ob));
	assert_int_equal(kit_count(k, TG_PUB_ORDER), 4);
	assert_int_equal(kit_count(k, TG_PUB_LEVEL), 4);
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, TG_EV_SNAPSHOT);
	assert_true(kit_pub(k, TG_PUB_LEVEL, 0)->u.level.px == 11);	/* the best bid first */
	assert_ptr_equal(last, kit_pub(k, TG_PUB_LEVEL, 3));
	assert_true(tg_l2_at(tg_l2_of(k->e, i), TG_BID, 10) == 5);
	/* Full: nothing changes, and the caller is told that the book is lost. */
	k->ob.len = 0;
	assert_true(tg_book_order(k->e, i, TG_MD_NEW, TG_BID, 12, 1, (const u8 *)"x", 1, 0, 10,
				  &last, &k->ob) & TG_BOOK_LOST);
	assert_int_equal(k->ob.len, 0);
	assert_int_equal(kit_cc(k, TG_CC_L3_FULL), 1);
	assert_int_equal(tg_book_order(k->e, i, TG_MD_NEW, TG_BID, 12, 1, NULL, 0, 0, 10, &last,
				       &k->ob) & TG_BOOK_LOST, 0);
	assert_int_equal(kit_cc(k, TG_CC_L3_BAD_ID), 1);
	/* So is a snapshot that does not fit; the next that does, fits. */
	for (n = 4; n != 2; n -= 1) {
		u32 m;

		tg_book_clear(k->e, i);
		for (m = 0; m <= n; m++) {
			snprintf(id, sizeof(id), "%u", m);
			tg_book_order_load(k->e, i, TG_BID, 10, 1, (const u8 *)id, 1, 0, &last,
					   &k->ob);
		}
		assert_int_equal(tg_book_load_end(k->e, i, 11, &last, &k->ob), n < 4);
	}
	assert_true(tg_l2_at(tg_l2_of(k->e, i), TG_BID, 10) == 4);
	kit_free(k);
}

/* ---- the outbox ---- */

/*
 * A datagram in which every entry is about another instrument of one product and changes its best,
 * and the product's: all of it is published, in less than what a UDP step is promised.
 */
static void a_datagram_fits(void **state)
{
	struct tg_in_product p = { .product_id = 1, .name = "P" };
	struct kit *k = new_kit(4, 16);
	u32 n, round, most = 0;

	(void)state;
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &p, sizeof(p)), TG_REASON_OK);
	for (n = 1; n <= TG_PRODUCT_MEMBERS; n++)
		assert_int_equal(configure(k, n, 0, 1), TG_REASON_OK);
	for (n = 1; n <= TG_PRODUCT_MEMBERS; n++) {
		kit_i(k, n)->state = TG_BOOK_LIVE;
		kit_i(k, n)->requested = TG_MD_REQ_NONE;
	}
	for (round = 0; round < 20; round++) {
		char body[4096];
		u32 at, count = 40, out, lost;

		at = (u32)snprintf(body, sizeof(body), "268=%u|", count);
		for (n = 0; n < count; n++)
			at += (u32)snprintf(body + at, sizeof(body) - at,
					    "279=0|269=0|55=A%c|270=%u|271=1|",
					    'B' + (int)(n % TG_PRODUCT_MEMBERS),
					    1 + round * count + n);
		k->ob.cap = 1u << 20;
		k->ob.buf = realloc(k->ob.buf, k->ob.cap);
		kit_udp(k, body);
		out = k->ob.len;
		lost = k->ob.lost;
		assert_int_equal(lost, 0);
		assert_int_equal(kit_count(k, TG_PUB_LEVEL), count);
		assert_int_equal(kit_count(k, TG_PUB_TOP), count);
		assert_int_equal(kit_count(k, TG_PUB_PRODUCT_TOP), count);
		assert_true(out <= tg_engine_udp_outbox_bytes(k->msg_len));
		/* Without the constant, which is for what is held. */
		assert_true(out - 16 * 2 * TG_PRODUCT_MEMBERS <= 9 * k->msg_len);
		most = out > most ? out : most;
	}
	assert_true(most > 7 * k->msg_len);	/* it was a hard case */
	kit_free(k);
}

/* ---- the image ---- */

static void same_derived(const struct tg_book_image *g)
{
	__int128 bids = 0, asks = 0, want;
	u32 n;

	for (n = 0; n < TG_IMAGE_LEVELS; n++) {
		bids += g->bid[n].qty;
		asks += g->ask[n].qty;
	}
	want = bids + asks ? (bids - asks) * 1000000 / (bids + asks) : 0;
	assert_true(want - g->imbalance_ppm <= 1 && g->imbalance_ppm - want <= 1);
	if (!g->bid_levels || !g->ask_levels) {
		assert_true(g->mid_px == TG_PX_NONE && g->micro_px == TG_PX_NONE && !g->crossed);
		return;
	}
	want = (__int128)g->bid[0].px + g->ask[0].px;
	assert_true(g->mid_px == (s64)(want >= 0 ? want / 2 : (want - 1) / 2));
	assert_true(g->spread_px == g->ask[0].px - g->bid[0].px);
	assert_int_equal(g->crossed, g->spread_px < 0 ? 1 : g->spread_px ? 0 : 2);
	if (g->spread_px <= 0)
		return;
	want = g->bid[0].px + (__int128)g->spread_px * g->bid[0].qty /
				      ((__int128)g->bid[0].qty + g->ask[0].qty);
	assert_true(want - g->micro_px <= 1 && g->micro_px - want <= 1);
}

static void image_of_any_book(void **state)
{
	static struct tg_book_image whole, kept, shown;
	struct kit *k = new_kit(4, 32);
	u32 step, n;

	(void)state;
	for (n = 1; n <= 2; n++)
		assert_int_equal(configure(k, n, 0, 0), TG_REASON_OK);
	rng_state = 12345;
	for (step = 0; step < 20000; step++) {
		u32 id = 1 + pick(2), seq = shown.seqcount;
		struct tg_instrument *i = kit_i(k, id);
		s64 px = 1000 + pick(40), qty = pick(2) ? 0 : 1 + (s64)((u64)pick(~0u) << pick(30));

		if (!pick(200))
			tg_book_clear(k->e, i);
		tg_book_set(k->e, i, (u8)pick(2), px * (pick(2) ? 1 : 1000003), qty, &k->ob);
		k->ob.len = 0;
		memset(&whole, 0xa5, sizeof(whole));
		assert_true(tg_engine_book(k->e, id, &whole));
		/* Written over what another book left. */
		assert_true(tg_engine_book_update(k->e, id, &kept));
		assert_memory_equal(&whole, &kept, sizeof(whole));
		tg_image_write(&shown, &kept);
		assert_int_equal(shown.seqcount, seq + 2);
		shown.seqcount = 0;
		assert_memory_equal(&whole, &shown, sizeof(whole));
		shown.seqcount = seq + 2;
		same_derived(&whole);
		assert_memory_equal(&whole.external_bid, whole.bid_levels ?
				    &whole.bid[0] : &(struct tg_level){ .px = TG_PX_NONE }, 16);
	}
	kit_free(k);
}

static void crossed_and_locked(void **state)
{
	struct kit *k = new_kit(4, 8);
	struct tg_instrument *i;

	(void)state;
	assert_int_equal(configure(k, 1, 0, 0), TG_REASON_OK);
	i = kit_i(k, 1);
	assert_int_equal(tg_book_settled(k->e, i, &k->ob), 0);
	tg_book_set(k->e, i, TG_ASK, 100, 1, &k->ob);
	assert_int_equal(tg_book_settled(k->e, i, &k->ob), 0);
	tg_book_set(k->e, i, TG_BID, 100, 1, &k->ob);
	assert_int_equal(tg_book_settled(k->e, i, &k->ob), TG_BOOK_LOCKED);
	tg_book_set(k->e, i, TG_BID, 101, 1, &k->ob);
	assert_int_equal(tg_book_settled(k->e, i, &k->ob), TG_BOOK_CROSSED);
	assert_int_equal(kit_cc(k, TG_CC_BOOK_CROSSED), 2);
	assert_int_equal(kit_cc(k, TG_CC_BOOK_LOCKED), 1);
	/* Nothing new, nothing told. */
	k->ob.len = 0;
	tg_book_settled(k->e, i, &k->ob);
	assert_null(kit_pub(k, TG_PUB_TOP, 0));
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(derived_levels),
		cmocka_unit_test(snapshots_and_capacity),
		cmocka_unit_test(a_datagram_fits),
		cmocka_unit_test(image_of_any_book),
		cmocka_unit_test(crossed_and_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
