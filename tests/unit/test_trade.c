// SPDX-License-Identifier: MIT
/*
 * The short way of a plain trade (order/trade.c, risk/trade.c) against the long one of all other reports: the same report, once with LeavesQty and once
 * without, to the same engine. Every byte of arena and outbox has to be the same.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"
#include "order/fills.h"

#define ORDERS	8u

struct pair {
	struct fx *f;
	u8 *before, *after, *out;
	u64 orders[ORDERS];
	u64 x;
	u32 short_ways, long_ways;
};

static u32 below(struct pair *p, u32 n)
{
	p->x = p->x * 6364136223846793005ULL + 1442695040888963407ULL;
	return (u32)(p->x >> 33) % n;
}

static struct pair *pair_new(u64 seed)
{
	struct pair *p = calloc(1, sizeof(*p));

	fx_max_orders = 512;
	p->f = fx_ready();
	fx_max_orders = 0;
	assert_int_equal(fx_limits(p->f, fx_unlimited(TG_SCOPE_STRATEGY, 1)), TG_REASON_OK);
	p->x = seed;
	p->before = malloc(p->f->e->bytes);
	p->after = malloc(p->f->e->bytes);
	p->out = malloc(p->f->ob.cap);
	return p;
}

static void pair_free(struct pair *p)
{
	fx_drop(p->f);
	free(p->before);
	free(p->after);
	free(p->out);
	free(p);
}

/* Both ways. The engine goes on after the short one. */
static void both(struct pair *p, struct tg_fix_exec *x)
{
	struct tg_engine *e = p->f->e;
	struct tg_session *s = tg_session(e, 1);
	struct tg_outbox *ob = &p->f->ob;
	u32 len, lost;

	assert_true(x->has_leaves);
	e->seq = ++p->f->seq;
	p->f->now += 1000;
	e->time_ns = p->f->now;
	memcpy(p->before, e, e->bytes);
	ob->len = 0;
	ob->lost = 0;
	x->has_leaves = false;
	assert_int_equal(tg_order_exec_report(e, s, x, ob), TG_FIX_OK);
	memcpy(p->after, e, e->bytes);
	memcpy(p->out, ob->buf, ob->len);
	len = ob->len;
	lost = ob->lost;
	memcpy(e, p->before, e->bytes);
	/* What an event leaves unwritten must not be what the other way wrote there. */
	memset(ob->buf, 0xa5, len);
	ob->len = 0;
	ob->lost = 0;
	x->has_leaves = true;
	assert_int_equal(tg_order_exec_report(e, s, x, ob), TG_FIX_OK);
	assert_int_equal(ob->len, len);
	assert_int_equal(ob->lost, lost);
	assert_memory_equal(ob->buf, p->out, len);
	assert_memory_equal(e, p->after, e->bytes);
}

static struct tg_fix_slice text(const char *s, u32 len)
{
	return (struct tg_fix_slice){ (const u8 *)s, len };
}

