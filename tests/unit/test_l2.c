// SPDX-License-Identifier: MIT
/* L2 book against a trivial reference: an unsorted list, searched whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "book/l2.h"

static u64 rng_state;

static u64 rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 2685821657736338717ULL;
}

static struct tg_l2 *new_book(u32 levels)
{
	struct tg_l2 *b = aligned_alloc(64, tg_l2_bytes(levels));

	assert_non_null(b);
	tg_l2_init(b, levels);
	return b;
}

/* ---- the reference ---- */

struct ref_side { struct tg_level l[8192]; u32 n; };
struct ref { struct ref_side s[2]; u32 cap; };

static bool better(u32 side, s64 a, s64 b)
{
	return side == TG_BID ? a > b : a < b;
}

static u32 ref_rank(const struct ref_side *s, u32 side, s64 px)
{
	u32 i, rank = 0;

	for (i = 0; i < s->n; i++)
		rank += better(side, s->l[i].px, px);
	return rank;
}

static u32 ref_worst(const struct ref_side *s, u32 side)
{
	u32 i, w = 0;

	for (i = 1; i < s->n; i++)
		if (better(side, s->l[w].px, s->l[i].px))
			w = i;
	return w;
}

static u32 ref_set(struct ref *r, u32 side, s64 px, s64 qty)
{
	struct ref_side *s = &r->s[side];
	u32 rank = ref_rank(s, side, px);
	u32 i, res;

	for (i = 0; i < s->n && s->l[i].px != px; i++)
		;
	if (i < s->n && qty > 0) {
		s->l[i].qty = qty;
		return TG_L2_CHANGED | (rank ? 0 : TG_L2_TOP);
	}
	if (i < s->n) {
		s->l[i] = s->l[--s->n];
		return TG_L2_DELETED | (rank ? 0 : TG_L2_TOP);
	}
	if (qty <= 0)
		return TG_L2_UNKNOWN_DELETE;
	res = TG_L2_ADDED;
	if (s->n == r->cap) {
		if (rank == s->n)
			return TG_L2_EVICTED;
		s->l[ref_worst(s, side)] = s->l[s->n - 1];
		s->n--;
		res |= TG_L2_EVICTED;
	}
	s->l[s->n].px = px;
	s->l[s->n++].qty = qty;
	return res | (rank ? 0 : TG_L2_TOP);
}

static void check_equal(const struct tg_l2 *b, const struct ref *r)
{
	struct tg_level bid, ask, l;
	u32 side, i;

	for (side = 0; side < 2; side++) {
		const struct ref_side *s = &r->s[side];

		assert_int_equal(tg_l2_count(b, side), s->n);
		for (i = 0; i < s->n; i++) {
			assert_true(tg_l2_level(b, side, ref_rank(s, side, s->l[i].px), &l));
			assert_int_equal(l.px, s->l[i].px);
			assert_int_equal(l.qty, s->l[i].qty);
		}
		assert_false(tg_l2_level(b, side, s->n, &l));
	}
	tg_l2_best(b, &bid, &ask);
	if (tg_l2_level(b, TG_BID, 0, &l)) {
		assert_int_equal(bid.px, l.px);
		assert_int_equal(bid.qty, l.qty);
	} else {
		assert_true(bid.px == TG_PX_NONE && bid.qty == 0);
	}
	if (tg_l2_level(b, TG_ASK, 0, &l)) {
		assert_int_equal(ask.px, l.px);
		assert_int_equal(ask.qty, l.qty);
	} else {
		assert_true(ask.px == TG_PX_NONE && ask.qty == 0);
	}
}

/* ---- tests ---- */

static void empty_book(void **state)
{
	struct tg_l2 *b = new_book(10);
	struct tg_level bid, ask;

	(void)state;
	tg_l2_best(b, &bid, &ask);
	assert_true(bid.px == TG_PX_NONE && ask.px == TG_PX_NONE);
	assert_int_equal(bid.qty, 0);
	assert_false(tg_l2_crossed(b));
	assert_int_equal(tg_l2_set(b, TG_BID, 5, 0), TG_L2_UNKNOWN_DELETE);
	assert_int_equal(tg_l2_count(b, TG_BID), 0);
	free(b);
}

