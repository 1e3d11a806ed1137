// SPDX-License-Identifier: MIT
/*
 * Message budgets: at, under and over them for every scope and operation; that no window sees more than its messages; cancels that wait, their order, and what
 * goes before what.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

#define NONE TG_RATE_NONE

/* No budget of any operation yet. */
static struct tg_in_rate rate(u16 scope, u32 id, u64 window_ns)
{
	struct tg_in_rate r = { .scope = scope, .id = id, .window_ns = window_ns };
	u32 op;

	for (op = 0; op < TG_RATE_OPS; op++)
		r.messages[op] = NONE;
	return r;
}

static enum tg_reason load(struct fx *f, struct tg_in_rate r)
{
	return fx_step(f, TG_IN_RATE, 0, &r, sizeof(r));
}

static void budget(struct fx *f, u16 scope, u32 id, u32 op, u32 messages, u32 burst, u32 reserve)
{
	struct tg_in_rate r = rate(scope, id, SEC);

	r.messages[op] = messages;
	r.burst[op] = burst;
	r.cancel_reserve = reserve;
	assert_int_equal(load(f, r), TG_REASON_OK);
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);	/* what waited was looked at */
}

static enum tg_reason source(struct fx *f, u64 number)
{
	struct tg_in_session c = { .venue_id = 1, .command = TG_SESSION_CMD_SOURCE, .next_rx_seq = number };

	return fx_step(f, TG_IN_SESSION, 0, &c, sizeof(c));
}

/* Logged on from source 3. */
static struct fx *from_source(void)
{
	struct fx *f = fx_ready();

	fx_disconnect(f);
	assert_int_equal(source(f, 3), TG_REASON_OK);
	fx_logon(f);
	return f;
}

static enum tg_reason try(struct fx *f)
{
	return fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1)));
}

static const struct { u16 scope; u32 id; enum tg_reason why;
} scopes[] = {
	{ TG_RATE_VENUE, 1, TG_REASON_VENUE_RATE },
	{ TG_RATE_CLIENT, 1, TG_REASON_CLIENT_RATE },
	{ TG_RATE_CLIENT, 0, TG_REASON_CLIENT_RATE },
	{ TG_RATE_SOURCE, 3, TG_REASON_SOURCE_RATE },
};
#define FOR_SCOPES(i) for (i = 0; i < sizeof(scopes) / sizeof(scopes[0]); i++)

static void new_orders_at_the_limit(void **state)
{
	static const u32 ops[] = { TG_RATE_NEW, TG_RATE_ALL };
	u32 i, k;

	(void)state;
	FOR_SCOPES(i)
		for (k = 0; k < 2; k++) {
			struct fx *f = from_source();

			/* 3 at once, 10 a second: one every 125 ms after them */
			budget(f, scopes[i].scope, scopes[i].id, ops[k], 10, 3, 0);
			assert_int_equal(try(f), TG_REASON_OK);
			assert_int_equal(try(f), TG_REASON_OK);
			assert_int_equal(try(f), TG_REASON_OK);
			assert_int_equal(try(f), scopes[i].why);
			assert_null(fx_tcp(f, 'D', 0));
			assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.reason, scopes[i].why);
			assert_int_equal(tg_engine_reasons(f->e)[scopes[i].why], 1);
			f->now += 125 * MS - 1;
			assert_int_equal(try(f), scopes[i].why);
			f->now += 1;
			assert_int_equal(try(f), TG_REASON_OK);
			assert_int_equal(try(f), scopes[i].why);
			f->now += 375 * MS;
			assert_int_equal(try(f), TG_REASON_OK);
			assert_int_equal(try(f), TG_REASON_OK);
			assert_int_equal(try(f), TG_REASON_OK);
			assert_int_equal(try(f), scopes[i].why);
			fx_free(f);
		}
}

