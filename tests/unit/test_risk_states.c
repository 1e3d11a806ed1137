// SPDX-License-Identifier: MIT
/*
 * Controls on prices and states: the window, reduce-only, restricted, trading status; duplicates of a scope; sequence and lease of limits; soft limits; strategies.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "riskkit.h"

/* ---- the window ---- */

static void window_collar(void **state)
{
	struct tg_in_limits l, firm;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);

		l.flags = TG_LIMITS_WINDOW_COLLAR;
		l.window_collar_bps = 100;
		LIMITS(f, l);
		fx_book(f, 1, PX(99), PX(101));
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_WINDOW_COLLAR);	/* nobody says how far to look back */
		firm = scopes[k].scope == TG_SCOPE_FIRM ? l : fx_unlimited(TG_SCOPE_FIRM, 0);
		firm.collar_window_ns = 16 * SEC;
		LIMITS(f, firm);
		fx_book(f, 1, PX(99), PX(101));
		assert_int_equal(rk_try(f, BUY, PX(101), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(101) + CENT(1), PX(1)), TG_REASON_WINDOW_COLLAR);
		assert_int_equal(rk_try(f, SELL, PX(99), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, SELL, PX(99) - CENT(1), PX(1)), TG_REASON_WINDOW_COLLAR);
		/* the market climbs in small steps: the collar does not climb with it */
		f->now += 4 * SEC;
		fx_book(f, 1, PX(100), PX(101));
		assert_int_equal(rk_try(f, BUY, PX(101), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(101) + CENT(1), PX(1)), TG_REASON_WINDOW_COLLAR);
		assert_int_equal(rk_try(f, SELL, PX(100) - CENT(51), PX(1)), TG_REASON_WINDOW_COLLAR);	/* 1 % below 100.50 is 99.495 */
		assert_int_equal(rk_try(f, SELL, PX(100) - CENT(50), PX(1)), TG_REASON_OK);
		/* until the window has left it behind */
		f->now += 11 * SEC;
		assert_int_equal(rk_try(f, BUY, PX(101) + CENT(1), PX(1)), TG_REASON_WINDOW_COLLAR);
		f->now += 3 * SEC;
		assert_int_equal(rk_try(f, BUY, PX(101) + CENT(50), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(101) + CENT(51), PX(1)), TG_REASON_WINDOW_COLLAR);
		l.window_collar_bps = 0;
		if (scopes[k].scope == TG_SCOPE_FIRM)
			l.collar_window_ns = 16 * SEC;
		LIMITS(f, l);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_WINDOW_COLLAR);
		fx_disconnect(f);
		fx_free(f);
	}
}

static void the_window_sees_trades_and_wants_a_book(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
	struct tg_submission s = fx_limit(BUY, 0, PX(1));

	(void)state;
	s.ord_type = TG_ORD_MARKET;
	l.flags = TG_LIMITS_WINDOW_COLLAR;
	l.window_collar_bps = 100;
	l.collar_window_ns = 10 * SEC;
	LIMITS(f, l);
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_NO_REFERENCE_PRICE);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_NO_REFERENCE_PRICE);
	fx_book(f, 1, PX(99), PX(101));
	assert_int_equal(rk_try(f, BUY, PX(100) + CENT(50), PX(1)), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	fx_venue(f, "X", "268=1|279=0|269=2|55=BTCUSDT|270=99.00|271=1|25043=11|25044=11|");
	assert_int_equal(rk_try(f, BUY, PX(100) + CENT(50), PX(1)), TG_REASON_WINDOW_COLLAR);
	assert_int_equal(rk_try(f, BUY, PX(99) + CENT(99), PX(1)), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_WINDOW_COLLAR);	/* the reference itself is too far */
	fx_free(f);
}

/* ---- states ---- */

