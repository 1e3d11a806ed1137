// SPDX-License-Identifier: MIT
/*
 * Every pre-trade control, at its limit, one under and one over; what fails closed; what only
 * counts once it was sent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "riskkit.h"

static struct tg_submission market(u8 side, s64 qty)
{
	struct tg_submission s = fx_limit(side, 0, qty);

	s.ord_type = TG_ORD_MARKET;
	return s;
}

static void without_limits_nothing_goes(void **state)
{
	static const struct {
		u16 scope;
		u32 id;
	} need[] = { { TG_SCOPE_INSTRUMENT, 1 }, { TG_SCOPE_ACCOUNT, 1 }, { TG_SCOPE_FIRM, 0 } };
	struct fx *f = fx_new();
	u32 i;

	(void)state;
	assert_int_equal(fx_open(f, 1, 1000, 0), TG_REASON_OK);
	fx_logon(f);
	for (i = 0; i < 3; i++) {
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_NO_LIMITS);
		assert_null(fx_tcp(f, 'D', 0));
		assert_int_equal(fx_limits(f, fx_unlimited(need[i].scope, need[i].id)),
				 TG_REASON_OK);
	}
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'D', 0));
	fx_free(f);
}

static void limit_records_are_checked(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l;
	u32 i;

	(void)state;
	l = fx_unlimited(TG_SCOPE_FIRM, 1);
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(TG_SCOPE_ACCOUNT, 0);
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(TG_SCOPE_ACCOUNT, 4);
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(0, 0);
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(7, 1);
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(TG_SCOPE_FIRM, 0);
	l.max_position = -1;
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l.max_position = TG_PX_MAX + 1;
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(TG_SCOPE_FIRM, 0);
	l.max_order_qty = -1;
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(TG_SCOPE_FIRM, 0);
	l.max_order_notional = -1;
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(TG_SCOPE_FIRM, 0);
	l.flags = 0x8000;
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);
	l = fx_unlimited(TG_SCOPE_FIRM, 0);
	l.reserved[3] = 1;
	assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);

	/* 16 places: 5 are taken; then the table is full, and replacing still works */
	for (i = 1; i <= 2; i++)
		assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_VENUE, i)), TG_REASON_OK);
	for (i = 1; i <= 4; i++)
		assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_CLIENT, i)), TG_REASON_OK);
	for (i = 3; i <= 4; i++)
		assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, i)), TG_REASON_OK);
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_ACCOUNT, 3)), TG_REASON_OK);
	for (i = 1; i <= 4; i++)
		assert_int_equal(tg_risk_limits(f->e, TG_SCOPE_CLIENT, i)->cfg.id, i);
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_CLIENT, 4)), TG_REASON_OK);
	fx_free(f);
}

static void limit_table_full(void **state)
{
	struct fx *f = fx_new();
	u32 i, n = 1;

	(void)state;
	/* every scope that this engine can have fits into its table: pretend that it is smaller */
	f->check = false;
	f->e->params.max_limits = 4;
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_FIRM, 0)), TG_REASON_OK);
	for (i = 1; i <= 4; i++) {
		enum tg_reason why = fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, i));

		n += why == TG_REASON_OK;
		assert_int_equal(why, i <= 3 ? TG_REASON_OK : TG_REASON_CAPACITY);
	}
	assert_int_equal(n, 4);
	assert_null(tg_risk_limits(f->e, TG_SCOPE_INSTRUMENT, 4));
	fx_drop(f);
}

static void max_quantity(void **state)
{
	u32 i;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = fx_ready();
		struct tg_in_limits l = rk_scope(i);

		l.max_order_qty = PX(5);
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(5) - LOT), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(5)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(5) + LOT), TG_REASON_MAX_QUANTITY);
		l.max_order_qty = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), TG_SCALE / 100), TG_REASON_MAX_QUANTITY);
		fx_free(f);
	}
}

static void max_notional(void **state)
{
	u32 i;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = fx_ready();
		struct tg_in_limits l = rk_scope(i);

		l.max_order_notional = PX(1000);
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100) - CENT(1), PX(10)), TG_REASON_OK);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(10)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100) + CENT(1), PX(10)), TG_REASON_MAX_NOTIONAL);
		l.max_order_notional = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, CENT(1), TG_SCALE / 100), TG_REASON_MAX_NOTIONAL);
		fx_free(f);
	}
}

