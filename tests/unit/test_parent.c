// SPDX-License-Identifier: MIT
/* Parents: the table, the registry, `direct`, ends of every kind, orphans, timers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "parentkit.h"

/* ---- the table ---- */

/* What is legal, written down a second time and in other words. */
static bool legal(u8 state, u8 ev)
{
	bool ending = state == TG_PARENT_HEDGING || state == TG_PARENT_CANCEL_PENDING;
	bool alive = state == TG_PARENT_PENDING || state == TG_PARENT_WORKING || state == TG_PARENT_PARTIALLY_FILLED;

	switch (ev) {
	case TG_PE_SENT: return alive;
	case TG_PE_FILL: return state == TG_PARENT_WORKING || state == TG_PARENT_PARTIALLY_FILLED || ending;
	case TG_PE_COMPLETE: return state == TG_PARENT_PARTIALLY_FILLED || ending;
	case TG_PE_HEDGE: return state == TG_PARENT_CANCEL_PENDING;
	case TG_PE_BALANCED: return state == TG_PARENT_HEDGING;
	case TG_PE_HEDGE_FAILED: return ending;
	case TG_PE_CANCEL:
	case TG_PE_EXPIRE:
	case TG_PE_KILL: return state != TG_PARENT_NONE;
	case TG_PE_REFUSED:
	case TG_PE_ABORT: return alive || state == TG_PARENT_CANCEL_PENDING;
	case TG_PE_SETTLED: return state == TG_PARENT_CANCEL_PENDING;
	}
	return false;
}

/* Every event in every state, with every reason to end already there: what must hold after it. */
static void table_is_total(void **state)
{
	struct fx *f = fx_new();
	u64 illegal = 0, tried = 0;
	u8 s, ev, end;

	(void)state;
	for (s = 0; s < TG_PARENT_STATES; s++)
		for (ev = 0; ev < TG_PE_MAX; ev++)
			for (end = 0; end <= TG_PARENT_EXECUTION_ABORTED; end++) {
				bool ending = s == TG_PARENT_HEDGING || s == TG_PARENT_CANCEL_PENDING || s == TG_PARENT_DONE, done;
				struct tg_parent p = { .id = 1 << 16 | 1, .state = s, .end = end }, before = p;

				/* a parent is ending exactly when it has a reason */
				if (ending != (end != TG_PARENT_END_NONE))
					continue;
				tried++;
				done = tg_parent_event(f->e, &p, ev, TG_REASON_OK);
				assert_int_equal(done, legal(s, ev));
				if (!done) {
					assert_memory_equal(&p, &before, sizeof(p));
					illegal++;
					continue;
				}
				/* no way back, no end without a reason, none given away */
				assert_true(p.state >= s || (s == TG_PARENT_HEDGING && p.state == TG_PARENT_CANCEL_PENDING) ||
					    (s == TG_PARENT_CANCEL_PENDING && p.state == TG_PARENT_HEDGING));
				assert_int_equal(p.end != 0, p.state >= TG_PARENT_HEDGING);
				if (s == TG_PARENT_DONE)
					assert_memory_equal(&p, &before, sizeof(p));
				if (end == TG_PARENT_HEDGE_FAILED || end == TG_PARENT_COMPLETED)
					assert_true(p.end == end || ev == TG_PE_KILL || ev == TG_PE_HEDGE_FAILED);
				if (end == TG_PARENT_HEDGE_FAILED)
					assert_int_equal(p.end, end);
				if (ev == TG_PE_KILL && s != TG_PARENT_DONE)
					assert_true(p.end == TG_PARENT_KILL_SWITCH || p.end == TG_PARENT_HEDGE_FAILED);
				if (p.state == TG_PARENT_DONE && s != TG_PARENT_DONE)
					assert_int_equal(ev, TG_PE_SETTLED);
				if (p.state != s || p.end != end)
					assert_int_equal(p.tell, 1);
			}
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), illegal);
	print_message("%llu state, event and reason triples, %llu of them illegal\n", (unsigned long long)tried, (unsigned long long)illegal);
	fx_drop(f);
}

/* ---- direct ---- */

