// SPDX-License-Identifier: MIT
/* The kill switch: what each scope stops, what it never stops, and who may clear it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "fixture.h"

#define BUY TG_SIDE_BUY

static enum tg_reason try_on(struct fx *f, u16 client, u16 account, u32 instrument)
{
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));

	s.account_id = account;
	s.instrument_id = instrument;
	return fx_submit(f, client, s);
}

static void each_scope(void **state)
{
	/*
	 * client 1 on account 1, client 2 on account 1, client 3 on account 2; instruments 1 and 2
	 * of venue 1
	 */
	static const struct {
		u16 scope;
		u32 id;
		enum tg_reason c1_i1, c1_i2, c2_i1, c3_i1;
	} t[] = {
		{ TG_SCOPE_FIRM, 0, TG_REASON_KILLED, TG_REASON_KILLED, TG_REASON_KILLED,
		  TG_REASON_KILLED },
		{ TG_SCOPE_VENUE, 1, TG_REASON_KILLED, TG_REASON_KILLED, TG_REASON_KILLED,
		  TG_REASON_KILLED },
		{ TG_SCOPE_VENUE, 2, TG_REASON_OK, TG_REASON_OK, TG_REASON_OK, TG_REASON_OK },
		{ TG_SCOPE_ACCOUNT, 1, TG_REASON_KILLED, TG_REASON_KILLED, TG_REASON_KILLED,
		  TG_REASON_OK },
		{ TG_SCOPE_CLIENT, 1, TG_REASON_KILLED, TG_REASON_KILLED, TG_REASON_OK,
		  TG_REASON_OK },
		{ TG_SCOPE_INSTRUMENT, 1, TG_REASON_KILLED, TG_REASON_OK, TG_REASON_KILLED,
		  TG_REASON_KILLED },
	};
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct fx *f = fx_ready();
		const struct tg_pub_event *ev;

		assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
		assert_int_equal(fx_open(f, 3, 1002, 0), TG_REASON_OK);
		assert_int_equal(fx_kill(f, TG_IN_KILL, t[i].scope, t[i].id, 0), TG_REASON_OK);
		ev = fx_pub(f, TG_PUB_KILL, 0);
		assert_non_null(ev);
		assert_int_equal(ev->u.kill.scope, t[i].scope);
		assert_int_equal(ev->u.kill.id, t[i].id);
		assert_int_equal(ev->u.kill.cause, TG_KILL_OPERATOR);
		assert_int_equal(tg_engine_kills(f->e), 1);
		assert_int_equal(try_on(f, 1, 1, 1), t[i].c1_i1);
		assert_int_equal(try_on(f, 1, 1, 2), t[i].c1_i2);
		assert_int_equal(try_on(f, 2, 1, 1), t[i].c2_i1);
		assert_int_equal(try_on(f, 3, 2, 1), t[i].c3_i1);
		/* again: no second latch, no second event */
		assert_int_equal(fx_kill(f, TG_IN_KILL, t[i].scope, t[i].id, 0), TG_REASON_OK);
		assert_null(fx_pub(f, TG_PUB_KILL, 0));
		assert_int_equal(tg_engine_kills(f->e), 1);
		assert_int_equal(fx_counter(f, TG_CC_KILLS), 1);
		assert_int_equal(fx_kill(f, TG_IN_RESUME, t[i].scope, t[i].id, 0), TG_REASON_OK);
		assert_non_null(fx_pub(f, TG_PUB_RESUME, 0));
		assert_int_equal(tg_engine_kills(f->e), 0);
		assert_int_equal(try_on(f, 1, 1, 1), TG_REASON_OK);
		fx_free(f);
	}
}

static void cancels_the_scope(void **state)
{
	struct fx *f = fx_ready();
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));
	u64 a = fx_working(f, BUY, PX(100), PX(1)), b = fx_send(f, BUY, PX(99), PX(1)), other,
	    r = fx_working(f, BUY, PX(98), PX(1));

	(void)state;
	s.instrument_id = 2;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	other = tg_engine_last_order_id(f->e);
	assert_int_equal(fx_replace(f, 1, r, PX(97), PX(2)), TG_REASON_OK);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 1, TG_KILL_CANCEL),
			 TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 1));
	assert_null(fx_tcp(f, 'F', 2));
	assert_int_equal(fx_order(f, a)->status, TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, b)->status, TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, other)->status, TG_OS_PENDING_NEW);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0)->u.order.reason, TG_REASON_KILLED);
	/* the replace in flight is settled first, and then nothing can stop its cancel */
	REPORT(f, r, .exec = '5', .status = '0', .qty = PX(2), .px = PX(97), .leaves = PX(2));
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(fx_order(f, r)->status, TG_OS_PENDING_CANCEL);
	/* a second kill with cancel sends nothing twice */
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 1, TG_KILL_CANCEL),
			 TG_REASON_OK);
	assert_null(fx_tcp(f, 'F', 0));
	/* the cancels are refused by the venue: they may be asked for again */
	fx_cancel_reject(f, a, 0, '1', 99, '0');
	assert_int_equal(fx_order(f, a)->status, TG_OS_NEW);
	assert_int_equal(fx_cancel(f, 1, a), TG_REASON_OK);
	fx_free(f);
}

