// SPDX-License-Identifier: MIT
/* Configuration text of any shape: either an error message or a configuration; never a crash, a leak or a silent acceptance of nothing. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include "config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct tgd_config cfg;
	static FILE *err;
	int rc;

	if (!err)
		err = fopen("/dev/null", "w");
	rc = tgd_config_load_buffer("fuzz.conf", (const char *)data, size, &cfg, err);
	if (!rc)
		tgd_config_free(&cfg);
	return 0;
}
