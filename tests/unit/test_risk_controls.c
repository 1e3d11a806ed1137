// SPDX-License-Identifier: MIT
/*
 * Controls on sums: money, positions of whole scopes, losses, executions: at the limit, one under and one over, at every scope. The fixture counts all sums anew
 * after every step.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "riskkit.h"

static u64 refused(const struct fx *f, enum tg_reason why)
{
	return f->e->reasons[why];
}

/* ---- money that is added up: what they have in common ---- */

static const struct {
	u32 flag;
	size_t field;
	enum tg_reason why;
} sums[] = {
	{ TG_LIMITS_GROSS, offsetof(struct tg_in_limits, max_gross_notional), TG_REASON_GROSS_NOTIONAL },
	{ TG_LIMITS_NET, offsetof(struct tg_in_limits, max_net_notional), TG_REASON_NET_NOTIONAL },
	{ TG_LIMITS_CAPITAL, offsetof(struct tg_in_limits, max_capital), TG_REASON_CAPITAL },
};

static void set_sum(struct tg_in_limits *l, u32 n, s64 max)
{
	l->flags = (u16)sums[n].flag;
	memcpy((u8 *)l + sums[n].field, &max, sizeof(max));
}

static void sums_at_the_limit(void **state)
{
	struct tg_in_limits l;
	u32 k, n;

	(void)state;
	FOR_SCOPES(k)
		for (n = 0; n < 3; n++) {
			struct fx *f = rk_ready(k, &l);
			u64 id = fx_working(f, BUY, PX(100), PX(2));	/* there before the limit: counts all the same */
			u64 before = refused(f, sums[n].why);

			set_sum(&l, n, PX(1000));
			LIMITS(f, l);
			assert_int_equal(rk_try(f, BUY, PX(100), PX(8) + LOT), sums[n].why);	/* over */
			assert_int_equal(refused(f, sums[n].why), before + 1);
			assert_int_equal(rk_try(f, BUY, PX(100), PX(8) - LOT), TG_REASON_OK);	/* under */
			assert_int_equal(rk_try(f, BUY, PX(100), PX(8)), sums[n].why);
			fx_cancel(f, 1, rk_last(f));
			REPORT(f, rk_last(f), .exec = '4', .status = '4');
			assert_int_equal(rk_try(f, BUY, PX(100), PX(8)), TG_REASON_OK);		/* at it */
			assert_int_equal(rk_try(f, BUY, CENT(1), TG_SCALE / 100), sums[n].why);
			/* filled or open, the same */
			rk_filled(f, id, PX(100));
			assert_int_equal(rk_try(f, BUY, PX(1), PX(1)), sums[n].why);
			set_sum(&l, n, 0);
			LIMITS(f, l);
			assert_int_equal(rk_try(f, BUY, CENT(1), TG_SCALE / 100), sums[n].why);
			assert_int_equal(rk_try(f, SELL, CENT(1), TG_SCALE / 100), sums[n].why);
			fx_free(f);
		}
}

/* What another account, instrument, client or strategy does counts only in the scopes that have it too. */
static void sums_are_of_their_scope(void **state)
{
	struct tg_in_limits l;
	u32 k, n;

	(void)state;
	FOR_SCOPES(k)
		for (n = 0; n < 3; n++) {
			struct fx *f = rk_ready(k, &l);
			struct tg_submission s;

			set_sum(&l, n, PX(1000));
			LIMITS(f, l);
			assert_int_equal(fx_open(f, 2, 1002, 0), TG_REASON_OK);
			fx_strategy = 0;
			s = fx_limit(BUY, PX(100), PX(9));
			s.account_id = 2;
			s.instrument_id = 2;
			assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);
			fx_strategy = 1;
			assert_int_equal(rk_try(f, BUY, PX(100), PX(2)),
					 scopes[k].scope <= TG_SCOPE_VENUE ? sums[n].why : TG_REASON_OK);
			fx_free(f);
		}
}

static void net_is_of_one_side_gross_of_both(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);

		set_sum(&l, 1, PX(1000));
		LIMITS(f, l);
		fx_book(f, 1, PX(100), PX(100) + CENT(2));	/* the mid is what positions are worth */
		rk_hold(f, BUY, PX(100), PX(4));
		/* 4 held at 100.01: sells may go to minus 1000 */
		assert_int_equal(rk_try(f, SELL, PX(100), PX(14) + LOT), TG_REASON_NET_NOTIONAL);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(14)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(6)), TG_REASON_NET_NOTIONAL);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(5)), TG_REASON_OK);
		fx_free(f);

		f = rk_ready(k, &l);
		set_sum(&l, 0, PX(1000));
		LIMITS(f, l);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(6)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(4) + LOT), TG_REASON_GROSS_NOTIONAL);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(4)), TG_REASON_OK);
		fx_free(f);
	}
}

