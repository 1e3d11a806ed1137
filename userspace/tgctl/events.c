// SPDX-License-Identifier: MIT
#include <errno.h>
#include <poll.h>
#include <time.h>
#include "ctl.h"

static const char *type_name(unsigned int type)
{
	switch (type) {
	case TG_PUB_SESSION:
		return "SESSION";
	case TG_PUB_KILL:
		return "KILL";
	case TG_PUB_RESUME:
		return "RESUME";
	case TG_PUB_ALERT:
		return "ALERT";
	case TG_PUB_TRIGGER:
		return "TRIGGER";
	case TG_PUB_HEALTH:
		return "HEALTH";
	case TG_PUB_MISMATCH:
		return "MISMATCH";
	case TG_PUB_UNKNOWN_ORDER:
		return "UNKNOWN";
	case TG_PUB_MODE:
		return "MODE";
	case TG_PUB_BOOK_STATE:
		return "BOOK_STATE";
	case TG_PUB_SHUTDOWN:
		return "SHUTDOWN";
	default:
		return "?";
	}
}

static const char *state_name(const struct tg_pub_event *ev, __u32 state)
{
	switch (ev->type) {
	case TG_PUB_SESSION:
		return tg_session_state_name(state);
	case TG_PUB_MODE:
		return tg_mode_name(state);
	default:
		return tg_book_state_name(state);
	}
}

static const char *subject(struct ctl *c, const struct tg_pub_event *ev)
{
	if (ev->type == TG_PUB_SESSION)
		return ctl_venue(c, ev->id);
	return ev->type == TG_PUB_BOOK_STATE ? ctl_instrument(c, ev->id) : "";
}

/* The soft limits that an ALERT tells of, with blanks between. */
static const char *controls(__u32 bits)
{
	static const struct { __u32 bit; const char *word; } words[] = {
		{ TG_LIMITS_OPEN_ORDERS, "open_orders" },
		{ TG_LIMITS_POSITION, "position" },
		{ TG_LIMITS_TOTAL_POSITION, "total_position" },
		{ TG_LIMITS_GROSS, "gross_notional" },
		{ TG_LIMITS_NET, "net_notional" },
		{ TG_LIMITS_CAPITAL, "capital" },
		{ TG_LIMITS_DAILY_LOSS, "daily_loss" },
		{ TG_LIMITS_EXECUTIONS, "executions" },
	};
	static char text[160];
	size_t n = 0, i;

	text[0] = 0;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (bits & words[i].bit)
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s", n ? " " : "",
					      words[i].word);
	return text;
}

static const char *word(const char *const *words, unsigned int n, unsigned int i)
{
	return i < n && words[i] ? words[i] : "?";
}

static const char *trigger_on(unsigned int on)
{
	static const char *const words[TG_TRIGGER_ONS] = {
		[TG_TRIGGER_REJECTS] = "rejects", [TG_TRIGGER_RISK_REJECTS] = "risk_rejects", [TG_TRIGGER_SUSPECT] = "suspect",
		[TG_TRIGGER_SESSION_LOST] = "session_lost", [TG_TRIGGER_CLIENT_LOST] = "client_lost", [TG_TRIGGER_ORPHAN] = "orphan",
		[TG_TRIGGER_HEDGE] = "hedge", [TG_TRIGGER_POSITION] = "position", [TG_TRIGGER_UNKNOWN_ORDER] = "unknown_order",
		[TG_TRIGGER_DEGRADED] = "degraded",
	};

	return word(words, TG_TRIGGER_ONS, on);
}

static const char *action(unsigned int a)
{
	static const char *const words[TG_ACTIONS] = {
		[TG_ACTION_ALERT] = "alert", [TG_ACTION_CANCEL] = "cancel", [TG_ACTION_REDUCE_ONLY] = "reduce_only",
		[TG_ACTION_RESTRICT] = "restrict", [TG_ACTION_KILL] = "kill", [TG_ACTION_KILL_CANCEL] = "kill_cancel",
	};

	return word(words, TG_ACTIONS, a);
}

