// SPDX-License-Identifier: MIT
/* Trading status, definitions, refusals and commands; crossed and locked books by policy; numbers as the only test for gaps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mdkit.h"

#define SECOND	1000000000ULL

static struct kit *start(u16 dialect, u16 crossed)
{
	struct kit *k;

	kit_dialect = dialect;
	kit_crossed = crossed;
	k = kit_new(0, 0, TG_VENUE_MD_TCP);
	kit_dialect = kit_crossed = 0;
	assert_int_equal(kit_define(k, 1, "BTC", TG_INSTRUMENT_SUBSCRIBE, 0, 0, 0), 0);
	assert_int_equal(kit_define(k, 2, "ETH", TG_INSTRUMENT_SUBSCRIBE, 0, 0, 0), 0);
	kit_connect(k);
	return k;
}

static void expect_status(const struct kit *k, u32 id, u32 previous, u32 status)
{
	const struct tg_pub_event *ev = kit_pub(k, TG_PUB_STATUS, 0);
	struct tg_book_image image;

	assert_non_null(ev);
	assert_int_equal(ev->id, id);
	assert_int_equal(ev->u.status.previous, previous);
	assert_int_equal(ev->u.status.status, status);
	assert_true(tg_engine_book(k->e, id, &image));
	assert_int_equal(image.trading_status, status);
}

static void of_an_instrument(void **state)
{
	static const struct { const char *body; u16 status; } f[] = {
		{ "324=1|55=BTC|326=17|", TG_TRADING_OPEN },
		{ "55=BTC|326=2|", TG_TRADING_HALTED },
		{ "55=BTC|326=18|", TG_TRADING_CLOSED },
		{ "55=BTC|326=21|", TG_TRADING_AUCTION },
		{ "55=BTC|326=20|", TG_TRADING_UNKNOWN },
		{ "55=BTC|1682=online|", TG_TRADING_OPEN },
		{ "55=BTC|1682=POST_ONLY|", TG_TRADING_POST_ONLY },
		{ "55=BTC|1682=limit_only|326=17|", TG_TRADING_LIMIT_ONLY },
		{ "55=BTC|1682=cancel_only|", TG_TRADING_CANCEL_ONLY },
		{ "55=BTC|1682=delisted|", TG_TRADING_CLOSED },
		{ "55=BTC|1682=whatever|", TG_TRADING_UNKNOWN },
	};
	struct kit *k = start(0, 0);
	u16 before = TG_TRADING_UNKNOWN;
	u32 n;

	(void)state;
	for (n = 0; n < sizeof(f) / sizeof(f[0]); n++) {
		kit_tcp(k, "f", f[n].body);
		expect_status(k, 1, before, f[n].status);
		before = f[n].status;
	}
	kit_tcp(k, "f", f[n - 1].body);
	assert_int_equal(kit_count(k, TG_PUB_STATUS), 0);	/* no change */
	assert_int_equal(kit_cc(k, TG_CC_MD_STATUS), n);
	kit_tcp(k, "f", "55=OTHER|326=2|");
	assert_int_equal(kit_cc(k, TG_CC_MD_UNKNOWN_SYMBOL), 1);
	kit_tcp(k, "f", "55=BTC|326=x|");
	assert_int_equal(kit_sent(k, "3", NULL), 1);
	kit_free(k);
}

static void of_a_venue(void **state)
{
	struct kit *k = start(0, 0);

	(void)state;
	kit_tcp(k, "h", "336=1|340=2|");
	assert_int_equal(kit_count(k, TG_PUB_STATUS), 2);
	expect_status(k, 1, TG_TRADING_UNKNOWN, TG_TRADING_OPEN);
	kit_tcp(k, "h", "336=1|340=1|55=ETH|");
	assert_int_equal(kit_count(k, TG_PUB_STATUS), 1);
	expect_status(k, 2, TG_TRADING_OPEN, TG_TRADING_HALTED);
	kit_tcp(k, "h", "340=3|");
	kit_tcp(k, "h", "340=4|");
	expect_status(k, 1, TG_TRADING_CLOSED, TG_TRADING_AUCTION);
	kit_tcp(k, "h", "336=1|");
	assert_int_equal(kit_count(k, TG_PUB_STATUS), 0);
	kit_free(k);
}

