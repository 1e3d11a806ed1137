// SPDX-License-Identifier: MIT
/* Child orders and the session under them: messages refused as messages, requests that a drop leaves open, a full outbox. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

/* ---- messages refused as messages ---- */

static void business_rejects(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_send(f, BUY, PX(100), PX(1));
	const struct tg_priv_event *ev;
	char body[160], seq[16];

	(void)state;
	assert_true(fx_tag(fx_tcp(f, 'D', 0), 34, seq, sizeof(seq)));
	snprintf(body, sizeof(body), "45=%s|372=D|380=4|379=%016llX|58=no|", seq,
		 (unsigned long long)(id | 1));
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_REJECTED);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_int_equal(ev->u.order.reason, TG_REASON_VENUE_REJECT);
	assert_int_equal(ev->u.order.venue_reason, 4);

	/* 35=3 knows the sequence number only */
	id = fx_send(f, BUY, PX(100), PX(1));
	assert_true(fx_tag(fx_tcp(f, 'D', 0), 34, seq, sizeof(seq)));
	snprintf(body, sizeof(body), "45=%s|371=44|372=D|373=5|58=no|", seq);
	fx_venue(f, "3", body);
	assert_int_equal(STATUS(f, id), TG_OS_REJECTED);
	fx_venue(f, "3", body);
	assert_null(fx_priv(f, 0, 0, 0));

	/* of a cancel: the order falls back */
	id = fx_working(f, BUY, PX(100), PX(1));
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_OK);
	assert_true(fx_tag(fx_tcp(f, 'F', 0), 34, seq, sizeof(seq)));
	snprintf(body, sizeof(body), "45=%s|372=F|380=0|", seq);
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_non_null(fx_priv(f, 1, TG_PRIV_CANCEL_REJECT, 0));
	/* of the new order when that was taken long since: nothing */
	snprintf(body, sizeof(body), "45=1|372=D|380=0|379=%016llX|", (unsigned long long)(id | 1));
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	/* of a replace, by id */
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(2)), TG_REASON_OK);
	snprintf(body, sizeof(body), "45=1|372=G|380=0|379=%016llX|", (unsigned long long)(id | 3));
	fx_venue(f, "j", body);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(1));
	fx_free(f);
}

/* ---- the session goes and comes back ---- */

static void session_lost(void **state)
{
	struct fx *f = fx_ready();
	u64 fresh = fx_send(f, BUY, PX(100), PX(1)), works = fx_working(f, BUY, PX(99), PX(1)),
	    cancelling = fx_working(f, BUY, PX(98), PX(2)),
	    replacing = fx_working(f, BUY, PX(97), PX(3));
	bool asks = tg_venue_caps(TG_DIALECT_SIM)->status_request;

	(void)state;
	assert_int_equal(fx_cancel(f, 1, cancelling), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 1, replacing, PX(97), PX(5)), TG_REASON_OK);
	fx_disconnect(f);
	assert_int_equal(STATUS(f, fresh), TG_OS_UNKNOWN);
	assert_int_equal(STATUS(f, works), TG_OS_NEW);
	assert_int_equal(STATUS(f, cancelling), TG_OS_UNKNOWN);
	assert_int_equal(STATUS(f, replacing), TG_OS_UNKNOWN);
	assert_int_equal(fx_count_priv(f, 1, TG_PRIV_ORDER_UPDATE), 3);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_UPDATE, 0)->u.order.reason,
			 TG_REASON_SESSION_LOST);
	assert_int_equal(fx_position(f, 1, 1)->open_buy_qty, PX(1 + 1 + 2 + 5));

	fx_logon(f);
	assert_int_equal(fx_tcp(f, 'H', 0) != NULL, asks);
	assert_int_equal(fx_tcp(f, 'H', 2) != NULL, asks);
	assert_null(fx_tcp(f, 'H', 3));
	assert_int_equal(fx_replace(f, 1, fresh, PX(100), PX(1)), TG_REASON_ORDER_STATE);

	/* the venue's word settles each */
	REPORT(f, fresh, .exec = 'I', .status = '8', .reject = 5);
	assert_int_equal(STATUS(f, fresh), TG_OS_REJECTED);
	REPORT(f, cancelling, .exec = 'I', .status = '1', .id = cancelling | 1, .cum = PX(1),
	       .leaves = PX(1), .avg_px = PX(98));
	assert_int_equal(STATUS(f, cancelling), TG_OS_PARTIALLY_FILLED);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	REPORT(f, replacing, .exec = 'I', .status = '0', .id = replacing | 2, .qty = PX(5),
	       .px = PX(97), .leaves = PX(5));
	assert_int_equal(STATUS(f, replacing), TG_OS_NEW);
	assert_int_equal(fx_order(f, replacing)->qty, PX(5));
	assert_int_equal(fx_order(f, replacing)->cl_ord_id, replacing | 2);
	/* and they can be worked again */
	assert_int_equal(fx_cancel(f, 1, cancelling), TG_REASON_OK);
	fx_free(f);
}

