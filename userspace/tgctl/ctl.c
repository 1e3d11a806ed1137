// SPDX-License-Identifier: MIT
#include <errno.h>
#include <getopt.h>
#include <pwd.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include "ctl.h"
#include "rundir.h"

#define MAX_OPTIONS	24

/* ---- options ---- */

static void help(FILE *f, const struct ctl_command *self, const struct ctl_option *opts, bool json)
{
	const struct ctl_option *o;
	char left[48];

	fprintf(f, "usage: tgctl %s %s\n%s\n\n", self->name, self->usage, self->help);
	for (o = opts; o && o->name; o++) {
		snprintf(left, sizeof(left), "--%s%s%s", o->name, o->argument ? " " : "",
			 o->argument ? o->argument : "");
		fprintf(f, "  %-20s %s\n", left, o->help);
	}
	if (json)
		fprintf(f, "  %-20s %s\n", "--json", "for programs: JSON");
	fprintf(f, "  %-20s %s\n", "--help", "this text");
}

int ctl_options(int argc, char **argv, const struct ctl_command *self,
		const struct ctl_option *opts, bool *json, int min, int max)
{
	struct option longopts[MAX_OPTIONS + 3] = { 0 };
	int n = 0, opt, output;

	for (; opts && opts[n].name && n < MAX_OPTIONS; n++)
		longopts[n] = (struct option){ opts[n].name,
					       opts[n].value ? required_argument : no_argument,
					       NULL, 256 + n };
	for (output = 0; output < n && strcmp(opts[output].name, "output"); output++)
		;
	longopts[n] = (struct option){ "help", no_argument, NULL, 'h' };
	if (json)
		longopts[n + 1] = (struct option){ "json", no_argument, NULL, 'j' };
	optind = 1;
	while ((opt = getopt_long(argc, argv, output < n ? "ho:" : "h", longopts, NULL)) != -1) {
		if (opt == 'o')
			opt = 256 + output;
		if (opt == 'h') {
			help(stdout, self, opts, json);
			return 0;
		}
		if (opt == 'j') {
			*json = true;
		} else if (opt >= 256) {
			const struct ctl_option *o = &opts[opt - 256];

			if (o->value)
				*o->value = optarg;
			else
				*o->flag = true;
		} else {
			help(stderr, self, opts, json);
			return CTL_USAGE;
		}
	}
	if (argc - optind < min || argc - optind > max) {
		fprintf(stderr,
			argc - optind < min ? "tgctl %s: something is missing\n"
					    : "tgctl %s: too many arguments\n",
			self->name);
		help(stderr, self, opts, json);
		return CTL_USAGE;
	}
	return CTL_GO_ON;
}

int ctl_usage_error(const struct ctl_command *self, const char *fmt, ...)
{
	va_list ap;

	fprintf(stderr, "tgctl %s: ", self->name);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fprintf(stderr, "\nusage: tgctl %s %s\n", self->name, self->usage);
	return CTL_USAGE;
}

bool ctl_number(const struct ctl_command *self, const char *option, const char *text, __u64 min,
		__u64 max, __u64 *out)
{
	__u64 v;

	if (!tg_uint_parse(text, max, &v) && v >= min) {
		*out = v;
		return true;
	}
	ctl_usage_error(self, "%s \"%s\": give a whole number from %llu to %llu", option, text,
			(unsigned long long)min, (unsigned long long)max);
	return false;
}

/* ---- connection ---- */

int ctl_fail(struct ctl *c, const struct ctl_command *self, const char *what, int err)
{
	if (err == -ENODEV)
		fprintf(stderr, "tgctl %s: no engine is running (start tickgated)\n", self->name);
	else
		fprintf(stderr, "tgctl %s: %s: %s\n", self->name, what, tg_nl_error(c->nl));
	return 1;
}

int ctl_open(struct ctl *c, const struct ctl_command *self, bool need_engine)
{
	int err;

	memset(c, 0, sizeof(*c));
	err = tg_nl_open(&c->nl);
	if (err) {
		fprintf(stderr, "tgctl %s: %s\n", self->name, tg_nl_error(c->nl));
		ctl_close(c);
		return 1;
	}
	if (!need_engine)
		return 0;
	err = tg_nl_instruments(c->nl, &c->instrument, &c->instruments);
	if (!err)
		err = tg_nl_sessions(c->nl, &c->session, &c->sessions);
	if (!err)
		return 0;
	ctl_fail(c, self, "names", err);
	ctl_close(c);
	return 1;
}

void ctl_close(struct ctl *c)
{
	free(c->instrument);
	free(c->session);
	tg_nl_close(c->nl);
	memset(c, 0, sizeof(*c));
}

/* ---- names ---- */

static const char *number(__u32 id)
{
	static char text[8][16];
	static unsigned int turn;
	char *t = text[turn++ % 8];

	snprintf(t, sizeof(text[0]), "%u", id);
	return t;
}