static void waits_for_the_session(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(1));

	(void)state;
	fx_disconnect(f);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, TG_KILL_CANCEL), TG_REASON_OK);
	assert_null(fx_tcp(f, 'F', 0));
	assert_int_equal(tg_engine_kills(f->e), 1);
	fx_logon(f);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(fx_order(f, id)->status, TG_OS_PENDING_CANCEL);
	fx_free(f);
}

static void only_a_person_clears_it(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_kill k = {
		.scope = TG_SCOPE_FIRM, .cause = TG_KILL_OPERATOR, .who = "person", .text = "why"
	};

	(void)state;
	assert_int_equal(fx_step(f, TG_IN_RESUME, 0, &k, sizeof(k)),
			 TG_REASON_BAD_REQUEST); /* nothing latched */
	assert_int_equal(fx_step(f, TG_IN_KILL, 0, &k, sizeof(k)), TG_REASON_OK);
	k.who[0] = 0;
	assert_int_equal(fx_step(f, TG_IN_RESUME, 0, &k, sizeof(k)), TG_REASON_BAD_REQUEST);
	k.who[0] = 'p';
	k.text[0] = 0;
	assert_int_equal(fx_step(f, TG_IN_RESUME, 0, &k, sizeof(k)), TG_REASON_BAD_REQUEST);
	k.text[0] = 'w';
	k.scope = TG_SCOPE_ACCOUNT;
	k.id = 1;
	assert_int_equal(fx_step(f, TG_IN_RESUME, 0, &k, sizeof(k)),
			 TG_REASON_BAD_REQUEST); /* another scope's */
	assert_int_equal(tg_engine_kills(f->e), 1);
	k.scope = TG_SCOPE_FIRM;
	k.id = 0;
	assert_int_equal(fx_step(f, TG_IN_RESUME, 0, &k, sizeof(k)), TG_REASON_OK);
	assert_int_equal(tg_engine_kills(f->e), 0);
	fx_free(f);
}

static void bad_records(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_kill good = { .scope = TG_SCOPE_FIRM,
				   .cause = TG_KILL_OPERATOR,
				   .who = "p",
				   .text = "t" },
			  k;

	(void)state;
#define BAD(field, value)                                                                          \
	do {                                                                                       \
		k = good;                                                                          \
		k.field = value;                                                                   \
		assert_int_equal(fx_step(f, TG_IN_KILL, 0, &k, sizeof(k)), TG_REASON_BAD_REQUEST); \
	} while (0)
	BAD(scope, 0);
	BAD(scope, 7);
	BAD(scope, TG_SCOPE_STRATEGY);
	BAD(id, 1);
	BAD(cause, 0);
	BAD(cause, TG_KILL_CAUSES);
	BAD(cause, 0xffff);
	BAD(flags, 2);
	good.scope = TG_SCOPE_INSTRUMENT;
	BAD(id, 0);
	BAD(id, 5);
	good.scope = TG_SCOPE_CLIENT;
	BAD(id, 5);
	assert_int_equal(tg_engine_kills(f->e), 0);
	fx_free(f);
}

/* More scopes than there are places: the one that finds none halts everything. */
static void full_table_latches_the_firm(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_kill k = {
		.scope = TG_SCOPE_INSTRUMENT, .cause = TG_KILL_SUSPECT, .who = "p", .text = "t"
	};
	u32 i;

	(void)state;
	f->check = false;
	f->e->params.max_instruments = 64;	/* ids only; nothing is looked up under them */
	for (i = 1; i < TG_KILLS; i++) {
		k.id = 10 + i;
		assert_int_equal(tg_kill_latch(f->e, &k, &f->ob), TG_REASON_OK);
	}
	assert_int_equal(tg_engine_kills(f->e), TG_KILLS - 1);
	f->e->params.max_instruments = 4;
	assert_int_equal(try_on(f, 1, 1, 1), TG_REASON_OK);
	f->e->params.max_instruments = 64;
	f->ob.len = 0;
	k.id = 9;
	assert_int_equal(tg_kill_latch(f->e, &k, &f->ob), TG_REASON_OK);
	assert_int_equal(fx_pub(f, TG_PUB_KILL, 0)->u.kill.scope, TG_SCOPE_FIRM);
	assert_int_equal(tg_engine_kills(f->e), TG_KILLS);
	k.id = 8;
	assert_int_equal(tg_kill_latch(f->e, &k, &f->ob),
			 TG_REASON_OK); /* and again: still within bounds */
	assert_int_equal(tg_engine_kills(f->e), TG_KILLS);
	f->e->params.max_instruments = 4;
	assert_int_equal(try_on(f, 1, 1, 1), TG_REASON_KILLED);
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_FIRM, 0, 0), TG_REASON_OK);
	assert_int_equal(try_on(f, 1, 1, 1), TG_REASON_OK);
	fx_drop(f);
}

static void outlives_the_client(void **state)
{
	struct fx *f = fx_ready();

	(void)state;
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_CLIENT, 1, 0), TG_REASON_OK);
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);
	assert_int_equal(fx_open(f, 1, 1000, 0), TG_REASON_OK);
	assert_int_equal(try_on(f, 1, 1, 1), TG_REASON_KILLED);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_scope),
		cmocka_unit_test(cancels_the_scope),
		cmocka_unit_test(waits_for_the_session),
		cmocka_unit_test(only_a_person_clears_it),
		cmocka_unit_test(bad_records),
		cmocka_unit_test(full_table_latches_the_firm),
		cmocka_unit_test(outlives_the_client),
	};

	return cmocka_run_group_tests_name("kill", tests, NULL, NULL);
}
