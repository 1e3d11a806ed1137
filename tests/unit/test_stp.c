// SPDX-License-Identifier: MIT
/* Self-trade prevention: every action, at every state of the order that stands in the way. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

#define ID 4u

static enum tg_reason define(struct fx *f, u16 venue, u8 action)
{
	struct tg_in_instrument in = { .instrument_id = ID,
				       .venue_id = venue,
				       .flags = TG_INSTRUMENT_SUBSCRIBE,
				       .tick = CENT(1),
				       .lot = TG_SCALE / 1000,
				       .min_qty = TG_SCALE / 100,
				       .self_trade = action,
				       .symbol = "STP" };

	return fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in));
}

/* Client 1 on account 1, client 2 (another user) on account 2. */
static struct fx *world(u8 action)
{
	struct fx *f = fx_ready();

	assert_int_equal(define(f, 1, action), TG_REASON_OK);
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, ID)), TG_REASON_OK);
	assert_int_equal(fx_open(f, 2, 1002, 0), TG_REASON_OK);
	return f;
}

static enum tg_reason try(struct fx *f, u16 client, u8 side, s64 px, s64 qty)
{
	struct tg_submission s = fx_limit(side, px, qty);

	s.instrument_id = ID;
	s.account_id = client;
	return fx_submit(f, client, s);
}

static u64 sent(struct fx *f, u16 client, u8 side, s64 px, s64 qty)
{
	assert_int_equal(try(f, client, side, px, qty), TG_REASON_OK);
	return tg_engine_last_order_id(f->e);
}

static u64 working(struct fx *f, u16 client, u8 side, s64 px, s64 qty)
{
	u64 id = sent(f, client, side, px, qty);

	REPORT(f, id, .exec = '0', .status = '0', .leaves = qty);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	return id;
}

static void crossed(struct fx *f, u8 side, s64 px)
{
	assert_int_equal(try(f, 1, side, px, PX(1)), TG_REASON_SELF_CROSS);
	assert_null(fx_tcp(f, 'D', 0));
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.reason, TG_REASON_SELF_CROSS);
}

static void not_crossed(struct fx *f, u8 side, s64 px)
{
	u64 id = sent(f, 1, side, px, PX(1));

	REPORT(f, id, .exec = '8', .status = '8');	/* out of the way */
	assert_int_equal(STATUS(f, id), TG_OS_REJECTED);
}

/* Client 2 sells at 100, its replace goes to 99 where there is one. */
static void in_the_way(struct fx *f, s64 worst)
{
	crossed(f, BUY, worst);
	crossed(f, BUY, worst + CENT(1));
	not_crossed(f, BUY, worst - CENT(1));
	not_crossed(f, SELL, worst);
}

static void skip_in_every_state(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_SKIP);
	u64 id = sent(f, 2, SELL, PX(100), PX(3));

	(void)state;
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_NEW);
	in_the_way(f, PX(100));
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(3));
	in_the_way(f, PX(100));
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1), .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
	in_the_way(f, PX(100));

	assert_int_equal(fx_replace(f, 2, id, PX(99), PX(3)), TG_REASON_OK);
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_REPLACE);
	in_the_way(f, PX(99));
	fx_cancel_reject(f, id, 0, '2', 2, '1');
	in_the_way(f, PX(100));
	/* to the better side the old price stays the worse one, until it is settled */
	assert_int_equal(fx_replace(f, 2, id, PX(101), PX(3)), TG_REASON_OK);
	in_the_way(f, PX(100));
	REPORT(f, id, .exec = '5', .status = '1', .cum = PX(1), .leaves = PX(2), .px = PX(101), .qty = PX(3));
	in_the_way(f, PX(101));

	assert_int_equal(fx_cancel(f, 2, id), TG_REASON_OK);
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	in_the_way(f, PX(101));
	fx_disconnect(f);
	assert_int_equal(STATUS(f, id), TG_OS_UNKNOWN);
	fx_logon(f);
	in_the_way(f, PX(101));
	/* impossible: more than the order */
	REPORT(f, id, .id = fx_order(f, id)->cl_ord_id, .exec = 'F', .status = '1', .cum = PX(9), .leaves = PX(1), .last_qty = PX(8), .last_px = PX(101));
	assert_int_equal(fx_order(f, id)->prior_status, TG_OS_SUSPECT);
	in_the_way(f, PX(101));
	fx_free(f);
}

