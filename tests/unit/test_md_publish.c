// SPDX-License-Identifier: MIT
/* Books that clients publish: permission, form, chain of update ids, one client at a time, what its end means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "mdkit.h"

#define E8	100000000LL

static void must(enum tg_reason r)
{
	assert_int_equal(r, TG_REASON_OK);
}

static void open_client(struct kit *k, u16 id, u32 uid)
{
	struct tg_in_client c = { .uid = uid, .name = "publisher" };

	must(kit_step(k, TG_IN_CLIENT_OPEN, id, &c, sizeof(c)));
	while (tg_client(k->e, id)->phase)
		kit_wait(k, TG_DOWNLOAD_PACE_NS);
}

/* Instrument 1 is published, 2 is the venue's; user 1000 may publish 1, user 1001 may not. */
static struct kit *start(void)
{
	struct kit *k = kit_new(0, 0, 0);
	struct tg_in_account a = { .account_id = 1, .name = "ACC" };
	struct tg_in_permit p = { .permit_id = 1, .account_id = 1, .uid = 1000, .instrument_id = 1,
				  .flags = TG_PERMIT_PUBLISH };

	must(kit_define(k, 1, "OWN", TG_INSTRUMENT_PUBLISHED, 0, 0, 0));
	must(kit_define(k, 2, "BTC", TG_INSTRUMENT_SUBSCRIBE, 0, 0, 0));
	assert_int_equal(kit_define(k, 3, "BAD", TG_INSTRUMENT_PUBLISHED | TG_INSTRUMENT_SUBSCRIBE,
				    0, 0, 0), TG_REASON_CONFIG);
	must(kit_step(k, TG_IN_ACCOUNT, 0, &a, sizeof(a)));
	must(kit_step(k, TG_IN_PERMIT, 0, &p, sizeof(p)));
	open_client(k, 1, 1000);
	open_client(k, 2, 1001);
	return k;
}

static struct tg_submission level(u64 id, u8 side, s64 px, s64 qty, u16 flags)
{
	return (struct tg_submission){ .type = TG_SUB_BOOK, .flags = flags, .instrument_id = 1,
				       .user_ref = id, .px = px * E8, .qty = qty * E8, .side = side,
				       .action = qty ? TG_MD_CHANGE : TG_MD_DELETE };
}

static enum tg_reason put(struct kit *k, u16 client, struct tg_submission s)
{
	return kit_step(k, TG_IN_SUBMIT, client, &s, sizeof(s));
}

static void live(struct kit *k)
{
	must(put(k, 1, level(10, 0, 0, 0, TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_NONE)));
	assert_int_equal(kit_count(k, TG_PUB_CLEAR), 1);
	must(put(k, 1, level(10, TG_SIDE_BUY, 10, 1, 0)));
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, TG_EV_SNAPSHOT);
	must(put(k, 1, level(10, TG_SIDE_SELL, 11, 2, TG_SUB_BOOK_LAST)));
	assert_int_equal(kit_pub(k, TG_PUB_LEVEL, 0)->flags, TG_EV_SNAPSHOT | TG_EV_LAST);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
}

static void book_of_ones_own(void **state)
{
	struct kit *k = start();
	struct tg_book_image image;

	(void)state;
	live(k);
	assert_int_equal(kit_outs(k, TG_OUT_PRIVATE), 0);	/* only refusals are told */
	assert_true(tg_engine_book(k->e, 1, &image));
	assert_int_equal(image.bid[0].px, 10 * E8);
	assert_int_equal(image.ask[0].qty, 2 * E8);
	assert_int_equal(image.update_id, 10);
	must(put(k, 1, level(11, TG_SIDE_BUY, 10, 0, TG_SUB_BOOK_LAST)));
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 0);
	/* an update of two, its end said by itself */
	must(put(k, 1, level(12, TG_SIDE_BUY, 9, 1, 0)));
	must(put(k, 1, level(12, TG_SIDE_BUY, 8, 1, 0)));
	must(put(k, 1, level(12, 0, 0, 0, TG_SUB_BOOK_LAST | TG_SUB_BOOK_NONE)));
	assert_int_equal(kit_pub(k, TG_PUB_BOOK_STATE, 0)->flags, TG_EV_LAST);
	assert_int_equal(kit_i(k, 1)->update_id, 12);
	must(put(k, 1, level(12, TG_SIDE_SELL, 9, 3, TG_SUB_BOOK_TRADE)));
	assert_int_equal(kit_pub(k, TG_PUB_TRADE, 0)->u.trade.aggressor, TG_SIDE_SELL);
	assert_int_equal(kit_i(k, 1)->last_px, 9 * E8);
	assert_int_equal(kit_cc(k, TG_CC_MD_PUBLISHED), 6);
	/* nothing of the venue's reaches it */
	kit_connect(k);
	assert_int_equal(kit_sent(k, "V", NULL), 1);
	kit_tcp(k, "W", "55=OWN|25044=99|268=1|269=0|270=1|271=1|");
	assert_int_equal(kit_cc(k, TG_CC_MD_UNKNOWN_SYMBOL), 1);
	kit_step(k, TG_IN_TCP_DOWN, KIT_VENUE, NULL, 0);
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	kit_free(k);
}

