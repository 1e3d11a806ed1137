// SPDX-License-Identifier: MIT
#include "order/stp.h"
#include "risk.h"

struct risk_stats risk_stats;
struct rm risk_model;

static struct rm *const m = &risk_model;
static struct fx *f;
static bool telling;	/* the model hears of this record before both are compared */

/* ---- what the engine is asked, heard on the way ---- */

bool __real_tg_risk_book_trade(struct tg_engine *e, const struct tg_order *o, const struct tg_trade_change *t);
bool __wrap_tg_risk_book_trade(struct tg_engine *e, const struct tg_order *o, const struct tg_trade_change *t);
bool __real_tg_risk_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, s64 fee);
bool __wrap_tg_risk_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, s64 fee);
bool __real_tg_risk_reprice(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 from_px, s64 to_px, s64 fee);
bool __wrap_tg_risk_reprice(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 from_px, s64 to_px, s64 fee);
u32 __real_tg_book_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
u32 __wrap_tg_book_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob);
void __real_tg_risk_timer(struct tg_engine *e, struct tg_outbox *ob);
void __wrap_tg_risk_timer(struct tg_engine *e, struct tg_outbox *ob);
enum tg_reason __real_tg_engine_step(struct tg_engine *e, const struct tg_record *r, const void *payload, struct tg_outbox *ob);
enum tg_reason __wrap_tg_engine_step(struct tg_engine *e, const struct tg_record *r, const void *payload, struct tg_outbox *ob);

/* The second engine, that replays, is not listened to. */
static bool ours(const struct tg_engine *e)
{
	return f && e == f->e;
}

static void see_market(void)
{
	u32 i;

	for (i = 1; i <= f->params.max_instruments; i++) {
		const struct tg_instrument *in = tg_instrument(f->e, i);

		if (!in)
			continue;
		m->reference[i] = tg_md_reference_px(f->e, in);
		m->status[i] = in->trading_status;
	}
}

static void traded(const struct tg_order *o, const struct tg_trade_change *t, bool booked)
{
	const struct rm_order *mine = rm_order_find(m, o->order_id);

	see_market();
	if (!mine)
		failed_with("a trade of an order that was never sent");
	if (rm_trade(m, mine, t) != booked)
		failed_with("a trade is booked on one side only");
}

bool __wrap_tg_risk_book_trade(struct tg_engine *e, const struct tg_order *o, const struct tg_trade_change *t)
{
	bool booked = __real_tg_risk_book_trade(e, o, t);

	if (ours(e))
		traded(o, t, booked);
	return booked;
}

bool __wrap_tg_risk_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, s64 fee)
{
	const struct tg_trade_change t = { .new_qty = qty, .new_px = px, .new_fee = fee };
	bool booked = __real_tg_risk_fill(e, o, qty, px, fee);

	if (ours(e))
		traded(o, &t, booked);
	return booked;
}

bool __wrap_tg_risk_reprice(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 from_px, s64 to_px, s64 fee)
{
	const struct tg_trade_change t = { .repriced = true, .old_px = from_px, .new_qty = qty, .new_px = to_px, .new_fee = fee };
	bool booked = __real_tg_risk_reprice(e, o, qty, from_px, to_px, fee);

	if (ours(e))
		traded(o, &t, booked);
	return booked;
}

u32 __wrap_tg_book_settled(struct tg_engine *e, struct tg_instrument *i, struct tg_outbox *ob)
{
	u32 res = __real_tg_book_settled(e, i, ob);

	if (ours(e))
		rm_price_seen(m, i->def.instrument_id, tg_md_reference_px(e, i));
	return res;
}

void __wrap_tg_risk_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	__real_tg_risk_timer(e, ob);
	if (!ours(e))
		return;
	see_market();
	rm_timer(m);
}

static void same_kills(void)
{
	const char *wrong = rm_kills_agree(m, f->e);

	if (wrong)
		failed_with(wrong);
}

enum tg_reason __wrap_tg_engine_step(struct tg_engine *e, const struct tg_record *r, const void *payload, struct tg_outbox *ob)
{
	const struct tg_pub_event *ev;
	enum tg_reason why;
	u32 n;

	if (!ours(e))
		return __real_tg_engine_step(e, r, payload, ob);
	rm_time(m, r->time_ns);
	rm_step(m);
	why = __real_tg_engine_step(e, r, payload, ob);
	see_market();
	for (n = 0; (ev = fx_pub(f, TG_PUB_TRADE, n)); n++)
		rm_price_seen(m, ev->id, ev->u.trade.px);
	if (r->type == TG_IN_TIMER && m->next_mark <= m->now)
		failed_with("positions were not valued when it was time");
	if (!telling)
		same_kills();
	return why;
}

/* ---- orders as the engine has them ---- */

static void see_order(struct rm_order *mine, const struct tg_order *o)
{
	if (!mine->working) {	/* it has come back */
		if (!m->open[mine->client] || mine->session != m->session[mine->client])
			mine->client = 0;
		rm_work(m, mine, true);
	}
	if (o->client_id != mine->client || o->strategy_id != mine->strategy || o->account_id != mine->account || o->side != mine->side)
		failed_with("an order is not whose it was");
	mine->px = o->px;
	mine->qty = o->qty;
	mine->cum = o->cum_qty;
	mine->req_px = o->req_px;
	mine->req_qty = o->req_qty;
}

static void see_orders(void)
{
	u32 at, n;

	for (n = m->n_working; n--;) {
		struct rm_order *mine = &m->orders[m->working[n]];
		const struct tg_order *o = tg_order_find(f->e, mine->id, 0);

		if (!o || !o->working)
			rm_work(m, mine, false);
	}
	for (at = f->e->working_head; at; at = tg_order_slot(f->e, at - 1)->next) {
		const struct tg_order *o = tg_order_slot(f->e, at - 1);
		struct rm_order *mine = rm_order_find(m, o->order_id);

		if (!mine)
			failed_with("a working order that was never sent");
		see_order(mine, o);
	}
}