static void results(void **state)
{
	struct tg_l2 *b = new_book(3);

	(void)state;
	assert_int_equal(tg_l2_set(b, TG_BID, 100, 1), TG_L2_ADDED | TG_L2_TOP);
	assert_int_equal(tg_l2_set(b, TG_BID, 99, 2), TG_L2_ADDED);
	assert_int_equal(tg_l2_set(b, TG_BID, 99, 3), TG_L2_CHANGED);
	assert_int_equal(tg_l2_set(b, TG_BID, 100, 3), TG_L2_CHANGED | TG_L2_TOP);
	assert_int_equal(tg_l2_set(b, TG_BID, 98, 3), TG_L2_ADDED);
	assert_int_equal(tg_l2_set(b, TG_BID, 97, 3), TG_L2_EVICTED);
	assert_int_equal(tg_l2_count(b, TG_BID), 3);
	assert_int_equal(tg_l2_set(b, TG_BID, 101, 3), TG_L2_ADDED | TG_L2_EVICTED | TG_L2_TOP);
	assert_int_equal(tg_l2_set(b, TG_BID, 98, 0), TG_L2_UNKNOWN_DELETE);
	assert_int_equal(tg_l2_set(b, TG_BID, 101, 0), TG_L2_DELETED | TG_L2_TOP);
	assert_int_equal(tg_l2_set(b, TG_BID, 99, 0), TG_L2_DELETED);
	free(b);
}

static void crossed(void **state)
{
	struct tg_l2 *b = new_book(4);

	(void)state;
	tg_l2_set(b, TG_BID, 100, 1);
	assert_false(tg_l2_crossed(b));
	tg_l2_set(b, TG_ASK, 101, 1);
	assert_false(tg_l2_crossed(b));
	tg_l2_set(b, TG_ASK, 100, 1);
	assert_true(tg_l2_crossed(b));	/* locked counts */
	tg_l2_set(b, TG_ASK, 99, 1);
	assert_true(tg_l2_crossed(b));
	free(b);
}

static void extremes(void **state)
{
	struct tg_l2 *b = new_book(8);
	struct tg_level bid, ask;

	(void)state;
	tg_l2_set(b, TG_BID, -TG_PX_MAX, 1);
	tg_l2_set(b, TG_BID, -1, 2);
	tg_l2_set(b, TG_ASK, TG_PX_MAX, 3);
	tg_l2_set(b, TG_ASK, 0, 4);
	tg_l2_best(b, &bid, &ask);
	assert_int_equal(bid.px, -1);
	assert_int_equal(ask.px, 0);
	tg_l2_set(b, TG_BID, -1, 0);
	tg_l2_set(b, TG_ASK, 0, 0);
	tg_l2_best(b, &bid, &ask);
	assert_int_equal(bid.px, -TG_PX_MAX);
	assert_int_equal(ask.px, TG_PX_MAX);
	/* nothing beyond either */
	tg_l2_set(b, TG_ASK, 0x7fffffffffffffffLL, 5);
	tg_l2_set(b, TG_BID, -0x7fffffffffffffffLL, 5);
	assert_int_equal(tg_l2_count(b, TG_ASK), 2);
	assert_true(tg_l2_level(b, TG_ASK, 1, &ask));
	assert_int_equal(ask.px, 0x7fffffffffffffffLL);
	free(b);
}

