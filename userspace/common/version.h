/* SPDX-License-Identifier: MIT */
/* What --version prints. TG_VERSION comes from the file VERSION by way of the makefiles. */
#ifndef TG_VERSION_H
#define TG_VERSION_H

#include <stdio.h>
#include <tickgate/tickgate.h>

static inline void tg_version_print(const char *program)
{
	printf("%s %s (ABI %d, hash 0x%016llx)\n", program, TG_VERSION, TG_ABI_VERSION,
	       (unsigned long long)TG_ABI_HASH);
}

#endif
