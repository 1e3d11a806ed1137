// SPDX-License-Identifier: MIT
/*
 * Busts and corrections (150=H, 150=G; 4.2: 20=1, 20=2): on working and on ended orders, once and
 * again, of trades that were corrected before, that CumQty told of, that are still to come, that fell
 * out of the store, of orders that are gone; and reports that were made before a bust and come after.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

struct told {
	const char *id, *ref;
	char exec, status;
	s64 cum, leaves, qty, px, avg, fee;
	u32 second;		/* 60; 0 = not said */
	u64 order;		/* 11; 0 = the order's */
};

static void tell(struct fx *f, u64 order, const struct told *t)
{
	char body[512];
	int n;

	n = snprintf(body, sizeof(body),
		     "37=V1|11=%016llX|17=%s|150=%c|39=%c|55=BTCUSDT|54=1|151=%lld|14=%lld|6=%lld|",
		     (unsigned long long)(t->order ? t->order : fx_order(f, order)->cl_ord_id), t->id, t->exec,
		     t->status, (long long)t->leaves, (long long)t->cum, (long long)t->avg);
	if (t->ref)
		n += snprintf(body + n, sizeof(body) - (size_t)n, "19=%s|", t->ref);
	if (t->qty)
		n += snprintf(body + n, sizeof(body) - (size_t)n, "32=%lld|31=%lld|", (long long)t->qty, (long long)t->px);
	if (t->fee)
		n += snprintf(body + n, sizeof(body) - (size_t)n, "12=%lld|13=3|", (long long)t->fee);
	if (t->second)
		snprintf(body + n, sizeof(body) - (size_t)n, "60=20231114-22:13:%02u.000|", t->second);
	fx_venue(f, "8", body);
}
#define TELL(f, o, ...) tell(f, o, &(struct told){ __VA_ARGS__ })

/* An order of 4 with two trades: 1 at 100 and 2 at 110, fees 1 and 2. */
static u64 two_trades(struct fx *f)
{
	u64 id = fx_working(f, BUY, PX(110), PX(4));

	TELL(f, id, "a", .exec = 'F', .status = '1', .cum = 1, .leaves = 3, .qty = 1, .px = 100, .fee = 1, .second = 10);
	TELL(f, id, "b", .exec = 'F', .status = '1', .cum = 3, .leaves = 1, .qty = 2, .px = 110, .fee = 2, .second = 11);
	return id;
}

static void numbers(struct fx *f, u64 id, s64 cum, s64 value, s64 fees, u8 status)
{
	const struct tg_position *p = fx_position(f, 1, 1);
	const struct tg_order *o = fx_order(f, id);

	assert_int_equal(o->status, status);
	assert_int_equal(o->cum_qty, PX(cum));
	assert_int_equal(o->value, PX(value));
	assert_int_equal(o->leaves_qty, o->working ? o->qty - o->cum_qty : 0);
	assert_int_equal(p->qty, PX(cum));
	assert_int_equal(p->cost - p->realised_pnl, PX(value));
	assert_int_equal(p->fees, PX(fees));
	assert_int_equal(p->bought_qty, PX(cum));
	assert_int_equal(p->open_buy_qty, o->working ? o->qty - o->cum_qty : 0);
}