static void lost_requests_settled_by_late_reports(void **state)
{
	struct fx *f = fx_ready();
	u64 a = fx_send(f, BUY, PX(100), PX(1)), b = fx_working(f, BUY, PX(98), PX(2)),
	    c = fx_working(f, BUY, PX(97), PX(3)), d, g;

	(void)state;
	assert_int_equal(fx_cancel(f, 1, b), TG_REASON_OK);
	assert_int_equal(fx_replace(f, 1, c, PX(97), PX(5)), TG_REASON_OK);
	fx_disconnect(f);
	fx_logon(f);
	REPORT(f, a, .exec = '0', .status = '0', .leaves = PX(1));
	assert_int_equal(STATUS(f, a), TG_OS_NEW);
	REPORT(f, b, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(1), .last_qty = PX(1),
	       .last_px = PX(98));
	assert_int_equal(STATUS(f, b), TG_OS_UNKNOWN); /* the cancel may still have arrived */
	REPORT(f, b, .exec = '4', .status = '4', .cum = PX(1));
	assert_int_equal(STATUS(f, b), TG_OS_CANCELED);
	REPORT(f, c, .exec = '5', .status = '0', .qty = PX(5), .px = PX(97), .leaves = PX(5));
	assert_int_equal(STATUS(f, c), TG_OS_NEW);
	assert_int_equal(fx_order(f, c)->qty, PX(5));

	/* status says the replace was not taken */
	assert_int_equal(fx_replace(f, 1, c, PX(98), PX(8)), TG_REASON_OK);
	fx_disconnect(f);
	fx_logon(f);
	REPORT(f, c, .exec = 'I', .status = '0', .id = c | 2, .qty = PX(5), .px = PX(97),
	       .leaves = PX(5));
	assert_int_equal(STATUS(f, c), TG_OS_NEW);
	assert_int_equal(fx_order(f, c)->open_qty, PX(5));

	/*
	 * the venue knows nothing under the old id: it is asked under the replace's, and a kill's
	 * cancel waits for that
	 */
	assert_int_equal(fx_replace(f, 1, c, PX(99), PX(6)), TG_REASON_OK);
	fx_disconnect(f);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 1, TG_KILL_CANCEL),
			 TG_REASON_OK);
	fx_logon(f);
	assert_non_null(fx_tcp(f, 'H', 0));
	assert_int_equal(STATUS(f, c), TG_OS_UNKNOWN);
	{
		char want[32];

		REPORT(f, c, .exec = 'I', .status = '8', .id = c | 2, .reject = 5);
		snprintf(want, sizeof(want), "%016llX",
			 (unsigned long long)fx_order(f, c)->repl_cl_ord_id);
		tag_is(fx_tcp(f, 'H', 0), 11, want);
		assert_null(fx_tcp(f, 'F', 0));
		assert_int_equal(STATUS(f, c), TG_OS_UNKNOWN);
		REPORT(f, c, .exec = 'I', .status = '0', .id = fx_order(f, c)->repl_cl_ord_id,
		       .qty = PX(6), .px = PX(99), .leaves = PX(6));
		assert_int_equal(fx_order(f, c)->qty, PX(6));
		tag_is(fx_tcp(f, 'F', 0), 41, want);
		assert_int_equal(STATUS(f, c), TG_OS_PENDING_CANCEL);
		REPORT(f, c, .exec = '4', .status = '4');
	}
	assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_INSTRUMENT, 1, 0), TG_REASON_OK);

	/* a venue that refuses to be asked: no verdict on the orders, and what waited goes */
	{
		u64 fresh = fx_send(f, BUY, PX(97), PX(1)), w = fx_working(f, BUY, PX(97), PX(3));
		char body[128];

		assert_int_equal(fx_replace(f, 1, w, PX(99), PX(6)), TG_REASON_OK);
		fx_disconnect(f);
		assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_INSTRUMENT, 1, TG_KILL_CANCEL),
				 TG_REASON_OK);
		fx_logon(f);
		assert_null(fx_tcp(f, 'F', 2));
		assert_int_equal(STATUS(f, w), TG_OS_UNKNOWN);
		snprintf(body, sizeof(body), "45=9|372=H|380=3|379=%016llX|",
			 (unsigned long long)(fresh | 1));
		fx_venue(f, "j", body);
		assert_int_equal(STATUS(f, fresh), TG_OS_PENDING_CANCEL);
		assert_int_equal(STATUS(f, w), TG_OS_PENDING_CANCEL);
		assert_int_equal(fx_kill(f, TG_IN_RESUME, TG_SCOPE_INSTRUMENT, 1, 0), TG_REASON_OK);
		REPORT(f, w, .exec = '4', .status = '4');
		REPORT(f, fresh, .exec = '4', .status = '4');
	}

	/*
	 * it knows nothing of an order that it had taken: a person must look; of a finished one:
	 * what of it
	 */
	c = fx_working(f, BUY, PX(97), PX(3));
	REPORT(f, c, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(2), .last_qty = PX(1),
	       .last_px = PX(97));
	REPORT(f, c, .exec = 'I', .status = '8', .reject = 5);
	assert_int_equal(STATUS(f, c), TG_OS_SUSPECT);
	assert_int_equal(fx_order(f, c)->open_qty, PX(2));
	REPORT(f, c, .exec = '4', .status = '4', .cum = PX(1));
	REPORT(f, c, .exec = 'I', .status = '8', .reject = 5);
	assert_int_equal(STATUS(f, c), TG_OS_CANCELED);

	/* an unknown order is cancelled; the venue never heard of it */
	d = fx_send(f, BUY, PX(100), PX(1));
	fx_disconnect(f);
	assert_int_equal(fx_cancel(f, 1, d), TG_REASON_SESSION_DOWN);
	fx_logon(f);
	assert_int_equal(fx_cancel(f, 1, d), TG_REASON_OK);
	assert_int_equal(STATUS(f, d), TG_OS_PENDING_CANCEL);
	fx_cancel_reject(f, d, 0, '1', 1, '8');
	assert_int_equal(STATUS(f, d), TG_OS_REJECTED);
	assert_int_equal(fx_order(f, d)->reason, TG_REASON_SESSION_LOST);

	/* the same when the venue had spoken of it: then it is not that simple */
	d = fx_send(f, BUY, PX(100), PX(1));
	REPORT(f, d, .exec = 'A', .status = 'A', .leaves = PX(1));
	fx_disconnect(f);
	fx_logon(f);
	assert_int_equal(fx_cancel(f, 1, d), TG_REASON_OK);
	fx_cancel_reject(f, d, 0, '1', 1, '8');
	assert_int_equal(STATUS(f, d), TG_OS_UNKNOWN);

	/*
	 * a lost replace stays exposure while a cancel flies, and can still turn out to have been
	 * taken
	 */
	g = fx_working(f, BUY, PX(100), PX(1));
	assert_int_equal(fx_replace(f, 1, g, PX(100), PX(4)), TG_REASON_OK);
	fx_disconnect(f);
	fx_logon(f);
	assert_int_equal(fx_cancel(f, 1, g), TG_REASON_OK);
	assert_int_equal(fx_order(f, g)->open_qty, PX(4));
	fx_cancel_reject(f, g, 0, '1', 99, '0');
	assert_int_equal(STATUS(f, g), TG_OS_UNKNOWN); /* of the replace nothing is known still */
	assert_int_equal(fx_order(f, g)->open_qty, PX(4));
	assert_int_equal(fx_cancel(f, 1, g), TG_REASON_OK);
	REPORT(f, g, .exec = '5', .status = '0', .id = g | 2, .qty = PX(4), .px = PX(100),
	       .leaves = PX(4));
	assert_int_equal(STATUS(f, g), TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_order(f, g)->qty, PX(4));
	fx_cancel_reject(f, g, 0, '1', 1, '8');
	assert_int_equal(STATUS(f, g), TG_OS_NEW);
	assert_int_equal(fx_order(f, g)->cl_ord_id, g | 2);
	fx_free(f);
}

