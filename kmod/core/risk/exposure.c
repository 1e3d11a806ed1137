// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Books and sums. A fill is booked in up to four books of its instrument, each with an average cost of its own: the firm's, the account's, the strategy's and the
 * client's. An order's open quantity stands in the same four. Beside them every scope has running sums of money (struct tg_exposure). Positions of accounts make
 * those of FIRM, VENUE, ACCOUNT and INSTRUMENT: gross is not netted between accounts. The books of strategies and clients make those of STRATEGY and CLIENT.
 *
 * Positions are valued at a mark: the reference price at each fill, and again by a timer, all instruments with positions within TG_RISK_MARK_NS as long as there
 * are no more than TG_RISK_MARKS of them. Without a live book the last mark stands.
 */
#include "risk/books.h"
#include "risk/recent.h"

#define TG_RISK_MARK_NS		100000000ULL
#define TG_RISK_MARKS		16u	/* instruments in one step */
#define TG_RISK_MARK_NEXT_NS	1000000ULL
#define NEVER			(~0ULL)
#define DAY_NS			86400000000000ULL
#define S64_MOST		0x7fffffffffffffffLL

/* ---- where things are ---- */

u64 tg_risk_scopes(const struct tg_in_engine *p)
{
	return p->max_venues + 1ULL + p->max_accounts + 1ULL + p->max_clients + 1ULL + p->max_instruments + 1ULL + p->max_strategies + 1ULL;
}

/* The scope and id are checked. FIRM has the place of the venue 0 that does not exist. */
u32 tg_risk_scope_at(const struct tg_engine *e, u16 scope, u32 id)
{
	u32 at = 0;

	switch (scope) {
	case TG_SCOPE_STRATEGY:
		at += e->params.max_instruments + 1u;
		fallthrough;
	case TG_SCOPE_INSTRUMENT:
		at += e->params.max_clients + 1u;
		fallthrough;
	case TG_SCOPE_CLIENT:
		at += e->params.max_accounts + 1u;
		fallthrough;
	case TG_SCOPE_ACCOUNT:
		at += e->params.max_venues + 1u;
	}
	return at + id;
}

static struct tg_exposure *sums(const struct tg_engine *e, u32 at)
{
	return TG_TABLE(e, off_exposures, struct tg_exposure) + at;
}

struct tg_exposure *tg_risk_exposure(const struct tg_engine *e, u16 scope, u32 id)
{
	return tg_scope_ok(e, scope, id) ? sums(e, tg_risk_scope_at(e, scope, id)) : NULL;
}

static struct tg_limits *limits_at(const struct tg_engine *e, u32 at)
{
	struct tg_limits *l = TG_TABLE(e, off_limits, struct tg_limits) + sums(e, at)->slot;

	return (at && !sums(e, at)->slot) || !l->cfg.scope ? NULL : l;
}

u64 tg_risk_books(const struct tg_in_engine *p)
{
	return 1ULL + p->max_accounts + p->max_strategies + p->max_clients;
}

struct tg_position *tg_risk_book(const struct tg_engine *e, enum tg_book_of of, u32 id, u32 instrument_id)
{
	const struct tg_in_engine *p = &e->params;
	u32 row = id, most = 0;

	if (!instrument_id || instrument_id > p->max_instruments)
		return NULL;
	switch (of) {
	case TG_BOOK_OF_FIRM:
		return id ? NULL : tg_book_row(e, 0) + instrument_id;
	case TG_BOOK_OF_ACCOUNT:
		most = p->max_accounts;
		break;
	case TG_BOOK_OF_STRATEGY:
		most = p->max_strategies;
		row += p->max_accounts;
		break;
	case TG_BOOK_OF_CLIENT:
		most = p->max_clients;
		row += p->max_accounts + p->max_strategies;
		break;
	default:
		break;
	}
	return id && id <= most ? tg_book_row(e, row) + instrument_id : NULL;
}

