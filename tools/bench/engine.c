// SPDX-License-Identifier: MIT
/*
 * Whole engine steps: a datagram to events, a submission to FIX bytes, and the risk check and the
 * encoding inside it by themselves.
 */
#include "bench.h"
#include "mdkit.h"

enum { ORDERS = 2048, DATAGRAMS = 2000 };

static struct kit *k;
static void *fresh;		/* snapshot of the arena when all is set up */
static u64 fresh_seq;

static void must(enum tg_reason why, const char *what)
{
	if (why) {
		fprintf(stderr, "tg-bench: set-up: %s: %s\n", what, tg_reason_name(why));
		exit(1);
	}
}

/* None of them is reached. */
enum controls {
	PLAIN,		/* quantity, value, collar and position only */
	USUAL,		/* and open orders, rate, duplicates */
	FULL,		/* and all that a flag turns on, but for those that refuse everything */
};

static void limits(u16 scope, u32 id, enum controls what)
{
	struct tg_in_limits l = { .scope = scope,
				  .id = id,
				  .max_order_qty = 1000 * TG_SCALE,
				  .max_order_notional = 100000000 * TG_SCALE,
				  .max_position = 100000 * TG_SCALE,
				  .collar_bps = 500,
				  .max_open_orders = 0xffffffff,
				  .rate_per_s = 0xffffffff,
				  .rate_burst = 0xffffffff };

	if (what != PLAIN) {
		l.max_open_orders = 1000000;
		l.rate_per_s = 1000000;
		l.rate_burst = 1000000;
		l.duplicate_window_ns = 1000000000;
	}
	if (what == FULL) {
		l.flags = TG_LIMITS_GROSS | TG_LIMITS_NET | TG_LIMITS_CAPITAL | TG_LIMITS_DAILY_LOSS | TG_LIMITS_WINDOW_COLLAR |
			  TG_LIMITS_EXECUTIONS | TG_LIMITS_TOTAL_POSITION | TG_LIMITS_DUPLICATE_SCOPE;
		l.max_total_position = 100000 * TG_SCALE;
		l.max_gross_notional = l.max_net_notional = l.max_capital = 10000000000 * TG_SCALE;
		l.max_daily_loss = 1000000 * TG_SCALE;
		l.window_collar_bps = 1000;
		l.collar_window_ns = scope == TG_SCOPE_FIRM || scope == TG_SCOPE_INSTRUMENT ? 1000000000 : 0;
		l.max_executions = 1000000;
		l.lease_ns = 1000000000000;
		l.warn_percent = 80;
	}
	must(kit_step(k, TG_IN_LIMITS, 0, &l, sizeof(l)), "limits");
}

static void all_limits(enum controls what)
{
	limits(TG_SCOPE_FIRM, 0, what);
	limits(TG_SCOPE_VENUE, 1, what);
	limits(TG_SCOPE_ACCOUNT, 1, what);
	limits(TG_SCOPE_CLIENT, 1, what);
	limits(TG_SCOPE_INSTRUMENT, 1, what);
	limits(TG_SCOPE_STRATEGY, 1, what);
}

static void rig(void)
{
	struct tg_in_engine p = { .max_instruments = 8,
				  .max_venues = 2,
				  .max_feeds = 4,
				  .max_accounts = 2,
				  .max_clients = 2,
				  .max_orders = ORDERS,
				  .max_limits = 16,
				  .max_strategies = 1,
				  .exec_ids = 64,
				  .rx_buffer_bytes = 1u << 16,
				  .book_levels = 256,
				  .md_pending = 256 };
	struct tg_in_account a = { .account_id = 1, .name = "ACC1" };
	struct tg_in_permit permit = {
		.permit_id = 1, .account_id = 1, .uid = 1000, .flags = TG_PERMIT_TRADE
	};
	struct tg_in_strategy strategy = { .strategy_id = 1, .name = "bench" };
	struct tg_in_client client = { .uid = 1000, .name = "bench" };
	struct tg_in_mode mode = { .mode = TG_MODE_LEADER };
	u32 i;

	if (k)
		return;
	k = kit_new_params(&p, 0);
	kit_instrument(k, 1, "BTCUSDT", 0);
	must(kit_step(k, TG_IN_ACCOUNT, 0, &a, sizeof(a)), "account");
	must(kit_step(k, TG_IN_STRATEGY, 0, &strategy, sizeof(strategy)), "strategy");
	must(kit_step(k, TG_IN_PERMIT, 0, &permit, sizeof(permit)), "permit");
	must(kit_step(k, TG_IN_MODE, 0, &mode, sizeof(mode)), "mode");
	all_limits(USUAL);
	kit_connect(k);
	kit_tcp(k, "W",
		"262=1|55=BTCUSDT|25044=100|268=4|269=0|270=60000.00|271=1|269=0|270=59999.99|271="
		"2|269=1|270=60000.01|271=3|269=1|270=60000.02|271=4|");
	must(kit_step(k, TG_IN_CLIENT_OPEN, 1, &client, sizeof(client)), "client");
	for (i = 0; i < 100 && tg_client(k->e, 1)->phase; i++)
		kit_wait(k, TG_DOWNLOAD_PACE_NS);
	fresh = malloc(k->e->bytes);
	if (!fresh || !tg_engine_snapshot(k->e, fresh, k->e->bytes))
		must(TG_REASON_CAPACITY, "snapshot");
	fresh_seq = k->seq;
}