static void gone_in_every_end(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_SKIP);
	u64 id;

	(void)state;
	id = working(f, 2, SELL, PX(100), PX(1));
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1), .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	not_crossed(f, BUY, PX(100));
	id = working(f, 2, SELL, PX(100), PX(1));
	REPORT(f, id, .exec = '4', .status = '4');
	not_crossed(f, BUY, PX(100));
	id = sent(f, 2, SELL, PX(100), PX(1));
	REPORT(f, id, .exec = '8', .status = '8');
	not_crossed(f, BUY, PX(100));
	id = working(f, 2, SELL, PX(100), PX(1));
	REPORT(f, id, .exec = 'C', .status = 'C');
	assert_int_equal(STATUS(f, id), TG_OS_EXPIRED);
	not_crossed(f, BUY, PX(100));
	/* over, and then not: back in the way */
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .last_qty = PX(1), .last_px = PX(100), .no_leaves = true);
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	in_the_way(f, PX(100));
	fx_free(f);
}

static void market_orders_cross_whatever_is_there(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_SKIP);
	struct tg_submission s = fx_limit(BUY, 0, PX(1));
	u64 id;

	(void)state;
	s.instrument_id = ID;
	s.ord_type = TG_ORD_MARKET;
	fx_book(f, ID, PX(99), PX(101));
	id = working(f, 2, SELL, PX(5000), PX(1));
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_SELF_CROSS);
	REPORT(f, id, .exec = '4', .status = '4');
	working(f, 2, BUY, PX(1), PX(1));
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	/* and the market order, while it is under way, stands in the way of every sell */
	assert_int_equal(try(f, 2, SELL, PX(5000), PX(1)), TG_REASON_SELF_CROSS);
	assert_int_equal(fx_counter(f, TG_CC_SELF_CROSSES), 2);
	fx_free(f);
}

static void replace_is_looked_at_too(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_SKIP);
	u64 mine = working(f, 1, BUY, PX(90), PX(1)), other = working(f, 2, SELL, PX(100), PX(1));

	(void)state;
	assert_int_equal(fx_replace(f, 1, mine, PX(100), PX(2)), TG_REASON_SELF_CROSS);
	assert_null(fx_tcp(f, 'G', 0));
	assert_int_equal(STATUS(f, mine), TG_OS_NEW);
	assert_int_equal(fx_replace(f, 1, mine, PX(99), PX(2)), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 2, other, PX(99), PX(1)), TG_REASON_SELF_CROSS);
	assert_int_equal(fx_counter(f, TG_CC_SELF_CROSSES), 2);
	fx_free(f);
}

