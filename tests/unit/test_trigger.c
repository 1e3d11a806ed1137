// SPDX-License-Identifier: MIT
/* Triggers: what each of them counts and does not, at its maximum and one over, at every scope; what each action does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

/* All of them have account 1's orders in instrument 1 of client 1, and each another one that has not. */
static const struct {
	u16 scope;
	u32 id, other;
} scopes[] = {
	{ TG_SCOPE_FIRM, 0, 0 },	 { TG_SCOPE_VENUE, 1, 2 },	{ TG_SCOPE_ACCOUNT, 1, 2 },
	{ TG_SCOPE_CLIENT, 1, 2 },	 { TG_SCOPE_INSTRUMENT, 1, 2 }, { TG_SCOPE_STRATEGY, 1, 2 },
};
#define FOR_SCOPES(k) for (k = 0; k < sizeof(scopes) / sizeof(scopes[0]); k++)

static struct tg_in_trigger trigger(u16 on, u16 scope, u32 id, u16 action)
{
	struct tg_in_trigger t = { .trigger_id = 1, .on = on, .scope = scope, .id = id, .act_scope = scope,
				   .act_id = id, .action = action, .name = "t" };

	return t;
}

static enum tg_reason set(struct fx *f, struct tg_in_trigger t)
{
	return fx_step(f, TG_IN_TRIGGER, 0, &t, sizeof(t));
}

static struct fx *ready(struct tg_in_trigger t)
{
	struct fx *f = fx_ready();

	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_STRATEGY, 1)), TG_REASON_OK);
	assert_int_equal(set(f, t), TG_REASON_OK);
	return f;
}

static bool killed(const struct fx *f, u16 scope, u32 id, u16 cause)
{
	u32 i;

	for (i = 0; i < f->e->kills.n; i++)
		if (f->e->kills.k[i].scope == scope && f->e->kills.k[i].id == id &&
		    f->e->kills.k[i].cause == cause)
			return true;
	assert_int_equal(f->e->kills.n, 0);
	return false;
}

/* The venue refuses a new order. */
static void rejected(struct fx *f)
{
	u64 id = fx_send(f, BUY, PX(100), PX(1));

	REPORT(f, id, .exec = '8', .status = '8', .reject = 3);
}

static void rejects(void **state)
{
	u32 k;

	(void)state;
	fx_strategy = 1;
	FOR_SCOPES(k) {
		struct tg_in_trigger t = trigger(TG_TRIGGER_REJECTS, scopes[k].scope, scopes[k].id, TG_ACTION_KILL);
		const struct tg_pub_event *ev;
		struct fx *f;

		t.max = 2;
		t.window_ns = SEC;
		f = ready(t);
		/* what concerns others does not count */
		if (scopes[k].other) {
			t.trigger_id = 2;
			t.id = t.act_id = scopes[k].other;
			t.max = 0;
			t.window_ns = 0;
			assert_int_equal(set(f, t), TG_REASON_OK);
		}
		rejected(f);
		rejected(f);
		assert_false(killed(f, scopes[k].scope, scopes[k].id, TG_KILL_REJECTS));
		assert_null(fx_pub(f, TG_PUB_TRIGGER, 0));
		rejected(f);
		assert_true(killed(f, scopes[k].scope, scopes[k].id, TG_KILL_REJECTS));
		assert_int_equal(f->e->kills.n, 1);
		assert_int_equal(fx_pub(f, TG_PUB_KILL, 0)->u.kill.cause, TG_KILL_REJECTS);
		ev = fx_pub(f, TG_PUB_TRIGGER, 0);
		assert_int_equal(ev->u.trigger.trigger_id, 1);
		assert_int_equal(ev->u.trigger.on, TG_TRIGGER_REJECTS);
		assert_int_equal(ev->u.trigger.count, 3);
		assert_int_equal(ev->u.trigger.action, TG_ACTION_KILL);
		assert_int_equal(ev->u.trigger.act_scope, scopes[k].scope);
		assert_int_equal(ev->u.trigger.act_id, scopes[k].id);
		assert_int_equal(ev->u.trigger.client_id, 1);
		assert_int_equal(ev->id, 1);
		assert_int_equal(fx_counter(f, TG_CC_TRIGGERS), 1);
		assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_KILLED);
		/* a person lifts it, and it counts anew */
		assert_int_equal(fx_kill(f, TG_IN_RESUME, scopes[k].scope, scopes[k].id, 0), TG_REASON_OK);
		rejected(f);
		rejected(f);
		assert_int_equal(f->e->kills.n, 0);
		fx_free(f);
	}
	fx_strategy = 0;
}

