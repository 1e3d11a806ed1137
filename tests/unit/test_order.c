// SPDX-License-Identifier: MIT
/* Child orders, what clients ask for: new orders, cancels, replaces; what the gateway refuses, races, slots and numbers that run out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

/* ---- new ---- */

static void new_order_on_the_wire(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(SELL, PX(61837) + CENT(63), 150000000);
	const struct tg_priv_event *ev;
	const struct tg_order *o;
	char id[32];

	(void)state;
	s.cause_time_ns = 12345;
	s.flags = TG_SUB_POST_ONLY;
	s.tif = TG_TIF_GTC;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	o = fx_order(f, tg_engine_last_order_id(f->e));
	snprintf(id, sizeof(id), "%016llX", (unsigned long long)o->cl_ord_id);
	tag_is(fx_tcp(f, 'D', 0), 11, id);
	tag_is(fx_tcp(f, 'D', 0), 55, "BTCUSDT");
	tag_is(fx_tcp(f, 'D', 0), 54, "2");
	tag_is(fx_tcp(f, 'D', 0), 44, "61837.63");
	tag_is(fx_tcp(f, 'D', 0), 38, "1.5");
	tag_is(fx_tcp(f, 'D', 0), 40, "2");
	tag_is(fx_tcp(f, 'D', 0), 59, "1");
	tag_is(fx_tcp(f, 'D', 0), 1, "ACC1");
	assert_int_equal(fx_tcp(f, 'D', 0)->arg, 12345);
	ev = fx_priv(f, 1, 0, 0);
	assert_int_equal(ev->type, TG_PRIV_ORDER_ACK);
	assert_int_equal(ev->u.order.origin, TG_ORIGIN_GATEWAY);
	assert_int_equal(ev->u.order.request, TG_SUB_NEW);
	assert_int_equal(ev->u.order.reason, TG_REASON_OK);
	assert_int_equal(ev->u.order.order_id, o->order_id);
	assert_int_equal(ev->u.order.user_ref, 77);
	assert_int_equal(ev->u.order.status, TG_OS_PENDING_NEW);
	assert_int_equal(ev->u.order.leaves_qty, 150000000);
	assert_null(fx_priv(f, 0, 0, 1));
	assert_int_equal(o->order_id >> 52, 7);
	assert_int_equal(o->order_id & 0xffff, 0);
	assert_int_equal(fx_counter(f, TG_CC_ORDERS_SENT), 1);
	assert_int_equal(fx_counter(f, TG_CC_ORDERS_SUBMITTED), 1);
	assert_int_equal(fx_position(f, 1, 1)->open_sell_qty, 150000000);
	fx_free(f);
}

static void refused(struct fx *f, struct tg_submission s, enum tg_reason want)
{
	const struct tg_priv_event *ev;
	u32 before = f->e->working;

	if (fx_submit(f, 1, s) != want)
		fprintf(stderr, "wanted %s\n", tg_reason_name(want));
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_non_null(ev);
	assert_int_equal(ev->u.order.reason, want);
	assert_int_equal(ev->u.order.order_id, 0);
	assert_int_equal(ev->u.order.status, TG_OS_REJECTED);
	assert_int_equal(ev->u.order.user_ref, 77);
	assert_null(fx_tcp(f, 'D', 0));
	assert_int_equal(f->e->working, before);
}

