// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "records.h"
#include "venue/venue.h"

#define L3_ORDERS	65536	/* l3_orders that is not said */

/* NUL padded fields: the records are zeroed, sizes were checked by the table. */
#define COPY(field, text) memcpy(field, text, strnlen(text, sizeof(field) - 1))

void tgd_engine_params(const struct tgd_config *c, struct tg_in_engine *e, struct tg_nl_host *h)
{
	const struct tgd_engine *g = &c->engine;

	*e = (struct tg_in_engine){
		.abi_version = TG_ABI_VERSION,
		.engine_id = (__u16)g->id,
		.max_venues = (__u16)g->max_venues,
		.max_instruments = (__u16)g->max_instruments,
		.max_feeds = (__u16)g->max_feeds,
		.max_accounts = (__u16)g->max_accounts,
		.max_clients = (__u16)g->max_clients,
		.max_permits = (__u16)g->max_permits,
		.max_orders = (__u32)g->max_orders,
		.max_limits = (__u32)g->max_limits,
		.max_parents = (__u32)g->max_parents,
		.max_timers = (__u32)g->max_timers,
		.book_levels = (__u32)g->book_levels,
		.md_pending = (__u32)g->md_pending,
		.exec_ids = (__u32)g->exec_ids,
		.rx_buffer_bytes = (__u32)g->rx_buffer_bytes,
		.session_store_bytes = (__u32)g->session_store_bytes,
		.session_store_messages = (__u32)g->session_store_messages,
		.l3_orders = (__u32)(g->l3_books && !g->l3_orders ? L3_ORDERS : g->l3_orders),
		.l3_books = (__u16)g->l3_books,
		.max_products = (__u16)g->max_products,
		.max_strategies = (__u16)g->max_strategies,
		.day_start_s = (__u32)g->day_start_min * 60,
	};
	*h = (struct tg_nl_host){
		.cpu = (__u32)g->cpu,
		.wait = (__u16)g->wait,
		.flags = (__u16)((g->force_cpu ? TG_HOST_FORCE_CPU : 0) |
				 (g->journal_required ? TG_HOST_JOURNAL_REQUIRED : 0)),
		.public_slots = (__u32)g->public_slots,
		.journal_bytes = (__u32)g->journal_mib << 20,
		.spin_ns = (__u32)(g->spin_us * 1000),
		.packet_slots = (__u32)g->packet_slots,
		.deadman_ms = (__u32)g->deadman_ms,
	};
}

void tgd_venue_record(const struct tgd_venue *v, struct tg_in_venue *o)
{
	static const __u16 fix_versions[] = { 0, 42, 44, 50 };	/* the words of the key */

	memset(o, 0, sizeof(*o));
	o->venue_id = (__u16)v->id;
	o->dialect = (__u16)v->dialect;
	o->heartbeat_s = (__u16)v->heartbeat_s;
	o->flags =
		(__u16)((v->reset_on_logon ? TG_VENUE_RESET_ON_LOGON : 0) |
			(v->md_over_tcp ? TG_VENUE_MD_TCP : 0) | (v->orders ? TG_VENUE_ORDERS : 0) |
			(v->cancel_on_disconnect ? TG_VENUE_CANCEL_ON_DISCONNECT : 0) |
			(v->credentials[0] ? TG_VENUE_CREDENTIALS : 0) |
			(v->tls ? TG_VENUE_TLS : 0));
	o->flags |= (__u16)((v->validate ? TG_VENUE_VALIDATE : 0) |
			    (v->next_expected ? TG_VENUE_NEXT_EXPECTED : 0));
	o->resend_policy = (__u16)v->resend_policy;
	o->resend_max = (__u16)v->resend_max;
	o->resend_max_age_ns = (__u64)v->resend_max_age_ms * 1000000u;
	o->heartbeat_min_s = (__u16)v->heartbeat_min_s;
	o->sending_time_max_skew_ms = (__u32)v->max_skew_ms;
	o->logon_timeout_ms = (__u32)v->logon_timeout_ms;
	o->logout_timeout_ms = (__u32)v->logout_timeout_ms;
	o->md_depth = (__u32)v->md_depth;
	o->fix_version = fix_versions[v->fix_version];
	o->crossed_policy = (__u16)v->crossed;
	o->self_trade = (__u16)v->self_trade;
	COPY(o->name, v->s.name);
	COPY(o->sender_comp_id, v->sender);
	COPY(o->target_comp_id, v->target);
}

