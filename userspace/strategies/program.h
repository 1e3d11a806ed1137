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
/* By symbol or id: fills the definition, with its id. 0 or -errno, and it was said why. */
int program_instrument(const char *program, struct tg_handle *h, const char *wanted,
		       struct tg_ioc_instrument *def);
/* *qty is a multiple of the lot; 0 becomes the smallest. As above. */
int program_qty(const char *program, const struct tg_ioc_instrument *def, __s64 *qty);
/* A kill or resume is about who trades this. strategy: 0 = not told. */
bool program_covers(struct tg_handle *h, const struct tg_pub_event *ev,
		    const struct tg_ioc_instrument *def, __u16 account, __u16 strategy);
__u64 program_now_ms(void);	/* CLOCK_MONOTONIC */

#endif
