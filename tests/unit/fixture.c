// SPDX-License-Identifier: MIT
#include "fixture.h"
#include <stdarg.h>

static void die(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	fprintf(stderr, "fixture: ");
	vfprintf(stderr, fmt, ap);
	fprintf(stderr, "\n");
	va_end(ap);
	abort();
}

/* ---- engine ---- */

static struct tg_engine *engine_new(const struct tg_in_engine *p)
{
	u64 bytes = tg_engine_size(p);
	void *mem = bytes ? aligned_alloc(64, (bytes + 63) & ~63ULL) : NULL;

	if (!mem || tg_engine_init(mem, bytes, p))
		die("engine: capacities refused");
	return mem;
}

static void outbox_new(struct tg_outbox *ob, u32 bytes)
{
	ob->buf = aligned_alloc(8, (bytes + 7u) & ~7u);
	ob->cap = bytes & ~7u;
	ob->len = 0;
	ob->lost = 0;
}

enum tg_reason fx_step(struct fx *f, u16 type, u16 source, const void *payload, u32 len)
{
	struct tg_record r = { .seq = ++f->seq,
			       .time_ns = f->now,
			       .type = type,
			       .source = source,
			       .len = len },
			 *kept;
	u64 need = f->records_len + TG_RECORD_SIZE(len);
	enum tg_reason why;

	if (need > f->records_cap) {
		f->records_cap = need * 2;
		f->records = realloc(f->records, f->records_cap);
	}
	kept = (struct tg_record *)(f->records + f->records_len);
	memset(kept, 0, TG_RECORD_SIZE(len));
	memcpy(kept, &r, sizeof(r));
	if (len)
		memcpy(kept + 1, payload, len);
	f->records_len = need;

	f->ob.len = 0;
	f->ob.lost = 0;
	/* from the kept copy: 8-byte aligned, as hosts give it */
	why = tg_engine_step(f->e, &r, kept + 1, &f->ob);
	kept->digest = tg_engine_digest(f->e);
	if (f->check)
		fx_check(f);
	return why;
}

static void must(enum tg_reason why, const char *what)
{
	if (why)
		die("%s: %s", what, tg_reason_name(why));
}

static void config(struct fx *f)
{
	static const struct {
		u16 venue;
		const char *symbol;
	} instruments[] = { { 1, "BTCUSDT" }, { 1, "ETHUSDT" }, { 2, "NOORDERS" } };
	static const struct { u16 account; u32 uid, flags; u16 strategy;
	} permits[] = {
		{ 1, 1000, TG_PERMIT_TRADE | TG_PERMIT_MARKET, 0 },
		{ 1, 1001, TG_PERMIT_TRADE, 0 },
		{ 2, 1002, TG_PERMIT_TRADE, 0 },
		{ 1, 1000, TG_PERMIT_TRADE | TG_PERMIT_MARKET, 1 },
		{ 1, 1000, TG_PERMIT_TRADE, 2 },
		{ 2, 1002, TG_PERMIT_TRADE, 1 },
	};
	struct tg_in_mode m = { .mode = TG_MODE_LEADER };
	u32 i;

	for (i = 1; i <= 2; i++) {
		struct tg_in_venue v = { .venue_id = (u16)i,
					 .dialect = TG_DIALECT_SIM,
					 .heartbeat_s = 30,
					 .logon_timeout_ms = 5000,
					 .logout_timeout_ms = 2000,
					 .flags = i == 1 ? TG_VENUE_ORDERS | TG_VENUE_MD_TCP
							 : TG_VENUE_MD_TCP };

		snprintf(v.name, sizeof(v.name), "venue%u", i);
		snprintf(v.sender_comp_id, sizeof(v.sender_comp_id), "GW");
		snprintf(v.target_comp_id, sizeof(v.target_comp_id), "VENUE%u", i);
		must(fx_step(f, TG_IN_VENUE, 0, &v, sizeof(v)), "venue");
	}
	for (i = 0; i < 3; i++) {
		struct tg_in_instrument in = { .instrument_id = i + 1,
					       .venue_id = instruments[i].venue,
					       .flags = TG_INSTRUMENT_SUBSCRIBE,
					       .tick = CENT(1),
					       .lot = TG_SCALE / 1000,
					       .min_qty = TG_SCALE / 100,
					       .self_trade = fx_self_trade[i] };

		snprintf(in.symbol, sizeof(in.symbol), "%s", instruments[i].symbol);
		must(fx_step(f, TG_IN_INSTRUMENT, 0, &in, sizeof(in)), "instrument");
	}
	for (i = 1; i <= 2; i++) {
		struct tg_in_account a = { .account_id = (u16)i };

		snprintf(a.name, sizeof(a.name), "ACC%u", i);
		must(fx_step(f, TG_IN_ACCOUNT, 0, &a, sizeof(a)), "account");
	}
	for (i = 1; i <= 2; i++) {
		struct tg_in_strategy s = { .strategy_id = (u16)i };

		snprintf(s.name, sizeof(s.name), "STRATEGY%u", i);
		must(fx_step(f, TG_IN_STRATEGY, 0, &s, sizeof(s)), "strategy");
	}
	for (i = 0; i < sizeof(permits) / sizeof(permits[0]); i++) {
		struct tg_in_permit p = { .permit_id = (u16)(i + 1),
					  .account_id = permits[i].account,
					  .uid = permits[i].uid,
					  .strategy_id = permits[i].strategy,
					  .flags = permits[i].flags };

		must(fx_step(f, TG_IN_PERMIT, 0, &p, sizeof(p)), "permit");
	}
	must(fx_step(f, TG_IN_MODE, 0, &m, sizeof(m)), "mode");
}

