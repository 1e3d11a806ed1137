// SPDX-License-Identifier: MIT
/*
 * Average-cost accounting against hand-worked examples and a random walk whose money must add up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define BUY TG_SIDE_BUY
#define SELL TG_SIDE_SELL

static void opens_and_adds(void **state)
{
	struct tg_position p = { 0 };

	(void)state;
	assert_true(tg_position_fill(&p, BUY, PX(2), PX(100), 0));
	assert_true(tg_position_fill(&p, BUY, PX(2), PX(110), 0));
	assert_int_equal(p.qty, PX(4));
	assert_int_equal(p.cost, PX(420));
	assert_int_equal(tg_position_avg_px(&p), PX(105));
	assert_int_equal(p.realised_pnl, 0);
	assert_int_equal(p.bought_qty, PX(4));
	assert_int_equal(p.fills, 2);
}

static void closes_at_average(void **state)
{
	struct tg_position p = { 0 };

	(void)state;
	assert_true(tg_position_fill(&p, BUY, PX(4), PX(105), 0));
	assert_true(tg_position_fill(&p, SELL, PX(1), PX(115), CENT(5)));
	assert_int_equal(p.qty, PX(3));
	assert_int_equal(p.realised_pnl, PX(10));
	assert_int_equal(tg_position_avg_px(&p), PX(105));
	assert_int_equal(p.fees, CENT(5));
	assert_true(tg_position_fill(&p, SELL, PX(3), PX(100), -CENT(2)));
	assert_int_equal(p.qty, 0);
	assert_int_equal(p.cost, 0);
	assert_int_equal(tg_position_avg_px(&p), 0);
	assert_int_equal(p.realised_pnl, PX(10) - PX(15));
	assert_int_equal(p.fees, CENT(3));
}

static void crosses_zero_both_ways(void **state)
{
	struct tg_position p = { 0 };

	(void)state;
	assert_true(tg_position_fill(&p, BUY, PX(2), PX(100), 0));
	assert_true(tg_position_fill(&p, SELL, PX(5), PX(110), 0));
	assert_int_equal(p.qty, -PX(3));
	assert_int_equal(p.cost, -PX(330));
	assert_int_equal(p.realised_pnl, PX(20));
	assert_int_equal(tg_position_avg_px(&p), PX(110));
	assert_true(tg_position_fill(&p, BUY, PX(4), PX(100), 0));
	assert_int_equal(p.qty, PX(1));
	assert_int_equal(p.cost, PX(100));
	assert_int_equal(p.realised_pnl, PX(20) + PX(30));
}

static void short_reduces(void **state)
{
	struct tg_position p = { 0 };

	(void)state;
	assert_true(tg_position_fill(&p, SELL, PX(4), PX(100), 0));
	assert_true(tg_position_fill(&p, BUY, PX(1), PX(90), 0));
	assert_int_equal(p.qty, -PX(3));
	assert_int_equal(p.cost, -PX(300));
	assert_int_equal(p.realised_pnl, PX(10));
}

static void no_dust(void **state)
{
	struct tg_position p = { 0 };

	(void)state;
	/* a third of a cost that does not divide: what is left over goes with the last piece */
	assert_true(tg_position_fill(&p, BUY, 3, 10 * TG_SCALE / 3, 0));
	assert_true(tg_position_fill(&p, SELL, 1, 3 * TG_SCALE, 0));
	assert_true(tg_position_fill(&p, SELL, 1, 3 * TG_SCALE, 0));
	assert_true(tg_position_fill(&p, SELL, 1, 3 * TG_SCALE, 0));
	assert_int_equal(p.qty, 0);
	assert_int_equal(p.cost, 0);
}

static void refuses_overflow_whole(void **state)
{
	struct tg_position p = { 0 }, before;

	(void)state;
	assert_true(tg_position_fill(&p, BUY, TG_PX_MAX, TG_SCALE / 2, 0));
	before = p;
	assert_false(tg_position_fill(&p, BUY, 1, PX(1), 0)); /* quantity past the bound */
	assert_false(tg_position_fill(&p, BUY, TG_PX_MAX, TG_PX_MAX, 0));	/* value */
	assert_false(tg_position_fill(&p, SELL, PX(1), -PX(1), 0));
	assert_false(tg_position_fill(&p, SELL, 0, PX(1), 0));
	assert_false(tg_position_fill(&p, SELL, -1, PX(1), 0));
	assert_false(tg_position_fill(&p, SELL, PX(1), PX(1), INT64_MIN));
	assert_memory_equal(&p, &before, sizeof(p));
	p.fees = TG_PX_MAX;
	before = p;
	assert_false(tg_position_fill(&p, SELL, PX(1), PX(1), 1));
	assert_memory_equal(&p, &before, sizeof(p));
	p.fees = 0;
	p.realised_pnl = TG_PX_MAX;
	before = p;
	assert_false(tg_position_fill(&p, SELL, PX(1), PX(2), 0));
	assert_memory_equal(&p, &before, sizeof(p));
}

