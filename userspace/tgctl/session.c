// SPDX-License-Identifier: MIT
#include <getopt.h>
#include <string.h>
#include "ctl.h"

static void text(struct ctl *c)
{
	static const char *const heads[] = {
		"VENUE", "STATE",     "SENDER",	 "TARGET", ">NEXT TX", ">NEXT RX",
		">SENT", ">RECEIVED", ">LOGONS", ">DROPS", "HEALTH", "UP SINCE", "TEXT",
	};
	struct tg_table tab;
	__u32 i;

	tg_table_begin(&tab, heads, sizeof(heads) / sizeof(heads[0]));
	for (i = 0; i < c->sessions; i++) {
		const struct tg_nl_session *s = &c->session[i];

		tg_table_cell(&tab, "%.*s", TG_NAME_LEN, s->name);
		tg_table_cell(&tab, "%s", tg_session_state_name(s->state));
		tg_table_cell(&tab, "%.*s", TG_COMPID_LEN, s->sender_comp_id);
		tg_table_cell(&tab, "%.*s", TG_COMPID_LEN, s->target_comp_id);
		tg_table_cell(&tab, "%llu", (unsigned long long)s->next_tx_seq);
		tg_table_cell(&tab, "%llu", (unsigned long long)s->next_rx_seq);
		tg_table_cell(&tab, "%llu", (unsigned long long)s->tx_messages);
		tg_table_cell(&tab, "%llu", (unsigned long long)s->rx_messages);
		tg_table_cell(&tab, "%u", s->logons);
		tg_table_cell(&tab, "%u", s->drops);
		if (s->health_on)
			tg_table_cell(&tab, "%s %u", ctl_health(s->health), s->health_score);
		else
			tg_table_cell(&tab, "-");
		tg_table_time(&tab, s->state == TG_SESSION_DOWN ? 0 : s->up_since_ns);
		tg_table_cell(&tab, "%.*s", (int)sizeof(s->text), s->text);
	}
	tg_table_print(&tab, stdout);
	ctl_connects_text();
}

static void json_out(struct ctl *c)
{
	struct tg_json j;
	__u32 i;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_array(&j, "sessions");
	for (i = 0; i < c->sessions; i++) {
		const struct tg_nl_session *s = &c->session[i];

		tg_json_object(&j, NULL);
		tg_json_strn(&j, "venue", s->name, TG_NAME_LEN);
		tg_json_u64(&j, "venue_id", s->venue_id);
		tg_json_str(&j, "state", tg_session_state_name(s->state));
		tg_json_strn(&j, "sender", s->sender_comp_id, TG_COMPID_LEN);
		tg_json_strn(&j, "target", s->target_comp_id, TG_COMPID_LEN);
		tg_json_u64(&j, "heartbeat_s", s->heartbeat_s);
		tg_json_u64(&j, "next_tx_seq", s->next_tx_seq);
		tg_json_u64(&j, "next_rx_seq", s->next_rx_seq);
		tg_json_u64(&j, "tx_messages", s->tx_messages);
		tg_json_u64(&j, "rx_messages", s->rx_messages);
		tg_json_u64(&j, "last_tx_ns", s->last_tx_ns);
		tg_json_u64(&j, "last_rx_ns", s->last_rx_ns);
		tg_json_u64(&j, "up_since_ns", s->up_since_ns);
		tg_json_u64(&j, "logons", s->logons);
		tg_json_u64(&j, "drops", s->drops);
		tg_json_bool(&j, "health_on", s->health_on);
		tg_json_str(&j, "health", ctl_health(s->health));
		tg_json_u64(&j, "health_score", s->health_score);
		tg_json_u64(&j, "health_ack_ns", s->health_ack_ns);
		tg_json_u64(&j, "health_reject_percent", s->health_reject_percent);
		tg_json_u64(&j, "health_stale_percent", s->health_stale_percent);
		tg_json_u64(&j, "health_gaps", s->health_gaps);
		tg_json_strn(&j, "text", s->text, sizeof(s->text));
		tg_json_end(&j, '}');
	}
	tg_json_end(&j, ']');
	ctl_connects_json(&j);
	tg_json_end(&j, '}');
}

static int command(struct ctl *c, const struct ctl_command *self, const char *verb,
		   struct tg_in_session *cmd, bool json)
{
	struct tg_json j;
	__u64 seq;
	int err = tg_nl_input(c->nl, TG_IN_SESSION, cmd, sizeof(*cmd), NULL, &seq);