static void reduce_only(void **state)
{
	struct tg_in_limits l;
	u32 k, by_limits;

	(void)state;
	FOR_SCOPES(k)
		for (by_limits = 0; by_limits < 2; by_limits++) {
			struct fx *f = rk_ready(k, &l);
			u64 id;

			rk_hold(f, BUY, PX(100), PX(10));
			id = fx_working(f, SELL, PX(100), PX(4));
			if (by_limits) {
				l.flags = TG_LIMITS_REDUCE_ONLY;
				LIMITS(f, l);
			} else {
				f->check = false;
				assert_int_equal(tg_risk_set_state(f->e, scopes[k].scope, scopes[k].id, TG_LIMITS_REDUCE_ONLY, 0), TG_REASON_OK);
			}
			assert_int_equal(rk_try(f, BUY, PX(100), TG_SCALE / 100), TG_REASON_REDUCE_ONLY);
			assert_int_equal(rk_try(f, SELL, PX(100), PX(6) + LOT), TG_REASON_REDUCE_ONLY);	/* with the 4 that work, over */
			assert_int_equal(rk_try(f, SELL, PX(100), PX(6) - LOT), TG_REASON_OK);
			assert_int_equal(fx_replace(f, 1, id, PX(100), PX(4) + 2 * LOT), TG_REASON_REDUCE_ONLY);
			assert_int_equal(fx_replace(f, 1, id, PX(100), PX(4) + LOT), TG_REASON_OK);
			if (by_limits) {
				fx_free(f);
				continue;
			}
			assert_int_equal(tg_risk_set_state(f->e, scopes[k].scope, scopes[k].id, 0, TG_LIMITS_REDUCE_ONLY), TG_REASON_OK);
			assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
			assert_int_equal(tg_risk_set_state(f->e, scopes[k].scope, scopes[k].id, 1, 0), TG_REASON_BAD_REQUEST);
			fx_drop(f);	/* what no record did */
		}
}

static void restricted(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);
		u64 id;

		rk_hold(f, BUY, PX(100), PX(10));
		id = fx_working(f, BUY, PX(100), PX(1));
		l.flags = TG_LIMITS_RESTRICTED;
		LIMITS(f, l);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_RESTRICTED);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(1)), TG_REASON_RESTRICTED);
		assert_int_equal(fx_replace(f, 1, id, PX(99), PX(1)), TG_REASON_RESTRICTED);
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
		l.flags = 0;
		LIMITS(f, l);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		fx_free(f);
	}
}

static void trading_status(void **state)
{
	static const struct { u16 status; enum tg_reason limit, post_only, market, reduces; } want[] = {
#define ALL(x) x, x, x, x
		{ TG_TRADING_UNKNOWN, ALL(TG_REASON_OK) },
		{ TG_TRADING_OPEN, ALL(TG_REASON_OK) },
		{ TG_TRADING_AUCTION, ALL(TG_REASON_OK) },
		{ TG_TRADING_HALTED, ALL(TG_REASON_TRADING_STATUS) },
		{ TG_TRADING_CLOSED, ALL(TG_REASON_TRADING_STATUS) },
		{ TG_TRADING_CANCEL_ONLY, ALL(TG_REASON_TRADING_STATUS) },
		{ TG_TRADING_POST_ONLY, TG_REASON_TRADING_STATUS, TG_REASON_OK, TG_REASON_TRADING_STATUS, TG_REASON_TRADING_STATUS },
		{ TG_TRADING_LIMIT_ONLY, TG_REASON_OK, TG_REASON_OK, TG_REASON_TRADING_STATUS, TG_REASON_OK },
		{ TG_TRADING_REDUCE_ONLY, TG_REASON_REDUCE_ONLY, TG_REASON_REDUCE_ONLY, TG_REASON_REDUCE_ONLY, TG_REASON_OK },
	};
	struct tg_risk_request r = { .client_id = 1, .account_id = 1, .venue_id = 1, .instrument_id = 1, .px = PX(100), .qty = PX(1), .add_qty = PX(1) };
	struct fx *f = fx_ready();
	u32 k;

	(void)state;
	rk_hold(f, BUY, PX(100), PX(10));
	f->check = false;
	for (k = 0; k < sizeof(want) / sizeof(want[0]); k++) {
		tg_instrument(f->e, 1)->trading_status = want[k].status;
		r.side = BUY;
		r.ord_type = TG_ORD_LIMIT;
		r.flags = 0;
		r.px = PX(100);
		assert_int_equal(tg_risk_check(f->e, &r), want[k].limit);
		r.flags = TG_SUB_POST_ONLY;
		assert_int_equal(tg_risk_check(f->e, &r), want[k].post_only);
		r.flags = 0;
		r.side = SELL;
		assert_int_equal(tg_risk_check(f->e, &r), want[k].reduces);
		r.side = BUY;
		r.ord_type = TG_ORD_MARKET;
		r.px = 0;
		assert_int_equal(tg_risk_check(f->e, &r), want[k].market);
	}
	fx_drop(f);
	/* and by the venue's own word */
	f = fx_ready();
	fx_venue(f, "f", "55=BTCUSDT|326=2|");
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_TRADING_STATUS);
	fx_venue(f, "f", "55=BTCUSDT|326=3|");
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
	fx_free(f);
}

