// SPDX-License-Identifier: MIT
/* Clients: permits, downloads, what happens to orders when their client goes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define BUY TG_SIDE_BUY
#define SELL TG_SIDE_SELL

static enum tg_reason open_only(struct fx *f, u16 client, u32 uid, u32 flags)
{
	struct tg_in_client c = { .uid = uid, .flags = flags, .name = "test" };

	return fx_step(f, TG_IN_CLIENT_OPEN, client, &c, sizeof(c));
}

static void open_and_close_are_checked(void **state)
{
	struct fx *f = fx_new();
	struct tg_in_client good = { .uid = 1000, .name = "x" }, c;

	(void)state;
#define BAD(field, value)                                                         \
	do {                                                                      \
		c = good;                                                         \
		c.field = value;                                                  \
		assert_int_equal(fx_step(f, TG_IN_CLIENT_OPEN, 1, &c, sizeof(c)), \
				 TG_REASON_BAD_REQUEST);                          \
	} while (0)
	BAD(flags, 8);
	BAD(reserved[0], 1);
	BAD(reserved[1], 1);
	BAD(name[TG_NAME_LEN - 1], 'x');
	assert_int_equal(fx_step(f, TG_IN_CLIENT_OPEN, 0, &good, sizeof(good)),
			 TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_step(f, TG_IN_CLIENT_OPEN, 5, &good, sizeof(good)),
			 TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_close(f, 1), TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_step(f, TG_IN_CLIENT_OPEN, 4, &good, sizeof(good)), TG_REASON_OK);
	assert_int_equal(fx_step(f, TG_IN_CLIENT_OPEN, 4, &good, sizeof(good)),
			 TG_REASON_DUPLICATE_ID);
	assert_int_equal(fx_close(f, 4), TG_REASON_OK);
	assert_int_equal(fx_close(f, 4), TG_REASON_BAD_REQUEST);
	fx_free(f);
}

static void permits_are_checked(void **state)
{
	struct fx *f = fx_new();
	struct tg_in_permit good = { .permit_id = 5,
				     .account_id = 1,
				     .uid = 1003,
				     .flags = TG_PERMIT_TRADE },
			    p;

	(void)state;
#undef BAD
#define BAD(field, value)                                                                       \
	do {                                                                                    \
		p = good;                                                                       \
		p.field = value;                                                                \
		assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &p, sizeof(p)), TG_REASON_CONFIG); \
	} while (0)
	BAD(permit_id, 0);
	BAD(permit_id, 9);
	BAD(account_id, 0);
	BAD(account_id, 3);	/* not configured */
	BAD(account_id, 99);
	BAD(instrument_id, 4);
	BAD(flags, 8);
	BAD(reserved[0], 1);
	BAD(reserved1, 1);
	BAD(strategy_id, 3);
	assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &good, sizeof(good)), TG_REASON_OK);
	fx_free(f);
}

static void what_a_permit_permits(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));
	struct tg_in_permit p = { .permit_id = 4,
				  .account_id = 2,
				  .uid = 1003,
				  .instrument_id = 2,
				  .flags = TG_PERMIT_TRADE };

	(void)state;
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	assert_int_equal(fx_open(f, 3, 1003, 0), TG_REASON_OK);
	assert_int_equal(fx_open(f, 4, 1000, TG_CLIENT_READ_ONLY), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 3, s), TG_REASON_NOT_PERMITTED);
	assert_int_equal(fx_submit(f, 4, s), TG_REASON_NOT_PERMITTED);
	s.ord_type = TG_ORD_MARKET;
	s.px = 0;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 2, s), TG_REASON_NOT_PERMITTED);	/* no market orders */
	s = fx_limit(BUY, PX(100), PX(1));
	/* a permit that comes later counts at once, for its instrument only */
	assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &p, sizeof(p)), TG_REASON_OK);
	s.account_id = 2;
	assert_int_equal(fx_submit(f, 3, s), TG_REASON_NOT_PERMITTED);
	s.instrument_id = 2;
	assert_int_equal(fx_submit(f, 3, s), TG_REASON_OK);
	/* replaced by one for somebody else: gone at once */
	p.uid = 1;
	assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &p, sizeof(p)), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 3, s), TG_REASON_NOT_PERMITTED);
	/* flags are no longer there: may look, may not trade */
	p = (struct tg_in_permit){ .permit_id = 2, .account_id = 1, .uid = 1001 };
	assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &p, sizeof(p)), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 2, fx_limit(BUY, PX(100), PX(1))), TG_REASON_NOT_PERMITTED);
	assert_true(tg_client_sees(f->e, 2, 1));
	assert_false(tg_client_sees(f->e, 2, 2));
	fx_free(f);
}

