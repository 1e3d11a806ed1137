/* SPDX-License-Identifier: MIT */
/* What the subcommands share: options, the netlink connection with errors for people, names for
 * numbers. */
#ifndef TGCTL_H
#define TGCTL_H

#include <stdbool.h>
#include <stdio.h>
#include "decimal.h"
#include "engine.h"
#include "json.h"
#include "nl.h"
#include "table.h"

struct ctl_command {
	const char *name;
	int (*run)(int argc, char **argv,
		   const struct ctl_command *self); /* returns the exit status */
	const char *usage;	/* after "tgctl NAME " */
	const char *help;	/* one line */
};

/* One long option. flag or value is set; both NULL ends the list. */
struct ctl_option {
	const char *name;
	bool *flag;
	const char **value;
	const char *argument;	/* of value: "N" */
	const char *help;
};

#define CTL_GO_ON	(-1)
#define CTL_USAGE	2

/*
 * Parses options (--help and --json are added: json may be NULL where there is nothing to print).
 * CTL_GO_ON, or the exit status. Positionals are left in argv[optind..argc); between min and max of
 * them.
 */
int ctl_options(int argc, char **argv, const struct ctl_command *self,
		const struct ctl_option *opts, bool *json, int min, int max);
int ctl_usage_error(const struct ctl_command *self, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
/* An option's number, or a usage message and false. */
bool ctl_number(const struct ctl_command *self, const char *option, const char *text, __u64 min,
		__u64 max, __u64 *out);

struct ctl {
	struct tg_nl *nl;
	struct tg_in_instrument *instrument;
	struct tg_nl_session *session;
	__u32 instruments, sessions;
};

/* Opens; 0, or 1 after an error message. need_engine: also loads instruments and venues. */
int ctl_open(struct ctl *c, const struct ctl_command *self, bool need_engine);
void ctl_close(struct ctl *c);
/* Prints "tgctl NAME: what: why" for a failed request; returns 1. */
int ctl_fail(struct ctl *c, const struct ctl_command *self, const char *what, int err);

/* Names; a number in a static buffer (several calls in one statement are fine) where there is none.
 */
const char *ctl_instrument(struct ctl *c, __u32 id);
const char *ctl_venue(struct ctl *c, __u32 id);
const char *ctl_account(__u32 id);
const char *ctl_strategy(__u32 id);
/* SYMBOL, SYMBOL@VENUE, the configured section name, or the id. 0, or 1 after an error message. */
int ctl_find_instrument(struct ctl *c, const struct ctl_command *self, const char *text, __u32 *id);
int ctl_find_venue(struct ctl *c, const struct ctl_command *self, const char *text, __u16 *id);
/* firm, venue:NAME, account:NAME, instrument:SYMBOL, client:N. 0, CTL_USAGE or 1, after a message.
 */
int ctl_find_scope(struct ctl *c, const struct ctl_command *self, const char *text, __u16 *scope,
		   __u32 *id);
const char *ctl_scope_name(unsigned int scope);
/* The name of what has that scope; "" of the firm. */
const char *ctl_scope_subject(struct ctl *c, unsigned int scope, __u32 id);
const char *ctl_side(unsigned int side);
const char *ctl_health(unsigned int level);	/* enum tg_health_level */
const char *ctl_kill_cause(unsigned int cause);
/* Who types: SUDO_USER, or the user's name. */
const char *ctl_who(void);

/* Common body of kill and resume. */
int ctl_kill_or_resume(struct ctl *c, const struct ctl_command *self, enum tg_in type,
		       const struct tg_in_kill *k, bool json);

/* connect.c: the daemon's connects, as a second table and as "connects": [...]. Nothing when there
 * is no daemon. */
void ctl_connects_text(void);
void ctl_connects_json(struct tg_json *j);
/* session_offline.c: venue NULL = list. Numbers 0 = leave. */
struct ctl_offline {
	const char *dir, *venue, *sender, *target;
	__u64 tx, rx;
	bool force;
};
int ctl_session_offline(const struct ctl_command *self, const struct ctl_offline *o, bool json);

/* book_check.c: argv[0] is "tgctl book check" then. */
int ctl_book_check(int argc, char **argv, const struct ctl_command *self);

int cmd_book(int argc, char **argv, const struct ctl_command *self);
int cmd_checkpoint(int argc, char **argv, const struct ctl_command *self);
int cmd_rates(int argc, char **argv, const struct ctl_command *self);
int cmd_clients(int argc, char **argv, const struct ctl_command *self);
int cmd_counters(int argc, char **argv, const struct ctl_command *self);
int cmd_events(int argc, char **argv, const struct ctl_command *self);
int cmd_feed(int argc, char **argv, const struct ctl_command *self);
int cmd_fix(int argc, char **argv, const struct ctl_command *self);
int cmd_journal(int argc, char **argv, const struct ctl_command *self);
int cmd_kill(int argc, char **argv, const struct ctl_command *self);
int cmd_latency(int argc, char **argv, const struct ctl_command *self);
int cmd_orders(int argc, char **argv, const struct ctl_command *self);
int cmd_parents(int argc, char **argv, const struct ctl_command *self);
int cmd_play(int argc, char **argv, const struct ctl_command *self);
int cmd_plot(int argc, char **argv, const struct ctl_command *self);
int cmd_positions(int argc, char **argv, const struct ctl_command *self);
int cmd_record(int argc, char **argv, const struct ctl_command *self);
int cmd_resume(int argc, char **argv, const struct ctl_command *self);
int cmd_session(int argc, char **argv, const struct ctl_command *self);
int cmd_status(int argc, char **argv, const struct ctl_command *self);
int cmd_version(int argc, char **argv, const struct ctl_command *self);

#endif
