// SPDX-License-Identifier: MIT
/*
 * Reports that overtake each other: a trade whose quantity was told of before, old news of an order
 * that went on, and what is no old news but a contradiction. tests/model looks for the rest.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define BUY TG_SIDE_BUY
#define STATUS(f, id) (fx_order(f, id)->status)

/* Two trades of 1, at 100 and at 102, the second first: money is right once the first comes. */
static void late_trade_puts_the_price_right(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(105), PX(2));
	struct tg_position *p = fx_position(f, 1, 1);

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(2), .last_qty = PX(1), .last_px = PX(102),
	       .fee = CENT(2));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	assert_int_equal(fx_avg_px(f, id), PX(102));
	assert_int_equal(p->cost, PX(204));
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(1), .last_qty = PX(1),
	       .last_px = PX(100), .fee = CENT(3));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	assert_int_equal(fx_order(f, id)->cum_qty, PX(2));
	assert_int_equal(fx_avg_px(f, id), PX(101));
	assert_int_equal(p->qty, PX(2));
	assert_int_equal(p->cost, PX(202));
	assert_int_equal(p->bought_qty, PX(2));
	assert_int_equal(p->fees, CENT(5));
	assert_int_equal(fx_counter(f, TG_CC_FILLS_LATE), 1);
	assert_non_null(fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0));
	assert_non_null(fx_priv(f, 1, TG_PRIV_POSITION, 0));
	fx_free(f);
}

/* A late trade of more than is unexplained fits nowhere. */
static void late_trade_of_too_much(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(105), PX(3));

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(2), .leaves = PX(1), .last_qty = PX(1),
	       .last_px = PX(102));
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(2),
	       .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->cum_qty, PX(2));
	fx_free(f);
}

/* The acknowledgement comes after the first trade. */
static void late_acknowledgement(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_send(f, BUY, PX(105), PX(2));

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(1), .last_qty = PX(1),
	       .last_px = PX(102));
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(2));
	assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_order(f, id)->cum_qty, PX(1));
	fx_free(f);
}

/* All is filled under the new terms, then comes the news that they were taken. */
static void end_overtakes_the_replace(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(105), PX(3)), req;

	(void)state;
	assert_int_equal(fx_replace(f, 1, id, PX(104), PX(2)), TG_REASON_OK);
	req = fx_order(f, id)->req_cl_ord_id;
	REPORT(f, id, .exec = 'F', .status = '2', .id = req, .cum = PX(2), .last_qty = PX(2),
	       .last_px = PX(104));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	REPORT(f, id, .exec = '5', .status = '0', .id = req, .leaves = PX(2), .qty = PX(2));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	assert_int_equal(fx_order(f, id)->qty, PX(2));
	fx_free(f);
}

/* An end that knows of fewer fills than there were contradicts them. */
static void end_that_forgets_a_fill(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(105), PX(3));

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1),
	       .last_px = PX(104));
	REPORT(f, id, .exec = '4', .status = '4', .cum = 0, .leaves = 0);
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	fx_free(f);
}

/* Reports of an order under FIX 60: what was made before the state that is known changes no state. */
static void say(struct fx *f, u64 id, u64 request, const char *what, s64 qty, u32 second)
{
	char body[256];

	snprintf(body, sizeof(body), "37=V|11=%016llX|17=x%u|150=%c|39=%c|38=%lld|55=BTCUSDT|54=1|151=%lld|14=0|6=0|60=20231114-22:14:%02u|",
		 (unsigned long long)(id | request), ++f->exec_id, what[0], what[1], (long long)qty,
		 (long long)(what[1] == '4' ? 0 : qty), second);
	fx_venue(f, "8", body);
}

static void old_news_by_time(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(105), PX(3));

	(void)state;
	say(f, id, 1, "99", 3, 10);
	assert_int_equal(STATUS(f, id), TG_OS_SUSPENDED);
	say(f, id, 1, "D0", 3, 20);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	say(f, id, 1, "99", 3, 15);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_int_equal(fx_replace(f, 1, id, PX(104), PX(5)), TG_REASON_OK);
	say(f, id, 2, "50", 5, 30);
	assert_int_equal(fx_order(f, id)->qty, PX(5));
	say(f, id, 1, "D0", 3, 25);	/* with the old quantity, under the old id */
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	/* its end comes under the id of a replace, whose own report comes after it */
	assert_int_equal(fx_replace(f, 1, id, PX(104), PX(7)), TG_REASON_OK);
	say(f, id, 3, "44", 7, 41);
	assert_int_equal(STATUS(f, id), TG_OS_CANCELED);
	assert_int_equal(fx_order(f, id)->qty, PX(7));
	say(f, id, 3, "50", 7, 40);
	say(f, id, 2, "99", 5, 35);
	assert_int_equal(STATUS(f, id), TG_OS_CANCELED);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(late_trade_puts_the_price_right),
		cmocka_unit_test(late_trade_of_too_much),
		cmocka_unit_test(late_acknowledgement),
		cmocka_unit_test(end_overtakes_the_replace),
		cmocka_unit_test(end_that_forgets_a_fill),
		cmocka_unit_test(old_news_by_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