/* A full book can be brought down: an order that only reduces passes gross and capital, and none that turns the position over. */
static void what_reduces_passes(void **state)
{
	struct tg_in_limits l;
	u32 k, n;

	(void)state;
	FOR_SCOPES(k)
		for (n = 0; n < 3; n += 2) {
			struct fx *f = rk_ready(k, &l);

			rk_hold(f, BUY, PX(100), PX(10));
			set_sum(&l, n, PX(1000));
			LIMITS(f, l);
			assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), sums[n].why);
			assert_int_equal(rk_try(f, SELL, PX(100), PX(10) + LOT), sums[n].why);
			assert_int_equal(rk_try(f, SELL, PX(100), PX(4)), TG_REASON_OK);
			assert_int_equal(rk_try(f, SELL, PX(100), PX(6) + LOT), sums[n].why);
			assert_int_equal(rk_try(f, SELL, PX(100), PX(6)), TG_REASON_OK);
			fx_free(f);
		}
}

static void replaces_count_what_they_add(void **state)
{
	struct tg_in_limits l;
	u32 k, n;

	(void)state;
	FOR_SCOPES(k)
		for (n = 0; n < 3; n++) {
			struct fx *f = rk_ready(k, &l);
			u64 id;

			set_sum(&l, n, PX(1000));
			LIMITS(f, l);
			id = fx_working(f, BUY, PX(100), PX(5));
			assert_int_equal(fx_replace(f, 1, id, PX(200) + CENT(1), PX(5)), sums[n].why);
			assert_int_equal(fx_replace(f, 1, id, PX(100), PX(10) + LOT), sums[n].why);
			assert_int_equal(fx_replace(f, 1, id, PX(200), PX(5)), TG_REASON_OK);
			/* counts at the higher price until the venue has answered */
			assert_int_equal(rk_try(f, BUY, CENT(1), TG_SCALE / 100), sums[n].why);
			fx_cancel_reject(f, id, 0, '2', 99, '0');
			assert_int_equal(rk_try(f, BUY, PX(100), PX(5)), TG_REASON_OK);
			/* full: less is allowed still */
			assert_int_equal(fx_replace(f, 1, id, PX(99), PX(5)), TG_REASON_OK);
			fx_free(f);
		}
}

static void market_orders_need_a_price(void **state)
{
	struct tg_in_limits l;
	struct tg_submission s;
	u32 k, n;

	(void)state;
	FOR_SCOPES(k)
		for (n = 0; n < 3; n++) {
			struct fx *f = rk_ready(k, &l);

			set_sum(&l, n, PX(1000));
			LIMITS(f, l);
			s = fx_limit(BUY, 0, PX(10));
			s.ord_type = TG_ORD_MARKET;
			assert_int_equal(fx_submit(f, 1, s), TG_REASON_NO_REFERENCE_PRICE);
			fx_book(f, 1, PX(99), PX(101));
			s.qty += LOT;
			assert_int_equal(fx_submit(f, 1, s), sums[n].why);
			s.qty -= LOT;
			assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
			assert_int_equal(fx_order(f, rk_last(f))->open_value, PX(1000));
			assert_int_equal(rk_try(f, BUY, CENT(1), TG_SCALE / 100), sums[n].why);
			fx_free(f);
		}
}

/* What works already when the first such limit comes has a worth too. */
static void market_orders_sent_before_count(void **state)
{
	struct tg_in_limits l;
	struct fx *f = rk_ready(0, &l);
	struct tg_submission s = fx_limit(BUY, 0, PX(2));

	(void)state;
	fx_book(f, 1, PX(99), PX(101));
	fx_strategy = 0;
	s.ord_type = TG_ORD_MARKET;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	l.flags = TG_LIMITS_GROSS;
	l.max_gross_notional = PX(200);
	LIMITS(f, l);
	assert_int_equal(rk_try(f, BUY, CENT(1), TG_SCALE), TG_REASON_GROSS_NOTIONAL);
	fx_free(f);
}