static void refusals_of_form_and_terms(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission good = fx_limit(BUY, PX(100), PX(1)), s;
	struct tg_in_mode m = { .mode = TG_MODE_FOLLOWER };
	u32 i;

	(void)state;
#define WITH(field, value, want) do { s = good; s.field = value; refused(f, s, want); } while (0)
	WITH(flags, 4, TG_REASON_BAD_REQUEST);
	WITH(flags, TG_SUB_REDUCE_ONLY, TG_REASON_UNSUPPORTED);
	WITH(order_id, 1, TG_REASON_BAD_REQUEST);
	WITH(action, 1, TG_REASON_BAD_REQUEST);
	WITH(strategy_id, 3, TG_REASON_BAD_STRATEGY);
	for (i = 0; i < 8; i++)
		WITH(reserved[i], 1ULL << 63, TG_REASON_BAD_REQUEST);
	WITH(account_id, 0, TG_REASON_BAD_ACCOUNT);
	WITH(account_id, 3, TG_REASON_BAD_ACCOUNT);
	WITH(account_id, 99, TG_REASON_BAD_ACCOUNT);
	WITH(account_id, 2, TG_REASON_NOT_PERMITTED);
	WITH(instrument_id, 0, TG_REASON_BAD_INSTRUMENT);
	WITH(instrument_id, 4, TG_REASON_BAD_INSTRUMENT);
	WITH(instrument_id, ~0u, TG_REASON_BAD_INSTRUMENT);
	WITH(instrument_id, 3, TG_REASON_SESSION_DOWN);
	WITH(side, 0, TG_REASON_BAD_SIDE);
	WITH(side, 3, TG_REASON_BAD_SIDE);
	WITH(ord_type, 0, TG_REASON_BAD_TYPE);
	WITH(ord_type, 3, TG_REASON_BAD_TYPE);
	WITH(tif, 2, TG_REASON_BAD_TYPE);
	WITH(tif, 5, TG_REASON_BAD_TYPE);
	WITH(px, 0, TG_REASON_BAD_PRICE);
	WITH(px, -PX(1), TG_REASON_BAD_PRICE);
	WITH(px, PX(100) + 1, TG_REASON_BAD_PRICE);
	WITH(px, TG_PX_MAX + CENT(1), TG_REASON_BAD_PRICE);
	WITH(px, TG_PX_NONE, TG_REASON_BAD_PRICE);
	WITH(ord_type, TG_ORD_MARKET, TG_REASON_BAD_PRICE);
	WITH(qty, 0, TG_REASON_BAD_QUANTITY);
	WITH(qty, -PX(1), TG_REASON_BAD_QUANTITY);
	WITH(qty, TG_SCALE / 100 - TG_SCALE / 1000, TG_REASON_BAD_QUANTITY);
	WITH(qty, PX(1) + 1, TG_REASON_BAD_QUANTITY);
	WITH(qty, INT64_MAX, TG_REASON_BAD_QUANTITY);
	good.flags = TG_SUB_POST_ONLY;
	WITH(tif, TG_TIF_IOC, TG_REASON_BAD_TYPE);
	WITH(tif, TG_TIF_FOK, TG_REASON_BAD_TYPE);
	good.flags = 0;
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_OK);
	refused(f, good, TG_REASON_NOT_LEADER);
	m.mode = TG_MODE_LEADER;
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_OK);
	fx_disconnect(f);
	refused(f, good, TG_REASON_SESSION_DOWN);
	good.type = 0;
	assert_int_equal(fx_submit(f, 1, good), TG_REASON_BAD_REQUEST);
	good.type = TG_SUB_INTENT_REPLACE + 1;
	assert_int_equal(fx_submit(f, 1, good), TG_REASON_BAD_REQUEST);
	assert_int_equal(fx_submit(f, 3, good), TG_REASON_BAD_REQUEST);		/* nobody there */
	assert_null(fx_priv(f, 0, 0, 0));
	fx_free(f);
}

static void capacity_and_slot_reuse(void **state)
{
	struct fx *f = fx_ready();
	u64 id[16], again;
	u32 i, k;

	(void)state;
	for (i = 0; i < 16; i++) {
		id[i] = fx_send(f, BUY, PX(100), PX(1));
		for (k = 0; k < i; k++)
			assert_true(id[k] != id[i]);
	}
	refused(f, fx_limit(BUY, PX(100), PX(1)), TG_REASON_CAPACITY);
	REPORT(f, id[3], .exec = '8', .status = '8', .reject = 1);
	REPORT(f, id[9], .exec = '8', .status = '8', .reject = 1);
	assert_int_equal(STATUS(f, id[3]), TG_OS_REJECTED);	/* still readable */
	again = fx_send(f, BUY, PX(100), PX(1));		/* the one that was free longest */
	assert_int_equal(again >> 16 & 0xfffff, id[3] >> 16 & 0xfffff);
	assert_true(again != id[3]);
	assert_null(tg_order_find(f->e, id[3], 0));
	assert_int_equal(STATUS(f, id[9]), TG_OS_REJECTED);
	/* a report for the old generation finds nothing */
	i = (u32)fx_counter(f, TG_CC_EXEC_UNKNOWN_ORDER);
	REPORT(f, again, .exec = 'F', .status = '2', .id = id[3] | 1, .cum = PX(1),
	       .last_qty = PX(1), .last_px = PX(100));
	assert_int_equal(fx_counter(f, TG_CC_EXEC_UNKNOWN_ORDER), i + 1);
	assert_int_equal(STATUS(f, again), TG_OS_PENDING_NEW);
	fx_free(f);
}