static void bust_of_a_working_order(void **state)
{
	struct fx *f = fx_ready();
	u64 id = two_trades(f), hash = fx_priv(f, 1, TG_PRIV_FILL, 0)->u.order.exec_hash;
	const struct tg_priv_event *ev;

	(void)state;
	numbers(f, id, 3, 320, 3, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "h", .ref = "b", .exec = 'H', .status = '1', .cum = 1, .leaves = 3, .qty = 2, .px = 110, .second = 20);
	numbers(f, id, 1, 100, 1, TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_avg_px(f, id), PX(100));
	ev = fx_priv(f, 1, 0, 0);
	assert_int_equal(ev->type, TG_PRIV_BUST);
	assert_int_equal(ev->u.order.last_qty, PX(2));
	assert_int_equal(ev->u.order.last_px, PX(110));
	assert_int_equal(ev->u.order.exec_hash, hash);
	assert_int_equal(ev->u.order.cum_qty, PX(1));
	assert_int_equal(fx_priv(f, 1, 0, 1)->type, TG_PRIV_ORDER_UPDATE);
	assert_int_equal(fx_priv(f, 1, 0, 2)->type, TG_PRIV_POSITION);
	assert_null(fx_priv(f, 0, 0, 3));
	/* the same, by the same id and by another: nothing */
	TELL(f, id, "h", .ref = "b", .exec = 'H', .status = '1', .cum = 1, .leaves = 3, .second = 20);
	TELL(f, id, "h2", .ref = "b", .exec = 'H', .status = '1', .cum = 1, .leaves = 3, .second = 21);
	assert_null(fx_priv(f, 0, 0, 0));
	assert_int_equal(fx_counter(f, TG_CC_EXEC_DUPLICATES), 2);
	numbers(f, id, 1, 100, 1, TG_OS_PARTIALLY_FILLED);
	/* the other one: as if nothing had ever traded; and it goes on from there */
	TELL(f, id, "h3", .ref = "a", .exec = 'H', .status = '0', .leaves = 4, .second = 22);
	numbers(f, id, 0, 0, 0, TG_OS_NEW);
	TELL(f, id, "c", .exec = 'F', .status = '1', .cum = 3, .leaves = 1, .qty = 3, .px = 90, .second = 23);
	numbers(f, id, 3, 270, 0, TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_counter(f, TG_CC_BUSTS), 2);
	fx_free(f);
}

static void correction(void **state)
{
	struct fx *f = fx_ready();
	u64 id = two_trades(f);

	(void)state;
	/* price */
	TELL(f, id, "g", .ref = "a", .exec = 'G', .status = '1', .cum = 3, .leaves = 1, .qty = 1, .px = 105, .second = 20);
	numbers(f, id, 3, 325, 3, TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_priv(f, 1, 0, 0)->type, TG_PRIV_BUST);
	assert_int_equal(fx_priv(f, 1, 0, 1)->type, TG_PRIV_FILL);
	assert_int_equal(fx_priv(f, 1, 0, 1)->u.order.last_px, PX(105));
	/* quantity and fee of the corrected one, named by its first id */
	TELL(f, id, "g2", .ref = "a", .exec = 'G', .status = '1', .cum = 4, .leaves = 0, .qty = 2, .px = 105, .fee = 5,
	     .second = 21);
	numbers(f, id, 4, 430, 7, TG_OS_FILLED);
	/* down again, by its last id: and then it is busted, by the one between */
	TELL(f, id, "g3", .ref = "g2", .exec = 'G', .status = '1', .cum = 3, .leaves = 1, .qty = 1, .px = 105, .second = 22);
	numbers(f, id, 3, 325, 7, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "h", .ref = "g", .exec = 'H', .status = '1', .cum = 2, .leaves = 2, .second = 23);
	numbers(f, id, 2, 220, 2, TG_OS_PARTIALLY_FILLED);
	/* all of it */
	TELL(f, id, "g4", .ref = "b", .exec = 'G', .status = '2', .cum = 4, .leaves = 0, .qty = 4, .px = 100, .second = 24);
	numbers(f, id, 4, 400, 2, TG_OS_FILLED);
	assert_int_equal(fx_counter(f, TG_CC_CORRECTIONS), 4);
	fx_free(f);
}

