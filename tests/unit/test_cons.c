// SPDX-License-Identifier: MIT
/*
 * Consolidated books against a reference that keeps every level of every venue in one heap, works
 * out costs with 128 bits, and sorts all of it whenever it is asked.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mdkit.h"

#define VENUES	4u
#define PRICES	40u

static u64 rng_state;

static u32 pick(u32 n)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return (u32)((rng_state * 2685821657736338717ULL >> 32) * n >> 32);
}

static const s32 fees[VENUES] = { 0, 260000, 100000, -25000 };

static struct tg_in_instrument instrument(u32 id, u16 product)
{
	struct tg_in_instrument i = { .instrument_id = id,
				      .venue_id = KIT_VENUE,
				      .tick = 1,
				      .lot = 1,
				      .product_id = product,
				      .taker_fee_e8 = fees[(id - 1) % VENUES] };

	snprintf(i.symbol, sizeof(i.symbol), "SYM%u", id);
	return i;
}

static struct kit *new_kit(void)
{
	struct tg_in_engine p = { .max_instruments = 20,
				  .max_venues = 2,
				  .max_feeds = 2,
				  .max_accounts = 2,
				  .max_clients = 2,
				  .max_orders = 16,
				  .max_limits = 16,
				  .exec_ids = 64,
				  .book_levels = 64,
				  .md_pending = 16,
				  .max_products = 3 };
	struct tg_in_product product = { .product_id = 2, .name = "BTC" };
	struct kit *k = kit_new_params(&p, 0);

	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &product, sizeof(product)), TG_REASON_OK);
	return k;
}

/* ---- costs ---- */

static s64 cost_of(u32 side, s64 px, s64 fee)
{
	__int128 size = px < 0 ? -(__int128)px : px, all = size * fee, part, cost;

	part = all / TG_SCALE;
	if (all > 0 && all % TG_SCALE)
		part++;		/* against the taker, whichever way the fee goes */
	cost = side == TG_BID ? px - part : px + part;
	if (cost > INT64_MAX)
		return INT64_MAX;
	return cost < -(__int128)INT64_MAX ? -INT64_MAX : (s64)cost;
}

static void costs(void **state)
{
	static const s64 some[] = { 0, 1, -1, 99999999, 100000000, 100000001, 6183763000000,
				    TG_PX_MAX, -TG_PX_MAX, INT64_MAX, -INT64_MAX };
	static const s32 fee[] = { 0, 1, -1, 260000, -25000, 99999999, 100000000, -100000000 };
	u32 a, b, side, n;

	(void)state;
	for (side = 0; side < 2; side++) {
		for (a = 0; a < sizeof(some) / sizeof(some[0]); a++)
			for (b = 0; b < sizeof(fee) / sizeof(fee[0]); b++)
				assert_true(tg_cost_px(side, some[a], fee[b]) ==
					    cost_of(side, some[a], fee[b]));
		rng_state = 7;
		for (n = 0; n < 100000; n++) {
			s64 px = (s64)((u64)pick(~0u) << 32 | pick(~0u)) >> pick(60);
			s32 f = (s32)pick(200000001) - 100000000;

			if (px == TG_PX_NONE)
				continue;
			assert_true(tg_cost_px(side, px, f) == cost_of(side, px, f));
		}
	}
	assert_true(tg_cost_px(TG_ASK, 6183763000000, 260000) == 6199840783800);
	assert_true(tg_cost_px(TG_BID, 6183763000000, 260000) == 6167685216200);
}

/* ---- books ---- */

struct ref_level { s64 px, qty, cost; u32 id, member; };
struct ref { s64 qty[2][VENUES][PRICES]; bool live[VENUES]; };

static s64 px_of(u32 n)
{
	return 6000000000000 + (s64)n * 1000003;
}

static int by_cost(const void *a, const void *b)
{
	const struct ref_level *x = a, *y = b;

	if (x->cost != y->cost)
		return x->cost < y->cost ? -1 : 1;
	return x->member < y->member ? -1 : x->member > y->member;
}

