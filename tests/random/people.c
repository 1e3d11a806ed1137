// SPDX-License-Identifier: MIT
#include "people.h"
#include "risk.h"

static struct venue *v;
static struct fx *f;
static s64 mid[3] = { 0, CENT(10000), CENT(10000) };
static struct tg_submission last;

static const struct { u32 uid; u16 account; bool market; } clients[] = {
	{ 0, 0, false }, { 1000, 1, true }, { 1001, 1, false }, { 1002, 2, false }, { 1000, 1, true },
};

static u32 below(u32 n)
{
	return (u32)(v_random(v) % n);
}

static s64 between(u32 low, u32 high)
{
	return low + (s64)below(high - low + 1);
}

void people_begin(struct venue *venue)
{
	v = venue;
	f = v->f;
}

/* ---- orders ---- */

static struct tg_order *some_order(void)
{
	u32 n = f->e->working ? below(f->e->working) : 0, at = f->e->working_head;

	while (n-- && at)
		at = tg_order_slot(f->e, at - 1)->next;
	return at ? tg_order_slot(f->e, at - 1) : NULL;
}

/* Strategies that this user has permits for; 0 = none. */
static u16 some_strategy(u16 client)
{
	switch (clients[client].uid) {
	case 1000: return (u16)below(3);
	case 1002: return (u16)below(2);
	default: return 0;
	}
}

static bool some_new(u16 client)
{
	u8 side = below(2) ? TG_SIDE_BUY : TG_SIDE_SELL;
	s64 px = PX(side == TG_SIDE_BUY ? between(88, 101) : between(99, 112));
	struct tg_submission s = fx_limit(side, px, UNIT * between(1, 9));

	s.account_id = clients[client].account;
	s.strategy_id = some_strategy(client);
	s.instrument_id = v_one_in(v, 3) ? 2 : 1;
	s.tif = v_one_in(v, 4) ? TG_TIF_DAY : TG_TIF_GTC;
	if (v_one_in(v, 5))
		s.flags = TG_SUB_POST_ONLY;
	if (clients[client].market && v_one_in(v, 12)) {
		s.ord_type = TG_ORD_MARKET;
		s.px = 0;
		s.flags = 0;
	}
	if (v_one_in(v, 150)) {	/* more than there is money */
		s.px = PX(50000000000LL);
		s.qty = UNIT * 1000000;
		s.ord_type = TG_ORD_LIMIT;
	}
	if (v_one_in(v, 8) && last.instrument_id && last.account_id == s.account_id)
		s = last;
	last = s;
	return risk_submit(client, &s);
}

static bool try_order(u32 what)
{
	u16 client = (u16)between(1, 4);
	struct tg_order *o;
	s64 px;

	if (what < 6)
		return f->e->working <= 60 && risk_model.open[client] && some_new(client);
	o = some_order();
	if (!o)
		return false;
	if (o->client_id)
		client = o->client_id;
	if (what < 7)
		return fx_cancel(f, client, o->order_id) == TG_REASON_OK;
	if (!o->client_id)
		return false;
	px = PX(o->side == TG_SIDE_BUY ? between(88, 101) : between(99, 112));
	return risk_replace(client, o->order_id, px, o->cum_qty + UNIT * between(1, 9));
}

/* Most are refused: until one is not. */
void people_order(void)
{
	u32 tries = 8, what = below(10);
	bool sent;

	do {
		sent = try_order(what);
		v_collect(v);
	} while (!sent && --tries);
}

/* ---- the market ---- */

static const char *cents(char *out, s64 px)
{
	snprintf(out, 32, "%lld.%02lld", (long long)(px / TG_SCALE), (long long)(px % TG_SCALE / CENT(1)));
	return out;
}

static void some_book(u32 id)
{
	char body[256], bid[32], ask[32];
	s64 apart = CENT(1 + below(20));

	f->update_id += 10;
	mid[id] += CENT(below(101)) - CENT(50);
	if (v_one_in(v, 40))
		mid[id] = CENT(9000 + below(2000));
	if (mid[id] < CENT(9000) || mid[id] > CENT(11000))
		mid[id] = CENT(10000);
	snprintf(body, sizeof(body), "262=%llu|55=%s|25044=%llu|268=2|269=0|270=%s|271=1|269=1|270=%s|271=1|",
		 (unsigned long long)tg_instrument(f->e, id)->request_id, tg_instrument(f->e, id)->def.symbol, (unsigned long long)f->update_id,
		 cents(bid, mid[id] - apart), cents(ask, mid[id] + apart));
	fx_venue(f, "W", body);
}

static void some_trade(u32 id)
{
	const struct tg_instrument *i = tg_instrument(f->e, id);
	char body[256], px[32];

	if (i->state != TG_BOOK_LIVE)
		return;
	snprintf(body, sizeof(body), "268=1|279=0|269=2|55=%s|270=%s|271=1|25043=%llu|25044=%llu|", i->def.symbol, cents(px, mid[id] + CENT(below(200)) - CENT(100)),
		 (unsigned long long)i->update_id + 1, (unsigned long long)i->update_id + 1);
	fx_venue(f, "X", body);
}