static void direct_to_the_end(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(3));
	const struct tg_priv_event *ev;
	u64 order;
	u32 id;

	(void)state;
	s.cause_time_ns = 4711;
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0);
	assert_int_equal(ev->u.order.order_id, id);
	assert_int_equal(ev->u.order.request, TG_SUB_INTENT);
	assert_int_equal(ev->u.order.user_ref, 77);
	ev = fx_priv(f, 1, TG_PRIV_ORDER_ACK, 1);
	assert_int_equal(ev->u.order.order_id, order);
	assert_int_equal(ev->u.order.parent_id, id);
	assert_int_equal(ev->u.order.user_ref, 77);
	ev = fx_priv(f, 1, TG_PRIV_PARENT, 0);
	assert_int_equal(ev->u.parent.parent_id, id);
	assert_int_equal(ev->u.parent.state, TG_PARENT_WORKING);
	assert_int_equal(ev->u.parent.children, 1);
	assert_int_equal(ev->u.parent.exec, TG_EXEC_DIRECT);
	assert_null(fx_priv(f, 1, TG_PRIV_PARENT, 1));
	assert_int_equal(fx_tcp(f, 'D', 0)->arg, 4711);
	assert_int_equal(fx_order(f, order)->parent_id, id);

	pk_ack(f, order);
	assert_null(fx_priv(f, 1, TG_PRIV_PARENT, 0));
	pk_fill(f, order, PX(1), PX(100));
	assert_int_equal(STATE(f, id), TG_PARENT_PARTIALLY_FILLED);
	pk_fill(f, order, PX(1), PX(98));
	ev = fx_priv(f, 1, TG_PRIV_PARENT, 0);
	assert_int_equal(ev->u.parent.cum_qty, PX(2));
	assert_int_equal(ev->u.parent.avg_px, PX(99));
	/* after the order's own events, position's too */
	assert_true(fx_priv(f, 1, TG_PRIV_POSITION, 0) < ev);
	pk_fill(f, order, PX(1), PX(99));
	pk_done(f, id, TG_PARENT_COMPLETED);
	assert_int_equal(fx_counter(f, TG_CC_PARENTS), 1);
	assert_int_equal(fx_counter(f, TG_CC_PARENTS_DONE), 1);
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), 0);
	assert_int_equal(f->e->parents, 0);
	fx_free(f);
}

static void refused(struct fx *f, struct tg_submission s, enum tg_reason want)
{
	assert_int_equal(fx_submit(f, 1, s), want);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.reason, want);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_ORDER_ACK, 0)->u.order.order_id, 0);
	assert_null(fx_priv(f, 1, TG_PRIV_PARENT, 0));
	assert_null(fx_tcp(f, 'D', 0));
	assert_int_equal(f->e->parents, 0);
}

static void refusals(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission good = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(1)), s;
	struct tg_in_mode m = { .mode = TG_MODE_FOLLOWER };

	(void)state;
#define WITH(field, value, want) do { s = good; s.field = value; refused(f, s, want); } while (0)
	WITH(flags, 4, TG_REASON_BAD_REQUEST);
	WITH(intent.pad[5], 1, TG_REASON_BAD_REQUEST);
	WITH(intent.reserved[1], 1, TG_REASON_BAD_REQUEST);
	WITH(intent.px2, 1, TG_REASON_BAD_REQUEST);
	WITH(intent.side2, 1, TG_REASON_BAD_REQUEST);
	WITH(intent.leg_timeout_ns, 1, TG_REASON_BAD_REQUEST);
	WITH(intent.hedge_ticks, 1, TG_REASON_BAD_REQUEST);
	WITH(intent.exec, TG_EXEC_MAX, TG_REASON_NOT_PERMITTED);
	WITH(intent.exec, 31, TG_REASON_NOT_PERMITTED);
	WITH(intent.exec, 255, TG_REASON_NOT_PERMITTED);
	WITH(intent.exec, 0, TG_REASON_BAD_REQUEST);	/* which of the four? */
	WITH(instrument_id, 99, TG_REASON_BAD_INSTRUMENT);
	WITH(account_id, 2, TG_REASON_NOT_PERMITTED);
	WITH(side, 3, TG_REASON_BAD_SIDE);
	WITH(px, PX(100) + 1, TG_REASON_BAD_PRICE);
	WITH(qty, 1, TG_REASON_BAD_QUANTITY);
	WITH(tif, 2, TG_REASON_BAD_TYPE);
	WITH(instrument_id, 3, TG_REASON_UNSUPPORTED);	/* its venue takes no orders */
	assert_int_equal(pk_permit(f, 1, 1000, 1, 0, 0), TG_REASON_OK);
	refused(f, good, TG_REASON_NOT_PERMITTED);
	assert_int_equal(pk_permit(f, 1, 1000, 1, 0, TG_EXEC_BIT(TG_EXEC_QUOTE)), TG_REASON_OK);
	refused(f, good, TG_REASON_NOT_PERMITTED);
	/* one strategy need not be named */
	assert_int_equal(pk_permit(f, 1, 1000, 1, 0, TG_EXEC_BIT(TG_EXEC_DIRECT)), TG_REASON_OK);
	s = good;
	s.intent.exec = 0;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	pk_rejected(f, pk_child(f, (u32)tg_engine_last_order_id(f->e), 0));
	fx_disconnect(f);
	refused(f, good, TG_REASON_SESSION_DOWN);
	assert_int_equal(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), TG_REASON_OK);
	refused(f, good, TG_REASON_NOT_LEADER);
	s = good;
	s.type = TG_SUB_INTENT_CANCEL;
	s.px = s.qty = 0;
	memset(&s.intent, 0, sizeof(s.intent));
	s.order_id = 1ULL << 40 | 1;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_ORDER);
	fx_free(f);
}

