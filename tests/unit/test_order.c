// SPDX-License-Identifier: MIT
/*
 * Child orders: what the gateway refuses, every transition by report, races, duplicates, impossible
 * reports, lost sessions.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define BUY TG_SIDE_BUY
#define SELL TG_SIDE_SELL
#define STATUS(f, id) (fx_order(f, id)->status)

static void tag_is(const struct tg_out *o, u32 tag, const char *want)
{
	char v[128];

	assert_non_null(o);
	assert_true(fx_tag(o, tag, v, sizeof(v)));
	assert_string_equal(v, want);
}

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
	WITH(routing_id, 1, TG_REASON_BAD_REQUEST);
	WITH(action, 1, TG_REASON_BAD_REQUEST);
	for (i = 0; i < 2; i++)
		WITH(pad[i], 1, TG_REASON_BAD_REQUEST);
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
	good.type = TG_SUB_BOOK + 1;
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

/* ---- reports ---- */

static void ack_and_fills(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_send(f, BUY, PX(100), PX(3));
	const struct tg_priv_event *ev;
	const struct tg_out *o;
	u32 pos = 0, stats = 0;

	(void)state;
	f->now += 5 * MS;
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(3));
	while ((o = tg_outbox_next(&f->ob, &pos)))
		if (o->type == TG_OUT_STAT) {
			stats++;
			assert_int_equal(o->target, TG_STAGE_VENUE_ACK);
			assert_int_equal(o->arg, 5 * MS);
		}
	assert_int_equal(stats, 1);
	ev = fx_priv(f, 1, 0, 0);
	assert_int_equal(ev->type, TG_PRIV_ORDER_ACK);
	assert_int_equal(ev->u.order.origin, TG_ORIGIN_VENUE);
	assert_int_equal(ev->u.order.status, TG_OS_NEW);
	assert_int_equal(fx_priv(f, 1, 0, 1)->type, TG_PRIV_ORDER_UPDATE);
	assert_string_equal(fx_order(f, id)->venue_order_id, "V0");

	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1),
	       .last_px = PX(99), .fee = CENT(3), .liquidity = 2);
	assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
	/* order, then position, in the order that clients must see them */
	ev = fx_priv(f, 1, 0, 0);
	assert_int_equal(ev->type, TG_PRIV_FILL);
	assert_int_equal(ev->u.order.last_qty, PX(1));
	assert_int_equal(ev->u.order.last_px, PX(99));
	assert_int_equal(ev->u.order.cum_qty, PX(1));
	assert_int_equal(ev->u.order.leaves_qty, PX(2));
	assert_int_equal(ev->u.order.liquidity, 2);
	assert_true(ev->u.order.exec_hash != 0);
	ev = fx_priv(f, 1, 0, 1);
	assert_int_equal(ev->type, TG_PRIV_ORDER_UPDATE);
	assert_int_equal(ev->u.order.last_qty, 0);
	ev = fx_priv(f, 1, 0, 2);
	assert_int_equal(ev->type, TG_PRIV_POSITION);
	assert_int_equal(ev->u.position.qty, PX(1));
	assert_int_equal(ev->u.position.open_buy_qty, PX(2));
	assert_int_equal(ev->u.position.fees, CENT(3));
	assert_null(fx_priv(f, 0, 0, 3));

	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(3), .last_qty = PX(2),
	       .last_px = PX(102));
	assert_int_equal(STATUS(f, id), TG_OS_FILLED);
	assert_int_equal(fx_order(f, id)->avg_px, PX(101));
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(3));
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, 0);
	assert_int_equal(f->e->working, 0);
	assert_int_equal(fx_counter(f, TG_CC_FILLS), 2);
	assert_int_equal(fx_counter(f, TG_CC_FILLS_CAUGHT_UP), 0);
	fx_free(f);
}

static void fill_before_ack(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_send(f, BUY, PX(100), PX(3));

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
	/* the late acknowledgement, as of then: no contradiction, no change */
	REPORT(f, id, .exec = '0', .status = '1', .cum = PX(1), .leaves = PX(2));
	assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	fx_free(f);
}