static void refused(void **state)
{
	struct kit *k = start();
	struct tg_submission s;

	(void)state;
	assert_int_equal(put(k, 1, level(1, TG_SIDE_BUY, 1, 1, 0)), TG_REASON_NOT_READY);
	assert_int_equal(kit_outs(k, TG_OUT_PRIVATE), 1);
	assert_int_equal(put(k, 2, level(1, 0, 0, 0, TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_NONE)),
			 TG_REASON_NOT_PERMITTED);
	live(k);
	assert_int_equal(put(k, 1, level(9, TG_SIDE_BUY, 1, 1, 0)), TG_REASON_BAD_REQUEST);
	assert_int_equal(put(k, 1, level(10, TG_SIDE_BUY, 1, 1, 0)), TG_REASON_BAD_REQUEST);
	assert_int_equal(put(k, 1, level(11, 0, 1, 1, 0)), TG_REASON_BAD_SIDE);
	assert_int_equal(put(k, 1, level(11, 3, 1, 1, 0)), TG_REASON_BAD_SIDE);
	assert_int_equal(put(k, 1, level(0, TG_SIDE_BUY, 1, 1, 0)), TG_REASON_BAD_REQUEST);
	assert_int_equal(put(k, 1, level(11, TG_SIDE_BUY, 1, 1, 64)), TG_REASON_BAD_REQUEST);
	assert_int_equal(put(k, 1, level(11, 0, 0, 0, TG_SUB_BOOK_NONE)), TG_REASON_BAD_REQUEST);
	s = level(11, TG_SIDE_BUY, 1, -1, 0);
	assert_int_equal(put(k, 1, s), TG_REASON_BAD_QUANTITY);
	s = level(11, TG_SIDE_BUY, 1, 1, 0);
	s.px = TG_PX_NONE;
	assert_int_equal(put(k, 1, s), TG_REASON_BAD_PRICE);
	s.px = E8;
	s.order_id = 5;		/* order by order into a book by price */
	assert_int_equal(put(k, 1, s), TG_REASON_BAD_ORDER);
	s.order_id = 0;
	s.action = 4;
	assert_int_equal(put(k, 1, s), TG_REASON_BAD_REQUEST);
	s.action = 0;
	s.reserved[1] = 1;
	assert_int_equal(put(k, 1, s), TG_REASON_BAD_REQUEST);
	s = level(11, TG_SIDE_BUY, 1, 1, 0);
	s.instrument_id = 2;
	assert_int_equal(put(k, 1, s), TG_REASON_BAD_INSTRUMENT);
	s.instrument_id = 77;
	assert_int_equal(put(k, 1, s), TG_REASON_BAD_INSTRUMENT);
	assert_int_equal(kit_i(k, 1)->update_id, 10);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 1);
	kit_free(k);
}

static void publisher_goes(void **state)
{
	struct kit *k = start();
	struct tg_in_permit p = { .permit_id = 2, .account_id = 1, .uid = 1001,
				  .flags = TG_PERMIT_PUBLISH };

	(void)state;
	live(k);
	must(kit_step(k, TG_IN_PERMIT, 0, &p, sizeof(p)));
	assert_int_equal(put(k, 2, level(11, 0, 0, 0, TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_NONE)),
			 TG_REASON_DUPLICATE_ID);
	must(kit_step(k, TG_IN_CLIENT_CLOSE, 1, NULL, 0));
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_STALE);
	assert_int_equal(kit_pub(k, TG_PUB_GAP, 0)->u.gap.cause, TG_GAP_SESSION);
	assert_int_equal(put(k, 2, level(11, TG_SIDE_BUY, 1, 1, 0)), TG_REASON_NOT_READY);
	/* another takes over, with ids of its own */
	must(put(k, 2, level(1, TG_SIDE_BUY, 5, 1, TG_SUB_BOOK_CLEAR | TG_SUB_BOOK_LAST)));
	assert_int_equal(kit_i(k, 1)->state, TG_BOOK_LIVE);
	assert_int_equal(kit_count(k, TG_PUB_RECOVERED), 1);
	assert_int_equal(tg_engine_book_levels(k->e, 1, TG_BID), 1);
	kit_free(k);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(book_of_ones_own),
		cmocka_unit_test(refused),
		cmocka_unit_test(publisher_goes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
