// SPDX-License-Identifier: MIT
/* Records for people (--dry-run, the log) and for programs (--json). */
#include <string.h>
#include "decimal.h"
#include "json.h"
#include "records.h"

struct printer {
	FILE *f;
	bool json;
	struct tg_json j;
};

static void begin(struct printer *p, FILE *f, bool json, const char *type)
{
	p->f = f;
	p->json = json;
	if (!json) {
		fprintf(f, "%-10s", type);
		return;
	}
	tg_json_begin(&p->j, f);
	tg_json_object(&p->j, NULL);
	tg_json_str(&p->j, "type", type);
}

static void end(struct printer *p)
{
	if (p->json)
		tg_json_end(&p->j, '}');
	else
		fputc('\n', p->f);
}

static void num(struct printer *p, const char *key, __u64 v)
{
	if (p->json)
		tg_json_u64(&p->j, key, v);
	else
		fprintf(p->f, " %s=%llu", key, (unsigned long long)v);
}

static void count(struct printer *p, const char *key, __u32 v)
{
	if (v != 0xffffffffu)
		num(p, key, v);
	else if (p->json)
		tg_json_str(&p->j, key, "unlimited");
	else
		fprintf(p->f, " %s=unlimited", key);
}

static void e8(struct printer *p, const char *key, __s64 v)
{
	char buf[TG_DECIMAL_LEN];
	const char *text = v == TG_PX_MAX ? "unlimited" : tg_decimal_format(v, buf);

	if (p->json)
		tg_json_str(&p->j, key, text);
	else
		fprintf(p->f, " %s=%s", key, text);
}

static void str(struct printer *p, const char *key, const char *v)
{
	if (p->json)
		tg_json_str(&p->j, key, v);
	else
		fprintf(p->f, " %s=%s", key, v);
}

static void yes(struct printer *p, const char *key, bool v)
{
	if (p->json)
		tg_json_bool(&p->j, key, v);
	else
		fprintf(p->f, " %s=%s", key, v ? "yes" : "no");
}

void tgd_engine_print(FILE *f, const struct tg_in_engine *e, const struct tg_nl_host *h, bool json)
{
	static const char *const waits[] = { "busy", "adaptive", "block" };
	struct printer p;

	begin(&p, f, json, "ENGINE");
	num(&p, "id", e->engine_id);
	num(&p, "cpu", h->cpu);
	str(&p, "wait", waits[h->wait % 3]);
	yes(&p, "force_cpu", h->flags & TG_HOST_FORCE_CPU);
	yes(&p, "journal_required", h->flags & TG_HOST_JOURNAL_REQUIRED);
	num(&p, "journal_bytes", h->journal_bytes);
	num(&p, "public_slots", h->public_slots);
	num(&p, "packet_slots", h->packet_slots);
	num(&p, "spin_ns", h->spin_ns);
	num(&p, "deadman_ms", h->deadman_ms);
	num(&p, "max_venues", e->max_venues);
	num(&p, "max_instruments", e->max_instruments);
	num(&p, "max_feeds", e->max_feeds);
	num(&p, "max_accounts", e->max_accounts);
	num(&p, "max_clients", e->max_clients);
	num(&p, "max_permits", e->max_permits);
	num(&p, "max_orders", e->max_orders);
	num(&p, "max_limits", e->max_limits);
	num(&p, "max_parents", e->max_parents);
	num(&p, "max_timers", e->max_timers);
	num(&p, "book_levels", e->book_levels);
	num(&p, "md_pending", e->md_pending);
	num(&p, "exec_ids", e->exec_ids);
	num(&p, "rx_buffer_bytes", e->rx_buffer_bytes);
	num(&p, "session_store_bytes", e->session_store_bytes);
	num(&p, "session_store_messages", e->session_store_messages);
	num(&p, "l3_books", e->l3_books);
	num(&p, "l3_orders", e->l3_orders);
	num(&p, "max_products", e->max_products);
	num(&p, "max_strategies", e->max_strategies);
	num(&p, "day_start_s", e->day_start_s);
	end(&p);
}

static const char *self_trade(unsigned int v)
{
	static const char *const words[] = { "default", "off", "venue", "skip", "reduce", "cancel" };

	return v < sizeof(words) / sizeof(words[0]) ? words[v] : "?";
}