static void venue(struct tgd_record *r, const struct tgd_venue *v)
{
	r->type = TG_IN_VENUE;
	r->len = sizeof(r->u.venue);
	tgd_venue_record(v, &r->u.venue);
}

static void product(struct tgd_record *r, const struct tgd_product *p)
{
	r->type = TG_IN_PRODUCT;
	r->len = sizeof(r->u.product);
	r->u.product.product_id = (__u16)p->id;
	COPY(r->u.product.name, p->s.name);
}

static void strategy(struct tgd_record *r, const struct tgd_strategy *st)
{
	r->type = TG_IN_STRATEGY;
	r->len = sizeof(r->u.strategy);
	r->u.strategy.strategy_id = (__u16)st->id;
	COPY(r->u.strategy.name, st->s.name);
}

static void instrument(struct tgd_record *r, const struct tgd_instrument *in)
{
	struct tg_in_instrument *o = &r->u.instrument;
	__u64 stale_ns = (__u64)in->stale_ms * 1000000u;

	r->type = TG_IN_INSTRUMENT;
	r->len = sizeof(*o);
	o->instrument_id = (__u32)in->id;
	o->venue_id = (__u16)in->venue_id;
	o->flags = (__u16)((in->subscribe ? TG_INSTRUMENT_SUBSCRIBE : 0) |
			   (in->l3 ? TG_INSTRUMENT_L3 : 0) |
			   (in->published ? TG_INSTRUMENT_PUBLISHED : 0));
	o->product_id = (__u16)in->product_id;
	o->taker_fee_e8 = (__s32)(in->taker_fee_bps / TGD_BPS);
	o->maker_fee_e8 = (__s32)(in->maker_fee_bps / TGD_BPS);
	o->md_depth = (__u32)in->depth;
	o->self_trade = (__u8)in->self_trade;
	o->tick = in->tick;
	o->lot = in->lot;
	o->min_qty = in->min_qty;
	o->stale_ns_lo = (__u32)stale_ns;
	o->stale_ns_hi = (__u32)(stale_ns >> 32);
	o->px_digits = (__u8)in->px_digits;
	o->qty_digits = (__u8)in->qty_digits;
	COPY(o->symbol, in->symbol);
}

static void feed(struct tgd_record *r, const struct tgd_feed *f)
{
	struct tg_in_feed *o = &r->u.feed;

	r->type = TG_IN_FEED;
	r->len = sizeof(*o);
	o->feed_id = (__u16)f->id;
	o->venue_id = (__u16)f->venue_id;
	o->line = (__u16)f->line_no;
	o->flags = f->snapshot ? TG_FEED_SNAPSHOT : 0;
	o->silence_ms = (__u32)f->silence_ms;
	COPY(o->name, f->s.name);
}

static void account(struct tgd_record *r, const struct tgd_account *a)
{
	r->type = TG_IN_ACCOUNT;
	r->len = sizeof(r->u.account);
	r->u.account.account_id = (__u16)a->id;
	COPY(r->u.account.name, a->s.name);
}

static void permit(struct tgd_record *r, const struct tgd_permit *p)
{
	struct tg_in_permit *o = &r->u.permit;

	r->type = TG_IN_PERMIT;
	r->len = sizeof(*o);
	o->permit_id = (__u16)p->id;
	o->account_id = (__u16)p->account_id;
	o->uid = (__u32)p->uid;
	o->instrument_id = (__u32)p->instrument_id;
	o->exec = (__u16)p->execs;
	o->strategy_id = (__u16)p->strategy_id;
	o->flags = (p->trade ? TG_PERMIT_TRADE : 0) | (p->market_orders ? TG_PERMIT_MARKET : 0) |
		   (p->publish ? TG_PERMIT_PUBLISH : 0);
}

/* A control of its own flag: on where a limit was given. */
static __s64 amount(struct tg_in_limits *o, __u16 flag, long long v)
{
	if (v == TG_PX_MAX)
		return 0;
	o->flags |= flag;
	return v;
}