static void limits_have_to_be_there(void **state)
{
	struct fx *f = fx_new();

	(void)state;
	assert_int_equal(pk_permit(f, 1, 1000, 1, 0, ALL_EXECS), TG_REASON_OK);
	assert_int_equal(fx_open(f, 1, 1000, 0), TG_REASON_OK);
	fx_logon(f);
	refused(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(1)), TG_REASON_NO_LIMITS);
	fx_free(f);
}

/* As hosts show it, at work and when it is over. */
static void views(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(3));
	struct tg_nl_parent p;
	u64 order;
	u32 id, n = 0, at;

	(void)state;
	assert_false(tg_engine_parent_at(f->e, 0, &p));
	assert_false(tg_engine_parent_at(f->e, f->params.max_parents, &p));
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_STRATEGY, 2)), TG_REASON_OK);
	s.strategy_id = 2;
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	pk_ack(f, order);
	pk_fill(f, order, PX(1), PX(99));
	for (at = 0; at < f->params.max_parents; at++)
		n += tg_engine_parent_at(f->e, at, &p);
	assert_int_equal(n, 1);
	assert_true(tg_engine_parent_at(f->e, (id & 0xffff) - 1, &p));
	assert_int_equal(p.parent_id, id);
	assert_int_equal(p.user_ref, 77);
	assert_int_equal(p.uid, 1000);
	assert_int_equal(p.client_id, 1);
	assert_int_equal(p.account_id, 1);
	assert_int_equal(p.strategy_id, 2);
	assert_int_equal(p.px, PX(100));
	assert_int_equal(p.qty, PX(3));
	assert_int_equal(p.cum_qty, PX(1));
	assert_int_equal(p.avg_px, PX(99));
	assert_int_equal(p.instrument_id2, 0);
	assert_int_equal(p.side, BUY);
	assert_int_equal(p.children, 1);
	assert_int_equal(p.hedged, 0);
	assert_int_equal(p.end, TG_PARENT_END_NONE);
	assert_string_equal(tg_parent_state_name(p.state), "partially_filled");
	assert_string_equal(tg_exec_name(p.exec), "direct");
	pk_fill(f, order, PX(2), PX(100));
	fx_close(f, 1);
	assert_true(tg_engine_parent_at(f->e, (id & 0xffff) - 1, &p));
	assert_int_equal(p.children, 0);
	assert_int_equal(p.client_id, 0);
	assert_string_equal(tg_parent_state_name(p.state), "done");
	assert_string_equal(tg_parent_end_name(p.end), "completed");
	fx_free(f);
}

/* Its first order would be refused for them. What the user may not do at all comes first. */
static void limits_of_the_strategy_too(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(1));

	(void)state;
	s.strategy_id = 2;
	refused(f, s, TG_REASON_NO_LIMITS);
	assert_int_equal(pk_permit(f, 1, 1000, 1, 0, TG_EXEC_BIT(TG_EXEC_QUOTE)), TG_REASON_OK);
	refused(f, s, TG_REASON_NOT_PERMITTED);
	assert_int_equal(pk_permit(f, 1, 1000, 1, 0, ALL_EXECS), TG_REASON_OK);
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_STRATEGY, 2)), TG_REASON_OK);
	pk_send(f, s);
	assert_non_null(fx_tcp(f, 'D', 0));
	fx_free(f);
}

static void risk_refuses_the_child(void **state)
{
	struct fx *f = pk_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
	u32 id;

	(void)state;
	l.max_order_qty = PX(1);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	pk_done(f, id, TG_PARENT_RISK_REJECTED);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.reason, TG_REASON_MAX_QUANTITY);
	assert_null(fx_tcp(f, 'D', 0));
	assert_int_equal(f->e->working, 0);
	fx_free(f);
}

static void ends_of_the_child(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2));
	u64 order;
	u32 id;

	(void)state;
	id = pk_send(f, s);
	pk_rejected(f, pk_child(f, id, 0));
	pk_done(f, id, TG_PARENT_EXECUTION_ABORTED);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.reason, TG_REASON_VENUE_REJECT);
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	pk_ack(f, order);
	pk_canceled(f, order);		/* unasked */
	pk_done(f, id, TG_PARENT_EXECUTION_ABORTED);
	id = pk_send(f, s);
	REPORT(f, pk_child(f, id, 0), .exec = 'C', .status = 'C');
	pk_done(f, id, TG_PARENT_EXPIRED);
	/* an IOC that got a part */
	s.tif = TG_TIF_IOC;
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	pk_fill(f, order, PX(1), PX(100));
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_EXPIRED);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.cum_qty, PX(1));
	/* a market order */
	fx_book(f, 1, PX(99), PX(101));
	s.ord_type = TG_ORD_MARKET;
	s.px = 0;
	id = pk_send(f, s);
	pk_fill(f, pk_child(f, id, 0), PX(2), PX(101));
	pk_done(f, id, TG_PARENT_COMPLETED);
	fx_free(f);
}

