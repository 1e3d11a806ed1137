// SPDX-License-Identifier: GPL-2.0 OR MIT
/*
 * Message budgets (RTS 6 article 15: throttles on the number of messages per venue). See rate.h.
 *
 * Interval and slack are chosen so that no window of the configured length, wherever it begins, sees more than its messages: `burst` at once and one an interval
 * afterwards are burst + (messages - burst) in window / (messages - burst + 1). Venues that count in fixed windows and such that slide theirs are both served.
 */
#include "risk/rate.h"
#include "state.h"

#define NEVER		(~0ULL)
#define WINDOW_MAX_NS	86400000000000ULL
#define SLACK_MAX_NS	(1ULL << 60)	/* so that no arrival time overflows */

u64 tg_rate_places(const struct tg_in_engine *p)
{
	return p->max_venues + 1ULL + p->max_clients + 1ULL + TG_RATE_SOURCES + 1ULL;
}

static struct tg_rate *of_venue(const struct tg_engine *e, u32 id)
{
	return TG_TABLE(e, off_rates, struct tg_rate) + id;
}

static struct tg_rate *of_client(const struct tg_engine *e, u32 id)
{
	return of_venue(e, e->params.max_venues + 1u + id);
}

/* 0: no budgets of its own. */
static struct tg_rate *of_source(const struct tg_engine *e, u32 id)
{
	return of_client(e, e->params.max_clients + 1u + id);
}

static struct tg_rate *source_of(const struct tg_engine *e, u32 venue_id)
{
	return of_source(e, of_venue(e, venue_id)->source);
}

static struct tg_rate *place(const struct tg_engine *e, u16 scope, u32 id)
{
	switch (scope) {
	case TG_RATE_VENUE:
		return id && id <= e->params.max_venues ? of_venue(e, id) : NULL;
	case TG_RATE_CLIENT:
		return id <= e->params.max_clients ? of_client(e, id) : NULL;
	case TG_RATE_SOURCE:
		return id && id <= TG_RATE_SOURCES ? of_source(e, id) : NULL;
	default:
		return NULL;
	}
}

/* ---- configuration ---- */

static u64 interval(const struct tg_in_rate *c, u32 op)
{
	u64 parts = (u64)c->messages[op] - c->burst[op] + 1;

	return c->messages[op] == TG_RATE_NONE ? 0 : (c->window_ns + parts - 1) / parts;
}

static bool form_ok(const struct tg_in_rate *c)
{
	u32 op;

	if (c->flags || c->reserved0 || c->reserved[0] || c->reserved[1] || !c->window_ns || c->window_ns > WINDOW_MAX_NS)
		return false;
	for (op = 0; op < TG_RATE_OPS; op++) {
		if (c->messages[op] == TG_RATE_NONE) {
			if (c->burst[op])
				return false;
			continue;
		}
		/* Of nothing at all a cancel would wait for ever. */
		if (!c->burst[op] || c->burst[op] > c->messages[op] || c->burst[op] - 1 > SLACK_MAX_NS / interval(c, op))
			return false;
		if (c->scope == TG_RATE_CLIENT && (op == TG_RATE_CANCEL || op == TG_RATE_STATUS))
			return false;
	}
	if (!c->cancel_reserve)
		return true;
	return c->scope != TG_RATE_CLIENT && c->messages[TG_RATE_ALL] != TG_RATE_NONE && c->cancel_reserve < c->burst[TG_RATE_ALL];
}

static void apply(struct tg_rate *r, const struct tg_in_rate *c)
{
	u32 op;

	r->cfg = *c;
	for (op = 0; op < TG_RATE_OPS; op++) {
		struct tg_bucket *b = &r->b[op];

		b->tat_ns = 0;
		b->interval_ns = interval(c, op);
		b->slack_ns = b->interval_ns ? (u64)(c->burst[op] - 1) * b->interval_ns : 0;
	}
	r->reserve_ns = (u64)c->cancel_reserve * r->b[TG_RATE_ALL].interval_ns;
}

