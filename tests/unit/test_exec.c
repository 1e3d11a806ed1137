// SPDX-License-Identifier: MIT
/* Execution strategies: quote, sweep, multi_leg; what fits, what is refused, races, what is never sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parentkit.h"

/* ---- post_only_quote ---- */

static struct tg_submission quote(s64 bid, s64 ask, s64 qty)
{
	struct tg_submission s = pk_intent(TG_EXEC_QUOTE, 0, bid, qty);

	s.intent.px2 = ask;
	s.intent.qty2 = qty;
	return s;
}

static void quote_both_sides(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, quote(PX(99), PX(101), PX(2)));
	u64 bid = pk_child(f, id, 0), ask = pk_child(f, id, 1);
	const struct tg_priv_event *ev;

	(void)state;
	tag_is(fx_tcp(f, 'D', 0), 54, "1");
	tag_is(fx_tcp(f, 'D', 0), 44, "99");
	tag_is(fx_tcp(f, 'D', 0), 18, "6");
	tag_is(fx_tcp(f, 'D', 1), 54, "2");
	tag_is(fx_tcp(f, 'D', 1), 44, "101");
	tag_is(fx_tcp(f, 'D', 1), 18, "6");
	pk_ack(f, bid);
	pk_ack(f, ask);
	pk_fill(f, bid, PX(2), PX(99));
	assert_int_equal(STATE(f, id), TG_PARENT_PARTIALLY_FILLED);
	assert_null(fx_tcp(f, 'D', 0));		/* a side that is filled is not renewed */
	pk_fill(f, ask, PX(2), PX(101));
	pk_done(f, id, TG_PARENT_COMPLETED);
	ev = fx_priv(f, 1, TG_PRIV_PARENT, 0);
	assert_int_equal(ev->u.parent.cum_qty, PX(2));
	assert_int_equal(ev->u.parent.avg_px, PX(99));
	assert_int_equal(ev->u.parent.cum_qty2, PX(2));
	assert_int_equal(ev->u.parent.avg_px2, PX(101));
	fx_free(f);
}

static void quote_refusals(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission good = quote(PX(99), PX(101), PX(2)), s;

	(void)state;
#define WITH(field, value, want) do { s = good; s.field = value; assert_int_equal(fx_submit(f, 1, s), want); } while (0)
	WITH(side, BUY, TG_REASON_BAD_REQUEST);
	WITH(intent.side2, SELL, TG_REASON_BAD_REQUEST);
	WITH(intent.instrument_id2, 2, TG_REASON_BAD_REQUEST);
	WITH(intent.leg_timeout_ns, 1, TG_REASON_BAD_REQUEST);
	WITH(flags, 0, TG_REASON_BAD_REQUEST);
	WITH(ord_type, TG_ORD_MARKET, TG_REASON_BAD_REQUEST);
	WITH(tif, TG_TIF_IOC, TG_REASON_BAD_TYPE);
	WITH(px, PX(101), TG_REASON_BAD_PRICE);
	WITH(intent.px2, PX(99), TG_REASON_BAD_PRICE);
	WITH(intent.px2, 0, TG_REASON_BAD_PRICE);
	WITH(intent.qty2, 0, TG_REASON_BAD_QUANTITY);
	assert_int_equal(f->e->parents, 0);
	fx_free(f);
}

static void quote_tries_once_deeper(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, quote(PX(99), PX(101), PX(2)));
	u64 bid = pk_child(f, id, 0), ask = pk_child(f, id, 1);

	(void)state;
	pk_ack(f, bid);
	pk_rejected(f, ask);
	tag_is(fx_tcp(f, 'D', 0), 44, "101.01");
	assert_null(fx_tcp(f, 'D', 1));
	assert_null(fx_tcp(f, 'F', 0));
	ask = pk_child(f, id, 1);
	/* and then no more: the other side goes too */
	pk_rejected(f, ask);
	assert_null(fx_tcp(f, 'D', 0));
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_canceled(f, bid);
	pk_done(f, id, TG_PARENT_EXECUTION_ABORTED);
	/* the bid goes down; a venue that says it by a cancel means the same */
	id = pk_send(f, quote(PX(99), PX(101), PX(2)));
	pk_canceled(f, pk_child(f, id, 0));
	tag_is(fx_tcp(f, 'D', 0), 44, "98.99");
	pk_ack(f, pk_child(f, id, 0));
	pk_ack(f, pk_child(f, id, 1));
	/* one that worked and is cancelled unasked is not chased */
	pk_canceled(f, pk_child(f, id, 0));
	assert_null(fx_tcp(f, 'D', 0));
	pk_canceled(f, pk_child(f, id, 1));
	pk_done(f, id, TG_PARENT_EXECUTION_ABORTED);
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), 0);
	fx_free(f);
}

