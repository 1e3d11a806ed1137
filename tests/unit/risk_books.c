// SPDX-License-Identifier: MIT
/* What the model of the risk controls keeps: limits, kills, orders, positions, marks, days. */
#include <stdint.h>
#include <stdlib.h>
#include "risk_model.h"

#define MARK_NS	100000000ULL
#define DAY_NS	86400000000000ULL
#define SEC_NS	1000000000ULL
#define NEVER	(~0ULL)

void rm_init(struct rm *m, u64 day_start_s)
{
	u32 i;

	memset(m, 0, sizeof(*m));
	m->day_start_s = day_start_s;
	m->next_mark = NEVER;
	m->next_day = NEVER;
	for (i = 0; i < RM_IDS; i++) {
		m->reference[i] = TG_PX_NONE;
		m->price[i] = calloc(RM_PRICES, sizeof(struct rm_price));
	}
}

void rm_free(struct rm *m)
{
	u32 i;

	for (i = 0; i < RM_IDS; i++)
		free(m->price[i]);
	free(m->orders);
	free(m->working);
	free(m->trades);
	free(m->sent);
}

void rm_time(struct rm *m, u64 now_ns)
{
	m->now = now_ns;
}

static s64 worth(const struct rm_book *b, s64 mark)
{
	rm_wide q = b->qty < 0 ? -(rm_wide)b->qty : b->qty, v = mark * q / TG_SCALE;

	if (mark <= 0)
		return b->cost;
	if (v > TG_PX_MAX)
		v = TG_PX_MAX;
	return (s64)(b->qty < 0 ? -v : v);
}

/* ---- results ---- */

static rm_wide result_of(const struct rm_book *b)
{
	return (rm_wide)b->realised - b->fees + b->value - b->cost;
}

static rm_wide result(const struct rm *m, u16 scope, u32 id)
{
	rm_wide sum = 0;
	u32 n, i;

	for (n = 1; n < RM_IDS; n++)
		for (i = 1; i < RM_IDS; i++)
			switch (scope) {
			case TG_SCOPE_STRATEGY:
				sum += n == id ? result_of(&m->strategy[n][i]) : 0;
				break;
			case TG_SCOPE_CLIENT:
				sum += n == id ? result_of(&m->client[n][i]) : 0;
				break;
			default:
				if (scope == TG_SCOPE_FIRM || (scope == TG_SCOPE_ACCOUNT && n == id) || (scope == TG_SCOPE_INSTRUMENT && i == id) ||
				    (scope == TG_SCOPE_VENUE && m->venue_of[i] == id))
					sum += result_of(&m->account[n][i]);
			}
	return sum;
}

void rm_step(struct rm *m)
{
	u32 id;
	u16 k;

	for (k = 0; k < RM_SCOPES; k++)
		for (id = 0; id < RM_IDS; id++) {
			struct rm_scope *s = &m->scope[k][id];

			s->was_over_loss = s->loss_before = s->over_loss;
			s->executions_before = s->over_executions;
		}
}

void rm_look(struct rm *m)
{
	u32 id;
	u16 k;

	for (k = TG_SCOPE_FIRM; k < RM_SCOPES; k++)
		for (id = 0; id < RM_IDS; id++) {
			struct rm_scope *s = &m->scope[k][id];
			const struct tg_in_limits *c = &s->l.cfg;

			s->over_loss = s->l.loaded && c->flags & TG_LIMITS_DAILY_LOSS && s->day_began - result(m, k, id) > c->max_daily_loss;
			s->over_executions = s->l.loaded && c->flags & TG_LIMITS_EXECUTIONS && s->executions >= c->max_executions;
			s->was_over_loss |= s->over_loss;
		}
}

/* ---- limits and kills ---- */