static void terminal_reports(void **state)
{
	static const struct { char exec, status; u8 want;
	} t[] = {
		{ '4', '4', TG_OS_CANCELED }, { 'C', 'C', TG_OS_EXPIRED },
		{ '3', '3', TG_OS_EXPIRED },  { '8', '8', TG_OS_REJECTED },
		{ 'I', '4', TG_OS_CANCELED }, { 'I', 'C', TG_OS_EXPIRED },
	};
	u32 i, acked;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++)
		for (acked = 0; acked < 2; acked++) {
			struct fx *f = fx_ready();
			u64 id = acked ? fx_working(f, BUY, PX(100), PX(1))
				       : fx_send(f, BUY, PX(100), PX(1));

			REPORT(f, id, .exec = t[i].exec, .status = t[i].status,
			       .reject = t[i].status == '8' ? 3 : 0);
			assert_int_equal(STATUS(f, id), t[i].want);
			assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, 0);
			if (t[i].want == TG_OS_REJECTED) {
				const struct tg_priv_event *ev =
					fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);

				assert_int_equal(ev->u.order.reason, TG_REASON_VENUE_REJECT);
				assert_int_equal(ev->u.order.venue_reason, 3);
				assert_int_equal(ev->u.order.origin, TG_ORIGIN_VENUE);
			}
			/* told again: the same is a duplicate, what contradicts is not */
			REPORT(f, id, .exec = t[i].exec == 'I' ? t[i].status : t[i].exec,
			       .status = t[i].status);
			assert_int_equal(STATUS(f, id), t[i].want);
			assert_int_equal(fx_counter(f, TG_CC_EXEC_DUPLICATES), 1);
			fx_free(f);
		}
}

static void done_for_day_does_not_end_gtc(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));
	u64 id;

	(void)state;
	s.tif = TG_TIF_GTC;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	id = tg_engine_last_order_id(f->e);
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(1));
	REPORT(f, id, .exec = '3', .status = '3', .leaves = 0);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	fx_free(f);
}

static void pending_reports_change_nothing(void **state)
{
	static const char kinds[] = "A6E79B";
	u32 i;

	(void)state;
	for (i = 0; kinds[i]; i++) {
		struct fx *f = fx_ready();
		u64 id = fx_send(f, BUY, PX(100), PX(1));

		REPORT(f, id, .exec = kinds[i], .status = kinds[i], .leaves = PX(1));
		assert_int_equal(STATUS(f, id), TG_OS_PENDING_NEW);
		assert_null(fx_priv(f, 0, 0, 0));
		REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(1));
		assert_int_equal(STATUS(f, id), TG_OS_NEW);
		assert_non_null(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0));
		fx_free(f);
	}
}

static void duplicates_are_ignored(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(40));
	u32 i;

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '1', .exec_id = "same", .cum = PX(1), .leaves = PX(39),
	       .last_qty = PX(1), .last_px = PX(100));
	REPORT(f, id, .exec = 'F', .status = '1', .exec_id = "same", .cum = PX(1), .leaves = PX(39),
	       .last_qty = PX(1), .last_px = PX(100));
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	assert_int_equal(fx_counter(f, TG_CC_EXEC_DUPLICATES), 1);
	assert_null(fx_priv(f, 0, 0, 0));
	/* 32 ids are remembered; one that fell out is caught by CumQty */
	for (i = 2; i <= 39; i++)
		REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(i), .leaves = PX(40 - i),
		       .last_qty = PX(1), .last_px = PX(100));
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(39));
	REPORT(f, id, .exec = 'F', .status = '1', .exec_id = "other", .cum = PX(39),
	       .leaves = PX(1), .last_qty = PX(1), .last_px = PX(100));
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(39));
	assert_int_equal(fx_counter(f, TG_CC_EXEC_DUPLICATES), 2);
	assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
	fx_free(f);
}