static void rewind_engine(void *ctx)
{
	(void)ctx;
	tg_engine_restore(k->e, ((struct tg_engine *)fresh)->bytes, fresh,
			  ((struct tg_engine *)fresh)->bytes);
	k->seq = fresh_seq;
}

/* ---- datagram to events ---- */

static struct dgram { u8 *p; u32 len; s64 px, qty; } dgram[DATAGRAMS];

static void make_datagrams(void)
{
	u64 x = 99;
	u32 i;

	for (i = 0; i < DATAGRAMS; i++) {
		char body[256];
		u32 off, lots;

		x = x * 6364136223846793005ULL + 1442695040888963407ULL;
		off = (u32)(x >> 33) % 40;
		lots = 1 + (u32)(x >> 40) % 90000;
		snprintf(
			body, sizeof(body),
			"268=1|279=%c|269=%c|55=BTCUSDT|270=%u.%02u|271=%u.%05u|25043=%u|25044=%u|",
			i % 4 ? '1' : '0', i % 2 ? '0' : '1', i % 2 ? 59999 : 60000,
			i % 2 ? 99 - off : 1 + off, lots / 10000, lots % 10000, 101 + i, 101 + i);
		kit_build(k, "X", "VENUE", "MD", i + 1, k->feed_time, body);
		dgram[i].p = malloc(k->msg_len);
		memcpy(dgram[i].p, k->msg, k->msg_len);
		dgram[i].len = k->msg_len;
		dgram[i].px = (i % 2 ? 59999LL : 60000LL) * TG_SCALE +
			      (i % 2 ? 99 - off : 1 + off) * (TG_SCALE / 100);
		dgram[i].qty = (s64)(lots / 10000) * TG_SCALE +
			       (s64)(lots % 10000) * (TG_SCALE / 100000);
	}
}

static void udp_pass(void *ctx, u32 ops)
{
	u32 i;

	(void)ctx;
	for (i = 0; i < ops; i++)
		kit_step(k, TG_IN_UDP, KIT_FEED_A, dgram[i].p, dgram[i].len);
}

static const char *udp_verify(void *ctx)
{
	u32 i;

	rewind_engine(ctx);
	for (i = 0; i < DATAGRAMS; i++) {
		const struct tg_pub_event *ev;

		kit_step(k, TG_IN_UDP, KIT_FEED_A, dgram[i].p, dgram[i].len);
		ev = kit_pub(k, TG_PUB_LEVEL, 0);
		if (!ev || ev->u.level.px != dgram[i].px || ev->u.level.qty != dgram[i].qty ||
		    ev->flags != TG_EV_LAST)
			return "a datagram's event is not what was sent";
	}
	return kit_i(k, 1)->update_id == 100 + DATAGRAMS ? NULL : "the book did not follow";
}

/* ---- submission to FIX bytes ---- */

static struct tg_submission sub[ORDERS];

static void make_submissions(void)
{
	u32 i;

	for (i = 0; i < ORDERS; i++)
		sub[i] = (struct tg_submission){
			.type = TG_SUB_NEW,
			.instrument_id = 1,
			.user_ref = i,
			.account_id = 1,
			.side = i % 2 ? TG_SIDE_BUY : TG_SIDE_SELL,
			.ord_type = TG_ORD_LIMIT,
			.tif = TG_TIF_GTC,
			.px = 60000 * TG_SCALE +
			      (s64)(i % 500) * (TG_SCALE / 100) * (i % 2 ? -1 : 1),
			.qty = TG_SCALE / 100 + (s64)i * (TG_SCALE / 100000)
		};
}