static enum tg_reason cancel(struct fx *f, u16 client, u32 id)
{
	return fx_submit(f, client, (struct tg_submission){ .type = TG_SUB_INTENT_CANCEL, .order_id = id, .user_ref = 80 });
}

static void cancel_and_races(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2));
	u64 order;
	u32 id = pk_send(f, s);

	(void)state;
	order = pk_child(f, id, 0);
	pk_ack(f, order);
	assert_int_equal(cancel(f, 2, id), TG_REASON_BAD_REQUEST);	/* no such client */
	assert_int_equal(fx_open(f, 2, 1002, 0), TG_REASON_OK);
	assert_int_equal(cancel(f, 2, id), TG_REASON_BAD_ORDER);
	assert_int_equal(cancel(f, 1, id + (1 << 16)), TG_REASON_BAD_ORDER);
	assert_int_equal(cancel(f, 1, id), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	assert_int_equal(cancel(f, 1, id), TG_REASON_ORDER_STATE);
	/* a fill crosses the cancel, then the cancel is done */
	pk_fill(f, order, PX(1), PX(100));
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_CANCELED_BY_PARENT);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.cum_qty, PX(1));
	assert_int_equal(cancel(f, 1, id), TG_REASON_BAD_ORDER);
	/* all of it is filled before the cancel arrives */
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	pk_ack(f, order);
	assert_int_equal(cancel(f, 1, id), TG_REASON_OK);
	pk_fill(f, order, PX(2), PX(100));
	pk_done(f, id, TG_PARENT_COMPLETED);
	fx_cancel_reject(f, order, order | 2, '1', 0, '2');
	assert_null(fx_priv(f, 1, TG_PRIV_PARENT, 0));
	/* the venue refuses the cancel: it works on, and its parent waits for it */
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	pk_ack(f, order);
	assert_int_equal(cancel(f, 1, id), TG_REASON_OK);
	fx_cancel_reject(f, order, 0, '1', 2, '0');
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_fill(f, order, PX(2), PX(100));
	pk_done(f, id, TG_PARENT_COMPLETED);
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), 0);
	fx_free(f);
}

static enum tg_reason amend(struct fx *f, u32 id, s64 px, s64 qty)
{
	return fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_INTENT_REPLACE, .order_id = id, .px = px, .qty = qty, .user_ref = 81 });
}

static void new_terms_by_replace(void **state)
{
	struct fx *f = pk_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_INSTRUMENT, 1);
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	u64 order = pk_child(f, id, 0);

	(void)state;
	/* before it is known to the venue: as soon as it is */
	assert_int_equal(amend(f, id, PX(101), PX(3)), TG_REASON_OK);
	assert_null(fx_tcp(f, 'G', 0));
	pk_ack(f, order);
	tag_is(fx_tcp(f, 'G', 0), 44, "101");
	tag_is(fx_tcp(f, 'G', 0), 38, "3");
	/* newer ones while it is under way: after it */
	assert_int_equal(amend(f, id, PX(102), PX(4)), TG_REASON_OK);
	assert_null(fx_tcp(f, 'G', 0));
	pk_fill(f, order, PX(1), PX(100));
	REPORT(f, order, .exec = '5', .status = '1', .cum = PX(1), .leaves = PX(2), .px = PX(101), .qty = PX(3));
	tag_is(fx_tcp(f, 'G', 0), 44, "102");
	/* the venue refuses: what it has is what is wanted again, and that is told */
	fx_cancel_reject(f, order, 0, '2', 2, '1');
	assert_int_equal(pk(f, id)->leg[0].px, PX(101));
	assert_int_equal(pk(f, id)->leg[0].qty, PX(3));
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.reason, TG_REASON_CANCEL_REJECT);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.qty, PX(3));
	/* so does the gateway */
	l.max_order_qty = PX(5);
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	assert_int_equal(amend(f, id, PX(101), PX(6)), TG_REASON_OK);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.reason, TG_REASON_MAX_QUANTITY);
	assert_int_equal(pk(f, id)->leg[0].qty, PX(3));
	assert_int_equal(amend(f, id, PX(101), PX(1)), TG_REASON_BAD_QUANTITY);	/* filled already */
	assert_int_equal(amend(f, id, PX(101) + 1, PX(2)), TG_REASON_BAD_PRICE);
	/* a client does not replace behind its parent's back */
	assert_int_equal(fx_replace(f, 1, order, PX(100), PX(3)), TG_REASON_ORDER_STATE);
	pk_fill(f, order, PX(2), PX(101));
	pk_done(f, id, TG_PARENT_COMPLETED);
	fx_free(f);
}

