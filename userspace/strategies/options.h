/* SPDX-License-Identifier: MIT */
/*
 * What both example strategies read from the command line. Exits with 2 and a sentence on anything
 * that is not right.
 */
#ifndef STRATEGIES_OPTIONS_H
#define STRATEGIES_OPTIONS_H

#include <linux/types.h>

/* Unsigned integer from min to max. */
__u64 option_number(const char *program, const char *name, const char *text, __u64 min, __u64 max);
/* Quantity or price, above 0. */
__s64 option_decimal(const char *program, const char *name, const char *text);
void option_version(const char *program);

#endif