static void definitions(void **state)
{
	struct kit *k = start(0, 0);
	struct tg_nl_md md;

	(void)state;
	/* the same tick (1e-8): learnt, nothing to tell */
	kit_tcp(k, "d", "320=1|55=BTC|969=0.00000001|");
	assert_int_equal(kit_cc(k, TG_CC_MD_DEFINITIONS), 1);
	assert_int_equal(kit_count(k, TG_PUB_INSTRUMENT), 0);
	/* another: told once; what is configured stays */
	kit_tcp(k, "y", "320=1|893=Y|146=2|55=BTC|969=0.01|231=10|55=ETH|2349=2|5010=6|");
	assert_int_equal(kit_count(k, TG_PUB_INSTRUMENT), 2);
	kit_tcp(k, "y", "320=1|893=Y|146=1|55=BTC|969=0.01|");
	assert_int_equal(kit_count(k, TG_PUB_INSTRUMENT), 0);
	assert_int_equal(kit_i(k, 1)->def.tick, 1);
	assert_true(tg_engine_md(k->e, 1, &md));
	assert_int_equal(md.venue_tick, 1000000);
	assert_true(tg_engine_md(k->e, 2, &md));
	assert_int_equal(md.venue_tick, 1000000);
	assert_int_equal(md.qty_digits, 6);
	assert_int_equal(kit_cc(k, TG_CC_MD_DEFINITIONS), 2);
	kit_tcp(k, "y", "146=1|55=BTC|2349=x|");
	assert_int_equal(kit_sent(k, "3", NULL), 1);
	assert_false(tg_engine_md(k->e, 5, &md));
	kit_free(k);
}

static void trades_with_aggressor(void **state)
{
	struct kit *k = start(0, 0);

	(void)state;
	kit_tcp(k, "X", "268=2|279=0|269=2|55=BTC|270=10|271=1|2446=2|279=0|269=2|270=11|271=1|5797=1|");
	assert_int_equal(kit_pub(k, TG_PUB_TRADE, 0)->u.trade.aggressor, TG_SIDE_SELL);
	assert_int_equal(kit_pub(k, TG_PUB_TRADE, 1)->u.trade.aggressor, TG_SIDE_BUY);
	assert_int_equal(kit_cc(k, TG_CC_MD_TRADES), 2);
	kit_free(k);
}

/* ---- requests ---- */

static void refused_as_there_already(void **state)
{
	struct kit *k = start(TG_DIALECT_BINANCE, 0);
	struct tg_nl_md md;

	(void)state;
	kit_tcp(k, "Y", "262=1|281=2|58=already subscribed|");
	assert_true(tg_engine_md(k->e, 1, &md));
	assert_int_equal(md.reject_reason, '2');
	assert_int_equal(kit_cc(k, TG_CC_MD_REJECTED), 1);
	kit_tcp(k, "Y", "262=2|281=0|");
	assert_int_equal(kit_i(k, 2)->requested, TG_MD_REQ_REFUSED);
	kit_wait(k, TG_MD_RETRY_NS);
	assert_int_equal(kit_sent(k, "V", NULL), 1);	/* the first asks again, the second does not */
	kit_free(k);
}

static void many_are_spread(void **state)
{
	struct tg_in_engine p = { .max_instruments = 64, .max_orders = 16, .book_levels = 16,
				  .md_pending = 16 };
	struct kit *k = kit_new_params(&p, TG_VENUE_MD_TCP);
	u32 n, sent;

	(void)state;
	for (n = 1; n <= 40; n++) {
		char symbol[8];

		snprintf(symbol, sizeof(symbol), "S%u", n);
		assert_int_equal(kit_define(k, n, symbol, TG_INSTRUMENT_SUBSCRIBE, 0, 0, 0), 0);
	}
	kit_connect(k);
	sent = kit_sent(k, "V", NULL);
	assert_int_equal(sent, TG_MD_BURST);
	assert_true(tg_engine_deadline_ns(k->e) <= k->now + TG_MD_BURST_NS);
	for (n = 0; n < 8 && sent < 40; n++) {
		kit_wait(k, TG_MD_BURST_NS);
		assert_true(kit_sent(k, "V", NULL) <= TG_MD_BURST);
		sent += kit_sent(k, "V", NULL);
	}
	assert_int_equal(sent, 40);
	kit_free(k);
}

static enum tg_reason command(struct kit *k, u16 what, u64 instrument)
{
	struct tg_in_session c = { .venue_id = KIT_VENUE, .command = what, .next_rx_seq = instrument };

	return kit_step(k, TG_IN_SESSION, 0, &c, sizeof(c));
}

