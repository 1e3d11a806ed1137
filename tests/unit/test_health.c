// SPDX-License-Identifier: MIT
/* Venue health: each measure under, at and over what is configured, what is done at each level, and the way back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

#define TICK (100 * MS)

static struct tg_in_watch watch(void)
{
	struct tg_in_watch w = { .venue_id = 1, .reduce_percent = 100, .stop_percent = 150, .cancel_percent = 200,
				 .recover_percent = 70, .window_ns = 10 * SEC, .recover_ns = 2 * SEC, .min_answers = 1 };

	return w;
}

static enum tg_reason set(struct fx *f, struct tg_in_watch w)
{
	return fx_step(f, TG_IN_WATCH, 0, &w, sizeof(w));
}

static struct tg_nl_session health(const struct fx *f)
{
	struct tg_nl_session s;

	assert_true(tg_engine_session(f->e, 1, &s));
	assert_int_equal(s.health_on, 1);
	return s;
}

static void level_is(const struct fx *f, u32 level, u32 score)
{
	struct tg_nl_session s = health(f);

	assert_int_equal(s.health_score, score);
	assert_int_equal(s.health, level);
}

/* The timer alone: its events are still there afterwards. */
static void look(struct fx *f)
{
	f->now += TICK;
	assert_int_equal(fx_step(f, TG_IN_TIMER, 0, NULL, 0), TG_REASON_OK);
}

/* An order that the venue takes, or refuses, after so long. It is gone at once. */
static void answered(struct fx *f, u64 ns, bool refused)
{
	u64 id = fx_send(f, BUY, PX(100), PX(1));

	fx_advance(f, ns);
	if (refused) {
		REPORT(f, id, .exec = '8', .status = '8', .reject = 3);
		return;
	}
	REPORT(f, id, .exec = '0', .status = '0', .leaves = PX(1));
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	REPORT(f, id, .exec = '4', .status = '4');
}

static void slow_answers(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();

	(void)state;
	w.ack_ns = 10 * MS;
	w.min_answers = 2;
	assert_int_equal(set(f, w), TG_REASON_OK);
	answered(f, 10 * MS, false);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_GOOD, 0);		/* one says nothing */
	answered(f, 9 * MS, false);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_GOOD, 95);	/* 9.5 ms */
	answered(f, 11 * MS, false);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 100);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_REDUCE_ONLY);
	assert_int_equal(health(f).health_ack_ns, 10 * MS);
	assert_int_equal(fx_counter(f, TG_CC_VENUE_DEGRADED), 1);
	fx_free(f);
}

/* An answer that does not come counts too, before it comes. */
static void no_answer(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();
	u64 id;

	(void)state;
	w.ack_ns = SEC;
	assert_int_equal(set(f, w), TG_REASON_OK);
	id = fx_working(f, BUY, PX(100), PX(1));
	fx_advance(f, 3 * SEC);
	level_is(f, TG_HEALTH_GOOD, 0);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	fx_advance(f, SEC - TICK);
	assert_int_equal(health(f).health, TG_HEALTH_GOOD);
	fx_advance(f, TICK);
	assert_int_equal(health(f).health, TG_HEALTH_REDUCE_ONLY);
	fx_advance(f, SEC);
	assert_int_equal(health(f).health, TG_HEALTH_CANCELLED);
	REPORT(f, id, .exec = '4', .status = '4');
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_CANCELLED, 0);
	fx_advance(f, 2 * SEC);
	level_is(f, TG_HEALTH_GOOD, 0);
	fx_free(f);
}

static void refusals(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();
	const struct tg_pub_event *ev;
	u64 id;

	(void)state;
	w.reject_percent = 50;
	w.min_answers = 4;
	assert_int_equal(set(f, w), TG_REASON_OK);
	id = fx_working(f, SELL, PX(101), PX(1));
	answered(f, 0, true);
	answered(f, 0, true);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_GOOD, 0);		/* two of three, but of three only */
	answered(f, 0, false);
	look(f);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 100);	/* two of four */
	ev = fx_pub(f, TG_PUB_HEALTH, 0);
	assert_int_equal(ev->id, 1);
	assert_int_equal(ev->u.health.level, TG_HEALTH_REDUCE_ONLY);
	assert_int_equal(ev->u.health.previous, TG_HEALTH_GOOD);
	assert_int_equal(ev->u.health.score, 100);
	assert_int_equal(ev->u.health.reject_percent, 50);
	/* a refused replace is an answer and a refusal; here by a price that adds nothing */
	assert_int_equal(fx_replace(f, 1, id, PX(102), PX(1)), TG_REASON_REDUCE_ONLY);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	fx_free(f);
}