static void replaces_at_the_limit(void **state)
{
	static const u32 ops[] = { TG_RATE_REPLACE, TG_RATE_ALL };
	u32 i, k;

	(void)state;
	FOR_SCOPES(i)
		for (k = 0; k < 2; k++) {
			struct fx *f = from_source();
			u64 a = fx_working(f, BUY, PX(100), PX(1)), b = fx_working(f, BUY, PX(100), PX(1)),
			    c = fx_working(f, BUY, PX(100), PX(1));

			budget(f, scopes[i].scope, scopes[i].id, ops[k], 10, 2, 0);
			assert_int_equal(fx_replace(f, 1, a, PX(99), PX(1)), TG_REASON_OK);
			assert_int_equal(fx_replace(f, 1, b, PX(99), PX(1)), TG_REASON_OK);
			assert_int_equal(fx_replace(f, 1, c, PX(99), PX(1)), scopes[i].why);
			assert_int_equal(STATUS(f, c), TG_OS_NEW);
			/* a budget of replaces says nothing of new orders */
			assert_int_equal(try(f), k ? scopes[i].why : TG_REASON_OK);
			f->now += 112 * MS;
			assert_int_equal(fx_replace(f, 1, c, PX(99), PX(1)), TG_REASON_OK);
			fx_free(f);
		}
}

/* Whatever is sent when: each window of a second has `messages` at most, and of a full bucket all are used. */
static void no_window_sees_more(void **state)
{
	static const struct { u32 messages, burst;
	} t[] = { { 10, 1 }, { 10, 3 }, { 10, 10 }, { 7, 5 }, { 1, 1 }, { 100, 10 }, { 3, 2 } };
	u64 seed = 1, at[4000];
	u32 i, k, n, worst;

	(void)state;
	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct fx *f = fx_ready();

		budget(f, TG_RATE_VENUE, 1, TG_RATE_NEW, t[i].messages, t[i].burst, 0);
		f->check = false;
		for (k = n = worst = 0; k < 3000 && n < 900; k++) {
			u32 first;

			seed = seed * 6364136223846793005ULL + 1;
			if (seed >> 40 & 1)
				f->now += (seed >> 33) % (SEC / t[i].messages);
			if (try(f) != TG_REASON_OK)
				continue;
			REPORT(f, tg_engine_last_order_id(f->e), .exec = '8', .status = '8');
			at[n++] = f->now;
			for (first = 0; at[n - 1] - at[first] >= SEC; first++)
				;
			if (n - first > worst)
				worst = n - first;
		}
		assert_in_range(worst, t[i].burst, t[i].messages);
		fx_free(f);
	}
}

static void cancels_wait_and_go_in_order(void **state)
{
	static const u32 ops[] = { TG_RATE_CANCEL, TG_RATE_ALL };
	u32 i, k, n;

	(void)state;
	for (i = 0; i < 2; i++)
		for (k = 0; k < 2; k++) {
			struct fx *f = from_source();
			u64 o[6];

			for (n = 0; n < 6; n++)
				o[n] = fx_working(f, BUY, PX(100), PX(1));
			budget(f, i ? TG_RATE_SOURCE : TG_RATE_VENUE, i ? 3 : 1, ops[k], 10, 2, 0);
			/* asked for from the youngest to the oldest */
			for (n = 6; n--;)
				assert_int_equal(fx_cancel(f, 1, o[n]), TG_REASON_OK);
			assert_int_equal(STATUS(f, o[5]), TG_OS_PENDING_CANCEL);
			assert_int_equal(STATUS(f, o[4]), TG_OS_PENDING_CANCEL);
			for (n = 0; n < 4; n++) {
				assert_int_equal(STATUS(f, o[n]), TG_OS_NEW);
				assert_int_equal(fx_cancel(f, 1, o[n]), TG_REASON_ORDER_STATE);
				assert_int_equal(fx_replace(f, 1, o[n], PX(99), PX(1)), TG_REASON_ORDER_STATE);
			}
			assert_int_equal(fx_counter(f, TG_CC_CANCELS_PACED), 4);
			/* nothing new goes before what waits for the same budget */
			assert_int_equal(try(f), ops[k] == TG_RATE_CANCEL ? TG_REASON_OK :
					 i ? TG_REASON_SOURCE_RATE : TG_REASON_VENUE_RATE);
			for (n = 4; n--;) {
				u64 due = tg_engine_deadline_ns(f->e);

				assert_in_range(due, f->now + 1, f->now + 112 * MS);
				f->now = due - 1;
				fx_step(f, TG_IN_TIMER, 0, NULL, 0);
				assert_null(fx_tcp(f, 'F', 0));
				f->now = due;
				fx_step(f, TG_IN_TIMER, 0, NULL, 0);
				assert_non_null(fx_tcp(f, 'F', 0));
				assert_null(fx_tcp(f, 'F', 1));
				assert_int_equal(STATUS(f, o[n]), TG_OS_PENDING_CANCEL);
				assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0)->u.order.order_id, o[n]);
			}
			assert_int_equal(fx_counter(f, TG_CC_CANCELS_SENT), 6);
			fx_free(f);
		}
}