/* A finished order keeps its client's number, which may be somebody else's by now. */
static void books_of(const struct tg_engine *e, const struct tg_order *o, struct tg_position *p[TG_BOOKS_OF])
{
	struct tg_books b = tg_books_of(e, o, tg_order_owner(e, o));

	p[TG_BOOK_OF_FIRM] = b.firm;
	p[TG_BOOK_OF_ACCOUNT] = b.account;
	p[TG_BOOK_OF_STRATEGY] = b.strategy;
	p[TG_BOOK_OF_CLIENT] = b.client;
}

/* Places of the scopes of an order; 0 behind FIRM's: it is in none of that kind. */
static void places(const struct tg_engine *e, const struct tg_order *o, u16 client_id, u32 at[TG_RISK_SCOPES])
{
	const struct tg_in_engine *p = &e->params;
	u32 base = p->max_venues + 1u;

	at[0] = 0;
	at[1] = o->venue_id;
	at[2] = base + o->account_id;
	base += p->max_accounts + 1u;
	at[3] = client_id ? base + client_id : 0;
	base += p->max_clients + 1u;
	at[4] = base + o->instrument_id;
	base += p->max_instruments + 1u;
	at[5] = o->strategy_id ? base + o->strategy_id : 0;
}

static void scopes_of(const struct tg_engine *e, const struct tg_order *o, u32 at[TG_RISK_SCOPES])
{
	places(e, o, tg_order_owner(e, o), at);
}

void tg_risk_open_orders(struct tg_engine *e, const struct tg_order *o, s32 delta)
{
	struct tg_limits *l = TG_TABLE(e, off_limits, struct tg_limits);
	u32 at[TG_RISK_SCOPES], k, slot = 0;

	places(e, o, o->client_id, at);
	for (k = 0; k < TG_RISK_SCOPES; k++) {
		/* FIRM's, the first, is there before its limits are: they are counted anew when those come. */
		if (k)
			slot = at[k] ? sums(e, at[k])->slot : 0;
		if (k && !slot)
			continue;
		l[slot].open_orders += (u32)delta;
		if (unlikely((l[slot].ready_ns == ~0ULL) != (l[slot].open_orders >= l[slot].cfg.max_open_orders)))
			tg_risk_set_ready(l + slot);
	}
}

/* ---- sums ---- */

static s64 magnitude(s64 v)
{
	return v < 0 ? -v : v;
}

/* max 0 lets nothing through, not even what is worth nothing. */
static s64 left(s64 max, __int128 used)
{
	__int128 room = max ? max - used : -1;

	return room < -1 ? -1 : room > S64_MOST ? S64_MOST : (s64)room;
}

s64 tg_risk_room_of(const struct tg_engine *e, const struct tg_limits *l, u32 control, u8 side)
{
	const struct tg_exposure *x = sums(e, l->scope_at);
	__int128 open = x->open_value[0] + x->open_value[1];

	switch (control) {
	case TG_LIMITS_GROSS:
		return left(l->cfg.max_gross_notional, x->gross + open);
	case TG_LIMITS_CAPITAL:
		return left(l->cfg.max_capital, x->capital + open);
	default:
		if (side == TG_SIDE_SELL)
			return left(l->cfg.max_net_notional, x->open_value[1] - x->net);
		return left(l->cfg.max_net_notional, x->open_value[0] + x->net);
	}
}

void tg_risk_room(struct tg_engine *e, struct tg_limits *l)
{
	u32 control;
	u8 side;

	for (side = TG_SIDE_BUY; side <= TG_SIDE_SELL; side++) {
		s64 least = S64_MOST, room;

		for (control = TG_LIMITS_GROSS; control <= TG_LIMITS_CAPITAL; control <<= 1) {
			if (!(l->cfg.flags & control))
				continue;
			room = tg_risk_room_of(e, l, control, side);
			if (room < least)
				least = room;
		}
		l->room[side == TG_SIDE_SELL] = least;
	}
}

static void changed(struct tg_engine *e, u32 at)
{
	struct tg_limits *l = limits_at(e, at);

	if (l && (l->cfg.flags & TG_LIMITS_ROOM))
		tg_risk_room(e, l);
}

