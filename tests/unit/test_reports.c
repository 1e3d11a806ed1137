// SPDX-License-Identifier: MIT
/* Child orders, what venues say of them: every transition by report, duplicates, what was missed, what cannot be, reports for nobody. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

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
	assert_int_equal(fx_avg_px(f, id), PX(101));
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
	assert_int_equal(STATUS(f, id), TG_OS_DONE_FOR_DAY);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(1));
	REPORT(f, id, .exec = 'D', .status = '0', .leaves = PX(1));
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	fx_free(f);
}

static void pending_reports_change_nothing(void **state)
{
	static const char kinds[] = "A6E7B";
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
	struct tg_exec_id *h, *h2;
	u32 i;

	(void)state;
	for (i = 0; i < 200; i++) {
		snprintf(id, sizeof(id), "id-%u", i);
		assert_false(tg_exec_id_seen(f->e, 1, (const u8 *)id, (u32)strlen(id), &h));
		assert_true(tg_exec_id_seen(f->e, 1, (const u8 *)id, (u32)strlen(id), &h2));
		assert_ptr_equal(h, h2);
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
		assert_int_equal(ev->u.order.reason, bad[i].side || bad[i].symbol ? TG_REASON_OTHER_ORDER :
				 bad[i].exec == '5' ? TG_REASON_REPLACED_OTHERWISE :
				 bad[i].exec == 'H' ? TG_REASON_EXEC_REF : TG_REASON_BAD_NUMBERS);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests_name("reports", tests, NULL, NULL);
}
