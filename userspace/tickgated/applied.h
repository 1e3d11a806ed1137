/* SPDX-License-Identifier: MIT */
/*
 * Which permits, limits, feeds, products and instruments the engine was given: /run/tickgate/applied.
 * The engine cannot be asked for all of them, and a daemon that adopts it has to take back what its configuration no longer has. /run
 * lives as long as the engine can.
 */
#ifndef TGD_APPLIED_H
#define TGD_APPLIED_H

#include "records.h"

/* Remembers them. started_ns: of the engine, so that a file of another engine is not believed. */
void tgd_applied_write(const struct tgd_records *rs, __u64 started_ns);

/*
 * As records, for tgd_records_reload(): ids only, with values that equal no real ones, so that
 * everything is sent again. Empty when there is no file for this engine. 0 or -ENOMEM.
 */
int tgd_applied_read(struct tgd_records *out, __u64 started_ns);

#endif