enum tg_reason tg_rate_set(struct tg_engine *e, const struct tg_in_rate *c)
{
	struct tg_rate *r = place(e, c->scope, c->id);
	u32 i;

	if (!r || !form_ok(c))
		return TG_REASON_CONFIG;
	apply(r, c);
	r->own = 1;
	if (c->scope == TG_RATE_CLIENT && !c->id)
		for (i = 1; i <= e->params.max_clients; i++)
			if (!of_client(e, i)->own)
				apply(of_client(e, i), c);
	e->rates_on = 1;
	/* What waits may go by the new budgets already. */
	e->rate_due_ns = e->time_ns;
	return TG_REASON_OK;
}

enum tg_reason tg_rate_set_source(struct tg_engine *e, u16 venue_id, u64 source)
{
	if (source > TG_RATE_SOURCES)
		return TG_REASON_BAD_REQUEST;
	of_venue(e, venue_id)->source = (u32)source;
	return TG_REASON_OK;
}

void tg_rate_client_open(struct tg_engine *e, u16 client_id)
{
	u32 op;

	for (op = 0; op < TG_RATE_OPS; op++)
		of_client(e, client_id)->b[op].tat_ns = 0;
}

/* ---- buckets ---- */

/* When one more may go; reserve_ns of the slack is somebody else's. */
static u64 opens(const struct tg_bucket *b, u64 reserve_ns)
{
	return b->interval_ns ? tg_gcra_open_ns(b->tat_ns, b->slack_ns - reserve_ns) : 0;
}

static void count(struct tg_bucket *b, u64 now_ns)
{
	b->sent++;
	if (b->interval_ns)
		b->tat_ns = tg_gcra_count(b->tat_ns, b->interval_ns, now_ns);
}

static bool refuse(struct tg_bucket *b, u64 reserve_ns, u64 now_ns)
{
	if (likely(opens(b, reserve_ns) <= now_ns))
		return false;
	b->refused++;
	return true;
}

/* Both buckets of a new order, replace or status request. */
static bool refuses(struct tg_rate *r, enum tg_rate_op op, u64 now_ns)
{
	return refuse(&r->b[op], 0, now_ns) || refuse(&r->b[TG_RATE_ALL], r->reserve_ns, now_ns);
}

enum tg_reason tg_rate_check(struct tg_engine *e, u16 venue_id, u16 client_id, enum tg_rate_op op)
{
	struct tg_rate *v = of_venue(e, venue_id);

	if (refuses(v, op, e->time_ns))
		return TG_REASON_VENUE_RATE;
	/* Without a reserve they would come at the same time: cancels first. */
	if (unlikely(v->waiting && v->b[TG_RATE_ALL].interval_ns)) {
		v->b[TG_RATE_ALL].refused++;
		return TG_REASON_VENUE_RATE;
	}
	if (refuses(source_of(e, venue_id), op, e->time_ns))
		return TG_REASON_SOURCE_RATE;
	if (client_id && client_id <= e->params.max_clients && refuses(of_client(e, client_id), op, e->time_ns))
		return TG_REASON_CLIENT_RATE;
	return TG_REASON_OK;
}

void tg_rate_count(struct tg_engine *e, u16 venue_id, enum tg_rate_op op)
{
	count(&of_venue(e, venue_id)->b[op], e->time_ns);
	count(&source_of(e, venue_id)->b[op], e->time_ns);
}

void tg_rate_count_client(struct tg_engine *e, u16 client_id, enum tg_rate_op op)
{
	struct tg_rate *c;
	u64 most;

	if (!client_id || client_id > e->params.max_clients)
		return;
	c = of_client(e, client_id);
	count(&c->b[op], e->time_ns);
	count(&c->b[TG_RATE_ALL], e->time_ns);
	/* Cancels are not refused for it: they empty the bucket and no more, or many of them would keep new orders out for long. */
	most = e->time_ns + c->b[TG_RATE_ALL].slack_ns + c->b[TG_RATE_ALL].interval_ns;
	if (c->b[TG_RATE_ALL].tat_ns > most)
		c->b[TG_RATE_ALL].tat_ns = most;
}