/* The clock goes to where the engine wants to be woken, past `until`. */
static void timers_past(struct fx *f, u64 until)
{
	while (tg_engine_deadline_ns(f->e) <= until) {
		if (tg_engine_deadline_ns(f->e) > f->now)
			f->now = tg_engine_deadline_ns(f->e);
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		if (fx_tcp(f, 'F', 0))
			return;
	}
	f->now = until;
}

/* A venue that takes a question and says nothing: a kill's cancel waits for its answer, but not for ever; the exposure of what is not known stays. */
static void question_without_answer(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(97), PX(3)), asked_ns;

	(void)state;
	assert_int_equal(fx_replace(f, 1, id, PX(97), PX(5)), TG_REASON_OK);
	fx_disconnect(f);
	fx_logon(f);
	assert_non_null(fx_tcp(f, 'H', 0));
	asked_ns = f->now;
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, TG_KILL_CANCEL), TG_REASON_OK);
	timers_past(f, asked_ns + TG_ANSWER_NS - 1);
	assert_null(fx_tcp(f, 'F', 0));
	assert_int_equal(fx_counter(f, TG_CC_STATUS_UNANSWERED), 0);
	timers_past(f, asked_ns + TG_ANSWER_NS);
	assert_int_equal(f->now, asked_ns + TG_ANSWER_NS);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_null(fx_tcp(f, 'H', 0));
	assert_int_equal(fx_counter(f, TG_CC_STATUS_UNANSWERED), 1);
	assert_int_equal(fx_order(f, id)->open_qty, PX(5));
	/* an answer after all: the replace was taken */
	REPORT(f, id, .exec = 'I', .status = '0', .id = id | 2, .qty = PX(5), .px = PX(97), .leaves = PX(5));
	assert_int_equal(fx_order(f, id)->qty, PX(5));
	timers_past(f, f->now + 2 * TG_ANSWER_NS);
	assert_int_equal(fx_counter(f, TG_CC_STATUS_UNANSWERED), 1);
	fx_free(f);
}