static void lifetime_sums_saturate(void **state)
{
	struct tg_position p = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 3; i++) {
		assert_true(tg_position_fill(&p, BUY, TG_PX_MAX, 1, 0));
		assert_true(tg_position_fill(&p, SELL, TG_PX_MAX, 1, 0));
	}
	assert_int_equal(p.bought_qty, TG_PX_MAX);
	assert_int_equal(p.sold_qty, TG_PX_MAX);
	assert_int_equal(p.qty, 0);
}

/*
 * Whatever the path: realised + what the position cost = what was paid and received, to a rounding
 * per fill.
 */
static void money_adds_up(void **state)
{
	struct tg_position p = { 0 };
	u64 x = 88172645463325252ULL;
	s64 cash = 0, qty = 0;
	u32 i, crossed = 0;

	(void)state;
	for (i = 1; i <= 20000; i++) {
		s64 q, px, value, before = p.qty;
		u8 side;

		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		q = 1 + (s64)(x % 1000000000);
		px = 1 + (s64)(x >> 32) % (100 * TG_SCALE);
		side = x >> 63 ? BUY : SELL;
		assert_true(tg_notional(px, q, &value));
		assert_true(tg_position_fill(&p, side, q, px, 0));
		cash += side == BUY ? -value : value;
		qty += side == BUY ? q : -q;
		assert_int_equal(p.qty, qty);
		assert_true(p.realised_pnl - p.cost - cash <= (s64)i &&
			    cash - p.realised_pnl + p.cost <= (s64)i);
		assert_true(p.qty == 0 ? p.cost == 0 : p.cost == 0 || (p.cost > 0) == (p.qty > 0));
		crossed += before && p.qty && (before > 0) != (p.qty > 0);
	}
	assert_true(crossed > 10);
}

static void open_quantity_floors(void **state)
{
	struct tg_position p = { 0 };

	(void)state;
	tg_position_open(&p, BUY, PX(3));
	tg_position_open(&p, SELL, PX(2));
	tg_position_open(&p, BUY, -PX(1));
	assert_int_equal(p.open_buy_qty, PX(2));
	assert_int_equal(p.open_sell_qty, PX(2));
	tg_position_open(&p, BUY, -PX(5));
	assert_int_equal(p.open_buy_qty, 0);
	tg_position_open(&p, BUY, TG_PX_MAX);
	tg_position_open(&p, BUY, TG_PX_MAX);
	assert_int_equal(p.open_buy_qty, TG_PX_MAX);
}

static void unrealised_needs_a_book(void **state)
{
	struct fx *f = fx_ready();
	struct tg_nl_position q;
	u64 id;

	(void)state;
	assert_false(tg_position_query(f->e, TG_BOOK_OF_ACCOUNT, 1, 1, &q));
	assert_false(tg_position_query(f->e, TG_BOOK_OF_ACCOUNT, 99, 1, &q));
	assert_null(tg_position(f->e, 0, 1));
	assert_null(tg_position(f->e, 1, 0));
	assert_null(tg_position(f->e, 1, 99));
	id = fx_working(f, BUY, PX(100), PX(2));
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(2), .last_qty = PX(2),
	       .last_px = PX(100), .fee = CENT(10));
	assert_true(tg_position_query(f->e, TG_BOOK_OF_ACCOUNT, 1, 1, &q));
	assert_int_equal(q.qty, PX(2));
	assert_int_equal(q.fees, CENT(10));
	assert_int_equal(q.unrealised_pnl, 0);
	fx_book(f, 1, PX(109), PX(111));
	assert_true(tg_position_query(f->e, TG_BOOK_OF_ACCOUNT, 1, 1, &q));
	assert_int_equal(q.unrealised_pnl, PX(20));
	id = fx_working(f, SELL, PX(110), PX(5));
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(5), .last_qty = PX(5),
	       .last_px = PX(112));
	assert_true(tg_position_query(f->e, TG_BOOK_OF_ACCOUNT, 1, 1, &q));
	assert_int_equal(q.qty, -PX(3));
	assert_int_equal(q.realised_pnl, PX(24));
	assert_int_equal(q.unrealised_pnl, PX(6));
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(opens_and_adds),
		cmocka_unit_test(closes_at_average),
		cmocka_unit_test(crosses_zero_both_ways),
		cmocka_unit_test(short_reduces),
		cmocka_unit_test(no_dust),
		cmocka_unit_test(refuses_overflow_whole),
		cmocka_unit_test(lifetime_sums_saturate),
		cmocka_unit_test(money_adds_up),
		cmocka_unit_test(open_quantity_floors),
		cmocka_unit_test(unrealised_needs_a_book),
	};

	return cmocka_run_group_tests_name("position", tests, NULL, NULL);
}
