/* SPDX-License-Identifier: MIT */
/* What `tgctl book` shows as a ladder: an instrument by netlink, a product by its shared memory. */
#ifndef TGCTL_BOOK_H
#define TGCTL_BOOK_H

#include "ctl.h"
#include "ladder.h"
#include "rundir.h"

struct book_view {
	struct ctl *c;
	const char *name;
	__u32 id, depth;
	void *map;		/* products; NULL = an instrument */
	size_t map_bytes;
	int fd;
	struct ladder ladder;
};

/* 0, or 1 after an error message; close in any case. */
int book_product_open(struct book_view *v, const struct ctl_command *self, const char *text);
void book_product_close(struct book_view *v);
/* One frame as text. */
int book_print(struct book_view *v, const struct ctl_command *self);
/* Until q. */
int book_terminal(struct book_view *v, const struct ctl_command *self, int interval_ms);

#endif