/* A venue without 35=G: the new quantity only when the old order is gone. */
static void new_terms_by_cancel_and_new(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(3)));
	u64 order = pk_child(f, id, 0), second;

	(void)state;
	pk_ack(f, order);
	tg_session(f->e, 1)->cfg.dialect = TG_DIALECT_BINANCE;
	assert_int_equal(amend(f, id, PX(101), PX(4)), TG_REASON_OK);
	tg_session(f->e, 1)->cfg.dialect = TG_DIALECT_SIM;
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_null(fx_tcp(f, 'D', 0));
	/* one is filled on the way: of the 4 that are wanted 3 are left */
	pk_fill(f, order, PX(1), PX(100));
	assert_null(fx_tcp(f, 'D', 0));
	pk_canceled(f, order);
	tag_is(fx_tcp(f, 'D', 0), 38, "3");
	tag_is(fx_tcp(f, 'D', 0), 44, "101");
	second = pk_child(f, id, 0);
	assert_true(second != order);
	pk_fill(f, second, PX(3), PX(101));
	pk_done(f, id, TG_PARENT_COMPLETED);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(4));
	fx_drop(f);
}

/* ---- clients, kill, orphans ---- */

static void client_goes(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2))), keep;
	u64 order = pk_child(f, id, 0);

	(void)state;
	pk_ack(f, order);
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);		/* with automatic cancel */
	assert_non_null(fx_tcp(f, 'F', 0));
	assert_null(fx_tcp(f, 'F', 1));
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_canceled(f, order);
	assert_int_equal(STATE(f, id), TG_PARENT_DONE);
	assert_int_equal(pk(f, id)->end, TG_PARENT_CANCELED_BY_PARENT);
	/* without: it is worked on, also with new orders, and told to who may see the account */
	assert_int_equal(fx_open(f, 1, 1000, 0), TG_REASON_OK);
	assert_int_equal(fx_open(f, 2, 1001, 0), TG_REASON_OK);
	keep = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	order = pk_child(f, keep, 0);
	pk_ack(f, order);
	assert_int_equal(fx_close(f, 1), TG_REASON_OK);
	assert_int_equal(STATE(f, keep), TG_PARENT_WORKING);
	pk(f, keep)->leg[0].px = PX(101);
	pk(f, keep)->leg[0].amended = 1;
	tg_parent_mark(f->e, pk(f, keep));
	fx_venue(f, "0", "");
	tag_is(fx_tcp(f, 'G', 0), 44, "101");
	REPORT(f, order, .exec = '5', .status = '0', .leaves = PX(2), .px = PX(101), .qty = PX(2));
	/* another client of an account that it may trade cancels it */
	assert_int_equal(fx_submit(f, 2, (struct tg_submission){ .type = TG_SUB_INTENT_CANCEL, .order_id = keep }), TG_REASON_OK);
	pk_canceled(f, order);
	assert_int_equal(fx_priv(f, 2, TG_PRIV_PARENT, 0)->u.parent.state, TG_PARENT_DONE);
	fx_drop(f);
}

static void kill_ends_it(void **state)
{
	static const struct { u16 scope; u32 id; bool hit; } k[] = {
		{ TG_SCOPE_FIRM, 0, true }, { TG_SCOPE_VENUE, 1, true }, { TG_SCOPE_VENUE, 2, false }, { TG_SCOPE_ACCOUNT, 1, true },
		{ TG_SCOPE_ACCOUNT, 2, false }, { TG_SCOPE_CLIENT, 1, true }, { TG_SCOPE_CLIENT, 2, false },
		{ TG_SCOPE_INSTRUMENT, 1, true }, { TG_SCOPE_INSTRUMENT, 2, false },
	};
	struct fx *f = pk_ready();
	u64 order;
	u32 n, id;

	(void)state;
	for (n = 0; n < sizeof(k) / sizeof(k[0]); n++) {
		id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
		order = pk_child(f, id, 0);
		pk_ack(f, order);
		assert_int_equal(fx_kill(f, TG_IN_KILL, k[n].scope, k[n].id, TG_KILL_CANCEL), TG_REASON_OK);
		assert_int_equal(STATE(f, id), k[n].hit ? TG_PARENT_CANCEL_PENDING : TG_PARENT_WORKING);
		assert_int_equal(!!fx_tcp(f, 'F', 0), k[n].hit);
		assert_null(fx_tcp(f, 'F', 1));
		if (k[n].hit) {
			pk_canceled(f, order);
			pk_done(f, id, TG_PARENT_KILL_SWITCH);
			/* and a new one does not begin */
			id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
			pk_done(f, id, TG_PARENT_KILL_SWITCH);
		} else {
			pk_fill(f, order, PX(2), PX(100));
			pk_done(f, id, TG_PARENT_COMPLETED);
		}
		assert_int_equal(fx_kill(f, TG_IN_RESUME, k[n].scope, k[n].id, 0), TG_REASON_OK);
	}
	fx_free(f);
}