/* From here on positions are worth something: what there is, at what it is worth now. */
static void begin_valuing(struct rm *m)
{
	u32 n, i;

	m->valued = true;
	for (i = 1; i < RM_IDS; i++) {
		m->mark[i] = m->reference[i];
		for (n = 1; n < RM_IDS; n++) {
			m->account[n][i].value = worth(&m->account[n][i], m->mark[i]);
			m->strategy[n][i].value = worth(&m->strategy[n][i], m->mark[i]);
			m->client[n][i].value = worth(&m->client[n][i], m->mark[i]);
		}
	}
	m->next_mark = m->now + MARK_NS;
	m->next_day = m->now / DAY_NS * DAY_NS + m->day_start_s * SEC_NS;
	while (m->next_day <= m->now)
		m->next_day += DAY_NS;
}

static u64 window_of(const struct rm *m, u32 i)
{
	const struct rm_limits *own = &m->scope[TG_SCOPE_INSTRUMENT][i].l, *firm = &m->scope[TG_SCOPE_FIRM][0].l;

	return own->loaded && own->cfg.collar_window_ns ? own->cfg.collar_window_ns : firm->loaded ? firm->cfg.collar_window_ns : 0;
}

enum tg_reason rm_set_limits(struct rm *m, const struct tg_in_limits *c)
{
	struct rm_limits *l = &m->scope[c->scope][c->id].l;
	u64 window[RM_IDS];
	u32 i;

	if (l->loaded && l->cfg.seq && c->seq <= l->cfg.seq)
		return TG_REASON_STALE_LIMITS;
	for (i = 1; i < RM_IDS; i++)
		window[i] = window_of(m, i);
	l->cfg = *c;
	l->loaded = true;
	l->valid_until = c->lease_ns ? m->now + c->lease_ns : NEVER;
	for (i = 1; i < RM_IDS; i++)
		if (window_of(m, i) != window[i])
			m->n_prices[i] = 0;	/* another window begins empty */
	if (c->flags & (TG_LIMITS_GROSS | TG_LIMITS_NET | TG_LIMITS_CAPITAL | TG_LIMITS_DAILY_LOSS) && !m->valued)
		begin_valuing(m);
	return TG_REASON_OK;
}

void rm_kill(struct rm *m, u16 scope, u32 id, u16 cause)
{
	u32 i;

	for (i = 0; i < m->n_kills; i++)
		if (m->kill[i].scope == scope && m->kill[i].id == id)
			return;
	m->kill[m->n_kills++] = (struct rm_kill){ .scope = scope, .cause = cause, .id = id };
}

bool rm_resume(struct rm *m, u16 scope, u32 id)
{
	struct rm_scope *s = &m->scope[scope][id];
	u32 i;

	for (i = 0; i < m->n_kills; i++)
		if (m->kill[i].scope == scope && m->kill[i].id == id)
			break;
	if (i == m->n_kills)
		return false;
	if (m->kill[i].cause == TG_KILL_EXECUTIONS)
		s->executions = 0;
	if (m->kill[i].cause == TG_KILL_LOSS)
		s->day_began = result(m, scope, id);
	for (m->n_kills--; i < m->n_kills; i++)
		m->kill[i] = m->kill[i + 1];
	return true;
}

/* A session of a client begins with nothing; when it ends, what it has open is nobody's. */
void rm_client(struct rm *m, u16 client, bool open)
{
	u32 i;

	m->open[client] = open;
	if (open) {
		m->session[client]++;
		memset(m->client[client], 0, sizeof(m->client[client]));
		m->scope[TG_SCOPE_CLIENT][client].day_began = 0;
		return;
	}
	for (i = 0; i < m->n_working; i++)
		if (m->orders[m->working[i]].client == client)
			m->orders[m->working[i]].client = 0;
}

/* ---- orders ---- */

struct rm_order *rm_order_add(struct rm *m, const struct rm_order *o)
{
	if (m->n_orders == m->cap_orders) {
		m->cap_orders = m->cap_orders ? 2 * m->cap_orders : 1024;
		m->orders = realloc(m->orders, m->cap_orders * sizeof(*m->orders));
		m->working = realloc(m->working, m->cap_orders * sizeof(*m->working));
	}
	m->orders[m->n_orders] = *o;
	m->orders[m->n_orders].working = false;
	m->orders[m->n_orders].session = m->session[o->client];
	rm_work(m, &m->orders[m->n_orders++], true);
	return &m->orders[m->n_orders - 1];
}