/* A position in this scope was *was, and is *is. */
static void shift(struct tg_engine *e, u32 at, const struct tg_position *was, const struct tg_position *is)
{
	struct tg_exposure *x = sums(e, at);

	x->gross += (__int128)magnitude(is->value) - magnitude(was->value);
	x->net += (__int128)is->value - was->value;
	x->capital += (__int128)magnitude(is->cost) - magnitude(was->cost);
	x->result += (__int128)is->realised_pnl - is->fees + is->value - is->cost;
	x->result -= (__int128)was->realised_pnl - was->fees + was->value - was->cost;
	changed(e, at);
}

static void add_open(struct tg_engine *e, u32 at, u8 side, s64 delta)
{
	sums(e, at)->open_value[side == TG_SIDE_SELL] += delta;
	changed(e, at);
}

static s64 value_at(const struct tg_position *p, s64 mark)
{
	s64 v;

	if (mark <= 0)
		return p->cost;	/* never priced: worth what was paid */
	if (!tg_notional(mark, magnitude(p->qty), &v))
		v = TG_PX_MAX;
	return p->qty < 0 ? -v : v;
}

static s64 open_value(const struct tg_order *o, s64 open_qty)
{
	s64 px = o->req_px > o->px ? o->req_px : o->px, v;

	if (px < o->value_px)
		px = o->value_px;
	return tg_notional(px, open_qty, &v) ? v : TG_PX_MAX;
}

s64 tg_risk_replace_value(const struct tg_order *o, s64 px, s64 qty)
{
	s64 most = qty > o->qty ? qty : o->qty, v;

	if (px < o->px)
		px = o->px;
	if (!tg_notional(px, most - o->cum_qty, &v))
		return TG_PX_MAX;
	return v - o->open_value;
}

/* Reversible: what overflows here comes back when it is taken out. Risk refuses long before. */
static void add_wrapping(s64 *to, s64 delta)
{
	*to = (s64)((u64)*to + (u64)delta);
}

static void book_open(struct tg_position *p, u8 side, s64 delta)
{
	if (p)
		add_wrapping(side == TG_SIDE_BUY ? &p->open_buy_qty : &p->open_sell_qty, delta);
}

void tg_risk_reopen(struct tg_engine *e, struct tg_order *o, s64 open_qty)
{
	s64 delta = open_qty - o->open_qty, value;
	struct tg_position *p[TG_BOOKS_OF];
	u32 at[TG_RISK_SCOPES], k;

	if (delta) {
		books_of(e, o, p);
		if (p[TG_BOOK_OF_ACCOUNT])
			tg_position_open(p[TG_BOOK_OF_ACCOUNT], o->side, delta);
		book_open(p[TG_BOOK_OF_FIRM], o->side, delta);
		book_open(p[TG_BOOK_OF_STRATEGY], o->side, delta);
		book_open(p[TG_BOOK_OF_CLIENT], o->side, delta);
		o->open_qty = open_qty;
	}
	if (likely(!e->risk_valued))
		return;
	value = open_qty ? open_value(o, open_qty) : 0;
	if (value == o->open_value)
		return;
	scopes_of(e, o, at);
	for (k = 0; k < TG_RISK_SCOPES; k++)
		if (!k || at[k])
			add_open(e, at[k], o->side, value - o->open_value);
	o->open_value = value;
}

void tg_risk_detach(struct tg_engine *e, struct tg_order *o)
{
	tg_risk_open_orders(e, o, -1);
	book_open(tg_risk_book(e, TG_BOOK_OF_CLIENT, o->client_id, o->instrument_id), o->side, -o->open_qty);
	if (e->risk_valued && o->client_id)
		add_open(e, tg_risk_scope_at(e, TG_SCOPE_CLIENT, o->client_id), o->side, -o->open_value);
	o->client_id = 0;
	tg_risk_open_orders(e, o, 1);
}