/* ---- positions of whole scopes ---- */

static void total_position(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);
		struct tg_submission s;
		bool firm = scopes[k].scope == TG_SCOPE_FIRM || scopes[k].scope == TG_SCOPE_VENUE || scopes[k].scope == TG_SCOPE_INSTRUMENT;

		l.flags = TG_LIMITS_TOTAL_POSITION;
		l.max_total_position = PX(10);
		LIMITS(f, l);
		assert_int_equal(fx_open(f, 2, 1002, 0), TG_REASON_OK);
		fx_strategy = 0;
		s = fx_limit(BUY, PX(100), PX(3));
		s.account_id = 2;
		assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);	/* another account, client, strategy */
		fx_strategy = 1;
		rk_hold(f, BUY, PX(100), PX(2));
		assert_int_equal(rk_try(f, BUY, PX(100), PX(firm ? 5 : 8) + LOT), TG_REASON_TOTAL_POSITION);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(firm ? 5 : 8) - LOT), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(100), PX(firm ? 5 : 8)), TG_REASON_TOTAL_POSITION);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(12) + LOT), TG_REASON_TOTAL_POSITION);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(12)), TG_REASON_OK);
		l.max_total_position = 0;
		LIMITS(f, l);
		assert_int_equal(rk_try(f, SELL, PX(100), PX(1)), TG_REASON_TOTAL_POSITION);
		fx_free(f);
	}
}

/* What cannot be added in one book does not hide the refusal that another one has: OVERFLOW is the last of the codes. */
static void total_position_behind_an_overflow(void **state)
{
	struct tg_in_limits l;
	struct fx *f = rk_ready(5, &l);
	struct tg_in_limits firm = fx_unlimited(TG_SCOPE_FIRM, 0);

	(void)state;
	fx_strategy = 0;
	assert_int_equal(rk_try(f, BUY, CENT(1), TG_PX_MAX - PX(10)), TG_REASON_OK);
	fx_strategy = 1;
	firm.flags = l.flags = TG_LIMITS_TOTAL_POSITION;
	firm.max_total_position = TG_PX_MAX;
	l.max_total_position = PX(5);
	LIMITS(f, firm);
	assert_int_equal(rk_try(f, BUY, CENT(1), PX(20)), TG_REASON_OVERFLOW);
	LIMITS(f, l);
	assert_int_equal(rk_try(f, BUY, CENT(1), PX(20)), TG_REASON_TOTAL_POSITION);
	fx_free(f);
}

/* ---- losses ---- */

static void daily_loss(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);
		u64 id;

		l.flags = TG_LIMITS_DAILY_LOSS;
		l.max_daily_loss = PX(10);
		LIMITS(f, l);
		rk_hold(f, BUY, PX(100), PX(10));
		rk_hold(f, SELL, PX(100) - CENT(99), PX(10));	/* 9.90 */
		assert_int_equal(f->e->kills.n, 0);
		rk_hold(f, BUY, PX(100), PX(10));
		rk_hold(f, SELL, PX(100) - CENT(1), PX(10));	/* 10 */
		assert_int_equal(f->e->kills.n, 0);
		id = fx_working(f, BUY, PX(90), PX(1));
		rk_hold(f, BUY, PX(100), TG_SCALE / 100);
		rk_filled(f, fx_working(f, SELL, PX(100) - CENT(1), TG_SCALE / 100), PX(100) - CENT(1));	/* 10.0001 */
		assert_true(rk_killed(f, k, TG_KILL_LOSS));
		assert_int_equal(fx_pub(f, TG_PUB_KILL, 0)->u.kill.cause, TG_KILL_LOSS);
		assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);	/* working orders go too */
		assert_int_equal(rk_try(f, BUY, PX(100), PX(1)), TG_REASON_DAILY_LOSS);
		assert_int_equal(f->e->kills.n, 1);
		/* a person takes it up again: the loss is counted from here */
		assert_int_equal(fx_kill(f, TG_IN_RESUME, scopes[k].scope, scopes[k].id, 0), TG_REASON_OK);
		rk_hold(f, BUY, PX(100), PX(1));
		rk_hold(f, SELL, PX(90), PX(1));
		assert_int_equal(f->e->kills.n, 0);
		rk_hold(f, BUY, PX(100), PX(1));
		rk_hold(f, SELL, PX(100) - CENT(1), PX(1));
		assert_true(rk_killed(f, k, TG_KILL_LOSS));
		fx_free(f);
	}
}