static void generation_wraps_past_zero(void **state)
{
	struct fx *f = fx_ready();
	u32 i;

	(void)state;
	for (i = 0; i < 16; i++)
		tg_order_slot(f->e, i)->generation = 65535;
	assert_int_equal(fx_send(f, BUY, PX(100), PX(1)) >> 36 & 0xffff, 1);
	fx_drop(f);
}

/* ---- cancel ---- */

static void cancel_round_trip(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(2));
	const struct tg_priv_event *ev;
	char was[32], req[32];

	(void)state;
	snprintf(was, sizeof(was), "%016llX", (unsigned long long)(id | 1));
	snprintf(req, sizeof(req), "%016llX", (unsigned long long)(id | 2));
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	tag_is(fx_tcp(f, 'F', 0), 41, was);
	tag_is(fx_tcp(f, 'F', 0), 11, req);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_int_equal(ev->u.order.request, TG_SUB_CANCEL);
	assert_int_equal(ev->u.order.status, TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_ORDER_STATE);
	assert_null(fx_tcp(f, 'F', 0));
	/* a fill crosses it */
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(1), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	REPORT(f, id, .exec = '6', .status = '6', .cum = PX(1), .leaves = PX(1));
	REPORT(f, id, .exec = '4', .status = '4', .orig = id | 1, .cum = PX(1));
	assert_int_equal(STATUS(f, id), TG_OS_CANCELED);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_int_equal(ev->u.order.origin, TG_ORIGIN_VENUE);
	assert_int_equal(ev->u.order.request, TG_SUB_CANCEL);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_ORDER_STATE);
	assert_int_equal(fx_counter(f, TG_CC_CANCELS_SENT), 1);
	fx_free(f);
}

static void cancel_races(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_send(f, BUY, PX(100), PX(2)), req;
	const struct tg_priv_event *ev;

	(void)state;
	/* before the acknowledgement: the venue's answers come in their order */
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	REPORT(f, id, .exec = '0', .status = '0', .id = id | 1, .leaves = PX(2));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	assert_non_null(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0));
	fx_cancel_reject(f, id, 0, '1', 0, '0');
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	ev = fx_priv(f, 1, 0, 0);
	assert_int_equal(ev->type, TG_PRIV_CANCEL_REJECT);
	assert_int_equal(ev->u.order.reason, TG_REASON_CANCEL_REJECT);
	assert_int_equal(ev->u.order.request, TG_SUB_CANCEL);
	assert_int_equal(fx_priv(f, 1, 0, 1)->type, TG_PRIV_ORDER_UPDATE);

	/* filled while the cancel flies: the reject comes after the end */
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	req = fx_order(f, id)->req_cl_ord_id;
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(2), .last_qty = PX(2),
	       .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	fx_cancel_reject(f, id, req, '1', 0, '2');
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	assert_int_equal(fx_count_priv(f, 1, TG_PRIV_CANCEL_REJECT), 1);

	/* an answer to a request that is no longer in flight */
	id = fx_working(f, BUY, PX(100), PX(2));
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_cancel_reject(f, id, 0, '1', 0, '0');
	fx_cancel_reject(f, id, id | 2, '1', 0, '0');
	assert_null(fx_priv(f, 0, 0, 0));
	assert_int_equal(STATUS(f, id), TG_OS_NEW);

	/* rejected new with the cancel in flight */
	id = fx_send(f, BUY, PX(100), PX(2));
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	REPORT(f, id, .exec = '8', .status = '8', .id = id | 1);
	assert_int_equal(STATUS(f, id), TG_OS_REJECTED);
	/* a reject by 35=8 that names the cancel: what lives is unclear */
	id = fx_working(f, BUY, PX(100), PX(2));
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	REPORT(f, id, .exec = '8', .status = '8', .id = id | 2);
	assert_int_equal(fx_order(f, id)->prior_status, TG_OS_SUSPECT);
	fx_free(f);
}