/* Mostly open; what is not, not for long. */
static void some_status(u32 id)
{
	static const char *const words[] = { "halted", "cancel_only", "post_only", "limit_only", "reduce_only", "auction" };
	bool open = tg_instrument(f->e, id)->trading_status > TG_TRADING_OPEN || !v_one_in(v, 4);
	char body[96];

	snprintf(body, sizeof(body), "55=%s|1682=%s|", tg_instrument(f->e, id)->def.symbol, open ? "online" : words[below(6)]);
	fx_venue(f, "f", body);
}

void people_market(void)
{
	u32 id = (u32)between(1, 2), what = below(20);

	if (!v->connected)
		return;
	if (what < 14)
		some_book(id);
	else if (what < 18)
		some_trade(id);
	else
		some_status(id);
	v_collect(v);
}

/* ---- the risk manager ---- */

/* One control or two are tight, all others open: or nothing would pass and nothing would be learnt. */
static void tighten(struct tg_in_limits *c)
{
	switch (below(17)) {
	case 0: c->max_order_qty = UNIT * between(2, 8); break;
	case 1: c->max_order_notional = PX(between(150, 900)); break;
	case 2: c->max_position = UNIT * between(0, 40); break;
	case 3: c->collar_bps = (u32)between(20, 900); break;
	case 4: c->max_open_orders = (u32)between(0, 30); break;
	case 5: c->rate_per_s = (u32)between(5, 80); c->rate_burst = (u32)between(1, 8); break;
	case 6: c->duplicate_window_ns = (u64)between(5, 300) * MS; break;
	case 7: c->duplicate_window_ns = (u64)between(5, 300) * MS; c->flags |= TG_LIMITS_DUPLICATE_SCOPE; break;
	case 8: c->lease_ns = (u64)between(20, 1500) * MS; break;
	case 9: c->flags |= TG_LIMITS_GROSS; c->max_gross_notional = PX(between(300, 9000)); break;
	case 10: c->flags |= TG_LIMITS_NET; c->max_net_notional = PX(between(300, 6000)); break;
	case 11: c->flags |= TG_LIMITS_CAPITAL; c->max_capital = PX(between(300, 9000)); break;
	case 12: c->flags |= TG_LIMITS_DAILY_LOSS; c->max_daily_loss = PX(between(5, 150)); break;
	case 13: c->flags |= TG_LIMITS_EXECUTIONS; c->max_executions = (u32)between(5, 60); break;
	case 14: c->flags |= TG_LIMITS_TOTAL_POSITION; c->max_total_position = UNIT * between(0, 40); break;
	case 15: c->flags |= TG_LIMITS_WINDOW_COLLAR; c->window_collar_bps = (u32)between(20, 900); break;
	default:
		if (!below(3))
			c->flags |= below(2) ? TG_LIMITS_REDUCE_ONLY : TG_LIMITS_RESTRICTED;
	}
}

static u32 some_id(u16 scope)
{
	switch (scope) {
	case TG_SCOPE_FIRM: return 0;
	case TG_SCOPE_VENUE: return 1;
	case TG_SCOPE_CLIENT: return (u32)between(1, 4);
	default: return (u32)between(1, 2);
	}
}

static void some_limits(void)
{
	u16 scope = (u16)between(TG_SCOPE_FIRM, TG_SCOPE_STRATEGY);
	struct tg_in_limits c = fx_unlimited(scope, some_id(scope));
	const struct rm_limits *old = &risk_model.scope[c.scope][c.id].l;
	u32 n;

	for (n = below(2) ? 0 : 1 + below(2); n; n--)
		tighten(&c);
	if (scope == TG_SCOPE_FIRM || scope == TG_SCOPE_INSTRUMENT)
		c.collar_window_ns = below(4) ? (u64)between(20, 600) * MS : 0;
	if (old->cfg.seq || v_one_in(v, 40))
		c.seq = old->cfg.seq + below(8);
	risk_limits(&c);
}

/* What is killed does not stay so for long. */
static void some_kill(void)
{
	u16 scope = (u16)between(TG_SCOPE_FIRM, TG_SCOPE_STRATEGY);
	u32 at;

	if (risk_model.n_kills && below(6)) {
		at = below(risk_model.n_kills);
		risk_kill(TG_IN_RESUME, risk_model.kill[at].scope, risk_model.kill[at].id, 0);
	} else if (v_one_in(v, 4)) {
		risk_kill(TG_IN_KILL, scope, some_id(scope), below(8) ? 0 : TG_KILL_CANCEL);
	}
}

static void some_client(void)
{
	u16 client = (u16)between(1, 4);
	bool open = !risk_model.open[client];

	risk_client(client, clients[client].uid, open, below(4) ? 0 : TG_CLIENT_AUTO_CANCEL);
}

void people_manage(void)
{
	u32 what = below(100);

	if (what < 50)
		some_limits();
	else if (what < 95)
		some_kill();
	else if (!risk_model.open[1] || !risk_model.open[2] || !risk_model.open[3] || v_one_in(v, 4))
		some_client();
	v_collect(v);
}