static void submit_pass(void *ctx, u32 ops)
{
	u32 i;

	(void)ctx;
	for (i = 0; i < ops; i++)
		if (kit_step(k, TG_IN_SUBMIT, 1, &sub[i], sizeof(sub[i])))
			abort();
}

static const char *submit_verify(void *ctx)
{
	u32 i;

	rewind_engine(ctx);
	for (i = 0; i < 200; i++) {
		enum tg_reason why = kit_step(k, TG_IN_SUBMIT, 1, &sub[i], sizeof(sub[i]));

		if (why)
			return tg_reason_text(why);
		if (kit_sent(k, "D", NULL) != 1)
			return "no NewOrderSingle came out";
	}
	return NULL;
}

/* ---- the risk check and the encoding inside it ---- */

static struct tg_risk_request request[ORDERS];

static void make_requests(void)
{
	u32 i;

	for (i = 0; i < ORDERS; i++)
		request[i] = (struct tg_risk_request){ .client_id = 1,
						       .account_id = 1,
						       .venue_id = 1,
						       .instrument_id = 1,
						       .side = sub[i].side,
						       .ord_type = TG_ORD_LIMIT,
						       .px = sub[i].px,
						       .qty = sub[i].qty,
						       .add_qty = sub[i].qty };
}

/* A full window of recent orders, none of them the same. */
static void fill_window(void)
{
	u32 i;

	for (i = 0; i < TG_RISK_RECENT; i++) {
		struct tg_risk_request r = request[i];

		r.qty += 1;
		k->ob.len = 0;
		tg_risk_count(k->e, &r, &k->ob);
	}
}

static void risk_reset(void *ctx)
{
	u32 i;

	rewind_engine(ctx);
	for (i = 0; i < ORDERS; i++)
		request[i].strategy_id = 0;
	fill_window();
}

/* Of an order with a strategy: a sixth scope. */
static void risk_full_reset(void *ctx)
{
	u32 i;

	rewind_engine(ctx);
	all_limits(FULL);
	for (i = 0; i < ORDERS; i++)
		request[i].strategy_id = 1;
	fill_window();
}

static void risk_plain_reset(void *ctx)
{
	u32 i;

	rewind_engine(ctx);
	all_limits(PLAIN);
	for (i = 0; i < ORDERS; i++)
		request[i].strategy_id = 0;
	tg_risk_check(k->e, &request[0]);	/* the row is made once, not for each order */
}

static void risk_pass(void *ctx, u32 ops)
{
	u32 i;

	(void)ctx;
	for (i = 0; i < ops; i++)
		if (tg_killed(k->e, &request[i]) || tg_risk_check(k->e, &request[i]))
			abort();
}

static const char *risk_verify(void *ctx)
{
	struct tg_risk_request r;
	enum tg_reason why;

	risk_reset(ctx);
	why = tg_risk_check(k->e, &request[3]);
	if (why)
		return tg_reason_text(why);
	r = request[3];
	r.qty = 1001 * TG_SCALE;
	if (tg_risk_check(k->e, &r) != TG_REASON_MAX_QUANTITY)
		return "a quantity above the limit passed";
	r = request[3];
	r.px = 70000 * TG_SCALE;
	if (tg_risk_check(k->e, &r) != TG_REASON_PRICE_COLLAR)
		return "a price outside the collar passed";
	r = request[3];
	r.qty += 1;
	if (tg_risk_check(k->e, &r) != TG_REASON_DUPLICATE_ORDER)
		return "a duplicate passed";
	r = request[3];
	r.add_qty = 200000 * TG_SCALE;
	if (tg_risk_check(k->e, &r) != TG_REASON_POSITION)
		return "a position above the limit passed";
	return NULL;
}

static const char *risk_plain_verify(void *ctx)
{
	struct tg_risk_request r = request[3];

	risk_plain_reset(ctx);
	if (tg_risk_check(k->e, &request[3]))
		return "an order within all limits was refused";
	r.qty = 1001 * TG_SCALE;
	if (tg_risk_check(k->e, &r) != TG_REASON_MAX_QUANTITY)
		return "a quantity above the limit passed";
	r = request[3];
	r.px = 70000 * TG_SCALE;
	return tg_risk_check(k->e, &r) == TG_REASON_PRICE_COLLAR ? NULL : "a price outside the collar passed";
}