/* At the very instant at which one more may go, and nothing is reserved. */
static void new_orders_stand_behind_cancels(void **state)
{
	struct fx *f = fx_ready();
	u64 a = fx_working(f, BUY, PX(100), PX(1)), b = fx_working(f, BUY, PX(100), PX(1));

	(void)state;
	budget(f, TG_RATE_VENUE, 1, TG_RATE_ALL, 10, 1, 0);
	assert_int_equal(fx_cancel(f, 1, a), TG_REASON_OK);
	assert_int_equal(fx_cancel(f, 1, b), TG_REASON_OK);
	f->now += 100 * MS;
	assert_int_equal(try(f), TG_REASON_VENUE_RATE);
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_non_null(fx_tcp(f, 'F', 0));
	f->now += 100 * MS;
	assert_int_equal(try(f), TG_REASON_OK);
	fx_free(f);
}

static void a_share_is_kept_for_cancels(void **state)
{
	u32 i;

	(void)state;
	for (i = 0; i < 2; i++) {
		struct fx *f = from_source();
		enum tg_reason why = i ? TG_REASON_SOURCE_RATE : TG_REASON_VENUE_RATE;
		u64 o[4];
		u32 n;

		for (n = 0; n < 4; n++)
			o[n] = fx_working(f, BUY, PX(100), PX(1));
		budget(f, i ? TG_RATE_SOURCE : TG_RATE_VENUE, i ? 3 : 1, TG_RATE_ALL, 12, 5, 2);
		for (n = 0; n < 3; n++)
			assert_int_equal(try(f), TG_REASON_OK);
		assert_int_equal(try(f), why);
		assert_int_equal(fx_replace(f, 1, o[0], PX(99), PX(1)), why);
		for (n = 0; n < 2; n++) {
			assert_int_equal(fx_cancel(f, 1, o[n]), TG_REASON_OK);
			assert_non_null(fx_tcp(f, 'F', 0));
		}
		assert_int_equal(fx_cancel(f, 1, o[2]), TG_REASON_OK);
		assert_null(fx_tcp(f, 'F', 0));
		/* the cancels' share is filled first */
		fx_advance(f, 125 * MS);
		assert_int_equal(STATUS(f, o[2]), TG_OS_PENDING_CANCEL);
		assert_int_equal(try(f), why);
		fx_free(f);
	}
}

static void a_kill_is_paced(void **state)
{
	struct fx *f = fx_ready();
	u64 o[30], end;
	u32 n, early = 0, last = 0;

	(void)state;
	for (n = 0; n < 30; n++)
		o[n] = fx_working(f, BUY, PX(100), PX(1));
	budget(f, TG_RATE_VENUE, 1, TG_RATE_ALL, 20, 5, 1);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, TG_KILL_CANCEL), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 4));
	assert_null(fx_tcp(f, 'F', 5));
	/* latched at once; the sixteen parts of a second but for heartbeats */
	assert_int_equal(try(f), TG_REASON_KILLED);
	end = f->now + 3 * SEC;
	while (f->now < end && last < 30) {
		fx_advance(f, 10 * MS);
		for (last = 0; last < 30 && STATUS(f, o[last]) == TG_OS_PENDING_CANCEL; last++)
			;
		for (n = last, early = 0; n < 30; n++)
			early += STATUS(f, o[n]) == TG_OS_PENDING_CANCEL;
		assert_int_equal(early, 0);	/* the oldest first */
	}
	assert_int_equal(last, 30);
	assert_int_equal(fx_order(f, o[29])->reason, TG_REASON_KILLED);
	fx_free(f);
}

