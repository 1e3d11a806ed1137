/* SPDX-License-Identifier: MIT */
/* The command line of a model checker: options numbered below `bounds` set that bound; --states, --json, --help, --version. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

struct checker {
	const char *name;		/* "order" */
	const char *usage;
	const struct option *options;
	u8 *bound;
	u32 bounds;
	u64 *max_states;
	bool *json;
};

/* -1: go on; else the exit status. */
static int take_options(int argc, char **argv, const struct checker *k)
{
	int c;

	while ((c = getopt_long(argc, argv, "", k->options, NULL)) != -1) {
		if (c >= 0 && c < (int)k->bounds)
			k->bound[c] = (u8)strtoul(optarg, NULL, 10);
		else if (c == 's')
			*k->max_states = strtoull(optarg, NULL, 10);
		else if (c == 'j')
			*k->json = true;
		else if (c == 'h')
			return fputs(k->usage, stdout), 0;
		else if (c == 'V')
			return printf("%s model (tickgate)\n", k->name), 0;
		else
			return fputs(k->usage, stderr), 2;
	}
	if (optind != argc)
		return fputs(k->usage, stderr), 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	return -1;
}

#endif