static void kill_that_leaves_orders_alone(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	u64 order = pk_child(f, id, 0);

	(void)state;
	pk_ack(f, order);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_FIRM, 0, 0), TG_REASON_OK);
	assert_null(fx_tcp(f, 'F', 0));
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_fill(f, order, PX(1), PX(100));
	/* its client may want it gone all the same */
	assert_int_equal(cancel(f, 1, id), TG_REASON_OK);
	assert_non_null(fx_tcp(f, 'F', 0));
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_KILL_SWITCH);
	fx_free(f);
}

/* An order that is counted may be the one too many: the kill comes before its parent has heard of it. */
static void kill_by_its_own_order(void **state)
{
	struct fx *f = pk_ready();
	struct tg_in_limits l = fx_unlimited(TG_SCOPE_ACCOUNT, 1);
	u64 order;
	u32 id;

	(void)state;
	l.flags = TG_LIMITS_EXECUTIONS;
	l.max_executions = 1;
	assert_int_equal(fx_limits(f, l), TG_REASON_OK);
	id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	order = pk_child(f, id, 0);
	assert_int_equal(tg_engine_kills(f->e), 1);
	assert_int_equal(f->e->kills.k[0].cause, TG_KILL_EXECUTIONS);
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	assert_int_equal(fx_counter(f, TG_CC_PARENT_ILLEGAL), 0);
	pk_ack(f, order);
	pk_fill(f, order, PX(1), PX(100));
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_KILL_SWITCH);
	id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	pk_done(f, id, TG_PARENT_KILL_SWITCH);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_PARENT, 0)->u.parent.reason, TG_REASON_EXECUTIONS);
	fx_free(f);
}

static void booked_under_a_strategy(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2));
	u64 order;
	u32 id;

	(void)state;
	assert_int_equal(fx_limits(f, fx_unlimited(TG_SCOPE_STRATEGY, 2)), TG_REASON_OK);
	s.strategy_id = 2;
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	assert_int_equal(fx_order(f, order)->strategy_id, 2);
	pk_ack(f, order);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_STRATEGY, 1, TG_KILL_CANCEL), TG_REASON_OK);
	assert_int_equal(STATE(f, id), TG_PARENT_WORKING);
	assert_int_equal(fx_kill(f, TG_IN_KILL, TG_SCOPE_STRATEGY, 2, TG_KILL_CANCEL), TG_REASON_OK);
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_KILL_SWITCH);
	s.strategy_id = 9;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_BAD_STRATEGY);
	fx_free(f);
}

static void orphan_latches(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	u64 order = pk_child(f, id, 0), other = fx_working(f, SELL, PX(200), PX(1));

	(void)state;
	pk_ack(f, order);
	assert_int_equal(cancel(f, 1, id), TG_REASON_OK);
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_CANCELED_BY_PARENT);
	/* what was told before is nothing new */
	REPORT(f, order, .id = order | 2, .exec = '4', .status = '4');
	assert_int_equal(tg_engine_kills(f->e), 0);
	/* a fill of an order that had ended, and its parent with it */
	REPORT(f, order, .id = order | 1, .exec = 'F', .status = '1', .cum = PX(1), .leaves = PX(1), .last_qty = PX(1), .last_px = PX(100));
	assert_int_equal(tg_engine_kills(f->e), 1);
	assert_int_equal(f->e->kills.k[0].scope, TG_SCOPE_FIRM);
	assert_int_equal(f->e->kills.k[0].cause, TG_KILL_ORPHAN);
	assert_int_equal(fx_pub(f, TG_PUB_KILL, 0)->u.kill.cause, TG_KILL_ORPHAN);
	assert_true(fx_counter(f, TG_CC_PARENT_ORPHANS) >= 1);
	assert_int_equal(STATUS(f, other), TG_OS_PENDING_CANCEL);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_KILLED);
	fx_free(f);
}