static const char *risk_full_verify(void *ctx)
{
	struct tg_risk_request r;

	risk_full_reset(ctx);
	if (tg_risk_check(k->e, &request[3]))
		return "an order within all limits was refused";
	r = request[3];
	r.qty += 1;
	if (tg_risk_check(k->e, &r) != TG_REASON_DUPLICATE_ORDER)
		return "a duplicate passed";
	r = request[3];
	r.add_qty = 100001 * TG_SCALE;
	return tg_risk_check(k->e, &r) == TG_REASON_POSITION ? NULL : "a position above the limit passed";
}

static struct tg_order order;

static void encode_pass(void *ctx, u32 ops)
{
	static const char account[TG_NAME_LEN] = "ACC1";
	struct tg_session *s = tg_session(k->e, 1);
	const struct tg_instrument *i = kit_i(k, 1);
	struct tg_fix_writer w;
	u32 n;

	(void)ctx;
	for (n = 0; n < ops; n++) {
		k->ob.len = 0;
		order.px = sub[n].px;
		order.qty = sub[n].qty;
		order.side = sub[n].side;
		order.req_cl_ord_id++;
		if (!tg_session_begin(k->e, s, TG_MT1('D'), &w, &k->ob))
			abort();
		tg_venue_put_request(TG_REQUEST_NEW, &s->cfg, &i->def, account, &order, k->e->time_ns, tg_templates(k->e, i), &w);
		if (!tg_session_send(k->e, s, &w, 0, &k->ob))
			abort();
	}
}

/* A session in use: header and body have their templates. */
static void encode_reset(void *ctx)
{
	rewind_engine(ctx);
	encode_pass(ctx, 4);
}

static const char *encode_verify(void *ctx)
{
	const struct tg_out *o = (const struct tg_out *)k->ob.buf;
	struct tg_fix_frame f;
	u32 used;

	rewind_engine(ctx);
	encode_pass(ctx, 8);
	if (tg_fix_frame(tg_out_bytes(o), o->len, 4096, &f, &used) || used != o->len ||
	    f.msg_type != TG_MT1('D'))
		return "what was encoded is no valid NewOrderSingle";
	return NULL;
}

/* ---- an execution report, decoded, to the updated position ---- */

enum { REPORTS = 1000 };

static struct tg_fix_exec trade[REPORTS];
static char trade_id[REPORTS][16], trade_cl_ord_id[17];

static void take_report(const struct tg_fix_exec *x)
{
	k->ob.len = 0;
	if (tg_order_exec_report(k->e, tg_session(k->e, 1), x, &k->ob))
		abort();
}

/* One order at work, large enough for all the trades. */
static void order_at_work(void *ctx, bool leaves)
{
	struct tg_submission s = sub[1];
	struct tg_fix_exec ack;
	u32 i;

	for (i = 0; i < REPORTS; i++)
		trade[i].has_leaves = leaves;
	rewind_engine(ctx);
	s.qty = 100 * TG_SCALE;
	must(kit_step(k, TG_IN_SUBMIT, 1, &s, sizeof(s)), "order");
	snprintf(trade_cl_ord_id, sizeof(trade_cl_ord_id), "%016llX", (unsigned long long)(tg_engine_last_order_id(k->e) | 1));
	ack = trade[0];
	ack.exec_type = '0';
	ack.ord_status = '0';
	ack.exec_id = (struct tg_fix_slice){ (const u8 *)"ack", 3 };
	ack.has_last = false;
	ack.has_leaves = true;
	ack.cum_qty = 0;
	ack.leaves_qty = s.qty;
	take_report(&ack);
}

static void exec_reset(void *ctx) { order_at_work(ctx, true); }

/* Without LeavesQty a report is not taken the short way (order/trade.c): this is what all others cost, and have the same effects. */
static void exec_long_reset(void *ctx) { order_at_work(ctx, false); }

