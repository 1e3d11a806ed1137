// SPDX-License-Identifier: MIT
/*
 * The risk check against the model of it (risk_model.h): random limits in every scope, random orders, replaces, trades, busts, prices, statuses, kills and times,
 * also at the edge of what 64 bits hold. The orders are in no table of the engine: they are opened, filled and ended by calling what reports would.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"
#include "risk_model.h"

enum { STEPS = 120000, OPEN = 40, CLIENTS = 2, ACCOUNTS = 2, STRATEGIES = 2, INSTRUMENTS = 3 };
#define NO_LIMIT 0xffffffffu

static struct rm m;
static struct fx *f;
static struct tg_order open_orders[OPEN];	/* the engine's view; the model has them by id */
static u32 n_open;
static u64 rng_state, next_id, n;
static u64 seen[TG_REASON_MAX], decisions;

static u64 rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 2685821657736338717ULL;
}

static u32 below(u32 k)
{
	return (u32)(rng() >> 33) % k;
}

static s64 some(s64 usual, u32 one_in)
{
	static const s64 odd[] = { 0, 1, TG_PX_MAX, TG_PX_MAX - 1, TG_SCALE, INT64_MAX / 2 };

	return below(one_in) ? (s64)(rng() % (u64)usual) : odd[below(sizeof(odd) / sizeof(odd[0]))];
}

static void agree(const char *wrong)
{
	if (wrong)
		fprintf(stderr, "step %llu: %s\n", (unsigned long long)n, wrong);
	assert_null(wrong);
}

/* ---- limits, kills ---- */

/* One or two controls at a time, or nothing would pass. */
static void tighten(struct tg_in_limits *c)
{
	static const u16 flags[] = { TG_LIMITS_GROSS, TG_LIMITS_NET, TG_LIMITS_CAPITAL, TG_LIMITS_DAILY_LOSS, TG_LIMITS_WINDOW_COLLAR,
				     TG_LIMITS_EXECUTIONS, TG_LIMITS_TOTAL_POSITION, TG_LIMITS_DUPLICATE_SCOPE };

	switch (below(18)) {
	case 0: c->max_order_qty = some(20 * TG_SCALE, 40); break;
	case 1: c->max_order_notional = some(2000 * TG_SCALE, 40); break;
	case 2: c->max_position = some(200 * TG_SCALE, 40); break;
	case 3: c->collar_bps = below(40) ? 1 + below(3000) : 0; break;
	case 4: c->max_open_orders = below(OPEN); break;
	case 5: c->rate_per_s = below(40) ? 1 + below(2000) : 0; c->rate_burst = below(20) ? 1 + below(20) : 0; break;
	case 6: c->duplicate_window_ns = below(100) * MS; break;
	case 7: c->flags |= below(6) ? 0 : TG_LIMITS_RESTRICTED; break;
	case 8: c->flags |= below(2) ? 0 : TG_LIMITS_REDUCE_ONLY; break;
	case 9: c->lease_ns = (1 + below(400)) * MS; break;
	default: c->flags |= flags[below(sizeof(flags) / sizeof(flags[0]))];
	}
}

