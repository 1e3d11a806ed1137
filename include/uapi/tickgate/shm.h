/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR MIT */
/*
 * Shared memory of /dev/tickgateN: mmap offsets, broadcast rings, the submission ring, the journal ring and book images.
 *
 * Broadcast ring (public, private): one writer (the engine thread), readers never slow it down. Slot i%n of a ring of n = 2^k slots
 * holds event i. The writer (A) sets slot.ring_seq = 0, (B) writes the rest, (C) sets slot.ring_seq = i+1 with release, then
 * (D) sets header.head = i+1 with release. A reader wanting event i: load-acquire slot.ring_seq [pairs with C]; if it is i+1, copy the slot, then
 * load-acquire fence and load ring_seq again [pairs with A]; unchanged = the copy is good. Greater than i+1 (modulo the transient 0) = lapped: the reader is SLOW, must
 * download again, and continues from header.head. Smaller or 0 = not written yet (or being written). Readers map all of it read-only.
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
#define TG_MMAP_JOURNAL_USER	0x600000000ULL	/* read-write page: struct tg_journal_user; CAP_NET_ADMIN */

#define TG_SHM_PAGE		4096u

/* One page. Kernel writes, everybody reads. */
struct tg_ring_header {
	__u64 magic;		/* TG_RING_MAGIC */
	__u32 slot_bytes;	/* 64, 128; 1 for the journal */
	__u32 slots;		/* 2^k (bytes for the journal) */
	__u64 head;		/* events (bytes) written since the start; (D) */
	__u64 reserved[5];
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

struct tg_level { __s64 px, qty; };

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
	__u64 reserved;
	struct tg_level bid[TG_IMAGE_LEVELS];
	struct tg_level ask[TG_IMAGE_LEVELS];
};

#endif