const char *ctl_instrument(struct ctl *c, __u32 id)
{
	__u32 i;

	for (i = 0; i < c->instruments; i++)
		if (c->instrument[i].instrument_id == id)
			return c->instrument[i].symbol;
	return number(id);
}

const char *ctl_venue(struct ctl *c, __u32 id)
{
	__u32 i;

	for (i = 0; i < c->sessions; i++)
		if (c->session[i].venue_id == id)
			return c->session[i].name;
	return number(id);
}

static const char *named(const char *kind, __u32 id)
{
	static char text[8][TG_NAME_LEN];
	static unsigned int turn;
	char *t = text[turn++ % 8], key[32];

	snprintf(key, sizeof(key), "%s %u", kind, id);
	return tg_rundir_get("names", key, t, sizeof(text[0])) ? t : number(id);
}

const char *ctl_account(__u32 id)
{
	return named("account", id);
}

const char *ctl_strategy(__u32 id)
{
	return named("strategy", id);
}

int ctl_find_instrument(struct ctl *c, const struct ctl_command *self, const char *text, __u32 *id)
{
	const char *at = strchr(text, '@');
	size_t n = at ? (size_t)(at - text) : strlen(text);
	char key[40], name[TG_NAME_LEN];
	unsigned int found = 0;
	__u64 v;
	__u32 i;

	for (i = 0; i < c->instruments; i++) {
		const struct tg_in_instrument *in = &c->instrument[i];

		snprintf(key, sizeof(key), "instrument %u", in->instrument_id);
		if (tg_rundir_get("names", key, name, sizeof(name)) && !strcmp(name, text)) {
			*id = in->instrument_id;
			return 0;
		}
		if (strnlen(in->symbol, TG_SYMBOL_LEN) != n || memcmp(in->symbol, text, n))
			continue;
		if (at && strcmp(ctl_venue(c, in->venue_id), at + 1))
			continue;
		*id = in->instrument_id;
		found++;
	}
	if (found == 1)
		return 0;
	if (found > 1) {
		fprintf(stderr, "tgctl %s: \"%s\" is traded at several venues: say %s@VENUE\n",
			self->name, text, text);
		return 1;
	}
	if (!tg_uint_parse(text, 0xffffffffu, &v)) {
		for (i = 0; i < c->instruments; i++)
			if (c->instrument[i].instrument_id == v) {
				*id = (__u32)v;
				return 0;
			}
	}
	fprintf(stderr, "tgctl %s: no instrument \"%s\"; there %s", self->name, text,
		c->instruments ? "is:" : "are none\n");
	for (i = 0; i < c->instruments; i++)
		fprintf(stderr, " %.*s@%s%s", TG_SYMBOL_LEN, c->instrument[i].symbol,
			ctl_venue(c, c->instrument[i].venue_id),
			i + 1 == c->instruments ? "\n" : "");
	return 1;
}

int ctl_find_venue(struct ctl *c, const struct ctl_command *self, const char *text, __u16 *id)
{
	__u64 v = 0;
	__u32 i;

	if (tg_uint_parse(text, 0xffff, &v))
		v = 0;
	for (i = 0; i < c->sessions; i++) {
		if (strncmp(c->session[i].name, text, TG_NAME_LEN) && c->session[i].venue_id != v)
			continue;
		*id = c->session[i].venue_id;
		return 0;
	}
	fprintf(stderr, "tgctl %s: no venue \"%s\"; there %s", self->name, text,
		c->sessions ? "is:" : "are none\n");
	for (i = 0; i < c->sessions; i++)
		fprintf(stderr, " %.*s%s", TG_NAME_LEN, c->session[i].name,
			i + 1 == c->sessions ? "\n" : "");
	return 1;
}

/* An account or a strategy. */
static int find_named(const struct ctl_command *self, const char *kind, const char *text, __u32 *id)
{
	char key[32], name[TG_NAME_LEN];
	__u64 v;
	__u32 i;

	for (i = 1; i <= 256; i++) {
		snprintf(key, sizeof(key), "%s %u", kind, i);
		if (!tg_rundir_get("names", key, name, sizeof(name)) || strcmp(name, text))
			continue;
		*id = i;
		return 0;
	}
	if (!tg_uint_parse(text, 0xffff, &v) && v) {
		*id = (__u32)v;
		return 0;
	}
	fprintf(stderr,
		"tgctl %s: no %s \"%s\" in %s/names; give a name from there, or a number\n",
		self->name, kind, text, tg_rundir());
	return 1;
}

const char *ctl_scope_name(unsigned int scope)
{
	static const char *const names[] = {
		"?", "firm", "venue", "account", "client", "instrument", "strategy"
	};

	return names[scope < sizeof(names) / sizeof(names[0]) ? scope : 0];
}