static void set_limits(u16 scope, u32 id)
{
	struct tg_in_limits c = fx_unlimited(scope, id);
	const struct rm_limits *old = &m.scope[scope][id].l;
	u32 k;

	for (k = below(3) ? 0 : 1 + below(2); k; k--)
		tighten(&c);
	if (scope == TG_SCOPE_FIRM || scope == TG_SCOPE_INSTRUMENT)
		c.collar_window_ns = below(3) ? (1 + below(8)) * 10 * MS + below(16) : 0;
	if (c.flags & TG_LIMITS_GROSS)
		c.max_gross_notional = some(30000 * TG_SCALE, 40) % (TG_PX_MAX + 1);
	if (c.flags & TG_LIMITS_NET)
		c.max_net_notional = some(20000 * TG_SCALE, 40) % (TG_PX_MAX + 1);
	if (c.flags & TG_LIMITS_CAPITAL)
		c.max_capital = some(30000 * TG_SCALE, 40) % (TG_PX_MAX + 1);
	if (c.flags & TG_LIMITS_DAILY_LOSS)
		c.max_daily_loss = some(500 * TG_SCALE, 40) % (TG_PX_MAX + 1);
	if (c.flags & TG_LIMITS_TOTAL_POSITION)
		c.max_total_position = some(300 * TG_SCALE, 40) % (TG_PX_MAX + 1);
	if (c.flags & TG_LIMITS_WINDOW_COLLAR)
		c.window_collar_bps = below(40) ? 1 + below(3000) : 0;
	if (c.flags & TG_LIMITS_EXECUTIONS)
		c.max_executions = 1 + below(200);
	if (c.flags & TG_LIMITS_DUPLICATE_SCOPE && !c.duplicate_window_ns)
		c.duplicate_window_ns = (1 + below(100)) * MS;
	if (old->cfg.seq || !below(20))
		c.seq = old->cfg.seq + below(4);
	f->ob.len = 0;
	assert_int_equal(tg_risk_set_limits(f->e, &c, &f->ob), rm_set_limits(&m, &c));
}

/* These orders are in no list of the engine's, from which it would count them. */
static void count_open(u16 scope, u32 id)
{
	struct tg_limits *l = tg_risk_limits(f->e, scope, id);
	u32 k;

	for (l->open_orders = 0, k = 0; k < n_open; k++)
		l->open_orders += tg_order_in_scope(&open_orders[k], scope, id);
	tg_risk_set_ready(l);
}

static u32 some_id(u16 scope)
{
	switch (scope) {
	case TG_SCOPE_FIRM: return 0;
	case TG_SCOPE_INSTRUMENT: return 1 + below(INSTRUMENTS);
	default: return 1 + below(2);
	}
}

static void a_limit(void)
{
	u16 scope = (u16)(TG_SCOPE_FIRM + below(6));
	u32 id = some_id(scope);

	set_limits(scope, id);
	count_open(scope, id);
}

/* One at a time, and not for long. */
static void a_state(void)
{
	static u16 scope;
	static u32 id;
	u32 bit = below(2) ? TG_LIMITS_REDUCE_ONLY : TG_LIMITS_RESTRICTED, both = TG_LIMITS_REDUCE_ONLY | TG_LIMITS_RESTRICTED;

	if (scope) {
		assert_int_equal(tg_risk_set_state(f->e, scope, id, 0, both), TG_REASON_OK);
		m.scope[scope][id].state = 0;
		scope = 0;
		return;
	}
	scope = (u16)(TG_SCOPE_FIRM + below(6));
	id = some_id(scope);
	assert_int_equal(tg_risk_set_state(f->e, scope, id, bit, 0), TG_REASON_OK);
	m.scope[scope][id].state = bit;
}

static void a_kill(void)
{
	struct tg_in_kill k = { .scope = (u16)(TG_SCOPE_FIRM + below(6)), .cause = TG_KILL_OPERATOR, .who = "person", .text = "reason" };

	k.id = some_id(k.scope);
	if (m.n_kills || below(8)) {	/* what is killed is soon resumed */
		u32 at = m.n_kills ? below(m.n_kills) : 0;

		if (!m.n_kills)
			return;
		k.scope = m.kill[at].scope;
		k.id = m.kill[at].id;
		assert_true(rm_resume(&m, k.scope, k.id));
		assert_int_equal(tg_kill_clear(f->e, &k, &f->ob), TG_REASON_OK);
		return;
	}
	assert_int_equal(tg_kill_latch(f->e, &k, &f->ob), TG_REASON_OK);
	rm_kill(&m, k.scope, k.id, k.cause);
}

/* ---- orders ---- */