static void what_ends_does_not_wait(void **state)
{
	struct fx *f = fx_ready();
	u64 o[4];
	u32 n;

	(void)state;
	for (n = 0; n < 4; n++)
		o[n] = fx_working(f, BUY, PX(100), PX(1));
	budget(f, TG_RATE_VENUE, 1, TG_RATE_CANCEL, 10, 1, 0);
	for (n = 0; n < 4; n++)
		assert_int_equal(fx_cancel(f, 1, o[n]), TG_REASON_OK);
	/* the one in the middle, the last and the first */
	REPORT(f, o[2], .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1), .last_px = PX(100));
	REPORT(f, o[3], .exec = 'F', .status = '2', .cum = PX(1), .last_qty = PX(1), .last_px = PX(100));
	fx_advance(f, 100 * MS);
	assert_int_equal(STATUS(f, o[1]), TG_OS_PENDING_CANCEL);
	fx_advance(f, SEC);
	assert_int_equal(fx_counter(f, TG_CC_CANCELS_SENT), 2);
	fx_free(f);
}

static void a_session_that_drops_keeps_its_order(void **state)
{
	struct fx *f = fx_ready();
	u64 o[3];
	u32 n;

	(void)state;
	for (n = 0; n < 3; n++)
		o[n] = fx_working(f, BUY, PX(100), PX(1));
	budget(f, TG_RATE_VENUE, 1, TG_RATE_CANCEL, 10, 1, 0);
	for (n = 3; n--;)
		assert_int_equal(fx_cancel(f, 1, o[n]), TG_REASON_OK);
	fx_disconnect(f);
	assert_int_equal(source(f, TG_RATE_SOURCES + 1), TG_REASON_BAD_REQUEST);
	f->now += SEC;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_null(fx_tcp(f, 'F', 0));
	fx_logon(f);
	/* what waited first goes first; the one that was lost comes after it */
	assert_int_equal(STATUS(f, o[1]), TG_OS_PENDING_CANCEL);
	assert_int_equal(source(f, 1), TG_REASON_CONFIG);
	fx_advance(f, 200 * MS);
	assert_int_equal(STATUS(f, o[0]), TG_OS_PENDING_CANCEL);
	fx_free(f);
}

static void status_requests_wait(void **state)
{
	struct fx *f = fx_ready();
	u64 o[3];
	u32 n;

	(void)state;
	for (n = 0; n < 3; n++)
		o[n] = fx_send(f, BUY, PX(100 - (s64)n), PX(1));
	budget(f, TG_RATE_VENUE, 1, TG_RATE_STATUS, 10, 1, 0);
	fx_disconnect(f);
	fx_logon(f);
	assert_non_null(fx_tcp(f, 'H', 0));
	assert_null(fx_tcp(f, 'H', 1));
	for (n = 0; n < 2; n++) {
		f->now = tg_engine_deadline_ns(f->e);
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		assert_non_null(fx_tcp(f, 'H', 0));
		assert_null(fx_tcp(f, 'H', 1));
	}
	assert_int_equal(fx_order(f, o[2])->asked, TG_ASKED_ONE);
	assert_in_range(fx_counter(f, TG_CC_STATUS_PACED), 3, 6);
	fx_free(f);
}

static void each_client_has_its_own(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_rate r = rate(TG_RATE_CLIENT, 0, SEC);
	struct tg_submission s = fx_limit(BUY, PX(100), PX(1));
	u64 id;
	u32 n;

	(void)state;
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	budget(f, TG_RATE_CLIENT, 2, TG_RATE_NEW, 10, 3, 0);
	r.messages[TG_RATE_ALL] = 10;
	r.burst[TG_RATE_ALL] = 1;
	assert_int_equal(load(f, r), TG_REASON_OK);
	id = fx_working(f, BUY, PX(100), PX(1));
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_CLIENT_RATE);
	/* number 2 has a record of its own */
	for (n = 0; n < 3; n++)
		assert_int_equal(fx_submit(f, 2, s), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 2, s), TG_REASON_CLIENT_RATE);
	/* a cancel is never refused by it, and uses no more than there is */
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 0));
	f->now += 100 * MS;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_CLIENT_RATE);
	/* the number's next client begins with a full bucket */
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);
	assert_int_equal(fx_open(f, 1, 1000, 0), TG_REASON_OK);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	fx_free(f);
}

