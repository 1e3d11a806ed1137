// SPDX-License-Identifier: MIT
/* Positions, drop copies and orders as the venue tells them, against ours: messages byte by byte, grace, tolerance, what is done. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "orderkit.h"

#define GRACE (2 * SEC)

static struct tg_in_watch watch(void)
{
	struct tg_in_watch w = { .venue_id = 1, .position_ns = 60 * SEC, .grace_ns = GRACE };

	return w;
}

static enum tg_reason set(struct fx *f, struct tg_in_watch w)
{
	return fx_step(f, TG_IN_WATCH, 0, &w, sizeof(w));
}

static void trigger(struct fx *f, u16 on, u16 scope, u32 id, u16 action)
{
	struct tg_in_trigger t = { .trigger_id = 1, .on = on, .scope = scope, .id = id, .act_scope = scope, .act_id = id,
				   .action = action, .name = "t" };

	assert_int_equal(fx_step(f, TG_IN_TRIGGER, 0, &t, sizeof(t)), TG_REASON_OK);
}

static void look(struct fx *f, u64 ns)
{
	f->now += ns;
	assert_int_equal(fx_step(f, TG_IN_TIMER, 0, NULL, 0), TG_REASON_OK);
}

/* The nth 35=AN of the last step; its 710. */
static const struct tg_out *question(const struct fx *f, u32 nth, char id[32])
{
	u32 off = 0;

	while (off < f->ob.len) {
		const struct tg_out *o = (const struct tg_out *)(f->ob.buf + off);
		char type[8];

		off += TG_OUT_SIZE(o->len);
		if (o->type != TG_OUT_TCP || !fx_tag(o, 35, type, sizeof(type)) || strcmp(type, "AN") || nth--)
			continue;
		assert_true(fx_tag(o, 710, id, 32));
		return o;
	}
	return NULL;
}

static struct fx *asked(struct tg_in_watch w, char id[32])
{
	struct fx *f = fx_ready();

	assert_int_equal(set(f, w), TG_REASON_OK);
	look(f, 0);
	assert_non_null(question(f, 0, id));
	return f;
}

static void ask_again(struct fx *f, u64 ns, char id[32])
{
	look(f, ns);
	assert_non_null(question(f, 0, id));
}

static void answer(struct fx *f, const char *id, const char *symbol, const char *qty, u32 total)
{
	char m[256];

	snprintf(m, sizeof(m), "721=P1|710=%s|724=0|727=%u|728=0|715=20231114|1=%.*s|581=1|55=%s|730=100|702=1|703=TOT|%s|706=0|",
		 id, total, TG_NAME_LEN, tg_account(f->e, 1)->cfg.name, symbol, qty);
	fx_venue(f, "AP", m);
}

static void bought(struct fx *f, s64 qty)
{
	u64 id = fx_working(f, BUY, PX(100), qty);

	REPORT(f, id, .exec = 'F', .status = '2', .cum = qty, .leaves = 0, .last_qty = qty, .last_px = PX(100));
}

static struct tg_nl_position position(const struct fx *f, u32 instrument)
{
	struct tg_nl_position p;

	assert_true(tg_engine_position(f->e, 1, instrument, &p));
	return p;
}

/* One question for each account, and what stands in it. */
static void the_question(void **state)
{
	char id[32], second[32], v[64];
	struct fx *f = asked(watch(), id);
	const struct tg_out *o = question(f, 0, id);

	(void)state;
	tag_is(o, 724, "0");
	tag_is(o, 581, "1");
	tag_is(o, 715, "20231114");
	assert_true(fx_tag(o, 60, v, sizeof(v)));
	assert_true(fx_tag(o, 1, v, sizeof(v)));
	assert_string_equal(v, tg_account(f->e, 1)->cfg.name);
	assert_non_null(question(f, 1, second));
	assert_string_not_equal(id, second);
	assert_null(question(f, 2, second));
	assert_int_equal(fx_counter(f, TG_CC_POSITION_REQUESTS), 2);
	/* again after the time, and at the next logon */
	look(f, 10 * SEC);
	assert_null(question(f, 0, second));
	fx_disconnect(f);
	fx_logon(f);
	look(f, 0);
	assert_non_null(question(f, 0, second));
	fx_free(f);
}