static void execution_ids(void **state)
{
	struct fx *f = fx_new();
	char id[64], longer[64];
	u64 h, h2;
	u32 i;

	(void)state;
	for (i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "id-%u", i);
		assert_false(tg_exec_id_seen(f->e, 1, (const u8 *)id, (u32)strlen(id), &h));
		assert_true(tg_exec_id_seen(f->e, 1, (const u8 *)id, (u32)strlen(id), &h2));
		assert_true(h == h2);
	}
	for (i = 200 - 32; i < 200; i++) {	/* the last 32, all of them */
		snprintf(id, sizeof(id), "id-%u", i);
		assert_true(tg_exec_id_seen(f->e, 1, (const u8 *)id, (u32)strlen(id), &h));
	}
	assert_false(tg_exec_id_seen(f->e, 2, (const u8 *)id, (u32)strlen(id),
				     &h)); /* another venue's */
	assert_false(tg_exec_id_seen(f->e, 1, (const u8 *)"id-1", 4, &h)); /* fell out */
	/* equal for longer than is kept, and different after */
	memset(longer, 'x', sizeof(longer));
	assert_false(tg_exec_id_seen(f->e, 1, (const u8 *)longer, 60, &h));
	longer[59] = 'y';
	assert_false(tg_exec_id_seen(f->e, 1, (const u8 *)longer, 60, &h));
	assert_true(tg_exec_id_seen(f->e, 1, (const u8 *)longer, 60, &h));
	assert_false(tg_exec_id_seen(f->e, 1, (const u8 *)longer, 40, &h));
	fx_drop(f);
}

static void missed_reports_are_made_up_for(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(10));

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(3), .leaves = PX(7), .last_qty = PX(1),
	       .last_px = PX(100));
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(3));
	assert_int_equal(fx_priv(f, 1, TG_PRIV_FILL, 0)->u.order.last_qty, PX(3));
	assert_int_equal(fx_counter(f, TG_CC_FILLS_CAUGHT_UP), 1);
	/* a cancel that tells of fills: at the price that AvgPx implies: (5 * 102 - 3 * 100) / 2 */
	REPORT(f, id, .exec = '4', .status = '4', .cum = PX(5), .avg_px = PX(102));
	assert_int_equal(STATUS(f, id), TG_OS_CANCELED);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(5));
	assert_int_equal(fx_priv(f, 1, TG_PRIV_FILL, 0)->u.order.last_px, PX(105));
	assert_int_equal(fx_counter(f, TG_CC_FILLS_CAUGHT_UP), 2);
	/* without a price it cannot be booked */
	id = fx_working(f, BUY, PX(100), PX(10));
	REPORT(f, id, .exec = '4', .status = '4', .cum = PX(5));
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(5));
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(10));
	fx_free(f);
}

static void impossible_reports(void **state)
{
#define TRADE(st, c, l, q, p) \
	.exec = 'F', .status = st, .cum = PX(c), .leaves = PX(l), .last_qty = PX(q), \
	.last_px = PX(p)
	static const struct fx_report bad[] = {
		{ TRADE('1', 1, 8, 1, 100) },	/* does not add up */
		{ TRADE('1', 2, 8, 3, 100) },	/* more than CumQty grew */
		{ TRADE('2', 11, 0, 11, 100) },	/* overfilled */
		{ TRADE('1', 1, 9, 1, 0) },
		{ TRADE('1', 1, 9, 1, -1) },
		{ TRADE('1', 1, 9, -1, 1) },
		{ TRADE('1', 1, 9, 0, 0) },	/* no 31, 32 */
		{ TRADE('2', 1, 9, 1, 100) },	/* filled, with leaves */
		{ TRADE('1', 10, 0, 10, 100) },	/* all, yet partial */
		{ TRADE('1', -1, 11, 1, 100) },
		{ TRADE('1', 11, -1, 11, 100) },
		{ TRADE('1', 1, 9, 1, 100), .side = '2' },
		{ TRADE('1', 1, 9, 1, 100), .symbol = "ETHUSDT" },
		{ TRADE('1', 1, 9, 1, 100), .symbol = "BTCUSD" },
		{ .exec = '5', .status = '5', .leaves = PX(10) }, /* nobody asked */
		{ .exec = 'G', .status = '1', .leaves = PX(10) },
		{ .exec = 'H', .status = '1', .leaves = PX(10) },
		{ .exec = 'I', .status = '2', .cum = PX(9), .leaves = PX(1) },
		{ .exec = 'I', .status = '0', .leaves = PX(4) },
		{ .exec = '0', .status = '0', .cum = PX(1), .leaves = PX(9) },
		{ .exec = '4', .status = '4', .cum = PX(11), .avg_px = PX(100) },
		{ .exec = '4', .status = '4', .cum = -PX(1) },
	};
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fx *f = fx_ready();
		u64 id = fx_working(f, BUY, PX(100), PX(10));
		const struct tg_priv_event *ev;

		fx_report(f, id, &bad[i]);
		if (STATUS(f, id) != TG_OS_SUSPECT)
			fprintf(stderr, "report %u: %s\n", i, tg_ord_status_name(STATUS(f, id)));
		assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
		assert_int_equal(fx_counter(f, TG_CC_ORDERS_SUSPECT), 1);
		assert_int_equal(fx_position(f, 1, 1)->qty, 0);
		assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(10));
		ev = fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0);
		assert_int_equal(ev->u.order.status, TG_OS_SUSPECT);
		assert_int_equal(ev->u.order.reason, TG_REASON_SUSPECT);
		/* it can still be cancelled, and a coherent end settles it */
		assert_int_equal(fx_replace(f, 1, id, PX(101), PX(10)), TG_REASON_ORDER_STATE);
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
		assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
		REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(2), .leaves = PX(8),
		       .last_qty = PX(2), .last_px = PX(100));
		fx_cancel_reject(f, id, 0, '1', 99, '1');
		assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
		assert_int_equal(fx_position(f, 1, 1)->qty, PX(2));
		REPORT(f, id, .exec = '4', .status = '4', .cum = PX(2));
		assert_int_equal(STATUS(f, id), TG_OS_CANCELED);
		assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, 0);
		assert_int_equal(fx_counter(f, TG_CC_ORDERS_SUSPECT), 1);
		fx_free(f);
	}
}