static void download_content(void **state)
{
	struct fx *f = fx_ready();
	u64 mine = fx_working(f, BUY, PX(100), PX(2)), done = fx_working(f, SELL, PX(100), PX(1));
	const struct tg_priv_event *ev;
	struct tg_submission again = { .type = TG_SUB_DOWNLOAD };
	u32 i;

	(void)state;
	REPORT(f, done, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(open_only(f, 2, 1002, 0), TG_REASON_OK);
	ev = fx_priv(f, 2, 0, 0);
	assert_int_equal(ev->type, TG_PRIV_ATTACHED);
	assert_int_equal(ev->u.download.client_id, 2);
	assert_int_equal(fx_priv(f, 2, 0, 1)->type, TG_PRIV_DOWNLOAD_BEGIN);
	for (i = 0; i < 3; i++) {
		static const char *const symbols[] = { "BTCUSDT", "ETHUSDT", "NOORDERS" };

		ev = fx_priv(f, 2, 0, 2 + i);
		assert_int_equal(ev->type, TG_PRIV_INSTRUMENT);
		assert_int_equal(ev->instrument_id, i + 1);
		assert_string_equal(ev->u.instrument.symbol, symbols[i]);
		assert_int_equal(ev->u.instrument.tick, CENT(1));
		assert_int_equal(ev->flags, TG_EV_DOWNLOAD);
	}
	/* nothing of account 1 for a user of account 2 */
	ev = fx_priv(f, 2, 0, 5);
	assert_int_equal(ev->type, TG_PRIV_DOWNLOAD_END);
	assert_int_equal(ev->u.download.count, 3);
	assert_null(fx_priv(f, 0, 0, 6));

	/* the owner asks again: its working order and the position, not the finished order */
	assert_int_equal(fx_submit(f, 1, again), TG_REASON_OK);
	assert_int_equal(fx_priv(f, 1, 0, 0)->type, TG_PRIV_ORDER_ACK);
	assert_int_equal(fx_priv(f, 1, 0, 1)->type, TG_PRIV_DOWNLOAD_BEGIN);
	assert_int_equal(fx_count_priv(f, 1, TG_PRIV_ORDER_UPDATE), 1);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0)->u.order.order_id, mine);
	ev = fx_priv(f, 1, TG_PRIV_POSITION, 0);
	assert_int_equal(ev->u.position.qty, -PX(1));
	assert_int_equal(ev->u.position.open_buy_qty, PX(2));
	assert_int_equal(ev->u.position.account_id, 1);
	assert_int_equal(ev->flags, TG_EV_DOWNLOAD);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_DOWNLOAD_END, 0)->u.download.count, 5);
	assert_int_equal(fx_counter(f, TG_CC_DOWNLOADS), 3);

	/* another user of the same account: its position, but not somebody else's orders */
	assert_int_equal(open_only(f, 3, 1001, 0), TG_REASON_OK);
	assert_int_equal(fx_count_priv(f, 3, TG_PRIV_ORDER_UPDATE), 0);
	assert_int_equal(fx_count_priv(f, 3, TG_PRIV_POSITION), 1);
	fx_free(f);
}

/*
 * More than a chunk: paced by the timer, nothing that adds exposure before the end, changes told
 * meanwhile.
 */
