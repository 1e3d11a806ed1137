/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Shared memory of /dev/tickgateN: mmap offsets, broadcast rings, the submission ring, the journal ring and book images.
 *
 * Broadcast ring (public, private): one writer (the engine thread), readers never slow it down. Slot i%n of a ring of n = 2^k slots
 * holds event i. The writer (A) sets slot.ring_seq = 0, (B) writes the rest, (C) sets slot.ring_seq = i+1 with release, then
 * (D) sets header.head = i+1 with release. A reader wanting event i: load-acquire slot.ring_seq [pairs with C]; if it is i+1, copy the slot, then
 * load-acquire fence and load ring_seq again [pairs with A]; unchanged = the copy is good. Greater than i+1 (modulo the transient 0) = lapped: the reader is SLOW, must
 * download again, and continues from header.head (public ring: header.settled, then it reads the images: events of an image's record_seq or before are in it).
 * Smaller or 0 = not written yet (or being written). Readers map all of it read-only.
 *
 * Submission ring: one producer (the client), one consumer (the engine thread). The client writes slots and `tail` in its own writable area;
 * the kernel writes `head` in a page that the client can only read. The kernel loads `tail` once per poll with acquire, trusts only its own copy of head, and
 * disables the ring for good (counter sub_bad_index, SUB_BROKEN set) when tail - head > n. It copies a slot out before it looks at it.
 *
 * Journal ring: a byte ring of records (record.h), one reader with CAP_NET_ADMIN. A record never wraps: where the rest of the ring is too short, a
 * record header with type TG_IN_NONE and len to the end fills it (if fewer than sizeof(struct tg_record) bytes remain they are skipped). The reader moves `tail` in its own writable page.
 */
#ifndef _UAPI_TICKGATE_SHM_H
#define _UAPI_TICKGATE_SHM_H

#include <tickgate/event.h>
#include <tickgate/record.h>

/* mmap offsets (bytes). Sizes come from TG_IOC_ATTACH. Mapping anything else, or a writable mapping of a read-only one, fails with EINVAL/EPERM. */
#define TG_MMAP_PUBLIC		0x000000000ULL	/* read-only: struct tg_ring_header page, then tg_pub_event slots */
#define TG_MMAP_PRIVATE		0x100000000ULL	/* read-only: struct tg_ring_header page, then tg_priv_event slots */
#define TG_MMAP_SUB_KERNEL	0x200000000ULL	/* read-only page: struct tg_sub_kernel */
#define TG_MMAP_SUB_USER	0x300000000ULL	/* read-write: struct tg_sub_user page, then tg_submission slots */
#define TG_MMAP_BOOKS		0x400000000ULL	/* read-only: struct tg_book_image [max_instruments + 1], index = instrument id */
#define TG_MMAP_JOURNAL		0x500000000ULL	/* read-only: struct tg_ring_header page, then bytes; CAP_NET_ADMIN */
#define TG_MMAP_PRODUCTS	0x700000000ULL	/* read-only: struct tg_product_image [max_products + 1], index = product id */
#define TG_MMAP_JOURNAL_USER	0x600000000ULL	/* read-write page: struct tg_journal_user; CAP_NET_ADMIN */

#define TG_SHM_PAGE		4096u

/* One page. Kernel writes, everybody reads. */
struct tg_ring_header {
	__u64 magic;		/* TG_RING_MAGIC */
	__u32 slot_bytes;	/* 64, 128; 1 for the journal */
	__u32 slots;		/* 2^k (bytes for the journal) */
	__u64 head;		/* events (bytes) written since the start; (D) */
	__u64 settled;		/* public ring: what events before this one say is in the images; written after those, with release */
	__u64 reserved[4];
};
#define TG_RING_MAGIC		0x31474e4952475431ULL

/* Kernel writes. */
struct tg_sub_kernel {
	__u64 head;		/* submissions consumed; (F), pairs with the producer's full check */
	__u32 slots;		/* 2^k */
	__u32 flags;		/* TG_SUBK_* */
	__u64 reserved[6];
};
#define TG_SUBK_NEED_WAKE	1u	/* engine sleeps: TG_IOC_WAKE after moving tail */
#define TG_SUBK_BROKEN		2u	/* disabled after a bad index; detach */

/* Client writes. */
struct tg_sub_user {
	__u64 tail;		/* submissions produced; release (E) after the slot is written */
	__u64 reserved[7];
};

/* Journal reader writes. */
struct tg_journal_user {
	__u64 tail;		/* bytes consumed */
	__u64 reserved[7];
};

#define TG_IMAGE_LEVELS		16u
#define TG_IMAGE_OWN		8u

struct tg_level { __s64 px, qty; };

/* One of the firm's own working orders and its place in the queue: see u.queue in event.h. */
struct tg_image_own {
	__u64 order_id;
	__s64 px, leaves_qty;
	__s64 ahead_qty, behind_qty;
	__u32 fill_ppm;
	__u8 side;			/* enum tg_book_side */
	__u8 flags;			/* TG_QUEUE_* */
	__u16 client_id;
};

/*
 * Latest state of one book. The writer makes `seqcount` odd, writes, makes it even (release). A reader loads it (acquire), copies, fences,
 * loads it again; equal and even = good. Levels past *_levels are zero. Level 0 is the best.
 */
struct tg_book_image {
	__u32 seqcount;
	__u32 instrument_id;
	__u32 state;			/* enum tg_book_state */
	__u16 bid_levels, ask_levels;	/* filled entries below */
	__u64 time_ns;
	__u64 record_seq;
	__u64 update_id;
	__s64 last_px, last_qty;	/* last trade; TG_PX_NONE before the first */
	__u16 trading_status;		/* enum tg_trading_status */
	__u16 own_orders;		/* filled entries of own[]; more than TG_IMAGE_OWN are not shown, the nearest to the best are */
	__u32 flags;			/* TG_IMAGE_* */
	struct tg_level bid[TG_IMAGE_LEVELS];
	struct tg_level ask[TG_IMAGE_LEVELS];
	/* Derived. External: without the firm's own working orders, max(0, gross - own) on L2, by order id on L3. */
	struct tg_level external_bid, external_ask;	/* best levels with anything of others */
	__s64 mid_px;			/* TG_PX_NONE unless both sides are there; rounded down */
	__s64 micro_px;			/* mid weighted by the opposite side's quantity */
	__s64 spread_px;
	__s32 imbalance_ppm;		/* (bid - ask) / (bid + ask) of the quantities shown, in millionths */
	__u32 crossed;			/* 1 crossed, 2 locked */
	struct tg_image_own own[TG_IMAGE_OWN];
};
#define TG_IMAGE_L3		1u	/* derived from an L3 book */

/*
 * Consolidated book of one product over venues, under a sequence count as above. px: raw, as at the venue. Ranked by price with the
 * taker's fee on it: that is what taking there costs.
 */
#define TG_PRODUCT_LEVELS	16u
struct tg_product_level {
	__s64 px, qty;
	__s64 cost_px;			/* px with the taker fee */
	__u32 instrument_id;		/* whose level */
	__u32 pad;
};
struct tg_product_image {
	__u32 seqcount;
	__u32 product_id;
	__u16 bid_levels, ask_levels;
	__u16 instruments;		/* of the product */
	__u16 live;			/* of them with a LIVE book; only these are in here */
	__u32 crossed;			/* best bid pays more than best ask costs, fees counted: 1 */
	__u32 reserved0;
	__u64 time_ns;
	__u64 record_seq;
	__u64 reserved[3];
	struct tg_product_level bid[TG_PRODUCT_LEVELS];
	struct tg_product_level ask[TG_PRODUCT_LEVELS];
};

#endif