static void end(u32 at)
{
	struct tg_order *o = &open_orders[at];

	rm_work(&m, rm_order_find(&m, o->order_id), false);
	o->working = 0;
	tg_risk_reopen(f->e, o, 0);
	tg_risk_open_orders(f->e, o, -1);
	open_orders[at] = open_orders[--n_open];
}

static void reopened(struct tg_order *o)
{
	struct rm_order *r = rm_order_find(&m, o->order_id);
	s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;

	r->px = o->px;
	r->qty = o->qty;
	r->cum = o->cum_qty;
	r->req_px = o->req_px;
	r->req_qty = o->req_qty;
	tg_risk_reopen(f->e, o, most > o->cum_qty ? most - o->cum_qty : 0);
}

static void begin(const struct rm_request *r, const struct tg_risk_request *q)
{
	struct tg_order *o = &open_orders[n_open++];
	struct rm_order mine = { .id = ++next_id, .client = r->client, .account = r->account, .venue = r->venue, .strategy = r->strategy,
				 .instrument = r->instrument, .side = r->side, .type = r->type, .px = r->px, .qty = r->qty };

	mine.market_px = rm_market_px(&m, r);
	*o = (struct tg_order){ .order_id = next_id, .client_id = r->client, .account_id = r->account, .venue_id = r->venue,
				.strategy_id = r->strategy, .instrument_id = r->instrument, .side = r->side, .ord_type = r->type,
				.px = r->px, .qty = r->qty, .working = 1, .created_seq = ~0ULL };
	if (r->type == TG_ORD_MARKET)
		o->value_px = tg_risk_market_px(f->e, q);
	rm_order_add(&m, &mine);
	tg_risk_open_orders(f->e, o, 1);
	tg_risk_reopen(f->e, o, o->qty);
}

static void trade(struct tg_order *o)
{
	s64 px = o->ord_type == TG_ORD_MARKET ? 100 * TG_SCALE : o->px, rest = o->qty - o->cum_qty;
	struct tg_trade_change t = { .new_qty = below(3) ? rest : 1 + (s64)(rng() % (u64)rest), .new_px = px + below(3), .new_fee = below(5) * TG_SCALE / 10 };
	struct rm_order *mine = rm_order_find(&m, o->order_id);
	bool booked;

	/* now and then what was booked before is taken back or corrected */
	if (o->cum_qty && !below(5)) {
		t.old_qty = 1 + (s64)(rng() % (u64)o->cum_qty);
		t.old_px = px;
		t.new_qty = below(2) ? 0 : t.old_qty;
		t.repriced = t.new_qty && below(2);
		if (t.repriced)
			t.old_qty = 0;
	}
	booked = rm_trade(&m, mine, &t);
	assert_int_equal(tg_risk_book_trade(f->e, o, &t), booked);
	if (booked && !t.repriced)
		o->cum_qty += t.new_qty - t.old_qty;
	reopened(o);
	tg_risk_filled(f->e, o, &f->ob);
	if (o->cum_qty == o->qty)
		end((u32)(o - open_orders));
}

static void an_order_moves(void)
{
	u32 at = n_open ? below(n_open) : 0;
	struct tg_order *o = &open_orders[at];

	if (!n_open)
		return;
	if (o->req_qty) {
		if (below(2)) {
			o->px = o->req_px;
			o->qty = o->req_qty;
		}
		o->req_px = 0;
		o->req_qty = 0;
		reopened(o);
	} else if (below(3)) {
		trade(o);
	} else {
		end(at);
	}
}

static void a_client_comes(void)
{
	u16 id = (u16)(1 + below(CLIENTS));
	u32 k;

	for (k = 0; k < n_open; k++)
		if (open_orders[k].client_id == id)
			tg_risk_detach(f->e, &open_orders[k]);
	rm_client(&m, id, false);
	tg_risk_forget_client(f->e, id);
	rm_client(&m, id, true);
}

/* ---- the market ---- */