u32 fx_book_levels, fx_max_orders, fx_exec_ids;
u64 fx_day_start_s;
u8 fx_self_trade[3];
bool fx_own_rx_buffer;
bool fx_small_store;
u16 fx_strategy;

struct fx *fx_new(void)
{
	struct fx *f = calloc(1, sizeof(*f));

	f->params = (struct tg_in_engine){ .epoch = 7,
					   .max_venues = 2,
					   .max_instruments = 4,
					   .max_feeds = 2,
					   .max_accounts = 3,
					   .max_clients = 4,
					   .max_permits = 8,
					   .max_orders = fx_max_orders ? fx_max_orders : 16,
					   .max_limits = 16,
					   .max_parents = 4,
					   .max_timers = 6,
					   .book_levels = fx_book_levels ? fx_book_levels : 16,
					   .md_pending = 16,
					   .exec_ids = fx_exec_ids ? fx_exec_ids : 32,
					   .rx_buffer_bytes = fx_own_rx_buffer ? 0 : 8192,
					   .session_store_bytes = fx_small_store ? TG_FIX_TX_MAX : 65536,
					   .session_store_messages = fx_small_store ? 16 : 512,
					   .l3_books = 1,
					   .l3_orders = 512,
					   .max_products = 2,
					   .max_strategies = 2,
					   .day_start_s = (u32)fx_day_start_s };
	tg_engine_defaults(&f->params);
	f->e = engine_new(&f->params);
	outbox_new(&f->ob, tg_engine_outbox_bytes(&f->params));
	f->now = FX_T0;
	f->venue_seq = 1;
	f->check = true;
	must(fx_step(f, TG_IN_ENGINE, 0, &f->params, sizeof(f->params)), "engine");
	config(f);
	return f;
}

struct fx *fx_ready(void)
{
	struct fx *f = fx_new();

	must(fx_limits(f, fx_unlimited(TG_SCOPE_FIRM, 0)), "limits");
	must(fx_limits(f, fx_unlimited(TG_SCOPE_ACCOUNT, 1)), "limits");
	must(fx_limits(f, fx_unlimited(TG_SCOPE_ACCOUNT, 2)), "limits");
	must(fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, 1)), "limits");
	must(fx_limits(f, fx_unlimited(TG_SCOPE_INSTRUMENT, 2)), "limits");
	must(fx_open(f, 1, 1000, TG_CLIENT_AUTO_CANCEL), "client");
	fx_logon(f);
	return f;
}

void fx_drop(struct fx *f)
{
	free(f->e);
	free(f->ob.buf);
	free(f->records);
	free(f);
}

void fx_free(struct fx *f)
{
	struct tg_engine *e = engine_new(&f->params);
	struct tg_outbox ob;
	u64 at;

	outbox_new(&ob, f->ob.cap);
	for (at = 0; at < f->records_len; ) {
		const struct tg_record *r = (const struct tg_record *)(f->records + at);

		ob.len = 0;
		ob.lost = 0;
		tg_engine_step(e, r, r + 1, &ob);
		if (tg_engine_digest(e) != r->digest)
			die("replay differs at record %llu, type %u", (unsigned long long)r->seq,
			    r->type);
		at += TG_RECORD_SIZE(r->len);
	}
	if (tg_engine_arena_hash(e) != tg_engine_arena_hash(f->e))
		die("replay: arenas differ");
	free(e);
	free(ob.buf);
	fx_drop(f);
}

