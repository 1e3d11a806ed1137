/* SPDX-License-Identifier: GPL-2.0 OR MIT */
/*
 * What the books keep in an instrument, beside its L2 levels. Only the files of book/ look inside.
 */
#ifndef TG_BOOK_PART_H
#define TG_BOOK_PART_H

#include "port.h"
#include <tickgate/shm.h>

struct tg_book_part {
	u64 noted_seq;		/* record that has its TG_OUT_BOOK in the outbox */
	/*
	 * TG_BOOK_HAS_*: what has to be told of a level's change. 0 as a rule: then the book is its
	 * L2 levels and nothing else.
	 */
	u32 has;
	u32 pad;
};

#endif