/* 1 at 100, 2 at 100.01, ours at 100.02, 5 at 100.03 of others */
static void reduce_to_what_comes_before(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_REDUCE);
	const struct tg_instrument *i = tg_instrument(f->e, ID);
	struct tg_submission s = fx_limit(BUY, PX(101), PX(5));
	char body[512];
	u64 id;

	(void)state;
	s.instrument_id = ID;
	id = working(f, 2, SELL, PX(100) + CENT(2), PX(4));
	/* no book: nothing to rely on */
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_SELF_CROSS);
	snprintf(body, sizeof(body), "262=%llu|55=STP|25044=100|268=5|269=0|270=99|271=1|269=1|270=100|271=1|269=1|270=100.01|271=2.0005|269=1|270=100.02|271=4|269=1|270=100.03|271=5|",
		 (unsigned long long)i->request_id);
	fx_venue(f, "W", body);
	assert_int_equal(i->state, TG_BOOK_LIVE);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	/* rounded down to lots; risk, order and wire have the same quantity */
	tag_is(fx_tcp(f, 'D', 0), 38, "3");
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.qty, PX(3));
	assert_int_equal(fx_position(f, 1, ID)->open_buy_qty, PX(3));
	assert_int_equal(fx_counter(f, TG_CC_SELF_TRADE_REDUCED), 1);
	/* less than what comes before: as it is */
	s.qty = PX(2);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	tag_is(fx_tcp(f, 'D', 0), 38, "2");
	assert_int_equal(fx_counter(f, TG_CC_SELF_TRADE_REDUCED), 1);
	/* all or nothing cannot be cut, nor can a replace */
	s.qty = PX(5);
	s.tif = TG_TIF_FOK;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_SELF_CROSS);
	assert_int_equal(fx_replace(f, 2, id, PX(100), PX(4)), TG_REASON_SELF_CROSS);
	fx_free(f);
}

static void nothing_comes_before(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_REDUCE);

	(void)state;
	working(f, 2, BUY, PX(99), PX(1));
	fx_book(f, ID, PX(99), PX(101));
	crossed(f, SELL, PX(99));
	assert_int_equal(fx_counter(f, TG_CC_SELF_TRADE_REDUCED), 0);
	fx_free(f);
}

static void cancel_then_trade(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_CANCEL);
	u64 a = working(f, 2, SELL, PX(100), PX(1)), b = sent(f, 2, SELL, PX(101), PX(1)),
	    c = working(f, 2, SELL, PX(102), PX(1));

	(void)state;
	assert_int_equal(try(f, 1, BUY, PX(101), PX(1)), TG_REASON_SELF_CROSS);
	assert_non_null(fx_tcp(f, 'F', 1));
	assert_null(fx_tcp(f, 'F', 2));
	assert_null(fx_tcp(f, 'D', 0));
	assert_int_equal(STATUS(f, a), TG_OS_PENDING_CANCEL);
	assert_int_equal(STATUS(f, b), TG_OS_PENDING_CANCEL);
	assert_int_equal(STATUS(f, c), TG_OS_NEW);
	assert_int_equal(fx_order(f, a)->reason, TG_REASON_SELF_CROSS);
	assert_int_equal(fx_counter(f, TG_CC_SELF_TRADE_CANCELS), 2);
	/* once more: they are on their way out already */
	assert_int_equal(try(f, 1, BUY, PX(101), PX(1)), TG_REASON_SELF_CROSS);
	assert_null(fx_tcp(f, 'F', 0));
	REPORT(f, a, .exec = '4', .status = '4');
	assert_int_equal(try(f, 1, BUY, PX(101), PX(1)), TG_REASON_SELF_CROSS);
	/* a fill beat the cancel */
	REPORT(f, b, .id = fx_order(f, b)->cl_ord_id, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1), .last_px = PX(101));
	assert_int_equal(try(f, 1, BUY, PX(101), PX(1)), TG_REASON_OK);
	/* a replace that would cross does the same */
	assert_int_equal(fx_replace(f, 2, c, PX(101), PX(1)), TG_REASON_SELF_CROSS);
	assert_non_null(fx_tcp(f, 'F', 0));
	fx_free(f);
}

static void off_is_off(void **state)
{
	struct fx *f = world(TG_SELF_TRADE_OFF);

	(void)state;
	working(f, 2, SELL, PX(100), PX(1));
	assert_int_equal(try(f, 1, BUY, PX(100), PX(1)), TG_REASON_OK);
	assert_int_equal(tg_instrument(f->e, ID)->stp_head[TG_ASK], 0);
	assert_int_equal(fx_counter(f, TG_CC_SELF_CROSSES), 0);
	fx_free(f);
}

