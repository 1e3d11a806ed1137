/* SPDX-License-Identifier: MIT */
/* A short journal made by the core itself. */
#ifndef JOURNAL_KIT_H
#define JOURNAL_KIT_H

#include "replay.h"

struct kit {
	u8 *bytes;
	u64 len;
	u64 at[16];		/* where record i + 1 begins */
	u32 records;
};

/* ENGINE, VENUE, INSTRUMENT, ACCOUNT, LIMITS, MODE, TCP_UP, TCP_RX (odd length: padded), KILL,
 * CHECKPOINT. */
void kit_make(struct kit *k);
void kit_free(struct kit *k);

#endif