static void outbox_full_leaves_no_trace(void **state)
{
	struct fx *f = fx_ready();
	u64 id = fx_working(f, BUY, PX(100), PX(2)), tx;
	struct tg_order before = *fx_order(f, id);
	u32 cap = f->e->outbox_bytes;

	(void)state;
	tx = tg_session(f->e, 1)->next_tx_seq;
	f->e->outbox_bytes = 4096;
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_NO_OUTBOX);
	assert_int_equal(fx_cancel(f, 1, id), TG_REASON_NO_OUTBOX);
	assert_int_equal(fx_replace(f, 1, id, PX(101), PX(2)), TG_REASON_NO_OUTBOX);
	assert_memory_equal(&before, fx_order(f, id), sizeof(before));
	assert_int_equal(tg_session(f->e, 1)->next_tx_seq, tx);
	assert_int_equal(f->e->working, 1);
	/* a kill's cancel that finds no room goes out at the next timer */
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, TG_KILL_CANCEL), TG_REASON_OK);
	assert_int_equal(STATUS(f, id), TG_OS_NEW);
	assert_true(tg_engine_deadline_ns(f->e) <= f->now);
	f->e->outbox_bytes = cap;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(STATUS(f, id), TG_OS_PENDING_CANCEL);
	assert_true(tg_engine_deadline_ns(f->e) > f->now);
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(business_rejects),
		cmocka_unit_test(session_lost),
		cmocka_unit_test(lost_requests_settled_by_late_reports),
		cmocka_unit_test(question_without_answer),
		cmocka_unit_test(outbox_full_leaves_no_trace),
	};

	return cmocka_run_group_tests_name("order-session", tests, NULL, NULL);
}