/* Mostly the next trade of an order; now and then something about it is unusual. */
static void one(struct pair *p, u32 n)
{
	static const s64 fees[] = { 0, CENT(1), -CENT(3), TG_PX_MAX, -TG_PX_MAX, 1LL << 57, -(1LL << 57) + 1 };
	struct tg_engine *e = p->f->e;
	struct tg_order *o = fx_order(p->f, p->orders[below(p, ORDERS)]);
	const struct tg_instrument *i = tg_instrument(e, o->instrument_id);
	char id[17], exec_id[65], venue_id[65], symbol[TG_SYMBOL_LEN + 1];
	struct tg_fix_exec x;
	bool taken;

	memset(&x, 0, sizeof(x));
	memset(venue_id, 'v', sizeof(venue_id));
	memset(exec_id, 'e', sizeof(exec_id));
	snprintf(id, sizeof(id), "%016llX", (unsigned long long)o->cl_ord_id);
	snprintf(exec_id, sizeof(exec_id), "%u-", below(p, 20) ? n : below(p, n + 1));
	exec_id[strlen(exec_id)] = 'e';
	snprintf(symbol, sizeof(symbol), "%s", below(p, 40) ? i->def.symbol : "ETHUSD");
	x.cl_ord_id = text(id, below(p, 60) ? 16 : 15);
	x.exec_id = text(exec_id, below(p, 4) ? 9 : below(p, 61));
	x.order_id = text(venue_id, below(p, 61));
	x.symbol = text(symbol, below(p, 4) ? (u32)strlen(symbol) : 0);
	x.side = below(p, 4) ? (u8)('0' + o->side) : below(p, 20) ? 0 : '2';
	x.exec_type = below(p, 60) ? 'F' : '0';
	x.liquidity = (u8)below(p, 3);
	x.transact_time_ns = below(p, 3) ? e->time_ns - below(p, 5000) : 0;
	x.has_last = below(p, 60);
	x.last_qty = CENT(1 + (s64)below(p, 3));
	x.last_px = below(p, 60) ? PX(99) + CENT((s64)below(p, 200)) : TG_PX_MAX * (s64)below(p, 2) + (s64)below(p, 2);
	x.commission = below(p, 30) ? fees[below(p, 3)] : fees[below(p, 7)];
	x.has_cum = true;
	x.cum_qty = o->cum_qty + x.last_qty - (below(p, 40) ? 0 : CENT(1)) + (below(p, 40) ? 0 : CENT(1));
	if (!below(p, 100))
		x.cum_qty = o->qty;
	if (x.cum_qty > o->qty)
		x.last_qty = x.cum_qty = 0;
	x.has_leaves = true;
	x.leaves_qty = o->qty - x.cum_qty;
	x.ord_status = x.leaves_qty ? '1' : '2';
	/* A bust has told another CumQty before. */
	if (!below(p, 40)) {
		o->busts = 1;
		o->busted_qty = CENT(1);
		o->bust_ns = e->time_ns - below(p, 5000);
	}
	both(p, &x);
	/* Which way it goes from here is asked of a copy: it is done for good by asking. */
	memcpy(p->after, e, e->bytes);
	memcpy(e, p->before, e->bytes);
	p->f->ob.len = 0;
	taken = tg_order_trade(e, tg_session(e, 1), fx_order(p->f, o->order_id), &x, &p->f->ob);
	memcpy(e, p->after, e->bytes);
	if (taken)
		p->short_ways++;
	else
		p->long_ways++;
}

static void new_orders(struct pair *p)
{
	u32 n;

	for (n = 0; n < ORDERS; n++) {
		struct tg_submission s = fx_limit(n & 1 ? SELL : BUY, PX(n & 1 ? 101 : 99), PX(2));

		s.strategy_id = n & 2 ? 1 : 0;
		if (n == 5)
			s.tif = TG_TIF_IOC;
		assert_string_equal(tg_reason_name(fx_submit(p->f, 1, s)), "OK");
		p->orders[n] = tg_engine_last_order_id(p->f->e);
		if (n < 7)
			REPORT(p->f, p->orders[n], .exec = '0', .status = '0', .leaves = PX(2));
	}
	assert_int_equal(fx_cancel(p->f, 1, p->orders[6]), TG_REASON_OK);
}

/* With the orders that there are. */
static void run_left(struct pair *p, u32 reports)
{
	u32 n;

	for (n = 0; n < reports; n++)
		one(p, n);
}

static void run(struct pair *p, u32 reports)
{
	for (; reports; reports -= 50) {
		new_orders(p);
		run_left(p, 50);
	}
}

static void trades_either_way(void **state)
{
	struct pair *p = pair_new(7);

	(void)state;
	fx_book(p->f, 1, PX(99), PX(101));
	run(p, 900);
	/* the short way is the usual one, and the test has met the others */
	assert_true(p->short_ways > 300);
	assert_true(p->long_ways > 100);
	/* somebody else sees the account too */
	assert_int_equal(fx_open(p->f, 2, 1001, 0), TG_REASON_OK);
	run(p, 300);
	/* nobody's orders */
	assert_int_equal(fx_close(p->f, 1), TG_REASON_OK);
	run_left(p, 100);
	pair_free(p);
}