/* ---- duplicates of a whole scope ---- */

static void duplicates_of_others(void **state)
{
	struct tg_in_limits l;
	struct tg_submission s;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);
		bool shared = scopes[k].scope != TG_SCOPE_CLIENT && scopes[k].scope != TG_SCOPE_STRATEGY;

		l.duplicate_window_ns = 50 * MS;
		LIMITS(f, l);
		assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		s = fx_limit(BUY, PX(100), PX(1));
		s.strategy_id = 0;
		assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);	/* another client's: not looked at */
		l.flags = TG_LIMITS_DUPLICATE_SCOPE;
		LIMITS(f, l);
		assert_int_equal(rk_try(f, BUY, PX(101), PX(1)), TG_REASON_OK);
		s.px = PX(101);
		assert_int_equal(fx_submit(f, 2, s), shared ? TG_REASON_DUPLICATE_ORDER : TG_REASON_OK);
		f->now += 50 * MS - 1;
		assert_int_equal(rk_try(f, BUY, PX(101), PX(1)), TG_REASON_DUPLICATE_ORDER);
		f->now += 1;
		assert_int_equal(rk_try(f, BUY, PX(101), PX(1)), TG_REASON_OK);
		fx_free(f);
	}
}

/* ---- limits of an external risk manager ---- */

static void sequence_and_lease(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);
		u64 id;

		l.seq = 10;
		l.lease_ns = SEC;
		LIMITS(f, l);
		id = fx_working(f, BUY, PX(100), PX(1));
		assert_int_equal(fx_limits(f, l), TG_REASON_STALE_LIMITS);
		l.seq = 9;
		assert_int_equal(fx_limits(f, l), TG_REASON_STALE_LIMITS);
		l.seq = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_STALE_LIMITS);
		f->now += SEC - 2;	/* the acknowledgement came at the same time as the limits */
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		f->now += 1;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		f->now += 1;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_STALE_LIMITS);
		assert_int_equal(fx_replace(f, 1, id, PX(99), PX(1)), TG_REASON_STALE_LIMITS);
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
		l.seq = 11;
		LIMITS(f, l);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		l.seq = 12;
		l.lease_ns = 0;
		LIMITS(f, l);
		f->now += 1000 * SEC;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		fx_free(f);
	}
}

/* ---- soft limits ---- */

static u32 alerts(const struct fx *f)
{
	return (u32)fx_counter(f, TG_CC_RISK_ALERTS);
}

