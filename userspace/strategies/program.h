/* SPDX-License-Identifier: MIT */
/*
 * What the example strategies have in common around their work: the command line, SIGINT and SIGTERM
 * (program_stopped), open and attach with their complaints.
 */
#ifndef STRATEGIES_PROGRAM_H
#define STRATEGIES_PROGRAM_H

#include <signal.h>
#include <tickgate.h>

/* Set by SIGINT and SIGTERM once attached, and by whoever has done what was asked for. */
extern volatile sig_atomic_t program_stopped;

/* Unsigned integer from min to max; like all option_*: exits with 2 and a sentence on anything that is not right. */
__u64 option_number(const char *program, const char *name, const char *text, __u64 min, __u64 max);
/* Quantity or price, above 0. */
__s64 option_decimal(const char *program, const char *name, const char *text);
/* --help, --version and what getopt does not know: prints what there is to print and ends the program. */
void option_other(const char *program, int option, const char *usage) __attribute__((__noreturn__));
/* No arguments are wanted behind the options. */
void option_no_arguments(const char *program, int argc, char **argv);

/* Opens the device (NULL = TG_DEVICE), attaches, catches the signals. NULL: it was said why not. */
struct tg_handle *program_attach(const char *program, const char *device,
				 const struct tg_attach_options *o, const struct tg_callbacks *cb,
				 void *user);
__u64 program_now_ms(void);	/* CLOCK_MONOTONIC */

#endif