static void a_price(void)
{
	u32 id = 1 + below(INSTRUMENTS);
	struct tg_instrument *i = tg_instrument(f->e, id);

	i->state = below(10) ? TG_BOOK_LIVE : TG_BOOK_EMPTY;
	i->last_px = below(40) ? 100 * TG_SCALE + (s64)below(1000) * (TG_SCALE / 100) : below(2) ? TG_PX_NONE : TG_PX_MAX;
	i->trading_status = below(8) ? TG_TRADING_OPEN : (u16)below(TG_TRADING_REDUCE_ONLY + 1);
	m.status[id] = i->trading_status;
	m.reference[id] = i->state == TG_BOOK_LIVE ? i->last_px : TG_PX_NONE;
	if (i->windowed) {
		tg_window_feed(tg_window(f->e, id), f->e->time_ns, m.reference[id]);
		rm_price_seen(&m, id, m.reference[id]);
	}
}

static void time_goes(void)
{
	f->e->time_ns += below(3) ? below(2 * MS) : below(20 * MS);
	if (!below(STEPS / 3))
		f->e->time_ns += 3600 * SEC * 24;
	rm_time(&m, f->e->time_ns);
	if (tg_risk_deadline_ns(f->e) > f->e->time_ns)
		return;
	rm_timer(&m);
	tg_risk_timer(f->e, &f->ob);
}

/* ---- what is asked ---- */

static void fill_in(const struct rm_request *r, struct tg_risk_request *q)
{
	*q = (struct tg_risk_request){ .client_id = r->client, .account_id = r->account, .venue_id = r->venue, .strategy_id = r->strategy,
				       .instrument_id = r->instrument, .side = r->side, .ord_type = r->type, .flags = r->flags, .px = r->px,
				       .qty = r->qty, .add_qty = r->add_qty, .is_replace = r->replace };
}

static void some_new(struct rm_request *r)
{
	*r = (struct rm_request){ .client = (u16)(1 + below(CLIENTS)), .account = (u16)(1 + below(ACCOUNTS)), .strategy = (u16)below(STRATEGIES + 1),
				  .instrument = 1 + below(INSTRUMENTS), .side = below(2) ? TG_SIDE_BUY : TG_SIDE_SELL,
				  .type = below(8) ? TG_ORD_LIMIT : TG_ORD_MARKET, .flags = below(4) ? 0 : TG_SUB_POST_ONLY };
	r->venue = tg_instrument(f->e, r->instrument)->def.venue_id;
	r->px = r->type == TG_ORD_MARKET ? 0 : below(200) ? 95 * TG_SCALE + (s64)below(20) * TG_SCALE : some(TG_PX_MAX, 2);
	r->qty = below(200) ? (s64)(1 + below(4)) * TG_SCALE : some(TG_PX_MAX, 2);
	if (r->qty <= 0)
		r->qty = 1;
	r->add_qty = r->qty;
}

static enum tg_reason compare(const struct rm_request *r, const struct tg_risk_request *q)
{
	enum tg_reason want = rm_check(&m, r), got = tg_kill_reason(f->e, q);

	if (!got)
		got = tg_risk_check(f->e, q);
	if (got != want)
		fprintf(stderr, "step %llu: %s, the model says %s\n", (unsigned long long)n, tg_reason_name(got), tg_reason_name(want));
	assert_int_equal(got, want);
	seen[got]++;
	decisions++;
	if (!got) {
		tg_risk_count(f->e, q, &f->ob);
		rm_sent(&m, r);
	}
	return got;
}