/* Every level does what it says, and only to this venue. */
static void levels(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();
	u64 id;

	(void)state;
	w.gaps = 10;
	w.reduce_percent = 20;
	w.stop_percent = 30;
	w.cancel_percent = 50;
	assert_int_equal(set(f, w), TG_REASON_OK);
	id = fx_working(f, BUY, PX(100), PX(1));
	tg_health_gap(f->e, 1);
	tg_health_gap(f->e, 2);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_GOOD, 10);
	tg_health_gap(f->e, 1);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 20);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_REDUCE_ONLY);
	tg_health_gap(f->e, 1);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_STOPPED, 30);
	assert_int_equal(fx_submit(f, 1, fx_limit(SELL, PX(101), PX(1))), TG_REASON_RESTRICTED);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	tg_health_gap(f->e, 1);
	tg_health_gap(f->e, 1);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_CANCELLED, 50);
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, id)->reason, TG_REASON_TRIGGERED);
	assert_int_equal(fx_counter(f, TG_CC_VENUE_DEGRADED), 3);
	fx_drop(f);
}

/* Below seventy percent of the threshold, for two seconds: not a moment less. */
static void hysteresis(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();
	u32 i;

	(void)state;
	w.gaps = 10;
	w.window_ns = 16 * SEC;
	w.stop_percent = w.cancel_percent = 0;
	assert_int_equal(set(f, w), TG_REASON_OK);
	for (i = 0; i < 4; i++)
		tg_health_gap(f->e, 1);
	fx_advance(f, 4 * SEC);
	for (i = 0; i < 6; i++)
		tg_health_gap(f->e, 1);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 100);
	/* the first four leave the window: 60 percent */
	while (health(f).health_score == 100)
		fx_advance(f, TICK);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 60);
	fx_advance(f, SEC);
	tg_health_gap(f->e, 1);		/* 70: not below, it counts anew */
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 70);
	while (health(f).health_score)
		fx_advance(f, TICK);
	fx_advance(f, 2 * SEC - 2 * TICK);
	assert_int_equal(health(f).health, TG_HEALTH_GOOD);	/* below 70 since the six went */
	assert_int_equal(fx_counter(f, TG_CC_VENUE_RECOVERED), 1);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_OK);
	fx_drop(f);
}

/* From the highest level by steps, as far as the score has left each behind. */
static void by_steps(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();
	u32 i;

	(void)state;
	w.gaps = 10;
	w.window_ns = 16 * SEC;
	w.recover_ns = 0;
	assert_int_equal(set(f, w), TG_REASON_OK);
	for (i = 0; i < 12; i++)
		tg_health_gap(f->e, 1);
	fx_advance(f, 3 * SEC);
	for (i = 0; i < 8; i++)
		tg_health_gap(f->e, 1);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_CANCELLED, 200);
	while (health(f).health_score == 200)
		fx_advance(f, TICK);
	/* 80: below 70 percent of 200 and of 150, not of 100 */
	level_is(f, TG_HEALTH_REDUCE_ONLY, 80);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_REDUCE_ONLY);
	while (health(f).health_score)
		fx_advance(f, TICK);
	level_is(f, TG_HEALTH_GOOD, 0);
	assert_int_equal(fx_counter(f, TG_CC_VENUE_RECOVERED), 2);
	fx_drop(f);
}

static void stale_books(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();

	(void)state;
	w.stale_percent = 100;
	w.stale_ns = SEC;
	w.stop_percent = w.cancel_percent = 0;
	fx_book(f, 1, PX(99), PX(101));
	fx_book(f, 2, PX(99), PX(101));
	assert_int_equal(set(f, w), TG_REASON_OK);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_GOOD, 0);
	tg_md_gap(f->e, tg_instrument(f->e, 1), TG_GAP_CHAIN, 1, 2, &f->ob);
	fx_advance(f, SEC - TICK);
	level_is(f, TG_HEALTH_GOOD, 0);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_GOOD, 50);	/* one of two */
	tg_md_gap(f->e, tg_instrument(f->e, 2), TG_GAP_CHAIN, 1, 2, &f->ob);
	fx_advance(f, SEC + TICK);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 100);
	fx_book(f, 1, PX(99), PX(101));
	fx_book(f, 2, PX(99), PX(101));
	fx_advance(f, TICK + 2 * SEC + TICK);
	level_is(f, TG_HEALTH_GOOD, 0);
	fx_drop(f);
}