static void configuration(void **state)
{
	struct fx *f = fx_new();
	struct tg_in_venue v = { .venue_id = 1 };

	(void)state;
	assert_int_equal(define(f, 1, TG_SELF_TRADE_CANCEL + 1), TG_REASON_CONFIG);
	/* the simulated venue has no tag for it */
	assert_int_equal(define(f, 1, TG_SELF_TRADE_VENUE), TG_REASON_CONFIG);
	tg_session(f->e, 1)->cfg.self_trade = TG_SELF_TRADE_REDUCE;
	assert_int_equal(define(f, 1, TG_SELF_TRADE_DEFAULT), TG_REASON_OK);
	assert_int_equal(tg_instrument(f->e, ID)->def.self_trade, TG_SELF_TRADE_REDUCE);
	assert_int_equal(tg_instrument(f->e, 1)->def.self_trade, TG_SELF_TRADE_OFF);
	v = tg_session(f->e, 2)->cfg;
	memset(tg_session(f->e, 2), 0, sizeof(struct tg_session));
	v.self_trade = TG_SELF_TRADE_VENUE;
	assert_int_equal(fx_step(f, TG_IN_VENUE, 0, &v, sizeof(v)), TG_REASON_CONFIG);
	v.self_trade = TG_SELF_TRADE_CANCEL + 1;
	assert_int_equal(fx_step(f, TG_IN_VENUE, 0, &v, sizeof(v)), TG_REASON_CONFIG);
	fx_drop(f);
}

/* Whatever is configured, orders carry the venue's tag: the newest goes. */
static void venues_tag_is_always_there(void **state)
{
	static const struct { u16 dialect, version; const char *want; } d[] = {
		{ TG_DIALECT_BINANCE, 0, "\00125001=2\001" },
		{ TG_DIALECT_KRAKEN, 0, "\0017928=1\001" },
		{ TG_DIALECT_COINBASE, 0, "\0017928=N\001" },
	};
	struct tg_in_instrument i = { .instrument_id = 1, .symbol = "A-B" };
	struct tg_order o = { .order_id = 1 << 16, .cl_ord_id = 65537, .req_cl_ord_id = 65537, .px = PX(1), .qty = PX(1), .req_px = PX(1), .req_qty = PX(2),
			      .account_id = 1, .side = BUY, .ord_type = TG_ORD_LIMIT, .tif = TG_TIF_GTC };
	struct tg_template t[TG_TEMPLATES];
	struct tg_fix_writer w;
	u8 buf[2048];
	u32 n, k;

	(void)state;
	for (n = 0; n < 3; n++) {
		struct tg_in_venue v = { .venue_id = 1, .dialect = d[n].dialect };

		memset(t, 0, sizeof(t));
		for (k = 0; k < 4; k++) {	/* ordinary, then from the template; new, then replace */
			memset(&w, 0, sizeof(w));
			w.p = buf;
			w.end = buf + sizeof(buf);
			w.summed = buf;
			w.time_ns = 1;
			memset(buf, 0, sizeof(buf));
			tg_venue_put_request(k < 2 ? TG_REQUEST_NEW : TG_REQUEST_REPLACE, &v, &i, "ACC", &o, 1, t, &w);
			/* no other replace has such a field */
			assert_int_equal(!!strstr((char *)buf, d[n].want), k < 2 || d[n].dialect == TG_DIALECT_COINBASE);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(skip_in_every_state),
		cmocka_unit_test(gone_in_every_end),
		cmocka_unit_test(market_orders_cross_whatever_is_there),
		cmocka_unit_test(replace_is_looked_at_too),
		cmocka_unit_test(reduce_to_what_comes_before),
		cmocka_unit_test(nothing_comes_before),
		cmocka_unit_test(cancel_then_trade),
		cmocka_unit_test(off_is_off),
		cmocka_unit_test(configuration),
		cmocka_unit_test(venues_tag_is_always_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