static void make_trades(void)
{
	u32 i;

	for (i = 0; i < REPORTS; i++) {
		struct tg_fix_exec *x = &trade[i];

		snprintf(trade_id[i], sizeof(trade_id[i]), "T%08u", i);
		x->order_id = (struct tg_fix_slice){ (const u8 *)"V1", 2 };
		x->cl_ord_id = (struct tg_fix_slice){ (const u8 *)trade_cl_ord_id, 16 };
		x->exec_id = (struct tg_fix_slice){ (const u8 *)trade_id[i], 9 };
		x->symbol = (struct tg_fix_slice){ (const u8 *)"BTCUSDT", 7 };
		x->exec_type = 'F';
		x->ord_status = '1';
		x->side = '1';
		x->has_last = x->has_leaves = x->has_cum = true;
		x->last_px = 60000 * TG_SCALE - (s64)(i % 500) * (TG_SCALE / 100);
		x->last_qty = TG_SCALE / 100;
		x->cum_qty = (s64)(i + 1) * x->last_qty;
		x->leaves_qty = 100 * TG_SCALE - x->cum_qty;
		x->commission = TG_SCALE / 1000;
	}
}

static void exec_pass(void *ctx, u32 ops)
{
	u32 i;

	(void)ctx;
	for (i = 0; i < ops; i++)
		take_report(&trade[i]);
}

static const char *sum_of_trades(void *ctx)
{
	const struct tg_position *p = tg_position(k->e, 1, 1);

	exec_pass(ctx, REPORTS);
	if (p->qty != REPORTS * (TG_SCALE / 100) || p->fills != REPORTS || p->fees != REPORTS * (TG_SCALE / 1000))
		return "the position is not the sum of the trades";
	take_report(&trade[REPORTS - 1]);
	return p->fills == REPORTS ? NULL : "a trade told twice was counted twice";
}

static const char *exec_verify(void *ctx)
{
	exec_reset(ctx);
	return sum_of_trades(ctx);
}

static const char *exec_long_verify(void *ctx)
{
	exec_long_reset(ctx);
	return sum_of_trades(ctx);
}

u32 jobs_engine(struct job *out)
{
	u32 n = 0;

	rig();
	make_datagrams();
	make_submissions();
	make_requests();
	make_trades();
	order.order_id = order.req_cl_ord_id = 0x1000000000000001ULL;
	order.account_id = 1;
	order.ord_type = TG_ORD_LIMIT;
	order.tif = TG_TIF_GTC;
	out[n++] = (struct job){ .name = "risk.check",
				 .unit = "order",
				 .ops = ORDERS,
				 .sample = 40,
				 .reset = risk_reset,
				 .pass = risk_pass,
				 .symbol = "risk_pass",
				 .verify = risk_verify,
				 .bar_ns = 25 };
	out[n++] = (struct job){ .name = "risk.full",
				 .unit = "order",
				 .ops = ORDERS,
				 .sample = 40,
				 .reset = risk_full_reset,
				 .pass = risk_pass,
				 .symbol = "risk_pass",
				 .verify = risk_full_verify,
				 .bar_ns = 25 };
	out[n++] = (struct job){ .name = "risk.plain",
				 .unit = "order",
				 .ops = ORDERS,
				 .sample = 40,
				 .reset = risk_plain_reset,
				 .pass = risk_pass,
				 .symbol = "risk_pass",
				 .verify = risk_plain_verify,
				 .bar_ns = 10 };
	out[n++] = (struct job){ .name = "encode.D",
				 .unit = "order",
				 .ops = ORDERS,
				 .sample = 40,
				 .reset = encode_reset,
				 .pass = encode_pass,
				 .symbol = "encode_pass",
				 .verify = encode_verify,
				 .bar_ns = 100 };
	out[n++] = (struct job){ .name = "exec.report",
				 .unit = "report",
				 .ops = REPORTS,
				 .sample = 40,
				 .reset = exec_reset,
				 .pass = exec_pass,
				 .symbol = "exec_pass",
				 .verify = exec_verify,
				 .bar_ns = 120 };
	out[n++] = (struct job){ .name = "exec.long",
				 .unit = "report",
				 .ops = REPORTS,
				 .sample = 40,
				 .reset = exec_long_reset,
				 .pass = exec_pass,
				 .symbol = "exec_pass",
				 .verify = exec_long_verify };
	out[n++] = (struct job){ .name = "engine.X1",
				 .unit = "datagram",
				 .ops = DATAGRAMS,
				 .sample = 40,
				 .reset = rewind_engine,
				 .pass = udp_pass,
				 .symbol = "udp_pass",
				 .verify = udp_verify };
	out[n++] = (struct job){ .name = "engine.submit",
				 .unit = "order",
				 .ops = 1000,
				 .sample = 20,
				 .reset = rewind_engine,
				 .pass = submit_pass,
				 .symbol = "submit_pass",
				 .verify = submit_verify };
	return n;
}