void tg_rate_message(struct tg_engine *e, u16 venue_id)
{
	count(&of_venue(e, venue_id)->b[TG_RATE_ALL], e->time_ns);
	count(&source_of(e, venue_id)->b[TG_RATE_ALL], e->time_ns);
}

static u32 left(const struct tg_bucket *b, u64 reserve_ns, u64 now_ns)
{
	u64 ahead = b->tat_ns > now_ns ? b->tat_ns - now_ns : 0, slack = b->slack_ns - reserve_ns;

	if (!b->interval_ns)
		return TG_RATE_NONE;
	return ahead > slack ? 0 : (u32)((slack - ahead) / b->interval_ns) + 1;
}

static u32 left_of(const struct tg_rate *r, u64 now_ns)
{
	u32 a = left(&r->b[TG_RATE_NEW], 0, now_ns), b = left(&r->b[TG_RATE_ALL], r->reserve_ns, now_ns);

	return a < b ? a : b;
}

u32 tg_rate_left(const struct tg_engine *e, u16 venue_id, u16 client_id)
{
	const struct tg_rate *v = of_venue(e, venue_id);
	u32 least = TG_RATE_NONE, n;

	if (venue_id) {
		least = v->waiting && v->b[TG_RATE_ALL].interval_ns ? 0 : left_of(v, e->time_ns);
		n = left_of(source_of(e, venue_id), e->time_ns);
		if (n < least)
			least = n;
	}
	if (client_id && client_id <= e->params.max_clients) {
		n = left_of(of_client(e, client_id), e->time_ns);
		if (n < least)
			least = n;
	}
	return least;
}

bool tg_rate_query(const struct tg_engine *e, u64 at, struct tg_nl_rate *out)
{
	const struct tg_rate *r = TG_TABLE(e, off_rates, struct tg_rate) + at;
	const struct tg_rate *clients = of_client(e, 0), *sources = of_source(e, 0);
	u32 op;

	if (at >= tg_rate_places(&e->params) || !r->cfg.scope || r == clients)
		return false;
	memset(out, 0, sizeof(*out));
	out->scope = r->cfg.scope;
	out->id = (u32)(r - (r > sources ? sources : r > clients ? clients : of_venue(e, 0)));
	if (r->cfg.scope == TG_RATE_CLIENT && !tg_client(e, out->id))
		return false;
	out->source = (u16)r->source;
	out->window_ns = r->cfg.window_ns;
	out->cancel_reserve = r->cfg.cancel_reserve;
	out->waiting = r->waiting;
	for (op = 0; op < TG_RATE_OPS; op++) {
		out->messages[op] = r->cfg.messages[op];
		out->burst[op] = r->cfg.burst[op];
		out->left[op] = left(&r->b[op], 0, e->time_ns);
		out->sent[op] = r->b[op].sent;
		out->refused[op] = r->b[op].refused;
	}
	return true;
}

/* ---- what waits ---- */

static u32 place_of(const struct tg_order *o)
{
	return (u32)(o->order_id >> 16 & ((1u << TG_ORDER_SLOT_BITS) - 1)) + 1;
}

static void come_back(struct tg_engine *e, u64 at_ns)
{
	if (at_ns < e->rate_due_ns)
		e->rate_due_ns = at_ns;
}

static void later(u64 *at_ns, u64 other_ns)
{
	if (other_ns > *at_ns)
		*at_ns = other_ns;
}