struct rm_order *rm_order_find(const struct rm *m, u64 id)
{
	u32 i;

	for (i = m->n_orders; i--;)
		if (m->orders[i].id == id)
			return &m->orders[i];
	return NULL;
}

void rm_work(struct rm *m, struct rm_order *o, bool on)
{
	u32 at = (u32)(o - m->orders), i;

	if (o->working == on)
		return;
	o->working = on;
	if (on) {
		m->working[m->n_working++] = at;
		return;
	}
	for (i = 0; m->working[i] != at; i++)
		;
	m->working[i] = m->working[--m->n_working];
}

static rm_wide money_of(rm_wide px, rm_wide qty)
{
	return px * qty / TG_SCALE;
}

/* Open value: the larger quantity at the higher price. */
rm_wide rm_worth(const struct rm_order *o)
{
	s64 most = o->req_qty > o->qty ? o->req_qty : o->qty, px = o->req_px > o->px ? o->req_px : o->px;
	rm_wide v;

	if (px < o->market_px)
		px = o->market_px;
	v = most > o->cum ? money_of(px, most - o->cum) : 0;
	return v > TG_PX_MAX ? TG_PX_MAX : v;
}

void rm_ask_replace(const struct rm *m, const struct rm_order *o, s64 px, s64 qty, struct rm_request *r)
{
	struct rm_order then = *o;
	rm_wide most;

	memset(r, 0, sizeof(*r));
	r->client = o->client;
	r->account = o->account;
	r->venue = o->venue;
	r->strategy = o->strategy;
	r->instrument = o->instrument;
	r->side = o->side;
	r->type = o->type;
	r->replace = true;
	r->px = px;
	r->qty = qty;
	r->add_qty = qty > o->qty ? qty - o->qty : 0;
	then.req_px = px;
	then.req_qty = qty;
	/* what cannot be told is more than any maximum has room for */
	most = qty > o->qty ? qty : o->qty;
	r->add_value = money_of(px > o->px ? px : o->px, most - o->cum) > TG_PX_MAX ? TG_PX_MAX : rm_worth(&then) - rm_worth(o);
}

bool rm_crosses(const struct rm *m, const struct rm_request *r)
{
	u32 i;

	for (i = 0; i < m->n_working; i++) {
		const struct rm_order *o = &m->orders[m->working[i]];
		s64 reach = o->px;

		if (o->instrument != r->instrument || o->side == r->side)
			continue;
		if (r->type == TG_ORD_MARKET || o->type == TG_ORD_MARKET)
			return true;
		/* the venue may have either price */
		if (o->req_qty && o->req_px)
			reach = (o->side == TG_SIDE_BUY) == (o->req_px > o->px) ? o->req_px : o->px;
		if (r->side == TG_SIDE_BUY ? r->px >= reach : r->px <= reach)
			return true;
	}
	return false;
}

/* ---- trades ---- */

static bool held_ok(rm_wide v)
{
	return v >= -(rm_wide)TG_PX_MAX && v <= TG_PX_MAX;
}

/* Average cost: what leaves takes its share of the cost with it, rounded to zero; what goes through zero begins anew. */
static bool move(struct rm_book *b, u8 side, s64 qty, s64 px, s64 fee)
{
	rm_wide sign = side == TG_SIDE_BUY ? 1 : -1, all = (rm_wide)px * qty / TG_SCALE;
	rm_wide held = b->qty, cost = b->cost, realised = b->realised;

	if (px < 0 || qty <= 0 || qty > TG_PX_MAX || all > TG_PX_MAX)
		return false;
	if (held * sign >= 0) {
		cost += sign * all;
	} else {
		rm_wide have = -held * sign, out = have < qty ? have : qty;
		rm_wide share = -cost * sign * out / have, got = all * out / qty;

		realised += sign < 0 ? got - share : share - got;
		cost = out < qty ? sign * (all - got) : cost + sign * share;
	}
	held += sign * qty;
	if (!held_ok(held) || !held_ok(cost) || !held_ok(realised) || !held_ok((rm_wide)b->fees + fee))
		return false;
	b->qty = (s64)held;
	b->cost = (s64)cost;
	b->realised = (s64)realised;
	b->fees += fee;
	return true;
}