static void collar(void **state)
{
	u32 i;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = fx_ready();
		struct tg_in_limits l = rk_scope(i);

		l.collar_bps = 100;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_NO_REFERENCE_PRICE);
		assert_int_equal(fx_submit(f, 1, market(BUY, PX(1))), TG_REASON_NO_REFERENCE_PRICE);
		fx_book(f, 1, PX(99), PX(101));
		assert_int_equal(rk_try(f, BUY, PX(101), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(101) + CENT(1), PX(1)), TG_REASON_PRICE_COLLAR);
		assert_int_equal(rk_try(f, SELL, PX(99), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, SELL, PX(99) - CENT(1), PX(1)), TG_REASON_PRICE_COLLAR);
		assert_int_equal(rk_try(f, BUY, PX(99) - CENT(1), PX(1)), TG_REASON_PRICE_COLLAR);
		assert_int_equal(fx_submit(f, 1, market(BUY, PX(1))), TG_REASON_OK);
		l.collar_bps = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_PRICE_COLLAR);
		fx_free(f);
	}
}

static void market_orders_are_valued_at_the_worst(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_FIRM, 0);

	(void)state;
	/* nothing asked of a price: none needed */
	assert_int_equal(fx_submit(f, 1, market(SELL, PX(1))), TG_REASON_OK);
	l.max_order_notional = PX(1010);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, market(BUY, PX(10))), TG_REASON_NO_REFERENCE_PRICE);
	l.collar_bps = 100;
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	fx_book(f, 1, PX(99), PX(101));
	assert_int_equal(fx_submit(f, 1, market(BUY, PX(10) - LOT)), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, market(BUY, PX(10))), TG_REASON_OK); /* 100 + 1 % */
	assert_int_equal(fx_submit(f, 1, market(BUY, PX(10) + LOT)), TG_REASON_MAX_NOTIONAL);
	l.collar_bps = ~0u;
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, market(BUY, PX(10) + 100 * LOT)),
			 TG_REASON_OK); /* valued at the reference */
	assert_int_equal(fx_submit(f, 1, market(BUY, PX(10) + 101 * LOT)), TG_REASON_MAX_NOTIONAL);
	fx_free(f);
}

static void position(void **state)
{
	u32 i;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = fx_ready();
		struct tg_in_limits l = rk_scope(i);
		u64 id;

		l.max_position = PX(10);
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(10) + LOT), TG_REASON_POSITION);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(4)), TG_REASON_OK);
		id = tg_engine_last_order_id(f->e);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(6) + LOT),
				 TG_REASON_POSITION); /* working orders count */
		assert_int_equal(rk_try(f, BUY, PX(100), PX(6) - LOT), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(6)), TG_REASON_POSITION);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(10)),
				 TG_REASON_OK); /* the other side has its own */
		assert_int_equal(rk_try(f, SELL, PX(101), PX(1)), TG_REASON_POSITION);
		REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(4), .last_qty = PX(4),
		       .last_px = PX(100));
		assert_int_equal(fx_position(f, 1, 1)->qty, PX(4));
		assert_int_equal(rk_try(f, BUY, PX(100), TG_SCALE / 100),
				 TG_REASON_POSITION); /* filled or open, the same */
		assert_int_equal(rk_try(f, SELL, PX(102), PX(4)),
				 TG_REASON_OK); /* long 4: four more may be sold */
		assert_int_equal(rk_try(f, SELL, PX(103), TG_SCALE / 100), TG_REASON_POSITION);
		l.max_position = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, SELL, PX(102), TG_SCALE / 100), TG_REASON_POSITION);
		fx_free(f);
	}
}

static void a_position_above_the_limit_can_be_reduced(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_ACCOUNT, 1);
	u64 id = fx_working(f, BUY, PX(100), PX(10));

	(void)state;
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(10), .last_qty = PX(10),
	       .last_px = PX(100));
	l.max_position = PX(5);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_POSITION);
	assert_int_equal(rk_try(f, SELL, PX(100), PX(1)), TG_REASON_OK);
	assert_int_equal(rk_try(f, SELL, PX(100), PX(14) + LOT), TG_REASON_POSITION);
	assert_int_equal(rk_try(f, SELL, PX(100), PX(14)), TG_REASON_OK);
	fx_free(f);
}

