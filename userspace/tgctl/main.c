// SPDX-License-Identifier: MIT
/* tgctl: the operator's command. One subcommand a file; this is their table. */
#include <string.h>
#include "ctl.h"
#include "version.h"

static const struct ctl_command commands[] = {
	{ "status", cmd_status, "[--json]", "engine, journal and sessions at a glance" },
	{ "book", cmd_book, "SYMBOL|--product NAME [--depth N] [--watch|--once] [--json] | check --venue NAME FILE...",
	  "one order book; or recorded markets against the engine's books" },
	{ "orders", cmd_orders, "[--all] [--json]", "working orders; --all: finished ones too" },
	{ "parents", cmd_parents, "[--all] [--json]", "parent orders at work; --all: those that are over too" },
	{ "positions", cmd_positions, "[--json]", "positions, profit and loss" },
	{ "counters", cmd_counters, "[--nonzero] [--json]",
	  "counters of core, host and reject reasons" },
	{ "latency", cmd_latency, "[--reset] [--json]", "latency percentiles of every stage" },
	{ "session", cmd_session,
	  "[list | logout|enable|test VENUE | set-seq VENUE [--tx N] [--rx N] [--force]] [--offline DIR] [--json]",
	  "venue sessions" },
	{ "clients", cmd_clients, "[--json]", "attached programs" },
	{ "rates", cmd_rates, "[--json]", "message budgets and what is left of them" },
	{ "kill", cmd_kill, "--reason TEXT [--scope SCOPE] [--cancel] [--who NAME] [--json]",
	  "halt trading" },
	{ "resume", cmd_resume, "--who NAME --reason TEXT [--scope SCOPE] [--json]",
	  "let trading go on after a kill" },
	{ "events", cmd_events, "[--count N] [--seconds S] [--json]",
	  "state changes as they happen" },
	{ "feed", cmd_feed, "[list] [--json]", "lines of market data and what was lost on them" },
	{ "fix", cmd_fix, "FILE... [--venue NAME] [--separator SEP] [--names] [--only-invalid] [--quiet] [--json] ...",
	  "judge FIX messages in streams, logs and captures" },
	{ "journal", cmd_journal,
	  "verify FILE... | print FILE... [--from SEQ] [--count N] [--type TYPE] [--outputs] [--json]",
	  "check journal files by replay, or print them" },
	{ "record", cmd_record,
	  "-o FILE JOURNAL... [--venue NAME] [--feed NAME] [--instrument SYMBOL] | -o FILE --udp ADDR:PORT [--interface NAME] [--symbols A,B] [--count N] [--seconds S] [--json]",
	  "market data into a journal of its own" },
	{ "play", cmd_play, "JOURNAL --to ADDR:PORT [--speed X|max] [--feed ID] [--loops N] [--interface NAME] [--json]",
	  "send recorded datagrams again" },
	{ "plot", cmd_plot, "JOURNAL... -o DIR [--instrument SYMBOL] [--every MS] [--tables] [--json]",
	  "spread, depth and latency over time as pictures" },
	{ "checkpoint", cmd_checkpoint, "[--json]",
	  "put a hash of the engine's whole state into the journal" },
	{ "version", cmd_version, "[--json]", "versions of this program and of the loaded module" },
};

#define N_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void usage(FILE *f)
{
	size_t i;

	fputs("usage: tgctl COMMAND [OPTIONS]\n\n", f);
	for (i = 0; i < N_COMMANDS; i++)
		fprintf(f, "  %-12s %s\n", commands[i].name, commands[i].help);
	fputs("\n  --help, --version\n\ntgctl COMMAND --help tells more. Exit status: 0 done, 1 failed, 2 wrong usage.\n",
	      f);
}

int main(int argc, char **argv)
{
	char name[64];
	size_t i;

	if (argc < 2) {
		usage(stderr);
		return CTL_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
		usage(stdout);
		return 0;
	}
	if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
		tg_version_print("tgctl");
		return 0;
	}
	for (i = 0; i < N_COMMANDS; i++) {
		if (strcmp(argv[1], commands[i].name))
			continue;
		snprintf(name, sizeof(name), "tgctl %s", commands[i].name);
		argv[1] = name;		/* what getopt puts before its messages */
		return commands[i].run(argc - 1, argv + 1, &commands[i]);
	}
	fprintf(stderr, "tgctl: no command \"%s\"\n", argv[1]);
	usage(stderr);
	return CTL_USAGE;
}