static void request_numbers_run_out(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(2));

	(void)state;
	fx_order(f, id)->request = TG_ORDER_REPLACE_MAX;
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(2)), TG_REASON_CAPACITY);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_cancel_reject(f, id, 0, '1', 0, '0');
	fx_order(f, id)->request = TG_ORDER_REQUEST_MAX;
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_CAPACITY);
	fx_drop(f);
}

static void cancel_needs_only_a_session(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(2));
	struct tg_in_mode m = { .mode = TG_MODE_FOLLOWER };
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_FIRM, 0);

	(void)state;
	l.max_order_qty = 0;
	l.rate_per_s = 0;
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, 0), TG_REASON_OK);
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_OK);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_cancel_reject(f, id, 0, '1', 0, '0');
	fx_disconnect(f);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_SESSION_DOWN);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_int_equal(fx_cancel(f, 1, id | 1), TG_REASON_BAD_ORDER);
	assert_int_equal(fx_cancel(f, 1, 0), TG_REASON_BAD_ORDER);
	assert_int_equal(fx_cancel(f, 1, ~0ULL), TG_REASON_BAD_ORDER);
	fx_free(f);
}

static void cancel_all(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(SELL, PX(100), PX(1)),
			     all = { .type = TG_SUB_CANCEL_ALL, .user_ref = 5 };
	u64 a = fx_working(f, BUY, PX(100), PX(1)), b, c;

	(void)state;
	s.instrument_id = 2;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	b = tg_engine_last_order_id(f->e);
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);
	c = tg_engine_last_order_id(f->e);
	all.instrument_id = 2;
	assert_int_equal(fx_submit(f, 1, all), TG_REASON_OK);
	assert_int_equal(STATUS(f, b), TG_OS_PENDING_CANCEL);
	assert_int_equal(STATUS(f, a), TG_OS_NEW);
	assert_int_equal(STATUS(f, c), TG_OS_PENDING_NEW);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.request, TG_SUB_CANCEL_ALL);
	all.instrument_id = 0;
	assert_int_equal(fx_submit(f, 1, all), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_null(fx_tcp(f, 'F', 1));		/* b is under way already */
	assert_int_equal(STATUS(f, a), TG_OS_PENDING_CANCEL);
	assert_int_equal(STATUS(f, c), TG_OS_PENDING_NEW);
	all.instrument_id = 4;
	assert_int_equal(fx_submit(f, 1, all), TG_REASON_BAD_INSTRUMENT);
	fx_free(f);
}

/* ---- replace ---- */

static void replace_round_trip(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(4));
	const struct tg_priv_event *ev;

	(void)state;
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(6)), TG_REASON_OK);
	tag_is(fx_tcp(f, 'G', 0), 44, "101");
	tag_is(fx_tcp(f, 'G', 0), 38, "6");
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_REPLACE);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_int_equal(ev->u.order.request, TG_SUB_REPLACE);
	assert_int_equal(ev->u.order.px, PX(100));	/* as the venue has it */
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(6)), TG_REASON_ORDER_STATE);
	REPORT(f, id, .exec = 'E', .status = 'E', .leaves = PX(4));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_REPLACE);
	/* filled under the old terms meanwhile */
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(3), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_REPLACE);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(5));
	REPORT(f, id, .exec = '5', .status = '1', .orig = id | 1, .qty = PX(6), .px = PX(101),
	       .cum = PX(1), .leaves = PX(5));
	assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_order(f, id)->px, PX(101));
	assert_int_equal(fx_order(f, id)->qty, PX(6));
	assert_int_equal(fx_order(f, id)->cl_ord_id, id | 2);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_int_equal(ev->u.order.request, TG_SUB_REPLACE);
	assert_int_equal(ev->u.order.origin, TG_ORIGIN_VENUE);
	/* the next request names the new id */
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	{
		char want[32];

		snprintf(want, sizeof(want), "%016llX", (unsigned long long)(id | 2));
		tag_is(fx_tcp(f, 'F', 0), 41, want);
	}
	fx_free(f);
}