static __u32 count_limit(struct tg_in_limits *o, __u16 flag, long long v)
{
	if (v == 0xffffffffu)
		return 0;
	o->flags |= flag;
	return (__u32)v;
}

static void limits(struct tgd_record *r, const struct tgd_limits *l)
{
	struct tg_in_limits *o = &r->u.limits;

	r->type = TG_IN_LIMITS;
	r->len = sizeof(*o);
	o->scope = (__u16)l->scope;
	o->id = (__u32)l->scope_id;
	o->max_order_qty = l->max_order_qty;
	o->max_order_notional = l->max_order_notional;
	o->max_position = l->max_position;
	o->collar_bps = (__u32)l->collar_bps;
	o->max_open_orders = (__u32)l->max_open_orders;
	o->rate_per_s = (__u32)l->rate_per_s;
	o->rate_burst = (__u32)l->rate_burst;
	o->duplicate_window_ns = (__u64)l->duplicate_window_ms * 1000000u;
	o->max_total_position = amount(o, TG_LIMITS_TOTAL_POSITION, l->max_total_position);
	o->max_gross_notional = amount(o, TG_LIMITS_GROSS, l->max_gross_notional);
	o->max_net_notional = amount(o, TG_LIMITS_NET, l->max_net_notional);
	o->max_capital = amount(o, TG_LIMITS_CAPITAL, l->max_capital);
	o->max_daily_loss = amount(o, TG_LIMITS_DAILY_LOSS, l->max_daily_loss);
	o->window_collar_bps = count_limit(o, TG_LIMITS_WINDOW_COLLAR, l->window_collar_bps);
	o->max_executions = count_limit(o, TG_LIMITS_EXECUTIONS, l->max_executions);
	o->collar_window_ns = (__u64)l->collar_window_ms * 1000000u;
	o->warn_percent = (__u16)l->warn_percent;
	o->seq = (__u64)l->seq;
	o->lease_ns = (__u64)l->lease_ms * 1000000u;
	o->flags |= (l->duplicate_scope ? TG_LIMITS_DUPLICATE_SCOPE : 0) |
		    (l->reduce_only ? TG_LIMITS_REDUCE_ONLY : 0) |
		    (l->restricted ? TG_LIMITS_RESTRICTED : 0);
}

/* What may go at once: a share, rounded up, so that there is always one. */
static __u32 share(__u32 of, long long percent)
{
	return (__u32)(((__u64)of * (__u64)percent + 99) / 100);
}

static void rate_record(struct tgd_record *r, unsigned int scope, unsigned int id, __u64 window_ms, const long long *messages,
			long long burst_percent, long long reserve_percent)
{
	struct tg_in_rate *o = &r->u.rate;
	__u32 burst, op;

	r->type = TG_IN_RATE;
	r->len = sizeof(*o);
	o->scope = (__u16)scope;
	o->id = id;
	o->window_ns = window_ms * 1000000u;
	for (op = 0; op < TG_RATE_OPS; op++) {
		o->messages[op] = (__u32)messages[op];
		o->burst[op] = o->messages[op] == TG_RATE_NONE ? 0 : share(o->messages[op], burst_percent);
	}
	burst = o->burst[TG_RATE_ALL];
	if (scope == TG_RATE_CLIENT || !burst)
		return;
	o->cancel_reserve = share(burst, reserve_percent);
	if (o->cancel_reserve >= burst)
		o->cancel_reserve = burst - 1;
}

#define BURST_PERCENT	10
#define RESERVE_PERCENT	25

/* What the dialect's venue is known to allow, unless a section says something else. false: nothing is known. */
static bool venue_rate(struct tgd_record *r, const struct tgd_config *c, const struct tgd_venue *v)
{
	const struct tg_venue_caps *caps = tg_venue_caps((__u16)v->dialect);
	long long messages[TG_RATE_OPS];
	unsigned int i;

	for (i = 0; i < c->rates; i++)
		if (c->rate[i].scope == TG_RATE_VENUE && c->rate[i].scope_id == v->id)
			return false;
	if (!v->orders || !caps || !caps->rate_messages)
		return false;
	for (i = 0; i < TG_RATE_OPS; i++)
		messages[i] = TG_RATE_NONE;
	messages[TG_RATE_ALL] = caps->rate_messages;
	rate_record(r, TG_RATE_VENUE, (unsigned int)v->id, caps->rate_window_ms, messages, BURST_PERCENT, RESERVE_PERCENT);
	return true;
}