/* ---- what must hold ---- */

static void check_sum(const char *what, u32 scope, u32 id, __int128 kept, __int128 counted)
{
	if (kept != counted)
		die("scope %u id %u: %s is %lld, counted %lld", scope, id, what, (long long)kept, (long long)counted);
}

/* The running sums of a scope, from its positions and orders. */
static void check_exposure(const struct tg_engine *e, u16 scope, u32 id)
{
	const struct tg_exposure *x = tg_risk_exposure(e, scope, id);
	__int128 gross = 0, net = 0, capital = 0, result = 0, open[2] = { 0, 0 };
	u32 first = 1, last = e->params.max_accounts, i, n, at;
	enum tg_book_of of = TG_BOOK_OF_ACCOUNT;

	if (scope == TG_SCOPE_STRATEGY || scope == TG_SCOPE_CLIENT)
		of = scope == TG_SCOPE_STRATEGY ? TG_BOOK_OF_STRATEGY : TG_BOOK_OF_CLIENT;
	if (of != TG_BOOK_OF_ACCOUNT || scope == TG_SCOPE_ACCOUNT)
		first = last = id;
	for (n = first; n <= last; n++)
		for (i = 1; i <= e->params.max_instruments; i++) {
			const struct tg_instrument *in = tg_instrument(e, i);
			const struct tg_position *p = tg_risk_book(e, of, n, i);

			if (!in || (scope == TG_SCOPE_INSTRUMENT && i != id) || (scope == TG_SCOPE_VENUE && in->def.venue_id != id))
				continue;
			gross += p->value < 0 ? -p->value : p->value;
			net += p->value;
			capital += p->cost < 0 ? -p->cost : p->cost;
			result += (__int128)p->realised_pnl - p->fees + p->value - p->cost;
		}
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		const struct tg_order *o = tg_order_slot(e, at - 1);

		if (tg_order_in_scope(o, scope, id))
			open[o->side == TG_SIDE_SELL] += o->open_value;
	}
	check_sum("gross", scope, id, x->gross, gross);
	check_sum("net", scope, id, x->net, net);
	check_sum("capital", scope, id, x->capital, capital);
	check_sum("result", scope, id, x->result, result);
	check_sum("open buys", scope, id, x->open_value[0], open[0]);
	check_sum("open sells", scope, id, x->open_value[1], open[1]);
}

/* What the four books of an instrument have in common: the whole is the sum of its parts. */
static void check_books(const struct tg_engine *e, u32 i)
{
	const struct tg_position *firm = tg_risk_book(e, TG_BOOK_OF_FIRM, 0, i);
	__int128 qty = 0, fees = 0, cash = 0, buys = 0, sells = 0, bought = 0, sold = 0;
	u32 n;

	for (n = 1; n <= e->params.max_accounts; n++) {
		const struct tg_position *p = tg_risk_book(e, TG_BOOK_OF_ACCOUNT, n, i);

		qty += p->qty;
		fees += p->fees;
		cash += (__int128)p->cost - p->realised_pnl;
		buys += p->open_buy_qty;
		sells += p->open_sell_qty;
		bought += p->bought_qty;
		sold += p->sold_qty;
	}
	if (qty != firm->qty || fees != firm->fees || cash != (__int128)firm->cost - firm->realised_pnl || buys != firm->open_buy_qty ||
	    sells != firm->open_sell_qty || bought != firm->bought_qty || sold != firm->sold_qty)
		die("instrument %u: the firm's book is not the sum of the accounts'", i);
}

static void check_risk(const struct tg_engine *e)
{
	static const u16 scopes[] = { TG_SCOPE_VENUE, TG_SCOPE_ACCOUNT, TG_SCOPE_CLIENT, TG_SCOPE_INSTRUMENT, TG_SCOPE_STRATEGY };
	u32 k, id;

	for (k = 1; k <= e->params.max_instruments; k++)
		check_books(e, k);
	if (!e->risk_valued)
		return;
	check_exposure(e, TG_SCOPE_FIRM, 0);
	for (k = 0; k < sizeof(scopes) / sizeof(scopes[0]); k++)
		for (id = 1; tg_scope_ok(e, scopes[k], id); id++)
			check_exposure(e, scopes[k], id);
}