static void quote_moves(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, quote(PX(99), PX(101), PX(2)));
	u64 bid = pk_child(f, id, 0), ask = pk_child(f, id, 1);
	struct tg_submission s = { .type = TG_SUB_INTENT_REPLACE, .order_id = id, .px = PX(98), .qty = PX(2) };

	(void)state;
	pk_ack(f, bid);
	pk_ack(f, ask);
	s.intent.px2 = PX(98);
	s.intent.qty2 = PX(2);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_REQUEST);	/* crossed */
	s.intent.px2 = PX(102);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	tag_is(fx_tcp(f, 'G', 0), 44, "98");
	tag_is(fx_tcp(f, 'G', 1), 44, "102");
	REPORT(f, bid, .exec = '5', .status = '0', .leaves = PX(2), .px = PX(98), .qty = PX(2));
	REPORT(f, ask, .exec = '5', .status = '0', .leaves = PX(2), .px = PX(102), .qty = PX(2));
	assert_null(fx_tcp(f, 'G', 0));
	/* one side is done: only the other moves */
	pk_fill(f, ask, PX(2), PX(102));
	s.px = PX(97);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	tag_is(fx_tcp(f, 'G', 0), 44, "97");
	assert_null(fx_tcp(f, 'G', 1));
	REPORT(f, bid, .exec = '5', .status = '0', .leaves = PX(2), .px = PX(97), .qty = PX(2));
	pk_fill(f, bid, PX(2), PX(97));
	pk_done(f, id, TG_PARENT_COMPLETED);
	fx_free(f);
}

static void one_side_is_refused_here(void **state)
{
	struct fx *f = pk_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
	u64 bid;
	u32 id;

	(void)state;
	l.max_order_qty = PX(2);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	{
		struct tg_submission s = quote(PX(99), PX(101), PX(2));

		s.intent.qty2 = PX(3);
		id = pk_send(f, s);
	}
	/* the first went out before the second was refused */
	bid = pk_child(f, id, 0);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_canceled(f, bid);
	pk_done(f, id, TG_PARENT_RISK_REJECTED);
	fx_free(f);
}

/* ---- sweep ---- */

/* Instruments 1 and 2 are one product; the arena is changed by hand, so no replay. */
static struct fx *product(s32 fee2_e8)
{
	struct fx *f = pk_ready();
	struct tg_in_product p = { .product_id = 1, .name = "BOTH" };
	u32 n;

	assert_int_equal(fx_step(f, TG_IN_PRODUCT, 0, &p, sizeof(p)), TG_REASON_OK);
	for (n = 1; n <= 2; n++) {
		tg_instrument(f->e, n)->def.product_id = 1;
		tg_product_join(f->e, tg_instrument(f->e, n));
	}
	tg_instrument(f->e, 2)->def.taker_fee_e8 = fee2_e8;
	return f;
}

static void asks(struct fx *f, u32 instrument, const char *levels, u32 n)
{
	const struct tg_instrument *i = tg_instrument(f->e, instrument);
	char body[512];

	f->update_id += 10;
	snprintf(body, sizeof(body), "262=%llu|55=%s|25044=%llu|268=%u|269=0|270=90|271=1|%s", (unsigned long long)i->request_id, i->def.symbol,
		 (unsigned long long)f->update_id, n + 1, levels);
	fx_venue(f, "W", body);
	assert_int_equal(i->state, TG_BOOK_LIVE);
}

#define ASK(px, qty) "269=1|270=" #px "|271=" #qty "|"

static u64 nth_order(const struct fx *f, u32 id, u32 n)
{
	assert_int_not_equal(pk(f, id)->child[n].order_id, 0);
	return pk(f, id)->child[n].order_id;
}