static void unknown_exec_type_is_refused(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(10));

	(void)state;
	REPORT(f, id, .exec = 'z', .status = '0', .leaves = PX(10));
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_non_null(fx_tcp(f, '3', 0));
	fx_free(f);
}

static void news_of_a_finished_order(void **state)
{
	static const struct {
		char exec, status;
	} ends[] = { { '4', '4' }, { '8', '8' }, { 'C', 'C' } };
	u32 i;

	(void)state;
	for (i = 0; i < 3; i++) {
		struct fx *f = fx_ready();
		u64 first = fx_send(f, SELL, PX(100), PX(1)), id = fx_send(f, BUY, PX(100), PX(10)),
		    last = fx_send(f, BUY, PX(99), PX(1));

		REPORT(f, first, .exec = '4', .status = '4');
		REPORT(f, id, .exec = ends[i].exec, .status = ends[i].status);
		REPORT(f, last, .exec = '4', .status = '4');
		/* a fill after the end: back from the free list, exposure and all */
		REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(9),
		       .last_qty = PX(1), .last_px = PX(100));
		assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
		assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(10));
		assert_int_equal(tg_client(f->e, 1)->working_orders, 1);
		/* once more: it is SUSPECT already, and now its numbers are taken */
		REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(2), .leaves = PX(8),
		       .last_qty = PX(2), .last_px = PX(100));
		assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
		assert_int_equal(fx_position(f, 1, 1)->qty, PX(2));
		REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(10), .last_qty = PX(8),
		       .last_px = PX(100));
		assert_int_equal(STATUS(f, id), TG_OS_FILLED);
		assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, 0);
		REPORT(f, id, .exec = '4', .status = '4', .cum = PX(10));
		assert_int_equal(STATUS(f, id),
				 TG_OS_SUSPECT); /* filled, then cancelled: a person must look */
		assert_int_equal(fx_counter(f, TG_CC_ORDERS_SUSPECT), 2);
		fx_free(f);
	}
}

/* The same end again, but with fills that nobody had heard of: not a duplicate. */
static void an_end_told_again_with_more_fills(void **state)
{
	static const struct {
		char exec;
		u8 want;
	} ends[] = { { '4', TG_OS_CANCELED }, { 'C', TG_OS_EXPIRED } };
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct fx *f = fx_ready();
		u64 id = fx_working(f, BUY, PX(100), PX(10));

		REPORT(f, id, .exec = ends[i].exec, .status = ends[i].exec);
		REPORT(f, id, .exec = ends[i].exec, .status = ends[i].exec);
		assert_int_equal(STATUS(f, id), ends[i].want);
		REPORT(f, id, .exec = ends[i].exec, .status = ends[i].exec, .cum = PX(4),
		       .avg_px = PX(100));
		assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
		assert_int_equal(fx_position(f, 1, 1)->qty, 0);
		fx_free(f);
	}
}

