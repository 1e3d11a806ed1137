/* SPDX-License-Identifier: MIT */
/* The inside of struct tg_handle. */
#ifndef LIBTICKGATE_CLIENT_H
#define LIBTICKGATE_CLIENT_H

#include <stddef.h>
#include <tickgate/ring.h>
#include "tickgate.h"

#define TG_API __attribute__((visibility("default")))

/* A download that is lapped this often in a row does not fit. */
#define TG_DOWNLOAD_TRIES 8

struct tg_reader {
	void *map;
	size_t bytes;
	const struct tg_ring_header *hdr;
	const void *slots;
	__u32 nslots;
	__u64 next;		/* event wanted next */
};

struct tg_handle {
	int fd;
	bool writable;		/* the file is open for writing */
	bool attached;
	bool ready;
	__u32 id;
	__u32 max_instruments;
	__u32 max_products;
	struct tg_reader pub, priv;
	struct tg_sub_ring
		sub; /* user NULL on a read-only file: downloads are asked for by ioctl */
	void *sub_kernel_map;
	size_t sub_user_bytes;
	const struct tg_book_image *books;
	size_t books_bytes;
	const struct tg_product_image *products;	/* NULL: the engine has none */
	size_t products_bytes;
	bool subscribed;
	__u64 marked[2];	/* heads that the file knows as seen, once subscribed */
	const struct tg_callbacks *cb;
	void *user;
	__u64 slow;
	__u32 tries;		/* downloads lapped since the last complete one */
	char error[160];
};

__attribute__((format(printf, 3, 4)))
int tg_fail(struct tg_handle *c, int err, const char *fmt, ...);

#endif