static void replace_counts_the_increase(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
	u64 id;

	(void)state;
	l.max_position = PX(10);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	id = fx_working(f, BUY, PX(100), PX(6));
	assert_int_equal(fx_replace(f, 1, id, PX(100), PX(10) + LOT), TG_REASON_POSITION);
	assert_int_equal(fx_replace(f, 1, id, PX(100), PX(10)), TG_REASON_OK);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty,
			 PX(10)); /* counted before the venue says yes */
	assert_int_equal(rk_try(f, BUY, PX(100), TG_SCALE / 100), TG_REASON_POSITION);
	fx_cancel_reject(f, id, 0, '2', 99, '0');
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(6));
	assert_int_equal(fx_replace(f, 1, id, PX(100), PX(2)), TG_REASON_OK);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(6)); /* the larger until settled */
	REPORT(f, id, .exec = '5', .status = '0', .qty = PX(2), .px = PX(100), .leaves = PX(2));
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(2));
	/* a smaller order is allowed even where the position is over its limit */
	l.max_position = PX(1);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 1, id, PX(100), PX(2) - LOT), TG_REASON_OK);
	fx_free(f);
}

static void open_orders(void **state)
{
	u32 i;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = fx_ready();
		struct tg_in_limits l = rk_scope(i);
		u64 id;

		if (fx_strategy)
			assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		id = fx_working(f, BUY, PX(100), PX(1)); /* before the limit is loaded: counts all the same */
		l.max_open_orders = 3;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OPEN_ORDERS);
		assert_int_equal(fx_replace(f, 1, id, PX(101), PX(1)),
				 TG_REASON_OK); /* no new order */
		REPORT(f, id, .exec = '4', .status = '4');
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		l.max_open_orders = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OPEN_ORDERS);
		fx_free(f);
	}
}

static void order_rate(void **state)
{
	u32 i, k;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = fx_ready();
		struct tg_in_limits l = rk_scope(i);
		u64 id;

		l.rate_per_s = 10;
		l.rate_burst = 3;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		for (k = 0; k < 3; k++)
			assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		id = tg_engine_last_order_id(f->e);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_ORDER_RATE);
		f->now += 100 * MS - 1;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_ORDER_RATE);
		f->now += 1;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)),
				 TG_REASON_OK); /* one interval, one order */
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_ORDER_RATE);
		assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK); /* cancels have no rate */
		f->now += 10 * SEC; /* saved up: the burst, no more */
		for (k = 0; k < 3; k++)
			assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_ORDER_RATE);
		l.rate_per_s = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		f->now += 10 * SEC;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_ORDER_RATE);
		l.rate_per_s = 10;
		l.rate_burst = 0;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_ORDER_RATE);
		fx_free(f);
	}
}

static void refused_orders_use_up_nothing(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits firm = fx_unlimited(TG_SCOPE_FIRM, 0),
			    in = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
	u32 k;

	(void)state;
	firm.rate_per_s = 1;
	firm.rate_burst = 2;
	in.rate_per_s = 1;
	in.rate_burst = 1;
	in.duplicate_window_ns = SEC;
	assert_int_equal(fx_limits(f, firm), TG_REASON_OK);
	assert_int_equal(fx_limits(f, in), TG_REASON_OK);
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
	for (k = 0; k < 10; k++)
		assert_int_equal(rk_try(f, BUY, PX(101), PX(1)), TG_REASON_ORDER_RATE);
	/* that was the instrument's; the firm's is untouched */
	{
		struct tg_submission s = fx_limit(BUY, PX(100), PX(1));

		s.instrument_id = 2;
		assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
		s.px = PX(101);
		assert_int_equal(fx_submit(f, 1, s), TG_REASON_ORDER_RATE);
	}
	/*
	 * an order that finds no room in the outbox was not sent: neither its rate nor its likeness
	 * is remembered
	 */
	f->now += 10 * SEC;
	f->e->outbox_bytes = 4096;
	assert_int_equal(rk_try(f, BUY, PX(102), PX(1)), TG_REASON_NO_OUTBOX);
	f->e->outbox_bytes = tg_engine_outbox_bytes(&f->params);
	assert_int_equal(rk_try(f, BUY, PX(102), PX(1)), TG_REASON_OK);
	fx_drop(f);	/* not replayed: the outbox had another size for a while */
}