static void session_messages_count_and_never_wait(void **state)
{
	struct fx *f = fx_ready();

	(void)state;
	budget(f, TG_RATE_VENUE, 1, TG_RATE_ALL, 10, 2, 0);
	assert_int_equal(try(f), TG_REASON_OK);
	fx_venue(f, "1", "112=x|");
	assert_non_null(fx_tcp(f, '0', 0));
	assert_int_equal(try(f), TG_REASON_VENUE_RATE);
	fx_venue(f, "1", "112=y|");
	assert_non_null(fx_tcp(f, '0', 0));
	fx_free(f);
}

static s64 told(struct fx *f, enum tg_reason want)
{
	const struct tg_priv_event *ev;

	assert_int_equal(try(f), want);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_non_null(ev);
	if (!(ev->flags & TG_EV_BUDGET))
		assert_int_equal(ev->u.order.budget_left, 0);
	return ev->flags & TG_EV_BUDGET ? (s64)ev->u.order.budget_left : -1;
}

/* The least of all budgets that a new order counts in. */
static void clients_are_told_what_is_left(void **state)
{
	struct tg_nl_rate r;
	u32 i, k, rows;

	(void)state;
	FOR_SCOPES(i) {
		struct fx *f = from_source();

		assert_int_equal(told(f, TG_REASON_OK), -1);
		budget(f, TG_RATE_CLIENT, 2, TG_RATE_NEW, 1, 1, 0);	/* somebody else's */
		assert_int_equal(told(f, TG_REASON_OK), -1);
		budget(f, scopes[i].scope, scopes[i].id, TG_RATE_NEW, 10, 3, 0);
		assert_int_equal(told(f, TG_REASON_OK), 2);
		assert_int_equal(told(f, TG_REASON_OK), 1);
		assert_int_equal(told(f, TG_REASON_OK), 0);
		assert_int_equal(told(f, scopes[i].why), 0);
		f->now += 250 * MS;
		assert_int_equal(told(f, TG_REASON_OK), 1);
		for (k = rows = 0; k < tg_engine_rates(f->e); k++) {
			if (!tg_engine_rate(f->e, k, &r) || r.messages[TG_RATE_NEW] == NONE)
				continue;
			rows++;
			assert_int_equal(r.scope, scopes[i].scope);
			assert_int_equal(r.id, scopes[i].id ? scopes[i].id : 1);
			assert_int_equal(r.burst[TG_RATE_NEW], 3);
			assert_int_equal(r.left[TG_RATE_NEW], 1);
			assert_int_equal(r.left[TG_RATE_ALL], NONE);
			assert_int_equal(r.refused[TG_RATE_NEW], 1);
		}
		assert_int_equal(rows, 1);	/* client 2 is not there */
		assert_false(tg_engine_rate(f->e, tg_engine_rates(f->e), &r));
		fx_free(f);
	}
}

/* What is kept for cancels is not the client's to use; cancels that wait leave nothing. */
static void the_reserve_is_not_told(void **state)
{
	struct fx *f = fx_ready();
	struct tg_nl_rate r;
	u64 o[7];
	u32 n;

	(void)state;
	for (n = 0; n < 7; n++)
		o[n] = fx_working(f, BUY, PX(100), PX(1));
	budget(f, TG_RATE_VENUE, 1, TG_RATE_ALL, 12, 5, 2);
	assert_int_equal(told(f, TG_REASON_OK), 2);
	for (n = 0; n < 7; n++)
		assert_int_equal(fx_cancel(f, 1, o[n]), TG_REASON_OK);
	assert_int_equal(told(f, TG_REASON_VENUE_RATE), 0);
	assert_true(tg_engine_rate(f->e, 1, &r));
	assert_int_equal(r.waiting, 3);
	assert_int_equal(r.refused[TG_RATE_CANCEL], 3);
	fx_free(f);
}