/* FIX 4.4 volume 4: a filled order works again for what was taken back; a cancelled one stays cancelled. */
static void bust_after_the_end(void **state)
{
	struct fx *f = fx_ready();
	u64 id = two_trades(f);
	struct tg_position *p = fx_position(f, 1, 1);

	(void)state;
	TELL(f, id, "c", .exec = 'F', .status = '2', .cum = 4, .qty = 1, .px = 110, .second = 12);
	numbers(f, id, 4, 430, 3, TG_OS_FILLED);
	TELL(f, id, "h", .ref = "b", .exec = 'H', .status = '1', .cum = 2, .leaves = 2, .second = 20);
	numbers(f, id, 2, 210, 1, TG_OS_PARTIALLY_FILLED);
	assert_int_equal(tg_client(f->e, 1)->working_orders, 1);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	TELL(f, id, "d", .exec = '4', .status = '4', .cum = 2, .order = id | 2, .second = 25);
	numbers(f, id, 2, 210, 1, TG_OS_CANCELED);
	TELL(f, id, "h2", .ref = "c", .exec = 'H', .status = '4', .cum = 1, .second = 30);
	numbers(f, id, 1, 100, 1, TG_OS_CANCELED);
	assert_int_equal(tg_client(f->e, 1)->working_orders, 0);
	/* a cancelled order that would work again: a person must look, and nothing is booked */
	TELL(f, id, "h3", .ref = "a", .exec = 'H', .status = '0', .leaves = 4, .second = 31);
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->reason, TG_REASON_LIFE_AFTER_END);
	assert_int_equal(p->qty, PX(1));
	fx_free(f);
}

/* 39=4 of a filled order: what was taken back does not work again. */
static void bust_that_ends_an_order(void **state)
{
	struct fx *f = fx_ready();
	u64 id = two_trades(f);

	(void)state;
	TELL(f, id, "c", .exec = 'F', .status = '2', .cum = 4, .qty = 1, .px = 110, .second = 12);
	TELL(f, id, "h", .ref = "c", .exec = 'H', .status = '4', .cum = 3, .second = 20);
	numbers(f, id, 3, 320, 3, TG_OS_CANCELED);
	fx_free(f);
	f = fx_ready();
	id = two_trades(f);
	TELL(f, id, "h", .ref = "a", .exec = 'H', .status = '4', .cum = 2, .second = 20);
	numbers(f, id, 2, 220, 2, TG_OS_CANCELED);
	fx_free(f);
}

/* What was made before the bust and comes after it counts no trade twice. */
static void reports_from_before(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(110), PX(4));

	(void)state;
	TELL(f, id, "a", .exec = 'F', .status = '1', .cum = 1, .leaves = 3, .qty = 1, .px = 100, .second = 10);
	/* b at 11 is on its way; the bust of a at 20 overtakes it, and tells that 1 is filled still */
	TELL(f, id, "h", .ref = "a", .exec = 'H', .status = '1', .cum = 1, .leaves = 3, .avg = 110, .second = 20);
	numbers(f, id, 1, 110, 0, TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_BUST, 0)->u.order.last_px, PX(100));
	assert_int_equal(fx_priv(f, 1, TG_PRIV_FILL, 0)->u.order.last_px, PX(110));
	TELL(f, id, "b", .exec = 'F', .status = '1', .cum = 2, .leaves = 2, .qty = 1, .px = 110, .fee = 2, .second = 11);
	numbers(f, id, 1, 110, 2, TG_OS_PARTIALLY_FILLED);
	/* and a cancel from between, which counts both */
	TELL(f, id, "c", .exec = '4', .status = '4', .cum = 2, .order = id | 1, .second = 12);
	numbers(f, id, 1, 110, 2, TG_OS_CANCELED);
	fx_free(f);

	/* without times nobody can say */
	f = fx_ready();
	id = two_trades(f);
	TELL(f, id, "h", .ref = "a", .exec = 'H', .status = '1', .cum = 2, .leaves = 2);
	numbers(f, id, 2, 220, 2, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "c", .exec = '4', .status = '4', .cum = 3, .avg = 107);
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->reason, TG_REASON_BAD_NUMBERS);
	numbers(f, id, 2, 220, 2, TG_OS_SUSPECT);
	fx_free(f);
}

