// SPDX-License-Identifier: MIT
/*
 * Requests from templates against the ordinary encoder: random orders, every dialect, every version it speaks, every kind of request. Not one byte may differ,
 * and what was written must be a valid message (BodyLength, CheckSum).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "fixture.h"
#include "venue/quick.h"
#include "fix/lexer.h"

enum { INSTRUMENTS = 3, ACCOUNTS = 4 };

static u64 rng_state;

static u64 rng(void)
{
	rng_state ^= rng_state >> 12;
	rng_state ^= rng_state << 25;
	rng_state ^= rng_state >> 27;
	return rng_state * 2685821657736338717ULL;
}

static u32 below(u32 n)
{
	return (u32)(rng() >> 33) % n;
}

static struct tg_fix_head heads[256];
static struct tg_template templates[INSTRUMENTS][TG_TEMPLATES];
static struct tg_in_instrument instruments[INSTRUMENTS];
static char accounts[ACCOUNTS][TG_NAME_LEN];
static u64 now, seq;

static const u32 types[] = { [TG_REQUEST_NEW] = 'D', [TG_REQUEST_CANCEL] = 'F', [TG_REQUEST_REPLACE] = 'G' };

static void fresh(void)
{
	static const char *const symbols[INSTRUMENTS] = { "BTCUSDT", "X", "ABCDEFGHIJKLMNOPQRSTUVW" };
	u32 n;

	memset(heads, 0, sizeof(heads));
	memset(templates, 0, sizeof(templates));
	memset(instruments, 0, sizeof(instruments));
	memset(accounts, 0, sizeof(accounts));
	for (n = 0; n < INSTRUMENTS; n++) {
		instruments[n].instrument_id = n + 1;
		instruments[n].px_digits = (u8)below(2) ? (u8)below(9) : 0;
		instruments[n].qty_digits = (u8)below(2) ? (u8)below(9) : 0;
		strcpy(instruments[n].symbol, symbols[n]);
	}
	strcpy(accounts[1], "A");
	strcpy(accounts[2], "ABCDEFGHIJKLMNOPQRSTUVW");
	strcpy(accounts[3], "ACC-3");
	seq = 1;
	now = 1700000000123456789ULL;
}

/* Header as the session writes it, from the template once there is one. */
static void begin(struct tg_fix_writer *w, u8 *buf, u32 cap, u16 version, u32 type)
{
	struct tg_fix_head *t = &heads[type];

	if (tg_fix_begin_like(w, t, buf, cap, type, seq, now))
		return;
	tg_fix_begin(w, buf, cap, version, type);
	tg_fix_put_str(w, 49, "SENDER", 7);
	tg_fix_put_str(w, 56, "TARGET", 7);
	tg_fix_put_u64(w, 34, seq);
	tg_fix_put_time(w, 52, now);
	tg_fix_head_learn(t, w, now);
}

static s64 amount(void)
{
	static const s64 some[] = { 1, 0, TG_SCALE, TG_PX_MAX, TG_SCALE - 1, 10 * TG_SCALE, 99999999LL * TG_SCALE, 100000000LL * TG_SCALE };

	switch (below(16)) {
	case 0: return some[below(sizeof(some) / sizeof(some[0]))];
	case 1: return (s64)(rng() % (u64)TG_PX_MAX);
	case 2: return (s64)below(1000000) * (TG_SCALE / 100);
	case 3: return (s64)below(1000) * TG_SCALE;
	case 4: return -(s64)below(1000000);
	default: return (s64)below(2000000000);
	}
}

static struct tg_order random_order(const struct tg_venue_caps *c)
{
	struct tg_order o = { 0 };
	u32 n;

	o.order_id = rng() << 16;
	o.cl_ord_id = o.order_id | below(65536);
	o.req_cl_ord_id = o.order_id | below(65536);
	o.cl_ord_ns = now - below(1000000000);
	o.req_cl_ord_ns = now;
	o.px = amount();
	o.qty = amount();
	o.req_px = amount();
	o.req_qty = amount();
	o.side = below(2) ? TG_SIDE_BUY : TG_SIDE_SELL;
	o.ord_type = below(4) ? TG_ORD_LIMIT : TG_ORD_MARKET;
	if (o.ord_type == TG_ORD_MARKET)
		o.px = o.req_px = 0;
	o.tif = (u8)below(5);
	switch (below(4)) {
	case 0: o.flags = TG_SUB_POST_ONLY; break;
	case 1: o.flags = TG_SUB_REDUCE_ONLY; break;
	}
	o.account_id = (u16)below(ACCOUNTS);
	if (!below(3))
		o.routing_id = c->cl_ord_id == TG_ID_TIME_UUID4 ? below(256) : (u32)rng();
	n = below(4) ? below(TG_VENUE_ORDER_ID_LEN) : 0;
	memset(o.venue_order_id, 'a' + (int)below(26), n);
	return o;
}

