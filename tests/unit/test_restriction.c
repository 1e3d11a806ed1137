// SPDX-License-Identifier: MIT
/* What is told of what is latched: each kind, at every scope, and nothing once it is lifted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

static const struct {
	u16 scope;
	u32 id;
} scopes[] = {
	{ TG_SCOPE_FIRM, 0 },	{ TG_SCOPE_VENUE, 1 },	    { TG_SCOPE_ACCOUNT, 1 },
	{ TG_SCOPE_CLIENT, 1 }, { TG_SCOPE_INSTRUMENT, 1 }, { TG_SCOPE_STRATEGY, 1 },
};
#define FOR_SCOPES(k) for (k = 0; k < sizeof(scopes) / sizeof(scopes[0]); k++)

/* All of them, in order; at most max. */
static u32 restrictions(const struct fx *f, struct tg_nl_restriction *out, u32 max)
{
	struct tg_nl_restriction r;
	u32 n = 0;
	u64 at;

	for (at = 0; at < tg_engine_restrictions(f->e); at++) {
		if (!tg_engine_restriction(f->e, at, &r))
			continue;
		assert_true(n < max);
		out[n++] = r;
	}
	assert_false(tg_engine_restriction(f->e, at, &r));
	return n;
}

static void on_reject(struct fx *f, u16 id, u16 scope, u32 scope_id, u16 action, const char *name)
{
	struct tg_in_trigger t = { .trigger_id = id, .on = TG_TRIGGER_REJECTS, .scope = TG_SCOPE_FIRM,
				   .act_scope = scope, .act_id = scope_id, .action = action };

	memcpy(t.name, name, strlen(name) + 1);
	assert_int_equal(fx_step(f, TG_IN_TRIGGER, 0, &t, sizeof(t)), TG_REASON_OK);
}

static void rejected(struct fx *f)
{
	u64 id = fx_send(f, BUY, PX(100), PX(1));

	REPORT(f, id, .exec = '8', .status = '8', .reject = 3);
}

static void kills(void **state)
{
	struct tg_nl_restriction r[4];
	struct tg_in_kill k = { .scope = TG_SCOPE_ACCOUNT, .id = 2, .cause = TG_KILL_OPERATOR, .who = "ann", .text = "looks odd" };
	struct fx *f = fx_ready();
	u64 first, second;

	(void)state;
	assert_int_equal(restrictions(f, r, 4), 0);
	assert_int_equal(fx_step(f, TG_IN_KILL, 0, &k, sizeof(k)), TG_REASON_OK);
	first = tg_engine_time_ns(f->e);
	fx_advance(f, 5 * SEC);
	on_reject(f, 3, TG_SCOPE_INSTRUMENT, 1, TG_ACTION_KILL, "three");
	rejected(f);
	second = tg_engine_time_ns(f->e);
	assert_true(second > first);
	fx_advance(f, SEC);
	assert_int_equal(restrictions(f, r, 4), 2);
	assert_int_equal(r[0].kind, TG_RESTRICTION_KILL);
	assert_int_equal(r[0].scope, TG_SCOPE_ACCOUNT);
	assert_int_equal(r[0].id, 2);
	assert_int_equal(r[0].cause, TG_KILL_OPERATOR);
	assert_int_equal(r[0].time_ns, first);
	assert_string_equal(r[0].who, "ann");
	assert_string_equal(r[0].text, "looks odd");
	assert_int_equal(r[1].scope, TG_SCOPE_INSTRUMENT);
	assert_int_equal(r[1].cause, TG_KILL_REJECTS);
	assert_int_equal(r[1].time_ns, second);
	assert_string_equal(r[1].who, "three");
	/* the first goes, the second keeps what is its own */
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_ACCOUNT, 2, 0), TG_REASON_OK);
	assert_int_equal(restrictions(f, r, 4), 1);
	assert_int_equal(r[0].scope, TG_SCOPE_INSTRUMENT);
	assert_int_equal(r[0].time_ns, second);
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_INSTRUMENT, 1, 0), TG_REASON_OK);
	assert_int_equal(restrictions(f, r, 4), 0);
	fx_free(f);
}