/* The bust comes before its trade: the trade is nothing when it comes. */
static void bust_overtakes_its_trade(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(110), PX(4));

	(void)state;
	TELL(f, id, "h", .ref = "a", .exec = 'H', .status = '0', .leaves = 4, .qty = 1, .px = 100, .second = 20);
	numbers(f, id, 0, 0, 0, TG_OS_NEW);
	TELL(f, id, "a", .exec = 'F', .status = '1', .cum = 1, .leaves = 3, .qty = 1, .px = 100, .second = 10);
	numbers(f, id, 0, 0, 0, TG_OS_NEW);
	/* so does a correction */
	TELL(f, id, "g", .ref = "b", .exec = 'G', .status = '1', .cum = 2, .leaves = 2, .qty = 2, .px = 101, .second = 30);
	numbers(f, id, 2, 202, 0, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "b", .exec = 'F', .status = '1', .cum = 1, .leaves = 3, .qty = 1, .px = 100, .second = 25);
	numbers(f, id, 2, 202, 0, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "h2", .ref = "g", .exec = 'H', .status = '0', .leaves = 4, .second = 40);
	numbers(f, id, 0, 0, 0, TG_OS_NEW);
	fx_free(f);

	/* one that CumQty had told of */
	f = fx_ready();
	id = fx_working(f, BUY, PX(110), PX(4));
	TELL(f, id, "b", .exec = 'F', .status = '1', .cum = 2, .leaves = 2, .qty = 1, .px = 100, .second = 11);
	numbers(f, id, 2, 200, 0, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "h", .ref = "a", .exec = 'H', .status = '1', .cum = 1, .leaves = 3, .qty = 1, .px = 90, .second = 20);
	numbers(f, id, 1, 100, 0, TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_order(f, id)->caught_qty, 0);
	TELL(f, id, "a", .exec = 'F', .status = '1', .cum = 1, .leaves = 3, .qty = 1, .px = 90, .second = 10);
	numbers(f, id, 1, 100, 0, TG_OS_PARTIALLY_FILLED);
	fx_free(f);
}

/* A trade from after a bust overtakes the bust: CumQty cannot tell, so a person must, and nothing is counted. */
static void trade_overtakes_a_bust(void **state)
{
	struct fx *f = fx_ready();
	u64 id = two_trades(f);

	(void)state;
	TELL(f, id, "c", .exec = 'F', .status = '1', .cum = 2, .leaves = 2, .qty = 1, .px = 100, .second = 30);
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->reason, TG_REASON_BAD_NUMBERS);
	numbers(f, id, 3, 320, 3, TG_OS_SUSPECT);
	fx_free(f);
}

/* A replace crosses the last fill, which is busted: both may be alive again. */
static void bust_brings_a_replace_back(void **state)
{
	u32 taken;

	(void)state;
	for (taken = 0; taken < 2; taken++) {
		struct fx *f = fx_ready();
		u64 id = two_trades(f);

		assert_int_equal(fx_replace(f, 1, id, PX(111), PX(6)), TG_REASON_OK);
		TELL(f, id, "c", .exec = 'F', .status = '2', .cum = 4, .qty = 1, .px = 110, .second = 12);
		assert_int_equal(STATUS(f, id), TG_OS_FILLED);
		TELL(f, id, "h", .ref = "c", .exec = 'H', .status = '1', .cum = 3, .leaves = 1, .second = 13);
		assert_int_equal(STATUS(f, id), TG_OS_UNKNOWN);
		assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(3));
		f->now += MS;
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		assert_non_null(fx_tcp(f, 'H', 0));
		if (taken)
			REPORT(f, id, .exec = '5', .status = '1', .id = id | 2, .qty = PX(6), .px = PX(111), .cum = PX(3),
			       .leaves = PX(3));
		else
			fx_cancel_reject(f, id, id | 2, '2', 99, '1');
		assert_int_equal(STATUS(f, id), TG_OS_PARTIALLY_FILLED);
		assert_int_equal(fx_order(f, id)->qty, PX(taken ? 6 : 4));
		assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(taken ? 3 : 1));
		fx_free(f);
	}
}