static void sweep_takes_the_cheapest(void **state)
{
	struct fx *f = product(1000000);	/* 1 % at the second */
	u32 id;

	(void)state;
	asks(f, 1, ASK(100, 1) ASK(101, 2) ASK(103, 5), 3);
	asks(f, 2, ASK(99.50, 1) ASK(100, 4) ASK(104, 9), 3);
	/* 100 (100), 100.495 (99.50), 101 (100 + 1 %), 101 (101): 1 + 1 + 4, then 1 of 2 */
	id = pk_send(f, pk_intent(TG_EXEC_SWEEP, BUY, PX(102), PX(7)));
	assert_null(fx_tcp(f, 'D', 2));
	tag_is(fx_tcp(f, 'D', 0), 55, "BTCUSDT");
	tag_is(fx_tcp(f, 'D', 0), 44, "101");
	tag_is(fx_tcp(f, 'D', 0), 59, "3");
	tag_is(fx_tcp(f, 'D', 1), 55, "ETHUSDT");
	{
		char a[32], b[32];

		assert_true(fx_tag(fx_tcp(f, 'D', 0), 38, a, sizeof(a)) && fx_tag(fx_tcp(f, 'D', 1), 38, b, sizeof(b)));
		assert_int_equal(atoi(a) + atoi(b), 7);
		assert_true(atoi(a) <= 3 && atoi(b) <= 5);
	}
	pk_fill(f, nth_order(f, id, 0), fx_order(f, nth_order(f, id, 0))->qty, PX(100));
	assert_int_equal(STATE(f, id), TG_PARENT_PARTIALLY_FILLED);
	pk_fill(f, nth_order(f, id, 1), fx_order(f, nth_order(f, id, 1))->qty, PX(100));
	pk_done(f, id, TG_PARENT_COMPLETED);
	fx_drop(f);
}

static void sweep_goes_in_rounds(void **state)
{
	struct fx *f = product(0);
	u64 order;
	u32 id;

	(void)state;
	asks(f, 1, ASK(100, 3), 1);
	asks(f, 2, ASK(101, 3), 1);
	id = pk_send(f, pk_intent(TG_EXEC_SWEEP, BUY, PX(101), PX(3)));
	assert_null(fx_tcp(f, 'D', 1));
	order = nth_order(f, id, 0);
	pk_fill(f, order, PX(1), PX(100));
	assert_null(fx_tcp(f, 'D', 0));		/* not while it works */
	pk_canceled(f, order);
	/* the book says 3 at 100 still; what is left is taken again, not more */
	tag_is(fx_tcp(f, 'D', 0), 38, "2");
	tag_is(fx_tcp(f, 'D', 0), 55, "BTCUSDT");
	order = pk_child(f, id, 0);
	pk_canceled(f, order);			/* nothing there: it is left out from now on */
	tag_is(fx_tcp(f, 'D', 0), 55, "ETHUSDT");
	tag_is(fx_tcp(f, 'D', 0), 38, "2");
	order = pk_child(f, id, 0);
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_EXPIRED);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.cum_qty, PX(1));
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	fx_drop(f);
}

static void sweep_leaves_our_own_alone(void **state)
{
	struct fx *f = product(0);
	u64 own;
	u32 id;

	(void)state;
	own = fx_working(f, SELL, PX(100), PX(2));
	asks(f, 1, ASK(100, 3) ASK(101, 1), 2);
	id = pk_send(f, pk_intent(TG_EXEC_SWEEP, BUY, PX(101), PX(9)));
	/* 3 at 100 less our 2, and 1 at 101 */
	tag_is(fx_tcp(f, 'D', 0), 38, "2");
	assert_int_equal(STATUS(f, own), TG_OS_NEW);
	pk_canceled(f, nth_order(f, id, 0));
	pk_done(f, id, TG_PARENT_EXPIRED);
	fx_drop(f);
}