/* So many pass within the window, and are forgotten after it: a sixteenth late at most, never early. */
static void window(void **state)
{
	struct tg_in_trigger t = trigger(TG_TRIGGER_REJECTS, TG_SCOPE_FIRM, 0, TG_ACTION_ALERT);
	struct fx *f;

	(void)state;
	t.max = 1;
	t.window_ns = SEC;
	f = ready(t);
	rejected(f);
	fx_advance(f, SEC - 1);
	rejected(f);
	assert_non_null(fx_pub(f, TG_PUB_TRIGGER, 0));
	rejected(f);
	fx_advance(f, SEC + SEC / 16);
	rejected(f);
	assert_null(fx_pub(f, TG_PUB_TRIGGER, 0));
	fx_advance(f, 100 * SEC);
	rejected(f);
	assert_null(fx_pub(f, TG_PUB_TRIGGER, 0));
	assert_int_equal(fx_counter(f, TG_CC_TRIGGERS), 1);
	fx_free(f);
}

/* A refused replace and a business reject of an order count, a refused cancel does not. */
static void rejects_of_requests(void **state)
{
	struct fx *f = ready(trigger(TG_TRIGGER_REJECTS, TG_SCOPE_ACCOUNT, 1, TG_ACTION_ALERT));
	u64 id = fx_working(f, BUY, PX(100), PX(1)), seq;
	char text[64];

	(void)state;
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_cancel_reject(f, id, 0, '1', 99, '0');
	assert_null(fx_pub(f, TG_PUB_TRIGGER, 0));
	assert_int_equal(fx_replace(f, 1, id, PX(99), PX(1)), TG_REASON_OK);
	fx_cancel_reject(f, id, 0, '2', 99, '0');
	assert_int_equal(fx_counter(f, TG_CC_TRIGGERS), 1);
	id = fx_send(f, BUY, PX(98), PX(1));
	seq = fx_order(f, id)->new_seq;
	snprintf(text, sizeof(text), "45=%llu|372=D|380=0|", (unsigned long long)seq);
	fx_venue(f, "j", text);
	assert_int_equal(STATUS(f, id), TG_OS_REJECTED);
	assert_int_equal(fx_counter(f, TG_CC_TRIGGERS), 2);
	fx_free(f);
}

static void risk_rejects(void **state)
{
	u32 k;

	(void)state;
	fx_strategy = 1;
	FOR_SCOPES(k) {
		struct tg_in_trigger t = trigger(TG_TRIGGER_RISK_REJECTS, scopes[k].scope, scopes[k].id, TG_ACTION_KILL);
		struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
		struct fx *f;

		t.max = 1;
		t.window_ns = SEC;
		f = ready(t);
		l.max_order_qty = PX(1);
		assert_int_equal(fx_limits(f, l), TG_REASON_OK);
		assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(2))), TG_REASON_MAX_QUANTITY);
		assert_false(killed(f, scopes[k].scope, scopes[k].id, TG_KILL_RISK_REJECTS));
		assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(2))), TG_REASON_MAX_QUANTITY);
		assert_true(killed(f, scopes[k].scope, scopes[k].id, TG_KILL_RISK_REJECTS));
		/* refused because it is killed: not counted again */
		assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(2))), TG_REASON_KILLED);
		assert_int_equal(fx_counter(f, TG_CC_TRIGGERS), 1);
		fx_free(f);
	}
	fx_strategy = 0;
}

static void suspect(void **state)
{
	u32 k;

	(void)state;
	fx_strategy = 1;
	FOR_SCOPES(k) {
		struct fx *f = ready(trigger(TG_TRIGGER_SUSPECT, scopes[k].scope, scopes[k].id, TG_ACTION_KILL_CANCEL));
		u64 id = fx_working(f, BUY, PX(100), PX(1)), other = fx_working(f, BUY, PX(99), PX(1));

		/* more than was ordered */
		REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(3), .leaves = 0, .last_qty = PX(3), .last_px = PX(100));
		assert_int_equal(fx_order(f, id)->prior_status, TG_OS_SUSPECT);
		assert_true(killed(f, scopes[k].scope, scopes[k].id, TG_KILL_SUSPECT));
		assert_int_equal(STATUS(f, other), TG_OS_PENDING_CANCEL);
		fx_free(f);
	}
	fx_strategy = 0;
}