/* 32 ids are remembered. */
static void trade_that_fell_out(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(110), PX(40));
	u32 i;

	(void)state;
	for (i = 1; i <= 34; i++) {
		char name[16];

		snprintf(name, sizeof(name), "t%u", i);
		TELL(f, id, name, .exec = 'F', .status = '1', .cum = i, .leaves = 40 - i, .qty = 1, .px = 100, .second = 10);
	}
	numbers(f, id, 34, 3400, 0, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "h", .ref = "t30", .exec = 'H', .status = '1', .cum = 33, .leaves = 7, .second = 20);
	numbers(f, id, 33, 3300, 0, TG_OS_PARTIALLY_FILLED);
	TELL(f, id, "h2", .ref = "t1", .exec = 'H', .status = '1', .cum = 32, .leaves = 8, .qty = 1, .px = 100, .second = 21);
	assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, id)->reason, TG_REASON_EXEC_REF);
	assert_int_equal(fx_counter(f, TG_CC_EXEC_REF_UNKNOWN), 1);
	numbers(f, id, 33, 3300, 0, TG_OS_SUSPECT);
	fx_free(f);
}

static void bad_busts(void **state)
{
	static const struct { struct told t; enum tg_reason why; } bad[] = {
		{ { "x", "b", 'H', '1', .cum = 1, .leaves = 3, .qty = 1, .px = 110 }, TG_REASON_BAD_NUMBERS },	/* not that much */
		{ { "x", "b", 'G', '1', .cum = 5, .qty = 4, .px = 110 }, TG_REASON_BAD_NUMBERS },		/* overfilled */
		{ { "x", "b", 'G', '1', .cum = 3, .leaves = 1 }, TG_REASON_BAD_NUMBERS },			/* to what? */
		{ { "x", "b", 'G', '1', .cum = 3, .leaves = 1, .qty = 2, .px = -1 }, TG_REASON_BAD_NUMBERS },
		{ { "x", "b", 'H', '2', .cum = 1, .leaves = 0 }, TG_REASON_LIFE_AFTER_END },			/* filled by a bust */
		{ { "x", "b", 'H', '4', .cum = 1, .leaves = 3 }, TG_REASON_LIFE_AFTER_END },
		{ { "x", NULL, 'H', '1', .cum = 1, .leaves = 3 }, TG_REASON_EXEC_REF },
		{ { "x", "o", 'H', '1', .cum = 1, .leaves = 3 }, TG_REASON_EXEC_REF },			/* another order's */
		{ { "x", "E1", 'H', '1', .cum = 1, .leaves = 3 }, TG_REASON_EXEC_REF },			/* an acknowledgement */
	};
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fx *f = fx_ready();
		u64 id = two_trades(f), other = fx_working(f, BUY, PX(100), PX(1));

		TELL(f, other, "o", .exec = 'F', .status = '2', .cum = 1, .qty = 1, .px = 1);
		tell(f, id, &bad[i].t);
		if (STATUS(f, id) != TG_OS_SUSPECT || fx_order(f, id)->reason != bad[i].why)
			fprintf(stderr, "report %u: %s, %s\n", i, tg_ord_status_name(STATUS(f, id)),
				tg_reason_name(fx_order(f, id)->reason));
		assert_int_equal(STATUS(f, id), TG_OS_SUSPECT);
		assert_int_equal(fx_order(f, id)->reason, bad[i].why);
		assert_int_equal(fx_order(f, id)->cum_qty, PX(3));
		assert_int_equal(fx_position(f, 1, 1)->qty, PX(4));
		assert_int_equal(fx_counter(f, TG_CC_BUSTS) + fx_counter(f, TG_CC_CORRECTIONS), 0);
		fx_free(f);
	}
}