/* cost: ranked upwards, a bid's is negated. */
static u32 ref_side(const struct ref *r, u32 side, struct ref_level *out)
{
	u32 v, n, count = 0;

	for (v = 0; v < VENUES; v++)
		for (n = 0; r->live[v] && n < PRICES; n++) {
			struct ref_level l = { .px = px_of(n), .qty = r->qty[side][v][n],
					       .id = v + 1, .member = v };

			if (!l.qty)
				continue;
			l.cost = cost_of(side, l.px, fees[v]);
			if (side == TG_BID)
				l.cost = -l.cost;
			out[count++] = l;
		}
	qsort(out, count, sizeof(*out), by_cost);
	return count;
}

static void same_side(const struct tg_product_level *got, u32 n, const struct ref_level *want,
		      u32 wanted, u32 side)
{
	u32 i;

	assert_int_equal(n, wanted < TG_PRODUCT_LEVELS ? wanted : TG_PRODUCT_LEVELS);
	for (i = 0; i < n; i++) {
		assert_true(got[i].px == want[i].px && got[i].qty == want[i].qty);
		assert_true(got[i].instrument_id == want[i].id);
		assert_true(got[i].cost_px == (side == TG_BID ? -want[i].cost : want[i].cost));
	}
	for (; i < TG_PRODUCT_LEVELS; i++)
		assert_true(!got[i].px && !got[i].qty && !got[i].instrument_id);
}

static void go(struct kit *k, u32 v, struct ref *r, u8 to)
{
	struct tg_instrument *i = kit_i(k, v + 1);
	u8 from = i->state;

	i->state = to;
	tg_book_state(k->e, i, from, &k->ob);
	r->live[v] = to == TG_BOOK_LIVE;
}

static void random_books(void **state)
{
	static struct ref_level bid[VENUES * PRICES], ask[VENUES * PRICES];
	struct tg_product_image img;
	struct kit *k = new_kit();
	struct ref r = { 0 };
	struct { s64 bid, ask; u32 bid_id, ask_id; } told = { TG_PX_NONE, TG_PX_NONE, 0, 0 };
	u32 v, n, tops = 0, crossings = 0;
	bool was_crossed = false;

	(void)state;
	rng_state = 88172645463325252ULL;
	for (v = 0; v < VENUES; v++) {
		struct tg_in_instrument i = instrument(v + 1, 2);

		assert_int_equal(kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_OK);
	}
	for (n = 0; n < 30000; n++) {
		const struct tg_pub_event *ev;
		u32 nb, na, what = pick(100), u, updates = 1 + pick(3);
		bool crossed;

		k->e->seq++;	/* as if by a record: notes are once a record */
		k->e->time_ns++;
		k->ob.len = 0;
		v = pick(VENUES);
		if (what < 4) {
			go(k, v, &r, (u8)(TG_BOOK_LIVE + pick(3)));
		} else if (what < 6) {
			tg_book_clear(k->e, kit_i(k, v + 1));
			memset(r.qty[0][v], 0, sizeof(r.qty[0][v]));
			memset(r.qty[1][v], 0, sizeof(r.qty[1][v]));
			tg_book_settled(k->e, kit_i(k, v + 1), &k->ob);
		} else {
			for (u = 0; u < updates; u++) {
				u32 side = pick(2), at = pick(PRICES * 2 / 3);
				s64 qty = pick(3) ? 1 + pick(1000) : 0;

				if (side == TG_ASK)
					at = PRICES - 1 - at;
				tg_book_set(k->e, kit_i(k, v + 1), (u8)side, px_of(at), qty,
					    &k->ob);
				r.qty[side][v][at] = qty;
			}
			tg_book_settled(k->e, kit_i(k, v + 1), &k->ob);
		}
		assert_int_equal(k->ob.lost, 0);
		nb = ref_side(&r, TG_BID, bid);
		na = ref_side(&r, TG_ASK, ask);
		ev = kit_pub(k, TG_PUB_PRODUCT_TOP, 0);
		assert_null(kit_pub(k, TG_PUB_PRODUCT_TOP, 1));
		if (ev) {
			assert_int_equal(ev->id, 2);
			/* Something did change. */
			assert_true(ev->u.product_top.bid_px != told.bid ||
				    ev->u.product_top.ask_px != told.ask ||
				    ev->u.product_top.bid_instrument != told.bid_id ||
				    ev->u.product_top.ask_instrument != told.ask_id);
			told.bid = ev->u.product_top.bid_px;
			told.ask = ev->u.product_top.ask_px;
			told.bid_id = ev->u.product_top.bid_instrument;
			told.ask_id = ev->u.product_top.ask_instrument;
			tops++;
		}
		/* What was told last is what is so. */
		assert_true(told.bid == (nb ? bid[0].px : TG_PX_NONE));
		assert_true(told.ask == (na ? ask[0].px : TG_PX_NONE));
		assert_int_equal(told.bid_id, nb ? bid[0].id : 0);
		assert_int_equal(told.ask_id, na ? ask[0].id : 0);
		crossed = nb && na && -bid[0].cost > ask[0].cost;
		crossings += crossed && !was_crossed;
		was_crossed = crossed;
		assert_int_equal(kit_cc(k, TG_CC_PRODUCT_CROSSED), crossings);
		if (n % 16)
			continue;
		memset(&img, 0xa5, sizeof(img));
		assert_true(tg_engine_product(k->e, 2, &img));
		same_side(img.bid, img.bid_levels, bid, nb, TG_BID);
		same_side(img.ask, img.ask_levels, ask, na, TG_ASK);
		assert_int_equal(img.crossed, crossed);
		assert_int_equal(img.instruments, VENUES);
		assert_int_equal(img.live, r.live[0] + r.live[1] + r.live[2] + r.live[3]);
	}
	assert_true(tops > 500 && crossings > 10);
	kit_free(k);
}