static void triggers(void **state)
{
	struct tg_nl_restriction r[4];
	u64 since;
	u32 k;

	(void)state;
	fx_strategy = 1;
	FOR_SCOPES(k) {
		struct fx *f = fx_ready();

		assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_STRATEGY, 1)), TG_REASON_OK);
		on_reject(f, 1, scopes[k].scope, scopes[k].id, TG_ACTION_REDUCE_ONLY, "gentle");
		fx_working(f, BUY, PX(99), PX(1));
		rejected(f);
		since = tg_engine_time_ns(f->e);
		fx_advance(f, SEC);
		assert_int_equal(restrictions(f, r, 4), 1);
		assert_int_equal(r[0].kind, TG_RESTRICTION_TRIGGER);
		assert_int_equal(r[0].scope, scopes[k].scope);
		assert_int_equal(r[0].id, scopes[k].id);
		assert_int_equal(r[0].cause, TG_KILL_REJECTS);
		assert_int_equal(r[0].flags, TG_LIMITS_REDUCE_ONLY);
		assert_int_equal(r[0].time_ns, since);
		assert_string_equal(r[0].who, "gentle");
		assert_int_equal(fx_kill(f, TG_IN_RESUME, scopes[k].scope, scopes[k].id, 0), TG_REASON_OK);
		assert_int_equal(restrictions(f, r, 4), 0);
		/* the one that restricts more is told of, whoever was first */
		on_reject(f, 2, scopes[k].scope, scopes[k].id, TG_ACTION_RESTRICT, "harsh");
		rejected(f);
		assert_int_equal(restrictions(f, r, 4), 1);
		assert_int_equal(r[0].flags, TG_LIMITS_REDUCE_ONLY | TG_LIMITS_RESTRICTED);
		assert_string_equal(r[0].who, "harsh");
		fx_free(f);
	}
	fx_strategy = 0;
}

/* What a trigger has latched on a client number is not lifted by its coming back: that takes a person. */
static void a_new_session_of_the_client(void **state)
{
	struct tg_nl_restriction r[4];
	struct fx *f = fx_ready();

	(void)state;
	on_reject(f, 1, TG_SCOPE_CLIENT, 1, TG_ACTION_RESTRICT, "t");
	rejected(f);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_RESTRICTED);
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);
	assert_int_equal(restrictions(f, r, 4), 1);
	assert_int_equal(fx_open(f, 1, 1000, 0), TG_REASON_OK);
	assert_int_equal(restrictions(f, r, 4), 1);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_RESTRICTED);
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_CLIENT, 1, 0), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_OK);
	fx_free(f);
}

static void venue(void **state)
{
	struct tg_in_watch w = { .venue_id = 1, .reduce_percent = 100, .stop_percent = 150, .recover_percent = 70,
				 .window_ns = 10 * SEC, .recover_ns = 2 * SEC, .min_answers = 1, .reject_percent = 60 };
	struct tg_nl_restriction r[4];
	struct fx *f = fx_ready();

	(void)state;
	assert_int_equal(fx_step(f, TG_IN_WATCH, 0, &w, sizeof(w)), TG_REASON_OK);
	rejected(f);
	fx_advance(f, 100 * MS);
	assert_int_equal(restrictions(f, r, 4), 1);
	assert_int_equal(r[0].kind, TG_RESTRICTION_HEALTH);
	assert_int_equal(r[0].scope, TG_SCOPE_VENUE);
	assert_int_equal(r[0].id, 1);
	assert_int_equal(r[0].cause, TG_KILL_DEGRADED);
	assert_int_equal(r[0].level, TG_HEALTH_STOPPED);
	assert_int_equal(r[0].flags, TG_LIMITS_RESTRICTED);
	assert_int_equal(r[0].time_ns, tg_engine_time_ns(f->e));
	fx_advance(f, 15 * SEC);
	assert_int_equal(restrictions(f, r, 4), 0);
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kills),
		cmocka_unit_test(triggers),
		cmocka_unit_test(a_new_session_of_the_client),
		cmocka_unit_test(venue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