static void soft_limits(void **state)
{
	struct tg_in_limits l;
	u32 k, n;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);
		const struct tg_pub_event *ev;
		u64 id[11];

		l.max_open_orders = 13;
		l.warn_percent = 80;
		LIMITS(f, l);
		for (n = 0; n < 10; n++)
			id[n] = fx_send(f, BUY, PX(100), PX(1));
		assert_int_equal(alerts(f), 0);
		id[n] = fx_send(f, BUY, PX(100), PX(1));
		ev = fx_pub(f, TG_PUB_ALERT, 0);
		assert_non_null(ev);
		assert_int_equal(ev->u.alert.scope, scopes[k].scope);
		assert_int_equal(ev->u.alert.id, scopes[k].id);
		assert_int_equal(ev->u.alert.percent, 84);
		assert_int_equal(ev->u.alert.controls, TG_LIMITS_OPEN_ORDERS);
		/* no flood around the line: not before usage was below 72 % */
		for (n = 0; n < 5; n++) {
			REPORT(f, id[10], .exec = '4', .status = '4');
			id[10] = fx_send(f, BUY, PX(100), PX(1));
		}
		assert_int_equal(alerts(f), 1);
		REPORT(f, id[9], .exec = '4', .status = '4');
		REPORT(f, id[10], .exec = '4', .status = '4');
		id[9] = fx_send(f, BUY, PX(100), PX(1));	/* 9 were left */
		id[10] = fx_send(f, BUY, PX(100), PX(1));
		assert_int_equal(alerts(f), 2);
		fx_free(f);
	}
}

static void soft_limits_of_every_control(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);
		const struct tg_pub_event *ev;

		l.warn_percent = 50;
		l.flags = TG_LIMITS_GROSS | TG_LIMITS_NET | TG_LIMITS_CAPITAL | TG_LIMITS_TOTAL_POSITION | TG_LIMITS_EXECUTIONS;
		l.max_position = PX(20);
		l.max_total_position = PX(20);
		l.max_gross_notional = PX(2000);
		l.max_net_notional = PX(2000);
		l.max_capital = PX(2000);
		l.max_executions = 4;
		LIMITS(f, l);
		fx_send(f, BUY, PX(100), PX(10) - LOT);
		assert_int_equal(alerts(f), 0);
		fx_send(f, SELL, PX(1), PX(12));
		ev = fx_pub(f, TG_PUB_ALERT, 0);
		assert_non_null(ev);
		assert_int_equal(ev->u.alert.percent, 60);
		assert_int_equal(ev->u.alert.controls, TG_LIMITS_GROSS | TG_LIMITS_CAPITAL | TG_LIMITS_TOTAL_POSITION | TG_LIMITS_POSITION |
						       TG_LIMITS_EXECUTIONS);
		assert_int_equal(alerts(f), 1);
		fx_free(f);
	}
}

static void soft_limit_of_the_loss(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);

		l.warn_percent = 50;
		l.flags = TG_LIMITS_DAILY_LOSS;
		l.max_daily_loss = PX(10);
		LIMITS(f, l);
		rk_hold(f, BUY, PX(100), PX(1));
		rk_hold(f, SELL, PX(95) + CENT(1), PX(1));
		assert_int_equal(alerts(f), 0);
		rk_hold(f, BUY, PX(100), PX(1));
		rk_hold(f, SELL, PX(100) - CENT(1), PX(1));
		assert_int_equal(alerts(f), 1);
		assert_int_equal(fx_pub(f, TG_PUB_ALERT, 0)->u.alert.controls, TG_LIMITS_DAILY_LOSS);
		fx_free(f);
	}
}

/* ---- what a record may say ---- */

static void limit_records(void **state)
{
	struct tg_in_limits good = fx_unlimited(TG_SCOPE_ACCOUNT, 1), l;
	struct fx *f = fx_ready();

	(void)state;
#define BAD(...) \
	do { \
		l = good; \
		__VA_ARGS__; \
		assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG); \
	} while (0)
	/* a limit that is not on */
	BAD(l.max_total_position = 1);
	BAD(l.max_gross_notional = 1);
	BAD(l.max_net_notional = 1);
	BAD(l.max_capital = 1);
	BAD(l.max_daily_loss = 1);
	BAD(l.max_executions = 1);
	BAD(l.window_collar_bps = 1);
	BAD(l.flags = TG_LIMITS_DUPLICATE_SCOPE);
	/* and out of range */
	BAD(l.flags = TG_LIMITS_GROSS, l.max_gross_notional = -1);
	BAD(l.flags = TG_LIMITS_GROSS, l.max_gross_notional = TG_PX_MAX + 1);
	BAD(l.collar_window_ns = SEC);
	BAD(l.warn_percent = 101);
	BAD(l.reserved0 = 1);
	BAD(l.reserved1 = 1);
	BAD(l.scope = TG_SCOPE_STRATEGY, l.id = 3);
	l = fx_unlimited(TG_SCOPE_FIRM, 0);
	l.collar_window_ns = 86400 * SEC + 1;
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	fx_free(f);
}