bool rm_fold(struct rm_book *b, u8 side, const struct tg_trade_change *t)
{
	u8 other = side == TG_SIDE_BUY ? TG_SIDE_SELL : TG_SIDE_BUY;
	s64 *sum = side == TG_SIDE_BUY ? &b->bought : &b->sold;

	if (t->repriced)
		return move(b, other, t->new_qty, t->old_px, 0) && move(b, side, t->new_qty, t->new_px, t->new_fee);
	if (t->old_qty) {
		if (!move(b, other, t->old_qty, t->old_px, -t->old_fee))
			return false;
		*sum -= t->old_qty;
	}
	if (t->new_qty) {
		if (!move(b, side, t->new_qty, t->new_px, t->new_fee))
			return false;
		*sum += t->new_qty;
		b->fills++;
	}
	return true;
}

static void keep(struct rm *m, const struct rm_order *o, u16 client, const struct tg_trade_change *t)
{
	if (m->n_trades == m->cap_trades) {
		m->cap_trades = m->cap_trades ? 2 * m->cap_trades : 1024;
		m->trades = realloc(m->trades, m->cap_trades * sizeof(*m->trades));
	}
	m->trades[m->n_trades++] = (struct rm_trade){ .instrument = o->instrument, .account = o->account, .strategy = o->strategy,
						      .client = client, .side = o->side, .t = *t };
}

bool rm_trade(struct rm *m, const struct rm_order *o, const struct tg_trade_change *t)
{
	const u32 i = o->instrument;
	/* The client's number may be another's by now. */
	u16 client = o->client && m->open[o->client] && o->session == m->session[o->client] ? o->client : 0;
	struct rm_book *book[] = { &m->firm[i], &m->account[o->account][i], &m->strategy[o->strategy][i], &m->client[client][i] };
	const bool is[] = { true, true, o->strategy != 0, client != 0 };
	struct rm_book now[4];
	u32 k;

	for (k = 0; k < 4; k++) {
		now[k] = *book[k];
		if (is[k] && !rm_fold(&now[k], o->side, t))
			return false;
	}
	if (m->valued)
		m->mark[i] = m->reference[i] > 0 ? m->reference[i] : t->new_qty ? t->new_px : t->old_px;
	for (k = 0; k < 4; k++) {
		if (!is[k])
			continue;
		*book[k] = now[k];
		if (m->valued)
			book[k]->value = worth(book[k], m->mark[i]);
	}
	keep(m, o, client, t);
	if (m->valued && m->next_mark == NEVER)
		m->next_mark = m->now + MARK_NS;
	rm_look(m);
	return true;
}

/* ---- time ---- */

static bool mark(struct rm *m, u32 i)
{
	bool held = false;
	u32 n;

	if (!m->firm[i].fills)
		return false;
	if (m->reference[i] > 0)
		m->mark[i] = m->reference[i];
	for (n = 1; n < RM_IDS; n++) {
		held |= m->account[n][i].qty != 0;
		if (m->account[n][i].qty)
			m->account[n][i].value = worth(&m->account[n][i], m->mark[i]);
		if (m->strategy[n][i].qty)
			m->strategy[n][i].value = worth(&m->strategy[n][i], m->mark[i]);
		if (m->client[n][i].qty)
			m->client[n][i].value = worth(&m->client[n][i], m->mark[i]);
	}
	rm_look(m);
	return held;
}

void rm_timer(struct rm *m)
{
	bool held = false;
	u32 i, id;
	u16 k;

	if (m->next_day <= m->now) {
		for (k = TG_SCOPE_FIRM; k < RM_SCOPES; k++)
			for (id = 0; id < RM_IDS; id++)
				m->scope[k][id].day_began = result(m, k, id);
		while (m->next_day <= m->now)
			m->next_day += DAY_NS;
		rm_look(m);
	}
	if (m->next_mark > m->now)
		return;
	for (i = 1; i < RM_IDS; i++)
		if (m->venue_of[i])
			held |= mark(m, i);
	m->next_mark = held ? m->now + MARK_NS : NEVER;
}