static void long_download_comes_in_chunks(void **state)
{
	struct fx *f = fx_new();
	struct tg_in_engine p = f->params;
	struct tg_in_mode m = { .mode = TG_MODE_LEADER };
	struct tg_in_venue v = { .venue_id = 1,
				 .dialect = TG_DIALECT_SIM,
				 .logon_timeout_ms = 1000,
				 .logout_timeout_ms = 1000,
				 .name = "v",
				 .sender_comp_id = "GW",
				 .target_comp_id = "VENUE1" };
	struct tg_in_account a = { .account_id = 1, .name = "A" };
	struct tg_in_permit permit = {
		.permit_id = 1, .account_id = 1, .uid = 1000, .flags = TG_PERMIT_TRADE
	};
	u32 i, steps = 0, got = 0;
	u64 bytes;

	(void)state;
	/* the same fixture around a larger engine */
	free(f->e);
	free(f->ob.buf);
	p.max_instruments = 100;
	bytes = tg_engine_size(&p);
	f->params = p;
	f->e = aligned_alloc(64, (bytes + 63) & ~63ULL);
	f->ob.cap = tg_engine_outbox_bytes(&p) & ~7u;
	f->ob.buf = malloc(f->ob.cap);
	f->check = false;
	assert_int_equal(tg_engine_init(f->e, bytes, &p), 0);
	f->seq = 0;
	f->records_len = 0;
	assert_int_equal(fx_step(f, TG_IN_ENGINE, 0, &p, sizeof(p)), TG_REASON_OK);
	assert_int_equal(fx_step(f, TG_IN_VENUE, 0, &v, sizeof(v)), TG_REASON_OK);
	assert_int_equal(fx_step(f, TG_IN_ACCOUNT, 0, &a, sizeof(a)), TG_REASON_OK);
	assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &permit, sizeof(permit)), TG_REASON_OK);
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_OK);
	for (i = 1; i <= 100; i++) {
		struct tg_in_instrument in = {
			.instrument_id = i, .venue_id = 1, .tick = 1, .lot = 1
		};

		snprintf(in.symbol, sizeof(in.symbol), "S%u", i);
		assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), TG_REASON_OK);
	}
	assert_int_equal(open_only(f, 1, 1000, 0), TG_REASON_OK);
	got = fx_count_priv(f, 1, TG_PRIV_INSTRUMENT);
	assert_int_equal(got, TG_DOWNLOAD_CHUNK);
	while (!fx_priv(f, 1, TG_PRIV_DOWNLOAD_END, 0)) {
		assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(1), PX(1))), TG_REASON_NOT_READY);
		assert_true(tg_engine_deadline_ns(f->e) <= f->now + TG_DOWNLOAD_PACE_NS);
		f->now += TG_DOWNLOAD_PACE_NS;
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		assert_true(fx_count_priv(f, 1, TG_PRIV_INSTRUMENT) <= TG_DOWNLOAD_CHUNK);
		got += fx_count_priv(f, 1, TG_PRIV_INSTRUMENT);
		assert_true(++steps < 10);
	}
	assert_int_equal(got, 100);
	assert_int_equal(steps, 3);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_DOWNLOAD_END, 0)->u.download.count, 100);
	assert_true(fx_submit(f, 1, fx_limit(BUY, PX(1), PX(1))) != TG_REASON_NOT_READY);
	/* a download asked for while one runs starts over */
	assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_DOWNLOAD }),
			 TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_DOWNLOAD }),
			 TG_REASON_OK);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_INSTRUMENT, 0)->instrument_id, 1);
	fx_free(f);
}

static void a_client_that_downloads_may_still_cancel(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(1));

	(void)state;
	tg_client(f->e, 1)->phase = TG_DL_ORDERS;
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_NOT_READY);
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(1)), TG_REASON_NOT_READY);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_drop(f);
}

static void auto_cancel(void **state)
{
	struct fx *f = fx_ready();
	u64 a = fx_working(f, BUY, PX(100), PX(1)), b = fx_send(f, SELL, PX(101), PX(1)),
	    c = fx_working(f, BUY, PX(99), PX(1));

	(void)state;
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	assert_int_equal(fx_cancel(f, 1, c), TG_REASON_OK);
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 1));
	assert_null(fx_tcp(f, 'F', 2));		/* c's is under way */
	assert_int_equal(fx_order(f, a)->status, TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, b)->status, TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, a)->reason, TG_REASON_CLIENT_GONE);
	assert_int_equal(fx_order(f, a)->client_id, 0);
	assert_int_equal(fx_counter(f, TG_CC_AUTO_CANCELS), 2);
	/* told to those who may see the account; nothing to the one that is gone */
	assert_int_equal(fx_count_priv(f, 2, TG_PRIV_ORDER_UPDATE), 2);
	assert_int_equal(fx_count_priv(f, 1, 0), 0);
	REPORT(f, a, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(fx_count_priv(f, 2, TG_PRIV_FILL), 1);
	assert_int_equal(fx_count_priv(f, 2, TG_PRIV_POSITION), 1);
	fx_free(f);
}