static void one_note_a_record(void **state)
{
	struct kit *k = new_kit();
	struct tg_in_instrument i = instrument(1, 2);
	struct ref r = { 0 };
	u32 n;

	(void)state;
	assert_int_equal(kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_OK);
	k->e->seq++;
	k->ob.len = 0;
	/* Not live: no news of it. */
	tg_book_set(k->e, kit_i(k, 1), TG_BID, 100, 1, &k->ob);
	tg_book_settled(k->e, kit_i(k, 1), &k->ob);
	assert_int_equal(kit_outs(k, TG_OUT_PRODUCT), 0);
	go(k, 0, &r, TG_BOOK_LIVE);
	for (n = 0; n < 5; n++)
		tg_book_settled(k->e, kit_i(k, 1), &k->ob);
	assert_int_equal(kit_outs(k, TG_OUT_PRODUCT), 1);
	assert_int_equal(kit_count(k, TG_PUB_PRODUCT_TOP), 1);
	kit_free(k);
}

static void refusals(void **state)
{
	struct kit *k = new_kit();
	struct tg_in_product p = { .product_id = 1, .name = "A" }, bad;
	struct tg_in_instrument i = instrument(1, 1);
	struct tg_product_image img;
	u32 n;

	(void)state;
	bad = p;
	bad.product_id = 0;
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &bad, sizeof(bad)), TG_REASON_CONFIG);
	bad.product_id = 4;
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &bad, sizeof(bad)), TG_REASON_CONFIG);
	bad = p;
	bad.flags = 1;
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &bad, sizeof(bad)), TG_REASON_CONFIG);
	bad = p;
	bad.reserved[1] = 1;
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &bad, sizeof(bad)), TG_REASON_CONFIG);
	bad = p;
	bad.name[0] = 0;
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &bad, sizeof(bad)), TG_REASON_CONFIG);
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &p, sizeof(p) - 8), TG_REASON_BAD_REQUEST);
	/* Not there yet. */
	assert_int_equal(kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_CONFIG);
	assert_false(tg_engine_product(k->e, 1, &img));
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &p, sizeof(p)), TG_REASON_OK);
	assert_int_equal(kit_step(k, TG_IN_PRODUCT, 0, &p, sizeof(p)), TG_REASON_DUPLICATE_ID);
	i.taker_fee_e8 = 100000001;
	assert_int_equal(kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_CONFIG);
	for (n = 1; n <= TG_PRODUCT_MEMBERS; n++) {
		i = instrument(n, 1);
		assert_int_equal(kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_OK);
	}
	i = instrument(n, 1);
	assert_int_equal(kit_step(k, TG_IN_INSTRUMENT, 0, &i, sizeof(i)), TG_REASON_CONFIG);
	assert_true(tg_engine_product(k->e, 1, &img));
	assert_int_equal(img.instruments, TG_PRODUCT_MEMBERS);
	assert_int_equal(img.live, 0);
	assert_int_equal(img.bid_levels, 0);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(costs),
		cmocka_unit_test(random_books),
		cmocka_unit_test(one_note_a_record),
		cmocka_unit_test(refusals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