void tg_risk_forget_client(struct tg_engine *e, u16 client_id)
{
	u32 at = tg_risk_scope_at(e, TG_SCOPE_CLIENT, client_id);
	struct tg_exposure was = *sums(e, at);

	tg_recent_forget(e, tg_recent(e, at));
	memset(tg_risk_book(e, TG_BOOK_OF_CLIENT, client_id, 1), 0, sizeof(struct tg_position) * e->params.max_instruments);
	memset(sums(e, at), 0, sizeof(struct tg_exposure));
	sums(e, at)->slot = was.slot;
	sums(e, at)->state = was.state;
	/* a person re-enables, not a reconnect */
	sums(e, at)->executions = was.executions;
	sums(e, at)->latched = was.latched;
	changed(e, at);
}

/* All sums from what there is. */
static void make_sums(struct tg_engine *e)
{
	static const struct tg_position none;
	const struct tg_in_engine *p = &e->params;
	u32 row, i, at;

	for (at = 0; at < tg_risk_scopes(p); at++) {
		struct tg_exposure *x = sums(e, at);

		x->gross = 0;
		x->net = 0;
		x->capital = 0;
		x->result = 0;
		x->day_result = 0;
		x->open_value[0] = 0;
		x->open_value[1] = 0;
	}
	for (row = 0; row < tg_risk_books(p); row++) {
		for (i = 1; i <= p->max_instruments; i++) {
			struct tg_position *b = tg_book_row(e, row) + i;
			const struct tg_instrument *in = tg_instrument(e, i);

			if (!in || !b->fills)
				continue;
			if (!row)
				b->mark_px = tg_md_reference_px(e, in);
			b->value = value_at(b, tg_book_row(e, 0)[i].mark_px);
			if (!row)
				continue;
			if (row > p->max_accounts + p->max_strategies) {
				at = tg_risk_scope_at(e, TG_SCOPE_CLIENT, row - p->max_accounts - p->max_strategies);
			} else if (row > p->max_accounts) {
				at = tg_risk_scope_at(e, TG_SCOPE_STRATEGY, row - p->max_accounts);
			} else {
				at = tg_risk_scope_at(e, TG_SCOPE_ACCOUNT, row);
				shift(e, 0, &none, b);
				shift(e, tg_risk_scope_at(e, TG_SCOPE_VENUE, in->def.venue_id), &none, b);
				shift(e, tg_risk_scope_at(e, TG_SCOPE_INSTRUMENT, i), &none, b);
			}
			shift(e, at, &none, b);
		}
	}
	for (at = e->working_head; at; at = tg_order_slot(e, at - 1)->next) {
		struct tg_order *o = tg_order_slot(e, at - 1);

		o->open_value = 0;
		tg_risk_reopen(e, o, o->open_qty);
	}
}

void tg_risk_controls(struct tg_engine *e, u32 flags)
{
	if (!(flags & TG_LIMITS_VALUED) || e->risk_valued)
		return;
	e->risk_valued = 1;
	make_sums(e);
	e->risk_mark_ns = e->time_ns + TG_RISK_MARK_NS;
	e->risk_day_ns = e->time_ns - (e->time_ns - e->params.day_start_s * 1000000000ULL) % DAY_NS + DAY_NS;
}

/* ---- fills ---- */

static void commit(struct tg_engine *e, const struct tg_order *o, s64 px, struct tg_position *p[TG_BOOKS_OF], struct tg_position now[TG_BOOKS_OF])
{
	const struct tg_instrument *i = tg_instrument(e, o->instrument_id);
	u32 k;

	if (e->risk_valued && i) {
		s64 mark = tg_md_reference_px(e, i);

		now[TG_BOOK_OF_FIRM].mark_px = mark > 0 ? mark : px;
		for (k = 0; k < TG_BOOKS_OF; k++)
			if (p[k])
				now[k].value = value_at(&now[k], now[TG_BOOK_OF_FIRM].mark_px);
		k = TG_BOOK_OF_ACCOUNT;
		shift(e, 0, p[k], &now[k]);
		shift(e, tg_risk_scope_at(e, TG_SCOPE_VENUE, o->venue_id), p[k], &now[k]);
		shift(e, tg_risk_scope_at(e, TG_SCOPE_ACCOUNT, o->account_id), p[k], &now[k]);
		shift(e, tg_risk_scope_at(e, TG_SCOPE_INSTRUMENT, o->instrument_id), p[k], &now[k]);
		if (p[TG_BOOK_OF_STRATEGY])
			shift(e, tg_risk_scope_at(e, TG_SCOPE_STRATEGY, o->strategy_id), p[TG_BOOK_OF_STRATEGY], &now[TG_BOOK_OF_STRATEGY]);
		if (p[TG_BOOK_OF_CLIENT])
			shift(e, tg_risk_scope_at(e, TG_SCOPE_CLIENT, tg_order_owner(e, o)), p[TG_BOOK_OF_CLIENT], &now[TG_BOOK_OF_CLIENT]);
		if (e->risk_mark_ns == NEVER)
			e->risk_mark_ns = e->time_ns + TG_RISK_MARK_NS;
	}
	for (k = 0; k < TG_BOOKS_OF; k++)
		if (p[k])
			*p[k] = now[k];
}

