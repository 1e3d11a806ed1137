// SPDX-License-Identifier: MIT
#include <stdlib.h>
#include <time.h>
#include "ctl.h"
#include "rundir.h"

static const char *const journal_keys[] = {
	"records",	   "bytes",	     "synced_bytes", "last_seq", "max_unsynced_bytes",
	"max_unsynced_ns", "max_ring_bytes", "holes",	     "failing",
};

static const char *wait_name(unsigned int wait)
{
	static const char *const names[] = { "busy", "adaptive", "block" };

	return wait < 3 ? names[wait] : "?";
}

static void text_journal(const struct tg_nl_status *st)
{
	char path[320], bytes[24], window[24], failing[8];

	printf("journal      %s, %llu bytes written to the ring, %llu behind\n",
	       st->journal_attached ? "attached" : "NOT ATTACHED",
	       (unsigned long long)st->journal_head,
	       (unsigned long long)(st->journal_head - st->journal_tail));
	if (!st->journal_attached || !tg_rundir_get("journal", "path", path, sizeof(path)))
		return;
	printf("             %s\n", path);
	if (tg_rundir_get("journal", "failing", failing, sizeof(failing)) && failing[0] == '1')
		printf("             WRITING FAILS: see the daemon's log\n");
	if (tg_rundir_get("journal", "max_unsynced_bytes", bytes, sizeof(bytes)) &&
	    tg_rundir_get("journal", "max_unsynced_ns", window, sizeof(window)))
		printf("             largest loss window %s bytes, %s ns\n", bytes, window);
}

static const char *kind_name(const struct tg_nl_restriction *r)
{
	static const char *const names[TG_RESTRICTION_KINDS] = {
		[TG_RESTRICTION_KILL] = "kill", [TG_RESTRICTION_TRIGGER] = "trigger", [TG_RESTRICTION_HEALTH] = "health",
	};

	return r->kind < TG_RESTRICTION_KINDS && names[r->kind] ? names[r->kind] : "?";
}

/* What orders of the scope may do still. */
static const char *state_name(const struct tg_nl_restriction *r)
{
	if (r->kind == TG_RESTRICTION_KILL)
		return "killed";
	if (r->kind == TG_RESTRICTION_HEALTH)
		return ctl_health(r->level);
	return r->flags & TG_LIMITS_RESTRICTED ? "restricted" : "reduce_only";
}

static void text_health(struct ctl *c, __u32 venue_id)
{
	const struct tg_nl_session *s;
	__u32 i;

	for (i = 0; i < c->sessions; i++) {
		s = &c->session[i];
		if (s->venue_id == venue_id)
			printf(": score %u, ack %llu us, rejects %u %%, stale %u %%, gaps %u", s->health_score,
			       (unsigned long long)s->health_ack_ns / 1000, s->health_reject_percent,
			       s->health_stale_percent, s->health_gaps);
	}
}

static void text_restrictions(struct ctl *c, const struct tg_nl_restriction *r, __u32 n)
{
	char t[TG_TIME_LEN];
	__u32 i;

	for (i = 0; i < n; i++, r++) {
		const char *name = ctl_scope_subject(c, r->scope, r->id);

		printf("%-12s %s%s%s %s since %s UTC", kind_name(r), ctl_scope_name(r->scope), *name ? " " : "", name,
		       state_name(r), tg_time_format(r->time_ns, t));
		if (r->kind == TG_RESTRICTION_HEALTH)
			text_health(c, r->id);
		else
			printf(", cause %s", ctl_kill_cause(r->cause));
		if (r->who[0])
			printf(", by %.*s", TG_NAME_LEN, r->who);
		if (r->text[0])
			printf(": %.*s", (int)sizeof(r->text), r->text);
		putchar('\n');
	}
}

static void json_restrictions(struct ctl *c, struct tg_json *j, const struct tg_nl_restriction *r, __u32 n)
{
	__u32 i;

	tg_json_array(j, "restrictions");
	for (i = 0; i < n; i++, r++) {
		tg_json_object(j, NULL);
		tg_json_str(j, "kind", kind_name(r));
		tg_json_str(j, "scope", ctl_scope_name(r->scope));
		tg_json_u64(j, "id", r->id);
		tg_json_str(j, "name", ctl_scope_subject(c, r->scope, r->id));
		tg_json_str(j, "state", state_name(r));
		tg_json_str(j, "cause", ctl_kill_cause(r->cause));
		tg_json_u64(j, "since_ns", r->time_ns);
		tg_json_strn(j, "who", r->who, TG_NAME_LEN);
		tg_json_strn(j, "text", r->text, sizeof(r->text));
		tg_json_end(j, '}');
	}
	tg_json_end(j, ']');
}