static void sweep_finds_nothing(void **state)
{
	struct fx *f = product(0);
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
	u32 id;

	(void)state;
	/* no book */
	id = pk_send(f, pk_intent(TG_EXEC_SWEEP, BUY, PX(101), PX(1)));
	pk_done(f, id, TG_PARENT_EXPIRED);
	asks(f, 1, ASK(100, 0.5) ASK(102, 5), 2);
	/* beyond the limit; less than the smallest order */
	id = pk_send(f, pk_intent(TG_EXEC_SWEEP, BUY, PX(99), PX(1)));
	pk_done(f, id, TG_PARENT_EXPIRED);
	assert_null(fx_tcp(f, 'D', 0));
	/* refused by risk where there is something, and nothing elsewhere */
	l.max_order_qty = TG_SCALE / 10;
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	id = pk_send(f, pk_intent(TG_EXEC_SWEEP, BUY, PX(101), PX(1)));
	pk_done(f, id, TG_PARENT_RISK_REJECTED);
	/* refused here, then taken there */
	asks(f, 2, ASK(101, 5), 1);
	id = pk_send(f, pk_intent(TG_EXEC_SWEEP, BUY, PX(101), PX(1)));
	tag_is(fx_tcp(f, 'D', 0), 55, "ETHUSDT");
	pk_fill(f, pk_child(f, id, 0), fx_order(f, pk_child(f, id, 0))->qty, PX(101));
	fx_drop(f);
}

static void sweep_sells_and_is_refused(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission good = pk_intent(TG_EXEC_SWEEP, SELL, PX(89), PX(1)), s;
	u32 id;

	(void)state;
	WITH(tif, TG_TIF_DAY, TG_REASON_BAD_REQUEST);
	WITH(flags, TG_SUB_POST_ONLY, TG_REASON_BAD_REQUEST);
	WITH(ord_type, TG_ORD_MARKET, TG_REASON_BAD_REQUEST);
	WITH(intent.qty2, 1, TG_REASON_BAD_REQUEST);
	/* one instrument, no product */
	asks(f, 1, ASK(100, 3), 1);
	id = pk_send(f, good);
	tag_is(fx_tcp(f, 'D', 0), 54, "2");
	tag_is(fx_tcp(f, 'D', 0), 44, "90");
	assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_INTENT_REPLACE, .order_id = id, .px = PX(88), .qty = PX(2) }),
			 TG_REASON_UNSUPPORTED);
	pk_fill(f, pk_child(f, id, 0), PX(1), PX(90));
	pk_done(f, id, TG_PARENT_COMPLETED);
	fx_free(f);
}

/* ---- multi_leg ---- */

/* Buys of 1 at 100, sells twice as much of 2 at 50. */
static struct tg_submission legs(void)
{
	struct tg_submission s = pk_intent(TG_EXEC_MULTI_LEG, BUY, PX(100), PX(2));

	s.intent.instrument_id2 = 2;
	s.intent.side2 = SELL;
	s.intent.px2 = PX(50);
	s.intent.qty2 = PX(4);
	s.intent.leg_timeout_ns = 20 * MS;
	s.intent.hedge_ticks = 10;
	return s;
}

static void both_legs(struct fx *f, u32 *id, u64 *a, u64 *b)
{
	*id = pk_send(f, legs());
	*a = pk_child(f, *id, 0);
	*b = pk_child(f, *id, 1);
	pk_ack(f, *a);
	pk_ack(f, *b);
}

static void timeout(struct fx *f)
{
	f->now += 20 * MS;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
}

static void legs_complete(void **state)
{
	struct fx *f = pk_ready();
	u64 a, b;
	u32 id;

	(void)state;
	both_legs(f, &id, &a, &b);
	assert_int_equal(f->e->timers, 1);
	pk_fill(f, b, PX(4), PX(50));
	assert_int_equal(STATE(f, id), TG_PARENT_PARTIALLY_FILLED);
	pk_fill(f, a, PX(2), PX(100));
	pk_done(f, id, TG_PARENT_COMPLETED);
	assert_int_equal(fx_counter(f, TG_CC_HEDGES), 0);
	assert_int_equal(f->e->timers, 0);
	fx_free(f);
}