bool tg_risk_book_trade(struct tg_engine *e, const struct tg_order *o, const struct tg_trade_change *t)
{
	struct tg_position now[TG_BOOKS_OF], *p[TG_BOOKS_OF];
	u32 k;

	books_of(e, o, p);
	if (!p[TG_BOOK_OF_FIRM] || !p[TG_BOOK_OF_ACCOUNT])
		return false;
	/* A trade, where no sums are kept: nothing has to be told from before. */
	if (likely(!e->risk_valued && !t->repriced && !t->old_qty && t->new_qty))
		return tg_position_fill_all(p, TG_BOOKS_OF, o->side, t->new_qty, t->new_px, t->new_fee);
	for (k = 0; k < TG_BOOKS_OF; k++) {
		if (!p[k])
			continue;
		now[k] = *p[k];
		if (t->repriced ? !tg_position_reprice(&now[k], o->side, t->new_qty, t->old_px, t->new_px, t->new_fee)
				: ((t->old_qty && !tg_position_bust(&now[k], o->side, t->old_qty, t->old_px, t->old_fee)) ||
				   (t->new_qty && !tg_position_fill(&now[k], o->side, t->new_qty, t->new_px, t->new_fee))))
			return false;
	}
	commit(e, o, t->new_qty ? t->new_px : t->old_px, p, now);
	return true;
}

bool tg_risk_fill(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 px, s64 fee)
{
	const struct tg_trade_change t = { .new_qty = qty, .new_px = px, .new_fee = fee };

	return tg_risk_book_trade(e, o, &t);
}

bool tg_risk_reprice(struct tg_engine *e, const struct tg_order *o, s64 qty, s64 from_px, s64 to_px, s64 fee)
{
	const struct tg_trade_change t = { .repriced = true, .old_px = from_px, .new_qty = qty, .new_px = to_px, .new_fee = fee };

	return tg_risk_book_trade(e, o, &t);
}

void tg_risk_filled(struct tg_engine *e, const struct tg_order *o, struct tg_outbox *ob)
{
	struct tg_position *b[TG_BOOKS_OF];
	u32 at[TG_RISK_SCOPES], k;

	if (likely(!e->risk_watched))
		return;
	scopes_of(e, o, at);
	books_of(e, o, b);
	for (k = 0; k < TG_RISK_SCOPES; k++) {
		struct tg_limits *l = !k || at[k] ? limits_at(e, at[k]) : NULL;

		if (l)
			tg_risk_watch(e, l, b, ob);
	}
}

/* ---- marks and days ---- */

static void begin_day(struct tg_engine *e)
{
	u32 at;

	for (at = 0; at < tg_risk_scopes(&e->params); at++)
		sums(e, at)->day_result = sums(e, at)->result;
}

static void watch_at(struct tg_engine *e, u32 at, struct tg_outbox *ob)
{
	struct tg_limits *l = limits_at(e, at);

	if (l)
		tg_risk_watch(e, l, NULL, ob);
}

/* One book of an instrument at a new mark. */
static bool revalue(struct tg_engine *e, struct tg_position *p, s64 mark, struct tg_position *was)
{
	*was = *p;
	if (!p->qty)
		return false;
	p->value = value_at(p, mark);
	return p->value != was->value;
}