static void reports_for_nobody(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(1));
	static const char *const bodies[] = {
		"37=1|11=NOTOURS|17=a|150=F|39=2|55=BTCUSDT|54=1|32=1|31=1|151=0|14=1|6=1|",
		"37=1|17=b|150=F|39=2|55=BTCUSDT|54=1|32=1|31=1|151=0|14=1|6=1|",
		"37=1|11=FFFFFFFFFFFFFFFF|17=c|150=F|39=2|55=BTCUSDT|54=1|32=1|31=1|151=0|14=1|6="
		"1|",
		"37=1|11=0000000000000001|17=d|150=F|39=2|55=BTCUSDT|54=1|32=1|31=1|151=0|14=1|6="
		"1|",
	};
	u32 i;

	(void)state;
	for (i = 0; i < 4; i++)
		fx_venue(f, "8", bodies[i]);
	REPORT(f, id, .exec = '4', .status = '4', .id = id | 5); /* a request number never used */
	REPORT(f, id, .exec = '4', .status = '4',
	       .id = (id ^ 1ULL << 52) | 1); /* another epoch's */
	assert_int_equal(fx_counter(f, TG_CC_EXEC_UNKNOWN_ORDER), 6);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	/* 41 finds it where 11 does not */
	fx_venue(f, "8", "37=1|11=WEB-77|17=e|150=4|39=4|55=BTCUSDT|54=1|151=0|14=0|6=0|");
	assert_int_equal(fx_counter(f, TG_CC_EXEC_UNKNOWN_ORDER), 7);
	{
		char body[256];

		snprintf(body, sizeof(body),
			 "37=1|11=WEB|41=%016llX|17=f|150=4|39=4|55=BTCUSDT|54=1|151=0|14=0|6=0|",
			 (unsigned long long)(id | 1));
		fx_venue(f, "8", body);
	}
	assert_int_equal(STATUS(f, id), TG_OS_CANCELED);
	fx_venue(f, "9", "37=1|11=NOTOURS|41=NEITHER|39=8|434=1|102=1|");
	assert_int_equal(fx_counter(f, TG_CC_EXEC_UNKNOWN_ORDER), 8);
	fx_free(f);
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

/* ---- messages refused as messages ---- */

static void business_rejects(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_send(f, BUY, PX(100), PX(1));
	const struct tg_priv_event *ev;
	char body[160], seq[16];

	(void)state;
	assert_true(fx_tag(fx_tcp(f, 'D', 0), 34, seq, sizeof(seq)));
	snprintf(body, sizeof(body), "45=%s|372=D|380=4|379=%016llX|58=no|", seq,
		 (unsigned long long)(id | 1));
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_REJECTED);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_int_equal(ev->u.order.reason, TG_REASON_VENUE_REJECT);
	assert_int_equal(ev->u.order.venue_reason, 4);

	/* 35=3 knows the sequence number only */
	id = fx_send(f, BUY, PX(100), PX(1));
	assert_true(fx_tag(fx_tcp(f, 'D', 0), 34, seq, sizeof(seq)));
	snprintf(body, sizeof(body), "45=%s|371=44|372=D|373=5|58=no|", seq);
	fx_venue(f, "3", body);
	assert_int_equal(STATUS(f, id), TG_OS_REJECTED);
	fx_venue(f, "3", body);
	assert_null(fx_priv(f, 0, 0, 0));

	/* of a cancel: the order falls back */
	id = fx_working(f, BUY, PX(100), PX(1));
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	assert_true(fx_tag(fx_tcp(f, 'F', 0), 34, seq, sizeof(seq)));
	snprintf(body, sizeof(body), "45=%s|372=F|380=0|", seq);
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_non_null(fx_priv(f, 1, TG_PRIV_CANCEL_REJECT, 0));
	/* of the new order when that was taken long since: nothing */
	snprintf(body, sizeof(body), "45=1|372=D|380=0|379=%016llX|", (unsigned long long)(id | 1));
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	/* of a replace, by id */
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(2)), TG_REASON_OK);
	snprintf(body, sizeof(body), "45=1|372=G|380=0|379=%016llX|", (unsigned long long)(id | 3));
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(1));
	fx_free(f);
}

/* ---- the session goes and comes back ---- */