static void print_venue(struct printer *p, const struct tg_in_venue *v)
{
	static const char *const crossed[] = { "count", "stale", "recover" };

	num(p, "id", v->venue_id);
	str(p, "name", v->name);
	str(p, "dialect", tgd_dialect_name(v->dialect));
	str(p, "sender", v->sender_comp_id);
	str(p, "target", v->target_comp_id);
	num(p, "heartbeat_s", v->heartbeat_s);
	yes(p, "reset_on_logon", v->flags & TG_VENUE_RESET_ON_LOGON);
	yes(p, "md_over_tcp", v->flags & TG_VENUE_MD_TCP);
	yes(p, "orders", v->flags & TG_VENUE_ORDERS);
	yes(p, "cancel_on_disconnect", v->flags & TG_VENUE_CANCEL_ON_DISCONNECT);
	num(p, "md_depth", v->md_depth);
	num(p, "fix_version", v->fix_version);
	num(p, "resend_policy", v->resend_policy);
	num(p, "resend_max", v->resend_max);
	num(p, "resend_max_age_ns", v->resend_max_age_ns);
	num(p, "heartbeat_min_s", v->heartbeat_min_s);
	num(p, "max_skew_ms", v->sending_time_max_skew_ms);
	num(p, "logon_timeout_ms", v->logon_timeout_ms);
	num(p, "logout_timeout_ms", v->logout_timeout_ms);
	str(p, "crossed", v->crossed_policy < 3 ? crossed[v->crossed_policy] : "?");
	str(p, "self_trade", self_trade(v->self_trade));
}

static void print_limits(struct printer *p, const struct tg_in_limits *l)
{
	static const char *const scopes[] = { "?",	 "firm",   "venue",
					      "account", "client", "instrument", "strategy" };

	str(p, "scope", scopes[l->scope < 7 ? l->scope : 0]);
	num(p, "id", l->id);
	e8(p, "max_order_qty", l->max_order_qty);
	e8(p, "max_order_notional", l->max_order_notional);
	e8(p, "max_position", l->max_position);
	count(p, "collar_bps", l->collar_bps);
	count(p, "max_open_orders", l->max_open_orders);
	count(p, "rate_per_s", l->rate_per_s);
	count(p, "rate_burst", l->rate_burst);
	num(p, "duplicate_window_ns", l->duplicate_window_ns);
	num(p, "flags", l->flags);
	e8(p, "max_total_position", l->max_total_position);
	e8(p, "max_gross_notional", l->max_gross_notional);
	e8(p, "max_net_notional", l->max_net_notional);
	e8(p, "max_capital", l->max_capital);
	e8(p, "max_daily_loss", l->max_daily_loss);
	num(p, "window_collar_bps", l->window_collar_bps);
	num(p, "collar_window_ns", l->collar_window_ns);
	num(p, "max_executions", l->max_executions);
	num(p, "warn_percent", l->warn_percent);
	num(p, "seq", l->seq);
	num(p, "lease_ns", l->lease_ns);
}

static void print_rate(struct printer *p, const struct tg_in_rate *r)
{
	static const char *const scopes[] = { "?", "venue", "client", "source" };
	static const char *const ops[] = { "all", "new", "replace", "cancel", "status" };
	char key[32];
	unsigned int op;

	str(p, "scope", scopes[r->scope < TG_RATE_SCOPES ? r->scope : 0]);
	num(p, "id", r->id);
	num(p, "window_ns", r->window_ns);
	for (op = 0; op < TG_RATE_OPS; op++) {
		count(p, ops[op], r->messages[op]);
		snprintf(key, sizeof(key), "%s_burst", ops[op]);
		num(p, key, r->burst[op]);
	}
	num(p, "cancel_reserve", r->cancel_reserve);
}