static void a_record_takes_the_place_of_the_last(void **state)
{
	struct fx *f = fx_ready();
	u64 a = fx_working(f, BUY, PX(100), PX(1)), b = fx_working(f, BUY, PX(100), PX(1));

	(void)state;
	budget(f, TG_RATE_VENUE, 1, TG_RATE_ALL, 1, 1, 0);
	assert_int_equal(fx_cancel(f, 1, a), TG_REASON_OK);
	assert_int_equal(fx_cancel(f, 1, b), TG_REASON_OK);
	assert_int_equal(STATUS(f, b), TG_OS_NEW);
	/* no budgets any more: what waited goes */
	assert_int_equal(load(f, rate(TG_RATE_VENUE, 1, SEC)), TG_REASON_OK);
	assert_int_equal(tg_engine_deadline_ns(f->e), f->now);
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_int_equal(STATUS(f, b), TG_OS_PENDING_CANCEL);
	assert_int_equal(try(f), TG_REASON_OK);
	fx_free(f);
}

static void records_that_cannot_be(void **state)
{
	struct fx *f = fx_ready();
	struct tg_in_rate good = rate(TG_RATE_VENUE, 1, SEC), r;

	(void)state;
	good.messages[TG_RATE_ALL] = 10;
	good.burst[TG_RATE_ALL] = 5;
	good.cancel_reserve = 4;
	assert_int_equal(load(f, good), TG_REASON_OK);
#define BAD(field, value) \
	do { \
		r = good; \
		r.field = value; \
		assert_int_equal(load(f, r), TG_REASON_CONFIG); \
	} while (0)
	BAD(scope, 0);
	BAD(scope, TG_RATE_SCOPES);
	BAD(scope, TG_RATE_CLIENT);	/* with a reserve */
	BAD(id, 0);
	BAD(id, f->params.max_venues + 1u);
	BAD(flags, 1);
	BAD(window_ns, 0);
	BAD(window_ns, 86400000000001ULL);
	BAD(messages[TG_RATE_ALL], 0);
	BAD(messages[TG_RATE_ALL], 4);
	BAD(messages[TG_RATE_ALL], NONE);
	BAD(burst[TG_RATE_ALL], 0);
	BAD(burst[TG_RATE_NEW], 1);
	BAD(cancel_reserve, 5);
	BAD(reserved0, 1);
	BAD(reserved[0], 1);
	BAD(reserved[1], 1);
	good.scope = TG_RATE_SOURCE;
	assert_int_equal(load(f, good), TG_REASON_OK);
	BAD(id, 0);
	BAD(id, TG_RATE_SOURCES + 1);
	good.scope = TG_RATE_CLIENT;
	good.cancel_reserve = 0;
	assert_int_equal(load(f, good), TG_REASON_OK);
	BAD(id, f->params.max_clients + 1u);
	good.messages[TG_RATE_CANCEL] = 1;
	BAD(burst[TG_RATE_CANCEL], 1);
	/* an arrival time that would overflow */
	good = rate(TG_RATE_VENUE, 1, 86400000000000ULL);
	good.messages[TG_RATE_NEW] = NONE - 1;
	good.burst[TG_RATE_NEW] = NONE - 1;
	assert_int_equal(load(f, good), TG_REASON_CONFIG);
	good.burst[TG_RATE_NEW] = 1;
	assert_int_equal(load(f, good), TG_REASON_OK);
#undef BAD
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_orders_at_the_limit),
		cmocka_unit_test(replaces_at_the_limit),
		cmocka_unit_test(no_window_sees_more),
		cmocka_unit_test(cancels_wait_and_go_in_order),
		cmocka_unit_test(new_orders_stand_behind_cancels),
		cmocka_unit_test(a_share_is_kept_for_cancels),
		cmocka_unit_test(a_kill_is_paced),
		cmocka_unit_test(what_ends_does_not_wait),
		cmocka_unit_test(a_session_that_drops_keeps_its_order),
		cmocka_unit_test(status_requests_wait),
		cmocka_unit_test(each_client_has_its_own),
		cmocka_unit_test(session_messages_count_and_never_wait),
		cmocka_unit_test(clients_are_told_what_is_left),
		cmocka_unit_test(the_reserve_is_not_told),
		cmocka_unit_test(a_record_takes_the_place_of_the_last),
		cmocka_unit_test(records_that_cannot_be),
	};

	fx_max_orders = 64;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