static void trigger(struct tgd_record *r, const struct tgd_trigger *t, unsigned int id)
{
	struct tg_in_trigger *o = &r->u.trigger;

	r->type = TG_IN_TRIGGER;
	r->len = sizeof(*o);
	o->trigger_id = (__u16)id;
	o->on = (__u16)t->on;
	o->scope = (__u16)t->scope;
	o->id = (__u32)t->scope_id;
	o->act_scope = (__u16)t->act_scope;
	o->act_id = (__u32)t->act_id;
	o->action = (__u16)t->action;
	o->max = (__u32)t->max;
	o->window_ns = (__u64)t->window_ms * 1000000u;
	COPY(o->name, t->s.name);
}

static void watch(struct tgd_record *r, const struct tgd_watch *w)
{
	struct tg_in_watch *o = &r->u.watch;

	r->type = TG_IN_WATCH;
	r->len = sizeof(*o);
	o->venue_id = (__u16)w->venue_id;
	o->reduce_percent = (__u16)w->reduce_at;
	o->stop_percent = (__u16)w->stop_at;
	o->cancel_percent = (__u16)w->cancel_at;
	o->recover_percent = (__u16)w->recover_percent;
	o->reject_percent = (__u16)w->reject_percent;
	o->stale_percent = (__u16)w->stale_percent;
	o->window_ns = (__u64)w->window_ms * 1000000u;
	o->ack_ns = (__u64)w->ack_us * 1000u;
	o->stale_ns = (__u64)w->stale_ms * 1000000u;
	o->recover_ns = (__u64)w->recover_ms * 1000000u;
	o->gaps = (__u32)w->gaps;
	o->min_answers = (__u32)w->min_answers;
	o->position_ns = (__u64)w->positions_s * 1000000000u;
	o->grace_ns = (__u64)w->grace_ms * 1000000u;
	o->tolerance_qty = w->tolerance;
	o->copy_of = (__u16)w->copy_of_id;
	o->flags = w->base ? TG_WATCH_BASE_FIRST : 0;
}

static struct tgd_record *next(struct tgd_records *rs, const char *kind, const char *name)
{
	struct tgd_record *r = &rs->r[rs->n++];

	snprintf(r->label, sizeof(r->label), "[%s%s%s]", kind, *name ? " " : "", name);
	return r;
}

int tgd_records_build(const struct tgd_config *c, struct tgd_records *out)
{
	unsigned int max = c->venues + c->products + c->strategies + c->instruments + c->feeds + c->accounts + c->permits +
			   c->n_limits + c->rates + c->venues + c->triggers + c->watches + 1,
		     i;
	struct tgd_record *r;
	char kind[32];

	out->n = 0;
	out->r = calloc(max, sizeof(*out->r));
	if (!out->r)
		return -ENOMEM;
	for (i = 0; i < c->venues; i++)
		venue(next(out, "venue", c->venue[i].s.name), &c->venue[i]);
	for (i = 0; i < c->products; i++)
		product(next(out, "product", c->product[i].s.name), &c->product[i]);
	for (i = 0; i < c->strategies; i++)
		strategy(next(out, "strategy", c->strategy[i].s.name), &c->strategy[i]);
	for (i = 0; i < c->instruments; i++)
		instrument(next(out, "instrument", c->instrument[i].s.name), &c->instrument[i]);
	for (i = 0; i < c->feeds; i++)
		feed(next(out, "feed", c->feed[i].s.name), &c->feed[i]);
	for (i = 0; i < c->accounts; i++)
		account(next(out, "account", c->account[i].s.name), &c->account[i]);
	for (i = 0; i < c->permits; i++)
		permit(next(out, "permit", c->permit[i].s.name), &c->permit[i]);
	for (i = 0; i < c->n_limits; i++) {
		snprintf(kind, sizeof(kind), "limits %s",
			 tgd_scope_word((unsigned int)c->limits[i].scope));
		limits(next(out, kind, c->limits[i].s.name), &c->limits[i]);
	}
	for (i = 0; i < c->rates; i++) {
		const struct tgd_rate *t = &c->rate[i];

		rate_record(next(out, "rate", t->s.name), (unsigned int)t->scope, (unsigned int)t->scope_id, (__u64)t->window_ms,
			    t->messages, t->burst_percent, t->cancel_reserve_percent);
	}
	for (i = 0; i < c->venues; i++)
		if (!venue_rate(next(out, "venue", c->venue[i].s.name), c, &c->venue[i]))
			memset(&out->r[--out->n], 0, sizeof(out->r[0]));
	/* Numbered as they come. */
	for (i = 0; i < c->triggers; i++)
		trigger(next(out, "trigger", c->trigger[i].s.name), &c->trigger[i], i + 1);
	for (i = 0; i < c->watches; i++)
		watch(next(out, "watch", c->watch[i].s.name), &c->watch[i]);
	r = next(out, "engine", "");
	r->type = TG_IN_MODE;
	r->len = sizeof(r->u.mode);
	r->u.mode.mode = (__u16)c->engine.mode;
	return 0;
}