void tgd_record_print(FILE *f, const struct tgd_record *r, bool json)
{
	struct printer p;

	switch (r->type) {
	case TG_IN_VENUE:
		begin(&p, f, json, "VENUE");
		print_venue(&p, &r->u.venue);
		break;
	case TG_IN_PRODUCT:
		begin(&p, f, json, "PRODUCT");
		num(&p, "id", r->u.product.product_id);
		str(&p, "name", r->u.product.name);
		break;
	case TG_IN_STRATEGY:
		begin(&p, f, json, "STRATEGY");
		num(&p, "id", r->u.strategy.strategy_id);
		str(&p, "name", r->u.strategy.name);
		break;
	case TG_IN_INSTRUMENT:
		begin(&p, f, json, "INSTRUMENT");
		num(&p, "id", r->u.instrument.instrument_id);
		str(&p, "symbol", r->u.instrument.symbol);
		num(&p, "venue", r->u.instrument.venue_id);
		e8(&p, "tick", r->u.instrument.tick);
		e8(&p, "lot", r->u.instrument.lot);
		e8(&p, "min_qty", r->u.instrument.min_qty);
		num(&p, "px_digits", r->u.instrument.px_digits);
		num(&p, "qty_digits", r->u.instrument.qty_digits);
		num(&p, "stale_ns",
		    (__u64)r->u.instrument.stale_ns_hi << 32 | r->u.instrument.stale_ns_lo);
		yes(&p, "subscribe", r->u.instrument.flags & TG_INSTRUMENT_SUBSCRIBE);
		yes(&p, "l3", r->u.instrument.flags & TG_INSTRUMENT_L3);
		yes(&p, "published", r->u.instrument.flags & TG_INSTRUMENT_PUBLISHED);
		num(&p, "product", r->u.instrument.product_id);
		num(&p, "depth", r->u.instrument.md_depth);
		str(&p, "self_trade", self_trade(r->u.instrument.self_trade));
		e8(&p, "taker_fee", r->u.instrument.taker_fee_e8);
		e8(&p, "maker_fee", r->u.instrument.maker_fee_e8);
		break;
	case TG_IN_FEED:
		begin(&p, f, json, "FEED");
		num(&p, "id", r->u.feed.feed_id);
		str(&p, "name", r->u.feed.name);
		num(&p, "venue", r->u.feed.venue_id);
		str(&p, "line", r->u.feed.line ? "b" : "a");
		yes(&p, "snapshot", r->u.feed.flags & TG_FEED_SNAPSHOT);
		num(&p, "silence_ms", r->u.feed.silence_ms);
		break;
	case TG_IN_ACCOUNT:
		begin(&p, f, json, "ACCOUNT");
		num(&p, "id", r->u.account.account_id);
		str(&p, "name", r->u.account.name);
		break;
	case TG_IN_PERMIT:
		begin(&p, f, json, "PERMIT");
		num(&p, "id", r->u.permit.permit_id);
		num(&p, "uid", r->u.permit.uid);
		num(&p, "account", r->u.permit.account_id);
		num(&p, "instrument", r->u.permit.instrument_id);
		yes(&p, "trade", r->u.permit.flags & TG_PERMIT_TRADE);
		yes(&p, "market_orders", r->u.permit.flags & TG_PERMIT_MARKET);
		yes(&p, "publish", r->u.permit.flags & TG_PERMIT_PUBLISH);
		num(&p, "exec", r->u.permit.exec);
		num(&p, "strategy", r->u.permit.strategy_id);
		break;
	case TG_IN_LIMITS:
		begin(&p, f, json, "LIMITS");
		print_limits(&p, &r->u.limits);
		break;
	case TG_IN_RATE:
		begin(&p, f, json, "RATE");
		print_rate(&p, &r->u.rate);
		break;
	case TG_IN_TRIGGER:
		begin(&p, f, json, "TRIGGER");
		num(&p, "id", r->u.trigger.trigger_id);
		str(&p, "name", r->u.trigger.name);
		num(&p, "on", r->u.trigger.on);
		num(&p, "scope", r->u.trigger.scope);
		num(&p, "of", r->u.trigger.id);
		num(&p, "action", r->u.trigger.action);
		num(&p, "act_scope", r->u.trigger.act_scope);
		num(&p, "act_id", r->u.trigger.act_id);
		num(&p, "max", r->u.trigger.max);
		num(&p, "window_ns", r->u.trigger.window_ns);
		break;
	case TG_IN_WATCH:
		begin(&p, f, json, "WATCH");
		num(&p, "venue", r->u.watch.venue_id);
		num(&p, "window_ns", r->u.watch.window_ns);
		num(&p, "ack_ns", r->u.watch.ack_ns);
		num(&p, "reject_percent", r->u.watch.reject_percent);
		num(&p, "stale_percent", r->u.watch.stale_percent);
		num(&p, "stale_ns", r->u.watch.stale_ns);
		num(&p, "gaps", r->u.watch.gaps);
		num(&p, "min_answers", r->u.watch.min_answers);
		num(&p, "reduce_at", r->u.watch.reduce_percent);
		num(&p, "stop_at", r->u.watch.stop_percent);
		num(&p, "cancel_at", r->u.watch.cancel_percent);
		num(&p, "recover_percent", r->u.watch.recover_percent);
		num(&p, "recover_ns", r->u.watch.recover_ns);
		num(&p, "position_ns", r->u.watch.position_ns);
		num(&p, "grace_ns", r->u.watch.grace_ns);
		e8(&p, "tolerance", r->u.watch.tolerance_qty);
		yes(&p, "base_first", r->u.watch.flags & TG_WATCH_BASE_FIRST);
		num(&p, "copy_of", r->u.watch.copy_of);
		break;
	case TG_IN_MODE:
		begin(&p, f, json, "MODE");
		str(&p, "mode", r->u.mode.mode == TG_MODE_LEADER ? "leader" : "follower");
		break;
	default:
		begin(&p, f, json, "?");
		break;
	}
	end(&p);
}