static void leg_refusals(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission good = legs(), s;

	(void)state;
	WITH(intent.leg_timeout_ns, 0, TG_REASON_BAD_REQUEST);
	WITH(intent.instrument_id2, 1, TG_REASON_BAD_REQUEST);
	WITH(ord_type, TG_ORD_MARKET, TG_REASON_BAD_REQUEST);
	WITH(intent.instrument_id2, 0, TG_REASON_BAD_INSTRUMENT);
	WITH(intent.side2, 0, TG_REASON_BAD_SIDE);
	WITH(intent.px2, 1, TG_REASON_BAD_PRICE);
	WITH(intent.qty2, 1, TG_REASON_BAD_QUANTITY);
	WITH(intent.instrument_id2, 3, TG_REASON_UNSUPPORTED);
	/* the second leg's permit counts too */
	assert_int_equal(pk_permit(f, 1, 1000, 1, 1, ALL_EXECS), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, good), TG_REASON_NOT_PERMITTED);
	assert_int_equal(pk_permit(f, 4, 1000, 1, 2, TG_EXEC_BIT(TG_EXEC_DIRECT)), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, good), TG_REASON_NOT_PERMITTED);
	assert_int_equal(f->e->parents, 0);
	fx_free(f);
}

static void timeout_and_hedge(void **state)
{
	struct fx *f = pk_ready();
	u64 a, b, h;
	u32 id;

	(void)state;
	both_legs(f, &id, &a, &b);
	pk_fill(f, a, PX(2), PX(100));
	pk_fill(f, b, PX(1), PX(50));
	timeout(f);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_null(fx_tcp(f, 'F', 1));		/* the other is filled */
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	/* a fill crosses the cancel: what is hedged is what is missing after it */
	pk_fill(f, b, PX(1), PX(50));
	assert_null(fx_tcp(f, 'D', 0));
	pk_canceled(f, b);
	assert_int_equal(STATE(f, id), TG_PARENT_HEDGING);
	tag_is(fx_tcp(f, 'D', 0), 55, "ETHUSDT");
	tag_is(fx_tcp(f, 'D', 0), 54, "2");
	tag_is(fx_tcp(f, 'D', 0), 38, "2");
	tag_is(fx_tcp(f, 'D', 0), 44, "49.9");
	tag_is(fx_tcp(f, 'D', 0), 59, "3");
	h = pk_child(f, id, 1);
	/* its client cancels: the hedge goes on */
	assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_INTENT_CANCEL, .order_id = id }), TG_REASON_ORDER_STATE);
	pk_fill(f, h, PX(2), CENT(4990));
	pk_done(f, id, TG_PARENT_COMPLETED);
	assert_int_equal(tg_engine_kills(f->e), 0);
	assert_int_equal(fx_counter(f, TG_CC_HEDGES), 1);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(2));
	assert_int_equal(fx_position(f, 1, 2)->qty, -PX(4));
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), 0);
	fx_free(f);
}

static void balanced_needs_no_hedge(void **state)
{
	struct fx *f = pk_ready();
	u64 a, b;
	u32 id;

	(void)state;
	both_legs(f, &id, &a, &b);
	pk_fill(f, a, PX(1), PX(100));
	pk_fill(f, b, PX(2), PX(50));
	timeout(f);
	pk_canceled(f, a);
	pk_canceled(f, b);
	pk_done(f, id, TG_PARENT_EXPIRED);
	assert_int_equal(fx_counter(f, TG_CC_HEDGES), 0);
	/* less than the smallest order: there is none for it */
	both_legs(f, &id, &a, &b);
	pk_fill(f, a, TG_SCALE / 1000, PX(100));
	timeout(f);
	pk_canceled(f, a);
	pk_canceled(f, b);
	pk_done(f, id, TG_PARENT_EXPIRED);
	fx_free(f);
}

static void hedge_failed(struct fx *f, u32 id)
{
	pk_done(f, id, TG_PARENT_HEDGE_FAILED);
	assert_int_equal(tg_engine_kills(f->e), 1);
	assert_int_equal(f->e->kills.k[0].scope, TG_SCOPE_FIRM);
	assert_int_equal(f->e->kills.k[0].cause, TG_KILL_HEDGE);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_KILLED);
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), 0);
}

static struct fx *in_a_hedge(u32 *id)
{
	struct fx *f = pk_ready();
	u64 a, b;