/* ---- strategies ---- */

static void strategies(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));
	struct tg_nl_position p;
	u64 id;

	(void)state;
	s.strategy_id = 2;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_NO_LIMITS);	/* fail closed */
	LIMITS(f, fx_unlimited(TG_SCOPE_STRATEGY, 2));
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	id = rk_last(f);
	assert_int_equal(fx_order(f, id)->strategy_id, 2);
	s.ord_type = TG_ORD_MARKET;	/* strategy 2's permit has none */
	s.px = 0;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_STRATEGY);
	s = fx_limit(BUY, PX(100), PX(1));
	s.strategy_id = 3;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_STRATEGY);
	s = (struct tg_submission){ .type = TG_SUB_CANCEL, .order_id = id, .strategy_id = 2 };
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_REQUEST);	/* the order has it */
	rk_filled(f, id, PX(100));
	assert_true(tg_engine_strategy_position(f->e, 2, 1, &p));
	assert_int_equal(p.qty, PX(1));
	assert_int_equal(p.strategy_id, 2);
	assert_int_equal(p.account_id, 0);
	assert_false(tg_engine_strategy_position(f->e, 1, 1, &p));
	assert_false(tg_engine_strategy_position(f->e, 3, 1, &p));
	assert_true(tg_engine_firm_position(f->e, 1, &p));
	assert_int_equal(p.avg_px, PX(100));
	assert_int_equal(p.strategy_id, 0);
	assert_false(tg_engine_firm_position(f->e, 4, &p));
	/* a kill of the one leaves the other alone */
	fx_strategy = 1;
	LIMITS(f, fx_unlimited(TG_SCOPE_STRATEGY, 1));
	id = fx_working(f, BUY, PX(100), PX(1));
	fx_strategy = 2;
	fx_working(f, BUY, PX(100), PX(1));
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_STRATEGY, 1, TG_KILL_CANCEL), TG_REASON_OK);
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	assert_int_equal(STATUS(f, rk_last(f)), TG_OS_NEW);
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
	fx_strategy = 1;
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_KILLED);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_STRATEGY, 3, 0), TG_REASON_BAD_REQUEST);
	fx_free(f);
}

/* A client's book and sums are its session's; its open orders leave them with it. */
static void a_client_that_goes(void **state)
{
	struct tg_in_limits l;
	struct fx *f = rk_ready(3, &l);

	(void)state;
	l.flags = TG_LIMITS_GROSS | TG_LIMITS_EXECUTIONS;
	l.max_gross_notional = PX(1000);
	l.max_executions = 4;
	LIMITS(f, l);
	rk_hold(f, BUY, PX(100), PX(5));
	fx_working(f, BUY, PX(100), PX(5));
	assert_int_equal(rk_try(f, BUY, PX(1), PX(1)), TG_REASON_GROSS_NOTIONAL);
	fx_close(f, 1);
	assert_int_equal(fx_open(f, 1, 1000, 0), TG_REASON_OK);
	assert_int_equal(rk_try(f, BUY, PX(100), PX(10)), TG_REASON_OK);
	/* but not what was sent: only a person enables that */
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_GROSS_NOTIONAL);
	REPORT(f, rk_last(f), .exec = '4', .status = '4');
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_EXECUTIONS);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(window_collar),
		TEST(the_window_sees_trades_and_wants_a_book),
		TEST(reduce_only),
		TEST(restricted),
		TEST(trading_status),
		TEST(duplicates_of_others),
		TEST(sequence_and_lease),
		TEST(soft_limits),
		TEST(soft_limits_of_every_control),
		TEST(soft_limit_of_the_loss),
		TEST(limit_records),
		TEST(strategies),
		TEST(a_client_that_goes),
	};

	return cmocka_run_group_tests_name("risk-states", tests, NULL, NULL);
}