static void gaps_of_the_session(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();

	(void)state;
	w.gaps = 1;
	w.stop_percent = w.cancel_percent = 0;
	assert_int_equal(set(f, w), TG_REASON_OK);
	f->venue_seq += 3;
	fx_venue(f, "0", "");
	assert_int_equal(fx_counter(f, TG_CC_SESSION_GAPS), 1);
	assert_int_equal(f->e->health_on, 1);
	assert_int_equal(tg_session(f->e, 1)->health.sum.gaps, 1);
	fx_drop(f);
}

/* A venue that becomes worse is something that a trigger can act on. */
static void trigger(void **state)
{
	struct tg_in_trigger t = { .trigger_id = 1, .on = TG_TRIGGER_DEGRADED, .scope = TG_SCOPE_VENUE, .id = 1,
				   .act_scope = TG_SCOPE_FIRM, .action = TG_ACTION_KILL, .name = "t" };
	struct fx *f = fx_ready();
	struct tg_in_watch w = watch();

	(void)state;
	w.gaps = 1;
	assert_int_equal(set(f, w), TG_REASON_OK);
	assert_int_equal(fx_step(f, TG_IN_TRIGGER, 0, &t, sizeof(t)), TG_REASON_OK);
	tg_health_gap(f->e, 1);
	fx_advance(f, TICK);
	assert_int_equal(f->e->kills.n, 1);
	assert_int_equal(f->e->kills.k[0].cause, TG_KILL_DEGRADED);
	fx_drop(f);
}

static void off_and_form(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_watch good = watch(), none = { .venue_id = 1 }, w;

	(void)state;
	assert_int_equal(f->e->health_ns, ~0ULL);
	answered(f, MS, true);
	good.gaps = 1;
#define BAD(field, value) \
	do { \
		w = good; \
		w.field = (value); \
		assert_int_equal(set(f, w), TG_REASON_CONFIG); \
	} while (0)
	BAD(venue_id, 0);
	BAD(venue_id, 3);
	BAD(flags, 2);
	BAD(reduce_percent, 150);
	BAD(stop_percent, 200);
	BAD(cancel_percent, 150);
	BAD(recover_percent, 0);
	BAD(recover_percent, 101);
	BAD(reject_percent, 101);
	BAD(stale_percent, 101);
	BAD(window_ns, 0);
	BAD(window_ns, 86400000000001ULL);
	BAD(ack_ns, 86400000000001ULL);
	BAD(stale_ns, 86400000000001ULL);
	BAD(recover_ns, 86400000000001ULL);
	BAD(position_ns, 86400000000001ULL);
	BAD(grace_ns, 86400000000001ULL);
	BAD(tolerance_qty, -1);
	BAD(copy_of, 1);
	BAD(copy_of, 3);
	BAD(reserved0, 1);
	BAD(reserved1, 1);
	BAD(reserved[1], 1);
	w = good;
	w.reduce_percent = w.stop_percent = w.cancel_percent = 0;
	assert_int_equal(set(f, w), TG_REASON_CONFIG);	/* and nothing would be done */
	assert_int_equal(f->e->health_on, 0);
	assert_int_equal(set(f, good), TG_REASON_OK);
	tg_health_gap(f->e, 1);
	fx_advance(f, TICK);
	level_is(f, TG_HEALTH_REDUCE_ONLY, 100);
	/* taken away: so is what it had done */
	assert_int_equal(set(f, none), TG_REASON_OK);
	assert_int_equal(fx_pub(f, TG_PUB_HEALTH, 0)->u.health.level, TG_HEALTH_GOOD);
	assert_int_equal(f->e->health_ns, ~0ULL);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_OK);
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_answers), cmocka_unit_test(no_answer),
		cmocka_unit_test(refusals),	cmocka_unit_test(levels),
		cmocka_unit_test(hysteresis),	cmocka_unit_test(by_steps),
		cmocka_unit_test(stale_books),	cmocka_unit_test(gaps_of_the_session),
		cmocka_unit_test(trigger),	cmocka_unit_test(off_and_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