/* A trigger that is about it decides in its place. */
static void orphan_trigger(void **state)
{
	struct tg_in_trigger t = { .trigger_id = 1, .on = TG_TRIGGER_ORPHAN, .scope = TG_SCOPE_FIRM, .act_scope = TG_SCOPE_ACCOUNT,
				   .act_id = 1, .action = TG_ACTION_RESTRICT, .name = "orphans" };
	struct fx *f = pk_ready();
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	u64 order = pk_child(f, id, 0);

	(void)state;
	pk_ack(f, order);
	assert_int_equal(fx_step(f, TG_IN_TRIGGER, 0, &t, sizeof(t)), TG_REASON_OK);
	fx_order(f, order)->parent_id = id + (1 << 16);
	pk_fill(f, order, PX(1), PX(100));
	assert_int_equal(f->e->kills.n, 0);
	assert_int_equal(fx_pub(f, TG_PUB_TRIGGER, 0)->u.trigger.on, TG_TRIGGER_ORPHAN);
	assert_int_equal(fx_submit(f, 1, fx_limit(BUY, PX(100), PX(1))), TG_REASON_RESTRICTED);
	fx_drop(f);
}

static void fill_without_a_parent_latches(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	u64 order = pk_child(f, id, 0);

	(void)state;
	pk_ack(f, order);
	fx_order(f, order)->parent_id = id + (1 << 16);	/* of another generation */
	pk_fill(f, order, PX(1), PX(100));
	assert_int_equal(f->e->kills.k[0].cause, TG_KILL_ORPHAN);
	/* booked all the same */
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(1));
	fx_drop(f);
}

/* ---- capacity, timers, room ---- */

static void capacity(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(1));
	u32 id[4], n, again;

	(void)state;
	for (n = 0; n < 4; n++) {
		s.px = PX(100 - n);
		id[n] = pk_send(f, s);
	}
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_CAPACITY);
	assert_int_equal(fx_counter(f, TG_CC_PARENTS_FULL), 1);
	assert_null(fx_tcp(f, 'D', 0));
	pk_rejected(f, pk_child(f, id[2], 0));
	again = pk_send(f, s);
	assert_int_equal(again & 0xffff, id[2] & 0xffff);
	assert_true(again != id[2]);
	assert_null(tg_parent_find(f->e, id[2]));
	assert_null(tg_parent_find(f->e, 0));
	assert_null(tg_parent_find(f->e, 99));
	fx_free(f);
}

static void life(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(1));
	u64 order;
	u32 id;

	(void)state;
	s.intent.life_ns = 50 * MS;
	id = pk_send(f, s);
	order = pk_child(f, id, 0);
	pk_ack(f, order);
	assert_true(tg_engine_deadline_ns(f->e) <= f->now + 50 * MS);
	f->now += 49 * MS;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_int_equal(STATE(f, id), TG_PARENT_WORKING);
	f->now += MS;
	fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	assert_int_equal(STATE(f, id), TG_PARENT_CANCEL_PENDING);
	pk_canceled(f, order);
	pk_done(f, id, TG_PARENT_EXPIRED);
	/* one that ends before takes its timer with it */
	id = pk_send(f, s);
	assert_int_equal(f->e->timers, 1);
	pk_rejected(f, pk_child(f, id, 0));
	assert_int_equal(f->e->timers, 0);
	/* so long that it is never */
	s.intent.life_ns = ~0ULL;
	id = pk_send(f, s);
	assert_int_equal(f->e->timers, 0);
	fx_free(f);
}

static void no_timer_no_parent(void **state)
{
	struct fx *f = pk_ready();
	struct tg_submission s = pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(1));
	u32 n, t[8];

	(void)state;
	for (n = 0; n < 6; n++) {
		t[n] = tg_timer_arm(f->e, TG_TIMER_PARENT, 77, 0, f->now + SEC);
		assert_int_not_equal(t[n], 0);
	}
	s.intent.life_ns = SEC;
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_CAPACITY);
	assert_int_equal(fx_counter(f, TG_CC_TIMERS_FULL), 1);
	assert_int_equal(f->e->parents, 0);
	assert_int_equal(f->e->parent_due, 0);
	assert_null(fx_tcp(f, 'D', 0));
	/* another owner's is left alone; its own goes, and there is room */
	tg_timer_disarm(f->e, t[3], TG_TIMER_PARENT, 78);
	assert_int_equal(f->e->timers, 6);
	tg_timer_disarm(f->e, t[3], TG_TIMER_PARENT, 77);
	tg_timer_disarm(f->e, t[3], TG_TIMER_PARENT, 77);
	tg_timer_disarm(f->e, 0, TG_TIMER_PARENT, 77);
	tg_timer_disarm(f->e, 99, TG_TIMER_PARENT, 77);
	assert_int_equal(f->e->timers, 5);
	assert_int_equal(fx_submit(f, 1, s), TG_REASON_OK);
	/* timers without an owner fire into nothing */
	fx_advance(f, 2 * SEC);
	assert_int_equal(f->e->timers, 0);
	fx_drop(f);
}