/* ---- decisions ---- */

static bool crosses(const struct rm_request *r)
{
	return tg_stp_on(tg_instrument(f->e, r->instrument)) && rm_crosses(m, r);
}

/* What is refused for another reason was never asked of risk: of that the model knows nothing. */
static enum tg_reason decide(const struct rm_request *r, u16 client, const struct tg_submission *s)
{
	u32 prices = m->n_prices[r->instrument];
	enum tg_reason want, got;
	char text[160];

	rm_time(m, f->now);
	see_market();
	see_orders();
	want = crosses(r) ? TG_REASON_SELF_CROSS : rm_check(m, r);
	telling = true;
	got = fx_submit(f, client, *s);
	telling = false;
	if (got != TG_REASON_OK && got != TG_REASON_SELF_CROSS && !rm_is_risk(got)) {
		m->n_prices[r->instrument] = prices;
		return got;
	}
	risk_stats.decisions++;
	risk_stats.seen[got]++;
	if (got != want) {
		snprintf(text, sizeof(text), "%s of client %u is %s, the model says %s", r->replace ? "replace" : "new order", client,
			 tg_reason_name(got), tg_reason_name(want));
		failed_with(text);
	}
	if (got == TG_REASON_OK)
		rm_sent(m, r);
	return got;
}

bool risk_submit(u16 client, const struct tg_submission *s)
{
	const struct tg_instrument *i = tg_instrument(f->e, s->instrument_id);
	struct rm_request r = { .client = client, .account = s->account_id, .venue = i->def.venue_id, .strategy = s->strategy_id,
				.instrument = s->instrument_id, .side = s->side, .type = s->ord_type, .flags = (u8)s->flags, .px = s->px, .qty = s->qty,
				.add_qty = s->qty };
	struct rm_order o = { .client = client, .account = s->account_id, .venue = i->def.venue_id, .strategy = s->strategy_id,
			      .instrument = s->instrument_id, .side = s->side, .type = s->ord_type, .px = s->px, .qty = s->qty };

	bool sent = decide(&r, client, s) == TG_REASON_OK;

	if (sent) {
		o.id = tg_engine_last_order_id(f->e);
		o.market_px = rm_market_px(m, &r);
		rm_order_add(m, &o);
	}
	same_kills();
	return sent;
}

bool risk_replace(u16 client, u64 order_id, s64 px, s64 qty)
{
	const struct tg_submission s = { .type = TG_SUB_REPLACE, .order_id = order_id, .px = px, .qty = qty, .user_ref = 79 };
	struct rm_request r;
	bool sent;

	see_orders();
	rm_ask_replace(m, rm_order_find(m, order_id), px, qty, &r);
	r.flags = tg_order_find(f->e, order_id, 0)->flags;
	sent = decide(&r, client, &s) == TG_REASON_OK;
	same_kills();
	return sent;
}

/* ---- limits, kills, clients ---- */

void risk_limits(const struct tg_in_limits *c)
{
	enum tg_reason got;

	telling = true;
	got = fx_limits(f, *c);
	telling = false;
	if (got != rm_set_limits(m, c))
		failed_with("limits are taken on one side only");
	if (got == TG_REASON_STALE_LIMITS)
		risk_stats.leases++;
	risk_stats.limits++;
	same_kills();
}

void risk_kill(u16 type, u16 scope, u32 id, u32 flags)
{
	enum tg_reason got;

	telling = true;
	got = fx_kill(f, type, scope, id, flags);
	telling = false;
	if (type == TG_IN_KILL) {
		rm_kill(m, scope, id, TG_KILL_OPERATOR);
		risk_stats.kills++;
	} else {
		if (rm_resume(m, scope, id) != (got == TG_REASON_OK))
			failed_with("a kill is lifted on one side only");
		risk_stats.resumes++;
	}
	same_kills();
}

void risk_client(u16 client, u32 uid, bool open, u32 flags)
{
	struct tg_in_client c = { .uid = uid, .gid = 100, .pid = 4242, .flags = flags, .name = "test" };
	enum tg_reason got;

	see_orders();
	telling = true;
	got = open ? fx_step(f, TG_IN_CLIENT_OPEN, client, &c, sizeof(c)) : fx_close(f, client);
	telling = false;
	if (got)
		failed_with("a client cannot come or go");
	rm_client(m, client, open);
	risk_stats.sessions += open;
	same_kills();
}

/* As fx_ready() has made the engine. */
void risk_begin(struct fx *fixture)
{
	struct tg_in_limits c;
	u32 i;

	f = fixture;
	rm_init(m, f->params.day_start_s);
	rm_time(m, f->now);
	for (i = 1; i <= f->params.max_instruments; i++)
		m->venue_of[i] = tg_instrument(f->e, i) ? tg_instrument(f->e, i)->def.venue_id : 0;
	c = fx_unlimited(TG_SCOPE_FIRM, 0);
	rm_set_limits(m, &c);
	for (i = 1; i <= 2; i++) {
		c = fx_unlimited(TG_SCOPE_ACCOUNT, i);
		rm_set_limits(m, &c);
		c = fx_unlimited(TG_SCOPE_INSTRUMENT, i);
		rm_set_limits(m, &c);
	}
	rm_client(m, 1, true);
	see_market();
}

void risk_compare(void)
{
	const char *wrong;

	see_orders();
	see_market();
	wrong = rm_books_agree(m, f->e);
	if (wrong)
		failed_with(wrong);
}

void risk_end(void)
{
	f = NULL;
	rm_free(m);
}