/* The cancels that wait: each order on its venue's list once, and nobody else on it. */
static void check_paced(const struct tg_engine *e)
{
	u32 paced = 0, listed = 0, id, at, prev;

	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next)
		paced += tg_order_slot(e, at - 1)->paced;
	for (id = 1; id <= e->params.max_venues; id++) {
		const struct tg_rate *r = TG_TABLE(e, off_rates, struct tg_rate) + id;
		u32 n = 0;

		for (at = r->head, prev = 0; at; prev = at, at = tg_order_slot(e, at - 1)->pace_next) {
			const struct tg_order *o = tg_order_slot(e, at - 1);

			if (++n > paced || !o->paced || !o->cancel_due || !o->working || o->venue_id != id || o->pace_prev != prev)
				die("order %u in the list of cancels of venue %u", at - 1, id);
		}
		if (n != r->waiting || r->tail != prev)
			die("venue %u: %u cancels wait, %u are listed", id, r->waiting, n);
		listed += n;
	}
	if (listed != paced)
		die("%u orders wait for a budget, %u are listed", paced, listed);
}

void fx_check(const struct fx *f)
{
	const struct tg_engine *e = f->e;
	s64 open[4][5][3] = { { { 0 } } };
	u32 clients[8] = { 0 }, at, before = 0, n = 0, nfree = 0, i, a, k;

	check_paced(e);
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		const struct tg_order *o = tg_order_slot(e, at - 1);
		s64 most = o->req_qty > o->qty ? o->req_qty : o->qty;

		if (++n > e->params.max_orders)
			die("working list does not end");
		if (!o->working || tg_ord_terminal(o->status) || o->prev != before ||
		    o->status == TG_OS_NONE)
			die("order %u in the working list: working %u status %u prev %u", at - 1,
			    o->working, o->status, o->prev);
		if (o->open_qty != (most > o->cum_qty ? most - o->cum_qty : 0))
			die("order %u: open quantity %lld, quantity %lld, cum %lld", at - 1,
			    (long long)o->open_qty, (long long)most, (long long)o->cum_qty);
		open[o->account_id][o->instrument_id][o->side] += o->open_qty;
		clients[o->client_id]++;
		before = at;
	}
	if (n != e->working || before != e->working_tail)
		die("working: %u counted, %u kept", n, e->working);
	for (at = e->free_head, before = 0; at; before = at, at = tg_order_slot(e, at - 1)->next)
		if (++nfree > e->params.max_orders || tg_order_slot(e, at - 1)->working)
			die("free list: slot %u", at - 1);
	if (nfree + n != e->params.max_orders || before != e->free_tail)
		die("slots: %u free and %u working of %u", nfree, n, e->params.max_orders);
	for (a = 1; a <= e->params.max_accounts; a++)
		for (i = 1; i <= e->params.max_instruments; i++) {
			const struct tg_position *p = tg_position(e, (u16)a, i);

			if (p->open_buy_qty != open[a][i][TG_SIDE_BUY] ||
			    p->open_sell_qty != open[a][i][TG_SIDE_SELL])
				die("account %u instrument %u: open quantities are not those of "
				    "the orders",
				    a, i);
		}
	for (i = 1; i <= e->params.max_clients; i++)
		if (tg_client(e, i) && tg_client(e, i)->working_orders != clients[i])
			die("client %u: %u working orders counted, %u kept", i, clients[i],
			    tg_client(e, i)->working_orders);
	for (k = 0; k < e->params.max_limits; k++) {
		const struct tg_limits *l = TG_TABLE(e, off_limits, struct tg_limits) + k;

		if (!l->cfg.scope)
			continue;
		for (at = e->working_head, n = 0; at; at = tg_order_slot(e, at - 1)->next)
			n += tg_order_in_scope(tg_order_slot(e, at - 1), l->cfg.scope, l->cfg.id);
		if (n != l->open_orders)
			die("scope %u id %u: %u open orders counted, %u kept", l->cfg.scope,
			    l->cfg.id, n, l->open_orders);
	}
	check_risk(e);
}

/* ---- time, configuration, clients ---- */