void tgd_records_free(struct tgd_records *rs)
{
	free(rs->r);
	rs->r = NULL;
	rs->n = 0;
}

/* What a running engine takes again, takes in addition, takes and gives back. */
static bool replaced(const struct tgd_record *r)
{
	return r->type == TG_IN_LIMITS || r->type == TG_IN_RATE || r->type == TG_IN_PERMIT ||
	       r->type == TG_IN_TRIGGER || r->type == TG_IN_WATCH;
}

static bool added(const struct tgd_record *r)
{
	return r->type == TG_IN_PRODUCT || r->type == TG_IN_STRATEGY || r->type == TG_IN_INSTRUMENT ||
	       r->type == TG_IN_FEED;
}

static bool same_thing(const struct tgd_record *a, const struct tgd_record *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case TG_IN_LIMITS:
		return a->u.limits.scope == b->u.limits.scope && a->u.limits.id == b->u.limits.id;
	case TG_IN_RATE:
		return a->u.rate.scope == b->u.rate.scope && a->u.rate.id == b->u.rate.id;
	case TG_IN_PERMIT:
		return a->u.permit.permit_id == b->u.permit.permit_id;
	case TG_IN_WATCH:
		return a->u.watch.venue_id == b->u.watch.venue_id;
	case TG_IN_TRIGGER:
		return a->u.trigger.trigger_id == b->u.trigger.trigger_id;
	case TG_IN_FEED:
		return a->u.feed.feed_id == b->u.feed.feed_id;
	case TG_IN_INSTRUMENT:
		return a->u.instrument.instrument_id == b->u.instrument.instrument_id;
	case TG_IN_PRODUCT:
		return a->u.product.product_id == b->u.product.product_id;
	case TG_IN_STRATEGY:
		return a->u.strategy.strategy_id == b->u.strategy.strategy_id;
	default:
		return !strcmp(a->label, b->label);
	}
}

static const struct tgd_record *match(const struct tgd_records *rs, const struct tgd_record *r)
{
	unsigned int i;

	for (i = 0; i < rs->n; i++)
		if (same_thing(&rs->r[i], r))
			return &rs->r[i];
	return NULL;
}

/* In the other one, and the same there. */
static bool kept(const struct tgd_records *rs, const struct tgd_record *r)
{
	const struct tgd_record *o = match(rs, r);

	return o && !memcmp(&o->u, &r->u, sizeof(o->u));
}