static void text(struct ctl *c, const struct tg_pub_event *ev)
{
	char t[TG_TIME_LEN];

	printf("%s %-10s ", tg_time_format(ev->time_ns, t), type_name(ev->type));
	switch (ev->type) {
	case TG_PUB_KILL:
	case TG_PUB_RESUME:
		printf("%s %s cause %s\n", ctl_scope_name(ev->u.kill.scope), ctl_scope_subject(c, ev->u.kill.scope, ev->u.kill.id),
		       ctl_kill_cause(ev->u.kill.cause));
		break;
	case TG_PUB_ALERT:
		printf("%s %s at %u %% of its limit: %s\n", ctl_scope_name(ev->u.alert.scope),
		       ctl_scope_subject(c, ev->u.alert.scope, ev->u.alert.id), ev->u.alert.percent,
		       controls(ev->u.alert.controls));
		break;
	case TG_PUB_HEALTH:
		printf("%s %s (was %s): score %u, ack %llu us, rejects %u %%, stale %u %%, gaps %u\n", ctl_venue(c, ev->id),
		       ctl_health(ev->u.health.level), ctl_health(ev->u.health.previous), ev->u.health.score,
		       (unsigned long long)ev->u.health.ack_ns / 1000, ev->u.health.reject_percent,
		       ev->u.health.stale_percent, ev->u.health.gaps);
		break;
	case TG_PUB_MISMATCH:
		printf("%s %s %s: %s%s\n", ctl_venue(c, ev->u.mismatch.venue_id), ctl_account(ev->u.mismatch.account_id),
		       ctl_instrument(c, ev->id), ev->u.mismatch.differs ? "differs from the venue's" : "equal again",
		       ev->u.mismatch.order_id ? " (drop copy)" : "");
		break;
	case TG_PUB_UNKNOWN_ORDER:
		printf("%s %s: an order that is not ours, 150=%c 39=%c\n", ctl_venue(c, ev->u.unknown.venue_id),
		       ev->id ? ctl_instrument(c, ev->id) : "-", ev->u.unknown.exec_type, ev->u.unknown.ord_status);
		break;
	case TG_PUB_TRIGGER:
		printf("%u on %s (%u): %s %s %s\n", ev->u.trigger.trigger_id, trigger_on(ev->u.trigger.on), ev->u.trigger.count,
		       action(ev->u.trigger.action), ctl_scope_name(ev->u.trigger.act_scope),
		       ctl_scope_subject(c, ev->u.trigger.act_scope, ev->u.trigger.act_id));
		break;
	case TG_PUB_SESSION:
	case TG_PUB_MODE:
	case TG_PUB_BOOK_STATE:
		printf("%s %s (was %s)\n", subject(c, ev), state_name(ev, ev->u.state.state),
		       state_name(ev, ev->u.state.previous));
		break;
	default:
		putchar('\n');
		break;
	}
	fflush(stdout);
}

static void json_out(struct ctl *c, const struct tg_pub_event *ev)
{
	struct tg_json j;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_u64(&j, "time_ns", ev->time_ns);
	tg_json_u64(&j, "record_seq", ev->record_seq);
	tg_json_str(&j, "type", type_name(ev->type));
	switch (ev->type) {
	case TG_PUB_KILL:
	case TG_PUB_RESUME:
		tg_json_str(&j, "scope", ctl_scope_name(ev->u.kill.scope));
		tg_json_u64(&j, "id", ev->u.kill.id);
		tg_json_str(&j, "name", ctl_scope_subject(c, ev->u.kill.scope, ev->u.kill.id));
		tg_json_str(&j, "cause", ctl_kill_cause(ev->u.kill.cause));
		break;
	case TG_PUB_ALERT:
		tg_json_str(&j, "scope", ctl_scope_name(ev->u.alert.scope));
		tg_json_u64(&j, "id", ev->u.alert.id);
		tg_json_str(&j, "name", ctl_scope_subject(c, ev->u.alert.scope, ev->u.alert.id));
		tg_json_u64(&j, "percent", ev->u.alert.percent);
		tg_json_str(&j, "controls", controls(ev->u.alert.controls));
		break;
	case TG_PUB_HEALTH:
		tg_json_u64(&j, "id", ev->id);
		tg_json_str(&j, "name", ctl_venue(c, ev->id));
		tg_json_str(&j, "level", ctl_health(ev->u.health.level));
		tg_json_str(&j, "previous", ctl_health(ev->u.health.previous));
		tg_json_u64(&j, "score", ev->u.health.score);
		tg_json_u64(&j, "ack_ns", ev->u.health.ack_ns);
		tg_json_u64(&j, "reject_percent", ev->u.health.reject_percent);
		tg_json_u64(&j, "stale_percent", ev->u.health.stale_percent);
		tg_json_u64(&j, "gaps", ev->u.health.gaps);
		break;
	case TG_PUB_MISMATCH:
		tg_json_u64(&j, "instrument", ev->id);
		tg_json_u64(&j, "venue", ev->u.mismatch.venue_id);
		tg_json_u64(&j, "account", ev->u.mismatch.account_id);
		tg_json_u64(&j, "order_id", ev->u.mismatch.order_id);
		tg_json_bool(&j, "differs", ev->u.mismatch.differs);
		break;
	case TG_PUB_UNKNOWN_ORDER:
		tg_json_u64(&j, "instrument", ev->id);
		tg_json_u64(&j, "venue", ev->u.unknown.venue_id);
		tg_json_u64(&j, "account", ev->u.unknown.account_id);
		tg_json_u64(&j, "exec_type", ev->u.unknown.exec_type);
		tg_json_u64(&j, "ord_status", ev->u.unknown.ord_status);
		break;
	case TG_PUB_TRIGGER:
		tg_json_u64(&j, "trigger", ev->u.trigger.trigger_id);
		tg_json_str(&j, "on", trigger_on(ev->u.trigger.on));
		tg_json_u64(&j, "count", ev->u.trigger.count);
		tg_json_str(&j, "action", action(ev->u.trigger.action));
		tg_json_str(&j, "scope", ctl_scope_name(ev->u.trigger.act_scope));
		tg_json_u64(&j, "id", ev->u.trigger.act_id);
		tg_json_u64(&j, "instrument", ev->id);
		tg_json_u64(&j, "venue", ev->u.trigger.venue_id);
		tg_json_u64(&j, "account", ev->u.trigger.account_id);
		tg_json_u64(&j, "client", ev->u.trigger.client_id);
		tg_json_u64(&j, "strategy", ev->u.trigger.strategy_id);
		break;
	case TG_PUB_SESSION:
	case TG_PUB_MODE:
	case TG_PUB_BOOK_STATE:
		tg_json_u64(&j, "id", ev->id);
		tg_json_str(&j, "name", subject(c, ev));
		tg_json_str(&j, "state", state_name(ev, ev->u.state.state));
		tg_json_str(&j, "previous", state_name(ev, ev->u.state.previous));
		break;
	default:
		break;
	}
	tg_json_end(&j, '}');
}