void fx_advance(struct fx *f, u64 ns)
{
	u64 until = f->now + ns;

	while (tg_engine_deadline_ns(f->e) <= until) {
		u64 due = tg_engine_deadline_ns(f->e);

		if (due > f->now)
			f->now = due;
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
		if (tg_session(f->e, 1)->state == TG_SESSION_UP)
			fx_venue(f, "0", "");
	}
	f->now = until;
}

struct tg_in_limits fx_unlimited(u16 scope, u32 id)
{
	return (struct tg_in_limits){ .scope = scope,
				      .id = id,
				      .max_order_qty = TG_PX_MAX,
				      .max_order_notional = TG_PX_MAX,
				      .max_position = TG_PX_MAX,
				      .collar_bps = ~0u,
				      .max_open_orders = ~0u,
				      .rate_per_s = ~0u,
				      .rate_burst = ~0u };
}

enum tg_reason fx_limits(struct fx *f, struct tg_in_limits l)
{
	return fx_step(f, TG_IN_LIMITS, 0, &l, sizeof(l));
}

enum tg_reason fx_open(struct fx *f, u16 client, u32 uid, u32 flags)
{
	struct tg_in_client c = {
		.uid = uid, .gid = 100, .pid = 4242, .flags = flags, .name = "test"
	};
	enum tg_reason why = fx_step(f, TG_IN_CLIENT_OPEN, client, &c, sizeof(c));

	while (!why && tg_client(f->e, client)->phase != TG_DL_NONE) {
		f->now =
			tg_engine_deadline_ns(f->e) > f->now ? tg_engine_deadline_ns(f->e) : f->now;
		fx_step(f, TG_IN_TIMER, 0, NULL, 0);
	}
	return why;
}

enum tg_reason fx_close(struct fx *f, u16 client)
{
	return fx_step(f, TG_IN_CLIENT_CLOSE, client, NULL, 0);
}

enum tg_reason fx_kill(struct fx *f, u16 type, u16 scope, u32 id, u32 flags)
{
	struct tg_in_kill k = { .scope = scope,
				.cause = TG_KILL_OPERATOR,
				.id = id,
				.flags = flags,
				.uid = 0,
				.who = "person",
				.text = "reason" };

	return fx_step(f, type, 0, &k, sizeof(k));
}

/* ---- the venue ---- */

static void put_time(char *out, u64 ns)
{
	u64 ms = ns / MS % 1000, s = ns / SEC % 86400;

	/* FX_T0's day and the next: no test runs longer */
	snprintf(out, 32, "202311%02u-%02u:%02u:%02u.%03u",
		 14 + (u32)(ns / SEC / 86400 - FX_T0 / SEC / 86400), (u32)(s / 3600),
		 (u32)(s / 60 % 60), (u32)(s % 60), (u32)ms);
}

static void venue_sends(struct fx *f, const char *type, u64 seq, bool again, const char *body)
{
	char when[32], head[256];
	u32 i, sum = 0;
	int n;

	put_time(when, f->now);
	n = snprintf(head, sizeof(head), "35=%s|49=VENUE1|56=GW|34=%llu|52=%s|", type,
		     (unsigned long long)seq, when);
	if (again)
		n += snprintf(head + n, sizeof(head) - (size_t)n, "43=Y|122=%s|", when);
	f->msg_len = (u32)snprintf(f->msg, sizeof(f->msg) - 16, "8=FIX.4.4|9=%u|%s%s",
				   (u32)n + (u32)strlen(body), head, body);
	if (f->msg_len >= sizeof(f->msg) - 16)
		die("message too long");
	for (i = 0; i < f->msg_len; i++) {
		if (f->msg[i] == '|')
			f->msg[i] = 1;
		sum += (u8)f->msg[i];
	}
	f->msg_len += (u32)snprintf(f->msg + f->msg_len, 16, "10=%03u\001", sum & 255);
	fx_step(f, TG_IN_TCP_RX, 1, f->msg, f->msg_len);
}

void fx_venue(struct fx *f, const char *type, const char *body)
{
	venue_sends(f, type, f->venue_seq++, false, body);
}

void fx_venue_again(struct fx *f, const char *type, u64 seq, const char *body)
{
	venue_sends(f, type, seq, true, body);
}

void fx_logon(struct fx *f)
{
	must(fx_step(f, TG_IN_TCP_UP, 1, NULL, 0), "connect");
	fx_venue(f, "A", "98=0|108=30|");
	if (tg_session(f->e, 1)->state != TG_SESSION_UP)
		die("session is not up: %s", tg_session_state_name(tg_session(f->e, 1)->state));
}