static void put_plain(enum tg_request_kind kind, const struct tg_in_venue *v, const struct tg_in_instrument *i, const struct tg_order *o,
		      struct tg_fix_writer *w)
{
	const char *a = accounts[o->account_id];

	switch (kind) {
	case TG_REQUEST_NEW: tg_venue_put_new(v, i, a, o, now, w); break;
	case TG_REQUEST_CANCEL: tg_venue_put_cancel(v, i, a, o, now, w); break;
	case TG_REQUEST_REPLACE: tg_venue_put_replace(v, i, a, o, now, w); break;
	}
}

static void compare(const struct tg_in_venue *v, u32 orders)
{
	const struct tg_venue_caps *c = tg_venue_caps(v->dialect);
	const u16 version = tg_venue_version(v);
	u8 plain[4096], quick[4096];
	struct tg_fix_writer p, q;
	struct tg_fix_frame f;
	u32 n, len, used, known = 0;

	fresh();
	for (n = 0; n < orders; n++) {
		enum tg_request_kind kind = (enum tg_request_kind)below(3);
		const struct tg_in_instrument *i = &instruments[below(INSTRUMENTS)];
		struct tg_order o = random_order(c);
		struct tg_template *t = templates[i->instrument_id - 1];
		/* as long as it gets: nothing may be written past it; now and then too short for a template or for the message */
		u32 cap = below(20) ? sizeof(quick) : 200 + below(700);

		if (kind == TG_REQUEST_REPLACE && c->replace != TG_REPLACE_G)
			kind = TG_REQUEST_NEW;
		seq = below(50) ? seq + below(3) : 1ULL << below(63);
		now += below(8) ? below(100000000) : below(2) ? 0 : rng() % 100000000000000ULL;
		memset(plain, 0xee, sizeof(plain));
		memset(quick, 0xee, sizeof(quick));
		begin(&p, plain, cap, version, types[kind]);
		put_plain(kind, v, i, &o, &p);
		len = tg_fix_end(&p);
		begin(&q, quick, cap, version, types[kind]);
		tg_venue_put_request(kind, v, i, accounts[o.account_id], &o, now, t, &q);
		known += q.summed == q.p && q.summed;
		assert_int_equal(tg_fix_end(&q), len);
		assert_memory_equal(plain, quick, len);
		for (used = cap; used < sizeof(quick); used++)
			assert_int_equal(quick[used], 0xee);
		if (!len)
			continue;
		assert_int_equal(tg_fix_frame(quick, len, sizeof(quick), &f, &used), TG_FIX_OK);
		assert_int_equal(used, len);
	}
	/* numbers out of the ordinary and orders without an account go the ordinary way; the others must not */
	assert_in_range(known, orders / (c->stp.newest && !c->stp.in_replace ? 5 : 3), orders);
}

static void same_bytes(void **state)
{
	static const u16 versions[] = { 42, 44, 50 };
	u32 k;
	u16 d;

	rng_state = 20261122;
	for (d = TG_DIALECT_SIM; d <= TG_DIALECT_DERIBIT; d++)
		for (k = 0; k < 3; k++) {
			struct tg_in_venue v = { .venue_id = 1, .dialect = d, .fix_version = versions[k] };

			if (tg_venue_caps(d)->fix_versions & 1u << k)
				compare(&v, 20000);
		}
}

/* A template that was not made by the ordinary encoder's bytes is not kept. */
static void learnt_or_not(void **state)
{
	struct tg_in_venue v = { .venue_id = 1, .dialect = TG_DIALECT_SIM, .fix_version = 44 };
	struct tg_order o;
	struct tg_fix_writer w;
	u8 buf[4096];
	u32 n;

	rng_state = 7;
	fresh();
	o = random_order(tg_venue_caps(TG_DIALECT_SIM));
	o.px = o.qty = TG_SCALE;
	o.ord_type = TG_ORD_LIMIT;
	o.flags = 0;
	o.account_id = 1;
	for (n = 0; n < 3; n++) {
		begin(&w, buf, sizeof(buf), 44, 'D');
		tg_venue_put_request(TG_REQUEST_NEW, &v, &instruments[0], accounts[1], &o, now, templates[0], &w);
		tg_fix_end(&w);
		/* the first message teaches the header, the second the body */
		assert_int_equal(templates[0][4].variant, n ? 1 : 0);
	}
	/* an account that was not configured may be later, under a name */
	o.account_id = 0;
	begin(&w, buf, sizeof(buf), 44, 'D');
	tg_venue_put_request(TG_REQUEST_NEW, &v, &instruments[1], accounts[0], &o, now, templates[1], &w);
	for (n = 0; n < TG_TEMPLATES; n++)
		assert_int_equal(templates[1][n].variant, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_bytes),
		cmocka_unit_test(learnt_or_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