static void a_replace(void)
{
	struct tg_order *o = &open_orders[n_open ? below(n_open) : 0];
	struct tg_risk_request q;
	struct rm_request r;
	s64 px, qty;

	if (!n_open || o->req_qty || o->ord_type == TG_ORD_MARKET)
		return;
	px = 90 * TG_SCALE + (s64)below(30) * TG_SCALE;
	qty = o->cum_qty > TG_PX_MAX - 5 * TG_SCALE ? TG_PX_MAX : o->cum_qty + (s64)(1 + below(4)) * TG_SCALE;
	rm_ask_replace(&m, rm_order_find(&m, o->order_id), px, qty, &r);
	fill_in(&r, &q);
	q.add_value = tg_risk_replace_value(o, px, qty);
	if (compare(&r, &q))
		return;
	o->req_px = px;
	o->req_qty = qty;
	reopened(o);
}

static struct rm_request last;

static void a_new(void)
{
	struct tg_risk_request q;
	struct rm_request r;

	some_new(&r);
	if (!below(6) && last.instrument)
		r = last;
	fill_in(&r, &q);
	if (compare(&r, &q))
		return;
	last = r;
	begin(&r, &q);
	if (n_open == OPEN)
		end(below(OPEN));
}

static void one_step(void)
{
	f->ob.len = 0;
	rm_step(&m);
	time_goes();
	agree(rm_kills_agree(&m, f->e));
	rm_step(&m);
	if (!below(15))
		a_limit();
	else if (!below(60))
		a_state();
	else if (!below(20))
		a_kill();
	else if (!below(400))
		a_client_comes();
	if (!below(10))
		a_price();
	agree(rm_kills_agree(&m, f->e));
	rm_step(&m);
	if (!below(2))
		an_order_moves();
	agree(rm_kills_agree(&m, f->e));
	rm_step(&m);
	if (below(6))
		a_new();
	else
		a_replace();
	agree(rm_kills_agree(&m, f->e));
}

static void world(void)
{
	struct tg_in_limits c;
	u32 id;

	f = fx_ready();
	f->check = false;
	rm_init(&m, f->params.day_start_s);
	rm_time(&m, f->e->time_ns);
	for (id = 1; id <= CLIENTS; id++) {
		tg_risk_forget_client(f->e, (u16)id);
		(TG_TABLE(f->e, off_clients, struct tg_client) + id)->open = 1;
		rm_client(&m, (u16)id, true);
	}
	for (id = 1; id <= INSTRUMENTS; id++)
		m.venue_of[id] = tg_instrument(f->e, id)->def.venue_id;
	/* as fx_ready() has loaded them; the firm's make the engine value positions from here on */
	c = fx_unlimited(TG_SCOPE_FIRM, 0);
	c.flags = TG_LIMITS_GROSS;
	c.max_gross_notional = TG_PX_MAX;
	assert_int_equal(tg_risk_set_limits(f->e, &c, &f->ob), TG_REASON_OK);
	rm_set_limits(&m, &c);
	for (id = 1; id <= 2; id++) {
		c = fx_unlimited(TG_SCOPE_ACCOUNT, id);
		rm_set_limits(&m, &c);
		c = fx_unlimited(TG_SCOPE_INSTRUMENT, id);
		rm_set_limits(&m, &c);
	}
}

static void same_as_the_model(void **state)
{
	u32 k;

	(void)state;
	rng_state = 42;
	world();
	for (n = 0; n < STEPS; n++) {
		one_step();
		if (n % 4096 == 0)
			agree(rm_books_agree(&m, f->e));
	}
	agree(rm_books_agree(&m, f->e));
	/* all of them were met, and enough orders pass or nothing would be held */
	agree(rm_reason_missing(seen));
	printf("# %llu decisions compared, %u trades\n", (unsigned long long)decisions, m.n_trades);
	for (k = 0; k < TG_REASON_MAX; k++)
		if (seen[k])
			printf("# %-20s %llu\n", tg_reason_name(k), (unsigned long long)seen[k]);
	assert_in_range(seen[TG_REASON_OK], decisions / 10, decisions);
	rm_free(&m);
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(same_as_the_model) };

	return cmocka_run_group_tests_name("risk-model", tests, NULL, NULL);
}