static void equal(void **state)
{
	char id[32];
	struct fx *f = asked(watch(), id);

	(void)state;
	bought(f, PX(2));
	answer(f, id, "BTCUSDT", "704=2|705=0", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_DIFFERENCES), 0);
	assert_int_equal(position(f, 1).venue_qty, PX(2));
	assert_int_equal(position(f, 1).venue_differs, 0);
	assert_true(position(f, 1).venue_ns);
	fx_free(f);
}

/* Under, at and over the tolerance; before and after the grace. */
static void differs(void **state)
{
	struct tg_in_watch w = watch();
	const struct tg_pub_event *ev;
	struct fx *f;
	char id[32];

	(void)state;
	w.tolerance_qty = PX(1);
	f = asked(w, id);
	trigger(f, TG_TRIGGER_POSITION, TG_SCOPE_ACCOUNT, 1, TG_ACTION_KILL);
	answer(f, id, "BTCUSDT", "704=1|705=0", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_DIFFERENCES), 0);
	answer(f, id, "BTCUSDT", "704=0|705=1.00000001", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_DIFFERENCES), 1);
	assert_null(fx_pub(f, TG_PUB_MISMATCH, 0));
	/* asked again when the grace is over, not before; one answer in between changes nothing */
	look(f, GRACE - 1);
	assert_null(question(f, 0, id));
	ask_again(f, 1, id);
	assert_int_equal(f->e->kills.n, 0);
	answer(f, id, "BTCUSDT", "704=0|705=3", 1);
	ev = fx_pub(f, TG_PUB_MISMATCH, 0);
	assert_int_equal(ev->id, 1);
	assert_int_equal(ev->u.mismatch.account_id, 1);
	assert_int_equal(ev->u.mismatch.differs, 1);
	assert_int_equal(fx_priv(f, 1, TG_PRIV_POSITION, 0)->u.position.venue_qty, -PX(3));
	assert_int_equal(fx_priv(f, 1, TG_PRIV_POSITION, 0)->u.position.venue_differs, 1);
	assert_int_equal(f->e->kills.n, 1);
	assert_int_equal(f->e->kills.k[0].cause, TG_KILL_POSITION);
	assert_int_equal(position(f, 1).venue_differs, 1);
	/* told once, and that it is over once */
	answer(f, id, "BTCUSDT", "704=0|705=3", 1);
	assert_null(fx_pub(f, TG_PUB_MISMATCH, 0));
	answer(f, id, "BTCUSDT", "704=0|705=1", 1);
	assert_int_equal(fx_pub(f, TG_PUB_MISMATCH, 0)->u.mismatch.differs, 0);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_MISMATCHES), 1);
	fx_free(f);
}

/* A fill on its way: the difference is gone before the grace is over. */
static void in_flight(void **state)
{
	char id[32];
	struct fx *f = asked(watch(), id);

	(void)state;
	answer(f, id, "BTCUSDT", "704=2|705=0", 1);
	bought(f, PX(2));
	ask_again(f, GRACE, id);
	answer(f, id, "BTCUSDT", "704=2|705=0", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_MISMATCHES), 0);
	fx_free(f);
}

/* What a complete answer leaves out is not there; nor is anything when there are none (AO, 728=2). */
static void left_out(void **state)
{
	struct tg_in_watch w = watch();
	char id[32], m[128];
	struct fx *f;

	(void)state;
	w.grace_ns = 0;
	f = asked(w, id);
	bought(f, PX(2));
	answer(f, id, "ETHUSDT", "704=0|705=0", 2);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_DIFFERENCES), 0);	/* another one is to come */
	answer(f, id, "ETHUSDT", "704=0|705=0", 2);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_MISMATCHES), 1);
	assert_int_equal(fx_pub(f, TG_PUB_MISMATCH, 0)->id, 1);
	fx_free(f);

	f = asked(w, id);
	bought(f, PX(2));
	snprintf(m, sizeof(m), "721=P1|710=%s|727=0|728=2|729=0|581=1|", id);
	fx_venue(f, "AO", m);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_MISMATCHES), 1);
	fx_free(f);
}