static void replace_refusals(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_send(f, BUY, PX(100), PX(4)), m;
	struct tg_submission s = fx_limit(BUY, 0, PX(1));
	struct tg_in_mode mode = { .mode = TG_MODE_FOLLOWER };

	(void)state;
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(4)),
			 TG_REASON_ORDER_STATE); /* not acknowledged yet */
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(4));
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(2), .leaves = PX(2), .last_qty = PX(2),
	       .last_px = PX(100));
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(2)),
			 TG_REASON_BAD_QUANTITY); /* no more than is done */
	assert_int_equal(fx_replace(f, 1, id, PX(101) + 1, PX(4)), TG_REASON_BAD_PRICE);
	assert_int_equal(fx_replace(f, 1, id, 0, PX(4)), TG_REASON_BAD_PRICE);
	assert_int_equal(fx_replace(f, 1, id, PX(101), 0), TG_REASON_BAD_QUANTITY);
	assert_int_equal(fx_replace(f, 1, id | 1, PX(101), PX(4)), TG_REASON_BAD_ORDER);
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 2, id, PX(101), PX(4)), TG_REASON_BAD_ORDER);
	assert_int_equal(fx_cancel(f, 2, id), TG_REASON_BAD_ORDER);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 1, 0), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(4)), TG_REASON_KILLED);
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_INSTRUMENT, 1, 0), TG_REASON_OK);
	s.ord_type = TG_ORD_MARKET;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	m = tg_engine_last_order_id(f->e);
	REPORT(f, m, .exec = '0', .status = '0', .leaves = PX(1));
	assert_int_equal(fx_replace(f, 1, m, PX(101), PX(4)), TG_REASON_BAD_TYPE);
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &mode, sizeof(mode)), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(4)), TG_REASON_NOT_LEADER);
	mode.mode = TG_MODE_LEADER;
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &mode, sizeof(mode)), TG_REASON_OK);
	fx_disconnect(f);
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(4)), TG_REASON_SESSION_DOWN);
	fx_free(f);
}

static void replace_races(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(4));

	(void)state;
	/* filled before the replace arrived */
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(6)), TG_REASON_OK);
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(4), .last_qty = PX(4),
	       .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, 0);
	fx_cancel_reject(f, id, id | 2, '2', 0, '2');
	assert_int_equal(fx_priv(f, 1, TG_PRIV_CANCEL_REJECT, 0)->u.order.request, TG_SUB_REPLACE);

	/* replaced downwards to exactly what was filled meanwhile */
	id = fx_working(f, BUY, PX(100), PX(4));
	assert_int_equal(fx_replace(f, 1, id, PX(100), PX(2)), TG_REASON_OK);
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(2), .leaves = PX(2), .last_qty = PX(2),
	       .last_px = PX(100));
	REPORT(f, id, .exec = '5', .status = '2', .qty = PX(2), .px = PX(100), .cum = PX(2));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);

	/* a fill under the new terms before the report of the replace */
	id = fx_working(f, BUY, PX(100), PX(4));
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(6)), TG_REASON_OK);
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(5), .leaves = PX(1), .last_qty = PX(5),
	       .last_px = PX(101));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_REPLACE);
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(6), .last_qty = PX(1),
	       .last_px = PX(101));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	assert_int_equal(fx_order(f, id)->qty, PX(6));

	/* replaced to something nobody asked for */
	id = fx_working(f, BUY, PX(100), PX(4));
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(6)), TG_REASON_OK);
	REPORT(f, id, .exec = '5', .status = '0', .qty = PX(6), .px = PX(102), .leaves = PX(6));
	assert_int_equal(fx_order(f, id)->prior_status, TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->qty, PX(4));
	assert_int_equal(fx_order(f, id)->open_qty, PX(6));

	/* replaced, says a report that names another request than the one in flight */
	id = fx_working(f, BUY, PX(100), PX(4));
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(6)), TG_REASON_OK);
	REPORT(f, id, .exec = '5', .status = '0', .id = id | 1, .qty = PX(6), .px = PX(101),
	       .leaves = PX(6));
	assert_int_equal(fx_order(f, id)->prior_status, TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->cl_ord_id, id | 1);
	fx_free(f);
}

