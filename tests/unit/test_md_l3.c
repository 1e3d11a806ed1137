// SPDX-License-Identifier: MIT
/* Order by order: Coinbase (83, pieces, acknowledgements), Kraken (place in the queue by time), the test exchange (chain of ids), books that are full. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mdkit.h"

#define E8	100000000LL
#define UUID1	"d0c5340b-6d6c-49d9-b567-48c4bfca13d2"
#define UUID2	"e0c5340b-6d6c-49d9-b567-48c4bfca13d2"

static struct kit *start(u16 dialect, u32 orders)
{
	struct tg_in_engine p = { .max_instruments = 8, .max_orders = 16, .book_levels = 64,
				  .md_pending = 64, .l3_books = 2, .l3_orders = orders };
	struct kit *k;

	kit_dialect = dialect;
	kit_begin = dialect == TG_DIALECT_COINBASE ? "FIXT.1.1" : "FIX.4.4";
	k = kit_new_params(&p, TG_VENUE_MD_TCP);
	kit_dialect = 0;
	assert_int_equal(kit_define(k, 1, "BTC", TG_INSTRUMENT_SUBSCRIBE | TG_INSTRUMENT_L3, 0, 0, 0),
			 TG_REASON_OK);
	kit_connect(k);
	assert_int_equal(kit_sent(k, "V", NULL), 1);
	return k;
}

static void expect(const struct kit *k, enum tg_book_side side, u32 depth, s64 px, s64 qty)
{
	struct tg_level l;

	assert_true(tg_engine_book_level(k->e, 1, side, depth, &l));
	assert_int_equal(l.px, px * E8);
	assert_int_equal(l.qty, qty * E8);
}

static void coinbase(void **state)
{
	struct kit *k = start(TG_DIALECT_COINBASE, 64);
	const struct tg_pub_event *ev;
	u64 handle;

	(void)state;
	/* in two pieces; what comes between waits */
	kit_tcp(k, "W", "262=1|55=BTC|83=100|893=N|268=2|269=0|278=" UUID1 "|270=10|271=1|269=0|278=a|270=10|271=2|");
	kit_tcp(k, "X", "262=1|83=101|268=1|279=0|269=1|278=b|55=BTC|270=12|271=4|");
	assert_int_equal(kit_i(k, 1)->npending, 1);
	kit_tcp(k, "W", "262=1|55=BTC|83=100|893=Y|268=1|269=1|278=" UUID2 "|270=11|271=3|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 101);
	expect(k, TG_BID, 0, 10, 3);
	expect(k, TG_ASK, 0, 11, 3);
	expect(k, TG_ASK, 1, 12, 4);
	/* an acknowledgement counts in the chain and nowhere else */
	kit_tcp(k, "X", "262=1|55=BTC|83=102|268=1|279=0|269=0|270=10|271=50|58=received|");
	assert_int_equal(kit_cc(k, TG_CC_MD_ACKS), 1);
	assert_int_equal(kit_i(k, 1)->update_id, 102);
	expect(k, TG_BID, 0, 10, 3);
	/* an order and its level */
	kit_tcp(k, "X", "262=1|55=BTC|83=103|268=1|279=1|269=0|278=" UUID1 "|270=10|271=0.5|");
	ev = kit_pub(k, TG_PUB_ORDER, 0);
	assert_non_null(ev);
	assert_int_equal(ev->u.order.action, TG_MD_CHANGE);
	assert_int_equal(ev->u.order.qty, E8 / 2);
	handle = ev->u.order.handle;
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->u.level.qty, 5 * E8 / 2);
	/* unknown: ignored, counted, the chain goes on */
	kit_tcp(k, "X", "262=1|55=BTC|83=104|268=1|279=1|269=0|278=zz|270=10|271=9|");
	assert_int_equal(kit_cc(k, TG_CC_L3_UNKNOWN_ORDER), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_tcp(k, "X", "262=1|55=BTC|83=105|268=1|279=2|269=0|278=" UUID1 "|58=canceled|");
	assert_int_equal(kit_pub(k, TG_PUB_ORDER, 0)->u.order.handle, handle);
	expect(k, TG_BID, 0, 10, 2);
	/* a trade counts too */
	kit_tcp(k, "X", "262=1|55=BTC|83=106|268=1|279=0|269=2|270=10|271=1|5797=2|");
	assert_int_equal(kit_pub(k, TG_PUB_TRADE, 0)->u.trade.aggressor, TG_SIDE_SELL);
	assert_int_equal(kit_i(k, 1)->update_id, 106);
	assert_int_equal(kit_cc(k, TG_CC_MD_GAPS), 0);
	/* seen before */
	kit_tcp(k, "X", "262=1|55=BTC|83=106|268=1|279=0|269=2|270=10|271=1|5797=2|");
	assert_int_equal(kit_count(k, TG_PUB_TRADE), 0);
	/* missing */
	kit_tcp(k, "X", "262=1|55=BTC|83=108|268=1|279=2|269=0|278=a|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_RPT_SEQ);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.expected, 107);
	assert_int_equal(kit_sent(k, "V", NULL), 2);
	kit_tcp(k, "W", "262=2|55=BTC|83=107|268=2|269=0|278=a|270=10|271=2|269=0|278=c|270=9|271=2|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 108);
	expect(k, TG_BID, 0, 9, 2);
	kit_free(k);
}

static void kraken(void **state)
{
	struct kit *k = start(TG_DIALECT_KRAKEN, 64);
	const struct tg_pub_event *ev;

	(void)state;
	kit_tcp(k, "W", "262=1|55=BTC|268=2|269=0|278=L2|270=10|271=2|5273=2023-11-14T22:13:20.000000002Z|"
			"269=0|278=L1|270=10|271=1|5273=2023-11-14T22:13:20.000000001Z|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	expect(k, TG_BID, 0, 10, 3);
	kit_tcp(k, "X", "262=1|55=BTC|268=2|279=2|269=0|278=L1|270=10|271=1|279=0|269=0|278=L3|270=11|271=1|"
			"5273=20231114-22:13:21.000000003|");
	expect(k, TG_BID, 0, 11, 1);
	expect(k, TG_BID, 1, 10, 2);
	ev = kit_pub(k, TG_PUB_ORDER, 1);
	assert_int_equal(ev->u.order.action, TG_MD_NEW);
	kit_tcp(k, "X", "55=BTC|268=1|279=0|269=0|278=L4|270=11|271=1|5273=yesterday|");
	assert_int_equal(kit_sent(k, "3", NULL), 1);
	kit_free(k);
}

static void chain_of_ids(void **state)
{
	struct kit *k = start(TG_DIALECT_SIM, 64);

	(void)state;
	/* held with id and all, then replayed */
	kit_udp(k, "268=2|279=0|269=0|278=b|55=BTC|270=9|271=1|25043=101|25044=102|279=1|269=0|278=a|270=10|271=0.5|");
	kit_udp(k, "268=1|279=2|269=0|278=b|55=BTC|25043=103|25044=103|");
	assert_int_equal(kit_i(k, 1)->npending, 3);
	kit_tcp(k, "W", "262=1|55=BTC|25044=100|268=1|269=0|278=a|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_i(k, 1)->update_id, 103);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 1);
	kit_udp(k, "268=1|279=0|269=1|278=c|55=BTC|270=12|271=1|25043=104|25044=104|");
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->u.level.update_id, 104);
	assert_true(kit_pub(k, TG_PUB_LEVEL, 0)->flags & TG_EV_LAST);
	/* an id that is too long: refused as a whole */
	kit_tcp(k, "X", "268=1|279=0|269=1|278=" UUID1 "x|55=BTC|270=12|271=1|25043=105|25044=105|");
	assert_int_equal(kit_sent(k, "3", NULL), 1);
	/* held: half as many as by price */
	kit_udp(k, "268=1|279=2|269=1|278=c|55=BTC|25043=200|25044=200|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	while (kit_i(k, 1)->npending < 32) {
		char body[96];

		snprintf(body, sizeof(body), "268=1|279=2|269=1|278=c|55=BTC|25043=%u|25044=%u|",
			 201 + kit_i(k, 1)->npending, 201 + kit_i(k, 1)->npending);
		kit_udp(k, body);
	}
	kit_udp(k, "268=1|279=2|269=1|278=c|55=BTC|25043=900|25044=900|");
	assert_int_equal(kit_cc(k, TG_CC_MD_PENDING_OVERFLOW), 1);
	assert_int_equal(kit_i(k, 1)->npending, 0);
	kit_free(k);
}

static void full(void **state)
{
	struct kit *k = start(TG_DIALECT_SIM, 4);
	u32 n;

	(void)state;
	kit_tcp(k, "W", "262=1|55=BTC|25044=100|268=1|269=0|278=a|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	for (n = 0; n < 4; n++) {
		char body[96];

		snprintf(body, sizeof(body), "268=1|279=0|269=0|278=x%u|55=BTC|270=9|271=1|25043=%u|25044=%u|", n,
			 101 + n, 101 + n);
		kit_udp(k, body);
	}
	assert_int_equal(kit_cc(k, TG_CC_L3_FULL), 1);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_CAPACITY);
	/* a snapshot that does not fit either is not asked for again at once */
	kit_wait(k, TG_MD_RETRY_NS);
	assert_true(kit_sent(k, "V", NULL) >= 1);
	kit_tcp(k, "W", "262=2|55=BTC|25044=200|268=5|269=0|278=a|270=10|271=1|269=0|278=b|270=10|271=1|269=0|278=c|270=10|271=1|"
			"269=0|278=d|270=10|271=1|269=0|278=e|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_RECOVERING);
	assert_int_equal(kit_sent(k, "V", NULL), 0);
	kit_wait(k, TG_MD_RETRY_NS);
	kit_tcp(k, "W", "262=3|55=BTC|25044=300|268=1|269=0|278=a|270=10|271=1|");
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_free(k);
}

static void published(void **state)
{
	struct kit *k = start(TG_DIALECT_SIM, 16);
	struct tg_in_account a = { .account_id = 1, .name = "ACC" };
	struct tg_in_permit p = { .permit_id = 1, .account_id = 1, .uid = 1000, .flags = TG_PERMIT_PUBLISH };
	struct tg_in_client c = { .uid = 1000, .name = "publisher" };
	struct tg_submission s = { .type = TG_SUB_BOOK, .flags = TG_SUB_BOOK_CLEAR, .instrument_id = 2,
				   .user_ref = 1, .px = 10 * E8, .qty = E8, .side = TG_SIDE_BUY,
				   .order_id = 77 };
	struct tg_level l;

	(void)state;
	assert_int_equal(kit_define(k, 2, "OWN", TG_INSTRUMENT_PUBLISHED | TG_INSTRUMENT_L3, 0, 0, 0), 0);
	assert_int_equal(kit_step(k, TG_IN_ACCOUNT, 0, &a, sizeof(a)), 0);
	assert_int_equal(kit_step(k, TG_IN_PERMIT, 0, &p, sizeof(p)), 0);
	assert_int_equal(kit_step(k, TG_IN_CLIENT_OPEN, 1, &c, sizeof(c)), 0);
	assert_int_equal(kit_step(k, TG_IN_SUBMIT, 1, &s, sizeof(s)), 0);
	assert_int_equal(kit_count(k, TG_PUB_ORDER), 1);
	s.flags = TG_SUB_BOOK_LAST;
	s.order_id = 78;
	assert_int_equal(kit_step(k, TG_IN_SUBMIT, 1, &s, sizeof(s)), 0);
	assert_int_equal(kit_i(k, 2)->state, TG_BOOK_LIVE);
	s = (struct tg_submission){ .type = TG_SUB_BOOK, .flags = TG_SUB_BOOK_LAST, .instrument_id = 2,
				    .user_ref = 2, .px = 10 * E8, .side = TG_SIDE_BUY,
				    .order_id = 77, .action = TG_MD_DELETE };
	assert_int_equal(kit_step(k, TG_IN_SUBMIT, 1, &s, sizeof(s)), 0);
	assert_true(tg_engine_book_level(k->e, 2, TG_BID, 0, &l));
	assert_int_equal(l.qty, E8);
	s.user_ref = 3;
	s.order_id = 0;
	assert_int_equal(kit_step(k, TG_IN_SUBMIT, 1, &s, sizeof(s)), TG_REASON_BAD_ORDER);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(coinbase),
		cmocka_unit_test(kraken),
		cmocka_unit_test(chain_of_ids),
		cmocka_unit_test(full),
		cmocka_unit_test(published),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