static void session_lost(void **state)
{
	u32 k;

	(void)state;
	fx_strategy = 1;
	FOR_SCOPES(k) {
		struct tg_in_trigger t = trigger(TG_TRIGGER_SESSION_LOST, scopes[k].scope, scopes[k].id, TG_ACTION_KILL);
		struct fx *f = ready(t);

		if (scopes[k].other) {
			t.trigger_id = 2;
			t.id = t.act_id = scopes[k].other;
			assert_int_equal(set(f, t), TG_REASON_OK);
		}
		fx_disconnect(f);	/* nothing works */
		assert_int_equal(f->e->kills.n, 0);
		fx_logon(f);
		fx_working(f, BUY, PX(100), PX(1));
		fx_working(f, BUY, PX(99), PX(1));
		fx_disconnect(f);
		assert_true(killed(f, scopes[k].scope, scopes[k].id, TG_KILL_SESSION_LOST));
		assert_int_equal(f->e->kills.n, 1);
		assert_int_equal(fx_pub(f, TG_PUB_TRIGGER, 0)->u.trigger.count, 1);
		fx_free(f);
	}
	fx_strategy = 0;
}

static void client_lost(void **state)
{
	u32 k;

	(void)state;
	fx_strategy = 1;
	FOR_SCOPES(k) {
		struct fx *f = ready(trigger(TG_TRIGGER_CLIENT_LOST, scopes[k].scope, scopes[k].id, TG_ACTION_KILL));

		assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
		fx_working(f, BUY, PX(100), PX(1));
		assert_int_equal(fx_close(f, 2), TG_REASON_OK);	/* has none */
		assert_int_equal(f->e->kills.n, 0);
		assert_int_equal(fx_close(f, 1), TG_REASON_OK);
		assert_true(killed(f, scopes[k].scope, scopes[k].id, TG_KILL_CLIENT));
		fx_free(f);
	}
	fx_strategy = 0;
}

/* ---- actions ---- */

static void restricts(void **state)
{
	static const struct {
		u16 action;
		enum tg_reason buy, sell;
	} t[] = {
		{ TG_ACTION_ALERT, TG_REASON_OK, TG_REASON_OK },
		{ TG_ACTION_REDUCE_ONLY, TG_REASON_REDUCE_ONLY, TG_REASON_OK },
		{ TG_ACTION_RESTRICT, TG_REASON_RESTRICTED, TG_REASON_RESTRICTED },
	};
	u32 i, k;

	(void)state;
	fx_strategy = 1;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		FOR_SCOPES(k) {
			struct fx *f = ready(trigger(TG_TRIGGER_REJECTS, scopes[k].scope, scopes[k].id, t[i].action));
			u64 id = fx_working(f, BUY, PX(100), PX(2));

			REPORT(f, id, .exec = 'F', .status = '2', .cum = PX(2), .leaves = 0, .last_qty = PX(2), .last_px = PX(100));
			rejected(f);
			assert_int_equal(f->e->kills.n, 0);
			assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), t[i].buy);
			assert_int_equal(fx_submit(f, 1, fx_limit(SELL, PX(101), PX(1))), t[i].sell);
			if (t[i].buy == TG_REASON_OK) {
				assert_int_equal(fx_kill(f, TG_IN_RESUME, scopes[k].scope, scopes[k].id, 0), TG_REASON_BAD_REQUEST);
			} else {
				struct tg_in_kill nobody = { .scope = scopes[k].scope, .id = scopes[k].id, .text = "r" };

				/* a person, and a reason */
				assert_int_equal(fx_step(f, TG_IN_RESUME, 0, &nobody, sizeof(nobody)), TG_REASON_BAD_REQUEST);
				assert_int_equal(fx_kill(f, TG_IN_RESUME, scopes[k].scope, scopes[k].id, 0), TG_REASON_OK);
				assert_non_null(fx_pub(f, TG_PUB_RESUME, 0));
				assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(99), PX(1))), TG_REASON_OK);
			}
			fx_free(f);
		}
	}
	fx_strategy = 0;
}

static void cancels(void **state)
{
	struct tg_in_trigger t = trigger(TG_TRIGGER_REJECTS, TG_SCOPE_ACCOUNT, 1, TG_ACTION_CANCEL);
	struct tg_submission s = fx_limit(BUY, PX(50), PX(1));
	struct fx *f;
	u64 id, other;

	(void)state;
	t.act_scope = TG_SCOPE_INSTRUMENT;	/* another scope than what is counted */
	t.act_id = 1;
	f = ready(t);
	id = fx_working(f, BUY, PX(100), PX(1));
	s.instrument_id = 2;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	other = tg_engine_last_order_id(f->e);
	rejected(f);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_null(fx_tcp(f, 'F', 1));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, id)->reason, TG_REASON_TRIGGERED);
	assert_int_equal(STATUS(f, other), TG_OS_PENDING_NEW);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(99), PX(1))), TG_REASON_OK);
	fx_free(f);
}