/* The order's slot has been given to another order: the position becomes right all the same. */
static void bust_of_an_order_that_is_gone(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(110), PX(1)), old;
	const struct tg_priv_event *ev;
	u32 i;

	(void)state;
	TELL(f, id, "a", .exec = 'F', .status = '2', .cum = 1, .qty = 1, .px = 100, .fee = 1, .second = 10);
	old = id | 1;
	for (i = 0; i < 16; i++)
		fx_send(f, BUY, PX(50), PX(1));
	assert_null(tg_order_find(f->e, id, 0));
	TELL(f, 0, "g", .ref = "a", .exec = 'G', .status = '2', .cum = 1, .qty = 1, .px = 101, .order = old, .second = 20);
	assert_int_equal(fx_position(f, 1, 1)->cost, PX(101));
	TELL(f, 0, "h", .ref = "a", .exec = 'H', .status = '0', .cum = 0, .leaves = 0, .order = old, .second = 21);
	assert_int_equal(fx_position(f, 1, 1)->qty, 0);
	assert_int_equal(fx_position(f, 1, 1)->fees, 0);
	ev = fx_priv(f, 1, 0, 0);
	assert_int_equal(ev->type, TG_PRIV_BUST);
	assert_int_equal(ev->u.order.order_id, id);
	assert_int_equal(ev->u.order.last_px, PX(101));
	/* again, and of what nobody knows: counted */
	TELL(f, 0, "h2", .ref = "a", .exec = 'H', .status = '0', .order = old, .second = 22);
	TELL(f, 0, "h3", .ref = "zz", .exec = 'H', .status = '0', .order = old, .second = 22);
	assert_int_equal(fx_position(f, 1, 1)->qty, 0);
	assert_int_equal(fx_counter(f, TG_CC_EXEC_REF_UNKNOWN), 1);
	fx_free(f);
}

/* FIX 4.2 says the same with ExecTransType. */
static void busts_of_fix_42(void **state)
{
	struct tg_in_venue v = { .dialect = TG_DIALECT_SIM, .fix_version = 42 };
	struct tg_fix_exec x = { .trans_type = '1', .exec_type = '1' };

	(void)state;
	assert_int_equal(tg_venue_exec(&v, &x, TG_FIX_OK), TG_FIX_OK);
	assert_int_equal(x.exec_type, 'H');
	x.trans_type = '2';
	x.exec_type = '2';
	assert_int_equal(tg_venue_exec(&v, &x, TG_FIX_OK), TG_FIX_OK);
	assert_int_equal(x.exec_type, 'G');
}

/* Status twice with fewer fills than ours: a bust was missed. Once: it may be older than the last fill. */
static void status_with_fewer_fills(void **state)
{
	struct fx *f = fx_ready();
	u64 id = two_trades(f);
	const struct tg_order *o = fx_order(f, id);

	(void)state;
	fx_disconnect(f);
	tg_session(f->e, 1)->cfg.flags |= TG_VENUE_RESET_ON_LOGON;
	f->venue_seq = 1;
	fx_step(f, TG_IN_TCP_UP, 1, NULL, 0);
	fx_venue(f, "A", "98=0|108=30|141=Y|");
	assert_non_null(fx_tcp(f, 'H', 0));
	TELL(f, id, "0", .exec = 'I', .status = '1', .cum = 1, .leaves = 3, .avg = 100);
	assert_int_equal(o->status, TG_OS_PARTIALLY_FILLED);
	assert_non_null(fx_tcp(f, 'H', 0));
	TELL(f, id, "0", .exec = 'I', .status = '1', .cum = 1, .leaves = 3, .avg = 100);
	assert_int_equal(o->status, TG_OS_SUSPECT);
	assert_int_equal(o->reason, TG_REASON_FEWER_FILLS);
	assert_int_equal(o->cum_qty, PX(3));
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bust_of_a_working_order),
		cmocka_unit_test(correction),
		cmocka_unit_test(bust_after_the_end),
		cmocka_unit_test(bust_that_ends_an_order),
		cmocka_unit_test(reports_from_before),
		cmocka_unit_test(bust_overtakes_its_trade),
		cmocka_unit_test(trade_overtakes_a_bust),
		cmocka_unit_test(bust_brings_a_replace_back),
		cmocka_unit_test(trade_that_fell_out),
		cmocka_unit_test(bad_busts),
		cmocka_unit_test(bust_of_an_order_that_is_gone),
		cmocka_unit_test(busts_of_fix_42),
		cmocka_unit_test(status_with_fewer_fills),
	};

	return cmocka_run_group_tests_name("bust", tests, NULL, NULL);
}