static void a_loss_that_the_market_makes(void **state)
{
	struct tg_in_limits l;
	u32 k;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);

		l.flags = TG_LIMITS_DAILY_LOSS;
		l.max_daily_loss = PX(10);
		LIMITS(f, l);
		rk_hold(f, BUY, PX(100), PX(1));
		fx_book(f, 1, PX(89), PX(91));
		fx_advance(f, 200 * MS);
		assert_int_equal(f->e->kills.n, 0);	/* 10: at the limit */
		fx_book(f, 1, PX(89) - CENT(2), PX(91));
		fx_advance(f, 200 * MS);
		assert_true(rk_killed(f, k, TG_KILL_LOSS));
		fx_free(f);
	}
}

static void fees_are_a_loss_and_days_begin_anew(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_FIRM, 0);
	u64 id;

	(void)state;
	l.flags = TG_LIMITS_DAILY_LOSS;
	l.max_daily_loss = PX(1);
	LIMITS(f, l);
	id = fx_working(f, BUY, PX(100), PX(1));
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1), .last_px = PX(100), .fee = CENT(100));
	assert_int_equal(f->e->kills.n, 0);
	/* FX_T0 is 22:13:20 UTC: the day begins in 1 h 46 min 40 s */
	fx_advance(f, 6400 * SEC);
	id = fx_working(f, SELL, PX(100), PX(1));
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1), .last_px = PX(100), .fee = CENT(100));
	assert_int_equal(f->e->kills.n, 0);
	id = fx_working(f, SELL, PX(100), PX(1));
	REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1), .last_px = PX(100), .fee = CENT(1));
	assert_int_equal(f->e->kills.n, 1);
	fx_free(f);
}

/* ---- repeated executions ---- */

static void executions(void **state)
{
	struct tg_in_limits l;
	u32 k, n;

	(void)state;
	FOR_SCOPES(k) {
		struct fx *f = rk_ready(k, &l);

		l.flags = TG_LIMITS_EXECUTIONS;
		LIMITS(f, fx_unlimited(scopes[k].scope, scopes[k].id));
		assert_int_equal(fx_limits(f, l), TG_REASON_CONFIG);	/* 0 */
		l.max_executions = 3;
		LIMITS(f, l);
		for (n = 0; n < 3; n++) {
			assert_int_equal(rk_killed(f, k, TG_KILL_EXECUTIONS), false);
			fx_working(f, BUY, PX(100) + CENT(n), PX(1));
			assert_int_equal(fx_replace(f, 1, rk_last(f), PX(99) - CENT(n), PX(1)), n < 2 ? TG_REASON_OK : TG_REASON_EXECUTIONS);
		}
		assert_true(rk_killed(f, k, TG_KILL_EXECUTIONS));
		assert_int_equal(rk_try(f, BUY, PX(50), PX(1)), TG_REASON_EXECUTIONS);
		assert_int_equal(fx_cancel(f, 1, rk_last(f)), TG_REASON_OK);
		assert_int_equal(f->e->working, 3);	/* none was cancelled by it */
		/* it does not open by itself */
		fx_advance(f, 100 * SEC);
		assert_int_equal(rk_try(f, BUY, PX(50), PX(1)), TG_REASON_EXECUTIONS);
		assert_int_equal(fx_kill(f, TG_IN_RESUME, scopes[k].scope, scopes[k].id, 0), TG_REASON_OK);
		for (n = 0; n < 3; n++)
			assert_int_equal(rk_try(f, BUY, PX(60 + n), PX(1)), TG_REASON_OK);
		assert_int_equal(rk_try(f, BUY, PX(50), PX(1)), TG_REASON_EXECUTIONS);
		fx_free(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sums_at_the_limit),
		TEST(sums_are_of_their_scope),
		TEST(net_is_of_one_side_gross_of_both),
		TEST(what_reduces_passes),
		TEST(replaces_count_what_they_add),
		TEST(market_orders_need_a_price),
		TEST(market_orders_sent_before_count),
		TEST(total_position),
		TEST(total_position_behind_an_overflow),
		TEST(daily_loss),
		TEST(a_loss_that_the_market_makes),
		TEST(fees_are_a_loss_and_days_begin_anew),
		TEST(executions),
	};

	return cmocka_run_group_tests_name("risk-controls", tests, NULL, NULL);
}