/* Sums are kept: the books go the long way, and so do losses and soft limits. */
static void trades_with_sums(void **state)
{
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_ACCOUNT, 1);
	struct pair *p = pair_new(8);

	(void)state;
	l.flags |= TG_LIMITS_GROSS | TG_LIMITS_DAILY_LOSS;
	l.max_gross_notional = TG_PX_MAX;
	l.max_daily_loss = TG_PX_MAX;
	assert_int_equal(fx_limits(p->f, l), TG_REASON_OK);
	fx_book(p->f, 1, PX(99), PX(101));
	run(p, 300);
	assert_true(p->short_ways > 100);
	pair_free(p);
}

/* A book at the end of its range refuses, and the order becomes SUSPECT, the same either way. */
static void trades_at_the_end_of_the_range(void **state)
{
	struct pair *p = pair_new(9);

	(void)state;
	fx_book(p->f, 1, PX(99), PX(101));
	new_orders(p);
	p->f->check = false;
	fx_position(p->f, 1, 1)->qty = TG_PX_MAX - CENT(5);
	fx_position(p->f, 1, 1)->cost = TG_PX_MAX - CENT(400);
	tg_risk_book(p->f->e, TG_BOOK_OF_FIRM, 0, 1)->bought_qty = TG_PX_MAX - CENT(3);
	tg_risk_book(p->f->e, TG_BOOK_OF_CLIENT, 1, 1)->fees = TG_PX_MAX - CENT(1);
	tg_risk_book(p->f->e, TG_BOOK_OF_CLIENT, 1, 1)->open_buy_qty = 1;
	fx_position(p->f, 1, 1)->open_sell_qty = 1;
	run_left(p, 200);
	pair_free(p);
}

/* What a client sees is remembered only as long as its permits stay. */
static void a_permit_taken_away(void **state)
{
	struct tg_in_permit other = { .permit_id = 2, .account_id = 2, .uid = 1001, .flags = TG_PERMIT_TRADE };
	struct fx *f = fx_ready();
	u64 id;

	(void)state;
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	id = fx_working(f, BUY, PX(100), PX(3));
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1), .last_px = PX(99));
	assert_int_equal(fx_count_priv(f, 1, TG_PRIV_POSITION), 1);
	assert_int_equal(fx_count_priv(f, 2, TG_PRIV_POSITION), 1);
	assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &other, sizeof(other)), TG_REASON_OK);
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(2), .leaves = PX(1), .last_qty = PX(1), .last_px = PX(99));
	assert_int_equal(fx_count_priv(f, 1, TG_PRIV_POSITION), 1);
	assert_int_equal(fx_count_priv(f, 2, TG_PRIV_POSITION), 0);
	fx_free(f);
}

static void ids_in_words(void **state)
{
	struct fx *f = fx_new();
	char id[48];
	u32 n;

	(void)state;
	for (n = 0; n < sizeof(id); n++)
		id[n] = (char)('a' + n % 26);
	for (n = 8; n < 16; n++)
		assert_true(tg_hash_two(3, tg_load64(id), tg_load_second((const u8 *)id, n), n) == tg_hash_bytes(3, id, n));
	for (n = 0; n < 40; n++) {
		char same[48];
		u32 k;

		memcpy(same, id, sizeof(id));
		assert_true(tg_same_bytes(same, id, n));
		for (k = 0; k < sizeof(id); k++) {
			same[k] ^= 1;
			assert_true(tg_same_bytes(same, id, n) == (k >= n));
			same[k] ^= 1;
		}
	}
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(trades_either_way),
		cmocka_unit_test(trades_with_sums),
		cmocka_unit_test(trades_at_the_end_of_the_range),
		cmocka_unit_test(a_permit_taken_away),
		cmocka_unit_test(ids_in_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