/* ---- the record ---- */

static void form(void **state)
{
	struct tg_in_trigger good = trigger(TG_TRIGGER_REJECTS, TG_SCOPE_ACCOUNT, 1, TG_ACTION_KILL), gone = { .trigger_id = 1 };
	struct fx *f = fx_ready();
	struct tg_in_trigger t;
	u16 on;

	(void)state;
#define BAD(field, value) \
	do { \
		t = good; \
		t.field = (value); \
		assert_int_equal(set(f, t), TG_REASON_CONFIG); \
	} while (0)
	BAD(trigger_id, 0);
	BAD(trigger_id, TG_TRIGGERS + 1);
	BAD(on, TG_TRIGGER_ONS);
	BAD(on, TG_TRIGGER_NONE);
	BAD(action, TG_ACTION_NONE);
	BAD(action, TG_ACTIONS);
	BAD(scope, 0);
	BAD(scope, 7);
	BAD(id, 0);
	BAD(id, 1000);
	BAD(act_scope, 0);
	BAD(act_id, 1000);
	BAD(max, 1);	/* without a window */
	BAD(window_ns, 86400000000001ULL);
	BAD(reserved0, 1);
	BAD(reserved[0], 1);
	BAD(reserved[1], 1);
	BAD(name[0], 0);
	/* what cannot be told apart by it */
	for (on = TG_TRIGGER_REJECTS; on < TG_TRIGGER_ONS; on++) {
		bool firm = on == TG_TRIGGER_ORPHAN || on == TG_TRIGGER_HEDGE || on == TG_TRIGGER_DEGRADED;
		bool venue = firm || on == TG_TRIGGER_POSITION || on == TG_TRIGGER_UNKNOWN_ORDER;

		assert_int_equal(set(f, trigger(on, TG_SCOPE_FIRM, 0, TG_ACTION_KILL)), TG_REASON_OK);
		assert_int_equal(set(f, trigger(on, TG_SCOPE_ACCOUNT, 1, TG_ACTION_KILL)), firm ? TG_REASON_CONFIG : TG_REASON_OK);
		assert_int_equal(set(f, trigger(on, TG_SCOPE_STRATEGY, 1, TG_ACTION_KILL)), venue ? TG_REASON_CONFIG : TG_REASON_OK);
	}
	/* the last place is as good as the first; and away again */
	t = good;
	t.trigger_id = TG_TRIGGERS;
	assert_int_equal(set(f, t), TG_REASON_OK);
	rejected(f);
	assert_int_equal(f->e->kills.n, 1);
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_ACCOUNT, 1, 0), TG_REASON_OK);
	gone.trigger_id = TG_TRIGGERS;
	assert_int_equal(set(f, gone), TG_REASON_OK);
	rejected(f);
	assert_int_equal(f->e->kills.n, 0);
	assert_int_equal(f->e->triggers_on, 1u << TG_TRIGGER_DEGRADED);
	fx_free(f);
}

/* Two at once: both act, the kill before anything else could be sent. */
static void several(void **state)
{
	struct tg_in_trigger t = trigger(TG_TRIGGER_REJECTS, TG_SCOPE_FIRM, 0, TG_ACTION_ALERT);
	struct fx *f = ready(t);

	(void)state;
	t.trigger_id = 7;
	t.action = TG_ACTION_KILL_CANCEL;
	assert_int_equal(set(f, t), TG_REASON_OK);
	fx_working(f, BUY, PX(99), PX(1));
	rejected(f);
	assert_int_equal(fx_pub(f, TG_PUB_TRIGGER, 0)->u.trigger.trigger_id, 1);
	assert_int_equal(fx_pub(f, TG_PUB_TRIGGER, 1)->u.trigger.trigger_id, 7);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(fx_counter(f, TG_CC_TRIGGERS), 2);
	assert_int_equal(fx_counter(f, TG_CC_KILLS), 1);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rejects),	  cmocka_unit_test(window),
		cmocka_unit_test(rejects_of_requests), cmocka_unit_test(risk_rejects),
		cmocka_unit_test(suspect),	  cmocka_unit_test(session_lost),
		cmocka_unit_test(client_lost),	  cmocka_unit_test(restricts),
		cmocka_unit_test(cancels),	  cmocka_unit_test(form),
		cmocka_unit_test(several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