static void session_lost(void **state)
{
	struct fx *f = fx_ready();
	u64 fresh = fx_send(f, BUY, PX(100), PX(1)), works = fx_working(f, BUY, PX(99), PX(1)),
	    cancelling = fx_working(f, BUY, PX(98), PX(2)),
	    replacing = fx_working(f, BUY, PX(97), PX(3));
	bool asks = tg_venue_caps(TG_DIALECT_SIM)->status_request;

	(void)state;
	assert_int_equal(fx_cancel(f, 1, cancelling), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 1, replacing, PX(97), PX(5)), TG_REASON_OK);
	fx_disconnect(f);
	assert_int_equal(STATUS(f, fresh), TG_OS_UNKNOWN);
	assert_int_equal(STATUS(f, works), TG_OS_NEW);
	assert_int_equal(STATUS(f, cancelling), TG_OS_UNKNOWN);
	assert_int_equal(STATUS(f, replacing), TG_OS_UNKNOWN);
	assert_int_equal(fx_count_priv(f, 1, TG_PRIV_ORDER_UPDATE), 3);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0)->u.order.reason,
			 TG_REASON_SESSION_LOST);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(1 + 1 + 2 + 5));

	fx_logon(f);
	assert_int_equal(fx_tcp(f, 'H', 0) != NULL, asks);
	assert_int_equal(fx_tcp(f, 'H', 2) != NULL, asks);
	assert_null(fx_tcp(f, 'H', 3));
	assert_int_equal(fx_replace(f, 1, fresh, PX(100), PX(1)), TG_REASON_ORDER_STATE);

	/* the venue's word settles each */
	REPORT(f, fresh, .exec = 'I', .status = '8', .reject = 5);
	assert_int_equal(STATUS(f, fresh), TG_OS_REJECTED);
	REPORT(f, cancelling, .exec = 'I', .status = '1', .id = cancelling | 1, .cum = PX(1),
	       .leaves = PX(1), .avg_px = PX(98));
	assert_int_equal(STATUS(f, cancelling), TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	REPORT(f, replacing, .exec = 'I', .status = '0', .id = replacing | 2, .qty = PX(5),
	       .px = PX(97), .leaves = PX(5));
	assert_int_equal(STATUS(f, replacing), TG_OS_NEW);
	assert_int_equal(fx_order(f, replacing)->qty, PX(5));
	assert_int_equal(fx_order(f, replacing)->cl_ord_id, replacing | 2);
	/* and they can be worked again */
	assert_int_equal(fx_cancel(f, 1, cancelling), TG_REASON_OK);
	fx_free(f);
}