	both_legs(f, id, &a, &b);
	pk_fill(f, a, PX(1), PX(100));
	timeout(f);
	pk_canceled(f, a);
	assert_int_equal(STATE(f, *id), TG_PARENT_CANCEL_PENDING);
	pk_canceled(f, b);
	assert_int_equal(STATE(f, *id), TG_PARENT_HEDGING);
	return f;
}

static void hedge_is_rejected(void **state)
{
	u32 id;
	struct fx *f = in_a_hedge(&id);

	(void)state;
	pk_rejected(f, pk_child(f, id, 1));
	hedge_failed(f, id);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	fx_free(f);
}

static void hedge_trigger(void **state)
{
	struct tg_in_trigger t = { .trigger_id = 2, .on = TG_TRIGGER_HEDGE, .scope = TG_SCOPE_FIRM, .act_scope = TG_SCOPE_ACCOUNT,
				   .act_id = 1, .action = TG_ACTION_KILL, .name = "hedges" };
	u32 id;
	struct fx *f = in_a_hedge(&id);

	(void)state;
	assert_int_equal(fx_step(f, TG_IN_TRIGGER, 0, &t, sizeof(t)), TG_REASON_OK);
	pk_rejected(f, pk_child(f, id, 1));
	pk_done(f, id, TG_PARENT_HEDGE_FAILED);
	assert_int_equal(f->e->kills.n, 1);
	assert_int_equal(f->e->kills.k[0].scope, TG_SCOPE_ACCOUNT);
	assert_int_equal(f->e->kills.k[0].cause, TG_KILL_HEDGE);
	fx_free(f);
}

static void hedge_is_not_filled(void **state)
{
	u32 id;
	struct fx *f = in_a_hedge(&id);

	(void)state;
	pk_fill(f, pk_child(f, id, 1), PX(1), PX(50));	/* of 2 */
	assert_int_equal(STATE(f, id), TG_PARENT_HEDGING);
	pk_canceled(f, pk_child(f, id, 1));
	hedge_failed(f, id);
	fx_free(f);
}

static void hedge_is_refused_here(void **state)
{
	struct fx *f = pk_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 2);
	u64 a, b;
	u32 id;

	(void)state;
	both_legs(f, &id, &a, &b);
	pk_fill(f, a, PX(1), PX(100));
	timeout(f);
	pk_canceled(f, a);
	l.max_order_qty = PX(1);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	pk_canceled(f, b);
	hedge_failed(f, id);
	fx_free(f);
}

static void a_leg_is_refused(void **state)
{
	struct fx *f = pk_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 2);
	u64 a, b, h;
	u32 id;

	(void)state;
	/* by the venue, after the other was filled */
	id = pk_send(f, legs());
	a = pk_child(f, id, 0);
	b = pk_child(f, id, 1);
	pk_fill(f, a, PX(2), PX(100));
	pk_rejected(f, b);
	assert_int_equal(STATE(f, id), TG_PARENT_HEDGING);
	h = pk_child(f, id, 1);
	pk_fill(f, h, PX(4), PX(50));
	pk_done(f, id, TG_PARENT_COMPLETED);
	/* here, after the other was sent: it is cancelled */
	l.max_order_qty = PX(3);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	id = pk_send(f, legs());
	assert_non_null(fx_tcp(f, 'F', 0));
	pk_canceled(f, pk_child(f, id, 0));
	pk_done(f, id, TG_PARENT_RISK_REJECTED);
	fx_free(f);
}

static void client_goes_and_the_hedge_does_not(void **state)
{
	struct fx *f = pk_ready();
	u64 a, b;
	u32 id;

	(void)state;
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	both_legs(f, &id, &a, &b);
	pk_fill(f, a, PX(2), PX(100));
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 0));
	pk_canceled(f, b);
	assert_int_equal(STATE(f, id), TG_PARENT_HEDGING);
	tag_is(fx_tcp(f, 'D', 0), 38, "4");
	pk_fill(f, pk_child(f, id, 1), PX(4), PX(50));
	assert_int_equal(STATE(f, id), TG_PARENT_DONE);
	assert_int_equal(pk(f, id)->end, TG_PARENT_COMPLETED);
	assert_int_equal(fx_priv(f, 2, TG_PRIV_PARENT, 0)->u.parent.state, TG_PARENT_DONE);
	fx_free(f);
}