static __u64 now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (__u64)t.tv_sec * 1000 + (__u64)t.tv_nsec / 1000000;
}

static int listen_to(struct ctl *c, const struct ctl_command *self, struct tg_nl *events,
		     __u64 count, __u64 until, bool json)
{
	struct tg_pub_event ev;
	int ret;

	while (count && now_ms() < until) {
		struct pollfd p = { .fd = tg_nl_fd(events), .events = POLLIN };
		__u64 left = until - now_ms();

		poll(&p, 1, left > 1000 ? 1000 : (int)left);
		while (count && (ret = tg_nl_event(events, &ev))) {
			if (ret == -ENOBUFS) {
				fprintf(stderr,
					"tgctl events: some events were lost: this program is too slow\n");
				continue;
			}
			if (ret < 0) {
				fprintf(stderr, "tgctl %s: %s\n", self->name, tg_nl_error(events));
				return 1;
			}
			if (json)
				json_out(c, &ev);
			else
				text(c, &ev);
			count--;
		}
	}
	return 0;
}

int cmd_events(int argc, char **argv, const struct ctl_command *self)
{
	const char *count_text = NULL, *seconds_text = NULL;
	bool json = false;
	const struct ctl_option opts[] = {
		{ "count", NULL, &count_text, "N", "stop after N events" },
		{ "seconds", NULL, &seconds_text, "S", "stop after S seconds" },
		{ 0 },
	};
	__u64 count = ~0ull, seconds = 0;
	struct tg_nl *events;
	struct ctl c;
	int ret, err;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if ((count_text && !ctl_number(self, "--count", count_text, 1, ~0ull, &count)) ||
	    (seconds_text && !ctl_number(self, "--seconds", seconds_text, 1, 1u << 30, &seconds)))
		return CTL_USAGE;
	/* Subscribe before asking for names: nothing that happens meanwhile is missed. Without an
	 * engine there are no names yet. */
	err = tg_nl_open(&events);
	if (!err)
		err = tg_nl_subscribe(events);
	if (err) {
		fprintf(stderr, "tgctl %s: %s\n", self->name, tg_nl_error(events));
		tg_nl_close(events);
		return 1;
	}
	ret = ctl_open(&c, self, false);
	if (!ret) {
		if (!tg_nl_instruments(c.nl, &c.instrument, &c.instruments))
			tg_nl_sessions(c.nl, &c.session, &c.sessions);
		ret = listen_to(&c, self, events, count,
				seconds ? now_ms() + seconds * 1000 : ~0ull, json);
		ctl_close(&c);
	}
	tg_nl_close(events);
	return ret;
}