static void without_auto_cancel_orders_stay(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));
	struct tg_nl_order q;
	u64 id;

	(void)state;
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);
	id = tg_engine_last_order_id(f->e);
	assert_int_equal(fx_close(f, 2), TG_REASON_OK);
	assert_null(fx_tcp(f, 'F', 0));
	assert_int_equal(fx_order(f, id)->status, TG_OS_PENDING_NEW);
	tg_order_query(f->e, fx_order(f, id), &q);
	assert_int_equal(q.client_id, 0);
	assert_int_equal(q.status, TG_OS_PENDING_NEW);
	assert_int_equal(q.px, PX(100));

	/*
	 * a user of another account, one without a permit, and one that only reads may not touch it
	 */
	assert_int_equal(fx_open(f, 3, 1002, 0), TG_REASON_OK);
	assert_int_equal(fx_cancel(f, 3, id), TG_REASON_BAD_ORDER);
	assert_int_equal(fx_open(f, 4, 1000, TG_CLIENT_READ_ONLY), TG_REASON_OK);
	assert_int_equal(fx_count_priv(f, 4, TG_PRIV_ORDER_UPDATE),
			 1); /* but it is shown to those who see the account */
	assert_int_equal(fx_cancel(f, 4, id), TG_REASON_BAD_ORDER);
	/* nor is it the next client's by number */
	assert_int_equal(fx_open(f, 2, 1002, 0), TG_REASON_OK);
	assert_int_equal(fx_cancel(f, 2, id), TG_REASON_BAD_ORDER);
	/* one who may trade the account may cancel it */
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(1)), TG_REASON_BAD_ORDER);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.order_id, id);
	fx_free(f);
}

static void finished_orders_are_not_inherited(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(1));
	struct tg_nl_order q;

	(void)state;
	REPORT(f, id, .exec = '4', .status = '4');
	tg_order_query(f->e, fx_order(f, id), &q);
	assert_int_equal(q.client_id, 1);
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);
	assert_int_equal(fx_open(f, 1, 1001, 0), TG_REASON_OK);
	tg_order_query(f->e, fx_order(f, id), &q);
	assert_int_equal(q.client_id, 0);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_BAD_ORDER);
	assert_null(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 1));
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.qty,
			 0); /* nothing of the order is shown */
	/* a fill that comes after all makes it an order without an owner, not the new client's */
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(fx_order(f, id)->status, TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->client_id, 0);
	assert_int_equal(tg_client(f->e, 1)->working_orders, 0);
	assert_int_equal(fx_cancel(f, 1, id),
			 TG_REASON_OK); /* which it may cancel, as one who trades the account */
	fx_free(f);
}

static void positions_go_to_all_who_see_the_account(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(1));

	(void)state;
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	assert_int_equal(fx_open(f, 3, 1002, 0), TG_REASON_OK);
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(fx_count_priv(f, 1, TG_PRIV_POSITION), 1);
	assert_int_equal(fx_count_priv(f, 2, TG_PRIV_POSITION), 1);
	assert_int_equal(fx_count_priv(f, 2, TG_PRIV_FILL), 0);
	assert_int_equal(fx_count_priv(f, 3, 0), 0);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(open_and_close_are_checked),
		cmocka_unit_test(permits_are_checked),
		cmocka_unit_test(what_a_permit_permits),
		cmocka_unit_test(download_content),
		cmocka_unit_test(long_download_comes_in_chunks),
		cmocka_unit_test(a_client_that_downloads_may_still_cancel),
		cmocka_unit_test(auto_cancel),
		cmocka_unit_test(without_auto_cancel_orders_stay),
		cmocka_unit_test(finished_orders_are_not_inherited),
		cmocka_unit_test(positions_go_to_all_who_see_the_account),
	};

	return cmocka_run_group_tests_name("client", tests, NULL, NULL);
}