static void kill_and_legs(void **state)
{
	struct fx *f = pk_ready();
	u64 a, b;
	u32 id;

	(void)state;
	/* nothing is sent under a kill, a hedge neither */
	both_legs(f, &id, &a, &b);
	pk_fill(f, a, PX(1), PX(100));
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 2, TG_KILL_CANCEL), TG_REASON_OK);
	pk_canceled(f, b);
	pk_canceled(f, a);
	assert_null(fx_tcp(f, 'D', 0));
	pk_done(f, id, TG_PARENT_KILL_SWITCH);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.cum_qty, PX(1));
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_INSTRUMENT, 2, 0), TG_REASON_OK);
	fx_drop(f);
	/* a kill while the hedge is out: it balances, or it has failed */
	f = in_a_hedge(&id);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, TG_KILL_CANCEL), TG_REASON_OK);
	assert_int_equal(STATE(f, id), TG_PARENT_HEDGING);
	pk_fill(f, pk_child(f, id, 1), PX(2), PX(50));
	pk_done(f, id, TG_PARENT_KILL_SWITCH);
	fx_free(f);
	f = in_a_hedge(&id);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, TG_KILL_CANCEL), TG_REASON_OK);
	pk_canceled(f, pk_child(f, id, 1));
	pk_done(f, id, TG_PARENT_HEDGE_FAILED);
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), 0);
	fx_free(f);
}

static void session_drops_under_legs(void **state)
{
	struct fx *f = pk_ready();
	u64 a, b;
	u32 id;

	(void)state;
	both_legs(f, &id, &a, &b);
	pk_fill(f, a, PX(1), PX(100));
	fx_disconnect(f);
	timeout(f);
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	/* the cancels wait for the session, and the hedge for the cancels */
	fx_logon(f);
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_canceled(f, a);
	pk_canceled(f, b);
	assert_int_equal(STATE(f, id), TG_PARENT_HEDGING);
	pk_fill(f, pk_child(f, id, 1), PX(2), PX(50));
	pk_done(f, id, TG_PARENT_EXPIRED);
	fx_free(f);
}

/* ---- self-trade prevention in a child's way ---- */

static void child_would_cross(void **state)
{
	struct fx *f = pk_ready();
	struct tg_in_instrument in = { .instrument_id = 4, .venue_id = 1, .tick = CENT(1), .lot = TG_SCALE / 1000,
				       .self_trade = TG_SELF_TRADE_SKIP, .symbol = "STP" };
	struct tg_submission s = fx_limit(SELL, PX(100), PX(1)), i = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(1));
	u32 id;

	(void)state;
	assert_int_equal(fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), TG_REASON_OK);
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, 4)), TG_REASON_OK);
	s.instrument_id = i.instrument_id = 4;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	id = pk_send(f, i);
	pk_done(f, id, TG_PARENT_RISK_REJECTED);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.reason, TG_REASON_SELF_CROSS);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quote_both_sides),
		cmocka_unit_test(quote_refusals),
		cmocka_unit_test(quote_tries_once_deeper),
		cmocka_unit_test(quote_moves),
		cmocka_unit_test(one_side_is_refused_here),
		cmocka_unit_test(sweep_takes_the_cheapest),
		cmocka_unit_test(sweep_goes_in_rounds),
		cmocka_unit_test(sweep_leaves_our_own_alone),
		cmocka_unit_test(sweep_finds_nothing),
		cmocka_unit_test(sweep_sells_and_is_refused),
		cmocka_unit_test(legs_complete),
		cmocka_unit_test(leg_refusals),
		cmocka_unit_test(timeout_and_hedge),
		cmocka_unit_test(balanced_needs_no_hedge),
		cmocka_unit_test(hedge_is_rejected),
		cmocka_unit_test(hedge_is_not_filled), cmocka_unit_test(hedge_trigger),
		cmocka_unit_test(hedge_is_refused_here),
		cmocka_unit_test(a_leg_is_refused),
		cmocka_unit_test(client_goes_and_the_hedge_does_not),
		cmocka_unit_test(kill_and_legs),
		cmocka_unit_test(session_drops_under_legs),
		cmocka_unit_test(child_would_cross),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