void fx_disconnect(struct fx *f)
{
	fx_step(f, TG_IN_TCP_DOWN, 1, NULL, 0);
}

static const char *e8(char *out, s64 v)
{
	snprintf(out, 40, "%s%lld.%08lld", v < 0 ? "-" : "",
		 (long long)(v < 0 ? -(v / TG_SCALE) : v / TG_SCALE),
		 (long long)(v < 0 ? -(v % TG_SCALE) : v % TG_SCALE));
	return out;
}

void fx_book(struct fx *f, u32 instrument, s64 bid, s64 ask)
{
	const struct tg_instrument *i = tg_instrument(f->e, instrument);
	char body[512], b[40], a[40];

	f->update_id += 10;
	snprintf(body, sizeof(body),
		 "262=%llu|55=%s|25044=%llu|268=2|269=0|270=%s|271=1|269=1|270=%s|271=1|",
		 (unsigned long long)i->request_id, i->def.symbol, (unsigned long long)f->update_id,
		 e8(b, bid), e8(a, ask));
	fx_venue(f, "W", body);
	if (i->state != TG_BOOK_LIVE)
		die("book of instrument %u is not live: %s", instrument,
		    tg_book_state_name(i->state));
}

static u32 put(char *body, u32 at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	at += (u32)vsnprintf(body + at, 1024 - at, fmt, ap);
	va_end(ap);
	return at;
}

void fx_report(struct fx *f, u64 order_id, const struct fx_report *r)
{
	const struct tg_order *o = fx_order(f, order_id);
	const struct tg_instrument *i = tg_instrument(f->e, o->instrument_id);
	char body[1024], n[40];
	u64 id = r->id							? r->id
		 : o->req_cl_ord_id && r->exec != 'F' && r->exec != '0' ? o->req_cl_ord_id
									: o->cl_ord_id;
	u32 at = 0;

	at = put(body, at, "37=V%llu|11=%016llX|", (unsigned long long)(o->order_id >> 16 & 0xffff),
		 (unsigned long long)id);
	if (r->orig)
		at = put(body, at, "41=%016llX|", (unsigned long long)r->orig);
	if (r->exec_id)
		at = put(body, at, "17=%s|", r->exec_id);
	else
		at = put(body, at, "17=E%u|", ++f->exec_id);
	at = put(body, at, "150=%c|39=%c|55=%s|54=%c|", r->exec, r->status,
		 r->symbol ? r->symbol : i->def.symbol, r->side ? r->side : '0' + o->side);
	if (r->qty)
		at = put(body, at, "38=%s|", e8(n, r->qty));
	if (r->px)
		at = put(body, at, "44=%s|", e8(n, r->px));
	if (r->last_qty || r->last_px) {
		at = put(body, at, "32=%s|", e8(n, r->last_qty));
		at = put(body, at, "31=%s|", e8(n, r->last_px));
	}
	if (!r->no_leaves)
		at = put(body, at, "151=%s|", e8(n, r->leaves));
	at = put(body, at, "14=%s|6=%s|", e8(n, r->cum), "0");
	if (r->avg_px)
		at = put(body, at - 4, "6=%s|", e8(n, r->avg_px));
	if (r->fee)
		at = put(body, at, "12=%s|13=3|", e8(n, r->fee));
	if (r->reject)
		at = put(body, at, "103=%u|", r->reject);
	if (r->liquidity)
		at = put(body, at, "851=%u|", r->liquidity);
	fx_venue(f, "8", body);
}

void fx_cancel_reject(struct fx *f, u64 order_id, u64 req_id, char response_to, u32 reason,
		      char status)
{
	const struct tg_order *o = fx_order(f, order_id);
	char body[256];

	snprintf(body, sizeof(body), "37=V1|11=%016llX|41=%016llX|39=%c|434=%c|102=%u|",
		 (unsigned long long)(req_id ? req_id : o->req_cl_ord_id),
		 (unsigned long long)o->cl_ord_id, status, response_to, reason);
	fx_venue(f, "9", body);
}

/* ---- submissions ---- */

struct tg_submission fx_limit(u8 side, s64 px, s64 qty)
{
	return (struct tg_submission){ .type = TG_SUB_NEW,
				       .instrument_id = 1,
				       .user_ref = 77,
				       .px = px,
				       .qty = qty,
				       .account_id = 1,
				       .strategy_id = fx_strategy,
				       .side = side,
				       .ord_type = TG_ORD_LIMIT,
				       .tif = TG_TIF_DAY };
}