const char *ctl_scope_subject(struct ctl *c, unsigned int scope, __u32 id)
{
	switch (scope) {
	case TG_SCOPE_VENUE:
		return ctl_venue(c, id);
	case TG_SCOPE_ACCOUNT:
		return ctl_account(id);
	case TG_SCOPE_INSTRUMENT:
		return ctl_instrument(c, id);
	case TG_SCOPE_STRATEGY:
		return ctl_strategy(id);
	case TG_SCOPE_CLIENT:
		return number(id);
	default:
		return "";
	}
}

int ctl_find_scope(struct ctl *c, const struct ctl_command *self, const char *text, __u16 *scope,
		   __u32 *id)
{
	const char *colon = strchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : strlen(text);
	__u16 venue = 0;
	__u64 v;
	int ret;

	for (*scope = TG_SCOPE_FIRM; *scope <= TG_SCOPE_STRATEGY; ++*scope)
		if (strlen(ctl_scope_name(*scope)) == n && !memcmp(ctl_scope_name(*scope), text, n))
			break;
	if (*scope > TG_SCOPE_STRATEGY || !colon != (*scope == TG_SCOPE_FIRM) ||
	    (colon && !colon[1]))
		return ctl_usage_error(
			self,
			"--scope \"%s\": give firm, venue:NAME, account:NAME, instrument:SYMBOL, strategy:NAME or client:N",
			text);
	*id = 0;
	switch (*scope) {
	case TG_SCOPE_VENUE:
		ret = ctl_find_venue(c, self, colon + 1, &venue);
		*id = venue;
		return ret;
	case TG_SCOPE_ACCOUNT:
		return find_named(self, "account", colon + 1, id);
	case TG_SCOPE_STRATEGY:
		return find_named(self, "strategy", colon + 1, id);
	case TG_SCOPE_INSTRUMENT:
		return ctl_find_instrument(c, self, colon + 1, id);
	case TG_SCOPE_CLIENT:
		if (!ctl_number(self, "--scope client", colon + 1, 1, 65535, &v))
			return CTL_USAGE;
		*id = (__u32)v;
		return 0;
	default:
		return 0;
	}
}

const char *ctl_side(unsigned int side)
{
	return side == TG_SIDE_BUY ? "buy" : side == TG_SIDE_SELL ? "sell" : "?";
}

const char *ctl_health(unsigned int level)
{
	static const char *const names[] = { "good", "reduce_only", "stopped", "cancelled" };

	return level < sizeof(names) / sizeof(names[0]) ? names[level] : "?";
}

const char *ctl_kill_cause(unsigned int cause)
{
	static const char *const names[TG_KILL_CAUSES] = {
		[TG_KILL_OPERATOR] = "operator",
		[TG_KILL_JOURNAL] = "journal",
		[TG_KILL_DAEMON_LOST] = "daemon lost",
		[TG_KILL_SUSPECT] = "suspect order",
		[TG_KILL_CLIENT] = "client",
		[TG_KILL_DEAD_MAN] = "dead man",
		[TG_KILL_ORPHAN] = "orphaned order",
		[TG_KILL_HEDGE] = "hedge failed",
		[TG_KILL_LOSS] = "daily loss",
		[TG_KILL_EXECUTIONS] = "repeated executions",
		[TG_KILL_REJECTS] = "rejects",
		[TG_KILL_RISK_REJECTS] = "risk rejects",
		[TG_KILL_SESSION_LOST] = "session lost",
		[TG_KILL_POSITION] = "position mismatch",
		[TG_KILL_UNKNOWN_ORDER] = "unknown order",
		[TG_KILL_DEGRADED] = "venue degraded",
	};

	return cause < TG_KILL_CAUSES && names[cause] ? names[cause] : "?";
}

const char *ctl_who(void)
{
	const char *sudo = getenv("SUDO_USER");
	const struct passwd *pw;

	if (sudo && *sudo)
		return sudo;
	pw = getpwuid(getuid());
	return pw ? pw->pw_name : number(getuid());
}

int ctl_kill_or_resume(struct ctl *c, const struct ctl_command *self, enum tg_in type,
		       const struct tg_in_kill *k, bool json)
{
	enum tg_reason reason;
	struct tg_json j;
	__u64 seq = 0;
	int err;

	err = tg_nl_input(c->nl, type, k, sizeof(*k), &reason, &seq);
	if (err)
		return ctl_fail(c, self, type == TG_IN_KILL ? "kill" : "resume", err);
	if (!json) {
		printf("%s: %s%s%s, record %llu\n",
		       type == TG_IN_KILL ? "trading halted" : "trading resumed",
		       ctl_scope_name(k->scope), k->id ? " " : "", k->id ? number(k->id) : "",
		       (unsigned long long)seq);
		return 0;
	}
	tg_json_begin(&j, stdout);
	tg_json_object(&j, NULL);
	tg_json_bool(&j, "ok", true);
	tg_json_str(&j, "action", type == TG_IN_KILL ? "kill" : "resume");
	tg_json_str(&j, "scope", ctl_scope_name(k->scope));
	tg_json_u64(&j, "id", k->id);
	tg_json_u64(&j, "record_seq", seq);
	tg_json_end(&j, '}');
	return 0;
}