/* true: somebody holds it. */
static bool mark_instrument(struct tg_engine *e, const struct tg_instrument *i, struct tg_outbox *ob)
{
	const struct tg_in_engine *p = &e->params;
	const u32 id = i->def.instrument_id;
	struct tg_position *firm = tg_book_row(e, 0) + id, was;
	s64 mark = tg_md_reference_px(e, i);
	bool held = false;
	u32 n, at;

	if (!firm->fills)
		return false;
	if (mark <= 0)
		mark = firm->mark_px;
	firm->mark_px = mark;
	firm->value = value_at(firm, mark);
	for (n = 1; n <= p->max_accounts; n++) {
		struct tg_position *b = tg_book_row(e, n) + id;

		held |= b->qty != 0;
		if (!revalue(e, b, mark, &was))
			continue;
		at = tg_risk_scope_at(e, TG_SCOPE_ACCOUNT, n);
		shift(e, 0, &was, b);
		shift(e, tg_risk_scope_at(e, TG_SCOPE_VENUE, i->def.venue_id), &was, b);
		shift(e, tg_risk_scope_at(e, TG_SCOPE_INSTRUMENT, id), &was, b);
		shift(e, at, &was, b);
		watch_at(e, at, ob);
	}
	for (; n < tg_risk_books(p); n++) {
		struct tg_position *b = tg_book_row(e, n) + id;

		if (!revalue(e, b, mark, &was))
			continue;
		at = n <= p->max_accounts + p->max_strategies ? tg_risk_scope_at(e, TG_SCOPE_STRATEGY, n - p->max_accounts)
							      : tg_risk_scope_at(e, TG_SCOPE_CLIENT, n - p->max_accounts - p->max_strategies);
		shift(e, at, &was, b);
		watch_at(e, at, ob);
	}
	watch_at(e, tg_risk_scope_at(e, TG_SCOPE_VENUE, i->def.venue_id), ob);
	watch_at(e, tg_risk_scope_at(e, TG_SCOPE_INSTRUMENT, id), ob);
	watch_at(e, 0, ob);
	tg_cc(e, TG_CC_RISK_MARKS);
	return held;
}

/* The next instruments. A round that found nothing held ends it until the next fill. */
static void mark(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 n, done = 0;

	if (!e->risk_mark_at)
		e->risk_mark_held = 0;
	for (n = e->risk_mark_at + 1; n <= e->params.max_instruments && done < TG_RISK_MARKS; n++) {
		const struct tg_instrument *i = tg_instrument(e, n);

		if (i && mark_instrument(e, i, ob)) {
			e->risk_mark_held = 1;
			done++;
		}
	}
	if (n <= e->params.max_instruments) {
		e->risk_mark_at = n - 1;
		e->risk_mark_ns = e->time_ns + TG_RISK_MARK_NEXT_NS;
		return;
	}
	e->risk_mark_at = 0;
	e->risk_mark_ns = e->risk_mark_held ? e->time_ns + TG_RISK_MARK_NS : NEVER;
}

void tg_risk_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	if (!e->risk_valued)
		return;
	if (e->risk_day_ns <= e->time_ns) {
		begin_day(e);
		e->risk_day_ns += ((e->time_ns - e->risk_day_ns) / DAY_NS + 1) * DAY_NS;
	}
	if (e->risk_mark_ns <= e->time_ns)
		mark(e, ob);
}

void tg_risk_reenable(struct tg_engine *e, u16 scope, u32 id, u16 cause)
{
	struct tg_exposure *x = tg_risk_exposure(e, scope, id);

	if (cause == TG_KILL_EXECUTIONS)
		x->executions = 0;
	if (cause == TG_KILL_LOSS)
		x->day_result = x->result;
}

u64 tg_risk_deadline_ns(const struct tg_engine *e)
{
	if (likely(!e->risk_valued))
		return NEVER;
	return e->risk_day_ns < e->risk_mark_ns ? e->risk_day_ns : e->risk_mark_ns;
}
