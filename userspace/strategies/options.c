// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <tickgate.h>
#include "options.h"

__u64 option_number(const char *program, const char *name, const char *text, __u64 min, __u64 max)
{
	unsigned long long v;
	char *end;

	errno = 0;
	v = strtoull(text, &end, 10);
	if (*text < '0' || *text > '9' || *end || errno || v < min || v > max) {
		fprintf(stderr, "%s: %s %s: a number from %llu to %llu is wanted\n", program, name,
			text, (unsigned long long)min, (unsigned long long)max);
		exit(2);
	}
	return v;
}

__s64 option_decimal(const char *program, const char *name, const char *text)
{
	__s64 v;

	if (tg_px_parse(text, &v) || v <= 0) {
		fprintf(stderr, "%s: %s %s: a number above 0 with at most 8 decimals is wanted\n",
			program, name, text);
		exit(2);
	}
	return v;
}

void option_version(const char *program)
{
	printf("%s %s (ABI %u, hash 0x%016llx)\n", program, TG_VERSION, TG_ABI_VERSION,
	       (unsigned long long)TG_ABI_HASH);
}