static void lost_requests_settled_by_late_reports(void **state)
{
	struct fx *f = fx_ready();
	u64 a = fx_send(f, BUY, PX(100), PX(1)), b = fx_working(f, BUY, PX(98), PX(2)),
	    c = fx_working(f, BUY, PX(97), PX(3)), d, g;

	(void)state;
	assert_int_equal(fx_cancel(f, 1, b), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 1, c, PX(97), PX(5)), TG_REASON_OK);
	fx_disconnect(f);
	fx_logon(f);
	REPORT(f, a, .exec = '0', .status = '0', .leaves = PX(1));
	assert_int_equal(STATUS(f, a), TG_OS_NEW);
	REPORT(f, b, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(1), .last_qty = PX(1),
	       .last_px = PX(98));
	assert_int_equal(STATUS(f, b), TG_OS_UNKNOWN); /* the cancel may still have arrived */
	REPORT(f, b, .exec = '4', .status = '4', .cum = PX(1));
	assert_int_equal(STATUS(f, b), TG_OS_CANCELED);
	REPORT(f, c, .exec = '5', .status = '0', .qty = PX(5), .px = PX(97), .leaves = PX(5));
	assert_int_equal(STATUS(f, c), TG_OS_NEW);
	assert_int_equal(fx_order(f, c)->qty, PX(5));

	/* status says the replace was not taken */
	assert_int_equal(fx_replace(f, 1, c, PX(98), PX(8)), TG_REASON_OK);
	fx_disconnect(f);
	fx_logon(f);
	REPORT(f, c, .exec = 'I', .status = '0', .id = c | 2, .qty = PX(5), .px = PX(97),
	       .leaves = PX(5));
	assert_int_equal(STATUS(f, c), TG_OS_NEW);
	assert_int_equal(fx_order(f, c)->open_qty, PX(5));

	/*
	 * the venue knows nothing under the old id: it is asked under the replace's, and a kill's
	 * cancel waits for that
	 */
	assert_int_equal(fx_replace(f, 1, c, PX(99), PX(6)), TG_REASON_OK);
	fx_disconnect(f);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 1, TG_KILL_CANCEL),
			 TG_REASON_OK);
	fx_logon(f);
	assert_non_null(fx_tcp(f, 'H', 0));
	assert_int_equal(STATUS(f, c), TG_OS_UNKNOWN);
	{
		char want[32];

		REPORT(f, c, .exec = 'I', .status = '8', .id = c | 2, .reject = 5);
		snprintf(want, sizeof(want), "%016llX",
			 (unsigned long long)fx_order(f, c)->repl_cl_ord_id);
		tag_is(fx_tcp(f, 'H', 0), 11, want);
		assert_null(fx_tcp(f, 'F', 0));
		assert_int_equal(STATUS(f, c), TG_OS_UNKNOWN);
		REPORT(f, c, .exec = 'I', .status = '0', .id = fx_order(f, c)->repl_cl_ord_id,
		       .qty = PX(6), .px = PX(99), .leaves = PX(6));
		assert_int_equal(fx_order(f, c)->qty, PX(6));
		tag_is(fx_tcp(f, 'F', 0), 41, want);
		assert_int_equal(STATUS(f, c), TG_OS_PENDING_CANCEL);
		REPORT(f, c, .exec = '4', .status = '4');
	}
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_INSTRUMENT, 1, 0), TG_REASON_OK);

	/* a venue that refuses to be asked: no verdict on the orders, and what waited goes */
	{
		u64 fresh = fx_send(f, BUY, PX(97), PX(1)), w = fx_working(f, BUY, PX(97), PX(3));
		char body[128];

		assert_int_equal(fx_replace(f, 1, w, PX(99), PX(6)), TG_REASON_OK);
		fx_disconnect(f);
		assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 1, TG_KILL_CANCEL),
				 TG_REASON_OK);
		fx_logon(f);
		assert_null(fx_tcp(f, 'F', 2));
		assert_int_equal(STATUS(f, w), TG_OS_UNKNOWN);
		snprintf(body, sizeof(body), "45=9|372=H|380=3|379=%016llX|",
			 (unsigned long long)(fresh | 1));
		fx_venue(f, "j", body);
		assert_int_equal(STATUS(f, fresh), TG_OS_PENDING_CANCEL);
		assert_int_equal(STATUS(f, w), TG_OS_PENDING_CANCEL);
		assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_INSTRUMENT, 1, 0), TG_REASON_OK);
		REPORT(f, w, .exec = '4', .status = '4');
		REPORT(f, fresh, .exec = '4', .status = '4');
	}

	/*
	 * it knows nothing of an order that it had taken: a person must look; of a finished one:
	 * what of it
	 */
	c = fx_working(f, BUY, PX(97), PX(3));
	REPORT(f, c, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1),
	       .last_px = PX(97));
	REPORT(f, c, .exec = 'I', .status = '8', .reject = 5);
	assert_int_equal(STATUS(f, c), TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, c)->open_qty, PX(2));
	REPORT(f, c, .exec = '4', .status = '4', .cum = PX(1));
	REPORT(f, c, .exec = 'I', .status = '8', .reject = 5);
	assert_int_equal(STATUS(f, c), TG_OS_CANCELED);

	/* an unknown order is cancelled; the venue never heard of it */
	d = fx_send(f, BUY, PX(100), PX(1));
	fx_disconnect(f);
	assert_int_equal(fx_cancel(f, 1, d), TG_REASON_SESSION_DOWN);
	fx_logon(f);
	assert_int_equal(fx_cancel(f, 1, d), TG_REASON_OK);
	assert_int_equal(STATUS(f, d), TG_OS_PENDING_CANCEL);
	fx_cancel_reject(f, d, 0, '1', 1, '8');
	assert_int_equal(STATUS(f, d), TG_OS_REJECTED);
	assert_int_equal(fx_order(f, d)->reason, TG_REASON_SESSION_LOST);

	/* the same when the venue had spoken of it: then it is not that simple */
	d = fx_send(f, BUY, PX(100), PX(1));
	REPORT(f, d, .exec = 'A', .status = 'A', .leaves = PX(1));
	fx_disconnect(f);
	fx_logon(f);
	assert_int_equal(fx_cancel(f, 1, d), TG_REASON_OK);
	fx_cancel_reject(f, d, 0, '1', 1, '8');
	assert_int_equal(STATUS(f, d), TG_OS_UNKNOWN);

	/*
	 * a lost replace stays exposure while a cancel flies, and can still turn out to have been
	 * taken
	 */
	g = fx_working(f, BUY, PX(100), PX(1));
	assert_int_equal(fx_replace(f, 1, g, PX(100), PX(4)), TG_REASON_OK);
	fx_disconnect(f);
	fx_logon(f);
	assert_int_equal(fx_cancel(f, 1, g), TG_REASON_OK);
	assert_int_equal(fx_order(f, g)->open_qty, PX(4));
	fx_cancel_reject(f, g, 0, '1', 99, '0');
	assert_int_equal(STATUS(f, g), TG_OS_UNKNOWN); /* of the replace nothing is known still */
	assert_int_equal(fx_order(f, g)->open_qty, PX(4));
	assert_int_equal(fx_cancel(f, 1, g), TG_REASON_OK);
	REPORT(f, g, .exec = '5', .status = '0', .id = g | 2, .qty = PX(4), .px = PX(100),
	       .leaves = PX(4));
	assert_int_equal(STATUS(f, g), TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, g)->qty, PX(4));
	fx_cancel_reject(f, g, 0, '1', 1, '8');
	assert_int_equal(STATUS(f, g), TG_OS_NEW);
	assert_int_equal(fx_order(f, g)->cl_ord_id, g | 2);
	fx_free(f);
}