static void cancel_waits_for_the_replace(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(4));
	char want[32];
	u32 accepted;

	(void)state;
	for (accepted = 0; accepted < 2; accepted++) {
		id = fx_working(f, BUY, PX(100), PX(4));
		assert_int_equal(fx_replace(f, 1, id, PX(101), PX(6)), TG_REASON_OK);
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
		assert_null(fx_tcp(f, 'F', 0));
		assert_int_equal(STATUS(f, id), TG_OS_PENDING_REPLACE);
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_ORDER_STATE);
		if (accepted)
			REPORT(f, id, .exec = '5', .status = '0', .qty = PX(6), .px = PX(101),
			       .leaves = PX(6));
		else
			fx_cancel_reject(f, id, 0, '2', 0, '0');
		/* under the id that the venue has the order under now */
		snprintf(want, sizeof(want), "%016llX",
			 (unsigned long long)(id | (accepted ? 2 : 1)));
		tag_is(fx_tcp(f, 'F', 0), 41, want);
		assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	}
	fx_free(f);
}

/* tick 0 in the configuration: the venue's word counts, and nothing can be priced before it. */
static void the_venues_tick(void **state)
{
	struct tg_in_instrument in = { .instrument_id = 4,
				       .venue_id = 1,
				       .lot = TG_SCALE,
				       .symbol = "SOLUSDT" };
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(BUY, PX(100), PX(4));
	struct tg_in_instrument out;

	(void)state;
	in.tick = -1;
	assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), TG_REASON_CONFIG);
	in.tick = 0;
	assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), TG_REASON_OK);
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, 4)), TG_REASON_OK);
	s.instrument_id = 4;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_NO_TICK);
	fx_venue(f, "y", "320=1|893=Y|146=1|55=SOLUSDT|969=0.25|");
	assert_int_equal(fx_pub(f, TG_PUB_INSTRUMENT, 0)->id, 4);
	assert_true(tg_engine_instrument(f->e, 4, &out));
	assert_int_equal(out.tick, CENT(25));
	s.px = PX(100) + CENT(10);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_PRICE);
	s.px = PX(100) + CENT(50);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	fx_free(f);
}

/*
 * A cancel comes too late for a fill that was never told of: the reject says that the order is filled (39=2). The order is asked for, else it would work here for
 * ever, and the position be wrong.
 */
static void cancel_reject_of_an_order_that_has_ended(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(1));

	(void)state;
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_cancel_reject(f, id, 0, '1', 0, '0');
	assert_null(fx_tcp(f, 'H', 0));	/* it works */
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_cancel_reject(f, id, 0, '1', 0, '2');
	fx_advance(f, MS);
	assert_non_null(fx_tcp(f, 'H', 0));
	fx_free(f);
}

/* An answer does not say to which question: the second goes when the first is answered. */
static void one_question_at_a_time(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(1)), sent;
	int n;

	(void)state;
	for (n = 0; n < 2; n++) {
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
		fx_cancel_reject(f, id, 0, '1', 0, '2');
		assert_int_equal(fx_tcp(f, 'H', 0) != NULL, n == 0);
	}
	sent = tg_session(f->e, 1)->next_tx_seq;
	fx_advance(f, MS);
	assert_int_equal(tg_session(f->e, 1)->next_tx_seq, sent);
	REPORT(f, id, .exec = 'I', .status = '0', .leaves = PX(1));
	fx_advance(f, MS);
	assert_int_equal(tg_session(f->e, 1)->next_tx_seq, sent + 1);
	REPORT(f, id, .exec = 'I', .status = '0', .leaves = PX(1));
	fx_advance(f, MS);
	assert_int_equal(tg_session(f->e, 1)->next_tx_seq, sent + 1);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_question_at_a_time),
		cmocka_unit_test(cancel_reject_of_an_order_that_has_ended),
		cmocka_unit_test(new_order_on_the_wire),
		cmocka_unit_test(refusals_of_form_and_terms),
		cmocka_unit_test(capacity_and_slot_reuse),
		cmocka_unit_test(generation_wraps_past_zero),
		cmocka_unit_test(cancel_round_trip),
		cmocka_unit_test(cancel_races),
		cmocka_unit_test(request_numbers_run_out),
		cmocka_unit_test(cancel_needs_only_a_session),
		cmocka_unit_test(cancel_all),
		cmocka_unit_test(replace_round_trip),
		cmocka_unit_test(replace_refusals),
		cmocka_unit_test(replace_races),
		cmocka_unit_test(cancel_waits_for_the_replace),
		cmocka_unit_test(the_venues_tick),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