static void take_back(struct tgd_record *r)
{
	struct tg_in_limits *l = &r->u.limits;
	bool open = l->scope == TG_SCOPE_VENUE || l->scope == TG_SCOPE_CLIENT;

	r->gone = true;
	if (r->type == TG_IN_FEED) {
		r->u.feed.flags = TG_FEED_REMOVE;
		r->u.feed.silence_ms = 0;
		return;
	}
	if (r->type == TG_IN_PERMIT) {
		/* (uid_t)-1 is nobody: what asks for no flag, as a download does, is refused too */
		r->u.permit.flags = 0;
		r->u.permit.uid = 0xffffffffu;
		r->u.permit.instrument_id = 0;
		return;
	}
	if (r->type == TG_IN_RATE) {
		struct tg_in_rate none = { .scope = r->u.rate.scope, .id = r->u.rate.id, .window_ns = 1 };

		memset(none.messages, 0xff, sizeof(none.messages));	/* TG_RATE_NONE */
		r->u.rate = none;
		return;
	}
	if (r->type == TG_IN_WATCH) {
		r->u.watch = (struct tg_in_watch){ .venue_id = r->u.watch.venue_id };
		return;
	}
	if (r->type == TG_IN_TRIGGER) {
		r->u.trigger = (struct tg_in_trigger){ .trigger_id = r->u.trigger.trigger_id };
		return;
	}
	l->max_order_qty = l->max_order_notional = l->max_position = open ? TG_PX_MAX : 0;
	l->collar_bps = l->max_open_orders = l->rate_per_s = l->rate_burst = open ? 0xffffffffu : 0;
	l->duplicate_window_ns = 0;
	/* All that has a flag is off. Only a higher number takes the place of a number. */
	l->seq += l->seq != 0;
	l->lease_ns = 0;
	l->flags = 0;
	l->max_total_position = l->max_gross_notional = l->max_net_notional = l->max_capital = l->max_daily_loss = 0;
	l->window_collar_bps = l->max_executions = 0;
	l->collar_window_ns = 0;
	l->warn_percent = 0;
}

void tgd_records_numbered(struct tgd_records *from, const struct tgd_records *to)
{
	unsigned int i;

	for (i = 0; i < from->n; i++) {
		const struct tgd_record *r = match(to, &from->r[i]);

		if (r && r->type == TG_IN_LIMITS && r->u.limits.seq && r->u.limits.seq == from->r[i].u.limits.seq)
			from->r[i].u = r->u;
	}
}

int tgd_records_reload(const struct tgd_records *from, const struct tgd_records *to,
		       struct tgd_records *out)
{
	unsigned int i;

	out->n = 0;
	out->r = calloc(2 * (from->n + to->n) + 1, sizeof(*out->r));
	if (!out->r)
		return -ENOMEM;
	/* Take back first: a permit that moved to another id is not refused for a table that is
	 * full for a moment, and a feed that changed is gone before it comes again. */
	for (i = 0; i < from->n; i++) {
		const struct tgd_record *r = &from->r[i];

		if (r->type == TG_IN_FEED ? kept(to, r) : !replaced(r) || match(to, r))
			continue;
		out->r[out->n] = *r;
		take_back(&out->r[out->n++]);
	}
	for (i = 0; i < to->n; i++) {
		const struct tgd_record *r = &to->r[i];

		if (replaced(r) || r->type == TG_IN_FEED ? kept(from, r) :
		    !added(r) || match(from, r))
			continue;
		out->r[out->n++] = *r;
	}
	return 0;
}

int tgd_records_apply(struct tgd_records *rs, const struct tgd_records *change)
{
	struct tgd_record *r = realloc(rs->r, (rs->n + change->n + 1) * sizeof(*r));
	unsigned int i;

	if (!r)
		return -ENOMEM;
	rs->r = r;
	for (i = 0; i < change->n; i++) {
		const struct tgd_record *c = &change->r[i];
		struct tgd_record *o = (struct tgd_record *)match(rs, c);

		if (c->refused)
			continue;
		if (c->gone && o)
			*o = rs->r[--rs->n];
		else if (!c->gone && o)
			*o = *c;
		else if (!c->gone)
			rs->r[rs->n++] = *c;
	}
	return 0;
}

const struct tgd_record *tgd_records_fixed_difference(const struct tgd_records *from,
						      const struct tgd_records *to,
						      unsigned int *pos)
{
	const struct tgd_record *r;

	while (*pos < to->n) {
		r = &to->r[(*pos)++];
		if (!replaced(r) && r->type != TG_IN_FEED && !kept(from, r) &&
		    (!added(r) || match(from, r)))
			return r;
	}
	while (*pos < to->n + from->n) {
		r = &from->r[(*pos)++ - to->n];
		if (!replaced(r) && r->type != TG_IN_FEED && !match(to, r))
			return r;
	}
	return NULL;
}