static void outbox_full_leaves_no_trace(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(2)), tx;
	struct tg_order before = *fx_order(f, id);
	u32 cap = f->e->outbox_bytes;

	(void)state;
	tx = tg_session(f->e, 1)->next_tx_seq;
	f->e->outbox_bytes = 4096;
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_NO_OUTBOX);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_NO_OUTBOX);
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(2)), TG_REASON_NO_OUTBOX);
	assert_memory_equal(&before, fx_order(f, id), sizeof(before));
	assert_int_equal(tg_session(f->e, 1)->next_tx_seq, tx);
	assert_int_equal(f->e->working, 1);
	/* a kill's cancel that finds no room goes out at the next timer */
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, TG_KILL_CANCEL), TG_REASON_OK);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_true(tg_engine_deadline_ns(f->e) <= f->now);
	f->e->outbox_bytes = cap;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	assert_true(tg_engine_deadline_ns(f->e) > f->now);
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_order_on_the_wire),
		cmocka_unit_test(refusals_of_form_and_terms),
		cmocka_unit_test(capacity_and_slot_reuse),
		cmocka_unit_test(generation_wraps_past_zero),
		cmocka_unit_test(ack_and_fills),
		cmocka_unit_test(fill_before_ack),
		cmocka_unit_test(terminal_reports),
		cmocka_unit_test(done_for_day_does_not_end_gtc),
		cmocka_unit_test(pending_reports_change_nothing),
		cmocka_unit_test(duplicates_are_ignored),
		cmocka_unit_test(execution_ids),
		cmocka_unit_test(missed_reports_are_made_up_for),
		cmocka_unit_test(impossible_reports),
		cmocka_unit_test(unknown_exec_type_is_refused),
		cmocka_unit_test(news_of_a_finished_order),
		cmocka_unit_test(reports_for_nobody),
		cmocka_unit_test(an_end_told_again_with_more_fills),
		cmocka_unit_test(cancel_round_trip),
		cmocka_unit_test(cancel_races),
		cmocka_unit_test(request_numbers_run_out),
		cmocka_unit_test(cancel_needs_only_a_session),
		cmocka_unit_test(cancel_all),
		cmocka_unit_test(replace_round_trip),
		cmocka_unit_test(replace_refusals),
		cmocka_unit_test(replace_races),
		cmocka_unit_test(cancel_waits_for_the_replace),
		cmocka_unit_test(business_rejects),
		cmocka_unit_test(session_lost),
		cmocka_unit_test(lost_requests_settled_by_late_reports),
		cmocka_unit_test(outbox_full_leaves_no_trace),
	};

	return cmocka_run_group_tests_name("order", tests, NULL, NULL);
}