static void base(void **state)
{
	struct tg_in_watch w = watch();
	struct fx *f;
	char id[32];

	(void)state;
	w.grace_ns = 0;
	w.flags = TG_WATCH_BASE_FIRST;
	f = asked(w, id);
	bought(f, PX(2));
	answer(f, id, "BTCUSDT", "704=7|705=0", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_DIFFERENCES), 0);
	assert_int_equal(position(f, 1).venue_base, PX(5));
	bought(f, PX(1));
	answer(f, id, "BTCUSDT", "704=8|705=0", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_DIFFERENCES), 0);
	answer(f, id, "BTCUSDT", "704=7|705=0", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_MISMATCHES), 1);
	fx_free(f);
}

/* Never trust the wire. */
static void not_ours(void **state)
{
	char id[32], m[256];
	struct fx *f = asked(watch(), id);

	(void)state;
	answer(f, "1", "BTCUSDT", "704=2|705=0", 1);	/* a question never asked */
	answer(f, id, "NOBODY", "704=2|705=0", 1);
	answer(f, id, "BTCUSDT", "704=-2|705=0", 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITIONS_UNKNOWN), 3);
	snprintf(m, sizeof(m), "721=P1|710=%s|728=0|1=nobody|55=BTCUSDT|702=1|703=TOT|704=1|", id);
	fx_venue(f, "AP", m);
	snprintf(m, sizeof(m), "721=P1|710=%s|728=0|55=BTCUSDT|702=1|703=SOD|704=1|", id);
	fx_venue(f, "AP", m);
	assert_int_equal(fx_counter(f, TG_CC_POSITIONS_UNKNOWN), 5);
	snprintf(m, sizeof(m), "721=P1|710=%s|728=3|", id);
	fx_venue(f, "AO", m);
	assert_int_equal(fx_counter(f, TG_CC_POSITIONS_REFUSED), 1);
	assert_int_equal(fx_counter(f, TG_CC_POSITION_DIFFERENCES), 0);
	/* refused for good: not asked again in this session */
	fx_venue(f, "j", "45=2|372=AN|380=3|");
	look(f, 100 * SEC);
	assert_null(question(f, 0, id));
	fx_drop(f);
}

/* ---- unknown orders ---- */

#define STRANGER "37=V9|11=their-order|17=X9|150=0|39=0|55=BTCUSDT|54=1|38=5|44=90|151=5|14=0|6=0|"

static void unknown_order(void **state)
{
	static const u16 actions[] = { TG_ACTION_NONE, TG_ACTION_ALERT, TG_ACTION_CANCEL, TG_ACTION_KILL };
	u32 i;

	(void)state;
	for (i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
		struct fx *f = fx_ready();
		const struct tg_pub_event *ev;
		char v[64], report[192];

		if (actions[i])
			trigger(f, TG_TRIGGER_UNKNOWN_ORDER, TG_SCOPE_INSTRUMENT, 1, actions[i]);
		fx_venue(f, "8", STRANGER);
		ev = fx_pub(f, TG_PUB_UNKNOWN_ORDER, 0);
		assert_non_null(ev);
		assert_int_equal(ev->id, 1);
		assert_int_equal(ev->u.unknown.venue_id, 1);
		assert_int_equal(ev->u.unknown.ord_status, '0');
		assert_int_equal(fx_counter(f, TG_CC_ORDERS_UNKNOWN), 1);
		assert_int_equal(f->e->kills.n, actions[i] == TG_ACTION_KILL);
		assert_int_equal(fx_pub(f, TG_PUB_TRIGGER, 0) != NULL, actions[i] != TG_ACTION_NONE);
		if (actions[i] != TG_ACTION_CANCEL) {
			assert_null(fx_tcp(f, 'F', 0));
			fx_free(f);
			continue;
		}
		tag_is(fx_tcp(f, 'F', 0), 41, "their-order");
		tag_is(fx_tcp(f, 'F', 0), 37, "V9");
		tag_is(fx_tcp(f, 'F', 0), 54, "1");
		tag_is(fx_tcp(f, 'F', 0), 55, "BTCUSDT");
		assert_true(fx_tag(fx_tcp(f, 'F', 0), 11, v, sizeof(v)));
		/* the answer to our own cancel is nobody's order */
		snprintf(report, sizeof(report), "37=V9|11=%s|41=their-order|17=X10|150=4|39=4|55=BTCUSDT|54=1|38=5|151=0|14=0|6=0|", v);
		fx_venue(f, "8", report);
		assert_null(fx_pub(f, TG_PUB_UNKNOWN_ORDER, 0));
		assert_int_equal(fx_counter(f, TG_CC_ORDERS_UNKNOWN), 1);
		assert_int_equal(fx_counter(f, TG_CC_STRAY_CANCELS), 1);
		/* another one that has ended is told of, not cancelled */
		fx_venue(f, "8", "37=V8|11=gone|17=X11|150=F|39=2|55=BTCUSDT|54=1|38=5|31=90|32=5|151=0|14=5|6=90|");
		assert_non_null(fx_pub(f, TG_PUB_UNKNOWN_ORDER, 0));
		assert_null(fx_tcp(f, 'F', 0));
		fx_free(f);
	}
}