/* When a cancel or status request may go, by the venue's and its source's buckets. */
static u64 opens_at(const struct tg_engine *e, u16 venue_id, enum tg_rate_op op)
{
	const struct tg_rate *v = of_venue(e, venue_id), *s = source_of(e, venue_id);
	bool cancel = op == TG_RATE_CANCEL;
	u64 at = opens(&v->b[op], 0);

	later(&at, opens(&v->b[TG_RATE_ALL], cancel ? 0 : v->reserve_ns));
	later(&at, opens(&s->b[op], 0));
	later(&at, opens(&s->b[TG_RATE_ALL], cancel ? 0 : s->reserve_ns));
	return at;
}

static void keep(struct tg_engine *e, struct tg_rate *v, struct tg_order *o)
{
	u32 at = place_of(o);

	if (o->paced)
		return;
	o->paced = 1;
	o->cancel_due = 1;
	o->pace_next = 0;
	o->pace_prev = v->tail;
	if (v->tail)
		tg_order_slot(e, v->tail - 1)->pace_next = at;
	else
		v->head = at;
	v->tail = at;
	v->waiting++;
	v->b[TG_RATE_CANCEL].refused++;
	tg_cc(e, TG_CC_CANCELS_PACED);
}

void tg_rate_forget(struct tg_engine *e, struct tg_order *o)
{
	struct tg_rate *v = of_venue(e, o->venue_id);

	if (o->pace_prev)
		tg_order_slot(e, o->pace_prev - 1)->pace_next = o->pace_next;
	else
		v->head = o->pace_next;
	if (o->pace_next)
		tg_order_slot(e, o->pace_next - 1)->pace_prev = o->pace_prev;
	else
		v->tail = o->pace_prev;
	o->pace_next = 0;
	o->pace_prev = 0;
	o->paced = 0;
	v->waiting--;
}

bool tg_rate_cancel(struct tg_engine *e, struct tg_order *o)
{
	struct tg_rate *v = of_venue(e, o->venue_id);
	u64 at = opens_at(e, o->venue_id, TG_RATE_CANCEL);

	/* Behind those that were there before. */
	if (at <= e->time_ns && (!v->head || v->head == place_of(o)))
		return true;
	keep(e, v, o);
	come_back(e, at);
	return false;
}

bool tg_rate_status(struct tg_engine *e, u16 venue_id)
{
	struct tg_rate *v = of_venue(e, venue_id);
	u64 at = opens_at(e, venue_id, TG_RATE_STATUS);

	if (at <= e->time_ns && !v->waiting)
		return true;
	v->b[TG_RATE_STATUS].refused++;
	tg_cc(e, TG_CC_STATUS_PACED);
	e->rate_asks = 1;
	come_back(e, at > e->time_ns ? at : opens_at(e, venue_id, TG_RATE_CANCEL));
	return false;
}

static u32 run_venue(struct tg_engine *e, struct tg_rate *v, struct tg_outbox *ob)
{
	enum tg_reason why;
	u32 sent = 0;

	while (v->head) {
		struct tg_order *o = tg_order_slot(e, v->head - 1);

		/* A replace in flight or a question out: who settles that sends the cancel. */
		if (!tg_order_cancel_ready(o)) {
			tg_rate_forget(e, o);
			continue;
		}
		why = tg_order_send_cancel(e, o, 0, ob);
		if (why == TG_REASON_OK) {
			tg_order_update(e, o, ob);
			sent++;
		} else if (why == TG_REASON_CAPACITY) {
			tg_rate_forget(e, o);
		} else {
			e->sweep_due |= why == TG_REASON_NO_OUTBOX;
			break;	/* SESSION_DOWN: until it is up again */
		}
	}
	return sent;
}

u32 tg_rate_run(struct tg_engine *e, struct tg_outbox *ob)
{
	u32 id, sent = 0;

	for (id = 1; id <= e->params.max_venues; id++)
		sent += run_venue(e, of_venue(e, id), ob);
	return sent;
}

void tg_rate_timer(struct tg_engine *e, struct tg_outbox *ob)
{
	if (e->rate_asks) {
		tg_order_sweep(e, ob);
		return;
	}
	e->rate_due_ns = NEVER;
	tg_rate_run(e, ob);
}