enum tg_reason fx_submit(struct fx *f, u16 client, struct tg_submission s)
{
	return fx_step(f, TG_IN_SUBMIT, client, &s, sizeof(s));
}

enum tg_reason fx_cancel(struct fx *f, u16 client, u64 order_id)
{
	return fx_submit(f, client,
			 (struct tg_submission){
				 .type = TG_SUB_CANCEL, .order_id = order_id, .user_ref = 78 });
}

enum tg_reason fx_replace(struct fx *f, u16 client, u64 order_id, s64 px, s64 qty)
{
	return fx_submit(f, client,
			 (struct tg_submission){ .type = TG_SUB_REPLACE,
						 .order_id = order_id,
						 .px = px,
						 .qty = qty,
						 .user_ref = 79 });
}

u64 fx_send(struct fx *f, u8 side, s64 px, s64 qty)
{
	must(fx_submit(f, 1, fx_limit(side, px, qty)), "new order");
	return tg_engine_last_order_id(f->e);
}

u64 fx_working(struct fx *f, u8 side, s64 px, s64 qty)
{
	u64 id = fx_send(f, side, px, qty);

	REPORT(f, id, .exec = '0', .status = '0', .leaves = qty);
	if (fx_order(f, id)->status != TG_OS_NEW)
		die("order is %s after the venue's acknowledgement",
		    tg_ord_status_name(fx_order(f, id)->status));
	return id;
}

struct tg_order *fx_order(const struct fx *f, u64 id)
{
	struct tg_order *o = tg_order_find(f->e, id, 0);

	if (!o)
		die("no order %llx", (unsigned long long)id);
	return o;
}

s64 fx_avg_px(const struct fx *f, u64 id)
{
	struct tg_nl_order q;

	tg_order_query(f->e, fx_order(f, id), &q);
	return q.avg_px;
}

struct tg_position *fx_position(const struct fx *f, u16 account, u32 instrument)
{
	return tg_position(f->e, account, instrument);
}

/* ---- outbox ---- */

const struct tg_priv_event *fx_priv(const struct fx *f, u16 client, u16 type, u32 nth)
{
	const struct tg_out *o;
	u32 pos = 0;

	while ((o = tg_outbox_next(&f->ob, &pos))) {
		const struct tg_priv_event *ev = tg_out_bytes(o);

		if (o->type == TG_OUT_PRIVATE && (!client || o->target == client) &&
		    (!type || ev->type == type) && !nth--)
			return ev;
	}
	return NULL;
}

u32 fx_count_priv(const struct fx *f, u16 client, u16 type)
{
	u32 n = 0;

	while (fx_priv(f, client, type, n))
		n++;
	return n;
}

const struct tg_pub_event *fx_pub(const struct fx *f, u16 type, u32 nth)
{
	const struct tg_out *o;
	u32 pos = 0;

	while ((o = tg_outbox_next(&f->ob, &pos))) {
		const struct tg_pub_event *ev = tg_out_bytes(o);

		if (o->type == TG_OUT_PUBLIC && (!type || ev->type == type) && !nth--)
			return ev;
	}
	return NULL;
}

bool fx_tag(const struct tg_out *o, u32 tag, char *out, u32 cap)
{
	const char *p = tg_out_bytes(o), *end = p + o->len;

	while (p < end) {
		const char *soh = memchr(p, 1, (size_t)(end - p)),
			   *eq = soh ? memchr(p, '=', (size_t)(soh - p)) : NULL;

		if (!eq)
			return false;
		if ((u32)atoi(p) == tag) {
			snprintf(out, cap, "%.*s", (int)(soh - eq - 1), eq + 1);
			return true;
		}
		p = soh + 1;
	}
	return false;
}

const struct tg_out *fx_tcp(const struct fx *f, char msg_type, u32 nth)
{
	const struct tg_out *o;
	char type[8];
	u32 pos = 0;

	while ((o = tg_outbox_next(&f->ob, &pos)))
		if (o->type == TG_OUT_TCP && fx_tag(o, 35, type, sizeof(type)) &&
		    (!msg_type || (type[0] == msg_type && !type[1])) && !nth--)
			return o;
	return NULL;
}

u64 fx_counter(const struct fx *f, enum tg_core_counter c)
{
	return tg_engine_counters(f->e)[c];
}