/* ---- drop copy ---- */

/* The copy comes over venue 1's own session here: whose it is, is the configuration's word. */
static struct fx *copied(u64 *id)
{
	struct tg_in_watch w = { .venue_id = 2, .copy_of = 1, .grace_ns = GRACE };
	struct fx *f = fx_ready();

	*id = fx_working(f, BUY, PX(100), PX(5));
	assert_int_equal(set(f, w), TG_REASON_OK);
	return f;
}

static void copy(struct fx *f, u64 id, const char *exec_id, s64 cum, s64 last, s64 px)
{
	struct tg_fix_exec x;
	char cl[24];

	snprintf(cl, sizeof(cl), "%016llX", (unsigned long long)(id | 1));
	memset(&x, 0, sizeof(x));
	x.cl_ord_id = (struct tg_fix_slice){ (const u8 *)cl, (u32)strlen(cl) };
	x.exec_id = (struct tg_fix_slice){ (const u8 *)exec_id, (u32)strlen(exec_id) };
	x.exec_type = 'F';
	x.ord_status = '1';
	x.has_cum = x.has_last = true;
	x.cum_qty = cum;
	x.last_qty = last;
	x.last_px = px;
	f->ob.len = 0;
	tg_drop_copy(f->e, tg_session(f->e, 2), &x, &f->ob);
}

static void drop_copy(void **state)
{
	struct fx *f;
	u64 id;
	u32 i;

	(void)state;
	/* it comes first, the report within the grace */
	f = copied(&id);
	copy(f, id, "D1", PX(2), PX(2), PX(100));
	REPORT(f, id, .exec = 'F', .status = '1', .cum = PX(2), .leaves = PX(3), .last_qty = PX(2), .last_px = PX(100), .exec_id = "D1");
	look(f, GRACE);
	assert_int_equal(fx_counter(f, TG_CC_COPY_MISMATCHES), 0);
	/* it comes after: the same, and the same with another price */
	copy(f, id, "D1", PX(2), PX(2), PX(100));
	assert_int_equal(fx_counter(f, TG_CC_COPY_MISMATCHES), 0);
	copy(f, id, "D1", PX(2), PX(2), PX(101));
	assert_int_equal(fx_counter(f, TG_CC_COPY_MISMATCHES), 1);
	/* a fill that never comes, not before its time */
	copy(f, id, "D2", PX(4), PX(2), PX(100));
	look(f, GRACE - 1);
	assert_int_equal(fx_counter(f, TG_CC_COPY_MISMATCHES), 1);
	look(f, 1);
	assert_int_equal(fx_counter(f, TG_CC_COPY_MISMATCHES), 2);
	assert_int_equal(fx_pub(f, TG_PUB_MISMATCH, 0)->u.mismatch.order_id, id);
	assert_int_equal(fx_position(f, 1, 1)->qty, PX(2));
	fx_drop(f);

	/* no room to wait in: the oldest is settled at once */
	f = copied(&id);
	for (i = 0; i <= TG_COPIES; i++)
		copy(f, id, "D3", PX(1), PX(1), PX(100));
	assert_int_equal(f->e->copies_used, TG_COPIES);
	assert_int_equal(fx_counter(f, TG_CC_COPY_MISMATCHES), 1);
	/* an order that is not ours */
	copy(f, id ^ (7ULL << 60), "D4", PX(1), PX(1), PX(100));
	assert_int_equal(fx_counter(f, TG_CC_ORDERS_UNKNOWN), 1);
	fx_drop(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_question), cmocka_unit_test(equal),    cmocka_unit_test(differs),
		cmocka_unit_test(in_flight),	cmocka_unit_test(left_out), cmocka_unit_test(base),
		cmocka_unit_test(not_ours),	cmocka_unit_test(unknown_order),
		cmocka_unit_test(drop_copy),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