static void by_command(void **state)
{
	struct kit *k = start(0, 0);

	(void)state;
	kit_tcp(k, "W", "262=1|55=BTC|25044=5|268=1|269=0|270=10|271=1|");
	assert_int_equal(command(k, TG_SESSION_CMD_UNSUBSCRIBE, 1), TG_REASON_OK);
	assert_int_equal(kit_sent(k, "V", NULL), 1);
	assert_int_equal(kit_cc(k, TG_CC_MD_UNSUBSCRIBED), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	/* what was on its way is not used, and nothing is asked for */
	kit_tcp(k, "X", "268=1|279=0|269=0|55=BTC|270=9|271=1|25043=9|25044=9|");
	kit_tcp(k, "W", "262=1|55=BTC|25044=9|268=1|269=0|270=7|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	assert_int_equal(kit_sent(k, "V", NULL), 0);
	assert_int_equal(command(k, TG_SESSION_CMD_SUBSCRIBE, 1), TG_REASON_OK);
	assert_int_equal(kit_sent(k, "V", NULL), 1);
	kit_tcp(k, "W", "262=3|55=BTC|25044=20|268=1|269=0|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_count(k, TG_PUB_RECOVERED), 1);
	assert_int_equal(command(k, TG_SESSION_CMD_SUBSCRIBE, 7), TG_REASON_BAD_INSTRUMENT);
	assert_int_equal(command(k, TG_SESSION_CMD_UNSUBSCRIBE, 0), TG_REASON_OK);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	kit_free(k);
}

/* ---- crossed, locked ---- */

static void book(struct kit *k, u32 bid, u32 ask, u32 id)
{
	char body[128];

	snprintf(body, sizeof(body), "55=BTC|25044=%u|268=2|269=0|270=%u|271=1|269=1|270=%u|271=1|",
		 id, bid, ask);
	kit_tcp(k, "W", body);
}

static void crossed_is_stale(void **state)
{
	struct kit *k = start(0, TG_CROSSED_STALE);

	(void)state;
	book(k, 10, 11, 100);
	kit_tcp(k, "X", "268=1|279=0|269=0|55=BTC|270=11|271=1|25043=101|25044=101|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_CROSSED);
	assert_true(tg_md_reference_px(k->e, kit_i(k, 1)) == TG_PX_NONE);
	kit_tcp(k, "X", "268=1|279=0|269=0|55=BTC|270=9|271=1|25043=102|25044=102|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);	/* still */
	kit_tcp(k, "X", "268=1|279=2|269=0|55=BTC|270=11|25043=103|25044=103|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_count(k, TG_PUB_RECOVERED), 1);
	kit_free(k);
}

static void crossed_recovers(void **state)
{
	struct kit *k = start(0, TG_CROSSED_RECOVER);

	(void)state;
	book(k, 10, 11, 100);
	kit_tcp(k, "X", "268=1|279=0|269=0|55=BTC|270=11|271=1|25043=101|25044=101|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);	/* locked is counted */
	kit_tcp(k, "X", "268=1|279=0|269=0|55=BTC|270=12|271=1|25043=102|25044=102|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	/* a set that connects does not make a wrong book right */
	kit_tcp(k, "X", "268=1|279=2|269=0|55=BTC|270=12|25043=103|25044=103|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	book(k, 10, 11, 103);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_free(k);
}

static void crossed_is_counted(void **state)
{
	struct kit *k = start(0, TG_CROSSED_COUNT);

	(void)state;
	book(k, 10, 11, 100);
	kit_tcp(k, "X", "268=1|279=0|269=0|55=BTC|270=12|271=1|25043=101|25044=101|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_cc(k, TG_CC_BOOK_CROSSED), 1);
	kit_free(k);
}

/* ---- Deribit: 34 only ---- */

static void numbers_only(void **state)
{
	struct kit *k = start(TG_DIALECT_DERIBIT, 0);
	const struct tg_pub_event *ev;

	(void)state;
	kit_tcp(k, "W", "262=1|55=BTC|268=2|269=0|270=10|271=1|269=1|270=11|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_tcp(k, "X", "262=1|55=BTC|268=1|279=1|269=0|270=10|271=2|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	k->venue_seq += 3;	/* and nobody to ask for them */
	kit_tcp(k, "X", "262=1|55=BTC|268=1|279=1|269=0|270=10|271=3|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	ev = kit_pub(k, TG_PUB_GAP, 0);
	assert_int_equal(ev->u.gap.cause, TG_GAP_MSG_SEQ);
	assert_int_equal(ev->u.gap.got - ev->u.gap.expected, 3);
	assert_int_equal(kit_sent(k, "V", NULL), 2);
	/* a full W again and again (265=0) is a snapshot each time */
	kit_tcp(k, "W", "262=3|55=BTC|268=1|269=0|270=8|271=1|");
	kit_tcp(k, "W", "262=3|55=BTC|268=1|269=0|270=7|271=1|");
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_an_instrument),
		cmocka_unit_test(of_a_venue),
		cmocka_unit_test(definitions),
		cmocka_unit_test(trades_with_aggressor),
		cmocka_unit_test(refused_as_there_already),
		cmocka_unit_test(many_are_spread),
		cmocka_unit_test(by_command),
		cmocka_unit_test(crossed_is_stale),
		cmocka_unit_test(crossed_recovers),
		cmocka_unit_test(crossed_is_counted),
		cmocka_unit_test(numbers_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