/* Random streams of several shapes; the small capacity is hit all the time. */
static void differential(void **state)
{
	static const struct { u32 cap; s64 spread; s64 tick; u32 ops; u32 del_of_16; } shape[] = {
		{ 1, 5, 1, 50000, 5 },
		{ 2, 8, 7, 50000, 5 },
		{ 7, 40, 1000000, 150000, 6 },
		{ 16, 64, 1, 250000, 7 },
		{ 64, 90, 1000000, 300000, 7 },
		{ 200, 400, 13, 250000, 6 },
		{ 1000, 5000, 100000000, 60000, 4 },
	};
	static struct ref r;
	u64 total = 0;
	u32 s;

	(void)state;
	for (s = 0; s < sizeof(shape) / sizeof(shape[0]); s++) {
		struct tg_l2 *b = new_book(shape[s].cap);
		s64 mid = 0;
		u32 i;

		rng_state = 88172645463325252ULL + s;
		r.s[0].n = r.s[1].n = 0;
		r.cap = shape[s].cap;
		for (i = 0; i < shape[s].ops; i++) {
			u32 side = rng() & 1;
			s64 px = (mid + (s64)(rng() % (u64)shape[s].spread) - shape[s].spread / 2) *
				 shape[s].tick;
			s64 qty = rng() % 16 < shape[s].del_of_16 ? 0 : (s64)(rng() % 1000000 + 1);

			if (rng() % 64 == 0)
				mid += (s64)(rng() % 5) - 2;
			assert_int_equal(tg_l2_set(b, side, px, qty), ref_set(&r, side, px, qty));
			if (i % (shape[s].cap * 4 + 1) == 0)
				check_equal(b, &r);
		}
		check_equal(b, &r);
		total += shape[s].ops;
		tg_l2_clear(b);
		assert_int_equal(tg_l2_count(b, TG_BID) + tg_l2_count(b, TG_ASK), 0);
		free(b);
	}
	assert_true(total >= 1000000);
}

/*
 * tg_l2_load() must leave what tg_l2_set() of the same levels leaves, in whatever order they come.
 */
static void loading(void **state)
{
	u32 round;

	(void)state;
	rng_state = 4711;
	for (round = 0; round < 3000; round++) {
		u32 cap = 1 + rng() % 40, n = rng() % 60, i, side;
		struct tg_l2 *a = new_book(cap), *b = new_book(cap);
		u32 disorder = rng() % 4 ? 0 : 5;
		s64 bid = 1000, ask = 1001;

		tg_l2_set(b, TG_ASK, 3, 4);	/* what was there goes */
		tg_l2_clear(b);
		for (i = 0; i < n; i++) {
			s64 qty = (s64)(rng() % 9), px;

			side = rng() & 1;
			if (side == TG_BID)
				px = bid -= (s64)(rng() % 3) + 1;
			else
				px = ask += (s64)(rng() % 3) + 1;
			if (rng() % 16 < disorder)
				px = 1000 + (s64)(rng() % 100) - 50;
			tg_l2_set(a, side, px, qty);
			tg_l2_load(b, side, px, qty);
		}
		tg_l2_load_end(b);
		for (side = 0; side < 2; side++) {
			struct tg_level x, y;

			assert_int_equal(tg_l2_count(a, side), tg_l2_count(b, side));
			for (i = 0; tg_l2_level(a, side, i, &x); i++) {
				assert_true(tg_l2_level(b, side, i, &y));
				assert_int_equal(x.px, y.px);
				assert_int_equal(x.qty, y.qty);
			}
		}
		/* and the loaded book goes on as a book */
		for (i = 0; i < 50; i++) {
			s64 px = 1000 + (s64)(rng() % 100) - 50, qty = (s64)(rng() % 4);

			side = rng() & 1;
			assert_int_equal(tg_l2_set(a, side, px, qty), tg_l2_set(b, side, px, qty));
		}
		free(a);
		free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_book),
		cmocka_unit_test(results),
		cmocka_unit_test(crossed),
		cmocka_unit_test(extremes),
		cmocka_unit_test(differential),
		cmocka_unit_test(loading),
	};

	return cmocka_run_group_tests_name("l2", tests, NULL, NULL);
}