	if (err && cmd->command == TG_SESSION_CMD_SET_SEQ && err == -EINVAL) {
		fprintf(stderr, "tgctl %s: set-seq: refused; it works only while the session is down\n",
			self->name);
		return 1;
	}
	if (err)
		return ctl_fail(c, self, verb, err);
	if (!json) {
		printf("%s: %s given, record %llu\n", ctl_venue(c, cmd->venue_id), verb,
		       (unsigned long long)seq);
		return 0;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_bool(&j, "ok", true);
	tg_json_str(&j, "venue", ctl_venue(c, cmd->venue_id));
	tg_json_str(&j, "command", verb);
	tg_json_u64(&j, "record_seq", seq);
	tg_json_end(&j, '}');
	return 0;
}

int cmd_session(int argc, char **argv, const struct ctl_command *self)
{
	static const struct {
		const char *verb;
		enum tg_session_command command;
	} verbs[] = {
		{ "logout", TG_SESSION_CMD_LOGOUT },
		{ "enable", TG_SESSION_CMD_ENABLE },
		{ "test", TG_SESSION_CMD_TEST_REQUEST },
		{ "set-seq", TG_SESSION_CMD_SET_SEQ },
	};
	const char *tx = NULL, *rx = NULL, *verb = NULL;
	const char *offline = NULL, *sender = NULL, *target = NULL;
	bool json = false, force = false;
	const struct ctl_option opts[] = {
		{ "tx", NULL, &tx, "N", "set-seq: next number to send" },
		{ "rx", NULL, &rx, "N", "set-seq: next number expected" },
		{ "offline", NULL, &offline, "DIR", "list, set-seq: the numbers on disk in the journal's directory, while nothing runs" },
		{ "force", &force, NULL, NULL, "set-seq --offline: a number that may have been used; or write a damaged file anew" },
		{ "sender", NULL, &sender, "ID", "set-seq --offline --force: SenderCompID of a file that is damaged" },
		{ "target", NULL, &target, "ID", "likewise, TargetCompID" },
		{ 0 },
	};
	struct tg_in_session cmd = { 0 };
	struct ctl c;
	size_t i = 0;
	int ret;

	ret = ctl_options(argc, argv, self, opts, &json, 0, 2);
	if (ret != CTL_GO_ON)
		return ret;
	if (optind < argc && (strcmp(argv[optind], "list") || optind + 1 < argc)) {
		verb = argv[optind];
		while (i < sizeof(verbs) / sizeof(verbs[0]) && strcmp(verb, verbs[i].verb))
			i++;
		if (i == sizeof(verbs) / sizeof(verbs[0]))
			return ctl_usage_error(
				self, "\"%s\": give list, logout, enable, test or set-seq", verb);
		if (optind + 2 != argc)
			return ctl_usage_error(self, "%s: which venue?", verb);
		cmd.command = verbs[i].command;
	}
	if ((cmd.command == TG_SESSION_CMD_SET_SEQ) != (tx || rx))
		return ctl_usage_error(self, "set-seq and --tx N, --rx N belong together");
	if ((tx && !ctl_number(self, "--tx", tx, 1, 1ull << 62, &cmd.next_tx_seq)) ||
	    (rx && !ctl_number(self, "--rx", rx, 1, 1ull << 62, &cmd.next_rx_seq)))
		return CTL_USAGE;
	if ((force || sender || target) && (!offline || cmd.command != TG_SESSION_CMD_SET_SEQ))
		return ctl_usage_error(self, "--force, --sender and --target are for set-seq --offline");
	if (offline) {
		struct ctl_offline o = { .dir = offline, .venue = verb ? argv[optind + 1] : NULL, .sender = sender, .target = target,
					 .tx = cmd.next_tx_seq, .rx = cmd.next_rx_seq, .force = force };

		if (verb && cmd.command != TG_SESSION_CMD_SET_SEQ)
			return ctl_usage_error(self, "%s needs a running engine", verb);
		return ctl_session_offline(self, &o, json);
	}
	if (ctl_open(&c, self, true))
		return 1;
	if (verb) {
		ret = ctl_find_venue(&c, self, argv[optind + 1], &cmd.venue_id);
		if (!ret)
			ret = command(&c, self, verb, &cmd, json);
	} else {
		ret = 0;
		if (json)
			json_out(&c);
		else
			text(&c);
	}
	ctl_close(&c);
	return ret;
}