static void text(struct ctl *c, const struct tg_nl_status *st, const struct tg_nl_restriction *r, __u32 n)
{
	char t[TG_TIME_LEN];
	__u32 i;

	if (!st->running) {
		printf("engine       not running\n");
		return;
	}
	printf("engine       running, %s, CPU %u, %s, since %s UTC\n", tg_mode_name(st->mode),
	       st->cpu, wait_name(st->wait), tg_time_format(st->started_ns, t));
	printf("trading      %s\n", st->killed			 ? "HALTED"
				    : st->mode == TG_MODE_LEADER ? "on"
								 : "off: not the leader");
	if (st->killed)
		printf("             %u kill switches are on; `tgctl resume` clears one\n",
		       st->killed);
	text_restrictions(c, r, n);
	printf("records      %llu, last at %s, digest 0x%016llx\n",
	       (unsigned long long)st->record_seq, tg_time_format(st->time_ns, t),
	       (unsigned long long)st->digest);
	printf("orders       %u working\n", st->working_orders);
	printf("clients      %u attached, %llu public events\n", st->clients,
	       (unsigned long long)st->public_head);
	printf("arena        %llu KiB\n", (unsigned long long)st->arena_bytes >> 10);
	text_journal(st);
	for (i = 0; i < c->sessions; i++)
		printf("session      %.*s: %s%s%.*s\n", TG_NAME_LEN, c->session[i].name,
		       tg_session_state_name(c->session[i].state),
		       c->session[i].text[0] ? ": " : "", (int)sizeof(c->session[i].text),
		       c->session[i].text);
}

static void json_out(struct ctl *c, const struct tg_nl_status *st, const struct tg_nl_restriction *r, __u32 n)
{
	struct tg_json j;
	char text_[320];
	unsigned int i;
	__u64 v;

	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_bool(&j, "running", st->running);
	tg_json_u64(&j, "abi_version", st->abi_version);
	tg_json_hex(&j, "abi_hash", st->abi_hash);
	if (st->running) {
		tg_json_str(&j, "mode", tg_mode_name(st->mode));
		tg_json_u64(&j, "cpu", st->cpu);
		tg_json_str(&j, "wait", wait_name(st->wait));
		tg_json_u64(&j, "started_ns", st->started_ns);
		tg_json_u64(&j, "record_seq", st->record_seq);
		tg_json_u64(&j, "time_ns", st->time_ns);
		tg_json_hex(&j, "digest", st->digest);
		tg_json_u64(&j, "arena_bytes", st->arena_bytes);
		tg_json_u64(&j, "clients", st->clients);
		tg_json_u64(&j, "working_orders", st->working_orders);
		tg_json_u64(&j, "killed", st->killed);
		tg_json_u64(&j, "public_events", st->public_head);
		json_restrictions(c, &j, r, n);
		tg_json_object(&j, "journal");
		tg_json_bool(&j, "attached", st->journal_attached);
		tg_json_u64(&j, "head", st->journal_head);
		tg_json_u64(&j, "tail", st->journal_tail);
		if (tg_rundir_get("journal", "path", text_, sizeof(text_)))
			tg_json_str(&j, "path", text_);
		for (i = 0; i < sizeof(journal_keys) / sizeof(journal_keys[0]); i++)
			if (tg_rundir_get("journal", journal_keys[i], text_, sizeof(text_)) &&
			    !tg_uint_parse(text_, ~0ull, &v))
				tg_json_u64(&j, journal_keys[i], v);
		tg_json_end(&j, '}');
		tg_json_array(&j, "sessions");
		for (i = 0; i < c->sessions; i++) {
			tg_json_object(&j, NULL);
			tg_json_strn(&j, "venue", c->session[i].name, TG_NAME_LEN);
			tg_json_str(&j, "state", tg_session_state_name(c->session[i].state));
			tg_json_end(&j, '}');
		}
		tg_json_end(&j, ']');
	}
	tg_json_end(&j, '}');
}

int cmd_status(int argc, char **argv, const struct ctl_command *self)
{
	struct tg_nl_restriction *r = NULL;
	struct tg_nl_status st;
	__u32 n = 0;
	bool json = false;
	struct ctl c;
	int ret, err;

	ret = ctl_options(argc, argv, self, NULL, &json, 0, 0);
	if (ret != CTL_GO_ON)
		return ret;
	if (ctl_open(&c, self, false))
		return 1;
	err = tg_nl_status(c.nl, &st);
	if (!err && st.running)
		err = tg_nl_sessions(c.nl, &c.session, &c.sessions);
	if (!err && st.running)
		err = tg_nl_restrictions(c.nl, &r, &n);
	if (!err && n)
		err = tg_nl_instruments(c.nl, &c.instrument, &c.instruments);	/* for their names */
	if (err)
		ret = ctl_fail(&c, self, "status", err);
	else
		ret = st.running ? 0 : 1;	/* scripts ask "is it running?" */
	if (!err && json)
		json_out(&c, &st, r, n);
	else if (!err)
		text(&c, &st, r, n);
	free(r);
	ctl_close(&c);
	return ret;
}