/* The heap against a plain list, in and out in any order. */
static void timers_in_order(void **state)
{
	struct fx *f = fx_new();
	struct { u64 at; u32 timer; } want[6];
	u64 rng = 88172645463325252ULL, least;
	u32 n = 0, i, round;

	(void)state;
	for (round = 0; round < 20000; round++) {
		rng ^= rng << 13;
		rng ^= rng >> 7;
		rng ^= rng << 17;
		if (n < 6 && (rng & 1 || !n)) {
			want[n].at = f->now + SEC + (rng >> 8) % 16;
			want[n].timer = tg_timer_arm(f->e, TG_TIMER_PARENT, 5, 0, want[n].at);
			assert_int_not_equal(want[n].timer, 0);
			n++;
		} else {
			i = (u32)(rng >> 8) % n;
			tg_timer_disarm(f->e, want[i].timer, TG_TIMER_PARENT, 5);
			want[i] = want[--n];
		}
		for (least = ~0ULL, i = 0; i < n; i++)
			if (want[i].at < least)
				least = want[i].at;
		assert_int_equal(f->e->timers, n);
		assert_true(tg_timer_deadline_ns(f->e) == least);
	}
	fx_drop(f);
}

static void download_has_parents(void **state)
{
	struct fx *f = pk_ready();
	u32 id = pk_send(f, pk_intent(TG_EXEC_DIRECT, BUY, PX(100), PX(2)));
	const struct tg_priv_event *ev;

	(void)state;
	assert_int_equal(fx_submit(f, 1, (struct tg_submission){ .type = TG_SUB_DOWNLOAD }), TG_REASON_OK);
	ev = fx_priv(f, 1, TG_PRIV_PARENT, 0);
	assert_non_null(ev);
	assert_int_equal(ev->u.parent.parent_id, id);
	assert_int_equal(ev->flags, TG_EV_DOWNLOAD);
	fx_free(f);
}

static void permits_that_do_not_fit(void **state)
{
	struct fx *f = fx_new();
	struct tg_in_permit p = { .permit_id = 5, .account_id = 1, .uid = 7, .exec = 2 };

	(void)state;
	assert_int_equal(pk_permit(f, 5, 7, 1, 1, ALL_EXECS), TG_REASON_OK);
	assert_int_equal(pk_permit(f, 5, 7, 1, 1, 1), TG_REASON_CONFIG);
	assert_int_equal(pk_permit(f, 5, 7, 1, 1, TG_EXEC_BIT(TG_EXEC_MAX)), TG_REASON_CONFIG);
	/* a venue without orders, and without trade there is nothing to work */
	assert_int_equal(pk_permit(f, 5, 7, 1, 3, TG_EXEC_BIT(TG_EXEC_DIRECT)), TG_REASON_CONFIG);
	assert_int_equal(fx_step(f, TG_IN_PERMIT, 0, &p, sizeof(p)), TG_REASON_CONFIG);
	assert_false(tg_exec_fits(NULL, TG_EXEC_DIRECT));
	assert_false(tg_exec_fits(tg_venue_caps(TG_DIALECT_SIM), 0));
	{
		struct tg_venue_caps c = *tg_venue_caps(TG_DIALECT_SIM);

		c.post_only[0] = 0;
		assert_false(tg_exec_fits(&c, TG_EXEC_QUOTE));
		assert_true(tg_exec_fits(&c, TG_EXEC_SWEEP));
		c.tifs = 1 << TG_TIF_DAY;
		assert_false(tg_exec_fits(&c, TG_EXEC_SWEEP));
		assert_false(tg_exec_fits(&c, TG_EXEC_MULTI_LEG));
		assert_true(tg_exec_fits(&c, TG_EXEC_DIRECT));
	}
	fx_free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_total),
		cmocka_unit_test(direct_to_the_end),
		cmocka_unit_test(refusals),
		cmocka_unit_test(limits_have_to_be_there),
		cmocka_unit_test(limits_of_the_strategy_too),
		cmocka_unit_test(views),
		cmocka_unit_test(risk_refuses_the_child),
		cmocka_unit_test(ends_of_the_child),
		cmocka_unit_test(cancel_and_races),
		cmocka_unit_test(new_terms_by_replace),
		cmocka_unit_test(new_terms_by_cancel_and_new),
		cmocka_unit_test(client_goes),
		cmocka_unit_test(kill_ends_it),
		cmocka_unit_test(kill_that_leaves_orders_alone),
		cmocka_unit_test(kill_by_its_own_order),
		cmocka_unit_test(booked_under_a_strategy),
		cmocka_unit_test(orphan_latches),
		cmocka_unit_test(fill_without_a_parent_latches), cmocka_unit_test(orphan_trigger),
		cmocka_unit_test(capacity),
		cmocka_unit_test(life),
		cmocka_unit_test(no_timer_no_parent),
		cmocka_unit_test(timers_in_order),
		cmocka_unit_test(download_has_parents),
		cmocka_unit_test(permits_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