static void duplicates(void **state)
{
	u32 i, k;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = fx_ready();
		struct tg_in_limits l = rk_scope(i);
		struct tg_submission s;

		l.duplicate_window_ns = 50 * MS;
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_DUPLICATE_ORDER);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100) + CENT(1), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1) + LOT), TG_REASON_OK);
		f->now += 50 * MS - 1;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_DUPLICATE_ORDER);
		f->now += 1;
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
		if (scopes[i].scope == TG_SCOPE_FIRM) {
			s = fx_limit(BUY, PX(100), PX(1));
			s.instrument_id = 2;
			assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK); /* another instrument */
			assert_int_equal(fx_submit(f, 1, s), TG_REASON_DUPLICATE_ORDER);
			assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
			assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);	/* another client */
			assert_int_equal(fx_close(f, 2), TG_REASON_OK);
			assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
			assert_int_equal(fx_submit(f, 2, s),
					 TG_REASON_OK); /* who comes later starts clean */
			/* more orders than are remembered: the oldest is forgotten */
			for (k = 1; k <= 4; k++)
				assert_int_equal(rk_try(f, SELL, PX(200 + k), PX(1)), TG_REASON_OK);
			assert_int_equal(rk_try(f, SELL, PX(201), PX(1)), TG_REASON_DUPLICATE_ORDER);
		}
		fx_free(f);
	}
}

static void overflow(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_FIRM, 0);
	s64 big = TG_PX_MAX - TG_PX_MAX % CENT(1);

	(void)state;
	/*
	 * the value cannot be computed: refused, with a limit as above it, without one as what it
	 * is
	 */
	assert_int_equal(rk_try(f, BUY, big, big), TG_REASON_OVERFLOW);
	l.max_order_notional = TG_PX_MAX - 1;
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	assert_int_equal(rk_try(f, BUY, big, big), TG_REASON_MAX_NOTIONAL);
	assert_int_equal(rk_try(f, BUY, big, TG_SCALE / 100), TG_REASON_OK);
	assert_int_equal(rk_try(f, BUY, CENT(1), big),
			 TG_REASON_OVERFLOW); /* open quantity of the side */
	assert_int_equal(rk_try(f, SELL, CENT(1), big), TG_REASON_OK);
	assert_int_equal(rk_try(f, SELL, CENT(1), TG_SCALE / 100), TG_REASON_OVERFLOW);
	/* a price far from the reference, whose distance times 10000 does not fit in 64 bits */
	l = fx_unlimited(TG_SCOPE_FIRM, 0);
	l.collar_bps = ~0u - 1;
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	fx_book(f, 1, CENT(1), CENT(3));
	assert_int_equal(rk_try(f, BUY, big, TG_SCALE / 100), TG_REASON_PRICE_COLLAR);
	fx_free(f);
}

/*
 * Checks fail in the order of reasons.h: with everything wrong at once, lifting one after the other
 * shows the next.
 */
static void order_of_checks(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_FIRM, 0);

	(void)state;
	l.max_order_qty = 0;
	l.max_order_notional = 0;
	l.collar_bps = 0;
	l.max_position = 0;
	l.max_open_orders = 0;
	l.rate_per_s = 0;
	l.duplicate_window_ns = SEC;
	assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_OK);
#define NEXT(want) \
	do { \
		assert_int_equal(fx_limits(f, l), TG_REASON_OK); \
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), want); \
	} while (0)
	NEXT(TG_REASON_MAX_QUANTITY);
	l.max_order_qty = TG_PX_MAX;
	NEXT(TG_REASON_MAX_NOTIONAL);
	l.max_order_notional = TG_PX_MAX;
	NEXT(TG_REASON_NO_REFERENCE_PRICE);
	fx_book(f, 1, PX(99), PX(101));
	NEXT(TG_REASON_PRICE_COLLAR);
	l.collar_bps = ~0u;
	NEXT(TG_REASON_POSITION);
	l.max_position = TG_PX_MAX;
	NEXT(TG_REASON_OPEN_ORDERS);
	l.max_open_orders = ~0u;
	NEXT(TG_REASON_ORDER_RATE);
	l.rate_per_s = ~0u;
	NEXT(TG_REASON_DUPLICATE_ORDER);
	l.duplicate_window_ns = 0;
	NEXT(TG_REASON_OK);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_limits_nothing_goes),
		TEST(limit_records_are_checked),
		TEST(limit_table_full),
		TEST(max_quantity),
		TEST(max_notional),
		TEST(collar),
		TEST(market_orders_are_valued_at_the_worst),
		TEST(position),
		TEST(a_position_above_the_limit_can_be_reduced),
		TEST(replace_counts_the_increase),
		TEST(open_orders),
		TEST(order_rate),
		TEST(refused_orders_use_up_nothing),
		TEST(duplicates),
		TEST(overflow),
		TEST(order_of_checks),
	};

	return cmocka_run_group_tests_name("risk", tests, NULL, NULL);
}
