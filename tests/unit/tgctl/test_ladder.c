// SPDX-License-Identifier: MIT
/* The ladder's rows: levels around the spread, own orders with their place in the queue, trades, states, products. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>
#include "ladder.h"

#define E8(n)	((__s64)(n) * TG_SCALE)

static struct tg_book_image image(void)
{
	struct tg_book_image b = { .instrument_id = 1, .state = TG_BOOK_LIVE, .update_id = 42,
				   .last_px = TG_PX_NONE, .bid_levels = 3, .ask_levels = 2,
				   .trading_status = TG_TRADING_OPEN, .mid_px = E8(100), .micro_px = E8(100),
				   .imbalance_ppm = -123456 };
	unsigned int i;

	for (i = 0; i < 3; i++)
		b.bid[i] = (struct tg_level){ E8(99 - i), E8(1 + i) };
	for (i = 0; i < 2; i++)
		b.ask[i] = (struct tg_level){ E8(101 + i), E8(5 + i) };
	return b;
}

/* Index of the first row from `from` with this text; fails without one. */
static unsigned int find(const struct ladder *l, unsigned int from, const char *text)
{
	for (; from < l->rows; from++)
		if (strstr(l->row[from], text))
			return from;
	fail_msg("no row with \"%s\"", text);
	return 0;
}

static void levels(void **state)
{
	struct tg_book_image b = image();
	struct ladder l = { 0 };
	unsigned int at;

	(void)state;
	ladder_frame(&l, "BTC@x", &b, 16);
	assert_non_null(strstr(l.row[0], "BTC@x  live  open  update 42"));
	assert_int_equal(l.kind[0], LADDER_HEAD);
	/* asks from far to near, the spread, bids from near to far */
	at = find(&l, 0, " 102 ");
	assert_int_equal(l.kind[at], LADDER_ASK);
	assert_int_equal(find(&l, at, " 101 "), at + 1);
	at = find(&l, at, "spread 2  mid 100  micro 100  imbalance -12.3 %");
	assert_int_equal(find(&l, at, " 99"), at + 1);
	assert_int_equal(find(&l, at, " 97"), at + 3);
	assert_int_equal(l.kind[at + 1], LADDER_BID);
	ladder_frame(&l, "BTC@x", &b, 1);
	assert_int_equal(l.rows, 2 + 1 + 1 + 1);
}

static void own(void **state)
{
	struct tg_book_image b = image();
	struct ladder l = { 0 };
	unsigned int at;

	(void)state;
	b.own_orders = 10;
	b.own[0] = (struct tg_image_own){ .order_id = 0xabc, .px = E8(98), .leaves_qty = E8(2) / 4,
					  .ahead_qty = E8(1), .behind_qty = E8(3), .fill_ppm = 250000,
					  .side = TG_BID, .flags = TG_QUEUE_EXACT | TG_QUEUE_KNOWN, .client_id = 7 };
	b.own[1] = b.own[0];
	b.own[1].flags = 0;
	ladder_frame(&l, "x", &b, 16);
	at = find(&l, 0, "*1 ");	/* two of 0.5 */
	assert_non_null(strstr(l.row[at], " 98"));
	assert_int_equal(l.kind[at], LADDER_OWN);
	at = find(&l, at, "own 0000000000000ABC client 7 buy 0.5 @ 98: ahead 1, behind 3, fill 25.0 %");
	assert_null(strstr(l.row[at], "not seen"));
	at = find(&l, at + 1, "ahead <= 1, behind 3, fill 25.0 % (not seen in the book yet)");
	find(&l, at, "own orders further off: 2");
}

static void trades(void **state)
{
	struct tg_book_image b = image();
	struct ladder l = { 0 };
	unsigned int at, i;

	(void)state;
	for (i = 1; i <= 6; i++) {
		b.last_px = E8(100);
		b.last_qty = E8(i);
		ladder_frame(&l, "x", &b, 4);
		ladder_frame(&l, "x", &b, 4);	/* nothing new: no second row */
	}
	at = find(&l, 0, "trade 6 x 100");
	assert_int_equal(find(&l, at, "trade 3 x 100"), at + 3);
	assert_int_equal(l.rows, at + 4);
}

static void states(void **state)
{
	struct tg_book_image b = image();
	struct ladder l = { 0 };

	(void)state;
	b.state = TG_BOOK_STALE;
	b.trading_status = TG_TRADING_HALTED;
	b.crossed = 1;
	ladder_frame(&l, "x", &b, 16);
	assert_int_equal(l.kind[0], LADDER_WARN);
	find(&l, 0, "stale  HALTED");
	assert_int_equal(l.kind[find(&l, 0, "CROSSED")], LADDER_WARN);
	b.ask_levels = 0;
	ladder_frame(&l, "x", &b, 16);
	find(&l, 0, "one side is empty");
	assert_string_equal(ladder_status(99), "?");
}

static const char *venue(void *arg, __u32 id)
{
	return ((const char **)arg)[id];
}

static void product(void **state)
{
	const char *names[] = { "?", "one", "two" };
	struct tg_product_image p = { .product_id = 1, .bid_levels = 1, .ask_levels = 2, .instruments = 3, .live = 2,
				      .bid[0] = { E8(99), E8(1), E8(98), 2, 0 },
				      .ask[0] = { E8(100), E8(2), E8(101), 1, 0 },
				      .ask[1] = { E8(99), E8(3), E8(102), 2, 0 } };
	struct ladder l = { 0 };
	unsigned int at;

	(void)state;
	ladder_product(&l, "BTC", &p, 16, venue, names);
	find(&l, 0, "BTC  2 of 3 books live");
	at = find(&l, 0, "102  two");
	assert_int_equal(find(&l, at, "101  one"), at + 1);
	find(&l, at + 2, "98  two");
	p.live = 0;
	ladder_product(&l, "BTC", &p, 16, venue, names);
	assert_int_equal(l.kind[0], LADDER_WARN);
}

int main(void)
{
	const struct CMUnitTest t[] = {
		cmocka_unit_test(levels), cmocka_unit_test(own),     cmocka_unit_test(trades),
		cmocka_unit_test(states), cmocka_unit_test(product),
	};

	return cmocka_run_group_tests(t, NULL, NULL);
}
